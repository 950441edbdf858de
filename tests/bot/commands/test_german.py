"""German replies for German readers: every command, its forms, and errors.

The newsroom has German articles and a German digest, so that any English in an answer
is the bot's own.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import SendRefused
from bot.model import Command, Delivery, Destination, DestinationProblem, Form, Reply
from bot.model.scope import Scope
from bot.storage import destination_store
from digests.messages import Message
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.commands.examples import parse_complete
from tests.bot.harness import CONFIGURATION, WAIT, BotHarness
from tests.bot.i18n.test_catalogues import entries, forms
from tests.fakes import Lost
from tests.texts import commands

GERMAN = CONFIGURATION + 'language = "de"\n'

BRUECKE = """---
title: Hafenbrücke in Hallin nach Riss gesperrt
source: Halliner Bote
published: 2026-11-24T09:00:00+00:00
lang: de
---
Die Hafenbrücke in Hallin wurde am Dienstag gesperrt, weil ein Träger einen Riss hat.

„Wir öffnen sie erst, wenn der Stahl geprüft ist“, sagte die Ingenieurin Ada Brandt.

Täglich fahren rund 31.000 Fahrzeuge über die Hafenbrücke.
"""

BAD = """---
title: Schwimmbad in Torvale öffnet nach der Reparatur seines Daches
source: Torvaler Blatt
published: 2026-11-24T10:00:00+00:00
lang: de
---
Das Schwimmbad in Torvale hat am Dienstag nach der Reparatur seines Daches geöffnet.

