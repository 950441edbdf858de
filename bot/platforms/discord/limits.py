"""What Discord takes, and our own budget below it: numbers only, no behaviour.

Sources: docs.discord.com, resources/message, components/reference, topics/rate-limits.
Lengths are counted in UTF-16 units, the stricter of the two ways in which they may be
meant. Quotes are never cut, only left out (`QUOTE`).
"""

from typing import Final

# ── Discord's ──────────────────────────────────────────────────────────────────

#: Components of a message, nested ones and accessories counted.
COMPONENTS: Final = 40
#: Characters over all text displays of a message.
TEXT: Final = 4_000
#: Characters of a plain message.
CONTENT: Final = 2_000
OPTIONS: Final = 25
OPTION_TEXT: Final = 100
PLACEHOLDER: Final = 150
BUTTON_LABEL: Final = 80
CUSTOM_ID: Final = 100
NONCE: Final = 25
#: Message flags: no link previews; the message consists of components.
SUPPRESS_EMBEDS: Final = 1 << 2
COMPONENTS_V2: Final = 1 << 15
#: Requests a second, over all routes of a bot.
GLOBAL_RATE: Final = 50
#: Messages that one look into a channel's history brings.
HISTORY_PAGE: Final = 100

# ── ours ───────────────────────────────────────────────────────────────────────

#: Characters over the text displays of one of our messages.
TEXT_USED: Final = 3_800
#: Characters of one story, and of «also in brief», as markdown.
STORY: Final = 3_000
BRIEF_TEXT: Final = 3_000
#: Characters of a link; a longer one is left out.
LINK: Final = 400
#: Messages of an edition hold at most so many stories each.
STORIES: Final = 10
BRIEF: Final = 12
HEADLINE: Final = 200
SENTENCE: Final = 500
SENTENCES: Final = 4
#: A longer quote is left out: the story's detail shows it.
QUOTE: Final = 400
#: Requests that are on their way at once.
IN_FLIGHT: Final = 10
#: Seconds that a second is held to be longer: clocks and networks are not exact.
SLACK: Final = 0.005
#: Round trips of which the quickest one is taken for the quickest possible.
QUICK_OF: Final = 100
#: Seconds after which a request without an answer has arrived, or never will.
LANDED: Final = 5.0
#: Seconds that a request waits for its turn before it is put off.
TURN: Final = 5.0
#: Invalid answers (401, 403, 429) within these seconds, after which we stay silent;
#: Discord bans an address after 10,000.
INVALID_MOST: Final = 100
INVALID_WINDOW: Final = 600.0
#: Seconds to wait where Discord limits us without saying for how long, and the most.
WAIT_UNTOLD: Final = 60.0
WAIT_MOST: Final = 3600.0
#: Attempts for which we rely on the nonce alone; later ones are read back first,
#: because Discord remembers a nonce for a few minutes only.
GUARDED_ATTEMPTS: Final = 4
#: Messages of ours that are looked through for a key, within how many messages.
LOOK_OURS: Final = 50
LOOK_ALL: Final = 500
