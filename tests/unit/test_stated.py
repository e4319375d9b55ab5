"""What mends version files that do not agree: a line to paste where one tool brings them together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from archives import PACKAGE

from releasegate.steps.stated import disagreement

PROJECT, LOCK = "pyproject.toml:3 states 2.12 (project.version)", "uv.lock:584 states 2.11 (package sample-app)"
MODULE = "sample_app/__init__.py:1 states 2.11 (__version__)"


@pytest.mark.parametrize(
    ("problems", "remedy"),
    [
        ((f"{PROJECT}, {LOCK}",), "Write the lock anew: uv lock"),
        ((f"{PROJECT}, {LOCK}", f"{PROJECT}, {MODULE}"), "Write the same version in every version file"),
        ((f"{PROJECT}, {MODULE}",), "Write the same version in every version file"),
    ],
)
def test_a_lock_that_alone_says_otherwise_is_written_anew(problems: tuple[str, ...], remedy: str) -> None:
    sentence = f"{PACKAGE.name} does not state one version everywhere."
    here = replace(PACKAGE, path=PurePosixPath())
    assert disagreement(here, problems, None, unreadable=()) == (sentence, remedy)


def test_the_lock_of_a_package_in_a_folder_is_written_there() -> None:
    below = replace(PACKAGE, path=PurePosixPath("my packages/app"))
    _, remedy = disagreement(below, (f"{PROJECT}, {LOCK}",), None, unreadable=())
    assert remedy == "Write the lock anew: uv lock --directory 'my packages/app'"


def test_without_a_lock_nothing_is_said_of_one() -> None:
    bare = replace(PACKAGE, version_files=PACKAGE.version_files[:1])
    _, remedy = disagreement(bare, (f"{PROJECT}, {LOCK}",), None, unreadable=())
    assert remedy == "Write the same version in every version file"
