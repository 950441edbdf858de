"""Compares what a claim and its best sentences say of figures, titles and direction.

Overlap of words cannot see that two of them changed places. Each function looks for
one such change and answers only where the source itself shows the other reading:
the claim's noun counted by another number, the name under another title, the opposite
of the claim's verb. It never says that a claim is right.
"""

import re
from collections.abc import Iterator

from digests.grounding.tables import OPPOSITES, RANKS, SHARED_UNITS
from digests.language import numbers, words

_TOKEN = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*|[,;:()]")
_CLAUSE_ENDS = frozenset(",;:()")
#: So far from a number stands what it counts, and so far before a name its title.
_NEAR = 3
_TITLE = 4
_BESIDE = 40
_APPOSITION = re.compile(r"(?:,|\s\()([^,;()]{3,80})[,;).]")


def figures_swapped(claim: str, source: str) -> bool:
    """Whether a number of the claim counts what another one counts in the source.

    Args:
        claim: One sentence.
        source: The sentences that it is compared with.
    """
    there = [(n.value, *_beside(source, n)) for n in numbers.find(source)]
    for number in numbers.find(claim):
        if _is_score(claim, number):
            continue
        before, after = _beside(claim, number)
        counted = {value for value, _, noun in there if noun and noun == after}
        if counted and after not in SHARED_UNITS:
            if number.value not in counted:
                return True
            continue
        led = {value for value, verb, _ in there if verb and verb == before}
        if led and number.value not in led:
            return True
    return False


def _is_score(text: str, number: numbers.Number) -> bool:
    """Whether a number is half of «2-0»."""
    return "-" in text[max(0, number.start - 1) : number.start] + text[number.end :][:1]


def _beside(text: str, number: numbers.Number) -> tuple[str, str]:
    """The nearest content words before and after a number, "" where there is none."""
    before = _TOKEN.findall(text[max(0, number.start - _BESIDE) : number.start])
    after = _TOKEN.findall(text[number.end : number.end + _BESIDE])
    return _content(reversed(before[-_NEAR:])), _content(iter(after[:_NEAR]))


def _content(tokens: Iterator[str]) -> str:
    for token in tokens:
        if token in _CLAUSE_ENDS:
            return ""
        low = token.lower()
        if not low[0].isdigit() and not words.is_stop(low):
            return words.stem(low.replace("’", "'"))
    return ""


def title_foreign(claim: str, source: str) -> bool:
    """Whether a name of the claim has a title that it never has in the source."""
    for title, name in _titled(claim):
        mentions = [*_mentions(source, name)]
        if mentions and not title <= frozenset().union(*mentions):
            return True
    return False


def _titled(text: str) -> Iterator[tuple[frozenset[str], str]]:
    """Titles (in small letters) with the last word of the name that follows them."""
    tokens = _TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if token.lower() not in RANKS or _ranked(tokens, at + 1):
            continue
        name = _name(tokens, at + 1)
        if not name:
            continue
        title = {token.lower()}
        for word in reversed(tokens[max(0, at - 2) : at]):
            if word in _CLAUSE_ENDS or words.is_stop(word.lower()) or "'" in word:
                break
            title.add(word.lower())
        yield frozenset(title), name


def _ranked(tokens: list[str], at: int) -> bool:
    return at < len(tokens) and tokens[at].lower() in RANKS


def _name(tokens: list[str], at: int) -> str:
    """The last of the capitalised words that stand at `at`, "" without any."""
    name = ""
    for token in tokens[at : at + 3]:
        if not token[0].isupper():
            break
        name = token
    return name


def _mentions(source: str, name: str) -> Iterator[frozenset[str]]:
    """The words around each mention of a name that may be its title."""
    for m in re.finditer(rf"\b{re.escape(name)}\b", source):
        before = _TOKEN.findall(source[max(0, m.start() - 2 * _BESIDE) : m.start()])
        # The first name stands between the title and the last one.
        near = [token.lower() for token in before[-_TITLE - 1 :]]
        apposition = _APPOSITION.match(source, m.end())
        if apposition:
            near += [token.lower() for token in _TOKEN.findall(apposition[1])]
        yield frozenset(near)


def opposed(claim: str, source: str) -> bool:
    """Whether the source has the opposite of a word of the claim, and not the word."""
    said = frozenset(words.tokens(claim))
    there = frozenset(words.tokens(source))
    for one, other in OPPOSITES:
        if said & one and there & other and not there & one and not said & other:
            return True
    return any(_NEGATING + word in there for word in said - there if len(word) > 3) or (
        any(
            word.removeprefix(_NEGATING) in there
            for word in said - there
            if word.startswith(_NEGATING)
        )
    )


_NEGATING = "un"

_PASSIVE = re.compile(
    r"(?P<whom>.{2,80}?)\s(?:was|were|is|are|(?:has|have|had)\sbeen)\s"
    r"(?P<verb>[a-z]+ed|led|hit|won|sued|built|held|made|sold|found|paid|taught|sent|"
    r"told|shot|struck|caught|bought|brought|lost)\s"
    r"(?P<middle>[^,;:]{0,60}?)by\s"
    r"(?P<who>(?:(?:the|a|an|his|her|its|their)\s)?[\w'’-]+(?:\s[A-Z][\w'’-]+){0,3})"
    r"(?P<rest>[\s.,].*)"
)


def active(claim: str) -> str | None:
    """The claim with its passive turned, «A praised B» for «B was praised by A»."""
    m = _PASSIVE.fullmatch(claim)
    if m is None:
        return None
    return f"{m['who']} {m['verb']} {m['whom']} {m['middle']}".rstrip() + m["rest"]
