"""The engine runs steps, remembers what holds, and writes what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.version import Version

from releasegate.adapters.ledger.memory import MemoryLedger
from releasegate.core.errors import Conflict, GateFailed, NotYet, Refused, ReleasegateError, Unavailable
from releasegate.core.release.entry import Entry, EntryEvent, Evidence
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import is_red
from releasegate.engine import Engine, Outcome
from releasegate.ledger_writer import LedgerWriter
from releasegate.steps.step import Kind

VERSION = Version("1.0rc1")


class FakeRelease:
    """A release that is nothing but its ledger; *written* is what earlier runs wrote there."""

    package = SimpleNamespace(name="sample")
    version = VERSION
    strict = False

    def __init__(self, *written: Entry) -> None:
        self.ledger = MemoryLedger({VERSION: list(written)})

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the ledger says."""
        return self.ledger.read(VERSION)

    def record(self) -> Record:
        """Return what the ledger says."""
        return Record(self.entries)


class Looks:
    """A clock that stands still, and on whose stopwatch every look takes half a second."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> str:
        """Return always the same moment."""
        return "2026-11-01T00:00:00+00:00"

    def elapsed(self) -> float:
        """Return half a second more than before."""
        self.looks += 1
        return self.looks / 2

    def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError(seconds)


@dataclass(frozen=True)
class FakeStep:
    """A step that does what its ``doing`` does, and counts on its ``ran``."""

    release: Any
    kind: Kind = Kind.WORK
    waivable: bool = False
    key: str = "step"
    about: str | ReleasegateError = "commit"
    found: Evidence | None = None
    doing: Callable[[], Evidence] = lambda: {"made": True}
    ran: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Return one line."""
        return f"do {self.key}"

    def subject(self) -> str:
        """Return what it is about, or say that it cannot be known."""
        if isinstance(self.about, ReleasegateError):
            raise self.about
        return self.about

    def already(self) -> Evidence | None:
        """Return what was found."""
        return self.found

    def run(self) -> Evidence:
        """Count, and do it."""
        self.ran.append(self.key)
        return self.doing()


@dataclass(frozen=True)
class Seen:
    """A watch that keeps what it was told."""

    began: list[str] = field(default_factory=list)
    ended: list[Outcome] = field(default_factory=list)

    def begins(self, step: Any) -> None:
        """Keep the step's key."""
        self.began.append(step.key)

    def ends(self, outcome: Outcome) -> None:
        """Keep the outcome."""
        self.ended.append(outcome)


def run(*steps: Any, watch: Seen | None = None, confirm: Callable[[str], bool] | None = None) -> Sequence[Outcome]:
    """Run the steps, which are all of one release."""
    writer = LedgerWriter({"sample": steps[0].release.ledger}.__getitem__, Looks(), "run1", "9.9")
    return Engine(writer, watch or Seen(), confirm or (lambda _: True)).run(steps)


def raising(error: Exception) -> Callable[[], Evidence]:
    """Return a deed that fails."""

    def doing() -> Evidence:
        raise error

    return doing


def events(release: FakeRelease) -> list[tuple[str, str]]:
    """Return the events and verdicts that were written."""
    return [(e.event, e.verdict) for e in release.entries]


def written(step: str, event: EntryEvent, *, evidence: Evidence | None = None) -> Entry:
    """Return an entry that an earlier run wrote."""
    return Entry("before", "run0", step, event, "commit", step, evidence=evidence or {})


def waived() -> FakeRelease:
    """Return a release of which a person waived the step."""
    by = {"by": "Ada", "reason": "flaky host"}
    return FakeRelease(written("step", "waived", evidence=by))


BAD = GateFailed("It is bad.", hint="Mend it")
NO = Refused("It may not.", hint="Ask")


def test_steps_run_in_their_order_and_are_watched() -> None:
    release, watch = FakeRelease(), Seen()
    outcomes = run(FakeStep(release, key="a"), FakeStep(release, key="b"), watch=watch)
    assert watch.began == ["a", "b"]
    assert tuple(watch.ended) == outcomes
    assert [(o.step.key, o.verdict, o.how, o.evidence, o.seconds) for o in outcomes] == [
        ("a", "pass", "done", {"made": True}, 0.5),
        ("b", "pass", "done", {"made": True}, 0.5),
    ]


