"""`standfirst …`: the command line; it parses, calls and prints, and decides nothing.

Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 needs attention. What a
command needs is imported when that command runs, so that `standfirst version` is
instant.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version as installed_version

from cyclopts import App, CycloptsError

from bot.cli import (
    backups,
    configuration,
    digest,
    held,
    running,
    setup,
    slack,
    source,
    workspace,
)
from bot.cli.console import CONFIGURATION, FAILED, OK, USAGE
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


def build() -> App:
    """The command tree."""
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
    digests.command(digest.post)
    digests.command(digest.undo)
    digests.command(digest.preview)
    digests.command(digest.list_digests, name="list")
    digests.command(digest.pause)
    digests.command(digest.resume)
    digests.command(digest.skip)
    digests.command(held.release)
    app.command(running.demo)
    app.command(setup.setup)
    app.command(running.run_bot, name="run")
    app.command(digests)
    sources = App(name="source", help="Try addresses out; list what is read.")
    sources.command(source.try_address, name="test")
    sources.command(source.list_sources, name="list")
    app.command(sources)
    app.command(source.import_feeds, name="import")
    spaces = App(name="workspace", help="List workspaces; erase one for good.")
    spaces.command(workspace.list_workspaces, name="list")
    spaces.command(workspace.erase)
    app.command(spaces)
    app.command(configuration.when)
    app.command(configuration.doctor)
    app.command(configuration.apply)
    app.command(configuration.export)
    app.command(backups.backup)
    app.command(backups.restore)
    app.command(slack.manifest, name="slack-manifest")
    app.command(running.migrate)
    app.command(running.version)
    return app


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name, and exit with its code."""
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> int:
    """Run one command; the exit code."""
    try:
        code = build()(
            list(argv) or ["--help"],
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
    except CycloptsError as error:
        return _complain(f"{error} See: standfirst --help", USAGE)
    except ConfigurationError as error:
        return _complain(str(error), CONFIGURATION)
    except UserError as error:
        return _complain(str(error), USAGE)
    except BotError as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        return _left_alone()
    return code if isinstance(code, int) else OK


def _left_alone() -> int:
    """Whoever read the output has enough of it («| head»): that is no failure."""
    # Python would complain once more when it closes it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _complain(text: str, code: int) -> int:
    print(f"standfirst: {text.strip()}", file=sys.stderr)
    return code
