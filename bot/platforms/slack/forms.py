"""Render forms as modal views; parse submitted views, with their files. Pure.

A view contains what its answer needs: the command, the channel, the response URL. As
long as the view is open, Slack shows an error at its question and keeps what was typed.
A form that can no longer be opened becomes a message that shows the errors and what was
typed, with a button that opens it again.

A submitted view says where an uploaded file is stored: on Slack's own host, the only
one that gets the token of the workspace. A file for one person goes into their
conversation with the app, because a message that only they see can contain none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.i18n.safe_text import is_blank
from bot.i18n.translation import Texts
from bot.model import ATTACHMENT_HINT, Attachment, Form, FormField, file_origin
from bot.platforms.common.interactions import (
    ATTACHMENT,
    CONTROL_PREFIX,
    REOPEN_PREFIX,
    build_form_id,
    describe_form_message,
    needs_lines,
    parse_form_target,
)
from bot.platforms.common.text import (
    count_utf16,
    cut_utf16,
    shorten_line,
    shorten_utf16,
)
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import (
    Json,
    actions_blocks,
    button_element,
    option_element,
    plain_text,
    rich_block,
    rich_run,
    rich_section,
    small_block,
)
from bot.platforms.slack.messages import build_message, get_mapping, get_text
from digests.types import frozen

#: Without this scope no form asks for a file.
READ_SCOPE: Final = "files:read"
#: Where Slack stores uploads and accepts them.
UPLOAD_ORIGIN: Final = "https://files.slack.com"


@frozen
class FormContext:
    """What a view keeps of the event that opened it."""

    channel: str = ""
    thread: str = ""
    #: The response URL; a secret.
    answer_to: str = ""
    #: It comes from a message that only this person sees, which can be replaced.
    replaceable: bool = False
    #: It comes from the person's home tab.
    at_home: bool = False

    def __repr__(self) -> str:
        return f"FormContext(channel={self.channel})"


def render_form(
    form: Form, carried: FormContext, texts: Texts, *, files: bool = True
) -> Json:
    """Render the form as a view; `files`: the app may read uploaded files."""
    asked = [block for f in form.fields for block in _render_field(f, texts, files)]
    title = shorten_line(form.title, limits.VIEW_TITLE)
    whole = shorten_line(form.title, limits.CELL)
    above = [small_block(whole)] if whole != title and not is_blank(whole) else []
    return {
        "type": "modal",
        "callback_id": build_form_id(form)[: limits.ACTION_ID],
        "private_metadata": _serialize_context(carried),
        "title": plain_text(title) or plain_text("Standfirst"),
        "submit": plain_text(shorten_utf16(texts.say("Go on"), limits.VIEW_TITLE)),
        "close": plain_text(shorten_utf16(texts.say("Cancel"), limits.VIEW_TITLE)),
        "blocks": [*above, *asked],
    }


def parse_form(view: Mapping[str, Any]) -> tuple[Form, FormContext]:
    """Parse a submitted view; the form's target is "" if the view is not ours."""
    answers = dict(_iter_answers(get_mapping(get_mapping(view, "state"), "values")))
    target = parse_form_target(get_text(view, "callback_id"))
    belongs = target.startswith(CONTROL_PREFIX)
    form = Form(
        path="" if belongs else target,
        control=target if belongs else "",
        title=get_text(get_mapping(view, "title"), "text"),
        fields=tuple(
            _parse_field(block, answers)
            for block in view.get("blocks") or ()
            if block.get("type") == "input" and block.get("block_id") != ATTACHMENT
        ),
    )
    return form, _parse_context(get_text(view, "private_metadata"))


def collect_errors(form: Form, shown: Form) -> dict[str, str]:
    """Collect the errors of `form` by the fields of `shown`, the view that is open.

    Empty where the open view asks for something else.
    """
    names = {field.name for field in shown.fields}
    if form.target != shown.target or any(f.name not in names for f in form.fields):
        return {}
    return {
        field.name: shorten_line(field.error, limits.VIEW_HINT)
        for field in form.fields
        if field.error
    }


def render_form_message(form: Form, draft: str, texts: Texts) -> Json:
    """Render a message that shows the form's answers and errors and opens it again."""
    first, again = describe_form_message(form, texts, limits.CELL)
    parts = [rich_section(rich_run(first, bold=True))]
    parts += [_render_answer(field, texts) for field in form.fields]
    button = button_element(f"{REOPEN_PREFIX}{draft}", again, primary=True)
    return build_message(first, [rich_block(*parts), *actions_blocks([button])])


# ── questions ──────────────────────────────────────────────────────────────────


