"""Folders and files that a user named -> files to read. Links and special files are never followed, nor opened.

A folder stands for every file of a known kind below it: hidden files, the lock files of office programs and what a .seorapignore
(in the form of .gitignore, in any folder) names are passed over. What is left out for another reason is reported.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from pathspec import GitIgnoreSpec

from rag.errors import DocumentError, NoSuchFile, NoSuchFolder, NotAFile, SystemFolder, UnreadableFile
from rag.library.paths import is_below

IGNORE_FILE = ".seorapignore"

_PASSED_OVER = (".", "~$")
"""Begin the names of hidden files, and of those that office programs lay beside an open document."""

_MOST_KINDS = 8
_DRAWER = "manifest.sqlite3"
_OF_THE_KERNEL = (b"/proc", b"/sys", b"/dev")


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: Path
    size_bytes: int
    mtime_ns: int
    inode: int


@dataclass
class Scan:
    """What lies in a folder. Complete but for what is below ``unseen``."""

    files: dict[bytes, FoundFile] = field(default_factory=dict)  # by path, as bytes
    left_out: list[DocumentError] = field(default_factory=list)  # links, pipes, what the system does not show
    other_kinds: dict[str, int] = field(default_factory=dict)  # suffix, lower case -> files
    unseen: list[bytes] = field(default_factory=list)  # folders that could not be listed, files that could not be looked at

    def kinds(self) -> str:
        """The suffixes of the files of other kinds, the most frequent first, each with their number."""
        most = sorted(self.other_kinds.items(), key=lambda kind: -kind[1])[:_MOST_KINDS]
        return ", ".join(f"{suffix or '-'} ({count})" for suffix, count in most)

    def can_tell(self, place: bytes) -> bool:
        """Whether a file that is not among ``files`` is really gone."""
        return not any(place == folder or is_below(place, folder) for folder in self.unseen)


def is_passed_over(place: bytes, root: bytes) -> bool:
    """Whether nothing that happens at ``place`` can change what a scan of ``root`` finds: it is hidden, or in a drawer."""
    path = Path(os.fsdecode(place))
    within = path.relative_to(os.fsdecode(root)).parts
    if any(name.startswith(_PASSED_OVER) and name != IGNORE_FILE for name in within):
        return True
    return any(os.path.lexists(folder / _DRAWER) for folder in path.parents[: len(within)])


@dataclass(frozen=True, slots=True)
class _Rules:
    """Patterns and the folder from which they are meant."""

    base: str
    spec: GitIgnoreSpec

    def match(self, path: str, *, is_folder: bool) -> bool:
        return self.spec.match_file(os.path.relpath(path, self.base) + ("/" if is_folder else ""))


def scan(root: Path, *, suffixes: frozenset[str], include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Scan:
    """Every file of a known kind below ``root``, sorted by path; with ``include``, those that match it, of whatever kind.

    Raises:
        NoSuchFolder: there is no such folder now, or the system does not show it.
    """
    found = Scan()
    wanted = _Rules(str(root), GitIgnoreSpec.from_lines(include)) if include else None
    rules = [_Rules(str(root), GitIgnoreSpec.from_lines(exclude))] if exclude else []
    waiting: list[tuple[str, list[_Rules]]] = [(str(root), rules)]
    while waiting:
        folder, rules = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if folder == str(root):
                raise NoSuchFolder(name=str(root)) from error
            found.unseen.append(os.fsencode(folder))
            found.left_out.append(UnreadableFile(name=Path(folder).name, cause=error.strerror or "no access"))
            continue
        names = {entry.name for entry in entries}
        if _DRAWER in names or _is_of_the_kernel(folder):
            continue
        if IGNORE_FILE in names:
            rules = [*rules, *_ignore_file(folder)]
        below: list[tuple[str, list[_Rules]]] = []
        for entry in entries:
            if entry.name.startswith(_PASSED_OVER) or any(rule.match(entry.path, is_folder=_is_folder(entry)) for rule in rules):
                continue
            if _is_folder(entry):
                below.append((entry.path, rules))
            else:
                _take(entry, found, suffixes, wanted)
        waiting += reversed(below)
    return found


def require_folder(folder: Path) -> None:
    """Can it be watched?

    Raises:
        NoSuchFolder, SystemFolder
    """
    if not os.path.isdir(folder):  # noqa: PTH112  # Path.is_dir fails where the path is too long, or in a folder that is closed
        raise NoSuchFolder(name=str(folder))
    if _is_of_the_kernel(folder):
        raise SystemFolder(name=str(folder))


def require_path(path: Path) -> None:
    """Can it be taken in?

    Raises:
        NoSuchFile, NotAFile, SystemFolder, UnreadableFile
    """
    if (error := _wrong_with(path)) is not None:
        raise error


def _is_of_the_kernel(folder: str | Path) -> bool:
    place = os.fsencode(os.path.realpath(folder))
    return any(place == top or is_below(place, top) for top in _OF_THE_KERNEL)


def _ignore_file(folder: str) -> Iterator[_Rules]:
    try:
        lines = Path(folder, IGNORE_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
        yield _Rules(folder, GitIgnoreSpec.from_lines(lines))
    except (OSError, ValueError):  # unreadable, or no patterns: it ignores nothing
        pass


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _take(entry: os.DirEntry[str], found: Scan, suffixes: frozenset[str], wanted: _Rules | None) -> None:
    suffix = PurePath(entry.name).suffix.lower()
    if wanted is not None and not wanted.match(entry.path, is_folder=False):
        return
    if wanted is None and suffix not in suffixes:
        found.other_kinds[suffix] = found.other_kinds.get(suffix, 0) + 1
        return
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # gone since
        return
    except OSError as error:
        found.unseen.append(os.fsencode(entry.path))
        found.left_out.append(UnreadableFile(name=entry.name, cause=error.strerror or "no access"))
        return
    if not stat.S_ISREG(status.st_mode):
        found.left_out.append(NotAFile(name=entry.name))
        return
    found.files[os.fsencode(entry.path)] = FoundFile(Path(entry.path), status.st_size, status.st_mtime_ns, status.st_ino)


# --- what was named by hand ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """A file to take in, or why it cannot be."""

    path: Path
    size_bytes: int
    error: DocumentError | None = None


def find_files(paths: Sequence[Path], *, suffixes: frozenset[str]) -> tuple[list[Named], Scan]:
    """Each file once, and what was left out of folders. A file named itself is taken whatever its kind, through a link too."""
    seen: dict[bytes, Named] = {}
    together = Scan()
    for path in paths:
        path = path.absolute()
        if (error := _wrong_with(path)) is not None or not path.is_dir():
            seen.setdefault(os.fsencode(path), Named(path, 0 if error else path.stat().st_size, error))
            continue
        try:
            found = scan(path, suffixes=suffixes)
        except NoSuchFolder:
            seen.setdefault(os.fsencode(path), Named(path, 0, UnreadableFile(name=path.name, cause="no access")))
            continue
        for place, file in found.files.items():
            seen.setdefault(place, Named(file.path, file.size_bytes))
        together.left_out += found.left_out
        for suffix, count in found.other_kinds.items():
            together.other_kinds[suffix] = together.other_kinds.get(suffix, 0) + count
    return list(seen.values()), together


def _wrong_with(path: Path) -> DocumentError | None:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return NotAFile(name=path.name) if path.is_symlink() else NoSuchFile(name=str(path))
    except OSError as error:
        return UnreadableFile(name=path.name, cause=error.strerror or "no access")
    if stat.S_ISDIR(mode):
        return SystemFolder(name=str(path)) if _is_of_the_kernel(path) else None
    return None if stat.S_ISREG(mode) else NotAFile(name=path.name)
