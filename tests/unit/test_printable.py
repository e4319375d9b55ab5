"""What others wrote reaches nobody's terminal but as text."""

from __future__ import annotations

import pytest

from releasegate.core.errors import GateFailed
from releasegate.core.printable import printable


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain ü 中", "plain ü 中"),
        ("a\tb", "a\tb"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://example.invalid\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;a title\x9ctext", "text"),
        ("\x1bPdevice\x1b\\text", "text"),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x1bc\x1b(Btext", "text"),
        ("passed\rfailed", "passed\nfailed"),
        ("failed\b\b\b\b\b\bpassed", "failed      passed"),
        ("a\u202egpj.exe", "a gpj.exe"),
        ("a\u2066b\u200bc", "a b c"),
        ("a\x00b\x7fc\x85d", "a b c\nd"),
        ("half \udcff", "half"),
        ("ends in blanks  \nnext", "ends in blanks\nnext"),
        ("", ""),
    ],
    ids=repr,
)
def test_only_what_can_be_seen_is_shown(said: str, shown: str) -> None:
    assert printable(said) == shown


@pytest.mark.parametrize("begin", ["\x1b]", "\x9d", "\x1b[", "\x9b", "\x1b", "\x90"])
def test_sequences_without_an_end_take_time_that_grows_with_them(begin: str) -> None:
    assert "\x1b" not in printable(begin * 100_000)


def test_an_error_has_no_control_characters_wherever_its_words_come_from() -> None:
    error = GateFailed("It is \x1b[31mbad.", hint="Mend\x07 it", details=["a\rb"])
    assert str(error) == "It is bad.\n  a\n  b\n-> Mend  it"
