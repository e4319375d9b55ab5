"""RECORD, stray files, scripts, and the wheel that the sdist makes."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from archives import WHEEL, dist_info, said, subject

from releasegate.core.audit.checks.contents import record, sdist_complete, suspicious
from releasegate.core.audit.problem import Problem
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.archive import Members
from releasegate.core.dists.wheel import record_row
from releasegate.core.errors import GateFailed

INFO = dist_info()
RECORD = f"{INFO}/RECORD"


def with_files(built: Subject, files: dict[str, bytes | None]) -> Subject:
    """Change a wheel's files (``None`` takes one away) and leave RECORD as it was."""
    held = {path: data for path, data in {**built.wheel, **files}.items() if data is not None}
    return replace(built, wheel=Members(built.wheel.filename, held))


def test_a_right_record_is_no_finding() -> None:
    assert record(subject()) == ()


def test_a_signature_is_not_recorded() -> None:
    assert record(with_files(subject(), {f"{INFO}/RECORD.jws": b"{}"})) == ()


def test_a_file_that_record_does_not_list_is_a_finding() -> None:
    assert record(with_files(subject(), {"sample_app/new.py": b""})) == ("RECORD does not list sample_app/new.py.",)


def test_a_file_with_other_bytes_than_recorded_is_a_finding() -> None:
    found = record(with_files(subject(), {"sample_app/cli.py": b"other"}))
    assert found == ("RECORD states another sha256 or size than sample_app/cli.py has.",)


def test_hashes_in_hexadecimal_are_one_finding_that_can_be_allowed() -> None:
    built = subject()
    text = built.wheel[RECORD].decode()
    for name, data in built.wheel.items():
        if name != RECORD:
            path, digest, size = record_row(name, data)
            text = text.replace(f"{path},{digest},{size}", f"{path},sha256={sha256(data).hexdigest()},{size}")
    (found,) = record(with_files(built, {RECORD: text.encode()}))
    assert isinstance(found, Problem)
    assert str(found).startswith(f"RECORD has the sha256 of {len(built.wheel) - 1} files in hexadecimal")
    assert (found.about, found.key) == ("hexadecimal", "allowed")


def test_a_recorded_file_that_is_not_there_is_a_finding() -> None:
    found = record(with_files(subject(), {"sample_app/cli.py": None}))
    assert found == ("RECORD lists sample_app/cli.py, which the wheel does not hold.",)


def test_a_file_that_is_recorded_twice_is_a_finding() -> None:
    built = subject()
    line = next(line for line in built.wheel[RECORD].splitlines(keepends=True) if b"cli.py" in line)
    found = record(with_files(built, {RECORD: built.wheel[RECORD] + line}))
    assert found == ("RECORD lists sample_app/cli.py 2 times.",)


@pytest.mark.parametrize("text", [b"a,b\n", b"\xff,,\n", b'"a"b,,\n'], ids=["fields", "bytes", "quotes"])
def test_a_record_that_cannot_be_read_is_refused(text: bytes) -> None:
    with pytest.raises(GateFailed, match=f"{RECORD} in .* cannot be read"):
        record(with_files(subject(), {RECORD: text}))


def test_a_wheel_without_record_is_refused() -> None:
    with pytest.raises(GateFailed, match=f"has no {RECORD}"):
        record(with_files(subject(), {RECORD: None}))


def test_a_sound_wheel_holds_nothing_suspicious() -> None:
    assert said(suspicious(subject())) == ()


@pytest.mark.parametrize("path", ["sample_app/__pycache__/cli.cpython-311.pyc", "sample_app/cli.pyo"])
def test_compiled_code_is_a_finding(path: str) -> None:
    found = said(suspicious(subject(add={path: b""})))
    assert found == (f"{path} is compiled code: every interpreter makes its own.",)


def test_an_empty_wheel_is_a_finding() -> None:
    built = subject()
    empty = subject(remove=[path for path in built.wheel if not path.startswith(INFO)])
    (problem,) = suspicious(empty)
    assert str(problem) == "sample_app-1.0-py3-none-any.whl installs no file."
    # What only requires others is meant so.
    assert not isinstance(problem, str)
    assert (problem.about, problem.key) == ("no file", "allowed")


def test_the_same_wheel_from_the_sdist_is_no_finding() -> None:
    built = subject()
    stamped = WHEEL.replace(b"by hand", b"another version")
    listed = {f"{INFO}/top_level.txt": b"docs\nsample_app\n"}
    again = with_files(built, {f"{INFO}/WHEEL": stamped, RECORD: b"in another order", **listed}).wheel
    assert said(sdist_complete(replace(built, rebuilt=again))) == ()


def test_a_wheel_from_the_sdist_that_differs_names_each_file() -> None:
    built = subject()
    again = with_files(
        built,
        {
            "sample_app/templates/sample_app/page.html": None,
            "sample_app/extra.py": b"",
            "sample_app/cli.py": b"",
            f"{INFO}/WHEEL": WHEEL.replace(b"true", b"false"),
        },
    ).wheel
    found = sdist_complete(replace(built, rebuilt=again))
    # A module may be another by intent: what a tool writes of Git's tree is not known in an sdist.
    assert [getattr(each, "about", "") for each in found if getattr(each, "key", None) == "allowed"] == [
        "sample_app/cli.py"
    ]
    assert said(found) == (
        f"{INFO}/WHEEL has other bytes in the wheel built from the sdist.",
        "sample_app/cli.py has other bytes in the wheel built from the sdist.",
        "sample_app/extra.py is only in the wheel built from the sdist.",
        "sample_app/templates/sample_app/page.html is missing from the wheel built from the sdist.",
    )
