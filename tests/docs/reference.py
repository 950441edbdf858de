"""Write the reference pages of the documentation: `python -m tests.docs.reference`.

Each page is derived from what it describes: the registry of commands, the settings of
digests, the settings of the process, the command line, the metrics and the codes. A
test compares the files with what this module would write.
"""

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from bot.model import Command, Measurement
from bot.storage import measurements, schema_upgrade
from tests.bot.commands.reference import reference
from tests.bot.harness import open_harness
from tests.docs import code_pages, command_line_page, option_pages, settings_page

FOLDER = Path(__file__).parents[2] / "docs"
#: Begins each page that is written here.
NOTE = "<!-- Made by `python -m tests.docs.reference` (`make reference`). -->\n"


class Described(NamedTuple):
    """What the pages need of a running bot."""

    commands: Sequence[Command]
    measured: Sequence[Measurement]


Page: TypeAlias = Callable[[Described], str]
#: By path below `docs/`.
PAGES: Mapping[str, Page] = {
    "commands.md": lambda found: reference(found.commands, "en"),
    "de/commands.md": lambda found: reference(found.commands, "de"),
    "options.md": lambda _: option_pages.render_options("en"),
    "de/options.md": lambda _: option_pages.render_options("de"),
    "settings.md": lambda _: settings_page.render_settings(),
    "cli.md": lambda _: command_line_page.render_command_line(),
    "metrics.md": lambda found: code_pages.render_metrics(found.measured),
    "codes.md": lambda _: code_pages.render_codes(),
}


async def describe_bot(home: Path) -> Described:
    """Collect what the pages need from a bot without data in this folder."""
    url = f"sqlite:///{home}/reference.db"
    schema_upgrade.upgrade_database(url)
    async with open_harness(url, home) as harness:
        now = harness.clock.now()
        measured = await harness.db.read(measurements.list_measurements, now=now)
        return Described(commands=harness.inbox.commands, measured=measured)


def render_page(name: str, found: Described) -> str:
    """Render one page as its file has it."""
    return NOTE + PAGES[name](found)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        found = asyncio.run(describe_bot(Path(home)))
    for name in PAGES:
        FOLDER.joinpath(name).parent.mkdir(exist_ok=True)
        FOLDER.joinpath(name).write_text(render_page(name, found), encoding="utf-8")


if __name__ == "__main__":
    main()
