"""Make the fonts that a dossier's PDF is set in (ui/dossier/fonts) from Debian's packages fonts-nanum, fonts-liberation2 and fonts-dejavu-core.

They are made smaller for a print without hints, and renamed, as their licences ask of whoever changes them. Needs fontTools (`pip install
fonttools`), which Seorap itself does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]  # not among our dependencies
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

SYSTEM = Path("/usr/share/fonts/truetype")
TARGET = Path(__file__).parents[1] / "ui" / "dossier" / "fonts"
HANJA = frozenset((*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)))
SIGNS = (
    *(
        (0x0020, 0x007F),
        (0x00A0, 0x0250),
        (0x02B0, 0x0300),
        (0x0370, 0x0530),
        (0x1E00, 0x2000),
    ),  # Latin, Greek and Cyrillic with all their accents
    *((0x2000, 0x2C00), (0xFFFD, 0xFFFE)),  # punctuation, currencies, arrows, mathematics, boxes to tick
)
KEPT_NAMES = (0, 13, 14)  # copyright and licence


def make(source: Path, target: Path, family: str, style: str, letters: Iterable[int]) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False, name_IDs=["*"])
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5", "kern", "gasp", "GSUB", "GPOS", "GDEF", "FFTM"]
    smaller = subset.Subsetter(options)
    smaller.populate(unicodes=letters)
    smaller.subset(font)
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in KEPT_NAMES]
    for number, text in (
        (1, family),
        (2, style),
        (3, f"{family} {style}"),
        (4, f"{family} {style}"),
        (6, f"{family}-{style}".replace(" ", "")),
    ):
        names.setName(text, number, 3, 1, 0x409)
        names.setName(text, number, 1, 0, 0)
    font.save(target)


def letters_of(source: Path) -> set[int]:
    return set(TTFont(source).getBestCmap())


def main(system: Path = SYSTEM) -> None:
    gothic, sans = system / "nanum/NanumGothic", system / "liberation2/LiberationSans"
    for style in ("Regular", "Bold"):
        korean, latin = Path(f"{gothic}{style.replace('Regular', '')}.ttf"), Path(f"{sans}-{style}.ttf")
        make(
            korean, TARGET / f"SeorapGothic-{style}.ttf", "Seorap Gothic", style, letters_of(korean) - (HANJA if style == "Bold" else set())
        )
        make(latin, TARGET / f"SeorapSans-{style}.ttf", "Seorap Sans", style, set(_signs()) & letters_of(latin))
    make(system / "liberation2/LiberationMono-Regular.ttf", TARGET / "SeorapMono-Regular.ttf", "Seorap Mono", "Regular", range(0x20, 0x7F))
    have = letters_of(TARGET / "SeorapGothic-Regular.ttf") | letters_of(TARGET / "SeorapSans-Regular.ttf")
    signs = system / "dejavu/DejaVuSans.ttf"
    make(signs, TARGET / "SeorapSigns-Regular.ttf", "Seorap Signs", "Regular", (set(_signs()) & letters_of(signs)) - have)


def _signs() -> Iterator[int]:
    for first, end in SIGNS:
        yield from range(first, end)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
