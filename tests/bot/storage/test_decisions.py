"""Decisions of compositions: kept while recent, and found by article."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.model.scope import Scope
from bot.storage import Connection, Database, decision_store, schema
from digests.messages import Message
from digests.types import ArticleDecision
from tests.bot.storage.builders import NOW, Tenant, a_tenant, an_occurrence


def decision(article: str = "1", reason: str = "Ranked below.") -> ArticleDecision:
    return ArticleDecision(
        article=article,
        story="s-a",
        stage="rank",
        outcome="left out",
        reason=Message(reason),
    )


def record(
    connection: Connection,
    tenant: Tenant,
    *several: ArticleDecision,
    at: datetime = NOW,
) -> None:
    occurrence = an_occurrence(connection, tenant, slot=str(at.timestamp()))
    assert occurrence is not None
    decision_store.add_decisions(
        connection,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        occurrence_id=occurrence.id,
        decisions=several,
        now=at,
    )


def about(
    connection: Connection, tenant: Tenant, *articles: str, limit: int = 9
) -> tuple[decision_store.StoredDecision, ...]:
    return decision_store.list_decisions(
        connection, Scope(tenant.workspace.id), articles=articles, limit=limit
    )


def rows(connection: Connection) -> int:
    query = select(func.count()).select_from(schema.compositions)
    return int(connection.execute(query).scalar_one())


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


async def test_a_decision_comes_back_as_it_was_made(database: Database, tenant: Tenant):
    copy = ArticleDecision(
        article="2",
        story=None,
        stage="filter",
        outcome="left out",
        reason=Message("It contains «x»."),
        duplicate_of="1",
    )
    await database.write(record, tenant, decision(), copy)
    (one,) = await database.read(about, tenant, "1")
    (two,) = await database.read(about, tenant, "2")
    assert (one.decision, two.decision) == (decision(), copy)
    assert (one.digest_id, one.made_at) == (tenant.digest.id, NOW)


async def test_the_newest_of_several_decisions_comes_first(
    database: Database, tenant: Tenant
):
    later = NOW + timedelta(hours=1)
    await database.write(record, tenant, decision(reason="First."))
    await database.write(record, tenant, decision(reason="Then."), at=later)
    found = await database.read(about, tenant, "1")
    assert [str(f.decision.reason) for f in found] == ["Then.", "First."]


async def test_the_same_again_is_kept_once_with_its_last_moment(
    database: Database, tenant: Tenant
):
    for minutes in range(5):
        at = NOW + timedelta(minutes=minutes)
        await database.write(record, tenant, decision(), at=at)
    (found,) = await database.read(about, tenant, "1")
    assert (found.made_at, found.last_seen_at) == (NOW, NOW + timedelta(minutes=4))
    assert await database.read(rows) == 1


async def test_only_the_newest_compositions_of_a_digest_are_kept(
    database: Database, tenant: Tenant
):
    for number in range(decision_store.MAX_COMPOSITIONS + 5):
        at = NOW + timedelta(minutes=number)
        await database.write(record, tenant, decision(reason=f"No. {number}"), at=at)
    assert await database.read(rows) == decision_store.MAX_COMPOSITIONS
    (newest,) = await database.read(about, tenant, "1", limit=1)
    assert str(newest.decision.reason) == f"No. {decision_store.MAX_COMPOSITIONS + 4}"


async def test_decisions_older_than_a_month_are_pruned(
    database: Database, tenant: Tenant
):
    await database.write(record, tenant, decision(reason="Old."))
    later = NOW + decision_store.MAX_COMPOSITION_AGE + timedelta(minutes=1)
    await database.write(record, tenant, decision(reason="New."), at=later)
    found = await database.read(about, tenant, "1")
    assert [str(f.decision.reason) for f in found] == ["New."]


async def test_another_workspace_learns_nothing(database: Database, tenant: Tenant):
    stranger = await database.write(a_tenant, name="stranger")
    await database.write(record, tenant, decision())
    assert await database.read(about, stranger, "1") == ()
