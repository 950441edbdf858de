"""Tables of what single people are told in private."""

from sqlalchemy import Column, Index, Integer, UniqueConstraint

from bot.storage.columns import Instant, Words
from bot.storage.schema.base import Key, id_, one_of, ref, table

notices = table(
    "notices",
    id_(),
    ref("workspace_id", "workspaces.id"),
    # Where posting stopped; NULL = in the whole workspace. No reference: a place that
    # is removed meanwhile is found not to stand still any more.
    Column("destination_id", Key),
    # Who is told; NULL = whoever installed the bot.
    Column("person_id", Words),
    Column("key", Words, nullable=False),
    Column("text", Words, nullable=False),
    # Where only this person reads, once it is known.
    Column("channel", Words),
    Column("state", Words, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("claimed_at", Instant),
    Column("not_before", Instant),
    Column("reason", Words),
    Column("made_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("key"),
    one_of("state", "ready", "sending", "sent", "retry", "uncertain", "failed"),
    Index(None, "workspace_id", "made_at"),
    Index(None, "state"),
)
