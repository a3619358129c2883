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
    ("rag.records", "rag.causes", "rag.version", "rag.speed"),
    ("rag.errors",),
    ("rag.partial",),
    ("rag.settings", "rag.ports", "rag.no_network", "rag.confidential", "rag.ways_out", "rag.environment", "rag.disk", "rag.memory"),
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
    ("rag.bilingual", "rag.opposites", "rag.asking", "rag.beginning", "rag.map"),
    ("rag.suggest", "rag.retrieve", "rag.negation", "rag.question", "rag.intent", "rag.force", "rag.pace", "rag.sections"),
    ("rag.select", "rag.find", "rag.agree"),
    ("rag.prompt", "rag.lookup"),
    ("rag.quotable",),
    ("rag.wanted",),
    ("rag.refuse", "rag.ground", "rag.cases", "rag.turns"),
    ("rag.prospect",),
    ("rag.cite", "rag.conversation"),
    ("rag.answer", "rag.score", "rag.survey", "rag.learn"),
    ("rag.summarise", "rag.compare"),
    ("rag.assemble",),
    ("rag.evaluate",),
)
"""Steps of rag, from the inside out. A step imports only what stands above it here; a package (library, weights) is one step."""

NARROWER = {
    "rag.records": set[str](),
    "rag.causes": set[str](),
    "rag.version": set[str](),
    "rag.speed": set[str](),
    "rag.errors": {"rag.records", "rag.causes"},
    "rag.settings": {"rag.records", "rag.errors"},
    "rag.ports": {"rag.records", "rag.speed"},
    "rag.no_network": set[str](),
    "rag.confidential": set[str](),
    "rag.ways_out": set[str](),
    "rag.disk": set[str](),
    "rag.memory": set[str](),
    "rag.environment": set[str](),
}

OWNERS = {
    "charset_normalizer": ("ingest/read/text.py",),
    "chromadb": ("rag/library/vectors.py",),
    "cryptography": ("ingest/read/hwp_records.py", "ingest/read/odfcrypto.py"),
    "docx": ("ui/dossier/word.py",),
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
    "onnx": ("rag/weights/onnx_graph.py",),
    "onnxruntime": ("rag/weights/onnx_embedder.py",),
    "PIL": ("ingest/read/", "ingest/draw/"),  # pictures of pages, between those who draw and those who read them
    "platformdirs": ("rag/settings.py",),
    "psutil": ("rag/weights/cores.py", "rag/memory.py"),  # what works, and what it works in
    "pydantic": (
        "rag/settings.py",
        "rag/cases.py",
        "rag/evaluate.py",
        "rag/library/conversations.py",
        "ingest/sandbox.py",
        "ingest/messages.py",
        "ingest/pictures.py",
        "ingest/draw/messages.py",
    ),  # where untrusted input enters
    "pydantic_settings": ("rag/library/vectors.py",),  # Chroma's, to keep it from reading them
    "pypdf": ("ingest/read/pdf_structure.py",),
    "pypdfium2": ("ingest/read/pdf.py", "ingest/read/pdf_words.py", "ingest/draw/pdf.py"),
    "python_calamine": ("ingest/read/sheets.py",),
    "reportlab": ("ui/dossier/pdf.py", "ui/dossier/letters.py"),
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

HEAVY = {"torch", "chromadb", "sentence_transformers", "llama_cpp", "llama_index", "streamlit", "onnx", "onnxruntime"}

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

CATCH_ALL = {"ingest/pipeline.py", "ingest/queue.py", "ui/web/routes.py"}
"""Modules with a guard of last resort, by path: no document may stop the others, whatever it brings to light, and the reader gets a sentence."""


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
    assert {module.name for module in MODULES if "rag.answer" in module.ours()} == {"rag.assemble", "rag.compare"}


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


# --- what Streamlit is given to draw -------------------------------------------------------------

PAGES = [
    module for module in MODULES if module.path.startswith("ui/") and any(found.module.startswith("streamlit") for found in module.imports)
]

LABELLED = {
    *(
        "title",
        "header",
        "button",
        "form_submit_button",
        "text_input",
        "text_area",
        "chat_input",
        "selectbox",
        "multiselect",
        "segmented_control",
    ),
    *(
        "date_input",
        "download_button",
        "file_uploader",
        "expander",
        "popover",
        "progress",
        "toast",
        "dialog",
        "page_link",
        "Page",
        "set_page_config",
    ),
}
"""Calls that draw a label, a heading or a hint, and all of these as Markdown. Options of a selectbox or multiselect are plain text (its
``textValue``, measured in a browser by tests/privacy), those of a segmented control are Markdown again."""

WITHOUT_TEXT = {"html", "columns", "container", "empty", "form", "fragment", "navigation", "rerun", "switch_page", "App", "draw_picture"}
"""Everything else that may be called; ``html`` has a rule of its own, and so has ``client.draw_picture``."""

MARKUP = {"render", "render_history", "render_library", "render_machine", "render_turn", "render_whole", "look"}
"""Modules that alone make markup: every word of it is escaped there (tests/ui/test_render.py)."""

TOLD_ELSEWHERE = {
    "in_words": "counts and durations in words of ours",
    "state_of_work": "returns what render made",
}
"""Functions of the page whose result is drawn, and why it may be."""


class _Drawing:
    """Where the texts come from that a function of the page hands to Streamlit."""

    def __init__(self, function: ast.AST, module: ast.Module) -> None:
        self._given: dict[str, list[ast.expr]] = {}
        self._bound = list[str]()  # once for each place where a name gets a value
        for node in [*ast.walk(function), *module.body]:
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=value) | ast.NamedExpr(target=ast.Name(name), value=value):
                    self._given.setdefault(name, []).append(value)
            match node:
                case ast.Name(name, ctx=ast.Store()) | ast.arg(arg=name) | ast.MatchAs(name=str(name)):
                    self._bound.append(name)
                case ast.Assign(targets=[ast.Name(name)]) if node in module.body:
                    self._bound.append(name)

    def _values(self, name: str) -> list[ast.expr] | None:
        """All that a name may stand for; None where that cannot be told, as of a parameter."""
        values = self._given.get(name, [])
        return values if values and len(values) == self._bound.count(name) else None

    def is_ours(self, text: ast.expr) -> bool:
        """Words of ui/words, constants, and numbers among them."""
        match text:
            case ast.Constant() | ast.Attribute(value=ast.Name("words")) | ast.Subscript(value=ast.Attribute(value=ast.Name("words"))):
                return True
            case ast.Attribute(value=ast.Call(func=ast.Attribute(value=ast.Name("state"), attr="wording"))):
                return True
            case ast.Attribute(value=ast.Subscript(value=ast.Attribute(attr="IN"))):  # of a module of ui/words
                return True
            case ast.IfExp(body=first, orelse=second):
                return self.is_ours(first) and self.is_ours(second)
            case ast.JoinedStr(values=parts):
                return all(self.is_ours(part.value if isinstance(part, ast.FormattedValue) else part) for part in parts)
            case ast.Call(func=ast.Attribute(value=sentence, attr="format"), args=[], keywords=filled):
                return self.is_ours(sentence) and all(self.is_ours(each.value) for each in filled)
            case ast.Call(func=ast.Name(name)):
                return name in ("len", "min", *TOLD_ELSEWHERE)
            case ast.Dict(values=values):
                return all(self.is_ours(value) for value in values)
            case ast.Name(name):
                return (values := self._values(name)) is not None and all(map(self.is_ours, values))
        return False

    def is_markup(self, text: ast.expr) -> bool:
        match text:
            case ast.Call(func=ast.Attribute(value=ast.Name(module))):
                return module in MARKUP
            case ast.Call(func=ast.Name(name)):
                return name in TOLD_ELSEWHERE
            case ast.Name(name):
                return (values := self._values(name)) is not None and all(map(self.is_markup, values))
        return False

    def faults(self, call: str, node: ast.Call) -> Iterator[str]:
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if call == "html":
            width = keywords.pop("width", None)
            plain = not keywords and (width is None or isinstance(width, ast.Constant))
            yield from [] if len(node.args) == 1 and plain and self.is_markup(node.args[0]) else ["no markup of ours"]
            return
        if call == "draw_picture":
            yield from [] if self.is_markup(node.args[0]) else ["no markup of ours"]
            return
        if call in LABELLED:
            shown = [*([] if call in ("Page", "page_link", "set_page_config") else node.args[:1])]
            shown += [
                value for name, value in keywords.items() if name in ("label", "text", "title", "page_title", "help", "placeholder", "icon")
            ]
            yield from (f"not in words of ours: {ast.unparse(text)}" for text in shown if not self.is_ours(text))
        if call == "segmented_control":
            match node.args[1], keywords.get("format_func"):
                case ast.Call(func=ast.Name("tuple"), args=[ast.Name(keys)]), ast.Attribute(value=ast.Name(labels), attr="__getitem__"):
                    yield from [] if keys == labels and self.is_ours(ast.Name(labels)) else ["choices not in words of ours"]
                case _:
                    yield "choices that are not listed"


