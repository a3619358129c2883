"""Who may talk to the server, and what a page it sends may do. Pure ASGI, in front of everything else.

A server on loopback is reachable from every page that is open in the browser: by a request to 127.0.0.1, by a WebSocket, which no
same-origin policy stops, or by a host name that an attacker points at 127.0.0.1; and from every program of every user of the machine.
Such requests end here, before Streamlit has read a byte of them.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from ui.launch import Launch
from ui.words import gate as words

# ASGI leaves these messages to the servers; their values are of many types.
Message = MutableMapping[str, object]
Scope = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS = ("127.0.0.1", "localhost", "[::1]")
HEALTH = "/healthz"
MOST_UPLOAD_MIB = 200

_AROUND_UPLOAD_MIB = 1
"""What a form puts around a file."""

_SAME_FOR_ALL = "/static/"
"""Below it lies Streamlit's own part of the page. All else may hold words of documents."""

_NOT_KEPT = (b"cache-control", b"no-store")
"""What the browser writes to its disk, nobody erases."""

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    sentence: str


Rule = Callable[[Scope, Headers], Refusal | None]
"""None lets a request pass. Further rules go beside ``own_address`` and ``bounded``."""


class Gate:
    """Refuses what comes from elsewhere, and sends every response under a policy that keeps the page to this server."""

    def __init__(self, app: Application, *, port: int, launch: Launch, index_html: str = "") -> None:
        self._app = app
        self._rules: tuple[Rule, ...] = (own_address(port), bounded)
        self._launch = launch
        self._cookie = f"seorap-{port}"  # cookies know no ports: another drawer's page would overwrite it
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
        if scope["type"] == "http" and scope["path"] == HEALTH:
            await self._say(send, 200, "ok")
        elif scope["type"] == "http" and (token := _token(scope)) is not None:
            await self._admit(token, scope, receive, send)
        elif (inside := _inside(scope, self._launch.room)) is None:
            await self._refuse(Refusal(403, words.NO_SESSION), scope, receive, send)
        elif self._has_session(headers):
            await self._app(inside, receive, self._under_policy(send, keeps=str(inside["path"]).startswith(_SAME_FOR_ALL)))
        elif _values(headers, b"sec-fetch-site") in ([b"cross-site"], [b"same-site"]):
            await self._go_on(send)  # a link elsewhere led here, and browsers then keep the cookie back
        else:
            await self._refuse(Refusal(403, words.NO_SESSION), scope, receive, send)

    # --- sessions -----------------------------------------------------------------------------

    def _has_session(self, headers: Headers) -> bool:
        return any(self._launch.knows(value) for value in _cookies(headers, self._cookie))

    async def _admit(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Swap the token for a session. The page that follows is asked for by this answer, not by whoever linked to it: else the browser
        would keep the cookie back."""
        session = self._launch.redeem(token)
        if session is None:  # used up, perhaps by this very browser: it finds its room by itself
            await self._refuse(Refusal(403, words.NO_SESSION), scope, receive, send)
            return
        cookie = f"{self._cookie}={session}; Path={self._launch.room}/; HttpOnly; SameSite=Strict"
        await self._go_on(send, (b"set-cookie", cookie.encode()))

    async def _go_on(self, send: Send, *extra: tuple[bytes, bytes]) -> None:
        page = _page(f'<meta name="room" content="{self._launch.room}/">{_TO_ROOM}', "")
        await self._say(send, 200, page, kind="text/html", extra=extra)

    # --- answers ------------------------------------------------------------------------------

    def _under_policy(self, send: Send, *, keeps: bool) -> Send:
        """``keeps``: the browser may write the answer to its disk."""
        added = self._headers if keeps else [*self._headers, _NOT_KEPT]
        ours = {name for name, _ in added}

        async def send_under_policy(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                sent = [(name, value) for name, value in _headers_of(message) if name.lower() not in ours]
                message = {**message, "headers": [*sent, *added]}
            await send(message)

        return send_under_policy

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()  # its "websocket.connect"; closing before accepting makes the server answer 403
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.sentence})
        elif refusal.sentence == words.NO_SESSION and _values(_headers_of(scope), b"sec-fetch-dest") in ([], [b"document"]):
            await self._say(send, refusal.status, how_to_enter(), kind="text/html")
        else:
            await self._say(send, refusal.status, refusal.sentence)

    async def _say(
        self, send: Send, status: int, text: str, *, kind: str = "text/plain", extra: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        body = text.encode()
        described = [
            (b"content-type", f"{kind}; charset=utf-8".encode()),
            (b"content-length", str(len(body)).encode()),
            _NOT_KEPT,
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": [*described, *extra, *self._headers]})
        await send({"type": "http.response.body", "body": body})


_TO_ROOM = """<script>
const given = document.querySelector('meta[name="room"]');
if (given) localStorage.setItem("room", given.content);
const room = localStorage.getItem("room");
if (room && (given || !location.pathname.startsWith(room))) location.replace(room);
</script>"""
"""Leads from the plain address to the room of this browser's session. Storage, unlike a cookie, is this port's alone; where it names a room
of an earlier start, the way ends there."""


# --- rules -------------------------------------------------------------------------------------


def own_address(port: int) -> Rule:
    """Only requests to this server's own address, and only from its own pages or from no page at all."""
    hosts = {f"{host}:{port}".encode() for host in HOSTS}

    def rule(scope: Scope, headers: Headers) -> Refusal | None:
        asked, origins = _values(headers, b"host"), _values(headers, b"origin")
        if len(asked) != 1 or asked[0].lower() not in hosts:
            return Refusal(403, words.FOREIGN_HOST)
        foreign = Refusal(403, words.FOREIGN_ORIGIN)
        if origins and origins != [b"http://" + asked[0].lower()]:
            return foreign
        if scope["type"] == "websocket" and not origins:  # a browser always says where a WebSocket comes from
            return foreign
        # Pictures and scripts in a foreign page are asked for without Origin; typing the address or following a link is not that.
        elsewhere = any(value.strip() not in (b"same-origin", b"none") for value in _values(headers, b"sec-fetch-site"))
        if elsewhere and not (scope.get("method") == "GET" and _values(headers, b"sec-fetch-dest") == [b"document"]):
            return foreign
        return None

    return rule


def bounded(scope: Scope, headers: Headers) -> Refusal | None:
    """No request larger than an upload may be, and none that does not say how large it is."""
    if _values(headers, b"transfer-encoding"):
        return Refusal(411, words.NO_LENGTH)
    lengths = _values(headers, b"content-length")
    if any(not length.isdigit() or int(length) > (MOST_UPLOAD_MIB + _AROUND_UPLOAD_MIB) << 20 for length in lengths):
        return Refusal(413, words.TOO_LARGE)
    return None


# --- what goes out with every response ---------------------------------------------------------


def response_headers(port: int, index_html: str) -> list[tuple[bytes, bytes]]:
    """Nothing may be loaded from or sent to anywhere but this server, and nobody may frame the page.

    Streamlit needs inline styles (its own are made while it runs). Inline scripts run only if they stand in
    ``index_html`` or in the gate's own pages, by their hash.
    """
    scripts = re.findall(r"<script>(.*?)</script>", _TO_ROOM + index_html, re.DOTALL)
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
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
        "X-DNS-Prefetch-Control": "off",
        "X-Frame-Options": "DENY",
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


# --- what the gate shows itself ----------------------------------------------------------------


def how_to_enter() -> str:
    """For a person whose browser has no session."""
    parts = [
        f'<section lang="{language}"><h1>{html.escape(heading)}</h1><p>{html.escape(text)} <code>{words.COMMAND}</code></p></section>'
        for language, heading, text in words.HOW_TO_ENTER
    ]
    return _page(_TO_ROOM, "".join(parts))


_LOOK = (
    ":root { color-scheme: light dark; font: 1rem/1.65 system-ui, sans-serif; } body { max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem; } "
    "h1 { font-size: 1.25rem; margin: 2rem 0 .3rem; word-break: keep-all; } p { margin: 0; word-break: keep-all; } "
    "code { padding: .1em .4em; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .25em; }"
)


def _page(head: str, body: str) -> str:
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>서랍 Seorap</title><style>{_LOOK}</style>{head}</head><body>{body}</body></html>"
    )


