"""Read drawn cards: pixels of a PNG, and words, places and glyphs of a PDF."""

import io
import struct
import zlib
from typing import NamedTuple

import pypdf
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject


class Picture(NamedTuple):
    width: int
    height: int
    #: Rows of RGBA bytes.
    rows: list[bytes]

    def find_ink(self, left: int = 0, right: int | None = None):
        """Left, top, right and bottom of what differs from the first such pixel."""
        background = self.rows[0][4 * left : 4 * left + 4]
        xs, ys = set(), []
        for y, row in enumerate(self.rows):
            found = {
                x
                for x in range(left, right or self.width)
                if row[4 * x : 4 * x + 4] != background
            }
            if found:
                xs |= found
                ys.append(y)
        return min(xs), ys[0], max(xs), ys[-1]


def list_chunks(content: bytes) -> list[bytes]:
    """The names of the chunks of a PNG file."""
    names, place = [], 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        names.append(content[place + 4 : place + 8])
        place += 12 + length
    return names


def read_png(content: bytes) -> Picture:
    """The pixels of a PNG file as Typst writes it: RGBA, eight bits, not interlaced."""
    width, height, depth, kind = struct.unpack_from(">IIBB", content, 16)
    assert (depth, kind) == (8, 6)
    data, place = b"", 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        if content[place + 4 : place + 8] == b"IDAT":
            data += content[place + 8 : place + 8 + length]
        place += 12 + length
    raw, stride = zlib.decompress(data), 4 * width
    rows: list[bytes] = []
    above = bytes(stride)
    for y in range(height):
        start = y * (stride + 1)
        above = _unfilter(raw[start], raw[start + 1 : start + 1 + stride], above)
        rows.append(above)
    return Picture(width, height, rows)


def _unfilter(kind: int, row: bytes, above: bytes) -> bytes:
    done = bytearray(row)
    for i in range(len(done)):
        left = done[i - 4] if i >= 4 else 0
        corner = above[i - 4] if i >= 4 else 0
        done[i] = (done[i] + _predict(kind, left, above[i], corner)) & 255
    return bytes(done)


def _predict(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda one: abs(guess - one))
    return (0, left, up, (left + up) // 2)[kind]


class Writing(NamedTuple):
    text: str
    #: Whether a character was drawn as the box of a missing one.
    misses_glyph: bool
    #: Left edge, base line from below, and words of each piece.
    places: list[tuple[float, float, str]]


def read_pdf(content: bytes) -> Writing:
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0]
    places: list[tuple[float, float, str]] = []

    def note(text, current, matrix, _font, _size):
        if text.strip():
            x, y = matrix[4], matrix[5]
            places.append(
                (
                    x * current[0] + y * current[2] + current[4],
                    x * current[1] + y * current[3] + current[5],
                    text,
                )
            )

    text = page.extract_text(visitor_text=note)
    stream = ContentStream(page.get_contents(), page.pdf)
    codes = [
        one.original_bytes
        for operands, operator in stream.operations
        if operator in (b"Tj", b"TJ")
        for operand in operands
        for one in (operand if isinstance(operand, list) else [operand])
        if isinstance(one, TextStringObject | ByteStringObject)
    ]
    # Glyph 0 of each font is the box of a missing character.
    misses = any(
        code[i : i + 2] == b"\0\0" for code in codes for i in range(0, len(code), 2)
    )
    return Writing(text, misses, places)
