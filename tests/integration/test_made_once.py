"""What many tests begin with is made once for all processes of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from git_repositories import SHARED, made_once


def test_what_could_not_be_made_is_begun_anew_and_what_was_made_is_made_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SHARED, str(tmp_path))

    def halfway(folder: Path) -> None:
        (folder / "half").touch()
        raise InterruptedError

    with pytest.raises(InterruptedError):
        made_once("a release", halfway)
    made = made_once("a release", lambda folder: (folder / "whole").touch())
    assert [file.name for file in made.iterdir()] == ["whole"]
    assert made_once("a release", halfway) == made
    assert made_once("another", lambda _: None) != made
