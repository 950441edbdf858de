"""How a source is, in words for its admins; pure, and it never shows a whole secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.intake import states
from bot.intake.addresses import shown
from bot.texts import Texts
from bot.types import Source

State = Literal["ok", "warning", "problem"]

#: A failing source is a problem, and not only a warning, after this time.
PATIENCE = timedelta(days=1)
#: How long something odd that was dealt with is still told.
NOTICE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a source is: whether somebody must care, the words, and what to do."""

    state: State
    text: str
    fix: str = ""


def of(source: Source, now: datetime, zone: str, texts: Texts) -> Health:
    """The source's health, its times in `zone`."""
    good = _last_good(source, now, zone, texts)
    if source.stopped:
        text = texts.say("it has ended and is not read any more")
        fix = texts.say("take it out of the digest, or name its new address")
        return Health(state="problem", text=_joined(text, good), fix=fix)
    if source.failures:
        return _failing(source, now, good, zone, texts)
    problem = texts.retold(source.problem)
    told = [good, _pace(source, texts), problem, _moved(source, texts)]
    if source.notice and source.noticed_at and now - source.noticed_at < NOTICE:
        told.append(texts.retold(source.notice))
        return Health(state="warning", text=_joined(*told))
    return Health(state="warning" if source.problem else "ok", text=_joined(*told))


def _failing(
    source: Source, now: datetime, good: str, zone: str, texts: Texts
) -> Health:
    reason = texts.retold(source.problem).removesuffix(".")
    tried = ""
    if source.next_poll_at is not None:
        when = texts.moment(source.next_poll_at, zone, now)
        tried = texts.say("tried again {when}", when=when)
    waits = bool(source.rest_until and source.rest_until > now)
    recent = source.last_good is not None and now - source.last_good < PATIENCE
    fix = texts.say(
        "look at it with: standfirst source test {address}",
        address=shown(source.address),
    )
    state: State = "warning" if waits or recent else "problem"
    return Health(state=state, text=_joined(reason, good, tried), fix=fix)


def _last_good(source: Source, now: datetime, zone: str, texts: Texts) -> str:
    if source.last_good is None:
        if source.failures:
            return texts.say("never read well")
        return texts.say("never read yet")
    when = texts.moment(source.last_good, zone, now)
    return texts.say("last read well {when}", when=when)


def _pace(source: Source, texts: Texts) -> str:
    if source.items_a_day is None:
        return ""
    if source.items_a_day < 0.1:
        return texts.say("silent of late")
    if source.items_a_day < 1:
        return texts.say("less than one article a day")
    return texts.count(
        "{n} article a day", "{n} articles a day", round(source.items_a_day)
    )


def _moved(source: Source, texts: Texts) -> str:
    if source.kind == "site" and source.moved_to:
        return texts.say("read at its feed {address}", address=shown(source.moved_to))
    if states.address_of(source) != source.address and source.moved_to:
        return texts.say("it has moved to {address}", address=shown(source.moved_to))
    return ""


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
