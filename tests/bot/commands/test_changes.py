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
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import BRIDGE, CONFIGURATION, FLOOD, BotHarness, open_harness

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
    shown = await ana.proposes("stories", "7")
    reported = said(shown)
    assert "stories: 5 → 7" in reported
    assert "Posted to #morning." in reported
    assert "Tuesday 24 November 13:02 · " in reported
    assert "Europe/Berlin" in reported


async def test_a_change_previews_the_next_edition(ana):
    await ana.harness.publisher.preview(await ana.harness.digest(), "local")
    reported = said(await ana.proposes("stories", "1"))
    assert (
        "Stories in the next edition: 1 in full, 1 in brief; without this change: "
        "2 and 0." in reported
    )
    shown = await ana.proposes("exclude", "add pool")
    assert "1 in full, 0 in brief; without this change: 2 and 0." in said(shown)


async def test_without_news_a_change_is_previewed_on_recent_articles(ana):
    await ana.harness.post()
    reported = said(await ana.proposes("stories", "1"))
    assert "Nothing is new right now." in reported
    assert (
        "Stories in an edition of recent articles: 1 in full, 1 in brief; without this "
        "change: 2 and 0." in reported
    )


async def test_a_change_previews_the_last_seven_days_too(ana):
    await ana.harness.post()
    ana.harness.publish("flood", FLOOD)
    await ana.harness.publisher.preview(await ana.harness.digest(), "local")
    reported = said(await ana.proposes("exclude", "add pool"))
    assert "Stories in the next edition: 1 in full, 0 in brief" in reported
    assert (
        "Stories in an edition of the last seven days: 2 in full, 0 in brief; without "
        "this change: 3 and 0." in reported
    )


@pytest.mark.parametrize(
    ("setting", "value", "effect"),
    [
        ("figures", "no", "Figures in the next edition: 0; without this change: 1."),
        ("quotes", "0", "Quotes in the next edition: 0; without this change: 2."),
        ("summary", "long", "Characters of summaries in the next edition: "),
    ],
)
async def test_a_change_of_what_a_story_shows_is_measured_in_that(
    ana, setting, value, effect
):
    await ana.harness.publisher.preview(await ana.harness.digest(), "local")
    assert effect in said(await ana.proposes(setting, value))


async def test_without_articles_no_preview_is_invented(empty_harness):
    await empty_harness.apply()
    reported = said(await (await editor(empty_harness)).proposes("stories", "1"))
    assert "without this change" not in reported


async def test_nothing_is_changed_before_the_button_is_pressed(ana):
    await ana.proposes("stories", "7")
    assert (await ana.harness.digest()).options.stories == 5


async def test_the_button_makes_the_change(ana):
    made = await ana.sets("stories", "7")
    assert made.title == "Saved"
    assert (await ana.harness.digest()).options.stories == 7


@pytest.mark.parametrize(
    ("target", "setting", "value", "page"),
    [
        ("Morning brief", "stories", "7", "v1:home:d"),
        ("#morning", "name", "early", "v1:home:places"),
        ("workspace", "zone", "Europe/Lisbon", "v1:home:w"),
    ],
)
async def test_a_change_takes_the_place_of_a_page_and_leads_back_to_it(
    ana, target, setting, value, page
):
    shown = await ana.proposes(setting, value, target=target)
    made = await ana.presses(shown, "Confirm")
    for answer in (shown, made):
        assert answer.in_place
        assert answer.controls[-1].id.startswith(page)
        assert not (await ana.presses(answer, "Back")).problem


async def test_a_change_without_effect_is_reported(ana):
    answer = await ana.proposes("stories", "5")
    assert answer.problem
    assert "Nothing would change" in said(answer)


