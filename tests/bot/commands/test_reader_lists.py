"""Personal settings of readers: lists, more and less, reports, a language."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands import reader_lists, reports
from bot.errors import SendRefused, UserError
from bot.model import Form, Permission, Person, Reply
from tests.bot.commands.editors import Editor, controls, editor, open_reports, said
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness

BEN = Person(id="ben", name="Ben", permission=Permission.EVERYONE)
ELSEWHERE = """
[[workspace]]
platform = "local"
id = "elsewhere"

[[workspace.destination]]
name = "morning"
channel = "c-morning"

[[workspace.digest]]
name = "Elsewhere"
sources = ["articles"]
destinations = ["morning"]
"""


async def reader(harness: BotHarness, workspace: str = "newsroom") -> Editor:
    """Ben, in the channel of the morning digest."""
    return replace(await editor(harness, workspace), person=BEN)


@pytest.fixture
async def ben(harness: BotHarness) -> Editor:
    """Ben, below an edition with two stories."""
    await harness.post()
    return await reader(harness)


async def headline(who: Editor, number: int = 1) -> str:
    return (await who.says("news story", story=str(number))).title


# ── saved ──────────────────────────────────────────────────────────────────────


async def story(who: Editor, which: str = "1") -> Reply:
    return await who.says("news story", story=which)


async def saved_by(who: Editor) -> Reply:
    """The page of saved stories."""
    return await who.presses(await who.says("news me"), "Saved stories")


async def test_a_saved_story_is_on_the_readers_own_list(ben: Editor):
    await ben.presses(await story(ben, "2"), "Save")
    assert await headline(ben, 2) in said(await saved_by(ben))


async def test_saving_shows_the_story_again_with_its_button_to_undo_it(ben: Editor):
    kept = await ben.presses(await story(ben), "Save")
    assert kept.title == await headline(ben)
    assert kept.in_place
    assert "Saved ✓" in said(kept)
    undone = await ben.presses(kept, "Saved ✓")
    assert "Taken off" in said(undone)
    assert "Saved ✓" not in said(undone)
    assert "saved no stories" in said(await saved_by(ben))


async def test_what_follows_a_press_on_a_long_story_fits_into_its_message(
    ben: Editor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.commands.stories.MAX_PAGE_LENGTH", 250)
    whole = await story(ben, "bridge")
    kept = await ben.presses(whole, "Save")
    assert "Saved ✓" in said(kept)
    assert len(kept.blocks) < len(whole.blocks)
    back = await ben.presses(kept, "Back to the story")
    assert len(back.blocks) == len(whole.blocks)


async def test_saved_stories_are_private(ben: Editor):
    await ben.presses(await story(ben), "Save")
    assert "saved no stories" in said(await saved_by(ben.also("Cleo")))


async def test_the_same_person_of_another_workspace_sees_none_of_it(
    harness: BotHarness, ben: Editor
):
    await harness.apply(CONFIGURATION + ELSEWHERE)
    await ben.presses(await story(ben), "Save")
    there = await reader(harness, "elsewhere")
    assert "saved no stories" in said(await saved_by(there))


async def test_saving_twice_is_saving_once(ben: Editor):
    shown = await story(ben)
    for _ in range(2):
        await ben.presses(shown, "Save")
    page = await saved_by(ben)
    assert [label for _, label in controls(page)].count("Remove") == 1


async def test_a_saved_story_is_taken_off_and_opened_where_it_is_listed(ben: Editor):
    first = await headline(ben, 1)
    await ben.presses(await story(ben, "1"), "Save")
    await ben.presses(await story(ben, "2"), "Save")
    page = await saved_by(ben)
    assert (await ben.presses(page, first)).title == first
    left = await ben.presses(page, "Remove")  # the newest comes first
    assert "Taken off" in said(left)
    assert first in said(left)
    assert await headline(ben, 2) not in said(left)


async def test_the_list_has_an_end(ben: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader_lists, "MAX_SAVED", 1)
    await ben.presses(await story(ben, "1"), "Save")
    refused = await ben.presses(await story(ben, "2"), "Save")
    assert refused.problem
    assert "already holds 1 stories" in said(refused)


async def test_a_long_list_has_pages(ben: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.commands.reader_lists.PAGE_SIZE", 1)
    await ben.presses(await story(ben, "1"), "Save")
    await ben.presses(await story(ben, "2"), "Save")
    page = await ben.presses(await saved_by(ben), "Next page")
    assert await headline(ben, 1) in said(page)
    left = await ben.presses(page, "Remove")
    assert await headline(ben, 2) in said(left), "the page before the one that is gone"


# ── followed ───────────────────────────────────────────────────────────────────


async def test_follows_are_listed(ben: Editor):
    await ben.says("news follow", topic="harbour bridge")
    assert "harbour bridge" in said(await ben.says("news follow"))
    assert "You follow nothing" in said(await ben.also("Cleo").says("news follow"))


async def test_the_name_of_somebody_quoted_is_followed_as_a_speaker(ben: Editor):
    await ben.says("news follow", topic="ada brandt")
    assert "Ada Brandt\n\nspeaker" in said(await ben.says("news follow"))


async def test_a_follow_is_removed_by_its_button(ben: Editor):
    followed = await ben.says("news follow", topic="bridge")
    left = await ben.presses(followed, "Unfollow")
    assert "no longer follow «bridge»" in said(left)
    assert "You follow nothing" in said(await ben.says("news follow"))


async def test_each_follow_has_its_button_in_the_list(ben: Editor):
    for topic in ("bridge", "pool"):
        await ben.says("news follow", topic=topic)
    listed = await ben.says("news follow")
    left = await ben.presses(listed, "Unfollow")
    assert left.in_place
    assert "pool" in said(left)
    assert "bridge\n" not in said(left)
    assert "not follow «bridge» any more" in said(await ben.presses(listed, "Unfollow"))


async def test_who_follows_nothing_is_shown_somebody_who_is_quoted_here(ben: Editor):
    hint = said(await ben.says("news follow"))
    assert "/news follow Ada Brandt" in hint or "/news follow Osric Vane" in hint


@pytest.mark.parametrize("nothing", ["…", "//", "«»", "x" * 61])
async def test_an_invalid_topic_is_not_followed(ben: Editor, nothing: str):
    assert (await ben.says("news follow", topic=nothing)).problem
    assert "You follow nothing" in said(await ben.says("news follow"))


async def test_follows_are_limited(ben: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader_lists, "MAX_FOLLOWS", 1)
    await ben.says("news follow", topic="bridge")
    assert (await ben.says("news follow", topic="pool")).problem
    assert not (await ben.says("news follow", topic="Bridge")).problem  # the same


# ── more and less ──────────────────────────────────────────────────────────────


async def test_more_explains_which_features_count_and_where(ben: Editor):
    answer = said(await ben.presses(await story(ben, "bridge"), "More like this"))
    assert "More like this: what mentions Harbour, bridge, crack" in answer
    assert "Ada Brandt" in answer
    assert "/news me" in answer


async def test_feedback_is_reverted_by_the_same_button(ben: Editor):
    given = await ben.presses(await story(ben, "bridge"), "Less like this")
    assert "Less like this: what mentions " in said(given)
    undone = await ben.presses(given, "Less like this ✓")
    assert "no longer counts" in said(undone)
    assert "✓" not in said(undone).replace("Saved ✓", "")


async def test_more_and_less_are_listed_and_undone_in_me(ben: Editor):
    await ben.presses(await story(ben, "bridge"), "Less like this")
    page = await ben.presses(await ben.says("news me"), "Likes and dislikes")
    assert "Less like this: what mentions Harbour, bridge, crack" in said(page)
    left = await ben.presses(page, "Undo")
    assert "no longer counts" in said(left)
    assert "not asked for more or less" in said(left)


async def test_the_detail_of_a_story_offers_what_a_reader_may_do(ben: Editor):
    detail = await story(ben, "bridge")
    assert [control.label for control in detail.controls] == [
        "Save", "More like this", "Less like this", "Why this?", "Timeline",
        "Report an error", "Picture of the quote",
    ]  # fmt: skip


async def test_pages_about_a_story_lead_back_to_it(ben: Editor):
    detail = await story(ben, "bridge")
    for label in ("Why this?", "Timeline"):
        page = await ben.presses(detail, label)
        assert page.in_place
        back = await ben.presses(page, "Back to the story")
        assert back.in_place
        assert back.title == detail.title


async def test_a_button_that_changes_something_is_not_taken_from_elsewhere(
    harness: BotHarness, ben: Editor
):
    await harness.apply(CONFIGURATION + ELSEWHERE)
    detail = await ben.says("news story", story="bridge")
    there = await reader(harness, "elsewhere")
    save = next(c.id for c in detail.controls if c.label == "Save")
    with pytest.raises(UserError):
        harness.inbox.press(await there._event("", {}), save)


# ── reported ───────────────────────────────────────────────────────────────────


async def report(who: Editor, text: str = "It was Monday.") -> Reply:
    return await who.says("news report", story="bridge", text=text)


async def test_a_report_is_resolved_with_three_presses_at_most(
    harness: BotHarness, ben: Editor
):
    await report(ben)
    ana = await editor(harness)
    form = await ana.opens(await ana.says("newsdesk home"), "Answer the report")
    assert isinstance(form, Form)
    assert "Settled: r-" in said(await ana.answers(form, answer="You are right."))
    assert len(ana.did) - 1 <= 3


async def test_a_report_reaches_the_editors(harness: BotHarness, ben: Editor):
    assert "Reported to the editors as r-" in said(await report(ben))
    ana = await editor(harness)
    assert "A reader reports: " in said(await ana.says("newsdesk status"))
    listed = said(await ana.says("newsdesk home"))
    assert "It was Monday." in listed
    assert "Ben" in listed


async def test_without_its_text_a_report_is_a_form(ben: Editor):
    form = await ben.is_asked("news report", story="1")
    assert [f.name for f in form.fields] == ["story", "text"]
    assert not (await ben.says(form.path, story="1", text="Wrong.")).problem


async def test_the_button_below_a_story_asks_only_for_what_is_wrong(ben: Editor):
    form = await ben.opens(await story(ben, "bridge"), "Report")
    assert isinstance(form, Form)
    assert [f.name for f in form.fields] == ["text"]
    again = await ben.is_asked_again(form, text="x" * 1_001)
    assert "at most 1000" in said(again)
    assert "Reported to the editors" in said(await ben.answers(form, text="Wrong."))


async def test_a_reader_without_messages_gets_the_resolution_once(
    harness: BotHarness, ben: Editor
):
    await report(ben)
    ana = await editor(harness)
    (public_id,) = await open_reports(ana)
    await ana.sees(f"report:{public_id}", answer="You are right.")
    harness.platform.script(SendRefused("You take no messages."))
    await harness.outbox.deliver_notices()

    first = said(await ben.says("news help"))
    assert f"Your report {public_id} was resolved." in first
    assert "You are right." in first
    assert "settled" not in said(await ben.says("news help"))
    assert "No report is open" in said(await ana.sees("reports"))


async def test_a_resolved_report_notifies_nobody_else(harness: BotHarness, ben: Editor):
    await report(ben)
    ana = await editor(harness)
    (open_one,) = await open_reports(ana)
    await ana.sees(f"report:{open_one}", answer="")
    assert "settled" not in said(await ben.also("Cleo").says("news help"))


async def test_reports_of_another_workspace_are_invisible(
    harness: BotHarness, ben: Editor
):
    await harness.apply(CONFIGURATION + ELSEWHERE)
    await report(ben)
    there = await editor(harness, "elsewhere")
    ana = await editor(harness)
    (public_id,) = await open_reports(ana)
    assert (await there.sees(f"report:{public_id}")).problem
    assert "It was Monday." not in said(await there.sees("reports"))
    assert "It was Monday." in said(await ana.sees("reports"))


async def test_many_reports_at_once_are_stopped_for_a_while(
    harness: BotHarness, ben: Editor
):
    for number in range(reports.MAX_RECENT_REPORTS):
        assert not (await report(ben, f"Wrong {number}.")).problem
    assert "ten minutes" in said(await report(ben, "One more."))
    assert not (await report(ben.also("Cleo"))).problem
    harness.clock.advance(timedelta(minutes=11))
    assert not (await report(ben, "One more.")).problem


async def test_one_reader_cannot_fill_the_editors_list(
    ben: Editor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reports, "MAX_OPEN_REPORTS", 2)
    for number in range(2):
        await report(ben, f"Wrong {number}.")
    assert "are open" in said(await report(ben, "One more."))


async def test_the_same_report_twice_is_one(harness: BotHarness, ben: Editor):
    assert said(await report(ben)) == said(await report(ben))


# ── timeline and language ──────────────────────────────────────────────────────


async def test_a_timeline_dates_the_story_and_its_publication(ben: Editor):
    reported = said(await ben.presses(await story(ben, "bridge"), "Timeline"))
    assert "24 November 2026\nThe harbour bridge at Hallin was closed" in reported
    assert "Posted here\nTuesday 24 November" in reported


async def test_a_timeline_leads_from_an_update_to_the_day_before(
    harness: BotHarness, ben: Editor
):
    harness.clock.advance(timedelta(days=1))
    harness.publish("bridge-2", FOLLOW_UP)
    await harness.post("next")
    reported = said(await ben.presses(await story(ben, "bridge"), "Timeline"))
    assert "update to the story of Tuesday 24 November" in reported


FOLLOW_UP = """---
title: Harbour bridge at Hallin reopens after crack in girder is mended
source: Hallin Courier
published: 2026-11-25T09:00:00+00:00
lang: en
---
The harbour bridge at Hallin reopened on Wednesday after the crack found in a girder
was mended, engineer Ada Brandt said.

