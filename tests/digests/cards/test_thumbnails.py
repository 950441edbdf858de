"""Small pictures of what articles show, made of hostile bytes."""

import struct
import zlib
from pathlib import Path

import pytest

from digests.cards.thumbnails import (
    LARGEST_SIDE,
    MOST_BYTES,
    draw_thumbnail,
    identify_picture,
)
from digests.errors import SourceUnreadable
from tests.digests.cards.pictures import list_chunks, read_png

PICTURES = Path(__file__).parents[2] / "data" / "pictures"
#: A red flag, 64 × 40 pixels, whose upper left quarter is white.
FLAGS = ("flag.jpg", "flag.webp", "flag_lossless.webp", "flag.gif")


def read_flag(name: str) -> bytes:
    return (PICTURES / name).read_bytes()


def a_chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content).to_bytes(4)
    return len(content).to_bytes(4) + name + content + check


def a_png(
    width: int, height: int, *, rows: bytes | None = None, extra: bytes = b""
) -> bytes:
    """A grey PNG file; `rows` are those of a file whose header lies."""
    raw = rows if rows is not None else (b"\0" + b"\x80" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + a_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + extra
        + a_chunk(b"IDAT", zlib.compress(raw, 9))
        + a_chunk(b"IEND", b"")
    )


def a_noisy_png(side: int) -> bytes:
    """A picture that cannot be compressed."""
    state, raw = 1, bytearray()
    for _ in range(side):
        raw.append(0)
        for _ in range(side):
            state = (state * 1103515245 + 12345) % (1 << 31)
            raw.append(state >> 16 & 255)
    return a_png(side, side, rows=bytes(raw))


def a_gif(frames: int) -> bytes:
    """A moving GIF file of 40 × 40 pixels."""
    head = b"GIF89a" + struct.pack("<HHBBB", 40, 40, 0x80, 0, 0)
    # Each code of an empty table alone: clear, then the colour.
    codes = [part for _ in range(1600) for part in (4, 0)] + [5]
    bits = sum(code << 3 * place for place, code in enumerate(codes))
    packed = bits.to_bytes((3 * len(codes) + 7) // 8, "little")
    blocks = b"".join(
        bytes((len(packed[i : i + 255]),)) + packed[i : i + 255]
        for i in range(0, len(packed), 255)
    )
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 40, 40, 0) + b"\x02" + blocks + b"\0"
    return head + b"\xff\0\0\0\0\0" + frame * frames + b"\x3b"


@pytest.mark.parametrize("name", FLAGS)
def test_each_kind_of_picture_is_read(name):
    made = draw_thumbnail(read_flag(name))
    picture = read_png(made.content)
    assert (made.width, made.height) == (picture.width, picture.height) == (64, 40)
    red, green, blue, _ = picture.rows[30][4 * 50 : 4 * 51]
    assert red > 120 > 90 > max(green, blue)
    assert min(picture.rows[5][4 * 5 : 4 * 6]) > 230


def test_a_photograph_that_was_turned_is_upright():
    made = draw_thumbnail(read_flag("flag_turned.jpg"))
    assert (made.width, made.height) == (40, 64)


def test_a_large_picture_is_scaled_down():
    made = draw_thumbnail(a_png(1600, 900))
    assert (made.width, made.height) == (LARGEST_SIDE, 270)


def test_a_small_picture_is_not_scaled_up():
    assert draw_thumbnail(a_png(90, 60)).width == 90


def test_a_picture_that_takes_too_many_bytes_becomes_smaller():
    made = draw_thumbnail(a_noisy_png(600))
    assert len(made.content) <= MOST_BYTES
    assert 200 < made.width < LARGEST_SIDE


def test_metadata_is_left_out():
    secret = a_chunk(b"tEXt", b"Comment\0taken at home") + a_chunk(
        b"gAMA", b"\0\0\xb1\x8f"
    )
    made = draw_thumbnail(a_png(64, 64, extra=secret))
    assert set(list_chunks(made.content)) == {b"IHDR", b"IDAT", b"IEND"}


def test_of_a_moving_picture_the_start_is_shown():
    assert draw_thumbnail(a_gif(20)).width == 40


def test_a_film_is_refused():
    with pytest.raises(SourceUnreadable, match="frames"):
        draw_thumbnail(a_gif(10_000))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"%PDF-1.7",
        b"<!doctype html>",
        b"BM" + bytes(60),
        b"\0\0\0\x1cftypavif",
    ],
)
def test_what_is_no_such_picture_is_refused(content):
    with pytest.raises(SourceUnreadable, match="not a PNG, JPEG, GIF or WebP"):
        draw_thumbnail(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe0\0\0\0\0",
        b"GIF89a",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF\0\0\0\0WEBPVP8X",
        a_png(64, 64)[:60],
        a_png(64, 64, rows=b""),
        read_flag("flag.jpg")[:400][:-200],
        read_flag("flag.gif")[:40],
    ],
)
def test_a_broken_picture_is_an_error_of_its_source(content):
    with pytest.raises(SourceUnreadable):
        draw_thumbnail(content)


def test_a_picture_that_counts_readers_is_refused():
    with pytest.raises(SourceUnreadable, match=r"too small \(1 × 1 pixels\)"):
        draw_thumbnail(a_png(1, 1))


@pytest.mark.parametrize(
    "content",
    [
        a_png(30_000, 30_000, rows=b""),
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0\x3b",
        b"\xff\xd8\xff\xc0" + struct.pack(">HBHH", 11, 8, 65535, 65535) + b"\xff\xd9",
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\xff\xff\xff\xff\xff\xff",
    ],
)
def test_a_bomb_is_refused_by_its_header(content):
    with pytest.raises(SourceUnreadable, match="too large"):
        draw_thumbnail(content)


@pytest.mark.parametrize("name", FLAGS)
def test_the_size_of_a_picture_is_in_its_header(name):
    assert identify_picture(read_flag(name))[1] == (64, 40)
