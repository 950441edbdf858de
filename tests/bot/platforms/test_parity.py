"""Every command says the same on Discord, on Slack and on the local page.

Three workspaces of one newsroom, one on each platform, are set up alike. Each command
of the registry runs in each, the way the platform sends it, and its answer goes through
the platform's own renderer; what a person reads of the payload is compared word for
word, and kept in snapshots (after an intended change: `--snapshot-update`). The
differences are listed in `BOUND`, `LAID_OUT` and `OWN`, with the reason.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from bot.i18n.translation import Texts
from bot.model import (
    ATTACHMENT_HINT,
    Command,
    Form,
    Location,
    Permission,
    Person,
    PlatformName,
    RenderedEdition,
    Reply,
)
from bot.platforms.common import interactions
from bot.platforms.discord import forms, replies
from bot.platforms.discord.render import render as discord_render
from bot.platforms.local import commands
from bot.platforms.local.commands import PageVisitor
from bot.platforms.local.render import render as local_render
from bot.platforms.local.replies import build_reply_view
from bot.platforms.slack import forms as slack_forms
from bot.platforms.slack import replies as slack_replies
from bot.platforms.slack.forms import FormContext
from bot.platforms.slack.render import render as slack_render
from tests.bot.commands.examples import given_for
from tests.bot.harness import BRIDGE, FLOOD, POOL, BotHarness, open_harness
from tests.bot.platforms.panel import DETAIL, OVERVIEW, QUESTION
from tests.fakes import FakePlatform
from tests.wire.discord import rules
from tests.wire.discord.interactions import texts_of
from tests.wire.discord.markdown import read
from tests.wire.slack import rules as slack_rules
from tests.wire.slack.people import texts_of as slack_texts

TEXTS = Texts.of("en")
#: Start of the id of a reply's menu; those of an edition have other ids.
MENU = "v1:menu:"
PLATFORMS: tuple[PlatformName, ...] = ("local", "discord", "slack")
#: The workspace and the channel of each platform.
PLACES: Mapping[PlatformName, tuple[str, str]] = {
    "local": ("newsroom", "c-morning"),
    "discord": ("1001", "2001"),
    "slack": ("T1001", "C2001"),
}
RENDER = {"local": local_render, "discord": discord_render, "slack": slack_render}

#: Text that depends on the platform or on chance, its replacement, and why.
BOUND: tuple[tuple[str, str, str], ...] = (
    (r"\b[ser]-[0-9a-z]{6}\b", "ID", "public ids are drawn anew for each edition"),
    (r"⚠ That did not work", "", "the page shows an icon with a hidden label"),
    (r"Discuss", "", "the page has no threads; the chats have one for each edition"),
    (r"Or as a file", "", "whoever sits at the page pastes it, or says apply FILE"),
    (ATTACHMENT_HINT, "", "the same"),
    (r"\b(newsroom|1001|T1001)\b", "WORKSPACE", "a platform's own id"),
    (r"\b(c-morning|C?2001)\b", "CHANNEL", "a platform's own id"),
    (r"(?i)\b(discord|slack|local)\b", "PLATFORM", "which platform it is"),
)
#: Discord's forms have room for 45 characters of a title and 100 below a question; what
#: is longer ends with «…» there, and the rest is in /news help and in the page's form.
CUT = (45, 100)
#: Answers of which each platform lays out a part itself, and why.
EDITION = "an edition is laid out as each platform posts it"
LAID_OUT = {"news latest": EDITION, "newsdesk preview": EDITION}

#: Answers about features that not every platform has, and why.
OWN = {
    "newsdesk erase": "rows of what each platform heard are counted",
}


def the_same(said: str) -> str:
    """The text with platform-dependent and random parts replaced."""
    for pattern, stands, _ in BOUND:
        said = re.sub(pattern, stands, said)
    return " ".join(said.split())


# ── three workspaces ───────────────────────────────────────────────────────────


def configuration() -> str:
    return "\n".join(
        f"""
[[workspace]]
platform = "{platform}"
id = "{workspace}"
name = "The newsroom"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "{channel}"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""
        for platform, (workspace, channel) in PLACES.items()
    )


class Rendering(FakePlatform):
    """A platform that renders as the real one and posts into memory."""

    def render(self, edition: Any, context: Any) -> Any:
        return RENDER[self.name](edition, context)


