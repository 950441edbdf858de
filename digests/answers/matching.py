"""Judge whether a sentence of an article can be the answer to a question.

Each rule refuses a sentence for one reason: it is not about a name of the question, has
no number or person that is asked for, is about another day, or somebody else said or
did it. A sentence that passes may still be far from the question.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from digests.answers import statements
from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import (
    PERSON_NOUNS,
    SAYING_ROOTS,
    collect_roots,
    find_root,
)
from digests.grounding import contradictions
from digests.language import dates, grammar, names, numbers, sentences
from digests.language.spans import span_text, spans_overlap
from digests.language.words import resolve_language, split_words, word_set
from digests.stories import freshness
from digests.types import Article, Quote, Span

#: Sentences of an article that are read.
_MAX_SENTENCES = 400


@dataclass(frozen=True, kw_only=True)
class TokenizedSentence:
    """A sentence of an article."""

    span: Span
    text: str
    #: Its words in lower case, in order, and their roots.
    words: tuple[str, ...]
    roots: tuple[str, ...]

    @cached_property
    def held(self) -> frozenset[str]:
        """The set of its roots."""
        return frozenset(self.roots)


@dataclass(frozen=True, kw_only=True)
class TokenizedArticle:
    """An article whose sentences are found when a question needs them.

    Most of the articles that are searched have too few words of the question.
    """

    article: Article
    #: Called once, only if a question asks for what somebody said.
    find_quotes: Callable[[Article], tuple[Quote, ...]]

    @cached_property
    def lang(self) -> str:
        """Its language, as far as words are listed for it."""
        return resolve_language(self.article.lang)

    @cached_property
    def title(self) -> frozenset[str]:
        """The roots of its title."""
        return self._collect_roots(self.article.title or "")

    @cached_property
    def held(self) -> frozenset[str]:
        """The roots of title and text."""
        return self.title | self._collect_roots(self.article.text)

    @cached_property
    def lines(self) -> tuple[TokenizedSentence, ...]:
        """Its sentences."""
        article = self.article
        spans = sentences.split_sentences(
            article.text, article.lang, most=_MAX_SENTENCES
        )
        return tuple(map(self._tokenize_sentence, spans))

    def count_sentences(self, roots: frozenset[str]) -> int:
        """How many of its sentences have one of these roots."""
        if roots not in self._counts:
            holding = sum(not roots.isdisjoint(line.held) for line in self.lines)
            self._counts[roots] = holding
        return self._counts[roots]

    @cached_property
    def _counts(self) -> dict[frozenset[str], int]:
        return {}

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """Its quotations with their speakers."""
        return self.find_quotes(self.article)

    @cached_property
    def time(self) -> float:
        """When its news was said: a slow outlet prints at three what was so at noon."""
        published = self.article.published
        if published is None:
            return 0.0
        opening = " ".join(line.text for line in self.lines[:3])
        return (freshness.find_informed(opening, published) or published).timestamp()

    @cached_property
    def last_denial(self) -> int:
        """The index of the last sentence that turns round an earlier one, or -1.

        A title that denies turns round all of them.
        """
        if statements.is_denial(self.article.title or ""):
            return len(self.lines)
        turning = [statements.turns_round(line.text) for line in self.lines]
        return max((at for at, turns in enumerate(turning) if turns), default=-1)

    @cached_property
    def lead(self) -> frozenset[str]:
        """The roots of title and first sentence, which say what it is about."""
        return self.title | (self.lines[0].held if self.lines else frozenset())

    def holds_word(self, term: QuestionTerm) -> bool:
        """Whether a word is in title or text, perhaps inside another one."""
        held = bool(term.accepted_roots & self.held)
        return held or term.word in self.article.text.casefold()

    def _collect_roots(self, text: str) -> frozenset[str]:
        return collect_roots(set(split_words(text)), self.lang)

    def _tokenize_sentence(self, span: Span) -> TokenizedSentence:
        text = span_text(self.article.text, span)
        words = split_words(text)
        roots = tuple(find_root(word, self.lang) for word in words)
        return TokenizedSentence(span=span, text=text, words=words, roots=roots)


#: Sentences back that a word may stand to be near.
_BACK = 2
_MONEY = re.compile(
    r"[$£€¥₹₦]|\b(?:pence|penny|(?<!per )cents?|euros?|pounds?|dollars?|crowns?|francs?"
    r"|yen|yuan|rupees?|lakhs?|crores?|naira|rand|pesos?|shillings?|zloty|forint"
    r"|kron(?:or|er|a)|Kronen|Franken|Rs|free)\b"
    r"|\b(?:cost|price|worth|pay|paid|bill|kost|Preis|teuer|zahl)\w*\b[^.;]{0,60}\d",
    re.I,
)
#: «…, who had been missing in the hills since Monday, …»
_RELATIVE = re.compile(r",\s(?:who|which|whose|whom|die|der|das|den|dem)\s[^,]*(?=,)")
#: A place behind a preposition; a time may follow the same ones.
_PLACE = re.compile(
    r"\b(?:in|at|on|near|to|from|under|behind|outside|inside|beside|between|off|into|im|am|"
    r"auf|an|bei|nach|aus|unter|hinter|neben|zwischen)\s(?!\d|(?:(?:the|this|last|early|late|"
    r"first|den?|dem|der)\s)?(?:\w+day|\w+tag|morning|evening|night|noon|midnight|end|beginning"
    r"|autumn|summer|winter|spring|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|Morgen|Abend|Nacht|Mittag|least|first|last|all|"
    r"favour|protest|total|hospital|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b)",
    re.I,
)
_FREE = re.compile(r"\b(?:free|kostenlos|gratis|umsonst)\b", re.I)
_DISTANCE = (
    r"(?:kilo|centi|milli)?met(?:re|er)s?|Kilometern?|Metern?|Zentimetern?|km|cm|miles?|"
    r"feet|foot|inch(?:es)?|yards?"
)
_DURATION = (
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|winters?|nights?|decades?|"
    r"Sekunden?|Minuten?|Stunden?|Tagen?|Wochen?|Monaten?|Jahren?"
)
#: What measures «how long», «how deep», «how heavy»: units, or until when.
_MEASURES = {
    adjective: re.compile(rf"\b(?:{units})\b", re.I)
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
    "tall": re.compile(r"\b(?:tall|high|height|stands)\b", re.I),
}
_YEAR = re.compile(
    r"\b(?:in|since|from|until|Jahr|seit|bis|von)\s((?:1[6-9]|20)\d\d)\b"
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
    r"\b(?:until|till|bis|(?:an?|eine[mnr]?)\s(?:hour|day|week|month|year|Stunde|Tag|Woche|"
    r"Monat|Jahr))\b"
)
#: Points in time that are neither dates nor relative days.
_WHEN = re.compile(
    r"\b(?:(?:before|after|by|at|in|over|until|since|around|this|next|last)\s(?:the\s)?"
    r"(?:end\sof\s\w+|January|February|March|April|May|June|July|August|September|October"
    r"|November|December|Christmas|Easter|New\sYear|spring|summer|autumn|winter|noon|midday|"
    r"midnight|dawn|dusk|night|first\slight)|within\s\w+\s(?:hours|days|weeks|months)|"
    r"(?:im|am|vor|nach|bis|seit|zu)\s(?:Frühjahr|Frühling|Sommer|Herbst|Winter|Mittag|"
    r"Abend|Ende|Weihnachten|Ostern|Mitternacht)|um\sMitternacht)\b"
)
_BE = word_set("is are was were be been being am ist sind war waren wurde wurden")
_BY = word_set("by von durch")
_CALLED = word_set("called named name names heißt hieß namens namen")
#: The share of a question's words from which a sentence is the event itself.
_MOST_OF = 0.6
#: Words that may begin a reason.
_MAYBE_REASON = re.compile(r"\b(?:for|to|so|since|over|zu|um|für)\b|[:–—]")
_ASKS_PAST = re.compile(r"\b(?:did|was|were|has|have|had|wurden?|hat|haben|hatten?)\b")
_UNREAL = re.compile(
    r"\b(?:will|would|can|could|may|might|must|should|if|wird|werden|soll|sollen|würden?"
    r"|könnten?|muss|müssen|wenn|supposed)\b|\bto(?:\s(?:be|have|been))*\Z"
)
_ASKS_AHEAD = re.compile(r"\b(?:do|does|will|can|wird|werden|kann|soll|sollen)\b")
_LAST_PREPOSITION = re.compile(r"\s(of|from|for|with|about|to|against)\?*\Z", re.I)
#: Words behind a verb in which its preposition stands.
_PREPOSITION_REACH = 6
#: Words after a verb in which «by» makes it passive.
_REACH = 8
_PERIOD_SLACK = timedelta(days=1)
_AGE = re.compile(
    r"\b(?:aged|is now|is|was|,)\s(\d{1,3})\b"
    r"(?!\s?(?:percent|per|%|million|,\d)|[- ]years?)"
    r"|, (\d{1,3}),|\b(\d{1,3})[- ]years?[- ]old\b|\b(\d{1,3}) Jahre alt|\((\d{1,3})\)"
    r"|\b(?:built|dates? from|opened|founded|put up) (?:in )?(\d{4})\b"
)
_AGE_REACH = 40
_SCORE = re.compile(
    r"\b\d{1,3}(?:[-–:]|\s(?:votes\s|Stimmen\s)?(?:to|zu|gegen|against)\s)\d{1,3}\b"
    r"|\bper\s?cent\b|\bProzent\b|%|\bunanimous|\beinstimmig",
    re.I,
)
#: Words of a question without which another event may be meant.
_RESTRICTION = re.compile(
    r"\b(?:last|previous|zuletzt)\b(?=\s\w)(?!\s(?:night|week|month|year|\w+day)\b)"
)
_GERMAN_SUBJECT = re.compile(r"(?:Der|Die|Das)\s([A-ZÄÖÜ]\w+)\s(?![a-zäöü]+e[rn]\b)")
#: After these words somebody else may be meant.
_ELSE = re.compile(r"\b(?:said|says|named|that|and|whose|while|sagte|dass|und)\b")
_NEAR = 4
#: After «the number of …»: where a count stands or moves.
_TOLL = re.compile(
    r"\b(?:number|total|toll|count|figure|Zahl|Anzahl)\b[^.;]*?\s(?:to|at|is|was|now|"
    r"reached|auf|bei|beträgt|liegt)\s(?:\w+\s)?(?:\d|[a-zäöü]+\b)",
)
#: «How many people»: passengers, recipients, guests.
_ANY_PEOPLE = word_set("people persons menschen personen leute")
_PEOPLE = re.compile(
    r"(?:ants|ents|ees|ists|ians|men|(?:ct|g|k|it|at|st|v|ch|w|y|d|m)(?:e|o)rs|children|"
    r"nurses|guests|fans|pupils|victims|gäste|kinder|frauen|männer|innen)\Z"
)
#: Nouns for people by what they do, or by their age.
_PERSON = re.compile(
    r"\w{3,}(?:ist|ian|eer|man|woman|men|women)\Z|\d+-year-old\Z"
    r"|(?:keeper|maker|worker|builder|driver|owner|teacher|farmer|fahrer|wirt)\Z"
)
_ATTRIBUTION = re.compile(
    r",\s(?:[^,.;]{2,60},\s)?[^,.;]{2,70}\s(?:said|says|announced|wrote|heard|sagte|"
    r"teilte|erklärte)\b[^,;]*\Z"
    r"|,\s(?:said|says|sagte|so)\s[^;]*\Z"
    r"|\A[^,;:]{2,80}\s(?:said|says|sagte)\b(?!.*\b(?:he|she|they|we|I|er|sie|ich|wir)\b)"
)
#: Verbs after a number whose noun is left out.
_ELIDING = word_set("""
    were was are is have had has remain remained live lived wurden sind waren werden
    haben hatten blieben
