"""`standfirst demo, run, migrate, version`: starting, and what must be done before."""

import asyncio
from importlib.metadata import version as installed_version
from typing import Literal

from bot.cli.console import OK, Flag, say, warn


def demo(*, fresh: Flag = False) -> int:
    """Show the whole product at work on sample articles: no account, token or key.

    Args:
        fresh: Forget earlier demos and start over.
    """
    from bot import runner
    from bot.settings import load

    settings, warnings = load()
    warn(warnings)
    return asyncio.run(runner.demo(settings, say=say, fresh=fresh))


def run_bot(*, role: Literal["all"] = "all") -> int:
    """Post on schedule and answer commands until stopped.

    Args:
        role: What this process does; one process does everything.
    """
    from bot import runner
    from bot.settings import load

    settings, warnings = load()
    warn(warnings)
    return asyncio.run(runner.run(settings, say=say))


def migrate() -> int:
    """Bring the database to this version's schema."""
    from bot.settings import load
    from bot.storage import migrate as migration

    settings, _ = load()
    before, head = migration.state(settings.database_url)
    migration.upgrade(settings.database_url)
    say(f"The database is at schema {head} (it was at {before or 'none'}).")
    return OK


def version() -> int:
    """Print the version."""
    print(installed_version("standfirst"))
    return OK
