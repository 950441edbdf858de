"""Regular expressions that are compiled when they are first used.

The composer has some hundred expressions with long lists of words, and compiling them
takes half a second. A process that starts is ready sooner if the first article pays
for this, and one that composes nothing never does. Short expressions may be compiled
by `re` as usual; `tests/digests/language/test_regexes.py` says what is long.
"""

import re
from typing import Any, Final, cast

#: What is used of a compiled expression, besides its text.
_USED: Final = (
    "search",
    "match",
    "fullmatch",
    "finditer",
    "findall",
    "split",
    "sub",
    "subn",
    "flags",
    "groups",
    "groupindex",
)


def make_regex(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern with the methods of `re.compile(expression, flags)`.

    It cannot be passed to functions of `re`. An expression that is wrong raises
    `re.error` at its first use.
    """
    return cast(re.Pattern[str], _Pattern(expression, flags))


class _Pattern:
    """Stands for a compiled expression, and compiles it when a method is asked for."""

    def __init__(self, expression: str, flags: int) -> None:
        self.pattern = expression
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name == "_compiled":
            found: Any = re.compile(self.pattern, self._flags)
        elif name in _USED:
            found = getattr(self._compiled, name)
        else:
            raise AttributeError(name)
        # From now on it is found here, as fast as in the pattern. Only what is asked
        # for: few expressions use more than one method, and each takes memory.
        self.__dict__[name] = found
        return found
