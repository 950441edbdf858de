"""/newsdesk source: what a digest reads; an address is tried out before it is kept."""

import asyncio
from collections.abc import Sequence

from bot.commands import source_changes, source_lists
from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.founding import listed
from bot.commands.meant import SOURCE, called, hold_to_another, meant, without
from bot.commands.newsdesk_digest import edited
from bot.commands.proposals import DIGEST, proposed, shown
from bot.commands.wording import texts_of
from bot.configuring import Entry, Mistake
from bot.configuring.checking import ONLY_BY_FILE
from bot.configuring.telling import cut, discreet, shown_source
from bot.due import zone_of
from bot.errors import UserError
from bot.intake import addresses, health
from bot.intake.trying import Tried
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Digest,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Run,
    Small,
)

ADDRESS = Option(
    name="address",
    description="Of a feed, page or site; or a pack such as world",
    required=True,
    rest=True,
    completes="pack",
)
#: Addresses at once, articles shown of each, and sources of one page of the list.
MOST, NEWEST, PAGE = 20, 3, 20


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (
        _add(desk),
        _list(desk),
        _test(desk),
        _pause(desk),
        _resume(desk),
        _remove(desk),
        source_changes.rename(desk),
        source_changes.move(desk),
        source_lists.bring_in(desk),
        source_lists.give_out(desk),
    )


