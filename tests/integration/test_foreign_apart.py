"""A command in namespaces of its own: it ends as it would anywhere, and nobody gets behind what is hidden."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from git_repositories import make_repository
from test_process import BEATS, FORK, eventually, still

from releasegate.adapters.foreign.isolation import Isolation, obstacle
from releasegate.adapters.process import Completed
from releasegate.core.errors import Unavailable

PYTHON = sys.executable
LACKING = obstacle(os.environ)
pytestmark = pytest.mark.skipif(LACKING is not None, reason=f"foreign code cannot be run apart here: {LACKING}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a person's home folder, with something that is nobody else's business."""
    home = tmp_path / "person"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id").write_text("secret", encoding="utf-8")
    return home


def isolation(home: Path, **environ: str) -> Isolation:
    empty = home.parent / "empty"
    empty.mkdir(exist_ok=True)
    return Isolation({"PATH": os.environ["PATH"], "HOME": str(home), **environ}, empty)


def ran(apart: Isolation, *argv: str, cwd: Path | None = None, told: Mapping[str, str] | None = None) -> Completed:
    place = cwd or apart.home
    return apart.run(argv, env=apart.environment(**(told or {})), cwd=place, timeout=60, input="hello")


def python(home: Path, code: str, **environ: str) -> Completed:
    return ran(isolation(home, **environ), PYTHON, "-c", code)


def test_it_gives_its_exit_code_and_both_outputs(home: Path) -> None:
    code = "import sys; print(sys.stdin.read().upper()); print('oops', file=sys.stderr); sys.exit(3)"

    done = python(home, code)

    assert (done.exit_code, done.stdout.strip(), done.stderr.strip()) == (3, "HELLO", "oops")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGTERM, signal.SIGINT])
def test_that_it_ended_by_a_signal_is_seen(home: Path, number: signal.Signals) -> None:
    assert python(home, f"import os; os.kill(os.getpid(), {int(number)})").exit_code == -number


def test_a_program_that_is_not_there_is_missed_as_anywhere(home: Path) -> None:
    with pytest.raises(Unavailable, match="The program no-such-program is not here"):
        ran(isolation(home), "no-such-program")


def test_it_is_asked_to_end_before_it_is_ended(home: Path) -> None:
    code = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path('asked').touch(), sys.exit(0)))\n"
        "time.sleep(60)"
    )
    apart = isolation(home)

    assert apart.run((PYTHON, "-c", code), env=apart.environment(), cwd=apart.home, timeout=2).timed_out
    assert (apart.home / "asked").exists()


@pytest.mark.parametrize("timeout", [2.0, 60.0])
def test_what_it_started_ends_with_it_also_out_of_its_group(home: Path, timeout: float) -> None:
    more = "time.sleep(60)" if timeout < 60 else ""
    code = FORK.replace("Popen([", "Popen(start_new_session=True, args=[") + more
    apart = isolation(home)

    done = apart.run((PYTHON, "-c", code), env=apart.environment(), cwd=apart.home, timeout=timeout)

    assert done.timed_out is (more != "")
    assert still(apart.home / "beats")


def test_it_dies_with_whoever_started_it(home: Path) -> None:
    apart = isolation(home)
    words = apart.words((PYTHON, "-c", BEATS), env=apart.environment(), cwd=apart.home)
    told = f"{words!r}, env={apart.environment()!r}, cwd=Path({str(apart.home)!r}), timeout=60"
    holder = f"from pathlib import Path\nfrom releasegate.adapters.process import run\nrun({told})"
    process = subprocess.Popen([sys.executable, "-c", holder], env=os.environ, cwd=apart.home)
    assert eventually((apart.home / "beats").exists)

    process.kill()
    process.wait()

    assert eventually(lambda: still(apart.home / "beats"))


def test_it_ends_where_only_what_stands_outside_is_killed(home: Path) -> None:
    apart = isolation(home)
    words = apart.words((PYTHON, "-c", BEATS), env=apart.environment(), cwd=apart.home)
    process = subprocess.Popen(words, env=apart.environment(), cwd=apart.home)
    assert eventually((apart.home / "beats").exists)

    process.kill()
    process.wait()

    assert eventually(lambda: still(apart.home / "beats"))


def test_everybody_has_the_number_that_they_have_outside(home: Path) -> None:
    done = python(home, "import os; print(os.getuid(), os.getgid(), os.stat('.').st_uid)")

    assert done.stdout.split() == [str(os.getuid()), str(os.getgid()), str(os.getuid())]


