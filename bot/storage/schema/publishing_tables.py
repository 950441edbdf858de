"""Tables of what went out: editions, what became of them, deliveries, messages."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

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

editions = table(
    "editions",
    id_(),
    Column("public_id", Words, nullable=False, unique=True),
    workspace(),
    Column("digest_id", Key, nullable=False),
    Column("occurrence_id", Key, nullable=False, unique=True),
    # The composer's noun as `editions_json` writes it.
    Column("edition", Words, nullable=False),
    Column("manifest", Words, nullable=False),
    Column("made_at", Instant, nullable=False),
    # When it was taken back, and by whom.
    Column("undone_at", Instant),
    Column("undone_by", Words),
    # What it was rendered with, so that it is rendered alike when it is corrected.
    Column("context", Json),
    # When its contents were let go, because it was older than is kept.
    Column("dropped_at", Instant),
    UniqueConstraint("id", "workspace_id"),
    within("digests", "digest_id"),
    within("occurrences", "occurrence_id"),
    Index(None, "workspace_id", "id"),
    Index(None, "digest_id", "id"),
)

edition_stories = Table(
    "edition_stories",
    metadata,
    Column("edition_id", Key, primary_key=True),
    Column("position", Integer, primary_key=True),
    workspace(),
    # Public id: the story itself may be another workspace's view of the same event.
    Column("story", Words, nullable=False),
    Column("headline", Words, nullable=False),
    within("editions", "edition_id"),
    Index(None, "workspace_id", "story"),
)

# What the readers of a digest were shown. The words themselves can be longer than
# PostgreSQL lets an index entry be: their hash stands in the key.
told = Table(
    "told",
    metadata,
    Column("digest_id", Key, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("hash", Words, primary_key=True),
    workspace(),
    Column("edition_id", Key, nullable=False, index=True),
    Column("what", Words, nullable=False),
    within("digests", "digest_id"),
    within("editions", "edition_id"),
    one_of("kind", "story", "revision", "sentence", "figure", "quote"),
    sqlite_with_rowid=False,
)

# Which text of an article an edition stands on; looked at again when the article has
# another one.
told_articles = Table(
    "told_articles",
    metadata,
    Column("edition_id", Key, primary_key=True),
    Column(
        "article_id",
        Key,
        ForeignKey("articles.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    workspace(),
    # The hash of the last version that was compared with what is told.
    Column("revision", Words, nullable=False),
    # The same of the page behind it; NULL: the page was not read yet.
    Column("page_revision", Words),
    Column("made_at", Instant, nullable=False),
    # When the first change that was not yet looked at came, and when to look.
    Column("changed_at", Instant),
    Column("look_at", Instant, index=True),
    # Not before then: what was just edited is left alone for a while.
    Column("rests_until", Instant),
    within("editions", "edition_id"),
)

# The pages behind articles of feeds that were told: read again a few times.
rereads = Table(
    "rereads",
    metadata,
    Column(
        "article_id",
        Key,
        ForeignKey("articles.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("told_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    # NULL: not any more.
    Column("next_at", Instant, index=True),
    # The hash of the page's last version; NULL: it was not read yet.
    Column("revision", Words),
    Column("etag", Words),
    Column("last_modified", Words),
)

# What was put right after it was told, or seen to have been; kept as long as its
# edition's contents.
corrections = table(
    "corrections",
    id_(),
    workspace(),
    Column("edition_id", Key, nullable=False, index=True),
    # Public id, with the headline as it was told.
    Column("story", Words, nullable=False),
    Column("headline", Words, nullable=False),
    # NULL: an editor wrote it.
    Column("article_id", Key),
    Column("outlet", Words),
    Column("old_revision", Words),
    Column("new_revision", Words),
    Column("found_at", Instant, nullable=False),
    Column("state", Words, nullable=False),
    # Why no message was edited, in words.
    Column("reason", Words),
    # What is different: [{before, after, old, new}], whole sentences last.
    Column("changes", Json, nullable=False),
    # What is shown instead, as `editions_json` writes it; NULL: nothing.
    Column("amendment", Words),
    # Who wrote it, and since when it does not hold any more.
    Column("by_name", Words),
    Column("taken_back_at", Instant),
    within("editions", "edition_id"),
    one_of("state", "due", "edited", "listed", "unshown"),
    Index(None, "state"),
    Index(None, "workspace_id", "id"),
)

deliveries = table(
    "deliveries",
    id_(),
    workspace(),
    Column("edition_id", Key, nullable=False),
    Column("destination_id", Key, nullable=False),
    # Where it was meant to go when it was made; a later change of the destination
    # moves no message that is already there.
    Column("channel", Words, nullable=False),
    Column("part", Integer, nullable=False),
    Column("operation", Words, nullable=False),
    # The message's key: the same for posting, editing and deleting one message.
    Column("key", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("payload_hash", Words, nullable=False),
    Column("fallback_text", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("claimed_at", Instant),
    Column("not_before", Instant),
    Column("message_id", Words),
    Column("reason", Words),
    Column("updated_at", Instant, nullable=False),
    # How plainly it is told, because the platform did not take it otherwise:
    # 0 as rendered, 1 in plain words, 2 as a list of links.
    Column("rung", Integer, nullable=False, server_default="0"),
    # How it is posted and what a thread for it is called, frozen with it.
    Column("manner", Json),
    Column("title", Words),
    # The message of its edition behind which it comes, once it is claimed.
    Column("opening", Words),
    UniqueConstraint("edition_id", "destination_id", "part", "operation"),
    UniqueConstraint("key", "operation"),
    within("editions", "edition_id"),
    within("destinations", "destination_id"),
    one_of("operation", "post", "edit", "delete"),
    one_of("state", "ready", "sending", "sent", "retry", "uncertain", "held", "failed"),
    Index(None, "state", "not_before"),
    Index(None, "destination_id", "state"),
    Index(None, "workspace_id", "id"),
)

local_messages = table(
    "local_messages",
    id_(),
    ref("workspace_id", "workspaces.id"),
    Column("channel", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("fallback_text", Words, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("edited_at", Instant),
    UniqueConstraint("workspace_id", "key"),
    Index(None, "workspace_id", "channel", "id"),
)
