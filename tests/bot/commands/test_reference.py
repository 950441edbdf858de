"""The registry of commands keeps to the platforms' limits."""

from collections import Counter

from bot.model import Command
from tests.bot.harness import BotHarness

#: Discord: characters of a whole root, and entries of a level.
ROOT, LEVEL = 8_000, 25


def test_a_root_is_within_what_discord_takes(empty_harness: BotHarness):
    for root in ("news", "newsdesk"):
        mine = [c for c in empty_harness.inbox.commands if c.path.split()[0] == root]
        assert sum(map(length, mine)) < ROOT, root


def length(command: Command) -> int:
    """Characters that count: names, descriptions and choices."""
    words = [*command.path.split()[1:], command.description]
    for option in command.options:
        words += [option.name, option.description, *option.choices * 2]
    return sum(map(len, words))


def test_no_level_has_more_entries_than_discord_takes(empty_harness: BotHarness):
    below = Counter(
        path
        for c in empty_harness.inbox.commands
        for path in {tuple(c.path.split()[:-1])}
    )
    seconds = {tuple(c.path.split()[:2]) for c in empty_harness.inbox.commands}
    entries = Counter(root for root, _ in seconds)
    assert max(entries.values()) <= LEVEL
    assert max(below.values()) <= LEVEL


def test_a_command_has_no_more_options_than_a_form_holds(empty_harness: BotHarness):
    for command in empty_harness.inbox.commands:
        assert sum(option.required for option in command.options) <= 5, command.path


def test_words_without_a_name_come_after_what_is_required(empty_harness: BotHarness):
    """Discord rejects a required option after an optional one."""
    for command in empty_harness.inbox.commands:
        needed = [option.required for option in command.options]
        assert needed == sorted(needed, reverse=True), command.path
