"""Reads a source on this machine, a folder of articles; it goes nowhere else."""

from pathlib import Path

from bot.intake.readings import Reading
from bot.types import Source
from digests.sources import folder


def read_folder(source: Source) -> Reading:
    """What the folder holds at present.

    Raises:
        DigestsError: It cannot be read; the message says what to do.
    """
    found = folder.read(Path(source.address), source=source.name)
    return Reading(kind="folder", articles=found.articles, problems=found.problems)
