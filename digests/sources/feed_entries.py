"""Turn feed entries into articles: plain text, valid dates, stable ids.

Markup becomes text; addresses with a name and password and impossible dates are
dropped. Addresses are compared without tracking parameters and scheme, so that an
article keeps one id.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import compress
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from digests.extraction import build_image, validate_web_address
from digests.language.markup import html_to_texts
from digests.language.normalization import clean_text, revision_hash
from digests.language.text_language import find_language
from digests.language.words import parse_language_tag
from digests.sources.completeness import EntryText, judge_entries
from digests.sources.untrusted import (
    ParsedSource,
    clean_line,
    clean_title,
    parse_published,
)
from digests.types import Article, ArticleImage

_LONGEST_TITLE = 500
_LONGEST_OUTLET = 200
_LONGEST_AUTHOR = 200
_LONGEST_TEXT = 200_000
_WEB = ("http://", "https://")


class EntryImage(NamedTuple):
    """An image that an entry names, as written."""

    address: str
    #: What it shows, or "".
    alt: str = ""
    #: In pixels; 0 = not declared.
    width: int = 0


class FeedEntry(NamedTuple):
    """One entry as a library parses it: markup and dates as written.

    A tuple, because there are hundreds in a feed and they live for milliseconds.
    """

    guid: str = ""
    link: str = ""
    #: May hold markup, as feeds do.
    title: str = ""
    body: str = ""
    #: Whether the body is the entry's content, not its description.
    content: bool = False
    #: The description beside a content, or "".
    summary: str = ""
    #: Whether the feed declares the body as plain text.
    plain: bool = False
    author: str = ""
    published: str = ""
    lang: str = ""
    #: The most reliable first.
    images: tuple[EntryImage, ...] = ()


class RawFeed(NamedTuple):
    """A feed as a library parses it."""

    title: str
    lang: str
    entries: tuple[FeedEntry, ...]
    #: Whether its format says that titles hold no markup.
    plain_titles: bool


def build_source(feed: RawFeed, *, url: str, now: datetime) -> ParsedSource:
    """The feed's entries as articles, in order; of one id the first counts.

    Args:
        feed: At most 500 entries.
        url: The feed's address, to complete relative ones.
        now: When it was fetched; later dates than a day after it are replaced.
    """
    plain, entries = feed.plain_titles, feed.entries
    feed_title = clean_title(feed.title, plain=plain)[:_LONGEST_OUTLET]
    outlet = feed_title or urlsplit(url).hostname or ""
    lang = parse_language_tag(feed.lang)
    links = [_entry_link(entry, url) for entry in entries]
    titles = [
        clean_title(entry.title, plain=plain)[:_LONGEST_TITLE].rstrip()
        for entry in entries
    ]
    texts = _convert_bodies([(entry.body, entry.plain) for entry in entries])
    summaries = _convert_bodies([(entry.summary, False) for entry in entries])
    contents = [entry.content for entry in entries]
    shown = map(EntryText, titles, texts, summaries, contents)
    completeness = judge_entries(tuple(shown))
    words = [
        f"{title or text[:_LONGEST_TITLE]}\0{entry.published}"
        for title, text, entry in zip(titles, texts, entries, strict=True)
    ]
    names = assign_ids([entry.guid.strip() for entry in entries], links, words)
    kept: dict[str, Article] = {}
    for name, title, text, link, judged, entry in zip(
        names, titles, texts, links, completeness, entries, strict=True
    ):
        if (title or text) and name not in kept:
            kept[name] = Article(
                id=name if name.isprintable() else clean_text(name),
                text=text,
                title=title or None,
                source=outlet,
                url=link,
                published=parse_published(entry.published, now),
                author=clean_line(entry.author)[:_LONGEST_AUTHOR] or None,
                lang=find_language(text, parse_language_tag(entry.lang) or lang),
                revision=revision_hash(title, text),
                excerpt=judged != "full",
                image=_choose_image(entry.images, url),
            )
    return ParsedSource(title=feed_title, articles=tuple(kept.values()))


def _convert_bodies(written: Sequence[tuple[str, bool]]) -> list[str]:
    """The texts of bodies in the stored form.

    Args:
        written: Each, and whether it is declared as plain text.
    """
    bodies = [body[: 4 * _LONGEST_TEXT] for body, _ in written]
    marked = [
        not plain and ("<" in body or "&" in body)
        for body, (_, plain) in zip(bodies, written, strict=True)
    ]
    words = iter(html_to_texts(compress(bodies, marked)))
    texts = (
        next(words) if is_marked else clean_text(body).strip()
        for body, is_marked in zip(bodies, marked, strict=True)
    )
    return [text[:_LONGEST_TEXT] for text in texts]


def _entry_link(entry: FeedEntry, base: str) -> str | None:
    """The entry's address; its guid if that is an address and there is no link."""
    guid = entry.guid if entry.guid.startswith(_WEB) else ""
    written = (entry.link or guid).strip()
    if written and not written.startswith(_WEB):
        try:
            written = urljoin(base, written)
        except ValueError:
            return None
    return validate_web_address(written)


