"""The machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from releasegate.core.frozen import dataclass

_DIFFERENCE = timedelta(hours=1)


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> str:
        """Return the moment, UTC in ISO 8601."""
        return datetime.now(UTC).isoformat(timespec="microseconds")

    def soon(self) -> str:
        """Return the moment after which is the future, whoever's clock is right: what machines' clocks differ by."""
        return (datetime.now(UTC) + _DIFFERENCE).isoformat(timespec="microseconds")

    def elapsed(self) -> float:
        """Return the seconds on a clock that only goes forward."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)
