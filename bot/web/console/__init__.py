"""The console: the pages in which admins and editors do what is too much for chat.

A request goes through `bot.web.security` (host, origin, form token), then through
`visits`, which finds the session, the workspace and the permission that the person has
there now. A page is a function of a `Visit`; pages are joined in `application`. Changes
are commands of the registry or go through `bot.configuration`, as in chat: one
permission rule, one history. Pages are complete without JavaScript.
"""
