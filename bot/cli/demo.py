"""`standfirst demo`: run the application on sample articles that arrive over time.

The demo's configuration and its articles are copied into a folder; some articles follow
while it runs, and some are replaced by their corrected version. All moments in them are
relative to the first start, which a file remembers: with it, a killed demo continues
where it stopped. The demo uses the same schedules, outbox and commands as any other
workspace.
"""

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.cli.arguments import FlagOption
from bot.cli.console import announce
from bot.cli.running import ApplicationFactory, read_settings
from bot.configuration import file_import
from bot.ports import Clock
from bot.runner import Application, limit_freed_memory, serve_application
from bot.settings import find_seeds_folder
from bot.storage import schedule_store
from digests.types import frozen

#: The folders of its sources; the last one has the summit, under its own date.
FOLDERS: Final = ("newsroom", "redaktion", "archive")
ARCHIVED: Final = "summit-*.txt"
#: Between two editions of the front page. Articles arrive so long after the last such
#: moment before the start: a correction is in its message before the next edition.
EDITION_INTERVAL: Final = timedelta(minutes=3)
#: How long the first editions wait for their pictures, at most.
PICTURE_SECONDS: Final = 20.0
#: After this time, the news of a demo are old.
FRESH_PERIOD: Final = timedelta(hours=12)
#: The zone of its workspace.
_ZONE: Final = ZoneInfo("Europe/Berlin")
#: The news happened on the day that began so long ago: at night, on the day before.
_DAY_BEGINS: Final = timedelta(hours=5)
#: Moments in a sample article: minutes before the start, days after it.
_MOMENT: Final = re.compile(r"\{\{ (before|day|date)\((-?\d+)\) \}\}")
#: Lines for the demo in the head of a sample article.
_ARRIVES: Final = re.compile(r"^arrives: (\d+):(\d\d)\n", re.MULTILINE)
_REPLACES: Final = re.compile(r"^replaces: (.+)\n", re.MULTILINE)
_LANGUAGE: Final = re.compile(r"^lang: (.+)$", re.MULTILINE)
_DATE_FORMATS: Final = {"en": "d MMMM", "de": "d. MMMM"}


def run_demo(*, fresh: FlagOption = False, factory: ApplicationFactory) -> int:
    """Run the bot on sample articles; needs no account, token or key.

    Args:
        fresh: Delete the data of earlier demos first, and begin with news of today.
    """
    limit_freed_memory()
    settings = read_settings(factory)
    newsroom = DemoNewsroom(home=settings.demo_folder, seeds=find_seeds_folder())
    if fresh:
        newsroom.clear()
    database = newsroom.home / "demo.db"
    settings = settings.over(database_url=f"sqlite:///{database}")
    newsroom.home.mkdir(parents=True, exist_ok=True)

    async def serve() -> int:
        async with factory.open_application(settings, is_demo=True) as app:
            now = app.clock.now()
            if now - newsroom.open(now) > FRESH_PERIOD:
                announce(
                    "The articles of this demo are those of its first start. "
                    "«standfirst demo --fresh» begins again, with news of today."
                )
            await _set_up_workspace(app, newsroom)
            read = partial(_read_sources, app)
            feed = partial(newsroom.feed, app.clock, read)
            return await serve_application(app, announce, (feed,))

    return asyncio.run(serve())


@frozen
class SampleArticle:
    """A sample article; its text has moments relative to the demo's first start."""

    folder: str
    name: str
    text: str
    #: When it arrives, from the last edition before the start; 0 = at the start.
    after: timedelta
    #: The name of the article in whose place it comes.
    replaces: str | None

    def render(self, begun: datetime) -> str:
        """Return its text for a demo that was first started at this instant."""
        found = _LANGUAGE.search(self.text)
        lang = found[1] if found else "en"
        today = (begun - _DAY_BEGINS).astimezone(_ZONE).date()

        def write(moment: re.Match[str]) -> str:
            number = int(moment[2])
            if moment[1] == "before":
                at = begun - timedelta(minutes=number)
                return at.isoformat(timespec="seconds")
            pattern = "EEEE" if moment[1] == "day" else _DATE_FORMATS[lang]
            return format_date(today + timedelta(days=number), pattern, lang)

        return _MOMENT.sub(write, self.text)


