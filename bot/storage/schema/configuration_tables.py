"""Tables of what admins configure, and of when it is due."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    and_,
    false,
)

from bot.storage.columns import Instant, Json, Words
from bot.storage.schema.base import (
    Key,
    id_,
    metadata,
    one_of,
    ref,
    table,
    within,
    workspace,
)

workspaces = table(
    "workspaces",
    id_(),
    Column("platform", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("zone", Words, nullable=False),
    Column("locale", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    # Since when the bot is no longer there; the rest waits in case it comes back.
    Column("left_at", Instant),
    # Why the platform takes nothing of it; NULL when it works.
    Column("stopped", Words),
    # When one message may try whether it works again.
    Column("retest_at", Instant),
    # Since when the bot is there, the last time that it came (back).
    Column("back_at", Instant),
    UniqueConstraint("platform", "external_id"),
)

destinations = table(
    "destinations",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("name", Words, nullable=False),
    Column("channel", Words, nullable=False),
    # Why nothing is posted there; NULL when it works.
    Column("paused", Words),
    # When one message may try whether it works again; NULL = only a person can say.
    Column("retest_at", Instant),
    # Whose own it is (the platform's id); NULL = the workspace's.
    Column("person_id", Words),
    # How messages are posted there, as `bot.manners` words it; NULL = plainly.
    Column("manner", Json),
    UniqueConstraint("workspace_id", "name"),
    UniqueConstraint("workspace_id", "channel"),
    UniqueConstraint("id", "workspace_id"),
)

sources = table(
    "sources",
    id_(),
    ref("workspace_id", "workspaces.id", null=True),
    Column("kind", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("last_good", Instant),
    Column("problem", Words),
    # For conditional requests and polling.
    Column("etag", Words),
    Column("last_modified", Words),
    Column("next_poll_at", Instant, index=True),
    Column("asked_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("rest_until", Instant),
    Column("stopped", Boolean, nullable=False, server_default=false()),
    # Where it says that it has moved for good, and how often in a row.
    Column("moved_to", Words),
    Column("moved_seen", Integer, nullable=False, server_default="0"),
    Column("items_a_day", Double),
    Column("notice", Words),
    Column("noticed_at", Instant),
    UniqueConstraint("workspace_id", "address"),
)
# UNIQUE holds NULLs for different: the public ones need a rule of their own.
Index(
    "uq_sources_public_address",
    sources.c.address,
    unique=True,
    sqlite_where=sources.c.workspace_id.is_(None),
    info={"postgresql_where": sources.c.workspace_id.is_(None)},
)

digests = table(
    "digests",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("name", Words, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("include", Json, nullable=False),
    Column("exclude", Json, nullable=False),
    Column("quiet_hours", Words),
    Column("language", Words, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("deleted_at", Instant),
    # The first local date on which it posts again; NULL = no such pause.
    Column("paused_until", Date),
    # Local dates that are left out, as ISO dates; NULL = none.
    Column("skips", Json),
    # What becomes of messages whose article is corrected: edit, tell, off.
    Column("corrections", Words, nullable=False, server_default="edit"),
    # Whose own it is (the platform's id); NULL = the workspace's.
    Column("person_id", Words),
    # How it tells its stories, by the names of the noun; NULL = as usual.
    Column("look", Json),
    UniqueConstraint("id", "workspace_id"),
)
#: Which digests a name means one of: those of the workspace itself.
NAMED = and_(digests.c.deleted_at.is_(None), digests.c.person_id.is_(None))
_OWN = and_(digests.c.deleted_at.is_(None), digests.c.person_id.is_not(None))
Index(
    "uq_digests_workspace_id_name",
    digests.c.workspace_id,
    digests.c.name,
    unique=True,
    sqlite_where=NAMED,
    info={"postgresql_where": NAMED},
)
Index(
    "uq_digests_workspace_id_person_id",
    digests.c.workspace_id,
    digests.c.person_id,
    unique=True,
    sqlite_where=_OWN,
    info={"postgresql_where": _OWN},
)

digest_sources = Table(
    "digest_sources",
    metadata,
    Column("digest_id", Key, primary_key=True),
    Column(
        "source_id",
        Key,
        ForeignKey("sources.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    workspace(),
    Column("position", Integer, nullable=False),
    # When an edition first took the source in; what it held then is no news later.
    Column("begun_at", Instant),
    # Kept in the list, and left out of editions, until somebody resumes it.
    Column("paused", Boolean, nullable=False, server_default=false()),
    # How the digest calls it; NULL = as it calls itself.
    Column("called", Words),
    within("digests", "digest_id"),
    Index(None, "workspace_id"),
)

digest_destinations = Table(
    "digest_destinations",
    metadata,
    Column("digest_id", Key, primary_key=True),
    Column("destination_id", Key, primary_key=True, index=True),
    workspace(),
    Column("position", Integer, nullable=False),
    within("digests", "digest_id"),
    within("destinations", "destination_id"),
)

schedules = table(
    "schedules",
    id_(),
    workspace(),
    Column("digest_id", Key, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sentence", Words, nullable=False),
    Column("rule", Json, nullable=False),
    Column("zone", Words, nullable=False),
    # All three together, or none: nothing is due any more.
    Column("next_due_at", Instant, index=True),
    Column("next_local_date", Date),
    Column("next_slot", Words),
    UniqueConstraint("digest_id", "position"),
    within("digests", "digest_id"),
)

occurrences = table(
    "occurrences",
    id_(),
    workspace(),
    Column("digest_id", Key, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("slot", Words, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("zone", Words, nullable=False),
    Column("trigger", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("reason", Words),
    Column("late", Boolean, nullable=False),
    # When a deferred one (quiet hours) is looked at again.
    Column("not_before", Instant),
    UniqueConstraint("digest_id", "local_date", "slot"),
    UniqueConstraint("id", "workspace_id"),
    within("digests", "digest_id"),
    one_of("trigger", "schedule", "manual"),
    one_of("state", "due", "composed", "deferred", "skipped"),
    Index(None, "state", "due_at"),
)

changes = table(
    "changes",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("public_id", Words, nullable=False),
    # What is changed, each thing before and after, in the words of `configuring`.
    Column("steps", Json, nullable=False),
    Column("person_id", Words, nullable=False),
    Column("person_name", Words, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    # NULL: it was shown to somebody, who has not said yes.
    Column("made_at", Instant),
    # The change that this one takes back.
    Column("reverts", Words),
    UniqueConstraint("public_id"),
    Index(None, "workspace_id", "made_at"),
)

grants = table(
    "grants",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("kind", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    UniqueConstraint("workspace_id", "kind", "external_id"),
    one_of("kind", "person", "role"),
)
