"""Look every night at what fails unseen: permissions, the bot's accounts, the disk.

What is wrong is stored; `incidents` reports it to an editor once, and says when it
works again. Each subject is examined once in a night, at a moment of its own between
two and five o'clock in its workspace, a few in each run and one after the other: a
platform never gets many requests at once. While something is wrong, it is examined
every hour, so that the good news does not take a day. A check that could not be done
changes nothing.

The account of the bot on a platform and the disk concern the operator, who is taken to
manage the oldest workspace of the platform, or of all. Where every workspace has a
token of its own, each has a check of its own.
"""

import asyncio
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.errors import SendError, SendRefused
from bot.model import Finding, Workspace
from bot.operations.doctor import Doctor
from bot.operations.health_checks import CHECK_TIMEOUT, check_disk
from bot.ports import Inspector
from bot.storage import destination_store, examination_store, workspace_store
from bot.storage.examination_store import CHANNEL_SUBJECT, Examination
from digests.messages import Message

log = structlog.get_logger(__name__)

ACCOUNT_SUBJECT: Final = "account/"
DISK_SUBJECT: Final = "disk/"
#: The local time at which the night's examinations begin, and how long they take.
NIGHT_BEGINS: Final = time(2)
NIGHT_LENGTH: Final = timedelta(hours=3)
#: Time to the next look at what is wrong, or could not be examined.
RECHECK_INTERVAL: Final = timedelta(hours=1)
#: Time between two comparisons of what there is to examine.
PLAN_INTERVAL: Final = timedelta(hours=1)
#: Examinations of one run.
CHECKS_PER_RUN: Final = 4


class _NotExamined(Exception):
    """It could not be examined now."""


