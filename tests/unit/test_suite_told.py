"""What a check tells besides that it holds comes out of pytest's report, whatever stands there."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

import pytest

from releasegate.adapters.containers.suite import Suite

CHECK = """
import pytest


def test_one(record_property):
    record_property("contract", "one")
    record_property("told", {told!r})
"""


@pytest.mark.parametrize(
    ("told", "words"),
    [('["first", "second"]', ("first", "second")), ("no json", ()), ('{"a": 1}', ()), ("[]", ())],
)
def test_a_check_that_holds_tells_what_it_saw(told: str, words: tuple[str, ...], tmp_path: Path) -> None:
    checks, shared = tmp_path / "checks", tmp_path / "suite"
    for folder in (checks, shared):
        folder.mkdir()
    (checks / "test_one.py").write_text(CHECK.format(told=told), encoding="utf-8")
    (shared / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (shared / "judging.py").write_text("", encoding="utf-8")
    environment = {"PATH": str(Path(sys.executable).parent)}
    suite = Suite((checks,), (shared,), (), environment, Event())
    (judged,) = suite.judge(tmp_path / "junit.xml", line=lambda _: None)
    assert (judged.name, judged.verdict, judged.words) == ("one", "pass", words)
