"""Text mechanics: cleaning, sentences, quotation marks, names, numbers, dates.

Knows nothing of news, of platforms or of storage. Callers import the module they
need (`from digests.language import sentences`), so that nothing is read in vain.
"""
