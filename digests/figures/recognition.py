"""Find the figures of a text: numbers with their unit, label and sentence.

A figure's span begins at its hedge («about $273 billion») and ends after its unit and
rate («3.5 pence a litre»). The unit comes from `units`, what is measured from `labels`.
Values are neither rounded nor converted.

Included: money, shares, counts from two up, measures, durations and rates. Excluded:
calendar dates, clock times and years, ordinals, scores, phone and house numbers, case
and section numbers, product names, parts of codes and addresses.

Votes («by 61 to 38», «mit 19 zu 14 Stimmen», «5-4») and ratios are one figure each,
because neither side says anything without the other; the value is the first. Without a
word of voting or of a ratio beside it a pair is a score, which is no figure. A batter's
runs have no noun («made 142») and are looked for only in reports of cricket.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digests.figures import clauses, labels, phrases, units
from digests.figures.labels import FigurePlace
from digests.figures.phrases import ClassedWord
from digests.figures.units import FigureUnit
from digests.language import dates, numbers, sentences
from digests.language.clause_verbs import is_german
from digests.language.numbers import NUMBER_WORDS, Number
from digests.language.regexes import make_regex
from digests.language.spans import HasSpan, drop_overlapping
from digests.language.words import resolve_language, word_set
from digests.types import Figure, Span

_TALLY_REACH = 40
_COUNT = rf"\d{{1,3}}(?:,\d{{3}})?|{'|'.join(NUMBER_WORDS[2:13])}"
_PAIR = make_regex(
    rf"(?<![\w.,:/–-])(?P<first>{_COUNT})"
    r"(?:\s(?:votes?\s|Stimmen\s)?(?:to|zu|against|gegen)\s|[-–:])"
    rf"(?P<second>{_COUNT})(?:\s(?:votes?|Stimmen))?(?![\w:/%-]|[.,]\d)"
)
_BEFORE = make_regex(
    r"\b(?:vot(?:e|es|ed|ing)|ruled|rul(?:es|ing)|decided|decision|pass(?:ed|es)|"
    r"approved?|reject(?:ed|s)?|defeated|backed|majority|carried|verdict|margin|Senate|"
    r"House|stimmte[n]?|Stimmen|beschloss\w*|mit)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
_VOTING = make_regex(
    r"\b(?:vot(?:e|es|ed|ing)|rul(?:ed|es|ing)|bill|motion|amendment|resolution|Senate|"
    r"parliament|lawmakers|judges|jury|referendum|Stimmen|stimmte[n]?|abgestimmt)\b",
    re.IGNORECASE,
)
#: «outnumber them by 3 to 1».
_RATIO = make_regex(r"\b(?:ratio|odds|outnumber\w*|Verhältnis)\b[^.;]{0,30}$")
_CRICKET = make_regex(r"\b(?:wickets?|innings|cricket|stumps|batsm[ae]n|batters?)\b")
_RUNS = make_regex(
    r"\b(?:made|scored|hit|struck|smashed|compiled|piled\sup|posted|totalled)\s(?:an?\s)?"
    r"(?:unbeaten\s|brilliant\s|fine\s)?(?P<runs>\d{2,3}(?:\sfor\s\d\b|\snot\sout\b)?)"
    r"(?=\s(?:as|off|from|in|to|on|against|and|before|with|while|declared|runs)\b|[,.;])"
)


class Tally(NamedTuple):
    """A count at `start` to `end`: its first number and its unit."""

    start: int
    end: int
    value: float
    unit: str


def find_tallies(text: str) -> Iterator[Tally]:
    """The counts of votes and runs of a text, in text order."""
    yield from sorted((*_find_votes(text), *_find_runs(text)))


def _find_votes(text: str) -> Iterator[Tally]:
    for m in _PAIR.finditer(text):
        near = text[max(0, m.start() - _TALLY_REACH) : m.start()]
        around = near + text[m.start() : m.end() + _TALLY_REACH]
        votes = _BEFORE.search(near) and _VOTING.search(around)
        if _RATIO.search(near):
            yield Tally(*m.span(), _read_count(m["first"]), "ratio")
        elif votes or _VOTING.search(m[0]):
            yield Tally(*m.span(), _read_count(m["first"]), "votes")


def _read_count(shown: str) -> float:
    digits = shown.replace(",", "")
    return float(digits if digits.isdecimal() else NUMBER_WORDS.index(shown))


def _find_runs(text: str) -> Iterator[Tally]:
    if not _CRICKET.search(text.lower()):
        return
    for m in _RUNS.finditer(text):
        value = float(m["runs"].partition(" ")[0])
        yield Tally(m.start("runs"), m.end("runs"), value, "runs")


_FEWEST = 2
_HEDGE = make_regex(
    r"(?<![^\W_])(?:(?:just|well|far|slightly|a little|little|only)\s)?(?:about|around|"
    r"nearly|almost|roughly|approximately|some|over|under|more than|"
    r"(?:no )?(?:fewer|less) than|at least|at most|(?<!ticked )(?<!edged )(?<!inched )"
    r"(?<!crept )(?<!went )(?<!pushed )up to|as (?:many|much|few|little) as|"
    r"an estimated|close to|minus|rund|etwa|fast|knapp|ungefähr|circa|ca\.|über|unter|"
    r"mehr als|weniger als|mindestens|höchstens|bis zu)\s$",
    re.IGNORECASE,
)
_LONGEST_HEDGE = 28
#: «80 years ago» says when and measures nothing.
_POINTS_AWAY = make_regex(r"\s(?:ago|later|earlier|before|after)\b")
_COUNT_TIED = make_regex(
    r"-(?!(?:time|times|way|fold|pronged|tier|step|dimensional|star|piece|wheel|nil|"
    r"and|to|or|on|in|all|love|down|up|set|goal|point|day|old|plus|part|man|men)\b)"
    r"(?P<noun>[a-z]{3,})\b(?!-)"
)
_TIMES = make_regex(r"\stimes\b(?!\s(?:as|more|the)\b)")
#: After these a bare number is an amount: «rose to 45», «killing 12».
_TAKES_BARE = make_regex(
    r"\b(?:to|by|from|of|than|least|most|reached|hit|killed|killing|injured|injuring|"
    r"wounded|wounding|only|is|was|stands at|stood at|magnitudes?|auf|um|von)\s$",
    re.IGNORECASE,
)
#: «has risen to nine», «stieg am Montag auf neun»: the verb says what it is.
_CHANGED_TO = make_regex(
    r"\b(?:risen|rose|rises|rising|climb(?:s|ed)|fallen|fell|falls|grown|grew|grows|"
    r"increased|increases|jumped|dropped|drops|stands|stood|revised(?:\s(?:up|down))?)\s"
    r"(?:from\s[\w,.]+\s)?(?:to|at)\s$|\b(?:up|down)\sfrom\s$|\b(?:stieg|steigt|stiegen|sank|sinkt|fiel|fällt|"
    r"kletterte|erhöhte\ssich|wuchs)\s(?:[\w.]+\s){0,5}auf\s$"
)
_GERMAN_CHANGE = make_regex(
    r"\s(?:gestiegen|angestiegen|gesunken|gefallen|erhöht|geklettert|gewachsen)\b"
)
#: «6,000 were still without power»: a number as the subject.
_ACTS = make_regex(r"\s(?:were|are|have|had|remain|remained|died|survived|escaped)\b")
#: An amount without a noun: years and codes have no groups of thousands.
_GROUPED = make_regex(r"\d{1,3}(?:([,.])\d{3})(?:\1\d{3})*")
_YEAR_DIGITS = 4
#: After «per» whatever is named belongs to the figure: a rate without it is false.
_RATE = make_regex(
    r"(?:[\s-]an?[\s-]|\s(?:each|every|the)\s)(?:second|minute|hour|day|week|month|"
    r"quarter|year|night|share|unit|litre|liter|kilo|kilogram|kilogramme|kg|tonne|ton|"
    r"barrel|gallon|pound|ounce|head|person|household|family|pupil|student|patient|"
    r"ticket|room|trip|customer|km|kilometre|kilometer|mile|acre|hectare|square metre|"
    r"square foot|kilowatt-hour|megawatt-hour|kWh|MWh)\b"
    r"(?!\s(?:later|earlier|ago|before|after|old)\b)"
    r"|[\s-]per[\s-](?!cent\b|se\b)(?:(?:square|cubic)[\s-]|\d[\d,]*\s)?"
    r"(?:\w+watt[\s-]hour|[^\W\d_]+)\b"
    r"|\s(?:pro|je)\s(?:\d[\d.]*\s)?[A-ZÄÖÜk]\w+(?:-\w+)*"
    r"|/(?:100\s?)?(?:s|sec|second|min|minute|h|hr|hour|d|day|week|month|yr|year|a|km|"
    r"mile|m[²³]?|cm[²³]|ha|acre|kg|g|t|tonne|l|L|litre|liter|gallon|head|person|[kM]Wh|"
    r"Sekunde|Stunde|Tag|Woche|Monat|Jahr|Kopf|Einwohner)(?![\w/²³])"
)
#: «per 100,000 people»: the base of a rate is no figure.
_RATE_BASE = make_regex(r"\b(?:per|pro)\s$")
_BARE_SCALES = word_set("hundert tausend dutzend hundred thousand dozen")
_VAGUE_BEFORE = make_regex(
    r"\b(?:several|many|few|couple|some|first|last|next|mehrere|einige|viele|wenige)\s$",
    re.IGNORECASE,
)
#: «the rapper 50 Cent», «posted his two cents»: a name and a saying, in English.
_NO_AMOUNT = make_regex(
    r"(?<=\d)\s(?=Cent\b)|\b(?i:my|your|his|her|our|their)\s(?:own\s)?two\scents\b"
)
#: German nouns whose number has no unit: «der Stärke 5,3».
_GERMAN_SCALE = make_regex(r"\b(Stärke|Magnitude|Pegelstand)\s(?:von\s)?$")


_NOWHERE = Span(start=-1, end=-1)


class Measure(NamedTuple):
    """What a number measures: its unit and noun, and where these end at least."""

    unit: str
    what: str
    end: int = 0


@dataclass(slots=True)
class FigureReader:
    """Turns the numbers of a text into figures; they are read in text order."""

    text: str
    german: bool
    #: From each end of a range to the other end.
    partners: Mapping[Number, Number]
    #: The current sentence, its words once they are needed, and the last figure found
    #: in it.
    _sentence: Span = _NOWHERE
    _words: Sequence[ClassedWord] | None = None
    _last: Figure | None = None

    def read(self, number: Number, sentence: Span) -> Figure | None:
        """The figure that a number makes, or None where it makes none."""
        if self._is_vague(number) or _is_label(self.text, number):
            return None
        if sentence != self._sentence:
            self._sentence, self._words, self._last = sentence, None, None
        if _RATE_BASE.search(self.text[max(0, number.start - 5) : number.start]):
            return None
        partner = self.partners.get(number)
        own = units.find_unit(self.text, number.start, number.end)
        start, end = get_extent(number, own)
        if own is None and units.has_unknown_unit(self.text, end):
            return None
        if own and self._is_no_amount(start, end):
            return None
        unit, first, last = own, start, end
        if partner is not None:
            other = units.find_unit(self.text, partner.start, partner.end)
            unit = own or other
            there = get_extent(partner, other)
            first, last = min(start, there[0]), max(end, there[1])
        rate = _RATE.match(self.text, last) if unit else None
        after = rate.end() if rate else last
        if partner is None and _is_piece(self.text, start, after, number):
            return None
        if rate:
            end, last = rate.end() if end == last else end, rate.end()
        read = self._measure(number, unit, self._include_hedge(first), last)
        if read is None:
            return None
        start = max(sentence.start, self._include_hedge(start))
        end = min(max(end, read.end), sentence.end)
        self._last = Figure(
            start=start,
            end=end,
            text=self.text[start:end],
            value=_scale_value(number, partner, self.text[start:end]),
            unit=read.unit,
            what=read.what,
            sentence=sentence,
        )
        return self._last

    def _is_no_amount(self, start: int, end: int) -> bool:
        found = _NO_AMOUNT.search(self.text, max(0, start - 10), end)
        sentence = self.text[self._sentence.start : self._sentence.end]
        return bool(found) and not self.german and not is_german(sentence)

    def _measure(
        self, number: Number, unit: FigureUnit | None, first: int, last: int
    ) -> Measure | None:
        """What is measured; None where nothing is counted."""
        if number.shape == "rate":
            return _build_count(self._name_counted(first, last), last)
        if unit is None and number.shape != "fraction":
            return self._count(number, first, last)
        if unit is not None and number.value == 1 and not _measures_one(number, unit):
            return None
        if number.shape == "words" and _is_name(
            self.text, number, self._sentence.start, ""
        ):
            # «Million Dollar Baby»
            return None
        name = unit.name if unit else ""
        away = _POINTS_AWAY.match(self.text, last)
        return Measure(name, "" if away else self._name_measured(first, last, name))

    def _count(self, number: Number, first: int, last: int) -> Measure | None:
        if abs(number.value) < _FEWEST:
            return None
        if self.text[last : last + 1] == "-":
            return self._count_tied(last)
        if _TIMES.match(self.text, last):
            return Measure("times", "", last + len(" times"))
        noun = self._name_counted(first, last)
        scale = _GERMAN_SCALE.search(self.text[max(0, first - 24) : first])
        if self.german and scale:
            return Measure("", scale[1])
        if _is_name(self.text, number, self._sentence.start, noun):
            return None
        if noun:
            return _build_count(noun)
        if self._is_stated(number, first, last):
            return Measure("", "")
        before = self.text[max(0, number.start - 12) : number.start]
        spoken = before[-2:-1].isalpha() and _TAKES_BARE.search(before)
        if number.shape == "digits" and (spoken or first < number.start):
            noun = (
                ""
                if self.german
                else labels.label_bare_number(self._place(first, last))
            )
        digits = self.text[number.start : number.end]
        return _build_count(noun) if noun or _GROUPED.fullmatch(digits) else None

    def _is_stated(self, number: Number, first: int, last: int) -> bool:
        """Whether a verb says what a number without a noun does: «has risen to 31»."""
        before = self.text[max(self._sentence.start, first - 60) : first]
        if _CHANGED_TO.search(before) or (
            before.endswith(" auf ") and _GERMAN_CHANGE.match(self.text, last)
        ):
            return True
        digits = self.text[number.start : number.end]
        year = len(digits) == _YEAR_DIGITS and digits.isdigit()
        acts = number.shape == "digits" and _ACTS.match(self.text, last)
        return bool(acts) and not year

    def _is_vague(self, number: Number) -> bool:
        """«several million», «a few hundred»: a scale without a number."""
        bare = self.text[number.start : number.end].lower() in _BARE_SCALES
        if number.shape != "words" or (number.scale == 1 and not bare):
            return False
        before = self.text[max(0, number.start - 10) : number.start]
        return _VAGUE_BEFORE.search(before) is not None

    def _count_tied(self, last: int) -> Measure | None:
        """«a 25-member group»."""
        tied = _COUNT_TIED.match(self.text, last)
        if tied is None or self.german:
            return None
        what = labels.label_measure(self._place(*tied.span(), tied=True))
        return Measure(_add_plural(tied["noun"]), what, tied.end())

    def _name_counted(self, first: int, last: int) -> str:
        if self.german:
            return labels.label_german_count(self.text, last)
        return labels.label_count(self._place(first, last))

    def _name_measured(self, first: int, last: int, unit: str) -> str:
        if self.german:
            shared = self._last.what if self._last else ""
            begin = self._sentence.start
            return labels.label_german_measure(self.text, begin, first, last, shared)
        tied = "-" in self.text[first:last]
        lasts = unit in units.TIME_UNITS
        return labels.label_measure(self._place(first, last, tied=tied, lasts=lasts))

    def _place(
        self, first: int, last: int, *, tied: bool = False, lasts: bool = False
    ) -> FigurePlace:
        words, previous = self._classify_words(), (0, "")
        if self._last is not None:
            previous = (_find_word(words, self._last.end), self._last.what)
        begin = bisect_right(words, first, key=lambda word: word.end)
        if begin and words[begin - 1].low == "between":
            begin -= 1
        return FigurePlace(
            text=self.text,
            found=words,
            first=begin,
            last=_find_word(words, last),
            lasts=lasts,
            tied=tied,
            previous=previous,
        )

    def _classify_words(self) -> Sequence[ClassedWord]:
        if self._words is None:
            sentence = self._sentence
            self._words = phrases.classify_words(
                self.text, sentence.start, sentence.end
            )
        return self._words

    def _include_hedge(self, start: int) -> int:
        m = _HEDGE.search(self.text[max(0, start - _LONGEST_HEDGE) : start])
        return start - len(m.group()) if m else start


def _build_count(noun: str, end: int = 0) -> Measure:
    people = noun.rpartition(" ")[2] in units.PEOPLE
    return Measure("people" if people else "", noun, end)


def get_extent(number: Number, unit: FigureUnit | None) -> tuple[int, int]:
    """Where a number begins and ends, its unit included."""
    return (unit.start, unit.end) if unit else (number.start, number.end)


def _find_word(found: Sequence[ClassedWord], at: int) -> int:
    return bisect_left(found, at, key=lambda word: word.start)


def _scale_value(number: Number, partner: Number | None, shown: str) -> float:
    """The number's value; in «2 to 3 million» the scale applies to both ends."""
    value = number.value
    shared = partner is not None and number.scale == 1 and partner.scale > 1
    if partner is not None and shared and value < partner.value / partner.scale:
        value *= partner.scale
    return -value if shown.lower().startswith("minus ") and value > 0 else value


