"""Corrections in all three renderers: within limits, and without live markup."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.common import edition_text
from bot.platforms.discord.render import render as discord
from bot.platforms.local.render import render as local
from bot.platforms.slack.render import render as slack
from digests.types import CorrectionNote, Edition
from tests.bot.platforms.discord import test_render
from tests.bot.platforms.discord.hostile import texts
from tests.bot.platforms.local.samples import MADE, a_context, an_edition
from tests.bot.platforms.slack import test_render as on_slack
from tests.wire.discord.markdown import read

AT = MADE + timedelta(hours=5, minutes=35)
LIVE = {"mention", "command", "time", "address", "emoji", "code", "heading", "spoiler"}


def noted(
    *notes: CorrectionNote, edition: Edition | None = None, **story: object
) -> Edition:
    """The edition, its first story with these notes."""
    edition = edition or an_edition()
    first = replace(edition.stories[0], notes=notes, **story)  # type: ignore[arg-type]
    return replace(edition, stories=(first, *edition.stories[1:]))


def said(
    *notes: CorrectionNote, zone: str = "Europe/London", locale: str = "en"
) -> list[str]:
    edition, context = an_edition(), a_context(zone=zone, locale=locale)
    view = edition_text.EditionView.of(edition, context)
    return view.format_corrections(notes)


def withdrawn(edition: Edition) -> Edition:
    """An edition whose quotes are all withdrawn from their articles."""
    stories = tuple(
        replace(s, cards=tuple(replace(c, withdrawn=True) for c in s.cards))
        for s in edition.stories
    )
    hero = replace(edition.hero, withdrawn=True) if edition.hero else None
    return replace(edition, stories=stories, hero=hero)


# ── wording ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (CorrectionNote(at=AT, before="40", after="14"), "Corrected 14:05: 40 → 14"),
        (
            CorrectionNote(at=AT, before="about 40", after="about 14"),
            "Corrected 14:05: 40 → 14",
        ),
        (
            CorrectionNote(at=AT, before="$4 million", after="$4 billion"),
            "Corrected 14:05: $4 million → $4 billion",
        ),
        (
            CorrectionNote(
                at=AT, before="We hope to win it", after="We hope to lose it"
            ),
            "Corrected 14:05: win → lose",
        ),
        (
            CorrectionNote(at=AT, before="About 300 people", after="About 270 people"),
            "Corrected 14:05: 300 people → 270 people",
        ),
        (
            CorrectionNote(
                at=AT,
                before="£4.6 million",
                after="£6.4 million",
                what="cost of the scheme",
            ),
            "Corrected 14:05: Cost of the scheme: £4.6 million → £6.4 million",
        ),
        (CorrectionNote(at=AT, before="40"), "Corrected 14:05: no longer “40”"),
        (CorrectionNote(at=AT, after="not"), "Corrected 14:05: now “not”"),
        (
            CorrectionNote(at=AT, said="It was 14."),
            "Corrected 14:05 by an editor: It was 14.",
        ),
        (
            CorrectionNote(at=AT + timedelta(days=1), before="40", after="14"),
            "Corrected 8 January 2026, 14:05: 40 → 14",
        ),
    ],
)
def test_a_note_reads(note, expected):
    assert said(note) == [expected]


def test_simultaneous_corrections_are_one_note():
    several = (
        CorrectionNote(at=AT, before="40", after="14"),
        CorrectionNote(at=AT, after="not"),
    )
    assert said(*several) == ["Corrected 14:05: 40 → 14; now “not”"]


def test_however_much_was_corrected_at_once_it_is_a_line_of_bounded_length():
    several = [
        CorrectionNote(at=AT, before=f"{n} tons", after="9 miles") for n in range(40)
    ]
    (line,) = said(*several)
    assert len(line) <= edition_text.MAX_CORRECTION


def test_the_newest_three_are_shown():
    notes = [CorrectionNote(at=AT + timedelta(hours=n), after=str(n)) for n in range(5)]
    assert [line[-2:-1] for line in said(*notes)] == ["2", "3", "4"]


def test_a_german_edition_has_it_in_german():
    note = CorrectionNote(at=AT, before="40")
    assert said(note, locale="de") == ["Korrigiert 14:05: nicht mehr „40“"]


# ── position ───────────────────────────────────────────────────────────────────


def test_it_is_at_the_end_of_its_story_on_every_platform():
    edition = noted(CorrectionNote(at=AT, before="40", after="14"))
    for render in (discord, slack, local):
        (part,) = render(edition, a_context())
        lines = part.fallback_text.split("\n")
        at = lines.index("Corrected 14:05: 40 → 14")
        assert "2 more" in lines[at - 1]


def test_a_withdrawn_quote_is_marked_in_plain_words_too():
    for render in (discord, slack, local):
        (part,) = render(withdrawn(an_edition()), a_context())
        assert "· withdrawn" in part.fallback_text


def test_a_corrected_line_in_brief_is_marked_on_every_platform():
    edition = an_edition()
    line = replace(
        edition.brief[0], notes=(CorrectionNote(at=AT, before="40", after="14"),)
    )
    edition = replace(edition, brief=(line,))
    for render in (discord, slack, local):
        (part,) = render(edition, a_context())
        assert "Corrected 14:05: 40 → 14" in part.fallback_text


def test_without_corrections_rendering_is_unchanged():
    edition, context = an_edition(), a_context()
    (part,) = local(edition, context)
    assert [story["notes"] for story in part.payload["stories"]] == [[], [], []]
    assert "Corrected" not in json.dumps([discord(edition, context)[0].payload])


# ── limits and hostile text ────────────────────────────────────────────────────


def full(part_of: Edition, notes: tuple[CorrectionNote, ...]) -> Edition:
    stories = tuple(replace(story, notes=notes) for story in part_of.stories)
    return withdrawn(replace(part_of, stories=stories))


@pytest.mark.parametrize("words", ["A correction " * 40, "*_*" * 99, "🌉" * 200])
def test_full_messages_with_notes_are_within_the_limits(words):
    notes = tuple(
        CorrectionNote(at=AT + timedelta(hours=n), before=words, after=words + str(n))
        for n in range(4)
    )
    big = full(test_render.big(12), notes)
    assert test_render.complaints(discord(big, a_context())) == []
    assert on_slack.complaints(slack(full(on_slack.big(12), notes), a_context())) == []


@given(st.lists(texts, min_size=4, max_size=4))
def test_no_text_of_a_note_becomes_live(said_by):
    before, after, editor, quote = said_by
    notes = (
        CorrectionNote(at=AT, before=before, after=after),
        CorrectionNote(at=AT + timedelta(hours=1), said=editor),
    )
    edition = withdrawn(noted(*notes))
    card = replace(edition.stories[0].cards[0], text=f"W{quote}"[:300])
    edition = noted(*notes, edition=edition, cards=(card,))
    parts = discord(edition, a_context())
    assert test_render.complaints(parts) == []
    for part in parts:
        for display in test_render.displays(part):
            live = read(display).live
            assert [k for k, what in live if k in LIVE and what != "##"] == []
    assert on_slack.complaints(slack(edition, a_context())) == []
