"""Pictures of quotes on Discord: uploaded with a message, described, and never needed.

Whatever happens to a picture, the message goes out once, with its words.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.model import Delivery, Picture, PictureRef
from bot.platforms.discord import limits
from bot.platforms.discord.components import (
    CONTAINER,
    build_picture,
    build_section,
    build_text,
    build_thumbnail,
)
from bot.platforms.discord.messages import (
    build_edit_body,
    build_forum_post_body,
    build_post_body,
    collect_pictures,
)
from digests.errors import DigestsError
from tests.bot.corrections.living import correct
from tests.bot.delivery.test_outbox import reasons, states
from tests.bot.harness import BRIDGE, FLOOD, POOL, WAIT, BotHarness, open_harness
from tests.bot.platforms.discord.conftest import CONFIGURATION, a_platform, listening
from tests.bot.platforms.local.samples import a_delivery
from tests.fakes import FakeDrawing
from tests.wire.discord import rules, schema
from tests.wire.discord.faults import Lost, Status
from tests.wire.discord.ledger import ALL_WE_NEED, ATTACH, SEND
from tests.wire.discord.server import CHANNEL, LocalDiscord
from tests.wire.discord.threads import FORUM

WORDS = "The children have waited for eleven months"
PATIENT = "We have all been very patient"
QUOTING = f"""{FLOOD}
“We had an hour to carry everything upstairs,” said Ilse Tamm, the owner of the bakery.
"""


@pytest.fixture
async def harness(
    discord: LocalDiscord, sqlite_url: str, tmp_path: Path, drawing: FakeDrawing
) -> AsyncIterator[BotHarness]:
    """A digest of two articles whose best quote is drawn."""
    platform = a_platform(discord)
    async with open_harness(
        sqlite_url, tmp_path, cast(Any, platform), draw_card=drawing
    ) as built:
        discord.ledger.clock = built.clock
        platform._rate_limiter._now = lambda: built.clock.now().timestamp()
        built.publish("bridge", BRIDGE)
        built.publish("pool", POOL)
        await built.apply(CONFIGURATION)
        yield built
        await platform.close()


async def settings(harness: BotHarness, *lines: str) -> None:
    """Give the digest these settings."""
    chosen = "\n".join(('name = "Morning brief"', *lines))
    await harness.apply(CONFIGURATION.replace('name = "Morning brief"', chosen))


async def withdraw(harness: BotHarness) -> None:
    """Replace the words of the quote that was drawn."""
    await correct(harness, (WORDS, PATIENT), text=POOL, article="pool")


def only(discord: LocalDiscord, channel: str = CHANNEL) -> dict[str, Any]:
    (message,) = discord.ledger.says(channel)
    return message


def drawn_words(message: dict[str, Any]) -> list[str]:
    """What the pictures of a message say that its readers see."""
    return [one["content"][24:].decode() for one in message["attachments"]]


def galleries(message: dict[str, Any]) -> list[Any]:
    nodes = rules.walk(message["components"])
    return [node for _, node in nodes if node["type"] == 12]


def colour(message: dict[str, Any]) -> int | None:
    (box,) = [node for node in message["components"] if node["type"] == CONTAINER]
    return cast("int | None", box.get("accent_color"))


# ── posted ─────────────────────────────────────────────────────────────────────


async def test_the_best_quote_is_a_picture_in_its_message(harness, discord):
    await harness.post()
    (drawn,) = drawn_words(only(discord))
    assert WORDS in drawn


async def test_a_picture_says_the_whole_quote_to_those_who_cannot_see_it(
    harness, discord
):
    await harness.post()
    message = only(discord)
    (gallery,) = galleries(message)
    (item,), (file,) = gallery["items"], message["attachments"]
    assert item["description"] == file["description"]
    for said in (WORDS, "Osric Vane", "Torvale"):
        assert said in item["description"]


async def test_the_words_of_a_picture_are_in_the_message_as_text(harness, discord):
    await harness.post()
    texts = [n["content"] for _, n in rules.walk(only(discord)["components"])
             if n["type"] == 10]  # fmt: skip
    assert WORDS in "\n".join(texts)


async def test_a_message_with_a_picture_carries_its_key(harness, discord):
    await harness.post()
    (call,) = discord.asked("post")
    assert len(call.body["nonce"]) == 25
    assert call.body["enforce_nonce"]
    assert list(call.files) == ["files[0]"]


async def test_a_silent_message_that_pings_a_role_has_its_picture_too(harness, discord):
    manner = 'channel = "2001"\nping = "4711"\nsilent = true'
    await harness.apply(CONFIGURATION.replace('channel = "2001"', manner))
    harness.clock.advance(minutes=3)
    await harness.wake()
    message = only(discord)
    assert message["mention_roles"] == ["4711"]
    assert message["flags"] & limits.SUPPRESS_NOTIFICATIONS
    assert len(drawn_words(message)) == 1


async def test_the_message_that_opens_a_post_in_a_forum_has_its_picture(
    harness, discord
):
    discord.ledger.channel(CHANNEL, kind=FORUM, messages=[])
    await harness.post()
    (post,) = [one for one in discord.ledger.channels.values() if one.parent == CHANNEL]
    assert len(drawn_words(only(discord, post.id))) == 1


async def test_each_message_of_an_edition_has_the_pictures_of_its_own_quotes(
    harness, discord, monkeypatch
):
    monkeypatch.setattr(limits, "STORIES", 1)
    harness.publish("flood", QUOTING)
    await settings(harness, 'cards = "all"')
    await harness.post()
    messages = discord.ledger.says(CHANNEL)
    assert len(messages) == 3
    for message in messages:
        (drawn,) = drawn_words(message)
        written = [
            n["content"]
            for _, n in rules.walk(message["components"])
            if n["type"] == 10
        ]
        assert f"“{drawn}”" in "".join(written)


# ── replaced ───────────────────────────────────────────────────────────────────


async def test_a_correction_replaces_the_picture(harness, discord, drawing):
    await harness.post()
    before = only(discord)["attachments"]
    await withdraw(harness)
    after = only(discord)["attachments"]
    assert drawing.asked[-1].struck
    assert len(after) == 1
    assert after[0]["id"] != before[0]["id"]


async def test_a_corrected_message_whose_picture_was_not_drawn_keeps_no_old_one(
    harness, discord, drawing
):
    await harness.post()
    drawing.fault = DigestsError("card.not_drawn")
    await withdraw(harness)
    message = only(discord)
    assert len(discord.asked("edit")) == 1
    assert message["attachments"] == galleries(message) == []


# ── left out ───────────────────────────────────────────────────────────────────


def showing(*sizes: int, loaded: int | None = None) -> Delivery:
    """A delivery with pictures of these sizes, of which the first are loaded."""
    names = [f"{number:04x}" for number in range(len(sizes))]
    refs = [PictureRef(hash=name, width=12, height=6, alt=name) for name in names]
    shown = [build_text("Words"), *map(build_picture, refs)]
    pictures = [
        Picture(hash=name, content=b"x" * size, width=12, height=6)
        for name, size in zip(names, sizes, strict=True)
    ]
    return a_delivery(
        payload={"components": [{"type": CONTAINER, "components": shown}]},
        pictures=tuple(names),
        loaded_pictures=tuple(pictures[:loaded]),
        title="Brief",
    )


MIB = 2**20


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (showing(5, 5), ["0000.png", "0001.png"]),
        (showing(5, 5, loaded=1), ["0000.png"]),
        (showing(5, loaded=0), []),
        (showing(11 * MIB, 5), ["0001.png"]),
        (
            showing(9 * MIB, 9 * MIB, 9 * MIB, 5),
            ["0000.png", "0001.png", "0003.png"],
        ),
        (
            showing(*[5] * 12),
            [f"{number:04x}.png" for number in range(10)],
        ),
    ],
)
@pytest.mark.parametrize("build", [build_post_body, build_edit_body])
def test_what_was_not_loaded_or_is_too_large_is_left_out(message, kept, build):
    body = build(message)
    assert list(collect_pictures(message)) == kept
    assert [one["filename"] for one in body.get("attachments", ())] == kept
    assert [url.removeprefix(rules.BESIDE) for url in rules.files_shown(body)] == kept
    assert rules.message(body, edit=build is build_edit_body) == []


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (build_post_body, "MessageCreateRequest"),
        (build_edit_body, "MessageEditRequestPartial"),
        (build_forum_post_body, "CreateForumThreadRequest"),
    ],
)
def test_discords_own_schema_takes_showing(build, name):
    assert schema.complaints(name, build(showing(5, 5))) == []


def test_a_picture_that_two_stories_show_is_uploaded_and_shown_once():
    message = showing(5)
    (box,) = message.payload["components"]
    twice = [{**box, "components": [*box["components"], box["components"][-1]]}]
    body = build_post_body(replace(message, payload={"components": twice}))
    assert len(body["attachments"]) == len(galleries(body)) == 1


@pytest.mark.parametrize("loaded", [1, 0])
def test_a_text_stays_without_the_picture_beside_it(loaded):
    message = showing(5, loaded=loaded)
    ref = PictureRef(hash="0000", width=12, height=6, alt="")
    section = build_section("A story", build_thumbnail(ref))
    body = build_post_body(replace(message, payload={"components": [section]}))
    kinds = [node["type"] for _, node in rules.walk(body["components"])]
    assert kinds == ([9, 10, 11] if loaded else [10])
    assert len(body.get("attachments", ())) == loaded
    assert rules.message(body) == []


@pytest.mark.parametrize("alt", ["", " ", "\x1b", "\u200b\n"])
def test_a_picture_whose_description_is_blank_has_none(alt):
    gallery = build_picture(PictureRef(hash="0000", width=12, height=6, alt=alt))
    assert all("description" not in item for item in gallery["items"])


def test_a_message_in_plain_words_has_no_pictures():
    plain = replace(showing(5), payload={}, fallback_level=1)
    assert "attachments" not in build_post_body(plain)
    assert build_edit_body(plain)["attachments"] == []


# ── refused ────────────────────────────────────────────────────────────────────


async def test_where_no_file_may_be_attached_the_message_goes_out_at_once(
    harness, discord
):
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED & ~ATTACH)
    await harness.post()
    assert await states(harness) == ["sent"]
    assert only(discord)["attachments"] == []
    assert len(discord.asked("post")) == 2
    assert (await harness.digest()).destinations[0].paused is None


async def test_where_the_gateway_says_so_no_picture_is_tried(harness, discord):
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED & ~ATTACH)
    platform = harness.publisher.platforms["discord"]
    async with listening(discord, harness.inbox, platform):
        await harness.post()
    assert len(discord.asked("post")) == 1
    assert only(discord)["attachments"] == []


async def test_a_channel_that_may_not_be_posted_in_is_paused_as_without_pictures(
    harness, discord
):
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED & ~SEND)
    await harness.post()
    assert "«Send Messages»" in str((await reasons(harness))[0])
    assert (await harness.digest()).destinations[0].paused is not None


@pytest.mark.parametrize(
    "refusal",
    [Status(status=413, code=40005), Status(status=400, code=50035)],
)
async def test_a_message_refused_for_its_picture_goes_out_as_rendered_without_it(
    harness, discord, refusal
):
    discord.script(refusal, "post")
    await harness.post()
    message = only(discord)
    assert await states(harness) == ["sent"]
    assert message["attachments"] == []
    assert message["components"], "not in plain words"


async def test_a_correction_refused_for_its_picture_is_made_without_it(
    harness, discord
):
    await harness.post()
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED & ~ATTACH)
    await withdraw(harness)
    message = only(discord)
    assert "withdrawn" in str(message["components"])
    assert message["attachments"] == []


# ── lost answers ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_leaves_one_message_with_its_picture(
    harness, discord, when
):
    discord.script(Lost(when=when), "post")
    await harness.post()
    harness.clock.advance(2 * WAIT)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]
    assert len(drawn_words(only(discord))) == 1


async def test_a_message_that_is_sent_again_has_the_same_picture(harness, discord):
    discord.script(Status(status=503), "post")
    await harness.post()
    harness.clock.advance(seconds=5)
    await harness.outbox.drain()
    first, second = discord.asked("post")
    assert first.files == second.files != {}
    assert len(drawn_words(only(discord))) == 1


async def test_a_request_that_the_library_repeats_has_the_same_picture(
    harness, discord
):
    discord.script(Status(status=502, commits=True), "post")
    await harness.post()
    first, second = discord.asked("post")
    assert first.files == second.files != {}
    assert len(drawn_words(only(discord))) == 1


async def test_a_post_in_a_forum_is_not_repeated_by_the_library_with_its_picture(
    harness, discord
):
    discord.ledger.channel(CHANNEL, kind=FORUM, messages=[])
    discord.script(Status(status=502, commits=True), "open")
    await harness.post()
    harness.clock.advance(2 * WAIT)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"]
    (call,) = discord.asked("open")
    assert call.files


# ── the edge ───────────────────────────────────────────────────────────────────


async def test_a_post_has_an_edge_in_the_colour_of_its_digest(harness, discord):
    await settings(harness, 'accent = "#1f6feb"')
    await harness.post()
    assert colour(only(discord)) == 0x1F6FEB


async def test_without_a_colour_a_post_has_discords_own_edge(harness, discord):
    await harness.post()
    assert colour(only(discord)) is None


async def test_a_corrected_post_keeps_the_colour_that_it_was_posted_with(
    harness, discord
):
    await settings(harness, 'accent = "#1f6feb"')
    await harness.post()
    await settings(harness, 'accent = "#aa0000"')
    await withdraw(harness)
    assert colour(only(discord)) == 0x1F6FEB
