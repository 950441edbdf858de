from dataclasses import replace
from typing import Any

import pytest

from bot.errors import UnknownName, UserError
from bot.storage import (
    Connection,
    Database,
    destinations,
    digests,
    editions,
    schedules,
    schema,
    sources,
    workspaces,
)
from bot.types import Digest, Look, Source
from digests.sections import Sections
from tests.bot.storage.builders import NOW, House, a_due, a_house, an_issue


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


async def test_a_workspace_met_again_keeps_its_key_and_zone(database: Database):
    first = await database.write(
        workspaces.ensure,
        platform="discord",
        external_id="1001",
        name="Old",
        now=NOW,
        zone="Europe/Berlin",
    )
    again = await database.write(
        workspaces.ensure, platform="discord", external_id="1001", name="New", now=NOW
    )

    assert (again.id, again.name, again.zone) == (first.id, "New", "Europe/Berlin")
    assert await database.read(workspaces.by_id, workspace_id=first.id) == again
    assert (
        await database.read(
            workspaces.by_external, platform="discord", external_id="1001"
        )
        == again
    )


async def test_the_same_id_on_two_platforms_is_two_workspaces(database: Database):
    for platform in ("discord", "slack"):
        await database.write(
            workspaces.ensure, platform=platform, external_id="1", name="x", now=NOW
        )

    assert len(await database.read(workspaces.every)) == 2


async def test_a_workspace_left_is_back_with_all_it_had(
    database: Database, house: House
):
    await database.write(workspaces.leave, workspace_id=house.workspace.id, now=NOW)
    left = await database.read(workspaces.every)

    await database.write(a_house)

    assert left == ()
    assert await database.read(workspaces.every) == (house.workspace,)
    assert await database.read(
        digests.in_workspace, workspace_id=house.workspace.id
    ) == (house.digest,)


