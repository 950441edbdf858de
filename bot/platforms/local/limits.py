"""The local page's own limits: numbers only.

They keep a page quick to read, and keep a hostile feed from filling it. Quotes are
never cut, only left out (`QUOTE`).
"""

from typing import Final

#: Stories shown in full: as many as an edition has at most, because they count as
#: published. Lines of «also in brief».
STORIES: Final = 15
BRIEF: Final = 12
#: Characters of a headline, of a summary sentence, and of any other short text.
HEADLINE: Final = 200
SENTENCE: Final = 600
LABEL: Final = 120
#: Sentences of a summary.
SENTENCES: Final = 6
#: A longer quote is left out: the story's detail shows it.
QUOTE: Final = 400
#: A story shows its first quote up to this length; others are folded away.
QUOTE_SHOWN: Final = 180
#: Quotes and figures shown with a story.
CARDS: Final = 5
FIGURES: Final = 4

#: Menus and buttons under a reply, and characters of their ids.
MENUS: Final = 5
CONTROLS: Final = 10
CONTROL_ID: Final = 100
#: Completions offered at once.
COMPLETIONS: Final = 12
#: Messages on a channel's page.
MESSAGES: Final = 50
#: Updates that wait for a slow page before it has to reload.
WAITING: Final = 64
