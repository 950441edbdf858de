"""Which installation serves a workspace: the one that is ours, or those in the store.

With one bot's token there is one. Where workspaces install the app themselves, the
store is asked each time: it is the truth, also for what another process has installed
or taken off since. An installation is never used for a workspace that it is not of.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from bot.errors import BotError, Refused, SendError, Unreached
from bot.findings import Finding
from bot.installed import Installed, Tokens
from bot.platforms.slack.apps import App
from bot.platforms.slack.checks import of_scopes
from bot.platforms.slack.installation import Installation
from bot.platforms.slack.pace import Pace
from bot.platforms.slack.tokens import RotatingTokens, tokens_of
from bot.ports import InstallationStore

if TYPE_CHECKING:
    import aiohttp

    from bot.platforms.slack.session import Session

T = TypeVar("T")

#: Seconds that an exchange of tokens may take; shorter than the claim to it.
EXCHANGE: Final = 30.0


class Installations(Protocol):
    """Every workspace that can be served."""

    @property
    def api_base(self) -> str | None:
        """Where the Web API is; None = Slack's own."""
        ...

    @property
    def refused(self) -> str | None:
        """Why nobody is served any more, whatever the workspace."""
        ...

    @property
    def ready(self) -> bool:
        """Whether events can be heard for somebody."""
        ...

    async def of(self, team: str) -> Installation:
        """The installation in a workspace. Raises `SendError`."""
        ...

    async def lets_in(self, team: str) -> bool:
        """Whether events of a workspace are for us. Raises nothing."""
        ...

    async def front(self) -> "Session":
        """What connections for everybody are opened with. Raises `SendError`."""
        ...

    async def stopped(self) -> None:
        """Wait until nobody is served any more."""
        ...

    async def take_off(self, team: str) -> bool:
        """Slack says that the app was taken off there; whether it was."""
        ...

    async def close(self) -> None:
        """Leave; the next call signs in again."""
        ...


async def ask(
    installations: Installations,
    team: str,
    method: str,
    call: Callable[["Session"], Awaitable[T]],
) -> T:
    """One request for somebody of a workspace. Raises `SendError`."""
    installation = await installations.of(team)
    return await installation.ask(method, call)


class OneInstallation:
    """The app in one workspace, with one token from the settings."""

    def __init__(self, installation: Installation) -> None:
        self.one = installation

    @property
    def api_base(self) -> str | None:
        return self.one.api_base

    @property
    def refused(self) -> str | None:
        return self.one.refused

    @property
    def ready(self) -> bool:
        return self.one.known

    async def of(self, team: str) -> Installation:
        # Where it is asked to post for another, it says so itself.
        return self.one

    async def lets_in(self, team: str) -> bool:
        return bool(team) and team == self.one.team

    async def front(self) -> "Session":
        return await self.one.signed_in()

    async def stopped(self) -> None:
        await self.one.stopped.wait()

    async def take_off(self, team: str) -> bool:
        await self.one.look_whether_let_in()
        return self.one.refused is not None

    async def close(self) -> None:
        await self.one.close()


