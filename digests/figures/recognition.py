"""Find the figures of a text: numbers with their unit, label and sentence.

A figure's span begins at its hedge («about $273 billion») and ends after its unit and
rate («3.5 pence a litre»). The unit comes from `units`, what is measured from `labels`.
Values are neither rounded nor converted.

Included: money, shares, counts from two up, measures, durations and rates. Excluded:
calendar dates, clock times and years, ordinals, scores, phone and house numbers, case
and section numbers, product names, parts of codes and addresses.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from digests.figures import clauses, labels, phrases, tallies, units
from digests.figures.labels import FigurePlace
from digests.figures.phrases import ClassedWord
from digests.figures.tallies import Tally
from digests.figures.units import FigureUnit
from digests.language import dates, numbers, sentences
from digests.language.dates import Moment
from digests.language.numbers import Number
from digests.language.spans import drop_overlapping
from digests.language.words import resolve_language, word_set
from digests.types import Figure, Span

_FEWEST = 2
_HEDGE = re.compile(
    r"(?<![^\W_])(?:(?:just|well|far|slightly|a little|little|only)\s)?(?:about|around|"
    r"nearly|almost|roughly|approximately|some|over|under|more than|less than|"
    r"fewer than|at least|at most|up to|as many as|as much as|as few as|as little as|"
    r"an estimated|close to|minus|rund|etwa|fast|knapp|ungefähr|circa|ca\.|über|unter|"
    r"mehr als|weniger als|mindestens|höchstens|bis zu)\s$",
    re.IGNORECASE,
)
_LONGEST_HEDGE = 28
_BEFORE_NUMBERS = "0123456789,;:%$£€()-–— \n"
#: «80 years ago» says when and measures nothing.
_POINTS_AWAY = re.compile(r"\s(?:ago|later|earlier|before|after)\b")
_COUNT_TIED = re.compile(
    r"-(?!(?:time|times|way|fold|pronged|tier|step|dimensional|star|piece|wheel|nil|"
    r"and|to|or|on|in|all|love|down|up|set|goal|point|day|old|plus|part|man|men)\b)"
    r"(?P<noun>[a-z]{3,})\b(?!-)"
)
_TIMES = re.compile(r"\stimes\b(?!\s(?:as|more|the)\b)")
#: After these a bare number is an amount: «rose to 45», «killing 12».
_TAKES_BARE = re.compile(
    r"\b(?:to|by|from|of|than|least|most|reached|hit|killed|killing|injured|injuring|"
    r"wounded|wounding|only|is|was|stands at|stood at|magnitudes?|auf|um|von)\s$",
    re.IGNORECASE,
)
#: «has risen to nine», «stieg am Montag auf neun»: the verb says what it is.
_CHANGED_TO = re.compile(
    r"\b(?:risen|rose|rises|rising|climb(?:s|ed)|fallen|fell|falls|grown|grew|grows|"
    r"increased|increases|jumped|dropped|drops|stands|stood|revised(?:\s(?:up|down))?)\s"
    r"(?:from\s[\w,.]+\s)?(?:to|at)\s$|\b(?:stieg|steigt|stiegen|sank|sinkt|fiel|fällt|"
    r"kletterte|erhöhte\ssich|wuchs)\s(?:[\w.]+\s){0,5}auf\s$"
)
_AUF = re.compile(r"\bauf\s$")
_GERMAN_CHANGE = re.compile(
    r"\s(?:gestiegen|angestiegen|gesunken|gefallen|erhöht|geklettert|gewachsen)\b"
)
#: «6,000 were still without power»: a number as the subject.
_ACTS = re.compile(r"\s(?:were|are|have|had|remain|remained|died|survived|escaped)\b")
_YEAR_DIGITS = 4
_BEFORE_WHEN = re.compile(
    r"\b(?:in|on|since|by|for|until|from|im|am|seit|bis)\s"
    r"(?:(?:early|late|mid|the year|fiscal|Jahr|the end of)[\s-])?$",
    re.IGNORECASE,
)
#: Not between a figure and its time: a verb of another clause, a figure.
_NOT_WHEN = re.compile(
    r"[\d;:“”\"]|\b(?:is|are|was|were|has|have|had|will|would|which|that|who)\b"
)
_LONGEST_WHEN = 60
_RATE = re.compile(
    r"\s(?:an?|per|each|every|pro|je|the)\s(?P<per>second|minute|hour|day|week|month|"
    r"quarter|year|night|share|unit|litre|liter|kilo|kilogram|kilogramme|kg|tonne|ton|"
    r"barrel|gallon|pound|ounce|head|person|household|family|pupil|student|patient|"
    r"ticket|room|trip|customer|km|kilometre|kilometer|mile|acre|hectare|square metre|"
    r"square foot|kilowatt-hour|megawatt-hour|kWh|MWh|Liter|Kilo|Tonne|Stunde|Tag|"
    r"Woche|Monat|Jahr|Aktie|Person|Quadratmeter|Kilowattstunde)\b"
    r"(?!\s(?:later|earlier|ago|before|after|old)\b)"
)
_BARE_SCALES = word_set("hundert tausend dutzend hundred thousand dozen")
_VAGUE_BEFORE = re.compile(
    r"\b(?:several|many|few|couple|some|first|last|next|mehrere|einige|viele|wenige)\s$",
    re.IGNORECASE,
)
#: German nouns whose number has no unit: «der Stärke 5,3».
_GERMAN_SCALE = re.compile(r"\b(Stärke|Magnitude|Pegelstand)\s(?:von\s)?$")
_SMALL = re.compile(r"\b[a-z][\w'’-]*")


@dataclass(slots=True)
class _SentenceState:
    """The current sentence and the last figure found in it."""

    span: Span
    words: Sequence[ClassedWord] = ()
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    last: Figure | None = None


class FigureRefusals:
    """Decides which numbers of a text are no figures."""

    def __init__(self, text: str, moments: Sequence[Moment]) -> None:
        """Collect the dates and phone numbers of `text`."""
        self._text = text
        taken = [(m.start, m.end) for m in moments]
        taken += [m.span() for m in _PHONE.finditer(text)]
        self._taken = sorted(taken)

    def dated(self, number: Number) -> bool:
        """Whether a number is part of a date, a time, a year or a phone number."""
        at = bisect_right(self._taken, (number.start, number.end + 1)) - 1
        around = self._taken[max(0, at) : at + 2]
        return any(s < number.end and number.start < e for s, e in around)

    def labelled(self, number: Number) -> bool:
        """Whether a number is only a label (No. 5, Highway 61)."""
        before = self._text[max(0, number.start - 16) : number.start]
        if before[-2:].strip(_AMID_NUMBERS) == "":
            return bool(_STREET_AFTER.match(self._text, number.end))
        return bool(
            _LABEL.search(before)
            or _STREET_BEFORE.search(before)
            or _STREET_AFTER.match(self._text, number.end)
        )

    def broken(self, start: int, end: int, number: Number) -> bool:
        """Whether a figure is a piece of a code, an address, a word or a score."""
        before = self._text[max(0, start - 4) : start]
        if _GLUED_BEFORE.search(before) or _GLUED_AFTER.match(self._text, end):
            return True
        if number.shape != "digits":
            return False
        return bool(_SCORE_BEFORE.search(before) or _SCORE_AFTER.match(self._text, end))

    def named(self, number: Number, sentence_start: int, noun: str) -> bool:
        """Whether a number belongs to a name: «Boeing 737», «the Group of Seven»."""
        text = self._text
        if number.shape == "words" and text[number.start].isupper():
            return bool(text[sentence_start : number.start].strip("\"'“‘«(— "))
        if number.shape != "digits" or number.scale != 1:
            return False
        before = text[max(sentence_start, number.start - 30) : number.start]
        if not before[-2:-1].isalnum() or before[-2:-1].isdigit():
            return False
        if _PRODUCT.search(before):
            return True
        return not noun and bool(_CAPITAL_BEFORE.search(before))


@dataclass(slots=True)
class FigureReader:
    """Turns the numbers of a text into figures; they are read in text order."""

    text: str
    german: bool
    refusals: FigureRefusals
    moments: Sequence[Moment]
    #: From each end of a range to the other end.
    partners: Mapping[Number, Number]
    _small: frozenset[str] | None = None
    _now: _SentenceState = field(
        default_factory=lambda: _SentenceState(Span(start=-1, end=-1))
    )

    def read(self, number: Number, sentence: Span) -> Figure | None:
        """The figure that a number makes, or None where it makes none."""
        if self.refusals.dated(number) or self.refusals.labelled(number):
            return None
        if sentence != self._now.span:
            self._now = self._open(sentence)
        partner = self.partners.get(number)
        own = units.find_unit(self.text, number.start, number.end)
        if own and self._is_vague(number):
            return None
        unit = own
        if unit is None and partner is not None:
            unit = units.find_unit(self.text, partner.start, partner.end)
        start, end = (own.start, own.end) if own else (number.start, number.end)
        if partner is None and self.refusals.broken(start, end, number):
            return None
        return self._figure(number, partner, unit, own, start, end)

    def _open(self, sentence: Span) -> _SentenceState:
        if self.german:
            return _SentenceState(sentence)
        found = phrases.classify_words(self.text, sentence.start, sentence.end)
        return _SentenceState(
            sentence, found, [w.start for w in found], [w.end for w in found]
        )

    def _figure(
        self,
        number: Number,
        partner: Number | None,
        unit: FigureUnit | None,
        own: FigureUnit | None,
        start: int,
        end: int,
    ) -> Figure | None:
        first, last = start, end
        if partner is not None:
            first, last = min(start, partner.start), max(end, partner.end)
            other = units.find_unit(self.text, partner.start, partner.end)
            if other is not None:
                first, last = min(first, other.start), max(last, other.end)
        rate = _RATE.match(self.text, last) if unit else None
        if rate:
            last = rate.end()
            end = (
                last if own and number.end <= end and end >= get_unit_end(unit) else end
            )
        first = self._with_hedge(first)
        read = self._noun(number, unit, first, last)
        if read is None:
            return None
        name, what, stop = read
        end = min(max(end, stop), self._now.span.end)
        start = max(self._now.span.start, self._with_hedge(start))
        shown = self.text[start:end]
        figure = Figure(
            start=start,
            end=end,
            text=shown,
            value=_scaled_value(number, partner, shown),
            unit=name,
            what=what,
            sentence=self._now.span,
            when=self._when(end),
        )
        self._now.last = figure
        return figure

    def _noun(
        self, number: Number, unit: FigureUnit | None, first: int, last: int
    ) -> tuple[str, str, int] | None:
        """Unit, noun and least end of the span; None where nothing is counted."""
        if number.shape == "rate":
            noun = self._counted(first, last)
            return ("people" if units.counts_people(noun) else "", noun, last)
        if unit is None and number.shape != "fraction":
            return self._count(number, first, last)
        if unit is not None and number.value == 1 and not _measures_one(number, unit):
            return None
        name = unit.name if unit else ""
        if _POINTS_AWAY.match(self.text, last):
            return name, "", 0
        sort = units.classify_unit(name) if unit else "share"
        return name, self._measured(first, last, sort), 0

    def _count(
        self, number: Number, first: int, last: int
    ) -> tuple[str, str, int] | None:
        if abs(number.value) < _FEWEST or self._is_vague(number):
            return None
        if self.text[last : last + 1] == "-":
            return self._tied(last)
        if _TIMES.match(self.text, last):
            return "times", "", last + len(" times")
        noun = self._counted(first, last)
        if self.german and (said := self._german_scale(first)):
            return ("", said, 0)
        if self.refusals.named(number, self._now.span.start, noun):
            return None
        if noun:
            people = units.counts_people(noun.rpartition(" ")[2])
            return ("people" if people else "", noun, 0)
        if self._is_stated(first, last, digits=number.shape == "digits"):
            return "", "", 0
        if number.shape != "digits":
            return None
        hedged = first < number.start
        before = self.text[max(0, number.start - 12) : number.start]
        spoken = before[-2:-1].isalpha() and _TAKES_BARE.search(before)
        return self._bare(first, last) if hedged or spoken else None

    def _is_stated(self, first: int, last: int, *, digits: bool) -> bool:
        """Whether a verb says what a number without a noun does: «has risen to 31»."""
        before = self.text[max(self._now.span.start, first - 60) : first]
        if _CHANGED_TO.search(before) or (
            _AUF.search(before) and _GERMAN_CHANGE.match(self.text, last)
        ):
            return True
        own = self.text[first:last]
        counted = digits and ("," in own or "." in own or len(own) != _YEAR_DIGITS)
        return counted and bool(_ACTS.match(self.text, last))

    def _is_vague(self, number: Number) -> bool:
        """«several million», «a few hundred»: a scale without a number."""
        bare = self.text[number.start : number.end].lower() in _BARE_SCALES
        if number.shape != "words" or (number.scale == 1 and not bare):
            return False
        before = self.text[max(0, number.start - 10) : number.start]
        return _VAGUE_BEFORE.search(before) is not None

    def _tied(self, last: int) -> tuple[str, str, int] | None:
        """«a 25-member group»."""
        tied = _COUNT_TIED.match(self.text, last)
        if tied is None or self.german:
            return None
        what = self._measured(tied.start(), tied.end(), "measure", tied=True)
        return _is_plural_count(tied["noun"]), what, tied.end()

    def _german_scale(self, first: int) -> str:
        """«Stärke» of «der Stärke 5,3», or ""."""
        said = _GERMAN_SCALE.search(self.text[max(0, first - 24) : first])
        return said[1] if said else ""

    def _bare(self, first: int, last: int) -> tuple[str, str, int] | None:
        if self.german:
            return None
        noun = labels.label_bare_number(self._place(first, last, "", tied=False))
        return ("people" if noun in _HARMED else "", noun, 0) if noun else None

    def _counted(self, first: int, last: int) -> str:
        if self.german:
            return labels.label_german_count(self.text, last)
        return labels.label_count(self._place(first, last, "", tied=False))

    def _measured(self, first: int, last: int, sort: str, *, tied: bool = False) -> str:
        if self.german:
            shared = self._now.last.what if self._now.last else ""
            begin = self._now.span.start
            return labels.label_german_measure(self.text, begin, first, last, shared)
        tied = tied or "-" in self.text[first:last]
        return labels.label_measure(self._place(first, last, sort, tied=tied))

    def _place(self, first: int, last: int, sort: str, *, tied: bool) -> FigurePlace:
        now = self._now
        previous = (0, "")
        if now.last is not None:
            at = bisect_left(now.starts, now.last.end)
            previous = (at, now.last.what)
        begin = bisect_right(now.ends, first)
        if begin and now.words[begin - 1].low == "between":
            begin -= 1
        return FigurePlace(
            text=self.text,
            found=now.words,
            first=begin,
            last=bisect_left(now.starts, last),
            sort=sort,
            tied=tied,
            previous=previous,
            small=self._in_small_letters,
        )

    def _in_small_letters(self, word: str) -> bool:
        if self._small is None:
            self._small = frozenset(_SMALL.findall(self.text))
        return word in self._small

    def _when(self, end: int) -> str | None:
        """The words that say when, right after a figure or at the sentence start."""
        sentence = self._now.span
        at = bisect_left(self.moments, end, key=lambda m: m.start)
        if at < len(self.moments):
            moment = self.moments[at]
            gap = self.text[end : min(moment.start, end + _LONGEST_WHEN + 1)]
            said = _BEFORE_WHEN.search(gap)
            if (
                said
                and moment.end <= sentence.end
                and end + len(gap) == moment.start
                and not _NOT_WHEN.search(gap)
            ):
                return self.text[end + said.start() : moment.end].rstrip(".")
        return self._opening(sentence)

    def _opening(self, sentence: Span) -> str | None:
        at = bisect_left(self.moments, sentence.start, key=lambda m: m.start)
        if at == len(self.moments) or self.moments[at].start > sentence.start + 16:
            return None
        moment = self.moments[at]
        if _BEFORE_WHEN.fullmatch(self.text[sentence.start : moment.start]):
            shown = self.text[sentence.start : moment.end]
            return shown[0].lower() + shown[1:]
        return None

    def _with_hedge(self, start: int) -> int:
        # Most numbers do not follow a word: nothing to search for.
        if not self.text[max(0, start - 2) : start - 1].strip(_BEFORE_NUMBERS):
            return start
        m = _HEDGE.search(self.text[max(0, start - _LONGEST_HEDGE) : start])
        return start - len(m.group()) if m else start


_HARMED = word_set("killed injured wounded")


def get_unit_end(unit: FigureUnit | None) -> int:
    """The end of a unit's span, or 0 without one."""
    return unit.end if unit else 0


