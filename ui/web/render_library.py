"""Markup of the page with the drawer's documents: its list, its pictures, what happened. As in ``render``, every word is escaped here."""

from __future__ import annotations

import datetime
import os
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath

from rag.errors import needs_password, sentence_of
from rag.library.library import identity
from rag.library.worklist import Happened, Happening
from rag.map import Map, Spot
from rag.records import Document, FileOutcome, Language, State
from ui.web.render import block, safe, size, visible
from ui.words.library import Words

_SHOWN = 3
_HAPPENINGS = 8
_NAMES = 5

COLUMNS = ("name", "state", "kind", "language", "pages", "passages", "size", "added", "folder", "tags")
_FIGURES = frozenset({"pages", "passages", "size"})


def at(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


def day(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d")


def short(folder: str, words: Words) -> str:
    """The end of a path."""
    return visible("/".join(PurePath(folder).parts[-2:])) if folder else words.uploaded


def branch(folder: str, words: Words) -> str:
    """A folder among others that lie in the same one."""
    return visible(PurePath(folder).name or folder) if folder else words.uploaded


def kind(form: str) -> str:
    """A format as its files are called."""
    return {"markdown": "MD", "text": "TXT"}.get(form, form.upper())


# --- the list ----------------------------------------------------------------------------------


def listed(
    documents: Sequence[Document],
    words: Words,
    language: Language,
    *,
    languages: Mapping[str, Language],
    order: str,
    descending: bool,
    notes: Mapping[str, str],
    caption: str,
) -> str:
    """One row a document. The browser's part (``parts/library.js``) tells which rows are chosen, and what is sorted by."""
    shown = [column for column in COLUMNS if column != "tags" or any(document.tags for document in documents)]
    heads = "".join(_head(column, words, order=order, descending=descending) for column in shown)
    rows = "".join(_row(document, shown, words, language, languages, notes.get(identity(document), "")) for document in documents)
    every = f'<td role="cell" class="pick"><input type="checkbox" data-pick-all aria-label="{safe(words.pick_shown)}"></td>'
    return block(
        f'<table class="drawer" role="table"><caption>{safe(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{every}{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def _head(column: str, words: Words, *, order: str, descending: bool) -> str:
    label, sorted_by = words.columns[column], column == order
    way = f' aria-sort="{"descending" if descending else "ascending"}"' if sorted_by else ""
    arrow = f'<span aria-hidden="true">{"▾" if descending else "▴"}</span>' if sorted_by else ""
    title = safe(words.sort_by.format(column=label))
    button = f'<button type="button" data-sort="{column}" title="{title}">{safe(label)}{arrow}</button>'
    return f'<th role="columnheader" scope="col" class="{_kind_of(column)}"{way}>{button}</th>'


def _kind_of(column: str) -> str:
    return f"c-{column} figure" if column in _FIGURES else f"c-{column}"


def _row(document: Document, shown: Sequence[str], words: Words, language: Language, languages: Mapping[str, Language], note: str) -> str:
    known, name = identity(document), visible(document.name)
    pick = f'<td role="cell" class="pick"><input type="checkbox" data-pick="{safe(known)}" aria-label="{safe(words.pick.format(name=name))}"></td>'
    cells = {
        "state": _state(document, words),
        "kind": safe(kind(document.format)),
        "language": safe(words.languages[languages[document.doc_id]]) if document.doc_id in languages else "",
        "pages": f"{document.pages:,}" if document.pages else "",
        "passages": f"{document.passages:,}" if document.passages else "",
        "size": safe(size(document.size_bytes)) if document.size_bytes else "",
        "added": f'<time title="{at(document.added)}">{day(document.added)}</time>',
        "folder": _folder(document, words),
        "tags": _tags(document),
    }
    rest = "".join(
        f'<td role="cell" class="{_kind_of(column)}" data-label="{safe(words.columns[column])}">{cells[column]}</td>'
        for column in shown
        if column != "name"
    )
    return f'<tr role="row" data-row="{safe(known)}">{pick}{_name(document, words, language, note)}{rest}</tr>'


def _name(document: Document, words: Words, language: Language, note: str) -> str:
    known, name = identity(document), visible(document.name)
    why = f'<p class="reason">{safe(sentence_of(document.reason, language))}</p>' if document.reason else ""
    notes = (
        [words.recognised_pages.format(count=document.recognised_pages, confidence=round(document.confidence))]
        if document.confidence
        else []
    )
    notes += [words.document_away] if document.away else []
    notes += [words.found_at.format(count=len(document.places))] if len(document.places) > 1 else []
    notes += [note] if note else []
    noted = f'<p class="small">{safe(" · ".join(notes))}</p>' if notes else ""
    again = _act("again", known, words.try_again, words.try_named.format(name=name)) if document.reason else ""
    remove = _act("remove", known, words.remove, words.remove_named.format(name=name))
    opener = _opener(document, safe(name), label=words.open_named.format(name=name))
    return f'<th role="rowheader" scope="row" class="c-name"><div class="name">{opener}</div>{why}{noted}<span class="acts">{again}{remove}</span></th>'


def _opener(document: Document, inner: str, *, label: str) -> str:
    """The name, which opens the first page; a document of which nothing was read has none."""
    if not document.doc_id:
        return inner
    return f'<button type="button" class="open" data-open data-doc="{safe(document.doc_id)}" data-start="0" data-end="0" title="{safe(label)}">{inner}</button>'


def _act(what: str, known: str, label: str, named: str) -> str:
    return f'<button type="button" class="act" data-act="{what}" data-of="{safe(known)}" aria-label="{safe(named)}">{safe(label)}</button>'


def _state(document: Document, words: Words) -> str:
    told = safe(words.states[document.state])
    return told if document.state is State.READY else f'<span class="flag">{told}</span>'


def _folder(document: Document, words: Words) -> str:
    if not document.places:
        return safe(words.uploaded)
    folder = str(PurePath(document.places[0]).parent)
    return f'<span title="{safe(visible(folder))}">{safe(short(folder, words))}</span>'


def _tags(document: Document) -> str:
    told = safe(" ".join(f"#{visible(tag)}" for tag in document.tags))
    return f'<span title="{told}">{told}</span>' if told else ""


# --- one document by itself --------------------------------------------------------------------


def failed(item: Document, words: Words, language: Language, *, note: str) -> str:
    """Why it is not in the drawer, and what will be done about it."""
    state = words.needs_password if needs_password(item.reason) else words.states[item.state]
    why = f'<p class="reason">{safe(sentence_of(item.reason, language))}</p>' if item.reason and not needs_password(item.reason) else ""
    figures = [*([kind(item.format)] if item.format else []), *([size(item.size_bytes)] if item.size_bytes else []), at(item.added)]
    where = [visible(os.path.dirname(item.places[0]))] if item.places else [words.uploaded]  # noqa: PTH120
    line = safe(" · ".join([*figures, *where, *([note] if note else [])]))
    return block(
        f'<p class="name">{safe(visible(item.name))} <span class="flag">{safe(state)}</span></p>{why}<p class="small figures">{line}</p>'
    )


def names(documents: Sequence[Document], words: Words) -> str:
    """Of those that are about to be taken out."""
    items = "".join(f"<li>{safe(visible(document.name))}</li>" for document in documents[:_NAMES])
    rest = len(documents) - _NAMES
    more = f'<p class="small">{safe(words.remove_more.format(count=rest))}</p>' if rest > 0 else ""
    return block(f'<ul class="names">{items}</ul>{more}')


def folder(path: str, state: str, rules: Sequence[str] = ()) -> str:
    lines = [state, *map(visible, rules)]
    return block(f'<p class="name">{safe(visible(path))}</p><p class="small figures">{safe(" · ".join(lines))}</p>')


def waiting(paths: Collection[str], words: Words) -> str:
    return block("".join(f'<p class="small">{safe(words.path_waits.format(path=visible(path)))}</p>' for path in paths))


def notes(lines: Sequence[str]) -> str:
    return block("".join(f'<p class="small">{safe(line)}</p>' for line in lines))


def picked(count: int, words: Words) -> str:
    return block(f'<p class="picked" role="status">{safe(words.picked.format(count=f"{count:,}"))}</p>')


def nothing_picked(words: Words) -> str:
    return block(f'<p class="small picked">{safe(words.picked_none)}</p>')


def outcomes(found: Sequence[FileOutcome], words: Words, language: Language) -> str:
    """Newest first, the older ones folded."""
    rows = [
        f'<p><span class="flag">{safe(words.outcome[item.outcome])}</span> {safe(sentence_of(item.reason, language) if item.reason else visible(item.path))}</p>'
        for item in reversed(found)
    ]
    shown, rest = rows[:_SHOWN], rows[_SHOWN:]
    more = f"<details><summary>{safe(words.outcomes_more.format(count=len(rest)))}</summary>{''.join(rest)}</details>" if rest else ""
    return block(f'<p class="small">{safe(words.outcomes)}</p>{"".join(shown)}{more}')


# --- what happened in a folder -----------------------------------------------------------------


def happenings(found: Sequence[Happening], words: Words) -> str:
    """How often which, and each with its time, the newest first."""
    if not found:
        return block(f'<p class="small">{safe(words.last_day_nothing)}</p>')
    counts = {what: sum(each.what is what for each in found) for what in Happened}
    summary = " · ".join(words.happened_count.format(what=words.happened[what], count=count) for what, count in counts.items() if count)
    rows = [_happening(each, words) for each in found]
    more = len(rows) - _HAPPENINGS
    rest = ""
    if more > 0:
        hidden = "".join(rows[_HAPPENINGS : _HAPPENINGS + 200])
        rest = f'<details><summary>{safe(words.last_day_more.format(count=more))}</summary><ul class="log">{hidden}</ul></details>'
    return block(
        f'<details class="day"><summary>{safe(words.last_day)}: {safe(summary)}</summary><ul class="log">{"".join(rows[:_HAPPENINGS])}</ul>{rest}</details>'
    )


def _happening(each: Happening, words: Words) -> str:
    name = visible(os.fsdecode(each.place[len(each.folder) :]).lstrip(os.sep))
    before = (
        f' <span class="small">{safe(words.renamed_from.format(name=visible(PurePath(os.fsdecode(each.was)).name)))}</span>'
        if each.was
        else ""
    )
    clock = datetime.datetime.fromtimestamp(each.at).strftime("%H:%M")
    return f'<li><time title="{at(each.at)}">{clock}</time> <span class="flag">{safe(words.happened[each.what])}</span> {safe(name)}{before}</li>'


# --- passages per document, activity over time -------------------------------------------------


def amounts(largest: Sequence[Document], rest: int, rest_passages: int, words: Words) -> str:
    """A bar for each of the largest documents, and one line for all others."""
    most = max((document.passages for document in largest), default=1) or 1
    rows = "".join(
        f'<tr><th scope="row">{_opener(document, safe(visible(document.name)), label=words.open_named.format(name=visible(document.name)))}</th>'
        f'<td class="bar"><span style="width:{100 * document.passages / most:.1f}%"></span></td><td class="figure">{document.passages:,}</td></tr>'
        for document in largest
    )
    others = f'<tr class="others"><th scope="row">{safe(words.passages_rest.format(count=f"{rest:,}"))}</th><td></td><td class="figure">{rest_passages:,}</td></tr>'
    caption = safe(words.passages_label.format(count=len(largest)))
    return block(
        f'<p class="small">{safe(words.passages_lead)}</p><table class="bars"><caption>{caption}</caption><tbody>{rows}{others if rest else ""}</tbody></table>'
    )


def activity(weeks: Sequence[tuple[datetime.date, int]], before: int, words: Words) -> str:
    """A column for each week, the oldest first."""
    most = max((count for _, count in weeks), default=1) or 1
    columns = "".join(
        f'<tr role="row"><th role="rowheader" scope="row"><span class="unseen">{safe(words.activity_week.format(day=first.isoformat()))}</span>'
        f'<span aria-hidden="true">{first:%m-%d}</span></th>'
        f'<td role="cell" class="column"><span class="count">{count:,}</span><span class="rod" style="height:{max(100 * count / most, 1 if count else 0):.1f}%"></span></td></tr>'
        for first, count in weeks
    )
    caption = safe(words.activity_label.format(count=len(weeks)))
    earlier = f'<p class="small">{safe(words.activity_before.format(count=f"{before:,}"))}</p>' if before else ""
    return block(
        f'<p class="small">{safe(words.activity_lead)}</p><table class="weeks" role="table"><caption>{caption}</caption><tbody role="rowgroup">{columns}</tbody></table>{earlier}'
    )


# --- the map -----------------------------------------------------------------------------------

WIDE, HIGH = 1000, 620
"""Of the map, in its own units: about a pixel each on a wide screen."""

_EDGE_X, _EDGE_Y = 26, 22
_LETTER, _LINE = 12.0, 15.0
_LONGEST = 22
_ROOM_FOR = 60
"""Names, at most: more of them hide the shape of what lies there."""

_SHAPES = (
    '<circle r="5.5"/>',
    '<rect x="-5" y="-5" width="10" height="10"/>',
    '<path d="M0 -6.5 6.2 4.8H-6.2Z"/>',
    '<path d="M0 -7 7 0 0 7-7 0Z"/>',
    '<path d="M0 6.5 6.2 -4.8H-6.2Z"/>',
    '<path d="M-2.2 -6.2H2.2V-2.2H6.2V2.2H2.2V6.2H-2.2V2.2H-6.2V-2.2H-2.2Z"/>',
    '<path d="M0 -6.8 6.5 -2.1 4 5.5H-4L-6.5 -2.1Z"/>',
    '<circle r="3.5"/>',
)


def legend(sign_of: Mapping[str, int], counts: Mapping[str, int], words: Words) -> str:
    """Which sign is which folder."""
    items = [(sign, branch(folder, words), counts[folder]) for folder, sign in sign_of.items() if sign < len(_SHAPES) - 1]
    rest = sum(counts[folder] for folder, sign in sign_of.items() if sign == len(_SHAPES) - 1)
    items += [(len(_SHAPES) - 1, words.other_folders, rest)] if rest else []
    return "".join(
        f'<li><svg class="shape s{sign}" viewBox="-8 -8 16 16" aria-hidden="true">{_SHAPES[sign]}</svg>{safe(label)} <span class="small">{count:,}</span></li>'
        for sign, label, count in items
    )


def drawn_map(found: Map, branch_of: Mapping[str, str], sign_of: Mapping[str, int], words: Words) -> str:
    """A sign for each document; the arrow keys go from one to the next, Enter opens (``parts/library.js``)."""
    placed = [(spot, _EDGE_X + spot.x * (WIDE - 2 * _EDGE_X), _EDGE_Y + spot.y * (HIGH - 2 * _EDGE_Y)) for spot in found.spots]
    counts = dict.fromkeys(sign_of, 0)
    for spot, _, _ in placed:
        counts[branch_of[identity(spot.document)]] += 1
    named = _names_that_fit(placed)
    signs = "".join(_sign(spot, x, y, branch_of, sign_of, words, first=not number) for number, (spot, x, y) in enumerate(placed))
    labels = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" aria-hidden="true">{safe(_cut(spot.document.name))}</text>'
        for spot, x, y, anchor in named
    )
    left_out = words.map_sample.format(shown=len(found.spots), total=len(found.spots) + found.left_out)
    note = f'<p class="small">{safe(left_out)}</p>' if found.left_out else ""
    label = safe(words.map_label.format(count=len(placed)))
    return block(
        f'<p class="small">{safe(words.map_lead)}</p>{note}<ul class="legend">{legend({b: s for b, s in sign_of.items() if counts[b]}, counts, words)}</ul>'
        f'<div class="map" role="group" aria-label="{label}"><svg viewBox="0 0 {WIDE} {HIGH}">'
        f'<g class="labels">{labels}</g>{signs}<text class="told" aria-hidden="true"></text></svg></div>'
        f"{_as_table(found.spots, branch_of, words)}"
    )


def _sign(spot: Spot, x: float, y: float, branch_of: Mapping[str, str], sign_of: Mapping[str, int], words: Words, *, first: bool) -> str:
    folder = branch_of[identity(spot.document)]
    name = words.map_spot.format(name=visible(spot.document.name), folder=branch(folder, words))
    return (
        f'<g class="spot s{sign_of[folder]}" role="button" tabindex="{0 if first else -1}" data-spot data-open data-doc="{safe(spot.document.doc_id)}" '
        f'data-start="0" data-end="0" aria-label="{safe(name)}" transform="translate({x:.1f} {y:.1f})"><circle class="around" r="11"/>{_SHAPES[sign_of[folder]]}</g>'
    )


def _as_table(spots: Sequence[Spot], branch_of: Mapping[str, str], words: Words) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_opener(spot.document, safe(visible(spot.document.name)), label=words.open_named.format(name=visible(spot.document.name)))}</th>'
        f"<td>{safe(branch(branch_of[identity(spot.document)], words))}</td><td>{safe(visible(spot.nearest.name)) if spot.nearest else ''}</td></tr>"
        for spot in sorted(spots, key=lambda spot: (branch_of[identity(spot.document)], spot.document.name))
    )
    heads = "".join(f'<th scope="col">{safe(head)}</th>' for head in (words.columns["name"], words.columns["folder"], words.nearest))
    return f'<details><summary>{safe(words.as_table)}</summary><div class="rows"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>'


