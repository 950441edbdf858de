"""Read the numbers of a report as answers, and compare those of two reports.

Two numbers answer one question if they say how many of the same people suffered the
same, what the same thing cost, how large it is; in the same period and place. Killed is
not wounded, planned is not paid, a part is not the whole, a bound is not a count.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from digests.figures import statements, units
from digests.language import dates, words
from digests.language.regexes import make_regex
from digests.language.words import load_word_tables, word_set
from digests.types import Article, Figure, Quote, frozen

#: Figures of an article that are compared: what is disputed stands early.
_READ_FIGURES = 24
#: Values with a greater ratio are hardly one fact.
_FARTHEST = 3.0
#: Words around two figures that both reports have, beside what is counted.
_SHARED = 2
#: Rounded values differ by no more, those with «about» by no more than the second.
_SAME, _ROUGHLY = 0.025, 0.1
#: A number of so many digits before its zeros is not rounded much.
_EXACT_DIGITS = 3
#: A sentence is read for so many characters on each side of the figure.
_READ = 220


_TABLES = load_word_tables(__file__, "stated_figures.txt")


def _join_tables(names: Collection[str]) -> re.Pattern[str]:
    """One pattern for the words of these tables, each a group of its name."""
    groups = "|".join(
        f"(?P<{name}>{'|'.join(sorted(_TABLES[name]))})" for name in sorted(names)
    )
    return make_regex(rf"(?<!\w)(?:{groups})(?!\w)", re.IGNORECASE)


#: Counts of these still grow while a report is written.
GROWING_FATES = word_set("""
    killed injured missing abducted trapped rescued arrested evacuated ill cut_off
    cancelled damaged affected
""")
#: Money and measures are compared within these only.
_MONEY_FATES = word_set("fined paid cost damage profit sales")
#: A measure with its dimension needs no noun.
_DIMENSIONS = word_set("length depth height width speed")
_FATE_WORDS = _join_tables(_TABLES.keys() - _MONEY_FATES - _DIMENSIONS)
_MONEY_WORDS = _join_tables(_MONEY_FATES)
_DIMENSION_WORDS = _join_tables(_DIMENSIONS)
_NOT_COMPARED = make_regex(
    r"\b(?:limit|record|average|target|goal|forecast|maximum|minimum|feared|presumed|"
    r"room for|capacity|seats|Kapazität|Plätze|befürchtet|vermutlich|mutmaßlich|"
    r"after tax|before tax|net of|gross|planned|offered|now|currently|until now|so far|"
    r"previous\w*|earlier|originally|initially|Durchschnitt|geplant\w*|bisher|derzeit|zunächst|"
    r"ursprünglich)\b",
    re.IGNORECASE,
)
#: How a figure begins that is a bound, or rounded.
_BOUND = make_regex(
    r"(?:at least|more than|over|up to|as many as|(?:no )?(?:fewer|less) than|under|"
    r"below|above|at most|no more than|nearly|almost|upwards of|mindestens|mehr als|"
    r"über|bis zu|höchstens|weniger als|unter|fast|knapp)\s",
    re.IGNORECASE,
)
_ROUGH = make_regex(
    r"(?:about|around|roughly|some|approximately|an estimated|rund|etwa|circa|ca\.)\s",
    re.IGNORECASE,
)
#: A figure that is a part of something, an addition to it, or all of it.
_PART_BEFORE = make_regex(
    r"\b(?:another|other|additional|further|including|among them|of whom|only|all|"
    r"first|last|each|every|weitere[nrs]?|darunter|davon|alle|jeweils)\s(?:\w+\s)?$"
    r"|(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|zwei"
    r"|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)) (?:out of|of|von) $",
    re.IGNORECASE,
)
_PART_AFTER = make_regex(
    r"^\s(?:\w+\s){0,2}?(?:(?:out )?of "
    r"(?:\d+|the|them|these|those|its|his|her|their|one|a)\b|"
    r"more\b|"
    r"other\b|von ihnen|von \d+|der \w+en\b|weitere)",
    re.IGNORECASE,
)
#: What two clauses must have in common: period, side of a wall, whose relative.
_SCOPE = make_regex(
    r"\b(?:(?:first|second|third|fourth|last|this|previous|next|past)\s"
    r"(?:half|quarter|year|month|week|season|decade)|(?:19|20)\d\d|on an? \w+|"
    r"a (?:day|week|month|year)|per \w+|(?:im|in der) (?:ersten|zweiten|dritten|"
    r"vierten|letzten|vergangenen) \w+|Halbjahr|Quartal|pro \w+|am Tag|outside|"
    r"inside|indoors|draußen|drinnen|sister|brother|wife|husband|son|daughter|mother|father|partner|"
    r"widow|accomplice|family|Schwester|Bruder|Frau|Mann|Sohn|Tochter|Mutter|Vater|"
    r"Familie)\b",
    re.IGNORECASE,
)
_PLACE = make_regex(
    r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|[Aa]round|[Ii]m|[Bb]ei|[Aa]us)\s"
    r"(?:the\s|der\s|dem\s)?((?:[A-ZÄÖÜ][\w'’-]+\s?)+)"
)
_PRONOUN = make_regex(r"(?:It|They|He|She|This|That|Es|Sie|Er|Dies\w*)\b")
#: Words before a place after a measure: «off the coast», «under the sea bed».
_MEASURED_FROM = make_regex(
    r"^\s(?:(?:north|south|east|west)\w*\s)?"
    r"(off|under|below|above|from|of|out|beneath|vor|unter|über|von)\b",
    re.IGNORECASE,
)
#: Nouns that stand for whoever is counted.
_ANYBODY = word_set("""
    people persons person victims others residents men women passengers guests members
    pupils students children boys girls schüler kinder lives bodies dead deaths injured
    wounded missing menschen personen opfer tote toten toll todesopfer verletzte
    verletzten vermisste vermissten
