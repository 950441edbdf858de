"""Data of one workspace is not visible in another; each contains its own word."""

import importlib
import inspect
import pkgutil
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

import bot.storage
from bot.model.scope import PersonScope, Scope
from bot.storage import (
    Connection,
    Database,
    article_store,
    change_store,
    correction_store,
    decision_store,
    deletion_store,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    examination_store,
    ledger_store,
    message_store,
    personal_digest_store,
    published_edition_store,
    quote_store,
    quote_wording_store,
    reader_store,
    report_store,
    schedule_store,
    schema,
    source_store,
    story_store,
    workspace_store,
)
from bot.storage.reader_store import ReaderPreferences
from digests.cards.content import build_card
from digests.language.search_terms import parse_query
from digests.messages import Message
from digests.types import QuoteCard
from tests.bot.storage.builders import (
    CANARY,
    NOW,
    TEXT,
    Tenant,
    a_quote,
    a_tenant,
    erase_workspace,
    full_tenant,
    search_articles,
    store_article,
)
from tests.builders import an_article

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: Sweeps of the scheduler, the outbox and the intake, which serve all workspaces,
#: and tables that belong to no workspace.
FOR_EVERYBODY = {
    "article_search.index_revision",
    "article_search.remove_article_from_index",
    "article_store.find_expanded_text",
    "article_store.find_known_articles",
    "article_store.list_fresh_articles",
    "article_store.list_article_sources",
    "article_store.list_full_texts",
    "article_store.load_source_texts",
    "article_store.mark_whole",
    "article_store.store_article",
    "article_store.store_full_text",
    "article_store.find_article_ids",
    "article_store.index_row",
    "article_store.lock_source",
    "unknown_articles.store_unknown_articles",
    "console_store.begin_session",
    "console_store.end_all_sessions",
    "console_store.end_session",
    "console_store.end_sessions_of",
    "console_store.find_session",
    "console_store.issue_link",
    "console_store.mark_session_used",
    "console_store.use_link",
    "correction_store.list_due_corrections",
    "deletion_store.empty_articles",
    "deletion_store.empty_editions",
    "deletion_store.find_last_erasure",
    "deletion_store.list_old_articles",
    "deletion_store.list_ordered_erasures",
    "deletion_store.list_workspaces_left_before",
    "deletion_store.merge_search_index",
    "deletion_store.prune_contents",
    "delivery_queue.claim_deliveries",
    "delivery_queue.expire_claims",
    "delivery_queue.find_next_delivery_at",
    "delivery_queue.list_claimable_deliveries",
    "delivery_queue.list_due_uncertain",
    "delivery_queue.list_deliveries_where",
    "delivery_queue.list_due_workspaces",
    "delivery_queue.recheck_uncertain",
    "delivery_store.fail_outdated_deliveries",
    "delivery_store.finish_undone_deliveries",
    "delivery_store.list_all_held_deliveries",
    "delivery_store.record_failed",
    "delivery_store.record_sent",
    "delivery_store.record_unsent",
    "quote_store.store_figures",
    "installation_store.claim_token_exchange",
    "installation_store.delete_installation",
    "installation_store.find_installation_row",
    "installation_store.finish_token_exchange",
    "installation_store.record_used_state",
    "installation_store.replace_installation",
    "job_store.find_queue_state",
    "job_store.measure_wait",
    "job_store.is_source_being_read",
    "job_store.is_source_read_for_edition",
    "job_store.count_fair_part",
    "job_store.count_waiting",
    "job_store.give_back_share",
    "job_store.list_held_shares",
    "job_requests.list_requested",
    "job_store.prepare_jobs",
    "job_requests.request_job",
    "job_requests.start_collecting",
    "job_store.restart_lost_jobs",
    "job_store.take_share",
    "job_tables.find_job_tables",
    "job_tables.list_missing_changes",
    "job_tables.upgrade_job_tables",
    "notice_store.claim_notices",
    "notice_store.find_next_notice_at",
    "notice_store.finish_stale_notices",
    "notice_store.list_reported_incidents",
    "notice_store.list_noticed_workspaces",
    "notice_store.list_uncertain_notices",
    "notice_store.record_notice_outcome",
    "notice_store.set_notice_recipient",
    "page_reading_store.count_host_requests",
    "page_reading_store.count_page_verdicts",
    "page_reading_store.list_article_pages",
    "page_reading_store.list_excerpt_sources",
    "page_reading_store.list_host_pauses",
    "page_reading_store.save_page_reading",
    "picture_store.add_pictures",
    "picture_store.claim_unused_uploads",
    "picture_store.list_sizes",
    "picture_store.list_unused_uploads",
    "picture_store.prune_pictures",
    "personal_digest_store.find_edition_workspace",
    "personal_digest_store.select_personal_digests",
    "edition_store.list_due_moments",
    "draft_message_store.claim_messages",
    "draft_message_store.expire_claims",
    "draft_message_store.fail_open_messages",
    "draft_message_store.find_next_at",
    "draft_message_store.find_place",
    "draft_message_store.is_shown",
    "draft_message_store.list_failures",
    "draft_message_store.list_uncertain",
    "draft_message_store.list_workspaces",
    "draft_message_store.record_shown",
    "draft_message_store.record_unshown",
    "draft_message_store.show_draft",
    "draft_store.add_act",
    "draft_store.close_open_drafts",
    "draft_store.delete_old_drafts",
    "draft_store.list_acts",
    "draft_store.select_drafted",
    "draft_store.set_pictures",
    "draft_store.update_draft",
    "draft_store.wake_draft",
    "schedule_store.list_due_reviews",
    "measurements.list_measurements",
    "examination_store.list_all_examinations",
    "examination_store.list_due_examinations",
    "examination_store.list_examined_channels",
    "examination_store.plan_examinations",
    "process_store.acquire_lease",
    "process_store.find_lease_holder",
    "process_store.get_signing_secret",
    "process_store.list_job_statuses",
    "process_store.probe_writing",
    "process_store.prune_invocations",
    "process_store.record_invocation",
    "process_store.release_lease",
    "process_store.save_job_statuses",
    "process_store.shift_waits",
    "published_article_store.add_rereads",
    "published_article_store.copy_page_revisions",
    "published_article_store.find_next_comparison_at",
    "published_article_store.find_next_reread_at",
    "published_article_store.find_page_revision",
    "published_article_store.follow_page_text",
    "published_article_store.is_reread_needed",
    "published_article_store.list_due_comparisons",
    "published_article_store.list_due_rereads",
    "published_article_store.mark_article_changed",
    "published_article_store.record_comparison",
    "published_article_store.reschedule_reread",
    "published_article_store.set_page_validators",
    "published_article_store.store_page_revision",
    "published_edition_store.find_edition_page",
    "published_edition_store.find_public_digest",
    "published_edition_store.list_edition_pages",
    "published_edition_store.load_page_picture",
    "published_edition_store.load_published_editions",
    "quote_store.filter_revisions_quoting",
    "quote_store.index_speakers",
    "quote_store.store_quotes",
    "restoration_store.adopt_newer_tokens",
    "restoration_store.count_installations",
    "restoration_store.fail_open_notices",
    "restoration_store.find_backup_time",
    "restoration_store.find_last_restoration",
    "restoration_store.list_erased_workspaces",
    "restoration_store.list_newer_tokens",
    "restoration_store.mark_backup",
    "restoration_store.mark_posts_uncertain",
    "restoration_store.record_restoration",
    "restoration_store.repeat_erasures",
    "restoration_store.skip_due_occurrences",
    "restoration_store.skip_used_ids",
    "schedule_store.find_next_deferred_at",
    "schedule_store.find_next_schedule_at",
    "schedule_store.find_schedule_after",
    "schedule_store.list_due_occurrences",
    "schedule_store.list_due_schedules",
    "schedule_store.list_schedules_after",
    "schedule_store.list_upcoming_digests",
    "quota_store.list_article_uses",
    "quota_store.list_saved_parts",
    "quota_store.list_unread_texts",
    "quota_store.measure_parts",
    "quota_store.prune_texts",
    "quota_store.save_parts",
    "source_store.add_stored_articles",
    "source_store.back_off_host",
    "source_store.count_next_source",
    "source_store.find_next_poll_at",
    "source_store.find_reading_workspaces",
    "source_store.find_source",
    "source_store.list_backoffs",
    "source_store.list_digest_sources",
    "source_store.list_due_sources",
    "source_store.list_all_failing_sources",
    "source_store.subtract_texts",
    "source_store.update_source",
    "sqlite_files.find_damage",
    "sqlite_files.find_file_damage",
    "workspace_store.find_active_workspace",
    "workspace_store.find_workspace_by_external_id",
    "workspace_store.list_left_workspaces",
    "workspace_store.list_workspaces",
    "workspace_store.retest_stopped_workspaces",
    "workspace_store.upsert_workspace",
}
#: Name parts of the queries.
PIECES = {
    "engines",
    "revision_store",
    "schema_upgrade",
    "search_index",
    "send_leases",
    "statements",
}


