"""Text of documents, file names and models becomes markup of ours, whatever it says."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.errors import DamagedDocument, WeightsMissing
from rag.library.conversations import Conversation
from rag.library.traits import Group
from rag.lookup import DocumentFound, LookedUp, Row, Value
from rag.records import (
    Answer,
    Citation,
    Claim,
    Document,
    Doubt,
    Evidence,
    Filter,
    Recognition,
    State,
    Status,
    Table,
    Timings,
    Understood,
)
from tests.privacy.payloads import payloads
from ui.web import found, render, render_history, render_turn
from ui.web.state import Turn
from ui.words import history as words_of_history
from ui.words.page import ENGLISH, KOREAN

HOSTILE = [
    "<img src=http://127.0.0.1:1/x>",
    "<script>fetch('http://127.0.0.1:1')</script>",
    "<svg onload=alert(1)>",
    "![x](http://127.0.0.1:1/x.png)",
    "[x][1]\n[1]: http://127.0.0.1:1",
    "http://evil.example/a www.evil.example a@evil.example",
    "<style>@import 'http://127.0.0.1:1'</style>",
    "```mermaid\ngraph TD; A-->B\n```",
    "$\\href{http://127.0.0.1:1}{x}$",
    ":material/home: :red[x] :smile:",
    "<a href='javascript:alert(1)'>x</a>",
    "</p></div></details></div><iframe src=//127.0.0.1>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "&lt;b&gt; &#60;b&#62;",
    "<!-- <b> -->",
    "]]><b>",
    "\u202egnp.exe",
    "\x1b[31mred\x00",
    "<math><mtext></mtext></math>",
    "<form action=http://127.0.0.1:1><input name=x>",
]
PAYLOADS = payloads("127.0.0.1:1")
TAGS = {"table", "tr", "th", "td", "div", "p", "span", "sup", "mark", "b", "details", "summary", "ol", "ul", "li", "button"}
TAGS |= {"article", "h2", "fieldset", "legend", "label", "input"}
HOLDING_TEXT = {"aria-label", "title", "data-marked", "data-said", "data-choice", "data-drop", "data-value", "data-copy"}
"""Attributes whose values say what a document or a reader says, or are made of it."""


class Seen(HTMLParser):
    """Tags, attributes and text as a browser would understand them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "input":
            self.open.append(tag)
        self.attributes |= set(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def everything(text: str) -> str:
    """All that the page can show, with ``text`` wherever text comes from outside."""
    evidence = Evidence("d", text, 3, 4, 0, 1, text, (text,), 1.0, (0, 1))
    row = " ".join(text.split("\n"))
    tables = (Table(0, len(row), 1), Table(len(row) + 1, 900))
    long = Evidence("d", text, None, None, 0, 1, f"{row} and more " * 30, (), 0.5, (0, 1), tables)
    citation = Citation("d", text, 3, 4, text, 0, 1, recognised=Recognition(text, 91.0))
    claims = (Claim(text, True, (0,)), Claim(text, False))
    found = Answer(text, "en", Status.PARTIAL, text, claims, (citation,), (evidence, long), Timings(1.0), text, "e", cut_short=True)
    return "".join(
        (
            render.question(text),
            render.answer(found, ENGLISH),
            render.not_found(found, KOREAN),
            render.passages([evidence, long, evidence, long, evidence], text, ENGLISH, title=text),
            render.folded_passages([evidence, long], text, KOREAN),
            render.written(text, ENGLISH),
            render.busy(text, ENGLISH),
            render.timings(found, ENGLISH),
            render.error(DamagedDocument(name=text, cause=text), ENGLISH, "en"),
            render_turn.tools(Turn(text, turn_id="7"), found, ENGLISH),
            render.offers(text, [text, text]),
            render_history.listing([Conversation(1, text, 0.0, 0.0, 1), Conversation(2, text, 0.0, 0.0, 1)], 1, words_of_history.KOREAN),
            render.small(text),
            render.lines(text, text),
            render.steps(text),
            searched(text),
        )
    )


def searched(text: str) -> str:
    """What the page of search shows."""
    item = Document("d", text, (), State.READY, "pdf", 3, 9, 1, 0.0, tags=(text,))
    traits = {"d": frozenset({(Group.FOLDER, f"/a/{text}"), (Group.TAG, text), (Group.KIND, text)})}
    choice = frozenset({(Group.FOLDER, f"/a/{text}"), (Group.TAG, text)})
    values = {group: tuple(Value(f"{text}{number}", 9, chosen=not number) for number in range(9)) for group in Group}
    rows = (Row(Evidence("d", text, 3, 4, 0, 1, f"{text} " * 9, (text, text), 1.0, (0, 1)), near=True),)
    documents = (DocumentFound(item, 9, rows), DocumentFound(item, 0, rows))
    only = Filter(documents=(text,), tags=(text,), folders=(text,))
    some = LookedUp(Understood(text, (), only), text, text, documents, 9, 1, 9, 1, 0, values, at_least=True)
    none = LookedUp(Understood(text, (text,), only), text, "", (), 0, 0, 0, 0, 9, by_words_because=WeightsMissing(name=text, folder=text))
    return "".join(
        (
            found.results(some, choice, traits, "en"),
            found.results(none, choice, traits, "ko"),
            found.results(replace(none, fits=False), frozenset(), traits, "en"),
            found.before([item], choice, traits, "ko"),
        )
    )


@pytest.mark.parametrize("text", [*HOSTILE, *(text for text in PAYLOADS.values() if "|" not in text)])
def test_hostile_text_stays_text(text: str) -> None:
    harmless, seen = Seen(everything("harmless")), Seen(everything(text))

    assert set(seen.tags) <= TAGS
    assert [tag for tag in seen.tags if tag != "mark"] == [tag for tag in harmless.tags if tag != "mark"]
    assert {name for name, _ in seen.attributes if not name.startswith("data-")} <= {
        "class",
        "role",
        "type",
        "aria-label",
        "aria-hidden",
        "aria-current",
        "title",
        "checked",
    }
    assert {each for each in seen.attributes if each[0] not in HOLDING_TEXT} == {
        each for each in harmless.attributes if each[0] not in HOLDING_TEXT
    }
    assert {name for name, _ in seen.attributes} == {name for name, _ in harmless.attributes}
    assert seen.open == []
    assert not set(seen.text) & set("\u202e\x1b\x00")


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_what_a_model_has_written_so_far_is_text_after_every_letter(text: str) -> None:
    for length in range(len(text)):
        seen = Seen(render.written(text[:length], ENGLISH))

        assert (seen.tags, seen.open) == (["div", "p", "p", "p"], [])
        assert {name for name, _ in seen.attributes} == {"class"}


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_hostile_text_is_shown_as_it_is_written(text: str) -> None:
    assert text in Seen(render.question(text)).text
    assert text in Seen(render.written(text, ENGLISH)).text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("invoice\u202efdp.exe", "invoice\ufffdfdp.exe", id="reversed"),
        pytest.param("con\u200btract.pdf", "con\ufffdtract.pdf", id="zero width"),
        pytest.param("a\nb\tc", "a\ufffdb\ufffdc", id="line break and tab"),
        pytest.param("\u3164.pdf", "\ufffd.pdf", id="blank letter"),
        pytest.param("계약서 (최종).pdf", "계약서 (최종).pdf", id="an ordinary name"),
    ],
)
def test_nothing_in_a_file_name_hides(name: str, shown: str) -> None:
    assert render.visible(name) == shown


