"""Questions of the setup wizard, in order; writes nothing.

The platform's own steps come from its plugin. «<» goes back to the previous question.
Each answer is checked at once; after an invalid one the question is repeated with the
reason.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.cli.console import (
    BackRequested,
    PromptChoice,
    Terminal,
    format_finding,
    prompt_choice,
    prompt_secret,
    prompt_text,
)
from bot.cli.setup_checks import FIRST_DIGEST_NAME, SetupChecks, format_identity
from bot.errors import SendError, UserError
from bot.ports import (
    InvitationStep,
    ManifestStep,
    PlatformPlugin,
    Plugins,
    SetupStep,
    TokenStep,
)
from bot.schedules.calendar import find_zone, load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule, list_upcoming_dues
from bot.schedules.wording import describe_schedule
from bot.settings import SETTINGS_PREFIX, Settings, get_variable_name, is_in_environment

_TOKEN_PATTERN = re.compile(r"[\x21-\x7e]{8,300}")
#: Upcoming posts that are shown for a schedule.
_SHOWN_MOMENTS = 3
_ZONE_FOLDER = "zoneinfo/"


@dataclass(kw_only=True)
class SetupAnswers:
    """The answers so far."""

    platform: str
    #: New values of settings, by their names in `.env`.
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    #: Name of a pack or an address; "" = to be chosen later.
    source: str = ""
    #: A sentence; "" = to be chosen later.
    schedule: str = ""

    def makes_digest(self, plugins: Plugins) -> bool:
        """Whether the wizard sets up the digest: only if no account is needed."""
        return bool(self.source) and not plugins[self.platform].setup_steps


def list_missing_settings(
    settings: Settings, platform: str, checks: SetupChecks
) -> list[str]:
    """List what must be done and set for a platform; empty if nothing is missing."""
    plugin = checks.plugins[platform]
    group = settings.get_group(plugin.settings)
    tokens = [step for step in plugin.setup_steps if isinstance(step, TokenStep)]
    missing = [step for step in tokens if getattr(group, step.setting) is None]
    if not missing:
        return []
    return [
        *(
            step.instructions(checks.commands(settings))
            for step in plugin.setup_steps
            if isinstance(step, ManifestStep)
        ),
        "".join(step.instructions for step in tokens),
        *(f"Missing: {_variable_of(plugin, step)}, {step.label}" for step in missing),
    ]


def _variable_of(plugin: PlatformPlugin, step: TokenStep) -> str:
    return get_variable_name(f"{plugin.name}_{step.setting}")


@dataclass(kw_only=True)
class SetupQuestions:
    """One run of the wizard."""

    settings: Settings
    terminal: Terminal
    checks: SetupChecks
    #: The file for new values.
    env: Path
    answers: SetupAnswers = field(init=False)
    #: The settings, including the tokens entered so far.
    _now: Settings = field(init=False)
    #: Id of the application that the checked token belongs to.
    _application: str = field(default="", init=False)
    _agreed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._now = self.settings
        self.answers = SetupAnswers(platform=next(iter(self.checks.plugins)))

    @property
    def _plugin(self) -> PlatformPlugin:
        return self.checks.plugins[self.answers.platform]

    def ask_all(self, platform: str | None) -> SetupAnswers | None:
        """Ask every question; return None if the last one is answered with no.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
            EOFError: The input ended.
        """
        self.terminal.show(
            "Enter takes what stands in brackets, «<» goes back, and Ctrl-C leaves "
            "without changing anything."
        )
        if platform is not None:
            self.answers.platform = platform
        at = 0
        while at < len(steps := self._list_steps(ask_platform=platform is None)):
            try:
                steps[at]()
            except BackRequested:
                at = max(0, at - 1)
            else:
                at += 1
        return self.answers if self._agreed else None

    def _list_steps(self, *, ask_platform: bool) -> Sequence[Callable[[], None]]:
        return [
            *([self._ask_platform] if ask_platform else []),
            *(partial(self._take_step, step) for step in self._plugin.setup_steps),
            self._ask_source,
            self._ask_schedule,
            self._confirm,
        ]

    # ── the platform ───────────────────────────────────────────────────────────

    def _ask_platform(self) -> None:
        choices = [
            PromptChoice(value=plugin.name, text=plugin.setup_summary)
            for plugin in self.checks.plugins.values()
        ]
        chosen = prompt_choice(self.terminal, "\nWhere should the news go?", choices)
        if chosen != self.answers.platform:
            # Tokens of a previously chosen platform are not saved.
            self.answers.secrets.clear()
            self._now = self.settings
        self.answers.platform = chosen

    def _take_step(self, step: SetupStep) -> None:
        match step:
            case TokenStep():
                self._ask_token(step)
            case InvitationStep():
                self._await_invitation(step)
            case ManifestStep():
                self._await_app(step)

    def _await_invitation(self, step: InvitationStep) -> None:
        self.terminal.show(step.instructions(self._application))
        while True:
            said = prompt_text(self.terminal, "Press Enter when it is done")
            try:
                found = self.checks.identity(self._now, self.answers.platform)
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

    def _await_app(self, step: ManifestStep) -> None:
        commands = self.checks.commands(self.settings)
        self.terminal.show(step.instructions(commands))
        while prompt_text(
            self.terminal,
            "Press Enter when it is installed, or type m for the manifest",
        ):
            self.terminal.show(step.manifest(commands))

    def _ask_token(self, step: TokenStep) -> None:
        """Prompt for a token until the platform accepts one."""
        self.terminal.show(step.instructions)
        question = step.label[0].upper() + step.label[1:]
        refused = False
        while True:
            group = self._now.get_group(self._plugin.settings)
            kept = getattr(group, step.setting) is not None
            enter = "tries the same again" if refused else "keeps the one set"
            typed = prompt_secret(
                self.terminal, f"{question}; Enter {enter}" if kept else question
            )
            wrong = None
            if typed or not kept:
                wrong = _find_token_problem(typed, step.prefix)
            if wrong:
                self.terminal.show(f"✗ {wrong}")
                continue
            if typed:
                self._take_token(step, typed)
            self.terminal.show("Looking …")
            try:
                if self._check_token(step):
                    return
            except SendError as error:
                self.terminal.show(f"✗ {error}")
            refused = True

    def _take_token(self, step: TokenStep, token: str) -> None:
        plugin = self._plugin
        checked = plugin.settings.model_validate({step.setting: token})
        group = self._now.get_group(plugin.settings).model_copy(
            update={step.setting: getattr(checked, step.setting)}
        )
        self._now = self._now.over(
            platforms={**self._now.platforms, plugin.name: group}
        )
        self.answers.secrets[_variable_of(plugin, step)] = token

    def _check_token(self, step: TokenStep) -> bool:
        """Show whose token it is; return False if there is a problem."""
        found = self.checks.identity(self._now, self.answers.platform)
        self._application = found.application
        self.terminal.show(format_identity(found, self._plugin))
        findings = list(found.findings)
        if step.check_reach:
            findings.append(self.checks.reach(self._now, self.answers.platform))
        for finding in findings:
            self.terminal.show(format_finding(finding))
        return not any(one.state == "problem" for one in findings)

    # ── what and when ──────────────────────────────────────────────────────────

    def _ask_source(self) -> None:
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
        if self._plugin.setup_steps:
            self.terminal.show(f"\n{LAST_STEP}")
        chosen = prompt_choice(self.terminal, "\nWhat should it read?", choices, usual)
        if chosen == "own":
            self.answers.source = self._ask_address()
        else:
            self.answers.source = "" if chosen == "later" else chosen

    def _ask_address(self) -> str:
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

    def _ask_schedule(self) -> None:
        if not self.answers.source:
            return
        offered = self.answers.schedule or f"weekdays at 8:30 {_find_machine_zone()}"
        self.terminal.show("\nWhen should it post? «every 2 hours» would do, too.")
        while True:
            typed = prompt_text(self.terminal, "Schedule", offered)
            if typed == self.answers.schedule:
                # Its times were already shown.
                return
            try:
                rule = parse_schedule(typed)
            except UserError as error:
                self.terminal.show(f"✗ {error}")
                continue
            self.answers.schedule = offered = describe_schedule(rule)
            self.terminal.show(f"  {offered}. The next times:")
            for moment in self._list_moments(rule):
                self.terminal.show(f"    {moment}")
            self.terminal.show("Press Enter to take it, or write another.")

    def _list_moments(self, rule: Schedule) -> list[str]:
        zone = load_zone(rule.zone)
        dues = list_upcoming_dues(rule, self.checks.now(), _SHOWN_MOMENTS)
        return [f"{due.at.astimezone(zone):%Y-%m-%d %H:%M} {rule.zone}" for due in dues]

    # ── the end ────────────────────────────────────────────────────────────────

    def _confirm(self) -> None:
        answers = self.answers
        self.terminal.show("\nThis will be saved:")
        for name in answers.secrets:
            self.terminal.show(f"  {name} in {self.env}")
            if is_in_environment(name.removeprefix(SETTINGS_PREFIX).lower()):
                self.terminal.show("  ! The environment has another, which goes first.")
        if answers.makes_digest(self.checks.plugins):
            self.terminal.show(
                f"  «{FIRST_DIGEST_NAME}» from {answers.source}, {answers.schedule}"
            )
        elif not answers.secrets:
            self.terminal.show("  nothing new; the tokens are set already")
        answer = prompt_text(self.terminal, "Save it", "yes").lower()
        self._agreed = answer in {"y", "yes"}


def _find_token_problem(token: str, begins: str) -> str | None:
    """Explain why this cannot be a token, without repeating it; None if it can."""
    if not token:
        return "Nothing was pasted."
    if not _TOKEN_PATTERN.fullmatch(token):
        return "This is no token: it is one word of letters, digits, dots and dashes."
    if begins and not token.startswith(begins):
        return f"This is another one: the right one begins with {begins}"
    return None


def _find_machine_zone() -> str:
    """Find the IANA name of the machine's time zone; «UTC» if unknown."""
    try:
        path = Path("/etc/localtime").resolve().as_posix()
        found = find_zone(path.rpartition(_ZONE_FOLDER)[2])
    except (OSError, UserError):
        return "UTC"
    return "UTC" if found.startswith("Etc/") else found


