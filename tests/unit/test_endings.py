"""Whatever a command meets, it ends with a sentence, what to do next, and a documented exit code."""

from __future__ import annotations

import errno
import os
import select
import sys
from pathlib import Path
from typing import cast

import pytest

from releasegate.core.errors import GateFailed, InternalError, Unavailable
from releasegate.frontends.endings import as_told, finish_output, nobody_reads
from releasegate.frontends.screen.console import Screen


def test_an_error_with_a_message_stays_what_it_is() -> None:
    error = GateFailed("It is bad.", hint="Mend it")
    assert as_told(error) is error


@pytest.mark.parametrize(
    ("error", "said", "hint"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), "'a/b' cannot be used: No space", "Make room"),
        (OSError(errno.EROFS, "Read-only file system", "a"), "'a' cannot be used: Read-only", "where it may write"),
        (FileExistsError(errno.EEXIST, "File exists", ".releasegate"), "'.releasegate' cannot", "Move away the file"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "a"), "'a' cannot be used: Is a", "Move away the folder"),
        (OSError(errno.EXDEV, "Invalid link", "a", None, "b"), "'a' and 'b' cannot be used", "Put that right"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "reads the output has stopped: Broken", "read all of it"),
        (TimeoutError(), "does not do what is needed: TimeoutError", "Put that right"),
        (MemoryError(), "not enough memory", "Free some"),
        (
            ImportError("Can't connect to HTTPS URL because the SSL module is not available."),
            "no module ssl",
            "beside a",
        ),
        (ModuleNotFoundError("No module named '_ssl'"), "no module ssl", "beside a Python that has one"),
    ],
    ids=repr,
)
def test_a_fault_of_the_machine_is_told_with_its_path(error: Exception, said: str, hint: str) -> None:
    told = as_told(error)
    assert isinstance(told, Unavailable)
    assert said in told.problem
    assert hint in told.hint
    assert told.hint.endswith("run the same command again")


def test_another_module_that_is_missing_is_one_of_ours() -> None:
    assert isinstance(as_told(ImportError("No module named 'dismissal'")), InternalError)


def test_what_nobody_foresaw_is_told_with_where_it_was_met_and_without_a_traceback() -> None:
    with pytest.raises(AttributeError) as met:
        Screen().error(cast("GateFailed", None))
    told = as_told(met.value)
    assert isinstance(told, InternalError)
    assert told.exit_code == 70
    assert told.problem.startswith("releasegate met what it does not know: AttributeError ('NoneType' object has no")
    assert told.details[0].startswith("at frontends/screen/console.py:")
    assert "Traceback" not in str(told)


def test_an_error_without_words_is_told_by_its_kind() -> None:
    assert as_told(RecursionError()).problem == "releasegate met what it does not know: RecursionError."


@pytest.mark.skipif(not hasattr(select, "poll"), reason="the system does not tell it")
def test_that_nobody_reads_is_told_of_our_own_output_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not nobody_reads(BrokenPipeError()), "a pipe to another program"
    assert not nobody_reads(OSError())
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="utf-8") as ours:
        monkeypatch.setattr(sys, "stdout", ours)
        assert not nobody_reads(BrokenPipeError()), "it is read"
        os.close(read)
        assert nobody_reads(BrokenPipeError())
        assert not nobody_reads(OSError())


def test_what_cannot_be_printed_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as closed, (tmp_path / "err").open("w", encoding="utf-8") as other:
        monkeypatch.setattr(sys, "stdout", closed)
        monkeypatch.setattr(sys, "stderr", other)
        closed.write("words")
        finish_output()
        closed.flush()  # they have gone to where all words go that nobody reads
