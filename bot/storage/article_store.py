"""Articles and their revisions.

An article is identified by its source and by every id under which the source has
published it: its own and, if it replaces an earlier one, that one's. So a correction
that arrives before the text that it corrects still belongs to the same article.

The current revision is the source's newest text, or its full text, read from the page
behind it. The source's newest text is then a revision beside it,
with which the source's next text is compared: a text of a source is never compared with
that of a page.

`store_article` is used by the ingest, which works for all workspaces.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, or_, select

from bot.model.digest import Source, StoredArticle
from bot.model.scope import Scope
from bot.storage.article_search import index_revision, remove_article_from_index
from bot.storage.published_article_store import (
    REREAD_ID,
    follow_page_text,
    mark_article_changed,
)
from bot.storage.revision_store import (
    REVISION_COLUMNS,
    REVISION_JOIN,
    article_from_row,
    insert_revision,
)
from bot.storage.schema import (
    article_ids,
    articles,
    page_readings,
    revisions,
    sources,
)
from bot.storage.statements import (
    Condition,
    batched,
    filter_visible_sources,
    find_first,
    first_scalar,
    from_row,
    insert_all,
    insert_row,
    list_all,
    update_rows,
)
from digests.language.normalization import revision_hash
from digests.types import Article, frozen

#: Maximum length of an id: a feed can use whole paragraphs; index entries are limited.
_MAX_ID_LENGTH = 500
_REVISION, _READING = revisions.c, page_readings.c
#: The hash of the source's newest text, of a current revision in `_WITH_READING`.
_OFFERED = case(
    (_REVISION.origin == "page", func.coalesce(_READING.expands, _REVISION.expands)),
    else_=_REVISION.hash,
)
_WITH_READING = REVISION_JOIN.outerjoin(
    page_readings, _READING.article_id == _REVISION.article_id
)
#: Whether the text of a revision was not deleted because of its age.
_HAS_TEXT = or_(_REVISION.text != "", _REVISION.title.is_not(None))


@frozen
class KnownArticle:
    """A stored article of a source: the source's newest text and all its revisions."""

    article: Article
    hashes: frozenset[str]
    #: Whether its current revision is the full text of `article`.
    full: bool = False
    #: When the current revision was fetched, and whether it counts as published.
    fetched_at: datetime
    baseline: bool


@frozen
class ArticleArrival:
    """When an article's current text was fetched."""

    fetched_at: datetime
    #: It counted as already published when it arrived.
    baseline: bool


def store_article(
    conn: Connection,
    source: Source,
    article: Article,
    now: datetime,
    names: Sequence[str] = (),
    baseline: bool = False,
    keep_full: bool = False,
) -> tuple[StoredArticle, bool]:
    """Store an article from a source; True if this revision is new.

    Args:
        conn: Inside a transaction.
        source: Source of the article.
        article: Its `id` and `revises` are the source's ids.
        now: When it was fetched.
        names: Further names that identify the source's article; the first that is
            known decides which one it is.
        baseline: Store it as if it had been published: `list_fresh_articles` leaves
            it out.
        keep_full: A full text stays current, because this text has the same facts as
            the one that it was read for.

    A new revision becomes the current one unless it is dated before the current one.
    """
    lock_source(conn, source.id)
    name = shorten_id(article.id)
    article_id = _get_article_id(conn, source, article, names, now)
    same_text = _REVISION.hash == hash_article(article)
    known = conn.execute(
        select_revisions(articles.c.id == article_id, same_text)
    ).first()
    if known is not None:
        stored, is_new = _reuse_revision(conn, known, name), False
    elif keep_full and _offer_beside_full_text(conn, article_id, article, now):
        stored = _insert(conn, article_id, article, name, now, baseline, current=False)
        mark_article_changed(conn, article_id, now)
        return stored, True
    else:
        stored = _add_revision(conn, article_id, article, name, now, baseline)
        is_new = True
    turned = stored.current and not (known is not None and known.current)
    if turned and stored.first_seen != now:
        mark_article_changed(conn, article_id, now)
    return stored, is_new


