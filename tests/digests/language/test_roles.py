"""The office or calling that a headline can leave out before a full name."""

import pytest

from digests.language.roles import find_roles


def roles(sentence: str) -> list[str]:
    return [sentence[start:end] for start, end in find_roles(sentence)]


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("It is no trick, Prime Minister Tom Reed has promised.", "Prime Minister "),
        (
            "She runs for former Norland captain Martin Lund's day.",
            "former Norland captain ",
        ),
        ("The council heard the singer Anna Brandt on Monday.", "the singer "),
        ("The case of dean Anna Brandt was heard.", "dean "),
        ("The court is awaiting referee Tom Reed on Monday.", "referee "),
        ("Hallin Rovers defender Tom Reed was fined.", "Hallin Rovers defender "),
        ("They are his first words since singer Anna Brandt's death.", "singer "),
        (
            "Rents rose, according to Bank of Norvik deputy governor Anna Brandt.",
            "Bank of Norvik deputy governor ",
        ),
    ],
)
def test_a_role_before_a_full_name_is_found(sentence: str, role: str):
    assert roles(sentence) == [role]


@pytest.mark.parametrize(
    "sentence",
    [
        # A part of a name would stay.
        "It grew faster, says Bank of Norland deputy governor Anna Brandt.",
        "It was held by a singer Tom Reed knows.",
        "He and playing partner Tom Reed were late.",
        "The mayor said Tom Reed was late.",
        # One capitalized word is no full name.
        "It is no trick, the captain of Hallin said.",
    ],
)
def test_what_is_no_role_or_a_part_of_one_stays(sentence: str):
    assert roles(sentence) == []
