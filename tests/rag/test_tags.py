"""The sub-folders of watched folders are tags, and narrow a question."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag.errors import NoSuchTag, NothingFits
from rag.library.library import Library
from rag.library.tags import tags_of
from rag.library.worklist import WatchedFolder
from rag.records import EVERYTHING, Filter


@pytest.mark.parametrize(
    ("places", "folders", "tags"),
    [
        pytest.param([b"/docs/2024/Contracts/x.pdf"], [b"/docs"], ("2024", "Contracts"), id="sub-folders"),
        pytest.param([b"/docs/x.pdf"], [b"/docs/"], (), id="in the folder itself"),
        pytest.param([b"/documents/2024/x.pdf"], [b"/docs"], (), id="a folder that only begins alike"),
        pytest.param([b"/docs/2024/a/x.pdf"], [b"/docs/2024", b"/docs"], ("2024", "a"), id="from the outermost of nested folders"),
        pytest.param([b"/docs/A/x.pdf", b"/docs/a/b/x.pdf"], [b"/docs"], ("A", "b"), id="two places, one tag in two spellings"),
        pytest.param([b"upload:x.pdf"], [b"/docs"], (), id="an upload"),
        pytest.param([b"/x/y.pdf"], [b"/"], ("x",), id="the root"),
        pytest.param([b"/docs/\xb0\xe8/x.pdf"], [b"/docs"], ("\ufffd\ufffd",), id="a name that is no text"),
        pytest.param([b"/docs/" + unicodedata.normalize("NFD", "계약").encode() + b"/x"], [b"/docs"], ("계약",), id="decomposed"),
    ],
)
def test_tags_are_the_folders_between(places: list[bytes], folders: list[bytes], tags: tuple[str, ...]) -> None:
    assert tags_of(places, folders) == tags


@pytest.fixture
def sorted_papers(library: Library, batch: Batch, tmp_path: Path) -> Path:
    for at, text in (("2024/Contracts/a.txt", "the deposit is one euro"), ("2025/계약/b.txt", "the deposit is two euros")):
        path = tmp_path / "docs" / at
        path.parent.mkdir(parents=True)
        path.write_text(text)
    library.manifest.put_folder(WatchedFolder(os.fsencode(tmp_path / "docs")))
    list(add([tmp_path / "docs"], batch))
    return tmp_path / "docs"


@pytest.mark.usefixtures("sorted_papers")
@pytest.mark.parametrize("tags", [("contracts",), ("2024", "CONTRACTS"), (unicodedata.normalize("NFD", "계약"),)])
def test_a_tag_narrows_the_search(library: Library, tags: tuple[str, ...]) -> None:
    scope = library.scope(Filter(tags=tags))

    found = library.passages([passage_id for passage_id, _ in library.lexical("deposit", 5, scope=scope)])

    assert {passage.document for passage in found.values()} == {"b.txt" if "계" in unicodedata.normalize("NFC", tags[0]) else "a.txt"}


@pytest.mark.usefixtures("sorted_papers")
def test_tags_that_no_document_has_are_never_taken_for_none(library: Library) -> None:
    assert library.scope(EVERYTHING) == frozenset()
    for tags in (("2026",), ("2024", "2025")):
        with pytest.raises(NoSuchTag):
            library.scope(Filter(tags=tags))
    with pytest.raises(NothingFits):
        library.scope(Filter(documents=("a.txt",), tags=("2025",)))
    assert len(library.scope(Filter(documents=("a.txt", "b.txt"), tags=("2025",)))) == 1


def test_a_moved_file_has_the_tags_of_its_new_place(library: Library, batch: Batch, sorted_papers: Path) -> None:
    (sorted_papers / "2024" / "Contracts" / "a.txt").rename(sorted_papers / "2025" / "a.txt")
    list(add([sorted_papers], batch))
    library.manifest.drop_places(os.fsencode(sorted_papers / "2024" / "Contracts" / "a.txt"))

    assert {document.name: document.tags for document in library.documents()} == {"a.txt": ("2025",), "b.txt": ("2025", "계약")}
