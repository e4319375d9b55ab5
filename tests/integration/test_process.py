"""Children get a clean environment, and end with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Timer

import pytest

from releasegate.adapters.die_with_parent import watch
from releasegate.adapters.process import TIMED_OUT, clean_environment, find_program, last_lines, run
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.core.errors import Unavailable

PYTHON = sys.executable
ENV = clean_environment(os.environ)
BEATS = "import time\nwhile True:\n    open('beats', 'a').write('.')\n    time.sleep(0.01)"
FORK = (
    "import os, subprocess, sys, time\n"
    f"subprocess.Popen([sys.executable, '-c', {BEATS!r}])\n"
    "while not os.path.exists('beats'): time.sleep(0.01)\n"
)


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def still(beats: Path) -> bool:
    """Whether the program that writes *beats* has ended."""
    before = beats.stat().st_size
    time.sleep(0.2)
    return beats.stat().st_size == before


def test_only_what_is_on_the_list_is_passed_on() -> None:
    source = {
        "PATH": "/bin",
        "LC_ALL": "C.UTF-8",
        "https_proxy": "http://proxy",
        "PYENV_VERSION": "3.12",
        "PIP_INDEX_URL": "x",
        "UV_INDEX": "x",
        "TWINE_PASSWORD": "x",
        "PYTHONPATH": "x",
        "FORGE_TOKEN": "x",
    }

    environment = clean_environment(source, EXTRA="1")

    passed = {name: environment[name] for name in environment if name in source}
    assert passed == {"PATH": "/bin", "LC_ALL": "C.UTF-8", "https_proxy": "http://proxy", "PYENV_VERSION": "3.12"}
    assert environment["EXTRA"] == "1"
    assert environment["PIP_CONFIG_FILE"] == os.devnull
    assert environment["UV_NO_CONFIG"] == environment["PYTHONNOUSERSITE"] == "1"


def test_the_last_lines_are_those_with_words() -> None:
    assert last_lines("one\n\ntwo  \n \nthree\n", count=2) == ("two", "three")


def test_a_command_gives_its_exit_code_and_both_outputs(tmp_path: Path) -> None:
    code = "import sys; print(sys.stdin.read().upper()); print('oops', file=sys.stderr); sys.exit(3)"

    done = run([PYTHON, "-c", code], env=ENV, cwd=tmp_path, timeout=30, input="hello")

    assert (done.exit_code, done.stdout.strip(), done.stderr.strip()) == (3, "HELLO", "oops")
    assert not done.timed_out


def test_a_program_is_looked_up_on_the_path_it_is_given(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="git is not here"):
        run(["git", "--version"], env={**ENV, "PATH": str(tmp_path)}, cwd=tmp_path, timeout=30)


def test_a_program_with_a_slash_is_looked_up_from_the_folder(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "hello"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho hello\n")
    script.chmod(0o755)

    assert run(["./bin/hello"], env=ENV, cwd=tmp_path, timeout=30).stdout == "hello\n"


def test_past_the_deadline_the_whole_group_is_ended(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", FORK + "time.sleep(60)"], env=ENV, cwd=tmp_path, timeout=1.5)

    assert (done.exit_code, done.timed_out) == (TIMED_OUT, True)
    assert still(tmp_path / "beats")


def test_a_command_that_ignores_the_request_to_end_is_ended(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    started = time.monotonic()

    assert run([PYTHON, "-c", code], env=ENV, cwd=tmp_path, timeout=0.5).timed_out
    assert time.monotonic() - started < 20


def test_what_a_command_leaves_behind_is_ended_with_it(tmp_path: Path) -> None:
    assert run([PYTHON, "-c", FORK], env=ENV, cwd=tmp_path, timeout=30).exit_code == 0

    assert still(tmp_path / "beats")


def test_setting_stop_ends_the_command(tmp_path: Path) -> None:
    stop = Event()
    timer = Timer(0.3, stop.set)
    timer.start()
    started = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        run([PYTHON, "-c", "import time; time.sleep(60)"], env=ENV, cwd=tmp_path, timeout=60, stop=stop)

    timer.join()
    assert time.monotonic() - started < 20


RUN = """
import os, sys
from pathlib import Path
from releasegate.adapters.process import run
run(sys.argv[1:], env=dict(os.environ), cwd=Path.cwd(), timeout=60)
"""
DAEMON = FORK.replace("[sys.executable", "['setsid', sys.executable")
"""A program whose child leaves its group and its session, as a daemon does."""


@pytest.mark.parametrize("program", [FORK, DAEMON], ids=["group", "daemon"])
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
def test_no_child_outlives_a_run_that_is_ended(tmp_path: Path, program: str, sign: signal.Signals) -> None:
    words = [PYTHON, "-c", RUN, PYTHON, "-c", program + "time.sleep(60)"]
    process = subprocess.Popen(words, env=ENV, cwd=tmp_path)
    assert eventually((tmp_path / "beats").exists)

    process.send_signal(sign)
    process.wait()

    assert eventually(lambda: still(tmp_path / "beats"))


def test_what_a_command_left_behind_as_a_daemon_ends_with_the_run(tmp_path: Path) -> None:
    subprocess.run([PYTHON, "-c", RUN, PYTHON, "-c", DAEMON], env=ENV, cwd=tmp_path, timeout=60, check=True)

    assert eventually(lambda: still(tmp_path / "beats"))


def test_a_run_within_a_run_ends_what_it_started(tmp_path: Path) -> None:
    words = [PYTHON, "-c", RUN, PYTHON, "-c", RUN, PYTHON, "-c", FORK + "time.sleep(60)"]
    process = subprocess.Popen(words, env=ENV, cwd=tmp_path)
    assert eventually((tmp_path / "beats").exists)

    process.kill()
    process.wait()

    assert eventually(lambda: still(tmp_path / "beats"))


def test_what_another_run_started_lives_on(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = subprocess.Popen(
        [PYTHON, "-c", RUN, PYTHON, "-c", BEATS], env=ENV, cwd=tmp_path / "other", start_new_session=True
    )
    assert eventually((tmp_path / "other" / "beats").exists)
    subprocess.run([PYTHON, "-c", RUN, PYTHON, "-c", DAEMON], env=ENV, cwd=tmp_path, timeout=60, check=True)
    assert eventually(lambda: still(tmp_path / "beats"))

    assert not still(tmp_path / "other" / "beats")
    other.kill()
    other.wait()
    assert eventually(lambda: still(tmp_path / "other" / "beats"))


def test_a_group_whose_line_was_torn_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, _: ended.append(group))
    watch([b"+1234\n", b"+77\n", b"-1234\n", b"+12"], "NO=MARK")
    assert ended == [77]


def test_a_watcher_that_somebody_ended_is_started_again(tmp_path: Path) -> None:
    ended = (
        "import os, signal, subprocess, sys, time\n"
        "from pathlib import Path\n"
        "from releasegate.adapters.process import run\n"
        "do = lambda *words: run(words, env=dict(os.environ), cwd=Path.cwd(), timeout=60)\n"
        "do(sys.executable, '-c', '')\n"
        "(watcher,) = subprocess.check_output(['pgrep', '-P', str(os.getpid()), 'python'], text=True).split()\n"
        "os.kill(int(watcher), signal.SIGKILL); time.sleep(0.5)\n"
        "do(sys.executable, '-c', sys.argv[1])\n"
    )
    process = subprocess.Popen([PYTHON, "-c", ended, FORK + "time.sleep(60)"], env=ENV, cwd=tmp_path)
    assert eventually((tmp_path / "beats").exists)

    process.kill()
    process.wait()

    assert eventually(lambda: still(tmp_path / "beats"))


def test_an_interpreter_is_found_behind_a_broken_shim(tmp_path: Path) -> None:
    """A shim of a version that is installed but not chosen fails; the version's own program is found."""
    shim = tmp_path / "shims" / "python3.77"
    real = tmp_path / "versions" / "3.77.0" / "bin"
    for file in (shim, real / "python3.77"):
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\necho not found >&2\nexit 127\n")
        file.chmod(0o755)
    interpreters = Interpreters({"PATH": str(shim.parent), "PYENV_ROOT": str(tmp_path)})

    first, second = interpreters._search_paths()

    assert first.split(os.pathsep) == [str(real)]
    assert second == str(shim.parent)
    assert interpreters.find("3.77") is None


def test_the_running_interpreter_is_found_without_looking() -> None:
    assert Interpreters({}).find(f"{sys.version_info.major}.{sys.version_info.minor}") == Path(sys.executable)


def test_a_program_that_is_gone_is_looked_for_again(tmp_path: Path) -> None:
    here, there = (tmp_path / name / "tool" for name in ("here", "there"))
    for program in (here, there):
        program.parent.mkdir()
        program.touch(mode=0o755)
    env = {"PATH": os.pathsep.join(str(program.parent) for program in (here, there))}
    for left in (here, there):
        assert find_program("tool", env=env, cwd=tmp_path) == find_program("tool", env=env, cwd=tmp_path) == str(left)
        left.unlink()
    with pytest.raises(Unavailable, match="tool is not here"):
        find_program("tool", env=env, cwd=tmp_path)
