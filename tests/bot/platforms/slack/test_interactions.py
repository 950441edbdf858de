"""Interactions on Slack, through the real client: each gets one answer, in time."""

import asyncio
import random
import string
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.commands.controls import ControlSigner
from bot.errors import UserError
from bot.model import (
    Command,
    CommandOption,
    Inbox,
    Invocation,
    Location,
    Paragraph,
    Permission,
    Person,
    Reply,
    Workspace,
)
from bot.platforms.slack.platform import SlackPlatform
from bot.storage import workspace_store
from tests.bot.harness import FLOOD, BotHarness
from tests.bot.platforms.slack.conftest import a_platform, example_of, listening, until
from tests.builders import an_inbox
from tests.wire.discord.faults import Lost, Slow, Status
from tests.wire.slack.faults import Limit, Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, READER, Asked, Who, controls_of, like
from tests.wire.slack.server import CHANNEL, LocalSlack

IN_DM = like(EDITOR, channel="D7003")


@pytest.fixture
async def chat(harness: BotHarness, slack: LocalSlack) -> AsyncIterator[BotHarness]:
    """The newsroom with a posted edition, and its commands on Slack."""
    await harness.post()
    async with listening(slack, harness.inbox, platform_of(harness)):
        yield harness


def platform_of(harness: BotHarness) -> SlackPlatform:
    platform: Any = harness.platform
    assert isinstance(platform, SlackPlatform)
    return platform


async def ask(slack: LocalSlack, line: str, who: Who = EDITOR) -> Asked:
    return await (await slack.people.types(line, who)).done()


async def acknowledged(slack: LocalSlack, envelope: str) -> None:
    await until(lambda: envelope in slack.socket.acknowledged)


async def press(slack: LocalSlack, control: str, who: Who = EDITOR, **how: Any):
    return await (await slack.people.presses(control, who, **how)).done()


def posted(slack: LocalSlack) -> dict[str, str]:
    """The controls of the edition in the channel: label → id."""
    return dict(controls_of(slack.ledger.says(CHANNEL)))


def posts(slack: LocalSlack) -> int:
    return len(slack.ledger.says(CHANNEL))


# ── commands ───────────────────────────────────────────────────────────────────


async def test_every_command_is_answered_to_the_asker_alone(chat, slack):
    for command in chat.inbox.typed_commands:
        asked = await ask(slack, example_of(command))
        # Not everything that examples for editors name is set up here.
        if command.permission is Permission.EVERYONE:
            assert "did not work" not in asked.words, command.path
        assert asked.words or asked.view, command.path
        assert asked.private, command.path
        await acknowledged(slack, asked.envelope)
        assert asked.acknowledged == {}
        assert asked.refused == []


@pytest.mark.parametrize(
    "line",
    [
        "/news quotes Brandt",
        '/news quotes "Ada Brandt"',
        "/news quotes “Ada Brandt”",
        "/news quotes «Ada Brandt»",
        "/news quotes speaker=Brandt",
        "/news quotes speaker=“Ada Brandt”",
        "/NEWS Quotes  Brandt ",
    ],
)
async def test_a_command_is_typed_in_many_ways(chat, slack, line):
    asked = await ask(slack, line)
    assert "“We will not reopen it before the steel has been tested”" in asked.words
    assert "Ada Brandt, engineer · Hallin Courier" in asked.words


async def test_a_chosen_language_is_used_throughout(chat, slack):
    page = await ask(slack, "/news me")
    await (await slack.people.does_on(page, "German")).done()
    asked = await ask(slack, "/news story 99")
    assert "Das hat nicht geklappt" in asked.words
    assert "That did not work" not in asked.words


async def test_a_bare_root_is_its_most_wanted_command(chat, slack):
    assert "Harbour bridge" in (await ask(slack, "/news")).words
    assert "Control panel" in (await ask(slack, "/newsdesk")).words


async def test_an_unknown_command_is_answered_with_the_nearest(chat, slack):
    asked = await ask(slack, "/news quots")
    assert "⚠ That did not work" in asked.words
    assert "Did you mean /news quotes?" in asked.words


