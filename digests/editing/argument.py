"""Whether a text argues or tells of its author instead of reporting.

A column speaks as «I» or «we», says what should be, and names hardly anybody who says
so; its last line may say who its author is. What is between quotation marks does not
count, because anybody may argue there.
"""

import re
from typing import NamedTuple

from digests.language.quotation_marks import find_quoted
from digests.language.regexes import make_regex
from digests.summaries import passages
from digests.summaries.passages import Passage
from digests.types import Article

#: Characters of a text whose form is examined.
_READ = 12_000


class TextForm(NamedTuple):
    """What a text looks like, apart from its words."""

    text: str
    lines: tuple[str, ...]
    passages: tuple[Passage, ...]
    #: The text with every quotation blanked out, character for character.
    reported: str


def read_form(article: Article) -> TextForm:
    """The form of an article's first characters."""
    text = article.text[:_READ]
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    found = passages.extract_passages(article)
    return TextForm(text, lines, found, _blank_quotations(text))


def _blank_quotations(text: str) -> str:
    pieces, last = [], 0
    for span in find_quoted(text):
        pieces += [text[last : span.start], " " * (span.end - span.start)]
        last = max(last, span.end)
    return "".join((*pieces, text[last:]))


_PERSONAL_SHARE = 0.2
_FEWEST_PERSONAL = 2
_FOOTER = make_regex(
    r"""\b(?:views|opinions)\sexpressed\b|\bis\sa\s(?:columnist|contributing\s(?:writer
    |editor))\b|\bwrites\s(?:a|an)\s(?:\w+\s)?column\b|\bcontributing\sopinion\b""",
    re.VERBOSE | re.IGNORECASE,
)
_ARGUES = make_regex(
    r"""\b(?:should|must|ought\sto|let(?:'s|\sus)|in\smy\sview|i\s(?:think|believe|doubt
    |hope|wonder|suspect|find|fear)|nobody\sasks|we\s(?:need|have)\sto|you|your|ich\s(?:finde|glaube
    |meine|fürchte|hoffe)|sollten?|müss(?:t?en|te))\b""",
    re.VERBOSE | re.IGNORECASE,
)
#: An author who begins with «I» tells of nobody else; «we» may be the newsroom.
_OWN_STORY = make_regex(r"\b(?:I|[Mm]y|[Ii]ch|[Mm]eine?\w*)\b(?!\.)")
_MARK = make_regex("[\"“”„«»]|(?<!\\w)[‘']|[’'](?!\\w)")


def is_personal(form: TextForm) -> bool:
    """Whether the author speaks as «I» or «we».

    Sentences with a quotation mark do not count: where marks are missing or doubled,
    their «I» may be somebody else's.
    """
    own = [
        form.reported[p.span.start : p.span.end]
        for p in form.passages
        if not p.in_speech and not _MARK.search(p.text)
    ]
    personal = sum(passages.FIRST_PERSON.search(said) is not None for said in own)
    return personal >= max(_FEWEST_PERSONAL, _PERSONAL_SHARE * len(own))


#: Words of an argument, which are seldom in a report outside of quotations; these and
#: those of a source are looked for in lower case.
_ARGUMENT = make_regex(
    r"""\?|\b(?:should|must|ought\sto|needs?\sto|let(?:['’]s|\sus)|of\scourse|surely|perhaps
    |in\sother\swords|the\s(?:truth|fact|reality)\sis|it(?:['’]s|\sis)\s(?:time|hard|easy
    |clear|no)|make\sno\smistake|indeed|frankly|sadly|unfortunately|obviously|clearly|simply
    |hardly|absurd|ridiculous|shameful|disgrace\w*|cowardly|hypocri\w+|outrageous|reckless
    |moreover|nor|wrong|therefore|thus|no\sdoubt|even\sif|rather\sthan|not\sbecause|what\sif
    |as\sif|at\sbest|alas|ultimately|instead|far\sfrom|after\sall|one\scan
    |sollten?|müss(?:en|te[n]?)|muss|natürlich|leider|freilich|keineswegs|schlicht|falsch
    |stattdessen|offenbar|es\sist\szeit|geradezu|immerhin)\b""",
    re.VERBOSE,
)
_SOURCED = make_regex(
    r"\b(?:said|says|told|according to|announced|reported|added|asked|wrote|tells|adds"
    r"|sagte[n]?|sagt|teilte[n]?|erklärte[n]?|laut|nach angaben|berichtete[n]?)\b"
)
#: The fewest words of such a text; words for each argument at most, for each source at
#: least.
_ESSAY, _PER_ARGUMENT, _PER_SOURCE = 350, 100, 130
_FEWEST_WORDS = 2
#: The same for a text that hardly anybody but its author speaks in.
_UNSOURCED, _PER_ARGUMENT_ALONE, _PER_SOURCE_ALONE = 470, 225, 330
#: The report of a match has one speaker too.
_MATCH = make_regex(
    r"\b(?:goals?|half-time|midfielder|striker|keeper|penalty|quarterback|touchdowns?"
    r"|innings|wickets?|semi-?finals?|quarter-?finals?|Tor(?:e|schütze)|Halbzeit)\b"
)
_FEWEST_MATCH_WORDS = 3


