"""What fails unseen is found at night, told once, and told when it is well again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import SendUnclear
from bot.model import Destination, DestinationProblem, Finding, PlatformIdentity
from bot.operations import nightly_checks
from bot.operations.health_checks import check_disk
from bot.operations.incidents import list_workspace_problems
from bot.operations.nightly_checks import (
    CHECKS_PER_RUN,
    NightlyChecks,
    find_next_night,
)
from bot.storage import destination_store, examination_store
from digests.messages import Message
from tests.bot.harness import BRIDGE, BotHarness, open_harness
from tests.bot.operations.test_incidents import (
    SERVER,
    OwnedPlatform,
    notify,
    texts,
)
from tests.fakes import NOON

MISSING = DestinationProblem(
    text=Message("the bot may not post there"),
    fix=Message("allow «Send Messages»"),
    stops=True,
)


class Examined(OwnedPlatform):
    """A platform that can be asked about channels and about its account."""

    def __init__(self) -> None:
        super().__init__("discord")
        self.problems: tuple[DestinationProblem, ...] = ()
        self.account: tuple[Finding, ...] = ()
        self.fault: Exception | None = None
        #: The channels that were asked about.
        self.asked: list[str] = []

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        self.asked.append(destination.channel)
        if self.fault is not None:
            raise self.fault
        return self.problems

    @property
    def examiner(self) -> "Examined":
        return self

    async def identity(self) -> PlatformIdentity:
        return PlatformIdentity(
            bot="B", application="1", places=("w",), findings=self.account
        )

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        return Finding.ok(subject, "it is well")


@dataclass
class Night:
    """A newsroom on a server, and what is examined there."""

    harness: BotHarness
    platform: Examined
    checks: NightlyChecks = field(init=False)

    def __post_init__(self) -> None:
        self.checks = NightlyChecks(doctor=self.harness.doctor)

    async def passes(self, **time: float) -> None:
        """Let time pass, examine what is due, and tell it."""
        self.harness.clock.advance(timedelta(**time))
        for _ in range(5):
            await self.checks.run()
        await notify(self.harness)


@pytest.fixture
async def night(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Night]:
    platform = Examined()
    async with open_harness(sqlite_url, tmp_path, platform) as opened:
        opened.publish("bridge", BRIDGE)
        await opened.apply(SERVER)
        night = Night(opened, platform)
        await night.passes()
        yield night


# ── when ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns"])
def test_a_subject_is_examined_in_the_next_night_of_its_workspace(zone: str):
    for number in range(200):
        at = find_next_night(NOON, zone, (1, f"channel/{number}"))
        assert NOON < at <= NOON + timedelta(days=1)
        assert 2 <= at.astimezone(ZoneInfo(zone)).hour < 5


def test_subjects_are_spread_over_the_night():
    moments = [find_next_night(NOON, "UTC", (1, f"channel/{n}")) for n in range(900)]
    minutes = [moment.replace(second=0, microsecond=0) for moment in moments]
    assert max(minutes.count(minute) for minute in set(minutes)) < 30


def test_the_night_in_which_the_clocks_change_has_a_moment_too():
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    at = find_next_night(before, "Europe/Berlin", (1, "channel/1"))
    assert before < at < before + timedelta(days=1)


async def test_nothing_is_asked_by_day(night):
    await night.passes(hours=1)
    assert night.platform.asked == []


async def test_every_channel_is_asked_about_once_in_a_night(night):
    await night.passes(hours=17)
    assert night.platform.asked == ["2001"]
    await night.passes(hours=1)
    assert night.platform.asked == ["2001"]


async def test_one_run_asks_about_a_few_channels_only(night):
    one = await night.harness.db.read(examination_store.list_all_examinations)
    new = [(one[0].workspace_id, f"channel/{n}", NOON) for n in range(900, 920)]
    await night.harness.db.write(examination_store.plan_examinations, new, ())
    await night.checks.run()
    due = await night.harness.db.read(
        examination_store.list_due_examinations, night.harness.clock.now(), 99
    )
    assert len(due) == len(new) - CHECKS_PER_RUN


async def test_a_channel_that_is_not_posted_to_any_more_is_forgotten(night):
    digest = await night.harness.digest()
    (place,) = digest.destinations
    await night.harness.db.write(
        destination_store.delete_destination, digest.scope, place.id
    )
    await night.passes(hours=2)
    known = await night.harness.db.read(examination_store.list_all_examinations)
    assert [one for one in known if one.subject.startswith("channel/")] == []


# ── what is told ───────────────────────────────────────────────────────────────


async def test_a_lost_permission_is_told_with_its_fix(night):
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    (text,) = texts(night.harness)
    assert "#morning: the bot may not post there" in text
    assert "allow «Send Messages»" in text


async def test_it_is_told_once(night):
    night.platform.problems = (MISSING,)
    for _ in range(10):
        await night.passes(hours=24)
    assert len(texts(night.harness)) == 1


async def test_that_it_is_well_again_is_told_within_the_hour(night):
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    night.platform.problems = ()
    await night.passes(hours=1, minutes=1)
    assert texts(night.harness)[1:] == ["Works again: #morning · newsroom"]
    await night.passes(hours=24)
    assert len(texts(night.harness)) == 2


async def test_a_removed_channel_does_not_work_again(night):
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    digest = await night.harness.digest()
    await night.harness.db.write(
        destination_store.delete_destination, digest.scope, digest.destinations[0].id
    )
    await night.passes(hours=2)
    assert len(texts(night.harness)) == 1


async def test_a_check_that_was_not_possible_changes_nothing(night):
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    night.platform.fault = SendUnclear("No answer.")
    await night.passes(hours=2)
    assert len(texts(night.harness)) == 1
    night.platform.fault = None
    await night.passes(hours=2)
    assert len(texts(night.harness)) == 1


async def test_a_network_that_is_down_at_night_is_no_alert(night):
    night.platform.fault = SendUnclear("No answer.")
    await night.passes(hours=17)
    assert texts(night.harness) == []


async def test_a_channel_whose_pause_was_told_is_not_told_again(night):
    digest = await night.harness.digest()
    await night.harness.db.write(
        destination_store.pause_destination,
        digest.scope,
        digest.destinations[0].id,
        reason=Message("pause.removed"),
    )
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    assert texts(night.harness) == []


async def test_a_defect_of_the_account_is_told(night):
    night.platform.account = (
        Finding.problem("scopes", "a scope is missing", "add it"),
    )
    await night.passes(hours=17)
    (text,) = texts(night.harness)
    assert "The bot’s account: a scope is missing → add it" in text


async def test_a_full_disk_is_told_and_when_there_is_room_again(night, monkeypatch):
    real = check_disk
    monkeypatch.setattr(nightly_checks, "check_disk", lambda _, size: real(10, size))
    await night.passes(hours=17)
    (text,) = texts(night.harness)
    assert "0 MB are free" in text
    assert "free some space now" in text
    monkeypatch.setattr(nightly_checks, "check_disk", real)
    await night.passes(hours=2)
    assert "the disk of the bot’s computer" in texts(night.harness)[-1]


async def test_the_panel_lists_what_the_night_found(night):
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    digest = await night.harness.digest()
    found = await night.harness.db.read(
        list_workspace_problems, digest.scope, night.harness.clock.now()
    )
    assert [one.name for one in found] == ["#morning"]


async def test_what_was_told_is_not_told_again_after_a_restart(night):
    night.platform.problems = (MISSING,)
    await night.passes(hours=17)
    again = replace(night)
    await again.passes(hours=2)
    assert len(texts(night.harness)) == 1
