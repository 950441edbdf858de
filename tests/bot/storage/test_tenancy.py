"""What one workspace stores is seen nowhere else; each holds a word of its own."""

import importlib
import inspect
import pkgutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

import bot.storage
from bot.storage import (
    Connection,
    Database,
    arrivals,
    articles,
    changes,
    decisions,
    deliveries,
    destinations,
    digests,
    editions,
    figures,
    grants,
    messages,
    occurrences,
    quotes,
    schema,
    search,
    sources,
    stories,
    workspaces,
)
from bot.storage.grants import Grant
from digests.language.lookup import wanted
from digests.types import Decision, Membership, Told
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    House,
    a_figure,
    a_house,
    a_quote,
    an_edition,
    an_issue,
    keep,
    parts,
)

CANARY = "quetzal"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: Sweeps of the clock, the outbox and the intake, which work for everybody, and what
#: belongs to no workspace at all.
FOR_EVERYBODY = {
    "articles.fresh",
    "articles.heard",
    "articles.store",
    "articles.store_analysis",
    "checkup.damage",
    "claims.claim",
    "claims.expired",
    "claims.look_again",
    "claims.next_wakeup",
    "claims.uncertain_due",
    "claims.waiting",
    "deliveries.outdated",
    "deliveries.record_failed",
    "deliveries.record_held",
    "deliveries.record_retry",
    "deliveries.record_sent",
    "deliveries.record_uncertain",
    "figures.store",
    "files.problems",
    "invocations.first_time",
    "invocations.prune",
    "keys.secret",
    "leases.give_back",
    "leases.holder",
    "leases.take",
    "notices.claim",
    "notices.locate",
    "notices.next_moment",
    "notices.record",
    "notices.settle",
    "notices.uncertain",
    "occurrences.due",
    "occurrences.earliest_deferred",
    "quotes.store",
    "search.drop",
    "search.keep",
    "schedules.due",
    "schedules.earliest",
    "schedules.page",
    "sources.by_key",
    "sources.due",
    "sources.earliest",
    "sources.in_use",
    "sources.let_rest",
    "sources.of_digests",
    "sources.record",
    "undoing.settle",
    "workspaces.by_external",
    "workspaces.ensure",
    "workspaces.try_again",
    "workspaces.every",
    "workspaces.present",
}
#: Pieces from which verbs are built.
PIECES = {"dialects", "outgoing", "revisions", "migrate", "engines"}


def full_house(connection: Connection, name: str) -> House:
    """A workspace in which every row says the canary's word."""
    house = a_house(connection, name=name)
    text = f"The {CANARY} lock. “We kept the {CANARY} out,” said {CANARY}. 3 km."
    stored = keep(
        connection,
        house,
        id=CANARY,
        text=text,
        title=CANARY,
        quoted=(a_quote(text, speaker=CANARY),),
        counted=(a_figure(text, "3 km"),),
    )
    stories.record(
        connection,
        workspace_id=house.workspace.id,
        memberships=[Membership(article=str(stored.article_id), story="s-before")],
        now=NOW,
    )
    stories.settle(
        connection,
        workspace_id=house.workspace.id,
        memberships=[Membership(article=str(stored.article_id), story="s-canary")],
        now=NOW,
    )
    issue = an_issue(
        connection,
        house,
        edition=an_edition(title=CANARY),
        told=Told(stories=frozenset({CANARY})),
    )
    decisions.record(
        connection,
        workspace_id=house.workspace.id,
        digest_id=house.digest.id,
        occurrence_id=issue.occurrence_id,
        decisions=[
            Decision(
                article=str(stored.article_id),
                story="s-canary",
                stage="rank",
                outcome="chosen",
                reason=CANARY,
            )
        ],
        now=NOW,
    )
    deliveries.add(
        connection,
        workspace_id=house.workspace.id,
        issue=issue,
        destination=house.destination,
        parts=parts(words=CANARY),
        now=NOW,
    )
    (claimed,) = deliveries.claim(
        connection, now=NOW, lease=timedelta(minutes=1), limit=1
    )
    deliveries.record_sent(connection, claimed, message_id=CANARY, now=NOW)
    messages.put(connection, workspace_id=house.workspace.id, delivery=claimed, at=NOW)
    grants.give(
        connection,
        workspace_id=house.workspace.id,
        grant=Grant(kind="person", external_id=CANARY),
    )
    change = changes.propose(
        connection,
        workspace_id=house.workspace.id,
        steps=[{"name": CANARY}],
        person_id="p",
        person_name=CANARY,
        now=NOW,
    )
    changes.settle(
        connection,
        workspace_id=house.workspace.id,
        public_id=change.public_id,
        person_id="p",
        person_name=CANARY,
        now=NOW,
    )
    return house


