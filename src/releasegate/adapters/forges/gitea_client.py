"""How a Gitea or a Forgejo is asked: each thing once, and every bad answer becomes an error of ours.

A request that is sent twice could make two of what it makes, so none is repeated here: what became of one is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from urllib3.exceptions import HTTPError

from releasegate.adapters.forges.credential import ForgeCredential
from releasegate.adapters.forges.outcomes import ForgeResponse, failure, nonsense, text
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.trust import trusted

if TYPE_CHECKING:
    from releasegate.adapters.tokens.prompt import TokenPrompt

Read = TypeVar("Read")

_SECONDS = 30.0
_BAD = 400
_DELETED = 204
_GOOD = range(200, 300)


@dataclass(frozen=True)
class GiteaClient:
    """Asks about the repository that *config* names; *environ* holds the token, or *prompt* asks for it.

    What is *anonymous* does without.

    Raises, from each of its methods:
        NotShown: there is no such thing, or the token may not see it.
        Refused: the Gitea would not have it.
        UnknownOutcome: it does not answer, or not as it should.
        Unavailable: the token is missing or does not do, or there were too many requests.
    """

    config: ForgeConfig
    environ: Mapping[str, str] = field(repr=False)
    prompt: TokenPrompt | None = None
    anonymous: bool = False

    def ask(
        self,
        method: str,
        path: str,
        read: Callable[[Any], Read],
        *,
        query: Mapping[str, str | int] | None = None,
        sent: Mapping[str, str | bool] | bytes | None = None,
    ) -> Read:
        """Return what *read* finds in the JSON of the answer; *path* is below the repository's own in the API.

        Bytes are *sent* as they are, all else as JSON. Where *read* raises ``ValueError`` or ``TypeError``, the answer
        is none that a Gitea gives.
        """
        if isinstance(sent, bytes):
            body: dict[str, Any] = {"data": sent, "headers": {"Content-Type": "application/octet-stream"}}
        else:
            body = {"json": sent}
        answer = self._answer(method, self._api(path), params=query, **body)
        try:
            return read(answer.json())
        except (ValueError, TypeError, RecursionError) as error:
            raise nonsense(self.config, "Gitea") from error

    def delete(self, path: str) -> None:
        """Delete what is at *path*, which is below the repository's own in the API."""
        if self._answer("DELETE", self._api(path)).status_code != _DELETED:
            raise nonsense(self.config, "Gitea")

    def download(self, path: str) -> bytes:
        """Return the bytes at *path*, which is below the repository's own on the web."""
        return self._answer("GET", f"{self._address}/{self.config.repository}/{path}").content

    @property
    def _address(self) -> str:
        return (self.config.address or "").rstrip("/")

    def _api(self, path: str) -> str:
        return f"{self._address}/api/v1/repos/{self.config.repository}/{path}"

    @cached_property
    def _credential(self) -> ForgeCredential:
        return ForgeCredential(self.config, self.environ, self.prompt)

    @cached_property
    def _session(self) -> requests.Session:
        session = _Session()
        session.headers["User-Agent"] = "releasegate"
        secret = None if self.anonymous else self._credential.token()
        session.auth = _open if secret is None else _Token(secret)
        session.verify = trusted(self.environ)
        return session

    def _answer(self, method: str, address: str, **more: Any) -> requests.Response:
        session = self._session
        try:
            answer = session.request(method, address, timeout=_SECONDS, **more)
        except requests.exceptions.InvalidURL as error:
            raise nonsense(self.config, "Gitea") from error
        # requests lets urllib3's errors and those of the URL's parser through in a few places.
        except (requests.RequestException, HTTPError, OSError) as error:
            raise failure(self.config, self._credential.known, ForgeResponse(None, type(error).__name__)) from error
        except ValueError as error:
            raise nonsense(self.config, "Gitea") from error
        if answer.status_code >= _BAD:
            raise failure(
                self.config, self._credential.known, ForgeResponse(answer.status_code, _words(answer), answer.headers)
            )
        if answer.status_code not in _GOOD:
            raise nonsense(self.config, "Gitea")
        return answer


class _Session(requests.Session):
    """A session whose token stays with the host that it is for, wherever that redirects; no ``.netrc`` is asked."""

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the token off a redirected request that goes to another scheme, host or port."""
        old, new = response.request.url, prepared_request.url
        if self.should_strip_auth(old, new):  # type: ignore[no-untyped-call]
            prepared_request.headers.pop("Authorization", None)


@dataclass(frozen=True)
class _Token(requests.auth.AuthBase):
    """The token as a Gitea wants it."""

    secret: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"token {self.secret}"
        return request


def _open(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send a request as anybody's; without an answer to who asks, requests would look into ``.netrc``."""
    return request


def _words(answer: requests.Response) -> str:
    """Return a bad answer's own words: those of its JSON, else all of it."""
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        return answer.text
    return text(said.get("message") if isinstance(said, dict) else said)
