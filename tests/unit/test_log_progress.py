"""How often progress is told in a log."""

from __future__ import annotations

from collections.abc import Iterator

from releasegate.frontends.screen.log_progress import INTERVAL, REPEAT, LogProgress


def at(*seconds: float) -> LogProgress:
    times: Iterator[float] = iter(seconds)
    return LogProgress(clock=lambda: next(times))


def test_what_a_step_says_at_once_is_not_told() -> None:
    progress = at(100, 100 + INTERVAL / 2)
    progress.begins()
    assert not progress.is_due("waiting")


def test_a_line_is_told_when_the_interval_is_over_and_begins_another() -> None:
    progress = at(100, 100 + INTERVAL, 101 + INTERVAL, 100 + 2 * INTERVAL)
    progress.begins()
    assert [progress.is_due(line) for line in ("one", "two", "three")] == [True, False, True]


def test_the_same_line_is_told_again_only_after_long() -> None:
    progress = at(100, 100 + 2 * INTERVAL, 100 + REPEAT)
    assert [progress.is_due("waiting") for _ in range(3)] == [True, False, True]
