"""The editor's judgement: what is news, what comes first, what is shown of it."""