def _add(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        wanted = listed(invocation.args["address"])
        wish = edited(digest, lambda e: {**e, "sources": [*e["sources"], *wanted]})
        # What cannot be a source is told before anything is dialled.
        change = await desk.configuring.propose(invocation, wish)
        had = {source.address for source in (*digest.sources, *digest.paused_sources)}
        tried = await _try_all(desk, [a for a in wanted if a not in had])
        if all(one.problem for one in tried):
            problems = " ".join(_troubles(tried, texts))
            raise Mistake("{problems}", problems=problems, field="address")
        return shown(desk, change, texts, *_found(tried, zone_of(digest), texts))

    return asks_back(
        Command(
            path="newsdesk source add",
            description="Read one more feed, page or site",
            permission=Permission.EDITOR,
            run=run,
            options=(ADDRESS, DIGEST),
            examples=(
                "/newsdesk source add https://news.example/",
                '/newsdesk source add technology digest="Morning brief"',
            ),
        ),
        {"sources": "address"},
    )


def _test(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        wanted = listed(invocation.args["address"])
        for address in wanted:
            _hold_to_addresses(address)
        tried = await _try_all(desk, wanted)
        zone = invocation.place.workspace.zone
        last = Small(text=texts.say("Nothing was kept."))
        blocks = (*_found(tried, zone, texts), last)
        return Reply(title=texts.say("What would be read"), blocks=blocks)

    return asks_back(
        Command(
            path="newsdesk source test",
            description="What would be read there; nothing is kept",
            permission=Permission.EDITOR,
            run=run,
            options=(ADDRESS,),
            examples=("/newsdesk source test https://news.example/feed.xml",),
        )
    )


def _hold_to_addresses(address: str) -> None:
    if "://" not in address:
        raise Mistake(ONLY_BY_FILE, field="address")
    if addresses.is_masked(address):
        raise Mistake(
            "This address is shown without its secret. Write it whole.",
            field="address",
        )


async def _try_all(desk: Desk, wanted: Sequence[str]) -> list[Tried]:
    if len(wanted) > MOST:
        raise Mistake(
            "That is too many at once; at most {most}.", most=MOST, field="address"
        )
    return list(await asyncio.gather(*(desk.previews.tried(a) for a in wanted)))


def _found(tried: Sequence[Tried], zone: str, texts: Texts) -> list[Block]:
    """What stands at each address: its title, how much, and the newest of it."""
    blocks: list[Block] = []
    for one in tried:
        if one.problem:
            blocks.append(Line(title=one.shown, text=f"✗ {texts.retold(one.problem)}"))
            continue
        held = len(one.reading.articles) if one.reading else 0
        name = (one.reading and one.reading.title) or one.shown
        count = texts.count("{n} article", "{n} articles", held)
        blocks.append(Line(title=f"✓ {cut(name)}", text=count, note=_where(one, texts)))
        blocks += [
            Line(
                title=cut(article.title or article.text),
                note=texts.day_and_time(article.published, zone)
                if article.published
                else "",
                url=article.url,
            )
            for article in one.newest[: NEWEST if len(tried) == 1 else 1]
        ]
        if len(one.feeds) > 1:
            blocks.append(Small(text=_other_feeds(one, texts)))
    return blocks


def _where(one: Tried, texts: Texts) -> str:
    if one.read_at == one.shown:
        return one.shown
    return texts.say("read at its feed {address}", address=one.read_at)


def _other_feeds(one: Tried, texts: Texts) -> str:
    others = [addresses.shown(a) for a in one.feeds if a != one.read_at][:5]
    return texts.say("It also names: {feeds}", feeds=", ".join(others))


def _troubles(tried: Sequence[Tried], texts: Texts) -> list[str]:
    return [
        f"{one.shown}: {texts.retold(one.problem)}" for one in tried[:3] if one.problem
    ]


# ── what is read already ───────────────────────────────────────────────────────


def _list(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        known = await desk.archive.digests(invocation.place.workspace.id)
        wanted = invocation.args.get("digest")
        if wanted:
            known = (await desk.archive.named(invocation.place, wanted),)
        lines = _health(desk, known, texts)
        page = _page(invocation.args.get("page", ""), len(lines), texts)
        blocks: list[Block] = list(lines[(page - 1) * PAGE : page * PAGE])
        if len(lines) > PAGE:
            pages = -(-len(lines) // PAGE)
            text = texts.say("Page {page} of {pages}", page=page, pages=pages)
            blocks.append(Small(text=text))
        if not lines:
            nothing = texts.say("Nothing is read here yet. /newsdesk setup begins.")
            blocks.append(Paragraph(text=nothing))
        return Reply(title=texts.say("Sources"), blocks=tuple(blocks))

    return Command(
        path="newsdesk source list",
        description="What is read, and how each source is",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST, Option(name="page", description="Of the list: 1, 2 …")),
        examples=("/newsdesk source list", "/newsdesk source list page=2"),
    )


def _page(said: str, count: int, texts: Texts) -> int:
    pages = max(1, -(-count // PAGE))
    if not said.strip():
        return 1
    if not said.strip().isdecimal() or not 1 <= int(said.strip()[:6]) <= pages:
        raise UserError(texts.say("There are pages 1 to {pages}.", pages=pages))
    return int(said)


def _health(desk: Desk, known: Sequence[Digest], texts: Texts) -> list[Line]:
    signs = {"ok": "✓", "warning": "!", "problem": "✗"}
    now = desk.clock.now()
    lines = []
    for digest in known:
        zone = zone_of(digest)
        for source in digest.sources:
            how = health.of(source, now, zone, texts)
            title = f"{signs[how.state]} {called(source)}"
            note = f"{digest.name} · {shown_source(source.address)}"
            text = discreet(how.text, (source,))
            lines.append(Line(title=title, text=text, note=note))
        for source in digest.paused_sources:
            note = f"{digest.name} · {shown_source(source.address)}"
            rests = texts.say("not read for now; /newsdesk source resume")
            lines.append(Line(title=f"– {called(source)}", text=rests, note=note))
    return lines


# ── what is done with one of them ──────────────────────────────────────────────


def _pause(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest, address = await meant(desk, invocation)
        wish = edited(digest, lambda e: _with_paused(e, address, paused=True))
        return await proposed(desk, invocation, wish)

    return _about_one(
        "pause",
        "Keep a source and leave it out for now",
        "/newsdesk source pause Hallin Courier",
        run,
    )


def _resume(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest, address = await meant(desk, invocation)
        wish = edited(digest, lambda e: _with_paused(e, address, paused=False))
        return await proposed(desk, invocation, wish)

    return _about_one(
        "resume",
        "Read a source again that was paused",
        "/newsdesk source resume Hallin Courier",
        run,
    )


def _remove(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest, address = await meant(desk, invocation)
        hold_to_another(digest)
        wish = edited(digest, lambda e: without(e, address))
        return await proposed(desk, invocation, wish)

    return _about_one(
        "remove",
        "Read a source no more",
        "/newsdesk source remove https://news.example/feed.xml",
        run,
    )


def _about_one(name: str, description: str, example: str, run: Run) -> Command:
    return asks_back(
        Command(
            path=f"newsdesk source {name}",
            description=description,
            permission=Permission.EDITOR,
            run=run,
            options=(SOURCE, DIGEST),
            examples=(example,),
        ),
        {"sources": "source"},
    )


def _with_paused(entry: Entry, address: str, *, paused: bool) -> Entry:
    others = [a for a in entry["paused_sources"] if a != address]
    return {**entry, "paused_sources": [*others, address] if paused else others}
