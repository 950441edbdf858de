"""`standfirst slack-manifest`: what to paste where a Slack app is made."""

import sys
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from bot.cli.console import OK, Flag, print_json, with_house
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.app import House


def manifest(
    *,
    mode: Literal["socket", "http"] = "socket",
    url: str = "",
    rotation: Flag = False,
) -> int:
    """Print the manifest of the Slack app as JSON; what each scope is for, beside it.

    Args:
        mode: Whether the bot connects to Slack (no public address needed), or Slack
            calls the bot.
        url: For http: the bot's public address, such as https://news.example
        rotation: For http, where several workspaces install the app: tokens run out
            after twelve hours. Slack never lets that be switched off again.
    """
    _check(mode, url, rotation=rotation)

    async def work(house: "House") -> int:
        from bot import connections

        print_json(
            connections.slack_manifest(
                house.inbox.commands, mode, url, rotation=rotation
            )
        )
        for line in connections.slack_scopes(mode):
            print(line, file=sys.stderr)
        return OK

    return with_house(work)


def _check(mode: str, url: str, *, rotation: bool) -> None:
    if mode == "socket":
        if url:
            raise UserError("--url belongs to --mode http: Slack calls nobody here.")
        if rotation:
            raise UserError(
                "--rotation belongs to --mode http: only tokens of workspaces that "
                "install the app themselves are exchanged."
            )
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise UserError(
            "Slack calls only a public https address. Say which: "
            "--mode http --url https://news.example"
        )
