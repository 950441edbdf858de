"""Which user groups somebody is in on Slack: asked there, and remembered briefly.

A group that an editor let in (`/newsdesk access grant @editors`) makes its members
editors for as long as they are in it. Slack tells all groups of a workspace at once, so
one answer serves everybody there for a minute. Where Slack tells nothing, because the
app lacks the scope or is in trouble, nobody is in any group.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import structlog

from bot.errors import SendError
from bot.platforms.slack import limits
from bot.platforms.slack.installations import Installations, ask

log = structlog.get_logger(__name__)

#: Person → groups, by their ids.
Members = Mapping[str, tuple[str, ...]]
_NOBODY: Final[Members] = {}


class Groups:
    """Looks groups up."""

    def __init__(
        self, installations: Installations, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Know none yet; `now` are seconds of a clock that never goes back."""
        self._installations = installations
        self._now = now
        self._kept: OrderedDict[str, tuple[float, Members]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Members]] = {}

    async def of(self, user: str, team: str) -> tuple[str, ...]:
        """The groups that the person is in, at most a minute old."""
        until, members = self._kept.get(team, (0.0, _NOBODY))
        if until <= self._now():
            members = await self._asked(team)
        return members.get(user, ())

    async def _asked(self, team: str) -> Members:
        """One question for all who wait; whoever stops waiting does not end it."""
        task = self._asking.get(team)
        if task is None:
            task = asyncio.create_task(self._look_up(team))
            self._asking[team] = task
            task.add_done_callback(lambda ended: self._ended(team, ended))
        return await asyncio.shield(task)

    def _ended(self, team: str, task: asyncio.Task[Members]) -> None:
        self._asking.pop(team, None)
        if not task.cancelled():
            # Whoever waits hears of an error; where nobody does, that is no defect.
            task.exception()

    async def _look_up(self, team: str) -> Members:
        members, life = _NOBODY, limits.GROUPS_LIFE
        try:
            async with asyncio.timeout(limits.LOOK_UP):
                found = await ask(
                    self._installations,
                    team,
                    "usergroups.list",
                    lambda session: session.groups(),
                )
            members = _members(found)
        except (SendError, TimeoutError) as error:
            life = limits.GROUPS_AGAIN
            reason = str(error) or "Slack took too long."
            log.info("groups not looked up", platform="slack", reason=reason)
        self._kept[team] = self._now() + life, members
        self._kept.move_to_end(team)
        while len(self._kept) > limits.GROUPS_TEAMS:
            self._kept.popitem(last=False)
        return members


def _members(groups: Iterable[Any]) -> Members:
    found: dict[str, tuple[str, ...]] = {}
    room = limits.GROUPS_MEMBERS
    for group in groups:
        if not isinstance(group, Mapping) or group.get("date_delete"):
            continue
        number, users = group.get("id"), group.get("users")
        if not isinstance(number, str) or not isinstance(users, list):
            continue
        room -= len(users)
        if room < 0:
            log.warning("too many groups", platform="slack", left_out=number)
            break
        for user in users:
            found[str(user)] = (*found.get(str(user), ()), number)
    return found
