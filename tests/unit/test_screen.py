"""The screen: plain lines in a log, colour and a spinner on a terminal, a question where somebody is."""

from __future__ import annotations

import io
import re
import signal
import sys
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from packaging.version import Version

from releasegate.adapters.transcript import Said
from releasegate.app.late import late
from releasegate.app.outcomes import Recorder
from releasegate.app.reports import questions_of
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.release.entry import MORE, TOLD, Entry
from releasegate.core.release.record import record
from releasegate.core.report import terminal
from releasegate.engine import Outcome, Verdict
from releasegate.frontends.screen.console import Screen, clean_up_when_ended
from releasegate.frontends.screen.tables import recorded, table
from releasegate.steps.preflight.question import Answer
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
    heading, line, head, row = (each.rstrip() for each in capsys.readouterr().out.splitlines())
    assert heading == "sample 1.0.0"
    assert line == f"{word}   1.5 s  build [it]"
    assert head.split() == ["package", "version", "end", "gates", "seconds"]
    assert row.split()[:2] == ["sample", "1.0.0"]


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
    assert "  \x1b[31mfail\x1b[0m   1.5 s" in text


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


@pytest.mark.parametrize("ended", [KeyboardInterrupt, EOFError])
def test_a_question_that_is_not_answered_leaves_the_cursor_where_a_line_begins(
    monkeypatch: pytest.MonkeyPatch, ended: type[BaseException]
) -> None:
    def typed(_: str) -> str:
        raise ended

    terminal = terminal_of(monkeypatch)
    monkeypatch.setattr("builtins.input", typed)
    with nullcontext() if ended is EOFError else pytest.raises(KeyboardInterrupt):
        assert Screen().asks("Go on?") is False
    assert terminal.getvalue().endswith("\n")


def test_a_question_fits_the_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert Screen().asks("This cannot be taken back: tag v1.0.0rc1 and push it. Go on?") is True
    asked = [line for line in terminal.getvalue().splitlines() if line.strip()]
    assert max(map(len, asked)) <= 40
    assert asked[-1].endswith("[y/N] ")


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


def test_what_a_rehearsal_waived_is_told_of_the_version_that_stands_on_it() -> None:
    sealed = Entry("2026-01-01T00:00:00+00:00", "run", "seal", "done", "x", "seal", evidence={"files": {}})
    waived = replace(sealed, step="e2e:staging", event="waived", evidence={"by": "me", "reason": "no engine"})
    held = {Version("1.0rc1"): record([waived, sealed]), Version("1.0"): record([sealed])}
    ends = list(recorded({"sample": held}).columns[2].cells)
    assert ends == ["sealed, 1 waived", "sealed"]


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


def test_what_is_told_in_any_case_is_told_from_what_is_well_and_from_what_is_in_the_way() -> None:
    refusal = Answer("space", "", Unavailable("Only 3 MiB are free.", hint="Make room", details=["a detail"]))
    found = questions_of([Answer("plan", "1.0 is next"), Answer("foreign code", "sees a token", caution=True), refusal])
    lines = [
        "  ok          plan: 1.0 is next",
        "  told        foreign code: sees a token",
        "  unavailable space: Only 3 MiB are free.",
        "              a detail",
        "              -> Make room",
    ]
    assert list(terminal.questions(found)) == lines
    assert list(terminal.questions(found, well=False)) == lines[1:]


def test_what_only_more_shows_stands_below_the_answer_and_is_in_the_report_in_any_case() -> None:
    found = questions_of([Answer("companion", "other 1.0", more=("who names other: nobody else",))])
    line = "  ok          companion: other 1.0"
    assert list(terminal.questions(found)) == [line]
    assert list(terminal.questions(found, more=True)) == [line, "              who names other: nobody else"]
    assert found[0].more == ("who names other: nobody else",)


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


def outcome(key: str, verdict: Verdict = "pass", *, version: str = "1.0.0", how: str = "done") -> Outcome:
    release = SimpleNamespace(package=SimpleNamespace(name="sample"), version=version)
    step = SimpleNamespace(key=key, describe=lambda: f"do {key}", release=release)
    return Outcome(cast("Step", step), verdict, how, {}, 1.0)


