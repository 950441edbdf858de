"""Every page that a panel leads to, on every platform: accepted, in one piece.

The pages are found by pressing: whatever can be pressed without changing anything is
pressed once, from the control panel on and from a person's own page on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest

from bot.commands.controls import SIGNED_ACTIONS
from bot.i18n.translation import Texts
from bot.model import Form, Reply
from bot.platforms.discord import limits as discord_limits
from bot.platforms.discord import replies as discord_replies
from bot.platforms.slack import replies as slack_replies
from tests.bot.commands.editors import Editor, controls, editor, said
from tests.bot.commands.test_home import SECOND
from tests.bot.harness import CONFIGURATION, BotHarness
from tests.bot.platforms.generated import faults_of_form, faults_of_reply
from tests.bot.platforms.test_parity import DEFECT, PLATFORMS, differences, words
from tests.wire.slack import rules as slack_rules

TEXTS = Texts.of("en")
CHATS: tuple[Literal["discord", "slack"], ...] = ("discord", "slack")
#: Pages that show an edition, which each platform lays out itself; files.
OTHER = frozenset({"preview", "latest", "export", "export-feeds"})
#: More pages than there are: a panel that leads on for ever would not end the test.
MOST = 400


@dataclass
class Found:
    """What was reached, by the labels that were pressed on the way to it."""

    pages: dict[str, Reply] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)


async def explore(person: Editor, path: str) -> Found:
    """Press everything that changes nothing, each control once."""
    found = Found()
    first = await person.says(path)
    found.pages[f"/{path}"] = first
    seen: set[str] = set()
    waiting = [(f"/{path}", first)]
    while waiting and len(seen) < MOST:
        way, page = waiting.pop(0)
        for control, label in controls(page):
            if control in seen or _action(control) in SIGNED_ACTIONS | OTHER:
                continue
            seen.add(control)
            answer = await person.chooses(control)
            name = f"{way} > {label}"
            if isinstance(answer, Form):
                found.forms[name] = answer
            else:
                found.pages[name] = answer
                waiting.append((name, answer))
    assert len(seen) < MOST, "it leads on for ever"
    return found


def _action(control: str) -> str:
    return control.split(":")[1]


@pytest.fixture
async def found(harness: BotHarness) -> Found:
    """The pages of a newsroom with two digests, one of which was posted."""
    await harness.apply(CONFIGURATION + SECOND)
    await harness.post()
    ana = await editor(harness)
    panel, own = await explore(ana, "newsdesk home"), await explore(ana, "news me")
    return Found(pages=panel.pages | own.pages, forms=panel.forms | own.forms)


def _wrong(found: Found) -> Iterator[str]:
    for name, page in found.pages.items():
        ours, *theirs = (words(platform, page) for platform in PLATFORMS)
        for platform, their in zip(PLATFORMS[1:], theirs, strict=True):
            yield from (f"{name} on {platform}: {d}" for d in differences(ours, their))
        for chat in CHATS:
            yield from (
                f"{name} on {chat}: {fault}" for fault in faults_of_reply(chat, page)
            )
        view = slack_replies.render_home(page, TEXTS)
        yield from (f"{name} at home: {fault}" for fault in slack_rules.view(view))
    for name, form in found.forms.items():
        for chat in CHATS:
            yield from (
                f"{name} on {chat}: {fault}" for fault in faults_of_form(chat, form)
            )
        if len(form.fields) > discord_limits.MODAL_FIELDS:
            yield f"{name}: {len(form.fields)} questions"


async def test_every_page_says_the_same_everywhere_and_is_accepted(found):
    assert list(_wrong(found)) == []
    answers = [*found.pages.values(), *found.forms.values()]
    assert [said(answer) for answer in answers if DEFECT in said(answer)] == []


async def test_a_page_that_takes_a_place_is_one_message(found):
    several = {
        name: (platform, count)
        for name, page in found.pages.items()
        if page.in_place
        for platform, count in (
            ("discord", len(discord_replies.render_reply(page, TEXTS))),
            ("slack", len(slack_replies.render_reply(page, TEXTS))),
        )
        if count > 1
    }
    assert several == {}


async def test_nothing_is_offered_only_to_be_refused(found):
    """But a digest keeps its last source, which a page of sources cannot know."""
    refused = {n: said(p) for n, p in found.pages.items() if p.problem}
    assert [
        f"{n}: {s}" for n, s in refused.items() if "A digest needs a source" not in s
    ] == []


async def test_most_pages_and_forms_of_the_panel_were_found(found):
    assert len(found.pages) > 15
    assert len(found.forms) > 20
