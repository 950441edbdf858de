"""Several workspaces at once: each with its own token, news, and uninstall."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import SendRefused
from bot.platforms.common.interactions import REOPEN_PREFIX
from bot.storage import workspace_store
from tests.bot.harness import FLOOD
from tests.bot.platforms.slack.conftest import until
from tests.bot.platforms.slack.shared_app import (
    SECOND,
    THEIRS,
    THERE,
    SharedApp,
    a_worker,
    open_shared_app,
)
from tests.bot.platforms.slack.test_endpoints import encoded
from tests.bot.platforms.slack.test_forms import a_form
from tests.bot.platforms.slack.test_token_rotation import states, stopped
from tests.bot.web.asgi import ask
from tests.wire.slack.faults import Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, READER, like
from tests.wire.slack.server import CHANNEL, SECRET, LocalSlack, signed


@pytest.fixture
async def shared_app(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[SharedApp]:
    async with open_shared_app(slack, sqlite_url, tmp_path) as built:
        await built.install_both()
        yield built


async def left(shared_app: SharedApp, team: str) -> bool:
    found = await shared_app.harness.db.read(
        workspace_store.find_active_workspace, platform="slack", external_id=team
    )
    return found is None


# ── sending ────────────────────────────────────────────────────────────────────


async def test_each_workspace_gets_its_news_with_its_own_token(shared_app):
    await shared_app.post(TEAM)
    await shared_app.post(SECOND)
    assert [a.team for a in shared_app.slack.asked("post")][-2:] == [TEAM, SECOND]
    assert len(shared_app.slack.ledger.says(CHANNEL)) == 1
    assert len(shared_app.slack.ledger.says(THERE)) == 1


async def test_signing_in_is_asked_for_once_and_not_for_each_message(shared_app):
    shared_app.slack.calls.clear()
    await shared_app.post(TEAM, key="first")
    shared_app.harness.publish("flood", FLOOD)
    await shared_app.post(TEAM, key="second")
    assert len(shared_app.slack.asked("post", CHANNEL)) == 2
    # It was done when the installer was greeted.
    assert shared_app.slack.asked("login") == []


async def test_a_workspace_that_did_not_install_it_is_refused_before_any_call(
    shared_app,
):
    shared_app.slack.calls.clear()
    with pytest.raises(SendRefused) as refused:
        await shared_app.many.of("T1999")
    assert refused.value.whole_workspace
    assert "https://news.example/slack/install" in str(refused.value)
    assert shared_app.slack.calls == []


# ── receiving ──────────────────────────────────────────────────────────────────


async def test_people_of_both_are_answered_with_what_is_theirs(shared_app):
    async with shared_app.heard():
        here = await (await shared_app.slack.people.types("/newsdesk status")).done()
        there = await (
            await shared_app.slack.people.types("/newsdesk status", THEIRS)
        ).done()
    assert f"Morning brief {TEAM}" in here.words
    assert SECOND not in here.words
    assert f"Morning brief {SECOND}" in there.words
    assert TEAM not in there.words


async def test_one_number_of_a_person_is_another_person_in_another_workspace(
    shared_app,
):
    double = like(THEIRS, user=READER.user)
    async with shared_app.heard():
        theirs = await (
            await shared_app.slack.people.types("/newsdesk status", double)
        ).done()
        ours = await (
            await shared_app.slack.people.types("/newsdesk status", READER)
        ).done()
    assert f"Morning brief {SECOND}" in theirs.words
    assert "Only editors" in ours.words


async def test_a_form_that_waits_in_one_workspace_opens_in_no_other(shared_app):
    double = like(THEIRS, user=READER.user)
    drafts = shared_app.platform.listener._pending_forms
    form = a_form(title="A canary")
    word = drafts.keep(f"{TEAM} {READER.user}", form)
    control = f"{REOPEN_PREFIX}{word}"
    async with shared_app.heard():
        stolen = await (await shared_app.slack.people.presses(control, double)).done()
        own = await (await shared_app.slack.people.presses(control, READER)).done()
    assert "has expired" in stolen.words
    assert own.view is not None
    assert own.view["title"]["text"] == "A canary"


async def test_a_home_is_published_by_the_workspaces_own_installation(shared_app):
    async with shared_app.heard():
        await shared_app.slack.people.looks_home(THEIRS)
        await until(lambda: THEIRS.user in shared_app.slack.people.homes)
    (view,) = shared_app.slack.asked("view")
    assert view.team == SECOND


async def test_events_of_an_unknown_workspace_are_ignored(shared_app):
    stranger = like(EDITOR, team="T1999")
    async with shared_app.heard():
        asked = await shared_app.slack.people.types("/newsdesk status", stranger)
        await until(lambda: asked.acknowledged is not None)
        await (await shared_app.slack.people.types("/news help")).done()
    assert asked.messages == []
    assert await left(shared_app, "T1999")


async def test_over_http_both_are_handled_too(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
):
    async with open_shared_app(
        slack, sqlite_url, tmp_path, app_token=None, signing_secret=SECRET
    ) as shared_app:
        await shared_app.install_both()

        async def carry(kind, payload, envelope):
            body = encoded(kind, payload)
            at = shared_app.harness.clock.now().timestamp()
            headers = {k.lower(): v for k, v in signed(body, at=at).items()}
            headers |= {"content-type": "application/x-www-form-urlencoded"}
            headers |= {"host": "news.example"}
            answer = await ask(shared_app.site, "POST", "/slack/events", body, headers)
            assert answer.status == 200, answer.text
            slack.people.heard(envelope, json.loads(answer.text or "{}"))

        slack.people.carry = carry
        async with shared_app.heard():
            asked = await (await slack.people.types("/newsdesk status", THEIRS)).done()
    assert f"Morning brief {SECOND}" in asked.words
    assert slack.socket.connected == 0


async def test_it_is_connected_before_anybody_has_installed_it(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
):
    async with (
        open_shared_app(slack, sqlite_url, tmp_path) as shared_app,
        shared_app.heard(),
    ):
        assert shared_app.platform.state == "ok"
        await shared_app.install(SECOND)
        asked = await (await slack.people.types("/newsdesk status", THEIRS)).done()
        assert f"Morning brief {SECOND}" in asked.words


# ── uninstalling one ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("event", "code"),
    [("app_uninstalled", "account_inactive"), ("tokens_revoked", "token_revoked")],
)
async def test_where_it_is_taken_off_it_ends_there_and_nowhere_else(
    shared_app, event, code
):
    async with shared_app.heard():
        shared_app.slack.teams.kill(SECOND, code)
        await shared_app.slack.socket.event({"type": event}, team=SECOND)

        async def gone() -> bool:
            return await left(shared_app, SECOND)

        await eventually(gone)
        assert await shared_app.kept.installations.find(SECOND) is None
        await shared_app.post(TEAM)
    with pytest.raises(SendRefused):
        await shared_app.many.of(SECOND)
    assert shared_app.slack.ledger.says(THERE) == []
    assert len(shared_app.slack.ledger.says(CHANNEL)) == 1
    assert await shared_app.kept.installations.find(TEAM) is not None
    assert not await left(shared_app, TEAM)


async def test_installed_again_it_continues_with_all_its_data(shared_app):
    async with shared_app.heard():
        shared_app.slack.teams.kill(SECOND, "account_inactive")
        await shared_app.slack.socket.event({"type": "app_uninstalled"}, team=SECOND)

        async def gone() -> bool:
            return await left(shared_app, SECOND)

        await eventually(gone)
        assert (await shared_app.install(SECOND)).status == 200
        assert not await left(shared_app, SECOND)
        await shared_app.post(SECOND)
    assert await states(shared_app, SECOND) == ["sent"]
    assert len(shared_app.slack.ledger.says(THERE)) == 1


async def test_a_late_uninstall_event_does_not_end_a_newer_installation(shared_app):
    async with shared_app.heard():
        shared_app.slack.teams.kill(SECOND, "account_inactive")
        await shared_app.install(SECOND)
        logins = len(shared_app.slack.asked("login"))
        await shared_app.slack.socket.event({"type": "app_uninstalled"}, team=SECOND)
        await until(lambda: len(shared_app.slack.asked("login")) > logins)
        await (await shared_app.slack.people.types("/news help", THEIRS)).done()
    assert await shared_app.kept.installations.find(SECOND) is not None
    assert not await left(shared_app, SECOND)


async def test_what_was_taken_off_unheard_is_found_by_the_next_message(shared_app):
    shared_app.slack.teams.kill(SECOND, "token_revoked")
    shared_app.slack.calls.clear()
    await shared_app.post(SECOND)
    for _ in range(10):
        shared_app.harness.clock.advance(minutes=30)
        await shared_app.harness.outbox.drain()
    assert len(shared_app.slack.calls) == 1
    assert "token_revoked" in (await stopped(shared_app, SECOND) or "")
    assert await stopped(shared_app, TEAM) is None
    async with shared_app.heard():
        await shared_app.install(SECOND)
        await shared_app.harness.outbox.drain()
    assert await states(shared_app, SECOND) == ["sent"]


async def test_another_process_takes_up_what_was_installed_again_here(shared_app):
    other, _ = a_worker(
        shared_app.slack, shared_app.harness.db, shared_app.harness.clock
    )
    before = await other.installations.of(SECOND)
    shared_app.slack.teams.kill(SECOND)
    await shared_app.install(SECOND)
    after = await other.installations.of(SECOND)
    assert after is not before
    session = await after.sign_in()
    assert session.team == SECOND
    await other.close()


async def test_a_lost_permission_stops_no_other_workspace(shared_app):
    shared_app.slack.script(Refusal(code="ekm_access_denied"), "post", channel=THERE)
    await shared_app.post(SECOND)
    await shared_app.post(TEAM)
    assert await stopped(shared_app, SECOND) is not None
    assert await stopped(shared_app, TEAM) is None
    assert len(shared_app.slack.ledger.says(CHANNEL)) == 1


async def eventually(what) -> None:
    """Wait for a value that has to be queried."""
    import asyncio

    for _ in range(1_200):
        if await what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")
