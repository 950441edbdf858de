"""The local page's templates: everything is escaped, nothing is trusted as markup.

Each value that a template prints first loses the characters that steer or hide
(`inert`), then is escaped by Jinja. No template switches that off.
"""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.platforms.inert import inert

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


def environment() -> Environment:
    """A new environment over this package's templates."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return inert(value)
    return value
