"""Questions and instructions of the setup wizard, in order; writes nothing.

A question is a step; «<» in any of them goes to the one before. Each answer is checked
where it is given, and asked for again with a sentence that says what is wrong.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.cli import setup_checks
from bot.cli.console import (
    BackRequested,
    PromptChoice,
    Terminal,
    format_finding,
    prompt_choice,
    prompt_secret,
    prompt_text,
)
from bot.cli.setup_checks import (
    FIRST_DIGEST_NAME,
    SetupChecks,
    format_identity,
)
from bot.errors import SendError, UserError
from bot.schedules.calendar import find_zone, load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule, list_upcoming_dues
from bot.schedules.wording import describe_schedule
from bot.settings import SETTINGS_PREFIX, Settings, is_in_environment

LOCAL: Final = "local"
PLATFORMS: Final = (
    PromptChoice(value=LOCAL, text="the local page: no account is needed"),
    PromptChoice(value="discord", text="Discord: 3 steps, about 4 minutes"),
    PromptChoice(value="slack", text="Slack: 3 steps, about 4 minutes"),
)
#: What each platform has to be given, and how people call it.
TOKENS: Final = {
    LOCAL: {},
    "discord": {"discord_token": "the bot's token"},
    "slack": {
        "slack_bot_token": "the bot's token (xoxb-…)",
        "slack_app_token": "the app's token (xapp-…)",
    },
}
_TOKEN_PATTERN = re.compile(r"[\x21-\x7e]{8,300}")
#: Posts that the schedule's answer shows.
_SHOWN_MOMENTS = 3
_ZONE_FOLDER = "zoneinfo/"


@dataclass(kw_only=True)
class SetupAnswers:
    """What was answered so far."""

    platform: str = LOCAL
    #: Names of settings as `.env` has them, and their new values.
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    #: A pack's name or an address; "" = to be chosen later.
    source: str = ""
    #: A sentence; "" = to be chosen later.
    schedule: str = ""


def list_missing_settings(
    settings: Settings, platform: str, checks: SetupChecks
) -> list[str]:
    """What has to be done and set for a platform, in lines; none where all is set."""
    names = [name for name in TOKENS[platform] if getattr(settings, name) is None]
    if not names:
        return []
    lines = [
        f"Missing: {SETTINGS_PREFIX}{name.upper()}, {TOKENS[platform][name]}"
        for name in names
    ]
    if platform == "discord":
        return [discord_app_step(), *lines]
    made = checks.manifest(settings)
    steps = slack_app_step(checks.creation(made), checks.scopes())
    tokens = SLACK_BOT_STEP + SLACK_APP_STEP
    return [steps, tokens, *lines]


@dataclass(kw_only=True)
class SetupQuestions:
    """One run through them."""

    settings: Settings
    terminal: Terminal
    checks: SetupChecks
    #: The file that new values go to.
    env: Path
    answers: SetupAnswers = field(default_factory=SetupAnswers)
    #: The settings with the tokens that were answered.
    _now: Settings = field(init=False)
    #: The id that the platform knows the checked token by.
    _application: str = field(default="", init=False)
    _agreed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._now = self.settings

    def all(self, platform: str | None) -> SetupAnswers | None:
        """Ask them all; None where the last one was answered with no.

        Raises:
            KeyboardInterrupt: Somebody left.
            EOFError: Nobody is there any more.
        """
        self.terminal.show(
            "Enter takes what stands in brackets, «<» goes back, and Ctrl-C leaves "
            "without changing anything."
        )
        if platform is not None:
            self.answers.platform = platform
        at = 0
        while at < len(steps := self._steps(ask_platform=platform is None)):
            try:
                steps[at]()
            except BackRequested:
                at = max(0, at - 1)
            else:
                at += 1
        return self.answers if self._agreed else None

    def _steps(self, *, ask_platform: bool) -> Sequence[Callable[[], None]]:
        first = [self._platform] if ask_platform else []
        own: dict[str, list[Callable[[], None]]] = {
            LOCAL: [],
            "discord": [self._discord_token, self._discord_server],
            "slack": [self._slack_app, self._slack_bot_token, self._slack_app_token],
        }
        last = [self._source, self._schedule, self._confirm]
        return [*first, *own[self.answers.platform], *last]

    # ── where ──────────────────────────────────────────────────────────────────

    def _platform(self) -> None:
        chosen = prompt_choice(self.terminal, "\nWhere should the news go?", PLATFORMS)
        if chosen != self.answers.platform:
            # Tokens of the one that was chosen before are not wanted any more.
            self.answers.secrets.clear()
            self._now = self.settings
        self.answers.platform = chosen

    def _discord_token(self) -> None:
        self.terminal.show(discord_app_step())
        self._token("discord_token", self._check_identity)

    def _discord_server(self) -> None:
        link = self.checks.invitation(self._application)
        self.terminal.show(discord_invitation_step(link, self.checks.permissions()))
        while True:
            said = prompt_text(self.terminal, "Press Enter when it is done")
            try:
                found = self.checks.identity(self._now, "discord")
            except SendError as error:
                self.terminal.show(f"✗ {error}")
                continue
            if found.places:
                self.terminal.show(f"✓ It is in {', '.join(found.places[:5])}.")
                return
            if said.lower() == "skip":
                return
            self.terminal.show(
                "✗ It is in no server yet. Open the address above and authorise it; "
                "«skip» goes on without."
            )

    def _slack_app(self) -> None:
        made = self.checks.manifest(self.settings)
        link = self.checks.creation(made)
        self.terminal.show(slack_app_step(link, self.checks.scopes()))
        while prompt_text(
            self.terminal,
            "Press Enter when it is installed, or type m for the manifest",
        ):
            self.terminal.show(slack_manifest_step(made))

    def _slack_bot_token(self) -> None:
        self.terminal.show(SLACK_BOT_STEP)
        self._token("slack_bot_token", self._check_identity, begins="xoxb-")

    def _slack_app_token(self) -> None:
        self.terminal.show(SLACK_APP_STEP)
        self._token("slack_app_token", self._check_all, begins="xapp-")

    # ── tokens ─────────────────────────────────────────────────────────────────

    def _token(self, name: str, check: Callable[[], bool], begins: str = "") -> None:
        """Ask until the platform takes one."""
        what = TOKENS[self.answers.platform][name]
        question = what[0].upper() + what[1:]
        refused = False
        while True:
            kept = getattr(self._now, name) is not None
            enter = "tries the same again" if refused else "keeps the one set"
            typed = prompt_secret(
                self.terminal, f"{question}; Enter {enter}" if kept else question
            )
            wrong = _find_token_problem(typed, begins) if typed or not kept else None
            if wrong:
                self.terminal.show(f"✗ {wrong}")
                continue
            if typed:
                self._take(name, typed)
            self.terminal.show("Looking …")
            try:
                if check():
                    return
            except SendError as error:
                self.terminal.show(f"✗ {error}")
            refused = True

    def _take(self, name: str, token: str) -> None:
        checked = Settings.model_validate({name: token})
        self._now = self._now.over(**{name: getattr(checked, name)})
        self.answers.secrets[f"{SETTINGS_PREFIX}{name.upper()}"] = token

    def _check_identity(self) -> bool:
        """Show who it is; whether nothing is wrong that stops it."""
        found = self.checks.identity(self._now, self.answers.platform)
        self._application = found.application
        self.terminal.show(format_identity(found, self.answers.platform))
        for finding in found.findings:
            self.terminal.show(format_finding(finding))
        return not any(one.state == "problem" for one in found.findings)

    def _check_all(self) -> bool:
        well = self._check_identity()
        reach = self.checks.reach(self._now, self.answers.platform)
        self.terminal.show(format_finding(reach))
        return well and reach.state != "problem"

    # ── what and when ──────────────────────────────────────────────────────────

    def _source(self) -> None:
        packs = self.checks.packs()
        choices = [
            *(
                PromptChoice(value=name, text=f"the starter pack «{name}»")
                for name in packs
            ),
            PromptChoice(value="own", text="an address of your own: a feed or a site"),
            PromptChoice(value="later", text="nothing yet"),
        ]
        usual = packs.index("world") + 1 if "world" in packs else 1
        if self.answers.platform != LOCAL:
            self.terminal.show(f"\n{LAST_STEP}")
        chosen = prompt_choice(self.terminal, "\nWhat should it read?", choices, usual)
        if chosen == "own":
            self.answers.source = self._own_source()
        else:
            self.answers.source = "" if chosen == "later" else chosen

    def _own_source(self) -> str:
        address, tried = "", ""
        while True:
            address = prompt_text(self.terminal, "Its address", tried)
            if not address:
                continue
            if "://" not in address:
                address = f"https://{address}"
            if address == tried:
                return address
            self.terminal.show("Reading …")
            try:
                found = self.checks.source(self.settings, address)
            except UserError as error:
                self.terminal.show(f"✗ {error}")
                continue
            if found.problem is None:
                for article in found.newest[:_SHOWN_MOMENTS]:
                    self.terminal.show(f"  {article.title or article.text[:80]}")
                return address
            tried = address
            self.terminal.show(
                f"✗ {found.problem} Write another, or press Enter to keep it."
            )

    def _schedule(self) -> None:
        if not self.answers.source:
            return
        offered = self.answers.schedule or f"weekdays at 8:30 {_find_machine_zone()}"
        self.terminal.show("\nWhen should it post? «every 2 hours» would do, too.")
        while True:
            typed = prompt_text(self.terminal, "Schedule", offered)
            if typed == self.answers.schedule:
                # Its times were shown, and Enter took it.
                return
            try:
                rule = parse_schedule(typed)
            except UserError as error:
                self.terminal.show(f"✗ {error}")
                continue
            self.answers.schedule = offered = describe_schedule(rule)
            self.terminal.show(f"  {offered}. The next times:")
            for moment in self._moments(rule):
                self.terminal.show(f"    {moment}")
            self.terminal.show("Press Enter to take it, or write another.")

    def _moments(self, rule: Schedule) -> list[str]:
        zone = load_zone(rule.zone)
        dues = list_upcoming_dues(rule, self.checks.now(), _SHOWN_MOMENTS)
        return [f"{due.at.astimezone(zone):%Y-%m-%d %H:%M} {rule.zone}" for due in dues]

    # ── the end ────────────────────────────────────────────────────────────────

    def _confirm(self) -> None:
        self.terminal.show("\nThis will be saved:")
        for name in self.answers.secrets:
            self.terminal.show(f"  {name} in {self.env}")
            if is_in_environment(name.removeprefix(SETTINGS_PREFIX).lower()):
                self.terminal.show("  ! The environment has another, which goes first.")
        if self.answers.platform == LOCAL and self.answers.source:
            self.terminal.show(
                f"  «{setup_checks.FIRST_DIGEST_NAME}» from {self.answers.source}, "
                f"{self.answers.schedule}"
            )
        elif not self.answers.secrets:
            self.terminal.show("  nothing new; the tokens are set already")
        answer = prompt_text(self.terminal, "Save it", "yes").lower()
        self._agreed = answer in {"y", "yes"}


def _find_token_problem(token: str, begins: str) -> str | None:
    """Why this can be no token, without repeating it."""
    if not token:
        return "Nothing was pasted."
    if not _TOKEN_PATTERN.fullmatch(token):
        return "This is no token: it is one word of letters, digits, dots and dashes."
    if begins and not token.startswith(begins):
        return f"This is another one: the right one begins with {begins}"
    return None


def _find_machine_zone() -> str:
    """The machine's zone by its IANA name, as far as it tells."""
    try:
        path = Path("/etc/localtime").resolve().as_posix()
        found = find_zone(path.rpartition(_ZONE_FOLDER)[2])
    except (OSError, UserError):
        return "UTC"
    return "UTC" if found.startswith("Etc/") else found


