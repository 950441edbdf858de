"""Find the report that a story is summarised from: the newest one that suffices.

The newest time stamp is not enough. An outlet may publish at four what was known at
noon, while another one reported the end of it at two. So reports are compared by what
they say: the hour of their information («said at noon»), counts that only grow (the
dead, the injured, districts counted), and whether they tell an outcome or still wait
for it. A correction may lower a count; it says so.

A report suffices if it is a text of its own (no copy, no one-line brief beside longer
ones) of a kind that reports.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from digests.language import numbers, sentences, words
from digests.language.regexes import make_regex
from digests.language.spans import span_text
from digests.stories.profiles import CORRECTION_LABEL
from digests.stories.terms import has_body
from digests.types import Article, ArticleKind, frozen

#: The kinds that a story is summarised from, if it has a report of one of them.
_TOLD_FROM: frozenset[ArticleKind] = frozenset(("news", "obituary"))
#: Shorter than this share of the longest report (of at most so many characters) is a
#: brief.
_BRIEF, _LONG_ENOUGH = 0.35, 1200
#: Reports that are so near in time tell the same state: of these the one with most of
#: the facts is taken, as a reaction, a colour piece and a note on the share price have
#: fewer of them than the report of the event.
_SAME_STATE, _SAME_DAY = timedelta(hours=3), timedelta(hours=8)
#: Reports of a story that are compared: the latest ones.
_LATEST = 40
#: Sentences of a text that tell its state.
_STATE_SENTENCES = 6
#: Two clock times that are nearer say the same.
_SAME_HOUR = timedelta(minutes=45)


@frozen
class ReportState:
    """What a report says about how far its event has come."""

    article: Article
    #: The latest hour that it gives for its information, or None.
    informed: datetime | None
    #: From what is counted to how many: only what can but grow.
    counts: Mapping[str, float]
    #: Whether headline and first sentence count the dead.
    opens_with_toll: bool
    #: Whether it tells an outcome, and whether it waits for one.
    decided: bool
    waiting: bool
    #: Whether it says that an earlier report was wrong.
    corrects: bool


def choose_lead(
    reports: Sequence[Article],
    ratings: Mapping[str, float],
    kinds: Mapping[str, ArticleKind],
) -> Article:
    """The newest sufficient report; of those that are as new, the one with most facts.

    Args:
        reports: Independent texts of one story, at least one.
        ratings: How much of the story's facts each has.
        kinds: From article to kind; an article without one is news.
    """
    ordered = order_by_freshness(_select_sufficient(reports, kinds))
    dated = ordered[0].article.published is not None
    same = [s for s in ordered if not dated or _is_same_state(s, ordered[0])]
    return max(same, key=lambda s: (s.opens_with_toll, ratings[s.article.id])).article


def order_by_freshness(reports: Sequence[Article]) -> list[ReportState]:
    """The reports, that with the newest state first; without a date last.

    Of a story with very many reports only the latest are compared and returned.
    """
    oldest = datetime.min.replace(tzinfo=UTC)
    ordered = sorted(reports, key=lambda a: (a.published or oldest, a.id), reverse=True)
    states = [read_state(article) for article in ordered[:_LATEST]]
    return sorted(states, key=lambda s: any(is_behind(s, other) for other in states))


def is_behind(one: ReportState, other: ReportState) -> bool:
    """Whether a report tells an older state than another one, by what they say."""
    if one is other or one.corrects:
        return False
    if other.corrects:
        return _is_earlier(one, other)
    dead, other_dead = one.counts.get("dead"), other.counts.get("dead")
    if dead and other_dead and dead != other_dead:
        return dead < other_dead
    if one.informed and other.informed:
        if one.informed + _SAME_HOUR < other.informed:
            return True
        if other.informed + _SAME_HOUR < one.informed:
            return False
    common = one.counts.keys() & other.counts.keys()
    if any(one.counts[what] > other.counts[what] for what in common):
        return False
    if any(one.counts[what] < other.counts[what] for what in common):
        return True
    return one.waiting and not one.decided and other.decided and not other.waiting


def _is_earlier(one: ReportState, other: ReportState) -> bool:
    published, later = one.article.published, other.article.published
    return published is not None and later is not None and published < later


def _is_same_state(one: ReportState, newest: ReportState) -> bool:
    published, latest = one.article.published, newest.article.published
    if published is None or latest is None or is_behind(one, newest):
        return False
    # A reaction hours later does not count the dead, and knows nothing newer.
    reacts = one.opens_with_toll and not newest.counts and not newest.decided
    return latest - published <= (_SAME_DAY if reacts else _SAME_STATE)


def _select_sufficient(
    reports: Sequence[Article], kinds: Mapping[str, ArticleKind]
) -> list[Article]:
    """The reports of their own and of a kind that reports, or else all of them."""
    usable = [a for a in reports if kinds.get(a.id, "news") in _TOLD_FROM]
    usable = [a for a in usable or reports if has_body(a)] or usable or list(reports)
    longest = min(_LONG_ENOUGH, max(len(a.text) for a in usable))
    return [a for a in usable if len(a.text) >= _BRIEF * longest]


def read_state(article: Article) -> ReportState:
    """What an article says about the state of its event."""
    text = article.text
    spans = sentences.split_sentences(text, article.lang)[:_STATE_SENTENCES]
    opening = text[: spans[-1].end] if spans else ""
    title = article.title or ""
    lead = f"{title}. {span_text(text, spans[0])}" if spans else title
    counts = _count_growing(lead, article.lang)
    return ReportState(
        article=article,
        informed=find_informed(opening, article.published),
        counts=counts or _count_growing(opening, article.lang),
        opens_with_toll="dead" in counts,
        decided=bool(_DECIDED.search(lead)),
        waiting=bool(_WAITING.search(lead)),
        corrects=bool(
            CORRECTION_LABEL.match(title) or _CORRECTED.search(f"{title}. {opening}")
        ),
    )


_TABLES = words.load_word_rows(__file__, "freshness.txt")
_CORRECTED, _WAITING, _DECIDED = (
    words.compile_table(_TABLES[name]) for name in ("corrected", "waiting", "decided")
)
#: What can but grow, with the words that count it.
_GROWING: Mapping[str, re.Pattern[str]] = {
    name: words.compile_table(_TABLES[name])
    for name in ("dead", "ill", "burnt", "counted")
}
_NEAR_NUMBER = 48
_CLAUSE_END = make_regex(r"[;:.!?]\s|,\s(?:and|while|but|und|aber)\s|\sand\s|\sund\s")


def _count_growing(text: str, lang: str | None) -> Mapping[str, float]:
    """The largest count of each thing that can but grow, near its word."""
    found: dict[str, float] = {}
    for clause in _CLAUSE_END.split(text):
        for what, pattern in _GROWING.items():
            value = _find_count(clause, pattern, lang)
            if what == "dead":
                value = _find_stated_death(clause) or value or _is_one_dead(clause)
            if value > found.get(what, 0):
                found[what] = value
    return found


_ORDINALS = {
    word: value
    for listed in (
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
        "zweite dritte vierte fünfte sechste siebte achte neunte zehnte elfte zwölfte",
    )
    for value, word in enumerate(listed.split(), start=2)
}
_PERSON = words.compile_table(_TABLES["person"]).pattern
#: Another subject comes between.
_NOT_DEAD = r"(?:(?!\b(?:after|over|nach|wegen|arrest\w*|charged|held)\b)[^.;]){0,80}?"
_KILLED = r"(?:killed|dies|died|dead|ums leben|getötet|starb|stirbt|gestorben)"
#: «A fifth child has died», «drittes Todesopfer».
_NEXT_DEATH = make_regex(
    rf"\b(?P<ordinal>{'|'.join(_ORDINALS)})[nrs]?\s(?:[\w-]+\s)?"
    r"(?:(?:death|fatality|body|todesopfer|toter?|tote)\b"
    rf"|{_PERSON}{_NOT_DEAD}\b(?:{_KILLED}|succumb\w*|erlag|erlegen|verstorben)\b)",
    re.IGNORECASE,
)
#: «A man was killed», «ist ein Mann ums Leben gekommen»; but who dies of injuries later
#: may be one of several.
_ONE_DEATH = make_regex(
    rf"\b(?:an?|one|eine?)\s(?:[\w-]+\s)?{_PERSON}\s(?:\w+\s){{0,2}}{_KILLED}\b",
    re.IGNORECASE,
)
_LATER = make_regex(
    r"\b(?:another|more|has died|injur\w+|wounds|hospital|later|weiter\w*|klinik\w*"
    r"|verletz\w+|krankenhaus|später)\b",
    re.IGNORECASE,
)


def _find_stated_death(clause: str) -> float:
    """The number of the dead that «a third worker died» states, or 0."""
    ordinals = (m["ordinal"].lower() for m in _NEXT_DEATH.finditer(clause))
    return max(map(_ORDINALS.__getitem__, ordinals), default=0)


def _is_one_dead(clause: str) -> float:
    return float(bool(_ONE_DEATH.search(clause)) and not _LATER.search(clause))


def count_dead(text: str, lang: str | None) -> float:
    """How many dead a sentence states, or 0."""
    return _count_growing(text, lang).get("dead", 0)


def _find_count(clause: str, pattern: re.Pattern[str], lang: str | None) -> float:
    """The whole number that is nearest to a word of the pattern, or 0."""
    word = pattern.search(clause)
    if word is None:
        return 0
    near = [
        (min(abs(n.start - word.end()), abs(word.start() - n.end)), n.value)
        for n in numbers.find_numbers(clause, lang)
        if n.value >= 1 and float(n.value).is_integer() and not 1900 < n.value < 2100
    ]
    apart, value = min(near, default=(0, 0))
    return value if apart <= _NEAR_NUMBER else 0


_GERMAN_HOURS = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"
_HOURS = {
    word: hour
    for listed in (numbers.NUMBER_WORDS[1:13], words.word_list(_GERMAN_HOURS))
    for hour, word in enumerate(listed, start=1)
}
_HOUR_WORDS = "|".join(_HOURS)
#: The hour at which somebody said or counted something.
_CLOCK = make_regex(
    r"\b(?P<noon>at noon|by noon|around midday|at midday|am mittag|gegen mittag)\b"
    r"|\b(?:late on|late in the evening|on \w+ night|am späten)\b(?P<late>)"
    r"|\b(?:at|by|until|after|before|um|gegen|bis|nach)\s(?:about |around |shortly )?"
    rf"(?P<half>half past )?(?P<hour>\d{{1,2}}(?:[:.]\d\d)?|{_HOUR_WORDS})"
    r"(?P<mark>\s?(?:a\.?m\.?|p\.?m\.?)|\so['’]clock|\suhr)?"
    r"(?P<rest>[^.;]{0,40}?\b(?:morning|afternoon|evening|night|morgen|nachmittag|abend)"
    r"|)",
    re.IGNORECASE,
)
_DAY = timedelta(days=1)
#: A later hour than this after publication is that of the day before.
_AHEAD = timedelta(hours=3)
_SENTENCE_END = make_regex(r"(?<=[.!?;])\s")
_SAYING = make_regex(
    r"\b(?:said|says|reported|stood|stands|known|announced|counted|confirmed|told|had|"
    r"conceded|ended|found|recovered|sagte|teilte|hieß|meldete|gezählt|bekannt)\b",
    re.IGNORECASE,
)


def find_informed(opening: str, published: datetime | None) -> datetime | None:
    """The latest hour of the information, before the article was published."""
    if published is None:
        return None
    hours = (
        _read_clock(match)
        for clause in _SENTENCE_END.split(opening)
        if _SAYING.search(clause)
        for match in _CLOCK.finditer(clause)
    )
    moments = (
        datetime.combine(published.date(), hour, tzinfo=published.tzinfo)
        for hour in hours
        if hour is not None
    )
    return max(
        (m - _DAY if m - published > _AHEAD else m for m in moments), default=None
    )


def _read_clock(match: re.Match[str]) -> time | None:
    """The time of day of a clock phrase; None if it may be something else."""
    if match["noon"]:
        return time(12)
    if match["hour"] is None:
        return time(23) if match["late"] is not None else None
    word, rest = match["hour"].lower(), match["rest"].lower()
    mark = (match["mark"] or "").lower().replace(".", "").strip()
    exact = ":" in word or (mark and "." in word)
    if not (mark or match["half"] or rest or exact):
        return None
    hours, _, minutes = word.replace(".", ":").partition(":")
    hour = _HOURS.get(hours) or (int(hours) if hours.isdigit() else 99)
    minute = 30 if match["half"] else int(minutes or 0)
    late = mark == "pm" or re.search("afternoon|evening|night|mittag|abend", rest)
    if late and hour < 12:
        hour += 12
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None
