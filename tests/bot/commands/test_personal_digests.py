"""Personal digests: set up, sent, stopped, exported, erased; private to the person."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands import personal
from bot.errors import SendRefused, UserError
from bot.model import Document, Form, Permission, Person, Preformatted, Reply
from bot.model.scope import PersonScope, Scope
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    destination_store,
    ledger_store,
    personal_digest_store,
    reader_store,
    schedule_store,
    schema,
)
from digests.messages import Message
from digests.types import PublishedLedger
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import BRIDGE, FLOOD, POOL, BotHarness, open_harness
from tests.bot.storage.builders import NOW, a_stored_edition, a_tenant, parts

BEN = Person(id="ben", name="Ben", permission=Permission.EVERYONE)
WEEKLY = """
[[workspace]]
platform = "local"
id = "newsroom"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "c-morning"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "sundays at 9:00 Europe/Berlin"
"""


@pytest.fixture
async def quiet(empty_harness: BotHarness) -> BotHarness:
    """A newsroom whose channel posts nothing before Sunday; today is Tuesday."""
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish("pool", POOL)
    await empty_harness.apply(WEEKLY)
    return empty_harness


@pytest.fixture
async def ben(quiet: BotHarness) -> Editor:
    """A reader in it."""
    return replace(await editor(quiet), person=BEN)


def own(harness: BotHarness, person: str = "ben") -> list[str]:
    """Texts of the messages that the person was sent."""
    return [
        str(m.payload["text"])
        for m in harness.platform.messages
        if m.channel == f"person:{person}"
    ]


async def tomorrow(harness: BotHarness) -> None:
    """The next morning, 8:00 in Berlin."""
    harness.clock.advance(timedelta(hours=19))
    await harness.wake()


# ── what is sent ───────────────────────────────────────────────────────────────


async def test_it_comes_at_its_hour_to_its_person_alone(quiet: BotHarness, ben: Editor):
    answer = said(await ben.says("news me", time="7:30"))
    assert "daily at 07:30, Europe/Berlin" in answer
    assert "tomorrow 07:30" in answer
    await quiet.wake()
    assert own(quiet) == []
    await tomorrow(quiet)
    assert "Harbour bridge" in "\n".join(own(quiet))
    assert {m.channel for m in quiet.platform.messages} == {"person:ben"}


async def test_it_comes_in_the_zone_that_was_named(ben: Editor):
    answer = said(await ben.says("news me", time="weekdays at 7:30 America/New_York"))
    assert "weekdays at 07:30, America/New_York" in answer
    assert "Time zone: America/New_York" in said(await ben.says("news me"))


async def test_once_is_once(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    count = len(own(quiet))
    for _ in range(3):
        await quiet.wake()
    assert len(own(quiet)) == count


async def test_what_the_channel_showed_is_left_out(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    await quiet.post()
    quiet.publish("flood", FLOOD)
    await tomorrow(quiet)
    reported = "\n".join(own(quiet))
    assert "Brannock" in reported
    assert "Harbour bridge" not in reported


async def test_stories_undone_in_the_channel_are_sent(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    await quiet.post()
    ana = await editor(quiet)
    asked = await ana.says("newsdesk undo")
    await ana.presses(asked, "Take it back")
    await tomorrow(quiet)
    assert "Harbour bridge" in "\n".join(own(quiet))


async def test_nothing_new_is_silence_with_a_reason(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    await quiet.post()
    await tomorrow(quiet)
    assert own(quiet) == []
    assert "Nothing new" in said(await ben.says("news me"))


async def test_only_followed_topics_are_included(quiet: BotHarness, ben: Editor):
    await ben.says("news follow", topic="Ada Brandt")
    assert "names one of: Ada Brandt" in said(await ben.says("news me", time="7:30"))
    await tomorrow(quiet)
    reported = "\n".join(own(quiet))
    assert "Harbour bridge" in reported
    assert "pool" not in reported


@pytest.mark.parametrize("way", ["more", "less"])
async def test_more_and_less_change_the_order(quiet: BotHarness, ben: Editor, way: str):
    await quiet.post("seen")
    answer = said(await ben.says("news me", time="7:30"))
    assert "Next: tomorrow 07:30" in answer
    bridge = await ben.says("news story", story="bridge")
    reported = said(await ben.presses(bridge, f"{way.capitalize()} like this"))
    assert "This counts in your own digest, next tomorrow 07:30." in reported
    quiet.publish("harbour", HARBOUR)
    quiet.publish("library", LIBRARY)
    await tomorrow(quiet)
    text = "\n".join(own(quiet))
    first_is_harbour = text.index("Harbour master") < text.index("Library")
    assert first_is_harbour is (way == "more")


HARBOUR = """---
title: Harbour master of Hallin retires after forty years
source: Hallin Courier
published: 2026-11-24T13:00:00+00:00
lang: en
---
The harbour master of Hallin retires in December after forty years in office.

