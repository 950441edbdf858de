"""The invented articles that the feeds and pages of this folder are made of."""

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Story:
    """An article as its newsroom has it."""

    slug: str
    lang: str
    author: str
    title: str
    #: The page's headline for search engines.
    seo: str
    #: The standfirst, which most feeds give as the description.
    dek: str
    paragraphs: tuple[str, ...]

    @property
    def link(self) -> str:
        return f"https://courier.example/news/{self.slug}"

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)

    @property
    def html(self) -> str:
        return "\n".join(f"<p>{escape(line)}</p>" for line in self.paragraphs)

    def words(self, count: int) -> str:
        """The first words of the text."""
        return " ".join(" ".join(self.paragraphs).split()[:count])

    def letters(self, count: int) -> str:
        """The first characters of the text, cut anywhere."""
        return " ".join(self.paragraphs)[:count].rstrip()


@cache
def load_stories(lang: str = "") -> tuple[Story, ...]:
    """The articles, or those in one language."""
    written = Path(__file__).with_name("articles.toml").read_text(encoding="utf-8")
    stories = []
    for row in tomllib.loads(written)["article"]:
        lines = tuple(row.pop("text").strip().split("\n"))
        stories.append(Story(**row, paragraphs=lines))
    return tuple(story for story in stories if lang in ("", story.lang))
