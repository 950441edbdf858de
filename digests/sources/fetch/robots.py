"""What a host's robots.txt lets us read (RFC 9309); it asks through the same guard.

A clear answer binds us. No file, no answer or a broken one does not: somebody asked
for this one address, we do not walk through sites.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego
from yarl import URL

from digests.errors import SourceError
from digests.sources.fetch.answers import Fetched
from digests.sources.fetch.policy import ROBOT

#: RFC 9309, 2.4: not longer than a day; after no answer we ask again sooner.
_KEPT, _KEPT_EMPTY = 24 * 3600.0, 3600.0
_LARGEST = 500 << 10
_MOST_HOSTS = 2_000
_LONGEST_DELAY = 30.0

Ask = Callable[[URL], Awaitable[Fetched]]

_NAME = re.compile(
    r"^[ \t]*user[- ]?agent\b[ \t]*:?(.*)$", re.IGNORECASE | re.MULTILINE
)
_STRANGER = "User-agent: stranger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """One host's rules; `None` = it has none."""

    parsed: Protego | None
    until: float

    def allow(self, url: URL) -> bool:
        """Whether we may read this address of the host."""
        return self.parsed is None or self.parsed.can_fetch(str(url), ROBOT)

    def delay(self) -> float:
        """Seconds that the host wants between two fetches, at most 30."""
        asked = self.parsed.crawl_delay(ROBOT) if self.parsed else None
        return min(max(asked or 0.0, 0.0), _LONGEST_DELAY)


class Robots:
    """The rules of hosts, asked for once and kept for a day."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[URL, Rules] = OrderedDict()

    async def rules(self, url: URL, ask: Ask) -> Rules:
        """The rules of the host of `url`; `ask` fetches its robots.txt if need be."""
        origin = url.origin()
        known = self._known.get(origin)
        if known is None or known.until <= self._clock():
            known = await self._ask(origin, ask)
            self._known[origin] = known
            if len(self._known) > _MOST_HOSTS:
                self._known.popitem(last=False)
        return known

    async def _ask(self, origin: URL, ask: Ask) -> Rules:
        try:
            answer = await ask(origin / "robots.txt")
        except SourceError:
            return Rules(parsed=None, until=self._clock() + _KEPT_EMPTY)
        text = answer.body[:_LARGEST].decode("utf-8", "replace")
        parsed = await asyncio.to_thread(_parsed, text)
        return Rules(parsed=parsed, until=self._clock() + _KEPT)


def _parsed(text: str) -> Protego | None:
    # With every stranger under one name a file costs time by its length, not by
    # names × rules.
    ours = _NAME.sub(lambda line: line[0] if _is_ours(line[1]) else _STRANGER, text)
    try:
        return Protego.parse(ours)
    except Exception:  # a stranger's file must not stop the fetch
        return None


def _is_ours(name: str) -> bool:
    written = name.partition("#")[0].strip().lower()
    return written == "*" or written.replace("*", "") == ROBOT.lower()
