"""Everything that the bot says to people: `python -m tests.texts [en|de]`.

Prints each text once, beside every place that uses it, so that the words can be read by
eye without running anything: commands with their questions, settings, replies and
errors by module, findings of the doctor, stored messages by code, the page's own texts.
The tests of the catalogues use the same scan.
"""

import ast
import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeGuard, cast

import bot
from bot.commands import registry
from bot.commands.help_pages import NAMES
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    DestinationSettings,
    DigestSettings,
    WorkspaceSettings,
    list_settings,
)
from bot.platforms.discord.commands import ROOTS
from bot.platforms.local.platform import ROLE_NAMES
from digests.messages import find_sentences, read_sentences

if TYPE_CHECKING:
    from bot.commands.context import CommandServices

CODE = Path(bot.__file__).parent
ROOT = CODE.parent
#: Errors whose sentence may be shown in chat.
ERRORS = {"UserError", "UnknownName", "Forbidden", "FieldError", "Message"}
#: Methods of a command's context that take a sentence besides `say` and `count`.
IN_CONTEXT = {"answer", "small_print", "section", "button"}
FINDINGS = {"Finding.ok", "Finding.warning", "Finding.problem"}
#: Modules that address the operator, in English: a terminal, a file, a log.
OPERATORS = (
    "__main__.py", "cli/", "settings.py", "storage/", "web/", "runner.py",
    "app.py", "jobs/leases.py", "operations/backup.py",
)  # fmt: skip
#: `{{ texts.say("…") }}` of a template.
ON_A_PAGE = re.compile(r"""texts\.(?:say|word)\(\s*"([^"]+)\"""")
MODELS = (DigestSettings, DestinationSettings, WorkspaceSettings)


class StringConstant(ast.Constant):
    value: str


