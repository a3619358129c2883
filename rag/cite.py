"""Quotation -> citation: page, place on the page, and how it was read."""

from __future__ import annotations

from rag.library.library import Library
from rag.quotable import Quotation
from rag.records import Citation


def cite(quotation: Quotation, document: str, library: Library) -> Citation:
    first, last = library.place_of(quotation.doc_id, quotation.start), library.place_of(quotation.doc_id, quotation.end - 1)
    span = quotation.doc_id, quotation.start, quotation.end
    return Citation(
        quotation.doc_id,
        document,
        first.page,
        last.page,
        quotation.text,
        first.offset,
        last.offset + 1,
        boxes=library.boxes(*span),
        recognised=library.recognised(*span),
    )
