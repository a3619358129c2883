"""Questions in Korean to English documents, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.assemble import Assistant
from rag.bilingual import in_the_other_language
from rag.ground import GroundedClaim, Similar, ground, in_their_own_language
from rag.languages import written_in
from rag.library.library import Library
from rag.ports import Vectors
from rag.prospect import prospect
from rag.records import Answer, Answered, Doubt, Evidence, Status
from rag.retrieve import retrieve, weigh_terms
from rag.settings import RefusalSettings, RetrievalSettings, Settings
from tests.fakes import ScriptedModel, WordHashEmbedder


def _evidence(text: str) -> Evidence:
    return Evidence("d", "paper.pdf", 1, 1, 0, len(text), text, (), 1.0, (0, len(text)))


def _nearest_is(words: str) -> Similar:
    def similar(_: str, others: Sequence[str]) -> list[float]:
        return [float(words in other) for other in others]

    return similar


# --- the glossary ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named", "other"),
    [
        ("임차인이 통지해야 하나요?", "임차인", "tenant"),
        ("임차인이 통지해야 하나요?", "통지", "notice"),
        ("계약해지는 언제 가능한가요?", "해지", "terminate"),
        ("제3자에게 알려 줘도 되나요?", "제3자", "third party"),
        ("약을 먹나요?", "약", "medicine"),
        ("Which law governs? The governing law.", "governing law", "준거법"),
        ("May employees take sick leave?", "sick leave", "병가"),
        ("The TENANTS pay", "TENANTS", "임차인"),
    ],
)
def test_known_words(text: str, named: str, other: str) -> None:
    assert other in dict(in_the_other_language(text))[named]


@pytest.mark.parametrize("text", ["우왕의 장인은?", "", "12 345", "!?"])
def test_words_that_are_not_known_have_none(text: str) -> None:
    assert in_the_other_language(text) == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("금강산 관광객은 몇 명인가요?", "산"),
        ("당사자 간에 정한다", "간"),
        ("약 30일 뒤에", "약"),
        ("약정한 날", "약"),
        ("병역을 마친 사람", "병"),
    ],
)
def test_a_short_word_inside_another_is_not_meant(text: str, word: str) -> None:
    assert word not in dict(in_the_other_language(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This Lease is made between 김서연 and the Landlord named below, and governs the premises.", "en"),
        ("본 계약은 Seorap Inc.와 홍길동 사이에 체결된 software license 계약이다.", "ko"),
        ("", "en"),
        ("123 456", "en"),
    ],
)
def test_what_a_document_is_written_in(text: str, language: str) -> None:
    assert written_in(text) == language


# --- finding ---------------------------------------------------------------------------------


def test_a_question_finds_what_the_glossary_knows_in_the_other_language(filled: Library, embedder: WordHashEmbedder) -> None:
    found = retrieve("임차인은 보증금을 얼마 내나요?", library=filled, embedder=embedder, settings=RetrievalSettings(), k=3)

    assert found[0].document == "lease.md"
    assert "deposit" in found[0].text


def test_the_nearest_in_the_other_language_is_found_behind_whatever_is_nearer(filled: Library, embedder: WordHashEmbedder) -> None:
    class NearKorean(WordHashEmbedder):
        def embed_question(self, text: str) -> Vectors:
            return super().embed_question("직원은 1년간 80퍼센트 이상 출근하면 15일의 유급휴가를 받는다.")

    found = retrieve("우주 정거장", library=filled, embedder=NearKorean(), settings=RetrievalSettings(candidates=1), k=3)

    assert {item.document for item in found} == {"취업규칙.md", "lease.md"}


def test_what_each_document_is_written_in_is_known(filled: Library) -> None:
    names = {document.doc_id: document.name for document in filled.documents()}
    languages = {names[doc_id]: language for doc_id, language in filled.languages().items()}

    assert languages["lease.md"] == "en"
    assert "ko" in languages.values()
    assert {names[doc_id] for doc_id in filled.not_in("ko")} == {name for name, language in languages.items() if language == "en"}


def test_words_in_the_other_language_count_only_across(filled: Library) -> None:
    asked, across = (weigh_terms("보증금", library=filled, across=across) for across in (False, True))

    assert asked.share({"deposit"}) == 0.0
    assert across.share({"deposit"}) == 1.0


# --- refusing --------------------------------------------------------------------------------


@pytest.fixture
def lease(filled: Library) -> tuple[Evidence, ...]:
    (doc_id,) = filled.not_in("ko")
    text = filled.text(doc_id, 0, 10_000)
    return (Evidence(doc_id, "lease.md", None, None, 0, len(text), text, (), 1.0, (0, len(text))),)


@pytest.mark.parametrize(
    ("question", "hopeful"),
    [
        pytest.param("우주 정거장의 무게는?", False, id="nothing there is near"),
        pytest.param("임차인의 보증금은?", True, id="the glossary finds it"),
        pytest.param("The tenant pays a deposit 라고 했나요?", True, id="near in meaning"),
    ],
)
def test_documents_in_another_language_must_be_near_or_hold_the_words(
    question: str, hopeful: bool, filled: Library, embedder: WordHashEmbedder, lease: tuple[Evidence, ...]
) -> None:
    settings = RefusalSettings(across_share_weight=20, across_similarity_weight=20, across_offset=4)

    hope = prospect(question, lease, library=filled, embedder=embedder, settings=settings)

    assert (hope.abroad, hope.hopeful) == (True, hopeful)


def test_the_own_language_answers_where_it_can(filled: Library, embedder: WordHashEmbedder, lease: tuple[Evidence, ...]) -> None:
    hope = prospect("How much is the deposit that the tenant pays?", lease, library=filled, embedder=embedder, settings=RefusalSettings())

    assert (hope.abroad, hope.mixed, hope.hopeful) == (False, False, True)


# --- supporting ------------------------------------------------------------------------------

LEASE = "The rent is due on Mondays. The Tenant shall give the Landlord six months’ written notice. Pets are welcome in the garden."


@pytest.mark.parametrize(
    ("claim", "doubt"),
    [
        pytest.param("임차인은 6개월 전에 서면으로 통지해야 합니다.", None, id="the amount and the words"),
        pytest.param("6개월 전입니다.", None, id="the amount alone"),
        pytest.param("임차인은 서면으로 통지해야 합니다.", None, id="only words the glossary knows"),
        pytest.param("임차인은 7개월 전에 통지해야 합니다.", Doubt.FACT, id="another amount"),
        pytest.param("임차인은 Berlin에 통지해야 합니다.", Doubt.NAME, id="another name"),
        pytest.param("임차인은 서면으로 통지하지 않아도 됩니다.", Doubt.NEGATION, id="the opposite"),
        pytest.param("집주인에게 편지를 부쳐야 합니다.", Doubt.LANGUAGE, id="words nobody can compare"),
        pytest.param("이사회는 배당금을 6개월 뒤에 지급합니다.", Doubt.WORDS, id="the amount of something else"),
    ],
)
def test_what_supports_a_claim_in_the_other_language(claim: str, doubt: Doubt | None) -> None:
    (grounded,) = ground(claim, [_evidence(LEASE)], "언제까지 말해야 하나요?", similar=_nearest_is("six months"))

    assert grounded.doubt is doubt
    quoted = grounded.quotations[0] if grounded.quotations else grounded.nearest
    assert quoted is not None
    assert quoted.text == "The Tenant shall give the Landlord six months’ written notice."
    assert bool(grounded.quotations) == (doubt is None)


def test_an_english_claim_from_a_korean_sentence() -> None:
    evidence = _evidence("휴가는 유급이다. 신규 채용한 사원은 채용일부터 3개월을 수습기간으로 한다.")

    (right,) = ground("The probationary period is 3 months.", [evidence], "How long is probation?", similar=_nearest_is("3개월"))
    (wrong,) = ground("The probationary period is 3 weeks.", [evidence], "How long is probation?", similar=_nearest_is("3개월"))

    assert [quotation.text for quotation in right.quotations] == ["신규 채용한 사원은 채용일부터 3개월을 수습기간으로 한다."]
    assert (wrong.quotations, wrong.doubt) == ((), Doubt.FACT)


def test_the_number_of_a_clause_is_no_amount() -> None:
    evidence = _evidence("3. Employees are paid by the Company.")

    (claim,) = ground("직원은 3명입니다.", [evidence], "직원은 몇 명인가요?", similar=_nearest_is("Employees"))

    assert (claim.quotations, claim.doubt) == ((), Doubt.FACT)


def test_a_yes_that_only_repeats_the_question_cannot_be_compared() -> None:
    evidence = _evidence("The Tenant may sublet the whole.")

    (claim,) = ground("예. 임차인은 전대할 수 있습니다.", [evidence], "임차인은 전대할 수 있나요?", similar=_nearest_is("sublet"))

    assert (claim.quotations, claim.doubt) == ((), Doubt.LANGUAGE)


def test_without_a_way_to_compare_nothing_across_is_supported() -> None:
    (claim,) = ground("임차인은 6개월 전에 통지해야 합니다.", [_evidence("Six weeks.")], "언제까지 말해야 하나요?")

    assert claim.quotations == ()


def test_the_own_words_of_a_document_are_no_heading() -> None:
    evidence = _evidence("4. DEPOSIT\n\nThe Tenant pays a deposit of 3,751 euros before moving in.")

    doubted = (GroundedClaim("입주 전에 냅니다.", (), Doubt.LANGUAGE),)
    (own,) = in_their_own_language("보증금은 얼마인가요?", [evidence], doubted, _nearest_is("DEPOSIT"))

    assert (own.text, own.verbatim) == ("The Tenant pays a deposit of 3,751 euros before moving in.", True)


@pytest.fixture
def ask(filled: Library, embedder: WordHashEmbedder, home: Path) -> Callable[[str, str], Answer]:
    def answer(question: str, reply: str) -> Answer:
        settings = RefusalSettings(across_share_weight=20, across_similarity_weight=0, across_offset=2)
        assistant = Assistant(Settings(home=home, refusal=settings), filled, embedder=embedder, model=ScriptedModel(reply))
        *_, last = assistant.ask(question)
        assert isinstance(last, Answered)
        return last.answer

    return answer


def test_an_answer_across_languages_is_in_the_language_of_the_question(ask: Callable[[str, str], Answer]) -> None:
    answer = ask("임차인은 보증금을 얼마 내나요?", "임차인은 보증금 3,751 유로를 냅니다.")

    assert (answer.status, answer.language) == (Status.ANSWERED, "ko")
    assert answer.citations[0].document == "lease.md"
    assert "3,751 euros" in answer.citations[0].quote


def test_what_cannot_be_compared_comes_after_the_documents_own_words(ask: Callable[[str, str], Answer]) -> None:
    answer = ask("임차인은 보증금을 얼마 내나요?", "임차인은 보증금을 입주하기 앞서 맡깁니다.")

    assert answer.status is Status.PARTIAL
    assert [(claim.supported, claim.verbatim) for claim in answer.claims] == [(True, True), (False, False)]
    assert answer.text == " ".join(answer.citations[0].quote.split())


def test_another_amount_is_no_answer(ask: Callable[[str, str], Answer]) -> None:
    answer = ask("임차인은 보증금을 얼마 내나요?", "임차인은 보증금 9,999 유로를 냅니다.")

    assert answer.status is Status.NOT_FOUND
    assert [(claim.supported, claim.doubt) for claim in answer.claims] == [(False, Doubt.FACT)]


def test_a_model_that_declines_is_believed(ask: Callable[[str, str], Answer]) -> None:
    answer = ask("임차인은 보증금을 얼마 내나요?", "문서에 없습니다.")

    assert (answer.status, answer.claims) == (Status.NOT_FOUND, ())


@pytest.mark.parametrize(
    ("claim", "question", "text"),
    [
        ("순이익은 10% 증가하였습니다.", "순이익은 어떻게 변했나요?", "Net income decreased 10% in 2023."),
        ("어린이에게 하루 500mg을 투여합니다.", "어린이 용량은 얼마인가요?", "For adults the daily dose is 500 mg."),
        ("식후 30분에 복용합니다.", "언제 복용하나요?", "Take 30 minutes before meals."),
        ("임차인은 60일 전에 통지해야 합니다.", "임차인은 언제 통지하나요?", "The Landlord shall give notice 60 days before."),
        ("계약은 2024년 3월 1일에 시작됩니다.", "계약은 언제 시작되나요?", "The agreement ends on March 1, 2024."),
        ("30일입니다.", "검수 기간은 며칠인가요?", "The Supplier shall pay the Customer USD 500 within 30 days."),
        (
            "임대인은 건물의 수리 비용을 지급합니다.",
            "건물 수리 비용은 누가 지급하나요?",
            "The tenant pays the cost of repair of the building.",
        ),
        ("이 약은 임신 중 복용이 금기입니다.", "임신 중 복용해도 되나요?", "Taking this medicine in pregnancy is safe."),
    ],
)
def test_what_the_words_do_not_say_across_languages_is_not_supported(claim: str, question: str, text: str) -> None:
    (grounded,) = ground(claim, [_evidence(text)], question, similar=_nearest_is(text[:10]))

    assert grounded.quotations == ()


@pytest.mark.parametrize(
    ("claim", "question", "text"),
    [
        ("The Tenant pays a deposit.", "What does the tenant pay?", "임차인은 보증금을 지급한다."),
        ("The lease ends on 31 December 2025.", "When does the lease end?", "임대차는 2025년 12월 31일에 종료한다."),
        ("The deposit is KRW 5,000,000.", "How much is the deposit?", "보증금은 5,000,000원이다."),
    ],
)
def test_names_of_parties_and_money_are_known_across_languages(claim: str, question: str, text: str) -> None:
    (grounded,) = ground(claim, [_evidence(text)], question, similar=_nearest_is(text[:5]))

    assert grounded.quotations