@dataclass(kw_only=True, slots=True)
class NightlyChecks:
    """Examines what is due, with the means of the doctor."""

    doctor: Doctor
    #: When this process last compared what there is to examine.
    _planned_at: datetime | None = field(default=None, init=False)

    async def run(self) -> None:
        """Examine a few of the subjects that are due, one after the other."""
        db, now = self.doctor.db, self.doctor.clock.now()
        if self._planned_at is None or not (
            timedelta() <= now - self._planned_at < PLAN_INTERVAL
        ):
            await self._plan(now)
            self._planned_at = now
        due = await db.read(
            examination_store.list_due_examinations, now, CHECKS_PER_RUN
        )
        for one in due:
            await self._examine(one, now)

    async def _plan(self, now: datetime) -> None:
        """Add what is new, and forget what is not there any more."""
        db = self.doctor.db
        spaces = await db.read(workspace_store.list_workspaces)
        zones = {space.id: space.zone for space in spaces}
        channels = await db.read(examination_store.list_examined_channels)
        wanted = {*channels, *self._list_accounts(spaces), *self._list_disks(spaces)}
        known = await db.read(examination_store.list_all_examinations)
        present = {(one.workspace_id, one.subject) for one in known}
        gone = [o.id for o in known if (o.workspace_id, o.subject) not in wanted]
        new = [
            (
                workspace,
                subject,
                find_next_night(now, zones[workspace], (workspace, subject)),
            )
            for workspace, subject in sorted(wanted - present)
            if workspace in zones
        ]
        if new or gone:
            await db.write(examination_store.plan_examinations, new, gone)

    def _list_accounts(self, spaces: Sequence[Workspace]) -> Iterator[tuple[int, str]]:
        """List the workspaces through which the bot's accounts are examined."""
        seen = set()
        for space in spaces:
            name = space.platform
            if space.is_local or name not in self.doctor.platforms:
                continue
            if self.doctor.get_examiner(name) is not None:
                if name not in seen:
                    yield space.id, ACCOUNT_SUBJECT
                seen.add(name)
            elif name in self.doctor.checks:
                yield space.id, ACCOUNT_SUBJECT

    def _list_disks(self, spaces: Sequence[Workspace]) -> Iterator[tuple[int, str]]:
        first = next((space for space in spaces if not space.is_local), None)
        if first is not None and self.doctor.db.file is not None:
            yield first.id, DISK_SUBJECT

    async def _examine(self, one: Examination, now: datetime) -> None:
        db = self.doctor.db
        space = await db.read(workspace_store.find_workspace, one.scope)
        if space is None:
            return
        outcome = replace(one, next_at=now + RECHECK_INTERVAL)
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                found = await self._find_problem(one, space)
        except (_NotExamined, SendError, TimeoutError, OSError) as error:
            log.info("not examined", subject=one.subject, reason=str(error))
        except Exception:
            # A defect in one check must not stop the others.
            log.exception("examination failed", subject=one.subject)
        else:
            problem, fix = (found.text, found.fix) if found else (None, None)
            outcome = replace(outcome, problem=problem, fix=fix)
            if problem is None:
                at = find_next_night(now, space.zone, (space.id, one.subject))
                outcome = replace(outcome, next_at=at)
        await db.write(examination_store.save_examination, one.scope, outcome)

    async def _find_problem(self, one: Examination, space: Workspace) -> Finding | None:
        if one.subject == DISK_SUBJECT:
            return await asyncio.to_thread(self._check_disk)
        if space.stopped is not None or space.platform not in self.doctor.platforms:
            # It was reported when it stopped, or is switched off on purpose.
            raise _NotExamined
        if one.subject == ACCOUNT_SUBJECT:
            return await self._check_account(space)
        return await self._check_channel(one, space)

    def _check_disk(self) -> Finding | None:
        file = self.doctor.db.file
        assert file is not None, "only a file is examined"
        free, size = shutil.disk_usage(file.parent).free, file.stat().st_size
        return _choose_worst(check_disk(free, size))

    async def _check_account(self, space: Workspace) -> Finding | None:
        name = space.platform
        examiner = self.doctor.get_examiner(name)
        if examiner is None:
            return _choose_worst(await self.doctor.checks[name](space.external_id))
        try:
            identity = await examiner.identity()
        except SendRefused as refused:
            fix = Message("Set a valid token, then start the bot again.")
            return Finding.problem(name, refused.message, fix)
        return _choose_worst(identity.findings)

    async def _check_channel(
        self, one: Examination, space: Workspace
    ) -> Finding | None:
        places = await self.doctor.db.read(
            destination_store.list_destinations, one.scope
        )
        found_places = {f"{CHANNEL_SUBJECT}{place.id}": place for place in places}
        place = found_places.get(one.subject)
        if place is None or place.paused is not None:
            # Whoever set it up knows since it was paused.
            raise _NotExamined
        platform: object = self.doctor.platforms[space.platform]
        if isinstance(platform, Inspector):
            problems = await platform.inspect(space.external_id, place)
            found = [
                (Finding.problem if each.stops else Finding.warning)(
                    place.name, each.text, each.fix
                )
                for each in problems
            ]
            if found:
                return _choose_worst(found)
        examiner = self.doctor.get_examiner(space.platform)
        if examiner is None:
            return None
        shown = await examiner.channel(space.external_id, place.channel, place.name)
        return _choose_worst([shown])


def _choose_worst(found: Sequence[Finding]) -> Finding | None:
    """Choose what to report: a problem before a warning; None = all is well."""
    for state in ("problem", "warning"):
        for one in found:
            if one.state == state:
                return one
    return None


def find_next_night(now: datetime, zone: str, subject: tuple[int, str]) -> datetime:
    """Find the moment of a workspace's subject in the next night of a zone.

    Subjects are spread over the night by a hash.
    """
    seconds = int.from_bytes(hashlib.sha256(repr(subject).encode()).digest()[:4])
    offset = timedelta(seconds=seconds % (NIGHT_LENGTH // timedelta(seconds=1)))
    local = now.astimezone(ZoneInfo(zone))
    begins = datetime.combine(local.date(), NIGHT_BEGINS, ZoneInfo(zone))
    moment = (begins + offset).astimezone(now.tzinfo)
    while moment <= now:
        begins += timedelta(days=1)
        moment = (begins + offset).astimezone(now.tzinfo)
    return moment
