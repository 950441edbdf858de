"""The services that commands share, and the context of one call."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, field
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from bot.commands.controls import SIGNED_ACTIONS, ControlSigner, build_control_id
from bot.i18n.translation import Texts
from bot.lookup.archive import Archive
from bot.lookup.name_resolution import posts_to
from bot.model import (
    Block,
    Command,
    CommandOption,
    Control,
    ControlMenu,
    Destination,
    Digest,
    Discussion,
    Finding,
    Form,
    FormField,
    Invocation,
    Location,
    Paragraph,
    Person,
    PlatformCheck,
    Reply,
    SettingsModel,
    SmallPrint,
    Workspace,
)
from bot.model.quotas import DEFAULT_QUOTAS, Quotas
from bot.model.scope import PersonScope, Scope
from bot.operations.doctor import Doctor
from bot.ports import Clock, PeopleDirectory, Plugins
from bot.publishing.editions import EditionPublisher
from bot.publishing.planning import digest_zone, find_next_due
from bot.settings import Retention
from bot.storage import (
    Connection,
    Database,
    destination_store,
    digest_store,
    personal_digest_store,
    reader_store,
)
from digests.messages import Message
from digests.types import frozen, frozen_positional

P = ParamSpec("P")
T = TypeVar("T")
#: A query about one workspace.
Query = Callable[Concatenate[Connection, Scope, P], T]
#: Questions of a form, on the platform that takes the fewest.
MAX_FIELDS = 5


@frozen_positional
class Option(CommandOption):
    """How one parameter of a command is asked for and converted.

    It is the metadata of the parameter's annotation:
    `Annotated[EditionStory, Option("Its number", convert=find_story)]`.
    """

    description: str
    _: KW_ONLY
    #: The option's name, if it differs from the parameter's: «from».
    name: str = ""
    #: (context, stripped typed text) → value, or an awaitable of it. Without a
    #: converter the parameter gets the text.
    convert: Callable[[Any, str], Any] | None = None
    #: Whether an empty answer is converted too: the digest that is posted here.
    implicit: bool = False
    #: Settings whose errors (`FieldError.field`) belong to this question.
    settings: tuple[str, ...] = ()


@frozen_positional
class OptionGroup:
    """Options of one parameter: some of the settings of a model.

    The parameter gets the given ones, by name, as they were typed.
    """

    model: type[SettingsModel]
    names: tuple[str, ...]


@frozen
class CommandServices:
    """Services that all commands share; the application builds them once."""

    db: Database
    archive: Archive
    publisher: EditionPublisher
    controls: ControlSigner
    clock: Clock
    version: str
    #: Wakes the scheduler to check for due work, for example after a manual post.
    wake: Callable[[], None]
    #: The setting of that name: private addresses that sources may use.
    allow_private: str = ""
    #: Checks of the platforms themselves, for the doctor.
    checks: Mapping[str, PlatformCheck] = field(default_factory=dict)
    #: Checks the settings of the process, for the doctor.
    check_settings: Callable[[], Iterable[Finding]] = tuple
    #: Descriptors of all platforms, switched on or not.
    plugins: Plugins = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    #: How much each workspace may have.
    quotas: Quotas = DEFAULT_QUOTAS

    @property
    def doctor(self) -> Doctor:
        """Checks for problems, with their fixes."""
        illustrator = self.publisher.illustrator
        return Doctor(
            db=self.db,
            clock=self.clock,
            ingestor=self.publisher.ingestor,
            archive=self.archive,
            platforms=self.publisher.platforms,
            checks=self.checks,
            check_settings=self.check_settings,
            plugins=self.plugins,
            quotas=self.quotas,
            draw_card=illustrator.cards.draw_card if illustrator else None,
            public_url=self.publisher.pages.public_url,
        )


@frozen
class CommandContext:
    """One call of a command: the person, place and language, and the services."""

    services: CommandServices
    invocation: Invocation
    #: The command that was called, and the registry that it belongs to.
    command: Command
    commands: Sequence[Command]

    @property
    def typed(self) -> dict[str, str]:
        """The answers by option, as they were typed."""
        return {name: said.strip() for name, said in self.invocation.args.items()}

    @property
    def answers(self) -> Mapping[str, str] | None:
        """Answers of a form that belongs to a control; None = it was pressed."""
        return self.invocation.answers

    # ── who asks, and where ────────────────────────────────────────────────────

    @property
    def texts(self) -> Texts:
        """Sentences, dates and numbers in the language of the person."""
        return Texts.of(self.invocation.locale)

    @property
    def place(self) -> Location:
        """The workspace and channel of the call."""
        return self.invocation.place

    @property
    def workspace(self) -> Workspace:
        """The workspace of the call."""
        return self.invocation.place.workspace

    @property
    def workspace_id(self) -> int:
        """Its key."""
        return self.invocation.place.workspace.id

    @property
    def zone(self) -> str:
        """The time zone of the workspace."""
        return self.invocation.place.workspace.zone

    @property
    def person(self) -> Person:
        """The person who called."""
        return self.invocation.person

    @property
    def scope(self) -> Scope:
        """The workspace, for queries."""
        return Scope(self.workspace_id)

    @property
    def person_scope(self) -> PersonScope:
        """The person in the workspace, for queries."""
        return PersonScope(self.workspace_id, self.person.id)

    @property
    def signature(self) -> str:
        """The person as the audit log names them: «Ana (U123)»."""
        return f"{self.person.name} ({self.person.id})"

    @property
    def now(self) -> datetime:
        """The current time."""
        return self.services.clock.now()

    # ── services ───────────────────────────────────────────────────────────────

    @property
    def db(self) -> Database:
        """The database."""
        return self.services.db

    @property
    def archive(self) -> Archive:
        """Look-ups of stories and editions."""
        return self.services.archive

    @property
    def publisher(self) -> EditionPublisher:
        """The service that composes and posts editions."""
        return self.services.publisher

    async def query(self, load: Query[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Run a query about the workspace; see `Database.read`."""
        return await self.db.read(load, self.scope, *args, **named)

    async def list_digests(self) -> tuple[Digest, ...]:
        """List the digests of the workspace by name, without personal ones."""
        return await self.query(digest_store.list_digests)

    async def list_digests_here(self) -> tuple[Digest, ...]:
        """List the digests that are posted in this channel."""
        known = await self.list_digests()
        return tuple(digest for digest in known if posts_to(digest, self.place.channel))

    async def list_destinations(self) -> tuple[Destination, ...]:
        """List the destinations of the workspace."""
        return await self.query(destination_store.list_destinations)

    def list_people(self) -> tuple[Person, ...]:
        """List the people of the workspace; () if the platform cannot list them."""
        platform: object = self.publisher.platforms.get(self.workspace.platform)
        return platform.people if isinstance(platform, PeopleDirectory) else ()

    async def find_own_digest(self) -> Digest | None:
        """Find the person's own digest."""
        return await self.db.read(
            personal_digest_store.find_personal_digest, self.person_scope
        )

    async def get_own_zone(self) -> str:
        """Return the time zone that the person chose, or else the workspace's."""
        chosen = await self.db.read(reader_store.get_preferences, self.person_scope)
        return chosen.zone or self.zone

    # ── words ──────────────────────────────────────────────────────────────────

    def say(self, msgid: str, /, **values: object) -> str:
        """Return the sentence in the person's language; see `Texts.say`."""
        return self.texts.say(msgid, **values)

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the sentence for `n` things; see `Texts.count`."""
        return self.texts.count(one, many, n, **values)

    def message(self, message: Message | None, /) -> str:
        """Return the text of a message in the person's language, "" for None."""
        return self.texts.message(message)

    def get_today(self, zone: str) -> date:
        """Return the date in this zone."""
        return self.get_date(self.now, zone)

    def get_date(self, at: datetime, zone: str) -> date:
        """Return the date of an instant in this zone."""
        return at.astimezone(ZoneInfo(zone)).date()

    def format_moment(self, at: datetime | None, zone: str = "") -> str:
        """Format «tomorrow 08:30», by default in the workspace's zone; "" for None."""
        return self.texts.moment(at, zone or self.zone, self.now) if at else ""

    def format_next_due(self, digest: Digest) -> str:
        """Format the digest's next time, in its own zone, or «not scheduled»."""
        due = find_next_due(digest, self.now)
        return self.format_moment(due, digest_zone(digest)) or self.say("not scheduled")

    # ── answers ────────────────────────────────────────────────────────────────

    def reply(
        self,
        *said: str | Block,
        title: str = "",
        controls: Sequence[Control] = (),
        menus: Sequence[ControlMenu] = (),
        discussion: Discussion | None = None,
        in_place: bool = False,
    ) -> Reply:
        """Build a reply of these blocks; a text becomes a paragraph."""
        blocks = (Paragraph(text=one) if isinstance(one, str) else one for one in said)
        return Reply(
            title=title,
            blocks=tuple(blocks),
            controls=tuple(controls),
            menus=tuple(menus),
            discussion=discussion,
            in_place=in_place,
        )

    def answer(self, msgid: str, /, *, title: str = "", **values: object) -> Reply:
        """Build a reply of one sentence; see `Texts.say`."""
        return self.reply(self.say(msgid, **values), title=title)

    def section(self, msgid: str, lines: Sequence[Block], /) -> tuple[Block, ...]:
        """Build the lines below a heading in small print; () without lines."""
        return (self.small_print(msgid), *lines) if lines else ()

    def small_print(self, msgid: str, /, **values: object) -> SmallPrint:
        """Build a line of small print from one sentence; see `Texts.say`."""
        return SmallPrint(text=self.say(msgid, **values))

    def form(
        self,
        values: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        *,
        required: Collection[str] = (),
    ) -> Form:
        """Build a form with the questions of this command.

        It holds as many as a form can: required and answered ones first.

        Args:
            values: Initial answers; without them, the typed ones.
            errors: Error messages by option.
            required: Options that the form requires, although the command does not.
        """
        values, wrong = self.typed if values is None else values, errors or {}
        options, word = self.command.options, self.texts.word
        touched = {*values, *wrong, *required}
        by_need = sorted(options, key=lambda o: not (o.required or o.name in touched))
        fields = (
            FormField(
                name=option.name,
                label=word(option.name.replace("_", " ").capitalize()),
                description=word(option.description),
                required=option.required or option.name in required,
                value=values.get(option.name, ""),
                choices=option.choices,
                error=wrong.get(option.name, ""),
                lines=option.lines,
                attachable=option.attachable,
            )
            for option in options
            if option in by_need[:MAX_FIELDS]
        )
        title = word(self.command.description)
        return Form(path=self.command.path, title=title, fields=tuple(fields))

    def ask(self, title: str, fields: Iterable[FormField], *control: str) -> Form:
        """Build a form that belongs to a control: submitting it presses the control.

        Args:
            title: Of the form.
            fields: Its questions.
            control: Action and arguments; see `control_id`.
        """
        return Form(
            path=self.command.path,
            title=title,
            fields=tuple(fields),
            control=self.control_id(*control),
        )

    def button(
        self,
        msgid: str,
        action: str,
        *args: str,
        primary: bool = False,
        **values: object,
    ) -> Control:
        """Build a button with the sentence as its label; see `Texts.say`.

        Where pressing it changes something, only this workspace accepts it.
        """
        label = self.say(msgid, **values)
        return Control(id=self.control_id(action, *args), label=label, primary=primary)

    def control_id(self, action: str, *args: str) -> str:
        """Build the id of a control, signed where pressing it changes something."""
        if action in SIGNED_ACTIONS:
            return self.services.controls.signed(self.workspace_id, action, *args)
        return build_control_id(action, *args)


def collapse_blanks(_: CommandContext, typed: str) -> str:
    """Return the text on one line, words separated by single spaces."""
    return " ".join(typed.split())
