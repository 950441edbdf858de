"""Exactly one moment per existing local date and slot: a seeded sample.

All zones and slots together are counted by `python -m tests.bench.zones`.
"""

import random

import pytest

from tests.properties import zones

#: Drawn once; each test is named after its draw.
SAMPLE = random.Random(20261125).sample(
    [(zone, slot) for zone in zones.canonical() for slot in zones.SLOTS], 24
)


def test_the_canonical_zones_are_all_there():
    assert len(zones.canonical()) > 300
    assert {"Europe/Berlin", "Pacific/Apia", "Etc/UTC"} <= set(zones.canonical())


@pytest.mark.parametrize(
    ("zone", "slot"), SAMPLE, ids=[f"{zone}-{slot:%H:%M}" for zone, slot in SAMPLE]
)
def test_seven_years_miss_and_double_no_local_date(zone, slot):
    found = zones.counted(zone, slot, zones.Shown(zone))
    assert (found.missing, found.doubled, found.wrong) == (0, 0, 0)
    assert found.moments > 2500
