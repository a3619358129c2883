"""Who may import whom, and what no module does."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PACKAGES = ("rag", "ingest", "ui")
"""From the inside out: each may import itself and those before it."""

ORDER = (
    ("rag.records", "rag.causes", "rag.version"),
    ("rag.errors",),
    ("rag.partial",),
    ("rag.settings", "rag.ports", "rag.no_network", "rag.confidential", "rag.ways_out", "rag.environment"),
    (
        "rag.languages",
        "rag.sentences",
        "rag.boxes",
        "rag.durable",
        "rag.glossary",
        "rag.definitions",
        "rag.facts",
        "rag.verdict",
        "rag.phrases",
        "rag.dates",
        "rag.addressed",
    ),
    ("rag.library", "rag.weights"),
    ("rag.bilingual", "rag.opposites"),
    ("rag.retrieve", "rag.negation", "rag.question", "rag.intent", "rag.force", "rag.pace", "rag.sections"),
    ("rag.select", "rag.find", "rag.agree"),
    ("rag.prompt",),
    ("rag.quotable",),
    ("rag.wanted",),
    ("rag.refuse", "rag.ground", "rag.cases"),
    ("rag.prospect",),
    ("rag.cite", "rag.conversation"),
    ("rag.answer", "rag.score", "rag.survey"),
    ("rag.summarise", "rag.compare"),
    ("rag.assemble",),
    ("rag.evaluate",),
)
"""Steps of rag, from the inside out. A step imports only what stands above it here; a package (library, weights) is one step."""

NARROWER = {
    "rag.records": set[str](),
    "rag.causes": set[str](),
    "rag.version": set[str](),
    "rag.errors": {"rag.records", "rag.causes"},
    "rag.settings": {"rag.records", "rag.errors"},
    "rag.ports": {"rag.records"},
    "rag.no_network": set[str](),
    "rag.confidential": set[str](),
    "rag.ways_out": set[str](),
    "rag.environment": set[str](),
}

OWNERS = {
    "charset_normalizer": ("ingest/read/text.py",),
    "chromadb": ("rag/library/vectors.py",),
    "cryptography": ("ingest/read/hwp_records.py", "ingest/read/odfcrypto.py"),
    "docx": ("ingest/read/",),
    "filelock": ("rag/library/lock.py", "rag/weights/acquire.py"),  # two locks that have nothing in common
    "filetype": ("ingest/read/__init__.py",),
    "jinja2": ("rag/weights/language_model.py",),  # llama-cpp-python's, for its errors
    "llama_cpp": ("rag/weights/language_model.py",),
    "llama_index": ("ingest/split.py",),
    "lxml": ("ingest/read/",),
    "markdown_it": ("ingest/read/text.py",),
    "msoffcrypto": ("ingest/read/offcrypto.py",),
    "numpy": ("rag/", "ingest/"),  # the vectors' own type
    "pathspec": ("ingest/folders.py",),
    "olefile": ("ingest/read/ole.py",),
    "PIL": ("ingest/read/",),  # pictures of pages, between those who draw and those who read them
    "platformdirs": ("rag/settings.py",),
    "psutil": ("rag/weights/cores.py",),
    "pydantic": (
        "rag/settings.py",
        "rag/cases.py",
        "rag/evaluate.py",
        "ingest/sandbox.py",
        "ingest/messages.py",
    ),  # where untrusted input enters
    "pydantic_settings": ("rag/library/vectors.py",),  # Chroma's, to keep it from reading them
    "pypdf": ("ingest/read/pdf_structure.py",),
    "pypdfium2": ("ingest/read/pdf.py", "ingest/read/pdf_words.py"),
    "python_calamine": ("ingest/read/sheets.py",),
    "rich": ("ui/cli/",),
    "safetensors": ("rag/weights/",),
    "selectolax": ("ingest/read/html.py",),
    "sentence_transformers": ("rag/weights/embedder.py",),
    "snowballstemmer": ("rag/library/fulltext.py",),
    "sqlite3": ("rag/library/",),
    "starlette": ("ui/",),
    "streamlit": ("ui/",),
    "striprtf": ("ingest/read/rtf.py",),
    "tokenizers": ("rag/weights/",),
    "tesserocr": ("ingest/read/tesseract.py",),
    "torch": ("rag/weights/embedder.py",),
    "typer": ("ui/cli/",),
    "uvicorn": ("ui/",),
    "watchfiles": ("ingest/watch.py",),
    "websockets": ("ui/privacy/visit.py",),
}
"""Each library, and the module or folder that alone imports it."""

HEAVY = {"torch", "chromadb", "sentence_transformers", "llama_cpp", "llama_index", "streamlit"}

REACHES_OUT = {
    "socket": ("rag/no_network.py", "rag/ways_out.py", "ui/listen.py", "ui/server.py"),
    "http.client": ("ui/privacy/visit.py",),  # the page of its own server, to see whom it lets in
    "websockets": ("ui/privacy/visit.py",),
    **dict.fromkeys(("urllib.request", "http.server", "httpx", "requests", "aiohttp", "urllib3"), ()),
    **dict.fromkeys(("ssl", "ftplib", "smtplib", "poplib", "imaplib", "xmlrpc", "socketserver"), ()),
}
"""What opens connections or takes them, and the modules that may import it: each a way out to be looked at again."""

MAKES_CODE = {"pickle", "shelve", "marshal", "joblib", "dill", "cloudpickle", "runpy", "torch.load"}
"""What may run code that stands in the file it reads."""

CATCH_ALL = {"ingest/pipeline.py", "ingest/queue.py"}
"""Modules with a guard of last resort, by path: no document may stop the others, whatever it brings to light."""


@dataclass(frozen=True)
class Import:
    module: str  # "rag.library.manifest", "torch"
    at_start: bool  # runs when the importing module is imported


class Module:
    def __init__(self, path: Path) -> None:
        self.path = path.relative_to(ROOT).as_posix()
        self.name = self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.imports = frozenset(_imports(self.tree, at_start=True))

    def ours(self) -> set[str]:
        return {imported.module for imported in self.imports if imported.module.split(".")[0] in PACKAGES}


def _imports(parent: ast.AST, *, at_start: bool) -> Iterator[Import]:
    for node in ast.iter_child_nodes(parent):
        match node:
            case ast.Import(names):
                yield from (Import(name.name, at_start) for name in names)
            case ast.ImportFrom(module=str(source), names=names, level=0):
                # "from rag.library import exact" names a module, "from rag.records import Page" something in one
                yield from (Import(f"{source}.{name.name}" if _is_module(f"{source}.{name.name}") else source, at_start) for name in names)
            case ast.ImportFrom():
                yield Import("a relative import", at_start)
            case _:
                later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_for_types_only(node)
                yield from _imports(node, at_start=at_start and not later)


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


MODULES = [Module(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
OURS = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)


def _step(module: str) -> int | None:
    return next((rank for rank, steps in enumerate(ORDER) for step in steps if module == step or module.startswith(f"{step}.")), None)


def _package(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_the_modules_were_found() -> None:
    assert {"rag.records", "rag.library.vectors", "ingest.pipeline", "ingest.read.pdf", "ui.cli"} <= {module.name for module in MODULES}
    vectors = next(module for module in MODULES if module.name == "rag.library.vectors")
    assert Import("chromadb", at_start=False) in vectors.imports
    assert Import("rag.ports", at_start=True) in vectors.imports


@OURS
def test_imports_point_inwards(module: Module) -> None:
    own = PACKAGES.index(module.name.split(".")[0])

    assert [name for name in module.ours() if PACKAGES.index(name.split(".")[0]) > own] == []
    assert "a relative import" not in {imported.module for imported in module.imports}


@pytest.mark.parametrize("module", [module for module in MODULES if module.name.startswith("rag.")], ids=lambda module: module.path)
def test_a_step_imports_only_the_steps_before_it(module: Module) -> None:
    own = _step(module.name)

    assert own is not None, f"{module.name} has no place in ORDER yet"
    for name in module.ours():
        place = _step(name)
        assert place is not None
        assert place < own or _package(name) == _package(module.name), f"{module.name} imports {name}"
    assert module.ours() <= NARROWER.get(module.name, module.ours())


def test_only_assemble_and_work_made_of_answers_import_the_answer() -> None:
    assert {module.name for module in MODULES if "rag.answer" in module.ours()} == {"rag.assemble", "rag.compare", "rag.summarise"}


def test_no_imports_go_in_circles() -> None:
    names = {module.name for module in MODULES}

    order = TopologicalSorter({module.name: (module.ours() & names) - {module.name} for module in MODULES}).static_order()

    assert set(order) == names


@OURS
def test_each_library_has_one_owner(module: Module) -> None:
    for imported in module.imports:
        library = imported.module.split(".")[0]
        if library in PACKAGES or (library in sys.stdlib_module_names and library not in OWNERS):
            continue
        assert library in OWNERS, f"{library} has no owner yet"
        assert module.path.startswith(OWNERS[library]), f"{library} belongs to {OWNERS[library]}"


@pytest.mark.parametrize("module", [module for module in MODULES if not module.name.startswith("ui")], ids=lambda module: module.path)
def test_heavy_libraries_wait_until_they_are_needed(module: Module) -> None:
    assert {imported.module for imported in module.imports if imported.at_start and imported.module.split(".")[0] in HEAVY} == set()


@OURS
def test_a_way_out_of_the_machine_has_an_owner(module: Module) -> None:
    for way, owners in REACHES_OUT.items():
        assert module.path in owners or not _imports_any(module.tree, {way}), f"{way} belongs to {owners}"


@OURS
def test_no_file_becomes_code(module: Module) -> None:
    assert not _imports_any(module.tree, MAKES_CODE)
    for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call)):
        assert ast.unparse(call.func) not in {"eval", "exec", "compile", "torch.load"}
        allowed = {keyword.arg for keyword in call.keywords if ast.unparse(keyword.value) != "False"}
        assert allowed & {"trust_remote_code", "allow_pickle"} == set()


@pytest.mark.parametrize(
    "line",
    [
        "import http.client",
        "from http import client",
        "import http.client as asking",
        "from http.client import HTTPConnection",
        "import http.client.x",
    ],
)
def test_an_import_is_seen_however_it_is_written(line: str) -> None:
    assert _imports_any(ast.parse(line), {"http.client"})
    assert not _imports_any(ast.parse(line), {"http.cli", "client", "http.client.y"})


def _imports_any(tree: ast.AST, modules: Set[str]) -> bool:
    """Whether one of ``modules``, or something in it, is imported anywhere in ``tree``."""
    named = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                named |= {name.name for name in names}
            case ast.ImportFrom(module=str(source), names=names):
                named |= {f"{source}.{name.name}" for name in names}
    return any(f"{name}.".startswith(f"{module}.") for name in named for module in modules)


def test_no_remote_model_can_be_imported() -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("llama_index.llms.openai")


@OURS
def test_nothing_is_imported_by_a_name_in_a_string(module: Module) -> None:
    assert _called(module) & {"import_module", "__import__"} == set()


@OURS
def test_nothing_is_printed_aside(module: Module) -> None:
    assert "print" not in _called(module)


def _called(module: Module) -> set[str]:
    names = set()
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(name)) | ast.Call(func=ast.Attribute(attr=name)):
                names.add(name)
    return names


@OURS
def test_nothing_unexpected_is_swallowed(module: Module) -> None:
    """Whoever catches everything cleans up and raises it again."""
    broad = [
        handler.lineno
        for handler in ast.walk(module.tree)
        if isinstance(handler, ast.ExceptHandler)
        and (
            handler.type is None
            or {"Exception", "BaseException"} & {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)}
        )
        and not (isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None)
    ]

    assert broad == [] or module.path in CATCH_ALL


@OURS
def test_every_module_is_named_after_what_it_does(module: Module) -> None:
    assert not {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"} & set(module.name.split("."))
