"""Find what a figure measures, in the article's own words: English and German.

There is no grammar: the words right beside the figure decide, in this order. The noun
after it («a 38-centimetre crack», «210 kilometres of cable»), the noun it describes («a
detour of 19 kilometres»), the object that a verb moves («raised the price of milk by»),
the subject of a verb of value («revenue rose by 8.3%»), and last what the figure before
it measures («up from 55 cents»). Where none of them is certain it is "".

German nouns have capitals, so that positions suffice: the counted noun («12.000
Beschäftigte»), the noun after a measure («das 14 Kilometer entfernte Freibad»), the
noun before «von» («ein Defizit von 3 Millionen Euro»), and the subject of a verb of
value («der Eintritt steigt», «steigt der Eintritt»).
"""

from collections.abc import Sequence

from digests.figures import phrases
from digests.figures.phrases import (
    BARE_NOUNS,
    CHANGE_WORDS,
    FORMS_OF_BE,
    HARM_WORDS,
    HARMING_VERBS,
    MOVING_VERBS,
    VALUE_VERBS,
    ClassedWord,
    NounPhrase,
)
from digests.language.regexes import make_regex
from digests.language.words import word_list, word_set
from digests.types import frozen_positional

_CHANGE_BY = word_set("by to at from for")
_COMPARED = word_set("from against than above below with to")
_OVER_ALL = word_set("of the its his her their these those")
_LEADS = word_set("a an the its his her their our my your this that")
_UP_OR_DOWN = word_set("up down")
#: The greatest distance in words of a figure whose noun this one shares.
_SHARING = 12


@frozen_positional
class FigurePlace:
    """The place of a figure in its sentence.

    `first` to `last` are its words, hedge and range included, end exclusive.
    """

    text: str
    found: Sequence[ClassedWord]
    first: int
    last: int
    #: Whether it is a span of time.
    lasts: bool
    #: Whether a hyphen joins it to what follows («four-day trip»).
    tied: bool
    #: Last word and noun of the figure before it in the sentence; (0, "") if none.
    previous: tuple[int, str]

    def word(self, at: int) -> str:
        """The lower-case word at `at`, or "" beyond the sentence."""
        return self.found[at].low if 0 <= at < len(self.found) else ""

    def kind(self, at: int) -> str:
        """The class of the word at `at`; beyond the sentence «stop»."""
        return self.found[at].kind if 0 <= at < len(self.found) else "stop"

    def before(self, at: int) -> NounPhrase | None:
        """The noun phrase that ends right before word `at`."""
        return phrases.find_phrase_before(self.found, at)

    def format(self, phrase: NounPhrase | None) -> str:
        """A phrase's words, or ""."""
        return phrases.format_phrase(self.text, self.found, phrase) if phrase else ""


def label_measure(place: FigurePlace) -> str:
    """What a figure with a unit measures, or ""."""
    for rule in (_before_noun, _of_noun, _head_of, _moved, _value, _shared):
        answer = rule(place)
        if answer is not None:
            return answer
    return ""


def label_count(place: FigurePlace) -> str:
    """The plural noun that a bare number counts, or ""."""
    at = place.last
    others = place.word(at) == "others"
    harm = at + others + (others and place.word(at + 1) in phrases.FORMS_OF_BE)
    if place.word(harm) in HARM_WORDS and place.kind(harm + 1) != "noun":
        return place.word(harm)
    if place.word(at) == "of" and place.word(at + 1) in _OVER_ALL:
        at += 2
        while place.kind(at) in ("det", "poss", "number") or (
            place.kind(at) == "noun" and place.kind(at + 1) == "poss"
        ):
            at += 1
    elif place.kind(at) in ("det", "poss"):
        return ""
    phrase = phrases.find_phrase_after(place.found, at, plural=True)
    if phrase is None:
        return ""
    first, last = place.found[phrase.first], place.found[phrase.last - 1]
    return place.text[first.start : last.end]


