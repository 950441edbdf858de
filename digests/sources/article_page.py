"""Judge whether the page behind a feed's entry gives the announced article.

Untrusted input: `judge_page` runs in the sandbox. A page that is anything but the whole
announced article gives a verdict and no text, because a consent form published as news
is worse than an excerpt. The signs, in this order:

1. where the answer came from: a consent or login address, the front page;
2. what the page calls itself: «Page not found»;
3. what it declares: schema.org `isAccessibleForFree` (also where the text is in it: it
   is not for everyone then) or the tier of its content;
4. whether title and teaser of the entry are the page's; if not, whether it is a form,
   a wall without text, or a list of articles;
5. what stands right below the text: «Subscribe to continue reading», or words of two
   kinds that sell access («subscribe», «sign in», «cancel anytime»);
6. whether the text is one, and goes on to its end.

AMP and printed forms are judged like any page. An address to ask `instead` is given
where a page has too little of the announced article and names a form with more: its
canonical, AMP or single-page address. A wall is never bypassed in this way.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from digests.errors import UnreadableInput
from digests.extraction import extract_article
from digests.language.normalization import normalize_text, revision_hash
from digests.language.titles import strip_site_name
from digests.language.words import extract_stems, split_words
from digests.sources.completeness import says_it_continues
from digests.sources.feed_entries import canonicalize_address
from digests.sources.page import decode_page
from digests.sources.page_signs import (
    PageSigns,
    asks_to_sign_in,
    find_consent_signs,
    find_offers,
    is_wall_line,
    read_page_signs,
    reports_error,
)
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


@frozen
class PageJudgement:
    """What the page behind an entry turned out to be."""

    verdict: PageVerdict
    #: Its article; only with the verdict "article", and never with an empty text.
    article: Article | None = None
    #: The address of a page that may have the article whole, to be asked instead.
    instead: str | None = None
    #: The addresses of its next pages, whose text belongs to the article.
    next_pages: tuple[str, ...] = ()
    #: The same article on one page, where it has several.
    single_page: str | None = None
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
    number: int = 1,
) -> PageJudgement:
    """What the page in these bytes is, and its article if it is the announced one.

    Args:
        body: The fetched bytes, decompressed.
        announced: The article as its source gives it.
        asked: The address that was asked.
        answered_at: The address that answered, after redirects.
        content_type: From the server; its charset counts first.
        now: Aware. The article is not dated more than a day later.
        number: Which page of an article of several pages it is; later ones need not
            repeat the teaser.
    """
    try:
        html = decode_page(body, content_type)
    except UnreadableInput:
        return PageJudgement(verdict="no_text", url=answered_at)
    article = extract_article(html, url=answered_at)
    article = replace(article, published=validate_instant(article.published, now))
    signs = read_page_signs(html, url=answered_at)
    article = _drop_foreign_lines(article, signs, announced)
    page = _AnsweredPage(
        announced=announced,
        asked=asked,
        answered_at=answered_at,
        signs=signs,
        article=article,
        number=number,
    )
    verdict = _find_verdict(page)
    return PageJudgement(
        verdict=verdict,
        article=article if verdict == "article" else None,
        instead=_find_other_address(page) if verdict in _TOO_LITTLE else None,
        next_pages=page.signs.next_pages if verdict == "article" else (),
        single_page=page.signs.single_page,
        url=answered_at,
    )


def _drop_foreign_lines(
    article: Article, signs: PageSigns, announced: Article
) -> Article:
    """The article without teasers of others, lines of a consent form, unseen lines."""
    about_data = find_consent_signs(f"{announced.title or ''}\n{announced.text}")
    known = frozenset(map(_squeeze, signs.cards | signs.unseen))
    lines = [
        line
        for line in article.text.split("\n")
        if _squeeze(line) not in known and (about_data or not _asks_consent(line))
    ]
    text = "\n".join(lines)
    if text == article.text:
        return article
    return replace(article, text=text, revision=revision_hash(article.title, text))


def _asks_consent(line: str) -> bool:
    """Whether a line is one of a consent form."""
    return len(find_consent_signs(line[:_LONGEST_FORM])) >= _CONSENT_SIGNS_OF_LINE


def join_pages(first: PageJudgement, others: Iterable[PageJudgement]) -> PageJudgement:
    """The article of several pages in one text; lines that they repeat stand once."""
    assert first.article is not None
    lines = dict.fromkeys(first.article.text.split("\n"))
    for other in others:
        if other.article is not None:
            lines |= dict.fromkeys(other.article.text.split("\n"))
    text = "\n".join(lines)
    title = first.article.title
    article = replace(first.article, text=text, revision=revision_hash(title, text))
    return replace(first, article=article, next_pages=())


@frozen
class _AnsweredPage:
    """A page with all that its verdict depends on."""

    announced: Article
    asked: str
    answered_at: str
    signs: PageSigns
    article: Article
    number: int


#: The verdicts after which another form of the page may have the article.
_TOO_LITTLE = ("cut", "no_text")
#: A shorter text is no article, nor the rest of one; a longer one is no caption.
_SHORTEST_TEXT, _SHORTEST_REST, _LONGEST_CAPTION = 250, 80, 700
#: What the text has beyond a teaser.
_LEAST_BEYOND = 180


def _find_verdict(page: _AnsweredPage) -> PageVerdict:
    if elsewhere := _judge_address(page):
        return elsewhere
    if _says_not_found(page):
        return "not_found"
    if page.signs.free is False:
        return "paywall"
    if not _is_announced(page):
        return _judge_stranger(page)
    return "paywall" if _stands_before_wall(page) else _judge_text(page)


# ── where the answer came from ──────────────────────────────────────────────────

#: A word of a host or path, not a part of one: «consent.», «/login», «/anmelden/».
_CONSENT_ADDRESS = re.compile(
    r"(?:\A|[/.\-_])(?:consent\w{0,12}|zustimmung|einwilligung|cookie-?wall|cmp|"
    r"privacy-?(?:gate|wall|center)|gdpr|dsgvo|pur|purabo|tcf)(?:[/.\-_?]|\Z)",
    re.IGNORECASE,
)
_LOGIN_ADDRESS = re.compile(
    r"(?:\A|[/.\-_])(?:log-?in|sign-?in|sign-?on|sso|oauth2?|auth|anmelden|anmeldung|"
    r"einloggen|accounts?|konto|meinkonto|idp|identity|registrieren|register|"
    r"registration|session/new|wp-login)(?:[/.\-_?]|\Z)",
    re.IGNORECASE,
)


def _judge_address(page: _AnsweredPage) -> PageVerdict | None:
    """What the address after redirects shows, if that is another than the asked."""
    there = canonicalize_address(page.answered_at)
    asked = canonicalize_address(page.asked)
    if _is_front_page(there):
        return "front_page"
    if there == asked:
        return None
    new = _split_new(there, asked)
    if _CONSENT_ADDRESS.search(new):
        return "consent"
    if _LOGIN_ADDRESS.search(new):
        return "login"
    # Up to a folder of the asked address: the page of a section.
    upwards = urlsplit(asked).path.startswith(f"{urlsplit(there).path}/")
    return "front_page" if upwards and not _is_titled(page, _SAME_TITLE) else None


def _split_new(there: str, asked: str) -> str:
    """Host and path of an address as far as they are not those of the other one."""
    one, other = urlsplit(there), urlsplit(asked)
    host = "" if one.hostname == other.hostname else one.hostname or ""
    known = set(other.path.split("/"))
    return "/".join(
        (host, *(part for part in one.path.split("/") if part not in known))
    )


def _is_front_page(address: str) -> bool:
    """Whether a canonical address is that of a site: no path, or a language's."""
    parts = urlsplit(address)
    path = parts.path.strip("/")
    home = not path or _HOME.fullmatch(path) is not None
    return home and not parts.query


