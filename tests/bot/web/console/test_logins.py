"""Sign in with Discord and Slack, over the wire, against strict local servers."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from bot.errors import SendError, UserError
from bot.model import Permission
from bot.model.sign_in import SignInAttempt
from bot.platforms.discord.platform import DiscordPlatform
from bot.platforms.plugins import load_plugins
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.sign_in import SlackSignIn
from bot.ports import PlatformContext, SignIn
from bot.settings import load_settings
from tests.fakes import FakeClock
from tests.wire.discord import ledger as of_discord
from tests.wire.discord.server import LocalDiscord
from tests.wire.discord.server import serving as serving_discord
from tests.wire.logins import CLIENT_ID, CLIENT_SECRET, CODE_LIFE, Logins
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, READER, like
from tests.wire.slack.server import LocalSlack
from tests.wire.slack.server import serving as serving_slack

REDIRECT = "https://news.example/console/sign-in/x/callback"
ROLE = "4711"
MANAGE_GUILD = 1 << 5


@dataclass(kw_only=True)
class Wire:
    """A platform's login, and the server that it talks to."""

    server: Any
    sign_in: SignIn
    clock: FakeClock
    user: str
    workspace: str
    #: What the server says of the person besides.
    claims: dict[str, Any]

    @property
    def logins(self) -> Logins:
        found: Logins = self.server.logins
        return found

    def agree(self, attempt: SignInAttempt) -> str:
        """Agree in the browser; return the code."""
        self.logins.redirects.add(REDIRECT)
        address = self.sign_in.build_address(attempt)
        back = self.logins.agree(address, self.user, **self.claims)
        query = dict(part.split("=") for part in urlsplit(back).query.split("&"))
        assert query["state"] == attempt.state
        return query["code"]


def an_attempt(**changes: str) -> SignInAttempt:
    values = {"state": "s" * 43, "nonce": "n" * 43, "verifier": "v" * 64}
    return SignInAttempt(redirect=REDIRECT, **values | changes)


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with serving_discord(FakeClock()) as server:
        server.ledger.roles[ROLE] = True
        server.ledger.role_rights[ROLE] = MANAGE_GUILD
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with serving_slack(FakeClock()) as server:
        yield server


@pytest.fixture
async def on_discord(discord: LocalDiscord) -> AsyncIterator[Wire]:
    platform = DiscordPlatform(**discord.address)
    base = discord.address["api_base"]
    yield Wire(
        server=discord,
        sign_in=platform.build_sign_in(CLIENT_ID, CLIENT_SECRET, base),
        clock=cast(FakeClock, discord.ledger.clock),
        user="7002",
        workspace=of_discord.GUILD,
        claims={},
    )
    await platform.close()


@pytest.fixture
async def on_slack(slack: LocalSlack) -> AsyncIterator[Wire]:
    platform = SlackPlatform(**slack.address)
    yield Wire(
        server=slack,
        sign_in=SlackSignIn(
            platform.listener.people,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            api_base=slack.address["api_base"],
            now=slack.ledger.clock.now,
        ),
        clock=cast(FakeClock, slack.ledger.clock),
        user="U7002",
        workspace=TEAM,
        claims={
            "https://slack.com/user_id": "U7002",
            "https://slack.com/team_id": TEAM,
            "name": "Ben",
        },
    )
    await platform.close()


@pytest.fixture(params=["discord", "slack"])
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture(autouse=True)
def _both(on_discord: Wire, on_slack: Wire) -> None:
    """Asynchronous fixtures cannot be opened by `getfixturevalue`."""


async def test_a_person_signs_in(wire: Wire):
    attempt = an_attempt()
    found = await wire.sign_in.finish(attempt, wire.agree(attempt))
    assert found.user_id == wire.user
    assert wire.workspace in found.workspaces
    assert not wire.logins.refused


