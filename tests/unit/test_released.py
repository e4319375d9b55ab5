"""What is called released is what the index serves; and how long gates took is read from the record's times."""

from __future__ import annotations

import pytest

from releasegate.core.release.durations import in_words, lasted
from releasegate.core.release.entry import SEAL, Entry, EntryEvent
from releasegate.core.release.released import without_false_seals

FILES = {"demo-1.0.whl": "a" * 64, "demo-1.0.tar.gz": "b" * 64}


def entry(
    step: str, event: EntryEvent = "done", *, at: str = "2026-01-01T00:00:00Z", run: str = "r1", **said: object
) -> Entry:
    return Entry(at, run, step, event, "", step, evidence=said)


def test_a_seal_of_what_the_index_serves_counts() -> None:
    entries = (entry("tag"), entry(SEAL, files=FILES))
    assert without_false_seals(entries, {**FILES, "more.whl": "c" * 64}) == (entries, ())


@pytest.mark.parametrize(
    "served", [{}, {"demo-1.0.whl": "a" * 64}, {**FILES, "demo-1.0.whl": "c" * 64}, {**FILES, "demo-1.0.whl": ""}]
)
def test_a_seal_of_other_files_than_the_index_serves_counts_for_nothing(served: dict[str, str]) -> None:
    sealed = entry(SEAL, files=FILES)
    failed = entry(SEAL, "failed")
    assert without_false_seals((entry("tag"), failed, sealed), served) == ((entry("tag"), failed), (sealed,))


@pytest.mark.parametrize("files", [{}, [], None, "all"])
def test_a_seal_that_names_no_files_counts_for_nothing(files: object) -> None:
    assert without_false_seals([entry(SEAL, files=files)], {})[0] == ()


def test_a_step_lasted_from_its_newest_start_to_its_end() -> None:
    entries = [
        entry("e2e", "started", at="2026-01-01T23:59:00Z"),
        entry("e2e", at="2026-01-02T00:01:30.500000+00:00"),
        entry("e2e", "started", at="2026-01-03T00:00:00Z"),
    ]
    assert lasted(entries, "e2e") == 150.5
    assert lasted(entries, "install") is None


def test_what_was_not_begun_in_its_run_tells_no_time() -> None:
    assert lasted([entry("e2e", "started", run="r2"), entry("e2e")], "e2e") is None
    assert lasted([entry("e2e"), entry("e2e")], "e2e") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [([], ""), ([None], ""), ([0.2], "about 1 s"), ([40, None, 40], "about 80 s"), ([600, 120], "about 12 min")],
)
def test_durations_are_told_together_in_words(seconds: list[float | None], words: str) -> None:
    assert in_words(seconds) == words
