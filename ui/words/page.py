"""What the page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.records import Doubt, Language
from ui.words import doubts


@dataclass(frozen=True, slots=True)
class Words:
    """Fields with {placeholders} are filled in by ``str.format``; both languages have the same ones."""

    language: str
    ask: str
    library: str
    privacy_by_kernel: str
    privacy_by_python: str
    privacy_unenforced: str
    privacy_refused: str

    # --- asking
    ask_title: str
    ask_lead: str
    placeholder: str
    placeholder_empty: str
    empty_title: str
    empty_first: str
    empty_then: str
    empty_kinds: str
    go_to_library: str
    unread_title: str
    unread_first: str  # {count}
    go_to_unread: str
    reading_first: str
    searching: str
    reading: str
    reading_for: str
    begins_in: str
    waiting: str
    unchecked: str
    answer: str
    quotations: str
    quotation_number: str  # {number} {place}
    open_place: str
    copy: str
    copied: str
    doubts: Mapping[Doubt, str]  # why a claim is not supported
    verbatim: str
    uncovered: str  # {parts}
    written_without_support: str
    partial: str
    not_found: str
    not_found_more: str
    widen: str
    widen_search: str
    nearest: str
    found_in: str
    more_passages: str
    whole_passage: str
    passages_read: str
    nothing_near: str
    cut_short: str
    stopped: str
    stopped_empty: str
    timings: str
    timings_no_model: str
    page: str
    pages: str
    recognised: str
    writing_rate: str
    lost: str
    suggested: str
    go_on: str
    ask_again: str
    edit: str
    edit_label: str
    edit_not: str
    save_as: Mapping[str, str]  # kind of file -> label

    # --- what is asked of which documents
    rewriting: str
    understood_as: str
    only_in: str
    in_folder: str
    changed_since: str
    changed_before: str
    ask_as_typed: str
    phrases_missing: str
    narrow: str
    narrow_documents: str
    narrow_tags: str
    narrow_formats: str
    narrow_since: str
    narrow_before: str
    narrow_clear: str

    shutting_down: str
    problem: str
    unexpected: str

    # --- whole documents
    whole: str
    whole_title: str
    whole_lead: str
    summarise: str
    compare: str
    document_to_summarise: str
    choose_document: str
    choose_documents: str
    documents_to_compare: str
    points: str
    points_example: str
    summary_of: str
    summary_share: str
    supporting: str
    not_stated: str
    part: str
    part_pace: str
    stop: str
    stopped_part: str
    survey: str
    survey_cut: str
    survey_near: str
    more_places: str

    # --- the drawer's documents
    upload_hint: str
    progress_left: str
    seconds: str
    minutes: str
    every_tag: str
    close: str

    # --- what could not be read

    # --- watched folders


ENGLISH = Words(
    language="Language",
    ask="Ask",
    library="Documents",
    privacy_by_kernel="Nothing leaves this computer: the operating system itself lets Seorap make no connection.",
    privacy_by_python="Nothing leaves this computer: Seorap refuses every connection. (The operating system does not enforce it here.)",
    privacy_unenforced="Nothing enforces here that everything stays on this computer; start the page with: seorap serve",
    privacy_refused="Connections attempted and refused: {count}. See: seorap doctor --privacy",
    ask_title="Ask your documents",
    ask_lead="Each statement of an answer comes with the words it rests on, and where they stand.",
    placeholder="Ask about your documents",
    placeholder_empty="Add documents first",
    empty_title="The drawer is empty",
    empty_first="Put documents in: contracts, rules, reports, notes.",
    empty_then="Then ask. Every answer shows the exact words it rests on, with document and page.",
    empty_kinds="PDF, Word, Excel, PowerPoint, OpenDocument, HWP, mails, e-books, web pages, text, and pictures of pages.",
    go_to_library="Add documents",
    unread_title="Nothing can be asked yet",
    unread_first="Documents that could not be read: {count}. The list says why, and what can be done.",
    go_to_unread="See the list",
    reading_first="Documents are being read. As soon as the first one is ready, you can go on here.",
    searching="Looking through your documents …",
    reading="Reading the passages …",
    reading_for="Reading the passages … {seconds} s",
    begins_in="Reading the passages … the answer begins in about {seconds} s",
    waiting="Another answer is being written; questions before yours: {ahead}",
    unchecked="Being written, not yet checked against your documents",
    answer="Answer",
    quotations="In the documents",
    quotation_number="Quotation {number}: {place}",
    open_place="show the place",
    copy="Copy",
    copied="Copied",
    doubts=doubts.IN["en"],
    verbatim="word for word from the document",
    uncovered="Nothing was found about: {parts}",
    written_without_support="What the model wrote, without support:",
    partial="Parts of this answer could not be found in your documents; they are marked.",
    not_found="Not in your documents",
    not_found_more="Nothing in the drawer supports an answer to this question. The passages nearest to it are below.",
    widen="Ask for one thing at a time, in words that the documents would use, or:",
    widen_search="Search for these words",
    nearest="Nearest passages",
    found_in="Passages found",
    more_passages="More passages: {count}",
    whole_passage="Whole passage",
    passages_read="Passages searched ({count})",
    nothing_near="No passage comes near this question.",
    cut_short="The answer reached its length limit and breaks off here.",
    stopped="Stopped. What had been written was not checked against your documents.",
    stopped_empty="Stopped before anything had been written.",
    timings="first word after {first} s · {total} s in all · {model}",
    timings_no_model="made in {total} s",
    page="p. {page}",
    pages="pp. {page}–{page_end}",
    recognised="recognised text, {confidence}% sure",
    writing_rate="{rate} tokens/s",
    lost="What came of this question was kept, but cannot be read any longer. Ask it again.",
    suggested="From your documents, for example",
    go_on="You could go on with",
    ask_again="Ask again",
    edit="Edit the question",
    edit_label="Your question. Asking it anew replaces this answer and deletes the questions and answers after it.",
    edit_not="Leave it",
    save_as={"docx": "Save as Word", "pdf": "PDF", "md": "Markdown"},
    rewriting="Working out what the question refers to …",
    understood_as="Understood as: {question}",
    only_in="Only in: {documents}",
    in_folder="folder {folder}",
    changed_since="added or changed since {day}",
    changed_before="added or changed before {day}",
    ask_as_typed="Ask it as typed",
    phrases_missing="No passage holds all of this word for word: {phrases}. Without the quotation marks the words are looked for in any order.",
    narrow="Choose documents",
    narrow_documents="Documents",
    narrow_tags="Tags (sub-folders), all of these",
    narrow_formats="Kinds",
    narrow_since="Added or changed since",
    narrow_before="… and before",
    narrow_clear="Ask all documents",
    shutting_down="Seorap is being shut down.",
    problem="This did not work",
    unexpected="Something went wrong inside Seorap, so there is no result. It was noted in the terminal that Seorap runs in; reload the page and try again.",
    whole="Summarise, compare",
    whole_title="Summarise and compare",
    whole_lead="Whole documents are read part by part, some seconds each. Nothing is said that is not in them, and each sentence shows its words and page.",
    summarise="Summarise",
    compare="Compare",
    document_to_summarise="Document",
    choose_document="Choose a document",
    choose_documents="Choose documents",
    documents_to_compare="Documents (2 to 6)",
    points="Compare on",
    points_example="notice period, deposit and governing law",
    summary_of="Summary of {name}",
    summary_share="A long document: this rests on its most representative sections, {share}% of its text.",
    supporting="In the document's words",
    not_stated="not stated",
    part="Part {number} of {total}",
    part_pace="{seconds} s each",
    stop="Stop",
    stopped_part="Stopped before the end. What stands here was checked against your documents.",
    survey="“{subject}”: places {places}, documents {documents}",
    survey_cut="The first {shown} are shown. Ask about a narrower subject to see the rest.",
    survey_near="Not counted, but perhaps meant, in other words",
    more_places="More places: {count}",
    upload_hint="PDF, DOCX, XLSX, PPTX, HWP, mails, pictures of pages and more; up to 200 MB each",
    progress_left="about {time} left",
    seconds="{seconds} s",
    minutes="{minutes} min {seconds} s",
    every_tag="All",
    close="Close",
)

KOREAN = Words(
    language="언어",
    ask="질문하기",
    library="문서",
    privacy_by_kernel="이 컴퓨터 밖으로는 아무것도 나가지 않습니다. 운영체제가 서랍의 모든 연결을 막고 있습니다.",
    privacy_by_python="이 컴퓨터 밖으로는 아무것도 나가지 않습니다. 서랍이 모든 연결을 스스로 거절합니다. (여기서는 운영체제가 막아 주지 않습니다.)",
    privacy_unenforced="여기서는 내용이 이 컴퓨터 밖으로 나가지 않도록 막는 것이 없습니다. 이렇게 열어 주세요: seorap serve",
    privacy_refused="시도했으나 거절된 연결: {count}건. 자세히: seorap doctor --privacy",
    ask_title="문서에 물어보세요",
    ask_lead="답변의 문장마다 근거가 된 원문과 그 위치를 함께 보여 드립니다.",
    placeholder="문서에 대해 질문하세요",
    placeholder_empty="먼저 문서를 넣어 주세요",
    empty_title="서랍이 비어 있습니다",
    empty_first="먼저 계약서, 규정, 보고서, 메모 같은 문서를 넣으세요.",
    empty_then="그런 다음 질문하세요. 모든 답변에 근거가 된 원문과 문서 이름, 쪽수가 함께 나옵니다.",
    empty_kinds="PDF, 한글, 워드, 엑셀, 파워포인트, 오픈도큐먼트, 메일, 전자책, 웹 문서, 텍스트, 문서를 찍은 사진을 읽습니다.",
    go_to_library="문서 넣기",
    unread_title="아직 물어볼 수 있는 문서가 없습니다",
    unread_first="읽지 못한 문서가 {count}개 있습니다. 이유와 해결 방법은 목록에 있습니다.",
    go_to_unread="목록 보기",
    reading_first="문서를 읽고 있습니다. 첫 문서가 준비되면 여기서 바로 이어서 쓸 수 있습니다.",
    searching="문서를 살펴보는 중 …",
    reading="찾은 단락을 읽는 중 …",
    reading_for="찾은 단락을 읽는 중 … {seconds}초",
    begins_in="찾은 단락을 읽는 중 … 약 {seconds}초 뒤에 답변이 시작됩니다",
    waiting="다른 답변을 쓰고 있습니다. 앞에 있는 질문: {ahead}개",
    unchecked="작성 중이며 아직 문서와 대조하지 않았습니다",
    answer="답변",
    quotations="문서의 원문",
    quotation_number="인용 {number}: {place}",
    open_place="위치 보기",
    copy="복사",
    copied="복사했습니다",
    doubts=doubts.IN["ko"],
    verbatim="문서의 문장 그대로",
    uncovered="다음에 대해서는 찾지 못했습니다: {parts}",
    written_without_support="모델이 근거 없이 쓴 말:",
    partial="이 답변의 일부는 문서에서 근거를 찾지 못해 표시해 두었습니다.",
    not_found="문서에 없는 내용입니다",
    not_found_more="서랍의 문서에는 이 질문의 답을 뒷받침하는 내용이 없습니다. 가장 가까운 단락은 아래와 같습니다.",
    widen="한 번에 한 가지만, 문서에 나올 법한 말로 물어보세요. 또는:",
    widen_search="이 말로 검색하기",
    nearest="가장 가까운 단락",
    found_in="찾은 단락",
    more_passages="단락 {count}개 더 보기",
    whole_passage="단락 전체",
    passages_read="찾아본 단락 ({count})",
    nothing_near="이 질문과 가까운 단락이 없습니다.",
    cut_short="답변이 길이 한도에 닿아 여기서 끊겼습니다.",
    stopped="멈췄습니다. 그때까지 쓰인 내용은 문서와 대조하지 않은 것입니다.",
    stopped_empty="아무것도 쓰이기 전에 멈췄습니다.",
    timings="첫 글자까지 {first}초 · 모두 {total}초 · {model}",
    timings_no_model="{total}초 걸림",
    page="{page}쪽",
    pages="{page}–{page_end}쪽",
    recognised="인식한 글, 확신도 {confidence}%",
    writing_rate="초당 {rate}토큰",
    lost="이 질문의 답변을 저장해 두었지만 이제 읽을 수 없습니다. 다시 질문해 주세요.",
    suggested="서랍의 문서로 예를 들면",
    go_on="이어서 물어볼 만한 것",
    ask_again="다시 묻기",
    edit="질문 고치기",
    edit_label="질문. 다시 물으면 이 답변이 바뀌고, 이 뒤의 질문과 답변은 지워집니다.",
    edit_not="그대로 두기",
    save_as={"docx": "워드로 저장", "pdf": "PDF", "md": "마크다운"},
    rewriting="질문이 무엇을 가리키는지 알아보는 중 …",
    understood_as="이렇게 이해했습니다: {question}",
    only_in="찾는 범위: {documents}",
    in_folder="{folder} 폴더",
    changed_since="{day}부터 넣었거나 바뀐 문서",
    changed_before="{day} 전에 넣었거나 바뀐 문서",
    ask_as_typed="쓴 그대로 묻기",
    phrases_missing="다음 글이 그대로 모두 들어 있는 단락이 없습니다: {phrases}. 따옴표를 빼면 순서와 상관없이 낱말로 찾습니다.",
    narrow="문서 고르기",
    narrow_documents="문서",
    narrow_tags="태그(하위 폴더). 모두 가진 문서만",
    narrow_formats="종류",
    narrow_since="이날부터 넣었거나 바뀐 것",
    narrow_before="… 이날 전까지",
    narrow_clear="모든 문서에 묻기",
    shutting_down="서랍을 닫는 중입니다.",
    problem="처리하지 못했습니다",
    unexpected="서랍 프로그램 안에서 문제가 생겨 결과가 없습니다. 내용은 프로그램을 실행한 터미널에 적혀 있습니다. 화면을 새로 고치고 다시 시도해 주세요.",
    whole="요약과 비교",
    whole_title="문서 요약과 비교",
    whole_lead="문서 전체를 부분별로 읽습니다. 한 부분에 몇 초씩 걸립니다. 문서에 없는 말은 하지 않으며, 문장마다 근거가 된 원문과 쪽을 보여 드립니다.",
    summarise="요약",
    compare="비교",
    document_to_summarise="문서",
    choose_document="문서를 고르세요",
    choose_documents="문서들을 고르세요",
    documents_to_compare="문서 (2~6개)",
    points="비교할 항목",
    points_example="해지 통지, 보증금 및 준거법",
    summary_of="{name} 요약",
    summary_share="긴 문서라 가장 대표적인 부분(본문의 {share}%)을 바탕으로 요약했습니다.",
    supporting="근거가 된 원문",
    not_stated="언급 없음",
    part="{total}개 중 {number}번째 부분",
    part_pace="하나에 {seconds}초",
    stop="멈추기",
    stopped_part="끝나기 전에 멈췄습니다. 여기까지는 문서와 대조한 내용입니다.",
    survey="‘{subject}’: 문서 {documents}개, {places}곳",
    survey_cut="처음 {shown}곳만 보여 드립니다. 나머지를 보려면 더 구체적으로 물어봐 주세요.",
    survey_near="세지 않았지만 다른 말로 같은 내용을 다룰 수 있는 곳",
    more_places="{count}곳 더 보기",
    upload_hint="PDF, DOCX, XLSX, PPTX, HWP, 메일, 문서를 찍은 사진 등. 파일마다 200MB까지",
    progress_left="약 {time} 남음",
    seconds="{seconds}초",
    minutes="{minutes}분 {seconds}초",
    every_tag="모두",
    close="닫기",
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
