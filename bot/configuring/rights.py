"""What an editor who was let in by another one may not change; it reads nothing.

Who manages the workspace on its platform may change everything.
"""

from collections.abc import Iterable

from bot.configuring.steps import Step
from bot.errors import Forbidden
from bot.types import Person


def hold_to_right(person: Person, steps: Iterable[Step]) -> None:
    """Let nobody hand on more than they were given.

    Raises:
        Forbidden: Only who manages the workspace can do one of these.
    """
    if not person.granted:
        return
    for step in steps:
        if step.noun == "access":
            raise Forbidden(
                "Only who manages this workspace on its platform can say who else may "
                "do an editor's work. Ask one of them."
            )
        if _pings_anew(step):
            # The bot may be allowed to ping where this person is not.
            raise Forbidden(
                "Only who manages this workspace on its platform can say which role "
                "is pinged. Ask one of them."
            )


def _pings_anew(step: Step) -> bool:
    wanted = (step.after or {}).get("ping")
    return bool(wanted) and wanted != (step.before or {}).get("ping")
