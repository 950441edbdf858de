"""A file that somebody handed over, and what its one fetch is held to; it asks nothing.

Nobody crawls there: it is asked for at once, and no robots.txt has a say. In its place
one origin is asked and no other, wherever that may redirect.
"""

from dataclasses import dataclass, field

from yarl import URL

from digests.errors import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """What a fetch is held to, besides the policy."""

    #: «https://files.example», the only scheme, host and port that are asked.
    origin: str
    #: Bytes, over the wire and unpacked.
    most: int
    #: Said to the origin; a secret. "" = the address is enough.
    bearer: str = field(default="", repr=False)

    def check(self, url: URL) -> None:
        """Raise `Refused` where the address is not the origin's."""
        if url.origin() != URL(self.origin).origin():
            raise Refused(
                f"{url.host} is not where files lie that are handed over here."
            )