RAN = (
    *(outcome("build", version="1.0rc1"), outcome("e2e:staging", "fail", version="1.0rc1")),
    *(outcome("build", version="1.0rc2"), outcome("audit", "waived", version="1.0rc2")),
    *(
        outcome("seal", version="1.0rc2"),
        outcome("build", version="1.0"),
        outcome("propagation", "wait", version="1.0"),
    ),
)


@pytest.mark.parametrize(("loudness", "gates"), [("quiet", 0), ("usual", 0), ("loud", 7)])
def test_the_table_says_how_each_version_ended_and_every_gate_only_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], loudness: Any, gates: int
) -> None:
    Screen(loudness=loudness).table(RAN)
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert rows[1:4] == [
        "sample 1.0rc1 failed at e2e:staging 1 of 2 2.0",
        "sample 1.0rc2 sealed, 1 waived 3 of 3 3.0",
        "sample 1.0 waits at propagation 1 of 2 2.0",
    ]
    assert len(rows[5:]) == gates


@pytest.mark.parametrize("loudness", ["usual", "quiet", "loud"])
def test_what_a_step_tells_stands_below_it(capsys: pytest.CaptureFixture[str], loudness: Any) -> None:
    evidence = {TOLD: ["companion: other 1.0"], MORE: ["companion: nobody else names it"]}
    Screen(loudness=loudness).ends(replace(outcome("preflight"), evidence=evidence))
    told = ["  told          companion: other 1.0"] if loudness != "quiet" else []
    told += ["  more          companion: nobody else names it"] if loudness == "loud" else []
    assert capsys.readouterr().out.splitlines()[2:] == told


def test_ends_of_lines_that_somebody_wrote_into_a_word_of_theirs_begin_no_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Screen().tell("  note      waived by Eve: so\n## head\r\n  ::error::x")
    Screen().lines(["  one by Eve:\n\n::error::y", "  two"])
    assert capsys.readouterr().out.splitlines() == [
        "  note      waived by Eve: so ## head ::error::x",
        "  one by Eve: ::error::y",
        "  two",
    ]


def test_what_a_step_tells_fits_the_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal_of(monkeypatch)
    monkeypatch.setenv("COLUMNS", "60")
    told = "companion: other 1.0 (named by the configuration) on testpypi; asked: --companion: nothing"
    Screen().ends(replace(outcome("preflight"), evidence={TOLD: [told]}))
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines).split()).endswith(told)


def test_a_version_has_one_heading_and_its_lines_do_not_name_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    for each in RAN[1:4]:
        screen.begins(each.step)
        screen.ends(each)
    assert capsys.readouterr().out.splitlines() == [
        "sample 1.0rc1",
        "  fail   1.0 s  do e2e:staging",
        "sample 1.0rc2",
        "  pass   1.0 s  do build",
        "waived   1.0 s  do audit",
    ]


@pytest.mark.parametrize("mark", ["GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS"])
def test_in_the_log_of_a_ci_a_version_is_a_group_that_ends_before_what_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setenv(mark, "true")
    screen = Screen()
    screen.ends(RAN[0])
    screen.error(GateFailed("It broke.", hint="Mend it"), expected=True)
    screen.ends(RAN[2])
    screen.rests()
    assert capsys.readouterr().out.splitlines() == [
        *("::group::sample 1.0rc1", "  pass   1.0 s  do build", "::endgroup::", "It broke.", "-> Mend it"),
        *("::group::sample 1.0rc2", "  pass   1.0 s  do build", "::endgroup::"),
    ]


