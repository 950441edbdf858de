"""Recognize what kind of text an article is: news, opinion, a live blog, a letter.

A label decides first: in the title («Opinion: …», «Letters», «How to …»), or as a
section of the address (`/opinion/`). Then the form: lines with a speaker, clock times,
a salutation, run-in heads, rows of numbers. Then the tone: a reporter does not write
«I think» and «we should». What has none of these signs is news, so that a doubtful text
is summarised as plainly as its source wrote it.

Labels that also occur in headlines of news («orders a review», «election results»)
count only if the form agrees.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from digests.editing.argument import TextForm, is_argued, is_personal, read_form
from digests.language import grammar
from digests.language.normalization import to_one_line
from digests.language.regexes import make_regex
from digests.language.titles import read_title
from digests.summaries import passages
from digests.types import Article, ArticleKind

_COUNTED = r"""(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve
    |zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"""
#: Lists for customers: «Six pubs worth the walk», «Neun Wanderungen für den Herbst».
_CONSUMER_LIST = rf"""^(?:the\s|die\s)?{_COUNTED}\s(?:of\sthe\s)?(?:
    (?:best|top|besten?|schönsten?)\s
    |(?:[\w'’-]+\s){{0,2}}?(?:diners?|restaurants?|caf[eé]s|pubs|bars|baker(?:y|ies)|films
    |movies|books|novels|shows|series|walks|hikes|trips|recipes|gifts|gadgets|apps
    |games|places|beaches|hotels|gardens|markets|museums|wines|songs|albums|podcasts
    |lokale|gasthäuser|kneipen|bücher|romane|filme|serien|wanderungen|ausflüge|rezepte
    |geschenke|orte|strände|gärten|märkte|museen|weine|lieder|alben)(?:
        \sworth\s(?:the|a|your|\w+ing)\b
        |\sto\s(?:try|visit|see|buy|watch|read|eat|book|cook|order|hear|avoid|give|bake)\b
        |\sfor\s(?:the\s|a\s)?(?:\w+\s)?(?:weekend|holidays?|spring|summer|autumn|fall
        |winter|season|christmas|easter|famil(?:y|ies)|day|evening)\b
        |\s(?:you|we)\s|\sfür\s(?:\w+\s)?(?:wochenende|ferien|frühling|frühjahr|sommer|herbst
        |winter|advent|urlaub|feiertage|kinder|familien|regentage|abende?)\b
        |(?:\s(?:that|where)|,\s(?:die|in\sdenen|bei\sdenen|für\sdie))\s
        (?!.*\b(?:fail|clos|ban|shut|lost|schließ|geschlossen|verb|gesperrt)\w*)))"""

#: Labels in titles, English and German; the first that matches decides.
_TITLE_LABELS: Mapping[ArticleKind, str] = {
    "junk": r"""^(?:advertisement|advertorial|sponsored|promoted|paid\s(?:content|post)
        |anzeige|werbung)\b
        |\b(?:subscribe|sign\sup|log\s?in|register)\s(?:to\s|now|for\s|today)
        |\breader(?:s['’])?\s(?:trip|offer|holiday)\b|\bleserreise\b
        |\b\d+\s?(?:%|per\s?cent|prozent)\s(?:off|rabatt)\b
        |\b(?:test|try|discover|order|buy)\sour\b
        |\b(?:horoscope|your\sstars|crossword|sudoku|horoskop|gewinnspiel)\b
        |^(?:quiz|win|prize\sdraw|competition)\b:?\s""",
    "letter": r"""^(?:your\s|readers?['’]?\s)?letters?(?:\s?[:|–-]|$)
        |^letters?\sto\sthe\seditor\b|:\sletters?$|^readers\swrite\b
        |^leserbriefe?\b|^briefe\san\sdie\sredaktion\b""",
    "transcript": r"""^(?:rush\s|full\s)?transcript\b|:\s(?:the\s|full\s)*transcript$
        |^verbatim\b|^(?:im\s)?wortlaut\b|\bfull\stext\sof\b""",
    "live": r"""\blive:|^live\b[\s–-]|^(?:the\slatest|ticker|newsblog)\s?:
        |\blive\s?(?:blog|ticker|updates?)|\bas\sit\shappened\b|\bminute\sby\sminute\b""",
    "interview": r"""^(?:the\s)?interview\b\s?[:|–-]|[:–|]\s?(?:an?\s|the\s)?
        (?:interview|talk|conversation|gespräch)\s(?:with|mit)\b
        |\bq\s?&\s?a\b|[:|]\s?(?:the\s)?interview$|\b(?:im\sinterview|ein\sgespräch)\b""",
    "obituary": r"""^obituar(?:y|ies)\b|[:|]\s?obituary\b|^nachruf\b
        |[:|]\s?(?:ein\s)?nachruf\b""",
    "opinion": r"""^(?:opinion|comment(?:ary)?|editorial|op-?ed|leader|column|viewpoint
        |(?:my|our|the)\sview|guest\s(?:column|essay)|kommentar|leitartikel|meinung|glosse
        |kolumne|gastbeitrag|standpunkt)\s?[:|–—-]
        |[:|–—-]\s?(?:opinion|editorial|op-?ed|opposing\sview|our\sview|column|comment
        |commentary|kommentar)$|^(?:opinion|editorial|commentary|kommentar)$
        |^(?:ein\s)?kommentar\s(?:von|zu[mr]?)\s|^comment(?:ary)?\sby\s
        |^(?:how|why)\si\s""",
    "review": r"""\breview\s?:|^(?:film|movie|book|theatre|theater|music|album|concert
        |restaurant|tv|television|game|art|exhibition|opera)\sreview\b
        |^(?:film|theatre|theater|concert|opera|ballet|exhibition|book)s?:\s
        |[★☆]|\b(?:book|album|film)\sof\sthe\sweek\b
        |(?:konzert|film|theater|buch|musik|opern|tv-?)kritik\b|^rezension\b""",
    "feature": r"""^the\s(?:man|woman|boy|girl|couple|night|day|town|village|street)\s
        (?:who|that|the|where|when)\b
        |^(?:die\sfrau|der\smann|der\sjunge|das\s(?:dorf|mädchen)),\sd(?:ie|er|as|em)\b""",
    "roundup": r"""\bbriefs?\s?:|\bin\sbrief\b|\bround-?up\b|\bat\sa\sglance\b
        |\bin\s(?:quotes|pictures|photos)$|\b(?:the\s)?week\sin\b|\band\smore$
        |\bthings\s(?:to|you\s(?:should|need\sto|can))\s(?:know|do|see)\b|\b(?:and|und)\snotes\b
        |\bkompakt$|\bkurz\s(?:notiert|gemeldet|und\sbündig)\b|\bim\süberblick$
        |\bnews\sdigest\b|\bbriefing\s?:|^briefs?\b|\beverything\syou\sneed\sto\sknow
        |^(?:police\s(?:log|blotter|reports?)|polizei(?:bericht|ticker|notizen))$
        |^(?:traffic|weather|travel)(?:\sand\s(?:traffic|weather|travel))?$
        |^what['’]s\son\b|^on\s(?:the|our)\s(?:roads?|rails?)\b|^(?:verkehr|wetter|veranstaltungen)$
        |"""
    + _CONSUMER_LIST,
    "advice": rf"""^how\s(?:to|not\sto|you\scan)\b|^what\sto\sdo\b
        |^{_COUNTED}\s(?:\w+\s)?
        (?:(?:ways|tips|steps|tricks|rules|mistakes|tipps|schritte|regeln)\b
        |things\sto\s(?!know))
        |[:–]\s?so\s(?:gelingt|geht|klappt|funktioniert|schützen)\b|^so\s(?:gelingt|klappt)
        |(?:^|[:–-]\s)ask\s(?:the|our|your)\s\w+|\b(?:tipps|tips)\s(?:für|gegen|for|on)\b|^ratgeber\b|^recipe\b|^rezept\b""",
}
_LABELLED = [
    (kind, make_regex(sign, re.VERBOSE | re.IGNORECASE))
    for kind, sign in _TITLE_LABELS.items()
]
#: Sections of a site, as a part of the address's path.
_SECTION_NAMES: Mapping[ArticleKind, str] = {
    "opinion": "opinion opinions commentisfree editorials columnists meinung kommentar",
    "letter": "letters leserbriefe",
    "live": "live liveblog",
    "obituary": "obituaries nachrufe",
    "review": "reviews rezensionen",
    "transcript": "transcripts",
    "junk": "advertorial sponsored",
}
_SECTIONS = {
    name: kind for kind, names in _SECTION_NAMES.items() for name in names.split()
}


def recognize_kind(article: Article) -> ArticleKind:
    """The kind of an article by title, text and address; «news» if nothing else."""
    title = read_title(article)
    form = read_form(article)
    return next(_iter_kinds(article, title, form), "news")


#: A column or notice of corrections; «Correction: Steel maker cuts 1,200 jobs» reports.
_CORRECTIONS = make_regex(
    r"^\W*(?:corrections?|clarifications?|corrigend(?:um|a)|errat(?:um|a)|korrektur(?:en)?"
    r"|berichtigung(?:en)?|richtigstellung(?:en)?)"
    r"(?:\s(?:and|und|&)\s\w+)?\b(?P<rest>\s*[:|–-].*|$)",
    re.IGNORECASE,
)
_MISSTATED = make_regex(
    r"\b(?:article|story|report|headline|caption|photograph|chart|column|version|edition"
    r"|artikel|bericht|beitrag|ausgabe|meldung|bildunterschrift)\b[^.!?]{0,120}?"
    r"\b(?:misstated|misspel\w+|misidentified|misquoted|incorrectly|wrongly|erroneously"
    r"|in error|should have|we (?:said|reported|stated|wrote)|fälschlich\w*|irrtümlich"
    r"|falsch\w*|fehler\w*|hieß es)\b",
    re.IGNORECASE,
)


def _corrects_others(title: str, text: str) -> bool:
    """Whether a text only corrects articles and reports nothing itself."""
    label = _CORRECTIONS.match(title)
    if label is None:
        return False
    reports = any(map(grammar.looks_finite, label["rest"].split()))
    return not reports or _MISSTATED.search(text[:_SHORT_TEXT]) is not None


def _iter_kinds(article: Article, title: str, form: TextForm) -> Iterator[ArticleKind]:
    if _corrects_others(title, form.text):
        yield "junk"
    rubric = _RUBRIC.search(form.text[:_HEAD])
    labels = (title, to_one_line(article.title or ""), rubric[1] if rubric else "")
    for label in labels:
        yield from (kind for kind, sign in _LABELLED if sign.search(label))
    yield from _find_section(article.url)
    yield from _find_forms(form)
    yield from _find_supported_labels(title, form)
    if is_argued(form):
        yield "opinion"


#: A line or sentence of one word above a text: «… wrong. LETTERS. In May …».
_RUBRIC = make_regex(
    r"(?:^|[.!?]\s+)((?:LETTER|EDITORIAL|OPINION|COMMENTARY|Letter|KOMMENTAR)[Ss]?)"
    r"(?:\.\s|$)",
    re.MULTILINE,
)
_HEAD = 300


def _find_section(url: str | None) -> Iterator[ArticleKind]:
    try:
        parts = urlsplit(url or "").path.lower().split("/")
    except ValueError:
        return
    yield from (_SECTIONS[part] for part in parts[:-1] if part in _SECTIONS)


# ── forms ──────────────────────────────────────────────────────────────────────

#: «17:40 What we know so far», at the beginning of a line or sentence.
_CLOCK = make_regex(
    r"(?:^|(?<=[.!?…])[ \t]|\n)[ \t]*[-•*]?[ \t]*\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\.?|Uhr|"
    r"GMT|BST|CET|ET)?[:,]?\s(?=\S)",
    re.IGNORECASE,
)
_FEWEST_CLOCKS, _CLOCK_SHARE = 4, 0.2
_SENTENCE_END = make_regex(r"[.!?…](?=\s|$)")
_STAGE_DIRECTION = make_regex(
    r"\((?:CROSSTALK|COMMERCIAL BREAK|LAUGHTER|APPLAUSE|INAUDIBLE|BEGIN VIDEO)"
    r"|\brush transcript\b",
    re.IGNORECASE,
)
#: «… you find today's show transcript»: the page of a show that was broadcast.
_SHOW_TRANSCRIPT = make_regex(
    r"\b(?:today|tonight|(?:this|last)\sweek|\w+day)['’]s\s(?:[\w-]+\s){0,2}"
    r"(?:show|program(?:me)?|episode|broadcast)(?:['’]s)?\stranscript\b"
    r"|\btranscript\sof\s(?:today|tonight|(?:this|last)\sweek|\w+day)['’]s\b",
    re.IGNORECASE,
)
_FEWEST_TURNS, _TURN_SHARE = 3, 0.3
_INTERVIEW_NOTE = make_regex(
    r"\b(?:this|the) interview (?:has been|was) (?:edited|condensed|conducted)"
    r"|\b(?:das|dieses) (?:interview|gespräch) führten?\b"
    r"|^interview(?:ed)? by (?-i:[A-Z])",
    re.IGNORECASE | re.MULTILINE,
)
_SALUTATION = make_regex(
    r"\s*(?:dear\s(?:sir|madam|editor)|sirs?,|madam,|to\sthe\seditor\b|sehr\sgeehrte)",
    re.IGNORECASE,
)
_SIGNED_OFF = make_regex(
    r"\b(?:yours\s(?:faithfully|sincerely|truly|etc)|mit\sfreundlichen\sgrüßen)\b",
    re.IGNORECASE,
)
#: Sentences of offers, subscriptions and games. Two of them in a short text are enough.
_OFFERS = make_regex(
    r"""\bfree\sof\scharge\b|\bwithout\sobligation\b|\border\s(?:today|now)\b
    |\buse\sthe\scode\b|\bper\sperson\b|\bcall\sus\b|\bbook\snow\b|\bcustomers\sreceive\b
    |\bterms\sand\sconditions\b|\byou\shave\sreached\syour\s(?:limit|monthly)
    |\balready\sa\s(?:subscriber|member)\b|\bsubscribe\sfrom\b|\blog\sin\shere\b
    |\bour\suse\sof\scookies\b|\bcancel\s(?:at\s)?any\s?time\b|\bwhile\sstocks\slast\b
    |\bpercent\scheaper\b|\breaders\sof\sthis\s(?:paper|page)\ssave\b
    |\bsend\sus\syour\s(?:answers?|solution)|\b(?:a|b|c)\)\s\w+\s(?:b|c)\)
    |\bjetzt\s(?:bestellen|buchen|sparen)\b|\bkostenlos\b|\binklusive\b|\bsparen\ssie\b
    |\blassen\ssie\ssich\sberaten\b|\bnur\snoch\sbis\b|\bfinanzierung\b""",
    re.VERBOSE | re.IGNORECASE,
)
_SHORT_TEXT, _FEWEST_OFFERS = 1_500, 2
#: Beginnings of lines with how many, and which share of all lines, make the kind:
#: «Man charged. A 27-year-old man …», «1. Find the stop valve …». The last number is
#: that of the lines among which they begin: a list inside a report is none of them.
_LINE_FORMS: Sequence[tuple[ArticleKind, re.Pattern[str], int, float, int]] = (
    (
        "roundup",
        make_regex(r"[A-ZÄÖÜ][\w'’-]*(?:\s[\w'’-]+){0,3}[.:]\s(?=[A-ZÄÖÜ\d“\"])"),
        3,
        0.6,
        1,
    ),
    ("advice", make_regex(r"\d{1,2}[.)]\s\S"), 4, 0.5, 2),
    ("advice", make_regex(r"(?:Dear|Liebe[r]?)\s[A-ZÄÖÜ]\w+[:,]\s"), 2, 0.2, 2),
)


def _find_forms(form: TextForm) -> Iterator[ArticleKind]:
    if len(form.text) <= _SHORT_TEXT:
        offers = {offer.lower() for offer in _OFFERS.findall(form.text)}
        if len(offers) >= _FEWEST_OFFERS:
            yield "junk"
    clocks = len(_CLOCK.findall(form.text))
    if clocks >= _FEWEST_CLOCKS:
        units = max(len(_SENTENCE_END.findall(form.text)), len(form.lines))
        if clocks >= _CLOCK_SHARE * units:
            yield "live"
    yield from _find_speech(form)
    if _SALUTATION.match(form.text) or _SIGNED_OFF.search(form.text[-600:]):
        yield "letter"
    for kind, sign, fewest, share, within in _LINE_FORMS:
        matching = [at for at, line in enumerate(form.lines) if sign.match(line)]
        enough = len(matching) >= max(fewest, share * len(form.lines))
        if enough and matching[0] < within:
            yield kind


def _find_speech(form: TextForm) -> Iterator[ArticleKind]:
    """A transcript or an interview, if enough lines begin with a speaker."""
    offered = len(form.text) <= _SHORT_TEXT and _SHOW_TRANSCRIPT.search(form.text)
    if offered or len(_STAGE_DIRECTION.findall(form.text)) > 1:
        yield "transcript"
    turns = [
        m["name"] for line in form.lines if (m := passages.SPEAKER_LABEL.match(line))
    ]
    enough = len(turns) >= max(_FEWEST_TURNS, _TURN_SHARE * len(form.lines))
    names = [name.split(",")[0] for name in turns]
    # A speaker has a full name the first time and a surname afterwards.
    if enough and len({name.split()[-1] for name in names}) < len(names):
        loud = sum(name.isupper() and len(name) > 1 for name in names)
        yield "transcript" if 2 * loud > len(names) else "interview"
    elif _INTERVIEW_NOTE.search(f"{form.text[:_HEAD]}\n{form.text[-2 * _HEAD :]}"):
        yield "interview"


# ── labels that news has too ───────────────────────────────────────────────────

_DEATH_TITLE = make_regex(
    r"\b(?:dies|dead|died|has\sdied)(?:,)?\s(?:aged|at(?:\sthe\sage\sof)?)\s\d{2,3}\b"
    r"(?!\s?(?:[ap]\.?m|:))|^[^,]+,\s\d{2,3}$|\b(?:ist\s)?(?:tot|gestorben|verstorben)$|†",
    re.IGNORECASE,
)
_DEATH = make_regex(
    r"\b(?:died|has\sdied|passed\saway|starb|ist\stot|gestorben|verstarb)\b",
    re.IGNORECASE,
)
#: What is said about a life, and not about a death.
_LIFE = make_regex(
    r"""\b(?:best\sknown|known\s(?:for|as)|whose|born|career|survived\sby|leaves\s(?:a|two
    |three|four|five|his|her)|studied|founded|the\s(?:first|last)\s(?:woman|man|person)
    |became|played|wrote|won|was\smade|bekannt|geboren|studierte|gründete|schrieb|spielte
    |hinterlässt|im\salter\svon|aged?\s(?:of\s)?\d{2,3}|(?:he|she)\swas\s\d{2,3}
    |erfinder(?:in)?|karriere)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_FEWEST_LIFE = 2
_RESULTS_TITLE = make_regex(
    r"\bresults?(?:\s?[-–|:]|$)|\b(?:scoreboard|scores|standings|fixtures)\b"
    r"|\b(?:winning|lottery)\snumbers\b|^lotto|\bergebnisse\b|\btabelle\b",
    re.IGNORECASE,
)
_NUMBER = make_regex(r"\d[\d.,:]*")
_NUMBER_SHARE = 0.12
#: «The last lamplighter of Orvik»: a portrait, unless something happens in the title.
_LAST_OF = make_regex(
    r"(?:the|der|die|das) (?:last|letzte) (?:[\w-]+ ){1,3}(?:of|in|from|von|vom|im) ",
    re.IGNORECASE,
)
_REVIEW_TITLE = make_regex(r"\b(?:review|reviewed|kritik)\b", re.IGNORECASE)
_VERDICT = make_regex(
    r"""\bout\sof\s(?:five|ten|5|10)\b|\bdinner\sfor\stwo\b|\b(?:my|our)\sverdict\b
    |\bthe\sbest\s\w+\si\shave\b|\bi\s(?:loved|liked|enjoyed|recommend)\b
    |\b(?:price|rating|verdict|publisher)\s?:|\bwell\sworth\b|\bhighly\srecommend""",
    re.VERBOSE | re.IGNORECASE,
)


#: «Verkehr: …» is a section of news too; «lane» is no Weir Lane.
_TRAFFIC_LABEL = make_regex(
    r"""^(?:\w+(?:day|tag)(?:['’]?s)?\s(?:\w+\s)?)?(?:traffic|travel|roads?|verkehr\w*)\b
    (?:\s(?:and|und|&)\s\w+)?(?:\s?[:|–-]|$
    |\s(?:updates?|alerts?|news|watch|reports?|notes?|for|on|für|am|im|in|heute)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_TRAFFIC_TITLE = make_regex(
    r"""\b(?:[ABEM]|I-|US-)\s?\d{1,4}\b|\broad\s?works?\b|\b(?-i:lanes?)\b|\btailbacks?\b
    |\bdelays\s(?:on|for)\b|\btrains?\b.{0,60}\bdelay(?:s|ed)\b|\b(?:stau|sperrung\w*|baustelle\w*
    |umleitung\w*|vollsperrung|zugausfälle|verspätungen)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_TRAFFIC = make_regex(
    r"""\b(?:lanes?|clos(?:ed|es|ures?)|road\s?works?|(?:repav|resurfac)\w+|delay(?:s|ed)?
    |divert\w*|diversions?|detours?|tailbacks?|congestion|queues?|contraflow|traffic
    |spur(?:en)?|fahrbahn\w*|fahrstreifen|gesperrt\w*|\w*sperrung\w*|umleitung\w*
    |umgeleitet|(?:rück)?stau\w*|baustellen?|bauarbeiten|verzögerung\w*|verspätung\w*
    |behinderung\w*|einspurig|zugausfälle|verkehr)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UNHARMED = make_regex(
    r"\b(?:no ?body|no one|no injuries|niemand|unverletzt\w*)\b[^.]*"
    r"|\bverletzt wurde niemand\b",
    re.IGNORECASE,
)
_HARM = make_regex(
    r"""\b(?:kill\w*|dead|deaths?|die[sd]|fatal\w*|injur\w*|hurt|hospital|trapped|missing
    |tote[rn]?|tot|todes\w*|getötet\w*|starb\w*|gestorben|tödlich\w*|\w*verletzt\w*
    |\w*lebensgefahr\w*|krankenhaus|vermisst\w*|eingeklemmt\w*)\b""",
    re.VERBOSE | re.IGNORECASE,
)
#: More than traffic, where the title has no label.
_EVENT = make_regex(
    r"""\b(?:strik(?:e|es|ing)|\w*streiks?|\w*storms?|\w*sturms?|orkan\w*|floods?|flood\w+
    |hochwasser\w*|\w*slides?|collaps\w*|\w*einsturz\w*|eingestürzt\w*|cracks?|riss\w*|fires?
    |brand\w*|\w*feuer|explo\w*|bomb\w*|derail\w*|entgleis\w*|evacuat\w*|evakuier\w*|protest\w*
    |blockade\w*|years?|jahre\w*|million\w*|billion\w*|milliarden?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_NOTE, _TRAFFIC_SHARE = 800, 0.5


def _is_traffic_note(title: str, form: TextForm) -> bool:
    """Whether a short text says where traffic is slow, and nothing else happened."""
    label = _TRAFFIC_LABEL.match(title)
    said = _UNHARMED.sub(" ", f"{title}. {form.text[:_LONGEST_NOTE]}")
    if (
        not (label or _TRAFFIC_TITLE.search(title))
        or len(form.text) > _LONGEST_NOTE
        or form.reported != form.text
        or _HARM.search(said)
        or (not label and _EVENT.search(said))
    ):
        return False
    parts = [p for p in _SENTENCE_END.split(form.text) if p.strip()] or [title]
    slow = sum(_TRAFFIC.search(part) is not None for part in parts)
    return slow >= _TRAFFIC_SHARE * len(parts)


def _find_supported_labels(title: str, form: TextForm) -> Iterator[ArticleKind]:
    if _is_traffic_note(title, form):
        yield "roundup"
    """Kinds whose labels occur in news too, where the text agrees."""
    if _DEATH.search(form.text) and _tells_a_life(title, form):
        yield "obituary"
    numbers = len(_NUMBER.findall(form.text))
    share = numbers / max(1, len(form.text.split()))
    label = _RESULTS_TITLE.search(title)
    bare = not any(map(grammar.looks_finite, title.split()))
    if label and (share >= _NUMBER_SHARE or (bare and label.end() == len(title))):
        yield "results"
    if bare and _LAST_OF.match(title):
        yield "feature"
    if _REVIEW_TITLE.search(title) and (
        _VERDICT.search(form.text) or is_personal(form)
    ):
        yield "review"


def _tells_a_life(title: str, form: TextForm) -> bool:
    said = bool(_DEATH_TITLE.search(title))
    lone = any(_LONE_DEATH.match(p.text) for p in form.passages[:4])
    if said is lone:
        return said
    life = {found.lower() for found in _LIFE.findall(form.text)}
    return len(life) >= _FEWEST_LIFE or bool(said and _FAME.search(form.text))


#: One of these is enough where the title says that the person died.
_FAME = make_regex(r"\b(?:best known|known for|bekannt)\b", re.IGNORECASE)
#: The news is that one named person, described by a life, has died.
_LONE_DEATH = make_regex(
    r"[A-ZÄÖÜ][\w.'’-]+(?:\s[A-ZÄÖÜ][\w.'’-]*){1,4},\s(?:the|a|an|who|whose|der|die|eine?r?|von)\b"
    r"(?![^.!?]*\b(?:crash|shot|stabbed|hit|fell|drown|accident|fire|attack|killed|Unfall"
    r"|Brand|stürzte)\w*)[^.!?]{0,200}?\b(?:died|ist\stot|gestorben|starb)\b"
)
