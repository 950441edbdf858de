"""Configuration as a file: every mistake at once, nothing twice, and back again."""

import pytest

from bot import config_file
from bot.errors import ConfigurationError
from bot.storage import deliveries
from tests.bot.newsroom import CONFIGURATION, FLOOD, Newsroom

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
schedule = ["daily at 18:00 Europe/Berlin"]
stories = 3
include = ["bridge", "/budgets?/"]
"""


def mistakes(desk: Newsroom, text: str) -> str:
    file = desk.home / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as found:
        config_file.read(file)
    return str(found.value)


async def test_applying_twice_changes_nothing_the_second_time(bare):
    first = await bare.apply()
    assert [c.kind for c in first] == ["add", "add", "add"]
    assert await bare.apply() == ()


async def test_the_plan_names_what_would_change(desk):
    wanted = CONFIGURATION + "stories = 3\n"
    (change,) = await desk.apply(wanted)
    assert (change.kind, change.text) == (
        "change",
        "digest «Morning brief»: stories",
    )


async def test_a_dry_run_changes_nothing(desk):
    file = desk.home / "more.toml"
    file.write_text(CONFIGURATION + SECOND, encoding="utf-8")
    wanted = config_file.read(file)
    planned = await desk.db.read(config_file.plan, wanted, prune=False)
    assert [c.kind for c in planned] == ["add"]
    assert len(await desk.archive.all_digests()) == 1


async def test_without_prune_nothing_is_removed(desk):
    await desk.apply(CONFIGURATION + SECOND)
    assert await desk.apply() == ()
    assert len(await desk.archive.all_digests()) == 2


async def test_prune_removes_what_the_file_does_not_name(desk):
    await desk.apply(CONFIGURATION + SECOND)
    (change,) = await desk.apply(prune=True)
    assert (change.kind, change.text) == ("remove", "digest «Evening»")
    assert len(await desk.archive.all_digests()) == 1


async def test_an_untouched_digest_keeps_its_next_due_moment(desk):
    before = await desk.editions.next_due()
    desk.clock.advance(seconds=90)
    await desk.apply(CONFIGURATION + SECOND)
    assert await desk.editions.next_due() == before


async def test_export_round_trips(desk):
    await desk.apply(CONFIGURATION + SECOND)
    text = await desk.db.read(config_file.export)
    assert await desk.apply(text, prune=True) == ()


async def test_a_destination_that_was_stopped_goes_on_after_apply(desk):
    from bot.errors import Refused

    desk.platform.script(Refused("The channel was deleted."))
    await desk.post()
    await desk.apply(CONFIGURATION.replace("c-morning", "c-other"))
    digest = await desk.digest()
    assert digest.destinations[0].paused is None
    desk.publish("flood", FLOOD)
    await desk.post("again")
    newest = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=1
    )
    assert newest[0].state == "sent"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("every 2 minutes Europe/Berlin", "every 0 minutes"), "schedule"),
        (("2 minutes Europe/Berlin", "2 minutes Europe/Berlim"), "Europe/Berlin"),
        (('["articles"]', '["nowhere"]'), "nowhere"),
        (('["articles"]', '["ftp://x.example/feed"]'), "http"),
        (('["articles"]', "[]"), "sources"),
        (('["morning"]', '["evening"]'), "known: morning"),
        (('platform = "local"', 'platform = "irc"'), "platform"),
        (('id = "newsroom"', ""), "missing"),
        (('zone = "Europe/Berlin"', 'zone = "Mars/Phobos"'), "Mars/Phobos"),
        (('name = "Morning brief"', 'name = "Morning brief"\nstoreis = 3'), "storeis"),
        (('name = "Morning brief"', 'name = "M"\nstories = 99'), "15"),
        (('name = "Morning brief"', 'name = "M"\nquiet_hours = "late"'), "quiet_hours"),
        (('name = "Morning brief"', 'name = "M"\ninclude = ["/(/"]'), "filter"),
        (('name = "Morning brief"', 'name = "M"\nlanguage = "klingon!"'), "language"),
        (('name = "Morning brief"', 'name = "M"\nlanguage = "xx"'), "no language «xx»"),
        (('name = "Morning brief"', 'name = "M"\nlanguage = "german"'), "mean «de»"),
        (("[[workspace]]", "[[workspace"), "TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place(bare, change, says):
    old, new = change
    assert old in CONFIGURATION
    told = mistakes(bare, CONFIGURATION.replace(old, new, 1))
    assert "wrong.toml" in told
    assert says in told


def test_all_mistakes_are_told_together(bare):
    text = CONFIGURATION.replace("every 2 minutes", "every 0 minutes")
    told = mistakes(bare, text.replace('["morning"]', '["evening"]'))
    assert len(told.splitlines()) == 2


def test_names_that_stand_twice_are_told(bare):
    twice = CONFIGURATION + CONFIGURATION[CONFIGURATION.index("[[workspace.digest]]") :]
    assert "stands twice" in mistakes(bare, twice)


def test_a_file_that_is_not_there_is_told(bare):
    with pytest.raises(ConfigurationError, match=r"absent\.toml cannot be read"):
        config_file.read(bare.home / "absent.toml")


async def test_a_refused_file_leaves_nothing_half_done(bare):
    with pytest.raises(ConfigurationError):
        await bare.apply(CONFIGURATION.replace("every 2 minutes", "every 0 minutes"))
    assert await bare.archive.all_digests() == ()
