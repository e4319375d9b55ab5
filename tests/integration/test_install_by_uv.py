"""uv installs the further environments of the install check: what it does counts where all of it is right."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from distributions import index, sdist, stumbling_index, tree, wheel
from packaging.version import Version

from releasegate.adapters.venvs.install_check import VenvInstallChecker
from releasegate.adapters.venvs.installer import Installation
from releasegate.adapters.venvs.uv_installer import UvInstaller
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import Install, Package
from releasegate.core.errors import Unavailable
from releasegate.ports import CellReport, Delivery
from releasegate.rehearsal.index import BrokenFile, EmbeddedIndex, Refuse

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
MODULES = {"tiny/__init__.py": "", "tiny/sub.py": "def main(): pass\n"}
PACKAGE = Package("tiny", PurePosixPath(), (), (HERE,), install=Install())
NEEDS_HELPER = "Requires-Dist: helper\n"


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    made = Venv(tmp_path / "venv", os.environ)
    made.create(Path(sys.executable))
    return made


@pytest.fixture
def served(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    with stumbling_index(tmp_path / "index") as server:
        yield server


def twice(checker: VenvInstallChecker, *files: Path) -> tuple[CellReport, ...]:
    """Check on one Python, named twice: each file is installed by pip, and by uv."""
    delivery = Delivery(PACKAGE, Version("1.0"), "dist", "", files)
    return checker.check(delivery, pythons=[HERE, HERE], progress=lambda _: None)


def by_uv(report: CellReport) -> bool:
    return report.tried.endswith("installed by uv")


def installed(venv: Venv, address: str, file: Path, *, staging: frozenset[str] = frozenset()) -> Installation | None:
    installer = UvInstaller(address, os.environ, staging)
    return installer.install(venv, PACKAGE, file=file, cache=venv.folder / "cache")


def test_pip_installs_one_of_each_kind_on_different_pythons_and_uv_the_rest(tmp_path: Path) -> None:
    files = [make(tmp_path, "tiny", "1.0", files=MODULES) for make in (wheel, sdist)]

    with index() as address:
        reports = twice(VenvInstallChecker(tmp_path / "work", address, os.environ), *files)

    assert [(r.cell, r.verdict, by_uv(r)) for r in reports] == [
        (f"{HERE} wheel", "pass", False),
        (f"{HERE} sdist", "pass", True),
        (f"{HERE} wheel", "pass", True),
        (f"{HERE} sdist", "pass", False),
    ]


def test_both_tell_the_same_origins(tmp_path: Path) -> None:
    dependency = wheel(tmp_path, "helper", "2.0", files={"helper.py": ""})
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata=NEEDS_HELPER)

    with index(dependency) as address:
        pip, uv = twice(VenvInstallChecker(tmp_path / "work", address, os.environ), tiny)

    assert (by_uv(pip), by_uv(uv)) == (False, True)
    assert {*uv.origins} == {*pip.origins}
    assert hashlib.sha256(dependency.read_bytes()).hexdigest() in {origin.sha256 for origin in uv.origins}


def test_a_tree_is_installed_from_a_copy(tmp_path: Path, venv: Venv) -> None:
    checkout = tree(tmp_path / "checkout", "tiny", "1.0", files=MODULES)

    with index() as address:
        done = installed(venv, address, checkout)

    assert done is not None
    assert [(o.name, o.sha256, o.host) for o in done.origins] == [("tiny", None, "")]
    assert not (checkout / "build").exists()


def test_what_a_package_tells_uv_alone_is_not_followed(tmp_path: Path, venv: Venv) -> None:
    other = wheel(tmp_path, "helper", "3.0", files={"helper.py": ""})
    dependency = wheel(tmp_path, "helper", "2.0", files={"helper.py": ""})
    checkout = tree(tmp_path / "checkout", "tiny", "1.0", files=MODULES, metadata=NEEDS_HELPER)
    with (checkout / "pyproject.toml").open("a") as settings:
        settings.write(
            '[project]\nname = "tiny"\nversion = "1.0"\ndependencies = ["helper"]\n'
            f'[tool.uv.sources]\nhelper = {{ path = "{other}" }}\n'
        )

    with index(dependency) as address:
        done = installed(venv, address, checkout)

    assert done is not None
    assert {o.name: o.version for o in done.origins} == {"tiny": "1.0", "helper": "2.0"}


def test_a_dependency_from_the_staging_index_is_refused_whoever_installs(tmp_path: Path) -> None:
    dependency = wheel(tmp_path, "helper", "2.0", files={"helper.py": ""})
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata=NEEDS_HELPER)

    with index(dependency) as address:
        staging = frozenset({address.split("/")[2]})
        reports = twice(VenvInstallChecker(tmp_path / "work", address, os.environ, staging_hosts=staging), tiny)

    assert [r.verdict for r in reports] == ["fail", "fail"]
    assert all("helper 2.0 came from the staging index" in r.problems[0] for r in reports)


FAULTS = (BrokenFile("altered", target="*.whl"), Refuse(404, of="file"))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_file_that_is_not_what_the_index_lists_is_not_installed(
    tmp_path: Path, served: EmbeddedIndex, venv: Venv, fault: BrokenFile | Refuse
) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata=NEEDS_HELPER)
    served.faults.add(replace(fault, times=1000))

    assert installed(venv, served.simple_url, tiny) is None


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_dependency_that_never_comes_undamaged_judges_nothing(
    tmp_path: Path, served: EmbeddedIndex, fault: BrokenFile | Refuse
) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata=NEEDS_HELPER)
    served.faults.add(replace(fault, times=1000))

    with pytest.raises(Unavailable, match="cannot be had in time, or undamaged"):
        twice(VenvInstallChecker(tmp_path / "work", served.simple_url, os.environ), tiny)


def test_where_uv_cannot_pip_is_asked_and_says_what_is_wrong(tmp_path: Path) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata=NEEDS_HELPER)

    with index() as address:
        reports = twice(VenvInstallChecker(tmp_path / "work", address, os.environ), tiny)

    assert [(r.verdict, by_uv(r)) for r in reports] == [("fail", False)] * 2
    assert reports[0].problems[0] == reports[1].problems[0]
    assert "pip could not install" in reports[1].problems[0]


def test_where_uv_is_not_here_pip_installs_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = (sys.executable, "-c", "raise SystemExit(1)")
    monkeypatch.setattr("releasegate.adapters.venvs.uv_installer.uv", lambda: nothing)
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES)

    with index() as address:
        reports = twice(VenvInstallChecker(tmp_path / "work", address, os.environ), tiny)

    assert [(r.verdict, by_uv(r)) for r in reports] == [("pass", False)] * 2


def test_requirements_that_do_not_fit_are_found(tmp_path: Path, venv: Venv) -> None:
    """The metadata is changed afterwards, as no resolver would install such a set by itself."""
    needy = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper>=2; extra == 'x'\n")
    with index() as address:
        assert installed(venv, address, needy) is not None
        uv = UvInstaller(address, os.environ)
        assert uv.fits(venv, cache=venv.folder / "uv")

    (metadata,) = venv.folder.glob("env/**/tiny-1.0.dist-info/METADATA")
    metadata.write_text(metadata.read_text().replace("; extra == 'x'", ""))

    assert not uv.fits(venv, cache=venv.folder / "uv")


def test_what_a_lock_does_not_tell_is_no_proof(tmp_path: Path, venv: Venv) -> None:
    """Where something is present that no resolution named, uv's word does not count."""
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES)
    site, *_ = venv.folder.glob("env/lib*/*/site-packages")
    (site / "stray-1.0.dist-info").mkdir()

    with index() as address:
        assert installed(venv, address, tiny) is None
