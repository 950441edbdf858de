"""Signing people in with their account on a platform: OAuth 2.0 and OpenID Connect.

Authlib builds the address and the proof of PKCE, its library joserfc checks ID tokens;
the requests are made here, to the platform's own addresses, without redirects, cookies
or the environment's proxy, and in bounded time and size. Tokens of people are used for
one login and not stored.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from bot.errors import SendNotReceived, UserError
from bot.model import Finding
from bot.model.sign_in import SignInAttempt, get_sign_in_path
from bot.settings import Settings, get_variable_name
from digests.types import frozen

log = structlog.get_logger(__name__)

#: Seconds for one request, and bytes of its answer.
_TIMEOUT: Final = 10.0
_MAX_ANSWER: Final = 1_000_000
#: Seconds by which clocks may differ.
_LEEWAY: Final = 60
#: What may sign an ID token; never a shared secret, and never nothing.
_ALGORITHMS: Final = ("RS256",)


@frozen
class OAuthApp:
    """An app on a platform, and the platform's addresses."""

    #: As people read it.
    title: str
    client_id: str
    client_secret: str = field(repr=False)
    #: Where people agree; browsers go there.
    authorize_url: str
    #: Where a code is exchanged.
    token_url: str
    scope: str


def build_authorization_url(app: OAuthApp, attempt: SignInAttempt) -> str:
    """Build the platform's address at which a person agrees."""
    # Imported late: only a login needs it.
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    url: str = prepare_grant_uri(
        app.authorize_url,
        client_id=app.client_id,
        response_type="code",
        redirect_uri=attempt.redirect,
        scope=app.scope,
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
    )
    return url


async def exchange_code(
    app: OAuthApp, attempt: SignInAttempt, code: str
) -> Mapping[str, Any]:
    """Exchange the code that the browser brought for the person's tokens.

    Raises:
        UserError: The platform does not accept it.
        SendNotReceived: It could not be asked.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code_verifier": attempt.verifier,
    }
    found: Any = await request_json(app, "POST", app.token_url, data=form)
    if not isinstance(found, Mapping) or not found.get("access_token"):
        raise refuse(app, "no token")
    return found


async def request_json(
    app: OAuthApp,
    method: str,
    url: str,
    *,
    data: Mapping[str, str] | None = None,
    token: str = "",
) -> Any:
    """Make one request.

    Raises:
        UserError: The platform refuses it.
        SendNotReceived: It did not answer.
    """
    # Imported late: only a login needs it here.
    import aiohttp

    headers = {"accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    host = urlsplit(url).hostname or ""
    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_TIMEOUT),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=headers,
            ) as session,
            session.request(method, url, data=data, allow_redirects=False) as answer,
        ):
            status = answer.status
            body = b""
            async for chunk in answer.content.iter_chunked(65_536):
                body += chunk
                if len(body) > _MAX_ANSWER:
                    raise SendNotReceived("sign_in.no_answer", host=host)
        found = json.loads(body) if status < 500 and status != 429 else None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.warning("no answer to a login", host=host, reason=type(error).__name__)
        raise SendNotReceived("sign_in.no_answer", host=host) from None
    if found is None or 300 <= status < 400:
        log.warning("no answer to a login", host=host, reason=f"status {status}")
        raise SendNotReceived("sign_in.no_answer", host=host)
    if status >= 400:
        raise refuse(app, found.get("error") if isinstance(found, Mapping) else None)
    return found


def refuse(app: OAuthApp, reason: object) -> UserError:
    """Build the error about a login that the platform does not confirm."""
    log.warning("login not confirmed", platform=app.title, reason=str(reason)[:80])
    return UserError(
        "{platform} does not confirm this login. Nothing was changed: begin again.",
        platform=app.title,
    )


def read_id_token(
    app: OAuthApp,
    token: str,
    keys: Any,
    *,
    issuer: str,
    nonce: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Check an ID token: signature, issuer, audience, time, and that it is for us.

    Raises:
        UserError: It is not valid.
    """
    # Imported late: they load the cryptography library.
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    rules = jwt.JWTClaimsRegistry(
        now=round(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": app.client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        checked = jwt.decode(
            token, KeySet.import_key_set(keys), algorithms=[*_ALGORITHMS]
        )
        rules.validate(checked.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise refuse(app, error) from None
    return checked.claims


def check_sign_in(
    settings: Settings, platform: str, client_id: str | None, secret: str
) -> Iterator[Finding]:
    """Find what keeps people from signing in to the console with a platform."""
    subject = f"{platform} login"
    names = [get_variable_name(f"{platform}_client_{end}") for end in ("id", "secret")]
    if bool(client_id) != bool(secret):
        text = f"nobody can sign in with it: {names[0]} and {names[1]} belong together"
        yield Finding.warning(subject, text, "set both")
    elif client_id and settings.public_url is None:
        public = get_variable_name("public_url")
        text = f"people on other computers cannot sign in with it without {public}"
        yield Finding.ok(subject, text)
    elif client_id:
        redirect = f"{settings.public_url}{get_sign_in_path(platform)}"
        text = f"the app's redirect URL for the console must be {redirect}"
        yield Finding.ok(subject, text)
