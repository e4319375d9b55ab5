"""What the files of an ensemble say without being run: which hosts load them, and whether they fit each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from packaging.version import Version

from releasegate.adapters.containers.images.ensemble_images import Ensemble
from releasegate.core.config.stack import Stack
from releasegate.core.dists.archive import read_wheel
from releasegate.core.dists.wheel import sources
from releasegate.core.e2e.accepted import accepts, correction, refusal
from releasegate.core.e2e.aliases import Meant, aliases, told
from releasegate.core.e2e.matrix import Cell, Wanted
from releasegate.core.errors import GateFailed
from releasegate.core.routes.agreement import Player, unanswered
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
                hint=correction(stack.kit, cell, _sources(each)),
            )


def unanswered_routes(stack: Stack, ensemble: Ensemble) -> GateFailed | None:
    """Return how the packages name routes of each other that are not there; what the stack declares is none."""
    players = [
        Player(stack.role(each.package.name), f"{each.package.name} {each.version}", _sources(each))
        for each in ensemble.packages
    ]
    found = [
        (each.by.role, each.sentence)
        for each in unanswered(stack.kit, players)
        if not any(fnmatchcase(each.sentence, allowed.pattern) for allowed in stack.allowed)
    ]
    if not found:
        return None
    (role, first), *others = found
    return GateFailed(
        f"contract {role}.routes broke: {first}",
        hint='Mend the side that is wrong, or declare it: stack.allowed = [{ pattern = "WORDS", reason = "..." }]',
        details=[sentence for _, sentence in others],
    )


def meant(
    stack: Stack,
    wanted: Wanted,
    ensemble: Ensemble,
    *,
    known: Sequence[Mapping[str, Any]],
    versions: Callable[[str], Iterable[Version]],
) -> Meant:
    """Return what the words for a host stand for: what *known* cells on the same files say, else the index does.

    Raises:
        ConfigurationError: a word stands for nothing; Unavailable: the index cannot be asked.
    """
    said = told(known)
    found = {}
    for alias in aliases(stack, wanted):
        name, text = alias.dimension.name, alias.recalled(said)
        if not text:
            read = [_sources(each) for each in ensemble.packages]
            held = versions(alias.dimension.project)
            text = alias.found(held, lambda v: all(accepts(stack.kit, name, each, v) for each in read)).text  # noqa: B023 - called at once
        found[alias.ground] = f"{alias.dimension.title} {text}".lstrip()
    return found


def _sources(delivery: Delivery) -> dict[str, bytes]:
    """Return the modules of a package's wheel; none of what has no wheel, or one that an installer will refuse."""
    wheel = next((file for file in delivery.files if file.suffix == ".whl" and file.is_file()), None)
    try:
        return dict(sources(read_wheel(wheel.name, wheel.read_bytes()))) if wheel is not None else {}
    except GateFailed:
        return {}
