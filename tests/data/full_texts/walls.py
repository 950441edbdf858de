"""Pages that are not the announced article: walls, forms, errors, other pages.

Each is written as such pages are built, beside the verdict that is expected of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from digests.sources.article_page import PageVerdict
from tests.data.full_texts.articles import Story, load_stories
from tests.data.full_texts.sites import (
    amp,
    courier,
    gazette,
    kurier,
    letter,
    others,
    schema,
    social,
    teasers,
    weblog,
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a site answers to a request for the page of a story."""

    name: str
    story: Story
    html: str
    verdict: PageVerdict
    #: The path that answered, after redirects; "" = the one that was asked.
    path: str = ""
    #: The host that answered.
    host: str = "courier.example"

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}" if self.path else self.story.link


EN, DE = load_stories("en"), load_stories("de")
FERRY, LIBRARY, NURSES, CHIPS, CUP, SALMON, PHONES = EN
BRIDGE, CLINIC, SOLAR, WOLF, COUNCIL = DE


def start(one: Story, count: int = 2) -> str:
    """The free part: the first paragraphs."""
    return "".join(f"<p>{escape(line)}</p>" for line in one.paragraphs[:count])


LOREM = (
    "<div class='blurred'><p>Lorem ipsum dolor sit amet, consetetur sadipscing "
    "elitr, sed "
    "diam nonumy eirmod tempor invidunt ut labore et dolore magna aliquyam erat.</p>"
    "<p>At vero eos et accusam et justo duo dolores et ea rebum. Stet clita kasd "
    "gubergren, no sea takimata sanctus est.</p></div>"
)
PART_FOR_MONEY = {
    "isAccessibleForFree": False,
    "hasPart": {
        "@type": "WebPageElement",
        "isAccessibleForFree": False,
        "cssSelector": ".paywall",
    },
}


