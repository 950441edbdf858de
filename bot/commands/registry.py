"""List every command of the product, in the order of the help.

A new command is one file with `build(desk) -> Command` and one line here; a noun with
several commands gives all of them. A test fails when a file of this folder that builds
a command is not listed.
"""

from bot.commands import (
    changes,
    corrections,
    destinations,
    digests,
    editions,
    files,
    filters,
    help_pages,
    interests,
    personal,
    posting,
    preview,
    quotes_and_figures,
    saved_stories,
    schedules,
    search,
    setup,
    sources,
    status,
    stories,
    style,
    workspace,
)
from bot.commands.context import CommandContext
from bot.model import Command

COMMAND_BUILDERS = (
    editions.build_latest,
    stories.build_story,
    stories.build_timeline,
    quotes_and_figures.build_quotes,
    quotes_and_figures.build_figures,
    search.build_search,
    search.build_ask,
    stories.build_why,
    corrections.build_corrections,
    editions.build_when,
    saved_stories.build_save,
    saved_stories.build_saved,
    interests.build_follow,
    interests.build_unfollow,
    interests.build_more,
    interests.build_less,
    personal.build_me,
    corrections.build_report,
    personal.build_language,
    editions.build_discuss,
    setup.build_setup,
    status.build_status,
    preview.build_preview,
    posting.build_post,
    posting.build_undo,
    corrections.build_correct,
    digests.build_digests,
    schedules.build_schedules,
    schedules.build_pause,
    schedules.build_resume,
    schedules.build_quiet,
    sources.build_sources,
    filters.build_filters,
    style.build_style,
    destinations.build_destinations,
    workspace.build_access,
    corrections.build_reports,
    changes.build_history,
    status.build_doctor,
    files.build_export,
    files.build_apply,
    workspace.build_erase,
)


def build_commands(context: CommandContext) -> tuple[Command, ...]:
    """The registry; each help comes after the commands that it is about."""
    commands: list[Command] = []
    for build_some in COMMAND_BUILDERS:
        built = build_some(context)
        commands += built if isinstance(built, tuple) else (built,)
    readers = sum(command.path.startswith("news ") for command in commands)
    commands.insert(
        readers, help_pages.build_reader_help(context, lambda: tuple(commands))
    )
    commands.append(help_pages.build_editor_help(lambda: tuple(commands)))
    return tuple(commands)
