"""More than a hundred feeds, half of them of whole texts: one form a line.

Each feed has the same invented articles in one language; what differs is what its
publishing system makes of them.
"""

import json
from collections.abc import Callable, Mapping
from html import escape

from tests.data.full_texts.articles import Story, load_stories

Body = Callable[[Story], str]
Feed = Callable[[], bytes]


def cdata(html: str) -> str:
    return f"<![CDATA[{html}]]>"


def desc(html: str) -> str:
    return f"<description>{escape(html)}</description>"


def content(html: str) -> str:
    return f"<content:encoded>{cdata(html)}</content:encoded>"


def rss(body: Body, lang: str = "en", *, title: bool = True) -> Feed:
    """A feed in RSS 2.0."""

    def build() -> bytes:
        items = "".join(
            "<item>"
            + (f"<title>{escape(one.title)}</title>" if title else "")
            + f"<link>{one.link}</link><guid isPermaLink='false'>{one.slug}</guid>"
            f"<pubDate>Mon, 05 Jan 2026 0{number}:10:00 +0000</pubDate>"
            f"{body(one)}</item>"
            for number, one in enumerate(load_stories(lang))
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:media="http://search.yahoo.com/mrss/" '
            'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>Courier</title><language>{lang}</language>{items}</channel></rss>"
        ).encode()

    return build


def atom(body: Body, lang: str = "en") -> Feed:
    """A feed in Atom 1.0."""

    def build() -> bytes:
        entries = "".join(
            f"<entry><title>{escape(one.title)}</title><link href='{one.link}'/>"
            f"<id>tag:courier.example,2026:{one.slug}</id>"
            f"<updated>2026-01-05T08:0{number}:00Z</updated>{body(one)}</entry>"
            for number, one in enumerate(load_stories(lang))
        )
        return (
            f'<?xml version="1.0" encoding="utf-8"?><feed xml:lang="{lang}" '
            f'xmlns="http://www.w3.org/2005/Atom"><title>Courier</title>{entries}</feed>'
        ).encode()

    return build


def rdf(body: Body, lang: str = "en") -> Feed:
    """A feed in RSS 1.0."""

    def build() -> bytes:
        items = "".join(
            f'<item rdf:about="{one.link}"><title>{escape(one.title)}</title>'
            f"<link>{one.link}</link>{body(one)}</item>"
            for one in load_stories(lang)
        )
        return (
            '<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>Courier</title><dc:language>{lang}</dc:language>"
            f"</channel>{items}</rdf:RDF>"
        ).encode()

    return build


def json_feed(fields: Callable[[Story], Mapping[str, str]], lang: str = "en") -> Feed:
    """A feed in JSON Feed 1.1."""

    def build() -> bytes:
        items = [
            {"id": one.slug, "url": one.link, "title": one.title, **fields(one)}
            for one in load_stories(lang)
        ]
        head = {"version": "https://jsonfeed.org/version/1.1", "title": "Courier"}
        return json.dumps({**head, "language": lang, "items": items}).encode()

    return build


def titleless(body: Body) -> Feed:
    return rss(body, title=False)


def image(one: Story) -> str:
    return f'<img src="https://courier.example/i/{one.slug}.jpg" alt="" width="640"/>'


def appeared(one: Story) -> str:
    return (
        f'<p>The post <a rel="nofollow" href="{one.link}">{escape(one.title)}</a> '
        'appeared first on <a rel="nofollow" href="https://courier.example">Courier'
        "</a>.</p>"
    )


def more(one: Story, words: str) -> str:
    return f'<a href="{one.link}">{words}</a>'


