"""What the page viewer marks are exactly the words that were quoted, whatever document they stand in."""

from __future__ import annotations

import html
import random
import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ingest.pipeline import Batch, add
from rag.cite import cite
from rag.library.library import Library
from rag.quotable import Quotation
from rag.records import Citation, Evidence, Page, Reading, Span
from rag.settings import Settings
from tests.ui.desks import desks
from tests.workbooks import xlsx
from ui.dossier import filed
from ui.web import render
from ui.web.routes import ROUTES
from ui.web.state import Desk
from ui.words.viewer import ENGLISH

SAMPLES = sorted((Path(__file__).parents[2] / "data" / "samples").iterdir())
HOSTILE = "<b>&\"'</mark></p> \u202e\u200b\u00ad 가나다 각 🏠 é\u0301 | a | b | \t `x` $y$ http://x.example " + "w" * 50


@pytest.fixture
def desk(library: Library, home: Path) -> Iterator[Desk]:
    with desks() as open_desk:
        yield open_desk(Settings(home=home), library)


@pytest.fixture
def asked(desk: Desk) -> TestClient:
    return TestClient(Starlette(routes=ROUTES))


def place_of(opener: str) -> dict[str, str]:
    """What the browser sends for what opens the viewer."""
    found = re.findall(r' data-([a-z-]+)="([^"]*)"', opener)
    return {name.replace("-", "_"): html.unescape(value) for name, value in found}


def strong(drawn: str) -> str:
    return html.unescape("".join(re.findall(r'<mark class="strong">(.*?)</mark>', drawn, re.DOTALL)))


def marked_over_all_sheets(asked: TestClient, item: Citation | Evidence) -> str:
    """From the sheet that is opened on, for as long as anything is marked."""
    place = place_of(render.opener(item, ""))
    out, number = "", ""
    while True:
        drawn = asked.get("/desk/view", params=place | ({"show": number} if number else {})).text
        assert ENGLISH.read_anew not in drawn
        here, number = strong(drawn), re.findall(r'data-next="(\d*)"', drawn)[0]
        out += here
        if not here or not number:
            return out


def words(text: str) -> str:
    """Without the blanks between pages, lines and cells of a table, its bars and rules among them, which are no words."""
    return re.sub(r"[\s|]|-{3,}", "", render.plain(text))


