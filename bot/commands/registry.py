"""List every command of the product, in the order of the help.

A new command is a function with `@command` in the file of its noun, and one line here.
A test fails when a declared command is not listed.
"""

from collections.abc import Sequence

from bot.commands import (
    corrections,
    drafts,
    editions,
    help_pages,
    history,
    home,
    personal,
    posting,
    preview,
    quotes_and_figures,
    reader_lists,
    reports,
    search,
    settings,
    setup,
    source_lists,
    status,
    stories,
    workspace,
)
from bot.commands.context import CommandServices
from bot.commands.declaration import CommandDeclaration
from bot.model import Command

COMMANDS: tuple[CommandDeclaration, ...] = (
    editions.show_latest,
    stories.show_story,
    quotes_and_figures.show_quotes,
    quotes_and_figures.show_figures,
    search.search,
    search.ask,
    stories.explain_selection,
    reader_lists.follow,
    personal.show_person,
    reports.report_error,
    help_pages.show_help,
    home.show_home,
    setup.set_up_channel,
    settings.set_setting,
    status.show_status,
    preview.preview_edition,
    posting.post_edition,
    posting.undo_edition,
    drafts.show_drafts,
    corrections.correct_story,
    source_lists.import_feeds,
    source_lists.export_feeds,
    settings.grant_access,
    settings.revoke_access,
    settings.list_access,
    history.show_history,
    status.run_doctor,
    workspace.export_configuration,
    workspace.apply_file,
    workspace.erase_workspace,
    help_pages.show_editor_help,
)


def build_commands(services: CommandServices) -> Sequence[Command]:
    """Build the commands with these services; each can access the whole registry."""
    commands: list[Command] = []
    commands += [declared.bind(services, commands) for declared in COMMANDS]
    return commands
