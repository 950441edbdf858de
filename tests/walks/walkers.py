"""A person who reaches something on one platform, and what it costs them.

    await walker.types("/newsdesk home")
    await walker.press("Morning brief", "Schedule")
    await walker.submit(value="daily at 7:00")
    assert walker.presses == 3

Typing is free; a click, a choice in a menu and a submitted form cost one press each.
What is shown now is what the next press is chosen from: nobody presses what they do not
see. The same walks run in the core (`HarnessWalker`), over the wire of Discord and
Slack, and in a browser (`tests/browser`).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.i18n.translation import Texts
from bot.model import Form, Inbox, Reply
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from tests.bot.commands.editors import Editor, controls, said
from tests.bot.platforms.slack.conftest import until
from tests.wire.discord import interactions as discord
from tests.wire.discord import rules as discord_rules
from tests.wire.slack import people as slack
from tests.wire.slack import rules as slack_rules


@dataclass(kw_only=True)
class Walker(ABC):
    """Counts what a person presses, and keeps what they are shown."""

    #: What was pressed, in order.
    path: list[str] = field(default_factory=list)

    @property
    def presses(self) -> int:
        return len(self.path)

    async def types(self, line: str) -> None:
        """Type a command: a new walk begins."""
        self.path.clear()
        await self._type(line)

    async def press(self, *labels: str) -> None:
        """Press buttons or make choices, one after the other, by their labels."""
        for label in labels:
            await self._wait_for(label)
            found = find_label(self.labels, label)
            assert found, f"there is no «{label}» in {self.labels}: {self.text}"
            self.path.append(found)
            await self._press(found)

    async def submit(self, **answers: str) -> None:
        """Submit the form that is shown, with its values and these answers."""
        unknown = set(answers) - set(self.fields)
        assert not unknown, f"the form does not ask {unknown}: {self.fields}"
        self.path.append("submit")
        await self._submit(answers)

    def has(self, label: str) -> bool:
        """Whether there is such a button or choice."""
        return bool(find_label(self.labels, label))

    async def _wait_for(self, label: str) -> None:
        """Wait until the answer has come in full, as far as this label."""
        return

    @property
    @abstractmethod
    def text(self) -> str:
        """All text that is shown, as the platform writes it."""

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """The labels of the buttons and choices that are shown."""

    @property
    @abstractmethod
    def menus(self) -> Sequence[str]:
        """The labels of the menus that are shown."""

    @property
    @abstractmethod
    def fields(self) -> Sequence[str]:
        """The questions of the form that is shown, by their names; () without one."""

    @abstractmethod
    async def _type(self, line: str) -> None: ...

    @abstractmethod
    async def _press(self, label: str) -> None: ...

    @abstractmethod
    async def _submit(self, answers: Mapping[str, str]) -> None: ...


def find_label(labels: Sequence[str], wanted: str) -> str:
    """The label that is the wanted one, or else the first that begins with it."""
    if wanted in labels:
        return wanted
    return next((label for label in labels if label.startswith(wanted)), "")


def parse_line(line: str, inbox: Inbox) -> ParsedCommand:
    """The command that a line means; it must be one."""
    texts = Texts.of("en")
    found = parse_command(line, inbox.typed_commands, texts, inbox.explain_former)
    assert isinstance(found, ParsedCommand), said(found)
    return found


# ── in the core ────────────────────────────────────────────────────────────────


@dataclass(kw_only=True)
class HarnessWalker(Walker):
    """Walks through the answers of the core, without a platform."""

    editor: Editor
    shown: Reply | Form = field(default_factory=Reply)

    @property
    def text(self) -> str:
        return said(self.shown)

    @property
    def labels(self) -> Sequence[str]:
        if isinstance(self.shown, Form):
            return ()
        return [label for _, label in controls(self.shown)]

    @property
    def menus(self) -> Sequence[str]:
        if isinstance(self.shown, Form):
            return ()
        return [menu.label for menu in self.shown.menus]

    @property
    def fields(self) -> Sequence[str]:
        if isinstance(self.shown, Reply):
            return ()
        return [asked.name for asked in self.shown.fields]

    async def _type(self, line: str) -> None:
        found = parse_line(line, self.editor.harness.inbox)
        self.shown = await self.editor.asks(found.path, **found.args)

    async def _press(self, label: str) -> None:
        assert isinstance(self.shown, Reply)
        self.shown = await self.editor.opens(self.shown, label)

    async def _submit(self, answers: Mapping[str, str]) -> None:
        assert isinstance(self.shown, Form)
        self.shown = await self.editor.answers(self.shown, **answers)


# ── over the wire ──────────────────────────────────────────────────────────────


class WireWalker(Walker):
    """A long answer comes in several messages, with its buttons below the last."""

    async def _wait_for(self, label: str) -> None:
        for _ in range(200):
            if find_label(self.labels, label):
                return
            await asyncio.sleep(0.01)


@dataclass(kw_only=True)
class DiscordWalker(WireWalker):
    """Walks through what Discord's own client would show."""

    people: discord.People
    inbox: Inbox
    who: discord.Who = discord.EDITOR
    shown: discord.Asked | None = None

    @property
    def _asked(self) -> discord.Asked:
        assert self.shown is not None, "nothing was typed yet"
        return self.shown

    @property
    def text(self) -> str:
        modal = self._asked.modal
        if modal is None:
            return self._asked.words
        asked = (label["label"] for label in modal["components"])
        return "\n".join((modal["title"], *asked))

    @property
    def labels(self) -> Sequence[str]:
        return () if self._asked.modal is not None else list(self._asked.controls)

    @property
    def menus(self) -> Sequence[str]:
        messages = self._asked.messages
        nodes = (n for m in messages for _, n in discord_rules.walk(m["components"]))
        return [node["placeholder"] for node in nodes if "placeholder" in node]

    @property
    def fields(self) -> Sequence[str]:
        asked = self._asked.modal or {}
        found = (label["component"] for label in asked.get("components", ()))
        return [question["custom_id"] for question in found]

    async def _type(self, line: str) -> None:
        found = parse_line(line, self.inbox)
        asked = await self.people.command(found.path, self.who, given=found.args)
        self.shown = await asked.done()

    async def _press(self, label: str) -> None:
        asked = await self.people.does_on(self._asked, label, self.who)
        self.shown = await asked.done()

    async def _submit(self, answers: Mapping[str, str]) -> None:
        assert self._asked.modal is not None
        asked = await self.people.fills(self._asked.modal, answers, self.who)
        self.shown = await asked.done()


