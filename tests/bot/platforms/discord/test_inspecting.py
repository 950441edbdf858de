"""What the doctor says of a destination, over the real gateway."""

import pytest

from bot.manners import PLAIN
from bot.platforms.discord.inspecting import Facts, troubles
from bot.platforms.discord.permissions import (
    HISTORY,
    MENTION_ALL,
    OPEN_THREADS,
    SEND,
    SEND_IN_THREADS,
    VIEW,
)
from bot.platforms.discord.places import ANNOUNCEMENT, FORUM, POSTS, TEXT, THREADS
from bot.types import Destination, Manner
from tests.bot.platforms.discord.conftest import a_platform, listening, until
from tests.builders import an_inbox
from tests.wire.discord.ledger import GUILD
from tests.wire.discord.server import CHANNEL

ALL = VIEW | SEND | HISTORY | OPEN_THREADS | SEND_IN_THREADS
EVERYTHING = Manner(silent=True, ping="4711", thread=True, crosspost=True)
KINDS = sorted({TEXT, ANNOUNCEMENT} | POSTS | THREADS)


def said(facts: Facts, manner: Manner = PLAIN) -> str:
    return " | ".join(trouble.text for trouble in troubles(facts, manner))


def facts(**changes) -> Facts:
    values = {"kind": ANNOUNCEMENT, "may": ALL, "roles": {"4711": True}}
    return Facts(**{**values, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_bot_may_all_it_needs_nothing_is_said(kind):
    assert said(facts(kind=kind)) == ""


def test_a_manner_that_works_out_is_not_spoken_of():
    assert said(facts(), EVERYTHING) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": None}, "not there"),
        ({"kind": 4}, "category"),
        ({"may": ALL & ~VIEW}, "«View Channel»"),
        ({"may": ALL & ~SEND}, "«Send Messages»"),
        ({"may": ALL & ~SEND_IN_THREADS}, "«Send Messages in Threads»"),
        ({"may": ALL & ~HISTORY}, "Read Message History"),
        ({"may": ALL & ~OPEN_THREADS}, "no threads"),
        ({"roles": {}}, "does not exist"),
        ({"roles": {"4711": False}}, "may not ping"),
        ({"kind": TEXT}, "no announcement channel"),
    ],
)
def test_each_thing_that_is_missing_is_said_alone(changes, words):
    text = said(facts(**changes), EVERYTHING)
    assert words in text
    assert "|" not in text


def test_who_may_mention_everybody_may_ping_any_role():
    told = facts(roles={"4711": False}, may=ALL | MENTION_ALL)
    assert said(told, EVERYTHING) == ""


def test_a_forum_needs_the_right_to_write_in_its_posts():
    assert "Threads" in said(facts(kind=FORUM, may=ALL & ~SEND_IN_THREADS))


@pytest.mark.parametrize("mentionable", [True, False])
async def test_the_gateway_tells_whether_a_role_can_be_pinged(discord, mentionable):
    discord.ledger.roles["4711"] = mentionable
    place = Destination(
        id=1,
        workspace_id=1,
        name="news",
        channel=CHANNEL,
        manner=Manner(ping="4711"),
    )
    async with listening(discord, an_inbox(), a_platform(discord)) as platform:
        session = platform._session
        await until(lambda: session and session.kind(int(CHANNEL)) is not None)
        found = await platform.inspect(GUILD, place)
    assert [trouble.stops for trouble in found] == ([] if mentionable else [False])


async def test_before_it_is_connected_nothing_is_claimed(discord):
    place = Destination(id=1, workspace_id=1, name="news", channel="1")
    assert await a_platform(discord).inspect(GUILD, place) == ()
