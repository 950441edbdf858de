"""Installations of an app: encrypted tokens, and states of those begun in a browser.

Tokens lie sealed; whoever has the database without the key has none. An exchange of
tokens is claimed before it begins and settled by comparing versions: of several who
want new ones, one asks, because what they are asked with is good for one time. What
was installed anew meanwhile is left alone.

Only a hash lies in the database: who reads it cannot finish what another began. They
belong to nobody yet: which workspace it becomes is known at the end.

AES-256-GCM under a key derived (HKDF-SHA256) from `STANDFIRST_SECRET_KEY`, which the
database does not hold. What a secret is about is sealed in with it: one that was moved
to another row does not open.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Row, delete, or_, select, update

from bot.model import AppInstallation, InstallationTokens, PlatformName
from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.schema import install_states, installations, workspaces
from bot.storage.statements import insert_into
from bot.storage.workspace_store import upsert_workspace
from digests.messages import Message

#: How long an exchange may take before another may try it.
EXCHANGE_LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class EncryptedTokens:
    """Tokens as they lie in a row."""

    token: str
    refresh: str | None
    expires_at: datetime | None


class TokenCipher:
    """One key's seal."""

    def __init__(self, secret: bytes) -> None:
        """Derive the key; `secret` is at least 16 bytes that nobody can guess."""
        hkdf = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"standfirst: seal"
        )
        self._cipher = AESGCM(hkdf.derive(secret))

    def encrypt(self, secret: str, about: str) -> str:
        """Seal a secret; text that may lie anywhere."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encrypted = self._cipher.encrypt(nonce, secret.encode(), about.encode())
        return (
            f"{_CIPHER_FORMAT}.{base64.urlsafe_b64encode(nonce + encrypted).decode()}"
        )

    def decrypt(self, encrypted: str, about: str) -> str:
        """Give the secret back.

        Raises:
            Unsealable: It does not open with this key, or is about something else.
        """
        form, _, rest = encrypted.partition(".")
        try:
            raw = base64.urlsafe_b64decode(rest.encode())
            if form != _CIPHER_FORMAT:
                raise TokenDecryptionError
            found = self._cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode()
            )
        except (InvalidTag, ValueError):
            raise TokenDecryptionError from None
        return found.decode()


class DatabaseInstallationStore:
    """Installations of one platform's app (`ports.InstallationStore`)."""

    def __init__(
        self,
        database: Database,
        cipher: TokenCipher,
        clock: Clock,
        platform: PlatformName,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._clock = clock
        self._platform = platform

    async def find(self, team: str) -> AppInstallation | None:
        row = await self._database.read(
            find_installation_row, platform=self._platform, team=team
        )
        return None if row is None else self._installation_from_row(row)

    async def keep(self, installed: AppInstallation) -> AppInstallation:
        assert installed.tokens is not None, "without tokens nothing is installed"
        encrypted = self._encrypt_tokens(installed.team, installed.tokens)
        number = await self._database.write(self._keep, installed, encrypted)
        return replace(installed, id=number, version=1, broken=None)

    def _keep(
        self,
        connection: Connection,
        installed: AppInstallation,
        encrypted: EncryptedTokens,
    ) -> int:
        # The instant is taken when it is this one's turn to write: whoever claimed a
        # message before had not seen it, whoever does so after has.
        now = self._clock.now()
        return replace_installation(
            connection,
            platform=self._platform,
            installed=installed,
            encrypted=encrypted,
            now=now,
        )

    async def claim(self, installed: AppInstallation) -> bool:
        now = self._clock.now()
        return await self._database.write(
            claim_token_exchange,
            installed=installed,
            now=now,
            until=now + EXCHANGE_LEASE,
        )

    async def settle(
        self,
        installed: AppInstallation,
        *,
        tokens: InstallationTokens | None = None,
        broken: Message | None = None,
    ) -> None:
        encrypted = self._encrypt_tokens(installed.team, tokens) if tokens else None
        await self._database.write(
            finish_token_exchange,
            installed=installed,
            encrypted=encrypted,
            broken=broken,
        )

    async def forget(self, installed: AppInstallation) -> None:
        await self._database.write(delete_installation, installed=installed)

    # ── tokens ─────────────────────────────────────────────────────────────────

    def _encrypt_tokens(self, team: str, tokens: InstallationTokens) -> EncryptedTokens:
        return EncryptedTokens(
            token=self._cipher.encrypt(
                tokens.token, self._token_context(team, "token")
            ),
            refresh=(
                self._cipher.encrypt(
                    tokens.refresh, self._token_context(team, "refresh")
                )
                if tokens.refresh
                else None
            ),
            expires_at=tokens.expires_at,
        )

    def _installation_from_row(self, row: Row[Any]) -> AppInstallation:
        return AppInstallation(
            id=row.id,
            team=row.external_id,
            name=row.name,
            installer=row.installer,
            scopes=tuple(row.scopes),
            installed_at=row.installed_at,
            tokens=self._decrypt_tokens(row),
            version=row.version,
            broken=row.broken,
        )

    def _decrypt_tokens(self, row: Row[Any]) -> InstallationTokens | None:
        team = row.external_id
        try:
            return InstallationTokens(
                token=self._cipher.decrypt(
                    row.token, self._token_context(team, "token")
                ),
                refresh=(
                    self._cipher.decrypt(
                        row.refresh, self._token_context(team, "refresh")
                    )
                    if row.refresh
                    else None
                ),
                expires_at=row.expires_at,
            )
        except TokenDecryptionError:
            return None

    def _token_context(self, team: str, what: str) -> str:
        return f"{self._platform} {team} {what}"


# ── verbs ──────────────────────────────────────────────────────────────────────


def find_installation_row(
    connection: Connection, *, platform: PlatformName, team: str
) -> Row[Any] | None:
    """Find the row of a workspace, by the platform's id of it."""
    return connection.execute(
        select(installations, workspaces.c.external_id, workspaces.c.name)
        .join(workspaces, workspaces.c.id == installations.c.workspace_id)
        .where(workspaces.c.platform == platform, workspaces.c.external_id == team)
    ).first()


def replace_installation(
    connection: Connection,
    *,
    platform: PlatformName,
    installed: AppInstallation,
    encrypted: EncryptedTokens,
    now: datetime,
) -> int:
    """Keep a new installation in the place of an older one; its number.

    The workspace is made where there is none. One that was stopped because its token
    was refused goes on.
    """
    workspace_id = upsert_workspace(
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
        insert_into(connection, installations)
        .values(
            workspace_id=workspace_id,
            installer=installed.installer,
            scopes=list(installed.scopes),
            installed_at=installed.installed_at,
            version=1,
            **_token_columns(encrypted),
        )
        .returning(installations.c.id)
    ).scalar_one()
    return number


def claim_token_exchange(
    connection: Connection,
    *,
    installed: AppInstallation,
    now: datetime,
    until: datetime,
) -> bool:
    """Begin an exchange of the tokens; False where another has, or has ended one."""
    done = connection.execute(
        update(installations)
        .where(
            _is_unchanged(installed),
            installations.c.broken.is_(None),
            or_(
                installations.c.exchange_until.is_(None),
                installations.c.exchange_until <= now,
            ),
        )
        .values(exchange_until=until)
    )
    return done.rowcount > 0


def finish_token_exchange(
    connection: Connection,
    *,
    installed: AppInstallation,
    encrypted: EncryptedTokens | None,
    broken: Message | None,
) -> None:
    """End an exchange: with new tokens, for good (`broken`), or so far in vain."""
    changes: dict[str, Any] = {"exchange_until": None, "broken": broken}
    if encrypted is not None:
        changes |= {**_token_columns(encrypted), "version": installed.version + 1}
    connection.execute(
        update(installations).where(_is_unchanged(installed)).values(**changes)
    )


def delete_installation(connection: Connection, *, installed: AppInstallation) -> None:
    """Forget an installation with its tokens; not one that came after it."""
    connection.execute(delete(installations).where(installations.c.id == installed.id))


def _is_unchanged(installed: AppInstallation) -> Any:
    """The row, unless it was installed anew or its tokens were exchanged since."""
    return (installations.c.id == installed.id) & (
        installations.c.version == installed.version
    )


def _token_columns(encrypted: EncryptedTokens) -> dict[str, Any]:
    return {
        "token": encrypted.token,
        "refresh": encrypted.refresh,
        "expires_at": encrypted.expires_at,
    }


#: How long an installation may take from its first page to its last.
INSTALL_STATE_TTL: Final = timedelta(minutes=10)
#: Begun installations that are remembered; the oldest give way.
MAX_INSTALL_STATES: Final = 1_000


class DatabaseStateStore:
    """Installations that were begun in a browser (`ports.StateStore`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def issue(self) -> str:
        state = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._database.write(
            add_install_state,
            state_hash=_hash_state(state),
            now=now,
            until=now + INSTALL_STATE_TTL,
        )
        return state

    async def consume(self, state: str) -> bool:
        return await self._database.write(
            consume_install_state, state_hash=_hash_state(state), now=self._clock.now()
        )


def _hash_state(state: str) -> str:
    return hashlib.sha256(state.encode(errors="replace")).hexdigest()


def add_install_state(
    connection: Connection, *, state_hash: str, now: datetime, until: datetime
) -> None:
    """Remember a begun installation; what has run out, or is too much, is forgotten."""
    connection.execute(delete(install_states).where(install_states.c.until <= now))
    newest = (
        select(install_states.c.state_hash)
        .order_by(install_states.c.until.desc())
        .limit(MAX_INSTALL_STATES - 1)
    )
    connection.execute(
        delete(install_states).where(install_states.c.state_hash.not_in(newest))
    )
    connection.execute(
        install_states.insert().values(state_hash=state_hash, until=until)
    )


def consume_install_state(
    connection: Connection, *, state_hash: str, now: datetime
) -> bool:
    """Take a begun installation up, once; False where there is none (any more)."""
    done = connection.execute(
        delete(install_states).where(
            install_states.c.state_hash == state_hash, install_states.c.until > now
        )
    )
    return done.rowcount > 0


_CIPHER_FORMAT: Final = "s1"
_NONCE_BYTES: Final = 12


class TokenDecryptionError(Exception):
    """It was sealed under another key, for something else, or is damaged."""
