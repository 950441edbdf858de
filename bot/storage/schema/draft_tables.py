"""Tables of drafts: editions that editors see before they are posted."""

from sqlalchemy import Column, Index, Integer, UniqueConstraint

from bot.storage.columns import Instant, Json, MessageText, SafeText
from bot.storage.schema.base import (
    Key,
    check_one_of,
    define_table,
    optional_columns,
    required_columns,
    same_workspace,
    workspace_column,
)

drafts = define_table(
    "drafts",
    Column("public_id", SafeText, nullable=False, unique=True),
    workspace_column(),
    *required_columns(Key, "digest_id"),
    Column("occurrence_id", Key, nullable=False, unique=True),
    *required_columns(SafeText, "state"),
    *required_columns(Integer, "version"),
    # A `DraftContent` as `columns.dump_dataclass` writes it.
    *required_columns(SafeText, "content"),
    *required_columns(Instant, "post_at", "made_at"),
    Column("approved_version", Integer),
    *optional_columns(SafeText, "approved_by", "held_by"),
    *optional_columns(Instant, "reminded_at", "ended_at"),
    # What became of it, and what its editors should know of its digest.
    *optional_columns(MessageText, "reason", "notice"),
    # The pictures that it would be posted with, by the keys of what they show.
    Column("pictures", Json),
    UniqueConstraint("id", "workspace_id"),
    same_workspace("digests", "digest_id"),
    same_workspace("occurrences", "occurrence_id"),
    check_one_of("state", "open", "posted", "closed"),
    Index(None, "digest_id", "state"),
    Index(None, "workspace_id", "state"),
)

draft_acts = define_table(
    "draft_acts",
    workspace_column(),
    Column("draft_id", Key, nullable=False, index=True),
    # The version that it was done on.
    *required_columns(Integer, "version"),
    Column("what", MessageText, nullable=False),
    *required_columns(Instant, "made_at"),
    # NULL: nobody did it; an article arrived, or the digest was changed.
    Column("editor_name", SafeText),
    same_workspace("drafts", "draft_id"),
)

# The messages that show a draft to its editors: how each should look, and how it looks.
draft_messages = define_table(
    "draft_messages",
    workspace_column(),
    *required_columns(Key, "draft_id", "destination_id"),
    *required_columns(SafeText, "channel"),
    *required_columns(Integer, "part"),
    *required_columns(SafeText, "key"),
    # NULL: it should not exist.
    Column("payload", Json),
    *required_columns(SafeText, "payload_hash", "fallback_text", "state"),
    # The hash of what is being sent.
    Column("claimed_hash", SafeText),
    *required_columns(Integer, "attempt", "fence"),
    *optional_columns(Instant, "lease_until", "claimed_at", "not_before"),
    Column("message_id", SafeText),
    Column("reason", MessageText),
    *required_columns(Instant, "updated_at"),
    # Hashes of the pictures that the payload refers to, or NULL.
    Column("pictures", Json),
    UniqueConstraint("draft_id", "destination_id", "part"),
    same_workspace("drafts", "draft_id"),
    same_workspace("destinations", "destination_id"),
    check_one_of("state", "ready", "sending", "sent", "retry", "uncertain", "failed"),
    Index(None, "state", "not_before"),
    Index(None, "destination_id"),
)
