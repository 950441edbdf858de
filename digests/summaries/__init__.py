"""Headline and summary sentences of an article, verbatim, with their spans."""
