"""Commands on Discord: what is registered, that it fits, and when it is sent."""

import asyncio
from typing import Any, cast

import pytest

from bot.model import Command, CommandOption, Inbox, Invocation, Permission, Reply
from bot.platforms.discord import commands, limits
from bot.platforms.discord.events import DiscordEventHandler
from tests.bot.harness import BotHarness
from tests.bot.platforms.discord.conftest import a_platform, listening, until
from tests.builders import an_inbox
from tests.wire.discord import answer_rules, rules
from tests.wire.discord.faults import Status


async def run(_: Invocation) -> Reply:
    return Reply()


def a_command(path: str, *options: CommandOption, **changes: Any) -> Command:
    parts: dict[str, Any] = {
        "path": path,
        "description": f"What {path} does",
        "permission": Permission.EVERYONE,
        "run": run,
        "options": options,
    }
    return Command(**{**parts, **changes})


def an_option(name: str, **changes: Any) -> CommandOption:
    return CommandOption(**{"name": name, "description": f"Which {name}", **changes})


@pytest.fixture
def registry(harness: BotHarness) -> Inbox:
    return harness.inbox


def named(tree: list[dict[str, Any]], path: str) -> dict[str, Any]:
    root, *below = path.split(" ")
    found = next(c for c in tree if c["name"] == root)
    for name in below:
        found = next(o for o in found["options"] if o["name"] == name)
    return found


# ── the tree ───────────────────────────────────────────────────────────────────


def test_every_command_of_the_registry_is_there_and_fits(registry):
    tree = commands.build_command_tree(registry.commands)
    assert rules.commands(tree) == answer_rules.commands(tree) == []
    for command in registry.commands:
        found = named(tree, command.path)
        assert found["description"] == command.description
        options = sorted(command.options, key=lambda o: not o.required or o.attachable)
        assert [o["name"] for o in found["options"]] == [
            name
            for option in options
            for name in (option.name, *(["attachment"] * option.attachable))
        ]


def test_no_option_is_called_as_the_one_for_a_file_and_one_at_most_takes_one(registry):
    for command in registry.commands:
        assert "attachment" not in [option.name for option in command.options]
        assert sum(option.attachable for option in command.options) <= 1


def test_what_can_be_a_file_is_an_option_of_its_own_kind(registry):
    found = named(
        commands.build_command_tree(registry.commands), "newsdesk config apply"
    )["options"]
    assert [(o["name"], o["type"], o["required"]) for o in found] == [
        ("file", 3, False),
        ("attachment", 11, False),
        ("prune", 3, False),
    ]


def test_a_root_stays_far_below_what_discord_takes(registry):
    for root in commands.build_command_tree(registry.commands):
        assert answer_rules.root_size(root) <= 8000


def test_descriptions_are_there_in_german(registry):
    tree = commands.build_command_tree(registry.commands)
    assert named(tree, "news")["description_localizations"]["de"]
    said = named(tree, "news quotes")["description_localizations"]
    assert said == {"de": "Wer was gesagt hat, Wort für Wort"}


def test_editors_commands_are_hidden_from_others_and_readers_work_anywhere(registry):
    tree = commands.build_command_tree(registry.commands)
    news, harness = named(tree, "news"), named(tree, "newsdesk")
    assert news["default_member_permissions"] is None
    assert harness["default_member_permissions"] == 1 << 5
    assert news["contexts"] == [0, 1, 2]
    assert harness["contexts"] == [0, 1]
    assert news["integration_types"] == harness["integration_types"] == [0, 1]


def test_groups_required_options_choices_and_completion():
    tree = commands.build_command_tree(
        (
            a_command(
                "desk schedule add",
                an_option("digest", completes="digest"),
                an_option("when", required=True),
                an_option("tone", choices=("calm", "brisk")),
            ),
            a_command("desk schedule list"),
            a_command("desk status"),
            a_command("ping", an_option("who")),
        )
    )
    assert rules.commands(tree) == answer_rules.commands(tree) == []
    group = named(tree, "desk schedule")
    assert (group["type"], group["description"]) == (commands.GROUP, "add, list")
    when, digest, tone = named(tree, "desk schedule add")["options"]
    assert (when["name"], when["required"]) == ("when", True)
    assert digest["autocomplete"] is True
    assert [c["value"] for c in tone["choices"]] == ["calm", "brisk"]
    assert "autocomplete" not in tone
    assert named(tree, "ping")["options"][0]["name"] == "who"


