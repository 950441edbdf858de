"""Commands of readers and editors: one registry, one file per noun.

Every surface (Discord, Slack, the local page) is built from `registry.build_commands`,
so that each has the same commands with the same words. A command is a function with
typed parameters (`declaration`); what several commands share is in `arguments`,
`presentation`, `panel`, `changes` and `digest_requests`; every setting goes through
`settings`, and `home` opens the pages of the panel. `dispatch` checks the permission
for all of them. Commands are independent of platforms.
"""
