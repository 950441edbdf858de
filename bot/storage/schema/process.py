"""Tables of the process itself: events seen, leases, keys, and what was erased."""

from sqlalchemy import Column, Index, Integer, Table

from bot.storage.columns import Instant, Json, Words
from bot.storage.schema.base import Key, id_, metadata, one_of, table

invocations = Table(
    "invocations",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("seen_at", Instant, nullable=False, index=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("holder", Words),
    Column("fence", Integer, nullable=False),
    Column("until", Instant),
)

keys = Table(
    "keys",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Column("made_at", Instant, nullable=False),
)

# Which workspaces are being erased or were: without their names or anything of them.
# It points at no row, because the row is what goes.
erasures = table(
    "erasures",
    id_(),
    Column("workspace_id", Key, nullable=False, index=True),
    Column("platform", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    # The platform's id of who ordered it; NULL: the operator, or nobody.
    Column("person_id", Words),
    Column("reason", Words, nullable=False),
    # How many of each went, by what people call them.
    Column("counts", Json, nullable=False),
    Column("shown_at", Instant, nullable=False),
    # NULL: it was only shown what would go.
    Column("ordered_at", Instant),
    Column("done_at", Instant),
    one_of("reason", "asked", "left"),
    Index(None, "platform", "external_id"),
)
