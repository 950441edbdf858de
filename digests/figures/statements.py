"""How a figure is stated: reported, expected, denied, disputed, past, hypothetical.

A sentence is divided at its coordinate clauses («…, and said that …», «…; …»), for a
denial or a condition in one of them does not govern the next. Within such a part the
words before a figure govern it («denied that 40 had died»), as do a predicate after it
(«reports that 40 died were false») and a denial that opens the next sentence.
"""

import re

from digests.language.grammar import NEGATION
from digests.language.regexes import make_regex
from digests.types import FigureStatus

#: Where a part of a sentence ends that the next one does not share its verbs with.
COORDINATE = make_regex(
    r";\s|[:—]\s(?=[A-ZÄÖÜ])"
    r"|,?\s(?:and|but|und|aber)\s(?=(?:then\s|also\s|it\s|he\s|she\s|they\s)?(?:said|says|"
    r"say|added|announced|insisted|promised|pledged|confirmed|sagte|kündigte|erklärte)\b)"
    r"|,\s(?:and|but|while|whereas|und|aber|während)\s"
)
#: Words of denial, doubt and condition are looked for in lower case: a pattern that
#: ignores case takes twice as long.
_DENIES = make_regex(
    r"\b(?:den(?:y|ies|ied|ying)|denials?|rumou?rs?|hoax|baseless|unfounded|debunk\w*|"
    r"refut\w+|no truth|"
    r"falsely|(?:wrongly|incorrectly|mistakenly)\s(?:\w+\s)?(?:said|stated|reported|"
    r"claimed|gave|put|wrote|suggested)|"
    r"(?:earlier|original|previous) (?:version|report|article|story|post)|"
    r"(?:retracted|withdrew)\s(?:its|the|a|their)\s(?:report|claim|story|figure)|"
    r"contrary to|no plans? to|"
    r"(?:called?|calls|branded|described)\s(?:a|the|that|this)\s(?:report|claim|figure)|"
    r"(?:dismiss|reject)(?:s|ed|ing)?\s(?:\w+\s){0,3}(?:reports?|claims?|rumou?rs?|"
    r"suggestions?|allegations?|figures?|estimates?)|"
    r"(?:wrong|false|untrue|incorrect)\s(?:that|to say|reports?|claims?|figures?)|"
    r"widersprach\w*|widerspricht|nannte(?=.*\b(?:falsch|erfunden|unsinn)\b)|"
    r"dementiert\w*|bestreite[nt]|bestritt\w*|gerüchte?n?|falschmeldung\w*|fälschlich|"
    r"unwahr|wies\w*(?=.*\szurück\b)|weis(?:t|en)(?=.*\szurück\b))\b",
)
#: «did not pay £40 million»; a bound («not more than») is no denial.
_NEGATED = make_regex(
    r"\b(?:(?:did|does|do|has|have|had|is|are|was|were|would|will)(?:\snot|n['’]t)|never|"
    r"nobody|no one)\s(?!(?:only|just|more|less|exceed|fall|rise|reach|related|yet)\b)"
    r"(?:(?!than\b|only\b|more\b|less\b|until\b|below\b|above\b|under\b|for\b|in\b)[\w’'-]+\s){0,4}$",
)
_BOUND = make_regex(r"(?:more|less|fewer|over|under|up|at) ")
_DENIED_AFTER = make_regex(
    r"\b(?:(?:is|are|was|were|be|been|being|as)\s(?:\w+ly\s|later\s|also\s)?(?:false|untrue|incorrect|"
    r"wrong|not true|not correct|denied|baseless|unfounded|rejected as|dismissed as|"
    r"a hoax|fake|fabricated|invented|made up|misleading|nonsense|retracted|withdrawn)|"
    r"pure invention|keine rede|(?:dismissed|rejected) by|wies(?:en)?\b.*\bzurück|"
    r"weis(?:t|en)\b.*\bzurück|bestritt\w*|dementiert\w*|widersprach\w*|"
    r"never happened|did not happen|"
    r"(?:which|that|a claim|a figure|a report|a number)\s(?:[\w’'-]+\s){1,5}"
    r"(?:den(?:y|ies|ied)|dismissed|rejected|called\s\w+)|"
    r"(?:ist|sind|war|waren|sei|seien)\s(?:\w+\s){0,2}?(?:falsch|unwahr|nicht wahr|"
    r"erfunden)|"
    r"stimmt nicht)\b",
)
_DENIED_NEXT = make_regex(
    r"[\s\"'”“’‘»«]*(?:(?:But|However,?|Later,?|Aber|Doch)\s)?"
    r"(?:(?:this|that|it|the\s(?:claim|figure|report|number|statement|story|rumou?r|post|"
    r"total|count)s?|those\s\w+|both|das|dies|die\s\w+)\s(?:later\s)?(?:is|was|were|are|"
    r"has been|had been|turned out|proved|ist|war|sei|stimmt)\s(?:[\w-]+\s){0,4}?"
    r"(?:false|wrong|untrue|not true|incorrect|denied|withdrawn|retracted|a mistake|"
    r"an error|a hoax|fake|falsch|unwahr|nicht)\b"
    r"|[^.!?]{3,60}?\s(?:called|calls|described|nannten?)\s(?:that|this|it|das|dies|"
    r"the\s\w+)\s(?:\w+\s){0,3}?(?:nonsense|lies?|false|wrong|untrue|invent\w*|fiction|"
    r"fanciful|absurd|exaggerat\w*|misleading|Unsinn|falsch|erfunden)\b"
    r"|[^.!?]{3,60}?\s(?:denied|denies|dismissed|rejected)\s(?:this|that|it|the\s(?:claim|"
    r"figure|report|number|rumou?r)s?)\b|no,\s|nothing of the (?:kind|sort))",
    re.IGNORECASE,
)
_CORRECTED = make_regex(
    r"\b(?:(?:earlier|initial|first) reports?\b|"
    r"the (?:true|real|actual) (?:number|figure|cost|toll|total)\b|"
    r"police\b.*\borgani[sz]ers\b|organi[sz]ers\b.*\bpolice\b|"
    r"polizei\b.*\bveranstalter\b|veranstalter\b.*\bpolizei\b|"
    r"disput(?:es?|ed|ing)\s(?:the|that|this|its|their)\s(?:\w+\s)?(?:claim|count|"
    r"estimate|figure|number|toll|total)s?\b|"
    r"(?:claim|count|estimate|figure|number|toll|total)s?\s(?:is|are|was|were)\sdisputed|"
    r"organi[sz]ers\s(?:said|claimed|spoke|put)|(?:veranstalter|polizei)\ssprach|"
    r"(?:initially|originally|at first|zunächst)\b.*\b(?:said|put|reported|given|"
    r"angegeben|korrigiert|corrected|revised))",
)
#: The next sentence has another count of the same.
_COUNTED_NEXT = make_regex(
    r"[^.!?]{3,70}?\s(?:put|puts|gave|gives)\s(?:the|its|their)\s(?:own\s)?"
    r"(?:figure|number|total|crowd|turnout|toll|count|cost)\s(?:at|as)\b|"
    r"[^.!?]{3,60}?\ssprach(?:en)?\svon\s",
    re.IGNORECASE,
)
_UNIT = make_regex(r"[£$€₦₹%]|per\s?cent|Prozent|Euro|euro|dollar|pound")
_CONDITION = make_regex(
    r"\b(?:if(?!\s(?:any|not|only)\b)|unless|would have|would be|might have|could have|"
    r"were to|hypothetical\w*|wenn|falls|sofern|hätten?)\b",
)
_SOUGHT = make_regex(
    r"\b(?:demand(?:s|ed|ing)?|seek(?:s|ing)?|sought|ask(?:s|ed|ing)?\s(?:for|the\scourt)|"
    r"pray(?:s|ed|ing)|su(?:es|ed|ing)\s.{1,60}\sfor|claims?\sof|fordert\w*|verlangt\w*)\b",
)
_POSSIBLE = make_regex(r"\b(?:could|might|(?-i:may)|könnten?)\b", re.IGNORECASE)
_AHEAD = make_regex(
    r"\b(?<!than\s)(?<!as\s)(?:(?-i:will)|would|shall|expect\w*|forecast\w*|predict\w*|"
    r"project(?:ed|ions?)|plan(?:s|ned|ning)?|aim(?:s|ed|ing)?|targets?|guidance|outlook|"
    r"(?:(?:is|are|was|were|be|been)\s|,\s)(?:\w+\s)?due(?!\sto\s"
    r"(?:an?|the|this|that|these|its|his|her|their|\w+ing)\b)|due\s(?:in|on|at|by|for|next)|"
    r"set to|going to|intend\w*|pledg\w+(?!\sdelegates)|promis\w+|warn(?:s|ed|ing)?|"
    r"hopes?\s(?:to|that)|hoped|soll(?:en)?|wird|werden|erwart\w+|rechnet\w*|prognos\w+|geplant\w*|plan(?:t|en)|dürften?|"
    r"würden?|bereit\serklärt|(?:steh|stünd|ständ)(?:t|en)\b.*\sbevor)\b|n['’]t be\b",
    re.IGNORECASE,
)
_ALLEGED = make_regex(
    r"\b(?:should|estimat\w+|alleg\w+|claim\w*|believe[sd]?|thought|suggest\w*|"
    r"propos\w+|angeblich)\b",
)
_BEHIND = make_regex(
    r"\b(?:last\s(?:year|month|week|season|quarter|time)|a\s(?:year|month|week)\s"
    r"(?:earlier|ago|before)|years?\sago|months?\sago|previous(?:ly)?|formerly|"
    r"earlier\s(?:estimate|forecast|figure|count)|"
    r"had\s(?:earlier|previously|initially|originally)\s(?:said|put|reported|estimated)|"
    r"used to|once\s(?:had|was|were)|"
    r"(?:in|back\sin)\s(?:\w+\s)?(?:19|20)\d\d|im\sVorjahr|letzte[ns]?\s(?:Jahr|"
    r"Woche|Monat)|vor\s\w+\sJahren|früher\w*|zuvor)\b",
    re.IGNORECASE,
)
_FROM = make_regex(
    r"\b(?:(?:which|that|had)\s(?:had\s)?(?:stood|been|was|were)(?:\sat)?|"
    r"(?:up|down)\sfrom|to\s[^,]{1,30},\sfrom|compared (?:with|to)|against|versus|"
    r"gegenüber|than\s(?:the|its)|(?<!higher\s)(?<!lower\s)(?<!more\s)(?<!less\s)(?<!fewer\s)than)\s"
    r"(?:an?\s|the\s|its\s|about\s|some\s)?$",
    re.IGNORECASE,
)
#: «From 14 to 31»; not «600 works from 30 countries».
_FROM_ONE = make_regex(r"\b(?:from|von)\s(?:an?\s|the\s|its\s|about\s|some\s)?$", re.I)
_TO_ANOTHER = make_regex(r"\s?(?:[^\s.,;]+\s){0,3}?(?:to|auf)\s(?!be\b)")
#: What a figure is compared with is not its own time: «4% more |than in 2003»; nor is
#: what was before «since»: «it was 200 in 1972 and has since| risen to 900».
_COMPARES = make_regex(
    r"\b(?:from|than|compared|versus|gegenüber|im\sVergleich|mehr\sals|weniger\sals)\b"
)
_SINCE_THEN = make_regex(
    r".*\b(?:ha(?:s|ve)\ssince|seither|seitdem|inzwischen)\b", re.S
)
#: What governs a number in lower case, and what as it is written: «may», not «May».
_GOVERNING_LOW = (_DENIES, _CONDITION, _SOUGHT, _ALLEGED)
_GOVERNING = (_POSSIBLE, _AHEAD, NEGATION)
_LOOK_AHEAD = 120
#: How far behind a figure its modal verb may stand: «40 jobs at the mill will go».
_NEAR = 50
#: «…, which could have saved it», «…, die in Hallin betrieben werden, …»
_RELATIVE = make_regex(
    r",\s(?:(?:an|auf|aus|bei|für|in|mit|von)\s)?"
    r"(?:who|which|die|der|das|den|dem|deren|dessen)\s[^,;]*,"
)
_RELATIVE_NEXT = make_regex(r",\s(?:who|whom|whose|which|where)\s")
#: «will pay for Hallin, where| 7% are poor», «will lead after| getting 90 votes»
_OWN_START = make_regex(r"\A.*(?:,\s(?:whose|where)|\bafter(?=\s\w+ing\b))\s", re.S)
#: «Keep the Promise», «Target» within a sentence.
_NAMES = make_regex(r"(?<=[a-z,]\s)(?:Promises?|Pledge|Target|Hope|Warn\w+)\b")
#: «sollen beschädigt worden sein» is what others report.
_HEARSAY = make_regex(
    r"\bsoll(?:en)?\s.*\b(?:worden|gewesen|\w*ge\w+(?:t|en)|[a-zäöü]+t)\s(?:sein|haben)\b"
)
#: What people think or have decided follows: it may be ahead, their number is not.
#: «Six in ten |say they will stay», «12 towns signed a pact |that would save the lake».
_THINKING = make_regex(
    r"[^,;:()]{0,50}?(?:(?<!\b(?:is|be)\s)(?<!\b(?:are|was)\s)(?<!\b(?:were|been)\s)"
    r"(?=\b(?:say|said|agreed?|think|thought|believed?|feel|felt|fear|expect|hoped?|want|"
    r"intend|plan|glauben?|meinen?|erwarten|hoffen|wollen)\b)|"
    r"\b[a-z]{2,}ed\s[^,;:()]{3,50}?\s(?=(?:that|which|who)\b))",
    re.IGNORECASE,
)
#: Of a longer sentence only this much around the figure is read.
_LONGEST_STATEMENT = 700
_REACH = 120


