"""The list of kept conversations, in markup of our own: their titles are questions, perhaps with words of documents in them."""

from __future__ import annotations

from collections.abc import Sequence

from rag.library.conversations import Conversation
from ui.web import render
from ui.words.history import Words


def listing(shown: Sequence[Conversation], current: int | None, words: Words) -> str:
    title = f'<h2 class="aside">{render.safe(words.title)}</h2>'
    if not shown:
        return render.block(f'{title}<p class="small">{render.safe(words.none_found)}</p>')
    rows = []
    for each in shown:
        here = ' aria-current="true"' if each.conversation_id == current else ""
        called = render.safe(render.visible(each.title)) or "…"
        label = render.safe(words.manage_named.format(title=render.visible(each.title)))
        rows.append(
            f'<li><button type="button" data-send="conversation" data-value="{each.conversation_id}"{here}>{called}</button>'
            f'<button type="button" data-send="manage" data-value="{each.conversation_id}" aria-label="{label}" title="{label}">⋯</button></li>'
        )
    return render.block(f'{title}<ul class="conversations">{"".join(rows)}</ul>')


def saver(number: int, words: Words) -> str:
    return render.block(render.saver(f"desk/conversation/{number}.md", words.export))
