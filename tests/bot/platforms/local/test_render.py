"""Rendering an edition as the local page's message; all of it stays text."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.i18n.safe_text import build_article_href, build_environment, sanitize_text
from bot.i18n.translation import Texts
from bot.model import (
    Control,
    FactTable,
    ListItem,
    LocalMessage,
    Paragraph,
    QuoteBlock,
    Reply,
    SmallPrint,
)
from bot.platforms.common.text import shorten_text
from bot.platforms.local import limits
from bot.platforms.local.pages import TEMPLATES
from bot.platforms.local.render import render
from bot.platforms.local.replies import build_message_view, build_reply_view
from digests.cards.content import get_quotation_marks
from digests.types import Edition, Headline, Sentence, Span
from tests.bot.platforms.local import hostile, samples

TEXTS = Texts.of("en")
ENVIRONMENT = build_environment(TEMPLATES)


def payload_of(edition: Edition, **context) -> dict:
    return dict(render(edition, samples.a_context(**context))[0].payload)


def page(template: str, **context) -> LexborHTMLParser:
    given = {"csrf": "c", "event": "e", "here": "news", "texts": TEXTS, "path": "/"}
    html = ENVIRONMENT.get_template(template).render(given | context)
    return LexborHTMLParser(html)


def shown(edition: Edition, **context) -> LexborHTMLParser:
    part = render(edition, samples.a_context(**context))[0]
    message = LocalMessage(
        id=1,
        workspace_id=1,
        channel="news",
        key="k",
        payload=part.payload,
        fallback_text=part.fallback_text,
        posted_at=samples.MADE,
    )
    view = build_message_view(message, TEXTS, "Europe/London", samples.MADE)
    return page("message.html", message=view)


def test_what_the_page_adds_within_an_edition_is_in_its_language():
    german = shown(samples.an_edition(), locale="de")
    assert [one.text() for one in german.css(".brief h3")] == ["Außerdem in Kürze"]
    assert "beim Satz öffnen" in german.css(".quote .whence")[0].text()
    assert german.css(".address a")[0].text() == "Adresse dieser Ausgabe"
    assert [one.text() for one in german.css(".from .kind")] == ["bot"]


def skeleton(tree: LexborHTMLParser) -> list[tuple[str, list[str]]]:
    assert tree.root is not None
    return [
        (node.tag or "", sorted(node.attributes))
        for node in tree.root.traverse(include_text=False)
    ]


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def squeezed(text: str) -> str:
    """The text without white space, which is up to the page's layout."""
    return "".join(text.split())


def text_at(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    assert node is not None, selector
    return words(node.text())


# ── content ────────────────────────────────────────────────────────────────────


def test_the_same_edition_gives_the_same_part():
    edition, context = samples.an_edition(), samples.a_context()
    assert render(edition, context) == render(edition, context)


def test_the_payload_is_nothing_but_json():
    payload = payload_of(samples.an_edition())
    assert json.loads(json.dumps(payload)) == payload


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("h2", "Morning news Wednesday 7 January"),
        (".counts", "3 stories from 20 articles in 9 sources · 2 min read"),
        (".story > .source", "Hallin Courier · 2 more · 07:30"),
        (".update", "Update"),
        (".more summary", "1 more quote, story 1"),
        (".hero blockquote", f"“{samples.HERO.text}”"),
        (".hero .speaker", "Tomas Ekdahl"),
        (".brief h3", "Also in brief"),
        (
            ".honesty",
            "✓ Quotes checked word for word · written without AI · "
            "next: tomorrow 08:30",
        ),
        (".end", "That’s all for today."),
    ],
)
def test_an_edition_shows(selector, said):
    assert text_at(shown(samples.an_edition()), selector) == said


def test_the_plain_text_has_the_words_of_the_page():
    part = render(samples.an_edition(), samples.a_context())[0]
    for said in (
        "Morning news · Wednesday 7 January",
        "1. Harbour bridge closes after crack is found",
        "2. Update: Boil-water notice lifted for 18,400 homes in Torvale",
        f"“{samples.HERO.text}” Tomas Ekdahl",
        "That’s all for today.",
    ):
        assert said in part.fallback_text


def test_another_edition_today_is_not_the_end_of_the_day():
    later = samples.MADE + timedelta(hours=8)
    assert payload_of(samples.an_edition(), next_due=later)["end"] == "That’s all."


def test_a_late_edition_is_marked():
    assert "08:30" in payload_of(samples.an_edition(), late=True)["late"]


def test_an_edition_without_quotes_does_not_claim_that_any_were_checked():
    bare = samples.an_edition(stories=(samples.a_story(samples.BRIDGE),), hero=None)
    assert "word for word" not in payload_of(bare)["honesty"]


def test_a_bare_article_leads_to_its_stored_text():
    tree = shown(samples.an_edition())
    first = tree.css_first(".story h3 a")
    assert first is not None
    wanted = f"/articles/bridge/{samples.BRIDGE.revision}"
    assert first.attributes["href"] == wanted


def test_an_article_with_an_address_shows_its_host():
    assert "wire.example" in shown(samples.an_edition()).css(".host")[0].text()


