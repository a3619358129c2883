"""What the page viewer says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.records import Language


@dataclass(frozen=True, slots=True)
class Words:
    page_of: str
    part_of: str
    gone: str
    unreached: str
    close: str
    previous: str
    next: str
    previous_part: str
    next_part: str
    closer: str
    further: str
    hit_next: str
    hit_previous: str
    hits: str
    back: str
    text: str
    no_places: str
    read_anew: str
    as_text: str
    no_words_here: str
    part_of_long: str
    open: str
    open_named: str


ENGLISH = Words(
    page_of="p. {page} of {pages}",
    part_of="part {page} of {pages}",
    gone="This document is no longer in the drawer, so its page cannot be shown.",
    unreached="Seorap does not answer. See whether it is still running, then try again.",
    close="Close the page",
    previous="Previous page",
    next="Next page",
    previous_part="Previous part",
    next_part="Next part",
    closer="Larger",
    further="Smaller",
    hit_next="Next place",
    hit_previous="Previous place",
    hits="{at} of {all}",
    back="Back to the quotation",
    text="The words of this page",
    no_places="Where the words stand on this page is not known; they are marked in its text below.",
    read_anew="This document has been read anew since the answer was given, so the words are not marked; look for them near here.",
    as_text="The page cannot be shown as a picture, so here are its words. {reason}",
    no_words_here="No words were read on this page.",
    part_of_long="This page is very long: a part of it is shown, around the place.",
    open="Open the page",
    open_named="Open {name}",
)

KOREAN = Words(
    page_of="{page} / {pages}쪽",
    part_of="{pages}부분 중 {page}번째",
    gone="이 문서는 이제 서랍에 없어서 쪽을 보여 드릴 수 없습니다.",
    unreached="서랍 프로그램이 응답하지 않습니다. 실행 중인지 확인하고 다시 시도해 주세요.",
    close="쪽 닫기",
    previous="이전 쪽",
    next="다음 쪽",
    previous_part="이전 부분",
    next_part="다음 부분",
    closer="크게",
    further="작게",
    hit_next="다음 위치",
    hit_previous="이전 위치",
    hits="{all}곳 중 {at}번째",
    back="인용한 곳으로",
    text="이 쪽의 글",
    no_places="이 쪽에서 글자의 위치를 알 수 없어, 아래의 글에 표시했습니다.",
    read_anew="이 답변이 나온 뒤에 문서를 다시 읽었기 때문에 인용한 말을 표시하지 못했습니다. 이 근처에서 찾아보세요.",
    as_text="쪽을 그림으로 보여 드릴 수 없어 글로 보여 드립니다. {reason}",
    no_words_here="이 쪽에서 읽은 글이 없습니다.",
    part_of_long="아주 긴 쪽이어서 해당 위치 주변만 보여 드립니다.",
    open="쪽 열기",
    open_named="{name} 열기",
)

IN: Mapping[Language, Words] = {"en": ENGLISH, "ko": KOREAN}
