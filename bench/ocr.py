"""How well and how fast pages are recognised: ``OMP_THREAD_LIMIT=1 python -m bench.ocr``, from the folder of the project.

Draws a page of Korean and one of English at 200 dpi, recognises them, and prints the share of characters that are wrong (Levenshtein,
line breaks as spaces), CPU seconds a page, and the most memory that the process took.
"""

from __future__ import annotations

import resource
import sys
import time
from copy import copy
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ingest.read import ocr
from rag.records import Page
from rag.settings import OCRSettings

_DPI = 200
_FONTS = Path("/usr/share/fonts/truetype")

_KOREAN = """제1조 (목적) 이 계약은 임대인과 임차인 사이의 주택 임대차에 관한 사항을 정한다.
제2조 (보증금) 임차인은 보증금 12,500,000원을 2024년 3월 15일까지 임대인에게 지급한다.
임대인은 계약이 끝난 날부터 30일 이내에 보증금을 반환하여야 하며, 늦어질 때에는
연 5퍼센트의 이자를 더하여 지급한다. 다만 임차인의 책임으로 생긴 손해는 공제할 수 있다.
제3조 (차임) 차임은 매월 850,000원으로 하고, 매월 말일에 임대인의 계좌로 보낸다.
제4조 (수선) 임대인은 주택을 사용과 수익에 필요한 상태로 유지할 의무를 진다.
임차인은 작은 수선을 스스로 하고, 큰 수선이 필요하면 지체 없이 알려야 한다.
제5조 (해지) 임차인이 차임을 두 차례 이상 연체한 때에는 임대인은 계약을 해지할 수 있다.
해지는 문서로 하며, 문서가 상대방에게 도달한 날부터 한 달이 지나면 효력이 생긴다.
제6조 (반환) 계약이 끝나면 임차인은 주택을 원래의 상태로 되돌려 임대인에게 반환한다.
열쇠는 모두 돌려주어야 하고, 전기와 수도와 가스 요금은 그날까지의 것을 낸다.
제7조 (분쟁) 이 계약에 관한 다툼은 주택이 있는 곳을 관할하는 법원에서 다룬다."""

_ENGLISH = """1. Purpose. This agreement governs the lease of the dwelling between landlord and tenant.
2. Deposit. The tenant shall pay a deposit of EUR 3,751.00 before moving in. The landlord
returns it within thirty (30) days after the end of the lease, less any amount owed for
damage beyond ordinary wear and tear. Interest accrues at 2.5% a year.
3. Rent. The rent is EUR 1,250.50 a month, due on the third working day of each month, and
is paid by bank transfer to the account named in Schedule B.
4. Repairs. The landlord keeps the dwelling fit for use. The tenant carries out small repairs
and reports larger ones without delay, at the latest within five days.
5. Termination. Either party may end the lease with three months' notice in writing. The
landlord may end it at once if the tenant is in arrears with two months' rent.
6. Return. At the end of the lease the tenant returns the dwelling swept clean, together with
all keys, and settles electricity, water and gas up to that day."""

_PAGES = (
    ("Korean, NanumGothic", _KOREAN, _FONTS / "nanum/NanumGothic.ttf", 0.05),
    ("Korean, NanumMyeongjo", _KOREAN, _FONTS / "nanum/NanumMyeongjo.ttf", 0.05),
    ("English, DejaVu Sans", _ENGLISH, _FONTS / "dejavu/DejaVuSans.ttf", 0.03),
    ("English, DejaVu Serif", _ENGLISH, _FONTS / "dejavu/DejaVuSerif.ttf", 0.03),
)


def main() -> int:
    recogniser = ocr.recogniser(OCRSettings())
    if recogniser is None:
        print("Tesseract, or its data for Korean and English, is not installed.")
        return 1
    print(f"{'page':24} {'errors':>7} {'goal':>6} {'CPU s':>6} {'confidence':>11}")
    missed = False
    for name, text, font, goal in _PAGES:
        if not font.is_file():
            print(f"{name:24} the font is not installed")
            continue
        sheet = _drawn(text, font)
        began = time.process_time()
        page = recogniser.page(1, partial(copy, sheet))
        took = time.process_time() - began
        found = page.text if isinstance(page, Page) else ""
        confidence = page.recognised.confidence if isinstance(page, Page) and page.recognised else 0.0
        errors = _error_rate(text, found)
        missed = missed or errors > goal
        print(f"{name:24} {errors:7.2%} {goal:6.0%} {took:6.2f} {confidence:11.1f}")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 1 if missed else 0


def _drawn(text: str, font: Path) -> Image.Image:
    sheet = Image.new("L", (int(8.27 * _DPI), int(11.69 * _DPI)), 255)
    letters = ImageFont.truetype(font, int(11 * _DPI / 72))
    for at, line in enumerate(text.split("\n") * 2):
        ImageDraw.Draw(sheet).text((0.7 * _DPI, (1 + 0.26 * at) * _DPI), line, font=letters, fill=0)
    return sheet


def _error_rate(text: str, found: str) -> float:
    """The fewest insertions, deletions and replacements between the two, for each character of the first, which stands there twice."""
    expected, got = " ".join((text + "\n" + text).split()), " ".join(found.split())
    before = list(range(len(got) + 1))
    for at, char in enumerate(expected, 1):
        row = [at]
        for other, seen in enumerate(got, 1):
            row.append(min(before[other] + 1, row[-1] + 1, before[other - 1] + (char != seen)))
        before = row
    return before[-1] / len(expected)


if __name__ == "__main__":
    sys.exit(main())
