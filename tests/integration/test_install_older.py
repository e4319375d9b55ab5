"""Environments of a Python that the pip here has left behind, and modules that only an extra lets be imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath

import pytest
from distributions import index, wheel
from packaging.version import Version

from releasegate.adapters.venvs.install_check import VenvInstallChecker
from releasegate.adapters.venvs.installer import Installer, serves
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import Package
from releasegate.ports import Delivery

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
MODULES = {"tiny/__init__.py": ""}
TINY = Package("tiny", PurePosixPath(), (), (HERE,))


def test_the_pip_that_runs_here_says_which_pythons_it_serves() -> None:
    assert serves(HERE)
    assert not serves("2.7")


def test_what_pip_has_left_behind_is_uv_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releasegate.adapters.venvs.install_check.serves", lambda _: False)
    with index() as address:
        given = Delivery(TINY, Version("1.0"), "dist", "", (wheel(tmp_path, "tiny", "1.0", files=MODULES),))
        checker = VenvInstallChecker(tmp_path / "work", address, os.environ)
        (report,) = checker.check(given, pythons=[HERE], progress=lambda _: None)
    assert (report.verdict, report.tried.endswith("installed by uv")) == ("pass", True)


def test_what_uv_cannot_install_there_the_python_s_own_pip_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releasegate.adapters.venvs.installer.serves", lambda _: False)
    venv = Venv(tmp_path / "venv", os.environ)
    venv.create(Path(sys.executable))
    assert venv.minor == HERE
    with index() as address:
        file = wheel(tmp_path, "tiny", "1.0", files=MODULES)
        done = Installer(address, os.environ).install(venv, TINY, file=file, cache=tmp_path / "cache")
    assert (done.problems, [origin.name for origin in done.origins]) == ((), ["tiny"])


def test_the_extra_that_brings_a_missing_module_is_named(tmp_path: Path) -> None:
    files = {
        **MODULES,
        "tiny/http.py": "try:\n    import h2\nexcept ImportError:\n    raise RuntimeError('get tiny[http]')\n",
        "tiny/trio.py": "import trio\n",
    }
    more = (
        "Provides-Extra: http\nRequires-Dist: h2; extra == 'http'\nProvides-Extra: t\nRequires-Dist: trio; extra=='t'\n"
    )
    with index() as address:
        given = Delivery(
            TINY, Version("1.0"), "dist", "", (wheel(tmp_path, "tiny", "1.0", files=files, metadata=more),)
        )
        checker = VenvInstallChecker(tmp_path / "work", address, os.environ)
        (report,) = checker.check(given, pythons=[HERE], progress=lambda _: None)
    first, second, cure = report.problems
    assert first.startswith("Cannot import tiny.http: RuntimeError: get tiny[http] (ModuleNotFoundError: ")
    assert second.startswith("Cannot import tiny.trio: ModuleNotFoundError")
    assert cure == (
        "h2, trio are in the package's own extras http, t: install what is to be tried, "
        'in [tool.releasegate.packages.install]: extras = ["http", "t"]'
    )
