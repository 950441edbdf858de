"""Whose turn it is to ask a host for a page, and what is left of its budget."""

import asyncio
from datetime import timedelta

from bot.ingest.page_budget import PageBudget
from tests.fakes import NOON

HOST = "courier.example"


async def ask(
    budget: PageBudget, workspace: int, begun: list[int], host: str = HOST
) -> None:
    async with budget.take_turn(host, workspace):
        begun.append(workspace)
        await asyncio.sleep(0)


async def test_workspaces_take_turns_at_a_host():
    budget, begun = PageBudget(), list[int]()

    async with budget.take_turn(HOST, 9):
        waiting = [ask(budget, one, begun) for one in (1, 1, 1, 2, 3, 2)]
        tasks = [asyncio.create_task(one) for one in waiting]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)

    assert begun == [1, 2, 3, 1, 2, 1]


async def test_a_host_is_asked_for_one_page_at_a_time():
    budget, begun = PageBudget(), list[int]()

    async with budget.take_turn(HOST, 1):
        other = asyncio.create_task(ask(budget, 2, begun))
        await asyncio.sleep(0.01)
        assert begun == []
    await other


async def test_hosts_do_not_wait_for_each_other():
    budget, begun = PageBudget(), list[int]()

    async with budget.take_turn(HOST, 1):
        await ask(budget, 2, begun, host="island.example")

    assert begun == [2]


async def test_who_gives_up_does_not_keep_the_others_waiting():
    budget, begun = PageBudget(), list[int]()

    async with budget.take_turn(HOST, 1):
        tasks = [asyncio.create_task(ask(budget, one, begun)) for one in (2, 3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
    await asyncio.wait(tasks)

    assert begun == [3]


async def test_who_gives_up_when_its_turn_comes_passes_it_on():
    budget, begun = PageBudget(), list[int]()

    async with budget.take_turn(HOST, 1):
        tasks = [asyncio.create_task(ask(budget, one, begun)) for one in (2, 3)]
        await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.wait(tasks)

    assert begun == [3]


async def test_alone_a_workspace_may_use_the_whole_budget():
    budget = PageBudget(60)
    budget.record_requests(HOST, 1, 40, NOON)

    assert budget.count_left(HOST, 1, 40, NOON) == 20


async def test_while_another_one_waits_it_gets_no_more_than_half():
    budget, begun = PageBudget(60), list[int]()

    async with budget.take_turn(HOST, 1):
        budget.record_requests(HOST, 1, 28, NOON)
        other = asyncio.create_task(ask(budget, 2, begun))
        await asyncio.sleep(0)
        assert budget.count_left(HOST, 1, 28, NOON) == 2
        budget.record_requests(HOST, 1, 2, NOON)
        assert budget.count_left(HOST, 1, 30, NOON) == 0
        assert budget.count_left(HOST, 2, 30, NOON) == 30
    await other


async def test_requests_count_for_an_hour():
    budget, begun = PageBudget(60), list[int]()

    async with budget.take_turn(HOST, 1):
        budget.record_requests(HOST, 1, 30, NOON)
        other = asyncio.create_task(ask(budget, 2, begun))
        await asyncio.sleep(0)
        later = NOON + timedelta(hours=1)
        assert budget.count_left(HOST, 1, 0, later) == 30
    await other