def _cut(name: str) -> str:
    shown = visible(name)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _width(text: str) -> float:
    return sum(_LETTER if unicodedata.east_asian_width(letter) in "WF" else 0.56 * _LETTER for letter in text)


def _names_that_fit(placed: Sequence[tuple[Spot, float, float]]) -> list[tuple[Spot, float, float, str]]:
    """Where names stand without covering a sign or one another; those of the largest documents are placed first."""
    taken = [(x - 7.0, y - 7.0, x + 7.0, y + 7.0) for _, x, y in placed]
    found: list[tuple[Spot, float, float, str]] = []
    for spot, x, y in sorted(placed, key=lambda item: -item[0].document.passages):
        width = _width(_cut(spot.document.name))
        for at, anchor, base in ((x + 10, "start", y + 4), (x - 10, "end", y + 4), (x, "middle", y - 11), (x, "middle", y + 20)):
            left = at - {"start": 0, "middle": width / 2, "end": width}[anchor]
            box = (left - 2, base - _LETTER, left + width + 2, base + _LINE - _LETTER)
            if (
                box[0] >= 2
                and box[2] <= WIDE - 2
                and box[1] >= 2
                and box[3] <= HIGH - 2
                and not any(_overlap(box, other) for other in taken)
            ):
                taken.append(box)
                found.append((spot, at, base, anchor))
                break
        if len(found) == _ROOM_FOR:
            break
    return found


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
