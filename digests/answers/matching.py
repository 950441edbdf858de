"""Judge whether a sentence of an article can be the answer to a question.

Each rule refuses a sentence for one reason: it is not about a name of the question, has
no number or person that is asked for, is about another day, or somebody else said or
did it. A sentence that passes may still be far from the question.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digests.answers import naming, restrictions, statements
from digests.answers.amounts import MANY
from digests.answers.answer_kinds import SENTENCES_BACK, KindMatch
from digests.answers.passages import TokenizedSentence
from digests.answers.periods import Period
from digests.answers.questions import QuestionTerm
from digests.answers.vocabulary import SAYING_ROOTS, collect_roots, find_root
from digests.grounding import contradictions
from digests.language import dates, grammar, names, numbers
from digests.language.spans import spans_overlap
from digests.language.words import STOP_WORDS, split_words, word_set

_BE = word_set("is are was were be been being am ist sind war waren wurde wurden")
_BY = word_set("by von durch")
_ASKS_PAST = re.compile(r"\b(?:did|was|were|has|have|had|wurden?|hat|haben|hatten?)\b")
_UNREAL = {
    "en": re.compile(
        r"\b(?:will|would|can|could|may|might|must|should|if|supposed)\b"
        r"|\b(?<!had )(?<!has )(?<!have )(?<!decision )(?<!decided )(?<!managed )"
        r"(?<!forced )(?<!began )(?<!helped )to(?:\s(?:be|have|been))*\Z"
    ),
    "de": re.compile(
        r"\b(?:wird|werden|soll|sollen|würden?|könnten?|muss|müssen|wenn)\b"
    ),
}
#: «Why did Holt …», which has its agent first.
_DID = re.compile(r"(?:why|when|where|how)\sdid\s(?:the\s)?(?-i:[A-Z])", re.I)
_ASKS_AHEAD = re.compile(r"\b(?:do|does|will|can|wird|werden|kann|soll|sollen)\b")
_LAST_PREPOSITION = re.compile(r"\s(of|from|for|with|about|to|against)\?*\Z", re.I)
#: What may stand for a preposition: «died *after* an illness».
_ALIKE = {
    "of": ("that", "after", "from", "following"),
    "from": ("that", "in", "at"),
    "for": ("that", "over"),
    "about": ("that", "on", "over"),
    "with": ("that", "by"),
}
#: Words behind a verb in which its preposition stands.
_PREPOSITION_REACH = 8
#: Words after a verb in which «by» makes it passive.
_REACH = 8
#: Endings of nouns for a deed.
_EVENTS = ("ing", "ings", "ion", "ions", "ack", "acks", "ery", "eries")
#: Words after which somebody is named who did something.
_NAMES_DOER = re.compile(
    r"\b(?:by|claim\w*|responsib\w*|accus\w*|suspect\w*|behind|blam\w*|charg\w*|von|durch)\b",
    re.I,
)
_PERIOD_SLACK = timedelta(days=1)
_NEAR = 4
#: After «the number of …»: where a count stands or moves.
_TOLL = re.compile(
    r"\b(?:number|total|toll|count|figure|Zahl|Anzahl)\b[^.;]*?\s(?:to|at|is|was|now|"
    r"reached|auf|bei|beträgt|liegt)\s(?:\w+\s)?(?:\d|[a-zäöü]+\b)",
)
#: «A population of about 12,000», before the number.
_BODY = re.compile(
    r"\b(?:population|crowd|audience|workforce|membership|staff|attendance|turnout|"
    r"congregation|Bevölkerung|Publikum|Belegschaft)\s(?:of|is|was|von)\s"
    r"(?:\w+\s){0,2}\Z|\b(?:Einwohnerzahl)\s\w+\s(?:\w+\s){0,2}\Z",
    re.I,
)
#: «How many people»: passengers, recipients, guests.
_ANY_PEOPLE = word_set("people persons menschen personen leute")
_PEOPLE = re.compile(
    r"(?:voters|ants|ents|ees|ists|ians|men|(?:ct|g|k|it|at|st|v|ch|w|y|d|m)(?:e|o)rs|children|"
    r"(?:e|i|n|p|l)(?:e|o)rs|nurses|guests|fans|pupils|victims|babies|residents|gäste|"
    r"kinder|frauen|männer|innen|fahrer|helfer|schüler)\Z"
)
#: Verbs after a number whose noun is left out.
_ELIDING = word_set("""
    were was are is have had has remain remained live lived wurden sind waren werden
    haben hatten blieben
