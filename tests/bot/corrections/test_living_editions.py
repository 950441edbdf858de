"""Living editions: what was told is put right where it stands, once, and says so."""

from datetime import timedelta

import pytest

from bot import config_file
from bot.errors import ConfigurationError, Gone, Limited, Refused
from bot.storage.told_articles import LIVING
from tests.bot.corrections.conftest import WITHOUT_SCHEDULE
from tests.bot.corrections.living import (
    correct,
    edits,
    listed,
    reread,
    settle,
    shown,
    words,
)
from tests.bot.newsroom import BRIDGE, Newsroom
from tests.bot.test_undo import undo
from tests.fakes import Lost


def notes(desk: Newsroom) -> list[str]:
    return [said for said in shown(desk).split("\n") if "Corrected" in said]


# ── what is put right ──────────────────────────────────────────────────────────


async def test_a_corrected_figure_is_put_right_where_it_stands(desk):
    await correct(desk, ("31,000", "13,000"))
    assert "About 13,000 vehicles cross the bridge" in shown(desk)
    assert "About 31,000 vehicles" not in shown(desk)


async def test_the_story_says_at_its_end_what_was_corrected_and_when(desk):
    await correct(desk, ("31,000", "13,000"))
    assert notes(desk) == ["-# Corrected 12:06: 31,000 → 13,000"]


async def test_a_corrected_name_is_put_right(desk):
    await correct(desk, ("Hallin was closed", "Torvale was closed"))
    assert "The harbour bridge at Torvale was closed" in shown(desk)


async def test_a_denial_is_put_right(desk):
    await correct(desk, ("was closed on Tuesday", "was not closed on Tuesday"))
    assert "was not closed on Tuesday" in shown(desk)
    assert notes(desk) == ["-# Corrected 12:06: now “not”"]


async def test_a_withdrawn_quote_is_struck_and_stays(desk):
    quote = "“We will not reopen it before the steel has been tested,” said engineer "
    sentence = f"{quote}Ada Brandt.\n\n"
    await correct(desk, (sentence, ""))
    assert "~~“We will not reopen it before the steel has been tested”~~" in shown(desk)
    assert "withdrawn" in shown(desk)


async def test_a_quote_that_reads_otherwise_now_is_shown_as_it_reads(desk):
    await correct(desk, ("We will not reopen it", "We would not reopen it"))
    assert "“We would not reopen it before the steel has been tested”" in shown(desk)
    assert "We will not" not in shown(desk).replace(notes(desk)[0], "")


async def test_a_second_correction_is_told_below_the_first(desk):
    text = await correct(desk, ("31,000", "13,000"))
    desk.clock.advance(hours=1)
    await correct(desk, ("13,000", "14,000"), text=text)
    assert notes(desk) == [
        "-# Corrected 12:06: 31,000 → 13,000",
        "-# Corrected 13:12: 13,000 → 14,000",
    ]


async def test_on_a_later_day_the_note_says_which(desk):
    desk.clock.advance(days=2)
    await correct(desk, ("31,000", "13,000"))
    assert "Corrected 26 November 2026, 12:06" in notes(desk)[0]


# ── what is not ────────────────────────────────────────────────────────────────


async def test_a_moved_comma_edits_nothing(desk):
    before = shown(desk)
    await correct(desk, ("Nobody was in danger", "Nobody, was in danger"))
    assert (shown(desk), await edits(desk), await listed(desk)) == (before, [], ())


async def test_what_no_message_tells_is_only_seen(desk):
    longer = f"{BRIDGE}\nThe last repair was made by 12 welders in spring.\n"
    text = await correct(desk, (BRIDGE, longer))
    before = shown(desk)
    await correct(desk, ("12 welders", "15 welders"), text=text)
    assert shown(desk) == before
    assert (await listed(desk))[0].state == "unshown"


async def test_what_is_merely_added_is_no_correction(desk):
    longer = f"{BRIDGE}\nThe lanes are narrow. The railings are old.\n"
    text = await correct(desk, (BRIDGE, longer))
    await correct(desk, ("narrow. The", "narrow. It weighs 900 tons. The"), text=text)
    assert (await edits(desk), await listed(desk)) == ([], ())


async def test_only_the_message_that_tells_it_is_edited(desk):
    await correct(desk, ("31,000", "13,000"))
    assert [one.part for one in await edits(desk)] == [1]


async def test_an_edition_that_was_taken_back_is_never_edited(desk):
    await undo(desk)
    await correct(desk, ("31,000", "13,000"))
    assert (desk.platform.messages, await edits(desk)) == ([], [])


async def test_taken_back_between_order_and_edit_it_is_not_edited_either(desk):
    desk.publish("bridge", BRIDGE.replace("31,000", "13,000"))
    await reread(desk)
    desk.clock.advance(minutes=3)
    await desk.editions.corrections.run()
    await undo(desk)
    assert desk.platform.messages == []
    assert [one.state for one in await edits(desk)] == ["failed"]


async def test_an_edition_of_last_week_is_corrected(desk):
    desk.clock.advance(days=10)
    await correct(desk, ("31,000", "13,000"))
    await desk.outbox.drain()
    assert [one.state for one in await edits(desk)] == ["sent"]


async def test_an_old_edition_is_left_alone(desk):
    desk.clock.advance(LIVING)
    await correct(desk, ("31,000", "13,000"))
    assert await edits(desk) == []


async def test_quiet_hours_do_not_hold_an_edit(desk):
    await desk.apply(f'{WITHOUT_SCHEDULE}quiet_hours = "00:00-23:59"\n')
    await correct(desk, ("31,000", "13,000"))
    assert len(notes(desk)) == 1