def test_what_cannot_be_seen_does_not_tear_words_of_a_document_apart() -> None:
    assert render.safe("con\u00adtract \u200bterm\ufeff") == "contract term"
    assert render.safe("left\u202eright") == "left\ufffdright"


def test_unsupported_claims_say_so_in_words() -> None:
    citation = Citation("d", "lease.pdf", 3, 4, "The  rent\nis due.", 0, 1)
    claims = (Claim("Rent is due.", True, (0,)), Claim("In gold.", False))
    found = Answer("?", "en", Status.PARTIAL, "", claims, (citation,), (), Timings(1.0), "m", "e")

    drawn = render.answer(found, ENGLISH)

    place = (
        'data-open data-doc="d" data-page="3" data-from="0" data-page-end="4" data-to="1" '
        + f'data-said="{render.fingerprint(citation.quote)}"'
    )
    assert (
        f'<p>Rent is due.<sup><button type="button" class="mark" {place} aria-label="Quotation 1: lease.pdf, pp. 3–4">[1]</button></sup></p>'
        in drawn
    )
    assert f'<p><span class="unsupported">In gold.</span> <span class="flag">{ENGLISH.doubts[Doubt.WORDS]}</span></p>' in drawn
    assert (
        f'<span class="number">1</span>“The rent is due.”<div class="where"><button type="button" class="open" {place}><b>lease.pdf</b> · pp. 3–4</button></div>'
        in drawn
    )