_HOME = re.compile(
    r"(?:[a-z]{2}(?:-[a-z]{2})?|index\.\w{3,5}|home|start(?:seite)?)", re.I
)


# ── errors in words ─────────────────────────────────────────────────────────────


def _says_not_found(page: _AnsweredPage) -> bool:
    """Whether the page's titles report an error, and the announced one does not."""
    own = page.announced.title or ""
    said = any(map(reports_error, page.signs.titles))
    return said and not reports_error(own) and not _is_titled(page, _SAME_TITLE)


# ── walls ───────────────────────────────────────────────────────────────────────

#: One offer also stands below texts that are whole.
_SUBJECTS_OF_OFFER = 2
#: Lines below the text that belong to a wall, and their length.
_LINES_BELOW, _LONGEST_LINE = 8, 400
#: Lines at the end of the text that may be of the wall, and their length.
_LINES_OF_TEXT, _LONGEST_NOTE = 4, 160


def _stands_before_wall(page: _AnsweredPage) -> bool:
    """Whether a wall stands right below the text, or in its last lines."""
    lines = page.article.text.split("\n")
    near = _find_lines_below(page.signs.lines, lines)
    about = f"{page.announced.title or ''} {page.announced.text}"
    if not find_offers(about):
        # Else the article is about subscriptions.
        near += [each for each in lines[-_LINES_OF_TEXT:] if len(each) <= _LONGEST_NOTE]
        near.append(lines[-1][-_LONGEST_NOTE:])
    if any(map(is_wall_line, near)):
        return True
    subjects = set().union(*map(find_offers, near))
    return len(subjects) >= _SUBJECTS_OF_OFFER and not page.signs.free


