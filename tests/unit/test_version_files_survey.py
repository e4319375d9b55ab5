"""All version files are read at once: what each states, and a line for each that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest
from archives import tracked
from release_fixture import APP

from releasegate.core.version_files.survey import Survey, survey, tag_problems


def surveyed(changed: Mapping[str, bytes | None] | None = None) -> Survey:
    """Return what the app's version files say, which state 1.0 but for those that are *changed*."""
    files: dict[str, bytes | None] = {**tracked("1.0"), **(changed or {})}
    return survey(APP, {PurePosixPath(path): data for path, data in files.items()})


def test_every_occurrence_is_found_in_the_configurations_order() -> None:
    found = surveyed()
    assert [str(each) for each in found.occurrences] == [
        "pyproject.toml:3 states 1.0 (project.version)",
        "src/sample_app/__init__.py:1 states 1.0 (__version__)",
        "uv.lock:5 states 1.0 (package sample-app)",
    ]
    assert (found.unreadable, found.problems()) == ((), ())


def test_what_cannot_be_read_does_not_hide_what_can() -> None:
    found = surveyed({"pyproject.toml": None, "uv.lock": b"version = 1\n"})
    assert [str(each.path) for each in found.occurrences] == ["src/sample_app/__init__.py"]
    gone, spoilt = found.unreadable
    assert gone == "pyproject.toml is not there"
    assert "uv.lock" in spoilt
    assert "sample-app" in spoilt


def test_all_problems_are_told_together() -> None:
    found = surveyed({"pyproject.toml": None, "uv.lock": tracked("0.9")["uv.lock"]})
    other = "uv.lock:5 states 0.9 (package sample-app)"
    ours = "src/sample_app/__init__.py:1 states 1.0 (__version__)"
    assert found.problems() == ("pyproject.toml is not there", f"{ours}, {other}")
    assert found.problems(version="1.0") == ("pyproject.toml is not there", f"the release states 1.0, {other}")
    assert found.problems(version="0.9", said_by="the tag")[1:] == (f"the tag states 0.9, {ours}",)


def test_a_tag_that_says_the_same_is_no_problem() -> None:
    assert tag_problems(surveyed(), ["v1.0"], prefix="v") == ()
    assert tag_problems(surveyed(), [], prefix="v") == ()


def test_a_tag_that_says_something_else_is_told_with_every_file() -> None:
    found = tag_problems(surveyed(), ["v1.1"], prefix="v")
    assert len(found) == 3
    assert found[0] == "tag v1.1 states 1.1, pyproject.toml:3 states 1.0 (project.version)"


@pytest.mark.parametrize("name", ["1.0", "release-1.0"])
def test_a_tag_without_the_prefix_is_no_version(name: str) -> None:
    assert tag_problems(surveyed(), [name], prefix="v") == (f"tag {name} does not begin with 'v'",)
