"""Files on Slack: those that people give with a form, and those that they are handed.

A form tells with its answers where a file lies: on Slack's own host, which alone is
asked for it, with the token of the workspace. A file for one person goes into their
conversation with the app: an answer that only they see can hold none. What is in a file
is not looked at here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from bot.attached import origin_beside
from bot.errors import Refused
from bot.types import Attached, Document

if TYPE_CHECKING:
    from bot.platforms.slack.installation import Installation

#: What the question for a file is called.
ATTACHMENT: Final = "attachment"
#: Without these, no form asks for a file, and nobody is handed one.
READ: Final = "files:read"
WRITE: Final = "files:write"
#: Where Slack keeps what people upload, and takes what is uploaded.
ORIGIN: Final = "https://files.slack.com"
TICKET: Final = "files.getUploadURLExternal"
COMPLETE: Final = "files.completeUploadExternal"
#: Not a method of the Web API: the address that a ticket gives.
UPLOAD: Final = "upload"
OPEN: Final = "conversations.open"


def origin_of(api_base: str | None) -> str:
    """Where files lie: beside a Web API of our own, or on Slack's host."""
    return origin_beside(api_base, ORIGIN)


def given(view: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The file of a filled view, as Slack tells it; None where there is none."""
    values = (view.get("state") or {}).get("values") or {}
    inside = values.get(ATTACHMENT) or {}
    files = (inside.get(ATTACHMENT) or {}).get("files") or ()
    first = files[0] if isinstance(files, list) and files else None
    return first if isinstance(first, Mapping) else None


def attached(file: Mapping[str, Any], *, origin: str, token: str) -> Attached:
    """The file as a noun; `token` is said to its origin and to nobody else."""
    size = file.get("size")
    return Attached(
        name=str(file.get("name") or ""),
        size=size if isinstance(size, int) else 0,
        address=str(file.get("url_private_download") or file.get("url_private") or ""),
        origin=origin,
        bearer=token,
    )


async def hand_over(
    installation: "Installation", user: str, file: Document, origin: str
) -> None:
    """Put the file into the person's conversation with the app.

    Nothing of it is repeated: what is unclear may have arrived.

    Raises:
        SendError: As `verdicts` says.
    """
    content = file.text.encode()
    channel = await installation.ask(OPEN, lambda s: s.open_dm(user))
    url, number = await installation.ask(
        TICKET, lambda s: s.upload_ticket(file.name, len(content))
    )
    if not url.startswith(f"{origin}/"):
        raise Refused("Slack takes files at another place than its own.")
    await installation.ask(UPLOAD, lambda s: s.upload(url, content))
    await installation.ask(
        COMPLETE, lambda s: s.complete_upload(number, file.name, channel)
    )
