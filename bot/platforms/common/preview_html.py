"""Build the HTML of previews: every text is sanitized and escaped. Pure."""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from bot.i18n.safe_text import sanitize_text

#: Elements without an end tag.
_VOID: Final = frozenset({"hr", "img"})
_SCHEMES: Final = ("https://", "http://")


def escape_text(text: str) -> Markup:
    """Sanitize and escape a text."""
    return Markup.escape(sanitize_text(text))


def build_element(
    tag: str, *inside: str, css: str = "", **attributes: str | int | bool
) -> Markup:
    """Build an element.

    Args:
        tag: Its name.
        inside: Texts, which are escaped, and HTML.
        css: Its classes.
        attributes: By name, with «_» for «-»; True = without a value, False = none.
    """
    named = {"class": css, **attributes} if css else attributes
    written = Markup("").join(_write_attribute(*pair) for pair in named.items())
    start = Markup("<{tag}{written}>").format(tag=tag, written=written)
    if tag in _VOID:
        return start
    return start + join_html(inside) + Markup("</{tag}>").format(tag=tag)


def join_html(parts: Iterable[str]) -> Markup:
    """Join texts, which are escaped, and HTML."""
    return Markup("").join(
        part if isinstance(part, Markup) else escape_text(part) for part in parts
    )


def build_link(href: str, *inside: str) -> Markup:
    """Build a link to a page outside; the text alone where it is not http(s)."""
    if not href.startswith(_SCHEMES):
        return join_html(inside)
    return build_element("a", *inside, href=href, rel="noopener noreferrer")


def _write_attribute(name: str, value: str | int | bool) -> Markup:
    if value is False:
        return Markup("")
    shown = name.replace("_", "-")
    if value is True:
        return Markup(" {name}").format(name=shown)
    text = escape_text(str(value))
    return Markup(' {name}="{text}"').format(name=shown, text=text)
