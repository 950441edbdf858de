"""Tables of the app's installations where several workspaces install it themselves."""

from sqlalchemy import Column, Integer, Table, UniqueConstraint

from bot.storage.columns import Instant, Json, Words
from bot.storage.schema.base import id_, metadata, ref, table

installations = table(
    "installations",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("installer", Words, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("installed_at", Instant, nullable=False),
    # Sealed (`storage.sealing`), both.
    Column("token", Words, nullable=False),
    Column("refresh", Words),
    Column("expires_at", Instant),
    # Grows with every exchange of the tokens.
    Column("version", Integer, nullable=False),
    # Until when whoever began an exchange may take for it.
    Column("exchanging_until", Instant),
    # Why there will be no new tokens.
    Column("broken", Words),
    UniqueConstraint("workspace_id"),
)

install_states = Table(
    "install_states",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("until", Instant, nullable=False, index=True),
)