""")
#: «The number of the injured rose to 40», where the number has no noun behind it.
_NUMBER_OF = make_regex(
    r"\b(?:(?:number of|zahl der|zahl von)\s(?:the\s)?|death\s)([\w-]+)", re.I
)
#: What a report calls by its kind once it has named it: «640 kilos of cocaine», «410
#: kilos of the drug».
_DRUGS = word_set("""
    drug drugs narcotics cocaine heroin cannabis marijuana hashish methamphetamine
    drogen rauschgift kokain marihuana haschisch
""")
#: Words of reporting, which say nothing about what is counted.
_NEUTRAL = frozenset(
    words.stem_word(word)
    for word in words.word_list("""
    said say says told according report reported police put number found count counted
    officer official spokesman spokeswoman company office people year day monday tuesday
    wednesday thursday friday saturday sunday morning evening night afternoon
    """)
)


@frozen
class StatedFigure:
    """A figure with what it answers."""

    figure: Figure
    article: Article
    #: What happened to the counted, or the dimension; "" if neither is said.
    fate: str
    #: The last word of what is counted, and all of its words, as stems.
    head: str
    noun: frozenset[str]
    #: The words after a measure or share: «of Quill Airways», «west of Cape Lamb».
    complement: frozenset[str]
    #: The other content words of its clause.
    context: frozenset[str]
    #: The content words of its sentence and of what stands before it.
    around: frozenset[str]
    clause: str
    rough: bool


def _is_whole_count(figure: Figure, clause: str, at: int, *, bounds: bool) -> bool:
    """Whether a number is stated for itself: no part, plan or former state, no bound.

    A toll of «at least 14» is one that later reports replace, so `bounds` may be given.
    """
    before, after = clause[:at], clause[at + len(figure.text) :]
    counted = units.classify_unit(figure.unit) == "count"
    return not (
        (not bounds and _BOUND.match(figure.text))
        or _PART_BEFORE.search(before)
        or (counted and _PART_AFTER.match(after))
        or _NOT_COMPARED.search(clause)
    )


def read_statements(
    article: Article,
    figures: Sequence[Figure],
    quotes: Sequence[Quote] = (),
    *,
    bounds: bool = False,
) -> Iterator[StatedFigure]:
    """The figures that are stated as facts and whole counts, outside of quotes."""
    quoted = [(q.start, q.end) for q in quotes]
    for figure in figures[:_READ_FIGURES]:
        if figure.status not in ("reported", "expected"):
            continue
        if any(start <= figure.start < end for start, end in quoted):
            continue
        first, last = statements.find_part(
            article.text,
            max(figure.sentence.start, figure.start - _READ),
            min(figure.sentence.end, figure.end + _READ),
            figure.start,
        )
        clause, at = article.text[first:last], figure.start - first
        if _is_whole_count(figure, clause, at, bounds=bounds):
            stated = _build_statement(figure, article, clause, at)
            # What something costs is known beforehand; other plans are no facts.
            if figure.status == "reported" or stated.fate == "cost":
                yield stated


def _build_statement(
    figure: Figure, article: Article, clause: str, at: int
) -> StatedFigure:
    after = clause[at + len(figure.text) :]
    what = figure.what
    if not what and (counted := _NUMBER_OF.search(clause, 0, at)):
        what = counted[1]
    if what.casefold() in _DRUGS:
        what = "drug"
    noun = words.extract_stems(what) or words.split_words(what)
    context = clause
    start = figure.sentence.start
    before = article.text[max(0, start - _READ) : start]
    if _PRONOUN.match(clause):
        context = f"{before} {clause}"
    sentence = article.text[start : min(figure.sentence.end, figure.end + _READ)]
    own = frozenset(words.extract_stems(figure.text))
    return StatedFigure(
        figure=figure,
        article=article,
        fate=_find_fate(figure, clause, at),
        head=noun[-1] if noun else "",
        noun=frozenset(noun),
        complement=_read_complement(figure, after),
        context=frozenset(
            w
            for w in words.extract_stems(context)
            if w not in own and not w[0].isdigit() and w not in _NEUTRAL
        )
        - frozenset(noun),
        around=frozenset(words.extract_stems(f"{before} {sentence}")) - _NEUTRAL - own,
        clause=clause,
        rough=bool(_ROUGH.match(figure.text)),
    )


def _find_fate(figure: Figure, clause: str, at: int) -> str:
    """What happened to the counted: the nearest word that says so."""
    sort = units.classify_unit(figure.unit)
    if sort == "share" or figure.what in _QUANTITIES:
        return ""
    end = at + len(figure.text)
    pattern = {"money": _MONEY_WORDS, "measure": _DIMENSION_WORDS}.get(
        sort, _FATE_WORDS
    )
    best: tuple[int, str] = (1 << 30, "")
    for found in pattern.finditer(clause):
        after = found.start() >= end
        # A word behind the number is more often its own than one before it.
        distance = found.start() - end if after else abs(at - found.end() + 6)
        best = min(best, (distance, found.lastgroup or ""))
    return best[1]


def _read_complement(figure: Figure, after: str) -> frozenset[str]:
    """«of Quill Airways», «west of Cape Lamb»: the words right after a measure."""
    if units.classify_unit(figure.unit) not in {"measure", "share"}:
        return frozenset()
    found = re.match(r"\s(?:\w+\s)?(?:of|von|vor)\s(?:the\s)?([^,.;]{2,40})", after)
    if found is None:
        return frozenset()
    return frozenset(words.extract_stems(" ".join(found[0].split()[:5])))


def is_same_thing(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether two statements answer one question."""
    mine, theirs = one.figure, other.figure
    if one.fate != other.fate:
        return False
    sort = units.classify_unit(mine.unit)
    if sort == units.classify_unit(theirs.unit) == "count":
        return _counts_the_same(one, other)
    if mine.unit != theirs.unit:
        return False
    if sort == "money":
        return bool(one.fate)
    if sort == "time":
        return one.fate == "sentenced"
    if len(one.complement & other.complement) >= min(
        2, max(1, len(one.complement | other.complement))
    ):
        return True
    if one.head and one.noun == other.noun:
        return True
    return bool(one.fate) and bool(
        (one.context | one.noun) & (other.context | other.noun)
    )


