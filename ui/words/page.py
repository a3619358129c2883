"""What the page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.records import Doubt, Language, Outcome, State
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
    no_documents_yet: str
    summarise: str
    compare: str
    document_to_summarise: str
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
    library_title: str
    library_lead: str
    add_title: str
    upload: str
    choose_files: str
    upload_hint: str
    received: str
    progress: str
    progress_rate: str
    progress_left: str
    progress_current: str
    preparing: str
    seconds: str
    minutes: str
    cancel: str
    pause: str
    paused: str
    resume: str
    outcomes: str
    outcomes_more: str
    documents: str
    no_documents: str
    counts: str
    waiting_for_index: str
    filter: str
    filter_tag: str
    every_tag: str
    filtered: str
    show_more: str
    column_name: str
    column_state: str
    column_pages: str
    column_passages: str
    column_size: str
    column_added: str
    recognised_pages: str
    remove: str
    remove_title: str
    remove_text: str
    remove_yes: str
    erase: str
    erase_text: str
    erase_steps: Mapping[str, str]
    certificate_save: str
    close: str
    keep: str
    removed: str
    needs_password: str
    password: str
    unlock: str

    # --- what could not be read
    failures: str
    try_again: str
    try_all_again: str
    tried: str
    tried_again: str
    tried_when_changed: str

    # --- watched folders
    folders: str
    folders_lead: str
    folders_deaf: str
    folder_path: str
    folder_watch: str
    folder_watched: str
    folder_paused: str
    folder_unreachable: str
    folder_other_kinds: str
    folder_left_out_more: str
    document_away: str
    folder_never: str
    folder_pause: str
    folder_resume: str
    folder_look: str
    folder_forget: str

    states: Mapping[State, str]
    outcome: Mapping[Outcome, str]


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
    nearest="Nearest passages",
    found_in="Passages found",
    more_passages="{count} more passages",
    whole_passage="Whole passage",
    passages_read="Passages searched ({count})",
    nothing_near="No passage comes near this question.",
    cut_short="The answer reached its length limit and breaks off here.",
    stopped="Stopped. What had been written was not checked against your documents.",
    stopped_empty="Stopped before anything had been written.",
    timings="first word after {first} s · {total} s in all · {model}",
    timings_no_model="{total} s",
    page="p. {page}",
    pages="pp. {page}–{page_end}",
    recognised="recognised text, {confidence}% sure",
    writing_rate="{rate} tokens/s",
    lost="What came of this question was kept, but cannot be read any longer. Ask it again.",
    suggested="From your documents, for example",
    go_on="You could go on with",
    ask_again="Ask again",
    edit="Edit the question",
    edit_label="Your question. The conversation goes on from here; what comes after it is replaced.",
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
    no_documents_yet="The drawer is empty. Add documents first.",
    summarise="Summarise",
    compare="Compare",
    document_to_summarise="Document",
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
    more_places="{count} more places",
    library_title="Documents",
    library_lead="What is in the drawer, and what state it is in. Your files are only read, never changed.",
    add_title="Add documents",
    upload="Choose files, or drop them here",
    choose_files="Choose files",
    upload_hint="PDF, DOCX, XLSX, PPTX, HWP, mails, pictures of pages and more; up to 200 MB each",
    received="Received and kept safely: {count}",
    progress="{done} of {total} files",
    progress_rate="{rate} passages a second",
    progress_left="about {time} left",
    progress_current="Reading {name}",
    preparing="Getting ready to read …",
    seconds="{seconds} s",
    minutes="{minutes} min {seconds} s",
    cancel="Stop adding",
    pause="Pause reading",
    paused="Paused. What waits stays as it is.",
    resume="Go on reading",
    outcomes="Just now",
    outcomes_more="{count} earlier",
    documents="In the drawer",
    no_documents="Nothing yet. Choose files above; as soon as the first one is ready you can ask about it.",
    counts="Documents: {documents} · passages: {passages}",
    waiting_for_index="{count} passages are still being indexed",
    filter="Filter by name",
    filter_tag="Filter by tag (sub-folder)",
    every_tag="All",
    filtered="{shown} of {total} documents",
    show_more="Show more",
    column_name="Document",
    column_state="State",
    column_pages="Pages",
    column_passages="Passages",
    column_size="Size",
    column_added="Added",
    recognised_pages="{count} recognised, {confidence}% sure on average",
    remove="Remove",
    remove_title="Take this document out?",
    remove_text="It will no longer be searched or quoted. The original file is left alone.",
    remove_yes="Take it out",
    erase="Erase for good",
    erase_text="Erasing also takes every trace of it out of the drawer's files, and gives you a certificate. The file on your disk stays.",
    erase_steps={"samples": "Taking samples…", "scrub": "Writing the drawer's files anew…", "search": "Searching every byte…"},
    certificate_save="Save the certificate",
    close="Close",
    keep="Keep it",
    removed="Taken out of the drawer:",
    needs_password="needs password",
    password="Password (used once, kept nowhere)",
    unlock="Unlock",
    failures="Could not be read",
    try_again="Try again",
    try_all_again="Try all again",
    tried="Tried at {time}.",
    tried_again="It is tried again after {time}.",
    tried_when_changed="It is tried again when the file changes.",
    folders="Watched folders",
    folders_lead="The drawer follows these folders: new, changed, renamed and deleted files. The files themselves are only read.",
    folders_deaf="The system does not report all that happens in these folders; they are looked through every {seconds:.0f} s instead.",
    folder_path="Path of a folder on this computer",
    folder_watch="Watch",
    folder_watched="up to date at {time}",
    folder_paused="paused",
    folder_unreachable="not there now; its documents stay",
    folder_other_kinds="{count} files of kinds that are not read are left out: {kinds}",
    folder_left_out_more="and {count} more that cannot be read",
    document_away="its folder is not there now",
    folder_never="not looked through yet",
    folder_pause="Pause",
    folder_resume="Resume",
    folder_look="Look now",
    folder_forget="Forget",
    states={State.READY: "ready", State.PARTIAL: "in part", State.FAILED: "failed"},
    outcome={
        Outcome.ADDED: "added",
        Outcome.UPDATED: "updated",
        Outcome.UNCHANGED: "already there",
        Outcome.PARTIAL: "added in part",
        Outcome.FAILED: "not added",
    },
)

KOREAN = Words(
    language="언어",
    ask="질문하기",
    library="문서",
    privacy_by_kernel="아무것도 이 컴퓨터를 떠나지 않습니다. 운영체제가 서랍의 모든 연결을 막고 있습니다.",
    privacy_by_python="아무것도 이 컴퓨터를 떠나지 않습니다. 서랍이 모든 연결을 스스로 거절합니다. (여기서는 운영체제가 막아 주지 않습니다.)",
    privacy_unenforced="여기서는 내용이 이 컴퓨터를 떠나지 않도록 막는 것이 없습니다. 이렇게 열어 주세요: seorap serve",
    privacy_refused="시도했으나 거절된 연결: {count}건. 자세히: seorap doctor --privacy",
    ask_title="문서에 물어보세요",
    ask_lead="답변의 문장마다 근거가 된 원문과 그 위치를 함께 보여 드립니다.",
    placeholder="문서에 대해 질문하세요",
    placeholder_empty="먼저 문서를 넣어 주세요",
    empty_title="서랍이 비어 있습니다",
    empty_first="먼저 계약서, 규정, 보고서, 메모 같은 문서를 넣으세요.",
    empty_then="그런 다음 질문하세요. 모든 답변에 근거가 된 원문과 문서 이름, 쪽수가 함께 나옵니다.",
    empty_kinds="PDF, 한글, 워드, 엑셀, 파워포인트, 오픈도큐먼트, 메일, 전자책, 웹 문서, 텍스트, 쪽을 찍은 그림을 읽습니다.",
    go_to_library="문서 넣기",
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
    timings_no_model="{total}초",
    page="{page}쪽",
    pages="{page}–{page_end}쪽",
    recognised="인식한 글, 확신도 {confidence}%",
    writing_rate="초당 {rate}토큰",
    lost="이 질문의 답변을 저장해 두었지만 이제 읽을 수 없습니다. 다시 질문해 주세요.",
    suggested="서랍의 문서로 예를 들면",
    go_on="이어서 물어볼 만한 것",
    ask_again="다시 묻기",
    edit="질문 고치기",
    edit_label="질문. 대화는 여기서부터 이어지고, 이 뒤의 내용은 바뀝니다.",
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
    no_documents_yet="서랍이 비어 있습니다. 먼저 문서를 넣어 주세요.",
    summarise="요약",
    compare="비교",
    document_to_summarise="문서",
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
    library_title="문서",
    library_lead="서랍에 든 문서와 그 상태입니다. 원본 파일은 읽기만 하고 바꾸지 않습니다.",
    add_title="문서 넣기",
    upload="파일을 고르거나 여기에 끌어다 놓으세요",
    choose_files="파일 고르기",
    upload_hint="PDF, DOCX, XLSX, PPTX, HWP, 메일, 쪽을 찍은 그림 등. 파일마다 200MB까지",
    received="안전하게 받아 두었습니다: {count}개",
    progress="파일 {total}개 중 {done}개",
    progress_rate="초당 {rate}단락",
    progress_left="약 {time} 남음",
    progress_current="{name} 읽는 중",
    preparing="읽을 준비를 하는 중 …",
    seconds="{seconds}초",
    minutes="{minutes}분 {seconds}초",
    cancel="그만 넣기",
    pause="읽기 잠시 멈추기",
    resume="이어서 읽기",
    paused="멈춰 두었습니다. 기다리는 파일은 그대로 있습니다.",
    outcomes="방금 처리한 파일",
    outcomes_more="그 전 {count}개",
    documents="서랍에 든 문서",
    no_documents="아직 없습니다. 위에서 파일을 고르세요. 첫 문서가 준비되는 대로 질문할 수 있습니다.",
    counts="문서 {documents}개 · 단락 {passages}개",
    waiting_for_index="단락 {count}개를 색인하는 중입니다",
    filter="이름으로 찾기",
    filter_tag="태그(하위 폴더)로 찾기",
    every_tag="모두",
    filtered="문서 {total}개 중 {shown}개",
    show_more="더 보기",
    column_name="문서",
    column_state="상태",
    column_pages="쪽",
    column_passages="단락",
    column_size="크기",
    column_added="넣은 날",
    recognised_pages="{count}쪽 인식, 평균 확신도 {confidence}%",
    remove="빼기",
    remove_title="이 문서를 뺄까요?",
    remove_text="더 이상 검색되거나 인용되지 않습니다. 원본 파일은 그대로 있습니다.",
    remove_yes="빼기",
    erase="완전히 지우기",
    erase_text="완전히 지우면 서랍의 파일에 남은 흔적까지 모두 없애고 증명서를 드립니다. 디스크의 원본 파일은 그대로입니다.",
    erase_steps={"samples": "표본을 뽑는 중…", "scrub": "서랍의 파일을 새로 쓰는 중…", "search": "모든 바이트를 찾아보는 중…"},
    certificate_save="증명서 저장",
    close="닫기",
    keep="그대로 두기",
    removed="서랍에서 뺐습니다:",
    needs_password="암호 필요",
    password="암호(한 번 쓰고 저장하지 않습니다)",
    unlock="열기",
    failures="읽지 못한 문서",
    try_again="다시 시도",
    try_all_again="모두 다시 시도",
    tried="{time}에 시도했습니다.",
    tried_again="{time} 이후 다시 시도합니다.",
    tried_when_changed="파일이 바뀌면 다시 시도합니다.",
    folders="지켜보는 폴더",
    folders_lead="서랍이 이 폴더들을 따라갑니다. 새 파일, 바뀐 파일, 이름이 바뀌거나 지워진 파일이 반영됩니다. 파일 자체는 읽기만 합니다.",
    folders_deaf="시스템이 이 폴더들의 변화를 모두 알려 주지 않아, 대신 {seconds:.0f}초마다 살펴봅니다.",
    folder_path="이 컴퓨터의 폴더 경로",
    folder_watch="지켜보기",
    folder_watched="{time}에 확인함",
    folder_paused="멈춤",
    folder_unreachable="지금은 없음. 문서는 그대로 둡니다",
    folder_other_kinds="읽을 수 없는 종류라 넣지 않은 파일 {count}개: {kinds}",
    folder_left_out_more="그 밖에 읽을 수 없는 것 {count}개",
    document_away="지금은 폴더가 없음",
    folder_never="아직 살펴보지 않음",
    folder_pause="멈추기",
    folder_resume="다시 시작",
    folder_look="지금 확인",
    folder_forget="그만 지켜보기",
    states={State.READY: "준비됨", State.PARTIAL: "일부만", State.FAILED: "실패"},
    outcome={
        Outcome.ADDED: "추가됨",
        Outcome.UPDATED: "갱신됨",
        Outcome.UNCHANGED: "이미 있음",
        Outcome.PARTIAL: "일부만 추가됨",
        Outcome.FAILED: "추가되지 않음",
    },
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
