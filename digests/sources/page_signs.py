"""Read what a web page says about itself: titles, kind, access, walls, other addresses.

Untrusted input: runs in the sandbox, with one parse more than the extraction. Facts
only; what follows from them is decided in `article_page`. All expressions are bounded,
and those for walls are matched against a few lines.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from digests.extraction import (
    is_schema_article,
    read_schema_objects,
    validate_web_address,
)
from digests.language.markup import html_to_text, is_too_deep
from digests.language.normalization import parse_whole_number, to_one_line
from digests.language.words import word_set
from digests.types import frozen

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: Limits of what is read of one page.
_MOST_NODES, _MOST_LINKS, _LONGEST_FIELD, _LONGEST_PAGE = 500, 3_000, 500, 2 << 20
#: Elements that are no text, and those whose words nobody sees, or after a click only.
_NO_TEXT = "script, style, noscript, svg, iframe"
_UNSEEN = (
    "template, dialog:not([open]), [hidden], "
    '[style*="display:none"], [style*="display: none"], [aria-hidden="true"]'
)
_MOST_UNSEEN = 300


@frozen
class PageSigns:
    """What a page says about itself."""

    #: Its titles for readers, search engines and other sites.
    titles: tuple[str, ...] = ()
    description: str = ""
    #: Of OpenGraph («article», «website», «video.other»), lower case.
    kind: str = ""
    #: Of schema.org, of all objects: «NewsArticle», «VideoObject».
    types: frozenset[str] = field(default_factory=frozenset)
    #: Whether everyone may read it; None = it does not say.
    free: bool | None = None
    #: Words of the whole article as declared, or None.
    word_count: int | None = None
    canonical: str | None = None
    amp: str | None = None
    #: Where it sends its readers at once.
    refresh: str | None = None
    #: The same article on one page.
    single_page: str | None = None
    #: The following pages of the article, in order.
    next_pages: tuple[str, ...] = ()
    asks_password: bool = False
    pictures: int = 0
    #: What is seen of it, a line for each block.
    lines: tuple[str, ...] = ()
    #: The lines of boxes that lead to other pages by their headings.
    cards: frozenset[str] = field(default_factory=frozenset)
    #: Lines that are in the page but not seen.
    unseen: frozenset[str] = field(default_factory=frozenset)


def read_page_signs(html: str, *, url: str) -> PageSigns:
    """What the page says; nothing where it is nested deeper than any page.

    Args:
        html: The page, decoded.
        url: Its address, to complete relative ones.
    """
    from selectolax.lexbor import LexborHTMLParser

    html = html[:_LONGEST_PAGE]
    if is_too_deep(html):
        return PageSigns()
    try:
        parsed = LexborHTMLParser(html)
        nodes = tuple(islice(read_schema_objects(parsed), _MOST_NODES))
        meta = _read_meta(parsed)
        links = _read_links(parsed, url)
        return PageSigns(
            titles=_read_titles(parsed, meta, nodes),
            description=meta.get("og:description") or meta.get("description", ""),
            kind=meta.get("og:type", "").lower(),
            types=frozenset(_types_of(nodes)),
            free=_is_free(parsed, meta, nodes),
            word_count=_find_word_count(nodes),
            canonical=_head_link(parsed, "canonical", url),
            amp=_head_link(parsed, "amphtml", url),
            refresh=_find_refresh(parsed, url),
            single_page=_find_single_page(links, url),
            next_pages=_find_next_pages(parsed, links, url),
            asks_password=parsed.css_first('input[type="password"]') is not None,
            pictures=len(parsed.css("figure, picture, .gallery img, .slide img")),
            cards=_read_cards(parsed),
            unseen=_read_unseen(parsed),
            lines=_read_lines(parsed),
        )
    except Exception:  # hostile pages may raise anything
        return PageSigns()


def _read_meta(parsed: "LexborHTMLParser") -> dict[str, str]:
    """The first content of each meta element, by its name in lower case."""
    found: dict[str, str] = {}
    for node in parsed.css("meta[content]")[:_MOST_NODES]:
        written = node.attributes
        name = written.get("property") or written.get("name") or written.get("itemprop")
        value = to_one_line(written["content"] or "")[:_LONGEST_FIELD]
        if name and value:
            found.setdefault(name.lower(), value)
    return found


def _types_of(nodes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for node in nodes:
        kinds = node.get("@type")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, str):
                yield kind.rpartition("/")[2]


def _read_titles(
    parsed: "LexborHTMLParser",
    meta: dict[str, str],
    nodes: Sequence[Mapping[str, Any]],
) -> tuple[str, ...]:
    first = next(filter(is_schema_article, nodes), {})
    found = [meta.get("og:title"), meta.get("twitter:title"), first.get("headline")]
    found += [node.text() for node in parsed.css("h1")[:3]]
    found += [node.text() for node in parsed.css("head > title")[:1]]
    lines = (to_one_line(each) for each in found if isinstance(each, str))
    return tuple(dict.fromkeys(line[:_LONGEST_FIELD] for line in lines if line))


#: schema.org writes a truth as JSON, as a word or as an address.
_TRUTHS = {"true": True, "false": False, "yes": True, "no": False}
#: Facebook's name for the access to an article.
_TIERS = {"free": True, "locked": False, "premium": False, "paid": False}


def _is_free(
    parsed: "LexborHTMLParser",
    meta: dict[str, str],
    nodes: Iterable[Mapping[str, Any]],
) -> bool | None:
    """Whether the page declares that everybody may read it; one «no» decides."""
    said = [node.get("isAccessibleForFree") for node in nodes]
    written = [
        node.attributes
        for node in parsed.css('[itemprop="isAccessibleForFree"]')[:_MOST_NODES]
    ]
    said += [each.get("content") or each.get("href") for each in written]
    truths = {_TRUTHS.get(_last_word(value)) for value in said}
    truths.add(_TIERS.get(meta.get("article:content_tier", "").lower()))
    return False if False in truths else (True if True in truths else None)


def _last_word(value: object) -> str:
    return str(value)[:_LONGEST_FIELD].rpartition("/")[2].strip().lower()


def _find_word_count(nodes: Iterable[Mapping[str, Any]]) -> int | None:
    for node in filter(is_schema_article, nodes):
        if count := parse_whole_number(str(node.get("wordCount"))[:9], 1_000_000):
            return count
    return None


def _resolve(url: str, written: str | None) -> str | None:
    """An address that the page names, if it may become a link."""
    try:
        found = urljoin(url, (written or "").strip())
    except ValueError:
        return None
    return validate_web_address(found.partition("#")[0])


def _head_link(parsed: "LexborHTMLParser", rel: str, url: str) -> str | None:
    node = parsed.css_first(f'link[rel="{rel}"][href]')
    return _resolve(url, node.attributes["href"]) if node else None


_REFRESH = re.compile(r"\s*\d[\s;,]{1,9}url\s?=\s?['\"]?([^'\"\s]{1,2000})", re.I)


def _find_refresh(parsed: "LexborHTMLParser", url: str) -> str | None:
    node = parsed.css_first('meta[http-equiv="refresh" i][content]')
    found = _REFRESH.match((node.attributes["content"] or "") if node else "")
    return _resolve(url, found[1]) if found else None


# ── several pages ───────────────────────────────────────────────────────────────

_SINGLE_PAGE = re.compile(
    r"""(?:artikel\s)?auf\seiner\sseite(?:\slesen|\sanzeigen)?|single[\s-]page(?:\sview)?
    |(?:view|read|show)\s(?:all|as\sone\spage|on\sone\spage|the\sarticle\son\sone\spage)
    |one\spage|all\spages|alles\sauf\seiner\sseite|komplettansicht|gesamtansicht""",
    re.VERBOSE | re.IGNORECASE,
)
_PAGE_NAMES = word_set("page p seite pg pagenumber pagewanted paged pn")
#: The number of a page at the end of a path: «/a/2», «/a/seite-2», «/a-2.html».
_PAGE_PATH = re.compile(
    r"(?:[/,_-]|/?(?:page|seite|p|pg)[/_-]?)(\d{1,2})/?(\.html?|\.php)?\Z",
    re.IGNORECASE,
)
_MOST_PAGES = 30


def _read_links(parsed: "LexborHTMLParser", url: str) -> list[tuple[str, str]]:
    """Links to the same host: address and words."""
    host = urlsplit(url).hostname
    found = []
    for node in parsed.css("a[href]")[:_MOST_LINKS]:
        address = _resolve(url, node.attributes["href"])
        if address and urlsplit(address).hostname == host:
            found.append((address, to_one_line(node.text())[:80]))
    return found


def _find_single_page(links: Iterable[tuple[str, str]], url: str) -> str | None:
    own = urlsplit(f"//{_split_page(url)[0]}").path.partition(".")[0].rstrip("/")
    for address, words in links:
        if _SINGLE_PAGE.fullmatch(words) and urlsplit(address).path.startswith(own):
            return address
    return None


def _find_next_pages(
    parsed: "LexborHTMLParser", links: Iterable[tuple[str, str]], url: str
) -> tuple[str, ...]:
    """The pages after this one, as far as they are linked without a gap.

    A link «next» leads to the next article where it does not differ from the own
    address in nothing but the number of a page.
    """
    own, number = _split_page(url)
    declared = [
        address
        for node in parsed.css('link[rel~="next"][href], a[rel~="next"][href]')[:9]
        if (address := _resolve(url, node.attributes["href"]))
    ]
    numbered: dict[int, str] = {}
    for address in [*declared, *(address for address, _ in links)]:
        start, which = _split_page(address)
        if start == own and which > number:
            numbered.setdefault(which, address)
    pages: list[str] = []
    while (number := number + 1) in numbered and len(pages) < _MOST_PAGES:
        pages.append(numbered[number])
    return tuple(pages)


def _split_page(address: str) -> tuple[str, int]:
    """An address without the number of its page, and that number; 1 = none."""
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, max_num_fields=50)
    except ValueError:
        return address, 1
    kept = []
    number = 1
    for name, value in pairs:
        if name.lower() in _PAGE_NAMES and (
            found := parse_whole_number(value, _MOST_PAGES)
        ):
            number = found
        else:
            kept.append(f"{name}={value}")
    path = parts.path
    if number == 1 and (page := _PAGE_PATH.search(path)):
        found = parse_whole_number(page[1], _MOST_PAGES) or 1
        if found > 1:
            number, path = found, path[: page.start()] + (page[2] or "")
    start = f"{parts.netloc}{path.rstrip('/')}?{'&'.join(kept)}"
    return start, number


# ── what is seen ────────────────────────────────────────────────────────────────


#: Characters of a box that leads to another page.
_LONGEST_CARD = 700
_MOST_CARDS = 300


def _read_cards(parsed: "LexborHTMLParser") -> frozenset[str]:
    """The lines of boxes that lead to other pages by their headings."""
    found: set[str] = set()
    headings = parsed.css("h2 a[href], h3 a[href], h4 a[href], h5 a[href]")
    covered = parsed.css("a[href] h2, a[href] h3, a[href] h4, a[href] h5")
    for node in (*headings[:_MOST_CARDS], *covered[:_MOST_CARDS]):
        box = _find_card(node)
        if box is not None:
            found.update(html_to_text(box.html or "").split("\n"))
    return frozenset(found)


def _find_card(node: "LexborNode") -> "LexborNode | None":
    """The box around a link or heading: the largest of the next that is short."""
    box = None
    above = node.parent
    for _ in range(_CARD_DEPTH):
        if above is None or above.tag in ("body", "main") or _is_long(above):
            break
        box, above = above, above.parent
    return box


_CARD_DEPTH = 3


def _is_long(node: "LexborNode") -> bool:
    return len(node.text()) > _LONGEST_CARD


def _read_unseen(parsed: "LexborHTMLParser") -> frozenset[str]:
    """The lines of what is not seen, without those of very large elements."""
    nodes = parsed.css(_UNSEEN)[:_MOST_UNSEEN]
    written = (node.html or "" for node in nodes if not _is_long(node))
    texts = (html_to_text(html.replace("template", "div")) for html in written)
    return frozenset(line for text in texts for line in text.split("\n"))


def _read_lines(parsed: "LexborHTMLParser") -> tuple[str, ...]:
    """The lines that are seen; changes the document."""
    # Inner elements first: an element is freed with its parent.
    for node in reversed(parsed.css(f"{_NO_TEXT}, {_UNSEEN}")):
        node.decompose()
    body: LexborNode | None = parsed.body
    return tuple(html_to_text(body.html or "").split("\n")) if body else ()


# ── the words of errors, walls and forms ────────────────────────────────────────

#: A title that reports an error.
_NOT_FOUND = re.compile(
    r"""\b404\b|\bnot\sfound\b|\bpage\s(?:isn.t|is\snot|no\slonger|does\snot|doesn.t|
    could\snot|can.t|cannot|has\sbeen\s(?:moved|removed|deleted))\b
    |\b(?:article|story|content|page)\s(?:is\s)?(?:no\slonger|not|un)\s?available\b
    |\b(?:article|story|content|page)\s(?:has\s)?(?:expired|been\sremoved)\b
    |\bnicht\s(?:mehr\s)?(?:gefunden|verfügbar|vorhanden|auffindbar|erreichbar)\b
    |\bgibt\ses\s(?:leider\s)?nicht\b|\bexistiert\s(?:leider\s)?nicht\b|\bseite\sfehlt\b|\bfehlerseite\b
    |\A(?:oops|ups|hoppla|huch|error|fehler|sorry)\b
    |\b(?:can.?t|cannot|could\snot|couldn.t)\sfind\b
    |\b(?:not\s(?:currently\s)?|un)available\sin\s(?:your|most|the)\b
    |\bin\sihre[mr]\s\w+\snicht\b|\bsomething\swent\swrong\b|\bda\sist\swas\sschiefgelaufen\b""",
    re.VERBOSE | re.IGNORECASE,
)


#: A title of a form for signing in.
_SIGN_IN = re.compile(
    r"(?:please\s)?(?:log|sign)[\s-]?in\b|(?:bitte\s)?(?:anmelden|einloggen)\b"
    r"|anmeldung\b|registrier\w+|register\b|create\san?\saccount",
    re.IGNORECASE,
)


def asks_to_sign_in(title: str) -> bool:
    """Whether a title of a page is that of a form for signing in."""
    return _SIGN_IN.match(title) is not None


def reports_error(title: str) -> bool:
    """Whether a title of a page says that there is no such page."""
    return _NOT_FOUND.search(title[:_LONGEST_LINE]) is not None


#: A line that says that the text goes on for subscribers only.
_WALL = re.compile(
    r"""\b(?:subscribe|sign\s(?:up|in)|log\sin|register|join|upgrade|pay|become\sa\s\w+
        |create\s(?:an?|your)\s(?:free\s)?account)\b[^.!?\n]{0,40}?\s(?:to|and)\s
        (?:continue|keep\sreading|read\s(?:the|this|on|more|full|all)|unlock|access\s
        (?:the|this|all|full)|finish\sreading|view\s(?:the|this))
    |\b(?:to|want\sto)\s(?:continue|keep|finish)\sreading\b
    |\bcontinue\sreading\s(?:this\s\w+\s)?(?:with|for|by)\b
    |\b(?:this|the)\s(?:article|story|content|post|page|piece)\sis\s(?:only\s|
        exclusively\s)?(?:available\s|reserved\s|exclusive\s|open\s)?(?:only\s|
        exclusively\s)?(?:for|to)\s(?:our\s)?(?:\w+\s)?(?:subscribers|members|readers)
    |\bfor\s(?:paying\s|paid\s)?subscribers(?:\sonly)?\s*\Z
    |\b(?:subscribers?|members?)[\s-]only\s(?:article|content|story|post)
    |\byou(?:.ve|\shave)\s(?:reached|used|read|hit)\s[^.!?\n]{0,50}
        \b(?:free\s(?:articles?|stories)|article\slimit|monthly\slimit|limit\sof)
    |\b(?:\d|no|one|two|three)\s(?:more\s)?free\s(?:articles?|stories)\s(?:left|remain)
    |\bunlock\s(?:this|the\s(?:full|whole|rest))\b
    |\bthe\srest\sof\sthis\s(?:article|story|post)\b
    |\b(?:dieser|der\s(?:ganze|vollständige))\s(?:artikel|beitrag|text|inhalt)\b
        [^.!?\n]{0,50}\b(?:abonnent|abo\b|plus|mitglieder|registrierte|kostenpflichtig)
    |\b(?:exklusiv|nur)\sfür\s(?:\w+[\s-])?(?:abonnent|mitglieder|registrierte|plus)
    |\b(?:weiter\s?lesen|lesen\ssie\s(?:weiter|diesen|den))\b[^.!?\n]{0,40}\b
        (?:mit|im|als)\b[^.!?\n]{0,40}(?:abo\b|plus\b|\+|premium|probe|digital|abonnent)
    |\bmit\s[^.!?\n]{0,30}(?:abo|plus|\+|premium|digital)\s?(?:gratis\s|jetzt\s)?
        (?:weiter\s?)?lesen\b
    |\b(?:abonnieren|registrieren|anmelden|einloggen|freischalten|testen)\b[^.!?\n]{0,20}
        \b(?:um|und)\b[^.!?\n]{0,40}\b(?:weiter\s?(?:zu)?lesen|(?:zu\s)?lesen)\b
    |\bum\s(?:weiterzulesen|(?:diesen|den)\s(?:ganzen\s|vollständigen\s)?
        (?:artikel|beitrag|text)\b[^.!?\n]{0,30}\blesen)
    |\bkostenpflichtiger?\s(?:inhalt|artikel|beitrag)\b
    |\b(?:artikel|beitrag)\s(?:jetzt\s)?(?:freischalten|kaufen)\b
    |\bweiterlesen\snach\sder\s(?:anmeldung|registrierung)\b""",
    re.VERBOSE | re.IGNORECASE,
)
#: Words of offers, by what they are about. One of them also stands below whole texts.
_OFFERS = re.compile(
    r"""\b(?:(?P<abo>subscri(?:be|bers?|ptions?|bing)|abos?|\w{3,}abos?|abonn\w+)
    |(?P<account>log\s?in(?:to)?|sign\s?in|(?:an?|your|free)\saccount|anmelden|einloggen
        |eingeloggt\w*|angemeldete\w*|registrier\w+|(?:ein|ihr|mit)\skonto)
    |(?P<access>unlock\w*|(?:full|unlimited|digital|verify|free)\saccess|access\s(?:this|the)
        |exclusive\sto|\w*zugang|zugriff|freischalten|exklusiv\w*|premium|vorbehalten
        |(?:full|whole|rest\sof\sthe)\s(?:story|article|post)|(?:a|this)\spreview
        |(?:komplette|ganze|vollständige|gesamte)[nr]?\s(?:artikel|beitrag|text|bericht))
    |(?P<reading>(?:keep|continue)\sreading|read\son|weiter\s?(?:zu)?lesen
        |reading\sa\spreview)
    |(?P<terms>trial|cancel|(?:per|first|(?:\d|crowns?|euros?|dollars?|pounds?)\sa)\s
        (?:month|week)|monthly|yearly|(?:day|week)\spass|\w*kündbar|testen|probemonat
        |erster\smonat|im\smonat|monatlich|jährlich|tagespass)
    |(?P<member>members?|memberships?|supporters?|mitglied\w*|nutzern))\b""",
    re.VERBOSE | re.IGNORECASE,
)
#: Lines about other things that one signs in or subscribes to.
_NO_OFFER = re.compile(
    r"\bcomment|\bkomment|newsletter|\binbox\b|e-?mail|\bnew\sposts\b", re.IGNORECASE
)
_LONGEST_LINE = 400


def is_wall_line(line: str) -> bool:
    """Whether a line says that the text goes on for subscribers only."""
    return _WALL.search(line[:_LONGEST_LINE]) is not None


def find_offers(line: str) -> set[str]:
    """What a line offers to readers who pay or sign in: the subjects of its words."""
    line = line[:_LONGEST_LINE]
    if _NO_OFFER.search(line):
        return set()
    return {found.lastgroup or "" for found in _OFFERS.finditer(line)}


#: Words of a form that asks for consent; articles about data protection have them too.
_CONSENT_WORDS = re.compile(
    r"""\bwe\s(?:and|use|value|care)\b[^.\n]{0,40}\b(?:partners|cookies|privacy)\b
    |\b(?:accept|reject|allow|decline)\sall\b|\bmanage\s(?:options|preferences|settings|
        choices|cookies|consent)\b|\bcookie[\s-](?:settings|policy|preferences|consent|
        notice)\b|\bbefore\syou\scontinue\b|\byour\sprivacy\b|\blegitimate\sinterest
    |\b(?:store|access)\b[^.\n]{0,30}\binformation\son\sa\sdevice\b
    |\balles?\s(?:akzeptieren|ablehnen|zustimmen)\b|\bzustimmen\s(?:und|&)\sweiter
    |\bwir\s(?:und|verwenden|nutzen|setzen|brauchen|schätzen)\b[^.\n]{0,40}\b(?:partner\w*|
        cookies|privatsphäre|zustimmung|einwilligung)\b
    |\bmit\swerbung\b[^.\n]{0,30}\b(?:weiter|lesen|nutzen|kostenlos)\b
    |\b(?:cookie|datenschutz|privatsphäre)-?\s?(?:einstellungen|richtlinie|hinweise?|
        erklärung)\b|\bbevor\ssie\s(?:fortfahren|weiter)|\bihrer?\s(?:privatsphäre|
        einwilligung|zustimmung)\b|\bberechtigte[ns]?\sinteresse
    |\b(?:our|unserer?n?)\s(?:\d+\s)?partnern?\b|\bour\spartners\b|\byour\sconsent\b
    |\b(?:our|the)\sprivacy\spolicy\b|\bpersonenbezogenen?\sdaten\b|\bpersonal\sdata\b|\bwerbefrei\b|\btracking\b""",
    re.VERBOSE | re.IGNORECASE,
)


def find_consent_signs(text: str) -> set[str]:
    """The words of a form that asks for consent in a text, each once."""
    return {found[0].lower() for found in _CONSENT_WORDS.finditer(text)}
