"""Commands of readers and editors: one registry, one file a noun.

Every surface (Discord, Slack, the local page) is built from `registry.build`, so
that each has the same commands with the same words. A command is one file with a
`build(desk) -> Command` and one line in `registry`; permission is checked in
`dispatch`, once, for all of them. Commands must not know any platform.
"""
