"""An edition posted by hand: its sources are read first, and the answer is true."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import UserError
from bot.ingest import polling
from bot.publishing.edition_inputs import EditionOrder
from bot.publishing.manual import ManualPublisher
from tests.bot.commands.editors import editor, said
from tests.bot.harness import FLOOD, BotHarness
from tests.bot.ingest.newswire import Newswire, feed_configuration
from tests.feeds import Item, items
from tests.wire.server import Request, answer

QUAY = Item(
    guid="quay",
    title="Fishermen of Sandvik get a second quay",
    text="The fishermen of Sandvik get a second quay. The port of Sandvik pays for it.",
)
FERRY = Item(
    guid="ferry",
    title="Ferry to Halmsund sails twice an hour",
    text="From Monday the ferry to Halmsund sails twice an hour, said its owner.",
)


@pytest.fixture
async def wire(newswire: Newswire) -> Newswire:
    """A digest over a feed that was read a minute ago and has a new article since."""
    newswire.publish("/feed", items(range(2)))
    await newswire.subscribe("/feed")
    await newswire.poll()
    newswire.harness.clock.advance(minutes=1)
    newswire.publish("/feed", [*items(range(2)), QUAY])
    return newswire


# ── fetched first ──────────────────────────────────────────────────────────────


async def test_it_has_what_a_source_published_since_its_last_reading(wire):
    await wire.harness.post()
    assert QUAY.title in wire.posted()


async def test_so_has_one_ordered_for_another_process_to_post(wire):
    await wire.harness.publisher.order(await wire.harness.digest(), "cli-1")
    await wire.harness.wake()
    assert QUAY.title in wire.posted()


async def test_so_has_one_on_a_topic(wire):
    ana = await editor(wire.harness)
    shown = await ana.says("newsdesk post", topic="quay")
    assert not shown.problem, said(shown)
    await ana.presses(shown, "Post now")
    await wire.harness.outbox.drain()
    assert QUAY.title in wire.posted()


async def test_a_second_one_has_what_came_after_the_first(wire):
    await wire.harness.post("one")
    wire.publish("/feed", [*items(range(2)), QUAY, FERRY])
    wire.harness.clock.advance(seconds=20)
    assert (await wire.harness.post("two")).stored_edition is not None
    assert FERRY.title in wire.posted()


async def test_two_posted_at_once_ask_a_source_once(wire):
    before = len(wire.server.requests)
    digest, publisher = await wire.harness.digest(), wire.harness.publisher
    await asyncio.gather(
        publisher.post_now(digest, "one"), publisher.post_now(digest, "two")
    )
    assert len(wire.server.requests) - before == 1
    await wire.harness.outbox.drain()
    assert wire.posted().count(QUAY.title) == 1


async def test_a_slow_source_is_waited_for_once(newswire, monkeypatch):
    async def never(request: Request, writer: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(polling, "REFRESH_TIMEOUT", 0.5)
    newswire.shelf["/slow"] = never
    await newswire.subscribe("/slow")
    await newswire.harness.post()
    assert newswire.server.paths() == ["/slow"]


# ── what is answered ───────────────────────────────────────────────────────────


async def test_an_edition_is_not_taken_over_while_its_sources_are_read(wire):
    """The background job runs while a slow source is read."""
    usual, asked, go_on = wire.shelf["/feed"], asyncio.Event(), asyncio.Event()

    async def slow(request: Request, writer: Any) -> None:
        asked.set()
        await go_on.wait()
        await usual(request, writer)

    wire.shelf["/feed"] = slow
    digest = await wire.harness.digest()
    posting = asyncio.create_task(wire.harness.publisher.post_now(digest, "one"))
    await asked.wait()
    waking = asyncio.create_task(wire.harness.wake())
    await asyncio.sleep(0.1)
    go_on.set()
    await waking
    outcome = await posting
    await wire.harness.outbox.drain()
    assert outcome.stored_edition is not None
    assert wire.posted().count(QUAY.title) == 1


async def test_a_source_that_fails_is_named_in_the_answer(newswire):
    newswire.publish("/feed", items(range(2)))
    newswire.shelf["/gone"] = answer(status=404)
    gone = newswire.url("/gone", "gone.example")
    await newswire.harness.apply(
        feed_configuration([newswire.url("/feed"), gone])
        + f'source_names = {{ "{gone}" = "Sandvik Tidning" }}\n'
    )
    ana = await editor(newswire.harness)
    for done in ("Posting", "Nothing new"):
        shown = await ana.says("newsdesk post")
        answered = said(await ana.presses(shown, "Post now"))
        assert done in answered
        assert "could not be read now: Sandvik Tidning." in answered


async def test_it_is_named_where_nothing_is_found_on_a_topic(newswire):
    newswire.shelf["/gone"] = answer(status=404)
    await newswire.subscribe("/gone")
    ana = await editor(newswire.harness)
    assert "could not be read now" in said(
        await ana.says("newsdesk post", topic="quay")
    )


async def test_one_ordered_twice_is_posted_once(harness):
    await harness.post("same")
    with pytest.raises(UserError, match="already requested"):
        await harness.post("same")


async def test_nothing_new_is_recorded_with_its_reason(harness):
    await harness.post("one")
    outcome = await harness.post("two")
    assert outcome.stored_edition is None
    assert "already posted" in said(
        await (await editor(harness)).says("newsdesk status")
    )


# ── at the same time as the scheduled edition ──────────────────────────────────


class BusyEngine:
    """An engine during whose first work something else happens."""

    def __init__(self, meanwhile: Callable[[], Any]) -> None:
        self.meanwhile: Callable[[], Any] | None = meanwhile

    async def run(self, work: Any, /, *args: Any, **kwargs: Any) -> Any:
        done = work(*args, **kwargs)
        if (meanwhile := self.meanwhile) is not None:
            self.meanwhile = None
            await meanwhile()
        return done

    def of_workspace(self, _: int) -> "BusyEngine":
        return self


async def test_the_scheduled_edition_of_the_same_moment_repeats_nothing(
    harness: BotHarness,
):
    harness.clock.advance(minutes=2)
    engine = BusyEngine(harness.wake)
    busy = replace(harness.publisher, engine=engine)
    outcome = await busy.post_now(await harness.digest(), "now")
    await harness.outbox.drain()
    assert outcome.stored_edition is None
    assert "already posted" in str(outcome.reason)
    shown = [str(m.payload["text"]) for m in harness.platform.messages]
    assert len(shown) == len(set(shown))


async def test_neither_does_it_repeat_what_was_posted_on_a_topic(harness: BotHarness):
    await harness.ingestor.refresh((await harness.digest()).sources)
    harness.publish("flood", FLOOD)
    harness.clock.advance(minutes=2)
    busy = replace(harness.publisher, engine=BusyEngine(harness.wake))
    digest, place = await harness.digest(), await harness.place()
    order = EditionOrder(digest=digest, workspace=place.workspace, topic="flooded")
    with pytest.raises(UserError, match="already posted"):
        await ManualPublisher(publisher=busy).post(order, "now")
