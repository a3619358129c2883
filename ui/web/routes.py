"""What the page asks for by itself, beside Streamlit and behind the same gate: places in documents, what is found, and files to be saved.

Markup is made and escaped by ``render`` and its like.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from rag.errors import SeorapError
from rag.records import Language
from ui.web import found, render, state, viewer
from ui.web.state import Desk
from ui.words import page as words

_NOT_KEPT = {"Cache-Control": "no-store"}  # what the browser keeps on disk, nobody erases

Answer = Callable[[Desk, Request], Response]


def _route(path: str, answer: Answer) -> Route:
    """Answers in a thread of its own; an error the reader can meet is its sentence, under the status 200 that markup has."""

    def endpoint(request: Request) -> Response:
        desk, language = state.desk(), language_of(request)
        if desk is None:
            return HTMLResponse(render.small(words.IN[language].shutting_down), status_code=503, headers=_NOT_KEPT)
        try:
            response = answer(desk, request)
        except SeorapError as error:
            response = HTMLResponse(render.error(error, words.IN[language], language))
        response.headers.update(_NOT_KEPT)
        return response

    return Route(f"/desk/{path}", endpoint, methods=["GET"])


def language_of(request: Request) -> Language:
    return "ko" if request.query_params.get("language") == "ko" else "en"


def number(request: Request, name: str) -> int | None:
    """Of the address; None where it is not there, or none."""
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 12 else None


def _view(desk: Desk, request: Request) -> Response:
    wanted = viewer.Wanted(
        doc_id=request.query_params.get("doc", ""),
        page=number(request, "page"),
        from_=number(request, "from"),
        page_end=number(request, "page_end"),
        to=number(request, "to"),
        start=number(request, "start"),
        end=number(request, "end"),
        show=number(request, "show"),
        marked=request.query_params.get("marked", ""),
        width=number(request, "width") or viewer.WIDTH,
    )
    return HTMLResponse(viewer.draw(desk, wanted, language_of(request)))


def _picture(desk: Desk, request: Request) -> Response:
    try:
        found = desk.pictures.page(request.path_params["doc"], request.path_params["page"], width=number(request, "width") or viewer.WIDTH)
    except SeorapError as error:
        return Response(error.sentence(language_of(request)), status_code=404, media_type="text/plain")
    return Response(found.contents, media_type=found.media_type)


def _dossier(desk: Desk, request: Request) -> Response:
    from ui.web import filed  # what makes files of answers takes 0.4 s to import

    at = request.path_params
    if at["kind"] not in ("docx", "pdf", "md"):
        return Response(status_code=404)
    return _saved(*filed.dossier(desk, at["conversation"], at["turn"], at["kind"], language_of(request)))


def _conversation(desk: Desk, request: Request) -> Response:
    from ui.web import filed

    return _saved(*filed.conversation(desk, request.path_params["conversation"], language_of(request)))


def _saved(contents: bytes, media_type: str, name: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(contents, media_type=media_type, headers={"Content-Disposition": disposition})


def _find(desk: Desk, request: Request) -> Response:
    wanted = found.Wanted(
        text=request.query_params.get("text", ""),
        unfinished="unfinished" in request.query_params,
        as_typed="as_typed" in request.query_params,
        chosen=tuple(request.query_params.getlist("chosen")),
        shown=number(request, "shown") or found.DOCUMENTS,
        doc_id=request.query_params.get("doc", ""),
    )
    return HTMLResponse(found.draw(desk, wanted, language_of(request)))


ROUTES = [
    _route("find", _find),
    _route("view", _view),
    _route("page/{doc:str}/{page:int}", _picture),
    _route("dossier/{conversation:int}/{turn:int}.{kind:str}", _dossier),
    _route("conversation/{conversation:int}.md", _conversation),
]
