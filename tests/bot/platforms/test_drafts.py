"""Drafts and what editors wrote, as every platform renders them."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.model import PREVIEW_ID, DraftFrame, RenderContext
from bot.platforms.discord import render as discord
from bot.platforms.local import render as local
from bot.platforms.slack import render as slack
from digests.compose import compose
from digests.templates import render as render_document
from digests.types import Edition, EditionStyle, Headline
from tests.digests.test_alternatives import ARTICLES, NOW

RENDERERS = {"discord": discord.render, "slack": slack.render, "local": local.render}
EDITION = compose(ARTICLES, now=NOW, style=EditionStyle(stories=1))
CONTEXT = RenderContext(
    edition_id=PREVIEW_ID, digest="Brief", zone="UTC", locale="en", next_due=None
)
FRAME = DraftFrame(
    draft="d-7k3m9q",
    lines=("Draft d-7k3m9q, version 2", "It waits for approval."),
    buttons=(("v1:draft-do:d-7k3m9q:2:approve:abc", "Approve all"),),
    menu="Change a story…",
)


def edited() -> Edition:
    story, line = EDITION.stories[0], EDITION.brief[0]
    return replace(
        EDITION,
        stories=(
            replace(
                story,
                headline=Headline(text="Bridge shut", by_editors=True),
                editors_note="Our ferry ticker has the times",
            ),
        ),
        brief=(replace(line, headline=Headline(text="Swim!", by_editors=True)),),
    )


def shown(platform: str, edition: Edition, context: RenderContext) -> str:
    parts = RENDERERS[platform](edition, context)
    return json.dumps([part.payload for part in parts], ensure_ascii=False)


@pytest.fixture(params=sorted(RENDERERS))
def platform(request) -> str:
    return str(request.param)


def test_what_editors_wrote_is_marked(platform):
    words = shown(platform, edited(), CONTEXT)
    assert words.count("Headline: the editors") == 2
    assert "Note from the editors: Our ferry ticker has the times" in words


def test_the_marks_are_in_the_plain_text_too(platform):
    (part,) = RENDERERS[platform](edited(), CONTEXT)
    assert part.fallback_text.count("Headline: the editors") == 2
    assert "Note from the editors: Our ferry" in part.fallback_text


def test_without_editors_nothing_is_marked(platform):
    assert "the editors" not in shown(platform, EDITION, CONTEXT)


def test_an_editors_words_are_never_markup_on_discord():
    headline = Headline(text="**x** [a](https://b.example)", by_editors=True)
    story = replace(EDITION.stories[0], headline=headline, editors_note="@here __y__")
    edition = replace(EDITION, stories=(story,))
    (part,) = discord.render(edition, CONTEXT)
    texts = [
        c["content"]
        for c in part.payload["components"][0]["components"]
        if "content" in c
    ]
    assert not any("**x**" in text or "[a](" in text for text in texts)
    assert not any("__y__" in text for text in texts)


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_documents_mark_what_editors_wrote(format):
    document = render_document(edited(), format, ZoneInfo("UTC"))
    assert document.count("headline: the editors") == 2
    assert "Note from the editors" in document
    assert "Our ferry ticker has the times" in document


def test_a_draft_has_its_state_and_its_controls_instead_of_those_of_readers(platform):
    context = replace(CONTEXT, draft=FRAME)
    words = shown(platform, EDITION, context)
    assert all(line in words for line in FRAME.lines)
    assert "v1:draft-do:d-7k3m9q:2:approve:abc" in words
    assert f"v1:draft:d-7k3m9q:{EDITION.stories[0].id}" in words
    assert "Change a story…" in words
    assert "v1:story:" not in words
    assert "v1:quotes:" not in words


def test_a_draft_that_ended_shows_only_what_became_of_it(platform):
    frame = replace(FRAME, buttons=(), only_lines=True)
    words = shown(platform, EDITION, replace(CONTEXT, draft=frame))
    assert FRAME.lines[1] in words
    assert EDITION.stories[0].headline.text not in words
    assert "v1:" not in words
