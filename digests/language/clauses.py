"""Find the ends that a sentence can do without; `insertions` finds other parts.

Summaries, headlines and the clauses of figures are made so. A sentence may end at a
comma, a dash or a conjunction («…, pledging to …», «… after the …»), before a phrase
(«… in the old town») or before an addition («… and the roads»). What is kept is a
sentence of the same sense: it has its verb and the complements of its verb, no clause
is open, no word waits for what was removed («shortly | after 2 a.m.», «unable to say |
where …»), no statement loses a denial or a doubt, and nothing turns into a greater
claim («the first man | since 1990», «will be paid | when …»).
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from digests.language import dates, grammar, words
from digests.language.normalization import to_one_line
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.words import load_word_tables, word_set
from digests.types import Span

TABLES = load_word_tables(__file__, "clauses.txt")
_DANGLING, _LEANS_ON = TABLES["dangling"], TABLES["leans_on"]
_WAITING = TABLES["waiting"]

_LINKS = (
    "after|as|before|when|while|where|because|following|despite|amid|although|though"
    "|since|whereas"
)
#: What follows the comma of a tail: a clause, a participle, an apposition, a phrase.
_AFTER_COMMA = (
    rf"(?:{_LINKS}|who|which|whose|whom|(?:[a-z]+ly\s)?[a-z]{{3,}}(?:ing|ed)(?!\s(?:and|or)\s|,|\s[a-z]+s(?:,|\.|$))|hurt"
    r"|driven|led|held|made|known|built|hit|taken|seen|used|under|almost|nearly|about|with"
    r"|including|an?|the|his|her|its|their|more|less|up|down|even|part|one|at|in|on|for"
    r"|to|from|weil|nachdem|obwohl|während|wobei|als|bevor|der|die|das|den|dem|deren"
    r"|dessen|eine?|sonst)\s"
)
#: A name that ends the sentence: «the hospital's parent company| , Torvale Health.»
_LAST_NAME = r"[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,3}\.\Z"
#: «eliminated taxes |for millions of workers»: how many belongs to it.
_SOME = (
    "(?:most|many|some|few|all|half|almost|nearly|millions|thousands|hundreds|dozens)"
)
_PHRASES = (
    rf"(?:{'|'.join(sorted(TABLES['circumstance']))})\s(?![£$€]?\d(?!\d{{3}}\b)|{_SOME}\s)"
    r"|to\s[A-Z]|(?:prior|due|thanks)\sto\s|ahead\sof\s|by\s[a-z]+ing\s"
)
#: What follows «to» and is no verb.
_NO_VERBS = (
    "the|an?|its|his|her|their|about|around|almost|nearly|over|more|less|just|some|well"
    "|total|within|between|half|roughly|only|below|above|record|under|him|them|us|you|this"
    "|that|these|those|each|every|another|one|two|three|\\w+sel(?:f|ves)"
)
#: Not before the «to» of a purpose: «allows schools [to open]», «is expected [to]».
_NEEDS_VERB = make_regex(
    r"\b(?:ability|agreement|attempt|bid|chance|decision|effort|need|permission|plan|"
    r"power|proposal|reason|right|time|way|key|refus\w+|fail\w+)s?\s?$|\bup\sto\s[^,;]*$|\bfor\s(?:the\s)?[a-z]+\s?$|"
    r"\b(?:(?:allow|ask|attempt|enabl|encourag|expect|forc|help|intend|invit|lik|need|"
    r"order|permit|persuad|plann?|prepar|press|requir|seek|threaten|try|tri|urg|want|wish)"
    r"(?:e|es|ed|ing|s)?\s?(?:[\w’'-]+\s?){0,5}|(?:able|come|due|have|has|had|likely|ready|"
    r"set|up|used|going)\s?|\w+ed\s?)$"
)
FINITE = "|".join(sorted(grammar.AUXILIARIES | grammar.PAST | grammar.PRESENT))
_END = make_regex(
    rf"(?P<comma>(?:,|(?<=,[\"”]))\s(?={_AFTER_COMMA})|(?<=[a-z]),\s(?={_LAST_NAME})"
    r"|(?<!\d)\s?[—–]\s?(?=\S)|\s-{1,2}\s|;\s|:\s(?![\"'“‘„«»]))"
    r"|(?P<link>(?<!,)\s(?=(?:(?:just|even|shortly|immediately|soon|(?:\w+\s)?"
    r"(?:hours?|days?|weeks?|months?|years?)(?=\s(?:after|before)))\s)?"
    rf"(?P<word>{_LINKS}|who)\s))"
    r"|(?P<addition>,?\s(?=(?:and|but|und|aber)\s))"
    rf"|(?P<phrase>(?<!,)\s(?!in early)(?={_PHRASES}))"
    rf"|(?P<purpose>(?<!,)\s(?=to\s(?!(?:{_NO_VERBS})\b|[a-z]+[^s]s\s)[a-z]{{3,}}\s))"
    rf"|(?P<relative>(?<!,)\s(?=(?:which\s|that\s(?:{FINITE}|[a-z]+ed)\s"
    r"|(?:[a-z]{3,}ing|(?:call|nam|design|host|aim|creat|develop|focus)ed)\s)))"
)
#: The tail denies, doubts or limits the statement, or says who made it.
LIMITS = make_regex(
    r"\b(?:claim(?!ing)\w*|alleg(?!ing)\w*|believe[sd]?|doubt\w*|reportedly|according|unless|zufolge"
    r"|angeblich|only(?!\s(?:\d|an?\s|one|two|three|four|five|six|seven|eight|nine|ten)))\b"
    r"|,\s(?!who|which|and|but|that|when|as)[^,]*\b(?:said|says|told|laut|sagten?)\b"
)
_CLAIM = make_regex("claim|alleg|believe|doubt")
#: «will not withdraw |its candidate until …»
_UNTIL = make_regex(r"\buntil\b")
#: A denial so near to a cut is about what stands before it.
_NEAR = 15


def find_ends(text: str, span: Span, within: Span) -> Iterator[tuple[str, int]]:
    """Where a sentence may end within a part of it, each with its kind.

    The kinds are «comma» (or a dash), «link», «addition», «phrase», «purpose» and
    «relative».
    """
    limits = [
        (m.start(), m.end(), _CLAIM.match(m[0]) is not None)
        for m in LIMITS.finditer(text, within.start, within.end)
    ]
    for m in _END.finditer(text, within.start, within.end):
        # What is claimed in a clause of its own is not the statement.
        apart = m.start() if m["relative"] or m["link"] else within.end
        limited = any(
            end > m.start() and not (claimed and start > apart)
            for start, end, claimed in limits
        )
        if limited or grammar.NEGATION.search(text, m.end(), m.end() + _NEAR):
            continue
        if _UNTIL.search(text, m.start(), within.end) and grammar.NEGATION.search(
            text, span.start, m.start()
        ):
            continue
        if _is_sound(text, span, m, within.end):
            yield m.lastgroup or "comma", m.start()


def dangles(kept: str) -> bool:
    """Whether words end in one that waits for more, as «years of war» do not."""
    last = "".join(words.split_words(kept[-80:])[-1:])
    return last in _DANGLING and (last not in {"war", "die", "hat"} or is_german(kept))


_LOOKED_AT = 400
#: Links that complete a noun or a question: «the place where», «unable to say when».
_ASKED = word_set("when where who wo wann")


def _is_sound(text: str, span: Span, m: re.Match[str], stop: int) -> bool:
    """Whether what stands before a place is complete, and means the same."""
    kept = text[max(span.start, m.start() - _LOOKED_AT) : m.start()]
    tail = text[m.end() : stop]
    found = words.split_words(kept[-80:])
    if len(found) < 2 or dangles(kept) or LONE.search(kept):
        return False
    if cuts_list(kept, tail) or _awaits_object(kept):
        return False
    resumed = RESUMED.search(tail)
    # «challenged the mayor|, who rows, to cross»
    goes_on = resumed and (resumed[1] == "to" or grammar.looks_finite(resumed[1]))
    if goes_on or not has_balanced_marks(kept):
        return False
    if leaves_clause_open(kept, "" if m["comma"] else tail):
        return False
    if turns_round(kept, tail):
        return False
    if _OUTCOME.search(tail) or (tail.startswith("in ") and TAKES_IN.search(kept)):
        return False
    if m["comma"]:
        return _ends_at_comma(m[0], kept, tail)
    # A German verb may be the last word of its clause.
    if m[0][0] != "," and _GERMAN.search(kept):
        second = m["addition"] and not _GERMAN_AUXILIARY.search(tail)
        return bool(second and _PARTICIPLE.search(kept))
    if HARMED.search(kept) or takes_verb(tail):
        return False
    return _ends_before_words(m, kept, tail, found)


def turns_round(kept: str, tail: str) -> bool:
    """Whether a cut leaves a concession or a denial without what it leads up to."""
    turn = _TURNS.search(tail)
    if turn is None:
        return False
    denied = grammar.NEGATION.search(kept) and not _OWN_CLAUSE.match(tail, turn.end())
    return bool(denied or CONCEDES.match(kept))


def cuts_list(kept: str, tail: str) -> bool:
    """Whether a cut leaves a total with a part of what it counts."""
    total = _TOTAL.search(kept)
    if total is None or has_verb(total["listed"]):
        return False
    return _REST_OF_LIST.match(tail.lstrip(" ,")) is not None


def _awaits_object(kept: str) -> bool:
    awaits = _AWAITS_OBJECT.search(kept)
    return awaits is not None and grammar.looks_finite(awaits[1].lower())


def _ends_before_words(
    m: re.Match[str], kept: str, tail: str, found: Sequence[str]
) -> bool:
    """Whether a clause ends before a link, a phrase, a purpose or an addition."""
    if m["link"]:
        counted = found[-1].isdecimal() or found[-1] in _COUNTS
        if counted and _TIME_SINCE.match(tail):
            return False  # «30 | years after»
        asked = TABLES["asks"] if m["word"] in _ASKED else frozenset()
        waits = OF_LINK.get(m["word"])
        leans = found[-1] in asked or leans_on_link(found[-1], m["word"])
        leans = leans or bool(waits and waits.search(kept))
        return not leans and not changes_sense(kept, m["word"])
    if waits_for_phrase(kept, found):
        return False
    if m["purpose"]:
        return _NEEDS_VERB.search(kept[-60:]) is None
    if m["relative"]:
        if _NOUN_WITH_ING.match(tail):
            return False
        speaks = found[-1] in grammar.WRITTEN or found[-1] in grammar.SPEECH_NOUNS
        aims = tail.startswith(_AIMS)
        return not (speaks or aims) and ONE_OF_MANY.search(kept) is not None
    if m["phrase"]:
        completed = {"to": _LEANS_ON, "with": TABLES["partners"]}
        if found[-1] in completed.get(tail.partition(" ")[0], ()):
            return False  # «in the six months | to June»
        return _TO_VERB.match(tail) is None
    return _adds_whole(kept, tail)


def leans_on_link(last: str, link: str) -> bool:
    """Whether a clause completes the last word: «just as», «ten days after»."""
    counts_time = _TIME_NOUN.match(last) is not None and link not in _AFTER_TIME
    return last in _LEANS_ON and not counts_time


#: «for the first time in ten days |as he met …» is complete.
_AFTER_TIME = word_set("after before when since until nachdem bevor seit als")
_TIME_NOUN = make_regex(
    r"(?:second|minute|hour|day|night|week|month|year|decade|morning|evening|time)s?$"
)


def _ends_at_comma(mark: str, kept: str, tail: str) -> bool:
    """Whether a clause ends at a comma or a dash, which does not enclose something."""
    if _REST_OF_DATE.match(tail):
        return False
    if ("," in kept and _RESUMES.match(tail)) or _INFINITIVE.search(tail):
        return False
    if _LISTED.match(tail) or _HALF_LIST.search(kept):
        return False
    if _GERMAN_RELATIVE.match(tail) and SAYS_WHICH.search(kept):
        return False
    if _PREPOSED.match(kept) and not has_verb(_LINK.split(kept, maxsplit=1)[0]):
        return False
    dashes = len(DASH.findall(tail))
    return dashes == 0 if DASH.search(mark) else dashes % 2 == 0


#: «on Tuesday|, the 14th of May»
_REST_OF_DATE = make_regex(rf"{dates.CALENDAR_DAY}|\d{{4}}\b")
_EACH = r"(?:his|her|its|their|an?|eine?[mnr]?)\s"
#: «about her home|, her fight and her plans», «Ann Moe|, her son, and Ida Lund»,
#: «a dancer, and, in her day|, the best»
_LISTED = make_regex(
    rf"{_EACH}(?:(?!that\s|who\s|which\s)[^;:])*?"
    rf"(?:\s(?:and|und)\s(?:\w+\s)?{_EACH}|,\s(?:and|und)\s[A-ZÄÖÜ])"
)
_GERMAN_RELATIVE = make_regex(r"(?:d(?:er|ie|as|e[nm]|eren|essen)|nachdem|weil|wenn)\s")
#: A clause after these says which ones, or when and why only.
SAYS_WHICH = make_regex(
    r"\b(?:kein\w*|all\w{1,2}|jede\w?|solch\w*|erst|deshalb|deswegen|derjenige\w*|diejenige\w*|nur|einzige\w?|erste\w?|letzte\w?"
    r"|mehr|weniger|so(?!\sgenannt)|derart)\b[^,]{0,40}\Z"
)
_HALF_LIST = make_regex(r"\s(?:and|but|or),\s[^,]*$")
DASH = make_regex(r"—|\s–\s|\s-{1,2}\s")
#: «is seen | as a symbol», «as well | as», «…, with the crew | who saw it filing».
OF_LINK = {
    "who": make_regex(r",\swith\s[^,]+$"),
    "as": make_regex(
        r"\b(?:portray|depict|describ|regard|present|cast|treat|view|hail|dismiss)\w*"
        r"(?:\s[\w'’-]+){0,6}$|"
        r"\b(?:is|are|was|were|be|been|just|twice|times)\sas\s[^,]*$|\b(?:seen|knows?|known|uses?|trained|hired|appointed|elected|employed|regarded|described|viewed|treated|hailed|dismissed|considered|used"
        r"|serve[sd]?|act(?:s|ed)?|emerged|named|dressed|such|same|well|long|far|much|many|\w+sel(?:f|ves))$|\bas\s[a-z]+$"
    ),
}
#: «In a picture of moods that change, …» is no sentence.
_PREPOSED = make_regex(
    r"(?:In|At|On|For|Under|With|By|From|During|Like|Unlike|Besides)\s[^,]*$"
)
#: What may go on after an apposition: «…, the head of police, to court».
_RESUMES = make_regex(r"(?:on|for|to|from|(?:at|in)(?!\s[A-Z]))\s")
#: The main clause after an insertion: «…, has resigned».
RESUMED = make_regex(r",[\"”]?\s([a-zäöü’']+)\s")
#: A German infinitive or a separate part of a verb, which completes the main clause.
_INFINITIVE = make_regex(
    r"(?:\bzu\s[a-zäöüß]+n|[a-z]zu[a-zäöüß]{3,}en)\b(?=[.,]|\Z)|,\s[a-zäöü]+\.?\Z|\s(?:an|auf|aus|ab|ein|vor|mit|statt|teil|fest|zurück|bei|um|los)\.?\Z"
)
#: A phrase before the verb that completes the main clause, «voted | on Monday to sell»,
#: or a clause that says which: «all six of the cups | for which she rowed».
_TO_VERB = make_regex(
    r"(?!in\san?\s(?:bid|effort|attempt)|by\s|(?:prior|due|thanks)\s)[^,;:()]*?\sto\s"
    r"(?!the\b|an?\b|his\b|its\b)[a-z]+\b|\w+\s(?:which|whom)\s"
)
#: A lone word after a comma, unless it needs nothing more («…, too»), and what does:
#: «eight shots |off the lead», «made the toll |legal», «pulled ten men |out».
LONE = make_regex(
    r",\s(?!too$|though$|however$)(?:(?:the|an?)\s)?[a-zäöü]+$"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s(?:shots?|strokes?|points?|lengths?|places?)$|\b(?:made|makes|making|rendered)\s(?:the|his|her|its|their)\s(?:[a-z-]+\s){0,2}[a-z-]+$"
    r"|\bpull(?:ed|ing)(?:\s(?!(?:ahead|down|from|in|into|off|out|over)\b)[\w’'-]+)+$"
)
#: «a dozen letters to Brandt|, Reed and Lund»: the total is that of the whole list.
_TOTAL = make_regex(
    r"(?<![\w.,$£€-])(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:a\s|two\s)?dozen|several|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf)\s"
    r"(?!percent|points|days|weeks|months|years|hours)(?:[\w-]+\s){1,3}?"
    r"(?:to|from|with|between|an|von|zwischen)\s(?P<listed>(?:[A-ZÄÖÜ]|the\s)[^;:]{0,90})$"
)
_REST_OF_LIST = make_regex(
    r"(?:(?:(?:the|an?|his|her|their|die|der|den|dem)\s)?(?:[\w'’.-]+\s?){1,6},?\s)?(?:and|und)\s"
    r"(?:to\s|from\s|with\s|an\s|von\s)?(?:the|his|her|their|die|den|dem|[A-ZÄÖÜ])"
)
#: «have advised, in no particular order|, a bank …»
_AWAITS_OBJECT = make_regex(
    r"\b(\w+),\s(?:in|at|by|with|among|on|for|from|over|during)\s[^,;:]*$"
)
#: «were killed | when …», «has died in hospital | after …»: in what?
HARMED = make_regex(
    r"\b(?:killed|injured|wounded|hurt|dead|died|missing|hospital|homes|arrested|apologi[sz]ed|mocked|occur(?:red)?|happen(?:ed)?|t(?:ook|aken)\splace)\Z"
)
#: Links of clauses; after the second group a phrase without a verb may follow too.
_LINK = make_regex(
    r"\b(?:(?P<clause>but|while|when|that|which|who|because|although|though|if|unless|where|"
    r"dass|weil|wenn|obwohl|während)|as|after|before|since|until|aber|als|nachdem)\s"
)


#: «because the welcome they felt| when …», «that the old bridge he built in Hallin|»
_SUBJECT_ALONE = make_regex(
    rf"\b(?:because|that|if|as|while|when)\s(?:the|an?|his|her|their)\s(?:(?!(?:{FINITE})\b)[\w-]+\s){{1,5}}"
    r"(?:they|he|she|we|it|I)\s\w+(?:\s(?:in|on|at|for|with|to|from)(?:\s[\w’'-]+){1,4})?$"
    r"|\b(?:said|says?|that|warn(?:s|ed))\s(?:if|unless|when|once)\s[^,]*$"
)


#: «ordered that houses built on a dyke| in the town be demolished»
_ORDERED = make_regex(r"\b(?!(?:to|not|[a-z]*ould|will|can|may|might|must)\s)\w+\sbe\s")


def leaves_clause_open(kept: str, tail: str) -> bool:
    """Whether a cut is between a conjunction and the verb of its clause."""
    if _SUBJECT_ALONE.search(kept) or _ORDERED.search(tail):
        return True
    links = list(_LINK.finditer(kept))
    if not links or has_verb(kept[links[-1].end() :]):
        return False
    if links[-1][0] == "as ":
        tail = tail.removeprefix("and ")  # «as the price| and the cost went up»
    return bool(links[-1]["clause"]) or takes_verb(tail)


#: A new clause, with or without a link.
_ANY_LINK = make_regex(
    _LINK.pattern.replace("?P<clause>", "?:")
    + r"|[,;:()\"“”—–]|\b(?:and|or|how|why|what|whose|whom|than|he|she|it|"
    r"they|we|i|you|to|und|oder|die|der|das)\s"
)


#: Words that only look like verbs: «|on state-owned farms in May».
_LIKE_VERBS = make_regex(r"\b(?!co-|re-)\w+-\w+|\bMay\b")


def takes_verb(tail: str) -> bool:
    """Whether a verb of the clause before it is in the tail: «| here are off»."""
    found = words.split_words(_LIKE_VERBS.sub("", _ANY_LINK.split(tail)[0]))
    return any(
        grammar.looks_finite(word)
        and word[-1:] != "s"
        and word != "war"
        and after != "by"
        and not (word.endswith("ed") and before in _DETERMINERS | grammar.PREPOSITIONS)
        for before, word, after in zip(found, found[1:], [*found[2:], ""], strict=False)
    )


_SUPERLATIVE = make_regex(
    r"\b(?:first|last|only|most|least|best|worst|[a-z]{3,}(?:est)|erste[nrs]?|einzige[nrs]?|letzte[nrs]?)\b"
)
#: Verbs with which a clause of time is a condition.
OPEN = make_regex(
    r"\b(?:will|would|can|could|may|might|must|should|shall|wird|werden|kann|können|soll|sollen|muss|müssen|darf|dürfen)\b"
)


#: What somebody stated, or confessed to, is not shown without its circumstances.
_STATED = make_regex(
    r"\btold\s[^,;]*\bthat\s|\b(?:plead(?:s|ed)\sguilty|confess(?:es|ed))\b"
)
_NOT = make_regex(r"\b(?:not|nicht)\b|n['’]t\b")


def changes_sense(kept: str, link: str) -> bool:
    """Whether what is kept means something else without the clause."""
    if _STATED.search(kept):
        return True
    if link in ("since", "seit"):
        return _SUPERLATIVE.search(kept) is not None
    if link in ("because", "weil"):
        return _NOT.search(kept.rpartition(", ")[2]) is not None
    return link in ("when", "where", "once") and OPEN.search(kept) is not None


#: Verbs whose statement, predicate or place must be kept: «believe the dam is safe»,
#: «called the rebate unfair», «sent the bill to the governor», «is the latest step».
_COMPLETED_LATER = make_regex(
    r"\b(?<!of\s)(?<!the\s)(?:(?:believe|think|hope|fear|say|claim|warn|suggest|insist|expect|feel|know|argue"
    r"|lets?|make|help|assure|inform|remind)(?:s|ed|d)?\s(?!to\b)|(?:said|thought|felt|let|told|tells?)\s)"
    rf"(?!.*\b(?:{FINITE}|[a-z]{{3,}}ed)\b)"
    r"|\b(?:call|name|dubb|label|consider|declar|deem|render|brand)(?:s|ed|e)?\s"
    r"(?!(?:for|on|in|at|by|against|as|off|up|out)\b)"
    r"|\b(?:put|puts|putting|sen[dt]|sends|sending|br(?:ing|ings|inging|ought)|turn(?:s|ed)?|"
    r"hand(?:s|ed|ing)?|mov(?:e|es|ed)|driv(?:e|es|en)|drove|forc(?:e|es|ed)|blam(?:e|es|ed)|"
    r"accus(?:e|es|ed)|charg(?:e|es|ed)|replac(?:e|es|ed)|compar(?:e|es|ed)|fell|falls|fallen|"
    r"struck|crash(?:es|ed)|plung(?:es|ed)|burst|broke|plead(?:s|ed)|add(?:s|ed|ing)?|"
    r"ke(?:ep|eps|eping|pt)|plac(?:e|es|ed|ing)|thank(?:s|ed|ing)?|bar(?:s|red|ring)?|"
    r"prevent(?:s|ed|ing)?|block(?:s|ed|ing)?|stop(?:s|ped|ping)?|exclud(?:e|es|ed|ing)|protect(?:s|ed|ing)?)"
    r"(?:\s(?!(?:to|over|against|with)\s|(?<=ed\s)of\s)[^\s,;]+){0,6}$"
    r"|\b(?:is|are|was|were|be|become|became)\s(?:the|an?)(?:\s[\w-]+){1,4}$"
    r"|\b(?:charg|accus|convict|arrest|jail|suspect)ed\b[^,;]*\b(?:for|of|with)\s"
    r"(?:allegedly\s)?[a-z]+ing\b(?!(?:\s[\w’'-]+){4})"
    r"|\bma(?:de|kes?)\s(?:his|her|its|their|it|him|them)\s[^,]*$"
    r"|\bnot\sonly\b(?!.*\bbut\b)"
    r"|^(?:[\w'’]+\s){0,2}(?:[Nn]ews|fact|idea|revelations?|claims?|decision)\sthat\s[^,]*$"
    r"|^There\s(?:is|are|was|were|ha(?:s|ve|d))\b"
)
#: Before a verb whose complements are unknown: «to look», «may continue».
_NO_VERB_AFTER_TO = word_set("death date hospital court")
_BEFORE_VERB = word_set("to can could will would may might must shall should not only")


#: «to create the biggest bank | in the valley»
_TIME_SINCE = make_regex("(?:hour|day|week|month|year)s? (?:after|before)")
_COUNTS = word_set("one two three four five six seven eight nine ten few several some")
_GREATEST = make_regex(rf"\bthe\s(?:{_SUPERLATIVE.pattern})(?:\s[\w-]+){{1,2}}$")


def waits_for_phrase(kept: str, found: Sequence[str]) -> bool:
    """Whether a phrase may complete the last words that are kept."""
    last = found[-1]
    return (
        last in _WAITING
        or found[-2:] == ["each", "other"]
        or (found[-2] in _BEFORE_VERB and last not in _NO_VERB_AFTER_TO)
        or grammar.looks_finite(last)
        or grammar.looks_participle(last)
        or _COMPLETED_LATER.search(kept) is not None
        or _GREATEST.search(kept) is not None
    )


#: «a pipeline | that will pass …», «images in posters | which critics …»
ONE_OF_MANY = make_regex(
    r"\b(?:[Aa]n?|new|two|three|four|five|six|\d+)\s(?:[\w$£€.-]+,?\s){0,3}[\w-]+$|\b(?:in|on|with|for|by)\s(?:[\w-]+\s)?[a-z]+s$"
)
#: What a measure is for is the news.
_AIMS = ("that aims ", "that seeks ", "that would ")
_TURNS = make_regex(r"(?:\A|,\s)(?=(?:but|yet|aber|sondern)\s)")
#: «outside a Norvik |shopping center»
_NOUN_WITH_ING = make_regex(
    r"(?:uprising|building|wedding|hearing|shopping|parking|housing|training|meeting|boarding|mining|swimming|fishing"
    r"|shipping|operating|living|dining|filing|banking|gaming|training|racing)\s"
)
#: «…, |but she still hopes to play»
_OWN_CLAUSE = make_regex(r"but\s(?:he|she|they)\s")
#: «held out for long |and lost in the end»: how it ended is the news.
_OUTCOME = make_regex(
    r"\b(?:and|but|und|aber)\s(?:[\w’'-]+\s){0,4}?(?:in\sthe\send|finally|eventually"
    r"|ultimately|nevertheless|doch|dennoch|trotzdem|schließlich|letztlich|am\sEnde)\b"
)
#: «no reduction |in output», «$22 million |in aid»: in what belongs to it.
TAKES_IN = make_regex(
    r"\b(?:change|cut|decline|decrease|drop|fall|gain|growth|improvement|increase|jump|loss"
    r"|reduction|rise|surge|(?:b|m|tr)illion)(?:e?s)?$"
)
#: «It may sound odd, but |doctors found …»: the news is what was not expected.
CONCEDES = make_regex(
    r"[^,;:]*\b(?:may|might|could|seem(?:s|ed)?|sound(?:s|ed)?|look(?:s|ed)?|used\sto|once"
    r"|usually|often|traditionally|[Ii]t|[Yy]ou|mag|dürfte|zwar)\b"
)
CONCESSION = make_regex(
    rf"(?={CONCEDES.pattern})[^;:()\"“”]{{12,170}}?,\s(?:but|yet)\s(?!(?:it|he|she|they|we"
    r"|you|I|not|that|this|there|then|what|now|also|if|when|as|ha[sd]|have|is|are|was|were"
    r"|will|would|can|could|did|do|consider|remember|look|\w+ed)\b)"
)
_DETERMINERS = word_set("the a an his her its their this these those")
_ADDED = _DETERMINERS | word_set("""
    several many some more other another most additional in on for with to from at by
    der die das ein eine seine ihre mit für
