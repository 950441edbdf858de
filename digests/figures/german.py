"""Finds what a figure measures in a German sentence, in the article's own words.

German writes its nouns large, so that places suffice: the noun counted («12.000
Beschäftigte»), what a measure leads to («das 14 Kilometer entfernte Freibad»), «ein
Defizit von 3 Millionen Euro», and the subject of a verb of value («der Eintritt
steigt», «steigt der Eintritt»). Where none is plain the answer is "".
"""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W_]+)*|\d[\d.,]*\w*|\S")
_VALUE_WORDS = """
    kostet kosten kostete kosteten steigt steigen stieg stiegen sinkt sinken sank
    sanken fällt fallen fiel fielen wächst wachsen wuchs wuchsen beträgt betragen
    betrug betrugen dauert dauern dauerte dauerten dauere wiegt wiegen wog misst maß
    klettert kletterte kletterten erreicht erreichte erreichten liegt lag beläuft
    belief umfasst umfasste schrumpft schrumpfte legte legt gestiegen gesunken
    gefallen gewachsen
"""
_VALUES = frozenset(_VALUE_WORDS.split())
_ARTICLES_WORDS = """
    der die das den dem des ein eine einen einem einer eines seine ihre sein ihr
    diese dieser dieses unsere mehr als
"""
_ARTICLES = frozenset(_ARTICLES_WORDS.split())
_NO_NOUNS_WORDS = """
    Jahr Jahre Jahren Monat Monate Woche Wochen Tag Tage Tagen Stunde Stunden Uhr
    Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März
    April Mai Juni Juli August September Oktober November Dezember Millionen
    Milliarden Million Milliarde Euro Prozent Zeit Mal
"""
_NO_NOUNS = frozenset(_NO_NOUNS_WORDS.split())
_PARTICIPLE = re.compile(r"[a-zäöüß-]{4,}(?:e|en|er|es|em)$")
_CLAUSE = frozenset((",", ";", ":", ".", "„", "“", "–", "—", "(", ")"))
_LINKS = frozenset(("auf", "um", "bei", "von", "rund", "etwa", "fast", "knapp", "über"))
_REACH = 200


def counted(text: str, end: int) -> str:
    """The noun right after a bare number, with the adjectives before it, or ""."""
    for taken, m in enumerate(_WORD.finditer(text, end, min(len(text), end + 80))):
        word = m.group()
        if not text[end : m.start()].strip() and m.start() == end:
            return ""
        if word[0].isupper():
            return "" if word in _NO_NOUNS else text[end : m.end()].strip()
        if taken == 2 or not _PARTICIPLE.match(word):
            return ""
    return ""


def measured(text: str, sentence_start: int, start: int, end: int, shared: str) -> str:
    """What the figure `text[start:end]` measures, or "".

    Args:
        text: The article's text.
        sentence_start: Where the figure's sentence begins.
        start: Where the figure begins, its hedge included.
        end: Where it ends.
        shared: What the figure before it in the sentence measures.
    """
    left = [
        m.group()
        for m in _WORD.finditer(text, max(sentence_start, start - _REACH), start)
    ]
    right = [m.group() for m in _WORD.finditer(text, end, min(len(text), end + 60))]
    near = _after(right)
    if near is not None:
        return near
    if shared and (
        left[-1:] in (["auf"], ["von"]) or right[:1] in (["mehr"], ["weniger"])
    ):
        return shared
    if left[-1:] == ["von"] and len(left) > 1 and _is_noun(left[-2]):
        return left[-2]
    return _subject(left)


def _after(right: Sequence[str]) -> str | None:
    """«14 Kilometer entfernte Freibad», «12 Prozent der Wähler», «3 Tonnen Salz»."""
    at = 0
    if right[:1] and right[0] in ("der", "des", "an"):
        at = 1
    elif right[:1] and right[0][0].islower():
        if not _PARTICIPLE.match(right[0]) or right[0] in ("mehr", "weniger"):
            return None
        at = 1
    while at < len(right) and at < 3 and _PARTICIPLE.match(right[at]):
        at += 1
    if at < len(right) and _is_noun(right[at]):
        return right[at]
    return None


def _subject(left: Sequence[str]) -> str:
    """The noun phrase of the verb of value in the figure's clause."""
    begin = max((i + 1 for i, w in enumerate(left) if w in _CLAUSE), default=0)
    clause = left[begin:]
    verb = max((i for i, w in enumerate(clause) if w in _VALUES), default=-1)
    if verb < 0:
        return ""
    behind = _first_noun(clause[verb + 1 :])
    return behind or _first_noun(clause[:verb])


def _first_noun(clause: Sequence[str]) -> str:
    for at, word in enumerate(clause[:5]):
        if word in _LINKS:
            return ""
        if _is_noun(word) and (
            at == 0 or clause[at - 1].lower() in _ARTICLES or at == 2
        ):
            return "" if word.lower() in _ARTICLES else word
        if word.lower() not in _ARTICLES and not _PARTICIPLE.match(word.lower()):
            return ""
    return ""


def _is_noun(word: str) -> bool:
    return (
        word[0].isupper()
        and len(word) > 2
        and word not in _NO_NOUNS
        and word.lower() not in _ARTICLES
        and not word.isupper()
    )
