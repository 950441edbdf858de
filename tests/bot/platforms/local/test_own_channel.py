"""A person's own channel on the local page: private to that person."""

from datetime import timedelta

import pytest

from bot.platforms.local import platform
from tests.bot.commands.test_local_page import page, types
from tests.bot.commands.test_personal_digests import WEEKLY
from tests.bot.harness import BRIDGE, BotHarness
from tests.bot.web.asgi import Browser


@pytest.fixture
async def ana(empty_harness: BotHarness) -> Browser:
    """Ana, who has set up a personal digest and received an edition."""
    empty_harness.publish("bridge", BRIDGE)
    await empty_harness.apply(WEEKLY)
    browser = page(empty_harness)
    assert "daily at 07:30" in (await types(browser, "/news me 7:30")).text
    empty_harness.clock.advance(timedelta(hours=19))
    await empty_harness.wake()
    return browser


async def test_it_is_among_her_channels(ana: Browser):
    assert "only you" in (await ana.get("/")).text
    assert (await ana.get("/c/person:ana")).status == 200


async def test_the_channel_is_private(ana: Browser):
    token = await ana.token()
    await ana.post("/person", {"csrf": token, "person": "ben"})
    assert platform.PERSON_COOKIE in ana.cookies
    assert "only you" not in (await ana.get("/")).text
    assert (await ana.get("/c/person:ana")).status == 404
    events = await ana.get("/events?channel=person%3Aana")
    assert events.status == 404


async def test_another_person_is_redirected_from_a_personal_channel(ana: Browser):
    token = await ana.token()
    asked = {"csrf": token, "person": "ben", "channel": "person:ana"}
    moved = await ana.post("/person", asked)
    assert moved.header("location") == "/"
