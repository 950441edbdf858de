"""Extract the article of a web page: text and metadata.

Text: trafilatura's fast mode (measured better here than its mode for precision), after
layout tables were turned into boxes and lines of links removed; if that gives little or
a menu, readability-lxml; finally every longer paragraph. Metadata: JSON-LD and
OpenGraph, then the plain HTML. An unreadable page gives an empty text. Hostile pages
can be slow to parse: untrusted pages are extracted in the sandbox.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

from digests.language.dates import parse_instant
from digests.language.links import make_link
from digests.language.markup import MAX_NESTING, html_to_text, measure_nesting
from digests.language.normalization import clean_text, revision_hash, to_one_line
from digests.language.text_language import find_language
from digests.language.words import parse_language_tag
from digests.types import Article, ArticleImage

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from selectolax.lexbor import LexborHTMLParser

_LONGEST_PAGE = 4 << 20
_ENOUGH = 250
#: A shorter text may be a teaser; scripts may have the article.
_SHORT = 2_000
_PARAGRAPH = 60
#: A line of prose is at least this long; a menu has few such lines.
_PROSE_LINE = 80
_PROSE_SHARE = 0.3
_MOST_OF = 0.7
_LONGEST_FIELD = 500
#: A line with this share of links is removed, unless it is longer.
_LINKED = 0.8
_LONGEST_LINK_LINE = 400
#: A longer cell is part of the layout, not of a table.
_LONGEST_CELL = 1_000
#: So is a cell of some paragraphs and this many characters.
_PROSE_CELL, _PROSE_CELL_PARAGRAPHS = 250, 2
#: The first lines, which may repeat the title below a date or section name.
_LINES_OF_HEAD = 3
#: Limits of a page's JSON-LD.
_MOST_NODES = 500
_LONGEST_JSON = 1 << 20
#: What the list of files that a web server makes of a folder begins with.
_LISTING_HEAD = 8 << 10
_LISTING = re.compile(
    r"<(?:title|h1)[^<>]{0,200}>\s*(?:Index of|Directory listing (?:for|of))\s*/"
    r"|<a\s[^<>]{0,200}>\s*(?:\.\./|\[?(?:To )?Parent Directory\]?)\s*</a>",
    re.IGNORECASE,
)
#: The careful extractors take 30 µs a tag; above this only paragraphs are read.
_MOST_TAGS = 40_000
PageFields = dict[str, str]
_Read = TypeVar("_Read")


def extract_article(html: str, *, url: str | None = None) -> Article:
    """The article of a page; its text is empty when there is none, or none readable.

    Args:
        html: The page, decoded; any text is accepted.
        url: Where it was fetched, to complete relative addresses.
    """
    page = clean_text(html[:_LONGEST_PAGE])
    depth, tags = measure_nesting(page)
    if depth > MAX_NESTING or is_directory_listing(page):
        page = ""
    fields = _try(PageFields(), _metadata, page, url)
    title = fields.get("title")
    text = clean_text(_text(page, careful=tags <= _MOST_TAGS))
    text = _drop_title_line(text, (title, fields.get("heading")))
    address = validate_web_address(fields.get("url")) or validate_web_address(url)
    return Article(
        id=address or revision_hash(title, text),
        text=text,
        title=title,
        source=fields.get("source", ""),
        url=address,
        published=parse_instant(fields.get("published", "")),
        author=fields.get("author"),
        lang=find_language(text, parse_language_tag(fields.get("lang", ""))),
        revision=revision_hash(title, text),
        image=build_image(fields.get("image"), fields.get("image alt"), url),
    )


def is_directory_listing(page: str) -> bool:
    """Whether a page is a web server's list of the files in a folder, no article."""
    return _LISTING.search(page[:_LISTING_HEAD]) is not None


def validate_web_address(address: str | None) -> str | None:
    """Return the address as it was written if it may become a link, else None."""
    address = (address or "").strip()
    return address if make_link(address) else None


#: Characters of what a source says of an image, and names of files, which say nothing.
_LONGEST_ALT = 500
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|avif|svg)", re.IGNORECASE)


def build_image(
    written: str | None, alt: str | None, base: str | None
) -> ArticleImage | None:
    """The image at an address that a source wrote; None if it may not be fetched.

    Args:
        written: The address, which may be relative.
        alt: What the source says of it; may hold markup.
        base: The address of the source, to complete a relative one.
    """
    named = (written or "").strip()
    address = validate_web_address(_try("", urljoin, base or "", named))
    if not named or not address:
        return None
    said = to_one_line(html_to_text((alt or "")[: 4 * _LONGEST_ALT]))
    if _FILE_NAME.fullmatch(said) or validate_web_address(said):
        said = ""
    return ArticleImage(
        address=clean_text(address), alt=clean_text(said)[:_LONGEST_ALT].strip() or None
    )


def _try(otherwise: _Read, read: Callable[..., _Read], *args: object) -> _Read:
    """The result of `read`; parsers of hostile input may raise anything."""
    try:
        return read(*args)
    except Exception:
        return otherwise


# Text


