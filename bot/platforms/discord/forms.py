"""Render a form as a modal or a message; parse a submitted modal. Pure.

Discord accepts no modal in response to a modal, and none after a deferred response.
Such a form becomes a message that shows the errors and what was typed, with a button
that opens it again, filled in.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.i18n.safe_text import sanitize_text
from bot.i18n.translation import Texts
from bot.model import ATTACHMENT_HINT, Form, FormField
from bot.platforms.common.interactions import (
    ATTACHMENT,
    REOPEN_PREFIX,
    build_form_id,
    describe_form_message,
    needs_lines,
)
from bot.platforms.common.text import count_utf16, cut_utf16, shorten_line
from bot.platforms.discord import components, limits
from bot.platforms.discord.channels import Json
from bot.platforms.discord.components import Component, MessageBody
from bot.platforms.discord.markdown import escape_line, format_small_print

_SHORT, _LONG = 1, 2


def render_modal(form: Form, texts: Texts) -> MessageBody:
    """Render the data of a modal; its id contains what the form names."""
    labels = [label for f in form.fields for label in _build_labels(f, texts)]
    return {
        "custom_id": build_form_id(form)[: limits.CUSTOM_ID],
        "title": shorten_line(form.title, limits.MODAL_TITLE) or f"/{form.path}"[:45],
        "components": labels[: limits.MODAL_FIELDS],
    }


def fits_modal(form: Form) -> bool:
    """Check whether a modal shows all errors in full: their remedies come last."""
    wrong = (sanitize_text(f"⚠ {field.error}") for field in form.fields if field.error)
    return all(count_utf16(said) <= limits.MODAL_DESCRIPTION for said in wrong)


def parse_answers(submitted: Sequence[Json]) -> dict[str, str]:
    """Parse the components of a submitted modal: field → answer."""
    return dict(_iter_answers(submitted))


def render_form_message(form: Form, draft: str, texts: Texts) -> MessageBody:
    """Render a message that shows the form's answers and errors and opens it again."""
    first, again = describe_form_message(form, texts, limits.HEADLINE)
    answers = (_render_answer(field, texts) for field in form.fields)
    paragraphs = _limit_texts([f"**{escape_line(first)}**", *answers])
    shown = [components.build_text(text) for text in paragraphs]
    button = components.build_button(f"{REOPEN_PREFIX}{draft}", again, primary=True)
    box: Component = {"type": components.CONTAINER, "components": shown}
    return components.build_message_body([box, *components.arrange_buttons([button])])


def _build_labels(field: FormField, texts: Texts) -> Iterator[Component]:
    yield _build_label(field, texts)
    if field.attachable:
        hint = texts.word(ATTACHMENT_HINT)
        bounds = {"required": False, "min_values": 0, "max_values": 1}
        yield {
            "type": components.LABEL,
            "label": shorten_line(texts.say("Or as a file"), limits.MODAL_LABEL),
            "description": shorten_line(hint, limits.MODAL_DESCRIPTION),
            "component": {"type": components.UPLOAD, "custom_id": ATTACHMENT, **bounds},
        }


def _build_label(field: FormField, texts: Texts) -> Component:
    label: Component = {
        "type": components.LABEL,
        "label": shorten_line(field.label, limits.MODAL_LABEL) or field.name[:45],
        "component": _build_input(field, texts),
    }
    under = f"⚠ {field.error}" if field.error else field.description
    under = shorten_line(under, limits.MODAL_DESCRIPTION)
    return {**label, "description": under} if under else label


def _build_input(field: FormField, texts: Texts) -> Component:
    fits = all(
        sanitize_text(choice).strip() and count_utf16(choice) <= limits.OPTION_TEXT
        for choice in field.choices
    )
    if field.choices and fits and len(field.choices) <= limits.OPTIONS:
        return _build_select(field, texts)
    value = cut_utf16(field.value, limits.MODAL_VALUE)
    question: Component = {
        "type": components.INPUT,
        "custom_id": field.name,
        "style": _LONG if needs_lines(field, value) else _SHORT,
        # A question that a file can answer is checked by the core.
        "required": field.required and not field.attachable,
        "max_length": limits.MODAL_VALUE,
    }
    return {**question, "value": value} if value else question


def _build_select(field: FormField, texts: Texts) -> Component:
    options = [
        {
            "label": shorten_line(texts.word(choice), limits.OPTION_TEXT),
            "value": choice,
            "default": choice == field.value,
        }
        for choice in dict.fromkeys(field.choices)
    ]
    bounds = {"required": field.required, "min_values": int(field.required)}
    select = {"type": components.SELECT, "custom_id": field.name, "options": options}
    return {**select, **bounds, "max_values": 1}


def _iter_answers(submitted: Sequence[Json]) -> Iterator[tuple[str, str]]:
    for component in submitted:
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
    """Render a question with its answer and error."""
    label = f"**{escape_line(shorten_line(field.label, limits.LABEL))}**"
    value = escape_line(shorten_line(field.value, limits.CELL))
    given = f"{label} {value or escape_line(texts.say('(no answer)'))}"
    if not field.error:
        return given
    error = escape_line(shorten_line(field.error, limits.CELL))
    return f"{given}\n{format_small_print('⚠ ' + error)}"


def _limit_texts(paragraphs: Sequence[str]) -> Iterator[str]:
    """Keep as many texts as a message holds."""
    space = limits.TEXT_USED
    for text in paragraphs:
        space -= count_utf16(text)
        if space < 0:
            return
        yield text
