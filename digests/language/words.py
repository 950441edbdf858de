"""Split text into words: stems, stop words, language tags, word-set similarity.

A word is a run of letters and digits with its inner apostrophes. Content words are
the words that are not stop words, reduced to a light stem: «pledge», «pledges» and
«pledged» become equal, «met», «meeting» and «meets» do not. The stemmer only removes
frequent endings (a reduced form of the light stemming of Savoy, 2006), because it
compares words within a text and does not serve search. English and German.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from digests.language.regexes import make_regex

_WORD = make_regex(r"[^\W_]+(?:['’][^\W_]+)*")


def word_list(words: str) -> tuple[str, ...]:
    """The words of a text that are separated by white space, in order."""
    return tuple(words.split())


def word_set(words: str) -> frozenset[str]:
    """The words of a text that are separated by white space, for word tables."""
    return frozenset(words.split())


@cache
def load_word_rows(beside: str, name: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The tables of a data file beside a module's file: the words of each line.

    A table is a line `[name]` with its words below; lines with # are comments.
    """
    written = Path(beside).with_name(name).read_text(encoding="utf-8")
    _, *parts = re.split(r"\[(\w+)\]", re.sub(r"(?m)^#.*$", "", written))
    return {
        name: tuple(tuple(line.split()) for line in part.splitlines() if line.strip())
        for name, part in zip(parts[::2], parts[1::2], strict=True)
    }


def load_word_tables(beside: str, name: str) -> Mapping[str, frozenset[str]]:
    """The tables of a data file as sets of words."""
    rows = load_word_rows(beside, name)
    return {table: frozenset(chain.from_iterable(rows[table])) for table in rows}


def load_weights(beside: str, name: str) -> Mapping[str, float]:
    """The table «weights» of a data file: the last word of a row weighs the others."""
    rows = load_word_rows(beside, name)["weights"]
    return {" ".join(named): float(weight) for *named, weight in rows}


def compile_table(rows: Iterable[Iterable[str]]) -> re.Pattern[str]:
    """One pattern of the words of a table, in which «_» stands for a space."""
    listed = "|".join(chain.from_iterable(rows)).replace("_", r"\s")
    return make_regex(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)


_ENGLISH = word_set("""
    a about after again all also am an and any are as at be because been before being
    between both but by can could did do does doing down during each few for from
    further had has have having he her here hers him his how i if in into is it its
    itself just me more most my no nor not now of off on once only or other our out over
    own s said same say says she should so some such t than that the their them then
    there these they this those through to too under until up upon very was we were what
    when where which while who whom why will with would you your yours mr mrs ms dr one
    new year years may might must shall since still told
""")

_GERMAN = word_set("""
    aber alle allem allen aller alles als also am an ander andere anderen auch auf aus
    bei beim bin bis da damit dann das dass dein dem den denn der des die dies diese
    diesem diesen dieser dieses doch dort durch ein eine einem einen einer eines er es
    etwas euch für gegen hat hatte hatten haben hier hin ich ihm ihn ihnen ihr ihre
    ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann kein keine
    können könnte man mehr mein mit muss nach nicht noch nun nur ob oder ohne sagte
    sagten sehr sei sein seine seinem seinen seiner seit sich sie sind so soll sollte
    sondern sowie über um und uns unter viel vom von vor war waren was weil wenn werden
    wie wieder will wir wird wo wurde wurden zu zum zur zwischen
""")

#: Words too frequent to distinguish texts, by primary language subtag.
STOP_WORDS: Mapping[str, frozenset[str]] = {"en": _ENGLISH, "de": _GERMAN}

_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s", "ly", "e"),
    "de": ("ungen", "ung", "ern", "en", "er", "em", "es", "e", "s", "n"),
}
_SHORTEST_STEM = 4
#: ISO 639-2 codes of the languages that any table here is for.
_TWO_LETTERS = {
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es",
    "ita": "it", "nld": "nl", "dut": "nl", "por": "pt",
}  # fmt: skip
_LANGUAGE_TAG = make_regex(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def parse_language_tag(written: str) -> str | None:
    """A BCP 47 tag as a source declares it («de_AT» is read as «de-AT»), or None."""
    tag = written.strip().replace("_", "-")
    return tag if _LANGUAGE_TAG.fullmatch(tag) else None


def primary_language(lang: str | None) -> str:
    """The primary subtag in lower case: «de» of «de-AT», «de_AT» and «deu».

    An undeclared language is read as English.
    """
    tag = (lang or "en").replace("_", "-").partition("-")[0].lower()
    return _TWO_LETTERS.get(tag, tag)


@lru_cache(maxsize=256)
def resolve_language(lang: str | None) -> str:
    """The primary subtag where stems and stop words exist for it, else English."""
    tag = primary_language(lang)
    return tag if tag in STOP_WORDS else "en"


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text in order, in lower case, with straight apostrophes."""
    return tuple(_words(text))


def locate_words(text: str) -> tuple[tuple[int, int], ...]:
    """The start and end of each word of a text, in code points."""
    return tuple(m.span() for m in _WORD.finditer(text))


@lru_cache(maxsize=1 << 14)
def stem_word(word: str, lang: str | None = None) -> str:
    """A lower-case word without its possessive and its most frequent ending."""
    word = word.removesuffix("'s").removesuffix("'")
    for ending in _ENDINGS[resolve_language(lang)]:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def measure_containment(one: Set[Any], other: Set[Any]) -> float:
    """The share of the smaller set that is in the other one, 0 to 1."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def measure_jaccard(one: Set[Any], other: Set[Any]) -> float:
    """The Jaccard index of two sets: the share of all members that both have."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def is_stop_word(word: str, lang: str | None = None) -> bool:
    """Whether a lower-case word is too frequent to carry content."""
    return word in STOP_WORDS[resolve_language(lang)]


def extract_stems(text: str, lang: str | None = None) -> tuple[str, ...]:
    """The stems of a text's content words, in order, repeats included."""
    return tuple(filter(None, map(get_stemmer(lang), _words(text))))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def get_stemmer(lang: str | None = None) -> Callable[[str], str]:
    """A function from a lower-case word to its stem, "" for a stop word."""
    return _stemmer_for(resolve_language(lang))


@cache
def _stemmer_for(tag: str) -> Callable[[str], str]:
    """A stemmer with a cache of its own."""
    stop_words = STOP_WORDS[tag]

    @lru_cache(maxsize=1 << 14)
    def stem_content(word: str) -> str:
        return "" if word in stop_words else stem_word(word, tag)

    return stem_content