def everything_seen_by(connection: Connection, me: int, other: House) -> dict[str, Any]:
    """All that the verbs give to workspace `me`, asked with the other's keys."""
    here: dict[str, Any] = {"workspace_id": me}
    theirs = connection.execute(select(schema.editions)).first()
    assert theirs is not None
    article = connection.execute(select(schema.articles.c.id)).scalar_one()
    revision = connection.execute(select(schema.revisions.c.id)).scalar_one()
    message = connection.execute(select(schema.local_messages.c.key)).scalar_one()
    change = connection.execute(select(schema.changes.c.public_id)).scalar_one()
    digest = here | {"digest_id": other.digest.id}
    return {
        "workspace": workspaces.by_id(connection, **here),
        "destinations": destinations.in_workspace(connection, **here),
        "channel": destinations.by_channel(connection, **here, channel="full-news"),
        "sources": sources.in_workspace(connection, **here),
        "digests": digests.in_workspace(connection, **here),
        "digest": digests.by_id(connection, **digest),
        "occurrences": occurrences.newest(connection, **digest, count=9),
        "occurrence": occurrences.by_id(
            connection, **here, occurrence_id=theirs.occurrence_id
        ),
        "edition": editions.by_public_id(
            connection, **here, public_id=theirs.public_id
        ),
        "edition by key": editions.by_id(connection, **here, edition_id=theirs.id),
        "newest": editions.newest_in(connection, **here),
        "newest there": editions.newest_in(
            connection, **here, destination_id=other.destination.id
        ),
        "telling": editions.telling(connection, **here, story="s-aaaaaa"),
        "told": editions.told(connection, **digest),
        "deliveries": deliveries.newest(connection, **here, count=9),
        "of edition": deliveries.of_edition(connection, **here, edition_id=theirs.id),
        "article": articles.by_id(connection, **here, article_id=article),
        "search": search.newest(connection, **here, wanted=wanted(CANARY), limit=9),
        "quotes": quotes.by_speaker(connection, **here, limit=9),
        "speaker": quotes.by_speaker(connection, **here, speaker=CANARY, limit=9),
        "speakers": quotes.speakers(connection, **here, prefix="", limit=9),
        "figures": figures.about_topic(
            connection, **here, article_ids=[article], limit=9
        ),
        "story": stories.of_article(connection, **here, article_id=article),
        "story's": stories.articles_of(connection, **here, story="s-canary"),
        "known": stories.known(connection, **here, articles=[str(article)]),
        "present": stories.present(connection, **here, story="s-canary"),
        "at hand": stories.at_hand(connection, **here, stories=["s-canary"], limit=9),
        "arrived": arrivals.since(
            connection, **here, dated=LONG_AGO, fetched=LONG_AGO, limit=9
        ),
        "moves": arrivals.moves(connection, **here, after=0).stories,
        "loaded": arrivals.load(connection, **here, revision_ids=[revision]),
        "facts": arrivals.facts(connection, **here, article_id=article),
        "decided": decisions.about(
            connection, **here, articles=[str(article)], limit=9
        ),
        "messages": messages.newest(
            connection, **here, channel="full-news", count=9, after=0
        ),
        "grants": grants.in_workspace(connection, **here),
        "granted": grants.holds(connection, **here, person_id=CANARY, roles=()),
        "change": changes.by_public_id(connection, **here, public_id=change),
        "changes": changes.newest(connection, **here, count=9),
        "message": messages.find(connection, **here, channel="full-news", key=message),
    }


async def test_nothing_of_one_workspace_is_seen_in_another(database: Database):
    full = await database.write(full_house, "full")
    empty = await database.write(a_house, name="empty")

    seen = await database.read(everything_seen_by, empty.workspace.id, full)

    assert CANARY not in repr(seen)
    assert "full" not in repr(seen)


