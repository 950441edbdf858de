"""Which quotes become pictures, when they are drawn, and what happens if not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.card_pictures import CardIllustrator, choose_cards
from bot.model import DigestOptions, RenderContext
from bot.operations.maintenance import WorkspaceEraser, confirmation_name
from bot.storage import picture_store
from digests.compose import compose
from digests.errors import DigestsError
from digests.types import Edition, EditionStyle
from tests.bot.corrections.living import Rendering, correct, shown
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL, BotHarness, open_harness
from tests.builders import NOON, an_article
from tests.fakes import FakeClock, FakeDrawing

WORDS = "The children have waited for eleven months"
CONTEXT = RenderContext(
    edition_id="e-7k3m9q", digest="Brief", zone="UTC", locale="en", next_due=None
)


@pytest.fixture
async def illustrated(
    sqlite_url: str, tmp_path: Path, drawing: FakeDrawing
) -> AsyncIterator[BotHarness]:
    """A newsroom with a digest and an article, whose platform renders for Discord."""
    platform = Rendering()
    async with open_harness(
        sqlite_url, tmp_path, platform, draw_card=drawing
    ) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
        yield harness


@pytest.fixture
def illustrator(harness: BotHarness, drawing: FakeDrawing) -> CardIllustrator:
    return CardIllustrator(db=harness.db, clock=FakeClock(), draw_card=drawing)


def an_edition() -> Edition:
    """Two stories, each with a quote of its own."""
    pool = an_article(
        id="pool",
        title="Pool reopens",
        source="Torvale Herald",
        text="The public pool in Torvale reopened on Tuesday after repairs.\n\n“The "
        "children have waited for eleven months,” said Osric Vane, the club’s coach.",
    )
    return compose([an_article(), pool], now=NOON, style=EditionStyle())


async def draw_ahead(illustrator: CardIllustrator, edition: Edition) -> None:
    made = await illustrator.illustrate(edition, CONTEXT, DigestOptions())
    await illustrator.db.write(picture_store.add_pictures, made.new, NOON)


def with_setting(line: str) -> str:
    return CONFIGURATION.replace(
        'name = "Morning brief"', f'name = "Morning brief"\n{line}'
    )


def sent_pictures(harness: BotHarness) -> list[list[str]]:
    """The words of the pictures that went with each attempt to send."""
    return [
        [picture.content[24:].decode() for picture in one.loaded_pictures]
        for one in harness.platform.tried
    ]


# ── which quotes ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("setting", "count"), [("best", 1), ("all", 2), ("off", 0)])
def test_the_setting_says_which_quotes_are_drawn(setting: str, count: int):
    options = DigestOptions(cards=setting)
    assert len(list(choose_cards(an_edition(), options))) == count


def test_without_a_quote_of_the_edition_that_of_the_first_story_is_drawn():
    edition = replace(an_edition(), hero=None)
    (card,) = choose_cards(edition, DigestOptions())
    assert card == edition.stories[0].cards[0]


async def test_the_best_quote_of_an_edition_goes_out_as_a_picture(
    illustrated: BotHarness,
):
    await illustrated.post()
    ((picture,),) = sent_pictures(illustrated)
    assert WORDS in picture
    assert WORDS in shown(illustrated), "the words are in the message as text, too"


async def test_a_digest_without_pictures_draws_none(
    illustrated: BotHarness, drawing: FakeDrawing
):
    await illustrated.apply(with_setting('cards = "off"'))
    await illustrated.post()
    assert sent_pictures(illustrated) == [[]]
    assert drawing.asked == []


async def test_words_on_a_picture_are_in_the_language_of_the_readers(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    german = replace(CONTEXT, locale="de")
    await illustrator.illustrate(an_edition(), german, DigestOptions())
    (wording,) = drawing.asked
    assert wording.check_line == "wörtlich aus der Quelle"
    assert wording.date == "6. Januar 2026"


async def test_what_a_picture_says_has_the_day_of_the_readers_zone(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    evening = an_article(published=datetime(2026, 1, 5, 23, 30, tzinfo=UTC))
    edition = compose([evening], now=NOON, style=EditionStyle())
    berlin = replace(CONTEXT, zone="Europe/Berlin", locale="de")
    found = await illustrator.illustrate(edition, berlin, DigestOptions())
    (ref,) = found.refs.values()
    assert ref.alt.endswith(f"({evening.source}, 6. Januar 2026).")


# ── drawn once ─────────────────────────────────────────────────────────────────


async def test_a_picture_that_is_stored_is_not_drawn_again(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    edition, options = an_edition(), DigestOptions()
    await draw_ahead(illustrator, edition)
    found = await illustrator.illustrate(edition, CONTEXT, options)
    assert len(drawing.asked) == 1
    assert (len(found.refs), found.new) == (1, ())


async def test_another_theme_is_another_picture(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    edition = an_edition()
    await draw_ahead(illustrator, edition)
    await illustrator.illustrate(edition, CONTEXT, DigestOptions(card_theme="ink"))
    assert len(drawing.asked) == 2


async def test_the_pictures_of_a_digest_are_drawn_before_it_is_due(
    illustrated: BotHarness, drawing: FakeDrawing
):
    await illustrated.apply(
        CONFIGURATION.replace(
            "every 2 minutes Europe/Berlin", "daily at 14:00 Europe/Berlin"
        )
    )
    await illustrated.ingestor.refresh((await illustrated.digest()).sources)
    illustrated.clock.advance(minutes=55)
    await illustrated.publisher.full_texts.run()
    assert len(drawing.asked) == 1
    drawing.fault = DigestsError("card.not_drawn")
    illustrated.clock.advance(minutes=5)
    await illustrated.wake()
    ((picture,),) = sent_pictures(illustrated)
    assert WORDS in picture


# ── failures ───────────────────────────────────────────────────────────────────


async def test_an_edition_whose_picture_fails_goes_out_as_text(
    illustrated: BotHarness, drawing: FakeDrawing
):
    drawing.fault = DigestsError("card.not_drawn")
    await illustrated.post()
    assert sent_pictures(illustrated) == [[]]
    assert WORDS in shown(illustrated)


async def test_a_picture_that_failed_is_not_tried_again(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    drawing.fault = DigestsError("card.not_drawn")
    for _ in range(3):
        await illustrator.illustrate(an_edition(), CONTEXT, DigestOptions())
    assert len(drawing.asked) == 1


async def test_after_a_while_a_picture_that_failed_is_tried_again(
    harness: BotHarness, drawing: FakeDrawing
):
    illustrator = CardIllustrator(db=harness.db, clock=harness.clock, draw_card=drawing)
    drawing.fault = DigestsError("card.not_drawn")
    await illustrator.illustrate(an_edition(), CONTEXT, DigestOptions())
    drawing.fault = None
    harness.clock.advance(minutes=11)
    found = await illustrator.illustrate(an_edition(), CONTEXT, DigestOptions())
    assert len(found.refs) == 1


async def test_an_edition_does_not_wait_for_a_slow_picture(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    drawing.busy = asyncio.Event()
    found = await illustrator.illustrate(
        an_edition(), CONTEXT, DigestOptions(), seconds=0.01
    )
    assert found.refs == {}


async def test_without_time_only_stored_pictures_are_shown(
    illustrator: CardIllustrator, drawing: FakeDrawing
):
    edition, options = an_edition(), DigestOptions(cards="all")
    await draw_ahead(illustrator, edition)
    drawing.busy = asyncio.Event()
    found = await illustrator.illustrate(edition, CONTEXT, options, seconds=0)
    assert len(found.refs) == 1


# ── corrections ────────────────────────────────────────────────────────────────


async def test_a_withdrawn_quote_is_drawn_anew_for_the_edited_message(
    illustrated: BotHarness, drawing: FakeDrawing
):
    await illustrated.post()
    await correct(
        illustrated, (WORDS, "We have all been very patient"), text=POOL, article="pool"
    )
    edit = illustrated.platform.tried[-1]
    assert edit.operation == "edit"
    assert drawing.asked[-1].struck
    assert [one.hash for one in edit.loaded_pictures] == list(edit.pictures)


async def test_a_corrected_message_keeps_the_picture_of_an_unchanged_quote(
    illustrated: BotHarness, drawing: FakeDrawing
):
    await illustrated.post()
    await illustrated.apply(with_setting('card_theme = "ink"'))
    await correct(illustrated, ("31,000", "13,000"))
    post, edit = illustrated.platform.tried[0], illustrated.platform.tried[-1]
    assert edit.operation == "edit"
    assert edit.pictures == post.pictures


# ── storage ────────────────────────────────────────────────────────────────────


async def test_pictures_are_read_only_by_a_workspace_that_shows_them(
    illustrated: BotHarness,
):
    await illustrated.apply(
        CONFIGURATION
        + '\n[[workspace]]\nplatform = "local"\nid = "others"\nzone = "UTC"\n'
    )
    await illustrated.post()
    shown_here = illustrated.platform.tried[0].pictures
    load, read = picture_store.load_pictures, illustrated.db.read
    mine, others = await illustrated.place(), await illustrated.place("others")
    assert len(await read(load, mine.workspace.scope, shown_here)) == 1
    assert await read(load, others.workspace.scope, shown_here) == ()


async def test_pictures_that_nothing_used_lately_are_deleted(illustrated: BotHarness):
    await illustrated.post()
    read, write = illustrated.db.read, illustrated.db.write
    hashes = illustrated.platform.tried[0].pictures
    prune, now = picture_store.prune_pictures, illustrated.clock.now()
    assert await write(prune, before=now - timedelta(days=1), limit=10) == 0
    assert await write(prune, before=now + timedelta(days=1), limit=10) == 1
    assert await read(picture_store.list_sizes, hashes) == {}


async def test_the_pictures_of_an_erased_workspace_are_deleted(
    illustrated: BotHarness,
):
    await illustrated.post()
    hashes = illustrated.platform.tried[0].pictures
    here = await illustrated.place()
    eraser = WorkspaceEraser(db=illustrated.db, clock=illustrated.clock)
    await eraser.show(here.workspace, None)
    await eraser.order(here.workspace, None, confirmation_name(here.workspace))
    await eraser.run_ordered()
    assert await illustrated.db.read(picture_store.list_sizes, hashes) == {}


async def test_a_message_whose_picture_is_gone_is_sent_with_its_words(
    illustrated: BotHarness,
):
    digest = await illustrated.digest()
    await illustrated.publisher.post_now(digest, "now")
    tomorrow = illustrated.clock.now() + timedelta(days=1)
    prune = picture_store.prune_pictures
    await illustrated.db.write(prune, before=tomorrow, limit=10)
    await illustrated.outbox.drain()
    assert sent_pictures(illustrated) == [[]]
    assert WORDS in shown(illustrated)
