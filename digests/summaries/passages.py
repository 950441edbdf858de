"""Split an article into the sentences that a summary may use.

Each passage is a sentence with its words, without dateline and byline. Captions, calls
to action, half sentences and speech that opens without closing are not presentable.
Spans are exact: a passage's text is the text of its span with single spaces.
"""

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from digests.language import grammar, sentences, words
from digests.language.clause_verbs import has_verb
from digests.language.normalization import to_one_line
from digests.language.quotation_marks import DOUBLE, SINGLE, has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.titles import measure_label
from digests.language.words import word_set
from digests.summaries.boilerplate import is_junk
from digests.types import Article, Span

#: News comes early: no summary takes a later sentence.
MAX_PASSAGES = 14
#: Longer «sentences» are lists and tables.
_LONGEST = 900
#: Characters of a text that are read; a sentence that is cut there does not count.
_READ = 60_000
#: The speaker of a line: «JENS OKAFOR, HOST: Good evening.», «Q: …».
SPEAKER_LABEL = make_regex(
    r"(?m)^[ \t]*(?P<name>Q|A|F|[A-Z][\w.'’-]*(?:,?[ ][A-Z][\w.'’-]*){0,4})\s?:\s"
)
#: Lines with a speaker in a transcript; they are at least half of all.
_FEWEST_LABELS = 3

