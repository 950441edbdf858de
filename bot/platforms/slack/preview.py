"""Show messages as Slack does: Block Kit as HTML, and the limits used. Pure.

It reads the payload that is sent. `rich_text` and `plain_text` are shown as they are;
of Slack's markup it knows links, bold, italic, struck text and code.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from bot.model import MessagePart
from bot.model.previews import LimitUse, MessagePreview, PreviewFrame
from bot.platforms.common.preview_html import (
    build_element,
    build_link,
    join_html,
)
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import measure_blocks
from bot.platforms.slack.render import render

Json = Mapping[str, Any]
_TOKEN: Final = re.compile(
    r"<(?P<href>https?://[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|(?<![\w*_~`])(?P<mark>[*_~`])(?P<inside>[^\s*_~`](?:[^\n]*?[^\s*_~`])?)"
    r"(?P=mark)(?![\w*_~`])"
)
_MARKS: Final[Mapping[str, str]] = {"*": "strong", "_": "em", "~": "s", "`": "code"}
#: The styles of a run of rich text.
_STYLES: Final[Mapping[str, str]] = {
    "code": "code",
    "strike": "s",
    "italic": "em",
    "bold": "strong",
}
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def build_html(part: MessagePart, frame: PreviewFrame) -> str:
    """Build the HTML of one message of an edition."""
    body = _BlockBuilder(frame)
    shown = map(body.build, part.payload.get("blocks", ()))
    head = build_element(
        "p",
        build_element("b", frame.author),
        build_element("span", "APP", css="sl-badge"),
        build_element("span", frame.time, css="sl-time"),
        css="sl-head",
    )
    avatar = build_element("span", "S", css="sl-avatar", aria_hidden="true")
    column = build_element("div", head, *shown, css="sl-column")
    return build_element("div", avatar, column, css="sl-message")


def measure_limits(part: MessagePart) -> tuple[LimitUse, ...]:
    """Measure a message by Slack's own limits."""
    blocks = part.payload.get("blocks", ())
    return (
        LimitUse(what="blocks", used=len(blocks), most=limits.BLOCKS),
        LimitUse(
            what="characters of its blocks",
            used=measure_blocks(blocks),
            most=limits.BLOCKS_SIZE,
        ),
    )


class _BlockBuilder:
    """Builds blocks and their elements, each by its type."""

    def __init__(self, frame: PreviewFrame) -> None:
        self._frame = frame
        self._builders: Mapping[str, Callable[[Json], Markup]] = {
            "header": lambda one: self._wrap("p", [one["text"]], "sl-header"),
            "context": self._build_context,
            "section": self._build_section,
            "image": lambda one: self._build_picture(one, "sl-picture"),
            "divider": lambda _: build_element("hr"),
            "actions": lambda one: self._wrap("div", one["elements"], "sl-actions"),
            "static_select": _build_select,
            "button": _build_button,
            "rich_text": lambda one: self._wrap("div", one["elements"], "sl-rich"),
            "rich_text_section": lambda one: self._wrap("p", one["elements"]),
            "rich_text_quote": lambda one: self._wrap("blockquote", one["elements"]),
            "rich_text_preformatted": lambda one: self._wrap("pre", one["elements"]),
            "rich_text_list": self._build_list,
            "text": lambda one: _build_run(one, _break_lines(str(one["text"]))),
            "link": lambda one: build_link(
                str(one["url"]), _build_run(one, str(one.get("text") or one["url"]))
            ),
            "plain_text": lambda one: _break_lines(str(one["text"])),
            "mrkdwn": lambda one: build_mrkdwn(str(one["text"])),
        }

    def build(self, block: Json) -> Markup:
        builder = self._builders.get(block["type"])
        return builder(block) if builder else Markup("")

    def _wrap(self, tag: str, inside: Sequence[Json], css: str = "") -> Markup:
        return build_element(tag, *map(self.build, inside), css=css)

    def _build_context(self, block: Json) -> Markup:
        shown = (build_element("span", self.build(one)) for one in block["elements"])
        return build_element("p", *shown, css="sl-context")

    def _build_section(self, section: Json) -> Markup:
        text = build_element("p", self.build(section["text"]))
        beside = section.get("accessory")
        if beside is None:
            return build_element("div", text, css="sl-section")
        if beside["type"] != "image":
            shown = self.build(beside)
        else:
            shown = self._build_picture(beside, "sl-thumbnail")
        return build_element("div", text, shown, css="sl-section")

    def _build_list(self, listed: Json) -> Markup:
        items = (
            build_element("li", *map(self.build, one["elements"]))
            for one in listed["elements"]
        )
        return build_element("ul", *items)

    def _build_picture(self, picture: Json, css: str) -> Markup:
        src = self._frame.locate_picture(str(picture["slack_file"]["id"]))
        alt = str(picture.get("alt_text", ""))
        return build_element("img", css=css, src=src, alt=alt, loading="lazy")


def _build_run(run: Json, words: str) -> Markup:
    """Build a run of rich text in its styles."""
    shown = join_html([words])
    style = run.get("style") or {}
    for name, tag in _STYLES.items():
        if style.get(name):
            shown = build_element(tag, shown)
    return shown


def _break_lines(text: str) -> Markup:
    return Markup("<br>").join(join_html([line]) for line in text.split("\n"))


def _build_select(select: Json) -> Markup:
    """Build a select, whose choices can be read but not made."""
    label = str((select.get("placeholder") or {}).get("text", ""))
    choices = [
        build_element("li", str(option["text"]["text"])) for option in select["options"]
    ]
    return build_element(
        "details",
        build_element("summary", label),
        build_element("ul", *choices),
        css="sl-select",
    )


def _build_button(button: Json) -> Markup:
    label = str(button["text"]["text"])
    return build_element("button", label, css="sl-button", type="button", disabled=True)


def build_mrkdwn(text: str) -> Markup:
    """Build a text in Slack's markup."""
    return join_html(_iter_mrkdwn(text))


def _iter_mrkdwn(text: str) -> Iterator[str]:
    end = 0
    for token in _TOKEN.finditer(text):
        yield _break_lines(_unescape(text[end : token.start()]))
        end = token.end()
        if token["href"]:
            href = _unescape(token["href"])
            yield build_link(href, _unescape(token["label"] or token["href"]))
        else:
            yield build_element(_MARKS[token["mark"]], build_mrkdwn(token["inside"]))
    yield _break_lines(_unescape(text[end:]))


def _unescape(text: str) -> str:
    for written, char in _ENTITIES:
        text = text.replace(written, char)
    return text


PREVIEW: Final = MessagePreview(
    render=render,
    build_html=build_html,
    measure=measure_limits,
    stylesheet=Path(__file__).parent / "static" / "preview.css",
)
