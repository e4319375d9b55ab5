"""What the programs of a run said is kept: beside the ledger, bounded, and without a secret."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from releasegate.adapters.process import run
from releasegate.adapters.transcript import Said, heard_by, tell
from releasegate.frontends.screen import run_log
from releasegate.frontends.screen.run_log import RunLog


@dataclass
class Heard:
    """Keeps what was said."""

    said: list[Said] = field(default_factory=list)

    def hears(self, said: Said, /) -> None:
        """Keep it."""
        self.said.append(said)


def test_whatever_program_ends_is_heard_while_somebody_listens(tmp_path: Path) -> None:
    heard, words = Heard(), [sys.executable, "-c", "import sys; print('a'); sys.exit('b')"]
    env = {"PATH": "", "TWINE_PASSWORD": "a-long-password"}
    with heard_by(heard):
        run(words, env=env, cwd=tmp_path, timeout=60)
    run(words, env=env, cwd=tmp_path, timeout=60)
    (said,) = heard.said
    assert (said.words, said.exit_code, said.text) == (tuple(words), 1, "a\nb\n")
    assert said.secrets == ("a-long-password",)
    assert "a-long-password" not in repr(said)


def test_of_a_program_that_ran_apart_its_own_command_line_is_told() -> None:
    heard = Heard()
    with heard_by(heard):
        tell(
            ["python", "-c", "...", "/cwd", "/home/x", "--show", "/a", "--lend", "--run-apart", "pip", "install"],
            "",
            exit_code=0,
            env={},
        )
        tell(["python", "-c", "...", "/cwd", "--show", "--lend", "--run-apart"], "", exit_code=0, env={})
    assert [said.words for said in heard.said] == [("pip", "install")], "the trial of the place is no program"


def test_there_is_no_log_before_a_program_has_said_something_nor_where_nothing_is_kept(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log.note("a line")
    log.add("said")
    assert log.path is None
    (tmp_path / ".releasegate").mkdir()
    log.note("another line")
    assert list((tmp_path / ".releasegate").iterdir()) == []
    begun = RunLog(tmp_path)
    begun.note("a line")
    begun.note("another line")
    begun.add("said again")
    assert begun.path is not None
    assert begun.path.parent == tmp_path / ".releasegate/log"
    assert begun.path.read_text(encoding="utf-8") == "a line\nanother line\nsaid again\n"
    assert begun.path.stat().st_mode & 0o777 == 0o600


def test_it_is_found_from_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / ".releasegate").mkdir()
    (tmp_path / "a/b").mkdir(parents=True)
    log = RunLog(tmp_path / "a/b")
    log.add("said\n")
    log.note("shown")
    assert log.path is not None
    assert log.path.read_text(encoding="utf-8") == "said\nshown\n"


def test_only_the_newest_logs_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / ".releasegate/log"
    folder.mkdir(parents=True)
    for number in range(30):
        (folder / f"20200101T0000{number:02}Z-1.log").touch()
    RunLog(tmp_path).add("said")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == run_log.MOST
    assert names[0] == "20200101T000011Z-1.log"


def test_a_run_that_says_too_much_says_that_the_rest_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_log, "SIZE", 10)
    (tmp_path / ".releasegate").mkdir()
    log = RunLog(tmp_path)
    for word in ("12345", "too much", "never"):
        log.add(word)
    assert log.path is not None
    assert log.path.read_text(encoding="utf-8") == "12345\nThe rest is left out: this run said too much.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="folders have other permissions there")
def test_what_cannot_be_kept_keeps_nothing_from_being_done(tmp_path: Path) -> None:
    (tmp_path / ".releasegate").mkdir()
    (tmp_path / ".releasegate/log").touch()
    log = RunLog(tmp_path)
    log.add("said")
    assert log.path is None
