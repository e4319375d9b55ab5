"""HTTP answers with the headers, and the reason phrases, of the real index."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from http import HTTPStatus
from typing import Protocol

from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.index.faults import RequestKind
from releasegate.rehearsal.index.pages.simple import HTML, JSON, TEXT
from releasegate.rehearsal.index.upload.model import UploadRefusal

_PHRASE_LENGTH = 1000


@dataclass(frozen=True)
class Reply:
    """An answer, or ``None`` for a connection that is cut, and what the request was about.

    ``every`` is after how many seconds the next byte of the answer is sent; they all come at once without it.
    """

    response: Response | None
    project: str | None = None
    filename: str | None = None
    every: float | None = None


class Disturb(Protocol):
    """Lets the faults have their way with a request before it is answered."""

    def __call__(self, of: RequestKind, target: str, *, project: str) -> Reply | None:
        """Return what a fault answers in place of the index, if one does."""
        ...


def text(status: int, body: str) -> Response:
    """Return a plain answer that nobody keeps."""
    return Response(body, status=status, content_type="text/plain; charset=UTF-8")


def refused(refusal: UploadRefusal) -> Response:
    """Return the refusal with its message both as the reason phrase and in the body, where clients look for it."""
    return _told(refusal.status, refusal.message, HTTPStatus(refusal.status).phrase)


def moved(request: Request, path: str, *, status: int = 301, message: str | None = None) -> Response:
    """Send the reader to *path*, with the whole address in ``Location``, which is what twine compares with its own."""
    to = f"{request.host_url}{path.removeprefix('/')}"
    usual = f"The resource has been moved to {to}; you should be redirected automatically."
    response = _told(status, message or HTTPStatus(status).phrase, usual)
    response.headers["Location"] = to
    return response


def _told(status: int, message: str, usual: str) -> Response:
    phrase = "".join(char if " " <= char <= "~" else "?" for char in message)[:_PHRASE_LENGTH]
    said = escape(message)
    return Response(
        f"<html>\n <head>\n  <title>{status} {said}</title>\n </head>\n <body>\n"
        f"  <h1>{status} {said}</h1>\n  {escape(usual)}<br/><br/>\n{said}\n </body>\n</html>\n",
        status=f"{status} {phrase}",
        content_type="text/html; charset=UTF-8",
    )


def page_kind(request: Request) -> str:
    """Return the content type that the reader likes best; HTML for one who does not say."""
    if not request.accept_mimetypes:
        return TEXT
    return request.accept_mimetypes.best_match([TEXT, HTML, JSON]) or TEXT


def conditional(request: Request, body: str, *, kind: str, serial: int) -> Response:
    """Return a page with the headers by which clients and caches keep it, or 304 where the reader has it."""
    response = Response(body, content_type=kind if kind.endswith("json") else f"{kind}; charset=UTF-8")
    response.headers["Cache-Control"] = "max-age=600, public"
    response.headers["Vary"] = "Accept, Accept-Encoding"
    response.headers["X-PyPI-Last-Serial"] = str(serial)
    response.set_etag(sha256(body.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response
