"""Forty-odd documents that are built to do harm; large ones are generated.

Each is a function, so that the large ones exist only while they are used. The name
says what it attacks.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["feed", "page", "sitemap", "opml"]

#: The largest document that the fetcher accepts.
FULL = 5 << 20


@dataclass(frozen=True, kw_only=True)
class Bomb:
    name: str
    kind: Kind
    make: Callable[[], bytes]


def rss(inside: str, head: str = "") -> bytes:
    text = (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>T</title>'
        f"<link>https://news.example/</link>{inside}</channel></rss>"
    )
    return text.encode("utf-8", "surrogatepass")


def item(inside: str, number: int = 1) -> str:
    return (
        f"<item><title>Item {number}</title>"
        f"<link>https://news.example/{number}</link>{inside}</item>"
    )


def filled(unit: str, size: int = FULL - 4096) -> str:
    return unit * (size // len(unit))


def nested(open_: str, close: str, depth: int) -> str:
    return open_ * depth + "x" + close * depth


def entities(declared: str, used: str) -> Callable[[], bytes]:
    doctype = f"<!DOCTYPE rss [{declared}]>"
    return lambda: rss(item(f"<description>{used}</description>"), doctype)


LAUGHS = '<!ENTITY a0 "haha">' + "".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)
)


def feeds(canary: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    at = f"http://{canary}"
    yield "a billion laughs", entities(LAUGHS, "&a9;")
    yield (
        "quadratic entities",
        entities(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 50_000),
    )
    yield (
        "an entity that is a file",
        entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    )
    yield "an entity of another host", entities(f'<!ENTITY x SYSTEM "{at}/x">', "&x;")
    yield "a parameter entity", entities(f'<!ENTITY % x SYSTEM "{at}/x"> %x;', "y")
    yield "an entity that holds itself", entities('<!ENTITY a "&a;">', "&a;")
    yield (
        "entities in UTF-16",
        lambda: (
            rss(item("&x;"), f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{at}/x">]>')
            .decode()
            .encode("utf-16")
        ),
    )
    yield (
        "entities in UTF-7",
        lambda: (
            b'<?xml version="1.0" encoding="utf-7"?>'
            + f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{at}/x">]><rss>&x;</rss>'.encode(
                "utf-7"
            )
        ),
    )
    yield (
        "entities in EBCDIC",
        lambda: (
            f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{at}">]>'
            "<rss>&x;</rss>"
        ).encode("cp037"),
    )
    yield "an outer DTD", lambda: rss(item(""), f'<!DOCTYPE rss SYSTEM "{at}/x.dtd">')
    yield (
        "an inclusion",
        lambda: rss(
            item(
                '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
                f'href="{at}/x" parse="text"/>'
            )
        ),
    )
    yield (
        "a style sheet of another host",
        lambda: rss(item(""), f'<?xml-stylesheet type="text/xsl" href="{at}/x.xsl"?>'),
    )
    yield "100,000 deep", lambda: rss(nested("<a>", "</a>", 100_000))
    yield "100,000 items deep", lambda: rss(nested("<item>", "</item>", 100_000))
    yield "deep and never closed", lambda: rss(filled("<item><title>"))
    yield (
        "an author of 64 KB",
        lambda: rss(
            "".join(item(f"<author>{'a@' * 32_000}</author>", i) for i in range(3))
            + "<item><author>x"
        ),
    )
    yield (
        "an author of 64 KB in CDATA",
        lambda: rss(f"<item><author><![CDATA[{'a(' * 32_000}]]></author></item>"),
    )
    yield (
        "a creator of 1 MB",
        lambda: rss(f"<item><dc:creator>{'x @' * 340_000}</dc:creator></item>"),
    )
    yield (
        "a name that never closes",
        lambda: rss(f"<item><author><name>{'a@' * 99_999}"),
    )
    yield "50,000 items", lambda: rss("".join(item("", i) for i in range(50_000)))
    yield (
        "50,000 items without titles",
        lambda: rss("".join(f"<item><guid>{i}</guid></item>" for i in range(50_000))),
    )
    yield (
        "5 MB of one title",
        lambda: rss(f"<item><title>{filled('title ')}</title></item>"),
    )
    yield (
        "5 MB of one description",
        lambda: rss(item(f"<description>{filled('&lt;p&gt;word ')}</description>")),
    )
    yield (
        "a description of tags only",
        lambda: rss(item(f"<description>{filled('&lt;b&gt;')}</description>")),
    )
    yield (
        "a description 100,000 deep",
        lambda: rss(
            item(f"<description><![CDATA[{'<div>' * 100_000}]]></description>")
        ),
    )
    yield (
        "500 descriptions 3,000 deep",
        lambda: rss(
            "".join(
                item(f"<description><![CDATA[{'<p><i>' * 999}]]></description>", i)
                for i in range(500)
            )
        ),
    )
    yield (
        "500 dates without end",
        lambda: rss(
            "".join(
                item(f"<pubDate>{f'{i} jan feb 2 ' * 20}</pubDate>", i)
                for i in range(500)
            )
        ),
    )
    yield (
        "300,000 attributes",
        lambda: rss("<item " + " ".join(f'a{i}="1"' for i in range(300_000)) + "/>"),
    )
    yield "one attribute of 5 MB", lambda: rss(f'<item a="{filled("x")}"/>')
    yield (
        "100,000 namespaces",
        lambda: rss(
            "<item " + " ".join(f'xmlns:n{i}="u:{i}"' for i in range(100_000)) + "/>"
        ),
    )
    yield "a comment that never ends", lambda: rss(f"<!--{filled('- -')}")
    yield "CDATA that never ends", lambda: rss(f"<item><![CDATA[{filled(']]')}")
    yield "brackets only", lambda: b"<" * FULL
    yield (
        "ampersands only",
        lambda: rss(item(f"<description>{filled('& ')}</description>")),
    )
    yield "a wrong tag every time", lambda: rss(filled("<b></i>", 1 << 20))
    yield "zero bytes", lambda: b"\0" * FULL
    yield (
        "zero bytes in a feed",
        lambda: rss(item("<description>\0\0</description>") * 9),
    )
    yield "JSON 100,000 deep", lambda: b'{"items": ' + b"[" * 100_000
    yield (
        "a JSON number of a million digits",
        lambda: b'{"items": [{"id": ' + b"9" * 1_000_000 + b"}]}",
    )
    yield (
        "JSON of odd kinds",
        lambda: json.dumps(
            {"items": [1, None, [], {"id": {}, "title": [], "authors": 7, "url": -1}]}
        ).encode(),
    )


def others(canary: str) -> Iterator[tuple[Kind, str, Callable[[], bytes]]]:
    at = f"http://{canary}"
    yield "page", "a page 100,000 deep", lambda: b"<div>" * 100_000
    yield "page", "a page of half-open tags", lambda: b"<a <" * (FULL // 4)
    yield "page", "a page of tables", lambda: b"<table><tr><td>" * 100_000
    yield "page", "a page of 200,000 paragraphs", lambda: b"<p>word</p>" * 200_000
    yield "page", "a page of formatting", lambda: b"<b><i><p>" * 20_000
    yield (
        "page",
        "a page that includes others",
        lambda: (
            f'<iframe src="{at}/f"></iframe><object data="{at}/o"></object>'
            f'<img src="{at}/i"><script src="{at}/s"></script><link rel=stylesheet '
            f'href="{at}/c"><p>{"Words of a page. " * 30}</p>'
        ).encode(),
    )
    yield (
        "page",
        "JSON-LD 50,000 deep",
        lambda: (
            b'<script type="application/ld+json">' + b"[" * 50_000 + b"</script><p>x"
        ),
    )
    yield (
        "page",
        "a page in a coding that is none",
        lambda: b"<meta charset=zlib_codec><p>" + b"x" * 100,
    )
    yield "page", "5 MB of one word", lambda: b"<p>" + b"x" * (FULL - 3)
    yield (
        "sitemap",
        "a sitemap of 50,000",
        lambda: b"<urlset>" + b"<url><loc>https://a.example/x</loc></url>" * 50_000,
    )
    yield (
        "sitemap",
        "a sitemap with a file",
        lambda: (
            b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b"<urlset><url><loc>https://a.example/</loc><title>&x;</title></url></urlset>"
        ),
    )
    yield (
        "opml",
        "100,000 outlines",
        lambda: (
            b"<opml><body>"
            + b"".join(
                b'<outline xmlUrl="https://a.example/%d"/>' % i for i in range(99_999)
            )
            + b"</body></opml>"
        ),
    )
    yield (
        "opml",
        "outlines 100,000 deep",
        lambda: b"<opml><body>" + b'<outline text="x">' * 100_000,
    )
    yield (
        "opml",
        "an outline with an entity",
        lambda: (
            f'<!DOCTYPE o [<!ENTITY x SYSTEM "{at}/x">]><opml><body>'
            '<outline text="&x;" xmlUrl="https://a.example/"/></body></opml>'
        ).encode(),
    )


def all_of(canary: str) -> tuple[Bomb, ...]:
    """Every bomb; those that open a connection would dial the canary («host:port»)."""
    of_feeds = (Bomb(name=n, kind="feed", make=make) for n, make in feeds(canary))
    return (*of_feeds, *(Bomb(name=n, kind=k, make=m) for k, n, m in others(canary)))


def identifier(bomb: Bomb) -> str:
    return re.sub(r"\W+", "-", bomb.name)
