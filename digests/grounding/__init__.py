"""The gate above everything that is shown: does every word stand in its source?

`follows` looks up a shown sentence in the spans it claims to come from, `gate` drops
from an edition whatever fails, and `check` judges a free claim against a source.
"""

from digests.grounding.claims import check
from digests.grounding.gate import gate
from digests.grounding.spans import follows

__all__ = ["check", "follows", "gate"]
