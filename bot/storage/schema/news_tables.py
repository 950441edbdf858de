"""Tables of articles, of what was found in them, and of stories."""

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
    id_column,
    metadata,
    reference_column,
    same_workspace,
    workspace_column,
)

articles = define_table(
    "articles",
    id_column(),
    reference_column("source_id", "sources.id"),
    Column("url", SafeText),
    Column("first_seen", Instant, nullable=False),
    Index(None, "source_id"),
)

# Every id under which a source has given an article: its own, and the ids of the
# versions that it replaces.
article_ids = Table(
    "article_ids",
    metadata,
    Column(
        "source_id",
        Key,
        ForeignKey("sources.id", ondelete="CASCADE"),
        primary_key=True,
    ),
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
    id_column(),
    reference_column("article_id", "articles.id"),
    Column("hash", SafeText, nullable=False),
    # Under which of the article's ids this revision was read.
    Column("external_id", SafeText, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    # When it was published, at the latest when it was fetched; never NULL. What «newest
    # first» sorts by.
    Column("dated_at", Instant, nullable=False),
    Column("published", Instant),
    # The outlet that the text itself names; NULL = the source's name.
    Column("outlet", SafeText),
    Column("author", SafeText),
    Column("lang", SafeText),
    Column("sample", SafeText),
    Column("title", SafeText),
    Column("text", SafeText, nullable=False),
    # Counts as published from the start: it is no news.
    Column("baseline", Boolean, nullable=False, server_default=false()),
    # The text is an excerpt that continues elsewhere.
    Column("excerpt", Boolean, nullable=False, server_default=false()),
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

# The words of each current revision, for the full text index. Rows are inserted and
# deleted with `current`, never changed. SQLite's index is another table that triggers
# keep equal, also where a row is deleted with its revision.
searchable = Table(
    "searchable",
    metadata,
    Column(
        "revision_id",
        Key,
        ForeignKey("revisions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("terms", SearchTerms, nullable=False),
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

# The words of quotes and mentions are not stored: they are the revision's text from
# start to end.
quotes = define_table(
    "quotes",
    id_column(),
    reference_column("revision_id", "revisions.id"),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("speaker", SafeText),
    Column("speaker_normalized", SafeText),
    Column("role", SafeText),
    Column("mention_start", Integer),
    Column("mention_end", Integer),
    Column("cue", SafeText),
    Column("context_start", Integer, nullable=False),
    Column("context_end", Integer, nullable=False),
    Column("group_index", Integer, nullable=False),
    Column("confidence", Double, nullable=False),
    UniqueConstraint("revision_id", "position"),
)

# Each word of a speaker's name finds the quote: among the newest ones by its block of
# keys, and among those of a source.
speaker_words = Table(
    "speaker_words",
    metadata,
    Column("block", Key, primary_key=True, autoincrement=False),
    Column("word", CodePointText, primary_key=True),
    Column(
        "quote_id",
        Key,
        ForeignKey("quotes.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    # The source of the quote's article; deleted together with it.
    Column("source_id", Key, nullable=False),
    Index(None, "source_id", "word", "quote_id"),
    sqlite_with_rowid=False,
)

figures = define_table(
    "figures",
    id_column(),
    reference_column("revision_id", "revisions.id"),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("value", Double, nullable=False),
    Column("unit", SafeText, nullable=False),
    Column("what", SafeText, nullable=False),
    Column("sentence_start", Integer, nullable=False),
    Column("sentence_end", Integer, nullable=False),
    UniqueConstraint("revision_id", "position"),
)

stories = define_table(
    "stories",
    id_column(),
    reference_column("workspace_id", "workspaces.id", null=True),
    Column("public_id", SafeText, nullable=False, index=True),
    Column("first_seen", Instant, nullable=False),
    UniqueConstraint("workspace_id", "public_id"),
)
Index(
    "uq_stories_public_public_id",
    stories.c.public_id,
    unique=True,
    sqlite_where=stories.c.workspace_id.is_(None),
    info={"postgresql_where": stories.c.workspace_id.is_(None)},
)

story_articles = Table(
    "story_articles",
    metadata,
    Column(
        "story_id",
        Key,
        ForeignKey("stories.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "article_id",
        Key,
        ForeignKey("articles.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    # The article that this one is a copy of.
    Column("duplicate_of", Key, ForeignKey("articles.id", ondelete="SET NULL")),
    Index(None, "duplicate_of"),
)

# To which stories the articles of a story moved, when it was merged or split. Its id
# still leads to them.
story_moves = define_table(
    "story_moves",
    id_column(),
    # The workspace whose view it is; NULL = everybody's.
    reference_column("workspace_id", "workspaces.id", null=True),
    Column("story", SafeText, nullable=False),
    Column("successor", SafeText, nullable=False),
    # 0 = the story with most of its articles.
    Column("position", Integer, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Index(None, "story"),
    Index(None, "workspace_id"),
)

# The decision on each article when an edition was composed, or found to have nothing
# new; one row for as long as the decisions stay the same.
compositions = define_table(
    "compositions",
    id_column(),
    workspace_column(),
    Column("digest_id", Key, nullable=False),
    # The first occurrence with these decisions.
    Column("occurrence_id", Key, nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("decisions", Json, nullable=False),
    same_workspace("digests", "digest_id"),
    same_workspace("occurrences", "occurrence_id"),
    Index(None, "digest_id", "id"),
    Index(None, "workspace_id", "id"),
)
