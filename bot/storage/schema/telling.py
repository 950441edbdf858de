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
    Column("state", Words, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("claimed_at", Instant),
    Column("not_before", Instant),
    Column("reason", Words),
    Column("made_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # The report that it answers, where it is about none of these; erased with it.
    ref("report_id", "reports.id", null=True),
    UniqueConstraint("key"),
    one_of("state", "ready", "sending", "sent", "retry", "uncertain", "failed"),
    Index(None, "workspace_id", "made_at"),
    Index(None, "state"),
    Index(None, "report_id"),
)
