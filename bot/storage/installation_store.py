"""Installations of an app: encrypted tokens, and OAuth states.

An exchange of tokens is claimed before it begins and finished by comparing versions:
only one of several processes exchanges them, because a refresh token is valid once. An
installation that was replaced meanwhile is not changed.

An OAuth state carries its expiry and a signature, so that beginning an installation
stores nothing: however often strangers open the first page, nobody's installation is
lost. What is stored is a hash of each state that was used, until it expires. A state
belongs to no workspace: which one it becomes is known only at the end.

Tokens are encrypted with AES-256-GCM. Their context (platform, team, kind) is
authenticated with them: a token moved to another row is not decrypted. The keys are
derived (HKDF-SHA256) from `STANDFIRST_SECRET_KEY`, which is not in the database.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Row, select

from bot.model.scope import PlatformName, Scope
from bot.model.workspace import AppInstallation, InstallationTokens
from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.schema import install_states, installations, workspaces
from bot.storage.statements import (
    Condition,
    delete_rows,
    from_row,
    has_values,
    in_scope,
    insert_missing,
    insert_row,
    is_due,
    keep_newest,
    to_row,
    update_rows,
)
from bot.storage.workspace_store import upsert_workspace
from digests.messages import Message
from digests.types import frozen, frozen_positional

_CIPHER_FORMAT = "s1"
_NONCE_BYTES = 12
#: Lifetime of a state: the time for an installation from its first page to its last.
INSTALL_STATE_TTL = timedelta(minutes=10)
#: Maximum number of used states that are stored; beyond that, those that expire first
#: are deleted. Such a state can be used again only in the browser that it was given to,
#: with a new code from Slack, and within its ten minutes.
MAX_USED_STATES = 10_000
_STATE_PATTERN = re.compile(r"([0-9]{10,12})\.([A-Za-z0-9_-]{43})\.([0-9a-f]{64})")
#: Lifetime of a claim, after which another process may exchange the tokens.
EXCHANGE_LEASE = timedelta(seconds=60)


class TokenDecryptionError(Exception):
    """The text was encrypted under another key or context, or is damaged."""


@frozen
class EncryptedTokens:
    """Tokens as they are stored."""

    token: str
    refresh: str | None
    expires_at: datetime | None


class TokenCipher:
    """Encrypts tokens under one key."""

    def __init__(self, secret: bytes) -> None:
        """Derive the key from a random secret of at least 16 bytes."""
        self._cipher = AESGCM(_derive_key(secret, "seal"))

    def encrypt(self, secret: str, about: str) -> str:
        """Encrypt a secret with `about` as authenticated context; return ASCII text."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encrypted = self._cipher.encrypt(nonce, secret.encode(), about.encode())
        text = base64.urlsafe_b64encode(nonce + encrypted).decode()
        return f"{_CIPHER_FORMAT}.{text}"

    def decrypt(self, encrypted: str, about: str) -> str:
        """Decrypt a result of `encrypt`.

        Raises:
            TokenDecryptionError: The key or context differs, or the text is damaged.
        """
        form, _, rest = encrypted.partition(".")
        try:
            raw = base64.urlsafe_b64decode(rest.encode())
            if form != _CIPHER_FORMAT:
                raise TokenDecryptionError
            nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, sealed, about.encode()).decode()
        except (InvalidTag, ValueError):
            raise TokenDecryptionError from None


class StateSigner:
    """Signs OAuth states under one key, each with the instant at which it expires."""

    def __init__(self, secret: bytes) -> None:
        """Derive the key from a random secret of at least 16 bytes."""
        self._key = _derive_key(secret, "install state")

    def create(self, until: datetime) -> str:
        """Create a random state: its expiry in seconds, 32 random bytes, signature."""
        signed = f"{int(until.timestamp())}.{secrets.token_urlsafe(32)}"
        return f"{signed}.{self._sign(signed)}"

    def find_expiry(self, state: str) -> datetime | None:
        """Return the instant at which a state expires; None if we did not sign it."""
        parts = _STATE_PATTERN.fullmatch(state)
        if parts is None:
            return None
        seconds, random, signature = parts.groups()
        if not hmac.compare_digest(signature, self._sign(f"{seconds}.{random}")):
            return None
        return datetime.fromtimestamp(int(seconds), UTC)

    def _sign(self, signed: str) -> str:
        return hmac.new(self._key, signed.encode(), hashlib.sha256).hexdigest()


def _derive_key(secret: bytes, purpose: str) -> bytes:
    info = f"standfirst: {purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(
        secret
    )


