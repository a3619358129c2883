"""What the page with the drawer's documents says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.library.worklist import Happened
from rag.records import Language, Outcome, State


@dataclass(frozen=True, slots=True)
class Words:
    """Fields with {placeholders} are filled in by ``str.format``; both languages have the same ones."""

    library_title: str
    upload: str
    received: str
    progress: str
    progress_rate: str
    progress_current: str
    preparing: str
    cancel: str
    pause: str
    paused: str
    resume: str
    outcomes: str
    outcomes_more: str
    no_documents: str
    counts: str
    waiting_for_index: str
    filtered: str
    show_more: str
    recognised_pages: str
    remove: str
    remove_title: str
    remove_text: str
    remove_yes: str
    erase: str
    erase_text: str
    erase_steps: Mapping[str, str]
    certificate_save: str
    keep: str
    needs_password: str
    password: str
    unlock: str
    failures: str
    try_again: str
    try_all_again: str
    tried: str
    tried_again: str
    tried_when_changed: str
    folders: str
    folders_watched: str
    folders_deaf: str
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

    # --- the page
    library_lead: str

    # --- adding by path, and folders
    path: str
    path_example: str
    path_add: str
    path_lead: str
    path_waits: str
    path_done: str
    patterns: str
    patterns_lead: str
    include: str
    exclude: str
    folder_only: str
    folder_not: str
    last_day: str
    last_day_nothing: str
    last_day_more: str
    renamed_from: str
    happened: Mapping[Happened, str]
    happened_count: str

    # --- the list
    in_drawer: str
    view: str
    view_list: str
    view_map: str
    view_passages: str
    view_activity: str
    filter_name: str
    filter_state: str
    filter_kind: str
    filter_language: str
    filter_folder: str
    filter_tag: str
    filter_added: str
    filter_clear: str
    every: str
    nothing_fits: str
    within: Mapping[str, str]
    languages: Mapping[str, str]
    progress_left: str
    uploaded: str
    other_folders: str
    list_of: str
    columns: Mapping[str, str]
    sort_by: str
    open_named: str
    pick: str
    pick_shown: str
    pick_all: str
    pick_none: str
    picked: str
    picked_none: str
    try_named: str
    remove_named: str
    remove_picked: str
    ask_these: str
    summarise: str
    compare: str
    again_asked: str
    found_at: str

    # --- removal
    remove_several_title: str
    remove_count: str
    remove_more: str
    remove_folder: str
    removing: str
    erasing: str
    erased_count: str
    erased_rest: str

    # --- failures
    failures_lead: str

    # --- pictures
    map_lead: str
    map_label: str
    map_drawing: str
    map_few: str
    map_sample: str
    map_spot: str
    as_table: str
    nearest: str
    passages_lead: str
    passages_label: str
    passages_rest: str
    activity_lead: str
    activity_label: str
    activity_week: str
    activity_before: str

    # --- empty
    empty_title: str
    empty_steps: tuple[str, ...]


ENGLISH = Words(
    library_title="Documents",
    upload="Choose files, or drop them here",
    received="Received and kept safely: {count}",
    progress="Files: {done} of {total}",
    progress_rate="{rate} passages a second",
    progress_current="Reading {name}",
    preparing="Getting ready to read …",
    cancel="Stop adding",
    pause="Pause reading",
    paused="Paused. What waits stays as it is.",
    resume="Go on reading",
    outcomes="Just now",
    outcomes_more="{count} earlier",
    no_documents="Nothing yet. Choose files above; as soon as the first one is ready you can ask about it.",
    counts="Documents: {documents} · passages: {passages}",
    waiting_for_index="passages still being indexed: {count}",
    filtered="{shown} of {total} documents",
    show_more="Show more",
    recognised_pages="{count} recognised, {confidence}% sure on average",
    remove="Remove",
    remove_title="Take this document out?",
    remove_text="What is taken out is no longer searched or quoted. Original files are left alone.",
    remove_yes="Take out",
    erase="Erase for good",
    erase_text="Erasing also takes every trace out of the drawer's files, earlier answers that quote the document included, and gives a certificate for each. Files on your disk stay.",
    erase_steps={"samples": "Taking samples…", "scrub": "Writing the drawer's files anew…", "search": "Searching every byte…"},
    certificate_save="Save the certificate",
    keep="Keep",
    needs_password="needs password",
    password="Password (used once, kept nowhere)",
    unlock="Unlock",
    failures="Could not be read",
    try_again="Try again",
    try_all_again="Try all again",
    tried="Tried at {time}.",
    tried_again="It is tried again after {time}.",
    tried_when_changed="It is tried again when the file changes.",
    folders="Files and folders on this computer",
    folders_watched="Files and folders on this computer · watched: {count}",
    folders_deaf="The system does not report all that happens in these folders; they are looked through every {seconds:.0f} s instead.",
    folder_watch="Watch",
    folder_watched="up to date at {time}",
    folder_paused="paused",
    folder_unreachable="not there now; its documents stay",
    folder_other_kinds="Left out, being of kinds that are not read: {count} – {kinds}",
    folder_left_out_more="and {count} more that cannot be read",
    document_away="its folder is not there now",
    folder_never="not looked through yet",
    folder_pause="Pause",
    folder_resume="Resume",
    folder_look="Look now",
    folder_forget="Stop watching",
    states={State.READY: "ready", State.PARTIAL: "in part", State.FAILED: "failed"},
    outcome={
        Outcome.ADDED: "added",
        Outcome.UPDATED: "updated",
        Outcome.UNCHANGED: "already there",
        Outcome.PARTIAL: "added in part",
        Outcome.FAILED: "not added",
    },
    library_lead="What is in the drawer, and what state it is in. Your files are only read, never changed.",
    path="Path of a file or folder on this computer",
    path_example="/home/kim/contracts",
    path_add="Add once",
    path_lead="Add once takes in what is there now. Watch also follows what happens there later: new, changed, renamed and deleted files. The files themselves are only read.",
    path_waits="Waiting to be added: {path}",
    path_done="Looked through: {path}",
    patterns="Only some of its files",
    patterns_lead="For watching, in the form of .gitignore, separated by commas: *.pdf, letters/**, drafts/",
    include="Only these (empty: all kinds that can be read)",
    exclude="Not these",
    folder_only="only {patterns}",
    folder_not="not {patterns}",
    last_day="Last 24 hours",
    last_day_nothing="Nothing has changed in the last 24 hours.",
    last_day_more="{count} earlier in these 24 hours",
    renamed_from="before: {name}",
    happened={
        Happened.ADDED: "added",
        Happened.CHANGED: "changed",
        Happened.PARTIAL: "read in part",
        Happened.RENAMED: "renamed or moved",
        Happened.GONE: "gone",
        Happened.FAILED: "could not be read",
    },
    happened_count="{what} {count}",
    in_drawer="In the drawer",
    view="How to look at them",
    view_list="List",
    view_map="Map",
    view_passages="Length",
    view_activity="Over time",
    filter_name="Name contains",
    filter_state="State",
    filter_kind="Kind",
    filter_language="Language",
    filter_folder="Folder",
    filter_tag="Tag (sub-folder)",
    filter_added="Added",
    filter_clear="Show all",
    every="All",
    nothing_fits="No document fits all of this.",
    within={"day": "since yesterday", "week": "last 7 days", "month": "last 30 days", "quarter": "last 3 months", "year": "last 12 months"},
    languages={"en": "English", "ko": "Korean"},
    progress_left="about {time} left",
    uploaded="Uploaded",
    other_folders="Other folders",
    list_of="Documents {first} to {last} of {total}",
    columns={
        "name": "Document",
        "state": "State",
        "kind": "Kind",
        "language": "Language",
        "pages": "Pages",
        "passages": "Passages",
        "size": "Size",
        "added": "Added",
        "folder": "Folder",
        "tags": "Tags",
    },
    sort_by="Sort by {column}",
    open_named="Open {name}",
    pick="Choose {name}",
    pick_shown="Choose all that are shown",
    pick_all="Choose all {count}",
    pick_none="Choose none",
    picked="{count} chosen",
    picked_none="Tick documents to ask, compare or remove several at once.",
    try_named="Try {name} again",
    remove_named="Remove {name}",
    remove_picked="Remove …",
    ask_these="Ask only these",
    summarise="Summarise",
    compare="Compare",
    again_asked="Will be read again: {count}",
    found_at="found at {count} places",
    remove_several_title="Take these documents out?",
    remove_count="Documents: {count}",
    remove_more="and {count} more",
    remove_folder="A file in a watched folder comes back the next time the folder is looked through. To keep it out, move it, or name it in a .seorapignore file.",
    removing="{done} of {total} taken out",
    erasing="Document {number} of {total}: {step}",
    erased_count="Erased, with a certificate each: {count}",
    erased_rest="Show all certificates",
    failures_lead="These files are in no answer. Each says why, and what helps.",
    map_lead="Documents that speak of the same things lie side by side. Click one to open it; the arrow keys go from one to the next.",
    map_label="Map of {count} documents, placed by what they are about",
    map_drawing="The map is being drawn …",
    map_few="A map needs three documents or more.",
    map_sample="{shown} of {total} documents are on the map, taken evenly from all of them; filters show the others.",
    map_spot="{name}, {folder}",
    as_table="As a table",
    nearest="Most like it",
    passages_lead="Passages per document: the largest first. Much of what is found comes from large documents.",
    passages_label="Passages per document, the {count} largest",
    passages_rest="All other documents: {count}",
    activity_lead="Documents added a week, over the last three months. Counted are those that are in the drawer now.",
    activity_label="Documents added in each of the last {count} weeks",
    activity_week="week from {day}",
    activity_before="Added before that: {count}",
    empty_title="The drawer is empty",
    empty_steps=(
        "Drop files above, or name a folder on this computer. Nothing leaves the machine.",
        "They are read page by page, scans too; a short contract takes some seconds.",
        "As soon as the first one is ready, you can ask about it, and see each answer in its own words and on its page.",
    ),
)


KOREAN = Words(
    library_title="문서",
    upload="파일을 고르거나 여기에 끌어다 놓으세요",
    received="안전하게 받아 두었습니다: {count}개",
    progress="파일 {total}개 중 {done}개",
    progress_rate="초당 {rate}단락",
    progress_current="{name} 읽는 중",
    preparing="읽을 준비를 하는 중 …",
    cancel="그만 넣기",
    pause="읽기 잠시 멈추기",
    paused="멈춰 두었습니다. 기다리는 파일은 그대로 있습니다.",
    resume="이어서 읽기",
    outcomes="방금 처리한 파일",
    outcomes_more="그 전 {count}개",
    no_documents="아직 없습니다. 위에서 파일을 고르세요. 첫 문서가 준비되는 대로 질문할 수 있습니다.",
    counts="문서 {documents}개 · 단락 {passages}개",
    waiting_for_index="단락 {count}개를 색인하는 중입니다",
    filtered="문서 {total}개 중 {shown}개",
    show_more="더 보기",
    recognised_pages="{count}쪽 인식, 평균 확신도 {confidence}%",
    remove="빼기",
    remove_title="이 문서를 뺄까요?",
    remove_text="더 이상 검색되거나 인용되지 않습니다. 원본 파일은 그대로 있습니다.",
    remove_yes="빼기",
    erase="완전히 지우기",
    erase_text="완전히 지우면 그 문서를 인용한 지난 답변까지, 서랍의 파일에 남은 흔적을 모두 없애고 문서마다 증명서를 드립니다. 디스크의 원본 파일은 그대로입니다.",
    erase_steps={"samples": "표본을 뽑는 중…", "scrub": "서랍의 파일을 새로 쓰는 중…", "search": "모든 바이트를 찾아보는 중…"},
    certificate_save="증명서 저장",
    keep="그대로 두기",
    needs_password="암호 필요",
    password="암호(한 번 쓰고 저장하지 않습니다)",
    unlock="열기",
    failures="읽지 못한 문서",
    try_again="다시 시도",
    try_all_again="모두 다시 시도",
    tried="{time}에 시도했습니다.",
    tried_again="{time} 이후 다시 시도합니다.",
    tried_when_changed="파일이 바뀌면 다시 시도합니다.",
    folders="이 컴퓨터의 파일과 폴더",
    folders_watched="이 컴퓨터의 파일과 폴더 · 지켜보는 폴더 {count}개",
    folders_deaf="시스템이 이 폴더들의 변화를 모두 알려 주지 않아, 대신 {seconds:.0f}초마다 살펴봅니다.",
    folder_watch="지켜보기",
    folder_watched="{time}에 확인함",
    folder_paused="잠시 멈춤",
    folder_unreachable="지금은 없음. 문서는 그대로 둡니다",
    folder_other_kinds="읽을 수 없는 종류라 넣지 않은 파일 {count}개: {kinds}",
    folder_left_out_more="그 밖에 읽을 수 없는 것 {count}개",
    document_away="지금은 폴더가 없음",
    folder_never="아직 살펴보지 않음",
    folder_pause="잠시 멈추기",
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
    library_lead="서랍에 든 문서와 그 상태입니다. 원본 파일은 읽기만 하고 바꾸지 않습니다.",
    path="이 컴퓨터의 파일이나 폴더 경로",
    path_example="/home/kim/계약서",
    path_add="한 번 넣기",
    path_lead="‘한 번 넣기’는 지금 있는 것만 넣습니다. ‘지켜보기’는 나중에 생기거나 바뀌거나 이름이 바뀌거나 지워진 파일도 따라갑니다. 파일 자체는 읽기만 합니다.",
    path_waits="넣기를 기다리는 중: {path}",
    path_done="살펴본 경로: {path}",
    patterns="일부 파일만",
    patterns_lead="지켜볼 때만 쓰입니다. .gitignore 형식으로 쓰고 쉼표로 나눕니다: *.pdf, 편지/**, 초안/",
    include="이것만 (비워 두면 읽을 수 있는 모든 종류)",
    exclude="이것은 빼고",
    folder_only="{patterns}만",
    folder_not="{patterns} 제외",
    last_day="지난 24시간",
    last_day_nothing="지난 24시간 동안 바뀐 것이 없습니다.",
    last_day_more="24시간 안의 이전 항목 {count}개",
    renamed_from="이전 이름: {name}",
    happened={
        Happened.ADDED: "추가됨",
        Happened.CHANGED: "바뀜",
        Happened.PARTIAL: "일부만 읽음",
        Happened.RENAMED: "이름이나 위치가 바뀜",
        Happened.GONE: "없어짐",
        Happened.FAILED: "읽지 못함",
    },
    happened_count="{what} {count}개",
    in_drawer="서랍에 든 문서",
    view="보는 방법",
    view_list="목록",
    view_map="지도",
    view_passages="분량",
    view_activity="시간 흐름",
    filter_name="이름에 들어 있는 말",
    filter_state="상태",
    filter_kind="종류",
    filter_language="언어",
    filter_folder="폴더",
    filter_tag="태그(하위 폴더)",
    filter_added="넣은 때",
    filter_clear="모두 보기",
    every="모두",
    nothing_fits="모두 맞는 문서가 없습니다.",
    within={"day": "어제부터", "week": "최근 7일", "month": "최근 30일", "quarter": "최근 3개월", "year": "최근 1년"},
    languages={"en": "영어", "ko": "한국어"},
    progress_left="약 {time} 남음",
    uploaded="올린 파일",
    other_folders="그 밖의 폴더",
    list_of="문서 {total}개 중 {first}–{last}번째",
    columns={
        "name": "문서",
        "state": "상태",
        "kind": "종류",
        "language": "언어",
        "pages": "쪽",
        "passages": "단락",
        "size": "크기",
        "added": "넣은 날",
        "folder": "폴더",
        "tags": "태그",
    },
    sort_by="{column} 순으로 정렬",
    open_named="{name} 열기",
    pick="{name} 고르기",
    pick_shown="보이는 문서 모두 고르기",
    pick_all="{count}개 모두 고르기",
    pick_none="고르기 취소",
    picked="{count}개 고름",
    picked_none="문서를 골라서 그 문서에만 묻거나, 비교하거나, 한꺼번에 뺄 수 있습니다.",
    try_named="{name} 다시 시도",
    remove_named="{name} 빼기",
    remove_picked="빼기 …",
    ask_these="이 문서에만 묻기",
    summarise="요약",
    compare="비교",
    again_asked="다시 읽을 문서: {count}개",
    found_at="{count}곳에 있음",
    remove_several_title="이 문서들을 뺄까요?",
    remove_count="문서 {count}개",
    remove_more="그 밖에 {count}개",
    remove_folder="지켜보는 폴더에 있는 파일은 폴더를 다음에 살펴볼 때 다시 들어옵니다. 들어오지 않게 하려면 파일을 옮기거나 .seorapignore 파일에 적어 두세요.",
    removing="{total}개 중 {done}개 뺌",
    erasing="문서 {total}개 중 {number}번째: {step}",
    erased_count="완전히 지우고 증명서를 만든 문서: {count}개",
    erased_rest="증명서 모두 보기",
    failures_lead="이 파일들은 답변에 쓰이지 않습니다. 까닭과 해결 방법이 함께 적혀 있습니다.",
    map_lead="비슷한 내용을 다루는 문서끼리 가까이 놓입니다. 누르면 열립니다. 화살표 키로 옮겨 다닐 수 있습니다.",
    map_label="내용에 따라 놓은 문서 {count}개의 지도",
    map_drawing="지도를 그리는 중 …",
    map_few="지도를 그리려면 문서가 세 개 이상 있어야 합니다.",
    map_sample="문서 {total}개 중 {shown}개를 고르게 뽑아 보여 드립니다. 위에서 걸러 보면 나머지도 볼 수 있습니다.",
    map_spot="{name}, {folder}",
    as_table="표로 보기",
    nearest="가장 비슷한 문서",
    passages_lead="문서별 단락 수를 많은 것부터 보여 드립니다. 큰 문서일수록 답변에 자주 쓰입니다.",
    passages_label="단락이 가장 많은 문서 {count}개의 단락 수",
    passages_rest="나머지 문서 {count}개",
    activity_lead="최근 석 달 동안 주마다 넣은 문서 수입니다. 지금 서랍에 있는 문서만 셉니다.",
    activity_label="최근 {count}주 동안 주마다 넣은 문서 수",
    activity_week="{day}부터 한 주",
    activity_before="그 전에 넣은 문서: {count}개",
    empty_title="서랍이 비어 있습니다",
    empty_steps=(
        "위에 파일을 끌어다 놓거나 이 컴퓨터의 폴더를 알려 주세요. 아무것도 밖으로 나가지 않습니다.",
        "한 쪽씩 읽으며, 스캔한 문서도 읽습니다. 짧은 계약서는 몇 초면 됩니다.",
        "첫 문서가 준비되는 대로 질문할 수 있고, 답변마다 원문과 그 쪽을 볼 수 있습니다.",
    ),
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
