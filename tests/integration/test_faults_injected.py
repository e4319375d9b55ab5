"""The bench injects what it is given, in processes of its own, and judges whatever comes out of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.faults import __main__ as bench
from tests.faults import pool
from tests.faults.catalogue import KINDS, Kind, chosen
from tests.faults.fault import SURVIVED, Fault, Inject, Injected, Verdict, marked
from tests.faults.stages import STAGES, Bench


def well(_: Bench, __: Random) -> Verdict:
    return SURVIVED


def fails(_: Bench, __: Random) -> Verdict:
    raise ValueError("of the product's")


def hangs(_: Bench, __: Random) -> Verdict:
    while True:
        time.sleep(0.01)


def hoards(_: Bench, __: Random) -> Verdict:
    return Verdict(words=(str(len(bytes(2 * pool.MEMORY))),))


def dies(_: Bench, __: Random) -> Verdict:
    os._exit(9)


def leaves(where: Bench, __: Random) -> Verdict:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    (where.folder / "left").write_text(str(left.pid))
    return SURVIVED


def seeded(seed: int, *, count: int) -> tuple[Fault, ...]:
    return tuple(Fault("seeded", str(number), seed, well) for number in range(count))


def judged(inject: Inject, folder: Path) -> Verdict:
    return pool.inject(Fault("ledger", "one", 7, inject), Bench(folder)).verdict


def test_what_comes_out_of_a_fault_is_a_traceback(tmp_path: Path) -> None:
    assert judged(well, tmp_path).survived
    verdict = judged(fails, tmp_path)
    assert verdict.marks == {"traceback"}
    assert "ValueError at test_faults_injected.py:" in verdict.words[0]
    assert judged(hoards, tmp_path).marks == {"traceback"}


def test_what_does_not_end_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "QUICK", 1)
    assert judged(hangs, tmp_path).marks == {"lost"}


def test_a_fault_that_takes_its_process_along_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    faults = [Fault("ledger", str(number), 7, dies if number == 1 else well) for number in range(6)]
    told: list[Injected] = []
    done = pool.injected(faults, Bench(tmp_path), processes=1, seconds=60, tell=told.append)
    assert [each.fault.name for each in done] == ["0", "1", "2", "3", "4", "5"]
    assert [sorted(each.verdict.marks) for each in done] == [[], ["traceback"], [], [], [], []]
    assert told == list(done)


def test_no_fault_is_begun_when_the_time_is_over(tmp_path: Path) -> None:
    assert pool.injected([Fault("x", "y", 7, well)], Bench(tmp_path), processes=1, seconds=0, tell=print) == ()


def test_what_a_fault_leaves_running_is_ended_with_it(tmp_path: Path) -> None:
    pool.injected([Fault("x", "y", 7, leaves)], Bench(tmp_path), processes=1, seconds=60, tell=lambda _: None)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "left").read_text()), 0)


def test_every_fault_has_a_name_of_its_own_and_a_stage_that_there_is() -> None:
    faults = [fault for kind in KINDS for fault in kind.faults(7)]
    names = [(fault.kind, fault.name) for fault in faults]
    assert len(names) == len(set(names))
    assert {fault.kind for fault in faults} == {kind.name for kind in KINDS}
    assert {fault.stage for fault in faults} <= {"", *STAGES}
    assert all(fault.stage for fault in faults if fault.whole)


def test_the_full_form_is_as_large_as_it_must_be() -> None:
    faults = chosen(KINDS, 7)
    assert len(faults) >= 1000
    assert sum(fault.whole for fault in faults) >= 150
    assert len(chosen(KINDS, 7, short=True)) == sum(kind.short for kind in KINDS)


def test_a_seed_chooses_the_same_and_another_chooses_others() -> None:
    kinds = [Kind("seeded", partial(seeded, count=50), short=5)]
    one, same, other = (chosen(kinds, seed, short=True) for seed in (1, 1, 2))
    assert [fault.name for fault in one] == [fault.name for fault in same] != [fault.name for fault in other]
    assert len(chosen(kinds, 1, count=3)) == 3
    (named,) = chosen(kinds, 1, short=True, named="seeded/9")
    assert named.name == "9"
    assert chosen(kinds, 1, named="seeded/99") == ()


def test_a_mark_ends_the_bench_with_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = (Kind("seeded", partial(seeded, count=2), short=1),)
    monkeypatch.setattr(bench, "KINDS", kinds)
    monkeypatch.setattr(bench, "prepared", lambda folder, _: Bench(folder))
    assert bench.main(["--seed", "7"]) == 0
    assert "seed 7: 2 to inject, 0 of them whole runs" in capsys.readouterr().out
    monkeypatch.setattr(
        bench, "injected", lambda faults, *_, **__: [Injected(each, marked("twice", "x"), 0.1) for each in faults]
    )
    assert bench.main(["--seed", "7"]) == 1
    assert "-> nox -s faults -- --fault seeded/1 --seed 7" in capsys.readouterr().out
    assert bench.main(["--fault", "seeded/99"]) == 2
