"""What reaches the page's server, and under which policy its answers go out."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.library.library import Library
from ui.gate import Gate, Message, Receive, Scope, Send
from ui.launch import Launch, forget_address, note_address, noted_address

OWN = (b"host", b"127.0.0.1:8765")


@dataclass
class Asked:
    reached: bool
    sent: list[Message]
    path: str = ""  # as the application saw it

    @property
    def status(self) -> object:
        return self.sent[0].get("status", 403 if self.sent[0]["type"] == "websocket.close" else None)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])  # type: ignore[call-overload]  # ASGI's own form

    @property
    def body(self) -> str:
        return bytes(self.sent[1]["body"]).decode()  # type: ignore[arg-type]  # ASGI's own form


def _ask(
    kind: str,
    *headers: tuple[bytes, bytes],
    method: str = "GET",
    path: str = "/",
    query: bytes = b"",
    launch: Launch | None = None,
    session: bool = True,
    inside: bool = True,
) -> Asked:
    """Whether the application behind the gate was reached, and what was sent. ``path`` is ``inside`` the room, or it is the whole path."""
    launch = launch or Launch()
    asked = Asked(False, [])

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        asked.reached = True
        asked.path = str(scope["path"])
        if scope["type"] == "http":
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"x-frame-options", b"ALLOWALL"), (b"Cache-Control", b"public")],
                }
            )
            await send({"type": "http.response.body", "body": b"page"})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        asked.sent.append(message)

    sent = list(headers)
    if session:
        sent.append((b"cookie", f"_streamlit_xsrf=1; seorap-8765={launch.redeem(launch.token)}".encode()))
    gate = Gate(application, port=8765, launch=launch, index_html="<html><script>one()</script></html>")
    whole = launch.room + path if inside else path
    scope = {"type": kind, "method": method, "path": whole, "raw_path": whole.encode(), "query_string": query, "headers": sent}
    asyncio.run(gate(scope, receive, send))
    return asked


@pytest.mark.parametrize(
    ("kind", "headers", "passes"),
    [
        pytest.param("http", [OWN], True, id="the address typed"),
        pytest.param("http", [(b"host", b"localhost:8765")], True, id="by name"),
        pytest.param("http", [OWN, (b"origin", b"http://127.0.0.1:8765")], True, id="from its own page"),
        pytest.param("websocket", [OWN, (b"origin", b"http://127.0.0.1:8765")], True, id="its own WebSocket"),
        pytest.param("http", [], False, id="no host"),
        pytest.param("http", [(b"host", b"evil.example:8765")], False, id="a name pointed at this machine"),
        pytest.param("http", [(b"host", b"evil.example"), (b"origin", b"http://evil.example")], False, id="rebinding"),
        pytest.param("http", [(b"host", b"127.0.0.1:9999")], False, id="another port's name"),
        pytest.param("http", [OWN, OWN], False, id="two hosts"),
        pytest.param("http", [OWN, (b"origin", b"http://127.0.0.1:9999")], False, id="a page on another port"),
        pytest.param("http", [OWN, (b"origin", b"http://localhost:8765")], False, id="origin and host differ"),
        pytest.param("http", [OWN, (b"origin", b"null")], False, id="a sandboxed frame"),
        pytest.param(
            "http", [OWN, (b"sec-fetch-site", b"cross-site"), (b"sec-fetch-dest", b"image")], False, id="a picture in a foreign page"
        ),
        pytest.param("websocket", [OWN], False, id="a WebSocket from nowhere"),
        pytest.param("websocket", [OWN, (b"origin", b"https://evil.example")], False, id="a WebSocket of a foreign page"),
    ],
)
def test_only_its_own_page_gets_through(kind: str, headers: list[tuple[bytes, bytes]], passes: bool) -> None:
    asked = _ask(kind, *headers)

    assert asked.reached == passes
    assert passes or asked.status == 403


def test_every_answer_goes_out_under_the_policy() -> None:
    launch = Launch()
    token = b"token=" + launch.token.encode()
    for asked in (
        _ask("http", OWN),
        _ask("http", (b"host", b"evil.example")),
        _ask("http", OWN, session=False),
        _ask("http", OWN, session=False, query=token, launch=launch, inside=False),
        _ask("http", OWN, path="/healthz", session=False, inside=False),
    ):
        policy = asked.headers[b"content-security-policy"].decode()

        assert asked.headers[b"x-frame-options"] == b"DENY"
        assert asked.headers[b"referrer-policy"] == b"no-referrer"
        assert asked.headers[b"x-content-type-options"] == b"nosniff"
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "sha256-" in policy
        assert not any(word in policy for word in ("http:", "https:", "*", "unsafe-eval"))


@pytest.mark.parametrize("path", ["/", "/desk/view", "/desk/page/x/1", "/media/x", "/component/x/y", "/_stcore/health", "/staticx"])
def test_nothing_of_the_drawer_is_written_to_the_disk_by_the_browser(path: str) -> None:
    sent = [(name.lower(), value) for name, value in _ask("http", OWN, path=path).sent[0]["headers"]]  # type: ignore[attr-defined]  # ASGI's own form

    assert [value for name, value in sent if name == b"cache-control"] == [b"no-store"]


def test_what_is_the_same_for_all_may_be_kept() -> None:
    assert _ask("http", OWN, path="/static/js/index.js").headers[b"Cache-Control"] == b"public"


# --- sessions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("http", "GET", "/"),
        ("http", "GET", "/documents"),
        ("http", "GET", "/media/0123.png"),
        ("http", "PUT", "/_stcore/upload_file/a/b"),
        ("http", "GET", "/_stcore/health"),
        ("http", "GET", "/_stcore/metrics"),
        ("http", "GET", "/_stcore/host-config"),
        ("http", "GET", "/static/js/index.js"),
        ("websocket", "GET", "/_stcore/stream"),
    ],
)
@pytest.mark.parametrize("cookie", [None, b"seorap-8765=", b"seorap-8765=guessed", b"seorap-9999=SESSION", b"seorap-8765=TOKEN"], ids=str)
def test_without_a_session_nothing_is_reached(kind: str, method: str, path: str, cookie: bytes | None) -> None:
    launch = Launch()
    session = launch.redeem(launch.token) or ""
    sent = [OWN, (b"origin", b"http://127.0.0.1:8765")]
    if cookie is not None:
        sent.append((b"cookie", cookie.replace(b"SESSION", session.encode()).replace(b"TOKEN", launch.token.encode())))

    asked = _ask(kind, *sent, method=method, path=path, launch=launch, session=False)

    assert (asked.reached, asked.status) == (False, 403)
    assert _ask(
        kind, *sent[:2], (b"cookie", b"seorap-8765=" + session.encode()), method=method, path=path, launch=launch, session=False
    ).reached


def test_health_is_a_word_and_no_more() -> None:
    asked = _ask("http", OWN, path="/healthz", session=False, inside=False)

    assert (asked.reached, asked.status, asked.body) == (False, 200, "ok")


def test_a_token_is_swapped_for_a_session_that_scripts_cannot_read() -> None:
    launch = Launch()
    token = launch.token

    asked = _ask("http", OWN, query=b"token=" + token.encode(), launch=launch, session=False, inside=False)

    name, _, rest = asked.headers[b"set-cookie"].decode().partition("=")
    session, *attributes = rest.split("; ")
    assert (asked.reached, asked.status, name) == (False, 200, "seorap-8765")
    assert attributes == [f"Path={launch.room}/", "HttpOnly", "SameSite=Strict"]
    assert launch.knows(session)
    assert token not in asked.body


def test_a_token_works_once() -> None:
    launch = Launch()
    query = b"token=" + launch.token.encode()
    _ask("http", OWN, query=query, launch=launch, session=False, inside=False)

    again = _ask("http", OWN, query=query, launch=launch, session=False, inside=False)

    assert (again.reached, again.status) == (False, 403)
    assert b"set-cookie" not in again.headers


def test_a_session_opens_the_room_and_nothing_beside_it() -> None:
    """Nor does the browser send it anywhere else: the cookie's path is the room."""
    launch = Launch()

    assert _ask("http", OWN, path="/documents", launch=launch).path == "/documents"
    assert _ask("websocket", OWN, (b"origin", b"http://127.0.0.1:8765"), path="/_stcore/stream", launch=launch).path == "/_stcore/stream"
    for path in ("/", "/documents", "/_stcore/health", launch.room, f"{launch.room}x/", f"/x{launch.room}/", f"{Launch().room}/", "//", ""):
        assert (_ask("http", OWN, path=path, launch=launch, inside=False).status, path) == (403, path)
    assert launch.room != Launch().room
    assert len(launch.room) > 20


