"""Deleting a workspace: previewed, confirmed by name, done in steps, complete."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.model import Form, Permission, Person
from bot.model.scope import Scope
from bot.operations.maintenance import REJOIN_PERIOD, Maintenance
from bot.storage import (
    Connection,
    deletion_store,
    digest_store,
    schema,
    workspace_store,
)
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import (
    BRIDGE,
    CONFIGURATION,
    FLOOD,
    POOL,
    BotHarness,
    open_harness,
)

RIVAL = (
    CONFIGURATION.replace('"newsroom"', '"rival"')
    .replace("articles", "others")
    .replace("Morning brief", "Rival brief")
)

TRAM = """---
title: Trams of Orsa run through the night from May
source: Orsa Post
published: 2026-11-24T12:02:00+00:00
lang: en
---
The trams of Orsa will run through the night from May on three lines, the council said.
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """Ana in a workspace that has posted, beside another that has posted too."""
    (harness.home / "others").mkdir()
    (harness.home / "others" / "flood.txt").write_text(FLOOD, encoding="utf-8")
    await harness.apply(RIVAL)
    await harness.wake()
    harness.clock.advance(minutes=5)
    await harness.wake()
    return await editor(harness)


def maintenance(harness: BotHarness) -> Maintenance:
    return Maintenance(db=harness.db, clock=harness.clock)


async def erased(ana: Editor) -> None:
    shown = await ana.says("newsdesk erase")
    form = await pressed(ana, shown)
    assert isinstance(form, Form)
    answer = await ana.answers(form, name="newsroom")
    assert "It is being erased" in said(answer)


async def pressed(ana: Editor, shown: Any) -> Any:
    control = ana.harness.inbox.press(await ana._event("", {}), shown.controls[0].id)
    return await ana.harness.inbox.dispatch(control)


def counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(
            select(func.count()).select_from(table)
        ).scalar_one()
        for table in schema.metadata.sorted_tables
    }


#: The words of the search index, and what maintenance counts.
_LEFT_OUT = {"terms", "stored_articles"}


def rows_of(connection: Connection) -> dict[str, list[Any]]:
    return {
        table.name: [
            tuple(row)
            for row in connection.execute(
                select(*(c for c in table.columns if c.name not in _LEFT_OUT))
            )
        ]
        for table in schema.metadata.sorted_tables
        if table.name not in {"erasures", "invocations", "leases", "keys"}
    }


# ── before it begins ───────────────────────────────────────────────────────────


async def test_it_previews_the_deletion_and_erases_nothing(ana: Editor):
    before = await ana.harness.db.read(rows_of)
    reported = said(await ana.says("newsdesk erase"))
    assert "All stored data of «newsroom» would be erased" in reported
    assert "Editions: 1" in reported
    assert "Their articles: 2" in reported
    assert await ana.harness.db.read(rows_of) == before


async def test_its_button_asks_for_the_name(ana: Editor):
    form = await pressed(ana, await ana.says("newsdesk erase"))
    assert [(f.name, f.required) for f in form.fields] == [("name", True)]


@pytest.mark.parametrize("name", ["rival", "news", "yes"])
async def test_another_name_erases_nothing_and_asks_again(ana: Editor, name: str):
    before = await ana.harness.db.read(rows_of)
    form = await pressed(ana, await ana.says("newsdesk erase"))
    again = await ana.is_asked_again(form, name=name)
    assert "type «newsroom»" in said(again)
    await maintenance(ana.harness).run()
    assert await ana.harness.db.read(rows_of) == before


async def test_a_name_without_a_preview_erases_nothing(ana: Editor):
    form = await ana.is_asked("newsdesk erase", name="newsroom")
    assert "First see what would be erased" in said(form)
    await maintenance(ana.harness).run()
    assert (await ana.harness.digest()).name == "Morning brief"


async def test_a_preview_of_another_person_is_no_confirmation(ana: Editor):
    await ana.says("newsdesk erase")
    form = await ana.also("Bo").is_asked("newsdesk erase", name="newsroom")
    assert "First see" in said(form)


async def test_a_preview_expires_after_an_hour(ana: Editor):
    await ana.says("newsdesk erase")
    ana.harness.clock.advance(minutes=61)
    form = await ana.is_asked("newsdesk erase", name="newsroom")
    assert "First see" in said(form)


