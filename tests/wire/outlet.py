"""A web server in its own thread, for processes and for code with its own loop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: A page without an article, which links to the feed at /feed.
SITE = (
    b'<html><head><title>Courier</title><link rel="alternate" '
    b'type="application/rss+xml" title="All" href="/feed"></head></html>'
)


@contextmanager
def outlet(pages: dict[str, bytes]) -> Iterator[str]:
    """Serve these pages; yield the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
