"""The end-to-end gate: a package and its companion as processes on loopback, judged by the package's own command."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from distributions import index, wheel
from packaging.version import Version

from releasegate.adapters.processes.runner import ProcessRunner
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import EndToEndCommand, Package, Service
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.ports import Delivery, EndToEndReport

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
COMMIT = "c" * 40
SERVER = """
import http.server, os, pathlib, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("told to die", flush=True)
            os._exit(9)
        if self.path == "/killed":
            os.kill(os.getpid(), 9)
        self.send_response(200 if self.path in ("/health", "/answer") else 404)
        self.end_headers()
        self.wfile.write(b"42")
def main():
    pathlib.Path(sys.argv[2]).write_text(sys.argv[1])
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
if __name__ == "__main__":
    main()
"""
CHECK = """
import os, sys, urllib.request
import plugin
told = {name.removeprefix("RELEASEGATE_"): value for name, value in os.environ.items() if "RELEASEGATE_" in name}
if told.get("COMPANION_URL"):
    print("answer", urllib.request.urlopen(told["COMPANION_URL"] + sys.argv[1], timeout=10).read().decode())
print({name: told[name] for name in sorted(told) if not name.endswith(("URL", "PYTHON"))})
print("from", "site-packages" in plugin.__file__, told["PYTHON"] == sys.executable, sys.argv[2:])
sys.exit(len(sys.argv) - 2)
"""


@pytest.fixture
def empty_index() -> Iterator[str]:
    with index() as address:
        yield address


@pytest.fixture
def plugin(tmp_path: Path) -> Delivery:
    file = wheel(tmp_path, "plugin", "1.0rc1", files={"plugin.py": "answer = '/answer'\n"})
    package = Package("plugin", PurePosixPath("plugin"), (), ("3.1", HERE), end_to_end=command("/answer"))
    return Delivery(package, Version("1.0rc1"), "testpypi", COMMIT, (file,))


@pytest.fixture
def backend(tmp_path: Path) -> Delivery:
    file = wheel(tmp_path, "backend", "2.0", files={"backend.py": SERVER})
    service = Service(("python", "-m", "backend", "{port}", str(tmp_path / "port")), ready="/health")
    package = Package("backend", PurePosixPath("backend"), (), (HERE, "3.99"), service=service)
    return Delivery(package, Version("2.0"), "pypi", "", (file,))


def command(*words: str, timeout: float = 60.0) -> EndToEndCommand:
    return EndToEndCommand(("python", "checks/e2e.py", *words), timeout)


def changed(delivery: Delivery, **fields: object) -> Delivery:
    return replace(delivery, package=replace(delivery.package, **fields))  # type: ignore[arg-type]


def checkout_in(folder: Path) -> Callable[[Package, str], AbstractContextManager[Path]]:
    @contextmanager
    def checkout(package: Package, commit: str) -> Iterator[Path]:
        place = folder / f"{package.name}-{commit[:7]}"
        (place / "checks").mkdir(parents=True)
        (place / "checks" / "e2e.py").write_text(CHECK)
        (place / "plugin.py").write_text("raise SystemError('the checkout was imported')")
        yield place

    return checkout


def runner(tmp_path: Path, address: str, ready_within: float = 30.0) -> ProcessRunner:
    checkout = checkout_in(tmp_path / "checkouts")
    return ProcessRunner(tmp_path / "work", address, os.environ, checkout, ready_within=ready_within)


def run(
    tmp_path: Path, address: str, delivery: Delivery, *, companion: Delivery | None, ready_within: float = 30.0
) -> EndToEndReport:
    companions = () if companion is None else (companion,)
    return runner(tmp_path, address, ready_within).run(delivery, companions=companions, progress=lambda _: None)


def ended(port_file: Path) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", int(port_file.read_text())), timeout=5).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.05)
    return False


def test_a_pair_that_fits_passes_and_everything_ends(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    report = run(tmp_path, empty_index, plugin, companion=backend)

    assert (report.verdict, report.problems) == ("pass", ())
    assert ended(tmp_path / "port")
    assert list((tmp_path / "work").iterdir()) == []


def test_a_broken_contract_fails_with_the_commands_words_and_the_companions_log(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    report = run(tmp_path, empty_index, changed(plugin, end_to_end=command("/renamed")), companion=backend)

    assert report.verdict == "fail"
    assert report.problems[0].startswith("The end-to-end command of plugin ended with exit code 1: ")
    assert "HTTP Error 404" in report.problems[0]
    assert "HTTP Error 404" in report.problems[-1]
    assert any("/renamed" in line for line in report.log)
    assert ended(tmp_path / "port")


def test_the_command_is_told_what_it_judges(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    report = run(tmp_path, empty_index, changed(plugin, end_to_end=command("/answer", "fail")), companion=backend)

    told = {
        "COMPANIONS": "backend",
        "COMPANION_BACKEND_SOURCE": "pypi",
        "COMPANION_BACKEND_VERSION": "2.0",
        "COMPANION_NAME": "backend",
        "COMPANION_SOURCE": "pypi",
        "COMPANION_VERSION": "2.0",
        "PACKAGE": "plugin",
        "SOURCE": "testpypi",
        "VERSION": "1.0rc1",
    }
    assert report.problems[1:] == ("answer 42", str(told), "from True True ['fail']")


def test_without_a_companion_nothing_is_told_of_one(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    report = run(tmp_path, empty_index, changed(plugin, end_to_end=command("", "fail")), companion=None)

    assert report.verdict == "fail"
    assert report.problems[1] == str({"PACKAGE": "plugin", "SOURCE": "testpypi", "VERSION": "1.0rc1"})


def test_a_command_that_does_not_end_fails(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    endless = EndToEndCommand(("python", "-c", "import time; time.sleep(60)"), timeout=0.5)

    report = run(tmp_path, empty_index, changed(plugin, end_to_end=endless), companion=None)

    assert report.problems == ("The end-to-end command of plugin did not end within 0.5 s.",)


def test_a_companion_that_ends_at_once_fails_with_its_output(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    dead = Service(("python", "-c", "raise SystemExit('no database')"), ready="/health")
    started = time.monotonic()

    report = run(tmp_path, empty_index, plugin, companion=changed(backend, service=dead), ready_within=100)

    assert report.problems == ("backend ended with exit code 1 before it answered /health: no database",)
    assert report.log == ("no database",)
    assert time.monotonic() - started < 60


def test_a_companion_whose_program_is_not_installed_fails(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    service = Service(("no-such-server", "{port}"))

    report = run(tmp_path, empty_index, plugin, companion=changed(backend, service=service))

    assert report.problems == ("backend does not install no-such-server, which service.command starts.",)


def test_a_companion_that_never_answers_fails(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    service = replace(backend.package.service or Service(()), ready="/never")

    report = run(tmp_path, empty_index, plugin, companion=changed(backend, service=service), ready_within=2)

    (problem,) = report.problems
    assert problem.startswith("backend did not answer /never in time")
    assert ended(tmp_path / "port")


def test_a_companion_that_ends_while_the_command_runs_is_named(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    report = run(tmp_path, empty_index, changed(plugin, end_to_end=command("/die")), companion=backend)

    assert report.problems[0] == "backend ended by itself (exit code 9) while the end-to-end command ran."
    assert "told to die" in report.log


def test_a_wheel_that_cannot_be_installed_fails(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    needy = wheel(tmp_path, "plugin", "1.0rc1", files={}, metadata="Requires-Dist: nowhere-to-be-found\n")

    report = run(tmp_path, empty_index, replace(plugin, files=(needy,)), companion=None)

    assert report.problems == ("plugin 1.0rc1 cannot be installed for the end-to-end run.",)
    assert any("nowhere-to-be-found" in line for line in report.log)


def test_a_companion_without_a_service_is_refused(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    with pytest.raises(ConfigurationError, match="nothing says how to start it"):
        run(tmp_path, empty_index, plugin, companion=changed(backend, service=None))


def test_a_package_without_an_end_to_end_command_is_refused(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    with pytest.raises(ConfigurationError, match="no end-to-end command"):
        run(tmp_path, empty_index, changed(plugin, end_to_end=None), companion=None)


def test_without_any_supported_python_nothing_is_judged(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    with pytest.raises(Unavailable, match=r"3\.98, 3\.99"):
        run(tmp_path, empty_index, changed(plugin, pythons=("3.98", "3.99")), companion=None)


def test_without_a_commit_nothing_is_judged(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    with pytest.raises(Unavailable, match="which commit"):
        run(tmp_path, empty_index, replace(plugin, commit=""), companion=None)


def test_without_a_wheel_nothing_is_judged(tmp_path: Path, empty_index: str, plugin: Delivery) -> None:
    with pytest.raises(Unavailable, match="no wheel"):
        run(tmp_path, empty_index, replace(plugin, files=(tmp_path / "plugin-1.0.tar.gz",)), companion=None)


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("import os; os.kill(os.getpid(), 9)", "was killed"),
        ("raise SystemExit(137)", "was killed"),
        ("raise OSError(28, os.strerror(28))", "had no room"),
    ],
)
def test_a_command_that_was_killed_or_had_no_room_judges_nobody(
    tmp_path: Path, empty_index: str, plugin: Delivery, does: str, words: str
) -> None:
    ends = EndToEndCommand(("python", "-c", f"import os; {does}"), timeout=60)
    with pytest.raises(Unavailable, match=f"The end-to-end command of plugin {words}"):
        run(tmp_path, empty_index, changed(plugin, end_to_end=ends), companion=None)


@pytest.mark.parametrize(
    "ends",
    [
        ("import os; os.kill(os.getpid(), 9)", "backend was killed"),
        ("raise OSError(98, 'Address already in use')", "could not start: .*Address already in use"),
        ("raise OSError(28, 'No space left on device')", "could not start: .*No space left on device"),
    ],
)
def test_a_companion_that_could_not_start_for_what_is_not_its_own_judges_nobody(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery, ends: tuple[str, str]
) -> None:
    does, words = ends
    service = Service(("python", "-c", does), ready="/health")
    with pytest.raises(Unavailable, match=words):
        run(tmp_path, empty_index, plugin, companion=changed(backend, service=service))


def test_a_companion_that_is_killed_while_the_command_runs_judges_nobody(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery
) -> None:
    with pytest.raises(Unavailable, match="backend was killed"):
        run(tmp_path, empty_index, changed(plugin, end_to_end=command("/killed")), companion=backend)


def test_a_machine_that_gives_way_judges_nobody(
    tmp_path: Path, empty_index: str, plugin: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/work")

    monkeypatch.setattr("releasegate.adapters.venvs.venv.Venv.copy_in", full)
    with pytest.raises(Unavailable, match="'/work' cannot be used: No space left on device"):
        run(tmp_path, empty_index, plugin, companion=None)


@pytest.fixture
def mailer(tmp_path: Path) -> Delivery:
    """Return a second companion, which calls the first and answers with what that answers."""
    code = SERVER.replace('b"42"', "os.environ.get('RELEASEGATE_COMPANION_BACKEND_URL', 'alone').encode()")
    file = wheel(tmp_path, "mailer", "3.0", files={"mailer.py": code})
    service = Service(("python", "-m", "mailer", "{port}", str(tmp_path / "second port")), ready="/health")
    calls = (Companion("backend"),)
    package = Package("mailer", PurePosixPath("mailer"), (), (HERE,), companions=calls, service=service)
    return Delivery(package, Version("3.0"), "testpypi", "", (file,))


ASKS = """
import os, sys, urllib.request
def asked(url):
    return urllib.request.urlopen(url, timeout=10).read().decode()