@pytest.mark.parametrize(
    ("page", "page_end", "shown"),
    [(3, 3, "<b>a.pdf</b> · 3쪽"), (3, None, "<b>a.pdf</b> · 3쪽"), (3, 4, "<b>a.pdf</b> · 3–4쪽"), (None, None, "<b>a.pdf</b>")],
)
def test_a_page_is_named_where_there_is_one(page: int | None, page_end: int | None, shown: str) -> None:
    assert render.where(Citation("d", "a.pdf", page, page_end, "", 0, 0), KOREAN) == shown


@pytest.mark.parametrize(("cut_short", "stopped", "said"), [(True, False, ENGLISH.cut_short), (False, True, ENGLISH.stopped)])
def test_an_unfinished_answer_says_so(cut_short: bool, stopped: bool, said: str) -> None:
    found = Answer("?", "en", Status.ANSWERED, "", (), (), (), Timings(1.0), "m", "e", stopped=stopped, cut_short=cut_short)

    assert said in render.answer(found, ENGLISH)


def test_words_of_the_question_are_marked() -> None:
    item = Evidence("d", "rules", None, None, 0, 1, "연차휴가는 15일, deposits are kept", (), 1.0, (0, 1))

    assert "<mark>연차휴가는</mark>" in render.evidence_card(item, "연차휴가 며칠?", KOREAN)
    assert "<mark>deposits</mark>" in render.evidence_card(item, "the deposit", ENGLISH)


def test_a_long_passage_is_previewed_where_the_question_is_spoken_of_and_opens_whole() -> None:
    text = "Nothing of interest. " * 40 + "The deposit is 3,751 euros. " + "Nothing more. " * 40
    drawn = render.evidence_card(Evidence("d", "lease", None, None, 0, 1, text, (), 1.0, (0, 1)), "How much is the deposit?", ENGLISH)
    preview, _, whole = drawn.partition("</summary>")

    assert "The <mark>deposit</mark> is 3,751 euros." in preview
    assert len(Seen(preview).text) < 300 < len(text.strip()) == len(Seen(f"<p>{whole.removesuffix('</details></div>')}</p>").text)


def test_only_the_first_passages_are_open_to_view() -> None:
    items = [Evidence("d", f"n{number}", None, None, 0, 1, "text", (), 1.0, (0, 1)) for number in range(5)]
    seen, folded = render.passages(items, "?", ENGLISH, title="Found").split("<details>")

    assert [seen.count(f"n{number}") for number in range(5)] == [1, 1, 1, 0, 0]
    assert "More passages: 2" in folded


@pytest.mark.parametrize(("size", "shown"), [(12, "12 B"), (4_300, "4 kB"), (12_345_678, "12.3 MB")])
def test_sizes_are_readable(size: int, shown: str) -> None:
    assert render.size(size) == shown


@pytest.mark.parametrize(
    ("lines", "header_rows", "markup"),
    [
        pytest.param(
            "item | price\nrent | 100\n | 5",
            1,
            "<tr><th>item</th><th>price</th></tr><tr><td>rent</td><td>100</td></tr><tr><td></td><td>5</td></tr>",
            id="rows",
        ),
        pytest.param(
            "| item | price |\n| --- | ---: |\n| rent | 100 |",
            2,
            "<tr><th>item</th><th>price</th></tr><tr><td>rent</td><td>100</td></tr>",
            id="Markdown",
        ),
        pytest.param("rent | 100", 0, "<tr><td>rent</td><td>100</td></tr>", id="without names"),
    ],
)
def test_a_table_is_shown_as_one_and_a_bar_in_prose_as_a_bar(lines: str, header_rows: int, markup: str) -> None:
    text = f"either | or\n{lines}\nmore"
    item = Evidence("d", "a.pdf", 1, 1, 0, len(text), text, (), 1.0, (0, 1), (Table(12, 12 + len(lines), header_rows),))

    card = render.evidence_card(item, "", ENGLISH)

    assert f'either | or<div class="rows"><table>{markup}</table></div>more' in card
    assert "<table>" not in render.evidence_card(replace(item, tables=()), "", ENGLISH)


def test_a_quotation_from_a_recognised_page_says_so() -> None:
    cited = Citation("d", "scan.pdf", 3, 3, "words", 0, 5, recognised=Recognition("tesseract", 90.6))
    found = Answer("q", "en", Status.ANSWERED, "a", (Claim("a", True, (0,)),), (cited,), (), Timings(1.0), "m", "e")

    assert "p. 3</button> · recognised text, 91% sure" in render.answer(found, ENGLISH)
    assert "3쪽</button> · 인식한 글, 확신도 91%" in render.answer(found, KOREAN)
    assert "recognised" not in render.answer(replace(found, citations=(replace(cited, recognised=None),)), ENGLISH)
