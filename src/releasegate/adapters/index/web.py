"""Reads from an index over HTTP: past caches, a few times where it stumbles, and never more than was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

from releasegate.adapters.index.reach import require_reachable
from releasegate.core.errors import Unavailable

if TYPE_CHECKING:
    import requests

MEBIBYTE = 2**20
TIMEOUT = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes of an answer."""


@dataclass(frozen=True)
class Response:
    """What a GET came to: the status, the address after redirects, the content type as sent and the whole body."""

    status: int
    url: str
    content_type: str
    body: bytes


def reading_session() -> requests.Session:
    """Return a session that asks past caches and sends no credentials, not even those of a ``.netrc``."""
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
    session = requests.Session()
    session.headers.update({"User-Agent": "releasegate", "Cache-Control": "no-cache"})
    session.auth = _without_credentials
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


@dataclass(frozen=True)
class Web:
    """Gets answers for the index called *name*; a session that is *given* replaces the usual one."""

    name: str
    given: requests.Session | None = None

    @cached_property
    def session(self) -> requests.Session:
        """The session that everything is asked through, made with the first question."""
        return self.given or reading_session()

    def get(self, url: str, *, headers: Mapping[str, str], limit: int) -> Response:
        """Return the answer of *url* if its body has at most *limit* bytes.

        Raises:
            Unavailable: there is no answer, it is too large, or its status is neither 200 nor 404.
        """
        if self.given is None:
            # Before the library is loaded, and without its retries: whoever is offline is told so at once.
            try:
                require_reachable(url)
            except OSError as error:
                raise self._silent(error) from error
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        try:
            with self.session.get(url, headers=dict(headers), timeout=TIMEOUT, stream=True) as response:
                body = b"" if response.status_code == HTTPStatus.NOT_FOUND else self._body(response, limit=limit)
                answer = Response(
                    response.status_code, response.url, response.headers.get("Content-Type", "text/html"), body
                )
        # requests lets urllib3's errors and those of the URL's parser through in a few places.
        except (RequestException, HTTPError, ValueError) as error:
            raise self._silent(error) from error
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise Unavailable(
                f"The index {self.name} answered {answer.status}.", hint="Run the same command again a little later"
            )
        return answer

    def _body(self, response: requests.Response, *, limit: int) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(64 * 1024):
            body += chunk
            if len(body) > limit:
                raise Unavailable(
                    f"The index {self.name} answered more than {limit // MEBIBYTE} MiB.",
                    hint="Look at what the index serves under the project's name",
                )
        return bytes(body)

    def _silent(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"The index {self.name} cannot be read.",
            hint="Check its address and the network, then run the same command again",
            details=[f"{type(error).__name__}: {error}"],
        )


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
