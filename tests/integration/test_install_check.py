"""The install check: what it lets pass, and everything that it refuses."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
from distributions import index, sdist, stumbling_index, tree, wheel
from packaging.version import Version

from releasegate.adapters.process import Completed
from releasegate.adapters.venvs.install_check import VenvInstallChecker
from releasegate.adapters.venvs.installer import Installer
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Install, Package, Service
from releasegate.core.errors import Unavailable
from releasegate.ports import CellReport, Delivery
from releasegate.rehearsal.index import BrokenFile, EmbeddedIndex, Refuse

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
NOWHERE = "3.99"
MODULES = {"tiny/__init__.py": "", "tiny/sub.py": "def main(): pass\n"}


@pytest.fixture
def empty_index() -> Iterator[str]:
    with index() as address:
        yield address


def delivery(*files: Path, version: str = "1.0", source: str = "dist", install: Install | None = None) -> Delivery:
    package = Package("tiny", PurePosixPath(), (), (HERE,), install=install or Install())
    return Delivery(package, Version(version), source, "", files)


def only(checker: VenvInstallChecker, given: Delivery) -> CellReport:
    (report,) = checker.check(given, pythons=[HERE], progress=lambda _: None)
    return report


def test_wheel_and_sdist_pass_in_clean_environments_and_nothing_stays(tmp_path: Path, empty_index: str) -> None:
    files = [make(tmp_path, "tiny", "1.0", files=MODULES, scripts="tiny = tiny.sub:main") for make in (wheel, sdist)]
    leaky = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_INDEX": "1", "PYTHONPATH": "/nowhere"}
    install = Install(smoke=(("python", "-c", "import os, sys, tiny; assert not os.listdir(); assert sys.prefix"),))
    lines: list[str] = []

    reports = VenvInstallChecker(tmp_path / "work", empty_index, leaky, workers=2).check(
        delivery(*files, install=install), pythons=[HERE], progress=lines.append
    )

    assert [(r.cell, r.verdict, r.problems) for r in reports] == [
        (f"{HERE} wheel", "pass", ()),
        (f"{HERE} sdist", "pass", ()),
    ]
    assert [r.origins[0].sha256 for r in reports] == [hashlib.sha256(f.read_bytes()).hexdigest() for f in files]
    assert lines[0] == "install: 2 environments for tiny 1.0"
    assert len(lines) == 3
    assert list((tmp_path / "work").iterdir()) == []


def test_a_tree_is_installed_from_a_copy(tmp_path: Path, empty_index: str) -> None:
    checkout = tree(tmp_path / "checkout", "tiny", "1.0", files=MODULES)

    report = only(VenvInstallChecker(tmp_path / "work", empty_index, os.environ), delivery(checkout, source="local"))

    assert (report.cell, report.verdict) == (f"{HERE} tree", "pass")
    assert not (checkout / "build").exists()


def test_the_host_and_hash_of_a_dependency_are_told(tmp_path: Path) -> None:
    dependency = wheel(tmp_path, "helper", "2.0", files={"helper.py": ""})
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper\n")

    with index(dependency) as address:
        report = only(VenvInstallChecker(tmp_path / "work", address, os.environ), delivery(tiny))

    (origin,) = [o for o in report.origins if o.name == "helper"]
    assert report.verdict == "pass"
    assert (origin.version, origin.host) == ("2.0", urlsplit(address).netloc)
    assert origin.sha256 == hashlib.sha256(dependency.read_bytes()).hexdigest()


def test_a_dependency_from_the_staging_index_is_refused(tmp_path: Path) -> None:
    dependency = wheel(tmp_path, "helper", "2.0", files={"helper.py": ""})
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper\n")

    with index(dependency) as address:
        staging = frozenset({urlsplit(address).netloc})
        report = only(VenvInstallChecker(tmp_path / "work", address, os.environ, staging_hosts=staging), delivery(tiny))

    assert report.verdict == "fail"
    assert "helper 2.0 came from the staging index" in report.problems[0]


def test_extras_and_requirements_are_installed_with_it(tmp_path: Path) -> None:
    extra, beside = (wheel(tmp_path, name, "1.0", files={f"{name}.py": ""}) for name in ("extra", "beside"))
    metadata = "Provides-Extra: more\nRequires-Dist: extra; extra == 'more'\n"
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata=metadata)

    with index(extra, beside) as address:
        install = Install(extras=("more",), requirements=("beside",))
        report = only(VenvInstallChecker(tmp_path / "work", address, os.environ), delivery(tiny, install=install))

    assert {origin.name for origin in report.origins} == {"tiny", "extra", "beside"}


def test_a_dependency_that_is_nowhere_fails_the_cell(tmp_path: Path, empty_index: str) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper\n")

    report = only(VenvInstallChecker(tmp_path / "work", empty_index, os.environ), delivery(tiny))

    assert report.verdict == "fail"
    assert any("helper" in problem for problem in report.problems)


def test_an_index_that_is_down_judges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patiently = Installer._pip

    def at_once(installer: Installer, venv: Venv, *words: str, **more: Any) -> Completed:
        return patiently(installer, venv, *words, "--retries", "0", **more)

    monkeypatch.setattr(Installer, "_pip", at_once)
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper\n")

    with index(status=502) as address, index(moved_to=address) as moved:
        for asked in (address, moved):
            with pytest.raises(Unavailable, match="does not answer"):
                only(VenvInstallChecker(tmp_path / "work", asked, os.environ), delivery(tiny))


@pytest.fixture
def stumbling(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    with stumbling_index(tmp_path / "index") as server:
        yield server


FAULTS = (
    BrokenFile("altered", target="*.whl"),
    BrokenFile("altered", target="*.metadata"),
    Refuse(404, of="file"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_dependency_that_comes_damaged_once_is_fetched_again(
    tmp_path: Path, stumbling: EmbeddedIndex, fault: BrokenFile | Refuse
) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper\n")
    stumbling.faults.add(fault)

    assert only(VenvInstallChecker(tmp_path / "work", stumbling.simple_url, os.environ), delivery(tiny)).problems == ()

    assert stumbling.faults.happened == (fault,)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_dependency_that_never_comes_undamaged_judges_nothing(
    tmp_path: Path, stumbling: EmbeddedIndex, fault: BrokenFile | Refuse
) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper\n")
    stumbling.faults.add(replace(fault, times=1000))

    with pytest.raises(Unavailable, match="cannot be had in time, or undamaged"):
        only(VenvInstallChecker(tmp_path / "work", stumbling.simple_url, os.environ), delivery(tiny))


def test_another_version_than_expected_is_refused_and_stops_no_other_cell(tmp_path: Path, empty_index: str) -> None:
    files = wheel(tmp_path, "tiny", "1.0", files=MODULES), sdist(tmp_path, "tiny", "1.0rc1", files=MODULES)

    reports = VenvInstallChecker(tmp_path / "work", empty_index, os.environ).check(
        delivery(*files, version="1.0rc1"), pythons=[HERE], progress=lambda _: None
    )

    assert [r.verdict for r in reports] == ["fail", "pass"]
    assert reports[0].problems == ("The installed version is 1.0, expected 1.0rc1.",)


def test_modules_that_cannot_be_imported_are_named_with_the_error(tmp_path: Path, empty_index: str) -> None:
    files = {
        **MODULES,
        "tiny/host.py": "import no_such_host\n",
        "tiny/quits.py": "raise SystemExit(0)\n",
        "tiny/__main__.py": "raise SystemError\n",
        "tiny/exempt.py": "import no_such_host\n",
    }
    install = Install(not_imported=(Exemption("tiny.ex*", "needs its host"),))

    report = only(
        VenvInstallChecker(tmp_path / "work", empty_index, os.environ),
        delivery(wheel(tmp_path, "tiny", "1.0", files=files), install=install),
    )

    assert report.problems[:2] == (
        "Cannot import tiny.host: ModuleNotFoundError: No module named 'no_such_host'",
        "Cannot import tiny.quits: SystemExit: 0",
    )
    assert report.problems[2].startswith("no_such_host is not installed here: name it in the dependencies.")
    assert report.problems[2].endswith('to not-imported: { pattern = "tiny.host", reason = "it needs no_such_host" },')
    assert report.tried == "4 modules imported, 0 entry points loaded, 0 scripts run"


def test_an_import_that_ends_python_is_named(tmp_path: Path, empty_index: str) -> None:
    files = {**MODULES, "tiny/crash.py": "import os; os._exit(7)\n"}

    report = only(
        VenvInstallChecker(tmp_path / "work", empty_index, os.environ),
        delivery(wheel(tmp_path, "tiny", "1.0", files=files)),
    )

    (problem,) = report.problems
    assert problem == (
        "Python stopped in the import of tiny.crash: it ended with exit code 7; 1 further module not tried."
    )


def test_a_console_script_that_cannot_help_is_refused(tmp_path: Path, empty_index: str) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, scripts="bad = tiny.sub:gone\nsvc = tiny.sub:gone\n")
    install = Install(scripts_not_run=(Exemption("svc", "serves"),))

    report = only(VenvInstallChecker(tmp_path / "work", empty_index, os.environ), delivery(tiny, install=install))

    assert report.problems[0].startswith(
        "Cannot load the entry point svc of console_scripts (tiny.sub:gone): Attribute"
    )
    assert report.problems[1] == "bad --help: it ended with exit code 1."
    assert not any("svc --help" in problem for problem in report.problems)


def test_a_smoke_command_that_fails_or_is_missing_is_refused(tmp_path: Path, empty_index: str) -> None:
    install = Install(smoke=(("python", "-c", "raise SystemExit('no app')"), ("no-such-program",)))

    report = only(
        VenvInstallChecker(tmp_path / "work", empty_index, os.environ),
        delivery(wheel(tmp_path, "tiny", "1.0", files=MODULES), install=install),
    )

    assert "it ended with exit code 1" in report.problems[0]
    assert report.problems[1] == "no app"
    assert report.problems[2] == "no-such-program: there is no such program where the package is installed."


def test_exemptions_that_match_nothing_are_refused(tmp_path: Path, empty_index: str) -> None:
    stale = (Exemption("tiny.gone", "was removed"),)

    report = only(
        VenvInstallChecker(tmp_path / "work", empty_index, os.environ),
        delivery(
            wheel(tmp_path, "tiny", "1.0", files=MODULES), install=Install(not_imported=stale, scripts_not_run=stale)
        ),
    )

    assert report.problems == (
        "The exemption 'tiny.gone' in install.not-imported matches no module: remove it.",
        "The exemption 'tiny.gone' in install.scripts-not-run matches no console script: remove it.",
    )


def test_a_python_that_does_not_start_is_no_fault_of_the_package(tmp_path: Path, empty_index: str) -> None:
    venv = Venv(tmp_path / "venv", os.environ)
    venv.create(Path(sys.executable))
    venv.python.unlink()
    venv.python.write_text("#!/bin/sh\necho 'Fatal Python error: Failed to import encodings module' >&2\nexit 1\n")
    venv.python.chmod(0o755)
    tiny, package = wheel(tmp_path, "tiny", "1.0", files=MODULES), Package("tiny", PurePosixPath(), (), (HERE,))
    with pytest.raises(Unavailable, match=f"Python {HERE} of this machine does not start") as told:
        Installer(empty_index, os.environ).install(venv, package, file=tiny, cache=tmp_path / "cache")
    assert told.value.details == ("Fatal Python error: Failed to import encodings module",)


def test_requirements_that_do_not_fit_are_found_by_pip_check(tmp_path: Path, empty_index: str) -> None:
    """The metadata is changed afterwards, as no resolver would install such a set by itself."""
    venv = Venv(tmp_path / "venv", os.environ)
    venv.create(Path(sys.executable))
    installer = Installer(empty_index, os.environ)
    package = Package("tiny", PurePosixPath(), (), (HERE,))
    needy = wheel(tmp_path, "tiny", "1.0", files=MODULES, metadata="Requires-Dist: helper>=2; extra == 'x'\n")
    assert installer.install(venv, package, file=needy, cache=tmp_path / "cache").problems == ()
    assert installer.check(venv) == ()

    (metadata,) = venv.folder.glob("env/**/tiny-1.0.dist-info/METADATA")
    metadata.write_text(metadata.read_text().replace("; extra == 'x'", ""))

    assert "pip check: tiny 1.0 requires helper, which is not installed." in installer.check(venv)


def test_a_missing_interpreter_is_no_fault_of_the_package(tmp_path: Path, empty_index: str) -> None:
    tiny = delivery(wheel(tmp_path, "tiny", "1.0", files=MODULES))
    said: list[str] = []

    with pytest.raises(Unavailable, match=f"Python {NOWHERE} is not on this machine") as away:
        VenvInstallChecker(tmp_path, empty_index, os.environ).check(tiny, pythons=[HERE, NOWHERE], progress=said.append)
    (left_out,) = VenvInstallChecker(tmp_path, empty_index, os.environ, missing="leave out").check(
        tiny, pythons=[NOWHERE], progress=lambda _: None
    )

    assert away.value.hint.endswith(f"uv python install {NOWHERE}")
    assert said == []
    assert left_out.verdict == "not run"
    assert f"uv python install {NOWHERE}" in left_out.problems[0]


def test_an_interruption_ends_what_runs_and_clears_the_environments(tmp_path: Path, empty_index: str) -> None:
    install = Install(smoke=(("python", "-c", "import time; time.sleep(120)"),))
    tiny = delivery(wheel(tmp_path, "tiny", "1.0", files=MODULES), install=install)
    started = time.monotonic()

    def interrupted(line: str) -> None:
        if NOWHERE in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        VenvInstallChecker(tmp_path / "work", empty_index, os.environ, missing="leave out").check(
            tiny, pythons=[NOWHERE, HERE], progress=interrupted
        )

    assert time.monotonic() - started < 60
    assert list((tmp_path / "work").iterdir()) == []


def test_every_entry_point_of_every_group_is_loaded(tmp_path: Path, empty_index: str) -> None:
    points = "\n[own.group]\ngood = tiny.sub:main\nbad = tiny:gone\nfar = no_such_module\nextra = tiny:gone [more]\n"
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, scripts=points)

    report = only(VenvInstallChecker(tmp_path / "work", empty_index, os.environ), delivery(tiny))

    assert [line.partition(")")[0] for line in report.problems] == [
        "Cannot load the entry point bad of own.group (tiny:gone",
        "Cannot load the entry point far of own.group (no_such_module",
    ]
    assert report.tried == "2 modules imported, 3 entry points loaded, 0 scripts run"


def test_a_check_that_tried_nothing_says_so(tmp_path: Path, empty_index: str) -> None:
    tiny = wheel(tmp_path, "tiny", "1.0", files=MODULES, scripts="tiny = tiny.sub:main\n")
    everything = (Exemption("*", "only inside of its host"),)
    install = Install(not_imported=everything, scripts_not_run=everything)
    lines: list[str] = []
    checker = VenvInstallChecker(tmp_path / "work", empty_index, os.environ)

    (report,) = checker.check(delivery(tiny, install=install), pythons=[HERE], progress=lines.append)

    said = "0 modules imported, all exempted, 0 entry points loaded, 0 scripts run, all exempted"
    assert (report.verdict, report.tried) == ("pass", said)
    assert lines[-1].endswith(said)


def test_what_is_tried_is_told_what_the_service_is_told(tmp_path: Path, empty_index: str) -> None:
    asks = (
        "import os\nassert os.environ['MODE'] == 'test' and len(os.environ['KEY']) > 20\nopen(os.environ['DB'], 'w')\n"
    )
    tiny = wheel(tmp_path, "tiny", "1.0", files={**MODULES, "tiny/config.py": asks})
    service = Service(("tiny", "{port}"), environment={"MODE": "test", "KEY": "{secret}", "DB": "{data}/tiny.db"})
    given = delivery(tiny, install=Install(smoke=(("python", "-c", "import tiny.config"),)))
    checker = VenvInstallChecker(tmp_path / "work", empty_index, os.environ)

    untold, told = only(checker, given), only(checker, replace(given, package=replace(given.package, service=service)))

    assert (untold.verdict, told.problems) == ("fail", ())
    assert told.tried.endswith("1 smoke command")
