"""The reference pages are what the code says; renew them with `make reference`."""

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from bot.model.findings import CheckCode
from bot.settings import list_setting_fields
from tests.docs import code_pages, settings_page
from tests.docs.reference import FOLDER, PAGES, Described, describe_bot, render_page
from tests.docs.settings_page import GROUPS


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Described:
    home: Path = tmp_path_factory.mktemp("reference")
    return asyncio.run(describe_bot(home))


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_the_one_that_the_command_writes(
    name: str, described: Described
):
    written = FOLDER.joinpath(name).read_text(encoding="utf-8")
    current = render_page(name, described)
    assert written == current, f"docs/{name} is out of date; run: make reference"


def test_every_check_of_the_doctor_is_described():
    assert set(code_pages.CHECKS) == set(get_args(CheckCode))


def test_every_exit_code_of_an_error_is_described():
    assert set(code_pages.EXIT_CODES) == set(range(5))


def test_every_setting_has_a_chapter():
    page = settings_page.render_settings()
    names = {f"### STANDFIRST_{name.upper()}\n" for name in list_setting_fields(GROUPS)}
    assert [name for name in names if name not in page] == []
