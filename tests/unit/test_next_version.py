"""The next number follows from the line that HEAD is on, and from everything that was ever used."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from packaging.version import Version

from releasegate.core.errors import Refused
from releasegate.core.release.next_version import (
    line,
    newest_final,
    next_base,
    next_candidate,
    next_legal,
    next_post,
    next_staged_post,
    require_own,
)
from releasegate.core.release.versions import Consumed, consumed


def taken(*, testpypi: str = "", pypi: str = "", tag: str = "", ledger: str = "", apart: str = "") -> Consumed:
    """Return what is consumed; each place holds versions between blanks, *apart* are tags that HEAD lacks."""
    places = {"testpypi": testpypi, "pypi": pypi, "tag": f"{tag} {apart}", "ledger": ledger}
    beside = map(Version, apart.split())
    return consumed({place: text.split() for place, text in places.items()}, production="pypi", apart=beside)


def v(text: str) -> Version:
    """Return the version."""
    return Version(text)


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
        ("1.4.0", "1.4 1 1.4.0", "1.4.1"),
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


def texts(found: Sequence[Version]) -> str:
    """Return versions between blanks."""
    return " ".join(map(str, found))


def test_a_line_has_the_finals_that_head_descends_from_and_those_that_no_tag_places() -> None:
    known = taken(tag="1.4.7 1.4.6 1.4.8rc1", apart="1.5.0 1.5.1 1.6.0rc1", pypi="1.3.0 1.5.0")
    assert texts(line(known)) == "1.3.0 1.4.6 1.4.7"


@pytest.mark.parametrize(
    ("stated", "aim"), [("1.4.7", "1.4.8"), ("1.4.8rc1", "1.4.8"), ("1.4.7.post1", "1.4.8"), ("1.6.0rc1", "1.6.0")]
)
def test_the_next_final_is_of_the_line_that_head_is_on(stated: str, aim: str) -> None:
    known = taken(tag="1.4.7", apart="1.5.1", pypi="1.4.7 1.5.1")
    assert next_base(declared=v(stated), consumed=known) == v(aim)


def test_a_number_of_a_candidate_is_used_whatever_line_used_it() -> None:
    known = taken(tag="1.4.7", apart="1.5.1 1.4.8rc1", testpypi="1.4.8rc2")
    assert next_candidate(v("1.4.8"), consumed=known) == v("1.4.8rc3")


@pytest.mark.parametrize("stated", ["1.4.7", "1.4.8rc1"])
@pytest.mark.parametrize("taken_as", ["1.4.8", "1.4.8.post1"])
def test_a_number_that_another_line_has_made_is_refused_and_a_free_one_is_named(stated: str, taken_as: str) -> None:
    known = taken(tag="1.4.7", apart=f"{taken_as} 1.4.9 1.5.1")
    with pytest.raises(Refused, match=rf"{taken_as} exists \(tag\), and HEAD does not descend from it") as refusal:
        next_base(declared=v(stated), consumed=known)
    assert refusal.value.hint == "Merge its tag into this branch, or go beside it: --to 1.4.10"


def test_a_step_into_the_series_of_another_line_is_refused() -> None:
    known = taken(tag="1.4.7", apart="1.5.0 1.5.1")
    with pytest.raises(Refused, match=r"1\.5\.2 would follow 1\.5\.1, and HEAD does not descend from that"):
        require_own(v("1.5.2"), declared=v("1.4.7"), consumed=known)
    for aim in ("1.4.8", "1.6.0", "2.0.0"):
        require_own(v(aim), declared=v("1.4.7"), consumed=known)
    # Where the version files state that series, HEAD is on it: its tags may be on branches of their own.
    require_own(v("1.5.2"), declared=v("1.5.2.dev0"), consumed=known)


def test_the_refusal_of_a_low_candidate_names_an_aim_that_no_line_has_used() -> None:
    known = taken(tag="1.4.7", apart="1.4.8 1.5.1")
    with pytest.raises(Refused) as refusal:
        next_candidate(v("1.4.6"), consumed=known)
    assert refusal.value.hint.startswith("Aim higher: --to 1.4.9,")


def test_a_newer_final_without_a_tag_is_asked_about() -> None:
    known = taken(tag="1.4.7", pypi="1.4.7 1.5.1")
    with pytest.raises(Refused, match=r"1\.5\.1 is on pypi and has no tag") as refusal:
        next_base(declared=v("1.4.7"), consumed=known)
    aim = v(refusal.value.hint.rpartition("say --to ")[2])
    assert next_candidate(aim, consumed=known) == v("1.5.2rc1"), "what is offered is taken"


@pytest.mark.parametrize(
    ("known", "stated", "newest"),
    [
        (taken(pypi="1.4.7 1.5.1"), "1.4.7", "1.5.1"),  # a repository without tags
        (taken(tag="1.4.7", pypi="1.5.1"), "1.5.1", "1.5.1"),  # the version files place it
        (taken(tag="1.4.7", pypi="1.4.7.post1"), "1.4.7", "1.4.7.post1"),
        (taken(tag="1.4.7", ledger="1.4.8"), "1.4.7", "1.4.8"),  # attempted here
        (taken(tag="1.4.7", pypi="1.4.6"), "1.4.7", "1.4.7"),
        (taken(apart="1.5.1"), "1.4.7", None),
    ],
)
def test_the_newest_final_of_a_line(known: Consumed, stated: str, newest: str | None) -> None:
    assert newest_final(known, declared=v(stated)) == (None if newest is None else v(newest))


def test_a_post_that_another_line_has_made_is_not_followed() -> None:
    known = taken(tag="1.0", apart="1.0.post1", pypi="1.0 1.0.post1")
    with pytest.raises(Refused, match=r"1\.0\.post1 repairs 1\.0 already, and HEAD does not descend from it"):
        next_post(v("1.0"), consumed=known)
