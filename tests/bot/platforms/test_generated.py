"""Random editions on each platform; `tests.bench.payloads` runs more."""

from dataclasses import replace
from random import Random

import pytest

from bot.model import ListItem, MessagePart, RenderedEdition, Reply
from bot.platforms.common.edition_text import format_quote
from digests.types import Edition
from tests.bot.platforms.generated import (
    LONG,
    a_form_of,
    a_reply_of,
    an_edition_of,
    faults,
    faults_of_form,
    faults_of_reply,
)
from tests.bot.platforms.local.samples import BRIDGE, HERO, a_story, an_edition

PLATFORMS = ["discord", "slack"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("first", range(0, 40, 10))
def test_random_payloads_have_no_faults(platform, first):
    for seed in range(first, first + 10):
        random = Random(seed)
        assert faults(platform, an_edition_of(random)) == [], seed
        assert faults_of_reply(platform, a_reply_of(random)) == [], seed
        assert faults_of_form(platform, a_form_of(random)) == [], seed


def test_what_is_generated_holds_what_it_is_for():
    editions = [an_edition_of(Random(seed)) for seed in range(40)]
    said = "".join(s.text for e in editions for t in e.stories for s in t.summary)
    assert len(said) > 3 * LONG
    for piece in ("@everyone", "<!channel>", "👩‍👩‍👧‍👦", "橋", "جسر", "**bold**"):
        assert piece in said
    addresses = {t.articles[0].url for e in editions for t in e.stories}
    assert any("@" in (url or "") for url in addresses)
    cards = [card for e in editions for t in e.stories for card in t.cards]
    assert any("\n" in card.text for card in cards)
    replies = [a_reply_of(Random(seed)) for seed in range(40)]
    items = [b for r in replies for b in r.blocks if isinstance(b, ListItem)]
    assert any(item.control for item in items)
    assert any(len(menu.options) > 25 for r in replies for menu in r.menus)
    assert {bool(a_form_of(Random(seed)).control) for seed in range(40)} == {
        True,
        False,
    }


# ── regressions ────────────────────────────────────────────────────────────────


def of_many_lines(stories: int) -> Edition:
    """Quotes of several lines, with more words than a plain message holds."""
    card = replace(HERO, text="\n".join(f"Line {n} of it." for n in range(25)))
    reported = tuple(
        a_story(BRIDGE, id=f"s-{n}", cards=(card,)) for n in range(stories)
    )
    return an_edition(stories=reported, hero=None)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_quote_of_many_lines_is_not_cut_in_plain_words(platform):
    edition = of_many_lines(30)
    assert "\n" in format_quote(edition.stories[0].cards[0])
    assert [kind for kind, _ in faults(platform, edition) if kind == "cut quote"] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_edition_in_plain_words_fits_into_an_answer(platform):
    words = "\n".join("words " * 200 for _ in range(30))
    part = MessagePart(key="1", payload={}, fallback_text=words)
    assert (
        faults_of_reply(platform, Reply(blocks=(RenderedEdition(parts=(part,)),))) == []
    )
