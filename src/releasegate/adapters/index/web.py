"""Reads of an index over HTTP: who may read, who is believed, and no read that does not end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from releasegate.adapters.index.access import Access, origin
from releasegate.adapters.index.deadline import Arrived, in_time
from releasegate.adapters.index.get import PageRequest, Response, TooLargeError, answer_of, reading_session
from releasegate.adapters.index.reach import require_reachable
from releasegate.adapters.masking import masked
from releasegate.core.errors import Unavailable

if TYPE_CHECKING:
    import requests

MEBIBYTE = 2**20
WITHHELD = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""What an index answers whom it does not let read."""
REDIRECTS = 10


_TRUST = "Name the certificates that are trusted here, a file of them: export SSL_CERT_FILE=FILE"


def _untrusted(error: Exception) -> bool:
    """Whether *error* is that the other side's certificate is none that is trusted here, as behind some proxies."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


class WithheldError(Unavailable):
    """The index does not let read who could read before."""


class SilentError(Unavailable):
    """The index does not answer, or its answer takes too long."""


@dataclass
class Web:
    """Gets answers for the index called *name*; ``access`` is what it may be read with, where it asks for that.

    A session that is ``given`` replaces the usual one. ``closed`` is what was learned of the index: whether it lets
    nobody read without the token; ``read`` is whether anything was read of it.
    """

    name: str
    given: requests.Session | None = None
    access: Access = field(default_factory=lambda: Access("", ""))
    closed: bool | None = None
    read: bool = False

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
        withheld = answer.status in WITHHELD
        # Who was let in before has the right: what stands before the index says nothing of that.
        known = self.read and (not self.access.token or origin(answer.url) == origin(self.access.simple))
        if withheld and not known:
            raise self.access.refusal(answer.status, answer.url)
        if answer.status == HTTPStatus.OK:
            self.read = True
        if withheld or answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise (WithheldError if withheld else Unavailable)(
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
        question = PageRequest(url, auth, headers, limit, follow)

        def read(arrived: Arrived) -> Response:
            if self.given is None:
                # Before the library is loaded, and without its retries: whoever is offline is told so at once.
                require_reachable(url)
            return answer_of(self.session, question, arrived)

        try:
            return in_time(read)
        except TooLargeError as error:
            raise Unavailable(
                f"The index {self.name} answered more than {limit // MEBIBYTE} MiB.",
                hint="Look at what the index serves under the project's name",
            ) from error
        # requests lets the errors of the URL's parser through in a few places; its own are OSErrors.
        except (OSError, ValueError) as error:
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> Unavailable:
        first = _TRUST if _untrusted(error) else "Check its address and the network"
        return SilentError(
            f"The index {self.name} cannot be read.",
            hint=f"{first}, then run the same command again",
            details=[masked(f"{type(error).__name__}: {error}", [self.access.token])],
        )
