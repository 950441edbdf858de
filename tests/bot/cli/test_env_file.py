"""`.env`: one value is changed, every other byte stays."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import setup
from bot.errors import ConfigurationError

NAME = "STANDFIRST_DISCORD_TOKEN"
OLD = """# Where it is
STANDFIRST_WEB_PORT=8711

  export STANDFIRST_DISCORD_TOKEN='old' # mine
OTHER="two
lines" # STANDFIRST_DISCORD_TOKEN=no
"""


def values(path: Path) -> dict[str, str | None]:
    return dict(dotenv_values(path, interpolate=False))


def test_a_new_value_comes_at_the_end_and_the_rest_stays():
    text = "# a comment\nA=1\n"
    assert setup.change_env_text(text, {NAME: "x.y-z"}) == f"{text}{NAME}=x.y-z\n"


def test_a_known_value_is_changed_in_its_place_with_its_comment():
    after = setup.change_env_text(OLD, {NAME: "new"})
    assert after == OLD.replace("'old'", "new")


def test_of_a_duplicated_name_the_effective_one_is_changed():
    text = f"{NAME}=first\n{NAME}=second\n"
    assert setup.change_env_text(text, {NAME: "new"}) == f"{NAME}=first\n{NAME}=new\n"


def test_a_line_that_is_commented_out_stays_so():
    text = f"#{NAME}=\n"
    assert setup.change_env_text(text, {NAME: "new"}) == f"{text}{NAME}=new\n"


def test_a_file_without_a_last_line_end_gets_one():
    assert setup.change_env_text("A=1", {NAME: "new"}) == f"A=1\n{NAME}=new\n"


def test_line_ends_of_windows_stay_so():
    after = setup.change_env_text(
        f"A=1\r\n{NAME}=old\r\nB=2\r\n", {NAME: "n", "C": "3"}
    )
    assert after == f"A=1\r\n{NAME}=n\r\nB=2\r\nC=3\r\n"


LINES = st.lists(
    st.sampled_from([
        "# a comment", "", "A=1", "B='x y' # z", 'C="two\nlines"', "export D=4",
        "no equals sign", f"{NAME}=old", f"#{NAME}=", "E=caf\u00e9",
    ])
)  # fmt: skip


@given(lines=LINES, value=st.text(st.characters(codec="ascii", min_codepoint=33)))
def test_any_value_comes_back_and_no_other_one_is_touched(
    lines, value, tmp_path_factory
):
    path = tmp_path_factory.mktemp("env") / ".env"
    path.write_text("\n".join(lines), encoding="utf-8")
    before = values(path)
    setup.save_env_file(path, {NAME: value})
    assert values(path) == before | {NAME: value}


def test_only_its_owner_may_read_it_also_if_others_could_before(tmp_path):
    path = tmp_path / ".env"
    path.write_text("A=1\n", encoding="utf-8")
    path.chmod(0o644)
    setup.save_env_file(path, {NAME: "new"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_before_a_line_is_changed_the_file_is_copied_for_its_owner(tmp_path):
    path = tmp_path / ".env"
    path.write_text(OLD, encoding="utf-8")
    first = setup.save_env_file(path, {NAME: "new"}).backup
    second = setup.save_env_file(path, {NAME: "newer"}).backup
    assert first is not None
    assert second is not None
    assert first.read_text(encoding="utf-8") == OLD
    assert "new" in second.read_text(encoding="utf-8")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_where_lines_are_only_added_no_copy_is_made(tmp_path):
    path = tmp_path / ".env"
    path.write_text("A=1\n", encoding="utf-8")
    assert setup.save_env_file(path, {NAME: "new"}).backup is None
    assert [p.name for p in tmp_path.iterdir()] == [".env"]


@pytest.mark.parametrize("before", [None, OLD])
def test_it_can_be_reverted(tmp_path, before):
    path = tmp_path / ".env"
    if before is not None:
        path.write_text(before, encoding="utf-8")
    setup.save_env_file(path, {NAME: "new"}).undo()
    kept = {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()}
    assert kept == ({} if before is None else {".env": OLD})


def test_a_file_that_a_link_leads_to_is_changed_and_the_link_stays(tmp_path):
    real, link = tmp_path / "shared.env", tmp_path / ".env"
    real.write_text("A=1\n", encoding="utf-8")
    link.symlink_to(real)
    setup.save_env_file(link, {NAME: "new"})
    assert link.is_symlink()
    assert values(real)[NAME] == "new"


def test_what_is_no_text_is_left_alone_and_not_repeated(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"SECRET=\xff\n")
    with pytest.raises(ConfigurationError, match="not UTF-8") as reported:
        setup.save_env_file(path, {NAME: "new"})
    assert "SECRET" not in str(reported.value)
    assert path.read_bytes() == b"SECRET=\xff\n"


def test_an_unwritable_folder_is_reported_in_a_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be written"):
        setup.save_env_file(tmp_path / "no such folder" / ".env", {NAME: "new"})
