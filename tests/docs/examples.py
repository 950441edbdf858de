"""The examples of the documentation: what is typed, and what is written into files."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.docs.markdown import (
    ROOT,
    Block,
    list_documents,
    parse_blocks,
    parse_inline_code,
)

TEXTS: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in list_documents()
}
PAGES: Final = [name for name in TEXTS if name.startswith(("docs/", "README"))]
#: Where people are told what to type; the others are for those who change a package.
GUIDES: Final = (*PAGES, "CONTRIBUTING.md", "seeds/packs/README.md")
#: Programs that examples run besides our own.
PROGRAMS: Final = {
    ".", "cd", "cp", "createdb", "docker", "echo", "install", "jq", "make", "openssl",
    "pg_dump", "pg_restore", "pip", "pipx", "python", "python3", "runuser",
    "standfirst", "systemctl", "useradd", "uv", "uvx",
}  # fmt: skip
#: Those that may run a command of ours.
RUNNERS: Final = {"cd", "docker", "runuser", "uvx", "pipx"}
#: Variables that are set for one command.
_UNSET: Final = re.compile(r"^(?:[A-Z_]+=\S+ )+")
_CRON: Final = re.compile(r"^(?:[\d*/]+ ){5} ?(?=standfirst)")
_IMAGE: Final = "standfirst:"
#: What ends a command in a line.
_ENDS: Final = (">", "|")


def list_blocks(language: str, names: Iterable[str] = PAGES) -> Iterator[Block]:
    """List the blocks of code in a language."""
    for name in names:
        yield from (
            one for one in parse_blocks(TEXTS[name]) if one.language == language
        )


def list_lines(name: str) -> list[str]:
    """List what the console blocks of a document tell people to type."""
    blocks = [one.content for one in list_blocks("console", [name])]
    typed = [line for block in blocks for line in block.splitlines()]
    return [line[2:] for line in typed if line.startswith(("$ ", "# "))]


def list_inline(name: str, start: str) -> list[str]:
    """List what stands between backquotes and begins like this."""
    return [one for one in parse_inline_code(TEXTS[name]) if one.startswith(start)]


def list_typed(name: str) -> Iterator[str]:
    """Yield the commands of the chat that a document shows."""
    yield from list_inline(name, "/news")
    for block in list_blocks("text", [name]):
        yield from (one for one in block.content.splitlines() if one[:5] == "/news")


def list_shell() -> list[str]:
    """List every line for a shell: of consoles, of crontabs, and within sentences."""
    found: dict[str, None] = {}
    for name in GUIDES:
        found |= dict.fromkeys(list_lines(name))
        for block in list_blocks("cron", [name]):
            lines = block.content.splitlines()
            found |= dict.fromkeys(_CRON.sub("", line) for line in lines)
        inline = parse_inline_code(TEXTS[name])
        found |= {" ".join(one.split()): None for one in inline if _is_typed(one)}
    return [line.partition("   #")[0].strip() for line in found]


def _is_typed(code: str) -> bool:
    words = _UNSET.sub("", code).split()
    if words[:1] == ["python"]:
        # Without a verb, that of the composer is a name.
        del words[1:3]
    return len(words) > 1 and Path(words[0]).name in PROGRAMS


def get_program(line: str) -> str:
    """Return the name of the program that a line runs."""
    first = shlex.split(_UNSET.sub("", line))[0]
    return Path(first).name or first


def find_standfirst(line: str) -> list[str]:
    """Find the words of our command in a line; none if another program runs."""
    words = shlex.split(_UNSET.sub("", line))
    last = next((n for n, word in enumerate(words) if word.startswith(_ENDS)), None)
    words = words[:last]
    if words[:2] == ["docker", "run"]:
        # The image runs our command.
        words = ["standfirst" if word.startswith(_IMAGE) else word for word in words]
    ours = [n for n, word in enumerate(words) if Path(word).name == "standfirst"]
    if not ours or (get_program(line) not in RUNNERS and ours[0] > 0):
        return []
    return words[ours[-1] + 1 :]


def find_configuration() -> str:
    """Return the documented configuration file."""
    (found,) = list_blocks("toml", ["docs/configuration.md"])
    return found.content


#: Words that stand for others in an example, and what the tests put there.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "NAME": "local:newsroom",
    "COMMAND": "when",
    "ADDRESS": "https://news.example/",
    "…": "all",
}