def paywalls() -> Iterator[tuple[str, Story, str]]:
    yield (
        "declared, whole text in it",
        FERRY,
        courier(
            FERRY,
            f'<div class="paywall">{FERRY.html}</div>',
            schema(FERRY, **PART_FOR_MONEY),
        ),
    )
    yield (
        "declared as a word",
        LIBRARY,
        courier(LIBRARY, start(LIBRARY), schema(LIBRARY, isAccessibleForFree="False")),
    )
    yield (
        "declared for a part in a list",
        NURSES,
        courier(
            NURSES,
            start(NURSES, 3),
            schema(
                NURSES,
                hasPart=[
                    {"@type": "WebPageElement", "isAccessibleForFree": "True"},
                    {
                        "@type": "WebPageElement",
                        "isAccessibleForFree": "http://schema.org/False",
                        "cssSelector": ".locked",
                    },
                ],
            ),
        ),
    )
    yield (
        "declared in microdata",
        CHIPS,
        gazette(
            CHIPS,
            '<div itemscope itemtype="http://schema.org/NewsArticle"><meta '
            f'itemprop="isAccessibleForFree" content="False">{start(CHIPS, 3)}</div>',
        ),
    )
    yield (
        "content tier",
        CUP,
        courier(
            CUP,
            start(CUP, 3),
            '<meta property="article:content_tier" content="locked">',
        ),
    )
    yield (
        "box below the text",
        SALMON,
        courier(
            SALMON,
            start(SALMON) + '<div class="offer"><h3>Subscribe to continue '
            "reading</h3><p>From 2 crowns a week.</p><a href='/s'>Subscribe</a></div>",
        ),
    )
    yield (
        "members of a newsletter",
        PHONES,
        weblog(
            PHONES,
            start(PHONES) + '<aside class="gh-post-upgrade-cta"><h2>This post '
            "is for subscribers only</h2><a>Subscribe now</a><p>Already have an "
            "account? "
            "<a>Sign in</a></p></aside>",
        ),
    )
    yield (
        "paid letter",
        FERRY,
        letter(
            FERRY,
            start(FERRY, 3),
            after='<div class="paywall"><h2>This post is for '
            "paid subscribers</h2><a>Subscribe</a><div>Already a paid subscriber? "
            "<a>Sign in</a></div></div>",
        ),
    )
    yield (
        "stops in a sentence",
        LIBRARY,
        courier(
            LIBRARY,
            start(LIBRARY) + f"<p>{LIBRARY.paragraphs[2][:70]}</p>"
            '<div id="piano-inline"><p>Subscribe to continue</p></div>',
        ),
    )
    yield (
        "meter",
        NURSES,
        courier(
            NURSES,
            start(NURSES, 2),
            after='<div class="meter"><p>You’ve reached '
            "your limit of free articles this month.</p><button>See options</button>"
            "</div>",
        ),
    )
    yield (
        "weiterlesen mit Plus",
        BRIDGE,
        kurier(
            BRIDGE,
            start(BRIDGE) + '<div class="pw"><h3>Weiterlesen mit KURIER+</h3>'
            "<p>Alle Artikel auf kurier.example</p><p>Monatlich kündbar</p></div>",
        ),
    )
    yield (
        "exklusiv",
        CLINIC,
        kurier(
            CLINIC,
            start(CLINIC) + "<p><strong>Dieser Artikel ist exklusiv für unsere "
            "Abonnenten.</strong></p><a href='/abo'>Zu den Angeboten</a>",
        ),
    )
    yield (
        "nur Angebote",
        SOLAR,
        kurier(
            SOLAR,
            start(SOLAR, 3) + "<div><p>4 Wochen gratis testen</p><p>Danach für "
            "nur 9,99 € im Monat, jederzeit kündbar</p><p>Schon Abonnent? Hier "
            "anmelden</p></div>",
        ),
    )
    yield (
        "registrieren",
        WOLF,
        kurier(
            WOLF,
            start(WOLF) + "<div><p>Jetzt kostenlos registrieren und "
            "weiterlesen</p><form><input name=mail></form></div>",
        ),
    )
    yield (
        "mit Abo weiterlesen",
        COUNCIL,
        kurier(
            COUNCIL,
            start(COUNCIL, 3) + "<div class='o'><h4>Jetzt mit dem Digital-Abo "
            "weiterlesen</h4><p>Erster Monat 1 Euro</p></div>",
        ),
    )
    yield (
        "only offers",
        CHIPS,
        courier(
            CHIPS,
            start(CHIPS, 3),
            after="<section><p>Already a subscriber? Sign "
            "in</p><h2>Start your free trial</h2><p>Cancel anytime.</p></section>",
        ),
    )
    yield (
        "member-only story",
        CUP,
        weblog(
            CUP,
            "<p>Member-only story</p>" + start(CUP) + "<h2>Create an account to "
            "read the full story.</h2><p>The author made this story available to "
            "members only.</p><p>Continue in app</p>",
        ),
    )
    yield (
        "long free part",
        PHONES,
        courier(
            PHONES,
            start(PHONES, 5),
            after="<div><h3>The rest of this article is for "
            "supporters</h3><p>Keep reading with a pass for a day.</p></div>",
        ),
    )
    yield (
        "AMP subscriptions",
        FERRY,
        amp(
            FERRY,
            start(FERRY) + '<section subscriptions-section="content-not-granted">'
            "<p>Log in or subscribe to read the full article.</p></section>",
        ),
    )
    yield (
        "blurred filling",
        WOLF,
        kurier(
            WOLF,
            start(WOLF) + LOREM + "<div><b>Nur für Abonnenten</b><p>Jetzt "
            "testen und sofort weiterlesen</p></div>",
        ),
    )
    yield (
        "um weiterzulesen",
        BRIDGE,
        gazette(
            BRIDGE,
            start(BRIDGE, 3) + "<p>Bitte melden Sie sich an, um weiterzulesen.</p>",
        ),
    )


