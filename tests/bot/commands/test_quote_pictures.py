"""A quote as a picture, for the person who asks: which one, from where, and if not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.i18n.translation import Texts
from bot.model import (
    MessagePart,
    Paragraph,
    Picture,
    PictureBlock,
    QuoteBlock,
    RenderContext,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.operations import doctor
from bot.platforms.common.edition_layout import build_story_control_id
from bot.storage import picture_store
from digests.errors import DigestsError
from digests.types import Edition
from tests.bot.commands.editors import Editor, controls, editor, said
from tests.bot.commands.test_edition_controls import button, editions, story_of
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL, BotHarness, open_harness
from tests.fakes import FakeDrawing, FakePlatform

WORDS = "Nobody was in danger at any time"
#: Two quotes of one text, and one of another speaker.
QUARRY = """---
title: Quarry of Ostrel closes
source: Ostrel Post
published: 2026-11-24T09:00:00+00:00
lang: en
---
The quarry of Ostrel closes after ninety years, its owner said on Tuesday.

“The stone has run out under our feet,” said Marit Lunde, who runs the quarry.

“Nobody here will lose a pension,” said Marit Lunde on Tuesday evening.

“We will turn the pit into a lake within six years,” said mayor Jon Ask.
"""
OTHER = """
[[workspace]]
platform = "local"
id = "neighbours"

[[workspace.destination]]
name = "morning"
channel = "c-neighbours"

[[workspace.digest]]
name = "Neighbours"
sources = ["elsewhere"]
destinations = ["morning"]
"""


class Picturing(FakePlatform):
    """A platform whose first message shows the pictures of its edition."""

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        first, *others = super().render(edition, context)
        shown = tuple(ref.hash for ref in context.pictures.values())
        return (replace(first, pictures=shown), *others)


@pytest.fixture
async def ana(
    sqlite_url: str, tmp_path: Path, drawing: FakeDrawing
) -> AsyncIterator[Editor]:
    """After an edition with a story about a bridge and one about a pool."""
    async with open_harness(
        sqlite_url, tmp_path, Picturing(), draw_card=drawing
    ) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
        await harness.post()
        yield await editor(harness)


def pictures(answer: Reply) -> list[Picture]:
    return [b.picture for b in answer.blocks if isinstance(b, PictureBlock)]


def drawn(answer: Reply) -> str:
    """The words on the only picture of the answer."""
    (picture,) = pictures(answer)
    return picture.content[24:].decode()


async def open_story(ana: Editor) -> Reply:
    edition = editions(ana)[0]
    return await ana.presses_below(
        build_story_control_id(edition, await story_of(ana, edition))
    )


async def add_neighbours(harness: BotHarness) -> None:
    """Another workspace, with a source and an edition of its own."""
    (harness.home / "elsewhere").mkdir()
    (harness.home / "elsewhere" / "quarry.txt").write_text(QUARRY, encoding="utf-8")
    await harness.apply(CONFIGURATION + OTHER)


async def get_control(ana: Editor) -> str:
    """The id of the control that gives the picture of the bridge's quote."""
    shown = controls(await open_story(ana))
    return next(one for one, label in shown if label == "Picture of the quote")


# ── where it is asked for ──────────────────────────────────────────────────────


async def test_the_quote_of_a_story_is_given_as_a_picture_with_its_words_as_text(
    ana: Editor,
):
    answer = await ana.presses(await open_story(ana), "Picture of the quote")
    assert WORDS in drawn(answer)
    (card,) = [block.card for block in answer.blocks if isinstance(block, QuoteBlock)]
    assert (card.text, card.source) == (f"{WORDS}.", "Hallin Courier")
    (day,) = [block.text for block in answer.blocks if isinstance(block, SmallPrint)]
    assert day == "24 November 2026, 10:00"


async def test_the_picture_says_its_words_to_people_who_cannot_see_it(ana: Editor):
    answer = await ana.presses(await open_story(ana), "Picture of the quote")
    (alt,) = [block.alt for block in answer.blocks if isinstance(block, PictureBlock)]
    assert WORDS in alt
    assert "Hallin Courier, 24 November 2026" in alt


