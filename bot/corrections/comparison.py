"""Compare an article's texts with what an edition shows, and record corrections.

load_comparison     everything that is needed from the database, in one read
compare_edition     the corrections, pure: what is corrected, and what replaces it
record_corrections  stored in one transaction with the revision that was compared
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from bot.model import SEPARATE_KEY, Digest, Payload, StoredEdition
from bot.storage import (
    Connection,
    article_store,
    correction_store,
    digest_store,
    edition_store,
    ledger_store,
    published_article_store,
)
from bot.storage.correction_store import Correction, CorrectionState
from bot.storage.published_article_store import PublishedArticle
from digests.corrections.amendments import Amendment, apply_amendments
from digests.corrections.detection import find_corrections
from digests.corrections.story_comparison import (
    find_amendment,
    refer_to_source,
    relocate_story,
)
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.types import Article, BriefStory, EditionStory, PublishedLedger, frozen

#: After a correction, an article is not compared again for so long: doubled each time,
#: so that an article that changes all day does not cause edits all day.
EDIT_PAUSE, LONGEST_EDIT_PAUSE = timedelta(minutes=10), timedelta(hours=6)
#: Stored changes of one article, and characters of a sentence in them.
MAX_CHANGES, MAX_SENTENCE = 8, 400


@frozen
class ComparisonInputs:
    """An article of an edition, with all texts that are compared."""

    published: PublishedArticle
    stored_edition: StoredEdition
    digest: Digest
    #: By hash: the revision compared last, and those that the edition was made from.
    versions: Mapping[str, Article]
    #: The newest text of the source.
    newest: Article
    #: Its page, as it was compared last and as it is now.
    page: Article | None = None
    newest_page: Article | None = None


def load_comparison(conn: Connection, one: PublishedArticle) -> ComparisonInputs | None:
    """Load what is compared; None if the edition or the article was deleted."""
    scope = one.scope
    stored_edition = edition_store.find_edition(conn, scope, one.edition_id)
    if stored_edition is None or edition_store.is_edition_undone(
        conn, **stored_edition.key
    ):
        return None
    find_article = partial(article_store.find_article, conn, scope, one.article_id)
    digest = digest_store.find_digest(conn, scope, stored_edition.digest_id)
    # A text of a source is never compared with that of a page.
    newest = article_store.find_source_text(conn, scope, one.article_id)
    if digest is None or newest is None:
        return None
    page = published_article_store.find_page_revision(conn, one.article_id)
    wanted = {one.revision, *_shown_revisions(stored_edition, str(one.article_id))}
    wanted |= {hash_ for hash_ in (one.page_revision, page) if hash_}
    found = {revision: find_article(revision=revision) for revision in wanted}
    versions = {revision: text[0] for revision, text in found.items() if text}
    page_text, newest_page = (
        versions.get(one.page_revision or ""),
        versions.get(page or ""),
    )
    if page_text and newest_page and (page_text.expands or newest_page.expands):
        # A full text has the title of the source.
        newest_page = replace(newest_page, title=page_text.title)
    return ComparisonInputs(
        published=one,
        stored_edition=stored_edition,
        digest=digest,
        versions=versions,
        newest=newest[0],
        page=page_text,
        newest_page=newest_page,
    )


def compare_edition(found: ComparisonInputs, at: datetime) -> tuple[Correction, ...]:
    """Find what the newest text corrects in each story that contains the article.

    Corrections by its page are then found in the result.
    """
    if found.digest.options.corrections == "off":
        return ()
    compared = found.versions.get(found.published.revision)
    own = _compare_texts(compared, found.newest, found, at)
    if found.page is None or found.newest_page is None:
        return own
    stored_edition = found.stored_edition
    changes = [one.amendment for one in own if one.amendment]
    edition = apply_amendments(stored_edition.edition, changes)
    of_page = replace(
        found,
        stored_edition=replace(stored_edition, edition=edition),
        versions={found.page.revision: found.page},
    )
    return (*own, *_compare_texts(found.page, found.newest_page, of_page, at))


def _compare_texts(
    old: Article | None, new: Article, found: ComparisonInputs, at: datetime
) -> tuple[Correction, ...]:
    if old is None or old.revision == new.revision:
        return ()
    changes = _list_changes(old, new)
    stories = _stories_with(found.stored_edition, new.id)
    corrections = (_compare_story(s, old, new, found, changes, at) for s in stories)
    return tuple(filter(None, corrections))


def _compare_story(
    story: EditionStory | BriefStory,
    old: Article,
    new: Article,
    found: ComparisonInputs,
    changes: tuple[Payload, ...],
    at: datetime,
) -> Correction | None:
    pages = {h for h, text in found.versions.items() if text.origin == "page"}
    if old is not found.page and pages:
        # What was taken from a page is looked for in the source's text.
        story = refer_to_source(story, old, pages)
        of_source = {h: v for h, v in found.versions.items() if h not in pages}
        found = replace(found, versions=of_source)
    elif old is found.page and isinstance(story, EditionStory):
        # Its spans are in another text, as far as the page has the same words.
        story = relocate_story(story, old)
    return _correct_story(story, new, found, changes, at)


def record_corrections(
    conn: Connection,
    one: PublishedArticle,
    found: ComparisonInputs | None,
    corrections: Sequence[Correction],
    now: datetime,
) -> bool:
    """Store the corrections; False if the article was compared again meanwhile."""
    revision, page = one.revision, one.page_revision
    if found is not None:
        revision = found.newest.revision
        page = found.newest_page.revision if found.newest_page else None
    later = now + _edit_pause(conn, one) if corrections else None
    counted = published_article_store.record_comparison(
        conn, one, revision, page, not_before=later
    )
    if not counted or found is None:
        return counted
    for correction in corrections:
        correction_store.add_correction(conn, one.scope, correction)
        shown = correction.amendment if correction.state == "due" else None
        if shown is not None and not _is_separate(conn, one):
            # The edited message shows it: the next edition need not.
            digest_id, published = found.digest.id, _ledger_of(correction, shown)
            ledger_store.add_to_ledger(
                conn, one.scope, one.edition_id, digest_id, published
            )
    return True


# ── steps of the above ─────────────────────────────────────────────────────────


def _is_separate(conn: Connection, one: PublishedArticle) -> bool:
    """Whether the edition went to other channels than those of its digest."""
    context = edition_store.find_render_context(conn, one.scope, one.edition_id)
    return bool(context and context.get(SEPARATE_KEY))


def _edit_pause(conn: Connection, one: PublishedArticle) -> timedelta:
    before = correction_store.count_article_corrections(
        conn, one.scope, one.edition_id, one.article_id
    )
    pause: timedelta = EDIT_PAUSE * 2 ** min(before, 10)
    return min(pause, LONGEST_EDIT_PAUSE)


def _shown_revisions(stored_edition: StoredEdition, article: str) -> set[str]:
    """Find the revisions of the article that the edition was made from."""
    edition = stored_edition.edition
    found = {
        line.article.revision for line in edition.brief if line.article.id == article
    }
    for story in edition.stories:
        found |= {ref.revision for ref in story.articles if ref.id == article}
        if story.articles[0].id == article:
            found |= {sentence.revision for sentence in story.summary}
            found |= {story.matters.revision} if story.matters else set()
        found |= {card.revision for card in story.cards if card.article == article}
        found |= {shown.revision for shown in story.figures if shown.article == article}
    return found - {""}


def _stories_with(
    stored_edition: StoredEdition, article: str
) -> Sequence[EditionStory | BriefStory]:
    edition = stored_edition.edition
    return [
        *(s for s in edition.stories if any(ref.id == article for ref in s.articles)),
        *(line for line in edition.brief if line.article.id == article),
    ]


def _correct_story(
    story: EditionStory | BriefStory,
    new: Article,
    found: ComparisonInputs,
    changes: tuple[Payload, ...],
    at: datetime,
) -> Correction | None:
    amendment = find_amendment(story, found.versions, new, at)
    if amendment is None and not changes:
        return None
    state: CorrectionState = "due" if amendment else "unshown"
    if amendment and found.digest.options.corrections == "tell":
        state = "listed"
    return Correction(
        edition_id=found.stored_edition.id,
        story=story.story if isinstance(story, BriefStory) else story.id,
        headline=story.headline.text,
        found_at=at,
        state=state,
        reason=Message("correction.listed_only") if state == "listed" else None,
        changes=changes,
        amendment=amendment,
        article_id=found.published.article_id,
        outlet=found.newest.source,
        old_revision=found.published.revision,
        new_revision=new.revision,
    )


def _list_changes(old: Article, new: Article) -> tuple[Payload, ...]:
    """List the corrected passages; a new passage corrects nothing."""
    right = (
        c for c in find_corrections(old, new) if c.old is not None or c.kind == "notice"
    )
    return tuple(
        {
            "before": one.before[:MAX_SENTENCE],
            "after": one.after[:MAX_SENTENCE],
            "old": one.old.text[:MAX_SENTENCE] if one.old else "",
            "new": one.new.text[:MAX_SENTENCE] if one.new else "",
        }
        for one in islice(right, MAX_CHANGES)
    )


def _ledger_of(correction: Correction, change: Amendment) -> PublishedLedger:
    """List what the edited message shows, and the notice in the article's own words."""
    sentences = [pair.new.text for pair in change.sentences if pair.new]
    sentences += [one["new"] for one in correction.changes if not one["old"]]
    counted = [pair.new.figure.text for pair in change.figures if pair.new]
    return PublishedLedger(
        sentences=frozenset(map(normalize_text, sentences)),
        figures=frozenset(map(normalize_text, counted)),
        quotes=frozenset(normalize_text(pair.new.text) for pair in change.cards),
    )
