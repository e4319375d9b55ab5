"""Wrong calls and odd folders: each ends with a sentence, what to do, and the documented exit code."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from git_repositories import make_repository
from in_process import typed_here

PACKAGE = """\
[build-system]
requires = []
build-backend = "broken"
backend-path = ["."]

[project]
name = "sample"
version = "1.0.0"

[[tool.releasegate.packages]]
name = "sample"
version-files = [
    { toml = "pyproject.toml", key = "project.version" },
    { json = "version.json", key = "version" },
]
pythons = ["3.12"]

[tool.releasegate.indexes.testpypi]
simple = "http://127.0.0.1:9/simple/"
upload = "http://127.0.0.1:9/legacy/"

[tool.releasegate.indexes.pypi]
simple = "http://127.0.0.1:9/simple/"
upload = "http://127.0.0.1:9/legacy/"
"""
WAIVER = ("waive", "--package", "sample", "--version", "1.0.0rc1", "--gate", "audit", "--reason", "why")
CALLS: tuple[tuple[str, ...], ...] = (
    *(("nope",), ("Status",), ("help",), ("",), (" ",), ("--nope",), ("-x",), ("--dry",), ("--", "status")),
    *(("--list=x",), ("--help=x",), ("--help", "nope"), ("x" * 70_000,), ("a\nb",), ("\udcff",), ("\x1b[31m",)),
    *(("status", "--nope"), ("status", "x"), ("status", "--package"), ("status", "-p"), ("status", "--help", "x")),
    *(("status", "--package=nope"), ("status", "--package", "\u202e"), ("status", "--package=a", "--package=b")),
    *(("status", "--package", "x" * 70_000), ("status", "--", "x"), ("doctor", "x"), ("doctor", "--package", "x")),
    *(("release", "rc"), ("release", "--rc", "--post"), ("release", "--to"), ("release", "--rc", "--plan=x")),
    *(("release", "--rc", "--yes=no"), ("release", "--rc", "--package", "no"), ("release", "--rc", "--to", "x")),
    *(("release", "--rc", "--to", "1.0.0rc1"), ("release", "--rc", "--to", "9" * 5000)),
    *(("release", "--rc", "--companion", "x"), ("release", "--rc", "--until", "nope"), ("release", "--event")),
    *(("release", "--event", "--rc"), ("release", "--job", "x"), ("release", "--job", "build")),
    *(("release", "--index", "x"), ("release", "--taken", "x")),
    *(("waive",), WAIVER[:3], (*WAIVER[:4], "x", *WAIVER[5:]), (*WAIVER[:4], "9" * 5000, *WAIVER[5:])),
    *((*WAIVER[:6], "nope", *WAIVER[7:]), (*WAIVER[:6], "upload", *WAIVER[7:]), (*WAIVER[:8], ""), (*WAIVER, "x")),
    *(("adopt", "/nope"), ("adopt", "pyproject.toml"), ("adopt", "a", "b"), ("adopt", "--path"), ("adopt", "\x01")),
    *(
        ("adopt", "\udcff\udcfe"),
        ("adopt", "a\nb"),
        ("workflows", "x"),
        ("workflows", "--check"),
    ),
    *(("workflows", "--vendor", "--check"), ("rehearse", "x"), ("rehearse", "--pair", "nope")),
    *(
        ("rehearse", "--on", "x=y"),
        ("rehearse", "--on", "x", "--pair", "proxbox"),
        ("rehearse", "--without-containers"),
        ("cache", "x"),
        ("cache", "--clear=1"),
    ),
    *(("versions", "--tag"), ("versions", "--path", "/nope"), ("versions", "--package"), ("versions", "x")),
    *(("build", "x"), ("build", "--path"), ("install-check", "--source"), ("install-check", "--source", "nope")),
    *(("install-check", "--version", "x"), ("install_check", "--version", "x"), ("e2e", "--source", "nope")),
    *(("e2e", "--backend-source", "nope"), ("e2e", "--backend-version", "x"), ("e2e", "--plan", "yaml")),
    *(("e2e", "--version", "x"), ("e2e", "--cell", "x")),
)
COMMANDS = (("status",), ("versions",), ("release", "--rc", "--plan"), ("doctor",), WAIVER, ("adopt", "."))

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configured repository whose indexes do not answer; nobody asks one for what its build needs."""
    root = tmp_path / "project"
    broken = "raise SystemExit('no build')\n"
    make_repository(root, {"pyproject.toml": PACKAGE, "version.json": '{"version": "1.0.0"}', "broken.py": broken})
    monkeypatch.chdir(root)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return root


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return what runs a command line in this process: its exit code and all that it printed."""

    def run(*words: str) -> tuple[int, str]:
        code, out, err = typed_here(capsys, *words)
        return code, out + err

    return run


@pytest.mark.parametrize("words", CALLS, ids=lambda words: ascii(" ".join(words))[:40])
@pytest.mark.usefixtures("project")
def test_a_wrong_call_is_told_what_is_wrong_and_what_to_write(typed: Typed, words: tuple[str, ...]) -> None:
    code, said = typed(*words)
    assert code == 2
    assert said.splitlines()[-1].startswith("-> ")
    assert all(line.isprintable() for line in said.splitlines())


def a_file(path: Path) -> None:
    """Put a file where a folder is expected."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")


