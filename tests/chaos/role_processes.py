"""Processes of all roles, each on a machine of its own, started again when they end.

They are forked (see `fork_server`) and are `standfirst run --role …` in real time, with
the clock of the machine. A process ends because it is killed, because it lost its lease
to another, or because it found no database when it started; anything else is wrong.
"""

import asyncio
import os
import signal
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from bot.errors import BotError, ConfigurationError
from tests.chaos.fork_server import Process
from tests.chaos.points import Points

#: What a process of a role has printed once it works, or stands by.
WORKING: Final = ("is ready as", "standing by")
#: Seconds in which a process must stop, by role.
STOP, WORKER_STOP = 10.0, 20.0
#: Of the names of a fleet's processes, by role.
FLEET: Final[Mapping[str, int]] = {"gateway": 1, "scheduler": 2, "worker": 2, "web": 1}
_EVER: Final = 36_000.0


@dataclass(frozen=True, kw_only=True)
class RoleJob:
    """The task of one process."""

    role: str
    #: The name of its machine.
    machine: str
    settings: Mapping[str, Any]
    log: Path
    #: A file for the ids under which the process takes jobs, one a line.
    taking: Path
    points: Points = field(default_factory=Points)


def live_role(job: RoleJob) -> None:
    """Run one process from start to end."""
    descriptor = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    code = 4
    try:
        # Otherwise it is known at once that the holder of a lease has died.
        socket.gethostname = lambda: job.machine
        if job.points.wanted or job.points.trace:
            job.points.arrange()
        _note_workers(job.taking)
        code = asyncio.run(_work(job))
    except BotError as error:
        print(error, flush=True)
        code = 3 if isinstance(error, ConfigurationError) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # A killed process runs no exit handlers.
    os._exit(code)


async def _work(job: RoleJob) -> int:
    from bot import app, logs, runner
    from tests.builders import some_settings
    from tests.fakes import FakeDrawing

    settings = some_settings(**job.settings)
    logs.configure_logging(settings)
    opening: Any = app.open_application
    async with opening(settings, role=job.role, at=job.points.named) as application:
        illustrator = application.publisher.illustrator
        assert illustrator is not None
        # A real drawing takes longer than everything else that is done here.
        illustrator.cards.draw_card = FakeDrawing()
        for platform in application.platforms.values():
            job.points.around(platform)
        return await runner.serve_application(
            application, lambda line: print(line, flush=True)
        )


def _note_workers(file: Path) -> None:
    """Record the ids under which this process takes jobs."""
    from procrastinate.manager import JobManager

    register: Any = JobManager.register_worker

    async def registered(manager: JobManager) -> int:
        number: int = await register(manager)
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"{number}\n")
        return number

    patch.object(JobManager, "register_worker", registered).start()


# ── a fleet ────────────────────────────────────────────────────────────────────


