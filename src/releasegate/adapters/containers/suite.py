"""The checks against a running stack: the suite that comes with releasegate, and a project's own commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from releasegate.adapters import transcript
from releasegate.adapters.foreign.isolation import Isolation
from releasegate.adapters.process import KILLED, Completed, last_lines, started
from releasegate.adapters.scratch import scratch
from releasegate.core.e2e.contracts import Judged, broken, telling_line
from releasegate.core.errors import Unavailable
from releasegate.core.install.pip_faults import no_room
from releasegate.core.printable import printable

if TYPE_CHECKING:
    from junitparser import TestCase

_SUITE_SECONDS = 3600.0
"""The largest world takes half an hour on a machine that has other things to do."""
_CHECK_SECONDS = 1800.0
_PAUSE_SECONDS = 0.2
_PROBLEM_LINES = 12
THE_STACK = "the stack, not the candidate"
"""Whom a check holds responsible where none of the packages is."""
_JUDGED = frozenset({0, 1})
"""pytest's exit codes where every check ran to its end; any other is the suite's own, or whoever killed it."""
_PROJECT_CHECK = "project.check"
_JUDGING = "judging"
"""What makes verdicts of pytest's, for every suite."""
_TOLD = ("RELEASEGATE_", "DOCKER_", "XDG_RUNTIME_DIR")


def _code(ended: int) -> int:
    """Return an exit code as a shell gives it: of what a signal ended, 128 and the signal's number."""
    return ended if ended >= 0 else 128 - ended


@dataclass(frozen=True)
class Suite:
    """The checks in the folders *tests*, run with the Python that runs here; what they see is *environment*.

    *shared* are the folders of the modules that they use, of which *plugins* are pytest's; the last has its settings.
    """

    tests: tuple[Path, ...]
    shared: tuple[Path, ...]
    plugins: tuple[str, ...]
    environment: Mapping[str, str]
    stop: Event

    def judge(self, report: Path, *, line: Callable[[str], None]) -> tuple[Judged, ...]:
        """Run every check and return what each contract came to; *report* becomes the JUnit XML.

        Raises:
            Unavailable: the suite itself could not be run to its end.
        """
        options = ["-v", "--tb=short", "--color=no", f"--junitxml={report}", "-c", str(self.shared[-1] / "pytest.ini")]
        plugins = [word for name in ("no:cacheprovider", _JUDGING, *self.plugins) for word in ("-p", name)]
        pytest = [sys.executable, "-m", "pytest", *options, *plugins, *map(str, self.tests)]
        output = report.with_suffix(".log")
        with (
            output.open("wb") as out,
            output.open("rb") as seen,
            started(
                pytest,
                env={**self.environment, "PYTHONPATH": os.pathsep.join(map(str, (*self.tests, *self.shared)))},
                cwd=self.tests[0],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            ) as child,
        ):
            self._watch(child, seen.readlines, line)
            ended = child.poll()
        transcript.tell(pytest, output.read_text(errors="replace"), exit_code=ended, env=self.environment)
        if ended not in _JUDGED:
            how = f"did not end within {_SUITE_SECONDS:.0f} s" if ended is None else f"ended with {_code(ended)}"
            raise _not_run(f"the suite {how}", output)
        return _results(report, output)

    def own(self, commands: Sequence[Sequence[str]], *, cwd: Path) -> tuple[Judged, ...]:
        """Run a project's own checks as foreign code and return what each came to, in their own words.

        Raises:
            Unavailable: one of them is not there, or was killed.
        """
        return tuple(self._own(words, cwd=cwd) for words in commands)

    def _own(self, words: Sequence[str], *, cwd: Path) -> Judged:
        began = time.monotonic()
        done = self._apart(words, cwd=cwd)
        seconds, shown = time.monotonic() - began, " ".join(words)
        if not done.exit_code:
            return Judged(_PROJECT_CHECK, "pass", seconds=seconds)
        said = printable(done.stdout + done.stderr).splitlines()
        killed = f"was killed (exit code {done.exit_code}), as it is where memory runs out"
        if done.exit_code in KILLED or any(map(no_room, said)):
            raise Unavailable(
                f"The check {shown} {killed if done.exit_code in KILLED else 'had no room on a disk'}.",
                hint="Run the same command again",
                details=last_lines("\n".join(said)),
            )
        return replace(
            broken(
                f"contract {_PROJECT_CHECK} broke: {shown} {_how(done)}: {telling_line(said) or 'it says nothing'}",
                last_lines("\n".join(said)),
            ),
            seconds=seconds,
        )

    def _apart(self, words: Sequence[str], *, cwd: Path) -> Completed:
        told = {name: value for name, value in self.environment.items() if name.startswith(_TOLD)}
        # Docker's settings hold credentials of registries; those without them are in the home folder.
        told.pop("DOCKER_CONFIG", None)
        with scratch() as home:
            apart = Isolation(self.environment, Path(home), self.shared)
            env = apart.environment(**told)
            return apart.run(words, env=env, cwd=cwd, timeout=_CHECK_SECONDS, stop=self.stop)

    def _watch(
        self, child: subprocess.Popen[bytes], lines: Callable[[], list[bytes]], line: Callable[[str], None]
    ) -> None:
        deadline, current = time.monotonic() + _SUITE_SECONDS, ""
        while child.poll() is None and time.monotonic() < deadline:
            for said in lines():
                text = said.decode(errors="replace").strip()
                if "::" in text:
                    current = text.split("::", maxsplit=1)[1].split(" ", maxsplit=1)[0].replace("_", " ")
            if current:
                line(current)
            if self.stop.wait(_PAUSE_SECONDS):
                raise KeyboardInterrupt


