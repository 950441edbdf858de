"""A form as Discord's modal, and a filled modal as answers: pure, and nothing is sent.

Discord takes no modal as the answer to a modal, and none after a deferred answer. Such
a form becomes a message that says what is wrong and shows what was typed, with a button
that opens it again, filled in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.attached import ATTACHED
from bot.platforms.discord import limits
from bot.platforms.discord.attachments import ATTACHMENT
from bot.platforms.discord.markdown import line, short, size, small
from bot.platforms.discord.render import CONTAINER, TEXT
from bot.platforms.discord.replies import Body, Component, body, button, rows
from bot.platforms.inert import clip, inert
from bot.texts import Texts
from bot.types import Field, Form

#: discord.com, components/reference: types.
SELECT, INPUT, LABEL, UPLOAD = 3, 4, 18, 19
_SHORT, _LONG = 1, 2
#: Characters of an answer from which it gets a box of several lines.
_BOX: Final = 100
#: What the id of a modal, and of the button that opens one again, begins with.
FILLED: Final = "v1:form:"
AGAIN: Final = "v1:again:"


def modal(form: Form, texts: Texts) -> dict[str, Any]:
    """The form as the data of a modal; the path that it answers is in its id."""
    labels = [label for f in form.fields for label in _labels(f, texts)]
    return {
        "custom_id": f"{FILLED}{form.path}"[: limits.CUSTOM_ID],
        "title": short(form.title, limits.MODAL_TITLE) or f"/{form.path}"[:45],
        "components": labels[: limits.MODAL_FIELDS],
    }


def says_all(form: Form) -> bool:
    """Whether a modal has room for all that is wrong; what to do stands at the end."""
    wrong = (inert(f"⚠ {field.error}") for field in form.fields if field.error)
    return all(size(said) <= limits.MODAL_DESCRIPTION for said in wrong)


def path_of(custom_id: str) -> str:
    """The command that a filled modal is for; "" for a modal that is not ours."""
    return custom_id.removeprefix(FILLED) if custom_id.startswith(FILLED) else ""


def answers(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What was filled in, by the names of the fields."""
    return dict(_answers(components))


def as_message(form: Form, draft: str, texts: Texts) -> Body:
    """What is wrong with the form and what was typed, with a way back to it."""
    wrong = any(field.error for field in form.fields)
    said = texts.say("Something is missing or does not fit.")
    first = f"**⚠ {line(said)}**" if wrong else f"**{line(clip(form.title, 200))}**"
    told = [first, *(_told(field, texts) for field in form.fields)]
    again = texts.say("Edit again") if wrong else texts.say("Open the form")
    box: Component = {
        "type": CONTAINER,
        "components": [{"type": TEXT, "content": text} for text in _within(told)],
    }
    return body([box, *rows([button(f"{AGAIN}{draft}", again, primary=True)])])


def draft_of(custom_id: str) -> str | None:
    """The draft that a button opens again; None for any other button."""
    if not custom_id.startswith(AGAIN):
        return None
    return custom_id.removeprefix(AGAIN)


def _labels(field: Field, texts: Texts) -> Iterator[Component]:
    yield _label(field, texts)
    if field.attachable:
        yield {
            "type": LABEL,
            "label": short(texts.say("Or as a file"), limits.MODAL_LABEL),
            "description": short(texts.word(ATTACHED), limits.MODAL_DESCRIPTION),
            "component": {
                "type": UPLOAD,
                "custom_id": ATTACHMENT,
                "required": False,
                "min_values": 0,
                "max_values": 1,
            },
        }


def _label(field: Field, texts: Texts) -> Component:
    label: Component = {
        "type": LABEL,
        "label": short(field.label, limits.MODAL_LABEL) or field.name[:45],
        "component": _question(field, texts),
    }
    under = f"⚠ {field.error}" if field.error else field.description
    under = short(under, limits.MODAL_DESCRIPTION)
    return {**label, "description": under} if under else label


def _question(field: Field, texts: Texts) -> Component:
    fits = all(_is_option(choice) for choice in field.choices)
    if field.choices and fits and len(field.choices) <= limits.OPTIONS:
        return _select(field, texts)
    value = field.value[: limits.MODAL_VALUE]
    long = field.lines or "\n" in value or len(value) > _BOX
    question: Component = {
        "type": INPUT,
        "custom_id": field.name,
        "style": _LONG if long else _SHORT,
        # What can be a file is asked for by the core.
        "required": field.required and not field.attachable,
        "max_length": limits.MODAL_VALUE,
    }
    return {**question, "value": value} if value else question


def _is_option(choice: str) -> bool:
    return bool(inert(choice).strip()) and size(choice) <= limits.OPTION_TEXT


def _select(field: Field, texts: Texts) -> Component:
    return {
        "type": SELECT,
        "custom_id": field.name,
        "required": field.required,
        "min_values": 1 if field.required else 0,
        "max_values": 1,
        "options": [
            {
                "label": short(texts.word(choice), limits.OPTION_TEXT),
                "value": choice,
                "default": choice == field.value,
            }
            for choice in dict.fromkeys(field.choices)
        ],
    }


def _answers(
    components: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, str]]:
    for component in components:
        inside = component.get("component")
        if isinstance(inside, Mapping):
            yield from _answers([inside])
        yield from _answers(component.get("components") or ())
        name = component.get("custom_id")
        if name is None:
            continue
        values = component.get("values") or (component.get("value") or "",)
        yield str(name), str(values[0])


def _told(field: Field, texts: Texts) -> str:
    """A question as it was answered, and what was wrong with that."""
    label = f"**{line(clip(inert(field.label), limits.LABEL))}**"
    value = line(clip(inert(field.value), limits.CELL))
    given = f"{label} {value or line(texts.say('(no answer)'))}"
    if not field.error:
        return given
    return f"{given}\n{small('⚠ ' + line(clip(inert(field.error), limits.CELL)))}"


def _within(told: Sequence[str]) -> Iterator[str]:
    room = limits.TEXT_USED
    for text in told:
        room -= size(text)
        if room < 0:
            return
        yield text
