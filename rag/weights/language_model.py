"""Token list -> text, with llama.cpp on the CPU."""

from __future__ import annotations

import codecs
import ctypes
import hashlib
import logging
import threading
import time
import weakref
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise, takewhile
from pathlib import Path
from types import ModuleType

import numpy as np
from jinja2 import TemplateError

from rag.errors import QuestionTooLong, WeightsUnusable
from rag.ports import Mark, States, Step
from rag.speed import Speed
from rag.weights.cells import Cells, Stopped
from rag.weights.cores import threads_for

log = logging.getLogger(__name__)

SLICE_TOKENS = 128
"""The prompt is read in slices so that a reader can stop in between: 1.2 s at 100 tokens/s. Half as long ones take a sixth more time."""

_LEAST_SLICE_TOKENS = 64
"""A last slice that would be shorter is read with the one before: few tokens at a time are slow."""

_LOOKED_UP = 3
"""Tokens that must be the same for the prompt to be taken for what is being copied."""

SHORT_DRAFT, LONG_DRAFT = 1, 3
"""Tokens proposed at once: one more costs half a token, four together as much as two and a half; more of them once a draft was right."""

_CHATML = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
_USER_TEXT = "USER-TEXT-STANDS-HERE"


class LlamaCppModel:
    """One GGUF file in memory. Any thread may use it; a lock gives it to one generation at a time.

    Decoding is greedy, so the same prompt gives the same answer. What was evaluated for the last prompt is kept for the next
    one up to the slice in which they part. Slices always begin at the same places, because llama.cpp's
    sums depend in their last bits on what is evaluated together: a kept prefix is bit for bit the one it stands for.

    So is what ``states`` keeps of prompts up to their marks: it goes back to the place where it stood.
    """

    def __init__(self, path: Path, *, context_tokens: int, threads: int, repacked: bool = False, states: States | None = None) -> None:
        """``repacked``: see ``rag.weights.repacking``.

        Raises:
            WeightsUnusable
        """
        import llama_cpp  # 0.3 s
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        _set_up(llama_cpp)
        self._api = llama_cpp
        self._path = path
        self._lock = threading.Lock()
        self._giving_way = threading.Lock()  # a short one: between saying stop and its end nothing else begins to be read
        self._learns = False
        self.speed = Speed()
        self._kept: list[int] = []  # tokens that the cells hold as reading them would have it
        self._kept_cuts: set[int] = {0}  # where slices of them end
        wanted = llama_cpp.llama_model_default_params()
        wanted.use_extra_bufts = repacked
        self._weights = llama_cpp.llama_model_load_from_file(str(path).encode(), wanted)
        if not self._weights:
            raise WeightsUnusable(path=str(path), cause="llama.cpp cannot load it")
        native = ExitStack()  # what Python does not free by itself
        native.callback(llama_cpp.llama_model_free, self._weights)
        free = weakref.finalize(self, native.close)
        free.atexit = False  # other threads may still be at work then
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._weights)
        self._vocabulary_size = int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))
        try:
            self._cells = Cells(
                llama_cpp,
                self._weights,
                context_tokens=context_tokens,
                at_once=SLICE_TOKENS + _LEAST_SLICE_TOKENS,
                threads=threads_for(threads),
            )
            native.callback(self._cells.close)
            self._context_tokens: int = min(self._cells.size, int(llama_cpp.llama_model_n_ctx_train(self._weights)))
            begin, end = llama_cpp.llama_vocab_bos(self._vocabulary), llama_cpp.llama_vocab_eos(self._vocabulary)
            self._begin = self._spoken(begin) if llama_cpp.llama_vocab_get_add_bos(self._vocabulary) else ""
            self._template = Jinja2ChatFormatter(
                template=self._metadata("tokenizer.chat_template") or _CHATML, eos_token=self._spoken(end), bos_token=self._spoken(begin)
            )
            self.frame("")
        except (ValueError, OSError, RuntimeError, TemplateError) as error:  # a template runs in a sandbox, which may object
            free()
            raise WeightsUnusable(path=str(path), cause=str(error)) from error
        self._states = states if self._cells.divisible else None
        stat = path.stat()
        self._made_by = f"{path.name} {stat.st_size} {stat.st_mtime_ns} {llama_cpp.__version__} {repacked=} {SLICE_TOKENS}"

    @property
    def identity(self) -> str:
        return self._path.stem

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    def frame(self, instruction: str) -> tuple[list[int], list[int]]:
        try:
            rendered = self._render([{"role": "system", "content": instruction}, {"role": "user", "content": _USER_TEXT}])
        except ValueError:  # some templates know no system role
            rendered = self._render([{"role": "user", "content": f"{instruction}\n\n{_USER_TEXT}"}])
        before, found, after = rendered.partition(_USER_TEXT)
        if not found:
            raise WeightsUnusable(path=str(self._path), cause="its chat template does not show what the user says")
        if not before.startswith(self._begin):
            before = self._begin + before
        return self._encode(before, markup=True), self._encode(after, markup=True)

    def encode_text(self, text: str) -> list[int]:
        return self._encode(text, markup=False)

    def stream(self, prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        if len(prompt) + max_tokens > self._context_tokens:
            raise QuestionTooLong(tokens=len(prompt), limit=self._context_tokens - max_tokens)
        return self._generate(list(prompt), max_tokens, marks)

    def learn(self, prompt: Sequence[int], marks: Sequence[Mark]) -> Generator[Step, None, None]:
        with self._lock:
            try:
                with self._giving_way:
                    self._learns = True
                yield from self._read(list(prompt), marks, end=max(mark.end for mark in marks))
            except Stopped:
                self._rewind(len(self._kept))
                yield Step("", 0)
            finally:
                with self._giving_way:
                    self._learns = False
                    self._cells.resume()

    def give_way(self) -> None:
        with self._giving_way:
            if self._learns:
                self._cells.stop()

    def unread(self, prompt: Sequence[int], marks: Sequence[Mark]) -> int:
        there = self._shared(list(prompt), _cuts(marks, len(prompt) - 1))
        for before, mark in pairwise([Mark(0, ""), *marks]):
            if mark.end > there >= before.end and self._has(prompt, mark):
                there = mark.end
        return len(prompt) - there

    def _generate(self, prompt: list[int], max_tokens: int, marks: Sequence[Mark]) -> Generator[Step, None, None]:
        with self._lock:
            yield from self._read(prompt, marks, end=len(prompt) - 1)
            self._evaluate(prompt[len(self._kept) :])
            characters = codecs.getincrementaldecoder("utf-8")("replace")  # one Hangul syllable may take three tokens
            for written, token in enumerate(self._written(prompt, max_tokens), 1):
                yield Step(characters.decode(self._bytes(token)), written)

    # --- reading ------------------------------------------------------------------------------

    def _read(self, prompt: list[int], marks: Sequence[Mark], *, end: int) -> Generator[Step, None, None]:
        """Have the cells hold the prompt up to the last whole slice before ``end``; what is kept is not evaluated."""
        cuts = _cuts(marks, end)
        self._rewind(self._shared(prompt, cuts))
        for before, mark in pairwise([Mark(0, ""), *marks]):
            if mark.end > end or (mark.end > len(self._kept) and self._restore(prompt, before, mark)):
                continue
            yield from self._evaluate_to(prompt, [cut for cut in cuts if cut <= mark.end])
            self._keep(prompt, before, mark)
        yield from self._evaluate_to(prompt, cuts)

    def _evaluate_to(self, prompt: list[int], cuts: Sequence[int]) -> Iterator[Step]:
        for cut in cuts:
            if cut > (start := len(self._kept)):
                began = time.perf_counter()
                self._evaluate(prompt[start:cut])
                self.speed.read(cut - start, time.perf_counter() - began)
                self._hold(prompt[start:cut])
                yield Step("", 0)

    def _shared(self, prompt: list[int], cuts: Sequence[int]) -> int:
        """Up to where the cells hold what reading the prompt would put there."""
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self._kept, prompt, strict=False)))
        return max((cut for cut in cuts if cut <= same and cut in self._kept_cuts), default=0)

    def _rewind(self, length: int) -> None:
        if not self._cells.cut(length):  # recurrent models cannot forget a part
            self._forget()
            return
        del self._kept[length:]
        self._kept_cuts = {cut for cut in self._kept_cuts if cut <= length}

    def _hold(self, tokens: Sequence[int]) -> None:
        self._kept += tokens
        self._kept_cuts.add(len(self._kept))

    def _evaluate(self, tokens: Sequence[int], *, all_logits: bool = False) -> None:
        if not self._cells.evaluate(tokens, all_logits=all_logits):
            self._forget()  # nobody knows how far it came
            raise WeightsUnusable(path=str(self._path), cause="llama.cpp could not read the text")

    def _forget(self) -> None:
        self._cells.clear()
        self._kept, self._kept_cuts = [], {0}

    # --- kept states --------------------------------------------------------------------------

    def _key(self, prompt: Sequence[int], mark: Mark) -> str:
        """Of all that the state depends on."""
        return hashlib.sha256(f"{self._made_by} {list(prompt[: mark.end])}".encode()).hexdigest()[:32]

    def _has(self, prompt: Sequence[int], mark: Mark) -> bool:
        return self._states is not None and self._states.has(mark.owner, self._key(prompt, mark))

    def _restore(self, prompt: list[int], before: Mark, mark: Mark) -> bool:
        """A state is of what stands between its mark and the one before."""
        if self._states is None or len(self._kept) < before.end or not (state := self._states.get(mark.owner, self._key(prompt, mark))):
            return False
        self._rewind(before.end)
        if not self._cells.put(state, mark.end):
            return False
        self._hold(prompt[before.end : mark.end])
        return True

    def _keep(self, prompt: list[int], before: Mark, mark: Mark) -> None:
        if self._states is not None and not self._has(prompt, mark):
            self._states.put(mark.owner, self._key(prompt, mark), self._cells.take(before.end, mark.end))

    # --- writing ------------------------------------------------------------------------------

    def _written(self, prompt: Sequence[int], max_tokens: int) -> Iterator[int]:
        """Tokens as the model chooses them. Where it has begun to copy the prompt, how that goes on is proposed to it, and what it would have
        written anyway stands (Saxena, 2023, "Prompt Lookup Decoding")."""
        said, token, written, streak = _Said(prompt), self._likeliest(), 0, False
        while written < max_tokens and not self._ends(token):
            yield token
            said.add(token)
            written += 1
            if written == max_tokens:
                return
            draft = said.goes_on(LONG_DRAFT if streak else SHORT_DRAFT)[: max_tokens - written - 1] if self._cells.divisible else []
            length, began = self._cells.length, time.perf_counter()
            self._evaluate([token, *draft], all_logits=bool(draft))
            chosen = [self._likeliest(at) for at in range(len(draft) + 1)] if draft else [self._likeliest()]
            right = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1] and not self._ends(pair[0]), zip(draft, chosen, strict=False)))
            if right < len(draft):
                self._cells.cut(length + 1 + right)
            self.speed.wrote(1 + right, time.perf_counter() - began)
            for copied in draft[:right]:
                yield copied
                said.add(copied)
                written += 1
            token, streak = chosen[right], bool(draft) and right == len(draft)

    def _ends(self, token: int) -> bool:
        return bool(self._api.llama_vocab_is_eog(self._vocabulary, token))

    def _likeliest(self, at: int = -1) -> int:
        """Of the logits after the token ``at`` among those evaluated last."""
        return int(np.ctypeslib.as_array(self._cells.logits(at), shape=(self._vocabulary_size,)).argmax())

    # --- tokens -------------------------------------------------------------------------------

    def _bytes(self, token: int) -> bytes:
        """The token as text; nothing for a control token."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = self._api.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            room = -length

    def _spoken(self, token: int) -> str:
        return self._api.llama_vocab_get_text(self._vocabulary, token).decode("utf-8", "replace") if token >= 0 else ""

    def _metadata(self, key: str) -> str:
        length = self._api.llama_model_meta_val_str(self._weights, key.encode(), None, 0)
        buffer = ctypes.create_string_buffer(max(0, length) + 1)
        self._api.llama_model_meta_val_str(self._weights, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    def _render(self, messages: list[dict[str, str]]) -> str:
        rendered: str = self._template(messages=messages).prompt
        return rendered

    def _encode(self, text: str, *, markup: bool) -> list[int]:
        content = text.encode("utf-8", "replace")
        room = len(content) + 8
        tokens = (self._api.llama_token * room)()
        count = self._api.llama_tokenize(self._vocabulary, content, len(content), tokens, room, False, markup)
        if count < 0:
            raise WeightsUnusable(path=str(self._path), cause="its vocabulary cannot spell a text")
        return list(tokens[:count])


def _cuts(marks: Sequence[Mark], end: int) -> list[int]:
    """Where slices of a prompt end, in order: at its marks, and between them every so many tokens. What is left over before ``end``, at most a
    slice and a short one, is in none: other prompts go on there."""
    edges = [0, *(mark.end for mark in marks if mark.end <= end)]
    cuts = [cut for first, last in pairwise(edges) for cut in (*range(first + SLICE_TOKENS, last, SLICE_TOKENS), last)]
    return [*cuts, *range(edges[-1] + SLICE_TOKENS, end + 1 - _LEAST_SLICE_TOKENS, SLICE_TOKENS)]


class _Said:
    """Prompt and answer so far, in which the last words are looked up."""

    def __init__(self, prompt: Sequence[int]) -> None:
        self._tokens: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}  # where it went on after these tokens, the last time
        self._found: int | None = None
        for token in prompt:
            self.add(token)

    def add(self, token: int) -> None:
        self._tokens.append(token)
        last = tuple(self._tokens[-_LOOKED_UP:])
        self._found = self._after.get(last)
        self._after[last] = len(self._tokens)

    def goes_on(self, count: int) -> list[int]:
        """As it did after the same last tokens before."""
        return self._tokens[self._found : self._found + count] if self._found else []


_native_log: list[object] = []  # llama.cpp holds only a pointer to the callback


def _set_up(llama_cpp: ModuleType) -> None:
    """Once a process. llama-cpp-python takes warnings for errors and writes them to the terminal, even with ``verbose=False``."""
    if _native_log:
        return

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]  # the library has no types
    def write(level: int, text: bytes, user: int | None) -> None:
        log.debug("%s", text.decode("utf-8", "replace").rstrip())

    llama_cpp.llama_log_set(write, None)
    llama_cpp.llama_backend_init()
    _native_log.append(write)
