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

from digests.language import numbers, sentences
from digests.language.numbers import Number
from digests.language.words import load_weights, load_word_rows, resolve_language
from digests.types import Article, ArticleKind

WEIGHTS = load_weights(__file__, "weights.txt")
#: Sentences after the headline that are read, and the most characters of them.
_READ_SENTENCES, _READ_CHARACTERS = 2, 900
#: Articles of a story that are weighed.
_READ_ARTICLES = 6
#: Kinds of which the text counts, and not only the headline.
_REPORTS = frozenset[ArticleKind](("news", "live"))
#: Subjects whose numbers count people that were harmed.
_HARM = ("killed", "died", "held", "hurt", "ill")
#: Subjects that are more than each of them where a headline has both.
_TOGETHER = (
    ("leader", "died"),
    ("former", "died"),
    ("former", "leader"),
    ("leader", "show"),
    ("leader", "local"),
    ("office", "talk"),
    ("leader", "falls"),
    ("office", "falls"),
    ("local", "falls"),
)
_LEAST_PEOPLE, _LEAST_MONEY = 300, 1_000_000
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
#: No harm to people: nobody was hurt, animals were killed, the toll of a bridge.
_SPARED = re.compile(
    r"\b(?:no ?body|no one|none|niemand)\b[^.]{0,30}|\bverletzt wurde niemand\b"
    r"|\blike an? \w+"
    r"|\b(?:bridge|road|tunnel) toll\b|\b\w+ (?:courses?|insurance)\b"
    r"|\bmurder (?:conviction|charge|trial|case|appeal)s?\b"
    r"|\b(?:of|with|for|denie[sd]) murder\b|\bwegen Mordes\b"
    # who is none, and what was long ago
    r"|\b(?:as|vice|for|be|become|becoming|next|days as) president\b"
    r"|\b[\w,]+ (?:years|decades|centuries) (?:after|ago|since)\b[^.,]*"
    rf"|(?:\b\d[\d.,]* )?\b(?:{_ANIMALS})\b[^.]{{0,40}}?"
    r"\b(?:killed|culled|getötet|gekeult)\b",
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
#: A report says when it happened, as no feature and no column does.
_DATED = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[Tt]oday|[Yy]esterday|[Tt]onight"
    r"|[Oo]vernight|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend|[Hh]eute"
    r"|[Gg]estern)\b"
)
#: A column and a feature speak of «us» and to «you», outside of quotations.
_ADDRESSES = re.compile(
    r"\b(?:I|[Ww]e|[Uu]s|[Oo]ur|[Yy]ou|[Yy]our|[Mm]y|[Ww]ir|[Uu]ns|[Ii]ch)\b|\?"
)
#: What happened, was said or will be; an opening without it says how things are.
_TELLS = re.compile(
    r"\b(?:was|were|had|did|will|to be|[a-z]{2,}ed|said|says|took|went|made|came|gave"
    r"|got|held|led|lost|met|won|saw|sent|rose|fell|left|began|told|kept|brought|built|put"
    r"|cut|let|grew|paid|spent|spoke|hit|shot|struck|sank|died|hat|haben|ist|sind|wurden?|wird"
    r"|werden|soll|sollen|war|waren)\b"
)
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]*[\"”“»]")
#: Beats whose stories are of one topic, whatever they name.
_BEATS = ("sport", "show", "companies", "curiosities")

#: Where a text has a subject.
_Place = tuple[int, int]


