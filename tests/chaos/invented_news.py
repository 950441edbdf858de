"""Invent news: articles that the composer publishes, each with a name of its own.

The name is in the headline, so that a message can be searched for the article: a record
of what was published that does not depend on the bot's own database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

_BEGIN = (*"bdfghklmnprstvwz", "br", "dr", "gr", "st", "tr")
_MIDDLE = (*"aeiou", "al", "an", "ar", "el", "en", "er", "il", "in", "ol", "on", "ur")
_END = (*"dlnrst", "ck", "lm", "nd", "rk", "st", "th")
#: Only short words are shared: similar texts would be merged into one story.
_HEADLINES = (
    "{name} {0} the {1} after {2}",
    "{name}: {0} {1} and {2}",
    "{0} of {name} to {1} {2}",
    "Why {name} {0} its {1}",
)
_SENTENCES = (
    "The {0} of {1} was {2} by {number} {3} on a {4}.",
    "A {0} on the {1} {2} {number} {3} and one {4}.",
    "{number} {0} had {1} for the {2} of {3} with {4}.",
    "Nobody at the {0} had {1} a {2} before the {3} of {4}.",
)
_QUOTES = (
    "“We have {0} the {1} for {number} {2}, and now the {3} is {4}{more},” said "
    "{person}.",
    "“The {0} cannot {1} as the {2} of {3} {4}{more},” said {person}, who {5} there.",
    "“I {0} what I {1} at the {2}{more},” said {person}, who {3} the {4} of {name}.",
)
#: Words that make a quote, or an outlet's name, long.
_MORE = 30


@dataclass(frozen=True, kw_only=True)
class InventedStory:
    """A published article, identified by the name in its headline."""

    name: str


class NewsGenerator:
    """Write articles into a folder; the same seed writes the same."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._random = random
        self._numbers = count(1)
        self._written: list[tuple[datetime, Path]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def publish(
        self, at: datetime, articles: int, *, long: bool
    ) -> Sequence[InventedStory]:
        """Write new articles; long ones make an edition of several messages."""
        return [self._publish(at, long) for _ in range(articles)]

    def litter(self) -> None:
        """Add other files to the folder of articles: they must disturb nothing."""
        kind = self._random.randrange(4)
        name = self._folder / f"litter-{next(self._numbers)}"
        if kind == 0:
            name.with_suffix(".txt").write_bytes(self._random.randbytes(300))
        elif kind == 1:
            name.with_suffix(".txt").write_bytes(b"")
        elif kind == 2:
            name.mkdir()
        else:
            name.with_suffix(".txt").write_text(
                "---\ntitle: [\n---\n", encoding="utf-8"
            )

    def forget(self, before: datetime | None = None) -> None:
        """Delete published articles: a folder with a month of them is not read."""
        kept = []
        for at, file in self._written:
            if before is None or at < before:
                file.unlink()
            else:
                kept.append((at, file))
        self._written = kept

    def _publish(self, at: datetime, long: bool) -> InventedStory:
        name = self._word().capitalize() + self._word()
        headline = self._say(self._random.choice(_HEADLINES), name)
        paper = f"{name} Courier{self._more(8) if long else ''}"
        text = "\n\n".join(self._paragraphs(name, long))
        written = (
            f"---\ntitle: {headline}\nsource: {paper}\n"
            f"published: {(at - timedelta(minutes=5)).isoformat()}\nlang: en\n---\n"
        )
        file = self._folder / f"{name.lower()}-{next(self._numbers)}.txt"
        file.write_text(f"{written}{text}\n", encoding="utf-8")
        self._written.append((at, file))
        return InventedStory(name=name)

    def _paragraphs(self, name: str, long: bool) -> Iterator[str]:
        for _ in range(2):
            chosen = self._random.sample(_SENTENCES, 3)
            yield " ".join(self._say(sentence, name) for sentence in chosen)
            yield self._say(self._random.choice(_QUOTES), name, _MORE if long else 0)

    def _say(self, sentence: str, name: str, more: int = 0) -> str:
        words = [self._word() for _ in range(6)]
        person = f"{self._word().capitalize()} {self._word().capitalize()}"
        number = self._random.randrange(12, 900)
        said = sentence.format(
            *words, name=name, person=person, number=number, more=self._more(more)
        )
        return said[0].upper() + said[1:]

    def _more(self, words: int) -> str:
        return "".join(f" {self._word()}" for _ in range(words))

    def _word(self) -> str:
        choose = self._random.choice
        made = choose(_BEGIN) + choose(_MIDDLE) + choose(_BEGIN) + choose(_MIDDLE)
        return str(made + choose(_END))
