"""MHTML, a page of the web in one file -> one page."""

from __future__ import annotations

import email
import re
from email.message import Message

from ingest.read import html
from ingest.read.text import decode
from rag.errors import DamagedDocument
from rag.records import Reading

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_BY_A_BROWSER = re.compile(rb"^(?:Snapshot-Content-Location:|From:\s*<?\"?Saved by)", re.IGNORECASE | re.MULTILINE)
_A_PAGE = re.compile(rb"^Content-Type:\s*(?:multipart/related|text/html)", re.IGNORECASE | re.MULTILINE)
_BY_POST = re.compile(rb"^(?:From|To|Received|Message-ID|Return-Path):", re.IGNORECASE | re.MULTILINE)


def is_mhtml(head: bytes) -> bool:
    """Whether what begins like a mail is a saved page: browsers say so, Word names no sender."""
    headers = _HEAD_END.split(head, maxsplit=1)[0]
    return _BY_A_BROWSER.search(headers) is not None or (_A_PAGE.search(headers) is not None and _BY_POST.search(headers) is None)


def read(contents: bytes, name: str) -> Reading:
    """
    Raises:
        DamagedDocument: no page is in it.
        NoWords: the page shows no text.
    """
    message = email.message_from_bytes(contents.lstrip())
    page = next((part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    if page is None:
        raise DamagedDocument(name=name, cause="no page is in it")
    encoding = html.browser_encoding(page.get_content_charset())
    markup = decode(_payload(page), name, declared=encoding) if encoding is not None else None
    reading = html.read_text(markup, name) if markup is not None else html.read(_payload(page), name)
    return Reading(reading.pages, format="mhtml", title=reading.title)


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
