"""Find contradictions: swapped figures and roles, foreign titles, opposites.

Word overlap cannot see that two words were swapped. Each function looks for one such
change and reports it only where the source itself has the other reading: another number
for the claim's noun, another title for a name, the opposite of the claim's verb. None
of them confirms a claim.

For a verb that claim and source share, the words before and after it are compared:
«Bell thanked Cole» and «Cole thanked Bell». Passives («was thanked by») are reversed.
Where they share no verb, or only one side of it, there is no contradiction.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import NamedTuple

from digests.language import grammar, numbers, words
from digests.language.names import ROLE_NOUNS, TITLES
from digests.language.words import word_set

_TOKEN = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*|[,;:()]")
_CLAUSE_ENDS = frozenset(",;:()")
#: Words from a number to its noun, and from a title to its name.
_NEAR = 3
_TITLE = 4
_TITLE_REACH = 40
_APPOSITION = re.compile(r"(?:,|\s\()([^,;()]{3,80})[,;).]")


def has_swapped_figures(claim: str, source: str) -> bool:
    """Whether the source has another number for a noun of the claim.

    Args:
        claim: One sentence.
        source: The sentences to compare it with.
    """
    there = [
        (n.value, *_find_neighbour_words(source, n))
        for n in numbers.find_numbers(source)
    ]
    for number in numbers.find_numbers(claim):
        if _is_score(claim, number):
            continue
        before, after = _find_neighbour_words(claim, number)
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


def _find_neighbour_words(text: str, number: numbers.Number) -> tuple[str, str]:
    """The stems of the nearest content words before and after a number, "" if none."""
    before = _TOKEN.findall(text[max(0, number.start - _TITLE_REACH) : number.start])
    after = _TOKEN.findall(text[number.end : number.end + _TITLE_REACH])
    return _find_content_word(before[: -_NEAR - 1 : -1]), _find_content_word(
        after[:_NEAR]
    )


def _find_content_word(tokens: Iterable[str]) -> str:
    clause = takewhile(lambda token: token not in _CLAUSE_ENDS, tokens)
    stems = (words.get_stemmer()(t.lower().replace("’", "'")) for t in clause)
    return next((stem for stem in stems if stem and not stem[0].isdigit()), "")


def has_foreign_title(claim: str, source: str) -> bool:
    """Whether a name of the claim has a title that it never has in the source."""
    for title, name in _find_titled_names(claim):
        mentions = [*_list_mentions(source, name)]
        if mentions and not title <= frozenset().union(*mentions):
            return True
    return False


def _find_titled_names(text: str) -> Iterator[tuple[frozenset[str], str]]:
    """Titles (in lower case) with the last word of the name that follows them."""
    tokens = _TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if token.lower() not in RANK_NOUNS or _is_rank(tokens, at + 1):
            continue
        name = _find_name_at(tokens, at + 1)
        if not name:
            continue
        title = {token.lower()}
        for word in reversed(tokens[max(0, at - 2) : at]):
            if word in _CLAUSE_ENDS or words.is_stop_word(word.lower()) or "'" in word:
                break
            title.add(word.lower())
        yield frozenset(title), name


def _is_rank(tokens: list[str], at: int) -> bool:
    return at < len(tokens) and tokens[at].lower() in RANK_NOUNS


def _find_name_at(tokens: list[str], at: int) -> str:
    """The last of the capitalised words at `at`, "" without any."""
    name = ""
    for token in tokens[at : at + 3]:
        if not token[0].isupper():
            break
        name = token
    return name


def _list_mentions(source: str, name: str) -> Iterator[frozenset[str]]:
    """The words around each mention of a name that may be its title."""
    for m in re.finditer(rf"\b{re.escape(name)}\b", source):
        before = _TOKEN.findall(
            source[max(0, m.start() - 2 * _TITLE_REACH) : m.start()]
        )
        # The first name is between the title and the last one.
        near = [token.lower() for token in before[-_TITLE - 1 :]]
        apposition = _APPOSITION.match(source, m.end())
        if apposition:
            near += [token.lower() for token in _TOKEN.findall(apposition[1])]
        yield frozenset(near)


def has_opposite(claim: str, source: str) -> bool:
    """Whether the source has the opposite of a word of the claim, and not the word."""
    said = frozenset(words.split_words(claim))
    there = frozenset(words.split_words(source))
    for one, other in OPPOSITES:
        if said & one and there & other and not there & one and not said & other:
            return True
    negated = {word for word in said ^ there if word.startswith(_NEGATING)}
    return any(
        word.removeprefix(_NEGATING) in said ^ there
        for word in negated
        if len(word) > _SHORTEST_NEGATED
    )


_SHORTEST_NEGATED = 5
_NEGATING = "un"

_PASSIVE = re.compile(
    r"(?P<whom>.{2,80}?)\s(?:was|were|is|are|(?:has|have|had)\sbeen)\s"
    r"(?P<verb>[a-z]+ed|led|hit|won|sued|built|held|made|sold|found|paid|taught|sent|"
    r"told|shot|struck|caught|bought|brought|lost)\s"
    r"(?P<middle>[^,;:]{0,60}?)by\s"
    r"(?P<who>(?:(?:the|a|an|his|her|its|their)\s)?[\w'’-]+(?:\s[A-Z][\w'’-]+){0,3})"
    r"(?P<rest>[\s.,].*)"
)


def to_active_voice(claim: str) -> str | None:
    """The active form of a passive: «A praised B» for «B was praised by A»."""
    m = _PASSIVE.fullmatch(claim)
    if m is None:
        return None
    return f"{m['who']} {m['verb']} {m['whom']} {m['middle']}".rstrip() + m["rest"]


#: Content words compared on each side of the verb, in the claim and in the source.
_BEFORE, _AFTER = 2, 3
_REACH = 8
_BE = word_set("was were is are been be being")
_AGENT = 8
#: Words read of a sentence.
_LONGEST = 200


class _Act(NamedTuple):
    """A verb with the stems of the content words around it, in the active voice."""

    verb: str
    doers: frozenset[str]
    others: frozenset[str]


def has_swapped_roles(claim: str, source: str) -> bool:
    """Whether agent and patient of a common verb are swapped."""
    acts = list(_iter_acts(claim, _BEFORE, _AFTER))
    return any(
        act.verb == other.verb
        and act.doers & other.others
        and act.others & other.doers
        and not act.doers & other.doers
        for other in _iter_acts(source, _REACH, _REACH)
        for act in acts
    )


def _iter_acts(text: str, before: int, after: int) -> Iterator[_Act]:
    tokens = words.split_words(text)[:_LONGEST]
    for at, token in enumerate(tokens):
        if words.is_stop_word(token) or not grammar.looks_finite(token):
            continue
        verb, right = words.stem_word(token), tokens[at + 1 :]
        left = _collect_stems(reversed(tokens[:at]), before)
        passive = _BE.intersection(tokens[max(0, at - 2) : at]) or right[:1] == ("by",)
        if not passive:
            yield _Act(verb, left, _collect_stems(right, after))
        elif "by" in right[:_AGENT]:
            agent = right[right.index("by") + 1 :]
            yield _Act(verb, _collect_stems(agent, after), left)


def _collect_stems(tokens: Iterable[str], most: int) -> frozenset[str]:
    """The stems of the first content words."""
    stems = filter(None, map(words.get_stemmer(), tokens))
    return frozenset(islice(stems, most))


#: Nouns for what somebody is, before a name.
RANK_NOUNS = ROLE_NOUNS | TITLES

#: Units of different things: equal ones do not identify what is counted.
SHARED_UNITS = word_set("""
    percent percentage point dollar euro pound crown yen million billion thousand time
    hour minute second week month day metre meter kilometre kilometer mile ton tonne