async def test_people_with_a_grant_cannot_erase(ana: Editor):
    await ana.does("newsdesk access grant", who="bo")
    bo = replace(ana, person=Person(id="bo", name="Bo", permission=Permission.EVERYONE))
    assert "Only people who manage" in said(await bo.says("newsdesk erase"))
    await ana.says("newsdesk erase")
    answer = await bo.asks("newsdesk erase", name="newsroom")
    assert "Only people who manage" in said(answer)


async def test_the_button_of_another_workspace_is_refused(ana: Editor):
    shown = await ana.says("newsdesk erase")
    there = Editor(harness=ana.harness, place=await ana.harness.place("rival"))
    with pytest.raises(Exception, match="does not belong here"):
        await pressed(there, shown)


# ── after it has started ───────────────────────────────────────────────────────


async def test_the_workspace_disappears_at_once_for_everybody(ana: Editor):
    await erased(ana)
    newcomer = await ana.harness.inbox.workspace_of("local", "newsroom", "")
    assert newcomer.id != ana.place.workspace.id
    digests = await ana.harness.db.read(digest_store.list_digests, Scope(newcomer.id))
    assert digests == ()
    for folder in ("articles", "others"):
        file = ana.harness.home / folder / "news.txt"
        file.write_text(TRAM, encoding="utf-8")
    ana.harness.clock.advance(minutes=5)
    await ana.harness.wake()
    sent = {m.payload["edition"] for m in ana.harness.platform.messages}
    assert len(sent) == 3  # one of its own, and now two of the other's


async def test_everything_of_it_and_nothing_else_is_erased(
    database_url: str, tmp_path: Path
):
    async with open_harness(database_url, tmp_path) as harness:
        (tmp_path / "others").mkdir()
        (tmp_path / "others" / "flood.txt").write_text(FLOOD, encoding="utf-8")
        await harness.apply(RIVAL)
        harness.clock.advance(minutes=5)
        await harness.wake()
        before = await harness.db.read(counts)
        rival = await harness.db.read(rows_of)
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
        harness.clock.advance(seconds=30)
        ana = await editor(harness)
        await harness.post()
        await ana.sets("stories", "7")
        await ana.does("newsdesk access grant", who="bo")
        assert (await harness.db.read(counts))["articles"] == before["articles"] + 2

        await erased(ana)
        await maintenance(harness).run()

        after = await harness.db.read(counts)
        left = {"erasures": 1, "invocations": after["invocations"]}
        assert after == before | left
        assert await harness.db.read(rows_of) == rival


