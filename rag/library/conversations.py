"""Conversations, kept so that they survive a restart: questions, each with what came of it.

They hold words of documents. Erasing one drops every turn that holds words of it, or may (``turns_about``); removing one leaves them as they are.
What is read back was written by whoever wrote the file: a turn that makes no sense is its question, and no more.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from rag.library.database import Database
from rag.library.fulltext import terms
from rag.records import EVERYTHING, Answer, Comparison, Filter, Reason, Summary, Survey

V = TypeVar("V")

_TITLE_CHARS = 80

_MOST_BYTES = 1 << 20
"""Of an answer as it is kept. One with ten pieces of evidence takes 10 KB, a list of 200 places 250 KB; of a longer one the last pieces go."""

_SURE_BYTES = 8
"""A shorter name stands in many words by chance."""


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A question with what came of it: an answer, an error, or what had been written when it was stopped."""

    question: str
    only: Filter = EVERYTHING
    as_typed: bool = False
    answer: Answer | None = None
    written: str = ""
    sources: tuple[str, ...] = ()  # ids of the documents from which it was being written; unknown, it may hold words of any
    error: Reason | None = None
    asked: float = 0.0  # seconds since the epoch; 0: when it is kept
    ordinal: int = 0  # given by who keeps it
    lost: bool = False  # there was more than the question, which cannot be read any longer

    def documents(self) -> tuple[str, ...]:
        """Ids of those whose words it holds, as far as that is known."""
        if self.answer is None:
            return tuple(dict.fromkeys(self.sources))
        held = [item.doc_id for item in self.answer.evidence] + [cited.doc_id for cited in self.answer.citations]
        return tuple(dict.fromkeys(held))


