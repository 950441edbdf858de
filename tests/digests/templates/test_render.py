import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from digests.templates import DocumentFormat, render
from digests.types import (
    ArticleRef,
    BriefStory,
    Edition,
    EditionFigure,
    EditionStory,
    Figure,
    Headline,
    InputCounts,
    QuoteCard,
    Sentence,
    Span,
)

NOW = datetime(2026, 1, 6, 7, 5, tzinfo=UTC)
SPAN = Span(start=0, end=1)
FORMATS: tuple[DocumentFormat, ...] = ("text", "markdown", "html")


def a_card(**changes: Any) -> QuoteCard:
    card = QuoteCard(
        text="The bridge is safe",
        speaker="Ada Brandt",
        role="city engineer",
        source="Hallin Courier",
        article="a",
        url="https://courier.example/bridge",
        published=NOW,
        span=SPAN,
        context=SPAN,
        context_text="",
        alt="",
        lang="en",
    )
    return replace(card, **changes)


def a_story(**changes: Any) -> EditionStory:
    article = ArticleRef(
        id="a",
        revision="1",
        source="Hallin Courier",
        title=None,
        url="https://courier.example/bridge",
        published=NOW,
    )
    story = EditionStory(
        id="s-abcdef",
        headline=Headline(text="Harbour bridge closes"),
        summary=(Sentence(text="It was closed on Tuesday.", spans=(SPAN,)),),
        cards=(a_card(),),
        figures=(),
        articles=(article,),
        outlets=("Hallin Courier",),
    )
    return replace(story, **changes)


def an_edition(*stories: EditionStory, **changes: Any) -> Edition:
    edition = Edition(
        title="Morning news",
        made_at=NOW,
        made_from=InputCounts(articles=31, sources=12),
        stories=stories,
        brief=(),
        hero=None,
        minutes=2,
        lang="en",
    )
    return replace(edition, **changes)


def with_words(words: str) -> Edition:
    """An edition in which every text of an article is these words."""
    figure = Figure(
        start=0, end=1, text=words, value=1, unit="", what=words, sentence=SPAN
    )
    card = a_card(text=words, speaker=words, role=words, source=words, lang=words)
    story = a_story(
        headline=Headline(text=words),
        summary=(Sentence(text=words, spans=()), Sentence(text=words, spans=())),
        cards=(card,),
        figures=(
            EditionFigure(
                figure=figure, article="a", source=words, sentence_text=words
            ),
        ),
        outlets=(words, "Other"),
    )
    plain = replace(story, articles=(replace(story.articles[0], url=words),))
    brief = BriefStory(
        story="s",
        headline=Headline(text=words),
        article=plain.articles[0],
        outlets=(words,),
    )
    return an_edition(story, plain, title=words, brief=(brief,), hero=card)


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("excerpt", [True, False])
def test_a_story_made_from_an_excerpt_says_so(form: DocumentFormat, excerpt: bool):
    lead = replace(a_story().articles[0], excerpt=excerpt)
    document = render(an_edition(a_story(articles=(lead,))), form)
    assert ("07:05 UTC · from the feed’s excerpt" in document) == excerpt


def test_the_excerpt_of_an_outlet_that_only_joins_in_is_no_mark():
    first = a_story().articles[0]
    told = a_story(articles=(first, replace(first, id="b", excerpt=True)))
    assert "excerpt" not in render(an_edition(told), "text")


@pytest.mark.parametrize("form", FORMATS)
def test_the_parts_come_in_their_order(form):
    second = a_story(id="s-2", headline=Headline(text="Frost in the valley"), cards=())
    brief = BriefStory(
        story="s-3",
        headline=Headline(text="Ferry stopped"),
        article=second.articles[0],
        outlets=("Hallin Courier",),
    )
    hero = a_card(text="A pull quote")
    shown = render(an_edition(a_story(), second, brief=(brief,), hero=hero), form)
    assert in_order(
        shown,
        "Morning news",
        "2 stories from 31 articles in 12 sources · 2 min read",
        "Harbour bridge closes",
        "It was closed on Tuesday.",
        "6 January 2026, 07:05 UTC",
        "“The bridge is safe”",
        "Ada Brandt, city engineer",
        "Frost in the valley",
        "A pull quote",
        "Also in brief",
        "Ferry stopped",
        "Quotes checked word for word · written without AI",
        "That’s all.",
    )


@pytest.mark.parametrize("form", FORMATS)
def test_days_and_times_are_those_of_the_zone(form):
    shown = render(an_edition(a_story()), form, ZoneInfo("Pacific/Honolulu"))
    assert in_order(shown, "Monday, 5 January 2026", "5 January 2026, 21:05 HST")