@pytest.mark.parametrize(
    ("setting", "present"),
    [
        ("stories", "5"),
        ("summary", "short"),
        ("sections", "usual"),
        ("quiet hours", "off"),
        ("max_age", "none"),
        ("schedule", "every 2 minutes Europe/Berlin"),
    ],
)
async def test_without_a_value_the_form_has_the_present_one(ana, setting, present):
    form = await ana.is_asked("newsdesk set", target="Morning brief", setting=setting)
    assert [field.value for field in form.fields] == [present]


MISTAKES = [
    ("stories", "99", "from 1 to 15"),
    ("stories", "many", "from 1 to 15"),
    ("language", "klingon!", "«de»"),
    ("quotes", "6", "from 0 to 5"),
    ("brief", "-1", "from 0 to 12"),
    ("summary", "endless", "short, medium, long"),
    ("figures", "perhaps", "yes or no"),
    ("quiet_hours", "late", "22:00-07:00"),
    ("schedule", "wekdays at 8:30", "Try «"),
    ("name", "x" * 81, "at most 80"),
    ("name", "a\u202eb", "invisible characters"),
    ("destinations", "nowhere", "There are: «morning»"),
]


@pytest.mark.parametrize(("setting", "value", "why"), MISTAKES)
async def test_a_mistake_is_shown_beside_its_question(ana, setting, value, why):
    form = await ana.is_asked(
        "newsdesk set", target="Morning brief", setting=setting, value=value
    )
    assert list(errors(form)) == ["value"]
    assert why in errors(form)["value"]
    assert {f.name: f.value for f in form.fields}["value"] == value


@pytest.mark.parametrize(
    ("setting", "value", "why"), [m for m in MISTAKES if m[0] != "figures"]
)
async def test_a_mistake_in_a_form_keeps_the_answer(ana, setting, value, why):
    form = await ana.is_asked("newsdesk set", target="Morning brief", setting=setting)
    again = await ana.is_asked_again(form, value=value)
    (field,) = again.fields
    assert field.value == value
    assert why in field.error


async def test_what_is_missing_is_asked_for(ana):
    form = await ana.is_asked("newsdesk set")
    assert [f.name for f in form.fields if f.required] == ["target", "setting"]


# ── concurrent, repeated, late ─────────────────────────────────────────────────


async def test_of_two_admins_at_once_the_second_sees_the_change_to_what_is_new(ana):
    bo = ana.also("Bo")
    mine = await ana.proposes("stories", "7")
    theirs = await bo.proposes("language", "de")
    await bo.presses(theirs, "Confirm")
    again = await ana.presses(mine, "Confirm")
    assert "changed by Bo in the meantime" in said(again)
    assert "stories: 5 → 7" in said(again)
    assert "language" not in said(again)
    options = (await ana.harness.digest()).options
    assert (options.stories, options.language) == (5, "de")
    await ana.presses(again, "Confirm")
    options = (await ana.harness.digest()).options
    assert (options.stories, options.language) == (7, "de")


async def test_of_two_values_of_one_setting_the_later_is_shown_against_the_newer(ana):
    mine = await ana.proposes("stories", "7")
    await ana.also("Bo").sets("stories", "9")
    again = await ana.presses(mine, "Confirm")
    assert "stories: 9 → 7" in said(again)
    assert (await ana.harness.digest()).options.stories == 9


async def test_two_additions_to_one_list_are_both_kept(ana):
    mine = await ana.proposes("exclude", "add pool")
    await ana.also("Bo").sets("exclude", "add ferry")
    again = await ana.presses(mine, "Confirm")
    assert "leave out: + pool" in said(again)
    await ana.presses(again, "Confirm")
    assert (await ana.harness.digest()).options.exclude == ("ferry", "pool")


async def test_the_same_change_made_by_another_leaves_nothing_to_do(ana):
    mine = await ana.proposes("stories", "7")
    await ana.also("Bo").sets("stories", "7")
    answer = await ana.presses(mine, "Confirm")
    assert answer.problem
    assert "Nothing would change" in said(answer)


