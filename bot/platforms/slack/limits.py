"""What Slack takes, and our own budget below it: numbers only, no behaviour.

Sources: docs.slack.dev, reference/block-kit, reference/methods/chat.postMessage,
apis/web-api/rate-limits, apis/events-api/using-socket-mode. Lengths are counted in
UTF-16 units, the stricter of the two ways in which they may be meant. Quotes are never
cut, only left out (`QUOTE`).
"""

from typing import Final

# ── Slack's ────────────────────────────────────────────────────────────────────

BLOCKS: Final = 50
#: Characters of a header, of the label of a button or an option, of a placeholder.
HEADER: Final = 150
LABEL_OF_CONTROL: Final = 75
PLACEHOLDER: Final = 150
OPTION_VALUE: Final = 150
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
SLOWER: Final = 0.7
FASTER: Final = 0.01
#: Seconds that a request waits for its turn before it is put off.
TURN: Final = 5.0
#: Seconds that a connection may take to come about, and a whole request.
CONNECT: Final = 10.0
REQUEST: Final = 60.0
#: Seconds to wait where Slack limits us without saying for how long, and the most.
WAIT_UNTOLD: Final = 30.0
WAIT_MOST: Final = 3600.0
#: Messages that one look into a channel's history brings, and that are looked through.
HISTORY_PAGE: Final = 200
LOOK_ALL: Final = 2_000
#: Seconds by which Slack's clock may be behind ours.
CLOCKS_APART: Final = 300.0
#: Seconds between our pings, and of silence after which a socket is left: of
#: everything, of Slack's own words (it renews a socket every few hours), of its hello.
PING: Final = 10.0
SILENCE: Final = 40.0
WORDLESS: Final = 6 * 3600.0
HELLO: Final = 15.0
