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
from digests.language.clauses import CONCESSION, has_verb
from digests.language.titles import strip_site_name
from digests.summaries.passages import (
    OPENS_WITH_SPEECH,
    Passage,
    is_presentable,
    tells_of_known,
)
from digests.types import Article

#: Later sentences are background.
_LOOKED_AT = 10
#: After so many sentences an early place counts a third.
_DECAY = 3.5
#: Each further word that is shared with the title counts this share of the one before.
_FURTHER = 0.4
_SHORT_WORDS, _STUMP_WORDS, _STUMP_LENGTH = 6, 8, 3
#: Words with the same beginning are related («legal», «legalizes»), and so are those
#: that end in each other («Realschule», «Schule»).
_BEGINNING = 5
#: A later sentence is the news only if it is rated higher by so much.
_CLEARLY = 0.2

#: The weight of an early place, with and without a title: without one it says more.
_EARLY, _EARLY_UNTITLED = 1.0, 1.8
_WORDS_OF_TITLE, _SHARE_OF_TITLE, _REFERRED_TO = 1.6, 0.8, 0.8
_FIRST_PERSON, _ADDRESSING, _LEANING, _SHORT = -0.9, -0.5, -0.8, -0.4
_STUMP, _KNOWN = -0.9, -0.4
#: A scene, and what stands after it in its paragraph.
_OF_SCENE = -1.5