@pytest.mark.parametrize("line", ["::set-output name=a::b", "  ::stop-commands::x", "a ##[add-mask]b"])
def test_no_word_of_others_is_a_command_for_the_runner_of_a_ci(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    Screen().say(line)
    said = capsys.readouterr().out
    assert not said.strip().startswith("::")
    assert "##[" not in said
    monkeypatch.delenv("GITHUB_ACTIONS")
    Screen().say(line)
    assert capsys.readouterr().out == f"{line}\n"


def test_where_quiet_is_wanted_only_verdicts_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(loudness="quiet")
    screen("waiting")
    screen.detail("a detail")
    screen.say("x: pass")
    screen.ends(RAN[0])
    assert capsys.readouterr().out.splitlines() == ["x: pass", "sample 1.0rc1", "  pass   1.0 s  do build"]


def test_colours_are_forced_and_nothing_moves_in_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen()
    screen.begins(RAN[0].step)
    screen("waiting")
    screen.ends(RAN[0])
    screen.table([RAN[0]])
    screen.rests()
    out = capsys.readouterr().out
    assert "\x1b[32mpass\x1b[0m" in out
    assert "\r" not in out
    assert "\x1b[K" not in out
    monkeypatch.setenv("NO_COLOR", "1")
    screen.ends(RAN[2])
    screen.table([RAN[2]])
    assert "\x1b" not in capsys.readouterr().out


def test_the_line_that_moves_tells_the_step_of_how_many_and_what_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal_of(monkeypatch)
    screen = Screen()
    screen.expects(3)
    screen.begins(RAN[0].step)
    screen.ends(RAN[0])
    screen.begins(RAN[1].step)
    assert screen._line.what == "step 2 of 3: do e2e:staging"
    screen("starting the service")
    assert screen._line.what == "step 2 of 3: starting the service"
    screen.at(2, 5, "harbor-api")
    assert screen._line.what == "2 of 5: harbor-api"
    screen.at(1, 1, "harbor-api")
    assert screen._line.what == "harbor-api"
    screen.rests()


def test_what_a_program_said_is_shown_where_that_is_asked_for_and_kept_in_any_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".releasegate").mkdir()
    said = Said(("twine", "upload", "--password", "hidden-one"), 1, "Uploading\nhidden-one\n", 1.0, ("hidden-one",))
    for loudness, shown in (("usual", False), ("quiet", False), ("loud", True)):
        screen = Screen(loudness=loudness)  # type: ignore[arg-type]
        screen.say("before")
        screen.hears(said)
        screen.names_log()
        assert ("| Uploading" in capsys.readouterr().out) is shown
        assert screen.log.path is not None
        kept = screen.log.path.read_text(encoding="utf-8")
        assert kept.splitlines()[1:] == [
            "before",
            "$ twine upload --password *** (exit code 1, 1.0 s)",
            "  Uploading",
            "  ***",
        ]
        screen.error(GateFailed("It broke.", hint="Mend it"))
        screen.names_log()
        assert f"-> Log: .releasegate/log/{screen.log.path.name}" in capsys.readouterr().err
        screen.log.path.unlink()


@pytest.mark.parametrize("width", ["60", "80", "120"])
@pytest.mark.parametrize("colours", ["0", "1"])
def test_no_row_of_a_table_ends_in_spaces_nor_is_wider_than_its_terminal(
    monkeypatch: pytest.MonkeyPatch, width: str, colours: str
) -> None:
    shown = terminal_of(monkeypatch)
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("FORCE_COLOR", colours)
    screen = Screen(loudness="loud")
    screen.table(RAN)
    ends = table("package", "version", "end", "wheel sha256")
    ends.add_row("harbor-plugin", "1.1.0.post1.dev1", "[red]failed at e2e:production[/]", "0123456789abcdef")
    ends.add_row("harbor-plugin", "1.1.0.post1", "sealed", "")
    screen.shows(ends)
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown.getvalue())
    assert [line for line in plain.splitlines() if line != line.rstrip() or len(line) > int(width)] == []
    assert plain.count("1.1.0.post1.dev1") == 1
    # No word is broken: what is shown of a sha256 gets shorter first.
    assert plain.count("e2e:production") == 1
    assert "01234567" in plain
    assert "production" in plain.replace("\n", "").replace(" ", "")
