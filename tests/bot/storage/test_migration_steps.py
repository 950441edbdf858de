"""What is said of migrations, and which of them older processes survive."""

from pathlib import Path

import pytest

from bot.storage import migration_steps, schema_upgrade
from bot.storage.migration_steps import MigrationStep

SCRIPTS = Path(schema_upgrade.__file__).parent / "migrations"
DIALECTS = ("sqlite", "postgresql")


def all_steps(dialect: str) -> tuple[MigrationStep, ...]:
    return migration_steps.list_steps(SCRIPTS, None, dialect)


def step(folder: Path, *lines: str, dialect: str = "postgresql") -> MigrationStep:
    """Describe a migration with these lines in `upgrade()`."""
    (folder / "versions").mkdir(exist_ok=True)
    body = "\n".join(f"    {line}" for line in lines)
    (folder / "versions" / "0999_later.py").write_text(
        '"""Change something\nin two lines.\n\nAnd why."""\n'
        "import sqlalchemy as sa\nfrom alembic import op\n"
        'revision, down_revision = "0999", None\n'
        f"def upgrade():\n{body}\n",
        encoding="utf-8",
    )
    (found,) = migration_steps.list_steps(folder, None, dialect)
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_migration_has_one_sentence_for_the_operator(dialect: str):
    for one in all_steps(dialect):
        assert one.summary.endswith("."), one.number
        assert one.summary.count(". ") == 0, one.number
        assert len(one.summary) <= 90, one.number


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_migration_breaks_older_processes_without_saying_why_they_must_stop(
    dialect: str,
):
    """If it fails: expand now and contract in a later release (bot/storage/README)."""
    unsaid = {
        one.number: one.breaking
        for one in all_steps(dialect)
        if one.breaking and not one.needs_stop
    }
    assert unsaid == {}


def test_the_summary_is_the_first_paragraph_of_the_docstring(tmp_path: Path):
    assert step(tmp_path, "pass").summary == "Change something in two lines."


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("op.drop_table('notices')", "table notices is dropped"),
        ("op.rename_table('notices', 'letters')", "dropped or renamed"),
        ("op.drop_column('notices', 'text')", "column notices.text is dropped"),
        (
            "op.add_column('notices', sa.Column('n', sa.Text(), nullable=False))",
            "column notices.n needs a value",
        ),
        ("op.alter_column('notices', 'text', new_column_name='t')", "is renamed"),
        ("op.alter_column('notices', 'text', type_=sa.Text())", "changes its type"),
        ("op.alter_column('notices', 'text', nullable=False)", "becomes NOT NULL"),
        ("op.alter_column('notices', 'n', server_default=None)", "loses its default"),
        ("op.create_unique_constraint('u', 'notices', ['text'])", "is new"),
        ("op.create_check_constraint('c', 'notices', 'n > 0')", "is new"),
        ("op.create_foreign_key('f', 'notices', 'digests', ['d'], ['id'])", "is new"),
        ("op.drop_constraint('u', 'notices', type_='unique')", "is dropped"),
        ("op.create_index('i', 'notices', ['text'], unique=True)", "unique index"),
        ("op.execute('ALTER TABLE notices RENAME TO n')", "cannot be judged"),
        ("op.execute('DELETE FROM notices')", "cannot be judged"),
    ],
)
def test_what_older_processes_cannot_bear_is_found(tmp_path: Path, line: str, why: str):
    (found,) = step(tmp_path, line).breaking
    assert why in found


@pytest.mark.parametrize(
    "line",
    [
        "op.add_column('notices', sa.Column('n', sa.Text()))",
        "op.add_column('notices',"
        " sa.Column('n', sa.Text(), nullable=False, server_default=''))",
        "op.create_index('i', 'notices', ['text'])",
        "op.drop_index('i', 'notices')",
        "op.alter_column('notices', 'text', nullable=True)",
        "op.execute(\"UPDATE notices SET text = 'x'\")",
        "op.execute('CREATE STATISTICS s ON a, b FROM notices')",
        "op.create_table('new', sa.Column('id', sa.Integer()));"
        " op.create_unique_constraint('u', 'new', ['id'])",
    ],
)
def test_what_older_processes_do_not_notice_needs_no_stop(tmp_path: Path, line: str):
    assert step(tmp_path, line).breaking == ()


def test_a_change_in_a_batch_is_found_too(tmp_path: Path):
    found = step(
        tmp_path,
        "with op.batch_alter_table('notices') as batch:",
        "    batch.drop_column('text')",
    )
    assert found.breaking == ("column notices.text is dropped",)


@pytest.mark.parametrize(
    ("line", "tables"),
    [
        ("op.execute(\"UPDATE notices SET text = 'x'\")", ("notices",)),
        ("op.create_index('i', 'notices', ['text'])", ("notices",)),
        ("op.alter_column('notices', 'n', type_=sa.Text())", ("notices",)),
        ("op.add_column('notices', sa.Column('n', sa.Text()))", ()),
        ("op.create_table('new', sa.Column('n', sa.Text()));"
         " op.create_index('i', 'new', ['n'])", ()),
    ],
)  # fmt: skip
def test_the_tables_that_it_goes_through_are_named(
    tmp_path: Path, line: str, tables: tuple[str, ...]
):
    assert step(tmp_path, line).tables == tables


@pytest.mark.parametrize(
    ("dialect", "change", "tables"),
    [
        ("sqlite", "drop_column('text')", ("notices",)),
        ("sqlite", "add_column(sa.Column('n', sa.Text()))", ()),
        ("postgresql", "drop_column('text')", ()),
    ],
)
def test_a_table_that_sqlite_has_to_rebuild_is_named(
    tmp_path: Path, dialect: str, change: str, tables: tuple[str, ...]
):
    found = step(
        tmp_path,
        "with op.batch_alter_table('notices') as batch:",
        f"    batch.{change}",
        dialect=dialect,
    )
    assert found.tables == tables
