"""Find the spans between quotation marks.

One pass per paragraph with a small state. The family of the outer marks (double or
single) is chosen once per text, by which spans are outside the other family; inner
marks are ignored. A mark opens or closes by its shape and its neighbours, and the state
decides where both fit. The state ends with the paragraph, so that a lost mark affects
nothing after it. A paragraph left open whose next one begins with a mark is a quotation
over paragraphs, provided that it is closed in the end.

Marks of one family can replace each other: a straight mark may close a curly one, but a
single mark never closes a double one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from digests.language.spans import trim_span
from digests.language.words import word_set
from digests.types import frozen

_PARAGRAPH = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
DOUBLE_CLOSE = "”»」』〞〟"
DOUBLE_EITHER = '"＂'

#: Marks that only open, only close, or do either, by family.
DOUBLE_OPEN = "“„‟«「『〝"
DOUBLE = DOUBLE_OPEN + DOUBLE_CLOSE + DOUBLE_EITHER
_DOUBLE_MARK = re.compile(f"[{DOUBLE}]")
SINGLE_CLOSE = "’›"
SINGLE_EITHER = "'"
SINGLE_OPEN = "‘‚‹"
SINGLE = SINGLE_OPEN + SINGLE_CLOSE + SINGLE_EITHER
_SINGLE_MARK = re.compile(f"[{SINGLE}]")
#: More marks in a row than nesting needs are decoration.
_ORNAMENT = re.compile(f"[{DOUBLE}{SINGLE}]{{5,}}+")
_WORD = re.compile(r"\w{1,20}")
#: «the ’90s», «the class of ’08».
_DECADE = re.compile(r"\d\d\w?")
#: The first character of scripts without spaces between words.
_FIRST_IDEOGRAPH = "\u2e80"
#: Marks whose shape decides wherever they are (no spaces around them).
_CORNERS = "「」『』〝〞〟"
_JOINING = frozenset(".,;:!?)")
_FULL_END = ",.!?…;:"
_BEFORE_OPENER = "([{—–-―/:=>|*"
_AFTER_CLOSER = ",.!?…;:)]}—–-―/*<|"
#: Replaces a double mark that was lost: «It works.’ Then …».
_MISTYPED_CLOSE = re.compile(r"(?<=[.!?…])['’](?=\s|\Z)")
_TWO_OPEN = re.compile(r"(?<![\w'])''(?=\w)")
_TWO_CLOSE = re.compile(r"(?<=[\w.,!?])''(?![\w'])")
_INWARD = re.compile(r"»(?<![^\s(\[—–:]»)(?=\w)")
_OUTWARD = re.compile(r"«(?<![^\s(\[—–:]«)(?=\s?\w)")
_INNER_OPEN = re.compile(r"(?<=\s)['‘](?=\w)")
_INTRODUCED = re.compile(r"[:,]\s*\Z")


@frozen
class QuotedSpan:
    """A span between quotation marks, which are excluded."""

    start: int
    end: int
    #: Whether a mark closes it; a paragraph of a longer quotation may have none.
    closed: bool
    #: Whether it continues the span before (a new paragraph).
    goes_on: bool = False


def find_quoted(text: str) -> tuple[QuotedSpan, ...]:
    """The outermost quoted spans of `text`, in order, none empty."""
    text = _ORNAMENT.sub(lambda run: " " * len(run[0]), text)
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(text)]
    doubles = _pair_marks(text, paragraphs, _DoubleMarks(text))
    singles = _pair_marks(text, paragraphs, _SingleMarks(text))
    if _doubled(text):
        singles = []
    return tuple(_trimmed(text, _outer(doubles, singles)))


def _doubled(text: str) -> bool:
    """Whether two apostrophes are the outer marks, so that single ones are inner.

    The text between them is not quoted: mostly they mean something else.
    """
    return (
        "''" in text
        and len(_TWO_OPEN.findall(text)) > 1
        and len(_TWO_CLOSE.findall(text)) > 1
    )


def _outer(doubles: list[QuotedSpan], singles: list[QuotedSpan]) -> list[QuotedSpan]:
    """The family with more spans outside those of the other."""
    if not singles or not doubles:
        return doubles or singles
    is_single = _outside(singles, doubles) > _outside(doubles, singles)
    return singles if is_single else doubles


def _outside(these: Sequence[QuotedSpan], those: Sequence[QuotedSpan]) -> int:
    count = at = 0
    for one in these:
        while at < len(those) and those[at].end < one.start:
            at += 1
        count += at == len(those) or one.start < those[at].start
    return count


def _trimmed(text: str, found: list[QuotedSpan]) -> Iterator[QuotedSpan]:
    for one in found:
        start, end = trim_span(text, one.start, one.end)
        if end > start:
            yield replace(one, start=start, end=end)


class _DoubleMarks:
    """Reads double marks: shape first, neighbours where the shape says nothing."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pattern = _DOUBLE_MARK
        self.inward = _points_inward(text)
        self.paired = "«" in text and "»" in text

    def reads(self, at: int, end: int, *, is_open: bool) -> str:
        """What the mark at `at` does: «open», «close», or «» for nothing."""
        mark = self.text[at]
        before, after = _neighbours(self.text, at, end)
        if mark in "«»" and self.paired:
            # Their shape decides, whatever spaces are around them.
            return "open" if (mark == "»") == self.inward else "close"
        if is_open and before.isspace() and after in _JOINING:
            return "close"
        opens, closes = _can_open(before, after), _can_close(before, after)
        unclear = opens == closes and (opens or (before.isspace() and after.isspace()))
        if unclear or mark in _CORNERS or max(before, after) >= _FIRST_IDEOGRAPH:
            return _read_by_shape(mark, is_open=is_open)
        if closes:
            return "close" if is_open else ""
        if opens or (not is_open and before in _FULL_END and after.isalnum()):
            return "open"
        return "close" if is_open else ""

    def close(self, start: int, end: int) -> int:
        """Where the span opened before `start` ends; -1 if it does not."""
        for match in self.pattern.finditer(self.text, start, end):
            does = self.reads(match.start(), end, is_open=True)
            if does == "close":
                return match.start()
            if does == "open":
                break
        return self._find_mistyped_close(start, end)

    def _find_mistyped_close(self, start: int, end: int) -> int:
        stop = self.pattern.search(self.text, start, end)
        match = _MISTYPED_CLOSE.search(self.text, start, stop.start() if stop else end)
        if match is None or _INNER_OPEN.search(self.text, start, match.start()):
            return -1
        return match.start()


