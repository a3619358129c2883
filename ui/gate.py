"""Who may talk to the server, and what a page it sends may do. Pure ASGI, in front of everything else.

A server on loopback is reachable from every page that is open in the browser: by a request to
127.0.0.1, by a WebSocket, which no same-origin policy stops, or by a host name that an attacker
points at 127.0.0.1. Such requests end here, before Streamlit has read a byte of them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping

# ASGI leaves these messages to the servers; their values are of many types.
Message = MutableMapping[str, object]
Scope = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS = ("127.0.0.1", "localhost", "[::1]")

_FOREIGN_HOST = "Seorap answers only at its own address on this computer."
_FOREIGN_ORIGIN = "Seorap does not answer requests from other pages."

Headers = Iterable[tuple[bytes, bytes]]
Rule = Callable[[Scope, Headers], str | None]
"""The sentence with which a request is refused; None lets it pass. Further rules go beside ``own_address``."""


class Gate:
    """Refuses what comes from elsewhere, and sends every response under a policy that keeps the page to this server."""

    def __init__(self, app: Application, *, port: int, index_html: str = "") -> None:
        self._app = app
        self._rules: tuple[Rule, ...] = (own_address(port),)
        self._headers = response_headers(port, index_html)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = _headers_of(scope)
        for rule in self._rules:
            if refusal := rule(scope, headers):
                await self._refuse(refusal, scope, receive, send)
                return
        await self._app(scope, receive, self._under_policy(send))

    def _under_policy(self, send: Send) -> Send:
        ours = {name for name, _ in self._headers}

        async def send_under_policy(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                sent = [(name, value) for name, value in _headers_of(message) if name.lower() not in ours]
                message = {**message, "headers": [*sent, *self._headers]}
            await send(message)

        return send_under_policy

    async def _refuse(self, sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()  # its "websocket.connect"; closing before accepting makes the server answer 403
            await send({"type": "websocket.close", "code": 1008, "reason": sentence})
            return
        body = sentence.encode()
        described = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 403, "headers": [*described, *self._headers]})
        await send({"type": "http.response.body", "body": body})


def own_address(port: int) -> Rule:
    """Only requests to this server's own address, and only from its own pages or from no page at all."""
    hosts = {f"{host}:{port}".encode() for host in HOSTS}

    def rule(scope: Scope, headers: Headers) -> str | None:
        found = list(headers)
        asked, origins = _values(found, b"host"), _values(found, b"origin")
        if len(asked) != 1 or asked[0].lower() not in hosts:
            return _FOREIGN_HOST
        if origins and origins != [b"http://" + asked[0].lower()]:
            return _FOREIGN_ORIGIN
        if scope["type"] == "websocket" and not origins:  # a browser always says where a WebSocket comes from
            return _FOREIGN_ORIGIN
        # Pictures and scripts in a foreign page are asked for without Origin; typing the address or following a link is not that.
        foreign = any(value.strip() not in (b"same-origin", b"none") for value in _values(found, b"sec-fetch-site"))
        if foreign and not (scope.get("method") == "GET" and _values(found, b"sec-fetch-dest") == [b"document"]):
            return _FOREIGN_ORIGIN
        return None

    return rule


def response_headers(port: int, index_html: str) -> list[tuple[bytes, bytes]]:
    """Nothing may be loaded from or sent to anywhere but this server, and nobody may frame the page.

    Streamlit needs inline styles (its own are made while it runs). Inline scripts run only if they stand in
    ``index_html``, by their hash.
    """
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in re.findall(r"<script>(.*?)</script>", index_html, re.DOTALL))
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' {hashes}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": " ".join(["'self'", *(f"ws://{host}:{port}" for host in HOSTS if "[" not in host)]),
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    switched_off = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in switched_off),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _headers_of(message: Message) -> list[tuple[bytes, bytes]]:
    headers = message.get("headers", [])
    assert isinstance(headers, Iterable)
    return [(bytes(name), bytes(value)) for name, value in headers]


def _values(headers: Headers, wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name.lower() == wanted]
