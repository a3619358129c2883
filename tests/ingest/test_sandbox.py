"""Reading in a child process."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ingest.read import read
from ingest.read.ocr import recogniser
from ingest.sandbox import Sandbox
from rag.errors import BlankDocument, DamagedDocument, DocumentError, DocumentTooDemanding, EmptyFile, ReaderDied
from rag.settings import OCRSettings, SandboxSettings
from tests import documents

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings()) as sandbox:
        yield sandbox


def reason_of(sandbox: Sandbox, path: Path) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        sandbox.read(path)
    return caught.value


def wait_until_gone(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(timeout=10)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        return False
    return True


def test_a_reading_arrives_as_it_was_made(tmp_path: Path, shared: Sandbox) -> None:
    path = documents.pdf(
        tmp_path / "계약.pdf", ["제1조 (목적)\nwords", documents.SCAN, "끝 😀"], title="계약", outline=[("words", 1)], roman_front_pages=1
    )

    assert shared.read(path) == read(path, recogniser=recogniser(OCRSettings()))


def test_one_child_reads_one_file_after_another(tmp_path: Path, shared: Sandbox) -> None:
    first = documents.text(tmp_path / "a.txt", "first")
    second = documents.docx(tmp_path / "b.docx", ["second"])

    shared.read(first)
    pid = shared.pid

    assert [shared.read(second).text(), shared.read(first).text()] == ["second", "first"]
    assert shared.pid == pid != os.getpid()


def test_an_error_arrives_with_its_facts(tmp_path: Path, shared: Sandbox) -> None:
    scan = documents.pdf(tmp_path / "scan.pdf", [""])

    assert reason_of(shared, scan).reason() == BlankDocument(name="scan.pdf", pages=1).reason()


def test_a_name_need_not_be_utf_8(tmp_path: Path, shared: Sandbox) -> None:
    raw = os.fsencode(tmp_path) + b"/\xb0\xe8\xbe\xe0.txt"
    path = Path(os.fsdecode(raw))
    path.write_text("words")

    assert shared.read(path).text() == "words"
    path.write_text("")
    assert reason_of(shared, path).reason() == EmptyFile(name=path.name).reason()


def test_a_relative_path_is_meant_from_here(tmp_path: Path, shared: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    shared.read(documents.text(tmp_path / "a.txt", "words"))
    monkeypatch.chdir(tmp_path)

    assert shared.read(Path("a.txt")).text() == "words"


def test_an_upload_keeps_its_name(tmp_path: Path, shared: Sandbox) -> None:
    stored = documents.text(tmp_path / "5e884898da28", "# Title")

    assert shared.read(stored, name="노트.md").format == "markdown"


def test_a_file_that_takes_too_much_memory_fails_and_the_next_is_read(tmp_path: Path) -> None:
    bomb = documents.docx_bomb(tmp_path / "bomb.docx", unpacked_mib=60, of="<w:p><w:r><w:t>x</w:t></w:r></w:p>")
    good = documents.text(tmp_path / "a.txt", "words")

    with Sandbox(SandboxSettings(memory_mib=200, seconds=60)) as sandbox:
        assert reason_of(sandbox, bomb).reason() == DocumentTooDemanding(name="bomb.docx", limit="200 MiB").reason()
        assert sandbox.read(good).text() == "words"


def test_a_file_that_takes_too_long_fails_and_the_next_is_read(tmp_path: Path) -> None:
    slow = documents.docx_bomb(tmp_path / "slow.docx", unpacked_mib=100)
    good = documents.text(tmp_path / "a.txt", "words")

    with Sandbox(SandboxSettings(memory_mib=8192, seconds=1)) as sandbox:
        began = time.monotonic()

        assert reason_of(sandbox, slow).reason() == DocumentTooDemanding(name="slow.docx", limit="1 s").reason()
        assert time.monotonic() - began < 5
        assert sandbox.read(good).text() == "words"


def test_a_reader_killed_at_work_costs_that_file_only(tmp_path: Path) -> None:
    slow = documents.docx_bomb(tmp_path / "slow.docx", unpacked_mib=100)
    good = documents.text(tmp_path / "a.txt", "words")

    with Sandbox(SandboxSettings(memory_mib=8192)) as sandbox:
        sandbox.read(good)
        pid = sandbox.pid
        assert pid is not None
        threading.Timer(0.3, os.kill, (pid, signal.SIGSEGV)).start()

        assert reason_of(sandbox, slow).reason() == ReaderDied(name="slow.docx", cause="SIGSEGV").reason()
        assert sandbox.read(good).text() == "words"
        assert sandbox.pid != pid


def test_a_reader_that_dies_for_want_of_memory_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = documents.docx_bomb(tmp_path / "slow.docx", unpacked_mib=100)
    monkeypatch.setattr("ingest.sandbox._Child._words", lambda self: "terminate called after throwing an instance of 'std::bad_alloc'")

    with Sandbox(SandboxSettings(memory_mib=8192)) as sandbox:
        sandbox.read(documents.text(tmp_path / "a.txt", "words"))
        assert sandbox.pid is not None
        threading.Timer(0.3, os.kill, (sandbox.pid, signal.SIGABRT)).start()

        assert reason_of(sandbox, slow).reason() == DocumentTooDemanding(name="slow.docx", limit="8192 MiB").reason()


def test_a_reader_that_ends_itself_over_a_page_of_too_many_letters_says_so(tmp_path: Path) -> None:
    page = "\n".join(["words " * 1000] * 400)
    large = documents.pdf(tmp_path / "large.pdf", [page])

    with Sandbox(SandboxSettings(memory_mib=200), OCRSettings(tessdata=tmp_path)) as sandbox:
        assert reason_of(sandbox, large).reason() == DocumentTooDemanding(name="large.pdf", limit="200 MiB").reason()


def test_markup_whose_tree_would_fill_the_memory_says_so(tmp_path: Path) -> None:
    fonts = documents.html(tmp_path / "a.html", "".join(f"<p><font size={at}>words" for at in range(20_000)))

    with Sandbox(SandboxSettings(memory_mib=200)) as sandbox:
        assert reason_of(sandbox, fonts).reason() == DocumentTooDemanding(name="a.html", limit="200 MiB").reason()


def test_a_reader_that_calls_itself_too_often_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = documents.text(tmp_path / "a.txt", "words")
    monkeypatch.setattr(
        "ingest.sandbox._BOOT",
        "import sys; sys.path.insert(0, sys.argv[1]); from ingest import reader\n"
        "def read(*_, **__): return read()\n"
        "reader.read = read; reader.serve(*sys.argv[2:])",
    )

    with Sandbox(SandboxSettings()) as sandbox:
        assert reason_of(sandbox, deep).reason() == DamagedDocument(name="a.txt", cause="its parts are nested too deeply").reason()


def test_a_reader_that_died_between_two_files_costs_nothing(tmp_path: Path) -> None:
    good = documents.text(tmp_path / "a.txt", "words")

    with Sandbox(SandboxSettings()) as sandbox:
        sandbox.read(good)
        pid = sandbox.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # with all its threads

        assert sandbox.read(good).text() == "words"


def test_threads_take_turns(tmp_path: Path, shared: Sandbox) -> None:
    paths = [documents.text(tmp_path / f"{number}.txt", f"words {number}") for number in range(40)]

    with ThreadPoolExecutor(8) as threads:
        texts = [reading.text() for reading in threads.map(shared.read, paths)]

    assert texts == [f"words {number}" for number in range(40)]


def test_closing_ends_the_child(tmp_path: Path) -> None:
    with Sandbox(SandboxSettings()) as sandbox:
        assert sandbox.pid is None
        sandbox.read(documents.text(tmp_path / "a.txt", "words"))
        pid = sandbox.pid

    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert sandbox.pid is None


def test_the_child_ends_with_its_parent_even_at_work(tmp_path: Path) -> None:
    slow = documents.docx_bomb(tmp_path / "slow.docx", unpacked_mib=100)
    good = documents.text(tmp_path / "a.txt", "words")
    script = (
        "import sys, threading; from pathlib import Path; from ingest.sandbox import Sandbox; from rag.settings import OCRSettings, SandboxSettings\n"
        "sandbox = Sandbox(SandboxSettings(memory_mib=8192)); sandbox.read(Path(sys.argv[1])); print(sandbox.pid, flush=True)\n"
        "sandbox.read(Path(sys.argv[2]))"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(good), str(slow)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    assert wait_until_gone(pid)


def test_an_interrupt_in_the_terminal_reaches_the_parent_alone(tmp_path: Path) -> None:
    slow = documents.docx_bomb(tmp_path / "slow.docx", unpacked_mib=100)
    script = (
        "import signal, sys; from pathlib import Path; from ingest.sandbox import Sandbox; from rag.settings import OCRSettings, SandboxSettings\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell starts its background jobs with it ignored
        "with Sandbox(SandboxSettings(memory_mib=8192)) as sandbox:\n"
        "    print('ready', flush=True)\n"
        "    try: sandbox.read(Path(sys.argv[1]))\n"
        "    except KeyboardInterrupt: print(sandbox.pid, flush=True)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(slow)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    time.sleep(3)  # by then it reads, on a busy machine too

    os.killpg(parent.pid, signal.SIGINT)

    assert parent.communicate(timeout=30) == ("None\n", "")


def test_the_parents_main_module_is_not_run_again(tmp_path: Path) -> None:
    path = documents.text(tmp_path / "a.txt", "words")
    script = tmp_path / "page.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nprint('drawn')\n"
        "from ingest.sandbox import Sandbox\nfrom rag.settings import OCRSettings, SandboxSettings\n"
        "print(Sandbox(SandboxSettings()).read(Path(sys.argv[1])).text())"
    )

    done = subprocess.run(
        [sys.executable, str(script), str(path)], capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )

    assert (done.stdout, done.stderr, done.returncode) == ("drawn\nwords\n", "", 0)


def test_a_module_lying_about_is_not_taken_for_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lxml.py").write_text("raise SystemExit('run by accident')")
    path = documents.docx(tmp_path / "a.docx", ["words"])
    monkeypatch.chdir(tmp_path)

    with Sandbox(SandboxSettings()) as sandbox:
        assert sandbox.read(path).text() == "words"


def test_the_child_loads_readers_and_little_else() -> None:
    script = "import ingest.reader, json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    modules = json.loads(subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True).stdout)

    heavy = {
        "torch",
        "chromadb",
        "streamlit",
        "numpy",
        "llama_index",
        "llama_cpp",
        "sentence_transformers",
        "transformers",
        "multiprocessing",
    }
    assert heavy & set(modules) == set()
    assert {"ingest", "lxml", "pypdfium2", "selectolax"} <= set(modules)


def test_what_the_child_says_is_not_believed_unchecked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = documents.text(tmp_path / "a.txt", "words")
    answers = [
        b"not json",
        b"{}",
        b'{"reading": {"pages": "x", "format": "text"}}',
        b'{"error": {"code": "DrawerFull", "facts": {}}}',
        b'{"error": {"code": "DamagedDocument", "facts": {}}}',
        b'{"step": {"number": 2, "unread": "no words"}}',  # of a page that has not begun
        b'{"step": {"number": 1, "unread": "no such reason"}}',
    ]
    for answer in answers:
        liar = (
            "import sys; out = sys.stdout.buffer; put = lambda m: (out.write(len(m).to_bytes(8, 'big') + m), out.flush())\n"
            f"put(b'{{}}'); sys.stdin.buffer.read(8); put({answer!r}); sys.stdin.buffer.read()"
        )
        monkeypatch.setattr("ingest.sandbox._BOOT", liar)

        with Sandbox(SandboxSettings()) as sandbox:
            assert reason_of(sandbox, path).reason() == ReaderDied(name="a.txt", cause="its answer makes no sense").reason()


def test_a_reader_that_cannot_start_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sandbox._BOOT", "raise SystemExit('no lxml here')")

    with Sandbox(SandboxSettings()) as sandbox, pytest.raises(RuntimeError, match=r"exit code 1.*no lxml here"):
        sandbox.read(documents.text(tmp_path / "a.txt", "words"))
