"""Discord's limits, and our own below them: numbers only.

Sources: docs.discord.com, resources/message, components/reference, topics/rate-limits.
Lengths are in UTF-16 units, the stricter reading of «characters». Quotes are never cut,
only left out (`QUOTE`).
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
#: docs.discord.com, components/reference: a link button's url.
BUTTON_URL: Final = 512
CUSTOM_ID: Final = 100
#: Files of a message, bytes of each, and characters of what describes a picture.
ATTACHMENTS: Final = 10
ATTACHMENT_BYTES: Final = 10 * 2**20
PICTURE_DESCRIPTION: Final = 1_024
#: Of a command, group or option.
DESCRIPTION: Final = 100
#: Characters of a modal's title, of a question, of the words below it, of an answer.
MODAL_TITLE: Final = 45
MODAL_LABEL: Final = 45
MODAL_DESCRIPTION: Final = 100
MODAL_VALUE: Final = 4_000
MODAL_FIELDS: Final = 5
#: Buttons in a row.
ROW: Final = 5
#: Message flags: no link previews; visible to the asker only; no notification; made of
#: components.
SUPPRESS_EMBEDS: Final = 1 << 2
EPHEMERAL: Final = 1 << 6
SUPPRESS_NOTIFICATIONS: Final = 1 << 12
COMPONENTS_V2: Final = 1 << 15
#: Requests in a second, over all routes of a bot.
GLOBAL_RATE: Final = 50
#: Messages on a page of the history.
HISTORY_PAGE: Final = 100

# ── ours ───────────────────────────────────────────────────────────────────────

#: Bytes over the pictures of one message; Discord takes requests of 25 MiB.
PICTURE_BYTES: Final = 20 * 2**20
#: Characters over the text displays of one of our messages.
TEXT_USED: Final = 3_800
#: Characters of one story, and of «also in brief», as markdown.
STORY: Final = 3_000
BRIEF_TEXT: Final = 3_000
#: Characters of a link; a longer one is left out.
LINK: Final = 400
#: Stories in each message of an edition, at most.
STORIES: Final = 10
BRIEF: Final = 12
HEADLINE: Final = 200
#: Of an edition.
TITLE: Final = 200
SENTENCE: Final = 500
SENTENCES: Final = 4
#: Of a name or a question inside a sentence.
LABEL: Final = 120
#: A longer quote is left out: the story's detail shows it.
QUOTE: Final = 400
#: Requests in flight at once.
IN_FLIGHT: Final = 10
#: Seconds added to each second, because clocks and networks are not exact.
CLOCK_MARGIN: Final = 0.005
#: Round trips whose fastest one counts as the fastest possible.
ROUND_TRIP_SAMPLE: Final = 100
#: Seconds after which a request without a response has arrived, or never will.
ARRIVED_AFTER: Final = 5.0
#: Seconds that a request waits for its slot before it is postponed.
SLOT_TIMEOUT: Final = 5.0
#: Invalid responses (401, 403, 429) within these seconds after which nothing is sent;
#: Discord bans an IP address after 10,000.
INVALID_MOST: Final = 100
INVALID_WINDOW: Final = 600.0
#: Seconds to wait after a 429 that does not say how long, and the most.
DEFAULT_RETRY_AFTER: Final = 60.0
MAX_RETRY_AFTER: Final = 3600.0
#: Attempts that rely on the nonce alone; before later ones the history is read back,
#: because Discord remembers a nonce for a few minutes only.
GUARDED_ATTEMPTS: Final = 4
#: Our own messages that are searched for a key, within how many messages.
READ_BACK_OWN: Final = 50
READ_BACK_MESSAGES: Final = 500
#: Characters that an option of a command takes.
OPTION_VALUE: Final = 1_000
#: Seconds after which an interaction is acknowledged; Discord waits three.
DEFER_AFTER: Final = 1.5
#: Seconds for completions; a later list is useless.
COMPLETE: Final = 2.0
#: Seconds for an answer after that; its token is valid for 15 minutes.
ANSWER_TIMEOUT: Final = 840.0
#: Seconds that an answer waits after a 429.
ANSWER_MAX_RETRY_AFTER: Final = 10.0
#: Seconds by which our clock and Discord's may differ.
CLOCK_SKEW: Final = 300.0
#: Characters of a thread's name.
THREAD_NAME: Final = 100
#: Pages of archived threads that are searched.
READ_BACK_ARCHIVED_PAGES: Final = 5
#: Messages of a channel that are crossposted in an hour; Discord accepts ten.
CROSSPOSTS: Final = 8
CROSSPOST_WINDOW: Final = 3600.0
#: Messages of one answer: Discord accepts five where a person installed the bot for
#: themselves.
MESSAGES: Final = 5
#: Messages of an answer that is text only: the rest is only counted.
LIST_MESSAGES: Final = 3
#: Characters of a paragraph, of a line of a list, of a label or value in a table, and
#: of a quote in an answer with its attribution; a longer quote is only mentioned.
PARAGRAPH: Final = 1_500
ITEM: Final = 700
CELL: Final = 300
QUOTE_IN_REPLY: Final = 1_900
#: Characters of a file that is shown as lines; a longer one is sent as a file.
DOCUMENT: Final = 2_400
#: Text displays in one message of an answer: the rest is space for buttons.
DISPLAYS: Final = 20
#: Menus and buttons of an answer, besides the buttons beside its items.
MENUS: Final = 5
CONTROLS: Final = 10
#: Seconds before the registration of commands is repeated: doubled each time.
SYNC_FIRST: Final = 5.0
SYNC_MOST: Final = 300.0
