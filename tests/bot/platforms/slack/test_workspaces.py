"""Several workspaces at once: each with its own token, its own news, its own end."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.platforms.slack.answering import owner
from bot.platforms.slack.forms import AGAIN
from bot.storage import workspaces
from tests.bot.newsroom import FLOOD
from tests.bot.platforms.slack.conftest import until
from tests.bot.platforms.slack.many import (
    SECOND,
    THEIRS,
    THERE,
    Several,
    a_worker,
    several,
)
from tests.bot.platforms.slack.test_called import encoded
from tests.bot.platforms.slack.test_forms import a_form
from tests.bot.platforms.slack.test_rotation import states, stopped
from tests.bot.web.asgi import ask
from tests.wire.slack.faults import Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, READER, like
from tests.wire.slack.server import CHANNEL, SECRET, LocalSlack, signed


@pytest.fixture
async def house(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[Several]:
    async with several(slack, sqlite_url, tmp_path) as built:
        await built.install_both()
        yield built


async def left(house: Several, team: str) -> bool:
    found = await house.desk.db.read(
        workspaces.present, platform="slack", external_id=team
    )
    return found is None


# ── sending ────────────────────────────────────────────────────────────────────


async def test_each_workspace_gets_its_news_with_its_own_token(house):
    await house.post(TEAM)
    await house.post(SECOND)
    assert [a.team for a in house.slack.asked("post")][-2:] == [TEAM, SECOND]
    assert len(house.slack.ledger.says(CHANNEL)) == 1
    assert len(house.slack.ledger.says(THERE)) == 1


async def test_signing_in_is_asked_for_once_and_not_for_each_message(house):
    house.slack.calls.clear()
    await house.post(TEAM, key="first")
    house.desk.publish("flood", FLOOD)
    await house.post(TEAM, key="second")
    assert len(house.slack.asked("post", CHANNEL)) == 2
    # It was done when the installer was greeted.
    assert house.slack.asked("login") == []


async def test_a_workspace_that_did_not_install_it_is_refused_before_any_call(house):
    house.slack.calls.clear()
    with pytest.raises(Refused) as refused:
        await house.many.of("T1999")
    assert refused.value.whole_workspace
    assert "https://news.example/slack/install" in str(refused.value)
    assert house.slack.calls == []


# ── listening ──────────────────────────────────────────────────────────────────


async def test_people_of_both_are_answered_with_what_is_theirs(house):
    async with house.heard():
        here = await (await house.slack.people.types("/newsdesk status")).done()
        there = await (
            await house.slack.people.types("/newsdesk status", THEIRS)
        ).done()
    assert f"Morning brief {TEAM}" in here.words
    assert SECOND not in here.words
    assert f"Morning brief {SECOND}" in there.words
    assert TEAM not in there.words


async def test_one_number_of_a_person_is_another_person_in_another_workspace(house):
    double = like(THEIRS, user=READER.user)
    async with house.heard():
        theirs = await (
            await house.slack.people.types("/newsdesk status", double)
        ).done()
        ours = await (await house.slack.people.types("/newsdesk status", READER)).done()
    assert f"Morning brief {SECOND}" in theirs.words
    assert "Only editors" in ours.words


async def test_a_form_that_waits_in_one_workspace_opens_in_no_other(house):
    double = like(THEIRS, user=READER.user)
    drafts = house.platform.listener._drafts
    form = a_form(title="A canary")
    word = drafts.keep(owner(TEAM, READER.user), form)
    control = f"{AGAIN}{word}"
    async with house.heard():
        stolen = await (await house.slack.people.presses(control, double)).done()
        own = await (await house.slack.people.presses(control, READER)).done()
    assert "not kept any more" in stolen.words
    assert own.view is not None
    assert own.view["title"]["text"] == "A canary"


async def test_a_home_is_published_by_the_workspaces_own_installation(house):
    async with house.heard():
        await house.slack.people.looks_home(THEIRS)
        await until(lambda: THEIRS.user in house.slack.people.homes)
    (view,) = house.slack.asked("view")
    assert view.team == SECOND


async def test_events_of_a_workspace_that_is_not_ours_are_not_heard(house):
    stranger = like(EDITOR, team="T1999")
    async with house.heard():
        asked = await house.slack.people.types("/newsdesk status", stranger)
        await until(lambda: asked.acknowledged is not None)
        await (await house.slack.people.types("/news help")).done()
    assert asked.messages == []
    assert await left(house, "T1999")


async def test_where_slack_calls_us_both_are_heard_too(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
):
    async with several(
        slack, sqlite_url, tmp_path, app_token=None, signing_secret=SECRET
    ) as house:
        await house.install_both()

        async def carry(kind, payload, envelope):
            body = encoded(kind, payload)
            at = house.desk.clock.now().timestamp()
            headers = {k.lower(): v for k, v in signed(body, at=at).items()}
            headers |= {"content-type": "application/x-www-form-urlencoded"}
            headers |= {"host": "news.example"}
            answer = await ask(house.site, "POST", "/slack/events", body, headers)
            assert answer.status == 200, answer.text
            slack.people.heard(envelope, json.loads(answer.text or "{}"))

        slack.people.carry = carry
        async with house.heard():
            asked = await (await slack.people.types("/newsdesk status", THEIRS)).done()
    assert f"Morning brief {SECOND}" in asked.words
    assert slack.socket.connected == 0


async def test_it_is_connected_before_anybody_has_installed_it(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
):
    async with several(slack, sqlite_url, tmp_path) as house, house.heard():
        assert house.platform.state == "ok"
        await house.install(SECOND)
        asked = await (await slack.people.types("/newsdesk status", THEIRS)).done()
        assert f"Morning brief {SECOND}" in asked.words


# ── the end of one ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("event", "code"),
    [("app_uninstalled", "account_inactive"), ("tokens_revoked", "token_revoked")],
)
async def test_where_it_is_taken_off_it_ends_there_and_nowhere_else(house, event, code):
    async with house.heard():
        house.slack.teams.kill(SECOND, code)
        await house.slack.socket.event({"type": event}, team=SECOND)

        async def gone() -> bool:
            return await left(house, SECOND)

        await eventually(gone)
        assert await house.kept.installations.find(SECOND) is None
        await house.post(TEAM)
    with pytest.raises(Refused):
        await house.many.of(SECOND)
    assert house.slack.ledger.says(THERE) == []
    assert len(house.slack.ledger.says(CHANNEL)) == 1
    assert await house.kept.installations.find(TEAM) is not None
    assert not await left(house, TEAM)


async def test_installed_again_it_goes_on_with_everything_it_had(house):
    async with house.heard():
        house.slack.teams.kill(SECOND, "account_inactive")
        await house.slack.socket.event({"type": "app_uninstalled"}, team=SECOND)

        async def gone() -> bool:
            return await left(house, SECOND)

        await eventually(gone)
        assert (await house.install(SECOND)).status == 200
        assert not await left(house, SECOND)
        await house.post(SECOND)
    assert await states(house, SECOND) == ["sent"]
    assert len(house.slack.ledger.says(THERE)) == 1


async def test_late_news_of_an_end_does_not_end_what_was_installed_since(house):
    async with house.heard():
        house.slack.teams.kill(SECOND, "account_inactive")
        await house.install(SECOND)
        logins = len(house.slack.asked("login"))
        await house.slack.socket.event({"type": "app_uninstalled"}, team=SECOND)
        await until(lambda: len(house.slack.asked("login")) > logins)
        await (await house.slack.people.types("/news help", THEIRS)).done()
    assert await house.kept.installations.find(SECOND) is not None
    assert not await left(house, SECOND)


async def test_what_was_taken_off_unheard_is_found_by_the_next_message(house):
    house.slack.teams.kill(SECOND, "token_revoked")
    house.slack.calls.clear()
    await house.post(SECOND)
    for _ in range(10):
        house.desk.clock.advance(minutes=30)
        await house.desk.outbox.drain()
    assert len(house.slack.calls) == 1
    assert "token_revoked" in (await stopped(house, SECOND) or "")
    assert await stopped(house, TEAM) is None
    async with house.heard():
        await house.install(SECOND)
        await house.desk.outbox.drain()
    assert await states(house, SECOND) == ["sent"]


async def test_another_process_takes_up_what_was_installed_again_here(house):
    other, _ = a_worker(house.slack, house.desk.db, house.desk.clock)
    before = await other.installations.of(SECOND)
    house.slack.teams.kill(SECOND)
    await house.install(SECOND)
    after = await other.installations.of(SECOND)
    assert after is not before
    session = await after.signed_in()
    assert session.team == SECOND
    await other.close()


async def test_a_lost_permission_stops_no_other_workspace(house):
    house.slack.script(Refusal(code="ekm_access_denied"), "post", channel=THERE)
    await house.post(SECOND)
    await house.post(TEAM)
    assert await stopped(house, SECOND) is not None
    assert await stopped(house, TEAM) is None
    assert len(house.slack.ledger.says(CHANNEL)) == 1


async def eventually(what) -> None:
    """Wait for something that has to be looked up."""
    import asyncio

    for _ in range(1_200):
        if await what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")
