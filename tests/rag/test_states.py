"""What the model made of passages: kept within a bound, checked, and gone with its document."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.library.states import KeptStates

MIB = 1 << 20


@pytest.fixture
def alive() -> set[str]:
    return {"lease", "policy"}


@pytest.fixture
def states(tmp_path: Path, alive: set[str]) -> KeptStates:
    found = KeptStates(tmp_path / "states", least_free_bytes=MIB, alive=alive.__contains__)
    found.most_bytes = 4 * MIB
    return found


def test_a_state_comes_back_as_it_was(states: KeptStates) -> None:
    states.put("lease", "key", b"state")

    assert states.get("lease", "key") == b"state"
    assert states.has("lease", "key")
    assert states.get("policy", "key") is None
    assert not states.has("lease", "other")


def test_what_belongs_to_no_document_is_kept_too(states: KeptStates) -> None:
    states.put("", "key", b"state")
    states.keep_only(())

    assert states.get("", "key") == b"state"


def test_a_changed_byte_is_noticed_and_the_file_goes(states: KeptStates, tmp_path: Path) -> None:
    states.put("lease", "key", b"state" * 100)
    path = tmp_path / "states" / "lease" / "key"
    path.write_bytes(path.read_bytes()[:-1] + b"X")

    assert states.get("lease", "key") is None
    assert not path.exists()


def test_what_was_used_longest_ago_makes_room(states: KeptStates, tmp_path: Path) -> None:
    for age, key in enumerate(("new", "middle", "old")):
        states.put("lease", key, bytes(MIB))
        os.utime(tmp_path / "states" / "lease" / key, (1000 - age, 1000 - age))
    states.get("lease", "old")  # and so is used now

    states.put("policy", "large", bytes(2 * MIB - 200))

    assert [states.has("lease", key) for key in ("new", "middle", "old")] == [True, False, True]
    assert states.size_bytes() <= states.most_bytes


def test_what_is_larger_than_the_bound_is_not_kept(states: KeptStates) -> None:
    states.put("lease", "key", bytes(5 * MIB))

    assert not states.has("lease", "key")


def test_with_no_room_allowed_nothing_is_kept(states: KeptStates) -> None:
    states.most_bytes = 0
    states.put("lease", "key", b"")

    assert states.size_bytes() == 0


def test_of_a_document_that_has_left_nothing_is_kept(states: KeptStates, alive: set[str]) -> None:
    states.put("lease", "key", b"state")
    alive.remove("lease")
    states.keep_only(alive)
    states.put("lease", "later", b"state")

    assert not states.has("lease", "key")
    assert not states.has("lease", "later")


def test_a_document_that_leaves_while_its_state_is_written_leaves_nothing(tmp_path: Path) -> None:
    answers = iter((True, False))
    states = KeptStates(tmp_path / "states", least_free_bytes=0, alive=lambda owner: next(answers))
    states.most_bytes = MIB

    states.put("lease", "key", b"state")

    assert not states.has("lease", "key")


def test_a_full_disk_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    states = KeptStates(tmp_path / "states", least_free_bytes=1 << 60, alive=lambda owner: True)
    states.most_bytes = MIB

    states.put("lease", "key", b"state")

    assert states.get("lease", "key") is None


def test_only_the_owner_reads_them(states: KeptStates, tmp_path: Path) -> None:
    states.put("lease", "key", b"state")

    assert (tmp_path / "states" / "lease" / "key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "states" / "lease").stat().st_mode & 0o077 == 0


def test_clearing_leaves_nothing(states: KeptStates, tmp_path: Path) -> None:
    states.put("lease", "key", b"state")
    states.clear()
    states.clear()

    assert not (tmp_path / "states").exists()
