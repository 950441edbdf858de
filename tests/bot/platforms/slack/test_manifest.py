"""The manifest: built from the registry, with all that the code uses and no more."""

import re
from pathlib import Path

import pytest

from bot.platforms import slack
from bot.platforms.slack.app_manifest import (
    BOT_EVENTS,
    SCOPES,
    build_manifest,
    list_scope_reasons,
)
from tests.bot.harness import BotHarness

#: The scope that each method of the Web API needs, by its documentation.
NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.history": "channels:history",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "usergroups.list": "usergroups:read",
    "bots.info": "users:read",
    "conversations.replies": "channels:history",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "views.open": "",
    "views.publish": "",
    "auth.test": "",
    "apps.connections.open": "",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "files.delete": "files:write",
}


def code() -> str:
    folder = Path(slack.__file__).parent
    return "\n".join(f.read_text(encoding="utf-8") for f in folder.glob("*.py"))


async def test_it_has_a_command_for_each_root_and_hints_at_what_is_in_it(
    harness: BotHarness,
):
    made = build_manifest(harness.inbox.typed_commands, mode="socket")
    reported = {c["command"]: c for c in made["features"]["slash_commands"]}
    roots = {f"/{c.path.split(' ')[0]}" for c in harness.inbox.typed_commands}
    assert set(reported) == roots
    for command in harness.inbox.typed_commands:
        root, name, *_ = command.path.split(" ")
        assert name in reported[f"/{root}"]["usage_hint"].split(" | ")
    for slash in reported.values():
        assert slash["should_escape"] is True
        assert len(slash["usage_hint"]) <= 1_000
        assert len(slash["description"]) <= 2_000


async def test_socket_mode_needs_no_address(harness: BotHarness):
    made = build_manifest(harness.inbox.typed_commands, mode="socket")
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(made)


async def test_http_mode_has_the_redirect_url(harness: BotHarness):
    made = build_manifest(
        harness.inbox.typed_commands, mode="http", url="https://news.example/"
    )
    assert made["oauth_config"]["redirect_urls"] == [
        "https://news.example/slack/oauth_redirect",
        "https://news.example/console/sign-in/slack/callback",
    ]
    assert made["settings"]["token_rotation_enabled"] is False


async def test_rotation_is_switched_on_where_it_is_wanted(harness: BotHarness):
    made = build_manifest(
        harness.inbox.typed_commands,
        mode="http",
        url="https://news.example",
        rotation=True,
    )
    assert made["settings"]["token_rotation_enabled"] is True


async def test_http_mode_names_one_address_everywhere(harness: BotHarness):
    made = build_manifest(
        harness.inbox.typed_commands, mode="http", url="https://news.example/"
    )
    at = "https://news.example/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["interactivity"]["request_url"] == at
    assert made["settings"]["event_subscriptions"]["request_url"] == at
    assert {c["url"] for c in made["features"]["slash_commands"]} == {at}


def test_every_method_that_the_code_calls_has_its_scope():
    called = set(
        re.findall(
            r'"((?:chat|conversations|users|bots|usergroups|views|auth|apps|files)'
            r'\.[a-z][A-Za-z.]+)"',
            code(),
        )
    )
    assert called <= set(NEEDS)
    assert {NEEDS[method] for method in called} - {""} <= set(SCOPES)


def test_every_handled_event_is_subscribed():
    assert set(re.findall(r'app\.event\("(\w+)"\)', code())) == set(BOT_EVENTS)


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_has_its_reason(scope):
    assert any(line.startswith(f"{scope}: ") for line in list_scope_reasons("socket"))


def test_the_token_of_socket_mode_is_named_where_it_is_needed():
    assert any("connections:write" in line for line in list_scope_reasons("socket"))
    assert not any("connections:write" in line for line in list_scope_reasons("http"))
