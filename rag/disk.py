"""Is what lies at a path encrypted on its disk? Imports nothing of ours.

A drawer holds the text of documents as it is: where the machine is stolen, only the disk's encryption keeps them from being read.
"""

from __future__ import annotations

import array
import os
import re
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

if sys.platform == "linux":
    import fcntl

Verdict = Literal["yes", "no", "unknown"]

Ground = Literal[
    "device",  # the disk below the file system
    "folder",  # this folder, by the file system
    "file system",  # all of it, by itself
    "FileVault",
    "none found",
    "a part",  # of several disks that hold the file system
    "no FileVault",
    "network",  # on another machine, or on the one around this
    "container",
    "memory",
    "perhaps by itself",  # a file system that can, and does not tell just anybody
    "another volume",
    "under way",
    "rights",  # the system tells administrators only
    "unclear",
]

_VERDICTS: dict[Ground, Verdict] = {
    **dict.fromkeys(("device", "folder", "file system", "FileVault"), "yes"),
    **dict.fromkeys(("none found", "a part", "no FileVault"), "no"),
}


@dataclass(frozen=True, slots=True)
class Encryption:
    ground: Ground
    where: str = ""  # file system and devices, in technical words

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS.get(self.ground, "unknown")


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of /proc/self/mountinfo."""

    number: int
    parent: int
    device: str  # "259:2"; of file systems without one device "0:..."
    point: str
    kind: str
    source: str


def encryption_of(path: Path) -> Encryption:
    resolved = path.resolve()
    if sys.platform == "linux":
        try:
            mounts = read_mounts(Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape"))
        except OSError:
            return Encryption("unclear")
        return on_linux(resolved, mounts, sysfs=Path("/sys"), is_marked=_is_marked(resolved))
    if sys.platform == "darwin":
        return Encryption("another volume") if resolved.is_relative_to("/Volumes") else filevault(_said_by("/usr/bin/fdesetup", "status"))
    return Encryption("rights") if sys.platform == "win32" else Encryption("unclear")


# --- Linux: which mount ------------------------------------------------------------------------


def read_mounts(mountinfo: str) -> tuple[Mount, ...]:
    return tuple(_mount(line) for line in mountinfo.splitlines() if " - " in line)


def _mount(line: str) -> Mount:
    before, _, after = line.partition(" - ")
    number, parent, device, _, point, *_ = before.split(" ")
    kind, source, *_ = after.split(" ")
    return Mount(int(number), int(parent), device, _unescaped(point), kind, _unescaped(source))


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)


def mount_of(path: Path, mounts: Sequence[Mount]) -> Mount | None:
    """Where a look-up of the path ends: from the root on, at each mount the next one on the way. What another mount hides is not met."""
    numbers = {mount.number for mount in mounts}
    here = next((mount for mount in mounts if mount.point == "/" and mount.parent not in numbers - {mount.number}), None)
    while here:
        onward = [mount for mount in mounts if mount.parent == here.number != mount.number and path.is_relative_to(mount.point)]
        if not onward:
            break
        here = min(onward, key=lambda mount: len(mount.point))
    return here


# --- Linux: what lies below it -----------------------------------------------------------------

_ENCRYPTING = {"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.securefs"}
_ELSEWHERE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "lustre", "vboxsf", "fuse.sshfs", "fuse.vmhgfs-fuse"}
_LAYERED = {"overlay", "aufs", "fuse.fuse-overlayfs"}
_IN_MEMORY = {"tmpfs", "ramfs"}
_ENCRYPTING_PERHAPS = {"zfs", "bcachefs"}

_BY_KIND: dict[str, Ground] = {
    **dict.fromkeys(_ENCRYPTING, "file system"),
    **dict.fromkeys(_ELSEWHERE, "network"),
    **dict.fromkeys(_LAYERED, "container"),
    **dict.fromkeys(_IN_MEMORY, "memory"),
    **dict.fromkeys(_ENCRYPTING_PERHAPS, "perhaps by itself"),
}

_CIPHERS = re.compile(r"CRYPT-(LUKS\d|PLAIN|LOOPAES|TCRYPT|BITLK|FVAULT2)")
"""How cryptsetup names what it encrypts. CRYPT-VERITY and CRYPT-INTEGRITY only compare sums."""

_BY_DEVICE: tuple[tuple[str, Ground], ...] = (("zd", "perhaps by itself"), ("nbd", "network"), ("rbd", "network"), ("zram", "memory"))
"""Names of block devices that are not disks."""


def on_linux(path: Path, mounts: Sequence[Mount], *, sysfs: Path, is_marked: bool = False) -> Encryption:
    """``is_marked``: the file system itself says that it encrypts this folder."""
    mount = mount_of(path, mounts)
    if mount is None:
        return Encryption("unclear")
    if is_marked:
        return Encryption("folder", mount.kind)
    if ground := _BY_KIND.get(mount.kind):
        return Encryption(ground, mount.kind)
    devices = _devices(mount, sysfs)
    if not devices:
        return Encryption("unclear", mount.kind)
    chains = [_chain(device, mounts, sysfs) for device in devices]
    return Encryption(_together([chain.ground for chain in chains]), f"{mount.kind}: {', '.join(chain.where for chain in chains)}")


def _devices(mount: Mount, sysfs: Path) -> list[Path]:
    """The devices that hold a file system, as sysfs has them."""
    direct = sysfs / "dev" / "block" / mount.device
    if direct.exists():
        return [direct.resolve()]
    name = Path(mount.source).name  # btrfs has no device number; what is mounted is named instead
    mapped = [folder.parent for folder in (sysfs / "class" / "block").glob("dm-*/dm") if _text(folder / "name") == name]
    found = mapped or [path for path in [sysfs / "class" / "block" / name] if mount.source.startswith("/dev/") and path.exists()]
    devices = [path.resolve() for path in found]
    for together in (sysfs / "fs" / "btrfs").glob("*/devices"):
        members = [path.resolve() for path in sorted(together.iterdir())]
        if any(device in members for device in devices):
            return members
    return devices


@dataclass(frozen=True, slots=True)
class _Chain:
    ground: Ground
    where: str


def _chain(device: Path, mounts: Sequence[Mount], sysfs: Path) -> _Chain:
    """From a device down to the disks that it lies on."""
    mapped, name = _text(device / "dm" / "uuid"), _text(device / "dm" / "name")
    if cipher := _CIPHERS.match(mapped):
        return _Chain("device", f"{device.name} ({cipher[1]})")
    if name.startswith("veracrypt") and not mapped:
        return _Chain("device", f"{device.name} (VeraCrypt)")
    whole = device.parent if (device / "partition").is_file() else device
    if backing := _text(whole / "loop" / "backing_file"):
        found = on_linux(Path(backing), mounts, sysfs=sysfs)
        return _Chain(found.ground, f"{device.name} ({found.where})")
    if ground := next((ground for begins, ground in _BY_DEVICE if whole.name.startswith(begins)), None):
        return _Chain(ground, device.name)
    below = [_chain(path.resolve(), mounts, sysfs) for path in sorted((whole / "slaves").glob("*"))]
    if not below:
        return _Chain("unclear" if (whole / "dm").is_dir() else "none found", device.name)
    ground = _together([chain.ground for chain in below])
    if (whole / "dm").is_dir() and not mapped and ground == "none found":
        ground = "unclear"  # made by hand, and may be anything
    return _Chain(ground, f"{device.name} ({', '.join(chain.where for chain in below)})")


def _together(grounds: Collection[Ground]) -> Ground:
    """Of several disks that hold one file system: all of them have to be encrypted."""
    if len(set(grounds)) == 1:
        return next(iter(grounds))
    return next((ground for ground in grounds if ground not in _VERDICTS), "a part")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


_GET_FLAGS, _ENCRYPTED = 0x80086601, 0x800
"""FS_IOC_GETFLAGS where a long has 64 bits, and FS_ENCRYPT_FL (linux/fs.h)."""


def _is_marked(path: Path) -> bool:
    if sys.platform != "linux":
        return False
    try:
        folder = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        flags = array.array("L", [0])
        fcntl.ioctl(folder, _GET_FLAGS, flags)
        return bool(flags[0] & _ENCRYPTED)
    except OSError:  # a file system without flags
        return False
    finally:
        os.close(folder)


# --- macOS -------------------------------------------------------------------------------------


def filevault(status: str) -> Encryption:
    """What ``fdesetup status`` says. It speaks of the volume of the system, on which homes lie."""
    if "in progress" in status:
        return Encryption("under way")
    if "FileVault is On" in status:
        return Encryption("FileVault")
    return Encryption("no FileVault") if "FileVault is Off" in status else Encryption("unclear")


def _said_by(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
