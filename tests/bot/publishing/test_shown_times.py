"""Every time that is shown: in the digest's zone, and after its quiet hours."""

from datetime import UTC, datetime

import pytest

from bot.cli.source import _source_rows
from bot.i18n.translation import Texts
from bot.model import FactTable, Reply
from bot.operations.doctor import describe_next_due
from bot.publishing.planning import digest_zone, find_next_due, list_next_dues
from bot.storage import edition_store
from tests.bot.commands.editors import editor
from tests.bot.corrections.living import correct
from tests.bot.harness import CONFIGURATION, BotHarness

#: The fake clock shows Tuesday, 24 November 2026, 12:00 UTC: 17:45 in Kathmandu.
KATHMANDU = "Asia/Kathmandu"
UNSCHEDULED = CONFIGURATION.replace("Europe/Berlin", KATHMANDU).replace(
    f'schedule = "every 2 minutes {KATHMANDU}"\n', ""
)
WITHOUT_ZONE = CONFIGURATION.replace('zone = "Europe/Berlin"\n', "")


def scheduled(*sentences: str, quiet: str | None = None) -> str:
    listed = ", ".join(f'"{sentence}"' for sentence in sentences)
    text = CONFIGURATION.replace(
        'schedule = "every 2 minutes Europe/Berlin"', f"schedule = [{listed}]"
    )
    return text + (f'quiet_hours = "{quiet}"\n' if quiet else "")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00").replace(tzinfo=UTC)


async def next_due(harness: BotHarness) -> datetime | None:
    return find_next_due(await harness.digest(), harness.clock.now())


def words(reply: Reply) -> str:
    lines = []
    for block in reply.blocks:
        if isinstance(block, FactTable):
            lines += [f"{name}: {value}" for name, value in block.rows]
        names = ("title", "text", "note")
        lines += [str(getattr(block, name)) for name in names if hasattr(block, name)]
    return "\n".join(lines)


# ── one zone ───────────────────────────────────────────────────────────────────


async def test_a_digest_without_a_schedule_is_in_the_zone_of_its_workspace(harness):
    await harness.apply(UNSCHEDULED)
    assert digest_zone(await harness.digest()) == KATHMANDU


async def test_a_schedule_without_a_zone_is_in_the_zone_of_its_workspace(harness):
    await harness.apply(scheduled("daily at 8:30").replace("Europe/Berlin", KATHMANDU))
    assert await next_due(harness) == at("11-25T02:45")


async def test_an_edition_posted_by_hand_is_dated_in_that_zone(harness):
    await harness.apply(UNSCHEDULED)
    edition = (await harness.post()).stored_edition
    context = await harness.db.read(edition_store.find_render_context, **edition.key)
    assert context["zone"] == KATHMANDU


async def test_nothing_new_since_is_said_in_that_zone(harness):
    await harness.apply(UNSCHEDULED)
    await harness.post("first")
    assert "since 17:45" in str((await harness.post("second")).reason)


async def test_nothing_new_since_is_said_in_the_zone_of_the_first_schedule(harness):
    await harness.apply(scheduled(f"daily at 8:30 {KATHMANDU}", "daily at 13:05"))
    harness.clock.set(at("11-24T12:05"))
    await harness.wake()
    assert "since 17:50" in str((await harness.post()).reason)


async def test_the_command_line_lists_sources_in_that_zone(harness):
    await harness.apply(UNSCHEDULED)
    await harness.post()
    (row,) = _source_rows([await harness.digest()], harness.clock.now())
    assert "last read today 17:45" in row["health"]


async def test_the_page_of_an_article_is_in_the_zone_of_its_workspace(harness):
    await harness.apply(UNSCHEDULED)
    edition = (await harness.post()).stored_edition
    article = edition.edition.stories[0].articles[0].id
    found = await harness.archive.local_article(article, None)
    assert found is not None
    assert found[1] == KATHMANDU


async def test_the_status_shows_digest_and_messages_on_the_same_clock(harness):
    await harness.apply(
        CONFIGURATION.replace("2 minutes Europe/Berlin", f"2 hours {KATHMANDU}")
    )
    await harness.post()
    shown = words(await harness.says("newsdesk status"))
    assert "today 17:45" in shown
    assert "today 13:00" not in shown


async def test_corrections_are_listed_on_the_clock_of_their_posts(harness):
    await harness.apply(scheduled(f"daily at 8:30 {KATHMANDU}"))
    await harness.post()
    await correct(harness, ("31,000", "13,000"))
    assert "today 17:51 · Hallin Courier" in words(
        await (await editor(harness)).presses_below("v1:corrections:7")
    )


