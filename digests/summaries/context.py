"""Find the sentence in which a reporter says why the news matters.

It states a consequence: what the news means («the ruling means that», «sets a
precedent»), whom it affects and how many («2,600 passengers use the ferry every day»,
«300 jobs are at risk»), or what must happen next («the law takes effect on 1 May», «the
deal has to be approved by the members»). In the words of the reporter or of a source
that the sentence names: nothing between quotation marks, no question, no denial, no
condition, no first person. Most articles have no such sentence, and nothing stands in
for it.
"""

import re
from collections.abc import Collection, Sequence
from functools import partial

from digests.language.regexes import make_regex
from digests.language.spans import overlaps_any
from digests.language.words import word_set
from digests.summaries import fitting, passages
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Span

_COUNT = (
    r"(?:\d[\d,.]*(?:\s(?:million|Millionen))?|(?:hundreds|thousands|millions)\sof)"
)
_AFFECTED = (
    r"(?:people|residents|inhabitants|workers|employees|staff|jobs|homes|households"
    r"|passengers|commuters|travellers|patients|pupils|students|children|families"
    r"|customers|drivers|farmers|tenants|pensioners|voters|businesses|vehicles|cars"
    r"|prisoners|Menschen|Einwohner|Beschäftigte|Mitarbeiter|Stellen|Arbeitsplätze"
    r"|Haushalte|Fahrgäste|Pendler|Patienten|Schüler|Kinder|Familien|Kunden|Autos"
    r"|Fahrzeuge)"
)
_DAY = (
    r"(?:(?:[1-9]|[12]\d|3[01])\.?\s)?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Montag"
    r"|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|(?:mid-)?20\d\d)"
)
_MODAL = (
    r"(?:will|would|could|may|might|can|(?:is|are)\s(?:expected|set|due|likely|forecast)\sto"
    r"|threatens?\sto)\s(?:also\s|now\s|then\s)?"
)
#: A decision or an event, as the news is called further down.
_NEWS = (
    r"(?:ruling|decision|move|deal|agreement|law|bill|act|amendment|vote|ban|closure"
    r"|strike|cuts?|changes?|plans?|scheme|merger|takeover|sale|reforms?|measures?|rules?"
    r"|tax|budget|rise|increase|delay|shortage|order|verdict|sanctions|project|proposals?"
    r"|programme|acquisition|offer|investment|treaty|pact|resolution|collapse|shutdown"
    r"|settlement|job\slosses|layoffs|funding|grant|discovery|find|findings|tariffs?|duties"
    r"|levy|fees?|charges|restrictions|curbs|subsid(?:y|ies)|news|outage|drought)"
)
#: What decisions and events do to others.
_EFFECT = (
    r"(?:affect|allow|ban|boost|bring|cause|cost|create|cut|damage|deprive|double|ease"
    r"|enable|end|force|give|help|hit|hurt|impact|increase|lead|leave|let|lift|limit|lower"
    r"|make\sit|mean|prevent|protect|push|raise|reduce|remove|represent|require|restrict"
    r"|result|save|see|slow|spare|stop|strengthen|threaten|weaken|widen"
    r"|be\sthe\s(?:first|biggest|largest))"
)
#: In words that say so: what it means, whom it affects and how many, what it costs.
_STATES = make_regex(
    rf"""\b(?:
      matters?\s(?:because|for\s|beyond\s)
    | (?:is|are|was|were|(?:would|will)\sbe)\s(?:so\s|also\s|especially\s)?
      (?:important|significant|crucial|vital|critical)\s(?:because|for\s|since\s)
    | (?:is|are)\sat\sstake
    | (?:[Tt]he|[Tt]his|[Tt]hese|[Ss]uch\sa)\s(?:[\w'’£$€-]+\s){{0,5}}?{_NEWS}
      (?:\s(?:with|in|of|for|at)\s[^.;,]{{3,40}})?\s
      (?:almost\s|probably\s)?(?:certainly\s)?(?:means?\s|affects?\s|{_MODAL}{_EFFECT}\b)
    | (?:has|have|had|carries|carry)\s(?:[\w-]+\s){{0,2}}
      (?:implications|consequences|repercussions)\sfor
    | sets?\s(?:a|an\s\w+|a\s\w+)\sprecedent | (?:paves|paved)\sthe\sway\sfor
    | \AThe\s(?:stakes\sare|(?:significance|importance)\sof\s(?:\w+\s){{1,6}}lies)
    | (?:affects?|{_MODAL}affect)\s(?:[\w-]+\s){{0,3}}?(?:{_COUNT}|every\s)
    | {_MODAL}(?:particularly|especially|mainly|mostly)\saffect\s
    | {_MODAL}(?:lose|displace|hit|benefit|help|cover|cost|cut|leave|force|serve|supply
      |involve|power|carry|treat|hold)\s(?:\w+\s){{0,4}}?{_COUNT}\s(?:\w+\s){{0,2}}?{_AFFECTED}\b
    | {_COUNT}\s(?:\w+\s){{0,2}}?{_AFFECTED}\s(?:\w+\s){{0,2}}?
      (?:will\s(?:lose|have\sto|be\sable|get|need|receive|pay|no\slonger)|earn|receive
      |face|(?:are|is)\s(?:at\srisk|affected|concerned)|depend|rely|(?:could|may|would)\slose|stand\sto)\b
    | {_COUNT}\s(?:\w+\s){{0,2}}?{_AFFECTED}\s(?:use|cross|travel|pass)\b
      [^.]{{0,60}}\b(?:day|weekday|week|year|daily)\b
    | \AUnder\sthe\s(?:new\s)?(?:{_NEWS}|terms|contract|accord)\b[^.]{{0,120}}?,
      \s[^.]{{2,80}}?\b(?:will|would|must|can|may|has\sto|have\sto)\b
    | \A(?:Together|The\s(?:new|combined|merged)\s(?:group|company|firm|bank|party))\b
      [^.;]{{0,40}}?\s(?:will|would)\s(?:have|be|employ|control|own|serve)\b
    | (?:puts?|putting|threatens?|threatening|endangers?)\s(?:\w+\s)?{_COUNT}\s
      (?:\w+\s)?{_AFFECTED}\sat\srisk
    | (?:close|shut)\s[^.]{{0,50}},\swhere\s(?:\w+\s)?{_COUNT}\s{_AFFECTED}\swork\b
    | (?:[Ii]nvestors|[Ee]conomists|[Aa]nalysts|[Tt]raders)\s(?:now\s)?expect\s
    | \AMore\s(?:\w+\s)?(?:cases|deaths|closures|cuts|strikes)\s
      (?:are|is)\s(?:possible|expected|likely)\b
    | (?:bills|rents|fares|prices|premiums|taxes|fees)\s(?:\w+\s){{0,4}}?
      {_MODAL}(?:rise|go\sup|increase|fall|climb|double)\b
    | {_MODAL}cost\s(?:the\s)?(?:taxpayers|households|consumers|customers|tenants
      |passengers|city|state|council)\b
    | (?:ist|sind|wäre)\s(?:so\s|auch\s|besonders\s)?(?:wichtig|entscheidend),?\s
      (?:weil|für)
    | (?:steht|stehen)\s(?:\w+\s){{0,6}}auf\sdem\sSpiel
    | (?:hat|hätte|haben)\s(?:\w+\s){{0,3}}(?:Folgen|Auswirkungen)\s(?:für|auf)
    | (?:fahren|nutzen|benutzen|überqueren)\s(?:\w+\s){{0,2}}?{_COUNT}\s{_AFFECTED}\b
    | {_COUNT}\s(?:\w+\s)?{_AFFECTED}\s(?:nutzen|benutzen|fahren|verlieren|müssen
      |könnten|sind\sbetroffen|sind\sdarauf\sangewiesen)\b
    | (?:betroffen|bedroht|gefährdet)\s(?:sind|wären)\s(?:\w+\s){{0,2}}?{_COUNT}
    )""",
    re.VERBOSE,
)
#: What must happen next, or from when it holds.
_NEXT = make_regex(
    rf"""\b(?:
      (?:takes?|{_MODAL}take)\seffect\s[^.]{{0,40}}?{_DAY}
    | (?:comes?|{_MODAL}come)\sinto\s(?:force|effect)\s[^.]{{0,40}}?{_DAY}
    | (?:has|have|needs?|must)\s(?:still\s|now\s|yet\s)?(?:to\s)?
      be\s(?:approved|ratified|confirmed|signed|agreed|endorsed|backed|passed)\s(?:by|in)\b
    | (?:needs?|requires?)\s(?:the\s)?(?:approval|consent|backing)\s(?:of|from)\b
    | (?:has|have)\s(?:until|till)\s(?:the\send\sof\s)?{_DAY}\b[^.]{{0,20}}\bto\b
    | deadline\s[^.]{{0,50}}?(?:is|expires|ends|falls)\s[^.]{{0,20}}?{_DAY}
    | (?:will|is\sto|are\sto|is\sdue\sto|is\sexpected\sto)\s
      (?:decide|rule|vote|deliver\s(?:its|a)\s(?:verdict|ruling)|announce\sthe\ssentence
      |be\ssentenced)\s[^.]{{0,70}}?\b(?:on|in|by|next)\s{_DAY}
    | faces?\sup\sto\s(?:\w+\s){{1,2}}(?:years|months)\b
    | (?:maximum|highest)\s(?:sentence|penalty)\b[^.]{{0,40}}\b(?:is|of)\s
    | (?:tritt|treten)\s.{{0,40}}?\bin\sKraft
    | (?:muss|müssen)\s(?:\w+\s){{0,5}}(?:noch\s)?(?:zustimmen|genehmigt\swerden)
    | (?:droht|drohen)\s(?:\w+\s){{0,4}}(?:Jahre\sHaft|Haftstrafe|bis\szu)
    )""",
    re.VERBOSE,
)
#: What happens afterwards; only where it is about the news.
_LATER = make_regex(
    rf"""\b(?:
      (?:will|(?:is|are)\s(?:due\sto|to|set\sto|expected\sto))\s(?:also\s|now\s|then\s)?
      (?:reopen|close|shut|remain|stay|resume|return|appear\s(?:in\scourt|before)|expire
      |end|rise|fall|increase|go\sup|decide|vote|rule|replace|take\sover|wait
      |have\sto\swait
      |be\s(?:sentenced|paid|completed|finished|replaced|reopened|closed|cut|raised|built
      |demolished|pulled\sdown|installed|introduced|decided|heard|shut|restored|repaired
      |moved|sold|exchanged|known|announced|published|opened|signed))\b
      [^.]{{0,80}}?\b(?:on|in|by|from|until|before|within|at\sthe\send\sof|next|this)\s
      (?:at\sleast\s)?(?:the\s|a\s)?(?:{_DAY}|week|month|year|spring|summer|autumn
      |winter|end\sof|beginning\sof)
    | (?:stays?|remains?|would\s(?:stay|remain))\s
      (?:closed|shut|open|blocked|suspended|in\sforce)\s(?:until|on)\b
    | (?:reopens?|expires?)\s(?:on|in|until|from)\s(?:the\s)?{_DAY}
    | \A(?:The\s)?(?:[Ww]ork|[Bb]uilding|[Cc]onstruction|[Rr]epairs|[Tt]alks|[Tt]rial
      |[Hh]earing|[Ii]nquest|[Ii]nquiry|[Ss]trike|[Bb]an|[Pp]roduction)\s
      (?:will\s|is\sto\s|is\sdue\sto\s)?(?:starts?|begins?|ends?|lasts?|takes?)\b
    | \A(?:All|[A-Z]\w+s|The\s(?:\w+\s){{1,3}})[^.;,]{{0,40}}?\b(?:will|are\sto|must)\s
      (?:lose|appeal\sto\sthe\s|pay\s(?:\w+\s){{0,2}}?{_COUNT}|be\s(?:refunded|repeated
      |repaid|compensated|checked|rebuilt|deported|extradited|recalled|rehoused))\b
    | (?:bleibt|bleiben)\s(?:\w+\s){{0,3}}?bis\s
    | (?:beginnen|beginnt|öffnet|endet|startet)\s(?:\w+\s){{0,3}}?(?:am|im|ab|um)\s
    | (?:wird|werden|soll|sollen)\s[^.]{{0,60}}?\b(?:am|im|bis|ab)\s{_DAY}
    )""",
    re.VERBOSE,
)
#: What depends on something that is open: a consequence that its condition states.
_DEPENDS = make_regex(
    r"\A(?:If|Should|Unless)\s[^,;]{6,90},\s(?:the|a|an|it|he|she|they|[A-Z])[^,;]{0,60}?"
    r"\b(?:may|will|could|must|can)\b(?!\s(?:look|seem))"
    r"|\A(?:Falls|Wenn|Sollte\w*)\s[^,;]{6,90},\s(?:so\s)?"
    r"(?:darf|kann|könnte\w*|wird|werden|muss|müssen|droht|drohen)\b"
)
_DOUBTED = make_regex(
    r"\b(?:not|never|no|nothing|hardly|little|less|nor|neither|if|whether|unless|nicht|nie|"
    r"kein\w*|kaum|wenig|ob|wenn|hop(?:e[sd]?|ing)|claim\w*|alleg\w*|rumou?r\w*|"
    r"reportedly|angeblich|falls)\b|n['’]t\b",
    re.IGNORECASE,
)
_SPEECH = make_regex(r"[\"“”„«»‘]|(?<!\w)'|'(?!\w)")
#: What is about an earlier time, or about something else than the news.
_ASIDE = make_regex(
    r"\b(?:last\s(?:year|month|century)|in\s(?:1\d{3}|200\d)|years?\sago|for\sexample|"
    r"previously|at\sthe\stime|used\sto|as\sfor|another\sreason|"
    r"the\s(?:notion|idea|argument|suggestion)\s(?:that|of)|vor\s\w+\sJahren|damals|früher)\b",
    re.I,
)
_LONGEST = 200
#: Later passages are about the background, not the news.
_LOOKED_AT = 40
#: What happens next stands near the news, has words of it, and a short subject.
_MOST_PLACES, _LONGEST_SUBJECT = 14, 14
#: What is begun after a decision needs no word of it.
_WORK = make_regex(
    r"(?:Work|Building|Construction|Repairs|The\swork|Die\sArbeiten|The\s[a-z]+|[A-Z][a-z]+s)"
    r"\s(?:will|starts?|begins?|beginnen|is|are)\b"
)
#: «Das» before a noun refers to nothing.
_GERMAN_ARTICLE = make_regex(r"Das\s[A-ZÄÖÜ]")
_RELATIVES = word_set("who which that then die der das")
_NEAR_NEWS = 5
#: Words of the news that a condition and its consequence have.
_DEPENDING_WORDS = 2