async def test_a_change_of_a_digest_renamed_meanwhile_is_shown_under_its_new_name(ana):
    mine = await ana.proposes("stories", "7")
    await ana.also("Bo").sets("name", "Early brief")
    again = await ana.presses(mine, "Confirm")
    await ana.presses(again, "Confirm")
    assert (await ana.harness.digest("Early brief")).options.stories == 7


async def test_a_change_of_a_digest_deleted_meanwhile_says_so(ana):
    mine = await ana.proposes("stories", "7")
    bo = ana.also("Bo")
    await bo.confirms(await bo.sees("{Morning brief}:delete"))
    answer = await ana.presses(mine, "Confirm")
    assert answer.problem
    assert "no longer exists" in said(answer)


async def test_a_file_that_was_applied_meanwhile_is_not_overwritten(ana):
    shown = await ana.proposes("stories", "7")
    await ana.harness.apply(CONFIGURATION + "stories = 3\n")
    answer = await ana.presses(shown, "Confirm")
    assert "in the meantime" in said(answer)
    assert "stories: 3 → 7" in said(answer)
    assert (await ana.harness.digest()).options.stories == 3


async def test_a_destination_removed_meanwhile_is_reported(ana):
    there = ana.at("c-evening")
    await there.confirms(await there.sees("here", name="evening"))
    mine = await ana.proposes("destinations", "evening")
    places = await ana.also("Bo").sees("places")
    place = await ana.also("Bo").presses(places, "#evening")
    await ana.confirms(await ana.also("Bo").presses(place, "Remove"))
    answer = await ana.presses(mine, "Confirm")
    assert "no destination «evening»" in said(answer)
    assert [d.name for d in (await ana.harness.digest()).destinations] == ["morning"]


async def test_a_name_taken_meanwhile_is_reported(ana):
    mine = await ana.proposes("name", "Early")
    bo = ana.also("Bo")
    await bo.confirms(await bo.sees("{Morning brief}:copy", name="Early"))
    answer = await ana.presses(mine, "Confirm")
    assert "already a digest «Early»" in said(answer)


async def test_pressing_twice_makes_one_change(ana):
    shown = await ana.proposes("stories", "7")
    await ana.presses(shown, "Confirm")
    assert "already been made" in said(await ana.presses(shown, "Confirm"))


async def test_what_was_shown_long_ago_is_shown_again_first(ana):
    shown = await ana.proposes("stories", "7")
    ana.harness.clock.advance(minutes=61)
    assert "more than an hour old" in said(await ana.presses(shown, "Confirm"))
    assert (await ana.harness.digest()).options.stories == 5


async def test_a_button_that_was_changed_makes_nothing(ana):
    shown = await ana.proposes("stories", "7")
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
    await ana.sets("name", "Early brief")
    after = await ana.harness.digest("Early brief")
    assert after.id == before.id


async def test_a_name_that_is_taken_is_refused(ana):
    await ana.harness.apply(CONFIGURATION + SECOND)
    why = await ana.fails_to_set("name", "Evening")
    assert "There is already a digest «Evening»" in why


async def test_a_deleted_digest_is_gone_after_a_preview(ana):
    shown = await ana.sees("{Morning brief}:delete")
    assert "What was posted stays" in said(shown)
    await ana.presses(shown, "Confirm")
    assert await ana.harness.archive.all_digests() == ()


async def test_the_page_of_a_digest_says_what_it_does(ana):
    reported = said(await ana.sees("{Morning brief}"))
    for part in ("Morning brief", "1 source", "Every 2 minutes", "Posted to: #morning"):
        assert part in reported


# ── schedules ──────────────────────────────────────────────────────────────────


async def test_a_schedule_is_added_in_the_workspaces_zone(ana):
    shown = await ana.proposes("schedule", "add weekdays at 8:30")
    assert "+ Weekdays at 08:30, Europe/Berlin" in said(shown)
    await ana.presses(shown, "Confirm")
    digest = await ana.harness.digest()
    assert digest.schedules == (
        "every 2 minutes Europe/Berlin",
        "weekdays at 8:30 Europe/Berlin",
    )


