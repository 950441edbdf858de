"""Judge whether a sentence of an article can be the answer to a question.

Each rule refuses a sentence for one reason: it is not about a name of the question, has
no number or person that is asked for, is about another day, or somebody else said or
did it. A sentence that passes may still be far from the question.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import PERSON_NOUNS, SPEECH_VERBS, find_root
from digests.grounding import contradictions
from digests.language import dates, grammar, names, numbers, sentences
from digests.language.spans import spans_overlap
from digests.language.words import resolve_language, split_words, word_set
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
    """An article with its sentences."""

    article: Article
    lines: tuple[TokenizedSentence, ...]
    title: frozenset[str]
    find_quotes: Callable[[Article], tuple[Quote, ...]]

    @cached_property
    def held(self) -> frozenset[str]:
        """The roots of title and text."""
        return self.title.union(*(line.held for line in self.lines))

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """Its quotations with their speakers."""
        return self.find_quotes(self.article)

    @cached_property
    def lead(self) -> frozenset[str]:
        """The roots of title and first sentence, which say what it is about."""
        return self.title | (self.lines[0].held if self.lines else frozenset())


def tokenize_article(
    article: Article, find_quotes: Callable[[Article], tuple[Quote, ...]]
) -> TokenizedArticle:
    """Split an article into sentences and roots.

    Args:
        article: Read once; its sentences are the spans of the lines.
        find_quotes: Called once, only if a question asks for what somebody said.
    """
    lang = resolve_language(article.lang)
    spans = sentences.split_sentences(article.text, article.lang, most=_MAX_SENTENCES)
    return TokenizedArticle(
        article=article,
        lines=tuple(_tokenize_sentence(article.text, span, lang) for span in spans),
        title=frozenset(_list_roots(split_words(article.title or ""), lang)),
        find_quotes=find_quotes,
    )


def _tokenize_sentence(text: str, span: Span, lang: str) -> TokenizedSentence:
    said = text[span.start : span.end]
    words = split_words(said)
    return TokenizedSentence(
        span=span, text=said, words=words, roots=_list_roots(words, lang)
    )


def _list_roots(words: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(find_root(word, lang) for word in words)


#: Weights of a word that is one or two sentences before, in the title or first
#: sentence, or elsewhere in the article.
WEIGHTS_BEFORE, LEAD_WEIGHT, ELSEWHERE_WEIGHT = (0.75, 0.55), 0.6, 0.25
#: The weights for an article's first sentence of a word of its title, and of a word
#: further down: what follows is about the same event.
TITLE_WEIGHT, LATER_WEIGHT = 0.75, 0.5
#: The second of these for questions about what somebody said.
SPEECH_LEAD_WEIGHT = 0.3
#: The least nearness of a name.
_SPOKEN_OF = 0.5
_MONEY = re.compile(
    r"[$£€¥₹₦]|\b(?:pence|penny|cents?|euros?|pounds?|dollars?|percent|per cent|crowns?"
    r"|francs?|yen|yuan|rupees?|lakhs?|crores?|naira|rand|pesos?|shillings?|kron(?:or|er|a)"
    r"|zloty|forint|Kronen|Franken|Rs)\b|%",
    re.I,
)
#: «It is to *cost* 265 million»: a sum without its currency.
_COSTING = re.compile(
    r"\b(?:cost\w*|price[ds]?|worth|dearer|pay\w*|paid|bill|kost\w+|Preis\w*|teuer|zahl\w+)\b"
    r"[^.;]{0,60}\d",
    re.I,
)
_LENGTH = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|winters?|nights?|"
    r"(?:kilo|centi|milli)?met(?:re|er)s?|km|miles?|feet|foot|"
    r"Sekunden?|Minuten?|Stunden?|Tagen?|Wochen?|Monaten?|Jahren?|Kilometern?|Metern?)\b"
)
_BE = word_set("is are was were be been being am")
#: Words after a verb in which «by» makes it passive.
_REACH = 8
_PERIOD_SLACK = timedelta(days=1)
_AGE = re.compile(
    r"\b(?:aged|is now|is|was|,)\s(\d{1,3})\b(?!\s?(?:percent|per|%|million|,\d))"
    r"|, (\d{1,3}),|\b(\d{1,3})[- ]years?[- ]old\b|\b(\d{1,3}) Jahre alt|\((\d{1,3})\)"
    r"|\b(?:built|dates? from|opened|founded|since|put up) (?:in )?(\d{4})\b"
)
_AGE_REACH = 40
#: After these words somebody else may be meant.
_ELSE = re.compile(r"\b(?:said|says|named|that|and|whose|while|sagte|dass|und)\b")
_NEAR = 4
#: After «the number of …»: where a count stands or moves.
_TOLL = re.compile(
    r"\b(?:number|total|toll|count|figure|Zahl|Anzahl)\b[^.;]*?\s(?:to|at|is|was|now|"
    r"reached|auf|bei|beträgt|liegt)\s(?:\w+\s)?(?:\d|[a-zäöü]+\b)",
)
#: «34 of the 40 missing» does not tell how many are missing.
_PARTITIVE = re.compile(
    r"\A(?:\w+\s)?[\w,-]+\s(?:of|von|der)\s(?:the\s|den\s)?(?:\d|\w+(?:teen|ty)\b|two|"
    r"three|four|five|six|seven|eight|nine|ten|eleven|twelve)",
    re.I,
)
_CALLED = re.compile(r"\b(?:called|named|name\s(?:is|was)|heißt|hieß)\s[A-ZÄÖÜ]")
#: Endings of nouns for people by what they do.
_PERSON = re.compile(
    r"\w{3,}(?:ist|ian|eer|man|woman|men|women)\Z"
    r"|(?:keeper|maker|worker|builder|driver|owner|teacher|farmer|fahrer|wirt)\Z"
)
_ATTRIBUTION = re.compile(
    r",\s(?:[^,.;]{2,60},\s)?[^,.;]{2,70}\s(?:said|says|announced|wrote|heard|sagte|"
    r"teilte|erklärte)\b[^,;]*\Z"
    r"|,\s(?:said|says|sagte|so)\s[^;]*\Z"
)
#: Verbs right after a number whose noun is left out.
_ELIDING = word_set("""
    were was are is have had has remain remained wurden sind waren werden haben hatten
    blieben
