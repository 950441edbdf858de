"""Seals secrets that have to be kept, so that a copy of the database gives none away.

AES-256-GCM under a key derived (HKDF-SHA256) from `STANDFIRST_SECRET_KEY`, which the
database does not hold. What a secret is about is sealed in with it: one that was moved
to another row does not open.
"""

import base64
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORM: Final = "s1"
_NONCE: Final = 12


class Unsealable(Exception):
    """It was sealed under another key, for something else, or is damaged."""


class Seal:
    """One key's seal."""

    def __init__(self, secret: bytes) -> None:
        """Derive the key; `secret` is at least 16 bytes that nobody can guess."""
        hkdf = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"standfirst: seal"
        )
        self._cipher = AESGCM(hkdf.derive(secret))

    def close(self, secret: str, about: str) -> str:
        """Seal a secret; text that may lie anywhere."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, secret.encode(), about.encode())
        return f"{_FORM}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> str:
        """Give the secret back.

        Raises:
            Unsealable: It does not open with this key, or is about something else.
        """
        form, _, rest = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(rest.encode())
            if form != _FORM:
                raise Unsealable
            found = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
        except (InvalidTag, ValueError):
            raise Unsealable from None
        return found.decode()
