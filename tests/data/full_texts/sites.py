"""Invented sites: what they put around an article, as publishing systems do."""

import json
from collections.abc import Callable
from html import escape
from typing import Any

from tests.data.full_texts.articles import Story, load_stories

#: Makes a page of a story: its main part (HTML), and what stands in the head.
Site = Callable[..., str]


def schema(one: Story, **changes: Any) -> str:
    """The story's JSON-LD."""
    node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": one.title,
        "description": one.dek,
        "datePublished": "2026-01-05T06:00:00+01:00",
        "author": {"@type": "Person", "name": one.author},
        "publisher": {"@type": "Organization", "name": "Courier"},
        **changes,
    }
    kept = {name: value for name, value in node.items() if value is not None}
    return f'<script type="application/ld+json">{json.dumps(kept)}</script>'


def social(one: Story, kind: str = "article", title: str = "") -> str:
    """The story's OpenGraph fields."""
    return (
        f'<meta property="og:title" content="{escape(title or one.title)}">'
        f'<meta property="og:type" content="{kind}">'
        f'<meta property="og:description" content="{escape(one.dek)}">'
        f'<meta name="description" content="{escape(one.dek)}">'
        f'<meta property="og:url" content="{one.link}">'
    )


def others(one: Story, count: int = 4) -> list[Story]:
    """Other stories in its language, as pages link to."""
    return [each for each in load_stories(one.lang) if each.slug != one.slug][:count]


def teasers(one: Story, heading: str = "More from the Courier") -> str:
    cards = "".join(
        f'<li class="card"><a href="{each.link}"><img src="/i/{each.slug}.jpg" alt="">'
        f"<h3>{escape(each.title)}</h3></a><p>{escape(each.dek)}</p></li>"
        for each in others(one)
    )
    return f'<section class="related"><h2>{heading}</h2><ul>{cards}</ul></section>'


def courier(one: Story, main: str, head: str = "", after: str = "") -> str:
    """A newspaper with semantic elements and JSON-LD."""
    return f"""<!DOCTYPE html>
<html lang="{one.lang}"><head><meta charset="utf-8">
<title>{escape(one.seo)} | Hallin Courier</title>
<link rel="canonical" href="{one.link}">{social(one)}{head}
<script src="https://cmp.example/loader.js"></script></head>
<body><header><a href="/"><img src="/logo.svg" alt="Hallin Courier"></a>
<nav><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li>
<li><a href="/login">Sign in</a></li><li><a href="/subscribe">Subscribe</a></li></ul>
</nav>
</header><main><article><p class="kicker">Region</p><h1>{escape(one.title)}</h1>
<p class="standfirst">{escape(one.dek)}</p>
<p class="byline">By <a href="/by">{escape(one.author)}</a>
<time datetime="2026-01-05T06:00:00+01:00">5 January 2026, 6:00</time></p>
<figure><img src="/i/{one.slug}.jpg" alt=""><figcaption>Photo: Courier</figcaption>
</figure>
<div class="article-body">{main}</div></article>{after}</main>
{teasers(one)}
<footer><p>© 2026 Hallin Courier Ltd. All rights reserved.</p>
<ul><li><a href="/privacy">Privacy</a></li><li><a href="/cookies">Cookie settings</a>
</li>
<li><a href="/subscribe">Subscriptions</a></li></ul></footer></body></html>"""


def kurier(one: Story, main: str, head: str = "", after: str = "") -> str:
    """A regional paper made of boxes, with OpenGraph only."""
    return f"""<!doctype html><html lang="{one.lang}"><head>
<title>{escape(one.title)} - Hohenauer Kurier</title>{social(one)}{head}
<script id="usercentrics-cmp" src="https://cmp.example/uc.js"></script></head>
<body class="page-article"><div id="top"><div class="logo"><a href="/">Kurier</a></div>
<div class="menu"><a href="/lokales">Lokales</a> <a href="/sport">Sport</a>
<a href="/abo">Abo</a> <a href="/anmelden">Anmelden</a></div></div>
<div class="wrap"><div class="breadcrumb"><a href="/">Start</a> › <a href="/lokales">
Lokales</a></div><div class="headline"><span>Hohenau</span>
<h1>{escape(one.title)}</h1></div>
<div class="lead"><b>{escape(one.dek)}</b></div>
<div class="meta">Von {escape(one.author)} ·
05.01.2026, 06:00 Uhr</div><div class="text" id="text">{main}</div>{after}
<div class="share"><a href="#">Teilen</a> <a href="#">Drucken</a></div>
<div class="box"><h4>Meistgelesen</h4>{teasers(one, "Auch interessant")}</div></div>
<div class="foot"><a href="/impressum">Impressum</a> <a
href="/datenschutz">Datenschutz</a>
<a href="/abo">Jetzt abonnieren</a> <a href="/kuendigen">Verträge kündigen</a></div>
</body></html>"""


