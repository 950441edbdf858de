"""The last form in which an edition is told: only where its stories can be read.

Nothing of the articles' words is in it: one of them was what the platform did not take.
"""

from dataclasses import replace

from bot.types import Delivery, Issue

#: As many as any platform's plain message holds.
MOST = 15
NOTHING = "This part of the edition cannot be shown here."


def as_links(delivery: Delivery, issue: Issue | None) -> Delivery:
    """The delivery with a payload of `links` (addresses), and the same as plain words.

    A platform that has no form for them tells the words.
    """
    found = _addresses(issue)
    text = "\n".join(found) or NOTHING
    return replace(delivery, payload={"links": found}, fallback_text=text)


def _addresses(issue: Issue | None) -> list[str]:
    """One for each story."""
    if issue is None:
        return []
    told = [story.articles[0] for story in issue.edition.stories if story.articles]
    told += [line.article for line in issue.edition.brief]
    every = (ref.url for ref in told)
    return list(dict.fromkeys(url for url in every if url))[:MOST]