DISCORD_PORTAL = "https://discord.com/developers/applications"


def discord_app_step() -> str:
    """Where the bot and its token come from."""
    return f"""
Discord, step 1 of 3: the application and its token
  1. Open {DISCORD_PORTAL}
     and press «New Application». A name is all that it needs.
  2. Under «Bot», leave the three «Privileged Gateway Intents» off: the bot reads
     nobody's messages.
  3. There, press «Reset Token» and copy what it shows.
"""


def discord_invitation_step(link: str, asked: Sequence[tuple[int, str, str]]) -> str:
    """How the bot comes to a server, and why it asks for what it asks for."""
    rows = [f"     {bit:>12}  {name}: {why}" for bit, name, why in asked]
    total = sum(bit for bit, _, _ in asked)
    return "\n".join(
        [
            "",
            "Discord, step 2 of 3: the invitation",
            "  Open this address, choose your server, and press «Authorise»:",
            f"  {link}",
            "  It asks for these permissions:",
            *rows,
            f"     {total:>12}  together",
            "",
        ]
    )


def slack_app_step(link: str, scopes: Sequence[str]) -> str:
    """How the app is made, and why it asks for what it asks for."""
    rows = [f"       {line}" for line in scopes]
    return "\n".join(
        [
            "",
            "Slack, step 1 of 3: the app",
            "  1. Open this address, with the app's manifest in it. Choose your",
            "     workspace, press «Next», then «Create»:",
            f"  {link}",
            "  2. Under «Install App», press «Install to Workspace» and allow it.",
            "     It asks for these scopes:",
            *rows,
            "",
        ]
    )


