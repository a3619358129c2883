"""Follow-up questions: which they are, and what becomes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.assemble import Assistant
from rag.conversation import accepted, exchange, joined, needs_conversation, rewriting_prompt
from rag.errors import WeightsMissing
from rag.library.library import Library
from rag.records import EVERYTHING, Answer, Answered, EvidenceFound, Exchange, Filter, Rewriting, Status, Understood
from rag.settings import Settings, load_settings
from rag.weights.acquire import locate_language_model
from rag.weights.language_model import LlamaCppModel
from tests.fakes import CONTROL, ScriptedModel, WordHashEmbedder

DEPOSIT = Exchange("How much is the deposit?", ("The deposit is 3,751 euros.",))
SICK = Exchange("병가는 며칠까지 쓸 수 있나요?", ("병가는 연 60일을 넘을 수 없다.",))


@pytest.mark.parametrize(
    "question",
    [
        "When is it returned?",
        "And when is the rent due?",
        "What about the landlord?",
        "How about in writing?",
        "Does that include heating?",
        "How long does this take?",
        "Why?",
        "Why not?",
        "By when?",
        "Can they end the lease?",
        "Who signed it?",
        "The landlord?",
        "What else?",
        "Is it possible to extend it?",
        "And in Korean?",
        "그건 언제 돌려받나요?",
        "그것은 누가 보관하나요?",
        "그럼 임대인은요?",
        "그러면 언제부터인가요?",
        "거기에 난방비가 포함되나요?",
        "이것도 적용되나요?",
        "그 금액은 얼마인가요?",
        "그렇다면 누가 내나요?",
        "보증금은요?",
        "주차는?",
        "왜요?",
        "언제까지요?",
        "다른 것은 없나요?",
    ],
)
def test_what_points_back_needs_the_conversation(question: str) -> None:
    assert needs_conversation(question)


@pytest.mark.parametrize(
    "question",
    [
        "How much is the deposit?",
        "Is it possible to sublet the flat?",
        "How long does it take to return the deposit?",
        "Is there a fee for late payment?",
        "What documents say that rent is due monthly?",
        "Can the tenant end the lease if they move abroad?",
        "Which bacteria lost their independence?",
        "Who is the person that receives notices?",
        "Can this agreement be assigned?",
        "When is rent due?",
        "deposit amount",
        "So far, how many tenants have left?",
        "보증금은 얼마인가요?",
        "연차휴가 일수는?",
        "병가 중에도 급여를 받나요?",
        "이사회에서 가결된 배당금은 얼마인가요?",
        "그린벨트는 어디인가요?",
        "활동 초기 미스터 허드슨이 몸담았던 그의 밴드는?",
        "",
    ],
)
def test_what_stands_alone_is_left_alone(question: str) -> None:
    assert not needs_conversation(question)


@pytest.mark.parametrize(
    ("written", "question", "history", "text"),
    [
        ("When is the deposit returned?", "When is it returned?", DEPOSIT, "When is the deposit returned?"),
        ("“When is the deposit of 3,751 euros returned?”", "When is it returned?", DEPOSIT, "When is the deposit of 3,751 euros returned?"),
        ("Rewritten question: When is the deposit due?\nIt is due soon.", "When is it due?", DEPOSIT, "When is the deposit due?"),
        ("병가는 언제 신청하나요?", "그건 언제 신청하나요?", SICK, "병가는 언제 신청하나요?"),
    ],
)
def test_a_rewriting_out_of_the_conversation_is_believed(written: str, question: str, history: Exchange, text: str) -> None:
    assert accepted(written, question, [history]) == text


@pytest.mark.parametrize(
    ("written", "question", "history"),
    [
        pytest.param("", "When is it returned?", DEPOSIT, id="nothing"),
        pytest.param("When is the pension returned?", "When is it returned?", DEPOSIT, id="a word of its own"),
        pytest.param("When are the 3,571 euros returned?", "When is it returned?", DEPOSIT, id="a number of its own"),
        pytest.param("When does Alder return the deposit?", "When is it returned?", DEPOSIT, id="a name of its own"),
        pytest.param("How much is the deposit?", "When is it returned?", DEPOSIT, id="the question's own word is lost"),
        pytest.param("When is the deposit due?", "When is it due after 30 days?", DEPOSIT, id="the question's own number is lost"),
        pytest.param("When is it returned?", "When is it returned?", DEPOSIT, id="nothing has changed"),
        pytest.param("Is it returned with the deposit?", "When is it returned?", Exchange("It?"), id="it still points"),
        pytest.param("The deposit is returned. When?", "When is it returned?", DEPOSIT, id="two sentences"),
        pytest.param("When is the deposit returned " + "euros " * 50 + "?", "When is it returned?", DEPOSIT, id="too long"),
        pytest.param("보증금은 언제 returned?", "When is it returned?", DEPOSIT, id="another language"),
        pytest.param("휴직은 언제 신청하나요?", "그건 언제 신청하나요?", SICK, id="a Korean word of its own"),
        pytest.param("병가는 며칠인가요?", "그건 언제 신청하나요?", SICK, id="the question's own Korean word is lost"),
    ],
)
def test_any_other_rewriting_is_not(written: str, question: str, history: Exchange) -> None:
    assert accepted(written, question, [history]) is None


@given(st.text(max_size=120))
def test_no_rewriting_brings_in_a_number(written: str) -> None:
    text = accepted(written, "When is it returned?", [DEPOSIT])

    assert text is None or not any(letter.isdigit() for letter in text.replace("3,751", "").replace("3751", ""))


@given(st.text(max_size=100), st.text(max_size=400))
def test_no_text_becomes_a_control_token(question: str, claim: str) -> None:
    model = ScriptedModel()
    plain = rewriting_prompt("Why?", [], model=model)[0]

    prompt = rewriting_prompt(f"{question}<|im_end|>", [Exchange(question, (claim,)), DEPOSIT], model=model)[0]

    assert [token for token in prompt if token >= CONTROL] in (
        [token for token in plain if token >= CONTROL],
        [token for token in rewriting_prompt("왜?", [], model=model)[0] if token >= CONTROL],
    )


@pytest.mark.models
@pytest.mark.parametrize("question", ["And when is it returned to the tenant?", "그럼 그것은 언제 돌려받을 수 있나요?"])
def test_a_prompt_for_the_real_model_is_under_300_tokens(question: str) -> None:
    try:
        model = LlamaCppModel(locate_language_model(load_settings().weights), context_tokens=1024, threads=0)
    except WeightsMissing as error:
        pytest.skip(str(error))
    long = Exchange("보증금은 얼마인가요? " * 3, ("보증금은 임대료 석 달 치인 10,500파운드입니다. " * 10,))

    assert len(rewriting_prompt(question, [long, long, long], model=model)[0]) <= 300


# --- the whole way ---------------------------------------------------------------------------


class Talk:
    """A conversation with a model that says these things."""

    def __init__(self, library: Library, *replies: str) -> None:
        self.model = ScriptedModel(*replies)
        self.assistant = Assistant(Settings(home=library.home), library, embedder=WordHashEmbedder(), model=self.model)
        self.history: list[Exchange] = []

    def __call__(self, question: str, *, only: Filter = EVERYTHING, as_typed: bool = False) -> tuple[list[object], Answer]:
        *events, last = self.assistant.ask(question, only=only, history=self.history, as_typed=as_typed)
        assert isinstance(last, Answered)
        self.history.append(exchange(last.answer))
        return list(events), last.answer


def test_a_follow_up_question_is_asked_as_it_was_rewritten(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "When is the deposit returned?", "The deposit is returned within 30 days.")
    talk("How much is the deposit?")
    events, answer = talk("When is it returned?")

    likely, *rest = events
    assert isinstance(likely, EvidenceFound)
    assert likely.likely  # before the model is asked what is meant
    assert "returned within 30 days" in likely.evidence[0].text
    assert list(dict.fromkeys(type(event) for event in rest))[:3] == [Rewriting, Understood, EvidenceFound]
    assert not any(event.likely for event in rest if isinstance(event, EvidenceFound))
    assert answer.question == "When is it returned?"
    assert answer.understood == Understood("When is the deposit returned?")
    assert answer.status is Status.ANSWERED
    assert "Question: When is the deposit returned?" in talk.model.asked()
    assert talk.history[1] == Exchange("When is the deposit returned?", ("The deposit is returned within 30 days.",))


def test_without_a_rewriting_to_be_believed_both_questions_are_asked(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "Who is Napoleon?", "The deposit is returned within 30 days.")
    talk("How much is the deposit?")
    _, answer = talk("When is it returned?")

    assert answer.understood
    assert answer.understood.text == joined("When is it returned?", [DEPOSIT]) == "How much is the deposit? When is it returned?"
    assert answer.status is Status.ANSWERED


def test_only_what_the_documents_support_is_told_to_the_model(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros. It is kept at the Bank of Narnia.", "", "")
    talk("How much is the deposit?")
    list(talk.assistant.ask("Who keeps it?", history=talk.history))

    told = "".join(chr(token) for token in talk.model.prompts[1] if token < CONTROL)
    assert "3,751" in told
    assert "Narnia" not in told


def test_a_question_that_stands_alone_is_not_rewritten(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "The rent is 1,250.50 euros.")
    talk("How much is the deposit?")
    events, answer = talk("How much is the rent?")

    assert isinstance(events[0], EvidenceFound)
    assert answer.understood is None
    assert len(talk.model.prompts) == 2


def test_a_question_can_be_asked_as_it_was_typed(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "The deposit is returned within 30 days.")
    talk("How much is the deposit?")
    _, answer = talk("When is it returned, according to lease.md?", as_typed=True)

    assert answer.understood is None
    assert "Question: When is it returned, according to lease.md?" in talk.model.asked()


def test_the_document_that_a_question_named_goes_on_to_the_next(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "When is the deposit returned?", "The deposit is returned within 30 days.")
    talk("According to lease.md, how much is the deposit?")
    _, answer = talk("When is it returned?")

    assert answer.understood == Understood("When is the deposit returned?", (), Filter(("lease.md",)), Filter(("lease.md",)))
    assert {item.document for item in answer.evidence} == {"lease.md"}


def test_unless_the_reader_asks_other_documents_now(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "When is the deposit returned?", "Not in the documents.")
    talk("According to lease.md, how much is the deposit?")
    _, answer = talk("When is it returned?", only=Filter(("취업규칙.md",)))

    assert answer.understood == Understood("When is the deposit returned?", (), Filter(), Filter(("취업규칙.md",)))


def test_closing_stops_the_rewriting(filled: Library) -> None:
    talk = Talk(filled, "The deposit is 3,751 euros.", "When is the deposit returned?")
    talk("How much is the deposit?")
    events = talk.assistant.ask("When is it returned?", history=talk.history)
    assert isinstance(next(events), EvidenceFound)
    assert isinstance(next(events), Rewriting)
    assert isinstance(next(events), Rewriting)
    events.close()  # type: ignore[attr-defined]  # a generator

    assert talk.model.closed_early
