"""Interactions on Discord, through the real client: each gets one answer, in time."""

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
from bot.platforms.discord.components import strip_key
from bot.platforms.discord.platform import DiscordPlatform
from bot.storage import workspace_store
from tests.bot.commands.examples import given_for
from tests.bot.harness import FLOOD, BotHarness
from tests.bot.platforms.discord.conftest import a_platform, listening, until
from tests.builders import an_inbox
from tests.wire.discord.answer_rules import COMMAND, MODAL
from tests.wire.discord.faults import Limit, Lost, Slow, Status
from tests.wire.discord.interactions import (
    ADMINISTRATOR,
    BROUGHT_ALONG,
    EDITOR,
    IN_DM,
    READER,
    Asked,
    Who,
    controls_of,
    like,
)
from tests.wire.discord.ledger import guild
from tests.wire.discord.server import LocalDiscord


@pytest.fixture
async def chat(harness: BotHarness, discord: LocalDiscord) -> AsyncIterator[BotHarness]:
    """The newsroom with a posted edition, and its commands on Discord."""
    await harness.post()
    async with listening(discord, harness.inbox, platform_of(harness)):
        yield harness


def platform_of(harness: BotHarness) -> DiscordPlatform:
    platform: Any = harness.platform
    assert isinstance(platform, DiscordPlatform)
    return platform


async def ask(
    discord: LocalDiscord, path: str, who: Who = EDITOR, /, **given: str
) -> Asked:
    asked = await discord.people.command(path, who, given)
    return await asked.done()


def posted(discord: LocalDiscord) -> dict[str, str]:
    """The controls of the edition in the channel: label → id."""
    return dict(controls_of(discord.ledger.says("2001")))


def posts(discord: LocalDiscord) -> int:
    return len(discord.ledger.says("2001"))


# ── commands ───────────────────────────────────────────────────────────────────


async def test_every_command_is_answered_to_the_asker_alone(chat, discord):
    for command in chat.inbox.typed_commands:
        asked = await ask(discord, command.path, **given_for(command))
        # Not everything that examples for editors name is set up here.
        if command.permission is Permission.EVERYONE:
            assert "did not work" not in asked.words, command.path
        assert asked.words or asked.modal, command.path
        assert asked.private, command.path
        assert asked.refused == []


async def test_a_chosen_language_is_used_throughout(chat, discord):
    page = await ask(discord, "news me")
    await (await discord.people.does_on(page, "German")).done()
    asked = await ask(discord, "news story", story="99")
    assert "Das hat nicht geklappt" in asked.words
    assert "That did not work" not in asked.words


async def test_an_answer_has_the_text_of_the_core(chat, discord):
    asked = await ask(discord, "news quotes", speaker="Brandt")
    assert "> “We will not reopen it before the steel has been tested”" in asked.words
    assert "Ada Brandt, engineer · Hallin Courier" in asked.words


async def test_a_number_counts_in_the_edition_of_the_channel_asked_from(chat, discord):
    asked = await ask(discord, "news story", story="2")
    assert "Torvale pool" in asked.words


async def test_an_answer_comes_in_the_language_of_the_asker(chat, discord):
    german = await ask(discord, "newsdesk status", like(READER, locale="de"))
    assert "Das hat nicht geklappt" in german.words
    assert "Das dürfen nur Redakteure" in german.words


async def test_a_failed_request_is_reported_in_words(chat, discord):
    asked = await ask(discord, "news story", story="99")
    assert "⚠ That did not work" in asked.words
    assert "There is no story 99" in asked.words


async def test_an_edition_that_is_shown_can_be_pressed(chat, discord):
    shown = await ask(discord, "news latest")
    story = next(i for label, i in shown.controls.items() if label.startswith("1."))
    asked = await discord.people.presses("v1:open", value=story)
    assert "Harbour bridge" in (await asked.done()).words


async def test_a_server_that_nothing_is_set_up_for_gets_a_plain_sentence(chat, discord):
    asked = await ask(discord, "news latest", like(EDITOR, guild="1002"))
    assert "No edition has been posted here yet" in asked.words


