"""Whether a sentence that is cut is still whole, and still says the same.

`kept` is what stands before the cut, `tail` what follows it. What is kept has its verb
and the complements of its verb, no clause is open, no word waits for what was removed
(«shortly | after 2 a.m.», «unable to say | where …»), no statement loses a denial or a
doubt, and nothing turns into a greater claim («the first man | since 1990», «will be
paid | when …»).
"""

import re
from collections.abc import Sequence

from digests.language import grammar, words
from digests.language.clause_verbs import (
    FINITE,
    LINK,
    has_verb,
    is_german,
    takes_verb,
)
from digests.language.regexes import make_regex
from digests.language.words import load_word_tables, word_set

TABLES = load_word_tables(__file__, "clause_words.txt")
_DANGLING, _LEANS_ON = TABLES["dangling"], TABLES["leans_on"]
_WAITING = TABLES["waiting"]


def dangles(kept: str) -> bool:
    """Whether words end in one that waits for more, as «years of war» do not."""
    last = "".join(words.split_words(kept[-80:])[-1:])
    return last in _DANGLING and (last not in {"war", "die", "hat"} or is_german(kept))


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


def leans_on_link(last: str, link: str) -> bool:
    """Whether a clause completes the last word: «just as», «ten days after»."""
    counts_time = _TIME_NOUN.match(last) is not None and link not in _AFTER_TIME
    return last in _LEANS_ON and not counts_time


#: «for the first time in ten days |as he met …» is complete.
_AFTER_TIME = word_set("after before when since until nachdem bevor seit als")
_TIME_NOUN = make_regex(
    r"(?:second|minute|hour|day|night|week|month|year|decade|morning|evening|time)s?$"
)
#: A clause after these says which ones, or when and why only.
SAYS_WHICH = make_regex(
    r"\b(?:kein\w*|all\w{1,2}|jede\w?|solch\w*|erst|deshalb|deswegen|derjenige\w*"
    r"|diejenige\w*|nur|einzige\w?|erste\w?|letzte\w?|mehr|weniger|so(?!\sgenannt)"
    r"|derart)\b[^,]{0,40}\Z"
)
#: «is seen | as a symbol», «as well | as», «…, with the crew | who saw it filing»,
#: «members who pay against members | who do not».
OF_LINK = {
    "who": make_regex(
        r",\swith\s[^,]+$|\b(?:against|by|for|from|of|to|with|than|among)\s"
        r"(?:(?!(?:more|nearly|almost|million|several|dozens|hundreds|thousands)\b)"
        r"[a-z-]+\s){0,3}[a-z]+s$"
    ),
    "as": make_regex(
        r"\b(?:portray|depict|describ|regard|present|cast|treat|view|hail|dismiss)\w*"
        r"(?:\s[\w'’-]+){0,6}$|"
        r"\b(?:is|are|was|were|be|been|just|twice|times)\sas\s[^,]*$"
        r"|\b(?:seen|knows?|known|uses?|trained|hired|appointed|elected|employed"
        r"|regarded|described|viewed|treated|hailed|dismissed|considered|used"
        r"|serve[sd]?|act(?:s|ed)?|emerged|named|dressed|such|same|well|long|far|much"
        r"|many|\w+sel(?:f|ves))$|\bas\s[a-z]+$"
    ),
}
#: The main clause after an insertion: «…, has resigned».
RESUMED = make_regex(r",[\"”]?\s([a-zäöü’']+)\s")
#: A lone word after a comma, unless it needs nothing more («…, too»), and what does:
#: «eight shots |off the lead», «made the toll |legal», «pulled ten men |out».
LONE = make_regex(
    r",\s(?!too$|though$|however$)(?:(?:the|an?)\s)?[a-zäöü]+$"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s"
    r"(?:shots?|strokes?|points?|lengths?|places?)$"
    r"|\b(?:made|makes|making|rendered)\s(?:the|his|her|its|their)\s"
    r"(?:[a-z-]+\s){0,2}[a-z-]+$"
    r"|\bpull(?:ed|ing)(?:\s(?!(?:ahead|down|from|in|into|off|out|over)\b)[\w’'-]+)+$"
)
#: «a dozen letters to Brandt|, Reed and Lund»: the total is that of the whole list.
_TOTAL = make_regex(
    r"(?<![\w.,$£€-])(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|(?:a\s|two\s)?dozen|several|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
    r"|zehn|zwölf)\s"
    r"(?!percent|points|days|weeks|months|years|hours)(?:[\w-]+\s){1,3}?"
    r"(?:to|from|with|between|an|von|zwischen)\s(?P<listed>"
    r"(?:[A-ZÄÖÜ]|the\s)[^;:]{0,90})$"
)
_REST_OF_LIST = make_regex(
    r"(?:(?:(?:the|an?|his|her|their|die|der|den|dem)\s)?(?:[\w'’.-]+\s?){1,6},?\s)?"
    r"(?:and|und)\s"
    r"(?:to\s|from\s|with\s|an\s|von\s)?(?:the|his|her|their|die|den|dem|[A-ZÄÖÜ])"
)
#: «were killed | when …», «has died in hospital | after …»: in what?
HARMED = make_regex(
    r"\b(?:killed|injured|wounded|hurt|dead|died|missing|hospital|homes|arrested"
    r"|apologi[sz]ed|mocked|occur(?:red)?|happen(?:ed)?|t(?:ook|aken)\splace)\Z"
)
#: «because the welcome they felt| when …», «that the old bridge he built in Hallin|»
_SUBJECT_ALONE = make_regex(
    r"\b(?:because|that|if|as|while|when)\s(?:the|an?|his|her|their)\s"
    rf"(?:(?!(?:{FINITE})\b)[\w-]+\s){{1,5}}"
    r"(?:they|he|she|we|it|I)\s\w+(?:\s(?:in|on|at|for|with|to|from)"
    r"(?:\s[\w’'-]+){1,4})?$"
    r"|\b(?:said|says?|that|warn(?:s|ed))\s(?:if|unless|when|once)\s[^,]*$"
)
#: «ordered that houses built on a dyke| in the town be demolished»
_ORDERED = make_regex(r"\b(?!(?:to|not|[a-z]*ould|will|can|may|might|must)\s)\w+\sbe\s")