_DATELINE = make_regex(
    r"""[\s"”]*(?:
      (?:[A-Z][\w.'’-]*[\s,]{1,2}){0,6}\([A-Z][A-Za-z ./&-]{1,24}\)
      \s?(?:[-–—]{1,2}\s?)?(?=["'“‘]?[A-Z])
    | [A-Z][A-Z.'’-]+(?:[\s,]{1,2}[A-Z][A-Za-z.'’-]*){0,5}
      (?:,?\s\d{1,2}(?:,\s\d{4})?)?(?:\s\([^()]{1,30}\))?\s?(?:[–—―]|--|\s-)\s?
    | [A-Z][A-Z.'’-]{3,}(?:,?\s[A-Z][A-Za-z.'’-]+){0,2}:\s(?=[A-Z"“‘])
    | (?:[A-Z][a-z.'’-]+[\s,]{1,2}){1,4}(?:\d{1,2}(?:,\s\d{4})?\s)?
      (?:\([^()]{1,30}\)\s)?
      (?:[–—]|--)\s(?=["'“‘]?[A-Z])
    )""",
    re.VERBOSE,
)
#: Sentences that may stand before a dateline, and the dateline of a report.
_BEFORE_DATELINE = 5
_AGENCY = make_regex(r"\s*(?:[A-Z.]{4,}\b.*|.*\))\s?[-–—]{1,2}\s+|.*\(CNN\)\s*")
#: «ABSTRACT.» on a line of its own.
_LABEL_LINE = make_regex(r"^[A-Z]{4,}[.:]$", re.MULTILINE)
_BYLINE = make_regex(r"(?:By|Von)\s(?:[A-Z][\w.'’-]+\s?){1,4}(?:,.{0,60})?$")
#: «(Herald)», «(Ada Reed / Norvik Press)» after a caption.
_CREDIT = make_regex(
    r"\s?\((?:[A-Z][\w.'’-]*\s?(?:(?:/|via|for)\s)?){1,6}\)\s*(?![a-z])"
)
_STARTS = make_regex(r"[\"'“‘„«»(\[]*([^\W_]|[£$€¥])")
#: A statement in marks, and no title: «"Night Ferry" opens on Friday».
OPENS_WITH_SPEECH = make_regex(
    r"^[\"“'‘„«](?!(?:(?:[A-ZÄÖÜ\d][^\s\"”’“»]*|of|the|and|an?|to|in|on|for|und)\s?){1,6}"
    r"[\"”’“»][\s-](?!he\s|she\s|they\s|sa(?:id|ys|gte)\s)[\w-])"
)
_OPENS = make_regex(r"[“„«]|(?<![^ (\[—–-])[\"'‘](?=[\w\[])(?!'s\s)")
_DOUBLE = make_regex(r"[\"“”„«»]")
_CLOSES = make_regex(r"[”»]|(?<=[.,!?…])[\"'’](?!\w)|(?<=[\w;:—-])\"(?!\w)")
IN_MARKS = make_regex(r"[\"“„«].{0,600}?[\"”“»]|(?<!\w)['‘].{0,600}?['’](?!\w)")
#: A name or a few words in single marks.
_IN_SINGLE = make_regex(r"(?<![^\s(\[—–-])['‘][^'’\"“”]{1,60}(?<=\S)['’](?!\w)")
_LONGEST_SPEECH = 5
_CLOSING = "\"'”’“»«)]"
_STOPS = ".!?…"
#: The reporter or author speaks as «I» or «we».
FIRST_PERSON = make_regex(
    r"\b(?:(?<!\.)(?<!War\s)I(?!\.[A-Z]|-[A-Z][a-z])|I['’](?:m|ve|d|ll)|we|we['’](?:re|ve|d|ll)|my|our|me|us|myself|ourselves|ich|wir|mein|unser)\b"
    # A capital inside a sentence is a name: «Our Principles».
    r"|(?:\A|[.!?]\s)(?:We|My|Our|Ich|Wir|Mein|Unser)\b"
)
PERIOD = r"(?:week(?:end)?|month|year|spring|summer|autumn|fall|winter)\b"
#: A pronoun or connective at the beginning: the sentence refers back.
_LEANS = make_regex(
    rf"[\"'“‘]?(?:He|She|It|They|His|Her|Their|Its|This(?!\s{PERIOD})|That|These|Those(?!\swho)|Both|Such|One(?=\s(?:is|was|has))|"
    r"Er|Sie|Es|Diese?[rs]?|Seine?|Ihre?|Beide|Das(?=\s(?:ist|sei|war|wird|hat|habe|soll|"
    r"sagte|teilte|gilt|geht|gab|meldete|berichtete|bedeutet|zeigt|wäre|könnte)\b))\b"
    r"|[\"“‘„]?(?:But|And|So|Or|Yet|Also|Still|However|Meanwhile|Nevertheless|Nonetheless|"
    r"By contrast|For example|For instance|After all|Of course|By the way|Nor|"
    r"Besides|Moreover|Furthermore|In addition|Instead|Indeed|Then|Aber|Und|Doch|Zudem|"
    r"Demnach|Danach|Daraufhin|Dabei|Dafür|Dazu|Hierzu|Dennoch|Trotzdem|"
    r"Außerdem),?\s"
    # «For 44 years it was fed by a cable.», «In fact, it's over», «In this case, …»
    rf"|(?:Despite|In)\s(?:this|that|these|those|such)\s(?!{PERIOD})"
    r"|(?:For|In|On|At|By|After|Since|During|Until)\s[^,.;]{1,40}?,?\s(?:he|she|it|they)(?:\s|['’])"
    r"|(?:Already|Now|Today|Soon|Later|(?:In|On|At|By|After|Since)\s[^,.;]{1,40}),\s(?:his|her|its|their)\s"
    # «All three of that woman's children», «Neither can her children»
    rf"|(?:\w+\s){{1,3}}(?:of|to)\s(?:this|that|these|those)\s(?!who\b|{PERIOD})|Neither\s(?:can|could|do|does|did|is|are|was|were|ha[sd]|have|will|would)\s"
    r"|Not\s[^,.;]{1,60},\s(?:he|she|it|they)\s"
)

