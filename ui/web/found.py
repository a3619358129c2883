"""What is asked of the search, and its answer as markup. The browser puts the parts of it where they belong (``parts/search.js``): it makes none itself."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from rag import lookup
from rag.errors import EmptyQuestion
from rag.library.library import Library
from rag.library.traits import Group, Trait, Traits
from rag.lookup import Choice, DocumentFound, LookedUp, Row, Value
from rag.records import EVERYTHING, Document, Evidence, Filter, Language
from ui.web import render
from ui.web.render import safe, visible
from ui.web.state import Desk
from ui.words import page as words_of_page
from ui.words import search as words_of_search
from ui.words.page import Words as PageWords
from ui.words.search import Words

DOCUMENTS = 10
"""At a time."""

_MOST_DOCUMENTS = 100
_MOST_CHARS = 1_000
"""A longer text is pasted; nobody looks for all of its words."""

_LATELY = 8
_VALUES = 6
"""Of a group, seen without asking for more."""

_MOST_VALUES = 60
_NOT_A_WORD_YET = re.compile(r"\W*(?:[ㄱ-ㅣ]|[a-z])\W*", re.IGNORECASE)
"""One letter is in every document."""


@dataclass(frozen=True, slots=True)
class Wanted:
    text: str = ""
    unfinished: bool = False  # the last word is still being typed
    as_typed: bool = False  # nothing in the text narrows the search
    chosen: tuple[str, ...] = ()  # see ``sign``
    shown: int = DOCUMENTS
    doc_id: str = ""  # all passages of this document alone


def draw(desk: Desk, wanted: Wanted, language: Language) -> str:
    """Raises: SeorapError."""
    words, page = words_of_search.IN[language], words_of_page.IN[language]
    wanted = replace(wanted, text=wanted.text[:_MOST_CHARS], shown=max(1, min(wanted.shown, _MOST_DOCUMENTS)))
    library = desk.assistant.library
    if wanted.doc_id:
        return _all_rows(library, wanted, words, page)
    choice = _choice(wanted.chosen, library)
    if not wanted.text.strip() or (wanted.unfinished and _NOT_A_WORD_YET.fullmatch(wanted.text)):
        return before(library.documents(), choice, library.traits(), language)
    found = desk.assistant.look_up(wanted.text, k=wanted.shown, choice=choice, unfinished=wanted.unfinished, as_typed=wanted.as_typed)
    return results(found, choice, library.traits(), language)


def shell(language: Language) -> str:
    """The page of search before anything has been looked for."""
    words = words_of_search.IN[language]
    field = (
        f'<input type="search" placeholder="{safe(words.placeholder)}" autocomplete="off" autocapitalize="off" spellcheck="false" '
        'enterkeyhint="search">'
    )
    return (
        '<div class="sr search" data-search>'
        f'<div class="s-ask"><label><span class="unseen">{safe(words.label)}</span>{field}</label>'
        f'<button type="button" class="s-button" data-ask disabled>{safe(words.ask_this)}</button></div>'
        '<p class="small s-status" role="status" data-into="status"></p><div data-into="chips"></div>'
        f'<div class="s-body"><details class="s-narrow"><summary>{safe(words.narrow)}</summary><div data-into="facets"></div></details>'
        f'<section class="s-found" aria-label="{safe(words.results)}" data-into="found" data-hits></section></div></div>'
    )


def _part(name: str, inner: str, *, quiet: bool = False) -> str:
    """``quiet``: for those who hear the page; others read it elsewhere."""
    return f'<div data-part="{name}"{" data-quiet" if quiet else ""}>{inner}</div>'


# --- what was found ----------------------------------------------------------------------------


def _status(found: LookedUp, words: Words) -> str:
    if found.held_documents:
        sentence = words.held_at_least if found.at_least else words.held
        told = sentence.format(documents=f"{found.held_documents:,}", passages=f"{found.held_passages:,}")
        return f"{told}. {words.begun.format(word=visible(found.begun))}" if found.begun else told
    return words.none_held if found.near_documents else words.nothing


def results(found: LookedUp, choice: Choice, traits: Traits, language: Language) -> str:
    words, page = words_of_search.IN[language], words_of_page.IN[language]
    return "".join(
        (
            _part("status", safe(_status(found, words)), quiet=not found.held_documents),
            _part("chips", _chips(found.understood.taken, choice, words, page)),
            _part("facets", _facets(found.values, words)),
            _part("found", _listed(found, traits, language, words, page)),
        )
    )


def _listed(found: LookedUp, traits: Traits, language: Language, words: Words, page: PageWords) -> str:
    held = [one for one in found.documents if one.held]
    near = [one for one in found.documents if not one.held]
    parts = []
    if found.by_words_because:
        parts.append(f'<p class="small">{safe(words.by_words_only.format(why=found.by_words_because.sentence(language)))}</p>')
    if not found.held_documents:
        parts.append(_widen(found, words, page))
    parts += [_document(one, found, traits, words, page) for one in held]
    if near:
        lead = f'<p class="small">{safe(words.near_lead)}</p>' if found.held_documents else ""
        parts.append(f'<h2 class="s-near">{safe(words.near_title)}</h2>{lead}')
        parts += [_document(one, found, traits, words, page) for one in near]
    if found.more_documents and len(found.documents) >= _MOST_DOCUMENTS:
        parts.append(f'<p class="small">{safe(words.too_many.format(count=f"{found.more_documents:,}"))}</p>')
    elif found.more_documents:
        more = safe(words.more_documents.format(count=f"{found.more_documents:,}"))
        parts.append(f'<button type="button" class="s-button" data-more-documents>{more}</button>')
    return "".join(parts)


def _widen(found: LookedUp, words: Words, page: PageWords) -> str:
    """Why nothing holds the words, and what to do about it."""
    taken, phrases = found.understood.taken, found.understood.phrases
    told, ways = [f"<b>{safe(words.nothing if not found.near_documents else words.none_held)}</b>"], list[str]()
    if not found.fits:
        told.append(safe(words.no_document_fits.format(filter=render.filter_in_words(taken, page))))
    elif phrases:
        told.append(safe(words.phrases_missing.format(phrases=", ".join(f"“{visible(phrase)}”" for phrase in phrases))))
        ways.append(f'<button type="button" class="s-button" data-plain>{safe(words.without_marks)}</button>')
    if found.left_out:
        told.append(safe(words.left_out.format(count=f"{found.left_out:,}")))
        ways.append(f'<button type="button" class="s-button" data-drop-all>{safe(words.show_left_out)}</button>')
    if taken != EVERYTHING:
        ways.append(f'<button type="button" class="s-button" data-as-typed>{safe(words.everywhere)}</button>')
    if not ways:
        told.append(safe(words.fewer_words))
    lines = [*told, "".join(ways)] if ways else told
    return f'<div class="calm">{"".join(f"<p>{line}</p>" for line in lines)}</div>'


def _document(one: DocumentFound, found: LookedUp, traits: Traits, words: Words, page: PageWords) -> str:
    item = one.document
    counted = f"<b>{safe(words.in_this.format(passages=f'{one.held:,}'))}</b> · " if one.held else ""
    figures = _figures(item, traits, words)
    more = one.held - sum(not row.near for row in one.rows)
    rest = ""
    if more > 0:
        rest = f'<button type="button" class="s-more" data-more="{safe(item.doc_id)}">{safe(words.more_passages.format(count=f"{more:,}"))}</button>'
    rows = "".join(_row(row, found.asked, words, page, among_held=bool(one.held)) for row in one.rows)
    return (
        f'<article class="s-doc"><h2>{render.marked(visible(item.name), found.asked)}</h2>'
        f'<p class="small figures">{counted}{safe(figures)}</p><ol data-rows>{rows}</ol>{rest}</article>'
    )


def _figures(item: Document, traits: Traits, words: Words) -> str:
    """Kind, pages, where it lies, its tags, and the day on which it was added or last changed."""
    folders = sorted(value for group, value in traits.get(item.doc_id, ()) if group is Group.FOLDER)
    parts = [_kind(item.format, words)]
    parts += [words.pages_in_all.format(pages=item.pages)] if item.pages else []
    parts += [visible(_last(folder)) for folder in folders]
    parts += [f"#{visible(tag)}" for tag in item.tags]
    parts.append(datetime.datetime.fromtimestamp(item.changed).strftime("%Y-%m-%d"))
    return " · ".join(parts)


def _row(row: Row, asked: str, words: Words, page: PageWords, *, among_held: bool) -> str:
    item = row.passage
    place = [render.pages(item, page)] if item.page is not None else []
    place += [" › ".join(map(visible, item.headings[-3:]))] if item.headings else []
    flag = f'<span class="flag">{safe(words.near)}</span> ' if row.near and among_held else ""
    where = f'<span class="where">{flag}{safe(" · ".join(place))}</span>' if place or flag else ""
    inner = f'{where}<span class="snippet">{render.snippet(_below_headings(item), asked)}</span>'
    return f"<li>{render.opener(item, inner, marked=asked, kind='open s-hit')}</li>"


def _below_headings(item: Evidence) -> str:
    """What the passage says below the headings with which it begins, as they stand above it anyway."""
    text = item.text.lstrip("# ")
    for heading in item.headings:
        if text.startswith(heading):
            text = text[len(heading) :].lstrip("# \n")
    return text or item.text


def _all_rows(library: Library, wanted: Wanted, words: Words, page: PageWords) -> str:
    """Of one document, to take the place of its best."""
    try:
        found = lookup.all_in(wanted.text, wanted.doc_id, library=library, unfinished=wanted.unfinished, as_typed=wanted.as_typed)
    except EmptyQuestion:
        return _part("rows", "")
    rows = "".join(_row(Row(item, near=False), found.asked, words, page, among_held=True) for item in found.passages)
    note = words.all_passages.format(shown=len(found.passages), count=f"{found.count:,}") if found.count > len(found.passages) else ""
    return _part("rows", rows) + _part("note", f'<p class="small">{safe(note)}</p>' if note else "")


# --- before anything is typed ------------------------------------------------------------------


def before(documents: Iterable[Document], choice: Choice, traits: Traits, language: Language) -> str:
    """What there is, the latest first, and what can be done here."""
    words, page = words_of_search.IN[language], words_of_page.IN[language]
    fitting = set(lookup.fitting(traits, traits, choice))
    latest = sorted((item for item in documents if item.doc_id in fitting), key=lambda item: -item.changed)[:_LATELY]
    listed = "".join(
        f'<li><button type="button" class="open s-hit" data-open data-doc="{safe(item.doc_id)}"><b>{safe(visible(item.name))}</b>'
        f'<span class="where">{safe(_figures(item, traits, words))}</span></button></li>'
        for item in latest
    )
    hints = "".join(f"<li>{safe(hint)}</li>" for hint in words.hints)
    lately = f'<h2>{safe(words.lately)}</h2><ol data-rows class="s-lately">{listed}</ol>' if latest else f"<p>{safe(words.none_chosen)}</p>"
    return "".join(
        (
            _part("status", ""),
            _part("chips", _chips(EVERYTHING, choice, words, page)),
            _part("facets", _facets(lookup.values_of(traits, traits, choice), words)),
            _part("found", f'<ol class="small s-hints">{hints}</ol>{lately}'),
        )
    )


# --- choosing ----------------------------------------------------------------------------------


def sign(trait: Trait) -> str:
    """By which the browser names a choice: the value itself may hold anything, and need not even be text."""
    group, value = trait
    return f"{group}-{hashlib.sha256(value.encode(errors='surrogateescape')).hexdigest()[:16]}"


def _choice(chosen: Collection[str], library: Library) -> Choice:
    """What is no longer in the drawer is chosen no longer."""
    if not chosen:
        return frozenset()
    there = frozenset[Trait]().union(*library.traits().values())
    return frozenset(trait for trait in there if sign(trait) in chosen)


def _facets(values: Mapping[Group, Sequence[Value]], words: Words) -> str:
    """A group in which there is nothing to choose is left out."""
    groups = [_group(group, found, words) for group, found in values.items() if len(found) > 1 or any(one.chosen for one in found)]
    return f'<p class="small">{safe(words.narrow_lead)}</p>{"".join(groups)}' if groups else ""


def _group(group: Group, found: Sequence[Value], words: Words) -> str:
    labels = _labels(group, [one.value for one in found], words)
    first = [one for at, one in enumerate(found) if at < _VALUES or one.chosen]
    rest = [one for one in found[:_MOST_VALUES] if one not in first]
    more = f"<details><summary>{safe(words.more_values)}</summary>{_boxes(group, rest, labels, words)}</details>" if rest else ""
    return f"<fieldset><legend>{safe(words.groups[group])}</legend>{_boxes(group, first, labels, words)}{more}</fieldset>"


def _boxes(group: Group, found: Iterable[Value], labels: Mapping[str, str], words: Words) -> str:
    return "".join(
        f'<label><input type="checkbox" data-choice="{sign((group, one.value))}"{" checked" if one.chosen else ""} '
        f'aria-label="{safe(words.value_counted.format(value=labels[one.value], count=one.documents))}">'
        f'<span>{safe(labels[one.value])}</span> <span class="count">{one.documents:,}</span></label>'
        for one in found
    )


def _labels(group: Group, values: Sequence[str], words: Words) -> dict[str, str]:
    """Folders by their last name, and by the whole path where two are called so."""
    if group is not Group.FOLDER:
        return {value: _label((group, value), words) for value in values}
    names = [_last(value) for value in values]
    return {value: visible(value if names.count(name) > 1 else name) for value, name in zip(values, names, strict=True)}


def _label(trait: Trait, words: Words) -> str:
    group, value = trait
    match group:
        case Group.KIND:
            return _kind(value, words)
        case Group.FOLDER:
            return visible(_last(value))
        case Group.TAG:
            return f"#{visible(value)}"
        case Group.LANGUAGE:
            return words.languages["ko" if value == "ko" else "en"]
        case Group.YEAR:
            return value


def _kind(format_: str, words: Words) -> str:
    return words.kinds.get(format_, format_.upper())


def _last(folder: str) -> str:
    return PurePath(folder).name or folder


def _chips(taken: Filter, choice: Choice, words: Words, page: PageWords) -> str:
    chips = []
    if taken != EVERYTHING:
        only = words.only_in.format(filter=render.filter_in_words(taken, page))
        chips.append(_chip(only, "data-as-typed", words.everywhere))
    for trait in sorted(choice):
        label = _label(trait, words)
        chips.append(_chip(label, f'data-drop="{sign(trait)}"', words.drop.format(value=label)))
    if len(choice) > 1:
        chips.append(f'<button type="button" class="s-more" data-drop-all>{safe(words.drop_all)}</button>')
    return f'<div class="s-chips" role="group" aria-label="{safe(words.chosen)}">{"".join(chips)}</div>' if chips else ""


def _chip(label: str, does: str, says: str) -> str:
    return f'<button type="button" class="s-chip" {does} aria-label="{safe(says)}">{safe(label)} <span aria-hidden="true">×</span></button>'
