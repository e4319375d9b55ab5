"""Of a rehearsal's release: whether it is over, which gates were waived here, and which are not run."""

from __future__ import annotations

from releasegate.adapters.ledger.files import FileLedger
from releasegate.app.orders import Order
from releasegate.app.rehearse.sandbox import OpenSandbox
from releasegate.app.rehearse.scenario import record_of
from releasegate.app.release import plan, waive
from releasegate.core.config.keys import Package
from releasegate.core.release.plan import PipelineName
from releasegate.core.release.record import record
from releasegate.core.report.of_record import standing_waivers
from releasegate.ledger_writer import Waiver


def is_over(opened: OpenSandbox, package: Package, pipeline: PipelineName) -> bool:
    """Whether a candidate, or a final, of the package is sealed."""
    records = opened.workspace.package_state(package).records
    return any(r.seal is not None and v.is_prerelease == (pipeline == "rc") for v, r in records.items())


def as_waived(opened: OpenSandbox, package: Package, ledger: FileLedger) -> None:
    """Let what *ledger* has a person's word for count in the rehearsal, too: its refusals name such words."""
    for version in ledger.versions():
        for entry in standing_waivers(record(ledger.read(version))):
            by, reason = (str(entry.evidence.get(key, "")) for key in ("by", "reason"))
            opened.workspace.writer().waived(package.name, version, Waiver(entry.step, by, reason))


def without_end_to_end(opened: OpenSandbox, order: Order, package: Package) -> None:
    """Waive the end-to-end gates of the version that *order* would release, where they are not waived yet."""
    planned = plan(opened.workspace, order, package)
    version = planned.plan.version if planned.plan is not None else None
    already = record_of(opened, package, str(version))
    for key in [s.key for s in planned.steps if s.key.startswith("e2e:") or s.key == "pair"]:
        if version is not None and already.waiver(key) is None:
            reason = "the end-to-end gate needs Docker, and this rehearsal was asked to do without"
            waive(opened.workspace, package, version=version, waiver=Waiver(key, "rehearsal", reason))
