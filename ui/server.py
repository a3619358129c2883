"""One process: the assistant, the page and the gate in front of it, on 127.0.0.1 only."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from ingest.queue import Queue
from rag import assemble
from rag.assemble import Assistant
from rag.errors import SeorapError
from rag.settings import Settings
from rag.weights.cores import has_power_to_spare
from ui.gate import MOST_UPLOAD_MIB, Gate
from ui.launch import Launch, address, forget_address, note_address
from ui.listen import ADDRESS
from ui.web import client, render, state
from ui.web.routes import ROUTES
from ui.web.state import Desk

log = logging.getLogger(__name__)

PAGE = Path(__file__).resolve().parent / "web" / "app.py"
_SHUTDOWN_S = 3
_WARMING_ENDS_S = 20
_LOOK_EVERY_S = 30

OPTIONS: dict[str, object] = {
    "server.address": ADDRESS,  # else the server asks an outside address which one it has
    "browser.serverAddress": ADDRESS,
    "browser.gatherUsageStats": False,
    "server.allowedHosts": ["127.0.0.1", "localhost", "::1"],  # the gate refuses others before; this is the second lock
    "server.baseUrlPath": "",
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.enableStaticServing": False,
    "server.maxUploadSize": MOST_UPLOAD_MIB,
    "client.showErrorLinks": False,
    "client.showErrorDetails": "none",  # error boxes would put document text into links
    "client.toolbarMode": "minimal",
    "client.allowedOrigins": [],
    "client.showSidebarNavigation": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "error",
    "logger.enableRich": False,  # its tracebacks are long and colourful
    "runner.magicEnabled": False,
    "secrets.files": [],  # what stands in them would become environment variables
    "theme.light.primaryColor": "#2f6f61",  # one for each, so that the page follows the system's light or dark
    "theme.dark.primaryColor": "#6fb5a4",
    "theme.font": '"Pretendard", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "NanumGothic", sans-serif',
}
"""Every Streamlit setting whose default is not wanted, or that is too important to be left to one."""


def serve(
    settings: Settings,
    listening: socket.socket,
    *,
    announce: Callable[[str], None],
    open_assistant: Callable[[Settings], Assistant] = assemble.open_assistant,
) -> None:
    """Serve the page on a socket of ``ui.listen`` until interrupted; ``announce`` gets the address that opens it once.

    Raises:
        LibraryError
    """
    with listening, suppress(KeyboardInterrupt):  # the ordinary way to end it
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # another ordinary way: what is open is closed
        with open_assistant(settings) as assistant, closing(Queue(assistant)) as queue:
            try:
                _run(listening, Desk(assistant, queue), announce)
            finally:
                forget_address(settings.home)


def configure(port: int) -> None:
    """Give Streamlit our settings, and its own defaults for all others, whatever a config.toml says, in the reader's home or where the reader
    stands: ``theme.base = "https://..."`` in one makes Streamlit fetch that page.
    """
    from streamlit import config
    from streamlit.web import bootstrap

    config.get_config_files = lambda file_name: []  # no option does this; the files are read with the first option, which is the next line
    bootstrap.load_config_options({**OPTIONS, "server.port": port})


def keep_path_still(script: Path) -> None:
    """Streamlit puts the script's folder before all others for each run, and takes it away again, unless it is among them. Whoever imports
    something in another thread just then looks through a list that moves, and misses a folder."""
    if str(script.parent) not in sys.path:
        sys.path.append(str(script.parent))


def _run(listening: socket.socket, desk: Desk, announce: Callable[[str], None]) -> None:
    import streamlit as st  # 1.5 s
    import uvicorn

    port = int(listening.getsockname()[1])
    configure(port)
    launch = Launch(lambda token: note_address(desk.assistant.settings.home, port, token))

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        client.register()
        state.open_desk(desk)
        warming = threading.Thread(target=_warm, args=(desk,), name="warm-up", daemon=True)
        warming.start()
        ended = threading.Event()
        threading.Thread(target=_rest, args=(desk.assistant, ended), name="rest", daemon=True).start()
        announce(address(port, launch.token))
        yield
        ended.set()
        state.close_desk()  # while Streamlit still runs: an answer in the making ends as a page, not as a traceback
        warming.join(_WARMING_ENDS_S)  # the drawer is closed next

    keep_path_still(PAGE)
    index_html = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    app = st.App(PAGE, lifespan=lifespan, routes=ROUTES, on_script_error=_tell_reader)
    server = uvicorn.Server(
        uvicorn.Config(
            Gate(app, port=port, launch=launch, index_html=index_html),
            log_level="error",
            access_log=False,
            server_header=False,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_SHUTDOWN_S,
            lifespan="on",
        )
    )
    server.run(sockets=[listening])


def _tell_reader(error: Exception) -> bool:
    """A bug, unless it is known: its traceback is in the log by now; the page says that there is no result, in the reader's language."""
    import streamlit as st

    words = state.wording()
    sentence = error.sentence(state.tab().language) if isinstance(error, SeorapError) else words.unexpected
    st.html(render.problem(sentence, words))
    return True


def _warm(desk: Desk) -> None:
    """Load the models while the reader is still looking around, then read ahead; without them the page says so when asked."""
    try:
        desk.assistant.warm()
    except SeorapError as error:
        log.warning("the models are not ready: %s", type(error).__name__)
        return
    desk.assistant.learn_while(lambda: not desk.working() and has_power_to_spare())


def _rest(assistant: Assistant, ended: threading.Event) -> None:
    """A model that nobody asks needs no memory."""
    unused_s = 60 * assistant.settings.weights.unload_minutes
    while unused_s and not ended.wait(_LOOK_EVERY_S):
        assistant.unload_unused(unused_s)
