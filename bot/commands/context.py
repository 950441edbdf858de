"""Context of a command: use cases, clock and database; who asks, in which language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.commands.controls import ControlSigner
from bot.configuration.change_preview import ChangePreviews
from bot.configuration.changes import ConfigurationService
from bot.i18n.translation import Texts
from bot.lookup.archive import Archive
from bot.model import Digest, Finding, Invocation, PlatformCheck
from bot.operations.doctor import Doctor
from bot.operations.maintenance import WorkspaceEraser
from bot.ports import Clock, Plugins
from bot.publishing.editions import EditionPublisher
from bot.settings import Retention
from bot.storage import Database, personal_digest_store, reader_store
from bot.storage.reader_store import PersonScope


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandContext:
    """Handed to every command's `build`."""

    db: Database
    archive: Archive
    publisher: EditionPublisher
    controls: ControlSigner
    clock: Clock
    version: str
    #: Asks the scheduler to look now, for example after an edition was ordered.
    wake: Callable[[], None]
    #: The setting of that name: what is nobody else's.
    allow_private: str = ""
    #: What platforms find themselves when the doctor asks.
    checks: Mapping[str, PlatformCheck] = field(default_factory=dict)
    #: Checks the settings of the process.
    check_settings: Callable[[], Iterable[Finding]] = tuple
    #: Descriptors of all platforms, switched on or not.
    plugins: Plugins = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)

    @property
    def configuration(self) -> ConfigurationService:
        """Changes of what is set up."""
        return ConfigurationService(
            db=self.db,
            clock=self.clock,
            allow_private=self.allow_private,
            plugins=self.plugins,
        )

    @property
    def previews(self) -> ChangePreviews:
        """What a change would do to what people read."""
        return ChangePreviews(publisher=self.publisher)

    @property
    def erasing(self) -> WorkspaceEraser:
        """The end of a workspace."""
        return WorkspaceEraser(db=self.db, clock=self.clock)

    @property
    def doctor(self) -> Doctor:
        """What is wrong, and the fixes."""
        return Doctor(
            db=self.db,
            clock=self.clock,
            ingestor=self.publisher.ingestor,
            archive=self.archive,
            platforms=self.publisher.platforms,
            checks=self.checks,
            check_settings=self.check_settings,
            plugins=self.plugins,
        )

    async def own_digest(self, asked: Invocation) -> Digest | None:
        """The digest that is the asking person's own."""
        return await self.db.read(
            personal_digest_store.find_personal_digest,
            **person_key(asked),
        )

    async def zone_of(self, asked: Invocation) -> str:
        """The zone in which the asking person lives, as far as is known."""
        reader = await self.db.read(
            reader_store.get_preferences,
            **person_key(asked),
        )
        return reader.zone or asked.place.workspace.zone


def texts_for(invocation: Invocation) -> Texts:
    """The sentences in the asker's language, where there are any."""
    return Texts.of(invocation.locale)


def person_key(invocation: Invocation) -> PersonScope:
    """Who asks, as the verbs on what is theirs ask for them."""
    return PersonScope(
        workspace_id=invocation.place.workspace.id, person_id=invocation.person.id
    )