def everything_seen_by(
    connection: Connection, me: int, other: Tenant
) -> dict[str, Any]:
    """All that the queries return to workspace `me`, given the other's keys."""
    here: dict[str, Any] = {"scope": Scope(me)}
    theirs = connection.execute(select(schema.editions)).first()
    assert theirs is not None
    article = connection.execute(select(schema.articles.c.id)).scalar_one()
    revision = connection.execute(select(schema.revisions.c.id)).scalar_one()
    message = connection.execute(select(schema.local_messages.c.key)).scalar_one()
    change = connection.execute(select(schema.changes.c.public_id)).scalar_one()
    digest = here | {"digest_id": other.digest.id}
    return seen_of_a_reader(connection, PersonScope(me, "p")) | {
        "workspace": workspace_store.find_workspace(connection, **here),
        "destinations": destination_store.list_destinations(connection, **here),
        "channel": destination_store.find_destination_by_channel(
            connection, **here, channel="full-news"
        ),
        "sources": source_store.list_sources(connection, **here),
        "digests": digest_store.list_digests(connection, **here),
        "digest": digest_store.find_digest(connection, **digest),
        "occurrences": schedule_store.list_newest_occurrences(
            connection, **digest, count=9
        ),
        "edition": edition_store.find_edition_by_public_id(
            connection, **here, public_id=theirs.public_id
        ),
        "edition by key": edition_store.find_edition(
            connection, **here, edition_id=theirs.id
        ),
        "newest": edition_store.find_newest_edition_in(connection, **here),
        "context": edition_store.find_render_context(
            connection, **here, edition_id=theirs.id
        ),
        "page": published_edition_store.find_page_of_edition(
            connection, **here, edition_id=theirs.id
        ),
        "examined": examination_store.list_examinations(connection, **here),
        "corrections": correction_store.list_newest_corrections(
            connection, **here, count=9
        ),
        "corrected": correction_store.list_corrections(
            connection, **here, edition_id=theirs.id
        ),
        "amended": correction_store.list_amendments(
            connection, **here, edition_id=theirs.id
        ),
        "by editor": correction_store.find_editor_correction(
            connection, **here, edition_id=theirs.id, story="s-canary"
        ),
        "newest there": edition_store.find_newest_edition_in(
            connection, **here, destination_id=other.destination.id
        ),
        "telling": edition_store.find_edition_with_story(
            connection, **here, story="s-aaaaaa"
        ),
        "told": ledger_store.get_ledger(connection, **digest),
        "deliveries": delivery_store.list_newest_deliveries(
            connection, **here, count=9
        ),
        "of edition": delivery_store.list_deliveries(
            connection, **here, edition_id=theirs.id
        ),
        "article": article_store.find_article(connection, **here, article_id=article),
        "search": search_articles(
            connection, **here, wanted=parse_query(CANARY), limit=9
        ),
        "quotes": quote_store.list_quotes(connection, **here, limit=9),
        "speaker": quote_store.list_quotes(connection, **here, speaker=CANARY, limit=9),
        "wordings": [
            found
            for found in quote_wording_store.find_card_wordings(
                connection, **here, cards=[a_card_of(connection, article)]
            )
            if found.article or found.also
        ],
        "speakers": quote_store.list_speaker_names(
            connection, **here, prefix="", limit=9
        ),
        "figures": quote_store.list_figures(
            connection, **here, article_ids=[article], limit=9
        ),
        "story's": story_store.list_story_articles(
            connection, **here, story="s-canary"
        ),
        "known": story_store.list_memberships(
            connection, workspace_id=me, articles=[str(article)]
        ),
        "present": story_store.find_present_story(connection, **here, story="s-canary"),
        "at hand": story_store.list_newest_story_articles(
            connection, workspace_id=me, stories=["s-canary"], limit=9
        ),
        "arrived": story_store.list_arrivals(
            connection, workspace_id=me, dated=LONG_AGO, fetched=LONG_AGO, limit=9
        ),
        "moves": story_store.list_story_moves(
            connection, workspace_id=me, after=0
        ).stories,
        "loaded": story_store.load_arrivals(
            connection, workspace_id=me, revision_ids=[revision]
        ),
        "facts": article_store.find_article_arrival(
            connection, **here, article_id=article
        ),
        "decided": decision_store.list_decisions(
            connection, **here, articles=[str(article)], limit=9
        ),
        "messages": message_store.list_newest_messages(
            connection, **here, channel="full-news", count=9, after=0
        ),
        "grants": workspace_store.list_grants(connection, **here),
        "granted": workspace_store.has_grant(
            connection, **here, person_id=CANARY, roles=()
        ),
        "change": change_store.find_change(connection, **here, public_id=change),
        "changes": change_store.list_newest_changes(connection, **here, count=9),
        "past": edition_store.list_past_stories(connection, **here, limit=9),
        "message": message_store.find_message(
            connection, **here, channel="full-news", key=message
        ),
    }