async def test_it_is_erased_in_steps_between_which_others_write(
    ana: Editor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.operations.maintenance.ERASURE_ROWS", 1)
    monkeypatch.setattr("bot.operations.maintenance.ERASURE_PAUSE", 0)
    await erased(ana)
    work = asyncio.ensure_future(maintenance(ana.harness).run())
    other = Editor(harness=ana.harness, place=await ana.harness.place("rival"))
    await other.sets("stories", "7", target="Rival brief")
    assert not work.done()
    await work
    assert await ana.harness.db.read(deletion_store.list_ordered_erasures) == ()


async def test_one_step_takes_a_bounded_number_of_rows(ana: Editor):
    await erased(ana)
    going = ana.place.workspace.id
    sizes, more = [], True
    while more:
        before = sum((await ana.harness.db.read(counts)).values())
        more = await ana.harness.db.write(
            deletion_store.erase_some_rows, Scope(going), rows=3
        )
        sizes.append(before - sum((await ana.harness.db.read(counts)).values()))
    # An article takes its version and the findings in it along.
    assert max(sizes) <= 20
    assert sum(sizes) > 30


async def test_a_step_without_an_order_does_nothing(ana: Editor):
    here = ana.place.workspace.id
    assert not await ana.harness.db.write(
        deletion_store.erase_some_rows, Scope(here), rows=500
    )
    assert (await ana.harness.digest()).name == "Morning brief"


async def test_a_process_that_ends_halfway_is_carried_on(
    sqlite_url: str, tmp_path: Path, ana: Editor
):
    await erased(ana)
    key = ana.place.workspace.id
    for _ in range(4):
        await ana.harness.db.write(deletion_store.erase_some_rows, Scope(key), rows=1)
    async with open_harness(sqlite_url, tmp_path) as again:
        await maintenance(again).run()
        assert await again.db.read(workspace_store.find_workspace, Scope(key)) is None


async def test_one_line_stays_without_contents(ana: Editor):
    await erased(ana)
    await maintenance(ana.harness).run()
    line = await ana.harness.db.read(
        deletion_store.find_last_erasure, platform="local", external_id="newsroom"
    )
    assert line is not None
    assert (line.person_id, line.reason, line.counts["editions"]) == ("ana", "asked", 1)
    assert line.done_at == ana.harness.clock.now()
    await ana.harness.inbox.workspace_of("local", "newsroom", "")
    reported = said(await (await editor(ana.harness)).says("newsdesk history"))
    assert "All data was erased" in reported
    assert "by ana" in reported


async def test_no_word_of_it_stays_in_the_file(
    sqlite_url: str, tmp_path: Path, ana: Editor
):
    """Not in free pages, not in the search index, not in the write-ahead log."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    secret = "Quetzalcoatlite"
    ana.harness.publish("secret", BRIDGE.replace("bridge", secret))
    await ana.harness.post()
    # The search index stores stems.
    stem = secret[:-3].lower().encode()
    assert any(stem in held.lower() for held in contents(file))
    await erased(ana)
    await maintenance(ana.harness).run()
    assert not any(stem in held.lower() for held in contents(file))
    assert sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def contents(file: Path) -> list[bytes]:
    return [path.read_bytes() for path in file.parent.glob(f"{file.name}*")]


QUILL = Person(id="quill-4711", name="Quill", permission=Permission.EVERYONE)


async def erases_personal_data(ana: Editor) -> None:
    quill = replace(ana, person=QUILL)
    await quill.presses(await quill.says("news story", story="1"), "Save")
    await quill.says("news follow", topic="market square")
    await quill.says("news me", time="7:30")
    mine = await quill.says("news me")
    asked = await quill.presses(mine, "Erase")
    assert "Erased" in said(await quill.presses(asked, "Erase everything"))


async def test_no_word_of_a_person_stays_in_the_file_once_they_erased_their_data(
    sqlite_url: str, ana: Editor
):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    await erases_personal_data(ana)
    assert not any(b"quill-4711" in held for held in contents(file))


async def test_what_a_reader_of_the_database_held_back_is_removed_afterwards(
    sqlite_url: str, ana: Editor
):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM keys").fetchone()
        await erases_personal_data(ana)
        assert any(b"quill-4711" in held for held in contents(file))
    await maintenance(ana.harness).run()
    assert not any(b"quill-4711" in held for held in contents(file))


async def test_what_a_writer_frees_is_overwritten(ana: Editor):
    def read(connection: Connection) -> Any:
        return connection.exec_driver_sql("PRAGMA secure_delete").scalar()

    assert await ana.harness.db.write(read) == 1


# ── after the bot was removed ──────────────────────────────────────────────────


async def test_a_workspace_without_the_bot_is_erased_after_thirty_days(ana: Editor):
    key = ana.place.workspace.id
    await ana.harness.inbox.left("local", "newsroom")
    ana.harness.clock.advance(REJOIN_PERIOD - timedelta(minutes=1))
    await maintenance(ana.harness).run()
    assert (
        await ana.harness.db.read(workspace_store.find_workspace, Scope(key))
        is not None
    )
    ana.harness.clock.advance(minutes=2)
    await maintenance(ana.harness).run()
    assert await ana.harness.db.read(workspace_store.find_workspace, Scope(key)) is None
    line = await ana.harness.db.read(
        deletion_store.find_last_erasure, platform="local", external_id="newsroom"
    )
    assert line is not None
    assert (line.reason, line.person_id) == ("left", None)
    assert (await ana.harness.place("rival")).workspace.name == "rival"


async def test_coming_back_within_thirty_days_keeps_everything(ana: Editor):
    await ana.harness.inbox.left("local", "newsroom")
    ana.harness.clock.advance(days=29)
    back = await ana.harness.inbox.workspace_of("local", "newsroom", "")
    ana.harness.clock.advance(days=29)
    await maintenance(ana.harness).run()
    assert back.id == ana.place.workspace.id
    assert (await ana.harness.digest()).name == "Morning brief"


async def test_the_days_are_checked_once_a_day(ana: Editor):
    keeping = maintenance(ana.harness)
    await keeping.run()
    await ana.harness.inbox.left("local", "newsroom")
    ana.harness.clock.advance(REJOIN_PERIOD)
    ana.harness.clock.advance(hours=1)
    key = ana.place.workspace.id
    await keeping.run()
    assert await ana.harness.db.read(workspace_store.find_workspace, Scope(key)) is None