def find_known_articles(
    conn: Connection, source_id: int, names: Collection[str]
) -> dict[str, KnownArticle]:
    """Find the source's stored articles with these names, by name."""
    short = {shorten_id(name): name for name in names}
    ids: dict[str, int] = {}
    for some in batched(short):
        found = find_article_ids(conn, source_id, some)
        ids |= {short[name]: key for name, key in found.items()}
    known = _load_known_articles(conn, sorted(set(ids.values())))
    return {name: known[key] for name, key in ids.items() if key in known}


def find_article_ids(
    conn: Connection, source_id: int, names: Sequence[str]
) -> dict[str, int]:
    """Find the keys of a source's articles by their names, as far as known."""
    column = article_ids.c
    mine = (column.source_id == source_id, column.external_id.in_(names))
    query = select(column.external_id, column.article_id).where(*mine)
    return dict(list_all(conn, query, tuple))


def _load_known_articles(
    conn: Connection, keys: Sequence[int]
) -> dict[int, KnownArticle]:
    hashes: dict[int, set[str]] = defaultdict(set)
    current: dict[int, Row[Any]] = {}
    for some in batched(keys):
        mine = _REVISION.article_id.in_(some)
        all_hashes = select(_REVISION.article_id, _REVISION.hash).where(mine)
        for key, version in conn.execute(all_hashes):
            hashes[key].add(version)
        query = select(*REVISION_COLUMNS, _REVISION.baseline).select_from(REVISION_JOIN)
        rows = conn.execute(query.where(mine, _REVISION.current))
        current |= {row.article_id: row for row in rows}
    full = [key for key, row in current.items() if row.origin == "page"]
    offered = load_source_texts(conn, full)
    return {
        key: from_row(
            KnownArticle,
            row,
            article=offered.get(key) or article_from_row(row),
            hashes=frozenset(hashes[key]),
            full=key in offered,
        )
        for key, row in current.items()
    }


def load_source_texts(
    conn: Connection, article_ids: Collection[int]
) -> dict[int, Article]:
    """Load the newest texts that their sources give of these articles, by their keys.

    Without those that were deleted because of their age.
    """
    found: dict[int, Article] = {}
    for some in batched(article_ids):
        current = (
            select(_REVISION.article_id, _OFFERED.label("hash"))
            .select_from(_WITH_READING)
            .where(_REVISION.article_id.in_(some), _REVISION.current)
            .subquery()
        )
        query = select_revisions(
            _REVISION.article_id == current.c.article_id,
            _REVISION.hash == current.c.hash,
            _HAS_TEXT,
        )
        found |= {row.article_id: article_from_row(row) for row in conn.execute(query)}
    return found


def list_fresh_articles(
    conn: Connection,
    source_ids: Sequence[int],
    since: datetime,
    until: datetime | None = None,
    called: Mapping[int, str] | None = None,
    include_baseline: bool = False,
    without_pages: Collection[int] = (),
) -> tuple[Article, ...]:
    """List the current revisions that were fetched from `since` on, newest first.

    The time of fetching counts, because an article found late is still news; the
    composer decides whether it is too old.

    Args:
        conn: Inside a transaction.
        source_ids: Keys of the sources, from a digest.
        since: Earliest time of fetching.
        until: Excludes what was fetched then or later.
        called: Names of sources in the digest; they do not replace an outlet that the
            text itself names.
        include_baseline: Include what counted as already published when it arrived.
        without_pages: Keys of sources whose own texts are listed, not those of pages.
    """
    names = called or {}
    then = [] if until is None else [_REVISION.fetched_at < until]
    if not include_baseline:
        then.append(~_REVISION.baseline)
    here = articles.c.source_id.in_(source_ids)
    query = (
        select(*REVISION_COLUMNS)
        .select_from(REVISION_JOIN)
        .where(_REVISION.current, _REVISION.fetched_at >= since, here, *then)
        .where(_HAS_TEXT)
        .order_by(_REVISION.dated_at.desc(), _REVISION.id.desc())
    )
    rows = conn.execute(query).all()
    left_out = [
        row.article_id
        for row in rows
        if row.source_id in without_pages and row.origin == "page"
    ]
    texts = load_source_texts(conn, left_out)
    found = ((row, texts.get(row.article_id) or article_from_row(row)) for row in rows)
    return tuple(
        article
        if row.source_id not in names or row.outlet not in (None, row.source_name)
        else replace(article, source=names[row.source_id])
        for row, article in found
    )


