"""Tables of what is personal to a reader: their own words, choices and reports.

A person is (workspace, the platform's id of them), and each row carries both. All of it
goes with the workspace, and with the person when they erase their data.
"""

from sqlalchemy import Column, Index, UniqueConstraint

from bot.storage.columns import Instant, Json, Words
from bot.storage.schema.base import id_, one_of, ref, table

readers = table(
    "readers",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("person_id", Words, nullable=False),
    # The language of answers; NULL = the platform's.
    Column("locale", Words),
    # The zone of their times; NULL = the workspace's.
    Column("zone", Words),
    # Why their own digest stands still, as they were told last.
    Column("told_pause", Words),
    UniqueConstraint("workspace_id", "person_id"),
)

saved_stories = table(
    "saved_stories",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("person_id", Words, nullable=False),
    # Public id.
    Column("story", Words, nullable=False),
    Column("headline", Words, nullable=False),
    Column("url", Words),
    Column("saved_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "story"),
)

follows = table(
    "follows",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("person_id", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("folded", Words, nullable=False),
    Column("followed_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "folded"),
    one_of("kind", "topic", "speaker"),
)

feedback = table(
    "feedback",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("person_id", Words, nullable=False),
    Column("story", Words, nullable=False),
    Column("headline", Words, nullable=False),
    Column("direction", Words, nullable=False),
    # What of the story counts: names and words, as filters take them.
    Column("terms", Json, nullable=False),
    Column("given_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "story"),
    one_of("direction", "more", "less"),
)

reports = table(
    "reports",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("person_id", Words, nullable=False),
    Column("person_name", Words, nullable=False),
    Column("public_id", Words, nullable=False),
    Column("story", Words, nullable=False),
    Column("headline", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("made_at", Instant, nullable=False),
    # By whom it was settled and what they answered; NULL = it is open.
    Column("settled_at", Instant),
    Column("settled_by", Words),
    Column("answer", Words),
    # When the reader was told; NULL = not yet.
    Column("told_at", Instant),
    # The language in which it was made; NULL: it is older than this column.
    Column("locale", Words),
    UniqueConstraint("public_id"),
    Index(None, "workspace_id", "settled_at"),
    Index(None, "workspace_id", "person_id"),
)
