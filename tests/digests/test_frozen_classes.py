"""Frozen classes behave as frozen dataclasses with the same fields and slots."""

import copy
import pickle
import threading
from collections.abc import Callable, Mapping
from dataclasses import (
    KW_ONLY,
    FrozenInstanceError,
    asdict,
    astuple,
    dataclass,
    field,
    fields,
    replace,
)
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.types import frozen, frozen_positional

T = TypeVar("T")


def described() -> type[Any]:
    """A class that no decorator has changed yet."""
    return type(
        "Described",
        (),
        {
            "__module__": __name__,
            "__annotations__": dict.fromkeys(VALUES, object),
            "number": 2.0,
            "tags": field(default_factory=list, hash=False),
            "hidden": field(default="", repr=False),
            "ignored": field(default="", compare=False),
        },
    )


VALUES = ("text", "number", "tags", "hidden", "ignored")
PLAIN = dataclass(frozen=True, kw_only=True, slots=True)(described())
FROZEN = frozen(described())
ARGUMENTS = st.fixed_dictionaries(
    {"text": st.sampled_from(["a", "b"])},
    optional={
        "number": st.sampled_from([1, 1.0, 2.0, float("nan")]),
        "tags": st.lists(st.just("tag"), max_size=1),
        "hidden": st.sampled_from(["", "h"]),
        "ignored": st.sampled_from(["", "i"]),
    },
)
NOT_A_NUMBER = float("nan")


@given(ARGUMENTS, ARGUMENTS)
def test_equality_hash_and_text_are_those_of_a_dataclass(one, other):
    mine, plain = FROZEN(**one), PLAIN(**one)
    assert (mine == FROZEN(**other)) == (plain == PLAIN(**other))
    assert hash(mine) == hash(plain)
    assert repr(mine) == repr(plain)
    assert astuple(mine) == astuple(plain)


@pytest.mark.parametrize("arguments", [{}, {"text": "a", "more": 1}])
def test_wrong_arguments_are_refused_with_the_same_words(arguments):
    said = []
    for kind in (FROZEN, PLAIN):
        with pytest.raises(TypeError) as refused:
            kind(**arguments)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_values_are_not_given_by_position():
    with pytest.raises(TypeError, match="positional"):
        FROZEN("a")


@pytest.mark.parametrize("name", ["text", "unknown"])
def test_nothing_is_assigned_or_deleted(name):
    made = FROZEN(text="a")
    with pytest.raises(FrozenInstanceError):
        setattr(made, name, "b")
    with pytest.raises(FrozenInstanceError):
        delattr(made, name)


def test_a_default_is_made_for_each_instance():
    assert FROZEN(text="a").tags is not FROZEN(text="a").tags


def test_the_same_value_that_equals_nothing_is_equal_as_in_a_dataclass():
    @frozen
    class Measured:
        value: float

    assert Measured(value=NOT_A_NUMBER) == Measured(value=NOT_A_NUMBER)
    assert Measured(value=NOT_A_NUMBER) != Measured(value=float("nan"))


COPIES: Mapping[str, Callable[[Any], Any]] = {
    "pickled": lambda made: pickle.loads(pickle.dumps(made)),
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "replaced": replace,
}


@frozen
class Stored:
    text: str
    parts: tuple["Stored", ...] = ()


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_equal(name):
    made = Stored(text="a", parts=(Stored(text="b"),))
    assert COPIES[name](made) == made


def test_fields_are_listed_and_changed():
    made = Stored(text="a")
    assert [each.name for each in fields(Stored)] == ["text", "parts"]
    assert asdict(replace(made, text="b")) == {"text": "b", "parts": ()}
    assert not hasattr(made, "__dict__")


def test_methods_are_generated_when_they_are_first_called():
    def is_generated(name: str) -> bool:
        return bool(vars(kind)[name].__code__.co_filename == "<string>")

    kind = frozen(described())
    made = kind(text="a")
    assert is_generated("__init__")
    assert not is_generated("__eq__")
    assert made == kind(text="a")
    assert is_generated("__eq__")


def test_an_instance_that_came_pickled_is_compared_and_hashed_before_any_was_made():
    kind = frozen(described())
    first, second = object.__new__(kind), object.__new__(kind)
    for each in (first, second):
        each.__setstate__(["a", 1, [], "", ""])
    assert first == second
    assert hash(first) == hash(second)
    assert repr(first) == "Described(text='a', number=1, tags=[], ignored='')"


def test_two_threads_may_make_the_first_instances():
    kind, made, together = frozen(described()), [], threading.Barrier(8)

    def make() -> None:
        together.wait()
        made.append(kind(text="a"))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert made == [kind(text="a")] * 8


# ── descriptions ───────────────────────────────────────────────────────────────


@frozen
class Base:
    text: str = "a"


@frozen
class Derived(Base):
    number: int = 1


def test_a_derived_class_has_the_fields_of_both():
    assert repr(Derived(number=2)) == "Derived(text='a', number=2)"
    assert Derived() != Base()
    assert Base() != Derived()
    assert hash(Derived()) == hash(("a", 1))


def test_a_class_that_calls_its_base_is_initialized_by_it():
    class Longer(Base):
        def __init__(self, text: str) -> None:
            super().__init__(text=text * 2)

    assert Longer("a").text == "aa"
    assert Longer("b").text == "bb"


def test_own_methods_are_kept():
    @frozen
    class Own:
        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __repr__(self) -> str:
            return "own"

    assert Own(text="a") == Own(text="b")
    assert repr(Own(text="a")) == "own"
    assert hash(Own(text="a")) == hash(("a",))


def test_what_follows_the_initialization_is_done():
    @frozen
    class Checked:
        number: int

        def __post_init__(self) -> None:
            assert self.number > 0, "too small"

    with pytest.raises(AssertionError, match="too small"):
        Checked(number=0)


def test_a_default_is_set_where_no_argument_sets_it():
    @frozen
    class Counted:
        number: int = field(default=3, init=False)

    assert Counted().number == 3


def test_a_generic_class_is_made_with_its_parameter():
    @frozen
    class Box(Generic[T]):
        value: T

    assert Box[int](value=1) == Box(value=1)


def test_values_are_given_by_position_where_a_class_says_so():
    @frozen_positional
    class Place:
        name: str
        _: KW_ONLY
        zone: str = "UTC"

    match Place("Hallin", zone="CET"):
        case Place(name, zone=zone):
            assert (name, zone) == ("Hallin", "CET")
    with pytest.raises(TypeError):
        Place("Hallin", "CET")  # type: ignore[call-arg]