def _measures_one(number: Number, unit: FigureUnit) -> bool:
    """Whether a one measures: «one percent», «1 km»; «one day» only says when."""
    return number.shape == "digits" or unit.name not in units.TIME_UNITS


def _add_plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return noun if noun.endswith("s") else f"{noun}s"


_RANGE_JOINER = make_regex(r"\s?[-–]\s?[$£€¥]?|\s(?:to|or|bis|oder)\s[$£€¥]?")
#: «and» joins the ends of a range only after «between».
_RANGE_AND = make_regex(r"\s(?:and|und)\s[$£€¥]?")
_OPENS_RANGE = make_regex(r"\b(?:between|zwischen)\s\D{0,12}$", re.IGNORECASE)
#: «rose by 3 to 45»: a change and its result.
_FROM_TO = make_regex(r"\b(?:by|um)\s\D{0,3}$")
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
    german = resolve_language(lang) == "de"
    reader = FigureReader(text=text, german=german, partners=_pair_ranges(text, found))
    counted = drop_overlapping(find_tallies(text))
    phones = [Span(start=m.start(), end=m.end()) for m in _PHONE.finditer(text)]
    refused: list[HasSpan] = [*dates.find_moments(text), *phones, *counted]
    taken = drop_overlapping(refused)
    begins = [span.start for span in taken]
    figures = []
    for number in found:
        at = bisect_left(begins, number.end) - 1
        if at < 0 or taken[at].end <= number.start:
            sentence = spans[max(0, bisect_right(starts, number.start) - 1)]
            figures.append(reader.read(number, sentence))
    for tally in counted:
        sentence = spans[max(0, bisect_right(starts, tally.start) - 1)]
        if tally.end <= sentence.end:
            figures.append(_build_tally(text, tally, sentence))
    read = sorted(filter(None, figures), key=lambda figure: figure.start)
    return clauses.state_figures(text, read, german=german)


