"""Personal settings of readers: lists, more and less, reports, a language."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands import reader_lists, reports
from bot.errors import SendRefused, UserError
from bot.model import Form, Permission, Person, Reply
from tests.bot.commands.editors import Editor, editor, open_reports, said
from tests.bot.harness import CONFIGURATION, BotHarness

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


async def test_a_saved_story_is_on_the_readers_own_list(ben: Editor):
    await ben.says("news save", story="2")
    assert await headline(ben, 2) in said(await ben.says("news saved"))


async def test_saved_stories_are_private(ben: Editor):
    await ben.says("news save", story="1")
    assert "saved no stories yet" in said(await ben.also("Cleo").says("news saved"))


async def test_the_same_person_of_another_workspace_sees_none_of_it(
    harness: BotHarness, ben: Editor
):
    await harness.apply(CONFIGURATION + ELSEWHERE)
    await ben.says("news save", story="1")
    there = await reader(harness, "elsewhere")
    assert "saved no stories yet" in said(await there.says("news saved"))


async def test_saving_twice_is_saving_once(ben: Editor):
    for _ in range(2):
        await ben.says("news save", story="1")
    assert said(await ben.says("news saved")).count("s-") == 2  # its line and the hint


async def test_a_saved_story_is_taken_off_by_its_button(ben: Editor):
    kept = await ben.says("news save", story="1")
    assert "Taken off" in said(await ben.presses(kept, "Take it off"))
    assert "saved no stories yet" in said(await ben.says("news saved"))


async def test_a_saved_story_is_taken_off_by_its_number(ben: Editor):
    first = await headline(ben, 1)
    await ben.says("news save", story="1")
    await ben.says("news save", story="2")
    await ben.says("news saved", remove="2")  # the newest comes first
    assert first not in said(await ben.says("news saved"))


async def test_the_list_has_an_end(ben: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader_lists, "MAX_SAVED", 1)
    await ben.says("news save", story="1")
    refused = await ben.says("news save", story="2")
    assert refused.problem
    assert "already holds 1 stories" in said(refused)


async def test_a_long_list_has_pages(ben: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.commands.reader_lists.PAGE_SIZE", 1)
    await ben.says("news save", story="1")
    await ben.says("news save", story="2")
    assert await headline(ben, 1) in said(await ben.says("news saved", page="2"))
    assert (await ben.says("news saved", page="3")).problem


async def test_a_story_of_nowhere_cannot_be_saved(ben: Editor):
    assert (await ben.says("news save", story="s-222222")).problem


# ── followed ───────────────────────────────────────────────────────────────────


async def test_follows_are_listed(ben: Editor):
    await ben.says("news follow", topic="harbour bridge")
    assert "harbour bridge" in said(await ben.says("news follow"))
    assert "nothing yet" in said(await ben.also("Cleo").says("news follow"))


async def test_the_name_of_somebody_quoted_is_followed_as_a_speaker(ben: Editor):
    await ben.says("news follow", topic="ada brandt")
    assert "Ada Brandt\n\nspeaker" in said(await ben.says("news follow"))


async def test_a_follow_is_removed_by_its_button_and_by_name(ben: Editor):
    followed = await ben.says("news follow", topic="bridge")
    assert "no longer follow" in said(await ben.presses(followed, "Unfollow"))
    await ben.says("news follow", topic="Pool")
    assert "no longer follow" in said(await ben.says("news unfollow", name="pool"))
    assert "nothing yet" in said(await ben.says("news follow"))


async def test_unfollow_names_what_is_followed_and_completes_it(ben: Editor):
    await ben.says("news follow", topic="bridge")
    assert "«bridge»" in said(await ben.says("news unfollow", name="tunnel"))
    asked = await ben._event("news unfollow", {})
    assert await ben.harness.inbox.complete(asked, "name", "b") == ("bridge",)


@pytest.mark.parametrize("nothing", ["…", "//", "«»", "x" * 61])
async def test_an_invalid_topic_is_not_followed(ben: Editor, nothing: str):
    assert (await ben.says("news follow", topic=nothing)).problem
    assert "nothing yet" in said(await ben.says("news follow"))


async def test_follows_are_limited(ben: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader_lists, "MAX_FOLLOWS", 1)
    await ben.says("news follow", topic="bridge")
    assert (await ben.says("news follow", topic="pool")).problem
    assert not (await ben.says("news follow", topic="Bridge")).problem  # the same


# ── more and less ──────────────────────────────────────────────────────────────


async def test_more_explains_which_features_count_and_where(ben: Editor):
    answer = said(await ben.says("news more", story="bridge"))
    assert "More of: Harbour, bridge, crack" in answer
    assert "Ada Brandt" in answer
    assert "/news me" in answer


async def test_feedback_is_reverted(ben: Editor):
    given = await ben.says("news less", story="bridge")
    assert "Less of: " in said(given)
    assert "no longer counts" in said(await ben.presses(given, "Take this back"))


async def test_the_detail_of_a_story_offers_what_a_reader_may_do(ben: Editor):
    detail = await ben.says("news story", story="bridge")
    labels = [control.label for control in detail.controls]
    assert labels[1:] == [
        "Save", "More like this", "Less like this", "Report an error",
    ]  # fmt: skip
    assert "Saved: " in said(await ben.presses(detail, "Save"))
    assert "More of: " in said(await ben.presses(detail, "More like this"))


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
    form = await ana.opens(await ana.says("newsdesk home"), "Answer")
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
    reported = said(await ben.says("news timeline", story="bridge"))
    assert "24 November 2026\nThe harbour bridge at Hallin was closed" in reported
    assert "Posted here\nTuesday 24 November" in reported


async def test_a_timeline_leads_from_an_update_to_the_day_before(
    harness: BotHarness, ben: Editor
):
    harness.clock.advance(timedelta(days=1))
    harness.publish("bridge-2", FOLLOW_UP)
    await harness.post("next")
    reported = said(await ben.says("news timeline", story="bridge"))
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
    await ben.says("news language", language="de")
    assert "heute" in said(await ben.says("news when"))
    assert "today" in said(await ben.also("Cleo").says("news when"))
    await ben.says("news language", language="automatic")
    assert "today" in said(await ben.says("news when"))


async def test_a_language_without_texts_is_refused(ben: Editor):
    assert "en, de" in said(await ben.says("news language", language="xx"))