LAST_STEP = "Step 3 of 3: what to read, and when"


def format_next_steps(answers: SetupAnswers, plugins: Plugins, *, done: bool) -> str:
    """Format the next steps: what to run, and what to type then.

    Args:
        answers: All answers.
        plugins: The platforms.
        done: The digest is set up already.
    """
    plugin = plugins[answers.platform]
    lines = ["", "Now run this:", "  standfirst run", ""]
    typed = [
        f"  {line}" for line in (*plugin.first_words, _setup_command(answers, plugin))
    ]
    if done:
        lines += [
            "It prints an address: open it, and type",
            "  /newsdesk preview",
            "to see the edition as it would be now; /newsdesk post posts it.",
        ]
    elif not plugin.setup_steps:
        lines += ["It prints an address: open it, and type", *typed]
    else:
        lines += ["Then type this in the channel that the news is for:", *typed]
    if not done:
        lines += ["It shows the first edition before anything is saved."]
    return "\n".join([*lines, "", "Later, `standfirst doctor` says how all of it is."])


def _setup_command(answers: SetupAnswers, plugin: PlatformPlugin) -> str:
    """Format the setup command with the answers, as it is typed on the platform."""
    if not answers.source:
        return "/newsdesk setup"
    args = {"name": FIRST_DIGEST_NAME, "source": answers.source}
    if answers.schedule:
        args["schedule"] = answers.schedule
    return plugin.format_command("newsdesk setup", args)
