"""What a page of a published edition shows, and what it is sent with."""

from datetime import timedelta

from bot.storage import picture_store
from tests.bot.corrections.living import correct
from tests.bot.harness import FLOOD
from tests.bot.web.asgi import ask
from tests.bot.web.published.newsstand import (
    HOST,
    PUBLIC_URL,
    Newsstand,
    configure,
    find_link,
)

HOSTILE = """---
title: Kestrel <script>alert(1)</script> & "friends" open a market hall
source: <b>Courier</b>
published: 2026-11-24T09:30:00+00:00
url: https://аpple.example/a"b
---
The mayor of Wendover opened the market hall on Tuesday for 4,000 <i>guests</i>.

“It is <img src=x onerror=alert(1)> a good day for all of us,” said mayor Tamsin Reed.
"""
GERMAN = """---
title: Die Brücke von Hallin ist nach einem Riss gesperrt
source: Hallin Kurier
published: 2026-11-24T09:40:00+00:00
lang: de
---
Die Brücke am Hafen von Hallin wurde am Dienstag nach einem Riss im Träger gesperrt.

„Wir öffnen sie nicht, bevor der Stahl geprüft ist“, sagte die Ingenieurin Ada Brandt.
"""


async def open_page(stand: Newsstand, *article: str):
    return await stand.get(str(await stand.post(*article)))


# ── what it shows ──────────────────────────────────────────────────────────────


async def test_a_page_has_the_stories_with_their_sources(listed):
    page = await open_page(listed)
    assert "The harbour bridge at Hallin was closed on Tuesday" in page.text
    assert "Hallin Courier" in page.text
    assert {h.text().strip() for h in page.tree.css("article h2")} == {
        "Torvale pool reopens after repairs to its roof",
        "Harbour bridge closes after crack is found",
    }


async def test_every_quote_has_an_address_of_its_own(listed):
    page = await open_page(listed)
    quotes = page.tree.css("figure.quote")
    anchors = [str(one.attributes["id"]) for one in quotes]
    assert len(set(anchors)) == len(quotes) > 1
    links = [str(a.attributes["href"]) for a in page.tree.css("figure .here a")]
    assert [link.partition("#")[2] for link in links] == anchors
    assert all(link.startswith(PUBLIC_URL) for link in links)


async def test_a_quote_keeps_its_address_when_another_is_corrected(listed):
    address = str(await listed.post())
    before = (await listed.get(address)).tree.css("figure.quote")
    kept = {str(one.attributes["id"]) for one in before}
    await correct(listed.harness, ("31,000", "13,000"))
    after = (await listed.get(address)).tree.css("figure.quote")
    assert {str(one.attributes["id"]) for one in after} == kept


async def test_a_correction_is_shown_as_it_was_made(listed):
    address = str(await listed.post())
    before = await listed.get(address)
    await correct(listed.harness, ("31,000", "13,000"))
    page = await listed.get(address)
    assert "Corrected 13:07: 31,000 vehicles → 13,000 vehicles" in page.text
    assert "Corrected on 24 November 2026" in page.text
    assert page.header("etag") != before.header("etag")


async def test_a_page_is_corrected_where_messages_are_not_edited(listed):
    await listed.set_web("listed", 'corrections = "tell"')
    address = str(await listed.post())
    await correct(listed.harness, ("31,000", "13,000"))
    assert "31,000 vehicles → 13,000 vehicles" in (await listed.get(address)).text


async def test_a_withdrawn_quote_is_struck_and_its_picture_is_gone(listed):
    address = str(await listed.post())
    await correct(
        listed.harness, ("She added: “Nobody was in danger at any time.”", "")
    )
    page = (await listed.get(address)).tree
    (struck,) = page.css("figure:has(del)")
    assert "Nobody was in danger" in struck.text()
    assert struck.css("img") == []


async def test_words_of_a_feed_are_no_markup(listed):
    page = await open_page(listed, "hostile", HOSTILE)
    assert page.tree.css("script") == []
    assert page.tree.css("article i, article b, img[onerror]") == []
    assert "&lt;script&gt;" in page.text


async def test_a_link_is_shown_with_the_host_that_it_leads_to(listed):
    page = await open_page(listed, "hostile", HOSTILE)
    (link,) = page.tree.css('article h2 a[href*="xn--"]')
    assert link.attributes["href"] == "https://xn--pple-43d.example/a%22b"
    assert "xn--pple-43d.example" in page.text


async def test_an_address_with_user_information_is_no_link(listed):
    hostile = HOSTILE.replace(
        'https://аpple.example/a"b', "https://bank.example@evil.example/"
    )
    page = await open_page(listed, "hostile", hostile)
    assert "evil.example" not in page.text


async def test_a_german_digest_has_a_german_page(listed):
    await listed.set_web("listed", 'language = "de"')
    page = await open_page(listed, "german", GERMAN)
    html = page.tree.css_first("html")
    assert html.attributes["lang"] == "de"
    assert "Alle Ausgaben" in page.text
    assert "24. November 2026" in page.text
    assert page.tree.css('h2 span[lang="de"]') != []


