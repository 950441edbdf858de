"""The outbox: send each stored delivery exactly once.

The protocol, for every delivery:

1. *Claim* under the database's write lock, with a lease and a fence, and commit
   before any network call. Claiming does not remove: a killed process leaves the
   row in `sending`, and its lapsed lease makes it `uncertain`.
2. *Send*. A clear answer is recorded as `sent`, `retry` or `failed`; every other end
   is `uncertain`.
3. *Uncertain* waits until a request in flight must have landed, then is *read back*:
   found → adopted as `sent`; not found → `ready` again under the same key; not
   allowed to look → `held`, and an editor is told by `/newsdesk status`.

The payload was frozen when the delivery was made; a retry sends the same bytes, or,
where the platform does not take them, the same words more plainly.

    lanes       whose turn it is: fair between workspaces, one at a time a place
    verdicts    what a failed send means: a pure table
    recording   the transactions: answers in, claims out
    carrying    the way itself
    notices     what one person is told in private: that their place stopped, or how
                their report was settled
    answers     what a reader is answered when their report is settled
    holding     what a person decides about a message that may or may not be there
"""

from bot.delivery.outbox import Outbox
from bot.delivery.private_notices import list_posting_problems, resolve_report
from bot.delivery.send_failures import MAX_SEND_ATTEMPTS, RetryDecision, decide_retry

__all__ = [
    "MAX_SEND_ATTEMPTS",
    "Outbox",
    "RetryDecision",
    "decide_retry",
    "list_posting_problems",
    "resolve_report",
]
