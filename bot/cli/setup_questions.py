"""The questions of the first set-up, in their order; it writes and changes nothing.

A question is a step; «<» in any of them goes to the one before. Each answer is checked
where it is given, and asked for again with a sentence that says what is wrong.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot import schedules
from bot.cli import instructions
from bot.cli.asking import Back, Choice, Terminal, ask, ask_secret, choose
from bot.cli.checking import Checks, known, shown
from bot.errors import SendError, UserError
from bot.settings import Settings, is_in_environment
from bot.written import PREFIX

LOCAL: Final = "local"
PLATFORMS: Final = (
    Choice(value=LOCAL, text="the local page: no account is needed"),
    Choice(value="discord", text="Discord: 3 steps, about 4 minutes"),
    Choice(value="slack", text="Slack: 3 steps, about 4 minutes"),
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
_TOKEN = re.compile(r"[\x21-\x7e]{8,300}")
#: Posts that the schedule's answer shows.
_MOMENTS = 3
_ZONES = "zoneinfo/"


@dataclass(kw_only=True)
class Answers:
    """What was answered so far."""

    platform: str = LOCAL
    #: Names of settings as `.env` has them, and their new values.
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    #: A pack's name or an address; "" = to be chosen later.
    source: str = ""
    #: A sentence; "" = to be chosen later.
    schedule: str = ""


def missing(settings: Settings, platform: str, checks: Checks) -> list[str]:
    """What has to be done and set for a platform, in lines; none where all is set."""
    names = [name for name in TOKENS[platform] if getattr(settings, name) is None]
    if not names:
        return []
    lines = [
        f"Missing: {PREFIX}{name.upper()}, {TOKENS[platform][name]}" for name in names
    ]
    if platform == "discord":
        return [instructions.discord_app(), *lines]
    made = checks.manifest(settings)
    steps = instructions.slack_app(checks.creation(made), checks.scopes())
    tokens = instructions.SLACK_BOT + instructions.SLACK_APP
    return [steps, tokens, *lines]


@dataclass(kw_only=True)
class Questions:
    """One run through them."""

    settings: Settings
    terminal: Terminal
    checks: Checks
    #: The file that new values go to.
    env: Path
    answers: Answers = field(default_factory=Answers)
    #: The settings with the tokens that were answered.
    _now: Settings = field(init=False)
    #: The id that the platform knows the checked token by.
    _application: str = field(default="", init=False)
    _agreed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._now = self.settings

    def all(self, platform: str | None) -> Answers | None:
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
            except Back:
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
        chosen = choose(self.terminal, "\nWhere should the news go?", PLATFORMS)
        if chosen != self.answers.platform:
            # Tokens of the one that was chosen before are not wanted any more.
            self.answers.secrets.clear()
            self._now = self.settings
        self.answers.platform = chosen

    def _discord_token(self) -> None:
        self.terminal.show(instructions.discord_app())
        self._token("discord_token", self._check_identity)

    def _discord_server(self) -> None:
        link = self.checks.invitation(self._application)
        self.terminal.show(
            instructions.discord_invitation(link, self.checks.permissions())
        )
        while True:
            said = ask(self.terminal, "Press Enter when it is done")
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
        self.terminal.show(instructions.slack_app(link, self.checks.scopes()))
        while ask(
            self.terminal,
            "Press Enter when it is installed, or type m for the manifest",
        ):
            self.terminal.show(instructions.slack_manifest(made))

    def _slack_bot_token(self) -> None:
        self.terminal.show(instructions.SLACK_BOT)
        self._token("slack_bot_token", self._check_identity, begins="xoxb-")

    def _slack_app_token(self) -> None:
        self.terminal.show(instructions.SLACK_APP)
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
            typed = ask_secret(
                self.terminal, f"{question}; Enter {enter}" if kept else question
            )
            wrong = _mistaken(typed, begins) if typed or not kept else None
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
        self.answers.secrets[f"{PREFIX}{name.upper()}"] = token

    def _check_identity(self) -> bool:
        """Show who it is; whether nothing is wrong that stops it."""
        found = self.checks.identity(self._now, self.answers.platform)
        self._application = found.application
        self.terminal.show(known(found, self.answers.platform))
        for finding in found.findings:
            self.terminal.show(shown(finding))
        return not any(one.state == "problem" for one in found.findings)

    def _check_all(self) -> bool:
        well = self._check_identity()
        reach = self.checks.reach(self._now, self.answers.platform)
        self.terminal.show(shown(reach))
        return well and reach.state != "problem"

    # ── what and when ──────────────────────────────────────────────────────────

    def _source(self) -> None:
        packs = self.checks.packs()
        choices = [
            *(Choice(value=name, text=f"the starter pack «{name}»") for name in packs),
            Choice(value="own", text="an address of your own: a feed or a site"),
            Choice(value="later", text="nothing yet"),
        ]
        usual = packs.index("world") + 1 if "world" in packs else 1
        if self.answers.platform != LOCAL:
            self.terminal.show(f"\n{instructions.LAST}")
        chosen = choose(self.terminal, "\nWhat should it read?", choices, usual)
        if chosen == "own":
            self.answers.source = self._own_source()
        else:
            self.answers.source = "" if chosen == "later" else chosen

    def _own_source(self) -> str:
        address, tried = "", ""
        while True:
            address = ask(self.terminal, "Its address", tried)
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
                for article in found.newest[:_MOMENTS]:
                    self.terminal.show(f"  {article.title or article.text[:80]}")
                return address
            tried = address
            self.terminal.show(
                f"✗ {found.problem} Write another, or press Enter to keep it."
            )

    def _schedule(self) -> None:
        if not self.answers.source:
            return
        offered = self.answers.schedule or f"weekdays at 8:30 {_own_zone()}"
        self.terminal.show("\nWhen should it post? «every 2 hours» would do, too.")
        while True:
            typed = ask(self.terminal, "Schedule", offered)
            if typed == self.answers.schedule:
                # Its times were shown, and Enter took it.
                return
            try:
                rule = schedules.parse(typed)
            except UserError as error:
                self.terminal.show(f"✗ {error}")
                continue
            self.answers.schedule = offered = schedules.say(rule)
            self.terminal.show(f"  {offered}. The next times:")
            for moment in self._moments(rule):
                self.terminal.show(f"    {moment}")
            self.terminal.show("Press Enter to take it, or write another.")

    def _moments(self, rule: schedules.Schedule) -> list[str]:
        zone = schedules.zone_named(rule.zone)
        dues = schedules.upcoming(rule, self.checks.now(), _MOMENTS)
        return [f"{due.at.astimezone(zone):%Y-%m-%d %H:%M} {rule.zone}" for due in dues]

    # ── the end ────────────────────────────────────────────────────────────────

    def _confirm(self) -> None:
        self.terminal.show("\nThis will be saved:")
        for name in self.answers.secrets:
            self.terminal.show(f"  {name} in {self.env}")
            if is_in_environment(name.removeprefix(PREFIX).lower()):
                self.terminal.show("  ! The environment has another, which goes first.")
        if self.answers.platform == LOCAL and self.answers.source:
            self.terminal.show(
                f"  «{instructions.NAME}» from {self.answers.source}, "
                f"{self.answers.schedule}"
            )
        elif not self.answers.secrets:
            self.terminal.show("  nothing new; the tokens are set already")
        answer = ask(self.terminal, "Save it", "yes").lower()
        self._agreed = answer in {"y", "yes"}


def _mistaken(token: str, begins: str) -> str | None:
    """Why this can be no token, without repeating it."""
    if not token:
        return "Nothing was pasted."
    if not _TOKEN.fullmatch(token):
        return "This is no token: it is one word of letters, digits, dots and dashes."
    if begins and not token.startswith(begins):
        return f"This is another one: the right one begins with {begins}"
    return None


def _own_zone() -> str:
    """The machine's zone by its IANA name, as far as it tells."""
    try:
        path = Path("/etc/localtime").resolve().as_posix()
        found = schedules.find_zone(path.rpartition(_ZONES)[2])
    except (OSError, UserError):
        return "UTC"
    return "UTC" if found.startswith("Etc/") else found
