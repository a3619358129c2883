"""Dossier -> Markdown, and with its pictures a ZIP of it.

A ZIP rather than pictures within the text: the text stays one that people read, search and compare, and every program that shows Markdown shows
pictures that lie beside it, while many refuse those that stand in it as a megabyte of letters.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime

from ui.dossier.blocks import Block, Dossier, Fact, Facts, Grid, Heading, Paragraph, Picture, Run, Runs
from ui.dossier.facts import without_pictures
from ui.words import dossier as words

_MEANS_SOMETHING = re.compile(r"[\\`*_{}\[\]<#|~$^@]|&(?=#?\w+;)|%(?=%)|=(?==)|(?i:(?<=[a-z]):(?=\S)|(?<=www)\.)")
"""Signs of any kind of Markdown, and what some programs make a link of without being told: "http:", "www.", "a@b"."""

_BEGINS_A_BLOCK = re.compile(r"^(\s*)([-+>:]|\d+(?=[.)]))")
_OLDEST = 1980  # year that a ZIP can tell


def markdown_of(dossier: Dossier) -> bytes:
    """Without pictures: where one belongs stand the words around the quotation."""
    return _text(without_pictures(dossier)).encode()


def zip_of(dossier: Dossier) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(_entry("dossier.md", dossier.made), _text(dossier).encode(), zipfile.ZIP_DEFLATED)
        for block in dossier.blocks:
            if isinstance(block, Picture):
                archive.writestr(_entry(_file_of(block), dossier.made), block.drawn.contents, zipfile.ZIP_STORED)
    return buffer.getvalue()


def has_pictures(dossier: Dossier) -> bool:
    return any(isinstance(block, Picture) for block in dossier.blocks)


def _entry(name: str, made: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (max(made.year, _OLDEST), made.month, made.day, made.hour, made.minute, made.second))
    entry.external_attr = 0o600 << 16
    return entry


def _file_of(picture: Picture) -> str:
    return f"pages/{picture.number:03d}.{'jpg' if picture.drawn.media_type == 'image/jpeg' else 'png'}"


def _text(dossier: Dossier) -> str:
    blocks = [
        f"# {escaped(dossier.title)}",
        f"{words.IN[dossier.language].product} · {dossier.made.date().isoformat()}",
        *(_block(block) for block in dossier.blocks),
    ]
    return "\n\n".join(blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text, number):
            mark = f"[{number}]" if number and text.startswith(f"[{number}]") else ""
            return f"{'#' * (level + 1)} {mark}{_as_words(text.removeprefix(mark))}"
        case Paragraph(runs, "quotation"):
            return f"> {_runs(runs)}"
        case Paragraph(runs, "item"):
            return f"- {_runs(runs)}"
        case Paragraph(runs, "notice"):
            return f"> {_runs(runs)}"
        case Paragraph(runs):
            return _runs(runs)
        case Facts(facts):
            return "\n".join(map(_fact, facts))
        case Grid():
            return "\n".join(_grid(block))
        case Picture():
            return f"![{escaped(block.caption)}]({_file_of(block)})\n\n{escaped(block.caption)}"


def _fact(fact: Fact) -> str:
    plain = fact.exact and re.fullmatch(r"[\w .:/'+-]+", fact.text)
    return f"- {escaped(fact.label)}: " + (f"`{fact.text}`" if plain else escaped(fact.text))


def _grid(grid: Grid) -> Iterator[str]:
    yield f"| {' | '.join(escaped(name) for name in grid.head)} |"
    yield "|" + " --- |" * len(grid.head)
    for row in grid.rows:
        yield f"| {' | '.join(_runs(cell) for cell in row)} |"


def _runs(runs: Runs) -> str:
    return _within_a_line("".join(map(_run, runs)))


def _run(run: Run) -> str:
    """Emphasis stands close to its words, else it is none."""
    inner = run.text.strip()
    if run.number:
        return inner  # "[1]": nothing in the file says where it would lead
    if not inner:
        return run.text
    before, after = (" " if run.text[:1].isspace() else ""), (" " if run.text[-1:].isspace() else "")
    sign = "~~" if run.struck else "**" if run.bold or run.marked else ""
    return f"{before}{sign}{_as_words(inner)}{sign}{after}"


def escaped(text: str) -> str:
    """Words that stay words in every kind of Markdown, also at the beginning of a line."""
    return _within_a_line(_as_words(text))


def _as_words(text: str) -> str:
    return _MEANS_SOMETHING.sub(r"\\\g<0>", text)


def _within_a_line(text: str) -> str:
    return _BEGINS_A_BLOCK.sub(lambda found: f"{found[0]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}", text)
