"""Why a claim is not supported, in both languages, for page and command line."""

from __future__ import annotations

from rag.records import Doubt, Language

IN: dict[Language, dict[Doubt, str]] = {
    "en": {
        Doubt.WORDS: "no sentence of your documents says this",
        Doubt.NAME: "a name in it does not stand where your documents speak of this",
        Doubt.FACT: "a number, date or article in it is not what your documents say",
        Doubt.NEGATION: "your documents say the opposite",
        Doubt.ECHO: "it only repeats the question",
        Doubt.LANGUAGE: "your documents speak of this in another language: compare with their own words",
    },
    "ko": {
        Doubt.WORDS: "문서에 이렇게 말하는 문장이 없음",
        Doubt.NAME: "문서의 해당 부분에 없는 이름이 들어 있음",
        Doubt.FACT: "숫자, 날짜 또는 조항이 문서와 다름",
        Doubt.NEGATION: "문서의 내용과 반대됨",
        Doubt.ECHO: "질문을 되풀이할 뿐임",
        Doubt.LANGUAGE: "문서가 다른 언어로 되어 있어 확인할 수 없음: 원문과 비교해 보세요",
    },
}
