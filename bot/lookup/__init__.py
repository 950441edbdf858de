"""Look-ups: stories, quotes, figures, search, questions, explanations."""
