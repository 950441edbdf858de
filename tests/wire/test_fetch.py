"""The fetcher against a misbehaving server; loopback is allowed for it by name."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from digests.errors import (
    AccessDenied,
    CertificateUntrusted,
    FetchRefused,
    FetchTimeout,
    ResponseTooLarge,
    SourceError,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
    SourceUnreachable,
    SourceUnreadable,
)
from digests.sources.fetch import (
    AttachmentRules,
    Fetcher,
    FetchPolicy,
    FetchResponse,
    NotModified,
    PictureRules,
    Validators,
)
from tests.wire.server import (
    Request,
    Script,
    Server,
    answer,
    dripping,
    endless,
    head_of,
    in_turn,
    redirect,
    serving,
)

MIB = 1 << 20
BOMB = gzip.compress(b"\0" * (64 * MIB), 9)


@asynccontextmanager
async def asking(
    scripts: Mapping[str, Script] | Script, *more: str, **changes: Any
) -> AsyncIterator[tuple[Fetcher, Server]]:
    """A fetcher that may dial this server, and the server."""
    async with serving(scripts) as server:
        rules = FetchPolicy(
            private=frozenset((server.place, *more)), spacing=0, robots=False
        )
        async with Fetcher(replace(rules, **changes)) as fetcher:
            yield fetcher, server


# Responses


async def test_a_body_comes_back_with_what_to_ask_with_next_time():
    headers = {"ETag": '"a1"', "Last-Modified": "Tue, 06 Jan 2026 12:00:00 GMT",
               "Content-Type": "Application/RSS+XML"}  # fmt: skip
    async with asking({"/f": answer(b"<rss/>", headers=headers)}) as (fetcher, server):
        got = await fetcher.fetch(server.url("/f#top"))
    assert got == FetchResponse(
        url=server.url("/f"),
        body=b"<rss/>",
        content_type="application/rss+xml",
        validators=Validators(etag='"a1"', last_modified=headers["Last-Modified"]),
    )


async def test_an_unchanged_feed_is_asked_for_with_its_validators_and_has_no_body():
    known = Validators(etag='W/"a1"', last_modified="Tue, 06 Jan 2026 12:00:00 GMT")
    async with asking({"/f": answer(status=304)}) as (fetcher, server):
        got = await fetcher.fetch(server.url("/f"), known)
    assert got == NotModified(url=server.url("/f"), validators=known)
    assert server.requests[0].headers["if-none-match"] == known.etag
    assert server.requests[0].headers["if-modified-since"] == known.last_modified


async def test_unchanged_without_having_been_asked_so_is_an_error():
    async with asking({"/f": answer(status=304)}) as (fetcher, server):
        with pytest.raises(SourceUnreachable):
            await fetcher.fetch(server.url("/f"))


async def test_only_codings_that_we_can_bound_are_offered():
    async with asking({"/f": answer(b"x")}) as (fetcher, server):
        await fetcher.fetch(server.url("/f"))
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


async def test_requests_have_our_user_agent():
    async with asking({"/f": answer(b"x")}) as (fetcher, server):
        await fetcher.fetch(server.url("/f"))
    assert server.requests[0].headers["user-agent"].startswith("Standfirst ")


async def test_it_says_whom_to_write_to():
    who = "desk@courier.example"
    async with asking({"/f": answer(b"x")}, contact=who) as (fetcher, server):
        await fetcher.fetch(server.url("/f"))
    assert server.requests[0].headers["user-agent"].endswith(f"; {who})")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, SourceMissing),
        (401, AccessDenied),
        (403, AccessDenied),
        (404, SourceMissing),
        (407, AccessDenied),
        (408, SourceUnreachable),
        (410, SourceGone),
        (429, SourceRateLimited),
        (451, SourceMissing),
        (500, SourceUnreachable),
        (502, SourceUnreachable),
        (503, SourceUnreachable),
        (300, SourceUnreachable),
        (305, SourceUnreachable),
    ],
)
async def test_a_status_determines_who_has_to_act(
    status: int, error: type[SourceError]
):
    async with asking({"/f": answer(b"no", status=status)}) as (fetcher, server):
        with pytest.raises(error) as caught:
            await fetcher.fetch(server.url("/f"))
    assert type(caught.value) is error
    assert caught.value.permanent == (error is SourceGone or error is AccessDenied)


# Too much, too slow


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (endless({}, b"x" * 65_536), ResponseTooLarge),
        (endless({"Content-Length": "10000000000"}, b"x" * 65_536), ResponseTooLarge),
        (endless({"Transfer-Encoding": "chunked"}, b"1000\r\n" + b"x" * 4096 + b"\r\n"),
         ResponseTooLarge),
        (answer(BOMB, headers={"Content-Encoding": "gzip"}), ResponseTooLarge),
        (answer(BOMB, headers={"Content-Encoding": "gzip, gzip"}), SourceUnreadable),
        (answer(BOMB, headers={"Content-Encoding": "br"}), SourceUnreadable),
        (answer(b"short", length=9_999), SourceUnreachable),
        (answer(b"x", headers={"X": "y" * 100_000}), SourceUnreachable),
    ],
    ids=["endless", "ten-gigabytes", "chunks", "bomb", "twice", "br", "lie", "header"],
)  # fmt: skip
async def test_a_body_that_is_too_much_or_a_lie_ends_early(script, error):
    async with asking({"/f": script}, deadline=10) as (fetcher, server):
        with pytest.raises(error):
            await fetcher.fetch(server.url("/f"))


async def test_an_endless_body_is_cut_near_the_limit():
    sent = 0

    async def run(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(head_of(200, {}))
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async with asking({"/f": run}, deadline=10) as (fetcher, server):
        with pytest.raises(ResponseTooLarge):
            await fetcher.fetch(server.url("/f"))
    assert sent < 16 * MIB  # 2 MiB and the sockets' buffers


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def slow_head(request: Request, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "script", [silent, slow_head, dripping(b"x" * 10_000)], ids=["all", "head", "body"]
)
async def test_one_deadline_covers_a_slow_start_and_a_dripping_body(script: Script):
    async with asking({"/f": script}, deadline=0.3) as (fetcher, server):
        async with asyncio.timeout(5):
            with pytest.raises(FetchTimeout):
                await fetcher.fetch(server.url("/f"))


async def test_the_deadline_is_one_for_all_redirects():
    async def slowly(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        await redirect("/f")(request, writer)

    async with asking({"/f": slowly}, deadline=0.4) as (fetcher, server):
        with pytest.raises(FetchTimeout):
            await fetcher.fetch(server.url("/f"))
    assert len(server.requests) < 5


async def test_hosts_that_hang_leave_room_for_others():
    async with AsyncExitStack() as stack, serving({"/f": answer(b"x")}) as server:
        slow = [await stack.enter_async_context(serving(silent)) for _ in range(120)]
        places = frozenset(one.place for one in (*slow, server))
        rules = FetchPolicy(private=places, spacing=0, robots=False)
        fetcher = await stack.enter_async_context(Fetcher(rules))
        hanging = [asyncio.create_task(fetcher.fetch(one.url("/"))) for one in slow]
        async with asyncio.timeout(10):
            while sum(o.dialled for o in slow) < len(slow):  # noqa: ASYNC110 - no events
                await asyncio.sleep(0.01)
            assert isinstance(await fetcher.fetch(server.url("/f")), FetchResponse)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


# Redirects


async def test_five_redirects_are_followed_and_a_sixth_is_not():
    chain = {f"/{i}": redirect(f"/{i + 1}") for i in range(6)} | {"/6": answer(b"end")}
    async with asking(chain) as (fetcher, server):
        got = await fetcher.fetch(server.url("/1"))
        assert isinstance(got, FetchResponse)
        assert got.body == b"end"
        with pytest.raises(SourceUnreachable, match="5 times"):
            await fetcher.fetch(server.url("/0"))


@pytest.mark.parametrize(
    "there",
    ["file:///etc/passwd", "gopher://127.0.0.1/", "http://127.0.0.1:22/", "http://[::1",
     "http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://0x7f.1/"],
)  # fmt: skip
async def test_a_redirect_is_judged_like_a_first_address(there: str):
    async with asking({"/f": redirect(there)}) as (fetcher, server):
        with pytest.raises((FetchRefused, SourceUnreachable)):
            await fetcher.fetch(server.url("/f"))
    assert server.dialled == 1


@pytest.mark.parametrize("there", [None, "", "http://"])
async def test_a_redirect_to_nowhere_is_an_error(there: str | None):
    headers = {} if there is None else {"Location": there}
    script = answer(status=302, headers=headers)
    async with asking({"/f": script}) as (fetcher, server):
        with pytest.raises(SourceError):
            await fetcher.fetch(server.url("/f"))


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), True), ((308, 301), True), ((302,), False), ((302, 301), False),
     ((307,), False)],
)  # fmt: skip
async def test_a_move_is_permanent_if_every_step_is(statuses, moved: bool):
    scripts: dict[str, Script] = {
        f"/{i}": redirect(f"/{i + 1}", status) for i, status in enumerate(statuses)
    }
    last = f"/{len(statuses)}"
    async with asking(scripts | {last: answer(b"x")}) as (fetcher, server):
        got = await fetcher.fetch(server.url("/0"))
    assert got.moved_to == (server.url(last) if moved else None)


async def test_name_and_password_go_to_their_own_host_only():
    async with (
        serving({"/g": answer(b"x")}) as other,
        asking({"/f": redirect(other.url("/g"))}, other.place) as (fetcher, server),
    ):
        address = server.url("/f").replace("://", "://ada:sesame@")
        got = await fetcher.fetch(address)
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert "authorization" not in other.requests[0].headers
    assert got.url == other.url("/g")


async def test_name_and_password_of_a_redirect_are_not_sent():
    async with serving({"/g": answer(b"x")}) as other:
        there = other.url("/g").replace("://", "://eve:sesame@")
        async with asking({"/f": redirect(there)}, other.place) as (fetcher, server):
            got = await fetcher.fetch(server.url("/f"))
    assert "authorization" not in other.requests[0].headers
    assert "sesame" not in got.url


async def test_no_cookie_is_ever_sent_back():
    script = answer(status=302, headers={"Location": "/g", "Set-Cookie": "a=b"})
    async with asking({"/f": script, "/g": answer(b"x")}) as (fetcher, server):
        await fetcher.fetch(server.url("/f"))
        await fetcher.fetch(server.url("/g"))
    assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize(
    "script",
    [answer(status=s) for s in (401, 404, 410, 429, 500)]
    + [answer(b"short", length=99), redirect("http://127.0.0.1:22/"), silent],
)
async def test_no_error_has_a_name_and_password(script: Script):
    async with asking({"/f": script}, deadline=0.3) as (fetcher, server):
        address = server.url("/f?key=sesame").replace("://", "://ada:sesame@")
        with pytest.raises(SourceError) as caught:
            await fetcher.fetch(address)
    reported: BaseException | None = caught.value
    while reported is not None:
        assert "sesame" not in f"{reported!s}{reported!r}{reported.args}"
        reported = reported.__cause__


# Politeness


async def test_a_pause_that_was_asked_for_is_kept_without_asking_again():
    script = answer(status=429, headers={"Retry-After": "3600"})
    async with asking({"/f": script, "/g": answer(b"x")}) as (fetcher, server):
        for path in ("/f", "/g"):
            with pytest.raises(SourceRateLimited) as caught:
                await fetcher.fetch(server.url(path))
            assert caught.value.wait == pytest.approx(3600, abs=5)
    assert server.paths() == ["/f"]


async def test_503_with_a_time_is_a_pause():
    script = answer(status=503, headers={"Retry-After": "99999999"})
    async with asking({"/f": script}) as (fetcher, server):
        with pytest.raises(SourceRateLimited) as caught:
            await fetcher.fetch(server.url("/f"))
    assert caught.value.wait == 24 * 3600


async def test_a_host_has_one_request_in_flight():
    async def lingering(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        await answer(b"x")(request, writer)

    async with asking(lingering) as (fetcher, server):
        await asyncio.gather(*(fetcher.fetch(server.url(f"/{i}")) for i in range(5)))
    assert server.most_open == 1


async def test_robots_txt_keeps_us_out():
    rules = answer(b"User-agent: *\nDisallow: /private")
    scripts = {"/robots.txt": rules, "/private/f": answer(b"x"), "/f": answer(b"y")}
    async with asking(scripts, robots=True) as (fetcher, server):
        with pytest.raises(FetchRefused, match="robots"):
            await fetcher.fetch(server.url("/private/f"))
        await fetcher.fetch(server.url("/f"))
    assert server.paths() == ["/robots.txt", "/f"]


async def test_robots_txt_is_asked_about_where_a_redirect_leads():
    rules = answer(b"User-agent: *\nDisallow: /private")
    scripts = {"/robots.txt": rules, "/f": redirect("/private/f")}
    async with asking(scripts, robots=True) as (fetcher, server):
        with pytest.raises(FetchRefused, match="robots"):
            await fetcher.fetch(server.url("/f"))
    assert "/private/f" not in server.paths()


@pytest.mark.parametrize("script", [answer(status=500), answer(status=404), silent])
async def test_without_a_clear_robots_txt_one_address_is_read(script: Script):
    scripts = {"/robots.txt": script, "/f": answer(b"x")}
    async with asking(scripts, robots=True, deadline=2) as (fetcher, server):
        assert isinstance(await fetcher.fetch(server.url("/f")), FetchResponse)


# Certificates


def self_made(*, expired: bool = False) -> ssl.SSLContext:
    ends = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
    issued = trustme.CA().issue_cert("localhost", "127.0.0.1", not_after=ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context


@pytest.mark.parametrize("expired", [False, True])
async def test_an_invalid_certificate_is_rejected_and_reported(expired: bool):
    async with serving({"/f": answer(b"x")}, tls=self_made(expired=expired)) as server:
        rules = FetchPolicy(private=frozenset((server.place,)), spacing=0, robots=False)
        async with Fetcher(rules) as fetcher:
            with pytest.raises(CertificateUntrusted, match="certificate of"):
                await fetcher.fetch(server.url("/f"))
    assert server.requests == []


async def test_a_redirect_from_https_to_http_is_refused(monkeypatch):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    # There is no setting for this, on purpose.
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    async with serving({"/g": answer(b"x")}) as plain:
        scripts = {"/f": redirect(plain.url("/g")), "/ok": answer(b"x")}
        async with serving(scripts, tls=context) as server:
            places = frozenset((server.place, plain.place))
            rules = FetchPolicy(private=places, spacing=0, robots=False)
            async with Fetcher(rules) as fetcher:
                assert isinstance(await fetcher.fetch(server.url("/ok")), FetchResponse)
                with pytest.raises(FetchRefused, match="https to http"):
                    await fetcher.fetch(server.url("/f"))
    assert plain.dialled == 0


async def test_answers_may_come_one_after_another_over_one_fetcher():
    script = in_turn(answer(b"one"), answer(b"two"))
    async with asking({"/f": script}) as (fetcher, server):
        bodies = [(await fetcher.fetch(server.url("/f"))) for _ in range(2)]
    assert [b.body for b in bodies if isinstance(b, FetchResponse)] == [b"one", b"two"]


# Attachments


def attachment(
    server: Server, *, origin: str = "", most: int = MIB, bearer: str = ""
) -> AttachmentRules:
    return AttachmentRules(origin=origin or server.url(""), most=most, bearer=bearer)


async def test_a_file_that_was_handed_over_is_asked_for_with_its_word_and_at_once():
    scripts = {"/f": answer(b"name = 1"), "/robots.txt": answer(b"Disallow: /")}
    async with asking(scripts, robots=True) as (fetcher, server):
        got = await fetcher.fetch(
            server.url("/f"), attachment=attachment(server, bearer="xo")
        )
    assert isinstance(got, FetchResponse)
    assert got.body == b"name = 1"
    (asked,) = server.requests
    assert asked.headers["authorization"] == "Bearer xo"


async def test_a_file_on_another_host_is_not_requested():
    async with asking({"/f": answer(b"x")}) as (fetcher, server):
        for origin in (
            "https://files.example",
            server.url("").replace("http", "https"),
        ):
            with pytest.raises(FetchRefused, match="Attachments are not read from"):
                await fetcher.fetch(
                    server.url("/f"), attachment=attachment(server, origin=origin)
                )
    assert server.requests == []


async def test_a_redirected_file_is_not_requested_there():
    async with serving({"/f": answer(b"x")}) as other:
        scripts = {"/f": redirect(other.url("/f"))}
        async with asking(scripts, other.place) as (fetcher, server):
            with pytest.raises(FetchRefused, match="Attachments are not read from"):
                await fetcher.fetch(
                    server.url("/f"), attachment=attachment(server, bearer="secret")
                )
        assert other.requests == []


@pytest.mark.parametrize("packed", [False, True])
async def test_a_file_larger_than_may_be_is_cut_off(packed: bool):
    body = b"x" * 2_000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    script = answer(gzip.compress(body) if packed else body, headers=headers)
    async with asking({"/f": script}) as (fetcher, server):
        with pytest.raises(ResponseTooLarge):
            await fetcher.fetch(
                server.url("/f"), attachment=attachment(server, most=1_999)
            )
        got = await fetcher.fetch(
            server.url("/f"), attachment=attachment(server, most=2_000)
        )
    assert isinstance(got, FetchResponse)
    assert len(got.body) == 2_000


# Pictures

A_PICTURE = PictureRules(most=3 * MIB, deadline=0.3)


async def test_a_picture_may_be_larger_than_a_page_but_not_than_its_rules_say():
    body = b"x" * (3 * MIB)
    scripts = {"/a": answer(body), "/b": answer(body + b"x")}
    rules = PictureRules(most=3 * MIB, deadline=10)
    async with asking(scripts) as (fetcher, server):
        with pytest.raises(ResponseTooLarge):
            await fetcher.fetch(server.url("/a"))
        got = await fetcher.fetch(server.url("/a"), picture=rules)
        with pytest.raises(ResponseTooLarge):
            await fetcher.fetch(server.url("/b"), picture=rules)
    assert isinstance(got, FetchResponse)
    assert got.body == body
    assert "image/" in server.requests[-1].headers["accept"]


async def test_a_picture_has_a_deadline_of_its_own():
    async with asking({"/a": dripping(b"x" * 100)}) as (fetcher, server):
        with pytest.raises(FetchTimeout):
            await fetcher.fetch(server.url("/a"), picture=A_PICTURE)


async def test_pictures_of_a_host_do_not_wait_for_each_other():
    async with asking({"/a": answer(b"x")}, spacing=30) as (fetcher, server):
        async with asyncio.timeout(5):
            await asyncio.gather(
                *(fetcher.fetch(server.url("/a"), picture=A_PICTURE) for _ in range(3))
            )


async def test_pictures_of_a_host_wait_as_its_robots_txt_asks():
    robots = answer(b"User-agent: *\nCrawl-delay: 20")
    scripts = {"/robots.txt": robots, "/a": answer(b"x")}
    async with asking(scripts, robots=True) as (fetcher, server):
        await fetcher.fetch(server.url("/a"), picture=A_PICTURE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await fetcher.fetch(server.url("/a"), picture=A_PICTURE)
    assert server.paths().count("/a") == 1


async def test_robots_txt_keeps_us_from_pictures_too():
    robots = answer(b"User-agent: *\nDisallow: /a")
    scripts = {"/robots.txt": robots, "/a": answer(b"x")}
    async with asking(scripts, robots=True) as (fetcher, server):
        with pytest.raises(FetchRefused):
            await fetcher.fetch(server.url("/a"), picture=A_PICTURE)
    assert server.paths() == ["/robots.txt"]


async def test_a_host_that_asked_for_a_pause_is_asked_for_no_picture():
    busy = answer(status=429, headers={"Retry-After": "60"})
    async with asking({"/a": busy, "/b": answer(b"x")}) as (fetcher, server):
        for path in ("/a", "/b"):
            with pytest.raises(SourceRateLimited):
                await fetcher.fetch(server.url(path), picture=A_PICTURE)
    assert server.paths() == ["/a"]


def test_the_word_that_a_file_is_asked_for_with_is_in_no_log():
    assert "secret" not in repr(
        AttachmentRules(origin="https://a.example", most=1, bearer="secret")
    )