def find_part(text: str, start: int, end: int, at: int) -> tuple[int, int]:
    """The coordinate part of the sentence `text[start:end]` that holds offset `at`."""
    first, last = start, end
    for m in COORDINATE.finditer(text, start, end):
        if m.start() >= at:
            last = m.start()
            break
        first = m.end()
    return first, last


def governs(text: str) -> bool:
    """Whether words deny, condition or foretell what follows them."""
    low = text.lower()
    return any(pattern.search(low) for pattern in _GOVERNING_LOW) or any(
        pattern.search(text) for pattern in _GOVERNING
    )


def read_status(
    text: str, sentence: tuple[int, int], figure: tuple[int, int]
) -> FigureStatus:
    """How the figure at `figure` is stated in its sentence and by the next one."""
    start, end = sentence
    if end - start > _LONGEST_STATEMENT:
        start, end = max(start, figure[0] - _REACH), min(end, figure[1] + _REACH)
    first, last = find_part(text, start, end, figure[0])
    before, after = text[first : figure[0]], text[figure[1] : last]
    part = text[first:last].lower()
    following = text[end : end + _LOOK_AHEAD]
    if _is_denied(part, before.lower(), after.lower(), following):
        return "denied"
    if _CORRECTED.search(text[start:end].lower()) or _is_recounted(
        text[slice(*figure)], following
    ):
        return "disputed"
    if _SOUGHT.search(before.lower()):
        return "hypothetical"
    near = before + after[:_NEAR]
    if _CONDITION.search(part) or _AHEAD.search(near) or _POSSIBLE.search(near):
        governed = _read_governed(before, after)
        if governed:
            return governed
    return "past" if _is_past(before, after) else "reported"


