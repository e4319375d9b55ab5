"""The screen: plain lines in a log, colour and a spinner on a terminal, a question where somebody is."""

from __future__ import annotations

import io
import signal
import sys
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from releasegate.app.late import late
from releasegate.app.outcomes import Recorder
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.engine import Outcome, Verdict
from releasegate.frontends.console import Screen, clean_up_when_ended
from releasegate.steps.question import Answer
from releasegate.steps.step import Step

STEP = cast(
    "Step",
    SimpleNamespace(
        key="build",
        describe=lambda: "build [it]",
        release=SimpleNamespace(package=SimpleNamespace(name="sample"), version="1.0.0"),
    ),
)


class Terminal(io.StringIO):
    """Standard output where a person sits."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


def ended(verdict: Verdict = "pass", how: str = "done") -> Outcome:
    return Outcome(STEP, verdict, how, {}, 1.5)


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return a terminal that takes both outputs; not a fixture, because pytest puts its own back after those."""
    shown = Terminal()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, shown)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return shown


def test_a_line_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().say("[red]:warning: " + "x" * 200)
    assert capsys.readouterr().out == "[red]:warning: " + "x" * 200 + "\n"


def test_no_line_moves_the_cursor_or_shows_a_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOME_INDEX_TOKEN", "pypi-a-long-token")
    screen = Screen()
    screen.say("a\x1b[2J\x1b]0;title\x07b\r\u202ec pypi-a-long-\x1b[1mtoken \udcff")
    screen.error(GateFailed("\x1b[31mIt is pypi-a-long-token.", hint="Mend\b it", details=["pypi-a-long-token\x00"]))
    out, err = capsys.readouterr()
    assert out == "ab\n c ***\n"
    assert err == "It is ***.\n  ***\n-> Mend  it\n"


def test_of_a_secret_that_is_broken_over_lines_none_shows_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(secrets=("correct-horse-battery",))
    screen.lines(["told:", "  correct-", "  horse-battery", "", "end"])
    screen.error(GateFailed("It is bad.", hint="Mend it", details=["correct-horse", "-battery"]))
    refusal = Answer("token", "", GateFailed("It is bad.", hint="Mend it", details=["correct-", "horse-battery"]))
    screen.answers([refusal])
    out, err = capsys.readouterr()
    assert out.startswith("told:\n  ***\n\nend\n")
    assert err == "It is bad.\n  ***\n-> Mend it\n"
    assert "horse" not in out


def test_a_terminal_that_knows_ascii_alone_is_no_reason_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    Screen().say("über")
    assert raw.getvalue() == rb"\xfcber" + b"\n"


def test_who_cannot_be_told_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    Screen().error(GateFailed("It is bad.", hint="Mend it"))


def test_progress_in_a_log_comes_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    for line in ("waiting", "waiting", "still waiting"):
        screen(line)
    assert capsys.readouterr().out == "       ... waiting\n"


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (ended(), "  pass"),
        (ended(how="already"), "  pass"),
        (ended(how="remembered"), " known"),
        (ended("waived"), "waived"),
        (ended("unavailable"), "unavailable"),
    ],
)
def test_a_step_ends_with_its_verdict_in_a_word(
    capsys: pytest.CaptureFixture[str], outcome: Outcome, word: str
) -> None:
    screen = Screen()
    screen.begins(STEP)
    screen.ends(outcome)
    screen.table([outcome])
    line, head, row = (each.rstrip() for each in capsys.readouterr().out.splitlines())
    assert line == f"{word}   1.5 s  sample 1.0.0: build [it]"
    assert head.split() == ["package", "version", "gate", "verdict", "seconds"]
    assert row.split() == ["sample", "1.0.0", "build", word.strip(), "1.5"]


def test_a_terminal_shows_what_a_step_is_doing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    screen = Screen()
    screen.begins(STEP)
    screen("waiting [for] it")
    screen.say("a [line] between")
    screen.ends(ended("fail"))
    screen.rests()
    text = terminal.getvalue()
    assert "a [line] between" in text
    assert "\x1b[31m  fail" in text


