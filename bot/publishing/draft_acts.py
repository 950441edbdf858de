"""What an editor can do to a draft, as pure functions over its content.

    parse_act      «drop 3», «2 up», «headline 1: …» → an act
    apply_act      an act → the next version, and what was done in words
    build_edition  the edition that a version makes
    merge_news     what was composed since → the next version, and what is new

Choices come from the draft's own alternatives, all of which passed the gate. What an
editor writes is marked as theirs: `Headline.by_editors`, `EditionStory.editors_note`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal, get_args

from bot.errors import UserError
from bot.model.drafts import DraftContent, DraftStory, StoryPlace
from digests.editing import presentation, quote_selection
from digests.language.normalization import parse_whole_number
from digests.messages import Message
from digests.types import (
    ArticleDecision,
    Edition,
    EditionStory,
    Headline,
    StoryAlternatives,
    frozen,
)

ActKind = Literal[
    "approve",
    "hold",
    "release",
    "cancel",
    "drop",
    "restore",
    "up",
    "down",
    "swap",
    "headline",
    "quote",
    "note",
]
#: Acts on the whole draft.
WHOLE_ACTS: Final[frozenset[ActKind]] = frozenset(
    ("approve", "hold", "release", "cancel")
)
#: Characters of what an editor writes: as a headline, and beside a story.
MAX_HEADLINE, MAX_NOTE = 150, 300
#: An act on a story, typed after or before its number: «drop 3», «3 up».
_TYPED: Final = re.compile(r"(?:([a-z]+)\s+#?(\d+)|#?(\d+)\s+([a-z]+))(.*)", re.DOTALL)
_WHOLE_WORDS: Final[Mapping[str, ActKind]] = {
    "approve": "approve",
    "approve all": "approve",
    "ok": "approve",
    "hold": "hold",
    "release": "release",
    "drop all": "cancel",
    "cancel": "cancel",
}
#: Maximum number of stories of a draft: more than one edition can have.
_MAX_NUMBER: Final = 99


@frozen
class DraftActRequest:
    """An act as an editor asks for it."""

    kind: ActKind
    #: Public id of the story; "" = the whole draft.
    story: str = ""
    #: Words, the number of an alternative, or the id of the other story of a swap.
    value: str = ""


# ── reading ────────────────────────────────────────────────────────────────────


def parse_act(content: DraftContent, typed: str) -> DraftActRequest:
    """Parse an act as it is typed, with the numbers that the draft shows.

    Raises:
        UserError: It is none, or there is no such story.
    """
    said = " ".join(typed.split())
    if whole := _WHOLE_WORDS.get(said.casefold()):
        return DraftActRequest(kind=whole)
    found = _TYPED.fullmatch(typed.strip().replace("\n", " "))
    word = (found[1] or found[4]).casefold() if found else said.casefold()[:40]
    kinds = set(get_args(ActKind)) - WHOLE_ACTS
    if found is None or word not in kinds:
        raise UserError(
            "«{act}» is none of: approve, hold, release, drop 3, 2 up, 2 down, "
            "swap 2 6, headline 1: New words, quote 1 2, note 1: Words, restore 1, "
            "cancel.",
            act=said[:60],
        )
    number = parse_whole_number(found[2] or found[3], _MAX_NUMBER) or 0
    rest = found[5].strip()
    kind: ActKind = word  # type: ignore[assignment]  # one of its values, as checked
    shown = content.list_placed("out") if kind == "restore" else content.numbered
    story = _get_numbered(shown, number)
    value = " ".join(rest.removeprefix(":").split())
    if kind == "swap":
        value = _get_numbered(shown, _read_number(value)).id if value else ""
    return DraftActRequest(kind=kind, story=story.id, value=value)


def _read_number(said: str) -> int:
    number = parse_whole_number(said.lstrip("#"), _MAX_NUMBER, least=1)
    if number is None:
        raise UserError("«{said}» is no number of a story.", said=said[:40])
    return number


def _get_numbered(shown: Sequence[DraftStory], number: int) -> DraftStory:
    if not 1 <= number <= len(shown):
        raise UserError(
            "The draft has no story {number} there; it has {n}.",
            number=number,
            n=len(shown),
        )
    return shown[number - 1]


# ── acting ─────────────────────────────────────────────────────────────────────


def apply_act(
    content: DraftContent, act: DraftActRequest
) -> tuple[DraftContent, Message]:
    """Apply an act on a story; also return what was done.

    Raises:
        UserError: It cannot be done.
    """
    story = content.find_story(act.story)
    if story is None:
        raise UserError("This story is no longer in the draft.")
    match act.kind:
        case "drop":
            return _place(content, story, "out"), _say("draft.dropped", story)
        case "restore":
            return _restore(content, story)
        case "up" | "down":
            return _move(content, story, -1 if act.kind == "up" else 1)
        case "swap":
            return _swap(content, story, act.value)
        case "headline":
            return _change_headline(content, story, act.value)
        case "quote":
            return _choose_quote(content, story, act.value)
        case "note":
            return _add_note(content, story, act.value)
    raise UserError("This concerns the whole draft, not one story.")


def _say(code: str, story: DraftStory, **more: object) -> Message:
    return Message(code, headline=story.headline.text, **more)


def _update(content: DraftContent, new: DraftStory) -> DraftContent:
    """Replace a story by its new form, which an editor decided about."""
    touched = replace(new, touched=True)
    stories = tuple(touched if s.id == new.id else s for s in content.stories)
    return replace(content, stories=stories)


def _place(content: DraftContent, story: DraftStory, place: StoryPlace) -> DraftContent:
    """Put a story last in a place."""
    others = tuple(one for one in content.stories if one.id != story.id)
    moved = replace(story, place=place, touched=True)
    return replace(content, stories=_sort((*others, moved)))


def _sort(stories: Iterable[DraftStory]) -> tuple[DraftStory, ...]:
    places = get_args(StoryPlace)
    return tuple(sorted(stories, key=lambda one: places.index(one.place)))


def _restore(content: DraftContent, story: DraftStory) -> tuple[DraftContent, Message]:
    if story.place != "out":
        raise UserError("This story is in the draft.")
    place: StoryPlace = "full" if story.story is not None else "brief"
    return _place(content, story, place), _say("draft.restored", story)


def _move(
    content: DraftContent, story: DraftStory, by: int
) -> tuple[DraftContent, Message]:
    same = list(content.list_placed(story.place))
    at = same.index(story)
    to = at + by
    if story.place == "out" or not 0 <= to < len(same):
        raise UserError(
            "It cannot be moved further. To change places with a story in "
            "brief, use «swap»."
        )
    same.insert(to, replace(same.pop(at), touched=True))
    others = tuple(one for one in content.stories if one.place != story.place)
    moved = replace(content, stories=_sort((*others, *same)))
    return moved, _say("draft.moved_up" if by < 0 else "draft.moved_down", story)


def _swap(
    content: DraftContent, story: DraftStory, other_id: str
) -> tuple[DraftContent, Message]:
    """Exchange a story in full with one in brief; without another, the last in full."""
    full = content.list_placed("full")
    other = content.find_story(other_id)
    if other is None and story.place == "brief" and full and not other_id:
        other = full[-1]
    down, up = (story, other) if story.place == "full" else (other, story)
    if down is None or up is None or (down.place, up.place) != ("full", "brief"):
        raise UserError("Name a story in full and one in brief, such as «swap 2 6».")
    if up.story is None or down.line is None:
        raise UserError("One of them cannot be shown in the other's form.")
    new = {
        down.id: replace(up, place="full", touched=True),
        up.id: replace(down, place="brief", touched=True),
    }
    stories = tuple(new.get(one.id, one) for one in content.stories)
    said = Message("draft.swapped", up=up.headline.text, down=down.headline.text)
    return replace(content, stories=_sort(stories)), said


def _change_headline(
    content: DraftContent, story: DraftStory, value: str
) -> tuple[DraftContent, Message]:
    """Show a candidate by its number, or the editor's own words."""
    chosen = parse_whole_number(value, len(story.headlines), least=1)
    words = " ".join(value.split())
    if chosen is not None:
        headline = story.headlines[chosen - 1]
    elif not words:
        raise UserError("Write the headline, or the number of a candidate.")
    elif len(words) > MAX_HEADLINE:
        raise UserError("A headline has at most {n} characters.", n=MAX_HEADLINE)
    else:
        known = {one.text: one for one in story.headlines}
        headline = known.get(words) or Headline(text=words, by_editors=True)
    said = Message("draft.headline", before=story.headline.text, after=headline.text)
    new = replace(
        story,
        story=replace(story.story, headline=headline) if story.story else None,
        line=replace(story.line, headline=headline) if story.line else None,
    )
    return _update(content, new), said


