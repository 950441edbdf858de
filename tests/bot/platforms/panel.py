"""A small control panel, for tests of how platforms show and answer one.

    panel = Panel()
    async with listening(discord, panel.inbox()):
        home = await (await discord.people.command("desk home")).done()
        page = await (await discord.people.does_on(home, "Evening brief")).done()

Its pages take each other's place, its form belongs to a control, and its note does not
take the place of anything.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.commands.controls import STALE_CONTROL
from bot.errors import UserError
from bot.model import (
    Command,
    Control,
    ControlMenu,
    Form,
    FormField,
    Inbox,
    Invocation,
    ListItem,
    MenuOption,
    Paragraph,
    Permission,
    Reply,
)
from tests.bot.harness import BotHarness
from tests.builders import an_inbox

HOME, PAGE, NAME, NOTE, LONG = ACTIONS = "home", "page", "name", "note", "long"
#: Longer than a message of any platform.
LONG_TEXT = "It says much. " * 90


def button(action: str, label: str, args: str = "1") -> Control:
    return Control(id=f"v1:{action}:{args}", label=label)


def option(action: str, label: str, note: str = "", args: str = "1") -> MenuOption:
    return MenuOption(id=f"v1:{action}:{args}", label=label, note=note)


MENU = ControlMenu(
    label="What it contains",
    options=(
        option(NAME, "Name", "Evening brief"),
        option(NOTE, "Note", "What a note is"),
        option(LONG, "Everything"),
    ),
)
OVERVIEW = Reply(
    title="Newsroom",
    blocks=(
        Paragraph(text="One digest."),
        ListItem(title="Evening brief", text="18:00", control=button(PAGE, "Open")),
    ),
    controls=(button(NOTE, "About"),),
    menus=(MENU,),
    in_place=True,
)
DETAIL = Reply(
    title="Evening brief",
    controls=(button(HOME, "Back"),),
    menus=(MENU,),
    in_place=True,
)
QUESTION = Form(
    path="",
    title="Name",
    fields=(FormField(name="name", label="Name", value="Evening brief"),),
    control=f"v1:{NAME}:1",
)
SAID = Reply(title="A note", blocks=(Paragraph(text="Beside the page."),))
EVERYTHING = Reply(
    title="Everything",
    blocks=tuple(Paragraph(text=f"Part {n}: {LONG_TEXT}") for n in range(5)),
    controls=(button(HOME, "Back"),),
    in_place=True,
)
#: Two buttons of one page that lead to the same place.
TWICE = Reply(
    blocks=(
        ListItem(title="A", control=button(PAGE, "Open A")),
        ListItem(title="B", control=button(PAGE, "Open B")),
    ),
    in_place=True,
)
REPLIES: Mapping[str, Reply | Form] = {
    HOME: OVERVIEW,
    PAGE: DETAIL,
    NOTE: SAID,
    LONG: EVERYTHING,
}


@dataclass
class Panel:
    """What it answers, and what it was asked."""

    #: Seconds that an answer takes.
    wait: float = 0.0
    asked: list[Invocation] = field(default_factory=list)
    replies: Mapping[str, Reply | Form] = field(default_factory=lambda: REPLIES)

    def inbox(self) -> Inbox:
        commands = (self.command("desk home"),)
        return an_inbox(commands=commands, dispatch=self.answer, press=press)

    def command(self, path: str) -> Command:
        """The command that opens the panel."""
        return Command(
            path=path,
            description="The control panel",
            permission=Permission.EVERYONE,
            run=self.answer,
        )

    @property
    def pressed(self) -> list[str]:
        return [invocation.path for invocation in self.asked]

    async def answer(self, invocation: Invocation) -> Reply | Form:
        self.asked.append(invocation)
        await asyncio.sleep(self.wait)
        action = invocation.path.rpartition(" ")[2]
        if action != NAME:
            return self.replies[action]
        answers = invocation.answers
        if answers is None:
            return QUESTION
        if not answers["name"]:
            wrong = replace(QUESTION.fields[0], value="", error="A name is needed.")
            return replace(QUESTION, fields=(wrong,))
        return replace(DETAIL, title=f"It is called {answers['name']}")


def press(invocation: Invocation, control: str) -> Invocation:
    """As the core does, refuse what no page offers."""
    version, _, rest = control.partition(":")
    action, _, args = rest.partition(":")
    if version != "v1" or action not in ACTIONS or args not in {"", "1"}:
        raise UserError(STALE_CONTROL)
    return replace(invocation, path=action)


# ── what no menu offered ───────────────────────────────────────────────────────

#: Choices that no page of this workspace offers; `theirs` is another's digest.
FORGED: Sequence[str] = (
    "v1:home:d{theirs}",
    "v1:home:d{theirs}:sources:0",
    "v1:set:d{theirs}:schedule",
    "v1:set:d{theirs}:nothing",
    "v1:set:d1:no-such-setting",
    "v1:set:d99999999999999999999:schedule",
    "v1:set:w:nothing",
    "v1:home:d1:no-such-page",
    "v1:home:p999",
    "v1:post:1",
    "v1:home:" + "x" * 92,
)
OTHER = """
[[workspace]]
platform = "{platform}"
id = "{workspace}"

[[workspace.destination]]
name = "elsewhere"
channel = "{channel}"

[[workspace.digest]]
name = "Their secret"
sources = ["articles"]
destinations = ["elsewhere"]
"""


async def digest_of_others(
    harness: BotHarness, platform: str, workspace: str, channel: str
) -> int:
    """The key of the digest of another workspace."""
    given = OTHER.format(platform=platform, workspace=workspace, channel=channel)
    await harness.apply(given)
    every = await harness.archive.all_digests()
    return next(digest.id for digest in every if digest.name == "Their secret")


def assert_refused(words: str) -> None:
    """One sentence about nobody else's digest, and no failure of ours."""
    assert "⚠ That did not work" in words
    assert "on our side" not in words
    assert "Their secret" not in words
