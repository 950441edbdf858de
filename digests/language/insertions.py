"""Find what a sentence says besides its main clause: insertions, and who said it.

find_insertions   «a bus| carrying 52 people| fell», «Ada Brandt|, the mayor,| said»
find_attribution  «…|, the mayor said on Monday|.»
"""

import itertools
import re
from collections.abc import Iterator

from digests.language import grammar, words
from digests.language.clause_verbs import FINITE
from digests.language.completeness import TABLES
from digests.language.grammar import STRONG_CUES
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.sentence_ends import (
    DASH,
    LIMITS,
)
from digests.language.words import word_set
from digests.types import Span

_INSERTED = make_regex(
    rf",[\"”]?\s(?P<first>(?!and\s|but\s)[a-zäöü]+)\s[^;:()]{{3,240}}?(?P<comma>,)"
    rf"(?=\s(?:(?:{FINITE})(?:n['’]t)?"
    r"|(?!based|compared|followed|named|called|used)[a-z]+ed)\s)"
    # «the channel, which has several series|, including “Boundless”»: whose they are
    r"|,\s(?:who|which|whose|where)\s[^,;:()]{3,120}(?=,\s(?!including)[a-z]+ing\s)"
    r"|,\s(?:all\sof|both\sof|including|who|which|an?)\s[^,;:()]{3,120},"
    r"(?=\s(?:in|on|for|at|after|over|to|from)\s)"
    r"|,\s(?:der|die|das|den|dem|deren|dessen|welche[rs]?)\s(?:[^,;:()]|-,){3,160}\s"
    r"[a-zäöüß]+(?:t|te|en)(?:\s(?:hat|haben|hatte|ist|war|wird|wurde))?,"
    r"(?=\s[a-zäöü])(?!\s(?:d(?:er|ie|as|e[mn])|eine?|und|oder|sowie)\s)"
    r"|\s?(?:—|–|--|\s-)\s?[^;:()—–]{3,160}?\s?(?:—|–|--|\s-)\s?(?P<next>[a-z'’]+)"
)
#: «a bus| carrying 52 people to a fair| fell»: what is said of one of many.
_MODIFIER = make_regex(
    r"(?:(?:\A|[.!?]\s|\b(?:when|after|as|that|because|while|and)\s)"
    r"[Aa]n?\s(?:[\w-]+\s){0,3}?[\w-]+|(?:\A|[.!?]\s)[A-Z][a-z]+(?:\s[a-z]+)?s"
    r"(?=\s[a-z]+ing\s))(?P<gap>\s(?:[a-z]{3,}ing|above|near|in|on|with|from|at"
    r"|outside|for|over|under|behind)\s[^,;:()\"“”]{3,70}?)"
    rf"(?=\s(?:{FINITE}|[a-z]+ed\s(?:an?|the|his|her|its|their|on|in|at|to|for"
    r"|from))\s)"
    r"(?<!\sto)(?<!\swho)(?<!\sa)(?<!\san)(?<!\sthe)"
)
#: Before an insertion and no subject of the verb after it: «After a fall in shares|,
#: the firm, …, said», «sites that inspectors visit regularly|, …, enriched».
_NO_SUBJECT = make_regex(
    r"(?:After|Amid|Among|As(?!\smany)|At|Before|Besides|By|Despite|During|Following"
    r"|For|From|In|Like|On|Since|Through|Under|Unlike|When|While|With|Without)\s[^,]*$"
    # «The hard, physical work of picking, weeding and hoeing, earned …»
    r"|(?:The|An?)\s(?:hard|long|big|new|old|small|young|quiet|cold|dark|rich|poor)$"
    r"|(?:An?|One|Two|Just|Only|Shortly|Hours|Days|Weeks|Months|Years)\s(?:\w+\s)?"
    r"(?:after|before|since)\s[^,]*$|.*\s[a-z]{3,}ly$",
    re.DOTALL,
)
#: «…, opening the museum, said it would …»: the insertion says what.
_REFERS = make_regex(r"\s\w+\s(?:that\s)?(?:it|its|they|their)\b")
_FINITE_WORD = make_regex(rf"\b(?:{FINITE})\b")
_CLAUSE = make_regex(
    r"\b(?:that|when|after|as|because|while|and|if|but|who|which|what)\s|[;:—]"
)
#: «Families who are looking for each other|, after a long war,| succeed»
_RELATIVE_OF_SUBJECT = make_regex(
    rf"(?:(?!\b(?:{FINITE})\b|[a-z]{{2,}}ed\b)[^,;:]){{3,60}}\swho\s[^,;:]*"
)
#: «Thankfully, |the child, named Ada,| waited»: the subject is no insertion.
_ADVERB = make_regex(r"\w+ly")
_RELATIVE = make_regex(r"\s(?:who|whose)\s")
_AGE_BEFORE = make_regex(r",\s\d{1,3}\Z")
#: «Ada Brandt, 17, and Tom Reed, 18, were both jailed»
_OF_BOTH = make_regex(r"\s(?:were|are|have|had)\sboth\b")
#: «whose members were killed, |captured and sold»
_LISTED_VERB = make_regex(r"\s[a-z]+(?:ed|en)\s(?:and|or)\s")
#: «A man at the centre of a row after a driver was jailed»: the driver was.
_NEXT_SUBJECT = make_regex(
    r"\s(?:after|as|because|before|since|that|when|which|while|who|whose)\s"
)
_NAME_BEFORE = make_regex(r"[A-ZÄÖÜ][\w.'’-]*(?:\s[A-ZÄÖÜ][\w.'’-]*){1,3}$")
_QUALIFIES = make_regex(
    rf"\b(?:said|says|told|(?<!-)announced|report(?:ed|s)|sagten?)\b|{LIMITS.pattern}"
    rf"|{grammar.NEGATION.pattern}"
)
#: «– works of "rare beauty" according to the museum –»: whose words they are goes with
#: them.
_JUDGED = make_regex(r"[\"“][^\"“”]+[\"”],?\s(?:according\sto|sa(?:id|ys))\s[^—–]+")
_ARTICLES = word_set("a an the der die das")


