"""Slack's limits, and our own below them: numbers only.

Sources: docs.slack.dev, reference/block-kit, reference/methods/chat.postMessage,
apis/web-api/rate-limits, apis/events-api/using-socket-mode. Lengths are in UTF-16
units, the stricter reading of «characters». Quotes are never cut, only left out
(`QUOTE`).
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
ALT_TEXT: Final = 2_000
#: docs.slack.dev, files.getUploadURLExternal: alt_txt.
FILE_ALT_TEXT: Final = 1_000
#: Characters of a message's text: recommended, and where Slack cuts.
TEXT_BEST: Final = 4_000
TEXT: Final = 40_000
#: Characters of a message's blocks as JSON; not documented, found by experiment.
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
#: Stories in each message of an edition, at most.
STORIES: Final = 10
BRIEF: Final = 12
HEADLINE: Final = 200
#: Of an edition.
TITLE: Final = HEADER
SENTENCE: Final = 500
SENTENCES: Final = 4
#: A longer quote is left out: the story's detail shows it.
QUOTE: Final = 400
#: Requests in flight at once, and posts that start in a second. Slack does not say what
#: the workspace's limit is («several hundred a minute»): we start with this rate, slow
#: down by a third each time the limit is reached, and speed up a little with each post.
IN_FLIGHT: Final = 4
RATE: Final = 20.0
RATE_LEAST: Final = 0.5
RATE_DECREASE: Final = 0.7
RATE_INCREASE: Final = 0.01
#: Seconds that a request waits for its slot before it is postponed.
SLOT_TIMEOUT: Final = 5.0
#: Seconds to connect, and for a whole request.
CONNECT: Final = 10.0
REQUEST: Final = 60.0
#: Seconds to wait after a 429: the least (Slack rounds to whole seconds), where Slack
#: does not say how long, and the most.
MIN_RETRY_AFTER: Final = 1.0
DEFAULT_RETRY_AFTER: Final = 30.0
MAX_RETRY_AFTER: Final = 3600.0
#: Messages on a page of the history, and messages that are searched.
HISTORY_PAGE: Final = 200
READ_BACK_MESSAGES: Final = 2_000
#: Members on a page (docs.slack.dev: at most 1,000).
MEMBERS_PAGE: Final = 200
#: Seconds that Slack's clock may be behind ours.
CLOCK_SKEW: Final = 300.0
#: Seconds for Slack to answer a ping and say hello, and seconds without a message after
#: which a socket is renewed although pings are answered.
PING_TIMEOUT: Final = 30.0
IDLE_TIMEOUT: Final = 3600.0
#: Characters of a view's title and buttons, of a label and a hint, of an input's value,
#: of its metadata, and of an option's value.
VIEW_TITLE: Final = 24
VIEW_LABEL: Final = 150
VIEW_HINT: Final = 300
VIEW_VALUE: Final = 3_000
VIEW_METADATA: Final = 3_000
OPTION_VALUE: Final = 150
#: Blocks of a home tab or a form, and those of a home tab that its menus, its buttons
#: and what stands around the page need.
VIEW_BLOCKS: Final = 100
VIEW_EXTRA_BLOCKS: Final = 20
#: Seconds in which an event can open a form: Slack says three.
TRIGGER_LIFE: Final = 2.5
#: Seconds that a submitted form waits for its answer: Slack waits three.
FORM_HOLD: Final = 1.5
#: Seconds for an answer: its response URL is valid for half an hour.
ANSWER_TIMEOUT: Final = 1_500.0
#: Seconds for the welcome to the installer, whose browser waits for it.
WELCOME_TIMEOUT: Final = 15.0
#: Seconds to look a person up, and to remember them; people that are remembered.
LOOKUP_TIMEOUT: Final = 5.0
PERSON_LIFE: Final = 60.0
PERSONS_CACHED: Final = 1_000
#: Seconds to remember a workspace's user groups, and to wait after a failed lookup;
#: workspaces that are remembered, and members of one.
GROUPS_LIFE: Final = 60.0
GROUPS_RETRY: Final = 30.0
GROUPS_TEAMS: Final = 200
GROUPS_MEMBERS: Final = 50_000
#: Messages of one answer (a response URL accepts five), and of one that has no buttons
#: of its own: the rest is only counted.
MESSAGES: Final = 4
LIST_MESSAGES: Final = 2
#: Listings of a file that are rendered: more than the messages of an answer hold.
LISTINGS: Final = 40
#: Menus and buttons of an answer, besides the buttons beside its items, and characters
#: of their ids. Characters of the options of one menu, as JSON.
MENUS: Final = 5
MENU_SIZE: Final = 9_000
CONTROLS: Final = 10
CONTROL_ID: Final = 100
#: Characters of a paragraph, of a line of a list, of a label or value in a table, of a
#: name in a sentence, and of a quote in an answer; a longer quote is only mentioned.
PARAGRAPH: Final = 1_500
#: Characters of a file that is shown as lines; a longer one is sent as a file.
DOCUMENT: Final = 2_400
ITEM: Final = 700
CELL: Final = 300
NAME: Final = 120
QUOTE_IN_REPLY: Final = 2_500
#: Rows of a table that stay together.
ROWS: Final = 5
#: Seconds that the pictures of a message may delay it, and between two looks at whether
#: Slack has processed a file, which it does in about one.
UPLOADS_TIMEOUT: Final = 5.0
FILE_LOOK_PAUSE: Final = 1.0
#: Files that are uploaded at once.
UPLOADS_IN_FLIGHT: Final = 4
#: Seconds without uploads to a workspace after one that failed or took too long, and
#: after one that was refused.
UPLOADS_PAUSE: Final = 60.0
UPLOADS_REFUSED_PAUSE: Final = 600.0
UPLOADS_TEAMS: Final = 1_000
#: Seconds after which a file that was begun is no longer on its way from any process,
#: and until which one that arrived is used.
UPLOAD_LOST_AFTER: Final = 30.0
UPLOAD_USED_UNTIL: Final = 3_600.0
#: Seconds for the deletion of unused files.
DELETIONS_TIMEOUT: Final = 20.0
