"""Direct messages to one person: posting stopped, a report was resolved.

That posting stopped somewhere, or how a report of theirs was settled. Written in the
transaction in which that happens (`stopped`, `answers.settle`), carried with the
outbox's own protocol (`Notices`): claimed and committed, sent under a key, and looked
for where no clear answer came. It goes to «person:» with their id, as a personal digest
does, and never to a place that others see. Who takes no private messages is not asked
again: status and the doctor say that a place stands still, and what became of a report
is told with their next command.

The answer is a notice, made in the transaction in which the report is settled: it goes
to its reader alone and once (`notices`). Where it cannot, it waits for their next
command.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.delivery.send_failures import RetryDecision, decide_retry
from bot.errors import SendRefused, UserError
from bot.i18n.translation import Texts
from bot.model import PERSON_PREFIX, Delivery
from bot.ports import Clock, OwnerDirectory, Platform
from bot.storage import (
    Connection,
    Database,
    destination_store,
    notice_store,
    reader_store,
    report_store,
    workspace_store,
)
from bot.storage.notice_store import Notice, NoticeState
from bot.storage.report_store import Report

log = structlog.get_logger(__name__)

#: Notices that are carried in one turn; there is no hurry.
NOTICES_PER_RUN: Final = 20
#: Attempts before one is given up.
MAX_NOTICE_ATTEMPTS: Final = 20
NO_RECIPIENT: Final = "Nobody is known whom to tell."


def add_stop_notice(
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
    space = workspace_store.find_workspace(conn, workspace_id=workspace_id)
    if space is None or space.platform == "local":
        # The page has its own way to say it.
        return
    texts = Texts.of(space.locale)
    channel = None
    where = space.name
    if destination_id is not None:
        found = notice_store.find_notice_destination(
            conn, workspace_id=workspace_id, destination_id=destination_id
        )
        if found is None:
            return
        channel, where = found.channel, f"#{found.name}, {space.name}"
    lines = [
        texts.say("Standfirst does not post any more: {where}", where=where),
        texts.translate_stored(reason),
        _describe_fix(texts, returns=returns),
        texts.say(
            "What is due meanwhile is kept for seven days. You are told because you "
            "set this up or answer for the bot there; at most once a day."
        ),
    ]
    notice_store.add_notice(
        conn,
        workspace_id=workspace_id,
        destination_id=destination_id,
        person_id=channel
        and notice_store.find_person_to_notify(
            conn, workspace_id=workspace_id, channel=channel
        ),
        text="\n".join(lines),
        now=now,
    )


def _describe_fix(texts: Texts, *, returns: bool) -> str:
    if returns:
        return texts.say(
            "Once that is mended it goes on by itself, within six hours; saying "
            "/newsdesk destination here in the channel lets it go on at once."
        )
    return texts.say(
        "Please say /newsdesk destination here in a channel where it may post."
    )


def list_posting_problems(conn: Connection) -> tuple[str, ...]:
    """What stands still, in sentences for whoever runs the bot and opens its page.

    Whole workspaces (where a token is refused, nobody can be told there), and the
    page's own channels; of other channels, those who set them up are told.
    """
    found = []
    for space in workspace_store.list_workspaces(conn):
        if space.stopped is not None:
            where = f"{space.platform.capitalize()} ({space.name})"
            found.append(f"Nothing is posted on {where}: {space.stopped}")
        if space.platform == "local":
            found += [
                f"Nothing is posted in #{place.name}: {place.paused}"
                for place in destination_store.list_destinations(
                    conn, workspace_id=space.id
                )
                if place.paused is not None
            ]
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeSender:
    """The way of notices, over one database and the platforms that are on."""

    db: Database
    clock: Clock
    platforms: Mapping[str, Platform]
    send_timeout: timedelta
    uncertain_wait: timedelta

    async def drain(self) -> datetime | None:
        """Tell what may be told now; the next moment at which something may."""
        names = tuple(self.platforms)
        first = await self.db.read(notice_store.find_next_notice_at, platforms=names)
        if first is None or first > self.clock.now():
            return first
        await self.db.write(
            notice_store.finish_stale_notices,
            now=self.clock.now(),
            wait=self.uncertain_wait,
        )
        looked = await self.db.read(
            notice_store.list_uncertain_notices,
            now=self.clock.now(),
            platforms=names,
            limit=NOTICES_PER_RUN,
        )
        await asyncio.gather(*map(self._read_back, looked))
        claimed = await self.db.write(
            notice_store.claim_notices,
            now=self.clock.now(),
            lease=self.send_timeout + self.uncertain_wait,
            platforms=names,
            limit=NOTICES_PER_RUN,
        )
        await asyncio.gather(*map(self._send, claimed))
        return await self.db.read(notice_store.find_next_notice_at, platforms=names)

    async def _send(self, notice: Notice) -> None:
        platform = self.platforms[notice.platform]
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                person = notice.person_id or await self._find_recipient(notice)
                await platform.send(_as_delivery(notice, person))
        except Exception as error:
            delivery = _as_delivery(notice, notice.person_id or "")
            await self._record(notice, decide_retry(error, delivery, self.clock.now()))
            return
        await self._record(notice, "sent")

    async def _find_recipient(self, notice: Notice) -> str:
        """Who answers for the bot there, kept before anything is sent to them."""
        platform, person = self.platforms[notice.platform], None
        if isinstance(platform, OwnerDirectory):
            person = await platform.find_owner(notice.workspace_external_id)
        if person is None:
            person = await self.db.read(
                notice_store.find_person_to_notify,
                workspace_id=notice.workspace_id,
                channel=None,
            )
        if person is None:
            raise SendRefused(NO_RECIPIENT, message_only=True)
        await self.db.write(
            notice_store.set_notice_recipient, notice=notice, person_id=person
        )
        return person

    async def _read_back(self, notice: Notice) -> None:
        platform = self.platforms[notice.platform]
        if notice.person_id is None:
            # It never came to be sent.
            await self._record(
                notice, RetryDecision(state="retry", reason="Not begun.")
            )
            return
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                found = await platform.read_back(_as_delivery(notice, notice.person_id))
        except SendRefused as error:
            # Told twice would be worse than not at all: status, or /news me, says it
            # as well.
            lost = RetryDecision(state="failed", reason=str(error))
            await self._record(notice, lost, maybe_shown=True)
            return
        except Exception as error:
            await self._record(
                notice, RetryDecision(state="uncertain", reason=str(error))
            )
            return
        again = RetryDecision(state="retry", reason="It had not arrived.")
        await self._record(notice, "sent" if found is not None else again)

    async def _record(
        self, notice: Notice, outcome: RetryDecision | str, *, maybe_shown: bool = False
    ) -> None:
        """Record the outcome.

        `maybe_shown`: it may have arrived, whatever the outcome is.
        """
        now = self.clock.now()
        state: NoticeState = "sent"
        reason, not_before = None, None
        if isinstance(outcome, RetryDecision):
            state, not_before = self._decide_state(notice, outcome, now)
            reason = outcome.reason
            log.info("notice not told", notice=notice.id, state=state, reason=reason)
        try:
            await self.db.write(
                notice_store.record_notice_outcome,
                notice=notice,
                state=state,
                reason=reason,
                not_before=not_before,
                shown=maybe_shown or state == "sent",
                now=now,
            )
        except UserError as error:
            # Its lease will lapse; then it is looked for.
            log.error("notice not recorded", notice=notice.id, reason=str(error))

    def _decide_state(
        self, notice: Notice, found: RetryDecision, now: datetime
    ) -> tuple[NoticeState, datetime | None]:
        """What becomes of it: one that is refused, or fails too often, is given up."""
        if found.state == "uncertain":
            return "uncertain", now + self.uncertain_wait
        refused = found.stops is not None or found.fallback_level is not None
        if found.state != "retry" or refused or notice.attempt >= MAX_NOTICE_ATTEMPTS:
            return "failed", None
        return "retry", found.not_before or now


def _as_delivery(notice: Notice, person: str) -> Delivery:
    """The notice as platforms take it: plain words and a key."""
    return Delivery(
        id=0,
        workspace_id=notice.workspace_id,
        edition_id=0,
        destination_id=0,
        platform=notice.platform,
        workspace_external_id=notice.workspace_external_id,
        channel=f"{PERSON_PREFIX}{person}",
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


#: Characters of the reader's own words that are repeated to them.
REPEATED_LENGTH: Final = 300


def resolve_report(
    conn: Connection,
    *,
    workspace_id: int,
    public_id: str,
    by: str,
    answer: str,
    now: datetime,
) -> Report | None:
    """Close a report, and write its reader what became of it, in their language.

    Args:
        conn: The transaction of both.
        workspace_id: The workspace's key.
        public_id: The report's.
        by: Who settles it, for the record; the reader is not told.
        answer: What the reader is answered; "" = nothing more than that it is settled.
        now: The present instant.

    Returns:
        The report; None: it is not open here.
    """
    here = {"workspace_id": workspace_id}
    report = report_store.answer_report(
        conn, **here, public_id=public_id, by=by, answer=answer, now=now
    )
    space = workspace_store.find_workspace(conn, workspace_id=workspace_id)
    if report is None or space is None:
        return report
    chosen = reader_store.get_preferences(
        conn, **here, person_id=report.person_id
    ).locale
    texts = Texts.of(chosen or report.locale or space.locale)
    notice_store.add_answer_notice(
        conn,
        workspace_id=workspace_id,
        report_id=report.id,
        person_id=report.person_id,
        text="\n".join(_answer_lines(report, space.name, texts)),
        now=now,
    )
    return report


def _answer_lines(report: Report, where: str, texts: Texts) -> list[str]:
    lines = [
        texts.say("Your report {id} was settled.", id=report.public_id),
        f"{report.headline} · {where}" if where else report.headline,
        texts.say("You wrote: {text}", text=_shorten(report.text)),
    ]
    if report.answer:
        lines.append(texts.say("The editors answer: {text}", text=report.answer))
    return lines


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= REPEATED_LENGTH else f"{line[: REPEATED_LENGTH - 1]}…"