def _text(page: str, *, careful: bool) -> str:
    text = _best_text(page, careful=careful)
    if len(text) < _SHORT and '"articleBody"' in page:
        body = _try("", _text_from_json_ld, page)
        if len(body) >= max(_ENOUGH, 2 * len(text)):
            return body
    return text


def _best_text(page: str, *, careful: bool) -> str:
    if not careful or not page.strip():
        return _try("", _text_of_paragraphs, page)
    found: list[str] = []
    for read in (_text_by_trafilatura, _text_by_readability):
        text = _try("", read, page)
        if len(text) >= _ENOUGH and _is_prose(text):
            return text
        found.insert(0, text)
    first = found.pop()
    found = [_try("", _text_of_paragraphs, page), *found]
    if _is_prose(first):
        found.append(first)
    longest = max(found, key=len)
    if len(longest) >= _ENOUGH:
        return longest
    # Of short texts the simplest extraction, unless it misses much.
    return next(f for f in found if len(f) >= _MOST_OF * len(longest)) or first


def _text_by_trafilatura(page: str) -> str:
    import trafilatura  # 0.5 s and 60 MB: only when needed

    _silence_logger("trafilatura")
    tree = trafilatura.load_html(page)
    if tree is None:
        return ""
    _unwrap_layout_tables(tree)
    _drop_link_lines(tree)
    return trafilatura.extract(tree, fast=True, include_comments=False) or ""


def _unwrap_layout_tables(tree: "HtmlElement") -> None:
    """Turn layout tables into boxes.

    Trafilatura writes a table as rows, so that an article in a cell is one long line.
    """
    for cell in tree.iter("td"):
        if _is_layout_cell(cell):
            for box in (
                cell,
                *cell.itersiblings("td", "th"),
                *cell.itersiblings("td", "th", preceding=True),
                *cell.iterancestors("tr", "tbody", "table"),
            ):
                box.tag = "div"


def _is_layout_cell(cell: "HtmlElement") -> bool:
    length = _length(cell, _LONGEST_CELL)
    if length > _LONGEST_CELL or length < _PROSE_CELL:
        return length > _LONGEST_CELL
    paragraphs = islice(cell.iter("p"), _PROSE_CELL_PARAGRAPHS)
    return sum(1 for _ in paragraphs) == _PROSE_CELL_PARAGRAPHS


def _drop_link_lines(tree: "HtmlElement") -> None:
    """Remove paragraphs and headings that only link to other articles.

    Trafilatura weighs the links of lists and boxes, but keeps lines that look like
    prose.
    """
    for line in list(tree.iter("p", "h2", "h3", "h4", "h5")):
        most = _LONGEST_LINK_LINE
        linked = sum(_length(link, most) for link in line.iter("a"))
        if linked and _length(line, most) <= min(linked / _LINKED, most):
            line.drop_tree()


def _length(node: "HtmlElement", most: int) -> int:
    """The number of characters of a node's text, counted up to about `most`."""
    length = 0
    for words in node.itertext():
        length += len(words.strip())
        if length > most:
            break
    return length


def _drop_title_line(text: str, titles: Iterable[str | None]) -> str:
    """The text without a line at its beginning that repeats a title of the page."""
    known = {_normalize_line(title) for title in titles if title} - {""}
    lines = text.split("\n", _LINES_OF_HEAD)
    for at, line in enumerate(lines[:_LINES_OF_HEAD]):
        if len(lines) > 1 and _normalize_line(line) in known:
            return "\n".join(lines[:at] + lines[at + 1 :])
    return text


def _normalize_line(line: str) -> str:
    return re.sub(r"\W+", " ", line).strip().casefold()


def _text_by_readability(page: str) -> str:
    from readability import Document

    _silence_logger("readability")
    return html_to_text(Document(page).summary(html_partial=True))


def _text_from_json_ld(page: str) -> str:
    """The article text in JSON-LD, for pages that are built by scripts."""
    from selectolax.lexbor import LexborHTMLParser

    body = next(_json_ld_articles(LexborHTMLParser(page)), {}).get("articleBody")
    return html_to_text(body.replace("\n", "<br>")) if isinstance(body, str) else ""


def _silence_logger(library: str) -> None:
    """Keep hostile pages from filling the log with a library's tracebacks."""
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)