def label_bare_number(place: FigurePlace) -> str:
    """The subject of a number without unit and noun, or ""."""
    harmed = HARMING_VERBS.get(place.word(place.first - 1))
    if harmed:
        return harmed
    for rule in (_head_of, _moved, _value):
        answer = rule(place)
        if answer:
            return answer
    phrase = place.before(place.first)
    if phrase and place.word(phrase.last - 1).removesuffix("s") in BARE_NOUNS:
        return place.format(phrase)
    return ""


def _before_noun(place: FigurePlace) -> str | None:
    """«a 38-centimetre crack», «the £4.6 million scheme», «an 8% rise in sales»."""
    ahead = place.first - 1
    if place.kind(ahead) == "noun" and place.kind(ahead - 1) in ("det", "poss"):
        ahead -= 1
    leads = place.word(ahead) in _LEADS or place.kind(ahead) == "poss"
    if not (place.tied or leads) or place.kind(place.last) == "det":
        return None
    phrase = phrases.find_phrase_after(place.found, place.last, tied=place.tied)
    if phrase and place.word(phrase.last - 1) in CHANGE_WORDS:
        phrase = phrases.extend_phrase(place.found, phrase, "of", "in")
    return place.format(phrase) if phrase else None


def _of_noun(place: FigurePlace) -> str | None:
    """«210 kilometres of cable», «£5 million worth of goods»."""
    at = place.last + (place.word(place.last) == "worth")
    if place.word(at) != "of" or place.word(place.first - 1) == "within":
        return None
    return place.format(phrases.find_phrase_after(place.found, at + 1)) or None


def _head_of(place: FigurePlace) -> str | None:
    """«a detour of 19 kilometres», «a trade pact worth $5m»."""
    if place.word(place.first - 1) not in ("of", "worth"):
        return None
    phrase = place.before(place.first - 1)
    return place.format(_attach_head(place, phrase)) if phrase else None


def _attach_head(place: FigurePlace, phrase: NounPhrase) -> NounPhrase:
    """«cost of the work» for «work»."""
    first = phrase.first
    while place.kind(first - 1) in ("det", "poss"):
        first -= 1
    head = place.before(first - 1) if place.word(first - 1) == "of" else None
    return NounPhrase(head.first, phrase.last) if head else phrase


def _moved(place: FigurePlace) -> str | None:
    """«raised the price of milk by 3.5 pence», «volumes by 5%, and prices by 3%»."""
    preposition = place.word(place.first - 1)
    phrase = place.before(place.first - 1)
    if phrase is None or preposition not in _CHANGE_BY:
        return None
    whole = _attach_head(place, phrase)
    at = whole.first - 1
    while place.kind(at) in ("det", "poss", "adv"):
        at -= 1
    joined = preposition == "by" and place.word(at) in ("and", ",")
    moves = preposition != "for" and place.word(at) in MOVING_VERBS
    return place.format(whole) if joined or moves else None


def _value(place: FigurePlace) -> str | None:
    """«revenue rose by 8.3%», «the scheme will cost £4.6 million»: the subject."""
    at = place.first
    plain = place.word(at - 1) not in _CHANGE_BY
    at -= not plain
    turned = False
    while place.kind(at - 1) == "adv":
        at -= 1
        turned = turned or place.word(at) in _UP_OR_DOWN
    verb = place.word(at - 1)
    if turned and verb == ",":
        return place.format(place.before(at - 1)) if plain else None
    stated = verb in FORMS_OF_BE and (turned or (plain and not place.lasts))
    nominal = place.kind(at - 2) in ("det", "poss", "prep") and (
        place.word(at - 2) != "to"
    )
    if not stated and (nominal or verb not in VALUE_VERBS):
        return None
    return place.format(phrases.find_verb_subject(place.found, at - 1))


def _shared(place: FigurePlace) -> str | None:
    """«up from 55 cents», «to €46 million»: what the figure before it measures."""
    last, noun = place.previous
    at = place.first - 1 - (place.kind(place.first - 1) == "det")
    near = place.first - last <= _SHARING
    return noun if near and place.word(at) in _COMPARED else None


