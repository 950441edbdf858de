"""Tells whether a claim turns round who did what to whom; it parses no grammar.

For a verb that claim and source share, the words in front of it and behind it are
compared: «Bell thanked Cole» against «Cole thanked Bell». Passives («was thanked by»)
count the other way round. Where claim and source share no such verb, or only one
side of it, nothing is said.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from digests.language import verbs, words

#: Content words looked at on each side of the verb, in the claim and in the source.
_BEFORE, _AFTER = 2, 3
_REACH = 8
_BE = frozenset(("was", "were", "is", "are", "been", "be", "being"))
_AGENT = 8
#: Words read of a sentence.
_LONGEST = 200


class _Act(NamedTuple):
    """A verb with the stems of the content words around it, in the active voice."""

    verb: str
    doers: frozenset[str]
    others: frozenset[str]


def turned(claim: str, source: str) -> bool:
    """Whether the source's doer is done to in the claim, for one verb of both."""
    acts = list(_acts(words.tokens(claim)[:_LONGEST], _BEFORE, _AFTER))
    there = _acts(words.tokens(source)[:_LONGEST], _REACH, _REACH)
    return any(
        _is_turned(act, other)
        for other in there
        for act in acts
        if act.verb == other.verb
    )


def _is_turned(claim: _Act, source: _Act) -> bool:
    return bool(
        claim.doers & source.others
        and claim.others & source.doers
        and not claim.doers & source.doers
    )


def _acts(tokens: Sequence[str], before: int, after: int) -> Iterator[_Act]:
    for at, token in enumerate(tokens):
        if words.is_stop(token) or not verbs.looks_finite(token):
            continue
        left = _stems(reversed(tokens[:at]), before)
        passive = _BE.intersection(tokens[max(0, at - 2) : at]) or (
            tokens[at + 1 : at + 2] == ("by",)
        )
        agent = _agent(tokens, at) if passive else 0
        if agent:
            yield _Act(words.stem(token), _stems(tokens[agent:], after), left)
        elif not passive:
            yield _Act(words.stem(token), left, _stems(tokens[at + 1 :], after))


def _agent(tokens: Sequence[str], at: int) -> int:
    """Where the words after «by» begin, 0 where there is none near the verb."""
    near = list(tokens[at + 1 : at + 1 + _AGENT])
    return at + 2 + near.index("by") if "by" in near else 0


def _stems(tokens: Iterable[str], most: int) -> frozenset[str]:
    found: list[str] = []
    for token in tokens:
        if len(found) == most:
            break
        if not words.is_stop(token):
            found.append(words.stem(token))
    return frozenset(found)