@frozen
class DemoNewsroom:
    """The demo's folder, and the sample articles that are copied into it."""

    #: Contains `demo.toml`, and a folder for each source.
    home: Path
    seeds: Path

    @property
    def configuration(self) -> Path:
        """Path of the configuration file."""
        return self.home / "demo.toml"

    def clear(self) -> None:
        """Delete what demos created; other files are left alone."""
        made = ("*.txt", "*.png")
        copied = (self.home.glob(f"{one}/{kind}") for one in FOLDERS for kind in made)
        for paths in (*copied, self.home.glob("demo.db*"), [self.home / "begun"]):
            for path in paths:
                path.unlink(missing_ok=True)

    def open(self, now: datetime) -> datetime:
        """Copy the configuration and what has arrived; return the first start."""
        for folder in FOLDERS:
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.seeds / "demo.toml", self.configuration)
        begun = self.home / "begun"
        if not begun.exists():
            begun.write_text(now.isoformat(), encoding="utf-8")
        for path in (self.seeds / "articles").glob(ARCHIVED):
            _copy_once(path, self.home / "archive" / path.name)
        for path in (self.seeds / "demo").glob("*/*.png"):
            _copy_once(path, self.home / path.parent.name / path.name)
        self.write_arrived(now)
        return self._read_start()

    async def feed(
        self, clock: Clock, on_arrival: Callable[[], Awaitable[object]]
    ) -> None:
        """Write each further article when it is due, and call `on_arrival` then."""
        while wait := await asyncio.to_thread(self.write_arrived, clock.now()):
            await asyncio.sleep(wait.total_seconds())
            await asyncio.to_thread(self.write_arrived, clock.now())
            await on_arrival()

    def write_arrived(self, now: datetime) -> timedelta | None:
        """Write the articles that are due; return the time until the next, or None."""
        begun = self._read_start()
        into = timedelta(seconds=begun.timestamp() % EDITION_INTERVAL.total_seconds())
        passed = max(now - begun, timedelta(0)) + into
        every = tuple(self._list_articles())
        texts = {(one.folder, one.name): one.render(begun) for one in every}
        for one in every:
            if one.after <= passed:
                known = texts.get((one.folder, one.replaces or ""))
                target = self.home / one.folder / f"{one.replaces or one.name}.txt"
                _write_over(target, texts[one.folder, one.name], known)
        waiting = [one.after - passed for one in every if one.after > passed]
        return min(waiting, default=None)

    def _read_start(self) -> datetime:
        begun = (self.home / "begun").read_text(encoding="utf-8")
        return datetime.fromisoformat(begun)

    def _list_articles(self) -> Iterator[SampleArticle]:
        """List the sample articles, those that replace others after these."""
        for path in sorted((self.seeds / "demo").glob("*/*.txt")):
            text = path.read_text(encoding="utf-8")
            arrives, replaces = _ARRIVES.search(text), _REPLACES.search(text)
            minutes, seconds = map(int, arrives.groups()) if arrives else (0, 0)
            yield SampleArticle(
                folder=path.parent.name,
                name=path.stem,
                text=_REPLACES.sub("", _ARRIVES.sub("", text)),
                after=timedelta(minutes=minutes, seconds=seconds),
                replaces=replaces[1] if replaces else None,
            )


def _copy_once(path: Path, target: Path) -> None:
    if not target.exists():
        shutil.copyfile(path, target)


def _write_over(target: Path, text: str, known: str | None) -> None:
    """Write a file that does not exist, or still has the known text.

    It appears complete or not at all. What somebody wrote themselves is left alone.
    """
    if target.exists() and target.read_text(encoding="utf-8") != known:
        return
    part = target.with_name(f".{target.name}.part")
    part.write_text(text, encoding="utf-8")
    part.rename(target)


async def _read_sources(app: Application) -> None:
    """Read the sources at once, as if they announced what is new in them."""
    for digest in await app.archive.all_digests():
        await app.publisher.ingestor.refresh(digest.sources, insist=True)


async def _set_up_workspace(app: Application, newsroom: DemoNewsroom) -> None:
    wanted = file_import.read_file(newsroom.configuration, app.plugins)
    await app.db.write(file_import.apply_file, wanted, prune=False, now=app.clock.now())
    # A first edition at once, so that it is visible without waiting for a schedule. It
    # waits for its pictures: the process that draws them may start slowly.
    for digest in await app.archive.all_digests():
        if not await app.db.read(
            schedule_store.list_newest_occurrences,
            digest.scope,
            digest_id=digest.id,
            count=1,
        ):
            await app.publisher.ingestor.refresh(digest.sources, insist=True)
            await app.publisher.illustrate_ahead(digest, PICTURE_SECONDS)
            await app.publisher.order(digest, "demo-first")
