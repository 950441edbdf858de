"""Walls and wrong pages of other forms, written after the rules were."""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from digests.sources.article_page import PageVerdict
from tests.data.full_texts.articles import Story, load_stories
from tests.data.full_texts.sites import courier, kurier, social, teasers, weblog
from tests.data.full_texts.walls import Answer, plain, start

EN, DE = load_stories("en"), load_stories("de")
FERRY, LIBRARY, NURSES, CHIPS, CUP, SALMON, PHONES = EN
BRIDGE, CLINIC, SOLAR, WOLF, COUNCIL = DE

BRIEFING = replace(
    FERRY,
    slug="briefing",
    title="Morning briefing",
    seo="Morning briefing",
    dek="Ferries, fish and a flat tyre: what the region talks about today.",
)
YESTERDAY = replace(
    BRIEFING,
    dek="The budget, a burst pipe and the new swimming pool.",
    paragraphs=(
        "Good morning. The county votes on its budget today, and nobody knows how "
        "it will "
        "end; our reporter sits in the hall and writes down what is said.",
        "A burst pipe has left four streets of Calder without water since five. The "
        "works "
        "hope to have it mended by noon, and hand out bottles at the church.",
        "The new swimming pool opens on Saturday with free tickets for children, a "
        "brass "
        "band and a dive by the mayor, who has practised since the summer.",
    ),
)


def more_paywalls() -> Iterator[tuple[str, Story, str]]:
    yield (
        "access is verified",
        FERRY,
        courier(
            FERRY,
            start(FERRY, 3),
            after="<div><p>Thank you for your patience while we verify access. If "
            "you are in "
            "Reader mode please exit and log into your account.</p><p>Already a "
            "subscriber? "
            "Log in.</p><p>Want all of the Courier? Subscribe.</p></div>",
        ),
    )
    yield (
        "free account",
        LIBRARY,
        courier(
            LIBRARY,
            start(LIBRARY),
            after="<div><h2>Access this article for free</h2><p>Create a free "
            "account to read "
            "on.</p><button>Go on</button></div>",
        ),
    )
    yield (
        "trial",
        NURSES,
        courier(
            NURSES,
            start(NURSES, 3),
            after="<div><h3>Continue with a free trial</h3><p>Get full access to "
            "the app and "
            "the archive.</p><p>Already have an account? Log in</p></div>",
        ),
    )
    yield (
        "Zugang",
        BRIDGE,
        kurier(
            BRIDGE,
            start(BRIDGE),
            after="<div><h3>Zugang zu allen K+Artikeln</h3><ul><li>Alle Artikel auf "
            "kurier."
            "example lesen</li><li>Jederzeit kündbar</li></ul><a>Jetzt Zugang "
            "sichern</a>"
            "</div>",
        ),
    )
    yield (
        "diesen Artikel weiterlesen",
        CLINIC,
        kurier(
            CLINIC,
            start(CLINIC, 3),
            after="<section><h2>Diesen Artikel weiterlesen mit KURIER+</h2><p>Sie "
            "haben "
            "bereits ein Abonnement? Hier anmelden</p></section>",
        ),
    )
    yield (
        "ohne Wort",
        SOLAR,
        kurier(
            SOLAR,
            start(SOLAR) + f"<p class='fade'>{SOLAR.paragraphs[2][:90]}</p>",
            after="<div class='pay'><button>Angebote</button></div>",
        ),
    )
    yield (
        "möchten Sie weiterlesen",
        WOLF,
        kurier(
            WOLF,
            start(WOLF, 3),
            after="<div><h3>Sie möchten weiterlesen?</h3><p>Wählen Sie das Abo, das "
            "zu Ihnen "
            "passt.</p><p>Monatsabo, erster Monat für 1 €</p></div>",
        ),
    )
    yield (
        "unlock",
        CUP,
        weblog(
            CUP,
            start(CUP),
            after="<div><h3>Join to unlock this post</h3><p>Become a member for 3 "
            "crowns a "
            "month.</p></div>",
        ),
    )
    yield (
        "to read the full story",
        SALMON,
        courier(
            SALMON,
            start(SALMON)
            + "<p><em>To read the full story, subscribe or sign in.</em></p>",
        ),
    )
    yield (
        "exclusive to",
        PHONES,
        courier(
            PHONES,
            start(PHONES, 4),
            after="<p>This content is exclusive to Courier subscribers.</p>",
        ),
    )


