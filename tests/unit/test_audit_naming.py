"""Names and versions agree everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, WHEEL, dist_info, metadata, sdist, subject, tracked
from packaging.version import Version

from releasegate.core.audit.checks import names as naming
from releasegate.core.dists.archive import Members
from releasegate.core.errors import GateFailed

INFO = dist_info()
HUGE = "9" * 5000
"""A number that Python does not read."""


def renamed(archive: Members, **fields: str) -> Members:
    return Members(fields.get("filename", archive.filename), archive.files, folder=fields.get("folder", archive.folder))


@pytest.mark.parametrize("version", ["1.0", "1.0rc1", "1.0.post1.dev2"])
def test_a_sound_build_is_named_for_its_version(version: str) -> None:
    built = subject(version=version)
    assert naming.file_names(built) == ()
    assert naming.wheel_layout(built) == ()
    assert naming.metadata(built) == ()
    assert naming.stated_versions(built) == ()


@pytest.mark.parametrize(
    ("filename", "problem"),
    [
        ("other-1.0-py3-none-any.whl", "other-1.0-py3-none-any.whl is not named for sample-app 1.0."),
        ("sample_app-1.0.0-py3-none-any.whl", "sample_app-1.0.0-py3-none-any.whl is not named for sample-app 1.0."),
        ("sample_app.whl", "sample_app.whl is no wheel's file name: "),
        (f"sample_app-{HUGE}-py3-none-any.whl", f"sample_app-{HUGE}-py3-none-any.whl is no wheel's file name: "),
    ],
)
def test_a_wheel_under_another_name_is_a_finding(filename: str, problem: str) -> None:
    built = subject()
    (found,) = naming.file_names(replace(built, wheel=renamed(built.wheel, filename=filename)))
    assert found.startswith(problem)


def test_where_a_tag_says_the_version_a_changed_tree_is_said_to_be_why() -> None:
    package = replace(PACKAGE, version_from_tag=True, version_files=())
    built = replace(subject(), package=package, version=Version("1.1"))
    first, *_ = naming.file_names(built)
    assert first.startswith("sample_app-1.0-py3-none-any.whl is not named for sample-app 1.1: where a tag says")
    assert "git rm --cached FILE" in first


@pytest.mark.parametrize(
    ("filename", "problem"),
    [
        ("sample-app-1.0.tar.gz", "sample-app-1.0.tar.gz must be named sample_app-1.0.tar.gz."),
        ("sample_app-1.0.0.tar.gz", "sample_app-1.0.0.tar.gz must be named sample_app-1.0.tar.gz."),
        ("sample_app.tar.gz", "sample_app.tar.gz is no sdist's file name: "),
        (f"sample_app-{HUGE}.tar.gz", f"sample_app-{HUGE}.tar.gz is no sdist's file name: "),
    ],
)
def test_an_sdist_not_named_as_pep_625_says_is_a_finding(filename: str, problem: str) -> None:
    built = subject()
    (found,) = naming.file_names(replace(built, sdist=renamed(built.sdist, filename=filename)))
    assert found.startswith(problem)


def test_an_sdist_with_another_leading_folder_is_a_finding() -> None:
    built = subject()
    found = naming.file_names(replace(built, sdist=renamed(built.sdist, folder="sample-app")))
    assert found == ("The folder in sample_app-1.0.tar.gz must be named sample_app-1.0, not sample-app.",)


@pytest.mark.parametrize("version", ["1.0rc1", "1.0.0"])
def test_a_dist_info_folder_of_another_version_is_a_finding(version: str) -> None:
    assert f"{INFO} is not named for sample-app {version}." in naming.wheel_layout(
        replace(subject(), version=Version(version))
    )


def test_a_wheel_file_without_a_known_format_version_is_a_finding() -> None:
    built = subject(add={f"{INFO}/WHEEL": WHEEL.replace(b"1.0", b"2.0")})
    assert naming.wheel_layout(built) == (f"{INFO}/WHEEL does not state a Wheel-Version 1.x.",)


@pytest.mark.parametrize(("tag", "said"), [(b"cp312-cp312-any", "cp312-cp312-any"), (b"nonsense", "nonsense")])
def test_tags_other_than_the_file_names_are_a_finding(tag: bytes, said: str) -> None:
    built = subject(add={f"{INFO}/WHEEL": WHEEL.replace(b"py3-none-any", tag)})
    assert naming.wheel_layout(built) == (f"{INFO}/WHEEL states the tags {said}, not py3-none-any.",)


def test_a_wheel_file_without_tags_is_a_finding() -> None:
    built = subject(add={f"{INFO}/WHEEL": b"Wheel-Version: 1.0\n"})
    assert naming.wheel_layout(built) == (f"{INFO}/WHEEL states the tags (none), not py3-none-any.",)


def test_compressed_tags_stand_for_each_of_them() -> None:
    tags = WHEEL.replace(b"Tag: py3-none-any", b"Tag: py2-none-any\nTag: py3-none-any")
    built = subject(add={f"{INFO}/WHEEL": tags})
    both = renamed(built.wheel, filename="sample_app-1.0-py2.py3-none-any.whl")
    assert naming.wheel_layout(replace(built, wheel=both)) == ()


def test_a_file_name_without_tags_is_a_finding() -> None:
    built = subject()
    found = naming.wheel_layout(replace(built, wheel=renamed(built.wheel, filename="sample.whl")))
    assert found == (f"{INFO}/WHEEL states the tags py3-none-any, not sample.",)


def test_metadata_of_another_project_or_version_is_a_finding() -> None:
    built = subject(add={f"{INFO}/METADATA": metadata("1.0rc1", name="other")})
    assert naming.metadata(built) == (
        "The metadata of sample_app-1.0-py3-none-any.whl names other, not sample-app.",
        "The metadata of sample_app-1.0-py3-none-any.whl states 1.0rc1, not 1.0.",
    )


def test_metadata_that_an_index_would_refuse_is_a_finding() -> None:
    built = subject(add={f"{INFO}/METADATA": metadata().replace(b"Requires-Dist: six", b"Requires-Dist: six =")})
    (found,) = naming.metadata(built)
    assert found.startswith("The metadata of sample_app-1.0-py3-none-any.whl: ")


def test_metadata_without_a_format_version_is_a_finding() -> None:
    built = subject(add={f"{INFO}/METADATA": metadata().removeprefix(b"Metadata-Version: 2.4\n")})
    (found,) = naming.metadata(built)
    assert "is not a valid metadata version" in found


def test_metadata_of_a_newer_format_is_no_finding() -> None:
    newer = metadata().replace(b"Version: 2.4", b"Version: 2.99\nNew-Field: 1")
    assert naming.metadata(subject(add={f"{INFO}/METADATA": newer})) == ()


def test_metadata_that_states_no_version_cannot_be_used() -> None:
    with pytest.raises(GateFailed, match="cannot be used: 'version' is a required field"):
        naming.metadata(subject(add={f"{INFO}/METADATA": metadata().replace(b"\nVersion: 1.0", b"")}))


@pytest.mark.parametrize("fields", [metadata(HUGE), metadata(python=f">={HUGE}")], ids=["version", "python"])
def test_metadata_with_a_number_that_cannot_be_read_cannot_be_used(fields: bytes) -> None:
    with pytest.raises(GateFailed, match="cannot be used"):
        naming.metadata(subject(add={f"{INFO}/METADATA": fields}))


def test_wheel_and_sdist_must_agree_on_requires_python() -> None:
    built = subject(add={f"{INFO}/METADATA": metadata(python=">=3.10")})
    assert naming.metadata(built) == ("Wheel and sdist disagree on Requires-Python: '>=3.10' and '>=3.11'.",)


def test_a_configured_python_that_the_metadata_refuses_is_a_finding() -> None:
    built = subject(package=replace(PACKAGE, pythons=("3.10", "3.11")))
    assert naming.metadata(built) == ("Python 3.10 is configured, but Requires-Python is '>=3.11'.",)


def test_a_version_in_the_code_that_was_left_behind_is_a_finding() -> None:
    built = subject(add={"sample_app/__init__.py": b'\n__version__ = "0.9"\n'})
    at = "sample_app/__init__.py:2 in sample_app-1.0-py3-none-any.whl"
    assert naming.stated_versions(built) == (f"{at} states 0.9, not 1.0.",)


def test_a_stale_lock_file_in_the_sdist_is_a_finding() -> None:
    stale = tracked() | {"uv.lock": tracked("0.9")["uv.lock"]}
    found = naming.stated_versions(replace(subject(), sdist=sdist(stale)))
    assert found == ("uv.lock:5 in sample_app-1.0.tar.gz states 0.9, not 1.0.",)


def test_a_place_that_neither_archive_holds_is_no_finding() -> None:
    built = subject(remove=["sample_app/__init__.py"])
    assert naming.stated_versions(replace(built, sdist=renamed(Members("sample_app-1.0.tar.gz", {})))) == ()
