"""Translate English messages that were stored with their values filled in.

It must not lose a word of one that it does not know.
Why an article is in an edition, what a platform answered, how a source failed: such
reasons are worded by the composer and by the platforms, which know no texts, and are
stored as they are shown. Here stands each of them with its {places} open. A stored one
is known again by its words, what stands in its places is said again in its turn, and
the catalogue has the rest. Whatever is not known stays in English.

It must hold nothing else: sentences that are written beside their texts need no list.
Each stands here with its {places} open, as `bot.platforms` and `bot.doctor` word it.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from bot.errors import fill_placeholders, find_placeholders

#: The sentence in the language; the same one where it has none.
Translate = Callable[[str], str]

#: Longer ones are somebody else's text: looking at them would cost time.
_TEXT_LIMIT = 2_000
#: So deep may sentences stand in one another.
_MAX_DEPTH = 3

#: Why an article is in an edition or not (`digests.decisions`, `digests.stories`), and
#: why an edition did not come or was not corrected (`bot.planning`, `bot.corrections`).
DECISION_MESSAGES: Final = (
    "A newer version of this article, by {newer}, took its place.",
    "Story {n} is told from it: {reasons}.",
    "Repeats the article of {outlet} and was merged with it{where}.",
    "Reports the same event as the article of {lead} and was merged{where}.",
    " into story {n}",
    " into a story told in brief",
    " into a story that is not in this edition",
    "Ranked below the stories told in full, therefore in brief: {reasons}.",
    "Nothing of it could be shown in the words of its source.",
    "Ranked below what one edition holds: {reasons}.",
    "It was there when an earlier edition of this digest was made, which told what "
    "weighed most then; nothing in it has come since.",
    "This digest has told the story, and nothing in this article is new.",
    "This digest has told the story (of {lead}), and nothing in this article is new.",
    "an outlet without a name",
    "It contains {found}, which this digest leaves out.",
    "It contains nothing of what this digest asks for: {wanted}.",
    "Written in another language ({lang}) than this digest ({of_digest}).",
    "1 independent outlets",
    "{n} independent outlets",
    "about {topics}",
    "reported at length",
    "news on a story told before",
    "among the newest",
    "{n} hour older than the newest",
    "{n} hours older than the newest",
    "after {n} from {source}",
    "after {n} on «{topic}»",
    "Passed over: the database was restored from a backup, which does not know whether "
    "it was posted.",
    "The digest was paused until {day}.",
    "It could not be composed; the log says why.",
    "Composed by another process.",
    "Its platform is not connected here; what is new waits for the next edition.",
    "The edition is more than {days} days old.",
)
#: How a source failed (`digests.sources`, `bot.intake`).
SOURCE_MESSAGES: Final = (
    "{host} asks for a pause (status {status}).",
    "{host} asked for a pause.",
    "{host} says that this address has ended (status 410).",
    "{host} does not let us read this address (status {status}).",
    "{host} has nothing at this address (status {status}).",
    "{host} could not answer (status {status}).",
    "{host} asks in its robots.txt not to be read there.",
    "{host} keeps its robots.txt elsewhere.",
    "{host} redirects more than {n} times.",
    "{host} redirects from https to http.",
    "{host} redirects to no address.",
    "{host} is not where files lie that are handed over here.",
    "{host} did not answer whole in time.",
    "The certificate of {host} is not good: it may be expired, self-made or for "
    "another host.",
    "{host} is at an address of a private network; an admin can allow it in "
    "FETCH_ALLOW_PRIVATE.",
    "{host} cannot be reached.",
    "{host} gave an answer that makes no sense.",
    "This is not an address that can be read.",
    "Only addresses that begin with http:// or https:// are read.",
    "{place} is on another port than 80 and 443; an admin can allow it in "
    "FETCH_ALLOW_PRIVATE.",
    "The answer is packed in a way that we did not ask for.",
    "The answer is larger than {size}.",
    "The answer is not packed as it says.",
    "It was a {kind} and is a {found} now.",
    "There is neither an article nor a feed on this page.",
    "There is no feed in it.",
    "The page names no feed any more.",
    "It begins like a JSON feed, but is not one.",
    "It is JSON, but no feed: it has no list of items.",
    "It is no news sitemap; give the address of one.",
    "This sitemap names no news; give the address of a feed.",
    "It declares entities of its own, as no sound list does.",
    "It is not XML that can be read.",
    "It cannot be read ({kind}).",
    "It took more time or memory than any sound feed or page, so that its reader was "
    "ended.",
    "Its reader gave no sound answer and was ended.",
    "There is no file or folder {path}; check its name.",
    "The folder cannot be opened: {reason}.",
    "Check who may read it.",
    "It is a link that leads out of the folder.",
    "Copy the file into the folder.",
    "Rename one.",
    "Its head has {key}, which means nothing here.",
    "Known are: {keys}.",
    "It holds no articles at present.",
    "It did not answer within {seconds} seconds.",
    "It could not be read through a defect of this bot; the log says more.",
    "It offered {count} articles as new at once, so they were kept as told and none of "
    "them is posted. What comes after them is.",
    "The filter {written} is empty; give a word, a phrase or a /pattern/.",
    "The filter {written} is not a pattern that RE2 understands ({problem}); "
    "look-arounds and back-references do not exist there.",
)
#: What a platform answered to a message (`bot.platforms`, `bot.outbox`).
DELIVERY_MESSAGES: Final = (
    "The channel does not exist any more.",
    "The bot cannot see the channel.",
    "The bot may not post in the channel: it needs «View Channels», «Send Messages» "
    "and, for threads, «Send Messages in Threads».",
    "You take no direct messages from the bot: allow them in the server's privacy "
    "settings, or unblock it.",
    "Discord opens no direct message to you.",
    "You are not a member of the server any more.",
    "Nothing can be posted in a channel of this kind.",
    "The forum wants a tag on every post. Switch off «Require people to select tags "
    "when posting» in it.",
    "The thread of this edition is not there any more.",
    "The message has a thread already.",
    "No thread could be opened: {unclear}",
    "The message is not this bot's, so it cannot be edited.",
    "Discord refused the bot's token. Set STANDFIRST_DISCORD_TOKEN to a current one.",
    "Discord could not be reached: {error}",
    "No clear answer from Discord: {said}",
    "Discord refuses it: {error}",
    "Discord has a fault: {status}",
    "Discord had a fault and may have posted it: {status}",
    "Discord does not take this message: {error}",
    "Discord does not allow it: {error}",
    "Discord does not find it: {error}",
    "Discord asks us to wait.",
    "The message is not there any more.",
    "«{text}» is not the id of a Discord {what}.",
    "Whether it arrived cannot be seen: the bot needs «Read Message History» in the "
    "channel.",
    "The channel looks empty; that may be a missing permission.",
    "The bot could not log in to Discord: {found}",
    "Slack refused the bot's token. Install the app again, or set "
    "STANDFIRST_SLACK_BOT_TOKEN to a current one.",
    "Slack gives no new token for this workspace ({code}). {remedy}",
    "Slack does not know the app ({code}). Check STANDFIRST_SLACK_CLIENT_ID and "
    "STANDFIRST_SLACK_CLIENT_SECRET.",
    "Slack's answer holds no token of a bot.",
    "The token is of another workspace than Slack says.",
    "There is no new token yet: {found}",
    "Its token cannot be looked up: {error}",
    "Another process is getting a new token.",
    "The app was taken off, or installed anew. {remedy}",
    "Install the app again: {address}",
    "The app is not installed in the Slack workspace {team}. Install it: {address}",
    "The installation cannot be looked up: {error}",
    "The tokens of this Slack workspace were kept under another STANDFIRST_SECRET_KEY. "
    "Put that one back, or install the app again: {address}",
    "Slack opens no conversation with you: {refused} An administrator can see whether "
    "the app has the scope im:write.",
    "The message is not this app's, so it cannot be edited.",
    "The workspace lets nobody edit messages of that age.",
    "The workspace's administrators have suspended posting.",
    "The app may not do this: install it again with its scopes.",
    "The app lacks a scope: install it again with its scopes.",
    "Only certain people may post in the channel; ask to let the app.",
    "The channel does not exist, or the bot cannot see it.",
    "The channel is archived.",
    "The bot is not in the channel: «/invite» it there.",
    "The channel takes replies only.",
    "The channel takes no replies.",
    "The thread is locked.",
    "The app's messages are switched off.",
    "Slack did not get the whole request.",
    "Slack is moving the workspace; it takes nothing meanwhile.",
    "Slack is moving the channel.",
    "Slack could not be reached: {error}",
    "No clear answer from Slack: {said}",
    "Slack has a fault: {code}",
    "{said}; it may have posted the message.",
    "Slack asks us to wait.",
    "Slack does not take this message: {code}",
    "Whether it arrived cannot be seen: too much was posted since.",
    "Whether it arrived cannot be seen: the bot needs to be in the channel and to have "
    "the scopes channels:history, groups:history and im:history. {refused}",
    "The bot could not sign in to Slack: {found}",
    "«{ts}» is not the id of a Slack message.",
    "«{person}» is not the id of a Slack person.",
    "Slack did not take the file.",
    "Slack takes files at another place than its own.",
    "«{channel}» is not the id of a Slack channel: Slack shows it at the end of the "
    "channel's details, and it begins with C.",
    "The bot's token is for the Slack workspace {team}, and this is for {wanted}. Set "
    "the id of the workspace, or its token.",
    "Slack named {scheme}://{host} for Socket Mode, which may not be dialled. Check "
    "STANDFIRST_SLACK_API_BASE.",
    "{host} answered with a redirection.",
    "{reason} ({n} tries)",
    "It could not be looked for: {error}",
    "It waited for so long that it is no news any more.",
    "The database was restored from a backup: whether it arrived is being looked for.",
    "It was on its way when the backup was made that was restored, and was not found "
    "in its channel: it never arrived, or was there and is gone.",
    "The process that was sending it ended without an answer.",
    "It was taken back before it went out.",
    "The bot was stopped before an answer came.",
    "The bot was stopped before it was sent.",
    "It had not arrived; sent again under the same key.",
    "Its workspace was just refused.",
    "{by} left it as it is. {reason}",
    "Nothing is posted on {where}: {why}",
    "Nothing is posted in #{place}: {why}",
)

#: How a channel is, and what mends it.
_CHANNELS: Final = (
    "its channel is not there, or the bot cannot see it",
    "give the bot «View Channels» there, or remove the destination",
    "its channel is a category; nothing can be posted there",
    "say /newsdesk destination here in one of its channels",
    "the bot lacks {named} there",
    "give its role that in the channel's settings",
    "without «Read Message History» an unclear message has to be held",
    "give the bot's role that in the channel's settings",
    "the bot may open no threads there; all stands in the channel",
    "give it «Create Public Threads», or say thread=no",
    "it is no announcement channel; nothing is published",
    "make it one in Discord, or say crosspost=no",
    "say /newsdesk destination edit with another role, or ping=nobody",
    "the role {role} that it pings does not exist",
    "the bot may not ping the role {role}, so nobody hears of it",
    "let anyone mention that role, or {change}",
    "«{channel}» on «{workspace}» is not the id of a Discord channel",
    "let the bot see the channel, or say /newsdesk destination here",
    "the channel belongs to another server than {guild}",
    "say /newsdesk destination here in the right channel",
    "it may post and read back what it posted",
    "the bot lacks {names}",
    "allow the bot {names} in the channel's permissions",
    "«{channel}» is not the id of a Slack channel",
    "say /newsdesk destination here in the channel",
    "whether the bot is in the channel cannot be seen",
    "add the scopes channels:read and groups:read, then {again}",
    "«/invite» the bot, or say /newsdesk destination here in another channel",
    "the channel is archived",
    "open it again, or post to another one",
    "the bot is in the channel",
    "the bot is not in the channel",
    "the bot is not in the channel: it may post, and cannot look whether a post "
    "arrived whose answer was lost",
    "«/invite» the bot in the channel",
    "{n} more channels were not checked",
)
#: How Slack's app stands in a workspace that installed it, and what its scopes are for.
_INSTALLATIONS: Final = (
    "the app is not installed there",
    "install it: {address}",
    "install it again: {address}",
    "its tokens were kept under another STANDFIRST_SECRET_KEY",
    "put that one back, or {again}",
    "nothing can be posted: {broken}",
    "nothing can be posted from {moment} UTC on: {broken}",
    "the app lacks the scope {scope}: {why}",
    "hears /news and /newsdesk",
    "posts editions, corrects and deletes them, answers who asked",
    "posts to public channels that it was not invited into",
    "knows who manages the workspace: they are its editors",
    "knows who is in a user group that was made an editor",
    "looks whether a post whose answer was lost has arrived",
    "looks whether a post arrived in a private channel that it is in",
    "hellos, own digests, answers to reports, word that posting stopped",
    "looks whether private messages arrived; reads nothing else there",
    "takes the file that an editor gives in a form; no other one",
    "hands over exports that are too long for a message",
    "sees whether it, and who has it post there, is in a channel",
    "sees whether it, and who has it post, is in a private channel",
)
#: How the bot stands with a platform as a whole.
_PLATFORMS: Final = (
    "the token is of {bot}",
    "the token is of {bot}, application {id}",
    "the token is of {bot}, which is in no server",
    "invite it: standfirst setup prints the address",
    "it agrees with {platform}'s within {n} seconds",
    "this machine's clock is {n} seconds ahead of {platform}'s",
    "this machine's clock is {n} seconds behind {platform}'s",
    "set it, best by the network (timedatectl set-ntp true): until then digests come "
    "at wrong times",
    "this check did not end within {n} seconds",
    "look at the network and the disk, then run the doctor again",
    "This check itself failed: {error}",
    "it answers",
    "it answers, and only {n} logins are left today",
    "look why the bot restarts so often",
    "Discord sends commands to an address and not to the bot",
    "empty «Interactions Endpoint URL» at {page}",
    "the bot cannot be invited by its address alone",
    "switch «Requires OAuth2 Code Grant» off at {page}",
    "it could see more of people than it ever needs",
    "switch the «Privileged Gateway Intents» off at {page}",
    "Slack refuses the app's token: {code}",
    "make one with the scope connections:write under «Basic Information», «App-Level "
    "Tokens», for STANDFIRST_SLACK_APP_TOKEN; and «Socket Mode» must be on",
    "Slack lets it connect",
    "Slack calls {path} at the bot's address, signed",
    "there is neither a token for Socket Mode nor a signing secret",
    "set STANDFIRST_SLACK_APP_TOKEN",
    "the two tokens are of two apps: {one} and {other}",
    "take both from the same app at {page}",
    "the token is of the workspace {team}, not {workspace}",
    "set the token of that workspace, or its right id",
    "bring the app's manifest up to date (standfirst slack-manifest), then {again}",
    "install the app again under «Install App» at {page}",
)
FINDING_MESSAGES: Final = (*_CHANNELS, *_PLATFORMS, *_INSTALLATIONS)
#: All of them.
STORED_MESSAGES: Final = (
    *DECISION_MESSAGES,
    *SOURCE_MESSAGES,
    *DELIVERY_MESSAGES,
    *FINDING_MESSAGES,
)
#: What puts another one into a frame, and has no words of its own.
_FRAMES: Final = ("{said} ({code})", "{where}: {what}")
_KNOWN: Final = frozenset(STORED_MESSAGES)


def translate_stored(english: str, translate: Translate) -> str:
    """The stored sentence in the language of `translate`; as it is where unknown."""
    whole = translate(english)
    return (
        whole if whole != english else _translate_nested(english, translate, _MAX_DEPTH)
    )


def _translate_nested(english: str, translate: Translate, depth: int) -> str:
    """The same in a place of another one, where a name is no sentence of ours."""
    if english in _KNOWN:
        return translate(english)
    if not depth or len(english) > _TEXT_LIMIT:
        return english
    listed = _translate_list(english, translate, depth)
    if listed is not None:
        return listed
    for sentence, pattern in _compile_patterns():
        found = pattern.fullmatch(english)
        if found is None:
            continue
        values = {
            name: _translate_nested(value, translate, depth - 1)
            for name, value in found.groupdict().items()
        }
        said = fill_placeholders(translate(sentence), values)
        if said != english:
            return said
    if "; " in english:
        parts = (
            _translate_nested(part, translate, depth - 1)
            for part in english.split("; ")
        )
        return "; ".join(parts)
    return english


def _translate_list(english: str, translate: Translate, depth: int) -> str | None:
    """A list of sentences, of which each is known; None: it is not such a list.

    Before a place takes it: «{n} hours older» would take what stands before it too.
    """
    parts = english.split("; ")
    if len(parts) == 1:
        return None
    said = [_translate_nested(part, translate, depth - 1) for part in parts]
    if any(one == part for one, part in zip(said, parts, strict=True)):
        return None
    return "; ".join(said)


@cache
def _compile_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with places, the longest words first: they say most of what it is."""
    every = [text for text in _KNOWN if find_placeholders(text)]
    every.sort(key=lambda text: (-len(re.sub(r"\{\w+\}", "", text)), text))
    return tuple((text, _compile_pattern(text)) for text in (*every, *_FRAMES))


def _compile_pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    said = (
        f"(?P<{part}>.+?)" if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    )
    return re.compile("".join(said), re.DOTALL)
