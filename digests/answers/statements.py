"""How a sentence of an article states something: claim, denial, condition, gap.

A denial often stands in the sentence after the claim («… the figure of 30,000. It is
wrong.»), so the two are shown together or not at all. What would happen if something
else did is no answer to what happened, and «the cause is not known» is one only where
no other sentence knows.
"""

import re
from collections.abc import Sequence

from digests.figures.statements import denies_previous, says_denial
from digests.language import grammar

_CONDITION = re.compile(
    r"\b(?:if|unless|were\s(?:\w+\s){1,4}to|should\s(?:it|he|she|they|that|this)|wenn"
    r"|falls|sofern)\b|\A(?:Wäre|Hätte|Würde|Sollte|Had|Were|Should)\b",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(?:would|could|might|should|würden?|könnten?|hätten?|wären?|dürften?)\b", re.I
)
#: «a law that would have metered water»: what it is said of may be real.
_RELATIVE = re.compile(r"\b(?:that|which|who)\s(?:would|could|might)\shave\s[^,.;]*")
#: «She asked if he would go»: what is asked is no condition.
_INDIRECT = re.compile(
    r"\b(?:ask(?:s|ed|ing)?|wonder(?:s|ed|ing)?|unsure|fragte?n?)\s(?:(?!would|could)"
    r"[\w,']+\s){0,5}?(?:if|wenn)\b",
    re.I,
)
#: A reason may be what would have been.
_BECAUSE = re.compile(r"\b(?:because|weil)\b")
_UNREAL = re.compile(
    r"\b(?:could|might|would)\s(?:easily\s|well\s)?have\s\w+(?:ed|en|n|t)\b"
    r"|\b(?:hätten?|wären?)\s[^.]{0,60}\bkönnen\b",
    re.I,
)
_UNKNOWN = re.compile(
    r"\b(?:not|n['’]t|never|nobody|no\sone|nothing)\s(?:\w+\s){0,3}?"
    r"(?:known?|clear|say|said|disclosed?|revealed?|named|identified|given?|released|"
    r"announced|published|decided|determined|established|confirm(?:ed)?|comment)\b"
    r"(?!\s(?:guilty|away|up|to\scomment\son\sthe))"
    r"|\b(?:unclear|unknown|question\s(?:is|was|remains|now\sis)\s(?:how|why|whether|what|who)|(?:is|remains|was)\s(?:still\s)?(?:a|an?\sopen)\s"
    r"(?:mystery|question)|remains\sopen|under\sinvestigation|yet\sto\sbe|"
    r"declined\sto|refused\sto\s(?:say|comment)|unklar|unbekannt|rätselhaft|"
    r"steht\s(?:noch\s)?nicht\sfest|ist\s(?:noch\s)?offen|ein\sRätsel)\b"
    r"|\b(?:nicht|niemand|nichts|keine?n?)\s(?:\w+\s){0,3}?(?:bekannt|klar|sagen|fest|"
    r"weiß|wusste|Angaben|mitteilen|genannt)\b|\b(?:konnte|wollte)\s[^.]{0,80}\bnicht\s"
    r"sagen\b|\b(?:weiß|wusste)\sniemand\b",
    re.I,
)
_CLAIM = re.compile(
    r"\b(?:claim(?:s|ed|ing)?|alleg\w+|accus(?:es?|ed|ing)|rumou?rs?|rumou?red|reportedly"
    r"|speculat\w+|suspected|supposedly|mistakenly|wrongly|falsely"
    r"|(?:had|has|have|was|were|been)\s(?:\w+\s)?(?:reported|claimed|suggested|said|charged)"
    r"|first\sreports|initial\sreports|early\sreports|(?:have|had|has|we|I)\sheard|social\s(?:media|networks?)|"
    r"internet|is\ssaid\sto|are\ssaid\sto|according\sto\s(?:\w+\s){0,3}?"
    r"(?:reports?|posts?|rumou?rs?|messages?|video)"
    r"|behaupte\w*|Gerüchte?n?|angeblich\w*|vorgeworfen|beschuldigt\w*|verdächtigt\w*"
    r"|soziale\w*\s(?:Netzwerke?n?|Medien)|im\s(?:Netz|Internet)|hieß\ses)\b",
    re.I,
)
#: What somebody does not do, without a «not».
_UNDONE = re.compile(
    r"\b(?:yet to|(?:refus|declin|fail)(?:e?s|ed|ing)\sto|weigert\w*)\b", re.I
)
#: A suspicion or an error that is cleared up: a denial without a word of denying.
_CLEARED = re.compile(
    r"\b(?:ruled\sout|rules\sout|acquitted|cleared|withdrew|withdrawn|nonsense|made\sup"
    r"|not\sthe\scase|correct(?:s|ed|ion)|freigesprochen|ausgeschlossen|widerlegt"
    r"|korrigier\w*|kein\sWort\swahr|nichts\sdran)\b",
    re.I,
)
#: «voted for it», «votes against a pact»
_VOTE = re.compile(r"\bvot(?:es?|ed|ing)\s(?:\w+\s){0,3}?(for|against)\b")
#: What a denial denies where the sentence before says it.
_BACK = re.compile(
    r"\bdaran\b|\bdavon\b|\bcalled\s(?:this|that|it|them)\b"
    r"|\b(?:this|that|it|these|them|das|dies|dem|es)(?=[.,;“”\"]|\s(?:on|as|late|at|in|when|"
    r"after|yesterday|today|and|but|am|gestern|heute|umgehend|entschieden|zurück|auf|und)\b"
    r"|\Z)"
    r"|\b(?:the\s(?:claims?|reports?|rumou?rs?|figures?|accusations?|allegations?|charges?"
    r"|account|story)|die\s(?:Behauptung\w*|Vorwürfe|Gerüchte|Meldung)|"
    r"der\s(?:Vorwurf|Bericht)|den\s(?:Vorwurf|Bericht))\b(?!\s(?:that|of|about|against|"
    r"dass|von|gegen|by)\b)",
    re.I,
)


