"""Check that messages in code are extractable literals, and that catalogues match."""

import ast
import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any, get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from bot.commands.help_pages import NAMES
from bot.i18n.translation import _LOCALES_FOLDER, list_languages
from bot.model import (
    DeliveryState,
    DestinationSettings,
    DigestSettings,
    OccurrenceState,
    WorkspaceSettings,
    list_chat_settings,
)
from bot.platforms.local.platform import ROLE_NAMES
from digests.messages import find_placeholders, find_sentences, read_sentences
from tests.texts import (
    CODE,
    ERRORS,
    IN_CONTEXT,
    OPERATORS,
    commands,
    constants,
    finding_texts,
    is_string,
    offered,
    on_pages,
    raised,
    spoken,
)

PLACE = re.compile(r"\{\w+\}")
#: It words messages whose sentences are in `messages.toml`.
WORDING = "i18n/translation.py"


def problems(source: str, *, to_people: bool = True) -> list[str]:
    found = []
    tree = ast.parse(source)
    for call, sentences in [*spoken(tree), *(raised(tree) if to_people else ())]:
        place = f"line {call.lineno}"
        texts = [node.value for node in sentences if is_string(node)]
        if not sentences or len(texts) < len(sentences):
            found.append(f"{place}: the sentence is not a literal")
            continue
        if any(keyword.arg is None for keyword in call.keywords):
            continue
        given = {str(keyword.arg) for keyword in call.keywords}
        given |= {"n"} if len(sentences) == 2 else set()
        for text in (one for each in texts for one in find_sentences(each)):
            missing = find_placeholders(text) - given
            found += [f"{place}: {{{name}}} is given no value" for name in missing]
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('texts.say("all is well")', []),
        ('texts.say("a {b}", b=1)', []),
        ('texts.say("one " "sentence")', []),
        ('context.answer("a {b}")', ["line 1: {b} is given no value"]),
        ("context.button(label)", ["line 1: the sentence is not a literal"]),
        ("flow.answer(request)", []),
        ('texts.say("a {b}", **values)', []),
        ('texts.count("{n} day", "{n} days", days)', []),
        ("schedules.say(schedule)", []),
        ('[1].count("x")', []),
        ("texts.say(words)", ["line 1: the sentence is not a literal"]),
        ('texts.say(f"{n} days")', ["line 1: the sentence is not a literal"]),
        ('texts.say("a {b}")', ["line 1: {b} is given no value"]),
        ('texts.count("a", many, 2)', ["line 1: the sentence is not a literal"]),
        ('texts.count("{a}", "{n}", 2)', ["line 1: {a} is given no value"]),
        ('raise UserError("a {b}", b=1)', []),
        ('raise UserError(texts.say("a"))', []),
        ("raise UserError(NOTHING)", []),
        ("raise UserError(error.message)", []),
        ('raise UserError(f"a {b}")', ["line 1: the sentence is not a literal"]),
        ('raise FieldError("a {b}", field="a")', ["line 1: {b} is given no value"]),
    ],
)
def test_the_scan_finds(source, expected):
    assert problems(source) == expected


@pytest.mark.parametrize(
    "module",
    sorted(CODE.rglob("*.py")),
    ids=lambda path: path.relative_to(CODE).as_posix(),
)
def test_every_sentence_is_a_literal_with_all_its_values(module):
    name = module.relative_to(CODE).as_posix()
    if name == WORDING:
        return
    to_people = not name.startswith(OPERATORS)
    assert problems(module.read_text(encoding="utf-8"), to_people=to_people) == []


def said_in_code() -> set[str | tuple[str, ...]]:
    """Every sentence, and every other string: any may be passed to `texts.word`."""
    said: set[str | tuple[str, ...]] = set()
    for module in CODE.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        strings = [node.value for node in ast.walk(tree) if is_string(node)]
        said |= set(strings)
        for _call, sentences in spoken(tree):
            texts = [node.value for node in sentences if is_string(node)]
            said.add(tuple(texts))
    said |= {
        *read_sentences().values(),
        *(forms[0] for forms in read_sentences().values()),
    }
    return said | set(on_pages()) | asked_in_forms() | set(LABELS)


def asked_in_forms() -> frozenset[str]:
    """Titles and questions that forms give the options of commands."""
    names = (option.name for command in commands() for option in command.options)
    return frozenset(name.replace("_", " ").capitalize() for name in names)


def catalogue(language: str) -> Catalog:
    path = _LOCALES_FOLDER / language / "LC_MESSAGES" / "standfirst.po"
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def entries(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(words: Iterable[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


TRANSLATED = list_languages()[1:]


def test_german_is_spoken():
    assert TRANSLATED == ("de",)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_translates_only_messages_in_use(language):
    said = said_in_code()
    assert [entry.id for entry in entries(language) if entry.id not in said] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_every_placeholder(language):
    for entry in entries(language):
        expected = {find_placeholders(text) for text in forms(entry.id)}
        assert {find_placeholders(text) for text in forms(entry.string)} == expected


# ── completeness ───────────────────────────────────────────────────────────────

STATES = (*get_args(OccurrenceState), *get_args(DeliveryState))
SETTINGS = [
    setting
    for model in (DigestSettings, DestinationSettings, WorkspaceSettings)
    for setting in list_chat_settings(model)
]
#: What is shown of settings: labels, explanations, choices, and words for no value.
LABELS = {setting.label for setting in SETTINGS}
LABELS |= {s.get_word(choice) for s in SETTINGS for choice in s.choices}
LABELS |= {"digest", "destination", *(setting.info.help for setting in SETTINGS)}
LABELS |= {setting.info.none_word for setting in SETTINGS}


def shown_to_people() -> set[str]:
    """The first form of every sentence and word that chat may show."""
    shown = {*on_pages(), *asked_in_forms(), *offered(), *ROLE_NAMES.values(), *STATES}
    shown |= set(NAMES.values())
    shown |= {*(forms[0] for forms in read_sentences().values()), *LABELS}
    for module in CODE.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        found = list(spoken(tree))
        name = module.relative_to(CODE).as_posix()
        if not name.startswith(OPERATORS):
            found += raised(tree)
        shown |= {
            node.value
            for _call, nodes in found
            for node in nodes[:1]
            if is_string(node) and node.value not in read_sentences()
        }
        if not name.startswith(OPERATORS):
            shown |= {one.value for one in (*constants(tree), *finding_texts(tree))}
    return {text for text in shown if any(c.isalpha() for c in PLACE.sub("", text))}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_missing(language):
    known = {forms(entry.id)[0] for entry in entries(language) if entry.string}
    assert sorted(shown_to_people() - known) == []


def documented_keywords() -> dict[str, Any]:
    """The keywords that README.md passes to pybabel with `-k`."""
    readme = (CODE / "i18n" / "README.md").read_text(encoding="utf-8")
    found: dict[str, Any] = parse_keywords(re.findall(r"-k (\S+)", readme))
    return found


def test_the_documented_command_collects_all_messages():
    keywords = documented_keywords()
    source = b'texts.say("a"); texts.count("b", "c", n); raise UserError("d {e}", e=1)'
    assert set(keywords) >= ERRORS | IN_CONTEXT
    found = extract("python", BytesIO(source), keywords=keywords)
    assert [message for _, message, _, _ in found] == ["a", ("b", "c"), "d {e}"]