async def test_a_number_counts_in_the_edition_of_the_channel_asked_from(chat, slack):
    assert "Torvale pool" in (await ask(slack, "/news story 2")).words


async def test_a_look_up_works_in_a_dm(chat, slack):
    assert "Torvale pool" in (await ask(slack, "/news story 2", IN_DM)).words


async def test_an_answer_comes_in_the_language_of_the_asker(chat, slack):
    german = await ask(slack, "/newsdesk status", like(READER, locale="de-DE"))
    assert "Das hat nicht geklappt" in german.words
    assert "Das dürfen nur Redakteure" in german.words


async def test_a_failed_request_is_reported_in_words(chat, slack):
    assert "There is no story 99" in (await ask(slack, "/news story 99")).words


async def test_what_slack_writes_for_what_was_typed_is_read_as_typed(slack):
    heard: list[str] = []

    async def dispatch(invocation: Invocation) -> Reply:
        heard.append(invocation.args["words"])
        return Reply()

    inbox = an_inbox(commands=(a_command("news find"),), dispatch=dispatch)
    lines = {
        "<#C2001|news>": "#news",
        "<#C2001>": "C2001",
        "<https://a.example/x?a=1&amp;b=2>": "https://a.example/x?a=1&b=2",
        "<http://a.example|a.example>": "http://a.example",
        "<@U7001|ana>": "<@U7001|ana>",
        "a &lt; b &amp;amp; &copy;": "a < b &amp; &copy;",
        "&lt;#C2001|news&gt;": "<#C2001|news>",
    }
    async with listening(slack, inbox):
        for line in lines:
            await (await slack.people.command(f"/news find {line}")).done()
    assert heard == list(lines.values())


async def test_an_edition_that_is_shown_can_be_pressed(chat, slack):
    shown = await ask(slack, "/news latest")
    story = next(i for label, i in shown.controls.items() if label.startswith("1."))
    asked = await press(slack, story, kind="static_select")
    assert "Harbour bridge" in asked.words


# ── deadlines ──────────────────────────────────────────────────────────────────


@asynccontextmanager
async def a_slow_database(harness: BotHarness) -> AsyncIterator[None]:
    """Keep every reader of the database busy until the block ends."""
    free = threading.Event()

    def busy(_: object) -> None:
        free.wait(20)

    reading = [asyncio.create_task(harness.db.read(busy)) for _ in range(4)]
    try:
        yield
    finally:
        free.set()
        await asyncio.gather(*reading)


@pytest.mark.parametrize("what", ["command", "press"])
async def test_a_slow_database_does_not_hold_up_the_acknowledgement(chat, slack, what):
    async with a_slow_database(chat):
        if what == "command":
            asked = await slack.people.command("/news latest")
        else:
            asked = await slack.people.presses("v1:quotes")
        await until(lambda: asked.acknowledged is not None, 2)
        assert asked.messages == []
    assert "bridge" in (await asked.done()).words.lower() or "quotes" in asked.words


async def test_a_slow_user_look_up_delays_no_acknowledgement(chat, slack):
    slack.script(Slow(seconds=0.5), "info")
    asked = await slack.people.command("/news latest")
    await until(lambda: asked.acknowledged is not None, 0.4)
    await asked.done()


def a_command(path: str, **changes: Any) -> Command:
    async def run(_: Invocation) -> Reply:
        return Reply()

    parts: dict[str, Any] = {
        "path": path,
        "description": "Something",
        "permission": Permission.EVERYONE,
        "run": run,
        "options": (CommandOption(name="words", description="Which", rest=True),),
    }
    return Command(**{**parts, **changes})


def telling(*replies: Reply, after: Any = None) -> Inbox:
    """A command that answers with this, after something happened."""
    left = list(replies)

    async def dispatch(_: Invocation) -> Reply:
        if after is not None:
            await after()
        return left.pop(0) if len(left) > 1 else left[0]

    return an_inbox(commands=(a_command("news find"),), dispatch=dispatch)


SAID = Reply(blocks=(Paragraph(text="Here it is"),))


