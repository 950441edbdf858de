"""Arguments of commands: options that several have, and the application they run on.

A command is a function whose parameters are its arguments. One keyword parameter is not
parsed but passed by `call_command`: `app`, the application, which is opened before the
command and closed after it, or `factory`, for commands that open none or their own.
"""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Protocol

from cyclopts import Parameter

from bot.cli.console import print_warnings
from bot.errors import UserError
from bot.lookup.name_resolution import AmbiguousDigest, resolve_digest
from bot.model import Digest, Workspace
from bot.ports import Clock, Examiner, Plugins
from bot.runner import Application, configure_logging
from bot.settings import Settings
from bot.storage import workspace_store


class ApplicationFactory(Protocol):
    """The functions of `bot.app` that commands use; they do not import it themselves.

    Parsing a command line and its help is fast without the platforms.
    """

    def load_platform_settings(self) -> tuple[Settings, tuple[str, ...]]:
        """Load the settings, with warnings."""

    def open_application(
        self, settings: Settings
    ) -> AbstractAsyncContextManager[Application]:
        """Build the application over the configured database."""

    def open_examiner(
        self, settings: Settings, name: str
    ) -> AbstractAsyncContextManager[Examiner]:
        """Sign in to a platform, to check it."""

    def list_platforms(self) -> Plugins:
        """Return every platform by name."""

    def get_clock(self) -> Clock:
        """Return the real clock."""


OpenApplication = Annotated[Application, Parameter(parse=False)]
Factory = Annotated[ApplicationFactory, Parameter(parse=False)]

FlagOption = Annotated[bool, Parameter(negative=(), show_default=False)]
JsonOption = Annotated[
    bool, Parameter(negative=(), show_default=False, help="Print JSON.")
]
DigestName = Annotated[
    str | None, Parameter(help="Name of the digest; optional if there is only one.")
]
WorkspaceId = Annotated[
    str | None, Parameter(help="Id of the workspace; needed if names are ambiguous.")
]


def call_command(
    command: Callable[..., Any], bound: inspect.BoundArguments, factory: Factory
) -> int | None:
    """Call a parsed command; return its exit code, None for success."""
    if "factory" in inspect.signature(command).parameters:
        result: int | None = command(*bound.args, **bound.kwargs, factory=factory)
        return result

    async def run_opened() -> int | None:
        async with factory.open_application(read_settings(factory)) as app:
            done: int | None = await command(*bound.args, **bound.kwargs, app=app)
            return done

    return asyncio.run(run_opened())


def read_settings(factory: ApplicationFactory) -> Settings:
    """Load the settings, set up logging by them, and print warnings about them."""
    settings, warnings = factory.load_platform_settings()
    configure_logging(settings)
    print_warnings(*warnings)
    return settings


async def load_named_digest(
    app: Application, name: str | None, workspace: str | None
) -> Digest:
    """Load the digest that the command line names, or the only one.

    Raises:
        UserError: There is none, or there are several; the message says what to write.
    """
    try:
        return resolve_digest(await app.archive.all_digests(workspace), name or "")
    except AmbiguousDigest as which:
        spaces = await app.db.read(workspace_store.list_workspaces)
        raise _explain_ambiguity(which, spaces) from None


def _explain_ambiguity(
    which: AmbiguousDigest, spaces: Sequence[Workspace]
) -> UserError:
    """Name the workspaces too where digests of several ones may be meant."""
    ids = {space.id: space.external_id for space in spaces}
    if len(set(ids.values())) < len(ids):
        ids = {one.id: f"{one.platform}/{one.external_id}" for one in spaces}
    used = [ids[digest.workspace_id] for digest in which.digests]
    if len(set(used)) < 2:
        return which
    written = ", ".join(
        f'"{name}" --workspace {space}'
        for name, space in zip(which.names, used, strict=True)
    )
    return UserError("Several digests may be meant; write one of: {ways}", ways=written)