def _read_by_shape(mark: str, *, is_open: bool) -> str:
    if mark in DOUBLE_OPEN or (mark in DOUBLE_EITHER and not is_open):
        return "open"
    return "close" if is_open else ""


class _SingleMarks:
    """Reads single marks, which may be apostrophes: never by alternation."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pattern = _SINGLE_MARK

    def reads(self, at: int, end: int, *, is_open: bool) -> str:
        mark = self.text[at]
        before, after = _neighbours(self.text, at, end)
        if mark == "'" and "'" in (before, after):
            # Two apostrophes are wiki's italics, inches or seconds, not a mark.
            return ""
        if mark in SINGLE_CLOSE or (mark == "'" and not _can_open(before, after)):
            return "close" if is_open and _can_close(before, after) else ""
        if after.isspace() or before.isalnum():
            return ""
        word = _WORD.match(self.text, at + 1)
        if word and (word[0].lower() in CLIPPED or _DECADE.fullmatch(word[0])):
            return ""
        return "open"

    def close(self, start: int, end: int) -> int:
        """Find the closing mark: the first certain one, else the last possible one."""
        closer = {"'": "'", "‚": "‘’", "‹": "›"}.get(self.text[start - 1], "’")
        weak = -1
        for match in self.pattern.finditer(self.text, start, end):
            at = match.start()
            does = self.reads(at, end, is_open=True)
            if does == "open":
                break
            if does != "close" or self.text[at] not in closer:
                continue
            if self._is_certain(at, end):
                return at
            weak = at
        return weak

    def _is_certain(self, at: int, end: int) -> bool:
        """Whether a mark is no apostrophe as in «the leaders' view», «runnin' wild»."""
        before, after = _neighbours(self.text, at, end)
        return before not in "sSnz" or after == "\n" or not after.isspace()


def _neighbours(text: str, at: int, end: int) -> tuple[str, str]:
    before = text[at - 1] if at else "\n"
    after = text[at + 1] if at + 1 < end else "\n"
    return before, after


def _can_open(before: str, after: str) -> bool:
    """Whether a mark between these two may open: «␣"W», «("W», «—"W»."""
    return not after.isspace() and (
        before.isspace() or before in _BEFORE_OPENER or before in DOUBLE + SINGLE
    )


