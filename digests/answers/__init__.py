"""Find sentences of articles that answer a question, and rank search results."""
