"""Temporary folders go with their run, and the next run sweeps what a dead one left: never a living one's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from releasegate.adapters import scratch as module
from releasegate.adapters.scratch import PREFIX, scratch, sweep

HOLDER = """
import sys, time
from pathlib import Path
from releasegate.adapters.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("held")
    (folder / "deep").chmod(0o500)
    print(folder.name, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def unswept() -> None:
    """Sweep as a new run does."""
    module._swept.cache_clear()


def holder(place: Path) -> tuple[subprocess.Popen[str], str]:
    """Return a run that has a folder in *place*, and the folder's name."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(place)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def ended(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def test_a_folder_is_there_for_its_block_and_names_its_process(tmp_path: Path) -> None:
    with scratch(tmp_path) as folder:
        assert folder.is_dir()
        assert folder.name.startswith(f"{PREFIX}{os.getpid()}-")
        (folder / "read-only").mkdir(mode=0o500)
        assert sweep(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), scratch(tmp_path):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept_by_the_next_one_and_nothing_else(tmp_path: Path) -> None:
    dead, left = holder(tmp_path)
    living, held = holder(tmp_path)
    (tmp_path / "somebody-elses").mkdir()
    ended(dead)
    assert (tmp_path / left / "deep" / "file").exists()

    with scratch(tmp_path):
        assert not (tmp_path / left).exists()
        assert (tmp_path / held / "deep" / "file").read_text() == "held"
    ended(living)
    assert sweep(tmp_path) == (held,)
    assert [path.name for path in tmp_path.iterdir()] == ["somebody-elses"]


def test_a_run_that_died_before_it_made_its_folder_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}1-x.lock").touch()
    assert sweep(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_another_users_folder_and_a_link_are_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "kept", target_is_directory=True)
    assert sweep(tmp_path) == ()
    (tmp_path / f"{PREFIX}theirs").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: -1)
    assert sweep(tmp_path) == ()
    assert {path.name for path in tmp_path.iterdir()} == {"kept", f"{PREFIX}link", f"{PREFIX}theirs"}


def test_a_place_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == ()


def test_runs_that_begin_and_sweep_at_once_do_not_take_each_others_folders(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom releasegate.adapters.scratch import scratch, sweep\n"
        "for _ in range(100):\n"
        "    with scratch(Path(sys.argv[1])) as folder:\n"
        "        (folder / 'x').touch()\n"
        "        sweep(Path(sys.argv[1]))\n"
        "        assert (folder / 'x').exists()\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    deadline = time.monotonic() + 60
    assert [process.wait(deadline - time.monotonic()) for process in both] == [0, 0, 0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="has no folder that not even root can write to")
def test_where_nothing_can_be_written_it_ends_and_says_so() -> None:
    with pytest.raises(OSError, match="/proc/"), scratch(Path("/proc")):
        pass
