"""``invoke release``: plan each package from where it stands, and run its pipeline."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import takewhile

from packaging.version import Version

from releasegate.app.orders import Order, plan_order, selected
from releasegate.app.package_state import stated
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.evidence.merge import without
from releasegate.core.nearest import meant
from releasegate.core.release.durations import in_words, lasted
from releasegate.core.release.entry import Entry
from releasegate.core.release.plan import Plan
from releasegate.core.release.record import record
from releasegate.core.release.taken_back import REVOKED, because
from releasegate.core.release.versions import base
from releasegate.engine import Engine, Outcome, Watch
from releasegate.ledger_writer import Waiver
from releasegate.pipelines import PIPELINES, bind
from releasegate.ports import Ledger
from releasegate.steps.release import Release
from releasegate.steps.reprove import ASKED_AGAIN
from releasegate.steps.step import Step


@dataclass(frozen=True)
class Planned:
    """One package's plan and the very steps that it consists of; none where there is nothing to do.

    ``told`` are sentences on what the steps alone do not say.
    """

    package: Package
    plan: Plan | None
    steps: tuple[Step, ...]
    reason: str = ""
    told: tuple[str, ...] = ()


def plan(workspace: Workspace, order: Order, package: Package) -> Planned:
    """Return what *order* means for one package now.

    Raises:
        ReleasegateError: the order is refused as things stand.
    """
    made, reason = plan_order(order, workspace.package_state(package))
    if made is None or made.finished:
        return Planned(package, made, (), reason)
    release = Release(package, made.version, made.candidate, workspace.run_context())
    again = made.pipeline != "rc" and release.doubted()
    steps = _until(bind(PIPELINES[made.pipeline], release, again=again), order.until)
    told = (asked_again(workspace.ledger(package), made.candidate),) if again else ()
    return Planned(package, made, steps, "" if steps else f"it is to stop before {order.until}", told)


def release(
    workspace: Workspace,
    order: Order,
    *,
    watch: Watch,
    confirm: Callable[[str], bool],
    planned: Callable[[Planned], None],
) -> tuple[Outcome, ...]:
    """Run the order, package by package in release order; *planned* is told of each plan before it runs.

    Raises:
        ReleasegateError: a step did not pass; the same command goes on from there.
    """
    require_gate(workspace, order)
    packages = selected(workspace, order)
    outcomes: list[Outcome] = []
    engine = Engine(workspace.writer(), watch, confirm)
    with ExitStack() as stack:
        for package in packages:
            stack.enter_context(workspace.ledger(package).locked())
        for package in packages:
            stack.enter_context(workspace.shared(package))
        for package in packages:
            next_up = plan(workspace, order, package)
            planned(next_up)
            outcomes += engine.run(next_up.steps)
    return tuple(outcomes)


def require_gate(workspace: Workspace, order: Order) -> None:
    """Raise unless the gate that *order* ends before is one of its pipeline.

    Raises:
        ConfigurationError: there is no such gate.
    """
    (package, *_), nothing = workspace.project.select(order.package), Version("0")
    gates = dict.fromkeys(s.key for s in bind(PIPELINES[order.pipeline], _example(workspace, package, nothing)))
    if not any(gate.startswith(order.until) for gate in gates):
        stems = (gate.partition(":")[0] for gate in gates)
        raise ConfigurationError(f"No gate begins with {order.until!r}.", hint=meant(order.until, [*gates, *stems]))


def asked_again(ledger: Ledger, candidate: Version) -> str:
    """Return in one sentence what is asked again of a candidate whose proof is not believed, and how long that took."""
    known, believed = record(ledger.read(candidate)), record(ledger.believed(candidate))
    bytes_of = " ".join(known.closed.evidence["files"].values()) if known.closed is not None else ""
    gates = [gate for gate in ASKED_AGAIN if believed.done(gate, subject=bytes_of) is None]
    took = in_words(lasted(known.entries, gate) for gate in gates)
    words = [entry for entry in known.entries if entry.event == "waived"]
    waived = sorted({entry.step for entry in without(words, believed.entries)})
    more = f"; the waiver of {', '.join(waived)} does not count, as nobody who is believed signed it" if waived else ""
    return (
        f"{candidate} is proven by others, and neither a key that the repository names nor the forge vouches for it: "
        f"{', '.join(gates) or 'its seal'} {'is' if len(gates) < 2 else 'are'} asked again"  # noqa: PLR2004 - one
        f"{f' ({took} last time)' if took else ''}{more}"
    )


def revoke(workspace: Workspace, package: Package, *, version: Version, by: str, reason: str) -> Entry:
    """Record that a person takes the proof of this one version back, and let all machines know.

    Raises:
        ConfigurationError: nobody or no reason is named.
        Refused: the version is not proven, or its proof is taken back already.
    """
    if not by.strip() or not reason.strip():
        raise ConfigurationError("A revocation needs a person and a reason.", hint="Give --by and --reason")
    with workspace.ledger(package).locked(), workspace.shared(package):
        known = workspace.writer().record(package.name, version)
        if known.closed is None:
            raise Refused(
                f"{package.name} {version} is not proven, so there is nothing to take back.",
                hint=f"See where it stands: invoke status --package {package.name}",
            )
        if known.taken_back is not None:
            raise Refused(
                f"{package.name} {version} is not proven any more: {because(known.taken_back)}.",
                hint=f"See what is next: invoke status --package {package.name}",
            )
        return workspace.writer().revoked(package.name, version, by=by, reason=reason)


def waive(workspace: Workspace, package: Package, *, version: Version, waiver: Waiver) -> Entry:
    """Record *waiver* for this one version.

    Raises:
        ConfigurationError: no such gate, or it may not be waived, or nobody or no reason is named.
    """
    known = {s.key: s for pipeline in PIPELINES.values() for s in bind(pipeline, _example(workspace, package, version))}
    gates = {part for key, each in known.items() if each.waivable for part in (key, *each.parts)}
    waivable = sorted({*gates, REVOKED})
    if waiver.step not in waivable:
        raise ConfigurationError(f"{waiver.step} cannot be waived.", hint=meant(waiver.step, waivable))
    if not waiver.by.strip() or not waiver.reason.strip():
        raise ConfigurationError("A waiver needs a person and a reason.", hint="Give --by and --reason")
    known_here = {*workspace.ledger(package).versions(), stated(workspace.repository(package), package)}
    if base(version) not in {base(each) for each in known_here if each is not None}:
        workspace.tell(f"nothing is known here of {package.name} {base(version)}: the waiver counts once it is made")
    return workspace.writer().waived(package.name, version, waiver)


def _until(steps: tuple[Step, ...], gate: str) -> tuple[Step, ...]:
    return tuple(takewhile(lambda step: not step.key.startswith(gate), steps)) if gate else steps


def _example(workspace: Workspace, package: Package, version: Version) -> Release:
    return Release(package, version, version, workspace.run_context())
