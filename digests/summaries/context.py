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

from digests.language.spans import spans_overlap
from digests.language.words import word_set
from digests.summaries import fitting, passages
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Span

_SAYS_WHY = re.compile(
    r"""\b(?:
      matters?\s(?:because|for\s|beyond\s)
    | (?:is|are|was|were|would\sbe|will\sbe)\s
      (?:so\s|also\s|especially\s|particularly\s)?
      (?:important|significant|crucial|vital|critical|consequential|notable)\s
      (?:because|for\s|since\s)
    | (?:is|are)\sat\sstake
    | (?:ruling|decision|vote|deal|agreement|law|ban|closure|strike|cut|change|move
      |order|verdict|plan|delay|shortage)\s(?:means|will\smean|would\smean|could\smean)\s
    | (?:affects?|will\saffect|would\saffect|could\saffect)\s
      (?:(?:about|some|nearly|almost|around|up\sto|more\sthan|an\sestimated)\s)?
      (?:\d|millions\sof|thousands\sof|every\s)
    | (?:has|have|had|could\shave|would\shave|will\shave|carries|carry)\s
      (?:[\w-]+\s){0,2}(?:implications|consequences|repercussions)\sfor
    | (?:sets?|set|could\sset|would\sset|may\sset)\s(?:a|an\s\w+|a\s\w+)\sprecedent
    | (?:paves|paved|could\spave|would\spave)\sthe\sway\sfor
    | \AThe\s(?:stakes\sare|(?:significance|importance)\sof\s(?:\w+\s){1,6}lies)
    | (?:ist|sind|war|wäre)\s(?:so\s|auch\s|besonders\s)?
      (?:wichtig|bedeutsam|entscheidend),?\s(?:weil|für)
    | (?:steht|stehen)\s(?:\w+\s){0,6}auf\sdem\sSpiel
    | (?:hat|hätte|haben)\s(?:\w+\s){0,3}(?:Folgen|Auswirkungen)\s(?:für|auf)
    )""",
    re.VERBOSE,
)
_COUNT = (
    r"(?:\d[\d,.]*(?:\s(?:million|Millionen))?|(?:hundreds|thousands|millions)\sof)"
)
_AFFECTED = (
    r"(?:people|residents|inhabitants|workers|employees|staff|jobs|homes|households"
    r"|passengers|commuters|travellers|patients|pupils|students|children|families"
    r"|customers|drivers|farmers|tenants|pensioners|voters|businesses|vehicles|cars"
    r"|Menschen|Einwohner|Beschäftigte|Mitarbeiter|Stellen|Arbeitsplätze|Haushalte"
    r"|Fahrgäste|Pendler|Patienten|Schüler|Kinder|Familien|Kunden|Autos|Fahrzeuge)"
)
_DAY = (
    r"(?:(?:[1-9]|[12]\d|3[01])\.?\s)?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Montag"
    r"|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|20\d\d)"
)
#: Whom it affects, with their number.
_AFFECTS = re.compile(
    rf"""\b(?:
      (?:will|would|could|may|might|is\sexpected\sto|are\sexpected\sto|threatens?\sto)\s
      (?:lose|affect|displace|hit|benefit|help|cover|cost|cut|leave|force|serve|supply|power)
      \s(?:\w+\s){{0,4}}?{_COUNT}\s(?:\w+\s){{0,2}}?{_AFFECTED}\b
    | {_COUNT}\s(?:\w+\s){{0,2}}?{_AFFECTED}\s(?:\w+\s){{0,2}}?
      (?:will\s(?:lose|have\sto|be\sable|get|need|receive|pay|no\slonger)|earn|receive|face|are\sat\srisk
      |is\sat\srisk|depend|rely|could\slose|may\slose|would\slose|stand\sto)\b
    | {_COUNT}\s(?:\w+\s){{0,2}}?(?:people|passengers|commuters|vehicles|cars|drivers
      |travellers|patients|children|pupils)\s(?:use|cross|travel|pass)\b[^.]{{0,60}}
      \b(?:day|weekday|week|year|daily)\b
    | (?:puts?|putting|threatens?|threatening|endangers?)\s(?:\w+\s){{0,3}}?{_COUNT}\s
      (?:\w+\s)?{_AFFECTED}\b
    | (?:close|shut|closing|shutting)\s[^.]{{0,50}},\swhere\s(?:\w+\s)?{_COUNT}\s
      {_AFFECTED}\swork\b
    | (?:expected|designed|built|planned)\sto\s(?:carry|serve|house|supply|treat|hold)\s
      (?:\w+\s){{0,2}}?{_COUNT}\s{_AFFECTED}\b
    | (?:fahren|nutzen|benutzen|überqueren)\s(?:\w+\s){{0,2}}?{_COUNT}\s
      {_AFFECTED}\b
    | {_COUNT}\s(?:\w+\s)?{_AFFECTED}\s(?:nutzen|benutzen|fahren
      |sind\sdarauf\sangewiesen|verlieren|müssen)\b
    | (?:betroffen|bedroht|gefährdet)\s(?:sind|wären)\s(?:\w+\s){{0,2}}?{_COUNT}
    )""",
    re.VERBOSE,
)
#: What must happen next, or from when it holds.
_NEXT = re.compile(
    rf"""\b(?:
      (?:takes?|will\stake|is\sdue\sto\stake|are\sto\stake)\seffect\s[^.]{{0,40}}?{_DAY}
    | (?:comes?|will\scome|is\sdue\sto\scome)\sinto\s(?:force|effect)\s
      [^.]{{0,40}}?{_DAY}
    | (?:still\s|now\s)?(?:has|have|needs?|must)\s(?:still\s|now\s|yet\s)?(?:to\s)?
      be\s(?:approved|ratified|confirmed|signed|agreed|endorsed|backed|passed)\s(?:by|in)\b
    | (?:still\s)?(?:needs?|requires?)\s(?:the\s)?(?:approval|consent|backing
      |support)\s(?:of|from)\b
    | (?:has|have)\s(?:until|till)\s(?:the\send\sof\s)?{_DAY}\b[^.]{{0,20}}\bto\b
    | (?:deadline)\s[^.]{{0,50}}?(?:is|expires|ends|falls)\s[^.]{{0,20}}?{_DAY}
    | (?:will|is\sto|are\sto|is\sdue\sto|is\sexpected\sto)\s
      (?:decide|rule|vote|deliver\s(?:its|a)\s(?:verdict|ruling)|announce\sthe\ssentence
      |be\ssentenced)\s[^.]{{0,70}}?\b(?:on|in|by|next)\s{_DAY}
    | faces?\sup\sto\s(?:\w+\s){{1,2}}(?:years|months)\b
    | (?:maximum|highest)\s(?:sentence|penalty)\b[^.]{{0,40}}\b(?:is|of)\s
    | tritt\s.{{0,40}}?\bin\sKraft | treten\s.{{0,40}}?\bin\sKraft
    | (?:muss|müssen)\s(?:\w+\s){{0,5}}(?:noch\s)?(?:zustimmen|genehmigt\swerden)
    | (?:droht|drohen)\s(?:\w+\s){{0,4}}(?:Jahre\sHaft|Haftstrafe|bis\szu)
    )""",
    re.VERBOSE,
)
#: What happens next, on which day; only where it is about the news.
_LATER = re.compile(
    rf"""\b(?:
      (?:will|is\sdue\sto|are\sdue\sto|is\sto|are\sto|is\sset\sto|is\sexpected\sto
      |are\sexpected\sto)\s(?:also\s|now\s|then\s)?
      (?:reopen|close|shut|remain|stay|resume|return|appear\s(?:in\scourt|before)|expire|end
      |rise|fall|increase|go\sup|publish|decide|vote|rule|replace|take\sover
      |be\s(?:announced|sentenced|published|paid|completed|finished|replaced|reopened|closed
      |cut|raised|built|demolished|pulled\sdown|installed|introduced|decided|heard|shut
      |restored|tested|repaired|moved|sold))\b
      [^.]{{0,80}}?\b(?:on|in|by|from|until|before|at\sthe\send\sof|next|this)\s(?:the\s)?
      (?:{_DAY}|week|month|year|spring|summer|autumn|fall|winter|end\sof|beginning\sof)
    | (?:stays?|remains?)\s(?:closed|shut|open|blocked|suspended|in\sforce)\suntil\b
    | (?:reopens?|expires?)\s(?:again\s)?
      (?:on|in|until|from)\s(?:the\s)?{_DAY}
    | \A(?:The\s|A\s)?(?:\w+\s)?(?:[Ww]ork|[Bb]uilding|[Cc]onstruction|[Rr]epairs
      |[Tt]alks
      |[Tt]rial|[Hh]earing|[Ii]nquest|[Ii]nquiry|[Ss]trike|[Bb]an|[Pp]roduction)\s(?:\w+\s)?
      (?:will\s|is\sto\s|should\s|is\sdue\sto\s)?(?:starts?|begins?|ends?|lasts?|takes?)\b
    | (?:bleibt|bleiben)\s(?:\w+\s){{0,3}}?bis\s
    | (?:beginnen|beginnt|öffnet|endet|startet)\s(?:\w+\s){{0,3}}?(?:am|im|ab|um)\s
    | (?:wird|werden|soll|sollen)\s[^.]{{0,60}}?\b(?:am|im|bis|ab|nächste\w*)\s{_DAY}
    )""",
    re.VERBOSE,
)
#: A plain statement of what will be done, or must be done by many.
_FUTURE = re.compile(
    rf"""\A(?:The|All|Some|Most|Half|Parents|Customers|Residents|Passengers|Drivers|Buyers
      |[A-Z]\w+)\s(?:[\w'’,-]+\s){{0,7}}?
      (?:will|are\sto|must)\s(?:also\s|now\s|then\s)?(?:
        have\sto\s(?!admit|say)\w+ | run\snormally | pay\s | appeal\sto\s | lose\s
        | be\s(?:refunded
        |repeated|exchanged|repaid|compensated|pulled\sdown|demolished|checked|rebuilt
        |deported|extradited|transferred|charged|recalled|moved|rehoused|vaccinated)
      )\b
    | \A[A-Z]\w*\s(?:\w+\s){{0,5}}?is\splanned\sfor\s{_DAY}
    | \A(?:Der|Die|Das|Alle)\s(?:\w+\s){{0,4}}?(?:muss|müssen)\s(?:\w+\s){{0,6}}?
      (?:bis|abgerissen|ersetzt|erneuert|warten|zahlen|räumen)\b
    """,
    re.VERBOSE,
)
#: What it will cost, or do to what many pay.
_PRICE = re.compile(
    r"""\b(?:
      (?:bills|rents|fares|prices|premiums|taxes|fees|contributions)\s(?:\w+\s){0,4}?
      (?:will|would|could|are\sexpected\sto|are\sset\sto)\s(?:rise|go\sup|increase|fall|climb|double)\b
    | (?:will|would|could)\scost\s(?:\w+\s){0,3}?(?:taxpayers|households|consumers|
      customers|tenants|motorists|passengers|the\scity|the\sstate|the\scouncil)\b
    | (?:will|would|could)\s(?:push\sup|raise|increase|drive\sup|lower|reduce)\s
      (?:the\s)?(?:\w+\s){0,2}?(?:bills|rents|fares|prices|premiums|taxes|waiting\stimes)\b
    )""",
    re.VERBOSE,
)
_CUES = (_SAYS_WHY, _AFFECTS, _NEXT, _PRICE)
_DOUBTED = re.compile(
    r"\b(?:not|never|no|nothing|hardly|little|less|nor|neither|if|whether|unless|nicht|nie|"
    r"kein\w*|kaum|wenig|ob|wenn|hop(?:e[sd]?|ing)|claim\w*|alleg\w*|rumou?r\w*|"
    r"reportedly|angeblich|falls)\b|n['’]t\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"[\"“”„«»‘]|(?<!\w)'|'(?!\w)")
#: What is about an earlier time, or about something else than the news.
_ASIDE = re.compile(
    r"\b(?:last\s(?:year|month|century)|in\s(?:1\d{3}|200\d)|years?\sago|for\sexample|"
    r"previously|at\sthe\stime|used\sto|vor\s\w+\sJahren|damals|früher)\b",
    re.I,
)
_LONGEST = 300
#: Later passages are about the background, not the news.
_LOOKED_AT = 40
#: What happens next stands near the news, has words of it, and a short subject.
_MOST_PLACES, _LONGEST_SUBJECT = 14, 14
#: What is begun after a decision needs no word of it.
_WORK = re.compile(
    r"(?:Work|Building|Construction|Repairs|The\swork|Die\sArbeiten|The\s[a-z]+|[A-Z][a-z]+s)"
    r"\s(?:will|starts?|begins?|beginnen|is|are)\b"
)
#: «Das» before a noun refers to nothing.
_GERMAN_ARTICLE = re.compile(r"Das\s[A-ZÄÖÜ]")
_RELATIVES = word_set("who which that then die der das")
_NEAR_NEWS = 5


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
            if not any(spans_overlap(passage.span, span) for span in shown):
                return fitting.build_sentence(passage)
    return None


def _collect_lead(found: Sequence[Passage]) -> frozenset[str]:
    return frozenset[str]().union(*(passage.known for passage in found[:2]))


def _tells_next(lead: frozenset[str], passage: Passage) -> bool:
    """Whether it says what happens next, in words of the news."""
    if passage.place == 0 or passage.place > _MOST_PLACES:
        return False
    later = _LATER.search(passage.text) or _FUTURE.search(passage.text)
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
    for cues in _CUES:
        cue = cues.search(passage.text)
        if cue is None or _DOUBTED.search(passage.text, 0, cue.end()):
            continue
        if cues is _SAYS_WHY or _ASIDE.search(passage.text) is None:
            return True
    return False


def _is_plain_statement(passage: Passage) -> bool:
    text = passage.text
    if passage.leans and passage.place != 1 and not _GERMAN_ARTICLE.match(text):
        return False
    if len(text) > _LONGEST or text.endswith("?") or _SPEECH.search(text):
        return False
    return passages.is_presentable(passage) and not passage.personal
