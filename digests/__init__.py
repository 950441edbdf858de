"""The composer: articles in, an edition out; it knows no chat, database or clock.

The public names are below; they are imported when first asked for, so that whoever
needs only the nouns does not load the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digests.compose import analyse, compose, told_by
    from digests.errors import DigestsError, InputError
    from digests.types import Article, Card, Edition, Figure, Quote, Style, Told

__all__ = [
    "Article",
    "Card",
    "DigestsError",
    "Edition",
    "Figure",
    "InputError",
    "Quote",
    "Style",
    "Told",
    "analyse",
    "compose",
    "told_by",
]

_HOME = {
    "analyse": "digests.compose",
    "compose": "digests.compose",
    "told_by": "digests.compose",
    "DigestsError": "digests.errors",
    "InputError": "digests.errors",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "digests.types")), name)
