"""Nothing of the running server is reached by other pages of the browser, by other names, or by whoever has no session."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser import SECONDS, Server, Visit, launched, needs_chromium, running_server
from tests.conftest import LEASE
from tests.privacy.sink import Outside, outside
from ui.launch import noted_address
from ui.words import gate as words
from ui.words.page import ENGLISH

pytestmark = needs_chromium

ROUTES = (
    *(
        "/",
        "/ask",
        "/documents",
        "/favicon.png",
        "/manifest.json",
        "/static/index.html",
        "/static/js/index.js",
        "/media/x",
        "/component/x/y",
    ),
    *("/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/stream"),
    *("/_stcore/upload_file/a/b", "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/agent/mcp", "/app/static/x"),
    *("/desk/find?text=deposit", "/desk/view?doc=x", "/desk/page/x/1", "/desk/dossier/x.pdf", "/desk/conversation/1.md"),
)
OF_STREAMLIT_OR_THE_DRAWER = re.compile(rb"streamlit|stcore|static/js|lease|3,751", re.IGNORECASE)


@dataclass(frozen=True)
class Victim:
    """A browser with a session, and what the server behind the gate has been asked."""

    server: Server
    context: BrowserContext
    session: str
    room: str
    noted: Path
    trace: Path | None

    @property
    def port(self) -> int:
        return int(self.server.address.rpartition(":")[2])

    def calls(self) -> list[str]:
        return self.noted.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("victim")
    command = (sys.executable, "-m", "tests.privacy.server", f"--calls={folder / 'calls'}")
    with running_server(folder / "drawer", command=command) as server:
        visit = Visit(browser, server)
        visit.add("lease.md", LEASE)
        expect(visit.page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
        visit.page.goto("about:blank")
        (session,) = (cookie for cookie in visit.context.cookies() if cookie["name"].startswith("seorap-"))
        tracer = start_trace(server.process.pid, folder / "trace")
        room = session["path"].removesuffix("/")
        yield Victim(server, visit.context, session["value"], room, folder / "calls", folder / "trace" if tracer else None)
        if tracer:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(timeout=10)


def start_trace(process: int, into: Path) -> subprocess.Popen[bytes] | None:
    """None where strace may not."""
    if not shutil.which("strace"):
        return None
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-e", "trace=%network", "-o", str(into), "-p", str(process)], stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 5
    while time.monotonic() < until and tracer.poll() is None:
        if f"TracerPid:\t{tracer.pid}" in Path(f"/proc/{process}/status").read_text():
            return tracer
        time.sleep(0.05)
    tracer.kill()
    return None


@pytest.fixture(scope="module")
def attacker() -> Iterator[Outside]:
    with outside(lambda line: b"<!doctype html><title>a page of somebody else</title>") as opened:
        yield opened


@pytest.fixture
def unreached(victim: Victim) -> Iterator[None]:
    before = victim.calls()
    yield
    assert victim.calls() == before


def test_what_is_asked_of_streamlit_is_noted(victim: Victim) -> None:
    assert {"http GET '/'", "websocket  '/_stcore/stream'"} <= set(victim.calls())
    assert any(call.startswith("http PUT '/_stcore/upload_file/") for call in victim.calls())


# --- other pages -------------------------------------------------------------------------------

ATTACK = """
async ([targets, routes]) => {
  const succeeded = [];
  const within = (promise, what) => Promise.race([promise, new Promise(done => setTimeout(done, 3000))]).then(
    told => { if (told) succeeded.push(`${what}: ${told}`); }, () => {});
  const drawn = (tag, attributes) => new Promise((done, failed) => {
    const element = Object.assign(document.createElement(tag), attributes, {onload: () => done('loaded'), onerror: failed});
    document.documentElement.append(element);
  });
  const attacks = [];
  for (const target of targets) {
    for (const route of routes) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
        for (const credentials of ['include', 'omit'])
          attacks.push(within(fetch(target + route, {method, credentials, body: method === 'GET' ? undefined : 'x'}).then(
            async answer => `${answer.status} ${await answer.text()}`), `${method} ${route}`));
      for (const method of ['GET', 'POST'])
        attacks.push(within(fetch(target + route, {method, mode: 'no-cors', credentials: 'include'}).then(() => ''), `no-cors ${route}`));
      attacks.push(within(drawn('img', {src: target + route}), `img ${route}`));
      attacks.push(within(drawn('script', {src: target + route}), `script ${route}`));
      attacks.push(within(drawn('script', {type: 'module', src: target + route}), `module ${route}`));
      attacks.push(within(drawn('link', {rel: 'stylesheet', href: target + route}), `stylesheet ${route}`));
      attacks.push(within(drawn('link', {rel: 'prefetch', href: target + route}).then(() => ''), `prefetch ${route}`));
      attacks.push(within(drawn('iframe', {src: target + route}).then(() => {
        const frame = [...document.querySelectorAll('iframe')].find(frame => frame.src === target + route);
        return frame.contentWindow.length || frame.contentDocument?.body?.textContent;
      }), `iframe ${route}`));
      navigator.sendBeacon(target + route, 'x');
    }
    for (const route of ['/_stcore/stream', '/'])
      attacks.push(within(new Promise((done, failed) => {
        const socket = new WebSocket(target.replace('http', 'ws') + route, ['streamlit', 'x']);
        socket.onopen = () => done('open');
        socket.onerror = failed;
      }), `socket ${route}`));
    for (const route of ['/', '/_stcore/upload_file/a/b']) {
      const frame = Object.assign(document.createElement('iframe'), {name: 'into' + attacks.length});
      const form = Object.assign(document.createElement('form'), {method: 'POST', action: target + route, target: frame.name, enctype: 'multipart/form-data'});
      form.append(Object.assign(document.createElement('input'), {name: 'file', value: 'x'}));
      document.documentElement.append(frame, form);
      form.submit();
    }
  }
  await Promise.all(attacks);
  return succeeded;
}
"""


def targets(victim: Victim) -> list[str]:
    """Even of one who knows where the page lies."""
    return [f"http://{host}:{victim.port}{room}" for host in ("127.0.0.1", "localhost") for room in ("", victim.room)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.usefixtures("unreached")
def test_another_page_reaches_nothing(victim: Victim, attacker: Outside, host: str) -> None:
    """Of the same site even, so that the browser sends the session's cookie along."""
    page = victim.context.new_page()
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"http://{host}:{attacker.host.rpartition(':')[2]}/")

    assert page.evaluate(ATTACK, [targets(victim), ROUTES]) == []
    assert len([url for url in sent if f":{victim.port}/" in url]) > 100
    page.close()


