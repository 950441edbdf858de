"""What editors come for: what has happened before, the walk, and its most presses.

Each walk starts at the panel, in a newsroom with two digests (or none), and ends where
the person has what they came for.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bot.model import Digest
from bot.model.scope import PersonScope
from bot.storage import destination_store, report_store
from digests.messages import Message
from tests.bot.harness import BotHarness
from tests.walks.walkers import Walker


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One thing that people come for."""

    name: str
    most: int
    #: (walker, address of the outlet) → walks there.
    walk: Callable[[Walker, str], Coroutine[Any, Any, None]]
    #: Lets happen in the newsroom what the walk is about.
    prepare: Callable[[BotHarness], Awaitable[None]] | None = None
    #: It starts where nothing is set up.
    empty: bool = False


# ── walks ──────────────────────────────────────────────────────────────────────


async def set_up_the_first_digest(walker: Walker, outlet: str) -> None:
    await walker.types("/newsdesk home")
    await walker.press("New digest")
    await walker.submit(
        name="Brief", sources=f"{outlet}/feed", schedule="daily at 7:00 Europe/Berlin"
    )
    assert "8 articles" in walker.text
    await walker.press("Confirm")
    assert "Saved" in walker.text


async def change_a_schedule(walker: Walker, _: str) -> None:
    await walker.types("/newsdesk home")
    await walker.press("Open Evening", "Schedule")
    await walker.submit(value="weekdays at 7:15 Europe/Berlin")
    assert "07:15" in walker.text
    await walker.press("Confirm")
    assert "Saved" in walker.text


async def add_a_source(walker: Walker, outlet: str) -> None:
    await walker.types("/newsdesk home")
    await walker.press("Open Evening", "Add a source")
    await walker.submit(add=f"{outlet}/other")
    assert "Torvale Herald" in walker.text
    await walker.press("Confirm")
    assert "Saved" in walker.text


async def turn_figures_off(walker: Walker, _: str) -> None:
    await walker.types("/newsdesk home")
    await walker.press("Open Evening", "Figures", "Confirm")
    assert "Saved" in walker.text


async def find_out_why_a_story_is_missing(walker: Walker, _: str) -> None:
    await walker.types("/newsdesk home")
    if not walker.has("Preview"):
        # Where there is no channel, no digest is the one of here.
        await walker.press("Open Morning brief")
    await walker.press("Preview")
    assert "Filtered out" in walker.text


async def mend_a_lost_permission(walker: Walker, _: str) -> None:
    await walker.types("/newsdesk home")
    assert "may not write" in walker.text
    await walker.press("Post there again", "Confirm")
    assert "Saved" in walker.text


async def settle_a_report(walker: Walker, _: str) -> None:
    await walker.types("/newsdesk home")
    await walker.press("Answer the report")
    await walker.submit(answer="Thank you, the day is right now.")
    assert "Thank you, the day is right now." in walker.text
    assert not walker.fields


# ── what has happened before ───────────────────────────────────────────────────


async def leave_out_what_names_a_word(harness: BotHarness) -> None:
    """A filter drops what one of the articles is about."""
    file = harness.home / "newsroom.toml"
    text = file.read_text(encoding="utf-8")
    head, name, rest = text.partition('name = "Morning brief"\n')
    await harness.apply(f'{head}{name}exclude = ["council"]\n{rest}')


async def lose_a_permission(harness: BotHarness) -> None:
    """The platform refused a message to the morning's channel."""
    digest = await _find_digest(harness)
    await harness.db.write(
        destination_store.pause_destination,
        digest.scope,
        destination_id=digest.destinations[0].id,
        reason=Message("The bot may not write there."),
    )


async def report_an_error(harness: BotHarness) -> None:
    """A reader reported an error in a story."""
    digest = await _find_digest(harness)
    await harness.db.write(
        report_store.add_report,
        PersonScope(digest.workspace_id, "ben"),
        person_name="Ben",
        story="s-7k3m9q",
        headline="Harbour bridge closes",
        text="It was closed on Monday.",
        locale="en",
        now=harness.clock.now(),
    )


async def _find_digest(harness: BotHarness) -> Digest:
    return await harness.digest("Morning brief")


ACCEPTANCES = (
    Acceptance(name="first digest", most=4, walk=set_up_the_first_digest, empty=True),
    Acceptance(name="change a schedule", most=4, walk=change_a_schedule),
    Acceptance(name="add a source", most=4, walk=add_a_source),
    Acceptance(name="figures off", most=3, walk=turn_figures_off),
    Acceptance(
        name="why a story is missing",
        most=2,
        walk=find_out_why_a_story_is_missing,
        prepare=leave_out_what_names_a_word,
    ),
    Acceptance(
        name="mend a lost permission",
        most=2,
        walk=mend_a_lost_permission,
        prepare=lose_a_permission,
    ),
    Acceptance(
        name="settle a report", most=3, walk=settle_a_report, prepare=report_an_error
    ),
)