async def test_a_code_works_once(wire: Wire):
    attempt = an_attempt()
    code = wire.agree(attempt)
    await wire.sign_in.finish(attempt, code)
    with pytest.raises(UserError, match="does not confirm"):
        await wire.sign_in.finish(attempt, code)
    assert wire.logins.refused == ["used code"]


async def test_an_old_code_is_refused(wire: Wire):
    attempt = an_attempt()
    code = wire.agree(attempt)
    wire.clock.advance(seconds=CODE_LIFE + 1)
    with pytest.raises(UserError):
        await wire.sign_in.finish(attempt, code)


async def test_an_intercepted_code_is_worth_nothing_without_the_proof(wire: Wire):
    code = wire.agree(an_attempt())
    with pytest.raises(UserError):
        await wire.sign_in.finish(an_attempt(verifier="w" * 64), code)
    assert wire.logins.refused == ["another proof"]


async def test_a_code_for_another_address_is_refused(wire: Wire):
    attempt = an_attempt()
    code = wire.agree(attempt)
    other = SignInAttempt(
        redirect="https://evil.example/",
        state=attempt.state,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
    )
    with pytest.raises(UserError):
        await wire.sign_in.finish(other, code)
    assert wire.logins.refused == ["another address"]


async def test_the_secret_is_in_no_address_and_no_text(wire: Wire):
    assert CLIENT_SECRET not in wire.sign_in.build_address(an_attempt())
    assert CLIENT_SECRET not in repr(wire.sign_in)


# ── ID tokens ──────────────────────────────────────────────────────────────────