def _scaled_value(number: Number, partner: Number | None, shown: str) -> float:
    """The number's value; in «2 to 3 million» the scale applies to both ends."""
    value = number.value
    shared = partner is not None and number.scale == 1 and partner.scale > 1
    if partner is not None and shared and value < partner.value / partner.scale:
        value *= partner.scale
    return -value if shown.lower().startswith("minus ") and value > 0 else value


def _measures_one(number: Number, unit: FigureUnit) -> bool:
    """Whether a one measures: «one percent», «1 km»; «one day» only says when."""
    return number.shape == "digits" or unit.name not in units.TIME_UNITS


def _is_plural_count(noun: str) -> str:
    if noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("sh", "ch", "x")) else f"{noun}s"


_RANGE_JOINER = re.compile(r"\s?[-–]\s?[$£€¥]?|\s(?:to|or|bis|oder)\s[$£€¥]?")
#: «and» joins the ends of a range only after «between».
_RANGE_AND = re.compile(r"\s(?:and|und)\s[$£€¥]?")
_OPENS_RANGE = re.compile(r"\b(?:between|zwischen)\s\D{0,12}$", re.IGNORECASE)
#: «rose by 3 to 45»: a change and its result.
_FROM_TO = re.compile(r"\b(?:by|um)\s\D{0,3}$")
_LONGEST_BETWEEN = 6


