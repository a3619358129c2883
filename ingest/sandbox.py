"""Reading in a child process: a file that crashes its parser, or demands too much, costs that file and nothing else.

Messages are JSON behind their length, and the parent believes none of them unchecked.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

from pydantic import ValidationError

from ingest.child import Child, boot
from ingest.messages import Answer, OnPage, Request, Step
from ingest.priority import WINDOWS_FLAGS
from ingest.read.ocr import is_installed
from rag.boxes import unpack
from rag.errors import DocumentError, DocumentTooDemanding, ReaderDied
from rag.records import Page, Reading, Reason, Unread
from rag.settings import OCRSettings, SandboxSettings

log = logging.getLogger(__name__)

_BOOT = boot("ingest.reader")

_LOST_PAGES = 3
"""Pages that may bring the reader down or take too long before the rest of a document's pages goes unrecognised."""


class _PageLost(Exception):
    """The child died, or was too slow, over a page that it was recognising."""


class Sandbox:
    """A reader in a process of its own, started when first needed and again whenever it has died. Safe to share between threads."""

    def __init__(self, settings: SandboxSettings, ocr: OCRSettings | None = None) -> None:
        self._settings = settings
        self._ocr = ocr or OCRSettings()
        self._one_at_a_time = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        with self._one_at_a_time:
            self._drop_child()

    @property
    def pid(self) -> int | None:
        """The child, while there is one."""
        child = self._child
        return child.process.pid if child is not None else None

    def recognises(self) -> bool:
        """Whether there is a recogniser for the settings' languages, now."""
        return is_installed(self._ocr)

    @property
    def recognition(self) -> str:
        """Names how pages are recognised: what one way has recognised is no answer to another."""
        return self._ocr.model_dump_json()

    def read(
        self,
        path: Path,
        *,
        name: str | None = None,
        password: str | None = None,
        recognised: Mapping[int, Page | Unread] = MappingProxyType({}),
        on_page: OnPage = lambda number, came: None,
        go_on: Callable[[], None] = lambda: None,
    ) -> Reading:
        """What ``ingest.read.read`` finds in a file. The time allowed is for the file, and again for each page that must be recognised.

        ``recognised`` are pages of this content that an earlier reading got to. ``on_page`` is told when a page that must be recognised
        begins (None) and what came of it, ``go_on`` is called all the while; what they raise ends the reading. A child that was given a password ends afterwards, and what it
        knows with it.

        Raises:
            DocumentTooDemanding: it took more time or memory than the settings allow.
            ReaderDied: it brought its reader down.
            DocumentError: what reading it raised.
        """
        name = path.name if name is None else name
        request = Request(
            path=os.fsencode(path.absolute()).hex(),
            name=_writable(name),
            recognised=dict(recognised),
            password=password and _writable(password),
        )
        lost_pages = 0
        with self._one_at_a_time:
            answer: Answer | None = None
            while answer is None:
                try:
                    answer = self._running_child().ask(request, name, on_page, go_on)
                except _PageLost:
                    lost_pages += 1
                    request.recognises_more = lost_pages < _LOST_PAGES
                finally:
                    if answer is None or answer.leaves:  # a child in the middle of something else would answer the wrong question
                        self._drop_child()
        if answer.reading is not None:
            return answer.reading
        raise _document_error(answer.error, name)

    def _running_child(self) -> _Child:
        if self._child is not None and self._child.process.poll() is not None:
            self._drop_child()
        if self._child is None:
            self._child = _Child(self._settings, self._ocr)
        return self._child

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child(Child):
    def __init__(self, settings: SandboxSettings, ocr: OCRSettings) -> None:
        """Raises: RuntimeError, as ``Child``."""
        self._settings = settings
        arguments = (str(settings.memory_mib), str(settings.seconds), ocr.model_dump_json())
        super().__init__(_BOOT, arguments, memory_mib=settings.memory_mib, creation_flags=WINDOWS_FLAGS)

    def ask(self, request: Request, name: str, on_page: OnPage, go_on: Callable[[], None]) -> Answer:
        """The answer; pages that are recognised on the way are noted in the request, should it have to be asked again.

        Raises:
            _PageLost: and the page is noted.
        """
        self.tell(request.model_dump_json().encode())
        begun: int | None = None
        while True:
            message, in_time = self.hear(seconds=self._settings.seconds, go_on=go_on)
            if message is None and begun is not None:
                request.recognised[begun] = Unread.NOT_RECOGNISED
                on_page(begun, Unread.NOT_RECOGNISED)
                log.warning("a page was too much for the recogniser: page %s", begun)
                raise _PageLost
            if not in_time:
                raise DocumentTooDemanding(name=name, limit=f"{self._settings.seconds} s")
            if message is None:
                raise self._how_it_died(name)
            answer = _understood(message, name)
            if answer.step is None:
                return answer
            begun = _noted(answer.step, begun, request, name)
            on_page(answer.step.number, answer.step.came())

    def _how_it_died(self, name: str) -> DocumentError:
        death = self.death()
        match death.wanted:
            case "memory":
                return DocumentTooDemanding(name=name, limit=f"{self._settings.memory_mib} MiB")
            case "time":
                return DocumentTooDemanding(name=name, limit=f"{self._settings.seconds} s")
            case None:
                return ReaderDied(name=name, cause=death.cause)


def _understood(message: bytes, name: str) -> Answer:
    try:
        answer = Answer.model_validate_json(message)
    except ValidationError as error:
        raise ReaderDied(name=name, cause="its answer makes no sense") from error
    pages = answer.reading.pages if answer.reading is not None else ()
    if [answer.step, answer.reading, answer.error].count(None) != 2 or not all(map(_is_boxed_rightly, pages)):
        raise ReaderDied(name=name, cause="its answer makes no sense")
    return answer


def _is_boxed_rightly(page: Page) -> bool:
    try:
        unpack(page.boxes, len(page.text))
    except ValueError:
        return False
    return True


def _noted(step: Step, begun: int | None, request: Request, name: str) -> int | None:
    """The page that is being recognised after this step. One page follows another, none comes twice: a child cannot go on for ever."""
    came = step.came()
    expected = step.number == begun if came is not None else begun is None and step.number > max(request.recognised, default=0)
    if not expected:
        raise ReaderDied(name=name, cause="its answer makes no sense")
    if came is None:
        return step.number
    request.recognised[step.number] = came
    return None


def _document_error(reason: Reason | None, name: str) -> DocumentError:
    """The error that the child names, if there is such a one and its facts are all there."""
    kinds = {kind.__name__: kind for kind in DocumentError.__subclasses__()}
    if reason is not None and reason.code in kinds:
        try:
            return kinds[reason.code](**{**reason.facts, "name": name})
        except (KeyError, IndexError, ValueError):
            pass
    return ReaderDied(name=name, cause="its answer makes no sense")


def _writable(text: str) -> str:
    """What is no character (bytes of a name in another encoding) cannot be sent."""
    return text.encode("utf-8", "replace").decode()
