"""What is said of kept conversations, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.records import Language


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    new: str
    search: str
    none_found: str
    more: str
    manage: str
    manage_named: str
    name: str
    rename: str
    export: str
    delete: str
    delete_means: str
    close: str
    kept: str
    not_kept: str
    delete_all: str


ENGLISH = Words(
    title="Earlier questions",
    new="New question",
    search="Search earlier questions",
    none_found="None of them holds these words.",
    more="Show more",
    manage="This conversation",
    manage_named="Rename, save or delete: {title}",
    name="Name",
    rename="Rename",
    export="Save as text",
    delete="Delete",
    delete_means="Deleting takes the questions and answers out of the drawer at once. Your documents stay.",
    close="Close",
    kept="Conversations kept in the drawer: {count}. They lie on this computer only; erasing a document drops those that quote it. To keep none, set keep_conversations = false in seorap.toml.",
    not_kept="Questions and answers are not kept (keep_conversations = false). From before: {count}.",
    delete_all="Delete all earlier questions",
)

KOREAN = Words(
    title="지난 질문",
    new="새 질문",
    search="지난 질문에서 찾기",
    none_found="이 말이 든 질문이나 답변이 없습니다.",
    more="더 보기",
    manage="이 대화",
    manage_named="이름 바꾸기, 저장, 삭제: {title}",
    name="이름",
    rename="이름 바꾸기",
    export="글로 저장",
    delete="삭제",
    delete_means="삭제하면 질문과 답변이 서랍에서 바로 사라집니다. 문서는 그대로 있습니다.",
    close="닫기",
    kept="서랍에 저장된 대화: {count}개. 이 컴퓨터에만 있으며, 문서를 완전히 지우면 그 문서를 인용한 대화도 사라집니다. 저장하지 않으려면 seorap.toml에 keep_conversations = false라고 적으세요.",
    not_kept="질문과 답변을 저장하지 않습니다(keep_conversations = false). 이전에 저장된 대화: {count}개.",
    delete_all="지난 질문 모두 삭제",
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
