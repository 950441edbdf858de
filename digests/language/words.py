"""Split text into words; stems and stop words (English, German).

A word is a run of letters and digits with its inner apostrophes. Content words are
what is left without stop words, cut to a light stem, so that «met», «meeting» and
«meets» differ but «pledge», «pledges» and «pledged» do not. The stemmer only takes
off frequent endings (the light stemming of Savoy, 2006, reduced): it is meant for
comparing words of one text, not for search.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: For `str.translate`: of ASCII, letters and digits stay and the rest is white space.
_APART = "".join(c if c.isalnum() else " " for c in map(chr, range(128)))

_ENGLISH_WORDS = """
    a about after again all also am an and any are as at be because been before being
    between both but by can could did do does doing down during each few for from
    further had has have having he her here hers him his how i if in into is it its
    itself just me more most my no nor not now of off on once only or other our out over
    own s said same say says she should so some such t than that the their them then
    there these they this those through to too under until up upon very was we were what
    when where which while who whom why will with would you your yours mr mrs ms dr one
    new year years may might must shall since still told
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())

_GERMAN_WORDS = """
    aber alle allem allen aller alles als also am an ander andere anderen auch auf aus
    bei beim bin bis da damit dann das dass dein dem den denn der des die dies diese
    diesem diesen dieser dieses doch dort durch ein eine einem einen einer eines er es
    etwas euch für gegen hat hatte hatten haben hier hin ich ihm ihn ihnen ihr ihre
    ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann kein keine
    können könnte man mehr mein mit muss nach nicht noch nun nur ob oder ohne sagte
    sagten sehr sei sein seine seinem seinen seiner seit sich sie sind so soll sollte
    sondern sowie über um und uns unter viel vom von vor war waren was weil wenn werden
    wie wieder will wir wird wo wurde wurden zu zum zur zwischen
"""
_GERMAN = frozenset(_GERMAN_WORDS.split())

#: Words too frequent to tell texts apart, by language (BCP 47 primary tag).
STOP_WORDS: Mapping[str, frozenset[str]] = {"en": _ENGLISH, "de": _GERMAN}

_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s", "ly", "e"),
    "de": ("ungen", "ung", "ern", "en", "er", "em", "es", "e", "s", "n"),
}
_SHORTEST_STEM = 4


def resolve_language(lang: str | None) -> str:
    """The language's primary tag («de» of «de-AT»); what has no table is English."""
    tag = (lang or "en").partition("-")[0].lower()
    return tag if tag in STOP_WORDS else "en"


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text in order, in lower case, with straight apostrophes."""
    return tuple(_words(text))


def locate_words(text: str) -> tuple[tuple[int, int], ...]:
    """Where each word of a text stands: pairs of start and end, in code points."""
    return tuple(m.span() for m in _WORD.finditer(text))


@lru_cache(maxsize=1 << 14)
def stem_word(word: str, lang: str | None = None) -> str:
    """A lower-case word without its possessive and its most frequent ending."""
    word = word.removesuffix("'s").removesuffix("'")
    for ending in _ENDINGS[resolve_language(lang)]:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def is_stop_word(word: str, lang: str | None = None) -> bool:
    """Whether a lower-case word is too frequent to carry content."""
    return word in STOP_WORDS[resolve_language(lang)]


def extract_stems(text: str, lang: str | None = None) -> tuple[str, ...]:
    """The stems of a text's content words, in order, repeats included."""
    return tuple(filter(None, map(get_stemmer(lang), _words(text))))


def _words(text: str) -> list[str]:
    low = text.lower().replace("’", "'")
    if low.isascii() and "'" not in low:
        # The same words in half the time: plain English is most of what is read.
        return low.translate(_APART).split()
    return _WORD.findall(low)


def get_stemmer(lang: str | None = None) -> Callable[[str], str]:
    """Gives a lower-case word's stem in a language, and "" for a stop word."""
    return _stemmer_for(resolve_language(lang))


@lru_cache(maxsize=len(STOP_WORDS))
def _stemmer_for(tag: str) -> Callable[[str], str]:
    """A rooter that remembers the words it met."""
    return _StemCache(tag).__getitem__


class _StemCache(dict[str, str]):
    """Words with their roots; looking one up again is twice as fast as calling."""

    _MOST = 1 << 14

    def __init__(self, tag: str) -> None:
        super().__init__()
        self._tag = tag

    def __missing__(self, word: str) -> str:
        root = "" if word in STOP_WORDS[self._tag] else stem_word(word, self._tag)
        if len(self) >= self._MOST:
            self.clear()
        self[word] = root
        return root


def word_set(*lines: str) -> frozenset[str]:
    """Give the words of `lines`, which are separated by white space."""
    return frozenset(word for line in lines for word in line.split())
