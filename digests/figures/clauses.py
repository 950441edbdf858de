"""Find the clause that states a figure, in the article's own words.

A number means something only with its verb, its direction, its period and what it
counts: «revenue fell 8.4 % in the third quarter». The label of a figure is therefore
its sentence, or a whole clause of it: openings («But», «MIAMI —»), brackets, inserted
clauses, an attribution in front and clauses behind may be left out, nothing else. What
governs the number stays: a modal, a condition, a negation, a word of doubt.

The longest clause of usual length is the label, so most of the shorter ones need not be
looked at. Where a clause may begin and end is found in `clause_bounds`. The work on one
sentence is bounded, and sentences beyond a length have no labels.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from digests.figures import statements
from digests.figures.clause_bounds import (
    DETERMINERS,
    OPENERS,
    RELATIVE,
    WORD,
    FigureSentence,
    SentenceWord,
    bound_sentence,
)
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.spans import (
    format_version,
    overlaps_any,
    remove_parts,
    span_text,
    spans_overlap,
)
from digests.language.words import load_word_tables
from digests.types import Figure, Span

_TABLES = load_word_tables(__file__, "clauses.txt")
#: A label aims at this length; a longer one is used where no clause is shorter.
USUAL_LENGTH = 110
MAX_LENGTH = 140
_FEWEST_WORDS = 3
#: Starts and ends that are tried around one figure.
_MOST_STARTS, _MOST_ENDS = 5, 6
#: «found that 90% of homes have one [and that, on average, each uses two]».
_SAID_TOO = make_regex(r",?\s(?:and|but)\sthat\b")
_SAYING = (
    "said|says|say|told|added|reported|reports|report|announced|found|warned|estimated|"
    "sagte|sagten|teilte|teilten|erklärte|berichtet|berichtete"
)
#: «had held a lead for most of the fall, but it is gone»
_FORMER = make_regex(r"\b(?:had|hatten?)\b")
_REVERSED = make_regex(r",\s(?:but|doch|aber)\b")
#: «…, according to the polls in Orvik»: where a number holds.
_POLLED_IN = make_regex(
    r",\saccording\sto\s(?:(?!study|report|article|story|interview)[^,;:.])*?\sin\s[A-Z]"
)
_TAG = make_regex(
    r"\b(?:RRP|Price|Cost|Tickets|Admission|Preis|UVP|Eintritt)(?::\s?|\s(?:from\s)?)$"
)
#: What was left out behind turns the statement round.
_TURNS = make_regex(
    r"\b(?:if|unless|provided|den(?:y|ies|ied|ying)|false|untrue|not true|wrong|"
    r"incorrect|but|although|though|disputed|however|aber|wenn|falls|bestritt\w*|"
    r"zurück|nicht|not|except)\b|n['’]t\b",
    re.IGNORECASE,
)
#: «a threefold increase [since the 1960s]»
_CHANGED = make_regex(
    r"\b(?:increase|rise|drop|fall|decline|decrease|jump|gain|growth|up|down|high|low"
    r"|highest|lowest|most|fewest|biggest|largest|worst|best|first|(?:un)?changed)\Z"
)
_SINCE = make_regex(r"\s(?:since|over|compared|from|than)\s")
#: «12 poems – found by chance – [have been printed]».
_VERB_FOLLOWS = make_regex(
    r"\s?[,–—-]{1,2}\s(?:have|has|had|is|are|was|were|will|would)\b"
)
#: «The jobless rate was at 7.8 percent [when Reed took office]»
_WAS = make_regex(r"\b(?:was|were)\s(?:at\s)?(?:\w+\s)?\S*\d\S*(?:\s[a-z]+)?\Z")
#: «The police came by night, arrested five men [and sealed off a street]».
_LISTED_VERB = make_regex(r",\s[a-z]+ed\s[^,]*\Z")
_LAST_VERB = make_regex(r",?\sand\s[a-z]+ed\s")
#: Another side's number: «5,200, says the union; [the firm spoke of 3,900]».
_COUNTED_OTHERWISE = make_regex(
    r"[;,]\s(?:[^;.,]{2,40}\s)?(?:sprach(?:en)?\svon|zählten?|spoke\sof|counted|put\s"
    r"(?:it|them|the\s\w+)\sat|said\s(?:it\swas|there\swere))\s[^;.]{0,20}\d"
)
#: A pronoun, or the second name of an apposition («the regulator, Ofwat, …»).
_POINTS_BACK = make_regex(
    r"(?:he|she|it|they|his|her|its|their)\b|[\w’'-]+(?:\s[\w’'-]+){0,2},\s"
)
#: «…, the report said» at the end: its verb states nothing.
_SAID_LAST = make_regex(rf",\s[^,]{{2,80}}\s(?:{_SAYING})(?:\son\s\w+)?$")
_ADVERBS = _TABLES["adverbs"]
_DESCRIBES = frozenset(("that", "which", "who"))
_CONJUNCTIONS = _TABLES["conjunctions"]
#: Roughly: a verb has no capital.
_GERMAN_VERB = make_regex(
    r"\b(?:[a-zäöüß]+(?:t|te|ten|en)|ist|sind|war|lag|zog|stieg|fiel|sank|kam|ging|gab|"
    r"starb|nahm|stand|fand|wuchs|blieb|verlor|schloss|sprach)\b"
)
_GERMAN_MODALS = _TABLES["german_modals"]
_SUBJECTS = _TABLES["subjects"]
_CLAUSE_STARTS = _TABLES["clause_starts"]
#: Finite forms of the plural, which are nouns elsewhere.
_PLURAL_VERBS = _TABLES["plural_verbs"]
_MANY = _TABLES["many"]
#: A label that begins like this says nothing without the sentence before it.
_LEANING = _TABLES["leaning"]
#: «Now it's $7», «Of those, ten …», «The figure was …».
_POINTS = make_regex(
    r"Fast-forward\b|(?:Now|Then|In|On|Below|With|For)\sit\b|Of\s(?:them|these|those)\b|The\s(?:amount|figure|number|sum|total)\s"
    r"(?:is|was|has|had|rose|fell|compares)\b"
)
#: «One in five …», «One sailor was killed and 82 others wounded» lean on nothing.
_ONE = make_regex(
    r"One (?:(?:in|out of) |[a-z]+ (?:was|has been) (?:killed|shot|wounded|injured)\b)"
)
_APOSTROPHE = make_regex(r"['’]")


def state_figures(
    text: str, figures: Sequence[Figure], *, german: bool = False
) -> tuple[Figure, ...]:
    """The figures with label and status.

    Args:
        text: The article's text.
        figures: Its figures in text order.
        german: Whether the text is read as German.
    """
    stated: list[Figure] = []
    sentence: Span | None = None
    bounded: FigureSentence | None = None
    for figure in figures:
        if figure.sentence != sentence:
            sentence = figure.sentence
            bounded = bound_sentence(text, figure, german=german)
        whole = (figure.sentence.start, figure.sentence.end)
        status = statements.read_status(text, whole, (figure.start, figure.end))
        label = _choose_label(bounded, figure) if bounded else ""
        stated.append(replace(figure, label=label, status=status))
    return tuple(stated)


def is_leaning(label: str) -> bool:
    """Whether a label begins with words that point to another sentence."""
    if _ONE.match(label):
        return False
    first = WORD.search(label)
    leans = first is None or _APOSTROPHE.split(first[0].lower())[0] in _LEANING
    return leans or bool(_POINTS.match(label))


def _choose_label(sentence: FigureSentence, figure: Figure) -> str:
    """The best clause around a figure, or ""."""
    best, rank = "", (4, 0)
    for late in (0, 1):
        for start, end in _iter_versions(sentence, figure, late):
            # What is shown of a clause is no longer than the clause.
            most = min(end - start, USUAL_LENGTH)
            if rank <= (2 * late, -most) or not _may_stand(sentence, start, end):
                continue
            for spans in _iter_cuts(sentence, start, end, figure):
                shown = format_version(sentence.text, spans)
                now = _rank(len(shown), late)
                if now < rank and _reads_well(shown):
                    best, rank = shown, now
        if best:
            break
    return best or _find_tag(sentence, figure)


def _find_tag(sentence: FigureSentence, figure: Figure) -> str:
    """«RRP: £23.99»: a price in a line of facts, which has no verb."""
    start = max(sentence.start, figure.start - 20)
    tag = _TAG.search(sentence.text, start, figure.start)
    return sentence.text[tag.start() : figure.end] if tag else ""


def _rank(length: int, late: int) -> tuple[int, int]:
    """The longest of usual length, else the shortest; 4 and more is too long."""
    if length <= USUAL_LENGTH:
        return 2 * late, -length
    return (2 * late + 1 if length <= MAX_LENGTH else 4), length


def _iter_versions(
    sentence: FigureSentence, figure: Figure, late: int
) -> Iterator[tuple[int, int]]:
    """Where the clauses around a figure begin and end, the sentence itself first."""
    first, last = sentence.start, sentence.end
    if not late:
        yield first, last
    starts = [s for s in sentence.starts if s[0] <= figure.start][-_MOST_STARTS:]
    starts = starts if sentence.starts[0] in starts else [sentence.starts[0], *starts]
    ends = _list_ends(sentence, figure, late)
    for start, governed in starts:
        if start > first and _is_bound(sentence, start, governed=governed):
            continue
        too = _SAID_TOO.search(sentence.text, start, last) if governed else None
        near = [*ends, too.start()] if too else ends
        furthest = too.start() if too else last
        for end in sorted(near, reverse=True):
            if not figure.end <= end <= furthest:
                continue
            if late or (start, end) != (first, last):
                yield start, end


def _list_ends(sentence: FigureSentence, figure: Figure, late: int) -> list[int]:
    ends = sentence.late_ends if late else sentence.ends
    ends = [end for end in ends if end >= figure.end]
    if late:
        # The verb of a subject needs what follows: «five firms vowed [to pay]».
        verbs = (w.start for w in sentence.words if w.finite and w.start >= figure.end)
        verb = next(verbs, sentence.end)
        ends = [end for end in ends if end < verb]
    return [*ends[:_MOST_ENDS], sentence.end]


def _is_bound(sentence: FigureSentence, start: int, *, governed: bool) -> bool:
    """Whether a clause needs what stands in front of it."""
    if _COUNTED_OTHERWISE.match(sentence.text, start - 2):
        return True
    front = sentence.text[sentence.start : start]
    points_back = governed and _POINTS_BACK.match(sentence.text, start)
    return bool(points_back) or (governed and statements.governs(front))


def _may_stand(sentence: FigureSentence, start: int, end: int) -> bool:
    return _may_end(sentence, start, end) and _is_clause(sentence, start, end)


def _may_end(sentence: FigureSentence, start: int, end: int) -> bool:
    """Whether what is behind `end` may be left out."""
    if end == sentence.end:
        return True
    tail = sentence.text[end : sentence.end]
    if _POLLED_IN.match(tail) or _COUNTED_OTHERWISE.match(tail):
        return False
    if _VERB_FOLLOWS.match(tail):
        return False
    if tail.startswith(" when ") and _WAS.search(sentence.text, start, end):
        return False
    if _LAST_VERB.match(tail) and _LISTED_VERB.search(sentence.text, start, end):
        return False
    if _CHANGED.search(sentence.text, start, end) and _SINCE.match(tail):
        return False
    if _FORMER.search(sentence.text, start, end) and _REVERSED.search(tail):
        return False
    first, last = statements.find_part(sentence.text, end, sentence.end, end + 4)
    if _TURNS.search(sentence.text, first, last):
        return False
    return not _TURNS.match(tail.lstrip(" ,"))


def _is_clause(sentence: FigureSentence, start: int, end: int) -> bool:
    """Whether `text[start:end]` has a verb of its own, and a subject before it."""
    said = _SAID_LAST.search(sentence.text, start, end)
    last_word = said.start() if said else end
    inside = [w for w in sentence.words if start <= w.start and w.end <= last_word]
    if sum(word.low not in ",;:" for word in inside) < _FEWEST_WORDS:
        return False
    whole = start == sentence.start and end == sentence.end
    if sentence.german:
        if not _GERMAN_VERB.search(sentence.text, start, end):
            return False
        return end == sentence.end or _is_closed(sentence.text, inside)
    if whole and sentence.text[end : end + 1] in tuple(".!…"):
        # «A van that she sold for £399.» is none; other verbs are in no table.
        described = any(word.low in _DESCRIBES for word in inside[2:5])
        named = inside[0].low in DETERMINERS and described
        return not named or _has_main_verb(inside)
    opening = inside[inside[0].low in _ADVERBS]
    if start != sentence.start and opening.finite:
        return False
    # «… into force when 55 countries [, among them …, have signed]»
    opened = [at for at, word in enumerate(inside) if word.low in _CONJUNCTIONS]
    last = itertools.pairwise(inside[opened[-1] :] if opened else inside)
    return _has_main_verb(inside) and any(_is_verb(b, a.low) for a, b in last)


def _is_closed(text: str, inside: Sequence[SentenceWord]) -> bool:
    """Whether a German clause has the verb at its end that its modal verb needs."""
    needs = any(word.low in _GERMAN_MODALS for word in inside)
    return not needs or text[inside[-1].start].islower()


def _has_main_verb(inside: Sequence[SentenceWord]) -> bool:
    """Whether a finite verb is not that of a relative or subordinate clause."""
    waiting = inside[0].low in OPENERS
    before = ""
    for at, word in enumerate(inside):
        if word.low in RELATIVE and at:
            waiting = word.low != "to" or waiting
        elif word.low == "," and inside[0].low in OPENERS:
            waiting = False
        elif at and _is_verb(word, before):
            if not waiting and not _is_reduced(inside, at):
                return True
            waiting = False
        before = word.low
    return False


def _is_reduced(inside: Sequence[SentenceWord], verb: int) -> bool:
    """Whether the verb's clause hangs on a noun: «a policy she had taken out».

    So does a participle: «documents obtained by the Courier».
    """
    if verb + 1 < len(inside) and inside[verb + 1].low == "by":
        return True
    if verb < 2 or inside[verb - 1].low not in _SUBJECTS - {"who", "which"}:
        return False
    return inside[verb - 2].low not in _CLAUSE_STARTS


def _is_verb(word: SentenceWord, before: str) -> bool:
    """Whether a word is a finite verb behind the word `before`."""
    if before in _SUBJECTS:
        return True
    if word.low in _PLURAL_VERBS:
        return before.endswith("s") or before in _MANY
    return word.finite and before not in DETERMINERS | {"to", "being"}


def _iter_cuts(
    sentence: FigureSentence, start: int, end: int, figure: Figure
) -> Iterator[tuple[Span, ...]]:
    """The clause without brackets, and also without inserted clauses."""
    clause = Span(start=start, end=end)
    brackets = _list_inside(sentence.brackets, clause, figure)
    yield remove_parts(clause, brackets)
    insertions = [
        part
        for part in _list_inside(sentence.insertions, clause, figure)
        if not statements.governs(span_text(sentence.text, part))
    ]
    if insertions and _has_main_verb(_list_words(sentence, clause, insertions)):
        parts = sorted([*brackets, *insertions], key=lambda part: part.start)
        yield remove_parts(clause, parts)
    if sentence.denied:
        parts = [sentence.denied, *brackets]
        yield remove_parts(clause, _list_inside(parts, clause, figure))


def _list_words(
    sentence: FigureSentence, clause: Span, without: Sequence[Span]
) -> list[SentenceWord]:
    """The words of a clause that are in none of these parts."""
    return [
        word
        for word in sentence.words
        if clause.start <= word.start < clause.end and not overlaps_any(word, without)
    ]


def _list_inside(parts: Sequence[Span], clause: Span, figure: Figure) -> list[Span]:
    """The parts inside a clause that do not have the figure."""
    return [
        part
        for part in parts
        if clause.start < part.start
        and part.end <= clause.end
        and not spans_overlap(part, figure)
    ]


#: «In prison, had garnered …»: the subject was left out with an inserted clause.
_LACKS_SUBJECT = make_regex(
    r"[^,]{1,60},\s(?:also\s)?(?:is|are|was|were|will|has|have|had|would|could|can)\b"
)
#: Somebody speaks: a quote without marks, an opinion.
_PERSONAL = make_regex(
    r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|me|us|[Yy]ou|[Yy]our|ich|wir|unsere?)\b"
)
#: A headline; a list that stops in its middle; somebody whom nothing before names; a
#: clause without the one that it depends on.
_BROKEN = make_regex(
    r"(?:Is|Are|Was|Were|Has|Have|Had|Will|Would)\s|(?:.*?\s)?(?:[A-Z\d][\w’'-]*\s){6}|.*,\s(?:and|but)\s(?:even\s)?(?:in|at|on|for|with|by|from)"
    r"\s[^,]*$|An?\s[^,]{3,60},\s\d|.*\s(?:said|says),\s(?:when|while|where|who)\s"
    r"|(?:[^\s]+\s)(?:[^A-ZÄÖÜ\s]+\s)*him\b"
    r"|(?:Though|Although|While|When|Because|Unless)\s[^,]*$"
    # «Of the 900 refugees registered with the agency»
    r"|Of\s(?:all|the|these|those)\s[^,]*(?:,\s(?:an?|the)\s[^,]*)?$"
    # «one of 900 islanders living [in …]», «arrested 12 in connection [with …]»
    r"|.*\s(?:living|in\sconnection)$"
)


def _reads_well(shown: str) -> bool:
    if not has_balanced_marks(shown) or is_leaning(shown):
        return False
    broken = _LACKS_SUBJECT.match(shown) or _BROKEN.match(shown)
    return not (broken or _PERSONAL.search(shown))