def is_hypothetical(text: str) -> bool:
    """Whether a sentence says what would happen under a condition."""
    text = _INDIRECT.sub("", _RELATIVE.sub("", _BECAUSE.split(text)[0]))
    if _UNREAL.search(text):
        return True
    conditional = _CONDITION.search(text) is not None
    return conditional and _CONSEQUENCE.search(text) is not None


def is_unknown(text: str) -> bool:
    """Whether a sentence says that something is not known or not said."""
    return _UNKNOWN.search(text) is not None


def is_claim(text: str) -> bool:
    """Whether a sentence reports what was claimed, suspected or rumoured."""
    return _CLAIM.search(text) is not None


def is_denial(text: str) -> bool:
    """Whether a sentence denies, corrects or clears."""
    return says_denial(text) or _CLEARED.search(text) is not None


def denies(text: str) -> bool:
    """Whether a sentence denies something or has a negation: «has yet to decide»."""
    negated = grammar.NEGATION.search(text) or _UNDONE.search(text)
    return is_denial(text) or negated is not None


def turns_round(text: str) -> bool:
    """Whether a sentence turns round what the sentence before it says."""
    return denies_previous(text) or (is_denial(text) and bool(_BACK.search(text)))


def vote_alike(one: str, other: str) -> bool:
    """Whether two texts are about one side of a vote: «voted for», «voted against»."""
    sides, found = _VOTE.findall(one), _VOTE.findall(other)
    return not (sides and found) or bool(set(sides) & set(found))


def extend_statement(texts: Sequence[str], at: int) -> tuple[int, int]:
    """The first and last sentence that a sentence must be shown with.

    A claim is shown with the denial that follows within two sentences, and a denial
    that refers back with the sentence that it denies.
    """
    first = last = at
    text = texts[at]
    if at and turns_round(text) and not _names_its_subject(text):
        first = at - 1
    following = texts[at + 1 : at + 3]
    if following and turns_round(following[0]):
        last = at + 1
    elif is_claim(text) and len(following) > 1 and turns_round(following[1]):
        last = at + 2
    return first, last


def _names_its_subject(text: str) -> bool:
    """Whether a denial says itself what it denies."""
    return _BACK.search(text) is None and not denies_previous(text)