def _build_tally(text: str, tally: Tally, sentence: Span) -> Figure:
    return Figure(
        start=tally.start,
        end=tally.end,
        text=text[tally.start : tally.end],
        value=tally.value,
        unit=tally.unit,
        what="",
        sentence=sentence,
    )


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
    before = text[max(0, low.start - 24) : low.start]
    if _RANGE_JOINER.fullmatch(between):
        return not _FROM_TO.search(before)
    return bool(_RANGE_AND.fullmatch(between) and _OPENS_RANGE.search(before))


def _is_label(text: str, number: Number) -> bool:
    """Whether a number is only a label (No. 5, Highway 61)."""
    before = text[max(0, number.start - 16) : number.start]
    if _STREET_AFTER.match(text, number.end):
        return True
    if before[-2:].strip(_AMID_NUMBERS) == "":
        return False
    return bool(_LABEL.search(before) or _STREET_BEFORE.search(before))


def _is_piece(text: str, start: int, end: int, number: Number) -> bool:
    """Whether a figure is a piece of a code, an address, a word or a score."""
    before = text[max(0, start - 4) : start]
    if _GLUED_BEFORE.search(before) or _GLUED_AFTER.match(text, end):
        return True
    if number.shape != "digits":
        return False
    return bool(_SCORE_BEFORE.search(before) or _SCORE_AFTER.match(text, end))


