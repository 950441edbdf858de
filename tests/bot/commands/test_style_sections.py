"""Sections of a digest: switched on and off and ordered by editors."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.configuration import diff, file_import
from bot.errors import ConfigurationError
from bot.i18n.translation import Texts
from bot.model import DigestOptions, RenderedEdition, Reply
from digests.types import Sections
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.corrections.living import Rendering, correct, shown
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL, open_harness

EN = Texts.of("en")


@pytest.fixture
async def ana(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Editor]:
    """An editor; editions are rendered as on Discord, and the sources were read."""
    async with open_harness(sqlite_url, tmp_path, Rendering()) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
        await harness.ingestor.refresh((await harness.digest()).sources)
        yield await editor(harness)


async def chosen(ana: Editor) -> Sections:
    return (await ana.harness.digest()).options.sections


def sketch_of(answer: Reply) -> str:
    """The edition that an answer previews, in plain words."""
    shown = [block for block in answer.blocks if isinstance(block, RenderedEdition)]
    return "\n".join(part.fallback_text for block in shown for part in block.parts)


async def test_the_order_is_worded_and_previewed(ana: Editor):
    answer = await ana.proposes("sections", "figures, summary")
    reported = said(answer)
    assert "sections: as usual → figures, the summary" in reported
    assert (
        "Each story of the next edition has its headline, then figures, the summary, "
        "then its source and its corrections."
    ) in reported
    assert "Not posted: why it matters, quotes, also in brief." in reported
    assert "The next edition would look like this, as things are:" in reported
    sketch = sketch_of(answer)
    assert "31,000 vehicles" in sketch
    assert "Ada Brandt" not in sketch
    assert await chosen(ana) is None


async def test_the_next_edition_is_posted_so(ana: Editor):
    await ana.sets("sections", "quotes, summary")
    await ana.harness.post()
    posted = shown(ana.harness)
    assert posted.index("Ada Brandt") < posted.index("The harbour bridge at Hallin")


async def test_unposted_sections_are_still_shown_on_demand(ana: Editor):
    await ana.sets("sections", "summary")
    await ana.harness.post()
    assert "Ada Brandt" not in shown(ana.harness)
    assert "Ada Brandt" in said(await ana.says("news story", story="bridge"))


async def test_unposted_sections_count_as_published(ana: Editor):
    await ana.sets("sections", "also")
    await ana.harness.post()
    await ana.sets("sections", "usual")
    assert (await ana.harness.post("again")).stored_edition is None


async def test_without_news_the_last_edition_is_previewed_with_the_change(ana: Editor):
    await ana.harness.post()
    answer = await ana.proposes("sections", "summary")
    assert "Nothing is new right now. The last edition would look like this:" in said(
        answer
    )
    assert "crack was found" in sketch_of(answer)
    assert "> “" not in sketch_of(answer)
    assert "Every sentence leads to its source" in sketch_of(answer)


async def test_a_corrected_post_keeps_the_sections_it_was_posted_with(ana: Editor):
    await ana.sets("sections", "summary, quotes")
    await ana.harness.post()
    await ana.sets("sections", "figures")
    await correct(ana.harness, ("31,000 vehicles", "13,000 vehicles"))
    posted = shown(ana.harness)
    assert "31,000 vehicles → 13,000 vehicles" in posted
    assert "Ada Brandt" in posted
    assert "Figures" not in posted


async def test_a_change_is_in_the_history_and_can_be_reverted(ana: Editor):
    saved = await ana.sets("sections", "summary, quotes")
    await ana.sets("sections", "quotes, summary")
    assert "sections: the summary, quotes → quotes, the summary" in said(
        await ana.says("newsdesk history")
    )
    latest = await ana.proposes("sections", "usual")
    await ana.presses(latest, "Confirm")
    assert await chosen(ana) is None
    shown = await ana.presses(saved, "Take this back")
    assert shown.problem or "Nothing would change" in said(shown)


async def test_taking_a_change_back_restores_the_order_from_before(ana: Editor):
    await ana.sets("sections", "summary, quotes")
    saved = await ana.sets("sections", "quotes, summary")
    await ana.presses(await ana.presses(saved, "Take this back"), "Confirm")
    assert await chosen(ana) == ("summary", "quotes")


async def test_the_form_shows_what_is_set_and_takes_it_again(ana: Editor):
    await ana.sets("sections", "also, summary")
    form = await ana.is_asked(
        "newsdesk set", target="Morning brief", setting="sections"
    )
    assert [field.value for field in form.fields] == ["also, summary"]
    answer = await ana.answers(form, value="figures")
    assert "sections: also in brief, the summary → figures" in said(answer)


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("add figures", ("also", "summary", "figures")),
        ("remove also", ("summary",)),
        ("usual", None),
    ],
)
async def test_a_section_is_added_or_removed_by_its_name(ana: Editor, typed, then):
    await ana.sets("sections", "also, summary")
    await ana.sets("sections", typed)
    assert await chosen(ana) == then


@pytest.mark.parametrize(
    ("sections", "tells"),
    [
        ("sumary", "no section «sumary»; perhaps «summary»? There are: summary, matt"),
        ("summary, quotes, summary", "«summary» is listed twice"),
        (",", "Name at least one section"),
    ],
)
async def test_a_mistake_is_shown_at_its_question(ana: Editor, sections, tells):
    form = await ana.is_asked(
        "newsdesk set", target="Morning brief", setting="sections", value=sections
    )
    (field,) = [field for field in form.fields if field.error]
    assert (field.name, field.value) == ("value", sections)
    assert tells in field.error


async def test_a_section_that_was_set_to_none_comes_back_with_its_name(ana: Editor):
    await ana.sets("quotes", "0")
    await ana.sets("figures", "no")
    await ana.sets("brief", "0")
    answer = await ana.proposes("sections", "summary, quotes, also")
    reported = said(answer)
    assert "quotes: 0 → 2" in reported
    assert "also in brief: 0 → 6" in reported
    assert "figures:" not in reported


async def test_a_section_set_to_none_later_is_said_to_be_empty(ana: Editor):
    await ana.sets("sections", "summary, quotes")
    await ana.sets("quotes", "0")
    answer = await ana.proposes("sections", "quotes, summary")
    assert "Chosen, but switched off by another setting: quotes." in said(answer)


async def test_other_changes_of_style_do_not_mention_sections(ana: Editor):
    reported = said(await ana.proposes("stories", "7"))
    assert "Each story" not in reported
    assert "Not posted" not in reported


async def test_in_brief_that_is_not_posted_is_not_counted(ana: Editor):
    await ana.sets("stories", "1")
    await ana.sets("sections", "summary")
    answer = await ana.proposes("stories", "2")
    reported = ": 2 in full, 0 in brief; without this change: 1 and 0."
    assert reported in said(answer)


async def test_a_copy_has_the_same_sections(ana: Editor):
    await ana.sets("sections", "also, quotes")
    await ana.confirms(await ana.sees("{Morning brief}:copy", name="Late"))
    known = await ana.harness.archive.all_digests()
    assert [digest.options.sections for digest in known] == [("also", "quotes")] * 2


async def test_names_are_completed_one_after_the_other(ana: Editor):
    args = {"target": "Morning brief", "setting": "sections"}
    asked = await ana._event("newsdesk set", args)
    offered = await ana.harness.inbox.complete(asked, "value", "summary, qu")
    assert offered == ("summary, quotes",)


async def test_a_german_editor_reads_and_writes_german(ana: Editor):
    anna = replace(ana, locale="de")
    reported = said(await anna.proposes("sections", "Zahlen, Zusammenfassung"))
    assert "Abschnitte: wie üblich → Zahlen, Zusammenfassung" in reported
    assert "dann Zahlen, Zusammenfassung, dann ihre Quelle" in reported
    assert (
        "Nicht gepostet: warum das wichtig ist, Zitate, außerdem in Kürze." in reported
    )
    form = await anna.is_asked(
        "newsdesk set", target="Morning brief", setting="sections", value="wetter"
    )
    assert "Einen Abschnitt «wetter» gibt es nicht" in str(form.fields)


# ── the file ───────────────────────────────────────────────────────────────────


async def test_settings_from_chat_are_exported_and_imported(ana: Editor):
    await ana.sets("sections", "also, figures")
    text = await ana.harness.db.read(file_import.dump_configuration)
    assert '"also",\n    "figures",\n' in text
    assert await ana.harness.apply(text, prune=True) == ()
    assert await chosen(ana) == ("also", "figures")


async def test_the_file_takes_names_as_people_write_them(ana: Editor):
    await ana.harness.apply(
        f'{CONFIGURATION}sections = ["Key facts", "in brief", "summary"]\n'
    )
    assert await chosen(ana) == ("figures", "summary", "also")


async def test_a_file_without_them_means_the_usual_ones(ana: Editor):
    await ana.sets("sections", "also")
    assert "sections" not in CONFIGURATION
    await ana.harness.apply(CONFIGURATION)
    assert await chosen(ana) is None
    assert "sections" not in await ana.harness.db.read(file_import.dump_configuration)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('["sumary"]', "sections: there is no section «sumary»; perhaps «summary»?"),
        ('["quotes", "quotes"]', "«quotes» is listed twice"),
        ("[]", "name at least one section"),
        ("5", "Write a list here"),
        ("{ summary = true }", "Write a list here"),
    ],
)
async def test_a_mistake_in_the_file_is_reported_with_its_place(ana, written, says):
    with pytest.raises(ConfigurationError) as refused:
        await ana.harness.apply(f"{CONFIGURATION}sections = {written}\n")
    assert says.casefold() in str(refused.value).casefold()
    assert "Morning brief" in str(refused.value)


# ── the words ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("look", "reported"),
    [
        (DigestOptions(sections=("also",)), "is its headline with its source"),
        (
            DigestOptions(sections=("also", "quotes")),
            "«Also in brief» comes before the stories",
        ),
        (
            DigestOptions(sections=("quotes", "also")),
            "«Also in brief» comes after the stories",
        ),
        (DigestOptions(), "the usual sections of its platform"),
        (
            DigestOptions(sections=("figures",), figures=False),
            "another setting: figures",
        ),
    ],
)
def test_the_layout_is_worded_in_sentences(look, reported):
    assert reported in diff.describe_layout(look, EN)


def test_in_brief_without_lines_comes_nowhere():
    reported = diff.describe_layout(
        DigestOptions(sections=("quotes", "also"), brief=0), EN
    )
    assert "comes" not in reported
    assert "Chosen, but switched off by another setting: also in brief." in reported
