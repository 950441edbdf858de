"""Turns a feed's entries into articles: plain words, sound dates, lasting ids.

Nothing of an entry stays live: markup becomes text, an address with a name and
password is none, a date that cannot be is none.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import compress
from urllib.parse import urljoin

from digests.extract import web_address
from digests.language.clean import clean, revision
from digests.markup import plain_texts
from digests.sources.dates import published
from digests.sources.feed.identity import ids
from digests.sources.feed.nouns import Entry
from digests.sources.words import language, one_line
from digests.types import Article

_LONGEST_TITLE = 500
_LONGEST_AUTHOR = 200
_LONGEST_TEXT = 200_000
#: How texts end that go on elsewhere.
_LONGEST_END = 80
_DOTS = ("…", "...", "[…]", "[...]")
_GO_ON = ("read more", "continue reading", "weiterlesen", "lire la suite")
_WEB = ("http://", "https://")
#: A description that is longer tells the whole; a content that is shorter does not.
_WHOLE_DESCRIPTION = 1_500
_WHOLE_CONTENT = 280


def articles(
    entries: Sequence[Entry],
    *,
    now: datetime,
    base: str,
    source: str,
    lang: str | None,
) -> tuple[Article, ...]:
    """The entries as articles, in order; of one id the first counts.

    Args:
        entries: As the feed has them.
        now: When they were fetched; nothing is dated more than a day after.
        base: Where the feed was fetched, to complete relative addresses.
        source: The outlet's name.
        lang: The feed's language, for entries that declare none.
    """
    links = [_link(entry, base) for entry in entries]
    titles = [one_line(entry.title)[:_LONGEST_TITLE].rstrip() for entry in entries]
    texts = _texts(entries)
    words = [
        f"{title or text[:_LONGEST_TITLE]}\0{entry.published}"
        for title, text, entry in zip(titles, texts, entries, strict=True)
    ]
    names = ids([entry.guid.strip() for entry in entries], links, words)
    kept: dict[str, Article] = {}
    for name, title, text, link, entry in zip(
        names, titles, texts, links, entries, strict=True
    ):
        if (title or text) and name not in kept:
            kept[name] = Article(
                id=name if name.isprintable() else clean(name),
                text=text,
                title=title or None,
                source=source,
                url=link,
                published=published(entry.published, now),
                author=one_line(entry.author)[:_LONGEST_AUTHOR] or None,
                lang=language(entry.lang) or lang,
                revision=revision(title, text),
                excerpt=_is_excerpt(text, entry.content),
            )
    return tuple(kept.values())


def _texts(entries: Sequence[Entry]) -> list[str]:
    """What the entries' bodies say, each for itself, in the stored form."""
    bodies = [entry.body[: 4 * _LONGEST_TEXT] for entry in entries]
    marked = [
        not entry.plain and ("<" in body or "&" in body)
        for entry, body in zip(entries, bodies, strict=True)
    ]
    words = iter(plain_texts(compress(bodies, marked)))
    texts = (
        next(words) if is_marked else clean(body).strip()
        for body, is_marked in zip(bodies, marked, strict=True)
    )
    return [text[:_LONGEST_TEXT] for text in texts]


def _link(entry: Entry, base: str) -> str | None:
    """Where the entry stands; a guid that is an address does where nothing else is."""
    guid = entry.guid if entry.guid.startswith(_WEB) else ""
    written = (entry.link or guid).strip()
    if written and not written.startswith(_WEB):
        try:
            written = urljoin(base, written)
        except ValueError:
            return None
    return web_address(written)


def _is_excerpt(text: str, content: bool) -> bool:
    if len(text) < (_WHOLE_CONTENT if content else _WHOLE_DESCRIPTION):
        return True
    end = text[-_LONGEST_END:].rstrip().casefold()
    return end.endswith(_DOTS) or any(map(end.__contains__, _GO_ON))
