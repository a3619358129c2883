"""Workbooks -> a page for each sheet."""

import datetime
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import DamagedDocument, DocumentTooDemanding, EncryptedDocument, NoTextInDocument, NoWords
from rag.records import Heading, Page, Reading, Table
from tests.ingest.readings import assert_sound, tables_of
from tests.workbooks import ods, package, xls, xlsb, xlsx

ROWS = [["이름", "수량"], ["사과", 3.0], ["배", 0.1 + 0.2]]
TEXT = "재고\n\n이름 | 수량\n사과 | 3\n배 | 0.3"
PAGE = Page(TEXT, number=1, label="재고", headings=(Heading(1, "재고", 0),), tables=(Table(4, 26, header_rows=1),))


def ods_cell(value: str | float | None, attributes: str = "") -> str:
    if value is None:
        return f"<table:table-cell {attributes}/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string" {attributes}><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value!r}" {attributes}><text:p>shown</text:p></table:table-cell>'


def ods_rows(rows: list[list[str | float]]) -> str:
    return "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows)


def test_every_kind_of_workbook_reads_the_same(tmp_path: Path) -> None:
    made = [
        xlsx(tmp_path / "a.xlsx", {"재고": ROWS}),
        xlsb(tmp_path / "a.xlsb", "재고", ROWS),
        xls(tmp_path / "a.xls", "재고", ROWS),
        ods(tmp_path / "a.ods", {"재고": ods_rows(ROWS)}),
    ]

    assert [read(path) for path in made] == [Reading((PAGE,), format=path.suffix[1:]) for path in made]


def test_markup_of_a_workbook_may_be_indented(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", {"재고": ods_rows(ROWS).replace("<table:", "\n  <table:").replace("</table:", "\n  </table:")})

    assert read(path) == Reading((PAGE,), format="ods")


def test_what_a_workbook_is_may_be_said_of_all_parts_of_its_suffix(tmp_path: Path) -> None:
    with zipfile.ZipFile(xlsb(tmp_path / "override.xlsb", "재고", ROWS)) as whole:
        parts = {part: whole.read(part) for part in whole.namelist()}
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b'Override PartName="/xl/workbook.bin"', b'Default Extension="bin"')

    assert read(package(tmp_path / "a.xlsb", parts)) == Reading((PAGE,), format="xlsb")


def test_a_workbook_that_claims_to_be_larger_than_its_file(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", "재고", ROWS)
    contents = path.read_bytes()
    at = contents.index("Workbook".encode("utf-16-le")) + 120
    path.write_bytes(contents[:at] + (2**31 - 1).to_bytes(4, "little") + contents[at + 4 :])

    with pytest.raises(DamagedDocument):
        read(path)


def test_sheets_are_numbered_as_they_stand(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Q1": [["a", "b"]], "empty": [], "Q3 & 4": [[None, "only"]]})

    reading = read(path)

    assert [(page.number, page.label, page.text) for page in reading.pages] == [(1, "Q1", "Q1\n\na | b"), (3, "Q3 & 4", "Q3 & 4\n\nonly")]
    assert_sound(reading)


def test_title_and_dates_of_a_workbook(tmp_path: Path) -> None:
    core = "<dc:title>재고표</dc:title><dc:creator>김</dc:creator><dcterms:modified>2024-01-31T00:00:00Z</dcterms:modified>"
    meta = "<dc:title>재고표</dc:title><meta:initial-creator>김</meta:initial-creator><dc:date>2024-01-31T00:00:00</dc:date>"

    excel = read(xlsx(tmp_path / "a.xlsx", {"재고": ROWS}, core=core))
    other = read(ods(tmp_path / "a.ods", {"재고": ods_rows(ROWS)}, meta=meta))

    assert (excel.title, excel.metadata["author"], excel.metadata["modified"]) == ("재고표", "김", "2024-01-31T00:00:00Z")
    assert (other.title, other.metadata["author"], other.metadata["modified"]) == ("재고표", "김", "2024-01-31T00:00:00")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        pytest.param("<v>3.0</v>", "3", id="whole"),
        pytest.param("<v>1234567.8899999999</v>", "1234567.89", id="noise"),
        pytest.param("<v>-2.5E-3</v>", "-0.0025", id="small"),
        pytest.param("<v>1E+20</v>", "100000000000000000000", id="large"),
        pytest.param("<v>1E+300</v>", "1e+300", id="beyond writing"),
        pytest.param("<v>12345678901234567</v>", "12345678901234600", id="as many digits as Excel keeps"),
    ],
)
def test_numbers_are_written_as_people_write_them(tmp_path: Path, cell: str, shown: str) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"S": f'<row r="1"><c r="A1" t="str"><v>x</v></c><c r="B1">{cell}</c></row>'})

    assert read(path).text() == f"S\n\nx | {shown}"


