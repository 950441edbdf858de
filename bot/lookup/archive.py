"""Look-ups: what was told, said, counted and decided; it must not change anything.

Every look-up takes the workspace of the person who asks. A number counts in the
newest edition of the place where it is asked; a public id works anywhere in its
workspace; words are matched against headlines, then against stored articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import answering, past
from bot.answering import EVERYWHERE, Asked, Narrowed
from bot.choosing import Found, choose, numbered, story_offered, worded
from bot.errors import UnknownName, UserError
from bot.sentences import Phrase
from bot.storage import (
    Connection,
    articles,
    decisions,
    deliveries,
    destinations,
    digests,
    figures,
    occurrences,
    quotes,
    stories,
    workspaces,
)
from bot.storage import editions as issues
from bot.storage.database import Database
from bot.storage.decisions import Decided
from bot.types import (
    Delivery,
    Destination,
    Digest,
    Issue,
    Occurrence,
    Place,
    Workspace,
)
from digests.asking import Question
from digests.types import Article, Figure, Quote

LIMIT = 10
#: Articles of one story that are looked at.
IN_STORY = 12
#: What the local page shows before anything is set up; no row has this id.
NO_WORKSPACE = Workspace(id=0, platform="local", external_id="local", name="Local page")


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """The look-ups, over one database."""

    db: Database

    async def newest(self, place: Place) -> Issue | None:
        """The newest edition of the channel asked from, or else of the workspace."""
        return await self.db.read(self._newest, place)

    @staticmethod
    def _newest(conn: Connection, place: Place) -> Issue | None:
        workspace_id = place.workspace.id
        here: Destination | None = None
        if place.channel is not None:
            here = destinations.by_channel(
                conn, workspace_id=workspace_id, channel=place.channel
            )
        return issues.newest_in(
            conn,
            workspace_id=workspace_id,
            destination_id=here.id if here else None,
        )

    async def story(self, place: Place, which: str) -> Found:
        """The story that «2», «s-7k3m9q», «e-7k3m9q 2» or a few words stand for.

        Raises:
            UserError: There is none, or no edition yet.
        """
        which = which.strip()
        if which.startswith("s-"):
            return await self._by_id(place, which)
        kept = past.ID.fullmatch(which)
        if kept is not None:
            old = await self.db.read(
                past.edition,
                workspace_id=place.workspace.id,
                public_id=kept[1],
                person_id=place.of_person,
            )
            return numbered(old, int(kept[2] or 1))
        issue = await self._edition(place)
        if which.lstrip("#").isdecimal():
            return numbered(issue, int(which.lstrip("#")))
        return story_offered(issue, which) or worded(issue, which)

    async def _edition(self, place: Place) -> Issue:
        issue = await self.newest(place)
        if issue is None:
            raise UserError(
                "No edition has been posted here yet. An editor can post one with "
                "/newsdesk post."
            )
        return issue

    async def _by_id(self, place: Place, story_id: str) -> Found:
        found = await self.db.read(_telling, place, story_id)
        if found is not None:
            return found
        raise UnknownName(
            "No story {story_id} was told in this workspace. /news latest shows "
            "the newest edition with its numbers.",
            story_id=story_id,
        )

    async def quotes(
        self,
        workspace_id: int,
        *,
        speaker: str | None,
        topic: str | None,
        since: datetime | None = None,
        limit: int = LIMIT,
    ) -> tuple[tuple[Article, Quote], ...]:
        """Stored quotes, newest first, each distinct wording once."""
        found = await self.db.read(
            quotes.by_speaker,
            workspace_id=workspace_id,
            speaker=speaker,
            topic=topic,
            since=since,
            # Outlets repeat each other: some of these will go.
            limit=5 * limit,
        )
        return answering.distinct(found)[:limit]

    async def speakers(
        self, workspace_id: int, typed: str, limit: int = 25
    ) -> tuple[str, ...]:
        """Names of people quoted, for completion and near misses."""
        return await self.db.read(
            quotes.names, workspace_id=workspace_id, prefix=typed, limit=limit
        )

    async def figures(
        self,
        workspace_id: int,
        *,
        topic: str | None,
        ids: Sequence[str] | None = None,
        since: datetime | None = None,
        limit: int = LIMIT,
    ) -> tuple[tuple[Article, Figure], ...]:
        """Stored figures, newest article first."""
        return await self.db.read(
            figures.about_topic,
            workspace_id=workspace_id,
            topic=topic,
            article_ids=None if ids is None else [int(i) for i in ids],
            since=since,
            limit=limit,
        )

    async def search(
        self, workspace_id: int, words: str, within: Narrowed = EVERYWHERE
    ) -> tuple[Article, ...]:
        """Articles that hold all the words, the best first; see `answering.look_up`."""
        return await answering.look_up(self.db, workspace_id, words, within)

    async def ask(self, workspace_id: int, question: Question) -> Asked:
        """Sentences that answer the question, or why there are none."""
        return await answering.ask(self.db, workspace_id, question)

    async def article(
        self, workspace_id: int, article_id: int, revision: str | None = None
    ) -> Article | None:
        """A stored text that this workspace may see."""
        found = await self.db.read(
            articles.by_id,
            workspace_id=workspace_id,
            article_id=article_id,
            revision=revision,
        )
        return found[0] if found else None

    async def articles_of(self, found: Found) -> tuple[Article, ...]:
        """The stored texts that a told story was made from, as they were then."""
        texts = [
            await self.article(found.issue.workspace_id, int(ref.id), ref.revision)
            for ref in found.story.articles
        ]
        return tuple(text for text in texts if text is not None)

    async def local_article(
        self, article_id: str, revision: str | None
    ) -> Article | None:
        """A stored text as the local page may show it."""
        if not article_id.isdecimal():
            return None
        workspace, _ = await self.local_rooms()
        return await self.article(workspace.id, int(article_id[:18]), revision)

    async def ready(self) -> dict[str, str]:
        """What a load balancer wants to know: each part, «ok» or what is wrong."""
        try:
            await self.db.read(workspaces.every)
        except UserError as error:
            return {"database": str(error)}
        return {"database": "ok"}

    async def in_story(self, workspace_id: int, story: str) -> tuple[Article, ...]:
        """The newest texts of a story, the earliest first, told or not.

        Args:
            workspace_id: In whose view.
            story: Its public id; one that was merged away leads to what it is now.
        """
        return await self.db.read(_in_story, workspace_id, story)

    async def decided(
        self, place: Place, wanted: Sequence[Article]
    ) -> tuple[Decided, ...]:
        """What digests decided about these articles lately, the newest first."""
        return await self.db.read(
            decisions.about,
            workspace_id=place.workspace.id,
            person_id=place.of_person,
            articles=[article.id for article in wanted],
            limit=LIMIT,
        )

    # ── what is set up, and how it went ────────────────────────────────────────

    async def digests(self, workspace_id: int) -> tuple[Digest, ...]:
        """All digests of the workspace, by name."""
        return await self.db.read(digests.in_workspace, workspace_id=workspace_id)

    async def all_digests(self, workspace: str | None = None) -> tuple[Digest, ...]:
        """Digests of every workspace, or of the one with this platform's id.

        For the operator's command line only: nobody in a chat sees across workspaces.

        Raises:
            UnknownName: There is no such workspace.
        """
        kept = await self.db.read(workspaces.every)
        wanted = [w for w in kept if workspace in (None, w.external_id)]
        if workspace is not None and not wanted:
            names = ", ".join(w.external_id for w in kept)
            raise UnknownName(
                "No workspace «{workspace}» is set up; known: {names}.",
                workspace=workspace,
                names=names or Phrase("none yet"),
            )
        return tuple([d for w in wanted for d in await self.digests(w.id)])

    async def local_rooms(
        self, person: str = ""
    ) -> tuple[Workspace, tuple[Destination, ...]]:
        """The local page's workspace with its channels; an empty one before set-up.

        Where the person (their id) has messages of their own, these are the last.
        """
        kept = await self.db.read(workspaces.every)
        local = [w for w in kept if w.platform == "local"]
        for found in local:
            places = await self.db.read(
                destinations.in_workspace, workspace_id=found.id
            )
            if places:
                own = await self.db.read(
                    destinations.own_of, workspace_id=found.id, person_id=person
                )
                return found, (*places, own) if own else places
        return (local[0] if local else NO_WORKSPACE), ()

    async def digest(self, workspace_id: int, digest_id: int) -> Digest:
        """One digest by its key.

        Raises:
            UnknownName: It was deleted, or is another workspace's.
        """
        found = await self.db.read(
            digests.by_id, workspace_id=workspace_id, digest_id=digest_id
        )
        if found is None:
            raise UnknownName("There is no such digest here any more.")
        return found

    async def digest_of(self, issue: Issue) -> Digest:
        """The digest that an edition belongs to."""
        return await self.digest(issue.workspace_id, issue.digest_id)

    async def named(self, place: Place, name: str | None) -> Digest:
        """The digest of that name; without a name the one that posts here.

        Raises:
            UserError: There is none, or the name fits none or several.
        """
        known = await self.digests(place.workspace.id)
        here = [d for d in known if _posts_to(d, place.channel)]
        if not name and len(here) == 1:
            return here[0]
        # What posts here is likelier to be meant, and stands first.
        return choose((*here, *(d for d in known if d not in here)), name)

    async def last_occurrence(self, digest: Digest) -> Occurrence | None:
        """The newest due moment of the digest, whatever became of it."""
        found = await self.db.read(
            occurrences.newest,
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
            deliveries.newest, workspace_id=workspace_id, count=count
        )


def _telling(conn: Connection, place: Place, story_id: str) -> Found | None:
    """The story in the newest edition that tells it, or what it was merged into."""
    here = {"workspace_id": place.workspace.id}
    for name in (story_id, stories.present(conn, **here, story=story_id)):
        issue = (
            issues.telling(conn, **here, story=name, person_id=place.of_person)
            if name
            else None
        )
        if issue is not None:
            past.hold_to_kept(conn, issue)
        for number, story in enumerate(issue.edition.stories if issue else (), 1):
            if issue and story.id == name:
                return Found(issue=issue, number=number, story=story)
    return None


def _in_story(conn: Connection, workspace_id: int, story: str) -> tuple[Article, ...]:
    found = stories.present(conn, workspace_id=workspace_id, story=story)
    if found is None:
        return ()
    return stories.articles_of(
        conn, workspace_id=workspace_id, story=found, limit=IN_STORY
    )


def _posts_to(digest: Digest, channel: str | None) -> bool:
    return any(place.channel == channel for place in digest.destinations)