@pytest.mark.parametrize("how", ["sandbox", "data"])
@pytest.mark.usefixtures("unreached")
def test_a_page_without_an_origin_reaches_nothing(victim: Victim, attacker: Outside, how: str) -> None:
    page = victim.context.new_page()
    page.goto(f"http://{attacker.host}/")
    page.evaluate(
        """how => document.body.append(Object.assign(document.createElement('iframe'), {name: 'nobody',
             ...(how === 'data' ? {src: 'data:text/html,<p>x'} : {sandbox: 'allow-scripts allow-forms', srcdoc: '<p>x'})}))""",
        how,
    )
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    frame.wait_for_load_state()

    assert frame.evaluate("origin") == "null"
    assert frame.evaluate(ATTACK, [targets(victim), ROUTES]) == []
    page.close()


def test_a_window_opened_by_another_page_tells_it_nothing(victim: Victim, attacker: Outside) -> None:
    """Following a link is allowed; the page then has nothing to do with the one that led to it."""
    page = victim.context.new_page()
    page.goto(f"http://{attacker.host}/")
    with victim.context.expect_page() as opened:
        page.evaluate(f"window.theirs = open('{victim.server.address}{victim.room}/', 'theirs'); undefined")
    expect(opened.value.get_by_text(ENGLISH.ask_title)).to_be_visible(timeout=30 * SECONDS)

    assert page.evaluate("theirs.closed")  # to its opener; Cross-Origin-Opener-Policy
    assert page.evaluate("() => { try { return theirs.document.title } catch (error) { return error.name } }") in ("SecurityError", "")
    assert opened.value.evaluate("window.opener") is None
    opened.value.close()
    page.close()


