"""The checks against a running stack: the suite that comes with releasegate, and a project's own commands."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from releasegate.adapters.foreign.isolation import Isolation
from releasegate.adapters.output import printable
from releasegate.adapters.process import dying_with_parent, last_lines, started
from releasegate.core.errors import Unavailable

if TYPE_CHECKING:
    from junitparser import TestCase

_SUITE_SECONDS = 1800.0
_CHECK_SECONDS = 1800.0
_PAUSE_SECONDS = 0.2
_PROBLEM_LINES = 12
_TOLD = ("RELEASEGATE_", "DOCKER_", "XDG_RUNTIME_DIR")


@dataclass(frozen=True)
class Suite:
    """The suite in *folder*, run with the Python that runs here; what it sees is *environment*."""

    folder: Path
    environment: Mapping[str, str]
    stop: Event

    def judge(self, report: Path, *, line: Callable[[str], None]) -> tuple[str, ...]:
        """Run every check and return what failed, the contract first; *report* becomes the JUnit XML.

        Raises:
            Unavailable: the suite itself could not be run.
        """
        options = ["-v", "--tb=short", "-p", "no:cacheprovider", "--color=no", f"--junitxml={report}"]
        pytest = [sys.executable, "-m", "pytest", *options, "-c", str(self.folder / "pytest.ini"), str(self.folder)]
        output = report.with_suffix(".log")
        with (
            output.open("wb") as out,
            output.open("rb") as seen,
            started(
                dying_with_parent(*pytest),
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
            ) as child,
        ):
            self._watch(child, seen.readlines, line)
        return _problems(report, output)

    def own(self, commands: Sequence[Sequence[str]], *, cwd: Path) -> tuple[str, ...]:
        """Run a project's own checks as foreign code and return what failed, in their own words."""
        problems: list[str] = []
        told = {name: value for name, value in self.environment.items() if name.startswith(_TOLD)}
        # Docker's settings hold credentials of registries; those without them are in the home folder.
        told.pop("DOCKER_CONFIG", None)
        for words in commands:
            with tempfile.TemporaryDirectory(prefix="home-") as home:
                apart = Isolation(self.environment, Path(home), (self.folder,))
                env = apart.environment(**told)
                done = apart.run(words, env=env, cwd=cwd, timeout=_CHECK_SECONDS, stop=self.stop)
            if done.exit_code:
                problems.append(f"contract project.check broke: {' '.join(words)} ended with {done.exit_code}")
                problems += [f"  {said}" for said in last_lines(printable(done.stdout + done.stderr))]
        return tuple(problems)

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


def _problems(report: Path, output: Path) -> tuple[str, ...]:
    from junitparser import JUnitXml, JUnitXmlError

    try:
        suites = JUnitXml.fromfile(str(report))
    except (OSError, JUnitXmlError, SyntaxError, ValueError) as error:
        words = last_lines(output.read_text(encoding="utf-8", errors="replace"))
        raise Unavailable(
            "The checks could not be run.", hint="See the lines above; they are pytest's", details=words
        ) from error
    cases = [case for suite in suites for case in suite]
    if not any(case.is_passed or case.result for case in cases):
        raise Unavailable("The suite holds no check.", hint="Install releasegate again", details=())
    return tuple(said for case in cases for said in _failed(case))


def _failed(case: TestCase) -> list[str]:
    """Return what a check found: its first line names the contract, the others say what was seen."""
    from junitparser import Error, Failure

    said: list[str] = []
    for result in case.result:
        if isinstance(result, Failure | Error):
            # A long message is cut; where the text begins with the contract it is the same, and whole.
            text = printable(result.text or "")
            whole = text if text.startswith("contract ") else printable(result.message or "")
            lines = [line for line in whole.splitlines() if line.strip()]
            first = lines[0] if lines else "it failed without a word"
            named = first if "contract " in first else f"contract {_contract(case)} broke: {first}"
            said += [named[named.index("contract ") :], *(f"  {each}" for each in lines[1:_PROBLEM_LINES])]
    return said


def _contract(case: TestCase) -> str:
    from junitparser.junitparser import Properties

    groups = case.iterchildren(Properties)  # type: ignore[no-untyped-call]
    found = [p.value for group in groups for p in group if p.name == "contract"]
    return str(found[0]) if found else str(case.name)
