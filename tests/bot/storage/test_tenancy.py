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
    corrections,
    decisions,
    deliveries,
    destinations,
    digests,
    editions,
    erasing,
    feedback,
    figures,
    follows,
    grants,
    messages,
    occurrences,
    past,
    personal,
    quotes,
    readers,
    reports,
    saved,
    schema,
    search,
    sources,
    stories,
    wordings,
    workspaces,
)
from bot.storage.corrections import Correction
from bot.storage.feedback import Feedback
from bot.storage.follows import Follow
from bot.storage.grants import Grant
from bot.storage.readers import Reader, Whose
from bot.storage.saved import Saved
from digests.amending import Amendment
from digests.cards import make
from digests.language.lookup import wanted
from digests.types import Card, Decision, Membership, Note, Told
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    House,
    a_figure,
    a_house,
    a_quote,
    an_edition,
    an_issue,
    erase,
    keep,
    parts,
)
from tests.builders import an_article

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
    "corrections.due",
    "deliveries.outdated",
    "deliveries.record_failed",
    "deliveries.record_held",
    "deliveries.record_retry",
    "deliveries.record_sent",
    "deliveries.record_uncertain",
    "erasing.last_of",
    "erasing.left_before",
    "erasing.ordered",
    "erasing.smooth",
    "figures.store",
    "files.damage",
    "files.problems",
    "install_states.consume",
    "install_states.issue",
    "installations.claim",
    "installations.find",
    "installations.forget",
    "installations.keep",
    "installations.settle",
    "outdated.empty_articles",
    "outdated.empty_editions",
    "outdated.forget_changes",
    "outdated.forget_corrections",
    "outdated.forget_decisions",
    "outdated.forget_messages",
    "outdated.forget_reports",
    "outdated.old_articles",
    "invocations.first_time",
    "invocations.prune",
    "keys.secret",
    "leases.give_back",
    "leases.holder",
    "leases.holding",
    "leases.take",
    "notices.claim",
    "notices.locate",
    "notices.next_moment",
    "notices.record",
    "notices.settle",
    "notices.uncertain",
    "occurrences.due",
    "occurrences.earliest_deferred",
    "personal.among",
    "personal.workspace_of",
    "quotes.quoting",
    "quotes.store",
    "rereads.add",
    "rereads.again",
    "rereads.ask_with",
    "rereads.due",
    "rereads.earliest",
    "rereads.is_wanted",
    "rereads.keep",
    "rereads.known_to",
    "rereads.revision",
    "restorations.doubt",
    "restorations.erase_again",
    "restorations.erased",
    "restorations.give_up_notices",
    "restorations.last",
    "restorations.leap",
    "restorations.made_at",
    "restorations.mark",
    "restorations.pass_over",
    "restorations.record",
    "restorations.sealed",
    "restorations.take_over",
    "restorations.tokens",
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
    "speakers.keep",
    "told_articles.changed",
    "told_articles.due",
    "told_articles.looked",
    "told_articles.next_look",
    "undoing.settle",
    "workspaces.by_external",
    "workspaces.ensure",
    "workspaces.left",
    "workspaces.try_again",
    "workspaces.every",
    "workspaces.present",
}
#: Pieces from which verbs are built.
PIECES = {
    "dialects", "matching", "outgoing", "revisions", "privacy", "tastes", "migrate",
    "engines",
}  # fmt: skip


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
    corrections.record(
        connection,
        workspace_id=house.workspace.id,
        correction=Correction(
            edition_id=issue.id,
            story="s-canary",
            headline=CANARY,
            found_at=NOW,
            state="edited",
            amendment=Amendment(story="s-canary", notes=(Note(at=NOW, said=CANARY),)),
            by_name=CANARY,
        ),
    )
    editions.keep_context(
        connection,
        workspace_id=house.workspace.id,
        edition_id=issue.id,
        context={"digest": CANARY},
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
    of_a_reader(connection, house.workspace.id)
    return house


def of_a_reader(connection: Connection, workspace_id: int) -> None:
    """A reader who uses everything that is personal."""
    mine = Whose(workspace_id=workspace_id, person_id="p")
    readers.choose(connection, **mine, chosen={"locale": CANARY})
    saved.keep(
        connection,
        **mine,
        saved=Saved(story="s-canary", headline=CANARY, url=None, saved_at=NOW),
        most=9,
    )
    follow = Follow(kind="topic", name=CANARY)
    follows.add(connection, **mine, follow=follow, most=9, now=NOW)
    feedback.give(
        connection,
        **mine,
        feedback=Feedback(
            story="s-canary",
            headline=CANARY,
            direction="more",
            terms=(CANARY,),
            given_at=NOW,
        ),
    )
    for text in (CANARY, f"{CANARY} again"):
        made = reports.make(
            connection,
            **mine,
            person_name=CANARY,
            story="s-canary",
            headline=CANARY,
            text=text,
            locale="en",
            now=NOW,
        )
    reports.settle(
        connection,
        workspace_id=workspace_id,
        public_id=made.public_id,
        by=CANARY,
        answer=CANARY,
        now=NOW,
    )
    personal.ensure(connection, **mine, name=CANARY, language="en")


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
    reader = here | {"person_id": "p"}
    return seen_of_a_reader(connection, reader) | {
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
        "context": editions.context(connection, **here, edition_id=theirs.id),
        "corrections": corrections.newest(connection, **here, count=9),
        "corrected": corrections.of_edition(connection, **here, edition_id=theirs.id),
        "amended": corrections.amendments(connection, **here, edition_id=theirs.id),
        "by editor": corrections.by_editor(
            connection, **here, edition_id=theirs.id, story="s-canary"
        ),
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
        "wordings": [
            found
            for found in wordings.of_cards(
                connection, **here, cards=[a_card_of(connection, article)]
            )
            if found.article or found.also
        ],
        "speakers": quotes.names(connection, **here, prefix="", limit=9),
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
        "past": past.stories(connection, **here, limit=9),
        "message": messages.find(connection, **here, channel="full-news", key=message),
    }


def a_card_of(connection: Connection, article: int) -> Card:
    """A card with the words and the place of the one quote that is stored."""
    stored = connection.execute(select(schema.revisions.c.text)).one()
    text = an_article(id=str(article), text=stored.text, title=CANARY)
    return make(text, a_quote(stored.text, speaker=CANARY))


def seen_of_a_reader(connection: Connection, reader: Any) -> dict[str, Any]:
    """All that the verbs give of the person `p` of this workspace."""
    here = {"workspace_id": reader["workspace_id"]}
    no_reader = Reader()
    chosen = readers.of(connection, **reader)
    return {
        "reader": None if chosen == no_reader else chosen,
        "saved": saved.of_person(connection, **reader),
        "follows": follows.of_person(connection, **reader),
        "feedback": feedback.of_person(connection, **reader),
        "reports": reports.of_person(connection, **reader),
        "untold reports": reports.untold(connection, **reader),
        "open reports": reports.open_in(connection, **here, limit=9),
        "count of open reports": reports.count_open(connection, **here),
        "own digest": personal.of_person(connection, **reader),
        "own digests": personal.count(connection, **here),
    }


async def test_nothing_of_one_person_is_seen_by_another(database: Database):
    full = await database.write(full_house, "full")
    mine = Whose(workspace_id=full.workspace.id, person_id="p")
    theirs = Whose(workspace_id=full.workspace.id, person_id="q")

    own = await database.read(seen_of_a_reader, mine)
    others = await database.read(seen_of_a_reader, theirs)

    assert all(own.values())
    seen = {name for name, answer in others.items() if answer}
    # What editors are shown is not asked for in anybody's name.
    assert seen == {"open reports", "count of open reports", "own digests"}


async def test_nobody_changes_what_is_another_persons(database: Database):
    full = await database.write(full_house, "full")
    mine = Whose(workspace_id=full.workspace.id, person_id="p")
    theirs = Whose(workspace_id=full.workspace.id, person_id="q")

    def meddle(connection: Connection) -> list[Any]:
        return [
            saved.drop(connection, **theirs, story="s-canary"),
            follows.drop(connection, **theirs, name=CANARY),
            feedback.take_back(connection, **theirs, story="s-canary"),
            readers.erase(connection, **theirs),
        ]

    before = await database.read(seen_of_a_reader, mine)
    answers = await database.write(meddle)
    after = await database.read(seen_of_a_reader, mine)

    assert not any(answers)
    assert after == before


async def test_erasing_a_person_erases_all_of_theirs_and_nothing_else(
    database: Database,
):
    full = await database.write(full_house, "full")
    mine = Whose(workspace_id=full.workspace.id, person_id="p")
    house_before = await database.read(digests.in_workspace, workspace_id=1)

    def sent(connection: Connection) -> set[str]:
        query = select(schema.local_messages.c.channel)
        return set(connection.execute(query).scalars())

    def send(connection: Connection) -> None:
        for channel in ("person:p", "person:q"):
            connection.execute(
                schema.local_messages.insert().values(
                    workspace_id=full.workspace.id,
                    channel=channel,
                    key=channel,
                    payload={},
                    fallback_text=CANARY,
                    posted_at=NOW,
                )
            )

    await database.write(send)
    await database.write(readers.erase, **mine)

    assert await database.read(sent) == {"full-news", "person:q"}
    left = await database.read(seen_of_a_reader, mine)
    assert not any(left.values())
    assert await database.read(digests.in_workspace, workspace_id=1) == house_before


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
        corrections.take_back(connection, **here, corrections=[1], now=NOW)
        corrections.settle(connection, **here, edition_id=1, state="listed")
        editions.keep_context(connection, **here, edition_id=1, context={})
        is_open = schema.reports.c.settled_at.is_(None)
        report = connection.execute(
            select(schema.reports.c.public_id).where(is_open)
        ).scalar_one()
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
            reports.settle(
                connection, **here, public_id=report, by="m", answer="", now=NOW
            ),
            saved.drop(connection, **here, person_id="p", story="s-canary"),
            follows.drop(connection, **here, person_id="p", name=CANARY),
            feedback.take_back(connection, **here, person_id="p", story="s-canary"),
            readers.erase(connection, **here, person_id="p"),
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

    await database.write(erase, full.workspace.id)

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
        "erasures": 1,
    }


async def test_a_public_source_goes_with_its_last_reader_and_not_before(
    database: Database,
):
    first = await database.write(a_house, name="first", shared=True)
    second = await database.write(a_house, name="second", shared=True)
    await database.write(keep, first)

    def kept(connection: Connection) -> list[int]:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (schema.sources, schema.articles, schema.searchable)
        ]

    await database.write(erase, first.workspace.id)
    assert await database.read(kept) == [1, 1, 1]
    await database.write(erase, second.workspace.id)
    assert await database.read(kept) == [0, 0, 0]


async def test_nothing_is_erased_by_the_order_of_another_workspace(database: Database):
    full = await database.write(full_house, "full")
    other = await database.write(a_house, name="other")
    here: dict[str, Any] = {"workspace_id": other.workspace.id}
    await database.write(erasing.show, **here, person_id=None, reason="asked", now=NOW)
    await database.write(erasing.order, **here, now=NOW)

    full_key = full.workspace.id
    assert not await database.write(erasing.step, workspace_id=full_key, rows=500)
    assert await database.read(erasing.shown, workspace_id=full_key) is None


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
