"""Describe migrations: what each does, and whether older processes may run meanwhile.

The first sentence of a migration's docstring says what it does. Without `NEEDS_STOP` it
only *expands* the schema: a process of the version before continues to work over the
new schema, so that a rolling update stops nothing. `NEEDS_STOP = "…"` says why every
process has to be stopped first.

Everything else is derived from the operations of `upgrade()`, which are recorded and
not run. Loads Alembic: import this module only to upgrade or to describe an upgrade.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from alembic.migration import MigrationContext
from alembic.operations import BatchOperations, MigrateOperation, Operations, ops
from alembic.script import ScriptDirectory
from sqlalchemy import Executable

from digests.types import frozen

_PARAGRAPH_END = re.compile(r"\n\s*\n")
_CHANGED_TABLE = re.compile(
    r"\s*(?:UPDATE|DELETE\s+FROM|INSERT\s+INTO)\s+\"?(\w+)", re.I
)
#: SQL that older processes do not notice: it changes rows, or adds something new.
_HARMLESS_SQL = re.compile(
    r"\s*(?:UPDATE|INSERT|SELECT|CREATE\s+(?!UNIQUE|OR\s)|COMMENT|ANALYZE)\b", re.I
)


@frozen
class MigrationStep:
    """One migration, described for the operator."""

    number: str
    #: What it does, in one sentence.
    summary: str
    #: Why every process must be stopped first; "" = older processes may run on.
    needs_stop: str
    #: Tables of before all of whose rows are read or written.
    tables: tuple[str, ...]
    #: Operations that break older processes, one phrase each.
    breaking: tuple[str, ...]


def list_steps(
    scripts: Path, after: str | None, dialect: str
) -> tuple[MigrationStep, ...]:
    """List the migrations after a version, in the order in which they run.

    Args:
        scripts: Folder of the migrations.
        after: Version of the database; None: it is empty.
        dialect: «sqlite» or «postgresql».
    """
    folder = ScriptDirectory(str(scripts))
    found = folder.iterate_revisions("head", after or "base")
    modules = reversed([script.module for script in found])
    return tuple(_describe(module, dialect) for module in modules)


def _describe(module: ModuleType, dialect: str) -> MigrationStep:
    recorder = _record(module, dialect)
    recorded = recorder.recorded
    new = {one.table_name for one in recorded if isinstance(one, ops.CreateTableOp)}
    changes = [one for one in recorded if _find_table(one) not in new]
    read = filter(None, map(_find_read_table, changes))
    tables = dict.fromkeys([*recorder.rebuilt, *read])
    summary = _PARAGRAPH_END.split((module.__doc__ or "").strip())[0]
    return MigrationStep(
        number=module.revision,
        summary=" ".join(summary.split()),
        needs_stop=getattr(module, "NEEDS_STOP", ""),
        tables=tuple(tables),
        breaking=tuple(filter(None, map(_explain_breaking, changes))),
    )


# ── recording ──────────────────────────────────────────────────────────────────


class _Recorder(Operations):
    """Takes the place of `alembic.op` in a migration."""

    def __init__(self, dialect: str) -> None:
        options = {"as_sql": True}
        super().__init__(MigrationContext.configure(dialect_name=dialect, opts=options))
        self.recorded: list[MigrateOperation] = []
        #: Tables that SQLite copies, because it cannot alter them.
        self.rebuilt: list[str] = []

    def invoke(self, operation: MigrateOperation) -> Any:
        self.recorded.append(operation)

    def get_bind(self) -> Any:
        """Return what a migration may ask: the dialect, and no data."""
        return SimpleNamespace(dialect=self.migration_context.dialect)

    @contextmanager
    def batch_alter_table(  # type: ignore[override]
        self, table_name: str, *, recreate: str = "auto", **_: Any
    ) -> Iterator[BatchOperations]:
        begin = len(self.recorded)
        yield _BatchRecorder(self, table_name)
        altered = (ops.AddColumnOp, ops.CreateIndexOp, ops.DropIndexOp)
        simple = all(isinstance(one, altered) for one in self.recorded[begin:])
        on_sqlite = self.migration_context.dialect.name == "sqlite"
        if on_sqlite and (recreate == "always" or (recreate == "auto" and not simple)):
            self.rebuilt.append(table_name)


class _BatchRecorder(BatchOperations):
    def __init__(self, recorder: _Recorder, table: str) -> None:
        batch: Any = SimpleNamespace(table_name=table, schema=None)
        super().__init__(recorder.migration_context, batch)
        self._recorder = recorder

    def invoke(self, operation: MigrateOperation) -> Any:
        return self._recorder.invoke(operation)


def _record(module: ModuleType, dialect: str) -> _Recorder:
    recorder, before = _Recorder(dialect), getattr(module, "op", None)
    module.op = recorder  # type: ignore[attr-defined]
    try:
        module.upgrade()
    finally:
        module.op = before  # type: ignore[attr-defined]
    return recorder


# ── judging ────────────────────────────────────────────────────────────────────


def _find_table(operation: MigrateOperation) -> str | None:
    """Find the table that an operation changes."""
    if isinstance(operation, ops.ExecuteSQLOp):
        found = _CHANGED_TABLE.match(_get_sql(operation))
        return found[1] if found else None
    for name in ("table_name", "source_table"):
        if found := getattr(operation, name, None):
            return cast(str, found)
    return None


def _find_read_table(operation: MigrateOperation) -> str | None:
    """Find the table all of whose rows an operation reads or writes."""
    reads = (ops.ExecuteSQLOp, ops.CreateIndexOp, ops.AddConstraintOp)
    if isinstance(operation, reads):
        return _find_table(operation)
    if isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
        return operation.table_name
    return None


def _explain_breaking(operation: MigrateOperation) -> str:
    """Say how an operation breaks processes of the version before; "" = not at all."""
    table = _find_table(operation)
    match operation:
        case ops.DropTableOp() | ops.RenameTableOp():
            return f"table {table} is dropped or renamed"
        case ops.DropColumnOp(column_name=name):
            return f"column {table}.{name} is dropped"
        case ops.AddColumnOp(column=column):
            has_value = column.nullable or column.server_default is not None
            return "" if has_value else f"column {table}.{column.name} needs a value"
        case ops.AlterColumnOp():
            return _explain_altered_column(operation)
        case ops.AddConstraintOp():
            return f"a constraint of {table} is new"
        case ops.DropConstraintOp(constraint_type="unique" | "primary" | None):
            return f"a constraint of {table} is dropped"
        case ops.CreateIndexOp(unique=True):
            return f"a unique index of {table} is new"
        case ops.ExecuteSQLOp() if not _HARMLESS_SQL.match(_get_sql(operation)):
            return f"«{_get_sql(operation).strip()}» cannot be judged"
    return ""


def _explain_altered_column(operation: ops.AlterColumnOp) -> str:
    name = f"column {operation.table_name}.{operation.column_name}"
    if operation.modify_name is not None:
        return f"{name} is renamed"
    if operation.modify_type is not None:
        return f"{name} changes its type"
    if operation.modify_nullable is False:
        return f"{name} becomes NOT NULL"
    if operation.modify_server_default is None:
        return f"{name} loses its default"
    return ""


def _get_sql(operation: ops.ExecuteSQLOp) -> str:
    sql: Executable | str = operation.sqltext
    return str(sql)
