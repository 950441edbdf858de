"""Configuration files of strangers: parsed in time that grows with their length."""

from datetime import date

import pytest

from digests.errors import SourceUnreadable
from digests.sources.untrusted import parse_toml


def test_a_file_is_parsed_whatever_its_strings_contain():
    text = """
        # A comment: [[[[[[[[[[[[[[[[[[ a.b.c.d.e.f.g.h.i
        [[workspace.digest]]
        name = "It's [[[[[[[[[[[[[[[[[[ a.b.c.d.e.f.g.h.i \\" #"
        path = '[[[[[[[[[[[[[[[[[[ " \\'
        long = \"\"\"one
        [[[[[[[[[[[[[[[[[[ "two" \\"\"\"\"
        since = 2026-03-04
        sizes = [[1, 2.5], [3]]
    """
    (digest,) = parse_toml(text)["workspace"]["digest"]
    assert digest["name"] == "It's [[[[[[[[[[[[[[[[[[ a.b.c.d.e.f.g.h.i \" #"
    assert digest["path"] == '[[[[[[[[[[[[[[[[[[ " \\'
    assert digest["long"] == 'one\n        [[[[[[[[[[[[[[[[[[ "two" "'
    assert digest["since"] == date(2026, 3, 4)
    assert digest["sizes"] == [[1, 2.5], [3]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (".".join("a" * 9) + " = 1", "nested too deeply"),
        (".".join("a" * 100_000) + " = 1", "nested too deeply"),
        ("[" + ".".join("a" * 9) + "]", "nested too deeply"),
        ("x = " + "[" * 17 + "]" * 17, "nested too deeply"),
        ("x = " + "{a=" * 17 + "1" + "}" * 17, "nested too deeply"),
        ("x = " + "9" * 5_000, "number in it is too long"),
        ("x = " + "9_" * 5_000 + "9", "number in it is too long"),
        ('x = """' + '\\"' * 100_000, "not valid TOML"),
        ('x = "' + "\\" * 100_000, "not valid TOML"),
        ("'" * 100_000, "not valid TOML"),
        ("x = 1\nx = 2", "not valid TOML"),
    ],
)
def test_what_is_none_or_would_take_long_is_refused(text: str, reason: str):
    with pytest.raises(SourceUnreadable, match=reason):
        parse_toml(text)


def test_a_file_may_set_so_many_values_and_no_more():
    assert parse_toml("a = 1\nb = '= ='", most_values=2) == {"a": 1, "b": "= ="}
    with pytest.raises(SourceUnreadable, match="more than 2 values"):
        parse_toml("a = 1\nb = 2\nc = 3", most_values=2)
