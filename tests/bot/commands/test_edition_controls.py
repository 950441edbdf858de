"""Every control under an edition acts on that edition, whatever was posted since."""

import pytest

from bot.commands.controls import ControlSigner
from bot.i18n.translation import Texts
from bot.model import Form
from bot.platforms.common.edition_layout import build_story_control_id, list_buttons
from tests.bot.commands.editors import Editor, controls, editor, said
from tests.bot.harness import BRIDGE, CONFIGURATION, FLOOD, BotHarness

#: Later words of the same outlet about the bridge, in an edition of their own.
BRIDGE_LATER = (
    BRIDGE.replace("Harbour bridge closes after crack", "Harbour bridge reopens after")
    .replace("09:00", "15:30")
    .replace(
        "“We will not reopen it before the steel has been tested,”",
        "“The steel has passed every test that we know of,”",
    )
    .replace("31,000 vehicles cross the bridge", "52,000 vehicles waited before it")
    .replace("was closed on Tuesday after a crack", "reopened on Tuesday after a crack")
)


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """After an edition about the bridge and the pool, and a later one about a flood."""
    await harness.post()
    harness.clock.advance(hours=4)
    harness.publish("flood", FLOOD)
    await harness.post("later")
    return await editor(harness)


def editions(ana: Editor) -> list[str]:
    """Public ids of the posted editions, oldest first."""
    messages = ana.harness.platform.messages
    return list(dict.fromkeys(str(one.payload["edition"]) for one in messages))


def button(edition: str, label: str) -> str:
    """The id of a button below an edition."""
    listed = list_buttons(edition, Texts.of("en"))
    return next(control for control, shown in listed if shown == label)


async def story_of(ana: Editor, edition: str, words: str = "Harbour bridge") -> str:
    """The public id of the edition's story whose headline begins with the words."""
    found = await ana.harness.archive.edition(ana.place, edition)
    stories = found.edition.stories
    return next(s.id for s in stories if s.headline.text.startswith(words))


async def test_quotes_below_an_older_edition_are_its_own(ana: Editor):
    first, later = editions(ana)
    shown = said(await ana.presses_below(button(first, "Quotes")))
    assert "before the steel has been tested" in shown
    assert "waited for eleven months" in shown
    assert first in shown
    assert "quotes nobody" in said(await ana.presses_below(button(later, "Quotes")))


async def test_figures_below_an_older_edition_are_its_own(ana: Editor):
    first, later = editions(ana)
    older = said(await ana.presses_below(button(first, "Figures")))
    newer = said(await ana.presses_below(button(later, "Figures")))
    assert "31,000 vehicles" in older
    assert "40 shops" not in older
    assert "40 shops" in newer
    assert "31,000" not in newer


async def test_a_story_is_shown_as_the_edition_below_which_it_was_chosen_has_it(
    ana: Editor,
):
    first, _ = editions(ana)
    story = await story_of(ana, first)
    ana.harness.publish("bridge-later", BRIDGE_LATER)
    await ana.harness.post("third")
    third = editions(ana)[-1]
    assert await story_of(ana, third) == story, "both editions have the story"
    shown = await ana.presses_below(build_story_control_id(first, story))
    assert shown.title.startswith("Harbour bridge closes")
    newer = await ana.presses_below(build_story_control_id(third, story))
    assert newer.title.startswith("Harbour bridge reopens")


async def test_the_buttons_of_a_story_carry_its_edition(ana: Editor):
    first, _ = editions(ana)
    story = await story_of(ana, first)
    shown = await ana.presses_below(build_story_control_id(first, story))
    assert all(f":{first}:{story}" in control for control, _ in controls(shown))
    why = await ana.presses(shown, "Why this?")
    assert why.title == f"Why: {shown.title}"
    form = await ana.opens(shown, "Report")
    assert isinstance(form, Form)
    reported = await ana.answers(form, text="The girder is not of steel.")
    assert shown.title in said(reported)


async def test_a_control_of_an_edition_that_was_removed_says_so(ana: Editor):
    _, later = editions(ana)
    asked = await ana.says("newsdesk undo")
    await ana.presses(asked, asked.controls[0].label)
    answer = await ana.presses_below(button(later, "Figures"))
    assert answer.problem
    assert "was removed" in said(answer)


async def test_buttons_below_messages_of_earlier_versions_work(ana: Editor):
    first, _ = editions(ana)
    story = await story_of(ana, first)
    shown = await ana.presses_below(f"v1:story:{story}")
    assert shown.title.startswith("Harbour bridge closes")
    assert "steel has been tested" in said(await ana.presses_below("v1:quotes"))
    assert "40 shops" in said(await ana.presses_below("v1:figures"))
    assert "Why: " in said(await ana.presses_below(f"v1:why:{story}"))


async def test_the_buttons_of_a_preview_say_that_it_is_one(harness: BotHarness):
    ana = await editor(harness)
    for label in ("Quotes", "Figures"):
        answer = await ana.presses_below(button("preview", label))
        assert "preview" in said(answer)