def test_what_a_step_did_is_written_whole() -> None:
    release = FakeRelease()
    run(FakeStep(release))
    assert release.entries[-1] == Entry(
        # The clock stands still; the entry before it has the moment itself.
        at="2026-11-01T00:00:00.000001+00:00",
        run="run1",
        step="step",
        event="done",
        subject="commit",
        line="do step",
        kind="work",
        verdict="pass",
        evidence={"made": True},
        releasegate="9.9",
    )


def test_what_is_written_comes_after_what_a_machine_with_a_faster_clock_wrote() -> None:
    seen = replace(written("step", "failed"), at="2026-11-01T00:05:00.000000+00:00")
    release = FakeRelease(seen)
    run(FakeStep(release))
    assert [e.at for e in release.entries] == [
        "2026-11-01T00:05:00.000000+00:00",
        "2026-11-01T00:05:00.000001+00:00",
        "2026-11-01T00:05:00.000002+00:00",
    ]


def test_what_is_already_so_is_not_done_again() -> None:
    release = FakeRelease()
    step = FakeStep(release, kind=Kind.ONE_WAY, found={"there": True})
    (outcome,) = run(step, confirm=raising(AssertionError("nothing is to be confirmed")))  # type: ignore[arg-type]
    assert (outcome.how, outcome.evidence, step.ran) == ("already", {"there": True}, [])
    assert events(release) == [("done", "pass")]


def test_work_is_remembered_for_the_same_subject() -> None:
    release = FakeRelease()
    run(FakeStep(release))
    again = FakeStep(release)
    (outcome,) = run(again)
    assert (outcome.verdict, outcome.how, outcome.evidence, again.ran) == ("pass", "remembered", {"made": True}, [])


def test_work_is_done_anew_for_another_subject() -> None:
    release = FakeRelease()
    run(FakeStep(release))
    again = FakeStep(release, about="another commit")
    (outcome,) = run(again)
    assert (outcome.how, again.ran) == ("done", ["step"])


@pytest.mark.parametrize("kind", [Kind.GUARD, Kind.ONE_WAY])
def test_a_guard_and_a_one_way_step_are_asked_again_on_resume(kind: Kind) -> None:
    release = FakeRelease()
    run(FakeStep(release, kind=kind))
    again = FakeStep(release, kind=kind)
    (outcome,) = run(again)
    assert (outcome.how, again.ran) == ("done", ["step"])


def test_a_guard_that_held_before_refuses_now() -> None:
    release = FakeRelease()
    run(FakeStep(release, kind=Kind.GUARD))
    with pytest.raises(Refused):
        run(FakeStep(release, kind=Kind.GUARD, doing=raising(NO)))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_sealed_version_is_remembered_whole(kind: Kind) -> None:
    release = FakeRelease(written("seal", "done"))
    step = FakeStep(release, kind=kind, about=NO)
    (outcome,) = run(step)
    assert (outcome.how, outcome.evidence, step.ran) == ("remembered", {"sealed": "before"}, [])
    assert len(release.entries) == 1


def test_a_one_way_step_is_confirmed_before_anything_is_written() -> None:
    release = FakeRelease()
    asked: list[tuple[str, int]] = []

    def confirm(what: str) -> bool:
        asked.append((what, len(release.entries)))
        return True

    run(FakeStep(release, kind=Kind.ONE_WAY), confirm=confirm)
    assert asked == [("do step", 0)]


def test_a_one_way_step_that_is_not_confirmed_does_not_start() -> None:
    release = FakeRelease()
    step = FakeStep(release, kind=Kind.ONE_WAY)
    with pytest.raises(Refused, match="not confirmed"):
        run(step, confirm=lambda _: False)
    assert step.ran == []
    assert events(release) == [("failed", "refused")]
    assert not release.record().attempted


@pytest.mark.parametrize("kind", [Kind.GUARD, Kind.WORK])
def test_what_can_be_repeated_is_not_confirmed(kind: Kind) -> None:
    (outcome,) = run(FakeStep(FakeRelease(), kind=kind), confirm=lambda _: False)
    assert outcome.how == "done"


