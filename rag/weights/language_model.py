"""Token list -> text, with llama.cpp on the CPU."""

from __future__ import annotations

import codecs
import ctypes
import logging
import threading
from collections.abc import Generator, Sequence
from itertools import takewhile
from pathlib import Path
from types import ModuleType

import numpy as np
from jinja2 import TemplateError

from rag.errors import QuestionTooLong, WeightsUnusable
from rag.ports import Step
from rag.weights.cores import threads_for

log = logging.getLogger(__name__)

_SLICE_TOKENS = 64
"""The prompt is read in slices so that a reader can stop in between: 0.6 s at 100 tokens/s. Whole, it would be 5 % faster."""

_CHATML = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
_USER_TEXT = "USER-TEXT-STANDS-HERE"


class LlamaCppModel:
    """One GGUF file in memory. Any thread may use it; a lock gives it to one generation at a time.

    Decoding is greedy, so the same prompt gives the same answer. What was evaluated for the last prompt is kept for the next
    one up to the slice in which they part. Slices always begin at the same places, because llama.cpp's
    sums depend in their last bits on what is evaluated together: a kept prefix is bit for bit the one it stands for.
    """

    def __init__(self, path: Path, *, context_tokens: int, threads: int) -> None:
        """Raises: WeightsUnusable."""
        import llama_cpp  # 0.3 s
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        _redirect_native_log(llama_cpp)
        self._api = llama_cpp
        self._path = path
        self._lock = threading.Lock()
        self._kept: list[int] = []  # tokens of whole slices in the cache
        cores = threads_for(threads)
        try:
            self._llama = llama_cpp.Llama(
                str(path),
                n_ctx=context_tokens,
                n_batch=512,
                n_threads=cores,
                n_threads_batch=cores,
                flash_attn=True,  # reads the prompt 4 to 10 % faster
                verbose=False,
            )
            self._vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
            self._context_tokens: int = min(self._llama.n_ctx(), int(llama_cpp.llama_model_n_ctx_train(self._llama.model)))
            self._begin = self._spoken(self._llama.token_bos()) if llama_cpp.llama_vocab_get_add_bos(self._vocabulary) else ""
            self._template = Jinja2ChatFormatter(
                template=self._llama.metadata.get("tokenizer.chat_template", _CHATML),
                eos_token=self._spoken(self._llama.token_eos()),
                bos_token=self._spoken(self._llama.token_bos()),
            )
            self.frame("")
        except (ValueError, OSError, RuntimeError, TemplateError) as error:  # a template runs in a sandbox, which may object
            raise WeightsUnusable(path=str(path), cause=str(error)) from error

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

    def stream(self, prompt: Sequence[int], *, max_tokens: int) -> Generator[Step, None, None]:
        if len(prompt) + max_tokens > self._context_tokens:
            raise QuestionTooLong(tokens=len(prompt), limit=self._context_tokens - max_tokens)
        return self._generate(list(prompt), max_tokens)

    def _generate(self, prompt: list[int], max_tokens: int) -> Generator[Step, None, None]:
        with self._lock:
            for start in range(self._rewind(prompt), len(prompt), _SLICE_TOKENS):
                piece = prompt[start : start + _SLICE_TOKENS]
                self._evaluate(piece)
                if len(piece) == _SLICE_TOKENS:
                    self._kept += piece
                yield Step("", 0)
            characters = codecs.getincrementaldecoder("utf-8")("replace")  # one Hangul syllable may take three tokens
            for written in range(1, max_tokens + 1):
                token = self._likeliest()
                if self._api.llama_vocab_is_eog(self._vocabulary, token):
                    return
                yield Step(characters.decode(self._bytes(token)), written)
                if written < max_tokens:
                    self._evaluate([token])

    def _rewind(self, prompt: list[int]) -> int:
        """Take the cache back to what it shares with ``prompt``; at least the last token stays to be evaluated, for its logits."""
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self._kept, prompt[:-1], strict=False)))
        shared -= shared % _SLICE_TOKENS
        if not self._api.llama_memory_seq_rm(self._memory(), 0, shared, -1):  # recurrent models cannot forget a part
            self._forget()
            return 0
        del self._kept[shared:]
        self._llama.n_tokens = shared
        return shared

    def _evaluate(self, tokens: list[int]) -> None:
        try:
            self._llama.eval(tokens)
        except (RuntimeError, ValueError) as error:
            self._forget()  # nobody knows how far it came
            raise WeightsUnusable(path=str(self._path), cause=str(error)) from error

    def _forget(self) -> None:
        self._api.llama_memory_clear(self._memory(), True)
        self._llama.n_tokens = 0
        self._kept = []

    def _memory(self) -> int:
        memory: int = self._api.llama_get_memory(self._llama.ctx)
        return memory

    def _likeliest(self) -> int:
        logits = self._api.llama_get_logits_ith(self._llama.ctx, -1)
        return int(np.ctypeslib.as_array(logits, shape=(self._llama.n_vocab(),)).argmax())

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

    def _render(self, messages: list[dict[str, str]]) -> str:
        rendered: str = self._template(messages=messages).prompt
        return rendered

    def _encode(self, text: str, *, markup: bool) -> list[int]:
        tokens: list[int] = self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=markup)
        return tokens


_native_log: list[object] = []  # llama.cpp holds only a pointer to the callback


def _redirect_native_log(llama_cpp: ModuleType) -> None:
    """llama-cpp-python takes warnings for errors and writes them to the terminal, even with ``verbose=False``."""
    if _native_log:
        return

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]  # the library has no types
    def write(level: int, text: bytes, user: int | None) -> None:
        log.debug("%s", text.decode("utf-8", "replace").rstrip())

    llama_cpp.llama_log_set(write, None)
    _native_log.append(write)
