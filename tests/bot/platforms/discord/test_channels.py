"""Forums, threads and published messages: an edition is posted there once,
through the real outbox and the real client.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.model.scope import Scope
from bot.platforms.discord import limits
from bot.platforms.discord.channels import ShardRange, parse_shards
from bot.platforms.discord.rate_limits import DiscordRateLimiter, parse_route
from bot.platforms.discord.session import DiscordSession
from bot.storage import delivery_queue, delivery_store, edition_store
from tests.bot.delivery.test_outbox import order, reasons, states
from tests.bot.harness import FLOOD, WAIT, BotHarness, open_harness
from tests.bot.platforms.discord.conftest import CONFIGURATION, a_platform, until
from tests.bot.platforms.discord.test_delivery_faults import after_the_wait, keys
from tests.builders import some_settings
from tests.wire.discord.faults import Limit, Lost, Status
from tests.wire.discord.ledger import (
    ALL_WE_NEED,
    HISTORY,
    OPEN_THREADS,
    SEND_IN_THREADS,
)
from tests.wire.discord.threads import (
    CROSSPOSTED,
    FORUM,
    MEDIA,
    NEWS,
    THREAD,
    of_channel,
)

MANNER = 'channel = "2001"\n'


def posts(discord, channel: str = "2001") -> list[Any]:
    return of_channel(discord.ledger, channel)


async def behaving(harness: BotHarness, *settings: str) -> None:
    """Set these post options for the destination."""
    await harness.apply(
        CONFIGURATION.replace(MANNER, MANNER + "".join(f"{s}\n" for s in settings))
    )


async def claimed(harness: BotHarness):
    """The first delivery of an edition, as the outbox claims it."""
    await order(harness)
    found = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=1
    )
    return found[0]


@pytest.fixture
def parted(monkeypatch) -> None:
    """One story per message: an edition of two stories has two parts."""
    monkeypatch.setattr(limits, "STORIES", 1)


@pytest.fixture
def forum(discord) -> str:
    discord.ledger.channel("2001", kind=FORUM, messages=[])
    return "2001"


# ── forums ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [FORUM, MEDIA])
async def test_an_edition_is_one_post_of_a_forum_with_all_its_parts(
    harness, discord, parted, kind
):
    discord.ledger.channel("2001", kind=kind, messages=[])
    await harness.post()
    assert await states(harness) == ["sent", "sent"]
    (post,) = posts(discord)
    assert len(discord.ledger.says(post.id)) == 2
    assert discord.ledger.says("2001") == []


async def test_a_post_is_called_as_its_edition_with_the_day(harness, discord, forum):
    await harness.post()
    (post,) = posts(discord)
    assert post.name == "Morning brief · Tuesday 24 November"


async def test_the_message_that_opens_a_post_can_ping_nobody(harness, discord, forum):
    await harness.post()
    (call,) = discord.asked("open")
    assert call.body["message"]["allowed_mentions"] == {"parse": []}


async def test_once_known_a_forum_costs_no_vain_call(harness, discord, forum):
    await harness.post()
    harness.publish("flood", FLOOD)
    await harness.post("again")
    assert len(posts(discord)) == 2
    assert len(discord.asked("post")) == 1
    assert len(discord.asked("list")) == 1


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_lost_answer_leaves_one_post(harness, discord, forum, how):
    discord.script(Lost(when="after", how=how), "open")
    await harness.post()
    assert await states(harness) == ["uncertain"]
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(posts(discord)) == 1


async def test_a_lost_request_is_sent_again_and_leaves_one_post(
    harness, discord, forum
):
    discord.script(Lost(when="before"), "open")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(posts(discord)) == 1


@pytest.mark.parametrize("status", [500, 503, 524])
async def test_a_fault_after_the_post_was_created_leaves_one_post(
    harness, discord, forum, status
):
    # The library repeats most of these itself, and a forum post has no nonce.
    discord.script(Status(status=status, commits=True), "open")
    await harness.post()
    assert await states(harness) == ["uncertain"]
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(posts(discord)) == 1


async def test_a_post_that_was_archived_meanwhile_is_found(harness, discord, forum):
    discord.script(Lost(when="after"), "open")
    await harness.post()
    (post,) = posts(discord)
    post.archived_at = harness.clock.now()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len(posts(discord)) == 1


async def test_a_post_is_found_whatever_people_call_it_and_post_beside_it(
    harness, discord, forum
):
    discord.script(Lost(when="after"), "open")
    await harness.post()
    posts(discord)[0].name = "renamed"
    for _ in range(5):
        number = discord.ledger.next_number()
        discord.ledger.channel(number, kind=THREAD, parent="2001", owner="7001")
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    assert len([p for p in posts(discord) if p.owner != "7001"]) == 1
    assert len(discord.asked("read")) == 1, "what others posted is not looked into"


async def test_the_post_of_another_edition_is_not_taken_for_it(harness, discord, forum):
    await harness.post()
    harness.publish("flood", FLOOD)
    discord.script(Lost(when="before"), "open")
    await harness.post("again")
    await after_the_wait(harness)
    assert await states(harness) == ["sent", "sent"]
    assert len(posts(discord)) == 2


async def test_the_parts_behind_a_post_that_was_found_go_into_it(
    harness, discord, forum, parted
):
    discord.script(Lost(when="after"), "open")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent", "sent"]
    (post,) = posts(discord)
    assert len(discord.ledger.says(post.id)) == 2


async def test_a_lost_answer_in_a_post_leaves_one_message_there(
    harness, discord, forum, parted
):
    # Discord has forgotten the nonce: only reading back can find the message.
    discord.ledger.nonce_window = timedelta(0)
    await harness.platform._ensure_session()
    discord.script(Lost(when="after"), "post")
    harness.platform._session.api._kinds.put(2001, FORUM)
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent", "sent"]
    (post,) = posts(discord)
    assert len(discord.ledger.says(post.id)) == 2
    assert len(discord.asked("post")) == 1


async def test_a_kill_before_the_record_leaves_one_post(
    harness, discord, forum, sqlite_url, tmp_path
):
    await harness.platform.send(await claimed(harness))  # and here it is killed
    platform = a_platform(discord)
    async with open_harness(sqlite_url, tmp_path, cast(Any, platform)) as restarted:
        restarted.clock.set(harness.clock.now() + 2 * WAIT)
        discord.ledger.clock = restarted.clock
        await restarted.outbox.drain()
        await after_the_wait(restarted)
        assert await states(restarted) == ["sent"]
        await platform.close()
    assert len(posts(discord)) == 1


async def test_a_forum_whose_history_is_closed_holds_the_delivery(
    harness, discord, forum
):
    discord.ledger.channel(forum, permissions=ALL_WE_NEED & ~HISTORY)
    discord.script(Lost(when="after"), "open")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["held"]
    assert len(posts(discord)) == 1


async def test_in_plain_words_too_a_post_is_found_by_its_key(harness, discord, forum):
    discord.expects("Discord does not take it")
    discord.script(Status(status=400, code=50035), "open")
    discord.script(Lost(when="after"), "open")
    await harness.post()
    await after_the_wait(harness)
    assert await states(harness) == ["sent"]
    (post,) = posts(discord)
    assert re.search(r"v1:quotes:e-[0-9a-z]{6}#k", str(post)), "its edition's quotes"


async def test_a_forum_that_wants_tags_stops_with_what_to_do(harness, discord, forum):
    discord.ledger.channel(forum, wants_tag=True)
    await harness.post()
    assert await states(harness) == ["retry"]
    assert "Require people" in str((await harness.digest()).destinations[0].paused)


async def test_a_post_that_somebody_deleted_stops_its_edition_and_nothing_else(
    harness, discord, forum, parted
):
    first = await claimed(harness)
    message = await harness.platform.send(first)
    await harness.db.write(
        delivery_store.record_sent, first, message_id=message, now=harness.clock.now()
    )
    posts(discord)[0].deleted = True
    await harness.outbox.drain()
    assert await states(harness) == ["sent", "failed"]
    assert "thread" in str((await reasons(harness))[1])
    assert (await harness.digest()).destinations[0].paused is None


async def test_an_undone_edition_leaves_no_message_in_its_post(
    harness, discord, forum, parted
):
    await harness.post()
    await take_back(harness)
    (post,) = posts(discord)
    assert discord.ledger.says(post.id) == []


async def take_back(harness: BotHarness) -> None:
    digest = await harness.digest()
    key: Any = {"scope": digest.scope, "digest_id": digest.id}
    stored_edition = await harness.db.read(edition_store.find_newest_edition_of, **key)
    assert stored_edition is not None
    await harness.db.write(
        delivery_store.delete_edition_messages,
        Scope(digest.workspace_id),
        edition_id=stored_edition.id,
        now=harness.clock.now(),
    )
    await harness.outbox.drain()


async def test_messages_in_a_post_can_be_edited(harness, discord, forum):
    sent = await claimed(harness)
    message = await harness.platform.send(sent)
    text = {"type": 10, "content": "Corrected"}
    payload = {"components": [{"type": 17, "components": [text]}]}
    changed = replace(sent, operation="edit", message_id=message, payload=payload)
    assert await harness.platform.send(changed) == message
    (post,) = posts(discord)
    (stands,) = discord.ledger.says(post.id)
    assert "Corrected" in str(stands["components"])


# ── threads below a message ────────────────────────────────────────────────────


async def test_further_parts_are_in_a_thread_below_the_first(harness, discord, parted):
    await behaving(harness, "thread = true")
    await harness.post()
    assert await states(harness) == ["sent", "sent"]
    (first,) = discord.ledger.says("2001")
    (thread,) = posts(discord)
    assert thread.id == first["id"]
    assert thread.name == "Morning brief · Tuesday 24 November"
    assert len(discord.ledger.says(thread.id)) == 1


async def test_an_edition_of_one_part_opens_no_thread(harness, discord):
    await behaving(harness, "thread = true")
    await harness.post()
    assert discord.asked("open") == []


@pytest.mark.parametrize("operation", ["open", "post"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_whatever_is_lost_there_is_one_thread_and_one_message_in_it(
    harness, discord, parted, operation, when
):
    # Discord has forgotten the nonce: only reading back can find the message.
    discord.ledger.nonce_window = timedelta(0)
    await behaving(harness, "thread = true")
    sent = await claimed(harness)
    message = await harness.platform.send(sent)
    await harness.db.write(
        delivery_store.record_sent, sent, message_id=message, now=harness.clock.now()
    )
    discord.script(Lost(when=when), operation)
    await harness.outbox.drain()
    await after_the_wait(harness)
    assert await states(harness) == ["sent", "sent"]
    (thread,) = posts(discord)
    assert len(discord.ledger.says(thread.id)) == len(discord.ledger.says("2001")) == 1


async def test_without_permission_for_threads_all_is_in_the_channel(
    harness, discord, parted
):
    # Discord has forgotten the nonce: only reading back can find the message.
    discord.ledger.nonce_window = timedelta(0)
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~OPEN_THREADS)
    await behaving(harness, "thread = true")
    discord.script(Lost(when="after"), "post", channel="2001", times=2)
    await harness.post()
    await after_the_wait(harness)
    await after_the_wait(harness)
    assert await states(harness) == ["sent", "sent"]
    assert len(discord.ledger.says("2001")) == 2


async def test_a_destination_that_is_a_thread_itself_takes_all_parts(
    harness, discord, parted
):
    discord.ledger.channel("2100")
    discord.ledger.channel("2001", kind=THREAD, parent="2100", owner="7001")
    await behaving(harness, "thread = true")
    await harness.post()
    assert await states(harness) == ["sent", "sent"]
    assert len(discord.ledger.says("2001")) == 2


async def test_a_thread_in_which_the_bot_may_not_write_stops_the_destination(
    harness, discord, parted
):
    allowed = ALL_WE_NEED & ~SEND_IN_THREADS
    discord.ledger.channel("2001", permissions=allowed)
    await behaving(harness, "thread = true")
    await harness.post()
    assert await states(harness) == ["sent", "retry"]
    assert "Send Messages in Threads" in str(
        (await harness.digest()).destinations[0].paused
    )


async def test_a_thread_that_waits_for_its_allowance_holds_up_no_message(
    harness, discord, parted
):
    await behaving(harness, "thread = true")
    discord.script(Limit(retry_after=600, scope="user"), "open")
    await harness.post()
    assert await states(harness) == ["sent", "retry"]
    harness.publish("flood", FLOOD)
    await behaving(harness)
    sent = replace(
        await claimed_again(harness), part=1, opening_message_id=None, key="k" * 25
    )
    await harness.platform.send(sent)
    assert len(discord.ledger.says("2001")) == 2


async def claimed_again(harness: BotHarness):
    digest = await harness.digest()
    (found, *_) = await harness.db.read(
        delivery_store.list_newest_deliveries, Scope(digest.workspace_id), count=1
    )
    return found


# ── silent messages, and a role to mention ─────────────────────────────────────

SILENT = limits.SUPPRESS_NOTIFICATIONS


async def test_a_silent_destination_makes_no_sound(harness, discord):
    await behaving(harness, "silent = true")
    await harness.post()
    (message,) = discord.ledger.says("2001")
    assert message["flags"] & SILENT


async def test_an_edit_of_a_silent_message_is_taken(harness, discord):
    await behaving(harness, "silent = true")
    sent = await claimed(harness)
    message = await harness.platform.send(sent)
    changed = replace(sent, operation="edit", message_id=message)
    assert await harness.platform.send(changed) == message


async def scheduled(harness: BotHarness) -> None:
    harness.clock.advance(minutes=3)
    await harness.wake()


async def test_a_scheduled_edition_pings_the_role_once(harness, discord, parted):
    await behaving(harness, 'ping = "4711"')
    await scheduled(harness)
    first, second = discord.ledger.says("2001")
    assert first["mention_roles"] == ["4711"]
    assert second["mention_roles"] == []
    assert "<@&" not in str(second["components"])


async def test_an_edition_that_was_ordered_pings_nobody(harness, discord):
    await behaving(harness, 'ping = "4711"')
    await harness.post()
    (message,) = discord.ledger.says("2001")
    assert message["mention_roles"] == []
    assert "<@&" not in str(message["components"])


async def test_feed_text_pings_neither_the_role_nor_another(harness, discord):
    harness.publish(
        "sly", FLOOD.replace("River floods", "<@&4711> <@&4712> @everyone floods")
    )
    await behaving(harness, 'ping = "4711"')
    await harness.post()
    (message,) = discord.ledger.says("2001")
    assert message["mention_roles"] == []
    (call,) = discord.asked("post")
    assert call.body["allowed_mentions"] == {"parse": []}


async def test_beside_the_ping_nothing_in_the_message_can_ping(harness, discord):
    harness.publish("sly", FLOOD.replace("River floods", "<@&4711> @here floods"))
    await behaving(harness, 'ping = "4711"')
    await scheduled(harness)
    (call,) = discord.asked("post")
    assert call.body["allowed_mentions"] == {"parse": [], "roles": ["4711"]}
    (message,) = discord.ledger.says("2001")
    assert message["mention_roles"] == ["4711"], "only our own mention is one"


async def test_the_role_is_pinged_in_plain_words_too(harness, discord):
    await behaving(harness, 'ping = "4711"', "silent = true")
    discord.script(Status(status=400, code=50035), "post")
    await scheduled(harness)
    await harness.outbox.drain()
    (message,) = discord.ledger.says("2001")
    assert message["content"].startswith("<@&4711>\n")
    assert message["mention_roles"] == ["4711"]
    assert len(message["content"]) <= limits.CONTENT
    assert message["flags"] & SILENT


# ── published to followers ─────────────────────────────────────────────────────


@pytest.fixture
def news(discord) -> str:
    discord.ledger.channel("2001", kind=NEWS)
    return "2001"


def published(discord) -> list[bool]:
    return [bool(m["flags"] & CROSSPOSTED) for m in discord.ledger.says("2001")]


async def test_what_is_posted_in_an_announcement_channel_is_published(
    harness, discord, news
):
    await behaving(harness, "crosspost = true")
    await harness.post()
    await until(lambda: published(discord) == [True])


async def test_nothing_is_published_unasked(harness, discord, news):
    await harness.post()
    await idle(harness)
    assert discord.asked("publish") == []


async def idle(harness: BotHarness) -> None:
    """Wait until nothing is being published any more."""
    platform = cast(Any, harness.platform)
    await until(lambda: not platform._crossposts._tasks)


@pytest.mark.parametrize(
    "fault",
    [
        Status(status=500),
        Status(status=403, code=50013),
        Limit(retry_after=3000, scope="user"),
        Lost(when="before"),
        Lost(when="after"),
    ],
)
async def test_what_cannot_be_published_is_posted_all_the_same_and_tried_once(
    harness, discord, news, fault
):
    await behaving(harness, "crosspost = true")
    discord.script(fault, "publish")
    await harness.post()
    await idle(harness)
    assert await states(harness) == ["sent"]
    harness.publish("flood", FLOOD)
    await harness.post("again")
    await idle(harness)
    assert await states(harness) == ["sent", "sent"]
    assert len(discord.asked("publish")) == 1, "the channel rests"


async def test_in_an_ordinary_channel_publishing_is_tried_once(harness, discord):
    await behaving(harness, "crosspost = true")
    await harness.post()
    await idle(harness)
    assert await states(harness) == ["sent"]
    assert len(discord.asked("publish")) == 1


async def test_in_an_hour_fewer_are_published_than_discord_allows(
    harness, discord, news
):
    await behaving(harness, "crosspost = true")
    sent = await claimed(harness)
    for number in range(12):
        key = f"{number:025}".replace("0", "a")
        await harness.platform.send(replace(sent, key=key))
        await idle(harness)
    assert sum(published(discord)) == limits.CROSSPOSTS
    assert len(keys(discord)) == 12


async def test_of_an_edition_with_a_thread_the_first_message_is_published(
    harness, discord, news, parted
):
    await behaving(harness, "crosspost = true", "thread = true")
    await harness.post()
    await idle(harness)
    assert await states(harness) == ["sent", "sent"]
    assert len(discord.asked("publish")) == 1


# ── rate limits ────────────────────────────────────────────────────────────────


@given(channel=st.integers(1, 10**19), message=st.integers(1, 10**19))
def test_threads_and_publishing_have_allowances_of_their_own(channel, message):
    base = f"/api/v10/channels/{channel}"
    assert parse_route(f"{base}/messages") == str(channel)
    assert parse_route(f"{base}/messages/{message}") == str(channel)
    assert parse_route(f"{base}/threads") == f"{channel}/threads"
    assert parse_route(f"{base}/messages/{message}/threads") == f"{channel}/threads"
    assert parse_route(f"{base}/threads/archived/public") == f"{channel}/threads"
    assert parse_route(f"{base}/messages/{message}/crosspost") == f"{channel}/crosspost"
    assert parse_route(f"/api/v10/users/{message}") == ""


def test_the_shards_of_a_process_are_written_as_a_range_of_all():
    assert parse_shards("0-3/8") == ShardRange(first=0, last=3, count=8)
    assert parse_shards("7-7/8") == ShardRange(first=7, last=7, count=8)


@pytest.mark.parametrize("written", ["", "3", "0-3", "3-0/8", "0-8/8", "-1-3/8"])
def test_other_shards_are_refused(written):
    assert parse_shards(written) is None
    if written:
        with pytest.raises(ConfigurationError, match="DISCORD_SHARDS"):
            some_settings(discord_shards=written)


async def test_a_process_connects_its_own_shards():
    session = DiscordSession(
        api_base=None,
        gateway=None,
        heartbeat_timeout=60,
        shards=ShardRange(first=2, last=3, count=8),
        pace=DiscordRateLimiter(),
        listener=cast(Any, None),
    )
    assert (session.shard_ids, session.shard_count) == ([2, 3], 8)
    assert not session.connected
    session.shards_connected |= {2, 3}
    assert session.connected