def _choose_quote(
    content: DraftContent, story: DraftStory, value: str
) -> tuple[DraftContent, Message]:
    """Show only this quote with the story; «none» = no quote."""
    shown = _get_full(story)
    if value.casefold() in ("none", "0", "off"):
        new = replace(story, story=replace(shown, cards=()))
        return _update(content, new), _say("draft.no_quote", story)
    number = parse_whole_number(value, len(story.cards), least=1)
    if number is None:
        raise UserError(
            "Choose a quote by its number, 1 to {n}, or «none».", n=len(story.cards)
        )
    card = story.cards[number - 1]
    new = replace(story, story=replace(shown, cards=(card,)))
    return _update(content, new), _say("draft.quote", story)


def _add_note(
    content: DraftContent, story: DraftStory, value: str
) -> tuple[DraftContent, Message]:
    shown, words = _get_full(story), " ".join(value.split())
    if len(words) > MAX_NOTE:
        raise UserError("A note has at most {n} characters.", n=MAX_NOTE)
    new = replace(story, story=replace(shown, editors_note=words))
    code = "draft.noted" if words else "draft.note_removed"
    return _update(content, new), _say(code, story)


def _get_full(story: DraftStory) -> EditionStory:
    if story.story is None or story.place != "full":
        raise UserError("Only a story in full has quotes and notes. «swap» it first.")
    return story.story


