"""The machine's clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> str:
        """Return the moment, UTC in ISO 8601."""
        return datetime.now(UTC).isoformat(timespec="microseconds")

    def elapsed(self) -> float:
        """Return the seconds on a clock that only goes forward."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)
