"""ODF packages behind a password, opened in memory (OpenDocument 1.2, part 3, 3.4); HWPX does the same (OWPML, 15).

No library that is kept up does this. Keys and ciphers come from OpenSSL; here is only where in the package they are said to lie.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import zipfile
import zlib
from base64 import b64decode

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ingest.read.package import LARGEST_PART_MIB, Element, Package, attribute, child, within
from rag.errors import DamagedDocument, DocumentTooDemanding, UnsupportedEncryption, WrongPassword

_MANIFEST = "META-INF/manifest.xml"
_WHOLE = "encrypted-package"
"""The one part of what LibreOffice has saved since 24.2: the whole document, packed and encrypted once more."""

_NOTHING_ENCRYPTED = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
_TEXT = (".xml", ".hpf")
_CHECKED_BYTES = 1024
_BLOCK_BYTES = 16
_MOST_KIB = 1 << 20  # of memory for a key; LibreOffice takes 1 << 16


def is_encrypted(package: Package) -> bool:
    return next(within(package.part(_MANIFEST), "encryption-data"), None) is not None


def decrypt(package: Package, password: str) -> bytes:
    """The package as it was before; without its pictures, of which only the names are left.

    Raises:
        WrongPassword
        UnsupportedEncryption: it takes a key that is no password, or is of OpenOffice (Blowfish).
        DamagedDocument
    """
    entries = {attribute(entry, "full-path") or "": entry for entry in within(package.part(_MANIFEST), "file-entry")}
    secrets = {part: found for part, entry in entries.items() if (found := child(entry, "encryption-data")) is not None}
    if _WHOLE in secrets:
        return _decrypted(package, _WHOLE, secrets[_WHOLE], password)
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w") as archive:
        for part in package.parts():
            if part == _MANIFEST:
                archive.writestr(part, _NOTHING_ENCRYPTED)
            elif part in secrets:
                archive.writestr(part, _decrypted(package, part, secrets[part], password) if part.lower().endswith(_TEXT) else b"")
            else:
                archive.writestr(part, package.bytes_of(part) or b"")
    return opened.getvalue()


def _decrypted(package: Package, part: str, secret: Element, password: str) -> bytes:
    hidden = package.bytes_of(part) or b""
    way = child(secret, "algorithm")
    try:
        key = _key(secret, password, package.name)
        nonce = b64decode(attribute(way, "initialisation-vector") or "")
        match (attribute(way, "algorithm-name") or "").rpartition("#")[2]:
            case "aes256-gcm":
                packed = AESGCM(key).decrypt(nonce, hidden.removeprefix(nonce), None)
                return packed if packed.startswith(b"PK") else _unpacked(packed, package.name)
            case "aes128-cbc" | "aes192-cbc" | "aes256-cbc":
                cipher = Cipher(algorithms.AES(key), modes.CBC(nonce)).decryptor()
                padded = cipher.update(hidden[: len(hidden) // _BLOCK_BYTES * _BLOCK_BYTES])
                return _checked(padded[: -padded[-1]] if padded and 0 < padded[-1] <= _BLOCK_BYTES else padded, secret, package.name)
            case _:
                raise UnsupportedEncryption(name=package.name)
    except InvalidTag as error:
        raise WrongPassword(name=package.name) from error
    except UnsupportedAlgorithm as error:
        raise UnsupportedEncryption(name=package.name) from error
    except (ValueError, OverflowError, binascii.Error) as error:
        raise DamagedDocument(name=package.name, cause="its encryption makes no sense") from error


def _key(secret: Element, password: str, name: str) -> bytes:
    start, derivation = child(secret, "start-key-generation"), child(secret, "key-derivation")
    hashed = (attribute(start, "start-key-generation-name") or "sha1").rpartition("#")[2].lower()
    if derivation is None or hashed not in ("sha1", "sha256"):
        raise UnsupportedEncryption(name=name)
    first = hashlib.new(hashed, password.encode()).digest()
    salt, length = b64decode(attribute(derivation, "salt") or ""), _count(derivation, "key-size", 16)
    way = (attribute(derivation, "key-derivation-name") or "").lower()
    if way.endswith("pbkdf2"):
        return hashlib.pbkdf2_hmac("sha1", first, salt, _count(derivation, "iteration-count"), length)
    if way.endswith("argon2id"):
        memory_kib = _count(derivation, "argon2-memory")
        if memory_kib > _MOST_KIB:
            raise DocumentTooDemanding(name=name, limit=f"{_MOST_KIB >> 10} MiB")
        rounds, lanes = _count(derivation, "argon2-iterations"), _count(derivation, "argon2-lanes")
        return Argon2id(salt=salt, length=length, iterations=rounds, lanes=lanes, memory_cost=memory_kib).derive(first)
    raise UnsupportedEncryption(name=name)


def _count(node: Element, wanted: str, otherwise: int = 0) -> int:
    value = attribute(node, wanted)
    return otherwise if value is None else int(value)


def _checked(packed: bytes, secret: Element, name: str) -> bytes:
    """The text, if the password was right. Some programs write a checksum that does not fit, over what is XML all the same."""
    hashed = hashlib.sha256 if "sha256" in (attribute(secret, "checksum-type") or "").lower() else hashlib.sha1
    fits = hashed(packed[:_CHECKED_BYTES]).digest() == b64decode(attribute(secret, "checksum") or "")
    try:
        text = _unpacked(packed, name)
    except DamagedDocument as error:
        raise error if fits else WrongPassword(name=name) from error
    if not fits and not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise WrongPassword(name=name)
    return text


def _unpacked(packed: bytes, name: str) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = stream.decompress(packed, LARGEST_PART_MIB * 2**20)
    except zlib.error as error:
        raise DamagedDocument(name=name, cause="a part of it cannot be unpacked") from error
    if stream.unconsumed_tail:
        raise DocumentTooDemanding(name=name, limit=f"{LARGEST_PART_MIB} MiB")
    if not stream.eof:
        raise DamagedDocument(name=name, cause="a part of it is cut off")
    return text