def test_git_trusts_a_repository_as_outside(home: Path, tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "harbor", {"a.txt": "1"})

    done = ran(isolation(home), "git", "log", "--format=%s", cwd=repository.root)

    assert (done.stdout.strip(), done.stderr) == ("First", "")


def test_nobody_gets_behind_what_is_hidden(home: Path) -> None:
    """Neither as root of these namespaces nor as root of further ones."""
    look = f"umount {home}; umount -l {home}; umount /proc; umount -l /proc; ls -A {home}; ls -d /proc/{os.getpid()}"
    apart = isolation(home)
    further = shutil.which("unshare") or pytest.skip("there is no unshare(1) here")

    for words in (("sh", "-c", look), (further, "--user", "--map-root-user", "--mount", "sh", "-c", look)):
        done = ran(apart, *words)
        assert done.stdout == "", done.stderr
    assert (home / ".ssh" / "id").exists()


def test_the_working_directory_leads_to_nothing_that_is_hidden(home: Path) -> None:
    (home / "work").mkdir()

    done = ran(isolation(home), "sh", "-c", "ls -A ..; ls -A /proc/1/cwd/..", cwd=home / "work")

    assert set(done.stdout.split()) == {"work"}


def test_the_sockets_of_a_session_are_hidden_but_for_the_container_engine_s(home: Path, tmp_path: Path) -> None:
    session, agent = tmp_path / "session", tmp_path / "agent"
    session.mkdir()
    listening = []
    for path in (session / "bus", session / "docker.sock", agent):
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(str(path))
        listening[-1].listen()
    code = (
        "import socket, sys\n"
        f"for path in {[str(session / 'bus'), str(session / 'docker.sock'), str(agent)]!r}:\n"
        "    try: print(socket.socket(socket.AF_UNIX).connect(path))\n"
        "    except OSError as error: print(type(error).__name__)"
    )

    done = python(home, code, XDG_RUNTIME_DIR=str(session), SSH_AUTH_SOCK=str(agent))

    for each in listening:
        each.close()
    assert done.stdout.split() == ["FileNotFoundError", "None", "ConnectionRefusedError"]


def test_programs_of_the_home_folder_run_with_what_was_installed_beside_them(home: Path) -> None:
    """Below ``~/.local/bin`` are links into folders that were installed as a whole, beside folders of secrets."""
    tool, bin_folder, data = home / ".local/share/tools/quay", home / ".local/bin", home / ".local/share/keyrings"
    for folder in (tool / "bin", tool / "lib", bin_folder, data):
        folder.mkdir(parents=True)
    (tool / "lib" / "words").write_text("all aboard\n", encoding="utf-8")
    (tool / "bin" / "quay").write_text(f"#!/bin/sh\ncat {tool}/lib/words; ls -A {home} {home}/.local/share\n")
    (tool / "bin" / "quay").chmod(0o755)
    (bin_folder / "quay").symlink_to(tool / "bin" / "quay")

    done = ran(isolation(home, PATH=f"{bin_folder}:/usr/bin:/bin"), "quay")

    assert done.stdout.split() == ["all", "aboard", f"{home}:", ".local", f"{home}/.local/share:", "tools"]


def test_caches_and_toolchains_are_shown_and_the_credentials_beside_them_are_not(home: Path) -> None:
    for name in (".cache/uv/a", ".cargo/registry/cache/a", ".cargo/credentials.toml", ".cargo/config.toml", "mine/a"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("", encoding="utf-8")
    listing = 'find "$UV_CACHE_DIR" "$CARGO_HOME" ~ -type f; ls -A ' + f"{home} {home}/mine"

    done = ran(isolation(home, RELEASEGATE_SHARED="~/mine"), "sh", "-c", listing)

    found = [line.removeprefix(f"{home}") for line in done.stdout.splitlines() if line and not line.endswith(":")]
    assert found == ["/.cache/uv/a", "/.cargo/registry/cache/a", ".cache", ".cargo", "mine", "a"]


def test_a_home_folder_that_is_worked_in_is_not_hidden(home: Path) -> None:
    assert ran(isolation(home), "ls", "-A", cwd=home).stdout.split() == [".ssh"]


def test_where_the_kernel_gives_no_namespaces_it_is_said(home: Path) -> None:
    further = shutil.which("unshare") or pytest.skip("there is no unshare(1) here")
    code = "import os; from releasegate.adapters.foreign.isolation import obstacle; print(obstacle(os.environ))"
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    words = [further, "--user", "--map-root-user", "sh", "-c", forbid, "sh", PYTHON, "-c", code]

    done = subprocess.run(words, env={**os.environ, "HOME": str(home)}, capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "unshare: No space left on device", done.stderr
