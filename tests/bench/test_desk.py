"""The benchmark of the page: what of it is pure, and each view drawn once or twice."""

from __future__ import annotations

from pathlib import Path

from bench import views
from bench.desk import keystrokes


def test_hangul_is_typed_sign_by_sign() -> None:
    assert list(keystrokes("증 a")) == ["ㅈ", "즈", "증", "증 ", "증 a"]
    assert list(keystrokes("보ab")) == ["ㅂ", "보", "보a", "보ab"]


def test_every_view_is_measured(tmp_path: Path) -> None:
    rows = list(views.measure(tmp_path / "drawer", 2, documents=12))

    assert [row.what.partition(",")[0] for row in rows] == ["ask", "ask", "ask", "search", "whole documents", "documents", "settings"]
    assert all(row.seorap > 0 and row.rounds == 2 for row in rows)
