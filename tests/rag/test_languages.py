"""A question in one language over documents in the other, with the real embedder: words share nothing there, meaning must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.assemble import Assistant
from rag.errors import WeightsMissing
from rag.library.library import Library
from rag.records import Filter
from rag.settings import Settings, load_settings

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
DOCUMENTS = ("privacy-policy.md", "patient-leaflet-quellamor.html", "이사회-회의록.txt", "복약안내문-도르베스정.html")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Assistant]:
    """Over two English and two Korean documents, so that passages in the question's own language compete."""
    settings = Settings(home=tmp_path_factory.mktemp("drawer"), weights=load_settings().weights)
    with Assistant(settings, Library(settings.home)) as opened:
        try:
            batch = Batch(opened.library, opened.embedder, sandbox, settings.split)
        except WeightsMissing as error:
            pytest.skip(str(error))
        list(add([SAMPLES / name for name in DOCUMENTS], batch))
        yield opened


QUESTIONS = [
    ("고객 지원 통화 녹음은 얼마 동안 보관하나요?", "privacy-policy.md", "Recordings of support calls"),
    (
        "Quellamor를 처음 먹은 뒤 운전은 언제부터 할 수 있나요?",
        "patient-leaflet-quellamor.html",
        "Do not drive or use machines for 8 hours",
    ),
    ("How much dividend per share did the board approve?", "이사회-회의록.txt", "1주당 150원"),
    (
        "When must Dorbes tablets be stopped before surgery with a high risk of bleeding?",
        "복약안내문-도르베스정.html",
        "72시간 전에 복용을 중단",
    ),
]


def _found(assistant: Assistant, question: str, only: Filter, document: str, words: str) -> bool:
    found = assistant.search(question, k=5, only=only).evidence
    return any(item.document == document and words in " ".join(item.text.split()) for item in found)


@pytest.mark.models
@pytest.mark.parametrize(("question", "document", "words"), QUESTIONS)
def test_in_a_document_of_the_other_language_the_passage_is_among_the_first(
    assistant: Assistant, question: str, document: str, words: str
) -> None:
    assert _found(assistant, question, Filter((document,)), document, words)
