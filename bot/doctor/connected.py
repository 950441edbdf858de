"""How the bot stands with a platform: token, clock, connection, channels.

What is asked is the platform's own `Examiner`; this decides which questions, and what
the answers mean for the digests. Nothing is changed anywhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.doctor.bounded import Check, all_of, bounded
from bot.findings import Finding, Identity
from bot.ports import Clock, Examiner
from bot.types import Destination, Workspace

#: A clock that is further off posts at visibly wrong times.
CLOCK_OFF: Final = timedelta(seconds=30)
#: Channels of a workspace that are looked at; the others are only counted.
CHANNELS: Final = 200


async def platform(name: str, examiner: Examiner, clock: Clock) -> list[Finding]:
    """The token, what it may, the two clocks, and whether commands can come in."""

    async def identity() -> Sequence[Finding]:
        found = await examiner.identity()
        now = clock.now()
        return (
            _known(name, found),
            *found.findings,
            *of_clocks(name, found.clock, now),
        )

    async def reach() -> Sequence[Finding]:
        return (await examiner.reach(),)

    found = await bounded(name, identity)
    if any(one.subject == name and one.state == "problem" for one in found):
        # Nothing else can be seen without a token.
        return found
    return [*found, *await bounded(f"{name} connection", reach)]


async def channels(
    examiner: Examiner, workspace: Workspace, places: Sequence[Destination]
) -> list[Finding]:
    """What the bot may do in the channels that digests are posted to."""

    def check(place: Destination) -> tuple[str, Check]:
        subject = f"{workspace.platform} #{place.name}"

        async def look() -> Sequence[Finding]:
            found = await examiner.channel(
                workspace.external_id, place.channel, subject
            )
            return (found,)

        return subject, look

    found = await all_of([check(place) for place in places[:CHANNELS]])
    if len(places) > CHANNELS:
        found.append(
            Finding(
                subject=f"{workspace.platform} {workspace.name}",
                state="warning",
                text=f"{len(places) - CHANNELS} more channels were not looked at",
            )
        )
    return found


def of_clocks(name: str, theirs: datetime | None, ours: datetime) -> list[Finding]:
    """How far this machine's clock is off, by what a platform says the time is."""
    if theirs is None:
        return []
    off = ours - theirs
    seconds = abs(off.total_seconds())
    if abs(off) <= CLOCK_OFF:
        text = f"it agrees with {name}'s within {CLOCK_OFF.seconds} seconds"
        return [Finding(subject="clock", state="ok", text=text)]
    side = "ahead of" if off > timedelta(0) else "behind"
    return [
        Finding(
            subject="clock",
            state="problem",
            text=f"this machine's clock is {seconds:.0f} seconds {side} {name}'s",
            fix="set it, best by the network (timedatectl set-ntp true): until then "
            "digests come at wrong times",
        )
    ]


def _known(name: str, found: Identity) -> Finding:
    of = f", application {found.application}" if found.application else ""
    if not found.places:
        return Finding(
            subject=name,
            state="warning",
            text=f"the token is of {found.bot}{of}, which is in no server",
            fix="invite it: standfirst setup prints the address",
        )
    text = f"the token is of {found.bot}{of}"
    return Finding(subject=name, state="ok", text=text)
