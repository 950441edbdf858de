"""`/newsdesk drafts`: editions that wait, and everything that editors do to them.

    d-7k3m9q              a draft, with its stories by number
    d-7k3m9q:s-2b4c6d     one of its stories: headlines and quotes to choose, places
    d-7k3m9q:s-…:headline a form

Those are the arguments of the control `draft`, which changes nothing. What changes
something is signed (`draft-do`) and carries the version of the draft that its editor
saw: after somebody else's act, the editor learns what that was, sees the draft as it
is now, and finds what they wrote in the form. Typed acts are done on the newest
version; after an act of somebody else in the last moments, they are to be confirmed.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Final

from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.panel import Answers, build_menu, build_page, run_form, shorten_label
from bot.configuration.diff import shorten_line
from bot.errors import FieldError, UnknownName, UserError
from bot.model import (
    Block,
    Control,
    ControlMenu,
    Digest,
    Form,
    FormField,
    ListItem,
    MenuOption,
    Paragraph,
    Reply,
    SmallPrint,
)
from bot.model.drafts import Draft, DraftAct, DraftStory
from bot.publishing.draft_acts import (
    WHOLE_ACTS,
    ActKind,
    DraftActRequest,
    parse_act,
)
from bot.publishing.drafts import (
    OutdatedDraft,
    describe_act,
    describe_state,
    get_open_draft,
    waits_for_approval,
)
from bot.storage import Connection, digest_store, draft_store
from digests.language.normalization import normalize_text, parse_whole_number

#: An act of somebody else within this time changed the numbers that were read.
JUST_NOW: Final = timedelta(seconds=30)
#: Acts that the page of a draft shows, drafts of the list, characters of a choice.
MAX_ACTS, MAX_DRAFTS, MAX_CHOICE = 6, 10, 90
_ID: Final = "d-"


@command(
    "newsdesk drafts",
    "Drafts that wait: see, change, approve them",
    "",
    "{draft}",
    "{draft} drop 3",
    "{draft} 2 up",
    "{draft} headline 1: The bridge opens on Monday",
    "{draft} approve",
)
async def show_drafts(
    context: CommandContext,
    draft: Annotated[
        str, Option("Its id, or the name of its digest", completes="draft")
    ] = "",
    act: Annotated[
        str,
        Option(
            "drop 3, 2 up, swap 2 6, headline 1: …, approve, hold",
            rest=True,
            completes="draft_act",
        ),
    ] = "",
) -> Reply | Form:
    """Show the drafts that wait, or one of them; or do something to it."""
    waiting = await context.query(draft_store.list_open_drafts)
    if not draft and not act:
        if len(waiting) == 1:
            return await _show_draft(context, waiting[0])
        return await _list_drafts(context, waiting)
    names = await _name_digests(context, waiting)
    found = _find_draft(context, waiting, names, draft)
    if found is None:
        if len(waiting) != 1:
            raise await _explain_unknown(context, waiting, draft)
        # Of the only draft, an act can be typed alone: «drop 3».
        found, act = waiting[0], f"{draft} {act}".strip()
    if not act:
        return await _show_draft(context, found)
    request = parse_act(found.content, act)
    acts = await context.db.read(draft_store.list_acts, found)
    if _is_surprising(context, acts):
        return await _ask_again(context, found, request, acts[-1])
    return await _do(context, found.public_id, found.version, request)


def _find_draft(
    context: CommandContext,
    waiting: Sequence[Draft],
    names: dict[int, str],
    typed: str,
) -> Draft | None:
    """Find a draft by its id, by its digest, or the only one if nothing is typed."""
    if not typed:
        return waiting[0] if len(waiting) == 1 else None
    first, said = typed.split()[0].casefold(), normalize_text(typed)
    for one in waiting:
        if one.public_id == first:
            return one
    same = [one for one in waiting if normalize_text(names[one.digest_id]) == said]
    return same[0] if len(same) == 1 else None


async def _explain_unknown(
    context: CommandContext, waiting: Sequence[Draft], typed: str
) -> UserError:
    """Explain why no draft was found: it has ended, or several wait."""
    first = typed.split()[0].casefold() if typed else ""
    if first.startswith(_ID):
        try:
            await context.query(get_open_draft, first)
        except UserError as error:
            return error
    if not waiting:
        return UnknownName("No draft waits here.")
    ids = tuple(one.public_id for one in waiting)
    return UnknownName("Name one of the drafts: {ids}.", ids=ids)


def _is_surprising(context: CommandContext, acts: Sequence[DraftAct]) -> bool:
    """Whether somebody else, or the news, has just changed the numbers."""
    if not acts or context.now - acts[-1].made_at > JUST_NOW:
        return False
    return acts[-1].editor_name != context.person.name


async def _ask_again(
    context: CommandContext, draft: Draft, request: DraftActRequest, last: DraftAct
) -> Reply:
    story = draft.content.find_story(request.story)
    what = story.headline.text if story else context.say("the whole draft")
    said = context.say(
        "A moment ago: {change}. Do you still mean this: {act}, {what}?",
        change=describe_act(last, context.texts),
        act=context.texts.word(_ACT_WORDS[request.kind]),
        what=f"«{shorten_line(what)}»",
    )
    value = request.value if len(request.value) <= MAX_CARRIED else ""
    if value != request.value:
        return await _show_draft(context, draft, said)
    again = _button(context, draft, "Yes", request, primary=True)
    back = context.button("Back", "draft", draft.public_id)
    return build_page(context, "", [said], [again, back])


#: Characters of a value that the id of a control can carry.
MAX_CARRIED: Final = 30
#: English messages.
_ACT_WORDS: Final[dict[ActKind, str]] = {
    "approve": "approve",
    "hold": "hold",
    "release": "let it be posted at its time",
    "cancel": "drop the draft",
    "drop": "drop",
    "restore": "put back",
    "up": "move up",
    "down": "move down",
    "swap": "swap",
    "headline": "change the headline",
    "quote": "choose a quote",
    "note": "add a note",
}


# ── acting ──────────────────────────────────────────────────────────────────────


@show_drafts.control("do")
async def act_on_draft(context: CommandContext, carried: str) -> Reply | Form:
    """Do what a button, a choice or a form says: draft, version, act, story, value."""
    public_id, version, kind, story, value = (*carried.split(":", 4), "", "", "")[:5]
    number = parse_whole_number(version, 1_000_000) or 0
    if kind in _WRITTEN and not value:
        return await _ask_for_words(context, public_id, number, kind, story)
    request = DraftActRequest(kind=kind, story=story, value=value)  # type: ignore[arg-type]  # the id is signed
    return await _do(context, public_id, number, request)


async def _do(
    context: CommandContext, public_id: str, version: int, request: DraftActRequest
) -> Reply:
    """Do it, and show the draft; if it was changed meanwhile, say how instead."""
    processor = context.publisher.drafts.processor
    try:
        draft = await context.db.write(
            processor.act,
            context.scope,
            public_id=public_id,
            version=version,
            request=request,
            who=context.person,
            now=context.now,
        )
    except OutdatedDraft as error:
        return await _show_draft(context, error.draft, context.texts.error(error))
    context.services.wake()
    if request.kind not in WHOLE_ACTS:
        await context.publisher.drafts.illustrate_changed(draft)
    if draft.state != "open":
        return build_page(context, "", [context.message(draft.reason)])
    return await _show_draft(context, draft, context.say("Done."))


async def _ask_for_words(
    context: CommandContext, public_id: str, version: int, kind: str, story_id: str
) -> Reply | Form:
    """Ask for a headline or a note; what was written survives others' changes."""
    draft = await context.query(get_open_draft, public_id)
    story = _get_story(draft, story_id)
    note = story.story.editors_note if story.story else ""
    present = story.headline.text if kind == "headline" else note
    field = FormField(
        name="text",
        label=context.texts.word(_WRITTEN[kind][0]),
        description=context.texts.word(_WRITTEN[kind][1]),
        required=kind == "headline",
        value=present,
    )
    title = context.texts.word(_WRITTEN[kind][0])
    carried = ("draft-do", public_id, str(draft.version), kind, story_id)
    form = context.ask(title, [field], *carried)

    async def respond(given: Answers) -> Reply:
        if draft.version != version:
            acts = await context.db.read(draft_store.list_acts, draft, version)
            raise FieldError.of(OutdatedDraft(draft, acts), field="text")
        request = DraftActRequest(
            kind="headline" if kind == "headline" else "note",
            story=story_id,
            value=given["text"],
        )
        try:
            return await _do(context, public_id, version, request)
        except UserError as error:
            raise FieldError.of(error, field="text") from None

    return await run_form(context, form, respond)


