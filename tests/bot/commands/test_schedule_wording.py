"""What a schedule means, said to each reader in their language."""

from dataclasses import replace

import pytest

from bot import config_file
from bot.due import as_typed, in_words, times_of
from bot.texts import Texts
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.newsroom import CONFIGURATION, Newsroom

EN, DE = Texts.of("en"), Texts.of("de")
#: What people type, and how it is told.
TYPED = "weekdays at 8:30 Europe/Berlin"
ENGLISH = "Weekdays at 08:30, Europe/Berlin"
GERMAN = "Montags bis freitags um 08:30 Uhr (Europe/Berlin)"
EVERYWHERE = (
    "newsdesk status",
    "news when",
    "newsdesk schedule list",
    "newsdesk digest list",
)


@pytest.fixture
async def ana(desk: Newsroom) -> Editor:
    await desk.apply(CONFIGURATION.replace("every 2 minutes Europe/Berlin", TYPED))
    return await editor(desk)


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_english_readers_are_told_in_plain_english(ana: Editor, path: str):
    told = said(await ana.says(path))
    assert ENGLISH in told
    assert TYPED not in told


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_german_readers_are_told_in_german(ana: Editor, path: str):
    told = said(await replace(ana, locale="de").says(path))
    assert GERMAN in told
    assert "eekdays at 08:30" not in told


async def test_a_change_is_told_in_the_language_of_who_makes_it(ana: Editor):
    anna = replace(ana, locale="de")
    told = said(await anna.says("newsdesk schedule add", schedule="daily at 18:00"))
    assert "Zeitplan: + Täglich um 18:00 Uhr (Europe/Berlin)" in told
    await ana.does("newsdesk schedule add", schedule="daily at 18:00")
    told = said(await anna.says("newsdesk history"))
    assert "Zeitplan: + Täglich um 18:00 Uhr (Europe/Berlin)" in told


async def test_what_was_typed_stands_beside_what_cannot_be_typed(ana: Editor):
    told = said(await replace(ana, locale="de").says("newsdesk schedule list"))
    assert f"«{TYPED}»" in told
    assert "«" not in said(await ana.says("newsdesk schedule list"))


async def test_the_form_that_changes_a_schedule_has_what_was_typed(ana: Editor):
    form = await replace(ana, locale="de").is_asked("newsdesk schedule edit")
    assert {f.name: f.value for f in form.fields} == {
        "schedule": TYPED,
        "which": "",
        "digest": "Morning brief",
    }


async def test_of_several_the_form_has_the_one_that_was_named(ana: Editor):
    await ana.does("newsdesk schedule add", schedule="daily at 18:00")
    open_ = await ana.is_asked("newsdesk schedule edit")
    assert open_.fields[0].value == ""
    second = await ana.is_asked("newsdesk schedule edit", which="2")
    assert second.fields[0].value == "daily at 18:00 Europe/Berlin"


@pytest.mark.parametrize("which", [TYPED, GERMAN, "8:30 Europe", "bis freitags"])
async def test_a_schedule_is_found_as_it_was_typed_and_as_it_is_told(ana, which):
    await ana.does("newsdesk schedule add", schedule="daily at 18:00")
    anna = replace(ana, locale="de")
    told = said(await anna.says("newsdesk schedule remove", which=which))
    assert f"− {GERMAN}" in told


async def test_which_one_is_meant_is_asked_in_the_language_of_who_is_asked(ana):
    await ana.does("newsdesk schedule add", schedule="daily at 18:00")
    form = await replace(ana, locale="de").is_asked("newsdesk schedule remove")
    (asked,) = [field.error for field in form.fields if field.error]
    assert "2. täglich um 18:00 Uhr (Europe/Berlin)" in asked


async def test_the_file_has_what_was_typed(ana: Editor):
    assert f'"{TYPED}"' in await ana.desk.db.read(config_file.export)


async def test_when_names_the_zone_that_was_asked_for_as_well(ana: Editor):
    told = said(await ana.says("news when", zone="Asia/Tokyo"))
    assert f"Asia/Tokyo · {ENGLISH}" in told


# ── one by one ─────────────────────────────────────────────────────────────────


async def test_several_schedules_stand_behind_each_other(ana: Editor):
    await ana.does("newsdesk schedule add", schedule="daily at 18:00")
    digest = await ana.desk.digest()
    assert times_of(digest, EN) == f"{ENGLISH}; daily at 18:00, Europe/Berlin"
    assert times_of(replace(digest, schedules=()), EN) == ""


def test_what_cannot_be_read_any_more_stays_as_it_is():
    gone = "daily at 8:00 Mars/Phobos"
    assert in_words(gone, DE) == gone
    assert as_typed(gone, DE) == f"«{gone}»"