CONSENT_TEXT = """<h1>We value your privacy</h1><p>We and our 214 partners store and/or
access information on a device, such as cookies, and process personal data, such as
unique
identifiers, for personalised advertising and content, measurement and audience
research.
</p><p>Some of our partners do not ask for your consent and rely on their legitimate
interest. You can change your choices at any time in our privacy policy.</p>
<button>Accept all</button><button>Reject all</button>
<button>Manage settings</button>"""
CONSENT_TEXT_DE = """<h2>Kurier mit Werbung lesen</h2><p>Besuchen Sie kurier.example wie
gewohnt mit Werbung und Tracking. Wir und unsere 187 Partner speichern Informationen auf
Ihrem Gerät und verarbeiten personenbezogene Daten, um Inhalte und Anzeigen zu
personalisieren. Ihre Einwilligung können Sie jederzeit widerrufen.</p><p>Oder lesen Sie
uns werbefrei mit dem Pur-Abo für 2,99 Euro im Monat. Bereits Pur-Leser? Anmelden.</p>
<button>Zustimmen und weiter</button><a>Datenschutzerklärung</a><a>Impressum</a>"""


def plain(title: str, body: str, head: str = "", lang: str = "en") -> str:
    return (
        f"<!DOCTYPE html><html lang={lang}><head><title>{title}</title>{head}</head>"
        f"<body>{body}</body></html>"
    )


def consents() -> Iterator[tuple[str, Story, str, str, str]]:
    yield (
        "host of its own",
        FERRY,
        plain("Courier", CONSENT_TEXT),
        "/v2/collectConsent",
        "consent.courier.example",
    )
    yield "at the address itself", LIBRARY, plain("Courier", CONSENT_TEXT), "", ""
    yield (
        "with the title of the article",
        NURSES,
        plain(f"{NURSES.title} | Courier", CONSENT_TEXT, social(NURSES)),
        "",
        "",
    )
    yield "pur", BRIDGE, plain("Kurier", CONSENT_TEXT_DE, lang="de"), "", ""
    yield (
        "pur with the title",
        SOLAR,
        plain(SOLAR.title, CONSENT_TEXT_DE, social(SOLAR), "de"),
        "",
        "",
    )
    yield (
        "before you continue",
        CHIPS,
        plain(
            "Before you continue",
            "<h1>Before you continue</h1><p>We use cookies and "
            "data to deliver and maintain our services, to track outages and to "
            "measure audience engagement.</p><p>If you choose “Accept all”, we will "
            "also use cookies to show personalised ads.</p><button>Reject all</button>"
            "<button>Accept all</button><a>Your privacy choices</a>",
        ),
        "",
        "",
    )
    yield (
        "cookie wall by a path",
        CLINIC,
        plain("Kurier", CONSENT_TEXT_DE, lang="de"),
        "/cmp/wall",
        "",
    )
    yield (
        "bevor Sie fortfahren",
        WOLF,
        plain(
            "Datenschutzeinstellungen",
            "<h1>Bevor Sie fortfahren</h1><p>Wir verwenden "
            "Cookies und ähnliche Techniken. Mit «Alle akzeptieren» willigen Sie ein, "
            "dass wir und unsere Partner Ihre personenbezogenen Daten verarbeiten.</p>"
            "<button>Alle akzeptieren</button><button>Alle ablehnen</button>"
            "<a>Cookie-Einstellungen</a>",
            lang="de",
        ),
        "",
        "",
    )
    yield (
        "notice of a page without text",
        CUP,
        courier(CUP, "", after=f"<div class='notice'>{CONSENT_TEXT}</div>"),
        "",
        "",
    )
    yield (
        "zustimmung",
        COUNCIL,
        plain("Zustimmung", CONSENT_TEXT_DE, lang="de"),
        "/zustimmung/",
        "",
    )


