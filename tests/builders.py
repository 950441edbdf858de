"""Builders of test objects, one line each: plausible defaults, named exceptions."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bot.commands.context import CommandContext, CommandServices
from bot.model import (
    Command,
    Delivery,
    Form,
    Inbox,
    Invocation,
    PlatformName,
    Reply,
    Workspace,
)
from bot.platforms.common.interactions import find_command_by_path
from bot.platforms.plugins import load_plugins
from bot.settings import Settings, load_settings
from digests.language.normalization import revision_hash
from digests.types import Article

NOON = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)

BRIDGE = (
    "The harbour bridge at Hallin was closed on Tuesday after a crack was found.\n\n"
    "“We will not reopen it before the steel has been tested,” said Ada Brandt, the "
    "city engineer. She added: “Nobody was in danger at any time.”\n\n"
    "About 31,000 vehicles cross the bridge every day."
)


def an_article(**changes: Any) -> Article:
    """A short, invented news article with a quote and a figure."""
    article = Article(
        id="bridge",
        title="Harbour bridge closes after crack is found",
        text=BRIDGE,
        source="Hallin Courier",
        published=NOON,
        lang="en",
    )
    article = replace(article, **changes)
    return replace(article, revision=revision_hash(article.title, article.text))


def a_delivery(**changes: Any) -> Delivery:
    """A first message that is being posted to a channel."""
    delivery = Delivery(
        id=1,
        workspace_id=1,
        edition_id=1,
        destination_id=1,
        platform="local",
        workspace_external_id="newsroom",
        channel="c-morning",
        part=1,
        operation="post",
        key="a" * 25,
        payload={"text": "News"},
        fallback_text="News",
        state="sending",
        attempt=1,
        fence=1,
    )
    return replace(delivery, **changes)


def an_inbox(**changes: Any) -> Inbox:
    """An inbox without commands, for which every workspace exists.

    As the core does, it asks for the required options that a command lacks.
    """
    parts: dict[str, Any] = {
        "commands": (),
        "dispatch": _nothing_to_say,
        "press": lambda invocation, _: invocation,
        "complete": _nothing_to_offer,
        "workspace_of": _any_workspace,
        "left": _no_matter,
    }
    inbox = Inbox(**{**parts, **changes})
    if not inbox.commands:
        return inbox

    async def dispatch(invocation: Invocation) -> Reply | Form:
        command = find_command_by_path(inbox.commands, invocation.path)
        missing = list_missing(command, invocation) if command else []
        if command is None or not missing:
            return await inbox.dispatch(invocation)
        said = "This is required." if invocation.submitted else ""
        # Building a form needs no services.
        context = CommandContext(
            services=cast("CommandServices", None),
            invocation=invocation,
            command=command,
            commands=inbox.commands,
        )
        return context.form(invocation.args, dict.fromkeys(missing, said))

    return replace(inbox, dispatch=dispatch)


def list_missing(command: Command, invocation: Invocation) -> list[str]:
    """The required options that an invocation lacks."""
    given = {name for name, said in invocation.args.items() if said}
    given |= {"file"} if invocation.file is not None else set()
    return [o.name for o in command.options if o.required and o.name not in given]


async def _nothing_to_say(_: Invocation) -> Reply:
    return Reply()


async def _nothing_to_offer(_: Invocation, __: str, ___: str) -> tuple[str, ...]:
    return ()


async def _any_workspace(
    platform: PlatformName, external_id: str, name: str
) -> Workspace:
    return Workspace(id=1, platform=platform, external_id=external_id, name=name)


async def _no_matter(_: PlatformName, __: str) -> None:
    return None


def some_settings(**values: object) -> Settings:
    """Settings by their full names, as the environment would give them."""
    groups = {name: plugin.settings for name, plugin in load_plugins().items()}
    given = {f"STANDFIRST_{name.upper()}": str(v) for name, v in values.items()}
    nowhere = Path("/nonexistent")
    return load_settings(groups, {"XDG_CONFIG_HOME": str(nowhere), **given}, nowhere)[0]
