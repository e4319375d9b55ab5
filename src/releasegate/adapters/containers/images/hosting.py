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
from releasegate.core.e2e.host_settings import proposed_line, untold
from releasegate.core.e2e.matrix import Cell, Wanted
from releasegate.core.enumerated import joined
from releasegate.core.errors import ConfigurationError, GateFailed
from releasegate.core.routes.agreement import Player, unanswered
from releasegate.ports import Delivery


def require_loadable(stack: Stack, cell: Cell, ensemble: Ensemble) -> None:
    """Raise where the cell's host would not load a package of *ensemble*, as the package's own files say.

    Raises:
        GateFailed: one does not accept that host.
        ConfigurationError: one asks for a setting that the stack does not give: no fault of the package's, for nobody
            has said what it is to be judged with.
    """
    variables = {**stack.kit.variables, **stack.variables, **cell.variables}
    for each in ensemble.packages:
        name, code = f"{each.package.name} {each.version}", _sources(each)
        if said := refusal(stack.kit, cell, code):
            raise GateFailed(
                f"contract {stack.role(each.package.name)}.host broke: {name} {said}",
                hint=correction(stack.kit, cell, code),
            )
        if missing := untold(stack.kit, code, variables):
            line = proposed_line(stack.kit, code, variables)
            raise ConfigurationError(
                f"{name} does not load without {joined(missing)}, and the stack does not say what to judge it with.",
                hint=f"Write below [tool.releasegate.stack], with what a user would have: {line}",
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
