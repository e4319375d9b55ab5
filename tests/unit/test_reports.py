"""What ran, and what is planned, as a report."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from releasegate.app.reports import plan_of, run_of
from releasegate.core.report.model import CommitsReport, WaiverReport
from releasegate.engine import Outcome, Verdict
from releasegate.steps.step import Kind, Step


def step(key: str, version: str = "1.0rc1") -> Step:
    release = SimpleNamespace(package=SimpleNamespace(name="demo"), version=version, candidate="1.0rc1")
    return cast("Step", SimpleNamespace(key=key, kind=Kind.WORK, release=release, describe=lambda: f"do {key}"))


def ended(key: str, verdict: Verdict = "pass", version: str = "1.0rc1", **evidence: Any) -> Outcome:
    return Outcome(step(key, version), verdict, "done", evidence, 1.26)


def test_each_version_that_ran_is_told_with_how_it_ended() -> None:
    waived = ended("e2e:staging", "waived", by="Ada", reason="no host", problem="It fails.")
    build = ended("build", commit="c" * 40, files={"a.whl": "a"})
    commits = CommitsReport("v0.9", 0, ())
    ran = [build, waived, ended("seal"), ended("tag", "fail", "1.0", problem="no")]
    (package,) = run_of(ran, commits={("demo", cast("Any", "1.0rc1")): commits})
    first, second = package.versions
    assert (first.version, first.state, first.commit, first.commits) == ("1.0rc1", "sealed", "c" * 40, commits)
    assert second.commits is None
    assert first.waivers == (WaiverReport("e2e:staging", "Ada", "no host", ""),)
    assert [(s.key, s.verdict, s.seconds, s.problem) for s in first.path][:2] == [
        ("build", "pass", 1.3, ""),
        ("e2e:staging", "waived", 1.3, "It fails."),
    ]
    assert (second.version, second.state) == ("1.0", "failed at tag")
    assert run_of([]) == ()


def test_checks_of_the_audit_that_a_person_took_on_are_waivers_of_the_run_too() -> None:
    audit = ended("audit", waived={"names": {"by": "Ada", "reason": "so it is", "problems": []}})
    (package,) = run_of([audit])
    assert package.versions[0].waivers == (WaiverReport("audit:names", "Ada", "so it is", ""),)


@pytest.mark.parametrize(("key", "verdict", "state"), [("tag", "pass", "under way"), ("tag", "wait", "waits at tag")])
def test_what_did_not_come_to_its_end_says_how_far_it_is(key: str, verdict: Verdict, state: str) -> None:
    (package,) = run_of([ended(key, verdict)])
    assert package.versions[0].state == state


def test_a_plan_tells_its_steps_or_why_there_are_none() -> None:
    package, plan = SimpleNamespace(name="demo"), SimpleNamespace(version="1.0rc1", candidate="1.0rc1", pipeline="rc")
    told = plan_of(
        cast("Any", SimpleNamespace(package=package, plan=plan, steps=(step("build"),), reason="", told=("so",)))
    )
    assert [(s.key, s.verdict, s.line) for s in told.versions[0].path] == [("build", "planned", "do build")]
    assert told.notes == ("so",)
    for made in (None, plan):
        nothing = SimpleNamespace(package=package, plan=made, steps=(), reason="it is there")
        assert plan_of(cast("Any", nothing)).reason == "it is there"
