"""The app's home on Slack as a view: pure, and nothing is sent.

It says what the app is and what comes next; what the digests are and when they come is
a reply of the core's, shown as any other.
"""

from collections.abc import Iterator

from bot.platforms.slack import elements, limits, replies
from bot.platforms.slack.elements import Json
from bot.texts import Texts
from bot.types import Reply


def view(status: Reply, *, editor: bool, texts: Texts) -> Json:
    """The home of one person.

    Args:
        status: What the core says about the workspace's digests to this person.
        editor: Whether they may set things up.
        texts: Their language.
    """
    told = [*_what_it_is(texts)]
    told += _checklist(texts) if editor else []
    told += _below(status, texts)
    return {"type": "home", "blocks": told[: limits.VIEW_BLOCKS]}


def _what_it_is(texts: Texts) -> Iterator[Json]:
    yield elements.header("Standfirst")
    yield _paragraph(
        texts.say(
            "Standfirst posts short news digests. Every word in them can be traced to "
            "its source: quotes are checked word for word."
        )
    )
    yield _paragraph(
        texts.say(
            "In a channel, /news latest shows its newest edition, and /news help what "
            "else can be asked. Answers are seen only by whoever asked."
        )
    )
    yield {"type": "divider"}


def _checklist(texts: Texts) -> Iterator[Json]:
    yield elements.header(texts.say("What comes next"))
    steps = (
        texts.say("1. Invite the app into a channel: /invite @Standfirst"),
        texts.say("2. See in that channel what is set up: /newsdesk status"),
        texts.say("3. Post an edition, after a look at it: /newsdesk post"),
    )
    yield _paragraph("\n".join(steps))
    yield {"type": "divider"}


def _below(status: Reply, texts: Texts) -> Iterator[Json]:
    """The first message of the reply; what is more is counted there."""
    first, *rest = replies.messages(status, texts)
    yield from first["blocks"]
    if rest:
        more = texts.say("The rest is in the answer to the command.")
        yield elements.context(elements.plain(more))


def _paragraph(text: str) -> Json:
    return elements.rich(elements.section(elements.text(text)))