def _find_lines_below(seen: Sequence[str], text: Sequence[str]) -> list[str]:
    """The lines of a page right below its text; none where its end is not seen.

    The end of the text is the last seen line that ends as one of its last lines.
    """
    ends = {_squeeze(line)[-_ANCHOR:] for line in text[-_LINES_OF_TEXT:]} - {""}
    at = 0
    for number, line in enumerate(seen, 1):
        if any(_squeeze(line[-_LONGEST_LINE:]).endswith(end) for end in ends):
            at = number
    return [line[:_LONGEST_LINE] for line in seen[at:][:_LINES_BELOW]] if at else []


_ANCHOR = 40


def _squeeze(line: str) -> str:
    """A line without white space, which extractors change."""
    return "".join(line.split())


# ── whether it is the announced one ─────────────────────────────────────────────

#: Shares of the words of the announced title that are in a title of the page, and of
#: those of the teaser that are in its text.
_SAME_TITLE, _REWORDED_TITLE, _SIMILAR_TITLE = 0.6, 0.45, 0.3
_SAME_TEASER, _SIMILAR_TEASER = 0.75, 0.45
#: The least share of the words of title and teaser that are in the text itself.
_LEAST_IN_TEXT = 0.3
#: The share of the teaser's runs of three words that show that it was taken from there.
_SAME_RUNS = 0.4
#: A title or teaser of fewer words shows little.
_FEWEST_WORDS = 3
#: Words of a teaser that are looked up: a whole text may follow its first sentences.
_MOST_TEASER_WORDS = 80


def _is_announced(page: _AnsweredPage) -> bool:
    """Whether title and teaser of the entry are the page's."""
    title, teaser = page.announced.title or "", page.announced.text
    if page.number > 1:
        return _is_titled(page, _SAME_TITLE)
    text = set(_stems(page, page.article.text))
    own, said = _stems(page, f"{title} {teaser}"), _stems(page, teaser)
    if _share(own[:_MOST_TEASER_WORDS], text) < _LEAST_IN_TEXT:
        # A form may stand below the title, with the teaser in its head.
        return False
    if _is_titled(page, _SAME_TITLE):
        there = {*text, *_stems(page, page.signs.description)}
        # A teaser of few words is about the feed, or an outlet's name.
        return len(set(said)) < _FEWEST_WORDS or (
            _share(said[:_MOST_TEASER_WORDS], there) >= _SIMILAR_TEASER
        )
    if _share(said[:_MOST_TEASER_WORDS], text) >= _SAME_TEASER and _is_titled(
        page, _REWORDED_TITLE
    ):
        return True
    if not _calls_itself_article(page):
        # Front pages have the words of the titles that they link to.
        return False
    has_title = _is_titled(page, _SIMILAR_TITLE) or (
        _share(_stems(page, title), text) >= _SAME_TEASER
    )
    return has_title and _is_taken_from(page)


