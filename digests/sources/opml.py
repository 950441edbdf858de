"""Parse and write OPML subscription lists.

The format is OPML 2.0 (opml.org/spec2.opml); folders are outlines without an address.
Untrusted files are parsed in the sandbox.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from digests.errors import SourceUnreadable
from digests.extraction import validate_web_address
from digests.sources.untrusted import clean_line, parse_xml, sanitize_xml
from digests.types import frozen

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Imported before the sandbox measures.
LIBRARIES = ("lxml.etree",)
MAX_SUBSCRIPTIONS = 1_000
_LARGEST = 5 << 20
_LONGEST_NAME = 200
_DEEPEST = 10


@frozen
class Subscription:
    """A feed of a subscription list."""

    address: str
    title: str = ""
    #: The site that it belongs to, or None.
    site: str | None = None
    #: The folders around it, outermost first.
    folders: tuple[str, ...] = ()


@frozen
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
    for section in root:
        for written, folders in _outlines(section):
            address = validate_web_address(written["xmlurl"])
            if address is None or len(found) >= MAX_SUBSCRIPTIONS:
                left_out += 1
                continue
            one = Subscription(
                address=address,
                title=_title(written),
                site=validate_web_address(written.get("htmlurl")),
                folders=folders,
            )
            found.setdefault(address, one)
    return OpmlDocument(subscriptions=tuple(found.values()), left_out=left_out)


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


def _outlines(
    parent: "_Element", folders: tuple[str, ...] = ()
) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """The attributes of each outline with an address, and its folders, in order.

    Names of attributes are in lower case. Parsers stop long before the recursion limit.
    """
    for outline in parent:
        if str(outline.tag).lower() != "outline":
            continue
        written = {str(key).lower(): str(v) for key, v in outline.attrib.items()}
        inner = folders
        if written.get("xmlurl", "").strip():
            yield written, folders
        elif (name := _title(written)) and len(folders) < _DEEPEST:
            inner = (*folders, name)
        yield from _outlines(outline, inner)


def _title(written: dict[str, str]) -> str:
    return clean_line(written.get("title") or written.get("text", ""))[:_LONGEST_NAME]


def _xml_text(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return re.sub("[\x00-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