def _text_of_paragraphs(page: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    found = (to_one_line(node.text()) for node in LexborHTMLParser(page).css("p"))
    return "\n".join(line for line in found if len(line) >= _PARAGRAPH)


def _is_prose(text: str) -> bool:
    lines = text.split("\n")
    prose = sum(len(line) for line in lines if len(line) >= _PROSE_LINE)
    return prose >= _PROSE_SHARE * len(text)


# Metadata


def _metadata(page: str, url: str | None) -> PageFields:
    from selectolax.lexbor import LexborHTMLParser

    parsed = LexborHTMLParser(page)
    fields: PageFields = {}
    for read in (_fields_from_json_ld, _fields_from_meta, _fields_from_html):
        for name, value in _try(PageFields(), read, parsed).items():
            if kept := to_one_line(value)[:_LONGEST_FIELD]:
                fields.setdefault(name, clean_text(kept))
    if "url" in fields and url:
        fields["url"] = _try("", urljoin, url, fields["url"])
    return fields | _try(PageFields(), _find_image, parsed)


def _json_ld_articles(parsed: "LexborHTMLParser") -> Iterator[dict[str, Any]]:
    """The JSON-LD objects of articles (schema.org/NewsArticle and the like)."""
    return filter(is_schema_article, read_schema_objects(parsed))


def read_schema_objects(parsed: "LexborHTMLParser") -> Iterator[dict[str, Any]]:
    """The JSON-LD objects of a page (schema.org), outer ones first."""
    for script in parsed.css('script[type="application/ld+json"]'):
        data = _try(None, _parse_json, script.text())
        yield from islice(_nodes(data), _MOST_NODES)


def is_schema_article(node: Mapping[str, Any]) -> bool:
    """Whether a JSON-LD object describes an article."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(str(k).endswith(("Article", "Posting")) for k in kinds)


def _parse_json(written: str) -> object:
    return json.loads(written, strict=False) if len(written) < _LONGEST_JSON else None


def _nodes(data: object) -> Iterator[dict[str, Any]]:
    """Every object of a JSON value, outer ones first, without recursion."""
    waiting = [data]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield value
            waiting += list(value.values())[:_MOST_NODES]
        elif isinstance(value, list):
            waiting += value[:_MOST_NODES]


def _fields_from_json_ld(parsed: "LexborHTMLParser") -> PageFields:
    node = next(_json_ld_articles(parsed), {})
    found = {
        "title": node.get("headline") or node.get("name"),
        "published": node.get("datePublished"),
        "lang": node.get("inLanguage"),
        "source": node.get("publisher"),
    }
    fields = {name: _name(value) for name, value in found.items()}
    fields["url"] = _address(node.get("url") or node.get("mainEntityOfPage"))
    authors = node.get("author")
    several = authors if isinstance(authors, list) else [authors]
    fields["author"] = ", ".join(filter(None, map(_name, several[:5])))
    return fields


def _name(value: object) -> str:
    """A JSON-LD value as text: itself, or the name of its object."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) and not validate_web_address(value) else ""


def _address(value: object) -> str:
    """A JSON-LD address: itself, or that of its object."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) else ""


_META = {
    "og:title": "title",
    "twitter:title": "title",
    "article:published_time": "published",
    "og:article:published_time": "published",
    "datepublished": "published",
    "date": "published",
    "author": "author",
    "og:url": "url",
    "og:site_name": "source",
}


def _fields_from_meta(parsed: "LexborHTMLParser") -> PageFields:
    fields: PageFields = {}
    for name, content in _read_meta(parsed):
        if name in _META:
            fields.setdefault(_META[name], content)
    return fields


def _read_meta(parsed: "LexborHTMLParser") -> Iterator[tuple[str, str]]:
    """The names and contents of a page's `meta` elements, in order."""
    for node in parsed.css("meta"):
        names = map(node.attributes.get, ("property", "name", "itemprop"))
        if content := node.attributes.get("content"):
            yield next(filter(None, names), "").lower(), content


_IMAGES = ("og:image", "og:image:url", "og:image:secure_url")
_TWITTER_IMAGES = ("twitter:image", "twitter:image:src")


def _find_image(parsed: "LexborHTMLParser") -> PageFields:
    """The lead image that a page declares, with what the page says of the same one."""
    meta = list(_read_meta(parsed))
    declared = next(_json_ld_articles(parsed), {}).get("image")
    several = (
        _pair_image(meta, _IMAGES, "og:image:alt"),
        _read_image(declared),
        _pair_image(meta, _TWITTER_IMAGES, "twitter:image:alt"),
    )
    address, alt = next((one for one in several if one[0]), ("", ""))
    return {"image": address, "image alt": alt}


def _pair_image(
    meta: Iterable[tuple[str, str]], names: tuple[str, ...], said_as: str
) -> tuple[str, str]:
    """The first image of these names, and what is said of it before the next one."""
    address = ""
    for name, content in meta:
        if not address:
            address = content if name in names else ""
        elif name == said_as:
            return address, content
        elif name == names[0]:
            break
    return address, ""


def _read_image(value: object) -> tuple[str, str]:
    """The address of a JSON-LD image, and its caption."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return (value, "") if isinstance(value, str) else ("", "")
    said = value.get("caption") or value.get("description")
    address = value.get("url") or value.get("contentUrl") or value.get("@id")
    return (
        address if isinstance(address, str) else "",
        said if isinstance(said, str) else "",
    )


def _fields_from_html(parsed: "LexborHTMLParser") -> PageFields:
    found = {
        "url": ('link[rel="canonical"]', "href"),
        "lang": ("html", "lang"),
        "published": ("time[datetime]", "datetime"),
        "title": ("h1", ""),
        "heading": ("h1", ""),
    }
    fields: PageFields = {}
    for name, (selector, attribute) in found.items():
        if node := parsed.css_first(selector):
            value = node.attributes.get(attribute) if attribute else node.text()
            fields[name] = value or ""
    if not fields.get("title") and (title := parsed.css_first("head > title")):
        fields["title"] = title.text()
    return fields
