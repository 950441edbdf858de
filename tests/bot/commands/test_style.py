"""What a digest shows of its stories, as editors set it, and the editions then."""

from pathlib import Path

import pytest

from bot.configuration import file_import
from bot.i18n.translation import Texts
from bot.model import DigestOptions
from digests.types import Edition
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import CONFIGURATION, BotHarness

SEEDS = Path(__file__).parents[3] / "seeds" / "articles"
HEAD = """---
title: River police pull a barge off the bank at Vardel
source: Vardel Post
published: 2026-11-24T10:00:00+00:00
lang: en
---
"""
FERRY = f"""{HEAD.replace("River police pull a barge off", "A ferry runs aground on")}
The ferry to the island of Ekholm ran aground on Tuesday with 212 people on board.
"""


BARGE = f"""{HEAD}
River police pulled a barge off the bank at Vardel on Tuesday.

The barge had been stuck there since Friday with gravel for the new lock at Torvale.

Rain in the hills had raised the river Sole by more than a metre since the weekend.

“We had to wait until the water was high enough,” said Inspector Lena Hoss.

“My crew did everything right on Friday evening,” said Piet Marten, who owns the barge.
"""


def long_article() -> str:
    """A text that is longer than any summary."""
    (file,) = SEEDS.glob("*bridge-closes-hallin-courier.txt")
    body = file.read_text(encoding="utf-8").split("---", 2)[-1].strip()
    return HEAD.replace("River police pull a barge off the bank", "Long story") + body


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def edition(ana: Editor) -> Edition:
    draft = await ana.harness.publisher.preview(await ana.harness.digest(), "local")
    return draft.edition


def first_summary(reported: Edition) -> str:
    return " ".join(sentence.text for sentence in reported.stories[0].summary)


async def test_a_summary_is_short_medium_or_long(ana: Editor):
    for other in ("bridge", "pool"):
        (ana.harness.home / "articles" / f"{other}.txt").unlink()
    ana.harness.publish("long", long_article())
    lengths = {}
    for length, most in (("short", 280), ("medium", 400), ("long", 600)):
        if length != "short":
            await ana.sets("summary", length)
        lengths[length] = len(first_summary(await edition(ana)))
        assert lengths[length] <= most
    assert lengths["short"] < lengths["medium"] < lengths["long"]


async def test_without_quotes_no_card_is_shown(ana: Editor):
    assert any(story.cards for story in (await edition(ana)).stories)
    await ana.sets("quotes", "0")
    reported = await edition(ana)
    assert not any(story.cards for story in reported.stories)
    assert reported.hero is None


async def test_one_quote_a_story_is_one(ana: Editor):
    ana.harness.publish("barge", BARGE)
    assert max(len(s.cards) for s in (await edition(ana)).stories) == 2
    await ana.sets("quotes", "1")
    assert max(len(s.cards) for s in (await edition(ana)).stories) == 1


async def test_figures_can_be_left_out(ana: Editor):
    assert any(story.figures for story in (await edition(ana)).stories)
    await ana.sets("figures", "no")
    reported = await edition(ana)
    assert not any(s.figures or s.disputes for s in reported.stories)


async def test_in_brief_holds_as_many_lines_as_are_wanted_or_is_not_there(ana: Editor):
    ana.harness.publish("ferry", FERRY)
    await ana.sets("stories", "1")
    assert len((await edition(ana)).brief) == 2
    await ana.sets("brief", "1")
    assert len((await edition(ana)).brief) == 1
    await ana.sets("brief", "0")
    assert (await edition(ana)).brief == ()


async def test_the_difference_is_shown_in_words(ana: Editor):
    for setting, value, shown in (
        ("summary", "long", "summary: short → long"),
        ("figures", "no", "figures: yes → no"),
        ("brief", "0", "also in brief: 6 → 0"),
    ):
        assert shown in said(await ana.proposes(setting, value))


async def test_for_a_new_digest_only_unusual_settings_are_shown(ana: Editor):
    await ana.sets("brief", "0")
    await ana.sets("figures", "no")
    reported = said(await ana.sees("{Morning brief}:copy", name="Late"))
    assert "also in brief: 0" in reported
    assert "figures: no" in reported
    assert "summary" not in reported
    assert "quotes" not in reported


async def test_other_commands_leave_the_style_alone(ana: Editor):
    await ana.sets("summary", "long")
    await ana.sets("quotes", "1")
    await ana.sets("exclude", "add rumour")
    digest = await ana.harness.digest()
    assert digest.options == DigestOptions(
        summary="long", quotes=1, exclude=("rumour",)
    )


async def test_a_file_without_it_means_the_default(ana: Editor):
    await ana.sets("summary", "long")
    await ana.sets("figures", "no")
    await ana.harness.apply(CONFIGURATION)
    assert (await ana.harness.digest()).options == DigestOptions()


@pytest.mark.parametrize("code", ["de", "DE", "de-AT", "zh-Hant", "gsw", "es-419"])
async def test_codes_of_languages_are_taken(ana: Editor, code):
    await ana.sets("language", code)
    assert (await ana.harness.digest()).options.language == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("German", "de"), ("Deutsch", "de"), ("französisch", "fr"), ("Swahili", "sw")],
)
async def test_a_language_is_taken_by_its_name_as_it_is_shown(ana: Editor, name, code):
    shown = await ana.proposes("language", name)
    assert f"language: English → {Texts.of('en').language(code)}" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).options.language == code


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("frensh", "«fr» (français)"),
        ("eng", "«en» (English)"),
        ("iw", "«he»"),
        ("xx", "such as «en», «de» or «de-AT»"),
        ("und", "such as «en», «de» or «de-AT»"),
        ("de_AT", "such as «en», «de» or «de-AT»"),
        ("de-", "«de» (Deutsch)"),
        ("de-A", "«de» (Deutsch)"),
    ],
)
async def test_a_language_that_there_is_not_is_refused_with_the_nearest(
    ana: Editor, written, near
):
    answer = await ana.asks(
        "newsdesk set", target="Morning brief", setting="language", value=written
    )
    assert f"There is no language «{written}»" in said(answer)
    assert near in said(answer)
    assert (await ana.harness.digest()).options.language == "en"


async def test_a_maximum_age_is_set_shown_exported_and_taken_off(ana: Editor):
    shown = said(await ana.proposes("max_age", "24"))
    assert "maximum age: none → 24" in shown
    await ana.sets("max_age", "24")
    assert (await ana.harness.digest()).options.max_age == 24
    exported = await ana.harness.db.read(file_import.dump_configuration)
    assert "max_age = 24" in exported
    assert await ana.harness.apply(exported) == ()
    await ana.sets("max_age", "none")
    assert (await ana.harness.digest()).options.max_age is None
    assert "maximum age: 24 → none" in said(await ana.says("newsdesk history"))


@pytest.mark.parametrize("written", ["0", "169", "old"])
async def test_a_maximum_age_out_of_its_limits_is_asked_again(ana: Editor, written):
    form = await ana.is_asked(
        "newsdesk set", target="Morning brief", setting="max_age", value=written
    )
    assert errors(form) == {"value": "Write a number from 1 to 168, or none."}


async def test_a_maximum_age_applies_to_the_next_edition(ana: Editor):
    before = await edition(ana)
    assert before.stories
    ana.harness.clock.advance(hours=30)
    await ana.sets("max_age", "1")
    assert (await edition(ana)).stories == ()