#: «…, sagte er am Mittwoch»: the sentence before says who.
_SAID_BY_PRONOUN = make_regex(
    r"\A[\s,]*(?:sagte|erklärte|betonte|meinte|ergänzte|(?:he|she)\ssaid|said\s(?:he|she))"
    r"(?:\s(?:er|sie))?\b(?:\s(?:am|on)\s\w+)?[\s,.]*\Z"
    # «She has come up with one.»
    r"|(?<!number\s)(?<!no\s)\bone[.!]\Z"
    # «The book does all three.»
    r"|\bto\s(?:find|figure|sort|work)\s(?:it|this|that)\sout\b"
    r"|\b(?:do(?:es|ing)?|did)\s(?:all\s(?:two|three|four)|both|so|that)\b"
    r"(?=[,.]|\s\w+\.)"
)


def leans_back(text: str) -> bool:
    """Whether a sentence opens with what only the one before explains."""
    return _LEANS.match(text) is not None


#: «The fire in Norvik», «the man who», «the new law»: the noun says which one.
_SAYS_WHICH = word_set("""
    of in at on for to from with by that who which whose between new first latest only
""")


#: There is only one of them in a country.
_UNIQUE = word_set("""
    government president police army military economy pope queen king public media world
    internet weather country nation state city town law dollar pound euro
""")


#: «On Monday, |the show …»
_AFTER_DAY = make_regex(r"\A(?:On|Last|Earlier|Later|In)\s[^,]{3,25},\sthe\s")


def find_known(text: str) -> str:
    """The noun with which a sentence begins if an earlier one named it: «The app is».

    Empty where the sentence says which one it is, or there is only one.
    """
    first, *others = _AFTER_DAY.sub("The ", text).split()[:6]
    if first != "The":
        return ""
    for before, word in itertools.pairwise(["", *others]):
        if before[-1:] == "," and before[0].islower():
            return before[:-1]  # «The war, which lasted ten weeks, ended»
        if word[0].isupper() or not word[0].isalnum() or word in _SAYS_WHICH:
            return ""
        if grammar.looks_finite(word):
            return "" if before in _UNIQUE else before.removesuffix("'s")
    return ""


def tells_of_known(text: str) -> bool:
    """Whether a sentence begins with what an earlier one named: «The app is»."""
    return find_known(text) != ""


class Passage(NamedTuple):
    """A sentence that a summary may use, with its features."""

    #: Its index among the article's passages.
    place: int
    span: Span
    #: The span's text with single spaces.
    text: str
    #: Stems of its content words, in order.
    words: tuple[str, ...]
    #: The same, each once.
    known: frozenset[str]
    #: What the reporter says, without what is between quotation marks.
    reported: str
    #: Whether the reporter uses the first person outside of quotation marks.
    personal: bool
    #: Whether it begins with a word that refers to the sentence before.
    leans: bool
    #: Whether it is inside somebody's speech, without marks of its own.
    in_speech: bool


