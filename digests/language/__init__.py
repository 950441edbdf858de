"""Text mechanics: cleaning, sentences, quotation marks, names, numbers, dates.

Independent of news, platforms and storage. Callers import the module they need, so
that unused tables are not loaded.
"""
