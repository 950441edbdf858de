"""The tables, and nothing else: no verb, no connection, no value.

Every table of a workspace carries `workspace_id`, also where it could be reached
through a parent: the foreign keys are pairs (id, workspace_id), so that the database
itself refuses a digest, destination or delivery of one workspace in another. Erasing
a workspace erases all of it. `workspace_id` NULL on sources and stories means public.

A deleted digest stays as a row (`deleted_at`): the posts of its editions still have
buttons to answer. Ids are never used again (AUTOINCREMENT), because editions, which
are never rewritten, name articles by them. A change here needs a new migration;
README.md says how.
"""

from bot.storage.schema.base import metadata
from bot.storage.schema.configuration import (
    changes,
    destinations,
    digest_destinations,
    digest_sources,
    digests,
    grants,
    occurrences,
    schedules,
    sources,
    workspaces,
)
from bot.storage.schema.installed import install_states, installations
from bot.storage.schema.news import (
    article_ids,
    articles,
    compositions,
    figures,
    quotes,
    revisions,
    searchable,
    speaker_words,
    stories,
    story_articles,
    story_moves,
)
from bot.storage.schema.outgoing import (
    corrections,
    deliveries,
    edition_stories,
    editions,
    local_messages,
    rereads,
    told,
    told_articles,
)
from bot.storage.schema.personal import (
    feedback,
    follows,
    readers,
    reports,
    saved_stories,
)
from bot.storage.schema.process import erasures, invocations, keys, leases
from bot.storage.schema.telling import notices

__all__ = [
    "article_ids",
    "articles",
    "changes",
    "compositions",
    "corrections",
    "deliveries",
    "destinations",
    "digest_destinations",
    "digest_sources",
    "digests",
    "edition_stories",
    "editions",
    "erasures",
    "feedback",
    "figures",
    "follows",
    "grants",
    "install_states",
    "installations",
    "invocations",
    "keys",
    "leases",
    "local_messages",
    "metadata",
    "notices",
    "occurrences",
    "quotes",
    "readers",
    "reports",
    "rereads",
    "revisions",
    "saved_stories",
    "schedules",
    "searchable",
    "sources",
    "speaker_words",
    "stories",
    "story_articles",
    "story_moves",
    "told",
    "told_articles",
    "workspaces",
]
