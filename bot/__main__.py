"""`standfirst …` and `python -m bot`: parse the command line, run the command.

Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 needs attention. The module of
a command, and the composition root that is passed to it, are imported when the command
runs, so that `standfirst version` is instant.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Final

from bot.cli.console import (
    OK,
    USAGE,
    discard_unwritten,
    flush_output,
    open_closed_streams,
    print_warnings,
)
from bot.cli.lean_imports import (
    import_without_extras,
    omit_docstrings,
    omit_full_collections,
)
from bot.errors import BotError

if TYPE_CHECKING:
    from cyclopts import App

EXAMPLES = """
Examples:
  standfirst demo                       look around, no account needed
  standfirst setup                      connect Discord or Slack, by questions
  standfirst apply newsroom.toml        set up what the file says
  standfirst run                        post on schedule until stopped
  standfirst digest post "Front page"   one edition now
  standfirst source test https://news.example/
  standfirst when "weekdays at 8:30 Europe/Berlin"
"""
GROUPS: Final[Mapping[str, str]] = {
    "digest": "Post, undo, preview, list, pause, resume or skip digests.",
    "source": "Test an address, or list the sources.",
    "workspace": "List the workspaces, or erase one permanently.",
}
#: The function of each command, in `bot.cli`.
COMMANDS: Final[Mapping[str, str]] = {
    "apply": "configuration:apply_file",
    "backup": "operations:back_up_database",
    "console": "console_link:print_console_link",
    "demo": "demo:run_demo",
    "digest list": "digest:list_digests",
    "digest pause": "digest:pause_digest",
    "digest post": "digest:post_digest",
    "digest preview": "digest:preview_digest",
    "digest release": "digest:release_delivery",
    "digest resume": "digest:resume_digest",
    "digest skip": "digest:skip_day",
    "digest undo": "digest:undo_edition",
    "doctor": "doctor:run_doctor",
    "export": "configuration:export_configuration",
    "import": "source:import_feeds",
    "migrate": "operations:migrate_database",
    "restore": "operations:restore_database",
    "run": "running:run_bot",
    "setup": "setup:run_setup",
    "slack-manifest": "operations:print_slack_manifest",
    "source list": "source:list_sources",
    "source test": "source:try_address",
    "when": "configuration:explain_schedule",
    "workspace erase": "configuration:erase_workspace",
    "workspace list": "configuration:list_workspaces",
}

#: What shows docstrings.
HELP_FLAGS: Final = frozenset(("-h", "--help"))

#: `app` and `factory` are passed to a command and not parsed.
PARSED: Final = re.compile(r"\A(?!(?:app|factory)\Z)")


def build_command_tree() -> "App":
    """Build the command tree from the tables above."""
    from cyclopts import App, Parameter

    app = App(
        default_parameter=Parameter(parse=PARSED),
        name="standfirst",
        help="Posts news digests in which every word can be traced to its source.",
        help_epilogue=EXAMPLES,
        help_format="plaintext",
        version=lambda: installed_version("standfirst"),
    )
    for name, summary in GROUPS.items():
        app.command(App(name=name, help=summary, help_epilogue=""))
    for words, function in COMMANDS.items():
        parent, name = _split_command(app, words)
        parent.command(f"bot.cli.{function}", name=name, help_epilogue="")
    app.command(print_version, name="version", help_epilogue="")
    return app


def _split_command(app: "App", words: str) -> tuple["App", str]:
    """Return the group of a command, or the app itself, and the command's last word."""
    *group, name = words.split()
    return (app[group[0]] if group else app), name


def print_version() -> None:
    """Print the version."""
    print(installed_version("standfirst"))


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    open_closed_streams()
    import_without_extras()
    code = run_command(sys.argv[1:])
    discard_unwritten()
    sys.exit(code)


def run_command(argv: Sequence[str]) -> int:
    """Run one command; return its exit code."""
    if argv[:1] == ["run"] and not HELP_FLAGS.intersection(argv):
        omit_docstrings()
    try:
        code = _run_alone() if list(argv) == ["run"] else _run_parsed(argv)
        flush_output()
    except BotError as error:
        print_warnings(str(error).strip())
        return error.exit_code
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        # The reader closed the pipe («| head»).
        return OK
    return code


def _run_alone() -> int:
    """Run the bot without the command line's library, which it would hold."""
    with omit_full_collections():
        from bot import app
        from bot.cli.running import run_bot

    return run_bot(factory=app)


def _run_parsed(argv: Sequence[str]) -> int:
    """Run what the command line's library finds in the arguments."""
    from cyclopts import CycloptsError

    tree = build_command_tree()
    try:
        command, bound, passed = tree.parse_args(
            list(argv) or ["--help"], exit_on_error=False, print_error=False
        )
    except CycloptsError as error:
        print_warnings(f"{str(error).strip()} See: standfirst --help")
        return USAGE
    if not passed:
        if command not in (print_version, tree.version_print):
            # Help shows the summary of a command once the command is loaded.
            for words in COMMANDS:
                group, name = _split_command(tree, words)
                group[name]
        command(*bound.args, **bound.kwargs)
        return OK
    with omit_full_collections():
        from bot import app
        from bot.cli.arguments import call_command

    return call_command(command, bound, app) or OK


if __name__ == "__main__":
    main()