def _is_name(text: str, number: Number, sentence_start: int, noun: str) -> bool:
    """Whether a number belongs to a name: «Boeing 737», «the Group of Seven»."""
    if number.shape == "words" and text[number.start].isupper():
        return bool(text[sentence_start : number.start].strip("\"'“‘«(— "))
    if number.shape != "digits" or number.scale != 1:
        return False
    before = text[max(sentence_start, number.start - 30) : number.start]
    if not before[-2:-1].isalpha():
        return False
    return bool(
        _PRODUCT.search(before) or (not noun and _CAPITAL_BEFORE.search(before))
    )


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
_LABEL = make_regex(rf"(?:\b(?:{_LABELS})\.?|[#§№])\s?$")
_STREET_BEFORE = make_regex(r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer)\s$")
_STREET_AFTER = make_regex(
    r"[A-Za-z]?\s(?:[A-Z\d][\w.'’-]*\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|"
    r"Boulevard|Blvd|Square|Place|Court|Way|Terrace|Row|Crescent|Close|Parkway)\b"
)
_AMID_NUMBERS = "0123456789,;:%$£€() "
_SCORE_AFTER = make_regex(r"\s?[-–:]\s?\d{1,3}(?![\d,.]*\d)")
_SCORE_BEFORE = make_regex(r"\d\s?[-–:]\s?$")
_PHONE = make_regex(r"(?=[+(\d])\+?\(?\d{2,5}\)?(?:[\s./-]\d{2,8}){2,}|\+\d[\d\s-]{6,}")
_GLUED_BEFORE = make_regex(r"(?:[^\W_][-–/:.]|[/@=_&\\~+*^<>]|\w)$")
_GLUED_AFTER = make_regex(r"[^\W_]|[/:@_=\\]\w|['’.,]\d")
_CAPITAL_BEFORE = make_regex(r"\b[A-Z][\w'’-]*\s$")
_PRODUCT = make_regex(
    r"\b(?:Boeing|Airbus|iPhone|iOS|Windows|Android|Galaxy|PlayStation|Xbox|Model|Mark|"
    r"Apollo|Artemis|Falcon|Ariane|Soyuz|Area|Agenda|Article|Euro|World War)\s$"
)
