"""Commands × people × places, as each platform reports them: the wrong cells.

    found = await on_discord(harness, discord)
    assert found.wrong == []

A cell is one command, sent by one person at one place, complete (its own example) or
bare. Expected: editors' commands are open to people who manage the place or were
granted access there by an editor, by name or by a role held at this moment, and to
nobody else; a form is shown to those alone; every answer is private to the asker. A
grant does not include granting. At home, in a direct message on Discord, a person may
do everything, in a workspace of their own.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.i18n.translation import Texts
from bot.model import Command, Form, Location, Permission, Person, PlatformName
from bot.model.scope import Scope
from bot.platforms.local import commands
from bot.platforms.local.commands import PageVisitor
from bot.storage import workspace_store
from bot.storage.workspace_store import Grant
from tests.bot.commands.editors import said
from tests.bot.commands.examples import given_for
from tests.bot.harness import BotHarness
from tests.bot.platforms.slack.conftest import example_of
from tests.wire.discord import interactions
from tests.wire.discord.ledger import GUILD
from tests.wire.discord.server import LocalDiscord
from tests.wire.slack import people
from tests.wire.slack import people as slack_people
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack

ROLE, OTHER_ROLE = "4711", "4712"
#: The replies to somebody without permission, and to somebody with a grant only.
REFUSED, NO_MANAGER = "Only editors", "Only people who manage"
#: The reply to an internal error.
DEFECT = "on our side"
MANAGED = ("newsdesk access grant", "newsdesk access revoke")


@dataclass(kw_only=True)
class MatrixResult:
    """The result of one run."""

    cells: int = 0
    wrong: list[str] = field(default_factory=list)

    def see(self, cell: str, reported: "Observed", *, may: bool, granted: bool) -> None:
        self.cells += 1
        if reported.form:
            right = may
        elif granted and reported.command.path in MANAGED:
            right = NO_MANAGER in reported.words
        else:
            right = (REFUSED in reported.words) is not may and bool(reported.words)
        if not right or not reported.private or DEFECT in reported.words:
            self.wrong.append(f"{cell}: {reported.words[:80] or 'a form'}")


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One person's answer."""

    command: Command
    words: str
    form: bool
    private: bool = True


@dataclass(frozen=True, kw_only=True)
class Column:
    """One person at one place."""

    name: str
    #: Whether editors' commands are open to them.
    edits: bool
    #: Whether an editor's grant covers them here.
    granted: bool
    ask: Callable[[Command, bool], Awaitable[Observed]]
    #: Whether the platform can send a command that lacks a required option.
    bare: bool = True


async def seen(commands: Sequence[Command], columns: Iterable[Column]) -> MatrixResult:
    """Run every cell."""
    found = MatrixResult()
    for column in columns:
        for command in commands:
            bare = column.bare and any(option.required for option in command.options)
            may = command.permission is Permission.EVERYONE or column.edits
            for whole in (True, False) if bare else (True,):
                reported = await column.ask(command, whole)
                cell = f"/{command.path}{'' if whole else ' (bare)'}, {column.name}"
                found.see(cell, reported, may=may, granted=column.granted)
    return found


async def let_in(
    harness: BotHarness, platform: PlatformName, workspace: str, person: str
) -> None:
    """Grant access to a person and a role, in this workspace alone."""
    here = await harness.inbox.workspace_of(platform, workspace, "Newsroom")
    for grant in (
        Grant(kind="person", external_id=person),
        Grant(kind="role", external_id=ROLE),
        # The people that the commands' own examples mention.
        Grant(kind="person", external_id="ben"),
    ):
        await harness.db.write(workspace_store.add_grant, Scope(here.id), grant=grant)


# ── Discord ────────────────────────────────────────────────────────────────────

NOBODY, LET_IN, HOLDER, MANAGER = "70090", "70091", "70092", "70093"


async def on_discord(
    harness: BotHarness, discord: LocalDiscord, *names: str
) -> MatrixResult:
    """Every cell on Discord, or those of columns whose name contains one of these."""
    await let_in(harness, "discord", GUILD, LET_IN)
    for number in (ROLE, OTHER_ROLE):
        role = {**_EVERYONE, "id": number, "name": f"role-{number}"}
        reported = {"guild_id": GUILD, "role": role}
        await discord.gateway.dispatch("GUILD_ROLE_CREATE", reported)
    return await seen(harness.inbox.typed_commands, _kept(_of_discord(discord), names))


_EVERYONE = {
    "color": 0, "hoist": False, "position": 1, "permissions": "0", "managed": False,
    "mentionable": False,
}  # fmt: skip


def holder(roles: tuple[str, ...] = (ROLE,)) -> interactions.Who:
    """A member of the channel with no permission except by a role."""
    return interactions.Who(permissions=0, user=HOLDER, roles=roles)