def test_an_error_is_red_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    Screen().error(GateFailed("It [is] bad.", hint="Mend it", details=["a detail"]))
    assert terminal.getvalue() == "\x1b[31mIt [is] bad.\x1b[0m\n  a detail\n-> Mend it\n"


@pytest.mark.parametrize("expected", [True, False])
def test_an_error_goes_to_its_own_stream_unless_it_had_to_come(
    capsys: pytest.CaptureFixture[str],
    expected: bool,  # noqa: FBT001
) -> None:
    Screen().error(GateFailed("It is bad.", hint="Mend it"), expected=expected)
    out, err = capsys.readouterr()
    assert (out if expected else err) == "It is bad.\n-> Mend it\n"
    assert (err if expected else out) == ""


def test_in_a_log_nobody_is_asked() -> None:
    assert Screen().asks("Go on?") is False


@pytest.mark.parametrize(
    ("typed", "answer"), [("y\n", True), (" YES \n", True), ("\n", False), ("no\n", False), ("", False)]
)
def test_only_a_yes_is_one(
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    answer: bool,  # noqa: FBT001
) -> None:
    terminal = terminal_of(monkeypatch)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert Screen().asks("Go on?") is answer
    assert "Go on? [y/N]" in terminal.getvalue()


@dataclass
class Seen:
    """Looks on, and remembers."""

    steps: list[Any] = field(default_factory=list)

    def begins(self, step: Step) -> None:
        """Remember the step."""
        self.steps.append(step)

    def ends(self, outcome: Outcome) -> None:
        """Remember the outcome."""
        self.steps.append(outcome)


def test_a_recorder_passes_everything_on_and_keeps_the_outcomes() -> None:
    recorder, outcome = Recorder(Seen()), ended()
    recorder.begins(STEP)
    recorder.ends(outcome)
    assert recorder.outcomes == [outcome]
    assert recorder.watch.steps == [STEP, outcome]


def test_what_is_late_is_made_once_and_when_it_is_used() -> None:
    made: list[Seen] = []

    def make() -> Seen:
        made.append(Seen())
        return made[-1]

    seen = late(make)
    assert made == []
    seen.begins(STEP)
    assert seen.steps == [STEP]
    assert len(made) == 1


def test_only_the_main_thread_can_be_asked_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[int] = []
    monkeypatch.setattr(signal, "signal", lambda number, _: handled.append(number))
    other = threading.Thread(target=clean_up_when_ended)
    other.start()
    other.join()
    assert handled == []
    clean_up_when_ended()
    assert handled == [signal.SIGTERM]


def test_what_is_told_in_any_case_is_told_from_what_is_well_and_from_what_is_in_the_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusal = Answer("space", "", Unavailable("Only 3 MiB are free.", hint="Make room"))
    Screen().answers([Answer("plan", "1.0 is next"), Answer("foreign code", "sees PYPI_TOKEN", caution=True), refusal])
    assert capsys.readouterr().out.splitlines() == [
        "  ok          plan: 1.0 is next",
        "  told        foreign code: sees PYPI_TOKEN",
        "  unavailable space: Only 3 MiB are free.",
        "              -> Make room",
    ]


def test_where_json_is_wanted_every_word_goes_to_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(as_json=True)
    screen.lines(["one", "two"])
    screen.ends(ended())
    screen.table([ended()])
    screen.error(GateFailed("It broke.", hint="Mend it"), expected=True)
    monkeypatch.setattr(Screen, "is_terminal", property(lambda _: True))
    monkeypatch.setattr("builtins.input", lambda prompt="": "y" if prompt == "" else "n")
    assert screen.asks("Go on?")
    out, err = capsys.readouterr()
    assert out == ""
    for said in ("one\ntwo\n", "build [it]", "It broke.", "Go on? [y/N] "):
        assert said in err
