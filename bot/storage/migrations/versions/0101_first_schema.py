"""Create all tables of the first schema.

Every table is written out here, because `bot.storage.schema` goes on changing.
Constraints get their names by the naming convention of its metadata. Numbers below
0101 belong to development versions, whose databases are refused.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0101"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CODE_POINT_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def columns(
    kind: Any, *names: str, null: bool = False, default: Any = None, **more: Any
) -> list[sa.Column[Any]]:
    """Make columns of one type."""
    return [
        sa.Column(name, kind, nullable=null, server_default=default, **more)
        for name in names
    ]


#: JSON is text as well.
texts = partial(columns, sa.Text())
numbers, doubles = partial(columns, sa.Integer()), partial(columns, sa.Double())
flags, dates = partial(columns, sa.Boolean()), partial(columns, sa.Date())
instants, keys = partial(columns, INSTANT), partial(columns, KEY)
FTS5_STATEMENTS = (
    "CREATE VIRTUAL TABLE searchable_index USING fts5(terms, content='searchable',"
    " content_rowid='revision_id', tokenize='ascii', columnsize=0)",
    "CREATE TRIGGER searchable_after_insert AFTER INSERT ON searchable BEGIN"
    " INSERT INTO searchable_index (rowid, terms)"
    " VALUES (new.revision_id, new.terms); END",
    "CREATE TRIGGER searchable_after_delete AFTER DELETE ON searchable BEGIN"
    " INSERT INTO searchable_index (searchable_index, rowid, terms)"
    " VALUES ('delete', old.revision_id, old.terms); END",
)


def upgrade() -> None:
    """Create all tables."""
    configuration()
    news()
    publishing()
    people()
    process()


def configuration() -> None:
    """Create what admins configure and when it is due."""
    create_table(
        "workspaces",
        *texts("platform", "external_id", "name", "zone", "locale"),
        *instants("created_at"),
        *instants("left_at", null=True),
        *texts("stopped", null=True),
        *instants("retest_at", "joined_at", null=True),
        sa.UniqueConstraint("platform", "external_id"),
    )
    create_table(
        "destinations",
        *keys("workspace_id"),
        *texts("name", "channel"),
        *texts("paused", null=True),
        *instants("retest_at", null=True),
        *texts("person_id", "settings", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "name"),
        sa.UniqueConstraint("workspace_id", "channel"),
        sa.UniqueConstraint("id", "workspace_id"),
    )
    create_table(
        "digests",
        *keys("workspace_id"),
        *texts("name", "settings"),
        *flags("paused"),
        *instants("deleted_at", null=True),
        *dates("paused_until", null=True),
        *texts("skips", "person_id", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("id", "workspace_id"),
    )
    unique_where(
        "uq_digests_workspace_id_name",
        "digests",
        ["workspace_id", "name"],
        "deleted_at IS NULL AND person_id IS NULL",
    )
    unique_where(
        "uq_digests_workspace_id_person_id",
        "digests",
        ["workspace_id", "person_id"],
        "deleted_at IS NULL AND person_id IS NOT NULL",
    )
    create_table(
        "sources",
        *keys("workspace_id", null=True),
        *texts("kind", "address", "name"),
        *instants("last_success_at", null=True),
        *texts("problem", "etag", "last_modified", null=True),
        *instants("next_poll_at", "requested_at", null=True),
        *numbers("failures", default="0"),
        *instants("backoff_until", null=True),
        *flags("stopped", default=sa.false()),
        *texts("moved_to", null=True),
        *numbers("moved_count", default="0"),
        *doubles("items_per_day", null=True),
        *texts("notice", null=True),
        *instants("noticed_at", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "address"),
    )
    index("sources", "next_poll_at")
    unique_where(
        "uq_sources_public_address", "sources", ["address"], "workspace_id IS NULL"
    )
    op.create_table(
        "digest_destinations",
        *keys("digest_id", "destination_id", "workspace_id"),
        *numbers("position"),
        same_workspace("destination_id", "destinations"),
        same_workspace("digest_id", "digests"),
        sa.PrimaryKeyConstraint("digest_id", "destination_id"),
    )
    index("digest_destinations", "destination_id")
    op.create_table(
        "digest_sources",
        *keys("digest_id", "source_id", "workspace_id"),
        *numbers("position"),
        *instants("first_read_at", null=True),
        *flags("paused", default=sa.false()),
        *texts("called", null=True),
        same_workspace("digest_id", "digests"),
        belongs_to("source_id", "sources"),
        sa.PrimaryKeyConstraint("digest_id", "source_id"),
    )
    index("digest_sources", "source_id")
    index("digest_sources", "workspace_id")
    create_table(
        "occurrences",
        *keys("workspace_id", "digest_id"),
        *dates("local_date"),
        *texts("slot"),
        *instants("due_at"),
        *texts("zone", "trigger", "state"),
        *texts("reason", null=True),
        *flags("late"),
        *instants("not_before", null=True),
        same_workspace("digest_id", "digests"),
        one_of("state", "due", "composed", "deferred", "skipped"),
        one_of("trigger", "schedule", "manual"),
        sa.UniqueConstraint("digest_id", "local_date", "slot"),
        sa.UniqueConstraint("id", "workspace_id"),
    )
    index("occurrences", "state", "due_at")
    create_table(
        "schedules",
        *keys("workspace_id", "digest_id"),
        *numbers("position"),
        *texts("sentence", "rule", "zone"),
        *instants("next_due_at", null=True),
        *dates("next_local_date", null=True),
        *texts("next_slot", null=True),
        same_workspace("digest_id", "digests"),
        sa.UniqueConstraint("digest_id", "position"),
    )
    index("schedules", "next_due_at")
    create_table(
        "changes",
        *keys("workspace_id"),
        *texts("public_id", "steps", "person_id", "person_name"),
        *instants("proposed_at"),
        *instants("made_at", null=True),
        *texts("reverts", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("public_id"),
    )
    index("changes", "workspace_id", "made_at")
    create_table(
        "grants",
        *keys("workspace_id"),
        *texts("kind", "external_id"),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "kind", "external_id"),
        one_of("kind", "person", "role"),
    )


def news() -> None:
    """Create articles, what was found in them, and stories."""
    create_table(
        "stories",
        *keys("workspace_id", null=True),
        *texts("public_id"),
        *instants("first_seen"),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "public_id"),
    )
    index("stories", "public_id")
    unique_where(
        "uq_stories_public_public_id", "stories", ["public_id"], "workspace_id IS NULL"
    )
    create_table(
        "articles",
        *keys("source_id"),
        *texts("url", null=True),
        *instants("first_seen"),
        belongs_to("source_id", "sources"),
    )
    index("articles", "source_id")
    op.create_table(
        "article_ids",
        *keys("source_id"),
        *texts("external_id"),
        *keys("article_id"),
        belongs_to("article_id", "articles"),
        belongs_to("source_id", "sources"),
        sa.PrimaryKeyConstraint("source_id", "external_id"),
    )
    index("article_ids", "article_id")
    create_table(
        "revisions",
        *keys("article_id"),
        *texts("hash", "external_id"),
        *flags("current"),
        *instants("fetched_at", "dated_at"),
        *instants("published", null=True),
        *texts("outlet", "author", "lang", "sample", "title", null=True),
        *texts("text"),
        *flags("baseline", "excerpt", default=sa.false()),
        belongs_to("article_id", "articles"),
        sa.UniqueConstraint("article_id", "hash"),
    )
    index("revisions", "current", "dated_at")
    index("revisions", "current", "fetched_at")
    unique_where(
        "uq_revisions_current",
        "revisions",
        ["article_id"],
        "current" if op.get_bind().dialect.name == "postgresql" else "current = 1",
    )
    op.create_table(
        "story_articles",
        *keys("story_id", "article_id"),
        *keys("duplicate_of", null=True),
        belongs_to("article_id", "articles"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["articles.id"], ondelete="SET NULL"),
        belongs_to("story_id", "stories"),
        sa.PrimaryKeyConstraint("story_id", "article_id"),
    )
    index("story_articles", "article_id")
    index("story_articles", "duplicate_of")
    create_table(
        "story_moves",
        *keys("workspace_id", null=True),
        *texts("story", "successor"),
        *numbers("position"),
        *instants("moved_at"),
        belongs_to("workspace_id", "workspaces"),
    )
    index("story_moves", "story")
    index("story_moves", "workspace_id")
    create_table(
        "figures",
        *keys("revision_id"),
        *numbers("position", "start", "end"),
        *doubles("value"),
        *texts("unit", "what", "label", "status"),
        *numbers("sentence_start", "sentence_end"),
        belongs_to("revision_id", "revisions"),
        sa.UniqueConstraint("revision_id", "position"),
    )
    create_table(
        "quotes",
        *keys("revision_id"),
        *numbers("position", "start", "end"),
        *texts("kind"),
        *texts("speaker", "speaker_normalized", "role", null=True),
        *numbers("mention_start", "mention_end", null=True),
        *texts("cue", null=True),
        *numbers("context_start", "context_end", "group_index"),
        *doubles("confidence"),
        *flags("alone"),
        belongs_to("revision_id", "revisions"),
        sa.UniqueConstraint("revision_id", "position"),
    )
    op.create_table(
        "searchable",
        *keys("revision_id", autoincrement=False),
        sa.Column("terms", search_terms(), nullable=False),
        belongs_to("revision_id", "revisions"),
        sa.PrimaryKeyConstraint("revision_id"),
    )
    search_index()
    op.create_table(
        "speaker_words",
        *keys("block", autoincrement=False),
        sa.Column("word", CODE_POINT_TEXT, nullable=False),
        *keys("quote_id", "source_id"),
        belongs_to("quote_id", "quotes"),
        sa.PrimaryKeyConstraint("block", "word", "quote_id"),
        sqlite_with_rowid=False,
    )
    index("speaker_words", "quote_id")
    index("speaker_words", "source_id", "word", "quote_id")


def publishing() -> None:
    """Create editions, their ledger, corrections, deliveries and messages."""
    create_table(
        "editions",
        *texts("public_id"),
        *keys("workspace_id", "digest_id", "occurrence_id"),
        *texts("edition", "manifest"),
        *instants("made_at"),
        *instants("undone_at", null=True),
        *texts("undone_by", "render_context", null=True),
        *instants("emptied_at", null=True),
        same_workspace("digest_id", "digests"),
        same_workspace("occurrence_id", "occurrences"),
        sa.UniqueConstraint("occurrence_id"),
        sa.UniqueConstraint("id", "workspace_id"),
        sa.UniqueConstraint("public_id"),
    )
    index("editions", "digest_id", "id")
    index("editions", "workspace_id", "id")
    op.create_table(
        "edition_stories",
        *keys("edition_id"),
        *numbers("position"),
        *keys("workspace_id"),
        *texts("story", "headline"),
        same_workspace("edition_id", "editions"),
        sa.PrimaryKeyConstraint("edition_id", "position"),
    )
    index("edition_stories", "workspace_id", "story")
    op.create_table(
        "published_items",
        *keys("digest_id"),
        *texts("kind", "hash"),
        *keys("workspace_id", "edition_id"),
        *texts("item"),
        same_workspace("digest_id", "digests"),
        same_workspace("edition_id", "editions"),
        sa.PrimaryKeyConstraint("digest_id", "kind", "hash"),
        one_of("kind", "story", "revision", "sentence", "figure", "quote"),
        sqlite_with_rowid=False,
    )
    index("published_items", "edition_id")
    op.create_table(
        "published_articles",
        *keys("edition_id", "article_id", "workspace_id"),
        *texts("revision"),
        *texts("page_revision", null=True),
        *instants("made_at"),
        *instants("changed_at", "compare_at", "not_before", null=True),
        belongs_to("article_id", "articles"),
        same_workspace("edition_id", "editions"),
        sa.PrimaryKeyConstraint("edition_id", "article_id"),
    )
    index("published_articles", "article_id")
    index("published_articles", "compare_at")
    op.create_table(
        "rereads",
        *keys("article_id", autoincrement=False),
        *instants("published_at"),
        *numbers("times"),
        *instants("next_at", null=True),
        *texts("revision", "etag", "last_modified", null=True),
        belongs_to("article_id", "articles"),
        sa.PrimaryKeyConstraint("article_id"),
    )
    index("rereads", "next_at")
    create_table(
        "compositions",
        *keys("workspace_id", "digest_id", "occurrence_id"),
        *instants("made_at", "last_seen_at"),
        *texts("decisions"),
        same_workspace("digest_id", "digests"),
        same_workspace("occurrence_id", "occurrences"),
    )
    index("compositions", "digest_id", "id")
    index("compositions", "occurrence_id")
    index("compositions", "workspace_id", "id")
    create_table(
        "corrections",
        *keys("workspace_id", "edition_id"),
        *texts("story", "headline"),
        *keys("article_id", null=True),
        *texts("outlet", "old_revision", "new_revision", null=True),
        *instants("found_at"),
        *texts("state"),
        *texts("reason", null=True),
        *texts("changes"),
        *texts("amendment", "editor_name", null=True),
        *instants("reverted_at", null=True),
        same_workspace("edition_id", "editions"),
        one_of("state", "due", "edited", "listed", "unshown"),
    )
    index("corrections", "edition_id")
    index("corrections", "state")
    index("corrections", "workspace_id", "id")
    create_table(
        "deliveries",
        *keys("workspace_id", "edition_id", "destination_id"),
        *texts("channel"),
        *numbers("part"),
        *texts("operation", "key", "payload", "payload_hash", "fallback_text", "state"),
        *numbers("attempt", "fence"),
        *instants("lease_until", "claimed_at", "not_before", null=True),
        *texts("message_id", "reason", null=True),
        *instants("updated_at"),
        *numbers("fallback_level", default="0"),
        *texts("post_options", "title", "opening_message_id", null=True),
        same_workspace("destination_id", "destinations"),
        same_workspace("edition_id", "editions"),
        one_of(
            "state", "ready", "sending", "sent", "retry", "uncertain", "held", "failed"
        ),
        one_of("operation", "post", "edit", "delete"),
        sa.UniqueConstraint("key", "operation"),
        sa.UniqueConstraint("edition_id", "destination_id", "part", "operation"),
    )
    index("deliveries", "destination_id", "state")
    index("deliveries", "state", "not_before")
    index("deliveries", "workspace_id", "id")
    create_table(
        "local_messages",
        *keys("workspace_id"),
        *texts("channel", "key", "payload", "fallback_text"),
        *instants("posted_at"),
        *instants("edited_at", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    index("local_messages", "workspace_id", "channel", "id")


def people() -> None:
    """Create what belongs to single people."""
    create_table(
        "readers",
        *keys("workspace_id"),
        *texts("person_id"),
        *texts("locale", "zone", "announced_pause", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "person_id"),
    )
    create_table(
        "saved_stories",
        *keys("workspace_id"),
        *texts("person_id", "story", "headline"),
        *texts("url", null=True),
        *instants("saved_at"),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "person_id", "story"),
    )
    create_table(
        "follows",
        *keys("workspace_id"),
        *texts("person_id", "kind", "name", "normalized_name"),
        *instants("followed_at"),
        belongs_to("workspace_id", "workspaces"),
        one_of("kind", "topic", "speaker"),
        sa.UniqueConstraint("workspace_id", "person_id", "normalized_name"),
    )
    create_table(
        "feedback",
        *keys("workspace_id"),
        *texts("person_id", "story", "headline", "direction", "terms"),
        *instants("given_at"),
        belongs_to("workspace_id", "workspaces"),
        one_of("direction", "more", "less"),
        sa.UniqueConstraint("workspace_id", "person_id", "story"),
    )
    create_table(
        "reports",
        *keys("workspace_id"),
        *texts("person_id", "person_name", "public_id", "story", "headline", "text"),
        *instants("made_at"),
        *instants("answered_at", null=True),
        *texts("answered_by", "answer", null=True),
        *instants("answer_shown_at", null=True),
        *texts("locale", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("public_id"),
    )
    index("reports", "workspace_id", "answered_at")
    index("reports", "workspace_id", "person_id")
    create_table(
        "notices",
        *keys("workspace_id"),
        *keys("destination_id", null=True),
        *texts("person_id", null=True),
        *texts("key", "text", "state"),
        *numbers("attempt", "fence"),
        *instants("lease_until", "claimed_at", "not_before", null=True),
        *texts("reason", null=True),
        *instants("made_at", "updated_at"),
        *keys("report_id", null=True),
        belongs_to("report_id", "reports"),
        belongs_to("workspace_id", "workspaces"),
        one_of("state", "ready", "sending", "sent", "retry", "uncertain", "failed"),
        sa.UniqueConstraint("key"),
    )
    index("notices", "report_id")
    index("notices", "state")
    index("notices", "workspace_id", "made_at")


def process() -> None:
    """Create the state of the process, installations and erasures."""
    op.create_table(
        "invocations",
        *texts("platform", "key"),
        *instants("seen_at"),
        sa.PrimaryKeyConstraint("platform", "key"),
    )
    index("invocations", "seen_at")
    op.create_table(
        "keys",
        *texts("name", "value"),
        *instants("made_at"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "leases",
        *texts("name"),
        *texts("holder", null=True),
        *numbers("fence"),
        *instants("until", null=True),
        sa.PrimaryKeyConstraint("name"),
    )
    create_table(
        "installations",
        *keys("workspace_id"),
        *texts("installer", "scopes"),
        *instants("installed_at"),
        *texts("token"),
        *texts("refresh", null=True),
        *instants("expires_at", null=True),
        *numbers("version"),
        *instants("exchange_until", null=True),
        *texts("broken", null=True),
        belongs_to("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id"),
    )
    op.create_table(
        "install_states",
        *texts("state_hash"),
        *instants("until"),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    index("install_states", "until")
    create_table(
        "erasures",
        *keys("workspace_id"),
        *texts("platform", "external_id"),
        *texts("person_id", null=True),
        *texts("reason", "counts"),
        *instants("proposed_at"),
        *instants("ordered_at", "done_at", null=True),
        one_of("reason", "asked", "left"),
    )
    index("erasures", "platform", "external_id")
    index("erasures", "workspace_id")


# ── tables, constraints and indexes ────────────────────────────────────────────


def create_table(name: str, *parts: SchemaItem) -> None:
    """Create a table with an `id` that is never reused."""
    op.create_table(
        name,
        *keys("id"),
        *parts,
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def belongs_to(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Reference a row and delete this one together with it."""
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE")


def same_workspace(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Reference a row of the same workspace and delete this one together with it."""
    return sa.ForeignKeyConstraint(
        [column, "workspace_id"],
        [f"{table}.id", f"{table}.workspace_id"],
        ondelete="CASCADE",
    )


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """Restrict a column to these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def index(table: str, *columns: str) -> None:
    """Create an index, named by the naming convention."""
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def unique_where(name: str, table: str, columns: list[str], where: str) -> None:
    """Make columns unique among the rows that fulfil a condition."""
    options: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text(where))
    op.create_index(name, table, columns, unique=True, **options)


def search_terms() -> sa.types.TypeEngine[Any]:
    """Give the type of indexed words on this database."""
    if op.get_bind().dialect.name == "sqlite":
        return sa.Text()
    from sqlalchemy.dialects.postgresql import TSVECTOR

    return TSVECTOR()


def search_index() -> None:
    """Create the full text index over `searchable`."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in FTS5_STATEMENTS:
            op.execute(statement)
    else:
        op.create_index(
            "ix_searchable_terms", "searchable", ["terms"], postgresql_using="gin"
        )
