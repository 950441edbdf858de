"""Teams that install the app themselves, and their tokens, as Slack issues them.

    back = slack.teams.agrees(url_of_the_button, team="T1002")
    # … the browser follows `back` to the bot, which exchanges its code for tokens

A code works once. With rotation a token expires after twelve hours; its refresh token
works once as well, and the previous token stays valid until it expires. Requests with a
spent code or token are rejected, and counted in `wasted`.
"""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.wire.slack.ledger import APPLICATION, PERSON, USER

CLIENT_ID = "1111.2222"
CLIENT_SECRET = "a-client-secret-of-no-value"
PUBLIC_URL = "https://news.example"
REDIRECT_URI = f"{PUBLIC_URL}/slack/oauth_redirect"
LIFETIME = 43_200
CODE_LIFE = 600


@dataclass(kw_only=True)
class Held:
    """A team's token."""

    team: str
    scopes: str
    #: Seconds of the server's clock; None = never.
    expires_at: float | None
    #: The code with which it is rejected; empty = it is valid.
    dead: str = ""


@dataclass(kw_only=True)
class Code:
    """The code that ends an authorisation."""

    team: str
    installer: str
    scopes: str
    made_at: float
    org: bool = False


@dataclass(kw_only=True)
class Teams:
    """The teams that installed the app, and their tokens."""

    #: Seconds of the server's clock.
    now: Callable[[], float]
    rotation: bool = True
    #: The team that a grant names, where that is wrong.
    mistaken_for: str = ""
    secret: str = CLIENT_SECRET
    names: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Held] = field(default_factory=dict)
    #: Successful exchanges, by team.
    exchanged: list[str] = field(default_factory=list)
    #: Codes and refresh tokens that were used twice, or never issued.
    wasted: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _codes: dict[str, Code] = field(default_factory=dict)
    #: Refresh token → team; removed once it is exchanged.
    _refreshes: dict[str, Held] = field(default_factory=dict)

    # ── actions in the browser ─────────────────────────────────────────────────

    def agrees(
        self, url: str, *, team: str, installer: str = PERSON, org: bool = False
    ) -> str:
        """Follow the button and accept; return the redirect URL."""
        asked = self._asked(url)
        code = secrets.token_hex(8)
        self._codes[code] = Code(
            team=team,
            installer=installer,
            scopes=asked["scope"],
            made_at=self.now(),
            org=org,
        )
        self.names.setdefault(team, f"Team {team}")
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{urlsplit(asked['redirect_uri']).path}?{back}"

    def declines(self, url: str) -> str:
        """Follow the button and decline; return the redirect URL."""
        asked = self._asked(url)
        back = urlencode({"error": "access_denied", "state": asked["state"]})
        return f"{urlsplit(asked['redirect_uri']).path}?{back}"

    def _asked(self, url: str) -> dict[str, str]:
        """Parse the button's request; Slack shows an error where it is wrong."""
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        assert parts.path == "/oauth/v2/authorize", parts.path
        assert all(len(values) == 1 for values in query.values()), query
        asked = {name: values[0] for name, values in query.items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] == REDIRECT_URI
        assert not asked.get("user_scope"), "no token of a person is wanted"
        assert asked["state"]
        return asked

    # ── calls of the bot ───────────────────────────────────────────────────────

    def access(self, header: str, body: Mapping[str, Any]) -> dict[str, Any] | str:
        """`oauth.v2.access`: an answer, or the code with which it is rejected."""
        wrong = self._unknown_app(header)
        if wrong:
            return wrong
        if set(body) - {"code", "redirect_uri", "grant_type", "refresh_token"}:
            self.complaints.append(f"oauth.v2.access is asked for with {set(body)}")
        if body.get("grant_type") == "refresh_token":
            return self._exchange(str(body.get("refresh_token")))
        return self._grant(str(body.get("code")), str(body.get("redirect_uri")))

    def _unknown_app(self, header: str) -> str:
        given = base64.b64decode(header.removeprefix("Basic ") or "").decode()
        number, _, secret = given.partition(":")
        if number != CLIENT_ID:
            return "invalid_client_id"
        return "" if secret == self.secret else "bad_client_secret"

    def _grant(self, number: str, redirect_uri: str) -> dict[str, Any] | str:
        code = self._codes.pop(number, None)
        if code is None or self.now() - code.made_at > CODE_LIFE:
            self.wasted.append(number)
            return "invalid_code"
        if redirect_uri != REDIRECT_URI:
            return "bad_redirect_uri"
        answer = {
            "app_id": APPLICATION,
            "authed_user": {"id": code.installer},
            "scope": code.scopes,
            "bot_user_id": USER,
            "is_enterprise_install": code.org,
            "enterprise": {"id": "E1", "name": "Org"} if code.org else None,
            "team": None if code.org else self._named(self.mistaken_for or code.team),
        }
        return {**answer, **self._pair(code.team, code.scopes)}

    def _exchange(self, refresh: str) -> dict[str, Any] | str:
        held = self._refreshes.pop(refresh, None)
        if held is None or held.dead:
            self.wasted.append(refresh)
            return "invalid_refresh_token"
        self.exchanged.append(held.team)
        return {
            "app_id": APPLICATION,
            "scope": held.scopes,
            "bot_user_id": USER,
            "team": self._named(held.team),
            **self._pair(held.team, held.scopes),
        }

    def _pair(self, team: str, scopes: str) -> dict[str, Any]:
        token = f"xoxe.xoxb-{secrets.token_hex(12)}"
        until = self.now() + LIFETIME if self.rotation else None
        held = Held(team=team, scopes=scopes, expires_at=until)
        self.tokens[token] = held
        reported: dict[str, Any] = {"access_token": token, "token_type": "bot"}
        if self.rotation:
            refresh = f"xoxe-{secrets.token_hex(12)}"
            self._refreshes[refresh] = held
            reported |= {"refresh_token": refresh, "expires_in": LIFETIME}
        return reported

    def _named(self, team: str) -> dict[str, str]:
        return {"id": team, "name": self.names[team]}

    # ── state of tokens ────────────────────────────────────────────────────────

    def refused(self, token: str) -> str:
        """The code with which a token is rejected; empty = it is valid."""
        held = self.tokens[token]
        ended = held.expires_at is not None and self.now() >= held.expires_at
        return held.dead or ("token_expired" if ended else "")

    def expire(self, team: str) -> None:
        """Expire its tokens at this moment; the refresh tokens stay valid."""
        for held in self._of(team):
            held.expires_at = self.now()

    def kill(self, team: str, code: str = "token_revoked") -> None:
        """Uninstall the app there, or revoke its tokens."""
        for held in self._of(team):
            held.dead = code

    def spoil(self, team: str) -> None:
        """Invalidate the refresh token, but not the token."""
        self._refreshes = {k: v for k, v in self._refreshes.items() if v.team != team}

    def _of(self, team: str) -> list[Held]:
        return [held for held in self.tokens.values() if held.team == team]

    def secrets(self) -> list[str]:
        """Every secret, none of which may be logged or shown."""
        return [self.secret, *self.tokens, *self._refreshes, *self.wasted]
