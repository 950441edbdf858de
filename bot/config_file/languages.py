"""Which codes of languages there are (CLDR's), and which one somebody means.

It knows nothing of texts or articles: a digest may be of a language that the bot does
not speak.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from bot.errors import UserError
from digests.language.fold import fold
from digests.language.words import STOP_WORDS

#: Codes of CLDR for texts that are of no language, or of several.
_NONE: Final = frozenset({"und", "mul", "zxx", "root", "mis"})
#: Longer than any code with its region.
_LONGEST: Final = 35


def check_language(code: str) -> None:
    """Let codes such as «en», «de-AT» or «zh-Hant» pass.

    Raises:
        UserError: There is no such language; which one may be meant.
    """
    from babel import Locale

    if len(code) > _LONGEST:
        raise UserError("This is too long; at most {n} characters.", n=_LONGEST)
    first, *parts = code.split("-")
    shaped = all(part.isascii() and part.isalnum() for part in (first, *parts))
    listed: Mapping[str, str] = Locale("en").languages
    known = {name for name in listed if "_" not in name} - _NONE
    if shaped and first.lower() in known and all(1 < len(p) < 9 for p in parts):
        return
    near = _meant(code)
    if near is None:
        raise UserError(
            "There is no language «{code}». Write it as a code, such as «en», «de» or "
            "«de-AT».",
            code=code,
        )
    name = Locale.parse(near).get_display_name(near) or near
    raise UserError(
        "There is no language «{code}». Did you mean «{near}» ({name})?",
        code=code,
        near=near,
        name=name,
    )


def _meant(written: str) -> str | None:
    """The code that somebody means: by an older code, a name, or something like it."""
    from babel.core import get_global

    said = fold(written.split("-")[0] if len(written) < 6 else written)
    alias = get_global("language_aliases").get(said)
    if alias is not None and "_" not in alias:
        return str(alias)
    # What is shorter is like the name of some language by chance.
    names = {n: c for n, c in _names() if len(said) > 3 or n == c}
    close = get_close_matches(said, names, n=1, cutoff=0.75)
    return names[close[0]] if close else None


def _names() -> Iterator[tuple[str, str]]:
    """What languages are called in English, German and themselves, with their codes."""
    from babel import Locale

    for code in STOP_WORDS:
        own = Locale.parse(code)
        yield code, code
        yield fold(own.get_display_name(code) or code), code
    for speaker in ("en", "de"):
        for code, name in Locale(speaker).languages.items():
            if len(code) == 2:
                yield fold(name), code
