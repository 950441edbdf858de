"""Tables of editions, their ledger, corrections, deliveries and messages."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, UniqueConstraint

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
    workspace_column,
)

editions = define_table(
    "editions",
    Column("public_id", SafeText, nullable=False, unique=True),
    workspace_column(),
    *required_columns(Key, "digest_id"),
    Column("occurrence_id", Key, nullable=False, unique=True),
    # The composer's `Edition` as `columns.dump_dataclass` writes it.
    *required_columns(SafeText, "edition", "manifest"),
    *required_columns(Instant, "made_at"),
    # When it was undone, and by whom.
    Column("undone_at", Instant),
    Column("undone_by", SafeText),
    # The `RenderContext`, to render the edition in the same way when it is corrected.
    Column("render_context", Json),
    # When its contents were deleted because of their age.
    Column("emptied_at", Instant),
    UniqueConstraint("id", "workspace_id"),
    same_workspace("digests", "digest_id"),
    same_workspace("occurrences", "occurrence_id"),
    Index(None, "workspace_id", "id"),
    Index(None, "digest_id", "id"),
)

# The public names of digests that are listed: part of the addresses of their pages.
published_digests = Table(
    "published_digests",
    metadata,
    Column("digest_id", Key, primary_key=True, autoincrement=False),
    workspace_column(),
    *required_columns(SafeText, "name"),
    same_workspace("digests", "digest_id"),
    UniqueConstraint("name"),
)

# Editions with a public page.
published_editions = Table(
    "published_editions",
    metadata,
    Column("edition_id", Key, primary_key=True, autoincrement=False),
    workspace_column(),
    Column("digest_id", Key, nullable=False),
    # Who can find it, as its digest was set when it was composed.
    *required_columns(SafeText, "visibility", "key"),
    # When its first message was posted; NULL: not yet, and so there is no page. Kept
    # here because deliveries are deleted with their destination.
    Column("posted_at", Instant),
    same_workspace("editions", "edition_id"),
    same_workspace("digests", "digest_id"),
    UniqueConstraint("key"),
    check_one_of("visibility", "link", "listed"),
    Index(None, "digest_id", "edition_id"),
)

edition_stories = Table(
    "edition_stories",
    metadata,
    Column("edition_id", Key, primary_key=True),
    Column("position", Integer, primary_key=True),
    workspace_column(),
    # Public id: the story itself may be in another view.
    *required_columns(SafeText, "story", "headline"),
    same_workspace("editions", "edition_id"),
    Index(None, "workspace_id", "story"),
)

# The ledger: what the readers of a digest were shown. The key has the hash of an item,
# which can be longer than PostgreSQL allows in an index.
published_items = Table(
    "published_items",
    metadata,
    Column("digest_id", Key, primary_key=True),
    Column("kind", SafeText, primary_key=True),
    Column("hash", SafeText, primary_key=True),
    workspace_column(),
    Column("edition_id", Key, nullable=False, index=True),
    *required_columns(SafeText, "item"),
    same_workspace("digests", "digest_id"),
    same_workspace("editions", "edition_id"),
    check_one_of("kind", "story", "revision", "sentence", "figure", "quote"),
    sqlite_with_rowid=False,
)

# The text of an article that an edition uses; compared again when the article's text
# changes.
published_articles = Table(
    "published_articles",
    metadata,
    Column("edition_id", Key, primary_key=True),
    key_reference("article_id", "articles.id", index=True),
    workspace_column(),
    # The hash of the last revision that the edition was compared with.
    *required_columns(SafeText, "revision"),
    # The same for the page behind it; NULL: not read yet.
    Column("page_revision", SafeText),
    *required_columns(Instant, "made_at"),
    # When the first uncompared change was stored, and when to compare.
    Column("changed_at", Instant),
    Column("compare_at", Instant, index=True),
    # The earliest time of the next comparison, because it was just edited.
    Column("not_before", Instant),
    same_workspace("editions", "edition_id"),
)

# The pages behind published articles of feeds: read again a few times.
rereads = Table(
    "rereads",
    metadata,
    key_reference("article_id", "articles.id", autoincrement=False),
    *required_columns(Instant, "published_at"),
    *required_columns(Integer, "times"),
    # NULL = not read any more.
    Column("next_at", Instant, index=True),
    # The hash of the page's last text; NULL: not read yet.
    *optional_columns(SafeText, "revision", "etag", "last_modified"),
)

# Corrections after publication; kept as long as the contents of the edition.
corrections = define_table(
    "corrections",
    workspace_column(),
    Column("edition_id", Key, nullable=False, index=True),
    # Public id of the story, and its headline as published.
    *required_columns(SafeText, "story", "headline"),
    # NULL: an editor wrote it.
    Column("article_id", Key),
    *optional_columns(SafeText, "outlet", "old_revision", "new_revision"),
    *required_columns(Instant, "found_at"),
    *required_columns(SafeText, "state"),
    # Why no message was edited.
    Column("reason", MessageText),
    # The differences: [{before, after, old, new}], whole sentences last.
    *required_columns(Json, "changes"),
    # What is shown instead, as `columns.dump_dataclass` writes it; NULL = nothing.
    Column("amendment", SafeText),
    # Who wrote it, and when it was reverted.
    Column("editor_name", SafeText),
    Column("reverted_at", Instant),
    same_workspace("editions", "edition_id"),
    check_one_of("state", "due", "edited", "listed", "unshown"),
    Index(None, "state"),
    Index(None, "workspace_id", "id"),
)

deliveries = define_table(
    "deliveries",
    workspace_column(),
    *required_columns(Key, "edition_id", "destination_id"),
    # The channel at the time of creation; changing the destination later does not
    # affect messages that were sent.
    *required_columns(SafeText, "channel"),
    *required_columns(Integer, "part"),
    *required_columns(SafeText, "operation"),
    # The message's key: the same for posting, editing and deleting one message.
    *required_columns(SafeText, "key"),
    *required_columns(Json, "payload"),
    *required_columns(SafeText, "payload_hash", "fallback_text", "state"),
    *required_columns(Integer, "attempt", "fence"),
    *optional_columns(Instant, "lease_until", "claimed_at", "not_before"),
    Column("message_id", SafeText),
    Column("reason", MessageText),
    *required_columns(Instant, "updated_at"),
    # The form in which it is sent, after the platform refused richer ones: 0 as
    # rendered, 1 as plain text, 2 as a list of links.
    Column("fallback_level", Integer, nullable=False, server_default="0"),
    # The post options and the title of a thread for it, frozen with the message.
    Column("post_options", Json),
    Column("title", SafeText),
    # The first message of its edition in the channel, set when it is claimed.
    Column("opening_message_id", SafeText),
    # Hashes of the pictures that the payload refers to.
    Column("pictures", Json),
    UniqueConstraint("edition_id", "destination_id", "part", "operation"),
    UniqueConstraint("key", "operation"),
    same_workspace("editions", "edition_id"),
    same_workspace("destinations", "destination_id"),
    check_one_of("operation", "post", "edit", "delete"),
    check_one_of(
        "state", "ready", "sending", "sent", "retry", "uncertain", "held", "failed"
    ),
    Index(None, "state", "not_before"),
    Index(None, "destination_id", "state"),
    Index(None, "workspace_id", "id"),
)

# Drawn pictures by the hash of what they were drawn from: a cache, shared by all
# workspaces. It is read only through `picture_uses`.
pictures = Table(
    "pictures",
    metadata,
    Column("hash", SafeText, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    *required_columns(Integer, "width", "height"),
    Column("made_at", Instant, nullable=False, index=True),
)

# Which workspace shows a picture, in which edition (NULL: in an answer to a person).
picture_uses = define_table(
    "picture_uses",
    reference_column("workspace_id", "workspaces.id"),
    Column("edition_id", Key, index=True),
    Column("hash", SafeText, nullable=False, index=True),
    *required_columns(Instant, "used_at"),
    same_workspace("editions", "edition_id"),
    Index(None, "workspace_id", "hash"),
)

# Files of pictures on a platform that stores them apart from messages, from the moment
# at which the platform named the file: whatever is lost on the way, it can be found
# again and deleted.
uploads = define_table(
    "uploads",
    reference_column("workspace_id", "workspaces.id"),
    # NULL: it is in the message of a draft.
    Column("edition_id", Key, index=True),
    *required_columns(SafeText, "hash"),
    # The platform's id of the file.
    *required_columns(SafeText, "file", "state"),
    *required_columns(Instant, "begun_at"),
    same_workspace("editions", "edition_id"),
    UniqueConstraint("workspace_id", "file"),
    check_one_of("state", "begun", "ready", "unused", "deleted"),
    Index(None, "state", "begun_at"),
)

local_messages = define_table(
    "local_messages",
    reference_column("workspace_id", "workspaces.id"),
    *required_columns(SafeText, "channel", "key"),
    *required_columns(Json, "payload"),
    *required_columns(SafeText, "fallback_text"),
    *required_columns(Instant, "posted_at"),
    Column("edited_at", Instant),
    UniqueConstraint("workspace_id", "key"),
    Index(None, "workspace_id", "channel", "id"),
)
