"""What the page of search says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.library.traits import Group
from rag.records import Language


@dataclass(frozen=True, slots=True)
class Words:
    """Fields with {placeholders} are filled in by ``str.format``; both languages have the same ones."""

    title: str
    lead: str
    label: str
    placeholder: str
    ask_this: str
    results: str
    held: str  # {documents} {passages}
    held_at_least: str  # {documents} {passages}
    begun: str  # {word}
    none_held: str
    nothing: str
    failed: str
    in_this: str  # {passages}
    pages_in_all: str  # {pages}
    near: str
    near_title: str
    near_lead: str
    more_passages: str  # {count}
    all_passages: str  # {shown} {count}
    more_documents: str  # {count}
    too_many: str  # {count}
    by_words_only: str  # {why}

    # --- choosing
    narrow: str
    narrow_lead: str
    groups: Mapping[Group, str]
    languages: Mapping[Language, str]
    kinds: Mapping[str, str]  # that have no short name of their own
    more_values: str
    value_counted: str  # {value} {count}
    chosen: str
    drop: str  # {value}
    drop_all: str
    only_in: str  # {filter}
    everywhere: str

    # --- nothing found
    fewer_words: str
    left_out: str  # {count}
    show_left_out: str
    phrases_missing: str
    without_marks: str
    no_document_fits: str  # {filter}

    # --- before anything is typed
    lately: str
    none_chosen: str
    hints: tuple[str, ...]


ENGLISH = Words(
    title="Search",
    lead="Looks in every document for the words themselves, and for what comes near them in meaning. No language model writes anything here.",
    label="Search your documents",
    placeholder="Words, a question, or “an exact phrase”",
    ask_this="Ask this",
    results="Results",
    held="Documents with these words: {documents} · passages: {passages}",
    held_at_least="Documents with these words: at least {documents} · passages: at least {passages}",
    begun="“{word}” is taken as the beginning of a word; press Enter to take it as it stands.",
    none_held="No passage holds all of these words. What comes nearest in meaning is below.",
    nothing="Nothing found",
    failed="The search could not be done. Check that Seorap is still running, and type again.",
    in_this="passages: {passages}",
    pages_in_all="pages: {pages}",
    near="near in meaning",
    near_title="Near in meaning",
    near_lead="Without all of the words, and not counted above.",
    more_passages="{count} more in this document",
    all_passages="The first {shown} of {count} passages, as they follow in the document",
    more_documents="Show more documents ({count})",
    too_many="More documents hold this: {count}. Name more words, or narrow the search.",
    by_words_only="Only the words themselves were looked for. {why}",
    narrow="Narrow",
    narrow_lead="The numbers count documents.",
    groups={Group.KIND: "Kind", Group.FOLDER: "Folder", Group.TAG: "Tag", Group.LANGUAGE: "Language", Group.YEAR: "Added or changed in"},
    languages={"en": "English", "ko": "Korean"},
    kinds={
        "text": "Text",
        "markdown": "Markdown",
        "html": "Web page",
        "mhtml": "Web page (MHTML)",
        "eml": "Mail",
        "msg": "Mail (MSG)",
        "epub": "E-book",
    },
    more_values="More",
    value_counted="{value}, documents: {count}",
    chosen="Chosen",
    drop="Remove: {value}",
    drop_all="Remove all",
    only_in="Only in: {filter}",
    everywhere="Search all documents",
    fewer_words="Fewer or other words may find more.",
    left_out="Documents with these words that do not fit what is chosen: {count}.",
    show_left_out="Show them",
    phrases_missing="No passage holds all of this word for word: {phrases}",
    without_marks="Search without quotation marks",
    no_document_fits="No document in the drawer fits this: {filter}",
    lately="Lately added or changed",
    none_chosen="No document fits what is chosen.",
    hints=(
        "Results come as you type. All words must stand in a passage; “quotation marks” keep them together, word for word.",
        "Name a document or a tag to look only there: deposit in lease.pdf, deposit #contracts.",
        "Keys: / to the field, arrows through the results, Enter opens the page, Esc goes back.",
    ),
)

KOREAN = Words(
    title="검색",
    lead="모든 문서에서 낱말 그대로, 그리고 뜻이 가까운 곳까지 찾습니다. 언어 모델은 쓰지 않습니다.",
    label="문서 검색",
    placeholder="낱말이나 질문, 또는 “그대로 찾을 글”",
    ask_this="이 내용으로 질문하기",
    results="검색 결과",
    held="이 낱말이 있는 문서 {documents}개 · 단락 {passages}개",
    held_at_least="이 낱말이 있는 문서 {documents}개 이상 · 단락 {passages}개 이상",
    begun="‘{word}’(으)로 시작하는 낱말을 모두 찾았습니다. 엔터 키를 누르면 쓴 그대로 찾습니다.",
    none_held="이 낱말이 모두 들어 있는 단락은 없습니다. 뜻이 가장 가까운 곳은 아래와 같습니다.",
    nothing="찾지 못했습니다",
    failed="검색하지 못했습니다. 서랍 프로그램이 실행 중인지 확인하고 다시 입력해 주세요.",
    in_this="단락 {passages}개",
    pages_in_all="전체 {pages}쪽",
    near="뜻이 가까움",
    near_title="뜻이 가까운 문서",
    near_lead="낱말이 모두 들어 있지는 않으며, 위의 개수에 넣지 않았습니다.",
    more_passages="이 문서에서 {count}개 더 보기",
    all_passages="문서에 나오는 순서대로, 단락 {count}개 중 처음 {shown}개",
    more_documents="문서 {count}개 더 보기",
    too_many="이런 문서가 {count}개 더 있습니다. 낱말을 더 쓰거나 범위를 좁혀 보세요.",
    by_words_only="낱말로만 찾았습니다. {why}",
    narrow="좁히기",
    narrow_lead="숫자는 문서의 개수입니다.",
    groups={Group.KIND: "종류", Group.FOLDER: "폴더", Group.TAG: "태그", Group.LANGUAGE: "언어", Group.YEAR: "넣었거나 바뀐 해"},
    languages={"en": "영어", "ko": "한국어"},
    kinds={
        "text": "텍스트",
        "markdown": "마크다운",
        "html": "웹 문서",
        "mhtml": "웹 문서(MHTML)",
        "eml": "메일",
        "msg": "메일(MSG)",
        "epub": "전자책",
    },
    more_values="더 보기",
    value_counted="{value}, 문서 {count}개",
    chosen="고른 조건",
    drop="조건 빼기: {value}",
    drop_all="모두 빼기",
    only_in="찾는 범위: {filter}",
    everywhere="모든 문서에서 찾기",
    fewer_words="낱말을 줄이거나 바꾸면 더 찾을 수 있습니다.",
    left_out="이 낱말이 있지만 고른 조건에 맞지 않는 문서가 {count}개 있습니다.",
    show_left_out="조건 없이 보기",
    phrases_missing="다음 글이 그대로 모두 들어 있는 단락이 없습니다: {phrases}",
    without_marks="따옴표 없이 찾기",
    no_document_fits="서랍에 이 조건에 맞는 문서가 없습니다: {filter}",
    lately="최근에 넣었거나 바뀐 문서",
    none_chosen="고른 조건에 맞는 문서가 없습니다.",
    hints=(
        "입력하는 대로 결과가 나옵니다. 낱말이 모두 들어 있는 단락을 찾으며, “따옴표”로 묶으면 그 글이 그대로 있는 곳만 찾습니다.",
        "문서나 태그를 함께 쓰면 그 안에서만 찾습니다. 예: 임대차계약서.pdf에서 보증금, #계약 보증금",
        "키보드: / 키로 입력란, 화살표 키로 결과 이동, 엔터 키로 쪽 열기, Esc 키로 돌아가기",
    ),
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
