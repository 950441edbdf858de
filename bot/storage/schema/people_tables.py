"""Tables of single people: choices, saved stories, reports, private notices.

A person is (workspace, the platform's id of them), and each row carries both. All of it
is deleted with the workspace, and when the person erases their data.
"""

from sqlalchemy import Column, Index, Integer, UniqueConstraint

from bot.storage.columns import Instant, Json, MessageText, SafeText
from bot.storage.schema.base import (
    Key,
    check_one_of,
    define_table,
    id_column,
    reference_column,
)

readers = define_table(
    "readers",
    id_column(),
    reference_column("workspace_id", "workspaces.id"),
    Column("person_id", SafeText, nullable=False),
    # The language of answers; NULL = the platform's.
    Column("locale", SafeText),
    # The zone of their times; NULL = the workspace's.
    Column("zone", SafeText),
    # Why their own digest is paused, as it was last announced.
    Column("announced_pause", MessageText),
    UniqueConstraint("workspace_id", "person_id"),
)

saved_stories = define_table(
    "saved_stories",
    id_column(),
    reference_column("workspace_id", "workspaces.id"),
    Column("person_id", SafeText, nullable=False),
    # Public id.
    Column("story", SafeText, nullable=False),
    Column("headline", SafeText, nullable=False),
    Column("url", SafeText),
    Column("saved_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "story"),
)

follows = define_table(
    "follows",
    id_column(),
    reference_column("workspace_id", "workspaces.id"),
    Column("person_id", SafeText, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("normalized_name", SafeText, nullable=False),
    Column("followed_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "normalized_name"),
    check_one_of("kind", "topic", "speaker"),
)

feedback = define_table(
    "feedback",
    id_column(),
    reference_column("workspace_id", "workspaces.id"),
    Column("person_id", SafeText, nullable=False),
    Column("story", SafeText, nullable=False),
    Column("headline", SafeText, nullable=False),
    Column("direction", SafeText, nullable=False),
    # What of the story counts: names and words, as filters take them.
    Column("terms", Json, nullable=False),
    Column("given_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "story"),
    check_one_of("direction", "more", "less"),
)

reports = define_table(
    "reports",
    id_column(),
    reference_column("workspace_id", "workspaces.id"),
    Column("person_id", SafeText, nullable=False),
    Column("person_name", SafeText, nullable=False),
    Column("public_id", SafeText, nullable=False),
    Column("story", SafeText, nullable=False),
    Column("headline", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("made_at", Instant, nullable=False),
    # When and by whom it was answered, and the answer; NULL = it is open.
    Column("answered_at", Instant),
    Column("answered_by", SafeText),
    Column("answer", SafeText),
    # When the reader saw the answer; NULL = not yet.
    Column("answer_shown_at", Instant),
    # The language in which it was made.
    Column("locale", SafeText),
    UniqueConstraint("public_id"),
    Index(None, "workspace_id", "answered_at"),
    Index(None, "workspace_id", "person_id"),
)

notices = define_table(
    "notices",
    id_column(),
    reference_column("workspace_id", "workspaces.id"),
    # Where posting stopped; NULL = in the whole workspace. No foreign key: a
    # destination that is deleted meanwhile counts as not stopped any more.
    Column("destination_id", Key),
    # The recipient; NULL = the person who installed the bot.
    Column("person_id", SafeText),
    Column("key", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("claimed_at", Instant),
    Column("not_before", Instant),
    Column("reason", MessageText),
    Column("made_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # The report that it answers, if it is not about a destination; deleted with it.
    reference_column("report_id", "reports.id", null=True),
    UniqueConstraint("key"),
    check_one_of("state", "ready", "sending", "sent", "retry", "uncertain", "failed"),
    Index(None, "workspace_id", "made_at"),
    Index(None, "state"),
    Index(None, "report_id"),
)
