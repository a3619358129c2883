"""Files behind a password, made from plain ones in their place; written from the formats' descriptions, not with the reader's code."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msoffcrypto.method.ecma376_agile import ECMA376Agile

_SMALLEST_PACKAGE_BYTES = 6000
"""Smaller ones the library does not write rightly."""


def office(path: Path, password: str, *, spins: int = 1000) -> Path:
    """A DOCX, PPTX or XLSX as Office 2010 and later encrypt it."""
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("noise.bin", os.urandom(_SMALLEST_PACKAGE_BYTES))
    path.write_bytes(ECMA376Agile.encrypt(password, io.BytesIO(path.read_bytes()), spin_count=spins))
    return path


# --- XLS ---------------------------------------------------------------------------------------

_PLAIN_RECORDS = (0x809, 0x2F)
_SHEET = 0x85


def xls(path: Path, password: str) -> Path:
    """A workbook of ``workbooks.xls(protected=True)``, encrypted by RC4 (MS-XLS 2.2.10, MS-OFFCRYPTO 2.3.6)."""
    file = bytearray(path.read_bytes())
    salt, verifier = os.urandom(16), os.urandom(16)
    first = Cipher(ARC4(_rc4_key(password, salt, 0)), mode=None).encryptor()
    secret = salt + first.update(verifier) + first.update(hashlib.md5(verifier).digest())
    start = file.index(struct.pack("<HHHHII", 0x809, 16, 0x600, 5, 0, 0))
    at, stream = start, b""
    keys = b"".join(
        Cipher(ARC4(_rc4_key(password, salt, block)), mode=None).encryptor().update(bytes(1024))
        for block in range((len(file) - start) // 1024 + 1)
    )
    while file[at : at + 2] != b"\0\0":
        kind, length = struct.unpack_from("<HH", file, at)
        content = bytes(file[at + 4 : at + 4 + length])
        shown = length if kind in _PLAIN_RECORDS else 4 if kind == _SHEET else 0
        hidden = bytes(one ^ key for one, key in zip(content[shown:], keys[at + 4 + shown - start :], strict=False))
        stream += struct.pack("<HH", kind, length) + (struct.pack("<HHH", 1, 1, 1) + secret if kind == 0x2F else content[:shown] + hidden)
        at += 4 + length
    file[start:at] = stream
    path.write_bytes(file)
    return path


def _rc4_key(password: str, salt: bytes, block: int) -> bytes:
    first = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    second = hashlib.md5((first + salt) * 16).digest()[:5]
    return hashlib.md5(second + struct.pack("<I", block)).digest()


# --- OpenDocument and HWPX ---------------------------------------------------------------------

_NAMESPACES = (
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
)


def open_document(path: Path, password: str, *, rounds: int = 1000, algorithm: str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc") -> Path:
    """Part by part, as programs did from OpenDocument 1.2 on (AES-256, PBKDF2), and as HWPX does."""
    entries, parts = "", dict[str, bytes]()
    with zipfile.ZipFile(path) as package:
        for part in package.namelist():
            text = package.read(part)
            if part == "mimetype":
                parts[part] = text
            elif part != "META-INF/manifest.xml":
                salt, vector = os.urandom(16), os.urandom(16)
                key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(password.encode()).digest(), salt, min(rounds, 1000), 32)
                packed = zlib.compress(text, wbits=-15)
                cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
                gap = 16 - len(packed) % 16
                parts[part] = cipher.update(packed + os.urandom(gap - 1) + bytes([gap]))
                checksum = hashlib.sha256(packed[:1024]).digest()
                entries += (
                    f'<manifest:file-entry manifest:full-path="{part}"><manifest:encryption-data manifest:checksum="{_64(checksum)}" '
                    'manifest:checksum-type="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#sha256-1k">'
                    f'<manifest:algorithm manifest:algorithm-name="{algorithm}" manifest:initialisation-vector="{_64(vector)}"/>'
                    f'<manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:key-size="32" manifest:iteration-count="{rounds}" '
                    f'manifest:salt="{_64(salt)}"/>{_START_KEY}</manifest:encryption-data></manifest:file-entry>'
                )
    return _write(path, parts, entries)


def whole_open_document(path: Path, password: str, *, memory_kib: int = 64) -> Path:
    """In one piece, as LibreOffice does since 24.2 (AES-256-GCM, Argon2id)."""
    salt, nonce = os.urandom(16), os.urandom(12)
    start = hashlib.sha256(password.encode()).digest()
    key = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=min(memory_kib, 64)).derive(start)
    with zipfile.ZipFile(path) as package:
        mimetype = package.read("mimetype")
    entry = (
        '<manifest:file-entry manifest:full-path="encrypted-package"><manifest:encryption-data>'
        f'<manifest:algorithm manifest:algorithm-name="http://www.w3.org/2009/xmlenc11#aes256-gcm" manifest:initialisation-vector="{_64(nonce)}"/>'
        f"{_START_KEY}<manifest:key-derivation "
        'manifest:key-derivation-name="urn:org:documentfoundation:names:experimental:office:manifest:argon2id" '
        f'manifest:key-size="32" loext:argon2-iterations="1" loext:argon2-memory="{memory_kib}" loext:argon2-lanes="1" '
        f'manifest:salt="{_64(salt)}"/></manifest:encryption-data></manifest:file-entry>'
    )
    secret = nonce + AESGCM(key).encrypt(nonce, zlib.compress(path.read_bytes(), wbits=-15), None)
    return _write(path, {"mimetype": mimetype, "encrypted-package": secret}, entry)


_START_KEY = (
    '<manifest:start-key-generation manifest:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" manifest:key-size="32"/>'
)


def _write(path: Path, parts: dict[str, bytes], entries: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
        package.writestr("META-INF/manifest.xml", f"<manifest:manifest {_NAMESPACES}>{entries}</manifest:manifest>")
    return path


def _64(content: bytes) -> str:
    return b64encode(content).decode()
