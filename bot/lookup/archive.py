"""Look up stories, editions and digests of a workspace; read-only.

Every look-up is limited to the workspace of the person who asks. A number refers to the
newest edition of the channel; a public id is valid anywhere in its workspace; words are
matched against the newest edition, then against earlier ones of the place.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import chain, islice

from bot.errors import UnknownName, UserError
from bot.lookup import text_search
from bot.lookup.name_resolution import (
    ResolvedStory,
    StoryName,
    find_past_story,
    find_story_in,
    parse_story_name,
    posts_to,
    resolve_digest,
    select_workspaces,
)
from bot.model import (
    LOCAL_PLATFORM,
    Destination,
    Digest,
    Location,
    StoredEdition,
    Workspace,
)
from bot.model.scope import MAX_KEY, Scope
from bot.storage import (
    Connection,
    Database,
    article_store,
    destination_store,
    digest_store,
    edition_store,
    process_store,
    quote_store,
    story_store,
    workspace_store,
)
from digests.language.normalization import parse_whole_number
from digests.types import Article, Quote, frozen

RESULT_LIMIT = 10
#: Earlier editions whose summaries are searched for the words of a story.
READ_EDITIONS = 8
#: Articles of one story that are read.
STORY_ARTICLE_LIMIT = 12
#: Seconds within which the database must answer to be ready; load balancers wait ten.
READY_SECONDS = 5.0
NO_ANSWER = "no answer"
#: Workspace of the local page before anything is set up; no row has this id.
NO_WORKSPACE = Workspace(
    id=0, platform=LOCAL_PLATFORM, external_id=LOCAL_PLATFORM, name="Local page"
)


@frozen
class Archive:
    """Look-ups in one database."""

    db: Database

    async def newest(self, place: Location) -> StoredEdition | None:
        """Return the newest edition of the channel, or else of the workspace."""
        return await self.db.read(_find_newest_edition, place)

    async def edition(self, place: Location, public_id: str) -> StoredEdition:
        """Load the workspace's edition with this id, or the person's own there.

        Raises:
            UnknownName: There is none, or it was removed.
        """
        return await self.db.read(
            text_search.load_edition,
            place.workspace.scope,
            public_id=public_id,
            person_id=place.of_person,
        )

    async def story(
        self, place: Location, which: str, *, earlier: bool = True
    ) -> ResolvedStory:
        """Find the story of «2», «s-7k3m9q», «e-7k3m9q 2» or a few words.

        Numbers and words that the newest edition of the place does not know are looked
        up in `earlier` ones of the place, the newest first.

        Raises:
            UserError: There is no such story, or no edition yet.
        """
        wanted = parse_story_name(which)
        if wanted.edition:
            return find_story_in(await self.edition(place, wanted.edition), wanted)
        if wanted.story:
            return await self.db.read(_find_in_editions, place, wanted)
        newest = await self.newest(place)
        if newest is None:
            raise UserError(
                "No edition has been posted here yet. An editor can post one with "
                "/newsdesk post."
            )
        try:
            return find_story_in(newest, wanted)
        except UnknownName:
            if not earlier:
                raise
            found = await self.db.read(_find_in_earlier_editions, place, wanted)
            if found is None:
                raise
            return found

    async def quotes(
        self,
        scope: Scope,
        *,
        speaker: str | None,
        topic: str | None,
        article_ids: Sequence[int] | None = None,
        since: datetime | None = None,
        languages: Collection[str] = (),
    ) -> tuple[tuple[Article, Quote], ...]:
        """Load stored quotes, newest first, each distinct wording once.

        Those in another language than one of `languages` (if any) come after the rest.
        Those that need the words around them only fill what the others leave free.
        """
        found = await self.db.read(
            quote_store.list_quotes,
            scope,
            speaker=speaker,
            topic=topic,
            article_ids=article_ids,
            since=since,
            # Outlets repeat each other, so some of these are dropped.
            limit=5 * RESULT_LIMIT,
        )
        distinct = text_search.drop_repeated_quotes(found)
        wanted = frozenset(languages)

        def is_foreign(at: int) -> bool:
            return bool(wanted) and (distinct[at][0].lang or "en") not in wanted

        places = sorted(
            range(len(distinct)),
            key=lambda at: (is_foreign(at), not distinct[at][1].alone),
        )
        shown = sorted(places[:RESULT_LIMIT], key=lambda at: (is_foreign(at), at))
        return tuple(distinct[at] for at in shown)

    async def article(
        self, scope: Scope, article_id: int, revision: str | None = None
    ) -> Article | None:
        """Load a stored text that this workspace may see."""
        found = await self.db.read(
            article_store.find_article, scope, article_id=article_id, revision=revision
        )
        return found[0] if found else None

    async def articles_of(self, found: ResolvedStory) -> tuple[Article, ...]:
        """Load the revisions that a published story was made from."""
        scope = found.stored_edition.scope
        refs = found.story.articles
        texts = [await self.article(scope, int(ref.id), ref.revision) for ref in refs]
        return tuple(text for text in texts if text is not None)

    async def digest(self, scope: Scope, digest_id: int) -> Digest:
        """Load a digest by its key.

        Raises:
            UnknownName: It was deleted, or belongs to another workspace.
        """
        found = await self.db.read(digest_store.find_digest, scope, digest_id=digest_id)
        if found is None:
            raise UnknownName("This digest no longer exists.")
        return found

    async def named(self, place: Location, name: str) -> Digest:
        """Find the digest of that name; without a name, the one that is posted here.

        Raises:
            UserError: There is none, or the name matches none or several.
        """
        known = await self.db.read(digest_store.list_digests, place.workspace.scope)
        here = [digest for digest in known if posts_to(digest, place.channel)]
        if not name and len(here) == 1:
            return here[0]
        # Digests that are posted here are likelier to be meant, and are listed first.
        return resolve_digest((*here, *(d for d in known if d not in here)), name)

    # ── for the local page and the command line ────────────────────────────────

    async def local_article(
        self, article_id: str, revision: str | None
    ) -> tuple[Article, str] | None:
        """Load a stored text as the local page may show it, and the page's zone."""
        key = parse_whole_number(article_id, MAX_KEY)
        if key is None:
            return None
        workspace, _ = await self.local_destinations()
        article = await self.article(workspace.scope, key, revision)
        return (article, workspace.zone) if article is not None else None

    async def ready(self) -> dict[str, str]:
        """Report the state of each part for a load balancer: «ok» or the problem.

        A database that could not be written may have recovered in a process that writes
        nothing by itself, so it is tried.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self.db.read(workspace_store.list_workspaces)
                if self.db.faults.present:
                    await self.db.write(process_store.probe_writing)
        except UserError as error:
            return {"database": str(error)}
        except TimeoutError:
            return {"database": self.db.faults.present or NO_ANSWER}
        return {"database": "ok"}

    async def all_digests(self, workspace: str | None = None) -> tuple[Digest, ...]:
        """List digests of every workspace, or of the one with this id on its platform.

        For the operator's command line only: no chat user may see other workspaces.

        Raises:
            UnknownName: There is no such workspace.
        """
        known = await self.db.read(workspace_store.list_workspaces)
        wanted = select_workspaces(known, workspace)
        lists = [await self.db.read(digest_store.list_digests, w.scope) for w in wanted]
        return tuple(chain.from_iterable(lists))

    async def local_destinations(
        self, person: str = ""
    ) -> tuple[Workspace, tuple[Destination, ...]]:
        """Return the local page's workspace and channels; an empty one before set-up.

        The channel of the person's own messages, if there are any, comes last.
        """
        return await self.db.read(_find_local_destinations, person)


def _find_local_destinations(
    conn: Connection, person: str
) -> tuple[Workspace, tuple[Destination, ...]]:
    known = workspace_store.list_workspaces(conn)
    local = [workspace for workspace in known if workspace.is_local]
    for found in local:
        places = destination_store.list_destinations(conn, found.scope)
        if places:
            own = destination_store.find_personal_destination(
                conn, found.scope, person_id=person
            )
            return found, (*places, own) if own else places
    return (local[0] if local else NO_WORKSPACE), ()


def _find_newest_edition(conn: Connection, place: Location) -> StoredEdition | None:
    return edition_store.find_newest_edition_in(
        conn, place.workspace.scope, destination_id=_find_destination_id(conn, place)
    )


def _find_destination_id(conn: Connection, place: Location) -> int | None:
    """Find the key of the place's destination; None if nothing is posted there."""
    if place.channel is None:
        return None
    here = destination_store.find_destination_by_channel(
        conn, place.workspace.scope, channel=place.channel
    )
    return here.id if here is not None else None