def _is_titled(page: _AnsweredPage, least: float) -> bool:
    """Whether a title of the page has so many words of the announced one.

    All of them where there are few; an entry without a title needs none.
    """
    title = strip_site_name(page.announced.title or "")
    own = _stems(page, title) or split_words(title)
    if len(set(own)) < _FEWEST_WORDS:
        least = 1.0
    titles = (set(_stems(page, each)) for each in page.signs.titles)
    return not own or any(_share(own, words) >= least for words in titles)


def _calls_itself_article(page: _AnsweredPage) -> bool:
    return page.signs.kind in ("article", "news") or any(
        kind.endswith(("Article", "Posting")) for kind in page.signs.types
    )


def _is_taken_from(page: _AnsweredPage) -> bool:
    """Whether the teaser stands in the page, word for word for the most part."""
    said = _find_runs(page.announced.text)
    there = _find_runs(f"{page.signs.description}\n{page.article.text}")
    return len(said) >= _FEWEST_WORDS and len(said & there) >= _SAME_RUNS * len(said)


def _find_runs(text: str) -> set[tuple[str, ...]]:
    words = split_words(normalize_text(text))
    return set(zip(words, words[1:], words[2:], strict=False))


def _stems(page: _AnsweredPage, text: str) -> tuple[str, ...]:
    return extract_stems(text, page.announced.lang or page.article.lang)


def _share(words: Sequence[str], there: set[str]) -> float:
    own = set(words)
    return len(own & there) / len(own) if own else 0.0


_CONSENT_SIGNS, _CONSENT_SIGNS_OF_LINE = 3, 2
#: Lines of boxes that lead elsewhere, of which a front page is made.
_CARD_LINES = 6
#: Words that a page may have and be but a form.
_LONGEST_FORM = 4_000
_MEDIA_PATH = re.compile(
    r"/(?:videos?|watch|mediathek|audio|podcasts?|gallery|galler(?:y|ies)|galerien?|"
    r"fotos?|fotostrecken?|bilder(?:strecken?|galerien?)?|pictures|photos|slideshows?|"
    r"live-?stream)(?:/|\Z)|-(?:video|fotostrecke|bildergalerie|gallery)-",
    re.IGNORECASE,
)
_MEDIA_TYPES = frozenset(
    ("VideoObject", "ImageGallery", "MediaGallery", "AudioObject", "PodcastEpisode")
)


def _judge_stranger(page: _AnsweredPage) -> PageVerdict:
    """What a page is that is not the announced article."""
    is_form = sum(map(len, page.signs.lines)) < _LONGEST_FORM
    in_text = find_consent_signs(page.article.text[:_LONGEST_FORM])
    if _asks_for_consent(page) and (is_form or in_text):
        return "consent"
    if is_form and (
        page.signs.asks_password or any(map(asks_to_sign_in, page.signs.titles))
    ):
        return "login"
    if _is_titled(page, _SAME_TITLE) and any(map(is_wall_line, page.signs.lines)):
        return "paywall"
    is_list = len(page.signs.cards) >= _CARD_LINES and not _calls_itself_article(page)
    if is_list and not _is_titled(page, _SAME_TITLE):
        return "front_page"
    if len(page.article.text) < _SHORTEST_TEXT:
        titled = _is_titled(page, _SAME_TITLE)
        return "media" if titled and _is_media(page) else "no_text"
    return "other_article"


