"""`standfirst digest …`: post, undo, preview, list, pause, resume, skip."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from bot.cli.console import OK, InWorkspace, Json, chosen, print_json, say, with_house

if TYPE_CHECKING:
    from bot.app import House
    from bot.types import Digest


def post(name: str | None = None, *, workspace: InWorkspace = None) -> int:
    """Order one edition now; the scheduled one still comes.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
    """

    async def work(house: "House") -> int:
        found = await chosen(house, name, workspace)
        key = f"cli-{house.clock.now():%Y%m%dT%H%M%S%f}"
        lacks = await _lacks(house, found)
        if lacks:
            await house.editions.order(found.workspace_id, found, key)
            say(
                f"An edition of «{found.name}» is ordered. This terminal lacks "
                f"{lacks}, so the Standfirst that runs on this database with it, or "
                "the next one to start, makes the edition and posts it."
            )
            return OK
        outcome = await house.editions.post_now(found.workspace_id, found, key)
        if outcome.issue is None:
            say(f"No edition: {outcome.reason}")
            return OK
        count = len(outcome.issue.edition.stories)
        say(f"Edition {outcome.issue.public_id} with {count} stories is on its way.")
        return OK

    return with_house(work)


async def _lacks(house: "House", found: "Digest") -> str:
    """The setting without which its platform is not on here; "" where it is.

    An edition is worded by its platform: without that there would be one that nobody
    gets, and its articles would count as told.
    """
    from bot.storage import workspaces

    kept = await house.db.read(workspaces.by_id, workspace_id=found.workspace_id)
    if kept is None or kept.platform in house.platforms:
        return ""
    if kept.platform == "slack":
        return "STANDFIRST_SLACK_BOT_TOKEN, or what installing the app takes"
    return "STANDFIRST_DISCORD_TOKEN"


def undo(name: str | None = None, *, workspace: InWorkspace = None) -> int:
    """Take a digest's newest edition back, within ten minutes.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
    """

    async def work(house: "House") -> int:
        from bot import undo

        found = await chosen(house, name, workspace)
        key: dict[str, Any] = {
            "workspace_id": found.workspace_id,
            "now": house.clock.now(),
        }
        issue = await house.db.read(undo.last_edition, **key, digest_id=found.id)
        done = await house.db.write(
            undo.take_back, **key, public_id=issue.public_id, by="the command line"
        )
        if done.before:
            say(f"Edition {issue.public_id} was taken back before.")
        else:
            say(
                f"Edition {issue.public_id} is taken back: {done.deleted} messages are "
                f"being deleted, {done.cancelled} are not sent."
            )
        return OK

    return with_house(work)


def preview(
    name: str | None = None,
    *,
    workspace: InWorkspace = None,
    format: Literal["text", "markdown", "html", "local"] = "text",
) -> int:
    """Print what would be posted now; nothing is posted.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
        format: For reading, or a platform's name for its payloads as JSON.
    """

    async def work(house: "House") -> int:
        from digests import templates

        found = await chosen(house, name, workspace)
        draft = await house.editions.preview(found, "local")
        if format == "local":
            print_json([dict(part.payload) for part in draft.parts])
        elif draft.edition.stories:
            print(templates.render(draft.edition, format))
        else:
            say("Nothing would be posted now: nothing is new.")
        return OK

    return with_house(work)


def list_digests(*, json: Json = False) -> int:
    """List the digests with their schedules and next due moments."""

    async def work(house: "House") -> int:
        known = await house.archive.all_digests()
        if json:
            print_json([_row(house, found) for found in known])
        elif not known:
            say("No digest is set up. See: standfirst apply --help")
        for found in () if json else known:
            when = _next_due(house, found)
            print(f"{found.name}  ({'; '.join(found.schedules)})  next: {when}")
        return OK

    return with_house(work)


def _next_due(house: "House", found: "Digest") -> str:
    """When it comes next, as its readers' clocks say it."""
    from bot.due import next_due_of, zone_of
    from bot.texts import Texts

    now, zone = house.clock.now(), zone_of(found)
    due = next_due_of(found, now)
    if due is None:
        return "paused" if found.paused else "no schedule"
    return f"{Texts.of('en').moment(due, zone, now)} ({zone})"


def _row(house: "House", found: "Digest") -> dict[str, Any]:
    from bot.due import next_due_of

    due = next_due_of(found, house.clock.now())
    return {
        "name": found.name,
        "schedule": list(found.schedules),
        "destinations": [place.name for place in found.destinations],
        "next": due.isoformat() if due else None,
        "paused": found.paused,
        "paused_until": found.paused_until and found.paused_until.isoformat(),
        "skip": [day.isoformat() for day in found.skips],
    }


def pause(
    name: str | None = None,
    *,
    until: date | None = None,
    workspace: InWorkspace = None,
) -> int:
    """Stop a digest's schedules until it is resumed, or until a date.

    Args:
        name: The digest; may be left out where there is only one.
        until: The first day on which it posts again, as 2026-12-24.
        workspace: Id of its workspace, where names clash.
    """

    async def work(house: "House") -> int:
        from bot.storage import digests

        found = await chosen(house, name, workspace)
        if until is None:
            await _change(house, found, digests.pause)
        else:
            await _change(house, found, partial(digests.pause_until, day=until))
        how_long = f" until {until}" if until else ""
        say(f"«{found.name}» is paused{how_long}; articles wait for the next edition.")
        return OK

    return with_house(work)


def resume(name: str | None = None, *, workspace: InWorkspace = None) -> int:
    """Start a paused digest's schedules again.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
    """

    async def work(house: "House") -> int:
        from bot.storage import digests

        found = await chosen(house, name, workspace)
        await _change(house, found, digests.resume)
        say(f"«{found.name}» goes on.")
        return OK

    return with_house(work)


def skip(
    day: date,
    name: str | None = None,
    *,
    back: bool = False,
    workspace: InWorkspace = None,
) -> int:
    """Leave one day out; its articles come with the next edition.

    Args:
        day: The date where the digest's readers live, as 2026-12-24.
        name: The digest; may be left out where there is only one.
        back: Do not leave it out after all.
        workspace: Id of its workspace, where names clash.
    """

    async def work(house: "House") -> int:
        from bot.storage import digests

        found = await chosen(house, name, workspace)
        days = set(found.skips) - {day} if back else {*found.skips, day}
        await _change(house, found, partial(digests.skip, days=days))
        done = "is not left out" if back else "is left out"
        say(f"{day} {done} of «{found.name}».")
        return OK

    return with_house(work)


async def _change(house: "House", digest: "Digest", act: Callable[..., Any]) -> None:
    """Do it to the digest, and keep it in the history of its workspace."""
    from bot.configuring import terminal

    here = digest.workspace_id
    await house.db.write(
        terminal.recorded,
        partial(act, workspace_id=here, digest_id=digest.id),
        concerns=lambda workspace: workspace.id == here,
        now=house.clock.now(),
    )