def list_full_texts(
    conn: Connection, article_ids: Collection[int]
) -> dict[int, dict[str, str]]:
    """List the full texts of these articles: hash → hash of the text that it expands.

    By the keys of the articles.
    """
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    columns = (_REVISION.article_id, _REVISION.hash, _REVISION.expands)
    for some in batched(article_ids):
        mine = (_REVISION.article_id.in_(some), _REVISION.expands.is_not(None))
        for key, full, expanded in conn.execute(select(*columns).where(*mine)):
            found[key][full] = expanded
    return found


def list_article_sources(
    conn: Connection, article_ids: Collection[int]
) -> dict[int, int]:
    """Map the keys of articles to those of their sources."""
    column, found = articles.c, dict[int, int]()
    for some in batched(article_ids):
        query = select(column.id, column.source_id).where(column.id.in_(some))
        found |= dict(list_all(conn, query, tuple))
    return found


def find_source_text(
    conn: Connection, scope: Scope, article_id: int
) -> tuple[Article, StoredArticle] | None:
    """Find the newest text that the source gives of an article; as `find_article`."""
    current = _find_offered(conn, article_id)
    if current is None:
        return None
    return find_article(conn, scope, article_id, current.offered)


def find_expanded_text(
    conn: Connection, article_id: int, full: str | None
) -> Article | None:
    """Find the source's text that a stored full text (hash) expands."""
    here = _REVISION.article_id == article_id
    of = select(_REVISION.expands).where(here, _REVISION.hash == full)
    expanded = first_scalar(conn, of)
    query = select_revisions(here, _REVISION.hash == expanded, _HAS_TEXT)
    return find_first(conn, query, article_from_row) if expanded else None


def mark_whole(conn: Connection, article_id: int, revision: str | None) -> None:
    """Record that the page of an article has no more than the source's text."""
    this = (_REVISION.article_id == article_id, _REVISION.hash == revision)
    update_rows(conn, revisions, *this, excerpt=False)


def find_article(
    conn: Connection, scope: Scope, article_id: int, revision: str | None = None
) -> tuple[Article, StoredArticle] | None:
    """Find an article, in its current revision or in the one with this hash.

    None also if its text was deleted because of its age.
    """
    version = _REVISION.current if revision is None else _REVISION.hash == revision
    mine = articles.c.id == article_id
    query = select_revisions(mine, version, _HAS_TEXT, filter_visible_sources(scope))
    return find_first(
        conn, query, lambda row: (article_from_row(row), build_stored_article(row))
    )


def find_article_arrival(
    conn: Connection, scope: Scope, article_id: int
) -> ArticleArrival | None:
    """Find when the current text of an article that the workspace sees was fetched."""
    query = select(_REVISION.fetched_at, _REVISION.baseline).select_from(REVISION_JOIN)
    mine = (*_is_current(article_id), filter_visible_sources(scope))
    return find_first(conn, query.where(*mine), ArticleArrival)


def _get_article_id(
    conn: Connection,
    source: Source,
    article: Article,
    further: Sequence[str],
    now: datetime,
) -> int:
    """Return the article's key; create the article if none of its names is known."""
    names = list_names(article, further)
    found = find_article_ids(conn, source.id, names)
    article_id = next((found[name] for name in names if name in found), None)
    if article_id is None:
        new = {"source_id": source.id, "url": article.url, "first_seen": now}
        article_id = insert_row(conn, articles, **new)
    mine = {"source_id": source.id, "article_id": article_id}
    unknown = [{"external_id": name, **mine} for name in names if name not in found]
    insert_all(conn, article_ids, unknown)
    return article_id


