"""What status says comes next, where a bump waits for its pull request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.version import Version
from test_plan import BEGUN, FAILED, HEAD, OTHER, PUSHED_BACK, REVOKED, SEALED, entry, package_state, v

from releasegate.core.errors import Refused
from releasegate.core.release.next_command import given_up, next_release
from releasegate.core.release.plan import bump_branch, plan_candidate, plan_final, plan_post
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import CELL


@pytest.mark.parametrize(
    ("stated", "waits", "pipeline"),
    [("1.0", "1.0.1rc1", "rc"), ("1.0.1", "1.0.1rc1", "rc"), ("1.0", "1.0.1", "final"), ("1.0", "1.0.post1", "post")],
)
def test_a_bump_that_is_not_merged_is_what_is_missing(stated: str, waits: str, pipeline: str) -> None:
    standing = package_state(stated, pypi="1.0", tags={"v1.0": HEAD}, records={waits: PUSHED_BACK})
    coming = next_release(standing)
    assert coming.state == f"{waits} waits until its bump is merged"
    assert f"a pull request of the branch bump-v{waits}" in coming.missing
    assert coming.pipeline == pipeline
    assert bump_branch(standing.package, Version(waits)) == f"bump-v{waits}"


@pytest.mark.parametrize("stated", ["1.0.1rc1", "1.1.0.dev0"])
def test_a_bump_that_is_merged_or_left_behind_is_not_waited_for(stated: str) -> None:
    standing = package_state(stated, pypi="1.0", tags={"v1.0": OTHER}, records={"1.0.1rc1": PUSHED_BACK})
    assert standing.proposed is None
    assert next_release(standing).state == f"{stated} is not begun"


@pytest.mark.parametrize("stated", ["1.0.1rc1", "1.0.1"])
def test_a_version_of_which_something_was_done_is_under_way_before_its_number_is_used(stated: str) -> None:
    built = Record((entry("build", "done"),))
    records = {"1.0.1rc1": SEALED, stated: built}
    standing = package_state(stated, pypi="1.0", tags={"v1.0": OTHER}, records=records)
    assert next_release(standing).state == f"{stated} is under way, and its number is not used yet"


def test_a_bump_of_a_number_that_was_overtaken_is_not_waited_for() -> None:
    standing = package_state("1.0", testpypi="1.0.1rc2", tags={"v1.0": OTHER}, records={"1.0.1rc1": PUSHED_BACK})
    assert standing.proposed is None
    beside = package_state("1.0", tags={"v1.0": OTHER, "v1.1": OTHER}, apart="1.1", records={"1.0.1rc1": PUSHED_BACK})
    assert beside.proposed == v("1.0.1rc1")


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        ("pair", "a mended candidate (or of what it ran with, and then the final again)"),
        ("promotion", "a mended candidate"),
    ],
)
def test_a_final_that_a_gate_has_judged_bad_is_not_offered_again_as_it_stands(step: str, missing: str) -> None:
    red = Record((entry(step, "failed", verdict="fail"),))
    tags = {"v1.0rc1": HEAD}
    found = next_release(package_state("1.0rc1", testpypi="1.0rc1", tags=tags, records={"1.0rc1": SEALED, "1.0": red}))
    assert (found.state, found.missing) == (f"1.0rc1 is proven, and 1.0 failed at {step}", missing)
    assert found.command("demo") == "invoke release --rc --package demo"
    mended = Record(tuple(replace(each, at="2026-11-02") for each in SEALED.entries))
    then = package_state("1.0rc2", testpypi="1.0rc2", tags={"v1.0rc2": HEAD}, records={"1.0rc2": mended, "1.0": red})
    assert next_release(then).state == "1.0rc2 is proven", "the verdict was on the candidate before it"
    green = Record((*red.entries, entry(step, "done")))
    after = package_state("1.0rc1", testpypi="1.0rc1", tags=tags, records={"1.0rc1": SEALED, "1.0": green})
    assert next_release(after).command("demo") == "invoke release --package demo"


def test_the_merged_bump_of_a_proven_candidate_is_followed_by_its_release() -> None:
    tags, records = {"v1.0": OTHER, "v1.0.1rc1": OTHER}, {"1.0.1rc1": SEALED, "1.0.1": PUSHED_BACK}
    final = package_state("1.0.1", pypi="1.0", tags=tags, records=records)
    assert next_release(final).command("demo") == "invoke release --package demo"
    staged = {"1.0.post1.dev1": SEALED, "1.0.post1": PUSHED_BACK}
    post = package_state("1.0.post1", pypi="1.0", tags={"v1.0": OTHER, "v1.0.post1.dev1": OTHER}, records=staged)
    assert next_release(post).command("demo") == "invoke release --post --package demo"


@pytest.mark.parametrize(
    ("stated", "record", "at", "pypi", "state", "command"),
    [
        ("1.0rc1", SEALED, HEAD, "", "1.0rc1 is proven", "invoke release --package demo"),
        ("1.0rc1", FAILED, HEAD, "", "1.0rc1 failed at e2e", "invoke release --rc --package demo"),
        ("1.0rc1", BEGUN, HEAD, "", "1.0rc1 is under way", "invoke release --rc --package demo"),
        ("1.0rc1", BEGUN, OTHER, "", "1.0rc1 was left behind", "invoke release --rc --package demo"),
        ("1.0.post1.dev1", SEALED, HEAD, "1.0", "1.0.post1.dev1 is proven", "invoke release --post --package demo"),
        ("1.0", FAILED, HEAD, "1.0", "1.0 failed at e2e", "invoke release --post --package demo"),
        ("1.0", FAILED, HEAD, "", "1.0 failed at e2e", "invoke release --rc --package demo"),
        ("1.0.post1", FAILED, HEAD, "1.0", "1.0.post1 failed at e2e", "invoke release --post --package demo"),
        ("1.0", BEGUN, HEAD, "", "1.0 is under way", "invoke release --package demo"),
        ("1.0", SEALED, HEAD, "1.0", "1.0 is released", "invoke release --rc --package demo"),
        ("1.0", Record(()), OTHER, "", "1.0 was used before", "invoke release --rc --package demo"),
    ],
)
def test_what_the_version_files_state_says_what_comes_next(  # noqa: PLR0913, PLR0917 - a table
    stated: str, record: Record, at: str, pypi: str, state: str, command: str
) -> None:
    standing = package_state(stated, pypi=pypi, tags={f"v{stated}": at}, records={stated: record})
    coming = next_release(standing)
    assert (coming.state, coming.command("demo")) == (state, command)


@pytest.mark.parametrize("published", [True, False])
def test_a_final_that_is_given_up_is_followed_by_what_the_plan_and_status_say(published: bool) -> None:  # noqa: FBT001
    standing = package_state("1.0", pypi="1.0" if published else "", tags={"v1.0": HEAD}, records={"1.0": FAILED})
    hint = given_up(v("1.0"), package="demo", published=published)
    assert next_release(standing).command("demo") in hint
    with pytest.raises(Refused, match="failed and its number is consumed") as refusal:
        plan_final(standing, to=None)
    assert ("--post" if published else "--rc") in refusal.value.hint
    following = plan_post(standing) if published else plan_candidate(standing, to=None)
    assert following.version == (v("1.0.post1") if published else v("1.1rc1"))


def test_a_candidate_that_is_given_up_is_followed_by_the_next_number_of_the_same_command() -> None:
    standing = package_state("1.0rc1", tags={"v1.0rc1": HEAD}, records={"1.0rc1": FAILED})
    for version, flag in (("1.0rc1", "--rc"), ("1.0.post1.dev1", "--post")):
        said = given_up(v(version), package="demo", published=False)
        assert said == f"Mend it and commit, then go on with the next number: invoke release {flag} --package demo"
    assert plan_candidate(standing, to=None).version == v("1.0rc2")


@pytest.mark.parametrize(
    ("stated", "at", "pypi", "missing", "command"),
    [
        ("1.0rc1", HEAD, "", "its proof, run again", "invoke release --rc --package demo"),
        ("1.0rc1", OTHER, "", "a candidate of what is here now", "invoke release --rc --package demo"),
        ("1.0.post1.dev1", HEAD, "1.0", "its proof, run again", "invoke release --post --package demo"),
        ("1.0", HEAD, "1.0", "a fix", "invoke release --post --package demo"),
    ],
)
def test_why_a_proof_is_taken_back_is_said_with_the_command_that_goes_on(
    stated: str, at: str, pypi: str, missing: str, command: str
) -> None:
    tags = {f"v{stated}": at, **({"v1.0": OTHER} if pypi and stated != "1.0" else {})}
    coming = next_release(package_state(stated, pypi=pypi, tags=tags, records={stated: REVOKED}))
    assert coming.state == f"{stated} is not proven any more: 1.0rc1 is revoked by Ada: why"
    assert coming.missing == missing
    assert coming.command("demo") == command


def test_a_record_of_other_files_than_the_index_serves_is_told() -> None:
    standing = package_state("1.0", pypi="1.0", tags={"v1.0": HEAD}, records={"1.0": BEGUN})
    coming = next_release(replace(standing, false_seals=(v("1.0"),)))
    assert coming.state == "1.0 is published, and its record is of other files than the index serves"
    assert coming.command("demo") == "invoke release --post --package demo"
    unpublished = package_state("1.0", tags={"v1.0": HEAD}, records={"1.0": BEGUN})
    assert next_release(replace(unpublished, false_seals=(v("1.0"),))).state == "1.0 is under way"


def test_a_cell_that_a_single_session_found_red_makes_nobody_offer_a_post() -> None:
    cell = Record((entry(CELL, "done", verdict="fail"),))
    for stated, records in (("1.0", {"1.0": cell}), ("1.0", {"1.0": Record((*SEALED.entries, *cell.entries))})):
        standing = package_state(stated, pypi="1.0", tags={"v1.0": HEAD}, records=records)
        coming = next_release(standing)
        assert (coming.state, coming.pipeline) == ("1.0 is released", "rc")


@pytest.mark.parametrize(("candidate", "final"), [("1.1rc1", "1.1"), ("1.0.post1.dev1", "1.0.post1")])
def test_a_candidate_whose_final_others_released_is_followed_by_what_they_released(candidate: str, final: str) -> None:
    tags = {"v1.0": OTHER, f"v{candidate}": HEAD, f"v{final}": OTHER}
    standing = package_state(candidate, pypi=f"1.0 {final}", tags=tags, records={candidate: SEALED})
    coming = next_release(standing)
    assert coming.state == f"{final} is released, and its candidate is checked out"
    assert coming.command("demo") == f"git pull --no-rebase origin v{final}"
    # Without its tag there is nothing to bring in.
    del tags[f"v{final}"]
    untagged = package_state(candidate, pypi=f"1.0 {final}", tags=tags, records={candidate: SEALED})
    assert next_release(untagged).state == f"{candidate} is proven"