_GERMAN_VALUE_VERBS = "|".join(
    word_list("""
    kostet kosten kostete kosteten steigt steigen stieg stiegen sinkt sinken sank sanken
    fällt fallen fiel fielen wächst wachsen wuchs wuchsen beträgt betragen betrug
    betrugen dauert dauern dauerte dauerten dauere wiegt wiegen wog misst maß klettert
    kletterte kletterten erreicht erreichte erreichten liegt lag beläuft belief umfasst
    umfasste schrumpft schrumpfte legte legt gestiegen gesunken gefallen gewachsen
    """)
)
_GERMAN_NOUN = (
    r"(?!(?:Jahre?n?|Monate?|Wochen?|Tage?n?|Stunden?|Uhr|\w+tag|Mittwoch|Januar|Februar|"
    r"März|April|Mai|Juni|Juli|August|\w+ber|Million(?:en)?|Milliarden?|Euro|Prozent|"
    r"Zeit|Mal|Der|Die|Das|Den|Dem|Des|Eine?[mnrs]?|Mehr|Seine?|Ihre?|[A-ZÄÖÜ]+)\b)"
    r"[A-ZÄÖÜ][\w-]{2,}"
)
#: Articles and adjectives before a noun.
_GERMAN_ADJECTIVES = (
    r"(?:(?:[Dd](?:er|ie|as|en|em|es)|[Ee]ine?[mnrs]?|[Ss]eine?|[Ii]hre?|"
    r"[Mm]ehr\sals|[a-zäöüß-]{3,}e[mnrs]?)\s)"
)
_GERMAN_COUNTED = make_regex(
    r"(?:\s(?:der|seiner|ihrer|dieser|aller))?\s"
    rf"((?:[a-zäöüß-]{{3,}}e[mnrs]?\s){{0,2}}{_GERMAN_NOUN})"
)
_GERMAN_AFTER = make_regex(
    r"(?:\s(?:der|des|an))?\s(?!weniger)"
    rf"(?:[a-zäöüß-]{{4,}}e[mnrs]?\s){{0,2}}({_GERMAN_NOUN})"
)
_GERMAN_COMPARED = make_regex(r"\b(?:auf|von)\s\|\||\|\|\s(?:mehr|weniger)\b")
_GERMAN_BEFORE = (
    make_regex(rf"({_GERMAN_NOUN})\svon\s$"),
    # «… steigt der Eintritt auf», «der Eintritt steigt auf».
    make_regex(
        rf"\b(?:{_GERMAN_VALUE_VERBS})\s{_GERMAN_ADJECTIVES}{{0,4}}({_GERMAN_NOUN})"
        r"[^,;:.„“–—()]*$"
    ),
    make_regex(
        rf"(?:^|[,;:.„“–—()])\s*{_GERMAN_ADJECTIVES}{{0,4}}({_GERMAN_NOUN})"
        rf"[^,;:.„“–—()]*\b(?:{_GERMAN_VALUE_VERBS})\b[^,;:.„“–—()]*$"
    ),
)
_GERMAN_REACH = 200


def label_german_count(text: str, end: int) -> str:
    """The noun right after a bare number, with the adjectives before it, or ""."""
    counted = _GERMAN_COUNTED.match(text, end)
    return counted[1] if counted else ""


def label_german_measure(
    text: str, sentence_start: int, start: int, end: int, shared: str
) -> str:
    """What the figure `text[start:end]` measures, or "".

    Args:
        text: The article's text.
        sentence_start: Where the figure's sentence begins.
        start: Where the figure begins, its hedge included.
        end: Where it ends.
        shared: What the figure before it in the sentence measures.
    """
    before = text[max(sentence_start, start - _GERMAN_REACH) : start]
    after = _GERMAN_AFTER.match(text, end)
    if after is not None:
        return after[1]
    if shared and _GERMAN_COMPARED.search(f"{before}||{text[end : end + 10]}"):
        return shared
    found = (pattern.search(before) for pattern in _GERMAN_BEFORE)
    return next((one[1] for one in found if one), "")