def _read_governed(before: str, after: str) -> FigureStatus | None:
    """Whether a condition or a modal verb governs a figure: its status, or None.

    What a relative clause beside the figure says is said of something else.
    """
    before = _OWN_START.sub("", _RELATIVE.sub(" ", before))
    after = _RELATIVE_NEXT.split(after)[0]
    own = f"{before} {after}"
    if _CONDITION.search(own.lower()):
        return "hypothetical"
    thinking = _THINKING.match(after)
    near = before + after[: min(_NEAR, thinking.end() if thinking else _NEAR)]
    near = _NAMES.sub(" ", near)
    if _AHEAD.search(near) and not _HEARSAY.search(own):
        return "expected"
    return "hypothetical" if _POSSIBLE.search(near) else None


def _is_past(before: str, after: str) -> bool:
    """Whether a figure was left behind, or is of a time that is named as past."""
    left = _FROM_ONE.search(before) and _TO_ANOTHER.match(after)
    if left or _FROM.search(before):
        return True
    since = _SINCE_THEN.match(before)
    own = before[since.end() if since else 0 :] + _COMPARES.split(after[:_NEAR])[0]
    return _BEHIND.search(own) is not None


def _is_recounted(figure: str, following: str) -> bool:
    """Whether the next sentence has another number of the same thing."""
    counted = _COUNTED_NEXT.match(following)
    if counted is None:
        return False
    theirs = following[counted.end() : counted.end() + _NEAR // 2]
    return _UNIT.findall(figure)[:1] == _UNIT.findall(theirs)[:1]


def denies_previous(text: str) -> bool:
    """Whether a sentence denies the one before it, as «it is wrong» does."""
    return _DENIED_NEXT.match(text) is not None


def says_denial(label: str) -> bool:
    """Whether a label itself says that its figure is denied."""
    low = label.lower()
    return bool(_DENIES.search(low) or _DENIED_AFTER.search(low))


def _is_denied(part: str, before: str, after: str, following: str) -> bool:
    """Whether it is denied, by its part in lower case or by what follows it."""
    denied = _DENIES.search(part)
    if denied and denied.start() < len(before):
        return True
    if _NEGATED.search(before) and not _BOUND.match(part, len(before)):
        return True
    return bool(_DENIED_AFTER.search(after)) or denies_previous(following)