def test_a_token_is_no_way_in_for_a_foreign_page() -> None:
    launch = Launch()
    query = b"token=" + launch.token.encode()

    assert _ask("http", (b"host", b"evil.example"), query=query, launch=launch, session=False, inside=False).status == 403
    assert _ask("http", OWN, (b"origin", b"null"), query=query, launch=launch, session=False, inside=False).status == 403
    assert _ask("http", OWN, query=query, launch=launch, session=False, inside=False).status == 200


def test_who_comes_without_a_session_is_told_how_to_enter_in_both_languages() -> None:
    page = _ask("http", OWN, (b"sec-fetch-dest", b"document"), session=False)
    picture = _ask("http", OWN, (b"sec-fetch-dest", b"image"), session=False)

    assert "seorap address" in page.body
    assert "서랍이 이 브라우저를 아직 모릅니다" in page.body
    assert "does not know this browser" in page.body
    assert page.headers[b"content-type"] == b"text/html; charset=utf-8"
    assert picture.headers[b"content-type"] == b"text/plain; charset=utf-8"


@pytest.mark.parametrize("site", [b"cross-site", b"same-site"])
def test_a_link_elsewhere_leads_in_by_a_step_of_its_own(site: bytes) -> None:
    """Browsers keep a strict cookie back when a link of another page is followed; asked for by the gate's own page it comes."""
    launch = Launch()
    linked = ((b"sec-fetch-site", site), (b"sec-fetch-dest", b"document"))
    asked = _ask("http", OWN, *linked, path="/documents", session=False, launch=launch)

    assert (asked.reached, asked.status) == (False, 200)
    assert f'content="{launch.room}/"' in asked.body
    assert _ask("http", OWN, (b"sec-fetch-site", b"same-origin"), linked[1], session=False).status == 403
    outside = _ask("http", OWN, *linked, session=False, launch=launch, inside=False)
    assert outside.status == 403
    assert launch.room not in outside.body


