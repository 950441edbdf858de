"""Invented feeds and pages, beside what they are: whole texts, excerpts, walls."""