_SAYS_WHEN = re.compile(
    r"""\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday|tonight
        |(?:this|last|next)\s(?:week|month|year|morning|afternoon|evening|night)
        |(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|heute|gestern|am\s\d{1,2}\.)\b""",
    re.VERBOSE,
)
_REPORTS = re.compile(
    r"""\b(?:said|says|announced|according\sto|reported|confirmed|ruled|voted|approved
        |rejected|agreed|charged|sentenced|arrested|killed|died|injured|won|beat|lost|signed
        |launched|opened|closed|banned|resigned|elected|appointed|published|found|ordered
        |admitted|warned|will|ha(?:s|ve)\s(?!to\b|an?\b|the\b|no\b|been\s\w+ing)\w+|sagte|teilte|meldete|laut|beschloss
        |starb|tot|wurden?|hat|haben)\b""",
    re.VERBOSE,
)
_SCENE = re.compile(
    r"""^(?:It\swas\s(?:gone|just|almost|nearly|a\s|the\s|always|still|not\s|in\s|on\s|at\s
        |early|late|midnight|dark)|It['’]s\s|That(?:['’]s|\sis)\s
        |There(?:['’]s|\sis|\sare|\swas|\swere|\scomes)\s|By\sthe\stime\s
        |(?:Every|Each|Most|On)\s(?:morning|day|night|evening|weekend|summer|winter|weekday)
        |At\s(?:first\s|dawn|dusk|midnight|noon|(?:\w+\s){1,3}(?:past|to)\s|\d{1,2}[:.]\d\d)
    |Um\s\w+\sUhr\s|(?:The|A)\s[\w\s]{3,30}\s(?:(?:is|was|were)\sstill
        |still\s(?:sit|stand|hang|lie)s?)\s
        |[A-Z][\w'’-]+\s[A-Z][\w'’-]+\sstill\s    |[^,.]{3,50}\s\w+s\slike\san?\s
        |When\s(?:he|she|they|you|[A-Z]\w+\s(?:was|first))|Nobody\s|Whoever\s|Once\supon
        |(?:Some|Few)\s(?:things|people|days|would|might)\b|Es\s(?:war|ist|gibt)\s
        |[A-Z](?:(?!\sthat\s|\swho\s)[^,.]){0,40}\shad\s(?:just\s)?\w+(?:ed|en|wn|ht)\s
        |(?:Want|Let['’]s|Hey|Meet|Imagine|Picture|Remember|Think|Forget|Say|Ever|You
        |If\syou|Here(?:['’]s|\sis|\sare)|Welcome|Good\s(?:morning|evening)|Kennen\sSie)\b
        |Jeden\s(?:Morgen|Tag|Abend)|Als\s(?:er|sie|die|der)\s)""",
    re.VERBOSE,
)
#: What was before the news, and what is only understood after a question or a list.
_EARLIER = re.compile(
    r"^(?:(?:In|On\s[A-Z]\w+\s\d\d?,)\s1\d{3}\b"
    r"|(?:In|Over|Throughout|During)\sthe\s(?:past|last|\d{4}s)\b|Back\sin\s|Originally"
    r"|Previously|Historically|Years\sago|Until\s(?:recently|now)\b|For\s(?:years|decades)\b"
    r"|(?:The\s)?(?:[Oo]ne|[Oo]thers?)\s|(?:Another|Each)\s|(?:Sure|Yes|Well|First),\s|Some\sbackground"
    r"|Every(?:thing|body|one)\s|Because\s|Unless\s|Like\s|Whatever\s|Take\sa\s"
    r"|(?:[A-Z][a-z'’]+(?:\s[a-z'’]+){1,2}|Where|When|Price|Result|Tickets):\s|Früher|Damals)"
)
_NAMES_SOMEBODY = re.compile(r"(?<=[\w,;:–—)]\s)[A-ZÄÖÜ][\w’'-]+|^[A-Z][\w’'-]+ [A-Z]")
_QUESTION = re.compile(r"\?[\"'”’)]*$")
#: What the words of a sentence say for and against it.
_SIGNS = (
    (0.3, _SAYS_WHEN),
    (0.3, _REPORTS),
    (0.3, _NAMES_SOMEBODY),
    (-2.0, OPENS_WITH_SPEECH),
    (-1.2, _QUESTION),
    (-0.6, _EARLIER),
    (_OF_SCENE, _SCENE),
)
_ADDRESSES = re.compile(r"\b(?:[Yy]ou|[Yy]ours?)\b")


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
    first = candidates[0]
    scene = _SCENE.search(first.text) and article.text.find("\n", first.span.end)
    decay = _DECAY * 2 if scene or _QUESTION.search(first.text) else _DECAY
    rated = [
        _rate_passage(p, wanted, counts, decay)
        + _OF_SCENE * (p != first and p.span.start < (scene or 0))
        for p in candidates
    ]
    enough = max(rated) - _CLEARLY
    news = next(
        p for p, worth in zip(candidates, rated, strict=True) if worth >= enough
    )
    # «It was fed by a cable» needs the sentence before, which says what.
    before = found[news.place - 1] if news.leans and news.place else news
    return news if before.leans or before not in candidates else before


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
    passage: Passage, wanted: frozenset[str], counts: Counter[str], decay: float
) -> float:
    own = passage.known
    granted = CONCESSION.match(passage.text)
    repeated = sum(counts[word] > 1 for word in own)
    worth = (_EARLY if wanted else _EARLY_UNTITLED) * math.exp(-passage.place / decay)
    shared = _count_shared(own, wanted)
    worth += _WORDS_OF_TITLE * (1 - _FURTHER**shared)
    worth += _SHARE_OF_TITLE * shared / max(1, len(wanted))
    worth += _REFERRED_TO * repeated / max(len(own), _SHORT_WORDS)
    worth += _FIRST_PERSON * passage.personal
    worth += _ADDRESSING * bool(_ADDRESSES.search(passage.reported) and not granted)
    worth += _LEANING * (passage.leans and passage.place > 0)
    length = len(passage.text.split())
    worth += _SHORT * (length < _SHORT_WORDS)
    stump = length <= _STUMP_WORDS and not has_verb(passage.text)
    worth += _STUMP * (length <= _STUMP_LENGTH or (stump and passage.place > 0))
    worth += _KNOWN * (passage.place > 0 and tells_of_known(passage.text))
    said = passage.text[granted.end() :] if granted else passage.text
    worth += sum(weight for weight, sign in _SIGNS if sign.search(said))
    # Rounded, because sums of floats depend on their order.
    return round(worth, 9)