def half(one: Story) -> str:
    """The first half of the paragraphs, each whole."""
    lines = one.paragraphs[: len(one.paragraphs) // 2]
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def two(one: Story) -> str:
    return f"<p>{escape(one.paragraphs[0])}</p><p>{escape(one.paragraphs[1])}</p>"


SUBSCRIBE = (
    '<div class="subscription-widget-wrap"><p>Thanks for reading Courier! Subscribe for'
    " free to receive new posts and support my work.</p></div>"
)
SHARE = (
    '<div class="feedflare"><a href="https://f.example/1">Email this</a> '
    '<a href="https://f.example/2">Share on Facebook</a></div>'
)

FULL: dict[str, Feed] = {
    # WordPress
    "wp-full": rss(lambda a: desc(a.words(55) + " [&#8230;]") + content(a.html)),
    "wp-full-de": rss(
        lambda a: desc(a.words(55) + " [&hellip;]") + content(a.html), "de"
    ),
    "wp-appeared": rss(
        lambda a: (
            desc(f"<p>{a.words(55)} &#8230;</p>" + appeared(a))
            + content(a.html + appeared(a))
        )
    ),
    "wp-der-beitrag": rss(
        lambda a: (
            desc(f"<p>{a.words(40)} […]</p>")
            + content(
                f"{a.html}<p>Der Beitrag {more(a, a.title)} erschien zuerst auf "
                f'<a href="https://courier.example">Kurier</a>.</p>'
            )
        ),
        "de",
    ),
    "wp-related": rss(
        lambda a: (
            desc(a.dek)
            + content(
                f"{a.html}<p><strong>Read more:</strong> "
                '<a href="/x">Why the harbour needs a new crane</a></p>'
            )
        )
    ),
    "wp-jetpack-share": rss(
        lambda a: (
            desc(a.words(55) + "&#8230;")
            + content(
                f'{a.html}<div class="sharedaddy"><h3>Share this:</h3><ul>'
                "<li>Facebook</li><li>X</li></ul></div>"
            )
        )
    ),
    # Newsletters
    "ghost": rss(lambda a: desc(a.dek) + content(image(a) + a.html)),
    "substack-free": rss(lambda a: desc(a.dek) + content(a.html + SUBSCRIBE)),
    "buttondown": rss(lambda a: desc(a.html)),
    "beehiiv": rss(
        lambda a: desc(a.dek) + content(f"<div class='beehiiv'>{a.html}</div>")
    ),
    # Blogs
    "blogger-atom": atom(
        lambda a: (
            f"<content type='html'>{escape(a.html)}</content>"
            "<author><name>N.</name></author>"
        )
    ),
    "blogger-rss": rss(
        lambda a: desc(a.html.replace("<p>", "").replace("</p>", "<br /><br />"))
    ),
    "medium-free": rss(
        lambda a: content(
            f"<figure>{image(a)}<figcaption>Photo by N.</figcaption></figure>{a.html}"
            '<img src="https://medium.example/_/stat?event=post" width="1" height="1">'
        )
    ),
    "tumblr": rss(lambda a: desc(f"<h2>{a.title}</h2>{a.html}")),
    "jekyll": atom(
        lambda a: (
            f'<content type="html" xml:base="{a.link}">{escape(a.html)}</content>'
            f'<summary type="html">{escape(a.paragraphs[0])}</summary>'
        )
    ),
    "hugo-full": rss(lambda a: desc(a.html), "de"),
    "eleventy": atom(
        lambda a: f"<content type='html'>{escape(a.html)}</content>", "de"
    ),
    "xhtml": atom(
        lambda a: (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
            f"{a.html}</div></content>"
        )
    ),
    "squarespace": rss(
        lambda a: desc(a.dek) + content(f'<div class="sqs-html-content">{a.html}</div>')
    ),
    "drupal": rss(
        lambda a: desc(
            '<span class="field--name-title">'
            + a.title
            + "</span><span>Fri, 5 Jan</span>"
            f'<div class="field--name-body">{a.html}</div>'
        )
    ),
    "typo3": rss(lambda a: desc(a.dek) + content(a.html), "de"),
    "joomla": rss(
        lambda a: desc(f'<div class="feed-description">{image(a)}{a.html}</div>')
    ),
    "wix": rss(
        lambda a: desc(a.dek) + content(a.html.replace("<p>", '<p class="x1">'))
    ),
    "markdown-in-text": json_feed(
        lambda a: {"content_text": "\n\n".join(a.paragraphs)}
    ),
    "json-html": json_feed(lambda a: {"content_html": a.html, "summary": a.dek}),
    "json-html-de": json_feed(lambda a: {"content_html": a.html}, "de"),
    # Newspapers, agencies, radio
    "rdf-full": rdf(lambda a: desc(a.dek) + content(a.html)),
    "rdf-full-de": rdf(lambda a: content(a.html), "de"),
    "agency": rss(
        lambda a: (
            desc(a.dek)
            + content(
                f"<p>AMBRIDGE (CNS) - {a.html.removeprefix('<p>')}<p>CNS/ow/ik</p>"
            )
        )
    ),
    "agency-de": rss(
        lambda a: desc(f"Hohenau (kna) – {a.html.removeprefix('<p>')} © kna-hohenau"),
        "de",
    ),
    "paper-description": rss(lambda a: desc(f"<p><b>{a.dek}</b></p>{a.html}")),
    "paper-pictures": rss(
        lambda a: (
            desc(a.dek)
            + content(a.html.replace("</p>\n", f"</p><figure>{image(a)}</figure>\n", 2))
        )
    ),
    "radio-items": rss(
        lambda a: desc("<p>" + "</p><p>".join(a.paragraphs[:4]) + "</p>")
    ),
    "radio-items-de": rss(
        lambda a: desc(
            "<p>" + "</p><p>".join(a.paragraphs[:4]) + "</p><p>(Stand: 08:10 Uhr)</p>"
        ),
        "de",
    ),
    "police": rss(
        lambda a: desc(
            f"{a.text}<br/><br/>Rückfragen bitte an:<br/>Polizei Hohenau<br/>"
            "Pressestelle<br/>Telefon: 0555 1234<br/>"
        ),
        "de",
    ),
    "ministry": rss(
        lambda a: desc(f"<div>{a.html}</div><p>Pressemitteilung Nr. 14</p>"), "de"
    ),
    # Others
    "feedburner-full": rss(lambda a: desc(a.html + SHARE)),
    "microblog": titleless(lambda a: desc(f"<p>{a.paragraphs[1]}</p>")),
    "mastodon": titleless(
        lambda a: desc(f"<p>{a.dek}</p><p>#{a.slug.replace('-', '')}</p>")
    ),
    "podcast-notes": rss(
        lambda a: (
            content(f"{a.html}<p>Shownotes:</p><ul><li>Minute 3: {a.title}</li></ul>")
            + '<enclosure url="https://c.example/1.mp3" type="audio/mpeg" length="1"/>'
            + "<itunes:duration>1830</itunes:duration>"
        )
    ),
}

EXCERPTS: dict[str, Feed] = {
    # WordPress
    "wp-summary": rss(lambda a: desc(a.words(55) + " [&#8230;]")),
    "wp-summary-both": rss(
        lambda a: (
            desc(a.words(55) + " [&#8230;]")
            + content(f"<p>{a.words(55)} [&#8230;]</p>")
        )
    ),
    "wp-more-tag": rss(
        lambda a: content(
            f"{two(a)}<p>{more(a, 'Continue reading <span>&rarr;</span>')}</p>"
        )
    ),
    "wp-more-title": rss(
        lambda a: desc(
            f"<p>{a.words(50)}&hellip; {more(a, 'Continue reading ' + a.title)}</p>"
        )
    ),
    "wp-manual": rss(lambda a: desc(f"<p>{a.dek}</p>" + appeared(a))),
    "wp-weiter": rss(lambda a: content(f"{two(a)} {more(a, 'Weiterlesen →')}"), "de"),
    "wp-appeared-cut": rss(
        lambda a: desc(f"<p>{a.words(55)} &#8230;</p>" + appeared(a))
    ),
    # Newspapers
    "dek": rss(lambda a: desc(a.dek)),
    "dek-de": rss(lambda a: desc(a.dek), "de"),
    "dek-without-stop": rss(lambda a: desc(a.dek.rstrip(".")), "de"),
    "dek-picture": rss(
        lambda a: desc(f'<a href="{a.link}">{image(a)}</a>{a.dek}'), "de"
    ),
    "dek-twice": rss(
        lambda a: desc(a.dek) + content(f"<p>{image(a)}</p><p>{a.dek}</p>"), "de"
    ),
    "tagesschau-like": rss(
        lambda a: (
            desc(a.dek)
            + content(
                f'<p><a href="{a.link}">{image(a)}</a><br/><br/>{a.dek}'
                f"[{more(a, 'mehr')}]</p>"
            )
        ),
        "de",
    ),
    "standfirst-and-start": rss(
        lambda a: desc(
            f"<p>{a.dek}</p><p>{a.paragraphs[0]}</p> {more(a, 'Continue reading...')}"
        )
    ),
    "title-only": rss(lambda a: ""),
    "title-only-rdf": rdf(lambda a: "", "de"),
    "title-again": rss(lambda a: desc(a.title)),
    "letters-dots": rss(lambda a: desc(a.letters(240) + "...")),
    "letters-nothing": rss(lambda a: desc(a.letters(200))),
    "letters-content": rss(lambda a: content(f"<p>{a.letters(500)}</p>")),
    "letters-content-long": rss(lambda a: content(f"<p>{a.letters(870)}</p>")),
    "letters-content-de": rss(lambda a: desc(a.letters(400)), "de"),
    "agency-lead": rss(lambda a: desc(f"{a.paragraphs[0]}")),
    "zum-artikel": rss(lambda a: desc(f"{a.dek} {more(a, 'Zum Artikel')}"), "de"),
    "mehr-lesen": rss(
        lambda a: desc(f"<p>{a.paragraphs[0]}</p><p>{more(a, 'Mehr lesen')}</p>"), "de"
    ),
    "plus": rss(lambda a: desc(f"{a.dek} Jetzt mit Kurier+ weiterlesen"), "de"),
    "read-full-story": rss(
        lambda a: content(
            f"{half(a)}<p>{more(a, 'Read the full story at Courier.')}</p>"
        )
    ),
    "read-article-comments": rss(
        lambda a: content(
            f"{half(a)}<p>{more(a, 'Read full article')}</p>"
            f"<p>{more(a, 'Comments')}</p>"
        )
    ),
    # Newsletters and blogs
    "substack-paid": rss(
        lambda a: desc(a.dek) + content(f"{two(a)}<p>{more(a, 'Read more')}</p>")
    ),
    "ghost-members": rss(
        lambda a: (
            desc(a.dek)
            + content(
                f"{two(a)}<aside><h2>This post is for paying subscribers only</h2>"
                f"{more(a, 'Subscribe now')}<p>Already have an account? "
                f"{more(a, 'Sign in')}</p></aside>"
            )
        )
    ),
    "medium-paid": rss(
        lambda a: desc(
            f'<div class="medium-feed-item"><p class="medium-feed-snippet">{a.dek}</p>'
            f'<p class="medium-feed-link">{more(a, "Continue reading on Medium »")}'
            "</p></div>"
        )
    ),
    "hugo-summary": rss(
        lambda a: desc(f"<p>{a.paragraphs[0]}</p><p>{a.paragraphs[1]}</p>")
    ),
    "drupal-teaser": rss(
        lambda a: desc(
            f"<div>{a.paragraphs[0]}</div><ul class='links'><li>{more(a, 'Read more')}"
            f"</li><li>{more(a, 'Add new comment')}</li></ul>"
        )
    ),
    "atom-summary": atom(lambda a: f"<summary>{escape(a.dek)}</summary>"),
    "atom-summary-cut": atom(
        lambda a: f"<summary type='html'>{escape(a.words(30))} …</summary>", "de"
    ),
    "atom-text-content": atom(
        lambda a: f'<content type="text">{escape(a.dek)}</content>'
    ),
    "json-summary": json_feed(lambda a: {"summary": a.dek}),
    "json-cut": json_feed(lambda a: {"content_text": a.letters(280) + "…"}, "de"),
    "rdf-dek": rdf(lambda a: desc(a.dek)),
    # Aggregators and others
    "google-news-like": rss(
        lambda a: desc(
            f'{more(a, a.title)}&nbsp;&nbsp;<font color="#6f6f6f">Courier</font>'
        )
    ),
    "same-text": rss(lambda a: desc("Read the whole report at courier.example.")),
    "same-text-de": rss(
        lambda a: desc("Alle Nachrichten aus der Region und der Welt"), "de"
    ),
    "image-only": rss(lambda a: desc(f"<a href='{a.link}'>{image(a)}</a>")),
    "image-only-content": rss(lambda a: content(f"<figure>{image(a)}</figure>")),
    "reddit-like": rss(
        lambda a: desc(
            f"submitted by <a href='/u/n'>/u/n</a> <br/>{more(a, '[link]')} "
            f"{more(a, '[comments]')}"
        )
    ),
    "comments-only": rss(lambda a: desc(more(a, "Comments"))),
    "feedburner-cut": rss(lambda a: desc(f"<p>{a.words(45)}...</p>{SHARE}")),
    "podcast-line": rss(
        lambda a: desc(f"{a.dek} [...] Mehr auf courier.example"), "de"
    ),
}


def several(*items: tuple[str, str]) -> Feed:
    """A feed in RSS 2.0 of these titles and descriptions."""

    def build() -> bytes:
        written = "".join(
            f"<item><title>{escape(title)}</title><link>https://courier.example/{at}"
            f"</link>{desc(html)}</item>"
            for at, (title, html) in enumerate(items)
        )
        return (
            '<?xml version="1.0"?><rss version="2.0"><channel><title>Notices</title>'
            f"{written}</channel></rss>"
        ).encode()

    return build


def alternating(first: Body, second: Body) -> Body:
    """The first form for most articles, the second for a few."""
    return lambda one: (second if len(one.slug) % 4 == 1 else first)(one)


STATUS = (
    "<p><small>Jan 5, 09:40 UTC</small><br><strong>Resolved</strong> - All queues "
    "have been worked off, and mail is delivered without delay again. We are sorry.</p>"
    "<p><small>Jan 5, 08:55 UTC</small><br><strong>Identified</strong> - A full disk "
    "on one of the mail servers in {place} was the cause; we are moving its queue.</p>"
    "<p><small>Jan 5, 08:30 UTC</small><br><strong>Investigating</strong> - Some "
    "messages are delivered late. We are looking for the cause.</p>"
)
RELEASE = (
    "<h2>Changes</h2><ul><li>Feeds in RSS 1.0 are read with their contents</li>"
    "<li>A timeout of {n} seconds for slow hosts</li><li>Fixed: titles</li></ul>"
    "<p>Thanks to all who reported problems. The update needs no migration of data, "
    "but back up your files first, as always. Packages for {n} systems are below.</p>"
    "<p>Checksums: 4f2a… are in the file beside the archive.</p>"
)
BRIEF = (
    "<p>{}</p><p>Die Feuerwehr war mit 24 Kräften im Einsatz. Verletzt wurde nach "
    "Angaben der Leitstelle niemand.</p><p>Die Straße blieb bis zum Mittag gesperrt. "
    "Den Schaden schätzt die Polizei auf 9.000 Euro, die Ursache ist unklar.</p>"
    "<p>Zeugen können sich bei der Wache am Bahnhof melden.</p>"
)

FULL |= {
    "status-page": several(
        *(
            (f"Delayed mail in {place}", STATUS.format(place=place))
            for place in ("Lorne", "Ardle", "Fennimore", "Calder")
        )
    ),
    "releases": several(
        *((f"Reader 2.{n}", RELEASE.format(n=n)) for n in (14, 13, 12, 11, 10))
    ),
    "briefs-de": several(
        *(
            (
                f"Brand in {place}",
                BRIEF.format(f"In {place} hat am Morgen {what} gebrannt."),
            )
            for place, what in (
                ("Mehring", "eine Scheune mit Stroh und zwei Anhängern"),
                ("Altenrode", "das Lager einer Tischlerei"),
                ("Hohenau", "ein Müllwagen auf der Landstraße nach Mehring"),
                ("Lüsten", "ein Gartenhaus"),
            )
        )
    ),
    "one-article": several((load_stories("en")[0].title, load_stories("en")[0].html)),
    "linkblog": atom(
        lambda a: (
            f"<content type='html'>{escape(a.html)}"
            + escape(f"<p>★ {more(a, 'Permalink')}</p></content>").replace(
                "&lt;/content&gt;", "</content>"
            )
        )
    ),
    "forum": rss(
        lambda a: content(
            f"{a.html}<p><small>4 posts - 3 participants</small></p>"
            f"<p>{more(a, 'Read full topic')}</p>"
        )
    ),
    "author-box": rss(
        lambda a: (
            desc(a.dek)
            + content(
                f"{a.html}<hr/><p><em>{a.author} writes about towns and people.</em>"
                "</p><p>Photo: Courier</p>"
            )
        )
    ),
    "some-end-in-dots": rss(
        alternating(
            lambda a: desc(a.html + a.html.replace("<p>", "<p>Later: ")),
            lambda a: desc(a.html * 2 + "<p>We shall see ...</p>"),
        )
    ),
    "summary-in-front": rss(
        lambda a: desc(f"<p><strong>{a.dek}</strong></p>{a.html}"), "de"
    ),
    "newsletter-footer": rss(
        lambda a: desc(
            f"{a.html}<p>You receive this letter because you asked for it.</p>"
            "<p>Unsubscribe | View in browser</p>"
        )
    ),
    "tagged": rss(lambda a: desc(f"{a.html}<p>Tags: council, island, winter</p>")),
    "json-with-image": json_feed(
        lambda a: {
            "content_html": image(a) + a.html,
            "summary": a.words(20) + "…",
            "image": "https://courier.example/i.jpg",
        }
    ),
    "atom-both-de": atom(
        lambda a: (
            f"<summary>{escape(a.dek)}</summary><content type='html'>"
            f"{escape(a.html)}</content>"
        ),
        "de",
    ),
    "related-in-german": rss(
        lambda a: (
            desc(a.dek)
            + content(
                f"{a.html}<p>Lesen Sie auch: {more(a, 'Neue Busse für Hohenau')}</p>"
            )
        ),
        "de",
    ),
}
EXCERPTS |= {
    "half-of-it": rss(lambda a: desc(a.dek) + content(two(a))),
    "lead-and-half-sentence": rss(
        lambda a: content(f"<p>{a.paragraphs[0]}</p><p>{a.paragraphs[1][:90]}</p>")
    ),
    "long-cut": rss(lambda a: content(f"{half(a)}<p>{a.paragraphs[-2][:60]}…</p>")),
    "bold-dek": rss(lambda a: desc(f"<strong>{a.dek}</strong><br/>Foto: dpa"), "de"),
    "dek-with-author": rss(lambda a: desc(f"{a.dek} By {a.author}.")),
    "dek-with-dateline": rss(lambda a: desc(f"Hohenau - {a.dek}"), "de"),
    "members-de": rss(
        lambda a: content(
            f"{two(a)}<p>Dieser Artikel ist exklusiv für Abonnenten des Kuriers.</p>"
        ),
        "de",
    ),
    "subscribe-to-read": rss(
        lambda a: content(f"{two(a)}<p>Subscribe to read the rest.</p>")
    ),
    "most-cut-one-short": rss(
        alternating(lambda a: desc(a.words(55) + " [&#8230;]"), lambda a: desc(a.dek))
    ),
    "ganzen-artikel": rss(
        lambda a: desc(
            f"{a.dek}<br/>{more(a, 'Den ganzen Artikel lesen: ' + a.title)}"
        ),
        "de",
    ),
    "more-arrow": rss(lambda a: desc(f"<p>{a.paragraphs[0]} {more(a, 'More »')}</p>")),
    "read-at": rss(
        lambda a: desc(f"<p>{a.paragraphs[0]}</p>{more(a, 'Read more at Courier')}")
    ),
    "podcast-teaser": rss(
        lambda a: (
            desc(a.dek)
            + '<enclosure url="https://c.example/1.mp3" type="audio/mpeg" length="1"/>'
        )
    ),
    "rdf-cut": rdf(lambda a: desc(a.words(25) + "..."), "de"),
    "atom-content-cut": atom(
        lambda a: (
            f"<content type='html'>{escape('<p>' + a.words(40) + '…</p>')}</content>"
        )
    ),
}
