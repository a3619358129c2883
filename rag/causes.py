"""What stands in brackets in a sentence about a failure or a layer: kept in English, said in Korean too. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping

KOREAN: Mapping[str, str] = {
    # --- documents
    "a chapter is missing": "장이 빠져 있음",
    "a part of it cannot be unpacked": "일부의 압축을 풀 수 없음",
    "a part of it is cut off": "일부가 잘려 있음",
    "a part of it is not valid XML": "일부가 올바른 XML이 아님",
    "a slide is missing": "슬라이드가 빠져 있음",
    "it holds text, perhaps a page that asks to log in": "텍스트가 들어 있음, 로그인 화면일 수 있음",
    "it is a ZIP file that holds no such document": "그런 문서가 없는 ZIP 파일임",
    "it has no pages": "쪽이 없음",
    "its OLE container is broken": "OLE 컨테이너가 깨져 있음",
    "its answer makes no sense": "판독기의 응답이 올바르지 않음",
    "its content is not {}": "내용이 {} 형식이 아님",
    "its encryption makes no sense": "암호화 정보가 올바르지 않음",
    "its end is missing": "끝부분이 없음",
    "its header is missing": "머리 부분이 없음",
    "its markup makes no sense": "마크업이 올바르지 않음",
    "its parts are nested too deeply": "구성 요소가 너무 깊이 겹쳐 있음",
    "its parts cannot be told apart": "구성 요소를 구별할 수 없음",
    "its sheets cannot be read": "시트를 읽을 수 없음",
    "its table of contents is damaged": "목차가 손상됨",
    "its table of parts is missing": "구성 목록이 없음",
    "its text cannot be unpacked": "본문의 압축을 풀 수 없음",
    "its text is cut off": "본문이 잘려 있음",
    "its text is missing": "본문이 없음",
    "its transfer encoding is broken": "전송 인코딩이 깨져 있음",
    "it cannot be opened as {}": "{} 형식으로 열 수 없음",
    "the picture in it is cut off or broken": "그림이 잘렸거나 깨짐",
    "no page is in it": "쪽이 없음",
    "the key to its text is missing": "본문을 여는 키가 없음",
    "exit code {}": "종료 코드 {}",
    # --- pages that are not drawn
    "it is damaged": "손상되어 있음",
    "it has too many pixels": "픽셀이 너무 많음",
    "it takes more than {} s": "{}초가 넘게 걸림",
    "it takes more than {} MiB of memory": "메모리가 {}MiB 넘게 필요함",
    "it takes too much memory": "메모리가 너무 많이 필요함",
    "the program that draws does not start": "그리는 프로그램이 시작되지 않음",
    "the program that draws stopped: {}": "그리는 프로그램이 멈춤: {}",
    "what was drawn makes no sense": "그려진 결과가 올바르지 않음",
    # --- files and what was typed
    "home: the drawer is the folder in which this file lies": "home: 서랍은 이 파일이 들어 있는 폴더입니다",
    "it is not UTF-8": "UTF-8이 아님",
    "it is not a terminal": "터미널이 아님",
    "its first line is empty": "첫 줄이 비어 있음",
    "its first line is too long": "첫 줄이 너무 김",
    "nothing was typed": "입력이 없음",
    "these are the cases": "문항 파일 자체임",
    "line {} is not a result": "{}번째 줄이 결과가 아님",
    "id: {} stands above already": "id {}가 이미 위에 있음",
    "it is not an object of JSON in one line": "한 줄에 적은 JSON 객체가 아님",
    "{}: it is missing": "{} 항목이 없음",
    "{}: it is empty": "{} 항목이 비어 있음",
    "{}: it is not a text in quotation marks": "{} 항목이 따옴표로 묶은 글이 아님",
    "{}: it is not a list in square brackets": "{} 항목이 대괄호로 묶은 목록이 아님",
    "{}: it is not an object in braces": "{} 항목이 중괄호로 묶은 객체가 아님",
    "{}: it is neither true nor false": "{} 항목이 true도 false도 아님",
    "{}: it is not a whole number from 1": "{} 항목이 1 이상의 정수가 아님",
    "{}: it names neither page nor text": "{} 항목에 page도 text도 없음",
    "lang: it is neither en nor ko": "lang 항목이 en도 ko도 아님",
    "verdict: it is neither entailment nor contradiction": "verdict 항목이 entailment도 contradiction도 아님",
    "not an E5S1 file: {}": "E5S1 파일이 아님: {}",
    "there is no such file": "그런 파일이 없음",
    "there is nothing at this path": "이 경로에 아무것도 없음",
    # --- why sentence-transformers runs the embedding weights
    "another model than BERT": "BERT가 아닌 모델임",
    "another pooling than the mean": "평균이 아닌 풀링임",
    "it needs code of its own": "자체 코드가 필요함",
    "it puts a prompt before each text": "글마다 앞에 프롬프트를 붙임",
    "it puts texts in lower case first": "글을 먼저 소문자로 바꿈",
    "it was quicker on this machine, or more exact": "이 컴퓨터에서는 이쪽이 더 빠르거나 정확했음",
    "its files are of another make": "파일 구성이 다름",
    "its vocabulary has more tokens than the model": "어휘의 토큰이 모델보다 많음",
    "its weights have other shapes than BERT's": "모델의 행렬 모양이 BERT와 다름",
    "other modules than Transformer, Pooling and Normalize": "Transformer, Pooling, Normalize 이외의 모듈이 있음",
    "other positions than BERT's": "위치 표현이 BERT와 다름",
    # --- weights
    "its chat template does not show what the user says": "대화 틀에 사용자의 말이 들어가지 않음",
    "its vocabulary cannot spell a text": "어휘로 글을 적을 수 없음",
    "llama.cpp cannot load it": "llama.cpp가 읽어 들일 수 없음",
    "llama.cpp cannot make room for it": "llama.cpp가 쓸 메모리를 마련할 수 없음",
    "llama.cpp could not read the text": "llama.cpp가 글을 읽을 수 없음",
    "there is a file already": "이미 파일이 있음",
    "it would lie in the drawer": "서랍 안에 놓이게 됨",
    "another program is reading the drawer": "다른 프로그램이 서랍을 읽고 있음",
    # --- why the kernel does not keep this process off the network
    "namespace: {}": "네트워크 네임스페이스: {}",
    "seccomp: {}": "시스템 호출 필터(seccomp): {}",
    "{} (user namespaces are not allowed here)": "{}(여기서는 사용자 네임스페이스를 만들 수 없음)",
    "not known on {}": "{} 프로세서에서는 쓸 수 없음",
    "{} has no namespaces and no seccomp": "{}에는 네임스페이스도 seccomp도 없음",
    # --- the system's words
    "no access": "접근할 수 없음",
    "No such file or directory": "그런 파일이나 폴더가 없음",
    "Permission denied": "권한이 없음",
    "Is a directory": "폴더임",
    "Not a directory": "폴더가 아님",
    "No space left on device": "디스크에 남은 공간이 없음",
    "Read-only file system": "읽기 전용 파일 시스템",
    "Input/output error": "입출력 오류",
    "Operation not permitted": "허용되지 않은 작업임",
    "Function not implemented": "시스템에 없는 기능임",
    "Invalid argument": "받아들이지 않는 값임",
    "Device or resource busy": "이미 쓰이고 있음",
    "Cannot allocate memory": "메모리가 모자람",
    "Too many users": "사용자가 너무 많음",
}

LIMITS: Mapping[str, str] = {
    "{} s": "{}초",
    "{} MiB": "{}MiB",
    "{} megapixels": "{}메가픽셀",
    "{} MiB of attachments": "첨부 파일 {}MiB",  # before those that end like it
    "{} attachments": "첨부 파일 {}개",
    "{} mails inside each other": "메일 안의 메일 {}겹",
    "{} ZIP entries": "ZIP 항목 {}개",
    "{}:1": "압축률 {}:1",
    "{} XML levels": "XML {}단계",
    "{}:1 XML entities": "XML 개체 확장 {}:1",
    "{} MB XML text": "XML 글 {}MB",
}
"""What reading a document may take, with its unit."""


def in_korean(cause: str) -> str:
    """As it came where there is no Korean for it: the words of a library."""
    return _in(KOREAN, cause)


def limit_in_korean(limit: str) -> str:
    return _in(LIMITS, limit)


def _in(korean: Mapping[str, str], english: str) -> str:
    """What is filled in may be a cause as well: "namespace: Operation not permitted"."""
    if english in korean:
        return korean[english]
    for sentence, translated in korean.items():
        before, gap, after = sentence.partition("{}")
        if gap and english.startswith(before) and english.endswith(after) and len(english) > len(before) + len(after):
            return translated.format(_in(korean, english[len(before) : len(english) - len(after)]))
    return english