async def test_a_story_of_a_preview_is_not_that_of_an_earlier_edition(ana: Editor):
    story = await story_of(ana, editions(ana)[0])
    shown = await ana.presses_below(build_story_control_id("preview", story))
    assert shown.title.startswith("Harbour bridge closes")
    assert "No edition has shown it" in said(shown)


async def test_an_edition_of_another_workspace_answers_nothing(ana: Editor):
    await ana.harness.apply(CONFIGURATION.replace('"newsroom"', '"rival"'))
    there = Editor(harness=ana.harness, place=await ana.harness.place("rival"))
    answer = await there.presses_below(button(editions(ana)[0], "Quotes"))
    assert answer.problem
    assert "steel" not in said(answer)


# ── what the newest edition does not know ──────────────────────────────────────


async def test_a_number_that_the_newest_edition_lacks_is_that_of_an_earlier_one(
    ana: Editor,
):
    first, _ = editions(ana)
    shown = await ana.says("news story", story="2")
    assert shown.title in (
        "Harbour bridge closes after crack is found",
        "Torvale pool reopens after repairs to its roof",
    )
    assert f"From the edition «Morning brief», today 13:00 ({first})" in said(shown)
    assert f"From the edition «Morning brief», today 13:00 ({first})" in said(
        await ana.says("news why", story="2")
    )


async def test_a_number_that_no_edition_has_is_refused(ana: Editor):
    answer = await ana.says("news story", story="3")
    assert answer.problem
    assert "There is no story 3: the edition ends with story 1." in said(answer)


@pytest.mark.parametrize("words", ["harbour bridge", "closed on Tuesday girder"])
async def test_words_that_the_newest_edition_lacks_are_looked_up_in_earlier_ones(
    ana: Editor, words: str
):
    shown = await ana.says("news story", story=words)
    assert shown.title.startswith("Harbour bridge closes")
    assert editions(ana)[0] in said(shown)


async def test_a_story_of_the_newest_edition_says_nothing_about_editions(ana: Editor):
    assert "From the edition" not in said(await ana.says("news story", story="1"))


async def test_quotes_and_figures_of_a_number_are_looked_up_in_earlier_editions(
    ana: Editor,
):
    for path in ("news quotes", "news figures"):
        answer = await ana.says(path, topic="2")
        assert not answer.problem
        assert editions(ana)[0] in said(answer)


async def test_a_story_of_an_earlier_edition_is_reported_and_corrected(ana: Editor):
    reported = await ana.says("news report", story="2", text="It was Monday.")
    assert "Reported to the editors" in said(reported)
    proposed = await ana.says("newsdesk correct", number="2", text="It was Monday.")
    assert "end of story 2" in said(proposed)
    assert editions(ana)[0] in said(proposed)


async def test_why_explains_what_is_left_out_now_before_an_earlier_edition(
    ana: Editor,
):
    ana.harness.publish("bridge-later", BRIDGE.replace("crack is", "crack was"))
    await ana.harness.post("third")
    assert "not in the newest edition" in said(
        await ana.says("news why", story="harbour bridge")
    )


async def test_editions_of_another_channel_are_not_looked_up(ana: Editor):
    text = CONFIGURATION + ELSEWHERE
    await ana.harness.apply(text)
    there = ana.at("c-evening")
    await ana.harness.publisher.post_now(await ana.harness.digest("Evening"), "evening")
    await ana.harness.outbox.drain()
    ana.harness.publish("ferry", FERRY)
    await ana.harness.publisher.post_now(await ana.harness.digest("Evening"), "second")
    await ana.harness.outbox.drain()
    assert "Ferry" in (await there.says("news story", story="1")).title
    assert (await ana.says("news story", story="ferry")).problem


ELSEWHERE = """
[[workspace.destination]]
name = "evening"
channel = "c-evening"

[[workspace.digest]]
name = "Evening"
sources = ["articles"]
destinations = ["evening"]
"""
FERRY = """---
title: Ferry to Sandholm runs again after a week of storms
source: Hallin Courier
published: 2026-11-24T15:00:00+00:00
lang: en
---
The ferry to Sandholm ran again on Tuesday after a week of storms, its captain said.

Some 120 passengers had waited in Hallin since Thursday.
"""


# ── below messages of earlier versions ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("save", "Saved."),
        ("unsave", "It was not on your list."),
        ("more", "More like this: what mentions"),
        ("less", "Less like this: what mentions"),
        ("unlike", "There was nothing to undo."),
    ],
)
async def test_buttons_of_stories_in_answers_of_earlier_versions_work(
    ana: Editor, action: str, shown: str
):
    story = await story_of(ana, editions(ana)[0])
    signer = ControlSigner(b"0123456789abcdef")
    control = signer.signed(ana.place.workspace.id, action, story)
    answer = await ana.presses_below(control)
    assert shown in said(answer)
    assert answer.title.startswith("Harbour bridge closes")


async def test_a_report_button_of_an_earlier_version_opens_the_form(ana: Editor):
    story = await story_of(ana, editions(ana)[0])
    form = await ana.chooses(f"v1:report:{story}")
    assert isinstance(form, Form)
    assert "Reported to the editors" in said(await ana.answers(form, text="Wrong."))