@pytest.fixture
async def harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """All three workspaces, each with one edition posted."""
    platforms: dict[str, Any] = {name: Rendering(name) for name in PLATFORMS}
    async with open_harness(sqlite_url, tmp_path, platforms["local"]) as harness:
        for part in (harness.publisher, harness.outbox):
            object.__setattr__(part, "platforms", platforms)
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply(configuration())
        for digest in await harness.archive.all_digests():
            await harness.publisher.post_now(digest, "now")
        await harness.outbox.drain()
        # An article that no edition has published yet.
        harness.publish("flood", FLOOD)
        yield harness


_events = count(1)


async def answer(
    harness: BotHarness,
    platform: PlatformName,
    path: str,
    given: Mapping[str, str],
    permission: Permission,
) -> Reply | Form:
    """The answer to the command there, sent as the platform sends it."""
    external_id, channel = PLACES[platform]
    person = Person(id="ana", name="Ana", permission=permission)
    if platform != "local":
        event = interactions.InteractionEvent(
            key=f"event-{next(_events)}",
            platform=platform,
            workspace=external_id,
            workspace_name="The newsroom",
            channel=channel,
            person=person,
            locale="en",
        )
        return await interactions.answer_command(harness.inbox, event, path, given)
    here = await harness.inbox.workspace_of(platform, external_id, "The newsroom")
    place = Location(workspace=here, channel=channel)
    asker = PageVisitor(person=person, place=place, texts=TEXTS, inbox=harness.inbox)
    asked = commands._build_invocation(asker, {})
    return await harness.inbox.dispatch(replace(asked, path=path, args=given))


# ── visible text ───────────────────────────────────────────────────────────────


def words(platform: PlatformName, outcome: Reply | Form) -> list[str]:
    """Every text of the answer's payload, and of its buttons."""
    if isinstance(outcome, Form):
        return _OF_FORM[platform](outcome)
    return _OF_REPLY[platform](outcome)


def _reply_on_discord(reply: Reply) -> list[str]:
    bodies = cast(Any, replies.render_reply(reply, TEXTS))
    nodes = [node for b in bodies for _, node in rules.walk(b["components"])]
    labels = [n["label"] for n in nodes if n["type"] == 2]
    for menu in (n for n in nodes if n.get("custom_id", "").startswith(MENU)):
        labels.append(menu["placeholder"])
        for option in menu["options"]:
            labels += [option["label"], option.get("description", "")]
    return [*(read(text).words for text in texts_of(bodies)), *labels]


def _reply_on_slack(reply: Reply) -> list[str]:
    blocks = [b for m in slack_replies.render_reply(reply, TEXTS) for b in m["blocks"]]
    elements = [element for _, element in slack_rules.elements(blocks)]
    labels = [e["text"]["text"] for e in elements if e["type"] == "button"]
    for menu in (e for e in elements if e["action_id"].startswith(MENU)):
        labels.append(menu["placeholder"]["text"])
        for option in menu["options"]:
            note = option.get("description", {}).get("text", "")
            labels += [option["text"]["text"], note]
    return [*slack_texts(blocks), *labels]


def _reply_on_page(reply: Reply) -> list[str]:
    view = build_reply_view(reply, TEXTS, "Europe/Berlin")
    found = [view["title"]]
    for reported in view["blocks"]:
        match reported["kind"]:
            case "paragraph" | "small" | "listing":
                found.append(reported["text"])
            case "lines":
                for line in reported["lines"]:
                    found += [line["title"], line["text"], line["note"], line["host"]]
                    found += [line["control"].label] if line["control"] else []
            case "quote":
                card = reported["card"]
                found += [card["text"], card["speaker"], card["role"], card["outlet"]]
            case "facts":
                found += [cell for row in reported["rows"] for cell in row]
    for menu in view["menus"]:
        found.append(menu.label)
        found += [text for o in menu.options for text in (o.label, o.note)]
    return [*found, *(control.label for control in view["controls"])]


def _form_on_discord(form: Form) -> list[str]:
    if not forms.fits_modal(form):
        body = cast(Any, forms.render_form_message(form, "draft", TEXTS))
        return _with_questions(form, [read(t).words for t in texts_of([body])])
    modal = forms.render_modal(form, TEXTS)
    found = [modal["title"]]
    for label in modal["components"]:
        question = label["component"]
        under = label.get("description", "").removeprefix("⚠ ")
        found += [label["label"], under]
        found += [option["label"] for option in question.get("options", ())]
    return found


