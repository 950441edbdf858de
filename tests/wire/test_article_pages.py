"""The page behind an entry, through the real fetcher and the real sandbox."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from digests.errors import FetchRefused, SourceUnreachable
from digests.sources.article_page import PageJudgement
from digests.sources.fetch import Fetcher, FetchPolicy, NotModified, Validators
from digests.sources.remote import read_article_page
from digests.sources.sandbox import Sandbox
from digests.types import Article
from tests.builders import NOON, an_article
from tests.wire.server import Script, Server, answer, redirect, serving

ANNOUNCED = an_article(
    title="Council of Hallin closes the market bridge",
    text="The market bridge is closed after engineers found a crack in a beam.",
    excerpt=True,
)
SENTENCES = (
    "The council of Hallin closed the market bridge on Tuesday after engineers found a "
    "crack in a beam. ",
    "Buses take the long way round by the mill until the beam has been replaced. ",
    "“Nobody was in danger,” said Ada Brandt, the engineer who examined the bridge. ",
    "The repair will cost about 40,000 crowns and take three weeks. ",
)


def page(text: str, head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{ANNOUNCED.title}</title>{head}"
        f"</head><body><article><h1>{ANNOUNCED.title}</h1><p>{text}</p></article>"
        "</body></html>"
    ).encode()


PAGE = page("</p><p>".join(SENTENCES))


@asynccontextmanager
async def newsroom(
    scripts: Mapping[str, Script],
) -> AsyncIterator[tuple[Server, Fetcher, Sandbox]]:
    async with serving(scripts) as server:
        rules = FetchPolicy(private=frozenset((server.place,)), spacing=0)
        async with Fetcher(rules) as fetcher, Sandbox() as sandbox:
            yield server, fetcher, sandbox


async def read(
    scripts: Mapping[str, Script], path: str = "/a", **options
) -> PageJudgement | NotModified:
    async with newsroom(scripts) as (server, fetcher, sandbox):
        return await read_article_page(
            replace(ANNOUNCED, url=server.url(path)),
            fetcher=fetcher,
            sandbox=sandbox,
            now=NOON,
            **options,
        )


async def judged(scripts: Mapping[str, Script], path: str = "/a") -> PageJudgement:
    found = await read(scripts, path)
    assert isinstance(found, PageJudgement)
    return found


def text_of(found: PageJudgement) -> str:
    assert isinstance(found.article, Article)
    return found.article.text


async def test_a_page_gives_the_whole_article_and_its_validators():
    found = await judged({"/a": answer(PAGE, headers={"ETag": '"1"'})})
    assert (found.verdict, found.requests, found.etag) == ("article", 1, '"1"')
    assert all(sentence.strip() in text_of(found) for sentence in SENTENCES)


async def test_an_unchanged_page_is_not_judged_again():
    known = Validators(etag='"1"')
    found = await read({"/a": answer(status=304)}, known=known)
    assert isinstance(found, NotModified)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_is_a_verdict(status: int):
    assert (await judged({"/a": answer(status=status)})).verdict == "not_found"


async def test_redirects_count_as_requests():
    found = await judged({"/a": redirect("/b"), "/b": answer(PAGE)})
    assert (found.verdict, found.requests) == ("article", 2)


async def test_an_endless_redirect_costs_three_requests():
    async with newsroom({"/a": redirect("/a")}) as (server, fetcher, sandbox):
        with pytest.raises(SourceUnreachable, match="more than 2 times"):
            await read_article_page(
                replace(ANNOUNCED, url=server.url("/a")),
                fetcher=fetcher,
                sandbox=sandbox,
                now=NOON,
            )
        asked = [path for path in server.paths() if path != "/robots.txt"]
    assert len(asked) == 3


async def test_a_feed_cannot_redirect_to_where_it_may_not_have_read():
    async with newsroom({"/a": redirect("/inside")}) as (server, fetcher, sandbox):
        with pytest.raises(FetchRefused, match="may not have read"):
            await read_article_page(
                replace(ANNOUNCED, url=server.url("/a")),
                fetcher=fetcher,
                sandbox=sandbox,
                now=NOON,
                may_read=lambda address: not address.endswith("/inside"),
            )
        assert "/inside" not in server.paths()
