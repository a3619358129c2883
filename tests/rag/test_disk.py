"""Whether the drawer's disk is encrypted, on made-up machines: lines of mountinfo and a tree like sysfs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rag.disk import Encryption, encryption_of, filevault, mount_of, on_linux, read_mounts

HOME = Path("/home/kim/drawer")


class Machine:
    """Block devices of a made-up machine."""

    def __init__(self, sysfs: Path) -> None:
        self.sysfs = sysfs
        for folder in ("dev/block", "class/block", "fs/btrfs"):
            (sysfs / folder).mkdir(parents=True)

    def disk(self, name: str, number: str, *, within: str = "") -> None:
        """``within``: the disk whose partition it is."""
        folder = self.sysfs / "devices" / within / name
        folder.mkdir(parents=True)
        if within:
            (folder / "partition").write_text("1\n")
        self._link(name, number, folder)

    def mapped(self, name: str, number: str, *, uuid: str, on: tuple[str, ...], called: str = "") -> None:
        folder = self.sysfs / "devices" / "virtual" / name
        (folder / "dm").mkdir(parents=True)
        (folder / "dm" / "uuid").write_text(uuid + "\n")
        (folder / "dm" / "name").write_text(called + "\n")
        self._link(name, number, folder)
        self.put(name, on)

    def raid(self, name: str, number: str, *, on: tuple[str, ...]) -> None:
        folder = self.sysfs / "devices" / "virtual" / name
        folder.mkdir(parents=True)
        self._link(name, number, folder)
        self.put(name, on)

    def loop(self, name: str, number: str, *, file: str) -> None:
        folder = self.sysfs / "devices" / "virtual" / name
        (folder / "loop").mkdir(parents=True)
        (folder / "loop" / "backing_file").write_text(file + "\n")
        self._link(name, number, folder)

    def btrfs(self, *members: str) -> None:
        folder = self.sysfs / "fs" / "btrfs" / "0f3a" / "devices"
        folder.mkdir(parents=True)
        for member in members:
            (folder / member).symlink_to((self.sysfs / "class" / "block" / member).resolve())

    def put(self, name: str, on: tuple[str, ...]) -> None:
        slaves = (self.sysfs / "class" / "block" / name).resolve() / "slaves"
        slaves.mkdir()
        for below in on:
            (slaves / below).symlink_to((self.sysfs / "class" / "block" / below).resolve())

    def _link(self, name: str, number: str, folder: Path) -> None:
        (self.sysfs / "dev" / "block" / number).symlink_to(folder)
        (self.sysfs / "class" / "block" / name).symlink_to(folder)

    def says(self, *mountinfo: str, path: Path = HOME) -> Encryption:
        return on_linux(path, read_mounts("\n".join(mountinfo)), sysfs=self.sysfs)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "sys")
    made.disk("sda", "8:0")
    made.disk("sda1", "8:1", within="sda")
    made.disk("sda2", "8:2", within="sda")
    made.disk("sdb", "8:16")
    made.disk("sdb1", "8:17", within="sdb")
    return made


ROOT_PLAIN = "27 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"


def test_a_disk_without_any_layer_is_not_encrypted(machine: Machine) -> None:
    found = machine.says(ROOT_PLAIN)

    assert found == Encryption("none found", "ext4: sda1")
    assert found.verdict == "no"


@pytest.mark.parametrize(
    "uuid",
    [
        pytest.param("CRYPT-LUKS2-0f3a-luks-home", id="LUKS2"),
        pytest.param("CRYPT-LUKS1-0f3a-luks-home", id="LUKS1"),
        pytest.param("CRYPT-PLAIN-home", id="plain dm-crypt"),
        pytest.param("CRYPT-TCRYPT-home", id="VeraCrypt by cryptsetup"),
        pytest.param("CRYPT-BITLK-0f3a-home", id="BitLocker by cryptsetup"),
    ],
)
def test_dm_crypt_below_the_file_system_is_encryption(machine: Machine, uuid: str) -> None:
    machine.mapped("dm-0", "253:0", uuid=uuid, on=("sda2",))

    found = machine.says(ROOT_PLAIN, "40 27 253:0 / /home rw - ext4 /dev/mapper/home rw")

    assert found.verdict == "yes"
    assert found.ground == "device"


@pytest.mark.parametrize("uuid", ["CRYPT-VERITY-0f3a-root", "CRYPT-INTEGRITY-root"])
def test_comparing_sums_is_not_encryption(machine: Machine, uuid: str) -> None:
    machine.mapped("dm-0", "253:0", uuid=uuid, on=("sda2",))

    assert machine.says("27 1 253:0 / / rw - ext4 /dev/mapper/root rw").verdict == "no"


def test_a_volume_on_an_encrypted_disk_is_encrypted(machine: Machine) -> None:
    machine.mapped("dm-0", "253:0", uuid="CRYPT-LUKS2-0f3a-crypt", on=("sda2",))
    machine.mapped("dm-1", "253:1", uuid="LVM-abc", on=("dm-0",))

    assert machine.says("27 1 253:1 / / rw - xfs /dev/mapper/vg-root rw") == Encryption("device", "xfs: dm-1 (dm-0 (LUKS2))")


def test_a_volume_that_lies_on_two_disks_is_as_safe_as_the_weaker_one(machine: Machine) -> None:
    machine.mapped("dm-0", "253:0", uuid="CRYPT-LUKS2-0f3a-crypt", on=("sda2",))
    machine.mapped("dm-1", "253:1", uuid="LVM-abc", on=("dm-0", "sdb1"))

    found = machine.says("27 1 253:1 / / rw - ext4 /dev/mapper/vg-root rw")

    assert (found.ground, found.verdict) == ("a part", "no")


def test_a_partition_of_a_raid_is_asked_of_the_raid(machine: Machine) -> None:
    machine.mapped("dm-0", "253:0", uuid="CRYPT-LUKS2-a", on=("sda2",))
    machine.mapped("dm-1", "253:1", uuid="CRYPT-LUKS2-b", on=("sdb1",))
    machine.raid("md0", "9:0", on=("dm-0", "dm-1"))
    machine.disk("md0p1", "259:0", within="virtual/md0")

    assert machine.says("27 1 259:0 / / rw - ext4 /dev/md0p1 rw").verdict == "yes"


def test_what_was_mapped_by_hand_may_be_anything(machine: Machine) -> None:
    machine.mapped("dm-0", "253:0", uuid="", on=("sda2",), called="home")
    machine.mapped("dm-1", "253:1", uuid="", on=("sdb1",), called="veracrypt1")

    assert machine.says("27 1 253:0 / / rw - ext4 /dev/mapper/home rw").verdict == "unknown"
    assert machine.says("27 1 253:1 / / rw - ext4 /dev/mapper/veracrypt1 rw").verdict == "yes"


def test_a_file_that_is_mounted_is_as_safe_as_where_it_lies(machine: Machine) -> None:
    machine.mapped("dm-0", "253:0", uuid="CRYPT-LUKS2-a", on=("sda2",))
    machine.loop("loop0", "7:0", file="/vault/drawer.img")
    machine.loop("loop1", "7:1", file="/drawer.img")
    vault = "40 27 253:0 / /vault rw - ext4 /dev/mapper/vault rw"

    assert machine.says(ROOT_PLAIN, vault, "41 27 7:0 / /home rw - ext4 /dev/loop0 rw").verdict == "yes"
    assert machine.says(ROOT_PLAIN, vault, "41 27 7:1 / /home rw - ext4 /dev/loop1 rw").verdict == "no"


def test_btrfs_is_asked_of_all_its_devices(machine: Machine) -> None:
    machine.mapped("dm-0", "253:0", uuid="CRYPT-LUKS2-a", on=("sda2",), called="luks-a")
    home = "40 27 0:44 /@home /home rw - btrfs /dev/mapper/luks-a rw,subvol=/@home"
    assert machine.says(ROOT_PLAIN, home).verdict == "yes"

    machine.btrfs("dm-0", "sdb1")
    assert machine.says(ROOT_PLAIN, home).ground == "a part"
    assert machine.says("27 1 0:30 /@ / rw - btrfs /dev/sda1 rw").verdict == "no"


@pytest.mark.parametrize(
    ("kind", "ground", "verdict"),
    [
        ("fuse.gocryptfs", "file system", "yes"),
        ("ecryptfs", "file system", "yes"),
        ("nfs4", "network", "unknown"),
        ("cifs", "network", "unknown"),
        ("9p", "network", "unknown"),
        ("overlay", "container", "unknown"),
        ("zfs", "perhaps by itself", "unknown"),
        ("tmpfs", "memory", "unknown"),
        ("fuse.something", "unclear", "unknown"),
    ],
)
def test_some_file_systems_tell_by_their_kind(machine: Machine, kind: str, ground: str, verdict: str) -> None:
    found = machine.says(ROOT_PLAIN, f"40 27 0:50 / /home rw,relatime shared:1 - {kind} somewhere rw")

    assert (found.ground, found.verdict) == (ground, verdict)


def test_a_folder_that_its_file_system_encrypts_is_encrypted(machine: Machine) -> None:
    assert on_linux(HOME, read_mounts(ROOT_PLAIN), sysfs=machine.sysfs, is_marked=True) == Encryption("folder", "ext4")


def test_a_device_that_sysfs_does_not_know_is_no_proof_of_anything(machine: Machine) -> None:
    assert machine.says("27 1 99:9 / / rw - ext4 /dev/root rw").verdict == "unknown"
    assert machine.says("").verdict == "unknown"


def test_the_mount_is_the_one_that_a_look_up_meets() -> None:
    mounts = read_mounts(
        "\n".join(
            [
                "27 1 8:1 / / rw - ext4 /dev/sda1 rw",
                "30 27 8:2 / /home rw - ext4 /dev/sda2 rw",
                "31 30 8:3 / /home/kim rw - ext4 /dev/sda3 rw",
                "32 27 8:4 / /mnt/a rw - ext4 /dev/sda4 rw",
                "33 27 8:5 / /mnt rw - ext4 /dev/sda5 rw",  # hides the one before
                r"34 27 8:6 / /My\040papers rw - ext4 /dev/sda6 rw",
                r"35 34 8:7 / /My\040papers rw - ext4 /dev/sda7 rw",  # on top of it
            ]
        )
    )

    def device(path: str) -> str:
        found = mount_of(Path(path), mounts)
        assert found is not None
        return found.device

    assert device("/home/kim/drawer") == "8:3"
    assert device("/home/kimberly") == "8:2"
    assert device("/mnt/a/b") == "8:5"
    assert device("/My papers/x") == "8:7"
    assert device("/opt") == "8:1"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("FileVault is On.\n", "yes"),
        ("FileVault is Off.\n", "no"),
        ("FileVault is On.\nEncryption in progress: Percent completed = 12\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_filevault_says_it_in_words(said: str, verdict: str) -> None:
    assert filevault(said).verdict == verdict


@pytest.mark.skipif(sys.platform != "linux", reason="asks this machine")
def test_this_machine_has_an_answer(tmp_path: Path) -> None:
    found = encryption_of(tmp_path)

    assert found.verdict in ("yes", "no", "unknown")
    assert found.where
    assert encryption_of(Path("/proc")).verdict == "unknown"
