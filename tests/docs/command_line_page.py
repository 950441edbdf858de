"""The page of the command line, from the help that each command shows."""

import io
from typing import Any, Final, NamedTuple, cast

from cyclopts.help.protocols import HelpFormatter
from rich.console import Console

from bot.__main__ import COMMANDS, EXAMPLES, build_command_tree
from tests.docs.markdown import format_table

_HEAD: Final = """\
# The command line

`standfirst COMMAND --help` says the same. Commands that print data take `--json`; data
goes to stdout, messages and logs to stderr. Exit codes are listed under
[Codes](codes.md#exit-codes). `python -m digests` is [the composer alone](composer.md).
"""


class _Help(NamedTuple):
    """What the command line says of a command."""

    usage: str
    description: str
    #: Those of commands are left out.
    parameters: list[Any]


class _Collector:
    """Collects help in place of printing it: a formatter of cyclopts."""

    def __init__(self) -> None:
        self.usage = self.description = ""
        self.parameters: list[Any] = []

    def __call__(self, _console: Any, _options: Any, panel: Any) -> None:
        if panel.format == "parameter":
            self.parameters += panel.entries

    def render_usage(self, _console: Any, _options: Any, usage: Any) -> None:
        self.usage = str(usage).strip()

    def render_description(self, _console: Any, _options: Any, text: Any) -> None:
        self.description = _read_text(text)


def _read_text(text: Any) -> str:
    """Return help as one line."""
    return " ".join(str(getattr(text, "primary_renderable", text) or "").split())


def _collect_help(words: str) -> _Help:
    tree, found = build_command_tree(), _Collector()
    tree.help_formatter = cast("HelpFormatter", found)
    tree.help_print(words.split(), console=Console(file=io.StringIO(), width=200))
    return _Help(found.usage, found.description, found.parameters)


def render_command_line() -> str:
    """Render the page: a table of all commands, then each with its options."""
    names = sorted([*COMMANDS, "version"])
    collected = {name: _collect_help(name) for name in names}
    lines = [
        (
            f"[`standfirst {name}`](#standfirst-{name.replace(' ', '-')})",
            one.description,
        )
        for name, one in collected.items()
    ]
    chapters = [_render_command(name, one) for name, one in collected.items()]
    examples = "\n".join(
        line.strip() for line in EXAMPLES.strip().splitlines()[1:] if line.strip()
    )
    return "\n".join(
        [
            _HEAD,
            format_table(("command", "what it does"), lines),
            f"For example:\n\n```text\n{examples}\n```\n",
            *chapters,
        ]
    )


def _render_command(name: str, found: _Help) -> str:
    lines = [
        (_name_parameter(one), _read_text(one.description) + _add_limits(one))
        for one in found.parameters
    ]
    table = format_table(("option", "meaning"), lines) if lines else ""
    usage = f"```text\n{found.usage}\n```\n"
    parts = [f"## standfirst {name}\n", found.description + "\n", usage, table]
    return "\n".join(filter(None, parts))


def _name_parameter(one: Any) -> str:
    if one.positional_label:
        return f"`{one.positional_label}`"
    names = ", ".join(
        f"`{name}`" for name in (*one.positive_names, *one.positive_shorts)
    )
    takes = one.metavar and not one.choices
    return f"{names} {one.metavar}" if takes else names


def _add_limits(one: Any) -> str:
    parts = (
        [f" One of {', '.join(f'`{c}`' for c in one.choices)}."] if one.choices else []
    )
    parts += [" Required."] if one.required else []
    parts += [f" Default: `{one.default}`."] if one.default not in (None, "") else []
    return "".join(parts)