#: What can be written, with the label and the description of its form.
_WRITTEN: Final[dict[str, tuple[str, str]]] = {
    "headline": ("Headline", "It is shown as «Headline: the editors»"),
    "note": ("Note from the editors", "It is marked as yours; empty removes it"),
}


def _get_story(draft: Draft, story_id: str) -> DraftStory:
    story = draft.content.find_story(story_id)
    if story is None:
        raise UnknownName("This story is no longer in the draft.")
    return story


# ── pages ───────────────────────────────────────────────────────────────────────


@show_drafts.control("page")
async def open_draft_page(context: CommandContext, page: str) -> Reply:
    """Open a draft, or one of its stories."""
    public_id, _, story_id = page.partition(":")
    draft = await context.query(get_open_draft, public_id)
    if story_id and draft.content.find_story(story_id) is not None:
        return _show_story(context, draft, _get_story(draft, story_id))
    return await _show_draft(context, draft)


async def _list_drafts(context: CommandContext, waiting: Sequence[Draft]) -> Reply:
    names = await _name_digests(context, waiting)
    items = [
        ListItem(
            title=names[one.digest_id],
            note=f"{one.public_id} · {context.format_moment(one.post_at)}",
            control=context.button("Open", "draft", one.public_id),
        )
        for one in waiting[:MAX_DRAFTS]
    ]
    nothing = context.say(
        "No draft waits. Set «review» of a digest to see its editions before they are "
        "posted: /newsdesk set."
    )
    blocks: list[Block | str] = [*items] or [nothing]
    controls = [context.button("Control panel", "home", "")]
    return build_page(context, context.say("Drafts"), blocks, controls)