LOGIN = (
    "<h1>Sign in</h1><form><label>E-mail</label><input "
    "type=email><label>Password</label>"
    "<input type=password><button>Sign in</button></form><p>New here? Create an "
    "account. "
    "With your account you can save articles, comment on them and manage your "
    "newsletters.</p><a>Forgot your password?</a>"
)


def logins() -> Iterator[tuple[str, Story, str, str, str]]:
    yield "path", FERRY, plain("Sign in | Courier", LOGIN), "/login", ""
    yield (
        "host for accounts",
        LIBRARY,
        plain("Courier ID", LOGIN),
        "/authorize",
        "account.courier.example",
    )
    yield "at the address itself", SALMON, plain("Courier", LOGIN), "", ""
    yield (
        "anmelden",
        COUNCIL,
        plain(
            "Anmelden",
            "<h2>Anmelden</h2><p>Bitte melden Sie sich mit Ihren "
            "Zugangsdaten an.</p><form><input type=text><input type=password>"
            "<button>Anmelden</button></form><p>Noch kein Konto? Jetzt "
            "registrieren.</p>",
            lang="de",
        ),
        "/anmelden",
        "",
    )
    yield (
        "forum",
        CHIPS,
        plain(
            "Information",
            "<h2>Information</h2><p>You must be logged in to view this "
            "topic. If you have no account yet, ask an administrator of the board to "
            "make one for you; that takes a day or two.</p><form><input name=u><input "
            "type=password></form>",
        ),
        "",
        "",
    )
    yield (
        "registration",
        WOLF,
        plain(
            "Registrieren",
            "<h1>Registrieren</h1><p>Ein Konto ist kostenlos.</p>"
            "<form><input type=email><input type=password></form>",
            lang="de",
        ),
        "/registrieren",
        "",
    )


def errors() -> Iterator[tuple[str, Story, str]]:
    lists = teasers(FERRY, "Most read")
    yield (
        "page not found",
        LIBRARY,
        plain(
            "Page not found | Courier",
            f"<h1>Page not found</h1><p>We are sorry, but "
            f"the page that you were looking for is not here.</p>{lists}",
        ),
    )
    yield (
        "seite nicht gefunden",
        BRIDGE,
        plain(
            "Seite nicht gefunden",
            "<h1>Seite nicht gefunden</h1><p>Die Seite wurde "
            f"gelöscht oder verschoben.</p>{teasers(WOLF, 'Meistgelesen')}",
            lang="de",
        ),
    )
    yield "a number", NURSES, plain("404", f"<h1>Hm.</h1>{lists}")
    yield (
        "article is no longer available",
        CHIPS,
        plain("Courier", f"<h1>This article is no longer available</h1>{lists}"),
    )
    yield (
        "with the announced title in a list",
        LIBRARY,
        plain(
            "Oops! | Town Notes",
            "<h1>Oops! That page can’t be found.</h1><p>Try a "
            f"search.</p>{teasers(SALMON, 'Recent posts')}",
        ),
    )
    yield (
        "nicht mehr verfügbar",
        CLINIC,
        plain(
            "Kurier",
            "<h1>Der Beitrag ist nicht mehr verfügbar</h1><p>Aus rechtlichen "
            "Gründen dürfen wir Beiträge nur ein Jahr lang zeigen. In der Mediathek "
            f"finden Sie aktuelle Sendungen.</p>{teasers(SOLAR, 'Aktuell')}",
            lang="de",
        ),
    )
    yield (
        "removed",
        CUP,
        plain(
            "Story removed",
            "<h1>This story has been removed</h1><p>It was published "
            f"in error.</p>{lists}",
        ),
    )
    yield (
        "fehler",
        WOLF,
        plain(
            "Fehler 404",
            "<h1>Fehler</h1><p>Die aufgerufene Adresse existiert nicht. "
            f"</p>{teasers(BRIDGE, 'Beliebt')}",
            lang="de",
        ),
    )


