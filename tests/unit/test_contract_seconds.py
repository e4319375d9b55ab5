"""The report of a run says how long each contract took."""

from __future__ import annotations

import json
from pathlib import Path

from releasegate.adapters.containers.observed import Observed
from releasegate.adapters.containers.reports import write
from releasegate.core.e2e.contracts import Judged
from releasegate.ports import CellReport


def test_the_seconds_of_every_contract_are_in_the_report_the_longest_first(tmp_path: Path) -> None:
    judged = [Judged("a", "pass", seconds=1.2), Judged("b", "skipped", seconds=9.0), Judged("a", "pass", seconds=2.04)]
    write(tmp_path, [(CellReport("cell", "pass", (), (), 12.0), Observed(contracts=judged))], ())
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["cells"][0]["contracts"]
    assert list(told.items()) == [("b", 9.0), ("a", 3.2)]
