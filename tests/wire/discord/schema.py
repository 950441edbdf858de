"""Discord's own schema as a second check, where the file is beside the repository."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

FILE = (
    Path(__file__).parents[4] / "shared" / "platform" / "discord-openapi-trimmed.json"
)


@cache
def _specification(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def complaints(name: str, body: Any, file: Path | None = None) -> list[tuple[str, str]]:
    """Complaints of the schema `name` about `body`; none where there is no file."""
    validator = _validator(name, file or FILE)
    if validator is None:
        return []
    return [
        (leaf.json_path, leaf.message[:200])
        for error in validator.iter_errors(body)
        for leaf in _leaves(error)
    ]


@cache
def _validator(name: str, file: Path) -> Draft202012Validator | None:
    specification = _specification(file)
    if specification is None:
        return None
    return Draft202012Validator({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": specification["components"],
        "$ref": f"#/components/schemas/{name}",
    })  # fmt: skip


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The relevant errors: those of the alternative that comes nearest."""
    if not error.context:
        yield error
        return
    deepest = max(len(inner.absolute_path) for inner in error.context)
    for inner in error.context:
        if len(inner.absolute_path) == deepest:
            yield from _leaves(inner)
