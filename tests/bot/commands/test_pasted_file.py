"""A pasted configuration file: shown as a diff, applied as a whole, round trips."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.configuration import file_import
from bot.configuration.change_steps import ChangeContext, ChangeRequest
from bot.configuration.changes import confirm_proposal, propose_requests
from bot.errors import UserError
from bot.model import Location, PlatformName
from bot.platforms.plugins import load_plugins
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import CONFIGURATION, BotHarness
from tests.bot.ingest.newswire import Newswire
from tests.wire.server import answer

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["https://news.example/feed.xml"]
destinations = ["morning"]
schedule = "daily at 18:00 Europe/Berlin"
exclude = ["rumour"]
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def exported(harness: BotHarness) -> str:
    """The output of `/newsdesk config export`."""
    place = await harness.place()
    return await harness.db.read(
        file_import.dump_configuration, workspace_id=place.workspace.id, paths=False
    )


async def test_without_a_file_it_asks_for_one_with_room_for_lines(ana: Editor):
    form = await ana.is_asked("newsdesk config apply")
    assert [(f.name, f.lines) for f in form.fields] == [
        ("file", True),
        ("prune", False),
    ]


async def test_the_difference_is_shown_and_nothing_is_done(ana: Editor):
    text = (await exported(ana.harness)).replace("stories = 5", "stories = 7") + SECOND
    reported = said(await ana.says("newsdesk config apply", file=text))
    assert "The digest «Morning brief»\n\n\nstories: 5 → 7" in reported
    assert "New digest «Evening»" in reported
    assert [d.name for d in await ana.harness.archive.all_digests()] == [
        "Morning brief"
    ]


async def test_it_is_one_change_made_and_reverted_as_a_whole(ana: Editor):
    before = await exported(ana.harness)
    text = before.replace("stories = 5", "stories = 7") + SECOND
    saved = await ana.does("newsdesk config apply", file=text)
    assert (await ana.harness.digest()).options.stories == 7
    assert (await ana.harness.digest("Evening")).options.exclude == ("rumour",)
    await ana.presses(await ana.presses(saved, "Take this back"), "Confirm")
    assert await exported(ana.harness) == before


async def test_what_the_file_does_not_name_stays_unless_it_is_to_go(ana: Editor):
    alone = await exported(ana.harness)
    await ana.does("newsdesk config apply", file=SECOND)
    await ana.does("newsdesk access grant", who="ben")
    answer = await ana.says("newsdesk config apply", file=alone)
    assert "Nothing would change" in said(answer)
    shown = await ana.says("newsdesk config apply", file=alone, prune="yes")
    assert "The digest «Evening» is removed" in said(shown)
    assert "No longer an editor: person ben" in said(shown)
    await ana.presses(shown, "Confirm")
    assert await exported(ana.harness) == alone


async def test_one_digest_alone_is_a_file(ana: Editor):
    await ana.does("newsdesk config apply", file=SECOND)
    assert (await ana.harness.digest("Evening")).options.stories == 5


async def test_a_destination_that_is_renamed_by_a_file_can_go(ana: Editor):
    text = (await exported(ana.harness)).replace('"morning"', '"dawn"')
    text = text.replace("c-morning", "c-dawn")
    await ana.does("newsdesk config apply", file=text, prune="yes")
    (place,) = (await ana.harness.digest()).destinations
    assert (place.name, place.channel) == ("dawn", "c-dawn")
    assert "morning" not in await exported(ana.harness)


async def test_of_a_file_for_several_only_ones_own_part_is_taken(ana: Editor):
    rival = CONFIGURATION.replace('"newsroom"', '"rival"').replace("brief", "rival")
    await ana.harness.apply(rival)
    text = (await ana.harness.db.read(file_import.dump_configuration)).replace(
        "stories = 5", "stories = 9"
    )
    await ana.does("newsdesk config apply", file=text, prune="yes")
    assert (await ana.harness.digest("Morning brief")).options.stories == 9
    assert (await ana.harness.digest("Morning rival")).options.stories == 5


@pytest.mark.parametrize(
    ("file", "tells"),
    [
        ("[[workspace", "not valid TOML"),
        ("=" * 200_001, "too long"),
        ("x = " + "[" * 5_000, "nested too deeply"),
        (".".join("x" * 50_000) + " = 1", "nested too deeply"),
        ("x = " + "1" * 5_000, "number in it is too long"),
        ("\n".join(f"x{n} = 1" for n in range(3_001)), "more than 3000 values"),
        (
            '[[workspace]]\nplatform = "discord"\nid = "1"\n',
            "no block for this workspace",
        ),
        ("workspace = 7", "workspace: "),
        (SECOND.replace("exclude", "exlcude"), "exlcude: Unknown name"),
        (SECOND.replace("daily at", "dialy at"), "Try «"),
        (SECOND.replace("morning", "nowhere"), "known: morning"),
        (SECOND.replace("https://news.example/feed.xml", "/etc"), "only by the config"),
        (SECOND.replace("https://", "file://"), "neither a folder nor"),
        (SECOND + SECOND, "is listed twice"),
        (f"[[workspace]]\neditors = ['everyone']\n{SECOND}", "«person ID»"),
        ('[[workspace]]\nid = "newsroom"\n', "nothing to set up"),
        (f"{CONFIGURATION}\n{CONFIGURATION}", "two blocks"),
    ],
)
async def test_a_mistake_is_shown_beside_the_text_which_is_kept(
    ana: Editor, file: str, tells: str
):
    form = await ana.is_asked("newsdesk config apply", file=file)
    assert tells in errors(form)["file"]
    assert form.fields[0].value == file.strip()


async def test_several_mistakes_are_reported_together(ana: Editor):
    file = SECOND.replace("exclude", "exlcude") + "\nstories = 99\n"
    reported = errors(await ana.is_asked("newsdesk config apply", file=file))["file"]
    assert len(reported.splitlines()) == 2


@pytest.mark.parametrize(("platform", "kind"), [("discord", ""), ("slack", "C")])
async def test_a_channel_closed_to_the_editor_cannot_be_named(
    empty_harness: BotHarness, platform: PlatformName, kind: str
):
    """The bot may post there; the editor may not."""
    text = CONFIGURATION.replace('"local"', f'"{platform}"')
    await empty_harness.apply(text.replace("c-morning", f"{kind}2001"))
    place = await empty_harness.inbox.workspace_of(platform, "newsroom", "")
    here = Location(workspace=place, channel=f"{kind}2002")
    ana = Editor(harness=empty_harness, place=here)
    file = f'[[workspace.destination]]\nname = "theirs"\nchannel = "{kind}9009"\n'
    form = await ana.is_asked("newsdesk config apply", file=file)
    assert f"channel {kind}9009 is not a destination yet" in errors(form)["file"]
    mine = file.replace("9009", "2002").replace("theirs", "mine")
    assert "New destination «mine»" in said(
        await ana.says("newsdesk config apply", file=mine)
    )


async def test_people_with_a_grant_cannot_grant_access_by_a_file(ana: Editor):
    await ana.does("newsdesk access grant", who="ben")
    ben = replace(
        ana,
        person=replace(ana.person, id="ben", permission=type(ana.person.permission)(0)),
    )
    answer = await ben.says(
        "newsdesk config apply", file="[[workspace]]\neditors = ['person eve']\n"
    )
    assert "Only people who manage" in said(answer)


async def test_what_changed_meanwhile_is_not_overwritten(ana: Editor):
    text = (await exported(ana.harness)).replace("stories = 5", "stories = 7")
    shown = await ana.says("newsdesk config apply", file=text)
    await ana.also("Bo").sets("language", "de")
    assert "changed by Bo in the meantime" in said(await ana.presses(shown, "Confirm"))
    assert (await ana.harness.digest()).options.stories == 5


async def test_secrets_and_folders_that_an_export_hides_are_known_again(ana: Editor):
    secret = "https://news.example/feed.xml?key=s3cret"
    await ana.does(
        "newsdesk config apply",
        file=SECOND.replace("https://news.example/feed.xml", secret),
    )
    text = await exported(ana.harness)
    assert "s3cret" not in text
    assert str(ana.harness.home) not in text
    assert "Nothing would change" in said(
        await ana.says("newsdesk config apply", file=text, prune="yes")
    )


# ── by URL ─────────────────────────────────────────────────────────────────────


async def test_a_file_is_fetched_from_its_address(newswire: Newswire):
    await newswire.harness.apply()
    ana = await editor(newswire.harness)
    newswire.shelf["/set-up.toml"] = answer(SECOND.encode())
    await ana.does("newsdesk config apply", file=newswire.url("/set-up.toml"))
    assert (await newswire.harness.digest("Evening")).name == "Evening"


async def test_an_unreachable_or_binary_file_is_reported(newswire: Newswire):
    await newswire.harness.apply()
    ana = await editor(newswire.harness)
    newswire.shelf["/set-up.toml"] = answer(b"\xff\xfe\x00")
    gone = await ana.is_asked("newsdesk config apply", file=newswire.url("/gone.toml"))
    assert "404" in errors(gone)["file"]
    odd = await ana.is_asked("newsdesk config apply", file=newswire.url("/set-up.toml"))
    assert "not UTF-8" in errors(odd)["file"]


# ── round trip ─────────────────────────────────────────────────────────────────

NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]),
    min_size=1,
    max_size=12,
)
USES = ["always", "never"]
WORDS = st.lists(st.text("abc xyz\"'\\é", min_size=1, max_size=8), max_size=3)
DAYS = st.dates(date(2027, 1, 1), date(2028, 1, 1))


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """A digest as chat can create it."""
    sources = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True))
    listed = [f"https://news{n}.example/f?key={n}" for n in sources]
    return {
        "name": draw(NAMES),
        "sources": listed,
        "paused_sources": draw(st.lists(st.sampled_from(listed), unique=True)),
        "source_names": draw(st.dictionaries(st.sampled_from(listed), NAMES)),
        "full_text": draw(
            st.dictionaries(st.sampled_from(listed), st.sampled_from(USES))
        ),
        "destinations": draw(st.sampled_from([[], ["morning"]])),
        "schedule": draw(
            st.sampled_from(
                [
                    [],
                    ["weekdays at 8:30 Europe/Berlin"],
                    ["every 2 hours", "mon, thu at 9:00 Asia/Tokyo"],
                ]
            )
        ),
        "quiet_hours": draw(st.sampled_from([None, "22:00-07:00"])),
        "paused": draw(st.booleans()),
        "paused_until": draw(st.none() | DAYS),
        "skip": draw(st.none() | st.lists(DAYS, max_size=3, unique=True)),
        "stories": draw(st.integers(1, 15)),
        "summary": draw(st.sampled_from(["short", "medium", "long"])),
        "quotes": draw(st.integers(0, 5)),
        "figures": draw(st.booleans()),
        "brief": draw(st.integers(0, 12)),
        "include": draw(WORDS),
        "exclude": draw(WORDS),
        "language": draw(st.sampled_from(["en", "de", "de-AT"])),
    }


@pytest.fixture
def at_harness(harness: BotHarness) -> Callable[[], BotHarness]:
    """Hypothesis prints every argument; a newsroom is too long for that."""
    return lambda: harness


@settings(
    max_examples=25,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(entry=entries(), zone=st.sampled_from(["UTC", "Asia/Tokyo"]))
async def test_settings_from_chat_round_trip_through_a_file(
    at_harness: Callable[[], BotHarness], entry: dict[str, Any], zone: str
):
    harness = at_harness()
    await harness.apply(prune=True)
    ana = await editor(harness)
    asked = await harness.asks("newsdesk set", True, None, {})
    context = ChangeContext(
        plugins=load_plugins(), now=harness.clock.now(), person=asked.person
    )
    requests = [
        ChangeRequest(
            noun="zone", name="zone", edit=lambda _: {"name": "zone", "zone": zone}
        ),
        ChangeRequest(noun="digest", name=entry["name"], edit=lambda _: entry),
    ]
    try:
        change = await harness.db.write(
            propose_requests, asked.place, requests, context
        )
    except UserError:
        assume(False)  # not what chat can create: bidirectional signs, say
    await harness.db.write(confirm_proposal, asked.place, change.id, context)

    text = await exported(harness)

    answer = await ana.says("newsdesk config apply", file=text, prune="yes")
    assert "Nothing would change" in said(answer)
    whole = await harness.db.read(file_import.dump_configuration)
    assert await harness.apply(whole, prune=True) == ()
