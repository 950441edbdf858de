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
from collections.abc import Collection
from functools import partial

from digests.language.spans import overlaps_any
from digests.language.words import word_set
from digests.summaries import fitting, passages
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Span

_WILL = r"(?:will|(?:is|are)\s(?:(?:due|set|expected)\s)?to)\s(?:also\s|now\s|then\s)?"
_MIGHT = r"(?:will|would|could|may|might|(?:is|are)\sexpected\sto|threatens?\sto)\s"
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
_MANY = rf"(?:\w+\s){{0,4}}?{_COUNT}\s(?:\w+\s){{0,2}}?{_AFFECTED}\b"
_DAY = (
    r"(?:(?:\d{1,2}\.?\s)?(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag"
    r"|Mittwoch|20\d\d|week|month|year|spring|summer|autumn|winter|end\sof))"
)
#: What the news means, in set phrases.
_SAYS_WHY = re.compile(
    r"""\b(?:
      matters?\s(?:because|for|beyond)\s
    | (?:is|are|was|were|be)\s(?:so\s|also\s|especially\s|particularly\s)?
      (?:important|significant|crucial|vital|critical)\s(?:because|for|since)\s
    | (?:is|are)\sat\sstake
    | (?:ruling|decision|vote|deal|agreement|law|ban|closure|strike|cut|change|move
      |order|verdict|plan|delay|shortage)\s(?:means|(?:will|would|could)\smean)\s
    | (?:affects?|(?:will|would|could)\saffect)\s(?:[a-z]+\s){0,3}
      (?:\d|millions\sof|thousands\sof|every\s)
    | (?:has|have|had|carries|carry)\s(?:[\w-]+\s){0,2}
      (?:implications|consequences|repercussions)\sfor
    | sets?\san?\s(?:\w+\s)?precedent
    | (?:paves|paved)\sthe\sway\sfor
    | \AThe\s(?:stakes\sare|(?:significance|importance)\sof\s(?:\w+\s){1,6}lies)
    | (?:ist|sind|war|wäre)\s(?:so\s|auch\s|besonders\s)?
      (?:wichtig|bedeutsam|entscheidend),?\s(?:weil|für)
    | (?:steht|stehen)\s(?:\w+\s){0,6}auf\sdem\sSpiel
    | (?:hat|hätte|haben)\s(?:\w+\s){0,3}(?:Folgen|Auswirkungen)\s(?:für|auf)
    )""",
    re.VERBOSE,
)
#: Whom it affects, with their number, and what many will pay.
_AFFECTS = re.compile(
    rf"""\b(?:
      {_MIGHT}(?:lose|affect|displace|hit|benefit|help|cover|cost|cut|leave|force|serve
      |supply|power)\s{_MANY}
    | {_MANY}\s(?:\w+\s){{0,2}}?(?:will\s(?:lose|have\sto|be\sable|get|need|receive|pay
      |no\slonger)|earn|receive|face|(?:is|are)\sat\srisk|depend|rely
      |(?:could|may|would)\slose|stand\sto|work|nutzen|benutzen|fahren|verlieren|müssen)\b
    | {_MANY}\s(?:use|cross|travel|pass)\b[^.]{{0,60}}\b(?:day|weekday|week|year)\b
    | (?:puts?|putting|threatens?|threatening|endangers?)\s{_MANY}
    | (?:expected|designed|built|planned)\sto\s(?:carry|serve|house|supply|treat|hold)\s
      {_MANY}
    | (?:fahren|nutzen|benutzen|überqueren|betroffen\ssind|bedroht\ssind)\s{_MANY}
    | (?:bills|rents|fares|prices|premiums|taxes|fees|contributions)\s(?:\w+\s){{0,4}}?
      {_MIGHT}(?:rise|go\sup|increase|fall|climb|double)\b
    | {_MIGHT}cost\s(?:\w+\s){{0,3}}?(?:taxpayers|households|consumers|customers|tenants
      |motorists|passengers|the\s(?:city|state|council))\b
    | {_MIGHT}(?:push\sup|raise|increase|drive\sup|lower|reduce)\s(?:\w+\s){{0,3}}?
      (?:bills|rents|fares|prices|premiums|taxes|waiting\stimes)\b
    )""",
    re.VERBOSE,
)
#: What must happen next, or from when it holds.
_NEXT = re.compile(
    rf"""\b(?:
      (?:takes?|take)\seffect\s[^.]{{0,40}}?{_DAY}
    | comes?\sinto\s(?:force|effect)\s[^.]{{0,40}}?{_DAY}
    | (?:has|have|needs?|must)\s(?:still\s|now\s|yet\s)?(?:to\s)?
      be\s(?:approved|ratified|confirmed|signed|agreed|endorsed|backed|passed)\s(?:by|in)\b
    | (?:needs?|requires?)\s(?:the\s)?(?:approval|consent|backing)\s(?:of|from)\b
    | (?:has|have)\s(?:until|till)\s(?:the\s)?{_DAY}\b[^.]{{0,20}}\bto\b
    | deadline\s[^.]{{0,50}}?(?:is|expires|ends|falls)\s[^.]{{0,20}}?{_DAY}
    | {_WILL}(?:decide|rule|vote|deliver|announce\sthe\ssentence|be\ssentenced)\s
      [^.]{{0,70}}?\b(?:on|in|by|next)\s{_DAY}
    | faces?\sup\sto\s(?:\w+\s){{1,2}}(?:years|months)\b
    | (?:maximum|highest)\s(?:sentence|penalty)\b[^.]{{0,40}}\b(?:is|of)\s
    | (?:tritt|treten)\s.{{0,40}}?\bin\sKraft
    | (?:muss|müssen)\s(?:\w+\s){{0,5}}(?:noch\s)?(?:zustimmen|genehmigt\swerden)
    | (?:droht|drohen)\s(?:\w+\s){{0,4}}(?:Jahre\sHaft|Haftstrafe|bis\szu)
    )""",
    re.VERBOSE,
)
#: What will be done on which day, or must be done; only where it is about the news.
_LATER = re.compile(
    rf"""\b(?:
      {_WILL}(?:(?:reopen|close|shut|remain|stay|resume|return|appear|expire|end|rise|fall
      |increase|go\sup|publish|decide|vote|rule|replace)
      |be\s(?:[a-z]+ed|sold|paid|cut|shut|built|heard|put\sbefore))\b
      [^.,]{{0,80}}?\b(?:on|in|by|from|until|before|at|next|this)\s(?:the\s)?{_DAY}
    | (?:stays?|remains?)\s(?:closed|shut|open|blocked|suspended|in\sforce)\suntil\b
    | (?:reopens?|expires?)\s(?:again\s)?(?:on|in|until|from)\s(?:the\s)?{_DAY}
    | \A(?:The\s|A\s)?(?:\w+\s)?(?:[Ww]ork|[Bb]uilding|[Cc]onstruction|[Rr]epairs
      |[Tt]alks|[Tt]rial|[Hh]earing|[Ii]nquest|[Ii]nquiry|[Ss]trike|[Bb]an|[Pp]roduction)\s(?:\w+\s)?
      (?:will\s|is\sto\s|should\s|is\sdue\sto\s)?(?:starts?|begins?|ends?|lasts?|takes?)\b
    | \A[A-Z]\w*\s(?:[\w'’,-]+\s){{0,7}}?(?:will|are\sto|must)\s(?:also\s|now\s)?
      (?:have\sto\s(?!admit|say)\w+|run\snormally|pay\s|appeal\sto\sthe\s|lose\s
        |be\s(?:refunded|repeated|exchanged|repaid|compensated|pulled\sdown|demolished
        |checked|rebuilt|deported|extradited|charged|recalled|moved|rehoused))\b
    | (?:bleibt|bleiben)\s(?:\w+\s){{0,3}}?bis\s
    | (?:beginnen|beginnt|öffnet|endet|startet)\s(?:\w+\s){{0,3}}?(?:am|im|ab|um)\s
    | (?:wird|werden|soll|sollen)\s[^.,]{{0,60}}?\b(?:am|im|bis|ab|nächste\w*)\s{_DAY}
    | \A(?:Der|Die|Das|Alle)\s(?:\w+\s){{0,4}}?(?:muss|müssen)\s(?:\w+\s){{0,6}}?
      (?:bis|abgerissen|ersetzt|erneuert|warten|zahlen|räumen)\b
    )""",
    re.VERBOSE,
)
_CUES = (_SAYS_WHY, _AFFECTS, _NEXT)
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
_LONGEST = 200
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
    lead = frozenset[str]().union(*(passage.known for passage in found[:2]))
    for states in (_states_consequence, partial(_tells_next, lead)):
        for passage in found:
            if not states(passage) or not _is_plain_statement(passage):
                continue
            if not overlaps_any(passage.span, shown):
                return fitting.build_sentence(passage)
    return None


def _tells_next(lead: frozenset[str], passage: Passage) -> bool:
    """Whether it says what happens next, in words of the news."""
    if passage.place == 0 or passage.place > _MOST_PLACES:
        return False
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