""")
#: What may stand before a surname and is no given name.
_BEFORE_NAMES = names.TITLES | names.TITLE_PARTS | names.ADJECTIVES | STOP_WORDS["en"]
_COUNT_REACH = 60
#: «Its users number 100 million.»
_NUMBERING = re.compile(
    r"\s(?:number(?:s|ed)?|total(?:s|led|ed)?)\s(?:\w+\s){0,2}\Z", re.I
)
_CURRENCIES = ("$", "£", "€", "¥")
#: What ends the phrase of a number: «Hall, 71, who keeps bees» counts no bees.
_CLAUSE = re.compile(r"[,;:](?!\d)\s|\s(?:with|in|at|on|for|from|mit|für|aus|bei|im)\s")
_PART = re.compile(r"\s(?:of|von)\s(?:the|its|their|den|der)\s")
#: «All of the 40 people», of whom not all are meant.
_WHOLE = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half|some|most|many|none"
    r"|few|all|percent|eine?[nr]?|zwei|drei|vier|fünf|sechs|einige|viele|Prozent))\s"
    r"(?:\w+\s)?(?:of|von)\s(?:the|den|der)\s\Z"
)
_STILL = word_set("now still noch")
#: «We don't have seven dead people.»
_DENIED_COUNT = re.compile(
    r"(?:n['’]t|\bnot|\bnever|\bnicht)\s(?!only\b|just\b|less\b|fewer\b|nur\b)"
    r"(?:\w+\s){0,2}\Z",
    re.I,
)
_MORE = word_set("others more people weitere andere menschen")
_NONE = word_set("nobody none no niemand keine kein")
#: Who buys something buys it from who sells it.
_TRADE = re.compile(r"\b(?:buy|buys|bought|sells?|sold)\b", re.I)
#: What somebody has who is named: «Norland's |defence budget».
_BELONGING = re.compile(r"\b[A-ZÄÖÜ][\w-]+['’]s\s((?:[\w-]+\s?){1,3})")
_PRONOUNS = word_set("he she they it er sie")
#: A negation with the one or two words that it denies.
_NOT = re.compile(r"(?:\b(?:not|never|nicht|nie)|n't)\s((?:[\w'-]+(?:\s|$)?){1,2})")


@dataclass(frozen=True, kw_only=True)
class SentenceMatch(KindMatch):
    """A sentence of an article as a possible answer to a question."""

    def is_possible(self) -> bool:
        """Whether no rule refuses the sentence."""
        return (
            not self.line.text.endswith("?")
            and (
                self.question.conditional
                or not statements.is_hypothetical(self.line.text)
            )
            and self.has_answer()
            and not self.leaves_open()
            and restrictions.is_of_same(
                self.question.text, self.line, self.passage.lang
            )
            and self._is_about_names()
            and self._is_of_days()
            and self._is_done_by()
            and self._is_real()
            and self._is_ahead()
            and self._keeps_preposition()
            and self._agrees()
            and self._is_said_by()
        )

    def has_answer(self) -> bool:
        """Whether it has what is asked for, whatever it is about."""
        return self.has_answer_kind() and self._counts_subject()

    def names_asked(self) -> bool:
        """Whether who somebody is, or what something is called, is named.

        «The judge in the case tried to help» does not say who the judge is.
        """
        question = self.question
        if question.kind == "name":
            return self.is_called()
        if question.kind == "person" and naming.leaves_unknown(self.line.text):
            return False
        identity = question.kind == "person" and question.asked_noun
        return not identity or self.names_noun()

    def _is_about_names(self) -> bool:
        """Whether every name is in the sentence or in its near context."""
        for number in range(len(self.question.names)):
            own = self.question.name(number)
            if not all(term.accepted_roots & self.passage.held for term in own):
                return False
            if own and not any(map(self.is_near, own)) and not self._repeats():
                return False
        heads, written = self.question.heads, self.question.names
        return (
            not any(map(self._names_other, heads))
            and not any(map(self._names_namesake, written))
            and not self._is_anothers()
        )

    def _is_anothers(self) -> bool:
        """Whether what is asked about belongs to another: «Sudland's budget».

        Of a name of the question the sentence has nothing.
        """
        question, held = self.question, self.line.held
        named = [term for term in question.terms if term.name is not None]
        if not named or any(term.accepted_roots & held for term in named):
            return False
        focus = frozenset[str]().union(
            *(term.accepted_roots for term in question.focus)
        )
        return any(
            not focus.isdisjoint(collect_roots(split_words(belonging), question.lang))
            for belonging in _BELONGING.findall(self.line.text)
        )

    def _names_namesake(self, name: str) -> bool:
        """Whether it is about «Ada Holt» where «Bruno Holt» is asked about."""
        parts = name.lower().removesuffix("'s").split()
        if len(parts) < 2 or parts[0] in _BEFORE_NAMES:
            return False
        beside = re.findall(
            rf"\b([A-ZÄÖÜ][\w-]+)\s{re.escape(parts[-1])}\b",
            self.line.text.replace("’", "'"),
            re.I,
        )
        given = {word.lower() for word in beside if word[0].isupper()} - _BEFORE_NAMES
        return (
            bool(given) and given.isdisjoint(parts) and parts[0] not in self.line.words
        )

    def _repeats(self) -> bool:
        """Whether all words asked about are in the sentence: it may leave out the name.

        «The poll has a margin of error of two percent» in an article on one poll.
        """
        heavy = [term for term in self.question.focus if term.weight >= 1]
        held = self.line.held
        return len(heavy) > 1 and all(term.accepted_roots & held for term in heavy)

    def _names_other(self, head: tuple[str, str]) -> bool:
        """Whether it is about «storm Olwen» where «storm Ewan» is asked about."""
        before, name = head
        named = re.findall(
            rf"(?i:\b{re.escape(before)}\s)([A-ZÄÖÜ]\w+)", self.line.text
        )
        return bool(named) and self.line.held.isdisjoint(
            collect_roots(re.split("[-&]", name), self.passage.lang)
        )

    def _find_verb(self) -> list[int]:
        verb = self.question.main_verb
        roots = verb.accepted_roots if verb is not None else frozenset[str]()
        return [at for at, root in enumerate(self.line.roots) if root in roots]

    def _is_real(self) -> bool:
        """Whether what was asked about as past is not only to come, or a condition."""
        text, verbs = self.question.text, self._find_verb()
        unreal = _UNREAL["de" if self.passage.lang == "de" else "en"]
        obliged = " to " in text or unreal.search(text)
        if not verbs or obliged or not _ASKS_PAST.search(text):
            return True
        words = self.line.words
        return any(
            not unreal.search(" ".join(words[max(0, at - _NEAR) : at]))
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
            # «Shut» may be of today.
            words[at] == self.line.roots[at]
            or (words[at] not in grammar.PAST and not words[at].endswith("ed"))
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
            not {last[1].lower(), *_ALIKE.get(last[1].lower(), ())}.isdisjoint(
                self.line.words[at : at + _PREPOSITION_REACH]
            )
            for at in verbs
        )

    def _counts_subject(self) -> bool:
        """Whether a number is before what is counted, if anything is.

        The noun may be left out: «6,000 were still without power», «38 dead».
        """
        counted, line = self.question.counted, self.line
        if counted is None or self.reports_toll():
            return True
        found = numbers.find_numbers(line.text, self.passage.article.lang)
        if any(self._counts(counted, number.start, number.end) for number in found):
            return True
        held = counted.accepted_roots & line.held
        if any(
            self._counts(counted, m.start(), m.end()) for m in MANY.finditer(line.text)
        ):
            return True
        return bool(held) and not _NONE.isdisjoint(line.words)

    def _counts(self, counted: QuestionTerm, start: int, end: int) -> bool:
        """Whether this number is one of what is counted."""
        text, lang = self.line.text, self.passage.lang
        others = [t.accepted_roots for t in self.question.focus if t is not counted]
        states = frozenset[str]().union(*others)
        rest = _CLAUSE.split(text[end : end + _COUNT_REACH])[0]
        before = text[:start]
        after = [w for w in split_words(rest) if w not in _STILL][: _NEAR + 1]
        roots = [find_root(word, lang) for word in after]
        part = _PART.match(rest) and not before.lower().endswith("all ")
        if _WHOLE.search(before) or (part and not states.isdisjoint(roots)):
            # «34 of the 40 people missing are safe» counts no missing people.
            return False
        if _DENIED_COUNT.search(before) or before.endswith(_CURRENCIES):
            return False
        if text[start:end] in self.question.text:
            # «Flight 8501»
            return False
        near, anyone = self.is_near(counted), counted.word in _ANY_PEOPLE
        behind = collect_roots(split_words(_NUMBERING.sub("", before))[-1:], lang)
        return (
            counted.is_held(frozenset(roots))
            # «The attacks killed 130 in Paris.»
            or (anyone and not behind.isdisjoint(states))
            # «It employs 1,150» counts workers.
            or not behind.isdisjoint(counted.accepted_roots | counted.related)
            or ((anyone or near) and _BODY.search(before) is not None)
            or (anyone and any(map(_PEOPLE.search, after[:2])))
            or (not states.isdisjoint(roots[:1]) and not after[0].endswith("s"))
            # «82 others wounded»
            or (not _MORE.isdisjoint(after[:1]) and not states.isdisjoint(roots[1:4]))
            # «6,400 signatures» of those who signed.
            or any(s in r for r in roots[:1] for s in states if len(s) >= _NEAR)
            or (
                (near or (anyone and not states.isdisjoint(roots[1:])))
                and not _ELIDING.isdisjoint(after[:1])
            )
        )

    def reports_toll(self) -> bool:
        """Whether it is «the number of … has risen to 31» of what is counted."""
        toll = _TOLL.search(self.line.text)
        if toll is None:
            return False
        asked = (self.question.counted, *self.question.focus)
        return any(term and term.accepted_roots & self.line.held for term in asked)

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
        if self._is_near_day(period):
            return True
        if written is None or written < period.first:
            # Of days to come an article may not repeat when they are.
            return written is not None
        return period.first <= written <= period.last + _PERIOD_SLACK

    def _is_near_day(self, period: Period) -> bool:
        """Whether the sentences before it, or the title, name a day of the period."""
        lines, article = self.passage.lines, self.passage.article
        first = max(0, self.at - SENTENCES_BACK)
        texts = [article.title or "", *(line.text for line in lines[first : self.at])]
        written = article.published.date() if article.published is not None else None
        return any(
            day.first <= period.last and period.first <= day.last
            for text in texts
            for day in dates.find_dated_days(text, written, article.lang)
            if day.first and day.last
        )

    def _is_said_by(self) -> bool:
        """Whether the sentence reports words of the person asked about."""
        speaker = self.question.speaker
        own = self.question.name(speaker) if speaker is not None else ()
        # «The housing minister said» does not say what the prime minister said.
        if not all(map(self.is_near, self.question.office)):
            return False
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
            _TRADE.sub("", question.text), line.text
        ):
            return False
        if not statements.vote_alike(question.text, line.text):
            return False
        if question.denies or question.kind in ("number", "money"):
            return True
        asked = [
            {find_root(term.word, question.lang)}
            for term in question.terms
            if term.name is None
        ]
        first = max(0, self.at - SENTENCES_BACK)
        for near in self.passage.lines[first : self.at + 1]:
            denied = collect_roots(_iter_denied_words(near.text), question.lang)
            # Those before it do not deny what it says itself, and «was to be hanged,
            # but will not be hanged» says it too.
            said = line.held if near is not line else _list_repeated(line, denied)
            if any(roots & denied and not roots & said for roots in asked):
                return False
        return True

    def _is_done_by(self) -> bool:
        """Whether agent and patient may be on the right sides of the verb."""
        question, line = self.question, self.line
        if question.asks_doer is None:
            return not self._is_done_by_another()
        if question.asks_doer and self._leaves_doer_out():
            return False
        own = question.name(len(question.names) - 1 if question.asks_doer else 0)
        roots = frozenset[str]().union(*(term.accepted_roots for term in own))
        verbs = [at for at, root in enumerate(line.roots) if root == question.verb]
        places = [at for at, root in enumerate(line.roots) if root in roots]
        return not verbs or any(self._is_on_its_side(verb, places) for verb in verbs)

    def _is_done_by_another(self) -> bool:
        """Whether a passive has another agent: «hit by a car» to «why did Holt hit»."""
        verbs, words = self._find_verb(), self.line.words
        if not verbs or not self.question.names or not _DID.match(self.question.text):
            return False
        own = (term.accepted_roots for term in self.question.name(0))
        return all(roots.isdisjoint(self.line.held) for roots in own) and all(
            words[at + 1 : at + 2] == ("by",)
            and words[at + 2 : at + 3] not in (("him",), ("her",), ("them",))
            for at in verbs
        )

    def _leaves_doer_out(self) -> bool:
        """Whether it only tells of the deed as a thing: «bombings at two mosques»."""
        if _NAMES_DOER.search(self.line.text):
            return False
        words, deeds = self.line.words, self.question.deeds
        places = [at for at, root in enumerate(self.line.roots) if root in deeds]
        return bool(places) and all(
            words[at].endswith(_EVENTS)
            and words[at + 1 : at + 2] in (("at",), ("in",), ("on",), ("of",))
            for at in places
        )

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


def _list_repeated(line: TokenizedSentence, denied: frozenset[str]) -> frozenset[str]:
    """Roots that a sentence denies and says without a denial too."""
    return frozenset(root for root in denied if line.roots.count(root) > 1)


def _iter_denied_words(text: str) -> Iterator[str]:
    """The words right after a «not», up to the next punctuation."""
    for match in _NOT.finditer(text.lower().replace("’", "'")):
        yield from match[1].split()
