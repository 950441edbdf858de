"""Remember whether a database works, and log a fault once instead of at each attempt.

Several threads fail and succeed at the same time: a full disk can be read, and a server
without free connections serves those that are open. So reading and writing are kept
apart, and a fault that comes and goes is logged once in `REPEAT_SECONDS`.
"""

import threading
import time

import structlog

from bot.metrics import DatabaseAccess

log = structlog.get_logger(__name__)

#: Seconds until the same fault is logged again, if it ended in between.
REPEAT_SECONDS = 60.0


class DatabaseFaults:
    """The present faults of a database. All calls may come from any thread."""

    def __init__(self, *, logged: bool = False) -> None:
        """Start without a fault.

        Args:
            logged: Whether faults are logged; a command prints its own.
        """
        self.logged = logged
        self._lock = threading.Lock()
        self._present: dict[DatabaseAccess, str] = {}
        #: When each sentence was logged last, by the monotonic clock.
        self._logged_at: dict[str, float] = {}
        self._began = 0.0
        #: Whether the present fault was logged, so that its end is.
        self._is_known = False

    @property
    def present(self) -> str:
        """Return the sentence of a present fault; "" if there is none."""
        with self._lock:
            return next(iter(self._present.values()), "")

    @property
    def prevent_writing(self) -> bool:
        """Check whether the last write failed."""
        return "write" in self._present

    def add(self, access: DatabaseAccess, reason: str) -> None:
        """Record that a transaction failed."""
        now = time.monotonic()
        with self._lock:
            if not self._present:
                self._began = now
            known = reason in self._present.values()
            self._present[access] = reason
            last = self._logged_at.get(reason, -REPEAT_SECONDS)
            if known or not self.logged or now - last < REPEAT_SECONDS:
                return
            self._logged_at[reason], self._is_known = now, True
        log.error("the database does not work", reason=reason)

    def clear(self, access: DatabaseAccess) -> None:
        """Record that a transaction succeeded."""
        if not self._present:
            return
        with self._lock:
            reason = self._present.pop(access, None)
            is_over = reason is not None and not self._present and self._is_known
            seconds = round(time.monotonic() - self._began, 1)
            self._is_known = self._is_known and not is_over
        if is_over:
            log.warning("the database works again", after_seconds=seconds)
