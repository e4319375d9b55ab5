"""A package with two companions in containers: a stack with a service of each, and which of the three broke it.

Run with ``nox -s tests -- -m docker`` where a Docker engine is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from packaging.version import Version
from stack_runs import stack_runner

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import Package
from releasegate.ports import Delivery, EndToEndReport
from releasegate.rehearsal.index import sample_wheel

pytestmark = [pytest.mark.docker, pytest.mark.network]

ROLES = ("client", "tide", "wind")
COMPANIONS = (Companion("quay-tide"), Companion("quay-wind"))
PACKAGES = {
    role: Package(
        name=f"quay-{role}",
        path=PurePosixPath(),
        version_files=(),
        pythons=("3.13",),
        companions=COMPANIONS if role == "client" else (),
    )
    for role in ROLES
}
MODULES = {
    "client": "def refuses(said):\n    return said not in {'high', 'calm'}\n",
    "tide": "def says():\n    return 'high'\n",
    "wind": "def says():\n    return 'calm'\n",
}


def delivered(folder: Path, role: str, version: str, module: str) -> Delivery:
    """Return a version of a package as a wheel of one module."""
    package = PACKAGES[role]
    name = package.name.replace("-", "_")
    wheel = sample_wheel(package.name, version, files={f"{name}/__init__.py": module})
    (folder / wheel.filename).write_bytes(wheel.content)
    return Delivery(package, Version(version), "dist", "", (folder / wheel.filename,))


def judged(folder: Path, changed: Mapping[str, str]) -> EndToEndReport:
    """Judge the next versions of all three, those in *changed* with another module."""
    old = {role: replace(delivered(folder, role, "1.0", MODULES[role]), source="pypi") for role in ROLES}
    new = {role: delivered(folder, role, "1.1", changed.get(role, MODULES[role])) for role in ROLES}
    runner = stack_runner(
        folder,
        "ferry",
        packages={role: (PACKAGES[role].name,) for role in ROLES},
        paths=("fresh",),
        released=lambda name: old[name.removeprefix("quay-")],
    )
    return runner.run(new["client"], companions=(new["tide"], new["wind"]), progress=lambda _: None)


def test_both_companions_run_and_each_is_told_with_its_version(tmp_path: Path) -> None:
    report = judged(tmp_path, {})
    assert (report.verdict, report.problems) == ("pass", ())
    (cell,) = report.evidence["cells"]
    assert {(each["name"], each["version"]) for each in cell["origins"]} == {(f"quay-{role}", "1.1") for role in ROLES}


def test_of_the_three_the_one_that_broke_it_is_blamed(tmp_path: Path) -> None:
    report = judged(tmp_path, {"wind": "def says():\n    return 'storm'\n"})
    assert report.verdict == "fail"
    assert "contract ferry.wind broke" in report.problems[0]
    assert report.problems[-1].startswith("quay-wind broke it")
