"""Finds what a figure measures in an English sentence, in the article's own words.

No grammar is parsed: the words right beside the figure decide, in this order. What it
stands before («a 38-centimetre crack», «210 kilometres of cable»), what it is said of
(«a detour of 19 kilometres», «the crack, 38 centimetres long»), what a verb of value
beside it speaks of («revenue rose by 8.3%», «raised the price of milk by»), what is
paid for («£3m in damages»), and last what the figure before it measures («up from 55
cents»). Where none of them is plain the answer is "": nobody is told a guess.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digests.figures import phrases
from digests.figures.phrases import Phrase, Word
from digests.figures.tables import (
    ADDERS,
    BARE,
    BE,
    CHANGES,
    DIMENSIONS,
    HARM,
    HARMING,
    HOLDERS,
    MASSES,
    MOVES,
    PASSIVE,
    SPARED,
    VALUES,
)

_CHANGE_BY = frozenset(("by", "to", "at", "from", "for"))
_COMPARED = frozenset(("from", "against", "than", "above", "below", "with", "to"))
_MORE = frozenset(("more", "less", "fewer", "higher", "lower", "above", "below"))
_LINKING = _COMPARED | {",", "up", "down", "well", "compared", "the", "and"}
_UP_OR_DOWN = frozenset(("up", "down"))
_OVER_ALL = frozenset(("of", "the", "its", "his", "her", "their", "these", "those"))
_LEADS = frozenset(
    (
        "a",
        "an",
        "the",
        "its",
        "his",
        "her",
        "their",
        "our",
        "my",
        "your",
        "this",
        "that",
    )
)
_SPENDS = frozenset(("spend", "spends", "spent", "spending"))
#: How far back the figure may stand whose noun this one shares, in words.
_SHARING = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands in its sentence.

    `first` to `last` are its words, hedge and range included, end exclusive.
    """

    text: str
    found: Sequence[Word]
    first: int
    last: int
    #: Money, a share, a span of time or a measure; "" for a bare count.
    sort: str
    #: Whether it is tied to what follows by a hyphen («four-day trip»).
    tied: bool
    #: Last word and noun of the figure before it in the sentence; (0, "") if none.
    previous: tuple[int, str]
    #: Whether the article has a word in small letters somewhere.
    small: Callable[[str], bool]

    def word(self, at: int) -> str:
        """The lower-case word at `at`, or "" beyond the sentence."""
        return self.found[at].low if 0 <= at < len(self.found) else ""

    def kind(self, at: int) -> str:
        """The class of the word at `at`; beyond the sentence there are stops."""
        return self.found[at].kind if 0 <= at < len(self.found) else "stop"

    def said(self, phrase: Phrase | None) -> str:
        """A phrase's words, or ""."""
        if phrase is None:
            return ""
        return phrases.said(self.text, self.found, phrase, self.small)

    def said_of(self, phrase: Phrase) -> str:
        """The same where no name can stand: «Vehicles of 3.5 tonnes»."""
        return phrases.said(self.text, self.found, phrase, lambda _: True)


def measured(place: Place) -> str:
    """What a figure with a unit measures, or ""."""
    for rule in _RULES:
        answer = rule(place)
        if answer is not None:
            return answer
    return ""


def counted(place: Place) -> str:
    """The plural noun that a bare number counts, or ""."""
    at = place.last
    if place.word(at) in HARM and place.kind(at + 1) != "noun":
        return place.word(at)
    if place.word(at) == "of" and place.word(at + 1) in _OVER_ALL:
        at += 2
        while place.kind(at) in ("det", "poss", "number") or (
            place.kind(at) == "noun" and place.kind(at + 1) == "poss"
        ):
            at += 1
    elif place.kind(at) == "det" or place.kind(at) == "poss":
        return ""
    phrase = phrases.after(place.found, at, plural=True, whole=True)
    if phrase is None:
        return ""
    return place.text[
        place.found[phrase.first].start : place.found[phrase.last - 1].end
    ]


def bare(place: Place) -> str:
    """What a number without unit and noun is said of, or ""."""
    harmed = HARMING.get(place.word(place.first - 1))
    if harmed:
        return harmed
    for rule in (_head_of, _mover, _value):
        answer = rule(place)
        if answer:
            return answer
    phrase = phrases.before(place.found, place.first)
    if phrase and place.word(phrase.last - 1).removesuffix("s") in BARE:
        return place.said(phrase)
    return ""


def _before_noun(place: Place) -> str | None:
    """«a 38-centimetre crack», «the £4.6 million scheme», «an 8% rise in sales»."""
    ahead = place.first - 1
    if place.kind(ahead) == "noun" and place.kind(ahead - 1) in ("det", "poss"):
        ahead -= 1
    leads = place.word(ahead) in _LEADS or place.kind(ahead) == "poss"
    if not place.tied and not leads:
        return None
    phrase = phrases.after(place.found, place.last, tied=place.tied)
    if phrase is None or place.kind(place.last) == "det":
        return None
    head = place.word(phrase.last - 1)
    if head in DIMENSIONS:
        return None
    if head in CHANGES:
        phrase = phrases.with_complement(place.found, phrase, of="in of")
    return place.said(phrase)


def _of_noun(place: Place) -> str | None:
    """«210 kilometres of cable», «£5 million worth of goods»."""
    at = place.last
    if place.word(at) == "worth":
        at += 1
    if place.word(at) != "of" or place.word(place.first - 1) == "within":
        return None
    answer = place.said(phrases.after(place.found, at + 1))
    return answer or None


