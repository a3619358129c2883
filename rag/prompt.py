"""Evidence -> token list, within a budget. Document text and the question never become control tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.errors import EmptyQuestion, QuestionTooLong
from rag.ports import LanguageModel
from rag.records import Evidence, Language
from rag.sentences import sentence_spans
from rag.settings import AnswerSettings

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

_YES_OR_NO = re.compile(r"(?:is|are|was|were|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had)\b", re.IGNORECASE)
_GIVE_REASON = '\nBegin with Yes or No, then "because" and the words of the excerpt that show it.'
"""Said only after an English question that begins like one to be answered by yes or no: told always, the model says yes to everything."""

_EXCERPTS: dict[Language, str] = {"en": "Excerpts:", "ko": "발췌문:"}
_QUESTION: dict[Language, str] = {"en": "Question: ", "ko": "질문: "}
_PAGE: dict[Language, str] = {"en": "page {page}", "ko": "{page}쪽"}
_LEAST_EVIDENCE_TOKENS = 64
"""A question that leaves less room than this for evidence is too long."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """``evidence`` is what the model sees, word for word: a citation can name nothing else."""

    tokens: tuple[int, ...]
    evidence: tuple[Evidence, ...]


def language_of(question: str) -> Language:
    """Korean as soon as there is Hangul: Korean questions are full of Latin names, English ones hold no Hangul."""
    return "ko" if any("가" <= letter <= "힣" or "ㄱ" <= letter <= "ㅣ" for letter in question) else "en"


def build_prompt(question: str, evidence: Sequence[Evidence], *, model: LanguageModel, settings: AnswerSettings) -> Prompt:
    """Take evidence in rank order while it fits; the first that does not is cut at sentences, around what was found, and the rest left out.

    Raises:
        EmptyQuestion
        QuestionTooLong: it leaves no room for evidence in the model's context.
    """
    if not question.strip():
        raise EmptyQuestion
    language = language_of(question)
    before, after = model.frame(INSTRUCTION[language])
    hint = _GIVE_REASON if _YES_OR_NO.match(question.strip()) else ""
    asked = model.encode_text(f"\n\n{_QUESTION[language]}{question.strip()}{hint}")
    opening = model.encode_text(_EXCERPTS[language])
    room = model.context_tokens - len(before) - len(after) - len(opening) - len(asked) - settings.max_tokens
    if room < _LEAST_EVIDENCE_TOKENS:
        raise QuestionTooLong(tokens=len(asked), limit=max(0, len(asked) + room - _LEAST_EVIDENCE_TOKENS))
    left = min(room, settings.evidence_tokens)
    shown: list[Evidence] = []
    middle: list[int] = []
    for item in evidence:
        label = model.encode_text(f"\n\n[{len(shown) + 1}] {_label(item, language)}\n")
        body = model.encode_text(item.text)
        if len(label) + len(body) > left:
            item = _sentences_around_best(item, left - len(label), model)
            body = model.encode_text(item.text)
            if not item.text or (shown and len(body) < _LEAST_EVIDENCE_TOKENS // 2):
                break
            left = 0
        shown.append(item)
        middle += label + body
        left -= len(label) + len(body)
        if left <= 0:
            break
    return Prompt((*before, *opening, *middle, *asked, *after), tuple(shown))


def _label(item: Evidence, language: Language) -> str:
    parts = [item.document]
    if item.page is not None:
        page = str(item.page) if item.page_end in (None, item.page) else f"{item.page}-{item.page_end}"
        parts.append(_PAGE[language].format(page=page))
    if item.headings:
        parts.append(" > ".join(item.headings[-2:]))
    return ", ".join(parts)


def _sentences_around_best(item: Evidence, most_tokens: int, model: LanguageModel) -> Evidence:
    """The sentences that fit: those of the passage that was found from its first, then those after it, then those before it."""
    spans = sentence_spans(item.text)
    found = next((at for at, (_, end) in enumerate(spans) if item.start + end > item.best[0]), 0)
    first, last = found, found - 1
    left = most_tokens
    for at in (*range(found, len(spans)), *range(found - 1, -1, -1)):
        if (at > found and at != last + 1) or (at < found and at != first - 1):
            continue
        cost = len(model.encode_text(item.text[spans[at][0] : spans[at][1]])) + 1
        if cost > left:
            continue
        left -= cost
        first, last = min(first, at), max(last, at)
    if last < first:
        return replace(item, text="", end=item.start)
    start, end = spans[first][0], spans[last][1]
    return replace(item, text=item.text[start:end], start=item.start + start, end=item.start + end)
