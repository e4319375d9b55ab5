"""One GET over HTTP: past caches, a few times where the answer breaks off, and never more than was agreed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from releasegate.adapters.index.access import origin
from releasegate.adapters.index.deadline import Arrived
from releasegate.core.frozen import dataclass
from releasegate.core.trust import trusted

if TYPE_CHECKING:
    import requests

TIMEOUT = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes of an answer."""

BROKEN_OFF = 2
"""How often an answer is asked for again that broke off in its middle."""


class TooLargeError(Exception):
    """The body of an answer has more bytes than were agreed."""


@dataclass(frozen=True)
class PageRequest:
    """What is asked for: ``auth`` are a user and a token, ``limit`` is how many bytes the body may have."""

    url: str
    auth: tuple[str, str] | None
    headers: Mapping[str, str]
    limit: int
    follow: bool


@dataclass(frozen=True)
class Response:
    """What a GET came to: the status, the address after redirects, the content type as sent and the whole body.

    ``moved`` is where a redirect leads that was not followed, ``date`` when it was sent, as HTTP writes it.
    """

    status: int
    url: str
    content_type: str
    body: bytes
    moved: str | None = None
    date: str = ""


def reading_session() -> requests.Session:
    """Return a session that asks past caches and sends no credentials but those it is given with a request.

    Not even those of a ``.netrc``; and where it is sent elsewhere, those that it was given stay behind.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    retries = Retry(
        total=3,
        backoff_factor=0.2,
        status_forcelist=(500, 502, 503, 504),
        raise_on_status=False,
        respect_retry_after_header=False,
    )

    class Session(requests.Session):
        def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
            if origin(str(prepared_request.url)) != origin(str(response.request.url)):
                prepared_request.headers.pop("Authorization", None)

    session = Session()
    session.headers.update({"User-Agent": "releasegate", "Cache-Control": "no-cache"})
    session.auth = _without_credentials
    session.verify = trusted(os.environ)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


def answer_of(session: requests.Session, question: PageRequest, arrived: Arrived) -> Response:
    """Return what comes of *question*, its whole body if it is 200; what comes is counted in *arrived*.

    Raises:
        TooLargeError: the body is larger than the limit.
        OSError, ValueError: there is no answer.
    """
    from requests.exceptions import ChunkedEncodingError
    from urllib3.exceptions import HTTPError

    for left in reversed(range(BROKEN_OFF + 1)):
        try:
            return _asked(session, question, arrived)
        except ChunkedEncodingError:
            if not left or arrived.given_up:
                raise
        except HTTPError as error:  # requests lets some through
            raise OSError(f"{type(error).__name__}: {error}") from error
    raise AssertionError("the last try returns or raises")


def _asked(session: requests.Session, question: PageRequest, arrived: Arrived) -> Response:
    options: dict[str, Any] = {"timeout": TIMEOUT, "stream": True, "allow_redirects": question.follow}
    with session.get(question.url, headers=dict(question.headers), auth=question.auth, **options) as response:
        target = None if question.follow else session.get_redirect_target(response)
        whole = response.status_code == HTTPStatus.OK
        body = _body(response, arrived, limit=question.limit) if whole else b""
        kind = response.headers.get("Content-Type", "text/html")
        moved = None if target is None else urljoin(response.url, target)
        date = response.headers.get("Date", "")
        return Response(response.status_code, response.url, kind, body, moved, date)


def _body(response: requests.Response, arrived: Arrived, *, limit: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        arrived.count += len(chunk)
        if len(body) > limit or arrived.given_up:
            raise TooLargeError
    return bytes(body)


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