“The steel has been tested and holds,” said engineer Ada Brandt.

Workers welded the girder for 19 hours.
"""


async def test_a_chosen_language_is_used_for_answers(ben: Editor):
    assert "auf Deutsch geantwortet" in said(await ben.chooses_language("de"))
    assert "heute" in said(await ben.presses_below("v1:next:here"))
    assert "today" in said(await ben.also("Cleo").presses_below("v1:next:here"))
    await ben.chooses_language("automatic")
    assert "today" in said(await ben.presses_below("v1:next:here"))


async def test_the_zone_of_a_reader_is_chosen_in_a_form(ben: Editor):
    wrong = await ben.chooses_zone("Atlantis")
    assert "not a time zone" in said(wrong)
    assert "Time zone: Asia/Tokyo" in said(await ben.chooses_zone("Asia/Tokyo"))
    assert "in Asia/Tokyo" in said(await ben.presses_below("v1:next:here"))


# ── muted words ────────────────────────────────────────────────────────────────


async def mutes(who: Editor, word: str) -> Reply | Form:
    page = await who.presses(await who.says("news me"), "Muted words")
    form = await who.opens(page, "Mute a word")
    assert isinstance(form, Form)
    return await who.answers(form, word=word)


async def test_what_mentions_a_muted_word_is_not_in_the_readers_digest(
    harness: BotHarness, ben: Editor
):
    await ben.says("news me", time="7:30")
    assert "leaves out what mentions «market square»" in said(
        await mutes(ben, "market square")
    )
    harness.publish("flood", FLOOD)
    harness.clock.advance(timedelta(hours=19))
    await harness.wake()
    theirs = [m for m in harness.platform.messages if m.channel == "person:ben"]
    assert not any("Brannock" in str(m.payload) for m in theirs)


async def test_a_muted_word_stays_muted_when_the_digest_is_changed(ben: Editor):
    await ben.says("news me", time="7:30")
    await mutes(ben, "football")
    await ben.says("news me", time="8:30")
    page = await ben.presses(await ben.says("news me"), "Muted words")
    assert "football" in said(page)
    assert "no longer muted" in said(await ben.presses(page, "Unmute"))


@pytest.mark.parametrize("word", ["…", "x" * 51])
async def test_what_is_no_word_is_not_muted(ben: Editor, word: str):
    await ben.says("news me", time="7:30")
    again = await mutes(ben, word)
    assert isinstance(again, Form)
    assert "at most 50" in said(again)
