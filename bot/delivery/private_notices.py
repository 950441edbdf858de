"""Tells one person something in private: once, and nobody else.

That posting stopped somewhere, or how a report of theirs was settled. Written in the
transaction in which that happens (`stopped`, `answers.settle`), carried with the
outbox's own protocol (`Notices`): claimed and committed, sent under a key, and looked
for where no clear answer came. It goes to «person:» with their id, as a personal digest
does, and never to a place that others see. Who takes no private messages is not asked
again: status and the doctor say that a place stands still, and what became of a report
is told with their next command.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.errors import Refused, UserError
from bot.outbox.verdicts import Verdict, verdict
from bot.ports import Clock, Hosted, Platform
from bot.storage import Connection, destinations, notices, workspaces
from bot.storage.database import Database
from bot.storage.notices import Notice, State
from bot.texts import Texts
from bot.types import PERSON, Delivery

log = structlog.get_logger(__name__)

#: Notices that are carried in one turn; there is no hurry.
TURN: Final = 20
#: Attempts before one is given up.
ATTEMPTS: Final = 20
NOBODY: Final = "Nobody is known whom to tell."


def stopped(
    conn: Connection,
    *,
    workspace_id: int,
    destination_id: int | None,
    reason: str,
    returns: bool,
    now: datetime,
) -> None:
    """Write that posting stopped, for whoever set the place up.

    Args:
        conn: The transaction in which it stops.
        workspace_id: The workspace's key.
        destination_id: The place's key; None = the workspace as a whole.
        reason: Why, as a sentence.
        returns: It goes on by itself once the cause is mended.
        now: The present instant.
    """
    space = workspaces.by_id(conn, workspace_id=workspace_id)
    if space is None or space.platform == "local":
        # The page has its own way to say it.
        return
    texts = Texts.of(space.locale)
    channel = None
    where = space.name
    if destination_id is not None:
        found = notices.place(
            conn, workspace_id=workspace_id, destination_id=destination_id
        )
        if found is None:
            return
        channel, where = found.channel, f"#{found.name}, {space.name}"
    lines = [
        texts.say("Standfirst does not post any more: {where}", where=where),
        texts.retold(reason),
        _fix(texts, returns=returns),
        texts.say(
            "What is due meanwhile is kept for seven days. You are told because you "
            "set this up or answer for the bot there; at most once a day."
        ),
    ]
    notices.add(
        conn,
        workspace_id=workspace_id,
        destination_id=destination_id,
        person_id=channel
        and notices.who_set_up(conn, workspace_id=workspace_id, channel=channel),
        text="\n".join(lines),
        now=now,
    )


def _fix(texts: Texts, *, returns: bool) -> str:
    if returns:
        return texts.say(
            "Once that is mended it goes on by itself, within six hours; saying "
            "/newsdesk destination here in the channel lets it go on at once."
        )
    return texts.say(
        "Please say /newsdesk destination here in a channel where it may post."
    )


def on_the_page(conn: Connection) -> tuple[str, ...]:
    """What stands still, in sentences for whoever runs the bot and opens its page.

    Whole workspaces (where a token is refused, nobody can be told there), and the
    page's own channels; of other channels, those who set them up are told.
    """
    found = []
    for space in workspaces.every(conn):
        if space.stopped is not None:
            where = f"{space.platform.capitalize()} ({space.name})"
            found.append(f"Nothing is posted on {where}: {space.stopped}")
        if space.platform == "local":
            found += [
                f"Nothing is posted in #{place.name}: {place.paused}"
                for place in destinations.in_workspace(conn, workspace_id=space.id)
                if place.paused is not None
            ]
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Notices:
    """The way of notices, over one database and the platforms that are on."""

    db: Database
    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    uncertain_wait: timedelta

    async def drain(self) -> datetime | None:
        """Tell what may be told now; the next moment at which something may."""
        names = tuple(self.platforms)
        first = await self.db.read(notices.next_moment, platforms=names)
        if first is None or first > self.clock.now():
            return first
        await self.db.write(
            notices.settle, now=self.clock.now(), wait=self.uncertain_wait
        )
        looked = await self.db.read(
            notices.uncertain, now=self.clock.now(), platforms=names, limit=TURN
        )
        await asyncio.gather(*map(self._look, looked))
        claimed = await self.db.write(
            notices.claim,
            now=self.clock.now(),
            lease=self.send_timeout + self.uncertain_wait,
            platforms=names,
            limit=TURN,
        )
        await asyncio.gather(*map(self._tell, claimed))
        return await self.db.read(notices.next_moment, platforms=names)

    async def _tell(self, notice: Notice) -> None:
        platform = self.platforms[notice.platform]
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                person = notice.person_id or await self._found(notice)
                await platform.send(_delivery(notice, person))
        except Exception as error:
            delivery = _delivery(notice, notice.person_id or "")
            await self._record(notice, verdict(error, delivery, self.clock.now()))
            return
        await self._record(notice, "sent")

    async def _found(self, notice: Notice) -> str:
        """Who answers for the bot there, kept before anything is sent to them."""
        platform, person = self.platforms[notice.platform], None
        if isinstance(platform, Hosted):
            person = await platform.host_of(notice.workspace_external_id)
        if person is None:
            person = await self.db.read(
                notices.who_set_up, workspace_id=notice.workspace_id, channel=None
            )
        if person is None:
            raise Refused(NOBODY, message_only=True)
        await self.db.write(notices.locate, notice=notice, person_id=person)
        return person

    async def _look(self, notice: Notice) -> None:
        platform = self.platforms[notice.platform]
        if notice.person_id is None:
            # It never came to be sent.
            await self._record(notice, Verdict(state="retry", reason="Not begun."))
            return
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                found = await platform.read_back(_delivery(notice, notice.person_id))
        except Refused as error:
            # Told twice would be worse than not at all: status, or /news me, says it
            # as well.
            lost = Verdict(state="failed", reason=str(error))
            await self._record(notice, lost, told=True)
            return
        except Exception as error:
            await self._record(notice, Verdict(state="uncertain", reason=str(error)))
            return
        again = Verdict(state="retry", reason="It had not arrived.")
        await self._record(notice, "sent" if found is not None else again)

    async def _record(
        self, notice: Notice, outcome: Verdict | str, *, told: bool = False
    ) -> None:
        """Write its end down; `told`: it may have arrived, whatever the outcome is."""
        now = self.clock.now()
        state: State = "sent"
        reason, not_before = None, None
        if isinstance(outcome, Verdict):
            state, not_before = self._after(notice, outcome, now)
            reason = outcome.reason
            log.info("notice not told", notice=notice.id, state=state, reason=reason)
        try:
            await self.db.write(
                notices.record,
                notice=notice,
                state=state,
                reason=reason,
                not_before=not_before,
                told=told or state == "sent",
                now=now,
            )
        except UserError as error:
            # Its lease will lapse; then it is looked for.
            log.error("notice not recorded", notice=notice.id, reason=str(error))

    def _after(
        self, notice: Notice, found: Verdict, now: datetime
    ) -> tuple[State, datetime | None]:
        """What becomes of it: one that is refused, or fails too often, is given up."""
        if found.state == "uncertain":
            return "uncertain", now + self.uncertain_wait
        refused = found.stops is not None or found.rung is not None
        if found.state != "retry" or refused or notice.attempt >= ATTEMPTS:
            return "failed", None
        return "retry", found.not_before or now


def _delivery(notice: Notice, person: str) -> Delivery:
    """The notice as platforms take it: plain words and a key."""
    return Delivery(
        id=0,
        workspace_id=notice.workspace_id,
        edition_id=0,
        destination_id=0,
        platform=notice.platform,
        workspace_external_id=notice.workspace_external_id,
        channel=f"{PERSON}{person}",
        part=1,
        operation="post",
        key=notice.key,
        payload={},
        fallback_text=notice.text,
        state="sending",
        attempt=notice.attempt,
        fence=notice.fence,
        claimed_at=notice.claimed_at,
    )