@pytest.mark.parametrize("form", FORMATS)
def test_the_quote_of_the_edition_is_not_repeated_in_its_story(form):
    second = a_story(id="s-2", cards=(a_card(text="It will reopen"),))
    shown = render(an_edition(a_story(), second, hero=a_card()), form)
    assert shown.count("The bridge is safe") == 1
    assert shown.index("It will reopen") < shown.index("The bridge is safe")


@pytest.mark.parametrize("form", FORMATS)
def test_one_of_each_is_worded_in_the_singular(form):
    shown = render(
        an_edition(a_story(), made_from=InputCounts(articles=1, sources=1)), form
    )
    assert "1 story from 1 article in 1 source ·" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_an_edition_without_stories_is_finished_too(form):
    shown = render(an_edition(), form)
    assert "Nothing new from 31 articles in 12 sources" in shown
    assert "That’s all." in shown


@pytest.mark.parametrize("form", FORMATS)
def test_without_quotes_none_were_checked(form):
    shown = render(an_edition(a_story(cards=())), form)
    assert "Quotes checked" not in shown
    assert "Written without AI" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_a_quote_without_speaker_is_marked(form):
    shown = render(an_edition(a_story(cards=(a_card(speaker=None),))), form)
    assert "speaker not named in text" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_other_outlets_are_counted(form):
    story = a_story(outlets=("Hallin Courier", "B"))
    assert "Hallin Courier · 1 more source ·" in render(an_edition(story), form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_update_is_called_one(form):
    assert "Update:" in render(an_edition(a_story(update=True)), form)
    assert "Update:" not in render(an_edition(a_story()), form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_kind_is_marked_and_a_view_stands_under_its_author(form):
    story = a_story(kind="opinion", update=True)
    (article,) = story.articles
    story = replace(story, articles=(replace(article, author="Ada Brandt"),))
    shown = render(an_edition(story), form)
    assert "Update · Opinion: " in shown
    assert "by Ada Brandt" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_a_quote_has_the_quotation_marks_of_its_language(form):
    card = a_card(text="Die Brücke ist sicher", lang="de-AT")
    shown = render(an_edition(a_story(cards=(card,))), form)
    assert "„Die Brücke ist sicher“" in shown


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://user:pw@courier.example/",
        "data:text/html,x",
        "https://",
        None,
    ],
)
def test_what_is_no_plain_address_is_never_a_link(form, url):
    ref = replace(a_story().articles[0], url=url)
    story = a_story(articles=(ref,), cards=(a_card(url=url),))
    shown = render(an_edition(story), form)
    assert "href" not in shown
    assert "](" not in shown
    assert "javascript" not in shown


def test_a_foreign_host_is_shown_in_ascii():
    ref = replace(a_story().articles[0], url="https://bücher.example/ä)x>y")
    shown = render(an_edition(a_story(articles=(ref,), cards=())), "markdown")
    assert "(<https://xn--bcher-kva.example/%C3%A4%29x%3Ey>)" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_controls_and_directions_are_dropped(form):
    shown = render(with_words("a\u202eb\x1b[31mc\x07\u2066d\U000e0041e"), form)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", shown)
    assert "\U000e0041" not in shown


