"""Build stories from articles and memberships: outlets, and the article to summarise.

Of the versions of an article only the newest counts. Outlets are counted by original
texts: a wire copy adds no outlet, even if it was cut or has additional paragraphs. The
lead article is the newest that suffices (`freshness`): a text of its own that is not
behind the others, and has enough of the facts (names, numbers, rare words) that they
report.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain

from digests.language.words import measure_containment
from digests.stories import freshness, publishers
from digests.stories.profiles import Shingles, extract_shingles
from digests.stories.terms import find_salient_terms, has_body
from digests.types import Article, ArticleKind, Story, StoryMembership

_NEVER = datetime.max.replace(tzinfo=UTC)


def article_sort_key(article: Article) -> tuple[datetime, str]:
    """Sort key, earliest first; an article without a date counts as late."""
    return (article.published or _NEVER, article.id)


#: More length than this does not make a better lead.
_LONG_ENOUGH = 4000
#: Characters of text that weigh as much as one fact that others report too.
_CHARACTERS_A_FACT = 200
#: Share of the shorter text's shingles that makes two texts one report.
_TAKEN_OVER = 0.7
#: Independent texts of a story that are compared; more do not change a ranking.
_LOOKED_AT = 60


def gather_stories(
    articles: Sequence[Article],
    memberships: Sequence[StoryMembership],
    kinds: Mapping[str, ArticleKind] | None = None,
) -> tuple[Story, ...]:
    """Build the stories, in the order of their first article in `articles`.

    Args:
        articles: With ids that are unique among them.
        memberships: One for each article; an article without one is left out.
        kinds: From article to kind; an article without one is news.
    """
    story_of = {m.article: m.story for m in memberships}
    copied = {m.article: m.duplicate_of for m in memberships}
    revised = {a.id: a.revises for a in articles}
    item_of = {name: follow_links(name, revised) for name in revised}
    # Of each item the latest version that no other one replaces.
    replaced = set(revised.values())
    ordered = sorted(articles, key=article_sort_key)
    ordered.sort(key=lambda a: a.id not in replaced)
    newest = {item_of[a.id]: a.id for a in ordered}
    members: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if article.id in story_of and newest[item_of[article.id]] == article.id:
            members[story_of[article.id]].append(article)
    first = {a.id: follow_links(a.id, copied) for a in articles}
    text_of = {name: item_of.get(text, text) for name, text in first.items()}
    return tuple(
        _build_story(name, found, _find_originals(found, copied, text_of), kinds or {})
        for name, found in members.items()
    )


def follow_links(start: str, links: Mapping[str, str | None]) -> str:
    """The end of a chain of links; the least name of one that is a circle."""
    seen = [start]
    while after := links.get(seen[-1]):
        if after in seen:
            return min(seen[seen.index(after) :])
        seen.append(after)
    return seen[-1]


def _build_story(
    name: str,
    members: Sequence[Article],
    originals: Sequence[Article],
    kinds: Mapping[str, ArticleKind],
) -> Story:
    lead = originals[0]
    if len(originals) > 1:
        lead = freshness.choose_lead(originals, rate_articles(originals), kinds)
    others = sorted((a for a in members if a.id != lead.id), key=article_sort_key)
    outlets = publishers.list_outlets((lead, *originals))
    return Story(id=name, articles=(lead, *others), outlets=outlets)


def _find_originals(
    members: Sequence[Article],
    copied: Mapping[str, str | None],
    text_of: Mapping[str, str],
) -> list[Article]:
    """One article of each text: the original, or its earliest copy without one."""
    kept: dict[str, Article] = {}
    ordered = sorted(members, key=article_sort_key)
    for article in sorted(ordered, key=lambda a: copied[a.id] is not None):
        kept.setdefault(text_of[article.id], article)
    return _select_independent(sorted(kept.values(), key=article_sort_key))


def _select_independent(articles: Sequence[Article]) -> list[Article]:
    """The articles that share less than most of their text with an earlier one."""
    if len(articles) == 1:
        return list(articles)
    kept: list[Article] = []
    texts: list[Shingles] = []
    for article in articles:
        if has_body(article):
            own = extract_shingles(article.text)
            shares = (measure_containment(own, text) for text in texts[:_LOOKED_AT])
            if any(share >= _TAKEN_OVER for share in shares):
                continue
            texts.append(own)
        kept.append(article)
    return kept


def rate_articles(articles: Sequence[Article]) -> Mapping[str, float]:
    """How much of what reports of a story say each of them has, by their ids."""
    facts = {a.id: find_salient_terms(a) for a in articles}
    shared = Counter(chain.from_iterable(facts.values()))
    return {a.id: _rate_article(a, facts[a.id], shared) for a in articles}


def _rate_article(
    article: Article, facts: Iterable[str], shared: Mapping[str, int]
) -> float:
    if not has_body(article):
        return 0.0
    length = min(len(article.text), _LONG_ENOUGH) / _CHARACTERS_A_FACT
    return 1 + length + sum(shared[stem] > 1 for stem in facts)
