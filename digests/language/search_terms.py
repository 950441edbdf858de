"""Search terms of texts, and parsing of typed search queries.

A text and what somebody types must come down to the same words, in every database:
folded, cut to a light stem, without accents, and letters of scripts that write no
spaces one by one, so that a run of them is found as a phrase. What is typed is words,
"phrases" and -words to leave out; every other sign is only what stands between words,
so no text is ever read as the language of a database.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from digests.language.normalization import normalize_text
from digests.language.words import STOP_WORDS, resolve_language, stem_word
from digests.types import Span

#: A phrase: words that follow each other.
SearchPhrase = tuple[str, ...]
#: Phrases any of which will do.
PhraseGroup = tuple[SearchPhrase, ...]

#: Chinese, Japanese, Korean and Thai letters.
_UNSPACED = (
    "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
#: «l'école» is two words, «it's» is one.
_WORD = re.compile(rf"[{_UNSPACED}]|{_LETTER}{{2,}}+(?:['’]{_LETTER}++)*+|{_LETTER}")
_TYPED = re.compile(
    r"(?P<not>(?<!\S)[-−])?"
    r"(?:\"(?P<straight>[^\"]*)\"?|“(?P<curly>[^”]*)”?|„(?P<low>[^“”]*)[“”]?"
    r"|«(?P<angle>[^»]*)»?|(?P<plain>[^\s\"“„«]+))"
)
#: Letters of a word that count; words and bytes of a text that are kept (PostgreSQL
#: has room for a megabyte with the places of the words).
MAX_TERM_LETTERS, MAX_TERMS, _MAX_BYTES = 60, 16_000, 500_000
_STEMMED_LANGUAGES = tuple(STOP_WORDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchQuery:
    """What somebody looks for: a group for each thing that must be there."""

    every: tuple[PhraseGroup, ...] = ()
    none: tuple[PhraseGroup, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.every)


def extract_terms(text: str, lang: str | None = None) -> Iterator[str]:
    """Give the words of a text in order, as they are kept for searching."""
    tag = resolve_language(lang)
    folded = normalize_text(text)
    bytes_left = _MAX_BYTES
    for match in islice(_WORD.finditer(folded), MAX_TERMS):
        term = _make_term(match[0], tag)
        bytes_left -= len(term.encode())
        if bytes_left < 0:
            return
        yield term


def expand_phrase(words: str) -> PhraseGroup:
    """Give the ways in which these words may be kept, in whatever language."""
    found = [match[0] for match in _WORD.finditer(normalize_text(words))]
    if not found:
        return ()
    ways = (
        tuple(_make_term(word, tag) for word in found) for tag in _STEMMED_LANGUAGES
    )
    return tuple(dict.fromkeys(ways))


def parse_query(typed: str) -> SearchQuery:
    """Read what somebody typed: words, "phrases", and -words that must not be there."""
    every: list[PhraseGroup] = []
    none: list[PhraseGroup] = []
    for match in _TYPED.finditer(typed):
        words = next(
            match[name]
            for name in ("straight", "curly", "low", "angle", "plain")
            if match[name] is not None
        )
        found = expand_phrase(words)
        if found:
            (none if match["not"] else every).append(found)
    return SearchQuery(
        every=tuple(dict.fromkeys(every)), none=tuple(dict.fromkeys(none))
    )


def locate_groups(
    text: str, lang: str | None, groups: tuple[PhraseGroup, ...]
) -> list[list[Span]]:
    """Find for each group where one of its phrases stands in `text`."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    begun = {word[:2] for way in groups for phrase in way for word in phrase}
    for word, start, end in _locate_terms(text, lang, begun):
        words.append(word)
        spans.append((start, end))
    first: dict[str, list[int]] = {phrase[0]: [] for way in groups for phrase in way}
    for at, word in enumerate(words):
        if word in first:
            first[word].append(at)
    return [
        [
            Span(start=spans[at][0], end=spans[at + len(phrase) - 1][1])
            for phrase in alternatives
            for at in first[phrase[0]]
            if tuple(words[at : at + len(phrase)]) == phrase
        ]
        for alternatives in groups
    ]


def _locate_terms(
    text: str, lang: str | None, begun: Collection[str]
) -> Iterator[tuple[str, int, int]]:
    """Give each kept word with where it stands; a word that comes again costs less.

    Words that begin otherwise than those in `begun` may come out empty: to cut them to
    their stem, which takes most of the time, would show nothing.
    """
    tag = resolve_language(lang)
    known: dict[str, tuple[str, ...]] = {}
    for match in _WORD.finditer(text):
        said = match[0]
        parts = known.get(said)
        if parts is None:
            if said.isascii() and said[:2].lower() not in begun:
                parts = ("",)
            else:
                found = _WORD.findall(normalize_text(said))
                parts = tuple(_make_term(part, tag) for part in found)
            known[said] = parts
        start, end = match.span()
        for part in parts:
            yield part, start, end


def _make_term(word: str, tag: str) -> str:
    root = stem_word(word.replace("’", "'"), tag).replace("'", "")[:MAX_TERM_LETTERS]
    if root.isascii():
        return root
    apart = unicodedata.normalize("NFKD", root)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return unicodedata.normalize("NFKC", bare) or root
