"""What a dossier is made of, whatever file it becomes. Every text in it is plain: it may be any words, but holds no character that steers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Literal

from ingest import pictures
from rag.records import Language


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look the same. With ``number`` they are a citation mark, which leads to the quotation of that number."""

    text: str
    bold: bool = False
    struck: bool = False
    quiet: bool = False
    marked: bool = False
    number: int | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """With ``number`` it begins the quotation of that number."""

    level: Literal[1, 2]
    text: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs
    kind: Literal["plain", "note", "notice", "item", "quotation", "place"] = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """``exact``: a hash or a name for machines, shown so that its letters can be told apart."""

    label: str
    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first cell of each row, and all of ``head``, name the others."""

    head: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]

    @property
    def is_wide(self) -> bool:
        """It needs a page on its side."""
        return len(self.head) > 4


@dataclass(frozen=True, slots=True)
class Picture:
    """A page with the highlight drawn. ``instead`` stands in for it in a file that holds no pictures."""

    drawn: pictures.Picture
    caption: str
    number: int
    instead: tuple[Paragraph, ...] = ()


Block = Heading | Paragraph | Facts | Grid | Picture


@dataclass(frozen=True, slots=True)
class Dossier:
    title: str
    subject: str  # what was asked, on one line
    language: Language
    made: datetime  # with its offset from UTC
    blocks: tuple[Block, ...]


def begins_a_sheet(blocks: Sequence[Block]) -> bool:
    """Here begins a quotation that has a picture: it, and what is said of it, belong on one sheet."""
    match blocks:
        case [Heading(number=None, level=1), Heading(number=int()), *_]:
            return begins_a_sheet(blocks[1:])
        case [Heading(number=int()), *rest]:
            own = takewhile(lambda block: not isinstance(block, Heading), rest)
            return any(isinstance(block, Picture) for block in own)
    return False
