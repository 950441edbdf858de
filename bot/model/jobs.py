"""Jobs: work that one process asks for and another does.

A job names its subject by keys only. It does whatever is due there when it runs, so an
extra job is harmless: what is due is stored in the tables of the subject.
"""

from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal, Self, TypeAlias

from bot.model.scope import PlatformName
from digests.types import frozen

#: Names are stored in jobs that wait: a new version may add some, but renames none.
TaskName: TypeAlias = Literal[
    "read_source",
    "read_pages",
    "look_ahead",
    "compose",
    "correct",
    "deliver",
    "maintain",
]
#: Without a sign of life for so long, a worker counts as lost.
LOST_AFTER: Final = timedelta(seconds=14)
#: Jobs of a workspace's digests that run at the same time, in all workers together.
WORKSPACE_SLOTS: Final = 4
QueueName: TypeAlias = Literal["read", "publish", "deliver", "maintain"]

#: The queue in which a task waits. A long one does not delay the other queues.
QUEUES: Final = MappingProxyType[TaskName, QueueName](
    {
        "read_source": "read",
        "read_pages": "read",
        "look_ahead": "read",
        "compose": "publish",
        "correct": "publish",
        "deliver": "deliver",
        "maintain": "maintain",
    }
)


@frozen
class DeliveryShare:
    """The destinations behind one token of a platform: one process sends to them."""

    platform: PlatformName
    #: 0 = one token serves all workspaces of the platform.
    workspace_id: int = 0

    def __str__(self) -> str:
        return f"{self.platform}:{self.workspace_id}"


@frozen
class DeliveryShares:
    """Several shares, as a condition on what is sent."""

    #: Platforms of which all workspaces are included.
    platforms: frozenset[PlatformName] = frozenset()
    workspaces: frozenset[int] = frozenset()
    #: Only while this process still holds them; "" = whoever does.
    held_by: str = ""

    @classmethod
    def of(cls, *shares: DeliveryShare, held_by: str = "") -> Self:
        """Combine shares."""
        whole = (one.platform for one in shares if not one.workspace_id)
        single = (one.workspace_id for one in shares if one.workspace_id)
        return cls(
            platforms=frozenset(whole), workspaces=frozenset(single), held_by=held_by
        )

    def is_within(self, others: "DeliveryShares") -> bool:
        """Check whether these are all among others."""
        same_platforms = self.platforms <= others.platforms
        return same_platforms and self.workspaces <= others.workspaces


@frozen
class JobRequest:
    """A request for one job; for the same subject, one waits at a time."""

    task: TaskName
    #: The workspace whose turn it takes; 0 = of no workspace.
    workspace_id: int = 0
    #: Key of the source or digest; 0 = the task has no single subject.
    subject_id: int = 0
    #: Jobs with the same lock never run at the same time; "" = those of one subject.
    lock: str = ""
    #: Of deliveries, instead of a workspace.
    share: DeliveryShare | None = None
    #: Only if no job of the subject runs: that one sees what there is to do.
    unless_running: bool = False

    @classmethod
    def for_digest(cls, task: TaskName, workspace_id: int, digest_id: int) -> Self:
        """Request a job of a digest; few of a workspace run at the same time.

        They wait for slow sources most of the time: without a limit, one workspace
        could occupy all workers.
        """
        slot = digest_id % WORKSPACE_SLOTS
        return cls(
            task=task,
            workspace_id=workspace_id,
            subject_id=digest_id,
            lock=f"{task}:{workspace_id}:slot:{slot}",
        )

    @classmethod
    def for_share(cls, share: DeliveryShare) -> Self:
        """Request the deliveries that are due in a share."""
        return cls(task="deliver", share=share)

    @property
    def name(self) -> str:
        """The subject as a text that is the same for every request for it."""
        share = self.share or ""
        return f"{self.task}:{self.workspace_id}:{self.subject_id}{share}"
