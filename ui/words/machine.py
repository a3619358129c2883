"""The page "Settings and state", in both languages. What is said of ways out and of the kernel's layers stands in ``ui.words.privacy``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.disk import Ground, Verdict
from rag.records import Language


@dataclass(frozen=True, slots=True)
class Words:
    """Fields with {placeholders} are filled in by ``str.format``; both languages have the same ones."""

    title: str
    lead: str

    # --- at the top
    refused_none: str
    refused: str  # {count} {kinds}
    refused_kinds: Mapping[str, str]  # by audit event
    unseen: str

    # --- right now
    answers: str
    searches: str
    loaded: str
    unused: str  # {time}
    unused_until: str  # {time} {minutes}
    not_loaded: str
    weights_missing: str
    memory: str
    memory_own: str  # {bytes}
    memory_files: str  # {bytes}
    memory_children: str  # {count} {bytes}
    memory_free: str  # {free} {total}
    speed: str
    reads: str  # {rate}
    writes: str  # {rate}
    embeds: str  # {rate}
    unmeasured: Mapping[str, str]  # by what is not known

    # --- language
    language: str
    as_browser: str
    language_lead: str
    language_set: str  # {language}
    languages: Mapping[Language, str]

    # --- privacy
    privacy: str
    network: str
    not_in_force: str
    nothing_enforced: str
    address: str
    address_lead: str
    files: str
    files_closed: str
    files_open: str
    dumps: str
    dumps_none: str
    dumps_some: str
    disk: str
    verdicts: Mapping[Verdict, str]
    grounds: Mapping[Ground, str]
    disk_where: str  # {where}
    disk_advice: str
    examined: str
    examined_at: str  # {time}
    never_examined: str
    how_to_examine: str
    try_now: str
    try_lead: str
    tried: str
    open: str

    # --- models
    models: str
    figures: str  # {threads} {context}
    figures_embedding: str  # {threads}
    repacked: str
    own_weights: str

    # --- the drawer
    drawer: str
    place: str
    contents: str
    counts: str  # {documents} {passages}
    room: str
    parts: Mapping[str, str]
    disk_free: str  # {free}
    versions: str
    version: str  # {version} {schema} {generation}

    # --- settings
    settings: str
    settings_file: str
    no_settings_file: str
    unchanged: str
    setting: str
    value: str
    default: str
    empty: str
    log: str
    log_none: str
    log_some: str  # {level}
    log_debug: str


ENGLISH = Words(
    title="Settings and state",
    lead="What Seorap works with on this computer, what keeps your documents here, and where everything lies.",
    refused_none="Since the start nothing has tried to connect.",
    refused="Attempts since the start, all refused: {count} ({kinds}).",
    refused_kinds={
        "socket.connect": "connecting",
        "socket.sendto": "sending",
        "socket.sendmsg": "sending",
        "socket.bind": "listening",
        "socket.getaddrinfo": "looking a name up",
        "socket.gethostbyname": "looking a name up",
        "socket.gethostbyaddr": "looking a name up",
        "socket.getnameinfo": "looking a name up",
    },
    unseen="What native code tries, the operating system refuses without a count.",
    answers="Model that answers",
    searches="Model that searches",
    loaded="in memory",
    unused="in memory, unused for {time}",
    unused_until="in memory, unused for {time}; after {minutes} min its memory is given back",
    not_loaded="not in memory; it is loaded when needed",
    weights_missing="not there; get it with: seorap weights --install",
    memory="Memory",
    memory_own="{bytes} taken by Seorap",
    memory_files="{bytes} of it are model files, which the system can take back at any time",
    memory_children="{bytes} beside it, by processes that read documents ({count})",
    memory_free="{free} of {total} free on this computer",
    speed="Speed",
    reads="reads {rate} tokens a second",
    writes="writes {rate} tokens a second",
    embeds="takes in {rate} passages a second (measured at set-up)",
    unmeasured={
        "reads": "how fast it reads is not known yet; a few answers will tell",
        "writes": "how fast it writes is not known yet; a few answers will tell",
        "reads and writes": "how fast it reads and writes is not known yet; a few answers will tell",
    },
    language="Language",
    as_browser="As in the browser",
    language_lead="What you choose here holds for the next start, too.",
    language_set="The settings name a language ({language}): every new window opens in it, whatever is chosen here.",
    languages={"ko": "Korean", "en": "English"},
    privacy="What keeps everything here",
    network="Network",
    not_in_force="not in force",
    nothing_enforced="Nothing keeps this process off the network. Start the page with: seorap serve",
    address="The page's address",
    address_lead="Only this computer reaches it, and only a browser that was opened with an address of Seorap's gets an answer.",
    files="Files of the drawer",
    files_closed="Only you can read them.",
    files_open="Other users of this computer can look into the folder. Close it with: chmod 700 FOLDER",
    dumps="After a crash",
    dumps_none="No picture of the memory is written to the disk.",
    dumps_some="The system may write a picture of the memory, with text of documents in it, to the disk.",
    disk="Disk encrypted",
    verdicts={"yes": "Yes", "no": "No", "unknown": "Unknown"},
    grounds={
        "device": "The disk on which the drawer lies is encrypted.",
        "folder": "The file system encrypts the drawer's folder.",
        "file system": "The file system on which the drawer lies encrypts all that is in it.",
        "FileVault": "FileVault is on.",
        "none found": "No encryption was found between the drawer and its disk. One that the disk itself does, or a computer around this one, cannot be seen from here.",
        "a part": "Only some of the disks on which the drawer lies are encrypted.",
        "no FileVault": "FileVault is off.",
        "network": "The drawer lies on a disk of another computer, or of the one around this; whether that is encrypted cannot be seen from here.",
        "container": "The drawer lies within a container; the disk below it cannot be seen from here.",
        "memory": "The drawer lies in memory, not on a disk, and is gone when the computer is switched off.",
        "perhaps by itself": "This file system can encrypt by itself, and does not tell every program whether it does.",
        "another volume": "The drawer lies on a volume of its own; Disk Utility says whether that is encrypted.",
        "under way": "FileVault is at work just now; look again when it is done.",
        "rights": "Windows tells this to administrators only. It stands in the system's settings, under device encryption or BitLocker.",
        "unclear": "It could not be found out on what disk the drawer lies.",
    },
    disk_where="Found: {where}.",
    disk_advice="Whoever takes the disk away could read the drawer. Switch on the encryption of the disk in the system's settings.",
    examined="Full examination",
    examined_at="Last on {time}; the report lies in the drawer.",
    never_examined="Not yet.",
    how_to_examine="seorap doctor --privacy adds a document, asks, and opens a page in a drawer of its own, and watches every network call meanwhile: a minute or two.",
    try_now="Test the ways out now",
    try_lead="This very process tries every way off this computer, on purpose. Should one be open after all, nothing of yours goes out by it.",
    tried="Tried just now",
    open="Something got out, or might have. See: seorap doctor --privacy",
    models="Models",
    figures="{threads} threads · {context} tokens of context",
    figures_embedding="{threads} threads",
    repacked="laid out anew in memory for this processor",
    own_weights="your own",
    drawer="Drawer",
    place="Folder",
    contents="Contents",
    counts="Documents: {documents} · passages: {passages}",
    room="Room taken",
    parts={
        "manifest": "text, vectors and words",
        "index": "search index",
        "snapshots": "uploaded files",
        "states": "what the model has read ahead",
    },
    disk_free="{free} free on this disk",
    versions="Versions",
    version="Seorap {version} · drawer format {schema} · search index generation {generation}",
    settings="Settings",
    settings_file="Settings file",
    no_settings_file="There is none. It would lie here:",
    unchanged="Everything is as by default.",
    setting="Setting",
    value="Now",
    default="By default",
    empty="not set",
    log="Log",
    log_none="None is kept.",
    log_some="On the terminal, from {level} on; without text of documents, questions or answers.",
    log_debug="On the terminal, with everything (DEBUG): text of documents may be in it.",
)

KOREAN = Words(
    title="설정과 상태",
    lead="서랍이 이 컴퓨터에서 무엇으로 일하는지, 문서가 밖으로 나가지 않도록 무엇이 지키는지, 무엇이 어디에 있는지 보여 드립니다.",
    refused_none="시작한 뒤로 연결을 시도한 것이 없습니다.",
    refused="시작한 뒤로 시도된 {count}건을 모두 거절했습니다({kinds}).",
    refused_kinds={
        "socket.connect": "연결",
        "socket.sendto": "보내기",
        "socket.sendmsg": "보내기",
        "socket.bind": "연결 받기",
        "socket.getaddrinfo": "이름 조회",
        "socket.gethostbyname": "이름 조회",
        "socket.gethostbyaddr": "이름 조회",
        "socket.getnameinfo": "이름 조회",
    },
    unseen="네이티브 코드의 시도는 운영체제가 세지 않고 막습니다.",
    answers="답변 모델",
    searches="검색 모델",
    loaded="메모리에 올라와 있음",
    unused="메모리에 올라와 있음, {time} 동안 쓰지 않음",
    unused_until="메모리에 올라와 있음, {time} 동안 쓰지 않음. {minutes}분이 지나면 메모리를 돌려줍니다",
    not_loaded="메모리에 없음. 필요할 때 불러옵니다",
    weights_missing="파일이 없습니다. 이렇게 받으세요: seorap weights --install",
    memory="메모리",
    memory_own="서랍이 {bytes} 사용",
    memory_files="그중 {bytes}는 모델 파일로, 시스템이 언제든 되찾아 쓸 수 있습니다",
    memory_children="문서를 읽는 프로세스 {count}개가 따로 {bytes} 사용",
    memory_free="이 컴퓨터의 {total} 중 {free} 남음",
    speed="속도",
    reads="1초에 {rate}토큰 읽기",
    writes="1초에 {rate}토큰 쓰기",
    embeds="1초에 단락 {rate}개 넣기(설치할 때 잰 값)",
    unmeasured={
        "reads": "읽는 속도는 몇 번 답하고 나면 알 수 있습니다",
        "writes": "쓰는 속도는 몇 번 답하고 나면 알 수 있습니다",
        "reads and writes": "읽고 쓰는 속도는 몇 번 답하고 나면 알 수 있습니다",
    },
    language="언어",
    as_browser="브라우저를 따름",
    language_lead="여기서 고른 언어는 다음에 시작할 때도 그대로입니다.",
    language_set="설정에 언어({language})가 정해져 있어서, 여기서 무엇을 고르든 새 창은 그 언어로 열립니다.",
    languages={"ko": "한국어", "en": "영어"},
    privacy="밖으로 나가지 않도록 지키는 것",
    network="네트워크",
    not_in_force="작동하지 않음",
    nothing_enforced="이 프로세스를 네트워크에서 떼어 놓는 것이 없습니다. 이렇게 열어 주세요: seorap serve",
    address="화면의 주소",
    address_lead="이 컴퓨터에서만 닿고, 서랍이 알려 준 주소로 연 브라우저에만 답합니다.",
    files="서랍의 파일",
    files_closed="소유자 계정만 읽을 수 있습니다.",
    files_open="이 컴퓨터의 다른 사용자도 폴더를 들여다볼 수 있습니다. 이렇게 닫으세요: chmod 700 폴더",
    dumps="비정상 종료",
    dumps_none="메모리 내용을 디스크에 남기지 않습니다.",
    dumps_some="시스템이 문서 내용이 담긴 메모리를 디스크에 남길 수 있습니다.",
    disk="디스크 암호화",
    verdicts={"yes": "예", "no": "아니요", "unknown": "알 수 없음"},
    grounds={
        "device": "서랍이 있는 디스크가 암호화되어 있습니다.",
        "folder": "파일 시스템이 서랍 폴더를 암호화합니다.",
        "file system": "서랍이 있는 파일 시스템이 모든 내용을 암호화합니다.",
        "FileVault": "파일볼트가 켜져 있습니다.",
        "none found": "서랍과 디스크 사이에서 암호화를 찾지 못했습니다. 디스크 자체의 암호화나 이 시스템을 돌리는 바깥 컴퓨터의 암호화는 여기서 보이지 않습니다.",
        "a part": "서랍이 있는 디스크 가운데 일부만 암호화되어 있습니다.",
        "no FileVault": "파일볼트가 꺼져 있습니다.",
        "network": "서랍이 다른 컴퓨터나 이 시스템을 돌리는 바깥 컴퓨터의 디스크에 있어서, 암호화되어 있는지 여기서는 알 수 없습니다.",
        "container": "서랍이 컨테이너 안에 있어서, 그 아래 디스크가 여기서는 보이지 않습니다.",
        "memory": "서랍이 디스크가 아니라 메모리에 있어서, 컴퓨터를 끄면 사라집니다.",
        "perhaps by itself": "스스로 암호화할 수 있는 파일 시스템이지만, 그렇게 하고 있는지는 아무 프로그램에나 알려 주지 않습니다.",
        "another volume": "서랍이 별도의 볼륨에 있습니다. 암호화되어 있는지는 디스크 유틸리티에서 볼 수 있습니다.",
        "under way": "파일볼트가 지금 작업하고 있습니다. 끝난 뒤에 다시 확인해 주세요.",
        "rights": "윈도우는 이것을 관리자에게만 알려 줍니다. 시스템 설정의 장치 암호화 또는 비트로커에서 볼 수 있습니다.",
        "unclear": "서랍이 어떤 디스크에 있는지 알아내지 못했습니다.",
    },
    disk_where="확인한 것: {where}",
    disk_advice="디스크를 가져간 사람이 서랍을 읽을 수 있습니다. 시스템 설정에서 디스크 암호화를 켜세요.",
    examined="전체 점검",
    examined_at="마지막 점검: {time}. 결과는 서랍 안에 있습니다.",
    never_examined="아직 하지 않았습니다.",
    how_to_examine="seorap doctor --privacy를 실행하면 점검용 서랍에 문서를 넣고, 질문하고, 화면을 열면서 모든 네트워크 호출을 지켜봅니다. 1, 2분 걸립니다.",
    try_now="지금 시험해 보기",
    try_lead="바로 이 프로세스가 컴퓨터 밖으로 나가는 모든 길을 일부러 시도합니다. 혹시 열린 길이 있더라도 내용은 아무것도 나가지 않습니다.",
    tried="방금 시도한 결과",
    open="무언가 나갔거나 나갔을 수 있습니다. 자세히: seorap doctor --privacy",
    models="모델",
    figures="스레드 {threads}개 · 문맥 {context}토큰",
    figures_embedding="스레드 {threads}개",
    repacked="이 프로세서에 맞게 메모리에 다시 배치함",
    own_weights="직접 정한 모델",
    drawer="서랍",
    place="폴더",
    contents="내용",
    counts="문서 {documents}개, 단락 {passages}개",
    room="차지한 공간",
    parts={
        "manifest": "글, 벡터, 낱말",
        "index": "검색 색인",
        "snapshots": "올린 파일",
        "states": "모델이 미리 읽어 둔 것",
    },
    disk_free="이 디스크에 {free} 남음",
    versions="버전",
    version="서랍 {version} · 저장 형식 {schema} · 검색 색인 {generation}세대",
    settings="설정",
    settings_file="설정 파일",
    no_settings_file="아직 없습니다. 만든다면 여기에 둡니다:",
    unchanged="모두 기본값입니다.",
    setting="항목",
    value="지금 값",
    default="기본값",
    empty="정하지 않음",
    log="로그",
    log_none="남기지 않습니다.",
    log_some="{level} 단계부터 터미널에 나옵니다. 문서, 질문, 답변의 내용은 들어가지 않습니다.",
    log_debug="모든 것(DEBUG)이 터미널에 나옵니다. 문서 내용이 들어 있을 수 있습니다.",
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
