"""How long steps took, by the times of a record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from releasegate.core.release.entry import Entry

_DAY = 24 * 60 * 60


def lasted(entries: Sequence[Entry], step: str) -> float | None:
    """Return the seconds from the newest start of *step* that came to an end to that end; ``None`` without one.

    No step takes a day.
    """
    for number in range(len(entries) - 1, -1, -1):
        ended = entries[number]
        if ended.step == step and ended.event == "done":
            mine = (e for e in reversed(entries[:number]) if (e.step, e.run) == (step, ended.run))
            started = next(mine, None)
            if started is not None and started.event == "started":
                return (_second(ended.at) - _second(started.at)) % _DAY
    return None


def in_words(seconds: Iterable[float | None]) -> str:
    """Return about how long all of it takes; empty where nothing is known."""
    known = [each for each in seconds if each is not None]
    total = sum(known)
    if not known:
        return ""
    return f"about {total / 60:.0f} min" if total >= 90 else f"about {max(1, round(total))} s"  # noqa: PLR2004 - a minute and a half


def _second(at: str) -> float:
    """Return the second of the day of a moment in ISO 8601, UTC."""
    hours, minutes, seconds = at.partition("T")[2].removesuffix("Z").removesuffix("+00:00").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