def test_dates_truth_formulas_and_lines(tmp_path: Path) -> None:
    day = (datetime.date(2024, 1, 31) - datetime.date(1899, 12, 30)).days
    cells = (
        f'<c r="A1" s="1"><v>{day}</v></c><c r="B1" s="2"><v>{day}.5625</v></c><c r="C1" t="b"><v>1</v></c>'
        '<c r="D1"><f>1+1</f><v>2</v></c><c r="E1" t="str"><f>"a"</f><v>한\n줄</v></c>'
    )
    path = xlsx(tmp_path / "a.xlsx", {"S": f'<row r="1">{cells}</row>'})

    assert read(path).text() == "S\n\n2024-01-31 | 2024-01-31 13:30 | TRUE | 2 | 한 줄"


@pytest.mark.parametrize(
    ("rows", "tables"),
    [
        pytest.param([["a", "b"], ["c", 1]], [(1, "", ["a | b", "c | 1"])], id="words over figures"),
        pytest.param([["항목", 2023, 2024], ["매출", 10, 12]], [(1, "", ["항목 | 2023 | 2024", "매출 | 10 | 12"])], id="years as names"),
        pytest.param([["a", "b"], ["c", "d"]], [(0, "", ["a | b", "c | d"])], id="words only"),
        pytest.param([["a", 1], ["b", 2]], [(0, "", ["a | 1", "b | 2"])], id="figures only"),
        pytest.param(
            [["2024년 매출"], ["월", "금액"], ["1월", "₩1,200"], [], ["비고"], [], ["x", "y", None], ["", "z"]],
            [(1, "2024년 매출", ["월 | 금액", "1월 | ₩1,200"]), (0, "", ["x | y", " | z"])],
            id="a title above, empty rows between",
        ),
        pytest.param(
            [["t", "u", "v"], [], [None, "a", "b"], [None, None, 5, "d"]],
            [(0, "", ["t | u | v"]), (1, "", ["a | b", " | 5 | d"])],
            id="indented",
        ),
    ],
)
def test_tables_of_a_sheet(tmp_path: Path, rows: list[list[str | float]], tables: list[tuple[int, str, list[str]]]) -> None:
    assert tables_of(read(xlsx(tmp_path / "a.xlsx", {"S": rows}))) == tables


def test_a_protected_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument):
        read(xls(tmp_path / "a.xls", "S", ROWS, protected=True))


def test_a_workbook_without_cells_is_empty_or_a_picture(tmp_path: Path) -> None:
    with pytest.raises(NoWords):
        read(xlsx(tmp_path / "a.xlsx", {"S": []}))
    with pytest.raises(NoTextInDocument):
        read(xlsx(tmp_path / "b.xlsx", {"S": []}, more={"xl/media/image1.png": b"x"}))


def filler(rows: int, columns: int, value: float | None) -> str:
    cell = ods_cell(value, f'table:number-columns-repeated="{columns}"')
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'


FAR_CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def test_cells_that_would_fill_the_memory_are_not_built(tmp_path: Path) -> None:
    for path in (xlsx(tmp_path / "a.xlsx", {"S": FAR_CORNERS}), ods(tmp_path / "a.ods", {"S": filler(9000, 9000, 1.0)})):
        with pytest.raises(DocumentTooDemanding) as caught:
            read(path)

        assert caught.value.facts == {"name": path.name, "limit": "512 MiB"}


