"""What the last release offered is still there, and the Pythons that a wheel admits are tried."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, dist_info, metadata, said, subject

from releasegate.core.audit.checks.pythons import oldest_tried
from releasegate.core.audit.last_release.dropped import dropped
from releasegate.core.audit.subject import Subject
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Wheel

OFFER = {
    "sample_app/py.typed": b"",
    "sample_app/api.py": b"",
    "sample_app/old/__init__.py": b"",
    "sample_app/old/part.py": b"",
    "sample_app/_private.py": b"",
    "sample_app/tests/__init__.py": b"",
    "sample_app-1.0.data/scripts/run": b"",
}
POINTS = b"""[console_scripts]
sample = sample_app.cli:main
more = sample_app:x
[gui_scripts]
show = a:b
[own.group]
Red = a
"""


def after(
    version: str = "1.1", *, now: str = ">=3.11", before: str = ">=3.11", dropping: tuple[str, ...] = ()
) -> Subject:
    """Return a release after one that offered more; both state what Pythons they run on."""
    old = metadata(python=before).replace(b"\n\n", b"\nProvides-Extra: Cli\n\n", 1)
    if not before:
        old = old.replace(b"Requires-Python: \n", b"")
    info = dist_info()
    previous = subject(add={**OFFER, f"{info}/METADATA": old, f"{info}/entry_points.txt": POINTS})
    package = replace(PACKAGE, wheel=Wheel(dropped=tuple(Exemption(p, "on purpose") for p in dropping)))
    new = {f"{dist_info(version)}/METADATA": metadata(version, python=now)}
    return subject(package=package, version=version, previous=previous.wheel, add=new)


GONE = ("module sample_app.api", "module sample_app.old", "script more", "gui-script show", "entry-point own.group Red")


def test_all_that_is_gone_is_told_with_the_release_that_had_it() -> None:
    had = "sample_app-1.0-py3-none-any.whl"
    assert said(dropped(after())) == (
        f"module sample_app.api is gone: {had} had it.",
        f"module sample_app.old is gone: {had} had it.",
        f"script more is gone: {had} had it (sample_app:x).",
        f"gui-script show is gone: {had} had it (a:b).",
        f"entry-point own.group Red is gone: {had} had it (a).",
        f"script run is gone: {had} had it.",
        f"extra cli is gone: {had} had it.",
        f"file sample_app/py.typed is gone: {had} had it.",
    )


def test_what_is_dropped_on_purpose_is_declared() -> None:
    assert (
        dropped(after(dropping=("module *", "script *", "gui-script show", "entry-point *", "extra cli", "file *")))
        == ()
    )


def test_a_first_release_or_one_that_offers_more_drops_nothing() -> None:
    assert dropped(subject()) == ()
    assert dropped(subject(version="1.1", previous=subject().wheel, add=OFFER)) == ()


def test_a_declaration_stays_after_the_release_that_dropped_it_but_not_when_it_is_back() -> None:
    declared = replace(PACKAGE, wheel=Wheel(dropped=(Exemption("module sample_app.api", "gone in 1.1"),)))
    assert dropped(subject(package=declared, version="1.2", previous=subject().wheel)) == ()
    back = subject(package=declared, version="1.2", previous=subject().wheel, add=OFFER)
    assert said(dropped(back)) == (
        "wheel.dropped 'module sample_app.api' names module sample_app.api, which is there: remove it.",
    )


@pytest.mark.parametrize(
    ("before", "now", "lost"),
    [
        (">=3.9", ">=3.11", ["python 3.10"]),
        (">=3.11", ">=3.11,<3.14", ["python 3.14"]),
        (">=3.9", ">=3.10,<3.13", ["python 3.13", "python 3.9"]),
        (">=3.11", ">=3.10", []),
        ("", ">=3.12", []),
    ],
)
def test_pythons_that_are_dropped_are_told_by_the_one_that_counts(before: str, now: str, lost: list[str]) -> None:
    problems = dropped(after(before=before, now=now))
    assert sorted(p.about for p in problems if not isinstance(p, str) and p.about.startswith("python")) == lost


def test_a_post_s_pythons_are_for_the_check_of_posts() -> None:
    problems = dropped(after("1.0.post1", now=">=3.12"))
    assert not [text for text in said(problems) if text.startswith("python")]


def test_migrations_that_are_frozen_are_for_their_own_check() -> None:
    package = replace(PACKAGE, wheel=Wheel(frozen=("sample_app/migrations/*.py",)))
    gone = subject(version="1.1", previous=subject().wheel, remove=["sample_app/migrations/0001_initial.py"])
    assert len(dropped(gone)) == 1
    assert dropped(replace(gone, package=package)) == ()


def stating(python: str | None, *, tried: tuple[str, ...] = ("3.11", "3.12")) -> Subject:
    text = metadata(python=python or "")
    text = text if python else text.replace(b"Requires-Python: \n", b"")
    return subject(package=replace(PACKAGE, pythons=tried), add={f"{dist_info()}/METADATA": text})


@pytest.mark.parametrize("python", [">=3.11", ">=3.12", ">=3.11.4,<4", "==3.11.*", ">=99"])
def test_the_oldest_python_is_tried(python: str) -> None:
    assert oldest_tried(stating(python)) == ()


@pytest.mark.parametrize(("python", "oldest"), [(">=3.9", "3.9"), ("<4", "2.7"), (">=3.10.2", "3.10")])
def test_an_older_python_that_is_admitted_and_never_tried_is_a_finding(python: str, oldest: str) -> None:
    (found,) = oldest_tried(stating(python))
    cure = f"put {oldest} into pythons, or raise Requires-Python"
    cure = "raise Requires-Python, as no gate can try 2.7" if oldest == "2.7" else cure
    assert str(found).endswith(f"admits Python {oldest}, and the oldest that is tried is 3.11: {cure}.")


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"pyproject.toml": "[tool.poetry.dependencies]\n"}, 'python = ">=3.11" into [tool.poetry.dependencies]'),
        ({"pyproject.toml": "[project]\n", "setup.py": ""}, 'requires-python = ">=3.11" into [project]'),
        ({"setup.py": "", "setup.cfg": "[flake8]\n"}, 'python_requires=">=3.11" into the call of setup in setup.py'),
        ({"setup.py": "", "setup.cfg": "[options]\n"}, "python_requires = >=3.11 below [options] of setup.cfg"),
        ({}, 'requires-python = ">=3.11" into [project]'),
    ],
)
def test_what_is_missing_is_written_where_the_build_reads_it(files: dict[str, str], where: str) -> None:
    tree = {path: text.encode() for path, text in files.items()}
    (found,) = said(oldest_tried(replace(stating(None), tree=tree)))
    assert found.endswith(f"write {where}, or the oldest that it runs on.")


def test_a_wheel_without_requires_python_is_a_finding() -> None:
    (found,) = said(oldest_tried(stating(None)))
    assert 'write requires-python = ">=3.11" into [project]' in found


def test_a_package_whose_empty_file_is_gone_is_imported_as_a_folder_still() -> None:
    before = subject(add={"sample_app/pages/__init__.py": b'"""Words."""\n', "sample_app/pages/a.html": b""})
    assert dropped(subject(previous=before.wheel, add={"sample_app/pages/a.html": b""})) == ()
    assert len(dropped(subject(previous=before.wheel))) == 1
    front = subject(add={"sample_app/pages/__init__.py": b"from .a import x\n", "sample_app/pages/a.py": b""})
    assert len(dropped(subject(previous=front.wheel, add={"sample_app/pages/a.py": b""}))) == 1


def test_a_folder_of_stubs_that_is_gone_is_told() -> None:
    before = subject(add={"sample_app-stubs/__init__.pyi": b"", "sample_app-stubs/cli.pyi": b""})
    (found,) = said(dropped(subject(previous=before.wheel)))
    assert found == "stubs sample_app-stubs is gone: sample_app-1.0-py3-none-any.whl had them."