def _asks_for_consent(page: _AnsweredPage) -> bool:
    seen = "\n".join(page.signs.lines)[:_LONGEST_FORM]
    return len(find_consent_signs(seen)) >= _CONSENT_SIGNS


def _is_media(page: _AnsweredPage) -> bool:
    """Whether it shows a video, an audio or pictures rather than a text."""
    path, length = urlsplit(page.answered_at).path, len(page.article.text)
    return (
        page.signs.kind.startswith(("video", "music"))
        or not _MEDIA_TYPES.isdisjoint(page.signs.types)
        or _MEDIA_PATH.search(path) is not None
        or (page.signs.pictures >= _PICTURES and length < _SHORTEST_BESIDE_PICTURES)
    )


_PICTURES, _SHORTEST_BESIDE_PICTURES = 6, 400


# ── the text ────────────────────────────────────────────────────────────────────

#: A text stops where its last line of prose ends with a letter or a comma.
_STOPPED = re.compile(r"(?<![./@])\b\w+[,–—-]?\s*\Z")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.)[\])]?\s*\Z")
_LINE_OF_PROSE, _LAST_LINES = 60, 4
#: A longer text that links to its original is whole.
_LONGEST_STUB = 1_000
_NO_PROSE = re.compile(r"https?:|www\.|[@©•|↩]")
#: The least share of the declared number of words, and of the entry's own text.
_LEAST_OF_DECLARED, _LEAST_OF_ENTRY = 0.5, 0.8


def _judge_text(page: _AnsweredPage) -> PageVerdict:
    """Whether the text of the announced article is one, and whole."""
    text = page.article.text
    if page.number > 1:
        return "article" if len(text) >= _SHORTEST_REST else "no_text"
    if len(text) < _LONGEST_CAPTION and _is_media(page):
        return "media"
    if len(text) < _SHORTEST_TEXT or _only_repeats_teaser(page):
        return "consent" if _asks_for_consent(page) else "no_text"
    if page.signs.next_pages:
        # Its end is on another page.
        return "article"
    return "cut" if _stops(page) else "article"


def _only_repeats_teaser(page: _AnsweredPage) -> bool:
    """Whether a text is a short entry again, with a caption or two."""
    known = _squeeze(f"{page.announced.title or ''}{page.announced.text}")
    beyond = sum(
        len(line)
        for line in page.article.text.split("\n")
        if _squeeze(line) not in known
    )
    return len(page.announced.text) < _SHORTEST_TEXT and beyond < _LEAST_BEYOND


def _stops(page: _AnsweredPage) -> bool:
    """Whether a text stops before its end."""
    text = page.article.text
    declared = page.signs.word_count or 0
    if len(text.split()) < _LEAST_OF_DECLARED * declared:
        return True
    if len(text) < _LEAST_OF_ENTRY * len(page.announced.text):
        return True
    if len(text) < _LONGEST_STUB:
        below = _find_lines_below(page.signs.lines, text.split("\n"))[:1]
        ends = (text, *below)
        if any(says_it_continues(page.article.title or "", end) for end in ends):
            return True
    lines = text.rstrip().rsplit("\n", _LAST_LINES)[-_LAST_LINES:]
    prose = [line for line in lines if len(line) >= _LINE_OF_PROSE]
    if not prose or _NO_PROSE.search(prose[-1][-_LONGEST_LINE:]):
        return False
    if _ELLIPSIS.search(prose[-1][-_LONGEST_LINE:]):
        return True
    is_last = prose[-1] == lines[-1]
    return is_last and _STOPPED.search(prose[-1][-_LONGEST_LINE:]) is not None


def _find_other_address(page: _AnsweredPage) -> str | None:
    """Another form of the page, which may have more of the article."""
    own = {canonicalize_address(page.asked), canonicalize_address(page.answered_at)}
    signs = page.signs
    for address in (signs.refresh, signs.single_page, signs.canonical, signs.amp):
        if address and (there := canonicalize_address(address)) not in own:
            return None if _is_front_page(there) else address
    return None
