"""Living editions: published stories are corrected in place, once, with a note."""

from datetime import timedelta

import pytest

from bot.configuration import file_import
from bot.errors import ConfigurationError, MessageGone, SendRateLimited, SendRefused
from bot.storage.published_article_store import CORRECTABLE_PERIOD
from tests.bot.corrections.conftest import WITHOUT_SCHEDULE
from tests.bot.corrections.living import (
    correct,
    edits,
    listed,
    pass_time,
    reread,
    shown,
    words,
)
from tests.bot.harness import BRIDGE, BotHarness
from tests.bot.publishing.test_undo import undo
from tests.fakes import Lost


def notes(harness: BotHarness) -> list[str]:
    return [said for said in shown(harness).split("\n") if "Corrected" in said]


# ── what is corrected ──────────────────────────────────────────────────────────


async def test_a_corrected_figure_is_corrected_in_place(harness):
    await correct(harness, ("31,000", "13,000"))
    assert "About 13,000 vehicles cross the bridge" in shown(harness)
    assert "About 31,000 vehicles" not in shown(harness)


async def test_the_story_ends_with_what_was_corrected_and_when(harness):
    await correct(harness, ("31,000", "13,000"))
    assert notes(harness) == ["-# Corrected 13:06: 31,000 vehicles → 13,000 vehicles"]


async def test_a_corrected_name_is_put_right(harness):
    await correct(harness, ("Hallin was closed", "Torvale was closed"))
    assert "The harbour bridge at Torvale was closed" in shown(harness)


async def test_a_denial_is_put_right(harness):
    await correct(harness, ("was closed on Tuesday", "was not closed on Tuesday"))
    assert "was not closed on Tuesday" in shown(harness)
    assert notes(harness) == ["-# Corrected 13:06: now “not”"]


async def test_a_withdrawn_quote_is_struck_and_stays(harness):
    await correct(harness, ("She added: “Nobody was in danger at any time.”", ""))
    assert "~~“Nobody was in danger at any time.”~~" in shown(harness)
    assert "withdrawn" in shown(harness)


async def test_a_changed_quote_is_shown_in_its_new_wording(harness):
    await correct(harness, ("Nobody was in danger", "Nobody is in danger"))
    assert "“Nobody is in danger at any time.”" in shown(harness)
    assert "Nobody was" not in shown(harness).replace(notes(harness)[0], "")


async def test_a_second_correction_is_noted_below_the_first(harness):
    text = await correct(harness, ("31,000", "13,000"))
    harness.clock.advance(hours=1)
    await correct(harness, ("13,000", "14,000"), text=text)
    assert notes(harness) == [
        "-# Corrected 13:06: 31,000 vehicles → 13,000 vehicles",
        "-# Corrected 14:12: 13,000 vehicles → 14,000 vehicles",
    ]


async def test_on_a_later_day_the_note_has_the_date(harness):
    harness.clock.advance(days=2)
    await correct(harness, ("31,000", "13,000"))
    assert "Corrected 26 November 2026, 13:06" in notes(harness)[0]


# ── what is not ────────────────────────────────────────────────────────────────


async def test_a_moved_comma_edits_nothing(harness):
    before = shown(harness)
    await correct(harness, ("Nobody was in danger", "Nobody, was in danger"))
    assert (shown(harness), await edits(harness), await listed(harness)) == (
        before,
        [],
        (),
    )


async def test_corrections_without_a_message_are_only_recorded(harness):
    longer = f"{BRIDGE}\nThe last repair was made by 12 welders in spring.\n"
    text = await correct(harness, (BRIDGE, longer))
    before = shown(harness)
    await correct(harness, ("12 welders", "15 welders"), text=text)
    assert shown(harness) == before
    assert (await listed(harness))[0].state == "unshown"


async def test_what_is_merely_added_is_no_correction(harness):
    longer = f"{BRIDGE}\nThe lanes are narrow. The railings are old.\n"
    text = await correct(harness, (BRIDGE, longer))
    await correct(
        harness, ("narrow. The", "narrow. It weighs 900 tons. The"), text=text
    )
    assert (await edits(harness), await listed(harness)) == ([], ())


async def test_only_the_affected_message_is_edited(harness):
    await correct(harness, ("31,000", "13,000"))
    assert [one.part for one in await edits(harness)] == [1]


