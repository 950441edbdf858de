"""Whose turn it is: errands wait in lanes, and a few of them are under way; no I/O.

A platform has so many places, whatever happens on another one. Workspaces take turns,
and none takes all the places: one whose channels are slow does not keep the others
waiting. A destination has one errand at a time, and an edition that was begun there is
finished before the next destination's turn.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from bot.types import Delivery

#: Errands under way at once on a platform, and of one workspace among them.
PLACES = 16
SHARE = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """A delivery that is to be carried, or looked for."""

    id: int
    workspace_id: int
    destination_id: int
    platform: str
    #: What is to be looked for; None = it is to be carried.
    look: Delivery | None = None


class Lanes:
    """Errands that wait, and those that are under way."""

    def __init__(self, places: int = PLACES, share: int = SHARE) -> None:
        self._places = places
        self._share = share
        #: platform → workspace → its errands; who comes first has the next turn.
        self._queues: dict[str, dict[int, deque[Errand]]] = {}
        #: By destination.
        self._known: dict[int, Errand] = {}
        self._under_way: dict[int, Errand] = {}

    @property
    def waiting(self) -> bool:
        """Whether any errand waits for its turn."""
        return len(self._known) > len(self._under_way)

    def offer(self, errands: Iterable[Errand], *, first: bool = False) -> None:
        """Let errands wait, `first` before their workspace's others.

        One of a destination that has an errand already is left out: it is offered
        again when that one is done.
        """
        for errand in errands:
            if errand.destination_id in self._known:
                continue
            self._known[errand.destination_id] = errand
            lane = self._queues.setdefault(errand.platform, {})
            queue = lane.setdefault(errand.workspace_id, deque())
            if first:
                queue.appendleft(errand)
            else:
                queue.append(errand)

    def pick(self) -> tuple[Errand, ...]:
        """Take all that there is room for, by turns; it is under way until `free`."""
        picked = [errand for lane in self._queues for errand in self._of(lane)]
        return tuple(picked)

    def free(self, destination_id: int) -> None:
        """The destination's errand is done, or was for nothing."""
        if self._under_way.pop(destination_id, None) is not None:
            self._known.pop(destination_id, None)

    def drop(self, workspace_id: int) -> None:
        """Forget what waits of this workspace."""
        for lane in self._queues.values():
            for errand in lane.pop(workspace_id, ()):
                self._known.pop(errand.destination_id, None)

    def _of(self, platform: str) -> list[Errand]:
        lane = self._queues[platform]
        busy = [e for e in self._under_way.values() if e.platform == platform]
        room = self._places - len(busy)
        shares = dict.fromkeys(lane, self._share)
        for errand in busy:
            shares[errand.workspace_id] = shares.get(errand.workspace_id, 0) - 1
        picked: list[Errand] = []
        while len(picked) < room:
            turn = next((key for key in lane if shares[key] > 0), None)
            if turn is None:
                break
            shares[turn] -= 1
            queue = lane.pop(turn)
            picked.append(queue.popleft())
            if queue:
                # Back to the end: the others have their turn first.
                lane[turn] = queue
        self._under_way |= {errand.destination_id: errand for errand in picked}
        return picked
