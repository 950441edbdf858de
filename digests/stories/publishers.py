"""Tell publishers apart: feeds and sites of one publisher count once.

A publisher is the registered domain of an article's address, or the name of its source
without the section («BBC News - World»). Known publishers with several domains are one;
the sites on a domain for everybody are many.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from digests.language.words import word_set
from digests.types import Article

#: Under a country's domain these are no names but kinds: «bbc.co.uk».
_SECOND_LEVEL: Final = word_set(
    "co com org net gov ac edu or ne gob go nic mil ltd plc"
)
#: Domains and names of one publisher, by its name.
_FAMILIES: Final[Mapping[str, str]] = {
    domain: publisher
    for publisher, domains in {
        "bbc": "bbc.com bbc.co.uk bbci.co.uk",
        "guardian": "theguardian.com guardian.co.uk observer.co.uk",
        "news corp australia": "news.com.au theaustralian.com.au heraldsun.com.au",
        "nine": "smh.com.au theage.com.au brisbanetimes.com.au watoday.com.au",
        "dmg": "dailymail.co.uk mailonline.co.uk metro.co.uk inews.co.uk",
        "reach": "mirror.co.uk express.co.uk dailystar.co.uk walesonline.co.uk "
        "manchestereveningnews.co.uk liverpoolecho.co.uk birminghammail.co.uk",
        "spiegel": "spiegel.de manager-magazin.de",
        "springer": "welt.de bild.de",
        "times of india": "indiatimes.com timesofindia.com economictimes.com",
        "ippen": "merkur.de tz.de fr.de hna.de",
        "redaktionsnetzwerk": "rnd.de haz.de lvz.de kn-online.de",
        "funke": "waz.de nrz.de wp.de abendblatt.de morgenpost.de",
    }.items()
    for domain in domains.split()
}
_SECTION = re.compile(
    r"\s(?:[-–—|»>:]|::)\s.*$|\s\((?:.*)\)$|\b(?:RSS|feed|latest|headlines)\b",
    re.IGNORECASE,
)


#: Domains under which anybody has a site of their own.
_SHARED: Final = word_set(
    "blogspot.com github.io ghost.io medium.com substack.com tumblr.com wordpress.com"
)
#: Domains that link to articles of others: their names say more.
_AGGREGATORS: Final = word_set("feedburner.com flipboard.com google.com msn.com t.co")


def list_outlets(articles: Iterable[Article]) -> tuple[str, ...]:
    """The names of the articles' sources, one for each publisher, in order."""
    named: dict[str, str] = {}
    for article in articles:
        if article.source:
            named.setdefault(find_publisher(article), article.source)
    return tuple(named.values())


def count_publishers(articles: Sequence[Article], outlets: Sequence[str]) -> int:
    """How many independent publishers the outlets of a story are, at least 1.

    Args:
        articles: Of the story.
        outlets: The names of those that reported for themselves.
    """
    by_name = {a.source: find_publisher(a) for a in articles if a.source}
    found = {by_name.get(name) or _clean_name(name) for name in outlets}
    return max(1, len(found))


def find_publisher(article: Article) -> str:
    """The key of an article's publisher: a publisher, a domain, or a name."""
    return identify_publisher(article.url, article.source)


def identify_publisher(url: str | None, name: str) -> str:
    """The key of the publisher of what is at this address, under this name."""
    domain = find_registered_domain(url or "")
    if not domain or domain in _AGGREGATORS:
        return _clean_name(name)
    if domain in _SHARED:
        return (urlsplit(url or "").hostname or domain).lower()
    return _FAMILIES.get(domain, domain)


def find_registered_domain(url: str) -> str:
    """«bbc.co.uk» of «https://feeds.bbc.co.uk/news», or ""."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return host
    country = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if country and len(labels) > 2 else labels[-2:])


def _clean_name(name: str) -> str:
    short = _SECTION.sub("", name).strip() or name
    return " ".join(short.casefold().split())
