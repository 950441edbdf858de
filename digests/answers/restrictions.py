"""Words by which a question means one of several: the last, the first, the former.

«A second man» does not answer for «the first suspect», «the new minister» not for «the
last minister», and what a firm has worldwide not what it has in one country.
"""

import re

from digests.answers.passages import TokenizedSentence
from digests.answers.vocabulary import find_root
from digests.language.words import split_words, word_set

#: Words of a question without which another event may be meant.
_LAST = re.compile(
    r"\b(?:last|previous|zuletzt)\b(?=\s\w)(?!\s(?:night|week|month|year|quarter|season"
    r"|spring|summer|autumn|winter|\w+day)\b)"
)
_ORDINALS = word_set("""
    first second third fourth fifth erste ersten erster erstes zweite zweiten zweiter
    zweites dritte dritten dritter drittes
""")
_WORLDWIDE = re.compile(
    r"\b(?:worldwide|globally|around\sthe\sworld|nationwide|weltweit|bundesweit)\b",
    re.I,
)
#: A country, city or region that a question is restricted to.
_WITHIN = re.compile(r"\b[Ii][nm]\s(?:the\s)?([A-ZÄÖÜ]\w+)")
#: One or two nouns behind such a word: «former prime minister».
_NOUNS = r"\s([\w-]{4,})(?:\s([\w-]{4,}))?"
_COMING = re.compile(rf"\b(?:new|next|neue[rnms]?|nächste[rnms]?){_NOUNS}", re.I)
_GONE = re.compile(
    r"\b(?:former|previous|last|old|outgoing|ehemalige[rnms]?|frühere[rnms]?"
    rf"|letzte[rnms]?|bisherige[rnms]?|alte[rnms]?){_NOUNS}",
    re.I,
)


def is_of_same(question: str, line: TokenizedSentence, lang: str) -> bool:
    """Whether a sentence is not about another than the one a question means."""
    said = set(line.words)
    asked = _ORDINALS.intersection(split_words(question))
    if not set(_LAST.findall(question)) <= said:
        return False
    if asked and asked.isdisjoint(said) and _ORDINALS & said:
        return False
    return not (_is_wider(question, line.text) or _is_other(question, line.text, lang))


def _is_wider(question: str, text: str) -> bool:
    """Whether it is about all countries, and one that is asked about is not named."""
    if not _WORLDWIDE.search(text) or _WORLDWIDE.search(question):
        return False
    return any(place not in text for place in _WITHIN.findall(question))


def _is_other(question: str, text: str, lang: str) -> bool:
    """Whether it is about the new one where the former one is asked about, or so."""
    for mine, other in ((_COMING, _GONE), (_GONE, _COMING)):
        asked = _list_nouns(mine, question, lang)
        if asked & _list_nouns(other, text, lang) - _list_nouns(mine, text, lang):
            return True
    return False


def _list_nouns(pattern: re.Pattern[str], text: str, lang: str) -> frozenset[str]:
    found = (noun for nouns in pattern.findall(text) for noun in nouns if noun)
    return frozenset(find_root(noun.lower(), lang) for noun in found)
