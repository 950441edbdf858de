"""Split text into sentences by rule, with abbreviations by language.

Every full stop before white space is examined once, with the words before and after it:
abbreviations and initials do not end a sentence, a lower-case letter after the stop
continues it, closing marks after the stop belong to it, a line break ends it. Speech of
several sentences is split like any other text. Linear time.

The tables are in `sentence_words.txt`: words before a name or a number, words that may
end a sentence, words that begin one, and words that are followed by a letter.
"""

import re
import sys
from functools import lru_cache
from typing import NamedTuple

from digests.language.regexes import make_regex
from digests.language.spans import trim_span
from digests.language.words import load_word_tables, primary_language, word_set
from digests.types import Span

_TABLES = load_word_tables(__file__, "sentence_words.txt")
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")

_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
#: A line break, an ideographic stop, or a stop with its closing marks; then, if white
#: space follows, the next word with its opening marks. Possessive quantifiers keep it
#: linear over a million stops.
_BOUNDARY = make_regex(
    rf"[{_BREAKS}]++"
    r"|[。！？｡]++[」』”’）)]*+"
    r"|(?P<stop>[.!?…‽]++(?:[ \u00a0][.…]++)*+)"
    r"(?P<close>[\"'”’“‘»«›‹)\]}]*+(?:[ \u00a0\u202f][»›](?=\s|\Z))?)"
    rf"(?=(?P<gap>[^\S{_BREAKS}]++(?P<open>[\"'“”„‘‚«»‹›(\[{{—–-]*+)"
    r"(?P<next>[^\W\d_]{0,20}))?)"
)
#: Where a boundary can begin: found much faster than by the whole pattern.
_SIGN = make_regex(rf"[.!?…‽。！？｡{_BREAKS}]")
_BEFORE = 24
_OPENING = "\"'“”„‘’‚«»‹›([{—–-"
_LETTERS_AND_STOPS = make_regex(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}\Z")
_PARTY = make_regex(r"[A-Z]-[A-Z][a-z]{0,6}\Z")
_BEFORE_NUMBER = _TABLES["before_number"]
#: Things labelled by a letter: «plan B.» may end a sentence, «Mr. B.» does not.
_LETTERED = _TABLES["lettered"]
#: Capitalised words that may follow a clock time inside its sentence.
_AFTER_CLOCK = _TABLES["after_clock"]
_CLOCK = word_set("a.m p.m")
#: Months after a German ordinal, «14. Mai»; an article is before those in English too.
_MONTHS = word_set("januar februar märz mai juni juli oktober dezember")
_MONTHS_IN_BOTH = word_set("april august september november")
_BEFORE_DAY = word_set("am den dem der des vom zum bis")
#: «"Why?" Tom asked»: the sentence continues after a question or an exclamation.
_REPORTS = make_regex(
    r"\s+(?:[A-Z][\w.'’-]*\s+){1,3}"
    r"(?:said|says|asked|asks|cried|shouted|wrote|added|told|replied|yelled|went on"
    r"|continued|responded|exclaimed|quipped|joked|wondered|demanded|recalled|tweeted"
    r"|answered|explained|noted|argued|declared|mused|has said|has asked)\b"
)


class _LanguageTables(NamedTuple):
    #: Every abbreviation in lower case; other words are plain words.
    known: frozenset[str]
    before_name: frozenset[str]
    may_end: frozenset[str]
    starters: frozenset[str]
    ordinal_stop: bool


def split_sentences(
    text: str, lang: str | None = None, *, most: int = sys.maxsize
) -> tuple[Span, ...]:
    """The sentences of `text` in order, without surrounding white space.

    Args:
        text: Any text; offsets of the answer point into it.
        lang: BCP 47 tag; None and languages without a table are read as English.
        most: Stop reading after so many sentences.
    """
    language = _load_tables(primary_language(lang))
    found: list[Span] = []
    start = read = 0
    for sign in _SIGN.finditer(text):
        at = sign.start()
        match = _BOUNDARY.match(text, at) if at >= read else None
        if match is None:
            continue
        read = end = match.end()
        if match["stop"] is None:
            end = at if text[at] in _BREAKS else end
        elif match["gap"] is None or not _is_sentence_end(text, start, match, language):
            continue
        _append_sentence(found, text, start, end)
        start = read
        if len(found) >= most:
            return tuple(found)
    _append_sentence(found, text, start, len(text))
    return tuple(found)


@lru_cache(maxsize=16)
def _load_tables(code: str) -> _LanguageTables:
    code = code if code in _LANGUAGES else "en"
    before_name, may_end = _TABLES[f"before_name_{code}"], _TABLES[f"may_end_{code}"]
    known = before_name | may_end | _BEFORE_NUMBER | _CLOCK
    return _LanguageTables(
        known=frozenset(word.lower() for word in known),
        before_name=before_name,
        may_end=may_end,
        starters=_TABLES[f"starters_{code}"],
        ordinal_stop=code in {"de", "cs", "da", "nb", "fi"},
    )


def _append_sentence(found: list[Span], text: str, start: int, end: int) -> None:
    start, end = trim_span(text, start, end)
    if end > start:
        found.append(Span(start=start, end=end))


def _is_sentence_end(
    text: str, start: int, match: re.Match[str], language: _LanguageTables
) -> bool:
    following = match["next"]
    if following and following[0].islower() and not following[1:2].isupper():
        return False
    stop = match["stop"]
    if stop[-1] in "!?" and match["close"] and not match["open"]:
        return not _REPORTS.match(text, match.end())
    at = match.start()
    words = text[max(start, at - _BEFORE) : at].rsplit(None, 2)
    if not words:
        return True
    word = words[-1].lstrip(_OPENING)
    if stop != ".":
        # «I… I do not know» is one sentence.
        return stop[-1] not in ".…" or word != following
    if len(word) == 1 and len(words) > 1 and words[-2].lower() in _LETTERED:
        return True
    if word.isdigit() and _names_month(words, following.lower()):
        return False
    return _word_ends(word, following, language, opens_line=len(words) == 1)


def _names_month(words: list[str], following: str) -> bool:
    """Whether a number and the next word are a German date, whatever the language."""
    if following in _MONTHS:
        return len(words[-1]) < 3
    article = len(words) > 1 and words[-2].lower() in _BEFORE_DAY
    return article and following in _MONTHS_IN_BOTH


def _word_ends(
    word: str, following: str, language: _LanguageTables, *, opens_line: bool
) -> bool:
    """Whether the stop after `word` ends a sentence before `following`."""
    low = word.lower()
    if len(word) > 1 and word.isalpha() and low not in language.known:
        return not (language.ordinal_stop and low.endswith("str"))
    if word in language.before_name or low in language.before_name:
        return False
    if not following and low in _BEFORE_NUMBER:
        return False
    begins = following.lower() in language.starters
    if low in _CLOCK:
        return bool(following) and following.lower() not in _AFTER_CLOCK
    if word.isdigit():
        if opens_line and len(word) < 4 and following:
            return False
        return begins or not (language.ordinal_stop and len(word) < 4)
    if opens_line and len(word) == 1 and word.isalpha() and word != "I":
        return False
    if _is_short(word, low, language):
        return begins
    return True


def _is_short(word: str, low: str, language: _LanguageTables) -> bool:
    """Whether a word is an abbreviation, an initial, «U.S.» or «R-Wis.»."""
    if low in language.may_end or word in language.may_end:
        return True
    if len(word) == 1:
        return word.isalpha() and word != "I"
    if "." in word:
        return _LETTERS_AND_STOPS.match(word) is not None
    return "-" in word and _PARTY.match(word) is not None
