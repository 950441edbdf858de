"""The bot against simcord, an independent model of Discord: the same as ours.

Our wire server was written from the documentation by the authors of the bot, and one
misreading could be in both. simcord models Discord independently: which commands a
member sees, what a component, a modal, a permission and a late or second answer are.
It runs behind the real discord.py, inside the process. Nonces, the wire and time are
not its strength (its clock makes every wait short): those are tested with
`tests/wire/discord`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import discord
import pytest
from simcord import Env
from simcord.components import walk_components

from bot.model import Command, Permission
from bot.platforms.discord.messages import (
    build_edit_body,
    build_post_body,
    collect_pictures,
)
from bot.platforms.discord.platform import DiscordPlatform
from bot.platforms.discord.render import render
from bot.platforms.discord.session import DiscordSession
from bot.storage import delivery_queue
from tests.bot.commands.examples import given_for
from tests.bot.delivery.test_outbox import reasons, states
from tests.bot.harness import BRIDGE, FLOOD, POOL, WAIT, BotHarness, open_harness
from tests.bot.platforms.discord.conftest import CONFIGURATION
from tests.bot.platforms.discord.test_pictures import showing
from tests.bot.platforms.discord.test_render import big, bodies
from tests.bot.platforms.local.samples import a_context, a_delivery, an_edition

TOKEN = "simcord.fake.token"
#: A guild's id determines its shard.
GUILD = 1001 << 22
SELECT = 3
#: Commands whose answer needs the network, which no test reaches.
ASKS_OUTSIDE: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """A newsroom whose Discord is simcord."""

    harness: BotHarness
    env: Env
    platform: DiscordPlatform
    session: DiscordSession
    channel: Any
    #: A member who may manage the server.
    editor: Any
    reader: Any

    @property
    def edition(self) -> Any:
        return self.channel.last_message

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.harness.inbox.typed_commands

    async def post_to(self, channel: int) -> None:
        """Order an edition for this channel, and send it."""
        configuration = CONFIGURATION.replace('"1001"', f'"{GUILD}"')
        await self.harness.apply(configuration.replace('"2001"', f'"{channel}"'))
        await self.harness.post()

    async def asks(self, path: str, **given: str) -> Any:
        return await self.editor.slash(self.channel, path, **given)


@pytest.fixture
async def opinion(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Opinion]:
    platform = DiscordPlatform(token=TOKEN)
    session = DiscordSession(
        api_base=None,
        gateway=None,
        heartbeat_timeout=60.0,
        pace=platform._rate_limiter,
        listener=platform._listener,
    )
    env = Env(session, shard_count=1)
    async with open_harness(sqlite_url, tmp_path, cast(Any, platform)) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        # Where `run` would sign in and register, simcord has signed us in.
        platform._session = session
        platform._listener.inbox = harness.inbox
        await env.start()
        await platform._listener.register(session.api)
        guild = env.create_guild("Hallin", id=GUILD)
        manages = discord.Permissions(manage_guild=True)
        built = Opinion(
            harness=harness,
            env=env,
            platform=platform,
            session=session,
            channel=guild.create_text_channel("morning"),
            editor=guild.add_member(
                env.create_user("editor"),
                roles=[guild.create_role("Desk", permissions=manages)],
            ),
            reader=guild.add_member(env.create_user("reader")),
        )
        yield built
        await env.shutdown()
    env.raise_errors()


def words(asked: Any) -> str:
    """Everything that the person is shown: the answer, and its follow-ups."""
    shown = [asked.response, *asked.followups]
    return "\n".join(str(message.components) for message in shown if message)


def first_story(message: Any) -> str:
    """The first option of the menu under an edition."""
    roots = [component.to_dict() for component in message.components]
    (menu,) = [found for found in walk_components(roots) if found["type"] == SELECT]
    return str(menu["options"][0]["value"])


def choice(message: Any, ending: str) -> tuple[str, str]:
    """The menu with an option whose value ends like this, and the value."""
    for found in walk_components(message.components):
        for option in found.get("options") or ():
            if option["value"].endswith(ending):
                return str(found["custom_id"]), str(option["value"])
    raise AssertionError(f"no menu has {ending}")


# ── editions ───────────────────────────────────────────────────────────────────


async def test_an_edition_is_a_message_that_pings_nobody(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    assert await states(opinion.harness) == ["sent"]
    assert "Harbour bridge" in str([c.to_dict() for c in opinion.edition.components])
    assert opinion.edition.flags.components_v2
    assert not opinion.edition.mention_everyone
    assert not opinion.edition.raw_mentions


@pytest.mark.parametrize("stories", [3, 6, 10, 30])
async def test_a_full_edition_fits_its_messages(opinion: Opinion, stories: int):
    parts = render(big(stories), a_context())
    for body, is_edit in bodies(parts):
        if not is_edit:
            await opinion.session.api.post(opinion.channel.id, body)
    # Each as it was rendered, and once more in plain words.
    assert len(opinion.channel.history()) == 2 * len(parts)


@pytest.mark.parametrize("posted", ["rendered", "plain"])
@pytest.mark.parametrize("edited", ["rendered", "plain"])
async def test_a_message_is_edited_from_any_form_to_any(
    opinion: Opinion, posted: str, edited: str
):
    forms = {"rendered": 0, "plain": 1}
    (part,) = render(an_edition(), a_context())
    delivery = a_delivery(payload=part.payload, fallback_text=part.fallback_text)
    before, after = (
        replace(
            delivery,
            fallback_level=forms[form],
            payload={} if forms[form] else part.payload,
        )
        for form in (posted, edited)
    )
    message = await opinion.session.api.post(
        opinion.channel.id, build_post_body(before)
    )
    await opinion.session.api.edit(
        opinion.channel.id, int(message), build_edit_body(after)
    )
    (held,) = opinion.channel.history()
    assert held.content == ""
    assert held.flags.components_v2


async def test_a_message_comes_with_its_pictures_and_is_edited_with_others(
    opinion: Opinion,
):
    before = showing(5, 6)
    contents = build_post_body(before), collect_pictures(before)
    message = await opinion.session.api.post(opinion.channel.id, *contents)
    (held,) = opinion.channel.history()
    assert [file.size for file in held.attachments] == [5, 6]
    after = showing(7)
    contents = build_edit_body(after), collect_pictures(after)
    await opinion.session.api.edit(opinion.channel.id, int(message), *contents)
    (held,) = opinion.channel.history()
    assert [file.size for file in held.attachments] == [7]


async def test_a_message_is_found_again_by_its_key(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    opinion.harness.publish("flood", FLOOD)
    digest = await opinion.harness.digest()
    await opinion.harness.publisher.post_now(digest, "again")
    (claimed,) = await opinion.harness.db.write(
        delivery_queue.claim_deliveries,
        now=opinion.harness.clock.now(),
        lease=WAIT,
        limit=50,
    )
    sent = await opinion.harness.platform.send(claimed)
    assert await opinion.harness.platform.read_back(claimed) == sent


async def test_an_undone_edition_is_deleted(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    asked = await opinion.asks("newsdesk undo")
    await opinion.editor.click(asked.response, label="Take it back")
    await opinion.harness.outbox.drain()
    assert opinion.edition is None


async def test_a_channel_that_may_not_be_posted_to_is_named_as_such(opinion: Opinion):
    closed = opinion.env.guild.create_text_channel(
        "closed",
        overwrites={
            opinion.env.guild.default_role: discord.PermissionOverwrite(
                send_messages=False
            )
        },
    )
    await opinion.post_to(closed.id)
    assert "Send Messages" in str((await reasons(opinion.harness))[0])
    assert not closed.history()


async def test_a_channel_that_is_not_there_is_named_as_such(opinion: Opinion):
    await opinion.post_to(GUILD + 7)
    assert "channel" in str((await reasons(opinion.harness))[0])


# ── commands ───────────────────────────────────────────────────────────────────


async def test_a_member_sees_what_they_may_use(opinion: Opinion):
    everyones = {c.path for c in opinion.commands if c.permission < Permission.EDITOR}
    assert set(opinion.reader.available_commands(opinion.channel)) == everyones
    assert set(opinion.editor.available_commands(opinion.channel)) == {
        command.path for command in opinion.commands
    }


async def test_every_command_is_answered_to_the_one_who_asked(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    for command in opinion.commands:
        if command.path in ASKS_OUTSIDE:
            continue
        asked = await opinion.asks(command.path, **given_for(command))
        assert asked.acknowledged, command.path
        assert asked.modal or asked.ephemeral, command.path
        assert asked.modal or words(asked), command.path
    opinion.env.raise_errors()


async def test_what_is_typed_is_completed(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    found = await opinion.editor.autocomplete(
        opinion.channel, "newsdesk post", "digest", "mor"
    )
    assert [choice["value"] for choice in found] == ["Morning brief"]


async def test_a_story_is_chosen_in_the_edition(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    chosen = first_story(opinion.edition)
    asked = await opinion.reader.select(opinion.edition, [chosen])
    assert asked.ephemeral
    assert "Harbour bridge" in words(asked)


async def test_a_button_answers_whenever_it_is_pressed(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    for _ in range(3):
        asked = await opinion.reader.click(opinion.edition, label="Quotes")
        assert asked.ephemeral
        assert "Ada Brandt" in words(asked)


async def test_a_page_of_the_panel_takes_the_place_of_the_one_before(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    home = await opinion.asks("newsdesk home")
    assert home.ephemeral
    page = await opinion.editor.click(home.response, label="All destinations")
    assert page.response.id == home.response.id
    assert "#morning" in words(page)
    back = await opinion.editor.click(page.response, label="Back")
    assert back.response.id == home.response.id
    assert "Control panel" in words(back)


async def test_a_form_of_the_panel_changes_the_page_that_opened_it(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    home = await opinion.asks("newsdesk home")
    menu, schedule = choice(home.response, ":schedule")
    asked = await opinion.editor.select(home.response, [schedule], custom_id=menu)
    sent = await opinion.editor.submit_modal(asked, {"value": "daily at 18:00"})
    assert sent.response.id == home.response.id
    assert "18:00" in words(sent)


async def test_a_form_with_a_mistake_comes_back_filled_in(opinion: Opinion):
    asked = await opinion.asks("newsdesk setup")
    given = {"name": "Evening", "sources": "articles", "schedule": "daily at 18:00"}
    sent = await opinion.editor.submit_modal(asked, given)
    again = await opinion.editor.click(sent.response, label="Edit again")
    assert again.modal["title"] == asked.modal["title"]
    filled = {
        question["custom_id"]: question.get("value")
        for question in walk_components(again.modal["components"])
        if "custom_id" in question
    }
    assert filled | given == filled


async def test_a_change_is_made_when_it_is_confirmed(opinion: Opinion):
    await opinion.post_to(opinion.channel.id)
    asked = await opinion.asks(
        "newsdesk set",
        target="Morning brief",
        setting="quiet_hours",
        value="22:00-07:00",
    )
    assert (await opinion.harness.digest()).options.quiet_hours is None
    await opinion.editor.click(asked.response, label="Confirm")
    assert (await opinion.harness.digest()).options.quiet_hours == "22:00-07:00"