def leaves_clause_open(kept: str, tail: str) -> bool:
    """Whether a cut is between a conjunction and the verb of its clause."""
    if _SUBJECT_ALONE.search(kept) or _ORDERED.search(tail):
        return True
    links = list(LINK.finditer(kept))
    if not links or has_verb(kept[links[-1].end() :]):
        return False
    if links[-1][0] == "as ":
        tail = tail.removeprefix("and ")  # «as the price| and the cost went up»
    return bool(links[-1]["clause"]) or takes_verb(tail)


_SUPERLATIVE = make_regex(
    r"\b(?:first|last|only|most|least|best|worst|[a-z]{3,}(?:est)|erste[nrs]?"
    r"|einzige[nrs]?|letzte[nrs]?)\b"
)
#: Verbs with which a clause of time is a condition.
OPEN = make_regex(
    r"\b(?:will|would|can|could|may|might|must|should|shall|wird|werden|kann|können"
    r"|soll|sollen|muss|müssen|darf|dürfen)\b"
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
    r"\b(?<!of\s)(?<!the\s)(?:(?:believe|think|hope|fear|say|claim|warn|suggest|insist"
    r"|expect|feel|know|argue|lets?|make|help|assure|inform|remind)(?:s|ed|d)?\s"
    r"(?!to\b)|(?:said|thought|felt|let|told|tells?)\s)"
    rf"(?!.*\b(?:{FINITE}|[a-z]{{3,}}ed)\b)"
    r"|\b(?:call|name|dubb|label|consider|declar|deem|render|brand)(?:s|ed|e)?\s"
    r"(?!(?:for|on|in|at|by|against|as|off|up|out)\b)"
    r"|\b(?:put|puts|putting|sen[dt]|sends|sending|br(?:ing|ings|inging|ought)"
    r"|turn(?:s|ed)?|hand(?:s|ed|ing)?|mov(?:e|es|ed)|driv(?:e|es|en)|drove"
    r"|forc(?:e|es|ed)|blam(?:e|es|ed)|accus(?:e|es|ed)|charg(?:e|es|ed)"
    r"|replac(?:e|es|ed)|compar(?:e|es|ed)|fell|falls|fallen|struck|crash(?:es|ed)"
    r"|plung(?:es|ed)|burst|broke|plead(?:s|ed)|add(?:s|ed|ing)?|ke(?:ep|eps|eping|pt)"
    r"|plac(?:e|es|ed|ing)|thank(?:s|ed|ing)?|bar(?:s|red|ring)?|prevent(?:s|ed|ing)?"
    r"|block(?:s|ed|ing)?|stop(?:s|ped|ping)?|exclud(?:e|es|ed|ing)"
    r"|protect(?:s|ed|ing)?)"
    r"(?:\s(?!(?:to|over|against|with)\s|(?<=ed\s)of\s)[^\s,;]+){0,6}$"
    r"|\b(?:is|are|was|were|be|become|became)\s(?:the|an?)(?:\s[\w-]+){1,4}$"
    r"|\b(?:charg|accus|convict|arrest|jail|suspect)ed\b[^,;]*\b(?:for|of|with)\s"
    r"(?:allegedly\s)?[a-z]+ing\b(?!(?:\s[\w’'-]+){4})"
    r"|\bma(?:de|kes?)\s(?:his|her|its|their|it|him|them)\s[^,]*$"
    r"|\bnot\sonly\b(?!.*\bbut\b)"
    r"|^(?:[\w'’]+\s){0,2}(?:[Nn]ews|fact|idea|revelations?|claims?"
    r"|decision)\sthat\s[^,]*$"
    r"|^There\s(?:is|are|was|were|ha(?:s|ve|d))\b"
)
#: Before a verb whose complements are unknown: «to look», «may continue».
_NO_VERB_AFTER_TO = word_set("death date hospital court")
_BEFORE_VERB = word_set("to can could will would may might must shall should not only")
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
    r"\b(?:[Aa]n?|new|two|three|four|five|six|\d+)\s(?:[\w$£€.-]+,?\s){0,3}[\w-]+$"
    r"|\b(?:in|on|with|for|by)\s(?:[\w-]+\s)?[a-z]+s$"
)
_TURNS = make_regex(r"(?:\A|,\s)(?=(?:but|yet|aber|sondern)\s)")
#: «…, |but she still hopes to play»
_OWN_CLAUSE = make_regex(r"but\s(?:he|she|they)\s")
#: «no reduction |in output», «$22 million |in aid»: in what belongs to it.
TAKES_IN = make_regex(
    r"\b(?:change|cut|decline|decrease|drop|fall|gain|growth|improvement|increase|jump"
    r"|loss|reduction|rise|surge|(?:b|m|tr)illion)(?:e?s)?$"
)
#: «It may sound odd, but |doctors found …»: the news is what was not expected.
CONCEDES = make_regex(
    r"[^,;:]*\b(?:may|might|could|seem(?:s|ed)?|sound(?:s|ed)?|look(?:s|ed)?|used\sto"
    r"|once|usually|often|traditionally|[Ii]t|[Yy]ou|mag|dürfte|zwar)\b"
)
CONCESSION = make_regex(
    rf"(?={CONCEDES.pattern})[^;:()\"“”]{{12,170}}?,\s(?:but|yet)\s"
    r"(?!(?:it|he|she|they|we"
    r"|you|I|not|that|this|there|then|what|now|also|if|when|as|ha[sd]|have|is|are|was"
    r"|were"
    r"|will|would|can|could|did|do|consider|remember|look|\w+ed)\b)"
)
#: After these both parts are needed, or the rest is untrue without the other.
NEEDS_BOTH = make_regex(
    r"\b(?:between(?!.*\sand\s)|both|either|neither|whether|half|combined|together"
    r"|total|equal\w*|same|differen\w+|among|if|unless|until|once|only|when|without"
    r"|zwischen|sowohl|weder|ob|wenn|nur|ohne|zusammen)\b",
    re.IGNORECASE,
)
