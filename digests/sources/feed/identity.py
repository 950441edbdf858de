"""What makes an entry the same one tomorrow: its guid, its address, or its words.

An address is compared without what only tells where a reader came from, so that the
same article keeps one name through campaigns, http and https.
"""

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_NAMES = (
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hs\w+|ref_?src|"
    r"cmpid|at_(?:medium|campaign|custom\d+|link_\w+)|xtor|wt_mc|ocid|__twitter_\w+|"
    r"guccounter|ns_\w+|s?cid|smid|spm|sr_share|share_id)"
)
_TRACKING = re.compile(rf"{_NAMES}\Z", re.IGNORECASE)
_TRACKED = re.compile(rf"(?:\A|&){_NAMES}=", re.IGNORECASE)
#: What needs no taking apart: a host, a path, and a query without anything escaped.
_PLAIN = re.compile(
    r"https?://(?:www\.)?([A-Za-z0-9.-]+)(?:/([^?#;\s]*[^?#;\s/]|))?/*"
    r"(?:\?([A-Za-z0-9_.~-]+=[A-Za-z0-9_.~-]*(?:&[A-Za-z0-9_.~-]+=[A-Za-z0-9_.~-]*){0,98}))?"
    r"\Z"
)
_ADDRESS = ("http://", "https://")
_LONGEST_ID = 500


def canonical(address: str) -> str:
    """The address for comparing: without tracking, fragment, scheme's s, last slash."""
    plain = _PLAIN.match(address)
    if plain and not (plain[3] and _TRACKED.search(plain[3])):
        query = f"?{plain[3]}" if plain[3] else ""
        return f"https://{plain[1].lower()}/{plain[2] or ''}{query}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return address
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name)]
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("https", host + port, path, urlencode(kept), ""))


def ids(
    guids: Sequence[str], links: Sequence[str | None], words: Sequence[str]
) -> tuple[str, ...]:
    """One id an entry, in order; equal ids are the same entry again.

    Args:
        guids: What the feed calls them, or "".
        links: Where they stand, or None.
        words: Title and date of each.
    """
    # A guid that is an address flips and grows like one.
    guids = [canonical(g) if g.startswith(_ADDRESS) else g for g in guids]
    if all(guids) and len(set(guids)) == len(guids):
        return tuple(map(_short, guids))
    places = [canonical(link) if link else "" for link in links]
    shared = _shared(guids, [p or w for p, w in zip(places, words, strict=True)])
    return tuple(
        _short(guid if guid and guid not in shared else place or _hash(said))
        for guid, place, said in zip(guids, places, words, strict=True)
    )


def _shared(guids: Sequence[str], others: Sequence[str]) -> set[str]:
    """Guids that a feed gives to several entries: these name nothing."""
    apart = {(guid, other) for guid, other in zip(guids, others, strict=True) if guid}
    return {guid for guid, times in Counter(g for g, _ in apart).items() if times > 1}


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_ID else _hash(name)


def _hash(words: str) -> str:
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
