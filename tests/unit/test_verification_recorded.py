"""What the record says of a published version: what is believed of it, what is not, and what takes a proof back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from releasegate.core.evidence.signed_entries import digest
from releasegate.core.release.entry import SEAL, Entry, EntryEvent
from releasegate.core.release.taken_back import CELL, REVOKED, WATCHES
from releasegate.core.verification.claims import Claim
from releasegate.core.verification.recorded import Recorded, recorded_claims, sealed_files

COMMIT, OTHER = "c" * 40, "d" * 40
WHEEL = "sample-1.0-py3-none-any.whl"
SDIST = "sample-1.0.tar.gz"
HELD = {WHEEL: "a" * 64, SDIST: "b" * 64}
BYTES = f"{'a' * 64} {'b' * 64}"
WHY = "signed by ada"
NOBODY = "nobody who is believed says so"


def entry(step: str, event: EntryEvent = "done", verdict: str = "pass", **evidence: Any) -> Entry:
    return Entry("2026-01-01T00:00:00Z", "r1", step, event, "s", step, "work", verdict, evidence, "0.1.0")


def revoked(by: str = "Ada") -> Entry:
    said = entry(REVOKED, REVOKED, "revoked", by=by, reason="it loses rows")
    return replace(said, line=f"1.0 is revoked by {by}: it loses rows")


def of(entries: Sequence[Entry], *, doubted: Sequence[Entry] = (), elsewhere: tuple[tuple[str, str], ...] = ()) -> Any:
    """Return the claims of a record, of which *doubted* are not believed."""
    reasons = {digest(each): WHY for each in entries if each not in doubted}
    return recorded_claims(Recorded(entries, reasons, elsewhere), held=HELD, commit=COMMIT, index="pypi")


def claims(*entries: Entry, doubted: Sequence[Entry] = ()) -> dict[str, Claim]:
    return {claim.about: claim for claim in of(entries, doubted=doubted)}


def test_where_nothing_is_recorded_that_is_what_is_said() -> None:
    assert claims() == {"seal": Claim("seal", "not recorded", "there is no record")}


def test_a_record_that_is_not_closed_is_no_seal() -> None:
    found = claims(entry("build"))
    assert found["seal"].said == "the record is not closed: 1 entry and no seal"
    assert found["gates"].said == "1 passed: build"


def test_what_the_configuration_let_be_left_out_is_no_gate_that_passed() -> None:
    left_out = replace(entry("forge"), evidence={"forge": None, "allowed by": "production-without-forge"})
    found = claims(entry("build"), left_out)
    assert found["gates"].said == "1 passed: build"
    assert found["gate forge"].standing == "not recorded"
    assert found["gate forge"].said == "it was not done: production-without-forge in the configuration allows that"
    doubted = claims(entry("build"), left_out, doubted=[entry("build"), left_out])
    assert doubted["gates"].said.startswith("1 are said to have passed: build;")


def test_a_believed_seal_of_the_listed_files_is_proven_and_says_why_it_is_believed() -> None:
    found = claims(entry("build"), entry(SEAL, files=HELD))
    assert found["seal"].standing == "proven"
    assert found["seal"].by == f"{WHY}, releasegate 0.1.0 in run r1, the record on {COMMIT[:12]}"
    assert found["gates"].by == f"{WHY}, releasegate 0.1.0 in run r1"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({**HELD, WHEEL: "f" * 64}, f"{WHEEL}: sealed {'f' * 64}, listed {'a' * 64}"),
        ({WHEEL: "a" * 64}, f"{SDIST} is not sealed, and pypi lists it"),
        ({**HELD, "more.whl": "c" * 64}, "more.whl is sealed, and pypi lists no such file"),
    ],
)
def test_a_believed_seal_of_other_files_is_contradicted(files: dict[str, str], told: str) -> None:
    found = claims(entry(SEAL, files=files))
    assert found["seal"].standing == "contradicted"
    assert found["seal"].details == (told,)


@pytest.mark.parametrize("files", [None, [], {}, {"a": 1}, "text"])
def test_a_seal_that_names_no_files_proves_nothing(files: object) -> None:
    seal = entry(SEAL, files=files)
    assert sealed_files(seal) == {}
    assert claims(seal)["seal"].standing == "contradicted"


@pytest.mark.parametrize(("files", "told"), [(HELD, "every file"), ({WHEEL: "f" * 64}, "other files than those")])
def test_a_seal_that_is_not_believed_proves_nothing_and_contradicts_nothing(files: dict[str, str], told: str) -> None:
    seal, gate = entry(SEAL, files=files), entry("e2e:staging")
    found = claims(gate, seal, doubted=[gate, seal])
    assert {claim.standing for claim in found.values()} == {"not believed"}
    assert found["seal"].said == f"{seal.at}: {told} that pypi lists; {NOBODY}"
    assert found["gates"].said == f"1 are said to have passed: e2e:staging; {NOBODY}"


def test_a_forged_seal_beside_a_believed_one_takes_nothing_from_it() -> None:
    forged = replace(entry(SEAL, files={WHEEL: "f" * 64}), run="forged")
    found = of([entry(SEAL, files=HELD), forged], doubted=[forged])
    assert [(claim.about, claim.standing) for claim in found] == [("seal", "proven"), ("seal", "not believed")]


@pytest.mark.parametrize(("reason", "standing"), [(WHY, "contradicted"), ("", "not believed")])
def test_a_seal_of_another_commit_says_that_a_tag_was_moved_where_it_is_believed(reason: str, standing: str) -> None:
    found = of((), elsewhere=((OTHER, reason), (OTHER, reason)))
    assert [claim.standing for claim in found if claim.about == "tag"] == [standing]
    assert f"a seal of this version is of {OTHER[:12]}, and the tag names {COMMIT[:12]}" in found[0].said


def test_a_waived_gate_is_not_proven_and_says_who_took_it_on() -> None:
    found = claims(
        entry("audit", "failed", "fail", problem="no"), entry("audit", "waived", "waived", by="Ada", reason="later")
    )
    said = "it did not pass, and was waived: later"
    assert found["gate audit"] == Claim("gate audit", "not recorded", said, f"Ada, {WHY}")


def test_a_waiver_that_is_not_believed_leaves_the_gate_red() -> None:
    waiver = entry("audit", "waived", "waived", by="Eve", reason="trust me")
    found = of([entry("audit", "failed", "fail", problem="no"), waiver], doubted=[waiver])
    told = {(claim.about, claim.standing): claim.said for claim in found}
    assert told["gate audit", "contradicted"] == "it failed: no"
    assert told["gate audit", "not believed"] == f"it is said to be waived by Eve: trust me; {NOBODY}"


@pytest.mark.parametrize(("event", "told"), [("failed", "it broke"), ("done", "e2e:production")])
def test_a_gate_that_failed_contradicts_what_is_served(event: EntryEvent, told: str) -> None:
    evidence = {"problem": "it broke"} if event == "failed" else {}
    found = claims(entry("build"), entry("e2e:production", event, "fail", **evidence))
    assert found["gate e2e:production"].standing == "contradicted"
    assert found["gate e2e:production"].said == f"it failed: {told}"


def test_what_is_believed_is_not_told_once_more_where_others_say_it_too() -> None:
    told = [replace(entry("build"), run="r2"), entry("upload:staging", "failed", "unavailable")]
    found = of([entry("build"), *told], doubted=told)
    assert [(claim.about, claim.standing) for claim in found] == [("seal", "not recorded"), ("gates", "proven")]


def test_a_red_verdict_that_is_not_believed_is_told_and_contradicts_nothing() -> None:
    red = entry("install:staging", "failed", "fail", problem="it broke")
    found = claims(entry("build"), red, doubted=[red])
    assert found["gate install:staging"].standing == "not believed"
    assert found["gate install:staging"].said == f"it is said to have failed: it broke; {NOBODY}"


def test_a_revoked_version_is_said_to_be_revoked_and_by_whom() -> None:
    found = claims(entry("build"), entry(SEAL, files=HELD), revoked())
    assert found["seal"].standing == "contradicted"
    assert found["seal"].said == "the proof was taken back: 1.0 is revoked by Ada: it loses rows"
    assert found["seal"].by.startswith(f"{WHY}, releasegate 0.1.0 in run r1")


def test_a_word_that_counts_takes_back_a_proof_whoever_proved_it() -> None:
    seal, word = entry(SEAL, files=HELD), revoked()
    again = replace(seal, run="r2")
    found = of([seal, word, again], doubted=[seal, again])
    assert [(claim.about, claim.standing) for claim in found] == [("seal", "contradicted"), ("seal", "not believed")]
    assert of([word])[0].standing == "contradicted"


def test_a_word_is_taken_back_by_a_believed_waiver_alone() -> None:
    seal, waiver = entry(SEAL, files=HELD), entry(REVOKED, "waived", "waived", by="Eve", reason="mended")
    standing = {claim.about: claim.standing for claim in of([seal, revoked(), waiver])}
    assert standing["seal"] == "proven"
    found = of([seal, revoked(), waiver], doubted=[waiver])
    assert [claim.standing for claim in found] == ["contradicted", "not believed"]
    assert found[1].said == f"it is said to be waived by Eve: mended; {NOBODY}"
    assert of([revoked(), waiver])[0].said == "the record is not closed: 2 entries and no seal"


def test_a_word_that_does_not_count_is_told() -> None:
    word = revoked("Eve")
    found = of([entry(SEAL, files=HELD), word], doubted=[word])
    assert [claim.standing for claim in found] == ["proven", "not believed"]
    assert "1.0 is revoked by Eve: it loses rows" in found[1].said


@pytest.mark.parametrize(("more", "standing"), [({}, "contradicted"), ({WATCHES: True}, "proven")])
def test_a_red_cell_takes_the_proof_back_and_one_that_only_watches_does_not(
    more: dict[str, bool], standing: str
) -> None:
    ran = entry("e2e:staging", cells=[{"cell": "4.7", "verdict": "pass"}])
    cell = replace(entry(CELL, "done", "fail", cell="4.7", **more), subject=BYTES)
    found = of([ran, entry(SEAL, files=HELD), cell])
    assert next(claim.standing for claim in found if claim.about == "seal") == standing
    assert not [claim for claim in found if CELL in claim.about]


def test_what_only_began_or_could_not_be_had_says_nothing() -> None:
    assert set(claims(entry("tag", "started"), entry("upload", "failed", "unavailable"))) == {"seal"}


def test_that_a_gate_was_begun_again_hides_no_verdict_of_it() -> None:
    found = claims(entry("build"), entry(SEAL, files=HELD), entry("build", "started"), entry(SEAL, "started"))
    assert {claim.standing for claim in found.values()} == {"proven"}


def test_many_gates_are_counted() -> None:
    found = claims(*(entry(f"g{number}") for number in range(20)))
    assert found["gates"].said.startswith("20 passed: g0, g1")
    assert found["gates"].said.endswith("g15 and 4 more")
