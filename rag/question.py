"""A question's words -> what it asks, which phrases must stand in the answer's evidence, and which documents it names. Pure.

What is not certainly a filter stays part of the question: a date is one only beside "documents added", the name of a
document only after words such as "according to", or where it cannot be taken for a place or a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag import dates
from rag.library.fulltext import says_something, words
from rag.library.names import Names, form
from rag.records import Filter, Understood

_QUOTED = re.compile(
    r'(?<![\w"])"([^"\n]+)"|“([^“”\n]+)”|„([^„“”\n]+)[“”]|«([^«»\n]+)»|「([^「」\n]+)」|『([^『』\n]+)』'
    # Single quotation marks are apostrophes too, and mere emphasis: only around several words.
    r"|‘([^‘’\n]*[^‘’\s]\s[^‘’\n]+)’|(?<!\w)'([^'\s][^'\n]*\s[^'\n]*[^'\s])'(?![A-Za-z0-9])"
)
_OPENING = "\"'“‘„«「『《〈<(["
_CLOSING = "\"'”’“»」』》〉>)]"
_MOST_CHARS = 1000
"""A longer text is not typed but pasted: what it quotes and where it says it stands are its own affair."""
_MOST_WORDS = 12
"""Of the name of a document or folder in a question."""

_IN = r"(?:in|from|within|among|across)"
_THE = r"(?:(?:the|my|our|this|all|all the|all my|all our|any of the)\s+)?"
_DOCUMENTS = r"(?:documents?|files?|papers?)"
_KO_DOCUMENTS = r"(?:문서|파일|자료)(?:들)?"
_KO_IN = r"(?:\s?중에서(?:는|만)?|에서(?:는|만)?|\s?안에서|\s?중(?=\s))"

_ONLY_DOCUMENTS = re.compile(rf"\b{_DOCUMENTS}\b|{_KO_DOCUMENTS}(?:은|는|이|가)?(?![가-힣])", re.IGNORECASE)

_NOT = re.compile(r"\b(?:not|except|except for|excluding|outside|without|than|besides)\s*$", re.IGNORECASE)
_KO_NOT = re.compile(r"\s*(?:말고|제외|외에|이외|빼고|아닌)")


@dataclass(frozen=True, slots=True)
class _Found:
    """``question[start:end]`` says this of the documents; ``aside``: the question says the same without it."""

    start: int
    end: int
    only: Filter
    aside: bool = True


def understand(question: str, names: Names, *, today: date) -> Understood:
    """``names`` are of the documents that may be asked: what the question says of others is no filter."""
    if len(question) > _MOST_CHARS:
        return Understood(question.strip())
    found = list[_Found]()
    for candidate in _filters(question, names, today):
        excluded = _NOT.search(question[: candidate.start]) or _KO_NOT.match(question[candidate.end :])
        if not excluded and all(candidate.end <= other.start or candidate.start >= other.end for other in found):
            found.append(candidate)
    phrases = tuple(_phrases(question, found))
    text = _without(question, found)
    if not phrases and not says_something(_ONLY_DOCUMENTS.sub(" ", text)):  # "Which documents were added last month?" asks for nothing else
        return Understood(question)
    filters = [item.only for item in found]
    taken = Filter(
        documents=_each(only.documents for only in filters),
        tags=_each(only.tags for only in filters),
        folders=_each(only.folders for only in filters),
        formats=_each(only.formats for only in filters),
        since=max((only.since for only in filters if only.since), default=None),
        before=min((only.before for only in filters if only.before), default=None),
    )
    return Understood(text, phrases, taken, taken)


def narrowed(call: Filter, taken: Filter) -> Filter:
    """What fits both, for people to read: ``taken`` was looked for among what fits ``call``."""
    days = [day for day in (call.since, taken.since) if day], [day for day in (call.before, taken.before) if day]
    return Filter(
        documents=taken.documents or call.documents,
        tags=_each((call.tags, taken.tags)),
        folders=taken.folders or call.folders,
        formats=taken.formats or call.formats,
        since=max(days[0], default=None),
        before=min(days[1], default=None),
    )


def _phrases(question: str, found: Sequence[_Found]) -> Iterator[str]:
    for quoted in _QUOTED.finditer(question):
        phrase = next(filter(None, quoted.groups())).strip()
        rest = question[: quoted.start()] + question[quoted.end() :]
        asked_in_quotes = phrase.endswith(("?", "？")) and not says_something(rest)
        named = any(item.start < quoted.end() and quoted.start() < item.end for item in found)
        if words(phrase) and not asked_in_quotes and not named:
            yield phrase


def _each(named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in named for name in names))


def _without(question: str, found: Sequence[_Found]) -> str:
    """The question without what only says where to look. Two documents in one question are compared: both stay in it."""
    if sum(bool(item.only.documents) for item in found) > 1:
        found = [item for item in found if not item.only.documents]
    text = question
    for item in sorted(found, key=lambda item: -item.start):
        if item.aside:
            text = text[: item.start] + " " + text[item.end :]
    if text == question:
        return question.strip()
    text = re.sub(r"\s+([?？.!,])", r"\1", " ".join(text.split())).lstrip(" ,;:.")
    return text[:1].upper() + text[1:] if question.strip()[:1].isupper() else text


# --- what may be a filter ----------------------------------------------------------------------


def _filters(question: str, names: Names, today: date) -> Iterator[_Found]:
    """The surest first: what overlaps with one before it is dropped."""
    yield from _folders(question, names.folders)
    yield from _tags(question, names.tags)
    yield from _documents(question, names)
    yield from _formats(question, names.formats)
    yield from _added(question, today)


def _named_after(question: str, start: int, known: Mapping[str, str]) -> tuple[int, str] | None:
    """The longest known name that begins at ``start``: where it ends, and what it names."""
    ends = [start + word.end() for word in re.finditer(r"\S+", question[start:])][:_MOST_WORDS]
    for end in reversed(ends):
        bare = question[start:end].rstrip("?!,.;:。？，")
        for name in (bare, bare.rstrip(_CLOSING), re.sub(r"['’]s?$", "", bare)):
            if (named := known.get(form(name.lstrip(_OPENING)))) is not None:
                return start + len(bare), named
    return None


def _named_before(question: str, end: int, known: Mapping[str, str]) -> tuple[int, str] | None:
    """The longest known name that ends at ``end``: where it begins, and what it names."""
    starts = [word.start() for word in re.finditer(r"\S+", question[:end])][-_MOST_WORDS:]
    for start in starts:
        bare = question[start:end].rstrip(_CLOSING)
        if (named := known.get(form(bare.lstrip(_OPENING)))) is not None:
            return start, named
    return None


_FOLDER_AFTER = re.compile(rf"\b(?:only\s+)?{_IN}\s+{_THE}folder\s+(?:called\s+|named\s+)?", re.IGNORECASE)
_FOLDER_BEFORE = re.compile(r"\s+folder\b", re.IGNORECASE)
_IN_BEFORE = re.compile(rf"\b(?:only\s+)?{_IN}\s+{_THE}$", re.IGNORECASE)
_KO_FOLDER = re.compile(rf"\s?폴더(?:의|에 있는|에 든|\s?안의)?(?:\s?{_KO_DOCUMENTS})?{_KO_IN}")


def _folders(question: str, known: Mapping[str, str]) -> Iterator[_Found]:
    for trigger in _FOLDER_AFTER.finditer(question):
        if after := _named_after(question, trigger.end(), known):
            yield _Found(trigger.start(), after[0], Filter(folders=(after[1],)))
    for trigger in _FOLDER_BEFORE.finditer(question):
        for word in reversed(list(re.finditer(r"\S+", question[: trigger.start()]))[-_MOST_WORDS:]):
            within = _IN_BEFORE.search(question[: word.start()])
            if within and (folder := known.get(form(question[word.start() : trigger.start()].strip(_OPENING + _CLOSING)))):
                yield _Found(within.start(), trigger.end(), Filter(folders=(folder,)))
    for trigger in _KO_FOLDER.finditer(question):
        if before := _named_before(question, trigger.start(), known):
            yield _Found(before[0], trigger.end(), Filter(folders=(before[1],)))


_TAGGED = re.compile(rf"(?:\b{_IN}\s+{_THE}{_DOCUMENTS}\s+)?\b(?:tagged(?:\s+as)?|with\s+(?:the\s+)?tag)\s+", re.IGNORECASE)
_HASH = re.compile(rf"(?:\b{_IN}\s+)?(?<!\w)#(?=\w*[^\W\d])", re.IGNORECASE)
_KO_TAG = re.compile(rf"\s?태그(?:가|의|를)?(?:\s?(?:붙은|달린|단))?(?:\s?{_KO_DOCUMENTS})?{_KO_IN}")
_KO_AFTER_HASH = re.compile(rf"(?:\s?{_KO_DOCUMENTS})?{_KO_IN}")


def _tags(question: str, known: Mapping[str, str]) -> Iterator[_Found]:
    for trigger in _TAGGED.finditer(question):
        if after := _named_after(question, trigger.end(), known):
            yield _Found(trigger.start(), after[0], Filter(tags=(after[1],)))
    for trigger in _HASH.finditer(question):
        for ending in _KO_AFTER_HASH.finditer(question, trigger.end()):
            if tag := known.get(form(question[trigger.end() : ending.start()])):
                yield _Found(trigger.start(), ending.end(), Filter(tags=(tag,)))
        if after := _named_after(question, trigger.end(), known):
            yield _Found(trigger.start(), after[0], Filter(tags=(after[1],)))
    for trigger in _KO_TAG.finditer(question):
        if before := _named_before(question, trigger.start(), known):
            yield _Found(before[0], trigger.end(), Filter(tags=(before[1],)))


_ACCORDING_TO = re.compile(rf"\b(?:according\s+to|as\s+per)\s+{_THE}", re.IGNORECASE)
_IN_THE_DOCUMENT = re.compile(rf"\b(?:according\s+to|as\s+per|{_IN})\s+{_THE}(?:document|file)\s+", re.IGNORECASE)
_IN_IT = re.compile(rf"\b(?:only\s+)?(?:{_IN}|under|per)\s+{_THE}", re.IGNORECASE)
_KO_ACCORDING_TO = re.compile(rf"에\s?(?:따르면|의하면)|\s?{_KO_DOCUMENTS}(?:에\s?(?:따르면|의하면)|{_KO_IN})")
_KO_IN_IT = re.compile(_KO_IN)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{2,8}(?![A-Za-z0-9])")
_KIND = re.compile(
    r"(?:agreement|contract|lease|polic(?:y|ies)|handbook|manual|report|minutes|leaflet|guide|guidelines|rules|regulations?|statute|memo|memorandum"
    r"|invoice|statement|규칙|규정|계약서?|약관|회의록|안내문|안내서|보고서|지침서?|법|법률|시행령|정책|매뉴얼|설명서|명세서|정관|내규|견적서|의견서)$"
)


def _documents(question: str, names: Names) -> Iterator[_Found]:
    for before_name, sure in ((_ACCORDING_TO, True), (_IN_THE_DOCUMENT, True), (_IN_IT, False)):
        for trigger in before_name.finditer(question):
            found = _named_after(question, trigger.end(), names.documents)
            if found and (sure or _is_a_name(question[trigger.end() : found[0]])):
                yield _Found(trigger.start(), found[0], Filter(documents=(found[1],)))
    for after_name, sure in ((_KO_ACCORDING_TO, True), (_KO_IN_IT, False)):
        for trigger in after_name.finditer(question):
            found = _named_before(question, trigger.start(), names.documents)
            if found and (sure or _is_a_name(question[found[0] : trigger.start()])):
                yield _Found(found[0], trigger.end(), Filter(documents=(found[1],)))
    for suffix in _SUFFIX.finditer(question):
        if before := _named_before(question, suffix.end(), names.files):
            yield _Found(before[0], suffix.end(), Filter(documents=(before[1],)), aside=False)


def _is_a_name(written: str) -> bool:
    """Is it certainly a document? "In New York" is not, though a document may be called so."""
    bare = written.strip(_OPENING + _CLOSING + "?!,.;: ")
    return bool(_SUFFIX.search(bare) or re.search(r"\w[-_]\w", bare) or _KIND.search(bare.casefold()))


_KINDS: Mapping[str, tuple[str, ...]] = {
    r"PDFs?|피디에프": ("pdf",),
    r"Word|DOCXs?|워드": ("docx", "odt"),
    r"Excel|XLSXs?|엑셀": ("xlsx", "xls", "xlsb"),
    r"PowerPoints?|PPTXs?|파워포인트": ("pptx",),
    r"HWPX?": ("hwp", "hwpx"),
    r"CSVs?": ("csv",),
}
_KINDS_IN_FULL: Mapping[str, tuple[str, ...]] = {
    **_KINDS,
    r"한글": ("hwp", "hwpx"),
    r"e-?mail|mail|이?메일": ("eml", "msg"),
    r"spreadsheet|스프레드시트": ("xlsx", "xls", "xlsb", "ods"),
    r"HTML|web|웹": ("html", "mhtml"),
    r"text|텍스트": ("text",),
    r"Markdown|마크다운": ("markdown",),
}
"""Words that name a format only with "files" or "documents" after them: "in Markdown", "in the emails" may mean anything."""


def _formats(question: str, known: Collection[str]) -> Iterator[_Found]:
    """At the beginning or the end: in the middle "in PDF files" may be what is asked about."""
    for kinds, noun, korean_noun in ((_KINDS_IN_FULL, rf"\s+{_DOCUMENTS}", rf"\s?{_KO_DOCUMENTS}"), (_KINDS, "", "(?:들)?")):
        for kind, formats in kinds.items():
            there = tuple(name for name in formats if name in known)
            english = rf"(?:only\s+)?{_IN}\s+{_THE}(?:{kind}){noun}"
            pattern = rf"^\s*{english}\b,?(?=\s)|(?<=\s){english}(?=\s*[?.!]*\s*$)|(?<!\S)(?:{kind}){korean_noun}{_KO_IN}(?=[\s,]|$)"
            if there and (found := re.search(pattern, question, re.IGNORECASE)):
                yield _Found(found.start(), found.end(), Filter(formats=there))


_ADDED = re.compile(
    rf"(?P<in>\b(?:only\s+)?{_IN}\s+{_THE})?\b(?:{_DOCUMENTS}|everything|anything)(?P<said>\s+(?:(?:that|which)\s+(?:(?:were|was|are|have\s+been)\s+)?)?"
    r"(?:added|changed|modified|updated|uploaded|edited)(?:\s+or\s+(?:added|changed|modified|updated|edited))?"
    rf"(?:\s+(?P<how>since|after|before|until|by|on|in|during|within|from))?\s+(?P<days>{dates.ENGLISH})\b)",
    re.IGNORECASE,
)
_KO_ADDED = re.compile(
    rf"(?P<said>(?P<days>{dates.KOREAN})(?P<how>\s?이후(?:에|로)?|\s?부터|\s?이전(?:에)?|\s?전에|\s?까지|\s?중에|에)?\s+"
    rf"(?:새로\s+)?(?:(?:추가|수정|변경|등록|업로드|갱신)(?:된|한|했던|되었던|됐던)|넣은|올린|바뀐)\s+){_KO_DOCUMENTS}(?P<in>{_KO_IN})?"
)


def _added(question: str, today: date) -> Iterator[_Found]:
    for found in (*_ADDED.finditer(question), *_KO_ADDED.finditer(question)):
        stretch = dates.days(found["days"], today)
        if not stretch:
            continue
        match (found["how"] or "").strip().casefold():
            case "since" | "from" | "부터" | "이후" | "이후에" | "이후로":
                only = Filter(since=stretch.first)
            case "after":
                only = Filter(since=stretch.after)
            case "before" | "이전" | "이전에" | "전에":
                only = Filter(before=stretch.first)
            case "until" | "by" | "까지":
                only = Filter(before=stretch.after)
            case _:
                only = Filter(since=stretch.first, before=stretch.after)
        start, end = found.span() if found["in"] else found.span("said")
        yield _Found(start, end, only)