async def test_what_the_edit_tells_is_not_told_again(desk):
    await correct(desk, ("31,000", "13,000"))
    assert (await desk.post("next")).issue is None


# ── many become one ────────────────────────────────────────────────────────────


async def test_many_changes_in_a_row_become_one_edit(desk):
    for number in (13_000, 14_000, 15_000):
        desk.publish("bridge", BRIDGE.replace("31,000", f"{number:,}"))
        await reread(desk, timedelta(seconds=61))
        await desk.editions.corrections.run()
    await settle(desk)
    assert notes(desk) == ["-# Corrected 12:07: 31,000 → 15,000"]
    assert [message.edits for message in desk.platform.messages] == [1]


async def test_what_was_just_edited_rests_before_the_next_edit(desk):
    text = await correct(desk, ("31,000", "13,000"))
    await correct(desk, ("13,000", "14,000"), text=text)
    assert len(notes(desk)) == 1
    await settle(desk)
    assert len(notes(desk)) == 2


async def test_what_changes_again_and_again_is_edited_ever_less_often(desk):
    for number in range(24):
        desk.publish("bridge", BRIDGE.replace("31,000", f"{40_000 + number:,}"))
        await reread(desk, timedelta(minutes=10))
        await settle(desk, timedelta(minutes=5))
    assert [message.edits for message in desk.platform.messages] == [6]


async def test_what_goes_back_before_it_settles_edits_nothing(desk):
    desk.publish("bridge", BRIDGE.replace("31,000", "13,000"))
    await reread(desk)
    desk.publish("bridge", BRIDGE)
    await reread(desk)
    await settle(desk)
    assert (await edits(desk), await listed(desk)) == ([], ())


# ── once, and to its end ───────────────────────────────────────────────────────


async def test_judging_twice_edits_once(desk):
    await correct(desk, ("31,000", "13,000"))
    await settle(desk, timedelta(hours=1))
    assert [message.edits for message in desk.platform.messages] == [1]
    assert len(await listed(desk)) == 1


async def test_an_edit_whose_answer_was_lost_is_made_again_with_the_same_words(desk):
    desk.platform.script(Lost())
    await correct(desk, ("31,000", "13,000"))
    desk.clock.advance(minutes=5)
    await desk.outbox.drain()
    await desk.outbox.drain()
    assert len(notes(desk)) == 1
    assert [one.state for one in await edits(desk)] == ["sent"]
    assert len(desk.platform.messages) == 1


async def test_an_edit_that_has_to_wait_is_made_later(desk):
    desk.platform.script(Limited("Slow down.", retry_after=30))
    await correct(desk, ("31,000", "13,000"))
    assert notes(desk) == []
    desk.clock.advance(minutes=1)
    await desk.outbox.drain()
    assert len(notes(desk)) == 1


@pytest.mark.parametrize(
    "error",
    [
        Gone("The message is not there any more.", message_only=True),
        Refused("Too old to be edited.", message_only=True),
    ],
)
async def test_a_message_that_cannot_be_edited_stays_and_is_not_tried_again(
    desk, error
):
    before = shown(desk)
    desk.platform.script(error)
    await correct(desk, ("31,000", "13,000"))
    desk.clock.advance(hours=1)
    await desk.outbox.drain()
    assert shown(desk) == before
    assert [one.reason for one in await edits(desk)] == [str(error)]
    assert (await desk.digest()).destinations[0].paused is None
    (finding,) = [f for f in await desk.doctor.examine() if str(error) in f.text]
    assert finding.state == "warning"


async def test_a_post_that_went_out_in_plain_words_is_corrected_in_plain_words(desk):
    desk.platform.script(Refused("Not like this.", message_only=True))
    desk.clock.advance(minutes=30)
    desk.publish("flood", BRIDGE.replace("Hallin", "Brannock").replace("31", "45"))
    await desk.post("plain")
    await desk.outbox.drain()
    desk.publish("flood", BRIDGE.replace("Hallin", "Brannock").replace("31", "54"))
    await reread(desk)
    await settle(desk)
    (edit,) = await edits(desk)
    assert (edit.rung, edit.state) == (1, "sent")
    assert "54,000" in edit.fallback_text


# ── as the digest is set ───────────────────────────────────────────────────────


async def test_a_digest_can_leave_its_messages_and_only_list(desk):
    await desk.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    await correct(desk, ("31,000", "13,000"))
    assert notes(desk) == []
    assert [one.state for one in await listed(desk)] == ["listed"]


async def test_what_is_only_listed_comes_as_an_update_in_the_next_edition(desk):
    await desk.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    await correct(desk, ("31,000", "13,000"))
    await desk.post("next")
    assert "Update: Harbour bridge" in words(desk.platform.messages[-1])


async def test_the_setting_makes_the_round_trip_through_a_file(desk):
    await desk.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    exported = await desk.db.read(config_file.export)
    assert 'corrections = "tell"' in exported
    assert await desk.apply(exported) == ()


async def test_another_word_for_it_is_refused_with_those_that_there_are(desk):
    with pytest.raises(ConfigurationError, match="write edit, tell or off"):
        await desk.apply(f'{WITHOUT_SCHEDULE}corrections = "maybe"\n')


async def test_a_digest_can_have_nothing_made_of_corrections(desk):
    await desk.apply(f'{WITHOUT_SCHEDULE}corrections = "off"\n')
    await correct(desk, ("31,000", "13,000"))
    assert (notes(desk), await listed(desk)) == ([], ())
