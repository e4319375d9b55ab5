"""Evidence merges without loss, and counts only for its own package, version, commit and bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from releasegate.core.evidence import accepted, latest, merge, read, write
from releasegate.core.record import Entry

COMMIT, OTHER = "a" * 40, "b" * 40


def entry(at: str = "2026-01-01T00:00:00.000001+00:00", run: str = "r1", step: str = "build", **more: object) -> Entry:
    return Entry(at, run, step, "done", COMMIT, step, **more)  # type: ignore[arg-type]


def seal(version: str = "1.0rc1", *, package: str = "harbor", commit: str = COMMIT) -> Entry:
    return entry(step="seal", evidence={"package": package, "version": version, "commit": commit})


def tagged(commit: str | None) -> Callable[[str], str | None]:
    return lambda _: commit


def test_a_note_comes_back_as_it_was_written() -> None:
    records = {"1.0": [entry(), seal("1.0")], "1.0rc1": [entry(step="odd \udcff ü")]}
    assert read(write("harbor", records), package="harbor") == records


@pytest.mark.parametrize(
    "line",
    ["", "no JSON", "[]", "{}", '{"package": "harbor"}', '{"package": "harbor", "version": "no version"}', "7", "null"],
)
def test_a_line_that_is_no_entry_counts_for_nothing(line: str) -> None:
    note = write("harbor", {"1.0": [entry()]}) + line.encode() + b"\n\xff\xfe\n"
    assert read(note, package="harbor") == {"1.0": [entry()]}


def test_fields_of_another_type_make_no_entry() -> None:
    note = write("harbor", {"1.0": [entry()]}).replace(b'"run": "r1"', b'"run": 1')
    assert read(note, package="harbor") == {}


def test_evidence_of_another_package_counts_for_nothing() -> None:
    assert read(write("other", {"1.0": [entry()]}), package="harbor") == {}


def test_evidence_counts_on_the_commit_that_the_versions_tag_names() -> None:
    note = write("harbor", {"1.0rc1": [entry(), seal()]})
    counted = accepted(note, package="harbor", commit=COMMIT, tagged=tagged(COMMIT))
    assert counted.records == {"1.0rc1": [entry(), seal()]}
    assert counted.left_out == ()


def test_evidence_on_another_commit_counts_for_nothing() -> None:
    note = write("harbor", {"1.0rc1": [entry(), seal()]})
    counted = accepted(note, package="harbor", commit=OTHER, tagged=tagged(COMMIT))
    assert counted.records == {}
    assert counted.left_out == ("evidence on bbbbbbbbbbbb is not about harbor 1.0rc1, which is aaaaaaaaaaaa",)


def test_before_its_tag_a_version_may_be_recorded_anywhere() -> None:
    note = write("harbor", {"1.0rc1": [entry()]})
    assert accepted(note, package="harbor", commit=OTHER, tagged=tagged(None)).records == {"1.0rc1": [entry()]}


@pytest.mark.parametrize("forged", [seal(commit=OTHER), seal("1.0rc2"), seal(package="other"), entry(step="seal")])
def test_a_seal_that_names_something_else_counts_for_nothing(forged: Entry) -> None:
    note = write("harbor", {"1.0rc1": [entry(), forged]})
    counted = accepted(note, package="harbor", commit=COMMIT, tagged=tagged(COMMIT))
    assert counted.records == {"1.0rc1": [entry()]}
    assert counted.left_out == ("a seal of harbor 1.0rc1 on aaaaaaaaaaaa names something else",)


def test_a_seal_that_failed_proves_nothing_and_may_stay() -> None:
    failed = replace(entry(step="seal"), event="failed")
    note = write("harbor", {"1.0rc1": [failed]})
    assert accepted(note, package="harbor", commit=COMMIT, tagged=tagged(COMMIT)).records == {"1.0rc1": [failed]}


def history(run: str, *, seconds: list[int]) -> list[Entry]:
    """Return what one machine wrote, its clock never going back."""
    return [
        entry(f"2026-01-01T00:00:{second:02}.{0 if n % 2 else 5:06}+00:00", run, f"step-{n}")
        for n, second in enumerate(sorted(seconds))
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_merge_loses_nothing_and_does_not_depend_on_who_merges(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same cases every time
    runs = [[dice.randrange(6) for _ in range(dice.randrange(5))] for _ in range(3)]
    machines = [
        [replace(e, at=sorted_at) for e, sorted_at in zip(h, sorted(e.at for e in h), strict=True)]
        for h in (history(f"r{n}", seconds=seconds) for n, seconds in enumerate(runs))
    ]
    merged = merge(*machines)
    assert sorted(e.to_json() for e in merged) == sorted({e.to_json() for m in machines for e in m})
    assert all(merge(*order) == merged for order in permutations(machines))
    assert merge(merge(machines[0], machines[1]), machines[2]) == merged
    assert merge(merged, *machines) == merged
    for machine in machines:
        assert [e for e in merged if e in machine] == machine


def test_seconds_come_before_the_fractions_that_follow_them() -> None:
    old, new = entry("2026-01-01T00:00:01+00:00"), entry("2026-01-01T00:00:01.000002+00:00", "r2")
    assert merge([new], [old]) == (old, new)
    assert latest(old.at, new.at) == new.at
    assert latest(new.at, old.at) == new.at
    assert latest("2026-01-01T00:00:01Z", old.at) == "2026-01-01T00:00:01Z"
