"""The values that flow from file to answer. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

Language = Literal["en", "ko"]

PAGE_BREAK = "\n\n"
"""What stands between two pages in a document's text."""


# --- a document, as a reader hands it over ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line. ``page.text[start:]`` begins with ``title``."""

    level: int  # 1 is the highest
    title: str
    start: int


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table, ``page.text[start:end]``: one row a line, cells parted by `` | ``."""

    start: int
    end: int
    header_rows: int = 0  # how many of the first lines name the columns
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """Where the word ``page.text[start:end]`` stands, in shares of the page's width and height, as it is shown, from its upper left corner.
    A word that was divided at the end of a line has one box for each part."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What turned the picture of a page into text."""

    engine: str  # with its version and languages
    confidence: float  # 0 to 100, mean over the words


@dataclass(frozen=True, slots=True)
class Page:
    """One page's text, NFC, lines ended by ``\\n``. Slides and sheets are pages. Formats without pages are one page with ``number`` None."""

    text: str
    number: int | None = None  # 1-based position in the file
    label: str | None = None  # as printed on the page, where the format says so ("iv"); of a sheet, its name
    headings: tuple[Heading, ...] = ()
    tables: tuple[Table, ...] = ()
    recognised: Recognition | None = None  # None where the file itself holds the text
    boxes: bytes = b""  # of its words, see rag.boxes; empty where the format knows no places


class Unread(StrEnum):
    """Why a page that shows something gave no words; stored with documents, so a value is never renamed."""

    NO_TEXT = "no text"  # and nothing was tried on its picture
    NEEDS_OCR = "needs ocr"  # no text of its own, and no recogniser is installed
    GARBLED = "garbled"  # its letters are stored wrongly, and no recogniser is installed
    NOT_RECOGNISED = "not recognised"  # the recogniser failed on it, or took too long
    NO_WORDS = "no words"  # it was recognised, and there are none


NEEDS_RECOGNISER = frozenset({Unread.NEEDS_OCR, Unread.GARBLED})
"""A document with such pages is read again once there is a recogniser."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a file.

    ``unread_pages`` are the numbers of pages that show something but hold no words (a scan, a picture):
    the document is then partial, and says so. Blank pages are left out. ``metadata`` holds what the format knows: author, created, ...
    ``unread_because`` says why by page number, where that is known; else it is NO_TEXT.
    """

    pages: tuple[Page, ...]
    format: str  # "pdf", "docx", "html", "markdown", "text"
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    unread_pages: tuple[int, ...] = ()
    unread_because: Mapping[int, Unread] = field(default_factory=dict)
    lacks: tuple[Reason, ...] = ()  # of what is no page: attachments. Never in the text, where it could be quoted as the document's words

    def text(self) -> str:
        """The document's text: its pages joined by PAGE_BREAK."""
        return PAGE_BREAK.join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Span:
    """A passage before it has an identity: ``reading.text()[start:end] == text``."""

    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()  # titles from the highest level down


# --- what the library knows ------------------------------------------------------------------


class State(StrEnum):
    """The end a file came to; stable, as scripts read it from ``list --json``."""

    READY = "ready"
    PARTIAL = "partial"  # some pages hold no text
    FAILED = "failed"  # see reason


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file is not (wholly) in the drawer: an error's name and facts, put into words when shown."""

    code: str
    facts: Mapping[str, str | int]
    parts: tuple[Reason, ...] = ()  # what it sums up: one for each attachment, say


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the drawer: one content, found at one or more places."""

    doc_id: str  # SHA-256 of the file's bytes, hexadecimal; "" while nothing of it could be read
    name: str  # the file name as the user knows it
    places: tuple[str, ...]  # paths, for people to read; uploads have none
    state: State
    format: str
    pages: int | None  # None for formats without pages
    passages: int
    size_bytes: int
    added: float  # seconds since the epoch
    reason: Reason | None = None
    tags: tuple[str, ...] = ()  # the sub-folders of watched folders in which it lies
    recognised_pages: int = 0
    confidence: float | None = None  # 0 to 100, mean over those pages; None without any
    away: bool = False  # all of its places are in watched folders that are not there now
    changed: float = 0.0  # when it was added or its file last changed, whichever is later; seconds since the epoch


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a document. ``start`` and ``end`` index the document's text."""

    passage_id: int
    doc_id: str
    document: str  # file name
    page: int | None
    page_end: int | None
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    ordinal: int  # 0 is the document's first


