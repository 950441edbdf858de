"""Changes by editors: previewed, confirmed by a button, reported in plain sentences.

Includes two admins who press at one moment, on both databases: one is told about the
conflict, and no change is lost.
"""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from bot.commands.controls import ControlSigner
from bot.configuration import file_import
from bot.errors import SendRefused, UserError
from bot.model import Form
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import BRIDGE, CONFIGURATION, BotHarness, open_harness

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
schedule = "daily at 18:00 Europe/Berlin"
exclude = ["rumour"]
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


# ── previewed ──────────────────────────────────────────────────────────────────


async def test_a_change_is_shown_with_its_difference_audience_and_next_times(ana):
    shown = await ana.says("newsdesk style", stories="7")
    reported = said(shown)
    assert "stories: 5 → 7" in reported
    assert "Posted to #morning." in reported
    assert "Tuesday 24 November 13:02 · " in reported
    assert "Europe/Berlin" in reported


async def test_a_change_previews_the_next_edition(ana):
    await ana.harness.publisher.preview(await ana.harness.digest(), "local")
    reported = said(await ana.says("newsdesk style", stories="1"))
    assert (
        "would have 1 in full and 1 in brief; without this change, 2 and 0" in reported
    )
    shown = await ana.says("newsdesk filter add", kind="exclude", words="pool")
    assert "would have 1 in full and 0 in brief; without this change, 2 and 0" in said(
        shown
    )


async def test_without_news_a_change_is_previewed_on_recent_articles(ana):
    await ana.harness.post()
    reported = said(await ana.says("newsdesk style", stories="1"))
    assert "Nothing is new right now." in reported
    assert (
        "would have 1 in full and 1 in brief; without this change, 2 and 0" in reported
    )


async def test_without_articles_no_preview_is_invented(empty_harness):
    await empty_harness.apply()
    reported = said(
        await (await editor(empty_harness)).says("newsdesk style", stories="1")
    )
    assert "would have" not in reported


async def test_nothing_is_changed_before_the_button_is_pressed(ana):
    await ana.says("newsdesk style", stories="7")
    assert (await ana.harness.digest()).options.stories == 5


async def test_the_button_makes_the_change(ana):
    made = await ana.does("newsdesk style", stories="7")
    assert made.title == "Saved"
    assert (await ana.harness.digest()).options.stories == 7


async def test_a_change_without_effect_is_reported(ana):
    answer = await ana.says("newsdesk style", stories="5")
    assert answer.problem
    assert "Nothing would change" in said(answer)


async def test_without_words_the_style_is_a_form_with_what_is_set(ana):
    form = await ana.is_asked("newsdesk style")
    assert {f.name: f.value for f in form.fields} == {
        "stories": "5",
        "summary": "short",
        "quotes": "2",
        "sections": "usual",
        "digest": "Morning brief",
    }


@pytest.mark.parametrize(
    ("path", "field", "value", "tells"),
    [
        ("newsdesk style", "stories", "99", "from 1 to 15"),
        ("newsdesk style", "stories", "many", "from 1 to 15"),
        ("newsdesk style", "language", "klingon!", "«de»"),
        ("newsdesk style", "quotes", "6", "from 0 to 5"),
        ("newsdesk style", "brief", "-1", "from 0 to 12"),
        ("newsdesk quiet", "window", "late", "22:00-07:00"),
        ("newsdesk schedule add", "schedule", "wekdays at 8:30", "Try «"),
        ("newsdesk digest edit", "name", "x" * 81, "at most 80"),
        ("newsdesk digest edit", "name", "a\u202eb", "invisible characters"),
        ("newsdesk digest edit", "to", "nowhere", "known: morning"),
    ],
)
async def test_a_mistake_is_shown_beside_its_question(ana, path, field, value, tells):
    form = await ana.is_asked(path, **{field: value})
    assert list(errors(form)) == [field]
    assert tells in errors(form)[field]
    assert {f.name: f.value for f in form.fields}[field] == value


async def test_what_is_missing_is_asked_for(ana):
    form = await ana.is_asked("newsdesk schedule add")
    assert [f.name for f in form.fields if f.required] == ["schedule"]


# ── concurrent, repeated, late ─────────────────────────────────────────────────


async def test_of_two_admins_at_once_the_second_gets_the_conflict(ana):
    bo = ana.also("Bo")
    mine = await ana.says("newsdesk style", stories="7")
    theirs = await bo.says("newsdesk style", language="de")
    await bo.presses(theirs, "Confirm")
    answer = await ana.presses(mine, "Confirm")
    assert answer.problem
    assert "changed by Bo in the meantime" in said(answer)
    digest = await ana.harness.digest()
    assert (digest.options.stories, digest.options.language) == (5, "de")