def extract_passages(article: Article, most: int = MAX_PASSAGES) -> tuple[Passage, ...]:
    """The passages of an article's first `most` sentences, in document order."""
    found: list[Passage] = []
    read = article.text[:_READ]
    speech, in_double, low, dated, title_end = 0, False, False, False, 0
    said_until = 0
    labels = _is_transcript(read)
    root = words.get_stemmer(article.lang)
    for span in sentences.split_sentences(read, article.lang, most=most):
        if span.end - span.start > _LONGEST or span.end == _READ < len(article.text):
            continue
        if span.start < title_end or (not found and is_title_line(article, span)):
            title_end = max(title_end, _find_title_end(read, span))
            continue
        span = _drop_cut_mark(read, span)
        start = span.start
        if not dated and not labels and len(found) <= _BEFORE_DATELINE:
            start = _skip_dateline(article.text, span)
            dated = start > span.start
            line = _PARAGRAPH.search(article.text, max(0, span.start - 2), start)
            agency = _AGENCY.fullmatch(article.text, span.start, start)
            if agency and (line or agency[0].count("(")):
                # What stands before is a caption, a note or a teaser.
                kept = [p for p in found if _LABEL_LINE.search(read, 0, p.span.start)]
                found = [p._replace(place=place) for place, p in enumerate(kept)]
        start = _skip_label(article.text, start, span.end)
        text = to_one_line(article.text[start : span.end])
        if not text or _BYLINE.match(text) or _CREDIT.match(read, span.end):
            continue
        stems = tuple(filter(None, map(root, words.split_words(text))))
        reported = IN_MARKS.sub("", text)
        spoken = _IN_SINGLE.sub("", text)
        opening, closing = _find_last(_OPENS, spoken), _find_last(_CLOSES, spoken)
        if "„" in text or low:  # «“» closes in German.
            opening, closing = text.rfind("„"), max(closing, text.rfind("“"))
        marked = opening >= 0 or closing >= 0
        # Single marks inside of a speech in double marks neither open nor close it.
        if in_double and speech and not _DOUBLE.search(text):
            marked = False
        found.append(
            Passage(
                place=len(found),
                span=span if start == span.start else Span(start=start, end=span.end),
                text=text,
                words=stems,
                known=frozenset(stems),
                reported=reported,
                personal=FIRST_PERSON.search(reported) is not None,
                leans=leans_back(text) or _SAID_BY_PRONOUN.search(reported) is not None,
                in_speech=(labels and _is_said(article.text, span))
                or (speech > 0 and not marked)
                or (span.end < said_until and not marked),
            )
        )
        # A mark that never closes affects only a few sentences.
        speech = max(0, speech - 1)
        if marked:
            speech = _LONGEST_SPEECH if opening > closing else 0
            in_double = speech > 0 and spoken[opening] in '"“„«»'
            low = speech > 0 and spoken[opening] == "„"
            said_until = _find_speech_end(read, span) if speech else 0
    return tuple(found)


#: The mark that closes what each of these opens; a straight one closes itself.
_PAIRS = {"“": "”", "„": "“", "«": "»"}


def _find_speech_end(text: str, span: Span) -> int:
    """Where the speech that a sentence opens ends in the same paragraph, or 0."""
    opened = next(
        (mark for mark in reversed(text[span.start : span.end]) if mark in _PAIRS), ""
    )
    end = text.find("\n", span.end)
    closing = text.find(
        _PAIRS.get(opened, "\0"), span.end, end if end > 0 else len(text)
    )
    return max(closing, 0)


#: What stands before a sentence and is not a part of it: signs without meaning, the
#: salutation of a letter, the label of a summary.
_LABEL_BEFORE = make_regex(
    r"[\s\x80-\x9f•*·–—-]*"
    r"(?:(?:(?:Dear\s)?(?:Sirs?|Madam|Editor)|Summary|Zusammenfassung)[:,]\s+"
    # «ADA J. BRANDT / THE HERALD In her new book»
    r"|(?:[A-Z][A-Z.]+\s){1,4}/(?:\s[A-Z]{2,}){1,4}\s(?=[A-Z][a-z ])"
    # «By By Ada Brandt Oct 31, 2015 in Entertainment A famous picture»
    r"|(?:By\s){1,2}(?:[A-Z][\w.'’-]+\s){2,3}[A-Z][a-z]{2}\s\d\d?,\s\d{4}\sin\s[A-Z][a-z]+\s(?=[A-Z][a-z]*\s)"
    r"|\d\d?/\d\d?/\d{4}\s(?:AT\s)?\d\d?:\d\d\s(?:[AP]M\s)?(?:[A-Z]{2,4}\s)?)?(?=\S)"
)


def _skip_label(text: str, start: int, end: int) -> int:
    label = _LABEL_BEFORE.match(text, start, end)
    return label.end() if label and label.end() < end else start


#: A title line is shorter, and at most this far into the text.
_TITLE_LENGTH, _TITLE_REACH = 140, 400
_PARAGRAPH = make_regex(r"\s*\n")
_BLANK = make_regex(r"[ \t]*\n\s*\n")
#: The rest of a title and a second line of it, above a report.
_TITLE_LINES = make_regex(r"[ \t]*\n\s*\n(?:[^\n]{1,140}\n\s*\n)?\s*")
_SMALL_WORD = make_regex(r"(?:[a-z'’]{1,3}|with|from|over|after|into|than)$")
_TITLE_CASE_SHARE = 0.85
#: A verb as headlines use it: «signs up», «unveils», «hits».
_HEADLINE_VERB = make_regex(r"[a-z]{2,}(?:[^s'’]s|sses|zzes|shes|ches)$")
_REPORTED = word_set("says is was has does goes his this its as us yes")


