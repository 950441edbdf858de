"""Render an edition as Components V2 messages. Pure.

Each message is one container of text displays with a select and, in the last one,
buttons below it. `edition_layout` splits an edition into pieces.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.i18n.safe_text import is_blank
from bot.model import PREVIEW_ID, MessagePart, RenderContext
from bot.platforms.common.edition_layout import (
    EditionPiece,
    LinkedLine,
    StoryLayout,
    StorySection,
    find_web_link,
    get_menu_label,
    list_shown_buttons,
    render_edition,
)
from bot.platforms.common.edition_text import EditionView
from bot.platforms.common.text import count_utf16, shorten_line, shorten_utf16
from bot.platforms.discord import components, limits
from bot.platforms.discord.channels import Json
from bot.platforms.discord.components import Component
from bot.platforms.discord.markdown import (
    escape_line,
    format_link,
    format_runs,
    format_small_print,
    render_quote,
)
from digests.language.links import Link
from digests.types import Edition, QuoteCard

#: The longest first line of a continued message.
_CONTINUATION_SIZE: Final = 2 * limits.TITLE + 20
#: Components beside those of pieces: container, continued line, select, buttons.
_FIXED_COMPONENTS: Final = 1 + 2 + 2 + 5


def render(edition: Edition, context: RenderContext) -> tuple[MessagePart, ...]:
    """Render the messages of an edition in order, each also as plain text."""
    view = EditionView.of(edition, context)
    return render_edition(view, limits, _DiscordEdition(view), _name_thread(view))


class _DiscordEdition:
    """`EditionFormat` in Discord's markdown and components."""

    def __init__(self, view: EditionView) -> None:
        self._view = view
        self._texts = view.texts

    def head(self, title: str, under: Sequence[str]) -> str:
        heading = "" if is_blank(title) else f"## {escape_line(title)}"
        return _join_lines(heading, *map(_format_small, under))

    def hero(self, card: QuoteCard) -> str:
        return render_quote(card, self._texts)

    def story(self, story: StoryLayout) -> str:
        title = f"{story.number}\\. {escape_line(story.headline)}".rstrip()
        return _join_lines(
            f"**{title}**",
            *map(self._render_section, story.sections),
            format_small_print(_append_link(*story.source)),
            *map(_format_small, story.notes),
        )

    def _render_section(self, section: StorySection) -> str:
        if section.quote is not None:
            return render_quote(section.quote, self._texts)
        return "\n".join(
            f"**{escape_line(label)}** {format_runs(runs)}"
            if label
            else format_runs(runs)
            for label, runs in section.rows
        )

    def fits_story(self, body: str) -> bool:
        return count_utf16(body) <= limits.STORY

    def brief(self, title: str, lines: Sequence[LinkedLine]) -> str | None:
        listed = (f"- {_append_link(text, link)}" for text, link in lines)
        written = _join_lines(f"**{escape_line(title)}**", *listed)
        return written if count_utf16(written) <= limits.BRIEF_TEXT else None

    def foot(self, lines: Sequence[str]) -> str:
        return _join_lines(*map(_format_small, lines))

    def fits_message(self, pieces: Sequence[EditionPiece[str]], first: bool) -> bool:
        text = sum(count_utf16(piece.body) for piece in pieces)
        text += 0 if first else _CONTINUATION_SIZE
        pictures = sum(len(piece.all_pictures) for piece in pieces)
        # A picture beside a text takes two: itself, and the section with both.
        sections = sum(piece.beside is not None for piece in pieces)
        used = _FIXED_COMPONENTS + 2 * len(pieces) + pictures + sections
        return (
            text <= limits.TEXT_USED
            and used <= limits.COMPONENTS
            and pictures <= limits.ATTACHMENTS
        )

    def payload(
        self, pieces: Sequence[EditionPiece[str]], continued: str, *, last: bool
    ) -> Json:
        texts = [_format_small(continued)] if continued else []
        separator = {"type": components.SEPARATOR, "divider": True, "spacing": 1}
        inside: list[Component] = []
        start = EditionPiece(body=_join_lines(*texts), plain="")
        for piece in (start, *pieces):
            if is_blank(piece.body):
                continue
            if inside:
                inside.append(separator)
            inside.append(_build_body(piece))
            inside += map(components.build_picture, piece.pictures)
        options = dict(piece.option for piece in pieces if piece.option is not None)
        if options:
            inside.append(self._build_select(options))
        if last or not options:
            inside += self._build_buttons()
        accent = self._view.context.accent
        edge = {} if accent is None else {"accent_color": _read_colour(accent)}
        box = {"type": components.CONTAINER, "components": inside, **edge}
        return {"components": [box]}

    def _build_select(self, options: Mapping[str, str]) -> Component:
        placeholder = get_menu_label(self._view.context, self._texts)
        select = {
            "type": components.SELECT,
            "custom_id": "v1:open",
            "placeholder": shorten_utf16(placeholder, limits.PLACEHOLDER),
            "options": [
                {"label": shorten_utf16(label, limits.OPTION_TEXT), "value": control}
                for control, label in options.items()
            ],
        }
        return {"type": components.ROW, "components": [select]}

    def _build_buttons(self) -> list[Component]:
        edition_id = self._view.context.edition_id
        named = list_shown_buttons(self._view.context, self._texts)
        if edition_id != PREVIEW_ID:
            named.append((f"v1:discuss:{edition_id}", self._texts.say("Discuss")))
        buttons = [components.build_button(*button) for button in named]
        web = find_web_link(self._view.context)
        if web is not None and len(web.href) <= limits.BUTTON_URL:
            label = self._view.name_web_link()
            buttons.append(components.build_link_button(web.href, label))
        return components.arrange_buttons(buttons)


def _build_body(piece: EditionPiece[str]) -> Component:
    if piece.beside is None:
        return components.build_text(piece.body)
    thumbnail = components.build_thumbnail(piece.beside)
    return components.build_section(piece.body, thumbnail)


def _read_colour(accent: str) -> int:
    """Convert «#1f6feb» to Discord's number."""
    return int.from_bytes(bytes.fromhex(accent.removeprefix("#")))


def _name_thread(view: EditionView) -> str:
    """«Morning brief · Tuesday 24 November»."""
    day = view.format_edition_date()
    space = limits.THREAD_NAME - count_utf16(f" · {day}")
    name = shorten_line(view.edition.title, space)
    return shorten_utf16(" · ".join(filter(None, (name, day))), limits.THREAD_NAME)


def _format_small(text: str) -> str:
    return format_small_print(escape_line(text))


def _join_lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _append_link(text: str, link: Link | None) -> str:
    return " · ".join(filter(None, (escape_line(text), format_link(link))))
