"""ODT -> one page; ODP -> a page for each slide. What ODS shares with them is here too: its metadata, its password."""

from __future__ import annotations

from ingest.read.package import Package, child, facts, within
from rag.errors import EncryptedDocument


def check_password(package: Package) -> None:
    """
    Raises:
        EncryptedDocument: its parts can only be read with a password.
    """
    if next(within(package.part("META-INF/manifest.xml"), "encryption-data"), None) is not None:
        raise EncryptedDocument(name=package.name)


def metadata(package: Package) -> dict[str, str]:
    """Title, author, created, modified."""
    meta = child(package.part("meta.xml"), "meta")
    wanted = {"title": "title", "author": "initial-creator", "created": "creation-date", "modified": "date"}
    found = facts(meta, wanted)
    return found if "author" in found else found | facts(meta, {"author": "creator"})
