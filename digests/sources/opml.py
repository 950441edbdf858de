"""Parse and write OPML subscription lists.

The format is OPML 2.0 (opml.org/spec2.opml); folders are outlines without an address.
Untrusted files are parsed in the sandbox.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digests.errors import SourceUnreadable
from digests.extraction import validate_web_address
from digests.sources.untrusted import clean_line, parse_xml, sanitize_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_SUBSCRIPTIONS = 1_000
_LARGEST = 5 << 20
_LONGEST_NAME = 200
_DEEPEST = 10
#: Their usual spelling.
_USUAL = {"xmlurl": "xmlUrl", "htmlurl": "htmlUrl"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A feed of a subscription list."""

    address: str
    title: str = ""
    #: The site that it belongs to, or None.
    site: str | None = None
    #: The folders around it, outermost first.
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OpmlDocument:
    """The subscriptions of a file."""

    subscriptions: tuple[Subscription, ...]
    #: Outlines with an unreadable address, or beyond the 1,000th.
    left_out: int


def parse_opml(body: bytes) -> OpmlDocument:
    """The feeds of an OPML file, each address once, at most 1,000.

    Raises:
        SourceUnreadable: It is no OPML, or malicious.
    """
    if len(body) > _LARGEST:
        raise SourceUnreadable("source.opml_too_large")
    root = parse_xml(sanitize_xml(body))
    if str(root.tag).lower() != "opml":
        raise SourceUnreadable("source.not_opml")
    found: dict[str, Subscription] = {}
    left_out = 0
    for outline, folders in _outlines(root):
        one = (
            _subscription(outline, folders) if len(found) < MAX_SUBSCRIPTIONS else None
        )
        if one is None:
            left_out += 1
        else:
            found.setdefault(one.address, one)
    return OpmlDocument(subscriptions=tuple(found.values()), left_out=left_out)


def load_libraries() -> None:
    """Import the libraries of this module before the sandbox measures."""
    import lxml.etree  # noqa: F401


def write_opml(subscriptions: Sequence[Subscription], *, title: str = "Feeds") -> bytes:
    """The list as an OPML file in UTF-8, in order; folders where they first occur."""
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _xml_text(title)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], _Element] = {(): body}
    for one in subscriptions:
        place = body
        for depth in range(1, len(one.folders) + 1):
            path = one.folders[:depth]
            if path not in folders:
                named = _xml_text(path[-1])
                folders[path] = etree.SubElement(
                    place, "outline", text=named, title=named
                )
            place = folders[path]
        name = _xml_text(one.title or one.address)
        outline = etree.SubElement(
            place, "outline", type="rss", text=name, title=name, xmlUrl=one.address
        )
        if one.site:
            outline.set("htmlUrl", one.site)
    return etree.tostring(
        root, encoding="utf-8", xml_declaration=True, pretty_print=True
    )


def _outlines(root: "_Element") -> Iterator[tuple["_Element", tuple[str, ...]]]:
    """Every outline with an address, with its folders, in the file's order."""
    stack: list[tuple[_Element, tuple[str, ...]]] = []
    stack += [(child, ()) for child in reversed(_children(root, "body"))]
    while stack:
        element, folders = stack.pop()
        if _attribute(element, "xmlurl"):
            yield element, folders
            inner = folders
        else:
            name = _title(element)
            inner = (*folders, name) if name and len(folders) < _DEEPEST else folders
        stack += [(child, inner) for child in reversed(_children(element, "outline"))]


def _children(element: "_Element", name: str) -> list["_Element"]:
    return [child for child in element if str(child.tag).lower() == name]


def _subscription(outline: "_Element", folders: tuple[str, ...]) -> Subscription | None:
    address = validate_web_address(_attribute(outline, "xmlurl"))
    if address is None:
        return None
    return Subscription(
        address=address,
        title=_title(outline),
        site=validate_web_address(_attribute(outline, "htmlurl")),
        folders=folders,
    )


def _title(outline: "_Element") -> str:
    written = _attribute(outline, "title") or _attribute(outline, "text")
    return clean_line(written)[:_LONGEST_NAME]


def _attribute(outline: "_Element", name: str) -> str:
    """An attribute by its name in any case."""
    if written := outline.get(_USUAL.get(name, name)):
        return str(written).strip()
    for key, value in outline.attrib.items():
        if str(key).lower() == name:
            return str(value).strip()
    return ""


def _xml_text(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff"
                   and c not in "\ufffe\uffff")  # fmt: skip
