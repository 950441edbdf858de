"""The demo's newsroom: sample articles that arrive one after the other.

It lays out a folder with the demo's configuration and the first articles, and lets
the others follow while it runs. What has arrived is told by the files alone, so a
killed demo goes on where it was. It must not compose or post anything: the demo runs
on the same schedules, outbox and commands as any other workspace.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.errors import ConfigurationError
from digests.sources import folder

#: Articles that are there when the demo opens; the summit is among them.
FIRST = 9
EVERY = timedelta(seconds=25)


@dataclass(frozen=True, kw_only=True, slots=True)
class Newsroom:
    """The demo's own folder and the articles that it is fed from."""

    #: Holds `demo.toml` and `articles/`.
    home: Path
    seeds: Path
    #: Between two arrivals.
    pace: timedelta = EVERY

    @property
    def configuration(self) -> Path:
        """The file that `apply` reads."""
        return self.home / "demo.toml"

    def open(self) -> None:
        """Lay out configuration and first articles; what is there stays."""
        articles = self.home / "articles"
        articles.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.seeds / "demo.toml", self.configuration)
        for path in self._waiting()[: max(0, FIRST - len(self._arrived()))]:
            self._bring(path)

    async def feed(self, tell: Callable[[], None]) -> None:
        """Bring the other articles, one at a time; `tell` after each."""
        for path in self._waiting():
            await asyncio.sleep(self.pace.total_seconds())
            await asyncio.to_thread(self._bring, path)
            tell()

    def _bring(self, path: Path) -> None:
        """A file arrives whole or not at all."""
        target = self.home / "articles" / path.name
        partial = target.with_name(f".{path.name}.part")
        shutil.copyfile(path, partial)
        partial.rename(target)

    def _arrived(self) -> set[str]:
        return {path.name for path in (self.home / "articles").glob("*.txt")}

    def _waiting(self) -> Sequence[Path]:
        """What has not arrived yet, in the order of publication."""
        read = folder.read(self.seeds / "articles").articles
        dated = sorted(read, key=lambda a: (str(a.published), a.id))
        paths = [self.seeds / "articles" / f"{article.id}.txt" for article in dated]
        arrived = self._arrived()
        return [p for p in paths if p.name not in arrived and p.exists()]


def seeds_folder() -> Path:
    """Where the samples are: inside the installed package, or beside a checkout.

    Raises:
        ConfigurationError: Neither is there.
    """
    package = Path(__file__).parent
    for place in (package / "_seeds", package.parent / "seeds"):
        if (place / "demo.toml").exists():
            return place
    raise ConfigurationError(
        "The sample articles are missing from this installation. Install Standfirst "
        "again, or run the demo from a checkout."
    )
