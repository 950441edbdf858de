"""A small control panel, for tests of how platforms show and answer one.

    panel = Panel()
    async with listening(discord, panel.inbox()):
        home = await (await discord.people.command("desk home")).done()
        page = await (await discord.people.does_on(home, "Evening brief")).done()

Its pages take each other's place, its form belongs to a control, and its note does not
take the place of anything.
"""

import asyncio
from collections.abc import Mapping
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
