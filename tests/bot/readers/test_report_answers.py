"""A settled report is answered by private message: once, and to its reader alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import Refused
from bot.platforms.local.platform import LocalPlatform
from bot.storage import readers, schema
from bot.storage.messages import LocalMailbox
from bot.types import Permission
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.commands.test_on_the_page import page
from tests.bot.newsroom import BRIDGE, WAIT, Newsroom, newsroom
from tests.fakes import Lost

PERSON = "person:ben"


@pytest.fixture
async def ben(desk: Newsroom) -> Editor:
    """A reader, in the channel of an edition, who reported an error in it."""
    await desk.post()
    found = await a_reader(desk)
    await reports(found)
    return found


async def a_reader(desk: Newsroom, locale: str = "en") -> Editor:
    ana = await editor(desk)
    ben = replace(ana.also("Ben").person, permission=Permission.EVERYONE)
    return replace(ana, person=ben, locale=locale)


async def reports(who: Editor, text: str = "It was Monday.") -> None:
    reported = await who.says("news report", story="bridge", text=text)
    assert not reported.problem, said(reported)


async def settled(desk: Newsroom, answer: str = "You are right.") -> None:
    """Ana settles whatever is open."""
    ana = await editor(desk)
    for public_id in await desk.inbox.complete(
        await ana._event("newsdesk reports", {}), "settle", ""
    ):
        done = await ana.says("newsdesk reports", settle=public_id, answer=answer)
        assert not done.problem, said(done)


def letters(desk: Newsroom) -> list[str]:
    """What was sent to anybody in private, as plain words."""
    return [d.fallback_text for d in desk.platform.tried if PERSON in d.channel]


def sent(desk: Newsroom) -> int:
    return sum(m.channel == PERSON for m in desk.platform.messages)


async def state(desk: Newsroom) -> str:
    return await desk.db.read(
        lambda c: c.execute(select(schema.notices.c.state)).scalar_one()
    )


async def test_the_reader_is_written_to_and_nobody_else(desk: Newsroom, ben: Editor):
    before = len(desk.platform.messages)
    await settled(desk)
    await desk.outbox.tell()
    await desk.outbox.tell()
    assert len(desk.platform.messages) == before + 1
    (letter,) = letters(desk)
    first, where, wrote, answer = letter.split("\n")
    assert first.startswith("Your report r-")
    assert where.startswith("Harbour bridge closes after crack is found · ")
    assert wrote == "You wrote: It was Monday."
    assert answer == "The editors answer: You are right."
    assert "settled" not in said(await ben.says("news help"))


async def test_without_an_answer_it_only_says_that_it_is_settled(
    desk: Newsroom, ben: Editor
):
    await settled(desk, answer="")
    await desk.outbox.tell()
    assert "answer" not in letters(desk)[0]


async def test_it_is_in_the_language_in_which_it_was_reported(desk: Newsroom):
    await desk.post()
    await reports(await a_reader(desk, "de"))
    await settled(desk)
    await desk.outbox.tell()
    assert "ist erledigt" in letters(desk)[0]
    assert "Die Redaktion antwortet: You are right." in letters(desk)[0]


async def test_a_language_that_the_reader_chose_counts_more(
    desk: Newsroom, ben: Editor
):
    await ben.says("news language", language="de")
    await settled(desk)
    await desk.outbox.tell()
    assert "ist erledigt" in letters(desk)[0]


async def test_on_its_way_it_is_not_also_told_with_a_command(
    desk: Newsroom, ben: Editor
):
    await settled(desk)
    assert "settled" not in said(await ben.says("news help"))
    desk.platform.script(Lost())
    await desk.outbox.tell()
    assert await state(desk) == "uncertain"
    assert "settled" not in said(await ben.says("news help"))


@pytest.mark.parametrize("whole", [False, True])
async def test_who_takes_no_messages_is_told_with_the_next_command_once(
    desk: Newsroom, ben: Editor, whole: bool
):
    await settled(desk)
    desk.platform.script(Refused("You take no messages.", message_only=not whole))
    for _ in range(3):
        await desk.outbox.tell()
        desk.clock.advance(hours=1)
    assert sent(desk) == 0
    assert "You are right." in said(await ben.says("news help"))
    assert "You are right." not in said(await ben.says("news help"))


async def test_what_could_not_go_for_a_day_is_told_with_the_next_command(
    desk: Newsroom, ben: Editor
):
    await settled(desk)
    desk.clock.advance(days=1, seconds=1)
    await desk.outbox.tell()
    assert sent(desk) == 0
    assert "You are right." in said(await ben.says("news help"))


async def test_a_lost_answer_is_looked_for_and_nothing_is_told_twice(
    desk: Newsroom, ben: Editor
):
    await settled(desk)
    desk.platform.script(Lost())
    for _ in range(3):
        await desk.outbox.tell()
        desk.clock.advance(WAIT + timedelta(seconds=1))
    assert sent(desk) == 1
    assert await state(desk) == "sent"
    assert "settled" not in said(await ben.says("news help"))


async def test_where_nobody_can_look_it_is_not_told_again_but_can_be_read(
    desk: Newsroom, ben: Editor
):
    desk.platform.lets_us_look = False
    await settled(desk)
    desk.platform.script(Lost())
    for _ in range(3):
        await desk.outbox.tell()
        desk.clock.advance(WAIT + timedelta(seconds=1))
    assert sent(desk) == 1
    assert "was settled" not in said(await ben.says("news help"))
    assert "settled: You are right." in said(await ben.says("news me"))


async def test_unclear_for_a_day_it_is_not_told_again(desk: Newsroom, ben: Editor):
    await settled(desk)
    desk.platform.script(Lost())
    await desk.outbox.tell()
    desk.clock.advance(days=1, seconds=1)
    await desk.outbox.tell()
    assert sent(desk) == 1
    assert "was settled" not in said(await ben.says("news help"))


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_process_that_ended_while_telling_tells_once(
    database_url: str, tmp_path, arrived: bool
):
    """It ends before the message goes out, or after: the next start takes it up."""
    async with newsroom(database_url, tmp_path) as desk:
        desk.publish("bridge", BRIDGE)
        await desk.apply()
        await desk.post()
        await reports(await a_reader(desk))
        await settled(desk)
        desk.platform.script(Lost(Died()) if arrived else Died())
        with pytest.raises(Died):
            await desk.outbox.tell()
        platform, clock = desk.platform, desk.clock
        assert await state(desk) == "sending"
    async with newsroom(database_url, tmp_path, platform, clock=clock) as desk:
        for _ in range(5):
            clock.advance(2 * WAIT)
            await desk.outbox.tell()
        assert sent(desk) == 1
        assert await state(desk) == "sent"
        reader = await a_reader(desk)
        assert "was settled" not in said(await reader.says("news help"))


class Died(BaseException):
    """The process ended."""


async def test_who_erased_their_data_is_written_nothing(desk: Newsroom, ben: Editor):
    await settled(desk)
    await desk.db.write(readers.erase, workspace_id=1, person_id="ben")
    await desk.outbox.tell()
    assert sent(desk) == 0
    kept = await desk.db.read(lambda c: c.execute(select(schema.notices)).all())
    assert kept == []


async def test_what_was_erased_while_it_was_on_its_way_is_not_sent_again(
    desk: Newsroom, ben: Editor
):
    await settled(desk)
    desk.platform.script(Lost())
    await desk.outbox.tell()
    await desk.db.write(readers.erase, workspace_id=1, person_id="ben")
    for _ in range(3):
        desk.clock.advance(2 * WAIT)
        await desk.outbox.tell()
    assert sent(desk) == 1


async def test_two_commands_at_once_tell_it_once(desk: Newsroom, ben: Editor):
    await settled(desk)
    desk.platform.script(Refused("You take no messages."))
    await desk.outbox.tell()
    answers = await asyncio.gather(*(ben.says("news help") for _ in range(4)))
    assert sum("was settled" in said(answer) for answer in answers) == 1


# ── on the local page ──────────────────────────────────────────────────────────


async def test_on_the_page_it_stands_among_ones_own_messages(
    desk: Newsroom, ben: Editor
):
    mailbox = LocalMailbox(desk.db)
    platform = LocalPlatform(mailbox=mailbox, clock=desk.clock)
    object.__setattr__(desk.outbox, "platforms", {"local": platform})
    assert [place.name for place in (await desk.archive.local_rooms("ben"))[1]] == [
        "morning"
    ]
    await settled(desk)
    await desk.outbox.tell()
    browser = page(desk, mailbox)
    token = await browser.token()
    assert "only you" not in (await browser.get("/")).text
    await browser.post("/person", {"csrf": token, "person": "ben"})
    assert "only you" in (await browser.get("/")).text
    assert (
        "The editors answer: You are right."
        in (await browser.get("/c/person:ben")).text
    )
    await desk.db.write(readers.erase, workspace_id=1, person_id="ben")
    assert "only you" not in (await browser.get("/")).text
    assert (await browser.get("/c/person:ben")).status == 404