def front(first: Story, stories: tuple[Story, ...], lang: str = "en") -> str:
    """A front page with a lead story."""
    blocks = "".join(
        f'<article><h2><a href="{one.link}">{escape(one.title)}</a></h2>'
        f"<p>{escape(one.dek)}</p></article>"
        for one in (first, *stories)
    )
    head = (
        '<meta property="og:type" content="website"><meta property="og:title" '
        'content="Hallin Courier">'
    )
    return plain(
        "Hallin Courier - news from the region", f"<main>{blocks}</main>", head, lang
    )


def front_pages() -> Iterator[tuple[str, Story, str, str]]:
    yield "root", FERRY, front(FERRY, EN[1:]), "/"
    yield "root without it", LIBRARY, front(NURSES, EN[3:]), "/"
    yield "section", NURSES, front(NURSES, EN[3:]), "/news"
    yield "language", BRIDGE, front(BRIDGE, DE[1:], "de"), "/de/"
    yield "index", CHIPS, front(CUP, EN), "/index.html"
    yield "at the address itself", SALMON, front(SALMON, EN[:4]), ""
    yield "startseite", SOLAR, front(WOLF, DE, "de"), "/startseite"


def media() -> Iterator[tuple[str, Story, str, str]]:
    video = '<div class="player"><video src="/v.mp4" poster="/p.jpg"></video></div>'
    caption = f"<p>{CUP.dek}</p><p>{CUP.paragraphs[2]}</p>"
    yield (
        "video by its kind",
        CUP,
        plain(
            CUP.title,
            f"<h1>{CUP.title}</h1>{video}{caption}",
            social(CUP, "video.other"),
        ),
        "",
    )
    yield (
        "video by its schema",
        SALMON,
        courier(
            SALMON,
            f"{video}<p>{SALMON.paragraphs[3]}</p>",
            schema(SALMON, **{"@type": "VideoObject"}),
        ),
        "",
    )
    pictures = "".join(
        f'<figure><img src="/{n}.jpg" '
        f'alt=""><figcaption>{line[:60]}</figcaption></figure>'
        for n, line in enumerate([*WOLF.paragraphs, *WOLF.paragraphs])
    )
    yield "gallery", WOLF, kurier(WOLF, pictures), "/bilder/wolf-bei-altenrode"
    yield (
        "audio",
        PHONES,
        courier(
            PHONES,
            f"<audio src=/a.mp3></audio><p>{PHONES.paragraphs[3]}</p>",
            schema(PHONES, **{"@type": "AudioObject"}),
        ),
        "",
    )
    yield (
        "live stream",
        COUNCIL,
        kurier(COUNCIL, f"<video></video><p>{COUNCIL.paragraphs[4]}</p>"),
        "/livestream/stadtrat",
    )
    yield (
        "mediathek",
        CLINIC,
        plain(
            CLINIC.title,
            f"<h1>{CLINIC.title}</h1>{video}<p>{CLINIC.dek}</p><p>"
            f"{CLINIC.paragraphs[2]}</p><p>Verfügbar bis 5.1.2027</p>",
            social(CLINIC, "video"),
            "de",
        ),
        "/mediathek/klinik-1204",
    )


def other_articles() -> Iterator[tuple[str, Story, str, str]]:
    yield "same address", FERRY, courier(LIBRARY, LIBRARY.html), ""
    yield "redirected to a newer one", WOLF, kurier(BRIDGE, BRIDGE.html), BRIDGE.slug
    later = replace(
        NURSES,
        title="Calder: mediator invites hospitals and union to talks",
        seo="Talks in Calder",
        dek="The retired judge Halina Brook wants to avert the walkout.",
        paragraphs=(
            "The retired judge Halina Brook has invited the hospital trust of "
            "Calder and "
            "the nurses' union to talks on Wednesday, her office said on Monday.",
            "Brook settled a dispute at the port two years ago. She said that she "
            "would "
            "first listen to both sides alone, for as long as it took.",
            "Neither the trust nor the union wanted to comment before the meeting, "
            "which "
            "is to begin at nine in the morning in the old customs office.",
        ),
    )
    yield "another one on the matter", NURSES, courier(later, later.html), "/news/talks"
    listed = "".join(
        f"<h3>{one.title}</h3><p>{one.paragraphs[0]}</p>" for one in others(SALMON)
    )
    yield (
        "author's page",
        SALMON,
        plain(f"{SALMON.author}, reporter", f"<h1>{SALMON.author}</h1>{listed}"),
        "/authors/vane",
    )
    yield (
        "ticker",
        COUNCIL,
        kurier(
            replace(
                CLINIC,
                title="Newsblog: Alle Nachrichten vom Donnerstag",
                dek="Was heute in der Region wichtig ist",
            ),
            CLINIC.html,
        ),
        "/newsblog",
    )


