"""How what is kept of a person is shown and exported to them; it looks nothing up."""

from collections.abc import Iterator
from datetime import datetime

from bot.commands import liking
from bot.commands.controls import control_id
from bot.commands.wording import when_line
from bot.due import next_due_of, times_of, zone_of
from bot.personal import keeping
from bot.personal.keeping import Kept
from bot.texts import Texts
from bot.types import (
    Block,
    Control,
    Digest,
    Document,
    Facts,
    Line,
    Listing,
    Paragraph,
    Reply,
    Small,
)

#: Of each kind, so many are named one by one; the export has all.
NAMED = 5
#: Characters of one block of an export, and blocks of one answer.
BLOCK, BLOCKS = 1_400, 5


def shown(
    kept: Kept, zone: str, now: datetime, texts: Texts, *, days: int
) -> tuple[Block, ...]:
    """What is kept, in words; a settled report for so many days."""
    rows = [*_digest(kept, now, texts)] if kept.own else []
    rows += [
        (
            texts.say("Answers in"),
            texts.language(kept.reader.locale)
            if kept.reader.locale
            else texts.say("as the platform says"),
        ),
        (texts.say("Zone"), zone),
        (texts.say("You follow"), _named([one.name for one in kept.follows], texts)),
        (texts.say("Saved"), _stories(len(kept.saved), texts)),
    ]
    blocks: list[Block] = []
    if kept.own is None:
        none = texts.say(
            "You have no digest of your own. /news me 7:30 sets one up: it comes by "
            "private message and tells only what the channels here did not show."
        )
        blocks.append(Paragraph(text=none))
    blocks.append(Facts(rows=tuple(rows)))
    blocks += [
        Line(title=liking.in_words(one, texts), note=one.headline)
        for one in kept.feedback[:NAMED]
    ]
    blocks += _reports(kept, texts)
    privacy = texts.say(
        "This is all that is kept of you here. Nobody else sees it; editors see your "
        "reports with your name, which go {days} days after they are settled. Nothing "
        "counts what you read or open.",
        days=days,
    )
    return (*blocks, Small(text=privacy))


def _digest(kept: Kept, now: datetime, texts: Texts) -> Iterator[tuple[str, str]]:
    own = kept.own
    assert own is not None
    zone = zone_of(own)
    yield texts.say("Your digest"), times_of(own, texts)
    if own.paused:
        yield texts.say("Next"), texts.say("stopped, until you let it come again")
    else:
        yield texts.say("Next"), when_line(next_due_of(own, now), zone, now, texts)
    if kept.last is not None:
        outcome = texts.retold(kept.last.reason) or texts.word(kept.last.state)
        yield (
            texts.say("Last"),
            f"{texts.moment(kept.last.due_at, zone, now)}: {outcome}",
        )
    for place in own.destinations:
        if place.paused:
            yield texts.say("Stands still"), texts.retold(place.paused)
    yield texts.say("In it"), contents(own, texts)


def contents(own: Digest, texts: Texts) -> str:
    """What the digest lets in."""
    if not own.include:
        return texts.say(
            "What the channels here did not show, of all that is read here "
            "({language}). /news follow narrows it.",
            language=own.language,
        )
    return texts.say(
        "What the channels here did not show and that names one of: {names} "
        "({language}).",
        names=_named(list(own.include), texts),
        language=own.language,
    )


def _reports(kept: Kept, texts: Texts) -> Iterator[Block]:
    for report in kept.reports[:NAMED]:
        state = texts.say("open")
        if report.settled_at is not None:
            state = texts.say("settled: {answer}", answer=report.answer or "–")
        yield Line(
            title=texts.say("Report {id}", id=report.public_id),
            text=report.text,
            note=f"{report.headline} · {state}",
        )


def _named(names: list[str], texts: Texts) -> str:
    if not names:
        return texts.say("nothing")
    said = ", ".join(names[:NAMED])
    rest = len(names) - NAMED
    return said if rest <= 0 else texts.say("{names} and {n} more", names=said, n=rest)


def _stories(count: int, texts: Texts) -> str:
    return texts.count("{n} story", "{n} stories", count)


def whole(kept: Kept, texts: Texts) -> Reply:
    """All of it as JSON: a file where it is long, with the way to it in parts."""
    text = keeping.as_json(kept)
    hint = texts.say("Everything that is kept of you in this workspace, as JSON.")
    controls: tuple[Control, ...] = ()
    if len(text) > BLOCK:
        label = texts.say("Show it in parts")
        controls = (Control(id=control_id("me", "export-1"), label=label),)
    file = Document(name="standfirst-me.json", text=text)
    return Reply(
        title=texts.say("Your data"),
        blocks=(file, Small(text=hint)),
        controls=controls,
    )


def exported(kept: Kept, part: int, texts: Texts) -> Reply:
    """All of it as JSON, in parts from 1 on, to be copied one after the other."""
    pieces = list(_pieces(keeping.as_json(kept)))
    parts = -(-len(pieces) // BLOCKS)
    part = min(max(part, 1), parts)
    first = (part - 1) * BLOCKS
    blocks: list[Block] = [
        Listing(text=piece) for piece in pieces[first : first + BLOCKS]
    ]
    hint = texts.say("Everything that is kept of you in this workspace, as JSON.")
    controls: tuple[Control, ...] = ()
    if parts > 1:
        hint += " " + texts.say("Part {part} of {parts}.", part=part, parts=parts)
    if part < parts:
        label = texts.say("Next part")
        controls = (Control(id=control_id("me", f"export-{part + 1}"), label=label),)
    blocks.append(Small(text=hint))
    return Reply(title=texts.say("Your data"), blocks=tuple(blocks), controls=controls)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end with a line."""
    piece = ""
    for line in text.splitlines(keepends=True):
        if piece and len(piece) + len(line) > BLOCK:
            yield piece.rstrip("\n")
            piece = ""
        piece += line
    if piece:
        yield piece
