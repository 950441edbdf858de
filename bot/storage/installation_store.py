"""Verbs on installations of the app, and the store made of them.

Tokens lie sealed; whoever has the database without the key has none. An exchange of
tokens is claimed before it begins and settled by comparing versions: of several who
want new ones, one asks, because what they are asked with is good for one time. What
was installed anew meanwhile is left alone.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, or_, select, update

from bot.installed import Installed, Tokens
from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.schema import installations, workspaces
from bot.storage.sealing import Seal, Unsealable
from bot.storage.workspaces import ensure
from bot.types import PlatformName

#: How long an exchange may take before another may try it.
LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """Tokens as they lie in a row."""

    token: str
    refresh: str | None
    expires_at: datetime | None


class KeptInstallations:
    """Installations of one platform's app (`ports.InstallationStore`)."""

    def __init__(
        self, database: Database, seal: Seal, clock: Clock, platform: PlatformName
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._platform = platform

    async def find(self, team: str) -> Installed | None:
        row = await self._database.read(find, platform=self._platform, team=team)
        return None if row is None else self._opened(row)

    async def keep(self, installed: Installed) -> Installed:
        assert installed.tokens is not None, "without tokens nothing is installed"
        sealed = self._closed(installed.team, installed.tokens)
        number = await self._database.write(self._keep, installed, sealed)
        return replace(installed, id=number, version=1, broken=None)

    def _keep(
        self, connection: Connection, installed: Installed, sealed: Sealed
    ) -> int:
        # The instant is taken when it is this one's turn to write: whoever claimed a
        # message before had not seen it, whoever does so after has.
        now = self._clock.now()
        return keep(
            connection,
            platform=self._platform,
            installed=installed,
            sealed=sealed,
            now=now,
        )

    async def claim(self, installed: Installed) -> bool:
        now = self._clock.now()
        return await self._database.write(
            claim, installed=installed, now=now, until=now + LEASE
        )

    async def settle(
        self,
        installed: Installed,
        *,
        tokens: Tokens | None = None,
        broken: str | None = None,
    ) -> None:
        sealed = self._closed(installed.team, tokens) if tokens else None
        await self._database.write(
            settle, installed=installed, sealed=sealed, broken=broken
        )

    async def forget(self, installed: Installed) -> None:
        await self._database.write(forget, installed=installed)

    # ── tokens ─────────────────────────────────────────────────────────────────

    def _closed(self, team: str, tokens: Tokens) -> Sealed:
        return Sealed(
            token=self._seal.close(tokens.token, self._about(team, "token")),
            refresh=(
                self._seal.close(tokens.refresh, self._about(team, "refresh"))
                if tokens.refresh
                else None
            ),
            expires_at=tokens.expires_at,
        )

    def _opened(self, row: Row[Any]) -> Installed:
        return Installed(
            id=row.id,
            team=row.external_id,
            name=row.name,
            installer=row.installer,
            scopes=tuple(row.scopes),
            installed_at=row.installed_at,
            tokens=self._tokens(row),
            version=row.version,
            broken=row.broken,
        )

    def _tokens(self, row: Row[Any]) -> Tokens | None:
        team = row.external_id
        try:
            return Tokens(
                token=self._seal.open(row.token, self._about(team, "token")),
                refresh=(
                    self._seal.open(row.refresh, self._about(team, "refresh"))
                    if row.refresh
                    else None
                ),
                expires_at=row.expires_at,
            )
        except Unsealable:
            return None

    def _about(self, team: str, what: str) -> str:
        return f"{self._platform} {team} {what}"


# ── verbs ──────────────────────────────────────────────────────────────────────


def find(
    connection: Connection, *, platform: PlatformName, team: str
) -> Row[Any] | None:
    """Find the row of a workspace, by the platform's id of it."""
    return connection.execute(
        select(installations, workspaces.c.external_id, workspaces.c.name)
        .join(workspaces, workspaces.c.id == installations.c.workspace_id)
        .where(workspaces.c.platform == platform, workspaces.c.external_id == team)
    ).first()


def keep(
    connection: Connection,
    *,
    platform: PlatformName,
    installed: Installed,
    sealed: Sealed,
    now: datetime,
) -> int:
    """Keep a new installation in the place of an older one; its number.

    The workspace is made where there is none. One that was stopped because its token
    was refused goes on.
    """
    workspace_id = ensure(
        connection,
        platform=platform,
        external_id=installed.team,
        name=installed.name,
        now=now,
        # Whoever hears of the installing does more about it.
        takes_back=False,
    ).id
    connection.execute(
        delete(installations).where(installations.c.workspace_id == workspace_id)
    )
    number: int = connection.execute(
        insert(connection, installations)
        .values(
            workspace_id=workspace_id,
            installer=installed.installer,
            scopes=list(installed.scopes),
            installed_at=installed.installed_at,
            version=1,
            **_columns(sealed),
        )
        .returning(installations.c.id)
    ).scalar_one()
    return number


def claim(
    connection: Connection, *, installed: Installed, now: datetime, until: datetime
) -> bool:
    """Begin an exchange of the tokens; False where another has, or has ended one."""
    done = connection.execute(
        update(installations)
        .where(
            _same(installed),
            installations.c.broken.is_(None),
            or_(
                installations.c.exchanging_until.is_(None),
                installations.c.exchanging_until <= now,
            ),
        )
        .values(exchanging_until=until)
    )
    return done.rowcount > 0


def settle(
    connection: Connection,
    *,
    installed: Installed,
    sealed: Sealed | None,
    broken: str | None,
) -> None:
    """End an exchange: with new tokens, for good (`broken`), or so far in vain."""
    changes: dict[str, Any] = {"exchanging_until": None, "broken": broken}
    if sealed is not None:
        changes |= {**_columns(sealed), "version": installed.version + 1}
    connection.execute(update(installations).where(_same(installed)).values(**changes))


def forget(connection: Connection, *, installed: Installed) -> None:
    """Forget an installation with its tokens; not one that came after it."""
    connection.execute(delete(installations).where(installations.c.id == installed.id))


def _same(installed: Installed) -> Any:
    """The row, unless it was installed anew or its tokens were exchanged since."""
    return (installations.c.id == installed.id) & (
        installations.c.version == installed.version
    )


def _columns(sealed: Sealed) -> dict[str, Any]:
    return {
        "token": sealed.token,
        "refresh": sealed.refresh,
        "expires_at": sealed.expires_at,
    }
