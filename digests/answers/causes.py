"""Whether a sentence gives a cause: «because», a motive, or an occasion.

«Because» makes a sentence a reason wherever the event is reported; «closed *after* a
cable had snapped» is one only beside the words of the event itself.
"""

import re

from digests.answers.passages import TokenizedSentence
from digests.answers.questions import Question
from digests.answers.vocabulary import collect_roots
from digests.language.words import split_words

#: The share of a question's words from which a sentence is the event itself.
_MOST_OF = 0.6
#: Words that may begin a reason.
_MAYBE = re.compile(r"\b(?:for|to|so|since|over|zu|um|für)\b|[:–—]")
#: Words that make a sentence a reason, wherever the event is reported.
_CAUSE = re.compile(
    r"""\b(?:
    because | due[ ]to | owing[ ]to | thanks[ ]to | as[ ]a[ ]result
    | on[ ](?:the[ ])?grounds | the[ ]cause | reason
    | caused[ ]by | triggered[ ]by | blamed | source[ ]of | traced[ ]to
    | (?<!in[ ])(?:hurt | hit | driven | held[ ]back | weighed[ ]down | dragged[ ]down
        | buoyed | boosted | helped | fuell?ed | prompted | sparked | led)[ ]by
    | for[ ]fail(?:ing | ure) | for[ ]fear | in[ ]protest
    | in[ ]an?[ ](?:bid | attempt | effort)[ ]to
    | (?:trouble | problem)[ ](?:is | was)[ ]that
    | weil | wegen | denn | aufgrund | infolge | Grund[ ]dafür | begründe\w*
    | (?:Ursache | Grund | Auslöser)[ ](?:war | waren | ist | sind | sei(?:en)?)
    # Motives of crimes.
    | dispute | quarrel\w* | revenge | jealous\w* | grudge | debts? | feud
    | Streit\w* | Rache | Eifersucht | Schulden
    )\b""",
    re.I | re.X,
)
#: Words that do so only beside the event: «closed *after* a cable had snapped».
_OCCASION = re.compile(
    r"""\b(?:
    (?<!looked[ ])(?<!look[ ])(?<!named[ ])(?<!\bday[ ])
        after(?![ ](?:that | this | which | all)\b)
        (?![ ](?:\w+[ ]){1,3}(?:minutes | hours | days | weeks | months | years)\b)
    | following | when | so[ ]that | in[ ]order[ ]to | caused | triggered
    | blamed | mainly
    | over[ ](?:an? | the | its | their | his | her)
    | (?:fined | arrested | detained | jailed | sent[ ]off | critici[sz]ed | condemned
        | praised | honou?red | charged | suspended | convicted | sacked | fired
        | dismissed | booked | banned | sentenced | sued | wanted | investigated
        | punished | executed | awarded)[ ](?:\w+[ ]){0,3}?for
    | to[ ](?:make | avoid | save | protect | prevent)
    | nachdem | damit
    )\b""",
    re.I | re.X,
)


def gives_reason(question: Question, line: TokenizedSentence, lang: str) -> bool:
    """Whether a word of the sentence says that it is a cause."""
    text = line.text
    if _CAUSE.search(text):
        return True
    focus = [term for term in question.focus if term.weight >= 1]
    named = sum(bool(term.accepted_roots & line.held) for term in focus)
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
    before = collect_roots(split_words(text[: occasion.start()]), lang)
    return bool(focus[-1].accepted_roots & before)


def may_give_reason(question: Question, line: TokenizedSentence, lang: str) -> bool:
    """Whether it is not only the event itself: «Zenith was lost» to «why?»."""
    focus = question.focus
    held = sum(bool(term.accepted_roots & line.held) for term in focus)
    if not focus or held <= _MOST_OF * len(focus):
        return True
    return bool(_MAYBE.search(line.text)) or gives_reason(question, line, lang)