def _drawn(module: Module) -> Iterator[str]:
    for function in module.tree.body:
        yield from (f"{module.path}:{fault}" for fault in _drawn_by(function, _Drawing(function, module.tree)))


def _drawn_by(function: ast.stmt, drawing: _Drawing) -> Iterator[str]:
    from streamlit.delta_generator import DeltaGenerator

    understood = {name for name in dir(DeltaGenerator) if not name.startswith("_")}
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(owner))) if owner in (*MARKUP, "log"):
                pass
            case ast.Call(func=ast.Attribute(value=receiver, attr=call)):
                direct = isinstance(receiver, ast.Name) and receiver.id == "st"
                if call in LABELLED | WITHOUT_TEXT:
                    yield from (f"{node.lineno} {call}: {fault}" for fault in drawing.faults(call, node))
                elif direct or call in understood:
                    yield f"{node.lineno} {call}: not among what may be called"


@pytest.mark.parametrize("module", PAGES, ids=lambda module: module.path)
def test_streamlit_draws_words_of_ours_and_markup_of_ours(module: Module) -> None:
    assert list(_drawn(module)) == []


@pytest.mark.parametrize(
    "line",
    [
        "st.markdown(words.ask)",
        "told.write(name)",
        "st.button(document.name)",
        "st.button(f'{words.remove} {document.name}')",
        "st.toast(words.received.format(count=document.name))",
        "st.button(words.remove, help=document.name)",
        "st.expander(title)",
        "st.html(f'<p>{name}</p>')",
        "client.draw_picture(f'<svg>{name}</svg>', key='map')",
        "st.html(render.small(name) + name)",
        "st.html(render.small(name), unsafe_allow_javascript=True)",
        "st.segmented_control(words.filter_tag, tags, format_func=str)",
        "st.dialog(document.name)(ask_first)()",
        "def draw(label):\n    label = label or words.ask\n    st.button(label)",
        "def draw(items):\n    for item in items:\n        told = render.small(item)\n    for told in items:\n        st.html(told)",
    ],
)
def test_a_name_that_is_drawn_as_markdown_would_be_noticed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "page.py").write_text(line, encoding="utf-8")

    assert len(list(_drawn(Module(tmp_path / "page.py")))) == 1
