"""Finds sentences of articles that answer a question, and ranks search results."""
