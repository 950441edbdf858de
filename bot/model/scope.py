"""What a query is restricted to: a workspace, or one person in it."""

from typing import Final, TypeAlias

from digests.types import frozen_positional

#: Name of a platform in the registry `bot.platforms.plugins`.
PlatformName: TypeAlias = str
#: The largest key of a row: no larger number is an id of ours.
MAX_KEY: Final = 2**63 - 1


@frozen_positional
class Scope:
    """The workspace to whose rows a query is restricted."""

    workspace_id: int


@frozen_positional
class PersonScope:
    """The person to whose rows in a workspace a query is restricted."""

    workspace_id: int
    #: The platform's id.
    person_id: str

    @property
    def workspace(self) -> Scope:
        """The whole workspace."""
        return Scope(self.workspace_id)


class Scoped:
    """A noun that belongs to a workspace."""

    __slots__ = ()
    workspace_id: int

    @property
    def scope(self) -> Scope:
        """The workspace that it belongs to."""
        return Scope(self.workspace_id)