def test_a_server_on_another_port_is_not_sent_the_session(victim: Victim) -> None:
    """Cookies know no ports, but they know paths."""
    with outside(lambda line: b"<!doctype html><title>somebody else</title>") as elsewhere:
        page = victim.context.new_page()
        page.goto(f"http://{elsewhere.host}/")
        page.evaluate("document.cookie = 'own=1; path=/'")
        page.evaluate("fetch('/x/y', {credentials: 'include'}).then(answer => answer.text())")
        page.close()

        assert any("own=1" in cookies for cookies in elsewhere.cookies)
        assert not [cookies for cookies in elsewhere.cookies if "seorap" in cookies or victim.session in cookies]


def test_these_attacks_can_succeed(victim: Victim) -> None:
    """From its own page they do."""
    page = victim.context.new_page()
    home = victim.server.address + victim.room
    page.goto(f"{home}/_stcore/health")

    assert any(told.startswith("GET /_stcore/health: 200 ok") for told in page.evaluate(ATTACK, [[home], ROUTES[:10]]))
    page.close()


@pytest.mark.usefixtures("unreached")
def test_another_name_for_this_machine_reaches_nothing(victim: Victim, browser: Browser) -> None:
    """DNS rebinding: to the browser, the attacker's page and Seorap are one origin."""
    with closing(launched(browser.browser_type, "--host-resolver-rules=MAP evil.example 127.0.0.1")) as rebound:
        page = rebound.new_page()
        here = f"http://evil.example:{victim.port}"
        way_in = victim.server.way_in()
        for path in ("/", "/healthz", f"/?{way_in.partition('?')[2]}"):
            answer = page.goto(here + path)
            assert answer is not None
            assert (answer.status, answer.text()) == (403, words.FOREIGN_HOST)

        told = page.evaluate(ATTACK, [[here, *targets(victim)], ROUTES])

        assert [each for each in told if words.FOREIGN_HOST not in each] == []
        assert noted_address(victim.server.home) == way_in  # not used up


# --- other programs ----------------------------------------------------------------------------


def answer_to(victim: Victim, request: bytes) -> tuple[int, bytes]:
    """Status and all that follows, of bytes in which PORT, TOKEN, SESSION and ROOM are filled in; 0 where the server says nothing."""
    way_in = victim.server.way_in().partition("token=")[2]
    filled = {
        b"PORT": str(victim.port).encode(),
        b"TOKEN": way_in.encode(),
        b"SESSION": victim.session.encode(),
        b"/ROOM": victim.room.encode(),
    }
    for name, value in filled.items():
        request = request.replace(name, value)
    with socket.create_connection(("127.0.0.1", victim.port), timeout=5) as connection:
        connection.sendall(request)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except (TimeoutError, ConnectionError):
            pass
    return int(received[9:12] or 0), received


