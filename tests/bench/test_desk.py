"""The part of the benchmark of the page's own requests that is pure."""

from __future__ import annotations

from bench.desk import keystrokes


def test_hangul_is_typed_sign_by_sign() -> None:
    assert list(keystrokes("증 a")) == ["ㅈ", "즈", "증", "증 ", "증 a"]
    assert list(keystrokes("보ab")) == ["ㅂ", "보", "보a", "보ab"]
