"""Questions of the setup wizard, in order, and its checks; writes nothing.

The platform's own steps come from its plugin. «<» goes back to the previous question.
Each answer is checked at once; after an invalid one the question is repeated with the
reason. Each check runs in an event loop of its own, so that Ctrl-C ends it like the
questions.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypeVar

from bot.cli.console import (
    BackRequested,
    Terminal,
    format_finding,
    prompt_choice,
    prompt_secret,
    prompt_text,
)
from bot.cli.running import ApplicationFactory
from bot.cli.source import read_once
from bot.configuration import file_import
from bot.configuration.feed_lists import expand_addresses, get_pack_language, list_packs
from bot.configuration.file_import import ConfigurationFile
from bot.errors import BotError, SendNotReceived, UserError
from bot.i18n.translation import Texts
from bot.ingest import source_health
from bot.ingest.polling import SourceTrial
from bot.model import Command, Finding, PlatformIdentity
from bot.ports import (
    Examiner,
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
from bot.settings import Settings, get_variable_name, is_in_environment
from digests.types import frozen_positional

T = TypeVar("T")

#: Name of the digest that the wizard sets up.
FIRST_DIGEST_NAME = "News brief"
#: Channel of that digest, on a platform where channels are created on first use.
FIRST_CHANNEL = "news"
#: Seconds that a platform may take to answer.
PLATFORM_TIMEOUT = 20.0


@frozen_positional
class SetupChecks:
    """The wizard's access to platforms, sources and the database."""

    factory: ApplicationFactory
    settings: Settings

    def has_token(self, plugin: PlatformPlugin, step: TokenStep) -> bool:
        """Check whether the settings have the token of this step."""
        group = self.settings.get_group(plugin.settings)
        return getattr(group, step.setting) is not None

    def with_token(self, plugin: PlatformPlugin, step: TokenStep, token: str) -> Self:
        """Return a copy whose settings have this token."""
        group = self.settings.get_group(plugin.settings)
        given = plugin.settings.model_validate({step.setting: token})
        update = {step.setting: getattr(given, step.setting)}
        platforms = dict(self.settings.platforms)
        platforms[plugin.name] = group.model_copy(update=update)
        return replace(self, settings=self.settings.over(platforms=platforms))

    @property
    def plugins(self) -> Plugins:
        """Every platform by name, in the order in which they are offered."""
        return self.factory.list_platforms()

    def identity(self, platform: str) -> PlatformIdentity:
        """Fetch the account that the token belongs to; raises `SendError`."""
        return self._ask(platform, lambda examiner: examiner.identity())

    def reach(self, platform: str) -> Finding:
        """Check that events on the platform can reach the bot; raises `SendError`."""
        return self._ask(platform, lambda examiner: examiner.reach())

    def _ask(self, platform: str, question: Callable[[Examiner], Awaitable[T]]) -> T:
        async def ask() -> T:
            async with (
                asyncio.timeout(PLATFORM_TIMEOUT),
                self.factory.open_examiner(self.settings, platform) as examiner,
            ):
                return await question(examiner)

        try:
            return asyncio.run(ask())
        except TimeoutError:
            raise SendNotReceived(
                f"There was no answer for {PLATFORM_TIMEOUT:.0f} seconds. "
                "Check the network."
            ) from None

    def examine(
        self, platform: str, *, reach: bool
    ) -> tuple[PlatformIdentity, list[Finding]]:
        """Fetch the account, and check its permissions and whether events arrive.

        Raises:
            SendError: The token was refused, or the platform could not be queried.
        """
        found = self.identity(platform)
        more = [self.reach(platform)] if reach else []
        return found, [*found.findings, *more]

    def source(self, address: str) -> SourceTrial:
        """Read a source once; the result also says why it could not be read."""
        return asyncio.run(read_once(address, self.settings, self.now()))

    def commands(self) -> Sequence[Command]:
        """The registered commands, which an app's manifest lists."""

        async def build(elsewhere: Settings) -> Sequence[Command]:
            async with self.factory.open_application(elsewhere) as app:
                return app.inbox.commands

        # Over a temporary database: the real one is created only after the last answer.
        with TemporaryDirectory() as folder:
            address = f"sqlite:///{Path(folder).as_posix()}/none.db"
            return asyncio.run(build(self.settings.over(database_url=address)))

    def now(self) -> datetime:
        """The current time."""
        return self.factory.get_clock().now()

    def set_up(self, platform: str, source: str, schedule: str) -> bool:
        """Set up a first digest on a platform that needs no account.

        Returns:
            False if there is a digest already.

        Raises:
            ConfigurationError: The database cannot be used.
        """
        digest = {
            "name": FIRST_DIGEST_NAME,
            "sources": expand_addresses(source),
            "destinations": [FIRST_CHANNEL],
            "schedule": [schedule] if schedule else [],
            "language": get_pack_language(source) or "en",
        }
        entry = {
            "platform": platform,
            "id": platform,
            "zone": parse_schedule(schedule).zone if schedule else "UTC",
            "destination": [{"name": FIRST_CHANNEL, "channel": FIRST_CHANNEL}],
            "digest": [digest],
        }
        data = {"workspace": [entry]}
        file = ConfigurationFile(data=data, plugins=self.plugins, base=Path.cwd())

        async def save() -> bool:
            async with self.factory.open_application(self.settings) as app:
                _, known = await app.archive.local_destinations()
                if known:
                    return False
                await app.db.write(
                    file_import.apply_file,
                    file,
                    prune=False,
                    now=app.clock.now(),
                    allow_private=self.settings.fetch_allow_private,
                    quotas=self.settings.quotas,
                    recorded=True,
                )
                return True

        return asyncio.run(save())


def format_examination(
    plugin: PlatformPlugin, found: PlatformIdentity, findings: Sequence[Finding]
) -> str:
    """Format the findings below a line that names the account.

    The line is «✓ Discord knows it as Standfirst, application 9001; in: Newsroom».
    """
    of = f", application {found.application}" if found.application else ""
    where = ", ".join(found.places[:5]) or "no server yet"
    more = f" and {len(found.places) - 5} more" if len(found.places) > 5 else ""
    known = f"✓ {plugin.title} knows it as {found.bot}{of}; in: {where}{more}"
    return "\n".join([known, *map(format_finding, findings)])


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
