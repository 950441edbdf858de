"""Held messages: a person decides, once, and only in their own workspace."""

import re
from datetime import timedelta

import pytest

from bot.delivery import attempts
from bot.errors import UserError
from bot.model import Permission, Reply
from bot.model.scope import Scope
from bot.storage import delivery_store
from tests.bot.harness import WAIT, BotHarness, expect_reply
from tests.bot.process import Home
from tests.fakes import Lost

PARTS = 3


@pytest.fixture
async def held(harness: BotHarness) -> BotHarness:
    """An edition of three messages; the outcome of the first is unknown."""
    harness.platform.script(Lost())
    harness.platform.lets_us_look = False
    await harness.post()
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert await states(harness) == ["held", "ready", "ready"]
    return harness


async def states(harness: BotHarness) -> list[str]:
    digest = await harness.digest()
    found = await harness.db.read(
        delivery_store.list_newest_deliveries,
        Scope(digest.workspace_id),
        count=50,
    )
    return [d.state for d in sorted(found, key=lambda d: d.part)]


async def press(harness: BotHarness, control: str, *, editor: bool = True) -> Reply:
    asked = await harness.asks("", editor, None, {})
    return expect_reply(
        await harness.inbox.dispatch(harness.inbox.press(asked, control))
    )


async def buttons(harness: BotHarness) -> dict[str, str]:
    reported = await harness.says("newsdesk status")
    held = [c for c in reported.controls if c.label != "Control panel"]
    return {control.label: control.id for control in held}


def words(reported: Reply) -> str:
    return repr(reported.blocks)


async def test_status_names_it_and_warns_of_a_duplicate(held):
    reported = await held.says("newsdesk status")
    assert "#morning, part 1" in words(reported)
    assert "may appear there twice" in words(reported)
    assert list(await buttons(held)) == ["Send again", "Leave it"]


async def test_nothing_held_gives_no_button(harness):
    assert await buttons(harness) == {}


async def test_sent_again_it_has_the_same_key_and_the_rest_follows(held):
    before = held.platform.tried[0].key
    reported = await press(held, (await buttons(held))["Send again"])
    assert "being sent again" in words(reported)
    await held.outbox.drain()
    assert await states(held) == ["sent"] * PARTS
    assert [d.key for d in held.platform.tried].count(before) == 2


async def test_a_dropped_message_is_never_sent_and_the_rest_is(held):
    tried = len(held.platform.tried)
    await press(held, (await buttons(held))["Leave it"])
    await held.outbox.drain()
    assert await states(held) == ["failed", "sent", "sent"]
    assert len(held.platform.tried) == tried + 2


async def test_who_left_it_is_kept(held):
    await press(held, (await buttons(held))["Leave it"])
    assert "decided not to send it again" in words(await held.says("newsdesk status"))


async def test_a_decision_is_made_once(held):
    found = await buttons(held)
    await press(held, found["Leave it"])
    for late in found.values():
        reported = await press(held, late)
        assert reported.problem
        assert "no longer held" in words(reported)
    assert (await states(held))[0] == "failed"


async def test_a_reader_with_the_button_may_not(held):
    found = await buttons(held)
    reported = await press(held, found["Send again"], editor=False)
    assert reported.problem
    assert (await states(held))[0] == "held"


async def test_a_button_that_was_changed_does_nothing(held):
    found = (await buttons(held))["Send again"]
    forged = re.sub(":again:", ":leave:", found)
    with pytest.raises(UserError, match="does not belong here"):
        await press(held, forged)
    assert (await states(held))[0] == "held"


async def test_another_workspace_cannot_decide_about_it(held):
    (one,) = await held.db.read(
        delivery_store.list_held_deliveries,
        Scope((await held.digest()).workspace_id),
    )
    with pytest.raises(UserError, match="no longer held"):
        await held.db.write(
            attempts.decide_held,
            Scope(one.workspace_id + 1),
            key=one.key,
            decision="again",
            by="Mallory",
            now=held.clock.now(),
        )
    assert (await states(held))[0] == "held"


async def test_on_the_command_line_it_is_listed_by_a_key_and_decided(held, tmp_path):
    """In another process over the same database."""
    home, url = Home(tmp_path), f"sqlite:///{held.db.file}"
    more = {"STANDFIRST_DATABASE_URL": url}
    listed = home.run("digest", "release", **more)
    assert listed.returncode == 0, listed.stderr
    key = listed.stdout.split()[0]
    assert "channel c-morning, part 1" in listed.stdout
    wrong = home.run("digest", "release", "zzz", **more)
    assert wrong.returncode == 2
    assert key in wrong.stderr
    done = home.run("digest", "release", key, "--leave", **more)
    assert done.returncode == 0, done.stderr
    assert (await states(held))[0] == "failed"
    assert "Nothing is held" in home.run("digest", "release", **more).stdout


async def test_a_held_message_that_is_sent_again_keeps_its_permission_check(held):
    asked = await held.asks("newsdesk status", False, None, {"again": "x" * 25})
    assert asked.person.permission is Permission.EVERYONE
    assert expect_reply(await held.inbox.dispatch(asked)).problem


async def test_several_are_distinguished_by_their_numbers(held):
    (one,) = await held.db.read(
        delivery_store.list_held_deliveries,
        Scope((await held.digest()).workspace_id),
    )
    await held.db.write(
        lambda c: c.exec_driver_sql("UPDATE deliveries SET state = 'held'")
    )
    found = await buttons(held)
    assert list(found)[:4] == [
        "Send again (1)", "Leave it (1)", "Send again (2)", "Leave it (2)",
    ]  # fmt: skip
    await press(held, found["Leave it (2)"])
    assert await states(held) == ["held", "failed", "held"]
    assert one.part == 1