class _Vocabulary:
    """The words of the subjects in one language."""

    def __init__(self, tables: Mapping[str, Sequence[Sequence[str]]]) -> None:
        #: From a word to its subjects, each with the words that must follow.
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        forms: dict[str, list[str]] = defaultdict(list)
        for subject, rows in tables.items():
            for written in (word for row in rows for word in row):
                if "*" in written:
                    forms[subject].append(written.replace("*", r"\w*"))
                else:
                    first, *rest = written.split("_")
                    self._phrases[first].append((tuple(rest), subject))
        self._forms = {name: re.compile("|".join(f)) for name, f in forms.items()}
        self._classify = lru_cache(maxsize=1 << 14)(self._classify_word)

    def _classify_word(self, word: str) -> Sequence[tuple[tuple[str, ...], str]]:
        found = [((), name) for name, f in self._forms.items() if f.fullmatch(word)]
        return (*self._phrases.get(word, ()), *found)

    def find_subjects(self, text: str) -> Mapping[str, Sequence[_Place]]:
        """The subjects of a text, and where it names them."""
        found: dict[str, list[_Place]] = defaultdict(list)
        places = [m.span() for m in _WORD.finditer(text)]
        words = [text[start:end].lower() for start, end in places]
        for at, word in enumerate(words):
            for rest, subject in self._classify(word):
                last = at + len(rest)
                if tuple(words[at + 1 : last + 1]) == rest:
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
        }
    )


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
    title = _SPARED.sub(" ", article.title or "")
    # Beside news stand lives and views, which name what they do not report.
    body = _read_opening(article) if kind in _REPORTS or not title else ""
    text = f"{title}. {_SPARED.sub(' ', body)}"
    # A text without a title has its first sentence as the headline.
    first = _SENTENCE_END.search(text, len(title) + 2)
    head_end = len(title) or (first.start() if first else len(text))
    found = _load_vocabulary(resolve_language(article.lang)).find_subjects(text)
    head = {name for name, places in found.items() if places[0][0] < head_end}
    yield f"kind {kind}", 1.0
    for name in found:
        yield name, 1.0
    for name in head:
        yield f"{name} head", 1.0
    for one, other in _TOGETHER:
        if one in head and other in head:
            yield f"{one} {other}", 1.0
    if body:
        said = _QUOTED.sub(" ", body)
        yield "dated", float(bool(_DATED.search(said)))
        yield "addresses", float(bool(_ADDRESSES.search(said)))
        yield "states", float(not _TELLS.search(said))
    yield from _iter_sizes(text, found, article.lang)


def _read_opening(article: Article) -> str:
    text = article.text[:_READ_CHARACTERS]
    spans = sentences.split_sentences(text, article.lang)[:_READ_SENTENCES]
    return text[: spans[-1].end] if spans else ""


def _iter_sizes(
    text: str, found: Mapping[str, Sequence[_Place]], lang: str | None
) -> Iterator[tuple[str, float]]:
    """The powers of ten of those who were harmed or are concerned, and of the money."""
    counted = [
        n
        for n in numbers.find_numbers(text, lang)
        if n.value >= 1 and not 1900 <= n.value < 2100
    ]
    for name in _HARM:
        sizes = (_measure_size(text, place, counted) for place in found.get(name, ()))
        yield f"{name} size", max(sizes, default=0.0)
    people = money = 1.0
    for number in counted:
        if _stands_behind(number, found.get("people", ())):
            people = max(people, number.value / _LEAST_PEOPLE)
        elif _stands_behind(number, found.get("money", ())) or _SIGNS.search(
            text[: number.start][-6:]
        ):
            money = max(money, number.value / _LEAST_MONEY)
    yield "people size", min(_MOST_SIZE, math.log10(people))
    yield "money size", min(_MOST_SIZE, math.log10(money))


def _stands_behind(number: Number, places: Sequence[_Place]) -> bool:
    return any(0 <= start - number.end < _NEAR_COUNTED for start, _ in places)


def _measure_size(text: str, place: _Place, counted: Sequence[Number]) -> float:
    """The powers of ten of the whole number nearest to a word, in its sentence."""
    start, end = place
    near = [
        (distance, -n.value)
        for n in counted
        if (distance := max(n.start - end, start - n.end)) <= _NEAR_NUMBER
        and not _SENTENCE_END.search(text[min(n.end, end) : max(n.start, start)])
        and not _MEASURED.match(text, n.end)
        and not _AGED.search(text[max(0, n.start - 16) : n.start])
    ]
    return min(_MOST_SIZE, math.log10(-min(near)[1])) if near else 0.0
