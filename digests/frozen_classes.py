"""Frozen dataclasses whose methods are generated when they are first called.

`dataclass` writes and compiles six methods a class. There are more than four hundred
frozen classes, and a process describes most of them without making an instance: at each
start their methods would take 0.2 s, and 4 MB for as long as it runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, fields, make_dataclass
from typing import Any, Final, NoReturn, TypeVar

_Type = TypeVar("_Type")
#: The generated methods, and the argument with which `dataclass` generates each.
_GENERATED: Final[Mapping[str, str]] = {
    "__init__": "init",
    "__repr__": "repr",
    "__eq__": "eq",
    "__hash__": "eq",
}


def build_frozen_class(kind: type[_Type], *, kw_only: bool) -> type[_Type]:
    """Return the class as a frozen dataclass with slots.

    Instances behave as those of `dataclass(frozen=True, slots=True)`. Methods that the
    class defines itself are kept.
    """
    omitted = dict.fromkeys(_GENERATED.values(), False)
    made = dataclass(**omitted, kw_only=kw_only, slots=True)(kind)
    generated = {name: _generate_later(made, name) for name in _GENERATED}
    for name, method in {**generated, **_SHARED}.items():
        # Beside a defined `__eq__`, Python itself sets `__hash__` to None.
        if vars(made).get(name) is None:
            setattr(made, name, method)
    return made


def _generate_later(kind: type, name: str) -> Callable[..., Any]:
    """Return a method that replaces itself by the generated one when it is called."""

    def method(self: Any, /, *args: Any, **values: Any) -> Any:
        setattr(kind, name, _generate(kind, name))
        return getattr(kind, name)(self, *args, **values)

    return method


def _generate(kind: type, name: str) -> Callable[..., Any]:
    """Return this method of a frozen dataclass with the same fields."""
    arguments: dict[str, Any] = dict.fromkeys(_GENERATED.values(), False)
    arguments |= {"frozen": True, "slots": True, _GENERATED[name]: True}
    # The generated `__init__` calls the hook of the instance, if there is one here.
    hooks = {"__post_init__"} & set(dir(kind))
    described = [(each.name, each.type, each) for each in fields(kind)]
    twin = make_dataclass(
        kind.__name__, described, namespace=dict.fromkeys(hooks), **arguments
    )
    generated: Callable[..., Any] = vars(twin)[name]
    return generated


def _get_state(instance: Any) -> list[Any]:
    """Return what is pickled: the values of the fields, in their order."""
    return [getattr(instance, each.name) for each in fields(instance)]


def _set_state(instance: Any, state: Sequence[Any]) -> None:
    for each, value in zip(fields(instance), state, strict=True):
        object.__setattr__(instance, each.name, value)


def _refuse_assignment(instance: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(instance: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


#: The methods that are the same for every class.
_SHARED: Final[Mapping[str, Callable[..., Any]]] = {
    "__getstate__": _get_state,
    "__setstate__": _set_state,
    "__setattr__": _refuse_assignment,
    "__delattr__": _refuse_deletion,
}
