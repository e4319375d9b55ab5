"""The engine: the only loop over steps, and the only place that decides whether a step runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from releasegate.core.errors import GateFailed, Refused, ReleasegateError
from releasegate.core.release.entry import Evidence
from releasegate.core.release.record import Record
from releasegate.ledger_writer import LedgerWriter
from releasegate.steps.step import Kind, Step

Verdict = Literal["pass", "waived", "fail", "wait", "refused", "unavailable"]


@dataclass(frozen=True)
class Outcome:
    """How one step ended; ``how`` says whether it was ``done``, found ``already`` so, or ``remembered``."""

    step: Step
    verdict: Verdict
    how: str
    evidence: Evidence
    seconds: float = 0.0


class Watch(Protocol):
    """Looks on while steps run, and tells a person."""

    def begins(self, step: Step) -> None:
        """Say that *step* begins."""
        ...

    def ends(self, outcome: Outcome) -> None:
        """Say how a step ended."""
        ...


@dataclass(frozen=True)
class Engine:
    """Runs steps in order until one does not pass.

    ``confirm`` is asked before what cannot be taken back, with what exactly will happen.
    """

    writer: LedgerWriter
    watch: Watch
    confirm: Callable[[str], bool]

    def run(self, steps: Sequence[Step]) -> tuple[Outcome, ...]:
        """Run *steps*; what passed before on the same subject is remembered, guards are asked again.

        Raises:
            ReleasegateError: a step did not pass; its ledger says so.
        """
        return tuple(self._step(step) for step in steps)

    def _step(self, step: Step) -> Outcome:
        self.watch.begins(step)
        started = self.writer.clock.elapsed()
        try:
            verdict, how, evidence = self._passed(step)
        except ReleasegateError as error:
            may_be_waived = step.waivable and step.kind is not Kind.ONE_WAY and isinstance(error, GateFailed | Refused)
            waiver = self._record(step).waiver(step.key) if may_be_waived else None
            found = {**error.evidence, "problem": error.problem}
            if waiver is None:
                self.writer.step(step, "failed", verdict=error.verdict, evidence=found)
                self.watch.ends(self._outcome(step, error.verdict, "failed", found, started))
                raise
            # What a person took on is told with what was found: it stays a gate that did not pass.
            self.writer.step(step, "failed", verdict="waived", evidence=found)
            verdict, how = "waived", "waived"
            evidence = {**found, **waiver.evidence}
        outcome = self._outcome(step, verdict, how, evidence, started)
        self.watch.ends(outcome)
        return outcome

    def _passed(self, step: Step) -> tuple[str, str, Evidence]:
        """Return verdict, how and evidence of a step that holds, or has been made to."""
        # What goes to the production index is looked at anew as long as it is not called released.
        seal = None if step.release.strict else self._record(step).seal
        if seal is not None:
            return "pass", "remembered", {"sealed": seal.at}
        if step.kind is Kind.WORK:
            remembered = self._record(step).done(step.key, subject=step.subject())
            if remembered is not None:
                return "pass", "remembered", remembered.evidence
        evidence = step.already()
        how = "already"
        if evidence is None:
            how = "done"
            if step.kind is Kind.ONE_WAY and not self.confirm(step.describe()):
                raise Refused("It was not confirmed.", hint="Run the same command again, or say --yes")
            self.writer.step(step, "started")
            evidence = step.run()
        self.writer.step(step, "done", evidence=evidence)
        return "pass", how, evidence

    def _record(self, step: Step) -> Record:
        release = step.release
        return self.writer.record(release.package.name, release.version, believed=release.strict)

    def _outcome(self, step: Step, verdict: str, how: str, evidence: Evidence, started: float) -> Outcome:
        return Outcome(step, verdict, how, evidence, self.writer.clock.elapsed() - started)  # type: ignore[arg-type]