async def test_what_is_wrong_is_not_cut_to_fit_into_a_modal(chat, discord):
    """The instruction stands at the end: one message says it, and opens the form."""
    args = {"target": "Morning brief", "setting": "sources", "value": "add zebra"}
    asked = await ask(discord, "newsdesk set", **args)
    assert asked.modal is None
    assert "https" in asked.words
    opened = await (await discord.people.presses(asked.controls["Edit again"])).done()
    assert opened.modal is not None


# ── completion ─────────────────────────────────────────────────────────────────


async def completed(
    discord: LocalDiscord, path: str, option: str, typed: str, who: Who = EDITOR
) -> list[str]:
    asked = await (await discord.people.types(path, option, typed, who)).done()
    return asked.choices or []


async def test_names_are_completed(chat, discord):
    assert await completed(discord, "news quotes", "speaker", "bra") == ["Ada Brandt"]
    assert await completed(discord, "newsdesk preview", "digest", "") == [
        "Morning brief"
    ]
    assert "/news quotes" in await completed(discord, "news help", "command", "quo")
    stories = await completed(discord, "news story", "story", "")
    assert [name.split(". ")[0] for name in stories] == ["1", "2"]


async def test_editors_names_are_not_completed_for_readers(chat, discord):
    assert await completed(discord, "newsdesk preview", "digest", "", who=READER) == []


async def test_completion_that_fails_offers_nothing(discord):
    async def fails(*_: object) -> tuple[str, ...]:
        raise RuntimeError("defect")

    option = a_command("news find", completes="speaker")
    async with listening(discord, an_inbox(commands=(option,), complete=fails)):
        assert await completed(discord, "news find", "words", "x") == []


async def test_completions_fit_into_discords_list(discord):
    async def many(*_: object) -> tuple[str, ...]:
        return ("", "x" * 101, *(f"name {n}" for n in range(40)), "name 1")

    option = a_command("news find", completes="speaker")
    async with listening(discord, an_inbox(commands=(option,), complete=many)):
        found = await completed(discord, "news find", "words", "x")
    assert found == [f"name {n}" for n in range(25)]


def a_command(path: str, completes: str = "", **changes: Any) -> Command:
    async def run(_: Invocation) -> Reply:
        return Reply()

    parts: dict[str, Any] = {
        "path": path,
        "description": "Something",
        "permission": Permission.EVERYONE,
        "run": run,
        "options": (
            CommandOption(name="words", description="Which", completes=completes),
        ),
    }
    return Command(**{**parts, **changes})


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


async def test_a_slow_database_is_waited_for_and_the_answer_follows(harness, discord):
    await harness.post()
    async with listening(discord, harness.inbox, a_platform(discord, defer=0.05)):
        async with a_slow_database(harness):
            asked = await discord.people.command("news latest")
            await until(lambda: asked.state == "later")
        await asked.done()
    assert "Harbour bridge" in asked.words
    assert asked.private


async def test_a_quick_answer_needs_no_second_call(chat, discord):
    await ask(discord, "news quotes")
    assert len(discord.asked("answer")) == 1


def telling(*replies: Reply, after: Any = None) -> Inbox:
    """Answer commands with this, after something happened."""
    left = list(replies)

    async def dispatch(_: Invocation) -> Reply:
        if after is not None:
            await after()
        return left.pop(0) if len(left) > 1 else left[0]

    command = a_command("news find")
    return an_inbox(commands=(command,), dispatch=dispatch)


SAID = Reply(blocks=(Paragraph(text="Here it is"),))


async def test_an_answer_that_comes_too_late_is_dropped_and_the_next_one_comes(
    discord,
):
    async def four_seconds() -> None:
        discord.ledger.clock.advance(seconds=4)

    async with listening(discord, telling(SAID, after=four_seconds)) as platform:
        late = await discord.people.command("news find")
        await until(lambda: late.refused)
        assert late.refused == [10062]
        platform._listener.inbox = telling(SAID)
        assert "Here it is" in (await ask(discord, "news find")).words


