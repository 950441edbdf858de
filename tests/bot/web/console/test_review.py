"""The page Review: drafts with the same acts as in chat, as forms."""

import pytest

from tests.bot.harness import BRIDGE, POOL, BotHarness
from tests.bot.publishing.reviews import (
    BRIDGE_HEADLINE,
    POOL_HEADLINE,
    REVIEWED,
    Newsroom,
)
from tests.bot.web.console.stage import ConsoleStage, submit


@pytest.fixture
async def room(empty_harness: BotHarness) -> Newsroom:
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish("pool", POOL)
    await empty_harness.apply(REVIEWED)
    room = Newsroom(empty_harness)
    await room.goes_by("11-25T06:30")
    return room


@pytest.fixture
async def address(room: Newsroom) -> str:
    """The address of the page Review."""
    place = await room.harness.place()
    return f"/console/w/{place.workspace.id}/review"


@pytest.fixture
async def page(room: Newsroom, address: str) -> str:
    """The address of the only draft."""
    return f"{address}/{(await room.draft()).public_id}"


@pytest.fixture
async def browser(room: Newsroom):
    return await ConsoleStage(room.harness).enter()


def control(answer, label: str) -> str:
    """The control behind a button, or a choice of a menu, with this label."""
    for node in answer.tree.css("button[name=control], option"):
        text = node.text(strip=True)
        shown = node.attributes.get("aria-label") or text
        if label in (text, shown):
            return str(node.attributes["value"])
    raise AssertionError(f"{label}: {answer.status} {answer.text[:3000]}")


async def test_the_drafts_that_wait_are_listed(browser, address):
    answer = await browser.get(address)
    assert answer.status == 200
    assert "Morning brief" in answer.text
    assert "nobody yet" in answer.text


async def test_a_draft_is_approved_on_its_page(browser, page, room):
    wanted = control(await browser.get(page), "Approve all")
    done = await submit(browser, page, {"control": wanted})
    assert done.status == 303
    assert (await room.draft()).is_approved
    await room.goes_by("11-25T07:00")
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


async def test_a_story_is_dropped_and_put_back(browser, page, room):
    wanted = control(await browser.get(page), f"Drop: {BRIDGE_HEADLINE}")
    await submit(browser, page, {"control": wanted})
    assert len((await room.draft()).content.numbered) == 1
    back = control(await browser.get(page), f"Put it back: {BRIDGE_HEADLINE}")
    await submit(browser, page, {"control": back})
    assert len((await room.draft()).content.numbered) == 2


async def test_a_headline_is_written(browser, page, room):
    label = f"Save the headline: {BRIDGE_HEADLINE}"
    wanted = control(await browser.get(page), label)
    await submit(browser, page, {"control": wanted, "text": "Swim again"})
    assert "Headline: the editors" in (await browser.get(page)).text
    assert (await room.draft()).content.numbered[0].headline.text == "Swim again"


async def test_an_empty_headline_is_refused_with_what_to_do(browser, page, room):
    label = f"Save the headline: {BRIDGE_HEADLINE}"
    wanted = control(await browser.get(page), label)
    answer = await submit(browser, page, {"control": wanted, "text": " "})
    assert answer.status == 400
    assert (await room.draft()).version == 1


async def test_what_was_typed_survives_an_act_of_somebody_else(browser, page, room):
    label = f"Save the headline: {BRIDGE_HEADLINE}"
    wanted = control(await browser.get(page), label)
    await room.types("2 up", "Ben")
    answer = await submit(browser, page, {"control": wanted, "text": "Swim again"})
    assert answer.status == 400
    assert "Ben moved" in answer.text
    assert 'value="Swim again"' in answer.text
    again = control(answer, label)
    await submit(browser, page, {"control": again, "text": "Swim again"})
    assert "Swim again" in str(await room.draft())


async def test_a_button_of_an_older_version_does_nothing(browser, page, room):
    wanted = control(await browser.get(page), "Approve all")
    await room.types("drop 1", "Ben")
    answer = await submit(browser, page, {"control": wanted})
    assert "Ben dropped" in (answer.text or "") or answer.status == 303
    assert not (await room.draft()).is_approved


async def test_a_forged_control_is_refused(browser, page, room):
    wanted = control(await browser.get(page), "Approve all")
    answer = await submit(browser, page, {"control": f"{wanted[:-8]}AAAAAAAA"})
    assert answer.status == 400
    assert not (await room.draft()).is_approved


async def test_a_draft_of_another_workspace_is_not_found(browser, page, room):
    other = await ConsoleStage(room.harness).workspace("20")
    public_id = page.rpartition("/")[2]
    answer = await browser.get(f"/console/w/{other.id}/review/{public_id}")
    assert answer.status in (400, 404)
    assert BRIDGE_HEADLINE not in answer.text


async def test_a_draft_that_has_ended_says_what_became_of_it(browser, page, room):
    await room.types("cancel")
    answer = await browser.get(page)
    assert "Dropped by Ana." in answer.text
    assert answer.tree.css_first("button[name=control]") is None


async def test_a_headline_is_never_markup(browser, page, room):
    await room.types("headline 1: <b>bold</b>")
    assert "<b>bold" not in (await browser.get(page)).text