OWN = b"Host: 127.0.0.1:PORT\r\n"
KNOWN = b"Cookie: seorap-PORT=SESSION\r\n"
UPGRADE = (
    b"GET /ROOM/_stcore/stream HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
GET = b"GET /ROOM/ HTTP/1.1\r\n"
PUT = b"PUT /ROOM/_stcore/upload_file/a/b HTTP/1.1\r\n"

WITH_A_SESSION = {
    # --- who asks, and whom
    "evil host": GET + b"Host: evil.example\r\n" + KNOWN,
    "evil host and origin": GET + b"Host: evil.example:PORT\r\nOrigin: http://evil.example:PORT\r\n" + KNOWN,
    "another port": GET + b"Host: 127.0.0.1:1\r\n" + KNOWN,
    "no port": GET + b"Host: 127.0.0.1\r\n" + KNOWN,
    "user before host": GET + b"Host: 127.0.0.1:PORT@evil.example\r\n" + KNOWN,
    "host after user": GET + b"Host: evil@127.0.0.1:PORT\r\n" + KNOWN,
    "dot after host": GET + b"Host: 127.0.0.1.:PORT\r\n" + KNOWN,
    "dot after name": GET + b"Host: localhost.:PORT\r\n" + KNOWN,
    "name within name": GET + b"Host: localhost.evil.example:PORT\r\n" + KNOWN,
    "decimal host": GET + b"Host: 2130706433:PORT\r\n" + KNOWN,
    "zero host": GET + b"Host: 0.0.0.0:PORT\r\n" + KNOWN,
    "no host": GET + KNOWN,
    "no host, HTTP/1.0": b"GET /ROOM/ HTTP/1.0\r\n" + KNOWN,
    "empty host": GET + b"Host:\r\n" + KNOWN,
    "two hosts": GET + OWN + b"Host: evil.example\r\n" + KNOWN,
    "two hosts, small letters": GET + b"host: evil.example\r\nHOST: 127.0.0.1:PORT\r\n" + KNOWN,
    "two hosts in one": GET + b"Host: 127.0.0.1:PORT, evil.example\r\n" + KNOWN,
    "folded host": GET + b"Host: evil.example\r\n 127.0.0.1:PORT\r\n" + KNOWN,
    "forwarded host": GET + b"Host: evil.example\r\nX-Forwarded-Host: 127.0.0.1:PORT\r\n" + KNOWN,
    "null origin": GET + OWN + b"Origin: null\r\n" + KNOWN,
    "empty origin": GET + OWN + b"Origin:\r\n" + KNOWN,
    "origin of another port": GET + OWN + b"Origin: http://127.0.0.1:1\r\n" + KNOWN,
    "origin of another scheme": GET + OWN + b"Origin: https://127.0.0.1:PORT\r\n" + KNOWN,
    "origin by another name": GET + OWN + b"Origin: http://localhost:PORT\r\n" + KNOWN,
    "origin that begins alike": GET + OWN + b"Origin: http://127.0.0.1:PORT.evil.example\r\n" + KNOWN,
    "two origins": GET + OWN + b"Origin: http://127.0.0.1:PORT\r\nOrigin: http://evil.example\r\n" + KNOWN,
    "two origins, small letters": GET + OWN + b"origin: http://evil.example\r\nORIGIN: http://127.0.0.1:PORT\r\n" + KNOWN,
    "folded origin": GET + OWN + b"Origin: http://evil.example\r\n http://127.0.0.1:PORT\r\n" + KNOWN,
    "a space before the colon": GET + OWN + b"Origin : http://evil.example\r\n" + KNOWN,
    "a foreign picture": GET + OWN + b"Sec-Fetch-Site: same-site\r\nSec-Fetch-Dest: image\r\n" + KNOWN,
    "a foreign frame": GET + OWN + b"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: iframe\r\n" + KNOWN,
    **{
        f"a {site} {kind} of {route}": f"GET /ROOM{route} HTTP/1.1\r\n".encode() + OWN + f"Sec-Fetch-Site: {site}\r\nSec-Fetch-Dest: {kind}\r\n".encode() + KNOWN
        for route in ROUTES if route.startswith("/desk/") for kind in ("image", "script", "empty", "iframe", "object") for site in ("same-site", "cross-site")
    },
    "a foreign form": PUT.replace(b"PUT", b"POST") + OWN + b"Sec-Fetch-Site: same-site\r\nSec-Fetch-Dest: document\r\nContent-Length: 0\r\n" + KNOWN,
    # --- WebSockets
    "socket from nowhere": UPGRADE + OWN + KNOWN,
    "socket of a foreign page": UPGRADE + OWN + b"Origin: http://evil.example\r\n" + KNOWN,
    "socket of another port": UPGRADE + OWN + b"Origin: http://127.0.0.1:1\r\n" + KNOWN,
    "socket of a page without origin": UPGRADE + OWN + b"Origin: null\r\n" + KNOWN,
    "socket with two origins": UPGRADE + OWN + b"Origin: http://127.0.0.1:PORT\r\nOrigin: null\r\n" + KNOWN,
    "socket to another name": UPGRADE + b"Host: evil.example:PORT\r\nOrigin: http://evil.example:PORT\r\n" + KNOWN,
    "socket over HTTP/1.0": UPGRADE.replace(b"1.1", b"1.0") + OWN + KNOWN + b"Origin: null\r\n",
    "socket by many words": UPGRADE.replace(b"n: Upgrade", b"n: keep-alive, UPGRADE").replace(b"websocket", b"WebSocket") + OWN + KNOWN,
    # --- sizes
    "oversized": PUT + OWN + KNOWN + b"Content-Length: 999999999999\r\n",
    "oversized beyond numbers": PUT + OWN + KNOWN + b"Content-Length: " + b"9" * 5000 + b"\r\n",
    "negative": PUT + OWN + KNOWN + b"Content-Length: -1\r\n",
    "no number": PUT + OWN + KNOWN + b"Content-Length: \xb2\r\n",
    "two lengths": PUT + OWN + KNOWN + b"Content-Length: 1\r\nContent-Length: 2\r\n",
    "chunked": PUT + OWN + KNOWN + b"Transfer-Encoding: chunked\r\n",
    "chunked and a length": PUT + OWN + KNOWN + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "chunked in disguise": PUT + OWN + KNOWN + b"Transfer-Encoding: x\tchunked\r\nContent-Length: 4\r\n",
}  # fmt: skip

WITHOUT_A_SESSION = {
    **{
        f"{method} {room}{route}": f"{method} {room}{route} HTTP/1.1\r\n".encode() + OWN
        for room in ("", "/ROOM") for route in ROUTES for method in ("GET", "POST", "PUT")
    },
    "OPTIONS": b"OPTIONS /_stcore/upload_file/a/b HTTP/1.1\r\n" + OWN,
    "HEAD": b"HEAD / HTTP/1.1\r\n" + OWN,
    "TRACE": b"TRACE / HTTP/1.1\r\n" + OWN,
    "CONNECT": b"CONNECT 127.0.0.1:PORT HTTP/1.1\r\n" + OWN,
    "socket": UPGRADE + OWN + b"Origin: http://127.0.0.1:PORT\r\n",
    "socket over HTTP/1.0": UPGRADE.replace(b"1.1", b"1.0") + OWN + b"Origin: http://127.0.0.1:PORT\r\n",
    "socket at the health page": UPGRADE.replace(b"/ROOM/_stcore/stream", b"/healthz") + OWN + b"Origin: http://127.0.0.1:PORT\r\n",
    "socket with a token": UPGRADE.replace(b"/ROOM/_stcore/stream", b"/?token=TOKEN") + OWN + b"Origin: http://127.0.0.1:PORT\r\n",
    # --- paths
    **{
        path: f"GET {path} HTTP/1.1\r\n".encode() + OWN
        for path in (
            *("//", "///", "/.", "/..", "/../", "/%2e%2e/", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f", "/./_stcore/health", "//_stcore/health"),
            *("/healthz/", "/healthz/..", "/healthz/../_stcore/health", "//healthz", "/healthz%2f", "/healthz;/x", "/Healthz", "/healthz%00"),
            *("http://127.0.0.1:PORT/", "http://evil.example/", "http://127.0.0.1:PORT/_stcore/health", "*", "?token=TOKEN", "/x?token=TOKEN"),
            *("/%", "/%zz", "/%ff", "/%00", "/\\..\\", "/#x", "/static/../static/index.html", "/_stcore/agent/openapi.json?token=TOKEN"),
        )
    },
    # --- tokens
    **{
        f"token {name}": b"GET /?token=" + token + b" HTTP/1.1\r\n" + OWN
        for name, token in {
            "empty": b"", "short": b"x", "long": b"x" * 5000, "of another length": b"TOKENx", "in part": b"TOKEN"[:0] + b"TOKE", "bytes": b"\xff\xfe",
            "escaped bytes": b"%ff%fe", "half a pair": b"%ED%A0%80", "nul": b"TOKEN%00", "blank": b"%20TOKEN", "twice": b"x&token=TOKEN",
            "many": b"x" + b"&token=x" * 2000, "emoji": "🔑".encode(), "broken": b"%", "array": b"x&token[]=TOKEN", "semicolon": b"x;token=TOKEN",
        }.items()
    },
    "token by POST": b"POST /?token=TOKEN HTTP/1.1\r\nContent-Length: 0\r\n" + OWN,
    "token from a foreign page": b"GET /?token=TOKEN HTTP/1.1\r\nOrigin: http://evil.example\r\n" + OWN,
    "token to another name": b"GET /?token=TOKEN HTTP/1.1\r\nHost: evil.example\r\n",
    # --- sessions
    **{
        f"cookie {name}": GET + OWN + b"Cookie: " + cookie + b"\r\n"
        for name, cookie in {
            "empty": b"", "of nothing": b"seorap-PORT=", "guessed": b"seorap-PORT=" + b"x" * 43, "the token": b"seorap-PORT=TOKEN", "bytes": b"seorap-PORT=\xff\xfe",
            "of another port": b"seorap-1=SESSION", "longer": b"seorap-PORT=SESSIONx", "quoted": b'seorap-PORT="SESSION"', "case": b"SEORAP-PORT=SESSION",
            "list": b"seorap-PORT=a, seorap-PORT=SESSION", "equals": b"seorap-PORT==SESSION", "many": b"seorap-PORT=x; " * 1000,
        }.items()
    },
    "a session outside of the room": b"GET / HTTP/1.1\r\n" + OWN + KNOWN,
    "a session beside the room": b"GET /ROOMx/ HTTP/1.1\r\n" + OWN + KNOWN,
    "a session and two slashes": b"GET //ROOM/ HTTP/1.1\r\n" + OWN + KNOWN,
    "a session, the room escaped": b"GET /%2FROOM/ HTTP/1.1\r\n" + OWN + KNOWN,
    "a second request behind it": GET + OWN + b"\r\n" + b"GET /_stcore/health HTTP/1.1\r\n" + OWN,
    "a long header": GET + OWN + b"X: " + b"x" * 100_000 + b"\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n",
}  # fmt: skip


@pytest.mark.parametrize("request_bytes", WITH_A_SESSION.values(), ids=WITH_A_SESSION)
@pytest.mark.usefixtures("unreached")
def test_a_session_helps_nobody_who_asks_otherwise_than_its_page(victim: Victim, request_bytes: bytes) -> None:
    status, received = answer_to(victim, request_bytes + b"\r\n")

    assert status in (400, 403, 411, 413, 431)
    assert not OF_STREAMLIT_OR_THE_DRAWER.search(received)


@pytest.mark.parametrize("request_bytes", WITHOUT_A_SESSION.values(), ids=WITHOUT_A_SESSION)
@pytest.mark.usefixtures("unreached")
def test_without_a_session_nothing_is_reached(victim: Victim, request_bytes: bytes) -> None:
    before = victim.server.way_in()

    status, received = answer_to(victim, request_bytes + b"\r\n")

    assert status in (0, 400, 403)
    assert not OF_STREAMLIT_OR_THE_DRAWER.search(received)
    assert b"et-cookie" not in received
    assert victim.server.way_in() == before


def test_with_a_session_and_as_its_page_asks_it_is_reached(victim: Victim) -> None:
    before = len(victim.calls())

    assert answer_to(victim, GET + OWN + KNOWN + b"Connection: close\r\n\r\n")[0] == 200
    assert len(victim.calls()) == before + 1


def test_nothing_of_all_this_made_the_server_connect_anywhere(victim: Victim) -> None:
    if victim.trace is None:
        pytest.skip("strace is not installed, or may not trace here")
    calls = victim.trace.read_text(errors="replace").splitlines()

    assert any("accept" in call for call in calls)
    assert [call for call in calls if re.search(r"\b(?:socket|connect|bind|listen)\(|\bsend(?:to|m?msg)\(.*sa_family", call)] == []
