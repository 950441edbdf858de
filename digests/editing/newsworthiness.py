"""Rate a story by what it reports, as an editor of general news orders an edition.

An editor asks what happened to how many, who decided what for whom, and how much money
it is about. That stands in the headline and the first sentences. The rating is a linear
model over the subjects that they name (`newsworthiness.txt`), the numbers beside them,
and what of them stands together («minister», «resigns»). `python -m
tests.bench.order_fit` fits its weights (`weights.txt`) on the editions of
tests/data/ordering; nobody should change one by hand.

The words name no events: each must hold in any article of its language.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from digests.editing import report_form
from digests.language import numbers
from digests.language.numbers import Number
from digests.language.words import load_weights, load_word_rows, resolve_language
from digests.types import Article, ArticleKind

WEIGHTS = load_weights(__file__, "weights.txt")
#: The most characters that are read of a headline, and of the text behind it.
_READ_TITLE, _READ_CHARACTERS = 900, 1300
#: Numbers, and phrases that mean no harm, are looked for in so many characters.
_COUNTED_CHARACTERS = 1000
#: Articles of a story that are weighed.
_READ_ARTICLES = 6
#: Kinds of which the text counts, and not only the headline.
_REPORTS = frozenset[ArticleKind](("news", "live"))
#: Subjects whose numbers say how many were harmed or how much is dangerous.
_HARM = ("killed", "died", "held", "hurt", "ill", "without", "recalled", "stolen")
#: What a word of harm counts beside each power of ten of those harmed.
_HARMED = 0.8
#: Subjects of what happened or was decided.
_EVENTFUL = frozenset(
    (
        *(*_HARM, "war", "disaster", "accident", "crime", "peace", "power", "guilty"),
        *("charged", "bribery", "courts", "decides", "strike", "neglect", "economy"),
        "falls",
    )
)
#: Subjects of words that mean other things too: one word alone counts half.
_VAGUE = frozenset(
    (
        *("sport", "show", "curiosities", "listings", "companies", "campaign"),
        *("quarrel", "remembers"),
    )
)
#: Below the headline one more word for so many characters makes a subject sure.
_WORD_FOR = 900
#: Subjects that weigh nothing alone: what numbers count.
_COUNTED = frozenset(("people", "money"))
#: Of words that any sentence has, those that begin one: «How …», «Pensions: what …».
_OPENS = re.compile(r"^\W{0,2}$|[:–]\s$")
_LEAST_PEOPLE, _LEAST_MONEY = 300, 1_000_000
#: What a subject or a number counts that stands below the headline: in the first
#: characters of the text, and behind them.
_OPENING_CHARACTERS, _OPENING_SHARE, _BACKGROUND = 500, 0.5, 0.25
#: Subjects that mean nothing so many characters below the headline.
_REACH = {
    "explains": _OPENING_CHARACTERS,
    "listings": _OPENING_CHARACTERS,
}
#: The powers of ten that a number counts at most.
_MOST_SIZE = 3.5
_SIGNS = re.compile(r"[$£€¥₹₦]\s?$|\b(?:Rs\.?|USD|EUR|GBP|N)\s?$")
#: Characters between a word and its number, and before what a number counts.
_NEAR_NUMBER, _NEAR_COUNTED = 45, 30
_ANIMALS = (
    "animals?|birds?|cows?|cattle|sheep|pigs?|goats?|hens?|chickens?|turkeys?|ducks?"
    "|geese|dogs?|fish|Tiere?|Vögel|Rinder|Schafe|Schweine|Hühner|Puten|Enten|Gänse"
    "|Hunde|Fische"
)
#: The least that a vague amount stands for.
_VAGUE_AMOUNTS = {
    "dozens": 24,
    "dutzende": 24,
    "scores of": 40,
    "hundreds": 200,
    "hunderte": 200,
    "thousands": 2000,
    "tausende": 2000,
}
_VAGUE_AMOUNT = re.compile(rf"\b(?:{'|'.join(_VAGUE_AMOUNTS)})\b", re.IGNORECASE)
#: No harm to people: nobody was hurt, animals were killed, the toll of a bridge.
_YEARS_AGO = r"(?:years|decades|centuries) (?:after|ago|since)\b[^.,]*"
_ANIMALS_KILLED = rf"(?:{_ANIMALS})\b[^.]{{0,40}}?\b(?:killed|culled|getötet|gekeult)\b"
_SPARED = re.compile(
    r"\b(?:(?:no ?body|no one|none|niemand)\b[^.]{0,30}|verletzt wurde niemand\b"
    r"|like an? \w+|Premier League\b|(?:bridge|road|tunnel) toll\b"
    r"|(?:flood|fire|storm|disaster|accident|crash|war) (?:courses?|insurance)\b"
    # «Wie … mitteilte» explains nothing
    r"|Wie(?=\s[^.?]{0,120}\b(?:mitteil|berichte|gab|melde|erklärt|sagt)\w*)"
    r"|murder (?:conviction|charge|trial|case|appeal)s?\b"
    r"|(?:of|with|for|denie[sd]) murder\b|wegen Mordes\b"
    # who is none, and what was long ago
    r"|(?:as|vice|for|be|become|becoming|next|days as) president\b"
    r"|(?:two|three|four|five|six|seven|eight|nine|(?:tw|th|f|s|e|n)\w+ty|ten) "
    rf"{_YEARS_AGO}"
    rf"|\d[\d.,]* (?:{_ANIMALS_KILLED}|{_YEARS_AGO})|{_YEARS_AGO}|{_ANIMALS_KILLED})",
    re.IGNORECASE,
)
#: A number of these is no count of people.
_MEASURED = re.compile(
    r"(?<=, \d\d)[,.]|\s?(?:%|percent|per cent|years?|months?|days?|hours?|minutes?|"
    r"km|kilomet\w+|met(?:re|er)s?|degrees|o'clock|Prozent|Jahren?|Tagen?|Stunden?|"
    rf"Minuten?|Uhr|-?year-old|(?:\w+\s)?(?:{_ANIMALS})|"
    r"crowns?|euros?|dollars?|pounds?|Euro)\b",
    re.IGNORECASE,
)
#: Before an age, or a sum of money.
_AGED = re.compile(
    r"\b(?:at|aged|age of|(?:man|woman|boy|girl) of|Alter von|mit)\s$"
    rf"|{_SIGNS.pattern}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;]\s")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
#: An event of a year of the last century; a report of today may name one in an aside.
_LONG_AGO = re.compile(
    r"(?:^|[.!?:]\s)\W*(?:(?:[Ii]n|[Aa]m|[Ii]m|[Oo]n|[Bb]y)\s)?(?:\w+\s)?"
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)?,?\s)?(?:\w+\s)?1[89]\d\d\b"
    r"|\b(?:killed|died|sunk|shot|fell|verhaftet|gefallen|getötet|starb) in 1[89]\d\d\b"
)
#: Beats whose stories are of one topic, whatever they name.
_BEATS = ("sport", "show", "companies", "curiosities")

#: Words in phrases of this table name nothing.
_FIGURATIVE = "figurative"

#: The endings that a word of so many letters may have besides, and after a final e.
_ENDINGS = {"en": ("(?:e?[sd]|ing)?", "(?:e[sd]?|ing)"), "de": ("(?:e?[nsrm]|e)?", "")}
_INFLECTED = 5

#: Where a text has a subject.
_Place = tuple[int, int]


class _Vocabulary:
    """The words of the subjects in one language."""

    def __init__(
        self, tables: Mapping[str, Sequence[Sequence[str]]], endings: tuple[str, str]
    ) -> None:
        #: From a word to its subjects, each with the words that must follow.
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        forms: dict[str, list[str]] = defaultdict(list)
        for subject, rows in tables.items():
            for written in (word for row in rows for word in row):
                if "*" in written:
                    forms[subject].append(written.replace("*", r"\w*"))
                elif "_" not in written and len(written) >= _INFLECTED:
                    forms[subject].append(_add_endings(written, *endings))
                else:
                    first, *rest = written.split("_")
                    self._phrases[first].append((tuple(rest), subject))
        self._forms = {name: re.compile("|".join(f)) for name, f in forms.items()}
        self._classify = lru_cache(maxsize=1 << 14)(self._classify_word)

    def _classify_word(self, word: str) -> Sequence[tuple[tuple[str, ...], str]]:
        found = [((), name) for name, f in self._forms.items() if f.fullmatch(word)]
        phrases = self._phrases.get(word, ())
        # What names nothing comes first.
        return sorted((*phrases, *found), key=lambda p: p[1] != _FIGURATIVE)

    def find_subjects(self, text: str) -> Mapping[str, Sequence[_Place]]:
        """The subjects of a text, and where it names them."""
        found: dict[str, list[_Place]] = defaultdict(list)
        places = [m.span() for m in _WORD.finditer(text)]
        words = [text[start:end].lower() for start, end in places]
        spent = 0
        for at, word in enumerate(words):
            fitting = self._classify(word)
            if not fitting or at < spent:
                continue
            for rest, subject in fitting:
                last = at + len(rest)
                if rest and tuple(words[at + 1 : last + 1]) != rest:
                    continue
                if subject == _FIGURATIVE:
                    spent = last + 1
                    break
                found[subject].append((places[at][0], places[last][1]))
        return found


@lru_cache(maxsize=2)
def _load_vocabulary(lang: str) -> _Vocabulary:
    tables = load_word_rows(__file__, "newsworthiness.txt")
    return _Vocabulary(
        {
            name.removesuffix("_de"): rows
            for name, rows in tables.items()
            if name.endswith("_de") == (lang == "de")
        },
        _ENDINGS["de" if lang == "de" else "en"],
    )


def _add_endings(word: str, endings: str, after_e: str) -> str:
    if after_e and word.endswith("e"):
        return word[:-1] + after_e
    return word + endings


def weigh_story(articles: Sequence[Article], kinds: Mapping[str, ArticleKind]) -> float:
    """The weight of a story: between that of its lead and of its heaviest report.

    The lead is what is shown; a headline of it may leave out what others have.

    Args:
        articles: Of one story, the lead first.
        kinds: From article to kind; an article without one is news.
    """
    weights = [
        weigh_report(article, kinds.get(article.id, "news"))
        for article in articles[:_READ_ARTICLES]
    ]
    return (weights[0] + max(weights)) / 2


def weigh_report(article: Article, kind: ArticleKind) -> float:
    """How much of what matters to many an article reports, more than 0."""
    rating = WEIGHTS["bias"] + sum(
        WEIGHTS.get(name, 0.0) * value for name, value in iter_properties(article, kind)
    )
    return math.log1p(math.exp(rating))


def find_beats(text: str, lang: str | None) -> frozenset[str]:
    """The beats of less weight that a headline belongs to."""
    found = _load_vocabulary(resolve_language(lang)).find_subjects(text)
    return frozenset(_BEATS).intersection(found)


def iter_properties(article: Article, kind: ArticleKind) -> Iterator[tuple[str, float]]:
    """What the rating counts, each with its size."""
    title = _SPARED.sub(" ", (article.title or "")[:_READ_TITLE])
    # Beside news stand lives and views, which name what they do not report.
    read = kind in _REPORTS or not title
    body = article.text[:_READ_CHARACTERS] if read else ""
    opening, rest = body[:_COUNTED_CHARACTERS], body[_COUNTED_CHARACTERS:]
    text = f"{title}. {_SPARED.sub(' ', opening)}{rest}"
    # A text without a title has its first sentence as the headline.
    first = _SENTENCE_END.search(text, len(title) + 2)
    head_end = len(title) or (first.start() if first else len(text))
    found = _load_vocabulary(resolve_language(article.lang)).find_subjects(text)
    head = {name for name, places in found.items() if places[0][0] < head_end}
    # That a head of state died is news, however the text tells the life.
    leader_died = {"leader", "died"} <= head
    if leader_died and kind != "news":
        yield from iter_properties(article, "news")
        return
    yield "report", float(kind in _REPORTS or kind == "obituary")
    yield "leader died", float(leader_died)
    yield "uneventful head", float(_EVENTFUL.isdisjoint(head))
    if body:
        end = head_end + _OPENING_CHARACTERS
        yield "long ago", float(bool(_LONG_AGO.search(text, 0, end)))
        yield from report_form.iter_form(article.title or "", article.text)
    counted = text[:_COUNTED_CHARACTERS]
    amounts = _find_amounts(counted, article.lang)
    # At a memorial the dead of long ago are counted.
    harmed = () if "remembers" in head else amounts
    for name, places in found.items():
        value = _measure_subject(name, places, text, head_end)
        if name in _HARM:
            near = [
                number
                for place in places
                if (number := _find_nearest(counted, place, harmed))
            ]
            most = max((number.value for number in near), default=1)
            share = _share_of(places[0][0], head_end)
            yield name, _HARMED * value + share * _measure_size(most)
        elif name not in _COUNTED:
            yield name, value
    yield from _iter_sizes(counted, found, amounts)


def _measure_subject(
    name: str, places: Sequence[_Place], text: str, head_end: int
) -> float:
    """How much a subject counts where a text has it, 1 at most.

    Below the headline several words make it sure.
    """
    if name in _REACH:
        places = [p for p in places if p[0] < head_end + _REACH[name]]
    if name == "explains":
        places = [p for p in places if _OPENS.search(text[max(0, p[0] - 3) : p[0]])]
    if not places:
        return 0.0
    words = {text[start:end].lower() for start, end in places}
    if places[0][0] < head_end:
        return 0.5 if name in _VAGUE and len(words) == 1 else 1.0
    needed = 1 + len(text) // _WORD_FOR
    return _share_of(places[0][0], head_end) * min(1.0, len(words) / needed)


def _share_of(start: int, head_end: int) -> float:
    if start < head_end:
        return 1.0
    return _OPENING_SHARE if start < head_end + _OPENING_CHARACTERS else _BACKGROUND


def _find_amounts(text: str, lang: str | None) -> Sequence[Number]:
    """The numbers that may count something, vague ones too; no years."""
    vague = (
        Number(
            start=m.start(),
            end=m.end(),
            value=_VAGUE_AMOUNTS[m[0].lower()],
            shape="words",
        )
        for m in _VAGUE_AMOUNT.finditer(text)
    )
    return [
        number
        for number in (*numbers.find_numbers(text, lang), *vague)
        if number.value >= 1 and not 1900 <= number.value < 2100
    ]


def _iter_sizes(
    text: str, found: Mapping[str, Sequence[_Place]], amounts: Sequence[Number]
) -> Iterator[tuple[str, float]]:
    """The powers of ten of those who are concerned, and of the money."""
    people = money = 1.0
    for number in amounts:
        if _stands_behind(number, found.get("people", ())):
            people = max(people, number.value / _LEAST_PEOPLE)
        elif _stands_behind(number, found.get("money", ())) or _SIGNS.search(
            text[: number.start][-6:]
        ):
            money = max(money, number.value / _LEAST_MONEY)
    yield "people size", _measure_size(people)
    yield "money size", _measure_size(money)


def _stands_behind(number: Number, places: Sequence[_Place]) -> bool:
    return any(0 <= start - number.end < _NEAR_COUNTED for start, _ in places)


def _find_nearest(text: str, place: _Place, amounts: Sequence[Number]) -> Number | None:
    """The whole number nearest to a word, in its sentence."""
    start, end = place
    near = [
        number
        for number in amounts
        if _measure_gap(number, place) <= _NEAR_NUMBER
        and not _SENTENCE_END.search(
            text[min(number.end, end) : max(number.start, start)]
        )
        and not _MEASURED.match(text, number.end)
        and not _AGED.search(text[max(0, number.start - 16) : number.start])
    ]
    return min(near, key=lambda n: (_measure_gap(n, place), -n.value), default=None)


def _measure_gap(number: Number, place: _Place) -> int:
    return max(number.start - place[1], place[0] - number.end)


def _measure_size(value: float) -> float:
    """The powers of ten of an amount."""
    return min(_MOST_SIZE, math.log10(value))