def more_others() -> Iterator[tuple[PageVerdict, str, Story, str, str]]:
    yield (
        "consent",
        "we need it",
        COUNCIL,
        plain(
            "Kurier",
            "<h1>Wir benötigen Ihre Zustimmung</h1><p>Damit wir Ihnen Inhalte "
            "zeigen können, brauchen wir und 98 Partner Ihre Einwilligung. Details "
            "finden Sie in der Datenschutzerklärung.</p><button>Zustimmen</button>"
            "<button>Einstellungen verwalten</button>",
            lang="de",
        ),
        "",
    )
    yield (
        "consent",
        "over an empty page",
        CHIPS,
        plain(
            CHIPS.title,
            f"<h1>{CHIPS.title}</h1><p>{CHIPS.dek}</p><div><p>Your privacy "
            "is important to us. With your agreement, we and our 412 partners use "
            "cookies or similar technologies to store, access, and process personal "
            "data like your visit on this website.</p><button>Agree and close</button>"
            "<button>Learn more</button></div>",
            social(CHIPS),
        ),
        "",
    )
    yield (
        "not_found",
        "not in your country",
        NURSES,
        plain(
            "Courier",
            "<h1>Not available in your region</h1><p>We recognise that you "
            "are trying to open this website from a country of the European Economic "
            "Area, where the GDPR applies, and therefore access cannot be granted at "
            "this time. For any issues write to help@courier.example.</p>",
        ),
        "",
    )
    yield (
        "not_found",
        "cannot find",
        FERRY,
        plain(
            "Courier", f"<h1>We can’t find that page</h1>{teasers(SALMON, 'Latest')}"
        ),
        "",
    )
    yield (
        "not_found",
        "nichts zu sehen",
        WOLF,
        plain(
            "404 | Kurier",
            f"<h1>Hier gibt es leider nichts zu sehen</h1>{teasers(BRIDGE, 'Neu')}",
            lang="de",
        ),
        "",
    )
    listed = "".join(
        f"<article><a href='{one.link}'><h3>{escape(one.title)}</h3></a><p>"
        f"{escape(one.dek)}</p></article>"
        for one in DE
    )
    yield (
        "front_page",
        "section with its lead",
        BRIDGE,
        plain(
            "Lokales - Kurier",
            f"<h1>Lokales</h1>{listed}",
            '<meta property="og:type" content="website">',
            "de",
        ),
        "/news/",
    )
    yield (
        "front_page",
        "topic",
        WOLF,
        plain(
            "Thema: Wolf",
            f"<h1>Wolf</h1>{listed}",
            '<meta property="og:type" content="website">',
            "de",
        ),
        "/thema/wolf",
    )
    yield (
        "media",
        "video of a broadcaster",
        CLINIC,
        plain(
            f"Video: {CLINIC.title}",
            f"<h1>{CLINIC.title}</h1><div class='player'></div>"
            f"<p>{CLINIC.dek}</p><p>{CLINIC.paragraphs[1]}</p><p>05.01.2026 | 02:14 min"
            "</p>",
            social(CLINIC, "video.episode"),
            "de",
        ),
        "",
    )
    yield (
        "media",
        "podcast",
        PHONES,
        courier(PHONES, f"<p>{PHONES.paragraphs[0][:200]}</p>"),
        "/podcasts/phones",
    )
    yield (
        "other_article",
        "column of another day",
        BRIEFING,
        courier(YESTERDAY, YESTERDAY.html),
        "",
    )
    yield (
        "other_article",
        "advertisement",
        SALMON,
        plain(
            "Win a weekend on the coast",
            "<h1>Win a weekend on the coast</h1>"
            + "".join(
                f"<p>{line}</p>"
                for line in (
                    "Tell us your favourite walk and win two nights for two people "
                    "in the "
                    "Seaview hotel of Lorne Point, with breakfast and a boat trip.",
                    "Closing date is the last day of the month. The winner is drawn "
                    "and "
                    "informed in writing; there is no appeal, and no cash alternative.",
                    "By taking part you agree to the terms, which you find at the "
                    "office.",
                )
            ),
        ),
        "/win",
    )
    yield (
        "cut",
        "whole at the agency",
        LIBRARY,
        courier(
            LIBRARY,
            start(LIBRARY, 1) + f"<p>{LIBRARY.paragraphs[1]}</p><p><a href="
            "'https://agency.example/1'>Continue reading at the agency</a></p>",
        ),
        "",
    )
    yield (
        "cut",
        "points only",
        COUNCIL,
        kurier(
            COUNCIL, "".join(f"<p>{line[:70]} …</p>" for line in COUNCIL.paragraphs)
        ),
        "",
    )
    yield (
        "no_text",
        "form of a single sign-on",
        CUP,
        plain(
            "Continue",
            "<form action='/saml'><p>Note: Since your browser does not "
            "support JavaScript, you must press the button to proceed.</p><input "
            "type=submit value=Continue></form>",
        ),
        "",
    )
    yield (
        "no_text",
        "embedded post",
        SOLAR,
        plain(
            SOLAR.title,
            f"<h1>{SOLAR.title}</h1><p>{SOLAR.dek}</p><blockquote "
            "class='embed'>Ein Beitrag wird hier gezeigt.</blockquote>",
            social(SOLAR),
            "de",
        ),
        "",
    )


def load_more_walls() -> tuple[Answer, ...]:
    """All pages, each with the verdict that is expected of it."""
    walls = [
        Answer(name=f"paywall: {name}", story=story, html=html, verdict="paywall")
        for name, story, html in more_paywalls()
    ]
    walls += [
        Answer(
            name=f"{verdict}: {name}",
            story=story,
            html=html,
            verdict=verdict,
            path=path,
        )
        for verdict, name, story, html, path in more_others()
    ]
    return tuple(walls)
