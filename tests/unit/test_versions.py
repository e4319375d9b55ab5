"""The next number follows from everything that was ever used."""

from __future__ import annotations

import pytest
from packaging.version import Version

from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.release.versions import (
    Consumed,
    base,
    consumed,
    is_candidate,
    names,
    next_base,
    next_candidate,
    next_legal,
    next_post,
    next_staged_post,
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


@pytest.mark.parametrize(
    ("stated", "pypi", "aim"),
    [
        ("1.0rc1", "", "1.0"),
        ("1.1", "1.0", "1.1"),
        ("1.1rc3", "1.0.post1", "1.1"),
        ("1.0", "1.0", "1.1"),
        ("1.0.0", "1.0.0 1.0.0.post4", "1.0.1"),
        ("0.9", "1.0.0", "1.0.1"),
        ("2026.11.3", "2026.11.3", "2026.11.4"),
        ("1!1.0", "1!1.0", "1!1.1"),
        ("7", "7", "8"),
    ],
)
def test_the_stated_final_is_the_aim_while_it_is_ahead_else_the_newest_rises(stated: str, pypi: str, aim: str) -> None:
    assert str(next_base(declared=v(stated), consumed=taken(pypi=pypi))) == aim


def test_the_first_candidate_is_rc1() -> None:
    assert str(next_candidate(v("1.1.0"), consumed=taken(pypi="1.0.0"))) == "1.1.0rc1"


@pytest.mark.parametrize("place", ["testpypi", "pypi", "tag", "ledger"])
def test_an_rc_number_that_any_place_has_seen_is_never_given_again(place: str) -> None:
    assert next_candidate(v("1.1"), consumed=taken(**{place: "1.1rc4 1.1rc2"})) == v("1.1rc5")


def test_candidates_of_other_finals_and_other_kinds_do_not_count() -> None:
    known = taken(testpypi="1.0rc7 1.1a9 1.1.dev8 1!1.1rc6 1.1rc1")
    assert next_candidate(v("1.1"), consumed=known) == v("1.1rc2")


def test_a_candidate_spelled_with_another_count_of_zeros_is_counted() -> None:
    assert next_candidate(v("1.1"), consumed=taken(tag="v1.1.0rc3")) == v("1.1rc4")


@pytest.mark.parametrize("place", ["pypi", "tag", "ledger"])
@pytest.mark.parametrize("final", ["1.1", "1.1.0", "1.2", "1.1.post1", "1!0.1"])
def test_a_candidate_below_an_existing_final_is_refused(place: str, final: str) -> None:
    with pytest.raises(Refused, match=f"would come below .* exists \\({place}\\)"):
        next_candidate(v("1.1"), consumed=taken(**{place: final}))


def test_the_refusal_of_a_low_candidate_names_an_aim_that_is_free() -> None:
    known = taken(pypi="1!1.2.0")
    with pytest.raises(Refused) as refusal:
        next_candidate(v("1!1.1.0"), consumed=known)
    assert "--to 1!1.2.1," in refusal.value.hint
    assert next_candidate(v("1!1.2.1"), consumed=known) == v("1!1.2.1rc1")


def test_a_final_that_only_the_staging_index_holds_forbids_no_candidate() -> None:
    assert next_candidate(v("1.1"), consumed=taken(testpypi="1.1")) == v("1.1rc1")


def test_the_first_post_is_post1() -> None:
    assert str(next_post(v("1.0"), consumed=taken(pypi="1.0 1.1rc1"))) == "1.0.post1"


@pytest.mark.parametrize("place", ["pypi", "tag", "ledger"])
def test_a_post_that_was_used_is_never_given_again(place: str) -> None:
    known = taken(**{place: "1.0 1.0.post3 1.1.post8"})
    assert next_post(v("1.0.post3"), consumed=known) == v("1.0.post4")


def test_a_staged_post_does_not_consume_the_post_itself() -> None:
    known = taken(pypi="1.0", testpypi="1.0.post1.dev1", tag="1.0.post1.dev1")
    assert next_post(v("1.0"), consumed=known) == v("1.0.post1")


def test_a_staged_post_has_a_number_of_its_own_for_each_post() -> None:
    known = taken(testpypi="1.0.post1.dev4 1.0.dev9 1.0.post2 1.0rc1.post2.dev8")
    assert next_staged_post(v("1.0.post2"), consumed=known) == v("1.0.post2.dev1")
    assert next_staged_post(v("1.0.post1"), consumed=known) == v("1.0.post1.dev5")


@pytest.mark.parametrize(
    ("burnt", "legal"),
    [("1.1rc1", "1.1rc2"), ("1.0", "1.0.post1"), ("1.0.post1", "1.0.post2"), ("1.0.post1.dev1", "1.0.post1.dev2")],
)
def test_a_version_whose_names_hold_other_bytes_is_followed_by_the_next_of_its_kind(burnt: str, legal: str) -> None:
    assert str(next_legal(v(burnt), consumed=taken())) == legal


def test_a_version_of_absurd_length_on_an_index_is_left_out() -> None:
    assert consumed({"pypi": ["1." + "9" * 5000, "1.0"]}, production="pypi").finals() == (Version("1.0"),)
