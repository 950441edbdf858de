"""/news more: more of such stories in one's own digest."""

from bot.commands import liking
from bot.commands.desk import Desk
from bot.types import Command


def build(desk: Desk) -> Command:
    """The command over this desk."""
    return liking.command(desk, "more", "More of such stories in your own digest")
