"""Messages with codes: worded in each language, stored and read back the same."""

import ast
from datetime import date, time
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import sqlite

import bot.errors
import digests
from bot.i18n.translation import Texts, list_languages
from bot.model import Delivery, Destination, Occurrence, Source, Workspace
from bot.storage.columns import BareSentenceError, MessageText
from bot.storage.schema import (
    configuration_tables,
    people_tables,
    publishing_tables,
)
from digests.errors import SourceError
from digests.messages import (
    Message,
    find_placeholders,
    message_from_json,
    message_to_json,
    read_sentences,
)

GERMAN, ENGLISH = Texts.of("de"), Texts.of("en")
SENTENCES = read_sentences()
ROOTS = (Path(digests.__file__).parent, Path(bot.errors.__file__).parent)
#: The first argument may be a code, as the class shows.
CODED = {"Message", "TokenRefused", "WrongChannelKind", "ThreadExists", "ChannelGone"}


def codes_in_code() -> set[str]:
    """Every string literal in the code that is the code of a message."""
    return {
        node.value
        for root in ROOTS
        for module in root.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in SENTENCES
    }


def test_every_code_is_used():
    assert sorted(set(SENTENCES) - codes_in_code()) == []


def storable_errors() -> set[str]:
    found, todo = set(CODED), [SourceError, bot.errors.SendError]
    while todo:
        kind = todo.pop()
        found.add(kind.__name__)
        todo += kind.__subclasses__()
    return found - {"Message"}


def test_every_error_that_is_stored_names_a_code():
    bare = [
        f"{module.name}:{node.lineno}"
        for root in ROOTS
        for module in root.rglob("*.py")
        if "cli" not in module.parts
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in storable_errors()
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
        and getattr(node.args[0], "value", "") not in SENTENCES
    ]
    assert bare == []


@pytest.mark.parametrize("language", list_languages()[1:])
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_code_has_a_sentence_in_every_language_with_the_same_parameters(
    code, language
):
    one, *more = SENTENCES[code]
    names = find_placeholders(one)
    assert all(find_placeholders(form) == names for form in more)
    params: dict[str, Any] = {name: f"<{name}>" for name in names}
    if more:
        params["n"] = 2
    said = Texts.of(language).message(Message(code, **params))
    assert all(str(value) in said for value in params.values())
    if any(letter.isalpha() for letter in one.replace("{", "<{").split("<")[0]):
        assert said != str(Message(code, **params))


@pytest.mark.parametrize(
    ("message", "english", "german"),
    [
        (
            Message("source.unreachable", host="news.example"),
            "news.example cannot be reached.",
            "news.example ist nicht zu erreichen.",
        ),
        (
            Message("skip.paused_until", day=date(2026, 3, 1)),
            "The digest was paused until 1 March 2026.",
            "Der Digest war pausiert bis 1. März 2026.",
        ),
        (
            Message(
                "decision.chosen",
                n=1,
                reasons=(Message("rank.outlets", n=1), Message("rank.age", n=3)),
            ),
            "Story 1 is based on this article: 1 independent outlet; "
            "3 hours older than the newest.",
            "Meldung 1 beruht auf diesem Artikel: 1 unabhängiges Medium; "
            "3 Stunden älter als das Neueste.",
        ),
        (
            Message("delivery.tries", reason=Message("slack.rate_limited"), n=300),
            "Slack asks us to wait. (300 tries)",
            "Slack bittet zu warten. (300 Versuche)",
        ),
        (
            Message(
                "skip.nothing_new_since",
                since=time(8, 30),
                counts=(
                    Message("skip.already_posted", n=12),
                    Message("skip.not_chosen", n=4),
                    Message("skip.filtered", n=3),
                ),
            ),
            "Nothing new since 08:30: 12 articles were already posted; "
            "4 were not chosen for an earlier edition; 3 are filtered out.",
            "Nichts Neues seit 08:30: 12 Artikel wurden schon gepostet; "
            "4 wurden für eine frühere Ausgabe nicht ausgewählt; "
            "3 hält ein Filter zurück.",
        ),
        (Message("Something else."), "Something else.", "Something else."),
    ],
)
def test_a_message_is_worded_in_the_readers_language(message, english, german):
    assert ENGLISH.message(message) == english
    assert GERMAN.message(message) == german


def test_a_name_among_the_parameters_is_not_translated():
    said = GERMAN.message(Message("rank.after_source", n=2, source="Status"))
    assert said == "nach 2 von Status"


@pytest.mark.parametrize("nothing", [None, Message("")])
def test_nothing_stays_nothing(nothing):
    assert GERMAN.message(nothing) == ""


# ── stored and read back ───────────────────────────────────────────────────────

PLAIN = (
    st.text()
    | st.integers()
    | st.booleans()
    | st.dates()
    | st.times(timezones=st.none())
)
NAMES = st.text("abcxyz", min_size=1, max_size=3)


def some_message(params: st.SearchStrategy[Any]) -> st.SearchStrategy[Message]:
    return st.builds(
        lambda code, params: Message(code, **params),
        st.sampled_from(sorted(SENTENCES)) | st.text(),
        st.dictionaries(NAMES, params, max_size=3),
    )


MESSAGES = some_message(
    st.recursive(
        PLAIN,
        lambda inner: (
            some_message(inner) | st.lists(some_message(inner), max_size=2).map(tuple)
        ),
        max_leaves=4,
    )
)
DIALECT: Dialect = sqlite.dialect()


@given(message=MESSAGES)
def test_a_message_is_the_same_after_json(message):
    assert message_from_json(message_to_json(message)) == message


def test_a_column_gives_the_message_back():
    column = MessageText()
    message = Message("skip.nothing_new_since", since=time(8, 30), counts=())
    stored = column.process_bind_param(message, DIALECT)
    assert isinstance(stored, str)
    assert column.process_result_value(stored, DIALECT) == message


def test_a_column_refuses_a_bare_sentence():
    with pytest.raises(BareSentenceError, match="is not a Message"):
        MessageText().process_bind_param("Nothing new.", DIALECT)  # type: ignore[arg-type]


def test_an_older_sentence_is_shown_as_it_is():
    found = MessageText().process_result_value("Nothing new.", DIALECT)
    assert GERMAN.message(found) == "Nothing new."


#: Columns with explanations for people.
EXPLAINING = {"reason", "problem", "notice", "told_pause", "broken"}


def test_every_column_that_explains_something_holds_messages():
    modules = (configuration_tables, people_tables, publishing_tables)
    tables = {t for m in modules for t in vars(m).values() if isinstance(t, Table)}
    bare = [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if column.name in EXPLAINING and not isinstance(column.type, MessageText)
    ]
    # The reason for an erasure is one of two words, and is validated.
    assert bare == ["erasures.reason"]


@pytest.mark.parametrize(
    ("noun", "field"),
    [
        (Delivery, "reason"),
        (Destination, "paused"),
        (Occurrence, "reason"),
        (Source, "problem"),
        (Source, "notice"),
        (Workspace, "stopped"),
    ],
)
def test_a_noun_explains_itself_by_a_message(noun, field):
    assert get_type_hints(noun)[field] == Message | None


def test_an_error_among_the_parameters_is_its_message():
    error = bot.errors.SendRefused("slack.channel_archived", code="is_archived")
    outer = Message("delivery.not_read_back", error=error)
    assert dict(outer.params)["error"] == error.message
    assert GERMAN.message(outer) == (
        "Ob es ankam, ließ sich nicht prüfen: Der Kanal ist archiviert. (is_archived)"
    )