async def test_an_answer_whose_address_has_run_out_comes_into_the_channel(slack):
    async def forty_minutes() -> None:
        await until(lambda: slack.socket.acknowledged)
        slack.ledger.clock.advance(minutes=40)

    async with listening(slack, telling(SAID, after=forty_minutes)):
        asked = await ask(slack, "/news find")
    assert asked.refused == ["expired_url"]
    assert asked.messages[0]["channel"] == CHANNEL
    assert "Here it is" in asked.words


async def test_where_the_bot_is_not_in_the_channel_either_it_comes_in_private(slack):
    slack.ledger.channel(CHANNEL, member=False)
    slack.script(Status(status=500), "respond")
    async with listening(slack, telling(SAID)):
        await slack.people.command("/news find")
        await until(lambda: slack.ledger.says(f"D{EDITOR.user}"))
    assert "Here it is" in str(slack.ledger.says(f"D{EDITOR.user}"))


async def test_an_answer_that_may_have_arrived_is_not_given_twice(slack):
    slack.script(Lost(when="after"), "respond")
    async with listening(slack, telling(SAID)):
        asked = await ask(slack, "/news find")
        await ask(slack, "/news find")
    assert len(asked.messages) == 1


async def test_an_answer_that_slack_rejects_is_reported(slack):
    slack.script(Status(status=400), "respond")
    slack.script(Refusal(code="invalid_blocks"), "whisper")
    async with listening(slack, telling(SAID)):
        asked = await ask(slack, "/news find")
    assert "cannot be shown here" in asked.words


async def test_answers_are_sent_to_slacks_host_only(slack):
    async with listening(slack, telling(SAID)):
        body = {
            "command": "/news",
            "text": "find",
            "team_id": TEAM,
            "channel_id": CHANNEL,
            "user_id": EDITOR.user,
            "response_url": "http://192.0.2.1/steal",
        }
        asked = await slack.people.does(
            "slash_commands", EDITOR, body, answerable=False
        )
        await asked.done()
    assert [m["channel"] for m in asked.messages] == [CHANNEL]


@pytest.mark.parametrize("problem", [True, False])
async def test_only_the_asker_sees_the_answer(slack, problem):
    async with listening(slack, telling(replace(SAID, problem=problem))):
        assert (await ask(slack, "/news find")).private


async def test_an_answer_to_a_button_in_a_thread_stays_there(slack):
    async with listening(slack, telling(SAID)):
        asked = await press(slack, "v1:quotes", thread="5.000001")
    assert asked.messages[0]["thread_ts"] == "5.000001"


async def test_a_defect_gets_a_sentence(slack):
    async def fails() -> None:
        raise RuntimeError("defect")

    async with listening(slack, telling(SAID, after=fails)):
        assert "on our side" in (await ask(slack, "/news find")).words


async def test_an_answer_that_we_cannot_write_gets_a_sentence(slack):
    strange: Any = object()
    async with listening(slack, telling(replace(SAID, blocks=(strange,)))):
        assert "cannot be shown here" in (await ask(slack, "/news find")).words


async def test_no_token_or_address_is_logged(slack, caplog, capsys):
    slack.script(Status(status=500), "respond")
    slack.script(Limit(retry_after=1), "whisper")
    printed: list[str] = []

    def read_log() -> str:
        printed.append(capsys.readouterr().out)
        return "".join(printed) + str(caplog.text)

    async with listening(slack, telling(SAID)):
        asked = await slack.people.command("/news find")
        await until(lambda: "answer not sent" in read_log())
        await ask(slack, "/news find")
    logged = read_log()
    for secret in (asked.token, asked.trigger, slack.token):
        assert secret not in logged


# ── buttons ────────────────────────────────────────────────────────────────────


async def test_controls_of_a_posted_edition_work_after_a_restart(harness, slack):
    await harness.post()
    async with listening(slack, harness.inbox, a_platform(slack)):
        pass
    async with listening(slack, harness.inbox, a_platform(slack)):
        for label, words in (("Quotes", "3 quotes"), ("Figures", "2 figures")):
            assert words in (await press(slack, posted(slack)[label], READER)).words
        story = next(i for label, i in posted(slack).items() if label[0] == "1")
        for kind in ("static_select", "overflow"):
            chosen = await press(slack, story, READER, kind=kind)
            assert "Harbour bridge" in chosen.words


