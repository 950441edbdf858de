"""The hard pairs of `tests/data/stories`, read into articles."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from digests.types import Article
from tests.digests.stories.builders import NOON

_FOLDER = Path(__file__).parents[2] / "data" / "stories"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two articles and whether they report one event."""

    event: str
    kind: str
    same: bool
    one: Article
    other: Article

    def __str__(self) -> str:
        return f"{self.event}: {self.kind}"


def pairs() -> tuple[Pair, ...]:
    return tuple(
        pair
        for path in sorted(_FOLDER.glob("*.toml"))
        for event in tomllib.loads(path.read_text(encoding="utf-8"))["event"]
        for pair in _pairs(event)
    )


def _pairs(event: dict[str, Any]) -> Iterator[Pair]:
    name = event["name"]
    for then in event["then"]:
        yield Pair(
            event=name,
            kind=then["kind"],
            same=then["same"],
            one=_article(name, event["first"]),
            other=_article(f"{name}/{then['kind']}", then),
        )


def _article(name: str, written: dict[str, Any]) -> Article:
    return Article(
        id=name,
        title=written["title"],
        text=written.get("text", "").strip(),
        source=written["source"],
        published=NOON + timedelta(hours=written.get("hours", 0)),
    )
