"""Slack's limits, and our own budgets below them: numbers only.

Sources: docs.slack.dev, reference/block-kit, reference/methods/chat.postMessage,
apis/web-api/rate-limits, apis/events-api/using-socket-mode. Lengths are counted in
UTF-16 units, the stricter of the two ways in which they may be meant. Quotes are never
cut, only left out (`QUOTE`).
"""

from typing import Final

#: Patterns of ids: of a public or private channel or direct message, of a person, of a
#: user group. ASCII only; without anchors, for use inside other patterns.
CHANNEL_ID: Final = "[CDG][A-Z0-9]{1,30}"
PERSON_ID: Final = "[UW][A-Z0-9]{1,30}"
GROUP_ID: Final = "S[A-Z0-9]{1,30}"

# ── Slack's ────────────────────────────────────────────────────────────────────

BLOCKS: Final = 50
#: Characters of a header, of the label of a button or an option, of a placeholder.
HEADER: Final = 150
LABEL_OF_CONTROL: Final = 75
PLACEHOLDER: Final = 150
OPTIONS: Final = 100
CONTEXT_ELEMENTS: Final = 10
ACTION_ID: Final = 255
#: Characters of a message's text: best, and where Slack cuts.
TEXT_BEST: Final = 4_000
TEXT: Final = 40_000
#: Characters of all blocks of a message as JSON; not documented, met near this.
BLOCKS_SIZE: Final = 11_300
#: Posts to one channel within a second.
CHANNEL_RATE: Final = 1.0

# ── ours ───────────────────────────────────────────────────────────────────────

BLOCKS_USED: Final = 45
BLOCKS_SIZE_USED: Final = 10_000
TEXT_USED: Final = 3_800
#: Characters of one story, and of «also in brief», as JSON.
STORY: Final = 4_000
BRIEF_SIZE: Final = 4_000
#: Characters of a link; a longer one is left out.
LINK: Final = 400
#: Messages of an edition hold at most so many stories each.
STORIES: Final = 10
BRIEF: Final = 12
HEADLINE: Final = 200
#: Of an edition.
TITLE: Final = HEADER
SENTENCE: Final = 500
SENTENCES: Final = 4
#: A longer quote is left out: the story's detail shows it.
QUOTE: Final = 400
#: Requests that are on their way at once, and posts that begin in a second. Slack keeps
#: the workspace's own limit to itself («several hundred a minute»): we begin with this
#: one, slow down by a third each time that we meet it, and win a little back a post.
IN_FLIGHT: Final = 4
RATE: Final = 20.0
RATE_LEAST: Final = 0.5
RATE_DECREASE: Final = 0.7
RATE_INCREASE: Final = 0.01
#: Seconds that a request waits for its turn before it is put off, at the most.
SLOT_TIMEOUT: Final = 5.0
#: Seconds that a connection may take to come about, and a whole request.
CONNECT: Final = 10.0
REQUEST: Final = 60.0
#: Seconds to wait where Slack limits us: the least (it counts in whole ones), where it
#: does not say for how long, and the most.
MIN_RETRY_AFTER: Final = 1.0
DEFAULT_RETRY_AFTER: Final = 30.0
MAX_RETRY_AFTER: Final = 3600.0
#: Messages that one look into a channel's history brings, and that are looked through.
HISTORY_PAGE: Final = 200
READ_BACK_MESSAGES: Final = 2_000
#: People of a channel that one look brings (docs.slack.dev: at most 1,000).
MEMBERS_PAGE: Final = 200
#: Seconds by which Slack's clock may be behind ours.
CLOCK_SKEW: Final = 300.0
#: Seconds within which Slack answers a ping and says hello, and seconds without a word
#: of it (an event, a wish) after which a socket is renewed although pings are answered.
PING_TIMEOUT: Final = 30.0
IDLE_TIMEOUT: Final = 3600.0
#: Characters of a view's title and buttons, of a label and a hint in it, of what is
#: typed into it, of what it carries along, and of an option's value.
VIEW_TITLE: Final = 24
VIEW_LABEL: Final = 150
VIEW_HINT: Final = 300
VIEW_VALUE: Final = 3_000
VIEW_METADATA: Final = 3_000
OPTION_VALUE: Final = 150
#: Blocks of a home tab or a form.
VIEW_BLOCKS: Final = 100
#: Seconds after an event in which it can still open a form: Slack says three.
TRIGGER_LIFE: Final = 2.5
#: Seconds that a filled form is held for its answer: Slack waits three.
FORM_HOLD: Final = 1.5
#: Seconds for an answer: the address that it goes to lives half an hour.
ANSWER_TIMEOUT: Final = 1_500.0
#: Seconds for the hello to whoever installed the app; their browser waits for it.
WELCOME_TIMEOUT: Final = 15.0
#: Seconds to look up who somebody is, and for which that is remembered; of how many.
LOOKUP_TIMEOUT: Final = 5.0
PERSON_LIFE: Final = 60.0
PERSONS_CACHED: Final = 1_000
#: Seconds for which a workspace's user groups are remembered, and for which Slack is
#: not asked again where it did not tell; of how many workspaces, and how many members.
GROUPS_LIFE: Final = 60.0
GROUPS_RETRY: Final = 30.0
GROUPS_TEAMS: Final = 200
GROUPS_MEMBERS: Final = 50_000
#: Messages of one answer (its address takes five), and of these, those that list
#: something before the rest is only counted.
MESSAGES: Final = 4
LIST_MESSAGES: Final = 2
#: Buttons of an answer, and characters of their ids.
CONTROLS: Final = 10
CONTROL_ID: Final = 100
#: Characters of a paragraph, of one line of a list, of a label or value in a table, of
#: a name in a sentence, and of a quote in an answer; a longer one is said to be there.
PARAGRAPH: Final = 1_500
#: Characters of a file that is shown as lines; a longer one is handed over.
DOCUMENT: Final = 2_400
ITEM: Final = 700
CELL: Final = 300
NAME: Final = 120
QUOTE_IN_REPLY: Final = 2_500
#: Rows of a table that stay together.
ROWS: Final = 5
