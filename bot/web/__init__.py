"""The web server: routes of platforms, article pages and health checks.

It knows no platform (`app` hands it their routes) and keeps no state of its own.
"""
