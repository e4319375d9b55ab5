"""Which modules of a distribution are imported, and how their failures are told."""

from __future__ import annotations

from releasegate.core.config.exemptions import Exemption
from releasegate.core.install.modules import failures, modules, select


def test_packages_modules_and_extension_modules_are_found_parents_first() -> None:
    installed = ["pkg/sub/mod.py", "pkg/__init__.py", "pkg/_fast.cpython-312-x86_64-linux-gnu.so", "single.py"]

    assert modules(installed) == ("pkg", "pkg._fast", "pkg.sub.mod", "single")


def test_a_numbered_migration_is_a_module() -> None:
    assert modules(["pkg/migrations/0001_initial.py"]) == ("pkg.migrations.0001_initial",)


def test_what_cannot_be_imported_by_name_is_no_module() -> None:
    installed = [
        "pkg/__main__.py",
        "pkg-1.0.dist-info/RECORD",
        "pkg-1.0.dist-info/hook.py",
        "../../bin/script.py",
        "pkg/static/not-a-module.py",
        "pkg/data.json",
        "__init__.py",
    ]

    assert modules(installed) == ()


def test_an_exemption_leaves_out_what_its_pattern_matches() -> None:
    chosen = select(["pkg", "pkg.host", "pkg.host.api"], [Exemption("pkg.host*", "needs its host")])

    assert chosen.kept == ("pkg",)
    assert chosen.stale == ()


def test_an_exemption_that_matches_nothing_is_stale() -> None:
    gone = Exemption("pkg.gone", "was removed")

    assert select(["pkg"], [gone]).stale == (gone,)


def test_two_exemptions_of_one_module_are_both_in_use() -> None:
    both = [Exemption("pkg.*", "host"), Exemption("pkg.a", "host")]

    assert select(["pkg.a"], both).stale == ()


def test_one_error_of_many_modules_is_told_once() -> None:
    errors = {f"pkg.m{n}": "ImportError: no host" for n in range(5)} | {"pkg.other": "ValueError: bad"}

    assert failures(errors) == (
        "pkg.m0, pkg.m1, pkg.m2 and 2 more: ImportError: no host",
        "pkg.other: ValueError: bad",
    )
