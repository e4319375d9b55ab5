"""A wheel against the Git tree, in the layouts that projects have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from archives import PACKAGE, dist_info, said, subject, wheel
from packaging.version import Version

from releasegate.core.audit.checks.tracked import declared_data
from releasegate.core.audit.checks.tracked import tracked as as_tracked
from releasegate.core.audit.sources import origins
from releasegate.core.audit.subject import Subject
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Wheel

LICENCE = {"LICENSE": b"Do as you like.\n"}


def layout(files: Mapping[str, bytes], tree: Mapping[str, bytes], *, config: Wheel | None = None) -> Subject:
    """Return a wheel that holds *files*, made of *tree*."""
    held = wheel({**files, f"{dist_info()}/METADATA": b""})
    package = replace(PACKAGE, wheel=config or Wheel())
    return Subject(package, Version("1.0"), wheel=held, sdist=held, rebuilt=held, tree=tree)


def configured(generated: tuple[Exemption, ...] = (), omitted: tuple[Exemption, ...] = ()) -> Subject:
    return subject(
        package=replace(PACKAGE, wheel=Wheel(generated=generated, omitted=omitted)),
        add={"sample_app/_built.py": b"BUILT = 1"},
        remove=["sample_app/__main__.py"],
    )


@pytest.mark.parametrize("home", ["", "src/", "lib/", "python/packages/"])
def test_a_package_is_found_wherever_it_is_kept(home: str) -> None:
    code = {"pkg/__init__.py": b"", "pkg/a.py": b"1", "pkg/sub/b.py": b"2"}
    tree = {f"{home}{path}": data for path, data in code.items()}
    assert said(as_tracked(layout(code, tree))) == ()
    assert said(as_tracked(layout(code, {**tree, f"{home}pkg/c.py": b"3"}))) == (
        f"{home}pkg/c.py is tracked, but the wheel does not hold it.",
    )


def test_a_sound_wheel_agrees_with_the_tree() -> None:
    assert said(as_tracked(subject())) == ()


def test_a_tracked_file_that_the_wheel_lacks_is_a_finding() -> None:
    page = "sample_app/templates/sample_app/page.html"
    found = said(as_tracked(subject(remove=[page])))
    assert found == (f"src/{page} is tracked, but the wheel does not hold it.",)


@pytest.mark.parametrize("name", ["CODEOWNERS", "sub/.gitkeep", ".editorconfig"])
def test_what_lies_in_a_folder_for_git_s_or_a_forge_s_sake_need_not_be_in_the_wheel(name: str) -> None:
    code = {"pkg/__init__.py": b""}
    assert said(as_tracked(layout(code, {**code, f"pkg/{name}": b""}))) == ()


def test_the_text_of_a_catalogue_that_is_in_the_wheel_need_not_be_there() -> None:
    code = {"pkg/__init__.py": b"", "pkg/locale/de/django.mo": b"1"}
    assert said(as_tracked(layout(code, {**code, "pkg/locale/de/django.po": b"1"}))) == ()
    (found,) = said(as_tracked(layout(code, {**code, "pkg/locale/fr/django.po": b"1"})))
    assert found.startswith("pkg/locale/fr/django.po is tracked")


@pytest.mark.parametrize(("pattern", "stale"), [("*.po", False), ("*.pot", True)])
def test_who_excludes_the_text_of_a_catalogue_need_not_know_that_nobody_asks_for_it(
    pattern: str, *, stale: bool
) -> None:
    code = {"pkg/__init__.py": b"", "pkg/locale/de/django.mo": b"1"}
    config = Wheel(omitted=(Exemption(pattern, "kept out by the build"),))
    found = said(as_tracked(layout(code, {**code, "pkg/locale/de/django.po": b"1"}, config=config)))
    assert found == ((f"wheel.omitted {pattern!r} exempts nothing: remove it.",) if stale else ())


def test_a_file_that_git_does_not_track_is_a_finding() -> None:
    found = said(as_tracked(subject(add={"sample_app/debug.py": b"1", "sample_app/new/__init__.py": b""})))
    assert found == (
        "sample_app/debug.py is in the wheel, but Git does not track it.",
        "sample_app/new/__init__.py is in the wheel, but Git does not track it.",
    )


def test_a_file_with_other_bytes_than_the_commit_is_a_finding() -> None:
    found = said(as_tracked(subject(add={"sample_app/cli.py": b"patched"})))
    assert found == ("sample_app/cli.py in the wheel differs from the tracked src/sample_app/cli.py.",)


def test_a_whole_package_that_git_does_not_track_is_a_finding() -> None:
    found = said(as_tracked(subject(add={"stray/__init__.py": b"", "stray/a.py": b"1"})))
    assert found == (
        "stray/__init__.py is in the wheel, but Git does not track it.",
        "stray/a.py is in the wheel, but Git does not track it.",
    )


def test_several_packages_a_namespace_and_a_module_have_homes_of_their_own() -> None:
    held = {"one/a.py": b"1", "two/__init__.py": b"2", "space/inner/c.py": b"3", "single.py": b"4"}
    tree = {"src/one/a.py": b"1", "two/__init__.py": b"2", "src/space/inner/c.py": b"3", "src/single.py": b"4"}
    assert said(as_tracked(layout(held, tree))) == ()
    assert origins(held, tree).homes == {"one": "src/one", "two": "two", "space": "src/space"}


def test_a_package_that_is_a_renamed_folder_is_found_by_its_contents() -> None:
    held = {"pkg/__init__.py": b"1", "pkg/sub/a.py": b"2"}
    assert said(as_tracked(layout(held, {"src/__init__.py": b"1", "src/sub/a.py": b"2"}))) == ()


def test_a_package_that_is_the_repositorys_root_claims_no_other_file() -> None:
    held = {"pkg/__init__.py": b"1", "pkg/a.py": b"2"}
    tree = {"__init__.py": b"1", "a.py": b"2", "pyproject.toml": b"3"}
    assert said(as_tracked(layout(held, tree))) == ()


def test_a_copy_of_some_files_is_not_taken_for_the_package() -> None:
    code = {"pkg/__init__.py": b"1", "pkg/a.py": b"2"}
    copy = {"examples/pkg/__init__.py": b"1", "examples/pkg/README": b"3"}
    assert said(as_tracked(layout(code, {**code, **copy}))) == ()


def test_a_package_of_which_every_file_changed_is_still_found_by_its_name() -> None:
    found = said(as_tracked(layout({"pkg/a.py": b"new"}, {"src/pkg/a.py": b"old"})))
    assert found == ("pkg/a.py in the wheel differs from the tracked src/pkg/a.py.",)


def test_a_single_module_that_changed_is_a_finding() -> None:
    found = said(as_tracked(layout({"single.py": b"new"}, {"src/single.py": b"old", "tests/a/single.py": b"old"})))
    assert found == ("single.py in the wheel differs from the tracked src/single.py.",)


def test_files_that_a_build_maps_in_from_elsewhere_are_tracked() -> None:
    held = {"pkg/__init__.py": b"1", "pkg/schema/one.json": b"2", "pkg/NOTICE": b"3"}
    tree = {"pkg/__init__.py": b"1", "contracts/one.json": b"2", "NOTICE": b"3"}
    assert said(as_tracked(layout(held, tree))) == ()


@pytest.mark.parametrize(
    ("member", "data", "good"),
    [
        ("sample_app-1.0.data/scripts/run", b"#!python\nprint()\n", True),
        ("sample_app-1.0.data/scripts/run", b"#!python\nevil()\n", False),
        ("sample_app-1.0.data/data/etc/app.conf", b"a=1", True),
        ("sample_app-1.0.data/headers/app.conf", b"a=2", False),
        ("sample_app-1.0.data/data", b"a=2", False),
        ("sample_app-1.0.data/scripts/other", b"", False),
        (f"{dist_info()}/licenses/LICENSE", b"Do as you like.\n", True),
        (f"{dist_info()}/licenses/LICENSE", b"Do not.\n", False),
        (f"{dist_info()}/licenses/OTHER", b"", False),
    ],
)
def test_what_is_installed_elsewhere_must_be_tracked_too(member: str, data: bytes, *, good: bool) -> None:
    tree = {**LICENCE, "bin/run": b"#!/usr/bin/env python3\nprint()\n", "etc/app.conf": b"a=1", "pkg/a.py": b"1"}
    found = said(as_tracked(layout({"pkg/a.py": b"1", member: data}, tree)))
    assert found == (() if good else (f"{member} in the wheel is no tracked file.",))


def test_exemptions_cover_what_they_name_and_nothing_else() -> None:
    assert said(as_tracked(configured())) == (
        "sample_app/_built.py is in the wheel, but Git does not track it.",
        "src/sample_app/__main__.py is tracked, but the wheel does not hold it.",
    )
    exempted = configured(
        generated=(Exemption("sample_app/_*.py", "made by the build"),),
        omitted=(Exemption("src/**/__main__.py", "not for users"),),
    )
    assert said(as_tracked(exempted)) == ()


def test_an_exemption_of_nothing_is_a_finding() -> None:
    stale = Wheel(generated=(Exemption("*.so", "gone"),), omitted=(Exemption("src/sample_app/cli.py", "is there"),))
    assert said(as_tracked(subject(package=replace(PACKAGE, wheel=stale)))) == (
        "wheel.generated '*.so' exempts nothing: remove it.",
        "wheel.omitted 'src/sample_app/cli.py' exempts nothing: remove it.",
    )


def test_exemptions_may_overlap() -> None:
    both = tuple(Exemption(pattern, "built") for pattern in ("sample_app/_built.py", "_*.py"))
    omitted = (Exemption("__main__.py", "not for users"),)
    assert said(as_tracked(configured(generated=both, omitted=omitted))) == ()


def test_declared_data_must_be_in_the_wheel() -> None:
    package = replace(PACKAGE, wheel=Wheel(data=("src/**/*.html", "src/sample_app/migrations/")))
    assert said(declared_data(subject(package=package))) == ()
    page = "sample_app/templates/sample_app/page.html"
    found = said(declared_data(subject(package=package, remove=[page])))
    assert found == (f"src/{page} is declared in wheel.data, but not in the wheel.",)
    kept = replace(
        subject(package=package, remove=[page]), tree={**subject().tree, "src/sample_app/migrations/.gitkeep": b""}
    )
    assert said(declared_data(kept)) == found


def test_declared_data_that_is_left_out_for_a_reason_is_not_due() -> None:
    page = "sample_app/templates/sample_app/page.html"
    left_out = Wheel(data=("src/**/*.html",), omitted=(Exemption(f"src/{page}", "only for developers"),))
    assert said(declared_data(subject(package=replace(PACKAGE, wheel=left_out), remove=[page]))) == ()


def test_declared_data_that_matches_no_tracked_file_is_a_finding() -> None:
    package = replace(PACKAGE, wheel=Wheel(data=("src/**/*.css",)))
    said_of_it = "wheel.data 'src/**/*.css' matches no tracked file: put it back, or take the pattern out."
    assert said(declared_data(subject(package=package))) == (said_of_it,)


def test_an_untracked_empty_file_is_not_taken_for_another_empty_file() -> None:
    empty = {"pkg/__init__.py": b"", "pkg/made/__init__.py": b""}
    found = said(as_tracked(layout(empty, {"pkg/__init__.py": b""})))
    assert found == ("pkg/made/__init__.py is in the wheel, but Git does not track it.",)


def test_a_file_that_a_build_renames_is_tracked_where_its_content_says_enough() -> None:
    code = {"pkg/__init__.py": b"", "pkg/a.py": b"1"}
    long, short = b"[project]\n" * 8, b"[project]\n"
    tree = {**code, "pyproject.toml": long, "short.toml": short}
    renamed = layout({**code, "pkg/data/sample.toml": long, "pkg/data/short.txt": short}, tree)
    assert said(as_tracked(renamed)) == ("pkg/data/short.txt is in the wheel, but Git does not track it.",)
