"""A visitor of the page, welcome and unwelcome ones: what does the server answer?"""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_WAIT_S = 30
_STREAM = "/_stcore/stream"
_MOST_MESSAGES = 2_000


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    token: str

    @classmethod
    def at(cls, address: str) -> Server:
        parts = urlsplit(address)
        return cls(parts.port or 0, parts.query.removeprefix("token="))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    session: Session | None


def request(server: Server, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_WAIT_S)
    try:
        connection.request(method, path, headers={"Host": f"127.0.0.1:{server.port}", **(headers or {})})
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        found = re.match(r"([^;]+); Path=([^;]+)/;", answer.getheader("set-cookie") or "")
        return Answer(answer.status, body, Session(found[1], found[2]) if found else None)
    finally:
        connection.close()


def socket_is_opened(server: Server, *, origin: str, room: str, cookie: str = "") -> bool:
    """Whether a WebSocket with these headers is let in."""
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        "Origin": origin,
    }
    return request(server, room + _STREAM, headers=handshake | ({"Cookie": cookie} if cookie else {})).status == 101


@dataclass(frozen=True, slots=True)
class Session:
    cookie: str
    room: str  # below which the page lies


def enter(server: Server) -> Session | None:
    """In exchange for the token; None when it is refused."""
    return request(server, f"/?token={server.token}").session


def uninvited(server: Server, room: str) -> dict[str, bool]:
    """Which of those who should be turned away are, though they know where the page lies. Uses up no token."""
    evil = f"evil.example:{server.port}"
    own = {"Origin": server.origin}
    return {
        "rebinding": request(server, f"{room}/", headers={"Host": evil, "Origin": f"http://{evil}"}).status == 403,
        "page on another port": request(server, f"{room}/", headers={"Origin": "http://127.0.0.1:1"}).status == 403,
        "null origin": request(server, f"{room}/", headers={"Origin": "null"}).status == 403,
        "no session": {request(server, path).status for path in ("/", f"{room}/")} == {403},
        "guessed token": request(server, "/?token=guessed").status == 403,
        "media": request(server, f"{room}/media/a.png", headers=own).status == 403,
        "upload": request(server, f"{room}/_stcore/upload_file/a/b", method="PUT", headers=own).status == 403,
        "metrics": request(server, f"{room}/_stcore/metrics", headers=own).status == 403,
        "WebSocket without a session": not socket_is_opened(server, origin=server.origin, room=room),
        "WebSocket of another page": not socket_is_opened(server, origin="http://evil.example", room=room),
    }


def draw_page(server: Server, session: Session) -> bool:
    """Load the page with everything it names, and have it drawn, as a browser does; whether it could be."""
    cookie = {"Cookie": session.cookie}
    page = request(server, f"{session.room}/", headers=cookie)
    files = re.findall(r'(?:src|href)="\./(static/[^"]+)"', page.body)
    loaded = [request(server, f"{session.room}/{name}", headers=cookie).status for name in files]
    return page.status == 200 and bool(files) and set(loaded) == {200} and _is_drawn(server, session)


def _is_drawn(server: Server, session: Session) -> bool:
    from streamlit.proto.BackMsg_pb2 import BackMsg  # 1.5 s
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import connect
    from websockets.typing import Origin, Subprotocol

    drawn = 0
    with connect(
        f"ws://127.0.0.1:{server.port}{session.room}{_STREAM}",
        origin=Origin(server.origin),
        additional_headers={"Cookie": session.cookie},
        subprotocols=[Subprotocol("streamlit")],
        proxy=None,
        max_size=None,
        open_timeout=_WAIT_S,
    ) as opened:
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        opened.send(asked.SerializeToString())
        for _ in range(_MOST_MESSAGES):
            message = ForwardMsg()
            message.ParseFromString(opened.recv(timeout=_WAIT_S, decode=False))
            drawn += message.WhichOneof("type") == "delta"
            if message.WhichOneof("type") == "script_finished":
                return drawn > 0
    return False
