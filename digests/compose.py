"""Keeps what was read out of texts while several editions are composed of them.

Digests that are due at one moment often read the same sources, and most of the work of
composing is reading (`compose.analyse`). It must not know a digest, nor decide: an
edition is the same with it and without it.

    readings = Readings()
    for digest in due:
        compose(articles, now=now, style=style, read=readings.read)

What is read out of an article follows from its words alone, not from who tells it or
when: those are what a reading is found by, so that no two texts can be taken for one
another. Whoever makes one drops it after the last edition; it is for one thread.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import Final

from digests.compose import analyse
from digests.types import Analysis, Article, Style

#: Characters of texts whose readings are kept: about 600 long articles, 12 MB.
ROOM: Final = 2_000_000
#: The words, as which language they are read, and how long a summary may be.
Key = tuple[str, str | None, str | None, int]


class Readings:
    """Analyses by the words that they are of; those used longest ago go first."""

    def __init__(self, room: int = ROOM) -> None:
        """Keep readings of so many characters of text; 0 keeps none."""
        self._room = room
        self._held = 0
        self._kept: OrderedDict[Key, Analysis] = OrderedDict()

    def read(self, article: Article, style: Style) -> Analysis:
        """Read the article, or remember what was read (`compose.Read`)."""
        key = (article.text, article.title, article.lang, style.summary_chars)
        found = self._kept.get(key)
        if found is None:
            found = analyse(article, style)
            self._keep(key, found)
        else:
            self._kept.move_to_end(key)
        return found if found.article == article else replace(found, article=article)

    def _keep(self, key: Key, found: Analysis) -> None:
        self._kept[key] = found
        self._held += len(key[0])
        while self._held > self._room:
            gone, _ = self._kept.popitem(last=False)
            self._held -= len(gone[0])
