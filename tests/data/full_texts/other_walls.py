"""Walls and wrong pages of a third kind: rarer words, and forms without metadata."""

from html import escape

from digests.sources.article_page import PageVerdict
from tests.data.full_texts.articles import Story, load_stories
from tests.data.full_texts.sites import courier, kurier, social, teasers, weblog
from tests.data.full_texts.walls import Answer, plain, start

EN, DE = load_stories("en"), load_stories("de")
FERRY, LIBRARY, NURSES, CHIPS, CUP, SALMON, PHONES = EN
BRIDGE, CLINIC, SOLAR, WOLF, COUNCIL = DE


def load_other_walls() -> tuple[Answer, ...]:
    """All pages, each with the verdict that is expected of it."""
    found: list[Answer] = []

    def add(
        verdict: PageVerdict, name: str, story: Story, html: str, path: str = ""
    ) -> None:
        found.append(
            Answer(
                name=f"{verdict}: {name}",
                story=story,
                html=html,
                verdict=verdict,
                path=path,
            )
        )

    add(
        "paywall",
        "supporters",
        FERRY,
        courier(
            FERRY,
            start(FERRY, 3),
            after="<div class=gate><h3>This story is free for supporters</h3><p>Log "
            "in or support us from 3 pounds a month to see all of it.</p></div>",
        ),
    )
    add(
        "paywall",
        "epaper",
        BRIDGE,
        kurier(
            BRIDGE,
            start(BRIDGE, 3)
            + "<div><p>Den vollständigen Bericht finden Sie im E-Paper und für "
            "Abonnenten mit Digitalzugang.</p></div>",
        ),
    )
    add(
        "paywall",
        "login area",
        CLINIC,
        kurier(
            CLINIC,
            start(CLINIC)
            + "<p>Der komplette Artikel steht nur eingeloggten Nutzern zur "
            "Verfügung.</p>",
        ),
    )
    add(
        "paywall",
        "day pass",
        CUP,
        courier(
            CUP,
            start(CUP, 2),
            after="<ul><li>Day pass 1.50</li><li>Monthly 9.90</li><li>Yearly "
            "99</li></ul><p>You are reading a preview.</p>",
        ),
    )
    add(
        "paywall",
        "preview",
        SALMON,
        weblog(
            SALMON,
            start(SALMON, 3)
            + "<p>This is a preview of a members' post. Choose a membership to see "
            "the whole post.</p>",
        ),
    )
    add(
        "paywall",
        "hidden by class",
        PHONES,
        courier(
            PHONES,
            start(PHONES, 2) + "<div class='truncated'></div>",
            after="<div class='subscribe-wall'><p>Enjoying this? Become a "
            "subscriber for unlimited access.</p><button>Subscribe</button></div>",
        ),
    )
    add(
        "paywall",
        "Sie haben noch",
        SOLAR,
        kurier(
            SOLAR,
            start(SOLAR, 3),
            after="<div><h4>Noch kein Abo?</h4><p>Mit KurierPlus haben Sie Zugriff "
            "auf alle Inhalte.</p><p>Ab 0,99 € testen</p></div>",
        ),
    )
    add(
        "paywall",
        "gift",
        LIBRARY,
        courier(
            LIBRARY,
            start(LIBRARY, 3),
            after="<div><p>You have read your last free article.</p><p>Subscribe "
            "for 1 crown a week.</p></div>",
        ),
    )
    add(
        "paywall",
        "register 2",
        NURSES,
        courier(
            NURSES,
            start(NURSES, 2),
            after="<div><h2>Register for free to keep reading</h2><p>It takes less "
            "than a minute.</p></div>",
        ),
    )
    add(
        "paywall",
        "angemeldet",
        WOLF,
        kurier(
            WOLF,
            start(WOLF, 2)
            + "<div><h3>Bitte anmelden</h3><p>Dieser Inhalt ist unseren Leserinnen "
            "und Lesern mit Konto vorbehalten.</p></div>",
        ),
    )
    add(
        "consent",
        "didomi",
        COUNCIL,
        plain(
            COUNCIL.title,
            "<h1>Mit Ihrer Zustimmung</h1><p>Mit Ihrer Zustimmung nutzen wir und "
            "unsere 731 Partner Cookies oder ähnliche Technologien, um "
            "personenbezogene Daten wie Ihren Besuch auf dieser Website zu "
            "speichern, abzurufen und zu verarbeiten.</p><button>Annehmen und "
            "schließen</button><button>Ohne Einwilligung fortfahren</button>",
            social(COUNCIL),
            "de",
        ),
    )
    add(
        "consent",
        "tcf en",
        CHIPS,
        plain(
            "Privacy",
            "<h2>Welcome to Courier</h2><p>To show you this page we need your "
            "permission. Vendors may process your data for the purposes listed "
            "below: storage of information, personalised ads, ad "
            "measurement.</p><button>I agree</button><button>More "
            "options</button><a>Privacy policy</a>",
        ),
        "/privacy/consent-manager",
    )
    add(
        "login",
        "members area",
        CUP,
        plain(
            "Members",
            "<h1>Members "
            "area</h1><form><label>User</label><input><label>Password</label><input "
            "type=password></form>",
        ),
        "/members/signin",
    )
    add(
        "login",
        "sso same",
        NURSES,
        plain(
            "Log in to continue",
            "<h1>Log in to continue</h1><form><input "
            "type=email><button>Next</button></form>",
        ),
    )
    add(
        "not_found",
        "moved",
        FERRY,
        plain(
            "Courier",
            "<h1>We've moved</h1><p>Our site has a new address, and old links do "
            "not work any more. Please use the search.</p>" + teasers(CUP, "Latest"),
        ),
    )
    add(
        "not_found",
        "gone de",
        BRIDGE,
        plain(
            "Kurier",
            "<h1>Diese Seite gibt es nicht mehr</h1>" + teasers(WOLF, "Neu"),
            lang="de",
        ),
    )
    add(
        "not_found",
        "expired",
        SALMON,
        plain(
            "Courier",
            "<h1>Sorry, this content is no longer online</h1><p>Agency articles are "
            "deleted after 30 days.</p>" + teasers(CUP, "Latest"),
        ),
    )
    add(
        "front_page",
        "home without og",
        LIBRARY,
        plain(
            "Hallin Courier",
            "".join(
                f"<div><h2><a "
                f"href={one.link}>{escape(one.title)}</a></h2>"
                f"<p>{escape(one.dek)}</p></div>"
                for one in EN
            ),
        ),
        "/home",
    )
    add(
        "front_page",
        "search",
        CHIPS,
        plain(
            "Search",
            "<h1>Search results</h1>"
            + "".join(
                f"<div><h3><a "
                f"href={one.link}>{escape(one.title)}</a></h3>"
                f"<p>{escape(one.dek)}</p></div>"
                for one in EN
            ),
        ),
        "/search",
    )
    add(
        "media",
        "gallery captions",
        WOLF,
        kurier(
            WOLF,
            "".join(
                f"<figure><img src=/{n}.jpg><figcaption>{WOLF.paragraphs[n][:110]} "
                f"Foto: dpa</figcaption></figure>"
                for n in range(6)
            ),
        ),
        "/fotos/wolf",
    )
    add(
        "media",
        "tiktok",
        PHONES,
        plain(
            PHONES.title,
            f"<h1>{PHONES.title}</h1><p>{PHONES.dek}</p><p>Watch our reporter Ruth "
            f"Adeyemi explain the study in ninety seconds, with pictures from the "
            f"yard.</p><video></video>",
            social(PHONES, "video"),
        ),
    )
    add(
        "other_article",
        "weather other day",
        FERRY,
        courier(LIBRARY, LIBRARY.html).replace(
            LIBRARY.title, "Ferry news: storm hits the library"
        ),
    )
    add("other_article", "sponsored", CUP, courier(CHIPS, CHIPS.html), "/sponsored/1")
    add(
        "cut",
        "teaser page of an aggregator",
        BRIDGE,
        plain(
            BRIDGE.title,
            f"<h1>{BRIDGE.title}</h1><p>{BRIDGE.dek}</p>"
            f"<p>{BRIDGE.paragraphs[0]}</p><p>{BRIDGE.paragraphs[1]}</p><p><a "
            f"href='https://kurier.example/1'>Weiterlesen auf kurier.example</a></p>",
            social(BRIDGE),
            "de",
        ),
    )
    add("cut", "mid word", SOLAR, kurier(SOLAR, f"<p>{SOLAR.letters(520)}</p>"))
    add(
        "no_text",
        "loading",
        SALMON,
        plain(SALMON.title, "<div>Loading...</div>", social(SALMON)),
    )
    add(
        "no_text",
        "interactive",
        COUNCIL,
        kurier(COUNCIL, "<div id=chart></div><p>Quelle: Stadt</p>"),
    )
    return tuple(found)