async def test_an_answer_whose_token_has_run_out_is_dropped(discord):
    async def twenty_minutes() -> None:
        # Longer than deferring takes on a busy machine.
        await asyncio.sleep(0.6)
        discord.ledger.clock.advance(minutes=20)

    inbox = telling(SAID, after=twenty_minutes)
    async with listening(discord, inbox, a_platform(discord, defer=0.02)):
        late = await discord.people.command("news find")
        await until(lambda: late.refused)
    assert late.refused == [50027]


async def test_a_command_runs_although_its_answer_is_rejected(discord):
    done: list[str] = []

    async def slowly() -> None:
        discord.ledger.clock.advance(seconds=4)
        await asyncio.sleep(0.1)
        done.append("done")

    inbox = telling(SAID, after=slowly)
    async with listening(discord, inbox, a_platform(discord, defer=0.02)):
        await discord.people.command("news find")
        await until(lambda: done)


async def test_an_acknowledgement_whose_answer_is_lost_still_gets_its_answer(discord):
    async def slowly() -> None:
        await asyncio.sleep(0.2)

    discord.script(Lost(when="after"), "answer")
    inbox = telling(SAID, after=slowly)
    async with listening(discord, inbox, a_platform(discord, defer=0.02)):
        asked = await (await discord.people.command("news find")).done()
    assert "Here it is" in asked.words
    assert asked.refused == [40060]


async def test_a_limit_is_waited_for_and_no_token_is_logged(discord, caplog):
    discord.script(Limit(retry_after=0.05), "answer")
    async with listening(discord, telling(SAID)):
        asked = await ask(discord, "news find")
    assert "Here it is" in asked.words
    assert "responded with 429" in caplog.text
    assert asked.token not in caplog.text


@pytest.mark.parametrize("defer", [0.02, 5])
async def test_an_answer_that_discord_rejects_is_reported(discord, defer):
    async def slowly() -> None:
        await asyncio.sleep(0.1)

    if defer < 1:
        # The acknowledgement arrives, the answer does not.
        discord.script(Slow(seconds=0), "answer")
    discord.script(Status(status=400, code=50035), "answer")
    inbox = telling(SAID, after=slowly)
    async with listening(discord, inbox, a_platform(discord, defer=defer)):
        asked = await ask(discord, "news find")
    assert "cannot be shown here" in asked.words


@pytest.mark.parametrize("deferred", [False, True])
async def test_only_the_asker_sees_the_answer(discord, deferred):
    async def slowly() -> None:
        await asyncio.sleep(0.1 if deferred else 0)

    inbox = telling(SAID, after=slowly)
    async with listening(discord, inbox, a_platform(discord, defer=0.03)):
        asked = await ask(discord, "news find")
        assert asked.private
        assert len(asked.messages) == 1


@pytest.mark.parametrize("who", [IN_DM, BROUGHT_ALONG])
async def test_where_the_bot_is_not_installed_answers_are_private(discord, who):
    async with listening(discord, telling(SAID)):
        assert (await ask(discord, "news find", who)).private


async def test_a_problem_is_shown_privately(discord):
    async with listening(discord, telling(replace(SAID, problem=True))):
        assert (await ask(discord, "news find")).private


async def test_a_long_answer_comes_in_several_messages_and_counts_the_rest(discord):
    long = Reply(blocks=tuple(Paragraph(text="word " * 280) for _ in range(40)))
    async with listening(discord, telling(long)):
        asked = await ask(discord, "news find")
        await until(lambda: len(asked.messages) == 3)
    assert "more" in asked.words.rsplit("\n", 1)[1]


# ── buttons ────────────────────────────────────────────────────────────────────


async def test_buttons_of_a_posted_edition_work_after_a_restart(harness, discord):
    await harness.post()
    async with listening(discord, harness.inbox, a_platform(discord)):
        pass
    async with listening(discord, harness.inbox, a_platform(discord)):
        for label, words in (("Quotes", "3 quotes"), ("Figures", "2 figures")):
            pressed = await discord.people.presses(posted(discord)[label], READER)
            assert words in (await pressed.done()).words
        story = next(i for label, i in posted(discord).items() if label[0] == "1")
        chosen = await discord.people.presses("v1:open", READER, value=story)
        assert "Harbour bridge" in (await chosen.done()).words