def _of_discord(discord: LocalDiscord) -> Iterable[Column]:
    nobody = interactions.Who(permissions=0, user=NOBODY)
    like = interactions.like
    people = {
        "everybody": (nobody, False, False),
        "let in": (like(nobody, user=LET_IN), True, True),
        "let in by a role": (holder(), True, True),
        "of another role": (holder((OTHER_ROLE,)), False, False),
        "a manager": (like(nobody, user=MANAGER, permissions=1 << 5), True, False),
    }
    for name, (who, edits, granted) in people.items():
        elsewhere = like(who, guild="1002", channel="2902")
        at_home = like(who, guild=None, channel="2900", added=False, permissions=0)
        brought = like(who, guild="1999", channel="2999", added=False)
        manages = bool(who.permissions)
        for place, asker, may, let in (
            ("in a channel", who, edits, granted),
            ("in another server", elsewhere, manages, False),
            ("in a DM", at_home, True, False),
            ("brought along", brought, True, False),
        ):
            yield Column(
                name=f"{name} {place}",
                edits=may,
                granted=let,
                ask=_asking_discord(discord, asker),
                bare=False,
            )


def _asking_discord(
    discord: LocalDiscord, who: interactions.Who
) -> Callable[[Command, bool], Awaitable[Observed]]:
    async def ask(command: Command, whole: bool) -> Observed:
        given = given_for(command) if whole else {}
        asked = await discord.people.command(command.path, who, given)
        await asked.done()
        return Observed(
            command=command,
            words=asked.words,
            form=asked.modal is not None,
            private=asked.private,
        )

    return ask


# ── Slack ──────────────────────────────────────────────────────────────────────


async def on_slack(harness: BotHarness, slack: LocalSlack, *names: str) -> MatrixResult:
    """Every cell on Slack."""
    await let_in(harness, "slack", TEAM, f"U{LET_IN}")
    return await seen(harness.inbox.typed_commands, _kept(_of_slack(slack), names))


def _of_slack(slack: LocalSlack) -> Iterable[Column]:
    nobody = slack_people.Who(user=f"U{NOBODY}")
    like = slack_people.like
    people = {
        "everybody": (nobody, False, False),
        "let in": (like(nobody, user=f"U{LET_IN}"), True, True),
        "a manager": (
            like(nobody, user=f"U{MANAGER}", traits={"is_admin": True}), True, False,
        ),
    }  # fmt: skip
    for name, (who, edits, granted) in people.items():
        for place, channel in (
            ("in a channel", CHANNEL),
            ("in another channel", "C2002"),
            ("in a DM", "D7009"),
        ):
            yield Column(
                name=f"{name} {place}",
                edits=edits,
                granted=granted,
                ask=_asking_slack(slack, like(who, channel=channel)),
            )


def _asking_slack(
    slack: LocalSlack, who: people.Who
) -> Callable[[Command, bool], Awaitable[Observed]]:
    async def ask(command: Command, whole: bool) -> Observed:
        line = example_of(command) if whole else f"/{command.path}"
        asked = await (await slack.people.types(line, who)).done()
        return Observed(
            command=command,
            words=asked.words,
            form=asked.view is not None,
            private=asked.private,
        )

    return ask


# ── the local page ─────────────────────────────────────────────────────────────


async def on_page(harness: BotHarness, *names: str) -> MatrixResult:
    """Every cell on the local page."""
    await let_in(harness, "local", "newsroom", LET_IN)
    here = await harness.place()
    return await seen(
        harness.inbox.typed_commands, _kept(_of_page(harness, here), names)
    )


def _of_page(harness: BotHarness, here: Location) -> Iterable[Column]:
    nobody, editor = Permission.EVERYONE, Permission.EDITOR
    people = {
        "everybody": (Person(id=NOBODY, name="N", permission=nobody), False, False),
        "let in": (Person(id=LET_IN, name="L", permission=nobody), True, True),
        "a manager": (Person(id=MANAGER, name="M", permission=editor), True, False),
    }
    for name, (person, edits, granted) in people.items():
        for place, at in (
            ("in a channel", here),
            ("outside of channels", Location(workspace=here.workspace, channel=None)),
        ):
            yield Column(
                name=f"{name} {place}",
                edits=edits,
                granted=granted,
                ask=_asking_page(harness, person, at),
            )


def _asking_page(
    harness: BotHarness, person: Person, place: Location
) -> Callable[[Command, bool], Awaitable[Observed]]:
    asker = PageVisitor(
        person=person, place=place, texts=Texts.of("en"), inbox=harness.inbox
    )

    async def ask(command: Command, whole: bool) -> Observed:
        line = example_of(command) if whole else f"/{command.path}"
        fields = {"line": line, "event": commands.create_event_id()}
        outcome = (await commands.run_request(asker, fields)).outcome
        return Observed(
            command=command, words=said(outcome), form=isinstance(outcome, Form)
        )

    return ask


def _kept(columns: Iterable[Column], names: Sequence[str]) -> Iterable[Column]:
    return (c for c in columns if not names or any(n in c.name for n in names))
