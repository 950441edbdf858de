"""Which editions have a page, who finds it, and when it is gone."""

import re
from datetime import timedelta

import pytest

from bot.model.scope import Scope
from bot.storage import deletion_store, destination_store, digest_store, workspace_store
from tests.bot.harness import FLOOD
from tests.bot.publishing.test_undo import undo
from tests.bot.web.published.newsstand import PUBLIC_URL, Newsstand, configure

HOME = "/editions/morning-brief"


async def status(stand: Newsstand, address: str | None) -> int:
    assert address is not None
    return (await stand.get(address)).status


async def listing(stand: Newsstand) -> list[str]:
    """The addresses on the page that lists a digest's editions."""
    page = (await stand.get(HOME)).tree
    return [str(a.attributes["href"]) for a in page.css("main h2 a")]


# ── what has a page ────────────────────────────────────────────────────────────


async def test_by_default_nothing_has_a_page(listed):
    await listed.harness.apply(configure("listed").replace('web = "listed"', ""))
    assert await listed.post() is None


async def test_without_a_public_address_nothing_has_a_page(listed):
    pages = listed.harness.publisher.pages
    object.__setattr__(pages, "public_url", None)
    assert await listed.post() is None


async def test_a_posted_edition_of_a_listed_digest_has_a_readable_address(listed):
    address = await listed.post()
    assert re.fullmatch(rf"{PUBLIC_URL}{HOME}/2026-11-24-[a-z0-9]{{6}}", str(address))
    assert await status(listed, address) == 200


async def test_the_address_of_a_link_cannot_be_guessed(linked):
    address = str(await linked.post())
    assert re.fullmatch(rf"{PUBLIC_URL}/read/[\w-]{{22}}", address)
    assert await status(linked, address) == 200


async def test_an_edition_has_no_page_before_it_is_posted(listed):
    digest = await listed.harness.digest()
    await listed.harness.publisher.post_now(digest, "waits")
    assert (await listed.get(HOME)).tree.css("main h2 a") == []
    await listed.harness.outbox.drain()
    assert len(await listing(listed)) == 1


async def test_what_was_posted_before_has_no_page_later(listed):
    await listed.set_web("off")
    assert await listed.post() is None
    await listed.set_web("listed")
    assert (await listed.get(HOME)).status == 404
    await listed.post("flood", FLOOD)
    assert len(await listing(listed)) == 1


async def test_an_edition_for_one_other_channel_has_no_page(listed):
    second = configure("listed").replace(
        "[[workspace.digest]]",
        '[[workspace.destination]]\nname = "test"\nchannel = "c-test"\n\n'
        "[[workspace.digest]]",
    )
    await listed.harness.apply(second)
    shown = await listed.harness.says("newsdesk post", to="test")
    asked = await listed.harness.asks("", True, None, {})
    inbox = listed.harness.inbox
    await inbox.dispatch(inbox.press(asked, shown.controls[0].id))
    await listed.harness.outbox.drain()
    assert listed.harness.platform.messages[-1].channel == "c-test"
    assert (await listed.get(HOME)).status == 404


# ── who finds it ───────────────────────────────────────────────────────────────


async def test_the_newest_editions_are_listed_first(listed):
    first = await listed.post()
    second = await listed.post("flood", FLOOD)
    assert await listing(listed) == [second, first]


async def test_a_link_is_listed_nowhere_and_search_engines_leave_it(linked):
    page = await linked.get(str(await linked.post()))
    assert page.header("x-robots-tag") == "noindex, nofollow"
    assert "noindex" in page.text
    assert (await linked.get(HOME)).status == 404
    for feed in ("atom", "json"):
        assert (await linked.get(f"{HOME}/feed.{feed}")).status == 404


async def test_search_engines_may_list_what_is_listed(listed):
    page = await listed.get(str(await listed.post()))
    assert page.header("x-robots-tag") == ""
    assert "noindex" not in page.text


async def test_a_link_is_not_listed_when_its_digest_is_later(linked):
    address = await linked.post()
    await linked.set_web("listed")
    newer = await linked.post("flood", FLOOD)
    assert await listing(linked) == [newer]
    page = await linked.get(str(address))
    assert page.status == 200
    assert page.header("x-robots-tag") == "noindex, nofollow"


