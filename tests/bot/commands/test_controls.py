"""Control ids: stateless, without authority, signed where pressing has an effect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.controls import ACTIONS, SIGNED, Controls, control_id
from bot.errors import UserError
from bot.types import Invocation, Permission, Person, Place, Workspace

KEY = b"a key of sixteen"


def pressed_in(workspace_id: int) -> Invocation:
    workspace = Workspace(
        id=workspace_id, platform="local", external_id="w", name="Workspace"
    )
    return Invocation(
        key="event",
        place=Place(workspace=workspace, channel=None),
        person=Person(id="p", name="P", permission=Permission.EVERYONE),
        path="",
        args={},
    )


def test_a_look_up_control_becomes_its_command():
    found = Controls(KEY).press(pressed_in(1), control_id("story", "s-7k3m9q"))
    assert (found.path, found.args) == ("news story", {"story": "s-7k3m9q"})


def test_a_signed_control_becomes_its_command_without_the_signature():
    controls = Controls(KEY)
    found = controls.press(pressed_in(1), controls.signed(1, "post", "7", "abc"))
    assert (found.path, found.args) == ("newsdesk post", {"confirmed": "7:abc"})


def test_the_person_of_the_event_stays_the_person():
    controls = Controls(KEY)
    found = controls.press(pressed_in(1), controls.signed(1, "post", "7", "abc"))
    assert found.person.permission is Permission.EVERYONE


def test_a_control_of_another_workspace_opens_nothing():
    controls = Controls(KEY)
    with pytest.raises(UserError, match="does not belong here"):
        controls.press(pressed_in(2), controls.signed(1, "post", "7", "abc"))


def test_a_control_signed_with_another_key_opens_nothing():
    theirs = Controls(b"some other key..").signed(1, "post", "7", "abc")
    with pytest.raises(UserError):
        Controls(KEY).press(pressed_in(1), theirs)


@given(st.text(max_size=120))
def test_no_invented_id_passes_where_pressing_changes_something(text):
    for action in SIGNED:
        with pytest.raises(UserError):
            Controls(KEY).press(pressed_in(1), f"v1:{action}:{text}")


@given(st.text(max_size=200))
def test_any_text_is_a_known_look_up_or_refused(text):
    try:
        found = Controls(KEY).press(pressed_in(1), text)
    except UserError:
        return
    assert found.path in {path for path, _ in ACTIONS.values()}


def test_ids_stay_within_a_hundred_characters():
    assert len(Controls(KEY).signed(10**12, "post", str(10**12), "f" * 12)) <= 100
