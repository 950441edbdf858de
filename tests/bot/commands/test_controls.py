"""Control ids: stateless, without authority, signed if they have an effect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.controls import (
    CONTROL_ACTIONS,
    SIGNED_ACTIONS,
    ControlSigner,
    build_control_id,
)
from bot.delivery.personal_controls import build_own_control_id
from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import Invocation, Location, Permission, Person, Workspace
from bot.platforms.common.edition_layout import build_story_control_id, list_buttons

KEY = b"a key of sixteen"


def pressed_in(workspace_id: int) -> Invocation:
    workspace = Workspace(
        id=workspace_id, platform="local", external_id="w", name="Workspace"
    )
    return Invocation(
        key="event",
        place=Location(workspace=workspace, channel=None),
        person=Person(id="p", name="P", permission=Permission.EVERYONE),
        path="",
        args={},
    )


def test_a_look_up_control_becomes_its_command():
    found = ControlSigner(KEY).press(
        pressed_in(1), build_control_id("story", "s-7k3m9q")
    )
    assert (found.path, found.args) == ("news story", {"story": "s-7k3m9q"})


def test_a_signed_control_becomes_its_command_without_the_signature():
    controls = ControlSigner(KEY)
    found = controls.press(pressed_in(1), controls.signed(1, "post", "7", "abc"))
    assert (found.path, found.args) == ("newsdesk post", {"confirmed": "7:abc"})


def test_the_person_of_the_event_stays_the_person():
    controls = ControlSigner(KEY)
    found = controls.press(pressed_in(1), controls.signed(1, "post", "7", "abc"))
    assert found.person.permission is Permission.EVERYONE


def test_a_control_of_another_workspace_opens_nothing():
    controls = ControlSigner(KEY)
    with pytest.raises(UserError, match="does not belong here"):
        controls.press(pressed_in(2), controls.signed(1, "post", "7", "abc"))


def test_a_control_signed_with_another_key_opens_nothing():
    theirs = ControlSigner(b"some other key..").signed(1, "post", "7", "abc")
    with pytest.raises(UserError):
        ControlSigner(KEY).press(pressed_in(1), theirs)


@given(st.text(max_size=120))
def test_no_invented_id_passes_where_pressing_changes_something(text):
    for action in SIGNED_ACTIONS:
        with pytest.raises(UserError):
            ControlSigner(KEY).press(pressed_in(1), f"v1:{action}:{text}")


@given(st.text(max_size=200))
def test_any_text_is_a_known_look_up_or_refused(text):
    try:
        found = ControlSigner(KEY).press(pressed_in(1), text)
    except UserError:
        return
    assert found.path in {path for path, _ in CONTROL_ACTIONS.values()}


def test_ids_of_a_personal_edition_leave_space_for_the_key_of_a_message():
    edition, story = "e-7k3m9q", "s-7k3m9q"
    own = [
        build_own_control_id(edition, control)
        for control in (
            build_story_control_id(edition, story),
            *(control for control, _ in list_buttons(edition, Texts.of("de"))),
            ControlSigner(KEY).signed(10**12, "unsave", edition, story),
        )
    ]
    key = "#k" + "a" * 25
    assert max(map(len, own)) + len(key) <= 100


def test_ids_stay_within_a_hundred_characters():
    assert len(ControlSigner(KEY).signed(10**12, "post", str(10**12), "f" * 12)) <= 100
