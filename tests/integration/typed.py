"""A command that is typed in this process: its branches are counted, and its two outputs are told apart."""

from __future__ import annotations

import sys
from copy import deepcopy
from dataclasses import dataclass

import pytest
from invoke.program import Program
from test_doctor import Folder

from releasegate.frontends.invoke import ns
from releasegate.frontends.program import Releasegate


@dataclass(frozen=True)
class Typed:
    """Types a command in a project's folder, with its tokens."""

    folder: Folder
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, tool: str, *words: str, **environ: str) -> tuple[int, str, str]:
        """Return the exit code, standard output and standard error of ``invoke`` or ``releasegate``."""
        with self.monkeypatch.context() as here:
            here.chdir(self.folder.pair.root)
            for name, value in {**self.folder.environ, **environ}.items():
                here.setenv(name, value)
            here.setattr(sys, "argv", [tool, *words])
            program = Releasegate() if tool == "releasegate" else Program(namespace=deepcopy(ns))
            self.capsys.readouterr()
            code = 0
            try:
                program.run([tool, *words])
            except SystemExit as ended:
                code = int(ended.code or 0)
            out, err = self.capsys.readouterr()
        return code, out, err


@pytest.fixture
def typed(folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    return Typed(folder, capsys, monkeypatch)
