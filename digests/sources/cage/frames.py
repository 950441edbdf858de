"""How keeper and worker speak: a length, then a pickle; answers may hold nouns only.

The worker reads what strangers wrote; should one of them take it over, its answers
still build nothing but our own nouns and plain values in the keeper.
"""

import io
import pickle
import struct
from dataclasses import is_dataclass
from typing import Any

from digests.errors import SourceError

LENGTH = struct.Struct(">I")

#: Modules whose frozen nouns and errors an answer may hold.
_OURS = ("digests.types", "digests.errors", "digests.sources.")
_PLAIN = {
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
}


def packed(value: object) -> bytes:
    """The frame of a value."""
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(content)) + content


def opened(content: bytes) -> Any:
    """The value of an answer.

    Raises:
        pickle.UnpicklingError: It holds anything but nouns and plain values.
    """
    return _NounsOnly(io.BytesIO(content)).load()


class _NounsOnly(pickle.Unpickler):  # noqa: S301 - this is what makes it safe
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith(_OURS) and "." not in name:
            found = super().find_class(module, name)
            if _is_noun(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a noun")


def _is_noun(found: object) -> bool:
    if not isinstance(found, type):
        return False
    return is_dataclass(found) or issubclass(found, SourceError)
