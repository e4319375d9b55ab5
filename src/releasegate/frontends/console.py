"""What a person sees: one line a step, progress while it is long, a table at the end."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from releasegate.adapters.masking import masked, secrets_of
from releasegate.core.errors import ReleasegateError
from releasegate.core.printable import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from releasegate.core.report.model import Report, ReportKind
    from releasegate.engine import Outcome
    from releasegate.steps.question import Answer
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
    """A terminal with colour and a spinner, or a plain log with a line now and then.

    Rich is loaded with the first step or table: most commands print a few plain lines. Where the command's report is
    wanted ``as_json``, standard output holds that alone, and everything else goes to standard error. ``report`` is what
    the command found so far, and ``folders`` are those of the packages that it is about.
    """

    secrets: tuple[str, ...] = field(default_factory=lambda: secrets_of(os.environ.items()))
    as_json: bool = False
    kind: ReportKind = "run"
    report: Report | None = None
    folders: Mapping[str, Path] = field(default_factory=dict)
    _status: Status | None = None
    _spoken: float = 0.0
    _said: str = ""

    def __post_init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A terminal that knows ASCII alone is no reason to end.
                stream.reconfigure(errors="backslashreplace")

    @property
    def stream(self) -> TextIO:
        """Where lines for people go."""
        return sys.stderr if self.as_json else sys.stdout

    @cached_property
    def console(self) -> Console:
        """The same, for what has colours or columns."""
        return _console(self.stream)

    @property
    def is_terminal(self) -> bool:
        """Whether a person can be asked."""
        return self.stream.isatty()

    @property
    def reports(self) -> bool:
        """Whether a report is wanted in any form but lines."""
        return self.as_json or bool(os.environ.get("GITHUB_STEP_SUMMARY"))

    def __call__(self, line: str, /) -> None:
        """Show what a long step is doing."""
        now = time.monotonic()
        if self._status is not None:
            self._status.update(self._escaped(line))
        elif not self.is_terminal and now - self._spoken >= (_SAME if line == self._said else _PATIENCE):
            self._spoken, self._said = now, line
            self.say(f"       ... {line}")

    def say(self, line: str) -> None:
        """Print one line as it is, but for what no terminal may be told: secrets and control characters."""
        if self._status is not None:
            self.console.out(self.fit(line), highlight=False)
        else:
            print(self.fit(line), file=self.stream, flush=True)

    def fit(self, text: str) -> str:
        """Return *text* without what no terminal may be told."""
        return printable(masked(text, self.secrets))

    def _escaped(self, text: str) -> str:
        from rich.markup import escape

        return escape(self.fit(text))

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines as they are; of a secret that is broken over them nothing is left."""
        known = list(lines)
        for line in masked("\n".join(known), self.secrets).split("\n") if known else ():
            self.say(line)

    def asks(self, question: str) -> bool:
        """Ask a person; where nobody can be asked, the answer is no."""
        if not self.is_terminal:
            return False
        try:
            prompt = f"{self.fit(question)} [y/N] "
            if self.as_json:
                # Its own prompt may go to standard output.
                print(prompt, end="", file=self.stream, flush=True)
                prompt = ""
            return input(prompt).strip().lower() in {"y", "yes"}
        except EOFError:
            return False

    def begins(self, step: Step) -> None:
        """Say that *step* begins, where the line can be redrawn."""
        self._spoken = time.monotonic()
        if self.console.is_terminal:
            self._status = self.console.status(self._escaped(step.describe()))
            self._status.start()

    def ends(self, outcome: Outcome) -> None:
        """Say how a step ended."""
        self.rests()
        word = _word(outcome)
        colour = _COLOURS.get(outcome.verdict, "red")
        release = outcome.step.release
        line = f"{release.package.name} {release.version}: {outcome.step.describe()}"
        self.console.print(f"[{colour}]{word:>6}[/] {outcome.seconds:5.1f} s  {self._escaped(line)}")

    def rests(self) -> None:
        """Stop the spinner, if there is one."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def table(self, outcomes: Sequence[Outcome]) -> None:
        """Print every gate of every version, with its verdict."""
        from rich.table import Table

        table = Table("package", "version", "gate", "verdict", "seconds", box=None, pad_edge=False)
        for outcome in outcomes:
            release = outcome.step.release
            verdict = f"[{_COLOURS.get(outcome.verdict, 'red')}]{_word(outcome)}[/]"
            seconds = f"{outcome.seconds:.1f}"
            table.add_row(release.package.name, str(release.version), outcome.step.key, verdict, seconds)
        self.console.print(table)

    def answers(self, answers: Sequence[Answer]) -> None:
        """Print the answers of the preflight, one line each; below one that is in the way, what to do."""
        for answer in answers:
            error = answer.error
            fine = "told" if answer.caution else "ok"
            word, said = (fine, answer.found) if error is None else (error.verdict, error.problem)
            self.say(f"  {word:<11} {answer.key}: {said}")
            below = () if error is None else (*error.details, f"-> {error.hint}")
            self.lines(f"  {'':11} {line}" for line in below)

    def tell_forms(self, error: ReleasegateError | None = None) -> None:
        """Tell the report, and what ended the command, in every form but lines that is asked for."""
        if self.reports or os.environ.get("GITHUB_ACTIONS") == "true":
            # Nobody else waits for what this takes to load.
            from releasegate.frontends.forms import tell

            tell(self, error)

    def error(self, error: ReleasegateError, *, expected: bool = False) -> None:
        """Print what is wrong and what to do next; an *expected* error is part of what the command tells."""
        self.rests()
        stream = self.stream if expected else sys.stderr
        # Who cannot be told is not told that.
        with suppress(OSError, ValueError):
            if stream.isatty() or "FORCE_COLOR" in os.environ:
                _console(stream).print(f"[red]{self._escaped(error.problem)}[/]")
            else:
                print(self.fit(error.problem), file=stream)
            below = (*(f"  {detail}" for detail in error.details), f"-> {error.hint}")
            print(self.fit("\n".join(below)), file=stream, flush=True)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False, soft_wrap=True, emoji=False)


def _word(outcome: Outcome) -> str:
    known = {"remembered": "known", "already": "pass"}
    return known.get(outcome.how, outcome.verdict) if outcome.verdict == "pass" else outcome.verdict
