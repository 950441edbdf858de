"""The deliverer: schedules, platforms, commands and storage around the composer."""

from pathlib import Path

from digests.messages import add_sentences

add_sentences(Path(__file__).parent)
