"""`standfirst demo`: run the application on sample articles that arrive over time.

The demo's configuration and the first articles are copied into a folder; the other
articles follow while it runs. The files are the only state, so a killed demo continues
where it stopped. The demo uses the same schedules, outbox and commands as any other
workspace.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.cli.arguments import FlagOption
from bot.cli.console import announce
from bot.cli.running import ApplicationFactory, read_settings
from bot.configuration import file_import
from bot.runner import Application, serve_application
from bot.settings import find_seeds_folder
from bot.storage import schedule_store
from digests.sources import folder
from digests.types import frozen

#: Number of articles at the start; the summit story is among them.
INITIAL_ARTICLES = 9
ARRIVAL_INTERVAL = timedelta(seconds=25)


def run_demo(*, fresh: FlagOption = False, factory: ApplicationFactory) -> int:
    """Run the bot on sample articles; needs no account, token or key.

    Args:
        fresh: Delete the data of earlier demos first.
    """
    settings = read_settings(factory)
    home = settings.demo_folder
    if fresh:
        # Files that no demo created are left alone.
        for path in (*home.glob("demo.db*"), *home.glob("articles/*.txt")):
            path.unlink(missing_ok=True)
    newsroom = DemoArticles(home=home, seeds=find_seeds_folder())
    newsroom.open()
    settings = settings.over(database_url=f"sqlite:///{home / 'demo.db'}")

    async def serve() -> int:
        async with factory.open_application(settings) as app:
            await _set_up_workspace(app, newsroom)
            feed = partial(newsroom.feed, partial(app.jobs.run_now, "publish"))
            return await serve_application(app, announce, (feed,))

    return asyncio.run(serve())


@frozen
class DemoArticles:
    """The demo's folder, and the sample articles that are copied into it."""

    #: Contains `demo.toml` and `articles/`.
    home: Path
    seeds: Path
    #: Time between two arrivals.
    pace: timedelta = ARRIVAL_INTERVAL

    @property
    def configuration(self) -> Path:
        """Path of the configuration file."""
        return self.home / "demo.toml"

    def open(self) -> None:
        """Copy the configuration and the first articles; existing articles stay."""
        articles = self.home / "articles"
        articles.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.seeds / "demo.toml", self.configuration)
        for path in self._waiting()[: max(0, INITIAL_ARTICLES - len(self._arrived()))]:
            self._copy(path)

    async def feed(self, on_arrival: Callable[[], None]) -> None:
        """Copy the other articles, one at a time, and call `on_arrival` after each."""
        for path in self._waiting():
            await asyncio.sleep(self.pace.total_seconds())
            await asyncio.to_thread(self._copy, path)
            on_arrival()

    def _copy(self, path: Path) -> None:
        """Copy a file so that it appears complete or not at all."""
        target = self.home / "articles" / path.name
        partial = target.with_name(f".{path.name}.part")
        shutil.copyfile(path, partial)
        partial.rename(target)

    def _arrived(self) -> set[str]:
        return {path.name for path in (self.home / "articles").glob("*.txt")}

    def _waiting(self) -> Sequence[Path]:
        """List what has not arrived yet, in the order of publication."""
        read = folder.read_articles(self.seeds / "articles").articles
        dated = sorted(read, key=lambda a: (str(a.published), a.id))
        paths = [self.seeds / "articles" / f"{article.id}.txt" for article in dated]
        arrived = self._arrived()
        return [p for p in paths if p.name not in arrived and p.exists()]


async def _set_up_workspace(app: Application, newsroom: DemoArticles) -> None:
    wanted = file_import.read_file(newsroom.configuration, app.plugins)
    await app.db.write(file_import.apply_file, wanted, prune=False, now=app.clock.now())
    # A first edition at once, so that it is visible without waiting for a schedule.
    for digest in await app.archive.all_digests():
        if not await app.db.read(
            schedule_store.list_newest_occurrences,
            digest.scope,
            digest_id=digest.id,
            count=1,
        ):
            await app.publisher.order(digest, "demo-first")
