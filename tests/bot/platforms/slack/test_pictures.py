"""Pictures of quotes: one file for all channels, and never at the cost of a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text

from bot.errors import SendRefused, UserError
from bot.model import Delivery, MessagePart, Picture, PictureRef
from bot.operations.maintenance import Maintenance
from bot.platforms.slack import forms, limits
from bot.platforms.slack.block_kit import divider_block, picture_block, plain_text
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.plugin import PLUGIN
from bot.platforms.slack.uploads import PictureUploads, list_pictures, place_files
from bot.ports import PlatformContext
from bot.publishing import manual
from bot.storage import Connection, delivery_queue, edition_store, picture_store
from bot.storage.picture_store import UPLOAD_LIFE, DatabaseUploadStore
from tests.bot.delivery.test_outbox import order, states
from tests.bot.harness import BRIDGE, POOL, WAIT, BotHarness, open_harness
from tests.bot.platforms.slack.conftest import (
    CONFIGURATION,
    OTHER,
    TWO_CHANNELS,
    share_clock,
    until,
)
from tests.builders import some_settings
from tests.fakes import FakeClock, FakeUploadStore
from tests.wire.discord.faults import Lost, Slow, Status
from tests.wire.slack.faults import Limit, Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack
from tests.wire.slack.uploads import named_files

CARD = Picture(hash="ab" * 32, content=b"\x89PNG card", width=1200, height=630)
SECOND = Picture(hash="cd" * 32, content=b"\x89PNG second", width=1200, height=630)
ALT = "«We will not reopen it», Ada Brandt, engineer"


def show(part: MessagePart, *drawn: Picture) -> MessagePart:
    """The part with pictures below it."""
    blocks = [
        picture_block(PictureRef(hash=p.hash, width=p.width, height=p.height, alt=ALT))
        for p in drawn
    ]
    return replace(
        part,
        payload={"blocks": [*part.payload["blocks"], *blocks]},
        pictures=tuple(p.hash for p in drawn),
    )


class DrawnEditions(SlackPlatform):
    """A platform whose editions show a card in their first message."""

    cards: tuple[Picture, ...] = (CARD,)

    def render(self, edition: Any, context: Any) -> tuple[MessagePart, ...]:
        first, *rest = super().render(edition, context)
        return (show(first, *self.cards), *rest)


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_LOOK_PAUSE", 0.02)


@asynccontextmanager
async def open_newsroom(
    slack: LocalSlack, url: str, home: Path, clock: FakeClock | None = None
) -> AsyncIterator[BotHarness]:
    """A bot whose editions show a card; opening it again is a restart."""
    platform = DrawnEditions(**slack.address)
    async with open_harness(url, home, cast(Any, platform), clock=clock) as built:
        share_clock(built, slack, platform)
        store = DatabaseUploadStore(built.db, built.clock, "slack")
        platform._uploads = PictureUploads(
            platform.installations, store, built.clock.now
        )
        yield built
        await platform.close()


@pytest.fixture
async def newsroom(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[BotHarness]:
    slack.ledger.channel(OTHER)
    async with open_newsroom(slack, sqlite_url, tmp_path) as built:
        built.publish("bridge", BRIDGE)
        built.publish("pool", POOL)
        await built.apply(CONFIGURATION)
        scope = (await built.digest()).scope
        now, drawn = built.clock.now(), (CARD, SECOND)
        hashes = [picture.hash for picture in drawn]
        await built.db.write(picture_store.add_pictures, drawn, now)
        await built.db.write(picture_store.record_uses, scope, hashes, now)
        yield built


async def two_deliveries(newsroom: BotHarness) -> tuple[Delivery, Delivery]:
    """Claimed deliveries of one edition to two channels, with their pictures loaded."""
    await newsroom.apply(TWO_CHANNELS)
    await order(newsroom)
    found = await newsroom.db.write(
        delivery_queue.claim_deliveries, newsroom.clock.now(), WAIT, 50
    )
    first, second = (replace(one, loaded_pictures=(CARD, SECOND)) for one in found)
    return first, second


async def a_drawn_delivery(newsroom: BotHarness) -> Delivery:
    first, _ = await two_deliveries(newsroom)
    return first


async def send(newsroom: BotHarness, *deliveries: Delivery) -> None:
    sends = (newsroom.platform.send(delivery) for delivery in deliveries)
    await asyncio.gather(*sends)


def shown(slack: LocalSlack, channel: str = CHANNEL) -> list[list[str]]:
    """The files that each message in the channel names."""
    return [list(named_files(m.get("blocks"))) for m in slack.ledger.says(channel)]


def files(slack: LocalSlack) -> dict[str, bytes]:
    return slack.people.uploads.list_files()


async def uploads(newsroom: BotHarness) -> list[str]:
    """The states of the recorded files."""

    def read(connection: Connection) -> list[str]:
        query = text("SELECT state FROM uploads ORDER BY id")
        return list(connection.execute(query).scalars())

    return await newsroom.db.read(read)


async def clean(newsroom: BotHarness) -> None:
    """Do what the maintenance does every half minute."""
    await cast(Any, newsroom.platform).delete_unused_files()


# ── the usual way ──────────────────────────────────────────────────────────────


async def test_a_picture_is_uploaded_and_shown_with_its_words(newsroom, slack):
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    ((file,),) = shown(slack)
    assert files(slack) == {file: CARD.content}
    (message,) = slack.ledger.says(CHANNEL)
    (image,) = (b for b in message["blocks"] if b["type"] == "image")
    assert image["alt_text"] == ALT
    assert slack.people.uploads.shown == {}, "the file stands in no channel by itself"
    assert await uploads(newsroom) == ["ready"]


async def test_a_draft_which_is_of_no_edition_shows_its_picture(newsroom, slack):
    delivery = replace(await a_drawn_delivery(newsroom), edition_id=0)
    await send(newsroom, delivery)
    ((file,),) = shown(slack)
    assert files(slack) == {file: CARD.content}
    assert await uploads(newsroom) == ["ready"]


async def test_a_message_without_pictures_makes_no_request_about_files(newsroom, slack):
    newsroom.platform.cards = ()
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    assert slack.asked("upload") == []


async def test_all_channels_share_one_file(newsroom, slack):
    await newsroom.apply(TWO_CHANNELS)
    await newsroom.post()
    assert shown(slack) == shown(slack, OTHER)
    assert len(files(slack)) == len(slack.asked("upload")) == 1


async def test_an_edit_shows_the_file_that_was_posted(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    ts = await newsroom.platform.send(delivery)
    again = replace(delivery, operation="edit", message_id=ts, loaded_pictures=())
    await newsroom.platform.send(again)
    assert shown(slack) == [[*files(slack)]]
    assert len(slack.asked("upload")) == 1


async def test_two_pictures_of_a_message_are_two_files_in_its_order(newsroom, slack):
    newsroom.platform.cards = (SECOND, CARD)
    await newsroom.post()
    (names,) = shown(slack)
    assert [files(slack)[name] for name in names] == [SECOND.content, CARD.content]


async def test_a_file_is_named_only_when_slack_has_processed_it(newsroom, slack):
    slack.people.uploads.processing = 4
    await newsroom.post()
    assert len(shown(slack)[0]) == 1
    assert len(slack.asked("file_info")) == 5


async def test_a_workspace_gets_no_picture_through_the_token_of_another(
    newsroom, slack
):
    delivery = await a_drawn_delivery(newsroom)
    with pytest.raises(SendRefused):
        await newsroom.platform.send(replace(delivery, workspace_external_id="T9"))
    assert slack.asked("upload") == []


# ── what fails costs the picture and not the message ───────────────────────────

STEPS = ("upload", "file", "complete", "file_info")


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize(
    "fault",
    [
        Refusal(code="internal_error"),
        Refusal(code="missing_scope"),
        Refusal(code="storage_limit_reached"),
        Limit(retry_after=30),
        Limit(retry_after=30, quietly=True),
        Status(status=503),
        Lost(when="before"),
        Lost(when="after"),
        Lost(when="before", how="reset"),
    ],
    ids=repr,
)
async def test_a_step_that_fails_never_costs_the_message(
    newsroom, slack, operation, fault
):
    slack.script(fault, operation, times=20)
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert "Harbour bridge" in str(message["blocks"])
    assert len(slack.asked("post")) == 1


@pytest.mark.parametrize("operation", STEPS)
async def test_a_step_that_hangs_delays_the_message_by_a_bounded_time(
    newsroom, slack, operation
):
    newsroom.platform._uploads._patience = 0.3
    slack.script(Slow(seconds=20), operation, times=20)
    begun = asyncio.get_running_loop().time()
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    assert asyncio.get_running_loop().time() - begun < 4
    assert shown(slack) == [[]]


async def test_the_bound_is_clearly_below_the_time_of_a_send():
    settings = some_settings(slack_bot_token="xoxb-1", send_timeout=8)
    store = FakeUploadStore()
    context = PlatformContext(
        settings=settings, clock=FakeClock(), open_uploads=lambda _: store
    )
    platform = cast(Any, PLUGIN.build(context).platform)
    assert platform._uploads._patience == 2
    assert some_settings().send_timeout / 3 >= limits.UPLOADS_TIMEOUT


async def test_a_completion_whose_answer_is_lost_is_looked_at(newsroom, slack):
    slack.script(Lost(when="after"), "complete")
    await newsroom.post()
    assert shown(slack) == [[*files(slack)]]
    assert len(slack.asked("complete")) == 1


async def test_after_a_failure_other_messages_do_not_wait_in_turn(newsroom, slack):
    newsroom.platform._uploads._patience = 0.3
    slack.script(Slow(seconds=20), "file", times=20)
    first, second = await two_deliveries(newsroom)
    await send(newsroom, first)
    begun = asyncio.get_running_loop().time()
    await send(newsroom, replace(second, edition_id=first.edition_id))
    assert asyncio.get_running_loop().time() - begun < 0.25
    assert shown(slack) == shown(slack, OTHER) == [[]]
    assert len(slack.asked("upload")) == 1


async def test_messages_that_are_sent_at_once_upload_one_file(newsroom, slack):
    await send(newsroom, *await two_deliveries(newsroom))
    assert shown(slack) == shown(slack, OTHER) == [[*files(slack)]]
    assert len(slack.asked("upload")) == 1


@pytest.mark.parametrize("scope", ["files:write", "files:read"])
async def test_without_the_scope_no_request_about_files_is_made(newsroom, slack, scope):
    slack.scopes -= {scope}
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    assert shown(slack) == [[]]
    assert slack.asked("upload") == []


async def test_a_limited_method_is_not_asked_again_during_its_wait(newsroom, slack):
    slack.script(Limit(retry_after=30), "upload")
    first, second = await two_deliveries(newsroom)
    await send(newsroom, first)
    await send(newsroom, second)
    assert len(slack.asked("upload")) == 1
    newsroom.clock.advance(seconds=31)
    ts = slack.ledger.says(CHANNEL)[0]["ts"]
    await send(newsroom, replace(first, operation="edit", message_id=ts))
    assert len(slack.asked("upload")) == 2
    assert shown(slack) == [[*files(slack)]]


async def test_a_picture_whose_bytes_are_gone_is_left_out(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    await send(newsroom, replace(delivery, loaded_pictures=()))
    assert shown(slack) == [[]]
    assert slack.asked("upload") == []


async def test_without_a_record_of_files_nothing_is_uploaded(newsroom, slack):
    newsroom.platform._uploads = None
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    assert shown(slack) == [[]]


async def test_a_record_that_cannot_be_written_costs_the_picture_only(
    newsroom, slack, monkeypatch
):
    async def refuse(*_: Any, **__: Any) -> None:
        raise UserError("The disk is full.")

    delivery = await a_drawn_delivery(newsroom)
    monkeypatch.setattr(DatabaseUploadStore, "begin", refuse)
    await send(newsroom, delivery)
    assert shown(slack) == [[]]
    assert slack.asked("file") == [], "nothing is sent that is not recorded"


async def test_a_defect_in_the_upload_costs_the_picture_only(
    newsroom, slack, monkeypatch
):
    monkeypatch.setattr(PictureUploads, "_obtain_file", lambda *_: 1 / 0)
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    assert shown(slack) == [[]]


async def test_a_picture_is_not_sent_to_another_host(newsroom, slack, monkeypatch):
    monkeypatch.setattr(
        forms, "resolve_upload_origin", lambda _: "https://files.example"
    )
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    assert slack.asked("file") == []


# ── blocks that Slack refuses ──────────────────────────────────────────────────


async def test_a_message_refused_with_a_picture_is_posted_without_it(newsroom, slack):
    slack.script(Refusal(code="invalid_blocks"), "post")
    await newsroom.post()
    assert await states(newsroom) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert "Harbour bridge" in str(message["blocks"]), "not as plain text"
    assert shown(slack) == [[]]
    await clean(newsroom)
    assert files(slack) == {}, "the only message does not show it"


async def test_an_edit_refused_with_a_picture_is_repeated_without_it(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    ts = await newsroom.platform.send(delivery)
    slack.script(Refusal(code="invalid_blocks"), "edit")
    await send(newsroom, replace(delivery, operation="edit", message_id=ts))
    assert shown(slack) == [[]]


async def test_a_message_refused_in_both_forms_falls_back_to_plain_text(
    newsroom, slack
):
    slack.script(Refusal(code="invalid_blocks"), "post", times=2)
    await newsroom.post()
    await newsroom.outbox.drain()
    assert await states(newsroom) == ["sent"]
    (message,) = slack.ledger.says(CHANNEL)
    assert "blocks" not in message
    await clean(newsroom)
    assert files(slack) == {}


async def test_another_refusal_is_not_repeated(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    slack.script(Refusal(code="is_archived"), "post")
    with pytest.raises(SendRefused):
        await newsroom.platform.send(delivery)
    assert len(slack.asked("post")) == 1


async def test_a_file_that_somebody_deleted_costs_the_picture_only(newsroom, slack):
    first, second = await two_deliveries(newsroom)
    await send(newsroom, first)
    slack.people.uploads.delete(*files(slack), TEAM)
    slack.expects("does not exist")
    await send(newsroom, second)
    assert shown(slack, OTHER) == [[]]


# ── a process that died, and two at once ───────────────────────────────────────


async def begin(newsroom: BotHarness, delivery: Delivery, file: str) -> None:
    store = DatabaseUploadStore(newsroom.db, newsroom.clock, "slack")
    await store.begin(
        delivery.scope,
        picture=CARD.hash,
        edition_id=delivery.edition_id,
        file=file,
        replaces=None,
    )


async def test_a_file_is_recorded_before_its_bytes_are_sent(newsroom, slack):
    slack.script(Slow(seconds=1), "file")
    sending = asyncio.create_task(
        newsroom.platform.send(await a_drawn_delivery(newsroom))
    )
    await until(lambda: slack.asked("file"))
    assert await uploads(newsroom) == ["begun"]
    await sending


async def test_a_file_that_arrived_before_the_kill_is_adopted(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    client = await newsroom.platform.installations.sign_in()
    ticket = await client.call("files.getUploadURLExternal", filename="a.png", length=1)
    await begin(newsroom, delivery, ticket["file_id"])
    await client.upload(ticket["upload_url"], b"a")
    await client.call(
        "files.completeUploadExternal", files=[{"id": ticket["file_id"], "title": "a"}]
    )
    newsroom.clock.advance(minutes=2)
    await send(newsroom, delivery)
    assert shown(slack) == [[ticket["file_id"]]]
    assert len(slack.asked("upload")) == 1


async def test_a_file_that_did_not_arrive_is_replaced(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    client = await newsroom.platform.installations.sign_in()
    ticket = await client.call("files.getUploadURLExternal", filename="a.png", length=1)
    await begin(newsroom, delivery, ticket["file_id"])
    newsroom.clock.advance(minutes=2)
    await send(newsroom, delivery)
    assert shown(slack) == [[*files(slack)]]
    assert len(slack.asked("upload")) == 2
    newsroom.clock.advance(UPLOAD_LIFE)
    await clean(newsroom)
    assert await uploads(newsroom) == ["deleted", "ready"]
    assert shown(slack) == [[*files(slack)]]


async def test_a_file_that_is_about_to_be_given_up_is_not_adopted(newsroom, slack):
    delivery = await a_drawn_delivery(newsroom)
    slack.script(Lost(when="after"), "complete")
    slack.script(Status(status=503), "file_info")
    await send(newsroom, delivery)
    (old,) = files(slack)
    newsroom.clock.advance(hours=2)
    newsroom.platform._uploads._paused.discard(TEAM)
    ts = slack.ledger.says(CHANNEL)[0]["ts"]
    await send(newsroom, replace(delivery, operation="edit", message_id=ts))
    assert old not in shown(slack)[0]


async def test_two_processes_upload_one_file(newsroom, slack, sqlite_url, tmp_path):
    first, second = await two_deliveries(newsroom)
    async with open_newsroom(slack, sqlite_url, tmp_path, newsroom.clock) as another:
        await asyncio.gather(send(newsroom, first), send(another, second))
    assert shown(slack) == shown(slack, OTHER) == [[*files(slack)]]
    assert len(files(slack)) == len(slack.asked("file")) == 1


# ── deleting ───────────────────────────────────────────────────────────────────


async def undo(newsroom: BotHarness) -> None:
    digest = await newsroom.digest()
    found = await newsroom.db.read(
        edition_store.find_newest_edition_of, digest.scope, digest_id=digest.id
    )
    assert found is not None
    await newsroom.db.write(
        manual.undo_edition,
        digest.scope,
        public_id=found.public_id,
        by="Ana",
        now=newsroom.clock.now(),
    )
    await newsroom.outbox.drain()


async def test_the_file_of_an_edition_that_stands_is_kept(newsroom, slack):
    await newsroom.post()
    newsroom.clock.advance(days=3)
    await clean(newsroom)
    assert shown(slack) == [[*files(slack)]]


async def test_an_undo_deletes_the_file(newsroom, slack):
    await newsroom.post()
    await undo(newsroom)
    await clean(newsroom)
    assert files(slack) == {}
    assert await uploads(newsroom) == ["deleted"]
    await clean(newsroom)
    assert len(slack.asked("file_delete")) == 1


async def test_the_maintenance_deletes_it_within_a_minute(newsroom, slack):
    await newsroom.post()
    maintenance = Maintenance(
        db=newsroom.db,
        clock=newsroom.clock,
        delete_files=[newsroom.platform.delete_unused_files],
    )
    next_at = await maintenance.run()
    await undo(newsroom)
    undone = newsroom.clock.now()
    while files(slack):
        newsroom.clock.set(next_at)
        next_at = await maintenance.run()
    assert newsroom.clock.now() - undone <= timedelta(minutes=1)


@pytest.mark.parametrize("code", ["file_not_found", "file_deleted"])
async def test_a_file_that_is_gone_counts_as_deleted(newsroom, slack, code):
    await newsroom.post()
    await undo(newsroom)
    slack.script(Refusal(code=code), "file_delete")
    await clean(newsroom)
    assert await uploads(newsroom) == ["deleted"]


@pytest.mark.parametrize(
    "fault",
    [
        Lost(when="before"),
        Lost(when="after"),
        Status(status=503),
        Limit(retry_after=20),
        Refusal(code="missing_scope"),
    ],
    ids=repr,
)
async def test_a_deletion_that_failed_is_repeated_later(newsroom, slack, fault):
    await newsroom.post()
    await undo(newsroom)
    slack.script(fault, "file_delete")
    await clean(newsroom)
    await clean(newsroom)
    assert await uploads(newsroom) == ["unused"]
    assert len(slack.asked("file_delete")) == 1, "it is not repeated at once"
    newsroom.clock.advance(hours=1, seconds=1)
    await clean(newsroom)
    assert files(slack) == {}
    assert await uploads(newsroom) == ["deleted"]


async def test_a_file_that_slack_never_deletes_is_not_asked_for_again(newsroom, slack):
    await newsroom.post()
    await undo(newsroom)
    slack.script(Refusal(code="cant_delete_file"), "file_delete")
    await clean(newsroom)
    newsroom.clock.advance(days=1)
    await clean(newsroom)
    assert len(slack.asked("file_delete")) == 1


async def test_a_file_that_was_begun_and_never_shown_is_deleted_after_hours(
    newsroom, slack
):
    newsroom.platform._uploads._patience = 0.3
    slack.people.uploads.processing = 10_000
    await newsroom.post()
    assert shown(slack) == [[]]
    await clean(newsroom)
    assert len(files(slack)) == 1
    newsroom.clock.advance(UPLOAD_LIFE + timedelta(seconds=1))
    await clean(newsroom)
    assert files(slack) == {}


# ── pictures in blocks ─────────────────────────────────────────────────────────


def test_a_picture_without_a_file_is_taken_out_wherever_it_stands():
    ref = PictureRef(hash=CARD.hash, width=1, height=1, alt="")
    image = picture_block(ref)
    beside = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    small = {"type": "context", "elements": [image, plain_text("y")]}
    blocks = [image, {**beside, "accessory": image}, small, divider_block()]
    assert list(list_pictures(blocks)) == [CARD.hash] * 3
    bare = [beside, {**small, "elements": [plain_text("y")]}, divider_block()]
    assert place_files(blocks, {}) == bare
    placed = place_files(blocks, {CARD.hash: "F1"})
    assert list(list_pictures(placed)) == ["F1"] * 3


def test_a_picture_by_address_is_no_upload():
    image = {
        "type": "image",
        "image_url": "https://news.example/a.png",
        "alt_text": "a",
    }
    assert list(list_pictures([image])) == []
    assert place_files([image], {}) == [image]