def lock_source(conn: Connection, source_id: int) -> None:
    """Let no other transaction store articles of this source: it could be one twice."""
    row = select(sources.c.id).where(sources.c.id == source_id)
    conn.execute(row.with_for_update(key_share=True))


def list_names(article: Article, further: Sequence[str]) -> list[str]:
    """List the names of an article in its source, the most reliable first."""
    given = (article.id, article.revises, *further)
    return list(dict.fromkeys(shorten_id(name) for name in given if name))


def _reuse_revision(conn: Connection, row: Row[Any], name: str) -> StoredArticle:
    """Reuse a stored revision.

    Under the name of the current revision, the source reverted to the earlier text; the
    full text of that is current again, if there is one.
    """
    back = row.external_id == name and not row.current
    if back:
        now = _find_offered(conn, row.article_id)
        back = now is not None and now.external_id == name and now.offered != row.hash
    if not back:
        return build_stored_article(row)
    full = _find_full_text(conn, row)
    if full is not None:
        _offer_text(conn, row.article_id, row.hash)
    _make_current(conn, full or row)
    return build_stored_article(full or row, current=True)


def store_full_text(
    conn: Connection, article_id: int, full: Article, now: datetime
) -> tuple[StoredArticle, bool] | None:
    """Make the full text of the source's newest text current; True if it is new.

    It counts as fetched, and as published or not, with the text that it expands. None:
    the source offers another text by now, or it was deleted because of its age.

    Args:
        conn: Inside a transaction.
        article_id: Key of the article.
        full: With its `revision` and what it `expands`.
        now: The present instant.
    """
    here = _REVISION.article_id == article_id
    base = conn.execute(
        select_revisions(here, _REVISION.hash == full.expands, _HAS_TEXT)
    ).first()
    before = _find_offered(conn, article_id)
    if base is None or before is None or before.offered != full.expands:
        return None
    query = select_revisions(here, _REVISION.hash == full.revision)
    row, is_new = conn.execute(query).first(), False
    if row is None or row.external_id.startswith(REREAD_ID):
        row, is_new = _add_full_text(conn, base, full, row), True
    if before.hash != full.revision:
        _make_current(conn, row)
    if before.origin == "page":
        follow_page_text(conn, article_id, before.hash, row.hash, now)
    return build_stored_article(row, current=True), is_new


def _add_full_text(
    conn: Connection, base: Row[Any], full: Article, read: Row[Any] | None
) -> Row[Any]:
    """Store a full text, or complete a text of its page that was stored as `read`."""
    if read is None:
        revision_id = insert_revision(
            conn,
            base.article_id,
            external_id=base.external_id,
            article=replace(full, source=base.outlet or ""),
            hash=full.revision,
            now=base.fetched_at,
            current=False,
            baseline=base.baseline,
        )
    else:
        revision_id = read.id
        same = ("external_id", "fetched_at", "baseline")
        values = {name: getattr(base, name) for name in same}
        this = _REVISION.id == revision_id
        update_rows(conn, revisions, this, expands=full.expands, **values)
    return conn.execute(select_revisions(_REVISION.id == revision_id)).one()


def _find_offered(conn: Connection, article_id: int) -> Row[Any] | None:
    """Find the current revision and the hash of the source's newest text."""
    columns = (_REVISION.external_id, _REVISION.hash, _REVISION.origin)
    query: Select[Any] = select(*columns, _OFFERED.label("offered"))
    here = query.select_from(_WITH_READING).where(*_is_current(article_id))
    return conn.execute(here).first()


def _find_full_text(conn: Connection, row: Row[Any]) -> Row[Any] | None:
    """Find the newest full text of a source's text."""
    of_it = (_REVISION.article_id == row.article_id, _REVISION.expands == row.hash)
    analysed = ~_REVISION.external_id.startswith(REREAD_ID, autoescape=True)
    query = select_revisions(*of_it, analysed, _HAS_TEXT).order_by(_REVISION.id.desc())
    return conn.execute(query.limit(1)).first()


