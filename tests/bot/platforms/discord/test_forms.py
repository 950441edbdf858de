"""Forms on Discord: opened as a modal, and again after a mistake, filled in."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.translation import Texts
from bot.model import Form, FormField, Inbox, Invocation, Paragraph, Reply
from bot.platforms.common.interactions import MAX_PENDING, PENDING_LIFE, PendingForms
from bot.platforms.discord import forms
from bot.platforms.discord.components import INPUT, SELECT
from tests.bot.harness import open_harness
from tests.bot.platforms.discord import hostile
from tests.bot.platforms.discord.conftest import a_platform, listening
from tests.bot.platforms.discord.test_commands import a_command, an_option
from tests.builders import an_inbox
from tests.wire.discord import answer_rules, markdown, schema
from tests.wire.discord.interactions import EDITOR, READER, like

TEXTS = Texts.of("en")


def a_field(name: str = "name", **changes: Any) -> FormField:
    return FormField(
        **{"name": name, "label": "Name", "description": "Of it", **changes}
    )


def a_form(*fields: FormField, **changes: Any) -> Form:
    parts: dict[str, Any] = {
        "path": "desk make",
        "title": "A new digest",
        "fields": fields or (a_field(),),
    }
    return Form(**{**parts, **changes})


def callback(form: Form) -> dict[str, Any]:
    return {"type": 9, "data": forms.render_modal(form, TEXTS)}


def complaints(form: Form) -> list[Any]:
    body = callback(form)
    found = answer_rules.callback(answer_rules.COMMAND, body)
    return found or schema.complaints(answer_rules.SCHEMAS[9], body)


# ── the modal ──────────────────────────────────────────────────────────────────


def test_a_field_is_a_label_with_its_question_filled_in():
    [label] = forms.render_modal(a_form(a_field(value="Evening")), TEXTS)["components"]
    assert (label["label"], label["description"]) == ("Name", "Of it")
    assert label["component"]["value"] == "Evening"
    assert label["component"]["required"] is True


def test_choices_are_a_select_with_the_present_one_chosen():
    tone = a_field("tone", choices=("calm", "brisk"), value="brisk", required=False)
    [label] = forms.render_modal(a_form(tone), TEXTS)["components"]
    question = label["component"]
    assert question["type"] == SELECT
    assert [(o["value"], o["default"]) for o in question["options"]] == [
        ("calm", False),
        ("brisk", True),
    ]
    assert question["min_values"] == 0


def test_choices_that_a_select_does_not_hold_are_typed():
    many = a_field(choices=tuple(str(n) for n in range(26)))
    [label] = forms.render_modal(a_form(many), TEXTS)["components"]
    assert label["component"]["type"] == INPUT


def test_a_mistake_takes_the_place_of_the_description():
    [label] = forms.render_modal(a_form(a_field(error="It is taken.")), TEXTS)[
        "components"
    ]
    assert label["description"] == "⚠ It is taken."


def test_a_long_answer_gets_a_large_box():
    [label] = forms.render_modal(a_form(a_field(value="a\nb")), TEXTS)["components"]
    assert label["component"]["style"] == 2


fields = st.builds(
    FormField,
    name=st.from_regex(r"[a-z]{1,12}", fullmatch=True),
    label=hostile.texts,
    description=hostile.texts,
    required=st.booleans(),
    value=hostile.texts,
    choices=st.lists(st.text(min_size=1, max_size=120), max_size=30, unique=True).map(
        tuple
    ),
    error=hostile.texts,
)
any_form = st.builds(
    Form,
    path=st.just("desk make"),
    title=hostile.texts,
    fields=st.lists(fields, min_size=1, max_size=5, unique_by=lambda f: f.name).map(
        tuple
    ),
)


@given(any_form)
def test_any_form_is_a_modal_that_discord_takes(form):
    assert complaints(form) == []


@given(any_form)
def test_any_form_is_a_message_that_discord_takes_and_that_is_only_words(form):
    body = forms.render_form_message(form, "a-draft", TEXTS)
    assert answer_rules.message(body) == []
    box = body["components"][0]["components"]
    for display in box:
        live = [kind for kind, _ in markdown.read(display["content"]).live]
        assert set(live) <= {"strong", "small"}


def test_the_longest_form_still_is_one_message():
    long = a_field(label="*" * 500, value="_" * 4000, error="~" * 500)
    form = a_form(*(replace(long, name=f"n{n}") for n in range(5)))
    assert complaints(form) == []
    assert answer_rules.message(forms.render_form_message(form, "d", TEXTS)) == []


# ── drafts ─────────────────────────────────────────────────────────────────────


def test_a_draft_is_kept_for_its_owner_for_an_hour():
    at = [0.0]
    drafts = PendingForms(now=lambda: at[0])
    word = drafts.keep("7001", a_form())
    assert drafts.find("7001", word) == a_form()
    assert drafts.find("7002", word) is None
    at[0] = PENDING_LIFE + 1
    assert drafts.find("7001", word) is None


def test_the_oldest_drafts_give_way():
    drafts = PendingForms()
    first = drafts.keep("7001", a_form())
    for _ in range(MAX_PENDING):
        last = drafts.keep("7001", a_form())
    assert drafts.find("7001", first) is None
    assert drafts.find("7001", last) is not None


# ── over the wire ──────────────────────────────────────────────────────────────


class FormCommand:
    """A command that asks for a name and a tone, and accepts no name twice."""

    def __init__(self) -> None:
        self.made: list[dict[str, str]] = []

    async def dispatch(self, invocation: Invocation) -> Reply | Form:
        args = dict(invocation.args)
        if invocation.path == "desk ask" or args.get("name") == "taken":
            wrong = "It is taken." if args.get("name") == "taken" else ""
            return a_form(
                a_field(value=args.get("name", ""), error=wrong),
                a_field("tone", choices=("calm", "brisk"), required=False,
                        value=args.get("tone", "")),
            )  # fmt: skip
        self.made.append(args)
        return Reply(blocks=(Paragraph(text=f"Made {args['name']}"),))

    def inbox(self) -> Inbox:
        make = a_command(
            "desk make",
            an_option("name", required=True),
            an_option("tone", choices=("calm", "brisk")),
        )
        return an_inbox(commands=(a_command("desk ask"), make), dispatch=self.dispatch)


@pytest.fixture
def form_command() -> FormCommand:
    return FormCommand()


async def opened(discord, who=EDITOR):
    asked = await (await discord.people.command("desk ask", who)).done()
    assert asked.modal is not None
    return asked.modal


async def test_a_form_opens_as_a_modal_and_its_answers_run_the_command(
    discord, form_command
):
    async with listening(discord, form_command.inbox()):
        modal = await opened(discord)
        sent = await discord.people.fills(modal, {"name": "Noon", "tone": "brisk"})
        assert "Made Noon" in (await sent.done()).words
    assert form_command.made == [{"name": "Noon", "tone": "brisk"}]


async def test_a_form_with_a_mistake_opens_again_filled_in(discord, form_command):
    async with listening(discord, form_command.inbox()):
        modal = await opened(discord)
        wrong = await discord.people.fills(modal, {"name": "taken", "tone": "calm"})
        await wrong.done()
        assert "⚠ It is taken" in wrong.words
        assert "taken" in wrong.words
        button = wrong.controls["Edit again"]
        again = await (await discord.people.presses(button)).done()
        assert again.modal is not None
        name, tone = (c["component"] for c in again.modal["components"])
        assert name["value"] == "taken"
        assert [o["value"] for o in tone["options"] if o["default"]] == ["calm"]
        sent = await discord.people.fills(again.modal, {"name": "Dusk"})
        assert "Made Dusk" in (await sent.done()).words
    assert form_command.made == [{"name": "Dusk", "tone": "calm"}]


async def test_a_form_cannot_be_opened_by_another_person(discord, form_command):
    async with listening(discord, form_command.inbox()):
        modal = await opened(discord)
        wrong = await (await discord.people.fills(modal, {"name": "taken"})).done()
        asked = await discord.people.presses(wrong.controls["Edit again"], READER)
        assert "has expired" in (await asked.done()).words


async def test_a_form_from_before_a_restart_explains_what_to_do(discord, form_command):
    async with listening(discord, form_command.inbox(), a_platform(discord)):
        modal = await opened(discord)
        wrong = await (await discord.people.fills(modal, {"name": "taken"})).done()
    async with listening(discord, form_command.inbox(), a_platform(discord)):
        asked = await discord.people.presses(wrong.controls["Edit again"])
        assert "Run the command again" in (await asked.done()).words
        # Opening the modal itself needs no draft.
        sent = await discord.people.fills(modal, {"name": "Late"})
        assert "Made Late" in (await sent.done()).words


async def test_a_form_that_takes_long_comes_as_a_button(
    discord, form_command: FormCommand
):
    async def slowly(invocation: Invocation) -> Reply | Form:
        await asyncio.sleep(0.1)
        return await form_command.dispatch(invocation)

    inbox = replace(form_command.inbox(), dispatch=slowly)
    async with listening(discord, inbox, a_platform(discord, defer=0.02)):
        asked = await (await discord.people.command("desk ask")).done()
        button = asked.controls["Open the form"]
        again = await (await discord.people.presses(button)).done()
    assert again.modal is not None


async def test_an_empty_answer_is_asked_for_again(discord, form_command):
    async with listening(discord, form_command.inbox()):
        modal = await opened(discord)
        sent = await (await discord.people.fills(modal, {"name": "  "})).done()
    assert "This is required" in sent.words
    assert form_command.made == []


async def test_a_modal_for_an_editors_command_is_refused_for_a_reader(chat_of, discord):
    async with chat_of() as inbox:
        modal = forms.render_modal(
            Form(path="newsdesk post", title="x", fields=(a_field("digest"),)), TEXTS
        )
        sent = await discord.people.fills(modal, {"digest": "Morning brief"}, READER)
        assert "Only editors" in (await sent.done()).words
        assert inbox


@pytest.mark.parametrize("path", ["", "no such", "news nothing"])
async def test_a_modal_for_no_command_does_nothing(chat_of, discord, path):
    async with chat_of():
        modal = forms.render_modal(
            Form(path=path, title="x", fields=(a_field(),)), TEXTS
        )
        sent = await discord.people.fills(modal, {"name": "x"}, like(EDITOR))
        assert "There is no command" in (await sent.done()).words


@pytest.fixture
def chat_of(discord, sqlite_url, tmp_path):
    @asynccontextmanager
    async def opened():
        async with (
            open_harness(sqlite_url, tmp_path) as built,
            listening(discord, built.inbox),
        ):
            yield built.inbox

    return opened
