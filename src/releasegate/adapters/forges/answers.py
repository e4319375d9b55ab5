"""What a forge's answers mean, whichever forge it is: errors in our words, and states of CI runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from releasegate.core.config import ForgeConfig
from releasegate.core.errors import Refused, ReleasegateError, Unavailable

State = Literal["waiting", "running", "passed", "failed"]

_LIMITED = frozenset({403, 429})
_CLIENT = range(400, 500)
_WAITING = frozenset({"queued", "waiting", "pending", "requested", "blocked"})
_PASSED = frozenset({"success", "neutral", "skipped"})


def token(config: ForgeConfig, environ: Mapping[str, str]) -> str:
    """Return the forge's token.

    Raises:
        Unavailable: its variable is not set.
    """
    found = environ.get(config.token_env, "").strip()
    if not found:
        raise Unavailable(
            f"No token for {config.repository} on its forge.",
            hint=f"Set {config.token_env} to a token that may write releases there",
        )
    return found


def failure(config: ForgeConfig, status: int | None, words: str, headers: Mapping[str, str]) -> ReleasegateError:
    """Return the error for an answer that is no good one; *status* is ``None`` where there was no answer."""
    named = {name.lower(): value for name, value in headers.items()}
    details = tuple(line.strip()[:300] for line in words.splitlines() if line.strip())[:3]
    if status in _LIMITED and (named.get("x-ratelimit-remaining") == "0" or "retry-after" in named):
        return Unavailable(
            f"The forge of {config.repository} takes no more requests for now.",
            hint=f"Run the same command again {_when(named)}",
            details=details,
        )
    if status in {401, 403}:
        return Unavailable(
            f"The forge does not let us write to {config.repository} ({status}).",
            hint=f"Check the token in {config.token_env} and its rights, then run the same command again",
            details=details,
        )
    if status in _CLIENT:
        return Refused(
            f"The forge of {config.repository} refused that ({status}).",
            hint="Read its words above; nothing was changed",
            details=details,
        )
    said = f"answered {status}" if status is not None else "does not answer"
    return Unavailable(
        f"The forge of {config.repository} {said}.", hint="Run the same command again later", details=details
    )


def state(status: str | None, conclusion: str | None) -> State:
    """Return how far a CI run is; GitHub has a status and a conclusion, Gitea's status may be both."""
    if conclusion or status in {"completed", "success", "failure", "cancelled", "skipped"}:
        return "passed" if (conclusion or status) in _PASSED else "failed"
    return "waiting" if status in _WAITING else "running"


def text(value: Any) -> str:
    """Return a text of an answer; what is none is empty."""
    return value if isinstance(value, str) else ""


def _when(headers: Mapping[str, str]) -> str:
    if headers.get("retry-after", "").isdigit():
        return f"in {headers['retry-after']} s"
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdigit() and len(reset) < 12:  # noqa: PLR2004 - a time in seconds
        return f"after {datetime.fromtimestamp(int(reset), UTC):%H:%M} UTC"
    return "later"
