"""Render forms as modal views and parse submitted views, with their files. Pure.

The view carries what its answer needs to find its way: the command, the channel, the
address for answers. Slack shows a sentence at a question and keeps what was typed, as
long as the view stays open. A form that can no longer be opened becomes a message that
says what is wrong and shows what was typed, with a button that opens it again.

A form tells with its answers where a file lies: on Slack's own host, which alone is
asked for it, with the token of the workspace. A file for one person goes into their
conversation with the app: an answer that only they see can hold none. What is in a file
is not looked at here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.i18n.translation import Texts
from bot.model import ATTACHMENT_HINT, Attachment, Form, FormField, file_origin
from bot.platforms.common.text import count_utf16, sanitize_text, shorten_utf16
from bot.platforms.slack import block_kit, limits
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.messages import format_fallback

#: What the id of a view, and of the button that opens one again, begins with.
FORM_PREFIX: Final = "v1:form:"
REOPEN_PREFIX: Final = "v1:again:"
#: Characters of an answer from which it gets a box of several lines.
_MULTILINE_FROM: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class FormContext:
    """What a view brings back of the event that opened it."""

    channel: str = ""
    thread: str = ""
    #: Where the answer goes; a secret.
    answer_to: str = ""

    def __repr__(self) -> str:
        return f"Carried(channel={self.channel})"


def render_form(
    form: Form, carried: FormContext, texts: Texts, *, files: bool = True
) -> Json:
    """The form as a view; with `files`, of which the app may take some."""
    asked = [block for f in form.fields for block in _render_field(f, texts, files)]
    title = shorten_utf16(sanitize_text(form.title), limits.VIEW_TITLE) or "Standfirst"
    whole = shorten_utf16(sanitize_text(form.title), limits.CELL)
    above = (
        [block_kit.context_block(block_kit.plain_text(whole))]
        if whole not in {"", title}
        else []
    )
    return {
        "type": "modal",
        "callback_id": f"{FORM_PREFIX}{form.path}"[: limits.ACTION_ID],
        "private_metadata": _serialize_context(carried),
        "title": block_kit.plain_text(title),
        "submit": block_kit.plain_text(_shorten_button(texts.say("Go on"))),
        "close": block_kit.plain_text(_shorten_button(texts.say("Cancel"))),
        "blocks": [*above, *asked],
    }


def parse_form(view: Mapping[str, Any]) -> tuple[Form, FormContext]:
    """The form as somebody filled it in; its path is empty where it is not ours."""
    callback = str(view.get("callback_id") or "")
    path = (
        callback.removeprefix(FORM_PREFIX) if callback.startswith(FORM_PREFIX) else ""
    )
    state = view.get("state") or {}
    answers = dict(_iter_answers(state.get("values") or {}))
    title = str((view.get("title") or {}).get("text") or "")
    fields = tuple(
        _parse_field(block, answers)
        for block in view.get("blocks") or ()
        if block.get("type") == "input" and block.get("block_id") != ATTACHMENT
    )
    form = Form(path=path, title=title, fields=fields)
    return form, _parse_context(str(view.get("private_metadata") or ""))


def collect_answers(form: Form) -> dict[str, str]:
    """What was answered, by the names of the fields."""
    return {field.name: field.value for field in form.fields}


def collect_errors(form: Form, shown: Form) -> dict[str, str]:
    """The sentences of `form` at the questions of `shown`, the view that is open.

    Empty where they cannot be said there: the form asks something else.
    """
    names = {field.name for field in shown.fields}
    if form.path != shown.path or any(f.name not in names for f in form.fields):
        return {}
    return {
        field.name: shorten_utf16(sanitize_text(field.error), limits.VIEW_HINT)
        for field in form.fields
        if field.error
    }


def add_form_error(form: Form, sentence: str) -> Form:
    """The form with the sentence at its first question, so that no answer is lost."""
    if not form.fields:
        return form
    first, *rest = form.fields
    return replace(form, fields=(replace(first, error=sentence), *rest))


def render_form_message(form: Form, draft: str, texts: Texts) -> Json:
    """What is wrong with the form and what was typed, with a way back to it."""
    wrong = any(field.error for field in form.fields)
    said = texts.say("Something is missing or does not fit.")
    first = (
        f"⚠ {said}" if wrong else shorten_utf16(sanitize_text(form.title), limits.CELL)
    )
    again = texts.say("Edit again") if wrong else texts.say("Open the form")
    parts = [block_kit.rich_section(block_kit.rich_run(first, bold=True))]
    parts += [_render_answer(field, texts) for field in form.fields]
    button = block_kit.button_element(f"{REOPEN_PREFIX}{draft}", again, primary=True)
    blocks = [block_kit.rich_block(*parts), *block_kit.actions_blocks([button])]
    return {"text": format_fallback(first).strip() or "…", "blocks": blocks}


def parse_draft_id(control: str) -> str | None:
    """The draft that a button opens again; None for any other button."""
    return (
        control.removeprefix(REOPEN_PREFIX)
        if control.startswith(REOPEN_PREFIX)
        else None
    )


# ── questions ──────────────────────────────────────────────────────────────────


def _render_field(field: FormField, texts: Texts, files: bool) -> Iterator[Json]:
    yield _render_question(field, texts)
    if field.attachable and files:
        yield {
            "type": "input",
            "block_id": ATTACHMENT,
            "label": block_kit.plain_text(texts.say("Or as a file")),
            "hint": block_kit.plain_text(texts.word(ATTACHMENT_HINT)),
            "element": {"type": "file_input", "action_id": ATTACHMENT, "max_files": 1},
            "optional": True,
        }


def _render_question(field: FormField, texts: Texts) -> Json:
    label = shorten_utf16(sanitize_text(field.label), limits.VIEW_LABEL) or field.name
    under = f"⚠ {field.error}" if field.error else field.description
    hint = block_kit.plain_text(shorten_utf16(sanitize_text(under), limits.VIEW_HINT))
    return {
        "type": "input",
        "block_id": field.name,
        "label": block_kit.plain_text(label),
        "element": _render_input(field, texts),
        # What can be a file is asked for by the core.
        "optional": field.attachable or not field.required,
        **({"hint": hint} if hint else {}),
    }


def _render_input(field: FormField, texts: Texts) -> Json:
    choices = list(dict.fromkeys(field.choices))
    fit = all(0 < count_utf16(choice) <= limits.OPTION_VALUE for choice in choices)
    if choices and fit and len(choices) <= limits.OPTIONS:
        return _render_select(field, choices, texts)
    value = _cut_value(field.value)
    long = field.lines or "\n" in value or len(value) > _MULTILINE_FROM
    found: Json = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": long,
        "max_length": limits.VIEW_VALUE,
    }
    return {**found, "initial_value": value} if value else found


def _render_select(field: FormField, choices: Sequence[str], texts: Texts) -> Json:
    options = [_render_option(choice, texts) for choice in choices]
    found = {
        "type": "static_select",
        "action_id": field.name,
        "options": options,
    }
    chosen = next((o for o in options if o["value"] == field.value), None)
    return {**found, "initial_option": chosen} if chosen else found


def _render_option(choice: str, texts: Texts) -> Json:
    shown = shorten_utf16(sanitize_text(texts.word(choice)), limits.LABEL_OF_CONTROL)
    return {"text": block_kit.plain_text(shown or "…"), "value": choice}


def _cut_value(value: str) -> str:
    """As much of what was typed as a box of Slack's holds, counted as Slack may."""
    kept = value[: limits.VIEW_VALUE]
    while count_utf16(kept) > limits.VIEW_VALUE:
        kept = kept[: -max(1, (count_utf16(kept) - limits.VIEW_VALUE) // 2)]
    return kept


def _shorten_button(label: str) -> str:
    return shorten_utf16(label, limits.VIEW_TITLE)


# ── answers ────────────────────────────────────────────────────────────────────


def _iter_answers(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, inside in values.items():
        for given in inside.values():
            chosen = given.get("selected_option") or {}
            yield name, str(given.get("value") or chosen.get("value") or "")


def _parse_field(block: Mapping[str, Any], answers: Mapping[str, str]) -> FormField:
    """The question as the view asks it, with what was answered."""
    name = str(block.get("block_id") or "")
    element = block.get("element") or {}
    return FormField(
        name=name,
        label=str((block.get("label") or {}).get("text") or name),
        description="",
        required=not block.get("optional"),
        value=answers.get(name, ""),
        choices=tuple(str(o.get("value")) for o in element.get("options") or ()),
        lines=bool(element.get("multiline")),
    )


def _render_answer(field: FormField, texts: Texts) -> Json:
    """A question as it was answered, and what was wrong with that."""
    label = shorten_utf16(sanitize_text(field.label), limits.CELL)
    value = shorten_utf16(sanitize_text(field.value), limits.CELL) or texts.say(
        "(no answer)"
    )
    wrong = shorten_utf16(sanitize_text(field.error), limits.CELL)
    return block_kit.rich_section(
        block_kit.rich_run(f"\n{label} ", bold=True),
        block_kit.rich_run(value),
        block_kit.rich_run(f"\n⚠ {wrong}" if wrong else ""),
    )


# ── what a view carries ────────────────────────────────────────────────────────


def _serialize_context(carried: FormContext) -> str:
    parts = {"c": carried.channel, "t": carried.thread, "a": carried.answer_to}
    whole = json.dumps({name: value for name, value in parts.items() if value})
    return whole if count_utf16(whole) <= limits.VIEW_METADATA else "{}"


def _parse_context(text: str) -> FormContext:
    try:
        parts = json.loads(text or "{}")
    except ValueError:
        return FormContext()
    if not isinstance(parts, dict):
        return FormContext()
    return FormContext(
        channel=str(parts.get("c") or ""),
        thread=str(parts.get("t") or ""),
        answer_to=str(parts.get("a") or ""),
    )


#: What the question for a file is called.
ATTACHMENT: Final = "attachment"
#: Without these, no form asks for a file, and nobody is handed one.
READ_SCOPE: Final = "files:read"
WRITE_SCOPE: Final = "files:write"
#: Where Slack keeps what people upload, and takes what is uploaded.
UPLOAD_ORIGIN: Final = "https://files.slack.com"


def resolve_upload_origin(api_base: str | None) -> str:
    """Where files lie: beside a Web API of our own, or on Slack's host."""
    return file_origin(api_base, UPLOAD_ORIGIN)


def find_file(view: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The file of a filled view, as Slack tells it; None where there is none."""
    values = (view.get("state") or {}).get("values") or {}
    inside = values.get(ATTACHMENT) or {}
    files = (inside.get(ATTACHMENT) or {}).get("files") or ()
    first = files[0] if isinstance(files, list) and files else None
    return first if isinstance(first, Mapping) else None


def build_attachment(file: Mapping[str, Any], *, origin: str, token: str) -> Attachment:
    """The file as a noun; `token` is said to its origin and to nobody else."""
    size = file.get("size")
    return Attachment(
        name=str(file.get("name") or ""),
        size=size if isinstance(size, int) else 0,
        address=str(file.get("url_private_download") or file.get("url_private") or ""),
        origin=origin,
        bearer=token,
    )
