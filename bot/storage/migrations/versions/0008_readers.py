"""What is personal to a reader, and digests that are one person's own.

New tables and columns; an older digest or destination is nobody's in particular, as it
was. The name of a digest stays unique among those of the workspace.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INSTANT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMED = sa.text("deleted_at IS NULL AND person_id IS NULL")
OWN = sa.text("deleted_at IS NULL AND person_id IS NOT NULL")


def upgrade() -> None:
    """Take the step."""
    op.add_column("digests", sa.Column("person_id", sa.Text()))
    op.add_column("destinations", sa.Column("person_id", sa.Text()))
    op.drop_index("uq_digests_workspace_id_name", table_name="digests")
    for name, columns, where in (
        ("uq_digests_workspace_id_name", ["workspace_id", "name"], NAMED),
        ("uq_digests_workspace_id_person_id", ["workspace_id", "person_id"], OWN),
    ):
        op.create_index(
            name,
            "digests",
            columns,
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
    _table("readers", _text("locale"), _text("zone"), _text("told_pause"), once=())
    _table(
        "saved_stories",
        _text("story", null=False),
        _text("headline", null=False),
        _text("url"),
        sa.Column("saved_at", INSTANT, nullable=False),
        once=("story",),
    )
    _table(
        "follows",
        _text("kind", null=False),
        _text("name", null=False),
        _text("folded", null=False),
        sa.Column("followed_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('topic', 'speaker')", name="kind"),
        once=("folded",),
    )
    _table(
        "feedback",
        _text("story", null=False),
        _text("headline", null=False),
        _text("direction", null=False),
        _text("terms", null=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.CheckConstraint("direction IN ('more', 'less')", name="direction"),
        once=("story",),
    )
    _reports()


def _reports() -> None:
    _table(
        "reports",
        _text("person_name", null=False),
        _text("public_id", null=False),
        _text("story", null=False),
        _text("headline", null=False),
        _text("text", null=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        _text("settled_by"),
        _text("answer"),
        sa.Column("told_at", INSTANT),
        sa.UniqueConstraint("public_id"),
        once=None,
    )
    for column in ("settled_at", "person_id"):
        op.create_index(
            f"ix_reports_workspace_id_{column}", "reports", ["workspace_id", column]
        )


def _table(
    name: str, *parts: sa.schema.SchemaItem, once: tuple[str, ...] | None
) -> None:
    """Make a table of one person's rows, of which each `once` is there once."""
    unique = []
    if once is not None:
        unique = [sa.UniqueConstraint("workspace_id", "person_id", *once)]
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False, autoincrement=True),
        sa.Column("workspace_id", KEY, nullable=False),
        _text("person_id", null=False),
        *parts,
        *unique,
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )


def _text(name: str, *, null: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)