def _render_field(field: FormField, texts: Texts, files: bool) -> Iterator[Json]:
    yield _render_question(field, texts)
    if field.attachable and files:
        yield {
            "type": "input",
            "block_id": ATTACHMENT,
            "label": plain_text(texts.say("Or as a file")),
            "hint": plain_text(texts.word(ATTACHMENT_HINT)),
            "element": {"type": "file_input", "action_id": ATTACHMENT, "max_files": 1},
            "optional": True,
        }


def _render_question(field: FormField, texts: Texts) -> Json:
    label = plain_text(shorten_line(field.label, limits.VIEW_LABEL))
    under = f"⚠ {field.error}" if field.error else field.description
    hint = plain_text(shorten_line(under, limits.VIEW_HINT))
    return {
        "type": "input",
        "block_id": field.name,
        "label": label or plain_text(field.name),
        "element": _render_input(field, texts),
        # A question that a file can answer is checked by the core.
        "optional": field.attachable or not field.required,
        **({"hint": hint} if hint else {}),
    }


def _render_input(field: FormField, texts: Texts) -> Json:
    choices = list(dict.fromkeys(field.choices))
    fit = all(0 < count_utf16(choice) <= limits.OPTION_VALUE for choice in choices)
    if choices and fit and len(choices) <= limits.OPTIONS:
        return _render_select(field, choices, texts)
    value = cut_utf16(field.value, limits.VIEW_VALUE)
    found: Json = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": needs_lines(field, value),
        "max_length": limits.VIEW_VALUE,
    }
    return {**found, "initial_value": value} if value else found


def _render_select(field: FormField, choices: Sequence[str], texts: Texts) -> Json:
    options = [option_element(choice, texts.word(choice)) for choice in choices]
    found = {"type": "static_select", "action_id": field.name, "options": options}
    chosen = next((o for o in options if o["value"] == field.value), None)
    return {**found, "initial_option": chosen} if chosen else found


# ── answers ────────────────────────────────────────────────────────────────────


def _iter_answers(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, inside in values.items():
        for given in inside.values():
            chosen = get_mapping(given, "selected_option")
            yield name, get_text(given, "value") or get_text(chosen, "value")


def _parse_field(block: Mapping[str, Any], answers: Mapping[str, str]) -> FormField:
    """Parse a question of the view with its answer."""
    name, element = get_text(block, "block_id"), get_mapping(block, "element")
    return FormField(
        name=name,
        label=get_text(get_mapping(block, "label"), "text") or name,
        description="",
        required=not block.get("optional"),
        value=answers.get(name, ""),
        choices=tuple(str(o.get("value")) for o in element.get("options") or ()),
        lines=bool(element.get("multiline")),
    )


def _render_answer(field: FormField, texts: Texts) -> Json:
    """Render a question with its answer and error."""
    label = shorten_line(field.label, limits.CELL)
    value = shorten_line(field.value, limits.CELL) or texts.say("(no answer)")
    wrong = shorten_line(field.error, limits.CELL)
    return rich_section(
        rich_run(f"\n{label} ", bold=True),
        rich_run(value),
        rich_run(f"\n⚠ {wrong}" if wrong else ""),
    )


# ── context of a view ────────────────────────────────────────────────────────


def _serialize_context(carried: FormContext) -> str:
    parts = {
        "c": carried.channel,
        "t": carried.thread,
        "a": carried.answer_to,
        "r": carried.replaceable,
        "h": carried.at_home,
    }
    whole = json.dumps({name: value for name, value in parts.items() if value})
    return whole if count_utf16(whole) <= limits.VIEW_METADATA else "{}"


def _parse_context(text: str) -> FormContext:
    try:
        parts = json.loads(text)
    except ValueError:
        parts = None
    parts = parts if isinstance(parts, dict) else {}
    return FormContext(
        channel=get_text(parts, "c"),
        thread=get_text(parts, "t"),
        answer_to=get_text(parts, "a"),
        replaceable=parts.get("r") is True,
        at_home=parts.get("h") is True,
    )


def resolve_upload_origin(api_base: str | None) -> str:
    """Return the origin of uploaded files: a configured Web API's, or Slack's."""
    return file_origin(api_base, UPLOAD_ORIGIN)


def find_file(view: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Find the file of a submitted view, as Slack describes it."""
    answers = get_mapping(get_mapping(view, "state"), "values")
    answer = get_mapping(get_mapping(answers, ATTACHMENT), ATTACHMENT)
    files = answer.get("files")
    first = files[0] if isinstance(files, list) and files else None
    return first if isinstance(first, Mapping) else None


def build_attachment(file: Mapping[str, Any], *, origin: str, token: str) -> Attachment:
    """Build the attachment; only its origin gets the token."""
    size = file.get("size")
    download = get_text(file, "url_private_download")
    return Attachment(
        name=get_text(file, "name"),
        size=size if isinstance(size, int) else 0,
        address=download or get_text(file, "url_private"),
        origin=origin,
        bearer=token,
    )
