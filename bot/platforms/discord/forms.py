"""Render a form as a modal or a message, and parse a submitted modal. Pure.

Discord takes no modal as the answer to a modal, and none after a deferred answer. Such
a form becomes a message that says what is wrong and shows what was typed, with a button
that opens it again, filled in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.i18n.translation import Texts
from bot.model import ATTACHMENT_HINT, Form, FormField
from bot.platforms.common.text import sanitize_text, shorten_text
from bot.platforms.discord import limits
from bot.platforms.discord.commands import ATTACHMENT
from bot.platforms.discord.components import (
    CONTAINER,
    TEXT,
    Component,
    MessageBody,
    arrange_buttons,
    build_button,
    build_message_body,
)
from bot.platforms.discord.markdown import (
    escape_line,
    format_small_print,
    measure_text,
    shorten_line,
)

#: discord.com, components/reference: types.
SELECT, INPUT, LABEL, UPLOAD = 3, 4, 18, 19
_SHORT, _LONG = 1, 2
#: Characters of an answer from which it gets a box of several lines.
_MULTILINE_FROM: Final = 100
#: What the id of a modal, and of the button that opens one again, begins with.
FORM_PREFIX: Final = "v1:form:"
REOPEN_PREFIX: Final = "v1:again:"


def render_modal(form: Form, texts: Texts) -> dict[str, Any]:
    """The form as the data of a modal; the path that it answers is in its id."""
    labels = [label for f in form.fields for label in _build_labels(f, texts)]
    return {
        "custom_id": f"{FORM_PREFIX}{form.path}"[: limits.CUSTOM_ID],
        "title": shorten_line(form.title, limits.MODAL_TITLE) or f"/{form.path}"[:45],
        "components": labels[: limits.MODAL_FIELDS],
    }


def fits_modal(form: Form) -> bool:
    """Whether a modal has room for all that is wrong; what to do stands at the end."""
    wrong = (sanitize_text(f"⚠ {field.error}") for field in form.fields if field.error)
    return all(measure_text(said) <= limits.MODAL_DESCRIPTION for said in wrong)


def parse_form_path(custom_id: str) -> str:
    """The command that a filled modal is for; "" for a modal that is not ours."""
    return (
        custom_id.removeprefix(FORM_PREFIX) if custom_id.startswith(FORM_PREFIX) else ""
    )


def parse_answers(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was filled in, by the names of the fields."""
    return dict(_iter_answers(components))


def render_form_message(form: Form, draft: str, texts: Texts) -> MessageBody:
    """What is wrong with the form and what was typed, with a way back to it."""
    wrong = any(field.error for field in form.fields)
    said = texts.say("Something is missing or does not fit.")
    first = (
        f"**⚠ {escape_line(said)}**"
        if wrong
        else f"**{escape_line(shorten_text(form.title, 200))}**"
    )
    paragraphs = [first, *(_render_answer(field, texts) for field in form.fields)]
    again = texts.say("Edit again") if wrong else texts.say("Open the form")
    box: Component = {
        "type": CONTAINER,
        "components": [
            {"type": TEXT, "content": text} for text in _limit_texts(paragraphs)
        ],
    }
    return build_message_body(
        [
            box,
            *arrange_buttons(
                [build_button(f"{REOPEN_PREFIX}{draft}", again, primary=True)]
            ),
        ]
    )


def parse_draft_id(custom_id: str) -> str | None:
    """The draft that a button opens again; None for any other button."""
    if not custom_id.startswith(REOPEN_PREFIX):
        return None
    return custom_id.removeprefix(REOPEN_PREFIX)


def _build_labels(field: FormField, texts: Texts) -> Iterator[Component]:
    yield _build_label(field, texts)
    if field.attachable:
        yield {
            "type": LABEL,
            "label": shorten_line(texts.say("Or as a file"), limits.MODAL_LABEL),
            "description": shorten_line(
                texts.word(ATTACHMENT_HINT), limits.MODAL_DESCRIPTION
            ),
            "component": {
                "type": UPLOAD,
                "custom_id": ATTACHMENT,
                "required": False,
                "min_values": 0,
                "max_values": 1,
            },
        }


def _build_label(field: FormField, texts: Texts) -> Component:
    label: Component = {
        "type": LABEL,
        "label": shorten_line(field.label, limits.MODAL_LABEL) or field.name[:45],
        "component": _build_input(field, texts),
    }
    under = f"⚠ {field.error}" if field.error else field.description
    under = shorten_line(under, limits.MODAL_DESCRIPTION)
    return {**label, "description": under} if under else label


def _build_input(field: FormField, texts: Texts) -> Component:
    fits = all(_fits_option(choice) for choice in field.choices)
    if field.choices and fits and len(field.choices) <= limits.OPTIONS:
        return _build_select(field, texts)
    value = field.value[: limits.MODAL_VALUE]
    long = field.lines or "\n" in value or len(value) > _MULTILINE_FROM
    question: Component = {
        "type": INPUT,
        "custom_id": field.name,
        "style": _LONG if long else _SHORT,
        # What can be a file is asked for by the core.
        "required": field.required and not field.attachable,
        "max_length": limits.MODAL_VALUE,
    }
    return {**question, "value": value} if value else question


def _fits_option(choice: str) -> bool:
    return (
        bool(sanitize_text(choice).strip())
        and measure_text(choice) <= limits.OPTION_TEXT
    )


def _build_select(field: FormField, texts: Texts) -> Component:
    return {
        "type": SELECT,
        "custom_id": field.name,
        "required": field.required,
        "min_values": 1 if field.required else 0,
        "max_values": 1,
        "options": [
            {
                "label": shorten_line(texts.word(choice), limits.OPTION_TEXT),
                "value": choice,
                "default": choice == field.value,
            }
            for choice in dict.fromkeys(field.choices)
        ],
    }


def _iter_answers(
    components: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, str]]:
    for component in components:
        inside = component.get("component")
        if isinstance(inside, Mapping):
            yield from _iter_answers([inside])
        yield from _iter_answers(component.get("components") or ())
        name = component.get("custom_id")
        if name is None:
            continue
        values = component.get("values") or (component.get("value") or "",)
        yield str(name), str(values[0])


def _render_answer(field: FormField, texts: Texts) -> str:
    """A question as it was answered, and what was wrong with that."""
    label = f"**{escape_line(shorten_text(sanitize_text(field.label), limits.LABEL))}**"
    value = escape_line(shorten_text(sanitize_text(field.value), limits.CELL))
    given = f"{label} {value or escape_line(texts.say('(no answer)'))}"
    if not field.error:
        return given
    error = escape_line(shorten_text(sanitize_text(field.error), limits.CELL))
    return f"{given}\n{format_small_print('⚠ ' + error)}"


def _limit_texts(paragraphs: Sequence[str]) -> Iterator[str]:
    room = limits.TEXT_USED
    for text in paragraphs:
        room -= measure_text(text)
        if room < 0:
            return
        yield text