def _find_in_earlier_editions(
    conn: Connection, place: Location, wanted: StoryName
) -> ResolvedStory | None:
    """Find a story of earlier editions of the place by its number, or by words.

    Words are looked up in the headlines of many editions, then in the summaries of a
    few.
    """
    scope = place.workspace.scope
    listed = edition_store.list_past_stories(
        conn,
        scope,
        limit=text_search.SEARCHED_EDITIONS,
        destination_id=_find_destination_id(conn, place),
    )
    load = partial(
        edition_store.find_edition_by_public_id, conn, scope, person_id=place.of_person
    )
    named = find_past_story(listed, wanted)
    if named is not None:
        edition = load(named.edition)
        return find_story_in(edition, StoryName(story=named.story)) if edition else None
    if wanted.number:
        return None
    keys = dict.fromkeys(one.edition for one in listed)
    for edition in map(load, islice(keys, READ_EDITIONS)):
        with suppress(UnknownName):
            if edition is not None:
                return find_story_in(edition, wanted)
    return None


def _find_in_editions(
    conn: Connection, place: Location, wanted: StoryName
) -> ResolvedStory:
    """Find the story, or the one it was merged into, in the newest edition that has it.

    Raises:
        UnknownName: No edition has it, or the edition is too old.
    """
    scope, story_id = place.workspace.scope, wanted.story
    present = story_store.find_present_story(conn, scope, story=story_id)
    for name in filter(None, (story_id, present)):
        edition = edition_store.find_edition_with_story(
            conn, scope, story=name, person_id=place.of_person
        )
        if edition is None:
            continue
        text_search.check_retained(conn, edition)
        return find_story_in(edition, StoryName(story=name))
    raise UnknownName(
        "No story {story_id} was posted in this workspace. /news latest shows "
        "the newest edition with its numbers.",
        story_id=story_id,
    )


def load_story_articles(
    conn: Connection, scope: Scope, story: str
) -> tuple[Article, ...]:
    """Load the newest texts of a story, earliest first, published or not.

    Args:
        conn: The database.
        scope: The workspace that asks.
        story: Its public id; one that was merged leads to the story it became.
    """
    found = story_store.find_present_story(conn, scope, story=story)
    if found is None:
        return ()
    return story_store.list_story_articles(
        conn, scope, story=found, limit=STORY_ARTICLE_LIMIT
    )