def spans(text: str, rng: random.Random, count: int) -> Iterator[tuple[int, int]]:
    edges = [0, *(found.end() for found in re.finditer(r"(?<=[.다])\s+|\n+", text)), len(text)]
    sentences = [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(edges) if text[start:end].strip()]
    yield from rng.sample(sentences, min(count, len(sentences)))
    for start, _ in rng.sample(sentences, min(count // 4, len(sentences))):
        end = min(len(text), start + rng.randrange(1, 900))
        if text[start:end].strip() == text[start:end]:
            yield start, end


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_quotation_of_a_real_document_is_marked_word_for_word(
    asked: TestClient, library: Library, batch: Batch, sample: Path
) -> None:
    (outcome,) = add([sample], batch)
    assert outcome.outcome.value == "added"
    (document,) = library.documents()
    text = library.text(document.doc_id, 0, 1 << 30)
    rng = random.Random(7)

    for start, end in spans(text, rng, 40):
        cited = cite(Quotation(document.doc_id, start, end, text[start:end]), document.name, library)
        assert words(marked_over_all_sheets(asked, cited)) == words(cited.quote)


def committed(library: Library, pages: list[Page], name: str = "a.txt") -> str:
    """A document of these pages, one passage for each."""
    doc_id = "".join(random.Random(name).choices("0123456789abcdef", k=64))
    at, passages = 0, []
    for page in pages:
        passages.append(Span(at, at + len(page.text), page.text))
        at += len(page.text) + 2
    library.commit(
        f"/{name}".encode(),
        name=name,
        doc_id=doc_id,
        mtime_ns=1,
        size_bytes=1,
        method="m",
        embedder="e",
        reading=Reading(tuple(pages), "text"),
        spans=passages,
        headers=[""] * len(passages),
        vectors=np.ones((len(passages), 4), np.float32),
    )
    return doc_id


@pytest.mark.parametrize("seed", range(12))
def test_whatever_pages_and_parts_a_document_has_the_marks_are_where_they_were_meant(
    asked: TestClient, library: Library, seed: int
) -> None:
    rng = random.Random(seed)
    letters = [*HOSTILE, "\n", "\n\n", " ", "word ", "줄\n", "a | b\n"]
    lengths = [rng.choice([1, 3, 50, 3_999, 4_000, 4_001, 6_000, 6_001, 13_000]) for _ in range(rng.choice([1, 4]) if seed % 2 else 1)]
    texts = [("".join(rng.choices(letters, k=length))[:length]).strip() or "x" for length in lengths]
    pages = [Page(text, number if seed % 2 else None) for number, text in enumerate(texts, 1)]
    doc_id = committed(library, pages)
    text = library.text(doc_id, 0, 1 << 30)

    for _ in range(25):
        start = rng.randrange(len(text))
        end = min(len(text), start + rng.choice([1, 2, 40, 700, 9_000]))
        if not text[start].strip() or not text[end - 1].strip():
            continue
        cited = cite(Quotation(doc_id, start, end, text[start:end]), "a.txt", library)
        assert words(marked_over_all_sheets(asked, cited)) == words(cited.quote), (start, end)


def test_a_long_text_without_any_break_is_shown_part_by_part(asked: TestClient, library: Library) -> None:
    text = "".join(chr(0xAC00 + number % 11_172) for number in range(5_000_000))
    doc_id = committed(library, [Page(text)])
    at = 3_333_333
    cited = cite(Quotation(doc_id, at, at + 30, text[at : at + 30]), "a.txt", library)

    drawn = asked.get("/desk/view", params=place_of(render.opener(cited, "")))

    assert strong(drawn.text) == cited.quote
    assert len(drawn.text) < 20_000


def test_a_page_with_more_words_than_anybody_reads_is_drawn_in_time(asked: TestClient, library: Library) -> None:
    doc_id = committed(library, [Page("deposit " * 60_000, 1)])
    began = time.monotonic()

    drawn = asked.get("/desk/view", params={"doc": doc_id, "start": 0, "end": 10**11 - 1, "marked": "deposit"})

    assert drawn.status_code == 200
    assert time.monotonic() - began < 5


def test_of_a_huge_worksheet_the_part_around_the_place_is_shown(asked: TestClient, library: Library, batch: Batch, tmp_path: Path) -> None:
    rows = [("Item", "Sum"), *((f"item {number}", f"{number} euros") for number in range(9_000))]
    assert len(list(add([xlsx(tmp_path / "sums.xlsx", {"Sums": rows})], batch))) == 1
    (sums,) = library.documents()
    text = library.text(sums.doc_id, 0, 1 << 30)
    at = text.index("item 7000")

    drawn = asked.get("/desk/view", params={"doc": sums.doc_id, "start": at, "end": at + len("item 7000")}).text

    assert strong(drawn) == "item 7000"
    assert ENGLISH.part_of_long in drawn
    assert len(drawn) < 500_000
    assert "item 6900<" in drawn
    assert "item 100<" not in drawn
    assert 'data-do="closer"' not in drawn  # there is no picture to enlarge
    beginning = asked.get("/desk/view", params={"doc": sums.doc_id, "start": 0, "end": 0}).text
    assert "item 1<" in beginning


def test_a_place_in_a_huge_page_without_lines_is_shown(asked: TestClient, library: Library) -> None:
    text = "word " * 60_000 + "the deposit " + "word " * 60_000
    doc_id = committed(library, [Page(text, 1), Page("another page", 2)])
    at = text.index("the deposit")

    assert strong(asked.get("/desk/view", params={"doc": doc_id, "start": at, "end": at + 11}).text) == "the deposit"
    elsewhere = asked.get("/desk/view", params={"doc": doc_id, "start": len(text) + 3, "end": len(text) + 8, "show": 1}).text
    assert elsewhere.count("word") > 10_000  # its beginning, since the place is on another page


def test_words_of_a_document_that_was_read_otherwise_since_are_not_marked(asked: TestClient, desk: Desk, filled: Library) -> None:
    lease = next(document for document in filled.documents() if document.name == "lease.md")
    text = filled.text(lease.doc_id, 0, 1 << 30)
    start = text.index("The tenant pays")
    cited = cite(Quotation(lease.doc_id, start, start + 58, text[start : start + 58]), "lease.md", filled)
    assert filed.surroundings(filled, cited)
    with filled.manifest.transaction():  # as a newer Seorap would write it
        filled.manifest._db.execute("UPDATE pages SET text='# Lease (new) ' || text WHERE doc_id=?", (lease.doc_id,))

    drawn = asked.get("/desk/view", params=place_of(render.opener(cited, ""))).text

    assert ENGLISH.read_anew in drawn
    assert strong(drawn) == ""
    assert "The tenant pays" in drawn
    assert filed.surroundings(filled, cited) is None
