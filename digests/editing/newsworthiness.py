"""Weigh a story by what it reports: harm, people affected, decisions, money.

An editor asks what happened to how many, who decided what for whom, and how much money
it is about. That stands in the headline and the first sentences. Words of harm and of
decisions have weights; the number beside them adds its size. Sport, entertainment,
products and a firm's routine are news of less weight, whatever numbers they have, and
what is no report at all (reviews, advice, results) comes after everything that is.

The words stand in `newsworthiness.txt`. They name no events: each must hold in any
article of its language.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from digests.language import numbers, sentences
from digests.language.numbers import Number
from digests.language.words import compile_table, load_word_rows
from digests.types import Article, ArticleKind

#: How much of its weight each kind keeps. What is left out here is a report.
KIND_FACTORS: Mapping[ArticleKind, float] = {
    "obituary": 0.5,
    "feature": 0.45,
    "transcript": 0.4,
    "interview": 0.3,
    "opinion": 0.3,
    "roundup": 0.15,
    "review": 0.15,
    "advice": 0.12,
    "results": 0.12,
    "letter": 0.1,
    "junk": 0.05,
}
#: Sentences after the headline that are read.
_READ_SENTENCES = 3
#: Articles of a story that are weighed.
_READ_ARTICLES = 6
#: More characters than this of them are not read.
_READ_CHARACTERS = 900
#: The weight of a subject that the headline names, and of one in the text only.
_IN_TITLE, _IN_TEXT = 1.0, 0.6


class _Subject(NamedTuple):
    """Something that news reports, with its weight."""

    pattern: re.Pattern[str]
    weight: float
    #: How much each power of ten of a number beside it adds.
    grows: float


_TABLES = load_word_rows(__file__, "newsworthiness.txt")


def _compile(table: str) -> re.Pattern[str]:
    return compile_table(_TABLES[table])


def _read_subjects(**weights: tuple[float, float]) -> tuple[_Subject, ...]:
    """The subjects of these tables, with their weight and growth."""
    return tuple(_Subject(_compile(table), *weights[table]) for table in weights)


#: Of each group only the heaviest subject counts.
_HARM = _read_subjects(
    killed=(1.5, 0.7),
    died=(1.2, 0.7),
    held=(1.3, 0.6),
    hurt=(0.3, 0.7),
    ill=(1.0, 0.4),
)
_DISASTER = _read_subjects(
    war=(1.5, 0.0),
    disaster=(1.0, 0.0),
    without=(0.9, 0.15),
    stolen=(0.8, 0.0),
    accident=(0.4, 0.0),
)
_DECISIONS = _read_subjects(
    power=(1.5, 0.0),
    courts=(1.2, 0.0),
    government=(0.8, 0.0),
    decisions=(0.6, 0.0),
    jobs=(0.4, 0.25),
    firms=(0.4, 0.0),
)
#: Beats whose news has less weight: their words, and the factor of the whole.
_LIGHT: Mapping[str, tuple[re.Pattern[str], float]] = {
    "sport": (_compile("sport"), 0.4),
    "show": (_compile("show"), 0.45),
    "companies": (_compile("companies"), 0.7),
    "curiosities": (_compile("curiosities"), 0.5),
}
#: What numbers of people count, and those who are affected without being hurt.
_PEOPLE = _compile("people")
_MONEY = _compile("money")
_SIGNS = re.compile(r"[$£€¥₹₦]\s?$|\b(?:Rs\.?|USD|EUR|GBP|N)\s?$")
_NEAR_NUMBER = 45
_LEAST_PEOPLE, _LEAST_MONEY = 1000, 10_000_000
_PEOPLE_WEIGHT, _MOST_PEOPLE = 0.45, 2.0
_MONEY_WEIGHT, _MOST_MONEY = 0.2, 0.8
_MOST_GROWTH = 2.5
_ANIMALS = (
    "animals?|birds?|cows?|cattle|sheep|pigs?|goats?|hens?|chickens?|turkeys?|ducks?"
    "|geese|dogs?|fish|Tiere?|Vögel|Rinder|Schafe|Schweine|Hühner|Puten|Enten|Gänse"
    "|Hunde|Fische"
)
#: Where so much harm is done, sport and stage are only its place.
_GRAVE = 1.2
#: Nobody was hurt, it is a course about it, a trial years later, or animals were
#: killed: words of harm are not the news.
_SPARED = re.compile(
    r"\b(?:no ?body|no one|none) (?:was|were|is|has been) (?:hurt|injured|killed|in)\b"
    r"|\bno (?:injuries|deaths|victims|(?:(?:immediate )?reports of )?casualties"
    r"|reports of injur\w+)\b|\bunhurt\b"
    r"|\blike an? \w+|\bwithout (?:injuries|bloodshed)\b"
    r"|\bverletzt wurde niemand\b"
    r"|\bniemand (?:wurde|ist|kam) \w+\b|\bkeine Verletzten\b|\bunverletzt\b"
    r"|\b\w+ (?:courses?|drills?|training|insurance|museums?|memorials?|exhibitions?)\b"
    r"|\b\w+(?:kurse?|übung(?:en)?|versicherung|museum|ausstellung)\b"
    r"|\bmurder (?:convictions?|charges?|trials?|cases?|suspects?|appeal)\b"
    r"|\b(?:of|with|for|denie[sd]) (?:the |attempted )?murder\b|\bwegen Mordes\b"
    rf"|(?:\b\d[\d.,]* )?\b(?:{_ANIMALS})\b[^.]{{0,40}}?"
    r"\b(?:killed|culled|getötet|gekeult)\b",
    re.IGNORECASE,
)


def weigh_story(articles: Sequence[Article], kinds: Mapping[str, ArticleKind]) -> float:
    """The weight of a story: of its report that weighs most.

    Args:
        articles: Of one story.
        kinds: From article to kind; an article without one is news.
    """
    weights = [
        weigh_report(article, kinds.get(article.id, "news"))
        for article in articles[:_READ_ARTICLES]
    ]
    weight = max(weights)
    return weight if weight >= _GRAVE else weight * find_lightest(articles)


def weigh_report(article: Article, kind: ArticleKind) -> float:
    """How much of what matters to many an article reports, 0 and up."""
    title = _SPARED.sub(" ", article.title or "")
    body = _SPARED.sub(" ", _read_opening(article))
    text = f"{title}. {body}"
    # Every article has a title's worth of words that count in full.
    lead_end = len(title) or len(body) // 3
    counted = _find_counts(text, article.lang)
    harm = _weigh_group(_HARM, text, lead_end, counted)
    if kind == "obituary":
        harm = min(harm, 0.4)
    disaster = _weigh_group(_DISASTER, text, lead_end, counted)
    rest = _weigh_group(_DECISIONS, text, lead_end, counted)
    rest += _weigh_sizes(text, counted)
    if harm + disaster >= _GRAVE:
        return harm + disaster + rest
    return (harm + disaster + rest) * find_light_factor(title or body)


def find_lightest(articles: Sequence[Article]) -> float:
    """The factor of a story of less weight; one headline may leave out that it is."""
    return min(find_light_factor(a.title or "") for a in articles[:_READ_ARTICLES])


def find_light_factor(text: str) -> float:
    """1 for news of full weight, less for sport, entertainment, products, routine."""
    return min(
        (factor for words, factor in _LIGHT.values() if words.search(text)), default=1.0
    )


def find_beats(text: str) -> frozenset[str]:
    """The beats of less weight that a headline belongs to."""
    return frozenset(name for name, (words, _) in _LIGHT.items() if words.search(text))


def _read_opening(article: Article) -> str:
    text = article.text[:_READ_CHARACTERS]
    spans = sentences.split_sentences(text, article.lang)[:_READ_SENTENCES]
    return text[: spans[-1].end] if spans else ""


def _find_counts(text: str, lang: str | None) -> list[Number]:
    return [
        n
        for n in numbers.find_numbers(text, lang)
        if n.value >= 1 and not 1900 <= n.value < 2100
    ]


def _weigh_group(
    group: Sequence[_Subject], text: str, lead_end: int, counted: Sequence[Number]
) -> float:
    """The heaviest subject of a group, with the number beside it."""
    best = 0.0
    for subject in group:
        for found in subject.pattern.finditer(text):
            place = _IN_TITLE if found.start() <= lead_end else _IN_TEXT
            size = subject.grows and min(
                _MOST_GROWTH, subject.grows * _measure_size(text, found, counted)
            )
            best = max(best, place * (subject.weight + size))
    return best


def _measure_size(text: str, found: re.Match[str], counted: Sequence[Number]) -> float:
    """The powers of ten of the whole number nearest to a word, in its sentence."""
    near = [
        (distance, -n.value)
        for n in counted
        if (distance := max(n.start - found.end(), found.start() - n.end))
        <= _NEAR_NUMBER
        and not _crosses_sentence(text, n, found)
        and not _MEASURED.match(text, n.end)
        and not _AGED.search(text[max(0, n.start - 16) : n.start])
    ]
    return math.log10(-min(near)[1]) if near else 0.0


#: A number of these is no count of people.
_MEASURED = re.compile(
    r"(?<=, \d\d)[,.]|\s?(?:%|percent|per cent|years?|months?|days?|hours?|minutes?|"
    r"km|kilomet\w+|met(?:re|er)s?|degrees|o'clock|Prozent|Jahren?|Tagen?|Stunden?|Minuten?|Uhr|"
    rf"-?year-old|(?:\w+\s)?(?:{_ANIMALS})|"
    r"crowns?|euros?|dollars?|pounds?|Euro)\b",
    re.IGNORECASE,
)


#: Before an age, or a sum of money.
_AGED = re.compile(
    rf"\b(?:at|aged|age of|Alter von|mit)\s$|{_SIGNS.pattern}", re.IGNORECASE
)


_SENTENCE_END = re.compile(r"[.!?;]\s")


def _crosses_sentence(text: str, number: Number, found: re.Match[str]) -> bool:
    """Whether a sentence ends between a number and a word."""
    between = text[min(number.end, found.end()) : max(number.start, found.start())]
    return bool(_SENTENCE_END.search(between))


def _weigh_sizes(text: str, counted: Sequence[Number]) -> float:
    """How many people it concerns, and how much money."""
    people = money = 0.0
    for number in counted:
        after = text[number.end : number.end + 30]
        if number.value >= _LEAST_PEOPLE and _PEOPLE.search(after):
            people = max(people, _PEOPLE_WEIGHT * math.log10(number.value / 300))
        elif number.value >= _LEAST_MONEY and (
            _MONEY.search(after) or _SIGNS.search(text[: number.start][-6:])
        ):
            money = max(money, _MONEY_WEIGHT * math.log10(number.value / 1e6))
    return min(people, _MOST_PEOPLE) + min(money, _MOST_MONEY)