async def test_a_listed_edition_is_listed_nowhere_when_its_digest_is_link_only(listed):
    address = await listed.post()
    await listed.set_web("link")
    assert (await listed.get(HOME)).status == 404
    page = await listed.get(str(address))
    assert page.status == 200
    assert page.header("x-robots-tag") == "noindex, nofollow"
    assert "feed.atom" not in page.text


async def test_two_digests_with_one_name_have_addresses_of_their_own(listed):
    text = configure("listed")
    other = text.replace('id = "newsroom"', 'id = "other"').replace(
        "c-morning", "c-other"
    )
    await listed.harness.apply(text + other)
    found = await listed.harness.archive.all_digests()
    for digest in found:
        await listed.harness.publisher.post_now(digest, f"of {digest.id}")
    await listed.harness.outbox.drain()
    assert len(await listing(listed)) == 1
    page = (await listed.get(f"{HOME}-2")).tree
    assert len(page.css("main h2 a")) == 1


async def test_a_digest_keeps_its_public_name(listed):
    await listed.post()
    digest = await listed.harness.digest()
    await listed.harness.db.write(
        digest_store.rename_digest, digest.scope, digest.id, "Harbour news"
    )
    assert (await listed.get(HOME)).tree.css_first("h1").text() == "Harbour news"


# ── when it is gone ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("web", ["listed", "link"])
async def test_switching_it_off_takes_the_pages_away_at_once(listed, web):
    await listed.set_web(web)
    address = await listed.post()
    assert await status(listed, address) == 200
    await listed.set_web("off")
    assert await status(listed, address) == 404
    assert (await listed.get(HOME)).status == 404
    await listed.set_web(web)
    assert await status(listed, address) == 200


async def test_an_undone_edition_is_gone(listed):
    address = await listed.post()
    await undo(listed.harness)
    assert await status(listed, address) == 404
    assert await listing(listed) == []


async def test_the_editions_of_a_deleted_digest_are_gone(listed):
    address = await listed.post()
    digest = await listed.harness.digest()
    now = listed.harness.clock.now()
    await listed.harness.db.write(
        digest_store.delete_digest, digest.scope, digest.id, now
    )
    assert await status(listed, address) == 404
    assert (await listed.get(HOME)).status == 404


async def test_the_editions_of_a_workspace_that_removed_the_bot_are_gone(listed):
    address = await listed.post()
    digest = await listed.harness.digest()
    await listed.harness.db.write(
        workspace_store.mark_workspace_left,
        Scope(digest.workspace_id),
        now=listed.harness.clock.now(),
    )
    assert await status(listed, address) == 404


async def test_a_page_stays_when_its_channel_is_not_posted_to_any_more(listed):
    address = await listed.post()
    digest = await listed.harness.digest()
    (place,) = digest.destinations
    await listed.harness.db.write(
        destination_store.delete_destination, digest.scope, place.id
    )
    assert await status(listed, address) == 200


async def test_a_page_is_gone_with_the_contents_of_its_edition(listed):
    address = await listed.post()
    now = listed.harness.clock.advance(timedelta(days=500))
    await listed.harness.db.write(
        deletion_store.empty_editions, before=now, now=now, limit=9
    )
    assert await status(listed, address) == 404
    assert await listing(listed) == []


# ── previews ───────────────────────────────────────────────────────────────────


async def test_a_preview_has_the_link_that_the_post_will_have_to_no_page(listed):
    digest = await listed.harness.digest()
    shown = await listed.harness.publisher.preview(digest, "local")
    assert f"{PUBLIC_URL}/editions/preview" in str(shown.rendered.parts)
    assert await status(listed, f"{PUBLIC_URL}/editions/preview") == 404


async def test_without_pages_a_preview_has_no_link(listed):
    await listed.set_web("off")
    digest = await listed.harness.digest()
    shown = await listed.harness.publisher.preview(digest, "local")
    assert PUBLIC_URL not in str(shown.rendered.parts)


async def test_an_edition_that_is_shown_again_leads_to_its_page(listed):
    address = str(await listed.post())
    again = await listed.harness.says("news latest")
    assert address in repr(again)
    await listed.set_web("off")
    assert address not in repr(await listed.harness.says("news latest"))