#: «Cinemas from Friday, 148 minutes, cert 12», «Rovers 2 (Okafor 12, Lind 55)».
_COUNT = r"(?<![$£€\d.,-])\b\d+\b(?![.,]\d|-[a-z]|\s(?:[mb]illion|percent|per\scent))"
_FORM_LINE = make_regex(
    rf"{_COUNT}.*[,(]|[,(].*{_COUNT}|(?:[A-Z][\w'’]+\s?){{1,4}},\s[A-Z][\w'’]+\.?$"
)
#: The result of a match, with or without scorers: «Rovers 2-1 City (half-time 0-1)».
_TEAM = r"(?:[A-Z][\w.'’]*\s){1,4}"
RESULT_LINE = make_regex(
    rf"(?:[A-Z]\w+:\s)?{_TEAM}\d{{1,3}}(?:\s\([^()]*\),?\s|\s?[-–]\s?\d[\d\s()/–-]*\s|,\s)"
    rf"(?:{_TEAM}\d{{1,3}}|[A-Z][\w.'’ ]*)(?:\s?\([^()]*\))?\.?\Z"
)


def find_title_line(article: Article) -> Span | None:
    """The line at the head of a text that is its title."""
    for span in sentences.split_sentences(article.text[:_READ], article.lang, most=1):
        if is_title_line(article, span):
            return _extend_to_line(article.text, span)
    return None


def _extend_to_line(text: str, span: Span) -> Span:
    """A first sentence with what else is on its line: «The End? Not Yet.»."""
    line = text[span.start : span.start + _TITLE_LENGTH + 1]
    whole = line.partition("\n")[0].rstrip()
    fits = "\n" in line and span.start + len(whole) > span.end
    return Span(start=span.start, end=span.start + len(whole)) if fits else span


#: A line that stands below a title with a semicolon belongs to it: «…; Rival declines».
_SECOND_LINE = make_regex(r"(?<=;)[ \t]*\n[ \t]*[^\s][^\n]*")


def _find_title_end(text: str, span: Span) -> int:
    end = _extend_to_line(text, span).end
    second = _SECOND_LINE.match(text, end)
    return second.end() if second else end


def is_title_line(article: Article, span: Span) -> bool:
    """Whether a sentence at the head of a text is its title and not its first sentence.

    It is a paragraph of its own, or stands above a dateline. Its words are those of the
    title; where there is none, it is written as headlines are.
    """
    span = _extend_to_line(article.text, span)
    if span.start > _TITLE_REACH or span.end - span.start > _TITLE_LENGTH:
        return False
    lines = _TITLE_LINES.match(article.text, span.end)
    report = lines and _DATELINE.match(article.text, lines.end())
    above = report is not None and _AGENCY.fullmatch(report[0]) is not None
    if not above and not _PARAGRAPH.match(article.text, span.end):
        return False
    text = to_one_line(article.text[span.start : span.end])
    if _NO_TITLE.match(text) or _DATELINE.match(text) or is_junk(text):
        return False
    said = frozenset(words.extract_stems(text))
    if article.title:
        return bool(said) and said <= set(words.extract_stems(article.title))
    return above or _reads_as_title(article.text, span, said)


