"""Schedules: sentences, their structure, and the instants that they name. Pure.

A sentence is parsed once into a `Schedule`: dates, times of day (or an interval with an
optional window), and one time zone. Its instants are found by our own rule on the local
calendar and compared in UTC only, because cron libraries skip or repeat slots around
clock changes. Each existing local date has exactly one instant per slot: a time that a
clock change skips becomes the first valid instant after the gap, a time that occurs
twice uses its first occurrence (PEP 495, fold=0), and a date that a zone left out has
none.
"""