def test_a_one_way_step_counts_as_attempted_before_it_runs() -> None:
    release = FakeRelease()

    def doing() -> Evidence:
        assert release.record().attempted
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(FakeStep(release, kind=Kind.ONE_WAY, doing=doing))
    assert events(release) == [("started", "pass")]
    assert release.entries[0].kind == "one-way"


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (BAD, "fail"),
        (Conflict("Other bytes.", hint="Next"), "fail"),
        (NO, "refused"),
        (NotYet("Not seen.", hint="Wait"), "wait"),
        (Unavailable("No Docker.", hint="Install it"), "unavailable"),
    ],
)
def test_a_failure_is_written_with_its_verdict_and_raised_again(error: ReleasegateError, verdict: str) -> None:
    release, watch = FakeRelease(), Seen()
    after = FakeStep(release, key="after")
    with pytest.raises(type(error)) as raised:
        run(FakeStep(release, doing=raising(error)), after, watch=watch)
    assert raised.value is error
    assert events(release) == [("started", "pass"), ("failed", verdict)]
    assert release.entries[-1].evidence == {"problem": error.problem}
    assert [(o.verdict, o.how, o.evidence) for o in watch.ended] == [(verdict, "failed", {"problem": error.problem})]
    assert after.ran == []


@pytest.mark.parametrize("error", [BAD, NO])
def test_a_waiver_turns_a_verdict_of_a_waivable_step_into_waived(error: ReleasegateError) -> None:
    release, watch = waived(), Seen()
    after = FakeStep(release, key="after")
    outcomes = run(FakeStep(release, waivable=True, doing=raising(error)), after, watch=watch)
    assert (outcomes[0].verdict, outcomes[0].how) == ("waived", "waived")
    assert outcomes[0].evidence == {"by": "Ada", "reason": "flaky host", "problem": error.problem}
    assert tuple(watch.ended) == outcomes
    assert after.ran == ["after"]
    assert release.record().done("step", subject="commit") is None
    assert release.record().failure is None


def test_what_was_found_by_a_gate_that_is_waived_is_recorded_and_told() -> None:
    error = GateFailed("It is bad.", hint="Mend it", evidence={"cells": ["red"]})
    release = waived()
    (outcome,) = run(FakeStep(release, waivable=True, doing=raising(error)))
    found = {"cells": ["red"], "problem": "It is bad."}
    assert outcome.evidence == {**found, "by": "Ada", "reason": "flaky host"}
    assert events(release)[-2:] == [("started", "pass"), ("failed", "waived")]
    assert release.entries[-1].evidence == found
    assert release.record().waiver("step") is not None
    assert not is_red(release.entries[-1])


def test_a_waived_step_that_passes_has_passed() -> None:
    (outcome,) = run(FakeStep(waived(), waivable=True))
    assert outcome.verdict == "pass"


@pytest.mark.parametrize("error", [NotYet("Not seen.", hint="Wait"), Unavailable("No Docker.", hint="Install it")])
def test_what_was_not_judged_cannot_be_waived(error: ReleasegateError) -> None:
    with pytest.raises(type(error)):
        run(FakeStep(waived(), waivable=True, doing=raising(error)))


def test_a_step_that_is_not_waivable_fails_in_spite_of_a_waiver() -> None:
    with pytest.raises(GateFailed):
        run(FakeStep(waived(), doing=raising(BAD)))


def test_a_one_way_step_is_never_waived() -> None:
    with pytest.raises(Refused):
        run(FakeStep(waived(), kind=Kind.ONE_WAY, waivable=True), confirm=lambda _: False)


def test_a_waivable_step_that_nobody_waived_fails() -> None:
    with pytest.raises(GateFailed):
        run(FakeStep(FakeRelease(), waivable=True, doing=raising(BAD)))


def test_a_waiver_of_another_step_waives_nothing() -> None:
    with pytest.raises(GateFailed):
        run(FakeStep(waived(), key="other", waivable=True, doing=raising(BAD)))


def test_a_subject_that_cannot_be_known_is_written_empty() -> None:
    release = FakeRelease()
    with pytest.raises(Refused):
        run(FakeStep(release, about=NO))
    assert [(e.event, e.subject) for e in release.entries] == [("failed", "")]


def test_an_error_that_is_not_ours_is_neither_swallowed_nor_judged() -> None:
    release = waived()
    with pytest.raises(ZeroDivisionError):
        run(FakeStep(release, waivable=True, doing=raising(ZeroDivisionError())))
    assert events(release)[1:] == [("started", "pass")]


def test_what_goes_to_the_production_index_is_looked_at_anew_until_it_is_called_released() -> None:
    release = FakeRelease(written("seal", "done"))
    release.strict = True
    step = FakeStep(release)
    (outcome,) = run(step)
    assert (outcome.how, step.ran) == ("done", ["step"])
