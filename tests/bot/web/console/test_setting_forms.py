"""The form of a digest derives from its settings, and loses nothing that was typed."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.datastructures import FormData

from bot.configuration.unsaved_settings import check_unsaved
from bot.i18n.translation import Texts
from bot.model import Destination, Digest, DigestOptions, Source
from bot.web.console.setting_forms import (
    DIGEST_SETTINGS,
    FormNotes,
    TypedSettings,
    build_groups,
    build_source_rows,
    choose_widget,
    format_base,
    hash_value,
    merge_settings,
    move_section,
    open_settings,
    read_form,
)

TEXTS = Texts.of("en")
COURIER = Source(
    id=7,
    workspace_id=None,
    kind="feed",
    address="https://courier.example/feed?token=secret",
    name="Hallin Courier",
)
HERALD = replace(COURIER, id=8, address="https://herald.example/feed", name="Herald")
NEWS = Destination(id=1, workspace_id=1, name="news", channel="c-news")
DIGEST = Digest(
    id=3,
    workspace_id=1,
    name="Morning",
    sources=(COURIER, HERALD),
    destinations=(NEWS,),
    schedules=("daily at 8:30 Europe/Berlin",),
    options=DigestOptions(exclude=("rumour",)),
)


def inputs(typed: TypedSettings, notes: FormNotes | None = None) -> dict[str, Any]:
    groups = build_groups(typed, DIGEST, (NEWS,), TEXTS, notes or FormNotes())
    return {one.name: one for group in groups for one in group.inputs}


def submitted(typed: TypedSettings, **changes: Any) -> FormData:
    """What a browser sends of the form; a value of None = not sent."""
    fields: list[tuple[str, Any]] = [("base", format_base(typed.base))]
    for one in inputs(typed).values():
        chosen = [(one.field, c.value) for c in one.choices if c.chosen]
        if one.widget in ("switch", "checks", "choice"):
            fields += chosen
        elif one.widget == "sections":
            fields += [(f"{one.field}-order", c.value) for c in one.choices]
            fields += chosen if one.value else [(f"{one.field}-usual", "yes")]
        else:
            suffix = "-new" if one.widget == "addresses" else ""
            fields.append((f"{one.field}{suffix}", one.value))
    for row in build_source_rows(typed, DIGEST, TEXTS, "1").items:
        if row.kept:
            fields.append(("set-sources", str(row.key)))
        for cell in row.cells:
            said = [c.value for c in cell.choices if c.chosen]
            value = cell.value if cell.widget == "text" else "".join(said)
            if value or cell.widget == "text":
                fields.append((cell.field, value))
    kept = [(name, value) for name, value in fields if name not in changes]
    for name, value in changes.items():
        values = value if isinstance(value, list) else [value]
        kept += [(name, one) for one in values if one is not None]
    return FormData(kept)


def test_every_setting_of_a_digest_has_an_input():
    typed = open_settings(DIGEST)
    of_sources = {
        cell.name
        for cell in build_source_rows(typed, DIGEST, TEXTS, "1").items[0].cells
    }
    assert {*inputs(typed)} | of_sources == {one.name for one in DIGEST_SETTINGS}


def test_a_form_that_nobody_touched_says_what_is_saved():
    typed = open_settings(DIGEST)
    again = read_form(submitted(typed), DIGEST)
    settings, problems = check_unsaved(DIGEST, again.entry, (NEWS,), "UTC")
    assert problems == []
    assert settings.to_entry() == DIGEST.settings.to_entry()


@pytest.mark.parametrize(
    ("name", "widget"),
    [
        ("stories", "number"),
        ("summary", "choice"),
        ("figures", "switch"),
        ("sections", "sections"),
        ("schedule", "lines"),
        ("destinations", "checks"),
        ("sources", "addresses"),
        ("full_text", "source"),
        ("pictures", "source"),
        ("paused_until", "date"),
        ("accent", "text"),
    ],
)
def test_the_widget_follows_from_the_kind_of_the_setting(name, widget):
    setting = next(one for one in DIGEST_SETTINGS if one.name == name)
    assert choose_widget(setting) == widget


def test_what_was_typed_wrongly_stays_in_its_input():
    typed = open_settings(DIGEST)
    again = read_form(submitted(typed, **{"set-stories": "many"}), DIGEST)
    notes = FormNotes(errors={"stories": ["Write a number."]})
    shown = inputs(again, notes)["stories"]
    assert (shown.value, shown.errors) == ("many", ("Write a number.",))


def test_a_source_is_taken_out_and_another_added():
    form = submitted(
        open_settings(DIGEST),
        **{"set-sources": "8", "set-sources-new": "https://new.example/feed"},
    )
    assert read_form(form, DIGEST).entry["sources"] == [
        HERALD.address,
        "https://new.example/feed",
    ]


def test_the_secret_of_an_address_is_in_no_input():
    typed = open_settings(DIGEST)
    rows = build_source_rows(typed, DIGEST, TEXTS, "1").items
    assert "secret" not in repr((rows, inputs(typed), format_base(typed.base)))


def test_a_section_moves_up_and_down():
    typed = open_settings(
        replace(DIGEST, options=DigestOptions(sections=("quotes", "summary")))
    )
    assert typed.order[:2] == ("quotes", "summary")
    moved = move_section(typed, "summary up")
    assert moved.entry["sections"] == ["summary", "quotes"]
    assert move_section(moved, "summary up") == moved
    assert move_section(moved, "quotes up").entry["sections"] == ["quotes", "summary"]


def test_a_setting_that_only_somebody_else_changed_is_kept():
    typed = open_settings(DIGEST)
    present = {**typed.entry, "stories": 9}
    merge = merge_settings(typed.base, {**typed.entry, "quotes": 1}, present)
    assert merge.wanted == {"quotes": 1}
    assert merge.conflicts == ()


def test_a_setting_that_both_changed_is_a_conflict():
    typed = open_settings(DIGEST)
    present = {**typed.entry, "stories": 9}
    merge = merge_settings(typed.base, {**typed.entry, "stories": 3}, present)
    assert merge.conflicts == ("stories",)


def test_a_conflict_that_was_seen_is_none_any_more():
    typed = open_settings(DIGEST)
    present = {**typed.entry, "stories": 9}
    base = {**typed.base, "stories": hash_value(9)}
    merge = merge_settings(base, {**typed.entry, "stories": 3}, present)
    assert (merge.wanted, merge.conflicts) == ({"stories": 3}, ())


def test_both_changed_to_the_same_is_no_conflict():
    typed = open_settings(DIGEST)
    present = {**typed.entry, "stories": 9}
    merge = merge_settings(typed.base, {**typed.entry, "stories": 9}, present)
    assert (merge.wanted, merge.conflicts) == ({}, ())
