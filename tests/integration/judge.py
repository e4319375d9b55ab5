"""A judge that tries nothing, for tests of what is done with a verdict: what it comes from is another test's.

As a script it is ``releasegate`` with that judge, which passes all: ``python judge.py releasegate WORDS``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from releasegate import __main__ as program
from releasegate.app.workspace import Workspace
from releasegate.ports import CellReport, Delivery, EndToEndReport, Progress


@dataclass
class Judge:
    """Stands for all that tries a package: it installs nothing, runs nothing, and fails what ``broken`` names."""

    broken: set[tuple[str, ...]] = field(default_factory=set)
    seen: list[tuple[str, ...]] = field(default_factory=list)

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, **_: object
    ) -> tuple[CellReport, ...]:
        """Pass every cell."""
        progress(delivery.package.name)
        return tuple(CellReport(f"{python} wheel", "pass", (), (), 0.0) for python in pythons)

    def run(
        self,
        delivery: Delivery,
        *,
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Pass, unless these versions are broken together."""
        progress(f"{delivery.package.name}, {len(known)} known")
        ran = tuple(f"{each.package.name} {each.version}" for each in (delivery, *companions))
        self.seen.append(ran)
        problems = ("a contract is broken",) if ran in self.broken else ()
        return EndToEndReport("fail" if problems else "pass", problems, (), 0.0)


def main() -> None:
    judge = Judge()
    for name in ("install_checker", "runner"):
        setattr(Workspace, name, lambda *_: judge)
    sys.argv[:2] = [program.__file__]
    program.main()


if __name__ == "__main__":
    main()
