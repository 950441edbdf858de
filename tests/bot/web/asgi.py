"""A client for an ASGI application without a socket, like a browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote_plus, urlsplit

from selectolax.lexbor import LexborHTMLParser
from starlette.types import ASGIApp, Message

from bot.metrics import Metrics
from bot.model import Measurement
from bot.web.health import HealthServices, ReadinessCheck

PORT = 8711
OURS = {"host": f"localhost:{PORT}"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
#: Between the fields of a form with a file.
BOUNDARY = "between-the-fields"
SAME = {"sec-fetch-site": "same-origin"}


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass
class Browser:
    """Keeps cookies, and sends our own page's origin unless given another."""

    app: ASGIApp
    cookies: dict[str, str] = field(default_factory=dict)
    host: str = OURS["host"]
    client: str = "127.0.0.1"

    async def get(self, path: str, **headers: str) -> Answer:
        sent = {"host": self.host} | _named(headers)
        return await self._ask("GET", path, b"", sent)

    async def post(
        self, path: str, fields: dict[str, str], **headers: str | None
    ) -> Answer:
        body = "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in fields.items())
        sent = {"host": self.host} | FORM | SAME | _named(headers)
        return await self.send("POST", path, body.encode(), sent)

    async def upload(
        self, path: str, fields: dict[str, str], name: str, content: bytes
    ) -> Answer:
        """Post a form with a file in its field «file»."""
        parts = [
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n'
            f"{value}\r\n".encode()
            for key, value in fields.items()
        ]
        head = (
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; '
            f'filename="{name}"\r\ncontent-type: application/octet-stream\r\n\r\n'
        )
        body = b"".join([*parts, head.encode(), content])
        body += f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        return await self.send("POST", path, body, {"host": self.host} | kind | SAME)

    async def send(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        return await self._ask(method, path, body, headers)

    async def token(self, path: str = "/") -> str:
        node = (await self.get(path)).tree.css_first("input[name=csrf]")
        assert node is not None
        return node.attributes["value"] or ""

    async def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        if self.cookies:
            jar = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            headers = headers | {"cookie": jar}
        answer = await ask(self.app, method, path, body, headers, client=self.client)
        for name, value in answer.headers:
            if name == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return answer


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    *,
    version: str = "1.1",
    whole: bool = True,
    client: str = "127.0.0.1",
    server: str = "127.0.0.1",
) -> Answer:
    """Send a request; `whole` is False for one that breaks off behind `body`."""
    parts = urlsplit(path)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": version,
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items()],
        "client": (client, 50_000),
        "server": (server, PORT),
    }
    sent: list[Message] = []
    incoming = [{"type": "http.request", "body": body, "more_body": not whole}]

    async def receive() -> Message:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(m for m in sent if m["type"] == "http.response.start")
    return Answer(
        status=start["status"],
        headers=[(k.decode().lower(), v.decode()) for k, v in start["headers"]],
        body=b"".join(m.get("body", b"") for m in sent),
    )


def _named(headers: Any) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items() if value}


def report_health(
    ready: ReadinessCheck, *measurements: Measurement, metrics: Metrics | None = None
) -> HealthServices:
    """Build what the health routes report; by default, nothing beside the process."""

    async def list_measurements() -> Sequence[Measurement]:
        return measurements

    return HealthServices(
        ready=ready,
        list_measurements=list_measurements,
        metrics=metrics or Metrics(),
    )