def test_empty_cells_to_the_end_of_the_sheet_cost_nothing(tmp_path: Path) -> None:
    rows = ods_rows(ROWS).replace("</table:table-row>", ods_cell(None, 'table:number-columns-repeated="16000"') + "</table:table-row>")

    assert read(ods(tmp_path / "a.ods", {"재고": rows + filler(1_048_000, 16_384, None)})).pages == (PAGE,)


def test_a_part_that_is_larger_than_it_says_is_damaged(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"S": ROWS}, more={"xl/sharedStrings.xml": b"<sst>" + bytes(200_000) + b"</sst>"})
    contents = path.read_bytes()
    true_size = (200_011).to_bytes(4, "little")
    path.write_bytes(contents.replace(true_size, (64).to_bytes(4, "little")))

    with pytest.raises(DamagedDocument):
        read(path)


def test_a_sheet_of_many_rows_is_read_whole(tmp_path: Path) -> None:
    page = read(xlsx(tmp_path / "a.xlsx", {"S": [["name", "n"], *([f"row {at}", float(at)] for at in range(20_000))]})).pages[0]

    assert page.text.endswith("row 19999 | 19999")
    assert [table.header_rows for table in page.tables] == [1]


def test_broken_parts_are_damage(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"S": "<row r='1'><c r='A1'"})
    missing = package(tmp_path / "b.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})

    for broken in (path, missing):
        with pytest.raises(DamagedDocument):
            read(broken)


def test_an_old_workbook_may_not_claim_more_cells_than_fit(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", "S", ROWS)
    contents = path.read_bytes()
    claim = (3).to_bytes(4, "little") + bytes(2) + (2).to_bytes(2, "little")
    assert contents.count(claim) == 1

    path.write_bytes(contents.replace(claim, (2**20).to_bytes(4, "little") + bytes(2) + (255).to_bytes(2, "little")))
    with pytest.raises(DocumentTooDemanding):
        read(path)
    path.write_bytes(contents.replace(bytes(4) + claim, (9).to_bytes(4, "little") + claim))
    with pytest.raises(DamagedDocument):
        read(path)


@pytest.mark.parametrize(
    ("begins_at", "sector", "next_sector"),
    [
        pytest.param(None, 3, 2, id="the stream"),
        pytest.param(48, 1, 1, id="the directory"),
        pytest.param(60, 100, 100, id="the table of small sectors"),
    ],
)
def test_an_old_workbook_that_runs_in_a_circle_is_damaged(tmp_path: Path, begins_at: int | None, sector: int, next_sector: int) -> None:
    path = xls(tmp_path / "a.xls", "S", ROWS)
    contents = bytearray(path.read_bytes())
    struct.pack_into("<I", contents, 512 + 4 * sector, next_sector)
    if begins_at is not None:
        struct.pack_into("<I", contents, begins_at, sector)
    path.write_bytes(contents)

    with pytest.raises(DamagedDocument):
        read(path)


@pytest.mark.parametrize("kind", ["xlMacrosheet", "xlIntlMacrosheet"])
@pytest.mark.parametrize("make", [lambda path: xlsx(path, {"재고": ROWS}), lambda path: xlsb(path, "재고", ROWS)], ids=["xlsm", "xlsb"])
def test_sheets_are_read_though_others_hold_macros(tmp_path: Path, make: Callable[[Path], Path], kind: str) -> None:
    with zipfile.ZipFile(make(tmp_path / "whole")) as whole:
        parts = {part: whole.read(part) for part in whole.namelist()}
    listed = next(part for part in parts if part.endswith(("workbook.xml.rels", "workbook.bin.rels")))
    microsoft = "http://schemas.microsoft.com/office/2006/relationships"
    macro = f'<Relationship Id="m" Type="{microsoft}/{kind}" Target="macrosheets/sheet1.xml"/></Relationships>'
    parts[listed] = parts[listed].replace(b"</Relationships>", macro.encode())
    if "xl/workbook.xml" in parts:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<sheets>", b'<sheets><sheet name="M" sheetId="9" r:id="m"/>')

    reading = read(package(tmp_path / "a", parts))

    assert [(page.label, page.text) for page in reading.pages] == [("재고", TEXT)]
