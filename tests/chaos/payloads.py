"""D19, D20: a message that the platform rejects, and texts of every kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from bot.platforms.discord import messages
from bot.platforms.discord.render import render
from bot.platforms.slack import messages as slack_messages
from bot.platforms.slack.render import render as slack_render
from digests.types import Edition, Headline, Sentence
from tests.bot.platforms.discord import hostile
from tests.bot.platforms.local.samples import (
    BRIDGE,
    HERO,
    a_context,
    a_delivery,
    a_story,
    an_edition,
)
from tests.bot.platforms.slack import hostile as slack_hostile
from tests.chaos.in_process import in_process_bot
from tests.chaos.kills import homes
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.world import world
from tests.wire.discord import rules
from tests.wire.slack import rules as slack_rules

#: Stories of an edition that is checked, and hostile texts of each.
STORIES: Final = 5
TEXTS: Final = 4
#: Characters that one limit counts once and another twice, or many times.
WIDE: Final = ("👩‍👩‍👧‍👦", "🇩🇪", "é", "e\u0301", "𝔘", "\u200d", "ﷺ", "क्षि", "a")


# ── a rejected message ─────────────────────────────────────────────────────────


async def poisoned(
    times: int, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """D19: one payload is rejected, once or in every form; all others arrive."""
    wrong, faults = [], 0
    with homes() as home:
        random = Random(seed)
        async with world("poison", home / "w", name, random, channels=2) as built:
            sick, well = built.channels
            async with in_process_bot(built) as bot:
                for number in range(times):
                    built.begin_round(1)
                    refusals = 1 + number % 4
                    before = len(built.wire.posts(sick))
                    built.wire.refuse(sick, times=refusals)
                    await bot.until(built.due + _ROUND)
                    met = refusals - built.wire.clear()
                    faults += met
                    came = len(built.wire.posts(sick)) - before
                    # Rejected once, it came in a simpler form.
                    if refusals == 1 and came != 1:
                        wrong.append(f"refused {refusals} times: {came} messages came")
            rows = built.rows(_STATES)
            fared = [row["state"] for row in rows if row["channel"] == well]
            wrong += [state for state in fared if state != "sent"]
            stuck = {r["state"] for r in rows if r["channel"] == sick} - {
                "sent",
                "failed",
            }
            wrong += [f"the refused one is {state}" for state in stuck]
            arrived = len(built.wire.posts(well))
    return [
        Line(
            row="D19",
            what=f"refused payloads ({name}): others sent; itself plainer or failed",
            figure=f"{arrived} of {times}; {len(wrong)} wrong",
            goal="all; 0",
            met=arrived == times and not wrong,
            seed=seed,
            faults=faults,
            stated=times,
            details=wrong,
        )
    ]


_ROUND = timedelta(minutes=40)
_STATES = "SELECT channel, state FROM deliveries ORDER BY id"


# ── texts ──────────────────────────────────────────────────────────────────────


async def measured(texts: int, seed: int, board: Scoreboard) -> list[Line]:
    """D20: check so many hostile texts in editions against the platforms' rules."""
    random = Random(seed)
    refused: dict[str, int] = dict.fromkeys(_RULES, 0)
    details: list[str] = []
    editions = -(-texts // (STORIES * TEXTS))
    for _ in range(editions):
        edition = _edition(random)
        for name, complaints in _RULES.items():
            found = complaints(edition)
            refused[name] += bool(found)
            details += [f"{name}: {complaint}" for complaint in found[:1]]
    return [
        Line(
            row="D20",
            what="editions of hostile texts that would be refused",
            figure=", ".join(f"{number} by {name}" for name, number in refused.items())
            + f" of {editions} editions, {editions * STORIES * TEXTS:,} texts",
            goal="0",
            met=not any(refused.values()),
            seed=seed,
            faults=editions * STORIES * TEXTS,
            stated=texts,
            details=details,
        )
    ]


def _edition(random: Random) -> Edition:
    def reported(text: str) -> Sentence:
        return Sentence(text=text, spans=())

    stories = tuple(
        a_story(
            replace(BRIDGE, id=f"a{number}"),
            headline=Headline(text=_text(random)),
            summary=(reported(_text(random)), reported(_text(random))),
            cards=(replace(HERO, text=_text(random) or "x"),),
        )
        for number in range(STORIES)
    )
    return an_edition(stories=stories, hero=None, title=_text(random))


def _text(random: Random) -> str:
    """A few hostile pieces, or many of one wide character."""
    if random.random() < 0.3:
        return random.choice(WIDE) * random.choice((1, 40, 200, 700, 4000))
    pieces = (*hostile.STRINGS, *slack_hostile.STRINGS, *WIDE, "plain words ")
    return "".join(random.choices(pieces, k=random.choice((1, 3, 9, 60))))


def _discord(edition: Edition) -> list[str]:
    found = []
    for part in render(edition, a_context()):
        delivery = a_delivery(
            platform="discord",
            key="k" * 25,
            payload=part.payload,
            fallback_text=part.fallback_text,
        )
        found += rules.message(messages.build_post_body(delivery))
    return [f"{path}: {sentence}" for path, sentence in found]


def _slack(edition: Edition) -> list[str]:
    found = []
    for part in slack_render(edition, a_context()):
        delivery = a_delivery(
            platform="slack",
            key="k" * 25,
            payload=part.payload,
            fallback_text=part.fallback_text,
        )
        body: Mapping[str, Any] = {
            "channel": "C1",
            **slack_messages.build_post_body(delivery),
        }
        found += slack_rules.message(body)
    return [f"{path}: {sentence}" for path, sentence in found]


_RULES: Mapping[str, Callable[[Edition], list[str]]] = {
    "discord": _discord,
    "slack": _slack,
}