async def test_a_confirmed_post_is_posted_once_however_often_it_is_pressed(chat, slack):
    chat.publish("flood", FLOOD)
    button = (await ask(slack, "/newsdesk post")).controls["Post now"]
    before = posts(slack)
    for _ in range(3):
        await press(slack, button)
    await chat.outbox.drain()
    assert posts(slack) == before + 1


@pytest.mark.parametrize(
    "control",
    [
        "",
        "v1:",
        "v1:post:1:abc:AAAAAAAA",
        "v1:post:1",
        "v2:latest",
        "v1:latest:" + "x" * 189,
        "v1:eval:1",
        "not ours at all",
        "v1:again:",
        "v1:again:made-up",
        "v1:open",
        "v1:form:newsdesk post",
    ],
)
async def test_an_invented_id_does_nothing(chat, slack, control):
    before = posts(slack)
    asked = await press(slack, control)
    await chat.outbox.drain()
    assert posts(slack) == before
    assert "did not work" in asked.words


async def test_a_button_of_another_workspace_does_nothing(chat, slack):
    chat.publish("flood", FLOOD)
    other = await chat.inbox.workspace_of("slack", "T1002", "Second")
    before = posts(slack)
    foreign = ControlSigner(b"0123456789abcdef").signed(other.id, "post", "1", "a" * 12)
    assert "does not belong here" in (await press(slack, foreign)).words
    await chat.outbox.drain()
    assert posts(slack) == before


async def test_an_event_of_another_team_reaches_nothing(slack):
    heard: list[str] = []

    async def dispatch(invocation: Invocation) -> Reply:
        heard.append(invocation.place.workspace.external_id)
        return Reply()

    inbox = an_inbox(commands=(a_command("news find"),), dispatch=dispatch)
    async with listening(slack, inbox):
        await slack.people.command("/news find", like(EDITOR, team="T1002"))
        await ask(slack, "/news find")
    slack.expects("Slack does not take it")  # Bolt's own reply to unauthorised callers
    assert heard == [TEAM]


async def test_a_changed_id_does_nothing(chat, slack):
    chat.publish("flood", FLOOD)
    button = (await ask(slack, "/newsdesk post")).controls["Post now"]
    before = posts(slack)
    for at in range(len("v1:post:"), len(button)):
        other = "A" if button[at] != "A" else "B"
        await press(slack, button[:at] + other + button[at + 1 :])
    await chat.outbox.drain()
    assert posts(slack) == before


def test_of_ten_thousand_changed_ids_none_is_taken():
    """Cut, extended, swapped and mixed: only the id itself opens anything."""
    ours = ControlSigner(b"0123456789abcdef")
    ids = [ours.signed(1, "post", str(n), f"{n:012x}") for n in range(20)]
    dice = random.Random(7)
    for _ in range(10_000):
        at, other, good = dice.randrange(8, len(ids[0])), *dice.choices(ids, k=2)
        letter = dice.choice(string.printable)
        changed = dice.choice(
            (
                good[:at],
                good[:at] + letter + good[at:],
                good[:at] + letter + good[at + 1 :],
                good[:at] + other[at:],
                good.replace("post", "posts"),
            )
        )
        if changed in ids:
            continue
        with pytest.raises(UserError):
            ours.press(an_invocation(), changed)


def an_invocation() -> Invocation:
    workspace = Workspace(id=1, platform="slack", external_id=TEAM, name="N")
    return Invocation(
        key="1",
        place=Location(workspace=workspace, channel=None),
        person=Person(id="1", name="P", permission=Permission.EDITOR),
        path="",
        args={},
    )


async def test_a_reader_who_presses_an_editors_button_does_nothing(chat, slack):
    chat.publish("flood", FLOOD)
    button = (await ask(slack, "/newsdesk post")).controls["Post now"]
    before = posts(slack)
    assert "Only editors" in (await press(slack, button, READER)).words
    await chat.outbox.drain()
    assert posts(slack) == before