def _reads_as_title(text: str, span: Span, said: frozenset[str]) -> bool:
    """Whether a first line is written as headlines are.

    Its words are capitalized, or the next sentences repeat it, or it has no verb, or it
    does not end in a full stop, unless it is very short.
    """
    line = to_one_line(text[span.start : span.end])
    found = line.split()
    if RESULT_LINE.match(line):
        return line[-1] != "."
    if _FORM_LINE.search(line) and not any(map(grammar.looks_finite, found)):
        return False
    if line[-1] == ":":
        return False
    if (
        _SAYING_TITLE.match(line)
        and line.partition(":")[0].split()[-1] in text[span.end :]
    ):
        return True
    labelled = _SOURCED_TITLE.match(line) or measure_label(line)
    if labelled and not _ARTICLES & {word.lower() for word in found[1:]}:
        return True
    large = [w for w in found if not _SMALL_WORD.match(w)]
    capitals = sum(not w[0].islower() for w in large)
    titled = capitals >= _TITLE_CASE_SHARE * len(large)
    if line[-1] == ";" or (titled and len(found) > _FEWEST_TITLE_WORDS):
        return True
    if line[-1] in '!?"”' or len(found) < _FEWEST_TITLE_WORDS:
        return False
    follows = set(words.extract_stems(text[span.end :][:_REPEATED_WITHIN]))
    repeated = words.measure_containment(said, follows) > _REPEATS
    if repeated and not _tells_past(found):
        return True
    opens = text[: span.start].rstrip()[-1:] in ("", ";")
    short = len(found) <= _VERBLESS and _BLANK.match(text, span.end) is not None
    if opens and short and not has_verb(line):
        return True
    return _has_headline_form(line, found, repeated=repeated)


#: «Ada Brandt: I would sell the mill.»
_SAYING_TITLE = make_regex(
    r"(?:[A-Z][\w.’'-]+\s){1,3}[A-Z][\w.’'-]+:\s[A-Z‘'\"“].{15,90}\Z"
)


#: «AP: Minister paid the lobby», «Poll: Voters want a new bridge»
_SOURCED_TITLE = make_regex(
    r"(?:[A-Z]{2,6}|Reuters|Reports?|Poll|Study|Sources?|Officials?|Police|Analysis"
    r"|Umfrage|Studie|Bericht|Medien)"
    r":\s(?=[A-Z])\S+(?:\s\S+){3,}\Z"
)


def _has_headline_form(line: str, found: Sequence[str], *, repeated: bool) -> bool:
    reports = _REPORT_WORD.search(line) is not None
    short = len(found) <= _VERY_SHORT and not (
        reports and _ARTICLES & {word.lower() for word in found}
    )
    if reports and not (short or _has_headline_verb(found)):
        return False
    return repeated or short or line[-1] != "."


#: Words of a very short line; characters in which a title is repeated; the share of it.
_VERY_SHORT, _REPEATED_WITHIN, _REPEATS = 8, 350, 0.55
_FEWEST_TITLE_WORDS = 4
#: A longer line may have a verb that no table has.
_VERBLESS = 13
#: Bylines, list items, clock times, speakers, salutations.
_NO_TITLE = make_regex(
    r"(?:By|Von|Text|Photo|Tested by|Story by|Dear)\b|(?:Sirs?|Madam),|[-•*]"
    r"|\d{1,2}[:.]\d{2}\b|[A-Z][A-Z ,.'’-]{2,40}:\s"
)
#: One of these is in every first sentence of a report, and seldom in a headline.
_REPORT_WORD = make_regex(
    r"\b(?:the|an?|was|were|had|has|have|said|der|die|das|den|dem|des|eine?[nmrs]?|wurden?"
    r"|hat|haben|ist|sind)\b",
    re.IGNORECASE,
)


#: Headlines do without these, or without articles.
_HAVING = word_set("has have hat haben wird")
_ARTICLES = word_set("the a an der die das den dem ein eine einen einem")


def _tells_past(found: Sequence[str]) -> bool:
    """Whether the first verb is in the past tense, as in reports."""
    lows = (word.strip(".,;:").lower() for word in found)
    first = next(filter(grammar.looks_finite, lows), "")
    if first in _HAVING:
        return not _ARTICLES.isdisjoint(found)
    return first in grammar.PAST | {"was", "were", "had"} or first.endswith("ed")