def cuts() -> Iterator[tuple[str, Story, str]]:
    yield (
        "ellipsis",
        FERRY,
        courier(FERRY, start(FERRY) + f"<p>{FERRY.paragraphs[2][:120]}…</p>"),
    )
    yield (
        "in a sentence",
        CLINIC,
        kurier(CLINIC, start(CLINIC) + f"<p>{CLINIC.paragraphs[2][:80]}</p>"),
    )
    yield (
        "fewer words than declared",
        SALMON,
        courier(SALMON, start(SALMON), schema(SALMON, wordCount=620)),
    )
    yield (
        "link to the whole",
        CHIPS,
        gazette(
            CHIPS,
            f"<p>{CHIPS.paragraphs[0]} {CHIPS.paragraphs[1][:90]}...</p>"
            "<p><a href='https://agency.example/1'>Read the full story</a></p>",
        ),
    )
    yield (
        "three dots",
        WOLF,
        weblog(WOLF, start(WOLF, 3) + f"<p>{WOLF.paragraphs[3][:75]} [...]</p>"),
    )


def without_text() -> Iterator[tuple[str, Story, str]]:
    yield (
        "script",
        NURSES,
        plain(
            NURSES.title,
            '<div id="root"></div><noscript>You need to enable '
            "JavaScript to run this app.</noscript>",
            social(NURSES),
        ),
    )
    yield (
        "challenge",
        LIBRARY,
        plain(
            "Just a moment...",
            "<h1>courier.example</h1><p>Checking if the site "
            "connection is secure. Enable JavaScript and cookies to continue.</p>",
        ),
    )
    yield (
        "document",
        SOLAR,
        kurier(replace(SOLAR, dek=""), "<p><a href='/m.pdf'>Mitteilung (PDF)</a></p>"),
    )
    yield "empty", CUP, plain(CUP.title, "", social(CUP))
    yield (
        "frame",
        PHONES,
        plain(PHONES.title, f"<h1>{PHONES.title}</h1><iframe src='/inner'></iframe>"),
    )


def load_walls() -> tuple[Answer, ...]:
    """All pages, each with the verdict that is expected of it."""
    found: list[Answer] = []

    def add(
        verdict: PageVerdict, name: str, story: Story, html: str, *there: str
    ) -> None:
        path, host = (*there, "", "")[:2]
        found.append(
            Answer(
                name=f"{verdict}: {name}",
                story=story,
                html=html,
                verdict=verdict,
                path=path if not path or path.startswith("/") else f"/news/{path}",
                host=host or "courier.example",
            )
        )

    kinds: tuple[
        tuple[PageVerdict, Iterator[tuple[str, Story, str, *tuple[str, ...]]]], ...
    ]
    kinds = (
        ("paywall", paywalls()),
        ("consent", consents()),
        ("login", logins()),
        ("not_found", errors()),
        ("front_page", front_pages()),
        ("media", media()),
        ("other_article", other_articles()),
        ("cut", cuts()),
        ("no_text", without_text()),
    )
    for verdict, rows in kinds:
        for row in rows:
            add(verdict, *row)
    return tuple(found)
