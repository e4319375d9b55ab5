"""A rehearsal that is killed at every kind of step, again and again, ends as one that nobody disturbed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, Self, cast

import pytest
from packaging.version import Version

from releasegate.app.rehearse.sample import rehearse_sample
from releasegate.app.rehearse.scenario import ScenarioResult
from releasegate.app.release import Planned
from releasegate.core.errors import ReleasegateError
from releasegate.engine import Outcome
from releasegate.pipelines import FINAL, RC, bind
from releasegate.steps.release import Release
from releasegate.steps.step import Step

pytestmark = [
    pytest.mark.network,
    pytest.mark.slow,
]  # isolated builds take setuptools and hatchling from the default index

CHILD = "import sys; from test_rehearsal_kill import play; play(sys.argv[1])"
LATEST = 0.4
"""Seconds after a step's begin at which the kill comes at the latest: within the step, or in the one after it."""


class Lines:
    """A reporter that says each begin at once, on a line of its own."""

    def __call__(self, line: str, /) -> None:
        """Leave out what goes on within a step."""

    def heading(self, title: str) -> None:
        """Say which act begins."""
        say("act", title)

    def fails(self, error: ReleasegateError) -> None:
        """Leave out the failures that must come: the ledger has them."""

    def planned(self, planned: Planned) -> None:
        """Leave out the plan: its steps follow."""

    def begins(self, step: Step) -> None:
        """Say which step of which version begins."""
        say("begin", step.release.package.name, str(step.release.version), step.key)

    def ends(self, outcome: Outcome) -> None:
        """Leave out the end: what counts is asked of the ledger."""


def play(folder: str) -> None:
    """Rehearse in *folder* to the end and say how it ended: what the child processes run."""
    result = rehearse_sample(Path(folder), environ=dict(os.environ), reporter=Lines())
    say("end", json.dumps(end_state(Path(folder), result)))


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def end_state(folder: Path, result: ScenarioResult) -> dict[str, Any]:
    """Return everything that must not depend on whether somebody was killed on the way; no hashes, no times."""
    clones = {name: folder / "work" / name for name in result.records}
    ends: dict[str, dict[str, str]] = {}
    for name, records in result.records.items():
        failures = {v: f"failed at {r.failure.step}" for v, r in records.items() if r.failure is not None}
        found = {v: "sealed" if r.seal is not None else failures.get(v, "open") for v, r in records.items()}
        ends[name] = {str(version): end for version, end in found.items()}
    return {
        "ends": ends,
        "stored": dict(sorted(result.stored.items())),
        "subjects": {name: git(clone, "log", "--format=%s") for name, clone in clones.items()},
        "tags": {name: git(clone, "tag", "--sort=refname") for name, clone in clones.items()},
        "changed": {name: git(clone, "status", "--porcelain", "-uno") for name, clone in clones.items()},
        "remotes": {name: remote_is_level(clone) for name, clone in clones.items()},
        "forge": sorted(str(f.relative_to(folder)) for f in (folder / "forge").rglob("*") if f.is_file()),
        "places": {name: (clone / "pyproject.toml").read_text() for name, clone in clones.items()},
    }


def remote_is_level(clone: Path) -> bool:
    """Whether the remote's branch and tags are the clone's own."""
    there = {line.split()[1]: line.split()[0] for line in git(clone, "ls-remote", "origin", "refs/*")}
    here = {line.split()[1]: line.split()[0] for line in git(clone, "show-ref", "--heads", "--tags", "--dereference")}
    return there == here


def git(clone: Path, *words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@contextmanager
def rehearsing(folder: Path, tmp: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a rehearsal as a child that leads a process group of its own."""
    environ = {**os.environ, "TMPDIR": str(tmp)}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder)],
            cwd=Path(__file__).parent,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def kind_of(line: str) -> str:
    """Return the kind of step or the act that *line* begins: the same step of two candidates is one kind."""
    if line.startswith("act "):
        return line
    _, _, text, key = line.split()
    version = Version(text)
    stage = "post" if version.is_postrelease else "release"
    return f"{key} of a {stage}'s {'candidate' if version.is_prerelease else 'final'}"


def kinds() -> set[str]:
    """Return every kind of step that a release and a post have, as ``kind_of`` names them."""
    unbound = cast("Release", _Unbound())
    every = {
        f"{step.key} of a {stage}'s {end}"
        for stage in ("release", "post")
        for end, pipeline in (("candidate", RC), ("final", FINAL))
        for step in bind(pipeline, unbound)
    }
    # Of a post all is asked before its candidate begins, which is then not asked again.
    return every - {"preflight of a post's candidate"}


def run_until(process: subprocess.Popen[str], seen: set[str], delay: float) -> str | None:
    """Kill the child's group shortly after it begins something that is not in *seen*; return its last word if none."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("end "):
            return line.removeprefix("end ")
        kind = kind_of(line.strip())
        if kind not in seen:
            seen.add(kind)
            sleep(delay)
            os.killpg(process.pid, signal.SIGKILL)
            assert process.wait(30) == -signal.SIGKILL
            return None
    raise AssertionError(f"The rehearsal ended without a word, with exit code {process.wait(30)}.")


def killed_again_and_again(folder: Path, tmp: Path, log: Path) -> tuple[dict[str, Any], set[str], int]:
    """Return how the rehearsal ended that was killed once in every kind of step, what that was, and the runs."""
    seen: set[str] = set()
    delays = random.Random(20261)  # noqa: S311 - spreads the kills over the steps, the same way every time
    for runs in range(1, 200):
        with rehearsing(folder, tmp, log) as process:
            end = run_until(process, seen, delays.random() * LATEST)
        if end is not None:
            return json.loads(end), seen, runs
    raise AssertionError("The rehearsal does not get any further.")


def test_a_rehearsal_killed_in_every_kind_of_step_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    tmp, log = tmp_path / "tmp", tmp_path / "log"
    tmp.mkdir()
    with rehearsing(tmp_path / "calm", tmp, tmp_path / "calm-log") as calm:
        try:
            ended, seen, runs = killed_again_and_again(tmp_path / "killed", tmp, log)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text()}") from error
        expected = run_until(calm, seen=_Everything(), delay=0.0)
    assert expected is not None
    assert {line for line in seen if not line.startswith("act ")} == kinds()
    assert runs == len(seen) + 1
    assert ended == json.loads(expected)
    assert set(ended["stored"].values()) == {1}
    assert ended["ends"]["harbor-plugin"] == {
        "1.1.0rc1": "failed at e2e:staging",
        "1.1.0rc2": "sealed",
        "1.1.0": "failed at e2e:production",
        "1.1.0.post1.dev1": "sealed",
        "1.1.0.post1": "sealed",
    }


@dataclass(frozen=True)
class _Unbound:
    """Stands for a release: a step's key says nothing of it."""

    strict: bool = False

    def given(self, _: object) -> Self:
        """Be what each step is given of it."""
        return self


class _Everything(set[str]):
    """Holds everything: nothing is new to it."""

    def __contains__(self, _: object) -> bool:
        return True
