"""A form as Slack's view, and a filled view as a form: pure, and nothing is sent.

The view carries what its answer needs to find its way: the command, the channel, the
address for answers. Slack shows a sentence at a question and keeps what was typed, as
long as the view stays open. A form that can no longer be opened becomes a message that
says what is wrong and shows what was typed, with a button that opens it again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.attached import ATTACHED
from bot.platforms.inert import fitted, inert, units
from bot.platforms.slack import elements, limits
from bot.platforms.slack.elements import Json
from bot.platforms.slack.files import ATTACHMENT
from bot.platforms.slack.messages import plain
from bot.texts import Texts
from bot.types import Field, Form

#: What the id of a view, and of the button that opens one again, begins with.
FILLED: Final = "v1:form:"
AGAIN: Final = "v1:again:"
#: Characters of an answer from which it gets a box of several lines.
_BOX: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What a view brings back of the event that opened it."""

    channel: str = ""
    thread: str = ""
    #: Where the answer goes; a secret.
    answer_to: str = ""

    def __repr__(self) -> str:
        return f"Carried(channel={self.channel})"


def view(form: Form, carried: Carried, texts: Texts, *, files: bool = True) -> Json:
    """The form as a view; with `files`, of which the app may take some."""
    asked = [block for f in form.fields for block in _questions(f, texts, files)]
    title = fitted(inert(form.title), limits.VIEW_TITLE) or "Standfirst"
    whole = fitted(inert(form.title), limits.CELL)
    above = (
        [elements.context(elements.plain(whole))] if whole not in {"", title} else []
    )
    return {
        "type": "modal",
        "callback_id": f"{FILLED}{form.path}"[: limits.ACTION_ID],
        "private_metadata": _packed(carried),
        "title": elements.plain(title),
        "submit": elements.plain(_on_button(texts.say("Go on"))),
        "close": elements.plain(_on_button(texts.say("Cancel"))),
        "blocks": [*above, *asked],
    }


def filled(view: Mapping[str, Any]) -> tuple[Form, Carried]:
    """The form as somebody filled it in; its path is empty where it is not ours."""
    callback = str(view.get("callback_id") or "")
    path = callback.removeprefix(FILLED) if callback.startswith(FILLED) else ""
    state = view.get("state") or {}
    answers = dict(_answers(state.get("values") or {}))
    title = str((view.get("title") or {}).get("text") or "")
    fields = tuple(
        _as_asked(block, answers)
        for block in view.get("blocks") or ()
        if block.get("type") == "input" and block.get("block_id") != ATTACHMENT
    )
    form = Form(path=path, title=title, fields=fields)
    return form, _unpacked(str(view.get("private_metadata") or ""))


def answers_of(form: Form) -> dict[str, str]:
    """What was answered, by the names of the fields."""
    return {field.name: field.value for field in form.fields}


def errors(form: Form, shown: Form) -> dict[str, str]:
    """The sentences of `form` at the questions of `shown`, the view that is open.

    Empty where they cannot be said there: the form asks something else.
    """
    names = {field.name for field in shown.fields}
    if form.path != shown.path or any(f.name not in names for f in form.fields):
        return {}
    return {
        field.name: fitted(inert(field.error), limits.VIEW_HINT)
        for field in form.fields
        if field.error
    }


def blamed(form: Form, sentence: str) -> Form:
    """The form with the sentence at its first question, so that no answer is lost."""
    if not form.fields:
        return form
    first, *rest = form.fields
    return replace(form, fields=(replace(first, error=sentence), *rest))


def as_message(form: Form, draft: str, texts: Texts) -> Json:
    """What is wrong with the form and what was typed, with a way back to it."""
    wrong = any(field.error for field in form.fields)
    said = texts.say("Something is missing or does not fit.")
    first = f"⚠ {said}" if wrong else fitted(inert(form.title), limits.CELL)
    again = texts.say("Edit again") if wrong else texts.say("Open the form")
    told = [elements.section(elements.text(first, bold=True))]
    told += [_told(field, texts) for field in form.fields]
    button = elements.button(f"{AGAIN}{draft}", again, primary=True)
    blocks = [elements.rich(*told), *elements.actions([button])]
    return {"text": plain(first).strip() or "…", "blocks": blocks}


def draft_of(control: str) -> str | None:
    """The draft that a button opens again; None for any other button."""
    return control.removeprefix(AGAIN) if control.startswith(AGAIN) else None