@dataclass(kw_only=True)
class SlackWalker(WireWalker):
    """Walks through what Slack's own client would show."""

    people: slack.People
    who: slack.Who = slack.EDITOR
    shown: slack.Asked | None = None

    @property
    def _asked(self) -> slack.Asked:
        assert self.shown is not None, "nothing was typed yet"
        return self.shown

    @property
    def text(self) -> str:
        view = self._asked.view
        if not view:
            return self._asked.words
        inputs = (block for block in view["blocks"] if block["type"] == "input")
        asked = (block["label"]["text"] for block in inputs)
        return "\n".join((view["title"]["text"], *asked))

    @property
    def labels(self) -> Sequence[str]:
        return () if self._asked.view else list(self._asked.controls)

    @property
    def menus(self) -> Sequence[str]:
        shown = self._asked.shown
        found = (e for m in shown for _, e in slack_rules.elements(m["blocks"]))
        return [e["placeholder"]["text"] for e in found if "placeholder" in e]

    @property
    def fields(self) -> Sequence[str]:
        blocks = (self._asked.view or {}).get("blocks", ())
        return [block["block_id"] for block in blocks if block["type"] == "input"]

    async def _type(self, line: str) -> None:
        self.shown = await (await self.people.types(line, self.who)).done()

    async def _press(self, label: str) -> None:
        asked = await self.people.does_on(self._asked, label)
        self.shown = await asked.done()

    async def _submit(self, answers: Mapping[str, str]) -> None:
        opener = self._asked
        assert opener.view is not None
        filled = await self.people.fills(opener.view, self.who, answers=answers)
        await until(lambda: filled.acknowledged is not None)
        if filled.view is not None:
            self.shown = filled
        elif not filled.acknowledged:
            # The form is closed; what follows comes to where it was opened.
            await until(lambda: opener.messages or filled.home)
            self.shown = filled if filled.home else replace(opener, view=None)


@dataclass(kw_only=True)
class SlackHomeWalker(SlackWalker):
    """The same in the home tab of the app, which is the panel itself."""

    async def _type(self, line: str) -> None:
        if line != "/newsdesk home":
            await super()._type(line)
            return
        self.people.homes.clear()
        await self.people.looks_home(self.who)
        await until(lambda: self.who.user in self.people.homes)
        self.shown = slack.Asked(
            kind="home",
            payload={},
            who=self.who,
            at=0.0,
            token="",
            trigger="",
            at_home=True,
            home=self.people.homes[self.who.user],
        )
