"""Who else can read what is written."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rag.confidential import is_open
from rag.library.library import Library

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are not Windows's way")


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_what_a_verb_writes_only_its_owner_reads(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, ui.cli; os.umask(0); ui.cli.seclude('add'); pathlib.Path('written').touch(); pathlib.Path('made').mkdir()"
    )

    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True)

    assert (mode(tmp_path / "written"), mode(tmp_path / "made")) == ("0o600", "0o700")


def test_model_files_may_be_shared(tmp_path: Path) -> None:
    program = "import os, pathlib, ui.cli; os.umask(0o022); ui.cli.seclude('weights'); pathlib.Path('written').touch()"

    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True)

    assert mode(tmp_path / "written") == "0o644"


def test_a_crash_leaves_no_picture_of_the_memory(tmp_path: Path) -> None:
    raised = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2); "
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    closed = "from rag.confidential import for_owner_only; for_owner_only(); "

    for program in (raised + closed + crash, closed + f"import subprocess, sys; subprocess.run([sys.executable, '-c', {crash!r}])"):
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False)

    assert list(tmp_path.iterdir()) == []


def test_a_drawer_that_others_could_read_is_closed_to_them(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    (home / "seorap.toml").touch(mode=0o644)
    (home / "snapshots").mkdir(mode=0o755)

    with closing(Library(home)):
        assert {path.name: mode(path) for path in home.iterdir() if is_open(path)} == {}
        assert mode(home) == "0o700"


def test_a_folder_that_holds_other_things_stays_as_it_is(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    (home / "letter.txt").touch()
    (home / "letter.txt").chmod(0o644)
    outside = home.parent / "outside"
    outside.touch()
    outside.chmod(0o644)
    (home / "seorap.toml").symlink_to(outside)

    with closing(Library(home)):
        assert (mode(home), mode(home / "letter.txt"), mode(outside)) == ("0o755", "0o644", "0o644")
        assert mode(home / "manifest.sqlite3") == "0o600"
        assert mode(home / "manifest.sqlite3-wal") == "0o600"
