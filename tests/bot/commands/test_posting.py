"""/newsdesk post with a topic or to another channel: no reader misses a story."""

from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select

from bot.model import Reply
from bot.model.scope import Scope
from bot.storage import destination_store, schema
from digests.messages import Message
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import BRIDGE, CONFIGURATION, FLOOD, POOL, BotHarness
from tests.fakes import FakeEngine, FakePlatform

TWO = CONFIGURATION.replace(
    "[[workspace.digest]]",
    '[[workspace.destination]]\nname = "breaking"\nchannel = "c-breaking"\n\n'
    "[[workspace.digest]]",
)
BOTH = TWO.replace(
    'destinations = ["morning"]', 'destinations = ["morning", "breaking"]'
)


@pytest.fixture
async def ana(empty_harness: BotHarness) -> Editor:
    """An editor; one digest posts to #morning, and #breaking is set up too."""
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish("pool", POOL)
    await empty_harness.apply(TWO)
    return await editor(empty_harness)


def stands(ana: Editor, channel: str) -> list[str]:
    """The messages of a channel."""
    platform: Any = ana.harness.platform
    assert isinstance(platform, FakePlatform)
    return [m.payload["text"] for m in platform.messages if m.channel == channel]


async def post(ana: Editor, **args: str) -> Reply:
    """Order, confirm and deliver an edition; return the last answer."""
    shown = await ana.says("newsdesk post", **args)
    assert not shown.problem, said(shown)
    answer = await ana.presses(shown, "Post now")
    await ana.harness.outbox.drain()
    return answer


# ── a topic ────────────────────────────────────────────────────────────────────


async def test_with_a_topic_only_its_stories_are_posted(ana):
    await post(ana, topic="bridge")
    assert any("bridge" in line for line in stands(ana, "c-morning"))
    assert not any("pool" in line for line in stands(ana, "c-morning"))


async def test_the_confirmation_shows_what_will_be_posted(ana):
    shown = said(await ana.says("newsdesk post", topic="bridge"))
    assert "#morning" in shown
    assert "«bridge»" in shown
    assert "Harbour bridge closes" in shown
    assert "pool" not in shown
    assert stands(ana, "c-morning") == []


async def test_a_topic_edition_counts_only_its_own_stories_as_published(ana):
    await post(ana, topic="bridge")
    await post(ana)
    reported = stands(ana, "c-morning")
    assert sum("Harbour bridge" in line for line in reported) == 1
    assert sum("Torvale pool" in line for line in reported) == 1


async def test_words_are_read_as_in_a_search(ana):
    await post(ana, topic='"repairs to its roof" -bridge')
    reported = stands(ana, "c-morning")
    assert any("pool" in line for line in reported)
    assert not any("Harbour bridge" in line for line in reported)


async def test_a_story_of_which_an_article_has_a_word_to_leave_out_is_left_out(ana):
    again = BRIDGE.replace("Hallin Courier", "Hallin Post").replace(
        "every day.", "every day, and the ferry carries some."
    )
    ana.harness.publish("bridge-again", again)
    answer = await ana.says("newsdesk post", topic="bridge -ferry")
    assert answer.problem


async def test_an_unmatched_topic_is_reported_and_posts_nothing(ana):
    answer = await ana.says("newsdesk post", topic="elephants")
    assert "No recent article contains all of these words: elephants." in said(answer)
    assert not answer.controls


async def test_an_already_published_topic_is_reported(ana):
    await post(ana, topic="bridge")
    answer = await ana.says("newsdesk post", topic="bridge")
    assert "already posted" in said(answer)
    assert not answer.controls


@pytest.mark.parametrize(
    ("topic", "why"), [("-bridge", "at least one word"), ("b" * 41, "at most 40")]
)
async def test_a_topic_that_cannot_be_searched_is_rejected(ana, topic, why):
    answer = await ana.says("newsdesk post", topic=topic)
    assert answer.problem
    assert why in said(answer)


async def test_a_topic_with_colons_and_foreign_letters_is_carried_whole(ana):
    ana.harness.publish("flood", FLOOD.replace("40 shops", "40 shops: «Café Ærø»"))
    await post(ana, topic="shops: Café Ærø")
    assert any("market square" in line for line in stands(ana, "c-morning"))


async def test_a_confirm_pressed_twice_posts_one(ana):
    shown = await ana.says("newsdesk post", topic="bridge")
    await ana.presses(shown, "Post now")
    again = await ana.presses(shown, "Post now")
    await ana.harness.outbox.drain()
    assert "already requested" in said(again)
    assert sum("Harbour bridge" in line for line in stands(ana, "c-morning")) == 1


async def test_an_order_that_dies_before_its_edition_posts_nothing(ana, monkeypatch):
    shown = await ana.says("newsdesk post", topic="bridge")

    async def dies(*_: object, **__: object) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patched:
        patched.setattr(FakeEngine, "run", dies)
        await ana.presses(shown, "Post now")
    await ana.harness.publisher.compose_due()
    await ana.harness.outbox.drain()
    assert stands(ana, "c-morning") == []


# ── another channel ────────────────────────────────────────────────────────────


async def test_it_goes_to_the_other_channel_and_to_no_other(ana):
    answer = await post(ana, to="breaking")
    assert "#breaking" in said(answer)
    assert len(stands(ana, "c-breaking")) == 3
    assert stands(ana, "c-morning") == []


