"""Editions by hand that are not a digest's usual ones: a topic, or another channel.

    draft   what such an edition would tell, for whoever is asked to confirm it
    post    composed, and stored with its deliveries, all in one commit

What is posted in all of a digest's channels counts as told there as ever. What goes to
one channel only is kept apart: what that channel was told before is looked for in the
editions that went there, and nothing is written to the digest's ledger, so that its
other readers miss nothing. The scheduled slot stays in either case.

An order is stored together with its edition, never before: one that was only begun
when the process died would otherwise be continued as an edition of everything. It must
not send, and not check who may.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import at_hand
from bot.answering import look_for
from bot.at_hand import FRESH, AtHand
from bot.corrections import contexts
from bot.due import zone_of
from bot.editions import NOTHING_NEW, ORDERED, Draft, Editions
from bot.errors import UserError
from bot.storage import Connection, occurrences, stories
from bot.storage import editions as issues
from bot.storage.told_there import both, told_there
from bot.styles import style_of
from bot.types import (
    PREVIEW,
    Destination,
    Digest,
    Due,
    Issue,
    RenderContext,
    Workspace,
)
from digests import asking
from digests import stories as grouping
from digests.compose import compose, told_by
from digests.language.lookup import Wanted
from digests.types import Article, Edition, Style, Told

#: Of articles that can still be told, the stories were told within this time.
_TOLD_WITHIN = 2 * FRESH


def words_of(topic: str) -> Wanted:
    """Read a topic as a search reads words.

    Raises:
        UserError: It is nothing to look for, or too much.
    """
    wanted = look_for(topic)
    if not wanted:
        raise UserError(
            "Write at least one word to look for. Signs alone, and words with a "
            "minus before them, find nothing."
        )
    return wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What somebody wants posted now of a digest, and where."""

    digest: Digest
    #: Words as a search reads them; "" = whatever there is.
    topic: str = ""
    #: Only there; None = in all of its own channels.
    to: Destination | None = None

    @property
    def apart(self) -> bool:
        """Whether it goes to fewer, or others, than the digest's own channels."""
        return self.to is not None and self._own != {self.to.id}

    @property
    def among_own(self) -> bool:
        """Whether it goes to one of several channels of the digest."""
        return self.to is not None and self.apart and self.to.id in self._own

    @property
    def goes_to(self) -> tuple[Destination, ...]:
        """Who gets it."""
        return self.digest.destinations if self.to is None else (self.to,)

    @property
    def _own(self) -> set[int]:
        return {place.id for place in self.digest.destinations}


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """The orders, over the makers of editions."""

    editions: Editions

    async def draft(self, order: Order, platform: str) -> Draft:
        """What would be posted now; nothing is stored but newly read articles.

        Raises:
            UserError: It would tell nothing; why.
        """
        await self.editions.intake.refresh(order.digest.sources)
        edition = await self._edition(order)
        workspace = await self.editions.workspace_of(order.digest)
        context = self._context(order, workspace, PREVIEW)
        parts = self.editions.platforms[platform].render(edition, context)
        return Draft(digest=order.digest, edition=edition, parts=parts)

    async def post(self, order: Order, key: str) -> Issue:
        """Compose it and store it with its deliveries; the same `key` makes only one.

        Raises:
            UserError: It tells nothing, or was ordered before.
        """
        workspace = await self.editions.workspace_of(order.digest)
        due = self._due(order, key)
        if await self.editions.db.read(_is_ordered, order.digest, due):
            raise UserError(ORDERED)
        await self.editions.intake.refresh(order.digest.sources, insist=True)
        edition = await self._edition(order)
        return await self.editions.db.write(self._store, order, due, workspace, edition)

    # ── steps ──────────────────────────────────────────────────────────────────

    async def _edition(self, order: Order) -> Edition:
        now = self.editions.clock.now()
        found = await self.editions.db.read(_at_hand, order, now)
        wanted = words_of(order.topic) if order.topic else None
        edition = await self.editions.engine.run(
            _compose, found, now, style_of(order.digest), wanted
        )
        if edition.stories:
            return edition
        if not order.topic:
            raise UserError(NOTHING_NEW)
        if edition.made_from.articles:
            raise UserError(
                "What has these words was told before, or a filter holds it back: "
                "{words}. See it with /news search, or take another topic.",
                words=order.topic,
            )
        raise UserError(
            "No article at hand has all of these words: {words}. Take fewer of them.",
            words=order.topic,
        )

    def _due(self, order: Order, key: str) -> Due:
        now = self.editions.clock.now()
        day = now.astimezone(ZoneInfo(zone_of(order.digest))).date()
        return Due(at=now, local_date=day, slot=key)

    def _context(
        self, order: Order, workspace: Workspace, edition_id: str
    ) -> RenderContext:
        now = self.editions.clock.now()
        context = self.editions.context_of(order.digest, workspace, edition_id, now)
        own = order.to is None or not order.apart or order.among_own
        # Another channel does not get the next one.
        return context if own else replace(context, next_due=None)

    def _store(
        self,
        conn: Connection,
        order: Order,
        due: Due,
        workspace: Workspace,
        edition: Edition,
    ) -> Issue:
        now, digest = self.editions.clock.now(), order.digest
        here: dict[str, Any] = {"workspace_id": digest.workspace_id}
        occurrence = occurrences.plan(
            conn,
            **here,
            digest_id=digest.id,
            due=due,
            zone=zone_of(digest),
            trigger="manual",
        )
        if occurrence is None:
            raise UserError(ORDERED)
        occurrences.settle(
            conn,
            **here,
            occurrence_id=occurrence.id,
            state="composed",
            reason=None,
        )
        issue = issues.store(
            conn,
            **here,
            digest_id=digest.id,
            occurrence_id=occurrence.id,
            edition=at_hand.without_untold(edition),
            manifest=at_hand.manifest_of(edition, digest),
            told=Told() if order.apart else told_by(edition),
        )
        members = at_hand.memberships(edition)
        stories.settle(conn, **here, memberships=members, now=now, copies=False)
        context = self._context(order, workspace, issue.public_id)
        kept = {**contexts.kept(context), contexts.APART: order.apart}
        issues.keep_context(conn, **here, edition_id=issue.id, context=kept)
        goes = replace(digest, destinations=order.goes_to)
        self.editions.deliver(conn, goes, workspace, issue, context, now, False)
        return issue


