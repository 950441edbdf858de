"""Look up stories, quotes, figures and editions of a workspace; read-only.

Every look-up takes the workspace of the person who asks. A number counts in the
newest edition of the place where it is asked; a public id works anywhere in its
workspace; words are matched against headlines, then against stored articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import UnknownName, UserError
from bot.lookup import text_search
from bot.lookup.name_resolution import (
    ResolvedStory,
    find_worded_story,
    get_numbered_story,
    resolve_digest,
    resolve_suggestion,
)
from bot.lookup.text_search import NO_FILTER, QuestionResult, SearchFilter
from bot.model import (
    Delivery,
    Destination,
    Digest,
    Location,
    Occurrence,
    StoredEdition,
    Workspace,
)
from bot.storage import (
    Connection,
    Database,
    article_store,
    decision_store,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    figure_store,
    quote_store,
    schedule_store,
    story_store,
    workspace_store,
)
from bot.storage.decision_store import StoredDecision
from digests.answers.questions import Question
from digests.messages import Message
from digests.types import Article, Figure, Quote

RESULT_LIMIT = 10
#: Articles of one story that are looked at.
STORY_ARTICLE_LIMIT = 12
#: What the local page shows before anything is set up; no row has this id.
NO_WORKSPACE = Workspace(id=0, platform="local", external_id="local", name="Local page")


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """The look-ups, over one database."""

    db: Database

    async def newest(self, place: Location) -> StoredEdition | None:
        """The newest edition of the channel asked from, or else of the workspace."""
        return await self.db.read(self._newest, place)

    @staticmethod
    def _newest(conn: Connection, place: Location) -> StoredEdition | None:
        workspace_id = place.workspace.id
        here: Destination | None = None
        if place.channel is not None:
            here = destination_store.find_destination_by_channel(
                conn, workspace_id=workspace_id, channel=place.channel
            )
        return edition_store.find_newest_edition_in(
            conn,
            workspace_id=workspace_id,
            destination_id=here.id if here else None,
        )

    async def story(self, place: Location, which: str) -> ResolvedStory:
        """The story that «2», «s-7k3m9q», «e-7k3m9q 2» or a few words stand for.

        Raises:
            UserError: There is none, or no edition yet.
        """
        which = which.strip()
        if which.startswith("s-"):
            return await self._by_id(place, which)
        kept = text_search.EDITION_ID.fullmatch(which)
        if kept is not None:
            old = await self.db.read(
                text_search.load_edition,
                workspace_id=place.workspace.id,
                public_id=kept[1],
                person_id=place.of_person,
            )
            return get_numbered_story(old, int(kept[2] or 1))
        stored_edition = await self._edition(place)
        if which.lstrip("#").isdecimal():
            return get_numbered_story(stored_edition, int(which.lstrip("#")))
        return resolve_suggestion(stored_edition, which) or find_worded_story(
            stored_edition, which
        )

    async def _edition(self, place: Location) -> StoredEdition:
        stored_edition = await self.newest(place)
        if stored_edition is None:
            raise UserError(
                "No edition has been posted here yet. An editor can post one with "
                "/newsdesk post."
            )
        return stored_edition

    async def _by_id(self, place: Location, story_id: str) -> ResolvedStory:
        found = await self.db.read(_find_in_editions, place, story_id)
        if found is not None:
            return found
        raise UnknownName(
            "No story {story_id} was posted in this workspace. /news latest"
            " shows the newest edition with its numbers.",
            story_id=story_id,
        )

    async def quotes(
        self,
        workspace_id: int,
        *,
        speaker: str | None,
        topic: str | None,
        since: datetime | None = None,
        limit: int = RESULT_LIMIT,
    ) -> tuple[tuple[Article, Quote], ...]:
        """Stored quotes, newest first, each distinct wording once."""
        found = await self.db.read(
            quote_store.list_quotes,
            workspace_id=workspace_id,
            speaker=speaker,
            topic=topic,
            since=since,
            # Outlets repeat each other: some of these will go.
            limit=5 * limit,
        )
        return text_search.drop_repeated_quotes(found)[:limit]

    async def speakers(
        self, workspace_id: int, typed: str, limit: int = 25
    ) -> tuple[str, ...]:
        """Names of people quoted, for completion and near misses."""
        return await self.db.read(
            quote_store.list_speaker_names,
            workspace_id=workspace_id,
            prefix=typed,
            limit=limit,
        )

    async def figures(
        self,
        workspace_id: int,
        *,
        topic: str | None,
        ids: Sequence[str] | None = None,
        since: datetime | None = None,
        limit: int = RESULT_LIMIT,
    ) -> tuple[tuple[Article, Figure], ...]:
        """Stored figures, newest article first."""
        return await self.db.read(
            figure_store.list_figures,
            workspace_id=workspace_id,
            topic=topic,
            article_ids=None if ids is None else [int(i) for i in ids],
            since=since,
            limit=limit,
        )

    async def search(
        self, workspace_id: int, words: str, within: SearchFilter = NO_FILTER
    ) -> tuple[Article, ...]:
        """Articles that hold all the words, the best first; see `answering.look_up`."""
        return await text_search.search_articles(self.db, workspace_id, words, within)

    async def ask(self, workspace_id: int, question: Question) -> QuestionResult:
        """Sentences that answer the question, or why there are none."""
        return await text_search.answer_question(self.db, workspace_id, question)

    async def article(
        self, workspace_id: int, article_id: int, revision: str | None = None
    ) -> Article | None:
        """A stored text that this workspace may see."""
        found = await self.db.read(
            article_store.find_article,
            workspace_id=workspace_id,
            article_id=article_id,
            revision=revision,
        )
        return found[0] if found else None

    async def articles_of(self, found: ResolvedStory) -> tuple[Article, ...]:
        """The stored texts that a told story was made from, as they were then."""
        texts = [
            await self.article(
                found.stored_edition.workspace_id, int(ref.id), ref.revision
            )
            for ref in found.story.articles
        ]
        return tuple(text for text in texts if text is not None)

    async def local_article(
        self, article_id: str, revision: str | None
    ) -> Article | None:
        """A stored text as the local page may show it."""
        if not article_id.isdecimal():
            return None
        workspace, _ = await self.local_destinations()
        return await self.article(workspace.id, int(article_id[:18]), revision)

    async def ready(self) -> dict[str, str]:
        """What a load balancer wants to know: each part, «ok» or what is wrong."""
        try:
            await self.db.read(workspace_store.list_workspaces)
        except UserError as error:
            return {"database": str(error)}
        return {"database": "ok"}

    async def in_story(self, workspace_id: int, story: str) -> tuple[Article, ...]:
        """The newest texts of a story, the earliest first, told or not.

        Args:
            workspace_id: In whose view.
            story: Its public id; one that was merged away leads to what it is now.
        """
        return await self.db.read(_load_story_articles, workspace_id, story)

    async def decided(
        self, place: Location, wanted: Sequence[Article]
    ) -> tuple[StoredDecision, ...]:
        """What digests decided about these articles lately, the newest first."""
        return await self.db.read(
            decision_store.list_decisions,
            workspace_id=place.workspace.id,
            person_id=place.of_person,
            articles=[article.id for article in wanted],
            limit=RESULT_LIMIT,
        )

    # ── what is set up, and how it went ────────────────────────────────────────

    async def digests(self, workspace_id: int) -> tuple[Digest, ...]:
        """All digests of the workspace, by name."""
        return await self.db.read(digest_store.list_digests, workspace_id=workspace_id)

    async def all_digests(self, workspace: str | None = None) -> tuple[Digest, ...]:
        """Digests of every workspace, or of the one with this platform's id.

        For the operator's command line only: nobody in a chat sees across workspaces.

        Raises:
            UnknownName: There is no such workspace.
        """
        kept = await self.db.read(workspace_store.list_workspaces)
        wanted = [w for w in kept if workspace in (None, w.external_id)]
        if workspace is not None and not wanted:
            names = ", ".join(w.external_id for w in kept)
            raise UnknownName(
                "No workspace «{workspace}» is set up; known: {names}.",
                workspace=workspace,
                names=names or Message("none yet"),
            )
        return tuple([d for w in wanted for d in await self.digests(w.id)])

    async def local_destinations(
        self, person: str = ""
    ) -> tuple[Workspace, tuple[Destination, ...]]:
        """The local page's workspace with its channels; an empty one before set-up.

        Where the person (their id) has messages of their own, these are the last.
        """
        kept = await self.db.read(workspace_store.list_workspaces)
        local = [w for w in kept if w.platform == "local"]
        for found in local:
            places = await self.db.read(
                destination_store.list_destinations, workspace_id=found.id
            )
            if places:
                own = await self.db.read(
                    destination_store.find_personal_destination,
                    workspace_id=found.id,
                    person_id=person,
                )
                return found, (*places, own) if own else places
        return (local[0] if local else NO_WORKSPACE), ()

    async def digest(self, workspace_id: int, digest_id: int) -> Digest:
        """One digest by its key.

        Raises:
            UnknownName: It was deleted, or is another workspace's.
        """
        found = await self.db.read(
            digest_store.find_digest, workspace_id=workspace_id, digest_id=digest_id
        )
        if found is None:
            raise UnknownName("This digest no longer exists.")
        return found

    async def digest_of(self, stored_edition: StoredEdition) -> Digest:
        """The digest that an edition belongs to."""
        return await self.digest(stored_edition.workspace_id, stored_edition.digest_id)

    async def named(self, place: Location, name: str | None) -> Digest:
        """The digest of that name; without a name the one that posts here.

        Raises:
            UserError: There is none, or the name fits none or several.
        """
        known = await self.digests(place.workspace.id)
        here = [d for d in known if _posts_to(d, place.channel)]
        if not name and len(here) == 1:
            return here[0]
        # What posts here is likelier to be meant, and stands first.
        return resolve_digest((*here, *(d for d in known if d not in here)), name)

    async def last_occurrence(self, digest: Digest) -> Occurrence | None:
        """The newest due moment of the digest, whatever became of it."""
        found = await self.db.read(
            schedule_store.list_newest_occurrences,
            workspace_id=digest.workspace_id,
            digest_id=digest.id,
            count=1,
        )
        return found[0] if found else None

    async def newest_deliveries(
        self, workspace_id: int, count: int
    ) -> tuple[Delivery, ...]:
        """The last deliveries with their states."""
        return await self.db.read(
            delivery_store.list_newest_deliveries,
            workspace_id=workspace_id,
            count=count,
        )


def _find_in_editions(
    conn: Connection, place: Location, story_id: str
) -> ResolvedStory | None:
    """The story in the newest edition that tells it, or what it was merged into."""
    here = {"workspace_id": place.workspace.id}
    for name in (
        story_id,
        story_store.find_present_story(conn, **here, story=story_id),
    ):
        stored_edition = (
            edition_store.find_edition_with_story(
                conn, **here, story=name, person_id=place.of_person
            )
            if name
            else None
        )
        if stored_edition is not None:
            text_search.check_retained(conn, stored_edition)
        for number, story in enumerate(
            stored_edition.edition.stories if stored_edition else (), 1
        ):
            if stored_edition and story.id == name:
                return ResolvedStory(
                    stored_edition=stored_edition, number=number, story=story
                )
    return None


def _load_story_articles(
    conn: Connection, workspace_id: int, story: str
) -> tuple[Article, ...]:
    found = story_store.find_present_story(conn, workspace_id=workspace_id, story=story)
    if found is None:
        return ()
    return story_store.list_story_articles(
        conn, workspace_id=workspace_id, story=found, limit=STORY_ARTICLE_LIMIT
    )


def _posts_to(digest: Digest, channel: str | None) -> bool:
    return any(place.channel == channel for place in digest.destinations)
