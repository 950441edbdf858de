"""Which items are taken, in which order, under which caps: as a table."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.stories.balance import balanced
from digests.types import Caps

#: Items in their order, «source/topic»; how many are told in full; caps; the outcome.
TABLE = [
    ("", 3, Caps(), ""),
    ("P/a P/b P/c", 2, Caps(), "P/a P/b P/c"),
    ("P/a P/b P/c Q/d", 2, Caps(), "P/a Q/d P/b P/c"),
    ("P/a P/b P/c Q/d", 4, Caps(), "P/a P/b Q/d P/c"),
    ("P/a P/b P/c Q/d", 1, Caps(), "P/a P/b P/c Q/d"),
    ("P/a P/b P/c Q/d", 4, Caps(source=1.0), "P/a P/b P/c Q/d"),
    ("P/a P/b P/c Q/d R/e", 4, Caps(source=0.25), "P/a Q/d R/e P/b P/c"),
    ("P/a Q/a R/a S/b", 4, Caps(), "P/a Q/a S/b R/a"),
    ("P/a Q/a R/a S/b", 4, Caps(topic=1.0), "P/a Q/a R/a S/b"),
    ("P/a Q/a R/a S/b", 2, Caps(), "P/a S/b Q/a R/a"),
    ("/a /b /c Q/d", 2, Caps(), "/a /b /c Q/d"),
    ("P/ P/ Q/", 2, Caps(topic=0.0), "P/ Q/ P/"),
]


def taken(items: str, places: int, caps: Caps) -> list[tuple[str, str]]:
    return balanced(
        items.split(),
        places=places,
        caps=caps,
        source=lambda item: item.partition("/")[0],
        topics=lambda item: set(item.partition("/")[2]),
    )


@pytest.mark.parametrize(("items", "places", "caps", "expected"), TABLE)
def test_a_cap_makes_room_for_others(items, places, caps, expected):
    assert [item for item, _ in taken(items, places, caps)] == expected.split()


def test_what_had_to_wait_says_behind_what():
    reasons = dict(taken("P/a P/b Q/c R/c S/c", 2, Caps()))
    assert reasons["P/a"] == reasons["Q/c"] == ""
    assert reasons["P/b"] == "after 1 from P"


def test_a_topic_that_had_its_share_is_named():
    assert dict(taken("P/a Q/a R/b", 2, Caps()))["Q/a"] == "after 1 on «a»"


@given(
    st.lists(st.sampled_from("PQR"), max_size=12), st.integers(min_value=1, max_value=8)
)
def test_no_source_has_more_than_half_while_others_wait(sources, places):
    items = [f"{source}/{n}" for n, source in enumerate(sources)]
    order = balanced(
        items,
        places=places,
        caps=Caps(topic=1.0),
        source=lambda item: item[0],
        topics=lambda _: (),
    )
    told = [item for item, _ in order][:places]
    assert sorted(item for item, _ in order) == sorted(items)
    for source, count in Counter(item[0] for item in told).items():
        waiting = [item for item, _ in order[places:] if item[0] != source]
        under = [
            i for i in waiting if sum(t[0] == i[0] for t in told) < max(1, places // 2)
        ]
        assert count <= max(1, places // 2) or not under
