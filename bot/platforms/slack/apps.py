"""The app as Slack knows it where several workspaces install it: addresses, no I/O."""

from dataclasses import dataclass, field
from typing import Final

#: Where it is installed, and where Slack sends whoever agreed; on the web port.
INSTALL: Final = "/slack/install"
REDIRECT: Final = "/slack/oauth_redirect"


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """What Slack tells our app by, and where the world reaches us."""

    client_id: str
    client_secret: str = field(repr=False)
    #: Our public address, without a stroke at its end: «https://news.example».
    public_url: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url}{REDIRECT}"

    @property
    def install_url(self) -> str:
        return f"{self.public_url}{INSTALL}"
