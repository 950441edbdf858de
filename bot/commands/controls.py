"""Ids of buttons and selects: build, sign, verify, and parse them into invocations.

An id is `v1:<action>:<args>`, at most 100 characters, and needs no stored state: it
works after restarts and below old editions. It grants nothing: workspace and person
come from the event. Where pressing changes something, the id ends in six bytes of
HMAC-SHA256 over action, args and workspace.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace

from bot.delivery.personal_controls import CONTROL_VERSION, OWN_ACTION
from bot.errors import UserError
from bot.model import Invocation
from digests.types import frozen_positional

#: action → (command path, name of the argument that it carries)
CONTROL_ACTIONS: Mapping[str, tuple[str, str]] = {
    "latest": ("news latest", "edition"),
    "story": ("news story", "story"),
    "quotes": ("news quotes", "edition"),
    "picture": ("news quotes", "picture"),
    "figures": ("news figures", "edition"),
    "why": ("news why", "story"),
    "back": ("news story", "back"),
    "timeline": ("news story", "timeline"),
    "corrected": ("news story", "corrected"),
    "next": ("news latest", "next"),
    "corrections": ("news latest", "corrections"),
    "discuss": ("news latest", "discuss"),
    "missing": ("news latest", "missing"),
    "home": ("newsdesk home", "page"),
    "new": ("newsdesk setup", "new"),
    "history": ("newsdesk history", ""),
    "access": ("newsdesk access list", ""),
    "export": ("newsdesk config export", ""),
    "import-feeds": ("newsdesk source import", "digest"),
    "export-feeds": ("newsdesk source export", "digest"),
    "erasure": ("newsdesk erase", ""),
    "status": ("newsdesk status", ""),
    "again": ("newsdesk home", "again"),
    "leave": ("newsdesk home", "leave"),
    "post": ("newsdesk post", "confirmed"),
    "undo": ("newsdesk undo", "confirmed"),
    "draft": ("newsdesk drafts", "page"),
    "draft-do": ("newsdesk drafts", "do"),
    "set": ("newsdesk set", "chosen"),
    "preview": ("newsdesk preview", "digest"),
    "doctor": ("newsdesk doctor", ""),
    "erase": ("newsdesk erase", "asked"),
    "confirm": ("newsdesk history", "confirm"),
    "revert": ("newsdesk history", "revert"),
    "save": ("news story", "save"),
    "unsave": ("news story", "unsave"),
    "more": ("news story", "more"),
    "less": ("news story", "less"),
    "unlike": ("news story", "unlike"),
    "follows": ("news me", "follows"),
    "unfollow": ("news me", "unfollow"),
    "report": ("news report", "about"),
    "me": ("news me", "do"),
    "me-set": ("news me", "change"),
    "mutes": ("news me", "mutes"),
    "mute": ("news me", "mute"),
    "unmute": ("news me", "unmute"),
    "saved": ("news me", "saved"),
    "unkeep": ("news me", "unkeep"),
    "tastes": ("news me", "tastes"),
    "untaste": ("news me", "untaste"),
    "forget": ("news me", "erase"),
}
SIGNED_ACTIONS = frozenset(
    {"post", "undo", "confirm", "erase", "again", "leave", "draft-do"}
    | {"save", "unsave", "more", "less", "unlike", "unfollow", "me-set", "forget"}
    | {"unkeep", "untaste", "mute", "unmute"}
)
MAX_ID_LENGTH = 100
STALE_CONTROL = (
    "This button does not belong here or was changed. Run the command again to get a "
    "fresh one."
)


def build_control_id(action: str, *args: str) -> str:
    """Build the id of a control that changes nothing."""
    return ":".join((CONTROL_VERSION, action, *args))[:MAX_ID_LENGTH]


@frozen_positional
class ControlSigner:
    """Signs control ids, and verifies and parses those of pressed controls."""

    key: bytes

    def signed(self, workspace_id: int, action: str, *args: str) -> str:
        """Build the signed id of a control that changes something."""
        body = build_control_id(action, *args)
        return f"{body}:{self._mac(body, workspace_id)}"

    def press(self, invocation: Invocation, pressed: str) -> Invocation:
        """Return the command invocation that a pressed control stands for.

        Raises:
            UserError: The id is not one of ours, or belongs to another workspace.
        """
        version, _, rest = pressed.partition(":")
        action, _, args = rest.partition(":")
        if version == CONTROL_VERSION and action == OWN_ACTION and not invocation.under:
            # The caller looks up the edition's workspace, then parses the inner id.
            edition, _, inner = args.partition(":")
            return replace(invocation, under=edition, path=f"{CONTROL_VERSION}:{inner}")
        if (
            version != CONTROL_VERSION
            or action not in CONTROL_ACTIONS
            or len(pressed) > MAX_ID_LENGTH
        ):
            raise UserError(STALE_CONTROL)
        if action in SIGNED_ACTIONS:
            args = self._verified(invocation, pressed)
        path, name = CONTROL_ACTIONS[action]
        given = {name: args} if name and args else {}
        return replace(invocation, path=path, args=given)

    def _verified(self, invocation: Invocation, pressed: str) -> str:
        body, _, mac = pressed.rpartition(":")
        wanted = self._mac(body, invocation.place.workspace.id)
        if not hmac.compare_digest(mac.encode(), wanted.encode()):
            raise UserError(STALE_CONTROL)
        return body.split(":", 2)[2]

    def _mac(self, body: str, workspace_id: int) -> str:
        seed = f"{workspace_id}:{body}".encode()
        digest = hmac.new(self.key, seed, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:6]).decode()