async def test_its_own_workspace_sees_all_of_it(database: Database):
    """The control of the test above: the same questions, and every one answered."""
    full = await database.write(full_house, "full")

    seen = await database.read(everything_seen_by, full.workspace.id, full)

    assert [name for name, answer in seen.items() if not answer] == []


async def test_nothing_of_one_workspace_is_changed_from_another(database: Database):
    full = await database.write(full_house, "full")
    empty = await database.write(a_house, name="empty")
    here: dict[str, Any] = {"workspace_id": empty.workspace.id}

    def meddle(connection: Connection) -> list[Any]:
        place = here | {"destination_id": full.destination.id}
        change = connection.execute(select(schema.changes.c.public_id)).scalar_one()
        digest = here | {"digest_id": full.digest.id}
        return [
            destinations.rename(connection, **place, name="mine"),
            destinations.pause(connection, **place, reason="mine"),
            destinations.resume(connection, **place),
            destinations.remove(connection, **place),
            digests.rename(connection, **digest, name="mine"),
            digests.pause(connection, **digest),
            digests.delete_one(connection, **digest, now=NOW),
            digests.restore(connection, **digest),
            changes.settle(
                connection,
                **here,
                public_id=change,
                person_id="p",
                person_name="mine",
                now=NOW,
            ),
            occurrences.settle(connection, **here, occurrence_id=1, state="skipped"),
            deliveries.release(connection, **here, delivery_id=1, now=NOW),
        ]

    before = await database.read(everything_seen_by, full.workspace.id, full)
    answers = await database.write(meddle)
    after = await database.read(everything_seen_by, full.workspace.id, full)

    assert not any(answers)
    assert after == before


async def test_a_public_article_is_seen_only_by_workspaces_that_use_its_source(
    database: Database,
):
    user = await database.write(a_house, name="user", shared=True)
    other = await database.write(a_house, name="other")
    await database.write(keep, user, quoted=(a_quote(TEXT),))

    found = [
        await database.read(
            search.newest,
            workspace_id=house.workspace.id,
            wanted=wanted("lock"),
            limit=9,
        )
        for house in (user, other)
    ]

    assert [len(hits) for hits in found] == [1, 0]


async def test_erasing_a_workspace_erases_all_of_it_and_nothing_else(
    database: Database,
):
    full = await database.write(full_house, "full")
    public = await database.write(a_house, name="kept", shared=True)
    await database.write(keep, public)

    await database.write(workspaces.erase, workspace_id=full.workspace.id)

    def count(connection: Connection) -> dict[str, int]:
        return {
            table.name: connection.execute(
                select(func.count()).select_from(table)
            ).scalar_one()
            for table in schema.metadata.sorted_tables
        }

    left = {name: rows for name, rows in (await database.read(count)).items() if rows}
    assert left == {
        "workspaces": 1,
        "destinations": 1,
        "sources": 1,
        "digests": 1,
        "digest_sources": 1,
        "digest_destinations": 1,
        "articles": 1,
        "article_ids": 1,
        "revisions": 1,
        "searchable": 1,
    }


def verbs() -> dict[str, inspect.Signature]:
    found = {}
    for module in pkgutil.iter_modules(bot.storage.__path__):
        if module.name in PIECES or module.ispkg:
            continue
        loaded = importlib.import_module(f"bot.storage.{module.name}")
        for name, verb in vars(loaded).items():
            is_ours = getattr(verb, "__module__", "") == loaded.__name__
            if inspect.isfunction(verb) and is_ours and not name.startswith("_"):
                signature = inspect.signature(verb)
                if "connection" in signature.parameters:
                    found[f"{module.name}.{name}"] = signature
    return found


def test_every_verb_takes_the_workspace_or_is_listed_here():
    without = {
        name for name, verb in verbs().items() if "workspace_id" not in verb.parameters
    }

    assert without == FOR_EVERYBODY


@pytest.mark.parametrize("name", sorted(verbs()))
def test_every_verb_takes_a_connection_first_and_the_workspace_without_default(
    name: str,
):
    parameters = list(verbs()[name].parameters.values())
    workspace = verbs()[name].parameters.get("workspace_id")

    assert parameters[0].name == "connection"
    if workspace is not None:
        assert workspace.kind is inspect.Parameter.KEYWORD_ONLY
        assert workspace.default is inspect.Parameter.empty
