"""The archive tells what came of every message; sources are repaired."""

import pytest

from tests.bot.harness import BRIDGE
from tests.bot.web.asgi import Browser
from tests.bot.web.console.forms import read_form, send, text_of
from tests.bot.web.console.stage import ConsoleStage, submit


@pytest.fixture
async def browser(stage: ConsoleStage) -> Browser:
    return await stage.enter()


@pytest.fixture
async def base(stage: ConsoleStage, browser: Browser) -> str:
    return f"/console/w/{(await stage.harness.digest()).workspace_id}"


async def post(stage: ConsoleStage) -> str:
    outcome = await stage.harness.post()
    assert outcome.stored_edition is not None
    return str(outcome.stored_edition.public_id)


async def test_an_edition_is_listed_with_its_outcome(stage, browser, base):
    edition = await post(stage)
    page = await browser.get(f"{base}/editions")
    link = page.tree.css_first("tbody a")
    assert link.attributes["href"] == f"{base}/editions/{edition}"
    assert "posted" in text_of(page, "tbody")


async def test_its_page_has_outcomes_and_the_decision_on_every_article(
    stage,
    browser,
    base,
):
    stage.harness.publish("again", BRIDGE.replace("crack", "gap"))
    edition = await post(stage)
    page = await browser.get(f"{base}/editions/{edition}")
    assert page.status == 200
    assert "#morning" in page.text
    decisions = page.tree.css_first("#decisions-title").parent
    assert "Harbour bridge" in decisions.text()


async def test_an_edition_is_taken_back(stage, browser, base):
    edition = await post(stage)
    here = f"{base}/editions/{edition}"
    fields = read_form(await browser.get(here), f"form[action='{here}/undo']")
    assert (await send(browser, f"{here}/undo", fields)).status == 303
    await stage.harness.outbox.drain()
    assert stage.harness.platform.messages == []
    assert "taken back" in (await browser.get(here)).text


async def test_a_story_is_corrected(stage, browser, base):
    edition = await post(stage)
    here = f"{base}/editions/{edition}"
    story = dict(read_form(await browser.get(here), f"form[action^='{here}/correct']"))
    said = {"story": story["story"], "text": "It was closed on Monday."}
    assert (await submit(browser, f"{here}/correct", said, at=here)).status == 303
    assert "It was closed on Monday." in (await browser.get(here)).text


async def test_a_correction_that_is_too_long_is_not_lost(stage, browser, base):
    here = f"{base}/editions/{await post(stage)}"
    story = dict(read_form(await browser.get(here), f"form[action^='{here}/correct']"))
    said = {"story": story["story"], "text": "Long. " * 40}
    answer = await submit(browser, f"{here}/correct", said, at=here)
    assert answer.status == 422
    assert "Long. Long." in text_of(answer, "#text")


async def test_a_source_is_paused_resumed_moved_and_removed(stage, browser, base):
    add = {"sources": "https://old.example/feed", "digest": "1"}
    digest = await stage.harness.digest()
    add["digest"] = str(digest.id)
    await submit(browser, f"{base}/sources/add", add, at=f"{base}/sources")
    source = (await stage.harness.digest()).sources[-1]
    here, which = f"{base}/sources/{source.id}", {"digest": str(digest.id)}
    await submit(browser, f"{here}/pause", which, at=here)
    assert [s.id for s in (await stage.harness.digest()).paused_sources] == [source.id]
    await submit(browser, f"{here}/resume", which, at=here)
    new = {"address": "https://new.example/feed"}
    await submit(browser, f"{here}/replace", new, at=here)
    source = (await stage.harness.digest()).sources[-1]
    assert source.address == "https://new.example/feed"
    here = f"{base}/sources/{source.id}"
    await submit(browser, f"{here}/remove", which, at=here)
    assert len((await stage.harness.digest()).all_sources) == 1
