"""Schedules in words, in each reader's language."""

from dataclasses import replace

import pytest

from bot.configuration import file_import
from bot.i18n.translation import Texts
from bot.publishing.planning import (
    format_schedule,
    format_schedules,
    format_typed_schedule,
)
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, BotHarness

EN, DE = Texts.of("en"), Texts.of("de")
#: Typed schedules, and their wording.
TYPED = "weekdays at 8:30 Europe/Berlin"
ENGLISH = "Weekdays at 08:30, Europe/Berlin"
GERMAN = "Montags bis freitags um 08:30 Uhr (Europe/Berlin)"
EVERYWHERE = (
    "newsdesk status",
    "newsdesk home",
)


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    await harness.apply(CONFIGURATION.replace("every 2 minutes Europe/Berlin", TYPED))
    return await editor(harness)


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_english_readers_get_plain_english(ana: Editor, path: str):
    reported = said(await ana.says(path))
    assert ENGLISH in reported
    assert TYPED not in reported


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_german_readers_get_german(ana: Editor, path: str):
    reported = said(await replace(ana, locale="de").says(path))
    assert GERMAN in reported
    assert "eekdays at 08:30" not in reported


async def test_a_change_is_worded_in_the_editors_language(ana: Editor):
    anna = replace(ana, locale="de")
    reported = said(await anna.proposes("schedule", "add daily at 18:00"))
    assert "Zeitplan: + Täglich um 18:00 Uhr (Europe/Berlin)" in reported
    await ana.sets("schedule", "add daily at 18:00")
    reported = said(await anna.says("newsdesk history"))
    assert "Zeitplan: + Täglich um 18:00 Uhr (Europe/Berlin)" in reported


async def test_the_form_that_changes_a_schedule_has_what_was_typed(ana: Editor):
    form = await replace(ana, locale="de").is_asked(
        "newsdesk set", target="Morning brief", setting="Zeitplan"
    )
    assert [field.value for field in form.fields] == [TYPED]


async def test_of_several_the_form_has_a_line_for_each(ana: Editor):
    await ana.sets("schedule", "add daily at 18:00")
    form = await ana.is_asked(
        "newsdesk set", target="Morning brief", setting="schedule"
    )
    (field,) = form.fields
    assert field.lines
    assert field.value == f"{TYPED}\ndaily at 18:00 Europe/Berlin"
    answer = await ana.answers(form, value=f"{TYPED}\ndaily at 19:00")
    assert "schedule: − Daily at 18:00" in said(answer)
    assert "schedule: + Daily at 19:00" in said(answer)


@pytest.mark.parametrize("which", [TYPED, GERMAN, "8:30 Europe", "bis freitags"])
async def test_a_schedule_is_found_as_typed_and_as_worded(ana, which):
    await ana.sets("schedule", "add daily at 18:00")
    anna = replace(ana, locale="de")
    reported = said(await anna.proposes("schedule", f"remove {which}"))
    assert f"− {GERMAN}" in reported


async def test_which_one_is_meant_is_asked_in_the_language_of_who_is_asked(ana):
    await ana.sets("schedule", "add daily at 18:00")
    why = await replace(ana, locale="de").fails_to_set("schedule", "remove Europe")
    assert "2. täglich um 18:00 Uhr (Europe/Berlin)" in why


async def test_the_file_has_what_was_typed(ana: Editor):
    assert f'"{TYPED}"' in await ana.harness.db.read(file_import.dump_configuration)


async def test_the_next_times_are_given_in_the_zone_of_the_reader_as_well(ana: Editor):
    await ana.chooses_zone("Asia/Tokyo")
    reported = said(await ana.presses_below("v1:next:here"))
    assert ENGLISH in reported
    assert "in Asia/Tokyo" in reported


# ── one by one ─────────────────────────────────────────────────────────────────


async def test_several_schedules_are_listed_in_a_row(ana: Editor):
    await ana.sets("schedule", "add daily at 18:00")
    digest = await ana.harness.digest()
    assert format_schedules(digest, EN) == f"{ENGLISH}; daily at 18:00, Europe/Berlin"
    assert format_schedules(replace(digest, schedules=()), EN) == ""


def test_what_cannot_be_read_any_more_stays_as_it_is():
    gone = "daily at 8:00 Mars/Phobos"
    assert format_schedule(gone, DE) == gone
    assert format_typed_schedule(gone, DE) == f"«{gone}»"
