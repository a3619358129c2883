"""Evidence -> token list, within a budget. Document text and the question never become control tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import EmptyQuestion, QuestionTooLong
from rag.languages import language_of
from rag.ports import LanguageModel, Mark
from rag.records import Evidence, Language
from rag.retrieve import TermWeights
from rag.select import Onward, opening, select
from rag.settings import AnswerSettings
from rag.verdict import is_yes_or_no

NOT_FOUND: dict[Language, str] = {"en": "Not in the documents.", "ko": "문서에 없습니다."}
"""What the model is told to say when the excerpts do not hold the answer."""

INSTRUCTION: dict[Language, str] = {
    "en": "You read documents and answer questions about them. Answer in one or two short sentences, using only the excerpts below. "
    "Copy names, numbers and dates exactly as they are written. "
    f'Only when the excerpts are about something else entirely, write "{NOT_FOUND["en"]}"',
    "ko": "당신은 문서를 읽고 질문에 답하는 비서입니다. 아래 발췌문만 근거로 질문에 한 문장으로 짧게 답하세요. "
    "이름, 숫자, 날짜는 발췌문에 적힌 그대로 쓰세요. "
    f'발췌문이 질문과 전혀 관계가 없을 때만 "{NOT_FOUND["ko"]}"라고 쓰세요.',
}
"""The fixed part of every prompt, by the question's language; it comes first so that its evaluation can be kept."""

_GIVE_REASON: dict[Language, str] = {
    "en": '\nBegin with Yes or No, then "because" and the words of the excerpt that show it.',
    "ko": "\n예 또는 아니요로 시작하고, 이어서 그것을 보여 주는 발췌문의 문장을 쓰세요.",
}
"""Said only after a question to be answered by yes or no: told always, the model says yes to everything."""

_EXCERPTS: dict[Language, str] = {"en": "Excerpts:", "ko": "발췌문:"}
_QUESTION: dict[Language, str] = {"en": "Question: ", "ko": "질문: "}
_PAGE: dict[Language, str] = {"en": "page {page}", "ko": "{page}쪽"}
_LEAST_EVIDENCE_TOKENS = 64
"""A question that leaves less room than this for evidence is too long."""

_BESIDE_EVIDENCE_TOKENS = 40
"""Of question and template, which are read each time."""

_SHORTEST_TOKENS, _STEP_TOKENS = 160, 60
"""A passage must fit, however slow the machine."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """``evidence`` is what the model sees, word for word: a citation can name nothing else."""

    tokens: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    marks: tuple[Mark, ...] = ()


def build_prompt(
    question: str,
    evidence: Sequence[Evidence],
    asked: TermWeights,
    *,
    onward: Onward | None = None,
    model: LanguageModel,
    settings: AnswerSettings,
) -> Prompt:
    """The fixed part, snippets of the evidence, the question.

    Raises:
        EmptyQuestion
        QuestionTooLong: it leaves no room for evidence in the model's context.
    """
    if not question.strip():
        raise EmptyQuestion
    language = language_of(question)
    head, after = _frame(language, model)
    hint = _GIVE_REASON[language] if is_yes_or_no(question) else ""
    tail = [*model.encode_text(f"\n\n{_QUESTION[language]}{question.strip()}{hint}"), *after]
    room = model.context_tokens - len(head) - len(tail) - settings.max_tokens
    if room < _LEAST_EVIDENCE_TOKENS:
        raise QuestionTooLong(tokens=len(tail), limit=max(0, len(tail) + room - _LEAST_EVIDENCE_TOKENS))
    selection = select(
        evidence,
        asked,
        count_tokens=lambda text: len(model.encode_text(text)),
        label=lambda item: label(item, language),
        onward=onward if language in settings.read_ahead else None,
        most_tokens=min(room, settings.evidence_tokens),
        settings=settings,
    )
    tokens, marks = list(head), [Mark(len(head), "")]
    for number, item in enumerate(selection.snippets, 1):
        tokens += _excerpt(number, item, language, model)
        if number == 1 and selection.shared:
            marks.append(Mark(len(tokens), item.doc_id))
    return Prompt((*tokens, *tail), selection.snippets, tuple(marks))


def readable_in_time(settings: AnswerSettings, able: float | None) -> AnswerSettings:
    """Settings whose snippets a machine that is able to read so many tokens a second reads in time. In steps, so that prompts keep their beginnings."""
    if not able:
        return settings
    in_time = able * settings.first_word_s - _BESIDE_EVIDENCE_TOKENS
    most = max(_SHORTEST_TOKENS, int(in_time // _STEP_TOKENS) * _STEP_TOKENS)
    if most >= settings.evidence_tokens:
        return settings
    return settings.model_copy(update={"evidence_tokens": most, "first_tokens": min(settings.first_tokens, most)})


def beginning(item: Evidence, language: Language, *, model: LanguageModel, settings: AnswerSettings) -> Prompt | None:
    """With what every prompt begins whose first snippet is the opening of ``item``; None where that has none."""
    found = opening(
        item, count_tokens=lambda text: len(model.encode_text(text)), label=lambda shown: label(shown, language), settings=settings
    )
    if not found:
        return None
    head, _ = _frame(language, model)
    tokens = [*head, *_excerpt(1, found.item, language, model)]
    return Prompt(tuple(tokens), (found.item,), (Mark(len(head), ""), Mark(len(tokens), item.doc_id)))


def _frame(language: Language, model: LanguageModel) -> tuple[list[int], list[int]]:
    before, after = model.frame(INSTRUCTION[language])
    return [*before, *model.encode_text(_EXCERPTS[language])], after


def _excerpt(number: int, item: Evidence, language: Language, model: LanguageModel) -> list[int]:
    return model.encode_text(f"\n\n[{number}] {label(item, language)}\n{item.text}")


def label(item: Evidence, language: Language) -> str:
    parts = [item.document]
    if item.page is not None:
        page = str(item.page) if item.page_end in (None, item.page) else f"{item.page}-{item.page_end}"
        parts.append(_PAGE[language].format(page=page))
    if item.headings:
        parts.append(" > ".join(item.headings[-2:]))
    return ", ".join(parts)
