"""Whether a cell's host loads the packages of an ensemble, by what their files say."""

from __future__ import annotations

from releasegate.adapters.containers.images.ensemble_images import Ensemble
from releasegate.core.config.stack import Stack
from releasegate.core.dists.archive import read_wheel
from releasegate.core.dists.wheel import sources
from releasegate.core.e2e.accepted import refusal
from releasegate.core.e2e.matrix import Cell
from releasegate.core.errors import GateFailed
from releasegate.ports import Delivery


def require_accepted(stack: Stack, cell: Cell, ensemble: Ensemble) -> None:
    """Raise where a package of *ensemble* says that it does not accept the cell's host.

    Raises:
        GateFailed: one does.
    """
    for each in ensemble.packages:
        if said := refusal(stack.kit, cell, _sources(each)):
            name = f"{each.package.name} {each.version}"
            raise GateFailed(
                f"contract {stack.role(each.package.name)}.host broke: {name} {said}",
                hint="Correct the range that it states, or the values of the stack's dimensions",
            )


def _sources(delivery: Delivery) -> dict[str, bytes]:
    """Return the modules of a package's wheel; none of what has no wheel, or one that an installer will refuse."""
    wheel = next((file for file in delivery.files if file.suffix == ".whl" and file.is_file()), None)
    try:
        return dict(sources(read_wheel(wheel.name, wheel.read_bytes()))) if wheel is not None else {}
    except GateFailed:
        return {}
