"""Add tables for drafts that editors approve before they are posted.

An occurrence with a draft is deferred without a moment: processes of the version before
never compose it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
_MESSAGE_STATES = "'ready', 'sending', 'sent', 'retry', 'uncertain', 'failed'"


def upgrade() -> None:
    """Add the tables, and when the draft of a schedule's next edition is due."""
    op.add_column("schedules", sa.Column("review_at", INSTANT))
    op.create_index("ix_schedules_review_at", "schedules", ["review_at"])
    op.add_column("occurrences", sa.Column("draft_at", INSTANT))
    _create_drafts()
    _create_acts()
    _create_messages()


def _columns(kind: Any, *names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=null) for name in names]


def _same_workspace(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, "workspace_id"],
        [f"{parent}.id", f"{parent}.workspace_id"],
        ondelete="CASCADE",
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", KEY, nullable=False),
        *_columns(sa.Text(), "public_id"),
        *_columns(KEY, "workspace_id", "digest_id", "occurrence_id"),
        *_columns(sa.Text(), "state"),
        *_columns(sa.Integer(), "version"),
        *_columns(sa.Text(), "content"),
        *_columns(INSTANT, "post_at", "made_at"),
        *_columns(sa.Integer(), "approved_version", null=True),
        *_columns(sa.Text(), "approved_by", "held_by", null=True),
        *_columns(INSTANT, "reminded_at", "ended_at", null=True),
        *_columns(sa.Text(), "reason", "notice", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("occurrence_id"),
        sa.UniqueConstraint("id", "workspace_id"),
        _same_workspace("digest_id", "digests"),
        _same_workspace("occurrence_id", "occurrences"),
        sa.CheckConstraint("state IN ('open', 'posted', 'closed')", name="state"),
        sqlite_autoincrement=True,
    )
    for column in ("digest_id", "workspace_id"):
        op.create_index(f"ix_drafts_{column}_state", "drafts", [column, "state"])


def _create_acts() -> None:
    op.create_table(
        "draft_acts",
        sa.Column("id", KEY, nullable=False),
        *_columns(KEY, "workspace_id", "draft_id"),
        *_columns(sa.Integer(), "version"),
        *_columns(sa.Text(), "what"),
        *_columns(INSTANT, "made_at"),
        *_columns(sa.Text(), "editor_name", null=True),
        sa.PrimaryKeyConstraint("id"),
        _same_workspace("draft_id", "drafts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_acts_draft_id", "draft_acts", ["draft_id"])


def _create_messages() -> None:
    op.create_table(
        "draft_messages",
        sa.Column("id", KEY, nullable=False),
        *_columns(KEY, "workspace_id", "draft_id", "destination_id"),
        *_columns(sa.Text(), "channel"),
        *_columns(sa.Integer(), "part"),
        *_columns(sa.Text(), "key"),
        *_columns(sa.Text(), "payload", null=True),
        *_columns(sa.Text(), "payload_hash", "fallback_text", "state"),
        *_columns(sa.Text(), "claimed_hash", null=True),
        *_columns(sa.Integer(), "attempt", "fence"),
        *_columns(INSTANT, "lease_until", "claimed_at", "not_before", null=True),
        *_columns(sa.Text(), "message_id", "reason", null=True),
        *_columns(INSTANT, "updated_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id", "destination_id", "part"),
        _same_workspace("draft_id", "drafts"),
        _same_workspace("destination_id", "destinations"),
        sa.CheckConstraint(f"state IN ({_MESSAGE_STATES})", name="state"),
        sqlite_autoincrement=True,
    )
    for columns in (["state", "not_before"], ["destination_id"]):
        name = f"ix_draft_messages_{'_'.join(columns)}"
        op.create_index(name, "draft_messages", columns)
