"""What the doctor hears from platforms, in English, to be said again by `stored`.

It must hold nothing else: sentences that are written beside their texts need no list.
Each stands here with its {places} open, as `bot.platforms` and `bot.doctor` word it.
"""

from typing import Final

#: How a channel is, and what mends it.
_CHANNELS: Final = (
    "its channel is not there, or the bot cannot see it",
    "give the bot «View Channel» there, or remove the destination",
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
    "{n} more channels were not looked at",
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
FOUND: Final = (*_CHANNELS, *_PLATFORMS, *_INSTALLATIONS)