async def test_a_file_that_was_applied_meanwhile_is_not_overwritten(ana):
    shown = await ana.says("newsdesk style", stories="7")
    await ana.harness.apply(CONFIGURATION + "stories = 3\n")
    answer = await ana.presses(shown, "Confirm")
    assert "in the meantime" in said(answer)
    assert (await ana.harness.digest()).options.stories == 3


async def test_a_destination_removed_meanwhile_is_reported(ana):
    await ana.at("c-evening").does("newsdesk destination here", name="evening")
    mine = await ana.says("newsdesk digest edit", to="evening")
    await ana.also("Bo").does("newsdesk destination remove", name="evening")
    answer = await ana.presses(mine, "Confirm")
    assert "no destination «evening»" in said(answer)
    assert [d.name for d in (await ana.harness.digest()).destinations] == ["morning"]


async def test_a_name_taken_meanwhile_is_reported(ana):
    mine = await ana.says("newsdesk digest edit", name="Early")
    bo = ana.also("Bo")
    await bo.does("newsdesk digest create", name="Early", source="https://a.example/f")
    answer = await ana.presses(mine, "Confirm")
    assert "already a digest «Early»" in said(answer)


async def test_pressing_twice_makes_one_change(ana):
    shown = await ana.says("newsdesk style", stories="7")
    await ana.presses(shown, "Confirm")
    assert "already been made" in said(await ana.presses(shown, "Confirm"))


async def test_what_was_shown_long_ago_is_shown_again_first(ana):
    shown = await ana.says("newsdesk style", stories="7")
    ana.harness.clock.advance(minutes=61)
    assert "more than an hour old" in said(await ana.presses(shown, "Confirm"))
    assert (await ana.harness.digest()).options.stories == 5


async def test_a_button_that_was_changed_makes_nothing(ana):
    shown = await ana.says("newsdesk style", stories="7")
    forged = ControlSigner(b"another key of 16").signed(
        ana.place.workspace.id, "confirm", shown.controls[0].id.split(":")[2]
    )
    pressed = await ana.harness.asks("", True, None, {})
    with pytest.raises(UserError, match="does not belong here"):
        ana.harness.inbox.press(pressed, forged)


# ── digests ────────────────────────────────────────────────────────────────────


async def test_a_digest_is_renamed_and_keeps_its_ledger(ana):
    await ana.harness.post()
    before = await ana.harness.digest()
    await ana.does("newsdesk digest edit", name="Early brief")
    after = await ana.harness.digest("Early brief")
    assert after.id == before.id


async def test_a_name_that_is_taken_is_refused(ana):
    await ana.harness.apply(CONFIGURATION + SECOND)
    form = await ana.is_asked("newsdesk digest edit", name="Evening")
    assert "There is already a digest «Evening»" in errors(form)["name"]


async def test_a_deleted_digest_is_gone_after_a_preview(ana):
    shown = await ana.says("newsdesk digest delete", digest="Morning brief")
    assert "What was posted stays" in said(shown)
    await ana.presses(shown, "Confirm")
    assert await ana.harness.archive.all_digests() == ()


async def test_digests_are_listed_with_what_they_do(ana):
    reported = said(await ana.says("newsdesk digest list"))
    for part in ("Morning brief", "1 source", "5 stories", "Every 2 minutes", "#morn"):
        assert part in reported


# ── schedules ──────────────────────────────────────────────────────────────────


async def test_a_schedule_is_added_in_the_workspaces_zone(ana):
    shown = await ana.says("newsdesk schedule add", schedule="weekdays at 8:30")
    assert "+ Weekdays at 08:30, Europe/Berlin" in said(shown)
    await ana.presses(shown, "Confirm")
    digest = await ana.harness.digest()
    assert digest.schedules == (
        "every 2 minutes Europe/Berlin",
        "weekdays at 8:30 Europe/Berlin",
    )


async def test_a_schedule_is_changed_by_its_number(ana):
    await ana.does("newsdesk schedule add", schedule="weekdays at 8:30")
    shown = await ana.says(
        "newsdesk schedule edit", schedule="daily at 7:00", which="1"
    )
    reported = said(shown)
    assert "Wednesday 25 November 07:00 · Wednesday 25 November 08:30" in reported
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).schedules[0] == "daily at 7:00 Europe/Berlin"


async def test_which_schedule_is_asked_where_there_are_several(ana):
    await ana.does("newsdesk schedule add", schedule="weekdays at 8:30")
    form = await ana.is_asked("newsdesk schedule remove")
    assert "2. weekdays at 08:30, Europe/Berlin" in errors(form)["which"]


async def test_without_its_last_schedule_a_digest_is_posted_by_hand(ana):
    shown = await ana.says("newsdesk schedule remove")
    assert "It has no schedule" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).schedules == ()
    assert await ana.harness.publisher.next_due() is None