async def test_two_quotes_have_a_button_each(ana: Editor):
    second = "“Nobody here will lose a pension,” said Marit Lunde on Tuesday evening.\n"
    ana.harness.publish("quarry", QUARRY.replace(second, ""))
    await ana.harness.post("later")
    shown = await ana.says("news quotes", topic="quarry")
    labels = [one.label for one in shown.controls]
    assert sorted(labels) == ["Picture: Jon Ask", "Picture: Marit Lunde"]
    assert "into a lake" in drawn(await ana.presses(shown, "Picture: Jon Ask"))
    assert "under our feet" in drawn(await ana.presses(shown, "Picture: Marit Lunde"))


async def test_the_quotes_below_an_edition_are_given_as_that_edition_has_them(
    ana: Editor,
):
    edition = editions(ana)[0]
    shown = await ana.presses_below(button(edition, "Quotes"))
    assert all(f":{edition}:" in control for control, _ in controls(shown))
    assert "eleven months" in drawn(await ana.presses(shown, "Osric Vane"))


async def test_more_quotes_share_a_menu(ana: Editor):
    ana.harness.publish("quarry", QUARRY)
    await ana.harness.post("later")
    shown = await ana.says("news quotes", topic="quarry")
    assert shown.controls == ()
    (menu,) = shown.menus
    assert menu.label == "Picture of a quote…"
    labels = [option.label for option in menu.options]
    assert "Jon Ask: We will turn the pit into a lake within six years" in labels
    assert "into a lake" in drawn(await ana.presses(shown, "Jon Ask"))


async def test_two_quotes_of_one_speaker_are_told_apart_by_their_words(ana: Editor):
    ana.harness.publish("quarry", QUARRY)
    await ana.harness.post("later")
    shown = await ana.says("news quotes", speaker="Lunde")
    (menu,) = shown.menus
    assert {option.label for option in menu.options} == {
        "Marit Lunde: The stone has run out under our feet",
        "Marit Lunde: Nobody here will lose a pension",
    }


async def test_a_quote_that_no_edition_has_is_given_too(ana: Editor):
    ana.harness.publish("quarry", QUARRY)
    await ana.harness.ingestor.refresh((await ana.harness.digest()).sources)
    shown = await ana.says("news quotes", speaker="Ask")
    assert "into a lake" in drawn(await ana.presses(shown, "Picture of the quote"))


# ── how it looks ───────────────────────────────────────────────────────────────


async def test_the_picture_is_offered_in_the_other_format(
    ana: Editor, drawing: FakeDrawing
):
    wide = await ana.presses(await open_story(ana), "Picture of the quote")
    square = await ana.presses(wide, "Square, 1080 × 1080")
    assert pictures(square)[0].hash != pictures(wide)[0].hash
    again = await ana.presses(square, "Wide, 1200 × 630")
    assert pictures(again) == pictures(wide)
    assert [design.format for design in drawing.designs].count("square") == 1


async def test_the_other_format_takes_the_place_of_the_first(ana: Editor):
    wide = await ana.presses(await open_story(ana), "Picture of the quote")
    square = await ana.presses(wide, "Square")
    assert not wide.in_place, "the story stays where it is"
    assert square.in_place


async def test_the_picture_looks_as_the_digest_of_its_edition_has_it(
    ana: Editor, drawing: FakeDrawing
):
    look = 'card_theme = "ink"\naccent = "#b3261e"\nlanguage = "de"\ncards = "off"'
    line = 'name = "Morning brief"'
    await ana.harness.apply(CONFIGURATION.replace(line, f"{line}\n{look}"))
    await ana.presses(await open_story(ana), "Picture of the quote")
    assert (drawing.designs[-1].theme, drawing.designs[-1].accent) == ("ink", "#b3261e")
    assert drawing.asked[-1].check_line == "wörtlich aus der Quelle"


async def test_the_picture_that_was_posted_is_not_drawn_again(
    ana: Editor, drawing: FakeDrawing
):
    posted = len(drawing.asked)
    await ana.presses(await open_story(ana), "Picture of the quote")
    await ana.presses(await open_story(ana), "Picture of the quote")
    assert len(drawing.asked) <= posted + 1


