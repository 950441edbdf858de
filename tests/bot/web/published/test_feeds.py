"""Atom and JSON Feed of a listed digest, read by real parsers and by the books."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import fastfeedparser
import feedparser
import pytest

from bot.storage import digest_store
from tests.bot.corrections.living import correct
from tests.bot.harness import FLOOD
from tests.bot.publishing.test_undo import undo
from tests.bot.web.published.newsstand import PUBLIC_URL, Newsstand
from tests.bot.web.published.test_pages import HOSTILE

ATOM = "{http://www.w3.org/2005/Atom}"
HOME = f"{PUBLIC_URL}/editions/morning-brief"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


async def read_atom(stand: Newsstand) -> feedparser.FeedParserDict:
    answer = await stand.get(f"{HOME}/feed.atom")
    assert answer.status == 200
    return feedparser.parse(answer.body)


async def read_json(stand: Newsstand) -> dict[str, Any]:
    answer = await stand.get(f"{HOME}/feed.json")
    assert answer.status == 200
    feed: dict[str, Any] = json.loads(answer.body)
    return feed


# ── with real parsers ──────────────────────────────────────────────────────────


async def test_a_feed_reader_finds_the_editions_newest_first(listed):
    first, second = await listed.post(), await listed.post("flood", FLOOD)
    found = await read_atom(listed)
    assert not found.bozo
    assert found.version == "atom10"
    assert [entry.link for entry in found.entries] == [second, first]
    assert found.feed.title == "Morning brief"


async def test_another_feed_reader_finds_the_same(listed):
    address = await listed.post()
    answer = await listed.get(f"{HOME}/feed.atom")
    found = fastfeedparser.parse(answer.text)
    assert [entry.link for entry in found.entries] == [address]


async def test_an_entry_has_the_content_of_its_page(listed):
    await listed.post()
    (entry,) = (await read_atom(listed)).entries
    (content,) = entry.content
    assert content.type == "text/html"
    assert "The harbour bridge at Hallin was closed on Tuesday" in content.value
    assert "<blockquote" in content.value


@pytest.mark.parametrize("feed", ["atom", "json"])
async def test_words_of_a_feed_are_no_markup_in_ours(listed, feed):
    await listed.post("hostile", HOSTILE)
    if feed == "atom":
        (entry,) = (await read_atom(listed)).entries
        content = entry.content[0].value
    else:
        content = (await read_json(listed))["items"][0]["content_html"]
    assert "<script" not in content
    assert "onerror=alert(1)&gt;" in content or "<img src=x" not in content


async def test_characters_that_xml_cannot_carry_are_left_out(listed):
    await listed.post("odd", FLOOD.replace("market square", "market\x0b\x1f square"))
    found = await read_atom(listed)
    assert not found.bozo


# ── ids and times ──────────────────────────────────────────────────────────────


async def test_a_correction_changes_when_an_entry_was_updated_and_nothing_else(listed):
    await listed.post()
    before, feed_before = (await read_atom(listed)).entries[0], await read_json(listed)
    await correct(listed.harness, ("31,000", "13,000"))
    after, feed_after = (await read_atom(listed)).entries[0], await read_json(listed)
    assert after.updated > before.updated
    assert (after.id, after.published) == (before.id, before.published)
    (old,), (new,) = feed_before["items"], feed_after["items"]
    assert new["date_modified"] > old["date_modified"]
    assert (new["id"], new["date_published"]) == (old["id"], old["date_published"])


async def test_the_id_of_an_entry_is_the_same_in_both_feeds(listed):
    await listed.post()
    (entry,) = (await read_atom(listed)).entries
    assert (await read_json(listed))["items"][0]["id"] == entry.id


async def test_ids_outlive_the_name_of_their_digest(listed):
    await listed.post()
    before = await read_atom(listed)
    digest = await listed.harness.digest()
    await listed.harness.db.write(
        digest_store.rename_digest, digest.scope, digest.id, "Harbour news"
    )
    after = await read_atom(listed)
    assert after.feed.title == "Harbour news"
    assert after.feed.id == before.feed.id
    assert after.entries[0].id == before.entries[0].id


async def test_an_unchanged_feed_is_not_sent_again(listed):
    await listed.post()
    for feed in ("atom", "json"):
        answer = await listed.get(f"{HOME}/feed.{feed}")
        again = await listed.get(
            f"{HOME}/feed.{feed}", if_none_match=answer.header("etag")
        )
        assert again.status == 304


async def test_an_undone_edition_leaves_the_feed(listed):
    await listed.post()
    await undo(listed.harness)
    assert (await read_atom(listed)).entries == []
    assert (await read_json(listed))["items"] == []


# ── by the books ───────────────────────────────────────────────────────────────


async def test_the_feed_has_what_rfc_4287_asks_for(listed):
    await listed.post()
    await listed.post("flood", FLOOD)
    answer = await listed.get(f"{HOME}/feed.atom")
    assert answer.header("content-type") == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.body)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        # §4.1.1, §4.1.2: exactly one of each.
        for name in ("id", "title", "updated"):
            (found,) = element.findall(f"{ATOM}{name}")
            assert (found.text or "").strip()
        # §4.2.6: an absolute IRI.
        assert urlsplit(str(element.findtext(f"{ATOM}id"))).scheme
        # §3.3: an instant of RFC 3339.
        assert INSTANT.fullmatch(str(element.findtext(f"{ATOM}updated")))
    # §4.1.1: an author of the feed stands for all entries; §3.2: with a name.
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Morning brief"
    own = {one.get("rel"): one for one in feed.findall(f"{ATOM}link")}
    assert own["self"].get("href") == f"{HOME}/feed.atom"
    assert own["alternate"].get("href") == HOME
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 2
    for entry in feed.findall(f"{ATOM}entry"):
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
        (content,) = entry.findall(f"{ATOM}content")
        # §4.1.3.3: HTML is escaped text without child elements.
        assert content.get("type") == "html"
        assert list(content) == []
    moments = [str(e.findtext(f"{ATOM}updated")) for e in feed.findall(f"{ATOM}entry")]
    assert feed.findtext(f"{ATOM}updated") == max(moments)


async def test_the_feed_has_what_json_feed_1_1_asks_for(listed):
    await listed.post()
    answer = await listed.get(f"{HOME}/feed.json")
    assert answer.header("content-type") == "application/feed+json; charset=utf-8"
    feed = json.loads(answer.body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "Morning brief"
    assert feed["home_page_url"] == HOME
    assert feed["feed_url"] == f"{HOME}/feed.json"
    assert feed["authors"] == [{"name": "Morning brief", "url": HOME}]
    known = {
        "id", "url", "title", "content_html", "summary", "image",
        "date_published", "date_modified", "language",
    }  # fmt: skip
    for item in feed["items"]:
        assert set(item) <= known
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert INSTANT.fullmatch(item["date_published"])


async def test_every_address_in_an_entry_is_whole(listed):
    """A feed reader shows the content on another site."""
    await listed.post()
    content = (await read_json(listed))["items"][0]["content_html"]
    for address in re.findall(r'(?:href|src|cite)="([^"]*)"', content):
        assert urlsplit(address).scheme in ("http", "https")


async def test_the_feed_names_when_it_changed_in_utc(listed):
    await listed.post()
    found = await read_atom(listed)
    made = datetime.fromisoformat(found.entries[0].updated)
    assert made == listed.harness.clock.now()
