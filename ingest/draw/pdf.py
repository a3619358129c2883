"""A page of a PDF -> its picture, as it is shown: turned, cropped, and with what was filled into its forms."""

from __future__ import annotations

import math
from typing import TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.draw.sheet import Locked, NotDrawable, NotThere, Picture, fitted

Document: TypeAlias = pypdfium2.PdfDocument

_WHITE = (255, 255, 255, 255)


def open_pdf(contents: bytes, password: str | None = None) -> Document:
    """Raises: pypdfium2.PdfiumError."""
    document = pypdfium2.PdfDocument(contents, password=password)
    if document.get_formtype() in (pdfium.FORMTYPE_ACRO_FORM, pdfium.FORMTYPE_XFA_FOREGROUND):
        document.init_forms()  # before the first page, or what was filled in stays invisible
    return document


def open_unlocked(contents: bytes) -> Document:
    """
    Raises:
        Locked, NotDrawable
    """
    try:
        return open_pdf(contents)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Locked from error
        raise NotDrawable from error


def draw_page(document: Document, number: int, *, width: int) -> Picture:
    """
    Raises:
        NotThere, NotDrawable
    """
    if number > len(document):
        raise NotThere
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise NotDrawable from error
    try:
        shown = page.get_size()
        if not all(0 < length < math.inf for length in shown):
            raise NotDrawable
        size = fitted(*shown, width=width)
        bitmap = pypdfium2.PdfBitmap.new_native(*size, pdfium.FPDFBitmap_BGR, rev_byteorder=True)
        bitmap.fill_rect(_WHITE, 0, 0, *size)
        how = (bitmap, page, 0, 0, *size, 0, pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER)
        pdfium.FPDF_RenderPageBitmap(*how)
        if page.formenv:
            pdfium.FPDF_FFLDraw(page.formenv, *how)
        picture: Picture = bitmap.to_pil().copy()  # which shares the bitmap's memory
        bitmap.close()
        return picture
    finally:
        page.close()