async def test_schedules_are_listed_with_their_numbers(ana):
    reported = said(await ana.says("newsdesk schedule list"))
    assert "1. Every 2 minutes, Europe/Berlin" in reported


# ── quiet hours and filters ────────────────────────────────────────────────────


async def test_quiet_hours_are_set_and_taken_off(ana):
    shown = await ana.says("newsdesk quiet", window="22:00-07:00")
    assert "posted as one edition" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).options.quiet_hours == "22:00-07:00"
    await ana.does("newsdesk quiet", window="off")
    assert (await ana.harness.digest()).options.quiet_hours is None


async def test_a_digest_is_paused_until_it_is_resumed(ana):
    shown = await ana.says("newsdesk pause")
    assert "wait for the next edition" in said(shown)
    assert not (await ana.harness.digest()).paused
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).paused
    await ana.does("newsdesk resume")
    assert not (await ana.harness.digest()).paused


async def test_a_digest_is_paused_until_a_day(ana):
    await ana.does("newsdesk pause", until="2030-01-07")
    assert (await ana.harness.digest()).paused_until == date(2030, 1, 7)
    await ana.does("newsdesk resume")
    assert (await ana.harness.digest()).paused_until is None


async def test_a_pause_promises_no_edition(ana):
    shown = said(await ana.says("newsdesk pause"))
    assert "nothing is posted until it is resumed" in shown
    assert "Next:" not in shown


async def test_a_pause_until_a_day_names_the_first_edition_after_it(ana):
    shown = said(await ana.says("newsdesk pause", until="2030-01-07"))
    assert "Next: Monday 7 January 00:00" in shown


async def test_a_day_that_is_left_out_is_none_of_the_next_times(ana):
    await ana.does("newsdesk schedule edit", schedule="daily at 8:30")
    shown = said(await ana.says("newsdesk schedule skip", date="tomorrow"))
    assert "25 November 2026" in shown
    assert "Next: Thursday 26 November 08:30" in shown


async def test_readers_are_not_promised_a_day_that_is_left_out(ana):
    await ana.does("newsdesk schedule edit", schedule="daily at 8:30")
    await ana.does("newsdesk schedule skip", date="tomorrow")
    reported = said(await ana.presses_below("v1:next:here"))
    assert "Thu 26 Nov, 08:30" in reported
    assert "tomorrow" not in reported


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tomorrow", date(2026, 11, 25)),
        ("Freitag", date(2026, 11, 27)),
        ("tuesday", date(2026, 12, 1)),
    ],
)
async def test_a_day_is_left_out_by_its_name(ana, typed: str, meant: date):
    await ana.does("newsdesk schedule skip", date=typed)
    assert (await ana.harness.digest()).skips == (meant,)


@pytest.mark.parametrize(
    ("path", "field", "typed"),
    [
        ("newsdesk schedule skip", "date", "2026-11-23"),
        ("newsdesk pause", "until", "2020-01-01"),
        ("newsdesk pause", "until", "today"),
    ],
)
async def test_a_past_day_is_rejected_at_its_question(
    ana, path: str, field: str, typed: str
):
    form = await ana.is_asked(path, **{field: typed})
    (wrong,) = (f for f in form.fields if f.error)
    assert wrong.name == field
    assert "too early" in wrong.error


async def test_what_is_not_paused_cannot_be_resumed(ana):
    assert "is not paused" in said(await ana.says("newsdesk resume"))


async def test_a_day_is_left_out_and_comes_back_with_history(ana):
    done = await ana.does("newsdesk schedule skip", date="2030-12-24")
    assert (await ana.harness.digest()).skips == (date(2030, 12, 24),)
    assert "already skipped" in said(
        await ana.says("newsdesk schedule skip", date="2030-12-24")
    )
    await ana.presses(await ana.presses(done, "Take this back"), "Confirm")
    assert (await ana.harness.digest()).skips == ()


async def test_an_invalid_date_is_reported_beside_its_question(ana):
    form = await ana.asks("newsdesk schedule skip", date="31 Feb")
    assert isinstance(form, Form)
    assert "a date such as 2026-12-24" in next(f.error for f in form.fields if f.error)


async def test_a_filter_previews_what_it_would_have_dropped(ana):
    await ana.harness.post()
    shown = await ana.says("newsdesk filter add", kind="exclude", words="pool")
    reported = said(shown)
    assert "would have dropped 1 of the last 2 articles" in reported
    assert "Torvale pool reopens" in reported
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).options.exclude == ("pool",)


