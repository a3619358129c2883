"""The privacy report, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.causes import in_korean
from rag.records import Language


@dataclass(frozen=True, slots=True)
class Words:
    steps: Mapping[str, str]  # what is being done, while it is
    title: str
    private: str
    not_private: str
    on: str
    enforced: str
    layers: Mapping[str, str]
    nothing_enforces: str
    only_python: str
    why_not: str
    ways_out: str
    ways: Mapping[str, str]
    refused: str
    open: str
    watch: str
    watched_by: Mapping[str, str]
    done: Mapping[str, str]
    failed: str
    traffic: str
    stayed: str
    outside: str
    look_ups: str
    local_programs: str
    not_made: str
    gate: str
    turned_away: str
    let_in: str
    visitors: Mapping[str, str]
    files: str
    files_closed: str
    files_open: str
    weights: str
    weights_own: str
    versions: str
    settings: str
    without_effect: str
    limits: str
    saved: str


ENGLISH = Words(
    steps={
        "trials": "Trying to get out on purpose…",
        "add": "Adding a document, under watch…",
        "ask": "Asking a question, under watch…",
        "page": "Opening the page, under watch, and knocking at it uninvited…",
        "weights": "Reading every byte of the models…",
    },
    title="Privacy report of Seorap, {when}",
    private="Nothing left this machine, and nobody uninvited got in.",
    not_private="Something is not as it should be; it is marked with ✗ below.",
    on="On {system}, as {user}",
    enforced="What keeps Seorap off the network",
    layers={
        "namespace": "the kernel: a network namespace without any interface",
        "seccomp": "the kernel: a filter of system calls; no socket can be made or connected",
        "python": "Seorap itself: refuses and counts what its Python code tries",
    },
    nothing_enforces="nothing",
    only_python="The operating system does not enforce it here: native code could get out.",
    why_not="Not in force: {cause}",
    ways_out="Ways out, tried on purpose from inside",
    ways={
        "connection": "a connection",
        "connection, IPv6": "a connection by IPv6",
        "datagram": "a datagram",
        "look-up": "looking a name up",
        "connection by name": "a connection by name",
        "local program": "asking another program on this machine",
        "native code": "native code, past Python",
    },
    refused="refused ({error})",
    open="OPEN",
    watch="The whole way, in a drawer made for it",
    watched_by={
        "strace": "Watched by strace: every system call about the network, of every process.",
        "python": "Watched by Python's audit events: native code was not seen. Install strace for a full watch.",
    },
    done={"add": "a document was added", "ask": "a question was answered from it", "page": "the page was opened and drawn"},
    failed="this step failed",
    traffic="network calls: {calls}",
    stayed="none beyond this machine, no name looked up",
    outside="beyond this machine: {what}",
    look_ups="names looked up: {what}",
    local_programs="other programs asked: {what}",
    not_made="sockets asked for by libraries and not made: {what}",
    gate="Uninvited visitors of the page",
    turned_away="turned away: {who}",
    let_in="LET IN: {who}",
    visitors={
        "rebinding": "a host name pointed at this machine",
        "page on another port": "a page on another port",
        "null origin": "a page without an origin",
        "no session": "a browser without a session",
        "guessed token": "a guessed token",
        "token used twice": "a token used twice",
        "media": "for pictures",
        "upload": "for uploads",
        "metrics": "for metrics",
        "WebSocket without a session": "a WebSocket without a session",
        "WebSocket of another page": "a WebSocket of another page",
    },
    files="Files",
    files_closed="only their owner can read the drawer",
    files_open="others can read: {what}",
    weights="Models (SHA-256)",
    weights_own="your own; nothing to compare it with",
    versions="Versions",
    settings="Settings of the page's server",
    without_effect="Variables that are set for other programs, and have no effect here",
    limits="Not covered: other programs of the same user, an unlocked session, swap, and what a browser's own extensions do. See ARCHITECTURE.md.",
    saved="Saved as {path}",
)

KOREAN = Words(
    steps={
        "trials": "일부러 밖으로 나가 보는 중…",
        "add": "지켜보면서 문서를 넣는 중…",
        "ask": "지켜보면서 질문하는 중…",
        "page": "지켜보면서 화면을 열고, 불청객으로도 두드려 보는 중…",
        "weights": "모델의 모든 바이트를 읽는 중…",
    },
    title="서랍 개인정보 보호 점검, {when}",
    private="이 컴퓨터 밖으로 아무것도 나가지 않았고, 불청객은 아무도 들어오지 못했습니다.",
    not_private="문제가 있는 항목이 있습니다. 아래에 ✗로 표시했습니다.",
    on="{system}, 실행한 사용자: {user}",
    enforced="서랍을 네트워크에서 떼어 놓는 것",
    layers={
        "namespace": "커널: 아무 인터페이스도 없는 네트워크 네임스페이스",
        "seccomp": "커널: 시스템 호출 필터. 소켓을 만들 수도 연결할 수도 없습니다",
        "python": "서랍 자신: 파이썬 코드의 시도를 거절하고 셉니다",
    },
    nothing_enforces="없음",
    only_python="여기서는 운영체제가 막아 주지 않습니다. 네이티브 코드는 나갈 수 있습니다.",
    why_not="작동하지 않는 것: {cause}",
    ways_out="안에서 일부러 시도한 출구",
    ways={
        "connection": "연결",
        "connection, IPv6": "IPv6 연결",
        "datagram": "데이터그램",
        "look-up": "이름 조회",
        "connection by name": "이름으로 연결",
        "local program": "이 컴퓨터의 다른 프로그램에 부탁",
        "native code": "파이썬을 거치지 않는 네이티브 코드",
    },
    refused="거절됨({error})",
    open="열려 있음",
    watch="점검용 서랍으로 해 본 전체 과정",
    watched_by={
        "strace": "strace로 지켜봤습니다. 모든 프로세스의 모든 네트워크 시스템 호출을 봅니다.",
        "python": "파이썬 감사 이벤트로 지켜봤습니다. 네이티브 코드는 보이지 않습니다. 모두 보려면 strace를 설치해 주세요.",
    },
    done={"add": "문서를 넣었습니다", "ask": "그 문서로 질문에 답했습니다", "page": "화면을 열고 그렸습니다"},
    failed="이 단계가 실패했습니다",
    traffic="네트워크 호출 {calls}건",
    stayed="이 컴퓨터 밖으로는 없음, 이름 조회 없음",
    outside="이 컴퓨터 밖으로: {what}",
    look_ups="조회한 이름: {what}",
    local_programs="다른 프로그램에 부탁: {what}",
    not_made="라이브러리가 요청했으나 만들어지지 않은 소켓: {what}",
    gate="화면을 찾아온 불청객",
    turned_away="돌려보냄: {who}",
    let_in="들어옴: {who}",
    visitors={
        "rebinding": "이 컴퓨터를 가리키게 한 호스트 이름",
        "page on another port": "다른 포트의 화면",
        "null origin": "출처 없는 화면",
        "no session": "세션 없는 브라우저",
        "guessed token": "지어낸 토큰",
        "token used twice": "두 번 쓴 토큰",
        "media": "그림 요청",
        "upload": "올리기 요청",
        "metrics": "통계 요청",
        "WebSocket without a session": "세션 없는 웹소켓",
        "WebSocket of another page": "다른 화면의 웹소켓",
    },
    files="파일",
    files_closed="서랍은 소유자 계정만 읽을 수 있습니다",
    files_open="다른 사람도 읽을 수 있음: {what}",
    weights="모델(SHA-256)",
    weights_own="직접 정한 모델. 견줄 것이 없습니다",
    versions="버전",
    settings="화면 서버의 설정",
    without_effect="다른 프로그램을 위한 변수로, 여기서는 효과가 없는 것",
    limits="지켜 주지 않는 것: 같은 사용자의 다른 프로그램, 잠그지 않은 세션, 스왑, 브라우저 확장 기능. ARCHITECTURE.md를 보세요.",
    saved="저장했습니다: {path}",
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}


def why_not(causes: Sequence[str], language: Language) -> str:
    """Why layers of the kernel's are not in force (``rag.no_network.Seclusion``)."""
    return "; ".join(map(in_korean, causes) if language == "ko" else causes)
