"""The reading page: the stored text, with the requested passages marked."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.translation import Texts
from bot.web import server
from bot.web.articles import parse_spans, split_paragraphs
from digests.types import Article, Span
from tests.bot.large_inputs import MOST, counting_steps
from tests.bot.platforms.local import hostile, samples
from tests.bot.web.asgi import Browser, report_health


def a_browser(**articles: Article) -> Browser:
    async def read(article: str, revision: str | None) -> tuple[Article, str] | None:
        found = articles.get(article)
        fits = found and revision in {None, found.revision}
        return (found, "Europe/Berlin") if found and fits else None

    async def ready() -> dict[str, str]:
        return {"database": "ok", "migrations": articles["ready"].text}

    return Browser(
        server.build_application(
            routes=[],
            read_article=read,
            health=report_health(ready),
            key=b"k" * 32,
            texts=Texts.of("en"),
        )
    )


BROWSER = a_browser(bridge=samples.BRIDGE, ready=replace(samples.BRIDGE, text="ok"))
NEWEST = "/articles/bridge/newest"


async def test_the_stored_text_is_shown_as_paragraphs():
    tree = (await BROWSER.get(NEWEST)).tree
    shown = [node.text() for node in tree.css(".text p")]
    assert shown == [p for p in samples.BRIDGE_TEXT.split("\n") if p]


async def test_a_german_browser_gets_the_text_in_a_german_page():
    page = await BROWSER.get(NEWEST, accept_language="de-AT,de;q=0.9,en;q=0.5")
    assert page.tree.css("html")[0].attributes["lang"] == "de-AT"
    assert page.tree.css("article")[0].attributes["lang"] == "en"
    assert "Der Text, wie er gespeichert wurde" in page.text


async def test_the_asked_words_are_marked_and_nothing_else():
    start = samples.BRIDGE_TEXT.index("38-centimetre")
    tree = (await BROWSER.get(f"{NEWEST}?from={start}&to={start + 13}")).tree
    assert [node.text() for node in tree.css("mark")] == ["38-centimetre"]
    around = "".join(n.text() for n in tree.css(".text p:first-child > *"))
    assert around == samples.BRIDGE_TEXT.split("\n")[0]


async def test_a_long_text_of_short_lines_does_not_hold_the_event_loop():
    text = "It rained.\n" * 18_000
    browser = a_browser(bridge=replace(samples.BRIDGE, text=text))
    await browser.get(NEWEST)

    with counting_steps() as steps:
        # A task, whose steps end before the count is looked at.
        asked = f"{NEWEST}?from=90&to=95&from=4000&to=4010"
        page = await asyncio.create_task(browser.get(asked))

    assert len(page.tree.css(".text p")) == 18_000
    assert steps.most < MOST


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "come from its first 40,000 characters."),
        ("de", "stammen aus seinen ersten 40.000 Zeichen."),
    ],
)
async def test_a_text_that_is_not_analysed_to_its_end_says_so(language, said):
    long = replace(samples.BRIDGE, text="It rained in Hallin. " * 2_000)
    browser = a_browser(bridge=samples.BRIDGE, long=long)

    page = await browser.get("/articles/long/newest", accept_language=language)

    assert said in page.text
    assert said not in (await browser.get(NEWEST, accept_language=language)).text


@pytest.mark.parametrize(
    ("changes", "language", "said"),
    [
        ({"excerpt": True}, "en", "The feed has only this excerpt of the article."),
        ({"excerpt": True}, "de", "Der Feed hat von dem Artikel nur diesen Anriss."),
        ({"origin": "page"}, "en", "was read from the article’s own page."),
        ({"origin": "page"}, "de", "wurde von der Seite des Artikels gelesen."),
    ],
)
async def test_an_excerpt_and_a_text_from_its_page_say_so(changes, language, said):
    browser = a_browser(bridge=samples.BRIDGE, other=replace(samples.BRIDGE, **changes))
    page = await browser.get("/articles/other/newest", accept_language=language)
    assert said in page.text
    assert said not in (await browser.get(NEWEST, accept_language=language)).text


async def test_several_places_can_be_marked():
    tree = (await BROWSER.get(f"{NEWEST}?from=0&to=3&from=9&to=15")).tree
    assert [node.text() for node in tree.css("mark")] == ["The", "Bridge"]
    assert len(tree.css("#here")) == 1


async def test_the_outlet_date_and_origin_are_shown():
    text = (await BROWSER.get(NEWEST)).text
    assert "Hallin Courier · Mara Lindqvist" in text
    assert "Wednesday 7 January, 08:30" in text
    assert "Sample article: invented for this demo" in text


async def test_a_revision_that_is_not_kept_is_not_replaced_by_another():
    assert (await BROWSER.get("/articles/bridge/0000")).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "?from=9&to=1",
        "?from=-1&to=5",
        "?from=x&to=y",
        "?from=1",
        "?from=99999&to=999999",
    ],
)
async def test_a_place_that_does_not_exist_marks_nothing(query):
    answer = await BROWSER.get(NEWEST + query)
    assert answer.status == 200
    assert not answer.tree.css("mark")


@pytest.mark.parametrize("text", hostile.STRINGS)
async def test_a_hostile_article_stays_text(text):
    article = replace(
        samples.BRIDGE,
        title=text,
        source=text,
        author=text,
        text=text,
        url=f"javascript:{text}",
    )
    plain = replace(article, title="a", source="a", author="a", text="a", url=None)
    browser = a_browser(bridge=article, plain=plain)
    tree = (await browser.get(NEWEST)).tree
    other = (await browser.get("/articles/plain/newest")).tree
    assert [n.tag for n in tree.css("*")] == [n.tag for n in other.css("*")]


async def test_what_steers_or_hides_is_dropped_from_an_article():
    text = "safe\u202e\u2066 and\U000e0041\x00 sound"
    article = replace(samples.BRIDGE, title=text, text=text)
    answer = await a_browser(bridge=article).get(NEWEST)
    assert [n.text() for n in answer.tree.css("h1, .text p")] == ["safe and sound"] * 2


@given(st.text(max_size=200), st.lists(st.integers(0, 250), max_size=8))
def test_no_character_is_lost_or_added(text, numbers):
    edges = [str(number) for number in numbers]
    asked = parse_spans(edges[::2], edges[1::2], len(text))
    sentence = (Span(start=0, end=len(text) // 2),)
    shown = [
        "".join(p.text for p in row) for row in split_paragraphs(text, asked, sentence)
    ]
    assert shown == [line for line in text.split("\n") if line.strip()]


@given(
    st.text("ab \n", min_size=1, max_size=80), st.integers(0, 79), st.integers(1, 80)
)
def test_what_is_marked_is_what_was_asked(text, start, length):
    asked = parse_spans([str(start)], [str(start + length)], len(text))
    marked = "".join(
        piece.text
        for row in split_paragraphs(text, asked, ())
        for piece in row
        if piece.kind == "asked"
    )
    wanted = text[start : start + length]
    assert "".join(marked.split()) == "".join(wanted.split())


async def test_health_answers_while_the_loop_turns():
    assert (await BROWSER.get("/healthz")).status == 200


@pytest.mark.parametrize(("state", "status"), [("ok", 200), ("schema 3, not 4", 503)])
async def test_ready_lists_what_is_missing(state, status):
    browser = a_browser(ready=replace(samples.BRIDGE, text=state))
    answer = await browser.get("/readyz")
    assert answer.status == status
    assert state in answer.text