async def render_waiting(context: CommandContext) -> list[ListItem]:
    """Render for the panel and the status that drafts wait, and the next moment."""
    waiting = await context.query(draft_store.list_open_drafts)
    if not waiting:
        return []
    return [
        ListItem(
            title=context.count(
                "{n} draft waits for review", "{n} drafts wait for review", len(waiting)
            ),
            note=context.format_moment(waiting[0].post_at),
            control=context.button("Open", "draft"),
        )
    ]


async def _name_digests(
    context: CommandContext, waiting: Sequence[Draft]
) -> dict[int, str]:
    known = {one.id: one.name for one in await context.list_digests()}
    return {
        one.digest_id: known.get(one.digest_id, one.content.base.title)
        for one in waiting
    }


async def _show_draft(context: CommandContext, draft: Draft, *said: str) -> Reply:
    """Show the draft: its state, its stories by number, what was done."""
    digest, acts = await context.db.read(_load_more, draft)
    title = digest.name if digest else draft.content.base.title
    blocks: list[Block | str] = [*said]
    blocks += describe_state(draft, digest, context.zone, context.texts, context.now)
    blocks += _render_stories(context, draft)
    blocks += [
        SmallPrint(text=describe_act(act, context.texts)) for act in acts[-MAX_ACTS:]
    ]
    return build_page(
        context,
        context.say("Draft of «{name}»", name=title),
        blocks,
        list(_build_whole_buttons(context, draft, digest)),
        _build_story_menu(context, draft),
    )


def _load_more(
    conn: Connection, draft: Draft
) -> tuple[Digest | None, tuple[DraftAct, ...]]:
    digest = digest_store.find_digest(conn, draft.scope, digest_id=draft.digest_id)
    return digest, draft_store.list_acts(conn, draft)


def _render_stories(context: CommandContext, draft: Draft) -> Iterator[Block]:
    content = draft.content
    for number, story in enumerate(content.numbered, 1):
        where = context.say("in brief") if story.place == "brief" else ""
        yield ListItem(
            title=f"{number}. {story.headline.text}",
            note=" · ".join(filter(None, (where, *_list_marks(context, story)))),
        )
    for number, story in enumerate(content.list_placed("out"), 1):
        title = context.say("Left out {n}", n=number)
        yield ListItem(title=f"{title}: {story.headline.text}")


def _list_marks(context: CommandContext, story: DraftStory) -> Iterator[str]:
    if story.headline.by_editors:
        yield context.say("Headline: the editors")
    if story.story is not None and story.story.editors_note:
        note = shorten_line(story.story.editors_note)
        yield context.say("Note from the editors: {note}", note=note)


def _build_whole_buttons(
    context: CommandContext, draft: Draft, digest: Digest | None
) -> Iterator[Control]:
    def act(label: str, kind: ActKind, *, primary: bool = False) -> Control:
        request = DraftActRequest(kind=kind)
        return _button(context, draft, label, request, primary=primary)

    if not draft.is_approved:
        yield act("Approve all", "approve", primary=True)
    if draft.held_by is not None:
        yield act("Post at its time", "release")
    elif draft.is_approved or not waits_for_approval(draft, digest):
        yield act("Hold", "hold")
    yield act("Drop the draft", "cancel")


def _build_story_menu(context: CommandContext, draft: Draft) -> tuple[ControlMenu, ...]:
    shown = [*draft.content.numbered, *draft.content.list_placed("out")]
    options = (
        MenuOption(
            id=context.control_id("draft", draft.public_id, story.id),
            label=shorten_label(f"{number}. {story.headline.text}", MAX_CHOICE),
        )
        for number, story in enumerate(shown, 1)
    )
    return build_menu(context.say("Change a story…"), options)


