"""The local Discord is strict with threads and forums, too."""

from typing import Any

import pytest

from tests.wire.discord import rules, threads
from tests.wire.discord.test_server import TEXT, message


def post(**changes: Any) -> dict[str, Any]:
    return {"name": "Morning", "message": message(TEXT), **changes}


def test_a_post_with_a_name_and_a_message_is_taken():
    assert threads.opening(post()) == []
    assert threads.opening(post(name="n" * 100)) == []


@pytest.mark.parametrize(
    "body",
    [
        post(name=""),
        post(name="   "),
        post(name="n" * 101),
        post(name="🌉" * 51),
        {"name": "Morning"},
        post(message=message()),
        post(message=message(TEXT, nonce="n", enforce_nonce=True)),
        post(message=message(TEXT, enforce_nonce=True)),
        post(message={"content": "A"}),
        post(colour=1),
    ],
)
def test_what_discord_refuses_of_a_post_is_refused(body):
    assert threads.opening(body)


@pytest.mark.parametrize(
    "allowed",
    [
        {"parse": ["roles"], "roles": ["1"]},
        {"parse": [], "roles": ["everyone"]},
        {"parse": [], "roles": [str(n) for n in range(101)]},
    ],
)
def test_roles_are_named_one_by_one_or_all_of_them(allowed):
    assert rules.message(message(TEXT, allowed_mentions=allowed))


def test_an_edit_cannot_make_a_message_silent():
    silent = message(TEXT, flags=rules.V2 | 1 << 12)
    assert rules.message(silent) == []
    assert rules.message(silent, edit=True)
