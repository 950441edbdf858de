"""The overview, the history and the system as people see them."""

from bot.storage import digest_store
from tests.bot.harness import CONFIGURATION, NO_LIMITS, open_harness
from tests.bot.web.console.stage import ConsoleStage, hidden_fields, submit
from tests.bot.web.console.test_permissions import press

BASE = "/console/w/1"


async def rows(stage: ConsoleStage, path: str = BASE) -> list[str]:
    answer = await (await stage.enter()).get(path)
    return [row.text(separator=" ", strip=True) for row in answer.tree.css("tbody tr")]


async def test_a_digest_has_its_next_moment_and_its_last_outcome(stage: ConsoleStage):
    assert "Morning brief" in (await rows(stage))[0]
    await stage.harness.post()
    (row,) = await rows(stage)
    assert "posted" in row
    assert "#morning" in row


async def test_until_the_first_edition_it_is_a_checklist(stage: ConsoleStage):
    browser = await stage.enter()
    assert "Up to the first edition" in (await browser.get(BASE)).text
    await stage.harness.post()
    assert "Up to the first edition" not in (await browser.get(BASE)).text


async def test_the_first_edition_is_posted_from_the_checklist(stage: ConsoleStage):
    browser = await stage.enter()
    page = await browser.get(BASE)
    shown = await press(browser, BASE, page, "Post «Morning brief» now")
    await press(browser, BASE, shown, "Post now")
    await stage.harness.outbox.drain()
    assert stage.harness.platform.messages


async def test_a_form_that_is_sent_twice_has_one_effect(stage: ConsoleStage):
    browser = await stage.enter()
    at = f"{BASE}/people"
    grant = {"path": "newsdesk access grant", "arg-who": "person 123"}
    first = await submit(browser, f"{BASE}/answer", grant, at=at)
    assert "Please confirm" in first.text
    hidden = hidden_fields(await browser.get(at))
    await browser.post(f"{BASE}/answer", hidden | grant)
    again = await browser.post(f"{BASE}/answer", hidden | grant)
    assert "already been answered" in again.text


async def test_a_thousand_digests_are_shown_by_pages(sqlite_url, tmp_path):
    digest = CONFIGURATION[CONFIGURATION.index("[[workspace.digest]]") :]
    more = "".join(
        digest.replace("Morning brief", f"Brief {number}") for number in range(60)
    )
    async with open_harness(sqlite_url, tmp_path, quotas=NO_LIMITS) as harness:
        await harness.apply(CONFIGURATION + more)
        stage = ConsoleStage(harness)
        seen = [await rows(stage, f"{BASE}?page={n}") for n in (1, 2, 3, 4)]
        read = harness.db.read
        scope = (await harness.place()).workspace.scope
        assert await read(digest_store.count_digests, scope) == 61
    assert len({row for page in seen[:3] for row in page}) == 61
    assert seen[3] == seen[2]


async def test_a_change_is_reverted_from_the_history(stage: ConsoleStage):
    browser, base = await stage.enter(), BASE
    grant = {"path": "newsdesk access grant", "arg-who": "ben"}
    shown = await submit(browser, f"{base}/answer", grant, at=f"{base}/people")
    await press(browser, base, shown, "Confirm")
    history = await browser.get(f"{base}/history")
    assert "The owner" in history.text
    shown = await press(browser, base, history, "Revert…")
    await press(browser, base, shown, "Confirm")
    people = await browser.get(f"{base}/people")
    assert "Nobody else was made an editor" in people.text


async def test_the_doctor_runs_when_somebody_asks(stage: ConsoleStage):
    browser = await stage.enter()
    assert "Run the checks" in (await browser.get(f"{BASE}/system")).text
    assert "database" in (await browser.get(f"{BASE}/system?check=1")).text


async def test_editors_do_not_see_the_machine(stage: ConsoleStage):
    stage.sign_in.put("10", "ana", editor=True)
    here = await stage.workspace("10")
    browser = await stage.enter_as("ana", "10")
    page = await browser.get(f"/console/w/{here.id}/system?check=1")
    assert page.status == 200
    assert "Jobs" not in page.text
    assert "database" not in page.text
