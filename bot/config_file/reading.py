"""A configuration file, read and checked: every mistake in it at once.

It changes nothing; `applying` does.
"""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from bot import manners, schedules
from bot.config_file.entries import EDITOR, FileEntry, Wanted
from bot.config_file.mistakes import deep_mistakes, kind_of, mistakes_of, trouble
from bot.errors import ConfigurationError


def read(path: Path) -> Wanted:
    """The configuration in this file.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            "{path} cannot be read: {reason}.", path=path, reason=reason
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("{path} is not UTF-8 text.", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "{path} is not valid TOML: {error}.", path=path, error=error
        ) from error
    try:
        file = FileEntry.model_validate(data)
    except ValidationError as error:
        told = (f"{path}: {text}" for text in mistakes_of(error, data))
        raise ConfigurationError("\n".join(told)) from error
    wanted = Wanted(file=file, base=path.resolve().parent)
    mistakes = list(_deeper(wanted))
    if mistakes:
        raise ConfigurationError("\n".join(f"{path}: {text}" for text in mistakes))
    return wanted


def _deeper(wanted: Wanted) -> Sequence[str]:
    """What types alone cannot see: names that must match, sentences, zones, folders."""
    found: list[str] = []
    for workspace in wanted.file.workspace:
        found += _doubled("destination", [d.name for d in workspace.destination])
        found += _doubled("digest", [d.name for d in workspace.digest])
        known = {d.name for d in workspace.destination}
        found += _checked(
            f"workspace «{workspace.id}», zone", schedules.find_zone, workspace.zone
        )
        found += [
            f"workspace «{workspace.id}», editors: «{who}» is not «person ID» or "
            "«role ID»."
            for who in workspace.editors
            if not EDITOR.fullmatch(who)
        ]
        found += [
            f"destination «{place.name}», {field}: {text}"
            for place in workspace.destination
            for field, text in manners.mistakes(
                place.manner, platform=workspace.platform, workspace=workspace.id
            )
        ]
        for digest in workspace.digest:
            found += [
                f"digest «{digest.name}», {mistake.field}: {mistake.text}"
                for mistake in deep_mistakes(
                    digest, known, lambda address: kind_of(address, wanted.base)
                )
            ]
    return found


def _doubled(kind: str, names: Sequence[str]) -> list[str]:
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [f"{kind} «{name}» stands twice; names must differ." for name in doubled]


def _checked(where: str, check: Callable[[str], object], value: str) -> list[str]:
    problem = trouble(check, value)
    return [f"{where}: {problem}"] if problem else []
