"""What people come for, and the most presses that each may cost, on every platform."""

import pytest

from tests.walks.acceptance import ACCEPTANCES, Acceptance
from tests.walks.newsrooms import Walk


@pytest.mark.parametrize("wanted", ACCEPTANCES, ids=lambda one: one.name)
async def test_it_costs_few_presses(empty: Walk, wanted: Acceptance):
    if wanted.empty and empty.platform == "slack home":
        pytest.skip("the home tab is in no channel: see below")
    if not wanted.empty:
        await empty.harness.apply(empty.configuration)
        await empty.harness.ingestor.poll()
    if wanted.prepare is not None:
        await wanted.prepare(empty.harness)
    await wanted.walk(empty.walker, empty.outlet)
    assert empty.walker.presses <= wanted.most, empty.walker.path


async def test_a_first_digest_without_a_channel_says_where_to_begin(empty: Walk):
    await empty.walker.types("/newsdesk home")
    await empty.walker.press("New digest")
    if empty.platform == "slack home":
        assert "Run /newsdesk setup in the channel" in empty.walker.text
    else:
        assert "sources" in empty.walker.fields
