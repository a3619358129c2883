"""Dossier -> a file of the kind that is wanted, and what to call it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, get_args

from ui.dossier.blocks import Dossier
from ui.dossier.markdown import has_pictures, markdown_of, zip_of
from ui.dossier.pdf import pdf_of
from ui.dossier.word import docx_of
from ui.words import dossier as words

Kind = Literal["docx", "pdf", "md", "zip"]
"""As the file's name ends. A "zip" holds Markdown and its pictures."""

KINDS: tuple[Kind, ...] = get_args(Kind)

MEDIA_TYPE: Mapping[Kind, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "md": "text/markdown",
    "zip": "application/zip",
}

_NAME_BYTES = 120
"""Of the question in a file's name: a name may have 255, and copies get additions."""


def export(dossier: Dossier, kind: Kind) -> bytes:
    match kind:
        case "docx":
            return docx_of(dossier)
        case "pdf":
            return pdf_of(dossier)
        case "md":
            return markdown_of(dossier)
        case "zip":
            return zip_of(dossier)


def markdown_kind(dossier: Dossier) -> Kind:
    """A plain file, unless there are pictures for it."""
    return "zip" if has_pictures(dossier) else "md"


def file_name(dossier: Dossier, kind: Kind) -> str:
    """One that every system takes: no folder in it, nothing that hides or steers."""
    letters = (letter if unicodedata.category(letter)[0] in "LNM" else "-" if letter in "-_" else " " for letter in dossier.subject)
    asked = re.sub(r" +", " ", "".join(letters)).strip()
    asked = asked.encode()[:_NAME_BYTES].decode(errors="ignore").strip()
    return " ".join(filter(None, (words.IN[dossier.language].product, dossier.made.date().isoformat(), asked))) + f".{kind}"
