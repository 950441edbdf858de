"""What the page behind an entry turns out to be: walls, wrong pages and good ones."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digests.sources.article_page import PageJudgement, join_pages, judge_page
from digests.sources.page_signs import read_page_signs
from digests.types import Article
from tests.data.full_texts.articles import Story, load_stories
from tests.data.full_texts.good_pages import GoodPage, load_good_pages
from tests.data.full_texts.more_walls import load_more_walls
from tests.data.full_texts.other_walls import load_other_walls
from tests.data.full_texts.sites import courier, kurier, schema
from tests.data.full_texts.walls import Answer, load_walls, plain, start

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
FERRY, LIBRARY = load_stories("en")[:2]


def announce(story: Story, **changes) -> Article:
    article = Article(
        id=story.slug,
        title=story.title,
        text=story.dek,
        url=story.link,
        lang=story.lang,
        excerpt=True,
    )
    return replace(article, **changes)


def judge(
    html: str, announced: Article, *, asked: str = "", answered_at: str = "", **more
) -> PageJudgement:
    asked = asked or announced.url or ""
    return judge_page(
        html.encode(),
        announced=announced,
        asked=asked,
        answered_at=answered_at or asked,
        content_type="text/html; charset=utf-8",
        now=NOW,
        **more,
    )


def text_of(found: PageJudgement) -> str:
    assert found.article is not None
    return found.article.text


WALLS = [*load_walls(), *load_more_walls(), *load_other_walls()]
#: What some pages are taken for: a wall without words shows in a text that stops only,
#: and a site that moved lists its newest articles.
TAKEN_FOR = {"paywall: ohne Wort": "cut", "not_found: moved": "front_page"}


@pytest.mark.parametrize("answer", WALLS, ids=lambda answer: answer.name)
def test_what_is_not_the_article_is_recognised_and_gives_no_text(answer: Answer):
    found = judge(answer.html, announce(answer.story), answered_at=answer.url)
    verdict = TAKEN_FOR.get(answer.name, answer.verdict)
    assert (found.verdict, found.article) == (verdict, None)


@pytest.mark.parametrize("page", load_good_pages(), ids=lambda page: page.name)
def test_a_page_of_the_article_gives_it_whole(page: GoodPage):
    story = page.story
    announced = announce(
        story,
        title=story.title if page.title is None else page.title,
        text=story.dek if page.teaser is None else page.teaser,
        url=page.asked or story.link,
    )
    text = text_of(judge(page.html, announced, answered_at=page.answered_at))
    places = [text.find(paragraph) for paragraph in story.paragraphs]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("other", load_stories(), ids=lambda story: story.slug)
def test_a_page_of_another_article_is_never_taken_for_the_announced(other: Story):
    site = courier if other.lang == "en" else kurier
    page = site(other, other.html)
    found = {
        judge(page, announce(story)).verdict
        for story in load_stories()
        if story != other
    }
    assert found == {"other_article"}


def test_a_page_whose_title_and_first_sentence_were_reworded_is_the_announced():
    title = "Skarrow: ferry operator halves crossings to the island in winter"
    first = (
        "From November, islanders on Skarrow will have only three crossings a day "
        "after the operator said it could not find engineers enough. "
        "Before, it was six."
    )
    body = f"<article><h1>{title}</h1><p>{first}</p>{FERRY.html}</article>"
    assert judge(plain(title, body), announce(FERRY)).verdict == "article"


def test_a_page_that_lists_the_announced_title_and_teaser_is_not_the_article():
    listed = "".join(f"<p>{one.title}: {one.dek}</p>" for one in load_stories("en"))
    page = plain("All news of the day", f"<h1>All news of the day</h1>{listed}")
    assert judge(page, announce(FERRY)).verdict == "other_article"


def test_of_a_title_of_two_words_both_must_be_there():
    daily = announce(
        FERRY, title="Morning briefing", text="Ferries, salmon and a flat tyre."
    )
    text = (
        "Ferries sail late, salmon are dear, and a flat tyre blocks the bridge today. "
    )
    page = plain("Morning traffic", f"<h1>Morning traffic</h1><p>{text * 5}</p>")
    assert judge(page, daily).verdict == "other_article"


# What must not get into a text


def test_teasers_of_other_articles_are_not_in_the_text():
    main = f"<div class='x'>{FERRY.html}</div>"
    text = text_of(judge(kurier(FERRY, main), announce(FERRY)))
    assert LIBRARY.dek not in text


def test_a_consent_form_over_the_text_is_not_in_it():
    form = (
        "<p>We and our 214 partners store information on your device and process "
        "personal data for advertising and measurement.</p>"
    )
    text = text_of(judge(courier(FERRY, form + FERRY.html), announce(FERRY)))
    assert "214 partners" not in text
    assert FERRY.paragraphs[-1] in text


def test_a_page_with_nothing_but_the_teaser_is_not_its_article():
    caption = (
        "The harbour of Lorne Point, where the ferry to Skarrow leaves, on a quiet "
        "morning in November with nobody on the pier but gulls."
    )
    html = courier(FERRY, f"<p>{caption}</p>")
    assert len(FERRY.dek + caption) > 250
    assert judge(html, announce(FERRY)).verdict == "no_text"


def test_a_page_that_shows_a_short_whole_entry_again_is_its_article():
    entry = announce(FERRY, text="\n".join(FERRY.paragraphs[:3]))
    assert judge(courier(FERRY, start(FERRY, 3)), entry).verdict == "article"


# Access


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (False, "paywall"),
        ("false", "paywall"),
        ("False", "paywall"),
        ("https://schema.org/False", "paywall"),
        (True, "article"),
        ("True", "article"),
        ("", "article"),
        (None, "article"),
    ],
)
def test_a_declared_access_decides_even_where_the_text_is_there(said, verdict: str):
    html = courier(FERRY, FERRY.html, schema(FERRY, isAccessibleForFree=said))
    assert judge(html, announce(FERRY)).verdict == verdict


def test_a_wall_that_nobody_sees_is_none():
    wall = "<h2>Subscribe to continue reading</h2><p>Already a subscriber? Log in.</p>"
    for hidden in (
        f'<div style="display: none">{wall}</div>',
        f"<div hidden>{wall}</div>",
        f"<dialog>{wall}</dialog>",
        f"<template>{wall}</template>",
    ):
        html = courier(FERRY, FERRY.html + hidden)
        assert judge(html, announce(FERRY)).verdict == "article"


def test_offers_below_a_text_that_is_declared_free_are_no_wall():
    offers = "<p>Already a subscriber? Sign in</p><p>Start your free trial</p>"
    head = schema(FERRY, isAccessibleForFree=True)
    html = courier(FERRY, FERRY.html, head, after=offers)
    assert judge(html, announce(FERRY)).verdict == "article"
    assert judge(html.replace(head, ""), announce(FERRY)).verdict == "paywall"


COMMENTS = "<p>Please sign in to comment.</p><p>Subscribe to new comments</p>"
FREE = "<p>Thanks for reading! Subscribe for free to receive new posts.</p>"


@pytest.mark.parametrize("below", [COMMENTS, FREE, "<p>Get our newsletter</p>"])
def test_forms_for_comments_and_letters_below_a_text_are_no_wall(below: str):
    html = courier(FERRY, FERRY.html, after=below)
    assert judge(html, announce(FERRY)).verdict == "article"


def test_one_offer_below_a_text_is_no_wall():
    html = courier(FERRY, FERRY.html, after="<p>Subscribe to the Courier today</p>")
    assert judge(html, announce(FERRY)).verdict == "article"


def test_offers_elsewhere_on_the_page_are_no_wall():
    offers = "<div><p>Already a subscriber? Sign in</p><p>Start your trial</p></div>"
    html = courier(FERRY, FERRY.html).replace("<header>", f"<header>{offers}")
    assert judge(html, announce(FERRY)).verdict == "article"


# Addresses


@pytest.mark.parametrize(
    ("answered_at", "verdict"),
    [
        ("https://courier.example/", "front_page"),
        ("https://www.courier.example/?utm_source=rss", "front_page"),
        ("https://courier.example/de/", "front_page"),
        ("https://consent.courier.example/x", "consent"),
        ("https://courier.example/cookie-wall?to=1", "consent"),
        ("https://login.courier.example/", "front_page"),
        ("https://courier.example/account/login?to=1", "login"),
        ("https://sso.example/authorize/login", "login"),
        ("https://courier.example/news/ferry-timetable.html", "article"),
        ("https://courier.example/news/logins-stolen", "article"),
        ("http://www.courier.example/news/ferry-timetable/", "article"),
    ],
)
def test_where_the_answer_came_from_counts(answered_at: str, verdict: str):
    found = judge(courier(FERRY, FERRY.html), announce(FERRY), answered_at=answered_at)
    assert found.verdict == verdict


def signs(html: str, url: str = "https://courier.example/a"):
    return read_page_signs(html, url=url)


@pytest.mark.parametrize(
    ("url", "links", "pages"),
    [
        ("/a", ["/a?page=2", "/a?page=3"], ["/a?page=2", "/a?page=3"]),
        ("/a.html", ["/a-2.html", "/a-3.html"], ["/a-2.html", "/a-3.html"]),
        ("/a", ["/a/seite-2"], ["/a/seite-2"]),
        ("/a/", ["/a/2/"], ["/a/2/"]),
        ("/a?id=7", ["/a?id=7&p=2", "/a?id=8&p=2"], ["/a?id=7&p=2"]),
        ("/a", ["/a?page=3"], []),
        ("/a", ["/b?page=2", "/a/b", "/a#2", "/a?comments=2"], []),
        ("/a", ["https://other.example/a?page=2"], []),
        ("/2026/1/5/a", ["/2026/1/6/b"], []),
    ],
)
def test_next_pages_differ_in_their_number_only(url, links, pages):
    html = "".join(f"<a href='{link}'>weiter</a>" for link in links)
    found = signs(html, f"https://courier.example{url}").next_pages
    assert list(found) == [f"https://courier.example{page}" for page in pages]


def test_a_declared_next_article_is_no_next_page():
    assert not signs('<link rel="next" href="/news/other-post">').next_pages


@pytest.mark.parametrize("words", ["Auf einer Seite lesen", "Single page", "View all"])
def test_the_address_of_the_whole_on_one_page_is_found(words: str):
    html = f"<a href='/a/komplettansicht'>{words}</a>"
    assert signs(html).single_page == "https://courier.example/a/komplettansicht"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("0; url=/b", "https://courier.example/b"),
        ("5;URL='https://other.example/b'", "https://other.example/b"),
        ("600; url=/b", None),
        ("0; url=javascript:alert(1)", None),
    ],
)
def test_where_a_page_sends_its_readers_is_followed(content: str, found: str | None):
    html = f'<meta http-equiv="Refresh" content="{content}">'
    assert signs(html).refresh == found


@pytest.mark.parametrize(
    ("head", "instead"),
    [
        ('<link rel="amphtml" href="/amp/a">', "https://courier.example/amp/a"),
        (
            '<link rel="canonical" href="https://agency.example/1">',
            "https://agency.example/1",
        ),
        ('<link rel="canonical" href="/">', None),
        ('<link rel="canonical" href="/news/ferry-timetable?utm_source=x">', None),
        ("", None),
    ],
)
def test_a_page_with_too_little_names_where_there_is_more(head: str, instead):
    html = plain(FERRY.title, f"<h1>{FERRY.title}</h1><p>{FERRY.words(60)} …</p>", head)
    found = judge(html, announce(FERRY))
    assert (found.verdict, found.instead) == ("cut", instead)


# Several pages


def test_a_later_page_needs_the_title_only():
    html = courier(FERRY, start(LIBRARY, 4).replace(LIBRARY.dek, ""))
    html = html.replace(FERRY.dek, "")
    assert judge(html, announce(FERRY), number=2).verdict == "article"


def test_lines_that_pages_repeat_stand_once_in_the_joined_text():
    first = judge(courier(FERRY, FERRY.html), announce(FERRY))
    joined = join_pages(first, [first])
    assert joined.article == first.article


# Defects


def test_a_page_that_is_nested_deeper_than_any_says_nothing():
    assert signs("<h1>Bridge</h1>" + "<div>" * 4_000).titles == ()
    assert signs("<h1>Bridge</h1>" + "<div>" * 40).titles == ("Bridge",)


@pytest.mark.parametrize(
    "body", [b"", b"\0" * 99, b"%PDF-1.7", b"<", b"<div>" * 20_000, b"\xff\xfe<p>"]
)
def test_bytes_of_any_kind_give_a_verdict(body: bytes):
    found = judge_page(
        body,
        announced=announce(FERRY),
        asked=FERRY.link,
        answered_at=FERRY.link,
        now=NOW,
    )
    assert (found.verdict, found.article) == ("no_text", None)


def test_an_entry_without_title_and_text_announces_nothing():
    nothing = announce(FERRY, title=None, text="")
    assert judge(courier(FERRY, FERRY.html), nothing).verdict == "other_article"
