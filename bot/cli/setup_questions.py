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
from typing import TypeVar

from bot.cli.console import (
    BackRequested,
    Terminal,
    prompt_choice,
    prompt_secret,
    prompt_text,
)
from bot.cli.setup_checks import FIRST_DIGEST_NAME, SetupChecks, format_examination
from bot.configuration.feed_lists import list_packs
from bot.errors import BotError, UserError
from bot.i18n.translation import Texts
from bot.ingest import source_health
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
from bot.settings import get_variable_name, is_in_environment

T = TypeVar("T")

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


def list_missing_settings(platform: str, checks: SetupChecks) -> list[str]:
    """List what must be done and set for a platform; empty if nothing is missing."""
    plugin = checks.plugins[platform]
    tokens = [step for step in plugin.setup_steps if isinstance(step, TokenStep)]
    missing = [step for step in tokens if not checks.has_token(plugin, step)]
    if not missing:
        return []
    return [
        *(
            step.instructions(checks.commands())
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

    terminal: Terminal
    #: With the settings as they were at the start.
    checks: SetupChecks
    #: The file for new values.
    env: Path
    answers: SetupAnswers = field(init=False)
    #: With the tokens that were entered so far.
    _entered: SetupChecks = field(init=False)
    #: Id of the application that the checked token belongs to.
    _application: str = field(default="", init=False)
    _agreed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._entered = self.checks
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
        self._show(
            "Press Enter for the answer in brackets, «<» to go back, and Ctrl-C to "
            "leave without changing anything."
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

    def _show(self, *lines: str) -> None:
        for line in lines:
            self.terminal.show(line)

    def _attempt(self, action: Callable[[], T]) -> T | None:
        """Return the result of the action; show its error and return None instead."""
        try:
            return action()
        except BotError as error:
            self._show(f"✗ {error}")
        return None

    # ── the platform ───────────────────────────────────────────────────────────

    def _ask_platform(self) -> None:
        plugins = self.checks.plugins.values()
        choices = {plugin.name: plugin.setup_summary for plugin in plugins}
        chosen = prompt_choice(self.terminal, "\nWhere should the news go?", choices)
        if chosen != self.answers.platform:
            # Tokens of a previously chosen platform are not saved.
            self.answers.secrets.clear()
            self._entered = self.checks
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
        self._show(step.instructions(self._application))
        while True:
            typed = prompt_text(self.terminal, "Press Enter when it is done")
            found = self._attempt(lambda: self._entered.identity(self._plugin.name))
            if found is None:
                continue
            if found.places:
                self._show(f"✓ It is in {', '.join(found.places[:5])}.")
                return
            if typed.lower() == "skip":
                return
            self._show(
                "✗ It is in no server yet. Open the address above and authorise it; "
                "«skip» goes on without."
            )

    def _await_app(self, step: ManifestStep) -> None:
        commands = self.checks.commands()
        self._show(step.instructions(commands))
        question = "Press Enter when it is installed, or type m for the manifest"
        while prompt_text(self.terminal, question):
            self._show(step.manifest(commands))

    def _ask_token(self, step: TokenStep) -> None:
        """Prompt for a token until the platform accepts one."""
        self._show(step.instructions)
        label = step.label[0].upper() + step.label[1:]
        enter = "keeps the one set"
        while True:
            kept = self._entered.has_token(self._plugin, step)
            question = f"{label}; Enter {enter}" if kept else label
            typed = prompt_secret(self.terminal, question)
            if typed or not kept:
                wrong = _find_token_problem(typed, step.prefix)
                if wrong:
                    self._show(f"✗ {wrong}")
                    continue
                self._entered = self._entered.with_token(self._plugin, step, typed)
                self.answers.secrets[_variable_of(self._plugin, step)] = typed
            self._show("Checking …")
            if self._attempt(partial(self._check_token, step)):
                return
            enter = "tries the same again"

    def _check_token(self, step: TokenStep) -> bool:
        """Show whose token it is; return False if there is a problem."""
        plugin = self._plugin
        found, findings = self._entered.examine(plugin.name, reach=step.check_reach)
        self._application = found.application
        self._show(format_examination(plugin, found, findings))
        return not any(one.state == "problem" for one in findings)

    # ── what and when ──────────────────────────────────────────────────────────

    def _ask_source(self) -> None:
        packs = list_packs()
        choices = {name: f"the starter pack «{name}»" for name in packs}
        choices["own"] = "an address of your own: a feed or a site"
        choices["later"] = "nothing yet"
        usual = packs.index("world") + 1 if "world" in packs else 1
        if self._plugin.setup_steps:
            self._show(f"\n{LAST_STEP}")
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
            self._show("Reading …")
            found = self._attempt(partial(self.checks.source, address))
            if found is None:
                continue
            if found.problem is None and found.reading is not None:
                kind = source_health.describe_trial(found.reading, Texts.of("en"))
                self._show(*([f"  {kind}"] if kind else []))
                for article in found.newest[:_SHOWN_MOMENTS]:
                    self._show(f"  {article.title or article.text[:80]}")
                return address
            tried = address
            self._show(f"✗ {found.problem} Enter another, or press Enter to keep it.")

    def _ask_schedule(self) -> None:
        if not self.answers.source:
            return
        offered = self.answers.schedule or f"weekdays at 8:30 {_find_machine_zone()}"
        self._show("\nWhen should it post? For example, «every 2 hours».")
        while True:
            typed = prompt_text(self.terminal, "Schedule", offered)
            if typed == self.answers.schedule:
                # Its times were already shown.
                return
            rule = self._attempt(partial(parse_schedule, typed))
            if rule is None:
                continue
            self.answers.schedule = offered = describe_schedule(rule)
            self._show(
                f"  {offered}. The next times:",
                *self._list_moments(rule),
                "Press Enter to accept it, or enter another.",
            )

    def _list_moments(self, rule: Schedule) -> list[str]:
        zone = load_zone(rule.zone)
        dues = list_upcoming_dues(rule, self.checks.now(), _SHOWN_MOMENTS)
        times = [f"{due.at.astimezone(zone):%Y-%m-%d %H:%M}" for due in dues]
        return [f"    {time} {rule.zone}" for time in times]

    # ── the end ────────────────────────────────────────────────────────────────

    def _confirm(self) -> None:
        answers = self.answers
        self._show("\nThis will be saved:")
        for name in answers.secrets:
            self._show(f"  {name} in {self.env}")
            if is_in_environment(name):
                self._show("  ! The environment has another value, which overrides it.")
        if answers.makes_digest(self.checks.plugins):
            self._show(
                f"  «{FIRST_DIGEST_NAME}» from {answers.source}, {answers.schedule}"
            )
        elif not answers.secrets:
            self._show("  nothing new; the tokens are set already")
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
    typed = ["/newsdesk preview"]
    after = "to see the edition as it would be now; /newsdesk post posts it."
    if not done:
        typed = [*plugin.first_words, _setup_command(answers, plugin)]
        after = "It shows the first edition before anything is saved."
    where = "Then type this in the channel that the news is for:"
    if not plugin.setup_steps:
        where = "It prints an address: open it, and type"
    return "\n".join(
        [
            *("", "Now run this:", "  standfirst run", "", where),
            *(f"  {line}" for line in typed),
            *(after, "", "Later, `standfirst doctor` checks the installation."),
        ]
    )


def _setup_command(answers: SetupAnswers, plugin: PlatformPlugin) -> str:
    """Format the setup command with the answers, as it is typed on the platform."""
    if not answers.source:
        return "/newsdesk setup"
    args = {"name": FIRST_DIGEST_NAME, "source": answers.source}
    if answers.schedule:
        args["schedule"] = answers.schedule
    return plugin.format_command("newsdesk setup", args)