def _can_close(before: str, after: str) -> bool:
    """Whether a mark between these two may close: «w"␣», «.",», «w")»."""
    return not before.isspace() and (
        after.isspace() or after in _AFTER_CLOSER or after in DOUBLE + SINGLE
    )


def _points_inward(text: str) -> bool:
    """Whether guillemets point inward (»so«), as in German and Danish books."""
    if "»" not in text:
        return False
    return len(_INWARD.findall(text)) > len(_OUTWARD.findall(text))


def _pair_marks(
    text: str, paragraphs: list[tuple[int, int]], reader: _DoubleMarks | _SingleMarks
) -> list[QuotedSpan]:
    """Read every paragraph by itself, then join those that were left open."""
    found: list[QuotedSpan] = []
    #: Spans of paragraphs left open, until a closing mark confirms them.
    chain: list[QuotedSpan] = []
    for start, end in paragraphs:
        inside = _pair_in_paragraph(text, start, end, reader)
        if chain and inside and not text[start : inside[0].start - 1].strip():
            inside[0] = replace(inside[0], goes_on=True)
            if inside[0].closed:
                found += chain
                chain = []
        elif text[start:end].strip():
            found += _kept_open(text, chain)
            chain = []
        if inside and not inside[-1].closed:
            chain.append(inside.pop())
        found += inside
    found += _kept_open(text, chain)
    return sorted(found, key=lambda one: one.start)


def _kept_open(text: str, chain: list[QuotedSpan]) -> list[QuotedSpan]:
    """Of an unconfirmed chain only what a colon or comma introduced."""
    return [
        one
        for one in chain[:1]
        if _INTRODUCED.search(text, max(0, one.start - 4), one.start - 1)
    ]


def _pair_in_paragraph(
    text: str, start: int, end: int, reader: _DoubleMarks | _SingleMarks
) -> list[QuotedSpan]:
    found: list[QuotedSpan] = []
    at = start
    while True:
        match = reader.pattern.search(text, at, end)
        if match is None:
            return found
        at = match.end()
        if reader.reads(match.start(), end, is_open=False) != "open":
            continue
        close = reader.close(at, end)
        if close >= 0:
            found.append(QuotedSpan(start=at, end=close, closed=True))
            at = close + 1
        elif not _opens_again(at, end, reader):
            found.append(QuotedSpan(start=at, end=end, closed=False))
            return found


def _opens_again(at: int, end: int, reader: _DoubleMarks | _SingleMarks) -> bool:
    return any(
        reader.reads(match.start(), end, is_open=False) == "open"
        for match in reader.pattern.finditer(reader.text, at, end)
    )


#: After an apostrophe at a word's beginning: nothing is quoted.
CLIPPED = word_set("em til tis twas cause bout n round ere neath cuz tween nuff im ya")

_BALANCED_PAIRS = (("“", "”"), ("«", "»"), ("(", ")"), ("[", "]"))
_SINGLE_OPENS = re.compile(r"(?<![^\W_])['‘](?=\w)(?!s\s)")
_SPEECH_ENDS = re.compile(r"[.!?…]['’]$")
_SINGLE_CLOSES = re.compile(r"(?<=[\w.,!?…])\s?['’](?!\w)")


def has_balanced_marks(text: str) -> bool:
    """Whether every quotation mark and bracket that opens also closes."""
    if text.count('"') % 2 or text.count("''") % 2:
        return False
    if "„" in text:  # «“» or «”» closes in German.
        if text.count("„") > text.count("“") + text.count("”") + text.count('"'):
            return False
    elif any(text.count(a) != text.count(b) for a, b in _BALANCED_PAIRS):
        return False
    if "'" not in text and "’" not in text and "‘" not in text:
        return True
    # The apostrophe of a plural looks like a closing mark: only openings must match.
    opens = len(_SINGLE_OPENS.findall(text))
    if not opens and _SPEECH_ENDS.search(text):
        return False
    return opens <= len(_SINGLE_CLOSES.findall(text))
