"""Layout rules that a tool can check; raising a number is a deliberate edit."""

import ast
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("digests/**/*.py")])
LONGEST_MODULE = 600
LONGEST_MAIN_PATH = 60
#: Where short modules are fine: `__main__`, an engine, a noun or two, limits, Alembic.
SHORT_MODULE, MOST_SHORT_MODULES = 60, 25
#: The verbs of a repository of rows, used with their module: `editions.add(…)`.
ROW_VERBS = {
    "add", "get", "list", "update", "delete", "count", "find", "create", "upsert",
    "exists", "upgrade", "downgrade", "main", "build", "render", "routes",
}  # fmt: skip


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        if "versions" not in path.parts:
            yield relative(path), ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_is_short_enough_and_has_a_docstring(path: Path):
    text = path.read_text(encoding="utf-8")
    # The first migration spells every table out and is never changed again.
    assert len(text.splitlines()) <= LONGEST_MODULE or path.parent.name == "versions"
    assert text.startswith(('"""', 'r"""')), "its first line says what it is for"


#: What `int` may read here: keys of our own rows, what a platform's API or our own
#: pattern limits, and what is no text.
INTEGERS = {
    "bot/cli/demo.py",
    "bot/cli/operations.py",
    "bot/commands/arguments.py",
    "bot/commands/editions.py",
    "bot/commands/personal.py",
    "bot/commands/preview.py",
    "bot/commands/quotes_and_figures.py",
    "bot/commands/stories.py",
    "bot/corrections/message_edits.py",
    "bot/ingest/storing.py",
    "bot/jobs/leases.py",
    "bot/lookup/archive.py",
    "bot/lookup/explanations.py",
    "bot/lookup/text_search.py",
    "bot/operations/health_checks.py",
    "bot/platforms/common/webhooks.py",
    "bot/platforms/discord/channels.py",
    "bot/platforms/discord/checks.py",
    "bot/platforms/discord/events.py",
    "bot/platforms/discord/forms.py",
    "bot/platforms/discord/read_back.py",
    "bot/platforms/discord/rest_api.py",
    "bot/platforms/discord/session.py",
    "bot/publishing/edition_inputs.py",
    "bot/publishing/full_texts.py",
    "bot/runner.py",
    "bot/schedules/grammar.py",
    "bot/storage/database.py",
    "bot/storage/decision_store.py",
    "bot/storage/delivery_store.py",
    "bot/storage/draft_message_store.py",
    "bot/storage/edition_store.py",
    "bot/storage/installation_store.py",
    "bot/storage/published_article_store.py",
    "bot/storage/quote_wording_store.py",
    "bot/storage/schema_upgrade.py",
    "bot/storage/statements.py",
    "bot/storage/story_store.py",
    "bot/web/console/edition_pages.py",
    "digests/answers/periods.py",
    "digests/corrections/detection.py",
    "digests/jsonl.py",
    "digests/language/dates.py",
    "digests/language/normalization.py",
    "digests/sources/sandbox/worker.py",
    "digests/stories/freshness.py",
}


def test_numbers_in_foreign_text_are_read_by_one_function():
    """`parse_whole_number` is never surprised; `int` is by 5,000 digits and by «²»."""
    calls = {
        path
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "int"
        and node.args
        and not isinstance(node.args[0], ast.Compare | ast.BoolOp)
    }
    assert calls <= INTEGERS, calls - INTEGERS


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_is_named_after_nothing(path: Path):
    assert path.stem not in {"utils", "helpers", "manager", "common", "misc"}


def test_a_subject_is_not_cut_into_small_modules():
    short = [
        relative(path)
        for path in MODULES
        if path.stem != "__init__"
        and "versions" not in path.parts
        and len(path.read_text(encoding="utf-8").splitlines()) < SHORT_MODULE
    ]
    assert len(short) <= MOST_SHORT_MODULES, short


@pytest.mark.parametrize(
    ("path", "function"),
    [("bot/app.py", "open_application"), ("digests/compose.py", "compose")],
)
def test_the_main_paths_read_like_a_table_of_contents(path: str, function: str):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    (found,) = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == function
    ]
    assert (found.end_lineno or 0) - found.body[0].lineno <= LONGEST_MAIN_PATH


def test_a_class_name_is_unique_in_the_tree():
    counted = Counter(
        node.name
        for _, tree in trees()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in counted.items() if times > 1] == []


def test_a_public_function_of_one_word_is_in_one_module():
    modules = defaultdict(set)
    for module, tree in trees():
        for node in tree.body:
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and "_" not in node.name
                and node.name not in ROW_VERBS
            ):
                modules[node.name].add(module)
    assert {name: found for name, found in modules.items() if len(found) > 1} == {}


def test_own_modules_are_not_imported_under_another_name():
    renamed = [
        (module, alias.name, alias.asname)
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] in {"bot", "digests"}
        for alias in node.names
        if alias.asname not in {None, alias.name}
    ]
    assert renamed == []


def test_the_top_level_holds_only_what_was_agreed():
    ours = {
        "bot", "digests", "seeds", "tests", "docs", "pyproject.toml", "README.md",
        "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile",
        ".env.example", "deploy",
        ".gitignore", ".ci", "hatch_build.py", "zensical.toml",
    }  # fmt: skip
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert {name.split("/")[0] for name in listed} <= ours
