"""The tables.

Every table of a workspace has a column `workspace_id`, even if a parent has it: the
foreign keys are pairs (id, workspace_id), so that the database itself rejects a digest,
destination or delivery of one workspace in another. Deleting a workspace deletes all of
it. `workspace_id` NULL on sources and stories means public.

A deleted digest stays as a row (`deleted_at`): the posts of its editions still have
buttons that need an answer. Ids are never reused (AUTOINCREMENT), because editions,
which are never rewritten, refer to articles by them. A change here needs a migration;
README.md says how.
"""

from bot.storage.schema.base import metadata
from bot.storage.schema.configuration_tables import (
    changes,
    console_links,
    console_sessions,
    delivery_shares,
    destinations,
    digest_destinations,
    digest_sources,
    digests,
    erasures,
    grants,
    install_states,
    installations,
    invocations,
    job_turns,
    keys,
    leases,
    occurrences,
    schedules,
    sources,
    workspaces,
)
from bot.storage.schema.draft_tables import draft_acts, draft_messages, drafts
from bot.storage.schema.news_tables import (
    article_ids,
    articles,
    compositions,
    figures,
    page_readings,
    quotes,
    revisions,
    searchable,
    speaker_words,
    stories,
    story_articles,
    story_moves,
)
from bot.storage.schema.people_tables import (
    examinations,
    feedback,
    follows,
    incidents,
    notices,
    readers,
    reports,
    saved_stories,
)
from bot.storage.schema.publishing_tables import (
    corrections,
    deliveries,
    edition_stories,
    editions,
    local_messages,
    picture_uses,
    pictures,
    published_articles,
    published_digests,
    published_editions,
    published_items,
    rereads,
    uploads,
)
