"""Changes values in a `.env` file and nothing else of it; it never shows a value.

Comments, other lines and their order stay as they are, byte for byte. The file is
written beside itself and put in its place at once, for nobody but its owner to read.
Before a line that was there is changed, the file is copied.
"""

import io
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from bot.errors import ConfigurationError

#: Needs no quotation marks.
_PLAIN = re.compile(r"[A-Za-z0-9._:/@%+,-]*")
#: A comment behind a value; what holds a quotation mark may belong to the value.
_REMARK = re.compile(r"[^\S\r\n]+#[^\r\n'\"]*\Z")
_OWNER_ONLY = 0o600


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What was written, and how to take it back."""

    path: Path
    #: What was there; None = no file.
    before: bytes | None
    #: The copy of it, where a line was changed.
    backup: Path | None

    def undo(self) -> None:
        """Put the file back as it was."""
        if self.before is None:
            self.path.unlink(missing_ok=True)
        else:
            _put(self.path, self.before)
        if self.backup is not None:
            self.backup.unlink(missing_ok=True)


def changed(text: str, values: Mapping[str, str]) -> str:
    """The file's text with these values.

    A name that stands there has its last line changed, which is the one that counts;
    any other comes at the end.
    """
    stream = io.StringIO(text, newline="")
    pieces = [(found.key, found.original.string) for found in parse_stream(stream)]
    last = {(key or "").upper(): place for place, (key, _) in enumerate(pieces)}
    end = "\r\n" if "\r\n" in text else "\n"
    new = []
    lines = [original for _, original in pieces]
    for name, value in values.items():
        line = f"{name}={_written(value)}"
        place = last.get(name)
        if place is None:
            new.append(line + end)
        else:
            lines[place] = _replaced(lines[place], line)
    kept = "".join(lines)
    if new and kept and not kept.endswith(("\n", "\r")):
        kept += end
    return kept + "".join(new)


def save(path: Path, values: Mapping[str, str]) -> Saved:
    """Write these values into the file, made where there is none.

    Raises:
        ConfigurationError: It cannot be read or written; it is as it was then.
    """
    path = path.resolve()
    try:
        before = path.read_bytes() if path.exists() else None
        # Line ends stay: no translation.
        text = (before or b"").decode("utf-8")
        after = changed(text, values)
        backup = (
            _backup(path, before) if before and not after.startswith(text) else None
        )
        _put(path, after.encode())
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"{path} cannot be written: {reason}.") from error
    return Saved(path=path, before=before, backup=backup)


def _written(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _replaced(original: str, line: str) -> str:
    """The line in the place of another, with the space around that one."""
    start = len(original) - len(original.lstrip())
    end = len(original.rstrip("\r\n"))
    export = "export " if original[start:].startswith("export") else ""
    remark = _REMARK.search(original[:end])
    behind = remark[0] if remark else ""
    return f"{original[:start]}{export}{line}{behind}{original[end:]}"


def _backup(path: Path, content: bytes) -> Path:
    """A copy beside it under a name that nothing has."""
    number = 1
    while True:
        copy = path.with_name(f"{path.name}.backup-{number}")
        try:
            handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return copy


def _put(path: Path, content: bytes) -> None:
    """The whole file at once; half of one is never there."""
    # Its mode is the owner's alone from the start.
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
