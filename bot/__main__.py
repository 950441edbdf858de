"""`standfirst …` and `python -m bot`: parse the command line, run the command.

Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 needs attention. The composition
root is imported when a command needs it, so that `standfirst version` is instant; the
modules of the commands receive it from here and do not import it.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version as installed_version

from cyclopts import App, CycloptsError

from bot.cli import backups, configuration, digest, operations, setup, source, workspace
from bot.cli.console import CONFIGURATION, FAILED, OK, USAGE, PendingCommand
from bot.errors import BotError, ConfigurationError, UserError

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


def build_command_tree() -> App:
    """Build the command tree from the modules of `bot.cli`."""
    app = App(
        name="standfirst",
        help="Posts news digests in which every word can be traced to its source.",
        help_epilogue=EXAMPLES,
        help_format="plaintext",
        version=lambda: installed_version("standfirst"),
    )
    digests = App(
        name="digest", help="Post, undo, preview, list, pause, resume, skip digests."
    )
    digests.command(digest.post_digest, name="post")
    digests.command(digest.undo_edition, name="undo")
    digests.command(digest.preview_digest, name="preview")
    digests.command(digest.list_digests, name="list")
    digests.command(digest.pause_digest, name="pause")
    digests.command(digest.resume_digest, name="resume")
    digests.command(digest.skip_day, name="skip")
    digests.command(digest.release_delivery, name="release")
    app.command(operations.run_demo, name="demo")
    app.command(setup.run_setup, name="setup")
    app.command(operations.run_bot, name="run")
    app.command(digests)
    sources = App(name="source", help="Try addresses out; list what is read.")
    sources.command(source.try_address, name="test")
    sources.command(source.list_sources, name="list")
    app.command(sources)
    app.command(source.import_feeds, name="import")
    spaces = App(name="workspace", help="List workspaces; erase one for good.")
    spaces.command(workspace.list_workspaces, name="list")
    spaces.command(workspace.erase_workspace, name="erase")
    app.command(spaces)
    app.command(configuration.explain_schedule, name="when")
    app.command(operations.run_doctor, name="doctor")
    app.command(configuration.apply_file, name="apply")
    app.command(configuration.export_configuration, name="export")
    app.command(backups.back_up_database, name="backup")
    app.command(backups.restore_database, name="restore")
    app.command(operations.print_slack_manifest, name="slack-manifest")
    app.command(operations.migrate_database, name="migrate")
    app.command(operations.print_version, name="version")
    return app


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name, and exit with its code."""
    sys.exit(run_command(sys.argv[1:] if argv is None else argv))


def run_command(argv: Sequence[str]) -> int:
    """Run one command; return its exit code."""
    try:
        code = _run_parsed(
            build_command_tree()(
                list(argv) or ["--help"],
                exit_on_error=False,
                print_error=False,
                result_action="return_value",
            )
        )
        sys.stdout.flush()
    except CycloptsError as error:
        return _print_error(f"{error} See: standfirst --help", USAGE)
    except ConfigurationError as error:
        return _print_error(str(error), CONFIGURATION)
    except UserError as error:
        return _print_error(str(error), USAGE)
    except BotError as error:
        return _print_error(str(error), FAILED)
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        return _handle_closed_pipe()
    return code or OK


def _run_parsed(command: object) -> int | None:
    """Run the parsed command; `--help` and the like have already run."""
    if not isinstance(command, PendingCommand):
        return command if isinstance(command, int) else OK
    from bot import app

    return command.run(app)


def _handle_closed_pipe() -> int:
    """Exit successfully when the reader closed the pipe («| head»)."""
    # Otherwise flushing stdout at exit would raise again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _print_error(text: str, code: int) -> int:
    print(f"standfirst: {text.strip()}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
