"""A proof can be taken back: by what is red on the same bytes, and by a person's word; and what settles it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from releasegate.core.release.entry import SEAL, Entry, EntryEvent
from releasegate.core.release.record import Record, record
from releasegate.core.release.taken_back import CELL, REVOKED, WATCHES, because

WHEEL, SDIST, COMPANION, OTHER = "a" * 64, "b" * 64, "c" * 64, "d" * 64
BYTES = f"{WHEEL} {SDIST}"
PAIR = f"{BYTES} {COMPANION}"


def entry(step: str, event: EntryEvent = "done", *, verdict: str = "pass", subject: str = BYTES, **said: Any) -> Entry:
    return Entry("2026-01-01T10:20:30Z", "r1", step, event, subject, step, verdict=verdict, evidence=said)


def row(cell: str, verdict: str = "pass") -> dict[str, str]:
    return {"cell": cell, "verdict": verdict}


def cell(name: str, verdict: str, *, subject: str = PAIR, watches: bool = False) -> Entry:
    evidence = {**row(name, verdict), **({WATCHES: True} if watches else {})}
    return replace(entry(CELL, verdict=verdict, subject=subject), evidence=evidence)


def red(step: str = "e2e:staging", *, subject: str = BYTES, verdict: str = "fail") -> Entry:
    return entry(step, "failed", verdict=verdict, subject=subject)


FILES = {"demo-1.0rc1.whl": WHEEL, "demo-1.0rc1.tar.gz": SDIST}
SEALED = entry(SEAL, files=FILES, companion={"version": "2.0", "files": {"core.whl": COMPANION}})
PROVEN = (
    entry("install:staging"),
    entry("e2e:staging", cells=[row("4.5"), row("4.7"), row("4.6", "left out")]),
    SEALED,
)
WORD = entry(REVOKED, REVOKED, verdict="revoked", subject="", by="Ada", reason="it loses rows")


def of(*later: Entry) -> Record:
    """Return the record of a proven candidate, with what came later."""
    return record((*PROVEN, *later))


def test_what_is_proven_and_followed_by_nothing_is_sealed() -> None:
    assert of().seal == SEALED
    assert of().taken_back is None
    assert record(()).taken_back is None


@pytest.mark.parametrize(
    "against", [red(), red("install:staging"), cell("4.7", "fail"), WORD], ids=["gate", "install", "cell", "word"]
)
def test_a_newer_red_on_the_same_bytes_and_a_persons_word_take_the_proof_back(against: Entry) -> None:
    assert of(against).seal is None
    assert of(against).closed == SEALED
    assert of(against).taken_back == against
    assert record((against, *PROVEN)).seal == SEALED, "what came before the seal was settled by it"


@pytest.mark.parametrize(
    "only_told",
    [
        red(subject=f"{OTHER} {SDIST}"),
        red(subject=WHEEL),
        red(verdict="unavailable"),
        red("e2e:scheduled"),
        red("promotion"),
        cell("4.8", "fail"),
        cell("4.6", "fail"),
        cell("4.7", "fail", subject=f"{BYTES} {OTHER}"),
        cell("4.7", "fail", watches=True),
        cell("4.7", "pass"),
        entry("e2e:staging", "started"),
    ],
    ids=[
        *("other bytes", "half of them", "not judged", "another gate", "a gate of the final", "beyond the matrix"),
        *("left out then", "another companion", "scheduled", "green", "begun"),
    ],
)
def test_what_is_about_something_else_or_only_watches_tells_and_takes_nothing_back(only_told: Entry) -> None:
    assert of(only_told).seal == SEALED
    assert of(only_told).taken_back is None


@pytest.mark.parametrize(
    ("against", "settles"),
    [
        (red(), entry("e2e:staging")),
        (red(), entry("e2e:staging", "waived", by="Ada", reason="a flaw of the mock")),
        (cell("4.7", "fail"), cell("4.7", "pass")),
        (cell("4.7", "fail"), entry("e2e:staging", cells=[row("4.7")])),
        (cell("4.7", "fail"), entry("e2e:staging", "waived", by="Ada", reason="a flaw of the mock")),
        (WORD, entry(REVOKED, "waived", by="Ada", reason="it was another version")),
    ],
    ids=["gate green", "gate waived", "cell green", "cell in a green run", "cell waived", "word waived"],
)
def test_it_stands_again_once_that_is_green_again_or_waived(against: Entry, settles: Entry) -> None:
    assert of(against, settles).seal == SEALED
    assert of(settles, against).taken_back == against, "only what is newer settles it"


@pytest.mark.parametrize(
    ("against", "other"),
    [
        (red(), entry("e2e:staging", subject=f"{OTHER} {SDIST}")),
        (red(), entry("install:staging", "waived", by="Ada", reason="another gate")),
        (red(), entry("e2e:staging", "started")),
        (cell("4.7", "fail"), cell("4.5", "pass")),
        (cell("4.7", "fail"), cell("4.7", "not run")),
        (cell("4.7", "fail"), entry("e2e:staging", cells=[row("4.5")])),
        (cell("4.7", "fail"), entry("install:staging")),
        (WORD, entry("e2e:staging")),
        (WORD, entry("e2e:staging", "waived", by="Ada", reason="another thing")),
    ],
)
def test_what_is_about_something_else_settles_nothing(against: Entry, other: Entry) -> None:
    assert of(against, other).taken_back == against


def test_after_a_persons_word_nothing_is_remembered_until_it_is_sealed_again() -> None:
    revoked = of(WORD)
    assert revoked.done("install:staging", subject=BYTES) is None
    assert revoked.remembered == ()
    again = of(WORD, entry("install:staging"))
    assert again.done("install:staging", subject=BYTES) is not None
    assert again.done("e2e:staging", subject=BYTES) is None
    sealed = of(WORD, *PROVEN)
    assert sealed.seal == SEALED
    assert sealed.done("e2e:staging", subject=BYTES) is not None


def test_after_a_red_cell_the_end_to_end_run_alone_is_asked_again() -> None:
    broken = of(cell("4.7", "fail"))
    assert broken.done("e2e:staging", subject=BYTES) is None
    assert broken.done("install:staging", subject=BYTES) is not None


def test_a_word_that_is_waived_is_remembered_by_nothing() -> None:
    waived = of(WORD, entry(REVOKED, "waived", by="Ada", reason="it was another version"))
    assert waived.done("install:staging", subject=BYTES) is not None


@pytest.mark.parametrize("said", [{}, {"files": []}, {"files": {"a": 7}}, {"files": FILES, "companion": "2.0"}])
def test_a_seal_that_names_no_bytes_is_taken_back_by_words_alone(said: dict[str, Any]) -> None:
    odd = (entry("e2e:staging", cells="none"), entry(SEAL, **said))
    assert record((*odd, cell("4.7", "fail"))).seal is not None
    assert record((*odd, WORD)).taken_back == WORD


def test_why_a_proof_is_taken_back_is_said_in_words() -> None:
    assert because(WORD) == REVOKED
    assert because(red()) == "e2e:staging (red since 2026-01-01 10:20 UTC, on the same bytes)"


def test_what_is_red_again_after_it_was_settled_takes_the_proof_back() -> None:
    again = replace(cell("4.7", "fail"), at="2026-01-02T10:20:30Z")

    assert of(cell("4.7", "fail"), cell("4.7", "pass")).seal == SEALED
    assert of(cell("4.7", "fail"), cell("4.7", "pass"), again).taken_back == again
    assert of(cell("4.7", "fail"), cell("4.5", "fail"), cell("4.7", "pass")).taken_back == cell("4.5", "fail")
