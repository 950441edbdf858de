"""When posting stops in a Slack channel, its person gets a direct message."""

from dataclasses import replace

from bot.model import Invocation, Location, Permission, Person
from bot.storage import workspace_store
from tests.bot.harness import BotHarness, expect_reply
from tests.bot.platforms.slack.conftest import CONFIGURATION
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack

ANA = "U7777"
LAB = "C2009"
TWO = CONFIGURATION.replace(
    "[[workspace.digest]]",
    f'[[workspace.destination]]\nname = "lab"\nchannel = "{LAB}"\n\n'
    "[[workspace.digest]]",
).replace('destinations = ["morning"]', 'destinations = ["lab"]')


async def stopped(harness: BotHarness, slack: LocalSlack) -> None:
    """Ana sets a channel up; later, it is archived."""
    space = await harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="slack",
        external_id=TEAM,
    )
    assert space is not None
    slack.ledger.channel(LAB)
    asked = Invocation(
        key="here",
        place=Location(workspace=space, channel=LAB),
        person=Person(id=ANA, name="Ana", permission=Permission.EDITOR),
        path="newsdesk home",
        args={"page": "here"},
        answers={"name": "lab"},
    )
    shown = expect_reply(await harness.inbox.dispatch(asked))
    pressed = harness.inbox.press(asked, shown.controls[0].id)
    await harness.inbox.dispatch(replace(pressed, key="confirmed"))
    await harness.apply(TWO)
    slack.ledger.channel(LAB, archived=True)
    await harness.post()


async def test_the_person_who_set_it_up_gets_a_direct_message(harness, slack):
    await stopped(harness, slack)
    slack.ledger.channel(f"D{ANA}")
    await harness.outbox.deliver_notices()
    await harness.outbox.deliver_notices()
    (reported,) = slack.ledger.says(f"D{ANA}")
    assert "has stopped posting: #lab" in reported["text"]
    assert "archived" in reported["text"]
    assert slack.ledger.says(LAB) == []
    assert slack.ledger.says(CHANNEL) == []


async def test_without_the_scope_it_is_given_up_and_sent_nowhere_else(harness, slack):
    slack.scopes -= {"im:write"}
    await stopped(harness, slack)
    posted = len(slack.asked("post"))
    await harness.outbox.deliver_notices()
    assert len(slack.asked("post")) == posted
    (state,) = await harness.db.read(
        lambda c: list(c.exec_driver_sql("SELECT state FROM notices").scalars())
    )
    assert state == "failed"


async def test_an_id_that_is_no_persons_is_never_asked_for(harness, slack):
    await stopped(harness, slack)
    await harness.db.write(
        lambda c: c.exec_driver_sql(f"UPDATE notices SET person_id = '{CHANNEL}'")
    )
    await harness.outbox.deliver_notices()
    assert slack.asked("open") == []
    assert slack.ledger.says(CHANNEL) == []


async def test_where_a_file_set_everything_up_its_editor_gets_the_message(
    harness, slack
):
    editors = f'zone = "Europe/Berlin"\neditors = ["person {ANA}"]'
    await harness.apply(CONFIGURATION.replace('zone = "Europe/Berlin"', editors))
    slack.ledger.channel(CHANNEL, archived=True)
    await harness.post()
    slack.ledger.channel(f"D{ANA}")
    for _ in range(3):
        await harness.outbox.deliver_notices()
        harness.clock.advance(hours=7)
        await harness.outbox.drain()
    (reported,) = slack.ledger.says(f"D{ANA}")
    assert "has stopped posting: #morning" in reported["text"]
