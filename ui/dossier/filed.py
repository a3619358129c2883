"""An answer from a drawer, or a whole conversation, as a file to be saved."""

from __future__ import annotations

from datetime import datetime

from ingest.pictures import Picture, Pictures
from rag.errors import NoSuchDocument, PictureError, TurnGone, sentence_of
from rag.library.conversations import PastTurn
from rag.library.library import Library
from rag.library.manifest import span_of
from rag.records import Answer, Citation, Language
from ui.dossier.blocks import Dossier, Paragraph, Run
from ui.dossier.export import MEDIA_TYPE, Kind, export, file_name, markdown_kind
from ui.dossier.facts import Provenance, dossier_of, one_line
from ui.dossier.markdown import markdown_of
from ui.words import dossier as dossier_words
from ui.words import page as page_words

_PICTURE_PIXELS = 1240
"""Wide: 150 dots an inch on A4, at which small print can still be read."""

_AROUND_CHARS = 600


def dossier(
    library: Library, pictures: Pictures, answer: Answer, asked: float | None, kind: Kind, language: Language
) -> tuple[bytes, str, str]:
    """Contents, media type and file name; of Markdown with pictures, a ZIP."""
    made = illustrated(library, pictures, answer, asked, language)
    wanted = markdown_kind(made) if kind == "md" else kind
    return export(made, wanted), MEDIA_TYPE[wanted], file_name(made, wanted)


def illustrated(library: Library, pictures: Pictures, answer: Answer, asked: float | None, language: Language) -> Dossier:
    """With pictures of the pages; ``asked``: when, in seconds since 1970."""
    return dossier_of(
        answer,
        _provenance(asked),
        language=language,
        picture=lambda cited: _picture(pictures, cited),
        surroundings=lambda cited: surroundings(library, cited),
        names=_names(library),
    )


def in_words(library: Library, answer: Answer, asked: float | None, language: Language, *, around: bool) -> Dossier:
    """Without pictures; ``around``: with the words around every quotation."""
    return dossier_of(
        answer,
        _provenance(asked),
        language=language,
        picture=lambda cited: None,
        surroundings=lambda cited: surroundings(library, cited) if around else None,
        names=_names(library),
    )


def conversation(library: Library, number: int, language: Language) -> tuple[bytes, str, str]:
    """All its questions, with what came of them, as one Markdown file without pictures.

    Raises:
        TurnGone
    """
    made = [
        in_words(library, turn.answer, turn.asked, language, around=False) if turn.answer else _unanswered(turn, language)
        for turn in library.manifest.turns(number)
    ]
    if not made:
        raise TurnGone
    return b"\n\n".join(map(markdown_of, made)), MEDIA_TYPE["md"], file_name(made[0], "md")


def _unanswered(turn: PastTurn, language: Language) -> Dossier:
    """As the page tells of it."""
    words, question = page_words.IN[language], one_line(turn.question)
    if turn.error:
        told = sentence_of(turn.error, language)
    else:
        told = words.stopped if turn.written else words.lost if turn.lost else words.stopped_empty
    said = [Paragraph((Run(question, bold=True),)), Paragraph((Run(one_line(told)),), "notice")]
    said += [Paragraph((Run(one_line(turn.written)),))] if turn.written else []
    return Dossier(dossier_words.IN[language].asked, question, language, datetime.now().astimezone(), tuple(said))


def _provenance(asked: float | None) -> Provenance:
    answered = datetime.fromtimestamp(asked).astimezone() if asked else None
    return Provenance(datetime.now().astimezone(), answered)


def _names(library: Library) -> dict[str, str]:
    return {document.doc_id: document.name for document in library.documents() if document.doc_id}


def _picture(pictures: Pictures, cited: Citation) -> Picture | None:
    if cited.page is None:
        return None
    try:
        return pictures.marked_page(cited.doc_id, cited.page, cited.boxes, width=_PICTURE_PIXELS)
    except (PictureError, NoSuchDocument):  # its words are given instead
        return None


def surroundings(library: Library, cited: Citation) -> tuple[str, str, str] | None:
    """The words before a quotation, itself, and those after it; None where it stands there no longer, the document having left or been read
    otherwise."""
    pages = library.manifest.pages(cited.doc_id)
    if not pages:
        return None
    start, end = span_of(pages, page=cited.page, start=cited.start, page_end=cited.page_end, end=cited.end)
    if library.text(cited.doc_id, start, end) != cited.quote:
        return None
    first = max(0, start - _AROUND_CHARS)
    return library.text(cited.doc_id, first, start), cited.quote, library.text(cited.doc_id, end, end + _AROUND_CHARS)
