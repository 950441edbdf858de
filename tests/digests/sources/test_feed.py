"""Feeds as bytes → articles. The test's name says what is wrong with each feed."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import SourceError, SourceUnreadable
from digests.sources.feed import parse_feed
from digests.sources.untrusted import ParsedSource
from digests.types import Article

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
URL = "https://news.example/feeds/main.xml"


def rss(*items: str, head: str = '<?xml version="1.0"?>', channel: str = "") -> str:
    return (
        f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Hallin Courier</title>{channel}{''.join(items)}</channel></rss>"
    )


def item(
    title: str = "Bridge closes",
    link: str = "https://news.example/bridge",
    inside: str = "",
) -> str:
    return f"<item><title>{title}</title><link>{link}</link>{inside}</item>"


def read(feed: str | bytes) -> ParsedSource:
    body = feed if isinstance(feed, bytes) else feed.encode("utf-8")
    return parse_feed(body, url=URL, now=NOW)


def only(feed: str | bytes) -> Article:
    (article,) = read(feed).articles
    return article


def atom(entry: str, attributes: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{attributes}><title>Hallin</title>'
        f"<entry>{entry}</entry></feed>"
    )


# The kinds


def test_rss_gives_title_link_date_author_text_and_outlet():
    found = only(
        rss(
            item(
                inside="<guid>b-1</guid><pubDate>Tue, 06 Jan 2026 09:30:00 +0100"
                "</pubDate><dc:creator>Ada Lund</dc:creator>"
                "<description>Short.</description><content:encoded><![CDATA[<p>The "
                "bridge is <b>closed</b>.</p><p>Nobody was hurt.</p>]]>"
                "</content:encoded>"
            ),
            channel="<language>en-GB</language>",
        )
    )
    assert found.id == "b-1"
    assert found.title == "Bridge closes"
    assert found.url == "https://news.example/bridge"
    assert found.published == datetime(2026, 1, 6, 8, 30, tzinfo=UTC)
    assert found.author == "Ada Lund"
    assert found.text == "The bridge is closed.\nNobody was hurt."
    assert found.source == "Hallin Courier"
    assert found.lang == "en-GB"


def test_a_german_entry_of_a_feed_that_declares_english_is_german():
    entry = item(
        inside="<description>Der Stadtrat hat am Dienstag beschlossen, die Brücke für "
        "sechs Monate zu sperren.</description>"
    )
    assert only(rss(entry, channel="<language>en-US</language>")).lang == "de"


def test_atom_gives_the_same():
    found = only(
        atom(
            "<id>tag:hallin,2026:1</id><title>Bridge closes</title>"
            '<link rel="alternate" href="https://news.example/bridge"/>'
            "<author><name>Ada Lund</name></author>"
            "<published>2026-01-06T09:30:00+01:00</published>"
            '<content type="html">&lt;p&gt;Closed.&lt;/p&gt;</content>',
            ' xml:lang="de"',
        )
    )
    assert (found.id, found.title) == ("tag:hallin,2026:1", "Bridge closes")
    assert found.published == datetime(2026, 1, 6, 8, 30, tzinfo=UTC)
    assert (found.author, found.text, found.lang) == ("Ada Lund", "Closed.", "de")


@pytest.mark.parametrize(("opened", "closed"), [
    ("<entry>", "</entry>"),
    ('<entry xml:lang="en">', "</entry>"),
    ("<a:entry>", "</a:entry>"),
])  # fmt: skip
def test_a_text_that_quotes_a_feed_stays_as_it_is(opened: str, closed: str):
    # A workaround for fastfeedparser: it fails on entries without a summary.
    quoted = "First comes <entry>, then </entry>."
    found = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:a="http://www.w3.org/2005/Atom"><title>Hallin</title>{opened}<id>1</id>'
        '<title>How to</title><link href="https://a.example/1"/>'
        f'<content type="text/plain"><![CDATA[{quoted}]]></content>{closed}</feed>'
    )
    assert found.text == quoted


def test_an_atom_entry_has_its_content_or_else_its_summary():
    link = '<id>{0}</id><title>{0}</title><link href="https://a.example/{0}"/>'
    reported = (
        f"{link.format(1)}<content>Closed.</content></entry><entry>{link.format(2)}"
    )
    assert [article.text for article in read(atom(reported)).articles] == [
        "Closed.",
        "",
    ]
    reported = reported.replace("Closed.", "Closed. " * 3_000)
    found = read(atom(reported + "<summary>Only this.</summary>")).articles
    assert found[1].text == "Only this."


def test_rdf_is_read():
    found = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://news.example/">'
        '<title>Hallin</title></channel><item rdf:about="https://news.example/b">'
        "<title>Bridge closes</title><link>https://news.example/b</link></item>"
        "</rdf:RDF>"
    )
    assert (found.title, found.url) == ("Bridge closes", "https://news.example/b")


def test_json_feed_is_read_and_an_odd_item_spoils_no_other():
    good = {"id": 7, "url": "https://news.example/b", "title": "Bridge closes",
            "content_html": "<p>Closed.</p>", "authors": [{"name": "Ada"}, 3],
            "date_published": "2026-01-06T09:30:00Z", "language": "en"}  # fmt: skip
    odd: list[object] = [
        None,
        7,
        [],
        {"id": {}, "title": [1], "authors": 9, "content_html": 4},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Hallin",
            "items": [*odd, good]}  # fmt: skip
    found = only(json.dumps(feed))
    assert (found.id, found.title, found.text) == ("7", "Bridge closes", "Closed.")
    assert (found.author, found.lang, found.source) == ("Ada", "en", "Hallin")


# What is forgiven


def test_a_feed_that_breaks_off_gives_what_came_before():
    whole = rss(item("One", "https://a.example/1"), item("Two", "https://a.example/2"))
    cut = whole[: whole.index("Two") + 2]
    assert read(cut).articles[0].title == "One"


def test_a_bare_ampersand_keeps_its_place_in_a_title():
    assert only(rss(item("Salt & pepper"))).title == "Salt & pepper"


def test_a_title_in_xhtml_is_read():
    entry = (
        '<id>1</id><link href="https://a.example/1"/><title type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml">Bridge <em>closes</em></div></title>'
    )
    assert only(atom(entry)).title == "Bridge closes"


def test_a_title_escaped_twice_is_plain():
    assert only(rss(item("Salt &amp;amp; pepper"))).title == "Salt & pepper"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Why 1 &lt; 2", "Why 1 < 2"),
        (
            "A primer on &lt;svg&gt; for designers of maps",
            "A primer on <svg> for designers of maps",
        ),
        ("<![CDATA[When <script> delays a page]]>", "When <script> delays a page"),
        ("Use &lt;b&gt; or &lt;strong&gt;?", "Use <b> or <strong>?"),
        ("Dear &lt;your name&gt;, we regret", "Dear <your name>, we regret"),
        ("&lt;svg&gt; &amp;amp; maps", "<svg> & maps"),
        ("They &lt;3 the ferry", "They <3 the ferry"),
        ("The ferry &lt;and the bridge", "The ferry <and the bridge"),
    ],
)
def test_words_between_angle_brackets_stay_in_a_title(written: str, title: str):
    assert only(rss(item(written))).title == title


@pytest.mark.parametrize(
    "written",
    [
        "&lt;b&gt;Bridge&lt;/b&gt; closes",
        "&lt;p&gt;Bridge&lt;br&gt;closes",
        "&lt;a href='/b'&gt;Bridge closes",
        "<![CDATA[Bridge <!-- not yet --> closes<script>alert(1)</script>]]>",
        "&lt;svg onload=alert(1)&gt;&lt;/svg&gt;Bridge closes&lt;img/&gt;",
    ],
)
def test_markup_in_a_title_of_rss_is_dropped(written: str):
    assert only(rss(item(written))).title == "Bridge closes"


LITERAL = "Why <b>bold</b> beats <!-- ink -->"


@pytest.mark.parametrize("attributes", ["", ' type="text"', " type='text/plain'"])
def test_a_title_that_atom_declares_as_text_is_kept_literally(attributes: str):
    written = LITERAL.replace("<", "&lt;").replace(">", "&gt;")
    entry = f'<id>1</id><link href="https://a.example/1"/><title{attributes}>{written}'
    assert only(atom(f"{entry}</title>")).title == LITERAL


def test_a_title_that_atom_declares_as_html_is_read():
    entry = '<id>1</id><link href="https://a.example/1"/><title type="html">'
    written = "&lt;b&gt;Bridge&lt;/b&gt; &amp;amp; road"
    assert only(atom(f"{entry}{written}</title>")).title == "Bridge & road"


@pytest.mark.parametrize("kind", ["text", "text/plain"])
def test_a_content_that_atom_declares_as_text_is_kept_literally(kind: str):
    entry = '<id>1</id><title>T</title><link href="https://a.example/1"/>'
    content = f'<content type="{kind}">Use &lt;svg&gt; for maps</content>'
    assert only(atom(entry + content)).text == "Use <svg> for maps"


SWALLOWED = [
    (
        "A primer on <svg> for maps. It is free.",
        "A primer on <svg> for maps. It is free.",
    ),
    ("How <script> slows a page down.", "How <script> slows a page down."),
    ("Prices <a year ago were lower.", "Prices <a year ago were lower."),
    ("<p>Eggs are <b dearer.</p> So is milk.", "Eggs are <b dearer.\nSo is milk."),
    ('<iframe src="https://a.example/v">The film.', "The film."),
    ('<p>The bridge is open.</p><a href="https://a.ex', "The bridge is open."),
    ("<p>Open.</p><script>if (a) { run(", "Open."),
]


@pytest.mark.parametrize(("written", "text"), SWALLOWED)
def test_a_tag_that_nothing_closes_does_not_swallow_the_rest(written: str, text: str):
    escaped = written.replace("<", "&lt;").replace(">", "&gt;")
    entry = '<id>1</id><title>T</title><link href="https://a.example/1"/>'
    listed = [{"id": "1", "title": "T", "content_html": written}]

    assert only(atom(f"{entry}<summary>{escaped}</summary>")).text == text
    assert only(rss(item(inside=f"<description>{escaped}</description>"))).text == text
    assert only(json.dumps({"title": "Hallin", "items": listed})).text == text


def test_a_title_of_a_json_feed_is_kept_literally():
    feed = {"title": "Hallin", "items": [{"id": "1", "title": LITERAL}]}
    assert only(json.dumps(feed)).title == LITERAL


@pytest.mark.parametrize("coding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be",
                                    "utf-8-sig", "iso-8859-1", "windows-1252",
                                    "cp037"])  # fmt: skip
def test_codings_are_read_by_mark_by_shape_or_by_their_word(coding: str):
    head = f'<?xml version="1.0" encoding="{coding.removesuffix("-sig")}"?>'
    assert only(rss(item("Café"), head=head).encode(coding)).title == "Café"


@pytest.mark.parametrize(
    "head",
    [
        "utf-8",
        "utf-16",
        "zlib_codec",
        "rot13",
        "x",
        "cp037",
        "punycode",
        "unicode_escape",
    ],
)
def test_a_false_encoding_damages_letters_at_most(head: str):
    feed = rss(item("Bridge"), head=f'<?xml version="1.0" encoding="{head}"?>')
    assert only(feed).title == "Bridge"


def test_zero_bytes_and_lone_surrogates_do_not_come_through():
    body = rss(item("A\x00B \ud83d C")).encode("utf-8", "surrogatepass")
    for article in read(body).articles:
        words = f"{article.title}{article.text}"
        assert "\x00" not in words
        words.encode("utf-8")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_feed_or_a_plain_error(body: bytes):
    for feed in (body, rss(item(inside="@")).encode().replace(b"@", body)):
        with suppress(SourceError):
            read(feed)


# What is refused


@pytest.mark.parametrize("body", ["", "nothing", "<html><body>Buy this domain</body>",
                                  "{}", '{"items": 3}', "[1]", "<opml/>"])  # fmt: skip
def test_what_is_no_feed_is_an_error_never_content(body: str):
    with pytest.raises(SourceUnreadable):
        read(body)


ENTITY = '<!DOCTYPE rss [<!ENTITY x "haha">]>'


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "utf-32", "utf-7", "cp037"])
def test_a_feed_with_custom_entities_is_rejected_in_every_encoding(coding: str):
    head = f'<?xml version="1.0" encoding="{coding}"?>'
    feed = rss(item("&x;"), head=head + ENTITY).encode(coding)
    with pytest.raises(SourceUnreadable, match="entities"):
        read(feed)


def test_an_entity_that_is_a_file_is_not_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("sesame", encoding="utf-8")
    outer = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(SourceUnreadable):
        read(rss(item("&x;"), head=outer))


# Nothing stays live


def test_markup_scripts_and_styles_are_no_words():
    body = (
        "<description><![CDATA[<p onclick='x()'>Kept.</p><script>alert(1)</script>"
        "<style>p{}</style><iframe>in</iframe><a href='javascript:x'>link</a>]]>"
        "</description>"
    )
    assert only(rss(item(inside=body))).text == "Kept.\nlink"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x",
                                  "https://a:b@c.example/", "file:///e"])  # fmt: skip
def test_a_link_that_is_no_plain_web_address_is_none(link: str):
    assert only(rss(item(link=link))).url is None


def test_a_relative_link_is_completed():
    assert only(rss(item(link="/b"))).url == "https://news.example/b"


# Dates


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tue, 06 Jan 2026 09:30:00 +0100", datetime(2026, 1, 6, 8, 30, tzinfo=UTC)),
        ("Tue, 06 Jan 2026 09:30:00", datetime(2026, 1, 6, 9, 30, tzinfo=UTC)),
        ("2026-01-06T09:30:00Z", datetime(2026, 1, 6, 9, 30, tzinfo=UTC)),
        ("Tue, 06 Jan 26 09:30:00 GMT", datetime(2026, 1, 6, 9, 30, tzinfo=UTC)),
        ("Wed, 07 Jan 2026 11:00:00 GMT", datetime(2026, 1, 7, 11, 0, tzinfo=UTC)),
        ("Thu, 08 Jan 2026 12:00:00 GMT", NOW),
        ("9999-12-31T23:59:59Z", NOW),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("soon", None),
        ("2026-99-99T99:99:99Z", None),
        ("", None),
    ],
)
def test_a_date_is_sound_or_none(written: str, expected: datetime | None):
    found = only(rss(item(inside=f"<pubDate>{written}</pubDate>")))
    assert found.published == expected


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_article_is_dated_more_than_a_day_ahead(moment: datetime):
    inside = f"<pubDate>{moment.isoformat()}</pubDate>"
    found = only(rss(item(inside=inside))).published
    assert found is None or found <= NOW + timedelta(hours=24)


def test_the_order_of_the_feed_is_kept():
    titles = [f"Number {i}" for i in range(20)]
    feed = rss(*(item(t, f"https://a.example/{i}") for i, t in enumerate(titles)))
    assert [a.title for a in read(feed).articles] == titles


# How much


def test_at_most_500_entries_are_read():
    many = [item(f"N {i}", f"https://a.example/{i}") for i in range(2_000)]
    feed = read(rss(*many))
    assert len(feed.articles) == 500
    assert feed.articles[0].title == "N 0"


def test_a_name_of_64_kb_is_dropped_before_the_slow_parser_sees_it():
    # Entries without a title go to the careful parser; such names cost it minutes.
    author = f"<author>{'a@(' * 22_000}</author>"
    found = read(
        rss(f"<item><guid>1</guid><description>x</description>{author}</item>")
    )
    assert found.articles[0].author is None


def test_an_entry_of_no_title_and_no_words_is_no_article():
    feed = read(rss("<item><guid>1</guid></item>", item()))
    assert [article.title for article in feed.articles] == ["Bridge closes"]


# Excerpts


@pytest.mark.parametrize(
    ("inside", "excerpt"),
    [
        ("<description>Two lines only.</description>", True),
        (f"<description>{'A long report. ' * 150}</description>", False),
        (f"<description>{'A long report. ' * 150}Read more</description>", True),
        (f"<content:encoded>{'The whole text. ' * 40}</content:encoded>", False),
        (f"<content:encoded>{'The start. ' * 40}[…]</content:encoded>", True),
        ("", True),
    ],
)
def test_whether_the_text_is_only_an_excerpt_is_known(inside: str, excerpt: bool):
    assert only(rss(item(inside=inside))).excerpt == excerpt
