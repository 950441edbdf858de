"""The doctor: what is wrong, where, and the fix."""

from dataclasses import replace

from bot.errors import Refused
from bot.types import Destination, Trouble
from tests.bot.newsroom import CONFIGURATION


async def findings(desk, state):
    return [f for f in await desk.doctor.examine() if f.state == state]


async def test_a_well_kept_newsroom_has_no_problem(desk):
    assert await findings(desk, "problem") == []


async def test_with_nothing_set_up_it_says_what_to_do(bare):
    (found,) = await findings(bare, "warning")
    assert "standfirst apply" in found.fix


async def test_a_missing_folder_is_a_problem_with_its_path(desk):
    for path in (desk.home / "articles").iterdir():
        path.unlink()
    (desk.home / "articles").rmdir()
    (found,) = await findings(desk, "problem")
    assert str(desk.home / "articles") in found.text


async def test_a_broken_article_is_a_warning_and_the_source_is_well(desk):
    (desk.home / "articles" / "broken.txt").write_bytes(b"\0\1\2" * 500)
    (found,) = await findings(desk, "warning")
    assert "broken.txt" in found.subject


async def test_a_stopped_destination_and_its_delivery_are_problems(desk):
    desk.platform.script(Refused("The channel was deleted."))
    await desk.post()
    told = [found.text for found in await findings(desk, "problem")]
    assert any("The channel was deleted." in text for text in told)


async def test_a_workspace_on_a_platform_that_is_off_is_a_problem(bare):
    (bare.home / "articles").mkdir(exist_ok=True)
    await bare.apply(CONFIGURATION.replace('"local"', '"discord"'))
    told = [found.text for found in await findings(bare, "problem")]
    assert any("discord is not connected" in text for text in told)
    fixes = [found.fix for found in await findings(bare, "problem")]
    assert any("STANDFIRST_DISCORD_TOKEN" in fix for fix in fixes)


async def test_a_digest_without_a_destination_is_a_warning(bare):
    await bare.apply(CONFIGURATION.replace('["morning"]', "[]"))
    told = [found.text for found in await findings(bare, "warning")]
    assert any("no destination" in text for text in told)


class Complaining:
    """A platform that finds something wrong with every destination."""

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[Trouble, ...]:
        said = f"{workspace} has no {destination.channel}"
        return (Trouble(text=said, fix="make one", stops=True),)


async def test_what_a_platform_says_of_a_destination_is_a_finding(desk):
    doctor = replace(desk.doctor, inspectors={"local": Complaining()})
    found = [f for f in await doctor.examine() if f.subject == "#morning"]
    assert [(f.state, f.text, f.fix) for f in found] == [
        ("problem", "newsroom has no c-morning", "make one")
    ]
