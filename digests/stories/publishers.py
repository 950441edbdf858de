"""Tell publishers apart: feeds and sites of one publisher count once.

A publisher is the registered domain of an article's address, or the name of its source
without the section («BBC News - World»). Known publishers with several domains are one;
the sites on a domain for everybody are many. A feed that links to articles of others is
as many publishers as it links to.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from digests.language.words import word_set
from digests.types import Article

#: Under a country's domain these are no names but kinds: «bbc.co.uk».
_SECOND_LEVEL: Final = word_set(
    "co com org net gov ac edu or ne gob go nic mil ltd plc govt asn"
)
#: Kinds under one country that are names under others: «web.de».
_KINDS_OF_COUNTRY: Final = word_set(
    "ad.jp art.br biz.pl firm.in gen.nz gen.tr gr.jp id.au idv.hk idv.tw ind.br "
    "info.pl jor.br law.za lg.jp msk.ru pe.kr re.kr school.nz spb.ru web.id web.tr "
    "web.za waw.pl"
)
#: Domains and names of one publisher, by its name.
_FAMILIES: Final[dict[str, str]] = {
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


#: Domains under which anybody has a site of their own: a host, or a folder.
_SHARED: Final = word_set(
    """
    appspot.com azurewebsites.net bearblog.dev beehiiv.com blogspot.com canalblog.com
    cloudfront.net firebaseapp.com ghost.io github.io gitlab.io hashnode.dev
    hatenablog.com hatenablog.jp herokuapp.com home.blog jimdofree.com libsyn.com
    livejournal.com medium.com micro.blog neocities.org netlify.app notion.site
    over-blog.com pages.dev podbean.com prose.sh squarespace.com substack.com
    tistory.com tumblr.com typepad.com vercel.app web.app webflow.io weebly.com
    wixsite.com wordpress.com write.as
    """
)
#: The same under many countries' domains: «ana.blogspot.co.uk».
_SHARED_NAMES: Final = word_set("blogspot")
#: Domains that link to or show what others publish: names say more.
_AGGREGATORS: Final = word_set(
    """
    amazonaws.com ampproject.org apple.news archive.org archive.ph bit.ly bsky.app
    buff.ly dlvr.it doi.org facebook.com feedblitz.com feedburner.com feedly.com
    feedsportal.com flipboard.com goo.gl google.com googleapis.com ift.tt inoreader.com
    instagram.com is.gd linkedin.com lnkd.in msn.com newsbreak.com ow.ly reddit.com
    rss.app rsshub.app smartnews.com t.co t.me threads.net tinyurl.com trib.al
    twitter.com x.com youtu.be youtube.com
    """
)


def list_outlets(articles: Iterable[Article]) -> tuple[str, ...]:
    """The names of the articles' sources, one for each publisher, in order.

    If a source links to several publishers, those after the first have their domains as
    names.
    """
    found = [article for article in articles if article.source]
    keys = _unite_names([find_publisher(article) for article in found])
    first: dict[str, Article] = {}
    for key, article in zip(keys, found, strict=True):
        first.setdefault(key, article)
    named: dict[str, None] = {}
    for article in first.values():
        domain = find_registered_domain(article.url or "")
        named[domain if article.source in named and domain else article.source] = None
    return tuple(named)


def count_publishers(articles: Sequence[Article], outlets: Sequence[str]) -> int:
    """How many independent publishers the outlets of a story are, at least 1.

    Args:
        articles: Of the story.
        outlets: The names of those that reported for themselves.
    """
    by_name: dict[str, str] = {}
    for article in articles:
        if article.source:
            by_name.setdefault(article.source, find_publisher(article))
    known = _FAMILIES | by_name
    found = [known.get(name) or _clean_name(name) for name in outlets]
    return max(1, len(set(_unite_names(found))))


def _unite_names(keys: Sequence[str]) -> Sequence[str]:
    """The keys; a name («tidende») is that of a domain with it («tidende.example»)."""
    domains = {key.partition(".")[0]: key for key in keys if "." in key}
    return [
        key if "." in key else domains.get(key.replace(" ", ""), key) for key in keys
    ]


def find_publisher(article: Article) -> str:
    """The key of an article's publisher: a publisher, a domain, or a name."""
    return identify_publisher(article.url, article.source)


def identify_publisher(url: str | None, name: str) -> str:
    """The key of the publisher of what is at this address, under this name."""
    domain = find_registered_domain(url or "")
    if not domain or domain in _AGGREGATORS:
        return _clean_name(name)
    if domain in _SHARED or domain.partition(".")[0] in _SHARED_NAMES:
        return _identify_site(url or "", domain)
    return _FAMILIES.get(domain, domain)


def _identify_site(url: str, domain: str) -> str:
    """The site on a shared domain: its host, or its folder on the domain itself."""
    parts = urlsplit(url)
    host = (parts.hostname or domain).lower().removeprefix("www.")
    return "/".join((host, *parts.path.split("/")[1:2])) if host == domain else host


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
    country = country or ".".join(labels[-2:]) in _KINDS_OF_COUNTRY
    return ".".join(labels[-3:] if country and len(labels) > 2 else labels[-2:])


def _clean_name(name: str) -> str:
    short = _SECTION.sub("", name).strip() or name
    return " ".join(short.casefold().split())
