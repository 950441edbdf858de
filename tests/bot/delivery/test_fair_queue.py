"""Fair order: no workspace waits for the slow channels of another."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.outbox import DeliveryJob, FairQueue
from bot.storage.delivery_queue import ClaimableDelivery


def job(place: int, workspace: int = 1, platform: str = "discord") -> DeliveryJob:
    return ClaimableDelivery(
        id=place, workspace_id=workspace, destination_id=place, platform=platform
    )


def places(picked: tuple[DeliveryJob, ...]) -> list[int]:
    return [one.destination_id for one in picked]


def test_workspaces_take_turns():
    queue = FairQueue(places=4)
    queue.offer(job(place, workspace=1) for place in range(500))
    queue.offer([job(900, workspace=2), job(901, workspace=2)])
    assert places(queue.pick()) == [0, 900, 1, 901]


def test_one_workspace_never_takes_all_the_places():
    queue = FairQueue(places=4, share=3)
    queue.offer(job(place, workspace=1) for place in range(10))
    assert len(queue.pick()) == 3
    queue.offer([job(99, workspace=2)])
    assert places(queue.pick()) == [99]


def test_a_platform_that_is_stuck_leaves_the_other_its_places():
    queue = FairQueue(places=2, share=2)
    queue.offer(job(place) for place in range(10))
    assert len(queue.pick()) == 2
    queue.offer(job(place, workspace=2, platform="slack") for place in (50, 51, 52))
    assert places(queue.pick()) == [50, 51]


def test_a_place_has_one_errand_at_a_time():
    queue = FairQueue()
    queue.offer([job(1), job(1)])
    assert len(queue.pick()) == 1
    queue.offer([job(1)])
    assert queue.pick() == ()
    queue.free(1)
    queue.offer([job(1)])
    assert len(queue.pick()) == 1


def test_a_started_edition_is_finished_first():
    queue = FairQueue(places=1)
    queue.offer(job(place) for place in (1, 2))
    queue.pick()
    queue.free(1)
    queue.offer([job(1)], first=True)
    assert places(queue.pick()) == [1]


def test_what_waits_of_a_workspace_can_be_dropped():
    queue = FairQueue(places=1)
    queue.offer([job(1), job(2), job(3, workspace=2)])
    queue.pick()
    queue.drop(1)
    queue.free(1)
    assert places(queue.pick()) == [3]
    assert not queue.waiting


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
    queue = FairQueue(places=4, share=3)
    queue.offer(job(place, *whose) for place, whose in owner.items())
    under_way: list[DeliveryJob] = []
    done: list[int] = []
    turns = iter(freed)
    while queue.waiting or under_way:
        under_way += queue.pick()
        assert max(Counter(one.platform for one in under_way).values()) <= 4
        assert max(Counter(one.workspace_id for one in under_way).values()) <= 2 * 3
        last = under_way.pop(-1 if next(turns, False) else 0)
        queue.free(last.destination_id)
        done.append(last.destination_id)
    assert sorted(done) == sorted(owner)
