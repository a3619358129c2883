"""Who may talk to the page: a one-time token in the printed address, swapped for a session that one browser keeps.

The present token lies in the drawer, readable by its owner alone, so that ``seorap address`` can print another address.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections import deque
from collections.abc import Callable
from pathlib import Path

from rag.library.lock import owner

log = logging.getLogger(__name__)

_FILE = "serving"
_MOST_SESSIONS = 32
"""Browsers at a time; the one that came first has to be opened anew after that."""


class Launch:
    """Tokens and sessions of one server, 256 random bits each. Sessions end with the server. For its event loop's thread alone.

    ``room`` is the path below which the page lies, and the path of the session's cookie. Cookies know no ports, but they know paths: a server of
    somebody else on 127.0.0.1, to which the reader's browser is led, is sent the cookie only if it knows the room.
    """

    def __init__(self, tell: Callable[[str], None] = lambda token: None) -> None:
        """``tell`` gets every token that comes into force, and raises nothing."""
        self._tell = tell
        self._sessions: deque[bytes] = deque(maxlen=_MOST_SESSIONS)
        self.token = ""
        self.room = f"/{secrets.token_urlsafe(16)}"
        self._renew()

    def _renew(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._tell(self.token)

    def redeem(self, token: str) -> str | None:
        """A session for the present token, which is spent by that; None for any other."""
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        self._renew()
        session = secrets.token_urlsafe(32)
        self._sessions.append(_digest(session))
        return session

    def knows(self, session: str) -> bool:
        digest = _digest(session)
        return any([hmac.compare_digest(digest, known) for known in self._sessions])  # noqa: C419 - all of them, whichever it is


def _digest(session: str) -> bytes:
    return hashlib.sha256(session.encode("utf-8", "replace")).digest()


def address(port: int, token: str) -> str:
    return f"http://127.0.0.1:{port}/?token={token}"


# --- the file in the drawer --------------------------------------------------------------------


def note_address(home: Path, port: int, token: str) -> None:
    """Keep the address under which the drawer's page can be opened next. On a full disk the page is there without it."""
    unfinished = home / f"{_FILE}.part"
    try:
        unfinished.unlink(missing_ok=True)  # one that was left behind may have other permissions
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"port": port, "token": token, "pid": os.getpid()}, file)
        unfinished.replace(home / _FILE)
    except OSError as error:
        forget_address(home)  # the one that it names is used up
        log.warning("the page's next address could not be kept: %s", error.strerror)


def forget_address(home: Path) -> None:
    (home / _FILE).unlink(missing_ok=True)


def served_at(home: Path) -> str | None:
    """Where this process serves the drawer's page, without what opens it; None when it does not."""
    try:
        noted = json.loads((home / _FILE).read_text(encoding="utf-8"))
        return f"http://127.0.0.1:{int(noted['port'])}" if noted["pid"] == os.getpid() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def noted_address(home: Path) -> str | None:
    """Where the page of this drawer can be opened, once; None when no server is running."""
    try:
        noted = json.loads((home / _FILE).read_text(encoding="utf-8"))
        # What a killed server noted is worth nothing.
        return address(int(noted["port"]), str(noted["token"])) if noted["pid"] == owner(home) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