# ── editions ───────────────────────────────────────────────────────────────────


def build_content(
    edition: Edition, found: Sequence[StoryAlternatives], style: str
) -> DraftContent:
    """Make the content of a draft from what was composed."""
    full = {story.id for story in edition.stories}
    stories = [
        DraftStory.of(one, "full" if _get_id(one) in full else "brief") for one in found
    ]
    base = replace(edition, stories=(), brief=(), hero=None)
    return DraftContent(base=base, stories=_sort(stories), style=style)


def _get_id(found: StoryAlternatives) -> str:
    if found.story is not None:
        return found.story.id
    assert found.line is not None, "it can be shown in one form"
    return found.line.story


def build_edition(content: DraftContent, now: datetime) -> Edition:
    """Make the edition that is shown and posted."""
    full = (one.story for one in content.list_placed("full"))
    brief = (one.line for one in content.list_placed("brief"))
    stories = tuple(story for story in full if story is not None)
    edition = replace(
        content.base,
        made_at=now,
        stories=stories,
        brief=tuple(line for line in brief if line is not None),
        hero=quote_selection.choose_edition_quote(stories),
        decisions=tuple(_decide(content, one) for one in content.base.decisions),
    )
    return replace(edition, minutes=presentation.estimate_reading_minutes(edition))


def _decide(content: DraftContent, made: ArticleDecision) -> ArticleDecision:
    """Return the decision about an article as the editors changed it."""
    found = content.find_story(made.story) if made.story else None
    if found is None or not found.touched or made.outcome not in ("chosen", "brief"):
        return made
    if found.place == "out":
        reason = Message("decision.editors_dropped")
        return replace(made, outcome="left out", stage="edition", reason=reason)
    outcome: Literal["chosen", "brief"] = "chosen" if found.place == "full" else "brief"
    if outcome == made.outcome:
        return made
    return replace(made, outcome=outcome, reason=Message("decision.editors_placed"))


def merge_news(
    content: DraftContent, new: DraftContent
) -> tuple[DraftContent, tuple[Message, ...]]:
    """Merge what was composed since into a draft; also return what is new in it.

    A draft that no editor changed becomes the new edition. Else newer reports replace
    the stories that no editor decided about, and new stories are offered.
    """
    if not content.is_touched:
        merged = replace(new, stories=_keep_order(content, new))
        return _tell_news(content, merged)
    by_id = {one.id: one for one in new.stories}
    stories = tuple(
        replace(by_id[one.id], place=one.place)
        if one.id in by_id and not one.touched and _is_newer(one, by_id[one.id])
        else one
        for one in content.stories
    )
    known = {one.id for one in content.stories}
    offered = (replace(s, place="out") for s in new.stories if s.id not in known)
    merged = replace(
        content,
        stories=_sort((*stories, *offered)),
        style=new.style,
    )
    said = [Message("draft.settings_kept")] if new.style != content.style else []
    merged, news = _tell_news(content, merged)
    return merged, (*said, *news)


def _keep_order(content: DraftContent, new: DraftContent) -> tuple[DraftStory, ...]:
    """Return the stories as composed, without those that fell out for no reason."""
    known = {one.id: one for one in content.stories}
    return tuple(
        known[one.id]
        if one.id in known
        and known[one.id].place == one.place
        and not _is_newer(known[one.id], one)
        else one
        for one in new.stories
    )


def _tell_news(
    content: DraftContent, merged: DraftContent
) -> tuple[DraftContent, tuple[Message, ...]]:
    known = {one.id: one for one in content.stories}
    said = []
    for one in merged.stories:
        before = known.get(one.id)
        if before is None:
            offered = one.place == "out"
            said.append(_say("draft.offered" if offered else "draft.added", one))
        elif not one.touched and _is_newer(before, one):
            said.append(_say("draft.newer", one))
    kept = {one.id for one in merged.stories}
    said += [_say("draft.gone", one) for one in content.stories if one.id not in kept]
    if not said and _outline(content) != _outline(merged):
        said.append(Message("draft.reordered"))
    return merged, tuple(said)


def _outline(content: DraftContent) -> list[tuple[str, str]]:
    return [(one.id, one.place) for one in content.stories]


def _is_newer(before: DraftStory, after: DraftStory) -> bool:
    """Whether a story has another main report than before."""
    return before.revisions != after.revisions


def drop_published(
    content: DraftContent, revisions: frozenset[str]
) -> tuple[DraftContent, tuple[Message, ...]]:
    """Leave out the stories all of whose reports were posted meanwhile."""
    posted = [
        one for one in content.numbered if one.revisions and one.revisions <= revisions
    ]
    ids = {one.id for one in posted}
    stories = tuple(
        replace(one, place="out") if one.id in ids else one for one in content.stories
    )
    left = replace(content, stories=_sort(stories))
    return left, tuple(_say("draft.posted_meanwhile", one) for one in posted)
