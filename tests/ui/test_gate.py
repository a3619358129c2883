"""What reaches the page's server, and under which policy its answers go out."""

from __future__ import annotations

import asyncio

import pytest

from ui.gate import Gate, Message, Receive, Scope, Send

OWN = (b"host", b"127.0.0.1:8765")


def _ask(kind: str, *headers: tuple[bytes, bytes], method: str = "GET") -> tuple[bool, list[Message]]:
    """Whether the application behind the gate was reached, and what was sent."""
    reached: list[bool] = []
    sent: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(True)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOWALL")]})
            await send({"type": "http.response.body", "body": b"page"})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    gate = Gate(application, port=8765, index_html="<html><script>one()</script></html>")
    asyncio.run(gate({"type": kind, "method": method, "path": "/", "headers": list(headers)}, receive, send))
    return bool(reached), sent


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
    reached, sent = _ask(kind, *headers)

    assert reached == passes
    if not passes:
        assert sent[0]["type"] == ("websocket.close" if kind == "websocket" else "http.response.start")
        assert sent[0].get("status", 403) == 403


def test_every_answer_goes_out_under_the_policy() -> None:
    for headers in ([OWN], [(b"host", b"evil.example")]):
        _, sent = _ask("http", *headers)
        found = dict(sent[0]["headers"])  # type: ignore[call-overload]  # ASGI's own form
        policy = found[b"content-security-policy"].decode()

        assert found[b"x-frame-options"] == b"DENY"
        assert found[b"referrer-policy"] == b"no-referrer"
        assert found[b"x-content-type-options"] == b"nosniff"
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "sha256-" in policy
        assert not any(word in policy for word in ("http:", "https:", "*", "unsafe-eval"))
