"""The health of a source in words for its admins, and what to do about it.

It says when the source was read and how much it has, whether it gives full texts or
excerpts, and what came of the pages behind its entries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from bot.i18n.translation import Texts
from bot.ingest.addresses import mask_secrets
from bot.ingest.source_state import SourceReading, current_address
from bot.model.digest import KINDS_WITH_ENTRIES, Source
from bot.model.settings import FullTextUse
from bot.storage import Database, page_reading_store
from digests.messages import Message
from digests.types import frozen

HealthState = Literal["ok", "warning", "problem"]

#: A source that fails for longer is a problem, not a warning.
FAILURE_GRACE = timedelta(days=1)
#: How long what came of a page is counted.
PAGE_PERIOD = timedelta(days=7)
#: How long a notice is shown.
NOTICE_PERIOD = timedelta(days=7)


#: Failures in a row after which a source that was never read counts as dead: they take
#: about eight hours.
DEAD_AFTER_FAILURES = 6


def is_dead(source: Source, now: datetime) -> bool:
    """Whether the source ended, or has failed for so long that somebody must act."""
    if source.stopped:
        return True
    waits = source.backoff_until is not None and source.backoff_until > now
    if not source.failures or waits:
        return False
    if source.last_success_at is None:
        return source.failures >= DEAD_AFTER_FAILURES
    return now - source.last_success_at >= FAILURE_GRACE


@frozen
class SourceHealth:
    """The health of a source in words, with the fix."""

    state: HealthState
    text: str
    fix: str = ""


async def load_page_counts(
    db: Database, sources: Iterable[Source], now: datetime
) -> Mapping[int, Mapping[str, int]]:
    """Count what came of the pages of each source lately, by its key and by verdict."""
    ids = [source.id for source in sources]
    since = now - PAGE_PERIOD
    return await db.read(page_reading_store.count_page_verdicts, ids, since)


def describe_health(
    source: Source,
    now: datetime,
    zone: str,
    texts: Texts,
    pages: Mapping[str, int] | None = None,
) -> SourceHealth:
    """Describe the health of the source.

    Args:
        source: As its digest has it.
        now: The present instant.
        zone: Of the times.
        texts: The language.
        pages: What came of the pages behind its entries in the last `PAGE_PERIOD`: how
            many of each verdict.
    """
    good = _describe_last_reading(source, now, zone, texts)
    if source.stopped:
        text = texts.say("it no longer exists and is not read any more")
        fix = texts.say("take it out of the digest, or name its new address")
        return SourceHealth(state="problem", text=_join_parts(text, good), fix=fix)
    if source.failures:
        return _describe_failure(source, now, good, zone, texts)
    noticed_at, notice = source.noticed_at, None
    if noticed_at and now - noticed_at < NOTICE_PERIOD:
        notice = source.notice
    pace, move = _describe_pace(source, texts), _describe_move(source, texts)
    found, fix = Counter(pages or {}), ""
    whole, read = _describe_texts(source, found, texts), _describe_pages(found, texts)
    if source.full_text == "never":
        read = ""
    problem = texts.message(source.problem)
    text = _join_parts(good, pace, whole, read, problem, move, texts.message(notice))
    state: HealthState = "warning" if source.problem or notice else "ok"
    if read and _are_pages_useless(found):
        state = "warning"
        fix = texts.say(
            "look at one of its pages; to leave them alone, set its full texts to "
            "never in /newsdesk home",
        )
    return SourceHealth(state=state, text=text, fix=fix)


def _describe_failure(
    source: Source, now: datetime, good: str, zone: str, texts: Texts
) -> SourceHealth:
    reason = texts.message(source.problem).removesuffix(".")
    tried = ""
    if source.next_poll_at is not None:
        when = texts.moment(source.next_poll_at, zone, now)
        tried = texts.say("tried again {when}", when=when)
    read_at, waits_until = source.last_success_at, source.backoff_until
    recent = read_at is not None and now - read_at < FAILURE_GRACE
    waits = waits_until is not None and waits_until > now
    address = mask_secrets(source.address)
    fix = texts.say(
        "look at it with: standfirst source test {address}", address=address
    )
    state: HealthState = "warning" if waits or recent else "problem"
    return SourceHealth(state=state, text=_join_parts(reason, good, tried), fix=fix)


def _describe_last_reading(
    source: Source, now: datetime, zone: str, texts: Texts
) -> str:
    if source.last_success_at is None and source.failures:
        return texts.say("never read successfully")
    if source.last_success_at is None:
        return texts.say("never read yet")
    when = texts.moment(source.last_success_at, zone, now)
    return texts.say("last read {when}", when=when)


def _describe_pace(source: Source, texts: Texts) -> str:
    if source.items_per_day is None:
        return ""
    if source.items_per_day < 0.1:
        return texts.say("nothing new lately")
    if source.items_per_day < 1:
        return texts.say("less than one article a day")
    pace = round(source.items_per_day)
    return texts.count("{n} article a day", "{n} articles a day", pace)


#: From so many pages on it is judged whether they are of use.
_ENOUGH_PAGES = 5
#: What came of a page whose text is not used, by verdict, the fetcher's among them.
PAGE_VERDICTS: Mapping[str, Message] = {
    "paywall": Message("paywall"),
    "consent": Message("consent form"),
    "login": Message("sign-in required"),
    "not_found": Message("no such page"),
    "front_page": Message("front page instead of the article"),
    "media": Message("video or pictures"),
    "other_article": Message("another article"),
    "cut": Message("text that stops before its end"),
    "no_text": Message("no text found"),
    "old": Message("an earlier text than the feed’s"),
    "refused": Message("not allowed (robots.txt or a private address)"),
    "rate_limited": Message("too many requests"),
    "unreachable": Message("no answer that can be used"),
}


def _describe_texts(source: Source, pages: Counter[str], texts: Texts) -> str:
    if source.last_success_at is None or source.kind not in KINDS_WITH_ENTRIES:
        return ""
    found = source.completeness
    if pages["entry_full"] > pages["article"]:
        # Short articles look like excerpts until their pages show that they are whole.
        found = "full"
    return describe_completeness(found, source.full_text, texts)


def _describe_pages(pages: Counter[str], texts: Texts) -> str:
    """«12 of 15 pages could be used lately (3: paywall)»; "" without any."""
    asked = pages.total()
    if not asked:
        return ""
    ordered = pages.most_common()
    failed = [(n, PAGE_VERDICTS[v]) for v, n in ordered if v in PAGE_VERDICTS]
    used = asked - sum(n for n, _ in failed)
    said = texts.count(
        "{used} of {n} page could be used lately",
        "{used} of {n} pages could be used lately",
        asked,
        used=used,
    )
    why = ", ".join(f"{n}: {texts.message(what)}" for n, what in failed[:2])
    return f"{said} ({why})" if why else said


def _are_pages_useless(pages: Counter[str]) -> bool:
    """Whether fewer than half of enough pages could be used."""
    asked = pages.total()
    failed = sum(pages[verdict] for verdict in PAGE_VERDICTS)
    return asked >= _ENOUGH_PAGES and failed > asked / 2


def describe_trial(reading: SourceReading, texts: Texts) -> str:
    """Say whether what was read has whole articles; "" if that is no question."""
    if reading.kind not in KINDS_WITH_ENTRIES or not reading.articles:
        return ""
    return describe_completeness(reading.completeness, None, texts)


def describe_completeness(
    found: str | None, use: FullTextUse | None, texts: Texts
) -> str:
    """Say whether a source gives whole articles, and what is done about excerpts.

    Args:
        found: A `Completeness`; None = unknown.
        use: What its digest chose; None = auto.
        texts: The language.
    """
    match found, use:
        case "full", "always":
            return texts.say("full texts; the pages behind them are read too")
        case "full", _:
            return texts.say("full texts")
        case "excerpt", "never":
            return texts.say("excerpts, and no page behind them is read")
        case "excerpt", _:
            return texts.say("excerpts: the pages behind them are read")
    return texts.say("full texts or excerpts: not known yet")


def _describe_move(source: Source, texts: Texts) -> str:
    address = mask_secrets(source.moved_to or "")
    if address and source.kind == "site":
        return texts.say("read from its feed {address}", address=address)
    if current_address(source) != source.address:
        return texts.say("it has moved to {address}", address=address)
    return ""


def _join_parts(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