def _argues_at_length(form: TextForm) -> bool:
    """Whether a long text argues and names hardly anybody who says so."""
    length, low = len(form.reported.split()), form.reported.lower()
    if length < _ESSAY:
        return False
    words = _ARGUMENT.findall(low)
    arguments = len(words)
    # A list of what laws oblige people to do has one such word again and again.
    argues = arguments * max(_PER_ARGUMENT, _PER_ARGUMENT_ALONE) >= length
    if not argues or len(set(words)) < _FEWEST_WORDS:
        return False
    sources = len(_SOURCED.findall(low))
    if arguments * _PER_ARGUMENT >= length:
        return sources * _PER_SOURCE < length
    alone = length >= _UNSOURCED and sources * _PER_SOURCE_ALONE <= length
    match = len(_MATCH.findall(form.reported)) >= _FEWEST_MATCH_WORDS
    return alone and arguments * _PER_ARGUMENT_ALONE >= length and not match


#: «Tom Cole, D-Orvik, chairs the committee.», as the last line below a text.
_AUTHOR_LINE = make_regex(
    r"""(?:[A-ZÄÖÜ][\w.'’-]+\s){1,4}(?P<surname>[A-ZÄÖÜ][\w'’-]+)(?:,\s[^\n]{0,80}?,)?\s
    (?:(?:chairs|heads|leads|directs|teaches|leitet|lehrt)\s
    |(?:is|was|ist|war)\s(?:[^\s.]+\s){0,5}?(?:professor|president|director|fellow|author
    |member|chair\w*|senator|governor|mayor|secretary|columnist|economist|attorney|lawyer
    |analyst|strategist|founder|historian|ambassador|minister|Professor\w*|Präsident\w*
    |Direktor\w*|Autor\w*|Mitglied|Vorsitzende\w*)\b)[^\n]{0,250}""",
    re.VERBOSE,
)
_NEWSROOM = make_regex(r"\b(?:reporter|correspondent|staff|editor)\b")
_BYLINE_LENGTH, _LONGEST_AUTHOR_LINE = 200, 330


def _ends_with_author(form: TextForm) -> bool:
    """Whether the last line says who its author is, whom the text does not name."""
    last = form.lines[-1] if len(form.lines) > 1 else ""
    author = _AUTHOR_LINE.fullmatch(last[:_LONGEST_AUTHOR_LINE])
    if author is None or _NEWSROOM.search(last):
        return False
    body = form.text[_BYLINE_LENGTH : form.text.rfind(last)]
    arguments = set(_ARGUMENT.findall(form.reported.lower()))
    argues = len(arguments) >= _FEWEST_WORDS or passages.FIRST_PERSON.search(body)
    return author["surname"] not in body and bool(argues)


def is_argued(form: TextForm) -> bool:
    """Whether a text is an opinion by its tone or by what is said of its author."""
    if _FOOTER.search(form.text[-800:]) or _ends_with_author(form):
        return True
    if _argues_at_length(form):
        return True
    if not is_personal(form):
        return False
    opening = " ".join(p.text for p in form.passages[:2])
    return bool(_OWN_STORY.search(opening) or _ARGUES.search(form.reported))
