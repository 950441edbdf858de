"""Tables of workspaces, their configuration and schedules, and of the process."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    and_,
    false,
)

from bot.storage.columns import Instant, Json, MessageText, SafeText
from bot.storage.schema.base import (
    Key,
    check_one_of,
    define_table,
    key_reference,
    metadata,
    optional_columns,
    reference_column,
    required_columns,
    same_workspace,
    unique_index,
    workspace_column,
)

workspaces = define_table(
    "workspaces",
    *required_columns(SafeText, "platform", "external_id", "name", "zone", "locale"),
    *required_columns(Instant, "created_at"),
    # When the bot was removed; the rest is kept in case it comes back.
    Column("left_at", Instant),
    # Why the platform accepts no message; NULL when it works.
    Column("stopped", MessageText),
    # When one message may be sent to probe whether it works again.
    Column("retest_at", Instant),
    # When the bot was last added.
    Column("joined_at", Instant),
    # Its part of the stored articles when it was last measured; NULL = never.
    Column("stored_articles", Integer),
    UniqueConstraint("platform", "external_id"),
)

destinations = define_table(
    "destinations",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "name", "channel"),
    # Why nothing is posted there; NULL when it works.
    Column("paused", MessageText),
    # When one message may be sent as a probe; NULL = only a person resumes it.
    Column("retest_at", Instant),
    # The person that it belongs to (the platform's id); NULL = the workspace.
    Column("person_id", SafeText),
    # `PostOptions.to_stored`; NULL = the defaults.
    Column("settings", Json),
    UniqueConstraint("workspace_id", "name"),
    UniqueConstraint("workspace_id", "channel"),
    UniqueConstraint("id", "workspace_id"),
)

sources = define_table(
    "sources",
    reference_column("workspace_id", "workspaces.id", null=True),
    *required_columns(SafeText, "kind", "address", "name"),
    Column("last_success_at", Instant),
    Column("problem", MessageText),
    # For conditional requests and polling.
    *optional_columns(SafeText, "etag", "last_modified"),
    Column("next_poll_at", Instant, index=True),
    Column("requested_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("backoff_until", Instant),
    Column("stopped", Boolean, nullable=False, server_default=false()),
    # The target of its permanent redirect, and how often in a row it was seen.
    Column("moved_to", SafeText),
    Column("moved_count", Integer, nullable=False, server_default="0"),
    Column("items_per_day", Double),
    Column("notice", MessageText),
    Column("noticed_at", Instant),
    # Whether its entries are whole articles: full, excerpt; NULL = not known yet.
    Column("completeness", SafeText),
    # The sum over its stored texts (`model.quotas.count_text`); NULL = not counted yet.
    Column("stored_articles", Integer),
    UniqueConstraint("workspace_id", "address"),
)
unique_index(
    "uq_sources_public_address",
    sources.c.address,
    where=sources.c.workspace_id.is_(None),
)

digests = define_table(
    "digests",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "name"),
    # `DigestOptions.to_stored`.
    *required_columns(Json, "settings"),
    *required_columns(Boolean, "paused"),
    Column("deleted_at", Instant),
    # The first local date on which it posts again; NULL = no such pause.
    Column("paused_until", Date),
    # Local dates to skip, as ISO dates; NULL = none.
    Column("skips", Json),
    # The person that it belongs to (the platform's id); NULL = the workspace.
    Column("person_id", SafeText),
    UniqueConstraint("id", "workspace_id"),
)
#: Digests of the workspace itself (not personal ones), which are found by name.
IS_WORKSPACE_DIGEST = and_(
    digests.c.deleted_at.is_(None), digests.c.person_id.is_(None)
)
#: Present personal digests: one for each person.
IS_PERSONAL_DIGEST = and_(
    digests.c.deleted_at.is_(None), digests.c.person_id.is_not(None)
)
unique_index(
    "uq_digests_workspace_id_name",
    digests.c.workspace_id,
    digests.c.name,
    where=IS_WORKSPACE_DIGEST,
)
unique_index(
    "uq_digests_workspace_id_person_id",
    digests.c.workspace_id,
    digests.c.person_id,
    where=IS_PERSONAL_DIGEST,
)

digest_sources = Table(
    "digest_sources",
    metadata,
    Column("digest_id", Key, primary_key=True),
    key_reference("source_id", "sources.id", index=True),
    workspace_column(),
    *required_columns(Integer, "position"),
    # When an edition first read the source; articles already in it are not news later.
    Column("first_read_at", Instant),
    # Paused: excluded from editions until it is resumed.
    Column("paused", Boolean, nullable=False, server_default=false()),
    # Its name in this digest; NULL = its own name.
    Column("called", SafeText),
    # Whether the pages behind its entries are read: always, never; NULL = auto.
    Column("full_text", SafeText),
    # Whether the pictures of its articles are shown.
    Column("pictures", Boolean, nullable=False, server_default=false()),
    same_workspace("digests", "digest_id"),
    Index(None, "workspace_id"),
)

digest_destinations = Table(
    "digest_destinations",
    metadata,
    Column("digest_id", Key, primary_key=True),
    Column("destination_id", Key, primary_key=True, index=True),
    workspace_column(),
    *required_columns(Integer, "position"),
    same_workspace("digests", "digest_id"),
    same_workspace("destinations", "destination_id"),
)

schedules = define_table(
    "schedules",
    workspace_column(),
    *required_columns(Key, "digest_id"),
    *required_columns(Integer, "position"),
    *required_columns(SafeText, "sentence"),
    *required_columns(Json, "rule"),
    *required_columns(SafeText, "zone"),
    # The next due moment: all three are set, or none if nothing is due any more.
    Column("next_due_at", Instant, index=True),
    Column("next_local_date", Date),
    Column("next_slot", SafeText),
    # When the draft of that edition is composed; NULL: it has none, or has it already.
    Column("review_at", Instant, index=True),
    UniqueConstraint("digest_id", "position"),
    same_workspace("digests", "digest_id"),
)

occurrences = define_table(
    "occurrences",
    workspace_column(),
    *required_columns(Key, "digest_id"),
    *required_columns(Date, "local_date"),
    *required_columns(SafeText, "slot"),
    *required_columns(Instant, "due_at"),
    *required_columns(SafeText, "zone", "trigger", "state"),
    Column("reason", MessageText),
    *required_columns(Boolean, "late"),
    # When an occurrence deferred by quiet hours is due again. One that is deferred
    # without it has a draft, which needs work at `draft_at` (NULL: it waits for an
    # editor); older processes pass over it.
    Column("not_before", Instant),
    Column("draft_at", Instant),
    UniqueConstraint("digest_id", "local_date", "slot"),
    UniqueConstraint("id", "workspace_id"),
    same_workspace("digests", "digest_id"),
    check_one_of("trigger", "schedule", "manual"),
    check_one_of("state", "due", "composed", "deferred", "skipped"),
    Index(None, "state", "due_at"),
)

changes = define_table(
    "changes",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "public_id"),
    # `ChangeStep`s as JSON, each with the values before and after.
    *required_columns(Json, "steps"),
    *required_columns(SafeText, "person_id", "person_name"),
    *required_columns(Instant, "proposed_at"),
    # NULL: proposed but not confirmed.
    Column("made_at", Instant),
    # The change that this one reverts.
    Column("reverts", SafeText),
    UniqueConstraint("public_id"),
    Index(None, "workspace_id", "made_at"),
)

grants = define_table(
    "grants",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "kind", "external_id"),
    UniqueConstraint("workspace_id", "kind", "external_id"),
    check_one_of("kind", "person", "role"),
)

installations = define_table(
    "installations",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "installer"),
    *required_columns(Json, "scopes"),
    *required_columns(Instant, "installed_at"),
    # Both encrypted (`installation_store`).
    *required_columns(SafeText, "token"),
    Column("refresh", SafeText),
    Column("expires_at", Instant),
    # Incremented by every exchange of the tokens.
    *required_columns(Integer, "version"),
    # When the claim of a running exchange expires.
    Column("exchange_until", Instant),
    # Why the tokens cannot be exchanged any more; NULL = they can.
    Column("broken", MessageText),
    UniqueConstraint("workspace_id"),
)

# OAuth states that were used, until they expire.
install_states = Table(
    "install_states",
    metadata,
    Column("state_hash", SafeText, primary_key=True),
    Column("until", Instant, nullable=False, index=True),
)

invocations = Table(
    "invocations",
    metadata,
    Column("platform", SafeText, primary_key=True),
    Column("key", SafeText, primary_key=True),
    Column("seen_at", Instant, nullable=False, index=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("holder", SafeText),
    *required_columns(Integer, "fence"),
    Column("until", Instant),
)

#: The last turn of each workspace in a queue of jobs; workspace 0 = nobody's.
job_turns = Table(
    "job_turns",
    metadata,
    Column("queue", SafeText, primary_key=True),
    Column("workspace_key", Key, primary_key=True, autoincrement=False),
    *required_columns(BigInteger, "turn"),
)

#: Which process sent with a token last, and until when.
delivery_shares = Table(
    "delivery_shares",
    metadata,
    Column("platform", SafeText, primary_key=True),
    Column("workspace_key", Key, primary_key=True, autoincrement=False),
    *required_columns(SafeText, "holder"),
    *required_columns(Instant, "used_at"),
)

keys = Table(
    "keys",
    metadata,
    Column("name", SafeText, primary_key=True),
    *required_columns(SafeText, "value"),
    *required_columns(Instant, "made_at"),
)

# People who are signed in to the console. Only a hash of what the browser has.
console_sessions = define_table(
    "console_sessions",
    *required_columns(SafeText, "token_hash"),
    # Both "" for the owner of this machine, who has no account.
    *required_columns(SafeText, "platform", "user_id"),
    *required_columns(SafeText, "name"),
    # The platform's ids of the workspaces that the person was in when they signed in.
    *required_columns(Json, "workspaces"),
    *required_columns(Instant, "created_at", "used_at"),
    Column("expires_at", Instant, nullable=False, index=True),
    UniqueConstraint("token_hash"),
)

# One-time addresses that sign the owner in, until they are used or expire.
console_links = Table(
    "console_links",
    metadata,
    Column("token_hash", SafeText, primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

# Erasures of workspaces, running and finished, without names or contents. No foreign
# key: the workspace's row is deleted.
erasures = define_table(
    "erasures",
    Column("workspace_id", Key, nullable=False, index=True),
    *required_columns(SafeText, "platform", "external_id"),
    # The platform's id of the person who ordered it; NULL = the operator, or automatic.
    Column("person_id", SafeText),
    *required_columns(SafeText, "reason"),
    # How many rows, by table.
    *required_columns(Json, "counts"),
    *required_columns(Instant, "proposed_at"),
    # NULL: proposed but not ordered.
    *optional_columns(Instant, "ordered_at", "done_at"),
    check_one_of("reason", "asked", "left"),
    Index(None, "platform", "external_id"),
)
