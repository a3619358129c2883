"""EPUB -> one page: its chapters in the order of the book."""

from __future__ import annotations

from ingest.read import html
from ingest.read.blocks import PageText
from ingest.read.package import Element, Package, attribute, child, children, facts, local, part_beside, within
from rag.errors import DamagedDocument, NoTextInDocument, NoWords, UnsupportedEncryption
from rag.records import Reading

_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways of encryption that only keep fonts from being taken out of the book."""


def read(package: Package) -> Reading:
    """
    Raises:
        UnsupportedEncryption: it is sold with a lock.
        DamagedDocument: what it is made of is not said.
    """
    _check_lock(package)
    container = package.part("META-INF/container.xml")
    root = next((attribute(node, "full-path") for node in within(container, "rootfile")), None)
    book = package.part(root)
    if root is None or book is None:
        raise DamagedDocument(name=package.name, cause="its table of parts is missing")
    text = PageText()
    chapters = list(_chapters(book, root))
    for part in chapters:
        contents = package.bytes_of(part)
        if contents is None:
            raise DamagedDocument(name=package.name, cause="a chapter is missing")
        page = html.chapter(contents, package.name)
        if page.text.strip():
            text.add_page(page)
    if not text:
        raise NoTextInDocument(name=package.name, pages=len(chapters)) if package.has_pictures() else NoWords(name=package.name)
    found = child(book, "metadata")
    metadata = facts(found, {"title": "title", "author": "creator", "created": "date"})
    modified = next((node.text for node in children(found) if attribute(node, "property") == "dcterms:modified" and node.text), None)
    if modified is not None:
        metadata["modified"] = " ".join(modified.split())
    return Reading((text.page(find=True),), format="epub", title=metadata.get("title") or text.title, metadata=metadata)


def _check_lock(package: Package) -> None:
    for data in within(package.part("META-INF/encryption.xml"), "EncryptedData"):
        if attribute(child(data, "EncryptionMethod"), "Algorithm") not in _FONTS_ONLY:
            raise UnsupportedEncryption(name=package.name)


def _chapters(book: Element, root: str) -> list[str]:
    """The parts of the book's spine; where that names none, all its chapters."""
    items = {attribute(node, "id"): node for node in children(child(book, "manifest")) if local(node) == "item"}
    spine = [items[found] for node in children(child(book, "spine")) if (found := attribute(node, "idref")) in items]
    chapters = [node for node in spine or items.values() if attribute(node, "media-type") in _CHAPTERS]
    return list(dict.fromkeys(part_beside(root, attribute(node, "href") or "") for node in chapters))
