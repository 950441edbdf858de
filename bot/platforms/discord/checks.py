"""Doctor checks: identity, gateway, and problems of a channel.

`bot.ports.Examiner` over the platform's own session, rate limits and errors.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from bot.errors import SendRefused
from bot.model import DestinationProblem, Finding, PlatformIdentity, PostOptions
from bot.platforms.discord import channels
from bot.platforms.discord.channels import (
    ANNOUNCEMENT,
    FORUM_KINDS,
    INTERACTIONS_PATH,
    THREAD_KINDS,
    ChannelFacts,
    is_snowflake,
)
from digests.messages import Message

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import DiscordCaller

_CATEGORY: Final = 4


def find_channel_problems(
    facts: ChannelFacts, post_options: PostOptions
) -> Iterator[DestinationProblem]:
    """List the problems of a channel, the most severe first."""
    if facts.kind is None:
        text = Message("its channel does not exist, or the bot cannot see it")
        fix = Message("give the bot «View Channels» there, or remove the destination")
        yield DestinationProblem(text=text, fix=fix, stops=True)
        return
    if facts.kind == _CATEGORY:
        text = Message("its channel is a category; nothing can be posted there")
        fix = Message("run /newsdesk home in one of its channels")
        yield DestinationProblem(text=text, fix=fix, stops=True)
        return
    needed = _list_needed_permissions(facts.kind, post_options)
    lacking = channels.name_missing_permissions(facts.may, needed)
    if lacking:
        named = ", ".join(f"«{name}»" for name in lacking)
        text = Message("the bot lacks {named} there", named=named)
        fix = Message("give its role that in the channel's settings")
        yield DestinationProblem(text=text, fix=fix, stops=True)
    if not facts.may & channels.READ_HISTORY:
        text = Message(
            "without «Read Message History» an unclear message has to be held"
        )
        fix = Message("give the bot's role that in the channel's settings")
        yield DestinationProblem(text=text, fix=fix)
    if not facts.may & channels.ATTACH_FILES:
        text = Message("without «Attach Files» pictures of quotes are left out")
        fix = Message("give the bot's role that in the channel's settings")
        yield DestinationProblem(text=text, fix=fix)
    yield from _check_post_options(facts, post_options)


def _list_needed_permissions(kind: int, post_options: PostOptions) -> Iterator[int]:
    yield channels.VIEW_CHANNEL
    if kind not in THREAD_KINDS:
        yield channels.SEND_MESSAGES
    if kind in THREAD_KINDS | FORUM_KINDS or post_options.thread:
        yield channels.SEND_IN_THREADS


def _check_post_options(
    facts: ChannelFacts, post_options: PostOptions
) -> Iterator[DestinationProblem]:
    opens = post_options.thread and facts.kind not in FORUM_KINDS | THREAD_KINDS
    if opens and not facts.may & channels.CREATE_THREADS:
        text = Message(
            "the bot may not create threads there; everything is posted in the channel"
        )
        fix = Message("give it «Create Public Threads», or set thread=no")
        yield DestinationProblem(text=text, fix=fix)
    if post_options.ping is not None:
        yield from _check_role(post_options.ping, facts)
    if post_options.crosspost and facts.kind != ANNOUNCEMENT:
        text = Message("it is not an announcement channel; nothing is published")
        fix = Message("make it one in Discord, or set crosspost=no")
        yield DestinationProblem(text=text, fix=fix)


def _check_role(role: str, facts: ChannelFacts) -> Iterator[DestinationProblem]:
    change = Message("choose another role, or nobody, in /newsdesk home")
    if role not in facts.roles:
        text = Message("the role {role} that it pings does not exist", role=role)
        yield DestinationProblem(text=text, fix=change)
    elif not facts.roles[role] and not facts.may & channels.MENTION_EVERYONE:
        text = Message(
            "the bot may not ping the role {role}, so nobody is notified", role=role
        )
        fix = Message("let anyone mention that role, or {change}", change=change)
        yield DestinationProblem(text=text, fix=fix)


class DiscordExaminer:
    """`bot.ports.Examiner` for Discord."""

    def __init__(self, call: "DiscordCaller", *, webhook: bool = False) -> None:
        """Create the examiner; nothing is requested yet.

        Args:
            call: Makes the requests.
            webhook: Discord posts interactions to our web address, so there is no
                gateway to check.
        """
        self._call = call
        self._webhook = webhook

    async def identity(self) -> PlatformIdentity:
        return await self._call(lambda api: api.checks.identity(webhook=self._webhook))

    async def reach(self) -> Finding:
        if self._webhook:
            text = Message(
                "Discord calls {path} at the bot's address, signed",
                path=INTERACTIONS_PATH,
            )
            return Finding.ok("discord calls", text)
        return await self._call(lambda api: api.checks.gateway())

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        if not (is_snowflake(workspace) and is_snowflake(channel)):
            return Finding.problem(
                subject,
                Message(
                    "«{channel}» on «{workspace}» is not the id of a Discord channel",
                    channel=channel,
                    workspace=workspace,
                ),
                "run /newsdesk home in the channel",
            )
        number = int(channel)
        try:
            return await self._call(
                lambda api: api.checks.channel(number, workspace, subject),
                ("GET", channel),
            )
        except SendRefused as refused:
            if refused.whole_workspace:
                raise
            fix = "let the bot see the channel, or run /newsdesk home"
            return Finding.problem(subject, refused.message, fix)
