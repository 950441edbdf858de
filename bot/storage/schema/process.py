"""Tables of the process itself: events seen, leases, keys."""

from sqlalchemy import Column, Integer, Table

from bot.storage.columns import Instant, Words
from bot.storage.schema.base import metadata

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