# ── questions ──────────────────────────────────────────────────────────────────


def _questions(field: Field, texts: Texts, files: bool) -> Iterator[Json]:
    yield _question(field, texts)
    if field.attachable and files:
        yield {
            "type": "input",
            "block_id": ATTACHMENT,
            "label": elements.plain(texts.say("Or as a file")),
            "hint": elements.plain(texts.word(ATTACHED)),
            "element": {"type": "file_input", "action_id": ATTACHMENT, "max_files": 1},
            "optional": True,
        }


def _question(field: Field, texts: Texts) -> Json:
    label = fitted(inert(field.label), limits.VIEW_LABEL) or field.name
    under = f"⚠ {field.error}" if field.error else field.description
    hint = elements.plain(fitted(inert(under), limits.VIEW_HINT))
    return {
        "type": "input",
        "block_id": field.name,
        "label": elements.plain(label),
        "element": _element(field, texts),
        # What can be a file is asked for by the core.
        "optional": field.attachable or not field.required,
        **({"hint": hint} if hint else {}),
    }


def _element(field: Field, texts: Texts) -> Json:
    choices = list(dict.fromkeys(field.choices))
    fit = all(0 < units(choice) <= limits.OPTION_VALUE for choice in choices)
    if choices and fit and len(choices) <= limits.OPTIONS:
        return _select(field, choices, texts)
    value = _cut(field.value)
    long = field.lines or "\n" in value or len(value) > _BOX
    found: Json = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": long,
        "max_length": limits.VIEW_VALUE,
    }
    return {**found, "initial_value": value} if value else found


def _select(field: Field, choices: Sequence[str], texts: Texts) -> Json:
    options = [_option(choice, texts) for choice in choices]
    found = {
        "type": "static_select",
        "action_id": field.name,
        "options": options,
    }
    chosen = next((o for o in options if o["value"] == field.value), None)
    return {**found, "initial_option": chosen} if chosen else found


def _option(choice: str, texts: Texts) -> Json:
    shown = fitted(inert(texts.word(choice)), limits.LABEL_OF_CONTROL)
    return {"text": elements.plain(shown or "…"), "value": choice}


def _cut(value: str) -> str:
    """As much of what was typed as a box of Slack's holds, counted as Slack may."""
    kept = value[: limits.VIEW_VALUE]
    while units(kept) > limits.VIEW_VALUE:
        kept = kept[: -max(1, (units(kept) - limits.VIEW_VALUE) // 2)]
    return kept


def _on_button(label: str) -> str:
    return fitted(label, limits.VIEW_TITLE)


# ── answers ────────────────────────────────────────────────────────────────────


def _answers(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, inside in values.items():
        for given in inside.values():
            chosen = given.get("selected_option") or {}
            yield name, str(given.get("value") or chosen.get("value") or "")


def _as_asked(block: Mapping[str, Any], answers: Mapping[str, str]) -> Field:
    """The question as the view asks it, with what was answered."""
    name = str(block.get("block_id") or "")
    element = block.get("element") or {}
    return Field(
        name=name,
        label=str((block.get("label") or {}).get("text") or name),
        description="",
        required=not block.get("optional"),
        value=answers.get(name, ""),
        choices=tuple(str(o.get("value")) for o in element.get("options") or ()),
        lines=bool(element.get("multiline")),
    )


def _told(field: Field, texts: Texts) -> Json:
    """A question as it was answered, and what was wrong with that."""
    label = fitted(inert(field.label), limits.CELL)
    value = fitted(inert(field.value), limits.CELL) or texts.say("(no answer)")
    wrong = fitted(inert(field.error), limits.CELL)
    return elements.section(
        elements.text(f"\n{label} ", bold=True),
        elements.text(value),
        elements.text(f"\n⚠ {wrong}" if wrong else ""),
    )


# ── what a view carries ────────────────────────────────────────────────────────


def _packed(carried: Carried) -> str:
    told = {"c": carried.channel, "t": carried.thread, "a": carried.answer_to}
    whole = json.dumps({name: value for name, value in told.items() if value})
    return whole if units(whole) <= limits.VIEW_CARRIED else "{}"


def _unpacked(text: str) -> Carried:
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return Carried()
    if not isinstance(told, dict):
        return Carried()
    return Carried(
        channel=str(told.get("c") or ""),
        thread=str(told.get("t") or ""),
        answer_to=str(told.get("a") or ""),
    )