def _make_current(conn: Connection, row: Row[Any]) -> None:
    """Make a stored revision the current one of its article."""
    _retire_current_revision(conn, row.article_id)
    update_rows(conn, revisions, _REVISION.id == row.id, current=True)
    index_row(conn, row)


def _offer_text(
    conn: Connection, article_id: int, revision: str, next_at: datetime | None = None
) -> None:
    """Set the source's newest text, beside the full text that is current.

    Args:
        conn: Inside a transaction.
        article_id: Key of the article.
        revision: Hash of the source's text.
        next_at: When the page may be read again; None = it need not.
    """
    mine = _READING.article_id == article_id
    values = {"expands": revision, "next_at": next_at, "tries": 0}
    update_rows(conn, page_readings, mine, **values)


def _offer_beside_full_text(
    conn: Connection, article_id: int, article: Article, now: datetime
) -> bool:
    """Set the source's newest text; False if the current revision is no full text."""
    query = select(_REVISION.origin).where(*_is_current(article_id))
    if first_scalar(conn, query) != "page":
        return False
    _offer_text(conn, article_id, hash_article(article), next_at=now)
    return True


def _add_revision(
    conn: Connection,
    article_id: int,
    article: Article,
    name: str,
    now: datetime,
    baseline: bool,
) -> StoredArticle:
    current = _is_newer(conn, article_id, article)
    if current:
        _retire_current_revision(conn, article_id)
        if article.url is not None:
            mine = articles.c.id == article_id
            update_rows(conn, articles, mine, url=article.url)
    return _insert(conn, article_id, article, name, now, baseline, current)


def _insert(
    conn: Connection,
    article_id: int,
    article: Article,
    name: str,
    now: datetime,
    baseline: bool,
    current: bool,
) -> StoredArticle:
    revision_id = insert_revision(
        conn,
        article_id,
        external_id=name,
        article=article,
        hash=hash_article(article),
        now=now,
        current=current,
        baseline=baseline,
    )
    query = select_revisions(_REVISION.id == revision_id)
    row = conn.execute(query).one()
    if current:
        index_row(conn, row)
    return build_stored_article(row)


def select_revisions(*where: Condition) -> Select[Any]:
    """Select revisions with the columns of an article and of a `StoredArticle`."""
    columns = (_REVISION.external_id, _REVISION.dated_at, _REVISION.baseline)
    return select(*REVISION_COLUMNS, *columns).select_from(REVISION_JOIN).where(*where)


def _is_current(article_id: int) -> tuple[Condition, ...]:
    return _REVISION.article_id == article_id, _REVISION.current


def index_row(conn: Connection, row: Row[Any]) -> None:
    """Index a revision, a row of `select_revisions`, for the search."""
    index_revision(
        conn,
        revision_id=row.id,
        source_id=row.source_id,
        dated_at=row.dated_at,
        article=article_from_row(row),
    )


def _is_newer(conn: Connection, article_id: int, article: Article) -> bool:
    query = select(_REVISION.published).where(*_is_current(article_id))
    before = first_scalar(conn, query)
    if before is None or article.published is None:
        return True
    return bool(article.published >= before)


def _retire_current_revision(conn: Connection, article_id: int) -> None:
    remove_article_from_index(conn, article_id)
    update_rows(conn, revisions, *_is_current(article_id), current=False)


def hash_article(article: Article) -> str:
    """Return the hash by which a revision of an article is known."""
    return article.revision or revision_hash(article.title, article.text)


def shorten_id(name: str) -> str:
    """Shorten a name of an article to what is stored of it."""
    if len(name) <= _MAX_ID_LENGTH:
        return name
    return "sha256:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def build_stored_article(row: Row[Any], **changes: Any) -> StoredArticle:
    """Build a `StoredArticle` from a row of `select_revisions`."""
    return from_row(StoredArticle, row, revision_id=row.id, **changes)
