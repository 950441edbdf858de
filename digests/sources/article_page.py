"""Judge whether the page behind a feed's entry gives the announced article.

Untrusted input: `judge_page` runs in the sandbox. A page that is anything but the whole
announced article gives a verdict and no text, because a consent form told as news is
worse than an excerpt.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from digests.errors import UnreadableInput
from digests.extraction import extract_article
from digests.language.words import extract_stems, measure_containment
from digests.sources.page import decode_page
from digests.sources.untrusted import validate_instant
from digests.types import Article, frozen

#: What a page turned out to be; all but "article" leave the excerpt as it is.
PageVerdict = Literal[
    "article",
    #: Only subscribers may read it.
    "paywall",
    #: A form that asks for consent.
    "consent",
    #: Only who is signed in may read it.
    "login",
    #: An error in words, answered as if it were a page.
    "not_found",
    #: The front page of the site, or of one of its sections.
    "front_page",
    #: A video, an audio or pictures with few words.
    "media",
    #: Another article than the announced one.
    "other_article",
    #: The text stops before its end.
    "cut",
    #: No text was found.
    "no_text",
]

#: Imported before the sandbox measures.
LIBRARIES = ("readability", "selectolax.lexbor", "trafilatura")
#: A shorter text is no article.
_SHORTEST_TEXT = 250
#: The share of the words of title or teaser that must be on the page.
_SHARED_TITLE, _SHARED_TEASER = 0.5, 0.5


@frozen
class PageJudgement:
    """What the page behind an entry turned out to be."""

    verdict: PageVerdict
    #: Its article; only with the verdict "article", and never with an empty text.
    article: Article | None = None
    #: The address of a page that has the article whole, to be asked instead of this.
    instead: str | None = None
    #: The addresses of its next pages, whose text belongs to the article.
    next_pages: tuple[str, ...] = ()
    #: The address that answered, after redirects.
    url: str = ""
    #: Requests that it took, redirects included, robots.txt excluded.
    requests: int = 0
    #: Validators of the first page, for a conditional request.
    etag: str | None = None
    last_modified: str | None = None


def judge_page(
    body: bytes,
    *,
    announced: Article,
    asked: str,
    answered_at: str,
    content_type: str = "",
    now: datetime,
) -> PageJudgement:
    """What the page in these bytes is, and its article if it is the announced one.

    Args:
        body: The fetched bytes, decompressed.
        announced: The article as its source gives it.
        asked: The address that was asked.
        answered_at: The address that answered, after redirects.
        content_type: From the server; its charset counts first.
        now: Aware. The article is not dated more than a day later.
    """
    try:
        html = decode_page(body, content_type)
    except UnreadableInput:
        return PageJudgement(verdict="no_text", url=answered_at)
    article = extract_article(html, url=answered_at)
    article = replace(article, published=validate_instant(article.published, now))
    if len(article.text) < _SHORTEST_TEXT:
        return PageJudgement(verdict="no_text", url=answered_at)
    if not _is_announced(announced, article):
        return PageJudgement(verdict="other_article", url=answered_at)
    return PageJudgement(verdict="article", article=article, url=answered_at)


def _is_announced(announced: Article, page: Article) -> bool:
    """Whether the words of the announced title and teaser are on the page."""
    words = set(extract_stems(f"{page.title or ''}\n{page.text}", announced.lang))
    title = set(extract_stems(announced.title or "", announced.lang))
    teaser = set(extract_stems(announced.text, announced.lang))
    shared_title = measure_containment(title, words) if title else 1.0
    shared_teaser = measure_containment(teaser, words) if teaser else 1.0
    return shared_title >= _SHARED_TITLE and shared_teaser >= _SHARED_TEASER
