"""A short part of the chaos suite, seeded; `make chaos` runs it all."""

from dataclasses import replace

import pytest

from tests.chaos import (
    clock_jumps,
    databases,
    kills,
    platform_responses,
    processes,
    review,
    uploads,
)
from tests.chaos.scoreboard import Line, Scoreboard

SEED = 7
pytestmark = pytest.mark.timeout(600)


def held(lines: list[Line]) -> None:
    missed = [line for line in lines if not line.passed]
    assert not missed, missed


@pytest.fixture
def board() -> Scoreboard:
    return Scoreboard(quiet=True)


async def test_kills_between_due_and_recorded_lose_and_double_nothing(board):
    tallies = await kills.killed(24, SEED, board)
    held(kills.lines(tallies, SEED, 24))


async def test_lost_answers_double_nothing(board):
    tallies = await kills.answers_lost(12, SEED, board)
    held(kills.lost_lines(tallies, SEED, 12))


async def test_faults_on_the_way_of_a_file_cost_no_message_and_leave_no_file(board):
    held(await uploads.uploaded(8, SEED, board))


async def test_kills_in_every_state_of_a_draft_post_nothing_unapproved(board):
    held(await review.reviewed(8, SEED, board, name="slack"))


async def test_three_processes_at_once_post_an_edition_once(board):
    held(await processes.three_at_once(3, SEED, board, name="slack"))


async def test_a_damaged_database_is_refused_in_words_or_harmless(board):
    held(await databases.damaged(16, SEED, board))


async def test_damage_to_what_decides_about_sending_is_refused_before_anything(board):
    held(await databases.wounded(12, SEED, board))


async def test_a_clock_that_jumps_loses_and_doubles_nothing(board):
    held(await clock_jumps.jumps(4, SEED, board, name="slack"))


async def test_an_unknown_outcome_is_resolved_or_shown_within_ten_minutes(board):
    held(await platform_responses.uncertain(7, SEED, board, name="slack"))


async def test_a_defence_that_is_missing_turns_its_figure_red(board):
    from tests.chaos import mutations

    lines = await mutations.red(SEED, board, ["reading back"])
    held(lines)


# ── the board itself ───────────────────────────────────────────────────────────

LINE = Line(
    row="S1",
    what="lost",
    figure="0",
    goal="0",
    met=True,
    seed=SEED,
    faults=10,
    stated=10,
)


def failed(*lines: Line) -> bool:
    board = Scoreboard(quiet=True)
    board.add(*lines)
    return board.failed()


def test_a_board_whose_lines_are_all_met_passes():
    assert not failed(LINE)


def test_a_line_that_missed_fails_the_run():
    assert failed(LINE, replace(LINE, met=False))


def test_too_few_faults_fail_the_run_however_good_the_figure():
    assert failed(replace(LINE, faults=9))


def test_a_run_without_any_line_fails():
    assert failed()


def test_a_mutation_that_stays_green_fails_the_run():
    assert failed(replace(LINE, mutation=True, met=False))
    assert not failed(replace(LINE, mutation=True))
