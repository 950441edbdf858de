"""An edition on the local page, as Discord and Slack would show it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.i18n.translation import Texts
from bot.lookup.edition_views import StoredEditionViews
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform
from bot.platforms.plugins import load_plugins
from bot.ports import PageServices
from bot.web import server
from digests.messages import Message
from tests.bot.harness import BRIDGE, CONFIGURATION, BotHarness, open_harness
from tests.bot.publishing.test_undo import undo
from tests.bot.web.asgi import Browser, report_health
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox


@pytest.fixture
async def harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    platform = cast(Any, LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock()))
    async with open_harness(sqlite_url, tmp_path, platform) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply(CONFIGURATION)
        yield harness


@pytest.fixture
def browser(harness: BotHarness) -> Browser:
    platform = cast(Any, harness.platform)
    services = PageServices(
        mailbox=platform._mailbox,
        list_channels=harness.archive.local_destinations,
        list_problems=list_no_problems,
        views=StoredEditionViews(db=harness.db, plugins=load_plugins()),
    )
    site = server.build_application(
        routes=pages.build_page_routes(platform, services, harness.clock),
        read_article=harness.archive.local_article,
        health=report_health(harness.archive.ready),
        key=b"0123456789abcdef",
        texts=Texts.of("en"),
    )
    return Browser(site)


async def list_no_problems() -> tuple[Message, ...]:
    return ()


async def post(harness: BotHarness) -> str:
    stored = (await harness.post()).stored_edition
    assert stored is not None
    return str(stored.public_id)


@pytest.mark.parametrize(
    ("platform", "message"), [("discord", ".dc-container"), ("slack", ".sl-message")]
)
async def test_an_edition_is_shown_in_the_look_of_another_platform(
    harness, browser, platform, message
):
    edition = await post(harness)
    answer = await browser.get(f"/e/{edition}/as/{platform}")
    (shown,) = answer.tree.css(f".as-sent {message}")
    assert "Harbour bridge closes" in shown.text()
    assert " / " in answer.tree.css("section .small")[0].text()


async def test_every_edition_leads_to_its_views(harness, browser):
    edition = await post(harness)
    links = (await browser.get("/")).tree.css(".address a")
    assert [link.attributes["href"] for link in links] == [
        f"/e/{edition}",
        f"/e/{edition}/as/discord",
        f"/e/{edition}/as/slack",
    ]


async def test_the_view_names_itself_among_the_others(harness, browser):
    edition = await post(harness)
    answer = await browser.get(f"/e/{edition}/as/slack")
    (here,) = answer.tree.css('[aria-current="page"]')
    assert here.text() == "View as Slack"


async def test_the_styles_of_every_view_are_served(browser):
    answer = await browser.get("/previews.css")
    assert answer.header("content-type").startswith("text/css")
    assert ".dc-message" in answer.text
    assert ".sl-message" in answer.text


@pytest.mark.parametrize("path", ["/e/{}/as/local", "/e/{}/as/x", "/e/e-2/as/discord"])
async def test_there_is_no_other_view(harness, browser, path):
    edition = await post(harness)
    assert (await browser.get(path.format(edition))).status == 404


async def test_an_edition_that_was_taken_back_has_no_view(harness, browser):
    edition = await post(harness)
    await undo(harness)
    assert (await browser.get(f"/e/{edition}/as/discord")).status == 404
