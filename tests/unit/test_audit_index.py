"""What PyPI would refuse is known before the tag."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, dist_info, metadata, said, sdist, subject, tracked

from releasegate.core.audit.checks.index import refused
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.archive import Members
from releasegate.core.dists.file_rules import FILE_SIZE, platform_taken
from releasegate.core.dists.wheel import as_sent

INFO = dist_info()


def stating(*lines: str, version: str = "2.4") -> Subject:
    """Return a build whose wheel's metadata has more lines."""
    text = metadata().replace(b"Version: 2.4", f"Version: {version}".encode(), 1)
    return subject(add={f"{INFO}/METADATA": text.replace(b"\n\n", f"\n{chr(10).join(lines)}\n\n".encode(), 1)})


def test_a_sound_build_is_not_refused() -> None:
    assert refused(subject()) == ()
    assert refused(stating("Classifier: Programming Language :: Python :: 3", "License-File: LICENSE")) == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Classifier: Private :: Do Not Upload", "classifier: 'Private :: Do Not Upload' is not a valid classifier."),
        ("Classifier: Development status :: 5", "classifier: 'Development status :: 5' is not a valid classifier."),
        (
            "Requires-Dist: buoy @ git+https://forge.example/buoy.git",
            "requires-dist: Can't have direct dependency: buoy @ git+https://forge.example/buoy.git",
        ),
        (f"Summary: {'x' * 513}", "summary: 'summary' field must be 512 characters or less."),
        (
            "License-File: NOTICE",
            f"license-file: NOTICE is named, but sample_app-1.0-py3-none-any.whl has no {INFO}/licenses/NOTICE.",
        ),
    ],
)
def test_what_the_metadata_says_and_pypi_refuses_is_a_finding(line: str, problem: str) -> None:
    assert said(refused(stating(line))) == (f"PyPI refuses {problem}",)


def test_a_local_version_stands_between_two_releases_and_is_no_finding() -> None:
    assert refused(subject(version="1.0+dev")) == ()


def test_what_wheel_and_sdist_both_say_is_told_once() -> None:
    line = b"\nClassifier: Private :: Do Not Upload\n\n"
    built = subject(add={f"{INFO}/METADATA": metadata().replace(b"\n\n", line, 1)})
    source = sdist(tracked())
    again = replace(source, files={**source.files, "PKG-INFO": metadata().replace(b"\n\n", line, 1)})
    assert len(refused(replace(built, sdist=again))) == 1


def test_metadata_that_is_not_valid_is_left_to_its_own_check() -> None:
    assert refused(stating("Classifier: no classifier", "Requires-Dist: six =")) == ()


def test_licence_files_in_older_metadata_are_left_out_as_twine_does() -> None:
    assert refused(stating("License-File: NOTICE", version="2.2")) == ()
    found = refused(stating("License-File: NOTICE", "Classifier: no classifier", version="2.2"))
    assert said(found) == ("PyPI refuses classifier: 'no classifier' is not a valid classifier.",)


@pytest.mark.parametrize("text", [b"no metadata", b"Metadata-Version: 2.4\nLicense-File: A\n\nText"])
def test_other_metadata_is_sent_as_it_is(text: bytes) -> None:
    assert as_sent(text) == text


def test_a_description_that_speaks_of_licence_files_stays() -> None:
    text = b"Metadata-Version: 2.1\r\nLicense-File: A\r\n  B\r\nName: a\r\n\r\nLicense-File: C\n"
    assert as_sent(text) == b"Metadata-Version: 2.1\nName: a\n\nLicense-File: C\n"


def test_a_file_that_is_too_large_is_a_finding() -> None:
    large = replace(subject(), sizes={"a.whl": FILE_SIZE, "a.tar.gz": FILE_SIZE + 1})
    (found,) = said(refused(large))
    assert found == f"PyPI refuses size: a.tar.gz has {FILE_SIZE + 1} bytes, and a file may have {FILE_SIZE}."


@pytest.mark.parametrize(
    ("tags", "good"), [("cp312-cp312-linux_x86_64", False), ("cp312-cp312-manylinux_2_28_x86_64", True), ("x", True)]
)
def test_a_wheel_for_a_platform_that_pypi_does_not_take_is_a_finding(tags: str, *, good: bool) -> None:
    built = subject()
    named = Members(f"sample_app-1.0-{tags}.whl", built.wheel.files)
    found = said(refused(replace(built, wheel=named)))
    assert found == (
        ()
        if good
        else (
            "PyPI refuses platform: linux_x86_64 is none that it takes; repair the wheel with auditwheel or delocate.",
        )
    )
    assert platform_taken("any")


@pytest.mark.parametrize("points", [b"[console_scripts]\na b = c:d\n", b"\xff", b"[broken"])
def test_entry_points_that_pypi_cannot_read_are_a_finding(points: bytes) -> None:
    (found,) = said(refused(subject(add={f"{INFO}/entry_points.txt": points})))
    assert found.startswith("PyPI refuses entry-points: They cannot be parsed")


def test_a_first_release_under_a_name_of_the_standard_library_is_a_finding() -> None:
    taken = replace(subject(package=replace(PACKAGE, name="json")), standard_library=frozenset({"json"}))
    (found,) = said(refused(taken))
    assert found.startswith("PyPI refuses name: The name 'json' isn't allowed")
    assert refused(replace(taken, previous=taken.wheel)) == ()