def a_card_of(connection: Connection, article: int) -> QuoteCard:
    """A card with the words and the place of the one quote that is stored."""
    stored = connection.execute(select(schema.revisions.c.text)).one()
    text = an_article(id=str(article), text=stored.text, title=CANARY)
    return build_card(text, a_quote(stored.text, speaker=CANARY))


def seen_of_a_reader(connection: Connection, reader: PersonScope) -> dict[str, Any]:
    """All that the queries return about the person."""
    here = reader.workspace
    no_reader = ReaderPreferences()
    chosen = reader_store.get_preferences(connection, reader)
    return {
        "reader": None if chosen == no_reader else chosen,
        "saved": reader_store.list_saved_stories(connection, reader),
        "follows": reader_store.list_follows(connection, reader),
        "feedback": reader_store.list_feedback(connection, reader),
        "reports": report_store.list_person_reports(connection, reader),
        "untold reports": report_store.list_unseen_answers(connection, reader),
        "open reports": report_store.list_open_reports(connection, here, limit=9),
        "count of open reports": report_store.count_open_reports(connection, here),
        "own digest": personal_digest_store.find_personal_digest(connection, reader),
        "own digests": personal_digest_store.count_personal_digests(connection, here),
    }


async def test_data_of_one_person_is_invisible_to_others(database: Database):
    full = await database.write(full_tenant, "full")
    mine = PersonScope(full.workspace.id, "p")
    theirs = PersonScope(full.workspace.id, "q")

    own = await database.read(seen_of_a_reader, mine)
    others = await database.read(seen_of_a_reader, theirs)

    assert all(own.values())
    seen = {name for name, answer in others.items() if answer}
    # Queries for editors take no person.
    assert seen == {"open reports", "count of open reports", "own digests"}


