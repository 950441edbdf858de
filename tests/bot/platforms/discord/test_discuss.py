"""«Discuss» under an edition: one thread, however often and by whom it is pressed."""

import pytest

from bot.platforms.discord import limits
from tests.bot.harness import FLOOD, BotHarness
from tests.bot.platforms.discord.conftest import CONFIGURATION, listening
from tests.bot.platforms.discord.test_interactions import ask, chat, platform_of, posted
from tests.wire.discord.faults import Limit, Lost, Status
from tests.wire.discord.interactions import EDITOR, READER, like
from tests.wire.discord.ledger import ALL_WE_NEED, OPEN_THREADS
from tests.wire.discord.threads import FORUM, THREAD, of_channel

__all__ = ["chat"]

MAY_OPEN = like(READER, permissions=OPEN_THREADS)


async def press(discord, who=MAY_OPEN):
    asked = await discord.people.presses(posted(discord)["Discuss"], who)
    return await asked.done()


def threads(discord):
    return of_channel(discord.ledger, "2001")


async def test_it_opens_a_thread_below_the_edition_and_links_to_it(chat, discord):
    asked = await press(discord)
    (thread,) = threads(discord)
    (message,) = discord.ledger.says("2001")
    assert thread.id == message["id"]
    assert thread.name == "Morning brief · Tuesday 24 November"
    assert f"/channels/1001/{thread.id}" in asked.words
    assert asked.private


async def test_the_next_press_links_to_the_same_thread(chat, discord):
    first = await press(discord)
    second = await press(discord, EDITOR_TOO)
    assert second.words == first.words
    assert len(threads(discord)) == 1


EDITOR_TOO = like(EDITOR, permissions=EDITOR.permissions | OPEN_THREADS, user="7003")


async def test_an_edition_of_one_story_is_discussed_under_its_headline(
    harness, discord
):
    await harness.post()
    harness.publish("flood", FLOOD)
    discord.ledger.channel("2001").messages.clear()
    await harness.post("again")
    async with listening(discord, harness.inbox, platform_of(harness)):
        await press(discord)
    (thread,) = threads(discord)
    assert thread.name == "River floods the market square of Brannock"
    assert len(thread.name) <= limits.THREAD_NAME


async def test_below_a_story_it_leads_to_the_thread_of_its_edition(chat, discord):
    await press(discord)
    story = await ask(discord, "news story", MAY_OPEN, story="1")
    asked = await (await discord.people.does_on(story, "Discuss")).done()
    (thread,) = threads(discord)
    assert thread.id in asked.words


async def test_without_thread_permission_the_bot_opens_none(chat, discord):
    asked = await press(discord, READER)
    assert threads(discord) == []
    assert "you may open none here" in asked.words


async def test_without_thread_permission_a_person_gets_the_open_thread(chat, discord):
    await press(discord)
    asked = await press(discord, READER)
    assert threads(discord)[0].id in asked.words


async def test_without_the_permission_the_bot_names_it(chat, discord):
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~OPEN_THREADS)
    asked = await press(discord)
    assert "«Create Public Threads»" in asked.words
    assert threads(discord) == []


async def test_below_a_message_that_was_deleted_there_is_nothing_to_open(chat, discord):
    control = posted(discord)["Discuss"]
    (message,) = discord.ledger.says("2001")
    discord.ledger.delete("2001", message["id"])
    asked = await discord.people.presses(control, MAY_OPEN)
    assert "no longer exists" in (await asked.done()).words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Limit(retry_after=300, scope="user"), "in a few minutes"),
        (Lost(when="before"), "Try again in a minute"),
        (Status(status=403, code=50013), "Create Public Threads"),
    ],
)
async def test_errors_are_reported_in_a_sentence(chat, discord, fault, words):
    discord.script(fault, "open")
    asked = await press(discord)
    assert words in asked.words
    assert threads(discord) == []


async def test_after_a_lost_answer_the_next_press_finds_the_thread(chat, discord):
    discord.script(Lost(when="after"), "open")
    await press(discord)
    asked = await press(discord)
    (thread,) = threads(discord)
    assert thread.id in asked.words


async def test_an_edition_of_another_place_is_not_discussed_here(chat, discord):
    discord.ledger.channel("2002")
    elsewhere = like(MAY_OPEN, channel="2002")
    asked = await press(discord, elsewhere)
    assert "was not posted in this channel" in asked.words
    assert threads(discord) == []


async def test_an_edition_of_another_server_is_not_known(chat, discord):
    asked = await press(discord, like(MAY_OPEN, guild="1002"))
    assert "There is no edition" in asked.words
    assert threads(discord) == []


async def test_in_a_forum_its_post_is_the_thread(harness, discord):
    discord.ledger.channel("2001", kind=FORUM, messages=[])
    await harness.post()
    (post,) = threads(discord)
    (message,) = discord.ledger.says(post.id)
    control = message["components"][0]["components"][-1]["components"][-1]
    async with listening(discord, harness.inbox, platform_of(harness)):
        who = like(MAY_OPEN, channel=post.id)
        asked = await discord.people.presses(control["custom_id"], who)
        assert post.id in (await asked.done()).words
    assert len(discord.asked("open")) == 1


async def test_a_thread_that_holds_the_other_parts_is_the_one(
    harness, discord, monkeypatch
):
    monkeypatch.setattr(limits, "STORIES", 1)
    await harness.apply(CONFIGURATION.replace('"2001"\n', '"2001"\nthread = true\n'))
    await harness.post()
    (thread,) = threads(discord)
    (message,) = discord.ledger.says(thread.id)
    control = message["components"][0]["components"][-1]["components"][-1]
    async with listening(discord, harness.inbox, platform_of(harness)):
        who = like(MAY_OPEN, channel=thread.id)
        asked = await discord.people.presses(control["custom_id"], who)
        assert thread.id in (await asked.done()).words
    assert [place.kind for place in threads(discord)] == [THREAD]


async def test_a_preview_has_nothing_to_discuss(harness: BotHarness):
    draft = await harness.publisher.preview(await harness.digest(), "discord")
    assert "discuss" not in str(draft.rendered)
