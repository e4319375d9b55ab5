"""What a person sees of a run: a heading for each version, one line a step, a table, what is wrong."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.core.errors import ReleasegateError
from releasegate.core.report.workflow_commands import in_actions
from releasegate.frontends.proposals import FrontEnd, Names, here, in_detail, in_package, names, pasteable
from releasegate.frontends.screen.printer import Printer
from releasegate.frontends.screen.terminal_text import broken, width_of, word_of

if TYPE_CHECKING:
    from releasegate.core.report.model import PackageReport, Report, ReportKind
    from releasegate.engine import Outcome
    from releasegate.steps.step import Step


def clean_up_when_ended() -> None:
    """Let a request to end (SIGTERM, as a CI sends it) do what Ctrl-C does: everything that was started is removed."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@dataclass
class Screen(Printer):
    """What one command shows.

    ``report`` is what it found so far, as a report of that ``kind``, and ``folders`` are those of the packages that it
    is about. ``typed`` is what a person begins a line with, who is answered with lines that begin so.
    """

    kind: ReportKind = "run"
    typed: FrontEnd = "invoke"
    report: Report | None = None
    folders: Mapping[str, Path] = field(default_factory=dict)
    _steps: tuple[int, int] = (0, 0)
    _headed: str = ""
    _grouped: bool = False
    _failed: bool = False

    @property
    def reports(self) -> bool:
        """Whether a report is wanted in any form but lines."""
        return self.as_json or bool(os.environ.get("GITHUB_STEP_SUMMARY"))

    @property
    def names(self) -> Names:
        """What the lines that are proposed may call the tasks and the sessions here."""
        return names(here(), self.typed)

    def proposes(self, package: PackageReport) -> PackageReport:
        """Return what is to be shown of *package*, the lines that it proposes as they work here."""
        return in_package(package, self.names)

    def expects(self, steps: int) -> None:
        """Say how many steps a run will have from here on."""
        self._steps = (0, steps)

    def heads(self, package: str, version: str, more: str = "") -> None:
        """Begin what is about one version, once: in the log of a CI a group that can be folded."""
        name = f"{package} {version}"
        if name == self._headed:
            return
        self.ends_group()
        self._headed = name
        if in_actions(os.environ):
            self._grouped = True
            self.command(f"::group::{self.fit(name + more)}")
        else:
            self.say(f"{name}{more}")

    def ends_group(self) -> None:
        """End what was about one version."""
        self._headed = ""
        if self._grouped:
            self._grouped = False
            self.command("::endgroup::")

    def begins(self, step: Step) -> None:
        """Say that *step* begins."""
        self._progress.begins()
        done, of = self._steps
        self._place = f"step {done + 1} of {of}: " if done < of else ""
        self.heads(step.release.package.name, str(step.release.version))
        self.works(f"{self._place}{step.describe()}")

    def ends(self, outcome: Outcome) -> None:
        """Say how a step ended, and what it tells."""
        from releasegate.core.release.entry import MORE, TOLD

        self._steps = (self._steps[0] + 1, self._steps[1])
        word, release = word_of(outcome.verdict, outcome.how), outcome.step.release
        self.heads(release.package.name, str(release.version))
        line = f"{word:>6} {outcome.seconds:5.1f} s  {self.fit(outcome.step.describe())}"
        self.log.note(line)
        first, *rest = broken(line, width_of(self.stream, os.environ))
        self._print("\n".join([first.replace(word, self.colour(word, outcome.verdict, self.stream), 1), *rest]))
        for told in outcome.evidence.get(TOLD, ()) if self.loudness != "quiet" else ():
            self.tell(f"{'told':>6}          {told}")
        for more in outcome.evidence.get(MORE, ()):
            said = f"{'more':>6}          {more}"
            self.tell(said) if self.loudness == "loud" else self.log.note(self.fit(said))

    def rests(self) -> None:
        """End the line that moves, and the group."""
        self._line.stop()
        self.ends_group()

    def table(self, outcomes: Sequence[Outcome]) -> None:
        """Print how each version ended, and where that is asked for every gate of it."""
        from releasegate.frontends.screen.tables import gates, versions

        self.ends_group()
        self.shows(versions(outcomes))
        if self.loudness == "loud":
            self.shows(gates(outcomes))

    def tell_forms(self, error: ReleasegateError | None = None) -> None:
        """Tell the report, and what ended the command, in every form but lines that is asked for."""
        if self.reports or in_actions(os.environ):
            # Nobody else waits for what this takes to load.
            from releasegate.frontends.screen.forms import tell

            tell(self, error)

    def error(self, error: ReleasegateError, *, expected: bool = False) -> None:
        """Print what is wrong and what to do next; an *expected* error is part of what the command tells."""
        self.ends_group()
        self._failed = self._failed or not expected
        stream, known = self.stream if expected else sys.stderr, self.names
        details, hint = [in_detail(each, known) for each in error.details], pasteable(error.hint, known)
        # Who cannot be told is not told that.
        with suppress(OSError, ValueError):
            width = width_of(stream, os.environ)
            # Together: of a secret that is broken over lines, nothing is left.
            words = "\n".join([error.problem, *(f"  {each}" for each in details), f"-> {hint}"])
            problem, *more = ("\n".join(broken(line, width)) for line in self.fit(words).splitlines())
            for line in (problem, *more):
                self.log.note(line)
            self._print("\n".join([self.colour(problem, "fail", stream), *more]), stream)

    def names_log(self) -> None:
        """Where the command failed, say where all is kept that the programs said which it ran."""
        if self._failed and self.log.path is not None:
            with suppress(OSError, ValueError):
                self._print(f"-> Log: {os.path.relpath(self.log.path)}", sys.stderr)