@dataclass(eq=False, kw_only=True)
class Member:
    """One place for a process; it is filled again when its process ends."""

    role: str
    name: str
    process: Process | None = None
    job: RoleJob | None = None
    #: Processes that were started here.
    started: int = 0
    #: Whether its end was ordered.
    killed: bool = False
    #: When it was asked to stop.
    asked_at: float = 0.0
    #: Seconds until it is started again.
    pause: float = 0.3

    @property
    def alive(self) -> bool:
        return self.process is not None

    @property
    def works(self) -> bool:
        """Whether its process does its work, or stands by."""
        return self.job is not None and any(w in self.said() for w in WORKING)

    def said(self) -> str:
        assert self.job is not None
        log = self.job.log
        return log.read_text("utf-8", errors="replace") if log.exists() else ""

    def taking(self) -> list[int]:
        """The ids under which its process takes jobs."""
        assert self.job is not None
        file = self.job.taking
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def kill(self, number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.killed = self.killed or number in (signal.SIGKILL, signal.SIGTERM)
        if number == signal.SIGTERM:
            self.asked_at = time.monotonic()
        self.process.kill(number)


#: Called with a member whose process has just died, before it is started again.
OnDeath = Callable[[Member], Awaitable[None]]


@dataclass(kw_only=True)
class Fleet:
    """The processes of one installation."""

    name: str
    folder: Path
    #: Settings of the process here.
    settings: Callable[["Member"], Mapping[str, Any]]
    #: Draws where the next process of a role is to be killed.
    draw: Callable[[Member], Points] = lambda _: Points()
    on_death: OnDeath | None = None
    #: Whether a process may find no database when it starts.
    may_lack_database: Callable[[], bool] = lambda: False
    members: list[Member] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    #: The longest time from SIGTERM to the end, by role.
    stops: dict[str, float] = field(default_factory=dict)
    #: Ends of processes that lost a lease.
    displaced: int = 0
    wrong: list[str] = field(default_factory=list)
    _keeping: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    def start(self, sizes: Mapping[str, int] = FLEET) -> None:
        for role, number in sizes.items():
            for n in range(number):
                member = Member(role=role, name=f"{role}-{n}")
                self.members.append(member)
                self._keeping.append(asyncio.create_task(self._keep(member)))

    def of(self, role: str) -> list[Member]:
        return [one for one in self.members if one.role == role]

    async def ready(self, patience: float = 60.0) -> None:
        """Wait until every process works."""
        async with asyncio.timeout(patience):
            while not all(one.works for one in self.members):
                assert not self.wrong, self.wrong[0]
                await asyncio.sleep(0.1)

    async def _keep(self, member: Member) -> None:
        while not self._stopping:
            points = self.draw(member)
            member.started += 1
            place = self.folder / f"{member.name}.{member.started}"
            member.job = RoleJob(
                role=member.role,
                machine=f"{self.name}-{member.name}",
                settings=self.settings(member),
                log=place.with_suffix(f".{member.started}.log"),
                taking=place.with_suffix(f".{member.started}.ids"),
                points=points,
            )
            member.killed, member.asked_at, member.pause = False, 0.0, 0.3
            member.process = Process(member.job, live_role)
            code = await member.process.end(_EVER)
            member.process = None
            self._judge(member, code)
            if self.on_death is not None and code == -signal.SIGKILL:
                await self.on_death(member)
            if not self._stopping:
                await asyncio.sleep(member.pause)

    def _judge(self, member: Member, code: int) -> None:
        assert member.job is not None
        said = member.said()
        if "Traceback" in said:
            at = said.index("Traceback")
            self.wrong.append(
                f"{self.name} {member.name}: …{said[at - 300 : at + 3000]}"
            )
        ordered = member.killed or bool(member.job.points.wanted)
        if code == -signal.SIGKILL and ordered:
            self.kills[member.role] += 1
            return
        if code == 1 and "did not renew its lease" in said:
            self.displaced += 1
            return
        if code == 3 and not member.works and self.may_lack_database():
            return
        if code == 0 and member.asked_at:
            self._note_stop(member, time.monotonic() - member.asked_at)
            return
        self.wrong.append(
            f"{self.name} {member.name} ended by itself with {code}: {said[-600:]}"
        )

    def _note_stop(self, member: Member, seconds: float) -> None:
        self.stops[member.role] = max(self.stops.get(member.role, 0.0), seconds)
        limit = WORKER_STOP if member.role == "worker" else STOP
        if seconds > limit:
            self.wrong.append(f"{self.name} {member.name} stopped in {seconds:.1f} s")

    async def stop(self) -> None:
        """Stop everything by SIGTERM."""
        self._stopping = True
        for member in self.members:
            if member.alive:
                member.kill(signal.SIGCONT)
                member.kill(signal.SIGTERM)
        _, left = await asyncio.wait(self._keeping, timeout=WORKER_STOP + 5)
        for member in self.members:
            if member.alive:
                self.wrong.append(f"{self.name} {member.name} did not stop")
                member.kill()
        if left:
            await asyncio.wait(left)
