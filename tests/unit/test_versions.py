"""What a version leads to, which form it has, and every one that was ever used."""

from __future__ import annotations

import pytest
from packaging.version import Version

from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.release.versions import (
    Consumed,
    base,
    by_version,
    consumed,
    is_candidate,
    names,
    parse_target,
    parse_version,
    promoted,
)


def taken(*, testpypi: str = "", pypi: str = "", tag: str = "", ledger: str = "") -> Consumed:
    """Return what is consumed; each place holds versions between blanks."""
    places = {"testpypi": testpypi, "pypi": pypi, "tag": tag, "ledger": ledger}
    return consumed({place: text.split() for place, text in places.items()}, production="pypi")


def v(text: str) -> Version:
    """Return the version."""
    return Version(text)


def test_every_place_where_a_version_was_seen_is_kept_once() -> None:
    assert taken(pypi="1.0 1.0.0", tag="v1.0").where(v("1.0")) == ("pypi", "tag")


def test_a_free_version_was_seen_nowhere() -> None:
    assert taken(pypi="1.0").where(v("1.1")) == ()


def test_a_text_that_is_no_version_is_left_out() -> None:
    assert taken(tag="nightly 1.0").seen == {v("1.0"): ("tag",)}


def test_finals_and_posts_count_oldest_first_and_candidates_do_not() -> None:
    known = taken(pypi="1.0.post1 1.0 1.1rc1 1.0.post2.dev1", ledger="1.1")
    assert known.finals() == (v("1.0"), v("1.0.post1"), v("1.1"))


def test_a_final_on_the_staging_index_alone_does_not_count() -> None:
    known = taken(testpypi="1.0 1.0rc1")
    assert known.finals() == ()
    assert known.counted(v("1.0")) == ()
    assert known.counted(v("1.0rc1")) == ("testpypi",)


@pytest.mark.parametrize(
    ("version", "final"),
    [("1.0", "1.0"), ("1.2.3rc4", "1.2.3"), ("1.0.post2", "1.0"), ("1.0.post2.dev3", "1.0"), ("1!2.0rc1", "1!2.0")],
)
def test_the_base_is_the_final_that_a_version_leads_to_or_repairs(version: str, final: str) -> None:
    assert str(base(v(version))) == final


@pytest.mark.parametrize(
    ("candidate", "becomes"),
    [
        ("1.0rc2", "1.0"),
        ("1.0.0rc1", "1.0.0"),
        ("1.0.post1.dev3", "1.0.post1"),
        ("1!1.0.post1.dev3", "1!1.0.post1"),
        ("1.0.dev3", "1.0"),
        ("1.0rc1.post1.dev3", "1.0"),
    ],
)
def test_a_proven_candidate_becomes_its_final_or_its_post(candidate: str, becomes: str) -> None:
    assert str(promoted(v(candidate))) == becomes


@pytest.mark.parametrize("text", ["1.0rc1", "2026.11.1rc12", "1!1.0rc1", "1.0.post1.dev1"])
def test_a_candidate_has_an_rc_number_or_is_a_staged_post(text: str) -> None:
    assert is_candidate(v(text))


@pytest.mark.parametrize(
    "text", ["1.0", "1.0a1", "1.0b2", "1.0.dev1", "1.0.post1", "1.0rc1.dev1", "1.0rc1.post1", "1.0rc1.post1.dev1"]
)
def test_no_other_form_is_a_candidate(text: str) -> None:
    assert not is_candidate(v(text))


@pytest.mark.parametrize(
    ("text", "version", "so"),
    [("1.0.0", "1.0", True), ("2026.01.05", "2026.1.5", True), ("1.0rc1", "1.0", False), ("nightly", "1.0", False)],
)
def test_a_text_names_the_version_that_it_spells(text: str, version: str, so: bool) -> None:  # noqa: FBT001 - a table
    assert names(text, v(version)) is so


@pytest.mark.parametrize("text", ["1.0", "v1.0", "1.0-RC1", "1!2.0.post1.dev3+mine.1", " 1.0\n", "9" * 4300])
def test_a_text_is_the_version_that_pep_440_says(text: str) -> None:
    assert parse_version(text) == v(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "nightly", "1.0 final", "1..0", "1.0\n1.1", "\ud800", "1\0"),
        *("\N{ARABIC-INDIC DIGIT ONE}.0", "\N{FULLWIDTH DIGIT ONE}.0"),
        *(form.format("9" * 5000) for form in ("{}", "1.0rc{}", "1.0.post{}", "1.0.dev{}", "1.0+{}", "{}!1")),
        *(None, 1, 1.0, b"1.0", ["1.0"], v("1.0")),
    ],
)
def test_anything_else_is_no_version_and_raises_nothing(text: object) -> None:
    assert parse_version(text) is None


@pytest.mark.parametrize("text", ["1.2.0", "1.0", "v1.2", "2026.11.1", "1!2.0"])
def test_a_final_is_a_target(text: str) -> None:
    assert parse_target(text) == v(text)


def test_a_target_that_is_no_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"'one' is not a version"):
        parse_target("one")


def test_a_local_version_is_refused() -> None:
    with pytest.raises(Refused, match=r"1\.0\+mine is a local version") as refusal:
        parse_target("1.0+mine")
    assert refusal.value.hint == "Leave out +mine"


@pytest.mark.parametrize("text", ["1.2rc1", "1.2.post1", "1.2.dev1", "1.2a1", "1.2.post1.dev1"])
def test_a_target_that_is_no_final_is_refused_and_the_final_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not a final") as refusal:
        parse_target(text)
    assert "--to 1.2;" in refusal.value.hint


def test_a_version_of_absurd_length_on_an_index_is_left_out() -> None:
    assert consumed({"pypi": ["1." + "9" * 5000, "1.0"]}, production="pypi").finals() == (Version("1.0"),)


def test_of_two_spellings_of_a_version_the_first_counts() -> None:
    assert by_version({"no version": "a", "1.0.0": "b", "1.0": "c"}) == {Version("1.0"): "b"}
