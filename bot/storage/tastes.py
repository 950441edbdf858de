"""What a person's own digest reads, lets in and ranks by; a piece, no verb.

Nothing of it is stored with the digest: what the workspace's digests read by now, and
what the person follows and said by now, is what counts.
"""

from dataclasses import replace

from sqlalchemy import Connection, select

from bot.storage import feedback, follows
from bot.storage import sources as source_verbs
from bot.storage.readers import Whose
from bot.storage.schema import digest_sources, digests, sources
from bot.storage.schema.configuration import NAMED
from bot.types import Digest, Source


def filled(connection: Connection, own: Digest) -> Digest:
    """Make a person's own digest whole."""
    assert own.person is not None
    here = Whose(workspace_id=own.workspace_id, person_id=own.person)
    wishes: dict[str, str] = {}
    for given in feedback.of_person(connection, **here):
        for term in given.terms:
            # The newest word on it comes first.
            wishes.setdefault(term, given.direction)
    return replace(
        own,
        sources=_read_here(connection, own.workspace_id),
        include=tuple(one.name for one in follows.of_person(connection, **here)),
        more=tuple(term for term, way in wishes.items() if way == "more"),
        less=tuple(term for term, way in wishes.items() if way == "less"),
    )


def _read_here(connection: Connection, workspace_id: int) -> tuple[Source, ...]:
    """The sources of the workspace's digests, without those that rest everywhere."""
    read = (
        select(digest_sources.c.source_id)
        .join(digests, digests.c.id == digest_sources.c.digest_id)
        .where(
            digest_sources.c.workspace_id == workspace_id,
            ~digest_sources.c.paused,
            NAMED,
        )
    )
    found = connection.execute(
        select(sources).where(sources.c.id.in_(read)).order_by(sources.c.id)
    )
    return tuple(map(source_verbs.noun, found))