@pytest.mark.parametrize("form", FORMATS)
def test_a_letter_carries_four_marks_at_the_most(form):
    assert "a" + "\u0301" * 5 not in render(with_words("a" + "\u0301" * 40), form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_lone_surrogate_can_be_written_to_a_file(form):
    render(with_words("\ud800"), form).encode()


# No text of an article becomes markup.

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TRICKS = st.text(
    alphabet=st.sampled_from("*_`[]()<>#!|~&:;/\\-+=1.) \n\t\"'a@{}$^é"), max_size=30
)
WORDS = st.text(max_size=40) | TRICKS


def shape(tokens: list[Token]) -> list[str]:
    """Blocks and inline marks of a document, without its words."""
    found: list[str] = []
    for token in tokens:
        found.append(f"{token.type} {token.tag}")
        inline = [t.type for t in token.children or () if not t.type.startswith("text")]
        found += inline
    return found


def test_the_markdown_of_plain_words_is_as_meant():
    html = MARKDOWN.render(render(with_words("word"), "markdown"))
    assert html.count("<h1>") == 1
    assert html.count("<h2>") == 4
    assert "<blockquote>" in html
    assert '<a href="https://courier.example/bridge">word</a>' in html


@given(WORDS)
def test_words_never_become_markdown(words):
    expected = shape(MARKDOWN.parse(render(with_words("x"), "markdown")))
    found = shape(MARKDOWN.parse(render(with_words(f"x{words}x"), "markdown")))
    assert found == expected


@given(WORDS)
def test_words_at_the_start_of_a_line_never_become_markdown(words):
    story = a_story(summary=(Sentence(text=words + "x", spans=()),), cards=())
    expected = a_story(summary=(Sentence(text="x", spans=()),), cards=())
    assert shape(MARKDOWN.parse(render(an_edition(story), "markdown"))) == shape(
        MARKDOWN.parse(render(an_edition(expected), "markdown"))
    )


@pytest.mark.parametrize(
    "words",
    [
        "- a",
        "+ a",
        "* a",
        "1. a",
        "23) a",
        "# a",
        "> a",
        "===",
        "---",
        "    a",
        "~~~",
        "|a|",
    ],
)
def test_what_begins_a_block_stays_words(words):
    story = a_story(summary=(Sentence(text=words, spans=()),), cards=())
    expected = a_story(summary=(Sentence(text="x", spans=()),), cards=())
    assert shape(MARKDOWN.parse(render(an_edition(story), "markdown"))) == shape(
        MARKDOWN.parse(render(an_edition(expected), "markdown"))
    )


@given(
    WORDS
    | st.sampled_from(("&amp;", "&#42;", "&copy", r"\\*", "a\\", "<!--", "`` ` ``"))
)
def test_markdown_shows_the_words_as_they_are(words):
    story = a_story(summary=(Sentence(text=f"x{words}x", spans=()),), cards=())
    plain = render(an_edition(story), "text").split("\n")[5].strip()
    tokens = MARKDOWN.parse(render(an_edition(story), "markdown"))
    shown = ["".join(c.content for c in t.children or ()) for t in tokens]
    assert plain in shown


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def tags(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


@given(
    st.text(max_size=40) | st.text(alphabet="<>\"'&/= aonclickscript!-", max_size=40)
)
def test_words_never_become_html(words):
    found = tags(render(with_words(f"x{words}x"), "html"))
    assert found == tags(render(with_words("x"), "html"))


@pytest.mark.parametrize(
    "words", ["see https://evil.example/x", "www.evil.example", "me@evil.example"]
)
def test_an_address_among_the_words_is_taken_apart(words):
    shown = render(with_words(words), "markdown")
    assert words not in shown


@pytest.mark.parametrize("form", FORMATS)
def test_a_template_among_the_words_is_not_run(form):
    shown = render(with_words("{{ 7 * 7 }}{% raw %}"), form)
    assert "49" not in shown


# HTML for people.


def test_html_marks_quotes_with_their_language():
    card = a_card(lang="de")
    shown = render(an_edition(a_story(cards=(card,))), "html")
    assert '<blockquote lang="de"' in shown
    assert "<cite>" in shown


def test_html_is_self_contained():
    shown = render(an_edition(a_story()), "html")
    assert not re.search(r"<(?:script|link|img|iframe)|url\(|@import", shown)
    assert '<html lang="en">' in shown
    assert "prefers-color-scheme: dark" in shown
    assert "@media print" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_figures_are_shown_with_what_they_measure(form):
    figure = Figure(
        start=900,
        end=901,
        text="31,000 vehicles",
        value=31000,
        unit="vehicles",
        what="daily traffic",
        sentence=SPAN,
    )
    reported = EditionFigure(figure=figure, article="a", source="", sentence_text="")
    shown = render(an_edition(a_story(figures=(reported,))), form)
    number = {
        "markdown": "**31,000 vehicles**",
        "html": "<strong>31,000 vehicles</strong>",
    }
    assert f"{number.get(form, '31,000 vehicles')} (daily traffic)" in shown


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_replaced_number_stands_beside_the_new_one_with_its_outlet(form):
    new, old = (
        Figure(
            start=0,
            end=2,
            text=text,
            value=float(text),
            unit="people",
            what="people",
            sentence=Span(start=0, end=2),
            label=label,
        )
        for text, label in (("31", "The toll rises to 31"), ("14", "14 people died"))
    )
    older = EditionFigure(figure=old, article="b", source="Herald", sentence_text="")
    shown = EditionFigure(
        figure=new, article="a", source="Courier", sentence_text="", replaces=older
    )
    said = render(an_edition(a_story(figures=(shown,))), form)
    bare = re.sub(r"\*\*|</?strong>", "", said)
    assert "The toll rises to 31 (14, Herald → 31)" in bare
