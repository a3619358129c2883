"""Every place that speaks of something, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag import survey as survey_module
from rag.assemble import Assistant
from rag.errors import NothingFits
from rag.library.library import Library
from rag.records import EVERYTHING, Answer, Answered, Exchange, Filter, Passage, Status, Survey, Understood
from rag.settings import Settings
from rag.survey import alternatives, family, holds, sentences
from tests.fakes import ScriptedModel, WordHashEmbedder

Listing = Callable[..., Answer]

SUPPLY = """# Supply agreement

## 1. Term

This agreement runs for two years. Either party may terminate it with 60 days' notice.

## 2. Termination

Notice must be given in writing. On terminating, the Buyer pays what is due.

## 3. Indemnity

The Supplier indemnifies the Buyer. The indemnification is limited to 5,000 euros.

## 4. Fees

Late payment costs 5 percent. A payment that is late by 30 days ends the discount. Payment is due monthly.
"""
HIRE = """# 렌트 계약서

## 제3조 (위약금)

중도에 해지하면 위약금을 낸다. 위약금은 남은 대여료의 10퍼센트이다.

## 제4조 (해지)

해지 통지는 서면으로 한다.
"""


@pytest.fixture
def listing(filled: Library, batch: Batch, papers: Path, home: Path, embedder: WordHashEmbedder) -> Listing:
    (papers / "supply.md").write_text(SUPPLY, encoding="utf-8")
    (papers / "렌트.md").write_text(HIRE, encoding="utf-8")
    assert all(outcome.outcome.value in ("added", "unchanged") for outcome in add([papers], batch))
    model = ScriptedModel()

    def ask(question: str, only: Filter = EVERYTHING) -> Answer:
        *_, last = Assistant(Settings(home=home), filled, embedder=embedder, model=model).ask(question, only=only)
        assert isinstance(last, Answered)
        assert model.prompts == []
        return last.answer

    return ask


def _counted(answer: Answer) -> list[tuple[str, str]]:
    assert isinstance(answer.whole, Survey)
    return [(answer.citations[at].document, " ".join(answer.claims[at].text.split())) for at in range(answer.whole.shown)]


def test_all_places_are_listed_in_the_order_of_the_documents(listing: Listing) -> None:
    answer = listing("List every clause that mentions termination")

    assert _counted(answer) == [
        ("supply.md", "Either party may terminate it with 60 days' notice."),
        ("supply.md", "## 2. Termination Notice must be given in writing."),
        ("supply.md", "On terminating, the Buyer pays what is due."),
    ]
    assert answer.whole == Survey("termination", 3, 1, 3)
    assert answer.status is Status.ANSWERED


def test_every_place_is_cited_word_for_word(listing: Listing, filled: Library) -> None:
    answer = listing("List all mentions of payment")

    assert len(_counted(answer)) == 4
    for claim in answer.claims:
        (cited,) = (answer.citations[at] for at in claim.citations)
        assert filled.text(cited.doc_id, cited.start, cited.end) == cited.quote == claim.text


def test_korean_places(listing: Listing) -> None:
    assert _counted(listing("모든 위약금 조항을 나열해줘")) == [
        ("렌트.md", "# 렌트 계약서 ## 제3조 (위약금) 중도에 해지하면 위약금을 낸다."),
        ("렌트.md", "위약금은 남은 대여료의 10퍼센트이다."),
    ]
    assert len(_counted(listing("해지 통지가 언급된 조항을 모두 찾아줘"))) == 1


def test_words_of_one_family_are_found_together(listing: Listing) -> None:
    assert [text for _, text in _counted(listing("List all indemnification clauses"))] == [
        "## 3. Indemnity The Supplier indemnifies the Buyer.",
        "The indemnification is limited to 5,000 euros.",
    ]


def test_of_two_words_both_must_stand_in_the_sentence(listing: Listing) -> None:
    assert [text for _, text in _counted(listing("List all clauses about late payment"))] == [
        "## 4. Fees Late payment costs 5 percent.",
        "A payment that is late by 30 days ends the discount.",
    ]


def test_only_the_documents_in_scope_are_looked_through(listing: Listing) -> None:
    assert {document for document, _ in _counted(listing("List all mentions of notice"))} == {"lease.md", "supply.md"}
    assert {document for document, _ in _counted(listing("List all mentions of notice", Filter(documents=("lease.md",))))} == {"lease.md"}
    assert {document for document, _ in _counted(listing("List all mentions of 해지", Filter(formats=("markdown",))))} == {"렌트.md"}


def test_a_question_may_name_the_documents_to_look_through(listing: Listing) -> None:
    answer = listing("List all mentions of notice in lease.md")

    assert {document for document, _ in _counted(answer)} == {"lease.md"}
    assert answer.understood == Understood("List all mentions of notice", (), Filter(("lease.md",)), Filter(("lease.md",)))
    with pytest.raises(NothingFits):
        listing("List all mentions of notice in lease.md", Filter(formats=("pdf",)))


def test_as_typed_or_pointing_at_what_was_said_it_is_an_ordinary_question(filled: Library, home: Path, embedder: WordHashEmbedder) -> None:
    assistant = Assistant(Settings(home=home), filled, embedder=embedder, model=ScriptedModel(*["Not in the documents."] * 4))
    talk = [Exchange("How much is the deposit?", ("The deposit is 3,751 euros.",))]

    for *_, last in (
        assistant.ask("List all mentions of notice", as_typed=True),
        assistant.ask("List all mentions of it", history=talk),
    ):
        assert isinstance(last, Answered)
        assert last.answer.whole is None
    *_, last = assistant.ask("List all mentions of notice", history=talk)
    assert isinstance(last, Answered)
    assert isinstance(last.answer.whole, Survey)


def test_what_stands_nowhere_is_not_found(listing: Listing) -> None:
    answer = listing("List all mentions of arbitration")

    assert (answer.status, answer.claims, answer.whole) == (Status.NOT_FOUND, (), Survey("arbitration", 0, 0, 0))


def test_a_list_too_long_is_cut_and_says_how_many_there_are(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_module, "SHOWN", 2)

    answer = listing("List every clause that mentions termination")

    assert answer.whole == Survey("termination", 3, 1, 2)
    assert len(_counted(answer)) == 2


@pytest.mark.parametrize(
    ("words", "sentence", "held"),
    [
        ("termination", "The lease terminates on 1 May.", True),
        ("termination", "The lease ends on 1 May.", False),
        ("disclosure", "Nobody shall disclose it.", True),
        ("compliance", "The parties comply with the law.", True),
        ("liability", "No party is liable.", True),
        ("modification", "It may be modified in writing.", True),
        ("agreement", "The parties agree to meet.", False),
        ("contract", "The contractor leaves.", False),
        ("party", "This part is void.", False),
        ("property", "It was done properly.", False),
        ("governing law", "It is governed by the laws of Wales.", True),
        ("governing law", "The law is the law.", False),
        ("penalty for late payment", "A penalty is due when payment is late.", True),
        ("penalty for late payment", "The penalty for late delivery is 5 euros.", True),
        ("penalty for late payment", "The payment is monthly.", False),
        ("“set off”", "The tenant may not set off anything.", True),
        ("“set off”", "They set out and were off.", False),
        ("위약금", "위약금을 낸다.", True),
        ("위약금", "위약벌을 낸다.", False),
        ("손해배상", "회사는 손해를 배상한다.", False),
        ("손해 배상", "회사는 손해를 배상한다.", True),
        ("", "Anything.", False),
    ],
)
def test_what_counts_as_a_mention(words: str, sentence: str, held: bool) -> None:
    assert holds(words, sentence) == held


def test_either_of_two_will_do() -> None:
    assert alternatives("termination or expiry") == ["termination", "expiry"]
    assert alternatives("해지 또는 해제") == ["해지", "해제"]
    assert alternatives("termination") == ["termination"]


@pytest.mark.parametrize(("stem", "expected"), [("indemnifi", "indemn"), ("12", "12"), ("위약", "위약"), ("parti", "parti"), ("id", "id")])
def test_a_family_begins_like_its_members(stem: str, expected: str) -> None:
    assert family(stem) == expected
    assert stem.startswith(family(stem))


def test_headings_go_with_what_stands_below_and_tables_of_contents_are_left_out() -> None:
    text = (
        "Contents\n3. Deposit ........... 7\n\n# Lease\n\n## 1. Rent\n\nIt is due. It is 5 euros.\n\n15. Governing Law.\nThe law of Wales."
    )
    passage = Passage(1, "d", "a.md", None, None, 100, 100 + len(text), text, ("# Lease", "## 1. Rent"), 0)

    places = [place.text for place in sentences(passage)]

    assert [" ".join(text.split()) for text in places][-3:] == ["# Lease ## 1. Rent It is due.", "It is 5 euros.", "15. Governing Law. The law of Wales."]  # fmt: skip
    assert not any("....." in text for text in places)
    assert all(text[place.start - 100 : place.end - 100] == place.text for place in sentences(passage))


def test_a_heading_that_ends_a_passage_is_not_lost() -> None:
    text = "It is due.\n\n15. Governing Law.\n"
    places = list(sentences(Passage(1, "d", "a.md", None, None, 0, len(text), text, (), 0)))

    assert [place.text for place in places] == ["It is due.", "15. Governing Law."]
    assert [text[place.start : place.end] for place in places] == [place.text for place in places]
