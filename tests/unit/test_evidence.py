"""Evidence merges without loss, and counts only for its own package, version, commit and bytes."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import pytest
from packaging.version import Version

from releasegate.core.evidence.merge import following, merge, told, without
from releasegate.core.evidence.note import Known, LeftOut, accepted, read, write
from releasegate.core.release.entry import Entry
from releasegate.core.release.record import Record

COMMIT, OTHER = "a" * 40, "b" * 40


def entry(at: str = "2026-01-01T00:00:00.000001+00:00", run: str = "r1", step: str = "build", **more: object) -> Entry:
    return Entry(at, run, step, "done", COMMIT, step, **more)  # type: ignore[arg-type]


def seal(version: str = "1.0rc1", *, package: str = "harbor", commit: str = COMMIT) -> Entry:
    files = {"harbor-1.0.whl": "c" * 64}
    return entry(step="seal", evidence={"package": package, "version": version, "commit": commit, "files": files})


def tagged(commit: str | None) -> Known:
    return Known(lambda _: commit, [Version("1.0rc1")], "2026-06-01T00:00:00Z")


def test_a_note_comes_back_as_it_was_written() -> None:
    records = {Version("1.0"): [entry(), seal("1.0")], Version("1.0rc1"): [entry(step="odd \udcff ü")]}
    assert read(write("harbor", records), package="harbor") == records


@pytest.mark.parametrize(
    "line",
    [
        *("", "no JSON", "[]", "{}", "7", "null", '{"package": "harbor"}'),
        *('{"package": "harbor", "version": "no version"}', f'{{"package": "harbor", "version": "{"9" * 5000}"}}'),
    ],
)
def test_a_line_that_is_no_entry_counts_for_nothing(line: str) -> None:
    note = write("harbor", {Version("1.0"): [entry()]}) + line.encode() + b"\n\xff\xfe\n"
    assert read(note, package="harbor") == {Version("1.0"): [entry()]}


@pytest.mark.parametrize("field", [b'"run": "r1"', b'"kind": "work"', b'"verdict": "pass"', b'"step": "build"'])
def test_fields_of_another_type_make_no_entry(field: bytes) -> None:
    note = write("harbor", {Version("1.0"): [entry()]})
    assert read(note.replace(field, field.split(b" ")[0] + b" 1"), package="harbor") == {}


@pytest.mark.parametrize(
    "at", ["", "yesterday", "zzzz", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+02:00", f"{9:0100}"]
)
def test_a_moment_that_cannot_be_put_in_order_makes_no_entry(at: str) -> None:
    assert read(write("harbor", {Version("1.0"): [entry(at)]}), package="harbor") == {}


@pytest.mark.parametrize("depth", [100, 900, 950, 980, 995, 5000, 100_000])
def test_what_is_nested_without_end_harms_nobody(depth: int) -> None:
    deep = b'"evidence": {"a": ' + b"[" * depth + b"]" * depth + b"}"
    found = read(write("harbor", {Version("1.0"): [entry()]}).replace(b'"evidence": {}', deep), package="harbor")
    assert {v: merge(entries, entries) for v, entries in found.items()} == {v: tuple(e) for v, e in found.items()}


def test_evidence_of_another_package_counts_for_nothing() -> None:
    assert read(write("other", {Version("1.0"): [entry()]}), package="harbor") == {}


def test_evidence_counts_on_the_commit_that_the_versions_tag_names() -> None:
    note = write("harbor", {Version("1.0rc1"): [entry(), seal()]})
    counted = accepted(note, package="harbor", commit=COMMIT, known=tagged(COMMIT))
    assert counted.records == {Version("1.0rc1"): [entry(), seal()]}
    assert counted.left_out == ()


def test_evidence_on_another_commit_counts_for_nothing() -> None:
    note = write("harbor", {Version("1.0rc1"): [entry(), seal()]})
    counted = accepted(note, package="harbor", commit=OTHER, known=tagged(COMMIT))
    assert counted.records == {}
    why = "evidence on bbbbbbbbbbbb is not about harbor 1.0rc1, which is aaaaaaaaaaaa"
    assert counted.left_out == (LeftOut(why, Version("1.0rc1"), (entry(), seal())),)


def test_before_its_tag_a_version_may_be_recorded_anywhere() -> None:
    note = write("harbor", {Version("1.0rc1"): [entry()]})
    assert accepted(note, package="harbor", commit=OTHER, known=tagged(None)).records == {Version("1.0rc1"): [entry()]}


@pytest.mark.parametrize("forged", [seal(commit=OTHER), seal("1.0rc2"), seal(package="other")])
def test_a_seal_that_names_something_else_counts_for_nothing(forged: Entry) -> None:
    note = write("harbor", {Version("1.0rc1"): [entry(), forged]})
    counted = accepted(note, package="harbor", commit=COMMIT, known=tagged(COMMIT))
    assert counted.records == {Version("1.0rc1"): [entry()]}
    why = "a seal of harbor 1.0rc1 on aaaaaaaaaaaa names something else"
    assert counted.left_out == (LeftOut(why, Version("1.0rc1"), (forged,)),)


def test_a_seal_that_failed_proves_nothing_and_may_stay() -> None:
    failed = replace(entry(step="seal"), event="failed")
    note = write("harbor", {Version("1.0rc1"): [failed]})
    counted = accepted(note, package="harbor", commit=COMMIT, known=tagged(COMMIT))
    assert counted.records == {Version("1.0rc1"): [failed]}


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


def test_what_is_among_others_is_left_out_and_the_rest_stays_in_its_order() -> None:
    ours, theirs = history("r1", seconds=[3, 1, 2]), history("r2", seconds=[2, 1])
    changed = replace(ours[0], evidence={"files": {"a.whl": "another"}})

    assert without([*theirs, *ours], ours) == theirs
    assert without([theirs[1], changed, *ours], [*ours, *ours]) == [theirs[1], changed]
    assert without(theirs, []) == theirs
    assert without([], ours) == []


@pytest.mark.parametrize("seed", range(60))
def test_a_merge_of_what_is_left_of_torn_records_does_not_depend_on_who_merges(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same cases every time
    whole: list[Entry] = []
    for number in range(dice.randrange(1, 12)):
        now = f"2026-01-01T00:00:{dice.randrange(4):02}.000000+00:00"
        whole.append(entry(following(whole, now), f"r{dice.randrange(3)}", f"step-{number}"))
    a, b, c = ([e for e in whole if dice.random() < 0.6] for _ in range(3))
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(c, b, a)
    assert list(merge(a, b, c)) == [e for e in whole if e in a or e in b or e in c]
    assert merge(whole) == tuple(whole)


def test_entries_of_an_old_run_that_share_a_second_stay_in_its_order() -> None:
    old = [entry("2026-01-01T00:00:00+00:00", "r1", step) for step in ("tag", "build", "upload")]
    assert merge(old) == merge(old[:2], old) == merge(old, old[1:]) == merge(old[2:], old) == tuple(old)


def test_a_clock_that_was_set_back_does_not_turn_its_run_around() -> None:
    first, second = entry("2026-01-01T00:00:09+00:00", "r1", "tag"), entry("2026-01-01T00:00:03+00:00", "r1", "build")
    other = entry("2026-01-01T00:00:05+00:00", "r2", "waiver")
    assert merge([first, second], [other]) == (other, first, second)
    assert merge([other, first, second]) == merge([first], [first, second], [other]) == (other, first, second)


def test_what_was_written_twice_counts_once() -> None:
    assert merge([entry(), entry(), entry(step="tag")], [entry()]) == (entry(), entry(step="tag"))


def test_what_follows_on_a_machine_whose_clock_is_behind_is_read_after_what_it_follows() -> None:
    ahead, behind = "2026-01-01T00:05:00.000000+00:00", "2026-01-01T00:00:00.000000+00:00"
    failed = replace(entry(ahead, "r9"), event="failed", verdict="fail")
    mended = entry(following([failed], behind), "r0")
    assert merge([mended], [failed]) == (failed, mended)
    assert Record(merge([mended], [failed])).failure is None


def test_a_moment_follows_all_of_a_record_and_not_its_last_line_alone() -> None:
    ahead, behind = entry("2026-01-01T00:05:00.000000+00:00", "r9"), entry("2026-01-01T00:00:00.000000+00:00", "r0")
    assert following([ahead, behind], behind.at) == "2026-01-01T00:05:00.000001+00:00"
    assert following([], behind.at) == behind.at


def test_seconds_come_before_the_fractions_that_follow_them() -> None:
    old, new = entry("2026-01-01T00:00:01+00:00"), entry("2026-01-01T00:00:01.000002+00:00", "r2")
    assert merge([new], [old]) == (old, new)


@pytest.mark.parametrize(
    ("last", "now", "moment"),
    [
        ("2026-01-01T00:00:01+00:00", "2026-01-01T00:00:01.000002+00:00", "2026-01-01T00:00:01.000002+00:00"),
        ("2026-01-01T00:00:01.000002+00:00", "2026-01-01T00:00:01+00:00", "2026-01-01T00:00:01.000003+00:00"),
        ("2026-01-01T00:00:01Z", "2026-01-01T00:00:01+00:00", "2026-01-01T00:00:01.000001+00:00"),
        ("2026-01-01T00:00:01.5Z", "2026-01-01T00:00:01+00:00", "2026-01-01T00:00:01.500001+00:00"),
        ("9999-12-31T23:59:59.999999Z", "2026-01-01T00:00:01Z", "9999-12-31T23:59:59.999999000001+00:00"),
        ("2026-01-01T00:00:01.000999Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:01.001000+00:00"),
    ],
)
def test_each_moment_of_a_record_is_later_than_the_last(last: str, now: str, moment: str) -> None:
    assert following([entry(last)], now) == moment


def test_moments_that_follow_each_other_without_a_clock_stay_in_order() -> None:
    moments = ["2026-01-01T00:00:00.999990+00:00"]
    for _ in range(120):
        moments.append(following([entry(moments[-1])], "2026-01-01T00:00:00+00:00"))
    entries = [entry(at, f"r{number}", "build") for number, at in enumerate(moments)]
    assert merge(reversed(entries)) == tuple(entries)
    endless = f"2026-01-01T00:00:00.{'9' * 9000}Z"
    entries += [entry(endless), entry(following([entry(endless)], "2026-01-01T00:00:00Z"))]
    assert read(write("harbor", {Version("1.0"): entries}), package="harbor") == {Version("1.0"): entries}


@pytest.mark.parametrize("step", ["preflight", "clean", "free", "trigger:staging"])
def test_a_run_that_only_asked_is_told_to_nobody(step: str) -> None:
    asked = replace(entry(run="r2", step=step), event="failed", verdict="refused")
    assert told([asked]) == ()
    assert told([entry(run="r2", step="preflight"), asked]) == ()
    assert told(iter([entry(), asked])) == (entry(),)


def test_a_run_that_went_on_is_told_whole_and_so_is_the_word_of_a_person() -> None:
    went_on = (entry(step="preflight"), entry(step="free"), entry(step="bump"))
    assert told(went_on) == went_on
    waived = replace(entry(step="preflight"), event="waived")
    assert told([waived]) == (waived,)