def find_why_it_matters(
    article: Article, shown: Collection[Span] = ()
) -> Sentence | None:
    """The first sentence that says why the news matters, verbatim, or None.

    A sentence that refers to the one before it counts only as the second of the
    article, where that is the news itself.

    Args:
        article: The article that is summarised.
        shown: Spans that are shown already, which are not repeated.
    """
    found = passages.extract_passages(article, _LOOKED_AT)
    for states in (_states_consequence, partial(_tells_next, _collect_lead(found))):
        for passage in found:
            if not states(passage) or not _is_plain_statement(passage):
                continue
            if not overlaps_any(passage.span, shown):
                return fitting.build_sentence(passage)
    return None


def _collect_lead(found: Sequence[Passage]) -> frozenset[str]:
    return frozenset[str]().union(*(passage.known for passage in found[:2]))


def _tells_next(lead: frozenset[str], passage: Passage) -> bool:
    """Whether it says what happens next, in words of the news."""
    if passage.place == 0 or passage.place > _MOST_PLACES:
        return False
    if _DEPENDS.match(passage.text):
        return len(lead & passage.known) >= _DEPENDING_WORDS
    later = _LATER.search(passage.text)
    if later is None or _DOUBTED.search(passage.text) or _ASIDE.search(passage.text):
        return False
    before = passage.text[: later.start()].split()
    if len(before) > _LONGEST_SUBJECT or (before and before[-1].lower() in _RELATIVES):
        return False
    if lead & passage.known:
        return True
    near = passage.place <= _NEAR_NEWS
    return near and _WORK.match(passage.text) is not None


def _states_consequence(passage: Passage) -> bool:
    for cues in (_STATES, _NEXT):
        cue = cues.search(passage.text)
        if cue is not None and not _DOUBTED.search(passage.text, 0, cue.end()):
            return _ASIDE.search(passage.text) is None
    return False


def _is_plain_statement(passage: Passage) -> bool:
    text = passage.text
    if passage.leans and passage.place != 1 and not _GERMAN_ARTICLE.match(text):
        return False
    if len(text) > _LONGEST or text.endswith("?") or _SPEECH.search(text):
        return False
    return passages.is_presentable(passage) and not passage.personal