def find_insertions(text: str, span: Span) -> Iterator[tuple[str, int, int]]:
    """The insertions that the main clause can omit, each with its kind.

    The kinds are «modifier» and «identity», which say which one or who it is, and
    «insertion».
    """
    for m in _MODIFIER.finditer(text, span.start, span.end):
        before = text[: m.start("gap")].rpartition(" ")[2]
        if before not in TABLES["dangling"] and not _NEXT_SUBJECT.search(m["gap"]):
            yield "modifier", *m.span("gap")
    for m in _INSERTED.finditer(text, span.start, span.end):
        end = m.start("next") if m["next"] else m.end()
        inside = text[m.start() : end]
        if _QUALIFIES.search(_JUDGED.sub("", inside)) or not has_balanced_marks(inside):
            continue
        if len(DASH.findall(inside)) % 2 or _OF_BOTH.match(text, end):
            continue  # A part of it is in an insertion of its own; it is one of two.
        clause = _CLAUSE.split(text[span.start : m.start()])
        if (
            m["first"]
            and _FINITE_WORD.search(clause[-1])
            and not _RELATIVE_OF_SUBJECT.fullmatch(text, span.start, m.start())
        ):
            continue  # The verb after the comma is not the main one.
        if _NO_SUBJECT.match(text[span.start : m.start()]):
            continue  # Its subject is in the insertion, or it belongs to a verb there.
        if _REFERS.match(text, end) or _ADVERB.fullmatch(text, span.start, m.start()):
            continue
        named = _NAME_BEFORE.search(text, max(span.start, m.start() - 60), m.start())
        kind = "identity" if named and m["first"] in _ARTICLES else "insertion"
        # «Ada Brandt, 31|, who rows|, said»: the comma after an age stays.
        aged = _AGE_BEFORE.search(text[max(span.start, m.start() - 6) : m.start()])
        yield kind, m.start(), end - (aged is not None and m["comma"] is not None)
        relative = _RELATIVE.search(text, m.start() + 2, end)
        if relative and m["comma"] and not _LISTED_VERB.match(text, end):
            yield "insertion", relative.start(), end - 1


#: Words of an attribution: «…, the mayor has warned on Monday.»
_LONGEST_SOURCE = 14
_COMMA = make_regex(r",\s")
#: A clause that depends on the words before its comma: «…, who has said she will».
_DEPENDS = make_regex(
    r",\s(?!according)(?:who|which|that|whose|whom|where|when|and|but|by|with|for|from"
    r"|[a-z]{2,}ing)\s"
)
#: «in fact, she said it was hard»
_SAID_WHAT = make_regex(r"\b(?:said|says)\s(?:it|that|he|she|they|there|this)\b")
#: «…, a new poll for the Herald finds»
_FINDS = make_regex(
    r",\s(?:an?|the|one)\s[^,]*?\b(?:polls?|survey|study|research|analysis"
    r"|review)\b[^,]*?\s(?:found|finds|show(?:s|ed)|suggest(?:s|ed)|indicate[sd]"
    r"|concluded?s?)\b"
)
SAYING_WORDS = word_set(
    "said says say told report reports according sagte sagten teilte laut zufolge"
)
_WHEN = TABLES["times"] | {"on"}
#: «such as Time, |Drudge Report|»: a name, and nobody reports.
_OUTLET = make_regex(r"\b[A-Z][\w’'-]*\sReports?\b")


def find_attribution(text: str, span: Span) -> Span:
    """The part that says who said it, with its comma; empty at the end if none does."""
    commas = [m.start() for m in _COMMA.finditer(text, span.start, span.end)]
    for start, end in itertools.pairwise([*commas, span.end]):
        part = _OUTLET.sub("it", text[start:end])
        said = [w for w in words.split_words(part) if w not in _WHEN]
        if not 1 < len(said) <= _LONGEST_SOURCE or _DEPENDS.match(text, start):
            continue
        if _RELATIVE.search(text, start, end) or _SAID_WHAT.search(text, start, end):
            continue
        speaks = said[-1] in STRONG_CUES or not SAYING_WORDS.isdisjoint(said)
        if speaks or _FINDS.match(text, start, end):
            return Span(start=start, end=end)
    return Span(start=span.end, end=span.end)