async def test_a_schedule_is_changed_by_its_number(ana):
    await ana.sets("schedule", "add weekdays at 8:30")
    shown = await ana.proposes("schedule", "1 = daily at 7:00")
    reported = said(shown)
    assert "Wednesday 25 November 07:00 · Wednesday 25 November 08:30" in reported
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).schedules[0] == "daily at 7:00 Europe/Berlin"


async def test_a_schedule_is_changed_by_its_words(ana):
    await ana.sets("schedule", "add weekdays at 8:30")
    await ana.sets("schedule", "weekdays = Sundays at 9:00")
    assert (await ana.harness.digest()).schedules == (
        "every 2 minutes Europe/Berlin",
        "Sunday at 9:00 Europe/Berlin",
    )


async def test_which_schedule_is_asked_where_there_are_several(ana):
    await ana.sets("schedule", "add weekdays at 8:30")
    why = await ana.fails_to_set("schedule", "remove Europe")
    assert "2. weekdays at 08:30, Europe/Berlin" in why


@pytest.mark.parametrize("typed", ["none", "remove 1", "remove every 2 minutes"])
async def test_without_its_last_schedule_a_digest_is_posted_by_hand(ana, typed: str):
    shown = await ana.proposes("schedule", typed)
    assert "It has no schedule" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).schedules == ()
    assert await ana.harness.publisher.next_due() is None


# ── quiet hours and filters ────────────────────────────────────────────────────


async def test_quiet_hours_are_set_and_taken_off(ana):
    shown = await ana.proposes("quiet_hours", "22:00-07:00")
    assert "posted as one edition" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).options.quiet_hours == "22:00-07:00"
    await ana.sets("quiet_hours", "off")
    assert (await ana.harness.digest()).options.quiet_hours is None


async def test_a_digest_is_paused_until_it_is_resumed(ana):
    shown = await ana.proposes("paused", "yes")
    assert "wait for the next edition" in said(shown)
    assert not (await ana.harness.digest()).paused
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).paused
    await ana.sets("paused", "no")
    assert not (await ana.harness.digest()).paused


async def test_a_digest_is_paused_until_a_day(ana):
    await ana.sets("paused_until", "2030-01-07")
    assert (await ana.harness.digest()).paused_until == date(2030, 1, 7)
    await ana.sets("paused", "no")
    assert (await ana.harness.digest()).paused_until is None


async def test_a_pause_promises_no_edition(ana):
    shown = said(await ana.proposes("paused", "yes"))
    assert "nothing is posted until it is resumed" in shown
    assert "Next:" not in shown


async def test_a_pause_until_a_day_names_the_first_edition_after_it(ana):
    shown = said(await ana.proposes("paused_until", "2030-01-07"))
    assert "Next: Monday 7 January 00:00" in shown


async def test_a_day_that_is_left_out_is_none_of_the_next_times(ana):
    await ana.sets("schedule", "daily at 8:30")
    shown = said(await ana.proposes("skip", "add tomorrow"))
    assert "25 November 2026" in shown
    assert "Next: Thursday 26 November 08:30" in shown


async def test_readers_are_not_promised_a_day_that_is_left_out(ana):
    await ana.sets("schedule", "daily at 8:30")
    await ana.sets("skip", "add tomorrow")
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
    await ana.sets("skip", f"add {typed}")
    assert (await ana.harness.digest()).skips == (meant,)


@pytest.mark.parametrize(
    ("setting", "typed"),
    [
        ("skip", "add 2026-11-23"),
        ("paused_until", "2020-01-01"),
        ("paused_until", "today"),
    ],
)
async def test_a_past_day_is_rejected_at_its_question(ana, setting: str, typed: str):
    assert "too early" in await ana.fails_to_set(setting, typed)


async def test_what_is_not_paused_cannot_be_resumed(ana):
    assert "Nothing would change" in said(await ana.proposes("paused", "no"))


