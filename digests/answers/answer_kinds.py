"""Whether a sentence has what its kind of question asks for: a number, a name, a cause.

«How deep?» asks for a length with «deep», «what is it called?» for a name beside the
word, «why?» for more than the event itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from digests.answers import statements
from digests.answers.passages import TokenizedArticle, TokenizedSentence
from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import (
    PERSON_NOUNS,
    SAYING_ROOTS,
    collect_roots,
)
from digests.language import dates, grammar, names, numbers
from digests.language.spans import span_text, spans_overlap
from digests.language.words import split_words, word_set
from digests.types import Span

#: Sentences back that a word may stand to be near.
SENTENCES_BACK = 2
_MONEY = re.compile(
    r"[$£€¥₹₦]|\b(?:pence|penny|(?<!per )cents?|euros?|pounds?|dollars?|crowns?|francs?"
    r"|yen|yuan|rupees?|lakhs?|crores?|naira|rand|pesos?|shillings?|zloty|forint"
    r"|kron(?:or|er|a)|Kronen|Franken|Rs|free)\b"
    r"|\b(?:cost|price|worth|pay|paid|bill|kost|Preis|teuer|zahl)\w*\b[^.;]{0,60}\d",
    re.I,
)
#: «…, who had been missing in the hills since Monday, …»
_RELATIVE = re.compile(r",\s(?:who|which|whose|whom|die|der|das|den|dem)\s[^,]*(?=,)")
#: A place behind a preposition; a time may follow the same ones, a verb follows «to».
_PLACE = re.compile(
    r"\b[A-Z]\w+-based\b|\b(?:to(?=\s(?:(?:the|an?|its|his|her|their|this|that|one"
    r"|two|another|other)\s|(?-i:[A-Z])))|on|from|off|into|in|at|near|under|behind"
    r"|outside|inside|beside|between|im|am|"
    r"auf|an|bei|nach|aus|unter|hinter|neben|zwischen)\s(?!\d|(?:(?:the|this|last"
    r"|early|late|"
    r"first|den?|dem|der)\s)?(?:\w+day|\w+tag|morning|evening|night|noon|midnight"
    r"|end|beginning"
    r"|autumn|summer|winter|spring|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|Morgen|Abend|Nacht|Mittag|least|first"
    r"|last|all|"
    r"favour|protest|total|hospital|Januar|Februar|März|Mai|Juni|Juli|Oktober"
    r"|Dezember)\b)",
    re.I,
)
_PROPER = re.compile(r"(?<=[\w,] )[A-ZÄÖÜ]\w+")
_FREE = re.compile(r"\b(?:free|kostenlos|gratis|umsonst)\b", re.I)
_DISTANCE = (
    r"(?:kilo|centi|milli)?met(?:re|er)s?|Kilometern?|Metern?|Zentimetern?|km|cm|m"
    r"|miles?|"
    r"feet|foot|ft|inch(?:es)?|yards?"
)
_DURATION = (
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|winters?|nights?|decades?|"
    r"Sekunden?|Minuten?|Stunden?|Tagen?|Wochen?|Monaten?|Jahren?"
)
#: What measures «how long», «how deep», «how heavy»: units, or until when.
_MEASURES = {
    adjective: re.compile(rf"(?:\b|(?<=\d))(?:{units})\b", re.I)
    for adjectives, units in (
        ("long lange", rf"{_DURATION}|{_DISTANCE}"),
        ("lang", _DISTANCE),
        ("far weit deep tief tall high wide breit", _DISTANCE),
        ("heavy schwer", r"\w*tonn?e?s?|tonnen|\w*kilos?|\w*grams?|kg|pounds?|stone"),
        ("fast schnell", r"knots|mph|km/h|\w+ (?:an|per) hour|Knoten|Stundenkilometer"),
    )
    for adjective in adjectives.split()
}
_SPELLED = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|zwei|drei|vier|fünf|"
    "sechs|sieben|acht|neun|zehn|elf|zwölf"
)
#: Dimensions that have the same units, and the words that tell them apart.
_DIMENSIONS = {
    "deep": re.compile(r"\b(?:deep|depth|below|down|under)\b", re.I),
    "tief": re.compile(r"\b(?:tief|Tiefe|unter)\b", re.I),
    "wide": re.compile(r"\b(?:wide|width|across|by)\b", re.I),
    "breit": re.compile(r"\b(?:breit|Breite)\b", re.I),
    # «6ft 4in» is a person's height.
    "tall": re.compile(
        r"\b(?:tall|high|height|stands)\b|\b\d\s?(?:ft|feet|foot)\s\d", re.I
    ),
}
#: A count without a number.
MANY = re.compile(
    r"\b(?:dozens|scores|hundreds|thousands|dutzende|hunderte|tausende)\b", re.I
)
_YEAR = re.compile(
    r"\b(?:in|since|from|until|by|Jahr|seit|bis|von)\s(?:(?:early|mid|late)[-\s])?"
    r"((?:1[6-9]|20)\d\d)\b"
)
#: What stands behind the unit instead of the adjective itself.
_ADJECTIVES = {
    "far": "away|from|off|north|south|east|west",
    "weit": "entfernt|von|nördlich|südlich",
    "fast": "an|per", "tall": "tall|high", "high": "high|tall|above",
    "heavy": "heavy|in weight", "lange": "lange?", "long": "long|away",
}  # fmt: skip
#: A length in one dimension: «34 kilometres wide».
_DIMENSION = re.compile(
    rf"\b(?:{_DISTANCE})\s(?:long|wide|deep|high|tall|lang|breit|tief|hoch)\b", re.I
)
#: A duration without a number.
_LASTING = re.compile(
    r"\b(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)-(?:match|game"
    r"|race|day|"
    r"week|month|year|hour|minute)|before the (?:day|night|week|month"
    r"|year) was (?:over|out)"
    r"|later (?:the same|that) (?:day|night)|for life|indefinite(?:ly)?|overnight"
    r"|lebenslang\w*"
    r"|until|till|bis|(?:since|seit)(?=\s(?:\w+\s)?\d)"
    r"|(?:an?|eine[mnr]?)\s(?:hour|day|week|month|year|Stunde|Tag|Woche|Monat|Jahr))\b"
)
#: Points in time that are neither dates nor relative days.
_WHEN = re.compile(
    r"\b(?:(?:before|after|by|at|in|over|until|since|around|this|next|last)\s(?:the\s)?"
    r"(?:end\sof\s\w+|January|February|March|April|May|June|July|August|September"
    r"|October"
    r"|November|December|Christmas|Easter|New\sYear|spring|summer|autumn|winter"
    r"|noon|midday|"
    r"midnight|dawn|dusk|night|weekend|first\slight|last\sday)"
    r"|within\s\w+\s(?:hours|days|weeks|months)|"
    r"(?:im|am|vor|nach|bis|seit|zu)\s(?:Frühjahr|Frühling|Sommer|Herbst|Winter|Mittag|"
    r"Abend|Ende|Weihnachten|Ostern|Mitternacht|(?:den\s)?\w*[Ff]erien)"
    r"|um\sMitternacht)\b"
)
_CALLED = re.compile(
    r"\b(?:called|named|nicknamed|dubbed|known as|heißt|hieß|namens|genannt|names?"
    r"(?: is| was|d)?|Namen?)[\s,:]+[“\"„'‘«]?[A-ZÄÖÜ\d]"
    r"|, (?:called|named|known as) (?!for\b|on\b|off\b|by\b|the\b|an?\b|to\b)[a-z]"
)
_WITHOUT_NAMES = re.compile(r"\b[A-ZÄÖÜ]\w+(?:\s[A-ZÄÖÜ]\w+)*")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
#: From how many long words, and from which share with capitals, a line is a headline.
_HEADLINE_WORDS, _MOSTLY = 4, 0.8
#: The share of a question's words from which a sentence is the event itself.
_MOST_OF = 0.6
#: Words that may begin a reason.
_MAYBE_REASON = re.compile(r"\b(?:for|to|so|since|over|zu|um|für)\b|[:–—]")
_AGE = re.compile(
    r"\b(?:aged|is now|is|was|,)\s(\d{1,3})\b"
    r"(?!\s?(?:percent|per|%|million|,\d)|[- ]years?)"
    r"|, (\d{1,3}),|\b(\w+)-years?-old\b|\b(\d{1,3}) years? old\b"
    r"|\b(\d{1,3}) years of age\b|\bage of (\d{1,3})\b"
    r"|\b(?:girl|boy|child|man|woman) of (\w+)\b|\bages? (?:between )?(\d{1,3})\b"
    r"|\b(\w+) Jahre alt|\((\d{1,3})\)"
    r"|\bin (?:his|her|their) (?:early |mid-?|late )?(\d0s|teens|twenties|thirties"
    r"|forties|fifties"
    r"|sixties|seventies|eighties|nineties)\b|\bborn (?:(?:in|around"
    r"|about) ){1,2}(\d{4})\b"
    r"|\b(?:her|his|their) (\d{1,3})(?:st|nd|rd|th) birthday"
    r"|\bAlter von (\w+)|\b(\d{1,3})[- ]?[jJ]ährige[nmrs]?\b"
    r"|\b(?:built|dates? from|opened|founded|put up) (?:in )?(\d{4})\b"
)
_AGE_REACH = 40
_AGE_PHRASE = re.compile(r"[,;]\s?|\s(?:and|und|who|der|die)\s")
#: An age before the name: «In her 90s, Holt …».
_AGE_OPENS = re.compile(r"\Ain\s|\baged\s")
_SCORE = re.compile(
    r"\b\d{1,3}(?:[-–:]|\s(?:votes\s|Stimmen\s)?(?:to|zu|gegen|against)\s)\d{1,3}\b"
    r"|\bper\s?cent\b|\bProzent\b|%|\bunanimous|\beinstimmig",
    re.I,
)
_GERMAN_SUBJECT = re.compile(r"(?:Der|Die|Das)\s([A-ZÄÖÜ]\w+)\s(?![a-zäöü]+e[rn]\b)")
#: After these words somebody else may be meant.
_ELSE = re.compile(r"\b(?:said|says|named|that|and|whose|while|sagte|dass|und)\b")
#: Nouns for people by what they do, or by their age.
_PERSON = re.compile(
    r"\w{3,}(?:ist|ian|eer|man|woman|men|women)\Z|\d+-year-old\Z"
    r"|(?:keeper|maker|worker|builder|driver|owner|teacher|farmer|fahrer|wirt)\Z"
)
_ATTRIBUTION = re.compile(
    r",\s(?:[^,.;]{2,60},\s)?[^,.;]{2,70}\s(?:said|says|announced|wrote|heard|sagte|"
    r"teilte|erklärte)\b[^,;]*\Z"
    r"|,\s(?:said|says|sagte|so)\s[^;]*\Z"
    r"|\A[^,;:]{2,80}\s(?:said|says|sagte)\b(?!.*\b(?:he|she|they|we|I|er|sie|ich"
    r"|wir)\b)"
)
#: Words that stand for one person.
_PERSONAL = word_set("he she they his her their er sie seine ihre")
#: Words that make a sentence a reason, wherever the event is reported.
_REASON = re.compile(
    r"\b(?:because|(?<!in )(?:hurt|hit|driven|held back|weighed down|dragged down"
    r"|buoyed|boosted"
    r"|helped|fuell?ed|prompted|sparked|led) by|for fail(?:ing|ure)|in an? (?:bid"
    r"|attempt|effort) to"
    r"|in protest|due to|owing to|as a result|the cause|reason|caused by"
    r"|(?:trouble|problem) (?:is|was) that|on (?:the )?grounds|for fear|triggered by"
    r"|blamed|thanks to|source of|traced to"
    r"|weil|wegen|denn"
    r"|Grund dafür|begründe\w*"
    r"|(?:Ursache|Grund|Auslöser) (?:war|waren|ist|sind|sei(?:en)?)|aufgrund|infolge"
    # Motives of crimes.
    r"|dispute|quarrel\w*|revenge|jealous\w*|grudge|debts?|feud|Streit\w*|Rache"
    r"|Eifersucht|Schulden)\b",
    re.I,
)
#: Words that do so only beside the event: «closed *after* a cable had snapped».
_OCCASION = re.compile(
    r"\b(?:(?<!looked )(?<!look )(?<!named )(?<!\bday )after(?! (?:that|this|which"
    r"|all)\b)(?! (?:\w+ ){1,3}(?:"
    r"minutes|hours|days|weeks|months|years)\b)|so that|in order to|caused|triggered"
    r"|blamed|mainly|when|over (?:an?|the|its|their|his|her)|"
    r"(?:fined|arrested|detained|jailed|sent off|critici[sz]ed|condemned|praised"
    r"|honou?red"
    r"|charged|suspended|convicted|sacked|fired|dismissed|booked|banned|sentenced"
    r"|sued|wanted"
    r"|investigated|punished|executed|awarded) (?:\w+ ){0,3}?for"
    r"|following|to (?:make|avoid|save|protect|prevent)|nachdem|damit)\b",
    re.I,
)

#: «Which *company* …», and one in an answer that does not say which.
WHICH = re.compile(
    r"(?:which|welche[rsnm]?)\s(?!(?:is|are|was|were|did|do|does|has|had|have|will|"
    r"would|happened)\b)([a-zäöü]+)\b",
    re.I,
)
_ANY = (
    r"(?<!the )(?<!his )(?<!her )(?<!its )\b(?:an?|some|several|one|two|three|four"
    r"|five|six|many|\d+|eine?[nmrs]?|zwei|drei)\s(?:[\w-]+\s)?"
)
#: A number of people or things, where an amount is asked for.
_OTHERS = re.compile(
    r"\s(?!percent|per|million|billion|euro|pound|dollar|metre|mile|kilo|foot|feet|inch"
    r"|crown|franc|yen|yuan|rupee|naira|rand\b|peso|cent|degree|point|tonne|litre"
    r"|hour|minute|second|day|week|month|year|Prozent"
    r"|Million|Milliarde|Euro|Meter|Kilo|Grad|Tonne|Liter|Stunde|Minute|Tag|Woche|Monat"
    r"|Jahr|Franken|Kronen)"
    r"(?:(?:[a-z-]+\s)?(?:[a-z-]{3,}s|people|men|women|children)"
    r"|[A-ZÄÖÜ][a-zäöü]{3,})\b"
)


@dataclass(frozen=True, kw_only=True)
class KindMatch:
    """A sentence of an article, and the kind of thing that a question asks for."""

    question: Question
    passage: TokenizedArticle
    #: The index of the sentence.
    at: int

    @property
    def line(self) -> TokenizedSentence:
        """The sentence."""
        return self.passage.lines[self.at]

    def is_near(self, term: QuestionTerm) -> bool:
        """Whether a word of the question is in the sentence or its context.

        The context are the two sentences before it, the title and the first sentence;
        for the first sentence what follows is about the same event; «he» may be
        somebody who was named anywhere.
        """
        roots, lines, at = term.accepted_roots, self.passage.lines, self.at
        context = lines[max(0, at - SENTENCES_BACK) : at + 1]
        if roots & self.passage.lead or any(roots & line.held for line in context):
            return True
        if at == 0 and term.name is not None:
            return any(roots & line.held for line in lines[1:3])
        spoken_of = term.name == 0 and _has_personal(self.line.words)
        return (at == 0 or spoken_of) and bool(roots & self.passage.held)

    def is_measured(self) -> bool:
        """Whether the question asks for a number."""
        return self.question.kind in ("number", "money", "length", "age")

    def gives_measure(self) -> bool:
        """Whether a number is followed by its unit and the adjective asked for."""
        adjective = _ADJECTIVES.get(self.question.measure, self.question.measure)
        measured = rf"\d(?:[\d.,]|\s(?:million|Millionen))*[ -]\w+[ -](?:{adjective})\b"
        spelled = rf"\b(?:{_SPELLED})[ -]\w+[ -](?:{adjective})\b"
        return re.search(rf"{measured}|{spelled}", self.line.text) is not None

    def gives_reason(self) -> bool:
        """Whether a word of the sentence says that it is a cause."""
        text, held = self.line.text, self.line.held
        if _REASON.search(text):
            return True
        focus = [term for term in self.question.focus if term.weight >= 1]
        named = sum(bool(term.accepted_roots & held) for term in focus)
        occasion = _OCCASION.search(text)
        if occasion and occasion[0].lower().startswith("over"):
            # «Over the murder» is no reason for a murder.
            what = collect_roots(split_words(text[occasion.end() :])[:2])
            if any(term.accepted_roots & what for term in focus):
                return False
        if occasion is None or not focus or 2 * named < len(focus):
            return False
        if not occasion.start() or not occasion[0].startswith(("after", "nachdem")):
            return True
        # «Recalled after reports that it overheated» does not say why it overheated.
        before = collect_roots(split_words(text[: occasion.start()]), self.passage.lang)
        return bool(focus[-1].accepted_roots & before)

    def _has_answer_kind(self) -> bool:
        """Whether the sentence has something of the kind that is asked for."""
        text, lang = self.line.text, self.passage.article.lang
        match self.question.kind:
            case "number" | "money" | "length":
                return self._has_number()
            case "age":
                return self._has_age()
            case "day":
                return bool(find_times(text, lang))
            case "score":
                return _SCORE.search(text) is not None
            case "place":
                # «Where he had been is a mystery.»
                unknown = statements.is_unknown(text)
                which = WHICH.match(self.question.text) is not None
                proper = which and self._names_other_proper()
                return unknown or proper or self._names_place()
            case "name":
                return self._is_called() or (
                    self._names_somebody() and self._names_beside()
                )
            case "reason":
                return self._may_give_reason()
            case "person":
                # «Who is the judge?» asks for a name, «who is Holt?» gives it.
                if self.question.names and not self.question.focus:
                    return True
                return self._names_somebody() or (
                    not self.question.asked_noun and self._has_person_noun()
                )
            case _:
                return True

    def _names_which(self) -> bool:
        """Whether it does not leave open which: «three companies» to «which?»."""
        which = WHICH.match(self.question.text)
        if which is None:
            return True
        unnamed = rf"{_ANY}{re.escape(which[1].removesuffix('s'))}"
        return re.search(unnamed, self.line.text, re.I) is None

    def _names_other_proper(self) -> bool:
        """Whether it has a word with a capital that the question has not."""
        low = self.question.text.lower()
        return any(name.lower() not in low for name in _PROPER.findall(self.line.text))

    def _names_place(self) -> bool:
        """Whether it names a place; in a relative clause only if the verb is there."""
        text, verb = self.line.text, self.question.main_verb
        for clause in _RELATIVE.findall(text):
            roots = collect_roots(split_words(clause), self.passage.lang)
            if verb is None or verb.accepted_roots.isdisjoint(roots):
                text = text.replace(clause, "")
        return _PLACE.search(text) is not None

    def _has_person_noun(self) -> bool:
        """Whether it has a noun for somebody whom the question does not mention."""
        asked = {term.word for term in self.question.terms}
        subject = _GERMAN_SUBJECT.match(self.line.text)
        if subject and self.question.deeds & self.line.held:
            # «Der Landkreis zahlt …»
            return subject[1].lower() not in asked
        return any(
            word.removesuffix("s") in PERSON_NOUNS or _PERSON.search(word)
            for word in split_words(_drop_attribution(self.line.text))
            if word not in asked
        )

    def _has_number(self) -> bool:
        """Whether it has a number of the kind that is asked for."""
        question, text = self.question, self.line.text
        unit = _MONEY if question.kind == "money" else _MEASURES.get(question.measure)
        whole = {"long": _LASTING, "lange": _LASTING}.get(question.measure)
        if question.kind == "money":
            whole = _FREE
        if whole and whole.search(text) and not whole.search(question.text):
            return True
        if unit and not unit.search(text):
            return False
        if question.measure and _DIMENSION.search(text) and not self.gives_measure():
            return False
        named = _DIMENSIONS.get(question.measure)
        if named and not named.search(text):
            return False
        if question.counted:
            # Which of its numbers counts is judged elsewhere; «2047 voters» is no year.
            found = numbers.find_numbers(text, self.passage.article.lang)
            return bool(found) or MANY.search(text) is not None
        return any(
            unit or not _OTHERS.match(text, number.end) for number in self.numbers
        )

    @cached_property
    def numbers(self) -> tuple[Span, ...]:
        """Its numbers that are no dates and not in the question."""
        text, lang = self.line.text, self.passage.article.lang
        days = tuple(_iter_dates(text))
        found = numbers.find_numbers(text, lang)
        spans = [Span(start=number.start, end=number.end) for number in found]
        return tuple(
            span
            for span in spans
            if span_text(text, span) not in self.question.text
            and not any(spans_overlap(span, day) for day in days)
        )

    def _is_called(self) -> bool:
        """Whether it says «called» and has a word asked about: «a drug called …»."""
        asked = frozenset[str]().union(*(t.accepted_roots for t in self.question.focus))
        called = _CALLED.search(self.line.text)
        if called is None:
            return False
        # «Drills called Foal Eagle» names no foal.
        rest = self.line.text[: called.start()] + _WITHOUT_NAMES.sub(
            "", self.line.text[called.start() :]
        )
        return not asked.isdisjoint(collect_roots(split_words(rest), self.passage.lang))

    def _names_beside(self) -> bool:
        """Whether a name is in apposition to a word asked about."""
        for term in self.question.focus:
            for root in term.accepted_roots & self.line.held:
                beside = (
                    rf"\b{re.escape(root)}\w*,?\s(?:(?:is|was"
                    rf"|the)\s){{0,2}}[“\"„]?[A-ZÄÖÜ]\w+"
                    rf"|[A-ZÄÖÜ]\w+[”\"]?,\s(?:the|a|an|his|her|its|their|der|die)\s"
                    rf"(?:[\w-]+\s){{0,4}}{re.escape(root)}"
                )
                if re.search(beside, self.line.text):
                    return True
        return False

    def names_noun(self) -> bool:
        """Whether a name is in apposition to the noun of «who is the NOUN?»."""
        noun = self.question.asked_noun
        alike = (t.accepted_roots for t in self.question.terms)
        roots = frozenset((noun,)).union(*(r for r in alike if noun in r))
        low = self.question.text.lower()
        for root in roots & self.line.held:
            for beside in re.finditer(
                rf"(?i:\b{re.escape(root)}\w*),?\s(?:(?i:is|was|,)\s|(?:for"
                rf"|of)\s(?:the\s)?\w+\s|(?:[a-z-]+\s){{1,3}})?"
                rf"(?P<after>[A-ZÄÖÜ]\w+)"
                rf"|(?P<before>[A-ZÄÖÜ][\w’']+)(?:,\s(?:\d{{1,3}},\s)?|\s(?:is|was"
                rf"|became|ist|war"
                rf"|wurde)\s|\s(?=(?:an?|the|der|die)\s))(?:(?:an?|the|his|her|its"
                rf"|their|der|die|ein"
                rf"|eine)\s)?(?:[\w&’'-]+\s){{0,5}}?(?i:{re.escape(root)})",
                self.line.text,
            ):
                name = beside["after"] or beside["before"]
                if name.lower().removesuffix("'s").removesuffix("’s") not in low:
                    return True
        return False

    def _may_give_reason(self) -> bool:
        """Whether it is not only the event itself: «Zenith was lost» to «why?»."""
        focus, text = self.question.focus, self.line.text
        held = sum(bool(term.accepted_roots & self.line.held) for term in focus)
        event = bool(focus) and held > _MOST_OF * len(focus)
        return not event or bool(_MAYBE_REASON.search(text)) or self.gives_reason()

    def _has_age(self) -> bool:
        """Whether an age follows closely after somebody or something asked about."""
        lower = self.line.text.lower()
        for age in _AGE.finditer(self.line.text):
            before = lower[max(0, age.start() - _AGE_REACH) : age.start()]
            if before in ("the ", "das ", "der ", "die "):
                return True
            if " of " in age[0]:
                before += age[0].lower()
            following = lower[age.end() : age.end() + _AGE_REACH]
            if "-old" in age[0] or " old" in age[0]:
                before += following
            clause = _ELSE.split(before)[-1]
            if not age[0].startswith(","):
                # «Now in her 90s, Holt …», «the age of 21 for voters»
                end = 1 if _AGE_OPENS.search(age[0]) else 0
                clause += " " + "".join(_AGE_PHRASE.split(following)[: 1 + end])
            # Of whom «she» is the name is asked for near it.
            words = split_words(clause)
            roots = collect_roots(words, self.passage.lang)
            if any(
                term.word in clause or term.accepted_roots & roots
                for term in self.question.terms
            ) or _has_personal(words):
                return True
            if not self.question.names and all(map(self.is_near, self.question.terms)):
                # «The pharmacist», who has a name here.
                return True
        return False

    def _names_somebody(self) -> bool:
        """Whether the sentence names somebody whom the question does not."""
        asked = {term.word for term in self.question.terms if term.name is not None}
        every = frozenset[str]().union(*(t.accepted_roots for t in self.question.terms))
        text, question = self.line.text, self.question
        headline = _is_headline(text)
        quoted = question.speaker is not None or question.deeds & SAYING_ROOTS
        if not quoted and not question.asked_noun:
            bare = _drop_attribution(text)
            # «…, said the institute's director, Ramon Ulloa» says who heads it.
            dropped = split_words(text.replace(bare, " ", 1))
            if question.deeds.isdisjoint(collect_roots(dropped, self.passage.lang)):
                text = bare
        for name in names.find_names(grammar.tokenize_span(text, 0, len(text))):
            parts = {part.lower().removesuffix("'s") for part in name.text.split()}
            if name.kind in ("place", "title", "party") or parts <= asked:
                continue
            if headline and name.kind != "person":
                continue
            if collect_roots(parts, self.passage.lang) <= every:
                # «Bombings at two mosques», which begins a sentence.
                continue
            # In German every noun is capitalised.
            if self.passage.lang != "de" or len(parts) > 1 or name.kind == "person":
                return True
        return False


def _is_headline(text: str) -> bool:
    """Whether nearly all words have capitals, so that a capital marks no name."""
    written = _LETTERS.findall(text)
    large = sum(word[0].isupper() for word in written)
    return len(written) >= _HEADLINE_WORDS and large >= _MOSTLY * len(written)


def _has_personal(words: Iterable[str]) -> bool:
    """Whether «he» or «she» is among some words, also in «he'd»."""
    return any(word.partition("'")[0] in _PERSONAL for word in words)


def _iter_dates(text: str) -> Iterator[Span]:
    for moment in dates.find_moments(text):
        yield Span(start=moment.start, end=moment.end)
    for year in _YEAR.finditer(text):
        yield Span(start=year.start(1), end=year.end(1))


def find_times(text: str, lang: str | None) -> tuple[Span, ...]:
    """Where a sentence names a day or another point in time."""
    return (
        *_iter_dates(text),
        *(Span(start=m.start(), end=m.end()) for m in _WHEN.finditer(text)),
        *(Span(start=d.start, end=d.end) for d in dates.find_days(text, None, lang)),
    )


def find_places(text: str) -> tuple[Span, ...]:
    """The prepositions in a sentence that a place follows."""
    return tuple(Span(start=m.start(), end=m.end()) for m in _PLACE.finditer(text))


def _drop_attribution(text: str) -> str:
    """Without «…, the mayor said», which names who says it, not who did it."""
    return _ATTRIBUTION.sub("", text)