#: Images that are declared smaller are symbols, or count readers; the widths above
#: which a larger one is no better.
_LEAST_WIDTH, _ENOUGH_WIDTH = 100, 480


#: The author's portrait, which feeds of WordPress name before the images of the entry.
_PORTRAIT = re.compile(r"//(?:\w+\.)?gravatar\.com/", re.IGNORECASE)


def _choose_image(images: Sequence[EntryImage], base: str) -> ArticleImage | None:
    """The first image of an entry that is declared large enough, or the largest one."""
    wanted = [
        one
        for one in images
        if not 0 < one.width < _LEAST_WIDTH and not _PORTRAIT.search(one.address)
    ]
    wanted.sort(key=lambda one: -min(one.width or _ENOUGH_WIDTH, _ENOUGH_WIDTH))
    made = (build_image(one.address, one.alt, base) for one in wanted)
    return next(filter(None, made), None)


_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hs\w+|ref_?src|"
    r"cmpid|at_(?:medium|campaign|custom\d+|link_\w+)|xtor|wt_mc|ocid|__twitter_\w+|"
    r"guccounter|ns_\w+|s?cid|smid|spm|sr_share|share_id)\Z",
    re.IGNORECASE,
)
_LONGEST_ID = 500


def canonicalize_address(address: str) -> str:
    """The address for comparing: without tracking, fragment, scheme's s, last slash."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return address
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name)]
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("https", host + port, path, urlencode(kept), ""))


def assign_ids(
    guids: Sequence[str], links: Sequence[str | None], words: Sequence[str]
) -> tuple[str, ...]:
    """An id for each entry, in order; equal ids are the same entry.

    Args:
        guids: From the feed, or "".
        links: Their addresses, or None.
        words: Title and date of each.
    """
    # A guid that is an address changes like one.
    guids = [canonicalize_address(g) if g.startswith(_WEB) else g for g in guids]
    if all(guids) and len(set(guids)) == len(guids):
        return tuple(map(_shorten_id, guids))
    places = [canonicalize_address(link) if link else "" for link in links]
    shared = _ambiguous_guids(
        guids, [p or w for p, w in zip(places, words, strict=True)]
    )
    return tuple(
        _shorten_id(guid if guid and guid not in shared else place or _hash(said))
        for guid, place, said in zip(guids, places, words, strict=True)
    )


def _ambiguous_guids(guids: Sequence[str], others: Sequence[str]) -> set[str]:
    """Guids that a feed gives to several entries, which identify none."""
    apart = {(guid, other) for guid, other in zip(guids, others, strict=True) if guid}
    return {guid for guid, times in Counter(g for g, _ in apart).items() if times > 1}


def _shorten_id(name: str) -> str:
    return name if len(name) <= _LONGEST_ID else _hash(name)


def _hash(words: str) -> str:
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
