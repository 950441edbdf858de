"""Access grants on the local page: for one of its people, or for nobody."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.platforms.local.platform import PEOPLE, LocalPlatform
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import open_harness
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox


@pytest.fixture
async def ana(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Editor]:
    """Ana, in a workspace whose digests post to the page."""
    page: Any = LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock())
    async with open_harness(sqlite_url, tmp_path, page) as built:
        await built.apply()
        yield await editor(built)


@pytest.mark.parametrize("who", ["ben", "Ben", "@ben", "person ben", "<@ben>"])
async def test_a_grant_names_the_person_who_may_then_edit(ana: Editor, who: str):
    shown = await ana.says("newsdesk access grant", who=who)
    assert "This is Ben" in said(shown)
    await ana.presses(shown, "Confirm")
    ben = Editor(harness=ana.harness, place=ana.place, person=PEOPLE["ben"])
    assert not (await ben.says("newsdesk status")).problem


@pytest.mark.parametrize("who", ["mallory", "role 4711"])
async def test_an_unknown_person_is_answered_with_the_known_people(
    ana: Editor, who: str
):
    form = await ana.is_asked("newsdesk access grant", who=who)
    assert "«ana», «ben»" in errors(form)["who"]


async def test_editors_need_no_grant(ana: Editor):
    form = await ana.is_asked("newsdesk access grant", who="ana")
    assert "Ana is already an editor" in errors(form)["who"]


async def test_the_people_are_completed(ana: Editor):
    asked = cast(Any, await ana._event("newsdesk access grant", {}))
    assert await ana.harness.inbox.complete(asked, "who", "b") == ("ben",)