async def test_a_button_that_carries_the_key_of_its_delivery_works(chat, discord):
    marked = posted(discord)["Quotes"] + "#k" + "a7" * 12 + "a"
    asked = await discord.people.presses(marked, READER)
    assert "3 quotes" in (await asked.done()).words


async def test_a_confirmed_post_is_posted_once_however_often_it_is_pressed(
    chat, discord
):
    chat.publish("flood", FLOOD)
    question = await ask(discord, "newsdesk post")
    button = question.controls["Post now"]
    before = posts(discord)
    for _ in range(3):
        await (await discord.people.presses(button)).done()
    await chat.outbox.drain()
    assert posts(discord) == before + 1


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "v1:",
        "v1:post:1:abc:AAAAAAAA",
        "v1:post:1",
        "v2:latest",
        "v1:latest:" + "x" * 89,
        "v1:eval:1",
        "not ours at all",
        "v1:again:",
        "v1:again:made-up",
        "v1:open",
        "v1:post:1:abc:AAAAAAAA#kabcdefghijklmnopqrstuvwxy",
    ],
)
async def test_an_invented_id_does_nothing(chat, discord, custom_id):
    before = posts(discord)
    asked = await discord.people.presses(custom_id)
    await asked.done()
    await chat.outbox.drain()
    assert posts(discord) == before
    if not custom_id.startswith("v1:latest"):
        assert "did not work" in asked.words


async def test_a_button_of_another_server_does_nothing(chat, discord):
    chat.publish("flood", FLOOD)
    button = (await ask(discord, "newsdesk post")).controls["Post now"]
    before = posts(discord)
    for who in (like(EDITOR, guild="1002"), IN_DM, BROUGHT_ALONG):
        asked = await discord.people.presses(button, who)
        assert "does not belong here" in (await asked.done()).words
    await chat.outbox.drain()
    assert posts(discord) == before


async def test_a_changed_id_does_nothing(chat, discord):
    chat.publish("flood", FLOOD)
    button = (await ask(discord, "newsdesk post")).controls["Post now"]
    before = posts(discord)
    for at in range(len("v1:post:"), len(button)):
        other = "A" if button[at] != "A" else "B"
        asked = await discord.people.presses(button[:at] + other + button[at + 1 :])
        await asked.done()
    await chat.outbox.drain()
    assert posts(discord) == before


def test_of_ten_thousand_changed_ids_none_is_taken():
    """Cut, extended, swapped and mixed: only the id itself opens anything."""
    ours = ControlSigner(b"0123456789abcdef")
    ids = [ours.signed(1, "post", str(n), f"{n:012x}") for n in range(20)]
    here = an_invocation()
    dice = random.Random(7)
    for _ in range(10_000):
        at, other = dice.randrange(8, len(ids[0])), dice.choice(ids)
        good = dice.choice(ids)
        changed = dice.choice(
            (
                good[:at],
                good[:at] + dice.choice(string.printable) + good[at:],
                good[:at] + dice.choice(string.printable) + good[at + 1 :],
                good[:at] + other[at:],
                f"{good}#k{'a' * dice.randrange(30)}",
                good.replace("post", "posts"),
            )
        )
        if strip_key(changed) in ids:
            continue
        with pytest.raises(UserError):
            ours.press(here, strip_key(changed))


def an_invocation() -> Invocation:
    workspace = Workspace(id=1, platform="discord", external_id="1001", name="N")
    return Invocation(
        key="1",
        place=Location(workspace=workspace, channel=None),
        person=Person(id="1", name="P", permission=Permission.EDITOR),
        path="",
        args={},
    )


async def test_a_reader_who_presses_an_editors_button_does_nothing(chat, discord):
    chat.publish("flood", FLOOD)
    button = (await ask(discord, "newsdesk post")).controls["Post now"]
    before = posts(discord)
    asked = await (await discord.people.presses(button, READER)).done()
    assert "Only editors" in asked.words
    await chat.outbox.drain()
    assert posts(discord) == before


