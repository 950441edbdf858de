"""Every command of the product, in the order of the help; it decides nothing else.

A new command is one file with `build(desk) -> Command` and one line here. A test
fails when a file of this folder that builds a command is not listed.
"""

from bot.commands import (
    news_figures,
    news_help,
    news_latest,
    news_quotes,
    news_search,
    news_story,
    news_why,
    newsdesk_post,
    newsdesk_preview,
    newsdesk_status,
    newsdesk_undo,
)
from bot.commands.desk import Desk
from bot.types import Command

BUILDERS = (
    news_latest.build,
    news_story.build,
    news_quotes.build,
    news_figures.build,
    news_search.build,
    news_why.build,
    newsdesk_status.build,
    newsdesk_preview.build,
    newsdesk_post.build,
    newsdesk_undo.build,
)


def build(desk: Desk) -> tuple[Command, ...]:
    """The registry; help comes after the readers' commands and knows all of them."""
    commands = [build_one(desk) for build_one in BUILDERS]
    readers = sum(command.path.startswith("news ") for command in commands)
    commands.insert(readers, news_help.build(desk, lambda: tuple(commands)))
    return tuple(commands)
