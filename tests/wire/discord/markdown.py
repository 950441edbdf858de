"""Parse a text as Discord's client does: visible words, and live markup.

Written from Discord's markdown rules, independently of the bot's escaper. It is eager:
where the client's rules are subtler (emphasis inside words), it finds more markup.
"""

import re
from dataclasses import dataclass, field

_BLOCK = re.compile(
    r"[^\S\n]*(?:(?P<heading>\#{1,3}(?:[^\S\n]+|(?=\n|\Z)))|(?P<small>-\#[^\S\n]+)"
    r"|(?P<quote>>(?:>>)?[^\S\n])|(?P<list>(?:[-*+]|\d{1,10}[.)])[^\S\n]+))"
)
_INLINE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("escape", re.compile(r"\\([^0-9A-Za-z\s])")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
    ("emoji", re.compile(r"<a?:\w+:\d+>")),
    ("mention", re.compile(r"<(?:@[!&]?|#)\d+>|<id:\w+>|<@&?\w+>")),
    ("mention", re.compile(r"@(?:everyone|here)\b")),
    ("command", re.compile(r"</[\w -]+:\d+>")),
    ("time", re.compile(r"<t:-?\d+(?::\w)?>")),
    ("address", re.compile(r"<[a-z]+://[^>\s]+>")),
    ("address", re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s]")),
    ("link", re.compile(r"\[((?:\\.|[^\\\[\]])+)\]\(<?([^\s<>)]+)>?[^)]*\)")),
    ("spoiler", re.compile(r"\|\|((?:\\.|[^\\])+?)\|\|")),
    ("strong", re.compile(r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)")),
    ("under", re.compile(r"__((?:\\.|[^\\])+?)__(?!_)")),
    ("struck", re.compile(r"~~((?:\\.|[^\\])+?)~~(?!_)")),
    ("em", re.compile(r"\*((?:\\.|[^\\*])+?)\*(?!\*)|_((?:\\.|[^\\_])+?)_(?!_)")),
    ("emoji", re.compile(r":[A-Za-z0-9_+-]+:")),
)  # fmt: skip
#: Where no markup can begin.
_PLAIN = re.compile(r"[^\\`<@hs\[|*_~:\n]+")


@dataclass(kw_only=True)
class Shown:
    """The visible text, and its markup as (kind, content)."""

    words: str = ""
    live: list[tuple[str, str]] = field(default_factory=list)


def read(text: str) -> Shown:
    """Parse the whole text; markup may span lines."""
    shown = Shown()
    shown.words = _inline(text, shown, begins=True)
    return shown


def _inline(text: str, shown: Shown, *, begins: bool = False) -> str:
    words: list[str] = []
    at = 0
    while at < len(text):
        if text[at - 1] == "\n" if at else begins:
            at = _line_start(text, at, shown)
        if at == len(text):
            break
        kind, found = _next(text, at)
        if found is None:
            plain = _PLAIN.match(text, at)
            end = plain.end() if plain else at + 1
            words.append(text[at:end])
            at = end
            continue
        words.append(_of(kind, found, shown))
        at = found.end()
    return "".join(words)


def _line_start(text: str, at: int, shown: Shown) -> int:
    """The offset of a line's text, after its block markup."""
    while found := _BLOCK.match(text, at):
        kind = found.lastgroup or ""
        shown.live.append((kind, found.group().strip()))
        at = found.end()
    return at


def _next(text: str, at: int) -> tuple[str, re.Match[str] | None]:
    for kind, pattern in _INLINE:
        found = pattern.match(text, at)
        if found is not None:
            return kind, found
    return "", None


def _of(kind: str, found: re.Match[str], shown: Shown) -> str:
    if kind == "escape":
        return str(found[1])
    if kind == "link":
        label = _inline(found[1], shown)
        shown.live.append(("link", f"{label} → {found[2]}"))
        return label
    shown.live.append((kind, found.group()))
    if kind in {"spoiler", "strong", "under", "struck", "em"}:
        inner = next(group for group in found.groups() if group is not None)
        return _inline(inner, shown)
    return found.group()