def test_more_choices_than_discord_lists_are_completed():
    many = tuple(f"zone {n}" for n in range(26))
    [root] = commands.build_command_tree(
        (a_command("x", an_option("zone", choices=many)),)
    )
    assert root["options"][0]["autocomplete"] is True


# ── chosen values ──────────────────────────────────────────────────────────────


def test_a_chosen_command_is_read_back(registry):
    value = {"name": "digest", "type": 3, "value": "Morning", "focused": True}
    group = {"name": "schedule", "type": 2}
    sub = {"name": "add", "type": 1, "options": [value]}
    found = commands.parse_command(
        {"name": "desk", "options": [{**group, "options": [sub]}]}
    )
    assert found.path == "desk schedule add"
    assert found.given == {"digest": "Morning"}
    assert found.focused == "digest"


# ── comparing trees ────────────────────────────────────────────────────────────


def held(tree: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [answer_rules.kept(c, n, "9001") for n, c in enumerate(tree)]


def test_what_discord_gives_back_is_the_same_in_any_order(registry):
    tree = commands.build_command_tree(registry.commands)
    assert commands.are_commands_equal(list(reversed(held(tree))), tree)


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Another"},
        {"default_member_permissions": None},
        {"contexts": [0]},
        {"integration_types": [0]},
        {"description_localizations": None},
        {"options": []},
    ],
)
def test_whatever_changes_makes_it_another(registry, change):
    tree = commands.build_command_tree(registry.commands)
    other = [{**c, **change} if c["name"] == "newsdesk" else c for c in tree]
    assert not commands.are_commands_equal(held(other), tree)


@pytest.mark.parametrize(
    "change",
    [
        {"name_localizations": {"de": "art"}},
        {"required": True},
        {"autocomplete": True},
        {"max_length": 5},
        {"choices": [{"name": "a", "value": "a"}]},
        {"choices": [{"name": "a", "value": "a"}, {"name": "b", "value": "c"}]},
    ],
)
def test_whatever_changes_in_an_option_makes_it_another(change):
    (root,) = commands.build_command_tree(
        (a_command("news", an_option("kind", choices=("a", "b"))),)
    )
    (option,) = root["options"]
    assert commands.are_commands_equal(held([root]), [root])
    other = {**root, "options": [{**option, **change}]}
    assert not commands.are_commands_equal(held([other]), [root])


def test_a_command_that_is_gone_makes_it_another(registry):
    tree = commands.build_command_tree(registry.commands)
    assert not commands.are_commands_equal(held(tree), tree[:1])


# ── over the wire ──────────────────────────────────────────────────────────────


def puts(discord) -> int:
    return sum(call.method == "PUT" for call in discord.asked("commands"))


async def test_commands_are_put_once_and_not_again_after_a_restart(discord, registry):
    for _ in range(3):
        async with listening(discord, registry, a_platform(discord)):
            pass
    assert puts(discord) == 1
    assert len(discord.asked("commands")) == 4


async def test_commands_are_not_requested_again_after_a_reconnect(discord, registry):
    async with listening(discord, registry) as platform:
        await discord.gateway.tell_all(9, False)
        await until(lambda: len(discord.gateway.identified) == 2)
        await until(lambda: platform.state == "ok")
    assert len(discord.asked("commands")) == 2


async def test_a_changed_registry_is_put_again(discord, registry):
    async with listening(discord, registry, a_platform(discord)):
        pass
    more = an_inbox(commands=(*registry.commands, a_command("news extra")))
    async with listening(discord, more, a_platform(discord)):
        assert named(discord.people.registered, "news extra")
    assert puts(discord) == 2


async def test_it_is_not_ready_while_commands_cannot_be_registered(
    discord, registry, monkeypatch
):
    monkeypatch.setattr(limits, "SYNC_FIRST", 0.2)
    discord.script(Status(status=403, code=50001), "commands", times=2)
    platform = a_platform(discord)
    running = asyncio.create_task(platform.run(registry))
    await until(lambda: "commands are not registered" in platform.state)
    await until(lambda: platform.state == "ok")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert puts(discord) == 1


async def test_posts_go_out_while_commands_cannot_be_registered(harness, discord):
    discord.script(Status(status=403, code=50001), "commands", times=9)
    running = asyncio.create_task(harness.platform.run(harness.inbox))
    await until(lambda: discord.asked("commands"))
    await harness.post()
    assert len(discord.ledger.says("2001")) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_no_interaction_is_handled_before_it_runs():
    listener = DiscordEventHandler(cast(Any, None))
    assert listener.inbox is None
    assert "not registered" in listener.problem
