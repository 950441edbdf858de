"""A resolved report is answered by private message: once, to its reader alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import SendRefused
from bot.model import Permission
from bot.model.scope import PersonScope
from bot.platforms.local.platform import LocalPlatform
from bot.storage import reader_store, schema
from bot.storage.message_store import LocalMailbox
from tests.bot.commands.editors import Editor, editor, open_reports, said
from tests.bot.commands.test_local_page import page
from tests.bot.harness import BRIDGE, WAIT, BotHarness, open_harness
from tests.fakes import Lost

PERSON = "person:ben"


@pytest.fixture
async def ben(harness: BotHarness) -> Editor:
    """A reader, in the channel of an edition, who reported an error in it."""
    await harness.post()
    found = await a_reader(harness)
    await reports(found)
    return found


async def a_reader(harness: BotHarness, locale: str = "en") -> Editor:
    ana = await editor(harness)
    ben = replace(ana.also("Ben").person, permission=Permission.EVERYONE)
    return replace(ana, person=ben, locale=locale)


async def reports(who: Editor, text: str = "It was Monday.") -> None:
    reported = await who.says("news report", story="bridge", text=text)
    assert not reported.problem, said(reported)


async def settled(harness: BotHarness, answer: str = "You are right.") -> None:
    """Resolve all open reports as Ana."""
    ana = await editor(harness)
    for public_id in await open_reports(ana):
        done = await ana.sees(f"report:{public_id}", answer=answer)
        assert not done.problem, said(done)


def letters(harness: BotHarness) -> list[str]:
    """All private messages, as plain words."""
    return [d.fallback_text for d in harness.platform.tried if PERSON in d.channel]


def sent(harness: BotHarness) -> int:
    return sum(m.channel == PERSON for m in harness.platform.messages)


async def state(harness: BotHarness) -> str:
    return await harness.db.read(
        lambda c: c.execute(select(schema.notices.c.state)).scalar_one()
    )


async def test_only_the_reader_gets_a_message(harness: BotHarness, ben: Editor):
    before = len(harness.platform.messages)
    await settled(harness)
    await harness.outbox.deliver_notices()
    await harness.outbox.deliver_notices()
    assert len(harness.platform.messages) == before + 1
    (letter,) = letters(harness)
    first, where, wrote, answer = letter.split("\n")
    assert first.startswith("Your report r-")
    assert where.startswith("Harbour bridge closes after crack is found · ")
    assert wrote == "You wrote: It was Monday."
    assert answer == "The editors answer: You are right."
    assert "settled" not in said(await ben.says("news help"))


async def test_without_an_answer_it_only_reports_the_resolution(
    harness: BotHarness, ben: Editor
):
    await settled(harness, answer="")
    await harness.outbox.deliver_notices()
    assert "answer" not in letters(harness)[0]


async def test_it_is_in_the_language_in_which_it_was_reported(harness: BotHarness):
    await harness.post()
    await reports(await a_reader(harness, "de"))
    await settled(harness)
    await harness.outbox.deliver_notices()
    assert "ist erledigt" in letters(harness)[0]
    assert "Die Redaktion antwortet: You are right." in letters(harness)[0]


async def test_a_language_that_the_reader_chose_counts_more(
    harness: BotHarness, ben: Editor
):
    await ben.chooses_language("de")
    await settled(harness)
    await harness.outbox.deliver_notices()
    assert "ist erledigt" in letters(harness)[0]


async def test_a_notice_in_flight_is_not_shown_with_a_command(
    harness: BotHarness, ben: Editor
):
    await settled(harness)
    assert "settled" not in said(await ben.says("news help"))
    harness.platform.script(Lost())
    await harness.outbox.deliver_notices()
    assert await state(harness) == "uncertain"
    assert "settled" not in said(await ben.says("news help"))


@pytest.mark.parametrize("whole", [False, True])
async def test_closed_messages_move_it_to_the_next_command_once(
    harness: BotHarness, ben: Editor, whole: bool
):
    await settled(harness)
    harness.platform.script(
        SendRefused("You take no messages.", message_only=not whole)
    )
    for _ in range(3):
        await harness.outbox.deliver_notices()
        harness.clock.advance(hours=1)
    assert sent(harness) == 0
    assert "You are right." in said(await ben.says("news help"))
    assert "You are right." not in said(await ben.says("news help"))


async def test_a_notice_unsent_for_a_day_comes_with_the_next_command(
    harness: BotHarness, ben: Editor
):
    await settled(harness)
    harness.clock.advance(days=1, seconds=1)
    await harness.outbox.deliver_notices()
    assert sent(harness) == 0
    assert "You are right." in said(await ben.says("news help"))


async def test_a_lost_answer_is_read_back_and_nothing_is_sent_twice(
    harness: BotHarness, ben: Editor
):
    await settled(harness)
    harness.platform.script(Lost())
    for _ in range(3):
        await harness.outbox.deliver_notices()
        harness.clock.advance(WAIT + timedelta(seconds=1))
    assert sent(harness) == 1
    assert await state(harness) == "sent"
    assert "settled" not in said(await ben.says("news help"))


async def test_without_reading_back_it_is_not_repeated_but_listed(
    harness: BotHarness, ben: Editor
):
    harness.platform.lets_us_look = False
    await settled(harness)
    harness.platform.script(Lost())
    for _ in range(3):
        await harness.outbox.deliver_notices()
        harness.clock.advance(WAIT + timedelta(seconds=1))
    assert sent(harness) == 1
    assert "was resolved" not in said(await ben.says("news help"))
    assert "resolved: You are right." in said(await ben.says("news me"))


async def test_uncertain_for_a_day_it_is_not_repeated(harness: BotHarness, ben: Editor):
    await settled(harness)
    harness.platform.script(Lost())
    await harness.outbox.deliver_notices()
    harness.clock.advance(days=1, seconds=1)
    await harness.outbox.deliver_notices()
    assert sent(harness) == 1
    assert "was resolved" not in said(await ben.says("news help"))


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_process_killed_while_sending_sends_once(
    database_url: str, tmp_path, arrived: bool
):
    """It dies before or after the message is sent: the next start resumes it."""
    async with open_harness(database_url, tmp_path) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply()
        await harness.post()
        await reports(await a_reader(harness))
        await settled(harness)
        harness.platform.script(Lost(Died()) if arrived else Died())
        with pytest.raises(Died):
            await harness.outbox.deliver_notices()
        platform, clock = harness.platform, harness.clock
        assert await state(harness) == "sending"
    async with open_harness(database_url, tmp_path, platform, clock=clock) as harness:
        for _ in range(5):
            clock.advance(2 * WAIT)
            await harness.outbox.deliver_notices()
        assert sent(harness) == 1
        assert await state(harness) == "sent"
        reader = await a_reader(harness)
        assert "was resolved" not in said(await reader.says("news help"))


class Died(BaseException):
    """The process died."""


async def test_after_erasing_their_data_a_person_gets_no_messages(
    harness: BotHarness, ben: Editor
):
    await settled(harness)
    await harness.db.write(
        reader_store.erase_person,
        PersonScope(1, "ben"),
    )
    await harness.outbox.deliver_notices()
    assert sent(harness) == 0
    kept = await harness.db.read(lambda c: c.execute(select(schema.notices)).all())
    assert kept == []


async def test_what_was_erased_while_it_was_on_its_way_is_not_sent_again(
    harness: BotHarness, ben: Editor
):
    await settled(harness)
    harness.platform.script(Lost())
    await harness.outbox.deliver_notices()
    await harness.db.write(
        reader_store.erase_person,
        PersonScope(1, "ben"),
    )
    for _ in range(3):
        harness.clock.advance(2 * WAIT)
        await harness.outbox.deliver_notices()
    assert sent(harness) == 1


async def test_two_commands_at_once_show_it_once(harness: BotHarness, ben: Editor):
    await settled(harness)
    harness.platform.script(SendRefused("You take no messages."))
    await harness.outbox.deliver_notices()
    answers = await asyncio.gather(*(ben.says("news help") for _ in range(4)))
    assert sum("was resolved" in said(answer) for answer in answers) == 1


# ── on the local page ──────────────────────────────────────────────────────────


async def test_on_the_page_it_is_among_the_persons_own_messages(
    harness: BotHarness, ben: Editor
):
    mailbox = LocalMailbox(harness.db)
    platform = LocalPlatform(mailbox=mailbox, clock=harness.clock)
    object.__setattr__(harness.outbox, "platforms", {"local": platform})
    assert [
        place.name for place in (await harness.archive.local_destinations("ben"))[1]
    ] == ["morning"]
    await settled(harness)
    await harness.outbox.deliver_notices()
    browser = page(harness, mailbox)
    token = await browser.token()
    assert "only you" not in (await browser.get("/")).text
    await browser.post("/person", {"csrf": token, "person": "ben"})
    assert "only you" in (await browser.get("/")).text
    assert (
        "The editors answer: You are right."
        in (await browser.get("/c/person:ben")).text
    )
    await harness.db.write(
        reader_store.erase_person,
        PersonScope(1, "ben"),
    )
    assert "only you" not in (await browser.get("/")).text
    assert (await browser.get("/c/person:ben")).status == 404
