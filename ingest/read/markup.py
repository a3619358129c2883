"""HTML that would cost the parser minutes -> HTML that says the same and does not."""

from __future__ import annotations

import re
from collections import Counter

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)|<(/?)([a-z][^\s/>]*)[^>]*(?:>|\Z)", re.IGNORECASE | re.DOTALL)
_NEST_NOTHING = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "a", "button"}
)
"""Tags that are never open, and those that the next of their kind closes, which are inside each other only through others."""

_DEEPEST = 512
"""Tags inside each other, as browsers count them. For each tag the parser looks through those that are open: 500,000 took it minutes."""

_MOST_ATTRIBUTES = 500
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_TOO_MANY_ATTRIBUTES = re.compile(rf"(<[a-z][^\s/>]*+(?:{_ATTRIBUTE}){{{_MOST_ATTRIBUTES}}}+)(?:{_ATTRIBUTE})++", re.IGNORECASE)
"""The parser compares each with all others of its tag: 300,000 took it minutes."""


def bounded(markup: str) -> str:
    """The markup without tags deeper than any browser lets them be, and without attributes beyond what any tag has; the words stay."""
    return _flattened(_TOO_MANY_ATTRIBUTES.sub(r"\1", markup))


def _flattened(markup: str) -> str:
    if markup.count("<") < _DEEPEST:
        return markup
    depth, kept = 0, list[str]()
    at, opened, dropped = 0, Counter[str](), Counter[str]()
    for match in _TAG.finditer(markup):
        tag = (match[3] or "").lower()
        if not tag or tag in _NEST_NOTHING:
            continue
        if match[2]:
            drop = dropped[tag] > 0
            dropped[tag] -= drop
            depth -= not drop and opened[tag] > 0
            opened[tag] -= not drop and opened[tag] > 0
        else:
            drop = depth >= _DEEPEST
            dropped[tag] += drop
            depth += not drop
            opened[tag] += not drop
        if drop:
            kept += (markup[at : match.start()], " ")
            at = match.end()
    return "".join(kept) + markup[at:] if kept else markup
