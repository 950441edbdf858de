"""A local page in memory behind a real server, for the browser tests."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Control,
    Delivery,
    Destination,
    FactTable,
    Form,
    Inbox,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Picture,
    PictureRef,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
    Workspace,
)
from bot.model.scope import Scope
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform
from bot.platforms.local.render import render
from bot.ports import PageServices
from bot.web import server
from digests.cards.content import get_card_key
from digests.messages import Message
from digests.types import Article
from tests.bot.platforms import panel
from tests.bot.platforms.local import samples
from tests.bot.platforms.panel import Panel
from tests.bot.web.asgi import report_health
from tests.browser.server_thread import serve_in_thread
from tests.builders import an_inbox
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox

WORKSPACE = Workspace(
    id=1,
    platform="local",
    external_id="local",
    name="This machine",
    zone="Europe/London",
)
CHANNELS = tuple(
    Destination(id=number, workspace_id=1, name=name, channel=name)
    for number, name in enumerate(("news", "science", "deutsch"), 1)
)
KEY = b"a key that only the tests know!!"


@dataclass
class Stage:
    """The parts of one page, and the commands it received."""

    clock: FakeClock = field(
        default_factory=lambda: FakeClock(samples.MADE + timedelta(minutes=11))
    )
    mailbox: MemoryMailbox = field(default_factory=MemoryMailbox)
    articles: dict[str, Article] = field(default_factory=lambda: dict(samples.ARTICLES))
    asked: list[Invocation] = field(default_factory=list)
    panel: Panel = field(default_factory=Panel)
    workspace: Workspace = WORKSPACE
    is_demo: bool = False
    channels: tuple[Destination, ...] = CHANNELS
    list_problems: tuple[Message | str, ...] = ()
    #: By their hashes.
    pictures: dict[str, Picture] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        self.platform = LocalPlatform(mailbox=self.mailbox, clock=self.clock)

    def app(self) -> Starlette:
        routes = pages.build_page_routes(
            self.platform,
            PageServices(
                mailbox=self.mailbox,
                list_channels=self._rooms,
                list_problems=self._troubles,
                load_pictures=self._load_pictures,
                find_stored_pictures=self._find_pictures,
                is_demo=self.is_demo,
            ),
            self.clock,
        )
        return server.build_application(
            routes=routes,
            read_article=self._article,
            health=report_health(self._ready),
            key=KEY,
            texts=Texts.of("en"),
        )

    async def _load_pictures(
        self, scope: Scope, hashes: Collection[str]
    ) -> tuple[Picture, ...]:
        assert scope.workspace_id == WORKSPACE.id
        return tuple(self.pictures[one] for one in hashes if one in self.pictures)

    async def _find_pictures(self, hashes: Collection[str]) -> Collection[str]:
        return self.pictures.keys() & hashes

    async def _troubles(self) -> tuple[Message, ...]:
        return tuple(
            one if isinstance(one, Message) else Message(one)
            for one in self.list_problems
        )

    def inbox(self) -> Inbox:
        return an_inbox(
            commands=self.commands(),
            dispatch=self._dispatch,
            press=self._press,
            complete=self._complete,
        )

    def commands(self) -> tuple[Command, ...]:
        speaker = CommandOption(
            name="speaker", description="Who said it", rest=True, completes="speaker"
        )
        topic = CommandOption(name="topic", description="What it is about")
        story = CommandOption(name="story", description="Number or id", required=True)
        tone = CommandOption(
            name="tone",
            description="How",
            required=True,
            choices=("calm", "brisk", "off"),
        )
        note = CommandOption(name="note", description="Anything else", rest=True)
        return (
            _command(
                "news latest",
                "The newest edition here, or an earlier one",
                _latest,
                CommandOption(name="edition", description="An earlier one"),
            ),
            _command("news story", "A story in full", _story, story),
            _command(
                "news quotes", "Who said what, word for word", _quotes, speaker, topic
            ),
            _command("news help", "What can be asked", _help),
            self.panel.command("newsdesk home"),
            _command("newsdesk status", "How things stand", _status, editors=True),
            _command(
                "newsdesk style", "How it is told", _style, tone, note, editors=True
            ),
            _command("newsdesk source add", "Read one more", _status, editors=True),
            _command("newsdesk source list", "What is read", _status, editors=True),
        )

    async def _rooms(self, _person: str) -> tuple[Workspace, tuple[Destination, ...]]:
        return self.workspace, self.channels

    async def _article(
        self, article: str, revision: str | None
    ) -> tuple[Article, str] | None:
        found = self.articles.get(article)
        fits = found and revision in {None, found.revision}
        return (found, "Europe/London") if found and fits else None

    async def _ready(self) -> dict[str, str]:
        return {"database": "ok"}

    async def _dispatch(self, invocation: Invocation) -> Reply | Form:
        self.asked.append(invocation)
        if invocation.path in panel.ACTIONS:
            return await self.panel.answer(invocation)
        command = next(c for c in self.commands() if c.path == invocation.path)
        if invocation.person.permission < command.permission:
            sentence = "Only editors can do this. Ask an editor of this workspace."
            return Reply(blocks=(Paragraph(text=sentence),), problem=True)
        return await command.run(invocation)

    def _press(self, invocation: Invocation, pressed: str) -> Invocation:
        version, _, rest = pressed.partition(":")
        action, *args = rest.split(":")
        if action in panel.ACTIONS:
            return panel.press(invocation, pressed)
        if version != "v1" or action not in {"story", "quotes", "figures"}:
            raise UserError("This button does not belong here.")
        given = {"story": args[0]} if args else {}
        path = "news quotes" if action == "figures" else f"news {action}"
        return replace(invocation, path=path, args=given)

    async def _complete(
        self, invocation: Invocation, option: str, typed: str
    ) -> tuple[str, ...]:
        names = ("Tomas Ekdahl", "Yusra Demetrian", "Lowell Branagh")
        return tuple(name for name in names if typed.casefold() in name.casefold())


def _command(
    path: str,
    description: str,
    run: Any,
    *options: CommandOption,
    editors: bool = False,
) -> Command:
    return Command(
        path=path,
        description=description,
        permission=Permission.EDITOR if editors else Permission.EVERYONE,
        run=run,
        options=options,
        examples=(f"/{path} Ekdahl",) if path == "news quotes" else (f"/{path}",),
    )


async def _latest(_: Invocation) -> Reply:
    parts = render(samples.an_edition(), samples.a_context())
    return Reply(title="The newest edition", blocks=(RenderedEdition(parts=parts),))


async def _story(invocation: Invocation) -> Reply:
    return Reply(
        title=samples.BRIDGE.title or "",
        blocks=(
            Paragraph(text=samples.BRIDGE_TEXT.split("\n")[0]),
            QuoteBlock(card=samples.HERO),
            ListItem(
                title="Harbour bridge closes after crack is found",
                note="Hallin Courier · today 07:30",
                article="bridge",
            ),
            ListItem(
                title="Ferry runs every 20 minutes",
                text="With room for 240 passengers.",
                url="https://courier.example/ferry",
            ),
            ListItem(title="", text="A sentence.", article="bridge", start=0, end=8),
            SmallPrint(text=f"Asked for: {invocation.args.get('story', '')}"),
        ),
        controls=(
            Control(id="v1:quotes", label="Quotes", primary=True),
            Control(id="v1:figures", label="Figures"),
        ),
    )


async def _quotes(_: Invocation) -> Reply:
    bare = replace(samples.HERO, speaker=None, role=None)
    return Reply(
        title="2 quotes of Tomas Ekdahl",
        blocks=(QuoteBlock(card=samples.HERO), QuoteBlock(card=bare)),
    )


async def _help(_: Invocation) -> Reply:
    lines = (
        ListItem(
            title="/news latest", text="The newest edition here, or an earlier one"
        ),
        ListItem(title="/news quotes", text="Who said what, word for word"),
    )
    return Reply(title="What can be asked", blocks=lines)


async def _status(_: Invocation) -> Reply:
    rows = (("Next edition", "tomorrow 08:30"), ("Sources", "9, all well"))
    return Reply(title="Morning news", blocks=(FactTable(rows=rows),))


async def _style(invocation: Invocation) -> Reply:
    return Reply(blocks=(Paragraph(text=f"It is {invocation.args['tone']} now."),))


def an_edition_delivery(number: int = 1, **changes: Any) -> Delivery:
    part = render(samples.an_edition(), samples.a_context())[0]
    return samples.a_delivery(
        number, payload=part.payload, fallback_text=part.fallback_text, **changes
    )


#: The picture of the best quote of `an_illustrated_delivery`.
QUOTE_PICTURE = PictureRef(
    hash=f"{7:064}",
    width=1200,
    height=630,
    alt=f"{samples.HERO.text} — Tomas Ekdahl, Hallin Courier, 7 January 2026",
)


def an_illustrated_delivery(number: int = 1) -> Delivery:
    """An edition whose best quote is also a picture."""
    drawn = {get_card_key(samples.HERO): QUOTE_PICTURE}
    context = samples.a_context(pictures=drawn)
    part = render(samples.an_edition(), context)[0]
    words = part.fallback_text
    return samples.a_delivery(number, payload=part.payload, fallback_text=words)


class Served:
    """A stage whose server runs in a thread of its own."""

    def __init__(self, stage: Stage, loop: asyncio.AbstractEventLoop) -> None:
        self.stage = stage
        self._loop = loop

    @property
    def url(self) -> str:
        return self.stage.url

    def send(self, delivery: Delivery) -> str:
        sending = self.stage.platform.send(delivery)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result(10)


@contextmanager
def served(stage: Stage, port: int = 0) -> Iterator[Served]:
    """Serve the stage on a real port, with the platform running, during the block."""

    @asynccontextmanager
    async def open_it(loop: asyncio.AbstractEventLoop) -> AsyncIterator[Served]:
        running = asyncio.create_task(stage.platform.run(stage.inbox()))
        before = (stage.platform.hub.close,)
        async with server.serve_application(
            stage.app(), host="127.0.0.1", port=port, before_stop=before
        ) as address:
            stage.url = str(address)
            yield Served(stage, loop)
        running.cancel()

    with serve_in_thread(open_it) as opened:
        yield opened
