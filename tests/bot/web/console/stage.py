"""The console over a real database, and people who are signed in to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette

from bot.errors import SendNotReceived
from bot.i18n.translation import Texts
from bot.model import Permission, Person, Workspace
from bot.model.sign_in import OWNER, Identity, SignInAttempt
from bot.model.web_access import WebAccess, parse_networks
from bot.storage import console_store, workspace_store
from bot.web import server
from bot.web.console.application import build_console
from bot.web.console.sessions import LIFETIME
from bot.web.security import get_session_cookie_name
from tests.bot.harness import BotHarness
from tests.bot.web.asgi import Answer, Browser, report_health

KEY = b"k" * 32
PUBLIC = "https://news.example"
PROXY = "10.0.0.3"
#: Bound to every address, behind a proxy that adds TLS.
BEHIND = WebAccess(
    is_local=False, public_url=PUBLIC, trusted_proxies=parse_networks(PROXY)
)


@dataclass
class FakeSignIn:
    """A platform's login: a code is «code-of-NAME», and people are as they are set."""

    platform: str = "discord"
    #: Who is in which workspace at present.
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    is_down: bool = False
    asked: int = 0
    began: list[SignInAttempt] = field(default_factory=list)

    def build_address(self, attempt: SignInAttempt) -> str:
        self.began.append(attempt)
        return f"https://platform.example/authorize?state={quote(attempt.state)}"

    async def finish(self, attempt: SignInAttempt, code: str) -> Identity:
        self._answer()
        name = code.removeprefix("code-of-")
        within = tuple(w for w, user in self.people if user == name)
        return Identity(
            platform=self.platform, user_id=name, name=name, workspaces=within
        )

    async def find_person(self, workspace: str, user_id: str) -> Person | None:
        self._answer()
        return self.people.get((workspace, user_id))

    def _answer(self) -> None:
        self.asked += 1
        if self.is_down:
            raise SendNotReceived("sign_in.no_answer", host="platform.example")

    def put(self, workspace: str, user_id: str, *, editor: bool) -> None:
        permission = Permission.EDITOR if editor else Permission.EVERYONE
        person = Person(id=user_id, name=user_id.capitalize(), permission=permission)
        self.people[workspace, user_id] = person


@dataclass
class ConsoleStage:
    """The console of a harness."""

    harness: BotHarness
    sign_in: FakeSignIn = field(default_factory=FakeSignIn)
    access: WebAccess = field(default_factory=WebAccess)

    def __post_init__(self) -> None:
        self.app = self._build()

    def served(self, access: WebAccess) -> "ConsoleStage":
        """The same console, served in another way."""
        return replace(self, access=access)

    def _build(self) -> Starlette:
        harness = self.harness
        console = build_console(
            harness.services, harness.inbox, {self.sign_in.platform: self.sign_in}, KEY
        )
        return server.build_application(
            routes=[],
            read_article=harness.archive.local_article,
            health=report_health(harness.archive.ready),
            key=KEY,
            texts=Texts.of("en"),
            access=self.access,
            console=console.routes,
            show_stale_form=console.show_stale_form,
            is_signed_in=console.is_signed_in,
        )

    async def workspace(
        self, external_id: str, platform: str = "discord", **more: Any
    ) -> Workspace:
        """Find or create a workspace."""
        return await self.harness.db.write(
            workspace_store.upsert_workspace,
            platform=platform,
            external_id=external_id,
            name=f"Server {external_id}",
            now=self.harness.clock.now(),
            **more,
        )

    def browser(self, **changes: Any) -> Browser:
        """A browser that is not signed in."""
        if self.access.public_url and not self.access.is_local:
            changes = {"host": "news.example", "client": PROXY} | changes
        return Browser(self.app, **changes)

    async def enter(self, identity: Identity = OWNER, **changes: Any) -> Browser:
        """A browser that is signed in."""
        now = self.harness.clock.now()
        token = await self.harness.db.write(
            console_store.begin_session, identity, now=now, until=now + LIFETIME
        )
        browser = self.browser(**changes)
        is_https = browser.host == "news.example"
        browser.cookies[get_session_cookie_name(secure=is_https)] = token
        return browser

    async def enter_as(self, name: str, *workspaces: str, **changes: Any) -> Browser:
        """A browser of somebody with an account."""
        identity = Identity(
            platform="discord", user_id=name, name=name, workspaces=workspaces
        )
        return await self.enter(identity, **changes)

    async def link(self) -> str:
        """The token of a new one-time address."""
        issue, now = console_store.issue_link, self.harness.clock.now()
        return await self.harness.db.write(issue, now=now)


async def submit(
    browser: Browser, path: str, fields: Mapping[str, str] = {}, *, at: str = ""
) -> Answer:
    """Post a form of the page `at`, with its hidden fields."""
    page = await browser.get(at or path)
    return await browser.post(path, hidden_fields(page) | dict(fields))


def hidden_fields(page: Answer) -> dict[str, str]:
    """The fields that every form of a page carries."""
    found = {}
    for name in ("csrf", "event"):
        node = page.tree.css_first(f"input[name={name}]")
        assert node is not None, page.text[:500]
        found[name] = node.attributes["value"] or ""
    return found
