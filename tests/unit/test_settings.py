"""The settings find packages; the errors say what is wrong and what to do next."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core import errors
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import Package, Settings
from releasegate.core.errors import ConfigurationError, GateFailed, ReleasegateError

API = Package("api", PurePosixPath("api"), (), ("3.12",))
PLUGIN = Package("plugin", PurePosixPath("plugin"), (), ("3.12",), companions=(Companion("api"),))
OTHER = Package("other", PurePosixPath("other"), (), ("3.12",), companions=(Companion("elsewhere"),))
SETTINGS = Settings((API, PLUGIN, OTHER), {})


def test_a_package_is_found_by_its_name() -> None:
    assert SETTINGS.package("plugin") is PLUGIN


def test_a_package_that_is_not_configured_is_not_found() -> None:
    with pytest.raises(KeyError):
        SETTINGS.package("absent")


def test_the_dependents_are_the_packages_that_name_the_companion() -> None:
    assert SETTINGS.dependents("api") == (PLUGIN,)
    assert SETTINGS.dependents("plugin") == ()


def test_an_error_shows_its_problem_its_details_and_the_hint_last() -> None:
    error = GateFailed("It is bad.", hint="Mend it", details=["a", "b"])
    assert str(error) == "It is bad.\n  a\n  b\n-> Mend it"
    assert error.args == ("It is bad.",)


def test_an_error_without_details_is_two_lines() -> None:
    assert str(ConfigurationError("It is wrong.", hint="Write it")) == "It is wrong.\n-> Write it"


def test_every_error_has_the_exit_code_that_the_table_shows() -> None:
    table = errors.__doc__ or ""
    for error in (*ReleasegateError.__subclasses__(), *GateFailed.__subclasses__()):
        row = next(line.split() for line in table.splitlines() if f" {error.__name__} " in line)
        assert str(error.exit_code) == row[row.index(error.__name__) + 1]


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("ConfigurationError", "refused"),
        ("Refused", "refused"),
        ("GateFailed", "fail"),
        ("Conflict", "fail"),
        ("Unavailable", "unavailable"),
        ("NotYet", "wait"),
    ],
)
def test_not_yet_and_unavailable_are_told_apart_from_bad(error: str, verdict: str) -> None:
    assert getattr(errors, error).verdict == verdict