@dataclass
class DatabaseInstallationStore:
    """Installations of one platform's app (`ports.InstallationStore`)."""

    database: Database
    cipher: TokenCipher
    clock: Clock
    platform: PlatformName

    async def find(self, team: str) -> AppInstallation | None:
        row = await self.database.read(
            find_installation_row, platform=self.platform, team=team
        )
        return row and from_row(
            AppInstallation, row, team=row.external_id, tokens=self._decrypt_tokens(row)
        )

    async def keep(self, installed: AppInstallation) -> AppInstallation:
        assert installed.tokens is not None, "without tokens nothing is installed"
        encrypted = self._encrypt_tokens(installed.team, installed.tokens)
        number = await self.database.write(self._keep, installed, encrypted)
        return replace(installed, id=number, version=1, broken=None)

    def _keep(
        self, conn: Connection, installed: AppInstallation, encrypted: EncryptedTokens
    ) -> int:
        # Read inside the transaction: messages claimed before this instant were
        # claimed without this installation, later ones with it.
        now, platform = self.clock.now(), self.platform
        return replace_installation(conn, platform, installed, encrypted, now)

    async def claim(self, installed: AppInstallation) -> bool:
        now = self.clock.now()
        return await self.database.write(
            claim_token_exchange,
            installed=installed,
            now=now,
            until=now + EXCHANGE_LEASE,
        )

    async def settle(
        self,
        installed: AppInstallation,
        tokens: InstallationTokens | None = None,
        broken: Message | None = None,
    ) -> None:
        encrypted = self._encrypt_tokens(installed.team, tokens) if tokens else None
        await self.database.write(
            finish_token_exchange,
            installed=installed,
            encrypted=encrypted,
            broken=broken,
        )

    async def forget(self, installed: AppInstallation) -> None:
        await self.database.write(delete_installation, installed=installed)

    def _encrypt_tokens(self, team: str, tokens: InstallationTokens) -> EncryptedTokens:
        def encrypt(kind: str, token: str) -> str:
            return self.cipher.encrypt(token, f"{self.platform} {team} {kind}")

        return EncryptedTokens(
            token=encrypt("token", tokens.token),
            refresh=encrypt("refresh", tokens.refresh) if tokens.refresh else None,
            expires_at=tokens.expires_at,
        )

    def _decrypt_tokens(self, row: Row[Any]) -> InstallationTokens | None:
        def decrypt(kind: str) -> str:
            context = f"{self.platform} {row.external_id} {kind}"
            return self.cipher.decrypt(getattr(row, kind), context)

        try:
            return InstallationTokens(
                token=decrypt("token"),
                refresh=decrypt("refresh") if row.refresh else None,
                expires_at=row.expires_at,
            )
        except TokenDecryptionError:
            return None


# ── queries ────────────────────────────────────────────────────────────────────


def find_installation_row(
    conn: Connection, platform: PlatformName, team: str
) -> Row[Any] | None:
    """Find the installation of a workspace, by the platform's id."""
    query = (
        select(installations, workspaces.c.external_id, workspaces.c.name)
        .join(workspaces, workspaces.c.id == installations.c.workspace_id)
        .where(has_values(workspaces, platform=platform, external_id=team))
    )
    return conn.execute(query).first()


def replace_installation(
    conn: Connection,
    platform: PlatformName,
    installed: AppInstallation,
    encrypted: EncryptedTokens,
    now: datetime,
) -> int:
    """Store a new installation, replacing an older one; return its key.

    The workspace is created if necessary, and resumed if it was stopped because its
    token was refused.
    """
    workspace_id = upsert_workspace(
        conn,
        platform,
        external_id=installed.team,
        name=installed.name,
        now=now,
        # The handler of the installation does more than that.
        takes_back=False,
    ).id
    delete_rows(conn, installations, in_scope(installations, Scope(workspace_id)))
    row = to_row(
        installations,
        installed,
        workspace_id=workspace_id,
        scopes=list(installed.scopes),
        version=1,
        broken=None,
        **to_row(installations, encrypted),
    )
    return insert_row(conn, installations, **row)


def claim_token_exchange(
    conn: Connection, installed: AppInstallation, now: datetime, until: datetime
) -> bool:
    """Claim an exchange of the tokens; False: another process did, or finished one."""
    unclaimed = is_due(installations.c.exchange_until, now)
    mine = (_is_unchanged(installed), installations.c.broken.is_(None), unclaimed)
    return update_rows(conn, installations, *mine, exchange_until=until) > 0


def finish_token_exchange(
    conn: Connection,
    installed: AppInstallation,
    encrypted: EncryptedTokens | None,
    broken: Message | None,
) -> None:
    """Finish an exchange: with new tokens, failed for good (`broken`), or neither."""
    changes: dict[str, Any] = {"exchange_until": None, "broken": broken}
    if encrypted is not None:
        changes |= to_row(installations, encrypted, version=installed.version + 1)
    update_rows(conn, installations, _is_unchanged(installed), **changes)


def delete_installation(conn: Connection, installed: AppInstallation) -> None:
    """Delete an installation with its tokens, unless it was replaced since."""
    delete_rows(conn, installations, installations.c.id == installed.id)


def _is_unchanged(installed: AppInstallation) -> Condition:
    """Condition: not replaced, and its tokens not exchanged, since it was loaded."""
    return has_values(installations, id=installed.id, version=installed.version)


@frozen_positional
class DatabaseStateStore:
    """OAuth states of installations begun in a browser (`ports.StateStore`)."""

    database: Database
    signer: StateSigner
    clock: Clock

    async def issue(self) -> str:
        return self.signer.create(self.clock.now() + INSTALL_STATE_TTL)

    async def consume(self, state: str) -> bool:
        now, until = self.clock.now(), self.signer.find_expiry(state)
        if until is None or until <= now:
            return False
        state_hash = hashlib.sha256(state.encode()).hexdigest()
        return await self.database.write(
            record_used_state, state_hash=state_hash, now=now, until=until
        )


def record_used_state(
    conn: Connection,
    state_hash: str,
    now: datetime,
    until: datetime,
    most: int = MAX_USED_STATES,
) -> bool:
    """Record that a state was used; False if it was used before.

    Expired ones are deleted, as they cannot be used again.
    """
    delete_rows(conn, install_states, install_states.c.until <= now)
    used = {"state_hash": state_hash, "until": until}
    is_first = insert_missing(conn, install_states, used)
    newest = [install_states.c.until.desc()]
    keep_newest(conn, install_states, newest_first=newest, most=most)
    return is_first
