"""Arguments of commands: options that several have, and the application they run on.

A command is a function whose parameters are its arguments. One keyword parameter is not
parsed but passed by `call_command`: `app`, the application, which is opened before the
command and closed after it, or `factory`, for commands that open none or their own.
"""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from bot.cli.running import ApplicationFactory, read_settings
from bot.errors import UserError
from bot.lookup.name_resolution import AmbiguousDigest, resolve_digest
from bot.model import Digest, Workspace
from bot.runner import Application
from bot.storage import workspace_store

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
    command: Callable[..., Any],
    bound: inspect.BoundArguments,
    factory: ApplicationFactory,
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
