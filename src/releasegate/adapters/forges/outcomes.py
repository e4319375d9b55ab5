"""What a forge's answers mean, whichever forge it is: errors in our words, second looks, and states of CI runs.

Sources: GitHub's "Rate limits for the REST API" (403 or 429, with ``Retry-After``, ``X-RateLimit-Remaining: 0`` or only
words); RFC 6585 for 429. A token that an answer repeats is masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from releasegate.adapters.masking import masked
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import Refused, ReleasegateError, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.printable import printable
from releasegate.ports import ForgeRelease

Found = TypeVar("Found")

CiState = Literal["waiting", "running", "passed", "failed"]

STARTED_BY = frozenset({"push", "release"})
"""The events by which a tag starts a CI run."""

_CLIENT = range(400, 500)
_WAITING = frozenset({"queued", "waiting", "pending", "requested", "blocked"})
_ENDED = frozenset({"completed", "success", "failure", "cancelled", "skipped"})
_PASSED = frozenset({"success", "neutral", "skipped"})
_SECONDS_DIGITS = 12
_TIMEOUT = 408
_TOO_MANY = 429
_NOT_FOUND = 404


class UnknownOutcome(Unavailable):
    """The forge did not answer, or not as it should: whether it did what it was asked is not known."""


class NotShown(Unavailable):
    """The forge has no such thing, or the token may not see it."""


@dataclass(frozen=True)
class ForgeResponse:
    """An answer that is no good one; ``status`` is ``None`` where there was none."""

    status: int | None
    words: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def failure(config: ForgeConfig, secret: str, answer: ForgeResponse) -> ReleasegateError:
    """Return the error that *answer* is; the *secret* that it was asked with never stands in it."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    words = printable(masked(answer.words, [secret]))
    details = tuple(line.strip()[:300] for line in words.splitlines() if line.strip())[:3]
    if _limited(answer.status, words, headers):
        return Unavailable(
            f"The forge of {config.repository} takes no more requests for now.",
            hint=f"Run the same command again {_when(headers)}",
            details=details,
        )
    if answer.status in {401, 403}:
        return Unavailable(
            f"The forge does not let us at {config.repository} ({answer.status}).",
            hint=f"Check the token in {config.token_env} and its rights, then run the same command again",
            details=details,
        )
    if answer.status == _NOT_FOUND:
        return NotShown(
            f"The forge shows us no such thing of {config.repository} (404).",
            hint=f"Check the repository's name, and that the token in {config.token_env} may see it",
            details=details,
        )
    if answer.status in _CLIENT and answer.status != _TIMEOUT:
        return Refused(
            f"The forge of {config.repository} refused that ({answer.status}).",
            hint="Read its words above; nothing was changed",
            details=details,
        )
    said = "does not answer" if answer.status is None else f"answered {answer.status}"
    hint = "Run the same command again later: what is there already is found"
    return UnknownOutcome(f"The forge of {config.repository} {said}.", hint=hint, details=details)


def nonsense(config: ForgeConfig, kind: str) -> UnknownOutcome:
    """Return the error for an answer that is not written as the API of a *kind* of forge writes."""
    return UnknownOutcome(
        f"The forge of {config.repository} does not answer as {kind} does.",
        hint="Check the forge's kind and address in the configuration, or run the same command again later",
    )


@contextmanager
def looked_at_again(is_so: Callable[[], bool]) -> Iterator[None]:
    """Let an unknown outcome pass where a second look says that the world is as it was to be."""
    try:
        yield
    except UnknownOutcome:
        if not is_so():
            raise


def published(publish: Callable[[], ForgeRelease], find: Callable[[], ForgeRelease | None]) -> ForgeRelease:
    """Return what *publish* returns; where its outcome is unknown, what *find* finds published.

    Raises:
        UnknownOutcome: *publish* raised it, and *find* finds a draft or nothing.
    """
    try:
        return publish()
    except UnknownOutcome:
        again = find()
        if again is None or again.draft:
            raise
        return again


def is_draft(found: ForgeRelease | None) -> bool:
    """Whether there is a release, and it is a draft."""
    return found is not None and found.draft


def existing(found: Found | None, tag: str) -> Found:
    """Return the release that was *found* for *tag*.

    Raises:
        Refused: none was found.
    """
    if found is None:
        raise Refused(f"{tag} has no release on the forge.", hint="Run the same command again: it drafts one")
    return found


def state(status: str | None, conclusion: str | None) -> CiState:
    """Return how far a CI run is; GitHub has a status and a conclusion, Forgejo's status is both."""
    if conclusion or status in _ENDED:
        return "passed" if (conclusion or status) in _PASSED else "failed"
    return "waiting" if status in _WAITING else "running"


def verdict(status: str | None, conclusion: str | None) -> Literal["passed", "failed", "none"]:
    """Return the verdict that a CI run ended with; what was skipped or cancelled, or still runs, has none."""
    said = conclusion or (status if status != "completed" else None)
    return "passed" if said == "success" else "failed" if said == "failure" else "none"


def in_utc(moment: str) -> str:
    """Return a moment that an answer gives in its own time zone as UTC in ISO 8601; empty where it is none."""
    try:
        return datetime.fromisoformat(moment).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def text(value: Any) -> str:
    """Return a text of an answer; what is none is empty."""
    return value if isinstance(value, str) else ""


def _limited(status: int | None, words: str, headers: Mapping[str, str]) -> bool:
    if status == _TOO_MANY:
        return True
    told = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return status == 403 and (told or "rate limit" in words.lower())  # noqa: PLR2004 - GitHub's other status for it


def _when(headers: Mapping[str, str]) -> str:
    if headers.get("retry-after", "").isdigit():
        return f"in {headers['retry-after']} s"
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdigit() and len(reset) < _SECONDS_DIGITS:
        return f"after {datetime.fromtimestamp(int(reset), UTC):%H:%M} UTC"
    return "later"