def a_folder(path: Path) -> None:
    """Put a folder where a file is expected."""
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def a_pipe(path: Path) -> None:
    """Put a pipe where a file is expected; who opens it to read it waits for ever."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def a_link_to(target: str) -> Callable[[Path], None]:
    """Return what puts a link where a file is expected."""

    def put(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return put


@pytest.mark.parametrize(
    ("path", "put"),
    [
        (".releasegate", a_file),
        (".releasegate/ledger", a_file),
        (".releasegate/ledger/sample", a_file),
        (".releasegate/ledger/sample/1.0.0rc1.jsonl", a_folder),
        (".releasegate/ledger/sample/1.0.0rc1.jsonl", a_pipe),
        ("version.json", a_folder),
        ("version.json", a_pipe),
        ("version.json", a_link_to("nowhere")),
        ("version.json", a_link_to("version.json")),
        ("pyproject.toml", a_folder),
        ("pyproject.toml", a_pipe),
        ("pyproject.toml", a_link_to("nowhere")),
    ],
)
@pytest.mark.parametrize("words", [COMMANDS[0], COMMANDS[1], WAIVER, ("adopt", ".")], ids=lambda words: words[0])
@pytest.mark.skipif(sys.platform == "win32", reason="no pipe has a path there, and not everybody may make links")
def test_what_is_no_file_or_no_folder_ends_in_a_sentence(
    project: Path, typed: Typed, path: str, put: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    put(project / path)
    code, said = typed(*words)
    assert code in {0, 2, 3, 4, 6}
    assert "Traceback" not in said
    assert said.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
@pytest.mark.parametrize("words", [*COMMANDS[:5], ("adopt", ".", "--yes")], ids=lambda words: words[0])
def test_a_disk_without_room_ends_in_a_sentence(project: Path, words: tuple[str, ...]) -> None:
    limited = ("bash", "-c", "ulimit -f 0; trap '' XFSZ; exec \"$@\"", "bash", sys.executable, "-m", "releasegate")
    done = subprocess.run([*limited, *words], cwd=project, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 6
    assert done.stderr.splitlines()[-1].startswith("-> ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize(("redirected", "code"), [(">/dev/full", 6), (">&-", 0), (">&- 2>&-", 0), ("2>/dev/full", 0)])
def test_an_output_that_nobody_can_read_ends_without_a_traceback(project: Path, redirected: str, code: int) -> None:
    line = f"{sys.executable} -m releasegate versions {redirected}"
    done = subprocess.run(["bash", "-c", line], cwd=project, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(not hasattr(select, "poll"), reason="the system does not tell it")
@pytest.mark.parametrize("words", ["status", "versions", "--help"])
def test_who_has_read_enough_is_told_nothing(project: Path, words: str) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "releasegate", *words.split()]
    done = subprocess.run(command, cwd=project, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (6, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("words", ["status --json", "doctor --json", "status --nope --json", "pairs --json"])
def test_json_that_nobody_can_read_ends_in_a_sentence(project: Path, words: str) -> None:
    """The error that its words cannot be written is told; its own JSON cannot be written, either."""
    line = f"{sys.executable} -m releasegate {words} >/dev/full"
    done = subprocess.run(["bash", "-c", line], cwd=project, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == (2 if "--nope" in words or "pairs" in words else 6)
    assert any(each.startswith("-> ") for each in done.stderr.splitlines())
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("words", ["--help", "status --help", "--version", "--list"])
@pytest.mark.parametrize("buffered", ["", "1"])
def test_help_that_cannot_be_written_is_told_whether_or_not_it_was_held_back(words: str, buffered: str) -> None:
    line = f"{sys.executable} -m releasegate {words} >/dev/full"
    env = {**os.environ, "PYTHONUNBUFFERED": buffered}
    done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 6
    assert any(each.startswith("-> ") for each in done.stderr.splitlines())
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
@pytest.mark.parametrize(("words", "code"), [("status", 6), ("doctor --json", 6), ("adopt", 6), ("nope", 2)])
def test_a_folder_that_was_removed_meanwhile_ends_without_a_traceback(tmp_path: Path, words: str, code: int) -> None:
    line = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m releasegate {words}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code
    assert done.stderr.splitlines()[-1].startswith("-> ")
    assert "Traceback" not in done.stderr