# --- parts of ASGI messages --------------------------------------------------------------------


def _token(scope: Scope) -> str | None:
    """The launch token in the address; None when it has none."""
    if scope["path"] != "/" or scope.get("method") != "GET":
        return None
    query = scope.get("query_string", b"")
    assert isinstance(query, bytes)
    return next(iter(parse_qs(query.decode("ascii", "replace")).get("token", ())), None)


def _inside(scope: Scope, room: str) -> Scope | None:
    """The request as Streamlit, which knows no rooms, is to see it; None when it is not below the room."""
    path, raw = scope["path"], scope.get("raw_path", b"")
    assert isinstance(path, str)
    assert isinstance(raw, bytes)
    start = f"{room}/"
    if not path.startswith(start) or (raw and not raw.startswith(start.encode())):  # nobody has to escape its letters
        return None
    return {**scope, "path": path[len(room) :], "raw_path": raw[len(room) :]}


def _cookies(headers: Headers, wanted: str) -> list[str]:
    pairs = [pair.partition("=") for value in _values(headers, b"cookie") for pair in value.decode("latin-1").split(";")]
    return [value.strip() for name, _, value in pairs if name.strip() == wanted]


def _headers_of(message: Message) -> Headers:
    headers = message.get("headers", [])
    assert isinstance(headers, Iterable)
    return [(bytes(name), bytes(value)) for name, value in headers]


def _values(headers: Headers, wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name.lower() == wanted]
