"""What the page asks for by itself, beside Streamlit and behind the same gate: places in documents, what is found, and files to be saved.

Markup is made and escaped by ``render`` and its like.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from rag.errors import NoSuchPage, SeorapError, TurnGone
from rag.records import Language
from ui.web import client, found, render, state, viewer
from ui.web.state import Desk
from ui.words import page as words

log = logging.getLogger(__name__)

Answer = Callable[[Desk, Request], Response]
Telling = Callable[[str, Language, int], Response]
"""How a sentence is told in place of an answer, with its status."""


def _route(path: str, answer: Answer, tell: Telling) -> Route:
    """Answers in a thread of its own. Whatever keeps it from answering is told in a sentence."""

    def endpoint(request: Request) -> Response:
        language = language_of(request)
        try:
            with state.desk_at_work() as desk:
                return answer(desk, request) if desk else tell(words.IN[language].shutting_down, language, 503)
        except SeorapError as error:
            return tell(error.sentence(language), language, 404)
        except Exception:  # the outermost guard of what is not drawn by a script
            log.exception("a bug in what the page asked for")
            return tell(words.IN[language].unexpected, language, 500)

    return Route(f"/desk/{path}", endpoint, methods=["GET"])


def _in_words(sentence: str, language: Language, status: int) -> Response:
    return PlainTextResponse(render.plain(sentence), status_code=status)


def _in_a_box(sentence: str, language: Language, _: int) -> Response:
    """With the status 200 that markup has: the browser puts it where the answer would stand."""
    return HTMLResponse(render.problem(sentence, words.IN[language]))


def _in_the_viewer(sentence: str, language: Language, _: int) -> Response:
    return HTMLResponse(viewer.problem(sentence, language))


def language_of(request: Request) -> Language:
    return "ko" if request.query_params.get("language") == "ko" else "en"


def number(request: Request, name: str) -> int | None:
    """Of the address; None where it is not there, or none."""
    return client.number_of(request.query_params.get(name, ""))


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
        said=request.query_params.get("said", ""),
        marked=request.query_params.get("marked", ""),
        width=number(request, "width") or viewer.WIDTH,
    )
    return HTMLResponse(viewer.draw(desk, wanted, language_of(request)))


def _picture(desk: Desk, request: Request) -> Response:
    at = request.path_params
    page = client.number_of(at["page"])
    if page is None:
        raise NoSuchPage(name=render.visible(at["doc"]), page=render.visible(at["page"]))
    found = desk.pictures.page(at["doc"], page, width=number(request, "width") or viewer.WIDTH)
    return Response(found.contents, media_type=found.media_type)


def _dossier(desk: Desk, request: Request) -> Response:
    from ui.dossier import filed  # what makes files of answers takes 0.4 s to import

    turn, kind = state.turn_named(request.path_params["turn"]), request.path_params["kind"]
    if turn is None or turn.answer is None or kind not in ("docx", "pdf", "md"):
        raise TurnGone
    return _saved(*filed.dossier(desk.assistant.library, desk.pictures, turn.answer, turn.asked, kind, language_of(request)))


def _conversation(desk: Desk, request: Request) -> Response:
    from ui.dossier import filed

    if (conversation := client.number_of(request.path_params["conversation"])) is None:
        raise TurnGone
    return _saved(*filed.conversation(desk.assistant.library, conversation, language_of(request)))


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
    _route("find", _find, _in_a_box),
    _route("view", _view, _in_the_viewer),
    _route("page/{doc}/{page}", _picture, _in_words),
    _route("dossier/{turn}.{kind}", _dossier, _in_words),
    _route("conversation/{conversation}.md", _conversation, _in_words),
]
