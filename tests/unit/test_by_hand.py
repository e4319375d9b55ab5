"""What a person says of companions: by name where there are several, and never so that nobody knows whose it is."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.ci.companion_inputs import companion_inputs, named_in
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import Package, Settings
from releasegate.core.errors import ConfigurationError
from releasegate.core.release.companion import by_hand, for_whom, said_of

KNOWN = ("back-end", "mailer")


def package(name: str, *companions: str) -> Package:
    return Package(name, PurePosixPath(), (), ("3.12",), companions=tuple(map(Companion, companions)))


ONE, TWO = package("one", "back-end"), package("two", "back-end", "mailer")


def told(*words: str) -> dict[str, str]:
    return dict(by_hand(words, option="--companion", known=KNOWN))


def test_a_word_is_said_of_all_or_of_the_one_that_it_names() -> None:
    assert told() == told("", "") == {}
    assert told("1.2") == {"": "1.2"}
    assert told("Back.End = 1.2", "mailer=3.0rc1") == {"back-end": "1.2", "mailer": "3.0rc1"}
    assert [said_of(told("pypi", "mailer=dist"), name) for name in KNOWN] == ["pypi", "dist"]
    assert said_of(told("mailer=dist"), "back-end") is None


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (("mailr=1.0",), "--companion mailr=1.0 names no companion.", "Did you mean mailer?"),
        (("=1.0",), "--companion =1.0 names no companion.", "Name one of: back-end, mailer"),
        (("mailer=",), "--companion mailer= says nothing of mailer.", "Write --companion mailer=VALUE"),
        (("1.0", "2.0"), "--companion is given twice.", "Give it once for each companion"),
        (("mailer=1", "Mailer=2"), "--companion is given twice of mailer.", "Give it once for each companion"),
        ((f"{'x' * 900}=1",), f"--companion {'x' * 80} names no companion.", "Name one of: back-end, mailer"),
    ],
)
def test_a_word_that_makes_no_sense_is_said_with_what_to_write(words: tuple[str, ...], problem: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        told(*words)
    assert (wrong.value.problem, wrong.value.hint) == (problem, hint)


def test_where_no_package_has_a_companion_none_can_be_named() -> None:
    with pytest.raises(ConfigurationError, match="names no companion") as wrong:
        by_hand(["api=1.0"], option="--companion", known=())
    assert wrong.value.hint == "Leave it out: no package has a companion"


def test_what_names_none_is_refused_for_a_package_with_several() -> None:
    for_whom(told("1.0"), [ONE], option="--companion")
    for_whom(told("mailer=1.0"), [TWO], option="--companion")
    with pytest.raises(ConfigurationError, match=r"--companion 1\.0 names no companion, and two has 2") as wrong:
        for_whom(told("1.0"), [TWO], option="--companion")
    assert wrong.value.hint == "Say which: --companion back-end=VALUE --companion mailer=VALUE"


def test_a_dispatch_asks_once_for_the_one_that_all_share_and_else_for_each() -> None:
    assert companion_inputs([package("alone")]) == {}
    assert list(companion_inputs([ONE, package("second", "back-end")])) == ["companion"]
    asked = companion_inputs([ONE, TWO])
    assert list(asked) == ["companion-back-end", "companion-mailer"]
    assert asked["companion-mailer"].startswith("the version of mailer; empty for what the variables")


def test_the_answers_of_a_dispatch_are_said_of_whom_they_name() -> None:
    settings = Settings((package("back-end"), package("mailer"), TWO), {})
    answers = {"companion-back-end": "1.0", "companion-mailer": "", "companion-nobody": "2.0", "tag": "v1"}
    assert named_in(answers, settings) == {"back-end": "1.0"}
    assert named_in({"companion": "1.0"}, settings) == {"": "1.0"}
    assert named_in({}, settings) == {}


@pytest.mark.parametrize(
    ("words", "packages", "problem", "hint"),
    [
        ("back-end=1.0", [package("alone")], "--companion back-end=1.0 is of no companion of alone.", "Leave it out"),
        ("1.0", [package("alone")], "--companion 1.0 is of no companion of alone.", "Leave it out: there is none"),
        ("mailer=1.0", [ONE, package("alone")], "--companion mailer=1.0 is of no", "Name one of: back-end"),
    ],
)
def test_what_would_be_passed_over_in_silence_is_refused(
    words: str, packages: list[Package], problem: str, hint: str
) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        for_whom(told(words), packages, option="--companion")
    assert wrong.value.problem.startswith(problem)
    assert wrong.value.hint.startswith(hint)
    for_whom(told(words), [*packages, TWO], option="--companion") if "=" in words else None
    for_whom({}, packages, option="--companion")
