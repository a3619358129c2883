"""Documents that hold words: which, how many, in which order, and what there is to choose among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag.errors import EmptyQuestion
from rag.library.library import Library
from rag.library.traits import Group
from rag.library.worklist import WatchedFolder
from rag.lookup import Choice, LookedUp, all_in, look_up
from rag.settings import RetrievalSettings
from tests.fakes import WordHashEmbedder

PAPERS = {
    "contracts/lease.md": "# Lease\n\n## Rent\n\nThe rent is due on Monday.\n\n## Deposit\n\nThe deposit is three months of rent. The deposit is returned.\n",
    "contracts/sale.md": "# Sale\n\nThe buyer leaves a deposit of 500 euros and nothing else.\n",
    "contracts/계약서.md": "# 임대차계약서\n\n임차인은 보증금 3,751만 원을 낸다. 보증금 반환은 30일 안에 한다.\n",
    "letters/cat.txt": "The cat sleeps on the red carpet, and the depository opens on Friday.\n",
    "letters/손해.txt": "피고는 손해배상 책임을 진다. 원고는 임대인이다.\n",
}


@pytest.fixture
def drawer(library: Library, batch: Batch, tmp_path: Path) -> Library:
    folder = tmp_path / "papers"
    for name, text in PAPERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    library.manifest.put_folder(WatchedFolder(str(folder).encode()))
    assert [outcome.outcome.value for outcome in add([folder], batch)] == ["added"] * len(PAPERS)
    return library


def found(
    drawer: Library, text: str, *, k: int = 10, choice: Choice = frozenset(), unfinished: bool = False, embedder: bool = True
) -> LookedUp:
    return look_up(
        text,
        library=drawer,
        embedder=WordHashEmbedder() if embedder else None,
        settings=RetrievalSettings(),
        k=k,
        choice=choice,
        unfinished=unfinished,
    )


def holding(one: LookedUp) -> dict[str, int]:
    return {item.document.name: item.held for item in one.documents if item.held}


def test_documents_that_hold_all_words_are_counted_and_others_are_only_near(drawer: Library) -> None:
    one = found(drawer, "deposit rent")

    assert holding(one) == {"lease.md": 1}
    assert (one.held_documents, one.held_passages) == (1, 1)
    assert one.near_documents == len(one.documents) - 1 <= 5
    assert all(row.near for item in one.documents[1:] for row in item.rows)


def test_the_words_are_found_in_every_form_and_language_by_itself(drawer: Library) -> None:
    assert holding(found(drawer, "deposits")).keys() == {"lease.md", "sale.md"}
    assert holding(found(drawer, "보증금은")).keys() == {"계약서.md"}
    assert holding(found(drawer, "how much is the deposit?")).keys() == {"lease.md", "sale.md"}


def test_a_korean_compound_is_found_where_it_is_written_in_two_words(drawer: Library) -> None:
    assert holding(found(drawer, "손해배상책임")) == {"손해.txt": 1}


def test_an_unfinished_word_finds_what_begins_with_it(drawer: Library) -> None:
    one = found(drawer, "depos", unfinished=True)

    assert holding(one).keys() == {"lease.md", "sale.md", "cat.txt"}
    assert one.begun == "depos"
    assert "deposit" in one.asked.split()
    assert holding(found(drawer, "depos")) == {}


@pytest.mark.parametrize("typed", ["보", "보ㅈ", "보즈", "보증", "보증ㄱ", "보증그", "보증금"])
def test_korean_is_found_at_every_key(drawer: Library, typed: str) -> None:
    assert "계약서.md" in holding(found(drawer, typed, unfinished=True))


def test_a_phrase_is_found_word_for_word_and_nothing_near_it(drawer: Library) -> None:
    one = found(drawer, "“three months of rent”")
    none = found(drawer, "“months of the rent”")

    assert holding(one) == {"lease.md": 1}
    assert len(one.documents) == 1
    assert (none.documents, none.held_documents, none.understood.phrases) == ((), 0, ("months of the rent",))


def test_what_the_words_say_of_documents_narrows_the_search(drawer: Library) -> None:
    one = found(drawer, "deposit in sale.md")

    assert holding(one) == {"sale.md": 1}
    assert one.understood.taken.documents == ("sale.md",)


def test_a_choice_counts_what_else_could_be_chosen(drawer: Library) -> None:
    everything = found(drawer, "depos", unfinished=True).values
    chosen = found(drawer, "depos", unfinished=True, choice=frozenset({(Group.KIND, "text")})).values

    assert [(one.value, one.documents) for one in everything[Group.KIND]] == [("markdown", 2), ("text", 1)]
    assert [(one.value, one.documents) for one in everything[Group.TAG]] == [("contracts", 2), ("letters", 1)]
    assert [(one.value, one.documents, one.chosen) for one in chosen[Group.KIND]] == [("markdown", 2, False), ("text", 1, True)]
    assert [(one.value, one.documents) for one in chosen[Group.TAG]] == [("letters", 1)]


def test_several_values_of_a_group_are_alternatives_and_groups_narrow_one_another(drawer: Library) -> None:
    both = frozenset({(Group.KIND, "text"), (Group.KIND, "markdown")})

    assert len(holding(found(drawer, "depos", unfinished=True, choice=both))) == 3
    assert holding(found(drawer, "depos", unfinished=True, choice=both | {(Group.TAG, "letters")})).keys() == {"cat.txt"}


def test_a_choice_that_leaves_nothing_says_how_much_it_leaves_out(drawer: Library) -> None:
    one = found(drawer, "deposit", choice=frozenset({(Group.LANGUAGE, "ko")}))

    assert (one.held_documents, one.left_out) == (0, 2)
    assert {item.document.name for item in one.documents} <= {"계약서.md", "손해.txt"}
    assert [(value.value, value.documents) for value in one.values[Group.LANGUAGE] if value.chosen] == [("ko", 0)]


def test_more_documents_follow_the_first(drawer: Library) -> None:
    first, both = found(drawer, "deposit", k=1), found(drawer, "deposit", k=2)

    assert first.documents[0] == both.documents[0]
    assert first.more_documents == both.more_documents + 1


def test_without_an_embedder_words_alone_decide(drawer: Library) -> None:
    assert holding(found(drawer, "deposit", embedder=False)).keys() == {"lease.md", "sale.md"}


def test_all_passages_of_a_document_come_in_its_order(library: Library, batch: Batch, tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text(
        "\n\n".join(f"Clause {number}. The tenant pays the deposit number {number} before moving in, and so on." for number in range(90))
    )
    list(add([long], batch))
    one = found(library, "deposit")

    whole = all_in("deposit", one.documents[0].document.doc_id, library=library)

    assert len(one.documents[0].rows) == 3
    assert whole.count == one.held_passages > 3
    assert [item.start for item in whole.passages] == sorted(item.start for item in whole.passages)


def test_nothing_to_look_for_is_said(drawer: Library) -> None:
    with pytest.raises(EmptyQuestion):
        found(drawer, "  ")


def test_what_is_taken_out_is_found_no_longer_and_what_comes_is(drawer: Library, batch: Batch, tmp_path: Path) -> None:
    assert "sale.md" in holding(found(drawer, "deposit"))

    drawer.remove("sale.md")
    new = tmp_path / "new.txt"
    new.write_text("Another deposit is here.")
    list(add([new], batch))

    assert holding(found(drawer, "deposit")).keys() == {"lease.md", "new.txt"}
