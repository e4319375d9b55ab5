"""The outline of a lock: it says what a parse of the whole text says, or nothing."""

from __future__ import annotations

import tomllib

import pytest

from releasegate.core.toml.outline import outline

LOCK = """\
version = 1
requires = ">=3 ' x"

[manifest]
members = ["a"]

[[package]]
name = "a"
version = "1.0" # its own
source = { editable = "." }
needs = [
    { name = "b", extra = ["c"], size = 17 },
    { name = "c", extra = ["d"], size = 18 },
]

[package.metadata]
on = true

[[package]]
name = "b"
source = { registry = "x" }

[[package]]
name = "c"
source = { registry = "y" }
"""


def agree(text: str) -> bool:
    """Return whether *text* has an outline; where it has, it is checked against a parse of the whole text."""
    listed = outline(text)
    if listed is None:
        return False
    assert listed
    entries = tomllib.loads(text)[listed[0].array]
    assert [each.name for each in listed] == [entry["name"] for entry in entries]
    assert [tomllib.loads(text[each.start : each.end])[each.array] for each in listed] == [[e] for e in entries]
    return True


@pytest.mark.parametrize("text", [LOCK, LOCK.replace("package", "packages"), LOCK.rstrip("\n")])
def test_what_is_written_as_tools_write_it_has_an_outline(text: str) -> None:
    assert agree(text)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ('"1.0"', "'1.0'"),
        ('"1.0"', '"""1.0"""'),
        ('"1.0"', r'"\u0031.0"'),
        ('"1.0"', '"1\t0"'),
        ("its own", 'its "own'),
        ("\n", "\r\n"),
        ("version = 1\n", "\ufeffversion = 1\n"),
        ("version = 1\n", "package = 1\n"),
        ("[manifest]", "[package.manifest]"),
        ('name = "b"\n', 'version = "1"\nname = "b"\n'),
        ('[[package]]\nname = "b"', '[[packages]]\nname = "b"'),
        ("[package.metadata]", "[metadata]"),
        ("on = true", "on = true\n<<<<<<< HEAD"),
        ("on = true", "on = true\non = true"),
        ("size = 17", "size = 017"),
        ("extra = [", "name = ["),
    ],
)
def test_what_is_written_another_way_or_is_no_toml_has_none(part: str, other: str) -> None:
    assert part in LOCK
    assert outline(LOCK.replace(part, other)) is None


@pytest.mark.parametrize("text", ["", "version = 1\n", "package = []\n", "a = " + "[" * 100_000])
def test_without_entries_there_is_none(text: str) -> None:
    assert outline(text) is None


def test_nested_too_deeply_is_for_the_whole_parse_to_refuse() -> None:
    assert outline(LOCK + "deep = " + "[" * 100_000) is None


def test_no_slip_of_the_pen_makes_it_say_something_else() -> None:
    pens = ("", '"', "#", "[", "]", "{", "}", "=", ",", "\n", "0", "'", "[[package]]\n", "[package.metadata]\n")
    spots = range(len(LOCK))
    slips = (LOCK[:at] + pen + LOCK[at + cut :] for at in spots for pen in pens for cut in (0, 1))
    assert sum(agree(slip) for slip in slips) > len(LOCK)
