"""Search terms of texts, and parsing of typed search queries.

A text and a query must give the same terms in every database: normalized, light stems,
without accents; letters of scripts without spaces are single terms, so that a run of
them is found as a phrase. A query has words, "phrases" and -excluded words; every other
character only separates words, so that nothing is interpreted by a database.
"""

import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice

from digests.language.normalization import normalize_text
from digests.language.regexes import make_regex
from digests.language.words import STOP_WORDS, resolve_language, stem_word
from digests.types import Span, frozen

#: Words that follow each other.
SearchPhrase = tuple[str, ...]
#: Alternative phrases.
PhraseGroup = tuple[SearchPhrase, ...]

#: Chinese, Japanese, Korean and Thai letters.
_UNSPACED = (
    "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
#: «l'école» is two words, «it's» is one.
_WORD = make_regex(rf"[{_UNSPACED}]|{_LETTER}{{2,}}+(?:['’]{_LETTER}++)*+|{_LETTER}")
_TYPED = make_regex(
    r"(?P<not>(?<!\S)[-−])?"
    r"(?:\"(?P<straight>[^\"]*)\"?|“(?P<curly>[^”]*)”?|„(?P<low>[^“”]*)[“”]?"
    r"|«(?P<angle>[^»]*)»?|(?P<plain>[^\s\"“„«]+))"
)
#: Letters of a term; terms and bytes of a text that are indexed (PostgreSQL limits a
#: text's terms with their positions to a megabyte).
MAX_TERM_LETTERS, MAX_TERMS, _MAX_BYTES = 60, 16_000, 500_000
_STEMMED_LANGUAGES = tuple(STOP_WORDS)
#: They delimit phrases in a query, so in a text they never join a word: 6"2 is two.
_PHRASE_MARKS = str.maketrans(dict.fromkeys('"“”„«»', " "))


@frozen
class SearchQuery:
    """A parsed query: groups that must match, and groups that must not."""

    every: tuple[PhraseGroup, ...] = ()
    none: tuple[PhraseGroup, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.every)


def extract_terms(text: str, lang: str | None = None) -> Iterator[str]:
    """The search terms of a text, in order."""
    tag = resolve_language(lang)
    bytes_left = _MAX_BYTES
    for word in islice(_find_words(text), MAX_TERMS):
        term = _make_term(word, tag)
        bytes_left -= len(term.encode())
        if bytes_left < 0:
            return
        yield term


def _find_words(text: str) -> Iterator[str]:
    normalized = normalize_text(text.translate(_PHRASE_MARKS))
    return (match[0] for match in _WORD.finditer(normalized))


def expand_phrase(words: str) -> PhraseGroup:
    """The term sequences that these words have in any of the languages."""
    found = list(_find_words(words))
    if not found:
        return ()
    ways = (
        tuple(_make_term(word, tag) for word in found) for tag in _STEMMED_LANGUAGES
    )
    return tuple(dict.fromkeys(ways))


def parse_query(typed: str) -> SearchQuery:
    """Parse a query: words, "phrases", and -words that must not match."""
    every: list[PhraseGroup] = []
    none: list[PhraseGroup] = []
    for match in _TYPED.finditer(typed):
        found = expand_phrase(match[match.lastgroup or 0])
        if found:
            (none if match["not"] else every).append(found)
    return SearchQuery(
        every=tuple(dict.fromkeys(every)), none=tuple(dict.fromkeys(none))
    )


def locate_groups(
    text: str, lang: str | None, groups: tuple[PhraseGroup, ...]
) -> list[list[Span]]:
    """The places in `text` of the phrases of each group."""
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
    """The terms of a text with their places; repeated words cost less.

    Words that do not begin like one in `begun` may give "": stemming, which takes most
    of the time, could not make them match.
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