async def test_what_a_signed_button_carries_cannot_be_typed(chat, slack):
    """Neither a line nor a form sets what only a signed control may carry."""
    chat.publish("flood", FLOOD)
    before = posts(slack)
    await ask(slack, "/newsdesk post confirmed=1:abc")
    block = {
        "type": "input",
        "block_id": "confirmed",
        "element": {"type": "plain_text_input", "action_id": "confirmed"},
    }
    view = {"type": "modal", "callback_id": "v1:form:newsdesk post", "blocks": [block]}
    filled = await slack.people.fills(view, answers={"confirmed": "1:abc"})
    await until(lambda: filled.acknowledged is not None)
    await chat.outbox.drain()
    assert posts(slack) == before


# ── repeats ────────────────────────────────────────────────────────────────────


async def test_an_envelope_that_comes_three_times_is_answered_once(chat, slack):
    asked = await ask(slack, "/news quotes")
    for _ in range(2):
        envelope = await slack.people.again(asked)
        await acknowledged(slack, envelope)
    await ask(slack, "/news latest")
    assert len(asked.messages) == 1


async def test_one_that_comes_again_after_a_restart_has_no_second_effect(
    harness, slack
):
    await harness.post()
    harness.publish("flood", FLOOD)
    async with listening(slack, harness.inbox, a_platform(slack)):
        button = (await ask(slack, "/newsdesk post")).controls["Post now"]
        pressed = await press(slack, button)
    async with listening(slack, harness.inbox, a_platform(slack)):
        await slack.people.again(pressed)
        await until(lambda: len(pressed.messages) == 2)
    await harness.outbox.drain()
    assert "already been answered" in pressed.words
    assert posts(slack) == 2


# ── permissions ────────────────────────────────────────────────────────────────

ROLES: dict[str, tuple[dict[str, Any], bool]] = {
    "member": ({}, False),
    "administrator": ({"is_admin": True}, True),
    "owner": ({"is_owner": True}, True),
    "primary owner": ({"is_primary_owner": True}, True),
    "guest": ({"is_admin": True, "is_restricted": True}, False),
    "single-channel guest": ({"is_ultra_restricted": True}, False),
    "from elsewhere": ({"is_admin": True, "team_id": "T1002"}, False),
    "stranger": ({"is_owner": True, "is_stranger": True}, False),
    "deactivated": ({"is_owner": True, "deleted": True}, False),
    "a bot": ({"is_admin": True, "is_bot": True}, False),
    "a strange answer": ({"is_admin": "yes"}, False),
}


@pytest.mark.parametrize("channel", [CHANNEL, "C2002", "D7009"])
@pytest.mark.parametrize("role", ROLES)
async def test_who_may_use_which_command_where(chat, slack, role, channel):
    traits, edits = ROLES[role]
    who = Who(user="U7009", traits=traits, channel=channel)
    for command in chat.inbox.typed_commands:
        asked = await ask(slack, example_of(command), who)
        refused = "Only editors" in asked.words
        assert refused is (command.permission > Permission.EVERYONE and not edits)
        assert asked.private


async def test_a_right_that_was_lost_is_lost_within_a_minute(chat, slack):
    listener = platform_of(chat).listener
    listener.people._cache._now = lambda: chat.clock.now().timestamp()
    assert "Status" in (await ask(slack, "/newsdesk status")).words
    chat.clock.advance(seconds=61)
    lost = like(EDITOR, traits={})
    assert "Only editors" in (await ask(slack, "/newsdesk status", lost)).words


async def test_a_person_is_looked_up_once_a_minute(chat, slack):
    for _ in range(3):
        await ask(slack, "/news latest")
    assert len(slack.asked("info")) == 1


@pytest.mark.parametrize(
    "fault", [Refusal(code="missing_scope"), Status(status=500), Limit(retry_after=1)]
)
async def test_without_user_info_a_person_reads_and_does_not_edit(chat, slack, fault):
    slack.script(fault, "info", times=2)
    assert "Harbour" in (await ask(slack, "/news latest")).words
    refused = await ask(slack, "/newsdesk status")
    assert "Only editors" in refused.words
    assert "users:read" in refused.words


async def test_a_failed_user_look_up_is_repeated(chat, slack):
    slack.script(Status(status=500), "info")
    assert "Only editors" in (await ask(slack, "/newsdesk status")).words
    assert "Status" in (await ask(slack, "/newsdesk status")).words