async def test_labels_are_in_the_language_of_the_asker(ana: Editor):
    ana.locale = "de"
    answer = await ana.presses(await open_story(ana), "Bild des Zitats")
    assert answer.title == "Ein Zitat als Bild"
    assert [one.label for one in answer.controls] == ["Quadratisch, 1080 × 1080"]


# ── when there is none ─────────────────────────────────────────────────────────


async def publish_long_quote(ana: Editor) -> str:
    """Publish the quarry with a quote that no picture holds; return its words."""
    long = " ".join(["The stone has run out under our feet and will not return"] * 5)
    text = QUARRY.replace("The stone has run out under our feet", long)
    ana.harness.publish("quarry", text)
    await ana.harness.ingestor.refresh((await ana.harness.digest()).sources)
    return long


async def test_the_picture_of_a_quote_that_is_too_long_is_not_offered(ana: Editor):
    await publish_long_quote(ana)
    shown = await ana.says("news quotes", speaker="Lunde")
    assert [one.label for one in shown.controls] == ["Picture of the quote"]
    assert "lose a pension" in drawn(await ana.presses(shown, "Picture of the quote"))


async def test_a_quote_that_is_too_long_for_a_picture_is_given_as_text(ana: Editor):
    long = await publish_long_quote(ana)
    found = await ana.harness.archive.quotes(
        ana.place.workspace.scope, speaker="Lunde", topic=None
    )
    ((article, quote),) = [pair for pair in found if pair[1].text.startswith(long)]
    answer = await ana.presses_below(f"v1:picture:::{article.id}:{quote.start}")
    assert pictures(answer) == []
    assert "longer than 240 characters" in said(answer)
    assert long in said(answer)


async def test_a_picture_that_cannot_be_drawn_is_given_as_text(
    ana: Editor, drawing: FakeDrawing
):
    control = await get_control(ana)
    drawing.fault = DigestsError("It broke.")
    answer = await ana.presses_below(f"{control}:square")
    assert pictures(answer) == []
    (why,) = [block.text for block in answer.blocks if isinstance(block, Paragraph)]
    assert "does not fit" in why
    assert WORDS in said(answer)


# ── whose quotes ───────────────────────────────────────────────────────────────


async def test_a_quote_of_another_workspace_is_not_found(ana: Editor):
    harness: BotHarness = ana.harness
    await add_neighbours(harness)
    digest = await harness.digest("Neighbours")
    outcome = await harness.publisher.post_now(digest, "now")
    theirs = outcome.stored_edition
    assert theirs is not None
    (story,) = theirs.edition.stories
    card = story.cards[0]
    place = f"{card.article}:{card.span.start}"
    for forged in (
        f"v1:picture:{theirs.public_id}:{story.id}:{place}",
        f"v1:picture:{editions(ana)[0]}:{story.id}:{place}",
        f"v1:picture:::{place}",
    ):
        answer = await ana.presses_below(forged)
        assert answer.problem, forged
        assert card.text not in said(answer), forged


async def test_a_picture_is_read_by_the_workspace_that_was_given_it_only(ana: Editor):
    answer = await ana.presses(await open_story(ana), "Picture of the quote")
    (picture,) = pictures(answer)
    await add_neighbours(ana.harness)
    theirs = (await ana.harness.place("neighbours")).workspace
    load, hashes = picture_store.load_pictures, {picture.hash}
    read = ana.harness.db.read
    assert await read(load, ana.place.workspace.scope, hashes) == (picture,)
    assert await read(load, theirs.scope, hashes) == ()


@pytest.mark.parametrize(
    "args",
    ["-", "::", "::x:1", "::1:x", "::1:-1", "::1:1:tall", "e-0::1:1", f"::{9**40}:1"],
)
async def test_a_control_that_we_did_not_write_is_refused(ana: Editor, args: str):
    answer = await ana.presses_below(f"v1:picture:{args}")
    assert answer.problem


async def test_a_quote_of_an_edition_that_was_removed_is_not_given(ana: Editor):
    control = await get_control(ana)
    asked = await ana.says("newsdesk undo")
    await ana.presses(asked, asked.controls[0].label)
    answer = await ana.presses_below(control)
    assert answer.problem
    assert "was removed" in said(answer)


