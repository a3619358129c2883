"""One document of each kind, each with something in it that would have to be fetched from elsewhere."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from pptx import Presentation

from tests import documents, workbooks
from tests.ingest.test_read_books import RELATED, epub, mhtml, part
from tests.ingest.test_read_hwp import hwp, paragraph
from tests.ingest.test_read_hwpx import hwpx
from tests.ingest.test_read_hwpx import paragraph as paragraph_x
from tests.ingest.test_read_mail import attach
from tests.ingest.test_read_msg import attached, file, msg
from tests.ingest.test_read_pptx import blank, box, saved
from tests.ingest.test_read_rtf import rtf
from tests.ole import ole_file

OUTSIDE = "http://outside.example"
FEE = "The yearly fee is 4,812 euros."
_LINK = f'<img src="{OUTSIDE}/x.png"><link rel="stylesheet" href="{OUTSIDE}/x.css"><script src="{OUTSIDE}/x.js"></script>'
_PAGE = f"<html><head><title>Fee</title>{_LINK}<base href='{OUTSIDE}/'></head><body><p>{FEE}</p><iframe src='{OUTSIDE}/f'></iframe></body></html>"
_ENTITY = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{OUTSIDE}/entity">]>'


def one_of_each(folder: Path) -> Path:
    """A folder with a file of every format."""
    folder.mkdir(parents=True)
    documents.text(folder / "a.txt", f"{FEE} {OUTSIDE}")
    documents.text(folder / "a.md", f"# Fee\n\n{FEE}\n\n![x]({OUTSIDE}/x.png)\n\n```mermaid\ngraph LR; A[<img src={OUTSIDE}/m.png>]\n```\n")
    documents.text(folder / "a.csv", f'name,fee\nkeeper,"=WEBSERVICE(""{OUTSIDE}/x"")"\nother,4812\n')
    documents.text(folder / "a.html", _PAGE)
    documents.text(folder / "a.xhtml", _ENTITY + _PAGE.replace(FEE, FEE + "&x;"))
    documents.pdf(folder / "a.pdf", [FEE])
    documents.scans(folder / "scan.pdf", [documents.drawn(FEE)])
    documents.drawn(FEE).save(folder / "scan.png")
    documents.docx_of_xml(
        folder / "a.docx",
        f'<w:p><w:r><w:t>{FEE}</w:t></w:r></w:p><w:p><w:r><w:instrText>INCLUDEPICTURE "{OUTSIDE}/x.png"</w:instrText></w:r></w:p>',
    )
    slides = Presentation()
    box(blank(slides), FEE)
    saved(slides, folder / "a.pptx")
    rows = [("name", "fee"), (f'=HYPERLINK("{OUTSIDE}")', 4812)]
    workbooks.xlsx(folder / "a.xlsx", {"Fees": rows})
    workbooks.xls(folder / "a.xls", "Fees", rows)
    workbooks.xlsb(folder / "a.xlsb", "Fees", rows)
    row = f"<table:table-row><table:table-cell office:value-type='string'><text:p>{FEE}</text:p></table:table-cell></table:table-row>"
    workbooks.ods(folder / "a.ods", {"Fees": row})
    picture = f'<draw:frame><draw:image xlink:href="{OUTSIDE}/x.png"/></draw:frame>'
    workbooks.open_document(folder / "a.odt", "text", f"<text:p>{FEE}</text:p><text:p>{picture}</text:p>")
    workbooks.open_document(
        folder / "a.odp",
        "presentation",
        f"<draw:page><draw:frame><draw:text-box><text:p>{FEE}</text:p></draw:text-box></draw:frame></draw:page>",
    )
    rtf(folder / "a.rtf", FEE.encode() + f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "{OUTSIDE}/x.png"}}}}'.encode())
    epub(folder / "a.epub", {"one.xhtml": f"<p>{FEE}</p>{_LINK}"})
    mhtml(folder / "a.mhtml", part("text/html", _PAGE.encode()), head=f"From: <Saved>\r\nMIME-Version: 1.0\r\n{RELATED}")
    (folder / "a.hwp").write_bytes(hwp(paragraph(FEE)))
    (folder / "a.hwpx").write_bytes(hwpx(paragraph_x(FEE)))
    mail = EmailMessage()
    mail["Subject"] = "Fee"
    mail.set_content(FEE)
    mail.add_alternative(_PAGE, subtype="html")
    attach(mail, "inner.html", _PAGE.encode())
    (folder / "a.eml").write_bytes(bytes(mail))
    (folder / "a.msg").write_bytes(ole_file(msg({0x1000: FEE}, inside=attached(file("inner.html", _PAGE.encode())))))
    return folder