SPOILED: dict[str, dict[str, Any]] = {
    "for another login": {"nonce": "m" * 43},
    "without its login": {"nonce": None},
    "for another app": {"aud": "4343"},
    "by another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1},
    "without an end": {"exp": None},
    "signed with another key": {"key": "theirs"},
    "not signed": {"alg": "none"},
    "of no workspace": {"https://slack.com/team_id": None},
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
async def test_an_id_token_that_is_not_for_us_is_refused(on_slack: Wire, spoiled):
    attempt = an_attempt()
    code = on_slack.agree(attempt)
    on_slack.logins.spoiled = spoiled
    with pytest.raises(UserError, match="does not confirm"):
        await on_slack.sign_in.finish(attempt, code)


async def test_an_id_token_signed_with_a_shared_secret_is_refused(on_slack: Wire):
    """The public key must not become the secret of another algorithm."""
    from joserfc import jwt
    from joserfc.jwk import OctKey

    attempt = an_attempt()
    code = on_slack.agree(attempt)
    sign: Callable[..., str] = on_slack.logins.sign

    def forge(grant: Any, issuer: str) -> str:
        claims = jwt.decode(sign(grant, issuer), _public(on_slack.logins)).claims
        key = OctKey.import_key(str(on_slack.logins.keys["keys"][0]["n"]))
        return jwt.encode({"alg": "HS256"}, claims, key)

    object.__setattr__(on_slack.logins, "sign", forge)
    with pytest.raises(UserError):
        await on_slack.sign_in.finish(attempt, code)


def _public(logins: Logins) -> Any:
    from joserfc.jwk import KeySet

    return KeySet.import_key_set(cast(Any, logins.keys))


# ── what somebody may do now ───────────────────────────────────────────────────


async def test_a_member_of_the_server_is_a_reader(on_discord: Wire):
    found = await on_discord.sign_in.find_person(on_discord.workspace, "7002")
    assert found is not None
    assert found.permission == Permission.EVERYONE


async def test_a_role_that_manages_the_server_makes_an_editor(on_discord: Wire):
    on_discord.server.roles["7002"] = [ROLE]
    found = await on_discord.sign_in.find_person(on_discord.workspace, "7002")
    assert found is not None
    assert (found.permission, found.roles) == (Permission.EDITOR, (ROLE,))


async def test_the_servers_owner_is_an_editor(on_discord: Wire):
    person = of_discord.PERSON
    found = await on_discord.sign_in.find_person(on_discord.workspace, person)
    assert found is not None
    assert found.permission == Permission.EDITOR


async def test_who_left_the_server_is_nobody(on_discord: Wire):
    on_discord.server.absent.add("7002")
    find = on_discord.sign_in.find_person
    assert await find(on_discord.workspace, "7002") is None


async def test_a_server_that_the_bot_left_has_nobody(on_discord: Wire):
    on_discord.server.invited = False
    find = on_discord.sign_in.find_person
    assert await find(on_discord.workspace, "7002") is None


async def test_everybody_edits_their_own_workspace_and_no_others(on_discord: Wire):
    find = on_discord.sign_in.find_person
    own = await find("user-7002", "7002")
    assert own is not None
    assert own.permission == Permission.EDITOR
    assert await find("user-7001", "7002") is None


@pytest.mark.parametrize(
    ("traits", "permission"),
    [
        ({}, Permission.EVERYONE),
        ({"is_admin": True}, Permission.EDITOR),
        ({"is_owner": True}, Permission.EDITOR),
        ({"is_admin": True, "is_restricted": True}, Permission.EVERYONE),
        ({"is_admin": True, "deleted": True}, None),
        ({"is_admin": True, "is_stranger": True}, None),
        ({"is_admin": True, "team_id": "T9999"}, None),
    ],
)
async def test_slack_says_who_manages_the_workspace(
    on_slack: Wire, slack: LocalSlack, traits, permission
):
    slack.people.users["U7005"] = like(READER, user="U7005", traits=traits)
    found = await on_slack.sign_in.find_person(TEAM, "U7005")
    assert (found.permission if found else None) == permission


async def test_slack_is_asked_each_time(on_slack: Wire, slack: LocalSlack):
    for who in (EDITOR, READER):
        slack.people.users["U7005"] = like(who, user="U7005")
        found = await on_slack.sign_in.find_person(TEAM, "U7005")
        assert found is not None
        assert (found.permission == Permission.EDITOR) == (who is EDITOR)


@pytest.mark.parametrize("platform", ["discord", "slack"])
@pytest.mark.parametrize("given", [("client_id",), ("client_id", "client_secret")])
async def test_a_login_is_offered_where_all_is_set_that_it_takes(
    tmp_path, platform, given
):
    values = {"client_id": "4242", "client_secret": CLIENT_SECRET}
    token = {"discord": "token", "slack": "bot_token"}[platform]
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    env |= {f"STANDFIRST_{platform.upper()}_{token.upper()}": "xoxb-a-token"}
    for name in given:
        env[f"STANDFIRST_{platform.upper()}_{name.upper()}"] = values[name]
    plugins = load_plugins()
    groups = {name: plugin.settings for name, plugin in plugins.items()}
    settings, _ = load_settings(groups, env, tmp_path)
    context = PlatformContext(settings=settings, clock=FakeClock())
    active = plugins[platform].build(context)
    assert (active.sign_in is not None) == (len(given) == 2)
    await active.close()


# ── a platform that does not answer ────────────────────────────────────────────


async def test_a_platform_that_is_down_is_no_refusal(wire: Wire):
    attempt = an_attempt()
    code = wire.agree(attempt)
    away = f"http://127.0.0.1:1{'/api/v10' if wire.workspace.isdigit() else '/api/'}"
    if wire.workspace.isdigit():
        platform = DiscordPlatform(token="x.y.z", api_base=away)
        sign_in: SignIn = platform.build_sign_in(CLIENT_ID, CLIENT_SECRET, away)
    else:
        sign_in = SlackSignIn(
            SlackPlatform(token="xoxb-x", api_base=away).listener.people,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            api_base=away,
            now=wire.clock.now,
        )
    with pytest.raises(SendError):
        await sign_in.finish(attempt, code)
