"""Tables of personal data: preferences, saved stories, reports, private notices.

A person is identified by the workspace and the platform's id, and each row has both.
Rows are deleted with the workspace, and when the person erases their data.
"""

from sqlalchemy import Boolean, Column, Index, Integer, UniqueConstraint, false

from bot.storage.columns import Instant, Json, MessageText, SafeText
from bot.storage.schema.base import (
    Key,
    check_one_of,
    define_table,
    optional_columns,
    reference_column,
    required_columns,
)

readers = define_table(
    "readers",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "person_id"),
    # The language of answers; NULL = the platform's.
    Column("locale", SafeText),
    # Their time zone; NULL = the workspace's.
    Column("zone", SafeText),
    # Why their personal digest is paused, as last announced to them.
    Column("announced_pause", MessageText),
    UniqueConstraint("workspace_id", "person_id"),
)

saved_stories = define_table(
    "saved_stories",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "person_id"),
    # Public id.
    *required_columns(SafeText, "story", "headline"),
    Column("url", SafeText),
    *required_columns(Instant, "saved_at"),
    UniqueConstraint("workspace_id", "person_id", "story"),
)

follows = define_table(
    "follows",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "person_id", "kind", "name", "normalized_name"),
    *required_columns(Instant, "followed_at"),
    UniqueConstraint("workspace_id", "person_id", "normalized_name"),
    check_one_of("kind", "topic", "speaker"),
)

feedback = define_table(
    "feedback",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "person_id", "story", "headline", "direction"),
    # Terms of the story (names and words) in filter syntax.
    *required_columns(Json, "terms"),
    *required_columns(Instant, "given_at"),
    UniqueConstraint("workspace_id", "person_id", "story"),
    check_one_of("direction", "more", "less"),
)

reports = define_table(
    "reports",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(
        SafeText, "person_id", "person_name", "public_id", "story", "headline", "text"
    ),
    *required_columns(Instant, "made_at"),
    # When and by whom it was answered, and the answer; NULL = open.
    Column("answered_at", Instant),
    *optional_columns(SafeText, "answered_by", "answer"),
    # When the reader saw the answer; NULL = not yet.
    Column("answer_shown_at", Instant),
    # The language in which the report was written.
    Column("locale", SafeText),
    UniqueConstraint("public_id"),
    Index(None, "workspace_id", "answered_at"),
    Index(None, "workspace_id", "person_id"),
)

notices = define_table(
    "notices",
    reference_column("workspace_id", "workspaces.id"),
    # The destination that was paused; NULL = the whole workspace. No foreign key: a
    # destination that is deleted meanwhile counts as not paused any more.
    Column("destination_id", Key),
    # The recipient; NULL = the person who installed the bot.
    Column("person_id", SafeText),
    *required_columns(SafeText, "key", "text", "state"),
    *required_columns(Integer, "attempt", "fence"),
    *optional_columns(Instant, "lease_until", "claimed_at", "not_before"),
    Column("reason", MessageText),
    *required_columns(Instant, "made_at", "updated_at"),
    # The report that it answers, if it is not about a destination; the notice is
    # deleted with the report.
    reference_column("report_id", "reports.id", null=True),
    # Whether it lists incidents, and is about no single destination.
    Column("lists_incidents", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("key"),
    check_one_of("state", "ready", "sending", "sent", "retry", "uncertain", "failed"),
    Index(None, "workspace_id", "made_at"),
    Index(None, "state"),
    Index(None, "report_id"),
)

# What stopped working and was reported, so that it is reported once.
incidents = define_table(
    "incidents",
    reference_column("workspace_id", "workspaces.id"),
    # «source/12», «delivery/34».
    *required_columns(SafeText, "subject"),
    *required_columns(Instant, "reported_at"),
    # When it worked again; NULL = it does not.
    Column("recovered_at", Instant),
    # What people call it; NULL: nobody learns that it works again.
    Column("name", SafeText),
    UniqueConstraint("workspace_id", "subject"),
)

# What is examined every night: a channel, the account of the bot, the disk.
examinations = define_table(
    "examinations",
    reference_column("workspace_id", "workspaces.id"),
    # «channel/12», «account/», «disk/».
    *required_columns(SafeText, "subject"),
    Column("next_at", Instant, nullable=False, index=True),
    # What was wrong the last time, and what to do; NULL = nothing.
    *optional_columns(MessageText, "problem", "fix"),
    UniqueConstraint("workspace_id", "subject"),
)