""")
#: «Citizens for Responsibility | and Ethics in Norland»
_NAME_GOES_ON = make_regex(r"\w+\s[A-ZÄÖÜ]")
#: After these both parts are needed, or the rest is untrue without the other.
NEEDS_BOTH = make_regex(
    r"\b(?:between(?!.*\sand\s)|both|either|neither|whether|half|combined|together|total|equal\w*|"
    r"same|differen\w+|among|if|unless|until|once|only|when|without|zwischen|sowohl|"
    r"weder|ob|wenn|nur|ohne|zusammen)\b",
    re.IGNORECASE,
)
#: A list, or a denial, goes on after «and», unless a verb follows.
_GOES_ON = make_regex(rf",[^,]{{0,60}}$|{grammar.NEGATION.pattern}")


#: «and instead denied it»
_ADVERB = make_regex(r"then|later|instead|also|still|soon|[a-z]+ly")
#: «and he hopes to play»: a clause of its own.
_OWN_SUBJECT = make_regex(r"(?:and|but)\s(?:he|she|they|it|we)\s")


def _adds_whole(kept: str, tail: str) -> bool:
    """Whether «and» joins complete parts, not as in «red and green lamps»."""
    # «and Syed Rahman, 47, all of whom had stalls» has no verb of its own.
    following = tail.lower().split(",", 1)[0].split(maxsplit=7)[1:7]
    if not following or NEEDS_BOTH.search(kept):
        return False
    if _OWN_SUBJECT.match(tail):
        return kept.rstrip()[-1:] != "," and has_verb(kept)
    while len(following) > 1 and _ADVERB.fullmatch(following[0]):
        following = following[1:]
    first = following[0]
    verbal = grammar.looks_finite(first) or grammar.looks_participle(first)
    if verbal and _NAME_GOES_ON.match(tail) is None:  # «and Syed Rahman»
        return True
    if not grammar.AUXILIARIES.isdisjoint(following[1:]):
        return has_verb(re.split("[;:]", kept)[-1])  # No list of subjects.
    if _GOES_ON.search(kept) or _NAME_GOES_ON.match(tail):
        return False
    added = following[0] in _ADDED or not _DETERMINERS.isdisjoint(following[1:2])
    # «prices in Hallin | and Norvik by 24%»
    return added and not any(map(str.isdigit, tail))


#: A German word, and a verb that may be one.
_GERMAN = make_regex(
    r"\b(?<!van\s)(?:[Dd](?:er|ie|as|e[nms])|ein(?:e[rnms]?)?|und|für|von|mit|über|seit|auf|nach|im|bei|ist|sind|wird|wurde)\s"
)


def is_german(text: str) -> bool:
    """Whether a sentence has a word that is German and not English."""
    return _GERMAN.search(text) is not None


def is_surely_german(text: str) -> bool:
    """Whether a sentence has several such words: «people die in Bern» has one."""
    return len(_GERMAN.findall(text)) > 1


GERMAN_VERB = make_regex(
    r"\s(?:ist|sind|war|waren|will|wollen|kann|können|soll|sollen|muss|müssen|darf|dürfen|"
    r"haben|wird|werden|wurden?|hatten?|[a-zäöüß]{2,}(?:t|te|ten)|(?:star|ga|blie)b(?:en)?|kam(?:en)?|"
    r"(?:ging|stieg)(?:en)?|(?:fan|stan)d(?:en)?|fiel(?:en)?|trat(?:en)?"
    r"|(?:griff|schloss|zog|nahm|hielt|rief|schlug|traf|verlor|gewann|begann|sprach|brach|warf|sank|lag|ließ)(?:en)?"
    # «Die Staaten |beraten| seit Montag»
    r"|(?!(?:neben|gegen|wegen|zwischen|[ks]?einen|ihren|diesen|jeden|beiden)\b)[a-zäöüß]{3,}en(?=\s(?:seit|am|im|in|auf|über|ab|an|mit|der|die|das|den|dem|ihre?[nmrs]?|eine?[nmr]?|\d[\d.]*)\s))\b"
)
#: «… wurde am Freitag aufgehoben| und zurückverwiesen»: the verb is complete.
_PARTICIPLE = make_regex(
    r"\b(?:hat|haben|ist|sind|wurden?|wird|werden)\s[^,;:]*\s"
    r"(?:[a-zäöüß]*ge[a-zäöüß]{2,}|(?:be|ver|er|ent|zer|über|unter)[a-zäöüß]{2,}|[a-zäöü]+ier)"
    r"(?:t|en)$"
)
_GERMAN_AUXILIARY = make_regex(r"\b(?:hat|haben|ist|sind|wurden?|wird|werden)\b")
_CONTRACTED = ("'ve", "'re", "'ll", "'d")


_PLURAL = word_set("they we you i who people")
#: «The campaign involves a mixture», «it asserts that»; not «of costs the firm».
_WITH_OBJECT = make_regex(
    r"(?:\A|(?<!\bof)(?<!\bin)(?<!\bfor)(?<!\bthe)(?<![a-z]s)\s)[a-z]{2,}[^\Wsui]s\s(?:an?|his|her|its|their)\s"
)


def has_verb(text: str) -> bool:
    """Whether there is a word that may be a finite verb."""
    found = words.split_words(_LIKE_VERBS.sub("", text))
    if any(grammar.looks_finite(w) or w.endswith(_CONTRACTED) for w in found):
        return True
    if _GERMAN.search(text):
        return GERMAN_VERB.search(text) is not None
    if _WITH_OBJECT.search(text):
        return True
    # «the mills close»
    return any(
        (before[-1:] == "s" or before in _PLURAL)
        and (grammar.looks_finite(f"{word}s") or grammar.looks_finite(f"{word}es"))
        for before, word in itertools.pairwise(found)
    )


#: A space before a mark, where words between two spans were removed.
_SPACED_MARK = make_regex(r"(?<=[^\s—–-])\s([,;:.])(?=\s|$)")
_COMMA_IN_MARKS = make_regex(
    r",(?=[\"”](?:,|$))|\A([\"“][^\"“”]*),(?=[\"”]\s(?:is|are|was|were|ha[sd]|have|will)\s)"
)
_MARKS_AFTER = ",;:—–- \n\t\u00a0"
_STOPS = ".!?…"
_CLOSING = "\"'”’“»«)]"
_FIRST_LETTER = make_regex(r"\w")


def format_version(text: str, version: Sequence[Span], mark: str = "") -> str:
    """A version as it is shown: single spaces, a capital, an ending mark."""
    pieces = " ".join(text[span.start : span.end] for span in version)
    shown = _SPACED_MARK.sub(r"\1", to_one_line(pieces)).rstrip(_MARKS_AFTER)
    shown = _COMMA_IN_MARKS.sub(r"\1", shown)
    if shown and shown.rstrip(_CLOSING)[-1:] not in _STOPS:
        shown += mark
    return _FIRST_LETTER.sub(lambda first: first[0].upper(), shown, count=1)
