"""Questions in Korean. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.asking.askable import Askable, Kind, Rule, points_elsewhere


def particle(word: str, closed: str, open_: str) -> str:
    """Of two particles the one that goes with the end of a word: ``closed`` after a consonant (은, 이, 을), ``open_`` after a vowel (는, 가, 를)."""
    last = re.sub(r"[\W_]+$", "", word)[-1:]
    if "가" <= last <= "힣":
        return closed if (ord(last) - ord("가")) % 28 else open_
    return closed if last and last.casefold() in "013678lmnr" else open_  # as they are read: 영, 일, 삼, 육, 칠, 팔, 엘, 엠, 엔, 알


def _topic(thing: str) -> str:
    return f"{thing}{particle(thing, '은', '는')}"


# --- headings ---------------------------------------------------------------------------------


def _rule(heading: str, question: str | Callable[[re.Match[str]], str], needs: str = "", *, whole: bool = False) -> Rule:
    return Rule(re.compile(rf"^(?:{heading})$"), question, needs, whole)


_WON = r"\d\s?(?:만|억|천)?\s?원"
_TOPICS = (
    _rule(r"목적", "목적은 무엇인가요?"),
    _rule(r"적용\s?(?:범위|대상)", "적용 대상은 누구인가요?"),
    _rule(r"시행일", "시행일은 언제인가요?", r"\d+년|\d+\.\s?\d"),
    _rule(
        r"(?:계약|임대차|유효|위탁|용역|근로\s?계약)\s?기간", lambda found: f"{_topic(found[0])} 언제까지인가요?", r"\d+년|\d+\.\s?\d+|까지"
    ),
    _rule(r"(?:계약의\s?)?(?:해지|해제|해제\s?(?:및|와|·)\s?해지|중도\s?해지|종료)", "어떤 경우에 계약을 해지할 수 있나요?", r"해지|해제"),
    _rule(r"손해\s?배상.{0,10}", "어떤 경우에 손해를 배상해야 하나요?", r"배상"),
    _rule(r"비밀\s?(?:유지|준수).{0,6}", "어떤 정보를 비밀로 지켜야 하나요?", r"비밀"),
    _rule(r"관할(?:\s?법원)?|합의\s?관할|분쟁.{0,8}", "분쟁이 생기면 어느 법원이 관할하나요?", r"법원"),
    _rule(r"분쟁.{0,8}", "분쟁은 어떻게 해결하나요?"),
    _rule(
        r"((?:임대차\s?)?보증금|차임|임대료|월세|계약금|대금|계약\s?금액|수수료|위약금|용역비)(?:의 지급)?",
        lambda found: f"{_topic(found[1])} 얼마인가요?",
        _WON,
    ),
    _rule(
        r"(대금|대가|임금|보수|급여|수당|차임)(?:의)?\s?(?:구성과\s?)?지급(?:\s?(?:방법|시기|기일))?",
        lambda found: f"{_topic(found[1])} 언제 지급하나요?",
        r"\d+일",
    ),
    _rule(r"병가|[가-힣]{2,6}휴가|[가-힣]{2,4}휴직", lambda found: f"{_topic(found[0])} 며칠인가요?", r"\d+일"),
    _rule(r"정년", "정년은 몇 세인가요?", r"\d+\s?세"),
    _rule(r"수습\s?기간", "수습기간은 얼마나 되나요?", r"\d+\s?(?:개월|일|월)"),
    _rule(r"(?:[가-힣 ]{0,14}\s?)?(?:보유|보관|보존|이용|제출)\s?기간", lambda found: f"{_topic(found[0])} 얼마나 되나요?", r"\d"),
    _rule(r"근로\s?시간|근무\s?시간|휴게\s?시간", lambda found: f"{_topic(found[0])} 어떻게 되나요?", r"\d"),
    _rule(r"사직|퇴직\s?절차", "사직하려면 어떻게 해야 하나요?"),
    _rule(r"파기", "개인정보는 언제 어떻게 파기해야 하나요?", r"개인정보"),
    _rule(r"[가-힣·\s]{0,18}(?:부작용|사유|종류|의무|권리|서류|요건|사항)", lambda found: f"{found[0]}에는 어떤 것이 있나요?"),
    _rule(r"[가-힣·\s]{1,18}(?:절차|방법|기준|요령)", lambda found: f"{_topic(found[0])} 어떻게 되나요?"),
    _rule(r"(?:[가-힣]+\s){1,5}(?:때|경우)", lambda found: f"{found[0]}에는 어떻게 해야 하나요?"),
    _rule(r"(?:[가-힣]+\s){1,6}[가-힣]+(?:다면|라면|으면)", lambda found: f"{found[0]} 어떻게 해야 하나요?"),
    _rule(r"(?:[가-힣\d]+\s){1,8}[가-힣]+(?:나요|까요|는지요|습니까|인가요)", lambda found: f"{found[0]}?"),
    _rule(r"함께 (?:먹으면|복용하면) 안 되는 (.{1,12})", lambda found: f"함께 먹으면 안 되는 {_topic(found[1])} 무엇인가요?"),
)

_MOST_CHARS, _MOST_WORDS = 20, 5
_NO_THING = re.compile(r"(?:다|요|시오|까|며|면서|[가-힣]{2}(?:은|는|을|를)|에서|에게|으로|\s?및|\s등)$|^(?:및|또는|그리고|다만)\b")
"""A heading that is a sentence, or half of one."""


def _about_heading(heading: str, text: str) -> Iterator[Askable]:
    if points_elsewhere(heading) or not re.search(r"[가-힣]$", heading):
        return
    for topic in _TOPICS:
        if question := topic.asked(heading, text):
            yield Askable(question, Kind.TOPIC, heading)
            return
    if not _NO_THING.search(heading) and len(heading) <= _MOST_CHARS and len(heading.split()) <= _MOST_WORDS:
        yield Askable(f"{heading}에 대해 어떻게 정하고 있나요?", Kind.HEADING, heading)


# --- what sentences state ---------------------------------------------------------------------

_FIGURE = r"(?:(?:금|월|연|매월|총|약|1?일당|1주당)\s?)*[\d,.]+\s?(?:조|억|만|천)?\s?[\d,.]*\s?(?:만|천)?\s?원"
_WHO = r"(?:^|\n|\.\s)((?:[가-힣A-Za-z0-9·]+\s){0,5}[가-힣A-Za-z0-9·]{2,})(은|는)\s"
_HOW_MUCH = re.compile(_WHO + rf"(?:[가-힣]+\s)?{_FIGURE}(?:이다|입니다|으로 (?:한다|정한다|하며)|로 (?:한다|정한다)|이며|으로|\s*\()")
_SUM = re.compile(
    r"(?:[가-힣](?:금|액|료|비|세)|가격|매매가|분양가|대금|한도|보수|급여|수당|예산|매출|이익|손실|차임|월세|연봉|임금|수익)$"
)
"""What is measured in money."""
_DATE = r"(\d{4}년(?:\s\d{1,2}월)?(?:\s\d{1,2}일)?(?:\s?(?:초|말|경|중순|하순|상반기|하반기|봄|여름|가을|겨울))?)"
_DID = r"([가-힣]{1,5})다\."
_WHEN = re.compile(_WHO + rf"(?:[^.\n]{{0,25}}\s)?{_DATE}(?:에|,)?\s((?:[가-힣A-Za-z0-9]+(?:에서|에|으로|로|과|와|을|를)\s){{0,3}}){_DID}")
_ON_THAT_DAY = re.compile(
    rf"(?:^|\n|\.\s){_DATE}(?:에|,)?\s((?:[가-힣A-Za-z0-9《》]+\s){{0,5}}[가-힣A-Za-z0-9《》]+(?:에|에서|으로|로|을|를)\s){_DID}"
)
_NO_SUBJECT = re.compile(
    r"^(?:이|그|저|이것|그것|이는|그는|그녀|그들|이들|당시|이후|또한|하지만|그러나|한편|이때|여기|우리|나|저희|본인|자신|이러한|그러한|다음|위|본|당|이번|같은|두|세|첫|모든|각|그의|이에|이로|결국|다만)(?:\s|$)"
    r"|(?:것|수|점|경우|때|중|등|바|데|이들|사람|일부|대부분|나머지|자|이후|전|뒤|후|날|해|년|월|일|달)$|(?:은|는|이|가|을|를|에|에서|에게|고|며|면|서|던|한|된|하는|되는|므로|하여|라고)\s"
)
_TAKES_A_SUBJECT = re.compile(
    r"[가-힣](?:은|는|이|가|께서|고|며|면서|여|서|지만|자)\s|(?<![가-힣])(?:그|이|해당|같은|당시|이후|다시|또|함께|이에|이를|그를|그의)\s"
)
_TERM = re.compile(
    r"[“\"「‘]([가-힣A-Za-z][가-힣A-Za-z0-9 ·]{1,18})[”\"」’]\s?(?:\([^)]{1,30}\)\s?)?(?:이?란|이?라\s?함은|은|는)\s(?=[^.]{5,200}(?:말한다|말합니다|뜻한다|의미한다|이른다|을 말|를 말))"
    r"|[(（]이하\s?[“\"「‘]([가-힣A-Za-z][가-힣A-Za-z0-9 ·]{1,18})[”\"」’]\s?이?라"
)
_EVERYWHERE = re.compile(
    r"^(?:회사|사원|직원|갑|을|병|당사자|본 ?계약|계약|임대인|임차인|법|시행령|규정|규칙|협회|기관|당사|고객|매도인|매수인|위탁자)$"
)
"""Terms of every other contract: nobody asks what they mean."""
_KNOWN = r"(?:\([^)]{1,80}\))?(?:이란|란|은|는)\s[^.\n]{5,160}?(?:(?:을|를)\s(?:말한다|뜻한다|의미한다|가리킨다|일컫는다)|이다|였다)\."
_PERSON = re.compile(
    r"(?:정치인|배우|가수|선수|작가|소설가|시인|대통령|총장|장관|의원|총리|감독|인물|학자|기업인|군인|화가|음악가|모델|방송인|법조인|판사|검사|변호사|의사|교수|황제|천황|국왕|장군|목사|언론인|사업가"
    r"|희극인|개그맨|살인범|범죄자)(?:이다|였다)\.$"
)
_MEANING = re.compile(r"(?:말한다|뜻한다|의미한다|가리킨다|일컫는다)\.$")


def asked_about(heading: str | None, text: str, *, title: str = "") -> Iterator[Askable]:
    """What a passage answers. ``heading`` is bare; ``title``: what the whole document is about."""
    dated = "년" in text
    if (
        "원" in text
        and (found := _HOW_MUCH.search(text))
        and _SUM.search(subject := _last_words(found[1]))
        and not _NO_SUBJECT.search(subject)
    ):
        yield Askable(f"{subject}{found[2]} 얼마인가요?", Kind.FACT, subject)
    if (
        dated
        and (found := _WHEN.search(text))
        and not _NO_SUBJECT.search(found[1])
        and particle(found[1], "은", "는") == found[2]
        and _is_past(found[5])
    ):
        yield Askable(f"{found[1]}{found[2]} 언제 {found[4]}{_asking(found[5])}?", Kind.FACT, found[1], stands_alone=True)
    elif dated and title and (found := _ON_THAT_DAY.search(text)) and not _TAKES_A_SUBJECT.search(found[2]) and _is_past(found[3]):
        yield Askable(f"{_topic(title)} 언제 {found[2]}{_asking(found[3])}?", Kind.FACT, title, stands_alone=True)
    if heading:
        yield from _about_heading(heading, text)
    if found := _TERM.search(text):
        if not _EVERYWHERE.match(term := (found[1] or found[2]).strip()):
            yield Askable(f"“{term}”의 뜻은 무엇인가요?", Kind.TERM, term)
    elif title and (found := re.search(rf"(?:^|\n|\.\s){re.escape(title)}{_KNOWN}", text)):
        if _PERSON.search(found[0]):
            yield Askable(f"{_topic(title)} 누구인가요?", Kind.TERM, title, stands_alone=True)
        elif _MEANING.search(found[0]):
            yield Askable(f"{_topic(title)} 무엇인가요?", Kind.TERM, title, stands_alone=True)


def asked_of_title(title: str) -> Askable:
    """Where a document says what it is about, and nothing better is known of it."""
    return Askable(f"{title}에 대해 어떤 내용이 있나요?", Kind.HEADING, title, stands_alone=True)


def _last_words(said: str) -> str:
    """From the last word on that ends a clause before: "배당의 대상이므로 배당금 총액" -> "배당금 총액"."""
    words = said.split()
    starts = [
        at + 1
        for at, word in enumerate(words[:-1])
        if re.search(r"(?:은|는|이|가|을|를|고|며|면|서|여|므로|지만|으나|에|에서|로|라)$", word)
    ]
    return " ".join(words[max(starts, default=0) :])


def _is_past(verb: str) -> bool:
    """Does it end as 했, 되었, 받았 do?"""
    return (ord(verb[-1]) - ord("가")) % 28 == _DOUBLE_S and not verb.endswith(("있", "없", "겠"))


_DOUBLE_S = 20
"""The place of ㅆ among the final consonants."""


def _asking(verb: str) -> str:
    """ "받았다" -> "받았나요"."""
    return f"{verb.removesuffix('하였')}{'했' if verb.endswith('하였') else ''}나요"


# --- the document that is asked ---------------------------------------------------------------

_KIND = "규칙|규정|계약서?|약관|회의록|안내문|안내서|보고서|지침서?|법률?|시행령|시행규칙|조례|정책|매뉴얼|설명서|명세서|정관|내규|견적서|의견서|합의서|약정서|판결문?|동의서|계획서?|공고문?|고시|진단서|소견서|처방전"
_NAMED = re.compile(rf"[가-힣]*(?:{_KIND})(?:$|\s)")
_RULES = re.compile(r"(?:규칙|규정|계약서?|약관|지침서?|법률?|시행령|조례|정책|정관|내규|합의서|약정서)$")
_OF_IT = re.compile(r"^(?:목적|적용 대상|시행일)은")


def says_what_it_is(name: str) -> bool:
    return _NAMED.search(name) is not None


def asked_of(askable: Askable, name: str | None) -> str:
    """The question, of a document that is called so, as ``rag.question`` understands it; without a name, of whatever there is."""
    question, rules = askable.question, name is None or _RULES.search(name)
    if askable.kind is Kind.HEADING and not rules and not askable.stands_alone:
        question = f"{askable.about}에 대해 무엇을 알아야 하나요?"
    if askable.stands_alone or not name:
        return question
    if _OF_IT.match(question):
        return f"{name}의 {question}"
    if rules and "해야 하나요" not in question and not question.startswith("어떤 "):
        return f"{name}{'에서는' if askable.kind is Kind.HEADING else '에서'} {question}"
    return f"{name}에 따르면 {question}"