@dataclass(frozen=True, slots=True)
class Conversation:
    conversation_id: int
    title: str
    created: float
    changed: float  # seconds since the epoch
    turns: int
    found: int | None = None  # the first turn that holds what was searched for; None where only the title does, or nothing was


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a turn is kept."""

    conversation_id: int
    ordinal: int


class Conversations(Database):
    """The tables conversations and turns."""

    # --- writing ------------------------------------------------------------------------------

    def keep_turn(self, turn: PastTurn, *, conversation: int | None = None, at: int | None = None, seen: int | None = None) -> Kept:
        """Put a turn at the end of a conversation, or in place of turn ``at`` and all after it; in a new one where there is none (any longer).
        Turns beyond ``seen`` have come from elsewhere, and are not replaced by somebody who does not know of them: then it comes after them.

        What holds words of a document that is not in the drawer now, having been taken out meanwhile, is kept as its question alone.
        """
        now = time.time()
        with self.transaction(aside=True):
            documents = turn.documents()
            if set(documents) - self._there(documents):
                turn, documents = replace(turn, answer=None, written="", sources=()), ()
            if conversation is None or not self.rows("SELECT 1 FROM conversations WHERE conversation_id=?", (conversation,)):
                self._db.execute("INSERT INTO conversations (title, words, created, changed) VALUES ('', '', ?1, ?1)", (now,))
                conversation = self._one("SELECT last_insert_rowid()")
            last = self._one("SELECT coalesce(max(ordinal), -1) FROM turns WHERE conversation_id=?", (conversation,))
            if at is not None and (seen is None or last <= seen):
                self._db.execute("DELETE FROM turns WHERE conversation_id=? AND ordinal>=?", (conversation, at))
            ordinal = self._one("SELECT coalesce(max(ordinal)+1, 0) FROM turns WHERE conversation_id=?", (conversation,))
            self._db.execute(
                "INSERT INTO turns VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (
                    conversation,
                    ordinal,
                    turn.asked or now,
                    _storable(turn.question),
                    folded(f"{turn.question}\n{turn.answer.text if turn.answer else turn.written}"),
                    turn.as_typed,
                    _json(turn.only),
                    json.dumps(documents),
                    _storable(turn.written),
                    _json(turn.error) if turn.error else None,
                    _within_bounds(turn.answer) if turn.answer else None,
                ),
            )
            self._db.execute("UPDATE conversations SET changed=? WHERE conversation_id=?", (now, conversation))
            self._title(conversation)
        return Kept(conversation, ordinal)

    def rename_conversation(self, conversation: int, title: str) -> None:
        """Called so from now on; without a title, after its first question again."""
        chosen = title_of(title)
        with self.transaction(aside=True):
            self._db.execute(
                "UPDATE conversations SET title=?, words=?, named=? WHERE conversation_id=?",
                (chosen, folded(chosen), bool(chosen), conversation),
            )
            self._title(conversation)

    def delete_conversation(self, conversation: int) -> None:
        with self.transaction(aside=True):
            self._db.execute("DELETE FROM conversations WHERE conversation_id=?", (conversation,))

    def delete_conversations(self) -> None:
        """All of them."""
        with self.transaction(aside=True):
            self._db.execute("DELETE FROM conversations")

    def _title(self, conversation: int) -> None:
        """Call it after its first question, unless the reader has named it."""
        first = self.rows("SELECT CAST(question AS BLOB) FROM turns WHERE conversation_id=? ORDER BY ordinal LIMIT 1", (conversation,))
        title = title_of(_text(first[0][0])) if first else ""
        self._db.execute(
            "UPDATE conversations SET title=?, words=? WHERE conversation_id=? AND NOT named", (title, folded(title), conversation)
        )

    def _drop_empty(self) -> None:
        self._db.execute(
            "DELETE FROM conversations WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id=conversations.conversation_id)"
        )

    def _there(self, documents: Collection[str]) -> set[str]:
        rows = self.rows("SELECT doc_id FROM documents WHERE doc_id IN (SELECT value FROM json_each(?))", (json.dumps(list(documents)),))
        return {doc_id for (doc_id,) in rows}

    # --- reading ------------------------------------------------------------------------------

    def conversations(self, *, most: int = 50, skip: int = 0) -> list[Conversation]:
        """That which was changed last first."""
        return self._conversations("1", "NULL", "", most, skip)

    def search_conversations(self, text: str, *, most: int = 50, skip: int = 0) -> list[Conversation]:
        """Those whose title, or a question or answer in them, holds ``text``, whatever its case; that which was changed last first."""
        hit = "(SELECT min(ordinal) FROM turns t WHERE t.conversation_id=c.conversation_id AND instr(t.words, :text))"
        return self._conversations("instr(c.words, :text) OR found IS NOT NULL", hit, folded(text), most, skip)

    def count_conversations(self) -> int:
        return 0 if self.outdated else self._one("SELECT count(*) FROM conversations")

    def conversation(self, conversation: int) -> Conversation | None:
        return next(iter(self._conversations("c.conversation_id=:text", "NULL", conversation, 1, 0)), None)

    def _conversations(self, where: str, found: str, text: str | int, most: int, skip: int) -> list[Conversation]:
        if self.outdated:
            return []
        rows = self.rows(
            "SELECT c.conversation_id, CAST(c.title AS BLOB), c.created, c.changed, "
            f"(SELECT count(*) FROM turns t WHERE t.conversation_id=c.conversation_id), {found} AS found FROM conversations c "
            f"WHERE {where} ORDER BY c.changed DESC, c.conversation_id DESC LIMIT :most OFFSET :skip",
            {"text": text, "most": most, "skip": skip},
        )
        return [Conversation(number, _text(title), *rest) for number, title, *rest in rows]

    def turns(self, conversation: int) -> list[PastTurn]:
        """All of one, in order; whatever stands in the file."""
        if self.outdated:
            return []
        rows = self.rows(f"SELECT {_COLUMNS} FROM turns WHERE conversation_id=? ORDER BY ordinal", (conversation,))
        return [_past_turn(*row) for row in rows]

    def kept_turns(self) -> set[Kept]:
        """Where there are any."""
        return {Kept(*row) for row in self.rows("SELECT conversation_id, ordinal FROM turns")}

    def lost_turns(self) -> int:
        """How many there are of which only the question can be read."""
        rows = self.rows("SELECT conversation_id, ordinal FROM turns")
        read = (self.rows(f"SELECT {_COLUMNS} FROM turns WHERE conversation_id=? AND ordinal=?", row)[0] for row in rows)
        return sum(_past_turn(*row).lost for row in read)

    # --- nothing stays ------------------------------------------------------------------------

    def forget_turns(self, about: Collection[tuple[int, int]], names: Collection[str]) -> None:
        """Drop turns (see ``turns_about``), conversations that have none left, and titles that hold one of the names or were made of what goes."""
        with self.transaction(aside=True):
            self._db.executemany("DELETE FROM turns WHERE conversation_id=? AND ordinal=?", about)
            self._drop_empty()
            named = self.rows("SELECT conversation_id, CAST(title AS BLOB) FROM conversations WHERE named")
            self._db.executemany(
                "UPDATE conversations SET named=0 WHERE conversation_id=?",
                [(number,) for number, title in named if _holds(folded(_text(title)), names)],
            )
            for (number,) in self.rows("SELECT conversation_id FROM conversations WHERE NOT named"):
                self._title(number)

    def turns_about(self, contents: Collection[str], names: Collection[str]) -> set[tuple[int, int]]:
        """Conversation and ordinal of every turn that holds words of these contents or says one of these names, or may do so: what was stopped
        while it was written from who knows what, and later questions that were rewritten from what goes.

        A name that another document has too counts only where it is said of one that is no longer in the drawer: an earlier version.
        """
        if self.outdated:
            return set()
        held = "instr(documents, value) OR instr(coalesce(answer, ''), value)"
        rows = self.rows(
            f"SELECT conversation_id, ordinal FROM turns WHERE EXISTS (SELECT 1 FROM json_each(:contents) WHERE {held}) "
            "OR (:contents<>'[]' AND written<>'' AND documents='[]')",
            {"contents": json.dumps(list(contents))},
        )
        gone = {(conversation, ordinal) for conversation, ordinal in rows} | set(self._turns_that_say(contents, names))
        return gone | set(self._rewritten_after(gone))

    def _turns_that_say(self, contents: Collection[str], names: Collection[str]) -> Iterator[tuple[int, int]]:
        others = self.rows(
            "SELECT DISTINCT name FROM places WHERE name IN (SELECT value FROM json_each(:names)) AND doc_id IS NOT NULL "
            "AND doc_id NOT IN (SELECT value FROM json_each(:contents))",
            {"names": json.dumps(list(names)), "contents": json.dumps(list(contents))},
        )
        shared = {name for (name,) in others}
        written = {form for name in names for form in (name, folded(name), json.dumps(name, ensure_ascii=False)[1:-1])}
        rows = self.rows(
            "SELECT conversation_id, ordinal, CAST(words AS BLOB), CAST(asked_of AS BLOB), CAST(coalesce(error, '') AS BLOB), "
            "CAST(coalesce(answer, '') AS BLOB) FROM turns WHERE EXISTS (SELECT 1 FROM json_each(?) WHERE "
            "instr(words, value) OR instr(asked_of, value) OR instr(coalesce(error, ''), value) OR instr(coalesce(answer, ''), value))",
            (json.dumps(sorted(written)),),
        )
        alone = [form for name in set(names) - shared for form in (name, json.dumps(name, ensure_ascii=False)[1:-1])]
        for conversation, ordinal, *parts in rows:
            said = [_text(part) for part in parts]
            earlier = _quoted_as(said[-1], shared) if shared else set()
            if earlier - self._there(earlier) or any(_holds(folded(text), alone) for text in said):
                yield conversation, ordinal

    def _rewritten_after(self, gone: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """A question that the conversation made stand alone may hold words of an answer before it."""
        first = {conversation: min(ordinal for one, ordinal in gone if one == conversation) for conversation, _ in gone}
        for conversation, ordinal in first.items():
            for turn in self.turns(conversation):
                understood = turn.answer.understood if turn.answer else None
                if turn.ordinal > ordinal and (turn.lost or (understood and not set(terms(understood.text)) <= set(terms(turn.question)))):
                    yield conversation, turn.ordinal

    def held_in_turns(self, but: Collection[tuple[int, int]], names: Collection[str]) -> Iterator[tuple[object, ...]]:
        """What the other turns hold, in words, and what the reader has called conversations, where that says none of the names."""
        if self.outdated:
            return
        titles = [_text(title) for (title,) in self.rows("SELECT CAST(title AS BLOB) FROM conversations WHERE named")]
        yield tuple(title for title in titles if not _holds(folded(title), names))
        for key in set(self.rows("SELECT conversation_id, ordinal FROM turns")) - set(but):
            yield from self.rows(f"SELECT {_HELD} FROM turns WHERE conversation_id=? AND ordinal=?", key)


# --- how a turn lies in the file -------------------------------------------------------------

_COLUMNS = (
    "ordinal, asked, CAST(question AS BLOB), as_typed, CAST(asked_of AS BLOB), CAST(documents AS BLOB), CAST(written AS BLOB), "
    "CAST(error AS BLOB), CAST(answer AS BLOB)"
)
"""As bytes: what is no text must not keep the rest from being read."""
_HELD = (
    "CAST(question AS BLOB), CAST(words AS BLOB), CAST(asked_of AS BLOB), CAST(written AS BLOB), CAST(error AS BLOB), CAST(answer AS BLOB)"
)


def _past_turn(
    ordinal: int,
    asked: float,
    question: bytes,
    as_typed: int,
    asked_of: bytes,
    documents: bytes,
    written: bytes,
    error: bytes | None,
    answer: bytes | None,
) -> PastTurn:
    only, read, failed = _read(_filters, asked_of), _read(_answers, answer), _read(_reasons, error)
    turn = PastTurn(_text(question), only or EVERYTHING, bool(as_typed), asked=asked, ordinal=ordinal)
    makes_sense = read is None or _holds_together(read)
    if only is None or (error is not None and failed is None) or (answer is not None and read is None) or not makes_sense:
        return replace(turn, lost=True)
    sources = () if read else tuple(re.findall(r'"([0-9a-f]{1,64})"', _text(documents)))
    return replace(turn, answer=read, error=failed, written=_text(written), sources=sources)


@cache  # each takes some 20 ms to make, which commands that read none need not wait for
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


@cache
def _filters() -> TypeAdapter[Filter]:
    return TypeAdapter(Filter)


@cache
def _reasons() -> TypeAdapter[Reason]:
    return TypeAdapter(Reason)


def _read(kind: Callable[[], TypeAdapter[V]], stored: bytes | None) -> V | None:
    try:
        return kind().validate_json(stored, strict=True) if stored is not None else None
    except ValidationError:
        return None


def _holds_together(answer: Answer) -> bool:
    """Is there everything that it points at?"""
    claims, citations = range(len(answer.claims)), range(len(answer.citations))
    pointed_at = [index for claim in answer.claims for index in claim.citations]
    if not all(index in citations for index in pointed_at):
        return False
    for item in answer.evidence:
        if not 0 <= item.start <= item.end or not all(0 <= table.start <= table.end <= len(item.text) for table in item.tables):
            return False
    match answer.whole:
        case Summary(sections=sections):
            return all(index in claims for section in sections for index in (*section.claims, *section.verbatim))
        case Comparison(points=points, documents=documents, cells=cells):
            whole_rows = all(len(row) <= len(documents) for row in cells) and all(len(row) == len(documents) for row in cells[:-1])
            return len(cells) <= len(points) and whole_rows and all(index in claims for row in cells for cell in row for index in cell)
        case Survey(shown=shown):
            return 0 <= shown <= len(claims)
    return True


def _json(value: Answer | Filter | Reason) -> str:
    return _storable(json.dumps(asdict(value), ensure_ascii=False, default=str))  # a date as ISO 8601


def _within_bounds(answer: Answer) -> str | None:
    """None where it is too long even without its evidence."""
    while len((written := _json(answer)).encode()) > _MOST_BYTES:
        if not answer.evidence:
            return None
        answer = replace(answer, evidence=answer.evidence[: len(answer.evidence) // 2])
    return written


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half a letter, which no file takes


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")


def folded(text: str) -> str:
    """As it is searched: whatever its case, its composition of letters and its breaks."""
    plain = unicodedata.normalize("NFC", _storable(text)).casefold()
    return " ".join(unicodedata.normalize("NFC", plain).split())


def title_of(question: str) -> str:
    """On one line, and short."""
    shown = "".join(" " if unicodedata.category(letter) in _NOT_SHOWN else letter for letter in _storable(question))
    line = " ".join(unicodedata.normalize("NFC", shown).split())
    if len(line) <= _TITLE_CHARS:
        return line
    whole_words = line[:_TITLE_CHARS].rpartition(" ")[0]
    return (whole_words if len(whole_words) > _TITLE_CHARS // 2 else line[: _TITLE_CHARS - 1]).rstrip(" ,.;:") + "…"


_NOT_SHOWN = {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"}


def _holds(text: str, names: Collection[str]) -> bool:
    """Does a ``folded`` text say one of the names?"""
    return any(_says(text, folded(name)) for name in names)


def _says(text: str, name: str) -> bool:
    if len(name.encode()) >= _SURE_BYTES:
        return name in text
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?![0-9a-z_])", text) is not None


def _quoted_as(answer: str, names: Collection[str]) -> set[str]:
    """Ids of the contents of which an answer, as it is kept, has words under one of these names."""
    try:
        kept = json.loads(answer or "{}")
        quoted = [item for part in ("evidence", "citations") for item in kept[part]]
        return {item["doc_id"] for item in quoted if item["document"] in names}
    except (ValueError, TypeError, KeyError, RecursionError):
        return set()
