"""Judge whether the entries of a feed hold whole articles or only excerpts. Pure.

No feed says which of both it gives. An entry shows it by how it ends (an ellipsis,
«Continue reading», «for subscribers only», half a sentence), by what it lacks (any
text, anything but a picture or its title), and by a summary beside a longer content.
Where an entry shows nothing, the others of its feed decide: one publishing system wrote
them all. Texts of a few paragraphs without such signs are of unknown completeness: only
their pages can tell (`compare_with_page`).

A wrong «full» costs more than a wrong «excerpt»: the article is then never read whole,
while an unneeded look at a page costs one request. All expressions are matched against
the end of a text only.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Literal, NamedTuple

from digests.language.regexes import make_regex
from digests.language.words import split_words
from digests.types import Article

Completeness = Literal["full", "excerpt", "unknown"]

#: Characters at the end of a text that are looked at.
_LONGEST_END, _LONGEST_CONTINUATION = 240, 120
#: What systems add below an excerpt or a text: where it appeared, links to share it or
#: to its comments, tags.
_ADDED = make_regex(
    r"""\s*(?:
    (?:the\spost|der\sbeitrag|dieser\sbeitrag)\s[^\n]{1,160}\s
        (?:appeared\sfirst\son|first\sappeared\son|erschien\szuerst\sauf)\s[^\n]{1,80}
    |(?:email\sthis|share\s(?:this|on)|teilen)[^\n]{0,80}
    |(?:\[link\]|\[comments?\]|(?:add\snew\s)?comments?(?:\s?\(\d+\))?|(?:neuen\s)?
        kommentare?(?:\sschreiben)?|leave\sa\scomment|permalink|source|quelle)
    |(?:\#\w+\s?)+
    )\.?\s*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_MOST_ADDED = 4
_ELLIPSIS = make_regex(r"(?:…|\.\.\.|\u2026)[\])]?\s*\Z")
#: «Continue reading», as the last words; a place may follow. Words that could end a
#: sentence («nicht mehr») count only after one, the others also with a capital letter.
_CONTINUATION = make_regex(
    r"""(?:
    (?:\A|(?<=[\s\[(|:]))(?-i:(?=[A-Z]))(?:
        (?:Continue|Keep)\sreading|Read\smore|Weiter\s?lesen|Mehr\slesen
        |Lire\s(?:la\ssuite|plus)|Jetzt\smit\s[^\n.:]{1,30}\sweiterlesen)
    |\[(?:more|mehr)\]|\(more(?:\.\.\.|…)\)
    |(?:\A|\n|[.!?…»”"'\])|>]\s*)(?:
        (?:continue|keep)\sreading|read\s(?:more|on|further)|weiter\s?lesen
        |mehr\slesen|lire\s(?:la\ssuite|plus)|mit\s[^\n.:]{1,30}\sweiterlesen
        |(?:read|view|see|get|open)\s(?:the\s|this\s)?
            (?:(?:full|whole|entire|complete|original|rest)\b
            (?!\s(?:topic|thread|discussion))[^\n.:]{0,40}|article|story|post)
        |(?:full|whole)\s(?:story|article|text|post|report)
        |click\shere\b[^\n.:]{0,40}|(?:learn|find\sout|show)\smore|more|mehr
        |(?:hier|jetzt|online|artikel|beitrag)\s(?:weiter\s?)?lesen
        |mehr\s(?:erfahren|dazu|auf|bei|unter)\b
        |(?:zum|zur)\s(?:(?:ganzen|vollständigen|kompletten|original)\s?)?
            (?:artikel|beitrag|text|bericht|meldung|original\w*)
        |(?:den\s|die\s|das\s)?(?:ganzen?|vollständigen?|kompletten?|gesamten?)\s
            (?:artikel|beitrag|text|bericht|meldung|interview)\b[^\n.:]{0,40}
        |lesen\ssie\s(?:mehr|weiter|hier|den|die|das)\b[^\n.:]{0,60})
    )
    (?:\s(?:at|on|in|via|auf|bei|im|unter|here|hier|[\w-]+\.\w{2,})\b[^\n:]{0,50})?
    [\s.:…»>→›&\])+-]*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
#: The article continues for those who pay or sign in.
_MEMBERS_ONLY = make_regex(
    r"""\bfor\s(?:paying\s|paid\s)?(?:subscribers|members)(?:\sonly)?\b
    |\b(?:subscribers?|members?)[\s-]only\b|\b(?:subscribe|sign\sup|upgrade|register)\s
        (?:now\s)?to\s(?:read|continue|unlock|keep)\b
    |\bnur\sfür\s(?:abonnent|mitglieder)|\bexklusiv\sfür\sabonnent
    |\b(?:abonnieren|anmelden|registrieren)\W{1,3}um\s(?:weiter|den)""",
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE_END = make_regex(r"""[.!?:;。！？؟।][\s"'”’“‘»«›‹)\]*]*\Z""")
#: A shorter last line is a signature, a credit or a list of tags, unless it is alone.
_LINE_OF_PROSE, _LAST_LINES = 80, 12
#: A text with an ellipsis at its end is longer than this only by its author's choice.
_LONGEST_CUT = 1_500
#: A content that is this much longer than its summary is the whole text.
_BEYOND_SUMMARY, _SHORTEST_BESIDE_SUMMARY = 1.6, 500
#: Median lengths: above these, descriptions, contents and texts in some paragraphs are
#: whole; below the last, one or two paragraphs are an excerpt.
_LONG, _LONG_CONTENT, _LONG_IN_PARAGRAPHS, _SHORT = 1_200, 600, 300, 500
_PARAGRAPHS = 3
#: Fewer entries show no pattern.
_PATTERN = 4
#: Words that an entry may have besides those of its title.
_BESIDES_TITLE = 3
#: The share of a page's text that an entry may lack and still be whole.
_MOST_BEYOND = 0.25


class EntryText(NamedTuple):
    """What an entry shows of its article: plain text."""

    title: str
    #: The longest that it has, content or description.
    text: str
    #: The description beside a content, or "".
    summary: str = ""
    #: Whether the text is a content, not a description.
    content: bool = False


def judge_entries(entries: Sequence[EntryText]) -> tuple[Completeness, ...]:
    """Whether each entry of one feed is whole, in order."""
    repeated = _find_repeated(entries)
    ends = [_cut_added(entry) for entry in entries]
    few_dots = 2 * sum(_ELLIPSIS.search(end) is not None for end in ends) < len(ends)
    found = [
        "excerpt" if entry.text in repeated else _judge_alone(entry, end, few_dots)
        for entry, end in zip(entries, ends, strict=True)
    ]
    open_ones = [e for e, kind in zip(entries, found, strict=True) if kind == "unknown"]
    if not open_ones:
        return tuple(found)
    rest = _judge_together(open_ones)
    if rest == "unknown":
        rest = _find_majority(found)
    return tuple(rest if kind == "unknown" else kind for kind in found)


def judge_source(
    articles: Sequence[Article], learned: Iterable[Completeness] = ()
) -> Completeness:
    """Whether a source gives whole articles.

    Args:
        articles: Its newest ones, in the texts of the source; none = unknown.
        learned: Of its entries whose pages were read, as `compare_with_page` found.
            They decide where there are any.
    """
    if (shown := _find_majority(learned)) != "unknown":
        return shown
    whole = sum(not article.excerpt for article in articles)
    if articles and 2 * whole >= len(articles):
        return "full"
    texts = [
        EntryText(article.title or "", article.text)
        for article in articles
        if article.excerpt
    ]
    found = judge_entries(texts)
    return "excerpt" if 2 * found.count("excerpt") > len(found) else "unknown"


def compare_with_page(entry: Article, page: Article) -> Completeness:
    """What the text of its page shows about an entry.

    Args:
        entry: As the source gave it.
        page: The article of its page, judged to be the announced one.
    """
    if not page.text:
        return "unknown"
    beyond = len(page.text) - len(entry.text)
    return "excerpt" if beyond > _MOST_BEYOND * len(page.text) else "full"


def says_it_continues(title: str, text: str) -> bool:
    """Whether the last words of a text say that it continues elsewhere."""
    end = _cut_added(EntryText(title, text))
    return _CONTINUATION.search(end[-_LONGEST_CONTINUATION:]) is not None


def _find_majority(found: Iterable[Completeness]) -> Completeness:
    counts = Counter(found)
    whole, cut = counts["full"], counts["excerpt"]
    if whole == cut:
        return "unknown"
    return "full" if whole > cut else "excerpt"


def _find_repeated(entries: Sequence[EntryText]) -> frozenset[str]:
    """Texts that most entries share: they are about the feed, not about an article."""
    counts = Counter(entry.text for entry in entries)
    most = max(_PATTERN, len(entries) / 2)
    return frozenset(text for text, count in counts.items() if count >= most)


def _judge_alone(entry: EntryText, end: str, few_dots: bool) -> Completeness:
    """What an entry shows by itself.

    Args:
        entry: Its texts.
        end: Its end, without what its system added.
        few_dots: Whether an ellipsis at the end is rare in its feed.
    """
    if _only_repeats_title(entry, end) or _MEMBERS_ONLY.search(end):
        return "excerpt"
    if _CONTINUATION.search(end[-_LONGEST_CONTINUATION:]):
        return "excerpt"
    if _ELLIPSIS.search(end) and not (few_dots and len(entry.text) > _LONGEST_CUT):
        return "excerpt"
    if not entry.title:
        # A post of a microblog: there is nothing else to it.
        return "full"
    return "full" if _exceeds_summary(entry) else "unknown"


def _cut_added(entry: EntryText) -> str:
    """The end of an entry's text without what its system added."""
    end = entry.text[-_LONGEST_END:].rstrip()
    for _ in range(_MOST_ADDED):
        shorter = _ADDED.sub("", end)
        shorter = shorter.removesuffix(entry.title).rstrip() if entry.title else shorter
        if shorter == end:
            break
        end = shorter
    return end


def _only_repeats_title(entry: EntryText, end: str) -> bool:
    """Whether a text has no words but those of the title and of an outlet's name."""
    if not end:
        return True
    if len(entry.text) > len(entry.title) + _LONGEST_END:
        return False
    besides = set(split_words(entry.text)) - set(split_words(entry.title))
    return len(besides) <= _BESIDES_TITLE and bool(entry.title)


def _exceeds_summary(entry: EntryText) -> bool:
    length = len(entry.text)
    return bool(entry.summary) and length >= max(
        _SHORTEST_BESIDE_SUMMARY, _BEYOND_SUMMARY * len(entry.summary)
    )


def _judge_together(entries: Sequence[EntryText]) -> Completeness:
    """What the lengths and ends of several entries of one feed show together."""
    middle = median(len(entry.text) for entry in entries)
    stopped = sum(not _ends_sentence(entry.text) for entry in entries)
    if 2 * stopped > len(entries) and middle < _LONGEST_CUT:
        return "excerpt"
    paragraphs = median(entry.text.count("\n") + 1 for entry in entries)
    if paragraphs >= _PARAGRAPHS:
        return "full" if middle >= _LONG_IN_PARAGRAPHS else "unknown"
    contents = all(entry.content for entry in entries)
    if middle >= (_LONG_CONTENT if contents else _LONG):
        return "full"
    return "excerpt" if middle < _SHORT else "unknown"


def _ends_sentence(text: str) -> bool:
    """Whether the last line of prose ends as a sentence does."""
    lines = text.rsplit("\n", _LAST_LINES)[-_LAST_LINES:]
    prose = next((line for line in lines[::-1] if len(line) >= _LINE_OF_PROSE), text)
    return _SENTENCE_END.search(prose[-_LONGEST_END:]) is not None
