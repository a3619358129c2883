"""What a machine can do is believed, not what it does while others are at work."""

from __future__ import annotations

import pytest

from rag.prompt import readable_in_time
from rag.settings import AnswerSettings
from rag.speed import Speed


def _after(*rates: float) -> Speed:
    speed = Speed()
    for rate in rates:
        speed.read(64, 64 / rate)
    return speed


def test_nothing_is_known_before_something_was_read() -> None:
    speed = Speed()

    assert (speed.reading, speed.writing, speed.able) == (None, None, None)
    assert not speed.has_moved(None)
    assert readable_in_time(AnswerSettings(), speed.able) == AnswerSettings()


def test_short_slices_say_nothing() -> None:
    speed = Speed()
    speed.read(31, 10.0)

    assert speed.reading is None


def test_what_it_does_now_follows_and_what_it_is_able_to_stays() -> None:
    speed = _after(*[100.0] * 32, *[10.0] * 16)

    assert speed.reading is not None
    assert speed.reading < 12
    assert speed.able == 100.0


def test_a_machine_that_stays_slow_is_believed_in_the_end() -> None:
    assert _after(*[100.0] * 32, *[10.0] * 64).able == 10.0


def test_seconds_are_averaged_and_not_rates() -> None:
    assert _after(10.0, 1000.0).reading == pytest.approx(1 / (0.8 / 10 + 0.2 / 1000))


def test_it_is_remembered() -> None:
    before, after = _after(*[50.0] * 20), Speed()
    before.wrote(10, 1.0)
    after.recall(before.note())

    assert (after.able, after.reading, after.writing) == (50.0, before.reading, 10.0)
    assert not before.has_moved(before.note())
    assert _after(*[80.0] * 20).has_moved(before.note())


@pytest.mark.parametrize(("able", "evidence"), [(200.0, 340), (80.0, 340), (40.0, 240), (20.0, 160), (1.0, 160)])
def test_a_slow_machine_is_given_less_to_read(able: float, evidence: int) -> None:
    given = readable_in_time(AnswerSettings(), able)

    assert given.evidence_tokens == evidence
    assert given.first_tokens <= evidence