def test_sessions_are_bounded_and_the_oldest_ends() -> None:
    launch = Launch()
    sessions = [launch.redeem(launch.token) or "" for _ in range(33)]

    assert [launch.knows(session) for session in sessions] == [False, *[True] * 32]


# --- size --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param([(b"content-length", str(200 << 20).encode())], 200, id="the largest file"),
        pytest.param([(b"content-length", str(202 << 20).encode())], 413, id="larger"),
        pytest.param([(b"content-length", b"-1")], 413, id="no length"),
        pytest.param([(b"transfer-encoding", b"chunked")], 411, id="without end"),
    ],
)
def test_no_request_is_larger_than_an_upload_may_be(headers: list[tuple[bytes, bytes]], status: int) -> None:
    asked = _ask("http", OWN, *headers, method="PUT", path="/_stcore/upload_file/a/b")

    assert (asked.reached, asked.status) == (status == 200, status)


# --- the address in the drawer -----------------------------------------------------------------


def test_the_next_address_lies_in_the_drawer_for_its_owner_alone(home: Path) -> None:
    library = Library(home)
    launch = Launch(lambda token: note_address(home, 8765, token))
    first = noted_address(home)
    launch.redeem(launch.token)

    assert first != noted_address(home) == f"http://127.0.0.1:8765/?token={launch.token}"
    assert (home / "serving").stat().st_mode & 0o777 == 0o600

    library.close()

    assert noted_address(home) is None  # left behind by a server that was killed


def test_where_the_next_address_cannot_be_kept_the_page_is_there_all_the_same(home: Path) -> None:
    with closing(Library(home)):
        launch = Launch(lambda token: note_address(home, 8765, token))
        (home / "serving.part").mkdir()

        session = launch.redeem(launch.token)

        assert session is not None
        assert launch.knows(session)
        assert noted_address(home) is None


def test_an_address_of_an_earlier_owner_is_none(home: Path) -> None:
    with closing(Library(home)):
        note_address(home, 8765, "token")
        (home / "owner").write_text("1")

        assert noted_address(home) is None

        forget_address(home)
        forget_address(home)