def _with_questions(form: Form, said: list[str]) -> list[str]:
    """A form that is shown as a message first: what is wrong comes first.

    The questions' own descriptions are in the form that its button opens.
    """
    reported = "\n".join(said)
    assert all(field.error in reported for field in form.fields), reported
    return _form_on_page(form)


def _form_on_slack(form: Form) -> list[str]:
    view = slack_forms.render_form(form, FormContext(), TEXTS)
    found = [view["title"]["text"]]
    for block in view["blocks"]:
        if block["type"] == "context":
            # The whole title, where Slack's own field has no room for it.
            found[0] = block["elements"][0]["text"]
            continue
        options = block["element"].get("options", ())
        found += [block["label"]["text"], (block.get("hint") or {}).get("text", "")]
        found += [option["text"]["text"] for option in options]
    return found


def _form_on_page(form: Form) -> list[str]:
    found = [form.title]
    for field in form.fields:
        found += [field.label, field.error or field.description, *field.choices]
    return found


_OF_REPLY = {
    "local": _reply_on_page,
    "discord": _reply_on_discord,
    "slack": _reply_on_slack,
}
_OF_FORM = {
    "local": _form_on_page,
    "discord": _form_on_discord,
    "slack": _form_on_slack,
}


def counted(said: list[str]) -> Counter[str]:
    return Counter(re.findall(r"\w+", the_same("\n".join(said))))


# ── the comparison ─────────────────────────────────────────────────────────────

Asked = tuple[str, Mapping[str, str], Permission]


def asked_of(command: Command) -> list[Asked]:
    """A success, missing options, an unknown name, and a refusal."""
    given = given_for(command)
    found: list[Asked] = [("as in its example", given, Permission.EDITOR)]
    if command.options:
        found.append(("with nothing", {}, Permission.EDITOR))
        name = command.options[0].name
        odd = {**given, name: "zebra of nowhere"}
        found.append((f"{name}=zebra of nowhere", odd, Permission.EDITOR))
    if command.permission is not Permission.EVERYONE:
        found.append(("by a reader", given, Permission.EVERYONE))
    return found


async def test_every_command_says_the_same_on_all_platforms(harness, snapshot):
    kept: dict[str, list[str]] = {}
    differ: list[str] = []
    for command in harness.inbox.typed_commands:
        for how, given, permission in asked_of(command):
            name = f"/{command.path} {how}"
            said = {
                platform: words(
                    platform,
                    without_edition(
                        command,
                        await answer(
                            harness, platform, command.path, given, permission
                        ),
                    ),
                )
                for platform in PLATFORMS
            }
            differ += [
                f"{name}: {platform} {difference}"
                for platform in PLATFORMS[1:]
                if command.path not in OWN
                for difference in differences(said["local"], said[platform])
            ]
            kept[name] = [line for line in map(the_same, said["local"]) if line]
    assert differ == []
    assert not [name for name, lines in kept.items() if DEFECT in "".join(lines)]
    assert kept == snapshot


@pytest.mark.parametrize("page", [OVERVIEW, DETAIL, QUESTION])
def test_a_page_says_the_same_on_all_platforms(page):
    ours, *theirs = (words(platform, page) for platform in PLATFORMS)
    assert [differences(ours, said) for said in theirs] == [[], []]


#: The reply to an internal error.
DEFECT = "on our side"


def without_edition(command: Command, outcome: Reply | Form) -> Reply | Form:
    if isinstance(outcome, Form) or command.path not in LAID_OUT:
        return outcome
    kept = tuple(b for b in outcome.blocks if not isinstance(b, RenderedEdition))
    assert kept != outcome.blocks or outcome.problem, "nothing is laid out there"
    return replace(outcome, blocks=kept)


def differences(ours: list[str], theirs: list[str]) -> list[str]:
    """Words on one platform only; texts of a form that are cut to fit are ignored."""
    cut = {text: _uncut(text, ours) for text in theirs if text.endswith("…")}
    whole = [cut.get(text) or text for text in theirs]
    more, less = counted(whole) - counted(ours), counted(ours) - counted(whole)
    return [f"+{dict(more)} -{dict(less)}"] if more or less else []


def _uncut(text: str, ours: list[str]) -> str:
    """The full text of this beginning, if it fills the form's field."""
    begun = text.removesuffix("…").rstrip()
    if len(text) > max(CUT):
        return ""
    return next((o for o in ours if the_same(o).startswith(begun)), "")
