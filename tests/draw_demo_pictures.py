"""Draw the pictures of the demo's articles: python -m tests.draw_demo_pictures.

The drawings are our own, written by hand as SVG (`seeds/demo/drawings`). Sources give
pictures as PNG, JPEG or WebP, so the articles name the PNG files that this makes.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import typst

DEMO = Path(__file__).parents[1] / "seeds" / "demo"
DRAWINGS = DEMO / "drawings"
_IMAGE = re.compile(r"^image: (.+)\.png$", re.MULTILINE)
_TEMPLATE = """
#set page(width: 480pt, height: 320pt, margin: 0pt)
#image("{name}.svg", width: 480pt, height: 320pt)
"""


def list_pictures() -> Iterator[tuple[str, Path]]:
    """List the pictures that articles name: the drawing's name, and where it goes."""
    for path in sorted(DEMO.glob("*/*.txt")):
        found = _IMAGE.search(path.read_text(encoding="utf-8"))
        if found:
            yield found[1], path.with_name(f"{found[1]}.png")


def draw(name: str) -> bytes:
    """Draw one picture, at the size of its drawing."""
    compiler = typst.Compiler(_TEMPLATE.format(name=name).encode(), root=DRAWINGS)
    made = compiler.compile(format="png", ppi=72)
    assert isinstance(made, bytes), "it has one page"
    return made


def main() -> None:
    """Draw every picture."""
    for name, target in list_pictures():
        target.write_bytes(draw(name))


if __name__ == "__main__":
    main()
