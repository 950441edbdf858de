"""What an edition was rendered with, kept so that it can be rendered alike later; pure.

An edited message must differ from the posted one in what was corrected, and in nothing
else: not in its zone, its language, or when the next edition comes.
"""

from datetime import datetime

from bot.types import Payload, RenderContext

#: In what is kept: whether the edition went elsewhere than its digest's editions go,
#: and is not in its ledger.
APART = "apart"


def kept(context: RenderContext) -> Payload:
    """The context as JSON can say it."""
    due = context.next_due
    return {
        "digest": context.digest,
        "zone": context.zone,
        "locale": context.locale,
        "next_due": due.isoformat() if due else None,
        "late": context.late,
    }


def again(stored: Payload, edition_id: str) -> RenderContext:
    """The context that `kept` wrote, for the edition of that public id."""
    due = stored["next_due"]
    return RenderContext(
        edition_id=edition_id,
        digest=stored["digest"],
        zone=stored["zone"],
        locale=stored["locale"],
        next_due=datetime.fromisoformat(due) if due else None,
        late=stored["late"],
    )
