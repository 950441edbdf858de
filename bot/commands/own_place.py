"""What is pressed under a person's own edition, where the platform tells no workspace.

On Discord a direct message belongs to no server. The edition's public id leads to the
workspace, and only for the person whose own it is. Where the platform told another one,
they are a reader there and nothing more, whatever it says of them in their messages.
"""

from dataclasses import replace

from bot.commands.controls import STALE
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.errors import UserError
from bot.personal.pressing import under
from bot.storage import personal
from bot.types import (
    PERSON,
    Form,
    Invocation,
    Paragraph,
    Permission,
    Place,
    Reply,
)

#: What leads to a form, whose answers would come from no workspace again.
_FORMS = ("v1:report:", "v1:me:form")


async def entered(desk: Desk, pressed: Invocation) -> Invocation:
    """What was pressed, in the workspace of the edition.

    Raises:
        UserError: The edition is not this person's own, or the id is not one of ours.
    """
    person = pressed.person
    workspace = await desk.db.read(
        personal.workspace_of, edition=pressed.under, person_id=person.id
    )
    if workspace is None or workspace.platform != pressed.place.workspace.platform:
        raise UserError(STALE)
    if workspace.id != pressed.place.workspace.id:
        person = replace(person, permission=Permission.EVERYONE, roles=())
    place = Place(workspace=workspace, channel=f"{PERSON}{person.id}")
    there = replace(pressed, place=place, person=person)
    return desk.controls.press(there, pressed.path)


def pressable(
    pressed: Invocation, invocation: Invocation, answer: Reply | Form
) -> Reply | Form:
    """The answer with controls that can be pressed where it is shown.

    Where the platform tells the workspace, they can as they are.
    """
    edition = invocation.under
    if not edition or pressed.place.workspace.id == invocation.place.workspace.id:
        return answer
    if isinstance(answer, Form):
        said = texts_of(invocation).say(
            "This asks for words: say it in the server, with /{path}.",
            path=invocation.path,
        )
        return Reply(blocks=(Paragraph(text=said),))
    controls = tuple(
        replace(control, id=under(edition, control.id))
        for control in answer.controls
        if not control.id.startswith(_FORMS)
    )
    return replace(answer, controls=controls)
