"""Summarisers: how an article becomes a headline and a few sentences.

`SUMMARISERS` lists every one by the name that settings use; the first is the default.
"""

from collections.abc import Mapping
from types import MappingProxyType

from digests.summaries.base import Summariser
from digests.summaries.extractive import Extractive
from digests.summaries.lead import Lead

__all__ = ["SUMMARISERS", "Summariser"]

SUMMARISERS: Mapping[str, Summariser] = MappingProxyType(
    {"extractive": Extractive(), "lead": Lead()}
)