def _head_of(place: Place) -> str | None:
    """«a detour of 19 kilometres», «a rise of 5% in sales»."""
    if place.word(place.first - 1) != "of":
        return None
    phrase = phrases.before(place.found, place.first - 1)
    if phrase is None:
        return None
    phrase = _whole(place, phrase)
    single = phrase.last - phrase.first == 1
    answer = place.said_of(phrase) if single else place.said(phrase)
    if place.word(phrase.last - 1) in CHANGES and place.word(place.last) == "in":
        more = place.said(phrases.after(place.found, place.last + 1))
        return f"{answer} in {more}" if answer and more else answer
    return answer


def _whole(place: Place, phrase: Phrase) -> Phrase:
    """«cost of the work» for «work»."""
    first = phrase.first
    while place.kind(first - 1) in ("det", "poss"):
        first -= 1
    if place.word(first - 1) != "of":
        return phrase
    head = phrases.before(place.found, first - 1)
    return Phrase(head.first, phrase.last) if head else phrase


def _dimension(place: Place) -> str | None:
    """«the crack, 38 centimetres long», «the bridge is 640 metres long»."""
    if place.word(place.last) not in DIMENSIONS:
        return None
    before = place.word(place.first - 1)
    if before == ",":
        return place.said(phrases.before(place.found, place.first - 1))
    if before in BE:
        return place.said(phrases.subject(place.found, place.first - 1))
    return None


def _mover(place: Place) -> str | None:
    """«raised the price of milk by 3.5 pence»: what was raised."""
    preposition = place.first - 1
    if place.word(preposition) not in _CHANGE_BY:
        return None
    phrase = phrases.before(place.found, preposition)
    if phrase is None:
        return None
    whole = _whole(place, phrase)
    at = whole.first - 1
    while place.kind(at) in ("det", "poss", "adv", "number") or (
        place.found[at].low in SPARED if 0 <= at < len(place.found) else False
    ):
        at -= 1
    if place.word(at) in MOVES and place.word(preposition) != "for":
        return place.said(whole)
    # «Volumes rose by 5%, and prices by 3%»
    if place.word(preposition) == "by" and place.word(at) in ("and", ",", "but"):
        return place.said(whole)
    return None


def _value(place: Place) -> str | None:
    """«revenue rose by 8.3%», «the scheme will cost £4.6 million»: the subject."""
    at = place.first
    preposition = ""
    if place.word(at - 1) in _CHANGE_BY | {"about"}:
        at -= 1
        preposition = place.word(at)
    turned = False
    while place.kind(at - 1) == "adv":
        at -= 1
        turned = turned or place.word(at) in _UP_OR_DOWN
    verb = place.word(at - 1)
    if turned and verb == ",":
        phrase = phrases.before(place.found, at - 1)
        hangs = phrase is not None and place.kind(phrase.first - 2) == "prep"
        return None if hangs else place.said(phrase)
    if verb == "worth":
        return _worth(place, at - 1)
    if not _speaks_of_value(place, at - 1, preposition, turned=turned):
        return None
    return place.said(phrases.subject(place.found, at - 1))


def _worth(place: Place, at: int) -> str:
    if place.word(at - 1) in BE:
        return place.said(phrases.subject(place.found, at - 1))
    return place.said(phrases.before(place.found, at))


def _speaks_of_value(place: Place, at: int, preposition: str, *, turned: bool) -> bool:
    verb = place.word(at)
    if phrases.is_raised(place.found, at - 2):
        return verb in VALUES
    if verb in BE:
        return turned or (preposition in ("", "about", "at") and place.sort != "time")
    if verb not in VALUES or place.kind(at - 1) in ("det", "poss", "prep"):
        return False
    if verb in ("come", "comes", "came") and preposition != "to":
        return False
    if verb in PASSIVE:
        return place.word(at - 1) in BE or place.kind(at - 1) in (
            "comma",
            "noun",
            "adv",
        )
    if verb in ADDERS:
        return place.sort == "time"
    return not (verb in HOLDERS and place.sort in ("money", "time"))


def _paid_for(place: Place) -> str | None:
    """«£3m in damages», «£38 off the bill», «€85 million for the line»."""
    if place.sort not in ("money", "share"):
        return None
    at = place.last
    phrase = phrases.after(place.found, at + 1)
    if phrase is None:
        return None
    head = place.word(phrase.last - 1)
    link = place.word(at)
    if link == "in":
        return place.said(phrase) if head in MASSES else None
    if place.sort != "money":
        return None
    spent = any(w.low in _SPENDS for w in place.found[max(0, place.first - 4) : at])
    if link in ("off", "for", "towards") or (link == "on" and spent):
        return place.said(phrase)
    return None


def _linked(place: Place) -> str | None:
    """«to €46 million, from €40 million»: right behind the figure before it."""
    last, noun = place.previous
    between = [w.low for w in place.found[last : place.first]]
    if noun and between and all(w in _LINKING for w in between):
        return noun
    return None


def _shared(place: Place) -> str | None:
    """«up from 55 cents», «to €46 million»: what the figure before it measures."""
    last, noun = place.previous
    if not noun or place.first - last > _SHARING:
        return None
    at = place.first - 1
    if place.kind(at) == "det":
        at -= 1
    if place.word(at) in _COMPARED or place.word(place.last) in _MORE:
        return noun
    return None


_RULES = (
    _before_noun,
    _of_noun,
    _linked,
    _head_of,
    _dimension,
    _mover,
    _value,
    _paid_for,
    _shared,
)
