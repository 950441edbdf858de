"""The doctor on Discord: token, connection, clock, and the bot's permissions.

Includes the findings about a destination, over the real gateway.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import discord as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import SystemClock
from bot.model import DEFAULT_POST_OPTIONS, Destination, PostOptions
from bot.platforms.discord.channels import (
    ANNOUNCEMENT,
    ATTACH_FILES,
    CREATE_THREADS,
    FORUM,
    FORUM_KINDS,
    INVITATION_BITS,
    MENTION_EVERYONE,
    READ_HISTORY,
    REQUESTED_PERMISSIONS,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    TEXT,
    THREAD_KINDS,
    VIEW_CHANNEL,
    ChannelFacts,
    compute_permissions,
    list_missing_permissions,
)
from bot.platforms.discord.checks import find_channel_problems
from bot.platforms.discord.platform import DiscordPlatform
from tests.bot.harness import BRIDGE, BotHarness
from tests.bot.platforms.discord.conftest import (
    CONFIGURATION,
    a_platform,
    listening,
    until,
)
from tests.bot.process import Home
from tests.builders import an_inbox
from tests.wire.discord.ledger import (
    ALL_WE_NEED,
    ATTACH,
    EMBED,
    GUILD,
    HISTORY,
    SEND,
    VIEW,
    member,
)
from tests.wire.discord.server import CHANNEL, LocalDiscord, serving


async def reported(harness: BotHarness) -> dict[str, Any]:
    return {f.subject: f for f in await harness.doctor.examine()}


async def test_a_bot_that_may_everything_is_well(harness, discord):
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED)
    found = await reported(harness)
    assert found["discord"].state == "ok"
    assert "application 9001" in str(found["discord"].text)
    assert found["discord gateway"].state == "ok"
    assert found["discord #morning"].state == "ok"
    assert found["clock"].state == "ok"


async def test_checking_does_not_connect_to_the_gateway(harness, discord):
    await reported(harness)
    assert discord.gateway.identified == []


@pytest.mark.parametrize(
    ("permissions", "state", "lacks"),
    [
        (ALL_WE_NEED & ~SEND, "problem", "«Send Messages»"),
        (ALL_WE_NEED & ~VIEW, "problem", "cannot see the channel"),
        (ALL_WE_NEED & ~EMBED, "warning", "«Embed Links»"),
        (ALL_WE_NEED & ~HISTORY, "warning", "«Read Message History»"),
        (ALL_WE_NEED & ~ATTACH, "warning", "«Attach Files»; pictures of quotes"),
    ],
)
async def test_what_lacks_in_a_channel_is_named_with_its_fix(
    harness, discord, permissions, state, lacks
):
    discord.ledger.channel(CHANNEL, permissions=permissions)
    found = (await reported(harness))["discord #morning"]
    assert found.state == state
    assert lacks in str(found.text)
    assert found.fix


async def test_a_removed_channel_is_a_problem(harness, discord):
    discord.ledger.channel(CHANNEL, deleted=True)
    assert "no longer exists" in str((await reported(harness))["discord #morning"].text)


async def test_a_token_that_is_refused_is_one_problem_and_not_ten(harness, discord):
    discord.revoked = True
    found = await reported(harness)
    assert "refused the bot's token" in str(found["discord"].text)
    assert "discord gateway" not in found


async def test_a_clock_that_is_off_is_a_problem(harness, discord):
    class Later:
        @staticmethod
        def now():
            return harness.clock.now() - timedelta(seconds=95)

    discord.ledger.clock = Later()
    found = (await reported(harness))["clock"]
    assert found.state == "problem"
    assert "95 seconds ahead of discord's" in str(found.text)


async def test_a_bot_without_a_server_is_reported(harness, discord):
    discord.invited = False
    found = await reported(harness)
    assert found["discord"].state == "warning"
    assert "not in any server" in str(found["discord"].text)


async def test_commands_that_go_elsewhere_are_a_problem(harness, discord):
    discord.application = {"interactions_endpoint_url": "https://old.example/"}
    assert (await reported(harness))["discord commands"].state == "problem"


@asynccontextmanager
async def over_http(discord: LocalDiscord) -> AsyncIterator[DiscordPlatform]:
    platform = a_platform(discord, public_key="ab" * 32)
    yield platform
    await platform.close()


async def test_an_endpoint_that_a_public_key_asks_for_is_no_problem(discord):
    discord.application = {"interactions_endpoint_url": "https://news.example/"}
    async with over_http(discord) as platform:
        assert (await platform.examiner.identity()).findings == ()


async def test_a_public_key_without_an_endpoint_is_a_problem_with_its_fix(discord):
    async with over_http(discord) as platform:
        (found,) = (await platform.examiner.identity()).findings
    assert found.state == "problem"
    assert "«Interactions Endpoint URL»" in str(found.fix)


async def test_with_an_http_endpoint_the_gateway_is_not_dialled(discord):
    async with over_http(discord) as platform:
        found = await platform.examiner.reach()
    assert found.state == "ok"
    assert "/discord/interactions" in str(found.text)
    assert not any(call.path.endswith("/gateway/bot") for call in discord.calls)


def test_a_permission_has_the_same_name_in_the_invitation_and_in_a_finding():
    facts = ChannelFacts(kind=TEXT, may=0, roles={})
    lacks, *_ = find_channel_problems(facts, PostOptions())
    for bit in (VIEW_CHANNEL, SEND_MESSAGES):
        assert f"«{REQUESTED_PERMISSIONS[bit][0]}»" in str(lacks.text)


async def test_in_chat_an_editor_sees_it_of_this_workspace(harness, discord):
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED & ~HISTORY)
    platform = harness.publisher.platforms["discord"]
    async with listening(discord, harness.inbox, platform):
        asked = await discord.people.command("newsdesk doctor")
        words = (await asked.done()).words
    assert "«Read Message History»" in words
    assert "disk" not in words
    assert str(harness.home) not in words


# ── computing permissions ──────────────────────────────────────────────────────

BITS = st.sampled_from([0, VIEW, SEND, HISTORY, VIEW | SEND, 1 << 38, 1 << 3])
PAIRS = st.tuples(BITS, BITS)


def as_the_library_computes(
    everyone: int, roles: list[int], overwrites: list[dict[str, Any]], owner: str
) -> int:
    """Permissions as discord.py computes them for the same server."""
    from types import SimpleNamespace

    state = SimpleNamespace(self_id=9002, shard_count=1)
    guild = library.Guild.__new__(library.Guild)
    guild._roles, guild.owner_id, guild.id = {}, int(owner), int(GUILD)
    guild._state = state  # type: ignore[assignment]
    for number, bits in [(int(GUILD), everyone), *enumerate(roles, 50)]:
        role = library.Role.__new__(library.Role)
        role.id, role._permissions, role.guild = number, bits, guild
        guild._roles[number] = role
    me = library.Member.__new__(library.Member)
    me._user = SimpleNamespace(id=9002)  # type: ignore[assignment]
    me.guild, me.timed_out_until = guild, None
    me._roles = library.utils.SnowflakeList(range(50, 50 + len(roles)))
    channel = library.TextChannel.__new__(library.TextChannel)
    channel.guild = guild
    channel._type = 0
    channel._state = state  # type: ignore[assignment]
    channel._fill_overwrites(cast(Any, {"permission_overwrites": overwrites}))
    return library.abc.GuildChannel.permissions_for(channel, me).value


@given(
    everyone=BITS,
    roles=st.lists(BITS, max_size=3),
    for_everyone=PAIRS,
    for_roles=st.lists(PAIRS, max_size=3),
    for_me=PAIRS,
)
def test_it_computes_what_the_library_computes(
    everyone, roles, for_everyone, for_roles, for_me
):
    overwrites = [
        {"id": GUILD, "type": 0, **over(for_everyone)},
        *({"id": str(n), "type": 0, **over(o)} for n, o in enumerate(for_roles, 50)),
        {"id": "9002", "type": 1, **over(for_me)},
    ]
    guild = {
        "id": GUILD,
        "owner_id": "1",
        "roles": [
            {"id": GUILD, "permissions": str(everyone)},
            *({"id": str(n), "permissions": str(b)} for n, b in enumerate(roles, 50)),
        ],
    }
    me = member() | {"roles": [str(n) for n in range(50, 50 + len(roles))]}
    ours = compute_permissions(guild, me, overwrites)
    theirs = as_the_library_computes(everyone, roles, overwrites, "1")
    # The library also removes everything that depends on «View Channels».
    if theirs & VIEW:
        assert ours & INVITATION_BITS == theirs & INVITATION_BITS
    else:
        assert not ours & VIEW


def over(pair: tuple[int, int]) -> dict[str, str]:
    return {"allow": str(pair[0]), "deny": str(pair[1])}


def test_the_owners_own_bot_may_everything():
    guild = {"id": GUILD, "owner_id": "9002", "roles": []}
    assert list_missing_permissions(compute_permissions(guild, member(), []), 0) == ()


def test_a_thread_needs_its_own_permission_to_post():
    without = INVITATION_BITS & ~(1 << 38)
    assert list_missing_permissions(without, 11) == (REQUESTED_PERMISSIONS[1 << 38][0],)
    assert list_missing_permissions(without, 0) == ()
    assert list_missing_permissions(INVITATION_BITS & ~SEND, 11) == ()


# ── on the command line ────────────────────────────────────────────────────────


async def test_the_command_prints_findings_alone_and_ends_with_4(tmp_path):
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "newsroom.toml").write_text(CONFIGURATION, encoding="utf-8")
    async with serving(SystemClock()) as server:
        server.ledger.channel(CHANNEL, permissions=VIEW)
        more = {
            "STANDFIRST_DISCORD_TOKEN": server.token,
            "STANDFIRST_DISCORD_API_BASE": server.address["api_base"],
            "STANDFIRST_DISCORD_GATEWAY": server.address["gateway"],
        }
        await asyncio.to_thread(home.run, "apply", "newsroom.toml", **more)
        done = await asyncio.to_thread(home.run, "doctor", "--json", **more)
        plain = await asyncio.to_thread(home.run, "doctor", **more)
    found = {one["subject"]: one for one in json.loads(done.stdout)["findings"]}
    assert done.returncode == plain.returncode == 4
    assert done.stderr == ""
    assert found["discord #morning"]["state"] == "problem"
    assert "«Send Messages»" in found["discord #morning"]["fix"]
    assert found["clock"]["state"] == "ok"
    (line,) = [x for x in plain.stdout.splitlines() if "#morning" in x]
    assert line.startswith("✗ discord #morning")
    assert " → " in line


ALL = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | ATTACH_FILES
    | READ_HISTORY
    | CREATE_THREADS
    | SEND_IN_THREADS
)
EVERYTHING = PostOptions(silent=True, ping="4711", thread=True, crosspost=True)
KINDS = sorted({TEXT, ANNOUNCEMENT} | FORUM_KINDS | THREAD_KINDS)


def said(facts: ChannelFacts, post_options: PostOptions = DEFAULT_POST_OPTIONS) -> str:
    return " | ".join(
        str(trouble.text) for trouble in find_channel_problems(facts, post_options)
    )


def facts(**changes) -> ChannelFacts:
    values = {"kind": ANNOUNCEMENT, "may": ALL, "roles": {"4711": True}}
    return ChannelFacts(**{**values, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_with_all_permissions_nothing_is_reported(kind):
    assert said(facts(kind=kind)) == ""


def test_a_manner_that_works_out_is_not_spoken_of():
    assert said(facts(), EVERYTHING) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": None}, "does not exist"),
        ({"kind": 4}, "category"),
        ({"may": ALL & ~VIEW_CHANNEL}, "«View Channels»"),
        ({"may": ALL & ~SEND_MESSAGES}, "«Send Messages»"),
        ({"may": ALL & ~SEND_IN_THREADS}, "«Send Messages in Threads»"),
        ({"may": ALL & ~READ_HISTORY}, "Read Message History"),
        ({"may": ALL & ~ATTACH_FILES}, "pictures of quotes are left out"),
        ({"may": ALL & ~CREATE_THREADS}, "not create threads"),
        ({"roles": {}}, "does not exist"),
        ({"roles": {"4711": False}}, "may not ping"),
        ({"kind": TEXT}, "not an announcement channel"),
    ],
)
def test_each_missing_permission_is_reported_alone(changes, words):
    text = said(facts(**changes), EVERYTHING)
    assert words in text
    assert "|" not in text


def test_who_may_mention_everybody_may_ping_any_role():
    reported = facts(roles={"4711": False}, may=ALL | MENTION_EVERYONE)
    assert said(reported, EVERYTHING) == ""


def test_a_forum_needs_the_right_to_write_in_its_posts():
    assert "Threads" in said(facts(kind=FORUM, may=ALL & ~SEND_IN_THREADS))


@pytest.mark.parametrize("mentionable", [True, False])
async def test_the_gateway_shows_whether_a_role_can_be_pinged(discord, mentionable):
    discord.ledger.roles["4711"] = mentionable
    place = Destination(
        id=1,
        workspace_id=1,
        name="news",
        channel=CHANNEL,
        post_options=PostOptions(ping="4711"),
    )
    async with listening(discord, an_inbox(), a_platform(discord)) as platform:
        session = platform._session
        await until(lambda: session and session.api.kind(int(CHANNEL)) is not None)
        found = await platform.inspect(GUILD, place)
    assert [trouble.stops for trouble in found] == ([] if mentionable else [False])


def test_without_the_right_to_attach_files_posting_goes_on():
    reported = facts(may=ALL & ~ATTACH_FILES)
    assert [one.stops for one in find_channel_problems(reported, PostOptions())] == [
        False
    ]


async def test_before_it_is_connected_nothing_is_claimed(discord):
    place = Destination(id=1, workspace_id=1, name="news", channel="1")
    assert await a_platform(discord).inspect(GUILD, place) == ()
