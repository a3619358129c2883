"""One process: the assistant, the page and the gate in front of it, on 127.0.0.1 only."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from ingest.queue import Queue
from rag import assemble
from rag.assemble import Assistant
from rag.errors import PortInUse, WeightsError
from rag.settings import Settings
from ui.gate import Gate
from ui.web import state

log = logging.getLogger(__name__)

_ADDRESS = "127.0.0.1"
_SHUTDOWN_S = 3

OPTIONS: dict[str, object] = {
    "server.address": _ADDRESS,  # else the server asks an outside address which one it has
    "browser.serverAddress": _ADDRESS,
    "browser.gatherUsageStats": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.enableStaticServing": False,
    "server.maxUploadSize": 200,  # MiB
    "client.showErrorLinks": False,
    "client.showErrorDetails": "none",  # error boxes would put document text into links
    "client.toolbarMode": "minimal",
    "client.allowedOrigins": [],
    "logger.hideWelcomeMessage": True,
    "theme.light.primaryColor": "#2f6f61",  # one for each, so that the page follows the system's light or dark
    "theme.dark.primaryColor": "#6fb5a4",
    "theme.font": '"Pretendard", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "NanumGothic", sans-serif',
}
"""Every Streamlit setting that matters to privacy, set here so that it holds wherever the process is started from."""


def serve(
    settings: Settings,
    *,
    port: int,
    announce: Callable[[str], None],
    open_assistant: Callable[[Settings], Assistant] = assemble.open_assistant,
) -> None:
    """Serve the page until interrupted; ``announce`` gets its address when it can be opened.

    Raises:
        PortInUse, LibraryError
    """
    with _bind(port) as listening, open_assistant(settings) as assistant:
        port = listening.getsockname()[1]
        queue = Queue(assistant)
        try:
            _run(listening, port, assistant, queue, announce)
        finally:
            queue.close()


def _bind(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_ADDRESS, port))
        listening.listen()  # whoever comes before the server is ready waits rather than being turned away
    except OSError as error:
        listening.close()
        raise PortInUse(port=port) from error
    return listening


def _run(listening: socket.socket, port: int, assistant: Assistant, queue: Queue, announce: Callable[[str], None]) -> None:
    import streamlit as st  # 1.5 s
    import uvicorn
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route
    from streamlit import config

    for name, value in OPTIONS.items():
        config.set_option(name, value)
    config.set_option("server.port", port)

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        state.open_desk(assistant, queue)
        threading.Thread(target=_warm, args=(assistant,), name="warm-up", daemon=True).start()
        announce(f"http://{_ADDRESS}:{port}")
        yield
        state.close_desk()

    async def healthy(request: Request) -> Response:
        return PlainTextResponse("ok")

    index_html = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    app = st.App(
        Path(__file__).parent / "web" / "app.py",
        lifespan=lifespan,
        routes=[Route("/healthz", healthy)],
        middleware=[Middleware(Gate, port=port, index_html=index_html)],
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=_SHUTDOWN_S, lifespan="on"
        )
    )
    with suppress(KeyboardInterrupt):  # the ordinary way to end it
        server.run(sockets=[listening])


def _warm(assistant: Assistant) -> None:
    """Load the models while the reader is still looking around; without them the page says so when asked."""
    try:
        assistant.warm()
    except WeightsError as error:
        log.warning("the models are not ready: %s", type(error).__name__)
