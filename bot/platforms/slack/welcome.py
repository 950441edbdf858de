"""What whoever installed the app is told by it: pure, and nothing is sent."""

from bot.texts import Texts
from bot.types import Listing, Paragraph, Reply


def welcome(texts: Texts) -> Reply:
    """A short hello, in private: what it is, and the one command that begins it."""
    return Reply(
        title=texts.say("Thank you for installing Standfirst"),
        blocks=(
            Paragraph(
                text=texts.say(
                    "I post short news digests to your channels. Every word in them "
                    "can be traced to its source: quotes are checked word for word."
                )
            ),
            Paragraph(
                text=texts.say(
                    "To begin, go to the channel that the news is for, invite me, and "
                    "set up the first digest. You see it before anything is posted."
                )
            ),
            Listing(text="/invite @Standfirst\n/newsdesk setup"),
        ),
    )