async def test_the_confirmation_names_who_gets_it_and_who_does_not(ana):
    shown = said(await ana.says("newsdesk post", to="breaking"))
    assert "#breaking" in shown
    assert "#morning" not in shown
    assert "own channels do not get it" in shown
    assert "Harbour bridge closes" in shown


async def test_the_digests_own_channel_misses_nothing_by_it(ana):
    await post(ana, to="breaking")
    await post(ana)
    assert len(stands(ana, "c-morning")) == 3


async def test_stories_published_there_are_not_repeated_there(ana):
    await post(ana, to="breaking", topic="bridge")
    await post(ana, to="breaking")
    reported = stands(ana, "c-breaking")
    assert sum("Harbour bridge" in line for line in reported) == 1
    assert sum("Torvale pool" in line for line in reported) == 1
    assert (await ana.says("newsdesk post", to="breaking")).problem


async def test_stories_of_the_own_channel_can_still_go_to_another(ana):
    await post(ana)
    await post(ana, to="breaking")
    assert len(stands(ana, "c-breaking")) == 3


async def test_undone_stories_can_be_published_there_again(ana):
    await post(ana, to="breaking")
    await ana.presses(await ana.says("newsdesk undo"), "Take it back")
    await ana.harness.outbox.drain()
    assert stands(ana, "c-breaking") == []
    await post(ana, to="breaking")
    assert len(stands(ana, "c-breaking")) == 3


async def test_undoing_it_keeps_the_own_channels_ledger(ana):
    await post(ana)
    await post(ana, to="breaking")
    await ana.presses(await ana.says("newsdesk undo"), "Take it back")
    await ana.harness.outbox.drain()
    assert len(stands(ana, "c-morning")) == 3
    outcome = await ana.harness.post("again")
    assert outcome.stored_edition is None


async def test_the_only_channel_of_a_digest_gets_it_as_ever(ana):
    await post(ana, to="morning")
    outcome = await ana.harness.post("again")
    assert outcome.stored_edition is None


async def test_one_of_several_own_channels_gets_it_and_the_others_miss_nothing(ana):
    await ana.harness.apply(BOTH)
    shown = await ana.says("newsdesk post", to="breaking")
    assert "may repeat it there" in said(shown)
    await ana.presses(shown, "Post now")
    await ana.harness.outbox.drain()
    assert stands(ana, "c-morning") == []
    await post(ana)
    assert len(stands(ana, "c-morning")) == 3


async def test_a_correction_elsewhere_is_not_listed_for_the_own_channel(ana):
    await post(ana, to="breaking", topic="bridge")
    ana.harness.publish(
        "bridge",
        BRIDGE.replace("31,000 vehicles", "13,000 vehicles")
        + "\nCorrection: an earlier version gave a wrong number of vehicles.\n",
    )
    ana.harness.clock.advance(hours=1)
    digest = await ana.harness.digest()
    await ana.harness.ingestor.refresh(digest.sources, insist=True)
    before = await ledger(ana)
    for _ in range(3):
        await ana.harness.corrections.run()
        ana.harness.clock.advance(hours=1)
    assert await changes(ana) > 0
    assert await ledger(ana) == before == 0


async def ledger(ana: Editor) -> int:
    return await ana.harness.db.read(rows, schema.published_items)


async def changes(ana: Editor) -> int:
    return await ana.harness.db.read(rows, schema.corrections)


def rows(conn: Connection, table: Table) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


async def test_a_channel_that_is_no_destination_is_named_with_those_that_are(ana):
    answer = await ana.says("newsdesk post", to="nowhere")
    assert answer.problem
    assert "«morning», «breaking»" in said(answer)


async def test_a_stopped_channel_is_rejected_with_the_reason(ana):
    digest = await ana.harness.digest()
    scope = Scope(digest.workspace_id)
    found = await ana.harness.db.read(
        destination_store.find_destination_by_name, scope, name="breaking"
    )
    await ana.harness.db.write(
        destination_store.pause_destination,
        scope,
        destination_id=found.id,
        reason=Message("It was locked."),
    )
    answer = await ana.says("newsdesk post", to="breaking")
    assert answer.problem
    assert "It was locked." in said(answer)


async def test_a_channel_that_was_removed_before_the_confirm_gets_nothing(ana):
    shown = await ana.says("newsdesk post", to="breaking")
    place = await ana.presses(await ana.sees("places"), "#breaking")
    await ana.confirms(await ana.presses(place, "Remove"))
    answer = await ana.presses(shown, "Post now")
    await ana.harness.outbox.drain()
    assert answer.problem
    assert stands(ana, "c-morning") == stands(ana, "c-breaking") == []


async def test_the_next_edition_is_not_promised_to_a_channel_that_gets_none(ana):
    seen = []
    platform = ana.harness.platform
    real = platform.render

    def render(edition, context):
        seen.append(context.next_due)
        return real(edition, context)

    platform.render = render
    await post(ana, to="breaking")
    assert seen
    assert set(seen) == {None}
    seen.clear()
    await post(ana, topic="bridge")
    assert None not in seen


async def test_channels_are_completed(ana):
    asked = await ana._event("newsdesk post", {})
    offered = await ana.harness.inbox.complete(asked, "to", "brea")
    assert offered == ("breaking",)
