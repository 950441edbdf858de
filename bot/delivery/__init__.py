"""Delivery: send each stored message exactly once.

The protocol for a delivery:

1. *Claim* it under the database's write lock, with a lease and a fencing token, and
   commit before any network call. Claiming does not remove the row: if the process is
   killed, the row stays in `sending`, and when its lease expires it becomes
   `uncertain`.
2. *Send* it. A clear answer is recorded as `sent`, `retry` or `failed`; every other
   outcome is `uncertain`.
3. *Read back* an uncertain delivery once a request in flight must have arrived. If the
   message exists, it is adopted as `sent`; if not, the delivery is `ready` again under
   the same key; if reading back is not permitted, it is `held` and reported to editors.

The payload is frozen when the delivery is stored. A retry sends the same bytes or, if
the platform rejects them, a plainer form of the same words.
"""
