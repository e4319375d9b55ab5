"""What a person seldom does ends in words: an adoption that is ended, cells of no stack, words after two dashes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from invoke.exceptions import Exit
from stacks import pair_stack

from releasegate.core.e2e.matrix import Wanted
from releasegate.core.errors import ConfigurationError, Interrupted
from releasegate.frontends.commands import handover
from releasegate.frontends.commands.rehearsals import _require_cells
from releasegate.frontends.program import Releasegate
from releasegate.frontends.screen.console import Screen


def test_who_ends_an_adoption_is_told_that_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(handover, "propose", lambda *_, **__: SimpleNamespace(files={}))
    monkeypatch.setattr(handover, "_show", ended)
    with pytest.raises(Interrupted, match="nothing was written, and the repository is as it was"):
        handover.adopt(Screen(), path=str(tmp_path), table="", yes=False, vendored=False, trial=True)


def test_cells_of_a_rehearsal_are_those_of_its_stack_and_refused_without_one() -> None:
    _require_cells(pair_stack("app", "core"), Wanted())
    _require_cells(None, Wanted())
    with pytest.raises(ConfigurationError, match="none are run"):
        _require_cells(None, cast("Any", SimpleNamespace()))


def test_what_stands_after_two_dashes_is_no_word_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((Exit, SystemExit)) as ended:
        Releasegate().run(["releasegate", "status", "--", "word"])
    assert getattr(ended.value, "code", 2) == 2
    assert "takes no -- of its own" in capsys.readouterr().err
