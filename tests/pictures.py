"""Small pictures, made byte by byte: no library of the project writes them."""

import struct
import zlib


def a_png(width: int, height: int, shade: int = 128) -> bytes:
    """A grey PNG of this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([shade]) * width) * height, 9)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    length, check = (
        struct.pack(">I", n) for n in (len(content), zlib.crc32(kind + content))
    )
    return length + kind + content + check


def a_png_header(width: int, height: int) -> bytes:
    """A PNG that declares this size and has no rows."""
    whole = a_png(1, 1)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return whole[:8] + _chunk(b"IHDR", head) + whole[33:]


def a_jpeg(width: int, height: int) -> bytes:
    """A grey JPEG: each block has two bits, «no difference» and «end of block»."""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    # One code of one bit, 0, for the symbol 0.
    codes = bytes([1, *[0] * 15, 0])
    parts = (
        (0xDB, b"\0" + b"\1" * 64),
        (0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
        (0xC4, b"\0" + codes),
        (0xC4, b"\x10" + codes),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    segments = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
        for marker, content in parts
    )
    return b"\xff\xd8" + segments + bytes((2 * blocks + 7) // 8) + b"\xff\xd9"


def a_gif(width: int, height: int, frames: int = 1) -> bytes:
    """A GIF of so many frames, each of one point."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    colours = b"\x80\x80\x80\xff\xff\xff"
    # Delay of a hundredth of a second; a point at the corner: clear, 0, end.
    control = b"\x21\xf9\x04\0\1\0\0\0"
    frame = control + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return head + colours + frame * frames + b"\x3b"
