"""Summarisers: how an article becomes a headline and a few sentences.

`SUMMARISERS` lists every one by the name that settings use; the first is the default.
`explain` shows how the default one chose, `why_it_matters` finds the sentence in which
the article itself says so.
"""

from collections.abc import Mapping
from types import MappingProxyType

from digests.summaries.base import Summariser
from digests.summaries.explaining import Row, explain
from digests.summaries.extractive import Extractive
from digests.summaries.lead import Lead
from digests.summaries.matters import why_it_matters

__all__ = ["SUMMARISERS", "Row", "Summariser", "explain", "why_it_matters"]

SUMMARISERS: Mapping[str, Summariser] = MappingProxyType(
    {"extractive": Extractive(), "lead": Lead()}
)
