"""Decisions of compositions: kept while they are news, and found by article."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.storage import Connection, Database, decisions, schema
from digests.types import Decision
from tests.bot.storage.builders import NOW, House, a_house, an_occurrence


def decision(article: str = "1", reason: str = "Ranked below.") -> Decision:
    return Decision(
        article=article, story="s-a", stage="rank", outcome="left out", reason=reason
    )


def record(
    connection: Connection, house: House, *several: Decision, at: datetime = NOW
) -> None:
    occurrence = an_occurrence(connection, house, slot=str(at.timestamp()))
    assert occurrence is not None
    decisions.record(
        connection,
        workspace_id=house.workspace.id,
        digest_id=house.digest.id,
        occurrence_id=occurrence.id,
        decisions=several,
        now=at,
    )


def about(
    connection: Connection, house: House, *articles: str, limit: int = 9
) -> tuple[decisions.Decided, ...]:
    return decisions.about(
        connection, workspace_id=house.workspace.id, articles=articles, limit=limit
    )


def rows(connection: Connection) -> int:
    query = select(func.count()).select_from(schema.compositions)
    return int(connection.execute(query).scalar_one())


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


async def test_a_decision_comes_back_as_it_was_made(database: Database, house: House):
    copy = Decision(
        article="2",
        story=None,
        stage="filter",
        outcome="left out",
        reason="It contains «x».",
        duplicate_of="1",
    )
    await database.write(record, house, decision(), copy)
    (one,) = await database.read(about, house, "1")
    (two,) = await database.read(about, house, "2")
    assert (one.decision, two.decision) == (decision(), copy)
    assert (one.digest_id, one.made_at) == (house.digest.id, NOW)


async def test_the_newest_of_several_decisions_comes_first(
    database: Database, house: House
):
    later = NOW + timedelta(hours=1)
    await database.write(record, house, decision(reason="First."))
    await database.write(record, house, decision(reason="Then."), at=later)
    found = await database.read(about, house, "1")
    assert [f.decision.reason for f in found] == ["Then.", "First."]


async def test_the_same_again_is_kept_once_with_its_last_moment(
    database: Database, house: House
):
    for minutes in range(5):
        at = NOW + timedelta(minutes=minutes)
        await database.write(record, house, decision(), at=at)
    (found,) = await database.read(about, house, "1")
    assert (found.made_at, found.last_at) == (NOW, NOW + timedelta(minutes=4))
    assert await database.read(rows) == 1


async def test_only_the_newest_compositions_of_a_digest_are_kept(
    database: Database, house: House
):
    for number in range(decisions.KEPT + 5):
        at = NOW + timedelta(minutes=number)
        await database.write(record, house, decision(reason=f"No. {number}"), at=at)
    assert await database.read(rows) == decisions.KEPT
    (newest,) = await database.read(about, house, "1", limit=1)
    assert newest.decision.reason == f"No. {decisions.KEPT + 4}"


async def test_what_is_older_than_a_month_goes(database: Database, house: House):
    await database.write(record, house, decision(reason="Old."))
    later = NOW + decisions.FOR + timedelta(minutes=1)
    await database.write(record, house, decision(reason="New."), at=later)
    found = await database.read(about, house, "1")
    assert [f.decision.reason for f in found] == ["New."]


async def test_another_workspace_learns_nothing(database: Database, house: House):
    stranger = await database.write(a_house, name="stranger")
    await database.write(record, house, decision())
    assert await database.read(about, stranger, "1") == ()