# --- a question and its answer ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents are asked: those that fit every part. A part that is empty leaves none out."""

    documents: tuple[str, ...] = ()  # names, paths or ids; any of them
    tags: tuple[str, ...] = ()  # all of them
    folders: tuple[str, ...] = ()  # names or paths; somewhere below any of them
    formats: tuple[str, ...] = ()  # as ``Document.format`` says it; any of them
    since: date | None = None  # added or changed on this day or later
    before: date | None = None  # and not on this day or later


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as the documents are asked it."""

    text: str  # stands alone, without the words that name a filter
    phrases: tuple[str, ...] = ()  # must stand in all evidence, word for word
    taken: Filter = EVERYTHING  # what the question itself says of the documents
    only: Filter = EVERYTHING  # that, and what the call says


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation, and what of its answer the documents support."""

    question: str  # as it was understood
    claims: tuple[str, ...] = ()
    taken: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words retrieved for a question; neighbouring passages have been joined.

    ``start`` and ``end`` index the document's text. ``score`` orders, no more: it is comparable only
    within one question.
    """

    doc_id: str
    document: str
    page: int | None
    page_end: int | None
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    score: float
    best: tuple[int, int]  # where in the document's text the passage stands that was found; its neighbours surround it
    tables: tuple[Table, ...] = ()  # or what of them stands in ``text``, which they index


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of a page, in shares of its width and height, as it is shown, from its upper left corner."""

    page: int | None
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quotation. ``quote == page_text[start:end]`` when it lies on one page; when it runs on,
    ``start`` indexes the text of ``page`` and ``end`` that of ``page_end``."""

    doc_id: str
    document: str
    page: int | None
    page_end: int | None
    quote: str
    start: int
    end: int
    boxes: tuple[Rectangle, ...] = ()  # line by line; empty where nobody knows
    recognised: Recognition | None = None  # of the least sure of its pages that were; None where the file holds the text


class Doubt(StrEnum):
    """Why a claim is not supported; stable, as scripts read it."""

    WORDS = "words"  # no sentence says this
    NAME = "name"  # a name does not stand in the sentence that comes nearest
    FACT = "fact"  # an amount, a date or the number of an article does not stand there, or with another unit
    NEGATION = "negation"  # that sentence denies it, or it denies that sentence
    ECHO = "echo"  # it only repeats the question
    LANGUAGE = "language"  # the sentence that comes nearest is in another language, and holds nothing that could be compared


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the answer; ``citations`` index ``Answer.citations``. Unsupported claims have none, but a doubt."""

    text: str
    supported: bool
    citations: tuple[int, ...] = ()
    doubt: Doubt | None = None
    verbatim: bool = False  # the document's own sentence, since what the model wrote has no support


class Status(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"  # some claims are supported, some are not
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the question was taken up; None for what did not happen."""

    retrieval_ms: float
    first_token_ms: float | None = None
    total_ms: float = 0.0
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


# --- work over whole documents ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """What a summary says about one section; ``claims`` index ``Answer.claims``."""

    title: str  # the headings it stands under; empty where there are none
    page: int | None
    page_end: int | None
    claims: tuple[int, ...]
    verbatim: tuple[int, ...] = ()  # those that are the section's own sentence, since what the model wrote had no support


@dataclass(frozen=True, slots=True)
class Summary:
    document: str
    sections: tuple[SectionSummary, ...]  # that were looked at, in document order
    share: float  # of the document's text that they hold, 0..1


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table: ``cells[row][column]`` are the claims (indices of ``Answer.claims``) that the document makes about the point; none, where it does
    not state it."""

    points: tuple[str, ...]  # the rows
    documents: tuple[str, ...]  # the columns
    cells: tuple[tuple[tuple[int, ...], ...], ...]  # those that are made so far; the last row may be shorter


@dataclass(frozen=True, slots=True)
class Survey:
    """All places that speak of something. The first ``shown`` of ``Answer.claims`` hold its words, document by document; those after them come near it in other words."""

    subject: str
    places: int
    documents: int
    shown: int  # of the places; fewer where there are too many to read


Whole = Summary | Comparison | Survey


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer. With NOT_FOUND, ``evidence`` holds the nearest passages all the same."""

    question: str
    language: Language
    status: Status
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    timings: Timings
    model: str  # "" where none was asked
    embedder: str
    stopped: bool = False  # by the reader, before the model had finished
    cut_short: bool = False  # by the limit on answer tokens
    understood: Understood | None = None  # None: as it was typed, of all documents
    uncovered: tuple[str, ...] = ()  # parts of the question of which nothing was found
    whole: Whole | None = None  # how its claims are arranged, where whole documents were worked through
    version: str = ""  # of Seorap; "" where nobody noted it
    index_generation: int | None = None  # of the vector index; None where there was none, or nobody noted it

    @property
    def missing_phrases(self) -> tuple[str, ...]:
        """The phrases of the question, where no passage holds all of them."""
        return self.understood.phrases if self.understood and not self.evidence else ()


# --- events while an answer is made, in this order, but for what is likely; Understood stands between the first two, where there is something to say of it ---


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A follow-up question is being made one that stands alone; some times a second, so that the reader can leave."""


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    evidence: tuple[Evidence, ...]
    likely: bool = False  # of a follow-up question, before anything else, as far as its words and those of the question before it tell


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another answer is being written; this many questions go first."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """The model begins to read; by what was measured on this machine, its first word comes in so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer's text, as the model writes it; unchecked until Answered."""

    text: str


@dataclass(frozen=True, slots=True)
class PartProgress:
    """How far work over whole documents is: sections of a summary, cells of a comparison. What is written next belongs to ``current``."""

    done: int
    total: int
    current: str
    seconds_a_part: float | None  # None until one is done, as the estimate
    remaining_s: float | None
    so_far: Answer  # checked, of the parts that are done


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer


Event = Rewriting | Understood | EvidenceFound | Waiting | Beginning | Piece | PartProgress | Answered


# --- a batch of files ------------------------------------------------------------------------


class Outcome(StrEnum):
    ADDED = "added"
    UPDATED = "updated"  # another content replaced the old one at this path
    UNCHANGED = "unchanged"
    PARTIAL = "partial"  # added, but some pages hold no text
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    path: str
    outcome: Outcome
    passages: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is. Rate and estimate come from what this run has really embedded."""

    files_done: int
    files_total: int
    passages_done: int  # embedded in this run
    passages_per_s: float
    remaining_s: float | None  # None until there is something to estimate from
    current: str  # name of the file being worked on
