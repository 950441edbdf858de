"""Every setting of a digest, a destination and the workspace, typed, by form, by file.

The cases follow from the fields of the models: a new field needs one here.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import tomli_w

from bot.configuration.change_steps import load_current_settings
from bot.model import (
    DestinationSettings,
    DigestSettings,
    Form,
    Location,
    Reply,
    SettingsModel,
    WorkspaceSettings,
    list_chat_settings,
    list_settings,
)
from bot.storage import destination_store, digest_store, workspace_store
from tests.bot.commands.editors import Editor, said
from tests.bot.harness import BotHarness

BASE: Mapping[str, Any] = {
    "platform": "discord",
    "id": "1001",
    "zone": "Europe/Berlin",
    "editors": ["person 81"],
    "destination": [
        {"name": "morning", "channel": "2001"},
        {"name": "evening", "channel": "2002"},
    ],
    "digest": [
        {
            "name": "Morning brief",
            "sources": ["articles", "reports"],
            "destinations": ["morning"],
            "schedule": ["daily at 7:00 Europe/Berlin"],
        }
    ],
}
TARGETS: Mapping[type[SettingsModel], str] = {
    DigestSettings: "Morning brief",
    DestinationSettings: "#morning",
    WorkspaceSettings: "workspace",
}
#: Fields that no command changes: they say which workspace it is and what it has.
BY_FILE_ONLY = {"platform", "id", "name", "destination", "digest"}


@dataclass(frozen=True)
class Case:
    """One change: as it is typed, answered in the form, and written in a file."""

    typed: str
    answers: Mapping[str, str]
    in_file: Any
    #: The channel in which it is typed.
    channel: str = "2001"


def value(typed: str, in_file: Any, **more: Any) -> Case:
    """A case whose form has one field, for the same text."""
    return Case(typed=typed, answers={"value": typed}, in_file=in_file, **more)


DIGEST_CASES = {
    "name": value("Early brief", "Early brief"),
    "sources": Case("remove reports", {"remove": "reports"}, ["articles"]),
    "paused_sources": Case("add reports", {"add": "reports"}, ["reports"]),
    "pictures": Case("add reports", {"add": "reports"}, ["reports"]),
    "source_names": Case(
        "reports = The Reports",
        {"source": "reports", "value": "The Reports"},
        {"reports": "The Reports"},
    ),
    "full_text": Case(
        "reports = never", {"source": "reports", "value": "never"}, {"reports": "never"}
    ),
    "destinations": Case(
        "add #evening", {"value": "morning\nevening"}, ["morning", "evening"]
    ),
    "schedule": Case(
        "add Sundays at 10:00 Europe/Berlin",
        {"value": "daily at 7:00 Europe/Berlin\nSundays at 10:00 Europe/Berlin"},
        ["daily at 7:00 Europe/Berlin", "Sundays at 10:00 Europe/Berlin"],
    ),
    "paused": Case("yes", {}, True),
    "paused_until": value("Friday", "2026-11-27"),
    "skip": value("tomorrow, 2026-12-24", ["2026-11-25", "2026-12-24"]),
    "quiet_hours": value("22:00 to 7:00", "22:00-07:00"),
    "review": value("hold", "hold"),
    "review_lead": value("45", 45),
    "review_channel": value("#evening", "evening"),
    "stories": value("7", 7),
    "summary": value("long", "long"),
    "quotes": value("1", 1),
    "figures": Case("no", {}, False),
    "brief": value("0", 0),
    "sections": value("summary, quotes", ["summary", "quotes"]),
    "cards": value("all", "all"),
    "card_theme": value("ink", "ink"),
    "accent": value("#1F6FEB", "#1f6feb"),
    "max_age": value("48", 48),
    "include": Case("add bridge", {"value": "bridge"}, ["bridge"]),
    "exclude": Case('add "river ferry"', {"value": '"river ferry"'}, ['"river ferry"']),
    "language": value("de", "de"),
    "corrections": value("tell", "tell"),
    "web": value("listed", "listed"),
}
DESTINATION_CASES = {
    "name": value("dawn", "dawn"),
    "channel": value("here", "2003", channel="2003"),
    "silent": Case("yes", {}, True),
    "ping": value("<@&4711>", "4711"),
    "thread": Case("ja", {}, True),
    "crosspost": Case("yes", {}, True),
}
WORKSPACE_CASES = {
    "zone": value("Europe/Lisbon", "Europe/Lisbon"),
    "editors": Case("add <@&4711>", {"add": "role 4711"}, ["person 81", "role 4711"]),
}
CASES: Mapping[type[SettingsModel], Mapping[str, Case]] = {
    DigestSettings: DIGEST_CASES,
    DestinationSettings: DESTINATION_CASES,
    WorkspaceSettings: WORKSPACE_CASES,
}
EACH = [
    pytest.param(model, name, id=f"{TARGETS[model]} {name}")
    for model, cases in CASES.items()
    for name in cases
]
each_setting = pytest.mark.parametrize(("model", "name"), EACH)


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    for folder in ("articles", "reports"):
        (harness.home / folder).mkdir(exist_ok=True)
    await apply(harness, BASE)
    found = await harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="discord",
        external_id="1001",
    )
    assert found is not None
    return Editor(harness=harness, place=Location(workspace=found, channel="2001"))


async def apply(harness: BotHarness, workspace: Mapping[str, Any]) -> None:
    await harness.apply(tomli_w.dumps({"workspace": [workspace]}), prune=True)


async def entries(ana: Editor) -> Mapping[str, Any]:
    """All settings of the workspace, as they are stored."""
    workspace = await ana.harness.db.read(
        workspace_store.find_workspace, ana.place.workspace.scope
    )
    assert workspace is not None
    current = await ana.harness.db.read(load_current_settings, workspace)
    return {
        noun: sorted(found.values(), key=lambda entry: entry["name"])
        for noun, found in current.entries.items()
    }


async def entries_by_file(ana: Editor, model: type[SettingsModel], name: str):
    """All settings after a file with this one other value, in an empty workspace."""
    changed = copy.deepcopy(dict(BASE))
    holder = {
        DigestSettings: changed["digest"][0],
        DestinationSettings: changed["destination"][0],
        WorkspaceSettings: changed,
    }[model]
    holder[name] = CASES[model][name].in_file
    if (model, name) == (DestinationSettings, "name"):
        changed["digest"][0]["destinations"] = ["dawn"]
    await apply(ana.harness, {"platform": "discord", "id": "1001"})
    await apply(ana.harness, changed)
    return await entries(ana)


async def confirm(ana: Editor, shown: Reply | Form) -> Mapping[str, Any]:
    """Confirm what is shown; all settings then."""
    assert isinstance(shown, Reply), said(shown)
    assert not shown.problem, said(shown)
    made = await ana.presses(shown, "Confirm")
    assert not made.problem, said(made)
    return await entries(ana)


async def open_setting(
    ana: Editor, model: type[SettingsModel], name: str
) -> Reply | Form:
    """Press the control of a setting, as the panel offers it."""
    scope, read = ana.place.workspace.scope, ana.harness.db.read
    (digest,) = await read(digest_store.list_digests, scope)
    places = await read(destination_store.list_destinations, scope)
    (morning,) = (place for place in places if place.name == "morning")
    key = {
        DigestSettings: f"d{digest.id}",
        DestinationSettings: f"p{morning.id}",
        WorkspaceSettings: "w",
    }[model]
    return await ana.chooses(f"v1:set:{key}:{name}")


@pytest.mark.parametrize("model", CASES)
def test_each_setting_has_a_case(model: type[SettingsModel]):
    assert set(CASES[model]) == {one.name for one in list_chat_settings(model)}


@pytest.mark.parametrize("model", CASES)
def test_each_field_is_set_in_chat_or_says_what_the_workspace_is(
    model: type[SettingsModel],
):
    fields = {one.name for one in list_settings(model)}
    not_in_chat = fields - set(CASES[model])
    assert not_in_chat == (BY_FILE_ONLY if model is WorkspaceSettings else set())


@pytest.mark.parametrize("model", CASES)
def test_each_setting_says_what_it_means(model: type[SettingsModel]):
    assert all(one.info.help for one in list_chat_settings(model))


@each_setting
async def test_typed_and_file_give_the_same_settings(
    ana: Editor, model: type[SettingsModel], name: str
):
    case = CASES[model][name]
    there = ana.at(case.channel)
    typed = {"target": TARGETS[model], "setting": name, "value": case.typed}
    stored = await confirm(there, await there.asks("newsdesk set", **typed))
    assert stored == await entries_by_file(ana, model, name)


@each_setting
async def test_form_and_file_give_the_same_settings(
    ana: Editor, model: type[SettingsModel], name: str
):
    case = CASES[model][name]
    there = ana.at(case.channel)
    shown = await open_setting(there, model, name)
    if case.answers:
        assert isinstance(shown, Form), said(shown)
        assert set(case.answers) <= {field.name for field in shown.fields}
        shown = await there.answers(shown, **case.answers)
    stored = await confirm(there, shown)
    assert stored == await entries_by_file(ana, model, name)


@each_setting
async def test_a_form_submitted_unchanged_changes_nothing(
    ana: Editor, model: type[SettingsModel], name: str
):
    before = await entries(ana)
    shown = await open_setting(ana, model, name)
    if isinstance(shown, Form):
        await ana.answers(shown)
    assert await entries(ana) == before


@each_setting
async def test_a_setting_without_a_value_shows_its_form(
    ana: Editor, model: type[SettingsModel], name: str
):
    form = await ana.is_asked("newsdesk set", target=TARGETS[model], setting=name)
    assert form.control.endswith(f":{name}")
    assert 1 <= len(form.fields) <= 5