async def test_a_day_is_left_out_and_comes_back_with_history(ana):
    done = await ana.sets("skip", "add 2030-12-24")
    assert (await ana.harness.digest()).skips == (date(2030, 12, 24),)
    again = await ana.proposes("skip", "add 2030-12-24")
    assert "Nothing would change" in said(again)
    await ana.presses(await ana.presses(done, "Take this back"), "Confirm")
    assert (await ana.harness.digest()).skips == ()


async def test_an_invalid_date_is_reported_beside_its_question(ana):
    assert "a date such as 2026-12-24" in await ana.fails_to_set("skip", "add 31 Feb")


async def test_a_filter_previews_what_it_would_have_dropped(ana):
    await ana.harness.post()
    shown = await ana.proposes("exclude", "add pool")
    reported = said(shown)
    assert "would have dropped 1 of the last 2 articles" in reported
    assert "Torvale pool reopens" in reported
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).options.exclude == ("pool",)


async def test_a_filter_is_tried_before_anything_is_saved(ana):
    await ana.harness.post()
    reported = said(await ana.proposes("exclude", "add /bridge|pool/"))
    assert "would have dropped 2 of the last 2" in reported
    assert (await ana.harness.digest()).options.exclude == ()


@pytest.mark.parametrize("words", ["/(/", "x" * 501, "/(a{1000}){1000}/"])
async def test_an_invalid_filter_is_reported_at_its_question(ana, words):
    assert await ana.fails_to_set("exclude", f"add {words}")


@pytest.mark.parametrize("which", ["pool", "1"])
async def test_a_filter_is_taken_away_by_its_words_or_number(ana, which: str):
    await ana.sets("exclude", "add pool")
    await ana.sets("exclude", f"remove {which}")
    assert (await ana.harness.digest()).options.exclude == ()


async def test_a_filter_that_is_not_there_lists_those_that_are(ana):
    await ana.sets("exclude", "add pool")
    assert "«pool»" in await ana.fails_to_set("exclude", "remove puddle")


# ── destinations ───────────────────────────────────────────────────────────────


async def test_a_channel_becomes_a_destination_that_digests_can_post_to(ana):
    there = ana.at("c-evening")
    await there.confirms(await there.sees("here", name="evening"))
    await ana.sets("destinations", "morning, evening")
    digest = await ana.harness.digest()
    assert {d.name: d.channel for d in digest.destinations} == {
        "morning": "c-morning",
        "evening": "c-evening",
    }


async def test_a_destination_is_renamed_where_it_is(ana):
    await ana.sets("name", "early", target="here")
    assert [d.name for d in (await ana.harness.digest()).destinations] == ["early"]


async def test_a_destination_that_was_stopped_works_again(ana):
    ana.harness.platform.script(SendRefused("The channel was deleted."))
    await ana.harness.post()
    made = await ana.confirms(await ana.sees("#morning:resume"))
    assert "works again" in said(made)
    assert (await ana.harness.digest()).destinations[0].paused is None


async def test_removing_a_destination_takes_it_from_its_digests_too(ana):
    shown = await ana.sees("#morning:remove")
    assert "has no destination" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).destinations == ()


# ── export, doctor and the rest ────────────────────────────────────────────────


async def test_settings_from_chat_are_exported_and_imported(ana):
    await ana.sets("stories", "7")
    await ana.sets("language", "en-GB")
    await ana.sets("quiet_hours", "22:00-07:00")
    await ana.sets("include", "add /bridges?/")
    reported = said(await ana.says("newsdesk config export"))
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
            mine = await ana.proposes("stories", str(6 + number))
            theirs = await bo.proposes("quiet_hours", f"22:00-0{number + 1}:00")
            answers = await asyncio.gather(
                ana.presses(mine, "Confirm"), bo.presses(theirs, "Confirm")
            )
            assert {answer.title for answer in answers} == {"Please confirm", "Saved"}
