"""Tables of articles, of quotes and figures extracted from them, and of stories."""

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    event,
    false,
    true,
)

from bot.storage.columns import Instant, Json, SafeText, SearchTerms
from bot.storage.schema.base import (
    CodePointText,
    Key,
    define_table,
    key_reference,
    metadata,
    optional_columns,
    reference_column,
    required_columns,
    same_workspace,
    unique_index,
    workspace_column,
)

articles = define_table(
    "articles",
    reference_column("source_id", "sources.id"),
    Column("url", SafeText),
    *required_columns(Instant, "first_seen"),
    Index(None, "source_id"),
)

# Every id under which a source has published an article: its own, and the ids of the
# versions that it replaces.
article_ids = Table(
    "article_ids",
    metadata,
    key_reference("source_id", "sources.id"),
    Column("external_id", SafeText, primary_key=True),
    Column(
        "article_id",
        Key,
        ForeignKey("articles.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
)

revisions = define_table(
    "revisions",
    reference_column("article_id", "articles.id"),
    *required_columns(SafeText, "hash"),
    # The one of the article's ids under which this revision was read.
    *required_columns(SafeText, "external_id"),
    *required_columns(Boolean, "current"),
    *required_columns(Instant, "fetched_at"),
    # When it was published, but no later than when it was fetched; never NULL. The sort
    # key of «newest first».
    *required_columns(Instant, "dated_at"),
    Column("published", Instant),
    # The outlet that the text itself names; NULL = the source's name.
    *optional_columns(SafeText, "outlet", "author", "lang", "sample", "title"),
    *required_columns(SafeText, "text"),
    # Counts as already published when it arrived, so that it is not news.
    Column("baseline", Boolean, nullable=False, server_default=false()),
    # The text is an excerpt that continues elsewhere.
    Column("excerpt", Boolean, nullable=False, server_default=false()),
    # source = as the source gives it; page = read from the page behind the entry.
    Column("origin", SafeText, nullable=False, server_default="source"),
    # The hash of the source's text that this is the full text of; NULL for texts of a
    # source.
    Column("expands", SafeText),
    # The address of its lead image, and what its source says of it; both may be NULL.
    *optional_columns(SafeText, "image", "image_alt"),
    UniqueConstraint("article_id", "hash"),
    Index(None, "current", "dated_at"),
    Index(None, "current", "fetched_at"),
)
# SQLite uses it only for conditions with the same spelling: `current = 1`.
Index(
    "uq_revisions_current",
    revisions.c.article_id,
    unique=True,
    sqlite_where=revisions.c.current == true(),
    info={"postgresql_where": revisions.c.current},
)

# The last reading of the page behind an article for its full text: what came of it, and
# what the page's host has been asked for.
page_readings = Table(
    "page_readings",
    metadata,
    key_reference("article_id", "articles.id", autoincrement=False),
    *required_columns(SafeText, "host"),
    # The hash of the source's text for which the page was read.
    *required_columns(SafeText, "expands"),
    *required_columns(Instant, "asked_at"),
    # How often it was asked for this text, and the requests in the hour of `asked_at`.
    *required_columns(Integer, "tries", "requests"),
    # A page verdict, or why the page could not be read; NULL: it is being read.
    Column("verdict", SafeText),
    # When the page answered; NULL: it did not.
    Column("read_at", Instant),
    # When it may be asked again; NULL: never for this text.
    Column("next_at", Instant),
    *optional_columns(SafeText, "etag", "last_modified"),
    Index(None, "host", "asked_at"),
)

# The words of each current revision, for the full text index. Rows are inserted and
# deleted when `current` changes, and never updated. On SQLite, triggers keep a separate
# index table in sync, also when a row is deleted by a cascade.
searchable = Table(
    "searchable",
    metadata,
    key_reference("revision_id", "revisions.id", autoincrement=False),
    *required_columns(SearchTerms, "terms"),
)
Index(
    "ix_searchable_terms", searchable.c.terms, info={"postgresql_using": "gin"}
).ddl_if(dialect="postgresql")
for _statement in (
    "CREATE VIRTUAL TABLE searchable_index USING fts5(terms, content='searchable',"
    " content_rowid='revision_id', tokenize='ascii', columnsize=0)",
    "CREATE TRIGGER searchable_after_insert AFTER INSERT ON searchable BEGIN"
    " INSERT INTO searchable_index (rowid, terms)"
    " VALUES (new.revision_id, new.terms); END",
    "CREATE TRIGGER searchable_after_delete AFTER DELETE ON searchable BEGIN"
    " INSERT INTO searchable_index (searchable_index, rowid, terms)"
    " VALUES ('delete', old.revision_id, old.terms); END",
):
    event.listen(
        searchable,
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )

# The words of quotes and mentions are not stored: they are slices of the revision's
# text, from start to end.
quotes = define_table(
    "quotes",
    reference_column("revision_id", "revisions.id"),
    *required_columns(Integer, "position", "start", "end"),
    *required_columns(SafeText, "kind"),
    *optional_columns(SafeText, "speaker", "speaker_normalized", "role"),
    *optional_columns(Integer, "mention_start", "mention_end"),
    Column("cue", SafeText),
    *required_columns(Integer, "context_start", "context_end", "group_index"),
    *required_columns(Double, "confidence"),
    *required_columns(Boolean, "alone"),
    UniqueConstraint("revision_id", "position"),
)

# Each word of a speaker's name, to find quotes by the block of keys (the newest ones)
# or by source.
speaker_words = Table(
    "speaker_words",
    metadata,
    Column("block", Key, primary_key=True, autoincrement=False),
    Column("word", CodePointText, primary_key=True),
    key_reference("quote_id", "quotes.id", index=True),
    # The source of the quote's article; the row is deleted with it.
    *required_columns(Key, "source_id"),
    Index(None, "source_id", "word", "quote_id"),
    sqlite_with_rowid=False,
)

figures = define_table(
    "figures",
    reference_column("revision_id", "revisions.id"),
    *required_columns(Integer, "position", "start", "end"),
    *required_columns(Double, "value"),
    *required_columns(SafeText, "unit", "what", "label", "status"),
    *required_columns(Integer, "sentence_start", "sentence_end"),
    UniqueConstraint("revision_id", "position"),
)

stories = define_table(
    "stories",
    reference_column("workspace_id", "workspaces.id", null=True),
    Column("public_id", SafeText, nullable=False, index=True),
    *required_columns(Instant, "first_seen"),
    UniqueConstraint("workspace_id", "public_id"),
)
unique_index(
    "uq_stories_public_public_id",
    stories.c.public_id,
    where=stories.c.workspace_id.is_(None),
)

story_articles = Table(
    "story_articles",
    metadata,
    key_reference("story_id", "stories.id"),
    key_reference("article_id", "articles.id", index=True),
    # The article that this one is a copy of.
    Column("duplicate_of", Key, ForeignKey("articles.id", ondelete="SET NULL")),
    Index(None, "duplicate_of"),
)

# The stories to which the articles of a merged or split story moved, so that its id
# still leads to them.
story_moves = define_table(
    "story_moves",
    # The workspace whose view it is; NULL = everybody's.
    reference_column("workspace_id", "workspaces.id", null=True),
    *required_columns(SafeText, "story", "successor"),
    # Rank by number of articles received: 0 = the story with most of them.
    *required_columns(Integer, "position"),
    *required_columns(Instant, "moved_at"),
    Index(None, "story"),
    Index(None, "workspace_id"),
)

# The decision on each article when an edition was composed or found to be empty; one
# row for as long as the decisions stay the same.
compositions = define_table(
    "compositions",
    workspace_column(),
    *required_columns(Key, "digest_id"),
    # The first occurrence with these decisions.
    Column("occurrence_id", Key, nullable=False, index=True),
    *required_columns(Instant, "made_at", "last_seen_at"),
    *required_columns(Json, "decisions"),
    same_workspace("digests", "digest_id"),
    same_workspace("occurrences", "occurrence_id"),
    Index(None, "digest_id", "id"),
    Index(None, "workspace_id", "id"),
)
