"""Who says which companion a package is run with."""

from __future__ import annotations

import pytest
from packaging.version import Version

from releasegate.core.config.companion import Companion
from releasegate.core.errors import ConfigurationError
from releasegate.core.release.companion import (
    CompanionSources,
    PickedCompanion,
    Purpose,
    by_hand,
    pick_companion,
    variables,
)

API = Companion("proxbox-api", default="0.1")
EVERYBODY = {
    "PROXBOX_API_TESTPYPI_VERSION": "0.5rc1",
    "PROXBOX_API_PYPI_VERSION": "0.4",
    "PROXBOX_API_RELEASE_VERSION": "0.3",
}


def chosen(
    companion_sources: CompanionSources, *, purpose: Purpose = "staging", companion: Companion = API
) -> PickedCompanion:
    """Return the choice for an alias."""
    index = "testpypi" if purpose == "staging" else "pypi"
    return pick_companion(
        companion,
        companion_sources=companion_sources,
        purpose=purpose,
        index=index,
        instead=lambda name, option: f"do as this line says: invoke release --rc --package {name} {option}",
    )


def test_each_stage_of_the_aliases_has_one_variable_before_the_common_one() -> None:
    assert variables("proxbox-api", purpose="staging", index="testpypi") == (
        "PROXBOX_API_TESTPYPI_VERSION",
        "PROXBOX_API_RELEASE_VERSION",
    )
    assert variables("proxbox-api", purpose="production", index="pypi")[0] == "PROXBOX_API_PYPI_VERSION"


def test_an_index_of_one_s_own_has_its_own_variable_first() -> None:
    assert variables("my.api", purpose="staging", index="in-house.dev") == (
        "MY_API_IN_HOUSE_DEV_VERSION",
        "MY_API_TESTPYPI_VERSION",
        "MY_API_RELEASE_VERSION",
    )


def test_a_version_by_hand_wins() -> None:
    companion_sources = CompanionSources(by_hand="0.6", environ=EVERYBODY, of_pair="0.2")
    assert chosen(companion_sources) == PickedCompanion("proxbox-api", Version("0.6"), "--companion")


@pytest.mark.parametrize(
    ("purpose", "version", "variable"),
    [
        ("staging", "0.5rc1", "PROXBOX_API_TESTPYPI_VERSION"),
        ("production", "0.4", "PROXBOX_API_PYPI_VERSION"),
    ],
)
def test_then_the_variable_of_the_stage(purpose: Purpose, version: str, variable: str) -> None:
    assert chosen(CompanionSources(environ=EVERYBODY, of_pair="0.2"), purpose=purpose) == PickedCompanion(
        "proxbox-api", Version(version), variable
    )


def test_then_the_release_variable() -> None:
    environ = {"PROXBOX_API_RELEASE_VERSION": "0.3", "PROXBOX_API_TESTPYPI_VERSION": ""}
    assert chosen(CompanionSources(environ=environ, of_pair="0.2")).reason == "PROXBOX_API_RELEASE_VERSION"


def test_then_the_version_that_is_released_with_it() -> None:
    picked = PickedCompanion("proxbox-api", Version("0.2"), "proxbox-api's own release")
    assert chosen(CompanionSources(of_pair="0.2")) == picked


def test_then_the_configuration() -> None:
    assert chosen(CompanionSources()) == PickedCompanion("proxbox-api", Version("0.1"), "the configuration")


def test_a_companion_that_nobody_names_is_refused_and_the_ways_to_name_it_are_told() -> None:
    with pytest.raises(ConfigurationError, match="Nothing says which version of proxbox-api") as refusal:
        chosen(CompanionSources(), companion=Companion("proxbox-api"))
    assert "PROXBOX_API_TESTPYPI_VERSION" in refusal.value.hint
    # A line to paste ends it, so that status can offer it.
    line = "invoke release --rc --package proxbox-api --companion VERSION"
    assert refusal.value.hint.endswith(f"or do as this line says: {line}")


@pytest.mark.parametrize("several", [False, True])
def test_the_option_that_is_named_is_one_of_the_command_that_runs(several: bool) -> None:  # noqa: FBT001
    theirs = f"--backend-version {'proxbox-api=' if several else ''}VERSION"
    with pytest.raises(ConfigurationError) as refusal:
        chosen(CompanionSources(several=several, option="--backend-version"), companion=Companion("proxbox-api"))
    assert refusal.value.hint.startswith(f"Give {theirs}, set")
    picked = chosen(CompanionSources(by_hand="0.6", several=several, option="--backend-version"))
    assert (picked.reason, picked.option) == ("--backend-version", theirs)


@pytest.mark.parametrize("word", ["proxbox-api=1.0", "proxbox-api==1.0", "Proxbox_API == 1.0"])
def test_a_companion_may_be_named_as_a_requirement_is_written(word: str) -> None:
    assert by_hand([word], option="--companion", known={"proxbox-api"}) == {"proxbox-api": "1.0"}


def test_a_word_that_is_no_version_is_refused_with_the_name_of_who_said_it() -> None:
    with pytest.raises(ConfigurationError, match="PROXBOX_API_RELEASE_VERSION names 'newest'"):
        chosen(CompanionSources(environ={"PROXBOX_API_RELEASE_VERSION": "newest"}))


def test_a_version_is_written_as_pep_440_has_it() -> None:
    assert str(chosen(CompanionSources(by_hand=" v1.0-RC.1 ")).version) == "1.0rc1"
