"""What a tab remembers of the page with the documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rag.records import Reason

PAGE = 50
"""Documents that are shown at once, and how many more a click shows."""

FEW = 5


@dataclass
class Shelf:
    order: str = "added"
    descending: bool = True
    shown: int = PAGE
    failures_shown: int = FEW
    picked: set[str] = field(default_factory=set)  # identities of documents
    picks: int = 0  # grows when they are chosen by something else than a click in the list
    leaving: tuple[str, ...] = ()  # about to be taken out, if the answer is yes
    folders_open: bool = False
    filters: int = 0  # grows when they are all cleared
    refused: Reason | None = None  # why the last files could not be taken over
    added: tuple[bytes, ...] = ()  # paths that were named in this tab

    def sort_by(self, column: str) -> None:
        """By this column; by the same one again, the other way round."""
        self.descending = not self.descending if column == self.order else column in ("added", "size", "pages", "passages")
        self.order = column

    def pick(self, documents: Iterable[str]) -> None:
        self.picked = set(documents)
        self.picks += 1
