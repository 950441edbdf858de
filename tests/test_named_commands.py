"""Every command that a text of the repository names is one that people can type."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.help_pages import read_former_commands
from bot.platforms.common.typed_commands import ENGLISH_WORDS
from tests.texts import commands

ROOT = Path(__file__).parents[1]
SUFFIXES = {".py", ".toml", ".po", ".html", ".js", ".md", ".example", ".css"}
#: The table of former commands names them on purpose.
TABLE = "former_commands.toml"
PLACES = ("bot", "docs", "README.md", "CONTRIBUTING.md", ".env.example", "Makefile")
#: «/newsdesk access grant»: a root, and up to two lower-case words after it.
NAMED = re.compile(r"(?<![\w.:])/(news|newsdesk)\b(?!/|\.\w)((?: [a-zäöü_]+){0,2})")
#: Words of a sentence after a root alone: «every /newsdesk command», «/news and …».
PROSE = {"and", "und", "command", "offen"}
PATHS = {tuple(one.path.split()) for one in commands() if one.typed}
NOUNS = {path[:2] for path in PATHS}


def files() -> Iterator[Path]:
    for place in map(ROOT.joinpath, PLACES):
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.suffix in SUFFIXES and path.name != TABLE:
                yield path


def unknown(text: str) -> list[str]:
    """The commands that a text names and nobody can type."""
    joined = re.sub(r'"\n\s*"', "", text)
    found = (
        ("/" + root + words, (root, *map(translate, words.split())))
        for root, words in NAMED.findall(joined)
    )
    return sorted({named for named, path in found if not exists(path)})


def translate(word: str) -> str:
    """The English word for one that is understood in German."""
    return ENGLISH_WORDS.get(word, word)


def exists(path: tuple[str, ...]) -> bool:
    if len(path) == 1 or path[1] in PROSE or path[:2] in PATHS:
        return True
    return path[:2] in NOUNS and (len(path) == 2 or path[:3] in PATHS)


@pytest.mark.parametrize(
    "path", list(files()), ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_command_that_a_file_names_exists(path: Path):
    text = path.read_text(encoding="utf-8")
    if path.name == "commands.md":
        text = text.partition("## Commands of the first release")[0]
    assert unknown(text) == []


def test_a_command_that_nobody_can_type_is_found():
    assert unknown("Run /newsdesk frobnicate now; /news latest works.") == [
        "/newsdesk frobnicate now"
    ]


def test_few_commands_are_registered():
    for root, most in (("news", 12), ("newsdesk", 15)):
        assert len({path[:2] for path in PATHS if path[0] == root}) <= most
    verbs = {path[1] for path in PATHS if len(path) == 3}
    assert verbs == {"access", "config"}


def test_the_table_leads_to_commands_that_exist():
    for row in read_former_commands().values():
        assert tuple(row.now.split()) in PATHS, row.path
        assert unknown(row.example) == [], row.path