async def test_what_a_signed_button_carries_cannot_be_typed(chat, discord):
    """No option and no form field sets what only a signed control may carry."""
    chat.publish("flood", FLOOD)
    before = posts(discord)
    option = {"name": "confirmed", "type": 3, "value": "1:abc"}
    sub = {"name": "post", "type": 1, "options": [option]}
    data = {"id": "3000", "name": "newsdesk", "type": 1, "options": [sub]}
    typed = await discord.people.does(COMMAND, data, EDITOR)
    field = {"type": 4, "id": 1, "custom_id": "confirmed", "value": "1:abc"}
    label = {"type": 18, "id": 2, "component": field}
    filled = {"custom_id": "v1:form:newsdesk post", "components": [label]}
    modal = await discord.people.does(MODAL, filled, EDITOR)
    for asked in (typed, modal):
        assert "Post now" in (await asked.done()).controls
    await chat.outbox.drain()
    assert posts(discord) == before


# ── repeats ────────────────────────────────────────────────────────────────────


async def test_an_interaction_that_comes_three_times_is_answered_once(chat, discord):
    asked = await ask(discord, "news quotes")
    for _ in range(2):
        await discord.people.again(asked)
    await ask(discord, "news latest")
    assert asked.refused == []
    assert len(asked.messages) == 1


async def test_one_that_comes_again_after_a_restart_has_no_second_effect(
    harness, discord
):
    await harness.post()
    harness.publish("flood", FLOOD)
    async with listening(discord, harness.inbox, a_platform(discord)):
        button = (await ask(discord, "newsdesk post")).controls["Post now"]
        pressed = await (await discord.people.presses(button)).done()
    async with listening(discord, harness.inbox, a_platform(discord)):
        await discord.people.again(pressed)
        await until(lambda: pressed.refused)
    await harness.outbox.drain()
    assert pressed.refused == [40060]
    assert posts(discord) == 2


# ── permissions ────────────────────────────────────────────────────────────────

ROLES = {
    "reader": (READER, False),
    "manager": (EDITOR, True),
    "administrator": (like(EDITOR, permissions=ADMINISTRATOR), True),
    "everything else": (like(READER, permissions=~(ADMINISTRATOR | 1 << 5)), False),
    "at home": (IN_DM, True),
    "brought along": (like(BROUGHT_ALONG, permissions=0), True),
}


@pytest.mark.parametrize("role", ROLES)
async def test_who_may_use_which_command_where(chat, discord, role):
    who, edits = ROLES[role]
    who = like(who, permissions=who.permissions & (1 << 50) - 1)
    for command in chat.inbox.typed_commands:
        asked = await ask(discord, command.path, who, **given_for(command))
        refused = "Only editors" in asked.words
        assert refused is (command.permission > Permission.EVERYONE and not edits)
        assert asked.private


async def test_a_right_that_was_lost_is_lost_at_once(chat, discord):
    assert "Status" in (await ask(discord, "newsdesk status", EDITOR)).words
    lost = like(EDITOR, permissions=0)
    assert "Only editors" in (await ask(discord, "newsdesk status", lost)).words


async def test_outside_a_server_its_data_is_invisible(chat, discord):
    for who in (IN_DM, BROUGHT_ALONG, like(EDITOR, guild="1002")):
        for command in chat.inbox.typed_commands:
            given = given_for(command)
            words = (await ask(discord, command.path, who, **given)).words
            for typed in given.values():
                # What was asked for is named in «No quotes of «Ada Brandt»».
                words = words.replace(typed, "")
            for theirs in ("Harbour", "Brandt", "31,000", "Morning brief"):
                assert theirs not in words, (who, command.path)


async def test_a_person_brings_the_same_workspace_along_everywhere(chat, discord):
    for who in (IN_DM, BROUGHT_ALONG):
        await ask(discord, "news latest", who)
    found = await chat.db.read(every_workspace)
    assert [w.external_id for w in found] == ["1001", "user-7001"]


def every_workspace(connection: Any) -> Any:
    return workspace_store.list_workspaces(connection)


# ── other gateway events ───────────────────────────────────────────────────────


@pytest.fixture
async def settled(chat: BotHarness) -> BotHarness:
    """The same, once all servers that were there before have been announced."""
    session = platform_of(chat)._session
    assert session is not None
    await until(session.is_ready)
    return chat