def _counts_the_same(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether the same ones are counted, in the same respect."""
    anybody = {one.head, other.head} <= (
        _SERVED_STEMS if one.fate == "cut_off" else _PEOPLE_STEMS
    )
    if not one.head or not (one.head == other.head or (anybody and one.fate)):
        return False
    if one.fate or one.figure.what in _QUANTITIES:
        return True
    if len(one.noun & other.noun) > 1 or not one.context or not other.context:
        return True
    return bool(one.context & other.context)


#: What an event has only one of.
_QUANTITIES = word_set("magnitude turnout attendance Wahlbeteiligung Stärke Magnitude")
#: Who is without power or water.
_SERVED_STEMS = frozenset(
    map(
        words.stem_word,
        ("customers", "homes", "households", "businesses", "properties"),
    )
)
_PEOPLE_STEMS = frozenset(words.stem_word(word) for word in _ANYBODY) | _ANYBODY


def disagree(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether two values are neither equal, nor rounded, nor too far apart."""
    small, large = sorted((abs(one.figure.value), abs(other.figure.value)))
    if not small or large / small > _FARTHEST:
        return False
    slack = _ROUGHLY if _is_rounded(one) or _is_rounded(other) else _SAME
    whole = one.figure.value.is_integer() and large < 1 / _SAME and slack == _SAME
    return small != large if whole else large - small > slack * large


def _is_rounded(statement: StatedFigure) -> bool:
    """Whether a number is a rough one; «about 465,000» is exact to the thousand."""
    digits = f"{abs(statement.figure.value):g}".partition("e")[0].replace(".", "")
    return statement.rough and len(digits.strip("0")) < _EXACT_DIGITS


def is_same_scope(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether place, period and people of two clauses are the same."""
    if _find_all(_SCOPE, one.clause) != _find_all(_SCOPE, other.clause):
        return False
    if _find_origin(one) != _find_origin(other):
        return False
    return not are_elsewhere(one, other)


def _find_all(pattern: re.Pattern[str], clause: str) -> frozenset[str]:
    return frozenset(found[0].casefold() for found in pattern.finditer(clause))


def _find_origin(statement: StatedFigure) -> str:
    """«off» of «60 kilometres off the coast»."""
    if units.classify_unit(statement.figure.unit) != "measure":
        return ""
    at = statement.clause.find(statement.figure.text)
    after = statement.clause[at + len(statement.figure.text) :]
    found = _MEASURED_FROM.match(after)
    return found[1].lower() if found else ""


def are_elsewhere(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether either names a place that the other does not know, or few words agree."""
    shared = (one.around & other.around) - one.noun - other.noun
    if len(shared) < min(_SHARED, len(one.around), len(other.around)):
        return True
    pairs = ((one, other.article), (other, one.article))
    return any(_names_other_place(statement, article) for statement, article in pairs)


def _names_other_place(statement: StatedFigure, article: Article) -> bool:
    """Whether a clause names a place that the other article does not know."""
    known = f"{article.title or ''} {article.text}".casefold()
    return any(
        name.casefold().removesuffix("'s").removesuffix("’s") not in known
        for found in _PLACE.finditer(statement.clause)
        for name in found[1].split()
        if name.casefold() not in dates.DAY_AND_MONTH_NAMES
    )


def is_same_count(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether two statements count people or things to which the same happened."""
    sorts = {units.classify_unit(s.figure.unit) for s in (one, other)}
    if one.fate != other.fate or len(sorts) > 1:
        return False
    heads = {one.head, other.head} - {""}
    return len(heads) < 2 or heads <= _PEOPLE_STEMS


def is_same_value(one: StatedFigure, other: StatedFigure) -> bool:
    """Whether two statements give one value of things with words in common."""
    if one.figure.unit != other.figure.unit or disagree(one, other):
        return False
    shared = (one.context | one.noun) & (other.context | other.noun)
    return len(shared) >= _SHARED
