"""How things stand on this machine, in markup of our own: definition lists, no widgets. Paths and settings are not ours: ``render.safe``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rag.library.space import Space
from rag.memory import Memory
from rag.no_network import Layer, Seclusion
from rag.records import Language
from rag.settings import Changed
from rag.weights.acquire import WeightState
from rag.weights.in_use import Models
from ui.machine_state import MachineState, Now
from ui.web.render import block, safe, visible
from ui.words import privacy
from ui.words.machine import Words

_LAYERS: tuple[Layer, ...] = ("namespace", "seccomp", "python")


# --- pieces ------------------------------------------------------------------------------------


def amount(size_bytes: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:,.1f} GB"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names are words of ours; what is said of them is markup."""
    return block(f'<dl class="facts">{"".join(f"<div><dt>{safe(name)}</dt><dd>{told}</dd></div>" for name, told in rows)}</dl>')


def _line(text: str) -> str:
    return f"<p>{safe(text)}</p>"


def _small(text: str) -> str:
    return f'<p class="small">{safe(text)}</p>'


def _path(path: Path) -> str:
    return f'<p class="path">{safe(visible(str(path)))}</p>'


def _sign(well: bool | None) -> str:
    """None: nobody knows."""
    kind, sign = ("open", "?") if well is None else ("well", "✓") if well else ("ill", "✗")
    return f'<span class="sign {kind}">{sign}</span>'


def _marked(well: bool | None, text: str) -> str:
    return f"<p>{_sign(well)}{safe(text)}</p>"