def _has_headline_verb(found: Sequence[str]) -> bool:
    """Whether the first verb is in the present tense of headlines."""
    for word in found[1:]:
        low = word.strip(".,;:").lower()
        if low in _REPORTED or not word[:1].islower():
            continue
        if grammar.looks_finite(low):
            return _HEADLINE_VERB.match(low) is not None
    return False


_MARKS = frozenset(DOUBLE + SINGLE)


def _find_last(sign: re.Pattern[str], text: str) -> int:
    """Where the last sign is that opens or closes speech, -1 where there is none."""
    if _MARKS.isdisjoint(text):
        return -1
    return max((m.start() for m in sign.finditer(text)), default=-1)


def _is_transcript(text: str) -> bool:
    """Whether a text is a transcript: most of its lines name a speaker."""
    if text.count(":") < _FEWEST_LABELS:
        return False
    labels = len(SPEAKER_LABEL.findall(text))
    if labels < _FEWEST_LABELS:
        return False
    return 2 * labels >= sum(not line.isspace() for line in text.splitlines() if line)


def _is_said(text: str, span: Span) -> bool:
    """Whether a sentence is in a line after its speaker's name.

    The first one of a line is shown with the name, unless it is short.
    """
    line = text.rfind("\n", 0, span.start) + 1
    label = SPEAKER_LABEL.match(text, line)
    if label is None or len(label["name"]) == 1 or label.start("name") < span.start:
        return label is not None
    return text.count(" ", label.end(), span.end) < _FEWEST_SAID


#: Spaces of a statement that says something: no greeting, no thanks.
_FEWEST_SAID = 6


#: A line of fewer words in capitals is a label.
_FEWEST_CAPITALS = 6
#: Sentences whose fitness is kept while their article is read.
_KEPT_TEXTS = 256


def is_presentable(passage: Passage) -> bool:
    """Whether a passage may be shown: a whole sentence, and no boilerplate."""
    return not passage.in_speech and _is_presentable_text(passage.text)


@lru_cache(maxsize=_KEPT_TEXTS)
def _is_presentable_text(text: str) -> bool:
    if (
        text.isupper() and len(text.split()) < _FEWEST_CAPITALS
    ) or not is_whole_sentence(text):
        return False
    return has_balanced_marks(text) and not is_junk(text)


#: How a teaser says that the text goes on: «…», «...», «[…]», «(...)».
_CUT_MARK = r"[\[(]?(?:…|\.{3})[\])]?\Z"
_ENDS_CUT = make_regex(_CUT_MARK)
#: The mark after a whole sentence: «It was closed on Tuesday. […]».
_MARK_AFTER_SENTENCE = make_regex(
    rf"(?<=[.!?])[{re.escape(_CLOSING)}]*(?P<mark>\s{{1,3}}{_CUT_MARK})"
)


def _drop_cut_mark(text: str, span: Span) -> Span:
    """The span without the mark of a cut text, if the sentence before it is whole."""
    mark = _MARK_AFTER_SENTENCE.search(text[max(span.start, span.end - 12) : span.end])
    end = span.end - len(mark["mark"]) if mark else span.end
    return Span(start=span.start, end=end)


def _skip_dateline(text: str, span: Span) -> int:
    m = _DATELINE.match(text, span.start, min(span.end, span.start + 120))
    return m.end() if m and m.end() < span.end else span.start


#: Two parts of a text that lost what was between them: «her routine. on Monday».
_TORN = make_regex(r"[a-z]{5,}\.\s[a-z]")


def is_whole_sentence(text: str) -> bool:
    """Whether a text begins and ends as a sentence does."""
    if _TORN.search(text) or _ENDS_CUT.search(text):
        return False
    first = _STARTS.match(text)
    ending = text.rstrip(_CLOSING)[-2:]
    if first is None or ending[-1:] not in _STOPS or ending[:1].isspace():
        return False
    return not first[1].isalpha() or first[1].isupper()
