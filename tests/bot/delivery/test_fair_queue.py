"""Whose turn it is: nobody waits for somebody else's slow channels."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.outbox.lanes import Errand, Lanes


def errand(place: int, workspace: int = 1, platform: str = "discord") -> Errand:
    return Errand(
        id=place, workspace_id=workspace, destination_id=place, platform=platform
    )


def places(picked: tuple[Errand, ...]) -> list[int]:
    return [one.destination_id for one in picked]


def test_workspaces_take_turns():
    lanes = Lanes(places=4)
    lanes.offer(errand(place, workspace=1) for place in range(500))
    lanes.offer([errand(900, workspace=2), errand(901, workspace=2)])
    assert places(lanes.pick()) == [0, 900, 1, 901]


def test_one_workspace_never_takes_all_the_places():
    lanes = Lanes(places=4, share=3)
    lanes.offer(errand(place, workspace=1) for place in range(10))
    assert len(lanes.pick()) == 3
    lanes.offer([errand(99, workspace=2)])
    assert places(lanes.pick()) == [99]


def test_a_platform_that_is_stuck_leaves_the_other_its_places():
    lanes = Lanes(places=2, share=2)
    lanes.offer(errand(place) for place in range(10))
    assert len(lanes.pick()) == 2
    lanes.offer(errand(place, workspace=2, platform="slack") for place in (50, 51, 52))
    assert places(lanes.pick()) == [50, 51]


def test_a_place_has_one_errand_at_a_time():
    lanes = Lanes()
    lanes.offer([errand(1), errand(1)])
    assert len(lanes.pick()) == 1
    lanes.offer([errand(1)])
    assert lanes.pick() == ()
    lanes.free(1)
    lanes.offer([errand(1)])
    assert len(lanes.pick()) == 1


def test_an_edition_that_was_begun_is_finished_first():
    lanes = Lanes(places=1)
    lanes.offer(errand(place) for place in (1, 2))
    lanes.pick()
    lanes.free(1)
    lanes.offer([errand(1)], first=True)
    assert places(lanes.pick()) == [1]


def test_what_waits_of_a_workspace_can_be_dropped():
    lanes = Lanes(places=1)
    lanes.offer([errand(1), errand(2), errand(3, workspace=2)])
    lanes.pick()
    lanes.drop(1)
    lanes.free(1)
    assert places(lanes.pick()) == [3]
    assert not lanes.waiting


@given(
    offered=st.lists(
        st.tuples(
            st.integers(1, 30), st.integers(1, 5), st.sampled_from(["discord", "slack"])
        )
    ),
    freed=st.lists(st.booleans(), max_size=200),
)
def test_every_errand_has_its_turn_and_no_limit_is_passed(offered, freed):
    owner = {place: (space, platform) for place, space, platform in offered}
    lanes = Lanes(places=4, share=3)
    lanes.offer(errand(place, *whose) for place, whose in owner.items())
    under_way: list[Errand] = []
    done: list[int] = []
    turns = iter(freed)
    while lanes.waiting or under_way:
        under_way += lanes.pick()
        assert max(Counter(one.platform for one in under_way).values()) <= 4
        assert max(Counter(one.workspace_id for one in under_way).values()) <= 2 * 3
        last = under_way.pop(-1 if next(turns, False) else 0)
        lanes.free(last.destination_id)
        done.append(last.destination_id)
    assert sorted(done) == sorted(owner)
