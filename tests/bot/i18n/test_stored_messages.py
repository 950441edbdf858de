"""Sentences that are stored in English: known again, and none of them forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
import digests
from bot.errors import find_placeholders
from bot.i18n import stored_messages
from bot.i18n.translation import Texts

GERMAN, ENGLISH = Texts.of("de"), Texts.of("en")
COMPOSER, BOT = Path(digests.__file__).parent, Path(bot.__file__).parent
#: Whose errors become reasons that are stored, or shown where nobody knows texts.
WORDED = (COMPOSER / "sources", BOT / "platforms", BOT / "delivery")
ERRORS = {
    *(
        "FetchRefused",
        "SourceGone",
        "SourceMissing",
        "AccessDenied",
        "SourceRateLimited",
    ),
    *("ResponseTooLarge", "FetchTimeout", "CertificateUntrusted", "SourceUnreachable"),
    *("SourceUnreadable", "SandboxKilled", "UnreadableInput"),
    *(
        "SendRefused",
        "MessageGone",
        "SendRateLimited",
        "SendNotReceived",
        "SendUnclear",
    ),
    "TokenRefused",
}
#: What platforms tell the doctor of a destination, and of a workspace.
FINDINGS = {"DestinationProblem", "_build_problem"}
#: Only who runs the process is told of files that a feed reader exported.
NOT_IN_CHAT = ("opml.py",)
EVERY = stored_messages.STORED_MESSAGES


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("news.example cannot be reached.", "news.example ist nicht zu erreichen."),
        ("The digest was paused.", "Der Digest war pausiert."),
        (
            "Story 1 is told from it: 3 independent outlets; among the newest.",
            "Meldung 1 beruht auf diesem Artikel: 3 unabhängige Medien; unter den "
            "neuesten.",
        ),
        (
            "Story 1 is told from it: 2 independent outlets; 3 hours older than the "
            "newest.",
            "Meldung 1 beruht auf diesem Artikel: 2 unabhängige Medien; 3 Stunden "
            "älter als das Neueste.",
        ),
        (
            "Repeats the article of an outlet without a name and was merged with it "
            "into a story told in brief.",
            "Wiederholt den Artikel von einem Medium ohne Namen und wurde mit ihm "
            "zusammengelegt, in einer Meldung in Kürze.",
        ),
        (
            "Discord could not be reached: reset by peer (300 tries)",
            "Discord war nicht zu erreichen: reset by peer (300 Versuche)",
        ),
        (
            "The channel is archived. (is_archived)",
            "Der Kanal ist archiviert. (is_archived)",
        ),
        (
            "out.txt: It is a link that leads out of the folder.",
            "out.txt: Es ist ein Verweis, der aus dem Ordner hinausführt.",
        ),
    ],
)
def test_a_stored_sentence_is_said_again_in_german(english, german):
    assert GERMAN.translate_stored(english) == german
    assert ENGLISH.translate_stored(english) == english


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_stays_nothing(nothing):
    assert GERMAN.translate_stored(nothing) == ""


@pytest.mark.parametrize("name", ["Update", "first", "Status", "now", "Last"])
def test_a_name_in_a_sentence_is_not_taken_for_a_word_of_ours(name):
    said = GERMAN.translate_stored(f"after 2 from {name}")
    assert said == f"nach 2 von {name}"


@given(text=st.text().map("?{}".format))
def test_what_is_not_known_stays_as_it_is(text):
    assert GERMAN.translate_stored(text) == text


def test_a_sentence_that_is_too_long_to_be_ours_is_left_alone():
    long = "Story 1 is told from it: " + "; ".join(["among the newest"] * 500) + "."
    assert GERMAN.translate_stored(long) == long


# ── the code and the list say the same ─────────────────────────────────────────


def shape(node: ast.expr) -> str | None:
    """A sentence of the code with its places as {}; None where it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = (
        str(part.value) if isinstance(part, ast.Constant) else "{}"
        for part in node.values
    )
    return "".join(parts)


def modules(*folders: Path) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for module in sorted(folder.rglob("*.py")):
            if (
                module != Path(stored_messages.__file__)
                and module.name not in NOT_IN_CHAT
            ):
                yield module, ast.parse(module.read_text(encoding="utf-8"))


def written() -> set[re.Pattern[str]]:
    """What the code can say, as patterns of what stands in its places."""
    found = set()
    for _, tree in modules(COMPOSER, BOT):
        for node in ast.walk(tree):
            said = shape(node) if isinstance(node, ast.expr) else None
            if said and sum(letter.isalpha() for letter in said) > 4:
                parts = map(re.escape, said.split("{}"))
                found.add(re.compile(".+".join(parts), re.DOTALL))
    return found


def test_the_code_still_says_every_sentence_of_the_list():
    can_be = written()
    gone = [text for text in EVERY if not any(p.fullmatch(text) for p in can_be)]
    assert gone == []


def raised() -> Iterator[str]:
    """Sentences of errors, and those that a table of verdicts keeps for them."""
    for module, tree in modules(*WORDED):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                said = shape(node.args[0]) if node.args else None
                if node.func.id in ERRORS and said:
                    yield said
                elif node.func.id in FINDINGS:
                    yield from filter(None, map(shape, given_to(node)))
            elif module.name == "send_errors.py":
                yield from kept(node)


def given_to(finding: ast.Call) -> Iterator[ast.expr]:
    """What was found and what mends it."""
    yield from finding.args
    yield from (k.value for k in finding.keywords if k.arg in ("text", "fix"))


def kept(node: ast.AST) -> Iterator[str]:
    """Sentences under a name, and those of a table."""
    values = node.values if isinstance(node, ast.Dict) else []
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        values = [node.value]
    said = map(shape, values)
    yield from (text for text in said if text and text.endswith("."))


def words(text: str) -> str:
    return re.sub(r"\{\w*\}", "", text)


def test_no_error_of_a_source_or_a_platform_is_missing_in_the_list():
    listed = {words(text) for text in EVERY}
    said = {words(text) for text in raised() if any(map(str.isalpha, words(text)))}
    assert len(said) > 50
    assert sorted(said - listed) == []


@pytest.mark.parametrize("sentence", EVERY)
def test_each_is_found_again_with_values_in_its_places(sentence):
    filled = re.sub(r"\{(\w+)\}", r"7\1", sentence)
    assert GERMAN.translate_stored(filled) != filled
    for name in find_placeholders(sentence):
        assert f"7{name}" in GERMAN.translate_stored(filled)