# ── the app home, and uninstalling ─────────────────────────────────────────────


async def home_of(slack: LocalSlack, who: Who) -> str:
    slack.people.homes.clear()
    await slack.people.looks_home(who)
    await until(lambda: who.user in slack.people.homes)
    return str(slack.people.homes[who.user]["blocks"])


async def test_the_home_is_the_editors_panel_and_explains_the_bot_to_readers(
    chat, slack
):
    editors = await home_of(slack, EDITOR)
    assert "traced to its source" not in editors
    assert "/invite" in editors
    assert "Control panel" in editors
    assert "Morning brief" in editors
    readers = await home_of(slack, READER)
    assert "traced to its source" in readers
    assert "/invite" not in readers
    assert "Only editors" not in readers
    assert "already been answered" not in await home_of(slack, EDITOR)


async def test_the_home_of_a_person_with_a_grant_is_an_editors(chat, slack):
    granted = slack.people.command(f"/newsdesk access grant <@{READER.user}>")
    asked = await (await granted).done()
    if "Confirm" in asked.controls:
        await press(slack, asked.controls["Confirm"])
    assert "/invite" in await home_of(slack, READER)


async def test_another_tab_publishes_nothing(chat, slack):
    await slack.people.looks_home(READER, tab="messages")
    await home_of(slack, EDITOR)
    assert READER.user not in slack.people.homes


async def test_a_home_that_slack_does_not_take_stops_nothing(chat, slack):
    slack.script(Refusal(code="not_enabled"), "view")
    await slack.people.looks_home(READER)
    await until(lambda: slack.asked("view"))
    await home_of(slack, EDITOR)


async def test_a_button_without_a_channel_is_answered_in_private(chat, slack):
    await slack.people.presses_at_home("v1:quotes", READER)
    await until(lambda: slack.ledger.says(f"D{READER.user}"))
    assert "3 quotes" in str(slack.ledger.says(f"D{READER.user}"))


async def test_being_taken_off_stops_what_would_be_posted_until_it_is_back(
    harness, slack
):
    digest = await harness.digest()

    async def paused() -> list[str | None]:
        found = await harness.archive.digest(digest.scope, digest.id)
        return [place.paused for place in found.destinations]

    async with listening(slack, harness.inbox, a_platform(slack)):
        slack.revoked = "account_inactive"
        await slack.socket.event({"type": "app_uninstalled"})
        for _ in range(300):
            if all(await paused()):
                break
            await asyncio.sleep(0.01)
        assert all("removed" in str(reason) for reason in await paused())
        assert await harness.publisher.next_due() is None
    slack.revoked = ""
    async with listening(slack, harness.inbox, a_platform(slack)):
        assert await paused() == [None]
        assert await harness.publisher.next_due() is not None


async def test_old_news_that_it_was_taken_off_leaves_nothing(slack):
    gone: list[str] = []

    async def left(_: Any, external_id: str) -> None:
        gone.append(external_id)

    async with listening(slack, replace(telling(SAID), left=left)):
        await slack.socket.event({"type": "tokens_revoked"})
        await until(lambda: len(slack.asked("login")) == 2)
        await ask(slack, "/news find")
        await asyncio.sleep(0.05)
        assert gone == []
        slack.revoked = "token_revoked"
        await slack.socket.event({"type": "tokens_revoked"})
        await until(lambda: gone == [TEAM])


async def test_signing_in_makes_the_workspace_with_its_name(slack):
    met: list[tuple[str, str]] = []

    async def workspace_of(platform: Any, external_id: str, name: str) -> Workspace:
        met.append((external_id, name))
        return Workspace(id=1, platform=platform, external_id=external_id, name=name)

    async with listening(slack, an_inbox(workspace_of=workspace_of)):
        pass
    assert met == [(TEAM, "Newsroom")]


async def test_people_make_no_further_workspace(chat, slack):
    for who in (READER, EDITOR, IN_DM):
        await ask(slack, "/news latest", who)
    found = await chat.db.read(
        lambda connection: workspace_store.list_workspaces(connection)
    )
    assert [w.external_id for w in found] == [TEAM]
