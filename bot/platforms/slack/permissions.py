"""Look up people: administrators, guests, user groups, members of a channel.

Administrators and owners of the workspace are editors; guests, people of other
workspaces and people whom Slack gives no information about are not. User groups count
as roles: a group that was granted access (`/newsdesk access grant @editors`) makes its
members editors for as long as they are in it. Slack lists all groups of a workspace at
once, so one response serves everybody there for a minute. Where the list cannot be
fetched, because the app lacks the scope or Slack has a fault, nobody is in any group.

Every member of the workspace may write in a public channel, and joins it by writing. In
a private channel only its members may. A guest is in certain channels only.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import structlog

from bot.errors import SendError, SendRefused
from bot.model import Permission
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.platforms.slack.installations import (
    Installation,
    Installations,
    ask_workspace,
    iter_pages,
)
from bot.platforms.slack.messages import get_mapping
from bot.platforms.slack.rate_limits import get_error_code
from digests.types import frozen

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

_ADMIN_FLAGS: Final = ("is_admin", "is_owner", "is_primary_owner")
_ABSENT_FLAGS: Final = ("deleted", "is_bot", "is_stranger")
_OUTSIDER_FLAGS: Final = ("deleted", "is_bot", "is_stranger", "is_restricted",
                "is_ultra_restricted")  # fmt: skip


@frozen
class SlackPerson:
    """A person as Slack describes them."""

    permission: Permission = Permission.EVERYONE
    name: str = ""
    locale: str = "en"
    #: The user groups that they are in.
    roles: tuple[str, ...] = ()
    #: Whether the lookup failed: such a person counts as a reader.
    lookup_failed: bool = False
    #: Whether they belong to the workspace, be it as a guest.
    is_member: bool = False


class SlackPersons:
    """Looks people up and caches them for a minute."""

    def __init__(self, installations: Installations, now: Callable[[], float]) -> None:
        """Create the lookup; `now` is a monotonic clock in seconds."""
        self._installations = installations
        self._groups = UserGroups(installations, now)
        self._cache = ExpiringCache[tuple[str, str], SlackPerson](
            limits.PERSONS_CACHED, limits.PERSON_LIFE, now
        )

    async def known(self, user: str, team: str) -> SlackPerson:
        """Return a person; the data are at most a minute old."""
        known = self._cache.get((team, user))
        if known is None:
            known = await self.look_up(user, team)
        return known

    async def look_up(self, user: str, team: str) -> SlackPerson:
        """Ask Slack about a person now; their groups may be a minute old."""
        found = await self._look_up(user, team)
        if not found.lookup_failed:
            self._cache.put((team, user), found)
        return found

    async def _look_up(self, user: str, team: str) -> SlackPerson:
        try:
            async with asyncio.timeout(limits.LOOKUP_TIMEOUT):
                installation = await self._installations.of(team)
                found = await _fetch_user(installation, user)
        except (SendError, TimeoutError) as error:
            log.warning(
                "person not looked up",
                reason=str(error) or "Slack took too long.",
                fix="The app needs the scope users:read to know its editors.",
            )
            return SlackPerson(lookup_failed=True)
        # Guests and people of other workspaces are not members of this one.
        member = found.get("team_id") == team and not any(
            found.get(flag) for flag in _OUTSIDER_FLAGS
        )
        manages = any(found.get(flag) is True for flag in _ADMIN_FLAGS)
        edits = member and manages
        return SlackPerson(
            permission=Permission.EDITOR if edits else Permission.EVERYONE,
            name=str(found.get("real_name") or found.get("name") or ""),
            locale=str(found.get("locale") or "en"),
            roles=await self._groups.of(user, team) if member else (),
            is_member=found.get("team_id") == team
            and not any(found.get(flag) for flag in _ABSENT_FLAGS),
        )


#: Person → the ids of their groups.
GroupsByPerson = Mapping[str, tuple[str, ...]]


class UserGroups:
    """Looks user groups up and caches them for a minute."""

    def __init__(self, installations: Installations, now: Callable[[], float]) -> None:
        """Create the lookup; `now` is a monotonic clock in seconds."""
        self._installations = installations
        self._cache = ExpiringCache[str, GroupsByPerson](
            limits.GROUPS_TEAMS, limits.GROUPS_LIFE, now
        )
        self._locks = ExpiringCache[str, asyncio.Lock](limits.GROUPS_TEAMS)

    async def of(self, user: str, team: str) -> tuple[str, ...]:
        """Return the ids of a person's groups, at most a minute old."""
        # One request for all who wait for it.
        self._locks.add(team, asyncio.Lock())
        lock = self._locks.get(team) or asyncio.Lock()
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.LOOKUP_TIMEOUT), lock:
                members = self._cache.get(team)
                if members is None:
                    members = await self._look_up(team)
                return members.get(user, ())
        log.info("groups not looked up", reason="It took too long.")
        return ()

    async def _look_up(self, team: str) -> GroupsByPerson:
        life = limits.GROUPS_LIFE
        try:
            found = await ask_workspace(
                self._installations, team, "usergroups.list", include_users=True
            )
        except SendError as error:
            log.info("groups not looked up", reason=str(error))
            found, life = {}, limits.GROUPS_RETRY
        groups = found.get("usergroups")
        members = _parse_members(groups if isinstance(groups, list) else [])
        self._cache.put(team, members, life)
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
            log.warning("too many groups", left_out=number)
            break
        for user in users:
            found[str(user)] = (*found.get(str(user), ()), number)
    return found


#: Pages of members that are fetched; a person on a later one is not found.
_MAX_PAGES: Final = 20
#: Slack's codes for a channel that does not exist, or that the bot may not see.
_UNSEEN_CODES: Final = frozenset(
    {"channel_not_found", "method_not_supported_for_channel_type"}
)


async def can_write(installation: Installation, channel: str, person: str) -> bool:
    """Check whether a person may write in a channel.

    Raises:
        SendError: It is unknown.
    """
    try:
        answer = await installation.ask("conversations.info", channel=channel)
        found = get_mapping(answer, "channel")
        if found.get("is_archived"):
            return False
        if not (found.get("is_private") or found.get("is_im")):
            user = await _fetch_user(installation, person)
            if not (user.get("is_restricted") or user.get("is_ultra_restricted")):
                return True
        return await _is_in_channel(installation, channel, person)
    except SendRefused as refused:
        if get_error_code(refused.__cause__) in _UNSEEN_CODES:
            return False
        raise


async def _fetch_user(installation: Installation, user: str) -> Mapping[str, Any]:
    answer = await installation.ask("users.info", user=user, include_locale=True)
    return get_mapping(answer, "user")


async def _is_in_channel(installation: Installation, channel: str, person: str) -> bool:
    args = {"channel": channel, "limit": limits.MEMBERS_PAGE}
    left = _MAX_PAGES
    async for page in iter_pages(
        lambda cursor: installation.ask("conversations.members", cursor=cursor, **args)
    ):
        if person in (page.get("members") or ()):
            return True
        left -= 1
        if not left:
            break
    return False
