"""The deliverer: schedules, platforms, commands and storage around the composer."""

from pathlib import Path

from digests.messages import add_sentences

# Whatever module of the bot is imported first, its messages have their English texts.
add_sentences(Path(__file__).parent)