async def test_an_older_edition_gives_its_own_quote(ana: Editor):
    control = await get_control(ana)
    ana.harness.publish("bridge", BRIDGE.replace(WORDS, "Somebody could have died"))
    ana.harness.clock.advance(hours=4)
    await ana.harness.ingestor.refresh((await ana.harness.digest()).sources)
    assert WORDS in drawn(await ana.presses_below(control))


# ── editions in answers ────────────────────────────────────────────────────────


def shown_pictures(answer: Reply) -> list[str]:
    """The words on the pictures of the edition in the answer."""
    (edition,) = [b for b in answer.blocks if isinstance(b, RenderedEdition)]
    return [picture.content[24:].decode() for picture in edition.pictures]


async def test_a_preview_has_the_picture_that_would_be_posted(ana: Editor):
    ana.harness.publish("quarry", QUARRY)
    (words,) = shown_pictures(await ana.says("newsdesk preview"))
    assert words in QUARRY


async def test_a_preview_without_its_picture_is_shown_all_the_same(
    ana: Editor, drawing: FakeDrawing
):
    ana.harness.publish("quarry", QUARRY)
    drawing.fault = DigestsError("It broke.")
    assert shown_pictures(await ana.says("newsdesk preview")) == []


async def test_the_newest_edition_has_the_picture_that_it_was_posted_with(
    ana: Editor, drawing: FakeDrawing
):
    (words,) = shown_pictures(await ana.says("news latest"))
    assert words in POOL + BRIDGE
    assert len(drawing.asked) == 1, "it was drawn for the post"


async def test_a_picture_that_was_pruned_is_drawn_again_for_the_newest_edition(
    ana: Editor, drawing: FakeDrawing
):
    later = ana.harness.clock.now() + timedelta(days=1)
    await ana.harness.db.write(picture_store.prune_pictures, later, 10)
    assert len(shown_pictures(await ana.says("news latest"))) == 1
    assert len(drawing.asked) == 2


async def test_settings_that_changed_since_do_not_change_what_was_posted(
    ana: Editor, drawing: FakeDrawing
):
    line = 'name = "Morning brief"'
    await ana.harness.apply(CONFIGURATION.replace(line, f'{line}\ncard_theme = "ink"'))
    assert len(shown_pictures(await ana.says("news latest"))) == 1
    assert {design.theme for design in drawing.designs} == {"paper"}


# ── the doctor ─────────────────────────────────────────────────────────────────


async def find_problems(ana: Editor, words: str) -> list[str]:
    texts = Texts.of("en")
    found = [
        one for one in await ana.harness.doctor.examine() if one.state == "warning"
    ]
    said_of = [texts.message(one.text) for one in found]
    return [text for text in said_of if words in text]


async def test_the_doctor_says_where_nothing_can_be_drawn(
    ana: Editor, drawing: FakeDrawing
):
    assert await find_problems(ana, "drawn as pictures") == []
    drawing.fault = DigestsError("typst is not installed")
    (text,) = await find_problems(ana, "drawn as pictures")
    assert "posted as text" in text


async def test_the_doctor_draws_nothing_where_no_digest_posts_pictures(
    ana: Editor, drawing: FakeDrawing
):
    line = 'name = "Morning brief"'
    await ana.harness.apply(CONFIGURATION.replace(line, f'{line}\ncards = "off"'))
    drawing.fault = DigestsError("typst is not installed")
    assert await find_problems(ana, "drawn as pictures") == []


@pytest.mark.parametrize(
    ("setting", "installed", "count"),
    [
        ('language = "ja"', False, 1),
        ('language = "ja"', True, 0),
        ('language = "ja"\ncards = "off"', False, 0),
        ('language = "de"', False, 0),
    ],
)
async def test_the_doctor_says_that_fonts_are_missing_for_a_digest(
    ana: Editor,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    installed: bool,
    count: int,
):
    monkeypatch.setattr(doctor, "has_cjk_fonts", lambda: installed)
    line = 'name = "Morning brief"'
    await ana.harness.apply(CONFIGURATION.replace(line, f"{line}\n{setting}"))
    assert len(await find_problems(ana, "extra «cjk»")) == count
