"""The page behind an entry, through the real fetcher and the real sandbox."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from digests.errors import (
    AccessDenied,
    FetchRefused,
    SourceRateLimited,
    SourceUnreachable,
)
from digests.sources.article_page import PageJudgement
from digests.sources.fetch import Fetcher, FetchPolicy, NotModified, Validators
from digests.sources.remote import read_article_page
from digests.sources.sandbox import Sandbox, SandboxLimits
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
    scripts: Mapping[str, Script], limits: SandboxLimits | None = None
) -> AsyncIterator[tuple[Server, Fetcher, Sandbox]]:
    async with serving(scripts) as server:
        rules = FetchPolicy(private=frozenset((server.place,)), spacing=0)
        async with Fetcher(rules) as fetcher, Sandbox(limits) as sandbox:
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


async def test_a_page_with_too_little_is_replaced_by_the_form_that_it_names():
    head = '<link rel="canonical" href="/whole">'
    stub = page("Only the first words of the market bridge …", head)
    found = await judged({"/a": answer(stub), "/whole": answer(PAGE)})
    assert (found.verdict, found.requests) == ("article", 2)


async def test_the_validators_are_those_of_the_address_that_is_asked_again():
    stub = page("Only the first words …", '<link rel="amphtml" href="/amp">')
    scripts = {
        "/a": answer(stub, headers={"ETag": '"first"'}),
        "/amp": answer(PAGE, headers={"ETag": '"other"'}),
    }
    found = await judged(scripts)
    assert (found.verdict, found.etag) == ("article", '"first"')


async def test_a_page_that_sends_its_readers_on_is_followed():
    hop = b'<html><head><meta http-equiv="refresh" content="0; url=/b"></head></html>'
    found = await judged({"/a": answer(hop), "/b": answer(PAGE)})
    assert (found.verdict, found.requests) == ("article", 2)


async def test_a_wall_is_not_bypassed_by_another_form_of_the_page():
    head = (
        '<link rel="amphtml" href="/amp"><script type="application/ld+json">'
        '{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    )
    async with newsroom({"/a": answer(page(SENTENCES[0], head))}) as (
        server,
        fetcher,
        sandbox,
    ):
        found = await read_article_page(
            replace(ANNOUNCED, url=server.url("/a")),
            fetcher=fetcher,
            sandbox=sandbox,
            now=NOON,
        )
        assert "/amp" not in server.paths()
    assert isinstance(found, PageJudgement)
    assert found.verdict == "paywall"


FURTHER = tuple(
    page(
        f"On page {number} it is about the {what} of the bridge, which the council has "
        f"had examined by three firms, and about the money that the {what} takes."
    )
    for number, what in enumerate(("beams", "railings", "lamps"), 2)
)


def in_pages(count: int) -> dict[str, Script]:
    links = "".join(f'<a href="/a?page={n}">{n}</a>' for n in range(2, count + 1))
    first = page("</p><p>".join(SENTENCES) + f"</p><p>{links}")
    rest = {f"/a?page={n}": answer(FURTHER[n - 2]) for n in range(2, count + 1)}
    return {"/a": answer(first), **rest}


async def test_the_text_of_several_pages_is_joined():
    found = await judged(in_pages(3))
    assert (found.verdict, found.requests) == ("article", 3)
    text = text_of(found)
    assert SENTENCES[0].strip() in text
    assert "the beams of the bridge" in text
    assert "the railings of the bridge" in text


async def test_an_article_of_more_pages_than_may_be_asked_is_not_used_in_part():
    found = await judged(in_pages(4))
    assert (found.verdict, found.article, found.requests) == ("cut", None, 1)


async def test_an_article_whose_second_page_is_missing_is_not_used_in_part():
    scripts = in_pages(2)
    found = await judged({"/a": scripts["/a"]})
    assert (found.verdict, found.article) == ("cut", None)


async def test_an_article_of_many_pages_is_read_on_the_one_page_that_it_offers():
    links = "".join(f'<a href="/a?page={n}">{n}</a>' for n in range(2, 9))
    links += '<a href="/a?view=all">Auf einer Seite lesen</a>'
    first = page("</p><p>".join(SENTENCES) + f"</p><p>{links}")
    whole = page("</p><p>".join((*SENTENCES, "The last page ends here, at last.")))
    found = await judged({"/a": answer(first), "/a?view=all": answer(whole)})
    assert (found.verdict, found.requests) == ("article", 2)
    assert "ends here, at last" in text_of(found)


async def test_a_host_that_wants_a_pause_is_heard_on_the_second_page_too():
    scripts = in_pages(2) | {"/a?page=2": answer(status=429)}
    with pytest.raises(SourceRateLimited):
        await read(scripts)


@pytest.mark.parametrize(
    ("status", "verdict"), [(401, "login"), (402, "paywall"), (404, "not_found")]
)
async def test_a_status_that_says_why_is_a_verdict(status: int, verdict: str):
    assert (await judged({"/a": answer(status=status)})).verdict == verdict


async def test_a_page_that_refuses_bots_is_an_error_for_the_admin():
    with pytest.raises(AccessDenied):
        await read({"/a": answer(status=403)})


async def test_what_is_no_page_is_a_verdict():
    assert (await judged({"/a": answer(b"%PDF-1.7 x")})).verdict == "no_text"


async def test_a_page_that_is_built_to_be_slow_is_a_verdict():
    slow = b"<p " + b" ".join(b'a%d="1"' % n for n in range(60_000)) + b">"
    scripts = {"/a": answer(slow + PAGE)}
    async with newsroom(scripts, SandboxLimits(cpu=0.1)) as (server, fetcher, sandbox):
        found = await read_article_page(
            replace(ANNOUNCED, url=server.url("/a")),
            fetcher=fetcher,
            sandbox=sandbox,
            now=NOON,
        )
    assert isinstance(found, PageJudgement)
    assert (found.verdict, found.requests) == ("no_text", 1)


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