async def test_people_cannot_change_each_others_data(database: Database):
    full = await database.write(full_tenant, "full")
    mine = PersonScope(full.workspace.id, "p")
    theirs = PersonScope(full.workspace.id, "q")

    def meddle(connection: Connection) -> list[Any]:
        return [
            reader_store.delete_saved_story(connection, theirs, story="s-canary"),
            reader_store.delete_follow(connection, theirs, name=CANARY),
            reader_store.delete_feedback(connection, theirs, story="s-canary"),
            reader_store.erase_person(connection, theirs),
        ]

    before = await database.read(seen_of_a_reader, mine)
    answers = await database.write(meddle)
    after = await database.read(seen_of_a_reader, mine)

    assert not any(answers)
    assert after == before


async def test_erasing_a_person_erases_all_of_theirs_and_nothing_else(
    database: Database,
):
    full = await database.write(full_tenant, "full")
    mine = PersonScope(full.workspace.id, "p")
    house_before = await database.read(digest_store.list_digests, Scope(1))

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
    await database.write(reader_store.erase_person, mine)

    assert await database.read(sent) == {"full-news", "person:q"}
    left = await database.read(seen_of_a_reader, mine)
    assert not any(left.values())
    assert await database.read(digest_store.list_digests, Scope(1)) == house_before


async def test_nothing_of_one_workspace_is_seen_in_another(database: Database):
    full = await database.write(full_tenant, "full")
    empty = await database.write(a_tenant, name="empty")

    seen = await database.read(everything_seen_by, empty.workspace.id, full)

    assert CANARY not in repr(seen)
    assert not re.search(r"\bfull\b", repr(seen))


async def test_its_own_workspace_sees_all_of_it(database: Database):
    """Control of the test above: the same queries, with the workspace's own keys."""
    full = await database.write(full_tenant, "full")

    seen = await database.read(everything_seen_by, full.workspace.id, full)

    assert [name for name, answer in seen.items() if not answer] == []


