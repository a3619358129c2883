"""The list of kept conversations, in markup of our own: their titles are questions, perhaps with words of documents in them."""

from __future__ import annotations

from collections.abc import Sequence

from rag.library.conversations import Conversation
from ui.web import render
from ui.words.history import Words


def title(words: Words) -> str:
    return render.block(f'<h2 class="aside">{render.safe(words.title)}</h2>')


def listing(shown: Sequence[Conversation], current: int | None, words: Words) -> str:
    if not shown:
        return render.small(words.none_found)
    rows = []
    for each in shown:
        here = ' aria-current="true"' if each.conversation_id == current else ""
        title = render.safe(render.visible(each.title)) or "…"
        label = render.safe(words.manage_named.format(title=render.visible(each.title)))
        rows.append(
            f'<li><button type="button" data-send="conversation" data-value="{each.conversation_id}"{here}>{title}</button>'
            f'<button type="button" data-send="manage" data-value="{each.conversation_id}" aria-label="{label}" title="{label}">⋯</button></li>'
        )
    return render.block(f'<ul class="conversations">{"".join(rows)}</ul>')


def saver(number: int, words: Words) -> str:
    return render.block(render.saver(f"desk/conversation/{number}.md", words.export))