async def test_an_undone_edition_is_never_edited(harness):
    await undo(harness)
    await correct(harness, ("31,000", "13,000"))
    assert (harness.platform.messages, await edits(harness)) == ([], [])


async def test_undone_between_order_and_edit_it_is_not_edited(harness):
    harness.publish("bridge", BRIDGE.replace("31,000", "13,000"))
    await reread(harness)
    harness.clock.advance(minutes=3)
    await harness.corrections.run()
    await undo(harness)
    assert harness.platform.messages == []
    assert [one.state for one in await edits(harness)] == ["failed"]


async def test_an_edition_of_last_week_is_corrected(harness):
    harness.clock.advance(days=10)
    await correct(harness, ("31,000", "13,000"))
    await harness.outbox.drain()
    assert [one.state for one in await edits(harness)] == ["sent"]


async def test_an_old_edition_is_left_alone(harness):
    harness.clock.advance(CORRECTABLE_PERIOD)
    await correct(harness, ("31,000", "13,000"))
    assert await edits(harness) == []


async def test_quiet_hours_do_not_hold_an_edit(harness):
    await harness.apply(f'{WITHOUT_SCHEDULE}quiet_hours = "00:00-23:59"\n')
    await correct(harness, ("31,000", "13,000"))
    assert len(notes(harness)) == 1


async def test_content_of_an_edit_is_not_published_again(harness):
    await correct(harness, ("31,000", "13,000"))
    assert (await harness.post("next")).stored_edition is None


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: An earlier version of this article gave a wrong count.",
        "Correction: An earlier version said that 31,000 vehicles cross the bridge. "
        "The port counts 13,000.",
        "Clarification: the engineer Ada Brandt works for the city and not for the "
        "port, as was reported.",
        # Another sentence of the old text takes the place of what was shown.
        "",
    ],
)
async def test_neither_is_the_sources_own_notice_of_it(harness, notice):
    text = BRIDGE.replace("About 31,000", "Some 13,000") + f"\n{notice}\n"
    await correct(harness, text=text)
    assert len(notes(harness)) == 1
    assert (await harness.post("next")).stored_edition is None


async def test_what_was_added_as_well_is_news(harness):
    added = "\nThe port will pay 9 million crowns for a new girder in March.\n"
    text = BRIDGE.replace("31,000", "13,000").replace(
        "About 13,000", f"{added}\nAbout 13,000"
    )
    await correct(harness, text=text)
    (story,) = (await harness.post("next")).stored_edition.edition.stories
    assert [sentence.text for sentence in story.summary] == [added.strip()]


# ── many changes become one ────────────────────────────────────────────────────


async def test_many_changes_in_a_row_become_one_edit(harness):
    for number in (13_000, 14_000, 15_000):
        harness.publish("bridge", BRIDGE.replace("31,000", f"{number:,}"))
        await reread(harness, timedelta(seconds=61))
        await harness.corrections.run()
    await pass_time(harness)
    assert notes(harness) == ["-# Corrected 13:07: 31,000 vehicles → 15,000 vehicles"]
    assert [message.edits for message in harness.platform.messages] == [1]


async def test_what_was_just_edited_rests_before_the_next_edit(harness):
    text = await correct(harness, ("31,000", "13,000"))
    await correct(harness, ("13,000", "14,000"), text=text)
    assert len(notes(harness)) == 1
    await pass_time(harness)
    assert len(notes(harness)) == 2


async def test_frequent_changes_are_edited_less_and_less_often(harness):
    for number in range(24):
        harness.publish("bridge", BRIDGE.replace("31,000", f"{40_000 + number:,}"))
        await reread(harness, timedelta(minutes=10))
        await pass_time(harness, timedelta(minutes=5))
    assert [message.edits for message in harness.platform.messages] == [6]


async def test_a_change_reverted_before_it_settles_edits_nothing(harness):
    harness.publish("bridge", BRIDGE.replace("31,000", "13,000"))
    await reread(harness)
    harness.publish("bridge", BRIDGE)
    await reread(harness)
    await pass_time(harness)
    assert (await edits(harness), await listed(harness)) == ([], ())


# ── exactly once ───────────────────────────────────────────────────────────────