„Die Kinder haben elf Monate darauf gewartet“, sagte der Trainer Osric Vane.
"""

CRUE = """---
title: Brannock: la Sole inonde la place du marché
source: Courrier de Brannock
published: 2026-11-24T10:30:00+00:00
lang: fr
---
Mardi, la Sole a inondé la place du marché de Brannock et fermé 40 magasins.
"""

TWIN = BRUECKE.replace("Halliner Bote", "Torvaler Blatt").replace("09:00", "09:30")

#: Words of English sentences that occur in no German one.
ENGLISH = re.compile(
    r"\b(the|and|of|it|its|is|are|this|that|with|from|has|have|nothing|nobody|none|"
    r"there|here|not|yet|posted|told|stored|source|sources|story|stories|next|every|"
    r"until|paused|more|which|were|or|to|for|one|two)\b"
)
WORDS = sorted({word for c in commands() for word in c.path.split()[1:]})
#: Commands, and their groups.
_PATHS = {f"/{c.path}" for c in commands()}
_GROUPS = {path.rpartition(" ")[0] for path in _PATHS}
PATHS = sorted(_PATHS | _GROUPS, key=len, reverse=True)
#: Input stays as it was typed: commands, options, schedule sentences.
TYPED = re.compile(
    rf"/newsdesk set .*|/newsdesk help [a-z ]+|"
    rf"(?:{'|'.join(PATHS)}|/news|/newsdesk)\b|standfirst [a-z ]+|"
    r"https?://\S+|\w+=\S+|"
    r"(?:every|weekdays|daily) [\w: ]+(?:Europe/\w+|UTC)?|«[^»]*»|"
    r"\b(?:person|role) \w+|robots\.txt|"
    rf"^(?:(?:{'|'.join(WORDS)})(?:, |$))+$"
)


@pytest.fixture
async def ana(empty_harness: BotHarness) -> Editor:
    """A German editor of a newsroom that has posted one edition."""
    empty_harness.publish("bruecke", BRUECKE)
    empty_harness.publish("bad", BAD)
    await empty_harness.apply(GERMAN)
    await empty_harness.post()
    return replace(await editor(empty_harness), locale="de")


def german_forms() -> dict[str, re.Pattern[str]]:
    """English sentences with a different German form, as patterns."""
    found = {}
    for entry in entries("de"):
        for english, german in zip(forms(entry.id), forms(entry.string), strict=True):
            plain = re.sub(r"\{\w+\}", "", english)
            if english != german and sum(map(str.isalpha, plain)) > 3:
                open_places = re.escape(english).replace(r"\{n\}", r"[\d,.]+")
                pattern = re.sub(r"\\{\w+\\}", ".+", open_places)
                found[english] = re.compile(pattern)
    return found


KEYS = german_forms()


def english_in(answer: Reply | Form, typed: Iterable[str] = ()) -> list[str]:
    """Texts of the answer that are an English key or contain English words.

    Input of the person (`typed`) is quoted unchanged and ignored.
    """
    found = []
    for line in said(answer).split("\n"):
        if line in typed or line.endswith("(optional)"):
            continue
        for text in {line, *re.split(r" · |: |; ", line)}:
            keys = (key for key, pattern in KEYS.items() if pattern.fullmatch(text))
            found += [f"{text!r} is {key!r}" for key in keys]
        if words := ENGLISH.findall(TYPED.sub("", line)):
            found.append(f"{words} in {line!r}")
    return found


def calls(command: Command) -> Iterator[dict[str, str]]:
    """Every example of the command that is complete, as its arguments."""
    for example in command.examples:
        call = parse_complete(example, (command,))
        if call is not None:
            yield dict(call.args)


def test_english_is_seen_in_an_answer():
    assert english_in(Reply(title="History"))
    assert english_in(Reply(title="Verlauf")) == []


async def test_every_command_answers_in_german(ana: Editor):
    found = []
    # The submitted report is listed later.
    typed: set[str] = set()
    for command in ana.harness.inbox.commands:
        # Its answer is a file.
        if command.path != "newsdesk config export":
            for given in calls(command):
                typed |= set(given.values())
                found += english_in(await ana.asks(command.path, **given), typed)
    assert found == []


async def test_what_is_missing_is_asked_for_in_german(ana: Editor):
    found = []
    for command in ana.harness.inbox.commands:
        required = [o for o in command.options if o.required]
        if command.path.startswith("newsdesk ") and required:
            found += english_in(await ana.is_asked(command.path))
    assert found == []


async def test_a_change_is_previewed_made_listed_and_reverted_in_german(ana: Editor):
    answers = [await ana.proposes("quiet_hours", "22:00-07:00")]
    answers.append(await ana.presses(answers[-1], "Bestätigen"))
    answers.append(await ana.presses(answers[-1], "Zurücknehmen"))
    answers.append(await ana.presses(answers[-1], "Bestätigen"))
    answers.append(await ana.says("newsdesk history"))
    assert [english for answer in answers for english in english_in(answer)] == []
    assert "nimmt c-" in said(answers[-1])


async def test_an_edition_is_posted_and_undone_in_german(ana: Editor):
    ana.harness.publish("bruecke", BRUECKE.replace("31.000", "45.000"))
    asked = [await ana.says("newsdesk post"), await ana.says("newsdesk undo")]
    done = [
        await ana.presses(asked[1], "Zurücknehmen"),
        await ana.presses(asked[1], "Zurücknehmen"),
        await ana.presses(asked[0], "Jetzt posten"),
        await ana.presses(asked[0], "Jetzt posten"),
    ]
    assert [english for answer in done for english in english_in(answer)] == []


@pytest.mark.parametrize(
    "reason",
    [
        Message("discord.missing_access"),
        Message("slack.channel_archived", code="is_archived"),
        Message("pause.removed"),
    ],
)
async def test_why_nothing_is_posted_is_explained_in_german(ana: Editor, reason):
    digest = await ana.harness.digest()
    await ana.harness.db.write(
        destination_store.pause_destination,
        Scope(digest.workspace_id),
        destination_id=digest.destinations[0].id,
        reason=reason,
    )
    for path in ("status", "doctor", "home", "setup"):
        assert english_in(await ana.asks(f"newsdesk {path}")) == []
    for page in ("places", "#morning", "#morning:resume"):
        assert english_in(await ana.visits(page)) == []


async def test_problems_of_sources_and_digests_are_in_german(ana: Editor):
    await ana.harness.apply(
        GERMAN.replace('destinations = ["morning"]', "destinations = []")
    )
    shutil.rmtree(ana.harness.home / "articles")
    await ana.harness.ingestor.refresh(
        (await ana.harness.digest()).sources, insist=True
    )
    answers = [await ana.says("newsdesk doctor"), await ana.says("newsdesk home")]
    answers.append(await ana.sees("{Morning brief}:sources:1"))
    assert [english for answer in answers for english in english_in(answer)] == []
    assert "Eine Datei oder einen Ordner" in said(answers[0])


FINDINGS = (
    (
        Message("the bot lacks {named} there", named="«Send Messages»"),
        "dem Bot fehlt dort «Send Messages»",
    ),
    (
        Message("the role {role} that it pings does not exist", role="4711"),
        "die angepingte Rolle 4711 gibt es",
    ),
    (
        Message(
            "the app lacks the scope {scope}: {why}",
            scope="im:write",
            why=Message("receives /news and /newsdesk"),
        ),
        "der App fehlt der Scope im:write: hört /news",
    ),
)


@pytest.mark.parametrize(("english", "german"), FINDINGS)
async def test_findings_of_a_platform_are_in_german(
    ana: Editor, monkeypatch, english, german
):
    async def inspect(
        workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        return (
            DestinationProblem(
                text=english, fix=Message("make it one in Discord, or set crosspost=no")
            ),
        )

    monkeypatch.setattr(ana.harness.platform, "inspect", inspect, raising=False)
    answer = await ana.says("newsdesk doctor")
    assert german in said(answer)
    assert english_in(answer) == []


async def test_a_stopped_personal_digest_explains_why_in_german(ana: Editor):
    await ana.says("news me", time="7:30")
    _, places = await ana.harness.archive.local_destinations("ana")
    await ana.harness.db.write(
        destination_store.pause_destination,
        Scope(1),
        destination_id=places[-1].id,
        reason=Message("discord.no_direct_message"),
    )
    answer = await ana.says("news me")
    assert "Pausiert: Discord lässt hierhin keine Direktnachricht zu." in said(answer)
    assert english_in(answer) == []


async def test_a_held_message_explains_why_in_german(
    empty_harness: BotHarness, monkeypatch
):
    async def read_back(_: Delivery) -> None:
        raise SendRefused("slack.too_much_since", message_only=True)

    empty_harness.publish("bruecke", BRUECKE)
    await empty_harness.apply(GERMAN)
    empty_harness.platform.script(Lost())
    monkeypatch.setattr(empty_harness.platform, "read_back", read_back)
    await empty_harness.post()
    empty_harness.clock.advance(WAIT + timedelta(seconds=1))
    await empty_harness.outbox.drain()
    answer = await replace(await editor(empty_harness), locale="de").says(
        "newsdesk status"
    )
    assert "Noch einmal senden" in said(answer)
    assert english_in(answer) == []


async def test_the_outcome_of_each_article_is_in_german(empty_harness: BotHarness):
    for number, text in enumerate((BRUECKE, TWIN, BAD, CRUE)):
        empty_harness.publish(f"article-{number}", text)
    await empty_harness.apply(GERMAN + 'exclude = ["Schwimmbad"]\nstories = 1\n')
    await empty_harness.post()
    ana = replace(await editor(empty_harness), locale="de")
    reported = [
        await ana.says("news why", story=w) for w in ("1", "Schwimmbad", "Brannock")
    ]
    assert [english for answer in reported for english in english_in(answer)] == []
    assert "Derselbe Text wie der Artikel" in said(reported[0])
    assert "das lässt dieser Digest weg" in said(reported[1])
    assert "eine andere Sprache" in said(reported[2])


NO_SCHEDULES = (
    "sometimes",
    "on mondays",
    "30 8 * * 1-5",
    "cron 1 2 3",
    "daily at 25:00",
    "daily at 7 and 9 pm",
    "daily at 8:00 Atlantis",
    "at 8:00 foo weekdays bar",
    "every 0 minutes",
    "weekdays at 8:00 from 2027-01-02 until 2026-01-01",
    "every 2 weeks on monday at 8:00",
)


async def test_a_schedule_that_is_not_understood_is_answered_in_german(ana: Editor):
    found = []
    for sentence in NO_SCHEDULES:
        form = await ana.is_asked(
            "newsdesk set",
            target="Morning brief",
            setting="schedule",
            value=f"add {sentence}",
        )
        found += english_in(form, ("schedule", f"add {sentence}"))
    assert found == []


TWICE = (
    'workspace = [{destination = [{name = "A", channel = "9"}, '
    '{name = "A", channel = "9"}]}]'
)
FEEDS = (
    '<opml><body><outline type="rss" xmlUrl="https://f.example/f.xml"/></body></opml>'
)
MISTAKES: tuple[tuple[str, dict[str, str]], ...] = (
    ("newsdesk set", {"target": "Morning brief", "setting": "stories", "value": "99"}),
    (
        "newsdesk set",
        {"target": "Morning brief", "setting": "language", "value": "deutsch!"},
    ),
    (
        "newsdesk set",
        {"target": "Morning brief", "setting": "quiet_hours", "value": "at night"},
    ),
    (
        "newsdesk set",
        {"target": "Morning brief", "setting": "paused_until", "value": "today"},
    ),
    ("newsdesk set", {"target": "nowhere", "setting": "exclude", "value": "add /(/"}),
    (
        "newsdesk set",
        {"target": "Morning brief", "setting": "exclude", "value": "add /(/"},
    ),
    ("newsdesk home", {"page": "p99"}),
    ("newsdesk home", {"page": "d99:sources:1"}),
    ("newsdesk home", {"page": "report:r-zzzz"}),
    ("newsdesk history", {"n": "99"}),
    ("news search", {"words": "x", "since": "someday"}),
    ("news help", {"command": "nonsense"}),
    ("news nonsense", {}),
    ("newsdesk set", {"target": "Morning brief", "setting": "quotes", "value": "9"}),
    ("newsdesk set", {"target": "Morning brief", "setting": "colour", "value": "99"}),
    ("newsdesk set", {"target": "here", "setting": "silent", "value": "yes"}),
    ("newsdesk set", {"target": "here", "setting": "ping", "value": "all"}),
    ("newsdesk set", {"target": "#nowhere", "setting": "thread", "value": "yes"}),
    ("newsdesk config apply", {"file": "workspace = 7"}),
    ("newsdesk config apply", {"file": "workspace = [{nonsense = 1}]"}),
    ("newsdesk config apply", {"file": 'workspace = [{id = "x", platform = "slack"}]'}),
    ("newsdesk config apply", {"file": 'workspace = [{editors = ["everyone"]}]'}),
    ("newsdesk config apply", {"file": TWICE}),
    ("newsdesk correct", {"number": "99", "text": "x"}),
    ("newsdesk correct", {"number": "1", "text": "x" * 300}),
    ("newsdesk erase", {"name": "wrong"}),
    ("newsdesk source import", {"file": "nonsense"}),
    ("newsdesk source import", {"file": FEEDS}),
    ("news me", {"time": "sometimes"}),
    ("news me", {"time": "hourly"}),
    ("news follow", {"topic": "x" * 300}),
    ("news latest", {"edition": "nonsense"}),
    ("news latest", {"edition": "e-zzzzzz"}),
)


async def test_a_value_in_place_of_a_list_is_reported_in_german(ana: Editor):
    form = await ana.is_asked("newsdesk config apply", file="workspace = 7")
    assert "workspace: Hier gehört eine Liste hin" in said(form)


async def test_a_mistake_is_answered_in_german(ana: Editor):
    found = []
    for path, given in MISTAKES:
        found += english_in(await ana.asks(path, **given), given.values())
    assert found == []
