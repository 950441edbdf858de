"""Who a person is: administrator, guest, user groups, member of a channel.

Administrators and owners of the workspace are editors; guests, people of other
workspaces and whoever Slack tells nothing about are not. User groups count as roles.

A group that an editor let in (`/newsdesk access grant @editors`) makes its members
editors for as long as they are in it. Slack tells all groups of a workspace at once, so
one answer serves everybody there for a minute. Where Slack tells nothing, because the
app lacks the scope or is in trouble, nobody is in any group.

A public channel is open to whoever belongs to the workspace: they join it by writing
there. In a private one only its members are heard. A guest is in the channels that they
were let into, and in no other.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.errors import SendError, SendRefused
from bot.model import Permission
from bot.platforms.slack import limits
from bot.platforms.slack.installations import (
    Installation,
    Installations,
    call_workspace,
)

if TYPE_CHECKING:
    from bot.platforms.slack.client import SlackClient

log = structlog.get_logger(__name__)

_ADMIN_FLAGS: Final = ("is_admin", "is_owner", "is_primary_owner")
_OUTSIDER_FLAGS: Final = ("deleted", "is_bot", "is_stranger", "is_restricted",
                "is_ultra_restricted")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackPerson:
    """What Slack says of a person."""

    permission: Permission = Permission.EVERYONE
    name: str = ""
    locale: str = "en"
    #: The user groups that they are in.
    roles: tuple[str, ...] = ()
    #: Slack did not tell; they are taken for anybody.
    lookup_failed: bool = False


class SlackPersons:
    """Looks people up."""

    def __init__(
        self, installations: Installations, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Know nobody yet; `now` are seconds of a clock that never goes back."""
        self._installations = installations
        self._now = now
        self._groups = UserGroups(installations, now)
        self._cache: OrderedDict[tuple[str, str], tuple[float, SlackPerson]] = (
            OrderedDict()
        )

    async def known(self, user: str, team: str) -> SlackPerson:
        """The person, at most a minute old."""
        until, known = self._cache.get((team, user), (0.0, SlackPerson()))
        if until > self._now():
            return known
        known = await self._look_up(user, team)
        if not known.lookup_failed:
            self._cache[team, user] = self._now() + limits.PERSON_LIFE, known
            self._cache.move_to_end((team, user))
            while len(self._cache) > limits.PERSONS_CACHED:
                self._cache.popitem(last=False)
        return known

    async def _look_up(self, user: str, team: str) -> SlackPerson:
        try:
            async with asyncio.timeout(limits.LOOKUP_TIMEOUT):
                found = await call_workspace(
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
            return SlackPerson(lookup_failed=True)
        return SlackPerson(
            permission=_get_permission(found, team),
            name=str(found.get("real_name") or found.get("name") or ""),
            locale=str(found.get("locale") or "en"),
            roles=await self._roles(found, user, team),
        )

    async def _roles(
        self, found: Mapping[str, Any], user: str, team: str
    ) -> tuple[str, ...]:
        if not _is_regular_member(found, team):
            return ()
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.LOOKUP_TIMEOUT):
                return await self._groups.of(user, team)
        log.info("groups not looked up", platform="slack", reason="It took too long.")
        return ()


def _is_regular_member(found: Mapping[str, Any], team: str) -> bool:
    """Whether they are of the workspace, and no guest in it."""
    return found.get("team_id") == team and not any(
        found.get(what) for what in _OUTSIDER_FLAGS
    )


def _get_permission(found: Mapping[str, Any], team: str) -> Permission:
    may = any(found.get(what) is True for what in _ADMIN_FLAGS)
    both = may and _is_regular_member(found, team)
    return Permission.EDITOR if both else Permission.EVERYONE


#: Person → groups, by their ids.
GroupsByPerson = Mapping[str, tuple[str, ...]]
_NO_GROUPS: Final[GroupsByPerson] = {}


class UserGroups:
    """Looks groups up."""

    def __init__(
        self, installations: Installations, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Know none yet; `now` are seconds of a clock that never goes back."""
        self._installations = installations
        self._now = now
        self._cache: OrderedDict[str, tuple[float, GroupsByPerson]] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, user: str, team: str) -> tuple[str, ...]:
        """The groups that the person is in, at most a minute old."""
        # One question for all who wait.
        async with self._asking.setdefault(team, asyncio.Lock()):
            until, members = self._cache.get(team, (0.0, _NO_GROUPS))
            if until <= self._now():
                members = await self._look_up(team)
        return members.get(user, ())

    async def _look_up(self, team: str) -> GroupsByPerson:
        members, life = _NO_GROUPS, limits.GROUPS_LIFE
        try:
            found = await call_workspace(
                self._installations,
                team,
                "usergroups.list",
                lambda session: session.groups(),
            )
            members = _parse_members(found)
        except SendError as error:
            life = limits.GROUPS_RETRY
            log.info("groups not looked up", platform="slack", reason=str(error))
        self._cache[team] = self._now() + life, members
        self._cache.move_to_end(team)
        while len(self._cache) > limits.GROUPS_TEAMS:
            gone, _ = self._cache.popitem(last=False)
            self._asking.pop(gone, None)
        return members


def _parse_members(groups: Iterable[Any]) -> GroupsByPerson:
    found: dict[str, tuple[str, ...]] = {}
    remaining = limits.GROUPS_MEMBERS
    for group in groups:
        if not isinstance(group, Mapping) or group.get("date_delete"):
            continue
        number, users = group.get("id"), group.get("users")
        if not isinstance(number, str) or not isinstance(users, list):
            continue
        remaining -= len(users)
        if remaining < 0:
            log.warning("too many groups", platform="slack", left_out=number)
            break
        for user in users:
            found[str(user)] = (*found.get(str(user), ()), number)
    return found


#: Pages of members that are looked through; a person further back is not found.
_MAX_PAGES: Final = 20
#: Slack's words for a channel that is not there, or that the bot is not let see.
_UNSEEN_CODES: Final = frozenset(
    {"channel_not_found", "method_not_supported_for_channel_type"}
)


async def can_write(installation: Installation, channel: str, person_id: str) -> bool:
    """Whether the person may write there.

    Raises:
        SendError: It could not be found out.
    """
    try:
        found = await installation.ask(
            "conversations.info", lambda session: session.channel(channel)
        )
        if found.get("is_archived"):
            return False
        if not found.get("is_private") and not found.get("is_im"):
            guest = await _is_guest(installation, person_id)
            return not guest or await _is_in_channel(installation, channel, person_id)
        return await _is_in_channel(installation, channel, person_id)
    except SendRefused as refused:
        from bot.platforms.slack.send_errors import get_error_code

        cause = refused.__cause__
        if isinstance(cause, Exception) and get_error_code(cause) in _UNSEEN_CODES:
            return False
        raise


async def _is_guest(installation: Installation, person_id: str) -> bool:
    found = await installation.ask(
        "users.info", lambda session: session.user(person_id)
    )
    return bool(found.get("is_restricted") or found.get("is_ultra_restricted"))


async def _is_in_channel(
    installation: Installation, channel: str, person_id: str
) -> bool:
    cursor = ""
    for _ in range(_MAX_PAGES):
        members, cursor = await installation.ask(
            "conversations.members", partial(_fetch_page, channel, cursor)
        )
        if person_id in members:
            return True
        if not cursor:
            break
    return False


async def _fetch_page(
    channel: str, cursor: str, session: "SlackClient"
) -> tuple[list[str], str]:
    return await session.members(channel, cursor)
