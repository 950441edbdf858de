"""Which files of pictures no message shows: those are deleted, and no others.

A history is written as steps: «post sent», «edit without», …; the file is that of the
card in the posted message.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Delivery, Scope, Upload
from bot.model.drafts import Draft, DraftContent
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    destination_store,
    draft_message_store,
    draft_store,
)
from bot.storage.picture_store import (
    UPLOAD_LIFE,
    begin_upload,
    claim_unused_uploads,
    find_upload,
    give_upload_up,
    list_unused_uploads,
    set_upload_state,
)
from digests.messages import Message
from tests.bot.storage.builders import (
    NOW,
    Tenant,
    a_stored_edition,
    a_tenant,
    an_edition,
    claim,
    claim_one,
    parts,
    some_deliveries,
)

CARD, OTHER = "ab" * 32, "cd" * 32
SOON = NOW + timedelta(seconds=30)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant, platform="slack")


class History:
    """One edition with its messages, and the file of a card in them."""

    def __init__(self, connection: Connection, tenant: Tenant) -> None:
        self.conn, self.tenant = connection, tenant
        self.scope = Scope(tenant.workspace.id)
        self.edition = a_stored_edition(connection, tenant)

    def order(self, operation: str, *pictures: str, place=None) -> None:
        (part,) = parts(words=f"{operation} {pictures}")
        delivery_store.add_deliveries(
            self.conn,
            self.scope,
            stored_edition=self.edition,
            destination=place or self.tenant.destination,
            parts=[replace(part, pictures=pictures)],
            operation=operation,  # type: ignore[arg-type]
            now=NOW,
        )

    def send(self) -> Delivery:
        (delivery,) = claim(self.conn, limit=1)
        delivery_store.record_sent(self.conn, delivery, message_id="m1", now=NOW)
        return delivery

    def fail(self) -> None:
        delivery_store.record_failed(
            self.conn, claim_one(self.conn), reason=Message("No."), now=NOW
        )

    def wait(self, state) -> None:
        delivery_store.record_unsent(
            self.conn, claim_one(self.conn), state=state, reason=Message("?"), now=NOW
        )

    def simplify(self) -> None:
        claimed = claim_one(self.conn)
        delivery_store.record_unsent(
            self.conn,
            claimed,
            state="retry",
            reason=Message("invalid"),
            now=NOW,
            fallback_level=1,
        )

    def undo(self) -> None:
        delivery_store.delete_edition_messages(
            self.conn, self.scope, self.edition.id, now=NOW
        )

    def begin(self, picture: str = CARD, state="ready") -> Upload:
        begun = begin_upload(
            self.conn,
            self.scope,
            picture=picture,
            edition_id=self.edition.id,
            file=f"F-{picture[:2]}",
            replaces=None,
            now=NOW,
        )
        set_upload_state(self.conn, self.scope, begun, state)
        return begun

    def unused(self, at=SOON) -> list[str]:
        found = list_unused_uploads(self.conn, "slack", (), at)
        return [upload.hash for upload in found]


@pytest.fixture
async def history(database: Database, tenant: Tenant):
    """Calls a function with a `History`, in a transaction; returns its result."""

    async def run(steps):
        return await database.write(lambda conn: steps(History(conn, tenant)))

    return run


def posted(history: History) -> None:
    history.begin()
    history.order("post", CARD)
    history.send()


# ── messages that show it ──────────────────────────────────────────────────────


async def test_the_file_of_a_message_is_kept(history):
    def steps(one):
        posted(one)
        return one.unused()

    assert await history(steps) == []


@pytest.mark.parametrize("state", ["retry", "uncertain", "held"])
async def test_the_file_of_a_message_that_may_arrive_is_kept(history, state):
    def steps(one):
        one.begin()
        one.order("post", CARD)
        one.wait(state)
        return one.unused(NOW + timedelta(days=1))

    assert await history(steps) == []


async def test_a_message_that_is_not_sent_yet_needs_its_file(history):
    def steps(one):
        one.begin()
        one.order("post", CARD)
        return one.unused()

    assert await history(steps) == []


async def test_an_edit_that_shows_it_too_keeps_the_file(history):
    def steps(one):
        posted(one)
        one.order("edit", CARD)
        one.send()
        return one.unused()

    assert await history(steps) == []


async def test_the_posted_picture_is_kept_until_its_replacement_is_sent(history):
    def steps(one):
        posted(one)
        one.begin(OTHER)
        one.order("edit", OTHER)
        before = one.unused()
        one.send()
        return before, one.unused()

    assert await history(steps) == ([], [CARD])


async def test_a_picture_that_a_correction_takes_away_is_unused(history):
    def steps(one):
        posted(one)
        one.order("edit")
        one.send()
        return one.unused()

    assert await history(steps) == [CARD]


async def test_the_picture_of_a_sent_edit_is_kept_until_the_next_edit_is_sent(history):
    def steps(one):
        posted(one)
        one.begin(OTHER)
        one.order("edit", OTHER)
        one.send()
        one.order("edit")
        before = one.unused()
        one.send()
        return before, one.unused()

    assert await history(steps) == ([CARD], [CARD, OTHER])


async def test_the_picture_of_a_sent_edit_is_kept_when_the_next_edit_fails(history):
    def steps(one):
        posted(one)
        one.begin(OTHER)
        one.order("edit", OTHER)
        one.send()
        one.order("edit")
        one.fail()
        return one.unused()

    assert await history(steps) == [CARD]


async def test_an_edit_that_may_have_arrived_keeps_both_pictures(history):
    def steps(one):
        posted(one)
        one.begin(OTHER)
        one.order("edit", OTHER)
        one.wait("uncertain")
        one.order("edit")
        return one.unused()

    assert await history(steps) == []


async def test_the_picture_of_an_edit_that_failed_is_unused(history):
    def steps(one):
        posted(one)
        one.begin(OTHER)
        one.order("edit", OTHER)
        one.fail()
        return one.unused()

    assert await history(steps) == [OTHER]


# ── messages that are gone ─────────────────────────────────────────────────────


async def test_after_an_undo_the_file_is_unused_once_the_message_is_deleted(history):
    def steps(one):
        posted(one)
        one.undo()
        before = one.unused()
        one.send()
        return before, one.unused()

    assert await history(steps) == ([], [CARD])


async def test_the_file_of_a_message_that_was_undone_before_it_was_sent_is_unused(
    history,
):
    def steps(one):
        one.begin()
        one.order("post", CARD)
        one.undo()
        return one.unused()

    assert await history(steps) == [CARD]


async def test_one_channel_that_still_shows_it_keeps_the_file(history):
    def steps(one):
        other = destination_store.upsert_destination(
            one.conn, one.scope, name="late", channel="c-late"
        )
        posted(one)
        one.order("post", CARD, place=other)
        one.send()
        one.undo()
        one.send()
        before = one.unused()
        one.send()
        return before, one.unused()

    assert await history(steps) == ([], [CARD])


async def test_a_message_that_was_posted_as_plain_text_shows_no_picture(history):
    def steps(one):
        one.begin()
        one.order("post", CARD)
        one.simplify()
        return one.unused()

    assert await history(steps) == [CARD]


async def test_the_file_of_a_message_that_failed_is_unused(history):
    def steps(one):
        one.begin()
        one.order("post", CARD)
        one.fail()
        return one.unused()

    assert await history(steps) == [CARD]


async def test_what_a_removed_channel_shows_stays(history):
    def steps(one):
        posted(one)
        destination_store.delete_destination(
            one.conn, one.scope, one.tenant.destination.id
        )
        return one.unused()

    assert await history(steps) == []


async def test_another_edition_does_not_keep_the_file(history, database, tenant):
    def steps(one):
        posted(one)
        one.undo()
        one.send()
        some_deliveries(one.conn, tenant, slot="09:30")
        return one.unused()

    assert await history(steps) == [CARD]


# ── files that were never ready ────────────────────────────────────────────────


async def test_a_file_that_was_begun_is_given_up_after_hours_whatever_is_shown(history):
    def steps(one):
        one.begin(state="begun")
        one.order("post", CARD)
        one.send()
        last = NOW + UPLOAD_LIFE
        return one.unused(last - timedelta(seconds=1)), one.unused(last)

    assert await history(steps) == ([], [CARD])


async def test_a_file_that_slack_refused_is_kept_while_another_channel_may_show_it(
    history,
):
    def steps(one):
        other = destination_store.upsert_destination(
            one.conn, one.scope, name="late", channel="c-late"
        )
        file = one.begin()
        one.order("post", CARD)
        one.order("post", CARD, place=other)
        give_upload_up(one.conn, one.scope, file, one.send())
        return one.unused()

    assert await history(steps) == []


# ── claiming ───────────────────────────────────────────────────────────────────


async def test_a_claimed_file_is_not_shown_by_a_new_message(history):
    def steps(one):
        posted(one)
        one.undo()
        one.send()
        claimed = claim_unused_uploads(one.conn, "slack", (), SOON)
        found = find_upload(
            one.conn, one.scope, picture=CARD, edition_id=one.edition.id
        )
        return [upload.file for upload in claimed], found

    assert await history(steps) == (["F-ab"], None)


async def test_a_platform_deletes_only_its_own_files(history):
    def steps(one):
        one.begin(state="unused")
        return [
            list_unused_uploads(one.conn, name, (), SOON) for name in ("discord", "a")
        ]

    assert await history(steps) == [(), ()]


# ── drafts ─────────────────────────────────────────────────────────────────────


def show_draft(history: History, draft: Draft, *pictures: str) -> None:
    (part,) = parts(words=f"draft {pictures}")
    shown = [replace(part, pictures=pictures)]
    where = history.tenant.destination
    draft_message_store.show_draft(history.conn, draft, where, shown, NOW)


async def test_the_file_of_a_draft_is_unused_once_no_message_of_it_shows_it(history):
    def steps(one: History) -> tuple[list[str], list[str]]:
        draft = draft_store.add_draft(
            one.conn,
            one.scope,
            digest_id=one.tenant.digest.id,
            occurrence_id=one.edition.occurrence_id,
            content=DraftContent(base=an_edition(), stories=(), style=""),
            post_at=NOW,
            now=NOW,
        )
        show_draft(one, draft, CARD)
        begun = begin_upload(
            one.conn,
            one.scope,
            picture=CARD,
            edition_id=None,
            file="F-draft",
            replaces=None,
            now=NOW,
        )
        set_upload_state(one.conn, one.scope, begun, "ready")
        later = NOW + UPLOAD_LIFE
        before = one.unused(later)
        show_draft(one, draft)
        return before, one.unused(later)

    assert await history(steps) == ([], [CARD])