def test_each_sentence_leads_to_its_words_in_the_article():
    tree = shown(samples.an_edition())
    href = tree.css(".proof")[0].attributes["href"]
    first = samples.BRIDGE_TEXT.split("\n")[0]
    revision = samples.BRIDGE.revision
    span = Span(start=0, end=len(first))
    assert href == build_article_href("bridge", revision, span)


def test_an_unnamed_speaker_is_marked_as_unnamed():
    card = replace(samples.HERO, speaker=None, role=None)
    tree = shown(samples.an_edition(hero=card))
    assert text_at(tree, ".hero .speaker") == "speaker not named in the text"


@pytest.mark.parametrize(
    ("lang", "pair"),
    [("en", "“”"), ("de-AT", "„“"), ("es", "«»"), ("ja", "「」"), ("xx", "“”")],
)
def test_the_outer_marks_are_those_of_the_language(lang, pair):
    assert "".join(get_quotation_marks(lang)) == pair


def test_a_quote_that_is_too_long_is_left_out_and_never_cut():
    long = replace(samples.HERO, text="word " * 200)
    story = samples.a_story(samples.BRIDGE, cards=(long, samples.HERO))
    payload = payload_of(samples.an_edition(stories=(story,), hero=long))
    assert payload["hero"] is None
    (reported,) = payload["stories"]
    assert reported["shown"]["text"] == samples.HERO.text
    assert reported["cards"] == []


def test_the_quote_of_the_edition_is_not_shown_a_second_time_in_its_story():
    story = samples.a_story(samples.BRIDGE, cards=(samples.HERO,))
    payload = payload_of(samples.an_edition(stories=(story,), hero=samples.HERO))
    (reported,) = payload["stories"]
    assert reported["shown"] is None
    assert [card["text"] for card in reported["cards"]] == [samples.HERO.text]


def test_a_flood_of_stories_stays_within_the_budget():
    story = samples.a_story(
        samples.BRIDGE,
        headline=Headline(text="long " * 100_000),
        summary=(Sentence(text="x" * 1_000_000, spans=()),) * 50,
        cards=(samples.HERO,) * 50,
    )
    payload = payload_of(samples.an_edition(stories=(story,) * 50))
    assert len(payload["stories"]) == limits.STORIES
    assert len(json.dumps(payload)) < 128 * 1024


# ── text stays text ────────────────────────────────────────────────────────────


def filled_with(text: str) -> Edition:
    """An edition whose untrusted texts are all `text`."""
    card = replace(
        samples.HERO, text=text, speaker=text, role=f"r{text}", source=text, alt=text
    )
    article = replace(samples.BRIDGE, title=text, source=text)
    figure = samples.a_figure(samples.BRIDGE, "38-centimetre", text)
    figure = replace(figure, figure=replace(figure.figure, text=text))
    story = samples.a_story(
        article,
        headline=Headline(text=text),
        summary=(Sentence(text=text, spans=(Span(start=0, end=5),)),),
        cards=(card,),
        figures=(figure,),
        outlets=(text, text),
        update=True,
    )
    brief = replace(
        samples.an_edition().brief[0], headline=Headline(text=text), outlets=(text,)
    )
    return samples.an_edition(title=text, stories=(story,), brief=(brief,), hero=card)


@given(hostile.texts)
def test_no_text_of_an_edition_becomes_markup(text):
    tree = shown(filled_with(text))
    assert skeleton(tree) == skeleton(shown(filled_with("plain")))
    for selector in (".story h3 a", ".speaker", ".brief li a"):
        shown_text = text_at(tree, selector)
        assert squeezed(shown_text) == squeezed(sanitize_text(text))


@given(hostile.texts)
def test_no_text_of_a_reply_becomes_markup(text):
    def answer(said: str) -> LexborHTMLParser:
        card = replace(samples.HERO, text=said, speaker=said, source=said)
        reply = Reply(
            title=said,
            blocks=(
                Paragraph(text=said),
                SmallPrint(text=said),
                ListItem(
                    title=said, text=said, note=said, article="bridge", start=1, end=2
                ),
                QuoteBlock(card=card),
                FactTable(rows=((said, said),)),
            ),
            controls=(Control(id="v1:quotes", label=said),),
        )
        view = build_reply_view(reply, TEXTS, "UTC")
        person = {"name": said}
        return page(
            "answer.html", asked=said, at="09:30", person=person, reply=view, form=None
        )

    tree = answer(text)
    assert skeleton(tree) == skeleton(answer("plain"))
    assert text_at(tree, ".said") == words(sanitize_text(text))


@given(st.text(max_size=200))
def test_what_steers_or_hides_is_dropped_and_nothing_else(text):
    dropped = sanitize_text(text)
    assert not any(c in dropped for c in "\u202e\u2066\u200f\ufeff\x00\U000e0041")
    letters = iter(text)
    assert all(c in letters for c in dropped)


def test_at_most_four_marks_stay_on_a_letter():
    assert sanitize_text("a" + "\u0301" * 30 + "b") == "a" + "\u0301" * 4 + "b"


@given(st.text(max_size=400), st.integers(2, 60))
def test_a_clipped_text_keeps_its_beginning_and_its_budget(text, most):
    clipped = shorten_text(text, most)
    assert len(clipped) <= most
    whole = " ".join(text.split())
    assert whole.startswith(clipped.removesuffix("…").rstrip())
