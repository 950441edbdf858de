"""Whether another text of an article corrects what an edition told; it edits nothing.

gathered    all that is needed of the database, read at once
judge       the corrections, pure: what is put right, and what is shown instead
note        … kept, in one transaction with the version that was compared
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bot.corrections import contexts
from bot.storage import (
    Connection,
    articles,
    corrections,
    digests,
    rereads,
    told_articles,
)
from bot.storage import editions as issues
from bot.storage.corrections import Correction, State
from bot.storage.told_articles import ToldArticle
from bot.types import Digest, Issue, Payload
from digests.amending import Amendment, amended, amendment, relocated
from digests.corrections import every
from digests.language.fold import fold
from digests.types import Article, Brief, EditionStory, Told

#: How long a message that was just edited is left alone by its article: doubled with
#: each time, so that what changes all day is not edited all day.
REST, LONGEST_REST = timedelta(minutes=10), timedelta(hours=6)
#: Changes of one article that are kept, and characters of a sentence among them.
MOST, LONGEST = 8, 400
AS_SET = "Its messages stay as they are: that is how the digest is set."


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """An article of an edition, with all the texts that are compared."""

    told: ToldArticle
    issue: Issue
    digest: Digest
    #: By hash: what was compared last, and what the shown pieces were taken from.
    versions: Mapping[str, Article]
    newest: Article
    #: The page behind it, as it was compared last and as it is now.
    page: Article | None = None
    newest_page: Article | None = None


def gathered(conn: Connection, one: ToldArticle) -> Gathered | None:
    """What is compared; None where nobody wants to know any more."""
    here: dict[str, Any] = {"workspace_id": one.workspace_id}
    issue = issues.by_id(conn, **here, edition_id=one.edition_id)
    if issue is None or issues.is_undone(conn, **here, edition_id=issue.id):
        return None
    digest = digests.by_id(conn, **here, digest_id=issue.digest_id)
    newest = articles.by_id(conn, **here, article_id=one.article_id)
    if digest is None or newest is None:
        return None
    page = rereads.revision(conn, article_id=one.article_id)
    wanted = {one.revision, *_revisions(issue, str(one.article_id))}
    wanted |= {hash_ for hash_ in (one.page_revision, page) if hash_}
    found = {
        revision: articles.by_id(
            conn, **here, article_id=one.article_id, revision=revision
        )
        for revision in wanted
    }
    versions = {revision: text[0] for revision, text in found.items() if text}
    return Gathered(
        told=one,
        issue=issue,
        digest=digest,
        versions=versions,
        newest=newest[0],
        page=versions.get(one.page_revision or ""),
        newest_page=versions.get(page or ""),
    )


def judge(found: Gathered, at: datetime) -> tuple[Correction, ...]:
    """What the newest text puts right, for each story that tells the article.

    Then what the page behind it does, of what stands told after that.
    """
    if found.digest.corrections == "off":
        return ()
    compared = found.versions.get(found.told.revision)
    own = _between(compared, found.newest, found, at, found.versions)
    if found.page is None or found.newest_page is None:
        return own
    changes = [one.amendment for one in own if one.amendment]
    after = replace(found.issue, edition=amended(found.issue.edition, changes))
    only = {found.page.revision: found.page}
    behind = replace(found, issue=after)
    return (*own, *_between(found.page, found.newest_page, behind, at, only))


def _between(
    old: Article | None,
    new: Article,
    found: Gathered,
    at: datetime,
    versions: Mapping[str, Article],
) -> tuple[Correction, ...]:
    if old is None or old.revision == new.revision:
        return ()
    seen = _changes(old, new)
    several = [
        _judged(_seen_in(story, old, found), new, found, versions, seen, at)
        for story in _telling(found.issue, new.id)
    ]
    return tuple(one for one in several if one is not None)


def _seen_in(
    story: EditionStory | Brief, old: Article, found: Gathered
) -> EditionStory | Brief:
    """The story as if it were told from the page, as far as its words stand there."""
    if old is not found.page or isinstance(story, Brief):
        return story
    return relocated(story, old)


def note(
    conn: Connection,
    one: ToldArticle,
    found: Gathered | None,
    judged: Sequence[Correction],
    now: datetime,
) -> bool:
    """Keep what was judged; False when the article changed again meanwhile."""
    counted = told_articles.looked(
        conn,
        one,
        revision=found.newest.revision if found else one.revision,
        page_revision=_hash(found.newest_page) if found else one.page_revision,
        rests_until=now + _rest(conn, one) if judged else None,
    )
    if not counted or found is None:
        return counted
    here = {"workspace_id": one.workspace_id}
    for correction in judged:
        corrections.record(conn, **here, correction=correction)
        if correction.state == "due" and correction.amendment is not None:
            if _is_apart(conn, one):
                continue
            # The edited message tells it: the next edition need not.
            issues.tell(
                conn,
                **here,
                edition_id=one.edition_id,
                digest_id=found.issue.digest_id,
                told=_told_by(correction.amendment),
            )
    return True


# ── parts of the above ─────────────────────────────────────────────────────────


def _is_apart(conn: Connection, one: ToldArticle) -> bool:
    """Whether who reads the digest in its own channels does not read this edition."""
    context = issues.context(
        conn, workspace_id=one.workspace_id, edition_id=one.edition_id
    )
    return bool(context and context.get(contexts.APART))


def _rest(conn: Connection, one: ToldArticle) -> timedelta:
    before = corrections.count(
        conn,
        workspace_id=one.workspace_id,
        edition_id=one.edition_id,
        article_id=one.article_id,
    )
    rest: timedelta = REST * 2 ** min(before, 10)
    return min(rest, LONGEST_REST)


def _hash(page: Article | None) -> str | None:
    return page.revision if page else None


def _revisions(issue: Issue, article: str) -> set[str]:
    """The versions of the article that shown pieces were taken from."""
    found: set[str] = set()
    for story in issue.edition.stories:
        found |= {ref.revision for ref in story.articles if ref.id == article}
        if story.articles[0].id == article:
            shown = [*story.summary, *([story.matters] if story.matters else [])]
            found |= {sentence.revision for sentence in shown}
        found |= {card.revision for card in story.cards if card.article == article}
        found |= {told.revision for told in story.figures if told.article == article}
    found |= {
        line.article.revision
        for line in issue.edition.brief
        if line.article.id == article
    }
    return found - {""}


def _telling(issue: Issue, article: str) -> Sequence[EditionStory | Brief]:
    stories = [
        story
        for story in issue.edition.stories
        if any(ref.id == article for ref in story.articles)
    ]
    lines = [line for line in issue.edition.brief if line.article.id == article]
    return [*stories, *lines]


def _judged(
    story: EditionStory | Brief,
    new: Article,
    found: Gathered,
    versions: Mapping[str, Article],
    seen: Sequence[Payload],
    at: datetime,
) -> Correction | None:
    change = amendment(story, versions, new, at)
    if change is None and not seen:
        return None
    state: State = "due" if change else "unshown"
    as_set = change is not None and found.digest.corrections == "tell"
    return Correction(
        edition_id=found.issue.id,
        story=story.story if isinstance(story, Brief) else story.id,
        headline=story.headline.text,
        found_at=at,
        state="listed" if as_set else state,
        reason=AS_SET if as_set else None,
        changes=seen,
        amendment=change,
        article_id=found.told.article_id,
        outlet=found.newest.source,
        old_revision=found.told.revision,
        new_revision=new.revision,
    )


def _changes(old: Article, new: Article) -> tuple[Payload, ...]:
    """What was put right of what stood there; what is merely new corrects nothing."""
    right = (c for c in every(old, new) if c.old is not None or c.kind == "notice")
    return tuple(
        {
            "before": one.before[:LONGEST],
            "after": one.after[:LONGEST],
            "old": one.old.text[:LONGEST] if one.old else "",
            "new": one.new.text[:LONGEST] if one.new else "",
        }
        for one in islice(right, MOST)
    )


def _told_by(change: Amendment) -> Told:
    sentences = [pair.new.text for pair in change.sentences if pair.new]
    counted = [pair.new.figure.text for pair in change.figures if pair.new]
    return Told(
        sentences=frozenset(map(fold, sentences)),
        figures=frozenset(map(fold, counted)),
        quotes=frozenset(fold(pair.new.text) for pair in change.cards),
    )
