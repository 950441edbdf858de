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
from collections.abc import Collection, Sequence

from digests.language import words
from digests.language.titles import strip_site_name
from digests.summaries.passages import Passage, is_presentable
from digests.types import Article

#: Later sentences are background.
_LOOKED_AT = 10
#: After so many sentences an early place counts a third.
_DECAY = 3.5
#: Each further word that is shared with the title counts this share of the one before.
_FURTHER = 0.4
_SHORT_WORDS = 6
#: Words with the same beginning are related («legal», «legalizes»), and so are those
#: that end in each other («Realschule», «Schule»).
_BEGINNING = 5
#: A later sentence is the news only if it is rated higher by so much.
_CLEARLY = 0.2

WEIGHTS = {
    "early": 1.0,
    #: Without a title the place says more.
    "early, without a title": 1.8,
    "words of the title": 1.6,
    "share of the title": 0.8,
    "referred to": 0.8,
    "first person": -0.9,
    "addresses the reader": -0.5,
    "refers to the one before": -0.8,
    "short": -0.4,
    "goes on with a scene": -1.5,
}

_SIGNS = (
    (
        "says when",
        0.3,
        r"""\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday|tonight
        |(?:this|last|next)\s(?:week|month|year|morning|afternoon|evening|night)
        |(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|heute|gestern|am\s\d{1,2}\.)\b""",
    ),
    (
        "reports",
        0.3,
        r"""\b(?:said|says|announced|according\sto|reported|confirmed|ruled|voted|approved
        |rejected|agreed|charged|sentenced|arrested|killed|died|injured|won|beat|lost|signed
        |launched|opened|closed|banned|resigned|elected|appointed|published|found|ordered
        |admitted|warned|will|ha(?:s|ve)\s(?!to\b|an?\b|the\b|no\b|been\s\w+ing)\w+|sagte|teilte|meldete|laut|beschloss
        |starb|tot|wurden?|hat|haben)\b""",
    ),
    ("names somebody", 0.3, r"(?<=[\w,;:–—)]\s)[A-ZÄÖÜ][\w’'-]+|^[A-Z][\w’'-]+ [A-Z]"),
    ("opens with speech", -2.0, r"^[\"“'‘„«]"),
    ("a question", -1.2, r"\?[\"'”’)]*$"),
    (
        "a scene",
        -1.5,
        r"""^(?:It\swas\s(?:gone|just|almost|nearly|a\s|the\s|always|still|not\s|in\s|on\s|at\s
        |early|late|midnight|dark)|It['’]s\s|That(?:['’]s|\sis)\s
        |There(?:['’]s|\sis|\sare|\swas|\swere|\scomes)\s|By\sthe\stime\s
        |(?:Every|Each|Most|On)\s(?:morning|day|night|evening|weekend|summer|winter|weekday)
        |At\s(?:first\s|dawn|dusk|midnight|noon|\w+\s(?:past|to)\s|\d{1,2}[:.]\d\d)
        |When\s(?:he|she|they|you|[A-Z]\w+\s(?:was|first))|Nobody\s|Whoever\s|Once\supon
        |(?:Some|Few)\s(?:things|people|days|would|might)\b|Es\s(?:war|ist|gibt)\s
        |[A-Z][^,.]{0,40}\shad\s(?:just\s)?\w+(?:ed|en|wn|ht)\s
        |(?:Want|Let['’]s|Hey|Meet|Imagine|Picture|Remember|Think|Forget|Say|Ever|You
        |If\syou|Here(?:['’]s|\sis|\sare)|Welcome|Good\s(?:morning|evening)|Kennen\sSie)\b
        |Jeden\s(?:Morgen|Tag|Abend)|Als\s(?:er|sie|die|der)\s)""",
    ),
)
_ADDRESSES = re.compile(r"\b(?:[Yy]ou|[Yy]ours?)\b")
_SCENE = re.compile(next(sign for name, _, sign in _SIGNS if name == "a scene"), re.X)
_COMPILED = [(weight, re.compile(sign, re.VERBOSE)) for _, weight, sign in _SIGNS]


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
    scenes = _find_scenes(article.text, candidates)
    rated = [
        _rate_passage(passage, wanted, counts) + scene
        for passage, scene in zip(candidates, scenes, strict=True)
    ]
    enough = max(rated) - _CLEARLY
    news = next(
        p for p, worth in zip(candidates, rated, strict=True) if worth >= enough
    )
    # «It was fed by a cable» needs the sentence before, which says what.
    before = found[news.place - 1] if news.leans and news.place else news
    return news if before.leans or before not in candidates else before


def _find_scenes(text: str, found: Sequence[Passage]) -> list[float]:
    """The weight of being in a paragraph that opens with a scene, for each passage."""
    weights, end = [], 0
    for passage in found:
        if _SCENE.search(passage.text) and passage.place == 0:
            end = text.find("\n", passage.span.end)
        inside = passage.place > 0 and passage.span.start < end
        weights.append(WEIGHTS["goes on with a scene"] if inside else 0.0)
    return weights


def open_with_news(article: Article, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages from the news on, numbered anew."""
    news = find_news_passage(article, found)
    rest = found[news.place :] if news else found
    return tuple(p._replace(place=place) for place, p in enumerate(rest))


def _count_shared(own: Collection[str], wanted: Collection[str]) -> int:
    """How many words of a title a passage has, compounds of them included."""
    begun = {stem[:_BEGINNING] for stem in own}
    heads = tuple(stem for stem in own if len(stem) >= _BEGINNING)
    return sum(
        stem[:_BEGINNING] in begun
        or (len(stem) >= _BEGINNING and any(other.endswith(stem) for other in heads))
        or stem.endswith(heads)
        for stem in wanted
    )


def _rate_passage(
    passage: Passage, wanted: frozenset[str], counts: Counter[str]
) -> float:
    own = passage.known
    shared = _count_shared(own, wanted)
    repeated = sum(counts[word] > 1 for word in own)
    measured = {
        "early" if wanted else "early, without a title": math.exp(
            -passage.place / _DECAY
        ),
        "words of the title": 1 - _FURTHER**shared,
        "share of the title": shared / max(1, len(wanted)),
        "referred to": repeated / max(len(own), _SHORT_WORDS),
        "first person": passage.personal,
        "addresses the reader": _ADDRESSES.search(passage.reported) is not None,
        "refers to the one before": passage.leans and passage.place > 0,
        "short": len(passage.text.split()) < _SHORT_WORDS,
    }
    worth = sum(WEIGHTS[name] * value for name, value in measured.items())
    worth += sum(weight for weight, sign in _COMPILED if sign.search(passage.text))
    # Rounded, because sums of floats depend on their order.
    return round(worth, 9)
