"""What every table is built from: the metadata, keys, references, checks.

No table stands here; the modules beside it hold them, one a part of the house.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite gives keys by itself only to a column of type INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")
#: Compared by code point, so that a range finds what begins with given letters.
CodePointText = Text().with_variant(Text(collation="C"), "postgresql")


def apply_postgresql_options() -> None:
    """Give indexes what they are on PostgreSQL, which waits in their `info`.

    Said at once, it would load that dialect (2 MB) where nobody asks for it.
    """
    for table_ in metadata.tables.values():
        for index in table_.indexes:
            index.dialect_kwargs.update(index.info)


def id_column() -> Column[int]:
    """Make the database's own key."""
    return Column("id", Key, primary_key=True, autoincrement=True)


def reference_column(name: str, target: str, *, null: bool = False) -> Column[int]:
    """Make a column that goes with the row it points at."""
    return Column(name, Key, ForeignKey(target, ondelete="CASCADE"), nullable=null)


def workspace_column() -> Column[int]:
    """Make the column that pairs with others in `within`."""
    return Column("workspace_id", Key, nullable=False)


def same_workspace(parent: str, column: str) -> ForeignKeyConstraint:
    """Point `column` at a row of `parent` of the same workspace."""
    return ForeignKeyConstraint(
        [column, "workspace_id"],
        [f"{parent}.id", f"{parent}.workspace_id"],
        ondelete="CASCADE",
    )


def check_one_of(column: str, *values: str) -> CheckConstraint:
    """Let the database refuse a word that is no state of `column`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def define_table(name: str, *parts: SchemaItem) -> Table:
    """Make a table with an `id` that is never used twice."""
    return Table(name, metadata, *parts, sqlite_autoincrement=True)
