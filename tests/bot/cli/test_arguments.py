"""Names on the command line that may mean several things."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.cli.arguments import load_named_digest
from bot.cli.configuration import _select_workspace
from bot.errors import UserError
from bot.model import Workspace
from tests.bot.harness import CONFIGURATION, BotHarness

RIVAL = CONFIGURATION.replace('"newsroom"', '"rival"')


async def load(harness: BotHarness, name: str | None, workspace: str | None) -> Any:
    app = SimpleNamespace(archive=harness.archive, db=harness.db)
    return await load_named_digest(cast(Any, app), name, workspace)


async def test_equal_names_in_two_workspaces_are_told_apart_by_what_to_write(harness):
    await harness.apply(RIVAL)
    with pytest.raises(UserError) as caught:
        await load(harness, "morning", None)
    assert str(caught.value) == (
        "Several digests may be meant; write one of: "
        '"Morning brief" --workspace newsroom, "Morning brief" --workspace rival'
    )
    assert (await load(harness, "Morning brief", "rival")).workspace_id == 2


async def test_no_name_at_all_is_answered_in_the_same_way(harness):
    await harness.apply(RIVAL)
    with pytest.raises(UserError, match="--workspace rival"):
        await load(harness, None, None)


async def test_names_of_one_workspace_need_no_workspace(harness):
    second = CONFIGURATION.split("[[workspace.digest]]")[1]
    other = second.replace("Morning brief", "Morning extra")
    await harness.apply(f"{CONFIGURATION}\n[[workspace.digest]]{other}")
    with pytest.raises(UserError, match="matches several digests: «Morning brief», «M"):
        await load(harness, "morning", None)


async def test_equal_ids_on_two_platforms_are_told_apart_by_the_platform(harness):
    elsewhere = CONFIGURATION.replace('"local"', '"slack"')
    await harness.apply(elsewhere.replace("c-morning", "C0123456789"))
    with pytest.raises(UserError, match="--workspace local/newsroom"):
        await load(harness, "morning", None)
    assert (await load(harness, "morning", "local/newsroom")).workspace_id == 1


def test_a_workspace_to_be_erased_is_named_by_its_platform_if_its_id_is_not_enough():
    spaces = [
        Workspace(id=key, platform=cast(Any, name), external_id="7", name="Lab")
        for key, name in enumerate(("discord", "slack"), 1)
    ]
    with pytest.raises(UserError, match="say its id: discord/7, slack/7"):
        _select_workspace("7", spaces)
    assert _select_workspace("slack/7", spaces).id == 2