def a_guild(discord: LocalDiscord, number: str) -> dict[str, Any]:
    reported = {**guild(discord.ledger), "id": number, "name": "Second", "channels": []}
    # Discord sends «unavailable: false» only for a server that was there before.
    del reported["unavailable"]
    reported["roles"][0]["id"] = number
    return reported


async def test_being_added_makes_a_workspace_and_greets_the_owner(settled, discord):
    await discord.gateway.dispatch("GUILD_CREATE", a_guild(discord, "1002"))
    await until(lambda: discord.ledger.says("57001"))
    [hello] = discord.ledger.says("57001")
    assert "Second" in str(hello["components"])
    assert "has not posted anything yet" in str(hello["components"])
    found = await settled.db.read(every_workspace)
    assert ("1002", "Second") in [(w.external_id, w.name) for w in found]


async def test_the_installer_is_greeted_if_the_audit_log_is_readable(settled, discord):
    discord.added_by = "7009"
    joined = a_guild(discord, "1002")
    joined["roles"][0]["permissions"] = str(1 << 7)
    await discord.gateway.dispatch("GUILD_CREATE", joined)
    await until(lambda: discord.ledger.says("57009"))


async def test_a_greeting_that_is_refused_stops_nothing(settled, discord):
    discord.script(Status(status=403, code=50007), "post")
    await discord.gateway.dispatch("GUILD_CREATE", a_guild(discord, "1002"))
    await until(lambda: discord.asked("post", "57001"))
    assert "3 quotes" in (await ask(discord, "news quotes")).words


async def test_a_server_that_is_only_away_for_now_is_not_left(settled, discord):
    gone = {"id": "1001", "unavailable": True}
    await discord.gateway.dispatch("GUILD_DELETE", gone)
    await discord.gateway.dispatch("GUILD_CREATE", guild(discord.ledger))
    assert "3 quotes" in (await ask(discord, "news quotes")).words
    assert [d.paused for d in await destinations(settled)] == [None]


async def destinations(harness: BotHarness) -> Any:
    return (await harness.digest()).destinations


async def test_being_removed_stops_what_would_be_posted_until_it_is_added_again(
    settled, discord
):
    digest = await settled.digest()
    await discord.gateway.dispatch("GUILD_DELETE", {"id": "1001"})

    async def paused() -> list[str | None]:
        found = await settled.archive.digest(digest.scope, digest.id)
        return [place.paused for place in found.destinations]

    for _ in range(200):
        if all(await paused()):
            break
        await asyncio.sleep(0.01)
    assert all("removed" in str(reason) for reason in await paused())
    assert await settled.publisher.next_due() is None
    await discord.gateway.dispatch("GUILD_CREATE", a_guild(discord, "1001"))
    await until(lambda: discord.ledger.says("57001"))
    assert await paused() == [None]
    assert await settled.publisher.next_due() is not None


# ── roles ──────────────────────────────────────────────────────────────────────


async def test_a_role_with_a_grant_may_edit(chat, discord):
    shown = await ask(discord, "newsdesk access grant", who="<@&4711>")
    confirmed = await discord.people.presses(shown.controls["Confirm"])
    await confirmed.done()
    with_role = like(READER, roles=("4700", "4711"))
    assert "Control panel" in (await ask(discord, "newsdesk home", with_role)).words
    without = await ask(discord, "newsdesk home", READER)
    assert "Only editors" in without.words


async def test_roles_of_a_server_that_the_bot_is_not_in_open_nothing(chat, discord):
    shown = await ask(discord, "newsdesk access grant", who="<@&4711>")
    await (await discord.people.presses(shown.controls["Confirm"])).done()
    stranger = like(BROUGHT_ALONG, roles=("4711",), permissions=0)
    asked = await ask(discord, "newsdesk home", stranger)
    assert "#morning" not in asked.words


# ── user-installed, and in a private chat ──────────────────────────────────────


@pytest.mark.parametrize("who", [IN_DM, BROUGHT_ALONG])
async def test_without_a_setup_news_is_answered_in_a_sentence(chat, discord, who):
    asked = await ask(discord, "news latest", who)
    assert "No edition has been posted here yet." in asked.words
    assert "did not work" not in asked.words
    assert asked.private
