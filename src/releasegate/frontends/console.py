"""What a person sees: one line a step, progress while it is long, a table at the end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from releasegate.core.errors import ReleasegateError
from releasegate.engine import Outcome
from releasegate.steps.step import Step

_COLOURS = {"pass": "green", "waived": "yellow", "wait": "yellow", "fail": "red", "refused": "red"}
_PATIENCE = 4.0
"""Seconds between progress lines where there is no terminal to redraw."""
_SAME = 60.0
"""Seconds until the same line is said again."""


def clean_up_when_ended() -> None:
    """Let a request to end (SIGTERM, as a CI sends it) do what Ctrl-C does: everything that was started is removed."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@dataclass
class Screen:
    """A terminal with colour and a spinner, or a plain log with a line now and then."""

    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    _status: Status | None = None
    _spoken: float = 0.0
    _said: str = ""

    def __call__(self, line: str, /) -> None:
        """Show what a long step is doing."""
        now = time.monotonic()
        if self._status is not None:
            self._status.update(escape(line))
        elif not self.console.is_terminal and now - self._spoken >= (_SAME if line == self._said else _PATIENCE):
            self._spoken, self._said = now, line
            self.say(f"       ... {line}")

    def say(self, line: str) -> None:
        """Print one line as it is."""
        self.console.print(escape(line))

    def begins(self, step: Step) -> None:
        """Say that *step* begins, where the line can be redrawn."""
        self._spoken = time.monotonic()
        if self.console.is_terminal:
            self._status = self.console.status(escape(step.describe()))
            self._status.start()

    def ends(self, outcome: Outcome) -> None:
        """Say how a step ended."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        word = _word(outcome)
        colour = _COLOURS.get(outcome.verdict, "red")
        release = outcome.step.release
        line = f"{release.package.name} {release.version}: {outcome.step.describe()}"
        self.console.print(f"[{colour}]{word:>6}[/] {outcome.seconds:5.1f} s  {escape(line)}")

    def table(self, outcomes: Sequence[Outcome]) -> None:
        """Print every gate of every version, with its verdict."""
        table = Table("package", "version", "gate", "verdict", "seconds", box=None, pad_edge=False)
        for outcome in outcomes:
            release = outcome.step.release
            verdict = f"[{_COLOURS.get(outcome.verdict, 'red')}]{_word(outcome)}[/]"
            seconds = f"{outcome.seconds:.1f}"
            table.add_row(release.package.name, str(release.version), outcome.step.key, verdict, seconds)
        self.console.print(table)

    def error(self, error: ReleasegateError) -> None:
        """Print what is wrong and what to do next."""
        self.console.print(f"[red]{escape(error.problem)}[/]")
        for line in error.details:
            self.say(f"  {line}")
        self.say(f"-> {error.hint}")


def _word(outcome: Outcome) -> str:
    known = {"remembered": "known", "already": "pass"}
    return known.get(outcome.how, outcome.verdict) if outcome.verdict == "pass" else outcome.verdict
