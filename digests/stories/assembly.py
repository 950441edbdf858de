"""Build stories from articles and memberships: outlets, and the article to summarise.

Of the versions of an article only the newest counts. Outlets are counted by original
texts: a wire copy adds no outlet, even if it was cut or has additional paragraphs. The
lead article is the newest that suffices (`freshness`): a text of its own that is not
behind the others, and has enough of the facts (names, numbers, rare words) that they
report.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from digests.language.words import measure_containment
from digests.stories import freshness
from digests.stories.duplicates import Shingles, extract_shingles
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
    by_id = {membership.article: membership for membership in memberships}
    versions = _group_versions(articles)
    current = {_find_last_version(found).id for found in versions.values()}
    item_of = {a.id: name for name, found in versions.items() for a in found}
    copy_of = {a.id: _find_original_id(a.id, by_id) for a in articles}
    text_of = {name: item_of.get(first, first) for name, first in copy_of.items()}
    members: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if article.id in by_id and article.id in current:
            members[by_id[article.id].story].append(article)
    return tuple(
        _build_story(name, found, _find_originals(found, by_id, text_of), kinds or {})
        for name, found in members.items()
    )


def _group_versions(articles: Sequence[Article]) -> Mapping[str, Sequence[Article]]:
    """The articles of one item under the name of its first version."""
    by_id = {article.id: article for article in articles}
    versions: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        versions[_first_version(article, by_id)].append(article)
    return versions


def _first_version(article: Article, by_id: Mapping[str, Article]) -> str:
    seen = {article.id}
    name = article.revises or article.id
    while name not in seen and name in by_id:
        seen.add(name)
        name = by_id[name].revises or name
    # In a cycle of claims every member must get the same name.
    return min(seen) if name in seen and by_id[name].revises else name


def _find_last_version(versions: Sequence[Article]) -> Article:
    revised = {article.revises for article in versions}
    open_ends = [a for a in versions if a.id not in revised] or list(versions)
    return max(open_ends, key=article_sort_key)


def _build_story(
    name: str,
    members: Sequence[Article],
    originals: Sequence[Article],
    kinds: Mapping[str, ArticleKind],
) -> Story:
    shared = Counter(
        stem for article in originals for stem in find_salient_terms(article)
    )
    ratings = {a.id: _rate_article(a, shared) for a in originals}
    lead = freshness.choose_lead(originals, ratings, kinds)
    others = sorted((a for a in members if a.id != lead.id), key=article_sort_key)
    outlets = dict.fromkeys(
        [lead.source, *(a.source for a in sorted(originals, key=article_sort_key))]
    )
    return Story(
        id=name,
        articles=(lead, *others),
        outlets=tuple(outlet for outlet in outlets if outlet),
    )


def _find_originals(
    members: Sequence[Article],
    by_id: Mapping[str, StoryMembership],
    text_of: Mapping[str, str],
) -> list[Article]:
    """One article of each text: the original, or its earliest copy without one."""
    kept: dict[str, Article] = {}
    for is_copy in (False, True):
        for article in sorted(members, key=article_sort_key):
            if (by_id[article.id].duplicate_of is not None) == is_copy:
                kept.setdefault(text_of[article.id], article)
    return _select_independent(sorted(kept.values(), key=article_sort_key))


def _select_independent(articles: Sequence[Article]) -> list[Article]:
    """The articles that share less than most of their text with an earlier one."""
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


def _find_original_id(article: str, by_id: Mapping[str, StoryMembership]) -> str:
    """The id of the first article that has the text of this one."""
    seen = {article}
    while article in by_id and (before := by_id[article].duplicate_of):
        if before in seen:
            break
        seen.add(before)
        article = before
    return article


def _rate_article(article: Article, shared: Mapping[str, int]) -> float:
    if not has_body(article):
        return 0.0
    facts = sum(shared[stem] > 1 for stem in find_salient_terms(article))
    return 1 + facts + min(len(article.text), _LONG_ENOUGH) / _CHARACTERS_A_FACT
