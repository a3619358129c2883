"""What a dossier says, in both languages: an answer put into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.records import Language


@dataclass(frozen=True, slots=True)
class Words:
    title_answer: str
    title_summary: str
    title_comparison: str
    title_survey: str
    product: str

    asked: str  # heading
    as_understood: str
    phrases: str
    phrase: str  # a phrase as it is quoted
    documents_asked: str
    all_documents: str

    answered: str  # heading
    written_without_support: str
    no_support: str
    verbatim: str
    point: str  # heading of a column

    quotations: str  # heading
    quotation_of: str  # heading of one
    nearest: str  # heading
    nearest_lead: str
    heading: str
    recognised: str
    recognised_sure: str
    sha256: str
    picture: str
    surroundings: str
    pictures_cut: str
    no_quotations: str

    provenance: str  # heading
    version: str
    model: str
    no_model: str
    embedder: str
    index: str
    generation: str
    no_index: str
    unnoted: str
    answered_at: str
    exported_at: str
    checked: str
    checked_all: str
    checked_how: str
    means_not: str
    limits: tuple[str, ...]
    limits_not_found: tuple[str, ...]

    missing_signs: str
    page_of: str
    label: str  # before a fact


ENGLISH = Words(
    title_answer="Answer from documents",
    title_summary="Summary of a document",
    title_comparison="Comparison of documents",
    title_survey="Places in the documents",
    product="Seorap",
    asked="Question",
    as_understood="Understood as",
    phrases="Word for word",
    phrase="“{phrase}”",
    documents_asked="Documents asked",
    all_documents="all documents of the drawer",
    answered="Answer",
    written_without_support="What the language model wrote without support in the documents; it is no answer:",
    no_support="no support: {why}",
    verbatim="the document's own sentence",
    point="Point",
    quotations="Quotations",
    quotation_of="[{number}] {place}",
    nearest="Nearest passages",
    nearest_lead="These passages come nearest to the question. None of them supports an answer.",
    heading="Under the heading",
    recognised="Recognised text",
    recognised_sure="{confidence}% sure ({engine})",
    sha256="SHA-256",
    picture="{place}, as a picture; quotation [{number}] is highlighted.",
    surroundings="In its surroundings; the quotation is highlighted.",
    pictures_cut="The first {count} quotations have a picture of their page, the others the words around them.",
    no_quotations="No words of the documents support an answer, so nothing is quoted.",
    provenance="How this was made",
    version="Program",
    model="Language model",
    no_model="none was asked",
    embedder="Embedding model",
    index="Search index",
    generation="generation {number}",
    no_index="none, or not noted",
    unnoted="not noted",
    answered_at="Answered",
    exported_at="Put into this file",
    checked="What was checked",
    checked_all="When the answer was made, the program's code, not the language model, found every quotation above word for word in the text of the document with the SHA-256 given there. A statement that stands without a line through it has at least one such quotation.",
    checked_how="The SHA-256 is that of the whole file: if the file in hand has the same, it is the same file to the last byte. Line breaks of the document are shown as spaces; characters that cannot be seen, and those that would turn the direction of reading, are left out or shown as a sign.",
    means_not="What that does not mean",
    limits=(
        "It does not mean that a statement follows from its quotation in every respect, or says all that the document says about it. Read the quotation on its page.",
        "It does not mean that the document is genuine, valid, in force or the latest version.",
        "It does not mean that nothing else in the documents speaks of this, or speaks against it.",
        "Recognised text was read from a picture and may hold misread letters; what counts is the picture.",
        "It is no legal or medical advice.",
    ),
    limits_not_found=(
        "“Not in your documents” speaks of the documents that were asked, as far as their text could be read. Other documents, and pages that could not be read, may hold an answer.",
        "It does not mean that these documents do not touch the matter in other words than those of the question.",
        "It is no legal or medical advice.",
    ),
    missing_signs="Characters that the letters of this PDF do not have: {count}. Each is shown as {sign}; the Word and Markdown files hold them.",
    page_of="{page} / {pages}",
    label="{label}: ",
)

KOREAN = Words(
    title_answer="문서에서 찾은 답변",
    title_summary="문서 요약",
    title_comparison="문서 비교",
    title_survey="문서에서 언급된 곳",
    product="서랍",
    asked="질문",
    as_understood="이해한 뜻",
    phrases="그대로 찾은 글",
    phrase="‘{phrase}’",
    documents_asked="찾은 범위",
    all_documents="서랍의 모든 문서",
    answered="답변",
    written_without_support="언어 모델이 문서의 근거 없이 쓴 말이며 답변이 아닙니다:",
    no_support="근거 없음: {why}",
    verbatim="문서의 문장 그대로",
    point="항목",
    quotations="인용한 원문",
    quotation_of="[{number}] {place}",
    nearest="가장 가까운 단락",
    nearest_lead="질문과 가장 가까운 단락입니다. 답을 뒷받침하는 내용은 아닙니다.",
    heading="제목",
    recognised="인식한 글",
    recognised_sure="확신도 {confidence}% ({engine})",
    sha256="SHA-256 해시값",
    picture="{place}의 그림입니다. 인용 [{number}]에 색을 칠했습니다.",
    surroundings="앞뒤 글입니다. 인용한 부분에 색을 칠했습니다.",
    pictures_cut="처음 {count}개의 인용에는 쪽의 그림이, 나머지에는 앞뒤 글이 있습니다.",
    no_quotations="답을 뒷받침하는 글이 문서에 없어 인용하지 않았습니다.",
    provenance="작성 경위",
    version="프로그램",
    model="언어 모델",
    no_model="사용하지 않음",
    embedder="임베딩 모델",
    index="검색 색인",
    generation="{number}세대",
    no_index="없거나 기록되지 않음",
    unnoted="기록되지 않음",
    answered_at="답변한 때",
    exported_at="파일로 만든 때",
    checked="확인한 내용",
    checked_all="답변을 만들 때 언어 모델이 아닌 프로그램의 코드가 위의 모든 인용문을 해당 SHA-256 해시값을 가진 문서의 본문에서 글자 그대로 찾았습니다. 줄을 긋지 않은 문장에는 이렇게 찾은 인용문이 하나 이상 있습니다.",
    checked_how="SHA-256은 파일 전체의 해시값입니다. 가지고 계신 파일의 값이 같으면 마지막 바이트까지 같은 파일입니다. 문서의 줄바꿈은 빈칸으로 보이고, 눈에 보이지 않는 문자와 읽는 방향을 바꾸는 문자는 빼거나 기호로 표시했습니다.",
    means_not="위 내용이 뜻하지 않는 것",
    limits=(
        "문장이 인용문에서 모든 면에서 도출된다거나, 문서가 그 점에 대해 말하는 바를 빠짐없이 담았다는 뜻은 아닙니다. 인용문을 해당 쪽에서 직접 읽어 보세요.",
        "문서가 진본이거나, 유효하거나, 시행 중이거나, 최신본이라는 뜻은 아닙니다.",
        "이에 대해 말하거나 이와 어긋나는 내용이 문서의 다른 곳에 없다는 뜻은 아닙니다.",
        "인식한 글은 그림에서 읽어 낸 것이어서 잘못 읽은 글자가 있을 수 있습니다. 그림이 기준입니다.",
        "법률 자문이나 의학적 조언이 아닙니다.",
    ),
    limits_not_found=(
        "‘문서에 없는 내용입니다’라는 말은 찾은 범위의 문서 가운데 글을 읽을 수 있었던 부분에 대한 것입니다. 다른 문서나 읽지 못한 쪽에는 답이 있을 수 있습니다.",
        "이 문서들이 질문과 다른 말로 같은 문제를 다루고 있지 않다는 뜻은 아닙니다.",
        "법률 자문이나 의학적 조언이 아닙니다.",
    ),
    missing_signs="이 PDF의 글꼴에 없는 문자: {count}개. {sign} 기호로 표시했습니다. 워드와 마크다운 파일에는 그대로 들어 있습니다.",
    page_of="{page} / {pages}쪽",
    label="{label}: ",
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