def _show_story(context: CommandContext, draft: Draft, story: DraftStory) -> Reply:
    """Show a story of a draft with everything that can be chosen for it."""
    blocks: list[Block | str] = []
    if story.story is not None:
        blocks.append(Paragraph(text=" ".join(s.text for s in story.story.summary)))
        blocks += [
            ListItem(title=f"{number}. {card.text}", note=card.speaker or "")
            for number, card in enumerate(story.cards, 1)
        ]
    blocks += [SmallPrint(text=mark) for mark in _list_marks(context, story)]
    return build_page(
        context,
        story.headline.text,
        [one for one in blocks if one != Paragraph(text="")],
        list(_build_story_buttons(context, draft, story)),
        list(_build_choices(context, draft, story)),
    )


def _build_story_buttons(
    context: CommandContext, draft: Draft, story: DraftStory
) -> Iterator[Control]:
    def act(label: str, kind: ActKind) -> Control:
        request = DraftActRequest(kind=kind, story=story.id)
        return _button(context, draft, label, request)

    if story.place == "out":
        yield act("Put it back", "restore")
    else:
        yield act("Up", "up")
        yield act("Down", "down")
        yield act("Write a headline", "headline")
        if story.place == "full":
            yield act("Add a note", "note")
        yield act("Drop", "drop")
    yield context.button("Back", "draft", draft.public_id)


def _build_choices(
    context: CommandContext, draft: Draft, story: DraftStory
) -> Iterator[ControlMenu]:
    """Build the menus of headlines, quotes and stories to swap with."""
    if story.place == "out":
        return
    heads = [(str(n), one.text) for n, one in enumerate(story.headlines, 1)]
    if len(heads) > 1:
        label = context.say("Another headline…")
        yield _menu(context, draft, story, "headline", label, heads)
    if story.place == "full" and story.cards:
        cards = [(str(n), card.text) for n, card in enumerate(story.cards, 1)]
        cards.append(("none", context.say("No quote")))
        label = context.say("Another quote…")
        yield _menu(context, draft, story, "quote", label, cards)
    others = draft.content.list_placed("brief" if story.place == "full" else "full")
    if others:
        swaps = [(other.id, other.headline.text) for other in others]
        label = context.say("Swap with…")
        yield _menu(context, draft, story, "swap", label, swaps)


def _menu(
    context: CommandContext,
    draft: Draft,
    story: DraftStory,
    kind: str,
    label: str,
    choices: Sequence[tuple[str, str]],
) -> ControlMenu:
    carried = (draft.public_id, str(draft.version), kind, story.id)
    options = tuple(
        MenuOption(
            id=context.control_id("draft-do", *carried, value),
            label=shorten_label(text, MAX_CHOICE),
        )
        for value, text in choices
    )
    return ControlMenu(label=label, options=options[:25])


def _button(
    context: CommandContext,
    draft: Draft,
    label: str,
    request: DraftActRequest,
    *,
    primary: bool = False,
) -> Control:
    carried = [draft.public_id, str(draft.version), request.kind]
    if request.story:
        carried.append(request.story)
    if request.value:
        carried.append(request.value)
    return Control(
        id=context.control_id("draft-do", *carried),
        label=context.texts.word(label),
        primary=primary,
    )


# ── completion ──────────────────────────────────────────────────────────────────


async def complete_drafts(context: CommandContext, _: str) -> list[str]:
    """List the drafts that wait, by id and digest."""
    waiting = await context.query(draft_store.list_open_drafts)
    names = await _name_digests(context, waiting)
    return [f"{one.public_id} {names[one.digest_id]}" for one in waiting]


async def complete_acts(context: CommandContext, _: str) -> list[str]:
    """List acts on the draft that was typed before, by the numbers of its stories."""
    waiting = await context.query(draft_store.list_open_drafts)
    names = await _name_digests(context, waiting)
    typed = context.typed.get("draft", "")
    found = _find_draft(context, waiting, names, typed)
    if found is None:
        return ["approve", "hold"]
    acts = ["approve", "hold", "cancel"]
    for number, story in enumerate(found.content.numbered, 1):
        acts += [f"drop {number}", f"{number} up", f"{number} down"]
        acts.append(f"headline {number}: {story.headline.text}"[:MAX_CHOICE])
    acts += [
        f"restore {number}"
        for number, _story in enumerate(found.content.list_placed("out"), 1)
    ]
    return acts
