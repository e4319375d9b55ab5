"""What a wheel puts at the top of everybody's site-packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from archives import PACKAGE, dist_info, said, subject, wheel
from packaging.version import Version

from releasegate.core.audit.checks.top_level import own_names
from releasegate.core.audit.named_packages import named_packages
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.archive import Members


def holding(*paths: str, name: str = "sample-app", tree: Mapping[str, bytes] | None = None) -> Subject:
    """Return a wheel that holds *paths*; each is tracked where it lies, if no *tree* is given."""
    files = {path: path.encode() for path in paths}
    held = wheel({**files, f"{dist_info()}/METADATA": b""})
    return Subject(
        replace(PACKAGE, name=name),
        Version("1.0"),
        wheel=held,
        sdist=held,
        rebuilt=held,
        tree=files if tree is None else tree,
    )


def strangers(built: Subject) -> list[str]:
    return [problem.about for problem in own_names(built) if not isinstance(problem, str)]


def test_a_sound_wheel_installs_its_package_alone() -> None:
    assert own_names(subject()) == ()


@pytest.mark.parametrize("top", ["benchmarks", "examples", "scripts", "tests", "docs", "Tests", "development"])
def test_a_folder_that_lay_beside_the_package_is_a_finding(top: str) -> None:
    (found,) = said(own_names(holding("sample_app/__init__.py", f"{top}/__init__.py")))
    assert found.startswith(f"The wheel installs a top-level package {top!r} for everybody, beside sample_app:")


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("beautifulsoup4", ["bs4/__init__.py"]),
        ("six", ["six.py"]),
        ("sample-app-core", ["sample/app/core/__init__.py"]),
        ("black", ["black/__init__.cpython-312-x86_64-linux-gnu.so", "30fc__mypyc.cpython-312-x86_64-linux-gnu.so"]),
        ("cffi", ["cffi/__init__.py", "_cffi_backend.cpython-312-x86_64-linux-gnu.so"]),
        ("pyyaml", ["yaml/__init__.py", "yaml/nodes.py", "_yaml/__init__.py"]),
        ("benchmarks", ["benchmarks/__init__.py"]),
        ("sample-app", ["sample_app/__init__.py", "sample_app_cli/__init__.py", "sample_app-stubs/__init__.pyi"]),
    ],
)
def test_a_package_s_own_names_are_no_findings(name: str, paths: list[str]) -> None:
    assert strangers(holding(*paths, name=name)) == []


def test_several_packages_that_the_previous_wheel_had_are_no_findings() -> None:
    built = holding("sample_app/__init__.py", "attr/__init__.py", "tests/__init__.py")
    assert strangers(built) == ["attr", "tests"]
    assert strangers(replace(built, previous=built.wheel)) == ["tests"]


def test_a_package_that_lies_in_src_is_meant() -> None:
    paths = ["sample_app/__init__.py", "attr/__init__.py", "tests/__init__.py"]
    assert strangers(holding(*paths, tree={f"src/{path}": path.encode() for path in paths})) == ["tests"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[tool.hatch.build.targets.wheel]\npackages = ["python/sample_app", "python/attr"]'),
        ("pyproject.toml", '[tool.hatch.build.targets.wheel.force-include]\n"vendor/attr" = "attr"'),
        ("pyproject.toml", '[tool.setuptools]\npackages = ["attr"]'),
        ("pyproject.toml", '[tool.setuptools.packages.find]\ninclude = ["attr*"]'),
        ("pyproject.toml", '[[tool.poetry.packages]]\ninclude = "attr"'),
        ("pyproject.toml", '[tool.uv.build-backend]\nmodule-name = ["sample_app", "attr"]'),
        ("setup.cfg", "[options]\npackages =\n    sample_app\n    attr\nother = 1"),
        ("setup.py", "setup(packages=['sample_app', 'attr'])"),
    ],
)
def test_a_package_that_the_project_names_is_meant(file: str, text: str) -> None:
    built = holding("sample_app/__init__.py", "attr/__init__.py")
    assert strangers(replace(built, tree={**built.tree, file: text.encode()})) == []


@pytest.mark.parametrize(
    "text",
    [
        '[tool.setuptools.packages.find]\nwhere = ["attr"]\nexclude = ["attr"]',
        '[tool.hatch.build.targets.sdist]\ninclude = ["attr"]',
        '[tool.pytest]\npackages = ["attr"]',
        'tool = "attr"',
        "no toml",
        "a = " + "[" * 2000,
    ],
)
def test_what_names_no_package_of_the_wheel_does_not_count(text: str) -> None:
    assert "attr" not in named_packages({"pyproject.toml": text.encode()})


def test_where_nothing_tells_the_largest_is_taken_for_the_package() -> None:
    built = holding("aa/__init__.py", "bb/__init__.py", "bb/more.py", "loose.pth", name="other")
    assert strangers(built) == ["aa", "loose.pth"]


def test_a_wheel_of_nothing_but_tests_is_a_finding() -> None:
    (found,) = said(own_names(holding("tests/__init__.py", name="other")))
    assert "beside nothing of its own" in found


def test_a_wheel_that_installs_nothing_has_no_names() -> None:
    empty = Members("sample_app-1.0-py3-none-any.whl", {f"{dist_info()}/METADATA": b""})
    assert own_names(replace(subject(), wheel=empty)) == ()
