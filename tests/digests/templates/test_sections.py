"""The order of sections, and their effect on documents and reading time."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.compose import compose
from digests.editing import presentation
from digests.editing.presentation import READING_SPEED
from digests.templates import DocumentFormat, render
from digests.types import (
    ALL_SECTIONS,
    Dispute,
    Edition,
    EditionStyle,
    Headline,
    Sentence,
    Span,
    arrange_sections,
)
from tests.bot.platforms.local.samples import BRIDGE, a_figure, a_story, an_edition
from tests.digests.templates.test_render import a_card

FORMATS: tuple[DocumentFormat, ...] = ("text", "markdown", "html")
NOW = datetime(2026, 1, 7, 9, tzinfo=UTC)
CHOICES = st.lists(st.sampled_from(ALL_SECTIONS), unique=True, min_size=1).map(tuple)


@given(chosen=CHOICES)
def test_a_story_has_the_chosen_sections_in_their_order(chosen):
    assert arrange_sections(chosen, ALL_SECTIONS).story == tuple(
        s for s in chosen if s != "also"
    )


@given(chosen=CHOICES)
def test_the_quote_of_the_edition_is_hidden_with_the_quotes(chosen):
    assert arrange_sections(chosen, ()).hero == ("quotes" in chosen)


def test_in_brief_is_on_top_only_if_it_comes_first():
    assert arrange_sections(("also", "summary"), ()).also == "above"
    assert arrange_sections(("summary", "also"), ()).also == "below"
    assert arrange_sections(("summary",), ()).also == "nowhere"
    assert arrange_sections(("also",), ()).also == "below"


def test_where_nothing_is_chosen_the_renderer_decides():
    usual = arrange_sections(None, ("quotes", "summary"))
    assert usual.story == ("quotes", "summary")
    assert (usual.hero, usual.also) == (True, "below")


# ── documents ──────────────────────────────────────────────────────────────────

#: Words of the sections, and words that no choice removes.
WORDS = {
    "summary": "It was closed early.",
    "matters": "The bridge carries all goods.",
    "quotes": "The bridge is safe",
    "figures": "38-centimetre",
    "also": "Hallenbad",
}
ALWAYS = ("Morning news", "Harbour bridge closes", "Hallin Courier", "without AI")


def a_full_edition() -> Edition:
    span = (Span(start=0, end=1),)
    story = a_story(
        BRIDGE,
        summary=(Sentence(text=WORDS["summary"], spans=span),),
        matters=Sentence(text=WORDS["matters"], spans=span),
        cards=(a_card(),),
        figures=(a_figure(BRIDGE, "38-centimetre", "crack in a steel girder"),),
    )
    return an_edition(stories=(story,), hero=None)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("chosen", list(permutations(ALL_SECTIONS, 3)), ids="-".join)
def test_a_document_shows_the_chosen_sections_in_their_order(format, chosen):
    shown = render(replace(a_full_edition(), sections=chosen), format).replace("\\", "")
    found = {name: shown.find(words) for name, words in WORDS.items()}
    in_story = [found[name] for name in chosen if name != "also"]
    assert in_story == sorted(in_story)
    assert min(in_story) > shown.index("1. ")
    assert [name for name, at in found.items() if at < 0] == [
        name for name in ALL_SECTIONS if name not in chosen
    ]
    if "also" in chosen:
        assert (found["also"] < min(in_story)) == (chosen[0] == "also")
    assert [w for w in ALWAYS if w.casefold() not in shown.casefold()] == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_document_without_quotes_claims_none_and_has_no_large_one(format):
    edition = an_edition(sections=("summary", "also"))
    assert edition.hero is not None
    shown = render(edition, format)
    assert "Quotes checked" not in shown
    assert "Quote of the edition" not in shown
    assert edition.hero.text not in shown


@pytest.mark.parametrize("format", FORMATS)
def test_a_document_shows_where_outlets_differ_whatever_is_chosen(format):
    (story,) = a_full_edition().stories
    sides = [a_figure(BRIDGE, words, "") for words in ("31,000", "38-centimetre")]
    differing = replace(story, disputes=(Dispute(ours=sides[0], theirs=sides[1]),))
    edition = replace(a_full_edition(), stories=(differing,), sections=("summary",))
    shown = render(edition, format)
    assert "Outlets differ" in shown
    assert "31,000" in shown


# ── the composer ───────────────────────────────────────────────────────────────


def test_an_edition_holds_everything_whatever_it_shows():
    said = "\n\n“The town will pay for the new steel girder,” said Mayor Ruth Bell."
    article = replace(BRIDGE, text=BRIDGE.text + said)
    reported = {
        sections: compose((article,), now=NOW, style=EditionStyle(sections=sections))
        for sections in (None, ("also",))
    }
    assert reported[("also",)].sections == ("also",)
    assert reported[("also",)].stories == reported[None].stories
    assert reported[None].stories[0].cards


@pytest.mark.parametrize(
    ("sections", "minutes"),
    [(None, 5), (("summary",), 2), (("also",), 3), (("quotes", "figures"), 1)],
)
def test_reading_time_is_of_what_is_shown(sections, minutes):
    long = Sentence(text="word " * 2 * READING_SPEED, spans=(Span(start=0, end=1),))
    story = replace(a_full_edition().stories[0], summary=(long,))
    line = replace(
        an_edition().brief[0], headline=Headline(text="word " * 3 * READING_SPEED)
    )
    edition = an_edition(stories=(story,), brief=(line,), sections=sections)
    assert presentation.estimate_reading_minutes(edition) == minutes
