"""What completes the target, the setting and the value of `/newsdesk set`."""

import pytest

from tests.bot.commands.editors import Editor, editor
from tests.bot.harness import CONFIGURATION, BotHarness

SECOND = """
[[workspace.destination]]
name = "evening"
channel = "c-evening"

[[workspace.digest]]
name = "Evening"
sources = ["https://news.example/feed.xml", "https://torvale.example/feed.xml"]
source_names = { "https://news.example/feed.xml" = "Hallin Courier" }
paused_sources = ["https://torvale.example/feed.xml"]
exclude = ["rumour"]
schedule = ["daily at 7:00", "Sundays at 10:00"]
destinations = ["evening"]
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    await harness.apply(CONFIGURATION + SECOND)
    return await editor(harness)


async def completed(
    ana: Editor, option: str, typed: str = "", **given: str
) -> tuple[str, ...]:
    asked = await ana._event("newsdesk set", given)
    return await ana.harness.inbox.complete(asked, option, typed)


async def test_targets_are_digests_destinations_and_the_workspace(ana: Editor):
    found = await completed(ana, "target")
    assert set(found[:2]) == {"Evening", "Morning brief"}
    assert set(found[2:]) == {"#evening", "#morning", "workspace"}


@pytest.mark.parametrize(
    ("target", "some", "not_there"),
    [
        ("Evening", "schedule", "zone"),
        ("#evening", "silent", "schedule"),
        ("workspace", "zone", "stories"),
        ("nowhere", None, "stories"),
    ],
)
async def test_settings_are_those_of_the_target(ana: Editor, target, some, not_there):
    found = await completed(ana, "setting", target=target)
    assert some is None or some in found
    assert not_there not in found


@pytest.mark.parametrize(
    ("target", "setting", "typed", "offered"),
    [
        ("Evening", "summary", "", ("short", "medium", "long")),
        ("Evening", "figures", "", ("yes", "no")),
        ("Evening", "exclude", "", ("remove rumour",)),
        ("Evening", "schedule", "remove", ("remove daily at 7:00 Europe/Berlin",)),
        ("Evening", "schedule", "weekdays", ("add weekdays at 8:30 Europe/Berlin",)),
        ("Evening", "sources", "hall", ("remove Hallin Courier",)),
        ("Evening", "sources", "tech", ("add technology",)),
        ("Evening", "paused_sources", "add", ("add Hallin Courier",)),
        ("Evening", "full texts", "never", ("Hallin Courier = never",)),
        ("Evening", "destinations", "", ("add morning", "remove evening")),
        ("Evening", "quiet_hours", "", ("off", "22:00-7:00")),
        ("Evening", "paused_until", "", ("none", "tomorrow")),
        ("Evening", "language", "d", ("de",)),
        ("Evening", "stories", "1", ("1", "15")),
        ("Evening", "sections", "summary, q", ("summary, quotes",)),
        ("#evening", "channel", "", ("here",)),
        ("workspace", "zone", "lisb", ("Europe/Lisbon",)),
        ("workspace", "zone", "", ("Europe/Berlin",)),
    ],
)
async def test_values_are_those_of_the_target_and_the_setting(
    ana: Editor, target, setting, typed, offered
):
    found = await completed(ana, "value", typed, target=target, setting=setting)
    assert set(offered) <= set(found)


async def test_the_present_value_comes_first(ana: Editor):
    found = await completed(ana, "value", target="Evening", setting="stories")
    assert found[0] == "5"


@pytest.mark.parametrize(
    ("target", "setting"), [("nowhere", "stories"), ("Evening", "colour"), ("", "")]
)
async def test_where_nothing_is_known_nothing_is_offered(ana: Editor, target, setting):
    assert await completed(ana, "value", target=target, setting=setting) == ()
