"""HTTP endpoints: signed events from Slack, and installation in a browser.

Anybody may request the installation pages: what a visitor sends is checked by `oauth`,
and changes nothing but an installation state that we issued, once.
"""

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.i18n.translation import Texts
from bot.platforms.common.webhooks import SignatureScheme
from bot.platforms.slack.app_manifest import INSTALL_PATH, PLATFORM_NAME, REDIRECT_PATH
from bot.platforms.slack.installations import OnInstalled, StoredInstallations

if TYPE_CHECKING:
    from bot.platforms.slack.oauth import InstallFlow


def build_signature_scheme(secret: str) -> SignatureScheme:
    """Build the check of signatures by the app's signing secret.

    Without a secret every request is refused.
    """

    def check(stamp: str, body: bytes, signature: str) -> bool:
        signed = b"v0:" + stamp.encode() + b":" + body
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        expected = f"v0={mac}".encode()
        return bool(secret) and hmac.compare_digest(expected, signature.encode())

    return SignatureScheme(
        platform=PLATFORM_NAME,
        timestamp_header="x-slack-request-timestamp",
        signature_header="x-slack-signature",
        check=check,
    )


def build_install_routes(
    installations: StoredInstallations, arrived: OnInstalled
) -> list[Route]:
    """Build the routes of the installation pages.

    Args:
        installations: The installations of the app.
        arrived: Called with each new installation, once it is stored.
    """

    @cache
    def open_flow() -> "InstallFlow":
        # Bolt is loaded for the first visitor.
        from bot.platforms.slack.oauth import InstallFlow

        return InstallFlow(installations, arrived, Texts.of("en"))

    async def answer(request: Request) -> Response:
        return await open_flow().answer(request)

    paths = (INSTALL_PATH, REDIRECT_PATH)
    return [Route(path, answer, methods=["GET"]) for path in paths]