def slack_manifest_step(made: Mapping[str, Any]) -> str:
    """The manifest, to be pasted where the address does not work."""
    return (
        "At https://api.slack.com/apps: «Create New App», «From a manifest», and paste:"
        f"\n{json.dumps(made, indent=1, ensure_ascii=False)}"
    )


SLACK_BOT_STEP = """
Slack, step 2 of 3: two tokens
  The first stands under «OAuth & Permissions»: «Bot User OAuth Token», xoxb-…
"""
SLACK_APP_STEP = """
  The second is made under «Basic Information», «App-Level Tokens», «Generate Token and
  Scopes»: give it any name and the scope connections:write. It begins with xapp-, and
  lets the bot connect to Slack, so that it needs no public address.
"""


def format_next_steps(platform: str, source: str, schedule: str, done: bool) -> str:
    """What to run, and what to type then.

    Args:
        platform: «local», «discord» or «slack».
        source: A pack or an address; "" = none was chosen.
        schedule: A sentence; "" = none was chosen.
        done: The digest is set up already.
    """
    typed = _setup_command(platform, source, schedule)
    lines = ["", "Now run this:", "  standfirst run", ""]
    if platform == "local" and done:
        lines += [
            "It prints an address: open it, and type",
            "  /newsdesk preview",
            "to see the edition as it would be now; /newsdesk post posts it.",
        ]
    elif platform == "local":
        lines += ["It prints an address: open it, and type", f"  {typed}"]
    elif platform == "discord":
        lines += ["Then type this in the channel that the news is for:", f"  {typed}"]
    else:
        lines += [
            "Then type this in the channel that the news is for:",
            "  /invite @Standfirst",
            f"  {typed}",
        ]
    if not done:
        lines += ["It shows the first edition before anything is saved."]
    return "\n".join([*lines, "", "Later, `standfirst doctor` says how all of it is."])


LAST_STEP = "Step 3 of 3: what to read, and when"


def _setup_command(platform: str, source: str, schedule: str) -> str:
    """The command with what was answered, as each platform takes it."""
    if not source:
        return "/newsdesk setup"
    if platform == "discord":
        when = f" schedule:{schedule}" if schedule else ""
        return f"/newsdesk setup name:{FIRST_DIGEST_NAME} source:{source}{when}"
    when = f' "{schedule}"' if schedule else ""
    return f'/newsdesk setup "{FIRST_DIGEST_NAME}" {source}{when}'