async def test_judging_twice_edits_once(harness):
    await correct(harness, ("31,000", "13,000"))
    await pass_time(harness, timedelta(hours=1))
    assert [message.edits for message in harness.platform.messages] == [1]
    assert len(await listed(harness)) == 1


async def test_an_edit_whose_answer_was_lost_is_made_again_with_the_same_words(harness):
    harness.platform.script(Lost())
    await correct(harness, ("31,000", "13,000"))
    harness.clock.advance(minutes=5)
    await harness.outbox.drain()
    await harness.outbox.drain()
    assert len(notes(harness)) == 1
    assert [one.state for one in await edits(harness)] == ["sent"]
    assert len(harness.platform.messages) == 1


async def test_an_edit_that_has_to_wait_is_made_later(harness):
    harness.platform.script(SendRateLimited("Slow down.", retry_after=30))
    await correct(harness, ("31,000", "13,000"))
    assert notes(harness) == []
    harness.clock.advance(minutes=1)
    await harness.outbox.drain()
    assert len(notes(harness)) == 1


@pytest.mark.parametrize(
    "error",
    [
        MessageGone("The message is not there any more.", message_only=True),
        SendRefused("Too old to be edited.", message_only=True),
    ],
)
async def test_a_message_that_cannot_be_edited_stays_and_is_not_tried_again(
    harness, error
):
    before = shown(harness)
    harness.platform.script(error)
    await correct(harness, ("31,000", "13,000"))
    harness.clock.advance(hours=1)
    await harness.outbox.drain()
    assert shown(harness) == before
    assert [one.reason for one in await edits(harness)] == [error.message]
    assert (await harness.digest()).destinations[0].paused is None
    (finding,) = [
        f for f in await harness.doctor.examine() if str(error) in str(f.text)
    ]
    assert finding.state == "warning"


async def test_a_post_that_went_out_in_plain_words_is_corrected_in_plain_words(harness):
    harness.platform.script(SendRefused("Not like this.", message_only=True))
    harness.clock.advance(minutes=30)
    harness.publish("flood", BRIDGE.replace("Hallin", "Brannock").replace("31", "45"))
    await harness.post("plain")
    await harness.outbox.drain()
    harness.publish("flood", BRIDGE.replace("Hallin", "Brannock").replace("31", "54"))
    await reread(harness)
    await pass_time(harness)
    (edit,) = await edits(harness)
    assert (edit.fallback_level, edit.state) == (1, "sent")
    assert "54,000" in edit.fallback_text


# ── as the digest is configured ────────────────────────────────────────────────


async def test_a_digest_can_leave_its_messages_and_only_list(harness):
    await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    await correct(harness, ("31,000", "13,000"))
    assert notes(harness) == []
    assert [one.state for one in await listed(harness)] == ["listed"]


async def test_listed_articles_are_an_update_in_the_next_edition(harness):
    await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    await correct(harness, ("31,000", "13,000"))
    await harness.post("next")
    assert "Update: Harbour bridge" in words(harness.platform.messages[-1])


async def test_the_setting_makes_the_round_trip_through_a_file(harness):
    await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "tell"\n')
    exported = await harness.db.read(file_import.dump_configuration)
    assert 'corrections = "tell"' in exported
    assert await harness.apply(exported) == ()


async def test_another_word_for_it_is_refused_with_those_that_there_are(harness):
    with pytest.raises(ConfigurationError, match="write one of: edit, tell, off"):
        await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "maybe"\n')


async def test_a_digest_can_have_nothing_made_of_corrections(harness):
    await harness.apply(f'{WITHOUT_SCHEDULE}corrections = "off"\n')
    await correct(harness, ("31,000", "13,000"))
    assert (notes(harness), await listed(harness)) == ([], ())


# ── an edition right after the change ──────────────────────────────────────────


@pytest.mark.parametrize(
    "change",
    [
        ("31,000", "33,000"),
        ("Hallin was closed", "Torvale was closed"),
        ("was closed on Tuesday", "was not closed on Tuesday"),
    ],
)
async def test_what_an_edition_would_tell_again_is_corrected_before_it(harness, change):
    harness.publish("bridge", BRIDGE.replace(*change))
    await reread(harness)
    outcome = await harness.post("soon")
    assert outcome.stored_edition is None
    await pass_time(harness)
    assert len(notes(harness)) == 1
