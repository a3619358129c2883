"""Words that exclude each other, Korean and English. Pure.

A claim and the sentence cited for it may share every number and nearly every word, and yet speak of the least and of the most.
"""

from __future__ import annotations

import re

_PAIRS = (
    (r"\bmaximum\b|\bat most\b|\bno more than\b|\bnot exceed\w*|최대|이하|초과하지|넘지", r"\bminimum\b|\bat least\b|\bno less than\b|\bnot less than\b|최소|이상|미만이"),
    (r"\bincreas\w+|\brose\b|\bgrew\b|\bgrowth\b|증가|늘었|늘어|상승|인상", r"\bdecreas\w+|\bfell\b|\bdeclin\w+|\breduc\w+|감소|줄었|줄어|하락|인하"),
    (r"\b(?:before|prior)\b|(?<![가-힣])전(?=에|까지|의|\s)|이전에|[가-힣\d]\s?전에", r"\bafter\b|\bfollowing\b|뒤에|후에|이후|[일월년간]\s?후"),
    (r"\b(?:start|begin|commenc)\w*|시작|개시|착수", r"\b(?:end|expir|terminat)\w*|종료|만료|끝나|끝난|해지"),
    (r"(?<!un)\bpaid\b|유급", r"\bunpaid\b|무급"),
    (r"\badults?\b|성인", r"\bchild(?:ren)?\b|\bpa?ediatric\w*|어린이|소아|아동"),
    (r"\blandlord|\blessor|임대인", r"\btenant|\blessee|임차인"),
    (r"\bsupplier|\bprovider|공급자|제공자", r"\bcustomer|\bclient|고객"),
    (r"\bbuyer|\bpurchaser|매수인|구매자", r"\bseller|\bvendor|매도인|판매자"),
    (r"\bdisclos(?:ing party|er)\b|공개\s?당사자|제공\s?당사자", r"\brecei(?:ving party|ver)\b|\brecipient|수령\s?당사자|수령자"),
    (r"\bemployers?\b|사용자|고용주", r"\bemployees?\b|\bworkers?\b|근로자|사원|직원"),
    (r"\bprofits?\b|\bincome\b|이익|흑자", r"\bloss(?:es)?\b|손실|적자"),
    (r"\bassets?\b|자산", r"\bliabilit(?:y|ies)\b|부채"),
    (r"\bbefore (?:meals?|food)|식전|공복", r"\b(?:after|with) (?:meals?|food)|식후"),
    (r"\bdaily\b|\ba day\b|\bper day\b|하루|매일|1일", r"\bweekly\b|\ba week\b|\bper week\b|매주|일주일|1주(?!당)"),
    (r"\bmonthly\b|\ba month\b|\bper month\b|매월|매달|월\s?\d", r"\byearly\b|\bannual\w*|\ba year\b|\bper year\b|매년|연간|연\s?\d"),
    (r"\b(?:safe|permitted|allowed|lawful|valid)\b|안전합|안전하|허용|적법|유효", r"\b(?:unsafe|dangerous|prohibited|forbidden|unlawful|invalid|void|contraindicated)\b|위험합|위험하|금지|금기|위법|무효"),
)  # fmt: skip
_EACH = tuple((re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE)) for one, other in _PAIRS)


def opposed(one: str, other: str) -> bool:
    """Does one of the texts say one word of a pair, and the other text only the other?"""
    for first, second in _EACH:
        in_one, in_other = (bool(first.search(one)), bool(second.search(one))), (bool(first.search(other)), bool(second.search(other)))
        if (in_one, in_other) in (((True, False), (False, True)), ((False, True), (True, False))):
            return True
    return False
