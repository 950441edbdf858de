"""Feeds of excerpts and the pages behind their entries, self-written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape

from tests.fakes import NOON
from tests.feeds import Item
from tests.wire.server import Script, answer

HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True, kw_only=True)
class News:
    """A piece of news: an excerpt in a feed, and more on its page."""

    name: str
    title: str
    teaser: str
    more: tuple[str, ...]
    hours_ago: float = 1.0

    def item(self, url: str, *, whole: bool = False, **changes: object) -> Item:
        """The entry of a feed; `whole`: with all of the text."""
        text = "\n\n".join((self.teaser, *self.more)) if whole else f"{self.teaser} …"
        made = Item(
            title=self.title,
            text=text,
            guid=self.name,
            link=url,
            published=NOON - timedelta(hours=self.hours_ago),
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    def html(self) -> bytes:
        parts = "".join(f"<p>{escape(part)}</p>" for part in (self.teaser, *self.more))
        title = escape(self.title)
        return (
            f'<html lang="en"><head><title>{title}</title></head><body><article>'
            f"<h1>{title}</h1>{parts}</article></body></html>"
        ).encode()

    def page(self, **headers: str) -> Script:
        return answer(self.html(), headers=HTML | headers)


QUARRY = News(
    name="quarry",
    title="Quarry above Ostrel stays closed after rockfall",
    teaser=(
        "The quarry above Ostrel stays closed after a rockfall that buried two "
        "excavators on Monday night."
    ),
    more=(
        "Nobody was hurt, because the night shift had been sent home early. About "
        "4,200 tonnes of limestone came down within a minute, the operator said.",
        "“We heard the slope long before we saw it move,” said Milena Hartog, the "
        "manager of the quarry. “I would rather lose two machines than one person.”",
        "The mining office wants to see new measurements of the slope before it lets "
        "anybody back in. The repair will cost 1.3 million euros, and 85 people are "
        "on reduced hours until then.",
    ),
)
FERRY = News(
    name="ferry",
    title="Ferry to Lindholm gets an electric engine",
    teaser="The ferry to Lindholm gets an electric engine in March, the county says.",
    more=(
        "The ship carries 310,000 passengers a year and has run on diesel since 1974. "
        "The new engine costs 6.8 million kroner, of which the state pays half.",
        "“On the water you will hear the gulls again,” said captain Jonas Ekvall, who "
        "has steered the ferry for 19 years.",
        "Until March the old ship keeps its timetable. In the two weeks of the change "
        "a smaller boat takes passengers, but no cars.",
    ),
    hours_ago=2.0,
)
LIBRARY = News(
    name="library",
    title="Library of Westerholt opens on Sundays",
    teaser="The library of Westerholt opens on Sundays from May, the council decided.",
    more=(
        "The council voted 27 to 14 for the plan after two hours of debate. It costs "
        "190,000 euros a year, most of it for guards and heating.",
        "“Families have asked us for this for ten years,” said librarian Ruth "
        "Adeyemi. “Now they can come when they have time.”",
        "The union accepted the new hours after the town promised free Mondays. Two "
        "smaller branches stay closed on Sundays.",
    ),
    hours_ago=3.0,
)
NEWS: Sequence[News] = (QUARRY, FERRY, LIBRARY)

PAYWALL = answer(
    b"<html><head><title>Quarry above Ostrel stays closed</title></head><body>"
    b"<p>Subscribe to read on.</p></body></html>",
    headers=HTML,
)
