"""What every run is given and few commands use: made, and its libraries loaded, when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.ports import (
        CellReport,
        Delivery,
        EndToEndReport,
        EndToEndRunner,
        InstallChecker,
        InstalledBy,
        Progress,
    )

T = TypeVar("T")


def late(make: Callable[[], T]) -> T:
    """Return what stands for the thing that *make* makes, once, when the first attribute of it is asked for."""
    return cast("T", _StandIn(make))


class _StandIn:
    """Looks like what it makes; it has no attribute of its own that a port could have."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.__make = make

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__.setdefault("__made", [])
        if not made:
            made.append(self.__make())
        return getattr(made[0], name)


@dataclass(frozen=True)
class LateInstallChecker:
    """Prepares the install checker for each delivery: which hosts it may not come from is asked of the index."""

    prepare: Callable[[Delivery], InstallChecker]

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, installer: InstalledBy = "both"
    ) -> tuple[CellReport, ...]:
        """Check the delivery with what is prepared for it."""
        checker = self.prepare(delivery)
        return checker.check(delivery, pythons=pythons, progress=progress, installer=installer)


@dataclass(frozen=True)
class LateRunner:
    """Prepares the runner for each delivery: a package of the stack runs in containers, another in processes."""

    prepare: Callable[[Delivery], EndToEndRunner]

    def run(
        self,
        delivery: Delivery,
        *,
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Run the delivery with what is prepared for it."""
        return self.prepare(delivery).run(delivery, companions=companions, progress=progress, known=known)
