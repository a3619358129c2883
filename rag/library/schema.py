"""The tables of the manifest, and how an older drawer becomes one of today."""

from __future__ import annotations

VERSION = 8

SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE documents (             -- one row a content
    doc_id TEXT PRIMARY KEY,         -- SHA-256 of the bytes
    format TEXT NOT NULL, title TEXT, pages INTEGER, size_bytes INTEGER NOT NULL, unread_pages TEXT NOT NULL,
    metadata TEXT NOT NULL, method TEXT NOT NULL, added REAL NOT NULL
) STRICT;
CREATE TABLE places (                -- where contents were found
    place BLOB PRIMARY KEY,          -- the path as bytes; an upload: 'upload:' and the name
    name TEXT NOT NULL, doc_id TEXT REFERENCES documents, mtime_ns INTEGER, size_bytes INTEGER NOT NULL,
    reason_code TEXT, reason_facts TEXT, added REAL NOT NULL
) STRICT;
CREATE INDEX places_of_document ON places (doc_id);
CREATE TABLE pages (
    doc_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    number INTEGER, label TEXT, start INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (doc_id, ordinal)
) STRICT;
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice
    doc_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, page_end INTEGER,
    headings TEXT NOT NULL, header TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (doc_id, ordinal)
) STRICT;
CREATE TABLE vectors (
    passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE, embedder TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (passage_id, embedder)
) STRICT;
CREATE VIRTUAL TABLE terms USING fts5 (header, body, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
CREATE VIRTUAL TABLE term_counts USING fts5vocab (terms, row);
CREATE TABLE outbox (                -- what the vector index has not been told yet
    seq INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL, gone INTEGER NOT NULL
) STRICT;
CREATE TABLE jobs (                  -- uploads that are kept but not taken in yet
    job_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, snapshot TEXT NOT NULL, added REAL NOT NULL
) STRICT;
"""
"""Version 1. What came later is in MIGRATIONS, so that a new drawer and an old one go the same way."""

MIGRATIONS: dict[int, str] = {
    1: """
ALTER TABLE places ADD COLUMN inode INTEGER;
ALTER TABLE places ADD COLUMN checked REAL;                     -- when its bytes were last read, seconds since the epoch
ALTER TABLE places ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;   -- failures in a row, of kinds that may pass
ALTER TABLE pages ADD COLUMN recognised TEXT;                   -- what turned its picture into text: engine, confidence, boxes
CREATE TABLE folders (               -- kept equal to the drawer
    folder BLOB PRIMARY KEY, device INTEGER, include TEXT NOT NULL, exclude TEXT NOT NULL, paused INTEGER NOT NULL DEFAULT 0,
    reachable INTEGER NOT NULL DEFAULT 1, swept REAL, added REAL NOT NULL
) STRICT;
""",
    2: """
ALTER TABLE places ADD COLUMN snapshot TEXT;                    -- of an upload: its file in snapshots/, also while it could not be read
UPDATE places SET snapshot=doc_id WHERE substr(place, 1, 7)=CAST('upload:' AS BLOB);
""",
    3: """
ALTER TABLE pages ADD COLUMN boxes BLOB NOT NULL DEFAULT x'';   -- where its words stand, see rag/boxes.py
ALTER TABLE pages ADD COLUMN tables TEXT NOT NULL DEFAULT '[]'; -- start, end, rows that name the columns, of each
UPDATE pages SET recognised = json_remove(recognised, '$.words') WHERE recognised IS NOT NULL;
""",
    4: """
CREATE VIRTUAL TABLE term_places USING fts5vocab (terms, instance);
CREATE TABLE wanted (                -- to be read again, since somebody asked for it
    place BLOB PRIMARY KEY REFERENCES places ON DELETE CASCADE, asked REAL NOT NULL
) STRICT;
CREATE TABLE unfinished_pages (      -- recognised, of documents that are not saved yet
    doc_id TEXT NOT NULL, method TEXT NOT NULL, number INTEGER NOT NULL, page TEXT NOT NULL, added REAL NOT NULL,
    PRIMARY KEY (doc_id, method, number)
) STRICT;
CREATE TABLE unfinished_vectors (    -- embedded, likewise
    doc_id TEXT NOT NULL, embedder TEXT NOT NULL, passage BLOB NOT NULL, vector BLOB NOT NULL, added REAL NOT NULL,
    PRIMARY KEY (doc_id, embedder, passage)
) STRICT;
""",
    5: """
ALTER TABLE vectors ADD COLUMN passage BLOB;                    -- SHA-256 of what was embedded; NULL of what is from before
CREATE INDEX vectors_of_passage ON vectors (passage) WHERE passage IS NOT NULL;
""",
    6: """
CREATE TABLE conversations (
    conversation_id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, words TEXT NOT NULL,   -- words: as they are searched
    named INTEGER NOT NULL DEFAULT 0,                               -- by the reader; else it is called after its first question
    created REAL NOT NULL, changed REAL NOT NULL
) STRICT;
CREATE TABLE turns (
    conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    asked REAL NOT NULL, question TEXT NOT NULL, words TEXT NOT NULL, as_typed INTEGER NOT NULL, asked_of TEXT NOT NULL,
    documents TEXT NOT NULL,                                        -- whose words it holds, as far as that is known
    written TEXT NOT NULL, error TEXT, answer TEXT, PRIMARY KEY (conversation_id, ordinal)
) STRICT;
""",
    7: """
CREATE TABLE happenings (            -- in watched folders, for a month
    happening_id INTEGER PRIMARY KEY AUTOINCREMENT, folder BLOB NOT NULL, place BLOB NOT NULL, was BLOB, what TEXT NOT NULL,
    doc_id TEXT, at REAL NOT NULL    -- was: the place of what has another name now
) STRICT;
CREATE TABLE paths (                 -- files and folders on this computer that are to be taken in once
    path BLOB PRIMARY KEY, asked REAL NOT NULL
) STRICT;
""",
}
"""Version -> what makes it the next one."""


def script_from(version: int) -> str:
    """What brings a drawer of ``version`` (0: none yet) to VERSION, in one transaction."""
    steps = [SCHEMA] if version == 0 else []
    steps += [MIGRATIONS[step] for step in range(max(1, version), VERSION)]
    return f"BEGIN IMMEDIATE;{''.join(steps)}PRAGMA user_version={VERSION};COMMIT;"
