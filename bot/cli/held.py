"""`standfirst digest release`: what is held until a person decides about it."""

from typing import TYPE_CHECKING

from bot.cli.console import OK, Flag, InWorkspace, Json, print_json, say, with_house

if TYPE_CHECKING:
    from bot.app import House
    from bot.types import Delivery, Workspace


def release(
    key: str | None = None,
    *,
    leave: Flag = False,
    workspace: InWorkspace = None,
    json: Json = False,
) -> int:
    """Send a held message again; it may then stand in its channel twice.

    Args:
        key: Which one, by the beginning of its key; without it they are listed.
        leave: Leave it as it is, and let what waits behind it go out.
        workspace: Id of its workspace, where keys clash.
        json: Print the list as JSON.
    """

    async def work(house: "House") -> int:
        found = await _held(house, workspace)
        if key is None:
            _list(found, json=json)
            return OK
        return await _decide(house, [one for _, one in found], key, leave=leave)

    return with_house(work)


async def _held(
    house: "House", only: str | None
) -> list[tuple["Workspace", "Delivery"]]:
    from bot.storage import deliveries, workspaces

    return [
        (home, one)
        for home in await house.db.read(workspaces.every)
        if only in (None, home.external_id)
        for one in await house.db.read(deliveries.held, workspace_id=home.id)
    ]


def _list(found: "list[tuple[Workspace, Delivery]]", *, json: bool) -> None:
    from bot.outbox.holding import SHORT

    if json:
        print_json(
            [
                {
                    "key": one.key,
                    "workspace": home.external_id,
                    "channel": one.channel,
                    "part": one.part,
                    "reason": one.reason,
                }
                for home, one in found
            ]
        )
    elif not found:
        say("Nothing is held: of every message it is known whether it arrived.")
    else:
        for home, one in found:
            place = f"{home.platform} {home.name}, channel {one.channel}"
            print(f"{one.key[:SHORT]}  {place}, part {one.part}: {one.reason or ''}")


async def _decide(
    house: "House", found: "list[Delivery]", key: str, *, leave: bool
) -> int:
    from bot.outbox import holding

    one = holding.named(found, key)
    await house.db.write(
        holding.decide,
        workspace_id=one.workspace_id,
        key=one.key,
        decision="leave" if leave else "again",
        by="The command line",
        now=house.clock.now(),
    )
    if leave:
        say("It is left as it is; what waited behind it goes out.")
    else:
        say("It goes out again, and may then stand in its channel twice.")
    return OK