def require_stack(failed: Sequence[Judged]) -> None:
    """Raise where one of the contracts that *failed* is the stack's own: then no other can be believed.

    Raises:
        Unavailable: it is.
    """
    for each in failed:
        if each.blamed == THE_STACK:
            raise Unavailable(
                f"{each.problem}; that is the stack's own, so nothing was judged.",
                hint="Run the same command again; where it comes again, look at the logs of the report",
                details=each.words,
            )


def _how(done: Completed) -> str:
    return f"did not end within {_CHECK_SECONDS:.0f} s" if done.timed_out else f"ended with {done.exit_code}"


def _not_run(why: str, output: Path) -> Unavailable:
    said = last_lines(output.read_text(encoding="utf-8", errors="replace"))
    told = telling_line(said)
    return Unavailable(
        f"The checks could not be run: {why}{f' ({told})' if told else ''}.",
        hint="Run the same command again; where it comes again, look at the suite. The lines are pytest's",
        details=said,
    )


def _results(report: Path, output: Path) -> tuple[Judged, ...]:
    from junitparser import JUnitXml, JUnitXmlError

    try:
        suites = JUnitXml.fromfile(str(report))
    except (OSError, JUnitXmlError, SyntaxError, ValueError) as error:
        raise _not_run("they left no report", output) from error
    cases = [case for suite in suites for case in suite]
    if not any(case.is_passed or case.result for case in cases):
        raise Unavailable("The suite holds no check.", hint="Look at its checks, and at what is left out")
    return tuple(_judged(case) for case in cases)


def _judged(case: TestCase) -> Judged:
    """Return what a check found: a failure's sentence names the contract, its words are what was seen."""
    from junitparser import Error, Failure

    told, seconds = _properties(case), float(case.time or 0.0)
    name = told.get("contract", str(case.name))
    for result in case.result:
        if not isinstance(result, Failure | Error):
            return Judged(name, "skipped", printable(result.message or ""), seconds=seconds)
        # A long message is cut; where the text begins with the contract it is the same, and whole.
        text = printable(result.text or "")
        whole = text if text.startswith("contract ") else printable(result.message or "")
        lines = [line for line in whole.splitlines() if line.strip()]
        first = lines[0] if lines else "it failed without a word"
        named = first if "contract " in first else f"contract {name} broke: {first}"
        found = broken(named[named.index("contract ") :], lines[1:_PROBLEM_LINES])
        return replace(found, blamed=told.get("blamed", ""), seconds=seconds)
    return Judged(name, "pass", words=_told(told), seconds=seconds)


def _told(properties: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a check that holds tells besides."""
    try:
        lines = json.loads(properties.get("told", "[]"))
    except ValueError:
        return ()
    return tuple(printable(str(line)) for line in lines) if isinstance(lines, list) else ()


def _properties(case: TestCase) -> dict[str, str]:
    from junitparser.junitparser import Properties

    groups = case.iterchildren(Properties)  # type: ignore[no-untyped-call]
    return {str(p.name): str(p.value) for group in groups for p in group}