def find_figures(text: str, *, lang: str | None = None) -> tuple[Figure, ...]:
    """The figures of a text, in text order; `text == source[start:end]` for each.

    Args:
        text: Any text; offsets of the answer point into it.
        lang: BCP 47 tag; German texts have their own decimals, others the English.
    """
    found = numbers.find_numbers(text, lang)
    if not found:
        return ()
    spans = sentences.split_sentences(text, lang)
    starts = [span.start for span in spans]
    moments = dates.find_moments(text)
    german = resolve_language(lang) == "de"
    reader = FigureReader(
        text=text,
        german=german,
        refusals=FigureRefusals(text, moments),
        moments=[m for m in moments if m.kind != "time"],
        partners=_pair_ranges(text, found),
    )
    figures = []
    for number in found:
        sentence = spans[max(0, bisect_right(starts, number.start) - 1)]
        figure = reader.read(number, sentence)
        if figure is not None:
            figures.append(figure)
    figures = _add_tallies(text, figures, spans, starts)
    return clauses.state_figures(text, figures, german=german)


def _add_tallies(
    text: str, figures: list[Figure], spans: Sequence[Span], starts: Sequence[int]
) -> list[Figure]:
    """The figures with votes and runs in place of the numbers that are part of them."""
    counted = drop_overlapping(tallies.find_tallies(text))
    if not counted:
        return figures
    begins = [tally.start for tally in counted]
    kept = [f for f in figures if not _is_within(f, counted, begins)]
    for tally in counted:
        sentence = spans[max(0, bisect_right(starts, tally.start) - 1)]
        if tally.end <= sentence.end:
            kept.append(
                Figure(
                    start=tally.start,
                    end=tally.end,
                    text=text[tally.start : tally.end],
                    value=tally.value,
                    unit=tally.unit,
                    what="",
                    sentence=sentence,
                )
            )
    return sorted(kept, key=lambda f: f.start)


