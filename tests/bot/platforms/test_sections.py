"""The sections that a digest chose, as each platform posts them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from bot.model import MessagePart
from bot.platforms.discord.render import render as discord_render
from bot.platforms.local.render import render as local_render
from bot.platforms.slack.render import render as slack_render
from digests.types import (
    ALL_SECTIONS,
    CorrectionNote,
    Dispute,
    Edition,
    Sections,
    Sentence,
    Span,
)
from tests.bot.platforms.local.samples import (
    BRIDGE,
    MADE,
    a_card,
    a_context,
    a_figure,
    a_story,
    an_edition,
)
from tests.bot.platforms.local.test_render import shown as page_of

RENDER = {"discord": discord_render, "slack": slack_render, "local": local_render}
PLATFORMS = sorted(RENDER)
CHATS = ["discord", "slack"]
#: Words of the sections, and words that no choice removes.
WORDS: Mapping[str, str] = {
    "summary": "It was closed early.",
    "matters": "The bridge carries all goods.",
    "quotes": "We did not close it because it was about to fall",
    "figures": "38-centimetre",
    "also": "Hallenbad",
}
ALWAYS = ("Morning news", "Harbour bridge closes", "Hallin Courier", "Corrected", "✓")


def an_edition_with(sections: Sections) -> Edition:
    span = (Span(start=0, end=1),)
    story = a_story(
        BRIDGE,
        summary=(Sentence(text=WORDS["summary"], spans=span),),
        matters=Sentence(text=WORDS["matters"], spans=span),
        cards=(a_card(BRIDGE, WORDS["quotes"], "Tomas Ekdahl"),),
        figures=(a_figure(BRIDGE, "38-centimetre", "crack in a steel girder"),),
        notes=(CorrectionNote(at=MADE + timedelta(hours=1), before="40", after="38"),),
    )
    return an_edition(stories=(story,), hero=None, sections=sections)


def shown(parts: tuple[MessagePart, ...]) -> str:
    """Its text in the order of the payload."""
    return "\n".join(part.fallback_text for part in parts)


def in_payload(parts: tuple[MessagePart, ...]) -> str:
    return json.dumps([part.payload for part in parts], ensure_ascii=False)


def missing(text: str, words: Mapping[str, str]) -> list[str]:
    return [name for name, said in words.items() if said not in text]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("chosen", list(permutations(ALL_SECTIONS, 3)), ids="-".join)
def test_a_post_shows_the_chosen_sections_in_their_order(platform, chosen):
    parts = RENDER[platform](an_edition_with(chosen), a_context())
    text = shown(parts)
    left_out = [name for name in ALL_SECTIONS if name not in chosen]
    assert missing(text, WORDS) == missing(in_payload(parts), WORDS) == left_out
    at = {name: text.index(WORDS[name]) for name in chosen}
    story = [at[name] for name in chosen if name != "also"]
    assert story == sorted(story)
    # Its source and its corrections come last.
    assert max(story) < text.index("Corrected")
    if "also" in chosen:
        assert (at["also"] < min(story)) == (chosen[0] == "also")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("chosen", [None, (), ("quotes",)], ids=str)
@pytest.mark.parametrize(
    ("locale", "mark"),
    [("en", "from the feed’s excerpt"), ("de", "aus dem Anriss des Feeds")],
)
def test_a_story_made_from_an_excerpt_says_so_in_its_source_line(
    platform, chosen, locale, mark
):
    edition = an_edition_with(chosen)
    (story,) = edition.stories
    lead = replace(story.articles[0], excerpt=True)
    cut = replace(edition, stories=(replace(story, articles=(lead,)),))
    context = a_context(locale=locale)
    parts = RENDER[platform](cut, context)
    assert f" · {mark}\n" in shown(parts)
    assert mark in in_payload(parts)
    assert mark not in in_payload(RENDER[platform](edition, context))


@pytest.mark.parametrize("platform", CHATS)
@pytest.mark.parametrize("chosen", list(permutations(ALL_SECTIONS, 3)), ids="-".join)
def test_the_payload_of_a_chat_has_the_order_of_its_plain_words(platform, chosen):
    payload = in_payload(RENDER[platform](an_edition_with(chosen), a_context()))
    at = [payload.index(WORDS[name]) for name in chosen if name != "also"]
    assert at == sorted(at)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("chosen", [(name,) for name in ALL_SECTIONS], ids="-".join)
def test_what_is_there_for_trust_stays_whatever_is_chosen(platform, chosen):
    parts = RENDER[platform](an_edition_with(chosen), a_context())
    for text in (shown(parts), in_payload(parts)):
        assert [words for words in ALWAYS if words not in text] == []


@pytest.mark.parametrize("platform", CHATS)
@pytest.mark.parametrize("edition", [an_edition(), an_edition_with(None)])
def test_the_default_can_be_given_and_looks_the_same(platform, edition):
    said = replace(edition, sections=("summary", "quotes", "also"))
    render = RENDER[platform]
    assert render(said, a_context()) == render(edition, a_context())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_quotes_none_is_shown_large_or_claimed(platform):
    edition = an_edition(sections=("summary",))
    assert edition.hero is not None
    for text in (shown(p := RENDER[platform](edition, a_context())), in_payload(p)):
        assert edition.hero.text not in text
        assert "Every sentence leads to its source" in text


@pytest.mark.parametrize("platform", CHATS)
def test_a_chat_names_what_figures_measure(platform):
    text = shown(RENDER[platform](an_edition_with(("figures",)), a_context()))
    assert "Figures: 38-centimetre crack in a steel girder" in text


# ── the editor's judgement ─────────────────────────────────────────────────────


def a_changed_edition(**changes: Any) -> Edition:
    edition = an_edition_with(None)
    return replace(edition, stories=(replace(edition.stories[0], **changes),))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("sections", [None, ("summary",), ("figures",)])
def test_a_post_shows_where_outlets_differ_whatever_is_chosen(platform, sections):
    sides = [
        replace(a_figure(BRIDGE, words, ""), source=source)
        for words, source in (
            ("31,000", "Hallin Courier"),
            ("About 31,000", "Strand Radio"),
        )
    ]
    dispute = Dispute(ours=sides[0], theirs=sides[1])
    edition = replace(a_changed_edition(disputes=(dispute,)), sections=sections)
    text = shown(RENDER[platform](edition, a_context()))
    assert (
        "Outlets differ: 31,000 (Hallin Courier), About 31,000 (Strand Radio)" in text
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("kind", "update", "locale", "headline"),
    [
        ("news", False, "en", "1. Harbour bridge closes"),
        ("feature", False, "en", "1. Harbour bridge closes"),
        ("opinion", False, "en", "1. Opinion: Harbour bridge closes"),
        ("live", True, "en", "1. Update · Live: Harbour bridge closes"),
        ("opinion", False, "de", "1. Meinung: Harbour bridge closes"),
    ],
)
def test_a_headline_says_what_kind_of_text_it_is(
    platform, kind, update, locale, headline
):
    edition = a_changed_edition(kind=kind, update=update)
    assert headline in shown(RENDER[platform](edition, a_context(locale=locale)))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_brief_line_says_what_kind_of_text_it_is(platform):
    edition = an_edition()
    brief = (replace(edition.brief[0], kind="review"),)
    text = shown(RENDER[platform](replace(edition, brief=brief), a_context()))
    assert "– Review: Hallenbad" in text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_view_stands_under_its_author(platform):
    (article,) = an_edition_with(None).stories[0].articles
    byline = (replace(article, author="Mara Lindqvist"),)
    for kind, named in (("opinion", True), ("news", False)):
        edition = a_changed_edition(kind=kind, articles=byline)
        text = shown(RENDER[platform](edition, a_context()))
        assert ("Hallin Courier · by Mara Lindqvist ·" in text) == named


@pytest.mark.parametrize(
    ("platform", "emphasized"),
    [
        ("discord", "Cars fell by **38** in May (disputed)"),
        ("slack", '"text": "38", "style": {"bold": true}'),
        ("local", '["Cars fell by ", ""], ["38", "/article'),
    ],
)
def test_a_figure_is_a_clause_in_which_the_number_stands_out(platform, emphasized):
    figure = a_figure(BRIDGE, "38", "cars")
    label = replace(figure.figure, label="Cars fell by 38 in May", status="disputed")
    edition = a_changed_edition(figures=(replace(figure, figure=label),))
    parts = RENDER[platform](replace(edition, sections=("figures",)), a_context())
    assert "Cars fell by 38 in May (disputed)" in shown(parts)
    assert emphasized in in_payload(parts)


@pytest.mark.parametrize("platform", CHATS)
def test_every_section_at_once_holds_all_stories_within_the_budgets(platform):
    """`test_generated` checks hostile ones against limits; this, that none is lost."""
    stories = tuple(
        replace(story, id=f"s-{number}")
        for number in range(5)
        for story in an_edition_with(None).stories * 3
    )
    edition = an_edition(stories=stories, sections=ALL_SECTIONS)
    text = shown(RENDER[platform](edition, a_context()))
    for name in ("summary", "matters", "figures", "quotes"):
        assert text.count(WORDS[name]) == len(stories), name


# ── the page ───────────────────────────────────────────────────────────────────


def test_a_payload_of_the_page_has_a_layout_only_if_chosen():
    (usual,) = local_render(an_edition(), a_context())
    assert "layout" not in usual.payload
    (chosen,) = local_render(an_edition_with(("also", "figures")), a_context())
    laid_out: Any = chosen.payload["layout"]
    assert laid_out == {"story": ["figures"], "also": "above"}


def test_chosen_figures_stand_in_the_open_on_the_page():
    (part,) = local_render(an_edition(sections=("figures",)), a_context())
    assert [story["more"] for story in part.payload["stories"]] == ["", "", ""]
    assert part.payload["stories"][0]["figures"]


@pytest.mark.parametrize("chosen", list(permutations(ALL_SECTIONS, 3)), ids="-".join)
def test_the_page_has_the_chosen_sections_in_their_order(chosen):
    body = page_of(an_edition_with(chosen)).body
    assert body is not None
    text = body.text()
    assert missing(text, WORDS) == [name for name in ALL_SECTIONS if name not in chosen]
    at = {name: text.index(WORDS[name]) for name in chosen}
    story = [at[name] for name in chosen if name != "also"]
    assert story == sorted(story)
    assert text.index("Harbour bridge closes") < min(story)
    assert max(story) < text.index("Corrected")
    if "also" in chosen:
        assert (at["also"] < min(story)) == (chosen[0] == "also")
