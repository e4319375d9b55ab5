"""A whole build is audited at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, dist_info, packed, subject
from packaging.version import Version

from releasegate.core.audit.audit import CHECK_NAMES, AuditedBuild, Previous, look
from releasegate.core.audit.subject import Subject
from releasegate.core.audit.telling import Finding, told


def audit(build: AuditedBuild) -> tuple[Finding, ...]:
    """Return everything that is wrong with a build, in the words in which it is told."""
    return told(look(build), build.package.wheel, known=CHECK_NAMES)


def build(built: Subject) -> AuditedBuild:
    """Pack what a subject holds, as the build's folders hold it."""
    return AuditedBuild(
        package=built.package,
        version=built.version,
        files={a.filename: packed(a) for a in (built.wheel, built.sdist)},
        rebuilt={built.rebuilt.filename: packed(built.rebuilt)},
        tree=lambda: built.tree,
        previous=lambda: None if built.previous is None else Previous("last.whl", built.previous, built.previous_sdist),
    )


def test_a_sound_build_has_no_findings() -> None:
    assert audit(build(subject())) == ()


def test_a_sound_build_after_a_release_has_no_findings() -> None:
    assert audit(build(subject(version="1.1", previous=subject().wheel))) == ()


def test_every_problem_is_reported_at_once() -> None:
    broken = subject(add={"tests/__init__.py": b"", "sample_app/cli.py": b"changed"})
    checks = [finding.check for finding in audit(build(replace(broken, version=Version("1.0.post1"))))]
    assert list(dict.fromkeys(checks)) == [
        "names",
        "metadata",
        "version",
        "top-level",
        "entry-points",
        "imports",
        "tree",
    ]


def test_what_keeps_a_check_from_looking_is_its_finding() -> None:
    findings = audit(build(subject(remove=[f"{dist_info()}/METADATA"])))
    problem = f"sample_app-1.0-py3-none-any.whl has no {dist_info()}/METADATA."
    assert findings == (Finding("metadata", problem),)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "The build must make exactly one .whl file, not none."),
        ({"b-1.whl": b""}, "The build must make exactly one .whl file, not b-1.whl, sample_app-1.0-py3-none-any.whl."),
        ({"b-1.tar.gz": b""}, "The build must make exactly one .tar.gz file, not b-1.tar.gz, sample_app-1.0.tar.gz."),
        ({"b-1.zip": b""}, "The build made b-1.zip, which is no distribution."),
    ],
)
def test_anything_but_one_wheel_and_one_sdist_is_a_finding(files: dict[str, bytes], problem: str) -> None:
    sound = build(subject())
    findings = audit(replace(sound, files={**sound.files, **files} if files else {}))
    assert Finding("files", problem) in findings


def test_an_sdist_that_builds_no_wheel_is_a_finding() -> None:
    findings = audit(replace(build(subject()), rebuilt={}))
    assert findings == (Finding("files", "The build must make exactly one .whl file from the sdist, not none."),)


def test_a_damaged_file_is_a_finding_alone() -> None:
    sound = build(subject())
    (finding,) = audit(replace(sound, files={**sound.files, "sample_app-1.0.tar.gz": b"no archive"}))
    assert finding.check == "files"
    assert finding.problem.startswith("sample_app-1.0.tar.gz is damaged")


@pytest.mark.parametrize("pattern", ["!", "[z-a]"])
def test_a_pattern_that_is_none_is_a_finding(pattern: str) -> None:
    bad = replace(PACKAGE, wheel=replace(PACKAGE.wheel, data=(pattern,)))
    (finding,) = audit(build(subject(package=bad)))
    assert finding.check == "data"
    assert finding.problem.startswith(f"{pattern!r} is no glob pattern")