async def test_nothing_of_one_workspace_is_changed_from_another(database: Database):
    full = await database.write(full_tenant, "full")
    empty = await database.write(a_tenant, name="empty")
    here: dict[str, Any] = {"scope": Scope(empty.workspace.id)}

    def meddle(connection: Connection) -> list[Any]:
        place = here | {"destination_id": full.destination.id}
        change = connection.execute(select(schema.changes.c.public_id)).scalar_one()
        digest = here | {"digest_id": full.digest.id}
        correction_store.revert_corrections(connection, **here, ids=[1], now=NOW)
        correction_store.finish_corrections(
            connection, **here, edition_id=1, state="listed"
        )
        edition_store.set_render_context(connection, **here, edition_id=1, context={})
        reader = PersonScope(empty.workspace.id, "p")
        is_open = schema.reports.c.answered_at.is_(None)
        report = connection.execute(
            select(schema.reports.c.public_id).where(is_open)
        ).scalar_one()
        return [
            destination_store.rename_destination(connection, **place, name="mine"),
            destination_store.pause_destination(
                connection, **place, reason=Message("mine")
            ),
            destination_store.resume_destination(connection, **place),
            destination_store.delete_destination(connection, **place),
            digest_store.rename_digest(connection, **digest, name="mine"),
            digest_store.pause_digest(connection, **digest),
            digest_store.delete_digest(connection, **digest, now=NOW),
            digest_store.restore_digest(connection, **digest),
            change_store.confirm_change(
                connection,
                **here,
                public_id=change,
                person_id="p",
                person_name="mine",
                now=NOW,
            ),
            schedule_store.finish_occurrence(
                connection, **here, occurrence_id=1, state="skipped"
            ),
            report_store.answer_report(
                connection, **here, public_id=report, by="m", answer="", now=NOW
            ),
            reader_store.delete_saved_story(connection, reader, story="s-canary"),
            reader_store.delete_follow(connection, reader, name=CANARY),
            reader_store.delete_feedback(connection, reader, story="s-canary"),
            reader_store.erase_person(connection, reader),
            delivery_store.finish_held_delivery(
                connection, **here, delivery_id=1, state="ready", now=NOW
            ),
        ]

    before = await database.read(everything_seen_by, full.workspace.id, full)
    answers = await database.write(meddle)
    after = await database.read(everything_seen_by, full.workspace.id, full)

    assert not any(answers)
    assert after == before


async def test_a_public_article_is_seen_only_by_workspaces_that_use_its_source(
    database: Database,
):
    user = await database.write(a_tenant, name="user", shared=True)
    other = await database.write(a_tenant, name="other")
    await database.write(store_article, user, quoted=(a_quote(TEXT),))

    found = [
        await database.read(
            search_articles,
            Scope(tenant.workspace.id),
            wanted=parse_query("lock"),
            limit=9,
        )
        for tenant in (user, other)
    ]

    assert [len(hits) for hits in found] == [1, 0]


async def test_erasing_a_workspace_erases_all_of_it_and_nothing_else(
    database: Database,
):
    full = await database.write(full_tenant, "full")
    public = await database.write(a_tenant, name="kept", shared=True)
    await database.write(store_article, public)

    await database.write(erase_workspace, full.workspace.id)

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


async def test_a_public_source_is_deleted_with_its_last_reader(database: Database):
    first = await database.write(a_tenant, name="first", shared=True)
    second = await database.write(a_tenant, name="second", shared=True)
    await database.write(store_article, first)

    def kept(connection: Connection) -> list[int]:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (schema.sources, schema.articles, schema.searchable)
        ]

    await database.write(erase_workspace, first.workspace.id)
    assert await database.read(kept) == [1, 1, 1]
    await database.write(erase_workspace, second.workspace.id)
    assert await database.read(kept) == [0, 0, 0]


async def test_nothing_is_erased_by_the_order_of_another_workspace(database: Database):
    full = await database.write(full_tenant, "full")
    other = await database.write(a_tenant, name="other")
    here: dict[str, Any] = {"scope": Scope(other.workspace.id)}
    await database.write(
        deletion_store.propose_erasure, **here, person_id=None, reason="asked", now=NOW
    )
    await database.write(deletion_store.order_erasure, **here, now=NOW)

    full_key = full.workspace.id
    assert not await database.write(
        deletion_store.erase_some_rows, Scope(full_key), rows=500
    )
    assert (
        await database.read(deletion_store.find_proposed_erasure, Scope(full_key))
        is None
    )


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
                if "conn" in signature.parameters:
                    found[f"{module.name}.{name}"] = signature
    return found


def test_every_verb_takes_the_workspace_or_is_listed_here():
    without = {
        name
        for name, verb in verbs().items()
        if not {"scope", "workspace_id"} & verb.parameters.keys()
    }

    assert without == FOR_EVERYBODY


@pytest.mark.parametrize("name", sorted(verbs()))
def test_every_verb_takes_a_connection_first_and_then_the_workspace(name: str):
    connection, *others = verbs()[name].parameters.values()

    assert connection.name == "conn"
    for index, one in enumerate(others):
        if one.name == "scope":
            assert index == 0
        if one.name in {"scope", "workspace_id"}:
            assert one.default is inspect.Parameter.empty
