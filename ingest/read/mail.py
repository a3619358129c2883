"""A letter and its attachments -> pages: the letter is the first, and each attachment that can be read follows with its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ingest.read.blocks import PageText
from ingest.read.text import normalise
from rag.errors import DocumentError, DocumentTooDemanding, MailCutOff, NoWords
from rag.partial import why_partial
from rag.records import Heading, Page, Reading

_DEEPEST = 3
"""Mails attached to mails; the mail itself is 0."""

_MOST_ATTACHMENTS = 100
_LARGEST_SUM_MIB = 50
"""Of all attachments, decoded, those of attached mails included."""


@dataclass
class _Left:
    attachments: int = _MOST_ATTACHMENTS
    bytes: int = _LARGEST_SUM_MIB * 2**20


@dataclass
class Bag:
    """Opens attachments, and knows how many more it may: the mails that are attached to a mail share its allowance."""

    read_bytes: Callable[[bytes, str, Bag], Reading]
    depth: int = 0
    left: _Left = field(default_factory=_Left)

    def take(self, name: str) -> Bag:
        """The bag for what is inside an attachment.

        Raises:
            DocumentTooDemanding: there have been too many of them.
        """
        if not self.left.attachments:
            raise DocumentTooDemanding(name=name, limit=f"{_MOST_ATTACHMENTS} attachments")
        self.left.attachments -= 1
        return Bag(self.read_bytes, self.depth + 1, self.left)

    def read(self, contents: bytes, name: str) -> Reading:
        if len(contents) > self.left.bytes:
            raise DocumentTooDemanding(name=name, limit=f"{_LARGEST_SUM_MIB} MiB of attachments")
        self.left.bytes -= len(contents)
        return self.read_bytes(contents, name, self)

    def enter_mail(self, name: str) -> None:
        """
        Raises:
            DocumentTooDemanding: it is attached to a mail that is attached to a mail ...
        """
        if self.depth > _DEEPEST:
            raise DocumentTooDemanding(name=name, limit=f"{_DEEPEST} mails inside each other")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str  # "" where it has none
    open: Callable[[Bag, str], Reading]  # takes the name that it goes by


@dataclass(frozen=True, slots=True)
class Letter:
    sender: str
    to: str
    cc: str
    date: str  # as written
    subject: str
    created: str  # ISO 8601, "" where the date makes no sense
    body: Sequence[Page]
    attachments: Sequence[Attachment]
    cut_off: bool = False  # its end is missing


def compose(letter: Letter, bag: Bag, *, name: str, form: str) -> Reading:
    """
    Raises:
        DocumentError: there is no word in it; the reason of the first attachment that is to blame.
    """
    lacks = [MailCutOff(name=name).reason()] if letter.cut_off else []
    failed, pages = list[DocumentError](), list[Page]()
    for number, attachment in enumerate(letter.attachments, start=1):
        title = one_line(attachment.name).replace("\\", "/").rpartition("/")[2]
        called = title or f"#{number}"
        try:
            reading = attachment.open(bag.take(called), called)
        except DocumentError as error:
            failed.append(error)
            lacks.append(replace(error.reason(), facts={**error.facts, "name": called}))
            continue
        if gap := why_partial(called, replace(reading, lacks=())):
            lacks.append(gap)
        lacks += reading.lacks
        pages += _attached(reading, title)
    page = PageText()
    for part in (_head(letter), *map(_lowered, letter.body)):
        if part.text:
            page.add_page(part)
    if not page and not pages:
        raise failed[0] if failed else NoWords(name=name)
    metadata = {"author": letter.sender, "created": letter.created}
    return Reading(
        pages=(page.page(), *pages) if page else tuple(pages),
        format=form,
        title=letter.subject or None,
        metadata={key: value for key, value in metadata.items() if value},
        lacks=tuple(lacks),
    )


def _head(letter: Letter) -> Page:
    named = (("From", letter.sender), ("To", letter.to), ("Cc", letter.cc), ("Date", letter.date), ("Subject", letter.subject))
    text = "\n".join(f"{label}: {words}" for label, words in named if words)
    return Page(text, headings=(Heading(1, letter.subject, len(text) - len(letter.subject)),) if letter.subject else ())


def _attached(reading: Reading, name: str) -> list[Page]:
    """An attachment's pages: below its name, if it has one, and without numbers, which would be taken for the mail's, or boxes, which need one."""
    first = PageText()
    if name:
        first.add_heading(1, name)
    first.add_page(_lowered(reading.pages[0]))
    pages = [replace(first.page(label=reading.pages[0].label), recognised=reading.pages[0].recognised)]
    return pages + [replace(_lowered(page), number=None, boxes=b"") for page in reading.pages[1:]]


def _lowered(page: Page) -> Page:
    """Headings one level down, so that the subject, or the attachment's name, stays above them."""
    return replace(page, headings=tuple(replace(heading, level=heading.level + 1) for heading in page.headings))


def one_line(text: str) -> str:
    return " ".join(normalise(text).split())
