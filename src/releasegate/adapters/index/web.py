"""Reads from an index over HTTP: past caches, a few times where it stumbles, and never more than was agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from releasegate.adapters.index.access import Access, origin
from releasegate.adapters.index.reach import require_reachable
from releasegate.adapters.masking import masked
from releasegate.core.errors import Unavailable

if TYPE_CHECKING:
    import requests

MEBIBYTE = 2**20
WITHHELD = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""What an index answers whom it does not let read."""
REDIRECTS = 10
TIMEOUT = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes of an answer."""


@dataclass(frozen=True)
class Response:
    """What a GET came to: the status, the address after redirects, the content type as sent and the whole body.

    ``moved`` is where a redirect leads that was not followed.
    """

    status: int
    url: str
    content_type: str
    body: bytes
    moved: str | None = None


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
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


@dataclass
class Web:
    """Gets answers for the index called *name*; ``access`` is what it may be read with, where it asks for that.

    A session that is ``given`` replaces the usual one. ``closed`` is what was learned of the index: whether it lets
    nobody read without the token.
    """

    name: str
    given: requests.Session | None = None
    access: Access = field(default_factory=lambda: Access("", ""))
    closed: bool | None = None

    @cached_property
    def session(self) -> requests.Session:
        """The session that everything is asked through, made with the first question."""
        return self.given or reading_session()

    def get(self, url: str, *, headers: Mapping[str, str], limit: int) -> Response:
        """Return the answer of *url* if its body has at most *limit* bytes, from wherever the index sends readers.

        Raises:
            ConfigurationError: it may not be read, with the index's token or without.
            Unavailable: there is no answer, it is too large, or its status is neither 200 nor 404.
        """
        return self._judged(self._known(lambda auth: self._ask(url, auth, headers=headers, limit=limit), url))

    def own(self, url: str, *, headers: Mapping[str, str], limit: int) -> Response:
        """Return the index's own answer of *url*; where it sends readers to another host, nobody follows.

        Then the answer's address is the one that readers are sent to, and its status says no more than that.

        Raises:
            ConfigurationError, Unavailable: as ``get``.
        """

        def ask(auth: tuple[str, str] | None) -> Response:
            at = url
            for _ in range(REDIRECTS):
                answer = self._ask(at, auth, headers=headers, limit=limit, follow=False)
                if answer.moved is None:
                    return answer
                if urlsplit(answer.moved).hostname != urlsplit(at).hostname:
                    return replace(answer, url=answer.moved)
                # What may be told to one may not be told to the other: another scheme, another port.
                at, auth = answer.moved, auth and self.access.credentials(answer.moved)
            raise self._silent(ValueError(f"more than {REDIRECTS} redirects"))

        answer = self._known(ask, url)
        sent_away = urlsplit(answer.url).hostname != urlsplit(url).hostname
        return answer if sent_away else self._judged(answer)

    def _known(self, ask: Callable[[tuple[str, str] | None], Response], url: str) -> Response:
        """Ask as a stranger, and where that is not enough with the token, if it may be sent to *url*."""
        token = self.access.credentials(url)
        answer = ask(token if self.closed else None)
        if token is None or self.closed:
            return answer
        if answer.status == HTTPStatus.OK:
            self.closed = False
        # Some indexes hide from strangers what they hold, instead of asking who they are.
        hidden = answer.status == HTTPStatus.NOT_FOUND and self.closed is None
        if answer.status not in WITHHELD and not hidden:
            return answer
        told = ask(token)
        if told.status == HTTPStatus.OK or (answer.status in WITHHELD and told.status not in WITHHELD):
            self.closed = True
        # To be known and not to be let read says nothing, where strangers may ask.
        return answer if (answer.status, told.status) == (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN) else told

    def _judged(self, answer: Response) -> Response:
        if answer.status in WITHHELD:
            raise self.access.refusal(answer.status, answer.url)
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise Unavailable(
                f"The index {self.name} answered {answer.status}.", hint="Run the same command again a little later"
            )
        return answer

    def _ask(
        self,
        url: str,
        auth: tuple[str, str] | None,
        *,
        headers: Mapping[str, str],
        limit: int,
        follow: bool = True,
    ) -> Response:
        if self.given is None:
            # Before the library is loaded, and without its retries: whoever is offline is told so at once.
            try:
                require_reachable(url)
            except OSError as error:
                raise self._silent(error) from error
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        options: dict[str, Any] = {"timeout": TIMEOUT, "stream": True, "auth": auth, "allow_redirects": follow}
        try:
            with self.session.get(url, headers=dict(headers), **options) as response:
                target = None if follow else self.session.get_redirect_target(response)
                body = self._body(response, limit=limit) if response.status_code == HTTPStatus.OK else b""
                kind = response.headers.get("Content-Type", "text/html")
                moved = None if target is None else urljoin(response.url, target)
                return Response(response.status_code, response.url, kind, body, moved)
        # requests lets urllib3's errors and those of the URL's parser through in a few places.
        except (RequestException, HTTPError, ValueError) as error:
            raise self._silent(error) from error

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
            details=[masked(f"{type(error).__name__}: {error}", [self.access.token])],
        )


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
