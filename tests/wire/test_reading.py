"""From an address to articles, through the real fetcher and the real sandbox."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from digests.errors import SandboxKilled, SourceGone, SourceUnreadable
from digests.sources.fetch import Fetcher, FetchPolicy, NotModified, Validators
from digests.sources.remote import SourceKind, SourceVisit, detect_kind, read_address
from digests.sources.sandbox import Sandbox, SandboxLimits
from tests.wire.server import Script, answer, redirect, serving

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Hallin</title><item>'
    b"<title>Bridge closes</title><link>/b</link></item></channel></rss>"
)
PAGE = (
    "<!DOCTYPE html><html><head><link rel=alternate type=application/rss+xml href=/f>"
    f"</head><body><article><p>{'The bridge is closed until Friday. ' * 12}</p>"
    "</article></body></html>"
).encode()
PARKED = b"<html><body><p>Buy this domain!</p></body></html>"
#: Its reader takes longer than the limit of the test.
BOMB = (
    b"<rss><channel><item " + b" ".join(b'a%d="1"' % i for i in range(150_000)) + b"/>"
)


@asynccontextmanager
async def newsroom(
    scripts: Mapping[str, Script], limits: SandboxLimits | None = None
) -> AsyncIterator[tuple[str, Fetcher, Sandbox]]:
    async with serving(scripts) as server:
        rules = FetchPolicy(private=frozenset((server.place,)), spacing=0)
        async with Fetcher(rules) as fetcher, Sandbox(limits) as sandbox:
            yield server.url(""), fetcher, sandbox


async def visit(scripts: Mapping[str, Script], path: str, **options) -> SourceVisit:
    async with newsroom(scripts) as (start, fetcher, sandbox):
        found = await read_address(
            start + path, fetcher=fetcher, sandbox=sandbox, now=NOW, **options
        )
        assert isinstance(found, SourceVisit)
        return found


async def test_a_feed_gives_its_articles():
    found = await visit({"/f": answer(FEED, headers={"ETag": '"1"'})}, "/f")
    assert (found.kind, found.title) == ("feed", "Hallin")
    assert found.articles[0].title == "Bridge closes"
    assert found.validators == Validators(etag='"1"')


async def test_relative_links_are_completed_from_where_a_feed_is_in_the_end():
    found = await visit({"/f": redirect("/g/f", 301), "/g/f": answer(FEED)}, "/f")
    assert found.moved_to == found.url
    assert found.articles[0].url == found.url.replace("/g/f", "/b")


async def test_a_page_gives_its_article_and_the_feeds_it_names():
    found = await visit({"/p": answer(PAGE)}, "/p")
    assert found.kind == "page"
    assert "closed until Friday" in found.articles[0].text
    assert [link.address[-2:] for link in found.feeds] == ["/f"]


async def test_a_page_without_article_and_feeds_is_an_error():
    with pytest.raises(SourceUnreadable):
        await visit({"/p": answer(b"<html><body></body></html>")}, "/p")


async def test_a_parked_domain_at_a_feeds_address_is_never_content():
    with pytest.raises(SourceUnreadable, match="used to be a feed and is now a page"):
        await visit({"/f": answer(PARKED)}, "/f", kind="feed")


async def test_an_unchanged_source_is_not_read_again():
    known = Validators(etag='"1"')
    async with newsroom({"/f": answer(status=304)}) as (start, fetcher, sandbox):
        got = await read_address(
            start + "/f", fetcher=fetcher, sandbox=sandbox, now=NOW, known=known
        )
    assert isinstance(got, NotModified)


async def test_an_ended_source_is_reported():
    with pytest.raises(SourceGone):
        await visit({"/f": answer(status=410)}, "/f")


async def test_a_source_that_kills_its_reader_leaves_the_others_alone():
    scripts = {"/bomb": answer(BOMB), "/f": answer(FEED)}
    async with newsroom(scripts, SandboxLimits(cpu=0.1)) as (start, fetcher, sandbox):
        with pytest.raises(SandboxKilled):
            await read_address(
                start + "/bomb", fetcher=fetcher, sandbox=sandbox, now=NOW
            )
        found = await read_address(
            start + "/f", fetcher=fetcher, sandbox=sandbox, now=NOW
        )
    assert isinstance(found, SourceVisit)
    assert len(found.articles) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (FEED, "text/html", "feed"),
        (b"\xef\xbb\xbf \n" + FEED, "", "feed"),
        (FEED.decode().encode("utf-16"), "", "feed"),
        (b"<!-- <html> --><feed xmlns='x'/>", "text/plain", "feed"),
        (b"<rdf:RDF/>", "", "feed"),
        (b'{"version": "x"}', "", "feed"),
        (b"<urlset/>", "application/xml", "sitemap"),
        (PAGE, "application/rss+xml", "page"),
        (b"just words", "text/plain", "page"),
        (b"just words", "application/atom+xml; x=y", "feed"),
    ],
)
def test_the_first_element_determines_the_kind(body, content_type, kind: SourceKind):
    assert detect_kind(body, content_type) == kind
