"""Summarise an article by its best sentences, and explain the choice.

The default summariser opens with the news, scores the other passages and takes the best
ones within the budget, never two that say the same and never one that refers to a
sentence that is not shown. Essays and interviews are summarised by their lead.

The score is linear. In news the first sentences are nearly unbeatable (Nenkova, 2005),
so the place counts most, and the rest decides between neighbours: the share of the
article's frequent words (as in SumBasic), names and figures.
The weights are round numbers set by hand, not fitted to any outlet.

`explain_summary` reports the same decisions with the features of each score.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from digests.language import words
from digests.language.clause_verbs import has_verb
from digests.language.names import GIVEN_NAMES
from digests.language.regexes import make_regex
from digests.summaries import fitting, passages
from digests.summaries.news_sentence import open_with_news
from digests.summaries.passages import Passage, is_presentable
from digests.types import Article, Sentence, Span, frozen

#: Passages that share more of their words than this say the same.
_SAME_WORDS = 0.65
#: A further sentence must reach this share of the first one's score.
_WEAK_SHARE, _ALONE = 0.35, 0.5
#: One that fits, where a better one is too long, must reach this share of its score.
_SUBSTITUTE_SHARE = 0.6
_MOST_SENTENCES = 4
#: An essay asks as many questions among its first passages, or has as many sentences
#: that refer to the one before, among the three after the lead.
_LOOKED_AT, _QUESTIONS = 12, 2
_FOLLOWERS, _CHAINED = slice(1, 4), 2
#: A passage is worth shortening when this share of it is kept.
_KEPT_SHARE = 0.5
#: A question of fewer words only teases.
_SHORT_QUESTION = 8
#: A later sentence with fewer content words fills space and says little.
_FEWEST_WORDS = 3


def select_sentences(
    article: Article, found: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    """The sentences of the summary, in document order, joined within `chars`."""
    return _choose_form(article, found, chars).list_sentences()


class PassageDecision(NamedTuple):
    """The decision about a passage: the sentence that is shown, if any, and why."""

    sentence: Sentence | None
    why: str


CHOSEN = "chosen"
TRIMMED = "chosen, trimmed at a clause to fit"
NO_ROOM = "does not fit into the space left"
UNFIT = "not a whole sentence of the reporter, or boilerplate"
REPEATS = "says what a chosen sentence says"
LEANING = "refers to a sentence that is not shown"
WEAK = "much weaker than the best one, or enough was chosen before"
TOLD_BY_LEAD = "summarised by its beginning: the text argues or narrates"
BEFORE_NEWS = "stands before the news"


class _Choice(NamedTuple):
    #: By place, of the passages that were tried.
    decisions: Mapping[int, PassageDecision]
    #: The others.
    pool: Sequence[Passage]
    #: Why a passage cannot stand beside the chosen ones; None if it can.
    find_obstacle: Callable[[Passage], str | None]

    def list_sentences(self) -> tuple[Sentence, ...]:
        """What is shown, in document order."""
        tried = sorted(self.decisions.items())
        return tuple([each.sentence for _, each in tried if each.sentence is not None])


def decide_passages(
    article: Article, found: Sequence[Passage], chars: int
) -> list[PassageDecision]:
    """The decision about each passage, in document order."""
    choice = _choose_form(article, found, chars)
    others = {
        passage.place: PassageDecision(None, choice.find_obstacle(passage) or WEAK)
        for passage in choice.pool
    }
    every = {**others, **choice.decisions}
    return [every[passage.place] for passage in found]


def _choose_form(article: Article, found: Sequence[Passage], chars: int) -> _Choice:
    """The choice of a report, or of an essay where a report has none."""
    essay = is_essay(found)
    choice = _choose_passages(article, found, chars, essay=essay)
    if essay or choice.list_sentences():
        return choice
    return _choose_passages(article, found, chars, essay=True)


def is_essay(found: Sequence[Passage]) -> bool:
    """Whether a text argues or narrates instead of reporting.

    It asks questions, or its sentences refer to each other. Single sentences of such a
    text mislead; its beginning does not.
    """
    asking = sum(p.text.endswith("?") for p in found[:_LOOKED_AT])
    chained = sum(p.leans for p in found[_FOLLOWERS])
    return asking >= _QUESTIONS or chained >= _CHAINED


def _choose_passages(
    article: Article, found: Sequence[Passage], chars: int, *, essay: bool
) -> _Choice:
    """Choose greedily by score: the best that fits, is new, and is understandable.

    Of an essay the first passages that fit are chosen.
    """
    # Sets have no order: rounding makes the sums reproducible.
    scores = [round(sum(row), 9) for row in compute_features(found)]
    pool = list(found)
    if not essay:
        # The first passage is the news, which a summary opens with.
        # What its author says of himself comes last.
        pool.sort(key=lambda p: (p.place > 0, p.personal, -scores[p.place]))
    surnames = frozenset(
        surname
        for given, surname in _FULL_NAME.findall(article.text[:_NAMED_WITHIN])
        if given.lower() in GIVEN_NAMES
    )
    chosen: list[Passage] = []
    budget, skipped = chars, 0.0
    decisions: dict[int, PassageDecision] = {}

    def find_obstacle(passage: Passage) -> str | None:
        return _find_obstacle(passage, found, chosen, surnames, essay=essay)

    while len(chosen) < _MOST_SENTENCES:
        best = next((p for p in pool if find_obstacle(p) is None), None)
        if best is None:
            break
        # Beside one short sentence, which the headline has, a weaker one is welcome.
        lone = len(chosen) == 1 and chars > budget / 2
        weak = _WEAK_SHARE * (_ALONE if lone else 1.0)
        if chosen and not essay:
            substitute = 0.0 if lone else _SUBSTITUTE_SHARE * skipped
            enough = max(weak * scores[chosen[0].place], substitute)
            if scores[best.place] < enough:
                break
        pool.remove(best)
        sentence = _fit_passage(article, best, chars)
        trimmed = sentence is None or sentence.text != best.text
        if sentence is None or (trimmed and essay and chosen):
            decisions[best.place] = PassageDecision(None, NO_ROOM)
            skipped = max(skipped, scores[best.place]) if chosen else 0.0
            if essay and chosen:
                break
            continue
        chosen.append(best)
        chars -= len(sentence.text) + 1
        why = TRIMMED if trimmed else TOLD_BY_LEAD if essay else CHOSEN
        decisions[best.place] = PassageDecision(sentence, why)
    return _Choice(decisions, pool, find_obstacle)


def _find_obstacle(
    passage: Passage,
    found: Sequence[Passage],
    chosen: Sequence[Passage],
    surnames: Collection[str],
    *,
    essay: bool,
) -> str | None:
    """Why a passage cannot stand beside the chosen ones; None if it can."""
    if not is_presentable(passage) or (essay and _asks_little(passage.text)):
        return UNFIT
    if essay:
        return None if _follows(passage, found, chosen) else LEANING
    if passage.place and _is_filler(passage):
        return WEAK
    if passage.place and _speaks_to_reader(passage):
        return UNFIT
    own = passage.known
    if any(words.measure_containment(own, c.known) > _SAME_WORDS for c in chosen):
        return REPEATS
    if passage.place and all(c.place != passage.place - 1 for c in chosen):
        earlier = [c for c in chosen if c.place < passage.place]
        unnamed = chosen and _needs_named(passage, found, earlier, surnames)
        if passage.leans or unnamed or _hangs(passage.text):
            return LEANING
    return None


#: What the sentence before explains: «Another rower was hurt», «Other mills closed»,
#: «A day later, …», «Following that decision, …», «Dessen ungeachtet …».
_HANGS = make_regex(
    r"(?:Others?|(?:An?|Still|Yet)\sother|Another|(?:\w+\s){1,2}of\sthem|Each\s(?:had|has|is|was|will|\w+ed)|There\s(?:is|are|was|were)\s(?:even|also|another)"
    r"|The\s(?:same|following|other|latter)|If\sthe\sanswer"
    r"|(?:At|By|Around)\s(?:the|that)\s(?:same\s)?(?:time|point)"
    r"|(?:Earlier|Later)\s(?:in\sthe\s(?:day|week|month)|on|that)"
    r"|(?:An?|One|Two|Three|Four|Five|Six|Several|A\sfew|\d+)\s"
    r"(?:hours?|days?|weeks?|months?|years?|minutes?)\s(?:later|earlier|before)"
    r"|(?:After|Among|By|During|Following|For|From|Given|Like|Of|On|Since|Under|Unlike|With)"
    r"\s(?:this|that|these|those)"
    rf"(?!\s(?:who|{passages.PERIOD}))"
    r"|As\sa\sresult|In\s(?:contrast|response|return|turn|short|the\send)|Similarly"
    r"|Likewise|Elsewhere|Again|Either\sway"
    r"|Andere|Damit|Dadurch|Darauf|Dessen|Deren|Somit|Ebenso|Allerdings|Jedoch|Stattdessen)\b"
)
#: «Both of these towns», «all five of these states», «die Firmen in dieser Branche».
_POINTS_BACK = make_regex(
    rf"\b[Oo]f\s(?:these|those)\s(?!who\b|{passages.PERIOD})"
    r"|^.{0,60}\b(?:an|auf|aus|bei|für|gegen|in|mit|nach|von|zu)\sdiese[mnrs]?\s"
    r"(?!Woche|Wochen|Jahr|Monat|Tag|Sommer|Winter|Herbst|Frühjahr|Abend|Morgen|Zeit)[A-ZÄÖÜ]"
)


def _hangs(text: str) -> bool:
    """Whether a sentence that does not lean refers to what one before it says."""
    return bool(_HANGS.match(text) or _POINTS_BACK.search(text))


#: «You must be 13 to enter.»
_ADDRESS = re.compile(r"(?:You|Your|If\syou)\b")


#: «A great day: |the weavers leave the mill», under a picture; not «Tom Reed: …».
_LABEL = re.compile(
    r"[A-Z][\w’'-]*(?:(?:\s[a-z][\w’'-]*){1,3}\s?|\s):\s(?=(?:\S+\s){4})"
)


#: «An email was sent to the members.», «The mill issued a statement.»: what it says is
#: in the next sentence.
_ANNOUNCES = make_regex(
    r"\b(?:e-?mail|letter|memo|message|statement|note|post|tweet)s?\s(?:was|were|had\sbeen)\s"
    r"(?:sent|issued|released|posted|published|read)\b"
    r"|\b(?:issued|posted|published|put\sout|released|sent(?:\sout)?|shared|tweeted)\s(?:an?|the)\s"
    r"(?:\w+\s){0,2}(?:e-?mail|letter|memo|message|note|statement|tweet)\b"
    r"|\btook\sto\s(?:Facebook|Instagram|Twitter|social\smedia)\b(?!\s(?:\w+\s){0,2}to\b)"
)
_CONTENT = make_regex(
    r"[“\"]|\b[a-z]{2,}ing\b|\b(?:that|about|against|ask|call|condemn|criti|den[iy]|in\swhich|on\sbehalf|over|say|support|tell|thank|urg|warn|demand|claim|blam|apolog)"
)


def _only_announces(text: str) -> bool:
    """Whether a sentence says that somebody wrote something, and not what."""
    announced = _ANNOUNCES.search(text)
    return announced is not None and not _CONTENT.search(text, announced.end())


def _speaks_to_reader(passage: Passage) -> bool:
    """Whether a sentence is no report: a question, an address, a caption, an aside."""
    label = _LABEL.match(passage.text)
    if label and not has_verb(label[0].partition(" ")[2]):
        return True
    if (
        passage.text[0] == "("
        or passage.text.endswith("?")
        or _ADDRESS.match(passage.reported)
    ):
        return True
    if _only_announces(passage.text):
        return True
    return passage.text.count(",") > 1 and not has_verb(passage.text)


def _name_any(some: Sequence[Passage], stems: frozenset[str]) -> bool:
    return any(not stems.isdisjoint(p.known) for p in some)


_CAPITALS = re.compile(r"(?:[A-Z][\w’-]*\.?\s)*[A-Z][\w’-]+")
_COURTESY = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr)\.?\s")
#: «|In| Reed's view»
_BEFORE_NAME = re.compile(
    r"(?:After|And|As|At|Before|But|By|For|From|If|In|Like|On|To|Under|When|While|With)\s"
)
#: «Ada Brandt», «Ada J. Brandt», with the surname.
_FULL_NAME = re.compile(r"\b([A-Z][a-z][\w’-]*)\s(?:[A-Z]\.\s)?(?=([A-Z][\w’-]+))")


#: «the two |activists|», «these |marches|», which are named before.
_SEVERAL = re.compile(
    r"\b(?:[Tt]he\s(?P<which>two|three|four|five|other|latter|former|same)\s(?:[a-z]+\s){0,2}?"
    r"|[Tt]hese\s)"
    r"(?P<noun>[a-z]{4,}s)\b"
)


def _needs_named(
    passage: Passage,
    found: Sequence[Passage],
    earlier: Sequence[Passage],
    surnames: Collection[str],
) -> bool:
    """Whether a sentence means somebody or something that only hidden ones name."""
    noun = frozenset(words.extract_stems(passages.find_known(passage.text)))
    before = found[: passage.place] if noun else ()
    if not _name_any(earlier, noun) and _name_any(before, noun):
        return True
    shown = " ".join(p.text for p in earlier)
    for several in _SEVERAL.finditer(passage.reported):
        noun = frozenset(words.extract_stems(several["noun"]))
        counted = rf"\b{several['which'] or 'these'}\s(?!(?:year|month|week|day|hour)s)"
        # The two missiles may be «both projectiles» further on.
        if not (_name_any(earlier, noun) or re.search(counted, shown, re.IGNORECASE)):
            return True
    if _points_to_hidden(passage, found[: passage.place], shown):
        return True
    for name in _CAPITALS.finditer(passage.reported):
        whole = _BEFORE_NAME.sub("", name[0], count=1).removesuffix("’s")
        alone = _COURTESY.sub("", whole)
        named = alone in surnames or alone != whole
        of_thing = passage.reported.endswith(("the ", "The "), 0, name.start())
        if named and alone not in shown and not of_thing:
            return True
    return False


#: «at |the mobile home park|», «|diese Pläne|»
_DEFINITE = re.compile(
    r"\b(?:[Tt]he|[Tt]h(?:is|at|[eo]se))\s(?P<en>(?:[a-z-]+\s){0,2}[a-z-]{4,})"
    r"|\b(?:[Dd](?:er|ie|as|e[mns])|[Dd]iese[rsmn]?)\s(?:[a-zäöüß]+\s){0,2}?(?P<de>[A-ZÄÖÜ][a-zäöüß-]{3,})"
)


#: «|a mobile home park|», «|eine Stadt|»: the noun is one of the next words.
_INTRODUCED = re.compile(r"\b(?:[Aa]n?|[Ee]ine?[nmrs]?)\s((?:[\w-]+\s){0,2}[\w-]+)")
_SHORTEST_NOUN = 4


def _points_to_hidden(passage: Passage, before: Sequence[Passage], shown: str) -> bool:
    """Whether a sentence speaks of a thing that only a hidden one introduces."""
    pointed = {
        word
        for m in _DEFINITE.finditer(passage.reported)
        for word in (m["de"] or m["en"]).split()
        if len(word) >= _SHORTEST_NOUN and word not in shown
    }
    return bool(pointed) and any(
        not pointed.isdisjoint(_list_introduced(p.text)) for p in before
    )


@lru_cache(maxsize=256)
def _list_introduced(text: str) -> frozenset[str]:
    """The words that may be a noun with an indefinite article."""
    return frozenset(" ".join(_INTRODUCED.findall(text)).split())


def _asks_little(text: str) -> bool:
    """Whether a question is too short to say what a text is about."""
    return text.endswith("?") and len(text.split()) < _SHORT_QUESTION


def _follows(
    passage: Passage, found: Sequence[Passage], chosen: Sequence[Passage]
) -> bool:
    """Whether a sentence of an essay needs no question that is left out.

    A summary that begins with others ends where the author speaks of himself, unless
    questions or speakers are in between.
    """
    since = found[chosen[0].place : passage.place + 1] if chosen else ()
    if any(p.personal for p in since) and not (
        chosen[0].personal or any(_converses(p.text) for p in since)
    ):
        return False
    after_gap = passage.place > 0 and all(c.place != passage.place - 1 for c in chosen)
    brief = len(passage.words) < _FEWEST_WORDS
    hangs = passage.leans or _hangs(passage.text)
    return not (after_gap and (hangs or brief))


def _converses(text: str) -> bool:
    return text.endswith("?") or passages.SPEAKER_LABEL.match(text) is not None


#: Characters of a text in which a full name introduces somebody.
_NAMED_WITHIN = 4_000
#: Few words that matter, unless they are an age.
_HARD_FACT = re.compile(
    r"\d|\b(?:died|dead|killed|injured|tot|starb|gestorben|verletzt)\b"
)
_AGE = re.compile(r"(?:He|She|Er|Sie) (?:was|is|war|ist) \d+\W*$")


def _is_filler(passage: Passage) -> bool:
    """Whether a sentence fills space: an age, the heading of a section, an aside."""
    if len(passage.words) >= _FEWEST_WORDS:
        return False
    return bool(_AGE.match(passage.text) or not _HARD_FACT.search(passage.text))


def _fit_passage(article: Article, passage: Passage, budget: int) -> Sentence | None:
    if len(passage.text) <= budget:
        return fitting.build_sentence(passage)
    # The news is shown however short.
    fewest = _KEPT_SHARE * len(passage.text) if passage.place else 0
    if budget < fewest:
        return None
    short = fitting.trim_passage(article, passage, budget)
    return short if short and len(short.text) >= fewest else None


#: The weights of a passage's features, in the order of `_rate_passage`.
FEATURE_WEIGHTS = {
    "place": 1.5,
    "frequent words": 2.0,
    "names": 0.2,
    "a figure": 0.1,
    "a toll": 0.5,
    "short": -0.4,
    "opens with speech": -0.3,
}

#: After so many sentences the place weighs a third of the first's.
_DECAY = 3.0
_SHORT_WORDS = 7
_MOST_NAMES = 3
#: A capital inside a clause, where no sentence begins. The pattern starts at the
#: capital, which is found faster than the context before it.
_NAME = re.compile(r"[A-Z](?<=[,a-z] .)[\w’'-]+")
_FIGURE = re.compile(r"\d")
#: How many died or were hurt, and in no other year; further down it is another event.
_TOLL = re.compile(
    r"(?!.*\b(?:(?:19|20)\d\d|last\syear|earlier|(?:after|since)\s\d+)\b).*?"
    r"(?:(?<![\d.,])\d{1,4}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|zwei|drei))\s"
    r"(?!million)(?:[\w-]+,?\s){0,6}(?:killed|died|injured|wounded|verletzt|getötet|starben)\b"
)
_EARLY_TOLL = 4
_SPEECH = frozenset("\"“'‘„«")

#: The weighted features of a passage.
PassageFeatures = tuple[float, ...]


def compute_features(found: Sequence[Passage]) -> tuple[PassageFeatures, ...]:
    """The weighted features of each passage; 0 where one does not apply."""
    frequent = _rate_frequency(found)
    weights = FEATURE_WEIGHTS.values()
    return tuple([tuple(map(mul, weights, _rate_passage(p, frequent))) for p in found])


def _rate_frequency(found: Sequence[Passage]) -> dict[str, float]:
    """The frequency of each repeated word among the passages, 0 to 1."""
    counts = Counter([word for p in found for word in p.known])
    top = math.log(max(counts.values(), default=1) + 1)
    return {w: math.log(n) / top for w, n in counts.items() if n > 1}


def _rate_passage(passage: Passage, frequent: dict[str, float]) -> PassageFeatures:
    own = passage.known
    covered = sum(map(frequent.__getitem__, own.intersection(frequent)))
    return (
        math.exp(-passage.place / _DECAY),
        covered / max(len(own), _SHORT_WORDS),
        min(len(_NAME.findall(passage.text)), _MOST_NAMES) / _MOST_NAMES,
        _FIGURE.search(passage.text) is not None,
        passage.place <= _EARLY_TOLL and _TOLL.match(passage.reported) is not None,
        len(passage.words) < _SHORT_WORDS,
        passage.text[0] in _SPEECH,
    )


@frozen
class SummaryRow:
    """A sentence of an article with its score and the decision about it."""

    span: Span
    #: The sentence with single spaces.
    text: str
    score: float
    #: The features that make up the score, with their weights.
    features: tuple[tuple[str, float], ...]
    #: The words that are shown, None where the sentence is not in the summary.
    shown: str | None
    why: str


def explain_summary(article: Article, chars: int) -> tuple[SummaryRow, ...]:
    """Every sentence that could be in a summary of at most `chars` characters."""
    every = passages.extract_passages(article)
    opened, *_ = open_with_news(article, every)
    decisions = decide_passages(article, opened, chars)
    if not any(decision.sentence for decision in decisions):
        decisions = decide_passages(article, every, chars)
    before = [PassageDecision(None, BEFORE_NEWS)] * (len(every) - len(decisions))
    features = compute_features(every)
    return tuple(
        SummaryRow(
            span=passage.span,
            text=passage.text,
            score=sum(row),
            features=tuple(
                (name, weight)
                for name, weight in zip(FEATURE_WEIGHTS, row, strict=True)
                if weight
            ),
            shown=sentence.text if sentence else None,
            why=why,
        )
        for passage, row, (sentence, why) in zip(
            every, features, (*before, *decisions), strict=True
        )
    )
