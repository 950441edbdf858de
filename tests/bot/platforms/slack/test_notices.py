"""When posting stops in a Slack channel, its person is told in a direct message."""

from dataclasses import replace

from bot.storage import workspaces
from bot.types import Invocation, Permission, Person, Place
from tests.bot.newsroom import Newsroom, reply
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


async def stopped(desk: Newsroom, slack: LocalSlack) -> None:
    """Ana sets a channel up; later, it is archived."""
    space = await desk.db.read(
        workspaces.by_external, platform="slack", external_id=TEAM
    )
    assert space is not None
    slack.ledger.channel(LAB)
    asked = Invocation(
        key="here",
        place=Place(workspace=space, channel=LAB),
        person=Person(id=ANA, name="Ana", permission=Permission.EDITOR),
        path="newsdesk destination here",
        args={"name": "lab"},
    )
    shown = reply(await desk.inbox.dispatch(asked))
    pressed = desk.inbox.press(asked, shown.controls[0].id)
    await desk.inbox.dispatch(replace(pressed, key="confirmed"))
    await desk.apply(TWO)
    slack.ledger.channel(LAB, archived=True)
    await desk.post()


async def test_who_set_it_up_is_told_in_a_direct_message(desk, slack):
    await stopped(desk, slack)
    slack.ledger.channel(f"D{ANA}")
    await desk.outbox.tell()
    await desk.outbox.tell()
    (told,) = slack.ledger.says(f"D{ANA}")
    assert "does not post any more: #lab" in told["text"]
    assert "archived" in told["text"]
    assert slack.ledger.says(LAB) == []
    assert slack.ledger.says(CHANNEL) == []


async def test_without_the_scope_it_is_given_up_and_told_nowhere_else(desk, slack):
    slack.scopes -= {"im:write"}
    await stopped(desk, slack)
    posted = len(slack.asked("post"))
    await desk.outbox.tell()
    assert len(slack.asked("post")) == posted
    (state,) = await desk.db.read(
        lambda c: list(c.exec_driver_sql("SELECT state FROM notices").scalars())
    )
    assert state == "failed"


async def test_an_id_that_is_no_persons_is_never_asked_for(desk, slack):
    await stopped(desk, slack)
    await desk.db.write(
        lambda c: c.exec_driver_sql(f"UPDATE notices SET person_id = '{CHANNEL}'")
    )
    await desk.outbox.tell()
    assert slack.asked("open") == []
    assert slack.ledger.says(CHANNEL) == []
