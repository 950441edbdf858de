"""Find the sentence that is the news, so that a summary opens with it.

Reports open with the news; features, columns and many sports reports open with a scene,
a question or a teaser, and the news comes a few sentences later. A title tells which
sentence it is: the one that shares its words. Without a title it is the sentence that
later sentences refer back to. Early sentences are preferred in either case, and a
sentence is no news that asks, speaks as «I», or describes how somebody felt that
morning.

The weights are round numbers set by hand.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from digests.language import words
from digests.language.titles import strip_site_name
from digests.summaries.passages import Passage, is_presentable
from digests.types import Article

#: Later sentences are background.
_LOOKED_AT = 10
#: After so many sentences an early place counts a third.
_DECAY = 4.0
#: Shared words of a title beyond this number count no more.
_ENOUGH_SHARED = 3
_SHORT_WORDS = 6
#: A later sentence is the news only if it is rated higher by so much.
_CLEARLY = 0.15
#: Without a title the place says more.
_UNTITLED = 1.5

WEIGHTS = {
    "early": 1.0,
    "words of the title": 2.0,
    "referred to": 0.8,
    "says when": 0.3,
    "reports": 0.3,
    "a figure": 0.1,
    "a question": -1.2,
    "first person": -0.9,
    "a scene": -1.0,
    "addresses the reader": -1.0,
    "opens with speech": -0.4,
    "refers to the one before": -0.5,
    "short": -0.4,
    "names nobody": -0.3,
}

_WHEN = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday|tonight|this\s(?:week"
    r"|month|morning|afternoon|evening|year)|last\s(?:week|night|month|year)|next\s(?:week"
    r"|month|year)|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|heute|gestern|am\s\d{1,2}\.)\b"
)
_REPORTS = re.compile(
    r"""\b(?:said|says|announced|according\sto|reported|confirmed|ruled|voted|approved
    |rejected|agreed|charged|sentenced|arrested|killed|died|injured|won|beat|lost|signed
    |launched|opened|closed|banned|resigned|elected|appointed|published|found|ordered
    |will|has\s\w+ed|have\s\w+ed|sagte|teilte|meldete|laut|beschloss|starb|tot)\b""",
    re.VERBOSE,
)
#: Openings of scenes and habits.
_SCENE = re.compile(
    r"""(?:It\swas\s(?:gone|just|almost|nearly|a\s|the\s|always|still|not\s|in\s|on\s|at\s|early|late|midnight|dark)
    |It's\s|That(?:'s|\sis)\s|There(?:'s|\sis|\sare|\swas|\swere|\scomes)\s
    |(?:Every|Each|Most|On)\s(?:morning|day|night|evening|weekend|summer|winter|weekday)
    |At\s(?:first\s|dawn|dusk|midnight|noon|\w+\s(?:past|to)\s|\d{1,2}[:.]\d\d)
    |When\s(?:he|she|they|you|[A-Z]\w+\s(?:was|first))
    |(?:Some|Few)\s(?:things|people|days|would|might)\b|Nobody\s|Whoever\s|Once\supon
    |[A-Z][^,.]{0,40}\shad\s(?:just\s)?\w+(?:ed|en|wn|ht)\s
    |Es\s(?:war|ist|gibt)\s|Jeden\s(?:Morgen|Tag|Abend)|Als\s(?:er|sie|die|der))""",
    re.VERBOSE,
)
_ADDRESSES = re.compile(
    r"""(?:(?:Want|Let['’]s|Hey|Meet|Imagine|Picture|Remember|Think|Forget|Say|Ever|Have\syou
    |Do\syou|Did\syou|If\syou|You(?:['’](?:ve|re|d))?|Here(?:['’]s|\sis|\sare)|Welcome|Good\smorning
    |Stellen\sSie|Kennen\sSie|Wer\s)\b)""",
    re.VERBOSE,
)
_FIGURE = re.compile(r"\d")
_NAME = re.compile(r"(?<=[\w,;:–—)] )[A-ZÄÖÜ][\w’'-]+|^[A-Z][\w’'-]+ [A-Z][\w’'-]+")
_SPEECH = frozenset("\"“'‘„«")


def find_news_passage(article: Article, found: Sequence[Passage]) -> Passage | None:
    """The passage that says what happened, or None where no passage can be shown.

    Args:
        article: Its title, if it has one, chooses.
        found: Its passages in document order.
    """
    candidates = [p for p in found[:_LOOKED_AT] if is_presentable(p)]
    if not candidates:
        return None
    title = strip_site_name(article.title or "", article.source)
    wanted = frozenset(words.extract_stems(title, article.lang))
    counts = Counter(word for passage in found for word in passage.known)
    rated = [_rate_passage(passage, wanted, counts) for passage in candidates]
    enough = max(rated) - _CLEARLY
    return next(
        p for p, worth in zip(candidates, rated, strict=True) if worth >= enough
    )


def open_with_news(article: Article, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages from the news on, numbered anew."""
    news = find_news_passage(article, found)
    rest = found[news.place :] if news else found
    return tuple(p._replace(place=place) for place, p in enumerate(rest))


def _rate_passage(
    passage: Passage, wanted: frozenset[str], counts: Counter[str]
) -> float:
    shared = min(len(passage.known & wanted), _ENOUGH_SHARED)
    most = min(len(wanted), _ENOUGH_SHARED)
    early = math.exp(-passage.place / _DECAY)
    measured = {
        "early": early if wanted else _UNTITLED * early,
        "words of the title": shared / most if most else 0.0,
        "referred to": _rate_references(passage, counts),
    }
    # Rounded, because sums of floats depend on their order.
    return round(
        sum(WEIGHTS[name] * value for name, value in measured.items())
        + sum(WEIGHTS[name] for name, applies in _list_signs(passage) if applies),
        9,
    )


def _rate_references(passage: Passage, counts: Counter[str]) -> float:
    """The share of its content words that other passages use too."""
    own = passage.known
    repeated = sum(counts[word] > 1 for word in own)
    return repeated / max(len(own), _SHORT_WORDS)


def _list_signs(passage: Passage) -> list[tuple[str, bool]]:
    text = passage.text
    return [
        ("says when", _WHEN.search(text) is not None),
        ("reports", _REPORTS.search(text) is not None),
        ("a figure", _FIGURE.search(text) is not None),
        ("a question", text.rstrip("\"'”’)").endswith("?")),
        ("first person", passage.personal),
        ("a scene", _SCENE.match(text) is not None),
        ("addresses the reader", _ADDRESSES.match(text) is not None),
        ("opens with speech", text[0] in _SPEECH),
        ("refers to the one before", passage.leans and passage.place > 0),
        ("short", len(text.split()) < _SHORT_WORDS),
        ("names nobody", _NAME.search(text) is None),
    ]