def weblog(one: Story, main: str, head: str = "", after: str = "") -> str:
    """A blog of a common system, with its next post and a form for comments."""
    before, following = others(one)[:2]
    return f"""<!DOCTYPE html><html lang="{one.lang}"><head><meta charset="UTF-8">
<title>{escape(one.title)} – Town Notes</title>{social(one)}
<link rel="prev" href="{before.link}"><link rel="next" href="{following.link}">{head}
<meta name="generator" content="WordPress 6.8"></head><body class="single single-post">
<div id="page"><header id="masthead"><p class="site-title"><a href="/">Town Notes</a>
</p>
</header><main id="main"><article class="post hentry"><header class="entry-header">
<h1 class="entry-title">{escape(one.title)}</h1>
<span class="posted-on">5 January 2026</span>
</header><div class="entry-content">{main}</div></article>{after}
<nav class="navigation post-navigation"><a rel="prev" href="{before.link}">
{escape(before.title)}</a> <a rel="next"
href="{following.link}">{escape(following.title)}</a>
</nav><div id="comments"><h2>2 thoughts</h2><ol><li><p>Thank you for this report.</p>
</li>
<li><p>I was there, and it was louder than you say.</p></li></ol><form>
<label>Leave a comment</label><textarea></textarea></form></div></main>
<aside id="secondary"><h2>Recent posts</h2><ul>
{"".join(f'<li><a href="{o.link}">{escape(o.title)}</a></li>' for o in others(one))}
</ul></aside></div></body></html>"""


def gazette(one: Story, main: str, head: str = "", after: str = "") -> str:
    """An old site in tables, without any metadata."""
    return f"""<html><head><title>Gazette: {escape(one.title)}</title>{head}</head>
<body bgcolor=white><table width=100%><tr><td colspan=2><a href="/">The Gazette</a>
</td></tr>
<tr><td width=20% valign=top><a href="/a">Town</a><br><a href="/b">County</a><br>
<a href="/c">Sport</a></td><td><h1>{escape(one.title)}</h1>
<i>by {escape(one.author)}</i>
{main}{after}</td></tr></table></body></html>"""


def amp(one: Story, main: str, head: str = "", after: str = "") -> str:
    """The AMP form of a page."""
    return f"""<!doctype html><html amp lang="{one.lang}"><head><meta charset="utf-8">
<title>{escape(one.title)}</title>
<link rel="canonical" href="{one.link}">{schema(one)}{head}
<script async src="https://cdn.ampproject.example/v0.js"></script></head><body>
<amp-consent id="c" layout="nodisplay"></amp-consent><header class="h">Courier</header>
<article><h1>{escape(one.title)}</h1><p>{escape(one.dek)}</p>
<amp-img src="/i.jpg" width="640" height="360"></amp-img>{main}{after}</article>
<footer>Courier</footer></body></html>"""


def letter(one: Story, main: str, head: str = "", after: str = "") -> str:
    """A newsletter's page with its form to subscribe."""
    return f"""<!DOCTYPE html><html lang="{one.lang}"><head>
<title>{escape(one.title)}</title>
{social(one)}{schema(one, isAccessibleForFree=True)}{head}</head><body>
<div class="topbar">
<a href="/">Harbour Letter</a><button>Subscribe</button><button>Sign in</button></div>
<article><h1 class="post-title">{escape(one.title)}</h1><h3 class="subtitle">
{escape(one.dek)}</h3><div class="available-content">
<div class="body markup">{main}</div>
</div>{after}</article><div class="subscribe-footer">
<h3>Subscribe to Harbour Letter</h3>
<p>By {escape(one.author)}, once a week.</p><form><input type="email"><button>Subscribe
</button></form></div></body></html>"""


SITES: tuple[Site, ...] = (courier, kurier, weblog, gazette, amp, letter)
