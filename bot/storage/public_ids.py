"""Makes the short ids by which stories and editions are called outside.

Six characters of an alphabet without 0, 1, l and o: 2^30 of them, so that a guess
finds nothing and two seldom meet; who stores one tries again when they do.
"""

import secrets

_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
_LENGTH = 6


def fresh(prefix: str) -> str:
    """Draw a new id such as «e-7k3m9q» for the prefix «e»."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{prefix}-{drawn}"