def is_string(node: ast.AST) -> TypeGuard[StringConstant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


# ── the scan of the code ───────────────────────────────────────────────────────


def spoken(tree: ast.AST) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Yield calls of `texts.say(…)`, `texts.count(…)` … with their sentences.

    Not `schedules.say`, which words a schedule, nor `list.count`, with one argument.
    """
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        receiver = node.func.value
        if isinstance(receiver, ast.Name) and receiver.id == "schedules":
            continue
        # The context of a command forwards its callers' sentences.
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Name) and first.id in ("msgid", "one"):
            continue
        of_context = isinstance(receiver, ast.Name) and receiver.id == "context"
        if node.func.attr == "say" or (of_context and node.func.attr in IN_CONTEXT):
            yield node, node.args[:1]
        elif node.func.attr == "count" and len(node.args) >= 3:
            yield node, node.args[:2]


def raised(tree: ast.AST) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Yield user-facing errors with their sentences; a constant counts as its value."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in ERRORS and node.args and not is_worded(node.args[0]):
            yield node, node.args[:1]


def is_worded(node: ast.expr) -> bool:
    """Whether it is a message, a code, or text in its own language, not a literal."""
    return not isinstance(node, ast.Constant | ast.JoinedStr)


def finding_texts(tree: ast.AST) -> Iterator[StringConstant]:
    """Texts and fixes of findings that are literals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in FINDINGS:
            yield from filter(is_string, node.args[1:])


def constants(tree: ast.AST) -> Iterator[StringConstant]:
    """Sentences in module constants, which errors refer to by name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        value = node.value
        if value is None or not is_string(value):
            continue
        if value.value.endswith(".") and " " in value.value:
            yield value


@cache
def on_pages() -> Mapping[str, frozenset[str]]:
    """Sentences in the templates of pages, with the templates."""
    found: dict[str, frozenset[str]] = {}
    for page in sorted(CODE.rglob("*.html")):
        for text in ON_A_PAGE.findall(page.read_text(encoding="utf-8")):
            found[text] = found.get(text, frozenset()) | {page.name}
    return found


@cache
def commands() -> tuple[Command, ...]:
    """The registry; no command of it is run."""
    return tuple(registry.build_commands(cast("CommandServices", None)))


def offered() -> frozenset[str]:
    """The texts of the registry about its commands and their roots."""
    every = [(c.description, *(o.description for o in c.options)) for c in commands()]
    return frozenset((*ROOTS.values(), *(text for texts in every for text in texts)))


# ── the list ───────────────────────────────────────────────────────────────────


class Found(NamedTuple):
    """A text, singular and plural if it has both, and the line that uses it."""

    forms: tuple[str, ...]
    chapter: str
    line: int


def texts_in(name: str, tree: ast.AST) -> Iterator[Found]:
    """The texts of a module that people in chat may read."""
    calls = list(spoken(tree))
    if not name.startswith(OPERATORS):
        calls += raised(tree)
        for text in (*constants(tree), *finding_texts(tree)):
            yield Found((text.value,), name, text.lineno)
    for call, nodes in calls:
        forms = tuple(node.value for node in nodes if is_string(node))
        if forms:
            yield Found(find_sentences(forms[0]) if len(forms) == 1 else forms, name,
                        call.lineno)  # fmt: skip


def list_texts() -> Iterator[Found]:
    """Every text with each place that uses it."""
    yield from texts_of_commands()
    for model in MODELS:
        for setting in list_settings(model):
            yield Found((setting.label,), f"settings: {model.__name__}", 0)
            yield Found((setting.info.help,), f"settings: {model.__name__}", 0)
    for module in sorted(CODE.rglob("*.py")):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        name = module.relative_to(CODE).as_posix()
        yield from sorted(texts_in(name, tree), key=lambda found: found.line)
    for code, forms in read_sentences().items():
        yield Found(forms, f"messages: {code.partition('.')[0]}", 0)
    for text, pages in on_pages().items():
        yield Found((text,), f"page: {', '.join(sorted(pages))}", 0)
    yield from (Found((text,), "page: roles", 0) for text in ROLE_NAMES.values())
    yield from (Found((text,), "former commands", 0) for text in NAMES.values())


def texts_of_commands() -> Iterator[Found]:
    """The descriptions and questions of the registry."""
    yield from (Found((text,), "the two roots", 0) for text in ROOTS.values())
    for command in commands():
        chapter = f"/{command.path}" + ("" if command.typed else " (not typed)")
        yield Found((command.description,), chapter, 0)
        for option in command.options:
            yield Found((option.name.replace("_", " ").capitalize(),), chapter, 0)
            yield Found((option.description,), chapter, 0)


def render(language: str) -> str:
    """The list as lines of a document, each text at the first place that uses it."""
    texts = Texts.of(language)
    places: dict[tuple[str, ...], list[str]] = defaultdict(list)
    chapters: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for forms, chapter, line in list_texts():
        if not forms[0]:
            continue
        if forms not in places:
            chapters[chapter].append(forms)
        places[forms].append(f"{chapter}:{line}" if line else chapter)
    lines = [f"Everything that the bot says: {len(places)} texts, {language}"]
    for chapter, found in chapters.items():
        lines += ["", f"== {chapter}"]
        for forms in found:
            said = " | ".join(translated(texts, forms))
            also = ", ".join(place for place in places[forms][1:])
            lines.append(f"- {said}" + (f"   [also {also}]" if also else ""))
    for command in commands():
        if command.typed:
            lines += ["", f"== examples of /{command.path}"]
            lines += [f"- {example}" for example in command.examples]
    return "\n".join(
        "\n".join(textwrap.wrap(line, 110, subsequent_indent="    ")) or ""
        for line in lines
    )


def translated(texts: Texts, forms: tuple[str, ...]) -> tuple[str, ...]:
    """The text in that language, with its {placeholders}."""
    if len(forms) == 1:
        return (texts.say(forms[0]),)
    one, many = forms
    return tuple(texts.count(one, many, n, n="{n}") for n in (1, 2))


if __name__ == "__main__":
    sys.stdout.write(render(sys.argv[1] if len(sys.argv) > 1 else "en") + "\n")
