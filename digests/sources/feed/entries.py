"""Turns a feed's entries into articles: plain words, sound dates, lasting ids.

Nothing of an entry stays live: markup becomes text, an address with a name and
password is none, a date that cannot be is none.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin

from digests.extract import plain_text, web_address
from digests.language.clean import clean, revision
from digests.sources.dates import published
from digests.sources.feed.identity import ids
from digests.sources.feed.nouns import Entry
from digests.sources.words import language, one_line
from digests.types import Article

_LONGEST_TITLE = 500
_LONGEST_AUTHOR = 200
_LONGEST_TEXT = 200_000
#: How texts end that go on elsewhere.
_CUT = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|(?:read more|continue reading|weiterlesen|"
    r"lire la suite)[^\n]{0,80})\s*\Z",
    re.IGNORECASE,
)
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
    made = [_article(entry, now, base) for entry in entries]
    words = [f"{a.title}\0{entry.published}\0{'' if a.title else a.text}"
             for a, entry in zip(made, entries, strict=True)]  # fmt: skip
    names = ids([e.guid.strip() for e in entries], [a.url for a in made], words)
    kept: dict[str, Article] = {}
    for name, article in zip(names, made, strict=True):
        if article.title or article.text:
            named = replace(
                article, id=clean(name), source=source, lang=article.lang or lang
            )
            kept.setdefault(named.id, named)
    return tuple(kept.values())


def _article(entry: Entry, now: datetime, base: str) -> Article:
    title = one_line(entry.title)[:_LONGEST_TITLE].rstrip() or None
    text = _body(entry)
    return Article(
        id="",
        text=text,
        title=title,
        url=web_address(_complete(entry.link or _guid_link(entry), base)),
        published=published(entry.published, now),
        author=one_line(entry.author)[:_LONGEST_AUTHOR] or None,
        lang=language(entry.lang),
        revision=revision(title, text),
        excerpt=_is_excerpt(text, entry.content),
    )


def _body(entry: Entry) -> str:
    written = entry.body[: 4 * _LONGEST_TEXT]
    if entry.plain or not ("<" in written or "&" in written):
        return clean(written).strip()[:_LONGEST_TEXT]
    return clean(plain_text(written))[:_LONGEST_TEXT]


def _complete(link: str, base: str) -> str:
    written = link.strip()
    if written.startswith(("http://", "https://")) or not written:
        return written
    try:
        return urljoin(base, written)
    except ValueError:
        return ""


def _guid_link(entry: Entry) -> str:
    return entry.guid if entry.guid.startswith(("http://", "https://")) else ""


def _is_excerpt(text: str, content: bool) -> bool:
    if _CUT.search(text[-120:]):
        return True
    return len(text) < (_WHOLE_CONTENT if content else _WHOLE_DESCRIPTION)
