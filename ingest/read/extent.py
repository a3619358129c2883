"""How many cells the sheets of a package span, found without building them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from lxml import etree

from ingest.read.package import Package, attribute, local
from rag.errors import DamagedDocument

_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
_ROW_RECORD = 0
_CELL_RECORDS = range(1, 12)


def cells(package: Package) -> int:
    """The places between the first corner and the last used one of each sheet, added up."""
    if package.kind() == "ODS":
        return _of_open_document(package)
    total = 0
    for relation in package.relations(package.related("").get("officeDocument", "")):
        if relation.kind.endswith("sheet"):
            sheet = package.bytes_of(relation.part) or b""
            try:
                rows, columns = _of_records(sheet) if relation.part.endswith(".bin") else _of_xml(sheet)
            except ValueError as error:
                raise DamagedDocument(name=package.name, cause="its sheets cannot be read") from error
            total += rows * columns
    return total


def _of_xml(sheet: bytes) -> tuple[int, int]:
    rows, columns = 0, set[bytes]()
    for place in _PLACE.finditer(sheet):
        columns.add(place[1])
        rows = max(rows, int(place[2]))
    return rows, max(map(_column, columns), default=0)


def _column(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _of_records(sheet: bytes) -> tuple[int, int]:
    rows = columns = 0
    for kind, content in _records(sheet):
        if (kind == _ROW_RECORD or kind in _CELL_RECORDS) and len(content) < 4:  # the library would take what it read before
            raise ValueError(kind)
        if kind == _ROW_RECORD:
            rows = max(rows, int.from_bytes(content[:4], "little") + 1)
        elif kind in _CELL_RECORDS:
            columns = max(columns, int.from_bytes(content[:4], "little") + 1)
    return rows, columns


def _records(contents: bytes) -> Iterator[tuple[int, bytes]]:
    """XLSB: kind and length in seven bits a byte, then the content."""
    at = 0
    while at < len(contents):
        kind, at = _seven_bits(contents, at, most=2)
        length, at = _seven_bits(contents, at, most=4)
        yield kind, contents[at : at + min(length, 4)]
        at += length


def _seven_bits(contents: bytes, at: int, *, most: int) -> tuple[int, int]:
    value = 0
    for place in range(most):
        byte = contents[at] if at < len(contents) else 0
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return value, at


def _of_open_document(package: Package) -> int:
    contents = package.bytes_of("content.xml")
    if contents is None:
        raise DamagedDocument(name=package.name, cause="its text is missing")
    total = rows = used_rows = columns = row_columns = used_columns = 0
    try:
        for event, node in etree.iterparse(io.BytesIO(contents), events=("start", "end"), resolve_entities=False, no_network=True):
            match event, local(node):
                case "start", "table":
                    rows = used_rows = columns = 0
                case "start", "table-row":
                    row_columns = used_columns = 0
                case "end", "table-cell" | "covered-table-cell":
                    row_columns += _repeated(attribute(node, "number-columns-repeated"))
                    if len(node) or attribute(node, "value-type") is not None:
                        used_columns = row_columns
                    node.clear(keep_tail=False)
                case "end", "table-row":
                    rows += _repeated(attribute(node, "number-rows-repeated"))
                    if used_columns:
                        used_rows, columns = rows, max(columns, used_columns)
                    node.clear(keep_tail=False)
                case "end", "table":
                    total += used_rows * columns
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise DamagedDocument(name=package.name, cause="a part of it is not valid XML") from error
    return 2 * total  # values, and as many places for formulas


def _repeated(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,9}", value) else 1
