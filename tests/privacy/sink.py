"""A server on loopback that stands for the outside: whatever reaches it should not have."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Respond = Callable[[str], bytes]
"""From the first line of a request to the body of its answer, a web page."""


class Outside(socketserver.ThreadingTCPServer):
    """Remembers who connected, the first line of what they sent, and their cookies."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, respond: Respond) -> None:
        super().__init__(("127.0.0.1", 0), _Visitor)
        self.respond = respond
        self.hits: list[str] = []
        self.cookies: list[str] = []
        self.host = f"127.0.0.1:{self.server_address[1]}"


class _Visitor(socketserver.StreamRequestHandler):
    timeout = 5

    def handle(self) -> None:
        assert isinstance(self.server, Outside)
        self.server.hits.append("a connection")
        try:
            line = self.rfile.readline(4096).decode("latin-1").strip()
            while header := self.rfile.readline(4096).decode("latin-1").strip():
                if header.lower().startswith("cookie:"):
                    self.server.cookies.append(header)
        except OSError:  # connected, and no more
            return
        self.server.hits.append(line)
        body = self.server.respond(line)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode() + body)


@contextmanager
def outside(respond: Respond = lambda line: b"") -> Iterator[Outside]:
    with Outside(respond) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield opened
        opened.shutdown()
