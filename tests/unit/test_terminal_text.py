"""Text is fitted to a terminal: no line is wider, and what is there to be copied is whole."""

from __future__ import annotations

import io
import shlex

import pytest

from releasegate.frontends.screen.moving_line import MovingLine, in_minutes
from releasegate.frontends.screen.terminal_text import broken, coloured, columns, cut, explained, redraws, width_of

STEP = "  pass   0.6 s  audit the wheel and the sdist against the commit and the last published wheel"
COMMAND = "invoke waive --package harbor-plugin --version 1.1.0rc1 --gate e2e:staging --reason WHY"


class Terminal(io.StringIO):
    """Where a person sits."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "line",
    [
        STEP,
        "  unavailable pythons: Python 3.14 is not on this machine, and the install check needs it, or leave it out.",
        "  guard    preflight              ask all that can be known before 1.1.0rc1 changes anything, and more",
        "-> Mend it and commit, then run the same command again: the next number is chosen for you, as it is.",
        "Interrupted: what was recorded or published stays as it is, and nothing is uploaded twice, ever again.",
    ],
)
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(line: str, width: int) -> None:
    found = broken(line, width)
    assert max(map(len, found)) <= width
    assert " ".join(found).split() == line.split()
    assert all(each.startswith("  ") for each in found[1:])


def test_the_rest_of_a_line_stands_below_its_text() -> None:
    assert broken(STEP, 60) == [
        "  pass   0.6 s  audit the wheel and the sdist against the",
        "                commit and the last published wheel",
    ]


@pytest.mark.parametrize("before", ["-> ", "  next      ", "-> Set end-to-end in the table, or take it on: "])
def test_a_command_that_is_there_to_be_pasted_is_never_broken(before: str) -> None:
    assert broken(before + COMMAND, 60)[-1].endswith(COMMAND)


@pytest.mark.parametrize(
    "snippet",
    [
        'forge = { kind = "github", repository = "owner/name" }',
        'version-files = [{ toml = "a b", key = "x" }]',
        'version = "1.2.3 of it"',
        '{ python = "pkg/__init__.py", attribute = "it" }',
    ],
)
def test_a_piece_of_toml_is_never_broken_wherever_it_stands_in_a_line(snippet: str) -> None:
    for line in (f"-> Add {snippet} to the package, and write more words there", f"  ok    words: {snippet}"):
        found = broken(line, 60)
        assert any(snippet in each for each in found), found
        assert " ".join(found).split() == line.split()


def test_text_of_wide_characters_fits_by_its_columns() -> None:
    found = broken("-> " + "\u4f60\u597d " * 40, 60)
    assert max(map(columns, found)) <= 60
    assert sum(each.count("\u4f60\u597d") for each in found) == 40


def test_the_longest_name_of_a_gate_in_a_plan_has_its_text_beside_it_too() -> None:
    plan = "  guard    propagation:production wait until the index lists 1.0.0 and an installer gets it"
    assert broken(plan, 80)[1].index("installer") == plan.index("wait")


def test_in_a_log_no_line_is_broken() -> None:
    assert width_of(io.StringIO(), {"COLUMNS": "60"}) is None
    assert width_of(Terminal(), {"COLUMNS": "60", "GITHUB_ACTIONS": "true"}) is None
    assert broken(STEP * 3, None) == [STEP * 3]


@pytest.mark.parametrize(("told", "width"), [("60", 60), ("3", 80), ("x", 80), ("", 80)])
def test_a_terminal_is_as_wide_as_it_says_or_eighty_columns(told: str, width: int) -> None:
    assert width_of(Terminal(), {"COLUMNS": told}) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 10, "short"),
        ("a longer line", 8, "a long.."),
        ("\u4f60\u597d\u4f60\u597d", 6, "\u4f60\u597d.."),
        ("e\u0301" * 4, 4, "e\u0301" * 4),
    ],
)
def test_what_is_cut_fits_by_its_columns(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown


@pytest.mark.parametrize(
    ("stream", "environ", "colours", "moves"),
    [
        (Terminal(), {"TERM": "xterm"}, True, True),
        (Terminal(), {"TERM": "dumb"}, False, False),
        (Terminal(), {}, False, False),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False, True),
        (Terminal(), {"TERM": "dumb", "FORCE_COLOR": "1"}, True, False),
        (Terminal(), {"TERM": "xterm", "GITHUB_ACTIONS": "true"}, True, False),
        (io.StringIO(), {"TERM": "xterm"}, False, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True, False),
        (Terminal(), {"TERM": "xterm", "GITEA_ACTIONS": "true"}, True, False),
        (io.StringIO(), {"FORCE_COLOR": "0"}, False, False),
        (io.StringIO(), {"FORCE_COLOR": ""}, False, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colours_and_movement_are_two_things(
    stream: io.StringIO,
    environ: dict[str, str],
    colours: bool,  # noqa: FBT001
    moves: bool,  # noqa: FBT001
) -> None:
    assert (coloured(stream, environ), redraws(stream, environ)) == (colours, moves)


def test_the_line_that_moves_fits_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal, now = Terminal(), [0.0]
    line = MovingLine(terminal, clock=lambda: now[0])
    line.tells("step 2 of 3: waiting for what takes its time", anew=True)
    now[0] = 75.0
    line.draw()
    assert terminal.getvalue() == "\r\x1b[K/ 1:15  step 2 of 3: waiting for what.."
    with line.aside():
        terminal.write("a line\n")
    line.stop()
    assert terminal.getvalue().endswith("what..\r\x1b[Ka line\n")
    assert "\x1b[?25l" not in terminal.getvalue()


def test_the_line_moves_by_itself_until_it_is_stopped() -> None:
    terminal = Terminal()
    line = MovingLine(terminal)
    line.start()
    line.start()
    while not terminal.getvalue():
        pass
    line.stop()
    said = terminal.getvalue()
    assert said.endswith("\r\x1b[K")
    assert terminal.getvalue() == said


def test_who_cannot_be_shown_it_is_not_shown_it() -> None:
    terminal = Terminal()
    line = MovingLine(terminal)
    terminal.close()
    line._write("x")


@pytest.mark.parametrize(("seconds", "shown"), [(7.9, "0:07"), (760, "12:40"), (3723, "1:02:03")])
def test_a_time_is_shown_as_a_clock_does(seconds: float, shown: str) -> None:
    assert in_minutes(seconds) == shown


def test_a_program_with_its_version_is_words_and_no_command() -> None:
    line = "  ok          tools: git 2.39.5, twine 7.0.0, pip 26.3, build 1.6.1, uv 0.13.9, and one more"
    assert all(len(each) <= 60 for each in broken(line, 60))


def test_a_comment_that_is_pasted_with_a_line_stays_a_comment_in_each_of_its_parts() -> None:
    line = "     # release.yml:35 uploads to a package index: remove the job publish, or run git rm release.yml"
    parts = broken(line, 40)
    assert len(parts) > 2
    assert all(part.startswith("     # ") and len(part) <= 40 for part in parts)
    assert " ".join(part.removeprefix("     # ") for part in parts) == line.removeprefix("     # ")
    assert broken(line, None) == [line]


WAIVE = 'Example: releasegate waive --package a --version 1.1.0rc2 --gate e2e:staging --reason "the mock lacks Ceph"'


@pytest.mark.parametrize("width", [40, 60, 80])
def test_help_fits_the_terminal_and_its_example_is_still_one_command(width: int) -> None:
    said = explained(f"{'Ask all of it and say so. ' * 6}\n\n{WAIVE}", width).splitlines()
    assert max(map(len, said)) <= width
    example = said[said.index("") + 1 :]
    assert all(line.endswith(" \\") for line in example[:-1])
    pasted = "\n".join(example).removeprefix("Example: ")
    assert shlex.split(pasted.replace("\\\n", "")) == shlex.split(WAIVE)[1:]
    assert not any(line.endswith(("--gate \\", "--reason \\")) for line in example), "an option is with its value"


def test_help_stays_as_it_is_where_it_fits_or_goes_to_a_log() -> None:
    assert explained(f"Long. {'x ' * 90}\n\n{WAIVE}", None) == f"Long. {'x ' * 90}\n\n{WAIVE}"
    assert explained("Short.\n\nExample: releasegate status", 80) == "Short.\n\nExample: releasegate status"
