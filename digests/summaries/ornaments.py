"""Finds what a headline can do without inside a sentence; it cuts nothing itself.

Ornaments are titles before a full name, days and dates that nothing hangs on, and
the given names of people whom the text itself calls by one name alone. All are
stretches of the article's text, as pairs of start and end.
"""

import re
from collections.abc import Sequence

from digests.language import names, tokens
from digests.language.tokens import Token
from digests.types import Span

Gap = tuple[int, int]

_RANKS = (
    "President|Prime Minister|Vice President|Foreign Minister|Finance Minister|"
    "Interior Minister|Defence Minister|Defense Minister|Home Secretary|Chancellor|"
    "Foreign Secretary|Secretary of State|Defense Secretary|Minister|Secretary|Senator|"
    "Governor|Mayor|General|Colonel|Judge|Justice|Professor|Dr|Sir|King|Queen|Prince|"
    "Princess|Pope|Archbishop|Bishop|Chief Executive|CEO|Chairman|Director|Coach"
)
_TITLE = re.compile(
    rf"(?:(?:former|then)\s)?(?:[A-Z][\w.-]+\s){{0,3}}(?:{_RANKS})\.?\s"
    rf"(?=[A-Z][\w'’-]+\s[A-Z])"
)
_DAY = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"(?:\s(?:morning|afternoon|evening|night))?"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Jan\.|Feb\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
#: Days and dates: the first that a headline can do without.
_DATE = re.compile(
    rf"\s(?:(?:early|late|earlier)\s)?(?:(?:on|in)\s)?(?:{_DAY}|{_MONTH}\s\d{{1,2}}"
    rf"(?:,\s\d{{4}}|(?!\d))|\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?)(?=[\s,.])(?<!,)"
)
_NOT_AFTER_DATE = re.compile(r"\s(?:to|and|or|until|at)\s(?:\d|[A-Z])|['’]")
#: A date that these words lead to is no ornament.
_LEADS_TO_DATE = re.compile(
    r"(?:\b(?:on|in|from|until|till|by|since|before|after|of|next|last)|\.)$", re.I
)
#: What may stand before a surname without being a given name.
_MAY_PRECEDE = re.compile(
    rf"{_RANKS}|Mr|Mrs|Ms|Miss|Lord|Lady|But|And|When|As|While|If|After|Before|That|"
    r"However|Although|Since|Then|Both|For|In|At|With|By|To|Of|The|Asked|Earlier|Later"
)
#: How far into a text a name is followed up, and the longest neighbour of one.
_READ = 20_000
_LONGEST_NAME = 24
_NAME_BEFORE = re.compile(r"\b([A-Z][\w'’-]*)\s\Z")
_NAME_AFTER = re.compile(r"\s([A-Z]\w+)")


def titles(text: str, span: Span) -> list[Gap]:
    """The ranks before full names («Norland President Ada Brandt»)."""
    return [m.span() for m in _TITLE.finditer(text, span.start, span.end)]


def dates(text: str, span: Span) -> list[Gap]:
    """Days and dates that nothing but «when» hangs on."""
    return [
        m.span()
        for m in _DATE.finditer(text, span.start, span.end)
        if text[m.start() - 1 : m.start()] != ","
        and not _LEADS_TO_DATE.search(text[max(span.start, m.start() - 8) : m.start()])
        and not _NOT_AFTER_DATE.match(text, m.end())
    ]


def given_names(text: str, span: Span) -> list[Gap]:
    """What a person's full name can lose: the text itself uses the rest alone."""
    found = tokens.tokens(text, span.start, span.end)
    gaps = []
    for name in names.runs(found):
        parts = found[name.core : name.last]
        if name.kind != "person" or len(parts) < 2:
            continue
        for kept in (parts[-1], parts[0]):
            if _stands_alone(
                text, kept.text.removesuffix("'s").removesuffix("’s"), parts
            ):
                before, after = (parts[0].start, kept.start), (kept.end, parts[-1].end)
                gaps += [gap for gap in (before, after) if gap[0] < gap[1]]
                break
    return gaps


def _stands_alone(text: str, word: str, parts: Sequence[Token]) -> bool:
    """Whether the text says `word` without the rest, and of nobody else."""
    alone = False
    others = {t.text for t in parts}
    at = text.find(word)
    while 0 <= at < _READ:
        end = at + len(word)
        before = _NAME_BEFORE.search(text, max(0, at - _LONGEST_NAME), at)
        after = _NAME_AFTER.match(text, end)
        whole = (
            not text[max(0, at - 1) : at].isalnum()
            and not text[end : end + 1].isalnum()
        )
        at = text.find(word, end)
        neighbours = {m[1] for m in (before, after) if m}
        if not whole or neighbours & others:
            continue
        if after or (before and not _MAY_PRECEDE.fullmatch(before[1])):
            return False
        alone = True
    return alone