async def test_reasons_are_on_the_clock_of_the_digest_that_decided(harness):
    await harness.apply(
        scheduled(f"daily at 8:30 {KATHMANDU}") + 'exclude = ["bridge"]\n'
    )
    await harness.post()
    why = words(await harness.says("news why", story="Harbour bridge"))
    assert "Morning brief · today 17:45" in why


async def test_past_editions_are_found_on_the_clock_of_their_digest(harness):
    await harness.apply(scheduled(f"daily at 8:30 {KATHMANDU}"))
    await harness.post()
    assert "17:45 · /news story" in words(
        await harness.says("news search", words="bridge")
    )


# ── a file that names no zone ──────────────────────────────────────────────────


async def test_a_new_workspace_takes_the_first_zone_that_its_file_names(empty_harness):
    (first, *_) = await empty_harness.apply(WITHOUT_ZONE)
    assert (await empty_harness.place()).workspace.zone == "Europe/Berlin"
    assert first.text.endswith("times in Europe/Berlin")


async def test_a_known_workspace_keeps_its_zone(harness):
    assert await harness.apply(WITHOUT_ZONE) == ()
    assert (await harness.place()).workspace.zone == "Europe/Berlin"


# ── quiet hours ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sentence", "quiet", "following"),
    [
        ("daily at 8:30", "8:00-10:00", "11-25T09:00"),
        ("daily at 8:30", "22:00-7:00", "11-25T07:30"),
        ("daily at 10:00", "8:00-10:00", "11-25T09:00"),
        ("daily at 23:30", "22:00-7:00", "11-25T06:00"),
        ("every 30 minutes", "13:00-13:45", "11-24T12:45"),
    ],
)
async def test_the_next_moment_is_the_end_of_its_quiet_hours(
    harness, sentence, quiet, following
):
    await harness.apply(scheduled(sentence, quiet=quiet))
    assert await next_due(harness) == at(following)


async def test_moments_in_the_same_quiet_hours_are_one(harness):
    await harness.apply(scheduled("every 2 hours", quiet="16:00-21:30"))
    digest = await harness.digest()
    assert list_next_dues(digest, harness.clock.now(), 4) == [
        at("11-24T13:00"),
        at("11-24T20:30"),
        at("11-24T21:00"),
        at("11-24T23:00"),
    ]


async def test_an_edition_that_waits_for_the_end_of_quiet_hours_comes_next(harness):
    await harness.apply(scheduled("daily at 13:05", quiet="13:00-15:00"))
    harness.clock.set(at("11-24T12:10"))
    await harness.wake()
    assert await next_due(harness) == at("11-24T14:00")
    harness.clock.set(at("11-24T14:00"))
    await harness.wake()
    assert await next_due(harness) == at("11-25T14:00")


async def test_quiet_hours_are_in_the_zone_of_the_first_schedule(harness):
    # 13:05 in Berlin is 17:50 in Kathmandu.
    await harness.apply(
        scheduled(f"Mondays at 9 {KATHMANDU}", "daily at 13:05", quiet="17:00-18:00")
    )
    harness.clock.set(at("11-24T12:05"))
    await harness.wake()
    assert harness.platform.messages == []
    assert await next_due(harness) == at("11-24T12:15")


async def test_what_a_change_announces_is_after_the_quiet_hours(harness):
    await harness.apply(scheduled("daily at 8:30"))
    shown = words(
        await harness.says(
            "newsdesk set",
            target="Morning brief",
            setting="quiet_hours",
            value="8:00-10:00",
        )
    )
    assert "Next: Wednesday 25 November 10:00" in shown


async def test_the_coming_times_are_after_the_quiet_hours(harness):
    await harness.apply(scheduled("daily at 8:30", quiet="8:00-10:00"))
    shown = words(await (await editor(harness)).presses_below("v1:next:here"))
    assert "tomorrow 10:00 · Thu 26 Nov, 10:00" in shown


async def test_the_footer_of_an_edition_names_the_end_of_the_quiet_hours(harness):
    await harness.apply(scheduled("daily at 8:30", quiet="8:00-10:00"))
    edition = (await harness.post()).stored_edition
    context = await harness.db.read(edition_store.find_render_context, **edition.key)
    assert context["next_due"] == "2026-11-25T09:00:00+00:00"


async def test_the_operator_sees_the_same_moment(harness):
    await harness.apply(scheduled("daily at 8:30", quiet="8:00-10:00"))
    said = describe_next_due(
        await harness.digest(), harness.clock.now(), Texts.of("en")
    )
    assert said == "next tomorrow 10:00 (Europe/Berlin)"
