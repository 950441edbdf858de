"""Direct messages to one person: posting stopped, or their report was resolved.

A notice is stored in the transaction of its event, and sent by the outbox's protocol:
claimed and committed, sent under a key, and read back if there is no clear answer. It
is sent to the person's direct messages, never to a channel. A notice that is refused is
not tried again: the status command and the doctor also show what is paused, and the
reader's next command shows how a report was resolved.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from bot.delivery.attempts import MessageSender, Outcome, RetryDecision
from bot.errors import SendError, SendRefused, UserError
from bot.i18n.translation import Texts
from bot.model import PERSON_PREFIX, Delivery
from bot.model.jobs import DeliveryShares
from bot.model.scope import PersonScope, Scope
from bot.ports import OwnerDirectory
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
from digests.messages import Message
from digests.types import frozen

log = structlog.get_logger(__name__)

#: Notices that one run sends.
NOTICES_PER_RUN: Final = 20
#: Attempts before a notice fails.
MAX_NOTICE_ATTEMPTS: Final = 20


def add_stop_notice(
    conn: Connection,
    scope: Scope,
    *,
    destination_id: int | None,
    reason: Message,
    returns: bool,
    now: datetime,
) -> None:
    """Store a notice that posting stopped, for the person who set it up.

    Args:
        conn: The transaction in which it stops.
        scope: The workspace.
        destination_id: The destination; None = the whole workspace.
        reason: Why it stopped.
        returns: Posting resumes by itself once the cause is fixed.
        now: The present instant.
    """
    space = workspace_store.find_workspace(conn, scope)
    if space is None or space.is_local:
        # The local page shows it itself.
        return
    person, where = None, space.name
    if destination_id is not None:
        found = destination_store.find_destination(conn, scope, destination_id)
        if found is None or found.person is not None:
            # A person whose own messages stopped sees it with their next command.
            return
        where = f"#{found.name}, {space.name}"
        person = notice_store.find_person_to_notify(conn, scope, found.channel)
    text = _word_stop(Texts.of(space.locale), where, reason, returns=returns)
    notice_store.add_notice(conn, scope, destination_id, person, text, now)


def _word_stop(texts: Texts, where: str, reason: Message, *, returns: bool) -> str:
    fix = texts.say("Please run /newsdesk home in a channel where the bot may post.")
    if returns:
        fix = texts.say(
            "Once this is fixed, posting resumes by itself within six hours; "
            "/newsdesk home in the channel resumes it at once."
        )
    known_by = texts.say(
        "Editions due meanwhile are kept for seven days. You get this message, at most "
        "once a day, because you set this up or manage the bot there."
    )
    stopped = texts.say("Standfirst has stopped posting: {where}", where=where)
    return "\n".join((stopped, texts.message(reason), fix, known_by))


def list_posting_problems(conn: Connection) -> tuple[Message, ...]:
    """List what is paused, for the operator on the local page.

    Whole workspaces (with a refused token, nobody there can be notified), and channels
    of the local page. For other channels, the people who set them up get a notice.
    """
    spaces = workspace_store.list_workspaces(conn)
    found = [
        Message(
            "Nothing is posted on {where}: {why}",
            where=f"{space.platform.capitalize()} ({space.name})",
            why=space.stopped,
        )
        for space in spaces
        if space.stopped is not None
    ]
    found += [
        Message("Nothing is posted in #{place}: {why}", place=one.name, why=one.paused)
        for space in spaces
        if space.is_local
        for one in destination_store.list_destinations(conn, space.scope)
        if one.paused is not None
    ]
    return tuple(found)


@frozen
class NoticeSender:
    """Sends notices, over one database."""

    db: Database
    sender: MessageSender

    async def drain(self, shares: DeliveryShares) -> datetime | None:
        """Send the due notices of these shares; return when one is due next."""
        clock = self.sender.clock
        first = await self.db.read(notice_store.find_next_notice_at, shares)
        if first is None or first > clock.now():
            return first
        wait, lease = self.sender.uncertain_wait, self.sender.lease
        await self.db.write(notice_store.finish_stale_notices, clock.now(), wait)
        uncertain = await self.db.read(
            notice_store.list_uncertain_notices, clock.now(), shares, NOTICES_PER_RUN
        )
        await asyncio.gather(*map(self._read_back, uncertain))
        claimed = await self.db.write(
            notice_store.claim_notices, clock.now(), lease, shares, NOTICES_PER_RUN
        )
        await asyncio.gather(*map(self._send, claimed))
        return await self.db.read(notice_store.find_next_notice_at, shares)

    async def _send(self, notice: Notice) -> None:
        async def address(delivery: Delivery) -> Delivery:
            person = notice.person_id or await self._find_recipient(notice)
            return replace(delivery, channel=f"{PERSON_PREFIX}{person}")

        outcome = await self.sender.send(_as_delivery(notice), address)
        if isinstance(outcome, RetryDecision) and _is_refused(outcome):
            outcome = await self._turn_to_owner(notice, outcome)
        await self._record(notice, outcome)

    async def _turn_to_owner(self, notice: Notice, found: RetryDecision) -> Outcome:
        """Retry at the bot's owner if somebody else refuses messages.

        An answer to a report is for its reader only.
        """
        platform = self.sender.platforms[notice.platform]
        known = notice.person_id is not None and notice.report_id is None
        if not known or not isinstance(platform, OwnerDirectory):
            return found
        try:
            owner = await platform.find_owner(notice.workspace_external_id)
        except SendError:
            return found
        if owner is None or owner == notice.person_id:
            return found
        await self.db.write(notice_store.set_notice_recipient, notice, owner)
        return RetryDecision(state="retry", reason=found.reason)

    async def _find_recipient(self, notice: Notice) -> str:
        """Find the person who is responsible for the bot, and store who it is."""
        platform, person = self.sender.platforms[notice.platform], None
        if isinstance(platform, OwnerDirectory):
            person = await platform.find_owner(notice.workspace_external_id)
        if person is None:
            find = notice_store.find_person_to_notify
            person = await self.db.read(find, notice.scope, None)
        if person is None:
            raise SendRefused(Message("notice.no_recipient"), message_only=True)
        await self.db.write(notice_store.set_notice_recipient, notice, person)
        return person

    async def _read_back(self, notice: Notice) -> None:
        if notice.person_id is None:
            # It was never sent.
            reason = Message("notice.not_begun")
            outcome: Outcome = RetryDecision(state="retry", reason=reason)
        else:
            outcome = await self.sender.read_back(
                _as_delivery(notice), _give_up_refused, Message("notice.not_arrived")
            )
        refused = isinstance(outcome, RetryDecision) and outcome.state == "failed"
        await self._record(notice, outcome, maybe_shown=refused)

    async def _record(
        self, notice: Notice, outcome: Outcome, *, maybe_shown: bool = False
    ) -> None:
        """Record the outcome; `maybe_shown` if it may have arrived anyway."""
        now, key = self.sender.clock.now(), notice.id
        state: NoticeState = "sent"
        reason, not_before = None, None
        if isinstance(outcome, RetryDecision):
            state, not_before = self._decide_state(notice, outcome, now)
            reason = outcome.reason
            log.info("notice not sent", notice=key, state=state, reason=str(reason))
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
            # Its lease will expire; then it is read back.
            log.error("notice not recorded", notice=key, reason=str(error))

    def _decide_state(
        self, notice: Notice, found: RetryDecision, now: datetime
    ) -> tuple[NoticeState, datetime | None]:
        """Decide the next state; refused notices and those out of attempts fail."""
        if found.state == "uncertain":
            return "uncertain", now + self.sender.uncertain_wait
        if _is_refused(found) or notice.attempt >= MAX_NOTICE_ATTEMPTS:
            return "failed", None
        return "retry", found.not_before or now


def _is_refused(found: RetryDecision) -> bool:
    """Whether the person gets no messages, or not this one."""
    simpler = found.stops is not None or found.fallback_level is not None
    return found.state not in ("retry", "uncertain") or simpler


def _give_up_refused(error: SendRefused, _now: datetime) -> RetryDecision:
    """Fail: a duplicate is worse than no notice; the status command shows it too."""
    return RetryDecision(state="failed", reason=error.message)


def _as_delivery(notice: Notice) -> Delivery:
    """Convert a notice to a delivery: plain text with a key, to its person."""
    return Delivery(
        id=0,
        workspace_id=notice.workspace_id,
        edition_id=0,
        destination_id=0,
        platform=notice.platform,
        workspace_external_id=notice.workspace_external_id,
        channel=f"{PERSON_PREFIX}{notice.person_id or ''}",
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


#: Characters of the reader's own words that are quoted to them.
REPEATED_LENGTH: Final = 300


def resolve_report(
    conn: Connection,
    scope: Scope,
    *,
    public_id: str,
    by: str,
    answer: str,
    now: datetime,
) -> Report | None:
    """Resolve a report, and store a notice to its reader in their language.

    Args:
        conn: The transaction of both.
        scope: The workspace.
        public_id: The report.
        by: Who resolves it, for the record; not shown to the reader.
        answer: The answer to the reader; "" = only that it was resolved.
        now: The present instant.

    Returns:
        The report; None if it is not open in this workspace.
    """
    report = report_store.answer_report(conn, scope, public_id, by, answer, now)
    space = workspace_store.find_workspace(conn, scope)
    if report is None or space is None:
        return report
    reader = PersonScope(scope.workspace_id, report.person_id)
    chosen = reader_store.get_preferences(conn, reader).locale
    texts = Texts.of(chosen or report.locale or space.locale)
    lines = [
        texts.say("Your report {id} was resolved.", id=report.public_id),
        f"{report.headline} · {space.name}" if space.name else report.headline,
        texts.say("You wrote: {text}", text=_shorten(report.text)),
    ]
    if report.answer:
        lines.append(texts.say("The editors answer: {text}", text=report.answer))
    text = "\n".join(lines)
    notice_store.add_answer_notice(conn, scope, report.id, report.person_id, text, now)
    return report


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= REPEATED_LENGTH else f"{line[: REPEATED_LENGTH - 1]}…"
