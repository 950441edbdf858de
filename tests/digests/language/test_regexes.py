"""Expressions that are compiled when they are first used."""

import re
import subprocess
import sys

import pytest

from digests.language.regexes import make_regex


def test_an_expression_finds_what_the_compiled_one_finds():
    text = "Nine mills, ten weirs and a ferry."
    made, compiled = make_regex(r"\b(\w+)s\b", re.I), re.compile(r"\b(\w+)s\b", re.I)

    assert made.findall(text) == compiled.findall(text) == ["mill", "weir"]
    assert made.sub(r"\1", text) == compiled.sub(r"\1", text)
    assert [m.span() for m in made.finditer(text)] == [(5, 10), (16, 21)]
    assert (made.pattern, made.groups) == (compiled.pattern, 1)


def test_an_expression_is_not_compiled_before_it_is_used():
    wrong = make_regex("(")

    with pytest.raises(re.error):
        wrong.search("text")


def test_an_expression_has_no_methods_that_patterns_lack():
    assert not hasattr(make_regex("a"), "replace")


def test_an_expression_holds_no_method_that_was_not_used():
    made = make_regex("a")

    assert made.search("a")
    assert "search" in vars(made)
    assert "match" not in vars(made)


#: Prints the expressions that take long to compile, and are compiled at import.
COMPILED_AT_IMPORT = """
import re
compile = re.compile
def watch(expression, flags=0):
    if len(expression) > 1200:
        print(expression[:60])
    return compile(expression, flags)
re.compile = watch
import digests.compose, bot.schedules.parsing
"""


def test_the_composer_compiles_no_long_expression_when_it_is_imported():
    command = [sys.executable, "-c", COMPILED_AT_IMPORT]
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert done.stdout == ""