""")
_COUNT_REACH = 60
_PART = re.compile(r"\s(?:of|von)\s(?:the|its|their|den|der)\s")
_WHOLE = re.compile(r"\b(?:of|von)\s(?:the|den|der)\s\Z")
_STILL = word_set("now still noch")
_NONE = word_set("nobody none no niemand keine kein")
_PRONOUNS = word_set("he she they it er sie")
#: Words that stand for one person.
_PERSONAL = word_set("he she his her er seine ihre")
#: A negation with the one or two words that it denies.
_NOT = re.compile(r"(?:\b(?:not|never|nicht|nie)|n't)\s((?:[\w'-]+(?:\s|$)?){1,2})")
#: Words that make a sentence a reason, wherever the event is reported.
_REASON = re.compile(
    r"\b(?:because|in protest|due to|owing to|as a result|the cause|reason|caused by"
    r"|triggered by|blamed (?:on|for)|thanks to|source of|traced to|weil|wegen|denn"
    r"|Grund dafür|begründe\w*"
    r"|(?:Ursache|Grund|Auslöser) (?:war|waren|ist|sind|sei(?:en)?)|aufgrund|infolge"
    # Motives of crimes.
    r"|dispute|quarrel\w*|revenge|jealous\w*|grudge|debts?|feud|Streit\w*|Rache"
    r"|Eifersucht|Schulden)\b",
    re.I,
)
#: Words that do so only beside the event: «closed *after* a cable had snapped».
_OCCASION = re.compile(
    r"\b(?:(?<!looked )(?<!look )(?<!named )(?<!\bday )after(?! (?:\w+ ){1,3}(?:"
    r"minutes|hours|days|weeks|months|years)\b)|so that|in order to|caused|triggered"
    r"|blamed|mainly|when|over (?:an?|the|its|their|his|her)|"
    r"(?:fined|arrested|jailed|sent off|critici[sz]ed|praised|honou?red|charged"
    r"|suspended|convicted|sacked|dismissed|booked|banned|sentenced) for"
    r"|to (?:make|avoid|save|protect|prevent)|nachdem|damit)\b",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class SentenceMatch:
    """A sentence of an article as a possible answer to a question."""

    question: Question
    passage: TokenizedArticle
    #: The index of the sentence.
    at: int

    @property
    def line(self) -> TokenizedSentence:
        """The sentence."""
        return self.passage.lines[self.at]

    def is_possible(self) -> bool:
        """Whether no rule refuses the sentence."""
        return (
            not self.line.text.endswith("?")
            and (
                self.question.conditional
                or not statements.is_hypothetical(self.line.text)
            )
            and self._has_answer_kind()
            and self._counts_subject()
            and self._is_about_names()
            and self._is_of_days()
            and self._is_done_by()
            and self._is_real()
            and self._is_ahead()
            and self._keeps_preposition()
            and self._agrees()
            and self._is_said_by()
        )

    def is_unrestricted(self) -> bool:
        """Whether it has «last» or «previous» if the question has."""
        restricting = set(_RESTRICTION.findall(self.question.text))
        return restricting <= set(self.line.words)

    def is_near(self, term: QuestionTerm) -> bool:
        """Whether a word of the question is in the sentence or its context.

        The context are the two sentences before it, the title and the first sentence;
        for the first sentence what follows is about the same event; «he» may be
        somebody who was named anywhere.
        """
        roots, lines, at = term.accepted_roots, self.passage.lines, self.at
        context = lines[max(0, at - _BACK) : at + 1]
        if roots & self.passage.lead or any(roots & line.held for line in context):
            return True
        if at == 0 and term.name is not None:
            return any(roots & line.held for line in lines[1:3])
        spoken_of = term.name == 0 and not _PERSONAL.isdisjoint(self.line.words)
        return (at == 0 or spoken_of) and bool(roots & self.passage.held)

    def is_measured(self) -> bool:
        """Whether the question asks for a number."""
        return self.question.kind in ("number", "money", "length", "age")

    def begins_with_name(self) -> bool:
        """Whether its first words are the name of a person or body."""
        if self.passage.lang == "de":
            return False
        found = names.find_names(
            grammar.tokenize_span(self.line.text, 0, len(self.line.text))
        )
        return bool(found) and found[0].first <= 1 and found[0].kind != "place"

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

    def _is_about_names(self) -> bool:
        """Whether every name is in the sentence or in its near context."""
        for number in range(len(self.question.names)):
            own = self.question.name(number)
            if not all(term.accepted_roots & self.passage.held for term in own):
                return False
            if own and not any(map(self.is_near, own)):
                return False
        return not any(map(self._names_other, self.question.heads))

    def _names_other(self, head: tuple[str, str]) -> bool:
        """Whether it is about «storm Olwen» where «storm Ewan» is asked about."""
        before, name = head
        named = re.findall(
            rf"(?i:\b{re.escape(before)}\s)([A-ZÄÖÜ]\w+)", self.line.text
        )
        return bool(named) and self.line.held.isdisjoint(
            collect_roots(name.split("-"), self.passage.lang)
        )

    def _has_answer_kind(self) -> bool:
        """Whether the sentence has something of the kind that is asked for."""
        text, lang = self.line.text, self.passage.article.lang
        match self.question.kind:
            case "number" | "money" | "length":
                return self._has_number()
            case "age":
                return self._has_age()
            case "day":
                named = _WHEN.search(text) or dates.find_moments(text)
                return bool(named or dates.find_days(text, None, lang))
            case "score":
                return _SCORE.search(text) is not None
            case "place":
                # «Where he had been is a mystery.»
                unknown = statements.is_unknown(text)
                return unknown or self._names_place()
            case "name":
                return self._is_called() or (
                    self._names_somebody() and self._names_beside()
                )
            case "reason":
                return self._may_give_reason()
            case "person":
                # «Who is the judge?» asks for a name.
                return self._names_somebody() or (
                    not self.question.asked_noun and self._has_person_noun()
                )
            case _:
                return True

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
        if whole and whole.search(text):
            return True
        if unit and not unit.search(text):
            return False
        if question.measure and _DIMENSION.search(text) and not self.gives_measure():
            return False
        named = _DIMENSIONS.get(question.measure)
        if named and not named.search(text):
            return False
        return bool(self.numbers)

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
        called = not _CALLED.isdisjoint(self.line.words)
        return called and not asked.isdisjoint(self.line.held)

    def _names_beside(self) -> bool:
        """Whether a name is in apposition to a word asked about."""
        for term in self.question.focus:
            for root in term.accepted_roots & self.line.held:
                beside = (
                    rf"\b{re.escape(root)}\w*,?\s(?:(?:is|was|the)\s){{0,2}}[“\"„]?[A-ZÄÖÜ]\w+"
                    rf"|[A-ZÄÖÜ]\w+[”\"]?,\s(?:the|a|an|his|her|its|their|der|die)\s"
                    rf"(?:[\w-]+\s){{0,4}}{re.escape(root)}"
                )
                if re.search(beside, self.line.text):
                    return True
        return False

    def _may_give_reason(self) -> bool:
        """Whether it is not only the event itself: «Zenith was lost» to «why?»."""
        focus, text = self.question.focus, self.line.text
        held = sum(bool(term.accepted_roots & self.line.held) for term in focus)
        event = bool(focus) and held > _MOST_OF * len(focus)
        return not event or bool(_MAYBE_REASON.search(text)) or self.gives_reason()

    def _find_verb(self) -> list[int]:
        verb = self.question.main_verb
        roots = verb.accepted_roots if verb is not None else frozenset[str]()
        return [at for at, root in enumerate(self.line.roots) if root in roots]

    def _is_real(self) -> bool:
        """Whether what was asked about as past is not only to come, or a condition."""
        text, verbs = self.question.text, self._find_verb()
        obliged = " to " in text or _UNREAL.search(text)
        if not verbs or obliged or not _ASKS_PAST.search(text):
            return True
        words = self.line.words
        return any(
            not _UNREAL.search(" ".join(words[max(0, at - _NEAR) : at]))
            # «A retired clerk» does not say when he retired.
            and not (words[at].endswith("ed") and words[at - 1] in ("a", "an"))
            for at in verbs
        )

    def _is_ahead(self) -> bool:
        """Whether it does not only tell as past what is asked as to come."""
        verbs, words = self._find_verb(), self.line.words
        if self.question.kind != "day" or not _ASKS_AHEAD.search(self.question.text):
            return True
        return not verbs or any(
            (words[at] not in grammar.PAST and not words[at].endswith("ed"))
            or not _BE.isdisjoint(words[max(0, at - 2) : at])
            for at in verbs
        )

    def _keeps_preposition(self) -> bool:
        """Whether «what did she die *of*» has its «of» behind the verb."""
        last = _LAST_PREPOSITION.search(self.question.text)
        verb = self.question.main_verb
        if last is None or verb is None:
            return True
        root = find_root(verb.word, self.question.lang)
        verbs = [at for at, each in enumerate(self.line.roots) if each == root]
        return not verbs or any(
            not {last[1].lower(), "that"}.isdisjoint(
                self.line.words[at : at + _PREPOSITION_REACH]
            )
            for at in verbs
        )

    def _has_age(self) -> bool:
        """Whether an age follows closely after somebody or something asked about."""
        lower = self.line.text.lower()
        for age in _AGE.finditer(self.line.text):
            before = lower[max(0, age.start() - _AGE_REACH) : age.start()]
            if before in ("the ", "das ", "der ", "die "):
                return True
            if "-old" in age[0] or " old" in age[0]:
                before += lower[age.end() : age.end() + _AGE_REACH]
            clause = _ELSE.split(before)[-1]
            # Of whom «she» is the name is asked for near it.
            words = split_words(clause)
            roots = collect_roots(words, self.passage.lang)
            if any(
                term.word in clause or term.accepted_roots & roots
                for term in self.question.terms
            ) or not _PERSONAL.isdisjoint(words):
                return True
            if not self.question.names and all(map(self.is_near, self.question.terms)):
                # «The pharmacist», who has a name here.
                return True
        return False

    def _counts_subject(self) -> bool:
        """Whether a number is before what is counted, if anything is.

        The noun may be left out: «6,000 were still without power», «38 dead».
        """
        counted, line, lang = self.question.counted, self.line, self.passage.lang
        if counted is None or self.reports_toll():
            return True
        others = [t.accepted_roots for t in self.question.focus if t is not counted]
        states = frozenset[str]().union(*others)
        near = self.is_near(counted)
        for number in numbers.find_numbers(line.text, self.passage.article.lang):
            rest = line.text[number.end : number.end + _COUNT_REACH]
            before = line.text[: number.start]
            after = [w for w in split_words(rest) if w not in _STILL][: _NEAR + 1]
            roots = [find_root(word, lang) for word in after]
            part = _PART.match(rest) and not before.lower().endswith("all ")
            if _WHOLE.search(before) or (part and not states.isdisjoint(roots)):
                # «34 of the 40 people missing are safe» counts no missing people.
                continue
            if not counted.accepted_roots.isdisjoint(roots):
                return True
            if counted.word in _ANY_PEOPLE and any(map(_PEOPLE.search, after[:2])):
                return True
            if not states.isdisjoint(roots[:1]):
                return True
            if near and not _ELIDING.isdisjoint(after[:1]):
                return True
        held = counted.accepted_roots & line.held
        return bool(held) and not _NONE.isdisjoint(line.words)

    def reports_toll(self) -> bool:
        """Whether it is «the number of … has risen to 31» of what is counted."""
        toll = _TOLL.search(self.line.text)
        if toll is None:
            return False
        asked = (self.question.counted, *self.question.focus)
        return any(term and term.accepted_roots & self.line.held for term in asked)

    def _names_somebody(self) -> bool:
        """Whether the sentence names somebody whom the question does not."""
        asked = {term.word for term in self.question.terms if term.name is not None}
        text, question = self.line.text, self.question
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
            # In German every noun is capitalised.
            if self.passage.lang != "de" or len(parts) > 1 or name.kind == "person":
                return True
        return False

    def _is_of_days(self) -> bool:
        """Whether the sentence, or else its article, is of the days asked for."""
        period, article = self.question.days, self.passage.article
        if period is None:
            return True
        written = article.published.date() if article.published is not None else None
        found = dates.find_dated_days(self.line.text, written, article.lang)
        named = [(day.first, day.last) for day in found if day.first and day.last]
        if named:
            return any(a <= period.last and period.first <= b for a, b in named)
        if written is None or written < period.first:
            # Of days to come an article may not repeat when they are.
            return written is not None
        return period.first <= written <= period.last + _PERIOD_SLACK

    def _is_said_by(self) -> bool:
        """Whether the sentence reports words of the person asked about."""
        speaker = self.question.speaker
        own = self.question.name(speaker) if speaker is not None else ()
        if not own:
            return True
        roots, line = own[-1].accepted_roots, self.line
        for quote in self.passage.quotes:
            if spans_overlap(quote.context, line.span):
                words = split_words(quote.speaker or "")
                return bool(roots & collect_roots(words, self.passage.lang))
        named = roots & line.held or _PRONOUNS & set(line.words)
        return bool(named and SAYING_ROOTS & line.held)

    def _agrees(self) -> bool:
        """Whether neither the sentence nor its context denies what is asked about."""
        question, line = self.question, self.line
        if question.kind == "yes or no":
            return True
        if not self.reports_toll() and contradictions.has_opposite(
            question.text, line.text
        ):
            return False
        if question.denies or question.kind in ("number", "money"):
            return True
        asked = [term.accepted_roots for term in question.terms if term.name is None]
        first = max(0, self.at - _BACK)
        for near in self.passage.lines[first : self.at + 1]:
            denied = collect_roots(_iter_denied_words(near.text), question.lang)
            # Those before it do not deny what it says itself.
            said = line.held if near is not line else frozenset[str]()
            if any(roots & denied and not roots & said for roots in asked):
                return False
        return True

    def _is_done_by(self) -> bool:
        """Whether agent and patient may be on the right sides of the verb."""
        question, line = self.question, self.line
        if question.asks_doer is None:
            return True
        own = question.name(len(question.names) - 1 if question.asks_doer else 0)
        roots = frozenset[str]().union(*(term.accepted_roots for term in own))
        verbs = [at for at, root in enumerate(line.roots) if root == question.verb]
        places = [at for at, root in enumerate(line.roots) if root in roots]
        return not verbs or any(self._is_on_its_side(verb, places) for verb in verbs)

    def _is_on_its_side(self, verb: int, places: Sequence[int]) -> bool:
        """Whether what is named stands where it must; a passive names its agent."""
        words = self.line.words
        passive = words[verb + 1 : verb + 2] == ("by",) or (
            words[verb - 1] not in ("to", "zu")
            and not _BE.isdisjoint(words[max(0, verb - 3) : verb])
        )
        by_agent = not _BY.isdisjoint(words[verb : verb + _REACH])
        if self.question.asks_doer and passive and not by_agent:
            return False
        if verb and words[verb - 1] in ("i", "we"):
            # In quoted words it is the speaker.
            return True
        if self.question.asks_doer != (passive and by_agent):
            return not places or any(verb < at for at in places)
        return not places or any(at < verb for at in places)


def _iter_dates(text: str) -> Iterator[Span]:
    for moment in dates.find_moments(text):
        yield Span(start=moment.start, end=moment.end)
    for year in _YEAR.finditer(text):
        yield Span(start=year.start(1), end=year.end(1))


def _drop_attribution(text: str) -> str:
    """Without «…, the mayor said», which names who says it, not who did it."""
    return _ATTRIBUTION.sub("", text)


def _iter_denied_words(text: str) -> Iterator[str]:
    """The words right after a «not», up to the next punctuation."""
    for match in _NOT.finditer(text.lower().replace("’", "'")):
        yield from match[1].split()
