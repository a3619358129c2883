"""CSV and TSV -> one table."""

from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import NoWords
from rag.records import Page, Reading, Table
from tests.documents import text
from tests.ingest.readings import tables_of

KOREAN = "이름,부서,급여\n김철수,인사,3000000\n이영희,개발,4500000\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_a_table_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    expected = "이름 | 부서 | 급여\n김철수 | 인사 | 3000000\n이영희 | 개발 | 4500000"

    reading = read(text(tmp_path / "a.csv", KOREAN, encoding=encoding))

    assert reading == Reading(pages=(Page(expected, tables=(Table(0, len(expected), header_rows=1),)),), format="csv")


@pytest.mark.parametrize(
    ("content", "tables"),
    [
        pytest.param("a;b\r\n1,5;2,5\r\n3,5;4,5\r\n", [(1, "", ["a | b", "1,5 | 2,5", "3,5 | 4,5"])], id="semicolons, decimal commas"),
        pytest.param("a\tb, c\n1\t2\n", [(1, "", ["a | b, c", "1 | 2"])], id="tabs"),
        pytest.param("a|b\n1|2\n", [(1, "", ["a | b", "1 | 2"])], id="bars"),
        pytest.param("sep=;\na;b,c\n", [(0, "", ["a | b,c"])], id="as Excel was told"),
        pytest.param('이름,주소\n김,"서울, 중구\n1번지"\n', [(1, "", ["이름 | 주소", "김 | 서울, 중구 1번지"])], id="quoted"),
        pytest.param('a,b\n"open,2\n3,4\n', [(1, "", ["a | b", '"open | 2', "3 | 4"])], id="a mark that is never closed"),
        pytest.param('size,price\n5" pipe,2\n', [(1, "", ["size | price", '5" pipe | 2'])], id="inches"),
        pytest.param("1,2\n3,4\n", [(0, "", ["1 | 2", "3 | 4"])], id="figures only"),
        pytest.param("이름,부서\n김,인사\n", [(1, "", ["이름 | 부서", "김 | 인사"])], id="words only"),
        pytest.param("a,b,,\n\n1,,\n,2,\n", [(1, "", ["a | b", "1", " | 2"])], id="empty cells and rows"),
    ],
)
def test_how_cells_are_parted_is_found(tmp_path: Path, content: str, tables: list[tuple[int, str, list[str]]]) -> None:
    assert tables_of(read(text(tmp_path / "a.csv", content))) == tables


def test_one_column_is_text(tmp_path: Path) -> None:
    assert read(text(tmp_path / "a.csv", "가\n나\n")).pages == (Page("가\n나"),)


def test_a_very_long_cell_is_read(tmp_path: Path) -> None:
    assert read(text(tmp_path / "a.csv", 'a,b\n"open,' + "x" * 200_000 + "\n")).text().endswith("x")


def test_a_table_that_calls_itself_a_workbook_is_read(tmp_path: Path) -> None:
    assert read(text(tmp_path / "a.xls", "이름\t급여\n김\t3\n")).text() == "이름 | 급여\n김 | 3"


def test_only_commas_are_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoWords):
        read(text(tmp_path / "a.csv", ",,,\n,,\n"))
