"""Who somebody is on Slack at this moment: asked there, and remembered briefly.

Administrators and owners of the workspace are editors; guests, people of other
workspaces and whoever Slack tells nothing about are not. User groups count as roles.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.errors import SendError
from bot.platforms.slack import limits
from bot.platforms.slack.groups import Groups
from bot.platforms.slack.installations import Installations, ask
from bot.types import Permission

log = structlog.get_logger(__name__)

_RIGHTS: Final = ("is_admin", "is_owner", "is_primary_owner")
_NONE: Final = ("deleted", "is_bot", "is_stranger", "is_restricted",
                "is_ultra_restricted")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What Slack says of a person."""

    permission: Permission = Permission.EVERYONE
    name: str = ""
    locale: str = "en"
    #: The user groups that they are in.
    roles: tuple[str, ...] = ()
    #: Slack did not tell; they are taken for anybody.
    untold: bool = False


class People:
    """Looks people up."""

    def __init__(
        self, installations: Installations, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Know nobody yet; `now` are seconds of a clock that never goes back."""
        self._installations = installations
        self._now = now
        self._groups = Groups(installations, now)
        self._kept: OrderedDict[tuple[str, str], tuple[float, Known]] = OrderedDict()

    async def known(self, user: str, team: str) -> Known:
        """The person, at most a minute old."""
        until, known = self._kept.get((team, user), (0.0, Known()))
        if until > self._now():
            return known
        known = await self._looked_up(user, team)
        if not known.untold:
            self._kept[team, user] = self._now() + limits.PERSON_LIFE, known
            self._kept.move_to_end((team, user))
            while len(self._kept) > limits.PEOPLE:
                self._kept.popitem(last=False)
        return known

    async def _looked_up(self, user: str, team: str) -> Known:
        try:
            async with asyncio.timeout(limits.LOOK_UP):
                found = await ask(
                    self._installations,
                    team,
                    "users.info",
                    lambda session: session.user(user),
                )
        except (SendError, TimeoutError) as error:
            log.warning(
                "person not looked up",
                platform="slack",
                reason=str(error) or "Slack took too long.",
                fix="The app needs the scope users:read to know its editors.",
            )
            return Known(untold=True)
        return Known(
            permission=_permission(found, team),
            name=str(found.get("real_name") or found.get("name") or ""),
            locale=str(found.get("locale") or "en"),
            roles=await self._roles(found, user, team),
        )

    async def _roles(
        self, found: Mapping[str, Any], user: str, team: str
    ) -> tuple[str, ...]:
        if not _belongs(found, team):
            return ()
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.LOOK_UP):
                return await self._groups.of(user, team)
        log.info("groups not looked up", platform="slack", reason="It took too long.")
        return ()


def _belongs(found: Mapping[str, Any], team: str) -> bool:
    """Whether they are of the workspace, and no guest in it."""
    return found.get("team_id") == team and not any(found.get(what) for what in _NONE)


def _permission(found: Mapping[str, Any], team: str) -> Permission:
    may = any(found.get(what) is True for what in _RIGHTS)
    both = may and _belongs(found, team)
    return Permission.EDITOR if both else Permission.EVERYONE