async def test_a_trial_of_a_filter_changes_nothing(ana):
    await ana.harness.post()
    reported = said(await ana.says("newsdesk filter test", words="/bridge|pool/"))
    assert "would have dropped 2 of the last 2" in reported
    assert (await ana.harness.digest()).options.exclude == ()


@pytest.mark.parametrize("words", ["/(/", "x" * 501, "/(a{1000}){1000}/"])
@pytest.mark.parametrize("path", ["newsdesk filter add", "newsdesk filter test"])
async def test_an_invalid_filter_is_reported_at_its_question(ana, path, words):
    answer = await ana.asks(path, kind="exclude", words=words)
    if len(words) > 500 and path.endswith("test"):
        assert "0 of the last" in said(answer) or "no stored article" in said(answer)
        return
    assert list(errors(answer)) == ["words"]


async def test_a_filter_is_taken_away_by_its_words(ana):
    await ana.does("newsdesk filter add", kind="exclude", words="pool")
    assert "pool" in said(await ana.says("newsdesk filter list"))
    await ana.does("newsdesk filter remove", words="pool")
    assert (await ana.harness.digest()).options.exclude == ()


async def test_a_filter_that_is_not_there_lists_those_that_are(ana):
    await ana.does("newsdesk filter add", kind="exclude", words="pool")
    answer = await ana.says("newsdesk filter remove", words="puddle")
    assert "«pool»" in said(answer)


# ── destinations ───────────────────────────────────────────────────────────────


async def test_a_channel_becomes_a_destination_that_digests_can_post_to(ana):
    await ana.at("c-evening").does("newsdesk destination here", name="evening")
    await ana.does("newsdesk digest edit", to="morning, evening")
    digest = await ana.harness.digest()
    assert {d.name: d.channel for d in digest.destinations} == {
        "morning": "c-morning",
        "evening": "c-evening",
    }


async def test_a_destination_is_renamed_where_it_is(ana):
    await ana.does("newsdesk destination here", name="early")
    assert [d.name for d in (await ana.harness.digest()).destinations] == ["early"]


async def test_a_destination_that_was_stopped_works_again(ana):
    ana.harness.platform.script(SendRefused("The channel was deleted."))
    await ana.harness.post()
    made = await ana.does("newsdesk destination here")
    assert "works again" in said(made)
    assert (await ana.harness.digest()).destinations[0].paused is None


async def test_removing_a_destination_takes_it_from_its_digests_too(ana):
    shown = await ana.says("newsdesk destination remove", name="morning")
    assert "has no destination" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).destinations == ()


# ── export, doctor and the rest ────────────────────────────────────────────────


async def test_settings_from_chat_are_exported_and_imported(ana):
    await ana.does("newsdesk style", stories="7", language="en-GB")
    await ana.does("newsdesk quiet", window="22:00-07:00")
    await ana.does("newsdesk filter add", kind="include", words="/bridges?/")
    reported = said(await ana.says("newsdesk export"))
    assert "stories = 7" in reported
    text = await ana.harness.db.read(file_import.dump_configuration)
    assert await ana.harness.apply(text, prune=True) == ()


async def test_the_doctor_lists_problems_of_this_channel_first(ana):
    ana.harness.platform.script(SendRefused("The channel was deleted."))
    await ana.harness.post()
    answer = await ana.says("newsdesk doctor")
    first = answer.blocks[0]
    assert "The channel was deleted." in said(answer)
    assert first.title.startswith("✗")
    assert "sqlite" not in said(answer)


async def test_the_doctor_words_the_next_time_for_local_readers(ana):
    reported = said(await ana.says("newsdesk doctor"))
    assert "next today 13:02 (Europe/Berlin)" in reported


async def test_readers_can_see_the_next_editions(ana):
    reported = said(await ana.presses_below("v1:next:here"))
    assert "today 13:02" in reported
    assert "Europe/Berlin" in reported
    await ana.chooses_zone("Europe/London")
    reported = said(await ana.presses_below("v1:next:here"))
    assert "today 12:02 in Europe/London" in reported


async def test_a_wrong_zone_is_reported_with_a_valid_one(ana):
    assert "Europe/London" in said(await ana.chooses_zone("Europe/Lodnon"))


ROUNDS = 8


async def test_of_two_concurrent_confirmations_one_gets_the_conflict(
    database_url: str, tmp_path: Path
):
    async with open_harness(database_url, tmp_path) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply()
        ana = await editor(harness)
        bo = ana.also("Bo")
        for number in range(ROUNDS):
            mine = await ana.says("newsdesk style", stories=str(6 + number))
            theirs = await bo.says("newsdesk quiet", window=f"22:00-0{number + 1}:00")
            answers = await asyncio.gather(
                ana.presses(mine, "Confirm"), bo.presses(theirs, "Confirm")
            )
            assert sorted(answer.problem for answer in answers) == [False, True]