""")
_ELIDED_REACH = 24
_NONE = word_set("nobody none no niemand keine kein")
_PRONOUNS = word_set("he she they it er sie")
_SAYING = frozenset(map(find_root, (*SPEECH_VERBS, "urge"))) | frozenset(
    find_root(word, "de") for word in ("sagte", "kündigte", "bemängelte", "erklärte")
)
#: A negation with the one or two words that it denies.
_NOT = re.compile(r"(?:\b(?:not|never|nicht|nie)|n't)\s((?:[\w'-]+(?:\s|$)?){1,2})")
#: Words that make a sentence a reason, wherever the event is reported.
_REASON = re.compile(
    r"\b(?:because|due to|owing to|as a result|the cause|reason|caused by|triggered by"
    r"|blamed on|thanks to|source of|traced to|weil|wegen|denn|Ursache (?:war|ist)"
    r"|Grund (?:war|ist|dafür)|Auslöser|aufgrund|infolge)\b",
    re.I,
)
#: Words that do so only beside the event: «closed *after* a cable had snapped».
_OCCASION = re.compile(
    r"\b(?:(?<!looked )(?<!look )(?<!named )(?<!day )after(?! (?:\w+ ){1,3}(?:"
    r"minutes|hours|days|weeks|months|years)\b)|so that|in order to|caused|triggered"
    r"|blamed|mainly|"
    r"(?:fined|arrested|jailed|sent off|critici[sz]ed|praised|honou?red|charged"
    r"|suspended|convicted|sacked|dismissed|booked|banned|sentenced) for"
    r"|to (?:make|avoid|save|protect|prevent)|nachdem|damit)\b",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|on|near|off|from|to|under|beneath|between|across|outside|along|im|am|bei"
    r"|nach|aus)\s(?:the\s|der\s|dem\s|den\s)?(?:\w+\s)?[A-ZÄÖÜ]|"
    r"\b(?:north|south|east|west)\b|\b(?:in|at|on|from|under) (?:the|a) \w+"
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
            self._has_answer_kind()
            and self._counts_subject()
            and self._is_about_names()
            and self._has_figures()
            and self._is_of_days()
            and self._is_done_by()
            and self._agrees()
            and self._is_said_by()
        )

    def measure_nearness(
        self, term: QuestionTerm, lead: float = LEAD_WEIGHT, *, titled: bool = True
    ) -> float:
        """How near a word of the question is to the sentence: 0 to 1.

        `lead` is the nearness of a word with which the article begins; `titled` says
        whether an article's title counts as the sentence before its first.
        """
        roots, passage, at = term.accepted_roots, self.passage, self.at
        if roots & passage.lines[at].held:
            return 1.0
        if lead == 1.0 and roots & passage.lead:
            return lead
        for back, worth in enumerate(WEIGHTS_BEFORE, 1):
            if at >= back and roots & passage.lines[at - back].held:
                return worth
        if titled and at == 0 and roots & passage.title:
            return max(lead, TITLE_WEIGHT)
        if roots & passage.lead:
            return lead
        if roots & passage.held:
            later = at == 0 and term.name is None
            return LATER_WEIGHT if later else ELSEWHERE_WEIGHT
        return 0.0

    def weigh_kind(self) -> float:
        """The factor of the score where it is uncertain what kind of thing is said."""
        text = self.line.text
        match self.question.kind:
            case "person":
                return 1.0 if self._names_somebody() else 0.8
            case "number" if _PARTITIVE.search(text):
                return 0.7
            case "number" if _TOLL.search(text):
                return 1.2
            case "reason":
                return 1.0 if self.gives_reason() else 0.45
            case "place":
                return 1.0 if _PLACE.search(text) else 0.75
            case _:
                return 1.0

    def gives_reason(self) -> bool:
        """Whether a word of the sentence says that it is a cause."""
        text, held = self.line.text, self.line.held
        if _REASON.search(text):
            return True
        focus = [term for term in self.question.focus if term.weight >= 1]
        named = sum(bool(term.accepted_roots & held) for term in focus)
        beside = bool(focus) and 2 * named >= len(focus)
        return beside and _OCCASION.search(text) is not None

    def _is_about_names(self) -> bool:
        """Whether every name is in the sentence or in its near context."""
        for number in range(len(self.question.names)):
            own = self.question.name(number)
            if len(own) > 1 and not _has_name(self.passage, own):
                return False
            if own and max(map(self.measure_nearness, own)) < _SPOKEN_OF:
                return False
        return True

    def _has_answer_kind(self) -> bool:
        """Whether the sentence has something of the kind that is asked for."""
        text, lang = self.line.text, self.passage.article.lang
        match self.question.kind:
            case "number" | "money" | "length":
                return self._has_number()
            case "age":
                return self._has_age()
            case "day":
                named = dates.find_moments(text) or dates.find_days(text, None, lang)
                return bool(named)
            case "name":
                called = _CALLED.search(text) is not None
                return called or self._names_somebody()
            case "person":
                words = split_words(_drop_attribution(text))
                nouns = any(w in PERSON_NOUNS or _PERSON.search(w) for w in words)
                return nouns or self._names_somebody()
            case _:
                return True

    def _has_number(self) -> bool:
        question, text = self.question, self.line.text
        found = numbers.find_numbers(text, self.passage.article.lang)
        if not any(number.value not in question.figures for number in found):
            return False
        if question.kind == "money":
            return bool(_MONEY.search(text) or _COSTING.search(text))
        return question.kind != "length" or _LENGTH.search(text) is not None

    def _has_age(self) -> bool:
        """Whether an age follows closely after somebody or something asked about."""
        lower = self.line.text.lower()
        for age in _AGE.finditer(self.line.text):
            before = lower[max(0, age.start() - _AGE_REACH) : age.start()]
            if "-old" in age[0] or " old" in age[0]:
                before += lower[age.end() : age.end() + _AGE_REACH]
            clause = _ELSE.split(before)[-1]
            if any(term.word in clause for term in self.question.terms):
                return True
        return False

    def _counts_subject(self) -> bool:
        """Whether a number is before what is counted, if anything is."""
        counted, line = self.question.counted, self.line
        if counted is None:
            return True
        roots = counted.accepted_roots
        if self._tells_toll() or self._counts_elided():
            return True
        places = [at for at, root in enumerate(line.roots) if root in roots]
        if not places:
            return False
        for number in numbers.find_numbers(line.text, self.passage.article.lang):
            after = split_words(line.text[number.end :])
            first = len(line.words) - len(after)
            if any(0 <= at - first <= _NEAR for at in places):
                return True
        return bool(_NONE & set(line.words))

    def _tells_toll(self) -> bool:
        """Whether it is «the number of … has risen to 31» of what is counted."""
        toll = _TOLL.search(self.line.text)
        if toll is None:
            return False
        asked = (self.question.counted, *self.question.focus)
        return any(term and term.accepted_roots & self.line.held for term in asked)

    def _counts_elided(self) -> bool:
        """Whether the noun is left out: «6,000 were still without power», «38 dead»."""
        counted, line = self.question.counted, self.line
        if counted is None:
            return False
        states = [term for term in self.question.focus if term is not counted]
        for number in numbers.find_numbers(line.text, self.passage.article.lang):
            after = split_words(line.text[number.end : number.end + _ELIDED_REACH])[:1]
            if not after:
                continue
            root = find_root(after[0], resolve_language(self.passage.article.lang))
            if any(root in term.accepted_roots for term in states):
                return True
            if after[0] in _ELIDING and self.measure_nearness(counted) >= _SPOKEN_OF:
                return True
        return False

    def _names_somebody(self) -> bool:
        """Whether the sentence names somebody whom the question does not."""
        asked = {term.word for term in self.question.terms if term.name is not None}
        text = self.line.text
        if self.question.speaker is None and self.question.verb not in _SAYING:
            text = _drop_attribution(text)
        for name in names.find_names(grammar.tokenize_span(text, 0, len(text))):
            parts = {part.lower().removesuffix("'s") for part in name.text.split()}
            if name.kind not in ("place", "title", "party") and not parts & asked:
                return True
        return False

    def _has_figures(self) -> bool:
        """Whether the sentence has the numbers of the question too."""
        if not self.question.figures:
            return True
        text, article = self.line.text, self.passage.article
        there = {
            number.value
            for source in (text, article.title or "")
            for number in numbers.find_numbers(source, article.lang)
        }
        moments = dates.find_moments(text)
        there |= {float(m.year) for m in moments if m.kind != "time" and m.year}
        return self.question.figures <= there

    def _is_of_days(self) -> bool:
        """Whether the sentence, or else its article, is of the days asked for."""
        period, article = self.question.days, self.passage.article
        if period is None:
            return True
        written = article.published.date() if article.published is not None else None
        named_days = _list_days(self.line.text, written, article.lang)
        if named_days:
            return any(a <= period.last and period.first <= b for a, b in named_days)
        if written is None:
            return False
        return period.first <= written <= period.last + _PERIOD_SLACK

    def _is_said_by(self) -> bool:
        """Whether the sentence reports words of the person asked about."""
        speaker = self.question.speaker
        own = self.question.name(speaker) if speaker is not None else ()
        if not own:
            return True
        roots, line = own[-1].accepted_roots, self.line
        lang = resolve_language(self.passage.article.lang)
        for quote in self.passage.quotes:
            if spans_overlap(quote.context, line.span):
                words = (quote.speaker or "").split()
                return any(
                    find_root(w.lower().strip(".,"), lang) in roots for w in words
                )
        named = roots & line.held or _PRONOUNS & set(line.words)
        return bool(named and _SAYING & line.held)

    def _agrees(self) -> bool:
        """Whether neither the sentence nor its context denies what is asked about."""
        question, line = self.question, self.line
        if question.kind == "yes or no":
            return True
        if not self._tells_toll() and contradictions.has_opposite(
            question.text, line.text
        ):
            return False
        if question.denies or question.kind in ("number", "money"):
            return True
        asked = [term.accepted_roots for term in question.terms if term.name is None]
        if _denies_roots(line, asked, question.lang):
            return False
        elsewhere = [roots for roots in asked if not roots & line.held]
        before = self.passage.lines[max(0, self.at - len(WEIGHTS_BEFORE)) : self.at]
        return not any(_denies_roots(b, elsewhere, question.lang) for b in before)

    def _is_done_by(self) -> bool:
        """Whether agent and patient are on the right sides of the verb."""
        question, line = self.question, self.line
        if question.asks_doer is None or not question.names:
            return True
        own = question.name(len(question.names) - 1 if question.asks_doer else 0)
        roots = frozenset[str]().union(*(term.accepted_roots for term in own))
        verbs = [at for at, root in enumerate(line.roots) if root == question.verb]
        places = [at for at, root in enumerate(line.roots) if root in roots]
        if not verbs or not places:
            return True
        return any(self._is_on_its_side(verb, places) for verb in verbs)

    def _is_on_its_side(self, verb: int, places: Sequence[int]) -> bool:
        words = self.line.words
        passive = bool(_BE & set(words[max(0, verb - 3) : verb])) and (
            "by" in words[verb : verb + _REACH]
        )
        if bool(self.question.asks_doer) != passive:
            return any(verb < at for at in places)
        return any(at < verb for at in places)


def _drop_attribution(text: str) -> str:
    """Without «…, the mayor said», which names who says it, not who did it."""
    return _ATTRIBUTION.sub("", text)


def _has_name(passage: TokenizedArticle, own: Sequence[QuestionTerm]) -> bool:
    """Whether the words of a name occur together, at most one word apart."""
    for line in passage.lines:
        places = [
            [at for at, root in enumerate(line.roots) if root in term.accepted_roots]
            for term in own
        ]
        if all(places) and all(
            any(0 < b - a <= 2 for a in first for b in second)
            for first, second in pairwise(places)
        ):
            return True
    return all(term.accepted_roots & passage.title for term in own)


def _list_days(
    text: str, written: date | None, lang: str | None
) -> list[tuple[date, date]]:
    found = [
        (day.first, day.last)
        for day in dates.find_days(text, written, lang)
        if day.first is not None and day.last is not None
    ]
    for moment in dates.find_moments(text):
        ahead = dates.looks_ahead(text, moment.start)
        span = dates.resolve_calendar_date(moment, written, ahead=ahead)
        if span is not None:
            found.append(span)
    return found


def _denies_roots(
    line: TokenizedSentence, asked: Sequence[frozenset[str]], lang: str
) -> bool:
    denied = [find_root(word, lang) for word in _iter_denied_words(line.text)]
    return any(held in accepted_roots for held in denied for accepted_roots in asked)


def _iter_denied_words(text: str) -> Iterator[str]:
    """The words right after a «not», up to the next punctuation."""
    for match in _NOT.finditer(text.lower().replace("’", "'")):
        yield from match[1].split()
