"""The first schema; spelt out here, because `bot.storage.schema` goes on changing.

Constraints get their names by the metadata's rule.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
BY_CODE_POINT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def words(*names: str, null: bool = False) -> list[sa.Column[str]]:
    """Make columns of text."""
    return [sa.Column(name, sa.Text(), nullable=null) for name in names]


def number(*names: str, null: bool = False) -> list[sa.Column[int]]:
    """Make columns of small whole numbers."""
    return [sa.Column(name, sa.Integer(), nullable=null) for name in names]


def flag(*names: str) -> list[sa.Column[bool]]:
    """Make columns of yes and no."""
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def key(*names: str, null: bool = False) -> list[sa.Column[int]]:
    """Make columns that hold a row's key."""
    return [sa.Column(name, KEY, nullable=null) for name in names]


def instant(*names: str, null: bool = False) -> list[sa.Column[int]]:
    """Make columns of moments."""
    return [sa.Column(name, INSTANT, nullable=null) for name in names]


def belongs(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Let a row go with the one that it points at."""
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE")


def within(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Let a row point only at one of its own workspace, and go with it."""
    return sa.ForeignKeyConstraint(
        [column, "workspace_id"],
        [f"{table}.id", f"{table}.workspace_id"],
        ondelete="CASCADE",
    )


def table(name: str, *parts: SchemaItem) -> None:
    """Make a table with an `id` that is never used twice."""
    op.create_table(
        name,
        *key("id"),
        *parts,
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """Let there be only these words in the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def index(table: str, *columns: str) -> None:
    """Make an index, named by the metadata's rule."""
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def one_where(name: str, table: str, columns: list[str], where: str) -> None:
    """Let there be only one row of its kind among those where the condition holds."""
    only = sa.text(where)
    only_there: dict[str, Any] = {"sqlite_where": only, "postgresql_where": only}
    op.create_index(name, table, columns, unique=True, **only_there)


def upgrade() -> None:
    """Take the step."""
    configuration()
    news()
    outgoing()
    process()


def configuration() -> None:
    """What admins configure, and when it is due."""
    table(
        "workspaces",
        *words("platform", "external_id", "name", "zone", "locale"),
        *instant("created_at"),
        *instant("left_at", null=True),
        sa.UniqueConstraint("platform", "external_id"),
    )
    table(
        "destinations",
        *key("workspace_id"),
        *words("name", "channel"),
        *words("paused", null=True),
        belongs("workspace_id", "workspaces"),
        sa.UniqueConstraint("id", "workspace_id"),
        sa.UniqueConstraint("workspace_id", "channel"),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    table(
        "digests",
        *key("workspace_id"),
        *words("name"),
        *number("stories"),
        *words("include", "exclude"),
        *words("quiet_hours", null=True),
        *words("language"),
        *flag("paused"),
        *instant("deleted_at", null=True),
        belongs("workspace_id", "workspaces"),
        sa.UniqueConstraint("id", "workspace_id"),
    )
    one_where(
        "uq_digests_workspace_id_name",
        "digests",
        ["workspace_id", "name"],
        "deleted_at IS NULL",
    )
    table(
        "sources",
        *key("workspace_id", null=True),
        *words("kind", "address", "name"),
        *instant("last_good", null=True),
        *words("problem", "etag", "last_modified", null=True),
        *instant("next_poll_at", null=True),
        belongs("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "address"),
    )
    index("sources", "next_poll_at")
    one_where(
        "uq_sources_public_address", "sources", ["address"], "workspace_id IS NULL"
    )
    op.create_table(
        "digest_destinations",
        *key("digest_id", "destination_id", "workspace_id"),
        *number("position"),
        within("destination_id", "destinations"),
        within("digest_id", "digests"),
        sa.PrimaryKeyConstraint("digest_id", "destination_id"),
    )
    index("digest_destinations", "destination_id")
    op.create_table(
        "digest_sources",
        *key("digest_id", "source_id", "workspace_id"),
        *number("position"),
        within("digest_id", "digests"),
        belongs("source_id", "sources"),
        sa.PrimaryKeyConstraint("digest_id", "source_id"),
    )
    index("digest_sources", "source_id")
    index("digest_sources", "workspace_id")
    table(
        "occurrences",
        *key("workspace_id", "digest_id"),
        sa.Column("local_date", sa.Date(), nullable=False),
        *words("slot"),
        *instant("due_at"),
        *words("zone", "trigger", "state"),
        *words("reason", null=True),
        *flag("late"),
        *instant("not_before", null=True),
        one_of("state", "due", "composed", "deferred", "skipped"),
        one_of("trigger", "schedule", "manual"),
        within("digest_id", "digests"),
        sa.UniqueConstraint("digest_id", "local_date", "slot"),
        sa.UniqueConstraint("id", "workspace_id"),
    )
    index("occurrences", "state", "due_at")
    table(
        "schedules",
        *key("workspace_id", "digest_id"),
        *number("position"),
        *words("sentence", "rule", "zone"),
        *instant("next_due_at", null=True),
        sa.Column("next_local_date", sa.Date(), nullable=True),
        *words("next_slot", null=True),
        within("digest_id", "digests"),
        sa.UniqueConstraint("digest_id", "position"),
    )
    index("schedules", "next_due_at")


def news() -> None:
    """What was read."""
    table(
        "stories",
        *key("workspace_id", null=True),
        *words("public_id"),
        *instant("first_seen"),
        belongs("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "public_id"),
    )
    one_where(
        "uq_stories_public_public_id", "stories", ["public_id"], "workspace_id IS NULL"
    )
    table(
        "articles",
        *key("source_id"),
        *words("url", null=True),
        *instant("first_seen"),
        belongs("source_id", "sources"),
    )
    index("articles", "source_id")
    op.create_table(
        "article_ids",
        *key("source_id"),
        *words("external_id"),
        *key("article_id"),
        belongs("article_id", "articles"),
        belongs("source_id", "sources"),
        sa.PrimaryKeyConstraint("source_id", "external_id"),
    )
    index("article_ids", "article_id")
    table(
        "revisions",
        *key("article_id"),
        *words("hash", "external_id"),
        *flag("current"),
        *instant("fetched_at", "dated_at"),
        *instant("published", null=True),
        *words("outlet", "author", "lang", "sample", "title", null=True),
        *words("text"),
        belongs("article_id", "articles"),
        sa.UniqueConstraint("article_id", "hash"),
    )
    index("revisions", "current", "dated_at")
    index("revisions", "current", "fetched_at")
    one_where("uq_revisions_current", "revisions", ["article_id"], "current")
    op.create_table(
        "story_articles",
        *key("story_id", "article_id"),
        *key("duplicate_of", null=True),
        belongs("article_id", "articles"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["articles.id"], ondelete="SET NULL"),
        belongs("story_id", "stories"),
        sa.PrimaryKeyConstraint("story_id", "article_id"),
    )
    index("story_articles", "article_id")
    index("story_articles", "duplicate_of")
    table(
        "figures",
        *key("revision_id"),
        *number("position", "start", "end"),
        sa.Column("value", sa.Double(), nullable=False),
        *words("unit", "what"),
        *number("sentence_start", "sentence_end"),
        belongs("revision_id", "revisions"),
        sa.UniqueConstraint("revision_id", "position"),
    )
    table(
        "quotes",
        *key("revision_id"),
        *number("position", "start", "end"),
        *words("kind"),
        *words("speaker", "speaker_folded", "role", null=True),
        *number("mention_start", "mention_end", null=True),
        *words("cue", null=True),
        *number("context_start", "context_end", "grp"),
        sa.Column("confidence", sa.Double(), nullable=False),
        belongs("revision_id", "revisions"),
        sa.UniqueConstraint("revision_id", "position"),
    )
    op.create_table(
        "searchable",
        sa.Column("revision_id", KEY, autoincrement=False, nullable=False),
        *words("folded"),
        belongs("revision_id", "revisions"),
        sa.PrimaryKeyConstraint("revision_id"),
    )
    op.create_table(
        "speaker_words",
        sa.Column("word", BY_CODE_POINT, nullable=False),
        *key("quote_id"),
        belongs("quote_id", "quotes"),
        sa.PrimaryKeyConstraint("word", "quote_id"),
        sqlite_with_rowid=False,
    )
    index("speaker_words", "quote_id")


def outgoing() -> None:
    """What went out."""
    table(
        "local_messages",
        *key("workspace_id"),
        *words("channel", "key", "payload", "fallback_text"),
        *instant("posted_at"),
        *instant("edited_at", null=True),
        belongs("workspace_id", "workspaces"),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    index("local_messages", "workspace_id", "channel", "id")
    table(
        "editions",
        *words("public_id"),
        *key("workspace_id", "digest_id", "occurrence_id"),
        *words("edition", "manifest"),
        *instant("made_at"),
        within("digest_id", "digests"),
        within("occurrence_id", "occurrences"),
        sa.UniqueConstraint("id", "workspace_id"),
        sa.UniqueConstraint("occurrence_id"),
        sa.UniqueConstraint("public_id"),
    )
    index("editions", "digest_id", "id")
    index("editions", "workspace_id", "id")
    table(
        "deliveries",
        *key("workspace_id", "edition_id", "destination_id"),
        *words("channel"),
        *number("part"),
        *words("operation", "key", "payload", "payload_hash", "fallback_text", "state"),
        *number("attempt", "fence"),
        *instant("lease_until", "claimed_at", "not_before", null=True),
        *words("message_id", "reason", null=True),
        *instant("updated_at"),
        one_of("operation", "post", "edit", "delete"),
        one_of(
            "state",
            "ready",
            "sending",
            "sent",
            "retry",
            "uncertain",
            "held",
            "failed",
        ),
        within("destination_id", "destinations"),
        within("edition_id", "editions"),
        sa.UniqueConstraint("edition_id", "destination_id", "part", "operation"),
        sa.UniqueConstraint("key", "operation"),
    )
    index("deliveries", "destination_id", "state")
    index("deliveries", "state", "not_before")
    index("deliveries", "workspace_id", "id")
    op.create_table(
        "edition_stories",
        *key("edition_id"),
        *number("position"),
        *key("workspace_id"),
        *words("story", "headline"),
        within("edition_id", "editions"),
        sa.PrimaryKeyConstraint("edition_id", "position"),
    )
    index("edition_stories", "workspace_id", "story")
    op.create_table(
        "told",
        *key("digest_id"),
        *words("kind", "hash"),
        *key("workspace_id", "edition_id"),
        *words("what"),
        one_of("kind", "story", "revision", "sentence", "figure", "quote"),
        within("digest_id", "digests"),
        within("edition_id", "editions"),
        sa.PrimaryKeyConstraint("digest_id", "kind", "hash"),
        sqlite_with_rowid=False,
    )
    index("told", "edition_id")


def process() -> None:
    """The process itself."""
    op.create_table(
        "invocations",
        *words("platform", "key"),
        *instant("seen_at"),
        sa.PrimaryKeyConstraint("platform", "key"),
    )
    index("invocations", "seen_at")
    op.create_table(
        "keys",
        *words("name", "value"),
        *instant("made_at"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "leases",
        *words("name"),
        *words("holder", null=True),
        *number("fence"),
        *instant("until", null=True),
        sa.PrimaryKeyConstraint("name"),
    )
