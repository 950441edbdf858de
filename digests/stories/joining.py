"""Join stories that are one event although they were not clustered: a second look.

Clustering keeps two events apart even if that splits one of them, because a wrong join
misleads. An edition however must not tell one event on two lines. So before it is
composed, stories are compared again by what an editor looks at: whether headline and
first sentences speak of the same people, places and things. Only then less similarity
of the whole texts suffices than in clustering.

Opinion, letters, reviews, roundups and the like share the words of an event without
reporting it: they are never joined.
"""

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from digests.language import words
from digests.stories.assembly import follow_links
from digests.stories.clustering import (
    Neighbours,
    are_contradictory,
    find_neighbours,
    name_others,
)
from digests.stories.profiles import ArticleProfile, build_profiles, measure_gap
from digests.stories.terms import (
    DAILY_STEMS,
    OFFICE_STEMS,
    find_lead_terms,
    has_body,
)
from digests.types import Article, ArticleKind, StoryMembership

#: The kinds that report an event.
REPORTING_KINDS: frozenset[ArticleKind] = frozenset(
    ("news", "live", "feature", "obituary")
)
#: Similarity of two texts whose leads agree, where clustering requires 1.
_ALIKE = 0.5
#: Later than a day, only what is reported in the same words is the same event.
_VERY_ALIKE = 0.9
_SOON, _LATEST = timedelta(hours=26), timedelta(days=7)
#: Words and share of words that two leads have in common.
_SHARED, _SHARED_UNNAMED = 3, 4
_SHARE = 0.15
#: The event that a report follows, and the fewest of its words.
_AFTER = re.compile(
    r"\b(?:nach|infolge|following|after)\s(?:the|an?|de[mr]|eine[mr]|(?-i:(?=[A-Z])))\s?"
    r"(?P<event>[^,.;:]{8,90}?)"
    r"(?=[,.;:]|\s(?:hat|haben|ist|sind|wird|werden|war|has|have|had|is|are|was)\s)",
    re.IGNORECASE,
)
_OPENING, _CAUSE_WORDS = 250, 2
#: Stems of German deeds, and of their verbs, which look otherwise.
_DEEDS: Mapping[str, str] = {
    "rücktritt": "zurückgetret",
    "festnahm": "festgenomm",
    "absturz": "abgestürz",
    "einsturz": "eingestürz",
    "tod": "gestorb",
}
#: Reports that name what others report and are not of it: the day on the markets, and
#: what somebody knew long before.
_OWN_SUBJECTS = (
    re.compile(
        r"(?:\w+\s){0,2}?(?:shares|stocks|markets?|Börse|Aktien\w*|Kurse|Leitindex)\b"
        r".*\b(?:index|Dow|Leitindex|Aktienindex)\b",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(
        r".*\b(?:(?:records|documents|letters|minutes|papers|memos?|e-?mails)\s"
        r"(?:show|reveal|suggest)|(?:seen|obtained|reviewed)\sby\s(?:the|this)\b"
        r"|(?:Unterlagen|Dokumente|Gutachten|Schreiben)\b[^.]{0,60}\bvor(?:liegen|liegt)?\b)",
        re.IGNORECASE | re.DOTALL,
    ),
)
#: Articles of a story that are compared with those of another.
_COMPARED = 6
#: Share of the pairs of two stories that must resemble each other.
_AGREEING = 0.5


def join_events(
    articles: Sequence[Article],
    memberships: Sequence[StoryMembership],
    kinds: Mapping[str, ArticleKind],
    kept: Container[str] = frozenset(),
) -> tuple[StoryMembership, ...]:
    """The memberships, with one story for each event.

    Args:
        articles: In order of time.
        memberships: One for each article.
        kinds: From article to kind; an article without one is news.
        kept: Story ids that readers know, which win over others.
    """
    own = {m.article: m.story for m in memberships if m.duplicate_of is None}
    compared = [
        a
        for a in articles
        if a.id in own and kinds.get(a.id, "news") in REPORTING_KINDS and has_body(a)
    ]
    story_of = [own[a.id] for a in compared]
    if len(set(story_of)) < 2:
        return tuple(memberships)
    # Time counts here by the rules of this module, so the profiles have none.
    profiles = [replace(p, hours=None) for p in build_profiles(compared)]
    leads = [find_lead_terms(a) for a in compared]
    subjects = [_find_own_subjects(a) for a in compared]
    causes = [_find_cause(a) for a in compared]
    near = find_neighbours(profiles)
    members: dict[str, list[int]] = defaultdict(list)
    for place, story in enumerate(story_of):
        members[story].append(place)
    links = [
        (-score, story_of[i], story_of[j])
        for i, row in enumerate(near)
        for j, score in row.items()
        if i < j
        and subjects[i] == subjects[j]
        and not are_contradictory(profiles[i], profiles[j])
        and not name_others(
            profiles[i],
            profiles[j],
            profiles[i].weights.keys() & profiles[j].weights.keys(),
        )
        and (
            _have_one_lead(
                *_drop_daily_words((leads[i], leads[j]), (profiles[i], profiles[j])),
                score,
                (compared[i], compared[j]),
                # A live blog opens with its latest entry, whatever that is about.
                0
                if "live" in map(kinds.get, (compared[i].id, compared[j].id))
                else _SHARE,
            )
            or (
                score >= _ALIKE
                and measure_gap(compared[i], compared[j]) <= _SOON
                and (_names(causes[i], leads[j]) or _names(causes[j], leads[i]))
            )
        )
    ]
    named = _merge_stories(sorted(links), members, near, kept)
    return tuple(replace(m, story=named.get(m.story, m.story)) for m in memberships)


def _find_own_subjects(article: Article) -> tuple[bool, ...]:
    opening = f"{article.title or ''}. {article.text[:_OPENING]}"
    return tuple(bool(pattern.match(opening)) for pattern in _OWN_SUBJECTS)


def _have_one_lead(
    lead: frozenset[str],
    other_lead: frozenset[str],
    score: float,
    pair: tuple[Article, Article],
    least: float,
) -> bool:
    """Whether two reports are of one event, by their leads, likeness and times.

    `least` is the share of the words of the shorter lead that must be in both.
    """
    shared = lead & other_lead
    # Who holds an office, or wants one, does several things a day.
    of_office = not OFFICE_STEMS.isdisjoint(shared)
    share = words.measure_containment(lead, other_lead)
    english = {words.resolve_language(a.lang) for a in pair} == {"en"}
    required = _SHARED if english else _SHARED_UNNAMED
    apart = measure_gap(*pair)
    late = apart > _SOON
    return (
        apart <= _LATEST
        and score >= (_VERY_ALIKE if late else _ALIKE)
        and len(shared - OFFICE_STEMS) >= required + late + of_office
        and share >= least
    )


def _drop_daily_words(
    leads: tuple[frozenset[str], frozenset[str]], profiles: Sequence[ArticleProfile]
) -> tuple[frozenset[str], frozenset[str]]:
    """The leads; of two items of one outlet, one of them short, without daily words.

    A van hits a tractor in the town of the disaster: town, hospital, fire and police
    are the same, and the event is another one.
    """
    one, other = profiles
    if not (one.short or other.short) or not one.source or one.source != other.source:
        return leads
    return leads[0] - DAILY_STEMS, leads[1] - DAILY_STEMS


def _names(cause: frozenset[str], lead: frozenset[str]) -> bool:
    """Whether one report names the event of another: «After the fire in Hallin, …»."""
    return len(cause) >= _CAUSE_WORDS and all(
        word in lead or _DEEDS.get(word) in lead for word in cause
    )


def _find_cause(article: Article) -> frozenset[str]:
    """The words of the event after which, by its opening, an article happens."""
    named = _AFTER.search(article.text[:_OPENING])
    text = named["event"] if named else ""
    return find_lead_terms(replace(article, title=None, text=text))


def _merge_stories(
    links: Sequence[tuple[float, str, str]],
    members: dict[str, list[int]],
    near: Neighbours,
    kept: Container[str],
) -> dict[str, str]:
    """From each joined story to the name of its event; the strongest links first."""
    now: dict[str, str] = {}
    for _, one, other in links:
        first, second = follow_links(one, now), follow_links(other, now)
        if first == second or not _resemble(members[first], members[second], near):
            continue
        name, gone = sorted(
            (first, second), key=lambda s: (s not in kept, -len(members[s]), s)
        )
        now[gone] = name
        members[name] += members.pop(gone)
    return {story: follow_links(story, now) for story in now}


def _resemble(one: Sequence[int], other: Sequence[int], near: Neighbours) -> bool:
    """Whether most articles of two stories resemble each other."""
    pairs = [(i, j) for i in one[:_COMPARED] for j in other[:_COMPARED]]
    alike = sum(j in near[i] for i, j in pairs)
    return alike >= _AGREEING * len(pairs)