async def test_a_shared_link_shows_title_and_description(listed):
    page = await open_page(listed)
    tags = {
        str(one.attributes["property"]): one.attributes["content"]
        for one in page.tree.css("meta[property]")
    }
    assert tags["og:title"] == "Morning brief · 24 November 2026"
    assert "Harbour bridge closes" in str(tags["og:description"])
    assert (
        tags["og:url"] == page.tree.css_first("link[rel=canonical]").attributes["href"]
    )
    assert str(tags["og:image"]).startswith(f"{PUBLIC_URL}/editions/morning-brief/")
    assert tags["og:image:alt"]


async def test_every_picture_has_an_alternative_text_and_a_size(listed):
    pictures = (await open_page(listed)).tree.css("img")
    assert pictures
    for one in pictures:
        assert one.attributes["alt"]
        assert one.attributes["width"]
        assert one.attributes["height"]


async def test_the_list_has_pages(listed, monkeypatch):
    monkeypatch.setattr("bot.web.published.site.LISTED_AT_ONCE", 1)
    first = await listed.post()
    second = await listed.post("flood", FLOOD)
    page = (await listed.get("/editions/morning-brief")).tree
    assert [a.attributes["href"] for a in page.css("main h2 a")] == [second]
    older = page.css_first("a[rel=next]").attributes["href"]
    page = (await listed.get(str(older))).tree
    assert [a.attributes["href"] for a in page.css("main h2 a")] == [first]
    assert page.css("a[rel=next]") == []


# ── what it is sent with ───────────────────────────────────────────────────────


async def test_nothing_of_other_sites_and_no_code_may_run(listed):
    page = await open_page(listed)
    policy = page.header("content-security-policy")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert page.tree.css("script, style, [style], iframe, form") == []


async def test_no_answer_sets_a_cookie(listed):
    address = str(await listed.post())
    for path in (address, "/editions/morning-brief", "/read/nothing", "/read/icon.svg"):
        assert (await listed.get(path)).header("set-cookie") == ""


async def test_a_reader_who_has_the_page_gets_nothing_but_that(listed):
    address = str(await listed.post())
    page = await listed.get(address)
    assert page.header("cache-control") == "no-cache"
    again = await listed.get(address, if_none_match=page.header("etag"))
    assert (again.status, again.body) == (304, b"")


async def test_a_page_that_is_gone_is_gone_for_caches_too(listed):
    address = str(await listed.post())
    etag = (await listed.get(address)).header("etag")
    await listed.set_web("off")
    assert (await listed.get(address, if_none_match=etag)).status == 404


async def test_the_pictures_of_an_edition_are_served_with_its_page(listed):
    page = await open_page(listed)
    source = str(page.tree.css_first("img").attributes["src"])
    picture = await listed.get(source)
    assert picture.header("content-type") == "image/png"
    assert picture.body.startswith(b"\x89PNG")
    await listed.set_web("off")
    assert (await listed.get(source)).status == 404


async def test_a_picture_of_another_edition_is_not_served(listed):
    page = await open_page(listed)
    name = str(page.tree.css_first("img").attributes["src"]).rpartition("/")[2]
    other = str(await listed.post("flood", FLOOD))
    assert (await listed.get(f"{other}/{name}")).status == 404


async def test_pictures_of_published_editions_are_kept(listed):
    page = await open_page(listed)
    now = listed.harness.clock.advance(timedelta(days=30))
    await listed.harness.db.write(picture_store.prune_pictures, before=now, limit=99)
    source = str(page.tree.css_first("img").attributes["src"])
    assert (await listed.get(source)).status == 200


async def test_what_does_not_exist_is_explained_in_the_readers_language(listed):
    page = await listed.get("/read/nothing", accept_language="de")
    assert page.status == 404
    assert "Seite nicht gefunden" in page.text


async def test_a_request_that_would_change_something_is_refused(listed):
    address = str(await listed.post()).removeprefix(PUBLIC_URL)
    for method in ("POST", "PUT", "DELETE"):
        answer = await ask(listed.site, method, address, b"", HOST)
        assert answer.status == 405


async def test_its_times_are_in_the_zone_of_the_workspace(listed):
    """Noon in London is the next day in Auckland, also without a zone of the digest."""
    there = configure("listed", 'schedule = "daily at 7:00"')
    await listed.harness.apply(there.replace("Europe/Berlin", "Pacific/Auckland"))
    page = await open_page(listed)
    listing = await listed.get("/editions/morning-brief")
    await correct(listed.harness, ("31,000", "13,000"))
    corrected = await listed.get(str(find_link(listed.harness)))
    assert "25 November 2026" in page.text
    assert "25 November 2026, 01:01" in listing.text
    assert "Corrected 01:07" in corrected.text
