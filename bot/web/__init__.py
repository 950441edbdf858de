"""The web server: routes of platforms, article pages and health checks.

It is independent of the platforms (`bot.app` passes their routes) and stateless.
"""
