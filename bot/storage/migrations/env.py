"""Run the migrations over the connection that `bot.storage.schema_upgrade` passes.

There is no ini file and no address: the caller has opened the database, holds its lock
and commits.
"""

from alembic import context

from bot.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=metadata,
    transactional_ddl=True,
    # SQLite supports few ALTER statements: the table is rebuilt instead.
    render_as_batch=True,
)
context.run_migrations()
