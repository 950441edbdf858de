"""Judge whether a sentence of an article can be the answer to a question.

Each rule refuses a sentence for one reason: it is not about a name of the question, has
no number or person that is asked for, is about another day, or somebody else said or
did it. A sentence that passes may still be far from the question.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from digests.answers.questions import Period, Question, QuestionTerm
from digests.answers.vocabulary import PERSON_NOUNS, SPEECH_VERBS, find_root
from digests.grounding import contradictions
from digests.language import dates, grammar, names, numbers, sentences
from digests.language.spans import span_text, spans_overlap
from digests.language.words import resolve_language, split_words, word_set
from digests.quotes import attribution
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

    @cached_property
    def held(self) -> frozenset[str]:
        """The roots of title and text."""
        return self.title.union(*(line.held for line in self.lines))

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """Its quotations with their speakers."""
        article = self.article
        return attribution.find_quotes(
            article.text, title=article.title, lang=article.lang
        )

    @cached_property
    def lead(self) -> frozenset[str]:
        """The roots of title and first sentence, which say what it is about."""
        return self.title | (self.lines[0].held if self.lines else frozenset())


def tokenize_article(article: Article) -> TokenizedArticle:
    """Split an article into sentences and roots."""
    lang = resolve_language(article.lang)
    spans = sentences.split_sentences(article.text, article.lang, most=_MAX_SENTENCES)
    return TokenizedArticle(
        article=article,
        lines=tuple(_tokenize_sentence(article.text, span, lang) for span in spans),
        title=frozenset(_list_roots(split_words(article.title or ""), lang)),
    )


def _tokenize_sentence(text: str, span: Span, lang: str) -> TokenizedSentence:
    said = span_text(text, span)
    words = split_words(said)
    return TokenizedSentence(
        span=span, text=said, words=words, roots=_list_roots(words, lang)
    )


def _list_roots(words: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(find_root(word, lang) for word in words)


#: Weights of a word that is one or two sentences before, in the title or first
#: sentence, or elsewhere in the article.
WEIGHTS_BEFORE, LEAD_WEIGHT, ELSEWHERE_WEIGHT = (0.75, 0.55), 0.6, 0.25
#: The second of these for questions about what somebody said.
SPEECH_LEAD_WEIGHT = 0.3
#: The least nearness of a name.
_SPOKEN_OF = 0.5
_MONEY = re.compile(
    r"[$£€¥]|\b(?:pence|penny|cents?|euros?|pounds?|dollars?|percent|per cent)\b|%",
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


def measure_nearness(
    term: QuestionTerm, passage: TokenizedArticle, at: int, lead: float = LEAD_WEIGHT
) -> float:
    """How near a word of a question is to the sentence `at`: 0 to 1.

    Args:
        term: The word.
        passage: The article.
        at: The index of its sentence.
        lead: The nearness if the article begins with the word.
    """
    if term.accepted_roots & passage.lines[at].held:
        return 1.0
    for back, worth in enumerate(WEIGHTS_BEFORE, 1):
        if at >= back and term.accepted_roots & passage.lines[at - back].held:
            return worth
    if term.accepted_roots & passage.lead:
        return lead
    return ELSEWHERE_WEIGHT if term.accepted_roots & passage.held else 0.0


def speaks_of_names(question: Question, passage: TokenizedArticle, at: int) -> bool:
    """Whether every name is in the sentence or in its near context."""
    for number in range(len(question.names)):
        own = question.name(number)
        if len(own) > 1 and not _name_stands(own, passage):
            return False
        if (
            own
            and max(measure_nearness(term, passage, at) for term in own) < _SPOKEN_OF
        ):
            return False
    return True


def _name_stands(own: Sequence[QuestionTerm], passage: TokenizedArticle) -> bool:
    """Whether the words of a name occur together, at most one word apart."""
    for line in passage.lines:
        places = [
            [at for at, held in enumerate(line.roots) if held in term.accepted_roots]
            for term in own
        ]
        if all(places) and all(
            any(0 < b - a <= 2 for a in first for b in second)
            for first, second in pairwise(places)
        ):
            return True
    return all(term.accepted_roots & passage.title for term in own)


def has_answer_kind(
    question: Question, passage: TokenizedArticle, line: TokenizedSentence
) -> bool:
    """Whether the sentence has something of the kind that is asked for."""
    lang = passage.article.lang
    match question.kind:
        case "number" | "money" | "length":
            return _has_number(question, line, lang)
        case "age":
            return _has_age(question, line)
        case "day":
            return bool(
                dates.find_moments(line.text) or dates.find_days(line.text, None, lang)
            )
        case "person":
            return _has_somebody(question, line)
        case _:
            return True


def _has_number(question: Question, line: TokenizedSentence, lang: str | None) -> bool:
    found = numbers.find_numbers(line.text, lang)
    if not any(number.value not in question.figures for number in found):
        return False
    if question.kind == "money":
        return _MONEY.search(line.text) is not None
    if question.kind == "length":
        return _LENGTH.search(line.text) is not None
    return True


_AGE = re.compile(
    r"\b(?:aged|is now|is|was|,)\s(\d{1,3})\b(?!\s?(?:percent|per|%|million|,\d))"
    r"|, (\d{1,3}),|\b(\d{1,3})[- ]years?[- ]old\b|\b(\d{1,3}) Jahre alt|\((\d{1,3})\)"
    r"|\b(?:built|dates? from|opened|founded|since|put up) (?:in )?(\d{4})\b"
)
_AGE_REACH = 40


def _has_age(question: Question, line: TokenizedSentence) -> bool:
    """Whether an age follows closely after somebody or something asked about."""
    lower = line.text.lower()
    for age in _AGE.finditer(line.text):
        before = lower[max(0, age.start() - _AGE_REACH) : age.start()]
        if "-old" in age[0] or " old" in age[0]:
            before += lower[age.end() : age.end() + _AGE_REACH]
        clause = _ELSE.split(before)[-1]
        if any(term.word in clause for term in question.terms):
            return True
    return False


#: After these words somebody else may be meant.
_ELSE = re.compile(r"\b(?:said|says|told|that|and|whose|while|sagte|dass|und)\b")


def counts_subject(
    counted: QuestionTerm | None, line: TokenizedSentence, lang: str | None
) -> bool:
    """Whether a number is before what is counted, if anything is."""
    if counted is None:
        return True
    places = [
        at for at, held in enumerate(line.roots) if held in counted.accepted_roots
    ]
    if not places:
        return False
    for number in numbers.find_numbers(line.text, lang):
        after = line.text[number.end :].lower()
        first = len(line.words) - len(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", after))
        if any(0 <= at - first <= _NEAR for at in places):
            return True
    return bool(_NONE & set(line.words))


_NEAR = 4
_NONE = word_set("nobody none no niemand keine kein")


def _has_somebody(question: Question, line: TokenizedSentence) -> bool:
    """Whether the sentence has a person whom the question does not name."""
    return _names_somebody(question, line) or bool(PERSON_NOUNS & set(line.words))


def _names_somebody(question: Question, line: TokenizedSentence) -> bool:
    asked = {term.word for term in question.terms if term.name is not None}
    for name in names.find_names(grammar.tokenize_span(line.text, 0, len(line.text))):
        parts = {part.lower().removesuffix("'s") for part in name.text.split()}
        if name.kind not in ("place", "title", "party") and not parts & asked:
            return True
    return False


def has_figures(
    question: Question, passage: TokenizedArticle, line: TokenizedSentence
) -> bool:
    """Whether the sentence has the numbers of the question too."""
    if not question.figures:
        return True
    lang = passage.article.lang
    there = {number.value for number in numbers.find_numbers(line.text, lang)}
    there |= {n.value for n in numbers.find_numbers(passage.article.title or "", lang)}
    there |= {
        float(m.year)
        for m in dates.find_moments(line.text)
        if m.kind != "time" and m.year
    }
    return question.figures <= there


def is_of_days(
    period: Period | None, passage: TokenizedArticle, line: TokenizedSentence
) -> bool:
    """Whether the sentence, or else its article, is of the days asked for."""
    if period is None:
        return True
    published = passage.article.published
    written = published.date() if published is not None else None
    named_days = [*_list_days(line.text, written, passage.article.lang)]
    if named_days:
        return any(a <= period.last and period.first <= b for a, b in named_days)
    if written is None:
        return False
    return period.first <= written <= period.last + _PERIOD_SLACK


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


def is_said_by(
    speaker: Sequence[QuestionTerm], passage: TokenizedArticle, line: TokenizedSentence
) -> bool:
    """Whether the sentence reports words of the person asked about."""
    last = speaker[-1]
    for quote in passage.quotes:
        if spans_overlap(quote.context, line.span):
            said_by = frozenset(_list_speaker_roots(quote.speaker or "", passage))
            return bool(last.accepted_roots & said_by)
    named = last.accepted_roots & line.held or _PRONOUNS & set(line.words)
    return bool(named and _SAYING & line.held)


_PRONOUNS = word_set("he she they it er sie")
_SAYING = frozenset(map(find_root, (*SPEECH_VERBS, "urge"))) | frozenset(
    find_root(word, "de") for word in ("sagte", "kündigte", "bemängelte", "erklärte")
)


def _list_speaker_roots(text: str, passage: TokenizedArticle) -> list[str]:
    lang = resolve_language(passage.article.lang)
    return [find_root(word.lower().strip(".,"), lang) for word in text.split()]


def agrees_with_question(
    question: Question, passage: TokenizedArticle, at: int
) -> bool:
    """Whether neither the sentence nor its context denies what is asked about."""
    line = passage.lines[at]
    if contradictions.has_opposite(question.text, line.text):
        return False
    if question.denies or question.kind in ("number", "money"):
        return True
    asked = [term.accepted_roots for term in question.terms if term.name is None]
    if _denies_roots(line, asked, question.lang):
        return False
    elsewhere = [
        accepted_roots for accepted_roots in asked if not accepted_roots & line.held
    ]
    before = passage.lines[max(0, at - len(WEIGHTS_BEFORE)) : at]
    return not any(_denies_roots(other, elsewhere, question.lang) for other in before)


def _denies_roots(
    line: TokenizedSentence, asked: Sequence[frozenset[str]], lang: str
) -> bool:
    denied = [find_root(word, lang) for word in _iter_denied_words(line.text)]
    return any(held in accepted_roots for held in denied for accepted_roots in asked)


def _iter_denied_words(text: str) -> Iterator[str]:
    """The words right after a «not», up to the next punctuation."""
    for match in _NOT.finditer(text.lower().replace("’", "'")):
        yield from match[1].split()


#: A negation with the one or two words that it denies.
_NOT = re.compile(r"(?:\b(?:not|never|nicht|nie)|n't)\s((?:[\w'-]+(?:\s|$)?){1,2})")


def is_done_by(question: Question, line: TokenizedSentence) -> bool:
    """Whether agent and patient are on the sides of the verb that are asked about."""
    if question.asks_doer is None or not question.names:
        return True
    verbs = [at for at, held in enumerate(line.roots) if held == question.verb]
    own = question.name(len(question.names) - 1 if question.asks_doer else 0)
    places = [
        at for at, r in enumerate(line.roots) if any(r in t.accepted_roots for t in own)
    ]
    if not verbs or not places:
        return True
    return any(_on_its_side(question, line, verb, places) for verb in verbs)


def _on_its_side(
    question: Question, line: TokenizedSentence, verb: int, places: Sequence[int]
) -> bool:
    passive = bool(_BE & set(line.words[max(0, verb - 3) : verb])) and (
        "by" in line.words[verb : verb + _REACH]
    )
    wants_after = bool(question.asks_doer) != passive
    if wants_after:
        return any(verb < at for at in places)
    return any(at < verb for at in places)


def weight_of_kind(question: Question, line: TokenizedSentence) -> float:
    """The factor of a sentence's score where its kind is uncertain."""
    kind = question.kind
    if kind == "person":
        return 1.0 if _names_somebody(question, line) else 0.8
    if kind == "reason":
        return 1.0 if _REASON.search(line.text) else 0.65
    if kind == "place":
        return 1.0 if _PLACE.search(line.text) else 0.75
    return 1.0


_REASON = re.compile(
    r"\b(?:because|after|due to|owing to|so that|in order to|as a result|the cause"
    r"|reason|blamed|mainly|weil|wegen|nachdem|um|damit|denn)\b",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|on|near|off|from|to|under|beneath|between|across|outside|along|im|am|bei"
    r"|nach|aus)\s(?:the\s|der\s|dem\s|den\s)?(?:\w+\s)?[A-ZÄÖÜ]|"
    r"\b(?:north|south|east|west)\b|\b(?:in|at|on|from|under) (?:the|a) \w+"
)
