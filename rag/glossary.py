"""Names of one thing: a question asks for COGS, the report says "cost of revenue". Pure.

Only names that mean the same wherever they stand; what is merely related is left to the embedder.
"""

from __future__ import annotations

import re

_SAME: tuple[tuple[str, ...], ...] = (
    ("cogs", "cost of goods sold", "cost of sales", "cost of revenue", "매출원가"),
    (
        "income statement",
        "statement of income",
        "statement of operations",
        "statement of earnings",
        "profit and loss statement",
        "p&l",
        "손익계산서",
    ),
    ("balance sheet", "statement of financial position", "재무상태표", "대차대조표"),
    ("cash flow statement", "statement of cash flows", "현금흐름표"),
    ("statement of stockholders' equity", "statement of shareholders' equity", "statement of changes in equity", "자본변동표"),
    ("capex", "capital expenditure", "purchases of property and equipment", "additions to property and equipment", "자본적지출"),
    ("pp&e", "property plant and equipment", "property and equipment", "유형자산"),
    ("d&a", "depreciation and amortization", "감가상각비"),
    ("r&d", "research and development", "연구개발비"),
    ("sg&a", "selling general and administrative", "판매비와관리비", "판관비"),
    ("revenue", "net sales", "net revenue", "매출액"),
    ("operating income", "operating profit", "income from operations", "영업이익"),
    ("net income", "net earnings", "net profit", "당기순이익"),
    ("operating cash flow", "cash flow from operating activities", "cash provided by operating activities", "영업활동현금흐름"),
    ("accounts receivable", "trade receivables", "매출채권"),
    ("accounts payable", "trade payables", "매입채무"),
    ("eps", "earnings per share", "주당순이익"),
    ("non-disclosure agreement", "nda", "confidentiality agreement", "비밀유지계약", "비밀유지약정"),
    ("terms of service", "terms of use", "이용약관"),
    ("annual leave", "paid vacation", "연차휴가", "연차"),
    ("notice period", "period of notice", "해지 통지 기간", "해지 예고 기간"),
    ("side effects", "adverse reactions", "adverse effects", "부작용", "이상반응"),
)
_PATTERNS = tuple(
    tuple(
        (
            name,
            re.compile(
                (r"\b" if name[0].isascii() else "")
                + re.sub(
                    r"(\w+)",
                    lambda word: word.group() + ("s?" if word.group().isascii() and len(word.group()) > 3 else ""),
                    re.escape(name),
                )
                + (r"\b" if name[-1].isascii() else ""),
                re.IGNORECASE,
            ),
        )
        for name in group
    )
    for group in _SAME
)


def other_names(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each thing that is named in the text: the words it is named by there, and its other names."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for group in _PATTERNS:
        named = [(match.group(), name) for name, pattern in group if (match := pattern.search(text))]
        if named:
            longest = max(named, key=lambda pair: len(pair[0]))
            found.append((longest[0], tuple(name for name, _ in group if name != longest[1])))
    return tuple(found)
