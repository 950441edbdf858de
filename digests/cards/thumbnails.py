"""Make a small picture of a picture that an article shows.

The bytes are hostile: this runs only in the process that draws cards, behind the limits
of its sandbox. The kind of a picture follows from its first bytes and its size from its
header, before anything is decoded; a picture that is no photograph of a usual size is
refused. Typst decodes, scales and encodes, so that no second library is needed.
"""

import math
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Final

from digests.cards.drawing import LIBRARIES as LIBRARIES
from digests.cards.drawing import read_png_size, run_typst
from digests.errors import SourceUnreadable
from digests.types import frozen

#: Pixels of the longer side, and bytes.
LARGEST_SIDE: Final = 480
MOST_BYTES: Final = 300_000
#: Pixels of the smaller side: what is smaller is a line or counts readers.
_SMALLEST_SIDE: Final = 32
#: Pixels of a picture; a good camera has no more.
_MOST_PIXELS: Final = 26_000_000
#: The next size after one that takes too many bytes is a little smaller than it needs.
_SHRINK: Final = 0.95
_ATTEMPTS: Final = 6
#: The longer side is given; turning a photograph upright may swap width and height.
_TEMPLATE: Final = b"""
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#let content = read(sys.inputs.picture, encoding: none)
#let picture = image.with(content, format: sys.inputs.form)
#context {
  let given = measure(picture())
  let scale = float(sys.inputs.side) / calc.max(given.width, given.height).pt()
  let fit(length) = calc.max(1, calc.round(length.pt() * scale)) * 1pt
  picture(width: fit(given.width), height: fit(given.height), fit: "stretch")
}
"""


@frozen
class Thumbnail:
    """A small picture: a PNG file without metadata, its size in pixels."""

    content: bytes
    width: int
    height: int


def draw_thumbnail(content: bytes) -> Thumbnail:
    """Make a small picture of a PNG, JPEG, GIF or WebP file; of moving ones the start.

    Raises:
        SourceUnreadable: It is of another kind, broken, too large or too small.
    """
    form, (width, height) = identify_picture(content)
    if min(width, height) < _SMALLEST_SIDE:
        raise SourceUnreadable("picture.too_small", width=width, height=height)
    if width * height > _MOST_PIXELS:
        raise SourceUnreadable("picture.too_large", width=width, height=height)
    side = min(LARGEST_SIDE, max(width, height))
    for _ in range(_ATTEMPTS):
        made = _scale(content, form, side)
        if len(made) <= MOST_BYTES:
            width, height = read_png_size(made)
            return Thumbnail(content=made, width=width, height=height)
        side = math.floor(side * _SHRINK * math.sqrt(MOST_BYTES / len(made)))
    raise SourceUnreadable("picture.unreadable")


def _scale(content: bytes, form: str, side: int) -> bytes:
    import typst

    with _open_pipe(content) as pipe:
        compiler = typst.Compiler(
            _TEMPLATE,
            root=_find_pipes_folder(),
            font_paths=typst.Fonts(False, False, []),
            sys_inputs={"picture": f"/{pipe}", "form": form, "side": str(side)},
        )
        return run_typst(
            lambda: compiler.compile(format="png", ppi=72),
            SourceUnreadable("picture.unreadable"),
        )


@contextmanager
def _open_pipe(content: bytes) -> Iterator[int]:
    """The number of a pipe with these bytes.

    The process may write no files, and what Typst takes from memory must be text.
    """
    outlet, inlet = os.pipe()
    writer = Thread(target=_write, args=(inlet, content), daemon=True)
    writer.start()
    try:
        yield outlet
    finally:
        # What was not read is not waited for.
        os.close(outlet)
        writer.join()


def _write(inlet: int, content: bytes) -> None:
    with suppress(BrokenPipeError), os.fdopen(inlet, "wb") as pipe:
        pipe.write(content)


def _find_pipes_folder() -> Path:
    """The folder where the system shows the open files of this process.

    Raises:
        SourceUnreadable: It has none (Windows).
    """
    for folder in (Path("/proc/self/fd"), Path("/dev/fd")):
        if folder.is_dir():
            return folder
    raise SourceUnreadable("picture.unreadable")


def identify_picture(content: bytes) -> tuple[str, tuple[int, int]]:
    """The kind of a picture by its first bytes, and its size by its header.

    Raises:
        SourceUnreadable: It is of another kind, or its header is broken.
    """
    for signature, form, read_size in _KINDS:
        if content.startswith(signature):
            try:
                return form, read_size(content)
            except (struct.error, ValueError, IndexError):
                raise SourceUnreadable("picture.unreadable") from None
    raise SourceUnreadable("picture.other_kind")


def _read_gif(content: bytes) -> tuple[int, int]:
    width, height, packed = struct.unpack_from("<HHB", content, 6)
    place, frames = 13 + _measure_colours(packed), 0
    while place < len(content) and content[place] != _GIF_END:
        if content[place] == _GIF_FRAME:
            frames += 1
            place += 11 + _measure_colours(content[place + 9])
        else:
            place += 2
        while size := content[place]:
            place += size + 1
        place += 1
        if frames > _MOST_FRAMES:
            raise SourceUnreadable("picture.film", n=_MOST_FRAMES)
    return width, height


#: Frames of a moving picture; one with more is a film, or made to be slow.
_MOST_FRAMES: Final = 300
_GIF_FRAME, _GIF_END = 0x2C, 0x3B


def _measure_colours(packed: int) -> int:
    """The bytes of a table of colours, from the byte that says whether there is one."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


_JPEG_END: Final = b"\xff\xd9"
#: Markers of frames: all from C0 to CF but those of tables (C4), of the reserved (C8)
#: and of arithmetic coding (CC).
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _read_jpeg(content: bytes) -> tuple[int, int]:
    place = 2
    while True:
        (start, marker) = struct.unpack_from(">BB", content, place)
        if start != 0xFF:
            raise ValueError("no marker")
        if marker == 0xFF:
            place += 1
            continue
        if marker in _FRAMES:
            # Of a picture that breaks off, decoders show the rest in grey.
            if content.find(_JPEG_END, place) < 0:
                raise ValueError("it breaks off")
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        (length,) = struct.unpack_from(">H", content, place + 2)
        place += 2 + length


def _read_webp(content: bytes) -> tuple[int, int]:
    form = content[8:16]
    if form == b"WEBPVP8X":
        sides = (content[24:27], content[27:30])
        width, height = (int.from_bytes(side, "little") + 1 for side in sides)
        return width, height
    if form == b"WEBPVP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"WEBPVP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no picture")


_KINDS: Final[tuple[tuple[bytes, str, Callable[[bytes], tuple[int, int]]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "png", read_png_size),
    (b"\xff\xd8\xff", "jpg", _read_jpeg),
    (b"GIF87a", "gif", _read_gif),
    (b"GIF89a", "gif", _read_gif),
    (b"RIFF", "webp", _read_webp),
)
