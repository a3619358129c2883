"""The one way in which text from documents, file names and models reaches the page: escaped, in markup of our own."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

from rag.library.fulltext import hangul_stems, question_terms, terms
from rag.records import Answer, Citation, Evidence
from ui.words.page import Words

STYLE = """
<style>
.block-container, [data-testid="stBottomBlockContainer"] { max-width: 56rem; }
.block-container { padding-top: 2.6rem; }
.sr { font-size: 1rem; line-height: 1.65; overflow-wrap: anywhere; word-break: keep-all; }
.sr p { margin: 0 0 .55rem; }
.sr .question { font-weight: 600; font-size: 1.08rem; margin-top: 1.2rem; }
.sr .where { font-size: .84rem; opacity: .72; }
.sr .quote { border-left: 3px solid #3f7d6e; padding: .15rem 0 .15rem .85rem; margin: .5rem 0; white-space: pre-wrap; }
.sr .card { border: 1px solid rgba(128,128,128,.28); border-radius: .5rem; padding: .55rem .8rem; margin: .45rem 0; }
.sr .card .text { display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; font-size: .93rem; }
.sr mark { background: rgba(226,178,60,.32); color: inherit; padding: 0 .08em; border-radius: .15em; }
.sr sup { font-weight: 600; color: #3f7d6e; padding-left: .15em; }
.sr .unsupported { text-decoration: line-through; text-decoration-color: rgba(190,70,60,.7); opacity: .72; }
.sr .flag { display: inline-block; font-size: .8rem; border: 1px solid rgba(190,70,60,.65); border-radius: .3rem; padding: 0 .4rem; margin-left: .4rem; }
.sr .small { font-size: .82rem; opacity: .66; }
.sr .calm { border-left: 3px solid rgba(128,128,128,.5); padding-left: .85rem; }
.sr .live { opacity: .78; white-space: pre-wrap; }
</style>
"""


def safe(text: str) -> str:
    """Escaped, and without characters that reorder or hide what a reader sees."""
    shown = "".join(letter if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs") else "\ufffd" for letter in text)
    return html.escape(shown, quote=True)


def plain_label(text: str) -> str:
    """For labels that Streamlit reads as markdown: every character that could mean something is escaped."""
    one_line = " ".join("".join(letter if unicodedata.category(letter) not in ("Cc", "Cf", "Cs") else " " for letter in text).split())
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@/])", r"\\\1", one_line)


def where(item: Evidence | Citation, words: Words, headings: Sequence[str] = ()) -> str:
    parts = [safe(item.document)]
    if item.page is not None:
        one = item.page_end in (None, item.page)
        parts.append(words.page.format(page=item.page) if one else words.pages.format(page=item.page, page_end=item.page_end))
    parts += [safe(" › ".join(headings))] if headings else []
    return " · ".join(parts)


def block(inner: str) -> str:
    return f'<div class="sr">{inner}</div>'


def question(text: str) -> str:
    return block(f'<p class="question">{safe(text)}</p>')


def evidence_card(item: Evidence, asked: str, words: Words) -> str:
    text = _marked(" ".join(item.text.split()), asked)
    return f'<div class="card"><div class="where">{where(item, words, item.headings[-2:])}</div><div class="text">{text}</div></div>'


def _marked(text: str, asked: str) -> str:
    """The text, escaped, with the words of the question marked."""
    stems = hangul_stems(asked)
    wanted = set(question_terms(re.sub(r"[가-힣]+", " ", asked)))
    out, at = [], 0
    for word in re.finditer(r"[^\W_]+", text):
        hit = any(stem in word.group() for stem in stems) or bool(wanted & set(terms(word.group())))
        out.append(safe(text[at : word.start()]))
        out.append(f"<mark>{safe(word.group())}</mark>" if hit else safe(word.group()))
        at = word.end()
    out.append(safe(text[at:]))
    return "".join(out)


def written(text: str, words: Words) -> str:
    """What the model has written so far, and that nobody has checked it yet."""
    return block(f'<p class="small">{safe(words.unchecked)}</p><p class="live">{safe(text)}</p>')


def answer(found: Answer, words: Words) -> str:
    claims = []
    for claim in found.claims:
        marks = "".join(f"<sup>[{number + 1}]</sup>" for number in claim.citations)
        if claim.supported:
            claims.append(f"<p>{safe(claim.text)}{marks}</p>")
        else:
            claims.append(f'<p><span class="unsupported">{safe(claim.text)}</span><span class="flag">{safe(words.unsupported)}</span></p>')
    notes = [words.partial] if any(not claim.supported for claim in found.claims) else []
    notes += [words.cut_short] if found.cut_short else []
    quotes = [
        f'<div class="quote">“{safe(" ".join(cited.quote.split()))}”<div class="where">[{number}] {where(cited, words)}</div></div>'
        for number, cited in enumerate(found.citations, 1)
    ]
    return block("".join(claims) + "".join(f'<p class="small">{safe(note)}</p>' for note in notes) + "".join(quotes))


def not_found(found: Answer, words: Words) -> str:
    more = words.not_found_more if found.evidence else words.nothing_near
    return block(f'<div class="calm"><p><b>{safe(words.not_found)}</b></p><p>{safe(more)}</p></div>')


def small(text: str) -> str:
    return block(f'<p class="small">{safe(text)}</p>')
