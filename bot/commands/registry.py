"""Every command of the product, in the order of the help; it decides nothing else.

A new command is one file with `build(desk) -> Command` and one line here; a noun with
several commands gives all of them. A test fails when a file of this folder that builds
a command is not listed.
"""

from bot.commands import (
    news_ask,
    news_corrections,
    news_discuss,
    news_figures,
    news_follow,
    news_help,
    news_language,
    news_latest,
    news_less,
    news_me,
    news_more,
    news_quotes,
    news_report,
    news_save,
    news_saved,
    news_search,
    news_story,
    news_timeline,
    news_unfollow,
    news_when,
    news_why,
    newsdesk_access,
    newsdesk_apply,
    newsdesk_correct,
    newsdesk_destination,
    newsdesk_digest,
    newsdesk_doctor,
    newsdesk_erase,
    newsdesk_export,
    newsdesk_filter,
    newsdesk_help,
    newsdesk_history,
    newsdesk_pause,
    newsdesk_post,
    newsdesk_preview,
    newsdesk_quiet,
    newsdesk_reports,
    newsdesk_resume,
    newsdesk_schedule,
    newsdesk_setup,
    newsdesk_source,
    newsdesk_status,
    newsdesk_style,
    newsdesk_undo,
)
from bot.commands.desk import Desk
from bot.types import Command

BUILDERS = (
    news_latest.build,
    news_story.build,
    news_timeline.build,
    news_quotes.build,
    news_figures.build,
    news_search.build,
    news_ask.build,
    news_why.build,
    news_corrections.build,
    news_when.build,
    news_save.build,
    news_saved.build,
    news_follow.build,
    news_unfollow.build,
    news_more.build,
    news_less.build,
    news_me.build,
    news_report.build,
    news_language.build,
    news_discuss.build,
    newsdesk_setup.build,
    newsdesk_status.build,
    newsdesk_preview.build,
    newsdesk_post.build,
    newsdesk_undo.build,
    newsdesk_correct.build,
    newsdesk_digest.build,
    newsdesk_schedule.build,
    newsdesk_pause.build,
    newsdesk_resume.build,
    newsdesk_quiet.build,
    newsdesk_source.build,
    newsdesk_filter.build,
    newsdesk_style.build,
    newsdesk_destination.build,
    newsdesk_access.build,
    newsdesk_reports.build,
    newsdesk_history.build,
    newsdesk_doctor.build,
    newsdesk_export.build,
    newsdesk_apply.build,
    newsdesk_erase.build,
)


def build(desk: Desk) -> tuple[Command, ...]:
    """The registry; each help comes after the commands that it is about."""
    commands: list[Command] = []
    for build_some in BUILDERS:
        built = build_some(desk)
        commands += built if isinstance(built, tuple) else (built,)
    readers = sum(command.path.startswith("news ") for command in commands)
    commands.insert(readers, news_help.build(desk, lambda: tuple(commands)))
    commands.append(newsdesk_help.build(lambda: tuple(commands)))
    return tuple(commands)
