"""Pages that give the announced article, with what else may stand on such pages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from tests.data.full_texts.articles import Story, load_stories
from tests.data.full_texts.sites import (
    SITES,
    amp,
    courier,
    gazette,
    kurier,
    letter,
    schema,
    social,
    weblog,
)
from tests.data.full_texts.walls import (
    CONSENT_TEXT,
    CONSENT_TEXT_DE,
    plain,
    start,
)


@dataclass(frozen=True, kw_only=True)
class GoodPage:
    """A page of a story, and what its feed announces of it."""

    name: str
    story: Story
    html: str
    #: What the feed has: None = the story's own title and standfirst.
    title: str | None = None
    teaser: str | None = None
    #: The address that answered, after redirects; "" = the asked one.
    answered_at: str = ""
    asked: str = ""


EN, DE = load_stories("en"), load_stories("de")
FERRY, LIBRARY, NURSES, CHIPS, CUP, SALMON, PHONES = EN
BRIDGE, CLINIC, SOLAR, WOLF, COUNCIL = DE

OVERLAY = '<div id="cmp" class="overlay" role="dialog" aria-modal="true">{}</div>'
HIDDEN_WALL = (
    '<div class="regwall" style="display:none"><h2>Subscribe to continue reading</h2>'
    "<p>You’ve reached your limit of free articles.</p></div>"
)
LOGIN_MENU = (
    '<div class="login-menu" hidden><form><input type="email"><input type="password">'
    "<button>Sign in</button></form></div>"
)
NEWSLETTER = (
    "<div class='nl'><h3>Get the Courier in your inbox</h3><p>Sign up for our morning "
    "letter.</p><form><input type=email><button>Sign up</button></form></div>"
)


def specials() -> Iterator[GoodPage]:
    """Pages with something that could be mistaken."""

    def page(name: str, story: Story, html: str, **more: str) -> GoodPage:
        return GoodPage(name=name, story=story, html=html, **more)

    yield page(
        "consent over the text",
        FERRY,
        courier(FERRY, FERRY.html, after=OVERLAY.format(CONSENT_TEXT)),
    )
    yield page(
        "consent over the text, first in the page",
        BRIDGE,
        kurier(BRIDGE, BRIDGE.html).replace(
            '<div id="top">', OVERLAY.format(CONSENT_TEXT_DE) + '<div id="top">'
        ),
    )
    yield page(
        "hidden wall", LIBRARY, courier(LIBRARY, LIBRARY.html, after=HIDDEN_WALL)
    )
    yield page(
        "wall in a template",
        NURSES,
        courier(
            NURSES,
            NURSES.html,
            after=f"<template>{HIDDEN_WALL.replace('display:none', '')}</template>",
        ),
    )
    yield page(
        "login in the menu",
        CHIPS,
        courier(CHIPS, CHIPS.html).replace("</header>", LOGIN_MENU + "</header>"),
    )
    yield page(
        "letter offered in the text",
        CUP,
        courier(CUP, CUP.html.replace("</p>\n", "</p>\n" + NEWSLETTER, 1)),
    )
    yield page(
        "support asked for below",
        SALMON,
        courier(
            SALMON,
            SALMON.html,
            after="<section><h3>Support our journalism</h3><p>Our "
            "reporting is free because readers pay for it.</p><a>Give "
            "once</a></section>",
        ),
    )
    yield page(
        "subscribe button below",
        PHONES,
        weblog(PHONES, PHONES.html, after="<div><a>Subscribe now</a></div>"),
    )
    yield page("abo im Fuß", CLINIC, kurier(CLINIC, CLINIC.html))
    yield page(
        "declared free",
        SOLAR,
        courier(SOLAR, SOLAR.html, schema(SOLAR, isAccessibleForFree=True)),
    )
    yield page(
        "declared free as a word",
        WOLF,
        courier(WOLF, WOLF.html, schema(WOLF, isAccessibleForFree="True")),
    )
    yield page(
        "free tier",
        COUNCIL,
        courier(
            COUNCIL,
            COUNCIL.html,
            '<meta property="article:content_tier" content="free">',
        ),
    )
    yield page("next post is no next page", FERRY, weblog(FERRY, FERRY.html))
    yield page(
        "headline for search engines only",
        LIBRARY,
        plain(
            LIBRARY.seo,
            f"<article><h1>{LIBRARY.seo}</h1><p><b>{LIBRARY.dek}</b></p>"
            f"{LIBRARY.html}</article>",
            social(LIBRARY, title=LIBRARY.seo),
        ),
    )
    yield page(
        "headline changed since",
        NURSES,
        courier(replace(NURSES, title=NURSES.seo), NURSES.html),
    )
    law = replace(
        PHONES,
        slug="cookie-law",
        title="Court rules that a cookie wall is no consent",
        seo="Cookie walls: court ruling",
        dek="Publishers may not make readers accept "
        "tracking or pay, the court of Brandeston decided.",
        paragraphs=(
            "Publishers may not make readers choose between tracking and a payment, "
            "the "
            "court of Brandeston decided on Monday. A button «Accept all» without "
            "«Reject "
            "all» beside it is no consent.",
            "The data protection office had sued four publishers, who share the "
            "personal "
            "data of their readers with up to 800 partners.",
            "“We use cookies because advertising pays our reporters,” said the "
            "lawyer of "
            "one of them, Gregor Pohl. He announced an appeal.",
            "The ruling is the first of its kind. Until it is final, nothing "
            "changes for "
            "readers, the court said.",
        ),
    )
    yield page("about consent forms", law, courier(law, law.html))
    lost = replace(
        CUP,
        slug="missing-page",
        title="Page from the Ambridge gospel not found",
        seo="Missing page",
        dek="Restorers looked for the last leaf of the book for a year.",
        paragraphs=(
            "The last leaf of the Ambridge gospel was not found. Restorers of the "
            "county "
            "archive have given up after a year, the archive said on Friday.",
            "They had taken the bindings of 214 other books apart, because old "
            "parchment "
            "was often used to strengthen spines.",
            "“We found a butcher's bill of 1611, and a recipe for plums,” said the "
            "head of "
            "the workshop, Lise Amundsen.",
            "The book is to be shown from May, with an empty frame as its last page.",
        ),
    )
    yield page("about a page that was not found", lost, courier(lost, lost.html))
    paid = replace(
        CHIPS,
        slug="paper-prices",
        title="Courier raises price of subscriptions",
        seo="Courier price",
        dek="Subscribers pay 14 crowns a month from January.",
        paragraphs=(
            "The Hallin Courier raises the price of its subscription from 12 to 14 "
            "crowns "
            "a month in January, its publisher said on Monday.",
            "About 31,000 people subscribe to the paper, 19,000 of them only on the "
            "web. "
            "Paper has become dearer by a third in two years.",
            "“Readers who subscribe to read the whole paper pay for reporters, not for "
            "paper,” said the publisher, Edda Brunner.",
            "Students pay half. The offer to start with a free month ends in December.",
        ),
    )
    yield page("about subscriptions", paid, courier(paid, paid.html))
    yield page(
        "video above the whole text",
        SALMON,
        courier(
            SALMON,
            '<div class="player"><video src="/v.mp4"></video></div>' + SALMON.html,
            schema(SALMON, video={"@type": "VideoObject", "name": SALMON.title}),
        ),
    )
    yield page(
        "pictures within the text",
        BRIDGE,
        kurier(
            BRIDGE,
            "".join(
                f"<p>{escape(line)}</p><figure><img src='/{n}.jpg'><figcaption>"
                f"Bild {n}</figcaption></figure>"
                for n, line in enumerate(BRIDGE.paragraphs)
            ),
        ),
    )
    yield page(
        "author below",
        COUNCIL,
        kurier(
            COUNCIL,
            COUNCIL.html + "<p><em>Mirjam Esser berichtet seit 2019 aus dem Rathaus."
            "</em></p>",
        ),
    )
    yield page(
        "links below",
        FERRY,
        courier(
            FERRY, FERRY.html + "<p><a href='/x'>Read more about the islands</a></p>"
        ),
    )
    yield page(
        "tags below",
        WOLF,
        kurier(
            WOLF,
            WOLF.html + "<ul class='tags'><li><a href='/t/wolf'>Wolf</a></li><li>"
            "<a href='/t/alt'>Altenrode</a></li></ul>",
        ),
    )
    yield page(
        "text in the data of a script",
        CHIPS,
        plain(
            CHIPS.title,
            '<div id="app"></div>',
            social(CHIPS) + schema(CHIPS, articleBody=CHIPS.text),
        ),
    )
    yield page(
        "canonical elsewhere",
        NURSES,
        courier(NURSES, NURSES.html).replace(
            'rel="canonical" href="https://courier.example',
            'rel="canonical" href="https://agency.example',
        ),
    )
    yield page(
        "short item",
        replace(PHONES, paragraphs=PHONES.paragraphs[:2]),
        gazette(PHONES, start(PHONES, 2)),
    )
    yield page("feed of titles only", CLINIC, courier(CLINIC, CLINIC.html), teaser="")
    yield page(
        "feed with the outlet as text",
        CUP,
        courier(CUP, CUP.html),
        teaser="Hallin Courier",
    )
    yield page(
        "feed with the first words",
        SOLAR,
        kurier(SOLAR, SOLAR.html),
        teaser=SOLAR.words(30) + " …",
    )
    yield page(
        "title with the site's name",
        LIBRARY,
        courier(LIBRARY, LIBRARY.html),
        title=LIBRARY.title + " - Hallin Courier",
    )
    yield page(
        "title with a label",
        NURSES,
        letter(NURSES, NURSES.html),
        title="Update: " + NURSES.title,
    )
    yield page(
        "address with tracking",
        SALMON,
        courier(SALMON, SALMON.html),
        asked=SALMON.link + "?utm_source=rss&utm_medium=feed",
    )
    yield page(
        "from a counting host",
        FERRY,
        courier(FERRY, FERRY.html),
        asked="https://feeds.example/~r/courier/3/abc",
        answered_at=FERRY.link,
    )
    yield page(
        "short address",
        WOLF,
        kurier(WOLF, WOLF.html),
        asked="https://courier.example/news/kreis/2026/123",
        answered_at="https://courier.example/news/wolf-bei-altenrode-123.html",
    )
    yield page(
        "AMP", BRIDGE, amp(BRIDGE, BRIDGE.html), answered_at=BRIDGE.link + "/amp"
    )
    yield page(
        "one page of schema in a graph",
        COUNCIL,
        courier(
            COUNCIL,
            COUNCIL.html,
            '<script type="application/ld+json">'
            + json.dumps(
                {
                    "@graph": [
                        {"@type": "WebSite", "name": "Kurier"},
                        {
                            "@type": ["NewsArticle"],
                            "headline": COUNCIL.title,
                            "wordCount": len(COUNCIL.text.split()),
                        },
                    ]
                }
            )
            + "</script>",
        ),
    )


def load_good_pages() -> tuple[GoodPage, ...]:
    """A page of each site for most stories, and the special ones."""
    usual = [
        GoodPage(
            name=f"{site.__name__}: {one.slug}", story=one, html=site(one, one.html)
        )
        for number, one in enumerate((*EN, *DE))
        for at, site in enumerate(SITES)
        if (number + at) % 3
    ]
    return (*usual, *specials())
