import pytest

from digests.grounding.roles import turned


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Cole thanked Bell.", "Bell thanked Cole for the boat."),
        ("Cole thanked Bell.", "Cole was thanked by Bell for the boat."),
        ("Bell was thanked by Cole.", "Bell thanked Cole for the boat."),
        ("The town sued Munk.", "Greta Munk sued the town after a crash."),
    ],
)
def test_doer_and_done_to_that_changed_places_are_seen(claim: str, source: str):
    assert turned(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Bell thanked Cole.", "Bell thanked Cole for the boat."),
        ("Cole was thanked by Bell.", "Bell thanked Cole for the boat."),
        ("Bell thanked Cole.", "Cole was thanked by Bell for the boat."),
        ("The work was led by Bell.", "The work, led by Ruth Bell, took a year."),
        ("Bell thanked Cole.", "In Hallin, Bell thanked Cole."),
        ("Bell left the town.", "Cole thanked Bell."),
        ("Bell left.", "Bell left the town."),
    ],
)
def test_the_same_roles_in_other_words_are_left_alone(claim: str, source: str):
    assert not turned(claim, source)


def test_a_long_claim_is_read_in_reasonable_time():
    assert not turned("thanked Bell " * 50_000, "Bell thanked Cole. " * 50_000)
