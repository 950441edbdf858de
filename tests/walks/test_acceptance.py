"""What people come for, and the most presses that each may cost, on every platform."""

import pytest

from tests.walks.acceptance import ACCEPTANCES, Acceptance
from tests.walks.newsrooms import Walk


@pytest.mark.parametrize("wanted", ACCEPTANCES, ids=lambda one: one.name)
async def test_it_costs_few_presses(empty: Walk, wanted: Acceptance):
    if not wanted.empty:
        await empty.harness.apply(empty.configuration)
        await empty.harness.ingestor.poll()
    if wanted.prepare is not None:
        await wanted.prepare(empty.harness)
    await wanted.walk(empty.walker, empty.outlet)
    assert empty.walker.presses <= wanted.most, empty.walker.path
