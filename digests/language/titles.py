"""Strip from an article's title what belongs to its site and not to its news.

    «Council cuts bus routes | Politics | Hallin Courier» → «Council cuts bus routes»
    «BREAKING: Dam gives way - Torvale Herald»            → «Dam gives way»
    «Opinion: The council must act»                       → «The council must act»

The kind of a text is shown beside its title, so it is taken off. Everything after a
vertical bar is the site's. After a dash it is only if it looks like the name of an
outlet: the source's own name, a host name, or a few capitalized words without a verb
that are not the speaker of an attribution («Ceasefire agreed - UN»): a person whom
the text names is one («No plans for a tax - Brandt»).
"""

import re

from digests.language.grammar import COURTESY, looks_finite
from digests.language.names import GIVEN_NAMES
from digests.language.normalization import to_one_line
from digests.language.quotation_marks import has_balanced_marks
from digests.language.words import word_set
from digests.types import Article

#: The fewest words that must be left of a title.
_FEWEST_WORDS = 3
#: «»» only between spaces: else it is a quotation mark.
_BAR = re.compile(r"\s*(?:\||::|·|•)\s*|\s»\s")
_DASH = re.compile(r"\s(?:-|–|—)\s")
_HOST = re.compile(
    r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|co|de|uk|in|ng|tv|news|info|at|ch|eu|io)\b",
    re.I,
)
_PREFIX = re.compile(
    r"""^(?:breaking(?:\snews)?|just\sin|exclusive|watch|video|photos?|listen|updated?
    |developing|must\sread|eilmeldung|exklusiv|video
    |opinion|comment(?:ary)?|editorial|op-?ed|review|interview|obituary
    |live(?:\s?blog|\s?ticker|\supdates)?
    |kommentar|meinung|leitartikel|kolumne|rezension|nachruf)(?:\s?(?::|\s[-–—|])\s+|[–—])(?!["“„»«])
    |\[(?:video|photos?|watch|listen|updated?|exclusive|breaking)\]\s*
    |\((?:video|photos?|updated?)\)\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s*[\[(](?:video|photos?|watch|updated?|exclusive|live|\+\s?video|with\svideo)[\])]$",
    re.IGNORECASE,
)
#: After a dash these are the source of a statement, not of the article.
_SPEAKERS = word_set("""
    police minister ministry president mayor report reports study officials official
    sources source government court lawyer lawyers union unions experts expert analysts
    analyst survey poll governor council doctors scientists witnesses family army un eu
    who imf nato fbi nhs polizei minister bericht studie behörden regierung gericht
""")
_LINKS = word_set("of the and for in on it & der die das und für a to")
_MOST_NAME_WORDS = 5


def read_title(article: Article) -> str:
    """The title of an article as it is shown; empty if it has none."""
    return strip_site_name(article.title or "", article.source, article.text)


def strip_site_name(title: str, source: str = "", text: str = "") -> str:
    """The title without the names of site and section, and without «BREAKING:».

    Args:
        title: As the source gives it.
        source: The outlet's usual name, where it is known.
        text: The article's, which shows that a name is a person's.

    Returns:
        At least three words of the title, or the title on one line.
    """
    whole = to_one_line(title)
    kept = _SUFFIX.sub("", _PREFIX.sub("", whole, count=1)).strip()
    kept = _cut_bars(kept, source)
    while (shorter := _cut_dash(kept, source, text)) != kept:
        kept = shorter
    torn = has_balanced_marks(whole) and not has_balanced_marks(kept)
    return kept if _has_words(kept) and not torn else whole


def measure_label(title: str) -> int:
    """The characters of «BREAKING:» before a title, 0 where it has no such label."""
    label = _PREFIX.match(title)
    return label.end() if label and _has_words(title[label.end() :]) else 0


def _has_words(text: str) -> bool:
    return len(text.split()) >= _FEWEST_WORDS


def _cut_bars(title: str, source: str) -> str:
    """The first part of a title with bars, or the longest where that is a label."""
    parts = [part for part in _BAR.split(title) if part]
    if len(parts) < 2:
        return title
    first = parts[0]
    if _has_words(first) and not _is_outlet(first, source):
        return first
    return max(parts, key=len)


def _cut_dash(title: str, source: str, text: str) -> str:
    dashes = list(_DASH.finditer(title))
    if not dashes:
        return title
    head = title[: dashes[-1].start()].rstrip()
    tail = title[dashes[-1].end() :].strip()
    stays = not _has_words(head) or _is_person(tail, text)
    return title if stays or not _is_outlet(tail, source) else head


def _is_person(name: str, text: str) -> bool:
    """Whether a text has this word behind a title or a given name: «Ms Brandt»."""
    whole = re.compile(rf"(?<=\s){re.escape(name)}\b")
    before = (text[max(0, m.start() - 30) : m.start()] for m in whole.finditer(text))
    words = {word for some in before for word in some.split()[-1:]}
    return " " not in name and any(
        word[0].isupper() and word.lower().strip(".") in COURTESY | GIVEN_NAMES
        for word in words
    )


def _is_outlet(tail: str, source: str) -> bool:
    """Whether the words look like the name of an outlet."""
    low = tail.casefold()
    if source and (low in source.casefold() or source.casefold() in low):
        return True
    if _HOST.fullmatch(tail):
        return True
    found = tail.split()
    if not 0 < len(found) <= _MOST_NAME_WORDS or not tail[0].isalpha():
        return False
    names = [word for word in found if word.lower() not in _LINKS]
    if not names or any(word.lower().strip(".,:") in _SPEAKERS for word in names):
        return False
    if any(not word[0].isupper() for word in names):
        return False
    return not any(mark in tail for mark in '?!:;,"“”„%$£€') and not any(
        map(looks_finite, found)
    )