async def test_a_destination_led_to_another_channel_works_again(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    await database.write(
        destinations.pause,
        **here,
        destination_id=house.destination.id,
        reason="The channel is gone.",
    )

    moved = await database.write(
        destinations.ensure, **here, name="news", channel="other"
    )

    assert (moved.id, moved.channel) == (house.destination.id, "other")
    assert moved.paused is None


async def test_said_again_a_destination_stays_paused(database: Database, house: House):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    paused = await database.write(
        destinations.pause,
        **here,
        destination_id=house.destination.id,
        reason="The channel is gone.",
    )

    same = await database.write(
        destinations.ensure, **here, name="news", channel="one-news"
    )

    assert same == paused
    assert same.paused == "The channel is gone."
    resumed = await database.write(destinations.resume, **here, destination_id=same.id)
    assert resumed == house.destination


async def test_a_channel_has_one_name(database: Database, house: House):
    with pytest.raises(UserError, match="is the destination «news» already"):
        await database.write(
            destinations.ensure,
            workspace_id=house.workspace.id,
            name="other",
            channel="one-news",
        )


async def test_a_destination_is_renamed_unless_the_name_is_taken(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    await database.write(destinations.ensure, **here, name="sport", channel="s")

    with pytest.raises(UserError, match="«sport» already"):
        await database.write(
            destinations.rename,
            **here,
            destination_id=house.destination.id,
            name="sport",
        )
    renamed = await database.write(
        destinations.rename, **here, destination_id=house.destination.id, name="daily"
    )

    assert renamed is not None
    assert await database.read(destinations.by_name, **here, name="daily") == renamed
    assert await database.read(destinations.by_name, **here, name="news") is None


async def test_a_removed_destination_leaves_its_digests(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}

    gone = await database.write(
        destinations.remove, **here, destination_id=house.destination.id
    )
    again = await database.write(
        destinations.remove, **here, destination_id=house.destination.id
    )

    digest = await database.read(digests.by_name, **here, name="Morning")
    assert (gone, again) == (True, False)
    assert digest is not None
    assert digest.destinations == ()


async def test_a_public_source_is_stored_once_and_keeps_its_name(database: Database):
    def make(connection: Connection, name: str) -> Source:
        return sources.ensure(
            connection,
            workspace_id=None,
            kind="feed",
            address="https://news.example/feed",
            name=name,
        )

    first = await database.write(make, "Canal Post")

    assert await database.write(make, "Something else") == first


async def test_a_private_source_is_its_workspaces_own(database: Database):
    one = await database.write(a_house, name="one")
    two = await database.write(a_house, name="two")

    def make(connection: Connection, house: House, name: str) -> Source:
        return sources.ensure(
            connection,
            workspace_id=house.workspace.id,
            kind="folder",
            address="/srv/notes",
            name=name,
        )

    first = await database.write(make, one, "Notes")
    other = await database.write(make, two, "Notes")
    renamed = await database.write(make, one, "Our notes")

    assert first.id != other.id
    assert (renamed.id, renamed.name) == (first.id, "Our notes")


async def test_a_source_tells_how_its_last_reading_was(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    failed = replace(house.source, last_good=NOW, problem="It answers 404.", failures=3)
    await database.write(sources.record, source=failed)
    (bad,) = await database.read(sources.in_workspace, **here)
    await database.write(sources.record, source=replace(failed, problem=None))
    (good,) = await database.read(sources.in_workspace, **here)

    assert bad == failed
    assert (good.last_good, good.problem) == (NOW, None)


async def test_a_shared_source_is_read_once_and_not_while_all_are_paused(
    database: Database,
):
    one = await database.write(a_house, name="one", shared=True)
    two = await database.write(a_house, name="two", shared=True)

    shared = await database.read(sources.in_use)
    for house in (one, two):
        await database.write(
            digests.pause, workspace_id=house.workspace.id, digest_id=house.digest.id
        )

    assert shared == (one.source,)
    assert await database.read(sources.in_use) == ()


async def test_a_digest_said_again_is_changed_and_keeps_schedules_and_pause(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}

    def change(connection: Connection) -> Digest:
        schedules.replace(
            connection,
            **here,
            digest_id=house.digest.id,
            rows=[
                schedules.NewSchedule(
                    sentence="daily at 8:30", rule={}, zone="UTC", next=a_due()
                )
            ],
        )
        digests.pause(connection, **here, digest_id=house.digest.id)
        return digests.ensure(
            connection,
            **here,
            name="Morning",
            sources=[house.source],
            destinations=[],
            stories=3,
            include=["battery", "“solid state”"],
            exclude=["rumour"],
            quiet_hours="22:00-07:00",
            language="de",
        )

    digest = await database.write(change)

    assert digest == Digest(
        id=house.digest.id,
        workspace_id=house.workspace.id,
        name="Morning",
        sources=(house.source,),
        destinations=(),
        schedules=("daily at 8:30",),
        quiet_hours="22:00-07:00",
        stories=3,
        include=("battery", "“solid state”"),
        exclude=("rumour",),
        language="de",
        paused=True,
        next_due=a_due().at,
    )
    assert await database.read(digests.by_name, **here, name="Morning") == digest


async def test_sources_and_destinations_keep_their_order(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}

    def build(connection: Connection) -> Digest:
        read = [
            sources.ensure(
                connection, workspace_id=None, kind="feed", address=letter, name=letter
            )
            for letter in "bca"
        ]
        posted = [
            destinations.ensure(connection, **here, name=letter, channel=letter)
            for letter in "zyx"
        ]
        return digests.ensure(
            connection,
            **here,
            name="Letters",
            sources=[read[2], read[0], read[1], read[0]],
            destinations=[posted[1], posted[0], posted[2]],
        )

    digest = await database.write(build)

    assert [source.name for source in digest.sources] == ["a", "b", "c"]
    assert [place.name for place in digest.destinations] == ["y", "z", "x"]


async def test_a_deleted_digest_frees_its_name_and_keeps_its_editions(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    issue = await database.write(an_issue, house)

    gone = await database.write(
        digests.delete_one, **here, digest_id=house.digest.id, now=NOW
    )
    again = await database.write(
        digests.delete_one, **here, digest_id=house.digest.id, now=NOW
    )
    rebuilt = await database.write(a_house)

    assert (gone, again) == (True, False)
    assert rebuilt.digest.id != house.digest.id
    assert await database.read(digests.in_workspace, **here) == (rebuilt.digest,)
    kept = await database.read(editions.by_public_id, **here, public_id=issue.public_id)
    assert kept == issue


@pytest.mark.parametrize("sections", [None, ("also", "summary")])
async def test_a_digest_keeps_its_look(
    database: Database, house: House, sections: Sections
):
    look = Look(summary="long", brief=0, sections=sections)

    changed = await database.write(
        digests.ensure,
        workspace_id=house.workspace.id,
        name="Morning",
        sources=[house.source],
        destinations=[],
        look=look,
    )

    assert changed.look == look


async def test_a_look_that_was_stored_before_there_were_sections_is_as_usual(
    database: Database, house: House
):
    older = {"summary": "long", "quotes": 2, "figures": False, "brief": 0}
    await database.write(
        lambda connection: connection.execute(
            schema.digests.update().values(look=older)
        )
    )

    digest = await database.read(
        digests.by_name, workspace_id=house.workspace.id, name="Morning"
    )

    assert digest is not None
    assert digest.look == Look(summary="long", quotes=2, figures=False, brief=0)


async def test_pausing_and_resuming_a_digest(database: Database, house: House):
    key: dict[str, Any] = {
        "workspace_id": house.workspace.id,
        "digest_id": house.digest.id,
    }

    paused = await database.write(digests.pause, **key)
    resumed = await database.write(digests.resume, **key)

    assert paused is not None
    assert paused.paused
    assert resumed == house.digest


async def test_a_digest_takes_no_source_or_destination_of_another_workspace(
    database: Database,
):
    one = await database.write(a_house, name="one")
    two = await database.write(a_house, name="two")

    for foreign in (
        {"sources": [two.source], "destinations": []},
        {"sources": [], "destinations": [two.destination]},
    ):
        with pytest.raises(UnknownName, match="not exist in this workspace"):
            await database.write(
                digests.ensure, workspace_id=one.workspace.id, name="Morning", **foreign
            )
    kept = await database.read(digests.in_workspace, workspace_id=one.workspace.id)
    assert kept == (one.digest,)