def _list(rows: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


def _shares(parts: Sequence[tuple[str, float]], whole: float) -> str:
    """A bar; what it shows is said beside it in words."""
    shown = "".join(f'<span class="{kind}" style="width:{100 * part / max(whole, 1):.2f}%"></span>' for kind, part in parts if part)
    return f'<div class="shares" aria-hidden="true">{shown}</div>'


# --- right now ---------------------------------------------------------------------------------


def verdict(now: Now, told: str, words: Words) -> str:
    """Does everything stay here? ``told``: what the page says of that everywhere."""
    seclusion, count = now.seclusion, sum(now.refused.values())
    kinds = Counter[str]()
    for event, times in now.refused.items():
        kinds[words.refused_kinds[event]] += times
    attempts = words.refused_none
    if count:
        attempts = words.refused.format(count=count, kinds=", ".join(f"{kind} {times}" for kind, times in kinds.items()))
    if seclusion and seclusion.by_kernel:
        attempts = f"{attempts} {words.unseen}"
    ill = "" if seclusion else " ill"
    rest = _small(attempts) if seclusion else ""
    return block(f'<div class="verdict{ill}"><p><b>{safe(told)}</b></p>{rest}</div>')


def right_now(now: Now, words: Words, *, unload_minutes: int, unused: str) -> str:
    """``unused``: for how long nobody has asked the model that answers; "" where somebody has just now."""
    writer, embedding = now.models.writer, now.models.embedding
    unknown = " and ".join(what for what, rate in (("reads", writer.reading_per_s), ("writes", writer.writing_per_s)) if not rate)
    unmeasured = [_small(words.unmeasured[unknown])] if unknown else []
    if not writer.loaded:
        state = words.not_loaded if writer.weights.present else words.weights_missing
    elif not unused:
        state = words.loaded
    else:
        state = (words.unused_until if unload_minutes else words.unused).format(time=unused, minutes=unload_minutes)
    searching = words.loaded if embedding.loaded else words.not_loaded if embedding.weights.present else words.weights_missing
    return _facts(
        [
            (words.answers, _line(state)),
            (words.searches, _line(searching)),
            (words.speed, "".join([*map(_line, _speeds(now.models, words)), *unmeasured])),
            (words.memory, _memory(now.memory, words)),
        ]
    )


def _speeds(models: Models, words: Words) -> list[str]:
    told = [
        (words.reads, models.writer.reading_per_s),
        (words.writes, models.writer.writing_per_s),
        (words.embeds, models.embedding.passages_per_s),
    ]
    return [sentence.format(rate=f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}") for sentence, rate in told if rate]


def _memory(found: Memory, words: Words) -> str:
    elsewhere = found.total_bytes - found.free_bytes - found.own_bytes - found.children_bytes
    bar = _shares([("a", found.own_bytes), ("c", found.children_bytes), ("e", max(0, elsewhere))], found.total_bytes)
    files = [_small(words.memory_files.format(bytes=amount(found.of_files_bytes)))] if found.of_files_bytes else []
    children = [_small(words.memory_children.format(count=found.children, bytes=amount(found.children_bytes)))] if found.children else []
    own = _line(words.memory_own.format(bytes=amount(found.own_bytes)))
    free = _small(words.memory_free.format(free=amount(found.free_bytes), total=amount(found.total_bytes)))
    return "".join([own, bar, *files, *children, free])


# --- privacy -----------------------------------------------------------------------------------


def guards(state: MachineState, words: Words, terms: privacy.Words, *, examined: str, language: Language) -> str:
    """What keeps everything here. ``examined``: when the full examination was made last; "" for never."""
    disk = state.encryption
    found = [_small(words.disk_where.format(where=visible(disk.where)))] if disk.where else []
    advice = [_line(words.disk_advice)] if disk.verdict == "no" else []
    well = {"yes": True, "no": False, "unknown": None}[disk.verdict]
    encryption = [_marked(well, words.verdicts[disk.verdict]), *advice, _small(words.grounds[disk.ground]), *found]
    dumps = words.dumps_none if state.no_core_dumps else words.dumps_some
    last = words.examined_at.format(time=examined) if examined else words.never_examined
    reached = [f'<p class="path">{safe(state.address)}</p>'] if state.address else []
    return _facts(
        [
            (words.network, _enforced(state.now.seclusion, words, terms, language)),
            (words.address, "".join([*reached, _small(words.address_lead)])),
            (words.files, _marked(state.owner_only, words.files_closed if state.owner_only else words.files_open)),
            (words.dumps, _marked(state.no_core_dumps, dumps)),
            (words.disk, "".join(encryption)),
            (words.examined, _line(last) + _small(words.how_to_examine)),
        ]
    )


def _enforced(seclusion: Seclusion | None, words: Words, terms: privacy.Words, language: Language) -> str:
    if seclusion is None:
        return _marked(False, words.nothing_enforced)
    rows = []
    for layer in _LAYERS:
        there = layer in seclusion.layers
        rows.append(_sign(there) + safe(terms.layers[layer] if there else f"{terms.layers[layer]} ({words.not_in_force})"))
    only = [_small(terms.only_python)] if not seclusion.by_kernel else []
    why = [f'<p class="path">{safe(privacy.why_not(seclusion.why_not, language))}</p>'] if seclusion.why_not else []
    return "".join([_list(rows), *only, *why])


def ways_out(ended: Mapping[str, str], words: Words, terms: privacy.Words) -> str:
    rows = []
    for way, how in ended.items():
        is_closed = how != "open"
        told = terms.refused.format(error=how) if is_closed else terms.open
        rows.append(_sign(is_closed) + safe(f"{terms.ways[way]}: {told}"))
    warning = [_line(words.open)] if "open" in ended.values() else []
    return _facts([(words.tried, "".join([*warning, _list(rows)]))])


# --- models ------------------------------------------------------------------------------------


def models(found: Models, words: Words, terms: privacy.Words) -> str:
    writer, embedding = found.writer, found.embedding
    figures = [words.figures.format(threads=writer.threads, context=f"{writer.context_tokens:,}"), "llama.cpp"]
    figures += [words.repacked] if writer.repacked else []
    others = [words.figures_embedding.format(threads=embedding.threads), *([embedding.engine] if embedding.engine else [])]
    return _facts(
        [
            (words.answers, _model(writer.weights, writer.quantisation, figures, words)),
            (words.searches, _model(embedding.weights, "", others, words)),
        ]
    )


def _model(weights: WeightState, quantisation: str, figures: Sequence[str], words: Words) -> str:
    kind = f" · {quantisation}" if quantisation and quantisation.casefold() not in weights.name.casefold() else ""
    facts = [amount(weights.size_bytes), *figures, weights.licence or words.own_weights]
    there = "" if weights.present else _marked(False, words.weights_missing)
    return f"<p><b>{safe(visible(weights.name))}</b>{safe(kind)}</p>{there}{_small(' · '.join(facts))}{_path(weights.path)}"


# --- the drawer, and what is set ---------------------------------------------------------------


def drawer(state: MachineState, words: Words) -> str:
    counts = words.counts.format(documents=f"{state.counts.documents:,}", passages=f"{state.counts.passages:,}")
    version = words.version.format(version=state.version, schema=state.schema, generation=state.index_generation)
    return _facts(
        [
            (words.place, _path(state.home)),
            (words.contents, _line(counts)),
            (words.room, _room(state.space, words)),
            (words.versions, _line(version)),
        ]
    )


def _room(space: Space, words: Words) -> str:
    parts = {"manifest": space.manifest_bytes, "index": space.index_bytes, "snapshots": space.snapshots_bytes, "states": space.states_bytes}
    kinds = dict(zip(parts, "abcd", strict=True))
    bar = _shares([(kinds[name], size) for name, size in parts.items()], space.taken_bytes)
    rows = "".join(
        f'<span><span class="key {kinds[name]}" aria-hidden="true"></span>{safe(words.parts[name])}</span><span>{amount(size)}</span>'
        for name, size in parts.items()
        if size
    )
    free = words.disk_free.format(free=amount(space.free_bytes))
    return f'{_line(amount(space.taken_bytes))}{bar}<div class="sizes small">{rows}</div>{_small(free)}'


def settings(state: MachineState, words: Words) -> str:
    there = "" if state.has_settings_file else _line(words.no_settings_file)
    if state.log_level is None:
        log = words.log_none
    else:
        log = words.log_debug if state.log_level == "DEBUG" else words.log_some.format(level=state.log_level)
    return _facts(
        [
            (words.settings_file, there + _path(state.settings_file)),
            (words.settings, _changed(state.changed, words) if state.changed else _line(words.unchanged)),
            (words.log, _line(log)),
        ]
    )


def _changed(found: Sequence[Changed], words: Words) -> str:
    head = "".join(f"<th>{safe(name)}</th>" for name in (words.setting, words.value, words.default))
    rows = "".join(
        f"<tr>{''.join(f'<td>{safe(visible(cell) or words.empty)}</td>' for cell in (each.key, each.value, each.default))}</tr>"
        for each in found
    )
    return f'<div class="rows"><table><tr>{head}</tr>{rows}</table></div>'


def language(chosen: Language | None, words: Words) -> str:
    """``chosen``: by the settings."""
    set_by = [_small(words.language_set.format(language=words.languages[chosen]))] if chosen else []
    return block("".join([_small(words.language_lead), *set_by]))