""")

_OPPOSITES = """
    rise rises rose risen rising climb climbs climbed grew grow grows grown gained gain
    gains increase increases increased up jumped soared higher raise raised
    / fall falls fell fallen falling drop drops dropped shrank shrink lost decline
    declines declined decrease decreased down slumped plunged lower cut lowered
  ; win wins won beat beats beaten victory / lose loses lost defeat defeated
  ; support supports supported back backs backed / oppose opposes opposed
  ; accept accepts accepted approve approved / reject rejects rejected refused
  ; admit admits admitted confirmed confirms / deny denies denied
  ; open opens opened reopen reopened / close closes closed shut
  ; succeed succeeded success / fail fails failed failure
  ; buy buys bought / sell sells sold
  ; hire hires hired appointed / fire fires fired sacked dismissed
  ; before / after ; more / less fewer ; first / last
  ; guilty convicted / innocent acquitted cleared
  ; alive survived / dead died killed ; legal allowed / illegal banned
  ; praised praise welcomed / criticised criticized condemned
  ; women women's women’s womens / men men's men’s mens ; oldest eldest / youngest
  ; largest biggest / smallest
"""
_PAIRS = [map(word_set, pair.split("/")) for pair in _OPPOSITES.split(";")]

#: Words that turn a statement into its opposite, both ways.
OPPOSITES = tuple(pair for one, two in _PAIRS for pair in ((one, two), (two, one)))
