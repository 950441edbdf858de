"""The configuration file: all errors at once, idempotent, exported again."""

import pytest

from bot.configuration import file_import
from bot.errors import ConfigurationError
from bot.model.scope import Scope
from bot.platforms.plugins import load_plugins
from bot.storage import delivery_store, schema
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
schedule = ["daily at 18:00 Europe/Berlin"]
stories = 3
include = ["bridge", "/budgets?/"]
"""


async def mistakes(harness: BotHarness, text: str) -> str:
    file = harness.home / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as found:
        await harness.db.read(
            file_import.plan_changes,
            file_import.read_file(file, load_plugins()),
            prune=False,
            now=harness.clock.now(),
        )
    return str(found.value)


async def test_applying_twice_changes_nothing_the_second_time(empty_harness):
    first = await empty_harness.apply()
    assert [c.kind for c in first] == ["add", "add", "add"]
    assert await empty_harness.apply() == ()


async def test_the_plan_names_what_would_change(harness):
    wanted = CONFIGURATION + "stories = 3\n"
    (change,) = await harness.apply(wanted)
    assert (change.kind, change.text) == (
        "change",
        "digest «Morning brief»: stories: 5 → 3",
    )


async def test_the_plan_names_the_channel_that_a_destination_moves_to(harness):
    (change,) = await harness.apply(CONFIGURATION.replace("c-morning", "c-square"))
    assert change.text == "destination «morning»: channel: c-morning → c-square"


async def test_a_dry_run_changes_nothing(harness):
    file = harness.home / "more.toml"
    file.write_text(CONFIGURATION + SECOND, encoding="utf-8")
    wanted = file_import.read_file(file, load_plugins())
    planned = await harness.db.read(
        file_import.plan_changes, wanted, prune=False, now=harness.clock.now()
    )
    assert [c.kind for c in planned] == ["add"]
    assert len(await harness.archive.all_digests()) == 1


async def test_without_prune_nothing_is_removed(harness):
    await harness.apply(CONFIGURATION + SECOND)
    assert await harness.apply() == ()
    assert len(await harness.archive.all_digests()) == 2


async def test_prune_removes_what_the_file_does_not_name(harness):
    await harness.apply(CONFIGURATION + SECOND)
    (change,) = await harness.apply(prune=True)
    assert (change.kind, change.text) == ("remove", "digest «Evening»")
    assert len(await harness.archive.all_digests()) == 1


async def test_an_untouched_digest_keeps_its_next_due_moment(harness):
    before = await harness.publisher.next_due()
    harness.clock.advance(seconds=90)
    await harness.apply(CONFIGURATION + SECOND)
    assert await harness.publisher.next_due() == before


async def test_export_round_trips(harness):
    await harness.apply(CONFIGURATION + SECOND)
    text = await harness.db.read(file_import.dump_configuration)
    assert await harness.apply(text, prune=True) == ()


FEED = "https://news.example/feed.xml"
EXCERPTS = SECOND.replace('"articles"', f'"{FEED}"')


async def test_whether_pages_are_read_is_set_by_source(harness):
    wanted = f'{EXCERPTS}full_text = {{ "{FEED}" = "never" }}\n'
    await harness.apply(CONFIGURATION + wanted)
    (source,) = (await harness.digest("Evening")).sources
    assert source.full_text == "never"
    text = await harness.db.read(file_import.dump_configuration)
    assert f'[workspace.digest.full_text]\n"{FEED}" = "never"' in text
    assert await harness.apply(text, prune=True) == ()


async def test_auto_is_what_a_file_need_not_write(harness):
    wanted = f'{EXCERPTS}full_text = {{ "{FEED}" = "auto" }}\n'
    await harness.apply(CONFIGURATION + wanted)
    assert "full_text" not in await harness.db.read(file_import.dump_configuration)


async def test_a_stopped_destination_resumes_after_apply(harness):
    from bot.errors import SendRefused

    harness.platform.script(SendRefused("The channel was deleted."))
    await harness.post()
    await harness.apply(CONFIGURATION.replace("c-morning", "c-other"))
    digest = await harness.digest()
    assert digest.destinations[0].paused is None
    harness.publish("flood", FLOOD)
    await harness.post("again")
    newest = await harness.db.read(
        delivery_store.list_newest_deliveries, Scope(digest.workspace_id), count=1
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
        (('name = "Morning brief"', 'name = "M"\nlanguage = "germann"'), "mean «de»"),
        (
            ('name = "Morning brief"', 'name = "M"\nfull_text = { articles = "yes" }'),
            "one of: auto, always, never",
        ),
        (
            ('name = "Morning brief"', 'name = "M"\nfull_text = "never"'),
            "write names with their values",
        ),
        (
            (
                'name = "Morning brief"',
                'name = "M"\nfull_text = { "https://b.example/f" = "never" }',
            ),
            "none of the digest's sources",
        ),
        (("[[workspace]]", "[[workspace"), "TOML"),
    ],
)
async def test_a_mistake_is_reported_with_its_place(empty_harness, change, says):
    old, new = change
    assert old in CONFIGURATION
    reported = await mistakes(empty_harness, CONFIGURATION.replace(old, new, 1))
    assert "wrong.toml" in reported
    assert says in reported


async def test_all_mistakes_are_reported_together(empty_harness):
    text = CONFIGURATION.replace("every 2 minutes", "every 0 minutes")
    reported = await mistakes(empty_harness, text.replace('["morning"]', '["evening"]'))
    assert len(reported.splitlines()) == 2


FIVE = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
schedule = "every 0 minutes"
stories = 99
storeis = 3
exclude = ["/(/"]

[[workspace.destination]]
name = "other"
"""


