"""The web side: one server for handed-in routes, the reading page, and health.

It knows no platform (`app` hands it their routes) and keeps no state of its own.
"""
