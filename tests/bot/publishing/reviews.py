"""A newsroom that reviews its editions, and what its editors see."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.model.drafts import Draft
from bot.storage import draft_store, schedule_store
from tests.bot.commands.editors import Editor
from tests.bot.harness import BotHarness
from tests.bot.publishing.test_planning import at
from tests.fakes import Posted

#: Editions at 8:00 in Berlin, which is 7:00 UTC; drafts half an hour before.
REVIEWED = """
[[workspace]]
platform = "local"
id = "newsroom"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "c-morning"

[[workspace.destination]]
name = "desk"
channel = "c-desk"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "daily at 8 Europe/Berlin"
review = "hold"
review_lead = 30
review_channel = "desk"
"""
DEADLINE = REVIEWED.replace('"hold"', '"deadline"')
BRIDGE_HEADLINE = "Harbour bridge closes after crack is found"
POOL_HEADLINE = "Torvale pool reopens after repairs to its roof"


@dataclass
class Newsroom:
    """What a test asks of a newsroom with a review channel."""

    harness: BotHarness
    started: list[str] = field(default_factory=list)

    async def goes_by(self, *moments: str) -> None:
        """Let the bot run at these moments of 2026, in UTC."""
        for moment in moments:
            await self.waits_until(at(moment))

    async def waits_until(self, moment: datetime) -> None:
        self.harness.clock.set(moment)
        await self.harness.ingestor.poll()
        await self.harness.wake()

    async def editor(self, name: str = "Ana") -> Editor:
        from bot.model import Permission, Person

        person = Person(id=name.lower(), name=name, permission=Permission.EDITOR)
        return Editor(self.harness, await self.harness.place(), person)

    def in_channel(self, channel: str) -> list[Posted]:
        return [m for m in self.harness.platform.messages if m.channel == channel]

    @property
    def posted(self) -> list[str]:
        """The headlines that readers see, without the titles of editions."""
        texts = [str(m.payload["text"]) for m in self.in_channel("c-morning")]
        return [text for text in texts if text != "Morning brief"]

    @property
    def shown(self) -> Posted:
        """The message of the newest draft in the review channel."""
        return self.in_channel("c-desk")[-1]

    @property
    def words(self) -> str:
        """The lines of that message above the edition."""
        return "\n".join(self.shown.payload["lines"])

    @property
    def drafted(self) -> list[str]:
        """The headlines in that message."""
        return list(self.shown.payload["text"])[1:]

    def control(self, label: str) -> str:
        """The id of the button with this label below the draft."""
        buttons = self.shown.payload["buttons"]
        return next(str(id) for id, said in buttons if said == label)

    async def drafts(self) -> tuple[Draft, ...]:
        digest = await self.harness.digest()
        return await self.harness.db.read(draft_store.list_open_drafts, digest.scope)

    async def draft(self) -> Draft:
        (found,) = await self.drafts()
        return found

    async def states(self) -> list[tuple[str, str]]:
        """(due moment in UTC, state) of the newest occurrences, oldest first."""
        digest = await self.harness.digest()
        found = await self.harness.db.read(
            schedule_store.list_newest_occurrences,
            digest.scope,
            digest_id=digest.id,
            count=10,
        )
        return [(f"{one.due_at:%m-%d %H:%M}", one.state) for one in reversed(found)]

    async def types(self, act: str, name: str = "Ana"):
        """An editor types an act on the only draft."""
        editor = await self.editor(name)
        return await editor.says("newsdesk drafts", act=act)
