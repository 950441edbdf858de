"""What the editions of one run share: sources read, analyses, time for pictures."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.ingest.polling import Ingestor
from bot.model import Occurrence, Source
from bot.publishing.illustration import PictureBudget
from bot.storage import Database, source_store
from digests.analysis import AnalyseArticle, AnalysisCache


@dataclass(kw_only=True, slots=True)
class PublishingRun:
    """One run over the due occurrences, or one edition by hand."""

    read: AnalyseArticle = field(default_factory=lambda: AnalysisCache().read)
    _refreshed: set[int] = field(default_factory=set)
    pictures: PictureBudget = field(
        default_factory=lambda: PictureBudget(monotonic=asyncio.get_running_loop().time)
    )

    async def refresh(
        self, ingestor: Ingestor, sources: Iterable[Source], *, insist: bool = False
    ) -> None:
        """Read the sources that this run has not waited for yet."""
        new = [source for source in sources if source.id not in self._refreshed]
        self._refreshed.update(source.id for source in new)
        await ingestor.refresh(new, insist=insist)

    async def refresh_due(
        self, db: Database, ingestor: Ingestor, waiting: Sequence[Occurrence]
    ) -> None:
        """Read the sources of due digests, all at once: slow ones cost one wait."""
        ordered = {o.digest_id for o in waiting if o.trigger == "manual"}
        keys = {o.digest_id for o in waiting} - ordered
        wanted = await db.read(source_store.list_digest_sources, keys=ordered)
        due = await db.read(source_store.list_digest_sources, keys=keys)
        await asyncio.gather(
            self.refresh(ingestor, wanted, insist=True), self.refresh(ingestor, due)
        )