told = os.environ
print(told["RELEASEGATE_COMPANIONS"], "first", *(told["RELEASEGATE_COMPANION_" + each] for each in ("NAME", "VERSION")))
print(told["RELEASEGATE_COMPANION_BACKEND_VERSION"], told["RELEASEGATE_COMPANION_MAILER_SOURCE"])
print("knows", asked(told["RELEASEGATE_COMPANION_MAILER_URL"] + "/answer") == told["RELEASEGATE_COMPANION_BACKEND_URL"])
print("same", told["RELEASEGATE_COMPANION_URL"] == told["RELEASEGATE_COMPANION_MAILER_URL"])
if sys.argv[1:]:
    try:
        asked(told[f"RELEASEGATE_COMPANION_{sys.argv[1]}_URL"] + "/die")
    except OSError:
        sys.exit(7)
sys.exit(3)
"""


def test_several_companions_run_side_by_side_and_each_is_reached_by_its_name(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery, mailer: Delivery
) -> None:
    asks = changed(plugin, end_to_end=EndToEndCommand(("python", "-c", ASKS)))

    report = runner(tmp_path, empty_index).run(asks, companions=(mailer, backend), progress=lambda _: None)

    assert report.problems[1:] == ("mailer backend first mailer 3.0", "2.0 testpypi", "knows True", "same True")
    assert {line.partition(": ")[0] for line in report.log} == {"backend", "mailer"}
    assert ended(tmp_path / "port")
    assert ended(tmp_path / "second port")


def test_the_one_of_several_companions_that_ended_is_named(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery, mailer: Delivery
) -> None:
    asks = changed(plugin, end_to_end=EndToEndCommand(("python", "-c", ASKS, "MAILER")))

    report = runner(tmp_path, empty_index).run(asks, companions=(backend, mailer), progress=lambda _: None)

    assert report.problems[0] == "mailer ended by itself (exit code 9) while the end-to-end command ran."
    assert report.problems[1].startswith("The end-to-end command of plugin ended with exit code 7")
    assert "mailer: told to die" in report.log
    assert ended(tmp_path / "port")


def test_a_second_companion_without_a_service_is_a_mistake_of_the_configuration(
    tmp_path: Path, empty_index: str, plugin: Delivery, backend: Delivery, mailer: Delivery
) -> None:
    both = (backend, changed(mailer, service=None))
    with pytest.raises(ConfigurationError, match="mailer is a companion, but nothing says how to start it"):
        runner(tmp_path, empty_index).run(plugin, companions=both, progress=lambda _: None)
