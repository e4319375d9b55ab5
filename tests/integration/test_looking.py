"""A command that only looks asks Git for each thing once, however many packages there are."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from real_indexes import RunningIndex, free_port
from testpair import AUTHOR, make_pair, on_indexes

from releasegate.adapters.git import command
from releasegate.adapters.git.hooks import may_run_hooks
from releasegate.frontends.console import Screen
from releasegate.frontends.overview import status


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, ...]]:
    """Have ``status`` look at a pair whose indexes do not answer, and count what Git was asked, and where."""
    address = f"http://127.0.0.1:{free_port()}/"
    down = RunningIndex("down", address, f"{address}simple", "__token__", "x")
    make_pair(tmp_path / "pair", settings=on_indexes(down, down))
    counted = Counter[tuple[str, ...]]()
    ask = command.Git.ask

    def counting(self: command.Git, *words: str, timeout: float = 120.0, given: bytes = b"") -> command.GitOutput:
        counted[self.root.name, *words] += 1
        return ask(self, *words, timeout=timeout, given=given)

    monkeypatch.setattr(command.Git, "ask", counting)
    monkeypatch.chdir(tmp_path / "pair")
    for name, value in AUTHOR.items():
        monkeypatch.setitem(os.environ, name, value)
    status(Screen(), package="")
    return counted


def test_the_evidence_of_each_package_is_fetched_once(asked: Counter[tuple[str, ...]]) -> None:
    fetched = {words[0]: count for words, count in asked.items() if words[1] == "fetch"}

    assert fetched == {"tiny-api": 1, "tiny-plugin": 1}


def test_where_the_hooks_are_is_asked_once(asked: Counter[tuple[str, ...]]) -> None:
    assert {count for words, count in asked.items() if "core.hooksPath" in words or "--git-dir" in words} == {1}


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (("notes", "--ref=x", "list"), False),
        (("notes", "--ref=list", "add"), True),
        (("fetch", "origin"), True),
        (("show-ref",), False),
    ],
)
def test_hooks_are_looked_for_where_git_may_run_one(words: tuple[str, ...], *, may: bool) -> None:
    assert may_run_hooks(words) is may