def _is_ordered(conn: Connection, digest: Digest, due: Due) -> bool:
    return occurrences.is_planned(
        conn, workspace_id=digest.workspace_id, digest_id=digest.id, due=due
    )


def _at_hand(conn: Connection, order: Order, now: datetime) -> AtHand:
    """What it can be made from, and what its readers were told before."""
    found = at_hand.of(conn, order.digest, now)
    if order.to is None or not order.apart:
        return found
    there = told_there(
        conn,
        workspace_id=order.digest.workspace_id,
        digest_id=order.digest.id,
        destination_id=order.to.id,
        since=now - _TOLD_WITHIN,
    )
    told = both(found.told, there) if order.among_own else there
    return replace(found, told=told)


def _compose(
    found: AtHand, now: datetime, style: Style, wanted: Wanted | None
) -> Edition:
    if wanted is not None:
        found = _narrowed(found, style, wanted)
    return compose(
        found.fresh, now=now, told=found.told, style=style, known=found.known
    )


def _narrowed(found: AtHand, style: Style, wanted: Wanted) -> AtHand:
    """Only the stories that are about it, each with all of its articles."""
    by_id = {article.id: article for article in found.fresh}
    admitted = [a for a in found.fresh if grouping.admits(a, style) is None]
    members = grouping.group(admitted, found.known)
    by_story: dict[str, list[Article]] = {}
    for member in members:
        by_story.setdefault(member.story, []).append(by_id[member.article])
    about = {name for name, held in by_story.items() if asking.hold(held, wanted)}
    kept = tuple(member for member in members if member.story in about)
    fresh = tuple(by_id[member.article] for member in kept)
    held_back = tuple(
        article
        for article in found.fresh
        if grouping.admits(article, style) is not None
        and asking.hold([article], wanted)
    )
    return replace(found, fresh=(*fresh, *held_back), known=kept)
