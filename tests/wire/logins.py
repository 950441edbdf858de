"""A strict authorization server: people agree in it, and codes become tokens.

    back = logins.agree(address_of_the_button, user="7001")
    # … the browser follows `back` to the bot, which exchanges its code

A code works once, within a minute, for the client, address and proof (PKCE) of its own
request. What a real server would refuse is refused, and counted in `refused`.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "4242"
CLIENT_SECRET = "a-client-secret-of-no-value"
CODE_LIFE = 60


@cache
def signing_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass(kw_only=True)
class Grant:
    """What somebody agreed to."""

    user: str
    asked: Mapping[str, str]
    made_at: float
    used: bool = False
    #: Further claims of the ID token.
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Logins:
    """The server's state."""

    #: Seconds of the server's clock.
    now: Callable[[], float]
    #: The path where people agree.
    path: str
    scopes: frozenset[str]
    #: The addresses that the app registered.
    redirects: set[str] = field(default_factory=set)
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    #: Changes of the next ID tokens: claims, or «key» and «alg».
    spoiled: dict[str, Any] = field(default_factory=dict)

    def agree(self, address: str, user: str, **claims: Any) -> str:
        """Agree at this address; return where the browser is sent back to."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert parts.path == self.path, parts.path
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] in self.redirects, asked["redirect_uri"]
        assert set(asked["scope"].split()) == self.scopes
        assert len(asked["state"]) >= 32
        assert len(asked["nonce"]) >= 32
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        code = secrets.token_urlsafe(16)
        self.codes[code] = Grant(
            user=user, asked=asked, made_at=self.now(), claims=claims
        )
        query = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{query}"

    def exchange(self, form: Mapping[str, Any]) -> Grant | None:
        """Exchange a code; None if it is not accepted, with the reason in `refused`."""
        grant = self.codes.get(str(form.get("code")))
        reason = self._find_fault(form, grant)
        if reason or grant is None:
            self.refused.append(reason)
            return None
        grant.used = True
        return grant

    def _find_fault(self, form: Mapping[str, Any], grant: Grant | None) -> str:
        if grant is None:
            return "unknown code"
        if grant.used:
            return "used code"
        if self.now() - grant.made_at > CODE_LIFE:
            return "old code"
        if (form.get("client_id"), form.get("client_secret")) != (
            CLIENT_ID,
            CLIENT_SECRET,
        ):
            return "another client"
        if form.get("grant_type") != "authorization_code":
            return "another grant"
        if form.get("redirect_uri") != grant.asked["redirect_uri"]:
            return "another address"
        proof = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        return "" if challenge == grant.asked["code_challenge"] else "another proof"

    def issue(self, grant: Grant) -> str:
        """Make an access token."""
        token = secrets.token_urlsafe(16)
        self.tokens[token] = grant
        return token

    def sign(self, grant: Grant, issuer: str) -> str:
        """Make an ID token."""
        now, spoiled = int(self.now()), dict(self.spoiled)
        key = signing_key(spoiled.pop("key", "ours"))
        header = {"alg": spoiled.pop("alg", "RS256"), "kid": "ours"}
        claims = {
            "iss": issuer,
            "sub": grant.user,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.asked["nonce"],
            **grant.claims,
            **spoiled,
        }
        if header["alg"] == "none":
            parts = (header, {k: v for k, v in claims.items() if v is not None})
            return ".".join([*map(_encode, parts), ""])
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, kept, key)

    @property
    def keys(self) -> Mapping[str, Any]:
        """The public keys."""
        return KeySet([signing_key("ours")]).as_dict(private=False)


def _encode(part: Mapping[str, Any]) -> str:
    raw = json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