async def test_five_mistakes_of_every_kind_are_five_lines(empty_harness):
    reported = await mistakes(empty_harness, CONFIGURATION + FIVE)
    places = [line.split(": ")[1] for line in reported.splitlines()]
    here = "workspace «newsroom»"
    assert set(places) == {
        f"{here}, destination «other», channel",
        f"{here}, digest «Evening», exclude",
        f"{here}, digest «Evening», schedule",
        f"{here}, digest «Evening», stories",
        f"{here}, digest «Evening», storeis",
    }
    assert len(places) == 5


@pytest.mark.parametrize(
    ("platform", "channel", "says"),
    [
        ("slack", "#news", "«#news» is not the id of a Slack channel. Write the id"),
        ("slack", "news", "C0123456789: Slack shows it in the channel's details"),
        ("slack", "c0123456789", "is not the id of a Slack channel"),
        ("slack", "<#C0123456789|news>", "is not the id of a Slack channel"),
        ("discord", "#news", "«#news» is not the id of a Discord channel. Write the"),
        ("discord", "<#2001>", "right-click the channel and choose «Copy Channel ID»"),
    ],
)
async def test_a_channel_written_by_its_name_is_refused_with_what_to_write(
    empty_harness, platform, channel, says
):
    text = CONFIGURATION.replace('"local"', f'"{platform}"')
    reported = await mistakes(empty_harness, text.replace("c-morning", channel))
    assert "destination «morning»" in reported
    assert says in reported


@pytest.mark.parametrize(
    ("platform", "channel"),
    [("slack", "C0123456789"), ("slack", "G01"), ("discord", "2001"), ("local", "#a")],
)
async def test_a_channel_written_by_its_id_is_accepted(
    empty_harness, platform, channel
):
    text = CONFIGURATION.replace('"local"', f'"{platform}"')
    assert await empty_harness.apply(text.replace("c-morning", channel))


async def test_a_channel_that_was_accepted_before_does_not_prevent_other_changes(
    empty_harness,
):
    text = CONFIGURATION.replace('"local"', '"slack"').replace("c-morning", "C01")
    await empty_harness.apply(text)
    named = schema.destinations.update().values(channel="#news")
    await empty_harness.db.write(lambda conn: conn.execute(named) and None)
    (change,) = await empty_harness.apply(text.replace("C01", "#news") + "stories = 3")
    assert change.text == "digest «Morning brief»: stories: 5 → 3"


async def test_a_secret_that_is_not_known_is_reported_beside_the_others(empty_harness):
    text = CONFIGURATION.replace('["articles"]', '["https://…@a.example/feed"]')
    reported = await mistakes(empty_harness, text + "stories = 99\n")
    assert len(reported.splitlines()) == 2


async def test_duplicate_names_are_reported(empty_harness):
    twice = CONFIGURATION + CONFIGURATION[CONFIGURATION.index("[[workspace.digest]]") :]
    assert "is listed twice" in await mistakes(empty_harness, twice)


def test_a_missing_file_is_reported(empty_harness):
    with pytest.raises(ConfigurationError, match=r"absent\.toml cannot be read"):
        file_import.read_file(empty_harness.home / "absent.toml", load_plugins())


async def test_a_refused_file_leaves_nothing_half_done(empty_harness):
    with pytest.raises(ConfigurationError):
        await empty_harness.apply(
            CONFIGURATION.replace("every 2 minutes", "every 0 minutes")
        )
    assert await empty_harness.archive.all_digests() == ()
