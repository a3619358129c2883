"""What llama.cpp keeps of the tokens that it has read: evaluated, cut off, taken out and put back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from types import ModuleType

_STOPPED = 2
"""What ``llama_decode`` returns when it was told to stop; the tokens have left its memory again."""


class Stopped(Exception):
    """Somebody said ``stop`` while tokens were evaluated."""


class Cells:
    """What llama.cpp has made of tokens: sequence 0, from position 0 on. Sequence 1 is for states on their way in and out."""

    def __init__(self, api: ModuleType, weights: int, *, context_tokens: int, at_once: int, threads: int) -> None:
        """``at_once`` tokens are evaluated together at most.

        Raises:
            RuntimeError
        """
        self._api = api
        wanted = api.llama_context_default_params()
        wanted.n_ctx, wanted.n_batch, wanted.n_ubatch = context_tokens, at_once, at_once
        wanted.n_seq_max, wanted.kv_unified = 2, True
        wanted.n_threads = wanted.n_threads_batch = threads
        # Asked between any two operations whether to stop; a function in C, as one in Python would keep those who compute waiting for its lock. Of
        # a text of no letters, or of one, the length is false, or true.
        self._stop = ctypes.create_string_buffer(2)
        length = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None).strlen
        wanted.abort_callback = ctypes.cast(length, api.ggml_abort_callback)
        wanted.abort_callback_data = ctypes.addressof(self._stop)
        wanted.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_ENABLED  # reads the prompt 4 to 10 % faster
        self._context = api.llama_init_from_model(weights, wanted)
        if not self._context:
            raise RuntimeError("llama.cpp cannot make room for it")
        self._memory = api.llama_get_memory(self._context)
        self._batch = api.llama_batch_init(at_once, 0, 1)
        self.size = int(api.llama_n_ctx(self._context))
        self.length = 0
        self.divisible = not (api.llama_model_is_recurrent(weights) or api.llama_model_is_hybrid(weights) or api.llama_model_n_swa(weights))
        """Whether a part can be taken out and put back."""

    def close(self) -> None:
        self._api.llama_batch_free(self._batch)
        self._api.llama_free(self._context)

    def evaluate(self, tokens: Sequence[int], *, all_logits: bool = False) -> bool:
        """Append what these tokens become; whether that worked.

        Raises:
            Stopped: nothing was appended.
        """
        batch = self._batch
        batch.n_tokens = len(tokens)
        for at, token in enumerate(tokens):
            batch.token[at], batch.pos[at] = token, self.length + at
            batch.n_seq_id[at], batch.seq_id[at][0] = 1, 0
            batch.logits[at] = all_logits or at == len(tokens) - 1
        outcome = self._api.llama_decode(self._context, batch)
        if outcome == _STOPPED:
            raise Stopped
        if not outcome:
            self.length += len(tokens)
        return not outcome

    def stop(self) -> None:
        """Any thread may say so: whatever is evaluated from now on is not, until ``resume``."""
        self._stop.value = b"x"

    def resume(self) -> None:
        self._stop.value = b""

    def logits(self, at: int) -> ctypes.Array[ctypes.c_float]:
        """Of the token ``at`` among those evaluated last."""
        found: ctypes.Array[ctypes.c_float] = self._api.llama_get_logits_ith(self._context, at)
        return found

    def cut(self, length: int) -> bool:
        """Forget what comes after; whether that is possible."""
        if not self._api.llama_memory_seq_rm(self._memory, 0, length, -1):
            return False
        self.length = length
        return True

    def clear(self) -> None:
        self._api.llama_memory_clear(self._memory, True)
        self.length = 0

    def take(self, start: int, end: int) -> bytes:
        """What was made of the tokens between two positions."""
        api = self._api
        api.llama_memory_seq_cp(self._memory, 0, 1, start, end)
        room = api.llama_state_seq_get_size(self._context, 1)
        state = (ctypes.c_uint8 * room)()
        size = api.llama_state_seq_get_data(self._context, state, room, 1)
        api.llama_memory_seq_rm(self._memory, 1, -1, -1)
        return bytes(memoryview(state)[:size])

    def put(self, state: bytes, end: int) -> bool:
        """Append what was taken from here to ``end``; whether that worked."""
        api, memory = self._api, self._memory
        content = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        done = api.llama_state_seq_set_data(self._context, content, len(state), 1)
        fits = done and api.llama_memory_seq_pos_min(memory, 1) == self.length and api.llama_memory_seq_pos_max(memory, 1) == end - 1
        if fits:
            api.llama_memory_seq_cp(memory, 1, 0, self.length, end)
            self.length = end
        api.llama_memory_seq_rm(memory, 1, -1, -1)
        return bool(fits)