def _is_within(figure: Figure, counted: Sequence[Tally], begins: Sequence[int]) -> bool:
    at = bisect_right(begins, figure.end - 1) - 1
    return at >= 0 and figure.start < counted[at].end


def _pair_ranges(text: str, found: Sequence[Number]) -> dict[Number, Number]:
    """From each end of a range to the other end."""
    partners: dict[Number, Number] = {}
    for low, high in itertools.pairwise(found):
        if low not in partners and _makes_range(text, low, high):
            partners[low], partners[high] = high, low
    return partners


def _makes_range(text: str, low: Number, high: Number) -> bool:
    between = text[low.end : high.start]
    if len(between) > _LONGEST_BETWEEN or abs(low.value) >= abs(high.value):
        return False
    if "rate" in (low.shape, high.shape):
        return False
    before = text[max(0, low.start - 24) : low.start]
    if _RANGE_JOINER.fullmatch(between):
        return not _FROM_TO.search(before)
    return bool(_RANGE_AND.fullmatch(between) and _OPENS_RANGE.search(before))


_LABELS = (
    "No|Nos|Nr|Number|number|Case|case|Section|section|Sec|Article|article|Artikel|"
    "Chapter|chapter|Page|page|Seite|Paragraph|paragraph|Flight|flight|Route|Highway|"
    "Interstate|Room|room|Gate|Platform|Channel|Volume|Part|Act|Resolution|Bill|"
    "Proposition|Title|Phase|phase|Level|level|Stage|stage|Type|type|Class|Group|"
    "Grade|grade|Formula|Figure|Table|Day|Week|Round|round|Season|season|Episode|"
    "episode|Chapter|Block|Unit|Area|Exit|Pier|Ward|District|Lane|lane|Psalm|Verse|"
    "Size|size|Seat|seat|Version|version|Step|step|Rule|Law|Amendment|Category|Tier|"
    "age|aged|Postfach|Absatz|Kapitel|ranked|No 10"
)
_LABEL = re.compile(rf"(?:\b(?:{_LABELS})\.?|[#§№])\s?$")
_STREET_BEFORE = re.compile(r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer)\s$")
_STREET_AFTER = re.compile(
    r"[A-Za-z]?\s(?:[A-Z][\w.'’-]*\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|"
    r"Boulevard|Blvd|Square|Place|Court|Way|Terrace|Row|Crescent|Close|Parkway)\b"
)
_AMID_NUMBERS = "0123456789,;:%$£€() "
_SCORE_AFTER = re.compile(r"\s?[-–:]\s?\d{1,3}(?![\d,.]*\d)")
_SCORE_BEFORE = re.compile(r"\d\s?[-–:]\s?$")
_PHONE = re.compile(r"(?=[+(\d])\+?\(?\d{2,5}\)?(?:[\s./-]\d{2,8}){2,}|\+\d[\d\s-]{6,}")
_GLUED_BEFORE = re.compile(r"(?:[^\W_][-–/:.]|[/@=_&\\~+*^<>]|\w)$")
_GLUED_AFTER = re.compile(r"[^\W_]|[/:@_=\\]\w|['’.,]\d")
_CAPITAL_BEFORE = re.compile(r"\b[A-Z][\w'’-]*\s$")
_PRODUCT = re.compile(
    r"\b(?:Boeing|Airbus|iPhone|iOS|Windows|Android|Galaxy|PlayStation|Xbox|Model|Mark|"
    r"Apollo|Artemis|Falcon|Ariane|Soyuz|Area|Agenda|Article|Euro|World War)\s$"
)
