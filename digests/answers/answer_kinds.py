"""Whether a sentence has what its kind of question asks for: a number, a name, a cause.

«How deep?» asks for a length with «deep», «what is it called?» for a name beside the
word, «why?» for more than the event itself.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from digests.answers import amounts, causes, naming, times_and_places
from digests.answers.passages import TokenizedArticle, TokenizedSentence
from digests.answers.questions import Question, QuestionTerm
from digests.answers.times_and_places import WHICH
from digests.language.words import word_set
from digests.types import Span

#: Sentences back that a word may stand to be near.
SENTENCES_BACK = 2
#: Words that stand for something named before, and those in which one must be.
_REFERRING = word_set("""
    he she it they him his her hers its their this that these those both
    er sie es ihm ihr sein seine ihre dieser diese dieses diesem diesen beide
""")
_OPENING_WORDS = 8
_DEFINITE = word_set("the der die das den dem")
#: Kinds of questions whose answer names what they ask about, or stands beside it.
_OF_SUBJECT = ("", "number", "place", "reason")
_ANY = r"""
    (?<!the[ ])(?<!his[ ])(?<!her[ ])(?<!its[ ])
    \b(?:an? | some | several | one | two | three | four | five | six | many | \d+
        | eine?[nmrs]? | zwei | drei)\s
    (?:[\w-]+\s)?
"""


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
        spoken_of = term.name == 0 and naming.has_personal(self.line.words)
        return (at == 0 or spoken_of) and bool(roots & self.passage.held)

    def is_about_subject(self) -> bool:
        """Whether what it may be about is not only named further away.

        «Her first record sold 700,000 copies» does not say how many «The Wrong Pier»
        sold, of which another paragraph tells. A yes or no, or who did something, is
        said of «he» and «she» too.
        """
        subject, passage = self.question.subject, self.passage
        if subject is None or self.question.kind not in _OF_SUBJECT:
            return True
        roots = subject.accepted_roots | subject.related | subject.field
        near = passage.lines[max(0, self.at - 1)].held | passage.lead | self.line.held
        return not roots.isdisjoint(near) or subject.accepted_roots.isdisjoint(
            passage.held
        )

    def refers_back(self) -> bool:
        """Whether a word of its beginning stands for something named before it."""
        words = self.line.words
        referring = not _REFERRING.isdisjoint(words[:_OPENING_WORDS])
        return referring or not _DEFINITE.isdisjoint(words[:1])

    def is_measured(self) -> bool:
        """Whether the question asks for a number."""
        return self.question.kind in ("number", "money", "length", "age")

    def gives_measure(self) -> bool:
        """Whether a number is followed by its unit and the adjective asked for."""
        return amounts.gives_measure(self.question, self.line.text)

    def gives_reason(self) -> bool:
        """Whether a word of the sentence says that it is a cause."""
        return causes.gives_reason(self.question, self.line, self.passage.lang)

    def is_called(self) -> bool:
        """Whether it says what something asked about is called."""
        question, line = self.question, self.line
        called = naming.is_called(question, line, self.passage.lang)
        return called or naming.names_beside(question, line)

    def names_noun(self) -> bool:
        """Whether a name is in apposition to the noun of «who is the NOUN?»."""
        return naming.names_noun(self.question, self.line)

    @cached_property
    def numbers(self) -> tuple[Span, ...]:
        """Its numbers that are no dates and not in the question."""
        lang = self.passage.article.lang
        return amounts.find_amounts(self.question, self.line.text, lang)

    def has_answer_kind(self) -> bool:
        """Whether the sentence has something of the kind that is asked for."""
        question, line, lang = self.question, self.line, self.passage.lang
        written = self.passage.article.lang
        match question.kind:
            case "number" | "money" | "length":
                return amounts.has_amount(question, line.text, written)
            case "age":
                # Where the noun itself is in the sentence, the age must stand by it.
                named = any(t.accepted_roots & line.held for t in question.focus)
                near = all(map(self.is_near, question.terms))
                about = not question.names and near and not named
                return amounts.has_age(question, line, lang, about=about)
            case "day":
                return times_and_places.says_when(question, line.text, written)
            case "score":
                return amounts.gives_score(line.text)
            case "place":
                return times_and_places.says_where(question, line, lang)
            case "name":
                somebody = naming.names_somebody(question, line, lang)
                called = naming.is_called(question, line, lang)
                return called or (somebody and naming.names_beside(question, line))
            case "reason":
                return causes.may_give_reason(question, line, lang)
            case "person":
                return self._may_be_who()
            case _:
                return True

    def _may_be_who(self) -> bool:
        question, line = self.question, self.line
        if question.names and not question.focus:
            # «Who is the judge?» asks for a name, «who is Holt?» gives it.
            return True
        return naming.names_somebody(question, line, self.passage.lang) or (
            not question.asked_noun and naming.has_person_noun(question, line)
        )

    def leaves_open(self) -> bool:
        """Whether it leaves open which: «three companies» to «which?»."""
        which = WHICH.match(self.question.text)
        if which is None:
            return False
        noun = re.escape(which[1].removesuffix("s"))
        return re.search(_ANY + noun, self.line.text, re.I | re.X) is not None