class ManyInstallations:
    """The app in every workspace that installed it."""

    refused: str | None = None
    ready = True

    def __init__(
        self,
        store: InstallationStore,
        *,
        app: App,
        api_base: str | None,
        now: Callable[[], datetime],
        pace: Callable[[], Pace],
    ) -> None:
        """Know nobody yet.

        Args:
            store: The installations.
            app: What Slack tells our app by.
            api_base: Where the Web API is, ending in `/api/`; None = Slack's own.
            now: The present instant.
            pace: Makes what says when a workspace's requests may go out.
        """
        self.api_base = api_base
        self.store = store
        self.app = app
        self.pace = pace
        self._now = now
        self._open: dict[str, tuple[int, Installation]] = {}
        self._pool: aiohttp.ClientSession | None = None
        self._front: Session | None = None

    async def of(self, team: str) -> Installation:
        found = await self._found(team)
        if found is None:
            self._open.pop(team, None)
            raise Refused(
                f"The app is not installed in the Slack workspace {team}. Install it: "
                f"{self.app.install_url}",
                whole_workspace=True,
            )
        number, installation = self._open.get(team, (0, None))
        if installation is None or number != found.id:
            installation = self._new(found)
            self._open[team] = found.id, installation
        return installation

    async def lets_in(self, team: str) -> bool:
        try:
            found = await self._found(team)
        except BotError:
            return False
        return found is not None

    async def front(self) -> "Session":
        if self._front is None or self._front.closed:
            self._front = self._session("")
        return self._front

    async def stopped(self) -> None:
        await asyncio.Event().wait()

    async def take_off(self, team: str) -> bool:
        found = await self._found(team)
        if found is None:
            return False
        installation = await self.of(team)
        await installation.look_whether_let_in()
        if installation.refused is None:
            return False
        await self.store.forget(found)
        self._open.pop(team, None)
        return True

    async def findings(self, team: str) -> Sequence[Finding]:
        """What the doctor should say of a workspace."""
        again = f"install it again: {self.app.install_url}"
        try:
            found = await self._found(team)
        except SendError as error:
            return (_trouble(team, str(error), ""),)
        if found is None:
            fix = f"install it: {self.app.install_url}"
            return (_trouble(team, "the app is not installed there", fix),)
        if found.tokens is None:
            text = "its tokens were kept under another STANDFIRST_SECRET_KEY"
            return (_trouble(team, text, f"put that one back, or {again}"),)
        if found.broken is not None:
            until = found.tokens.expires_at
            text = f"nothing can be posted: {found.broken}"
            if until:
                when = f"{until:%Y-%m-%d %H:%M}"
                text = f"nothing can be posted from {when} UTC on: {found.broken}"
            return (_trouble(team, text, again),)
        # None were written down where an earlier Standfirst kept it.
        told = found.scopes or None
        return tuple(of_scopes(told, subject=f"slack {found.name}", again=again))

    async def close(self) -> None:
        opened, self._open = self._open, {}
        for _, installation in opened.values():
            await installation.close()
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    # ── one of them ────────────────────────────────────────────────────────────

    async def _found(self, team: str) -> Installed | None:
        try:
            return await self.store.find(team)
        except BotError as error:
            raise Unreached(f"The installation cannot be looked up: {error}") from error

    def _new(self, installed: Installed) -> Installation:
        if installed.tokens is None:
            raise Refused(
                "The tokens of this Slack workspace were kept under another "
                "STANDFIRST_SECRET_KEY. Put that one back, or install the app again: "
                f"{self.app.install_url}",
                whole_workspace=True,
            )
        tokens = RotatingTokens(
            installed,
            store=self.store,
            exchange=self._exchange,
            now=self._now,
            again_at=self.app.install_url,
        )
        return Installation(
            tokens=tokens,
            api_base=self.api_base,
            pace=self.pace(),
            session=self._session,
        )

    async def try_out(self, token: str) -> "Session":
        """A session with a token that is not kept yet, signed in.

        Raises what the library raises.
        """
        session = self._session(token)
        await session.login()
        return session

    def _session(self, token: str) -> "Session":
        from bot.platforms.slack.session import Session, pool

        if self._pool is None or self._pool.closed:
            self._pool = pool()
        return Session(token=token, api_base=self.api_base, http=self._pool)

    async def _exchange(self, refresh: str) -> Tokens:
        asked_at = self._now()
        async with asyncio.timeout(EXCHANGE):
            front = await self.front()
            answer = await front.exchanged(self.app, refresh=refresh)
        return tokens_of(answer, asked_at)


def _trouble(team: str, text: str, fix: str) -> Finding:
    return Finding(subject=f"slack {team}", state="problem", text=text, fix=fix)