The council thanked Jorun Tveit for her work on the quays and the pilots.
"""
LIBRARY = """---
title: Library of Torvale opens on Sundays from January
source: Torvale Herald
published: 2026-11-24T13:00:00+00:00
lang: en
---
The library of Torvale opens on Sundays from January, the council decided on Tuesday.

The council will pay for two more librarians and for longer hours of its café.
"""


async def test_the_workspaces_digest_is_not_touched_by_what_one_follows(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news follow", topic="pool")
    await ben.says("news me", time="7:30")
    outcome = await quiet.post()
    assert len(outcome.stored_edition.edition.stories) == 2


# ── set up, stopped, started ───────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", ["every 5 minutes", "7:00, 8:00, 9:00 and 10:00"])
async def test_it_does_not_come_all_day(ben: Editor, wrong: str):
    assert "up to 3 times" in said(await ben.says("news me", time=wrong))
    assert "no digest of your own" in said(await ben.says("news me"))


async def test_what_is_no_time_is_refused_with_one_that_is(ben: Editor):
    answer = await ben.says("news me", time="wekdays at 7:30")
    assert answer.problem
    assert "weekdays at 7:30" in said(answer)


async def test_the_form_holds_what_is_set(ben: Editor):
    shown = await ben.says("news me")
    form = await pressed(ben, shown, "Set up")
    assert isinstance(form, Form)
    answer = await ben.answers(form, time="7:30", language="en")
    again = await pressed(ben, answer, "Change")
    assert isinstance(again, Form)
    assert [f.value for f in again.fields] == ["daily at 7:30 Europe/Berlin", "en"]


async def pressed(who: Editor, answer: Reply | Form, label: str) -> Reply | Form:
    assert isinstance(answer, Reply)
    control = next(c.id for c in answer.controls if c.label.startswith(label))
    event = who.harness.inbox.press(await who._event("", {}), control)
    return await who.harness.inbox.dispatch(event)


async def test_stopped_it_comes_no_more_until_it_is_let(quiet: BotHarness, ben: Editor):
    set_up = await ben.says("news me", time="7:30")
    await ben.presses(set_up, "Stop it")
    await tomorrow(quiet)
    assert own(quiet) == []
    await ben.presses(await ben.says("news me"), "Start it again")
    quiet.clock.advance(timedelta(days=1))
    await quiet.wake()
    assert own(quiet) != []


async def test_off_stops_it_too(ben: Editor):
    await ben.says("news me", time="7:30")
    assert "stopped" in said(await ben.says("news me", time="off"))


async def test_closed_messages_are_reported_once_and_can_be_resumed(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news me", time="7:30")
    quiet.platform.script(SendRefused("You take no direct messages.", may_return=True))
    await tomorrow(quiet)
    assert own(quiet) == []

    reported = said(await ben.says("news help"))
    assert "Your own digest is paused: You take no direct messages." in reported
    assert "digest is paused" not in said(await ben.says("news help"))
    shown = await ben.says("news me")
    assert "Paused: You take no direct messages." in said(shown)
    await ben.presses(shown, "Start it again")
    await quiet.wake()
    assert "Harbour bridge" in "\n".join(own(quiet))


async def test_a_channel_never_waits_behind_a_crowd(
    quiet: BotHarness, ben: Editor, monkeypatch: pytest.MonkeyPatch
):
    await quiet.apply(WEEKLY.replace("sundays at 9:00", "daily at 7:45"))
    people = [ben, ben.also("Cleo")]
    for who in people:
        await who.says("news me", time="7:30")
    monkeypatch.setattr("bot.publishing.editions.PERSONAL_BUDGET_SECONDS", -1.0)
    await tomorrow(quiet)
    assert {m.channel for m in quiet.platform.messages} == {"c-morning"}
    assert [await _due(quiet, who) for who in people] == [True, True]
    monkeypatch.setattr("bot.publishing.editions.PERSONAL_BUDGET_SECONDS", 60.0)
    await quiet.wake()
    assert [await _due(quiet, who) for who in people] == [False, False]


async def test_channel_editions_are_composed_before_personal_ones(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news me", time="7:30")
    await quiet.apply(WEEKLY.replace("sundays at 9:00", "daily at 7:45"))
    await tomorrow(quiet)
    # The channel posted all of it a moment before, although its slot was later.
    assert own(quiet) == []
    assert "Nothing new" in said(await ben.says("news me"))


async def _due(harness: BotHarness, who: Editor) -> bool:
    mine = await harness.db.read(
        personal_digest_store.find_personal_digest, PersonScope(1, who.person.id)
    )
    assert mine is not None
    last = await harness.db.read(
        schedule_store.list_newest_occurrences, Scope(1), digest_id=mine.id, count=1
    )
    return not last or last[0].state == "due"


# ── private to the person ──────────────────────────────────────────────────────


async def test_editors_see_how_many_there_are_and_nothing_of_them(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news follow", topic="harbour")
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    ana = await editor(quiet)
    assert "1 reader has a digest of their own." in said(
        await ana.says("newsdesk status")
    )
    for path in (
        "newsdesk status", "newsdesk home", "newsdesk config export",
        "newsdesk history", "newsdesk doctor",
    ):  # fmt: skip
        answer = said(await ana.says(path))
        assert "ben" not in answer, path
        assert "Your digest" not in answer, path
    for page in ("places", "digests:1", "reports", "problems"):
        answer = said(await ana.sees(page))
        assert "ben" not in answer, page
        assert "Your digest" not in answer, page


async def test_why_does_not_reveal_what_others_follow(quiet: BotHarness, ben: Editor):
    await ben.says("news follow", topic="zeppelin")
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    assert "zeppelin" in said(await ben.at("person:ben").says("news why", story="pool"))
    for who in (await editor(quiet), ben.also("Cleo")):
        assert "zeppelin" not in said(await who.says("news why", story="pool"))


async def test_a_story_by_its_id_is_not_shown_from_anothers_edition(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news follow", topic="pool")
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    there = ben.at("person:ben")
    detail = await there.says("news story", story="1")
    story = detail.controls[0].id.split(":")[2]
    assert "about pool" in said(await there.says("news why", story=story))
    assert "about pool" not in said(
        await ben.also("Cleo").says("news why", story=story)
    )


async def test_a_past_edition_of_another_is_not_found(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    mine = next(
        iter(await quiet.db.read(personal_digest_store.list_personal_editions, WHOSE))
    )[0]
    assert not (await ben.says("news latest", edition=mine)).problem
    cleo = ben.also("Cleo")
    for path, args in (
        ("news latest", {"edition": mine}),
        ("news story", {"story": f"{mine} 1"}),
        ("newsdesk correct", {"number": f"{mine} 1", "text": "Otherwise."}),
    ):
        who = await editor(quiet) if path.startswith("newsdesk") else cleo
        answer = await who.asks(path, **args)
        assert isinstance(answer, Form) or answer.problem, path
    assert mine not in said(await cleo.says("news search", words="harbour bridge"))


WHOSE = PersonScope(workspace_id=1, person_id="ben")


async def test_anothers_edition_is_not_the_newest_here(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    cleo = ben.also("Cleo")
    assert "No edition has been posted here" in said(await cleo.says("news latest"))
    elsewhere = cleo.at("c-unknown")
    assert "No edition has been posted here" in said(
        await elsewhere.says("news latest")
    )


async def test_a_number_counts_in_ones_own_edition_where_it_was_sent(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news follow", topic="pool")
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    there = ben.at("person:ben")
    assert "pool" in (await there.says("news story", story="1")).title


async def test_no_editor_can_send_to_a_person(quiet: BotHarness):
    ana = await editor(quiet)
    for channel, name in (("person:ben", "ben"), ("c-x", "person:ben")):
        answer = await ana.at(channel).visits("here", name=name)
        if isinstance(answer, Reply) and not answer.problem:
            answer = await ana.presses(answer, "Confirm")
        assert isinstance(answer, Form) or answer.problem, channel
    places = await quiet.archive.local_destinations("ben")
    assert [place.name for place in places[1]] == ["morning"]


async def test_no_destination_leads_to_a_person_or_is_called_so(quiet: BotHarness):
    for name, channel in (("ben", "person:ben"), ("person:ben", "c-x")):
        with pytest.raises(UserError, match="/news me"):
            await quiet.db.write(
                destination_store.upsert_destination,
                Scope(1),
                name=name,
                channel=channel,
            )
    with pytest.raises(UserError, match="/news me"):
        await quiet.db.write(
            destination_store.rename_destination,
            Scope(1),
            destination_id=1,
            name="person:ben",
        )


async def test_applying_a_file_with_prune_leaves_personal_digests_alone(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news me", time="7:30")
    await quiet.apply(WEEKLY, prune=True)
    await tomorrow(quiet)
    assert own(quiet) != []


async def test_a_digest_may_be_called_like_ones_own(quiet: BotHarness, ben: Editor):
    same = "Sunday at 9:00 Europe/Berlin"
    await ben.says("news me", time=same)
    await ben.also("Cleo").says("news me", time="8:30")
    await quiet.apply(WEEKLY.replace("Morning brief", "Your digest"))
    theirs = await quiet.digest("Your digest")
    assert (theirs.person, theirs.schedules) == (None, (same,))
    assert "Sunday at 09:00, Europe/Berlin" in said(await ben.says("news me"))


# ── leaving ────────────────────────────────────────────────────────────────────


async def everything(quiet: BotHarness, ben: Editor) -> None:
    """Use every personal feature as Ben."""
    await quiet.post()
    quiet.publish("flood", FLOOD)
    await ben.presses(await ben.says("news story", story="1"), "Save")
    await ben.says("news follow", topic="market square")
    bridge = await ben.says("news story", story="bridge")
    await ben.presses(bridge, "More like this")
    await ben.says("news report", story="1", text="It was Monday.")
    await ben.chooses_language("en")
    await ben.says("news me", time="7:30")
    await tomorrow(quiet)
    assert own(quiet)


async def test_me_shows_what_is_kept(quiet: BotHarness, ben: Editor):
    await everything(quiet, ben)
    shown = said(await ben.says("news me"))
    for word in (
        "market square",
        "Saved: 1 story",
        "Likes and dislikes: 1 story",
        "It was Monday.",
    ):
        assert word in shown


async def test_all_of_it_is_exported_as_json(quiet: BotHarness, ben: Editor):
    await everything(quiet, ben)
    answer = await ben.presses(await ben.says("news me"), "Export")
    (file,) = [b for b in answer.blocks if isinstance(b, Document)]
    assert file.name == "standfirst-me.json"
    of_everything(json.loads(file.text))


async def test_where_no_file_is_taken_it_can_be_had_in_parts(
    quiet: BotHarness, ben: Editor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.model.reply.LISTING_LENGTH", 300)
    monkeypatch.setattr(personal, "MAX_BLOCKS", 2)
    await everything(quiet, ben)
    answer = await ben.presses(await ben.says("news me"), "Export")
    answer = await ben.presses(answer, "Show it in parts")
    pieces = [b.text for b in answer.blocks if isinstance(b, Preformatted)]
    while any(c.label == "Next part" for c in answer.controls):
        answer = await ben.presses(answer, "Next part")
        pieces += [b.text for b in answer.blocks if isinstance(b, Preformatted)]
    of_everything(json.loads("\n".join(pieces)))


def of_everything(data: Any) -> None:
    assert data["follows"] == [{"kind": "topic", "name": "market square"}]
    assert data["reports"][0]["text"] == "It was Monday."
    assert data["saved"][0]["story"].startswith("s-")
    assert data["feedback"][0]["wanted"] == "more"
    assert len(data["own digest"]["editions"]) == 1


async def test_erasing_asks_first_and_is_complete(quiet: BotHarness, ben: Editor):
    await everything(quiet, ben)
    ana = await editor(quiet)
    await ana.presses(await ana.says("news story", story="1"), "Save")
    asked = await ben.presses(await ben.says("news me"), "Erase")
    assert "It was Monday." in said(await ben.says("news me"))

    assert "Erased" in said(await ben.presses(asked, "Erase everything"))

    assert await quiet.db.read(rows_of, "ben") == {}
    assert set(await quiet.db.read(rows_of, "ana")) == {"saved_stories"}
    assert "No report is open" in said(await ana.sees("reports"))
    quiet.publish("library", LIBRARY)
    before = len(own(quiet))
    quiet.clock.advance(timedelta(days=1))
    await quiet.wake()
    assert len(own(quiet)) == before


def rows_of(connection: Connection, person: str) -> dict[str, int]:
    """Table → its rows of the person, in every table with a column for people."""
    found = {}
    for table in schema.metadata.sorted_tables:
        if "person_id" in table.c:
            rows = connection.execute(
                table.select().where(table.c.person_id == person)
            ).all()
            if rows:
                found[table.name] = len(rows)
    return found


async def test_erasing_removes_pending_notices(quiet: BotHarness, ben: Editor):
    await ben.says("news me", time="7:30")
    asked = await ben.presses(await ben.says("news me"), "Erase")
    _, places = await quiet.archive.local_destinations("ben")
    await quiet.db.write(
        destination_store.pause_destination,
        Scope(1),
        destination_id=places[-1].id,
        reason=Message("You take no direct messages."),
    )
    await ben.presses(asked, "Erase everything")
    assert await quiet.db.read(rows_of, "ben") == {}


async def test_people_cannot_erase_each_other(quiet: BotHarness, ben: Editor):
    await everything(quiet, ben)
    asked = await ben.presses(await ben.says("news me"), "Erase")
    refused = await ben.also("Cleo").presses(asked, "Erase everything")
    assert refused.problem
    assert "It was Monday." in said(await ben.says("news me"))


async def test_an_old_button_erases_nothing(quiet: BotHarness, ben: Editor):
    await everything(quiet, ben)
    asked = await ben.presses(await ben.says("news me"), "Erase")
    quiet.clock.advance(timedelta(hours=2))
    assert (await ben.presses(asked, "Erase everything")).problem


async def test_a_person_without_anything_is_not_written_down(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news me")
    await ben.says("news help")
    assert await quiet.db.read(rows_of, "ben") == {}


# ── one in each workspace, on both databases ───────────────────────────────────


async def test_two_who_set_theirs_up_at_once_have_one_each(database_url: str, tmp_path):
    async with open_harness(database_url, tmp_path) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply(WEEKLY)
        first = replace(await editor(harness), person=BEN)
        for who in (first, first.also("Cleo"), first):
            assert not (await who.says("news me", time="7:30")).problem
        assert (
            await harness.db.read(
                personal_digest_store.count_personal_digests, Scope(1)
            )
            == 2
        )
        await tomorrow(harness)
        assert own(harness, "ben")
        assert own(harness, "cleo")
        await harness.db.write(reader_store.erase_person, PersonScope(1, "ben"))
        assert (
            await harness.db.read(
                personal_digest_store.count_personal_digests, Scope(1)
            )
            == 1
        )


async def test_the_published_ledger_of_channels_is_per_workspace(database: Database):
    def two(connection: Connection) -> tuple[int, int]:
        full = a_tenant(connection, name="full")
        stored_edition = a_stored_edition(
            connection, full, published=PublishedLedger(stories=frozenset({"s-told"}))
        )
        delivery_store.add_deliveries(
            connection,
            Scope(full.workspace.id),
            stored_edition=stored_edition,
            destination=full.destination,
            parts=parts(),
            now=NOW,
        )
        return full.workspace.id, a_tenant(connection, name="empty").workspace.id

    mine, other = await database.write(two)
    shown = ledger_store.get_channel_ledger
    reported = await database.read(shown, Scope(mine), now=NOW)
    assert reported.stories == {"s-told"}
    assert not (await database.read(shown, Scope(other), now=NOW)).stories


async def test_languages_are_called_by_their_names(harness: BotHarness):
    ana = await editor(harness)
    page = said(await ana.says("news me"))
    assert "Answers in: English, as the platform says" in page
    assert "German" in page
    assert "Antworten auf: Deutsch" in said(await ana.chooses_language("de"))


async def test_the_next_times_call_ones_own_digest_so_in_every_language(
    quiet: BotHarness, ben: Editor
):
    await ben.says("news me", time="7:30")
    assert "Your digest" in said(await ben.presses_below("v1:next:here"))
    await ben.chooses_language("de")
    reported = said(await ben.presses_below("v1:next:here"))
    assert "Mein Digest" in reported
    assert "Your digest" not in reported


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Your digest"), ("de", "Mein Digest")]
)
async def test_its_heading_is_in_the_language_of_its_editions(
    quiet: BotHarness, ben: Editor, language: str, heading: str
):
    await ben.chooses_language("de")
    await ben.says("news me", time="7:30", language=language)
    own = await quiet.db.read(
        personal_digest_store.find_personal_digest,
        PersonScope(ben.place.workspace.id, ben.person.id),
    )
    assert own is not None
    assert own.name == heading
    # A new language changes it.
    await ben.says("news me", language="de")
    assert "Mein Digest" in said(await ben.presses_below("v1:next:here"))
