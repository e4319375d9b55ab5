"""What to release now follows from where a package stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.errors import Refused
from releasegate.core.release.entry import Entry, EntryEvent
from releasegate.core.release.plan import PackageState, Plan, VersionState, plan_candidate, plan_final, plan_post
from releasegate.core.release.record import Record
from releasegate.core.release.versions import consumed

HEAD = "a" * 40
OTHER = "b" * 40
PACKAGE = Package("demo", PurePosixPath(), (), ("3.12",))


def v(text: str) -> Version:
    """Return the version."""
    return Version(text)


def entry(step: str, event: EntryEvent, *, kind: str = "work", verdict: str = "pass") -> Entry:
    """Return an entry of a record."""
    return Entry("2026-11-01", "run", step, event, "subject", step, kind=kind, verdict=verdict)


BEGUN = Record((entry("tag", "started", kind="one-way"),))
FAILED = Record((*BEGUN.entries, entry("e2e", "failed", verdict="fail")))
SEALED = Record((*BEGUN.entries, entry("seal", "done")))
WORD = Entry("2026-11-02", "run", "revoked", "revoked", "", "1.0rc1 is revoked by Ada: why")
REVOKED = Record((*SEALED.entries, WORD))
UNPROMOTED = Record((entry("promotion", "failed", verdict="fail"),))


def package_state(  # noqa: PLR0913 - each is one thing that is known
    stated: str,
    *,
    pypi: str = "",
    testpypi: str = "",
    tags: Mapping[str, str] | None = None,
    records: Mapping[str, Record] | None = None,
    apart: str = "",
) -> PackageState:
    """Return where the package stands; what is consumed is merged as the application merges it."""
    tags, known = tags or {}, {v(text): record for text, record in (records or {}).items()}
    places = {
        "testpypi": testpypi.split(),
        "pypi": pypi.split(),
        "tag": [name.removeprefix("v") for name in tags],
        "ledger": [str(version) for version, record in known.items() if record.attempted],
    }
    used = consumed(places, production="pypi", apart=map(v, apart.split()))
    return PackageState(PACKAGE, v(stated), HEAD, tags, used, frozenset(map(v, pypi.split())), known)


def plan(pipeline: str, version: str, candidate: str | None = None) -> tuple[str, str, str, bool]:
    """Return an unfinished plan as its texts."""
    return (pipeline, version, candidate or version, False)


def told(made: Plan) -> tuple[str, str, str, bool]:
    """Return a plan as its texts, so that spelling counts."""
    return (made.pipeline, str(made.version), str(made.candidate), made.finished)


def test_a_version_without_a_record_has_an_empty_one() -> None:
    assert package_state("1.0").record(v("1.0")).entries == ()


def test_a_version_that_nobody_has_seen_is_free() -> None:
    assert package_state("1.0rc1").state(v("1.0rc1")) is VersionState.FREE


def test_a_version_that_failed_before_anything_was_begun_is_still_free() -> None:
    assert package_state("1.0", records={"1.0": UNPROMOTED}).state(v("1.0")) is VersionState.FREE


def test_a_final_that_only_the_staging_index_holds_is_free() -> None:
    assert package_state("1.0", testpypi="1.0").state(v("1.0")) is VersionState.FREE


@pytest.mark.parametrize("tags", [{}, {"v1.0rc1": HEAD}])
def test_a_begun_version_is_open_on_its_own_commit(tags: dict[str, str]) -> None:
    assert package_state("1.0rc1", tags=tags, records={"1.0rc1": BEGUN}).state(v("1.0rc1")) is VersionState.OPEN


def test_a_tagged_version_without_a_record_is_open_on_its_own_commit() -> None:
    assert package_state("1.0rc1", tags={"v1.0rc1": HEAD}).state(v("1.0rc1")) is VersionState.OPEN


def test_a_version_tagged_on_another_commit_is_abandoned() -> None:
    left = package_state("1.0rc1", tags={"v1.0rc1": OTHER}, records={"1.0rc1": BEGUN})
    assert left.state(v("1.0rc1")) is VersionState.ABANDONED


def test_a_version_tagged_on_another_commit_under_another_spelling_is_abandoned() -> None:
    left = package_state("1.0rc1", tags={"nightly": HEAD, "v1.0.0rc1": OTHER}, records={"1.0rc1": BEGUN})
    assert left.state(v("1.0rc1")) is VersionState.ABANDONED


def test_a_version_that_the_places_do_not_state_is_abandoned() -> None:
    assert package_state("1.1rc1", records={"1.0rc1": BEGUN}).state(v("1.0rc1")) is VersionState.ABANDONED


def test_files_on_an_index_without_a_tag_are_abandoned() -> None:
    left = package_state("1.0rc1", testpypi="1.0rc1", records={"1.0rc1": BEGUN})
    assert left.state(v("1.0rc1")) is VersionState.ABANDONED


def test_a_begun_version_that_was_judged_bad_has_failed() -> None:
    assert (
        package_state("1.0rc1", tags={"v1.0rc1": HEAD}, records={"1.0rc1": FAILED}).state(v("1.0rc1"))
        is VersionState.FAILED
    )


def test_a_sealed_version_is_sealed_wherever_its_tag_is() -> None:
    assert (
        package_state("1.0", tags={"v1.0rc1": OTHER}, records={"1.0rc1": SEALED}).state(v("1.0rc1"))
        is VersionState.SEALED
    )


def test_a_spelling_of_the_exact_tag_wins() -> None:
    both = package_state("1.0", tags={"v1.0.0": OTHER, "v1.0": HEAD})
    assert both.tag_of(v("1.0")) == HEAD


def test_a_tag_without_the_prefix_is_not_the_version_s() -> None:
    assert package_state("1.0", tags={"1.0": HEAD}).tag_of(v("1.0")) is None


def test_a_package_with_its_own_prefix_finds_its_own_tag() -> None:
    api = replace(PACKAGE, tag_prefix="api-v")
    both = replace(package_state("1.0", tags={"v1.0": OTHER, "api-v1.0": HEAD}), package=api)
    assert both.tag_of(v("1.0")) == HEAD


# The candidate


def test_the_first_candidate_of_what_the_places_state_is_rc1() -> None:
    assert told(plan_candidate(package_state("1.0.0"), to=None)) == plan("rc", "1.0.0rc1")


def test_after_a_final_the_next_candidate_is_of_the_next_number() -> None:
    assert told(plan_candidate(package_state("1.0.0", pypi="1.0.0"), to=None)) == plan("rc", "1.0.1rc1")


def test_after_a_post_the_next_candidate_is_of_the_next_number() -> None:
    assert told(plan_candidate(package_state("1.0.0.post2", pypi="1.0.0 1.0.0.post2"), to=None)) == plan(
        "rc", "1.0.1rc1"
    )


def test_an_aim_by_hand_wins_over_what_the_places_state() -> None:
    assert told(plan_candidate(package_state("1.0.0", pypi="1.0.0"), to=v("2.0.0"))) == plan("rc", "2.0.0rc1")


@pytest.mark.parametrize("to", [None, "1.1.0", "1.1"])
def test_an_open_candidate_is_resumed(to: str | None) -> None:
    begun = package_state("1.1.0rc2", tags={"v1.1.0rc2": HEAD}, records={"1.1.0rc2": BEGUN})
    assert told(plan_candidate(begun, to=v(to) if to else None)) == plan("rc", "1.1.0rc2")


def test_a_candidate_that_was_bumped_and_not_begun_keeps_its_number() -> None:
    assert told(plan_candidate(package_state("1.1rc3", testpypi="1.1rc2"), to=None)) == plan("rc", "1.1rc3")


def test_an_open_candidate_is_left_where_another_final_is_aimed_at() -> None:
    begun = package_state("1.1rc2", tags={"v1.1rc2": HEAD}, records={"1.1rc2": BEGUN})
    assert told(plan_candidate(begun, to=v("1.2"))) == plan("rc", "1.2rc1")


def test_a_failed_candidate_is_followed_by_the_next_number() -> None:
    bad = package_state("1.1rc1", tags={"v1.1rc1": HEAD}, records={"1.1rc1": FAILED})
    assert told(plan_candidate(bad, to=None)) == plan("rc", "1.1rc2")


def test_an_abandoned_candidate_is_followed_by_the_next_number() -> None:
    left = package_state("1.1rc1", tags={"v1.1rc1": OTHER}, records={"1.1rc1": BEGUN})
    assert told(plan_candidate(left, to=None)) == plan("rc", "1.1rc2")


def test_a_candidate_whose_tag_was_lost_after_the_upload_is_followed_by_the_next_number() -> None:
    lost = package_state("1.1rc1", testpypi="1.1rc1", records={"1.1rc1": BEGUN})
    assert told(plan_candidate(lost, to=None)) == plan("rc", "1.1rc2")


def test_a_proven_candidate_is_finished_on_its_own_commit() -> None:
    proven = package_state("1.1rc1", tags={"v1.1rc1": HEAD}, records={"1.1rc1": SEALED})
    assert told(plan_candidate(proven, to=None)) == ("rc", "1.1rc1", "1.1rc1", True)


def test_a_commit_after_a_proven_candidate_gets_the_next_number() -> None:
    moved = package_state("1.1rc1", tags={"v1.1rc1": OTHER}, records={"1.1rc1": SEALED})
    assert told(plan_candidate(moved, to=None)) == plan("rc", "1.1rc2")


def test_an_open_staged_post_is_no_release_candidate() -> None:
    staged = package_state("1.0.post1.dev1", pypi="1.0", tags={"v1.0.post1.dev1": HEAD})
    assert told(plan_candidate(staged, to=None)) == plan("rc", "1.1rc1")


def test_a_candidate_below_an_existing_final_is_refused() -> None:
    with pytest.raises(Refused, match=r"would come below 1\.1"):
        plan_candidate(package_state("1.1", pypi="1.1"), to=v("1.0"))


def test_the_spelling_that_was_used_before_is_kept() -> None:
    bad = package_state("1.1.0rc1", tags={"v1.1.0rc1": HEAD}, records={"1.1.0rc1": FAILED})
    assert told(plan_candidate(bad, to=v("1.1"))) == plan("rc", "1.1.0rc2")


# The final


def proven(stated: str = "1.1rc2", **records: Record) -> PackageState:
    """Return a package whose newest candidate is proven."""
    known = {"1.1rc1": FAILED, "1.1rc2": SEALED, **{k.replace("_", "."): r for k, r in records.items()}}
    return package_state(stated, pypi="1.0", tags={"v1.1rc1": OTHER, "v1.1rc2": OTHER}, records=known)


@pytest.mark.parametrize("to", [None, "1.1"])
def test_a_final_is_made_from_its_newest_candidate(to: str | None) -> None:
    assert told(plan_final(proven(), to=v(to) if to else None)) == plan("final", "1.1", "1.1rc2")


def test_a_final_is_spelled_like_its_candidate() -> None:
    stands = package_state("1.1.0rc1", tags={"v1.1.0rc1": HEAD}, records={"1.1.0rc1": SEALED})
    assert told(plan_final(stands, to=v("1.1"))) == plan("final", "1.1.0", "1.1.0rc1")


def test_a_final_is_spelled_like_its_candidate_when_the_places_state_another() -> None:
    stands = package_state("0.9", tags={"v1.1.0rc1": OTHER}, records={"1.1.0rc1": SEALED})
    assert told(plan_final(stands, to=v("1.1"))) == plan("final", "1.1.0", "1.1.0rc1")


def test_an_open_final_is_resumed() -> None:
    begun = proven("1.1", **{"1_1": BEGUN})
    assert told(plan_final(begun, to=None)) == plan("final", "1.1", "1.1rc2")


def test_a_final_that_reached_the_index_is_resumed_while_its_tag_is_at_head() -> None:
    begun = package_state(
        "1.1",
        pypi="1.1",
        tags={"v1.1rc1": OTHER, "v1.1": HEAD},
        records={"1.1rc1": SEALED, "1.1": BEGUN},
    )
    assert told(plan_final(begun, to=None)) == plan("final", "1.1", "1.1rc1")


@pytest.mark.parametrize(
    ("records", "candidate"), [({"1.1": SEALED, "1.1rc1": SEALED}, "1.1rc1"), ({"1.1": SEALED}, "1.1")]
)
def test_a_sealed_final_is_finished(records: dict[str, Record], candidate: str) -> None:
    assert told(plan_final(package_state("1.1", records=records), to=None)) == ("final", "1.1", candidate, True)


def test_a_failed_final_that_is_published_is_repaired_by_a_post() -> None:
    bad = package_state("1.1", pypi="1.1", tags={"v1.1": HEAD}, records={"1.1": FAILED})
    with pytest.raises(Refused, match=r"1\.1 failed and its number is consumed") as refusal:
        plan_final(bad, to=None)
    assert refusal.value.hint.endswith("invoke release --post --package demo")


@pytest.mark.parametrize("final", [FAILED, REVOKED])
def test_a_final_that_a_post_has_repaired_is_not_repaired_again(final: Record) -> None:
    records = {"1.1": final, "1.1.post1": SEALED, "1.1.post2": SEALED, "1.1.post3": FAILED, "1.1.post4.dev1": SEALED}
    after = package_state("1.1.post2", pypi="1.1 1.1.post1 1.1.post2", tags={"v1.1.post2": HEAD}, records=records)
    with pytest.raises(Refused, match=r"1\.1\.post2 has repaired 1\.1\.") as refusal:
        plan_final(after, to=None)
    assert refusal.value.hint == "Start the next one: invoke release --rc --package demo"


def test_a_failed_final_that_never_reached_the_index_is_followed_by_the_next_candidate() -> None:
    bad = package_state("1.1", pypi="1.0", tags={"v1.1": HEAD}, records={"1.1": FAILED})
    with pytest.raises(Refused) as refusal:
        plan_final(bad, to=None)
    assert refusal.value.hint.endswith("invoke release --rc --package demo --to 1.2")


def test_a_final_that_was_begun_on_another_commit_is_refused() -> None:
    with pytest.raises(Refused, match=r"1\.1 exists already \(tag\)"):
        plan_final(package_state("1.1", tags={"v1.1": OTHER}), to=None)


def test_a_final_that_somebody_else_published_is_refused() -> None:
    with pytest.raises(Refused, match=r"1\.1 exists already \(pypi, tag\)"):
        plan_final(package_state("1.1", pypi="1.1", tags={"v1.1": HEAD}), to=None)


def test_a_final_without_a_candidate_is_refused() -> None:
    with pytest.raises(Refused, match=r"1\.1 has no release candidate") as refusal:
        plan_final(package_state("1.1", testpypi="1.1a1 1.0rc1"), to=None)
    assert refusal.value.hint.endswith("invoke release --rc --package demo --to 1.1")


def test_a_final_without_a_proven_candidate_is_refused() -> None:
    with pytest.raises(Refused, match=r"newest candidate of 1\.1 is 1\.1rc1, and it is not proven"):
        plan_final(package_state("1.1rc1", tags={"v1.1rc1": HEAD}, records={"1.1rc1": BEGUN}), to=None)


def test_a_final_whose_newest_candidate_is_not_proven_is_refused_though_an_older_one_is() -> None:
    stands = package_state("1.1rc2", testpypi="1.1rc1 1.1rc10", records={"1.1rc1": SEALED, "1.1rc2": SEALED})
    with pytest.raises(Refused, match=r"is 1\.1rc10, and it is not proven"):
        plan_final(stands, to=None)


def test_a_final_that_only_the_staging_index_holds_is_not_taken_for_published() -> None:
    stands = package_state("1.1rc1", testpypi="1.1rc1 1.1", tags={"v1.1rc1": HEAD}, records={"1.1rc1": SEALED})
    assert told(plan_final(stands, to=None)) == plan("final", "1.1", "1.1rc1")


# The post


@pytest.mark.parametrize("pypi", ["", "1.0rc1"])
def test_a_post_without_a_published_final_is_refused(pypi: str) -> None:
    with pytest.raises(Refused, match="demo has no published final"):
        plan_post(package_state("1.0", pypi=pypi, tags={"v1.0": HEAD}))


def test_the_first_post_is_staged_as_dev1() -> None:
    assert told(plan_post(package_state("1.0", pypi="1.0"))) == plan("post", "1.0.post1", "1.0.post1.dev1")


def test_a_post_repairs_the_newest_final_though_newer_candidates_exist() -> None:
    stands = package_state("1.1rc1", pypi="1.0 0.9 1.1rc1", testpypi="1.1rc1", tags={"v1.1rc1": HEAD})
    assert told(plan_post(stands)) == plan("post", "1.0.post1", "1.0.post1.dev1")


def test_a_post_that_was_bumped_for_staging_and_not_begun_keeps_its_number() -> None:
    assert told(plan_post(package_state("1.0.post1.dev1", pypi="1.0"))) == plan("post", "1.0.post1", "1.0.post1.dev1")


@pytest.mark.parametrize("record", [BEGUN, SEALED])
def test_a_staged_post_is_resumed_on_its_own_commit(record: Record) -> None:
    stands = package_state(
        "1.0.post1.dev2", pypi="1.0", tags={"v1.0.post1.dev2": HEAD}, records={"1.0.post1.dev2": record}
    )
    assert told(plan_post(stands)) == plan("post", "1.0.post1", "1.0.post1.dev2")


@pytest.mark.parametrize(("record", "tagged"), [(FAILED, HEAD), (BEGUN, OTHER), (SEALED, OTHER)])
def test_a_staged_post_that_failed_or_was_left_is_followed_by_the_next_dev(record: Record, tagged: str) -> None:
    stands = package_state(
        "1.0.post1.dev1", pypi="1.0", tags={"v1.0.post1.dev1": tagged}, records={"1.0.post1.dev1": record}
    )
    assert told(plan_post(stands)) == plan("post", "1.0.post1", "1.0.post1.dev2")


def test_a_staged_post_whose_post_is_consumed_is_followed_by_the_next_post() -> None:
    stands = package_state("1.0.post1.dev1", pypi="1.0", tags={"v1.0.post1.dev1": HEAD, "v1.0.post1": OTHER})
    assert told(plan_post(stands)) == plan("post", "1.0.post2", "1.0.post2.dev1")


def post(record: Record | None, *, tags: Mapping[str, str], staged: Record = SEALED, pypi: str = "1.0") -> PackageState:
    """Return a package whose version files state a post that was staged once."""
    records = {"1.0.post1.dev1": staged} | ({"1.0.post1": record} if record is not None else {})
    return package_state("1.0.post1", pypi=pypi, tags={"v1.0.post1.dev1": OTHER, **tags}, records=records)


def test_an_open_post_is_resumed_with_the_staged_one_that_proved_it() -> None:
    stands = post(BEGUN, tags={"v1.0.post1": HEAD}, pypi="1.0 1.0.post1")
    assert told(plan_post(stands)) == plan("post", "1.0.post1", "1.0.post1.dev1")


def test_a_post_that_was_bumped_and_not_begun_is_made_from_the_proven_staged_one() -> None:
    assert told(plan_post(post(None, tags={}))) == plan("post", "1.0.post1", "1.0.post1.dev1")


def test_a_post_that_is_not_what_was_staged_is_staged_again() -> None:
    assert told(plan_post(post(UNPROMOTED, tags={}))) == plan("post", "1.0.post1", "1.0.post1.dev2")


def test_a_post_whose_staged_one_is_not_proven_is_staged_again() -> None:
    assert told(plan_post(post(None, tags={}, staged=FAILED))) == plan("post", "1.0.post1", "1.0.post1.dev2")


def test_a_failed_post_is_followed_by_the_next_post() -> None:
    stands = post(FAILED, tags={"v1.0.post1": HEAD}, pypi="1.0 1.0.post1")
    assert told(plan_post(stands)) == plan("post", "1.0.post2", "1.0.post2.dev1")


def test_a_sealed_post_is_finished_on_its_own_commit() -> None:
    stands = post(SEALED, tags={"v1.0.post1": HEAD}, pypi="1.0 1.0.post1")
    assert told(plan_post(stands)) == ("post", "1.0.post1", "1.0.post1.dev1", True)


def test_a_sealed_post_is_finished_though_nothing_knows_its_staged_one() -> None:
    stands = package_state("1.0.post1", pypi="1.0 1.0.post1", tags={"v1.0.post1": HEAD}, records={"1.0.post1": SEALED})
    assert told(plan_post(stands)) == ("post", "1.0.post1", "1.0.post1", True)


def test_a_commit_after_a_sealed_post_gets_the_next_post() -> None:
    stands = post(SEALED, tags={"v1.0.post1": OTHER}, pypi="1.0 1.0.post1")
    assert told(plan_post(stands)) == plan("post", "1.0.post2", "1.0.post2.dev1")


def maintained(stated: str, **more: str) -> PackageState:
    """Return a package whose 1.4 is mended while 1.5.1 is out."""
    tags = {"v1.4.7": OTHER, "v1.5.0": OTHER, "v1.5.1": OTHER}
    return package_state(stated, pypi="1.4.7 1.5.0 1.5.1", tags=tags, apart="1.5.0 1.5.1", **more)  # type: ignore[arg-type]


def test_a_fix_of_an_older_line_gets_that_lines_number() -> None:
    assert told(plan_candidate(maintained("1.4.7"), to=None)) == plan("rc", "1.4.8rc1")
    assert told(plan_candidate(maintained("1.4.7"), to=v("1.4.8"))) == plan("rc", "1.4.8rc1")
    assert told(plan_post(maintained("1.4.7"))) == plan("post", "1.4.7.post1", "1.4.7.post1.dev1")


def test_a_final_of_an_older_line_is_made_from_its_own_candidate() -> None:
    tags = {"v1.4.7": OTHER, "v1.5.1": OTHER, "v1.4.8rc1": HEAD, "v1.5.2rc1": OTHER}
    standing = package_state(
        "1.4.8rc1", tags=tags, pypi="1.4.7 1.5.1", records={"1.4.8rc1": SEALED}, apart="1.5.1 1.5.2rc1"
    )
    assert told(plan_final(standing, to=None)) == plan("final", "1.4.8", "1.4.8rc1")


def test_a_line_goes_on_beside_what_is_mended() -> None:
    tags = {"v1.4.8": OTHER, "v1.5.1": OTHER}
    standing = package_state("1.5.1", pypi="1.4.8 1.5.1", tags=tags, apart="1.4.8")
    assert told(plan_candidate(standing, to=None)) == plan("rc", "1.5.2rc1")
    assert told(plan_post(standing)) == plan("post", "1.5.1.post1", "1.5.1.post1.dev1")


@pytest.mark.parametrize(("to", "said"), [("1.5.2", "would follow"), ("1.5.1", "exists")])
def test_an_aim_on_another_line_is_refused(to: str, said: str) -> None:
    with pytest.raises(Refused, match=f"{said}.*HEAD does not descend from"):
        plan_candidate(maintained("1.4.7"), to=v(to))


def test_a_line_without_a_published_final_has_nothing_to_repair() -> None:
    standing = package_state("1.4.7", pypi="1.5.1", tags={"v1.5.1": OTHER}, apart="1.5.1")
    with pytest.raises(Refused, match="no published final that HEAD descends from"):
        plan_post(standing)


PUSHED_BACK = Record((*BEGUN.entries, entry("tag", "failed", kind="one-way", verdict="refused")))


def test_a_number_whose_push_was_refused_is_given_again() -> None:
    before = package_state("1.0.0", pypi="1.0.0", tags={"v1.0.0": OTHER}, records={"1.0.1rc1": PUSHED_BACK})
    assert before.state(v("1.0.1rc1")) is VersionState.FREE
    assert told(plan_candidate(before, to=None)) == plan("rc", "1.0.1rc1")
    merged = replace(before, declared=v("1.0.1rc1"))
    assert told(plan_candidate(merged, to=None)) == plan("rc", "1.0.1rc1")


def test_a_final_whose_push_was_refused_is_made_once_its_bump_is_merged() -> None:
    tags, records = {"v1.0": OTHER, "v1.0.1rc1": HEAD}, {"1.0.1rc1": SEALED, "1.0.1": PUSHED_BACK}
    before = package_state("1.0.1rc1", pypi="1.0", tags=tags, records=records)
    assert told(plan_final(before, to=None)) == plan("final", "1.0.1", "1.0.1rc1")
    merged = replace(before, declared=v("1.0.1"), tags={**tags, "v1.0.1rc1": OTHER})
    assert told(plan_final(merged, to=None)) == plan("final", "1.0.1", "1.0.1rc1")


def test_a_candidate_whose_proof_is_taken_back_is_run_again_where_it_is_checked_out() -> None:
    standing = package_state("1.0rc1", testpypi="1.0rc1", tags={"v1.0rc1": HEAD}, records={"1.0rc1": REVOKED})
    assert standing.state(v("1.0rc1")) is VersionState.TAKEN_BACK
    assert told(plan_candidate(standing, to=None)) == plan("rc", "1.0rc1")


def test_a_mended_commit_after_a_proof_that_was_taken_back_gets_the_next_number() -> None:
    standing = package_state("1.0rc1", testpypi="1.0rc1", tags={"v1.0rc1": OTHER}, records={"1.0rc1": REVOKED})
    assert told(plan_candidate(standing, to=None)) == plan("rc", "1.0rc2")


def test_a_candidate_whose_proof_is_taken_back_becomes_no_final() -> None:
    standing = package_state("1.0rc1", testpypi="1.0rc1", tags={"v1.0rc1": HEAD}, records={"1.0rc1": REVOKED})
    with pytest.raises(Refused, match=r"is 1\.0rc1, and it is not proven any more: 1\.0rc1 is revoked") as refusal:
        plan_final(standing, to=None)
    assert refusal.value.hint.endswith("invoke release --rc --package demo --to 1.0")


def test_a_final_whose_proof_is_taken_back_is_repaired_forward() -> None:
    standing = package_state("1.0", pypi="1.0", tags={"v1.0": HEAD}, records={"1.0": REVOKED})
    with pytest.raises(Refused, match=r"1\.0 is not proven any more") as refusal:
        plan_final(standing, to=None)
    assert refusal.value.hint == "Repair it forward: invoke release --post --package demo"
    assert told(plan_post(standing)) == plan("post", "1.0.post1", "1.0.post1.dev1")


def test_a_staged_post_whose_proof_is_taken_back_is_run_again() -> None:
    tags, records = {"v1.0": OTHER, "v1.0.post1.dev1": HEAD}, {"1.0.post1.dev1": REVOKED}
    standing = package_state("1.0.post1.dev1", pypi="1.0", testpypi="1.0.post1.dev1", tags=tags, records=records)
    assert told(plan_post(standing)) == plan("post", "1.0.post1", "1.0.post1.dev1")


def test_a_post_under_way_waits_where_what_it_was_staged_as_is_not_proven_any_more() -> None:
    tags = {"v1.0": OTHER, "v1.0.post1.dev1": OTHER}
    standing = package_state("1.0.post1", pypi="1.0", tags=tags, records={"1.0.post1.dev1": REVOKED})
    with pytest.raises(Refused, match=r"1\.0\.post1 was proven as 1\.0\.post1\.dev1, and that is not so") as refusal:
        plan_post(standing)
    assert "invoke waive --package demo --version 1.0.post1.dev1 --gate revoked --reason WHY" in refusal.value.hint
