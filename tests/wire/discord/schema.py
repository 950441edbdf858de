"""Discord's own schema as a second check, where the file is beside the repository."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

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
        ("/".join(map(str, leaf.instance_path)), leaf.message[:200])
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
    kind = error.kind
    if not isinstance(
        kind, ValidationErrorKind.OneOfNotValid | ValidationErrorKind.AnyOf
    ):
        yield error
        return
    several = [inner for alternative in kind.context for inner in alternative]
    deepest = max(len(inner.instance_path) for inner in several)
    for inner in several:
        if len(inner.instance_path) == deepest:
            yield from _leaves(inner)
