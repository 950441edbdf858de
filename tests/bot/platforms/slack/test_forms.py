"""Forms on Slack: opened as a view, errors at the questions, no answer is lost."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Form,
    FormField,
    Inbox,
    Invocation,
    Paragraph,
    Permission,
    Reply,
)
from bot.platforms.slack import forms
from bot.platforms.slack.forms import FormContext
from tests.bot.harness import BotHarness
from tests.bot.platforms.slack import hostile
from tests.bot.platforms.slack.conftest import a_platform, listening, until
from tests.builders import an_inbox
from tests.wire.slack import rules
from tests.wire.slack.faults import Refusal
from tests.wire.slack.people import READER, Asked
from tests.wire.slack.server import CHANNEL, LocalSlack

TEXTS = Texts.of("en")
CARRIED = FormContext(
    channel=CHANNEL, thread="1.000001", answer_to="https://a.example/x"
)


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


def view(form: Form) -> dict[str, Any]:
    return forms.render_form(form, CARRIED, TEXTS)


def message(form: Form) -> dict[str, Any]:
    reported = forms.render_form_message(form, "a-draft", TEXTS)
    quiet = {"unfurl_links": False, "unfurl_media": False}
    return {
        **reported,
        **quiet,
        "response_type": "ephemeral",
        "replace_original": False,
    }


# ── the view ───────────────────────────────────────────────────────────────────


def test_a_field_is_a_question_filled_in():
    [block] = view(a_form(a_field(value="Evening")))["blocks"]
    assert block["label"]["text"] == "Name"
    assert block["hint"]["text"] == "Of it"
    assert block["element"]["initial_value"] == "Evening"
    assert block["optional"] is False


def test_choices_are_a_select_with_the_present_one_chosen():
    tone = a_field("tone", choices=("calm", "brisk"), value="brisk", required=False)
    [block] = view(a_form(tone))["blocks"]
    assert block["element"]["initial_option"]["value"] == "brisk"
    assert block["optional"] is True


def test_choices_that_a_select_does_not_hold_are_typed():
    many = a_field(choices=tuple(str(n) for n in range(101)))
    [block] = view(a_form(many))["blocks"]
    assert block["element"]["type"] == "plain_text_input"


def test_a_long_title_is_shown_above_the_questions():
    title = "Set up this channel, with a preview of the edition"
    shown = view(a_form(title=title))
    assert len(shown["title"]["text"]) <= 24
    assert shown["blocks"][0]["elements"][0]["text"] == title


def test_what_a_view_carries_comes_back():
    form, carried = forms.parse_form({**view(a_form(a_field(value="x"))), "state": {}})
    assert carried == CARRIED
    assert form.path == "desk make"


@pytest.mark.parametrize("metadata", ["", "{", "[]", "7", '{"c": 7}', "null"])
def test_what_a_view_carries_may_be_anything(metadata):
    _, carried = forms.parse_form({"private_metadata": metadata})
    assert carried.answer_to == ""


def test_a_view_that_is_not_ours_asks_for_nothing():
    assert forms.parse_form({"callback_id": "another"})[0].path == ""


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
def test_any_form_is_a_view_and_a_message_that_slack_takes(form):
    assert rules.view(view(form)) == []
    assert rules.response(message(form)) == []


def test_the_longest_form_still_is_one_view_and_one_message():
    long = a_field(label="*" * 500, value="🌉" * 4000, error="~" * 500)
    form = a_form(*(replace(long, name=f"n{n}") for n in range(5)))
    assert rules.view(view(form)) == []
    assert rules.response(message(form)) == []


# ── over the wire ──────────────────────────────────────────────────────────────


def making(*outcomes: Reply | Form, after: float = 0.0) -> tuple[Inbox, list[Any]]:
    """A command that needs a name; its invocations, and its outcomes in turn."""
    heard: list[Any] = []
    left = list(outcomes)

    async def dispatch(invocation: Invocation) -> Reply | Form:
        heard.append(dict(invocation.args))
        await asyncio.sleep(after)
        return left.pop(0) if len(left) > 1 else left[0]

    command = Command(
        path="news make",
        description="A new digest",
        permission=Permission.EVERYONE,
        run=dispatch,
        options=(
            CommandOption(name="name", description="Its name", required=True),
            CommandOption(name="tone", description="How", choices=("calm", "brisk")),
        ),
    )
    return an_inbox(commands=(command,), dispatch=dispatch), heard


DONE = Reply(blocks=(Paragraph(text="It is made"),))
TAKEN = Reply(blocks=(Paragraph(text="It is taken."),), problem=True)


def wrong(**changes: Any) -> Form:
    tone = a_field("tone", choices=("calm", "brisk"), required=False)
    named = a_field(value="Evening", error="There is one already.")
    return a_form(named, tone, **{"path": "news make", **changes})


async def opened(slack: LocalSlack, line: str = "/news make") -> Asked:
    asked = await (await slack.people.types(line)).done()
    assert asked.view is not None, asked.words
    return asked


async def fill(slack: LocalSlack, view: Any, **answers: str) -> Asked:
    filled = await slack.people.fills(view, answers=answers)
    await until(lambda: filled.acknowledged is not None)
    return filled


async def test_a_command_without_what_it_needs_opens_a_form(slack):
    inbox, heard = making(DONE)
    async with listening(slack, inbox):
        asked = await opened(slack, "/news make tone=brisk")
        filled = await fill(slack, asked.view, name="Evening")
        assert filled.acknowledged == {}  # the view closes
        await until(lambda: asked.messages)
    assert heard == [{"name": "Evening", "tone": "brisk"}]
    assert "It is made" in asked.words


async def test_a_form_that_slack_does_not_open_is_a_message_with_a_button(slack):
    inbox, heard = making(DONE)
    slack.script(Refusal(code="expired_trigger_id"), "view")
    async with listening(slack, inbox):
        asked = await (await slack.people.types("/news make")).done()
        button = asked.controls["Open the form"]
        again = await (await slack.people.presses(button)).done()
        await fill(slack, again.view, name="Evening")
        await until(lambda: again.messages)
    assert heard == [{"name": "Evening"}]
    assert "It is made" in again.words


async def test_a_form_that_is_ready_too_late_is_not_even_tried(slack):
    inbox, _ = making(a_form())
    async with listening(slack, inbox) as platform:
        clock = [0.0]
        platform.listener._now = lambda: clock[0]
        platform.listener._responder._now = lambda: clock[0] + 2.6
        asked = await (await slack.people.types("/news make x")).done()
    assert asked.view is None
    assert "Open the form" in asked.controls
    assert slack.asked("view") == []


async def test_a_mistake_is_reported_at_its_question_and_answers_are_kept(slack):
    inbox, heard = making(wrong(), DONE)
    async with listening(slack, inbox):
        asked = await opened(slack)
        first = await fill(slack, asked.view, name="Evening")
        assert first.errors == {"name": "There is one already."}
        assert asked.messages == []
        second = await fill(slack, asked.view, name="Evening 2")
        assert second.acknowledged == {}
        await until(lambda: asked.messages)
    assert [args["name"] for args in heard] == ["Evening", "Evening 2"]


async def test_an_answer_that_is_blank_is_asked_for_again(slack):
    inbox, heard = making(DONE)
    async with listening(slack, inbox):
        asked = await opened(slack)
        filled = await fill(slack, asked.view, name="   ")
    assert filled.errors == {"name": "This is required."}
    assert heard == []


async def test_a_problem_is_reported_in_the_form_and_answers_are_kept(slack):
    inbox, _ = making(TAKEN)
    async with listening(slack, inbox):
        asked = await opened(slack)
        filled = await fill(slack, asked.view, name="Evening")
    assert filled.errors == {"name": "It is taken."}


async def test_another_form_takes_the_place_of_the_view(slack):
    inbox, _ = making(a_form(a_field("zone"), path="news zone"), DONE)
    async with listening(slack, inbox):
        asked = await opened(slack)
        filled = await fill(slack, asked.view, name="Evening")
        assert filled.view is not None
        assert filled.view["blocks"][-1]["block_id"] == "zone"
        assert asked.view is not None
        assert forms.parse_form(filled.view)[1] == forms.parse_form(asked.view)[1]


@pytest.mark.usefixtures("short_hold")
@pytest.mark.parametrize("outcome", [wrong(), TAKEN])
async def test_a_mistake_found_too_late_comes_as_a_message_with_the_answers(
    slack, outcome
):
    inbox, _ = making(outcome, after=0.3)
    async with listening(slack, inbox, a_platform(slack)):
        asked = await opened(slack)
        filled = await fill(slack, asked.view, name="Evening")
        assert filled.acknowledged == {}
        await until(lambda: asked.messages)
        assert "Evening" in asked.words
        button = asked.controls["Edit again"]
        again = await (await slack.people.presses(button)).done()
        assert again.view is not None
        block = again.view["blocks"][0]
        assert block["element"]["initial_value"] == "Evening"
        stolen = await (await slack.people.presses(button, READER)).done()
        assert "has expired" in stolen.words


@pytest.mark.usefixtures("short_hold")
async def test_a_slow_form_is_acknowledged_in_time_and_answered_later(slack):
    inbox, heard = making(DONE, after=0.5)
    async with listening(slack, inbox, a_platform(slack)):
        asked = await opened(slack)
        begun = asyncio.get_running_loop().time()
        await fill(slack, asked.view, name="Evening")
        assert asyncio.get_running_loop().time() - begun < 0.4
        await until(lambda: asked.messages)
    assert len(heard) == 1


async def test_a_form_that_is_sent_twice_has_one_effect(slack):
    inbox, heard = making(DONE)
    async with listening(slack, inbox):
        asked = await opened(slack)
        filled = await fill(slack, asked.view, name="Evening")
        envelope = await slack.people.again(filled)
        await until(lambda: envelope in slack.socket.acknowledged)
        await until(lambda: asked.messages)
    assert len(heard) == 1


async def test_every_required_option_of_the_registry_is_asked_for(
    harness: BotHarness, slack: LocalSlack
):
    await harness.post()
    platform: Any = harness.platform
    async with listening(slack, harness.inbox, platform):
        for command in harness.inbox.typed_commands:
            required = [o.name for o in command.options if o.required]
            if not required:
                continue
            asked = await opened(slack, f"/{command.path}")
            blocks = asked.view["blocks"] if asked.view else []
            names = [b["block_id"] for b in blocks if b["type"] == "input"]
            assert set(required) <= set(names), command.path


async def test_the_core_decides_who_may_submit_a_form(slack):
    """Slack may list a person with an editor's grant as a plain member."""
    inbox, heard = making(DONE)
    command = replace(inbox.commands[0], permission=Permission.EDITOR)
    async with listening(slack, replace(inbox, commands=(command,))):
        asked = await (await slack.people.types("/news make", READER)).done()
        assert asked.view is not None
    assert heard == []
