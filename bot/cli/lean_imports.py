"""Import what `standfirst run` needs, without what it would hold and never use.

The process runs for months, often beside others on a small machine. Three things make
it smaller or its start shorter: optional libraries are not found, docstrings are not
kept (six of a hundred megabytes; only `--help` and the history of migrations read any),
and what has been imported is not searched for garbage while more is imported.
"""

import gc
import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from opcode import opmap
from types import CodeType, ModuleType
from typing import Final, cast

#: What libraries load where it is installed, and the bot does not need: rich formats
#: tracebacks; greenlet and the lists of aiohttp bring the C++ runtime.
UNNEEDED_MODULES: Final[Mapping[str, Sequence[str]]] = {
    "structlog": ("rich", "greenlet"),
    "frozenlist": ("frozenlist._frozenlist",),
}


def import_without_extras() -> None:
    """Import libraries before they can find what they would load beside themselves.

    The bot would hold ten megabytes for as long as it runs. The command line imports
    rich itself where it shows help.
    """
    for library, extras in UNNEEDED_MODULES.items():
        hidden = [name for name in extras if name not in sys.modules]
        for name in hidden:
            sys.modules[name] = cast(ModuleType, None)
        try:
            importlib.import_module(library)
        finally:
            for name in hidden:
                del sys.modules[name]


@contextmanager
def omit_full_collections() -> Iterator[None]:
    """Collect only new garbage meanwhile.

    What is imported stays, and looking at all of it again and again would take a tenth
    of the time of a start. Garbage that is new is still freed: without any collection,
    the bot would hold two megabytes more.
    """
    youngest, middle, oldest = gc.get_threshold()
    gc.set_threshold(youngest, middle, 2**31 - 1)
    try:
        yield
    finally:
        gc.set_threshold(youngest, middle, oldest)


def omit_docstrings() -> None:
    """Import modules from now on without the docstrings of functions and classes.

    Those of modules are kept, as the steps of a migration are named by them.
    """
    loaders = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (_LoaderWithoutDocstrings, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )
    sys.path_hooks.insert(0, FileFinder.path_hook(*loaders))
    sys.path_importer_cache.clear()


class _LoaderWithoutDocstrings(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        code = super().get_code(fullname)
        return code and _replace_constants(code, {})


#: Constants of a code object that are replaced, by their number.
_Replaced = dict[int, CodeType | str | None]


def _replace_constants(code: CodeType, replaced: _Replaced) -> CodeType:
    """Replace these constants, and the docstrings of what the code defines.

    It takes a tenth of the time of all imports.
    """
    for number, constant in enumerate(code.co_consts):
        if type(constant) is CodeType:
            other = _replace_constants(constant, _replace_docstring(constant))
            if other is not constant:
                replaced[number] = other
    if not replaced:
        return code
    constants = list(code.co_consts)
    for number, each in replaced.items():
        constants[number] = each
    return code.replace(co_consts=tuple(constants))


def _replace_docstring(code: CodeType) -> _Replaced:
    if code.co_name[0] == "<":
        # A comprehension or a lambda: its first constant may be any text.
        return {}
    if not code.co_flags & inspect.CO_OPTIMIZED:
        return _replace_class_docstring(code)
    if _has_function_docstring(code) and not _count_loads(code, 0):
        return {0: None}
    return {}


#: `inspect.CO_HAS_DOCSTRING` of Python 3.14; before, a docstring is the first constant.
_HAS_DOCSTRING = 0x4000000


def _has_function_docstring(code: CodeType) -> bool:
    if sys.version_info >= (3, 14):
        return bool(code.co_flags & _HAS_DOCSTRING)
    return bool(code.co_consts) and isinstance(code.co_consts[0], str)


#: Number of bytes of instructions, and of names, among which a class stores its
#: docstring, if it has one.
_CLASS_OPENING, _FIRST_NAMES = 48, 8


def _replace_class_docstring(code: CodeType) -> _Replaced:
    names = code.co_names[:_FIRST_NAMES]
    if "__doc__" not in names:
        return {}
    instructions = code.co_code
    store = bytes((opmap["STORE_NAME"], names.index("__doc__")))
    at = instructions.find(store, 2, _CLASS_OPENING)
    if at < 0 or instructions[at - 2] != opmap["LOAD_CONST"]:
        return {}
    number = instructions[at - 1]
    # Dataclasses write a docstring themselves where there is none.
    return {} if _count_loads(code, number) > 1 else {number: " "}


#: Instructions that use a constant.
_LOADS: Final = tuple(
    opmap[name] for name in ("LOAD_CONST", "RETURN_CONST") if name in opmap
)


def _count_loads(code: CodeType, number: int) -> int:
    """Count at least as often as the constant is used: its text may have two uses."""
    instructions, found = code.co_code, 0
    for each in _LOADS:
        found += instructions.count(bytes((each, number)))
    return found
